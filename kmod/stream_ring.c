// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of a stream: its memory, what is put into it, and what is taken
 * out.  The chunk at head belongs to whoever holds write_lock; no leg looks
 * at it before head has moved on.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/slab.h>

#include "stream.h"

struct dmx_chunk *dmx_chunk_alloc(struct dmx_stream *s)
{
	struct dmx_chunk *chunk;

	chunk = kvzalloc(struct_size(chunk, table, s->pages_per_chunk),
			 GFP_KERNEL_ACCOUNT);
	return chunk;
}

/* Gives the pages back that are not the ring's own. */
static void dmx_chunk_empty(struct dmx_chunk *chunk)
{
	unsigned int i, p;

	for_each_set_bit(i, chunk->foreign, chunk->nr) {
		struct bio_vec *bv = &chunk->table[i];

		for (p = 0; p < bv->bv_len >> PAGE_SHIFT; p++)
			put_page(bv->bv_page + p);
		__clear_bit(i, chunk->foreign);
	}
	chunk->nr = 0;
}

/* A leg is done with a chunk, which may be in no slot; by the thread only. */
void dmx_chunk_put(struct dmx_chunk *chunk)
{
	if (!chunk->lost || --chunk->lost)
		return;
	dmx_chunk_empty(chunk);
	kvfree(chunk);
}

/* Pages in a row, for fewer pieces are less work; false when there are none. */
static bool dmx_ring_row(struct dmx_stream *s, struct page **to)
{
	unsigned int order = get_order(s->chunk_bytes), i;
	struct page *page = NULL;

	if (order)
		page = alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_NORETRY,
				   order);
	if (!page)
		return false;
	split_page(page, order);
	for (i = 0; i < 1 << order; i++) {
		if (i < s->pages_per_chunk)
			to[i] = page + i;
		else
			__free_page(page + i);
	}
	return true;
}

/*
 * The ring's own pages of a slot, taken when data first come to lie there: to
 * have them all at once (and zeroed, as many kernels do) is what opening a
 * stream would take longest for, and what comes by sendfile never needs them.
 * Once WRITEs go out memory is waited for: a disc must not be lost for it.
 * The first page is taken last, so that it tells whether all are there.
 */
static int dmx_ring_back(struct dmx_stream *s, u32 slot, bool may_fail)
{
	struct page **to = s->page + slot * s->pages_per_chunk;
	u32 i = s->pages_per_chunk;
	gfp_t gfp = GFP_KERNEL_ACCOUNT;

	lockdep_assert_held(&s->write_lock);
	if (*to || (!to[i - 1] && dmx_ring_row(s, to)))
		return 0;
	if (!may_fail || READ_ONCE(s->state) != DISCMUX_STREAM_FILLING)
		gfp |= __GFP_NOFAIL;
	while (i--) {
		to[i] = to[i] ?: alloc_page(gfp);
		if (!to[i])
			return -ENOMEM;
	}
	return 0;
}

/* All of it, for a mapping. */
int dmx_ring_back_all(struct dmx_stream *s)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < s->nr_chunks && !ret; i++)
		ret = fatal_signal_pending(current) ? -EINTR : dmx_ring_back(s, i, true);
	return ret;
}

int dmx_ring_alloc(struct dmx_stream *s)
{
	u32 i, nr = s->nr_chunks * s->pages_per_chunk;

	s->slot = kvcalloc(s->nr_chunks, sizeof(*s->slot), GFP_KERNEL_ACCOUNT);
	s->page = kvcalloc(nr, sizeof(*s->page), GFP_KERNEL_ACCOUNT);
	if (!s->slot || !s->page)
		return -ENOMEM;
	for (i = 0; i < s->nr_legs; i++) {
		s->leg[i].spare = dmx_chunk_alloc(s);
		if (!s->leg[i].spare)
			return -ENOMEM;
	}
	for (i = 0; i < s->nr_chunks; i++) {
		s->slot[i] = dmx_chunk_alloc(s);
		if (!s->slot[i])
			return -ENOMEM;
	}
	return 0;
}

/* Nobody uses the stream any more. */
void dmx_ring_free(struct dmx_stream *s)
{
	u32 i;

	for (i = 0; i < s->nr_legs; i++)
		kvfree(s->leg[i].spare);
	for (i = 0; s->slot && i < s->nr_chunks; i++) {
		if (!s->slot[i])
			continue;
		dmx_chunk_empty(s->slot[i]);
		kvfree(s->slot[i]);
	}
	for (i = 0; s->page && i < s->nr_chunks * s->pages_per_chunk; i++) {
		if (s->page[i])
			__free_page(s->page[i]);
	}
	kvfree(s->slot);
	kvfree(s->page);
}

/* The chunk that the slowest running leg is at; head when none is. */
static u64 dmx_ring_tail(struct dmx_stream *s)
{
	u64 tail = s->head;
	unsigned int i;

	lockdep_assert_held(&s->lock);
	for (i = 0; i < s->nr_legs; i++) {
		if (s->leg[i].state == DISCMUX_TARGET_RUNNING)
			tail = min(tail, s->leg[i].cursor);
	}
	return tail;
}

/* Bytes that fit into the chunk at head now. */
u32 dmx_ring_room(struct dmx_stream *s)
{
	lockdep_assert_held(&s->lock);
	if (s->head - s->reaped >= s->nr_chunks)
		return 0;
	return s->chunk_bytes - s->fill;
}

/* Bytes that some running leg has not taken. */
u32 dmx_ring_used(struct dmx_stream *s)
{
	u64 tail = dmx_ring_tail(s);
	u32 used = (s->head - tail) * s->chunk_bytes + s->fill;

	if (s->end != DMX_NO_END && tail < s->end && s->tail_bytes)
		used -= s->chunk_bytes - s->tail_bytes;
	return used;
}

/* @bytes more lie in the chunk at head; sends it on when it is whole. */
static void dmx_ring_filled(struct dmx_stream *s, u32 bytes, u32 copied)
{
	spin_lock(&s->lock);
	s->fill += bytes;
	s->accepted += bytes;
	s->copied += copied;
	s->zero_copy += bytes - copied;
	if (s->fill == s->chunk_bytes) {
		s->fill = 0;
		s->head++;
		if (s->state == DISCMUX_STREAM_FILLING && s->head >= s->prefill_chunks) {
			s->state = DISCMUX_STREAM_RUNNING;
			dmx_legs_kick(s);
			dmx_lag_start(s);
		} else if (s->starving || !s->running) {
			dmx_legs_kick(s);
		}
	}
	spin_unlock(&s->lock);
	dmx_count(s->file->mux, DMX_MC_BYTES_ACCEPTED, bytes);
	dmx_count(s->file->mux, DMX_MC_BYTES_COPIED, copied);
	dmx_count(s->file->mux, DMX_MC_BYTES_ZERO_COPY, bytes - copied);
}

static void dmx_chunk_add(struct dmx_stream *s, struct dmx_chunk *chunk,
			  struct page *page, u32 off, u32 len, bool foreign)
{
	if (chunk->nr && foreign == test_bit(chunk->nr - 1, chunk->foreign) &&
	    dmx_table_merge(&chunk->table[chunk->nr - 1], &s->limits, page, off, len))
		return;
	bvec_set_page(&chunk->table[chunk->nr], page, len, off);
	__assign_bit(chunk->nr, chunk->foreign, foreign);
	chunk->nr++;
}

static struct dmx_chunk *dmx_ring_head(struct dmx_stream *s)
{
	lockdep_assert_held(&s->write_lock);
	return s->slot[s->head % s->nr_chunks];
}

/* The ring's own page behind byte @at of the chunk at head, if it is there. */
static struct page *dmx_ring_page(struct dmx_stream *s, u32 at)
{
	u32 slot = s->head % s->nr_chunks;

	return s->page[slot * s->pages_per_chunk + (at >> PAGE_SHIFT)];
}

static ssize_t dmx_ring_copy(struct dmx_stream *s, size_t want, struct iov_iter *from,
			     bool may_fail)
{
	struct dmx_chunk *chunk = dmx_ring_head(s);
	size_t done = 0;
	int ret = dmx_ring_back(s, s->head % s->nr_chunks, may_fail);

	if (ret)
		return ret;
	while (done < want) {
		u32 at = s->fill + done, off = offset_in_page(at);
		size_t part = min_t(size_t, want - done, PAGE_SIZE - off);
		struct page *page = dmx_ring_page(s, at);
		size_t got = copy_page_from_iter(page, off, part, from);

		if (got)
			dmx_chunk_add(s, chunk, page, off, got, false);
		done += got;
		if (got < part)
			break;
	}
	if (done)
		dmx_ring_filled(s, done, done);
	return done ?: -EFAULT;
}

/* What is next in @from, within one page; its bytes. */
static u32 dmx_iter_piece(const struct iov_iter *from, struct page **page, u32 *off)
{
	const struct bio_vec *bv = from->bvec;
	size_t skip = from->iov_offset;

	while (skip >= bv->bv_len)
		skip -= bv++->bv_len;
	*off = offset_in_page(bv->bv_offset + skip);
	*page = bv->bv_page + ((bv->bv_offset + skip) >> PAGE_SHIFT);
	return min_t(size_t, PAGE_SIZE - *off, bv->bv_len - skip);
}

/*
 * Whole pages that come to lie at a page's place are used where they are.
 * Slab memory is not: a reference to its page does not keep it.
 */
static ssize_t dmx_ring_refer(struct dmx_stream *s, size_t want, struct iov_iter *from,
			      bool may_fail)
{
	struct dmx_chunk *chunk = dmx_ring_head(s);
	u32 slot = s->head % s->nr_chunks;
	size_t done = 0, copied = 0;
	int ret = 0;

	while (done < want) {
		u32 at = s->fill + done, to = offset_in_page(at), off;
		struct page *page, *own;
		size_t part;

		part = min_t(size_t, dmx_iter_piece(from, &page, &off), want - done);
		if (part == PAGE_SIZE && !to && sendpage_ok(page)) {
			get_page(page);
			dmx_chunk_add(s, chunk, page, 0, PAGE_SIZE, true);
		} else {
			ret = dmx_ring_back(s, slot, may_fail);
			if (ret)
				break;
			part = min_t(size_t, part, PAGE_SIZE - to);
			own = dmx_ring_page(s, at);
			memcpy_page(own, to, page, off, part);
			dmx_chunk_add(s, chunk, own, to, part, false);
			copied += part;
		}
		iov_iter_advance(from, part);
		done += part;
	}
	if (done)
		dmx_ring_filled(s, done, copied);
	return done ?: ret;
}

/**
 * dmx_ring_fill() - put data into the chunk at head
 * @s: with write_lock held
 * @room: of dmx_ring_room(), not 0
 * @from: the data; pages that splice brings are referred to, all else copied
 *
 * Return: bytes taken, at least 1; -EFAULT, or -ENOMEM before the first WRITE.
 */
ssize_t dmx_ring_fill(struct dmx_stream *s, u32 room, struct iov_iter *from)
{
	size_t want = min_t(size_t, room, iov_iter_count(from));

	if (iov_iter_is_bvec(from) && s->limits.share)
		return dmx_ring_refer(s, want, from, true);
	return dmx_ring_copy(s, want, from, true);
}

/**
 * dmx_ring_fill_async() - the same for an asynchronous write
 * @s: with write_lock held
 * @room: of dmx_ring_room(), not 0
 * @from: bvecs
 * @async: waits until its memory is not needed any more
 *
 * Only whole chunks are used in place, and only once WRITEs go out: that no
 * write ever waits for data that the user may not bring.  Nobody could be told
 * of memory that is not there: it is waited for.
 */
void dmx_ring_fill_async(struct dmx_stream *s, u32 room, struct iov_iter *from,
			 struct dmx_async *async)
{
	size_t want = min_t(size_t, room, iov_iter_count(from));
	struct iov_iter part = *from;

	iov_iter_truncate(&part, want);
	if (want < s->chunk_bytes || !s->limits.share ||
	    READ_ONCE(s->state) == DISCMUX_STREAM_FILLING ||
	    iov_iter_alignment(&part) & ~PAGE_MASK) {
		dmx_ring_copy(s, want, from, false);
		return;
	}
	dmx_async_get(async);
	dmx_ring_head(s)->async = async;
	dmx_ring_refer(s, want, from, false);
}

/* @bytes more have been put into the ring's own pages by the user. */
void dmx_ring_commit(struct dmx_stream *s, u32 bytes)
{
	while (bytes) {
		struct dmx_chunk *chunk = dmx_ring_head(s);
		u32 part = min(bytes, s->chunk_bytes - s->fill), done, at, len;

		for (done = 0; done < part; done += len) {
			at = s->fill + done;
			len = min_t(u32, part - done, PAGE_SIZE - offset_in_page(at));
			dmx_chunk_add(s, chunk, dmx_ring_page(s, at),
				      offset_in_page(at), len, false);
		}
		dmx_ring_filled(s, part, 0);
		bytes -= part;
	}
}

/* Legs that left and still read the chunk keep it; the slot gets a spare. */
static void dmx_ring_part(struct dmx_stream *s, u32 slot)
{
	struct dmx_chunk *chunk = s->slot[slot];
	unsigned int i;

	for (i = 0; i < s->nr_legs; i++) {
		struct dmx_leg *leg = &s->leg[i];

		if (!leg->busy || leg->chunk != chunk)
			continue;
		if (!chunk->lost++) {
			s->slot[slot] = leg->spare;
			leg->spare = NULL;
		}
	}
}

static void dmx_ring_reap_slot(struct dmx_stream *s, u32 slot)
{
	struct dmx_async *async = s->slot[slot]->async;
	struct dmx_chunk *chunk = s->slot[slot];

	chunk->async = NULL;
	if (READ_ONCE(s->lost))
		dmx_ring_part(s, slot);
	if (chunk == s->slot[slot])
		dmx_chunk_empty(chunk);
	if (async)
		dmx_async_put(async);
}

/* Frees what no running leg needs; by the stream's thread only. */
void dmx_ring_reap(struct dmx_stream *s)
{
	bool wake, pending;
	u64 tail, at;

	spin_lock(&s->lock);
	tail = dmx_ring_tail(s);
	spin_unlock(&s->lock);
	for (at = s->reaped; at < tail; at++)
		dmx_ring_reap_slot(s, at % s->nr_chunks);
	spin_lock(&s->lock);
	s->reaped = tail;
	wake = s->head - tail + s->wake_chunks <= s->nr_chunks || s->starving ||
	       !s->running;
	pending = !list_empty(&s->pending);
	spin_unlock(&s->lock);
	if (wake && wq_has_sleeper(&s->wait))
		wake_up_all(&s->wait);
	if (pending)
		dmx_async_kick(s);
}
