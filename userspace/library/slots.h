/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of slots: "17", "1-20", "1-20,33,40-45". */
#ifndef DISCMUX_LIBRARY_SLOTS_H
#define DISCMUX_LIBRARY_SLOTS_H

#include <stddef.h>

#define SLOTS_MAX	1024	/* in one list */
#define SLOTS_HIGHEST	65535	/* element addresses have 16 bits */

struct slots {
	unsigned int number[SLOTS_MAX];	/* from 1, in the order they were named */
	size_t count;
};

/* Reads a list; no slot twice.  Returns 0, or -EINVAL and in err what is wrong. */
int slots_parse(const char *text, struct slots *slots, char *err, size_t errlen);

#endif
