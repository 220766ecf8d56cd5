// SPDX-License-Identifier: GPL-2.0
/* Feeds a stream from the master and watches what becomes of each recorder. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

#define CHUNK		65536u	/* one WRITE: two ECC blocks of a DVD, one of a BD */
#define CHUNK_SMALL	32768u
#define FEED_BLOCKS	512u	/* 1 MiB */
#define STATUS_MS	200
#define BUFFER_ALIGN	4096

struct feed {
	struct burn_job *job;
	const struct burn_part *part;
	uint32_t blocks;	/* of the part */
	uint32_t total;		/* with padding */
	uint32_t from;		/* of these, block to begin with */
	uint64_t before;	/* bytes that went to the discs before this stream */
	void *stream;
	burn_set set;		/* recorders of the stream */
	burn_set uncertain;	/* of these, failed, with an unknown amount written */
	uint32_t chunk;
	bool in_place;		/* data are read into the stream's own memory */
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
	enum burn_disc disc = job->recs[i].status.disc;

	if ((disc == BURN_DISC_UNTOUCHED || disc == BURN_DISC_ERASED) &&
	    job->config.task != BURN_SIMULATE) {
		job->recs[i].before = disc;
		burn_set_disc(job, i, BURN_DISC_RUINED);
	}
}

/* All bytes that the recorders are given in this step. */
static uint64_t all_bytes(const struct feed *f)
{
	const struct burn_job *job = f->job;
	uint64_t bytes = 0;
	unsigned int i;

	if (!job->cd || f->part < job->parts || f->part >= job->parts + job->nr_parts)
		return (uint64_t)f->total * f->part->size;
	for (i = 0; i < job->nr_parts; i++)
		bytes += (uint64_t)job->parts[i].blocks * job->parts[i].size;
	return bytes;
}

/* The drive did not say itself what was wrong with its last WRITE. */
static bool is_uncertain(const struct burn_rec *rec)
{
	switch (burn_cause(rec)) {
	case DISCMUX_CAUSE_RESET:
	case DISCMUX_CAUSE_DISC_CHANGED:
	case DISCMUX_CAUSE_ABORTED:
	case DISCMUX_CAUSE_PATH:
		return true;
	default:
		return false;
	}
}

/* Whether it can go on is asked when the stream has ended. */
static void lose(struct feed *f, size_t i, const struct discmux_target_status *t)
{
	uint32_t sent = t->failed_lba + f->chunk / f->part->size;
	uint32_t end = f->job->recs[i].start + f->total;

	burn_lose(f->job, i, &t->result, t->failed_lba, sent < end ? sent : end);
}

static void leave(struct feed *f, size_t i, const struct discmux_target_status *t)
{
	struct burn_job *job = f->job;

	job->recs[i].result = t->result;
	if (f->part == job->parts && burn_may_resume(job, i, &t->result)) {
		lose(f, i, t);
		return;
	}
	if (is_uncertain(&job->recs[i]))
		f->uncertain |= 1u << i;
	burn_fail_lba(job, i, t->failed_lba, "to write");
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
		burn_set_progress(job, i, f->before + t->bytes, all_bytes(f));
		burn_recovered(job, i, &t->result);
		if (t->state == DISCMUX_TARGET_FAILED)
			leave(f, i, t);
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

/* What has to be known of the blocks when the copies are read back, and the image
 * that is made beside.  Blocks that come again, for a recorder that goes on, are as they
 * were. */
static int keep(struct feed *f, uint32_t at, uint32_t blocks, const uint8_t *data)
{
	const struct burn_part *part = f->part;
	struct burn_job *job = f->job;
	uint32_t first = part->first + at, known = first < job->kept ? job->kept - first : 0, i;

	for (i = 0; job->digests && i < blocks; i++) {
		uint64_t digest = burn_digest(data + (size_t)i * job->unit + part->skip,
					      part->size);

		if (i < known && digest != job->digests[first + i]) {
			burn_job_problem(job, "the master is not what it was when it was read first, at LBA %d",
					 part->lba + (int32_t)(at + i));
			return -EIO;
		}
		job->digests[first + i] = digest;
	}
	if (known >= blocks)
		return 0;
	job->kept = first + blocks;
	data += (size_t)known * job->unit;
	at += known;
	blocks -= known;
	if (job->digests)
		burn_keep_key(job, part, part->lba + (int32_t)at, data, blocks);
	return job->save ? burn_save_put(job, part->lba + (int32_t)at, blocks, data) : 0;
}

/* Reads blocks of the master and leaves of each what is written. */
static int take(struct feed *f, uint32_t at, uint32_t blocks, uint8_t *buf)
{
	const struct burn_part *part = f->part;
	struct burn_job *job = f->job;
	uint32_t i;
	int rc;

	if (!job->config.source) {
		memset(buf, 0, (size_t)blocks * part->size);
		return 0;
	}
	rc = burn_source_read(job->config.source, job, part->lba + (int32_t)at, blocks, buf);
	if (!rc)
		rc = keep(f, at, blocks, buf);
	for (i = 0; !rc && part->size != job->unit && i < blocks; i++)
		memmove(buf + (size_t)i * part->size,
			buf + (size_t)i * job->unit + part->skip, part->size);
	return rc;
}

/* Where the next blocks go, at most *blocks of them; 0 of them when cancelled. */
static int find_place(struct feed *f, uint8_t *buf, uint8_t **to, uint32_t *blocks)
{
	struct burn_job *job = f->job;
	size_t size = f->part->size, room = 0;
	void *place = NULL;
	int rc;

	*to = buf;
	if (!f->in_place || !size)
		return 0;
	while (room < size && !burn_is_cancelled(job)) {
		rc = job->config.ops->stream_place(f->stream, STATUS_MS, &place, &room);
		if (rc)
			return rc;
		look_now_and_then(f);
	}
	*to = place;
	*blocks = room / size < *blocks ? (uint32_t)(room / size) : *blocks;
	return 0;
}

/* Master and padding of n blocks from at on, to the recorders. */
static int feed_some(struct feed *f, uint32_t at, uint32_t n, uint8_t *to)
{
	uint32_t data = at >= f->blocks ? 0 : n < f->blocks - at ? n : f->blocks - at;
	size_t size = f->part->size;
	int rc = data ? take(f, at, data, to) : 0;

	if (rc)
		return rc;
	memset(to + data * size, 0, (n - data) * size);
	rc = f->in_place ? f->job->config.ops->stream_commit(f->stream, n * size) :
			   feed(f, to, n * size);
	return rc == -EIO ? -EPIPE : rc;
}

/* To the last block. */
static int feed_all(struct feed *f, uint8_t *buf)
{
	struct burn_job *job = f->job;
	uint32_t at, n;
	uint8_t *to;
	int rc = 0;

	for (at = f->from; !rc && at < f->total && !burn_is_cancelled(job); at += n) {
		n = f->total - at < FEED_BLOCKS ? f->total - at : FEED_BLOCKS;
		rc = find_place(f, buf, &to, &n);
		if (rc == -EIO)
			rc = -EPIPE;
		else if (!rc && n && !burn_is_cancelled(job))
			rc = feed_some(f, at, n, to);
	}
	return rc == -EPIPE ? 0 : rc;	/* nobody left: look() tells why */
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
	uint64_t total = (uint64_t)(f->total - f->from) * f->part->size;
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

/* Whether blocks can be read to where the recorders take them from. */
static bool has_place(struct feed *f)
{
	const struct burn_ops *ops = f->job->config.ops;
	void *place;
	size_t room;

	return ops->stream_place && f->part->size == f->job->unit &&
	       !ops->stream_place(f->stream, 0, &place, &room);
}

static int open_stream(struct feed *f)
{
	struct discmux_target targets[BURN_MAX_RECORDERS] = { 0 };
	struct burn_job *job = f->job;
	uint32_t size = f->part->size;
	size_t i, n = 0;
	int rc;

	f->set = job->live;
	f->chunk = CHUNK;
	burn_for_each(i, f->set) {
		targets[n].member = job->recs[i].info.member;
		targets[n++].lba = job->recs[i].start + f->from;
		if (job->recs[i].info.max_data < f->chunk)
			f->chunk = CHUNK_SMALL;
	}
	f->chunk = f->chunk / size * size;
	rc = job->config.ops->stream_open(job->config.ctx, targets, n, size, f->chunk, &f->stream);
	if (rc)
		burn_job_problem(job, "the stream to the recorders can't be opened: %s",
				 strerror(-rc));
	else
		f->in_place = has_place(f);
	return rc;
}

static int run(struct feed *f, uint8_t *buf)
{
	struct burn_job *job = f->job;
	int rc = feed_all(f, buf);

	if (!rc)
		rc = drain(f);
	if (rc && job->error[0])
		end_early(f, BURN_FAILED, job->save || f->from ? job->error :
			  "the master can't be read");
	else if (burn_is_cancelled(job) && !f->finished)
		end_early(f, BURN_CANCELLED, "cancelled");
	else
		end_good(f);
	return job->error[0] ? -EIO : 0;
}

static void ask_fates(struct feed *f)
{
	size_t i;

	burn_for_each(i, f->uncertain)
		burn_ask_fate(f->job, i);
}

static int stream(struct feed *f)
{
	struct burn_job *job = f->job;
	uint32_t unit = job->unit > f->part->size ? job->unit : f->part->size;
	void *buf = NULL;
	int rc;

	if (!job->live || f->from >= f->total)
		return 0;
	if (posix_memalign(&buf, BUFFER_ALIGN, (size_t)FEED_BLOCKS * unit)) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	rc = open_stream(f);
	if (!rc) {
		rc = run(f, buf);
		job->config.ops->stream_close(f->stream);
		ask_fates(f);
	}
	free(buf);
	return rc ? -EIO : 0;
}

int burn_stream(struct burn_job *job, const struct burn_part *part, uint32_t blocks,
		uint32_t padding, uint64_t before)
{
	struct feed f = { .job = job, .part = part, .blocks = blocks, .total = blocks + padding,
			  .before = before };

	return stream(&f);
}

int burn_stream_rest(struct burn_job *job, uint32_t from)
{
	const struct burn_part *part = job->parts;
	struct feed f = { .job = job, .part = part, .blocks = part->blocks,
			  .total = job->total_blocks, .from = from,
			  .before = (uint64_t)from * part->size };

	return stream(&f);
}
