// SPDX-License-Identifier: GPL-2.0
/* A master of the store, as the source of a job. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_images.h"
#include "near.h"
#include "stored.h"

struct stored {
	struct images *store;
	struct images_hold *hold;
	struct images_info info;
	pthread_t thread;
	bool started;		/* the thread */
	atomic_bool cancel;
	pthread_mutex_t lock;	/* what follows */
	pthread_cond_t ended;
	bool checking;
	int rc;			/* of the check */
	char err[512];
};

static void free_stored(struct stored *s)
{
	images_close(s->store);
	pthread_cond_destroy(&s->ended);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int stored_open(const char *text, struct stored **out)
{
	struct stored *s;
	char err[512];
	int rc;

	*out = NULL;
	if (!images_name_valid(text, NULL, 0) || !access(text, F_OK))
		return CLI_OK;
	s = calloc(1, sizeof(*s));
	if (!s)
		return cli_error("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->ended, NULL);
	rc = images_open(NULL, 0, &s->store, err, sizeof(err));
	if (!rc)
		rc = images_hold(s->store, text, &s->hold, &s->info, err, sizeof(err));
	if (!rc) {
		*out = s;
		return CLI_OK;
	}
	free_stored(s);
	/* Then it is a file that there is not */
	return rc == -ENOENT ? CLI_OK : cli_error("%s", err);
}

bool stored_is_name(const char *text)
{
	return images_name_valid(text, NULL, 0) && !strchr(text, '.');
}

static bool is_hdd(const char *text)
{
	char name[IMAGES_NAME_SIZE];
	unsigned int i;

	for (i = 1; i <= IMAGES_HDDS; i++)
		if (!strcmp(text, images_hdd(i, name)))
			return true;
	return false;
}

/* "HDD2, HDD3, song"; what does not fit is counted. */
static void list_names(const struct images_info *list, size_t count, char *buf, size_t size)
{
	size_t i, len = 0;

	*buf = '\0';
	for (i = 0; i < count; i++) {
		if (len + strlen(list[i].name) + 24 > size) {
			snprintf(buf + len, size - len, " and %zu more", count - i);
			return;
		}
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? ", " : "", list[i].name);
	}
}

int stored_missing(const char *text)
{
	char err[512], names[256] = "", hint[NEAR_HINT_SIZE] = "";
	struct images_info *list = NULL;
	struct images *store = NULL;
	struct near near;
	size_t count = 0, i;

	if (!images_open(NULL, 0, &store, err, sizeof(err)) &&
	    !images_list(store, &list, &count, err, sizeof(err))) {
		list_names(list, count, names, sizeof(names));
		near_begin(&near, text);
		for (i = 0; i < count && !is_hdd(text); i++)
			near_offer(&near, list[i].name);
		near_hint(&near, hint, sizeof(hint));
	}
	if (is_hdd(text))
		snprintf(err, sizeof(err), "%s holds no master", text);
	else
		snprintf(err, sizeof(err), "there is no file %s, and no master of that name is stored", text);
	cli_error("%s%s (%s%s): discmux images add %s --from reader stores the disc in the reader",
		  err, hint, *names ? "stored: " : "none is stored", names, text);
	free(list);
	images_close(store);
	return CLI_FAIL;
}

const char *stored_path(const struct stored *stored)
{
	return stored->info.path;
}

static bool go_on(void *arg, uint64_t done, uint64_t total)
{
	struct stored *s = arg;

	(void)done;
	(void)total;
	return !atomic_load(&s->cancel) && !cli_signalled();
}

static void *check(void *arg)
{
	struct stored *s = arg;
	const struct images_progress progress = { go_on, s, NULL };
	char err[sizeof(s->err)] = "";
	int rc = images_check(s->store, s->info.name, IMAGES_BACKGROUND, &progress, err,
			      sizeof(err));

	pthread_mutex_lock(&s->lock);
	s->rc = rc;
	memcpy(s->err, err, sizeof(err));
	s->checking = false;
	pthread_cond_broadcast(&s->ended);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

void stored_check(struct stored *stored)
{
	if (!stored || stored->info.checked)
		return;
	stored->checking = true;
	stored->started = !pthread_create(&stored->thread, NULL, check, stored);
	if (!stored->started)
		check(stored);
}

int stored_result(struct stored *stored, bool wait, char *err, size_t errlen)
{
	int rc;

	if (!stored)
		return 0;
	pthread_mutex_lock(&stored->lock);
	while (wait && stored->checking)
		pthread_cond_wait(&stored->ended, &stored->lock);
	rc = stored->checking ? 0 : stored->rc;
	if (rc == -ECANCELED)
		snprintf(err, errlen, "cancelled before its master was known to be whole");
	else if (rc)
		snprintf(err, errlen, "%s", stored->err);
	pthread_mutex_unlock(&stored->lock);
	return rc;
}

void stored_cancel(struct stored *stored)
{
	if (stored)
		atomic_store(&stored->cancel, true);
}

void stored_close(struct stored *stored)
{
	if (!stored)
		return;
	stored_cancel(stored);
	if (stored->started)
		pthread_join(stored->thread, NULL);
	images_release(stored->hold);
	free_stored(stored);
}
