// SPDX-License-Identifier: GPL-2.0
/* Writing blocks (MMC). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "drive_priv.h"

#define SAVE_EVERY	(64u << 20 >> 11)	/* blocks: progress in the sidecar */
#define BATCH		64u			/* sectors of a CD at a time */

static void illegal(struct sim_cmd *cmd, uint8_t asc, uint8_t ascq)
{
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, asc, ascq);
}

/* Are the track's sectors those that page 05h has now? */
static bool same_kind(const struct sim_drive *drive, const struct sim_track *track,
		      enum sim_method how)
{
	struct sim_form form;

	if (track->method != how)
		return false;
	if (how != SIM_METHOD_TAO)
		return true;
	sim_mmc_tao_form(drive, &form);
	return track->type == (form.type == CD_XA2 ? CD_XA1 : form.type);
}

/* The track these blocks may go to; NULL with CHECK CONDITION, or a track to begin */
static bool target(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
		   enum sim_method how, struct sim_track **out)
{
	struct sim_disc *disc = drive->disc;
	struct sim_track *track = sim_disc_open_track(disc);
	struct sim_track *at = sim_disc_track_at(disc, lba);

	if (at && at->state == SIM_TRACK_RESERVED)
		track = at;
	else if (!track && disc->track_count &&
		 disc->tracks[disc->track_count - 1].method == SIM_METHOD_DAO &&
		 disc->tracks[disc->track_count - 1].state != SIM_TRACK_CLOSED)
		track = &disc->tracks[disc->track_count - 1];
	*out = track;
	if (lba >= disc->capacity) {
		illegal(cmd, 0x21, 0x00);
	} else if (track && !same_kind(drive, track, how)) {
		illegal(cmd, 0x64, 0x00);
	} else if (!track && how == SIM_METHOD_DAO) {	/* RESERVE TRACK comes first */
		illegal(cmd, 0x2c, 0x00);
	} else if (lba != (track ? track->nwa : sim_disc_next_start(disc))) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x02,
				   track ? track->nwa : sim_disc_next_start(disc));
	} else {
		return true;
	}
	return false;
}

static bool fits(struct sim_drive *drive, struct sim_cmd *cmd, const struct sim_track *track,
		 uint32_t lba, uint32_t blocks, enum sim_method how)
{
	const struct sim_disc *disc = drive->disc;
	uint64_t end = sim_disc_limit(disc, how);

	if (track && track->size)
		end = (uint64_t)track->start + track->size;
	/* A track of a CD takes four seconds, however little is in it */
	if (!track && disc->medium->cd && blocks < CD_TRACK_MIN)
		blocks = CD_TRACK_MIN;
	if ((uint64_t)lba + blocks <= end)
		return true;
	illegal(cmd, 0x63, 0x00);
	return false;
}

/* Sectors of a CD that need more than their data, or may need it later */
static int store_sectors(struct sim_drive *drive, struct sim_cmd *cmd, const struct sim_form *form,
			 uint32_t lba, uint32_t blocks)
{
	uint8_t *data = malloc((size_t)BATCH * form->main);
	int ret = data ? 0 : -ENOMEM;

	while (blocks && !ret) {
		uint32_t n = blocks < BATCH ? blocks : BATCH;

		sim_cmd_get(cmd, data, (size_t)n * form->main);
		ret = sim_disc_write_sectors(drive->disc, form, lba, n, data);
		lba += n;
		blocks -= n;
	}
	free(data);
	return ret;
}

static int store_blocks(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			uint32_t blocks)
{
	size_t len = (size_t)blocks * SIM_BLOCK, count;
	struct iovec *iov = sim_mmc_iov(drive, cmd, len, &count);
	int ret = iov ? sim_disc_write(drive->disc, lba, iov, count) : -ENOMEM;

	if (!ret)
		cmd->done += len;
	return ret;
}

static bool store(struct sim_drive *drive, struct sim_cmd *cmd, const struct sim_form *form,
		  uint32_t lba, uint32_t blocks)
{
	int ret = drive->disc->medium->cd ? store_sectors(drive, cmd, form, lba, blocks)
					  : store_blocks(drive, cmd, lba, blocks);

	if (ret)	/* the folder is full, say */
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x0c, 0x00, lba);
	return !ret;
}

static void advance(struct sim_drive *drive, struct sim_cmd *cmd, struct sim_track *track,
		    uint32_t blocks)
{
	struct sim_disc *disc = drive->disc;

	track->nwa += blocks;
	disc->unsaved += blocks;
	if (track->method == SIM_METHOD_DAO && track->nwa == track->start + track->size)
		sim_mmc_dao_done(drive, track);
	else if (disc->unsaved < SAVE_EVERY)
		return;
	/* For people to see; what counts after a crash is the file's length */
	if (track->state != SIM_TRACK_CLOSED)
		sim_disc_save(disc, false);
	else
		sim_mmc_save(drive, cmd);
}

/* Anywhere on a formatted disc; a DVD-RW and a CD-RW want whole packets */
static bool overwrite_fits(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			   uint32_t blocks)
{
	const struct sim_disc *disc = drive->disc;
	const struct sim_track *track = &disc->tracks[0];
	bool packets = disc->medium->cd || disc->medium->family == SIM_DVD_MINUS;
	uint32_t unit = sim_disc_packet(disc);
	uint32_t end = packets && disc->growing ? disc->capacity : track->start + track->size;

	if (lba >= end || blocks > end - lba)
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x00, lba < end ? end : lba);
	else if (packets && (lba % unit || blocks % unit))
		illegal(cmd, 0x21, 0x02);
	else if (lba > track->start + track->size)	/* a gap in what grows */
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x02,
				   track->start + track->size);
	else
		return true;
	return false;
}

static void overwrite(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba, uint32_t blocks)
{
	const struct sim_form form = { .type = CD_MODE1, .main = SIM_BLOCK };
	struct sim_disc *disc = drive->disc;
	struct sim_track *track = &disc->tracks[0];

	if (!overwrite_fits(drive, cmd, lba, blocks) ||
	    !sim_mmc_pace_write(drive, cmd, lba, blocks) || !sim_mmc_sign(drive, cmd) ||
	    !store(drive, cmd, &form, lba, blocks))
		return;
	if (lba + blocks > track->size) {
		track->size = lba + blocks;
		track->nwa = track->size;
	}
	disc->unsaved += blocks;
	if (disc->unsaved >= SAVE_EVERY)
		sim_disc_save(disc, false);
}

/* How much of a range was recorded already: from its beginning on */
static uint32_t recorded(struct sim_disc *disc, uint32_t lba, uint32_t blocks)
{
	uint32_t n = 0;

	while (n < blocks) {
		const struct sim_track *track = sim_disc_track_at(disc, lba + n);

		if (!track || lba + n >= track->nwa)
			break;
		n = track->nwa - lba;
	}
	return n < blocks ? n : blocks;
}

/*
 * Pseudo-overwrite: the drive records the clusters anew where it would go on writing, and
 * finds them there from now on.  To the host they are where they were; its room is less.
 */
static void replace(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba, uint32_t blocks)
{
	const struct sim_form form = { .type = CD_MODE1, .main = SIM_BLOCK };
	struct sim_disc *disc = drive->disc;
	struct sim_track *track = sim_disc_open_track(disc);
	uint32_t unit = disc->medium->unit;
	uint32_t used = ((lba + blocks - 1) / unit - lba / unit + 1) * unit;
	uint32_t at = track ? track->nwa : sim_disc_next_start(disc);

	if (recorded(disc, lba, blocks) < blocks) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x02, at);
		return;
	}
	if ((uint64_t)at + used > disc->capacity) {
		illegal(cmd, 0x63, 0x00);
		return;
	}
	if (!sim_mmc_pace_write(drive, cmd, at, used))
		return;
	if (!track)
		track = sim_mmc_begin(drive, cmd, SIM_METHOD_SEQUENTIAL, 0);
	if (!track || !store(drive, cmd, &form, lba, blocks))
		return;
	if (sim_disc_use_up(disc, track, used))
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x0c, 0x00, lba);
	disc->unsaved += used;
}

static void append(struct sim_drive *drive, struct sim_cmd *cmd, const struct sim_form *form,
		   uint32_t lba, uint32_t blocks, enum sim_method how)
{
	struct sim_track *track;

	if (!target(drive, cmd, lba, how, &track) || !fits(drive, cmd, track, lba, blocks, how))
		return;
	if (!sim_mmc_pace_write(drive, cmd, lba, blocks))
		return;
	if (!track)
		track = sim_mmc_begin(drive, cmd, how, 0);
	if (track && store(drive, cmd, form, lba, blocks))
		advance(drive, cmd, track, blocks);
}

void sim_mmc_write(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t blocks = cmd->cdb[0] == 0xaa ? sim_be32(cmd->cdb + 6) : sim_be16(cmd->cdb + 7);
	uint32_t lba = sim_be32(cmd->cdb + 2);
	struct sim_form form = { .type = CD_MODE1, .main = SIM_BLOCK };
	struct sim_disc *disc = drive->disc;
	enum sim_method how = SIM_METHOD_OVERWRITE;

	if (!disc->formatted && !sim_mmc_recordable(drive, cmd))
		return;
	if (!disc->formatted &&
	    (!sim_mmc_method(drive, &how) ||
	     (how == SIM_METHOD_TAO && !sim_mmc_tao_form(drive, &form)))) {
		illegal(cmd, 0x64, 0x00);
		return;
	}
	if (!blocks)
		return;
	if (how == SIM_METHOD_SAO) {
		sim_mmc_write_sao(drive, cmd);
		return;
	}
	if ((uint64_t)blocks * form.main > cmd->data_len - cmd->done)
		illegal(cmd, 0x24, 0x00);
	else if (how == SIM_METHOD_OVERWRITE)
		overwrite(drive, cmd, lba, blocks);
	else if (disc->pow && recorded(disc, lba, blocks))
		replace(drive, cmd, lba, blocks);
	else
		append(drive, cmd, &form, lba, blocks, how);
}

void sim_mmc_write_verify(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t lba = sim_be32(cmd->cdb + 2), blocks = sim_be16(cmd->cdb + 7);

	if (!drive->disc->formatted) {	/* only where it can be written again */
		illegal(cmd, 0x30, 0x05);
		return;
	}
	sim_mmc_write(drive, cmd);
	while (cmd->status == SIM_GOOD && blocks) {
		uint32_t n = sim_mmc_readable(drive, cmd, lba, blocks);

		lba += n;
		blocks -= n;
	}
}
