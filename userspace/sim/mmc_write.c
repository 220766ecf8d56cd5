// SPDX-License-Identifier: GPL-2.0
/* Writing blocks, and what comes before and after (MMC). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drive_priv.h"

#define SAVE_EVERY	(64u << 20 >> 11)	/* blocks: progress in the sidecar */
#define RUN_OUT		2			/* blocks a CD track needs after it */

static void illegal(struct sim_cmd *cmd, uint8_t asc, uint8_t ascq)
{
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, asc, ascq);
}

/* How page 05h wants it recorded; false: not so on this medium */
static bool method(const struct sim_drive *drive, enum sim_method *out)
{
	const struct sim_medium *medium = drive->disc->medium;
	uint8_t type = drive->page05[2] & 0x0f;

	if (medium->profile == 0x1b) {	/* the page is not for DVD+R */
		*out = SIM_METHOD_SEQUENTIAL;
		return true;
	}
	if (!medium->cd && (drive->page05[4] & 0x0f) != 8)
		return false;
	*out = medium->cd ? SIM_METHOD_TAO : type == 0 ? SIM_METHOD_INCREMENTAL : SIM_METHOD_DAO;
	return medium->cd ? type == 1 : type == 0 || type == 2;
}

static bool xa_sectors(const struct sim_drive *drive)
{
	return (drive->page05[4] & 0x0f) == 10;
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
		 disc->tracks[disc->track_count - 1].method == SIM_METHOD_DAO)
		track = &disc->tracks[disc->track_count - 1];
	*out = track;
	if (lba >= disc->capacity) {
		illegal(cmd, 0x21, 0x00);
	} else if (track && (track->method != how ||
			     (how == SIM_METHOD_TAO && track->xa != xa_sectors(drive)))) {
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
		 uint32_t lba, uint32_t blocks)
{
	const struct sim_disc *disc = drive->disc;
	uint64_t end = disc->capacity - (disc->medium->cd ? RUN_OUT : 0);

	if (track && track->size)
		end = (uint64_t)track->start + track->size;
	if ((uint64_t)lba + blocks <= end)
		return true;
	illegal(cmd, 0x63, 0x00);
	return false;
}

/* The first blocks of a track: it exists from here on, also after a crash */
static struct sim_track *begin(struct sim_drive *drive, struct sim_cmd *cmd, enum sim_method how,
			       uint32_t size, bool xa)
{
	const struct sim_identity *id = &drive->dev.identity;
	struct sim_disc *disc = drive->disc;
	enum sim_disc_state before = disc->state;
	struct sim_track *track = sim_disc_begin(disc, how, size);
	char writer[80];

	if (!track) {
		illegal(cmd, 0x72, 0x05);
		return NULL;
	}
	track->xa = xa;
	snprintf(writer, sizeof(writer), "%s %s %s %s", id->vendor, id->product, id->revision,
		 id->serial);
	sim_disc_signed(disc, writer);
	if (sim_mmc_save(drive, cmd))
		return track;
	disc->track_count--;
	disc->state = before;
	return NULL;
}

static void store(struct sim_drive *drive, struct sim_cmd *cmd, struct sim_track *track,
		  uint32_t lba, uint32_t blocks)
{
	struct sim_disc *disc = drive->disc;
	size_t len = (size_t)blocks * SIM_BLOCK, count;
	struct iovec *iov = sim_mmc_iov(drive, cmd, len, &count);
	int ret = iov ? sim_disc_write(disc, lba, iov, count) : -ENOMEM;

	if (ret < 0) {		/* the folder is full, say */
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x0c, 0x00, lba);
		return;
	}
	cmd->done += len;
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

void sim_mmc_write(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t blocks = cmd->cdb[0] == 0x2a ? sim_be16(cmd->cdb + 7) : sim_be32(cmd->cdb + 6);
	uint32_t lba = sim_be32(cmd->cdb + 2);
	struct sim_track *track;
	enum sim_method how;
	int ret;

	if (!sim_mmc_recordable(drive, cmd))
		return;
	if (!method(drive, &how)) {
		illegal(cmd, 0x64, 0x00);
		return;
	}
	if (!blocks || !target(drive, cmd, lba, how, &track) ||
	    !fits(drive, cmd, track, lba, blocks))
		return;
	if ((uint64_t)blocks * SIM_BLOCK > cmd->data_len - cmd->done) {
		illegal(cmd, 0x24, 0x00);
		return;
	}
	ret = sim_pace_write(drive, lba, blocks);
	if (ret == -EAGAIN)
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x04, 0x08);
	else if (ret == -ESTALE)
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
	if (ret)
		return;
	if (!track)
		track = begin(drive, cmd, how, 0, how == SIM_METHOD_TAO && xa_sectors(drive));
	if (track)
		store(drive, cmd, track, lba, blocks);
}

/* The track whose last blocks may still be in the cache */
static struct sim_track *unfinished(struct sim_disc *disc)
{
	for (unsigned int i = disc->track_count; i-- > 0;)
		if (disc->tracks[i].state != SIM_TRACK_CLOSED &&
		    disc->tracks[i].nwa != disc->tracks[i].start)
			return &disc->tracks[i];
	return NULL;
}

void sim_mmc_synchronize_cache(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_track *track = unfinished(drive->disc);
	uint64_t now = sim_now();
	uint64_t left = drive->caught_up > now ? drive->caught_up - now : 0;

	if (!track)
		return;
	switch (track->method) {
	case SIM_METHOD_TAO:	/* the end of the data is the end of the track */
		sim_disc_close_track(drive->disc, track);
		break;
	case SIM_METHOD_DAO:
		/* Only the last ECC block may be filled up: DAO has no links */
		if (track->start + track->size - track->nwa < drive->disc->medium->unit)
			sim_mmc_dao_done(drive, track);
		break;
	default:
		sim_disc_link(drive->disc, track);
	}
	if (sim_mmc_save(drive, cmd) && left)
		sim_mmc_busy(drive, SIM_BUSY_FLUSH, left, cmd->cdb[1] & 2);
}

void sim_mmc_reserve_track(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_disc *disc = drive->disc;
	uint32_t unit, size = sim_be32(cmd->cdb + 5), start;
	enum sim_method how;

	if (!sim_mmc_recordable(drive, cmd))
		return;
	unit = disc->medium->unit;
	start = sim_disc_next_start(disc);
	if (disc->medium->cd)		/* packet writing's; there is none here */
		illegal(cmd, 0x30, 0x05);
	else if ((cmd->cdb[1] & 3) || !size || start >= disc->capacity ||
		 size > disc->capacity - start)
		illegal(cmd, 0x24, 0x00);
	else if (!method(drive, &how))
		illegal(cmd, 0x64, 0x00);
	else if (how == SIM_METHOD_DAO && disc->state != SIM_DISC_BLANK)
		illegal(cmd, 0x2c, 0x03);
	else if (sim_disc_open_track(disc))
		illegal(cmd, 0x2c, 0x00);
	else	/* whole ECC blocks */
		begin(drive, cmd, how, (size + unit - 1) / unit * unit, false);
}

void sim_mmc_send_opc(struct sim_drive *drive, struct sim_cmd *cmd)
{
	/* Power is always right here; calibrating is done, or parameters taken */
	if (sim_mmc_recordable(drive, cmd) && !(cmd->cdb[1] & 1) && !sim_be16(cmd->cdb + 7))
		illegal(cmd, 0x24, 0x00);
}
