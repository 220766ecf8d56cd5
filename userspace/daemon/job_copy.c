// SPDX-License-Identifier: GPL-2.0
/* What goes onto discs: rounds of the burn engine until there are as many good copies
 * as were asked for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "job_priv.h"

#define BAD_ROUNDS	3	/* without a good disc: something else is wrong */

static int one_round(struct job *job, struct burn_source *source, bool first, unsigned int *good)
{
	const struct panel_job *show = &job->status.show;
	unsigned int before = show->good;
	unsigned int most = job->spec.quantity ? job->spec.quantity - show->good : 0;
	int rc = job->robot ? robot_gather(job, most) : job_gather(job, most, first);
	int back = 0;

	if (rc == -EIO)
		rc = -ENXIO;	/* was said already, and no disc can help it */
	if (!rc)
		rc = job_burn(job, source);
	if (job->robot)
		back = robot_take_back(job);
	*good = show->good - before;
	return back ? back : rc;
}

/* What failed on a disc costs that disc; the run goes on with the next one. */
int job_rounds(struct job *job, struct burn_source *source)
{
	unsigned int good, bad_rounds = 0;
	bool first = true;
	int rc;

	for (;;) {
		rc = one_round(job, source, first, &good);
		if (rc == -ECANCELED || (rc && rc != -EIO && rc != -EINVAL) ||
		    job->status.show.good >= job->spec.quantity)
			break;
		first = false;
		bad_rounds = good ? 0 : bad_rounds + 1;
		if (bad_rounds == BAD_ROUNDS || !job->count)
			return job_problem(job, "", "no disc was good in %d rounds: something else is wrong",
					   BAD_ROUNDS);
	}
	return rc == -EIO && job->spec.quantity ? 0 : rc;
}

/* ---- The master ------------------------------------------------------- */

static void show_master(struct job *job, uint64_t bytes, const char *medium)
{
	pthread_mutex_lock(&job->lock);
	job->status.show.bytes = bytes;
	if (medium)
		snprintf(job->status.show.medium, sizeof(job->status.show.medium), "%s", medium);
	pthread_mutex_unlock(&job->lock);
}

static int source_reader(struct job *job, struct burn_source **source, char *name, size_t size)
{
	struct drive reader = { 0 };
	uint64_t blocks = 0;
	bool same;
	int rc;

	for (;;) {
		rc = job_wait_master(job, &reader);
		if (!rc)
			rc = job_same_master(job, &reader, &same);
		if (rc || same)
			break;
		job_message(job, "this is another disc than the one this job began with");
		job->spec.eject = true;
	}
	if (!rc && !strcmp(job->spec.owner, "auto"))
		rc = job_again(job, &reader);
	if (rc)
		return rc;
	drive_name(&reader, name, size);
	blocks = drive_blocks(job->dm, &reader);
	show_master(job, blocks * 2048, NULL);
	if (reader.max_data > job->max_exec_bytes)
		reader.max_data = job->max_exec_bytes;
	return burn_source_drive(reader.member, name, reader.max_data, source);
}

/* A name of a master on the hard disk, which is held as long as the job takes, or
 * the path of a file. */
static int source_file(struct job *job, struct burn_source **source)
{
	const char *path = job->spec.source;
	struct images_info info = { 0 };
	char err[BURN_MESSAGE_LEN];
	unsigned int i;

	if (*path != '/') {
		if (images_hold(job->core->images, path, &job->hold, &info, err, sizeof(err)))
			return job_problem(job, "", "%s", err);
		path = info.path;
	}
	if (burn_source_file(path, job->hold || job->spec.force_image ? DISC_IMAGE_FORCE : 0, source,
			     err, sizeof(err)))
		return job_problem(job, "", "%s", err);
	for (i = 0; i < burn_source_notes(*source); i++)
		job_say(job, burn_source_note(*source, i));
	if (job->hold)
		job_check_begin(job, &info);
	show_master(job, *info.path ? info.bytes : burn_source_bytes(*source),
		    *info.path ? images_medium_name(info.medium) : NULL);
	return 0;
}

int job_source(struct job *job, struct burn_source **source, char *name, size_t size)
{
	snprintf(name, size, "%s", job->spec.source);
	*source = NULL;
	if (job_reader(&job->spec) >= 0)
		return source_reader(job, source, name, size);
	return source_file(job, source);
}

int job_run_copy(struct job *job)
{
	struct burn_source *source = NULL;
	char name[64];
	int rc = 0;

	if (!strcmp(job->spec.source, JOB_MAIL))
		return job_run_library(job);
	if (job->spec.work != PANEL_ERASE)
		rc = job_source(job, &source, name, sizeof(name));
	if (!rc)
		rc = job_rounds(job, source);
	job_check_result(job, true, NULL, 0);
	if (job_check_failed(job))
		rc = job_problem(job, "MASTER", "%s", job->check_error);
	burn_source_free(source);
	images_release(job->hold);
	job->hold = NULL;
	return rc;
}
