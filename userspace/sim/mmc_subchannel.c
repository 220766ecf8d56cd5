// SPDX-License-Identifier: GPL-2.0
/* READ SUB-CHANNEL (MMC): position, media catalogue number, ISRC. */
#include <string.h>

#include "drive_priv.h"
#include "msf.h"

static void put_address(uint8_t *to, int32_t lba, bool as_msf)
{
	if (as_msf)
		cd_msf_put(to + 1, lba);
	else
		sim_put_be32(to, (uint32_t)lba);
}

/* Of the block that was read last */
static size_t position(struct sim_drive *drive, bool as_msf, uint8_t *to)
{
	struct sim_spot spot;

	sim_disc_spot(drive->disc, drive->head, &spot);
	to[0] = 0x01;
	to[1] = (uint8_t)(CD_ADR_POSITION << 4 | (spot.track ? spot.track->control : 0));
	to[2] = (uint8_t)spot.number;
	to[3] = spot.index;
	put_address(to + 4, (int32_t)drive->head, as_msf);
	/* Relative time is 0 at index 1 */
	if (as_msf)
		cd_msf_put(to + 9, (int32_t)spot.relative - CD_PREGAP);
	else
		sim_put_be32(to + 8, spot.index ? spot.relative : 0 - spot.relative);
	return 12;
}

static size_t mcn(struct sim_drive *drive, uint8_t *to)
{
	struct sim_disc *disc = drive->disc;

	to[0] = 0x02;
	if (disc->mcn[0] && sim_disc_intact(disc, SIM_DAMAGE_ISRC, 0, 1,
					    sim_pace_read_speed(drive))) {
		to[4] = 0x80;
		memcpy(to + 5, disc->mcn, 13);
	}
	return 20;
}

static size_t isrc(struct sim_drive *drive, uint8_t number, uint8_t *to)
{
	struct sim_disc *disc = drive->disc;
	const struct sim_track *track = &disc->tracks[number - 1];

	to[0] = 0x03;
	to[1] = (uint8_t)(CD_ADR_ISRC << 4 | track->control);
	to[2] = number;
	if (track->isrc[0] && sim_disc_intact(disc, SIM_DAMAGE_ISRC, track->start, 1,
					      sim_pace_read_speed(drive))) {
		to[4] = 0x80;
		memcpy(to + 5, track->isrc, 12);
	}
	return 20;
}

void sim_mmc_read_subchannel(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = drive->disc;
	bool as_msf = cmd->cdb[1] & 2, sub_q = cmd->cdb[2] & 0x40;
	uint8_t format = cmd->cdb[3], track = cmd->cdb[6];
	uint8_t reply[24] = { 0, 0x15 };	/* no audio plays */
	size_t len = 4;

	if (!disc->medium->cd) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x02);
		return;
	}
	if (sub_q && (format < 1 || format > 3 ||
		      (format == 3 && (!track || track > disc->track_count)))) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (sub_q && format == 1)
		len += position(drive, as_msf, reply + 4);
	else if (sub_q && format == 2)
		len += mcn(drive, reply + 4);
	else if (sub_q)
		len += isrc(drive, track, reply + 4);
	sim_put_be16(reply + 2, (uint16_t)(len - 4));
	sim_mmc_reply(cmd, reply, len, sim_be16(cmd->cdb + 7));
}
