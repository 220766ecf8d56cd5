// SPDX-License-Identifier: GPL-2.0
/* READ DISC INFORMATION and READ TRACK INFORMATION (MMC). */
#include <string.h>

#include "contents.h"
#include "drive_priv.h"
#include "msf.h"

/* A DAO reservation is the whole disc: no track can follow it */
static bool has_invisible(const struct sim_disc *disc)
{
	const struct sim_track *last;

	if (disc->state == SIM_DISC_COMPLETE)
		return false;
	if (!disc->track_count)
		return true;
	last = &disc->tracks[disc->track_count - 1];
	return last->state != SIM_TRACK_OPEN &&
	       (last->method != SIM_METHOD_DAO || last->state == SIM_TRACK_CLOSED);
}

static uint16_t last_track(const struct sim_disc *disc)
{
	return disc->track_count + has_invisible(disc);
}

static uint16_t first_track_of(const struct sim_disc *disc, uint16_t session)
{
	for (unsigned int i = 0; i < disc->track_count; i++)
		if (disc->tracks[i].session == session)
			return (uint16_t)(i + 1);
	return last_track(disc);
}

void sim_mmc_read_disc_information(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = drive->disc;
	uint16_t session = sim_disc_session(disc);
	uint16_t first = first_track_of(disc, session), last = last_track(disc);
	uint8_t reply[34] = { 0, 32 };
	bool complete = disc->state == SIM_DISC_COMPLETE;

	if (cmd->cdb[1] & 7) {	/* only the standard type */
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	reply[2] = (uint8_t)(disc->state |
			     (complete ? 3 : sim_disc_session_open(disc) ? 1 : 0) << 2);
	reply[3] = 1;
	reply[4] = (uint8_t)session;
	reply[9] = (uint8_t)(session >> 8);
	reply[5] = (uint8_t)first;
	reply[10] = (uint8_t)(first >> 8);
	reply[6] = (uint8_t)last;
	reply[11] = (uint8_t)(last >> 8);
	reply[7] = 0x20;	/* unrestricted use */
	if (disc->medium->cd) {
		reply[7] |= 0x80;
		sim_put_be32(reply + 12, disc->id);
	}
	reply[8] = disc->type;
	if (disc->medium->erasable)
		reply[2] |= 0x10;
	if (disc->medium->profile == 0x1a && disc->formatted)	/* its background format */
		reply[7] |= drive->deiced ? 2 : disc->growing ? 1 : 3;
	/* A quick-formatted DVD-RW's session is not whole before it is closed */
	if (disc->medium->family == SIM_DVD_MINUS && disc->growing)
		reply[2] = (uint8_t)((reply[2] & 0x10) | 1 << 2 | SIM_DISC_COMPLETE);
	memset(reply + 16, 0xff, 8);
	if (disc->medium->cd && disc->medium->recordable && !complete) {
		uint32_t start = sim_disc_next_start(disc);

		if (disc->state == SIM_DISC_BLANK) {
			reply[8] = 0xff;
			sim_mmc_lead_in(disc, reply + 17);
		}
		/* Lead-in of the session to come: 4500 blocks and the pregap before it */
		if (!sim_disc_session_open(disc) && disc->track_count)
			cd_msf_put(reply + 17, (int32_t)start - 4500 - CD_PREGAP);
		reply[16] = 0;
		reply[20] = 0;
		cd_msf_put(reply + 21, (int32_t)disc->capacity);
	}
	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 7));
}

/* What READ TRACK INFORMATION tells of one track, also one that is not there yet */
struct info {
	uint16_t number, session;
	uint32_t start, nwa, free, size;
	uint8_t mode;		/* data mode: 1, 2; Fh for audio */
	uint8_t control;	/* track mode */
	bool copy;
	uint8_t status;		/* RT, Blank, Packet, FP: bits 7-4 of byte 6 */
	bool nwa_valid, lra_valid;
};

enum { RT = 0x80, BLANK = 0x40, PACKET = 0x20, FP = 0x10 };

static bool incremental(const struct sim_drive *drive, const struct sim_track *track)
{
	if (track)
		return track->method == SIM_METHOD_INCREMENTAL;
	return drive->disc->medium->family == SIM_DVD_MINUS && (drive->page05[2] & 0x0f) == 0 &&
	       !drive->disc->formatted;
}

/* Room for a track that begins here; a CD's is nothing below four seconds */
static uint32_t room(const struct sim_drive *drive, uint32_t start)
{
	const struct sim_disc *disc = drive->disc;
	uint32_t end = disc->capacity;
	enum sim_method how;

	if (sim_mmc_method(drive, &how))
		end = sim_disc_limit(disc, how);
	if (disc->medium->cd && (uint64_t)start + CD_TRACK_MIN > end)
		return 0;
	return end > start ? end - start : 0;
}

static void invisible_info(struct sim_drive *drive, struct info *info)
{
	const struct sim_disc *disc = drive->disc;

	info->mode = 1;
	info->control = CD_DATA;
	info->number = last_track(disc);
	info->session = sim_disc_session(disc);
	info->start = sim_disc_next_start(disc);
	info->nwa = info->start;
	info->free = room(drive, info->start);
	info->size = info->free;
	info->status = BLANK | (incremental(drive, NULL) ? PACKET : 0);
	info->nwa_valid = info->free != 0;
	/*
	 * At once, the first session begins with the pregap, at -150 (MMC).  Of those that
	 * follow drives give the address of index 1, as they do for a track at once: libburn
	 * and cdrecord take the pregap off it themselves.
	 */
	if (disc->medium->cd && !disc->track_count && (drive->page05[2] & 0x0f) == 2 &&
	    info->nwa_valid)
		info->nwa -= CD_PREGAP;
	if (disc->medium->overwrite)	/* not formatted: nothing can be written */
		info->nwa_valid = false;
}

static void overwrite_info(struct sim_drive *drive, const struct sim_track *track,
			   struct info *info)
{
	const struct sim_disc *disc = drive->disc;

	if (disc->medium->family != SIM_DVD_MINUS && !disc->medium->cd)
		return;
	info->status = PACKET | FP;
	info->nwa = disc->growing ? track->start + track->size : track->start;
	info->nwa_valid = true;
}

static void track_info(struct sim_drive *drive, const struct sim_track *track, struct info *info)
{
	const struct sim_disc *disc = drive->disc;
	uint32_t end = track->state == SIM_TRACK_OPEN ? sim_disc_limit(disc, track->method)
						      : track->start + track->size;

	info->mode = track->type == CD_AUDIO ? 15 : track->type == CD_MODE1 ? 1 : 2;
	info->control = track->control;
	info->copy = track->copy;
	info->number = sim_disc_number(disc, track);
	info->session = track->session;
	info->start = track->start;
	info->size = end - track->start;
	info->status = incremental(drive, track) ? PACKET : 0;
	if (track->state == SIM_TRACK_CLOSED) {
		if (track->method == SIM_METHOD_TAO)
			info->status |= RT;
		if (track->method == SIM_METHOD_OVERWRITE)
			overwrite_info(drive, track, info);
	} else {
		info->nwa = track->nwa;
		info->free = end > track->nwa ? end - track->nwa : 0;
		info->nwa_valid = info->free != 0;
		if (track->state == SIM_TRACK_RESERVED)
			info->status |= RT | (track->nwa == track->start ? BLANK : 0);
	}
	/* DVD+R has no last recorded address, a CD neither */
	info->lra_valid = disc->medium->family == SIM_DVD_MINUS && track->nwa > track->start;
}

static void put_info(struct sim_drive *drive, struct sim_cmd *cmd, const struct info *info,
		     uint32_t recorded_end)
{
	const struct sim_medium *medium = drive->disc->medium;
	uint8_t reply[36] = { 0, 34 };

	reply[2] = (uint8_t)info->number;
	reply[32] = (uint8_t)(info->number >> 8);
	reply[3] = (uint8_t)info->session;
	reply[33] = (uint8_t)(info->session >> 8);
	reply[5] = (uint8_t)(info->control | (info->copy ? 0x10 : 0));
	reply[6] = info->status | info->mode;
	reply[7] = (uint8_t)((info->lra_valid ? 2 : 0) | (info->nwa_valid ? 1 : 0));
	sim_put_be32(reply + 8, info->start);
	sim_put_be32(reply + 12, info->nwa_valid ? info->nwa : 0);
	sim_put_be32(reply + 16, info->free);
	sim_put_be32(reply + 20, medium->recordable && (!medium->cd || drive->disc->formatted) ?
		     sim_disc_packet(drive->disc) : 0);
	sim_put_be32(reply + 24, info->size);
	sim_put_be32(reply + 28, info->lra_valid ? recorded_end - 1 : 0);
	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 7));
}

/* The track asked for: 0 none, else its number; the invisible one has the last */
static uint32_t which(struct sim_drive *drive, uint8_t type, uint32_t number)
{
	struct sim_disc *disc = drive->disc;
	const struct sim_track *track;

	switch (type) {
	case 0:		/* LBA */
		track = sim_disc_track_at(disc, number);
		if (track)
			return sim_disc_number(disc, track);
		if (disc->state == SIM_DISC_COMPLETE || number >= disc->capacity)
			return 0;
		track = sim_disc_open_track(disc);
		return number >= (track ? track->nwa : sim_disc_next_start(disc))
			? last_track(disc) : 0;
	case 1:		/* track; FFh is the one to be recorded */
		if (number == 0xff && disc->track_count < 0xff)
			return disc->state == SIM_DISC_COMPLETE ? 0 : last_track(disc);
		return number <= last_track(disc) ? number : 0;
	case 2:		/* the first track of a session */
		return number && number <= sim_disc_session(disc)
			? first_track_of(disc, (uint16_t)number) : 0;
	default:
		return 0;
	}
}

void sim_mmc_read_track_information(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t number = which(drive, cmd->cdb[1] & 3, sim_be32(cmd->cdb + 2));
	struct info info = { 0 };

	if (!number) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
	} else if (number > drive->disc->track_count) {
		invisible_info(drive, &info);
		put_info(drive, cmd, &info, 0);
	} else {
		track_info(drive, &drive->disc->tracks[number - 1], &info);
		put_info(drive, cmd, &info, drive->disc->tracks[number - 1].nwa);
	}
}
