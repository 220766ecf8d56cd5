// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "cdtext.h"
#include "subcode.h"

#define TEXT		12u	/* bytes of it in a pack */
#define BLOCK_MAX	255u	/* packs of one language */
#define SIZES		3u	/* packs */

bool cd_text_pack_ok(const uint8_t *pack)
{
	return pack[0] >= CD_TEXT_TITLE && pack[0] <= CD_TEXT_SIZES &&
	       cd_crc(pack, 16) == (pack[16] << 8 | pack[17]);
}

void cd_text_pack_seal(uint8_t *pack)
{
	uint16_t crc = cd_crc(pack, 16);

	pack[16] = (uint8_t)(crc >> 8);
	pack[17] = (uint8_t)crc;
}

void cd_text_spread(const uint8_t *packs, uint8_t *raw)
{
	for (int i = 0; i < 24; i++, packs += 3, raw += 4) {
		raw[0] = packs[0] >> 2;
		raw[1] = (uint8_t)((packs[0] << 4 | packs[1] >> 4) & 0x3f);
		raw[2] = (uint8_t)((packs[1] << 2 | packs[2] >> 6) & 0x3f);
		raw[3] = packs[2] & 0x3f;
	}
}

void cd_text_gather(const uint8_t *raw, uint8_t *packs)
{
	for (int i = 0; i < 24; i++, packs += 3, raw += 4) {
		packs[0] = (uint8_t)(raw[0] << 2 | (raw[1] >> 4 & 3));
		packs[1] = (uint8_t)(raw[1] << 4 | (raw[2] >> 2 & 15));
		packs[2] = (uint8_t)(raw[2] << 6 | (raw[3] & 0x3f));
	}
}

/* Packs on their way */
struct writer {
	uint8_t *out;
	size_t count, max;
	size_t fill;			/* bytes of text in the last one; 0: it is full */
	uint8_t of_type[16];
};

static uint8_t *begin_pack(struct writer *w, uint8_t type, uint8_t track, size_t position)
{
	uint8_t *pack = w->out + CD_TEXT_PACK * w->count;

	if (w->count == w->max || w->count == BLOCK_MAX)
		return NULL;
	memset(pack, 0, CD_TEXT_PACK);
	pack[0] = type;
	pack[1] = track;
	pack[2] = (uint8_t)w->count++;
	pack[3] = (uint8_t)(position < 15 ? position : 15);
	w->of_type[type & 15]++;
	return pack;
}

/* Bytes, going on in the last pack */
static bool put_bytes(struct writer *w, uint8_t type, uint8_t track, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!w->fill && !begin_pack(w, type, track, i))
			return false;
		w->out[CD_TEXT_PACK * (w->count - 1) + 4 + w->fill] = (uint8_t)text[i];
		w->fill = (w->fill + 1) % TEXT;
	}
	return true;
}

static const char *find(const struct cd_text *texts, size_t count, uint8_t type, uint8_t track)
{
	for (size_t i = 0; i < count; i++)
		if (texts[i].type == type && texts[i].track == track)
			return texts[i].text;
	return NULL;
}

static bool put_type(struct writer *w, const struct cd_text *texts, size_t count, uint8_t type,
		     uint8_t first, uint8_t last)
{
	static const char genre_code[2] = { 0, 1 };	/* not defined: the text tells */
	bool disc_only = type == CD_TEXT_DISC_ID || type == CD_TEXT_GENRE;
	bool any = find(texts, count, type, 0);

	for (unsigned int t = first; t <= last && !any && !disc_only; t++)
		any = find(texts, count, type, (uint8_t)t);
	if (!any)
		return true;
	w->fill = 0;
	if (type == CD_TEXT_GENRE && !put_bytes(w, type, 0, genre_code, sizeof(genre_code)))
		return false;
	for (unsigned int t = 0; t <= last; t = t ? t + 1 : first) {
		const char *text = find(texts, count, type, (uint8_t)t);

		text = text ? text : "";
		if (!put_bytes(w, type, (uint8_t)t, text, strlen(text) + 1))
			return false;
		if (disc_only)
			break;
	}
	return true;
}

static bool put_sizes(struct writer *w, uint8_t first, uint8_t last, uint8_t language)
{
	uint8_t info[SIZES * TEXT] = { 0, first, last, 0 };

	w->of_type[15] = SIZES;
	memcpy(info + 4, w->of_type, 16);
	info[20] = (uint8_t)(w->count + SIZES - 1);	/* last sequence number */
	info[28] = language;
	for (uint8_t i = 0; i < SIZES; i++) {
		uint8_t *pack = begin_pack(w, CD_TEXT_SIZES, i, 0);

		if (!pack)
			return false;
		memcpy(pack + 4, info + TEXT * i, TEXT);
	}
	return true;
}

int cd_text_build(const struct cd_text *texts, size_t count, uint8_t first, uint8_t last,
		  uint8_t language, uint8_t *out, size_t max)
{
	struct writer w = { .out = out, .max = max };

	if (!first || first > last || last > 99)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (texts[i].type != CD_TEXT_ISRC &&
		    (texts[i].type < CD_TEXT_TITLE || texts[i].type > CD_TEXT_GENRE))
			return -EINVAL;
		if (texts[i].track && (texts[i].track < first || texts[i].track > last))
			return -EINVAL;
	}
	for (int type = CD_TEXT_TITLE; type < CD_TEXT_SIZES; type++)
		if (!put_type(&w, texts, count, (uint8_t)type, first, last))
			return -ENOSPC;
	if (!put_sizes(&w, first, last, language))
		return -ENOSPC;
	for (size_t i = 0; i < w.count; i++)
		cd_text_pack_seal(out + CD_TEXT_PACK * i);
	return (int)w.count;
}

/* The track whose text follows that of the disc: the first one, as the sizes tell */
static unsigned int first_track(const uint8_t *packs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *pack = packs + CD_TEXT_PACK * i;

		if (pack[0] == CD_TEXT_SIZES && !pack[1] && !(pack[3] & 0xf0))
			return pack[5] && pack[5] <= 99 ? pack[5] : 1;
	}
	return 1;
}

int cd_text_get(const uint8_t *packs, size_t count, uint8_t type, uint8_t track, char *out,
		size_t len)
{
	unsigned int first = first_track(packs, count);
	unsigned int at = 0;		/* track whose text the byte belongs to */
	bool begun = false, found = false;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *pack = packs + CD_TEXT_PACK * i;

		if (pack[0] != type || (pack[3] & 0xf0))	/* another type or block */
			continue;
		if (!begun)
			at = pack[1] & 0x7f;
		begun = true;
		for (unsigned int b = 4; b < 16 && at <= track; b++) {
			if (at == track) {
				found = true;
				if (pack[b] && n + 1 < len)
					out[n++] = (char)pack[b];
			}
			if (!pack[b])
				at = at ? at + 1 : first;
		}
	}
	if (len)
		out[n] = 0;
	return found ? (int)n : -ENOENT;
}

void cd_text_get_all(const uint8_t *packs, size_t count, uint8_t type, char *out, size_t tracks,
		     size_t len)
{
	unsigned int first = first_track(packs, count);
	size_t at = 0, n = 0;
	bool begun = false;

	for (size_t i = 0; i < tracks; i++)
		out[i * len] = 0;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *pack = packs + CD_TEXT_PACK * i;

		if (pack[0] != type || (pack[3] & 0xf0))	/* another type or block */
			continue;
		if (!begun)
			at = pack[1] & 0x7f;
		begun = true;
		for (unsigned int b = 4; b < 16 && at < tracks; b++) {
			if (!pack[b]) {
				at = at ? at + 1 : first;
				n = 0;
			} else if (n + 1 < len) {
				out[at * len + n++] = (char)pack[b];
				out[at * len + n] = 0;
			}
		}
	}
}
