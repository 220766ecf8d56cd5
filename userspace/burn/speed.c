// SPDX-License-Identifier: GPL-2.0
/* How fast each recorder is to write, and whether it does. */
#include "internal.h"
#include "libdiscmux.h"

/* 1x in 1000 bytes a second: 75 sectors of 2352 bytes on CD */
#define CD_1X	176.4
#define DVD_1X	1385.0
#define BD_1X	4495.5
#define TOLERANCE 1.04		/* 16x is told as 21600 to 22160 */

static double one_x(const struct burn_rec *rec)
{
	if (mmc_profile_is_cd(rec->profile))
		return CD_1X;
	return rec->profile >= MMC_PROFILE_BD_ROM ? BD_1X : DVD_1X;
}

/* The fastest of its speeds that is not above the one wanted, or its slowest. */
static void choose(struct burn_job *job, size_t i, double times)
{
	struct burn_rec *rec = &job->recs[i];
	double want = times * one_x(rec), got;
	uint32_t speeds[MMC_SPEEDS_MAX];
	int n = mmc_parse_write_speeds(rec->data, rec->len, speeds), k;

	rec->kbps = (uint32_t)(want + 0.5);
	if (n <= 0)
		return;
	for (k = 0; k < n - 1 && speeds[k] > want * TOLERANCE; k++)
		;
	rec->kbps = speeds[k];
	got = speeds[k] / one_x(rec);
	if (got > times * TOLERANCE)
		burn_notice(job, "%s has no speed as low as %gx for this disc: its lowest is %.0fx",
			    rec->name, times, got);
	else if (got * TOLERANCE < times)
		burn_notice(job, "%s does not have %gx for this disc: it burns at %.0fx, the next lower",
			    rec->name, times, got);
}

static bool alike(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->kbps == b->kbps &&
	       mmc_profile_is_cd(a->profile) == mmc_profile_is_cd(b->profile);
}

/* A drive that does not take the speed burns at the one it likes. */
static void set_speeds(struct burn_job *job, burn_set set, double times)
{
	uint8_t descriptor[MMC_STREAMING_LEN];
	struct mmc_command cmd;
	size_t i;

	while (set) {
		burn_set same = burn_take_alike(job, &set, alike), good;
		const struct burn_rec *rec = &job->recs[burn_first(same)];

		if (mmc_profile_is_cd(rec->profile)) {
			mmc_cmd_set_cd_speed(&cmd, MMC_SPEED_MAX, rec->kbps < MMC_SPEED_MAX ?
					     (uint16_t)rec->kbps : MMC_SPEED_MAX);
		} else {
			mmc_cmd_set_streaming(&cmd);
			mmc_put_streaming(descriptor, rec->free, rec->kbps, rec->kbps);
		}
		good = burn_send(job, same, &cmd, descriptor, DISCMUX_FOR_CONTROL, 0);
		burn_for_each(i, same & ~good) {
			job->recs[i].kbps = 0;
			burn_notice(job, "%s does not take %gx with this disc and burns at its own speed",
				    job->recs[i].name, times);
		}
	}
}

/* What the drives say that they write with now. */
static void read_back(struct burn_job *job)
{
	struct mmc_capabilities caps;
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_mode_sense(&cmd, MMC_PAGE_CAPABILITIES);
	good = burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
	burn_for_each(i, good) {
		struct burn_rec *rec = &job->recs[i];

		if (mmc_parse_capabilities(rec->data, rec->len, &caps) || !caps.write)
			continue;
		pthread_mutex_lock(&job->lock);
		rec->status.speed = caps.write / one_x(rec);
		pthread_mutex_unlock(&job->lock);
		if (rec->kbps && caps.write > rec->kbps * TOLERANCE)
			burn_notice(job, "%s was set to %.0fx and says %.0fx", rec->name,
				    rec->kbps / one_x(rec), caps.write / one_x(rec));
	}
}

void burn_speed(struct burn_job *job)
{
	double times = job->config.speed;
	struct mmc_command cmd;
	size_t i;

	if (times > 0) {
		mmc_cmd_get_write_speeds(&cmd);
		burn_send(job, job->live, &cmd, NULL, DISCMUX_FOR_PROBE, 0);
		burn_for_each(i, job->live)
			choose(job, i, times);
		set_speeds(job, job->live, times);
	}
	read_back(job);
}
