// SPDX-License-Identifier: GPL-2.0
#include <linux/device.h>

struct class *dmx_probe(void);

struct class *dmx_probe(void)
{
	return class_create("x");
}
