// SPDX-License-Identifier: GPL-2.0
/* Tracks as the write parameters (page 05h) have them: begin, reserve, flush. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "contents.h"
#include "drive_priv.h"

static void illegal(struct sim_cmd *cmd, uint8_t asc, uint8_t ascq)
{
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, asc, ascq);
}

bool sim_mmc_method(const struct sim_drive *drive, enum sim_method *out)
{
	const struct sim_medium *medium = drive->disc->medium;
	uint8_t type = drive->page05[2] & SIM_WRITE_TYPE;

	if (medium->family == SIM_DVD_PLUS || medium->family == SIM_BD) {
		*out = SIM_METHOD_SEQUENTIAL;	/* the page is not for these */
		return true;
	}
	if (medium->cd) {
		*out = type == 2 ? SIM_METHOD_SAO : SIM_METHOD_TAO;
		return type == 1 || type == 2;
	}
	if ((drive->page05[4] & 0x0f) != 8)
		return false;
	*out = type == 0 ? SIM_METHOD_INCREMENTAL : SIM_METHOD_DAO;
	return type == 2 || (type == 0 && !drive->disc->dao_only);
}

bool sim_mmc_tao_form(const struct sim_drive *drive, struct sim_form *form)
{
	static const struct {
		enum cd_sector type;
		uint16_t main;
	} forms[] = {
		[8] = { CD_MODE1, 2048 }, [9] = { CD_MODE2, 2336 }, [10] = { CD_XA1, 2048 },
		[11] = { CD_XA1, 2056 }, [12] = { CD_XA2, 2324 }, [13] = { CD_XA2, 2332 },
	};
	uint8_t block = drive->page05[4] & 0x0f;

	memset(form, 0, sizeof(*form));
	if (!(drive->page05[3] & CD_DATA)) {
		form->type = CD_AUDIO;
		form->main = CD_RAW;
		return block == 0;
	}
	if (block < 8 || block > 13)
		return false;
	form->type = forms[block].type;
	form->main = forms[block].main;
	memcpy(form->subheader, drive->page05 + 48, 4);
	if (!form->subheader[2])	/* as most hosts leave it: data */
		form->subheader[2] = 0x08;
	return true;
}

bool sim_mmc_sign(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_identity *id = &drive->dev.identity;
	struct sim_disc *disc = drive->disc;
	bool applies = disc->medium->cd || disc->medium->family == SIM_DVD_MINUS;
	char writer[80];

	if (applies && (drive->page05[2] & SIM_TEST_WRITE) && !disc->before &&
	    sim_disc_test_begin(disc)) {
		sim_cmd_sense(cmd, SIM_HARDWARE_ERROR, 0x44, 0x00);
		return false;
	}
	snprintf(writer, sizeof(writer), "%s %s %s %s", id->vendor, id->product, id->revision,
		 id->serial);
	sim_disc_signed(disc, writer);
	return true;
}

/* MCN, ISRC and what else page 05h says of a CD's track */
static void describe_track(struct sim_drive *drive, struct sim_track *track)
{
	const uint8_t *page = drive->page05;
	struct sim_form form;
	char text[CD_MCN_SIZE];

	sim_mmc_tao_form(drive, &form);
	track->type = form.type == CD_XA2 ? CD_XA1 : form.type;
	track->control = page[3] & 0x0f;
	track->copy = page[3] & 0x10;
	memcpy(text, page + 17, 13);
	text[13] = 0;
	if ((page[16] & 0x80) && cd_mcn_valid(text))
		memcpy(drive->disc->mcn, text, CD_MCN_SIZE);
	memcpy(text, page + 33, 12);
	text[12] = 0;
	if ((page[32] & 0x80) && cd_isrc_valid(text))
		memcpy(track->isrc, text, CD_ISRC_SIZE);
}

struct sim_track *sim_mmc_begin(struct sim_drive *drive, struct sim_cmd *cmd,
				enum sim_method how, uint32_t size)
{
	struct sim_disc *disc = drive->disc;
	enum sim_disc_state before = disc->state;
	struct sim_track *track;

	if (!sim_mmc_sign(drive, cmd))
		return NULL;
	track = sim_disc_begin(disc, how, size);
	if (!track) {
		illegal(cmd, 0x72, 0x05);
		return NULL;
	}
	if (disc->medium->cd)
		describe_track(drive, track);
	if (sim_mmc_save(drive, cmd))
		return track;
	disc->track_count--;
	disc->state = before;
	return NULL;
}

/* The beam went off in the middle of a track: what there is of it stays as it is */
static void underrun(struct sim_drive *drive)
{
	struct sim_track *track = sim_disc_open_track(drive->disc);

	sim_cue_free(drive->cue);
	drive->cue = NULL;
	if (track && track->method == SIM_METHOD_TAO)
		sim_disc_close_track(drive->disc, track);
	sim_disc_save(drive->disc, false);
}

bool sim_mmc_pace_write(struct sim_drive *drive, struct sim_cmd *cmd, uint32_t lba,
			uint32_t blocks)
{
	int ret = sim_pace_write(drive, lba, blocks);

	if (ret == -EAGAIN) {
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x04, 0x08);
	} else if (ret == -EPIPE) {
		underrun(drive);
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x0c, 0x09, lba);
	} else if (ret) {
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
	}
	return !ret;
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

	drive->streaming = false;
	if (track) {
		switch (track->method) {
		case SIM_METHOD_TAO:	/* the end of the data is the end of the track */
			sim_disc_close_track(drive->disc, track);
			break;
		case SIM_METHOD_DAO:
			/* Only the last ECC block may be filled up: DAO has no links */
			if (track->start + track->size - track->nwa < drive->disc->medium->unit)
				sim_mmc_dao_done(drive, track);
			break;
		case SIM_METHOD_SAO:	/* goes on as the cue sheet has it */
			break;
		default:
			sim_disc_link(drive->disc, track);
		}
		if (!sim_mmc_save(drive, cmd))
			return;
	}
	if (left && (track || drive->disc->formatted))
		sim_mmc_busy(drive, SIM_BUSY_FLUSH, left, cmd->cdb[1] & 2);
}

void sim_mmc_reserve_track(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_disc *disc = drive->disc;
	uint32_t unit, size = sim_be32(cmd->cdb + 5), start;
	struct sim_form form;
	enum sim_method how;

	if (!sim_mmc_recordable(drive, cmd))
		return;
	unit = disc->medium->unit;
	start = sim_disc_next_start(disc);
	if (!sim_mmc_method(drive, &how) ||
	    (disc->medium->cd && !sim_mmc_tao_form(drive, &form)))
		illegal(cmd, 0x64, 0x00);
	else if (how == SIM_METHOD_SAO || sim_disc_open_track(disc))
		illegal(cmd, 0x2c, 0x00);
	else if ((cmd->cdb[1] & 3) || !size ||
		 (uint64_t)start + size > sim_disc_limit(disc, how) ||
		 (disc->medium->cd && size < CD_TRACK_MIN))
		illegal(cmd, 0x24, 0x00);
	else if (how == SIM_METHOD_DAO && disc->state != SIM_DISC_BLANK)
		illegal(cmd, 0x2c, 0x03);
	else	/* whole ECC blocks */
		sim_mmc_begin(drive, cmd, how, (size + unit - 1) / unit * unit);
}
