// SPDX-License-Identifier: GPL-2.0
/*
 * READ CD and READ CD MSF (MMC): whole sectors or parts of them, C2 error
 * pointers and subchannels.
 */
#include <stdlib.h>
#include <string.h>

#include "drive_priv.h"
#include "msf.h"

#define BATCH		32u
#define C2_BYTES	294u		/* a bit for each byte of the sector */
#define Q_FORMATTED	16u

/* What is asked for, sector by sector */
struct wanted {
	uint8_t type;			/* expected sector type, 0 any */
	uint8_t fields;			/* byte 9: sync, headers, user data, EDC/ECC */
	uint8_t c2;			/* 0, 1: 294 bytes, 2: 296 */
	uint8_t sub;			/* 0, 1 raw P-W, 2 Q, 4 R-W */
};

enum { SYNC = 0x80, SUBHEADER = 0x40, HEADER = 0x20, USER = 0x10, ECC = 0x08 };

/* The fields of a sector, in the order they lie: what to ask for them, where they end */
static size_t fields_of(enum cd_sector type, uint16_t end[5])
{
	static const uint16_t ends[][5] = {
		[CD_MODE0] = { 12, 16, 16, 2352, 2352 },
		[CD_MODE1] = { 12, 16, 16, 2064, 2352 },
		[CD_MODE2] = { 12, 16, 16, 2352, 2352 },
		[CD_XA1] = { 12, 16, 24, 2072, 2352 },
		[CD_XA2] = { 12, 16, 24, 2352, 2352 },	/* spare bytes count as data */
	};

	memcpy(end, ends[type], sizeof(ends[type]));
	return 5;
}

/* Puts the fields; false: they are not next to each other */
static bool put_fields(struct sim_cmd *cmd, const uint8_t *raw, enum cd_sector type,
		       uint8_t fields)
{
	static const uint8_t bits[5] = { SYNC, HEADER, SUBHEADER, USER, ECC };
	uint16_t end[5], from = 0;
	bool begun = false, gap = false;

	if (type == CD_AUDIO) {
		if (fields & USER)
			sim_cmd_put(cmd, raw, CD_RAW);
		return true;
	}
	fields_of(type, end);
	for (int i = 0; i < 5; from = end[i++]) {
		if (end[i] == from)
			continue;
		if (!(fields & bits[i])) {
			gap = begun;
			continue;
		}
		if (gap)
			return false;
		begun = true;
		sim_cmd_put(cmd, raw + from, (size_t)(end[i] - from));
	}
	return true;
}

/* Is it what the command expects?  5/64/00 if not. */
static bool expected(struct sim_cmd *cmd, uint8_t want, enum cd_sector type, uint32_t lba)
{
	static const uint8_t code[] = {
		[CD_AUDIO] = 1, [CD_MODE0] = 0, [CD_MODE1] = 2, [CD_MODE2] = 3, [CD_XA1] = 4,
		[CD_XA2] = 5,
	};

	if (!want || want == code[type])
		return true;
	sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00, lba);
	return false;
}

/*
 * Damages samples and tells which: one burst in the middle, as a scratch leaves it,
 * and not twice the same.
 */
static void scratch(uint8_t *raw, uint8_t *c2, enum cd_sector type, uint32_t attempt)
{
	uint8_t wrong = (uint8_t)(attempt * 37 % 255 + 1);

	for (unsigned int i = 1000; i < 1064; i++) {
		c2[i / 8] |= (uint8_t)(0x80 >> i % 8);
		if (type == CD_AUDIO)	/* data is corrected */
			raw[i] ^= wrong;
	}
}

static void put_c2(struct sim_cmd *cmd, const uint8_t *c2, uint8_t how)
{
	uint8_t any[2] = { 0, 0 };

	if (!how)
		return;
	sim_cmd_put(cmd, c2, C2_BYTES);
	for (unsigned int i = 0; i < C2_BYTES; i++)
		any[0] |= c2[i];
	if (how == 2)	/* block error byte: all of them or-ed */
		sim_cmd_put(cmd, any, sizeof(any));
}

static void put_sub(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba, uint8_t how)
{
	struct sim_disc *disc = drive->disc;
	uint8_t q[CD_Q], raw[CD_SUBCODE], r_to_w[CD_SUBCODE], formatted[Q_FORMATTED] = { 0 };
	struct sim_spot spot;

	if (!how)
		return;
	sim_disc_spot(disc, lba, &spot);
	sim_disc_q(disc, lba, q);
	if (!sim_disc_intact(disc, SIM_DAMAGE_ISRC, lba, 1, sim_pace_read_speed(drive)))
		q[3] ^= 0xff;		/* its checksum is wrong now */
	cd_sub_from_q(raw, q, spot.index == 0);
	if (how == 2) {
		memcpy(formatted, q, CD_Q);
		formatted[15] = spot.index == 0 ? 0x80 : 0;
		sim_cmd_put(cmd, formatted, sizeof(formatted));
		return;
	}
	sim_disc_read_sub(disc, lba, r_to_w);
	for (unsigned int i = 0; i < CD_SUBCODE; i++)
		raw[i] = (how == 4 ? 0 : raw[i]) | r_to_w[i];
	sim_cmd_put(cmd, raw, sizeof(raw));
}

/* One sector; false with CHECK CONDITION */
static bool put_sector(struct sim_drive *drive, struct sim_cmd *cmd, uint8_t *raw,
		       enum cd_sector type, uint32_t lba, const struct wanted *want)
{
	uint32_t speed = sim_pace_read_speed(drive);
	uint8_t c2[C2_BYTES] = { 0 };
	bool readable = sim_disc_intact(drive->disc, SIM_DAMAGE_READ, lba, 1, speed);

	if (!expected(cmd, want->type, type, lba))
		return false;
	if (!readable && type != CD_AUDIO) {
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x05, lba);
		return false;
	}
	if (!readable || !sim_disc_intact(drive->disc, SIM_DAMAGE_C2, lba, 1, speed))
		scratch(raw, c2, type, drive->scratches++);
	if (!put_fields(cmd, raw, type, want->fields)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return false;
	}
	put_c2(cmd, c2, want->c2);
	put_sub(drive, cmd, lba, want->sub);
	return true;
}

/* Which run of sectors can be read; 0 with CHECK CONDITION */
static uint32_t run_at(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba, uint32_t blocks,
		       const struct sim_track **track)
{
	const struct sim_disc *disc = drive->disc;
	struct sim_spot spot;
	uint32_t end = disc->state == SIM_DISC_COMPLETE ? sim_disc_end(disc) : disc->capacity;

	sim_disc_spot(disc, lba, &spot);
	*track = spot.track;
	if (lba >= end)
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00, lba);
	else if (!spot.track || (!spot.readable && spot.track->state != SIM_TRACK_CLOSED))
		sim_cmd_sense_info(cmd, SIM_BLANK_CHECK, 0x00, 0x00, lba);
	else if (!spot.readable)
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00, lba);
	else
		return spot.readable < blocks ? spot.readable : blocks;
	return 0;
}

static void read_sectors(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			 uint32_t blocks, const struct wanted *want)
{
	int32_t late = sim_disc_jitter(drive->disc, lba, sim_pace_read_speed(drive));
	uint8_t *raw = malloc((size_t)BATCH * CD_RAW);
	bool ok = raw;

	while (ok && blocks && cmd->done < cmd->data_len) {
		const struct sim_track *track;
		uint32_t n = run_at(drive, cmd, lba, blocks < BATCH ? blocks : BATCH, &track);

		if (!n)
			break;
		if (sim_pace_read(drive, lba, n) < 0 || !sim_drive_loaded(drive)) {
			sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
			break;
		}
		if (track->type == CD_AUDIO && late ?
		    sim_disc_read_late(drive->disc, track, lba, n, late, raw) :
		    sim_disc_read_raw(drive->disc, track, lba, n, raw)) {
			sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x00, lba);
			break;
		}
		for (uint32_t i = 0; i < n && ok; i++) {
			uint8_t *sector = raw + (size_t)i * CD_RAW;
			enum cd_sector type = track->type == CD_AUDIO ? CD_AUDIO
								      : cd_sector_type(sector);

			ok = put_sector(drive, cmd, sector, type, lba + i, want);
		}
		lba += n;
		blocks -= n;
	}
	free(raw);
}

/* Start and length; false: not an address */
static bool range_of(const uint8_t *cdb, uint32_t *lba, uint32_t *blocks)
{
	int32_t from, to;

	if (cdb[0] == 0xbe) {
		*lba = sim_be32(cdb + 2);
		*blocks = sim_be24(cdb + 6);
		return true;
	}
	if (!cd_msf_valid(cdb + 3) || !cd_msf_valid(cdb + 6))
		return false;
	from = cd_msf_lba(cdb + 3);
	to = cd_msf_lba(cdb + 6);
	*lba = (uint32_t)from;
	*blocks = to > from ? (uint32_t)(to - from) : 0;
	return to >= from;
}

void sim_mmc_read_cd(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct wanted want = {
		.type = cmd->cdb[1] >> 2 & 7, .fields = cmd->cdb[9] & 0xf8,
		.c2 = cmd->cdb[9] >> 1 & 3, .sub = cmd->cdb[10] & 7,
	};
	uint32_t lba, blocks;

	if (!drive->disc->medium->cd)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x02);
	else if (want.type > 5 || want.c2 == 3 || want.sub == 3 || want.sub > 4 ||
		 !range_of(cmd->cdb, &lba, &blocks))
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
	else if (want.fields || want.c2 || want.sub)
		read_sectors(drive, cmd, lba, blocks, &want);
}
