/* SPDX-License-Identifier: GPL-2.0 */
/* Times that nobody moves who sets the clock of the day. */
#ifndef DISCMUX_DAEMON_MONOTONIC_H
#define DISCMUX_DAEMON_MONOTONIC_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment in the past. */
static inline uint64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* In ms from now, for pthread_cond_timedwait() with a condition of the function below. */
static inline struct timespec monotonic_in(unsigned int ms)
{
	uint64_t end = monotonic_ms() + ms;

	return (struct timespec){ .tv_sec = (time_t)(end / 1000),
				  .tv_nsec = (long)(end % 1000) * 1000000 };
}

static inline void monotonic_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

#endif
