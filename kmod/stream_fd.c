// SPDX-License-Identifier: GPL-2.0
/*
 * The file descriptor of a stream: making one, write(), poll() and ioctls.
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

#define DMX_CHUNK		SZ_64K		/* bytes */
#define DMX_RING		SZ_8M		/* bytes */
#define DMX_RING_MAX		SZ_64M		/* bytes */
#define DMX_RING_MIN_CHUNKS	4
#define DMX_WRITE_TIMEOUT	60000		/* ms */
#define DMX_TIMEOUT_MAX		86400000	/* ms */

/* True when write() need not wait: room, or a reason to fail. */
static bool dmx_stream_writable(struct dmx_stream *s, u32 *room)
{
	bool ready;

	spin_lock_irq(&s->lock);
	*room = dmx_stream_room(s);
	ready = *room || !dmx_stream_running(s) || s->end != DMX_NO_END;
	spin_unlock_irq(&s->lock);
	return ready;
}

/* Why write() cannot take data, 0 when it can. */
static int dmx_stream_closed(struct dmx_stream *s)
{
	int ret = 0;

	spin_lock_irq(&s->lock);
	if (s->state == DISCMUX_STREAM_ABORTED)
		ret = -ECANCELED;
	else if (s->end != DMX_NO_END)
		ret = -EINVAL;
	else if (!dmx_stream_running(s))
		ret = -EIO;
	spin_unlock_irq(&s->lock);
	return ret;
}

/* Copies into the chunk at head, which no leg looks at yet. */
static size_t dmx_stream_copy(struct dmx_stream *s, u32 room, struct iov_iter *from)
{
	u32 slot = s->head % s->nr_chunks, fill = s->fill;
	struct bio_vec *chunk = s->ring + slot * s->pages_per_chunk;
	size_t done = 0, want = min_t(size_t, room, iov_iter_count(from));

	while (done < want) {
		u32 at = fill + done, off = offset_in_page(at);
		size_t part = min_t(size_t, want - done, PAGE_SIZE - off);
		size_t got = copy_page_from_iter(chunk[at >> PAGE_SHIFT].bv_page,
						 off, part, from);

		done += got;
		if (got < part)
			break;
	}
	if (done)
		dmx_stream_filled(s, done);
	return done;
}

static ssize_t dmx_stream_take(struct dmx_stream *s, struct iov_iter *from, bool wait)
{
	ssize_t done = 0;
	size_t got;
	u32 room;
	int ret;

	while (iov_iter_count(from)) {
		if (!dmx_stream_writable(s, &room)) {
			if (!wait)
				return done ?: -EAGAIN;
			ret = wait_event_interruptible(s->wait,
						       dmx_stream_writable(s, &room));
			if (ret)
				return done ?: ret;
		}
		ret = dmx_stream_closed(s);
		if (ret)
			return done ?: ret;
		got = dmx_stream_copy(s, room, from);
		if (!got)
			return done ?: -EFAULT;
		done += got;
	}
	return done;
}

static ssize_t dmx_stream_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *filp = iocb->ki_filp;
	struct dmx_stream *s = filp->private_data;
	bool wait = !(filp->f_flags & O_NONBLOCK || iocb->ki_flags & IOCB_NOWAIT);
	ssize_t ret;

	ret = dmx_stream_closed(s);
	if (ret)
		return ret;
	if (wait)
		ret = mutex_lock_interruptible(&s->write_lock);
	else if (!mutex_trylock(&s->write_lock))
		ret = -EAGAIN;
	if (ret)
		return ret;
	ret = dmx_stream_take(s, from, wait);
	mutex_unlock(&s->write_lock);
	return ret;
}

static __poll_t dmx_stream_poll(struct file *filp, poll_table *wait)
{
	struct dmx_stream *s = filp->private_data;
	__poll_t mask = 0;
	u32 room;

	poll_wait(filp, &s->wait, wait);
	if (dmx_stream_writable(s, &room))
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_lock_irq(&s->lock);
	if (s->state == DISCMUX_STREAM_ABORTED)
		mask |= EPOLLHUP | EPOLLERR;
	else if (s->state != DISCMUX_STREAM_DONE && !dmx_stream_running(s))
		mask |= EPOLLERR;
	spin_unlock_irq(&s->lock);
	return mask;
}

static int dmx_stream_release_fd(struct inode *inode, struct file *filp)
{
	struct dmx_stream *s = filp->private_data;
	unsigned int i;

	dmx_stream_abort(s);
	/* What is not waiting for a drive is gone, claims too, after close(). */
	for (i = 0; i < s->nr_legs; i++) {
		if (cancel_delayed_work_sync(&s->leg[i].work))
			dmx_stream_put(s);
	}
	dmx_stream_put(s);
	return 0;
}

static bool dmx_stream_settled(struct dmx_stream *s)
{
	bool settled;

	spin_lock_irq(&s->lock);
	settled = s->ended;
	spin_unlock_irq(&s->lock);
	return settled;
}

static int dmx_stream_result(struct dmx_stream *s)
{
	unsigned int i, good = 0;
	bool aborted;

	spin_lock_irq(&s->lock);
	aborted = s->state == DISCMUX_STREAM_ABORTED;
	for (i = 0; i < s->nr_legs; i++)
		good += s->leg[i].state == DISCMUX_TARGET_DONE;
	spin_unlock_irq(&s->lock);
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
	ret = dmx_stream_finish(s);
	mutex_unlock(&s->write_lock);
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
	spin_lock_irq(&leg->stream->lock);
	t->state = leg->state;
	t->retries = leg->retries;
	t->next_lba = leg->lba;
	t->ring_empty = leg->ring_empty;
	t->bytes = leg->bytes;
	t->failed_lba = leg->failed_lba;
	t->max_us = leg->max_us;
	t->result = leg->result;
	t->result.member = leg->member->id;
	spin_unlock_irq(&leg->stream->lock);
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
	     arg->target_stride > PAGE_SIZE))
		return -EINVAL;
	for (i = 0; i < min(arg->nr_targets, s->nr_legs); i++) {
		dmx_leg_status(&s->leg[i], &t);
		if (dmx_put_array(arg->targets, i, arg->target_stride, &t, sizeof(t)))
			return -EFAULT;
	}
	spin_lock_irq(&s->lock);
	arg->state = s->state;
	arg->nr_targets = s->nr_legs;
	arg->ring_used = dmx_stream_used(s);
	arg->accepted = s->accepted;
	spin_unlock_irq(&s->lock);
	return 0;
}

#define DMX_ROW(nr, type, last, func, copy) {				\
	.cmd = (nr), .size = sizeof(struct type),			\
	.min_size = offsetofend(struct type, last), .fn = (func),	\
	.copy_out = (copy) }

static const struct dmx_ioctl dmx_stream_ioctls[] = {
	DMX_ROW(DISCMUX_IOC_STREAM_FINISH, discmux_stream_end, flags,
		dmx_ioctl_stream_finish, false),
	DMX_ROW(DISCMUX_IOC_STREAM_ABORT, discmux_stream_end, flags,
		dmx_ioctl_stream_abort, false),
	DMX_ROW(DISCMUX_IOC_STREAM_STATUS, discmux_stream_status, targets,
		dmx_ioctl_stream_status, true),
};

static long dmx_stream_ioctl(struct file *filp, unsigned int cmd, unsigned long uptr)
{
	struct dmx_stream *s = filp->private_data;
	struct dmx_call call = { .file = s->file, .stream = s };

	return dmx_ioctl_dispatch(dmx_stream_ioctls, ARRAY_SIZE(dmx_stream_ioctls),
				  &call, true, cmd, uptr);
}

static const struct file_operations dmx_stream_fops = {
	.owner = THIS_MODULE,
	.write_iter = dmx_stream_write_iter,
	.poll = dmx_stream_poll,
	.release = dmx_stream_release_fd,
	.unlocked_ioctl = dmx_stream_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	DMX_NO_LLSEEK
};

static int dmx_stream_check(const struct discmux_stream *arg)
{
	if (arg->flags || arg->__reserved[0] || arg->__reserved[1])
		return -EOPNOTSUPP;
	if (arg->block_size < 512 || arg->block_size > 4096 ||
	    arg->chunk_bytes % arg->block_size || arg->ring_bytes > DMX_RING_MAX ||
	    arg->timeout_ms > DMX_TIMEOUT_MAX)
		return -EINVAL;
	if (arg->write_opcode && arg->write_opcode != WRITE_10 &&
	    arg->write_opcode != WRITE_12)
		return -EINVAL;
	return arg->chunk_bytes > DMX_MAX_DATA ? -EMSGSIZE : 0;
}

/* Chunk, ring and prefill: what was asked for, within what the group can. */
static int dmx_stream_sizes(struct dmx_stream *s, struct discmux_stream *arg)
{
	u32 chunk = arg->chunk_bytes ?: DMX_CHUNK, ring = arg->ring_bytes ?: DMX_RING;
	u32 prefill, i;

	for (i = 0; i < s->nr_legs; i++)
		chunk = min(chunk, dmx_member_max_data(s->leg[i].member));
	chunk = rounddown(chunk, arg->block_size);
	if (!chunk || ring / chunk < DMX_RING_MIN_CHUNKS || arg->prefill_bytes > ring)
		return -EINVAL;
	s->block_size = arg->block_size;
	s->chunk_bytes = chunk;
	s->nr_chunks = ring / chunk;
	s->pages_per_chunk = DIV_ROUND_UP(chunk, PAGE_SIZE);
	prefill = arg->prefill_bytes ?: ring / 2;
	s->prefill_chunks = min_t(u32, DIV_ROUND_UP(prefill, chunk), s->nr_chunks);
	s->opcode = arg->write_opcode ?: WRITE_10;
	s->timeout_ms = arg->timeout_ms ?: DMX_WRITE_TIMEOUT;
	arg->chunk_bytes = chunk;
	arg->ring_bytes = s->nr_chunks * chunk;
	return 0;
}

/* Whole pages, so that every recorder can take them as they are. */
static int dmx_stream_ring(struct dmx_stream *s)
{
	u32 i, nr = s->nr_chunks * s->pages_per_chunk;

	s->ring = kvcalloc(nr, sizeof(*s->ring), GFP_KERNEL_ACCOUNT);
	if (!s->ring)
		return -ENOMEM;
	for (i = 0; i < s->nr_legs; i++) {
		if (!s->leg[i].cmd.bio)
			return -ENOMEM;
	}
	for (i = 0; i < nr; i++) {
		u32 at = i % s->pages_per_chunk * PAGE_SIZE;

		s->ring[i].bv_page = alloc_page(GFP_KERNEL_ACCOUNT);
		if (!s->ring[i].bv_page)
			return -ENOMEM;
		s->ring[i].bv_len = min_t(u32, PAGE_SIZE, s->chunk_bytes - at);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int dmx_stream_claim(struct dmx_stream *s)
{
	unsigned int i;
	int ret;

	for (i = 0; i < s->nr_legs; i++) {
		struct dmx_member *m = s->leg[i].member;

		ret = dmx_claim(s->file, m);
		if (ret)
			return ret;
		spin_lock_irq(&m->lock);
		if (m->streaming)
			ret = -EBUSY;
		m->streaming = true;
		spin_unlock_irq(&m->lock);
		if (ret) {
			dmx_unclaim(m);
			return ret;
		}
		s->leg[i].claimed = true;
	}
	return 0;
}

static struct dmx_stream *dmx_stream_alloc(struct dmx_file *file, u32 n,
					   struct discmux_target *t,
					   struct dmx_member **m)
{
	struct dmx_stream *s = kvzalloc(struct_size(s, leg, n), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!s)
		return NULL;
	__module_get(THIS_MODULE);
	kref_init(&s->ref);
	kref_get(&file->ref);
	s->file = file;
	mutex_init(&s->write_lock);
	mutex_init(&s->event_lock);
	spin_lock_init(&s->lock);
	init_waitqueue_head(&s->wait);
	s->end = DMX_NO_END;
	s->progress_at = jiffies;
	s->nr_legs = n;
	for (i = 0; i < n; i++) {
		struct dmx_leg *leg = &s->leg[i];

		leg->stream = s;
		leg->member = m[i];
		leg->lba = t[i].lba;
		leg->data.out = true;
		leg->cmd.member = m[i];
		leg->cmd.done = dmx_leg_cmd_done;
		leg->cmd.bio = bio_kmalloc(0, GFP_KERNEL_ACCOUNT);
		INIT_DELAYED_WORK(&leg->work, dmx_leg_work);
	}
	atomic_inc(&file->mux->streams_open);
	return s;
}

static int dmx_stream_install(struct dmx_stream *s, struct dmx_call *call)
{
	struct discmux_stream *arg = call->arg;
	struct file *filp;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	filp = anon_inode_getfile("[discmux-stream]", &dmx_stream_fops, s, O_WRONLY);
	if (IS_ERR(filp)) {
		put_unused_fd(fd);
		return PTR_ERR(filp);
	}
	arg->fd = fd;
	call->new_fd = fd;
	call->new_file = filp;
	return 0;
}

int dmx_ioctl_stream(struct dmx_call *call)
{
	struct discmux_target t[DISCMUX_MAX_TARGETS];
	struct dmx_member *m[DISCMUX_MAX_TARGETS];
	struct discmux_stream *arg = call->arg;
	struct dmx_mux *mux = call->file->mux;
	struct dmx_stream *s;
	int ret = dmx_stream_check(arg);

	if (ret)
		return ret;
	ret = dmx_get_targets(mux, arg->targets, arg->nr_targets, 0, t, m);
	if (ret)
		return ret;
	s = dmx_stream_alloc(call->file, arg->nr_targets, t, m);
	if (!s) {
		dmx_put_members(m, arg->nr_targets);
		return -ENOMEM;
	}
	ret = dmx_stream_sizes(s, arg);
	if (!ret)
		ret = dmx_stream_claim(s);
	if (!ret)
		ret = dmx_stream_ring(s);
	s->id = atomic_inc_return(&mux->stream_id);
	if (!ret)
		ret = dmx_stream_install(s, call);
	if (ret) {
		dmx_stream_put(s);
		return ret;
	}
	dmx_count(mux, DMX_MC_STREAMS, 1);
	dmx_event_stream(DISCMUX_EVENT_STREAM_STARTED, mux, s->id, s->nr_legs, 0, 0);
	return 0;
}
