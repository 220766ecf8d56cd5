// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of a stream: ring, cursors, and the next WRITE of each recorder.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <scsi/scsi.h>

#include "compat/compat.h"
#include "stream.h"

#define DMX_LONG_WRITE_MS	10	/* pause before a WRITE is sent again */
#define DMX_NO_TAG_MS		1
#define DMX_PROGRESS		(HZ / 2)

static void dmx_stream_release(struct kref *ref)
{
	struct dmx_stream *s = container_of(ref, struct dmx_stream, ref);
	unsigned int i;

	for (i = 0; i < s->nr_legs; i++) {
		struct dmx_leg *leg = &s->leg[i];

		if (leg->claimed) {
			spin_lock_irq(&leg->member->lock);
			leg->member->streaming = false;
			spin_unlock_irq(&leg->member->lock);
			dmx_unclaim(leg->member);
		}
		dmx_member_put(leg->member);
		kfree(leg->cmd.bio);
	}
	for (i = 0; s->ring && i < s->nr_chunks * s->pages_per_chunk; i++) {
		if (s->ring[i].bv_page)
			__free_page(s->ring[i].bv_page);
	}
	kvfree(s->ring);
	atomic_dec(&s->file->mux->streams_open);
	dmx_file_put(s->file);
	kvfree(s);
	module_put(THIS_MODULE);
}

/* The last reference goes in process context; a command's never is the last. */
void dmx_stream_put(struct dmx_stream *s)
{
	kref_put(&s->ref, dmx_stream_release);
}

unsigned int dmx_stream_running(struct dmx_stream *s)
{
	unsigned int i, n = 0;

	lockdep_assert_held(&s->lock);
	for (i = 0; i < s->nr_legs; i++)
		n += s->leg[i].state == DISCMUX_TARGET_RUNNING;
	return n;
}

/* The chunk that the slowest running leg is at; head when none is. */
static u64 dmx_stream_tail(struct dmx_stream *s)
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
u32 dmx_stream_room(struct dmx_stream *s)
{
	lockdep_assert_held(&s->lock);
	if (s->head - dmx_stream_tail(s) >= s->nr_chunks)
		return 0;
	return s->chunk_bytes - s->fill;
}

u32 dmx_stream_used(struct dmx_stream *s)
{
	u64 tail = dmx_stream_tail(s);
	u32 used = (s->head - tail) * s->chunk_bytes + s->fill;

	if (s->end != DMX_NO_END && tail < s->end && s->tail_bytes)
		used -= s->chunk_bytes - s->tail_bytes;
	return used;
}

static void dmx_leg_queue(struct dmx_leg *leg, unsigned int ms)
{
	kref_get(&leg->stream->ref);
	if (!queue_delayed_work(dmx_io_wq, &leg->work, msecs_to_jiffies(ms)))
		dmx_stream_put(leg->stream);
}

static void dmx_stream_kick(struct dmx_stream *s)
{
	unsigned int i;

	lockdep_assert_held(&s->lock);
	for (i = 0; i < s->nr_legs; i++) {
		if (s->leg[i].state == DISCMUX_TARGET_RUNNING && !s->leg[i].busy)
			dmx_leg_queue(&s->leg[i], 0);
	}
}

/* @bytes more lie in the chunk at head; sends it on when it is whole. */
void dmx_stream_filled(struct dmx_stream *s, u32 bytes)
{
	spin_lock_irq(&s->lock);
	s->fill += bytes;
	s->accepted += bytes;
	if (s->fill == s->chunk_bytes) {
		s->fill = 0;
		s->head++;
		if (s->state == DISCMUX_STREAM_FILLING && s->head >= s->prefill_chunks)
			s->state = DISCMUX_STREAM_RUNNING;
		if (s->state == DISCMUX_STREAM_RUNNING)
			dmx_stream_kick(s);
	}
	spin_unlock_irq(&s->lock);
	dmx_count(s->file->mux, DMX_MC_BYTES_ACCEPTED, bytes);
	dmx_count(s->file->mux, DMX_MC_BYTES_COPIED, bytes);
}

/* After the last event of a stream its state is DONE or ABORTED. */
static void dmx_stream_check_end(struct dmx_stream *s)
{
	u32 left = 0;
	u64 bytes = U64_MAX;
	unsigned int i;
	bool last;

	mutex_lock(&s->event_lock);
	spin_lock_irq(&s->lock);
	last = !s->ended && !dmx_stream_running(s) &&
	       (s->state == DISCMUX_STREAM_FINISHING ||
		s->state == DISCMUX_STREAM_ABORTED);
	s->ended |= last;
	if (last && s->state == DISCMUX_STREAM_FINISHING)
		s->state = DISCMUX_STREAM_DONE;
	for (i = 0; i < s->nr_legs; i++) {
		if (s->leg[i].state != DISCMUX_TARGET_DONE)
			continue;
		left++;
		bytes = min(bytes, s->leg[i].bytes);
	}
	spin_unlock_irq(&s->lock);
	if (last)
		dmx_event_stream(DISCMUX_EVENT_STREAM_END, s->file->mux, s->id, left,
				 left ? bytes : 0,
				 s->state == DISCMUX_STREAM_ABORTED ? ECANCELED :
				 left ? 0 : EIO);
	mutex_unlock(&s->event_lock);
	wake_up_all(&s->wait);
}

/* The last, shorter chunk becomes a whole one.  -EINVAL: not whole blocks. */
int dmx_stream_finish(struct dmx_stream *s)
{
	int ret = 0;

	spin_lock_irq(&s->lock);
	if (s->state == DISCMUX_STREAM_ABORTED) {
		ret = -ECANCELED;
	} else if (s->end == DMX_NO_END) {
		if (s->fill % s->block_size) {
			ret = -EINVAL;
		} else {
			s->tail_bytes = s->fill;
			s->head += !!s->fill;
			s->fill = 0;
			s->end = s->head;
			s->state = DISCMUX_STREAM_FINISHING;
			dmx_stream_kick(s);
		}
	}
	spin_unlock_irq(&s->lock);
	if (!ret)
		dmx_stream_check_end(s);	/* all may have failed before */
	return ret;
}

void dmx_stream_abort(struct dmx_stream *s)
{
	unsigned int i;

	spin_lock_irq(&s->lock);
	if (s->state != DISCMUX_STREAM_DONE) {
		s->state = DISCMUX_STREAM_ABORTED;
		for (i = 0; i < s->nr_legs; i++) {
			if (s->leg[i].state == DISCMUX_TARGET_RUNNING)
				s->leg[i].state = DISCMUX_TARGET_ABORTED;
		}
	}
	spin_unlock_irq(&s->lock);
	dmx_stream_check_end(s);
}

/* At most two a second, whatever the recorders do. */
static void dmx_stream_progress(struct dmx_stream *s)
{
	u64 bytes = U64_MAX;
	unsigned int i, left;
	bool due;

	if (time_before(jiffies, READ_ONCE(s->progress_at)))
		return;
	mutex_lock(&s->event_lock);
	spin_lock_irq(&s->lock);
	left = dmx_stream_running(s);
	due = left && !time_before(jiffies, s->progress_at);
	if (due)
		s->progress_at = jiffies + DMX_PROGRESS;
	for (i = 0; i < s->nr_legs; i++) {
		if (s->leg[i].state == DISCMUX_TARGET_RUNNING)
			bytes = min(bytes, s->leg[i].bytes);
	}
	spin_unlock_irq(&s->lock);
	if (due)
		dmx_event_stream(DISCMUX_EVENT_STREAM_PROGRESS, s->file->mux, s->id,
				 left, bytes, 0);
	mutex_unlock(&s->event_lock);
}

static void dmx_leg_fail(struct dmx_leg *leg, const struct discmux_result *res)
{
	struct dmx_stream *s = leg->stream;
	bool failed;

	mutex_lock(&s->event_lock);
	spin_lock_irq(&s->lock);
	failed = leg->state == DISCMUX_TARGET_RUNNING;
	leg->result = *res;
	if (failed) {
		leg->state = DISCMUX_TARGET_FAILED;
		leg->failed_lba = leg->lba;
	}
	leg->busy = false;
	spin_unlock_irq(&s->lock);
	if (failed) {
		dmx_log_failure(leg->member, "WRITE", res);
		dmx_count(leg->member, DMX_C_WRITE_ERRORS, 1);
		dmx_count(s->file->mux, DMX_MC_RECORDERS_FAILED, 1);
		dmx_event_failed(s->file->mux, s->id, leg->member, leg->lba, res);
	}
	mutex_unlock(&s->event_lock);
	if (failed)
		dmx_stream_check_end(s);
}

static void dmx_leg_fail_errno(struct dmx_leg *leg, u32 error)
{
	const struct discmux_result res = {
		.member = leg->member->id,
		.error = error,
	};

	dmx_leg_fail(leg, &res);
}

static void dmx_leg_advance(struct dmx_leg *leg, const struct discmux_result *res)
{
	struct dmx_stream *s = leg->stream;
	bool done = false, freed;
	u64 tail;

	dmx_count(leg->member, DMX_C_BYTES_WRITTEN, leg->data.bytes);
	spin_lock_irq(&s->lock);
	tail = dmx_stream_tail(s);
	leg->result = *res;
	leg->max_us = max(leg->max_us, res->duration_us);
	leg->bytes += leg->data.bytes;
	leg->lba += leg->blocks_in_flight;
	leg->cursor++;
	leg->busy = false;
	leg->since = 0;
	if (leg->state == DISCMUX_TARGET_RUNNING && leg->cursor == s->end) {
		leg->state = DISCMUX_TARGET_DONE;
		done = true;
	}
	freed = dmx_stream_tail(s) != tail;
	spin_unlock_irq(&s->lock);
	if (done)
		dmx_stream_check_end(s);
	else if (freed && wq_has_sleeper(&s->wait))
		wake_up_all(&s->wait);
	dmx_stream_progress(s);
}

/*
 * Whether the WRITE was not carried out and may be sent again: the drive's
 * buffer is full (MMC-6: long write in progress) or it was busy.
 */
static bool dmx_leg_again(struct dmx_leg *leg, const struct discmux_result *res)
{
	unsigned long limit = leg->since + msecs_to_jiffies(leg->stream->timeout_ms);

	if (res->error || time_after(jiffies, limit))
		return false;
	return res->status == SAM_STAT_BUSY || res->status == SAM_STAT_TASK_SET_FULL ||
	       dmx_result_sense(res, NOT_READY, 0x04, 0x08);
}

/* Takes the result of the WRITE that ended; true when the next may go. */
static bool dmx_leg_take(struct dmx_leg *leg)
{
	struct discmux_result res;

	dmx_cmd_reap(&leg->cmd, &res);
	if (dmx_result_good(&res)) {
		dmx_leg_advance(leg, &res);
		return true;
	}
	if (dmx_leg_again(leg, &res)) {
		dmx_count(leg->member, DMX_C_LONG_WRITE_WAITS, 1);
		spin_lock_irq(&leg->stream->lock);
		leg->retries++;
		leg->busy = false;
		spin_unlock_irq(&leg->stream->lock);
		dmx_leg_queue(leg, DMX_LONG_WRITE_MS);
		return false;
	}
	dmx_leg_fail(leg, &res);
	return false;
}

/* Whether there is a chunk to send now; if so the leg is busy with it. */
static bool dmx_leg_has_chunk(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;

	lockdep_assert_held(&s->lock);
	if (leg->state != DISCMUX_TARGET_RUNNING || leg->busy ||
	    s->state == DISCMUX_STREAM_FILLING)
		return false;
	if (leg->cursor == s->end) {
		leg->state = DISCMUX_TARGET_DONE;	/* FINISH came late */
		return false;
	}
	if (leg->cursor == s->head) {
		leg->ring_empty++;
		dmx_count(leg->member, DMX_C_RING_EMPTY, 1);
		return false;
	}
	leg->busy = true;
	leg->data.bytes = s->chunk_bytes;
	if (leg->cursor + 1 == s->end && s->tail_bytes)
		leg->data.bytes = s->tail_bytes;
	return true;
}

/* Points the command at the chunk at the cursor; false when there is none. */
static bool dmx_leg_prepare(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;
	u32 slot = leg->cursor % s->nr_chunks;
	bool go, done;

	spin_lock_irq(&s->lock);
	go = dmx_leg_has_chunk(leg);
	done = leg->state == DISCMUX_TARGET_DONE;
	spin_unlock_irq(&s->lock);
	if (done)
		dmx_stream_check_end(s);
	if (!go)
		return false;
	leg->data.table = s->ring + slot * s->pages_per_chunk;
	leg->data.nr = DIV_ROUND_UP(leg->data.bytes, PAGE_SIZE);
	leg->blocks_in_flight = leg->data.bytes / s->block_size;
	dmx_write_cdb(&leg->cmd, s->opcode, leg->lba, leg->blocks_in_flight);
	if (!leg->since)
		leg->since = jiffies | 1;
	return true;
}

static void dmx_leg_send(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;
	int ret;

	kref_get(&s->ref);	/* until dmx_leg_work() has taken the result */
	ret = dmx_cmd_submit(&leg->cmd, &leg->data, s->timeout_ms);
	if (!ret)
		return;
	if (ret == -EAGAIN) {
		spin_lock_irq(&s->lock);
		leg->busy = false;
		spin_unlock_irq(&s->lock);
		dmx_leg_queue(leg, DMX_NO_TAG_MS);
	} else {
		dmx_leg_fail_errno(leg, -ret);
	}
	dmx_stream_put(s);
}

/* In interrupt context. */
void dmx_leg_cmd_done(struct dmx_cmd *cmd)
{
	struct dmx_leg *leg = container_of(cmd, struct dmx_leg, cmd);

	kref_get(&leg->stream->ref);
	/* Pairs with dmx_leg_work(): what the interrupt wrote comes first. */
	smp_store_release(&leg->ended, true);
	if (mod_delayed_work(dmx_io_wq, &leg->work, 0))
		dmx_stream_put(leg->stream);	/* it was queued with one */
}

/*
 * Takes the result of a WRITE that ended and sends the next.  Queued when
 * there is data, when a WRITE ended and when a pause is over.
 */
void dmx_leg_work(struct work_struct *work)
{
	struct dmx_leg *leg = container_of(to_delayed_work(work), struct dmx_leg, work);
	struct dmx_stream *s = leg->stream;
	bool next = true;

	/* Pairs with dmx_leg_cmd_done(). */
	if (smp_load_acquire(&leg->ended)) {
		leg->ended = false;
		next = dmx_leg_take(leg);
		dmx_stream_put(s);
	}
	if (next && dmx_leg_prepare(leg))
		dmx_leg_send(leg);
	dmx_stream_put(s);
}
