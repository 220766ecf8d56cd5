// SPDX-License-Identifier: GPL-2.0
/*
 * An image is read and compared with its hash while the first discs are burned from
 * it.  No disc is called good before that is done.
 */
#include <errno.h>
#include <string.h>

#include "job_priv.h"

static bool keep_on(void *arg, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	return !job_is_cancelled(arg);
}

static void *check(void *arg)
{
	struct job *job = arg;
	struct images_progress progress = { keep_on, job };

	job->check_rc = images_check(job->core->images, job->spec.source, IMAGES_BACKGROUND,
				     &progress, job->check_error, sizeof(job->check_error));
	if (job->check_rc && job->check_rc != -ECANCELED) {
		/* What is burned from it now is of no use */
		pthread_mutex_lock(&job->lock);
		if (job->burn)
			burn_job_cancel(job->burn);
		pthread_mutex_unlock(&job->lock);
	}
	return NULL;
}

void job_check_begin(struct job *job, const struct images_info *info)
{
	if (info->checked)
		return;
	job->check_rc = 0;
	job->check_runs = !pthread_create(&job->check_thread, NULL, check, job);
	if (!job->check_runs)
		check(job);
}

int job_check_wait(struct job *job)
{
	if (job->check_runs)
		pthread_join(job->check_thread, NULL);
	job->check_runs = false;
	return job->check_rc;
}
