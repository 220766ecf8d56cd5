// SPDX-License-Identifier: GPL-2.0
/*
 * Subchannels beside an image's sectors (.sub).  Of those that are read only Q is looked at,
 * and only where its checksum holds.  Whatever they tell, the layout is checked afterwards.
 */
#include <string.h>

#include "image_priv.h"

#define CODES_WITHIN	300	/* blocks: one of each 100 has MCN or ISRC */
#define Q_AROUND	3	/* blocks before one whose Q tells something else */
#define NOWHERE		0xffffu

struct sub {
	const struct disc_image *image;
	int file;
};

/* The Q of a block; false: there is none that is whole. */
static bool q_of(const struct sub *sub, int32_t lba, uint8_t *q)
{
	const struct disc_files *files = &sub->image->files;
	uint8_t data[CD_SUBCODE];
	unsigned int i;

	for (i = 0; i < sub->image->nr_extents; i++) {
		const struct image_extent *e = &sub->image->extents[i];
		uint64_t block;

		if (e->file == IMAGE_NO_FILE || lba < e->lba ||
		    lba - e->lba >= (int32_t)e->blocks)
			continue;
		block = e->offset / CD_RAW + (uint32_t)(lba - e->lba);
		if (files->read(files->ctx, sub->file, block * CD_SUBCODE, data, CD_SUBCODE) !=
		    CD_SUBCODE)
			return false;
		memcpy(q, data + CD_Q, CD_Q);
		return cd_q_valid(q);
	}
	return false;
}

/* ---- Codes -------------------------------------------------------------- */

static void read_codes(const struct sub *sub, struct cd_layout *l, struct cd_track *t)
{
	int32_t lba, end = t->end - t->start < CODES_WITHIN ? t->end : t->start + CODES_WITHIN;
	char code[CD_MCN_SIZE];
	uint8_t q[CD_Q];

	for (lba = t->start; lba < end && !(*l->mcn && *t->isrc); lba++) {
		if (!q_of(sub, lba, q))
			continue;
		if ((q[0] & 15) == CD_ADR_MCN && !*l->mcn) {
			cd_q_get_mcn(q, code);
			/* Zeros are written for none */
			if (cd_mcn_valid(code) && strspn(code, "0") != strlen(code))
				memcpy(l->mcn, code, sizeof(l->mcn));
		} else if ((q[0] & 15) == CD_ADR_ISRC && !*t->isrc) {
			cd_q_get_isrc(q, code);
			if (cd_isrc_valid(code))
				memcpy(t->isrc, code, sizeof(t->isrc));
		}
	}
}

/* ---- Pauses and indices --------------------------------------------------- */

static unsigned int decimal(uint8_t bcd)
{
	return (bcd >> 4) * 10u + (bcd & 15);
}

/* Track << 8 | index of a block, or of the nearest one before it that tells */
static unsigned int place_of(const struct sub *sub, int32_t lba)
{
	uint8_t q[CD_Q];
	int i;

	for (i = 0; i <= Q_AROUND; i++)
		if (q_of(sub, lba - i, q) && (q[0] & 15) == CD_ADR_POSITION)
			return decimal(q[1]) << 8 | decimal(q[2]);
	return NOWHERE;
}

/* The first block in (low, high] that is at this place or behind it; low is not, high
 * is. */
static int32_t search(const struct sub *sub, int32_t low, int32_t high, unsigned int place)
{
	while (low + 1 < high) {
		int32_t middle = low + (high - low) / 2;
		unsigned int its = place_of(sub, middle);

		if (its != NOWHERE && its >= place)
			high = middle;
		else
			low = middle;
	}
	return high;
}

static void find_pause(const struct sub *sub, struct cd_track *t)
{
	unsigned int place = place_of(sub, t->start - 1);

	if (place != (unsigned int)t->number << 8 || t->start - 1 <= t[-1].start)
		return;
	t->pregap = search(sub, t[-1].start, t->start - 1, place);
	t[-1].end = t->pregap;
}

static void find_indices(const struct sub *sub, struct cd_track *t)
{
	unsigned int place = place_of(sub, t->end - 1), n, last;
	int32_t low = t->start;

	last = place != NOWHERE && place >> 8 == t->number ? place & 0xff : 1;
	for (n = 2; n <= last && n < CD_INDICES + 2 && low < t->end - 1; n++) {
		low = search(sub, low, t->end - 1, (unsigned int)t->number << 8 | n);
		t->index[t->indices++] = low;
	}
}

void image_read_sub(struct sheet *s, const struct sheet_file *file, const bool *places)
{
	const struct sub sub = { .image = s->image, .file = file->number };
	struct cd_layout *l = &s->image->layout;
	unsigned int i;

	for (i = 0; i < l->tracks; i++) {
		struct cd_track *t = &l->track[i];

		if (places[i] && i && t->session == t[-1].session)
			find_pause(&sub, t);
		read_codes(&sub, l, t);
	}
	for (i = 0; i < l->tracks; i++)
		if (places[i] && l->track[i].type == CD_AUDIO)
			find_indices(&sub, &l->track[i]);
}

/* ---- Written -------------------------------------------------------------- */

#define CODES_EVERY	100	/* blocks: one of them has the MCN, one the ISRC (IEC 60908 17.5) */
#define MCN_AT		25
#define ISRC_AT		60

/* The copy bit, which alternates for SCMS: on and off for four blocks each, 9.375 Hz. */
static uint8_t control_at(const struct cd_track *t, int32_t lba)
{
	return (uint8_t)(t->copy && lba / 4 % 2 ? t->control & ~CD_COPY_PERMITTED : t->control);
}

void disc_sub_write(const struct cd_layout *l, int32_t lba, uint8_t *sub)
{
	const struct cd_track *t = cd_track_at(l, lba);
	unsigned int index = t ? cd_index_at(t, lba) : 1;
	uint8_t control = t ? control_at(t, lba) : 0, *q = sub + CD_Q;
	int32_t away = !t ? 0 : index ? lba - t->start : t->start - lba;

	memset(sub, 0, CD_SUBCODE);
	if (!index)
		memset(sub, 0xff, CD_Q);
	if (*l->mcn && lba % CODES_EVERY == MCN_AT)
		cd_q_mcn(q, control, l->mcn, lba);
	else if (t && index && *t->isrc && lba % CODES_EVERY == ISRC_AT)
		cd_q_isrc(q, control, t->isrc, lba);
	else
		cd_q_position(q, control, t ? t->number : CD_LEAD_OUT, (uint8_t)index,
			      (uint32_t)away, lba);
}
