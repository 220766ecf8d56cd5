/* SPDX-License-Identifier: GPL-2.0 */
/* The smallest ISO 9660 volume that mounts: an empty root folder. */
#ifndef KSELFTEST_ISO_H
#define KSELFTEST_ISO_H

#include <stdint.h>

#define ISO_FIRST	16u	/* block where the volume descriptors begin */
#define ISO_BLOCKS	3u	/* primary descriptor, terminator, root folder */

/* Fills ISO_BLOCKS blocks of 2048 bytes that belong at block ISO_FIRST. */
void iso_fill(uint8_t *blocks);

#endif
