/* SPDX-License-Identifier: GPL-2.0 */
/*
 * After a power cut, a reset, kill -9 or an operator's hand in the library: the
 * differences from how it was left, and discs in places where none should be.
 */
#ifndef DISCMUX_LIBRARY_RECOVER_H
#define DISCMUX_LIBRARY_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"

#define RECOVER_STRAYS	8
#define RECOVER_LINES	10
#define RECOVER_TEXT	160

/* A disc on the arm, in the printer, or where a cut short operation left it. */
struct stray {
	uint32_t at;		/* element address */
	uint32_t home;		/* a free slot that it belongs to, or DISCMUX_NONE: ask */
	char why[RECOVER_TEXT];	/* "the arm holds a disc, from slot 5" */
};

struct recovery {
	struct stray strays[RECOVER_STRAYS];
	size_t nr_strays;
	char lines[RECOVER_LINES][RECOVER_TEXT];	/* the differences, the worst first */
	size_t nr_lines;
	size_t nr_more;		/* differences that had no room */
};

/* Compares.  Where another process is at work now nothing is said. */
void recovery_look(const struct memory *memory, const struct discmux_inventory *inv,
		   struct recovery *recovery);

/* Whether a disc can be put there: a storage element that exists and is free. */
bool recovery_has_room(const struct discmux_inventory *inv, uint32_t slot);

/**
 * recovery_put_back - put a stray disc into a slot
 * @slot: stray->home, or what an operator has chosen
 *
 * Not every arm gives away by MOVE MEDIUM what it holds; then REZERO UNIT makes it put
 * that back where it came from, which must be @slot.  Returns 0, or a negative errno
 * and why.
 */
int recovery_put_back(struct discmux *dm, const struct discmux_inventory *inv,
		      const struct stray *stray, uint32_t slot, char *err, size_t errlen);

#endif
