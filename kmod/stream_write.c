// SPDX-License-Identifier: GPL-2.0
/*
 * write(), writev(), splice() and sendfile() to a stream.
 */
#include <linux/uio.h>

#include "stream.h"

/* True when write() need not wait: room, or a reason to fail. */
bool dmx_stream_writable(struct dmx_stream *s, u32 *room)
{
	bool ready;

	spin_lock(&s->lock);
	*room = dmx_ring_room(s);
	ready = *room || !s->running || s->end != DMX_NO_END;
	spin_unlock(&s->lock);
	return ready;
}

/* Asynchronous writes that came meanwhile get their turn. */
void dmx_stream_unlock(struct dmx_stream *s)
{
	mutex_unlock(&s->write_lock);
	smp_mb();	/* pairs with dmx_async_submit(): the list after the lock */
	if (!list_empty(&s->pending))
		dmx_async_kick(s);
}

static ssize_t dmx_stream_take(struct dmx_stream *s, struct iov_iter *from, bool wait)
{
	ssize_t done = 0, got;
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
		got = dmx_ring_fill(s, room, from);
		if (got < 0)
			return done ?: got;
		done += got;
	}
	return done;
}

ssize_t dmx_stream_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *filp = iocb->ki_filp;
	struct dmx_stream *s = filp->private_data;
	bool wait = !(filp->f_flags & O_NONBLOCK || iocb->ki_flags & IOCB_NOWAIT);
	ssize_t ret;

	ret = dmx_stream_closed(s);
	if (ret)
		return ret;
	if (!is_sync_kiocb(iocb))
		return dmx_async_submit(iocb, from);
	if (wait)
		ret = mutex_lock_interruptible(&s->write_lock);
	else if (!mutex_trylock(&s->write_lock))
		ret = -EAGAIN;
	if (ret)
		return ret;
	ret = dmx_async_drain(s, wait);
	if (!ret)
		ret = dmx_stream_take(s, from, wait);
	dmx_stream_unlock(s);
	return ret;
}
