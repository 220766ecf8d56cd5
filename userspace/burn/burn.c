// SPDX-License-Identifier: GPL-2.0
/* A job from its start to its end, and the states of its recorders. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "libdiscmux.h"

#define PAUSE_SLICE_MS	100

static const char * const state_names[] = {
	[BURN_IDLE] = "idle",
	[BURN_CHECKING] = "checking",
	[BURN_WAITING] = "waiting",
	[BURN_PREPARING] = "preparing",
	[BURN_WRITING] = "writing",
	[BURN_CLOSING] = "closing",
	[BURN_VERIFYING] = "verifying",
	[BURN_DONE] = "done",
	[BURN_FAILED] = "failed",
	[BURN_CANCELLED] = "cancelled",
};

static const char * const disc_names[] = {
	[BURN_DISC_UNTOUCHED] = "untouched",
	[BURN_DISC_RUINED] = "ruined",
	[BURN_DISC_CLOSED] = "closed",
	[BURN_DISC_DIFFERS] = "differs",
	[BURN_DISC_VERIFIED] = "verified",
};

const char *burn_state_name(enum burn_state state)
{
	return state <= BURN_CANCELLED ? state_names[state] : "unknown";
}

const char *burn_disc_name(enum burn_disc disc)
{
	return disc <= BURN_DISC_VERIFIED ? disc_names[disc] : "unknown";
}

/* ---- States ----------------------------------------------------------- */

void burn_set_state(struct burn_job *job, burn_set set, enum burn_state state)
{
	size_t i;

	pthread_mutex_lock(&job->lock);
	burn_for_each(i, set) {
		job->recs[i].status.state = state;
		job->recs[i].status.bytes = 0;
		job->recs[i].status.total = 0;
	}
	pthread_mutex_unlock(&job->lock);
}

void burn_set_disc(struct burn_job *job, size_t i, enum burn_disc disc)
{
	pthread_mutex_lock(&job->lock);
	job->recs[i].status.disc = disc;
	pthread_mutex_unlock(&job->lock);
}

void burn_set_progress(struct burn_job *job, size_t i, uint64_t bytes, uint64_t total)
{
	pthread_mutex_lock(&job->lock);
	job->recs[i].status.bytes = bytes;
	job->recs[i].status.total = total;
	pthread_mutex_unlock(&job->lock);
}

void burn_set_message(struct burn_job *job, size_t i, const char *text)
{
	pthread_mutex_lock(&job->lock);
	snprintf(job->recs[i].status.message, BURN_MESSAGE_LEN, "%s", text);
	pthread_mutex_unlock(&job->lock);
}

void burn_drop(struct burn_job *job, size_t i, enum burn_state state, const char *text)
{
	job->live &= ~(1u << i);
	burn_set_message(job, i, text);
	pthread_mutex_lock(&job->lock);
	job->recs[i].status.state = state;
	pthread_mutex_unlock(&job->lock);
	if (job->recs[i].status.disc != BURN_DISC_UNTOUCHED)
		burn_log_state(job, i, burn_state_name(state), job->recs[i].status.disc);
}

void burn_fail(struct burn_job *job, size_t i, const char *fmt, ...)
{
	char text[BURN_MESSAGE_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	burn_drop(job, i, BURN_FAILED, text);
}

void burn_fail_result(struct burn_job *job, size_t i, const char *what)
{
	struct burn_rec *rec = &job->recs[i];
	uint8_t asc, ascq;
	char words[128];

	if (burn_is_cancelled(job) && burn_key(&rec->result, &asc, &ascq) == 0x02 && asc == 0x04) {
		burn_drop(job, i, BURN_CANCELLED, "cancelled");
		return;
	}
	discmux_device_result_text(DISCMUX_DEVICE_RECORDER, &rec->result, words, sizeof(words));
	burn_fail(job, i, "%s failed %s: %s", rec->name, what, words);
}

void burn_fail_lba(struct burn_job *job, size_t i, uint32_t lba, const char *what)
{
	struct burn_rec *rec = &job->recs[i];
	char words[128];

	pthread_mutex_lock(&job->lock);
	rec->status.lba_valid = true;
	rec->status.lba = lba;
	pthread_mutex_unlock(&job->lock);
	discmux_device_result_text(DISCMUX_DEVICE_RECORDER, &rec->result, words, sizeof(words));
	burn_fail(job, i, "%s failed %s at LBA %u: %s", rec->name, what, lba, words);
}

void burn_fail_set(struct burn_job *job, burn_set set, const char *what)
{
	size_t i;

	burn_for_each(i, set)
		burn_fail_result(job, i, what);
}

void burn_notice(struct burn_job *job, const char *fmt, ...)
{
	char text[BURN_MESSAGE_LEN];
	va_list ap;

	if (!job->config.notice)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	job->config.notice(job->config.notice_arg, text);
}

int burn_job_problem(struct burn_job *job, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(job->error, sizeof(job->error), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void burn_pause(struct burn_job *job, unsigned int ms)
{
	const struct burn_config *c = &job->config;

	while (ms && !burn_is_cancelled(job)) {
		unsigned int slice = ms < PAUSE_SLICE_MS ? ms : PAUSE_SLICE_MS;

		c->ops->sleep_ms(c->ctx, slice);
		ms -= slice;
	}
}

static void drop_live(struct burn_job *job, enum burn_state state, const char *text)
{
	size_t i;

	burn_for_each(i, job->live)
		burn_drop(job, i, state, text);
}

/* ---- Claims and locks ------------------------------------------------- */

static const struct burn_rec *rec_of(const struct burn_job *job, uint32_t member)
{
	size_t i;

	for (i = 0; i < job->count; i++)
		if (job->recs[i].info.member == member)
			return &job->recs[i];
	return NULL;
}

static int claim_problem(struct burn_job *job, int rc, const char *name, const char *block)
{
	if (rc == -EBUSY)
		return burn_job_problem(job, "%s is busy: unmount its disc%s%s, or end the program that uses it",
					name, *block ? " in /dev/" : "", block);
	if (rc == -ENOENT || rc == -ENODEV)
		return burn_job_problem(job, "%s is gone: look at `discmux status`", name);
	if (rc == -EPERM || rc == -EACCES)
		return burn_job_problem(job, "no permission to use %s: run as root", name);
	return burn_job_problem(job, "%s can't be claimed: %s", name, strerror(-rc));
}

static int claim_all(struct burn_job *job)
{
	const struct burn_config *c = &job->config;
	uint32_t members[BURN_MAX_RECORDERS], failed = DISCMUX_NONE;
	uint32_t reader = burn_source_member(c->source);
	const struct burn_rec *rec;
	size_t i;
	int rc;

	if (reader != DISCMUX_NONE) {
		rc = c->ops->claim(c->ctx, &reader, 1, &failed);
		if (rc)
			return claim_problem(job, rc, burn_source_name(c->source), "");
		job->reader_claimed = true;
	}
	for (i = 0; i < job->count; i++)
		members[i] = job->recs[i].info.member;
	rc = c->ops->claim(c->ctx, members, job->count, &failed);
	if (rc) {
		rec = rec_of(job, failed);
		return claim_problem(job, rc, rec ? rec->name : "a recorder",
				     rec ? rec->info.block_name : "");
	}
	job->recorders_claimed = true;
	return 0;
}

static void release_all(struct burn_job *job)
{
	const struct burn_config *c = &job->config;
	uint32_t members[BURN_MAX_RECORDERS];
	uint32_t reader = burn_source_member(c->source);
	size_t i;

	for (i = 0; i < job->count; i++)
		members[i] = job->recs[i].info.member;
	if (job->recorders_claimed)
		c->ops->release(c->ctx, members, job->count);
	if (job->reader_claimed)
		c->ops->release(c->ctx, &reader, 1);
	job->recorders_claimed = false;
	job->reader_claimed = false;
}

/*
 * Keeps people from opening a tray while its disc is being written.  A drive
 * that can't is none the worse for it.  Unlocking takes all, however far the job
 * came: one that was killed may have left a tray locked.
 */
static void lock_trays(struct burn_job *job, bool locked)
{
	struct mmc_command cmd;

	mmc_cmd_prevent(&cmd, locked);
	burn_send(job, (burn_set)((1ull << job->count) - 1), &cmd, NULL, BURN_UNIT_ATTENTION, 0);
}

/* Good copies come out; what went wrong stays behind a closed tray. */
static void eject(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	if (!job->live)
		return;
	mmc_cmd_start_stop(&cmd, MMC_TRAY_EJECT);
	good = burn_send(job, job->live, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			 30000);
	burn_for_each(i, job->live & ~good)
		burn_notice(job, "%s does not eject its disc; the copy is good",
			    job->recs[i].name);
}

/* ---- The job ---------------------------------------------------------- */

static int steps(struct burn_job *job)
{
	int rc = burn_source_check(job->config.source, job);

	if (!rc)
		rc = burn_check(job);
	if (rc || burn_is_cancelled(job))
		return rc;
	lock_trays(job, true);
	burn_prepare(job);
	if (burn_is_cancelled(job))
		return 0;
	rc = burn_write(job);
	/* What has all its data is closed even if people have had enough */
	burn_close(job);
	if (job->config.verify && !burn_is_cancelled(job))
		burn_verify(job);
	return rc;
}

static void finish(struct burn_job *job)
{
	bool unverified = burn_is_cancelled(job) && job->config.verify;
	burn_set done = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].status.disc == BURN_DISC_VERIFIED ||
		    (job->recs[i].status.disc == BURN_DISC_CLOSED && !unverified))
			done |= 1u << i;
	burn_for_each(i, job->live & ~done)
		burn_drop(job, i, BURN_CANCELLED,
			  job->recs[i].status.disc == BURN_DISC_CLOSED ?
			  "cancelled before it was verified" : "cancelled");
	if (job->recorders_claimed)
		lock_trays(job, false);
	if (job->config.eject)
		eject(job);
	burn_set_state(job, done, BURN_DONE);
}

int burn_job_run(struct burn_job *job)
{
	int rc = claim_all(job);

	if (!rc)
		rc = steps(job);
	if (rc == -EINVAL)
		drop_live(job, BURN_IDLE, "");
	else if (rc)
		drop_live(job, BURN_FAILED, job->error);
	finish(job);
	release_all(job);
	if (rc)
		return rc;
	if (burn_is_cancelled(job))
		return -ECANCELED;
	return job->live == (burn_set)((1ull << job->count) - 1) ? 0 : -EIO;
}

static void make_id(struct burn_job *job)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(job->id, sizeof(job->id), "%llx-%x", (unsigned long long)now.tv_sec * 1000 +
		 (unsigned long long)now.tv_nsec / 1000000, (unsigned int)getpid());
}

int burn_job_create(const struct burn_config *config, struct burn_job **out)
{
	struct burn_job *job;
	size_t i;

	if (!config->count || config->count > BURN_MAX_RECORDERS || config->speed < 0)
		return -EINVAL;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->config = *config;
	job->count = config->count;
	job->live = (burn_set)((1ull << job->count) - 1);
	for (i = 0; i < job->count; i++) {
		struct burn_rec *rec = &job->recs[i];

		rec->info = config->recorders[i];
		rec->status.medium = "";
		snprintf(rec->name, sizeof(rec->name), "recorder %u", rec->info.unit);
	}
	job->config.recorders = NULL;
	atomic_init(&job->cancel, false);
	pthread_mutex_init(&job->lock, NULL);
	make_id(job);
	*out = job;
	return 0;
}

void burn_job_cancel(struct burn_job *job)
{
	atomic_store_explicit(&job->cancel, true, memory_order_relaxed);
}

void burn_job_status(struct burn_job *job, size_t i, struct burn_status *status)
{
	pthread_mutex_lock(&job->lock);
	*status = job->recs[i].status;
	pthread_mutex_unlock(&job->lock);
}

const char *burn_job_error(const struct burn_job *job)
{
	return job->error;
}

void burn_job_free(struct burn_job *job)
{
	if (!job)
		return;
	pthread_mutex_destroy(&job->lock);
	free(job->digests);
	free(job);
}
