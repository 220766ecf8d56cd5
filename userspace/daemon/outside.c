// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_priv.h"
#include "outside.h"

static struct job *find(struct core *core, int64_t id)
{
	struct job *job = core_job(core, id);

	return job && !strcmp(job->spec.owner, JOB_OUTSIDE) && !job_ended(job) ? job : NULL;
}

static bool copies(const struct job_spec *spec)
{
	return spec->work == PANEL_COPY || spec->work == PANEL_COPY_VERIFY;
}

/* ---- The beginning ---------------------------------------------------- */

static int check_discs(struct core *core, const struct burn_recorder *recorders, size_t count,
		       char *err, size_t errlen)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!store_recorder_spoiled(core->store, recorders[i].serial, recorders[i].unit))
			continue;
		snprintf(err, errlen,
			 "recorder %u holds a disc that was written to and is not a good copy: take it out",
			 recorders[i].unit);
		return -EEXIST;
	}
	return 0;
}

static void take_recorders(struct job *job, const struct burn_recorder *recorders, size_t count)
{
	struct burn_status idle[JOB_RECORDERS] = { 0 };
	size_t i;

	pthread_mutex_lock(&job->lock);
	job->count = count;
	for (i = 0; i < count; i++) {
		job->recorders[i] = recorders[i];
		job->slots[i] = recorders[i].slot == DISCMUX_NONE ? 0 : recorders[i].slot;
		idle[i].medium = "";
	}
	job->status.round = 1;
	job_take_statuses(job, idle);
	pthread_mutex_unlock(&job->lock);
}

static int admit(struct core *core, const struct job_spec *spec,
		 const struct burn_recorder *recorders, size_t count,
		 const struct store_job *before, struct job **job, char *err, size_t errlen)
{
	uint64_t set = 0;
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		set |= 1ull << recorders[i].unit;
	rc = core_admit(core, spec, set, before, job, err, errlen);
	if (rc)
		return rc;
	take_recorders(*job, recorders, count);
	(*job)->again = before != NULL;
	job_phase(*job, PANEL_RUNNING);
	return 0;
}

int outside_begin(struct core *core, const struct job_spec *spec,
		  const struct burn_recorder *recorders, size_t count, bool erase, int64_t *id,
		  char *err, size_t errlen)
{
	struct job *job;
	int rc = copies(spec) && !erase ? check_discs(core, recorders, count, err, errlen) : 0;

	if (!rc)
		rc = admit(core, spec, recorders, count, NULL, &job, err, errlen);
	if (!rc)
		*id = job_id(job);
	return rc;
}

/* The job of the database, if it is one that a program may take up again. */
static int find_interrupted(struct core *core, int64_t id, struct store_job *row,
			    struct job_spec *spec)
{
	json_t *o;
	char err[128];
	int rc = id > 0 ? store_job_get(core->store, id, row) : -ENOENT;

	if (rc)
		return rc;
	o = json_loads(row->spec, 0, NULL);
	rc = o ? job_spec_parse(o, spec, err, sizeof(err)) : -ENOENT;
	json_decref(o);
	return !rc && !strcmp(spec->owner, JOB_OUTSIDE) && row->state == STORE_JOB_INTERRUPTED ?
		0 : -ENOENT;
}

int outside_resume(struct core *core, int64_t id, const struct burn_recorder *recorders,
		   size_t count, char *err, size_t errlen)
{
	struct store_job row;
	struct job_spec spec;
	struct job *job;
	int rc = find_interrupted(core, id, &row, &spec);

	if (rc) {
		snprintf(err, errlen, "no program has begun a job %lld that was interrupted",
			 (long long)id);
		return rc;
	}
	core_dismiss(core, id);		/* it ended with its connection, and is found no more */
	rc = admit(core, &spec, recorders, count, &row, &job, err, errlen);
	if (!rc)
		core_log(5, "job %lld: its program has gone on with it", (long long)id);
	return rc;
}

/* ---- What it does ----------------------------------------------------- */

static int index_of(const struct job *job, unsigned int recorder, size_t *at)
{
	for (*at = 0; *at < job->count; ++*at)
		if (job->recorders[*at].unit == recorder)
			return 0;
	return -ENOENT;
}

/* Its discs are others from now on; of those before it nothing more will be said. */
static void next_round(struct job *job, unsigned int round)
{
	if (round <= job->status.round)
		return;
	job_record_lost(job, "its program did not say what became of it");
	memset(job->discs, 0, sizeof(job->discs));
	pthread_mutex_lock(&job->lock);
	job->status.round = round;
	pthread_mutex_unlock(&job->lock);
}

int outside_disc(struct core *core, int64_t id, const struct outside_report *r, char *err,
		 size_t errlen)
{
	struct job *job = find(core, id);
	size_t i;
	int rc = job ? index_of(job, r->recorder, &i) : -ENOENT;

	if (rc || !job_changes_discs(job))
		return rc;
	next_round(job, r->round);
	if (job->again && !job->discs[i].id) {
		rc = job_record_again(job, i, err, errlen);
		if (rc)
			return rc;
	}
	return job_record(job, i, r->state, r->disc, &r->status, err, errlen);
}

int outside_progress(struct core *core, int64_t id, const struct outside_report *reports,
		     size_t count, bool *cancelled)
{
	struct burn_status list[JOB_RECORDERS] = { 0 };
	struct job *job = find(core, id);
	size_t i, at;

	if (!job)
		return -ENOENT;
	for (i = 0; i < JOB_RECORDERS; i++)
		list[i].medium = "";
	for (i = 0; i < count; i++) {
		if (index_of(job, reports[i].recorder, &at))
			return -ENOENT;
		list[at] = reports[i].status;
	}
	pthread_mutex_lock(&job->lock);
	job_take_statuses(job, list);
	memcpy(job->last, list, sizeof(job->last));
	for (i = 0; i < JOB_RECORDERS; i++)
		job->last[i].medium = "";
	pthread_mutex_unlock(&job->lock);
	*cancelled = job_is_cancelled(job);
	core_wake(core);
	return 0;
}

/* ---- The end ---------------------------------------------------------- */

int outside_end(struct core *core, int64_t id, enum store_job_state state, const char *message)
{
	struct job *job = find(core, id);
	size_t i;

	if (!job)
		return -ENOENT;
	for (i = 0; i < job->count; i++) {
		if (!copies(&job->spec))
			job_record_end(job, i, &job->last[i]);
		job_disc_fault(job, i, &job->last[i]);
	}
	job_record_lost(job, "its program did not say what became of it");
	if (*message)
		job_message(job, "%s", message);
	job_over(job, state);
	return 0;
}

void outside_lost(struct core *core, int64_t id)
{
	struct job *job = find(core, id);

	if (!job)
		return;
	job_record_lost(job, "the program that wrote it is gone");
	job_message(job, "its program is gone");
	job_over(job, STORE_JOB_INTERRUPTED);
}
