// SPDX-License-Identifier: GPL-2.0
/* What the database hears of a job's discs, whoever writes them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_priv.h"

/* A disc that holds nothing any more: what an erasing is for, and the beginning of a copy,
 * which leaves a blank when it ends there. */
static enum store_fate erased_fate(const struct job *job, bool over)
{
	if (job->spec.work == PANEL_ERASE)
		return over ? STORE_UNKNOWN : STORE_GOOD;
	return over ? STORE_UNTOUCHED : STORE_PENDING;
}

static enum store_fate fate_of(const struct job *job, const char *state, enum burn_disc disc)
{
	bool over = !strcmp(state, "failed") || !strcmp(state, "cancelled");

	switch (disc) {
	case BURN_DISC_UNTOUCHED:
		return STORE_UNTOUCHED;
	case BURN_DISC_CLOSED:
		if (over)
			return STORE_UNKNOWN;
		return job->spec.work == PANEL_COPY_VERIFY ? STORE_WRITTEN : STORE_GOOD;
	case BURN_DISC_VERIFIED:
		return over ? STORE_UNKNOWN : STORE_GOOD;
	case BURN_DISC_ERASED:
		return erased_fate(job, over);
	case BURN_DISC_DIFFERS:
		return STORE_BAD;
	default:
		if (over)
			return STORE_BAD;
		return strcmp(state, "closing") ? STORE_PENDING : STORE_CLOSING;
	}
}

/* What was wrong; nobody has cancelled a job that stops with discmuxd, or for its
 * master. */
static const char *words_of(struct job *job, const struct burn_status *s, char *buf, size_t size)
{
	int rc;

	if (s->state != BURN_CANCELLED || job->spec.work == PANEL_ERASE)
		return s->message;
	if (job_is_suspended(job))
		return store_fate_stopped(fate_of(job, burn_state_name(s->state), s->disc));
	rc = job_check_result(job, false, buf, size);
	return rc && rc != -ECANCELED ? buf : s->message;
}

bool job_changes_discs(const struct job *job)
{
	return job->spec.work != PANEL_SIMULATE && job->spec.work != PANEL_VERIFY;
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

static int begin_disc(struct job *job, size_t i, const struct burn_status *s, char *err,
		      size_t errlen)
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
	d->unchanged = !job_changes_discs(job);
	memcpy(d->serial, r->serial, sizeof(d->serial));
	memcpy(d->drive, r->drive, sizeof(d->drive));
	snprintf(d->medium, sizeof(d->medium), "%s", s->medium);
	if (!store_disc_new(job->core->store, d))
		return 0;
	d->id = 0;
	store_error(job->core->store, err, errlen);
	return -EIO;
}

/* As many as the database has: some were counted when their program was thought gone. */
static void take_counts(struct job *job)
{
	struct panel_job *show = &job->status.show;
	struct store_job row;

	if (store_job_get(job->core->store, job->id, &row))
		return;
	pthread_mutex_lock(&job->lock);
	show->good = row.good;
	show->bad = row.bad;
	show->unknown = row.unknown;
	pthread_mutex_unlock(&job->lock);
}

int job_record_again(struct job *job, size_t i, char *err, size_t errlen)
{
	struct store_disc found;
	int rc = store_disc_again(job->core->store, job->id, job->status.round,
				  job->recorders[i].unit, &found);

	if (rc == -ENOENT)
		return 0;
	if (rc) {
		store_error(job->core->store, err, errlen);
		return -EIO;
	}
	job->discs[i] = found;
	take_counts(job);
	return 0;
}

/* The step to this fate, with its words; counted once. */
static void take_fate(struct job *job, struct store_disc *d, enum store_fate fate,
		      const char *message)
{
	char err[256];

	d->fate = fate;
	snprintf(d->message, sizeof(d->message), "%s", message);
	if (store_disc_fate(job->core->store, d))
		job_problem(job, "", "%s", store_error(job->core->store, err, sizeof(err)));
	count_fate(job, fate);
	/* Erased, it may be written again */
	if (fate == STORE_GOOD && job->spec.work == PANEL_ERASE)
		store_recorder_empty(job->core->store, d->serial, d->recorder);
	else if (fate == STORE_GOOD && job_changes_discs(job))
		core_log(6, "job %lld: recorder %u: good copy", (long long)job->id, d->recorder);
}

/* A disc is as good as its master: waits until that is known.  The words are in err. */
static int judge(struct job *job, enum store_fate *fate, char *err, size_t errlen)
{
	int rc = *fate == STORE_GOOD ? job_check_result(job, true, err, errlen) : 0;

	if (rc == -ECANCELED && job_is_suspended(job))
		snprintf(err, errlen, "%s", store_fate_stopped(STORE_UNKNOWN));
	if (rc)
		*fate = rc == -EBADMSG ? STORE_BAD : STORE_UNKNOWN;
	return rc;
}

/* What the recorder says of it, for the row. */
static void take_details(struct store_disc *d, const struct burn_status *s)
{
	snprintf(d->medium, sizeof(d->medium), "%s", s->medium);
	d->sense_valid = s->sense_valid;
	d->key = s->key;
	d->asc = s->asc;
	d->ascq = s->ascq;
	d->lba = s->lba_valid ? (int64_t)s->lba : -1;
}

int job_record(struct job *job, size_t i, const char *state, enum burn_disc disc,
	       const struct burn_status *s, char *err, size_t errlen)
{
	struct store_disc *d = &job->discs[i];
	char buf[BURN_MESSAGE_LEN];
	enum store_fate fate;
	int rc = 0;

	if (!d->id) {
		if (disc != BURN_DISC_UNTOUCHED)
			rc = begin_disc(job, i, s, err, errlen);
		if (!d->id || disc == BURN_DISC_RUINED)
			return rc;
	}
	fate = fate_of(job, state, disc);
	rc = judge(job, &fate, err, errlen);
	if (fate == d->fate || d->fate >= STORE_GOOD)
		return rc;	/* what is final stays */
	take_details(d, s);
	take_fate(job, d, fate, rc ? err : words_of(job, s, buf, sizeof(buf)));
	if (disc == BURN_DISC_ERASED && fate == STORE_UNTOUCHED)
		store_recorder_empty(job->core->store, d->serial, d->recorder);
	return rc;
}

void job_record_lost(struct job *job, const char *message)
{
	size_t i;

	for (i = 0; i < job->count; i++) {
		struct store_disc *d = &job->discs[i];

		if (d->id && d->fate < STORE_GOOD)
			take_fate(job, d, d->fate == STORE_PENDING ? STORE_BAD : STORE_UNKNOWN,
				  message);
	}
}

/* What the recorder said at the end is all, where nothing was changed. */
static enum store_fate end_fate(const struct job *job, const struct burn_status *s)
{
	switch (s->state) {
	case BURN_DONE:
		return STORE_GOOD;
	case BURN_FAILED:
		return job_changes_discs(job) ? STORE_UNTOUCHED : STORE_BAD;
	case BURN_CANCELLED:
		return job_changes_discs(job) ? STORE_UNTOUCHED : STORE_UNKNOWN;
	default:
		return STORE_PENDING;	/* for another's sake not begun */
	}
}

void job_record_end(struct job *job, size_t i, const struct burn_status *s)
{
	struct store_disc *d = &job->discs[i];
	char err[BURN_MESSAGE_LEN], buf[BURN_MESSAGE_LEN];
	enum store_fate fate = end_fate(job, s);

	if (d->id || fate == STORE_PENDING)
		return;
	if (begin_disc(job, i, s, err, sizeof(err)))
		job_problem(job, "", "%s", err);
	take_details(d, s);
	/* What it was compared with may be damaged: that says nothing of the disc */
	if (judge(job, &fate, err, sizeof(err)))
		take_fate(job, d, STORE_UNKNOWN, err);
	else
		take_fate(job, d, fate, words_of(job, s, buf, sizeof(buf)));
	if (fate == STORE_UNTOUCHED)	/* no good one for that */
		count_fate(job, STORE_BAD);
}

static const char *fate_words(struct job *job, size_t i, enum burn_disc disc)
{
	switch (disc) {
	case BURN_DISC_RUINED:
		return "DISC IS BAD";
	case BURN_DISC_DIFFERS:
		if (job->discs[i].fate == STORE_UNKNOWN)
			return "DISC IS UNKNOWN";
		return job_check_failed(job) ? "DISC IS BAD" : "COPY IS BAD";
	case BURN_DISC_CLOSED:
		return "NOT VERIFIED";
	default:
		return "DISC IS UNUSED";
	}
}

void job_disc_fault(struct job *job, size_t i, const struct burn_status *s)
{
	struct panel_fault f = { 0 };
	char buf[BURN_MESSAGE_LEN];

	if (s->state != BURN_FAILED && s->state != BURN_CANCELLED)
		return;
	snprintf(f.drive, sizeof(f.drive), "RECORDER %u", job->recorders[i].unit);
	snprintf(f.fate, sizeof(f.fate), "%s", fate_words(job, i, s->disc));
	snprintf(f.text, sizeof(f.text), "%s", words_of(job, s, buf, sizeof(buf)));
	f.sense_valid = s->sense_valid;
	f.key = s->key;
	f.asc = s->asc;
	f.ascq = s->ascq;
	job_fault(job, &f);
}
