// SPDX-License-Identifier: GPL-2.0
/* A thread that knows which disc is where, for lamps and screens. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drives.h"

#define LOOK_MS		1000	/* between looks */

struct drives_watch {
	int mux;
	void (*changed)(void *arg);
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;	/* what follows */
	pthread_cond_t wake;
	bool stop, kicked;
	struct drive drives[DRIVES_MAX];
	size_t count;
	uint64_t alive_ms;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void keep_known(struct drive *d, const struct drive *before)
{
	d->disc = before->disc;
	d->profile = before->profile;
	d->erasable = before->erasable;
}

/* One drive; a disc that lies there as before is not asked again what it is, so that
 * the drive may stop it. */
static void look_at(struct discmux *dm, struct drive *d, const struct drive *before, bool again)
{
	bool known = before && before->disc > DRIVE_NO_DISC;

	if (d->state != DISCMUX_MEMBER_IDLE) {
		if (before)
			keep_known(d, before);
	} else if (!again && known && before->state == DISCMUX_MEMBER_IDLE &&
		   drive_still_ready(dm, d)) {
		keep_known(d, before);
	} else {
		drive_look(dm, d);
	}
}

/* Looks at all of them; drives at work keep what was known, but their state. */
static size_t look(struct drives_watch *w, struct drive *drives, const struct drive *before,
		   size_t nr_before, bool again)
{
	struct discmux *dm = NULL;
	int n = -ENODEV, i;

	if (!discmux_open(w->mux, DISCMUX_OPEN_WRITE, &dm))
		n = drives_list(dm, drives, DRIVES_MAX);
	for (i = 0; i < n; i++) {
		size_t k = 0;

		while (k < nr_before && before[k].member != drives[i].member)
			k++;
		look_at(dm, &drives[i], k < nr_before ? &before[k] : NULL, again);
	}
	discmux_close(dm);
	return n < 0 ? 0 : (size_t)n;
}

static bool keep(struct drives_watch *w, const struct drive *drives, size_t count)
{
	bool changed = count != w->count ||
		       memcmp(drives, w->drives, count * sizeof(*drives)) != 0;

	memcpy(w->drives, drives, count * sizeof(*drives));
	w->count = count;
	w->alive_ms = now_ms();
	return changed;
}

/* True when somebody said that something has happened. */
static bool pause_watch(struct drives_watch *w)
{
	struct timespec until;
	bool kicked;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LOOK_MS / 1000;
	while (!w->stop && !w->kicked)
		if (pthread_cond_timedwait(&w->wake, &w->lock, &until) == ETIMEDOUT)
			break;
	kicked = w->kicked;
	w->kicked = false;
	return kicked;
}

static void *run(void *arg)
{
	struct drives_watch *w = arg;
	struct drive *now = calloc(DRIVES_MAX, sizeof(*now));
	struct drive *before = calloc(DRIVES_MAX, sizeof(*before));
	size_t count, nr_before = 0;
	bool changed, again = true;

	if (!now || !before)
		goto out;
	for (;;) {
		count = look(w, now, before, nr_before, again);
		pthread_mutex_lock(&w->lock);
		changed = keep(w, now, count);
		memcpy(before, now, count * sizeof(*now));
		nr_before = count;
		pthread_mutex_unlock(&w->lock);
		if (changed && w->changed)
			w->changed(w->arg);
		pthread_mutex_lock(&w->lock);
		again = pause_watch(w);
		if (w->stop)
			break;
		pthread_mutex_unlock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
out:
	free(now);
	free(before);
	return NULL;
}

int drives_watch_start(int mux, void (*changed)(void *arg), void *arg, struct drives_watch **out)
{
	struct drives_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->mux = mux;
	w->changed = changed;
	w->arg = arg;
	w->alive_ms = now_ms();
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	if (pthread_create(&w->thread, NULL, run, w)) {
		free(w);
		return -ENOMEM;
	}
	*out = w;
	return 0;
}

void drives_watch_kick(struct drives_watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->kicked = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

size_t drives_watch_get(struct drives_watch *w, struct drive *drives, size_t max)
{
	size_t n;

	pthread_mutex_lock(&w->lock);
	n = w->count < max ? w->count : max;
	memcpy(drives, w->drives, n * sizeof(*drives));
	pthread_mutex_unlock(&w->lock);
	return n;
}

uint64_t drives_watch_alive_ms(struct drives_watch *w)
{
	uint64_t ms;

	pthread_mutex_lock(&w->lock);
	ms = w->alive_ms;
	pthread_mutex_unlock(&w->lock);
	return ms;
}

void drives_watch_stop(struct drives_watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
