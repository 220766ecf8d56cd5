// SPDX-License-Identifier: GPL-2.0
/* What drives answer about discs; the rules are those of reply.c. */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "mmc.h"

#define MODE_HEADER	8u
#define FRAMES_LEAD_IN	(100 * 60 * 75)	/* MSF of lead-ins count down from 100 minutes */
#define PREGAP		150

/* Clips a reply to the length in its first two bytes; 0 when that is nonsense. */
static size_t clip(const uint8_t *data, size_t len)
{
	size_t said;

	if (len < 4)
		return 0;
	said = (size_t)get_be16(data) + 2;
	return said < len ? said : len;
}

int mmc_parse_profiles(const uint8_t *data, size_t len, uint16_t *profiles, size_t max)
{
	struct mmc_feature f;
	unsigned int i, n;

	if (mmc_find_feature(data, len, 0x0000, &f))
		return -EPROTO;
	n = f.len / 4u;
	for (i = 0; i < n && i < max; i++)
		profiles[i] = get_be16(f.data + (size_t)i * 4);
	return (int)n;
}

int mmc_parse_formats(const uint8_t *data, size_t len, struct mmc_formats *formats)
{
	size_t at, said;

	memset(formats, 0, sizeof(*formats));
	if (len < 12)
		return -EPROTO;
	said = (size_t)data[3] + 4;
	len = said < len ? said : len;
	if (len < 12)
		return -EPROTO;
	formats->blocks = get_be32(&data[4]);
	formats->state = (enum mmc_formatted)(data[8] & 0x03);
	for (at = 12; at + 8 <= len; at += 8) {
		unsigned int type = data[at + 4] >> 2;

		if (!(formats->types >> type & 1))
			formats->type_blocks[type] = get_be32(&data[at]);
		formats->types |= 1ull << type;
	}
	return formats->state ? 0 : -EPROTO;
}

int mmc_parse_write_speeds(const uint8_t *data, size_t len, uint32_t *speeds)
{
	size_t at, said;
	int n = 0, i;

	if (len < 8)
		return -EPROTO;
	said = get_be32(data) > MMC_SPEEDS_LEN ? MMC_SPEEDS_LEN : (size_t)get_be32(data) + 4;
	len = said < len ? said : len;
	for (at = 8; at + 16 <= len && n < (int)MMC_SPEEDS_MAX; at += 16) {
		uint32_t speed = get_be32(&data[at + 12]);

		if (!speed)
			continue;
		/* Fastest first, each once, whatever the drive's order is */
		for (i = n; i > 0 && speeds[i - 1] < speed; i--)
			;
		if (i > 0 && speeds[i - 1] == speed)
			continue;
		memmove(&speeds[i + 1], &speeds[i], (size_t)(n - i) * sizeof(*speeds));
		speeds[i] = speed;
		n++;
	}
	return n;
}

int mmc_parse_physical(const uint8_t *data, size_t len, struct mmc_physical *physical)
{
	uint32_t start, end, end0;

	len = clip(data, len);
	if (len < 4 + 16)
		return -EPROTO;
	data += 4;
	start = get_be32(&data[4]) & 0xffffff;
	end = get_be32(&data[8]) & 0xffffff;
	end0 = get_be32(&data[12]) & 0xffffff;
	memset(physical, 0, sizeof(*physical));
	physical->book = data[0] >> 4;
	physical->layers = (uint8_t)((data[2] >> 5 & 3) + 1);
	physical->opposite = data[2] & 0x10;
	if (physical->layers == 1 || end0 < start) {
		physical->blocks = end >= start ? end - start + 1 : 0;
		return 0;
	}
	physical->layer_break = end0 - start + 1;
	if (physical->opposite) {
		/* The second layer ends at the complement of where the first one began */
		uint32_t back = ~end0 & 0xffffff;

		physical->blocks = physical->layer_break + (end >= back ? end - back + 1 : 0);
	} else {
		physical->blocks = 2 * physical->layer_break;
	}
	return 0;
}

int mmc_parse_copyright(const uint8_t *data, size_t len, uint8_t *system, uint8_t *regions)
{
	if (clip(data, len) < 8)
		return -EPROTO;
	*system = data[4];
	*regions = data[5];
	return 0;
}

int mmc_parse_layer_break(const uint8_t *data, size_t len, uint32_t *blocks, bool *settled)
{
	if (clip(data, len) < 12)
		return -EPROTO;
	*settled = data[4] & 0x80;
	*blocks = get_be32(&data[8]);
	return 0;
}

int mmc_parse_full_toc(const uint8_t *data, size_t len, struct mmc_toc_entry *entries)
{
	size_t at;
	int n = 0;

	len = clip(data, len);
	if (len < 4)
		return -EPROTO;
	for (at = 4; at + 11 <= len && n < (int)MMC_FULL_TOC_MAX; at += 11) {
		struct mmc_toc_entry *e = &entries[n++];
		const uint8_t *d = &data[at];

		e->session = d[0];
		e->adr = d[1] >> 4;
		e->control = d[1] & 0x0f;
		e->point = d[3];
		memcpy(e->msf, &d[4], 3);
		memcpy(e->pmsf, &d[8], 3);
	}
	return n ? n : -EPROTO;
}

int mmc_parse_cd_text(const uint8_t *data, size_t len, const uint8_t **packs)
{
	len = clip(data, len);
	if (len < 4)
		return -EPROTO;
	*packs = data + 4;
	return (int)((len - 4) / 18);
}

static bool allowed(char c, bool letters)
{
	return (c >= '0' && c <= '9') || (letters && c >= 'A' && c <= 'Z');
}

int mmc_parse_mcn(const uint8_t *data, size_t len, char mcn[14])
{
	unsigned int i;

	*mcn = '\0';
	if (len < 22 || data[4] != 2)
		return -EPROTO;
	if (!(data[8] & 0x80))
		return 0;
	for (i = 0; i < 13; i++) {
		mcn[i] = (char)data[9 + i];
		if (!allowed(mcn[i], false)) {
			*mcn = '\0';
			return 0;
		}
	}
	mcn[13] = '\0';
	return 0;
}

int mmc_parse_isrc(const uint8_t *data, size_t len, char isrc[13])
{
	unsigned int i;

	*isrc = '\0';
	if (len < 21 || data[4] != 3)
		return -EPROTO;
	if (!(data[8] & 0x80))
		return 0;
	for (i = 0; i < 12; i++) {
		isrc[i] = (char)data[9 + i];
		if (!allowed(isrc[i], i < 5)) {
			*isrc = '\0';
			return 0;
		}
	}
	isrc[12] = '\0';
	return 0;
}

bool mmc_code_garbled(const uint8_t *data, const char *code)
{
	return (data[8] & 0x80) && !*code;
}

/* Minute, second, frame as an address; those of lead-ins are negative. */
static int32_t lba(const uint8_t *msf)
{
	int32_t frames = (msf[0] * 60 + msf[1]) * 75 + msf[2];

	return (msf[0] >= 90 ? frames - FRAMES_LEAD_IN : frames) - PREGAP;
}

int mmc_parse_atip(const uint8_t *data, size_t len, struct mmc_atip *atip)
{
	len = clip(data, len);
	if (len < 16)
		return -EPROTO;
	atip->rewritable = data[6] & 0x40;
	atip->lead_in = lba(&data[8]);
	atip->lead_out = lba(&data[12]);
	return atip->lead_in < 0 ? 0 : -EPROTO;
}

static uint8_t decimal(uint8_t v, bool bcd)
{
	return bcd ? (uint8_t)((v >> 4) * 10 + (v & 15)) : v;
}

int mmc_parse_q(const uint8_t *data, size_t len, int32_t at, struct mmc_q *q)
{
	unsigned int bcd;

	if (len < MMC_Q_LEN)
		return -EPROTO;
	if ((data[0] & 0x0f) != 1)
		return -ENODATA;
	for (bcd = 2; bcd-- > 0;) {
		const uint8_t msf[3] = { decimal(data[7], bcd), decimal(data[8], bcd),
					 decimal(data[9], bcd) };

		if (lba(msf) != at)
			continue;
		q->control = data[0] >> 4;
		q->track = data[1] == MMC_LEAD_OUT ? data[1] : decimal(data[1], bcd);
		q->index = decimal(data[2], bcd);
		return 0;
	}
	return -ENODATA;
}

int mmc_parse_capabilities(const uint8_t *sense, size_t len, struct mmc_capabilities *caps)
{
	uint8_t p[32] = { 0 };
	size_t at;

	if (len < MODE_HEADER)
		return -EPROTO;
	len = clip(sense, len);
	if (len < MODE_HEADER)
		return -EPROTO;
	at = MODE_HEADER + get_be16(&sense[6]);
	if (at + 2 > len || (sense[at] & 0x3f) != MMC_PAGE_CAPABILITIES || sense[at + 1] < 18 ||
	    at + 20 > len)
		return -EPROTO;
	len -= at;
	if (len > (size_t)sense[at + 1] + 2)
		len = (size_t)sense[at + 1] + 2;
	memcpy(p, sense + at, len < sizeof(p) ? len : sizeof(p));
	caps->test_write = p[3] & 0x04;
	caps->underrun_free = p[4] & 0x80;
	caps->buffer_kb = get_be16(&p[12]);
	caps->max_read = get_be16(&p[8]);
	caps->read = get_be16(&p[14]);
	caps->max_write = get_be16(&p[18]);
	/* MMC-3 has the selected speed behind the old one */
	caps->write = get_be16(&p[28]) ? get_be16(&p[28]) : get_be16(&p[20]);
	return 0;
}
