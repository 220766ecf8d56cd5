// SPDX-License-Identifier: GPL-2.0
/* One job of the burn engine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_priv.h"

/* Called by the engine before a disc is touched and after each thing that is true. */
static int record(void *arg, size_t i, const char *state, enum burn_disc disc, char *err,
		  size_t errlen)
{
	struct job *job = arg;
	struct burn_status s;
	int rc;

	burn_job_status(job->burn, i, &s);
	rc = job_record(job, i, state, disc, &s, err, errlen);
	/* A disc that nobody would know of is not written to, nor is any other */
	if (rc && !job->discs[i].id) {
		job->unrecorded = true;
		burn_job_cancel(job->burn);
	}
	return rc;
}

/* One for each recorder that did not make a good copy, and one for the job. */
static void take_faults(struct job *job, const struct burn_source *source)
{
	struct burn_status s;
	size_t i;

	for (i = 0; i < job->count; i++) {
		burn_job_status(job->burn, i, &s);
		job_disc_fault(job, i, &s);
	}
	if (*burn_job_error(job->burn))
		job_master_fault(job, source, burn_job_error(job->burn));
}

static void notice(void *arg, const char *text)
{
	job_say(arg, text);
}

/* ---- The engine ------------------------------------------------------- */

static enum burn_task task_of(const struct job *job)
{
	switch (job->spec.work) {
	case PANEL_SIMULATE:
		return BURN_SIMULATE;
	case PANEL_VERIFY:
		return BURN_VERIFY;
	case PANEL_ERASE:
		return BURN_ERASE;
	case PANEL_REGISTER:
		return job->count ? BURN_COPY : BURN_READ;
	default:
		return BURN_COPY;
	}
}

static void record_ends(struct job *job, enum burn_task task)
{
	struct burn_status s;
	size_t i;

	for (i = 0; task != BURN_COPY && i < job->count; i++) {
		burn_job_status(job->burn, i, &s);
		job_record_end(job, i, &s);
	}
}

/* What somebody asks for holds for all discs; the panel's setting is for CDs only, as it
 * says. */
static enum burn_session session_of(const struct job *job, bool cd)
{
	if (!cd && !job_of_program(&job->spec))
		return BURN_SESSION_AUTO;
	/* 0 as the master, 1 close, 2 leave open: the same order */
	return (enum burn_session)job->spec.session;
}

void job_configure(struct job *job, struct burn_source *source, struct burn_config *c)
{
	bool cd = !strcmp(job->media, "CD");

	memset(c, 0, sizeof(*c));
	c->task = task_of(job);
	c->ops = &burn_ops_discmux;
	c->ctx = job->dm;
	c->recorders = job->recorders;
	c->count = job->count;
	c->source = source;
	c->sink = job->sink.begin ? &job->sink : NULL;
	c->max_exec_bytes = job->max_exec_bytes;
	c->session = session_of(job, cd);
	c->no_isrc = !job->spec.isrc;
	c->verify = job->spec.work == PANEL_COPY_VERIFY;
	c->full = job->spec.full;
	c->go_on = true;
	c->eject = !job->spec.keep;
	c->speed = cd ? job->spec.cd_speed : job->spec.dvd_speed;
	c->notice = notice;
	c->notice_arg = job;
	if (c->task == BURN_COPY || c->task == BURN_ERASE) {
		c->record = record;
		c->record_arg = job;
	}
}

static int run(struct job *job, struct burn_job *burn, const struct burn_source *source)
{
	int rc;

	pthread_mutex_lock(&job->lock);
	job->burn = burn;
	job->status.round++;
	/* The check may have ended while people put discs in */
	if (job_is_cancelled(job) || (job->check_rc && job->check_rc != -ECANCELED))
		burn_job_cancel(burn);
	pthread_mutex_unlock(&job->lock);
	job_phase(job, PANEL_RUNNING);
	rc = burn_job_run(burn);
	take_faults(job, source);
	return rc;
}

int job_burn(struct job *job, struct burn_source *source)
{
	struct burn_config config;
	struct burn_job *burn;
	int rc;

	job_configure(job, source, &config);
	memset(job->discs, 0, sizeof(job->discs));
	rc = burn_job_create(&config, &burn);
	if (rc)
		return rc;
	rc = run(job, burn, source);
	record_ends(job, config.task);
	pthread_mutex_lock(&job->lock);
	job_take_burn(job);
	job->burn = NULL;
	pthread_mutex_unlock(&job->lock);
	burn_job_free(burn);
	if (job_check_failed(job))
		return -EBADMSG;	/* no further round from this master */
	if (job->unrecorded)
		return -ENXIO;
	return job_is_cancelled(job) ? -ECANCELED : rc;
}
