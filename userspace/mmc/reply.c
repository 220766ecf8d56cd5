// SPDX-License-Identifier: GPL-2.0
/*
 * What drives answer.  Each parser first clips the length to what the reply
 * says of itself, then demands the fields it cannot do without; what later
 * standards appended may be missing and reads as zero.
 */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "mmc.h"

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Copies a reply into a fixed frame, zero where it is short. */
static void frame(uint8_t *to, size_t size, const uint8_t *data, size_t len)
{
	memset(to, 0, size);
	if (len)
		memcpy(to, data, min_size(size, len));
}

static void text(char *to, const uint8_t *from, size_t len)
{
	size_t i;

	while (len && (from[len - 1] == ' ' || !from[len - 1]))
		len--;
	for (i = 0; i < len; i++)
		to[i] = from[i] >= 0x20 && from[i] < 0x7f ? (char)from[i] : '?';
	to[len] = '\0';
}

int mmc_parse_inquiry(const uint8_t *data, size_t len, struct mmc_inquiry *inq)
{
	if (len < MMC_INQUIRY_LEN)
		return -EPROTO;
	inq->type = data[0] & 0x1f;
	inq->removable = data[1] & 0x80;
	text(inq->vendor, &data[8], 8);
	text(inq->product, &data[16], 16);
	text(inq->revision, &data[32], 4);
	return 0;
}

int mmc_parse_profile(const uint8_t *data, size_t len, uint16_t *profile)
{
	if (len < 8 || get_be32(data) < 4)
		return -EPROTO;
	*profile = get_be16(&data[6]);
	return 0;
}

int mmc_find_feature(const uint8_t *data, size_t len, uint16_t code, struct mmc_feature *feature)
{
	size_t at = 8;

	if (len < 8)
		return -EPROTO;
	len = min_size(len, (size_t)get_be32(data) + 4);
	while (at + 4 <= len) {
		const uint8_t *d = &data[at];

		if (at + 4 + d[3] > len)
			break;
		if (get_be16(d) == code) {
			feature->code = code;
			feature->version = (d[2] >> 2) & 0x0f;
			feature->persistent = d[2] & 0x02;
			feature->current = d[2] & 0x01;
			feature->len = d[3];
			feature->data = d + 4;
			return 0;
		}
		at += 4 + (size_t)d[3];
	}
	return -ENOENT;
}

/* Hour, minute, second, frame; all FFh where there is none. */
static uint32_t last_lead_out(const uint8_t *msf)
{
	int64_t frames = ((msf[0] * 60 + msf[1]) * 60 + msf[2]) * (int64_t)75 + msf[3] - 150;

	return msf[1] < 100 && msf[2] < 60 && msf[3] < 75 && frames > 0 ? (uint32_t)frames : 0;
}

int mmc_parse_disc_info(const uint8_t *data, size_t len, struct mmc_disc_info *info)
{
	uint8_t d[MMC_DISC_INFO_LEN];

	if (len < 2)
		return -EPROTO;
	len = min_size(len, (size_t)get_be16(data) + 2);
	if (len < 12)
		return -EPROTO;
	frame(d, sizeof(d), data, len);
	info->state = d[2] & 0x03;
	info->last_session_state = (d[2] >> 2) & 0x03;
	info->erasable = d[2] & 0x10;
	info->first_track = d[3];
	info->sessions = (uint16_t)(d[9] << 8 | d[4]);
	info->first_track_last_session = (uint16_t)(d[10] << 8 | d[5]);
	info->last_track = (uint16_t)(d[11] << 8 | d[6]);
	info->background_format = d[7] & 0x03;
	info->opc_entries = d[33];
	info->lead_out = last_lead_out(d + 20);
	return 0;
}

int mmc_parse_track_info(const uint8_t *data, size_t len, struct mmc_track_info *info)
{
	uint8_t d[MMC_TRACK_INFO_LEN];

	if (len < 2)
		return -EPROTO;
	len = min_size(len, (size_t)get_be16(data) + 2);
	if (len < 28)
		return -EPROTO;
	frame(d, sizeof(d), data, len);
	info->track = (uint16_t)(d[32] << 8 | d[2]);
	info->session = (uint16_t)(d[33] << 8 | d[3]);
	info->track_mode = d[5] & 0x0f;
	info->damaged = d[5] & 0x20;
	info->data_mode = d[6] & 0x0f;
	info->reserved = d[6] & 0x80;
	info->blank = d[6] & 0x40;
	info->packet = d[6] & 0x20;
	info->fixed_packet = d[6] & 0x10;
	info->next_valid = d[7] & 0x01;
	info->last_valid = (d[7] & 0x02) && len >= 32;
	info->start = get_be32(&d[8]);
	info->next = get_be32(&d[12]);
	info->free = get_be32(&d[16]);
	info->packet_size = get_be32(&d[20]);
	info->size = get_be32(&d[24]);
	info->last = get_be32(&d[28]);
	return 0;
}

int mmc_parse_capacity(const uint8_t *data, size_t len, uint64_t *blocks, uint32_t *block_size)
{
	if (len < MMC_CAPACITY_LEN)
		return -EPROTO;
	*blocks = (uint64_t)get_be32(data) + 1;
	*block_size = get_be32(&data[4]);
	return 0;
}

int mmc_parse_toc(const uint8_t *data, size_t len, struct mmc_toc *toc)
{
	size_t at;

	memset(toc, 0, sizeof(*toc));
	if (len < 2)
		return -EPROTO;
	len = min_size(len, (size_t)get_be16(data) + 2);
	if (len < 4 || data[2] > data[3])
		return -EPROTO;
	toc->first = data[2];
	toc->last = data[3];
	for (at = 4; at + 8 <= len && toc->count < 100; at += 8) {
		struct mmc_toc_track *t = &toc->tracks[toc->count++];

		t->adr = data[at + 1] >> 4;
		t->control = data[at + 1] & 0x0f;
		t->number = data[at + 2];
		t->lba = get_be32(&data[at + 4]);
	}
	return toc->count ? 0 : -EPROTO;
}

int mmc_parse_buffer_capacity(const uint8_t *data, size_t len, struct mmc_buffer *buffer)
{
	if (len < MMC_BUFFER_LEN)
		return -EPROTO;
	buffer->size = get_be32(&data[4]);
	buffer->free = get_be32(&data[8]);
	return 0;
}

int mmc_parse_event(const uint8_t *data, size_t len, struct mmc_media_event *event)
{
	if (len < 4)
		return -EPROTO;
	if ((data[2] & 0x80) || (data[2] & 0x07) != 4)
		return -ENODATA;
	len = min_size(len, (size_t)get_be16(data) + 2);
	if (len < 6)
		return -EPROTO;
	event->event = data[4] & 0x0f;
	event->present = data[5] & 0x02;
	event->tray_open = data[5] & 0x01;
	return 0;
}
