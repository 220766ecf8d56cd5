// SPDX-License-Identifier: GPL-2.0
/* READ CD, again where the drive says that samples are guesses. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extract_drive.h"
#include "libdiscmux.h"
#include "mmc.h"

#define SECTOR_C2	(MMC_RAW_SECTOR + MMC_C2_LEN)
#define TRIES		4u	/* of one sector by itself */
#define SLOW_KBPS	706u	/* 4x */
#define SLOW_SECTORS	2000u	/* that are read slowly behind a bad one */

struct extract_drive {
	const struct extract_config *config;
	uint32_t chunk;		/* sectors of one command */
	bool c2;		/* the drive tells */
	uint32_t slow;		/* sectors that are still to be read slowly */
	uint64_t done, total;
	char id[BURN_ID_LEN];	/* which disc it is, for when the drive says it may have changed */
	char error[BURN_MESSAGE_LEN];
	uint8_t buf[PARANOIA_CHUNK * SECTOR_C2];
};

int extract_drive_new(const struct extract_config *config, struct extract_drive **out)
{
	struct extract_drive *d;

	*out = NULL;
	if (config->max_data < SECTOR_C2)
		return -EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->config = config;
	d->c2 = true;
	d->chunk = config->max_data / SECTOR_C2;
	if (d->chunk > PARANOIA_CHUNK)
		d->chunk = PARANOIA_CHUNK;
	*out = d;
	return 0;
}

void extract_drive_free(struct extract_drive *drive)
{
	free(drive);
}

const char *extract_drive_error(const struct extract_drive *drive)
{
	return drive->error;
}

void extract_drive_progress(struct extract_drive *drive, uint64_t done, uint64_t total)
{
	drive->done = done;
	drive->total = total;
}

/* ---- Commands ------------------------------------------------------------------ */

static enum discmux_cause cause_of(const struct discmux_result *result)
{
	return discmux_result_cause(DISCMUX_DEVICE_READER, result);
}

static bool same_disc(void *arg)
{
	const struct extract_drive *d = arg;
	const struct extract_config *c = d->config;
	char id[BURN_ID_LEN];

	return *d->id && !burn_identify(c->ops, c->ctx, c->member, 0, id) && !strcmp(id, d->id);
}

static int send(struct extract_drive *d, const struct mmc_command *cmd, void *data,
		enum discmux_purpose purpose, struct discmux_result *result)
{
	const struct extract_config *c = d->config;
	const struct burn_errand e = { .ops = c->ops, .ctx = c->ctx, .member = c->member,
				       .same_disc = same_disc, .arg = d };

	return burn_run_errand(&e, cmd, data, purpose, 0, result);
}

static void keep_failure(const struct extract_drive *d, const struct discmux_result *result)
{
	if (d->config->failure)
		*d->config->failure = *result;
}

static int fail(struct extract_drive *d, int32_t lba, const struct discmux_result *result)
{
	char words[128];

	keep_failure(d, result);
	switch (cause_of(result)) {
	case DISCMUX_CAUSE_DISC_CHANGED:
	case DISCMUX_CAUSE_NO_DISC:
	case DISCMUX_CAUSE_TRAY_OPEN:
		snprintf(d->error, sizeof(d->error), "the disc in %s was taken out: insert it again and begin anew",
			 d->config->name);
		return -ENOMEDIUM;
	default:
		break;
	}
	discmux_device_result_text(DISCMUX_DEVICE_READER, result, words, sizeof(words));
	snprintf(d->error, sizeof(d->error), "%s can't read the master at LBA %d: %s",
		 d->config->name, lba, words);
	return -EIO;
}

static void set_speed(struct extract_drive *d, uint16_t kbps)
{
	struct discmux_result result;
	struct mmc_command cmd;

	/* A drive that has one speed only does not take it */
	mmc_cmd_set_cd_speed(&cmd, kbps, MMC_SPEED_MAX);
	send(d, &cmd, NULL, DISCMUX_FOR_PROBE, &result);
}

/* ---- Sectors --------------------------------------------------------------------- */

/* The disc is at fault, not the drive or the way to it. */
static bool disc_error(const struct discmux_result *result)
{
	switch (cause_of(result)) {
	case DISCMUX_CAUSE_UNWRITTEN:
	case DISCMUX_CAUSE_UNREADABLE:
	case DISCMUX_CAUSE_MEDIUM:
	case DISCMUX_CAUSE_ABORTED:
	case DISCMUX_CAUSE_DEVICE:
		return true;
	default:
		return false;
	}
}

/* No C2 pointers from this drive, then. */
static bool knows_no_c2(struct extract_drive *d, const struct discmux_result *result)
{
	if (!d->c2 || cause_of(result) != DISCMUX_CAUSE_UNSUPPORTED)
		return false;
	d->c2 = false;
	return true;
}

static bool clean(const uint8_t *c2)
{
	return !c2[0] && !memcmp(c2, c2 + 1, MMC_C2_LEN - 1);
}

/*
 * One command.  Sets good[i] for sectors that are as they should be; 0, -EIO with
 * the reason in result.
 */
static int read_once(struct extract_drive *d, int32_t lba, uint32_t sectors, uint8_t *data,
		     bool *good, struct discmux_result *result)
{
	struct mmc_command cmd;
	uint32_t i;
	int len;

	do {
		if (d->c2)
			mmc_cmd_read_cd_c2(&cmd, lba, sectors);
		else
			mmc_cmd_read_cd(&cmd, lba, sectors);
		len = send(d, &cmd, d->buf, DISCMUX_FOR_READ, result);
	} while (len < 0 && knows_no_c2(d, result));
	if (len < 0)
		return len;
	if ((uint32_t)len != cmd.data_len) {
		result->error = EPROTO;
		return -EIO;
	}
	for (i = 0; i < sectors; i++) {
		const uint8_t *from = d->buf + (size_t)i * (d->c2 ? SECTOR_C2 : MMC_RAW_SECTOR);

		memcpy(data + (size_t)i * MMC_RAW_SECTOR, from, MMC_RAW_SECTOR);
		good[i] = !d->c2 || clean(from + MMC_RAW_SECTOR);
	}
	return 0;
}

/* A sector by itself, slowly.  1, 0 (it can't be read), or a negative errno. */
static int read_one(struct extract_drive *d, int32_t lba, uint8_t *data)
{
	struct discmux_result result;
	unsigned int i;
	bool good;

	if (!d->slow)
		set_speed(d, SLOW_KBPS);
	d->slow = SLOW_SECTORS;
	for (i = 0; i < TRIES; i++) {
		if (!read_once(d, lba, 1, data, &good, &result) && good)
			return 1;
		if (!discmux_result_ok(&result) && !disc_error(&result))
			return fail(d, lba, &result);
	}
	keep_failure(d, &result);
	return 0;
}

static void speed_up(struct extract_drive *d, uint32_t sectors)
{
	if (!d->slow)
		return;
	d->slow -= sectors < d->slow ? sectors : d->slow;
	if (!d->slow)
		set_speed(d, MMC_SPEED_MAX);
}

static int read_chunk(struct extract_drive *d, int32_t lba, uint32_t sectors, uint8_t *data)
{
	bool good[PARANOIA_CHUNK] = { false };
	struct discmux_result result;
	uint32_t i;

	if (read_once(d, lba, sectors, data, good, &result) && !disc_error(&result))
		return fail(d, lba, &result);
	for (i = 0; i < sectors; i++) {
		int rc = good[i] ? 1 : read_one(d, lba + (int32_t)i,
						data + (size_t)i * MMC_RAW_SECTOR);

		if (rc < 0)
			return rc;
		if (!rc)
			return (int)i;
	}
	speed_up(d, sectors);
	return (int)sectors;
}

int extract_drive_read(void *ctx, int32_t lba, uint32_t sectors, uint8_t *data)
{
	struct extract_drive *d = ctx;
	const struct images_progress *p = &d->config->progress;
	uint32_t done = 0;

	if (p->step && !p->step(p->arg, d->done, d->total)) {
		snprintf(d->error, sizeof(d->error), "cancelled");
		return -ECANCELED;
	}
	while (done < sectors) {
		uint32_t n = sectors - done < d->chunk ? sectors - done : d->chunk;
		int rc = read_chunk(d, lba + (int32_t)done, n,
				    data + (size_t)done * MMC_RAW_SECTOR);

		if (rc < 0)
			return rc;
		done += (uint32_t)rc;
		if ((uint32_t)rc < n)
			break;
	}
	return (int)done;
}

/* ---- The disc ------------------------------------------------------------------------ */

static bool same_tracks(const struct mmc_toc *toc, const struct cd_layout *l)
{
	unsigned int i;

	if (toc->count != l->tracks + 1)
		return false;
	for (i = 0; i < l->tracks; i++)
		if (toc->tracks[i].number != l->track[i].number ||
		    (int32_t)toc->tracks[i].lba != l->track[i].start)
			return false;
	return true;
}

int extract_drive_check(struct extract_drive *d, const struct cd_layout *layout, char *err,
			size_t errlen)
{
	uint8_t reply[MMC_TOC_LEN];
	struct discmux_result result;
	struct mmc_command cmd;
	struct mmc_toc toc;
	int len;

	mmc_cmd_read_toc(&cmd);
	len = send(d, &cmd, reply, DISCMUX_FOR_IDENTITY, &result);
	if (len < 0) {
		int rc = fail(d, 0, &result);

		snprintf(err, errlen, "%s", d->error);
		return rc;
	}
	if (!mmc_parse_toc(reply, (size_t)len, &toc) && same_tracks(&toc, layout)) {
		burn_identify(d->config->ops, d->config->ctx, d->config->member, 0, d->id);
		return 0;
	}
	snprintf(err, errlen, "the disc in %s is another one: look at it again", d->config->name);
	return -ESTALE;
}
