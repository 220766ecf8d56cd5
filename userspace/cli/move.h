/* SPDX-License-Identifier: GPL-2.0 */
/* What must be so before the robot is set in motion. */
#ifndef DISCMUX_CLI_MOVE_H
#define DISCMUX_CLI_MOVE_H

#include <stddef.h>
#include <stdint.h>

#include "libdiscmux.h"

/* Returns 0 when a disc can go from source to destination (element addresses that
 * exist), or a negative errno and in err what is in the way and what to do. */
int move_check(const struct discmux_inventory *inv, uint32_t source, uint32_t destination,
	       char *err, size_t errlen);

/* The slot that the disc in a drive came from.  Returns 0, or -ENOENT and why. */
int move_home(const struct discmux_inventory *inv, uint32_t drive, uint32_t *slot, char *err,
	      size_t errlen);

#endif
