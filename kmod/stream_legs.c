// SPDX-License-Identifier: GPL-2.0
/*
 * The legs of a stream and the thread that drives them: takes results, moves
 * cursors, sends the next WRITE of each recorder.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "stream.h"

#define DMX_LONG_WRITE_MS	10	/* pause before a WRITE is sent again */
#define DMX_NO_TAG_MS		1
#define DMX_PROGRESS		(HZ / 2)

/*
 * Has the thread look at a leg; under rcu_read_lock(), in any context.  Stream
 * and task outlive the last reference by a grace period: what the caller said
 * of the leg before may be all that the thread waited for.
 */
static void dmx_leg_ready(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;

	if (!test_and_set_bit(DMX_LEG_QUEUED, &leg->flags)) {
		llist_add(&leg->ready, &s->ready);
		wake_up_process(s->thread);
	}
}

/* Has the thread look at all legs that do nothing. */
void dmx_legs_kick(struct dmx_stream *s)
{
	WRITE_ONCE(s->kick, true);
	wake_up_process(s->thread);
}

/* In interrupt context. */
static void dmx_leg_cmd_done(struct dmx_cmd *cmd)
{
	struct dmx_leg *leg = container_of(cmd, struct dmx_leg, cmd);

	/* A pause that is over may have put it on the list already */
	rcu_read_lock();
	set_bit(DMX_LEG_ENDED, &leg->flags);
	dmx_leg_ready(leg);
	rcu_read_unlock();
}

static void dmx_leg_pause(struct dmx_leg *leg, unsigned int ms)
{
	leg->paused = true;
	kref_get(&leg->stream->ref);
	queue_delayed_work(dmx_io_wq, &leg->pause, msecs_to_jiffies(ms));
}

static void dmx_leg_pause_over(struct work_struct *work)
{
	struct dmx_leg *leg = container_of(to_delayed_work(work), struct dmx_leg, pause);

	rcu_read_lock();
	leg->paused = false;
	dmx_leg_ready(leg);
	rcu_read_unlock();
	dmx_stream_put(leg->stream);
}

void dmx_leg_init(struct dmx_leg *leg)
{
	leg->data.out = true;
	leg->cmd.done = dmx_leg_cmd_done;
	INIT_DELAYED_WORK(&leg->pause, dmx_leg_pause_over);
}

/* A running leg is not one any more; what it still sends is nobody's concern. */
void dmx_leg_left(struct dmx_leg *leg, u32 state)
{
	struct dmx_stream *s = leg->stream;

	lockdep_assert_held(&s->lock);
	leg->state = state;
	s->running--;
	s->starving -= leg->idle;
	leg->idle = false;
	s->lost += leg->busy;
	if (state == DISCMUX_TARGET_DONE)
		dmx_count(leg->member, DMX_C_DISCS_FINISHED, 1);
}

/* Nothing is in flight any more. */
static void dmx_leg_idle(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;

	lockdep_assert_held(&s->lock);
	leg->busy = false;
	s->lost -= leg->state != DISCMUX_TARGET_RUNNING;
	if (s->closed)
		dmx_stream_note(s);	/* it may go back to everybody */
}

static void dmx_leg_fail(struct dmx_leg *leg, const struct discmux_result *res)
{
	struct dmx_stream *s = leg->stream;
	bool failed;

	spin_lock(&s->lock);
	dmx_leg_idle(leg);
	failed = leg->state == DISCMUX_TARGET_RUNNING;
	if (failed) {
		leg->result = *res;
		leg->failed_lba = leg->lba;
		leg->report = true;
		dmx_leg_left(leg, DISCMUX_TARGET_FAILED);
	}
	spin_unlock(&s->lock);
	if (failed)
		dmx_stream_note(s);
}

static void dmx_leg_fail_errno(struct dmx_leg *leg, u32 error)
{
	const struct discmux_result res = {
		.member = leg->member->id,
		.error = error,
	};

	dmx_leg_fail(leg, &res);
}

/* A WRITE was good. */
static void dmx_leg_advance(struct dmx_leg *leg, u32 us)
{
	struct dmx_stream *s = leg->stream;
	bool done;

	dmx_count(leg->member, DMX_C_BYTES_WRITTEN, leg->data.bytes);
	dmx_count(leg->member, DMX_C_BLOCKS_WRITTEN, leg->blocks_in_flight);
	spin_lock(&s->lock);
	dmx_leg_idle(leg);
	leg->max_us = max(leg->max_us, us);
	leg->bytes += leg->data.bytes;
	leg->lba += leg->blocks_in_flight;
	leg->cursor++;
	leg->since = 0;
	if (leg->state == DISCMUX_TARGET_RUNNING && !dmx_result_good(&leg->result))
		memset(&leg->result, 0, sizeof(leg->result));
	if (leg->state == DISCMUX_TARGET_RUNNING)
		leg->result.duration_us = us;
	done = leg->state == DISCMUX_TARGET_RUNNING && leg->cursor == s->end;
	if (done)
		dmx_leg_left(leg, DISCMUX_TARGET_DONE);
	spin_unlock(&s->lock);
	if (done)
		dmx_stream_note(s);
}

/* Whether the WRITE was not carried out and may be sent again, still. */
static bool dmx_leg_again(struct dmx_leg *leg, const struct discmux_result *res)
{
	unsigned long limit = leg->since + msecs_to_jiffies(leg->stream->timeout_ms);

	return time_before_eq(jiffies, limit) && dmx_result_not_begun(res);
}

/* A WRITE was carried out, and the drive has something to tell: it stays. */
static void dmx_leg_recovered(struct dmx_leg *leg, const struct discmux_result *res)
{
	struct dmx_stream *s = leg->stream;

	spin_lock(&s->lock);
	if (leg->state == DISCMUX_TARGET_RUNNING)
		leg->result = *res;
	spin_unlock(&s->lock);
	dmx_leg_advance(leg, res->duration_us);
}

/* A work tells everybody: that may wait. */
static void dmx_leg_heard(struct dmx_leg *leg, const struct discmux_result *res)
{
	struct dmx_stream *s = leg->stream;

	spin_lock(&s->lock);
	leg->heard = *res;
	leg->attention = true;
	spin_unlock(&s->lock);
	dmx_stream_note(s);
}

/* Takes the result of the WRITE that ended; true when the next may go. */
static bool dmx_leg_take(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;
	struct discmux_result res;
	u32 us, resid;

	if (dmx_cmd_reap_good(&leg->cmd, &us, &resid)) {
		dmx_leg_advance(leg, us);
		return true;
	}
	dmx_cmd_reap(&leg->cmd, &res);
	if (dmx_result_good(&res)) {
		dmx_leg_recovered(leg, &res);
		return true;
	}
	if (dmx_result_unit_attention(&res))
		dmx_leg_heard(leg, &res);
	if (dmx_leg_again(leg, &res)) {
		dmx_count(leg->member, DMX_C_LONG_WRITE_WAITS, 1);
		spin_lock(&s->lock);
		leg->retries++;
		dmx_leg_idle(leg);
		if (leg->state == DISCMUX_TARGET_RUNNING)
			leg->result = res;
		spin_unlock(&s->lock);
		dmx_leg_pause(leg, DMX_LONG_WRITE_MS);
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
	if (leg->state != DISCMUX_TARGET_RUNNING || leg->busy || leg->paused ||
	    s->state == DISCMUX_STREAM_FILLING)
		return false;
	if (leg->cursor == s->end) {
		dmx_leg_left(leg, DISCMUX_TARGET_DONE);	/* FINISH came late */
		dmx_stream_note(s);
		return false;
	}
	if (leg->cursor == s->head) {
		if (!leg->idle) {
			leg->ring_empty++;
			dmx_count(leg->member, DMX_C_RING_EMPTY, 1);
			leg->idle = true;
			s->starving++;
		}
		return false;
	}
	s->starving -= leg->idle;
	leg->idle = false;
	leg->busy = true;
	kref_get(&s->ref);	/* until dmx_leg_run() has taken the result */
	leg->chunk = s->slot[leg->cursor % s->nr_chunks];
	leg->data.bytes = s->chunk_bytes;
	if (leg->cursor + 1 == s->end && s->tail_bytes)
		leg->data.bytes = s->tail_bytes;
	return true;
}

/* Points the command at the chunk at the cursor; false when there is none. */
static bool dmx_leg_prepare(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;
	bool go;

	spin_lock(&s->lock);
	go = dmx_leg_has_chunk(leg);
	spin_unlock(&s->lock);
	if (!go)
		return false;
	leg->data.table = leg->chunk->table;
	leg->data.nr = leg->chunk->nr;
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

	ret = dmx_cmd_submit(&leg->cmd, &leg->data, s->timeout_ms);
	if (!ret)
		return;
	if (ret == -EAGAIN) {
		spin_lock(&s->lock);
		dmx_leg_idle(leg);
		spin_unlock(&s->lock);
		dmx_leg_pause(leg, DMX_NO_TAG_MS);
	} else {
		dmx_leg_fail_errno(leg, -ret);
	}
	dmx_chunk_put(leg->chunk);
	dmx_stream_put_later(s);
}

/* Takes the result of a WRITE that ended, if one has, and sends the next. */
static void dmx_leg_run(struct dmx_leg *leg)
{
	struct dmx_stream *s = leg->stream;
	bool next = true, ended = test_and_clear_bit(DMX_LEG_ENDED, &leg->flags);

	if (ended) {
		next = dmx_leg_take(leg);
		dmx_chunk_put(leg->chunk);
	}
	if (next && dmx_leg_prepare(leg))
		dmx_leg_send(leg);
	if (ended)
		dmx_stream_put_later(s);
}

/* At most two a second, whatever the recorders do, and none after the end. */
static void dmx_legs_progress(struct dmx_stream *s)
{
	spin_lock(&s->lock);
	if (s->running && s->state != DISCMUX_STREAM_FILLING) {
		s->progress_at = jiffies + DMX_PROGRESS;
		s->progress = true;
		dmx_stream_note(s);
	}
	spin_unlock(&s->lock);
}

/* One look at everything there is to do. */
static void dmx_legs_round(struct dmx_stream *s)
{
	struct llist_node *list = llist_reverse_order(llist_del_all(&s->ready));
	struct dmx_leg *leg, *next;
	unsigned int i;

	llist_for_each_entry_safe(leg, next, list, ready) {
		clear_bit(DMX_LEG_QUEUED, &leg->flags);
		/* Pairs with dmx_leg_ready(): what comes from here on counts. */
		smp_mb__after_atomic();
		dmx_leg_run(leg);
	}
	if (READ_ONCE(s->kick)) {
		WRITE_ONCE(s->kick, false);
		smp_mb();	/* pairs with the lock around what was changed */
		for (i = 0; i < s->nr_legs; i++) {
			if (!s->leg[i].busy)
				dmx_leg_run(&s->leg[i]);
		}
	}
	dmx_ring_reap(s);
	if (time_after(jiffies, s->progress_at))
		dmx_legs_progress(s);
}

/*
 * Feeds the recorders.  It holds no reference: the stream stops it before it
 * goes, and a reference that it puts is never waited for here.
 */
int dmx_stream_thread(void *data)
{
	struct dmx_stream *s = data;

	for (;;) {
		set_current_state(TASK_IDLE);
		if (!llist_empty(&s->ready) || READ_ONCE(s->kick)) {
			__set_current_state(TASK_RUNNING);
			dmx_legs_round(s);
			cond_resched();
			continue;
		}
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}
