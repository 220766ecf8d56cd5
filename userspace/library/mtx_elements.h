/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A library as mtx 1.3.12 sees it: drives, and storage elements with those for
 * import and export behind them.  What it makes of what changers say is copied with
 * all its corners, because scripts depend on them.
 */
#ifndef DISCMUX_LIBRARY_MTX_ELEMENTS_H
#define DISCMUX_LIBRARY_MTX_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MTX_TAG	37	/* a volume tag of 36 bytes, and its end */

struct mtx_element {
	uint16_t address;
	bool full;
	bool import_export;
	int source;		/* of a drive: number of the storage element from 0, -1: none */
	char primary[MTX_TAG], alternate[MTX_TAG];
};

/* Element address assignment, mode page 1Dh (SMC-3 7.3.3) */
struct mtx_range {
	uint16_t first;
	uint16_t count;
};

struct mtx_assignment {
	struct mtx_range arm, storage, import_export, drives;
};

struct mtx_library {
	struct mtx_assignment assignment;
	struct mtx_element *drives, *storage;
	size_t nr_drives, nr_storage, nr_import_export;
	uint16_t arm;
	char warning[160];	/* of the last reply, for stderr; "" without */
};

/* MODE SENSE(6) data.  Returns 0, or -EPROTO when the page is not in it. */
int mtx_parse_assignment(const uint8_t *data, size_t len, struct mtx_assignment *assignment);

/* Room for what the assignment says there is.  Returns 0 or -ENOMEM. */
int mtx_library_init(struct mtx_library *library, const struct mtx_assignment *assignment);
void mtx_library_free(struct mtx_library *library);

/* Adds what a READ ELEMENT STATUS reply tells.  Returns 0, or -EPROTO and, in err, what
 * is wrong with it. */
int mtx_parse_status(struct mtx_library *library, const uint8_t *data, size_t len, char *err,
		     size_t errlen);

/* When all has been read: which slot the discs in the drives came from, or where they
 * could go. */
void mtx_find_sources(struct mtx_library *library);

#endif
