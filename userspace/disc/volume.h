/* SPDX-License-Identifier: GPL-2.0 */
/* How large a volume says it is (ECMA-119 8.4). */
#ifndef DISCMUX_DISC_VOLUME_H
#define DISCMUX_DISC_VOLUME_H

#include <stdint.h>

#define VOLUME_DESCRIPTOR	16	/* block of the first one, from the track's start */

/*
 * Blocks of 2048 bytes of an ISO 9660 volume, by the 2048 bytes of its primary descriptor; 0:
 * it is not one.  They count from the track's start, or from LBA 0 in later sessions.
 */
uint32_t volume_blocks(const uint8_t *descriptor);

#endif
