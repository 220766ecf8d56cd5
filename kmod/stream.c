// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a stream: opening, finishing, aborting, its events, its end.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "stream.h"

/* The recorder is everybody's again; by close(), or by the last of the stream. */
static void dmx_leg_unclaim(struct dmx_leg *leg)
{
	struct dmx_member *m = leg->member;

	spin_lock_irq(&m->lock);
	m->streaming = false;
	m->rewritten = true;
	spin_unlock_irq(&m->lock);
	dmx_unclaim(m);
	dmx_member_tell_state(m);
}

/**
 * dmx_stream_unclaim() - give back recorders that have no WRITE in flight
 * @s: aborted or done, so that none is sent any more
 *
 * The thread may hold the stream a moment longer than FINISH takes; a command
 * after close() must not find the recorder busy for that.  One that has a WRITE in
 * flight is given back when that ends, see dmx_stream_note_work().
 */
void dmx_stream_unclaim(struct dmx_stream *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_legs; i++) {
		struct dmx_leg *leg = &s->leg[i];
		bool idle;

		spin_lock_irq(&s->lock);
		idle = leg->claimed && !leg->busy;
		if (idle)
			leg->claimed = false;
		spin_unlock_irq(&s->lock);
		if (idle)
			dmx_leg_unclaim(leg);
	}
}

/* No leg is busy and nobody holds the fd. */
static void dmx_stream_free(struct dmx_stream *s)
{
	unsigned int i;

	cancel_delayed_work_sync(&s->lag_work);
	if (s->thread)
		kthread_stop(s->thread);
	for (i = 0; i < s->nr_legs; i++) {
		struct dmx_leg *leg = &s->leg[i];

		if (leg->claimed)
			dmx_leg_unclaim(leg);
		dmx_member_put(leg->member);
	}
	dmx_ring_free(s);
	atomic_dec(&s->file->mux->streams_open);
	dmx_file_put(s->file);
	kvfree_rcu(s, rcu);	/* see dmx_leg_ready() */
	module_put(THIS_MODULE);
}

static void dmx_stream_free_work(struct work_struct *work)
{
	dmx_stream_free(container_of(work, struct dmx_stream, free_work));
}

static void dmx_stream_release(struct kref *ref)
{
	dmx_stream_free(container_of(ref, struct dmx_stream, ref));
}

static void dmx_stream_release_later(struct kref *ref)
{
	queue_work(dmx_slow_wq, &container_of(ref, struct dmx_stream, ref)->free_work);
}

/* Not in the stream's thread, which the last one waits for. */
void dmx_stream_put(struct dmx_stream *s)
{
	kref_put(&s->ref, dmx_stream_release);
}

/* Anywhere. */
void dmx_stream_put_later(struct dmx_stream *s)
{
	kref_put(&s->ref, dmx_stream_release_later);
}

/* There is something to tell, unless nobody is left but the thread. */
void dmx_stream_note(struct dmx_stream *s)
{
	if (!kref_get_unless_zero(&s->ref))
		return;
	if (!queue_work(dmx_slow_wq, &s->note_work))
		dmx_stream_put_later(s);
}

/* A unit attention that a WRITE brought; before the failure that it is as well. */
static void dmx_stream_attention(struct dmx_stream *s, struct dmx_leg *leg)
{
	struct discmux_result res;
	bool attention;

	spin_lock(&s->lock);
	attention = leg->attention;
	leg->attention = false;
	res = leg->heard;
	spin_unlock(&s->lock);
	if (attention)
		dmx_cmd_attention(leg->member, &res);
}

static void dmx_stream_report(struct dmx_stream *s, struct dmx_leg *leg)
{
	struct discmux_result res;
	bool report;
	u32 lba;

	dmx_stream_attention(s, leg);
	spin_lock(&s->lock);
	report = leg->report;
	leg->report = false;
	res = leg->result;
	lba = leg->failed_lba;
	spin_unlock(&s->lock);
	if (!report)
		return;
	dmx_log_failure(leg->member, "WRITE", &res);
	dmx_count(leg->member, DMX_C_WRITE_ERRORS, 1);
	dmx_count(s->file->mux, DMX_MC_RECORDERS_FAILED, 1);
	dmx_event_failed(s->file->mux, s->id, leg->member, lba, &res);
}

/* How many legs are in a state, and what the slowest of them has taken. */
static u32 dmx_stream_count(struct dmx_stream *s, u32 state, u64 *bytes)
{
	unsigned int i;
	u32 n = 0;

	lockdep_assert_held(&s->lock);
	*bytes = U64_MAX;
	for (i = 0; i < s->nr_legs; i++) {
		if (s->leg[i].state != state)
			continue;
		n++;
		*bytes = min(*bytes, s->leg[i].bytes);
	}
	return n;
}

static void dmx_stream_tell(struct dmx_stream *s)
{
	bool last, aborted, progress, unsaid = false;
	unsigned int i;
	u64 bytes;
	u32 n;

	spin_lock(&s->lock);
	for (i = 0; i < s->nr_legs; i++)
		unsaid |= s->leg[i].report;
	progress = s->progress;
	s->progress = false;
	aborted = s->state == DISCMUX_STREAM_ABORTED;
	last = !s->ended && !s->running && !unsaid &&
	       (aborted || s->state == DISCMUX_STREAM_FINISHING);
	if (last && !aborted)
		s->state = DISCMUX_STREAM_DONE;
	n = dmx_stream_count(s, last ? DISCMUX_TARGET_DONE : DISCMUX_TARGET_RUNNING,
			     &bytes);
	spin_unlock(&s->lock);
	if (last)
		dmx_event_stream(DISCMUX_EVENT_STREAM_END, s->file->mux, s->id, n,
				 n ? bytes : 0, aborted ? ECANCELED : n ? 0 : EIO);
	else if (progress && n && bytes)
		dmx_event_stream(DISCMUX_EVENT_STREAM_PROGRESS, s->file->mux, s->id,
				 n, bytes, 0);
	if (last) {
		spin_lock(&s->lock);
		s->ended = true;
		spin_unlock(&s->lock);
	}
}

/*
 * Events of a stream, in order because there is one work.  After the last one
 * the stream's state is DONE or ABORTED.
 */
static void dmx_stream_note_work(struct work_struct *work)
{
	struct dmx_stream *s = container_of(work, struct dmx_stream, note_work);
	unsigned int i;

	for (i = 0; i < s->nr_legs; i++)
		dmx_stream_report(s, &s->leg[i]);
	dmx_stream_tell(s);
	wake_up_all(&s->wait);
	/* A recorder that has ended its last WRITE does not wait for the others'. */
	if (READ_ONCE(s->closed))
		dmx_stream_unclaim(s);
	dmx_stream_put(s);
}

/* Why write() cannot take data, 0 when it can. */
int dmx_stream_closed(struct dmx_stream *s)
{
	int ret = 0;

	spin_lock(&s->lock);
	if (s->state == DISCMUX_STREAM_ABORTED)
		ret = -ECANCELED;
	else if (s->end != DMX_NO_END)
		ret = -EINVAL;
	else if (!s->running)
		ret = -EIO;
	spin_unlock(&s->lock);
	return ret;
}

/* Whether a recorder has, or still may get, all data. */
bool dmx_stream_alive(struct dmx_stream *s)
{
	unsigned int i, n;

	spin_lock(&s->lock);
	n = s->running;
	for (i = 0; i < s->nr_legs; i++)
		n += s->leg[i].state == DISCMUX_TARGET_DONE;
	spin_unlock(&s->lock);
	return n;
}

/* The last, shorter chunk becomes a whole one.  -EINVAL: not whole blocks. */
int dmx_stream_finish(struct dmx_stream *s)
{
	int ret = 0;

	lockdep_assert_held(&s->write_lock);
	spin_lock(&s->lock);
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
			dmx_legs_kick(s);
		}
	}
	spin_unlock(&s->lock);
	if (!ret)
		dmx_stream_note(s);	/* all may have failed before */
	return ret;
}

void dmx_stream_abort(struct dmx_stream *s)
{
	unsigned int i;

	spin_lock(&s->lock);
	if (s->state != DISCMUX_STREAM_DONE) {
		s->state = DISCMUX_STREAM_ABORTED;
		for (i = 0; i < s->nr_legs; i++) {
			if (s->leg[i].state == DISCMUX_TARGET_RUNNING)
				dmx_leg_left(&s->leg[i], DISCMUX_TARGET_ABORTED);
		}
		dmx_legs_kick(s);	/* frees the ring */
	}
	spin_unlock(&s->lock);
	wake_up_all(&s->wait);
	dmx_stream_note(s);
}

/**
 * dmx_stream_alloc() - a stream without memory and thread
 * @file: what it is opened from
 * @n: recorders
 * @t: where on their discs
 * @m: which they are; their references become the stream's
 */
struct dmx_stream *dmx_stream_alloc(struct dmx_file *file, u32 n,
				    struct discmux_target *t, struct dmx_member **m)
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
	spin_lock_init(&s->lock);
	init_waitqueue_head(&s->wait);
	init_llist_head(&s->ready);
	INIT_LIST_HEAD(&s->pending);
	INIT_WORK(&s->free_work, dmx_stream_free_work);
	INIT_WORK(&s->note_work, dmx_stream_note_work);
	INIT_WORK(&s->fill_work, dmx_async_fill);
	INIT_DELAYED_WORK(&s->lag_work, dmx_lag_work);
	s->end = DMX_NO_END;
	s->progress_at = jiffies;
	s->nr_legs = n;
	s->running = n;
	for (i = 0; i < n; i++) {
		struct dmx_leg *leg = &s->leg[i];

		leg->stream = s;
		leg->member = m[i];
		leg->lba = t[i].lba;
		leg->cmd.member = m[i];
		dmx_leg_init(leg);
	}
	atomic_inc(&file->mux->streams_open);
	return s;
}

/* The thread that feeds the recorders, before anything else of the machine. */
int dmx_stream_start(struct dmx_stream *s)
{
	struct task_struct *thread;

	s->id = atomic_inc_return(&s->file->mux->stream_id);
	thread = kthread_create(dmx_stream_thread, s, "discmux%u-%u",
				s->file->mux->id, s->id);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	sched_set_fifo_low(thread);
	s->thread = thread;
	wake_up_process(thread);
	return 0;
}
