// SPDX-License-Identifier: GPL-2.0
/* CLOSE TRACK/SESSION (MMC), and the time it takes. */
#include "drive_priv.h"

static void illegal(struct sim_cmd *cmd, uint8_t asc, uint8_t ascq)
{
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, asc, ascq);
}

bool sim_mmc_save(struct sim_drive *drive, struct sim_cmd *cmd)
{
	if (sim_disc_save(drive->disc, true) == 0)
		return true;
	sim_cmd_sense(cmd, SIM_MEDIUM_ERROR, 0x73, 0x06);	/* PMA/RMA: no room to note it */
	return false;
}

void sim_mmc_busy(struct sim_drive *drive, enum sim_busy busy, uint64_t ns, bool immed)
{
	uint64_t until = sim_now() + ns;

	drive->busy = busy;
	drive->busy_since = until - ns;
	drive->busy_until = until;
	if (!immed) {
		sim_drive_wait(drive, until);
		sim_drive_settle(drive);
	}
}

void sim_mmc_dao_done(struct sim_drive *drive, struct sim_track *track)
{
	sim_disc_close_track(drive->disc, track);
	sim_disc_close_session(drive->disc, true);
	sim_disc_test_end(drive->disc);
}

/* The track of a close command; NULL with CHECK CONDITION */
static struct sim_track *named(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_disc *disc = drive->disc;
	uint16_t number = sim_be16(cmd->cdb + 4);

	/* FFh is the one being recorded; with a CD that may be just done (SYNCHRONIZE CACHE) */
	if (number == 0xff || number == 0xffff) {
		if (sim_disc_session_open(disc))
			return &disc->tracks[disc->track_count - 1];
		illegal(cmd, 0x72, 0x04);
		return NULL;
	}
	if (number && number <= disc->track_count)
		return &disc->tracks[number - 1];
	if (number == disc->track_count + 1)
		illegal(cmd, 0x72, 0x04);	/* nothing is recorded in it */
	else
		illegal(cmd, 0x24, 0x00);
	return NULL;
}

static bool close_track(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_track *track = named(drive, cmd);

	if (!track)
		return false;
	if (track->state == SIM_TRACK_CLOSED)
		return true;
	if (track->method == SIM_METHOD_DAO || track->nwa == track->start) {
		illegal(cmd, 0x72, 0x04);
		return false;
	}
	if (sim_disc_close_track(drive->disc, track) == 0)
		return true;
	sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x0c, 0x00, track->nwa);
	return false;
}

/* Are all tracks of the open session closed?  CHECK CONDITION if not. */
static bool session_whole(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = drive->disc;

	for (unsigned int i = 0; i < disc->track_count; i++) {
		if (disc->tracks[i].state == SIM_TRACK_CLOSED)
			continue;
		illegal(cmd, 0x72, disc->tracks[i].state == SIM_TRACK_OPEN ? 0x03 : 0x04);
		return false;
	}
	return true;
}

static bool close_session(struct sim_drive *drive, struct sim_cmd *cmd, bool final)
{
	struct sim_disc *disc = drive->disc;

	if (disc->state == SIM_DISC_BLANK) {
		illegal(cmd, 0x2c, 0x04);
		return false;
	}
	if (!session_whole(drive, cmd))
		return false;
	sim_disc_close_session(disc, final);
	return true;
}

/* Page 05h says whether another session may follow: only multi-session 11b lets it */
static bool last_session(const struct sim_drive *drive)
{
	const struct sim_medium *medium = drive->disc->medium;

	return (medium->cd || medium->family == SIM_DVD_MINUS) && (drive->page05[3] >> 6) != 3;
}

/* A formatted disc has nothing to close but what a quick format left open */
static bool close_formatted(struct sim_drive *drive, struct sim_cmd *cmd, uint8_t function)
{
	struct sim_disc *disc = drive->disc;

	if (disc->medium->family == SIM_BD || function > 3 || function == 1 ||
	    (function == 0 && disc->medium->family != SIM_DVD_PLUS)) {
		illegal(cmd, 0x24, 0x00);
		return false;
	}
	drive->deiced = 0;
	if (disc->medium->family == SIM_DVD_MINUS)
		disc->growing = false;
	return true;
}

/* There is nothing to close where nothing was recorded, and no error in that */
static bool tested(const struct sim_drive *drive)
{
	const struct sim_disc *disc = drive->disc;

	return (disc->medium->cd || disc->medium->family == SIM_DVD_MINUS) && !disc->before &&
	       (drive->page05[2] & SIM_TEST_WRITE) && !sim_disc_session_open(disc);
}

static bool close_sequential(struct sim_drive *drive, struct sim_cmd *cmd, uint8_t function)
{
	enum sim_family family = drive->disc->medium->family;

	if (tested(drive) && (function == 1 || function == 2))
		return true;
	switch (function) {
	case 1:
		return close_track(drive, cmd);
	case 2:
		return close_session(drive, cmd, last_session(drive));
	case 5:
		if (family == SIM_DVD_PLUS)
			return close_session(drive, cmd, true);
		break;
	case 6:
		if (family == SIM_DVD_PLUS || family == SIM_BD)
			return close_session(drive, cmd, true);
		break;
	}
	illegal(cmd, 0x24, 0x00);
	return false;
}

void sim_mmc_close(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_disc *disc = drive->disc;
	uint8_t function = cmd->cdb[2] & 7;
	uint64_t now = sim_now();
	uint64_t flush;

	if (!disc->formatted && !sim_mmc_recordable(drive, cmd))
		return;
	drive->streaming = false;
	if (disc->formatted ? !close_formatted(drive, cmd, function)
			    : !close_sequential(drive, cmd, function))
		return;
	/* A test write leaves nothing, whatever it is asked to close */
	sim_disc_test_end(disc);
	if (!sim_mmc_save(drive, cmd))
		return;
	flush = drive->caught_up > now ? drive->caught_up - now : 0;
	sim_mmc_busy(drive, SIM_BUSY_CLOSE, flush + drive->close_ms * 1000000ull,
		     cmd->cdb[1] & 1);
}
