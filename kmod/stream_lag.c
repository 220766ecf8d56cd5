// SPDX-License-Identifier: GPL-2.0
/*
 * Laggards.  A recorder lags while it holds the last chunk of a full ring and
 * another one of the stream waits for data: the sum of these times is what it
 * cost the others.  Every DMX_LAG_FORGIVE ms without take one off, so that a
 * recorder is not blamed for every small pause of a long job.  With
 * DISCMUX_LAG_DETACH it leaves the stream when the sum reaches the limit.
 */
#include "stream.h"

#define DMX_LAG_FORGIVE		4
#define DMX_LAG_LOOKS		16	/* looks within the limit */
#define DMX_LAG_LOOK_MIN	4	/* ms */
#define DMX_LAG_LOOK_MAX	100	/* ms */
#define DMX_LAG_LATE		4	/* intervals that one look may stand for */

static unsigned int dmx_lag_interval(struct dmx_stream *s)
{
	return clamp_t(unsigned int, s->lag_limit_ms / DMX_LAG_LOOKS,
		       DMX_LAG_LOOK_MIN, DMX_LAG_LOOK_MAX);
}

void dmx_lag_start(struct dmx_stream *s)
{
	s->lag_at = jiffies;
	/* It only looks, and each look that comes late costs the others as much. */
	queue_delayed_work(dmx_io_wq, &s->lag_work, msecs_to_jiffies(dmx_lag_interval(s)));
}

static void dmx_lag_detach(struct dmx_leg *leg)
{
	leg->result = (struct discmux_result) {
		.member = leg->member->id,
		.error = ETIME,
	};
	leg->failed_lba = leg->lba;
	leg->report = true;
	dmx_leg_left(leg, DISCMUX_TARGET_FAILED);
}

/* True when the leg has left. */
static bool dmx_lag_look(struct dmx_leg *leg, bool stall, unsigned int ms)
{
	struct dmx_stream *s = leg->stream;

	if (leg->state != DISCMUX_TARGET_RUNNING)
		return false;
	if (!stall || leg->cursor != s->reaped) {
		leg->lag_ms -= min(leg->lag_ms, ms / DMX_LAG_FORGIVE);
		return false;
	}
	dmx_count(leg->member, DMX_C_LAG_MS, ms);
	leg->lag_ms += ms;
	if (s->lag_policy != DISCMUX_LAG_DETACH || leg->lag_ms < s->lag_limit_ms)
		return false;
	dmx_lag_detach(leg);
	return true;
}

void dmx_lag_work(struct work_struct *work)
{
	struct dmx_stream *s = container_of(to_delayed_work(work), struct dmx_stream,
					    lag_work);
	unsigned int i, ms = jiffies_to_msecs(jiffies - s->lag_at);
	bool stall, left = false, again;

	/* When the whole machine stood still it was no recorder's fault. */
	ms = min(ms, DMX_LAG_LATE * dmx_lag_interval(s));
	spin_lock(&s->lock);
	stall = s->starving && s->head - s->reaped >= s->nr_chunks;
	for (i = 0; i < s->nr_legs; i++)
		left |= dmx_lag_look(&s->leg[i], stall, ms);
	if (left)
		dmx_legs_kick(s);	/* frees what they held */
	again = s->state == DISCMUX_STREAM_RUNNING && s->running;
	spin_unlock(&s->lock);
	if (left)
		dmx_stream_note(s);
	if (again)
		dmx_lag_start(s);
}
