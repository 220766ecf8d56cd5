/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels the driver is built for.  Each difference
 * has a probe, compat/have_*.c, that kmod/Kbuild compiles; DMX_HAVE_* says
 * that it compiled.  Nothing outside this folder knows of kernel versions.
 */
#ifndef DISCMUX_COMPAT_H
#define DISCMUX_COMPAT_H

#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>

#include "unaligned.h"

/* class_create() lost its owner argument. */
#ifdef DMX_HAVE_CLASS_CREATE_NAME
#define dmx_class_create(name)	class_create(name)
#else
#define dmx_class_create(name)	class_create(THIS_MODULE, name)
#endif

/* class_interface callbacks lost theirs, and remove the same. */
#ifdef DMX_HAVE_INTERFACE_ONE_ARG
#define DMX_INTERFACE_ARGS	struct device *dev
#else
#define DMX_INTERFACE_ARGS	struct device *dev, struct class_interface *intf
#endif

/* no_llseek() became the default. */
#ifdef DMX_HAVE_NO_LLSEEK
#define DMX_NO_LLSEEK		.llseek = no_llseek,
#else
#define DMX_NO_LLSEEK
#endif

/* Flags of a mapping became read-only to everybody else. */
#ifdef DMX_HAVE_VM_FLAGS_SET
#define dmx_vm_flags_set(vma, flags)	vm_flags_set(vma, flags)
#else
#define dmx_vm_flags_set(vma, flags)	((vma)->vm_flags |= (flags))
#endif

/*
 * Exclusive claim of a block device without looking for a medium, by
 * device number.
 */
#ifdef DMX_HAVE_BDEV_FILE
struct dmx_bdev {
	struct file *file;
};

static inline int dmx_bdev_open(struct dmx_bdev *b, dev_t devt, void *holder)
{
	b->file = bdev_file_open_by_dev(devt, BLK_OPEN_READ | BLK_OPEN_NDELAY,
					holder, NULL);
	return PTR_ERR_OR_ZERO(b->file);
}

static inline void dmx_bdev_close(struct dmx_bdev *b)
{
	/* Not fput() alone: the claim must be gone when this returns. */
	bdev_fput(b->file);
}
#else
struct dmx_bdev {
	struct block_device *bdev;
};

#define DMX_BDEV_MODE	(FMODE_READ | FMODE_EXCL | FMODE_NDELAY)

static inline int dmx_bdev_open(struct dmx_bdev *b, dev_t devt, void *holder)
{
	b->bdev = blkdev_get_by_dev(devt, DMX_BDEV_MODE, holder);
	return PTR_ERR_OR_ZERO(b->bdev);
}

static inline void dmx_bdev_close(struct dmx_bdev *b)
{
	blkdev_put(b->bdev, DMX_BDEV_MODE);
}
#endif

#endif
