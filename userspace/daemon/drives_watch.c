// SPDX-License-Identifier: GPL-2.0
/* A thread that knows which disc is where, for lamps and screens. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "drives.h"
#include "monotonic.h"
#include "ticker.h"

#define LOOK_MS		1000	/* between looks */

struct drives_watch {
	int mux;
	void (*changed)(void *arg);
	void *arg;
	struct ticker *ticker;
	struct drive now[DRIVES_MAX];	/* the thread's own */
	pthread_mutex_t lock;		/* what follows; only the thread changes it */
	struct drive drives[DRIVES_MAX];
	size_t count;
	uint64_t alive_ms;
};

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

static void alive(struct drives_watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->alive_ms = monotonic_ms();
	pthread_mutex_unlock(&w->lock);
}

/* Looks at all of them; drives at work keep what was known, but their state. */
static size_t look(struct drives_watch *w, bool again)
{
	struct discmux *dm = NULL;
	int n = -ENODEV, i;

	if (!discmux_open(w->mux, DISCMUX_OPEN_WRITE, &dm))
		n = drives_list(dm, w->now, DRIVES_MAX);
	for (i = 0; i < n; i++) {
		size_t k = 0;

		while (k < w->count && w->drives[k].member != w->now[i].member)
			k++;
		look_at(dm, &w->now[i], k < w->count ? &w->drives[k] : NULL, again);
		alive(w);	/* many slow drives are no thread that is stuck */
	}
	discmux_close(dm);
	return n < 0 ? 0 : (size_t)n;
}

static bool keep(struct drives_watch *w, size_t count)
{
	bool changed;

	pthread_mutex_lock(&w->lock);
	changed = count != w->count || memcmp(w->now, w->drives, count * sizeof(*w->now)) != 0;
	memcpy(w->drives, w->now, count * sizeof(*w->now));
	w->count = count;
	pthread_mutex_unlock(&w->lock);
	return changed;
}

/* Who kicks knows that something has happened. */
static void round_trip(void *arg, bool kicked)
{
	struct drives_watch *w = arg;

	if (keep(w, look(w, kicked)) && w->changed)
		w->changed(w->arg);
	alive(w);
}

int drives_watch_start(int mux, void (*changed)(void *arg), void *arg, struct drives_watch **out)
{
	struct drives_watch *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	w->mux = mux;
	w->changed = changed;
	w->arg = arg;
	w->alive_ms = monotonic_ms();
	pthread_mutex_init(&w->lock, NULL);
	rc = ticker_start(LOOK_MS, round_trip, w, &w->ticker);
	if (rc) {
		pthread_mutex_destroy(&w->lock);
		free(w);
		return rc;
	}
	*out = w;
	return 0;
}

void drives_watch_kick(struct drives_watch *w)
{
	ticker_kick(w->ticker);
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
	ticker_stop(w->ticker);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
