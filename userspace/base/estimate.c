// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "estimate.h"

void estimate_begin(struct estimate *e)
{
	memset(e, 0, sizeof(*e));
}

static void restart(struct estimate *e, uint64_t done, uint64_t now_ms)
{
	e->sample[0].ms = now_ms;
	e->sample[0].done = done;
	e->samples = 1;
	e->moved_ms = now_ms;
}

/* The measurements so far say nothing about the rest. */
static int has_to_restart(const struct estimate *e, uint64_t done, uint64_t now_ms)
{
	return !e->samples || done < e->done || now_ms < e->ms ||
	       now_ms - e->ms >= ESTIMATE_JUMP_MS ||
	       (done > e->done && now_ms - e->moved_ms >= ESTIMATE_STALL_MS) ||
	       (done > 0 && !e->done);	/* the time to the first byte has no rate */
}

static void keep_sample(struct estimate *e, uint64_t done, uint64_t now_ms)
{
	if (now_ms - e->sample[e->samples - 1].ms < ESTIMATE_STEP_MS)
		return;
	while (e->samples > 1 && (e->samples == ESTIMATE_SAMPLES ||
				  now_ms - e->sample[1].ms >= ESTIMATE_WINDOW_MS))
		memmove(&e->sample[0], &e->sample[1], --e->samples * sizeof(e->sample[0]));
	e->sample[e->samples].ms = now_ms;
	e->sample[e->samples++].done = done;
}

void estimate_update(struct estimate *e, uint64_t done, uint64_t total, uint64_t now_ms)
{
	if (total && done > total)
		done = total;
	if (has_to_restart(e, done, now_ms)) {
		restart(e, done, now_ms);
	} else if (done > e->done) {
		e->moved_ms = now_ms;
		keep_sample(e, done, now_ms);
	}
	e->ms = now_ms;
	e->done = done;
	e->total = total;
}

double estimate_rate(const struct estimate *e)
{
	uint64_t past, moved;

	if (!e->samples || !e->done || e->ms - e->moved_ms >= ESTIMATE_STALL_MS)
		return 0;
	/* From one step to another: what comes in bursts has a steady rate, too */
	past = e->moved_ms - e->sample[0].ms;
	moved = e->done - e->sample[0].done;
	if (past < ESTIMATE_START_MS || !moved)
		return 0;
	return (double)moved * 1000 / (double)past;
}

long estimate_left(const struct estimate *e)
{
	double rate = estimate_rate(e), left;

	if (e->total && e->done >= e->total)
		return 0;
	if (!e->total || rate <= 0)
		return -1;
	left = ceil((double)(e->total - e->done) / rate);
	return left > ESTIMATE_LONGEST_S ? -1 : (long)left;
}

char *estimate_text(long seconds, char *buf)
{
	if (seconds < 0)
		*buf = '\0';
	else if (seconds < 3600)
		snprintf(buf, ESTIMATE_TEXT_SIZE, "%ld:%02ld", seconds / 60, seconds % 60);
	else
		snprintf(buf, ESTIMATE_TEXT_SIZE, "%ld:%02ld:%02ld", seconds / 3600,
			 seconds / 60 % 60, seconds % 60);
	return buf;
}

unsigned int estimate_percent(uint64_t done, uint64_t total)
{
	if (!total)
		return 0;
	return done >= total ? 100 : (unsigned int)((double)done * 100 / (double)total);
}

uint64_t estimate_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
