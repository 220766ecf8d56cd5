// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lookup.h"

struct lookup {
	char host[256], port[16];
	struct addrinfo *list;
	atomic_bool done;
	atomic_int owners;	/* who asked, and the thread: the last one frees it */
};

static void let_go(struct lookup *l)
{
	if (atomic_fetch_sub(&l->owners, 1) > 1)
		return;
	if (l->list)
		freeaddrinfo(l->list);
	free(l);
}

static void *look(void *arg)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct lookup *l = arg;

	if (getaddrinfo(l->host, l->port, &hints, &l->list))
		l->list = NULL;
	atomic_store(&l->done, true);
	let_go(l);
	return NULL;
}

struct lookup *lookup_start(const char *host, const char *port)
{
	struct lookup *l = calloc(1, sizeof(*l));
	pthread_t thread;

	if (!l)
		return NULL;
	snprintf(l->host, sizeof(l->host), "%s", host);
	snprintf(l->port, sizeof(l->port), "%s", port);
	atomic_init(&l->owners, 2);
	if (pthread_create(&thread, NULL, look, l)) {
		free(l);
		return NULL;
	}
	pthread_detach(thread);
	return l;
}

bool lookup_done(struct lookup *l, struct addrinfo **list)
{
	if (!atomic_load(&l->done))
		return false;
	*list = l->list;
	return true;
}

void lookup_free(struct lookup *l)
{
	if (l)
		let_go(l);
}
