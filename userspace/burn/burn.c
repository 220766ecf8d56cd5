// SPDX-License-Identifier: GPL-2.0
/* A job from its start to its end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "libdiscmux.h"

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
	rc = job->count ? c->ops->claim(c->ctx, members, job->count, &failed) : 0;
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
	if (job->recorders_claimed && job->count)
		c->ops->release(c->ctx, members, job->count);
	if (job->reader_claimed)
		c->ops->release(c->ctx, &reader, 1);
	job->recorders_claimed = false;
	job->reader_claimed = false;
}

/*
 * Keeps trays shut while their discs are being written, or the master is read.  A
 * drive that can't is none the worse for it.  Unlocking takes all, however far the job
 * came: one that was killed may have left a tray locked.
 */
static void lock_trays(struct burn_job *job, bool locked)
{
	struct discmux_result result;
	struct mmc_command cmd;

	mmc_cmd_prevent(&cmd, locked);
	if (job->recorders_claimed && job->count)
		burn_send(job, burn_all(job), &cmd, NULL, DISCMUX_FOR_PROBE, 0);
	if (job->reader_claimed)
		burn_command(job, burn_source_member(job->config.source), &cmd, NULL,
			     DISCMUX_FOR_PROBE, 0, &result);
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
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, 30000);
	burn_for_each(i, job->live & ~good)
		burn_notice(job, "%s does not eject its disc; the copy is good",
			    job->recs[i].name);
}

/* ---- The job ---------------------------------------------------------- */

static int check_master(struct burn_job *job)
{
	int rc = job->config.source ? burn_source_check(job->config.source, job) : 0;

	if (!rc)
		rc = burn_append_master(job);
	if (!rc && (job->config.image || job->config.sink))
		rc = burn_save_begin(job);
	return rc;
}

/* The map of what could not be read, wherever the data went. */
static int write_map(struct burn_job *job)
{
	uint64_t total = job->unit == CD_RAW ?
			 (uint64_t)burn_save_place(job, cd_layout_end(job->layout) - 1) + 1 :
			 burn_source_blocks(job->config.source);
	int rc;

	if (!job->config.damaged || !job->config.map || !job->config.source)
		return 0;
	rc = burn_source_write_map(job->config.source, job->config.map, total * job->unit);
	if (!rc)
		return 0;
	burn_job_problem(job, "%.160s: %s", job->config.map, strerror(-rc));
	return -EIO;
}

/* Ends the image when all of the master went into it. */
static int end_image(struct burn_job *job, int rc)
{
	if (!rc && job->save && !burn_is_cancelled(job))
		rc = burn_save_end(job);
	burn_save_drop(job);
	if (!rc && !burn_is_cancelled(job))
		burn_set_master(job, BURN_DONE, 0, 0);
	return rc;
}

/* Recorders that were lost go on when the others' discs are closed, and hold up none of these. */
static void resume_apart(struct burn_job *job)
{
	burn_set whole = job->live;

	/* Closing loses those that are reset before their cache is on the disc */
	while (job->lost) {
		job->live = 0;
		if (burn_resume(job)) {
			/* Only those that went on needed it again */
			burn_notice(job, "%s", job->error);
			drop_live(job, BURN_FAILED, job->error);
			job->error[0] = '\0';
		}
		burn_close(job);
		whole |= job->live;
	}
	job->live = whole;
}

/* Copies that went on are read back, asked or not: they have to show that they are whole. */
static int read_back(struct burn_job *job)
{
	burn_set others = 0;
	size_t i;
	int rc;

	burn_for_each(i, job->live)
		if (!job->config.verify && !job->recs[i].status.resumed)
			others |= 1u << i;
	job->live &= ~others;
	rc = burn_verify(job);
	if (rc && others) {
		drop_live(job, BURN_FAILED, job->error);
		job->error[0] = '\0';
		rc = 0;
	}
	job->live |= others;
	return rc;
}

/* To all discs; if all recorders were lost, they go on at once. */
static int write_all(struct burn_job *job)
{
	int rc = burn_write(job);

	if (!rc && !job->live)
		rc = burn_resume(job);
	if (!rc)
		return 0;
	/* What has not got all its data is not closed */
	drop_live(job, BURN_FAILED, job->error);
	burn_give_up(job);
	return rc;
}

static int write_discs(struct burn_job *job)
{
	int rc;

	burn_prepare(job);
	if (burn_is_cancelled(job))
		return 0;
	rc = write_all(job);
	/* A master that was not read to its end makes no image */
	if (job->save && !job->live && !rc)
		burn_save_drop(job);
	if (!rc)
		rc = write_map(job);
	if (job->save)
		rc = end_image(job, rc);
	/* What has all its data is closed even if people have had enough */
	burn_close(job);
	resume_apart(job);
	if (!rc && job->config.task == BURN_COPY && !burn_is_cancelled(job))
		rc = read_back(job);
	return rc;
}

static int do_task(struct burn_job *job)
{
	int rc;

	switch (job->config.task) {
	case BURN_READ:
		rc = burn_read(job);
		if (!rc)
			rc = write_map(job);
		return end_image(job, rc);
	case BURN_VERIFY:
		return burn_verify(job);
	case BURN_ERASE:
		burn_erase(job);
		return 0;
	default:
		return write_discs(job);
	}
}

static int steps(struct burn_job *job)
{
	int rc = check_master(job);

	if (!rc && job->count)
		rc = burn_check(job);
	if (rc || burn_is_cancelled(job))
		return rc;
	lock_trays(job, true);
	return do_task(job);
}

/* What its disc is when a recorder has done what was asked. */
static bool is_done(const struct burn_job *job, size_t i)
{
	bool unverified = burn_is_cancelled(job) &&
			  (job->config.verify || job->recs[i].status.resumed);

	switch (job->recs[i].status.disc) {
	case BURN_DISC_VERIFIED:
	case BURN_DISC_SIMULATED:
		return true;
	case BURN_DISC_ERASED:
		return job->config.task == BURN_ERASE;
	case BURN_DISC_CLOSED:
		return !unverified;
	default:
		return false;
	}
}

static void finish(struct burn_job *job)
{
	burn_set done = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (is_done(job, i))
			done |= 1u << i;
	burn_for_each(i, job->live & ~done)
		burn_drop(job, i, BURN_CANCELLED,
			  job->recs[i].status.disc == BURN_DISC_CLOSED ?
			  "cancelled before it was verified" : "cancelled");
	if (job->config.task == BURN_SIMULATE)
		burn_end_test(job);
	lock_trays(job, false);
	if (job->config.eject)
		eject(job);
	burn_set_state(job, done, BURN_DONE);
	burn_save_drop(job);
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
	return job->live == burn_all(job) ? 0 : -EIO;
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

	bool alone = config->task == BURN_READ;	/* without recorders */

	if (alone != !config->count || config->count > BURN_MAX_RECORDERS || config->speed < 0 ||
	    (config->task == BURN_ERASE) != !config->source || (alone && !config->image && !config->sink) ||
	    (config->damaged && !config->map) ||
	    (config->append && (config->erase || config->task != BURN_COPY)))
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
		snprintf(rec->name, sizeof(rec->name), "%s %u",
			 rec->info.reader ? "reader" : "recorder", rec->info.unit);
	}
	job->config.recorders = NULL;
	job->master.medium = "";
	atomic_init(&job->cancel, false);
	atomic_init(&job->leave, false);
	pthread_mutex_init(&job->lock, NULL);
	make_id(job);
	*out = job;
	return 0;
}

void burn_job_cancel(struct burn_job *job)
{
	atomic_store_explicit(&job->cancel, true, memory_order_relaxed);
}

void burn_job_leave(struct burn_job *job)
{
	atomic_store_explicit(&job->leave, true, memory_order_relaxed);
	burn_job_cancel(job);
}

void burn_job_status(struct burn_job *job, size_t i, struct burn_status *status)
{
	pthread_mutex_lock(&job->lock);
	*status = i == BURN_MASTER ? job->master : job->recs[i].status;
	pthread_mutex_unlock(&job->lock);
}

const char *burn_job_image(const struct burn_job *job)
{
	return job->image;
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
	free(job->layout);
	free(job->digests);
	free(job);
}
