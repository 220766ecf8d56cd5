// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "monotonic.h"
#include "ticker.h"

struct ticker {
	unsigned int rest_ms;
	void (*round)(void *arg, bool kicked);
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;	/* what follows */
	pthread_cond_t wake;
	bool stop, kicked;
};

/* Until somebody wants something. */
static void rest(struct ticker *t)
{
	struct timespec until = monotonic_in(t->rest_ms);

	while (!t->stop && !t->kicked)
		if (pthread_cond_timedwait(&t->wake, &t->lock, &until) == ETIMEDOUT)
			break;
}

static void *run(void *arg)
{
	struct ticker *t = arg;
	bool kicked;

	pthread_mutex_lock(&t->lock);
	while (!t->stop) {
		kicked = t->kicked;
		t->kicked = false;
		pthread_mutex_unlock(&t->lock);
		t->round(t->arg, kicked);
		pthread_mutex_lock(&t->lock);
		rest(t);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

static void let_go(struct ticker *t)
{
	pthread_cond_destroy(&t->wake);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

int ticker_start(unsigned int rest_ms, void (*round)(void *arg, bool kicked), void *arg,
		 struct ticker **out)
{
	struct ticker *t = calloc(1, sizeof(*t));
	int rc;

	*out = NULL;
	if (!t)
		return -ENOMEM;
	t->rest_ms = rest_ms;
	t->round = round;
	t->arg = arg;
	t->kicked = true;
	pthread_mutex_init(&t->lock, NULL);
	monotonic_cond_init(&t->wake);
	rc = pthread_create(&t->thread, NULL, run, t);
	if (rc) {
		let_go(t);
		return -rc;
	}
	*out = t;
	return 0;
}

void ticker_kick(struct ticker *t)
{
	pthread_mutex_lock(&t->lock);
	t->kicked = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
}

void ticker_stop(struct ticker *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	let_go(t);
}
