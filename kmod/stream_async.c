// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous writes to a stream (io_uring, Linux AIO).  The memory of a
 * write is held by its pages; it is queued, and taken into the ring in the
 * order of arrival as there is room.  The write completes when all of it is in
 * the ring and no running leg needs its memory any more.  That never depends
 * on data yet to come: see dmx_ring_fill_async().
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "stream.h"

#define DMX_ASYNC_PAGES	16		/* looked up at a time */
#define DMX_HELD_MAX	(2 * DMX_RING_MAX)	/* user memory, bytes */

/**
 * struct dmx_async - one asynchronous write
 * @ref: being in dmx_stream.pending, each chunk that uses its memory
 * @link: in dmx_stream.pending, under dmx_stream.lock
 * @stream: where to
 * @iocb: completed at the end
 * @iter: what has not been taken; bvecs of io_uring's, or @bvec
 * @bvec: entries with a reference to a page each, NULL for io_uring's
 * @nr: entries of @bvec
 * @held: bytes counted in dmx_stream.held
 * @bytes: of all
 */
struct dmx_async {
	refcount_t ref;
	struct list_head link;
	struct dmx_stream *stream;
	struct kiocb *iocb;
	struct iov_iter iter;
	struct bio_vec *bvec;
	unsigned int nr;
	size_t held;
	size_t bytes;
};

void dmx_async_get(struct dmx_async *async)
{
	refcount_inc(&async->ref);
}

static void dmx_async_free(struct dmx_async *async)
{
	unsigned int i;

	for (i = 0; i < async->nr; i++)
		put_page(async->bvec[i].bv_page);
	atomic_long_sub(async->held, &async->stream->held);
	kvfree(async->bvec);
	kfree(async);
}

/* What is told of a write: all of it, or why no recorder is served any more. */
static long dmx_async_result(struct dmx_async *async)
{
	size_t taken = async->bytes - iov_iter_count(&async->iter);
	int ret = dmx_stream_closed(async->stream);

	if (ret == -EINVAL && taken == async->bytes && dmx_stream_alive(async->stream))
		ret = 0;	/* it is only that FINISH came meanwhile */
	return ret ?: taken;
}

/* In process context.  The iocb holds the file, and that the stream. */
void dmx_async_put(struct dmx_async *async)
{
	struct kiocb *iocb = async->iocb;
	long ret;

	if (!refcount_dec_and_test(&async->ref))
		return;
	ret = dmx_async_result(async);
	atomic_dec(&async->stream->nr_async);
	dmx_async_free(async);
	iocb->ki_complete(iocb, ret);
}

/* References to the user's pages, as bvecs. */
static ssize_t dmx_async_pages(struct dmx_async *async, struct iov_iter *from,
			       size_t bytes)
{
	unsigned int room = iov_iter_npages(from, INT_MAX), i;
	struct page *pages[DMX_ASYNC_PAGES];
	size_t done = 0, off;
	ssize_t got;

	async->bvec = kvmalloc_array(room, sizeof(*async->bvec), GFP_KERNEL_ACCOUNT);
	if (!async->bvec)
		return -ENOMEM;
	while (done < bytes && async->nr < room) {
		got = iov_iter_get_pages2(from, pages, bytes - done,
					  min_t(unsigned int, DMX_ASYNC_PAGES,
						room - async->nr), &off);
		if (got <= 0)
			return done ?: got ?: -EFAULT;
		done += got;
		for (i = 0; got > 0; i++) {
			u32 part = min_t(size_t, got, PAGE_SIZE - off);

			bvec_set_page(&async->bvec[async->nr++], pages[i], part, off);
			got -= part;
			off = 0;
		}
	}
	return done;
}

/*
 * User memory is held for as much as a ring can be at most; a longer write
 * comes back short, as one to a pipe may.  Memory that is not there is waited
 * for only by those who may wait.
 */
static int dmx_async_hold(struct dmx_async *async, struct iov_iter *from, bool wait)
{
	size_t bytes = min_t(size_t, iov_iter_count(from), DMX_RING_MAX);
	struct dmx_stream *s = async->stream;
	ssize_t got;

	if (!user_backed_iter(from))
		return -EINVAL;
	async->held = bytes;
	if (atomic_long_add_return(bytes, &s->held) > DMX_HELD_MAX)
		return -EAGAIN;
	from->nofault = !wait;
	got = dmx_async_pages(async, from, bytes);
	from->nofault = false;
	if (got != bytes && !wait)
		return -EAGAIN;
	if (got < 0)
		return got;
	async->bytes = got;
	iov_iter_bvec(&async->iter, ITER_SOURCE, async->bvec, async->nr, got);
	return 0;
}

/* Takes what there is room for; true when nothing is left to be taken. */
static bool dmx_async_take(struct dmx_stream *s)
{
	struct dmx_async *async;
	u32 room;

	lockdep_assert_held(&s->write_lock);
	for (;;) {
		spin_lock(&s->lock);
		async = list_first_entry_or_null(&s->pending, struct dmx_async, link);
		spin_unlock(&s->lock);
		if (!async)
			return true;
		if (!dmx_stream_closed(s)) {
			if (!dmx_stream_writable(s, &room))
				return false;
			if (room)
				dmx_ring_fill_async(s, room, &async->iter, async);
			if (iov_iter_count(&async->iter))
				continue;
		}
		spin_lock(&s->lock);
		list_del(&async->link);
		spin_unlock(&s->lock);
		dmx_async_put(async);
	}
}

/* There is room, or a reason to fail; unless a writer does it already. */
void dmx_async_fill(struct work_struct *work)
{
	struct dmx_stream *s = container_of(work, struct dmx_stream, fill_work);

	if (mutex_trylock(&s->write_lock)) {
		dmx_async_take(s);
		mutex_unlock(&s->write_lock);
	}
	dmx_stream_put(s);
}

void dmx_async_kick(struct dmx_stream *s)
{
	if (!kref_get_unless_zero(&s->ref))
		return;
	if (!queue_work(dmx_io_wq, &s->fill_work))
		dmx_stream_put_later(s);
}

/* All that came before is in the ring; for a writer that comes after. */
int dmx_async_drain(struct dmx_stream *s, bool wait)
{
	u32 room;
	int ret = 0;

	while (!ret && !dmx_async_take(s))
		ret = wait ? wait_event_interruptible(s->wait,
						      dmx_stream_writable(s, &room)) :
			     -EAGAIN;
	return ret;
}

/**
 * dmx_async_submit() - queue an asynchronous write
 * @iocb: completes later
 * @from: user memory, or bvecs that last until @iocb completes
 *
 * Return: -EIOCBQUEUED; -EAGAIN where it would have to wait and must not.
 */
ssize_t dmx_async_submit(struct kiocb *iocb, struct iov_iter *from)
{
	struct dmx_stream *s = iocb->ki_filp->private_data;
	bool wait = !(iocb->ki_flags & IOCB_NOWAIT);
	struct dmx_async *async;
	int ret = 0;

	if (!iov_iter_count(from))
		return 0;
	async = kzalloc(sizeof(*async), GFP_KERNEL_ACCOUNT);
	if (!async)
		return -ENOMEM;
	refcount_set(&async->ref, 1);
	async->stream = s;
	async->iocb = iocb;
	if (iov_iter_is_bvec(from)) {
		async->iter = *from;
		async->bytes = iov_iter_count(from);
	} else {
		ret = dmx_async_hold(async, from, wait);
	}
	if (ret) {
		dmx_async_free(async);
		return ret;
	}
	atomic_inc(&s->nr_async);
	spin_lock(&s->lock);
	list_add_tail(&async->link, &s->pending);
	spin_unlock(&s->lock);
	dmx_async_kick(s);
	return -EIOCBQUEUED;
}
