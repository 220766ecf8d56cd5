// SPDX-License-Identifier: GPL-2.0
/*
 * What must be so before the first byte: every recorder ready, with a blank
 * disc of a kind that can be written, large enough.  Nothing here changes a
 * disc.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"
#include "libdiscmux.h"

#define READY_MS	60000u
#define POLL_MS		1000u
#define WRITABLE	"insert a blank CD-R, DVD-R or DVD+R"

/* Drops a recorder whose disc is the problem. */
__attribute__((format(printf, 3, 4)))
static void disc_problem(struct burn_job *job, size_t i, const char *fmt, ...)
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
	uint8_t asc, ascq, key = burn_key(&rec->result, &asc, &ascq);

	if (key == 0x02 && asc == 0x3a && ascq == 0x02)
		disc_problem(job, i, "the tray of %s is open: %s and close it", rec->name,
			     WRITABLE);
	else if (key == 0x02 && asc == 0x3a)
		disc_problem(job, i, "no disc in %s: %s", rec->name, WRITABLE);
	else if (key == 0x02 && asc == 0x30)
		disc_problem(job, i, "%s can't read the disc in it: %s", rec->name, WRITABLE);
	else
		burn_fail_result(job, i, "to become ready");
}

/* Closes trays that stand open, as a push on the button would. */
static burn_set load(struct burn_job *job, burn_set bad)
{
	struct mmc_command cmd;
	burn_set open = 0;
	size_t i;

	burn_for_each(i, bad)
		if (burn_is(&job->recs[i], 0x02, 0x3a, 0x02))
			open |= 1u << i;
	if (!open)
		return 0;
	mmc_cmd_start_stop(&cmd, MMC_TRAY_LOAD);
	/* A tray that can't be closed is still open for the next look */
	burn_send(job, open, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
	mmc_cmd_test_unit_ready(&cmd);
	return burn_send(job, open, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			 READY_MS);
}

static void check_ready(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_test_unit_ready(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			 READY_MS);
	if (job->config.load)
		good |= load(job, job->live & ~good);
	burn_for_each(i, job->live & ~good)
		not_ready(job, i);
}

static void check_profile(struct burn_job *job, size_t i)
{
	const struct burn_config *c = &job->config;
	struct burn_rec *rec = &job->recs[i];
	struct mmc_feature feature;
	const char *name;

	if (mmc_parse_profile(rec->data, rec->len, &rec->profile)) {
		burn_fail(job, i, "%s gives no usable answer to GET CONFIGURATION", rec->name);
		return;
	}
	name = mmc_profile_name(rec->profile);
	pthread_mutex_lock(&job->lock);
	rec->status.medium = name;
	pthread_mutex_unlock(&job->lock);
	rec->plan = burn_plan_find(rec->profile, c->method, c->appendable);
	if (rec->profile == MMC_PROFILE_NONE)
		disc_problem(job, i, "no disc in %s that it knows: %s", rec->name, WRITABLE);
	else if (!rec->plan && burn_plan_find(rec->profile, BURN_METHOD_AUTO, false))
		burn_fail(job, i, "a %s like that in %s can't be left appendable with this method",
			  name, rec->name);
	else if (!rec->plan)
		disc_problem(job, i, "the disc in %s is a %s, which can't be written: %s",
			     rec->name, name, WRITABLE);
	else
		rec->can_write = !mmc_find_feature(rec->data, rec->len, rec->plan->feature,
						   &feature) && feature.current;
}

static void check_profiles(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_get_configuration(&cmd, 0);
	good = burn_send(job, job->live, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
	burn_fail_set(job, job->live & ~good, "to say what disc is in it");
	burn_for_each(i, job->live)
		check_profile(job, i);
}

static void check_blank(struct burn_job *job)
{
	struct mmc_command cmd;
	struct mmc_disc_info info;
	burn_set good;
	size_t i;

	mmc_cmd_read_disc_info(&cmd);
	good = burn_send(job, job->live, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY,
			 READY_MS);
	burn_fail_set(job, job->live & ~good, "to read the disc information");
	burn_for_each(i, job->live) {
		struct burn_rec *rec = &job->recs[i];

		if (mmc_parse_disc_info(rec->data, rec->len, &info)) {
			burn_fail(job, i, "%s gives no usable answer to READ DISC INFORMATION",
				  rec->name);
		} else if (info.state != MMC_DISC_BLANK) {
			disc_problem(job, i, "the disc in %s is not blank: insert a blank disc",
				     rec->name);
		} else if (!rec->can_write) {
			disc_problem(job, i, "%s can't write the %s in it: insert another kind of disc",
				     rec->name, rec->status.medium);
		} else {
			rec->track = rec->plan->nwa_track ? rec->plan->nwa_track : info.last_track;
			rec->opc_entries = info.opc_entries;
		}
	}
}

static void check_capacity(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	uint64_t need = burn_plan_blocks(rec->plan, job->image_blocks);
	struct mmc_track_info info;

	if (mmc_parse_track_info(rec->data, rec->len, &info)) {
		burn_fail(job, i, "%s gives no usable answer to READ TRACK INFORMATION",
			  rec->name);
		return;
	}
	rec->free = info.free;
	if (need > info.free)
		disc_problem(job, i, "the master is larger than the disc in %s (%u blocks, the %s takes %u): use a larger disc or a smaller master",
			     rec->name, job->image_blocks, rec->status.medium, info.free);
	else if (need > job->total_blocks)
		job->total_blocks = (uint32_t)need;
}

static void check_room(struct burn_job *job)
{
	burn_set rest = job->live;
	struct mmc_command cmd;
	size_t i;

	job->total_blocks = 0;
	while (rest) {
		burn_set alike = burn_take_alike(job, &rest, burn_same_track), good;

		mmc_cmd_read_track_info(&cmd, job->recs[burn_first(alike)].track);
		good = burn_send(job, alike, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
		burn_fail_set(job, alike & ~good, "to say how much its disc takes");
		burn_for_each(i, good)
			check_capacity(job, i);
	}
}

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
			disc_problem(job, i, "the disc in %s is a %s, that in %s a %s: use CDs or DVDs, not both in one job",
				     rec->name, mmc_profile_name(rec->profile), first->name,
				     mmc_profile_name(first->profile));
	}
}

static void look(struct burn_job *job)
{
	burn_set all = job->live;

	burn_set_state(job, all, BURN_CHECKING);
	check_ready(job);
	check_profiles(job);
	check_blank(job);
	check_mixed(job);
	check_room(job);
}

static burn_set all_of(const struct burn_job *job)
{
	return (burn_set)((1ull << job->count) - 1);
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
		bad = all_of(job) & ~job->live;
		if (!bad)
			return 0;
		if (burn_is_cancelled(job) || !only_discs(job, bad) ||
		    c->ops->now_ms(c->ctx) >= end)
			break;
		burn_set_state(job, bad, BURN_WAITING);
		burn_pause(job, POLL_MS);
		job->config.load = false;
		burn_for_each(i, bad) {
			job->recs[i].disc_problem = false;
			burn_set_message(job, i, "");
		}
		job->live = all_of(job);
	}
	return burn_is_cancelled(job) ? 0 : -EINVAL;
}
