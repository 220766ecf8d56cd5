// SPDX-License-Identifier: GPL-2.0
/* What can be said of a CD's layout. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "contents.h"

bool cd_session(const struct cd_layout *layout, unsigned int n, struct cd_session *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < layout->tracks; i++) {
		const struct cd_track *t = &layout->track[i];

		if (t->session != n + 1)
			continue;
		if (!s->count++) {
			s->first = i;
			s->start = t->pregap;
		}
		s->end = t->end;
		s->audio |= t->type == CD_AUDIO;
		s->data |= t->type != CD_AUDIO;
		if (t->type == CD_XA1 || t->type == CD_XA2)
			s->disc_type = layout->disc_type == 0x10 ? 0x10 : 0x20;
	}
	return s->count;
}

/* ---- The file of an image ---------------------------------------------- */

int32_t cd_file_begin(const struct cd_layout *layout, const struct cd_session *session)
{
	return session->first ? layout->track[session->first].start : 0;
}

uint64_t cd_file_blocks(const struct cd_layout *layout)
{
	struct cd_session s;
	uint64_t blocks = 0;
	unsigned int n;

	for (n = 0; cd_session(layout, n, &s); n++)
		blocks += (uint64_t)(s.end - cd_file_begin(layout, &s));
	return blocks;
}

bool cd_file_lba(const struct cd_layout *layout, uint64_t block, int32_t *lba)
{
	struct cd_session s;
	unsigned int n;

	for (n = 0; cd_session(layout, n, &s); n++) {
		int32_t begin = cd_file_begin(layout, &s);

		*lba = begin + (int32_t)block;
		if (block < (uint64_t)(s.end - begin))
			return true;
		block -= (uint64_t)(s.end - begin);
	}
	return false;
}

int64_t cd_file_block(const struct cd_layout *layout, int32_t lba)
{
	struct cd_session s;
	int64_t before = 0;
	unsigned int n;

	for (n = 0; cd_session(layout, n, &s); n++) {
		int32_t begin = cd_file_begin(layout, &s);

		if (lba >= begin && lba < s.end)
			return before + lba - begin;
		before += s.end - begin;
	}
	return -1;
}

/* ---- What it is --------------------------------------------------------- */

void cd_layout_finish(struct cd_layout *layout)
{
	const struct cd_track *last = layout->tracks ? &layout->track[layout->tracks - 1] : NULL;
	unsigned int i;

	layout->sessions = last ? last->session : 0;
	layout->disc_type = 0;
	for (i = 0; i < layout->tracks; i++)
		if (layout->track[i].type == CD_XA1 || layout->track[i].type == CD_XA2)
			layout->disc_type = 0x20;
}

const struct cd_track *cd_track_at(const struct cd_layout *layout, int32_t lba)
{
	unsigned int i;

	for (i = 0; i < layout->tracks; i++)
		if (lba >= layout->track[i].pregap && lba < layout->track[i].end)
			return &layout->track[i];
	return NULL;
}

unsigned int cd_index_at(const struct cd_track *t, int32_t lba)
{
	unsigned int n = lba < t->start ? 0 : 1, i;

	for (i = 0; i < t->indices && lba >= t->index[i]; i++)
		n = i + 2;
	return n;
}

int32_t cd_layout_end(const struct cd_layout *layout)
{
	return layout->tracks ? layout->track[layout->tracks - 1].end : 0;
}

const char *cd_sector_name(enum cd_sector type)
{
	static const char *const names[] = {
		[CD_AUDIO] = "audio", [CD_MODE0] = "mode 0", [CD_MODE1] = "mode 1",
		[CD_MODE2] = "mode 2", [CD_XA1] = "mode 2 XA", [CD_XA2] = "mode 2 XA",
	};

	return (size_t)type < sizeof(names) / sizeof(*names) ? names[type] : "unknown";
}

const char *cd_layout_name(const struct cd_layout *layout)
{
	bool audio = false, data = false;
	unsigned int i;

	for (i = 0; i < layout->tracks; i++) {
		audio |= layout->track[i].type == CD_AUDIO;
		data |= layout->track[i].type != CD_AUDIO;
	}
	if (!data)
		return audio ? "audio CD" : "data";
	if (audio && layout->sessions > 1 && layout->track[0].type == CD_AUDIO)
		return "CD-Extra";
	if (audio)
		return "mixed mode CD";
	if (layout->disc_type == 0x20)
		return layout->sessions > 1 ? "multisession CD-ROM XA" : "CD-ROM XA";
	return layout->sessions > 1 ? "multisession CD-ROM" : "CD-ROM";
}

bool cd_layout_plain(const struct cd_layout *layout)
{
	const struct cd_track *t = layout->track;

	return layout->tracks == 1 && t->type == CD_MODE1 && t->number == 1 && !t->start &&
	       !t->indices && !*t->isrc && !*layout->mcn && !layout->text_packs &&
	       t->control == CD_DATA;
}

/* ---- Whether it can be ------------------------------------------------ */

__attribute__((format(printf, 3, 4)))
static int wrong(char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int check_indices(const struct cd_track *t, char *err, size_t errlen)
{
	int32_t before = t->start;
	unsigned int i;

	if (t->pregap > t->start || t->indices > CD_INDICES)
		return wrong(err, errlen, "track %u: its indices are out of order", t->number);
	for (i = 0; i < t->indices; i++) {
		if (t->index[i] <= before)
			return wrong(err, errlen, "track %u: index %u is not behind index %u",
				     t->number, i + 2, i + 1);
		before = t->index[i];
	}
	if (t->end <= before)
		return wrong(err, errlen, "track %u: it ends before its index %u", t->number,
			     t->indices + 1u);
	return 0;
}

static int check_track(const struct cd_track *t, char *err, size_t errlen)
{
	int rc = check_indices(t, err, errlen);

	if (rc)
		return rc;
	if (!t->number || t->number > CD_TRACKS)
		return wrong(err, errlen, "there is no track %u", t->number);
	if (t->end > CD_LBA_MAX)
		return wrong(err, errlen, "track %u ends behind the last address of a CD",
			     t->number);
	if (!(t->control & CD_DATA) != (t->type == CD_AUDIO))
		return wrong(err, errlen, "track %u: its flags say that it is %s", t->number,
			     t->type == CD_AUDIO ? "data" : "audio");
	if (*t->isrc && !cd_isrc_valid(t->isrc))
		return wrong(err, errlen, "track %u: %.12s is no ISRC", t->number, t->isrc);
	return 0;
}

/* Tracks of a session follow on each other, sessions on their lead-outs. */
static int check_place(const struct cd_layout *layout, unsigned int i, char *err, size_t errlen)
{
	const struct cd_track *t = &layout->track[i], *before = t - 1;

	if (!i)
		return t->session == 1 && t->pregap == -CD_PREGAP && t->start >= 0 ? 0 :
			wrong(err, errlen, "track %u does not begin the first session", t->number);
	if (t->number != before->number + 1)
		return wrong(err, errlen, "track %u is out of order", t->number);
	if (t->session == before->session)
		return t->pregap == before->end ? 0 :
			wrong(err, errlen, "track %u does not begin where track %u ends",
			      t->number, before->number);
	if (t->session != before->session + 1 || t->pregap <= before->end ||
	    t->start - t->pregap < CD_PREGAP)
		return wrong(err, errlen, "track %u does not begin a new session", t->number);
	return 0;
}

int cd_layout_check(const struct cd_layout *layout, char *err, size_t errlen)
{
	unsigned int i;
	int rc = 0;

	if (!layout->tracks || layout->tracks > CD_TRACKS)
		return wrong(err, errlen, "a CD has 1 to 99 tracks");
	if (*layout->mcn && !cd_mcn_valid(layout->mcn))
		return wrong(err, errlen, "%.13s is no media catalogue number", layout->mcn);
	for (i = 0; i < layout->tracks && !rc; i++) {
		rc = check_place(layout, i, err, errlen);
		if (!rc)
			rc = check_track(&layout->track[i], err, errlen);
	}
	return rc;
}
