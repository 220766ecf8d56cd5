// SPDX-License-Identifier: GPL-2.0
#include <linux/device.h>

int dmx_probe(struct class_interface *i, struct device *d);

int dmx_probe(struct class_interface *i, struct device *d)
{
	return i->add_dev(d);
}
