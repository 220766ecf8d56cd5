// SPDX-License-Identifier: GPL-2.0
/* What recording does to a disc. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "media_disc.h"

#define CD_PREGAP	150	/* between tracks of a session */
#define CD_TRACK_MIN	300	/* MMC: four seconds */
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

struct sim_track *sim_disc_track_at(struct sim_disc *disc, uint32_t lba)
{
	for (unsigned int i = 0; i < disc->track_count; i++) {
		struct sim_track *track = &disc->tracks[i];
		uint32_t end = track->state == SIM_TRACK_OPEN ? track->nwa
							      : track->start + track->size;

		if (lba >= track->start && lba < end)
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
	if (disc->data_blocks >= end)
		return 0;
	if (ftruncate(disc->fd, (off_t)end * SIM_BLOCK) < 0)
		return -errno;
	disc->data_blocks = end;
	return 0;
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

uint32_t sim_disc_recorded(const struct sim_disc *disc)
{
	uint32_t blocks = 0;

	for (unsigned int i = 0; i < disc->track_count; i++)
		blocks += disc->tracks[i].nwa - disc->tracks[i].start;
	return blocks;
}

/* Takes n bytes off the front of iov */
static void advance(struct iovec **iov, size_t *count, size_t n)
{
	while (*count && n >= (*iov)->iov_len) {
		n -= (*iov)->iov_len;
		(*iov)++;
		(*count)--;
	}
	if (*count) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + n;
		(*iov)->iov_len -= n;
	}
}

#define IOV_BATCH	1024	/* IOV_MAX of Linux */

int sim_disc_write(struct sim_disc *disc, uint32_t lba, struct iovec *iov, size_t count)
{
	off_t at = (off_t)lba * SIM_BLOCK;

	while (count) {
		ssize_t n = pwritev(disc->fd, iov, count < IOV_BATCH ? (int)count : IOV_BATCH, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		advance(&iov, &count, (size_t)n);
	}
	if ((uint64_t)at / SIM_BLOCK > disc->data_blocks)
		disc->data_blocks = (uint64_t)at / SIM_BLOCK;
	return 0;
}

/* Up to where the medium has padding that the file lacks; lba or less: it is lost data */
static uint32_t padding_end(struct sim_disc *disc, uint32_t lba)
{
	const struct sim_track *track = sim_disc_track_at(disc, lba);
	uint32_t pad = disc->medium->cd ? CD_TRACK_MIN : disc->medium->unit;

	if (!track || !disc->medium->recordable)
		return 0;
	if (disc->data_blocks > track->start)
		return (uint32_t)disc->data_blocks + pad;
	return track->start + pad;
}

int sim_disc_read(struct sim_disc *disc, uint32_t lba, struct iovec *iov, size_t count)
{
	off_t at = (off_t)lba * SIM_BLOCK;

	while (count) {
		ssize_t n = preadv(disc->fd, iov, count < IOV_BATCH ? (int)count : IOV_BATCH, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0) {
			off_t end = padding_end(disc, (uint32_t)(at / SIM_BLOCK));

			end *= SIM_BLOCK;
			if (end <= at)
				return -EIO;
			n = end - at < (off_t)iov->iov_len ? end - at : (ssize_t)iov->iov_len;
			memset(iov->iov_base, 0, (size_t)n);
		}
		at += n;
		advance(&iov, &count, (size_t)n);
	}
	return 0;
}
