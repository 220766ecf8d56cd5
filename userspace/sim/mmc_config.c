// SPDX-License-Identifier: GPL-2.0
/* GET CONFIGURATION (MMC): profiles and features. */
#include <string.h>

#include "drive_priv.h"

enum {
	F_ALWAYS = 1,		/* persistent and current */
	F_RECORDER = 2,		/* recorders only */
	F_BD = 4,		/* drives that know Blu-ray discs only */
};

/* Which media make a feature current */
enum {
	M_READ = 1,		/* something to read */
	M_CD = 2,
	M_DVD = 4,
	M_CD_W = 8,		/* can still be recorded, from here on */
	M_CD_RW = 16,
	M_MINUS = 32,
	M_MINUS_RW = 64,	/* formatted */
	M_PLUS_R = 128,
	M_PLUS_RW = 256,
	M_PLUS_DL = 512,
	M_BD = 1024,
	M_BD_W = 2048,
	M_FORMAT = 4096,	/* can be formatted */
	M_RANDOM = 8192,	/* can be written anywhere */
	M_INCREMENTAL = 16384,
	M_CD_PACKETS = 32768,	/* formatted CD-RW */
	M_POW = 65536,		/* BD-R formatted for pseudo-overwrite */
	M_ANY = M_CD_W | M_MINUS | M_MINUS_RW | M_PLUS_R | M_PLUS_RW | M_PLUS_DL | M_BD_W |
		M_CD_PACKETS,
};

struct feature {
	uint16_t code;
	uint8_t version;
	uint8_t flags;
	uint32_t media;
	uint8_t len;
	uint8_t data[28];
};

static const struct feature features[] = {
	/* Core: SCSI family, DBE; INQ2 */
	{ 0x0001, 2, F_ALWAYS, 0, 8, { 0, 0, 0, 1, 0x03 } },
	{ 0x0002, 1, F_ALWAYS, 0, 4, { 0x02 } },		/* morphing: OCEvent */
	{ 0x0003, 1, F_ALWAYS, 0, 4, { 0x39 } },		/* tray, load, eject, lock */
	{ 0x0010, 0, 0, M_READ, 8, { 0, 0, SIM_BLOCK >> 8, 0, 0, 16 } },
	{ 0x001d, 0, 0, M_CD, 0, { 0 } },			/* multi-read */
	{ 0x001e, 2, 0, M_CD, 4, { 0x03 } },			/* CD read: C2, CD-Text */
	{ 0x001f, 1, 0, M_DVD, 4, { 0x01, 0, 0x01 } },		/* DVD read, -R DL too */
	/* Random writing: the last block is filled in */
	{ 0x0020, 1, F_RECORDER, M_RANDOM, 12, { 0, 0, 0, 0, 0, 0, SIM_BLOCK >> 8, 0, 0, 1 } },
	/* Incremental: 2048-byte data, BUF, one link size of 16 */
	{ 0x0021, 1, F_RECORDER, M_INCREMENTAL, 8, { 0x01, 0x00, 0x01, 1, 16 } },
	{ 0x0023, 1, F_RECORDER, M_FORMAT, 8, { 0x00 } },
	/* Restricted overwrite */
	{ 0x0026, 0, F_RECORDER, M_MINUS_RW | M_PLUS_RW | M_CD_PACKETS, 0, { 0 } },
	{ 0x002a, 0, F_RECORDER, M_PLUS_RW, 4, { 0x01, 0x02 } },	/* quick start */
	{ 0x002b, 0, F_RECORDER, M_PLUS_R, 4, { 0x01 } },
	{ 0x002c, 0, F_RECORDER, M_MINUS_RW, 4, { 0x09 } },	/* rigid: DSDG, blank */
	/* Track at once: BUF, test, CD-RW; data of all kinds */
	{ 0x002d, 2, F_RECORDER, M_CD_W, 4, { 0x46, 0, 0x3f, 0x01 } },
	/* Session at once: BUF, test, CD-RW; the longest cue sheet */
	{ 0x002e, 0, F_RECORDER, M_CD_W, 4, { 0x66, 0x01, 0x3c, 0x30 } },
	{ 0x002f, 1, F_RECORDER, M_MINUS, 4, { 0x46 } },	/* BUF, test, RW */
	{ 0x0037, 0, F_RECORDER, M_CD_RW, 4, { 0, 0x07 } },	/* sub-types of CD-RW */
	{ 0x0038, 0, F_RECORDER | F_BD, M_POW, 4, { 0 } },
	{ 0x003b, 0, F_RECORDER, M_PLUS_DL, 4, { 0x01 } },
	{ 0x0040, 0, F_BD, M_BD, 28, { 0, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 2 } },
	{ 0x0041, 0, F_RECORDER | F_BD, M_BD_W, 20, { 0, 0, 0, 0, 0, 2, 0, 0, 0, 2 } },
	{ 0x0100, 0, F_ALWAYS, 0, 0, { 0 } },			/* power management */
	{ 0x0105, 1, F_ALWAYS, 0, 4, { 0 } },			/* time-out */
	/* Real-time streaming: READ BUFFER CAPACITY, SET CD SPEED, 2Ah, write speeds */
	{ 0x0107, 4, F_RECORDER, M_READ | M_ANY, 4, { 0x1e } },
};

/* As MMC wants them: the most capable first */
static const struct {
	uint16_t profile;
	uint8_t flags;
} profiles[] = {
	{ 0x43, F_RECORDER | F_BD }, { 0x41, F_RECORDER | F_BD }, { 0x40, F_BD },
	{ 0x2b, F_RECORDER }, { 0x1b, F_RECORDER }, { 0x1a, F_RECORDER }, { 0x14, F_RECORDER },
	{ 0x13, F_RECORDER }, { 0x11, F_RECORDER }, { 0x10, 0 }, { 0x0a, F_RECORDER },
	{ 0x09, F_RECORDER }, { 0x08, 0 },
};

static bool has(const struct sim_drive *drive, uint8_t flags)
{
	return (drive->recorder || !(flags & F_RECORDER)) && (drive->bd || !(flags & F_BD));
}

static uint32_t recordable_bits(const struct sim_disc *disc)
{
	bool open = disc->state != SIM_DISC_COMPLETE;

	switch (disc->medium->family) {
	case SIM_CD:
		if (disc->formatted)
			return M_CD_PACKETS;
		return open ? M_CD_W : 0;	/* no packets: page 05h has none */
	case SIM_DVD_MINUS:
		if (disc->formatted)
			return M_MINUS_RW | M_RANDOM;
		return open ? M_MINUS | (disc->dao_only ? 0 : M_INCREMENTAL) : 0;
	case SIM_DVD_PLUS:
		if (disc->medium->overwrite)
			return M_PLUS_RW | (disc->formatted ? M_RANDOM : 0);
		return !open ? 0 : disc->medium->two_layers ? M_PLUS_DL : M_PLUS_R;
	case SIM_BD:
		if (disc->medium->overwrite)
			return M_BD_W | (disc->formatted ? M_RANDOM : 0);
		return !open ? 0 : M_BD_W | M_INCREMENTAL | (disc->pow ? M_POW : 0);
	default:
		return 0;
	}
}

/* The M_ bits of what lies in the drive */
static uint32_t medium_bits(const struct sim_disc *disc)
{
	uint32_t bits = 0;

	if (!disc)
		return 0;
	if (disc->state != SIM_DISC_BLANK)
		bits |= M_READ;
	bits |= disc->medium->cd ? M_CD : disc->medium->family == SIM_BD ? M_BD : M_DVD;
	if (!disc->medium->recordable)
		return bits;
	if (disc->medium->erasable)
		bits |= disc->medium->cd ? M_CD_RW | M_FORMAT : M_FORMAT;
	return bits | recordable_bits(disc);
}

static size_t put_profiles(struct sim_drive *drive, uint16_t current, uint8_t *to)
{
	size_t len = 4;

	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (!has(drive, profiles[i].flags))
			continue;
		sim_put_be16(to + len, profiles[i].profile);
		to[len + 2] = profiles[i].profile == current;
		len += 4;
	}
	to[2] = 0x03;	/* persistent, current */
	to[3] = (uint8_t)(len - 4);
	return len;
}

static size_t put_feature(const struct feature *feature, const struct sim_disc *disc, bool current,
			  uint8_t *to)
{
	sim_put_be16(to, feature->code);
	to[2] = (uint8_t)(feature->version << 2 | (feature->flags & F_ALWAYS ? 2 : 0) | current);
	to[3] = feature->len;
	memcpy(to + 4, feature->data, feature->len);
	if (feature->code == 0x0020 && disc && disc->formatted)
		sim_put_be32(to + 4, disc->tracks[0].size - 1);
	if (feature->code == 0x0010 && disc)
		to[9] = (uint8_t)disc->medium->unit;
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

/* To a reader every disc is one to read; what it can't is none */
static uint16_t current_profile(const struct sim_drive *drive, const struct sim_disc *disc)
{
	if (!disc || (disc->medium->family == SIM_BD && !drive->bd))
		return 0;
	if (drive->recorder)
		return sim_disc_profile(disc);
	return disc->medium->cd ? 0x08 : disc->medium->family == SIM_BD ? 0x40 : 0x10;
}

void sim_mmc_get_configuration(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = sim_drive_loaded(drive) && !drive->loading ? drive->disc
										 : NULL;
	struct wanted wanted = { cmd->cdb[1] & 3, sim_be16(cmd->cdb + 2) };
	uint16_t profile = current_profile(drive, disc);
	uint32_t bits;
	uint8_t reply[1024] = { 0 };
	size_t len = 8;

	if (wanted.rt == 3) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (!profile)
		disc = NULL;
	bits = medium_bits(disc);
	sim_put_be16(reply + 6, profile);
	if (wants(&wanted, 0x0000, true))
		len += put_profiles(drive, profile, reply + len);
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct feature *feature = &features[i];
		bool current = (feature->flags & F_ALWAYS) || (feature->media & bits);

		if (has(drive, feature->flags) && wants(&wanted, feature->code, current))
			len += put_feature(feature, disc, current, reply + len);
	}
	if (wants(&wanted, 0x0108, true))
		len += put_serial(drive, reply + len);
	sim_put_be32(reply, (uint32_t)(len - 4));
	sim_mmc_reply(cmd, reply, len, sim_be16(cmd->cdb + 7));
}
