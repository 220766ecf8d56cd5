// SPDX-License-Identifier: GPL-2.0
/* Sets recorders up for writing, each as its medium wants it. */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

static void make_list(struct burn_job *job, size_t i, const struct mmc_write_params *own)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_write_params params = own ? *own : rec->plan->params;
	int len;

	if (!own)
		params.multisession = job->appendable ? MMC_SESSION_NEXT : MMC_SESSION_FINAL;
	params.test_write = job->config.task == BURN_SIMULATE;
	if (job->config.no_underrun_free)
		params.underrun_free = false;
	len = mmc_put_write_page(rec->data, rec->len, &params, rec->list);
	if (len < 0)
		burn_fail(job, i, "%s gives no usable write parameters page", rec->name);
	else
		rec->list_len = (size_t)len;
}

static bool same_list(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->list_len == b->list_len && !memcmp(a->list, b->list, a->list_len);
}

/* A test write that the drive does not take would be a burn. */
static void check_test(struct burn_job *job, burn_set set)
{
	struct mmc_write_params params;
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_mode_sense(&cmd, MMC_PAGE_WRITE);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, 0);
	burn_fail_set(job, set & ~good, "to give its write parameters");
	burn_for_each(i, good) {
		const struct burn_rec *rec = &job->recs[i];

		if (mmc_parse_write_page(rec->data, rec->len, &params) || !params.test_write)
			burn_fail(job, i, "%s does not take the test write: nothing was done",
				  rec->name);
	}
}

/* The page as each drive has it, changed; drives that are alike get one command. */
void burn_write_page(struct burn_job *job, burn_set set, const struct mmc_write_params *params)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	if (!set)
		return;
	mmc_cmd_mode_sense(&cmd, MMC_PAGE_WRITE);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, 0);
	burn_fail_set(job, set & ~good, "to give its write parameters");
	burn_for_each(i, good)
		make_list(job, i, params);
	set = good & job->live;
	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_list);
		struct burn_rec *rec = &job->recs[burn_first(alike)];

		mmc_cmd_mode_select(&cmd, (uint16_t)rec->list_len);
		good = burn_send(job, alike, &cmd, rec->list, DISCMUX_FOR_CONTROL, 0);
		burn_fail_set(job, alike & ~good, "to take its write parameters");
		if (job->config.task == BURN_SIMULATE && good)
			check_test(job, good);
	}
}

void burn_end_test(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0;
	size_t i;

	burn_for_each(i, burn_all(job))
		if (job->recs[i].list_len)
			set |= 1u << i;
	if (!set)
		return;
	mmc_cmd_synchronize_cache(&cmd);
	burn_send_until(job, set, &cmd, DISCMUX_FOR_PROBE, 120000, BURN_TO_THE_END);
	burn_for_each(i, set)
		mmc_end_test_write(job->recs[i].list);
	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_list);
		struct burn_rec *rec = &job->recs[burn_first(alike)];

		mmc_cmd_mode_select(&cmd, (uint16_t)rec->list_len);
		burn_send(job, alike, &cmd, rec->list, DISCMUX_FOR_PROBE, 120000);
	}
}

/* Finds the laser power on a disc that has no record of it.  Optional in MMC. */
static void calibrate(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0, good;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->opc && !job->recs[i].opc_entries)
			set |= 1u << i;
	if (!set)
		return;
	mmc_cmd_send_opc(&cmd);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, 120000);
	burn_for_each(i, set & ~good) {
		enum discmux_cause cause = burn_cause(&job->recs[i]);

		if (cause == DISCMUX_CAUSE_UNSUPPORTED || cause == DISCMUX_CAUSE_OTHER)
			burn_notice(job, "%s does not calibrate its laser when told to: it does so by itself",
				    job->recs[i].name);
		else
			burn_fail_result(job, i, "to calibrate its laser");
	}
}

/* A drive that writes at once only when it knows the size, and does not take it, may still
 * write packet by packet. */
static bool goes_without(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	const struct burn_plan *plan;

	if (burn_cause(rec) != DISCMUX_CAUSE_UNSUPPORTED || !rec->can_increment ||
	    job->config.method != BURN_METHOD_AUTO)
		return false;
	plan = burn_plan_find(rec->profile, BURN_METHOD_INCREMENTAL, job->appendable);
	if (!plan || plan->reserve)
		return false;
	rec->plan = plan;
	burn_set_disc(job, i, rec->before);
	burn_notice(job, "%s does not take a reservation for the whole disc: it writes incrementally",
		    rec->name);
	return true;
}

/* From here on the disc is not what it was. */
static void reserve(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0, without = 0, good;
	size_t i;

	burn_for_each(i, job->live) {
		if (!job->recs[i].plan->reserve)
			continue;
		if (job->config.task == BURN_SIMULATE || burn_touch(job, i, "reserving"))
			set |= 1u << i;
	}
	if (!set)
		return;
	mmc_cmd_reserve_track(&cmd, job->total_blocks);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, 120000);
	burn_for_each(i, set & ~good) {
		if (goes_without(job, i))
			without |= 1u << i;
		else
			burn_fail_touch(job, i, "to reserve the track");
	}
	burn_write_page(job, without, NULL);
}

/* Those that say where they go on: others can write anywhere, from 0 on. */
static burn_set sequential(const struct burn_job *job)
{
	burn_set set = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (!job->recs[i].plan->overwrite)
			set |= 1u << i;
	return set;
}

/* A blank disc is written from 0 on.  Drives that give another address for it, or none, are
 * wrong; their writes from there on would be refused or spoil the disc.  A session at once on
 * a CD begins with its pause. */
static bool begins_at_0(const struct burn_job *job, const struct burn_rec *rec)
{
	return rec->blank && !job->cd &&
	       !(mmc_profile_is_cd(rec->profile) && rec->plan->params.type == MMC_WRITE_SAO);
}

void burn_next_address(struct burn_job *job)
{
	burn_set set = sequential(job);
	struct mmc_track_info info;
	struct mmc_command cmd;
	size_t i;

	while (set) {
		burn_set alike = burn_take_alike(job, &set, burn_same_track), good;

		mmc_cmd_read_track_info(&cmd, job->recs[burn_first(alike)].track);
		good = burn_send(job, alike, &cmd, NULL, DISCMUX_FOR_CONTROL, 60000);
		burn_fail_set(job, alike & ~good, "to give the next writable address");
		burn_for_each(i, good) {
			struct burn_rec *rec = &job->recs[i];
			bool first = begins_at_0(job, rec);

			if (mmc_parse_track_info(rec->data, rec->len, &info) ||
			    (!first && !info.next_valid)) {
				burn_fail(job, i, "%s gives no next writable address", rec->name);
				continue;
			}
			if (first)
				info.next = 0;
			burn_append_start(job, i, info.next);
			rec->start = info.next;
			rec->track_start = info.start;
			rec->track = info.track;
		}
	}
}

static burn_set with_page(const struct burn_job *job)
{
	burn_set set = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->write_page)
			set |= 1u << i;
	return set;
}

void burn_prepare_again(struct burn_job *job)
{
	burn_speed(job);
	burn_write_page(job, with_page(job), NULL);
}

void burn_prepare(struct burn_job *job)
{
	burn_set_state(job, job->live, BURN_PREPARING);
	burn_format(job);
	if (burn_is_cancelled(job))
		return;
	burn_set_state(job, job->live, BURN_PREPARING);
	burn_speed(job);
	/* A CD has its parameters for each of its sessions */
	if (!job->cd)
		burn_write_page(job, with_page(job), NULL);
	calibrate(job);
	if (burn_is_cancelled(job) || job->cd)
		return;
	burn_layer_break(job);
	reserve(job);
	burn_next_address(job);
}
