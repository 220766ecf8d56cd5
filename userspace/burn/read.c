// SPDX-License-Identifier: GPL-2.0
/* The master into an image, and nothing else. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "libdiscmux.h"

#define CHUNK_BLOCKS	256u

static int read_part(struct burn_job *job, const struct burn_part *part, uint8_t *buf)
{
	uint64_t total = (uint64_t)job->image_blocks * job->unit;
	uint32_t at, n;
	int rc = 0;

	for (at = 0; at < part->blocks && !rc && !burn_is_cancelled(job); at += n) {
		n = part->blocks - at < CHUNK_BLOCKS ? part->blocks - at : CHUNK_BLOCKS;
		rc = burn_source_read(job->config.source, job, part->lba + (int32_t)at, n, buf);
		if (!rc)
			rc = burn_save_put(job, part->lba + (int32_t)at, n, buf);
		burn_set_master(job, BURN_READING, (uint64_t)(part->first + at + n) * job->unit,
				total);
	}
	return rc;
}

int burn_read(struct burn_job *job)
{
	uint8_t *buf = malloc((size_t)CHUNK_BLOCKS * CD_RAW);
	unsigned int i;
	int rc = 0;

	if (!buf) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	burn_set_master(job, BURN_READING, 0, (uint64_t)job->image_blocks * job->unit);
	for (i = 0; i < job->nr_parts && !rc && !burn_is_cancelled(job); i++)
		rc = read_part(job, &job->parts[i], buf);
	free(buf);
	return rc;
}
