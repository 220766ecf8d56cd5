// SPDX-License-Identifier: GPL-2.0
/* Sets recorders up for writing, each as its medium wants it. */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"

/* 1x in 1000 bytes a second: 75 sectors of 2352 bytes on CD, 1.385 MB on DVD */
#define CD_1X	176.4
#define DVD_1X	1385.0

static void make_list(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_write_params params = rec->plan->params;
	int len;

	params.multisession = job->config.appendable ? MMC_SESSION_NEXT : MMC_SESSION_FINAL;
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

/* The page as each drive has it, changed; drives that are alike get one command. */
static void write_parameters(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0, good;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->write_page)
			set |= 1u << i;
	if (!set)
		return;
	mmc_cmd_mode_sense(&cmd, MMC_PAGE_WRITE);
	good = burn_send(job, set, &cmd, NULL, BURN_UNIT_ATTENTION, 0);
	burn_fail_set(job, set & ~good, "to give its write parameters");
	burn_for_each(i, good)
		make_list(job, i);
	set = good & job->live;
	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_list);
		struct burn_rec *rec = &job->recs[burn_first(alike)];

		mmc_cmd_mode_select(&cmd, (uint16_t)rec->list_len);
		good = burn_send(job, alike, &cmd, rec->list, BURN_UNIT_ATTENTION, 0);
		burn_fail_set(job, alike & ~good, "to take its write parameters");
	}
}

static bool same_family(const struct burn_rec *a, const struct burn_rec *b)
{
	return mmc_profile_is_cd(a->profile) == mmc_profile_is_cd(b->profile);
}

/* A drive that does not take the speed burns at the one it likes. */
static void speed(struct burn_job *job)
{
	uint8_t descriptor[MMC_STREAMING_LEN];
	double times = job->config.speed;
	burn_set set = times > 0 ? job->live : 0;
	struct mmc_command cmd;
	size_t i;

	while (set) {
		burn_set alike = burn_take_alike(job, &set, same_family), good;
		const struct burn_rec *rec = &job->recs[burn_first(alike)];

		if (mmc_profile_is_cd(rec->profile)) {
			double kb = times * CD_1X + 0.5;

			mmc_cmd_set_cd_speed(&cmd, MMC_SPEED_MAX, kb < MMC_SPEED_MAX ?
					     (uint16_t)kb : MMC_SPEED_MAX);
		} else {
			uint32_t kb = (uint32_t)(times * DVD_1X + 0.5);

			mmc_cmd_set_streaming(&cmd);
			mmc_put_streaming(descriptor, rec->free, kb, kb);
		}
		good = burn_send(job, alike, &cmd, descriptor, BURN_UNIT_ATTENTION, 0);
		burn_for_each(i, alike & ~good)
			burn_notice(job, "%s does not take %gx with this disc and burns at its own speed",
				    job->recs[i].name, times);
	}
}

/* Finds the laser power on a disc that has no record of it.  Optional in MMC. */
static void calibrate(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0, good;
	uint8_t asc, ascq;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->opc && !job->recs[i].opc_entries)
			set |= 1u << i;
	if (!set)
		return;
	mmc_cmd_send_opc(&cmd);
	good = burn_send(job, set, &cmd, NULL, BURN_UNIT_ATTENTION | BURN_BECOMING_READY, 120000);
	burn_for_each(i, set & ~good)
		if (burn_key(&job->recs[i].result, &asc, &ascq) != 0x05)
			burn_fail_result(job, i, "to calibrate its laser");
}

/* From here on the disc is not what it was. */
static void reserve(struct burn_job *job)
{
	struct mmc_command cmd;
	burn_set set = 0, good;
	size_t i;

	burn_for_each(i, job->live) {
		if (!job->recs[i].plan->reserve)
			continue;
		set |= 1u << i;
		burn_log_state(job, i, "reserving", BURN_DISC_RUINED);
		burn_set_disc(job, i, BURN_DISC_RUINED);
	}
	if (!set)
		return;
	mmc_cmd_reserve_track(&cmd, job->total_blocks);
	good = burn_send(job, set, &cmd, NULL, BURN_BECOMING_READY, 120000);
	burn_fail_set(job, set & ~good, "to reserve the track");
}

static void next_address(struct burn_job *job)
{
	burn_set set = job->live;
	struct mmc_track_info info;
	struct mmc_command cmd;
	size_t i;

	while (set) {
		burn_set alike = burn_take_alike(job, &set, burn_same_track), good;

		mmc_cmd_read_track_info(&cmd, job->recs[burn_first(alike)].track);
		good = burn_send(job, alike, &cmd, NULL, BURN_BECOMING_READY, 60000);
		burn_fail_set(job, alike & ~good, "to give the next writable address");
		burn_for_each(i, good) {
			struct burn_rec *rec = &job->recs[i];

			if (mmc_parse_track_info(rec->data, rec->len, &info) || !info.next_valid) {
				burn_fail(job, i, "%s gives no next writable address", rec->name);
				continue;
			}
			rec->start = info.next;
			rec->track = info.track;
		}
	}
}

void burn_prepare(struct burn_job *job)
{
	burn_set_state(job, job->live, BURN_PREPARING);
	speed(job);
	write_parameters(job);
	calibrate(job);
	if (burn_is_cancelled(job))
		return;
	reserve(job);
	next_address(job);
}
