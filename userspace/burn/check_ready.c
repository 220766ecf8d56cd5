// SPDX-License-Identifier: GPL-2.0
/* Recorders ready, and with discs of a kind that is known. */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"
#include "libdiscmux.h"

#define READY_MS	60000u

/* What is to be done about a disc that does not do. */
static const char *wanted(const struct burn_job *job)
{
	switch (job->config.task) {
	case BURN_ERASE:
		return "insert a rewritable disc";
	case BURN_VERIFY:
		return "insert a disc to be compared";
	default:
		if (job->config.append)
			return "insert a disc with data that was left open";
		return job->cd ? "insert a blank CD-R or CD-RW" :
				 "insert a blank CD-R, DVD-R or DVD+R";
	}
}

/* Drops a recorder whose disc is the problem. */
void burn_disc_problem(struct burn_job *job, size_t i, const char *fmt, ...)
{
	char text[BURN_MESSAGE_LEN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	job->recs[i].disc_problem = true;
	burn_fail(job, i, "%s", text);
}

static void not_ready(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];

	switch (burn_cause(rec)) {
	case DISCMUX_CAUSE_TRAY_OPEN:
		burn_disc_problem(job, i, "the tray of %s is open: %s and close it", rec->name,
				  wanted(job));
		break;
	case DISCMUX_CAUSE_NO_DISC:
		burn_disc_problem(job, i, "no disc in %s: %s", rec->name, wanted(job));
		break;
	case DISCMUX_CAUSE_STRANGE_DISC:
	case DISCMUX_CAUSE_CLEANING:
		burn_disc_problem(job, i, "%s can't read the disc in it: %s", rec->name,
				  wanted(job));
		break;
	default:
		burn_fail_result(job, i, "to become ready");
	}
}

/* Closes trays that stand open, as a push on the button would. */
static burn_set load(struct burn_job *job, burn_set bad)
{
	struct mmc_command cmd;
	burn_set open = 0;
	size_t i;

	burn_for_each(i, bad)
		if (burn_cause(&job->recs[i]) == DISCMUX_CAUSE_TRAY_OPEN)
			open |= 1u << i;
	if (!open)
		return 0;
	mmc_cmd_start_stop(&cmd, MMC_TRAY_LOAD);
	/* A tray that can't be closed is still open for the next look */
	burn_send(job, open, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
	mmc_cmd_test_unit_ready(&cmd);
	return burn_send(job, open, &cmd, NULL, DISCMUX_FOR_PROBE, READY_MS);
}

void burn_check_ready(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_test_unit_ready(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, READY_MS);
	if (job->config.load)
		good |= load(job, job->live & ~good);
	burn_for_each(i, job->live & ~good)
		not_ready(job, i);
}

/*
 * Number of the first track with less than four seconds from its index 1 to
 * the next one's, which no recorder takes (IEC 60908); 0: there is none.
 */
static unsigned int short_track(const struct cd_layout *layout)
{
	unsigned int i;

	for (i = 0; i < layout->tracks; i++) {
		const struct cd_track *t = &layout->track[i];
		bool last = i + 1 == layout->tracks || t[1].session != t->session;

		if ((last ? t->end : t[1].start) - t->start < CD_TRACK_MIN)
			return t->number;
	}
	return 0;
}

/* The plan for the disc, or why there is none. */
static void find_plan(struct burn_job *job, size_t i, const char *name)
{
	struct burn_rec *rec = &job->recs[i];
	enum burn_method method = job->config.method;

	if (job->cd && mmc_profile_is_cd(rec->profile))
		method = BURN_METHOD_SAO;
	else if (job->config.append)
		method = mmc_profile_is_cd(rec->profile) ? BURN_METHOD_TAO :
							   BURN_METHOD_INCREMENTAL;
	rec->plan = burn_plan_find(rec->profile, method, job->appendable);
	if (rec->profile == MMC_PROFILE_NONE)
		burn_disc_problem(job, i, "no disc in %s that it knows: %s", rec->name, wanted(job));
	else if (!rec->plan && burn_plan_any(rec->profile))
		burn_fail(job, i, "a %s like that in %s can't be left appendable with this method: use another method, or close it",
			  name, rec->name);
	else if (!rec->plan)
		burn_disc_problem(job, i, "the disc in %s is a %s, which can't be written: %s",
				  rec->name, name, wanted(job));
	else if (job->cd && !mmc_profile_is_cd(rec->profile))
		burn_disc_problem(job, i, "the master is a CD with %s, the disc in %s a %s: %s",
				  job->layout->tracks > 1 ? "tracks" : "a track of its own",
				  rec->name, name, wanted(job));
	else if (job->cd && short_track(job->layout))
		burn_fail(job, i, "track %u of the master is shorter than four seconds, which %s can't write on a CD: nothing was done, use another master",
			  short_track(job->layout), rec->name);
}

/* Features of the plan: what it can do with this disc, now. */
static void find_features(struct burn_rec *rec)
{
	struct mmc_feature feature;

	if (!rec->plan)
		return;
	rec->can_write = !mmc_find_feature(rec->data, rec->len, rec->plan->feature, &feature) &&
			 feature.current;
	/* A disc to be formatted is not yet what it will be */
	if (rec->plan->format == BURN_FORMAT_DVD_RW &&
	    rec->profile == MMC_PROFILE_DVD_RW_SEQUENTIAL)
		rec->can_write = true;
	rec->can_increment = !mmc_find_feature(rec->data, rec->len, MMC_FEATURE_INCREMENTAL,
					       &feature) && feature.current;
	rec->can_test = rec->plan->test_feature &&
			!mmc_find_feature(rec->data, rec->len, rec->plan->test_feature,
					  &feature) &&
			feature.current && feature.len >= 1 && (feature.data[0] & 0x04);
}

static void check_profile(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	const char *name;

	if (mmc_parse_profile(rec->data, rec->len, &rec->profile)) {
		burn_fail(job, i, "%s gives no usable answer to GET CONFIGURATION", rec->name);
		return;
	}
	name = mmc_profile_name(rec->profile);
	pthread_mutex_lock(&job->lock);
	rec->status.medium = name;
	pthread_mutex_unlock(&job->lock);
	if (job->config.task == BURN_COPY || job->config.task == BURN_SIMULATE)
		find_plan(job, i, name);
	else
		rec->plan = burn_plan_find(rec->profile, BURN_METHOD_AUTO, false);
	find_features(rec);
}

void burn_check_profiles(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_get_configuration(&cmd, 0);
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_IDENTITY, 0);
	burn_fail_set(job, job->live & ~good, "to say what disc is in it");
	burn_for_each(i, job->live)
		check_profile(job, i);
}
