/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast something long goes, and how long it will still take.  The one place for
 * this: commands, JSON and discmuxd show what is estimated here.
 *
 * The rate is the mean of the last ESTIMATE_WINDOW_MS, so that it is steady and still
 * follows a drive that speeds up towards the rim.  Nothing is estimated
 *  - in the first ESTIMATE_START_MS, or before anything was done;
 *  - while nothing has moved for ESTIMATE_STALL_MS, and just after that;
 *  - just after the clock jumped (back, or ESTIMATE_JUMP_MS ahead) or the work started over.
 *
 * Pure: the caller has the clock, in ms of any origin.  Sizes are bytes, or any unit.
 */
#ifndef DISCMUX_BASE_ESTIMATE_H
#define DISCMUX_BASE_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

#define ESTIMATE_WINDOW_MS	20000u
#define ESTIMATE_STEP_MS	1000u	/* between samples that are kept */
#define ESTIMATE_START_MS	2000u
#define ESTIMATE_STALL_MS	8000u
#define ESTIMATE_JUMP_MS	60000u
#define ESTIMATE_LONGEST_S	359999	/* 99:59:59; what is longer is not known */
#define ESTIMATE_SAMPLES	(ESTIMATE_WINDOW_MS / ESTIMATE_STEP_MS + 1)
#define ESTIMATE_TEXT_SIZE	32

struct estimate {
	struct {
		uint64_t ms, done;
	} sample[ESTIMATE_SAMPLES];	/* the oldest first */
	size_t samples;
	uint64_t ms, done, total;	/* of the last update */
	uint64_t moved_ms;		/* when done last grew */
};

/* Nothing is known yet; the first update is the start. */
void estimate_begin(struct estimate *e);

/* done of total (0: not known) at this time. */
void estimate_update(struct estimate *e, uint64_t done, uint64_t total, uint64_t now_ms);

/* Units in a second, or 0 when that is not known. */
double estimate_rate(const struct estimate *e);

/* Seconds that it will still take, rounded up, or -1 when that is not known. */
long estimate_left(const struct estimate *e);

/* "4:05" or "1:02:33"; "" for -1.  buf has ESTIMATE_TEXT_SIZE bytes.  Returns buf. */
char *estimate_text(long seconds, char *buf);

/* Done of total as a whole percentage, rounded down, 0 to 100. */
unsigned int estimate_percent(uint64_t done, uint64_t total);

/* CLOCK_MONOTONIC in ms, for callers without a clock of their own. */
uint64_t estimate_now(void);

#endif
