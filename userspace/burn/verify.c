// SPDX-License-Identifier: GPL-2.0
/*
 * Reads every copy back, all recorders at once, and compares each block with
 * the digest that was made of the master while it was written.
 */
#include <stdlib.h>

#include "internal.h"
#include "libdiscmux.h"

#define CHUNK_BLOCKS	512u	/* 1 MiB */
#define BUFFER_ALIGN	4096
#define READY_MS	120000u

/* Some drives see what they have written only after a new load. */
static void ready(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set reload = 0, good;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->reload)
			reload |= 1u << i;
	if (reload) {
		mmc_cmd_prevent(&cmd, false);
		burn_send(job, reload, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
		mmc_cmd_start_stop(&cmd, MMC_TRAY_EJECT);
		burn_send(job, reload, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
		mmc_cmd_start_stop(&cmd, MMC_TRAY_LOAD);
		burn_send(job, reload, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
	}
	mmc_cmd_test_unit_ready(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			 READY_MS);
	burn_fail_set(job, job->live & ~good, "to become ready for reading its disc back");
}

static void differs(struct burn_job *job, size_t i, uint32_t lba)
{
	struct burn_rec *rec = &job->recs[i];

	pthread_mutex_lock(&job->lock);
	rec->status.disc = BURN_DISC_DIFFERS;
	rec->status.lba_valid = true;
	rec->status.lba = rec->start + lba;
	pthread_mutex_unlock(&job->lock);
	burn_fail(job, i, "%s differs from the master at LBA %u", rec->name, rec->start + lba);
}

static void unreadable(struct burn_job *job, size_t i, uint32_t lba)
{
	burn_set_disc(job, i, BURN_DISC_DIFFERS);
	burn_fail_lba(job, i, job->recs[i].start + lba, "to read its disc back");
}

/* Returns false when the recorder is dropped. */
static bool compare(struct burn_job *job, size_t i, uint32_t lba, uint32_t blocks)
{
	const struct burn_rec *rec = &job->recs[i];
	uint32_t n;

	for (n = 0; n < blocks; n++) {
		if ((size_t)(n + 1) * MMC_BLOCK > rec->len ||
		    burn_digest(rec->data + (size_t)n * MMC_BLOCK) != job->digests[lba + n]) {
			differs(job, i, lba + n);
			return false;
		}
	}
	return true;
}

/* A read failed: block by block, to name the first bad one.  All of them may
 * come now; then the copy is as good as any. */
static void one_by_one(struct burn_job *job, size_t i, uint32_t lba, uint32_t blocks,
		       uint8_t *buf)
{
	struct mmc_command cmd;
	uint32_t end = lba + blocks;

	for (; lba < end && !burn_is_cancelled(job); lba++) {
		mmc_cmd_read10(&cmd, job->recs[i].start + lba, 1);
		if (!burn_send(job, 1u << i, &cmd, buf, 0, 0)) {
			unreadable(job, i, lba);
			return;
		}
		if (!compare(job, i, lba, 1))
			return;
	}
}

/* A drive that is gone or another disc: nothing to look for. */
static bool medium_error(const struct burn_rec *rec)
{
	uint8_t asc, ascq, key = burn_key(&rec->result, &asc, &ascq);

	return key == 0x03 || key == 0x04 || key == 0x05 || key == 0x0b;
}

static bool same_start(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->start == b->start;
}

static void verify_range(struct burn_job *job, uint32_t lba, uint32_t blocks, uint8_t *buf)
{
	burn_set set = job->live, bad = 0;
	struct mmc_command cmd;
	size_t i;

	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_start), good;

		mmc_cmd_read10(&cmd, job->recs[burn_first(alike)].start + lba,
			       (uint16_t)blocks);
		good = burn_send(job, alike, &cmd, buf, 0, 0);
		burn_for_each(i, good)
			compare(job, i, lba, blocks);
		bad |= alike & ~good;
	}
	burn_for_each(i, bad) {
		if (medium_error(&job->recs[i]))
			one_by_one(job, i, lba, blocks, buf);
		else
			unreadable(job, i, lba);
	}
}

/* Blocks of one read: what every recorder and all of them together can. */
static uint32_t chunk_blocks(const struct burn_job *job)
{
	uint32_t n = (uint32_t)__builtin_popcount(job->live);
	uint32_t chunk = CHUNK_BLOCKS;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].info.max_data / MMC_BLOCK < chunk)
			chunk = job->recs[i].info.max_data / MMC_BLOCK;
	if (job->config.max_exec_bytes / MMC_BLOCK / n < chunk)
		chunk = job->config.max_exec_bytes / MMC_BLOCK / n;
	return chunk ? chunk : 1;
}

static void verify_all(struct burn_job *job, uint32_t chunk, uint8_t *buf)
{
	uint64_t total = (uint64_t)job->image_blocks * MMC_BLOCK;
	uint32_t lba, n;
	size_t i;

	for (lba = 0; lba < job->image_blocks && job->live && !burn_is_cancelled(job); lba += n) {
		n = job->image_blocks - lba < chunk ? job->image_blocks - lba : chunk;
		verify_range(job, lba, n, buf);
		burn_for_each(i, job->live)
			burn_set_progress(job, i, (uint64_t)(lba + n) * MMC_BLOCK, total);
	}
	if (burn_is_cancelled(job))
		return;
	burn_for_each(i, job->live) {
		burn_set_disc(job, i, BURN_DISC_VERIFIED);
		burn_log_state(job, i, "verified", BURN_DISC_VERIFIED);
	}
}

void burn_verify(struct burn_job *job)
{
	uint32_t chunk;
	void *buf;
	size_t i;

	if (!job->live)
		return;
	burn_set_state(job, job->live, BURN_VERIFYING);
	ready(job);
	if (!job->live || burn_is_cancelled(job))
		return;
	chunk = chunk_blocks(job);
	if (posix_memalign(&buf, BUFFER_ALIGN, (size_t)__builtin_popcount(job->live) * chunk *
			   MMC_BLOCK)) {
		burn_for_each(i, job->live)
			burn_fail(job, i, "out of memory: the disc in %s was not verified",
				  job->recs[i].name);
		return;
	}
	verify_all(job, chunk, buf);
	free(buf);
}
