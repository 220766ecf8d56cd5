// SPDX-License-Identifier: GPL-2.0
/* Writes the master to all discs. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "libdiscmux.h"

static int begin(struct burn_job *job)
{
	bool simulate = job->config.task == BURN_SIMULATE;
	size_t i;

	if (job->config.verify && !simulate && !job->digests)
		job->digests = calloc(job->image_blocks, sizeof(*job->digests));
	if (job->config.verify && !simulate && !job->digests) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	burn_set_state(job, job->live, BURN_WRITING);
	burn_for_each(i, job->live)
		if (!simulate)
			burn_log_state(job, i, "writing", BURN_DISC_RUINED);
	return 0;
}

int burn_write(struct burn_job *job)
{
	const struct burn_part *part = job->parts;
	int rc;

	if (!job->live)
		return 0;
	rc = begin(job);
	if (rc || !job->live)
		return rc;
	if (job->cd)
		return burn_write_cd(job);
	return burn_stream(job, part, part->blocks, job->total_blocks - part->blocks, 0);
}

int burn_zero(struct burn_job *job, burn_set set, uint32_t lba, uint32_t blocks)
{
	struct burn_part part = { .blocks = blocks, .size = MMC_BLOCK, .type = CD_MODE1 };
	burn_set others = job->live & ~set;
	size_t i;
	int rc;

	burn_for_each(i, set)
		job->recs[i].start = lba;
	job->live &= set;
	rc = burn_stream(job, &part, 0, blocks, 0);
	job->live |= others;
	return rc;
}
