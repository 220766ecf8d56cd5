// SPDX-License-Identifier: GPL-2.0
/*
 * Discs that come into a library by hand.  No library reports that by itself: it has
 * to be asked, and this is done in a thread because an answer may take its time.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "libdiscmux.h"
#include "mail_watch.h"
#include "ticker.h"

#define LOOK_MS		1000	/* between looks: a person takes longer at the door */
#define MAILS		8	/* mail slots that are looked at */

struct mail_watch {
	int mux;
	void (*changed)(void *arg);
	void *arg;
	struct ticker *ticker;
	struct mail_seen seen[MAILS];	/* the thread's own */
	pthread_mutex_t lock;		/* what follows */
	bool on, came;
};

static bool has(const struct discmux_element *mail, uint32_t flag)
{
	return mail->flags & flag;
}

static uint32_t tray_of(const struct discmux_element *mail)
{
	return has(mail, DISCMUX_ELEMENT_SOURCE_VALID) ? mail->source : DISCMUX_NONE;
}

/*
 * The MC-8x00 moves trays: a disc on a tray that lay there without one was laid by
 * hand, and while the slot is open everything is (3.7); the arm can only bring another
 * tray.  A library without trays says whether the arm has brought what is there (SMC-3
 * 6.11, ImpExp).
 */
bool mail_step(struct mail_seen *seen, const struct discmux_element *mail)
{
	bool full = has(mail, DISCMUX_ELEMENT_FULL), came = false;

	if (has(mail, DISCMUX_ELEMENT_OPEN) || (has(mail, DISCMUX_ELEMENT_TRAY) && !full)) {
		seen->what = MAIL_BY_HAND;
		seen->tray = tray_of(mail);
	} else if (!full) {
		seen->what = MAIL_EMPTY;
	} else {
		came = (seen->what == MAIL_BY_HAND && seen->tray == tray_of(mail)) ||
		       (seen->what == MAIL_EMPTY && has(mail, DISCMUX_ELEMENT_IMPEXP));
		seen->what = MAIL_NOTHING;
	}
	return came;
}

/* True when a disc has come. */
static bool look(struct mail_watch *w)
{
	struct discmux_inventory inv = { 0 };
	struct discmux *dm = NULL;
	bool any = false;
	int rc;
	size_t i;

	rc = discmux_open(w->mux, 0, &dm);
	if (!rc)
		rc = discmux_elements(dm, DISCMUX_ELEMENT_IMPORT_EXPORT, true, &inv);
	for (i = 0; !rc && i < MAILS && i < inv.count; i++)
		any |= mail_step(&w->seen[i], &inv.elements[i]);
	if (!rc)
		discmux_inventory_free(&inv);
	discmux_close(dm);
	return any;
}

/* What was seen before it was switched off is of no use any more. */
static void forget(struct mail_watch *w)
{
	size_t i;

	for (i = 0; i < MAILS; i++)
		w->seen[i].what = MAIL_NOTHING;
}

static void round_trip(void *arg, bool kicked)
{
	struct mail_watch *w = arg;
	bool on, came;

	(void)kicked;
	pthread_mutex_lock(&w->lock);
	on = w->on;
	pthread_mutex_unlock(&w->lock);
	if (!on) {
		forget(w);
		return;
	}
	came = look(w);
	pthread_mutex_lock(&w->lock);
	w->came |= came;
	pthread_mutex_unlock(&w->lock);
	if (came)
		w->changed(w->arg);
}

int mail_watch_start(int mux, void (*changed)(void *arg), void *arg, struct mail_watch **out)
{
	struct mail_watch *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	w->mux = mux;
	w->changed = changed;
	w->arg = arg;
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

void mail_watch_set(struct mail_watch *w, bool on)
{
	pthread_mutex_lock(&w->lock);
	w->on = on;
	w->came = false;
	pthread_mutex_unlock(&w->lock);
	ticker_kick(w->ticker);
}

bool mail_watch_came(struct mail_watch *w)
{
	bool came;

	pthread_mutex_lock(&w->lock);
	came = w->came;
	w->came = false;
	pthread_mutex_unlock(&w->lock);
	return came;
}

void mail_watch_stop(struct mail_watch *w)
{
	if (!w)
		return;
	ticker_stop(w->ticker);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
