// SPDX-License-Identifier: GPL-2.0
/* What is on the discs, and how much goes on them.  Nothing here changes a disc. */
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"
#include "source.h"

#define READY_MS	60000u

/* ---- Blank ------------------------------------------------------------- */

/* What another disc would help against. */
static void not_blank(struct burn_job *job, size_t i)
{
	const struct burn_rec *rec = &job->recs[i];
	const char *is = *rec->holds ? "holds" : "is not blank", *what = rec->holds;

	if (rec->unreadable)
		burn_disc_problem(job, i, "the disc in %s can't be read, so it may hold data: insert a blank disc, or erase it",
				  rec->name);
	else if (rec->appendable && !job->cd && job->config.task == BURN_COPY)
		burn_disc_problem(job, i, "the disc in %s is not blank: insert a blank disc, %sor append a session to it",
				  rec->name, rec->erasable ? "erase it, " : "");
	else if (rec->erasable)
		burn_disc_problem(job, i, "the disc in %s %s%s%s: insert a blank disc, or erase it",
				  rec->name, is, *what ? " " : "", what);
	else
		burn_disc_problem(job, i, "the disc in %s is not blank: insert a blank disc",
				  rec->name);
}

static bool job_cancelled(void *arg)
{
	return burn_is_cancelled(arg);
}

/* A disc that could not be read may hold data. */
static void look_at_formatted(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	const struct burn_errand e = { .ops = job->config.ops, .ctx = job->config.ctx,
				       .member = rec->info.member, .cancelled = job_cancelled,
				       .arg = job };
	bool sequential = rec->profile == MMC_PROFILE_DVD_RW_SEQUENTIAL;
	int rc = burn_disc_holds(&e, &rec->formats, sequential ? NULL : rec->holds,
				 sizeof(rec->holds));

	if (rc < 0 && !rec->formats.blocks && rec->formats.state != MMC_FORMATTED) {
		burn_fail(job, i, "%s does not say how its disc is formatted", rec->name);
		return;
	}
	rec->needs_format = rec->formats.state != MMC_FORMATTED || sequential;
	rec->erasable = true;
	if (sequential)
		return;
	rec->unreadable = rc < 0;
	rec->blank = !rc;
}

static void look_at_disc(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_disc_info info;

	if (mmc_parse_disc_info(rec->data, rec->len, &info)) {
		burn_fail(job, i, "%s gives no usable answer to READ DISC INFORMATION", rec->name);
		return;
	}
	rec->unreadable = false;
	rec->blank = info.state == MMC_DISC_BLANK;
	rec->appendable = info.state == MMC_DISC_APPENDABLE && !info.last_session_state;
	rec->erasable = info.erasable;
	rec->opc_entries = info.opc_entries;
	rec->lead_out = info.lead_out;
	if (rec->plan)
		rec->track = rec->plan->nwa_track ? rec->plan->nwa_track : info.last_track;
	if (rec->plan && rec->plan->overwrite)
		look_at_formatted(job, i);
}

static void check_fit(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	const struct burn_config *c = &job->config;

	if (c->task == BURN_SIMULATE && !rec->plan->write_page)
		burn_disc_problem(job, i, "a %s can't be simulated: the standard has no test write for it, so nothing was done with the disc in %s",
				  rec->status.medium, rec->name);
	else if (c->append)
		burn_append_fit(job, i);
	else if (!rec->blank && !(c->erase && rec->erasable && c->task == BURN_COPY))
		not_blank(job, i);
	else if (!rec->can_write && rec->blank)
		burn_disc_problem(job, i, "%s can't write the %s in it%s: insert another kind of disc",
				  rec->name, rec->status.medium, job->cd ? " session at once" : "");
	else if (c->task == BURN_SIMULATE && !rec->can_test)
		burn_fail(job, i, "%s can't simulate on the %s in it: nothing was done", rec->name,
			  rec->status.medium);
}

void burn_check_blank(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_read_disc_info(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_IDENTITY, READY_MS);
	burn_fail_set(job, job->live & ~good, "to read the disc information");
	burn_for_each(i, job->live)
		look_at_disc(job, i);
	if (job->config.task != BURN_COPY && job->config.task != BURN_SIMULATE)
		return;
	burn_for_each(i, job->live)
		check_fit(job, i);
}

/* ---- Room -------------------------------------------------------------- */

static uint64_t blocks_of(const struct burn_job *job, const struct burn_rec *rec)
{
	return job->cd ? (uint64_t)cd_layout_end(job->layout) :
			 burn_plan_blocks(rec->plan, job->image_blocks);
}

static void too_large(struct burn_job *job, size_t i)
{
	const struct burn_rec *rec = &job->recs[i];

	burn_disc_problem(job, i, "the master is larger than the disc in %s (%u blocks, the %s takes %u): use a larger disc or a smaller master",
			  rec->name, job->cd ? (uint32_t)cd_layout_end(job->layout) :
			  job->image_blocks, rec->status.medium, rec->free);
}

/* What it takes: a DVD-RW that is formatted may be formatted anew, to more blocks. */
static uint32_t formatted_room(const struct burn_rec *rec)
{
	enum mmc_format type;
	uint32_t most;

	if (rec->plan->format != BURN_FORMAT_DVD_RW)
		return rec->formats.blocks;
	most = burn_format_most(&rec->formats, &type);
	return most > rec->formats.blocks ? most : rec->formats.blocks;
}

static void check_capacity(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	uint64_t need = blocks_of(job, rec);
	struct mmc_track_info info = { 0 };

	if (!rec->plan->overwrite && mmc_parse_track_info(rec->data, rec->len, &info)) {
		burn_fail(job, i, "%s gives no usable answer to READ TRACK INFORMATION",
			  rec->name);
		return;
	}
	rec->free = rec->plan->overwrite ? formatted_room(rec) : info.free;
	/* A drive may count with the run-out of a track at once, which a session has not */
	if (rec->plan->params.type == MMC_WRITE_SAO && rec->blank && mmc_profile_is_cd(rec->profile) &&
	    rec->lead_out > rec->free)
		rec->free = rec->lead_out;
	if (job->config.append)
		burn_append_place(job, i, &info);
	if (!(job->live >> i & 1))
		return;
	if (need > rec->free)
		too_large(job, i);
	else if (!job->cd && need > job->total_blocks)
		job->total_blocks = (uint32_t)need;
}

/* Those that say by a track how much they take: not the ones that are formatted,
 * nor those that will only be blank after they were erased. */
static burn_set sequential(const struct burn_job *job)
{
	burn_set set = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (!job->recs[i].plan->overwrite &&
		    (job->recs[i].blank || job->config.append))
			set |= 1u << i;
	return set;
}

/* Those that were formatted for less, for another program or an earlier copy. */
static void format_larger(struct burn_job *job)
{
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].profile == MMC_PROFILE_DVD_RW_RESTRICTED &&
		    job->recs[i].formats.blocks < job->total_blocks)
			job->recs[i].needs_format = true;
}

/* What is erased first, and would not take the master then either, keeps what it has.  A
 * drive that does not say how much it will take finds out by erasing. */
static void check_erased(struct burn_job *job, size_t i)
{
	bool cd = mmc_profile_is_cd(job->recs[i].profile);
	struct burn_rec *rec = &job->recs[i];
	struct mmc_atip atip = { 0 };
	struct mmc_command cmd;
	enum mmc_format type;

	if (cd)
		mmc_cmd_read_atip(&cmd);
	else
		mmc_cmd_read_format_capacities(&cmd);
	rec->free = 0;
	if (!burn_send(job, 1u << i, &cmd, NULL, DISCMUX_FOR_IDENTITY, 0))
		return;
	if (cd && !mmc_parse_atip(rec->data, rec->len, &atip) && atip.lead_out > CD_TRACK_MIN)
		rec->free = (uint32_t)atip.lead_out -
			    (rec->plan->params.type == MMC_WRITE_TAO ? SOURCE_RUN_OUT : 0);
	else if (!cd && !mmc_parse_formats(rec->data, rec->len, &rec->formats))
		rec->free = burn_format_most(&rec->formats, &type);
	if (rec->free && blocks_of(job, rec) > rec->free)
		too_large(job, i);
}

/* All get what the largest ECC block of them makes of the master. */
static void check_padding(struct burn_job *job)
{
	size_t i;

	burn_for_each(i, job->cd ? 0 : job->live)
		if (job->recs[i].free && job->total_blocks > job->recs[i].free)
			burn_disc_problem(job, i, "the disc in %s takes %u blocks, a copy beside other kinds of discs %u: use one kind of disc in one job",
					  job->recs[i].name, job->recs[i].free, job->total_blocks);
}

void burn_check_room(struct burn_job *job)
{
	burn_set rest = sequential(job);
	struct mmc_command cmd;
	size_t i;

	job->total_blocks = job->cd ? job->image_blocks : 0;
	burn_for_each(i, job->live)
		if (job->recs[i].plan->overwrite)
			check_capacity(job, i);
	while (rest) {
		burn_set alike = burn_take_alike(job, &rest, burn_same_track), good;

		mmc_cmd_read_track_info(&cmd, job->recs[burn_first(alike)].track);
		good = burn_send(job, alike, &cmd, NULL, DISCMUX_FOR_IDENTITY, 0);
		burn_fail_set(job, alike & ~good, "to say how much its disc takes");
		burn_for_each(i, good)
			check_capacity(job, i);
	}
	burn_for_each(i, job->live)
		if (!job->recs[i].plan->overwrite && !job->recs[i].blank && !job->config.append)
			check_erased(job, i);
	check_padding(job);
	format_larger(job);
}
