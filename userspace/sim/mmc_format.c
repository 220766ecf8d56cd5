// SPDX-License-Identifier: GPL-2.0
/* BLANK, FORMAT UNIT, READ FORMAT CAPACITIES (MMC). */
#include <string.h>

#include "drive_priv.h"

#define MS		1000000ull	/* ns */
#define DESCRIPTORS	5

/* Format types (MMC) */
enum {
	FORMAT_FULL = 0x00, FORMAT_SPARE = 0x01, FORMAT_RW_FULL = 0x10, FORMAT_RW_GROW = 0x13,
	FORMAT_RW_QUICK = 0x15, FORMAT_PLUS_RW = 0x26, FORMAT_BD_SPARE = 0x30,
	FORMAT_BD = 0x31, FORMAT_BD_R = 0x32,
};

static void illegal(struct sim_cmd *cmd, uint8_t asc, uint8_t ascq)
{
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, asc, ascq);
}

/* How long going over the whole disc takes, or over its beginning */
static uint64_t duration(const struct sim_drive *drive, bool all)
{
	const struct sim_disc *disc = drive->disc;
	uint64_t ns = drive->close_ms * (all ? 8 : 2) * MS;

	if (all && drive->factor > 0)
		ns += (uint64_t)((double)disc->capacity * SIM_BLOCK * 1e9 / drive->factor /
				 sim_pace_rate(drive, disc->capacity / 2, true));
	return ns;
}

/* What one type of BLANK does; false with CHECK CONDITION */
static bool blank(struct sim_drive *drive, struct sim_cmd *cmd, uint8_t type)
{
	struct sim_disc *disc = drive->disc;
	bool open = sim_disc_session_open(disc), parts = disc->medium->cd && !disc->formatted;
	int ret = -1;

	switch (type) {
	case 0:		/* all */
	case 1:		/* PMA, lead-in and pregap: enough to be blank */
		ret = sim_disc_erase(disc);
		disc->dao_only = !disc->medium->cd && type == 1;
		break;
	case 2:		/* the last track, of an open session */
	case 3:		/* its reservation */
		if (parts && open)
			ret = sim_disc_erase_last(disc, false);
		break;
	case 4:		/* the end of the last track, from here on */
		if (parts && open)
			ret = sim_disc_erase_tail(disc, sim_be32(cmd->cdb + 2));
		break;
	case 5:
		if (parts && !open)
			ret = sim_disc_reopen(disc);
		break;
	case 6:
		if (parts && disc->track_count)
			ret = sim_disc_erase_last(disc, true);
		break;
	default:
		illegal(cmd, 0x24, 0x00);
		return false;
	}
	if (ret)
		illegal(cmd, 0x2c, 0x00);
	return !ret;
}

void sim_mmc_blank(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t type = cmd->cdb[1] & 7;
	struct sim_disc *disc = drive->disc;

	if (!disc->medium->erasable || (!disc->medium->cd && disc->medium->family != SIM_DVD_MINUS)) {
		illegal(cmd, 0x30, 0x05);
		return;
	}
	sim_disc_test_end(disc);
	sim_cue_free(drive->cue);
	drive->cue = NULL;
	if (!blank(drive, cmd, type) || !sim_mmc_save(drive, cmd))
		return;
	sim_mmc_mode_defaults(drive);
	sim_mmc_busy(drive, SIM_BUSY_BLANK, duration(drive, type == 0), cmd->cdb[1] & 0x10);
}

/* Formats that a medium can have; each is of all its blocks unless told otherwise */
static size_t formats_of(const struct sim_disc *disc, uint8_t types[DESCRIPTORS])
{
	static const uint8_t minus_rw[] = { FORMAT_FULL, FORMAT_RW_FULL, FORMAT_RW_QUICK,
					    FORMAT_RW_GROW };
	static const uint8_t cd_rw[] = { FORMAT_RW_FULL };
	static const uint8_t plus_rw[] = { FORMAT_PLUS_RW };
	static const uint8_t bd_re[] = { FORMAT_FULL, FORMAT_BD_SPARE, FORMAT_BD };
	static const uint8_t bd_r[] = { FORMAT_FULL, FORMAT_BD_R };
	const uint8_t *list = NULL;
	size_t n = 0;

	if (disc->medium->family == SIM_DVD_MINUS && disc->medium->erasable) {
		list = minus_rw;
		/* The last one grows what there is, as long as it can */
		n = disc->formatted && sim_disc_end(disc) < sim_disc_formattable(disc) ? 4 : 3;
	} else if (disc->medium->profile == 0x0a) {
		list = cd_rw;
		n = 1;
	} else if (disc->medium->profile == 0x1a) {
		list = plus_rw;
		n = 1;
	} else if (disc->medium->profile == 0x43) {
		list = bd_re;
		n = 3;
	} else if (disc->medium->profile == 0x41 && disc->state == SIM_DISC_BLANK && !disc->pow) {
		list = bd_r;
		n = 2;
	}
	if (n)
		memcpy(types, list, n);
	return n;
}

/* What a format can have at most: growing counts what is added */
static uint32_t blocks_most(const struct sim_disc *disc, uint8_t type)
{
	uint32_t all = sim_disc_formattable(disc);

	return type == FORMAT_RW_GROW ? all - sim_disc_end(disc) : all;
}

void sim_mmc_read_format_capacities(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = sim_drive_loaded(drive) ? drive->disc : NULL;
	uint8_t reply[4 + 8 * (1 + DESCRIPTORS)] = { 0 }, types[DESCRIPTORS];
	size_t len = 12, n = disc ? formats_of(disc, types) : 0;
	uint32_t blocks = 0;
	uint8_t kind = 3;	/* no medium: the most the drive could format */

	if (disc && disc->state == SIM_DISC_BLANK && !disc->pow) {
		kind = 1;
		blocks = disc->capacity;
	} else if (disc) {
		kind = 2;
		blocks = disc->pow ? disc->capacity : sim_disc_end(disc);
	}
	sim_put_be32(reply + 4, blocks);
	sim_put_be32(reply + 8, (uint32_t)kind << 24 | SIM_BLOCK);
	for (size_t i = 0; i < n; i++, len += 8) {
		bool packets = disc->medium->cd || disc->medium->family == SIM_DVD_MINUS;

		sim_put_be32(reply + len, blocks_most(disc, types[i]));
		sim_put_be32(reply + len + 4, (uint32_t)types[i] << 26 |
			     (packets ? sim_disc_packet(disc) : SIM_BLOCK));
	}
	reply[3] = (uint8_t)(len - 4);
	sim_mmc_reply(cmd, reply, len, sim_be16(cmd->cdb + 7));
}

struct format {
	uint8_t type, subtype;
	uint32_t blocks;
	bool immed, restart;
};

/* The parameter list: header 4, one descriptor 8.  False with CHECK CONDITION. */
static bool format_of(struct sim_drive *drive, struct sim_cmd *cmd, struct format *format)
{
	const struct sim_disc *disc = drive->disc;
	uint8_t list[12], types[DESCRIPTORS];
	size_t n = formats_of(disc, types), i = 0;

	if ((cmd->cdb[1] & 0x1f) != 0x11) {	/* FmtData, code 1 */
		illegal(cmd, 0x24, 0x00);
		return false;
	}
	if (sim_cmd_get(cmd, list, sizeof(list)) != sizeof(list) || sim_be16(list + 2) != 8) {
		illegal(cmd, 0x1a, 0x00);
		return false;
	}
	format->immed = list[1] & 2;
	format->blocks = sim_be32(list + 4);
	format->type = list[8] >> 2;
	format->subtype = list[8] & 3;
	format->restart = format->type == FORMAT_PLUS_RW && (list[11] & 1);
	while (i < n && types[i] != format->type)
		i++;
	if (i < n)
		return true;
	illegal(cmd, 0x26, 0x00);
	return false;
}

/* How many blocks are formatted; 0: not so */
static uint32_t blocks_of(const struct sim_disc *disc, const struct format *format)
{
	uint32_t unit = sim_disc_packet(disc), most = blocks_most(disc, format->type);

	if (format->type == FORMAT_RW_QUICK)
		return format->blocks > most ? 0 : unit;
	/* Formatted whole or not at all; FFFFFFFFh is all of a DVD+RW */
	if (disc->medium->overwrite || disc->medium->family == SIM_BD)
		return format->blocks == most || format->restart ||
		       (format->type == FORMAT_PLUS_RW && format->blocks == UINT32_MAX) ? most : 0;
	return format->blocks > most || format->blocks % unit ? 0
		: format->blocks ? format->blocks : most;
}

/* What is recorded stays; from its end on, more can be */
static bool grow(struct sim_drive *drive, struct sim_cmd *cmd)
{
	drive->disc->growing = true;
	return sim_mmc_save(drive, cmd);
}

/*
 * A BD-R gets spare areas, which is not to be seen, and unless the host wants it strictly
 * sequential (subtype 1) what is recorded can be replaced.  Random recording: not here.
 */
static bool format_bd_r(struct sim_drive *drive, struct sim_cmd *cmd,
			const struct format *format)
{
	if (format->subtype > 1) {
		illegal(cmd, 0x26, 0x00);
		return false;
	}
	drive->disc->pow = !format->subtype;
	return sim_mmc_save(drive, cmd);
}

/* Makes the disc what it is formatted to; false with CHECK CONDITION */
static bool apply(struct sim_drive *drive, struct sim_cmd *cmd, const struct format *format)
{
	struct sim_disc *disc = drive->disc;
	bool quick = format->type == FORMAT_RW_QUICK;
	bool background = format->type == FORMAT_PLUS_RW;
	uint32_t blocks = blocks_of(disc, format);
	int ret = 0;

	if (!blocks || (format->restart && !(disc->formatted && disc->growing))) {
		illegal(cmd, 0x26, 0x00);
		return false;
	}
	sim_disc_test_end(disc);
	if (format->restart)
		return true;
	if (!disc->medium->profile_formatted)
		return format_bd_r(drive, cmd, format);
	if (format->type == FORMAT_RW_GROW)
		return grow(drive, cmd);
	/* A quick format of a DVD-RW makes nothing readable, a full one zeros */
	if (!background)
		ret = sim_disc_erase(disc);
	if (!ret)
		ret = sim_disc_format(disc, blocks, quick || background);
	if (ret)
		sim_cmd_sense(cmd, SIM_MEDIUM_ERROR, 0x31, 0x01);
	return !ret && sim_mmc_save(drive, cmd);
}

void sim_mmc_format(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct format format = { 0 };
	uint8_t types[DESCRIPTORS];
	bool background;

	if (!formats_of(drive->disc, types)) {
		illegal(cmd, 0x30, 0x06);	/* cannot format medium */
		return;
	}
	if (!format_of(drive, cmd, &format) || !apply(drive, cmd, &format))
		return;
	background = format.type == FORMAT_PLUS_RW;
	if (background)		/* goes on while the disc is used */
		drive->deiced = sim_now() + duration(drive, true) * 8;
	sim_mmc_busy(drive, SIM_BUSY_FORMAT,
		     duration(drive, !background && format.type != FORMAT_RW_QUICK &&
				     format.type != FORMAT_RW_GROW),
		     format.immed);
}
