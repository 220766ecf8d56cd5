// SPDX-License-Identifier: GPL-2.0
/* Feeds the stream from the master and watches what becomes of each recorder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

#define CHUNK		65536u	/* one WRITE: two ECC blocks of a DVD */
#define CHUNK_SMALL	32768u
#define FEED_BLOCKS	512u	/* 1 MiB */
#define STATUS_MS	200
#define BUFFER_ALIGN	4096

struct feed {
	struct burn_job *job;
	void *stream;
	burn_set set;		/* recorders of the stream */
	uint32_t chunk;
	bool finished;		/* everything was given to the recorders */
	uint64_t looked_ms;	/* when the status was asked for last */
	struct discmux_stream_status status;
};

static uint64_t now(struct burn_job *job)
{
	return job->config.ops->now_ms(job->config.ctx);
}

/* Something was sent to this disc. */
static void touched(struct burn_job *job, size_t i)
{
	if (job->recs[i].status.disc == BURN_DISC_UNTOUCHED)
		burn_set_disc(job, i, BURN_DISC_RUINED);
}

/* Drops recorders that have failed since the last look.  Returns what the
 * stream says, or -EIO when it says nothing. */
static int look(struct feed *f)
{
	struct discmux_target_status targets[BURN_MAX_RECORDERS] = { 0 };
	struct burn_job *job = f->job;
	size_t i, n = 0;
	int rc;

	f->looked_ms = now(job);
	rc = job->config.ops->stream_status(f->stream, &f->status, targets,
					    (size_t)__builtin_popcount(f->set));
	if (rc)
		return rc;
	burn_for_each(i, f->set) {
		const struct discmux_target_status *t = &targets[n++];

		if (!(job->live >> i & 1))
			continue;
		if (t->bytes || t->state == DISCMUX_TARGET_FAILED)
			touched(job, i);
		burn_set_progress(job, i, t->bytes, (uint64_t)job->total_blocks * MMC_BLOCK);
		if (t->state == DISCMUX_TARGET_FAILED) {
			job->recs[i].result = t->result;
			burn_fail_lba(job, i, t->failed_lba, "to write");
		}
	}
	return 0;
}

static void look_now_and_then(struct feed *f)
{
	if (now(f->job) - f->looked_ms >= STATUS_MS)
		look(f);
}

/* Hands one buffer to the stream.  -EIO: nobody takes it. */
static int feed(struct feed *f, const uint8_t *data, size_t len)
{
	struct burn_job *job = f->job;

	while (len && !burn_is_cancelled(job)) {
		ssize_t n = job->config.ops->stream_write(f->stream, data, len, STATUS_MS);

		if (n < 0)
			return (int)n;
		data += n;
		len -= (size_t)n;
		look_now_and_then(f);
	}
	return 0;
}

/* Master and padding, to the last block. */
static int feed_all(struct feed *f, uint8_t *buf)
{
	struct burn_job *job = f->job;
	uint32_t lba, n, data, i;
	int rc;

	for (lba = 0; lba < job->total_blocks && !burn_is_cancelled(job); lba += n) {
		n = job->total_blocks - lba < FEED_BLOCKS ? job->total_blocks - lba : FEED_BLOCKS;
		data = lba >= job->image_blocks ? 0 :
		       n < job->image_blocks - lba ? n : job->image_blocks - lba;
		if (data) {
			rc = burn_source_read(job->config.source, job, lba, data, buf);
			if (rc)
				return rc;
		}
		memset(buf + (size_t)data * MMC_BLOCK, 0, (size_t)(n - data) * MMC_BLOCK);
		for (i = 0; job->digests && i < data; i++)
			job->digests[lba + i] = burn_digest(buf + (size_t)i * MMC_BLOCK);
		rc = feed(f, buf, (size_t)n * MMC_BLOCK);
		if (rc)
			return rc == -EIO ? 0 : rc;	/* nobody left: look() tells why */
	}
	return 0;
}

/*
 * Waits until next to nothing is left in the ring, then ends the stream.  That
 * way people see how it goes and can cancel, which they could not while FINISH
 * waits.
 */
static int drain(struct feed *f)
{
	struct burn_job *job = f->job;

	while (job->live && !burn_is_cancelled(job)) {
		if (look(f) || f->status.state != DISCMUX_STREAM_RUNNING ||
		    f->status.ring_used <= 2 * f->chunk)
			break;
		burn_pause(job, STATUS_MS);
	}
	if (burn_is_cancelled(job))
		return 0;
	f->finished = true;
	return job->config.ops->stream_finish(f->stream);
}

/* Recorders that don't have all data, because of the master or of people. */
static void end_early(struct feed *f, enum burn_state state, const char *why)
{
	struct burn_job *job = f->job;
	size_t i;

	/* Only write() starts the stream, so what is filling now stays unsent */
	if (look(f) || f->status.state != DISCMUX_STREAM_FILLING)
		burn_for_each(i, job->live)
			touched(job, i);
	job->config.ops->stream_abort(f->stream);
	burn_for_each(i, job->live)
		burn_drop(job, i, state, why);
}

static void end_good(struct feed *f)
{
	struct discmux_target_status targets[BURN_MAX_RECORDERS] = { 0 };
	struct burn_job *job = f->job;
	uint64_t total = (uint64_t)job->total_blocks * MMC_BLOCK;
	size_t i, n = 0;

	look(f);
	job->config.ops->stream_status(f->stream, &f->status, targets,
				       (size_t)__builtin_popcount(f->set));
	burn_for_each(i, f->set) {
		const struct discmux_target_status *t = &targets[n++];

		if (!(job->live >> i & 1))
			continue;
		if (t->state != DISCMUX_TARGET_DONE || t->bytes != total)
			burn_fail(job, i, "%s did not take all data", job->recs[i].name);
	}
}

static int open_stream(struct feed *f)
{
	struct discmux_target targets[BURN_MAX_RECORDERS] = { 0 };
	struct burn_job *job = f->job;
	size_t i, n = 0;
	int rc;

	f->set = job->live;
	f->chunk = CHUNK;
	burn_for_each(i, f->set) {
		targets[n].member = job->recs[i].info.member;
		targets[n++].lba = job->recs[i].start;
		if (job->recs[i].info.max_data < f->chunk)
			f->chunk = CHUNK_SMALL;
		burn_log_state(job, i, "writing", BURN_DISC_RUINED);
	}
	rc = job->config.ops->stream_open(job->config.ctx, targets, n, f->chunk, &f->stream);
	if (rc)
		burn_job_problem(job, "the stream to the recorders can't be opened: %s",
				 strerror(-rc));
	return rc;
}

static int run(struct feed *f, uint8_t *buf)
{
	struct burn_job *job = f->job;
	int rc = feed_all(f, buf);

	if (!rc)
		rc = drain(f);
	if (rc && job->error[0])
		end_early(f, BURN_FAILED, "the master can't be read");
	else if (burn_is_cancelled(job) && !f->finished)
		end_early(f, BURN_CANCELLED, "cancelled");
	else
		end_good(f);
	return job->error[0] ? -EIO : 0;
}

int burn_write(struct burn_job *job)
{
	struct feed f = { .job = job };
	void *buf = NULL;
	int rc;

	if (!job->live)
		return 0;
	if (job->config.verify && !job->digests)
		job->digests = calloc(job->image_blocks, sizeof(*job->digests));
	if ((job->config.verify && !job->digests) ||
	    posix_memalign(&buf, BUFFER_ALIGN, (size_t)FEED_BLOCKS * MMC_BLOCK)) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	burn_set_state(job, job->live, BURN_WRITING);
	rc = open_stream(&f);
	if (!rc) {
		rc = run(&f, buf);
		job->config.ops->stream_close(f.stream);
	}
	free(buf);
	return rc ? -EIO : 0;
}
