// SPDX-License-Identifier: GPL-2.0
/*
 * Reads every copy back, all recorders at once, and compares each block with
 * the digest of the master's: made while it was written, or now, out of the master.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "libdiscmux.h"
#include "source.h"

#define CHUNK_BLOCKS	512u	/* 1 MiB */
#define BUFFER_ALIGN	4096
#define ECC_BLOCKS	32u	/* of the disc that has the largest: BD */
#define READY_MS	120000u
#define SAMPLE		4
#define SAMPLES		((int)(CD_RAW / SAMPLE))	/* of a block of audio */

struct verify {
	struct burn_job *job;
	const struct burn_part *part;
	int32_t begin, end;	/* of the blocks that are read in one go with the part's */
	uint32_t chunk;		/* blocks of one read */
	uint8_t *buf;
	uint8_t *master;	/* blocks of the master, when there are no digests */
	uint64_t *digests;	/* of this chunk */
};

/* Some drives see what they have written only after a new load. */
static void ready(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set reload = 0, good;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan && job->recs[i].plan->reload)
			reload |= 1u << i;
	if (reload) {
		mmc_cmd_prevent(&cmd, false);
		burn_send(job, reload, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
		mmc_cmd_start_stop(&cmd, MMC_TRAY_EJECT);
		burn_send(job, reload, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
		mmc_cmd_start_stop(&cmd, MMC_TRAY_LOAD);
		burn_send(job, reload, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
	}
	mmc_cmd_test_unit_ready(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, READY_MS);
	burn_fail_set(job, job->live & ~good, "to become ready for reading its disc back");
}

/* Which discs these are, for when a drive says that its may have been changed. */
static void identify(struct burn_job *job)
{
	const struct burn_config *c = &job->config;
	size_t i;

	burn_for_each(i, job->live) {
		struct burn_rec *rec = &job->recs[i];

		rec->id_lba = job->cd ? 0 : rec->start;
		burn_identify(c->ops, c->ctx, rec->info.member, rec->id_lba, rec->id);
	}
}

static void differs(struct burn_job *job, size_t i, uint32_t lba)
{
	struct burn_rec *rec = &job->recs[i];

	pthread_mutex_lock(&job->lock);
	rec->status.disc = BURN_DISC_DIFFERS;
	rec->status.lba_valid = true;
	rec->status.lba = lba;
	pthread_mutex_unlock(&job->lock);
	burn_fail(job, i, "%s differs from the master at LBA %u", rec->name, lba);
}

/* The disc is at fault.  Of a drive that is broken or gone, or another disc, nothing is known
 * of it. */
static bool medium_error(const struct burn_rec *rec)
{
	switch (burn_cause(rec)) {
	case DISCMUX_CAUSE_UNWRITTEN:
	case DISCMUX_CAUSE_PROTECTED:
	case DISCMUX_CAUSE_UNREADABLE:
	case DISCMUX_CAUSE_MEDIUM:
	case DISCMUX_CAUSE_OTHER:
		return true;
	default:
		return false;
	}
}

static void unreadable(struct burn_job *job, size_t i, uint32_t lba)
{
	if (medium_error(&job->recs[i]))
		burn_set_disc(job, i, BURN_DISC_DIFFERS);
	burn_fail_lba(job, i, lba, "to read its disc back");
}

/* ---- One chunk ---------------------------------------------------------- */

/* Whole blocks that audio is read later by, and the samples beside; both 0 for
 * data. */
static int32_t shift_of(const struct verify *v, const struct burn_rec *rec, uint32_t *samples)
{
	int32_t blocks = 0, rest = 0;

	if (v->part->type == CD_AUDIO) {
		blocks = rec->offset / SAMPLES;
		rest = rec->offset % SAMPLES;
		if (rest < 0) {
			rest += SAMPLES;
			blocks--;
		}
	}
	*samples = (uint32_t)rest;
	return blocks;
}

/* Blocks of this chunk that the drive can give in full, from *skip on: audio that
 * comes late or early is cut off at an end of the session, and where data are. */
static uint32_t covered(const struct verify *v, const struct burn_rec *rec, int32_t lba,
			uint32_t blocks, uint32_t *skip)
{
	uint32_t samples;
	int32_t shift = shift_of(v, rec, &samples), first = lba + shift;
	int32_t last = first + (int32_t)blocks + (samples ? 1 : 0);

	*skip = first < v->begin ? (uint32_t)(v->begin - first) : 0;
	if (last > v->end)
		blocks = blocks > (uint32_t)(last - v->end) ? blocks - (uint32_t)(last - v->end) : 0;
	return blocks > *skip ? blocks - *skip : 0;
}

static size_t block_size(const struct burn_job *job)
{
	return job->unit == CD_RAW ? CD_RAW : MMC_BLOCK;
}

static void read_command(const struct verify *v, const struct burn_rec *rec, int32_t lba,
			 uint32_t blocks, struct mmc_command *cmd)
{
	uint32_t samples;
	int32_t shift = shift_of(v, rec, &samples);

	if (v->job->unit == CD_RAW)
		mmc_cmd_read_cd(cmd, lba + shift, blocks + (samples ? 1 : 0));
	else
		mmc_cmd_read10(cmd, rec->start + (uint32_t)lba, (uint16_t)blocks);
}

/* All that was read last is as the master.  at: place of the first block in the chunk's
 * digests. */
static bool is_same(const struct verify *v, size_t i, uint32_t at, uint32_t blocks)
{
	const struct burn_rec *rec = &v->job->recs[i];
	size_t size = block_size(v->job);
	uint32_t samples, n;

	shift_of(v, rec, &samples);
	for (n = 0; n < blocks; n++) {
		size_t from = n * size + (size_t)samples * SAMPLE;

		if (from + size > rec->len ||
		    burn_digest(rec->data + from + v->part->skip, v->part->size) !=
			    v->digests[at + n])
			return false;
	}
	return true;
}

/* A block from the disc itself, and not from the drive's cache, where the drive knows how. */
static bool read_block(struct verify *v, size_t i, int32_t lba)
{
	struct burn_rec *rec = &v->job->recs[i];
	struct mmc_command cmd;
	bool forced;

	read_command(v, rec, lba, 1, &cmd);
	forced = mmc_cmd_force_unit_access(&cmd);
	if (burn_send(v->job, 1u << i, &cmd, v->buf, DISCMUX_FOR_READ, 0))
		return true;
	if (!forced || burn_cause(rec) != DISCMUX_CAUSE_UNSUPPORTED)
		return false;
	read_command(v, rec, lba, 1, &cmd);
	return burn_send(v->job, 1u << i, &cmd, v->buf, DISCMUX_FOR_READ, 0);
}

/* A read failed, or gave other data: block by block, to name the first bad one.  All of them
 * may come now; then the copy is as good as any. */
static void one_by_one(struct verify *v, size_t i, int32_t lba, uint32_t at, uint32_t blocks)
{
	struct burn_job *job = v->job;
	uint32_t n, where = job->recs[i].start + (uint32_t)lba;

	for (n = 0; n < blocks && !burn_is_cancelled(job); n++) {
		if (!read_block(v, i, lba + (int32_t)n)) {
			unreadable(job, i, where + n);
			return;
		}
		if (!is_same(v, i, at + n, 1)) {
			differs(job, i, where + n);
			return;
		}
	}
}

static bool same_place(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->start == b->start && a->offset == b->offset;
}

static void verify_range(struct verify *v, int32_t lba, uint32_t blocks)
{
	struct burn_job *job = v->job;
	burn_set set = job->live;
	struct mmc_command cmd;
	size_t i;

	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_place), good;
		const struct burn_rec *rec = &job->recs[burn_first(alike)];
		uint32_t skip, n = covered(v, rec, lba, blocks, &skip);

		if (!n)
			continue;
		read_command(v, rec, lba + (int32_t)skip, n, &cmd);
		good = burn_send(job, alike, &cmd, v->buf, DISCMUX_FOR_READ, 0);
		burn_for_each(i, good)
			if (!is_same(v, i, skip, n))
				one_by_one(v, i, lba + (int32_t)skip, skip, n);
		burn_for_each(i, alike & ~good) {
			if (medium_error(&job->recs[i]))
				one_by_one(v, i, lba + (int32_t)skip, skip, n);
			else
				unreadable(job, i, job->recs[i].start + (uint32_t)lba + skip);
		}
	}
}

/* The digests of the master's blocks. */
static int digest(struct verify *v, int32_t lba, uint32_t at, uint32_t blocks)
{
	struct burn_job *job = v->job;
	uint32_t i;
	int rc;

	if (!v->master) {
		v->digests = job->digests + v->part->first + at;
		return 0;
	}
	rc = burn_source_read(job->config.source, job, lba, blocks, v->master);
	for (i = 0; !rc && i < blocks; i++)
		v->digests[i] = burn_digest(v->master + (size_t)i * job->unit + v->part->skip,
					    v->part->size);
	return rc;
}

/* ---- All of it ---------------------------------------------------------- */

/* Where the part's blocks can be read: the pause of a session can't. */
static int32_t begin_of(const struct burn_job *job, const struct burn_part *part)
{
	struct cd_session s;

	if (!job->cd || !cd_session(job->layout, part->session, &s))
		return part->lba;
	return part->lba < s.start + CD_PREGAP ? s.start + CD_PREGAP : part->lba;
}

/* Audio goes to where data begin, or to the end of its session. */
static int32_t end_of(const struct burn_job *job, const struct burn_part *part)
{
	return job->cd ? part->lba + (int32_t)part->blocks : INT32_MAX;
}

static int verify_part(struct verify *v, uint64_t *done)
{
	struct burn_job *job = v->job;
	const struct burn_part *part = v->part;
	int32_t lba = begin_of(job, part), end = part->lba + (int32_t)part->blocks;
	uint32_t n;
	size_t i;
	int rc = 0;

	for (; lba < end && job->live && !rc && !burn_is_cancelled(job); lba += (int32_t)n) {
		n = (uint32_t)(end - lba) < v->chunk ? (uint32_t)(end - lba) : v->chunk;
		rc = digest(v, lba, (uint32_t)(lba - part->lba), n);
		if (rc || burn_is_cancelled(job))
			break;
		verify_range(v, lba, n);
		*done += (uint64_t)n * job->unit;
		burn_for_each(i, job->live)
			burn_set_progress(job, i, *done, (uint64_t)job->image_blocks * job->unit);
	}
	return rc;
}

/* Blocks of one read: what every recorder and all of them together can. */
static uint32_t chunk_blocks(const struct burn_job *job)
{
	uint32_t n = (uint32_t)__builtin_popcount(job->live), size = (uint32_t)block_size(job);
	uint32_t chunk = CHUNK_BLOCKS;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].info.max_data / size < chunk)
			chunk = job->recs[i].info.max_data / size;
	if (job->config.max_exec_bytes / size / n < chunk)
		chunk = job->config.max_exec_bytes / size / n;
	/* Audio that comes between two blocks takes one block more */
	return chunk > 1 ? chunk - 1 : 1;
}

static int verify_all(struct verify *v)
{
	struct burn_job *job = v->job;
	uint64_t done = 0;
	unsigned int i;
	size_t k;
	int rc = 0;

	for (i = 0; i < job->nr_parts && !rc && job->live && !burn_is_cancelled(job); i++) {
		v->part = &job->parts[i];
		v->begin = begin_of(job, v->part);
		v->end = end_of(job, v->part);
		/* Parts of CDs have their addresses, the start of a plain copy its own */
		burn_for_each(k, job->live)
			if (job->cd)
				job->recs[k].start = 0;
		rc = verify_part(v, &done);
	}
	if (rc || burn_is_cancelled(job))
		return rc;
	burn_for_each(k, job->live) {
		burn_set_disc(job, k, BURN_DISC_VERIFIED);
		burn_log_state(job, k, "verified", BURN_DISC_VERIFIED);
	}
	return 0;
}

/* What a disc has behind the master's end is not compared, which people should know.
 * A copy is filled up to a whole number of ECC blocks, or to a track of CD. */
static void tell_longer(struct burn_job *job)
{
	uint64_t blocks, end = ((uint64_t)job->image_blocks + ECC_BLOCKS - 1) / ECC_BLOCKS *
			       ECC_BLOCKS;
	struct mmc_command cmd;
	uint32_t size;
	burn_set good;
	size_t i;

	if (end < CD_TRACK_MIN)
		end = CD_TRACK_MIN;
	mmc_cmd_read_capacity(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
	burn_for_each(i, good) {
		const struct burn_rec *rec = &job->recs[i];

		if (mmc_parse_capacity(rec->data, rec->len, &blocks, &size) ||
		    (rec->plan && rec->plan->overwrite) || blocks <= end + SOURCE_RUN_OUT)
			continue;
		burn_not_compared(job, i, BURN_BESIDE_REST);
		burn_notice(job, "the disc in %s holds %llu blocks more than the master, which are not compared",
			    rec->name, (unsigned long long)blocks - job->image_blocks);
	}
}

static bool get_memory(struct verify *v)
{
	const struct burn_job *job = v->job;
	void *buf;

	if (posix_memalign(&buf, BUFFER_ALIGN, (size_t)__builtin_popcount(job->live) *
			   (v->chunk + 1) * block_size(job)))
		return false;
	v->buf = buf;
	if (job->digests)
		return true;
	v->master = malloc((size_t)v->chunk * job->unit);
	v->digests = calloc(v->chunk, sizeof(*v->digests));
	return v->master && v->digests;
}

int burn_verify(struct burn_job *job)
{
	struct verify v = { .job = job };
	size_t i;
	int rc = 0;

	if (!job->live)
		return 0;
	burn_set_state(job, job->live, BURN_VERIFYING);
	ready(job);
	identify(job);
	if (job->cd)
		burn_verify_layout(job);
	if (job->cd)
		burn_verify_codes(job);
	if (job->cd && job->live)
		burn_find_offsets(job);
	if (!job->cd && job->live && job->config.task == BURN_VERIFY)
		tell_longer(job);
	if (!job->live || burn_is_cancelled(job))
		return 0;
	v.chunk = chunk_blocks(job);
	if (get_memory(&v))
		rc = verify_all(&v);
	else
		burn_for_each(i, job->live)
			burn_fail(job, i, "out of memory: the disc in %s was not verified",
				  job->recs[i].name);
	if (v.master)
		free(v.digests);
	free(v.master);
	free(v.buf);
	return rc;
}
