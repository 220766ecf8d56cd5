// SPDX-License-Identifier: GPL-2.0
#include <linux/unaligned.h>

u16 dmx_probe(const void *p);

u16 dmx_probe(const void *p)
{
	return get_unaligned_be16(p);
}
