// SPDX-License-Identifier: GPL-2.0
/* Whole sectors of CDs, and the two ways in which a file can have them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>

#include "media_disc.h"
#include "msf.h"

#define BATCH	64u		/* sectors at a time */

static int read_all(int fd, uint8_t *to, size_t len, off_t at, size_t *got)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = pread(fd, to + *got, len - *got, at + (off_t)*got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return 0;
}

static int write_all(int fd, const uint8_t *from, size_t len, off_t at)
{
	while (len) {
		ssize_t n = pwrite(fd, from, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		from += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static bool all_zero(const uint8_t *raw)
{
	return raw[0] == 0 && memcmp(raw, raw + 1, CD_RAW - 1) == 0;
}

/* The file has user data only: the rest is added */
static int read_plain(struct sim_disc *disc, const struct sim_track *track, uint32_t lba,
		      uint32_t blocks, uint8_t *raw)
{
	uint8_t data[SIM_BLOCK];

	for (uint32_t i = 0; i < blocks; i++, raw += CD_RAW) {
		struct iovec iov = { data, sizeof(data) };
		int ret = sim_disc_read(disc, lba + i, &iov, 1);

		if (ret)
			return ret;
		cd_sector_build(raw, track->type, (int32_t)(lba + i), NULL, data);
	}
	return 0;
}

int sim_disc_read_raw(struct sim_disc *disc, const struct sim_track *track, uint32_t lba,
		      uint32_t blocks, uint8_t *raw)
{
	size_t got;
	int ret;

	if (disc->sector == SIM_BLOCK)
		return read_plain(disc, track, lba, blocks, raw);
	ret = read_all(disc->fd, raw, (size_t)blocks * CD_RAW, (off_t)lba * CD_RAW, &got);
	if (ret)
		return ret;
	memset(raw + got, 0, (size_t)blocks * CD_RAW - got);
	if (!(track->control & CD_DATA))
		return 0;
	/* Padding, and pregaps that the drive made: sectors of zeros, but sectors */
	for (uint32_t i = 0; i < blocks; i++)
		if (all_zero(raw + (size_t)i * CD_RAW))
			cd_sector_build(raw + (size_t)i * CD_RAW, track->type, (int32_t)(lba + i),
					NULL, NULL);
	return 0;
}

int sim_disc_read_late(struct sim_disc *disc, const struct sim_track *track, uint32_t lba,
		       uint32_t blocks, int32_t samples, uint8_t *raw)
{
	uint8_t *more = calloc(blocks + 2, CD_RAW);
	uint32_t before = lba > 0;
	int ret = -ENOMEM;

	if (!more)
		return ret;
	ret = sim_disc_read_raw(disc, track, lba - before, blocks + 1 + before,
				more + (1 - before) * CD_RAW);
	if (!ret)	/* 4 bytes a sample; late is what comes from further on */
		memcpy(raw, more + CD_RAW + samples * 4, (size_t)blocks * CD_RAW);
	free(more);
	return ret;
}

/* One sector out of what the host sends for it */
static void make_sector(const struct sim_form *form, uint32_t lba, const uint8_t *data,
			uint8_t *raw)
{
	enum cd_sector type = form->type;
	bool form2;

	memset(raw, 0, CD_RAW);
	switch (form->main) {
	case 0:
		cd_sector_build(raw, type, (int32_t)lba, NULL, NULL);
		return;
	case 2048:
	case 2324:
		cd_sector_build(raw, type, (int32_t)lba, form->subheader, data);
		return;
	case 2056:
	case 2332:
	case 2336:
		memcpy(raw + 16, data, form->main);
		break;
	default:
		memcpy(raw, data, CD_RAW);
	}
	/* Subheader and all: it says itself which form it has */
	form2 = type == CD_XA1 && form->main != 2056 && (raw[18] & 0x20);
	cd_sector_encode(raw, form2 ? CD_XA2 : type, (int32_t)lba);
}

/* Would a file of user data be enough?  Then it can be mounted as it is. */
static bool plain(const struct sim_form *form)
{
	static const uint8_t usual[4] = { 0, 0, 0x08, 0 };

	if (form->main == 0)
		return form->type != CD_AUDIO;
	return !form->sub && form->main == SIM_BLOCK &&
	       (form->type != CD_XA1 || memcmp(form->subheader, usual, 4) == 0);
}

static int store_raw(struct sim_disc *disc, const struct sim_form *form, uint32_t lba,
		     uint32_t blocks, const uint8_t *data)
{
	size_t step = (size_t)form->main + form->sub;
	uint8_t *raw = malloc((size_t)BATCH * CD_RAW);
	int ret = raw ? 0 : -ENOMEM;

	while (blocks && !ret) {
		uint32_t n = blocks < BATCH ? blocks : BATCH;

		for (uint32_t i = 0; i < n; i++, data += step)
			make_sector(form, lba + i, data, raw + (size_t)i * CD_RAW);
		ret = write_all(disc->fd, raw, (size_t)n * CD_RAW, (off_t)lba * CD_RAW);
		lba += n;
		blocks -= n;
	}
	free(raw);
	return ret;
}

/* R to W as the host has them; P and Q are the drive's */
static int store_sub(struct sim_disc *disc, const struct sim_form *form, uint32_t lba,
		     uint32_t blocks, const uint8_t *data)
{
	size_t step = (size_t)form->main + form->sub;
	int fd = sim_media_open_sub(disc->media, disc->name, true);
	int ret = fd < 0 ? fd : 0;

	for (uint32_t i = 0; i < blocks && !ret; i++, data += step)
		ret = write_all(fd, data + form->main, CD_SUBCODE, (off_t)(lba + i) * CD_SUBCODE);
	if (fd < 0)
		return ret;
	if (disc->sub_fd >= 0)
		close(disc->sub_fd);
	disc->sub_fd = fd;
	return ret;
}

void sim_disc_read_sub(struct sim_disc *disc, uint32_t lba, uint8_t *sub)
{
	size_t got = 0;

	if (disc->sub_fd >= 0 &&
	    read_all(disc->sub_fd, sub, CD_SUBCODE, (off_t)lba * CD_SUBCODE, &got))
		got = 0;
	memset(sub + got, 0, CD_SUBCODE - got);
	for (unsigned int i = 0; i < CD_SUBCODE; i++)
		sub[i] &= 0x3f;
}

int sim_disc_write_sectors(struct sim_disc *disc, const struct sim_form *form, uint32_t lba,
			   uint32_t blocks, const uint8_t *data)
{
	int ret = 0;

	if (disc->before || (int32_t)lba < 0)	/* test write; the pregap at -150 */
		return 0;
	if (disc->sector == SIM_BLOCK && !plain(form))
		ret = sim_disc_make_raw(disc);
	if (ret)
		return ret;
	if (disc->sector == CD_RAW)
		ret = store_raw(disc, form, lba, blocks, data);
	else if (form->main)
		ret = write_all(disc->fd, data, (size_t)blocks * SIM_BLOCK, (off_t)lba * SIM_BLOCK);
	else	/* zeros are there anyway */
		return 0;
	if (!ret && form->sub)
		ret = store_sub(disc, form, lba, blocks, data);
	if (!ret && (uint64_t)lba + blocks > disc->data_blocks)
		disc->data_blocks = (uint64_t)lba + blocks;
	return ret;
}

/* Copies what was recorded into the new file */
static int move(struct sim_disc *disc, int fd)
{
	uint8_t *raw = malloc((size_t)BATCH * CD_RAW);
	int ret = raw ? 0 : -ENOMEM;

	for (unsigned int t = 0; t < disc->track_count && !ret; t++) {
		const struct sim_track *track = &disc->tracks[t];
		uint32_t end = track->start + track->size;

		if (track->state != SIM_TRACK_CLOSED)
			end = track->nwa;
		for (uint32_t lba = track->start, n; lba < end && !ret; lba += n) {
			n = end - lba < BATCH ? end - lba : BATCH;
			if (lba >= disc->data_blocks)
				break;
			ret = read_plain(disc, track, lba, n, raw);
			if (!ret)
				ret = write_all(fd, raw, (size_t)n * CD_RAW, (off_t)lba * CD_RAW);
		}
	}
	free(raw);
	return ret;
}

int sim_disc_make_raw(struct sim_disc *disc)
{
	int fd = sim_media_new_data(disc->media, disc->name, true);
	int ret = fd < 0 ? fd : move(disc, fd);
	int old = disc->fd;

	if (!ret && flock(fd, LOCK_EX | LOCK_NB) < 0)
		ret = -EBUSY;
	if (ret) {
		if (fd >= 0)
			close(fd);
		return ret;
	}
	disc->fd = fd;
	disc->sector = CD_RAW;
	/* The sidecar says which file counts; the old one may go then */
	ret = sim_disc_save(disc, true);
	if (ret) {
		disc->fd = old;
		disc->sector = SIM_BLOCK;
		close(fd);
		return ret;
	}
	close(old);
	sim_media_drop_data(disc->media, disc->name, false);
	return 0;
}
