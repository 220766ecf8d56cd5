// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks out of a drive, whatever it takes: a block that can't be read is read
 * again, alone and slowly, some times.  What stays unreadable ends the
 * job, or, when that was asked for, is zeros here and stands in the map.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "libdiscmux.h"
#include "source.h"

#define SLOW_BLOCKS	2048u		/* that are read slowly behind a bad one */
#define CD_SLOW		706u		/* 4x, 1000 bytes a second */
#define DVD_SLOW	2770u		/* 2x */
#define BD_SLOW		8991u		/* 2x */

int source_read_once(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		     bool raw, void *data, struct discmux_result *result)
{
	struct mmc_command cmd;
	int len;

	if (raw)
		mmc_cmd_read_cd(&cmd, lba, blocks);
	else
		mmc_cmd_read10(&cmd, (uint32_t)lba, (uint16_t)blocks);
	len = burn_command(job, s->member, &cmd, data, DISCMUX_FOR_READ, 0, result);
	if (len >= 0 && (uint32_t)len != cmd.data_len) {
		memset(result, 0, sizeof(*result));
		result->error = EPROTO;
		return -EIO;
	}
	return len;
}

static void set_speed(struct burn_source *s, struct burn_job *job, uint32_t kbps)
{
	uint8_t descriptor[MMC_STREAMING_LEN];
	struct discmux_result result;
	struct mmc_command cmd;

	if (mmc_profile_is_cd(s->profile)) {
		mmc_cmd_set_cd_speed(&cmd, kbps ? (uint16_t)kbps : MMC_SPEED_MAX, MMC_SPEED_MAX);
	} else {
		mmc_cmd_set_streaming(&cmd);
		mmc_put_streaming(descriptor, s->blocks, kbps, kbps ? kbps : UINT32_MAX);
		if (!kbps)
			descriptor[0] = 0x04;	/* RDD: the drive's own speeds */
	}
	/* A drive that has one speed only does not take it */
	burn_command(job, s->member, &cmd, descriptor, DISCMUX_FOR_PROBE, 0, &result);
}

void source_slow_down(struct burn_source *s, struct burn_job *job)
{
	if (!s->slow)
		set_speed(s, job, mmc_profile_is_cd(s->profile) ? CD_SLOW :
				  s->profile >= MMC_PROFILE_BD_ROM ? BD_SLOW : DVD_SLOW);
	s->slow = SLOW_BLOCKS;
}

void source_full_speed(struct burn_source *s, struct burn_job *job)
{
	if (s->slow)
		set_speed(s, job, 0);
	s->slow = 0;
}

static void speed_up(struct burn_source *s, struct burn_job *job, uint32_t blocks)
{
	if (!s->slow)
		return;
	if (s->slow <= blocks)
		source_full_speed(s, job);
	else
		s->slow -= blocks;
}

/* The disc is at fault, not the drive or the way to it. */
static bool disc_error(const struct discmux_result *result)
{
	switch (discmux_result_cause(DISCMUX_DEVICE_READER, result)) {
	case DISCMUX_CAUSE_UNWRITTEN:
	case DISCMUX_CAUSE_PROTECTED:
	case DISCMUX_CAUSE_UNREADABLE:
	case DISCMUX_CAUSE_MEDIUM:
	case DISCMUX_CAUSE_ABORTED:
		return true;
	default:
		return false;
	}
}

static int fail(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		const struct discmux_result *result)
{
	struct discmux_sense sense = { 0 };
	char words[128];

	if (!discmux_result_sense(result, &sense) && sense.info_valid &&
	    (int64_t)sense.info >= lba && (int64_t)sense.info < (int64_t)lba + blocks)
		lba = (int32_t)sense.info;
	source_failed(s, result);
	discmux_device_result_text(DISCMUX_DEVICE_READER, result, words, sizeof(words));
	burn_job_problem(job, "%s can't read the master at LBA %d: %s%s", s->name, lba, words,
			 disc_error(result) ? ": clean the disc, or try another drive" : "");
	return -EIO;
}

/* A pause between tracks of different kinds holds nothing.  One between tracks of audio, or
 * before the first, may hold music. */
static bool empty_pause(const struct burn_source *s, const struct cd_track *t, int32_t lba)
{
	return t > s->layout.track && t->session == t[-1].session && lba < t->start &&
	       lba >= t->pregap && t->type != t[-1].type;
}

/* This block is not what the master has, on at least one disc of those that are made. */
static int note_bad(struct burn_source *s, struct burn_job *job, int32_t lba)
{
	int64_t place = burn_save_place(job, lba);
	int rc = place < 0 ? 1 : burn_map_add(&s->map, (uint64_t)place * job->unit, job->unit);

	if (rc < 0) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	__atomic_fetch_add(&s->bad, (uint32_t)rc, __ATOMIC_RELAXED);
	return 0;
}

/* What can't be read: zeros, and known to be that. */
static int give_up(struct burn_source *s, struct burn_job *job, int32_t lba, uint8_t *data,
		   const struct discmux_result *result)
{
	const struct cd_track *t = s->cd ? cd_track_at(&s->layout, lba) : NULL;

	if (t && empty_pause(s, t, lba)) {
		memset(data, 0, job->unit);
		if (t->type != CD_AUDIO)
			cd_sector_build(data, t->type, lba, NULL, NULL);
		if (s->pause != t->number)
			burn_notice(job, "the pause before track %u of the master can't be read and is made anew",
				    t->number);
		s->pause = t->number;
		return 0;
	}
	if (!job->config.damaged)
		return fail(s, job, lba, 1, result);
	memset(data, 0, job->unit);
	if (t && t->type != CD_AUDIO)
		cd_sector_build(data, t->type, lba, NULL, NULL);
	return note_bad(s, job, lba);
}

/* Audio that the drive could not read, and made up: it is known to be that. */
static int give_up_audio(struct burn_source *s, struct burn_job *job, int32_t lba, uint16_t wrong)
{
	if (!job->config.damaged) {
		source_failed(s, NULL);
		burn_job_problem(job, "%s can't read the audio of the master at LBA %d: %u of its bytes stay wrong (C2 errors): clean the disc, or try another drive",
				 s->name, lba, wrong);
		return -EIO;
	}
	return note_bad(s, job, lba);
}

/* The best of some tries, *least bytes of it are wrong; UINT16_MAX: none gave data. */
static int try_audio(struct burn_source *s, struct burn_job *job, int32_t lba, uint8_t *data,
		     uint16_t *least, struct discmux_result *result)
{
	uint8_t sector[CD_RAW];
	unsigned int i;
	uint16_t wrong;

	*least = UINT16_MAX;
	for (i = 0; i < SOURCE_TRIES && *least && !burn_is_cancelled(job); i++) {
		source_slow_down(s, job);
		if (source_read_audio(s, job, lba, 1, sector, &wrong, result)) {
			if (!disc_error(result))
				return fail(s, job, lba, 1, result);
		} else if (wrong < *least) {
			*least = wrong;
			memcpy(data, sector, sizeof(sector));
		}
	}
	return 0;
}

static int one_sector(struct burn_source *s, struct burn_job *job, int32_t lba, uint8_t *data)
{
	struct discmux_result result;
	uint16_t least;
	int rc = try_audio(s, job, lba, data, &least, &result);

	if (rc || !least)
		return rc;
	if (burn_is_cancelled(job)) {
		memset(data, 0, job->unit);
		return 0;
	}
	return least == UINT16_MAX ? give_up(s, job, lba, data, &result) :
				     give_up_audio(s, job, lba, least);
}

static int one_block(struct burn_source *s, struct burn_job *job, int32_t lba, uint8_t *data)
{
	struct discmux_result result;
	unsigned int i;

	if (source_is_audio(s, lba, 1))
		return one_sector(s, job, lba, data);
	for (i = 0; i < SOURCE_TRIES && !burn_is_cancelled(job); i++) {
		if (source_read_once(s, job, lba, 1, s->cd, data, &result) >= 0)
			return 0;
		if (!disc_error(&result))
			return fail(s, job, lba, 1, &result);
		source_slow_down(s, job);
	}
	if (burn_is_cancelled(job)) {
		memset(data, 0, job->unit);
		return 0;
	}
	return give_up(s, job, lba, data, &result);
}

/* A run of audio; sectors that have errors are read again by themselves. */
static int audio_chunk(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		       uint8_t *data, struct discmux_result *result)
{
	uint16_t wrong[SOURCE_C2_BLOCKS];
	uint32_t i, errors = 0;
	int rc = source_read_audio(s, job, lba, blocks, data, wrong, result);

	if (rc)
		return rc;
	for (i = 0; i < blocks && !rc; i++) {
		if (!wrong[i])
			continue;
		errors++;
		rc = one_sector(s, job, lba + (int32_t)i, data + (size_t)i * CD_RAW);
	}
	if (!errors)
		speed_up(s, job, blocks);
	return rc ? rc : 1;
}

static bool unknown(const struct discmux_result *result)
{
	return discmux_result_cause(DISCMUX_DEVICE_READER, result) == DISCMUX_CAUSE_UNSUPPORTED;
}

/* 1: there are the data; 0: they can't be read together; else -EIO, for good */
static int read_together(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
			 uint8_t *data)
{
	struct discmux_result result;
	int rc;

	if (source_is_audio(s, lba, blocks)) {
		rc = audio_chunk(s, job, lba, blocks, data, &result);
		if (rc > 0 || job->error[0])
			return rc;
		/* A drive that says it can, and can't: as one that does not say so */
		if (unknown(&result)) {
			s->c2 = false;
			return read_together(s, job, lba, blocks, data);
		}
	} else if (source_read_once(s, job, lba, blocks, s->cd, data, &result) >= 0) {
		speed_up(s, job, blocks);
		return 1;
	}
	return disc_error(&result) ? 0 : fail(s, job, lba, blocks, &result);
}

static int read_chunk(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		      uint8_t *data)
{
	int rc = read_together(s, job, lba, blocks, data);
	uint32_t i;

	if (rc)
		return rc < 0 ? rc : 0;
	for (i = 0; i < blocks && !rc; i++)
		rc = one_block(s, job, lba + (int32_t)i, data + (size_t)i * job->unit);
	return rc;
}

int source_read_drive(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		      uint8_t *data)
{
	uint32_t tail = s->blocks - s->kept, most = s->max_data / job->unit;
	int rc = 0;

	if (s->kept && (uint32_t)lba + blocks > tail) {
		uint32_t first = (uint32_t)lba < tail ? tail : (uint32_t)lba;

		memcpy(data + (size_t)(first - (uint32_t)lba) * MMC_BLOCK,
		       s->tail + (size_t)(first - tail) * MMC_BLOCK,
		       (size_t)((uint32_t)lba + blocks - first) * MMC_BLOCK);
		blocks = first - (uint32_t)lba;
	}
	while (blocks && !rc) {
		uint32_t n = blocks < most ? blocks : most;

		rc = read_chunk(s, job, lba, n, data);
		lba += (int32_t)n;
		blocks -= n;
		data += (size_t)n * job->unit;
	}
	return rc;
}
