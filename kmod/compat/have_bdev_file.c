// SPDX-License-Identifier: GPL-2.0
#include <linux/blkdev.h>

void dmx_probe(dev_t devt, void *holder);

void dmx_probe(dev_t devt, void *holder)
{
	bdev_fput(bdev_file_open_by_dev(devt, BLK_OPEN_READ, holder, NULL));
}
