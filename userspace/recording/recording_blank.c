// SPDX-License-Identifier: GPL-2.0
/*
 * What a recording that is sent to strangers does not tell: what is on the disc, what it is
 * called, and which very device it was.  Lengths, padding and which of them are equal stay
 * as they were, for faults live there.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "bytes.h"
#include "recording.h"
#include "subcode.h"

#define SERIAL_MIN	4u	/* shorter ones could be anything */
#define SHORT_SERIAL	10u	/* to which some devices cut a serial number (SMC-3 6.11) */

/* ---- Substitutes --------------------------------------------------------- */

void recording_blanker_free(struct recording_blanker *b)
{
	free(b->serials.secret);
	free(b->tags.secret);
	memset(b, 0, sizeof(*b));
}

/* Letters become X, digits 0, and a number is written into them from the right, each in its own
 * alphabet: "AB1234" is "XX0001".  Other bytes, spaces and NULs among them, stay. */
static void disguise(const uint8_t *was, uint8_t *is, size_t len, unsigned int number)
{
	for (size_t i = len; i-- > 0;) {
		unsigned int base = isdigit(was[i]) ? 10 : isalpha(was[i]) ? 26 : 0;

		is[i] = was[i];
		if (!base)
			continue;
		is[i] = base == 10 ? (uint8_t)('0' + number % 10)
				   : (uint8_t)('A' + (number % 26 + 'X' - 'A') % 26);
		number /= base;
	}
}

static int add_secret(struct recording_secrets *list, const uint8_t *was, const uint8_t *is,
		      size_t len)
{
	struct recording_secret *secret;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct recording_secret *more = realloc(list->secret, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		list->secret = more;
		list->room = room;
	}
	secret = &list->secret[list->count++];
	memset(secret, 0, sizeof(*secret));
	memcpy(secret->was, was, len);
	memcpy(secret->is, is, len);
	secret->len = (uint8_t)len;
	return 0;
}

static const struct recording_secret *find_secret(const struct recording_secrets *list,
						  const uint8_t *was, size_t len)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->secret[i].len == len && !memcmp(list->secret[i].was, was, len))
			return &list->secret[i];
	return NULL;
}

static bool is_padding(uint8_t c)
{
	return c == ' ' || !c;
}

int recording_blanker_serial(struct recording_blanker *b, const void *serial, size_t len)
{
	const uint8_t *was = serial;
	uint8_t is[RECORDING_SECRET_SIZE];
	int ret;

	while (len && is_padding(was[len - 1]))
		len--;
	while (len && is_padding(*was)) {
		was++;
		len--;
	}
	if (len > RECORDING_SECRET_SIZE)
		len = RECORDING_SECRET_SIZE;
	if (!(b->what & RECORDING_BLANKED_SERIALS) || len < SERIAL_MIN ||
	    find_secret(&b->serials, was, len) || b->serials.count >= RECORDING_SECRETS)
		return 0;
	disguise(was, is, len, ++b->serials.numbers);
	ret = add_secret(&b->serials, was, is, len);
	if (!ret && len > SHORT_SERIAL && !find_secret(&b->serials, was, SHORT_SERIAL))
		ret = add_secret(&b->serials, was, is, SHORT_SERIAL);
	return ret;
}

/* A world wide name: its maker stays, what follows is a number */
static int add_name(struct recording_blanker *b, const uint8_t *was, size_t len)
{
	uint8_t is[RECORDING_SECRET_SIZE];

	if (len < 8 || len > sizeof(is) || find_secret(&b->serials, was, len) ||
	    b->serials.count >= RECORDING_SECRETS)
		return 0;
	memcpy(is, was, len);
	is[len - 3] = 0;
	put_be16(is + len - 2, (uint16_t)++b->serials.numbers);
	return add_secret(&b->serials, was, is, len);
}

/* ---- Serial numbers ---------------------------------------------------- */

/* VPD page 83h (SPC-4 7.8.6): world wide names, which are binary */
static int learn_names(struct recording_blanker *b, const uint8_t *data, size_t len)
{
	size_t at = 4;
	int ret = 0;

	while (!ret && at + 4 <= len && data[at + 3] <= len - at - 4) {
		uint8_t kind = data[at + 1] & 0x0f;

		if ((data[at] & 0x0f) == 1 && (kind == 2 || kind == 3))
			ret = add_name(b, data + at + 4, data[at + 3]);
		at += 4u + data[at + 3];
	}
	return ret;
}

/* GET CONFIGURATION: feature 0108h, wherever the features in between say that it is */
static int learn_feature(struct recording_blanker *b, const uint8_t *data, size_t len)
{
	size_t at = 8;

	for (; at + 4 <= len && data[at + 3] <= len - at - 4; at += 4u + data[at + 3])
		if (get_be16(data + at) == 0x0108)
			return recording_blanker_serial(b, data + at + 4, data[at + 3]);
	return 0;
}

static int learn(struct recording_blanker *b, const struct recording_exchange *x)
{
	const uint8_t *cdb = x->cdb;

	if (cdb[0] == 0x12 && cdb[1] & 1 && x->data_len > 4) {
		size_t len = x->data_len - 4;

		if (cdb[2] == 0x80)
			return recording_blanker_serial(b, x->data + 4,
							x->data[3] < len ? x->data[3] : len);
		if (cdb[2] == 0x83)
			return learn_names(b, x->data, x->data_len);
	}
	if (cdb[0] == 0x46 && b->type == 5)
		return learn_feature(b, x->data, x->data_len);
	return 0;
}

/* Longer ones come before those they were cut to */
static void replace_serials(const struct recording_blanker *b, uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len; at++) {
		const struct recording_secret *best = NULL;

		for (size_t i = 0; i < b->serials.count; i++) {
			const struct recording_secret *s = &b->serials.secret[i];

			if (s->was[0] == data[at] && s->len <= len - at &&
			    !memcmp(s->was, data + at, s->len) && (!best || s->len > best->len))
				best = s;
		}
		if (!best)
			continue;
		memcpy(data + at, best->is, best->len);
		at += best->len - 1u;
	}
}

/* ---- Titles ------------------------------------------------------------- */

/* CD-Text packs (MMC-3, annex J): letters become x, a checksum that was right is right again */
static void blank_cd_text(uint8_t *data, size_t len)
{
	for (size_t at = 4; at + 18 <= len; at += 18) {
		uint8_t *pack = data + at;
		bool sound = cd_crc(pack, 16) == get_be16(pack + 16);

		if (pack[0] == 0x88 || pack[0] == 0x89 || pack[0] == 0x8f)
			continue;	/* TOC, sizes: no text */
		for (size_t i = 4; i < 16; i++)
			if (pack[i])
				pack[i] = 'x';
		if (sound)
			put_be16(pack + 16, cd_crc(pack, 16));
	}
}

static void blank_letters(uint8_t *data, size_t len)
{
	disguise(data, data, len, 0);
}

static int blank_tag(struct recording_blanker *b, uint8_t *tag, size_t len)
{
	const struct recording_secret *known;
	uint8_t is[RECORDING_SECRET_SIZE];
	size_t n = len;

	while (n && is_padding(tag[n - 1]))
		n--;
	if (!n)
		return 0;
	known = find_secret(&b->tags, tag, n);
	if (!known) {
		int ret;

		disguise(tag, is, n, ++b->tags.numbers);
		ret = add_secret(&b->tags, tag, is, n);
		if (ret)
			return ret;
		known = &b->tags.secret[b->tags.count - 1];
	}
	memcpy(tag, known->is, n);
	return 0;
}

/* READ ELEMENT STATUS (SMC-3 6.11): 32 characters of each volume tag, where the pages say */
static int blank_tags(struct recording_blanker *b, uint8_t *data, size_t len)
{
	size_t at = 8;
	int ret = 0;

	while (at + 8 <= len) {
		const uint8_t *page = data + at;
		size_t descriptor = get_be16(page + 2), bytes = get_be32(page + 4) & 0xffffff;
		unsigned int tags = (page[1] >> 7) + (page[1] >> 6 & 1);
		size_t end = bytes < len - at - 8 ? at + 8 + bytes : len;

		for (at += 8; descriptor && at < end; at += descriptor)
			for (size_t tag = at + 12; tag < at + 12 + 36 * tags; tag += 36) {
				size_t room = tag < len ? len - tag : 0;

				ret = blank_tag(b, data + tag, room < 32 ? room : 32);
				if (ret)
					return ret;
			}
		at = end;
	}
	return 0;
}

static int blank_titles(struct recording_blanker *b, struct recording_exchange *x)
{
	const uint8_t *cdb = x->cdb;
	uint8_t format = cdb[2] & 0x0f;

	switch (cdb[0]) {
	case 0x42:	/* READ SUB-CHANNEL: the media catalogue number, an ISRC */
		if (b->type == 5 && (cdb[3] == 2 || cdb[3] == 3) && x->data_len > 9)
			blank_letters(x->data + 9, x->data_len - 9);
		return 0;
	case 0x43:
		if (b->type == 5 && format == 5)
			blank_cd_text(x->data, x->data_len);
		return 0;
	case 0x51:	/* READ DISC INFORMATION: identification, bar code */
		if (b->type == 5 && !(cdb[1] & 7) && x->data_len >= 32) {
			memset(x->data + 12, 0, 4);
			memset(x->data + 24, 0, 8);
		}
		return 0;
	case 0xb8:
		return b->type == 8 ? blank_tags(b, x->data, x->data_len) : 0;
	}
	return 0;
}

/* ---- Data ----------------------------------------------------------------- */

/* Replies that hold what is on the disc, or keys to it */
static bool holds_data(const struct recording_exchange *x, uint8_t type)
{
	const uint8_t *cdb = x->cdb;

	if (cdb[0] == 0x3c)	/* READ BUFFER: modes 03h, 0Bh tell sizes */
		return (cdb[1] & 0x1f) != 0x03 && (cdb[1] & 0x1f) != 0x0b;
	if (type != 5)
		return false;
	switch (cdb[0]) {
	case 0x08: case 0x28: case 0xa8: case 0x88:	/* READ */
	case 0xb9: case 0xbe: case 0xd8: case 0xd4: case 0xd5:	/* READ CD, CD-DA of vendors */
	case 0xab:	/* READ MEDIA SERIAL NUMBER */
		return true;
	case 0xa4:	/* REPORT KEY: all but the region code's state */
		return (cdb[10] & 0x3f) != 0x08;
	case 0xad:	/* keys, the burst cutting area, media identifiers */
		return cdb[7] == 0x02 || cdb[7] == 0x03 || cdb[7] == 0x06 || cdb[7] == 0x07 ||
		       (cdb[7] >= 0x80 && cdb[7] <= 0x8f);
	}
	return false;
}

/* Parameters that tell what was asked for; all else that goes out is data */
static bool tells_parameters(const struct recording_exchange *x)
{
	switch (x->cdb[0]) {
	case 0x04:	/* FORMAT UNIT */
	case 0x15: case 0x55:	/* MODE SELECT */
	case 0x1d:	/* SEND DIAGNOSTIC */
	case 0x4c:	/* LOG SELECT */
	case 0x54:	/* SEND OPC INFORMATION */
	case 0xb6:	/* SET STREAMING */
		return true;
	}
	return false;
}

static void leave_sum(struct recording_exchange *x)
{
	x->blank_len = x->data_len;
	x->blank_sum = XXH64(x->data, x->data_len, 0);
	x->data_len = 0;
}

int recording_blank(struct recording_blanker *b, struct recording_exchange *x)
{
	bool secret = x->dir == RECORDING_OUT ? !tells_parameters(x) : holds_data(x, b->type);
	int ret = 0;

	if (!x->data_len)
		return 0;
	/* Data too long for a file are never kept */
	if ((b->what & RECORDING_BLANKED_DATA && secret) || x->data_len > RECORDING_KEPT_MAX) {
		leave_sum(x);
		return 0;
	}
	if (x->dir != RECORDING_IN)
		return 0;
	if (b->what & RECORDING_BLANKED_SERIALS) {
		ret = learn(b, x);
		if (!ret)
			replace_serials(b, x->data, x->data_len);
	}
	if (!ret && b->what & RECORDING_BLANKED_TITLES)
		ret = blank_titles(b, x);
	return ret;
}
