// SPDX-License-Identifier: GPL-2.0
/* Test write, erasing and formatting: what makes a disc other than it was. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>

#include "media_disc.h"
#include "msf.h"

int sim_disc_test_begin(struct sim_disc *disc)
{
	struct sim_disc *before = malloc(sizeof(*before));

	if (!before)
		return -ENOMEM;
	*before = *disc;
	disc->before = before;
	return 0;
}

void sim_disc_test_end(struct sim_disc *disc)
{
	struct sim_disc *before = disc->before;

	if (!before)
		return;
	if (disc->text != before->text)
		free(disc->text);
	*disc = *before;
	free(before);
}

static int cut(struct sim_disc *disc, uint32_t blocks)
{
	if (disc->data_blocks <= blocks)
		return 0;
	if (ftruncate(disc->fd, (off_t)blocks * disc->sector) < 0)
		return -errno;
	disc->data_blocks = blocks;
	return 0;
}

static void forget_text(struct sim_disc *disc)
{
	free(disc->text);
	disc->text = NULL;
	disc->text_packs = 0;
	disc->mcn[0] = 0;
}

/* A blank's file is one of plain blocks, as it was made */
static int make_plain(struct sim_disc *disc)
{
	int fd = sim_media_new_data(disc->media, disc->name, false);
	int old = disc->fd, ret;

	if (fd < 0)
		return fd;
	flock(fd, LOCK_EX | LOCK_NB);
	disc->fd = fd;
	disc->sector = SIM_BLOCK;
	/* First the sidecar that says so, then the other file may go */
	ret = sim_disc_save(disc, true);
	if (ret) {
		disc->fd = old;
		disc->sector = CD_RAW;
		close(fd);
		return ret;
	}
	close(old);
	sim_media_drop_data(disc->media, disc->name, true);
	return 0;
}

int sim_disc_erase(struct sim_disc *disc)
{
	int ret = cut(disc, 0);

	if (ret)
		return ret;
	if (disc->sub_fd >= 0)
		close(disc->sub_fd);
	disc->sub_fd = -1;
	sim_media_drop_sub(disc->media, disc->name);
	disc->state = SIM_DISC_BLANK;
	disc->sessions_closed = 0;
	disc->track_count = 0;
	disc->index_count = 0;
	disc->type = 0;
	disc->formatted = false;
	disc->growing = false;
	forget_text(disc);
	return disc->sector == CD_RAW ? make_plain(disc) : 0;
}

int sim_disc_erase_last(struct sim_disc *disc, bool session)
{
	const struct sim_track *last;
	uint16_t keep = disc->track_count;
	uint16_t from;

	if (!keep)
		return -ENOENT;
	from = disc->tracks[keep - 1].session;
	keep--;
	while (session && keep && disc->tracks[keep - 1].session == from)
		keep--;
	if (!keep)
		return sim_disc_erase(disc);
	disc->track_count = keep;
	last = &disc->tracks[keep - 1];
	if (disc->sessions_closed > last->session || (session && disc->sessions_closed >= from))
		disc->sessions_closed = last->session;
	while (disc->index_count && disc->index[disc->index_count - 1].track > keep)
		disc->index_count--;
	disc->state = SIM_DISC_APPENDABLE;
	return cut(disc, last->start + last->size);
}

int sim_disc_erase_tail(struct sim_disc *disc, uint32_t lba)
{
	struct sim_track *last = disc->track_count ? &disc->tracks[disc->track_count - 1] : NULL;

	if (!last || last->state == SIM_TRACK_CLOSED || lba < last->start || lba >= last->nwa)
		return -ENOENT;
	last->nwa = lba;
	return cut(disc, lba);
}

int sim_disc_reopen(struct sim_disc *disc)
{
	if (!disc->sessions_closed || sim_disc_session_open(disc))
		return -ENOENT;
	disc->sessions_closed--;
	disc->state = SIM_DISC_APPENDABLE;
	return 0;
}

#define CD_PACKET	32u
#define CD_PACKET_LINKS	7u	/* link, four run-in, two run-out blocks */

uint32_t sim_disc_packet(const struct sim_disc *disc)
{
	return disc->medium->cd ? CD_PACKET : disc->medium->unit;
}

uint32_t sim_disc_formattable(const struct sim_disc *disc)
{
	uint32_t packet = sim_disc_packet(disc);

	return disc->capacity / (packet + (disc->medium->cd ? CD_PACKET_LINKS : 0)) * packet;
}

int sim_disc_format(struct sim_disc *disc, uint32_t blocks, bool growing)
{
	struct sim_track *track = &disc->tracks[0];
	/* What was in the formatted area stays where a drive only formats anew */
	int ret = disc->formatted ? 0 : sim_disc_erase(disc);

	if (ret)
		return ret;
	memset(track, 0, sizeof(*track));
	track->session = 1;
	track->state = SIM_TRACK_CLOSED;
	track->method = SIM_METHOD_OVERWRITE;
	track->type = CD_MODE1;
	track->control = CD_DATA;
	track->pregap = disc->medium->cd ? CD_PREGAP : 0;
	track->size = blocks;
	track->nwa = blocks;
	disc->track_count = 1;
	disc->sessions_closed = 1;
	disc->state = SIM_DISC_COMPLETE;
	disc->formatted = true;
	disc->growing = growing;
	disc->dao_only = false;
	return 0;
}
