// SPDX-License-Identifier: GPL-2.0
/* Blocks of 2048 bytes to and from a disc's file. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "contents.h"
#include "media_disc.h"


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

	if (disc->before)	/* test write */
		return 0;
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
	if (track->method == SIM_METHOD_OVERWRITE)	/* formatted: all is there */
		return track->start + track->size;
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
