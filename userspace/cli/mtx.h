/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `discmux mtx`: the command line, the output and the exit statuses of mtx 1.3.12, so
 * that changer scripts written for it work with a library behind discmux.
 *
 * A function that carries out a word returns 0, or the exit status of the program; mtx
 * ends at the first failure.
 */
#ifndef DISCMUX_CLI_MTX_H
#define DISCMUX_CLI_MTX_H

#include "libdiscmux.h"
#include "mtx_elements.h"

struct mtx {
	int mux;			/* without a device: this one */
	const char *device;		/* as the user has named it, NULL: not yet */
	struct discmux *dm;		/* NULL: no device is open */
	uint32_t changer;		/* member number */
	struct mtx_library library;
	bool has_status;		/* library is filled */
	bool invert, invert2, no_barcodes;
	int arg[3];			/* numbers behind the word, -1: not given */
};

/* Says so on stderr, without a line end of its own; returns 1. */
int mtx_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* mtx_device.c: */

/* Opens the device (of a mux, or the sg device of its changer), or the default. */
int mtx_open(struct mtx *mtx, const char *device);
int mtx_open_default(struct mtx *mtx);
void mtx_close(struct mtx *mtx);

/* One command to the changer.  Returns the bytes that came, or -1 with the sense in
 * result. */
int mtx_command(struct mtx *mtx, const uint8_t *cdb, size_t cdb_len, void *data, size_t len,
		struct discmux_result *result);

/* Sense data as mtx prints them; where there are none, what went wrong. */
void mtx_print_sense(struct mtx *mtx, const struct discmux_result *result);

/* Fills mtx->library, once. */
int mtx_read_status(struct mtx *mtx);

/* mtx_moves.c: words that set the arm in motion */
int mtx_load(struct mtx *mtx);
int mtx_unload(struct mtx *mtx);
int mtx_first(struct mtx *mtx);
int mtx_last(struct mtx *mtx);
int mtx_next(struct mtx *mtx);
int mtx_previous(struct mtx *mtx);
int mtx_transfer(struct mtx *mtx);
int mtx_exchange(struct mtx *mtx);
int mtx_position(struct mtx *mtx);
int mtx_inventory(struct mtx *mtx);

#endif
