// SPDX-License-Identifier: GPL-2.0
/* GET CONFIGURATION (MMC): profiles and features. */
#include <string.h>

#include "drive_priv.h"

enum {
	F_ALWAYS = 1,		/* persistent and current */
	F_RECORDER = 2,		/* recorders only */
};

/* Which media make a feature current */
enum {
	M_READ = 1,		/* something to read */
	M_CD = 2,
	M_DVD = 4,
	M_CD_R = 8,		/* and still recordable, these three */
	M_DVD_R = 16,
	M_DVD_PLUS_R = 32,
};

struct feature {
	uint16_t code;
	uint8_t version;
	uint8_t flags;
	uint8_t media;
	uint8_t len;
	uint8_t data[12];
};

static const struct feature features[] = {
	/* Core: SCSI family, DBE; INQ2 */
	{ 0x0001, 2, F_ALWAYS, 0, 8, { 0, 0, 0, 1, 0x03 } },
	{ 0x0002, 1, F_ALWAYS, 0, 4, { 0x02 } },		/* morphing: OCEvent */
	{ 0x0003, 1, F_ALWAYS, 0, 4, { 0x39 } },		/* tray, load, eject, lock */
	{ 0x0010, 0, 0, M_READ, 8, { 0, 0, SIM_BLOCK >> 8, 0, 0, 16 } },
	{ 0x001d, 0, 0, M_CD, 0, { 0 } },			/* multi-read */
	{ 0x001e, 2, 0, M_CD, 4, { 0 } },			/* CD read */
	{ 0x001f, 1, 0, M_DVD, 4, { 0x01, 0, 0x01 } },		/* DVD read, -R DL too */
	/* Incremental: 2048-byte data, BUF, one link size of 16 */
	{ 0x0021, 1, F_RECORDER, M_DVD_R, 8, { 0x01, 0x00, 0x01, 1, 16 } },
	{ 0x002b, 0, F_RECORDER, M_DVD_PLUS_R, 4, { 0x01 } },
	/* Track at once: BUF; 2048-byte data */
	{ 0x002d, 2, F_RECORDER, M_CD_R, 4, { 0x40, 0, 0x01, 0x00 } },
	{ 0x002f, 1, F_RECORDER, M_DVD_R, 4, { 0x40 } },	/* BUF */
	{ 0x0100, 0, F_ALWAYS, 0, 0, { 0 } },			/* power management */
	{ 0x0105, 1, F_ALWAYS, 0, 4, { 0 } },			/* time-out */
	/* Real-time streaming: READ BUFFER CAPACITY, SET CD SPEED, 2Ah, write speeds */
	{ 0x0107, 4, F_RECORDER, M_READ | M_CD_R | M_DVD_R | M_DVD_PLUS_R, 4, { 0x1e } },
};

static const uint16_t recorder_profiles[] = { 0x1b, 0x11, 0x10, 0x09, 0x08 };
static const uint16_t reader_profiles[] = { 0x10, 0x08 };

/* The M_ bits of what lies in the drive */
static uint8_t medium_bits(const struct sim_disc *disc)
{
	uint8_t bits = 0;

	if (!disc)
		return 0;
	if (disc->state != SIM_DISC_BLANK)
		bits |= M_READ;
	bits |= disc->medium->cd ? M_CD : M_DVD;
	if (!disc->medium->recordable || disc->state == SIM_DISC_COMPLETE)
		return bits;
	if (disc->medium->cd)
		return bits | M_CD_R;
	return bits | (disc->medium->profile == 0x1b ? M_DVD_PLUS_R : M_DVD_R);
}

static size_t put_profiles(struct sim_drive *drive, uint16_t current, uint8_t *to)
{
	const uint16_t *list = drive->recorder ? recorder_profiles : reader_profiles;
	size_t count = drive->recorder ? 5 : 2;

	to[2] = 0x03;	/* persistent, current */
	to[3] = (uint8_t)(4 * count);
	for (size_t i = 0; i < count; i++) {
		sim_put_be16(to + 4 + 4 * i, list[i]);
		to[4 + 4 * i + 2] = list[i] == current;
	}
	return 4 + 4 * count;
}

static size_t put_feature(const struct feature *feature, bool current, uint8_t *to)
{
	sim_put_be16(to, feature->code);
	to[2] = (uint8_t)(feature->version << 2 | (feature->flags & F_ALWAYS ? 2 : 0) | current);
	to[3] = feature->len;
	memcpy(to + 4, feature->data, feature->len);
	return 4u + feature->len;
}

/* Logical unit serial number, padded to a multiple of four */
static size_t put_serial(struct sim_drive *drive, uint8_t *to)
{
	size_t len = strnlen(drive->dev.identity.serial, 32);
	size_t padded = (len + 3) / 4 * 4;

	sim_put_be16(to, 0x0108);
	to[2] = 0x03;
	to[3] = (uint8_t)padded;
	memset(to + 4, ' ', padded);
	memcpy(to + 4, drive->dev.identity.serial, len);
	return 4 + padded;
}

struct wanted {
	unsigned int rt;	/* 0 all, 1 current ones, 2 the one */
	uint16_t start;
};

static bool wants(const struct wanted *wanted, uint16_t code, bool current)
{
	if (wanted->rt == 2)
		return code == wanted->start;
	return code >= wanted->start && (wanted->rt == 0 || current);
}

void sim_mmc_get_configuration(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = sim_drive_loaded(drive) && !drive->loading ? drive->disc
										 : NULL;
	struct wanted wanted = { cmd->cdb[1] & 3, sim_be16(cmd->cdb + 2) };
	uint16_t profile = disc ? disc->medium->profile : 0;
	uint8_t reply[512] = { 0 }, bits = medium_bits(disc);
	size_t len = 8;

	if (wanted.rt == 3) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	/* To a reader every disc is one to read */
	if (profile && !drive->recorder)
		profile = disc->medium->cd ? 0x08 : 0x10;
	sim_put_be16(reply + 6, profile);
	if (wants(&wanted, 0x0000, true))
		len += put_profiles(drive, profile, reply + len);
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct feature *feature = &features[i];
		bool current = (feature->flags & F_ALWAYS) || (feature->media & bits);

		if ((feature->flags & F_RECORDER) && !drive->recorder)
			continue;
		if (wants(&wanted, feature->code, current))
			len += put_feature(feature, current, reply + len);
	}
	if (wants(&wanted, 0x0108, true))
		len += put_serial(drive, reply + len);
	sim_put_be32(reply, (uint32_t)(len - 4));
	sim_mmc_reply(cmd, reply, len, sim_be16(cmd->cdb + 7));
}
