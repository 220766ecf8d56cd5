// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: a master that is to be added to a disc, and what the drive says of where the
 * disc goes on.  A master that is taken is made for that place.  The input: size of the
 * master (4 bytes), profile (1), length of the reply (1), READ TRACK INFORMATION, block 16.
 */
#include <string.h>

#include "fuzz_require.h"
#include "source.h"

static const uint8_t *block_16;
static size_t block_len;
static bool refused;

/* ---- What append.c uses of the engine ---- */

int burn_source_read(struct burn_source *source, struct burn_job *job, int32_t lba,
		     uint32_t blocks, void *data)
{
	(void)source;
	require(lba == 16 && blocks == 1 && job->image_blocks > 16, "a block of the master");
	memset(data, 0, MMC_BLOCK);
	memcpy(data, block_16, block_len < MMC_BLOCK ? block_len : MMC_BLOCK);
	return 0;
}

int burn_job_problem(struct burn_job *job, const char *fmt, ...)
{
	(void)job;
	(void)fmt;
	refused = true;
	return -1;
}

void burn_disc_problem(struct burn_job *job, size_t i, const char *fmt, ...)
{
	(void)job;
	(void)i;
	(void)fmt;
	refused = true;
}

void burn_fail(struct burn_job *job, size_t i, const char *fmt, ...)
{
	(void)job;
	(void)i;
	(void)fmt;
	refused = true;
}

/* ---- The test ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct burn_job job;
	struct mmc_track_info info = { 0 };
	const struct burn_rec *rec = &job.recs[0];
	size_t len;

	if (size < 6 || size - 6 < data[5])
		return 0;
	memset(&job, 0, sizeof(job));
	job.config.append = true;
	memcpy(&job.image_blocks, data, sizeof(job.image_blocks));
	job.recs[0].profile = data[4];
	len = data[5];
	block_16 = data + 6 + len;
	block_len = size - 6 - len;
	refused = false;
	require(!burn_append_master(&job), "a master of blocks");
	if (mmc_parse_track_info(data + 6, len, &info))
		return 0;
	burn_append_place(&job, 0, &info);
	if (refused)
		return 0;
	require(rec->start != 0, "a place");
	require(!job.root || (job.root >= rec->start && job.root - rec->start < job.image_blocks),
		"a root directory in the session");
	burn_append_start(&job, 0, rec->start);
	require(!refused, "the same place");
	burn_append_start(&job, 0, rec->start + 1);
	require(refused, "another place");
	return 0;
}
