/* SPDX-License-Identifier: GPL-2.0 */
/* A thread that knows when somebody has laid a disc into a library's mail slot. */
#ifndef DISCMUX_DAEMON_MAIL_WATCH_H
#define DISCMUX_DAEMON_MAIL_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct discmux_element;

/* What was seen of one mail slot before, and what that makes of a disc in it. */
struct mail_seen {
	enum {
		MAIL_NOTHING,	/* a disc that was there before, or that the arm has brought */
		MAIL_EMPTY,	/* a disc that comes is by hand if the library says so */
		MAIL_BY_HAND,	/* it was open, or held a tray without a disc: a disc on
				 * that tray is */
	} what;
	uint32_t tray;		/* the slot that the tray belongs to, or DISCMUX_NONE */
};

/* Goes on to what the library says now.  True when somebody has laid a disc in and shut
 * the door, once. */
bool mail_step(struct mail_seen *seen, const struct discmux_element *mail);

struct mail_watch;

/* changed is called in the watch's thread when a disc has come. */
int mail_watch_start(int mux, void (*changed)(void *arg), void *arg, struct mail_watch **watch);

/* Asks the library only while it is on. */
void mail_watch_set(struct mail_watch *watch, bool on);

/* Whether a disc has come since this was last asked. */
bool mail_watch_came(struct mail_watch *watch);

void mail_watch_stop(struct mail_watch *watch);

#endif
