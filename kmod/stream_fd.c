// SPDX-License-Identifier: GPL-2.0
/*
 * The file descriptor of a stream: poll(), ioctls, and its end.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "stream.h"

static __poll_t dmx_stream_poll(struct file *filp, poll_table *wait)
{
	struct dmx_stream *s = filp->private_data;
	__poll_t mask = 0;
	u32 room;

	poll_wait(filp, &s->wait, wait);
	if (dmx_stream_writable(s, &room))
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_lock(&s->lock);
	if (s->state == DISCMUX_STREAM_ABORTED)
		mask |= EPOLLHUP | EPOLLERR;
	else if (s->state != DISCMUX_STREAM_DONE && !s->running)
		mask |= EPOLLERR;
	spin_unlock(&s->lock);
	return mask;
}

static int dmx_stream_release_fd(struct inode *inode, struct file *filp)
{
	struct dmx_stream *s = filp->private_data;
	unsigned int i;

	dmx_stream_abort(s);
	spin_lock(&s->lock);
	s->closed = true;
	spin_unlock(&s->lock);
	/* What is not waiting for a drive is gone, claims too, after close(). */
	for (i = 0; i < s->nr_legs; i++) {
		if (cancel_delayed_work_sync(&s->leg[i].pause))
			dmx_stream_put(s);
	}
	flush_work(&s->fill_work);
	flush_work(&s->note_work);
	dmx_stream_unclaim(s);
	dmx_stream_put(s);
	return 0;
}

/*
 * Asynchronous writes hold the file.  When they are all that does, because
 * the process has died, nobody is left to finish the stream.
 */
static int dmx_stream_flush(struct file *filp, fl_owner_t id)
{
	struct dmx_stream *s = filp->private_data;
	int nr = atomic_read(&s->nr_async);

	if (nr && current->flags & PF_EXITING && file_count(filp) <= nr + 1)
		dmx_stream_abort(s);
	return 0;
}

static bool dmx_stream_settled(struct dmx_stream *s)
{
	bool settled;

	spin_lock(&s->lock);
	settled = s->ended;
	spin_unlock(&s->lock);
	return settled;
}

static int dmx_stream_result(struct dmx_stream *s)
{
	unsigned int i, good = 0;
	bool aborted;

	spin_lock(&s->lock);
	aborted = s->state == DISCMUX_STREAM_ABORTED;
	for (i = 0; i < s->nr_legs; i++)
		good += s->leg[i].state == DISCMUX_TARGET_DONE;
	spin_unlock(&s->lock);
	return aborted ? -ECANCELED : good ? 0 : -EIO;
}

static int dmx_ioctl_stream_finish(struct dmx_call *call)
{
	struct discmux_stream_end *arg = call->arg;
	struct dmx_stream *s = call->stream;
	int ret;

	if (arg->flags)
		return -EOPNOTSUPP;
	ret = mutex_lock_interruptible(&s->write_lock);
	if (ret)
		return ret;
	ret = dmx_async_drain(s, true) ?: dmx_stream_finish(s);
	dmx_stream_unlock(s);
	if (!ret)
		ret = wait_event_interruptible(s->wait, dmx_stream_settled(s));
	return ret ?: dmx_stream_result(s);
}

static int dmx_ioctl_stream_abort(struct dmx_call *call)
{
	struct discmux_stream_end *arg = call->arg;

	if (arg->flags)
		return -EOPNOTSUPP;
	dmx_stream_abort(call->stream);
	return 0;
}

static void dmx_leg_status(struct dmx_leg *leg, struct discmux_target_status *t)
{
	memset(t, 0, sizeof(*t));
	spin_lock(&leg->stream->lock);
	t->state = leg->state;
	t->retries = leg->retries;
	t->next_lba = leg->lba;
	t->ring_empty = leg->ring_empty;
	t->bytes = leg->bytes;
	t->failed_lba = leg->failed_lba;
	t->max_us = leg->max_us;
	t->result = leg->result;
	t->result.member = leg->member->id;
	spin_unlock(&leg->stream->lock);
}

static int dmx_ioctl_stream_status(struct dmx_call *call)
{
	struct discmux_stream_status *arg = call->arg;
	struct dmx_stream *s = call->stream;
	struct discmux_target_status t;
	unsigned int i;

	if (arg->flags)
		return -EOPNOTSUPP;
	if (arg->nr_targets &&
	    (arg->target_stride < offsetof(struct discmux_target_status, result) ||
	     arg->target_stride > DMX_STRIDE_MAX))
		return -EINVAL;
	for (i = 0; i < min(arg->nr_targets, s->nr_legs); i++) {
		dmx_leg_status(&s->leg[i], &t);
		if (dmx_put_array(arg->targets, i, arg->target_stride, &t, sizeof(t)))
			return -EFAULT;
	}
	spin_lock(&s->lock);
	arg->state = s->state;
	arg->nr_targets = s->nr_legs;
	arg->ring_used = dmx_ring_used(s);
	arg->accepted = s->accepted;
	arg->zero_copy = s->zero_copy;
	arg->copied = s->copied;
	spin_unlock(&s->lock);
	return 0;
}

#define DMX_ROW(nr, type, last, func, ...) {				\
	.cmd = (nr), .size = sizeof(struct type),			\
	.min_size = offsetofend(struct type, last), .fn = (func), __VA_ARGS__ }

static const struct dmx_ioctl dmx_stream_ioctls[] = {
	DMX_ROW(DISCMUX_IOC_STREAM_FINISH, discmux_stream_end, flags,
		dmx_ioctl_stream_finish),
	DMX_ROW(DISCMUX_IOC_STREAM_ABORT, discmux_stream_end, flags,
		dmx_ioctl_stream_abort),
	DMX_ROW(DISCMUX_IOC_STREAM_STATUS, discmux_stream_status, targets,
		dmx_ioctl_stream_status, .copy_out = true),
	DMX_ROW(DISCMUX_IOC_STREAM_COMMIT, discmux_stream_commit, room,
		dmx_ioctl_stream_commit, .copy_out = true, .always_copy = true),
};

static long dmx_stream_ioctl(struct file *filp, unsigned int cmd, unsigned long uptr)
{
	struct dmx_stream *s = filp->private_data;
	struct dmx_call call = { .file = s->file, .stream = s };

	return dmx_ioctl_dispatch(dmx_stream_ioctls, ARRAY_SIZE(dmx_stream_ioctls),
				  &call, true, cmd, uptr);
}

const struct file_operations dmx_stream_fops = {
	.owner = THIS_MODULE,
	.write_iter = dmx_stream_write_iter,
	.splice_write = iter_file_splice_write,
	.mmap = dmx_stream_mmap,
	.poll = dmx_stream_poll,
	.flush = dmx_stream_flush,
	.release = dmx_stream_release_fd,
	.unlocked_ioctl = dmx_stream_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	DMX_NO_LLSEEK
};
