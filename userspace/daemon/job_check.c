// SPDX-License-Identifier: GPL-2.0
/*
 * An image is read and compared with its hash while the first discs are burned from
 * it.  No disc is called good before that is done.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_priv.h"

static bool keep_on(void *arg, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	return !job_is_cancelled(arg);
}

static bool is_damage(int rc)
{
	return rc && rc != -ECANCELED;
}

static void *check(void *arg)
{
	struct job *job = arg;
	struct images_progress progress = { keep_on, job, NULL };
	char err[sizeof(job->check_error)] = "";
	int rc = images_check(job->core->images, job->spec.source, IMAGES_BACKGROUND, &progress,
			      err, sizeof(err));

	pthread_mutex_lock(&job->lock);
	job->check_rc = rc;
	memcpy(job->check_error, err, sizeof(err));
	/* What is burned from it now is of no use */
	if (is_damage(rc) && job->burn)
		burn_job_cancel(job->burn);
	pthread_mutex_unlock(&job->lock);
	return NULL;
}

void job_check_begin(struct job *job, const struct images_info *info)
{
	if (info->checked)
		return;
	job->check_runs = !pthread_create(&job->check_thread, NULL, check, job);
	if (!job->check_runs)
		check(job);
}

int job_check_result(struct job *job, bool wait, char *err, size_t errlen)
{
	int rc;

	if (wait && job->check_runs) {
		pthread_join(job->check_thread, NULL);
		job->check_runs = false;
	}
	pthread_mutex_lock(&job->lock);
	rc = job->check_rc;
	if (err && rc == -ECANCELED)
		snprintf(err, errlen, "cancelled before its master was known to be whole");
	else if (err)
		snprintf(err, errlen, "%s", job->check_error);
	pthread_mutex_unlock(&job->lock);
	return rc;
}

bool job_check_failed(struct job *job)
{
	return is_damage(job_check_result(job, false, NULL, 0));
}
