// SPDX-License-Identifier: GPL-2.0
/* Makes written discs whole: cache out, track and session closed. */
#include "internal.h"
#include "libdiscmux.h"

#define CLOSE_MS	(45u * 60 * 1000)	/* a lead-out over most of a slow disc */

/*
 * Waits until the drives are idle.  TEST UNIT READY says so too early during an
 * immediate close; READ DISC INFORMATION answers 02/04/07 to its end.
 */
void burn_wait_idle(struct burn_job *job, burn_set set, const char *what)
{
	struct mmc_command cmd;
	burn_set good;

	if (!set)
		return;
	mmc_cmd_read_disc_info(&cmd);
	good = burn_send_until(job, set, &cmd, DISCMUX_FOR_PROBE, CLOSE_MS, BURN_TO_THE_END);
	burn_fail_set(job, set & ~good, what);
}

/* A drive that was reset had all data, and may have lost those that were in its cache. */
static void lose_caches(struct burn_job *job, burn_set set)
{
	size_t i;

	burn_for_each(i, set) {
		struct burn_rec *rec = &job->recs[i];
		uint32_t end = rec->start + job->total_blocks;

		if (burn_may_resume(job, i, &rec->result))
			burn_lose(job, i, &rec->result, end, end);
	}
}

void burn_flush(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;

	mmc_cmd_synchronize_cache(&cmd);
	good = burn_send_until(job, job->live, &cmd, DISCMUX_FOR_FLUSH, CLOSE_MS,
			       BURN_TO_THE_END);
	lose_caches(job, job->live & ~good);
	burn_fail_set(job, job->live & ~good, "to write out its cache");
	burn_wait_idle(job, job->live, "to write out its cache");
}

static uint8_t function_of(const struct burn_job *job, size_t i, unsigned int step)
{
	const struct burn_plan *plan = job->recs[i].plan;

	/* A track at once of a CD that is otherwise written session at once */
	if (job->cd)
		return step ? MMC_CLOSE_SESSION : MMC_CLOSE_TRACK;
	return job->appendable && plan->close_open[0] ? plan->close_open[step] :
							plan->close[step];
}

/* Takes out of *set those that get the same CLOSE in this step. */
static burn_set take_step(struct burn_job *job, burn_set *set, unsigned int step,
			  struct mmc_command *cmd)
{
	size_t i, first = BURN_MAX_RECORDERS;
	uint16_t track = 0, its;
	burn_set alike = 0;
	uint8_t function = 0;

	burn_for_each(i, *set) {
		its = function_of(job, i, step) == MMC_CLOSE_TRACK ? job->recs[i].track : 0;
		if (first == BURN_MAX_RECORDERS) {
			first = i;
			function = function_of(job, i, step);
			track = its;
		}
		if (function_of(job, i, step) == function && its == track)
			alike |= 1u << i;
	}
	*set &= ~alike;
	mmc_cmd_close(cmd, function, track);
	return function ? alike : 0;
}

/* Formatting in the background ends here; what is not formatted yet is made
 * readable by other drives with the session. */
static void stop_format(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->format == BURN_FORMAT_DVD_PLUS_RW)
			set |= 1u << i;
	if (!set)
		return;
	mmc_cmd_close(&cmd, MMC_CLOSE_FORMAT, 0);
	/* One that has nothing to stop says so, and that is well */
	set = burn_send_until(job, set, &cmd, DISCMUX_FOR_CONTROL, CLOSE_MS, BURN_TO_THE_END);
	burn_wait_idle(job, set, "to end formatting its disc");
}

/* Restricted overwrite: only a session that was left incomplete is closed. */
static burn_set nothing_to_close(struct burn_job *job)
{
	struct mmc_disc_info info;
	struct mmc_command cmd;
	burn_set set = 0, none = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->session_close)
			set |= 1u << i;
	if (!set)
		return 0;
	mmc_cmd_read_disc_info(&cmd);
	set = burn_send_until(job, set, &cmd, DISCMUX_FOR_PROBE, CLOSE_MS, BURN_TO_THE_END);
	burn_for_each(i, set)
		if (!mmc_parse_disc_info(job->recs[i].data, job->recs[i].len, &info) &&
		    info.last_session_state == 3)
			none |= 1u << i;
	return none;
}

void burn_close_step(struct burn_job *job, unsigned int step)
{
	burn_set set = job->live & ~nothing_to_close(job), started = 0;
	struct mmc_command cmd;

	if (!step)
		stop_format(job);

	while (set) {
		burn_set alike = take_step(job, &set, step, &cmd), good;

		if (!alike)
			continue;
		good = burn_send_until(job, alike, &cmd, DISCMUX_FOR_CONTROL, CLOSE_MS,
				       BURN_TO_THE_END);
		/* After a test write there may be nothing to close */
		if (job->config.task != BURN_SIMULATE)
			burn_fail_set(job, alike & ~good,
				      step ? "to close the disc" : "to close the track");
		started |= good;
	}
	burn_wait_idle(job, started, step ? "to close the disc" : "to close the track");
}

/* How the disc is now, against what was wanted.  One that takes no more although it was to
 * be left open is whole all the same: there was no room for a session, say. */
static bool is_closed(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_disc_info info;

	if (mmc_parse_disc_info(rec->data, rec->len, &info))
		return false;
	if (rec->plan->overwrite)
		return true;
	if (job->appendable && info.state == MMC_DISC_COMPLETE)
		burn_notice(job, "the disc in %s takes no further session and is closed; that is no fault of the copy",
			    rec->name);
	return info.state == MMC_DISC_COMPLETE ||
	       (job->appendable && info.state == MMC_DISC_APPENDABLE);
}

/* A disc that was to be finished says that it is. */
static void check_closed(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_read_disc_info(&cmd);
	good = burn_send_until(job, job->live, &cmd, DISCMUX_FOR_PROBE, CLOSE_MS,
			       BURN_TO_THE_END);
	burn_fail_set(job, job->live & ~good, "to tell how its disc is after closing");
	burn_for_each(i, good) {
		if (!is_closed(job, i)) {
			burn_fail(job, i, "%s closed its disc, but the disc is not %s",
				  job->recs[i].name, job->appendable ? "appendable" : "complete");
			continue;
		}
		burn_set_disc(job, i, BURN_DISC_CLOSED);
		/* One that is read back because it went on is worth nothing before that */
		burn_log_state(job, i, "closed",
			       job->recs[i].status.resumed && !job->config.verify ?
			       BURN_DISC_RUINED : BURN_DISC_CLOSED);
	}
}

/* Nothing was written: the disc is as it was, and the page as others want it. */
static void end_test(struct burn_job *job)
{
	struct mmc_disc_info info;
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	unsigned int step;

	burn_flush(job);
	for (step = 0; step < 2 && (!job->cd || job->tao[0]); step++)
		burn_close_step(job, step);
	mmc_cmd_read_disc_info(&cmd);
	good = burn_send_until(job, job->live, &cmd, DISCMUX_FOR_PROBE, CLOSE_MS,
			       BURN_TO_THE_END);
	burn_fail_set(job, job->live & ~good, "to tell how its disc is after the test");
	burn_for_each(i, good) {
		struct burn_rec *rec = &job->recs[i];

		if (mmc_parse_disc_info(rec->data, rec->len, &info) ||
		    info.state != MMC_DISC_BLANK) {
			burn_set_disc(job, i, BURN_DISC_RUINED);
			burn_fail(job, i, "%s has written to its disc in spite of the test write: don't simulate with it",
				  rec->name);
		} else {
			burn_set_disc(job, i, BURN_DISC_SIMULATED);
		}
	}
}

void burn_close(struct burn_job *job)
{
	unsigned int step;
	size_t i;

	if (!job->live)
		return;
	burn_set_state(job, job->live, BURN_CLOSING);
	if (job->config.task == BURN_SIMULATE) {
		end_test(job);
		return;
	}
	/* From here on a disc may be whole when nothing more is heard of it */
	burn_for_each(i, job->live)
		burn_log_state(job, i, "closing", BURN_DISC_RUINED);
	burn_flush(job);
	/* A CD's sessions were closed one by one */
	for (step = 0; step < 2 && !job->cd; step++)
		burn_close_step(job, step);
	check_closed(job);
}
