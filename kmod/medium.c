// SPDX-License-Identifier: GPL-2.0
/*
 * Noticing that a disc came or went.
 *
 * Either a command of ours brings the unit attention, or sr's polling finds
 * out and the disk gets a new sequence number, which is looked at once a
 * second: no command of our own is sent for it.  Each is an event.  They may be one
 * change, but nothing shows that they are not two, and no listener may miss the
 * second.
 */
#include <linux/blkdev.h>
#include <linux/device.h>

#include "dmx.h"

static int dmx_is_block(struct device *dev, void *data)
{
	return dev->class && !strcmp(dev->class->name, "block");
}

/* sr's disk of a drive, to be given back with put_device(); NULL: no sr. */
struct device *dmx_member_disk(struct dmx_member *m)
{
	return device_find_child(&m->sdev->sdev_gendev, NULL, dmx_is_block);
}

/* Tells of another disc, or of none. */
void dmx_medium_changed(struct dmx_member *m)
{
	struct dmx_mux *mux = READ_ONCE(m->mux);

	if (mux)
		dmx_event_member(DISCMUX_EVENT_MEDIUM_CHANGED, mux, m->id, m->role,
				 m->unit);
}

/* Compares the disk's sequence number with the one seen last. */
void dmx_medium_look(struct dmx_member *m)
{
	struct device *disk = dmx_member_disk(m);
	bool changed;
	u64 seq;

	if (!disk)
		return;
	seq = READ_ONCE(dev_to_disk(disk)->diskseq);
	put_device(disk);
	spin_lock_irq(&m->lock);
	changed = m->diskseq && m->diskseq != seq;
	m->diskseq = seq;
	spin_unlock_irq(&m->lock);
	if (changed)
		dmx_medium_changed(m);
}

/* A command that changes what the disc holds was sent. */
void dmx_medium_rewritten(struct dmx_member *m)
{
	spin_lock_irq(&m->lock);
	m->rewritten = true;
	spin_unlock_irq(&m->lock);
}

/**
 * dmx_medium_settle() - have sr look at a disc that was written or erased
 * @m: the member, whose disc no command writes to any more
 *
 * No unit attention tells of new contents.  As after one, sr's next open drops what
 * it has cached of the disc and asks for its size.  In any context.
 */
void dmx_medium_settle(struct dmx_member *m)
{
	unsigned long flags;
	bool rewritten;

	spin_lock_irqsave(&m->lock, flags);
	rewritten = m->rewritten;
	m->rewritten = false;
	spin_unlock_irqrestore(&m->lock, flags);
	if (rewritten)
		m->sdev->changed = 1;
}
