// SPDX-License-Identifier: GPL-2.0
/*
 * What must be so before the first byte: every recorder ready, with a disc of a
 * kind that the task can do something with.  Nothing here changes a disc.
 */
#include <errno.h>

#include "internal.h"
#include "libdiscmux.h"

#define POLL_MS		1000u

/* CD and DVD differ in how blocks are laid out and in how fast they go. */
static void check_mixed(struct burn_job *job)
{
	const struct burn_rec *first = NULL;
	size_t i;

	burn_for_each(i, job->live) {
		struct burn_rec *rec = &job->recs[i];

		if (!first)
			first = rec;
		else if (mmc_profile_is_cd(rec->profile) != mmc_profile_is_cd(first->profile))
			burn_disc_problem(job, i, "the disc in %s is a %s, that in %s a %s: use CDs or DVDs, not both in one job",
				     rec->name, mmc_profile_name(rec->profile), first->name,
				     mmc_profile_name(first->profile));
	}
}

/* What is compared must be there. */
static void check_recorded(struct burn_job *job)
{
	size_t i;

	burn_for_each(i, job->live) {
		const struct burn_rec *rec = &job->recs[i];

		/* One that is formatted may hold nothing but zeros, as its master */
		if (rec->blank && (!rec->plan || !rec->plan->overwrite || rec->needs_format))
			burn_disc_problem(job, i, "the disc in %s is blank: insert a disc to be compared",
					  rec->name);
		else if (job->cd && !mmc_profile_is_cd(rec->profile))
			burn_disc_problem(job, i, "the master is a CD, the disc in %s a %s",
					  rec->name, mmc_profile_name(rec->profile));
	}
}

static void check_erasable(struct burn_job *job)
{
	size_t i;

	burn_for_each(i, job->live)
		if (!job->recs[i].erasable)
			burn_disc_problem(job, i, "the disc in %s is a %s, which can't be erased: insert a rewritable disc",
					  job->recs[i].name,
					  mmc_profile_name(job->recs[i].profile));
}

static void look(struct burn_job *job)
{
	burn_set_state(job, job->live, BURN_CHECKING);
	burn_check_ready(job);
	burn_check_profiles(job);
	burn_check_blank(job);
	switch (job->config.task) {
	case BURN_VERIFY:
		check_recorded(job);
		break;
	case BURN_ERASE:
		check_erasable(job);
		break;
	default:
		check_mixed(job);
		burn_check_room(job);
	}
}

/* All that is wrong is that people have not put blank discs in. */
static bool only_discs(const struct burn_job *job, burn_set bad)
{
	size_t i;

	burn_for_each(i, bad)
		if (!job->recs[i].disc_problem)
			return false;
	return true;
}

int burn_check(struct burn_job *job)
{
	const struct burn_config *c = &job->config;
	uint64_t end = c->ops->now_ms(c->ctx) + c->wait_ms;
	size_t i;

	for (;;) {
		burn_set bad;

		look(job);
		bad = burn_all(job) & ~job->live;
		if (!bad)
			return 0;
		if (burn_is_cancelled(job))
			break;
		if (!only_discs(job, bad) || c->ops->now_ms(c->ctx) >= end)
			return c->go_on && job->live ? 0 : -EINVAL;
		burn_set_state(job, bad, BURN_WAITING);
		burn_pause(job, POLL_MS);
		job->config.load = false;
		burn_for_each(i, bad) {
			job->recs[i].disc_problem = false;
			burn_set_message(job, i, "");
		}
		job->live = burn_all(job);
	}
	return 0;
}
