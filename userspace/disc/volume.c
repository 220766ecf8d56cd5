// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "volume.h"

uint32_t volume_blocks(const uint8_t *d)
{
	if (d[0] != 1 || memcmp(d + 1, "CD001", 5) != 0 || d[128] != 0 || d[129] != 8)
		return 0;
	return (uint32_t)d[80] | (uint32_t)d[81] << 8 | (uint32_t)d[82] << 16 |
	       (uint32_t)d[83] << 24;
}
