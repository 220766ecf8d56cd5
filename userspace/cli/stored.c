// SPDX-License-Identifier: GPL-2.0
/* A master of the store, as the source of a job. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_images.h"
#include "stored.h"

struct stored {
	struct images *store;
	struct images_hold *hold;
	struct images_info info;
	pthread_t thread;
	bool checking;
	atomic_bool cancel;
	int rc;			/* of the check */
	char err[512];
};

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
	rc = images_open(NULL, 0, &s->store, err, sizeof(err));
	if (!rc)
		rc = images_hold(s->store, text, &s->hold, &s->info, err, sizeof(err));
	if (!rc) {
		*out = s;
		return CLI_OK;
	}
	images_close(s->store);
	free(s);
	/* Then it is a file that there is not */
	return rc == -ENOENT ? CLI_OK : cli_error("%s", err);
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
	const struct images_progress progress = { go_on, s };

	s->rc = images_check(s->store, s->info.name, IMAGES_BACKGROUND, &progress, s->err,
			     sizeof(s->err));
	return NULL;
}

void stored_check(struct stored *stored)
{
	if (stored && !stored->info.checked)
		stored->checking = !pthread_create(&stored->thread, NULL, check, stored);
}

int stored_close(struct stored *stored, bool cancel)
{
	int status = CLI_OK;

	if (!stored)
		return CLI_OK;
	atomic_store(&stored->cancel, cancel);
	if (stored->checking)
		pthread_join(stored->thread, NULL);
	if (stored->rc && stored->rc != -ECANCELED)
		status = cli_error("%s; discs made of it are as damaged", stored->err);
	images_release(stored->hold);
	images_close(stored->store);
	free(stored);
	return status;
}
