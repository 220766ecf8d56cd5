// SPDX-License-Identifier: GPL-2.0
/* States of a job's recorders, their names, and why one is dropped. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

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
	[BURN_ERASING] = "erasing",
	[BURN_READING] = "reading",
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
	[BURN_DISC_ERASED] = "erased",
	[BURN_DISC_SIMULATED] = "simulated",
};

static const char * const task_names[] = {
	[BURN_COPY] = "copy",
	[BURN_SIMULATE] = "simulate",
	[BURN_VERIFY] = "verify",
	[BURN_ERASE] = "erase",
	[BURN_READ] = "read",
};

const char *burn_state_name(enum burn_state state)
{
	return state <= BURN_CANCELLED ? state_names[state] : "unknown";
}

const char *burn_disc_name(enum burn_disc disc)
{
	return disc <= BURN_DISC_SIMULATED ? disc_names[disc] : "unknown";
}

const char *burn_task_name(enum burn_task task)
{
	return task <= BURN_READ ? task_names[task] : "unknown";
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

void burn_set_master(struct burn_job *job, enum burn_state state, uint64_t bytes, uint64_t total)
{
	pthread_mutex_lock(&job->lock);
	job->master.state = state;
	job->master.bytes = bytes;
	job->master.total = total;
	pthread_mutex_unlock(&job->lock);
}

burn_set burn_all(const struct burn_job *job)
{
	return (burn_set)((1ull << job->count) - 1);
}

void burn_drop(struct burn_job *job, size_t i, enum burn_state state, const char *text)
{
	job->live &= ~(1u << i);
	burn_set_message(job, i, text);
	pthread_mutex_lock(&job->lock);
	job->recs[i].status.state = state;
	pthread_mutex_unlock(&job->lock);
	/* Of a disc that was about to be touched and was not, this is to be said, too */
	if (job->recs[i].told || job->recs[i].status.disc != BURN_DISC_UNTOUCHED)
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

/* What the recorder itself said, for displays that have words of their own. */
static void keep_sense(struct burn_job *job, struct burn_rec *rec)
{
	struct discmux_sense sense;
	bool valid = !discmux_result_sense(&rec->result, &sense);

	pthread_mutex_lock(&job->lock);
	rec->status.sense_valid = valid;
	rec->status.key = valid ? sense.key : 0;
	rec->status.asc = valid ? sense.asc : 0;
	rec->status.ascq = valid ? sense.ascq : 0;
	pthread_mutex_unlock(&job->lock);
}

void burn_fail_result(struct burn_job *job, size_t i, const char *what)
{
	struct burn_rec *rec = &job->recs[i];
	char words[128];

	if (burn_is_cancelled(job) && burn_cause(rec) == DISCMUX_CAUSE_BUSY) {
		burn_drop(job, i, BURN_CANCELLED, "cancelled");
		return;
	}
	keep_sense(job, rec);
	discmux_device_result_text(DISCMUX_DEVICE_RECORDER, &rec->result, words, sizeof(words));
	burn_fail(job, i, "%s failed %s: %s", rec->name, what, words);
}

void burn_fail_touch(struct burn_job *job, size_t i, const char *what)
{
	const struct burn_rec *rec = &job->recs[i];

	if (burn_cause(rec) == DISCMUX_CAUSE_UNSUPPORTED && rec->status.disc == BURN_DISC_RUINED)
		burn_set_disc(job, i, rec->before);
	burn_fail_result(job, i, what);
}

void burn_fail_lba(struct burn_job *job, size_t i, uint32_t lba, const char *what)
{
	struct burn_rec *rec = &job->recs[i];
	char words[128];

	pthread_mutex_lock(&job->lock);
	rec->status.lba_valid = true;
	rec->status.lba = lba;
	pthread_mutex_unlock(&job->lock);
	keep_sense(job, rec);
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
