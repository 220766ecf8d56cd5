// SPDX-License-Identifier: GPL-2.0
/* Reading blocks, and how many there are. */
#include <string.h>

#include "drive_priv.h"

void sim_mmc_read_capacity(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t end = sim_disc_end(drive->disc);
	uint8_t reply[8];

	/* A blank says LBA 0, as drives do: there is no way to say none */
	sim_put_be32(reply, end ? end - 1 : 0);
	sim_put_be32(reply + 4, SIM_BLOCK);
	sim_cmd_put(cmd, reply, sizeof(reply));
}

void sim_mmc_read_format_capacities(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t reply[12] = { 0, 0, 0, 8 };
	const struct sim_disc *disc = sim_drive_loaded(drive) ? drive->disc : NULL;
	uint32_t blocks = 0;
	uint8_t kind = 3;	/* no medium: the most the drive could format */

	if (disc && disc->state == SIM_DISC_BLANK) {
		kind = 1;
		blocks = disc->capacity;
	} else if (disc) {
		kind = 2;
		blocks = sim_disc_end(disc);
	}
	sim_put_be32(reply + 4, blocks);
	sim_put_be32(reply + 8, (uint32_t)kind << 24 | SIM_BLOCK);
	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 7));
}

/*
 * How many of the blocks from lba on can be read; 0: CHECK CONDITION says why
 * the first can't.
 */
static uint32_t readable(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			 uint32_t blocks)
{
	struct sim_disc *disc = drive->disc;
	const struct sim_track *track = sim_disc_track_at(disc, lba);
	uint32_t end;

	if (!track) {
		bool blank = disc->medium->recordable && disc->state != SIM_DISC_COMPLETE &&
			     lba < disc->capacity;

		sim_cmd_sense_info(cmd, blank ? SIM_BLANK_CHECK : SIM_ILLEGAL_REQUEST,
				   blank ? 0x00 : 0x21, 0x00, lba);
		return 0;
	}
	end = track->state == SIM_TRACK_CLOSED ? track->start + track->size - track->run_out
					       : track->nwa;
	if (lba >= end) {
		if (track->state == SIM_TRACK_CLOSED)	/* link blocks after a CD track */
			sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00, lba);
		else
			sim_cmd_sense_info(cmd, SIM_BLANK_CHECK, 0x00, 0x00, lba);
		return 0;
	}
	return end - lba < blocks ? end - lba : blocks;
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
	if (sim_pace_read(drive, lba, blocks) < 0 || !sim_drive_loaded(drive)) {
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
		return false;
	}
	iov = sim_mmc_iov(drive, cmd, len, &count);
	ret = iov ? sim_disc_read(drive->disc, lba, iov, count) : -1;
	if (ret < 0) {
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x11, 0x00, lba);
		return false;
	}
	cmd->done += len;
	return true;
}

static bool is_xa(struct sim_drive *drive, uint32_t lba)
{
	const struct sim_track *track = sim_disc_track_at(drive->disc, lba);

	return track && track->xa;
}

static void read_blocks(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			uint32_t blocks)
{
	const struct sim_disc *disc = drive->disc;
	uint32_t end = disc->state == SIM_DISC_COMPLETE ? sim_disc_end(disc) : disc->capacity;

	/* Past the end of the disc nothing is moved, not even the first blocks */
	if (blocks && (uint64_t)lba + blocks > end) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00, lba < end ? end : lba);
		return;
	}
	while (blocks && cmd->done < cmd->data_len) {
		uint32_t n = readable(drive, cmd, lba, blocks);

		if (!n || !transfer(drive, cmd, lba, n))
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

/* User data of data sectors, as READ does it; the rest of READ CD is not here */
void sim_mmc_read_cd(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t type = cmd->cdb[1] >> 2 & 7, is = is_xa(drive, sim_be32(cmd->cdb + 2)) ? 4 : 2;
	uint8_t fields = cmd->cdb[9] & 0xfe, sub = cmd->cdb[10] & 7;

	if (!drive->disc->medium->cd)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x02);
	else if (type && type <= 5 && type != is)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x64, 0x00);
	else if ((fields && fields != 0x10) || sub || type > 5)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
	else if (fields)
		read_blocks(drive, cmd, sim_be32(cmd->cdb + 2), sim_be24(cmd->cdb + 6));
}

void sim_mmc_seek(struct sim_drive *drive, struct sim_cmd *cmd)
{
	if (sim_be32(cmd->cdb + 2) >= drive->disc->capacity)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00);
}
