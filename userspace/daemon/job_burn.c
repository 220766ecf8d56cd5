// SPDX-License-Identifier: GPL-2.0
/* One job of the burn engine, and what the database hears of its discs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_priv.h"

/* ---- What becomes of each disc ---------------------------------------- */

static bool verifies(const struct job *job)
{
	return job->spec.work == PANEL_COPY_VERIFY;
}

static enum store_fate fate_of(const struct job *job, const char *state, enum burn_disc disc)
{
	bool over = !strcmp(state, "failed") || !strcmp(state, "cancelled");

	switch (disc) {
	case BURN_DISC_UNTOUCHED:
		return STORE_UNTOUCHED;
	case BURN_DISC_CLOSED:
		if (!verifies(job))
			return STORE_GOOD;
		return over ? STORE_UNKNOWN : STORE_WRITTEN;
	case BURN_DISC_VERIFIED:
		return STORE_GOOD;
	case BURN_DISC_DIFFERS:
		return STORE_BAD;
	default:
		if (over)
			return STORE_BAD;
		return strcmp(state, "closing") ? STORE_PENDING : STORE_CLOSING;
	}
}

/* What was wrong; nobody has cancelled a job that stops with discmuxd. */
static const char *words_of(const struct job *job, const struct burn_status *s)
{
	if (s->state != BURN_CANCELLED || !job_is_suspended(job) ||
	    job->spec.work == PANEL_ERASE)
		return s->message;
	return store_fate_stopped(fate_of(job, burn_state_name(s->state), s->disc));
}

static void count_fate(struct job *job, enum store_fate fate)
{
	struct panel_job *show = &job->status.show;

	pthread_mutex_lock(&job->lock);
	show->good += fate == STORE_GOOD;
	show->bad += fate == STORE_BAD;
	show->unknown += fate == STORE_UNKNOWN;
	pthread_mutex_unlock(&job->lock);
}

static void begin_disc(struct job *job, size_t i, const struct burn_status *s)
{
	const struct burn_recorder *r = &job->recorders[i];
	struct store_disc *d = &job->discs[i];

	memset(d, 0, sizeof(*d));
	d->job = job->id;
	d->round = job->status.round;
	d->recorder = r->unit;
	d->lba = -1;
	d->fate = STORE_PENDING;
	d->slot = job->slots[i];
	memcpy(d->serial, r->serial, sizeof(d->serial));
	memcpy(d->drive, r->drive, sizeof(d->drive));
	snprintf(d->medium, sizeof(d->medium), "%s", s->medium);
	if (!store_disc_new(job->core->store, d))
		return;
	/* A disc that nobody would know of is not written to */
	d->id = 0;
	job_problem(job, "", "%s", store_error(job->core->store, d->message, sizeof(d->message)));
	burn_job_cancel(job->burn);
}

/* Called by the engine before a disc is touched and after each thing that is true. */
static void record(void *arg, size_t i, const char *state, enum burn_disc disc)
{
	struct job *job = arg;
	struct store_disc *d = &job->discs[i];
	struct burn_status s;
	enum store_fate fate;

	burn_job_status(job->burn, i, &s);
	if (!d->id) {
		if (disc != BURN_DISC_UNTOUCHED)
			begin_disc(job, i, &s);
		if (!d->id || disc == BURN_DISC_RUINED)
			return;
	}
	fate = fate_of(job, state, disc);
	if (fate == STORE_GOOD && job_check_wait(job)) {
		fate = job->check_rc == -EBADMSG ? STORE_BAD : STORE_UNKNOWN;
		snprintf(s.message, sizeof(s.message), "%s", job->check_error);
	}
	if (fate == d->fate)
		return;
	d->fate = fate;
	snprintf(d->medium, sizeof(d->medium), "%s", s.medium);
	snprintf(d->message, sizeof(d->message), "%s", words_of(job, &s));
	d->sense_valid = s.sense_valid;
	d->key = s.key;
	d->asc = s.asc;
	d->ascq = s.ascq;
	d->lba = s.lba_valid ? (int64_t)s.lba : -1;
	if (store_disc_fate(job->core->store, d)) {
		char err[256];

		job_problem(job, "", "%s", store_error(job->core->store, err, sizeof(err)));
	}
	count_fate(job, fate);
	if (fate == STORE_GOOD)
		core_log(6, "job %lld: recorder %u: good copy", (long long)job->id, d->recorder);
}

static const char *fate_words(enum burn_disc disc)
{
	switch (disc) {
	case BURN_DISC_RUINED:
		return "DISC IS BAD";
	case BURN_DISC_DIFFERS:
		return "COPY IS BAD";
	case BURN_DISC_CLOSED:
		return "NOT VERIFIED";
	default:
		return "DISC IS UNUSED";
	}
}

bool job_disc_spoiled(const struct job *job, size_t i)
{
	const struct store_disc *d = &job->discs[i];

	return d->id && (d->fate == STORE_BAD || d->fate == STORE_UNKNOWN);
}

/* One for each recorder that did not make a good copy, and one for the job. */
static void take_faults(struct job *job)
{
	struct panel_fault f;
	struct burn_status s;
	size_t i;

	for (i = 0; i < job->count; i++) {
		/* A disc may be bad although all went well: its master was damaged */
		bool spoiled;

		burn_job_status(job->burn, i, &s);
		spoiled = s.state == BURN_DONE && job_disc_spoiled(job, i);
		if (s.state != BURN_FAILED && s.state != BURN_CANCELLED && !spoiled)
			continue;
		memset(&f, 0, sizeof(f));
		snprintf(f.drive, sizeof(f.drive), "RECORDER %u", job->recorders[i].unit);
		snprintf(f.fate, sizeof(f.fate), "%s", !spoiled ? fate_words(s.disc) :
			 job->discs[i].fate == STORE_BAD ? "DISC IS BAD" : "DISC IS UNKNOWN");
		snprintf(f.text, sizeof(f.text), "%s", spoiled ? job->check_error :
			 words_of(job, &s));
		f.sense_valid = s.sense_valid;
		f.key = s.key;
		f.asc = s.asc;
		f.ascq = s.ascq;
		job_fault(job, &f);
	}
	if (*burn_job_error(job->burn))
		job_problem(job, "MASTER", "%s", burn_job_error(job->burn));
	if (job->check_rc && job->check_rc != -ECANCELED)
		job_problem(job, "MASTER", "%s", job->check_error);
}

static void notice(void *arg, const char *text)
{
	const struct job *job = arg;

	core_log(4, "job %lld: %s", (long long)job->id, text);
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

/* Discs that nothing is kept of: what the recorders said at the end is all. */
static void count_ends(struct job *job, enum burn_task task)
{
	struct burn_status s;
	size_t i;

	if (task == BURN_COPY)
		return;
	for (i = 0; i < job->count; i++) {
		burn_job_status(job->burn, i, &s);
		if (s.state == BURN_DONE)
			count_fate(job, STORE_GOOD);
		else if (s.state == BURN_FAILED || s.state == BURN_CANCELLED)
			count_fate(job, STORE_BAD);
		/* Erased, it may be written again */
		if (s.disc == BURN_DISC_ERASED)
			store_recorder_empty(job->core->store, job->recorders[i].serial,
					     job->recorders[i].unit);
	}
}

static void configure(struct job *job, struct burn_source *source, struct burn_config *c)
{
	bool cd = !strcmp(job->status.show.medium, "CD");

	memset(c, 0, sizeof(*c));
	c->task = task_of(job);
	c->ops = &burn_ops_discmux;
	c->ctx = job->dm;
	c->recorders = job->recorders;
	c->count = job->count;
	c->source = source;
	c->sink = job->sink.begin ? &job->sink : NULL;
	c->max_exec_bytes = job->max_exec_bytes;
	/* 0 as the master, 1 close, 2 leave open: the same order */
	c->session = (enum burn_session)job->spec.session;
	c->no_isrc = !job->spec.isrc;
	c->verify = verifies(job);
	c->full = job->spec.full;
	c->go_on = true;
	c->eject = !job->spec.keep;
	c->speed = cd ? job->spec.cd_speed : job->spec.dvd_speed;
	c->notice = notice;
	c->notice_arg = job;
	if (c->task == BURN_COPY) {
		c->record = record;
		c->record_arg = job;
	}
}

static int run(struct job *job, struct burn_job *burn)
{
	int rc;

	pthread_mutex_lock(&job->lock);
	job->burn = burn;
	job->status.round++;
	if (job_is_cancelled(job))
		burn_job_cancel(burn);
	pthread_mutex_unlock(&job->lock);
	job_phase(job, PANEL_RUNNING);
	rc = burn_job_run(burn);
	take_faults(job);
	return rc;
}

int job_burn(struct job *job, struct burn_source *source)
{
	struct burn_config config;
	struct burn_job *burn;
	int rc;

	configure(job, source, &config);
	memset(job->discs, 0, sizeof(job->discs));
	rc = burn_job_create(&config, &burn);
	if (rc)
		return rc;
	rc = run(job, burn);
	count_ends(job, config.task);
	pthread_mutex_lock(&job->lock);
	job_take_burn(job);
	job->burn = NULL;
	pthread_mutex_unlock(&job->lock);
	burn_job_free(burn);
	if (job->check_rc)
		return job->check_rc;	/* no further round from this master */
	return job_is_cancelled(job) ? -ECANCELED : rc;
}
