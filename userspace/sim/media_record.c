// SPDX-License-Identifier: GPL-2.0
/* What recording does to a disc. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "contents.h"
#include "media_disc.h"
#include "msf.h"

#define CD_RUN_OUT	2	/* link blocks after a track at once */

bool sim_disc_session_open(const struct sim_disc *disc)
{
	return disc->track_count &&
	       disc->tracks[disc->track_count - 1].session > disc->sessions_closed;
}

uint16_t sim_disc_session(const struct sim_disc *disc)
{
	return disc->sessions_closed + (disc->state == SIM_DISC_COMPLETE ? 0 : 1);
}

struct sim_track *sim_disc_open_track(struct sim_disc *disc)
{
	struct sim_track *last;

	if (!disc->track_count)
		return NULL;
	last = &disc->tracks[disc->track_count - 1];
	return last->state == SIM_TRACK_OPEN ? last : NULL;
}

uint32_t sim_disc_next_start(const struct sim_disc *disc)
{
	const struct sim_medium *medium = disc->medium;
	const struct sim_track *last;
	uint32_t end;

	if (!disc->track_count)
		return 0;
	last = &disc->tracks[disc->track_count - 1];
	end = last->state == SIM_TRACK_OPEN ? last->nwa : last->start + last->size;
	end = (end + medium->unit - 1) / medium->unit * medium->unit;
	if (sim_disc_session_open(disc))
		return end + (medium->cd ? CD_PREGAP : 0);
	return end + (disc->sessions_closed == 1 ? medium->first_gap : medium->next_gap);
}

uint32_t sim_disc_limit(const struct sim_disc *disc, enum sim_method method)
{
	uint32_t after = method == SIM_METHOD_TAO ? CD_RUN_OUT : 0;

	return disc->capacity > after ? disc->capacity - after : 0;
}

struct sim_track *sim_disc_track_at(struct sim_disc *disc, uint32_t lba)
{
	for (unsigned int i = 0; i < disc->track_count; i++) {
		struct sim_track *track = &disc->tracks[i];
		uint32_t end = track->state == SIM_TRACK_OPEN ? track->nwa
							      : track->start + track->size;
		uint32_t pregap = track->state == SIM_TRACK_CLOSED ? track->pregap : 0;

		if ((uint64_t)lba + pregap >= track->start && lba < end)
			return track;
	}
	return NULL;
}

uint16_t sim_disc_number(const struct sim_disc *disc, const struct sim_track *track)
{
	return (uint16_t)(track - disc->tracks + 1);
}

struct sim_track *sim_disc_begin(struct sim_disc *disc, enum sim_method method, uint32_t size)
{
	struct sim_track *track;
	uint32_t start = sim_disc_next_start(disc);

	if (disc->track_count >= disc->medium->tracks_max)
		return NULL;
	track = &disc->tracks[disc->track_count];
	memset(track, 0, sizeof(*track));
	track->session = sim_disc_session(disc);
	track->state = size ? SIM_TRACK_RESERVED : SIM_TRACK_OPEN;
	track->method = method;
	track->start = start;
	track->nwa = start;
	track->size = size;
	track->type = CD_MODE1;
	track->control = CD_DATA;
	track->pregap = disc->medium->cd ? CD_PREGAP : 0;
	disc->track_count++;
	disc->state = SIM_DISC_APPENDABLE;
	return track;
}

void sim_disc_link(struct sim_disc *disc, struct sim_track *track)
{
	uint32_t unit = disc->medium->unit;
	uint32_t used = track->nwa - track->start;

	used = (used + unit - 1) / unit * unit;
	if (track->size && used > track->size)
		used = track->size;
	track->nwa = track->start + used;
}

/* A reservation that was not filled up is padded: much more than a linking unit */
static int pad_file(struct sim_disc *disc, uint32_t end)
{
	if (disc->data_blocks >= end || disc->before)
		return 0;
	if (ftruncate(disc->fd, (off_t)end * disc->sector) < 0)
		return -errno;
	disc->data_blocks = end;
	return 0;
}

int sim_disc_use_up(struct sim_disc *disc, struct sim_track *track, uint32_t blocks)
{
	int ret = pad_file(disc, track->nwa + blocks);

	if (!ret)
		track->nwa += blocks;
	return ret;
}

int sim_disc_close_track(struct sim_disc *disc, struct sim_track *track)
{
	int ret = 0;

	if (track->state == SIM_TRACK_CLOSED)
		return 0;
	sim_disc_link(disc, track);
	if (track->state == SIM_TRACK_RESERVED && track->nwa < track->start + track->size)
		ret = pad_file(disc, track->start + track->size);
	if (ret)
		return ret;
	if (track->state == SIM_TRACK_OPEN)
		track->size = track->nwa - track->start;
	if (track->method == SIM_METHOD_TAO) {
		if (track->size < CD_TRACK_MIN)
			track->size = CD_TRACK_MIN;
		track->size += CD_RUN_OUT;
		track->run_out = CD_RUN_OUT;
	}
	track->nwa = track->start + track->size;
	track->state = SIM_TRACK_CLOSED;
	return 0;
}

void sim_disc_close_session(struct sim_disc *disc, bool final)
{
	if (sim_disc_session_open(disc))
		disc->sessions_closed++;
	for (unsigned int i = 0; i < disc->track_count; i++)
		if (disc->medium->cd && disc->sessions_closed == 1 && disc->tracks[i].type == CD_XA1)
			disc->type = 0x20;
	if (final || sim_disc_next_start(disc) + disc->medium->unit > disc->capacity)
		disc->state = SIM_DISC_COMPLETE;
}

uint32_t sim_disc_end(const struct sim_disc *disc)
{
	for (unsigned int i = disc->track_count; i-- > 0;)
		if (disc->tracks[i].session <= disc->sessions_closed)
			return disc->tracks[i].start + disc->tracks[i].size;
	return 0;
}

/* How many of a track's sectors can be read from this address on, which is in it */
static uint32_t readable(const struct sim_track *track, uint32_t lba)
{
	bool data = track->control & CD_DATA;
	uint32_t end = track->state == SIM_TRACK_CLOSED ? track->start + track->size : track->nwa;

	if (track->method == SIM_METHOD_TAO && data) {
		if (lba < track->start)	/* links, and nothing a reader could lock onto */
			return 0;
		if (track->state == SIM_TRACK_CLOSED)
			end -= track->run_out;
	}
	return lba < end ? end - lba : 0;
}

static uint8_t index_at(const struct sim_disc *disc, uint16_t track, uint32_t lba)
{
	uint8_t index = 1;

	for (unsigned int i = 0; i < disc->index_count && disc->index[i].lba <= lba; i++)
		if (disc->index[i].track == track)
			index = disc->index[i].number;
	return index;
}

void sim_disc_spot(const struct sim_disc *disc, uint32_t lba, struct sim_spot *spot)
{
	memset(spot, 0, sizeof(*spot));
	for (unsigned int i = 0; i < disc->track_count; i++) {
		const struct sim_track *track = &disc->tracks[i];
		uint32_t end = track->state == SIM_TRACK_OPEN ? track->nwa
							      : track->start + track->size;

		if ((uint64_t)lba + track->pregap < track->start)
			break;
		spot->number = (uint16_t)(i + 1);
		if (lba < end) {
			spot->track = track;
			spot->index = lba < track->start ? 0
				: index_at(disc, (uint16_t)(i + 1), lba);
			spot->relative = lba < track->start ? track->start - lba
							    : lba - track->start;
			spot->readable = readable(track, lba);
			return;
		}
		spot->relative = lba - end;
	}
	spot->number = CD_LEAD_OUT;
	spot->index = 1;
}

#define Q_EVERY		98u	/* at least once in 100 sectors (MMC) */

void sim_disc_q(const struct sim_disc *disc, uint32_t lba, uint8_t *q)
{
	struct sim_spot spot;
	uint8_t control;

	sim_disc_spot(disc, lba, &spot);
	control = spot.track ? spot.track->control
		: disc->track_count ? disc->tracks[disc->track_count - 1].control : 0;
	if (spot.track && spot.track->copy && lba / 4 % 2)	/* SCMS: 9.375 Hz */
		control &= (uint8_t)~CD_COPY_PERMITTED;
	if (disc->mcn[0] && lba % Q_EVERY == 25)
		cd_q_mcn(q, control, disc->mcn, (int32_t)lba);
	else if (spot.track && spot.index && spot.track->isrc[0] && lba % Q_EVERY == 60)
		cd_q_isrc(q, control, spot.track->isrc, (int32_t)lba);
	else
		cd_q_position(q, control, (uint8_t)spot.number, spot.index, spot.relative,
			      (int32_t)lba);
}

#define DVD_LAYER	2298496u	/* most blocks of a single-layer DVD */

uint32_t sim_disc_layer_0(const struct sim_disc *disc)
{
	uint32_t unit = disc->medium->unit;
	bool pressed = disc->medium->family == SIM_DVD && disc->capacity > DVD_LAYER;

	if (disc->layer_0)
		return disc->layer_0;
	if (!disc->medium->two_layers && !pressed)
		return 0;
	return ((disc->capacity + 1) / 2 + unit - 1) / unit * unit;
}

uint16_t sim_disc_profile(const struct sim_disc *disc)
{
	return disc->formatted && disc->medium->profile_formatted
		? disc->medium->profile_formatted : disc->medium->profile;
}

uint32_t sim_disc_recorded(const struct sim_disc *disc)
{
	uint32_t blocks = 0;

	for (unsigned int i = 0; i < disc->track_count; i++)
		blocks += disc->tracks[i].nwa - disc->tracks[i].start;
	return blocks;
}
