// SPDX-License-Identifier: GPL-2.0
/*
 * A data master as a new session on discs that hold some already: which discs take it, and
 * whether it was made for the place where it goes.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

#define PVD		16u	/* block of the primary volume descriptor (ECMA-119 6.7.1) */
#define PVD_ROOT	158u	/* where the block of the root directory is in it, LE (8.4.18) */

static uint32_t get_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

int burn_append_master(struct burn_job *job)
{
	static const uint8_t head[] = { 1, 'C', 'D', '0', '0', '1' };
	uint8_t block[MMC_BLOCK];
	int rc;

	job->root = 0;
	if (!job->config.append)
		return 0;
	if (job->cd)
		return burn_job_problem(job, "only data in blocks of 2048 bytes can be added to a disc: use another master, or leave out --append");
	if (job->image_blocks <= PVD)
		return 0;
	rc = burn_source_read(job->config.source, job, PVD, 1, block);
	if (!rc && !memcmp(block, head, sizeof(head)))
		job->root = get_le32(block + PVD_ROOT);
	return rc;
}

void burn_append_fit(struct burn_job *job, size_t i)
{
	const struct burn_rec *rec = &job->recs[i];

	if (rec->plan->overwrite)
		burn_disc_problem(job, i, "the disc in %s is a %s, which has no sessions: insert another kind of disc, or leave out --append",
				  rec->name, rec->status.medium);
	else if (rec->blank)
		burn_disc_problem(job, i, "the disc in %s is blank: insert one with data that was left open, or leave out --append",
				  rec->name);
	else if (!rec->appendable)
		burn_disc_problem(job, i, "the disc in %s takes no further session: insert one with data that was left open",
				  rec->name);
	else if (!rec->can_write)
		burn_disc_problem(job, i, "%s can't add to the %s in it: insert another kind of disc",
				  rec->name, rec->status.medium);
}

void burn_append_place(struct burn_job *job, size_t i, const struct mmc_track_info *info)
{
	struct burn_rec *rec = &job->recs[i];

	/* Of a CD the next address depends on how it would be written; its track's start is
	 * that of a track at once */
	rec->start = mmc_profile_is_cd(rec->profile) ? info->start : info->next;
	if (!info->next_valid || !rec->start)
		burn_fail(job, i, "%s gives no next writable address", rec->name);
	else if (info->blank && !mmc_profile_is_cd(rec->profile) && info->next != info->start)
		burn_fail(job, i, "%s says that its disc goes on at LBA %u, with an empty track from LBA %u on: nothing was written; use another drive",
			  rec->name, info->next, info->start);
	else if (job->root && (job->root < rec->start ||
			       job->root >= (uint64_t)rec->start + job->image_blocks))
		burn_disc_problem(job, i, "the master is not made for the disc in %s, which goes on at LBA %u: make it with mkisofs -C START,%u",
				  rec->name, rec->start, rec->start);
}

/* Checked and written are the same place, or files would not be where the image says. */
void burn_append_start(struct burn_job *job, size_t i, uint32_t next)
{
	const struct burn_rec *rec = &job->recs[i];

	if (job->config.append && rec->start != next)
		burn_fail(job, i, "%s said that its disc goes on at LBA %u, and now at %u: nothing was written",
			  rec->name, rec->start, next);
}
