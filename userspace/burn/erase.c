// SPDX-License-Identifier: GPL-2.0
/*
 * Erasing: BLANK for discs that are recorded one block after the other, and for a full
 * erasing of DVD-RW; what can be overwritten is formatted if it never was, and its
 * beginning, or all of it, is filled with zeros.
 */
#include <errno.h>

#include "internal.h"
#include "libdiscmux.h"

#define LIMIT_MS	(3u * 60 * 60 * 1000)	/* a full erasure of a slow disc */
#define MINUTE_MS	60000u
#define HEAD_BLOCKS	512u

/* ---- Waiting ----------------------------------------------------------- */

/* The drive goes on when nobody waits for it. */
static void leave(struct burn_job *job, burn_set set)
{
	size_t i;

	burn_for_each(i, set)
		burn_drop(job, i, BURN_CANCELLED, "cancelled while its disc was being erased; the recorder goes on with that by itself");
}

/* Not given up when people cancel, for a drive can't be stopped in this; only when the
 * program has to end. */
burn_set burn_poll(struct burn_job *job, burn_set set, const char *what)
{
	struct mmc_command cmd;
	burn_set done, busy = 0;
	size_t i;

	mmc_cmd_read_disc_info(&cmd);
	done = burn_send_until(job, set, &cmd, DISCMUX_FOR_PROBE, LIMIT_MS, BURN_UNTIL_LEAVE);
	if (atomic_load_explicit(&job->leave, memory_order_relaxed))
		burn_for_each(i, set & ~done)
			if (burn_cause(&job->recs[i]) == DISCMUX_CAUSE_BUSY)
				busy |= 1u << i;
	leave(job, busy);
	burn_fail_set(job, set & ~done & ~busy, what);
	return done;
}

static void erased(struct burn_job *job, burn_set set)
{
	size_t i;

	burn_for_each(i, set) {
		burn_set_disc(job, i, BURN_DISC_ERASED);
		burn_log_state(job, i, "erased", BURN_DISC_ERASED);
	}
}

/* ---- Recorded one after the other --------------------------------------- */

/* A DVD-RW that was blanked quickly takes a disc at once and nothing else. */
static bool wants_full(const struct burn_job *job, burn_set set)
{
	size_t i;

	if (job->config.task == BURN_ERASE)
		return job->config.full;
	burn_for_each(i, set)
		if (job->recs[i].plan->method == BURN_METHOD_INCREMENTAL)
			return true;
	return false;
}

void burn_blank(struct burn_job *job, burn_set set)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	burn_set_state(job, set, BURN_ERASING);
	burn_for_each(i, set)
		burn_touch(job, i, "erasing");
	set &= job->live;
	if (!set)
		return;
	mmc_cmd_blank(&cmd, wants_full(job, set) ? MMC_BLANK_FULL : MMC_BLANK_MINIMAL);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, MINUTE_MS);
	burn_for_each(i, set & ~good)
		burn_fail_touch(job, i, "to erase its disc");
	/* What was on them is gone, even if nothing more is done with them */
	erased(job, burn_poll(job, good, "to erase its disc"));
}

/* ---- Overwritten -------------------------------------------------------- */

static bool same_size(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->formats.blocks == b->formats.blocks;
}

/* A disc that was just formatted says how large it is now. */
static void ask_sizes(struct burn_job *job, burn_set set)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_read_format_capacities(&cmd);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_IDENTITY, MINUTE_MS);
	burn_fail_set(job, set & ~good, "to say how its disc is formatted");
	burn_for_each(i, good)
		if (mmc_parse_formats(job->recs[i].data, job->recs[i].len,
				      &job->recs[i].formats))
			burn_fail_result(job, i, "to say how its disc is formatted");
}

/* Zeros in the beginning, and on the anchor of UDF at the end. */
static void overwrite(struct burn_job *job, burn_set set)
{
	size_t i;

	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_size);
		const struct burn_rec *rec = &job->recs[burn_first(alike)];
		uint32_t all = rec->formats.blocks / rec->plan->unit * rec->plan->unit;
		uint32_t head = job->config.full || all < 2 * HEAD_BLOCKS ? all : HEAD_BLOCKS;
		int rc = all ? burn_zero(job, alike, 0, head) : 0;

		if (!rc && head < all)
			rc = burn_zero(job, alike & job->live, all - HEAD_BLOCKS, HEAD_BLOCKS);
		/* Without zeros on it a disc is not erased */
		burn_for_each(i, rc ? alike & job->live : 0)
			burn_fail(job, i, "%s", job->error);
	}
}

static void erase_overwritable(struct burn_job *job, burn_set set)
{
	size_t i;

	burn_set_state(job, set, BURN_ERASING);
	burn_for_each(i, set)
		burn_touch(job, i, "erasing");
	burn_format(job);
	burn_set_state(job, set & job->live, BURN_ERASING);
	ask_sizes(job, set & job->live);
	overwrite(job, set & job->live);
	burn_flush(job);
	burn_close_step(job, 0);
}

/* A formatted DVD-RW can be blanked as well, and is sequential then.  That takes in all of
 * it, so it is what a full erasing does. */
static bool is_blanked(struct burn_job *job, size_t i)
{
	const struct burn_rec *rec = &job->recs[i];
	bool formatted = rec->profile == MMC_PROFILE_DVD_RW_RESTRICTED;

	if (formatted)
		burn_notice(job, job->config.full ? "the DVD-RW in %s is no longer formatted for overwriting then: it takes sequential copies" :
			    "the DVD-RW in %s stays formatted for overwriting, with its size: a full erasing makes it sequential",
			    rec->name);
	return formatted ? job->config.full : !rec->plan || !rec->plan->overwrite;
}

/* A disc that was erased one way or the other holds nothing now, whoever has cancelled
 * that. */
void burn_erase(struct burn_job *job)
{
	burn_set blank = 0, zero = 0, all = job->live;
	size_t i;

	burn_for_each(i, all) {
		if (is_blanked(job, i))
			blank |= 1u << i;
		else
			zero |= 1u << i;
	}
	if (blank)
		burn_blank(job, blank);
	if (burn_is_cancelled(job))
		zero = 0;
	if (zero) {
		burn_set done = job->live & ~zero;

		job->live = zero;
		erase_overwritable(job, zero);
		if (!burn_is_cancelled(job))
			erased(job, job->live);
		job->live |= done;
	}
}
