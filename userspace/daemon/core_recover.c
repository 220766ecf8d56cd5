// SPDX-License-Identifier: GPL-2.0
/* What becomes of the jobs that were running when the daemon stopped. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core_priv.h"

struct interrupted {
	struct store_job jobs[CORE_JOBS];
	size_t count;
};

static bool keep_running(void *arg, const struct store_job *job)
{
	struct interrupted *in = arg;

	if (job->state == STORE_JOB_RUNNING && in->count < CORE_JOBS)
		in->jobs[in->count++] = *job;
	return true;
}

static bool add_fault(void *arg, const struct store_disc *disc)
{
	struct job *job = arg;
	struct panel_fault f = { 0 };

	if (disc->fate != STORE_BAD && disc->fate != STORE_UNKNOWN)
		return true;
	snprintf(f.drive, sizeof(f.drive), "RECORDER %u", disc->recorder % 100);
	snprintf(f.fate, sizeof(f.fate), disc->fate == STORE_BAD ? "DISC IS BAD" :
								   "DISC IS UNKNOWN");
	snprintf(f.text, sizeof(f.text), "%s", disc->message);
	f.sense_valid = disc->sense_valid;
	f.key = disc->key;
	f.asc = disc->asc;
	f.ascq = disc->ascq;
	job_old_fault(job, &f);
	return true;
}

static void take_up(struct core *core, const struct store_job *row)
{
	json_t *o = json_loads(row->spec, 0, NULL);
	struct job_spec spec;
	struct job *job;
	char err[128];
	int rc = o ? job_spec_parse(o, &spec, err, sizeof(err)) : -EINVAL;

	json_decref(o);
	if (rc || job_create(core, row->id, &spec, row, &job)) {
		store_job_end(core->store, row->id, STORE_JOB_INTERRUPTED, "interrupted");
		return;
	}
	store_discs(core->store, row->id, add_fault, job);
	if (job_goes_on(&spec, row->good)) {
		core_log(5, "job %lld goes on: %u of %u are good, %u bad, %u unknown",
			 (long long)row->id, row->good, spec.quantity, row->bad, row->unknown);
		core_add_job(core, job);
		if (core_was_cancelled(core, row->id))
			job_cancel(job);
		/* It is left to the next start as it was to this one */
		if (job_start(job))
			job_show_interrupted(job, "no thread can be started for it");
		return;
	}
	store_job_end(core->store, row->id, spec.quantity && row->good >= spec.quantity ?
						    STORE_JOB_DONE : STORE_JOB_INTERRUPTED,
		      "discmuxd or the machine stopped");
	core_forget_cancel(core, row->id);
	core_log(5, "job %lld was interrupted: %u discs good, %u bad, %u unknown",
		 (long long)row->id, row->good, row->bad, row->unknown);
	job_show_interrupted(job, "discmuxd or the machine stopped");
	if (job_of_program(&spec))
		job_free(job);
	else
		core_add_job(core, job);
}

void core_resume(struct core *core)
{
	struct interrupted *in = calloc(1, sizeof(*in));
	int n = store_recover(core->store);
	char err[256];
	size_t i;

	if (n < 0)
		core_log(3, "%s", store_error(core->store, err, sizeof(err)));
	if (!in)
		return;
	store_jobs(core->store, 10000, keep_running, in);
	pthread_mutex_lock(&core->lock);
	for (i = in->count; i--;)
		take_up(core, &in->jobs[i]);
	pthread_mutex_unlock(&core->lock);
	free(in);
}
