// SPDX-License-Identifier: GPL-2.0
/* Reading blocks of 2048 bytes, and how many there are. */
#include <stdlib.h>
#include <string.h>

#include "drive_priv.h"

#define BATCH	32u	/* raw sectors at a time */

void sim_mmc_read_capacity(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = drive->disc;
	uint32_t end = sim_disc_end(disc);
	uint8_t reply[8];

	/* A BD-R is read while its session is open */
	if (disc->medium->family == SIM_BD && disc->track_count)
		end = disc->tracks[disc->track_count - 1].nwa;
	/* A blank says LBA 0, as drives do: there is no way to say none */
	sim_put_be32(reply, end ? end - 1 : 0);
	sim_put_be32(reply + 4, SIM_BLOCK);
	sim_cmd_put(cmd, reply, sizeof(reply));
}

static void blank_or_nowhere(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba)
{
	const struct sim_disc *disc = drive->disc;
	bool blank = disc->medium->recordable && disc->state != SIM_DISC_COMPLETE &&
		     lba < disc->capacity;

	sim_cmd_sense_info(cmd, blank ? SIM_BLANK_CHECK : SIM_ILLEGAL_REQUEST,
			   blank ? 0x00 : 0x21, 0x00, lba);
}

uint32_t sim_mmc_readable(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			  uint32_t blocks)
{
	struct sim_disc *disc = drive->disc;
	const struct sim_track *track = sim_disc_track_at(disc, lba);
	uint32_t end, good;

	if (!track) {
		blank_or_nowhere(drive, cmd, lba);
		return 0;
	}
	end = track->state == SIM_TRACK_CLOSED ? track->start + track->size : track->nwa;
	if (lba >= end) {
		sim_cmd_sense_info(cmd, SIM_BLANK_CHECK, 0x00, 0x00, lba);
		return 0;
	}
	good = sim_disc_in_clear(disc, lba, end - lba < blocks ? end - lba : blocks);
	if (!good) {	/* nobody can authenticate here */
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x6f, 0x03, lba);
		return 0;
	}
	good = sim_disc_intact(disc, SIM_DAMAGE_READ, lba, good, sim_pace_read_speed(drive));
	if (!good)
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x05, lba);
	return good;
}

/* Sectors of a CD: those that READ gives have 2048 bytes of data, mode 1 or XA form 1 */
static uint32_t readable_cd(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			    uint32_t blocks, const struct sim_track **track)
{
	struct sim_spot spot;
	uint32_t good;

	sim_disc_spot(drive->disc, lba, &spot);
	*track = spot.track;
	if (!spot.track) {
		blank_or_nowhere(drive, cmd, lba);
		return 0;
	}
	if (spot.track->type != CD_MODE1 && spot.track->type != CD_XA1) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00, lba);
		return 0;
	}
	if (!spot.readable) {
		if (spot.track->state == SIM_TRACK_CLOSED)	/* links between CD tracks */
			sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00, lba);
		else
			sim_cmd_sense_info(cmd, SIM_BLANK_CHECK, 0x00, 0x00, lba);
		return 0;
	}
	good = sim_disc_intact(drive->disc, SIM_DAMAGE_READ, lba,
			       spot.readable < blocks ? spot.readable : blocks,
			       sim_pace_read_speed(drive));
	if (!good)
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x05, lba);
	return good;
}

/* Waits as long as it takes; false: the disc is gone, with CHECK CONDITION */
static bool spin(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba, uint32_t blocks)
{
	if (sim_pace_read(drive, lba, blocks) == 0 && sim_drive_loaded(drive))
		return true;
	sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
	return false;
}

/* Reads a run of blocks that are there */
static bool transfer(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba, uint32_t blocks)
{
	size_t len = (size_t)blocks * SIM_BLOCK, count;
	struct iovec *iov;
	int ret;

	if (len > cmd->data_len - cmd->done) {
		len = cmd->data_len - cmd->done;
		blocks = (uint32_t)((len + SIM_BLOCK - 1) / SIM_BLOCK);
	}
	if (!spin(drive, cmd, lba, blocks))
		return false;
	iov = sim_mmc_iov(drive, cmd, len, &count);
	ret = iov ? sim_disc_read(drive->disc, lba, iov, count) : -1;
	if (ret < 0) {
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x00, lba);
		return false;
	}
	cmd->done += len;
	return true;
}

/* The data of one raw sector; false: it is none of 2048 bytes, or damaged */
static bool put_user(struct sim_cmd *cmd, const uint8_t *raw, uint32_t lba)
{
	enum cd_sector type = cd_sector_type(raw);

	if (type != CD_MODE1 && type != CD_XA1) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00, lba);
		return false;
	}
	if (!cd_sector_intact(raw, type)) {
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x05, lba);
		return false;
	}
	sim_cmd_put(cmd, raw + cd_user_offset(type), SIM_BLOCK);
	return true;
}

static bool transfer_raw(struct sim_drive *drive, struct sim_cmd *cmd,
			 const struct sim_track *track, uint32_t lba, uint32_t blocks)
{
	uint8_t *raw = malloc((size_t)BATCH * CD_RAW);
	bool ok = raw && spin(drive, cmd, lba, blocks);

	while (ok && blocks) {
		uint32_t n = blocks < BATCH ? blocks : BATCH;

		if (sim_disc_read_raw(drive->disc, track, lba, n, raw)) {
			sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x00, lba);
			break;
		}
		for (uint32_t i = 0; i < n && ok; i++)
			ok = put_user(cmd, raw + (size_t)i * CD_RAW, lba + i);
		lba += n;
		blocks -= n;
	}
	free(raw);
	return ok && !blocks;
}

static void read_blocks(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			uint32_t blocks)
{
	const struct sim_disc *disc = drive->disc;
	uint32_t end = disc->state == SIM_DISC_COMPLETE ? sim_disc_end(disc) : disc->capacity;
	const struct sim_track *track = NULL;

	/* Past the end of the disc nothing is moved, not even the first blocks */
	if (blocks && (uint64_t)lba + blocks > end) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00, lba < end ? end : lba);
		return;
	}
	while (blocks && cmd->done < cmd->data_len) {
		uint32_t n = disc->medium->cd ? readable_cd(drive, cmd, lba, blocks, &track)
					      : sim_mmc_readable(drive, cmd, lba, blocks);

		if (!n)
			return;
		if (disc->sector == CD_RAW ? !transfer_raw(drive, cmd, track, lba, n)
					   : !transfer(drive, cmd, lba, n))
			return;
		lba += n;
		blocks -= n;
	}
}

void sim_mmc_read(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t blocks = cmd->cdb[0] == 0x28 ? sim_be16(cmd->cdb + 7) : sim_be32(cmd->cdb + 6);

	read_blocks(drive, cmd, sim_be32(cmd->cdb + 2), blocks);
}

void sim_mmc_verify(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t lba = sim_be32(cmd->cdb + 2), blocks = sim_be16(cmd->cdb + 7);
	const struct sim_track *track;

	if (cmd->cdb[1] & 0x02) {	/* BytChk: no drive compares with the host's data */
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	while (blocks) {
		uint32_t n = drive->disc->medium->cd
			? readable_cd(drive, cmd, lba, blocks, &track)
			: sim_mmc_readable(drive, cmd, lba, blocks);

		if (!n || !spin(drive, cmd, lba, n))
			return;
		lba += n;
		blocks -= n;
	}
}

void sim_mmc_seek(struct sim_drive *drive, struct sim_cmd *cmd)
{
	if (sim_be32(cmd->cdb + 2) >= drive->disc->capacity)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00);
}
