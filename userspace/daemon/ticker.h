/* SPDX-License-Identifier: GPL-2.0 */
/* A thread that does one thing again and again, with a rest between. */
#ifndef DISCMUX_DAEMON_TICKER_H
#define DISCMUX_DAEMON_TICKER_H

#include <stdbool.h>

struct ticker;

/*
 * Calls round() in a thread of its own, at once and again rest_ms (1 to 60000) after it
 * has returned, whatever is done to the clock of the day.  kicked: somebody has asked
 * for this round; the first one is such.  0, or -ENOMEM or -EAGAIN; ticker is NULL then.
 */
int ticker_start(unsigned int rest_ms, void (*round)(void *arg, bool kicked), void *arg,
		 struct ticker **ticker);

/* Ends the rest now, or leaves the next one out.  From any thread. */
void ticker_kick(struct ticker *ticker);

/* Waits until the round has returned.  NULL is nothing. */
void ticker_stop(struct ticker *ticker);

#endif
