// SPDX-License-Identifier: GPL-2.0
/*
 * CloneCD's .ccd: the table of contents as READ TOC format 2 gives it, indices
 * and codes of tracks; .img has the sectors, .sub the subchannels of each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image_priv.h"

#define WORD	256

enum section { OTHER, DISC, ENTRY, TRACK, TEXT };

struct ccd_track {
	bool there, data;
	unsigned int session;
	int64_t plba;
	int mode;			/* -1: not said */
	uint8_t control;
	int32_t index[CD_INDICES + 2];	/* blocks of the .img; -1: none */
	char isrc[CD_ISRC_SIZE];
};

struct ccd {
	struct sheet *s;
	enum section section;
	unsigned int number;		/* of the section */
	/* the entry under way */
	int64_t session, point, control, plba;
	struct ccd_track tracks[CD_TRACKS + 1];
	int64_t lead_out[CD_TRACKS + 1];	/* of each session, -1: none */
};

/* "0x14", "-1", "27" */
static bool number(const char *text, int64_t *value)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 0);
	*value = v;
	return end != text && !*end && !errno && v >= INT32_MIN && v <= INT32_MAX;
}

static void end_entry(struct ccd *c)
{
	if (c->section == ENTRY && c->session >= 1 && c->session <= CD_TRACKS) {
		if (c->point >= 1 && c->point <= CD_TRACKS) {
			struct ccd_track *t = &c->tracks[c->point];

			t->there = true;
			t->session = (unsigned int)c->session;
			t->plba = c->plba;
			t->control = (uint8_t)(c->control & 0x0f);
			t->data = t->control & CD_DATA;
		} else if (c->point == 0xa2 && c->plba >= 0 && c->plba < CD_LBA_MAX) {
			c->lead_out[c->session] = c->plba;
		}
	}
	c->session = 0;
	c->point = -1;
}

static int take_section(struct ccd *c, const char *line)
{
	char name[WORD];
	unsigned int n = 0;
	size_t len = strcspn(line, " ]");

	end_entry(c);
	snprintf(name, sizeof(name), "%.*s", (int)(len < WORD ? len : WORD - 1), line);
	if (line[len] == ' ')
		n = (unsigned int)strtoul(line + len, NULL, 10);
	c->number = n;
	c->section = !strcasecmp(name, "Disc") ? DISC : !strcasecmp(name, "Entry") ? ENTRY :
		     !strcasecmp(name, "TRACK") ? TRACK : !strcasecmp(name, "CDText") ? TEXT :
		     OTHER;
	if (c->section == TRACK && (!n || n > CD_TRACKS))
		return sheet_wrong(c->s, "there is no track %u", n);
	return 0;
}

static int take_track(struct ccd *c, const char *key, const char *value)
{
	struct ccd_track *t = &c->tracks[c->number];
	int64_t v;

	if (!strcasecmp(key, "MODE")) {
		if (!number(value, &v) || v < 0 || v > 2)
			return sheet_wrong(c->s, "MODE is 0, 1 or 2");
		t->mode = (int)v;
	} else if (!strncasecmp(key, "INDEX ", 6)) {
		unsigned long n = strtoul(key + 6, NULL, 10);

		if (n > CD_INDICES + 1 || !number(value, &v) || v < 0 || v >= CD_LBA_MAX)
			return sheet_wrong(c->s, "an index is from 0 to 98, and an address");
		t->index[n] = (int32_t)v;
	} else if (!strcasecmp(key, "ISRC")) {
		sheet_isrc(c->s, c->number, value, t->isrc);
	}
	return 0;
}

/* "Entry 3=80 00 00 00 41 ..": a pack without its checksum. */
static int take_pack(struct ccd *c, const char *key, const char *value)
{
	struct cd_layout *l = &c->s->image->layout;
	unsigned int i, v;
	uint8_t *p;

	if (strncasecmp(key, "Entry ", 6))
		return 0;
	if (!l->text)
		l->text = calloc(CD_TEXT_PACKS, CD_TEXT_PACK);
	if (!l->text || l->text_packs == CD_TEXT_PACKS)
		return sheet_wrong(c->s, "there is too much CD-Text");
	p = l->text + l->text_packs * CD_TEXT_PACK;
	for (i = 0; i < CD_TEXT_PACK - 2; i++, value += 2 + (value[2] == ' ')) {
		if (sscanf(value, "%2x", &v) != 1 || !value[1])
			return sheet_wrong(c->s, "a CD-Text entry has 16 bytes");
		p[i] = (uint8_t)v;
	}
	cd_text_pack_seal(p);
	l->text_packs++;
	return 0;
}

static int take_value(struct ccd *c, const char *key, const char *value)
{
	int64_t v;

	if (c->section == TRACK)
		return take_track(c, key, value);
	if (c->section == TEXT)
		return take_pack(c, key, value);
	if (c->section == DISC && !strcasecmp(key, "CATALOG"))
		sheet_catalog(c->s, value);
	if (c->section != ENTRY || !number(value, &v))
		return 0;
	if (!strcasecmp(key, "Session"))
		c->session = v;
	else if (!strcasecmp(key, "Point"))
		c->point = v;
	else if (!strcasecmp(key, "Control"))
		c->control = v;
	else if (!strcasecmp(key, "PLBA"))
		c->plba = v;
	return 0;
}

/* One line without its end, blanks at both ends gone. */
static void take_line(struct sheet *s, char *line, size_t size)
{
	const char *end = memchr(s->text, '\n', (size_t)(s->end - s->text));
	size_t len = (size_t)((end ? end : s->end) - s->text);
	const char *p = s->text;

	while (len && (*p == ' ' || *p == '\t'))
		p++, len--;
	while (len && (p[len - 1] == ' ' || p[len - 1] == '\r' || p[len - 1] == '\t'))
		len--;
	if (len >= size)
		len = size - 1;
	memcpy(line, p, len);
	line[len] = '\0';
}

static int read_lines(struct ccd *c)
{
	char line[WORD], *value;
	int rc = 0;

	do {
		take_line(c->s, line, sizeof(line));
		value = strchr(line, '=');
		if (*line == '[') {
			rc = take_section(c, line + 1);
		} else if (value) {
			*value++ = '\0';
			rc = take_value(c, line, value);
		}
	} while (!rc && sheet_next_line(c->s));
	end_entry(c);
	return rc;
}

/* ---- Tracks ------------------------------------------------------------ */

/* "x.ccd" has its sectors in "x.img". */
static const struct sheet_file *data_file(struct ccd *c, const char *ending, int *rc)
{
	const char *slash = strrchr(c->s->name, '/'), *own = slash ? slash + 1 : c->s->name;
	char name[IMAGE_NAME_MAX];
	size_t len = strlen(own);

	if (len > 4)
		len -= 4;
	if (len + 5 > sizeof(name)) {
		c->s->text = c->s->end;
		*rc = sheet_wrong(c->s, "its name is too long");
		return NULL;
	}
	snprintf(name, sizeof(name), "%.*s%s", (int)len, own, ending);
	return sheet_file(c->s, name, SHEET_DATA, rc);
}

static enum cd_sector type_of(const struct ccd_track *t)
{
	if (!t->data)
		return CD_AUDIO;
	return t->mode == 2 ? CD_XA1 : CD_MODE1;
}

/* Blocks of the .img are without what lies between sessions: gap of them. */
static void set_indices(const struct ccd_track *t, int64_t gap, struct cd_track *to)
{
	unsigned int k;

	for (k = 2; k < CD_INDICES + 2 && t->index[k] >= 0; k++) {
		to->index[k - 2] = (int32_t)(t->index[k] + gap);
		to->indices = (uint8_t)(k - 1);
	}
}

static int add_track(struct ccd *c, unsigned int n, int64_t *gap)
{
	struct cd_layout *l = &c->s->image->layout;
	const struct ccd_track *t = &c->tracks[n];
	struct cd_track *to = &l->track[l->tracks], *before = l->tracks ? to - 1 : NULL;
	bool first = !before || before->session != t->session;

	if (t->plba < 0 || t->plba >= CD_LBA_MAX)
		return sheet_wrong(c->s, "track %u begins at no address", n);
	to->number = (uint8_t)n;
	to->session = (uint8_t)t->session;
	to->type = type_of(t);
	to->control = t->control;
	to->start = (int32_t)t->plba;
	to->pregap = to->start;
	memcpy(to->isrc, t->isrc, sizeof(to->isrc));
	if (first && before)
		*gap += t->plba - c->lead_out[before->session];
	set_indices(t, *gap, to);
	if (!before)
		to->pregap = -CD_PREGAP;
	else if (first)
		to->pregap = to->start - CD_PREGAP;
	else if (t->index[0] >= 0 && t->index[0] + *gap < to->start)
		to->pregap = (int32_t)(t->index[0] + *gap);
	if (before)
		before->end = first ? (int32_t)c->lead_out[before->session] : to->pregap;
	l->tracks++;
	return 0;
}

/* Early versions don't say what a data track's sectors are: one of them does. */
static void look_at_sector(struct ccd *c, const struct sheet_file *f, uint64_t offset,
			   struct cd_track *t)
{
	const struct disc_files *files = &c->s->image->files;
	uint8_t raw[CD_RAW];
	enum cd_sector type;

	if (t->type == CD_AUDIO || c->tracks[t->number].mode >= 0 ||
	    files->read(files->ctx, f->number, offset, raw, sizeof(raw)) != sizeof(raw))
		return;
	type = cd_sector_type(raw);
	if (type != CD_AUDIO && type != CD_MODE0)
		t->type = type == CD_XA2 ? CD_XA1 : type;
}

/* How much of the pause before a later session the .img has: most have nothing of it. */
static int32_t pause_in_file(const struct ccd *c, const struct cd_track *t)
{
	const int32_t *index = c->tracks[t->number].index;
	int32_t pause = index[0] >= 0 && index[1] > index[0] ? index[1] - index[0] : 0;

	return pause < (int32_t)CD_PREGAP ? pause : (int32_t)CD_PREGAP;
}

static int add_data(struct ccd *c)
{
	struct cd_layout *l = &c->s->image->layout;
	const struct sheet_file *f;
	uint64_t offset = 0;
	unsigned int i;
	int rc = 0;

	f = data_file(c, ".img", &rc);
	for (i = 0; f && !rc && i < l->tracks; i++) {
		struct cd_track *t = &l->track[i];
		bool first = !i || t->session != t[-1].session;
		/* A session's data begin at index 1 of its first track, or LBA 0, where the
		 * sheet has no index 0 */
		struct image_extent e = { .lba = !i ? 0 : first ?
						 t->start - pause_in_file(c, t) : t->pregap,
					  .file = f->number, .size = CD_RAW, .mode = t->type };

		if (t->end <= e.lba)
			return sheet_wrong(c->s, "track %u ends before it begins", t->number);
		e.blocks = (uint32_t)(t->end - e.lba);
		e.offset = offset;
		offset += (uint64_t)e.blocks * CD_RAW;
		if (offset > f->size)
			return sheet_wrong(c->s, "%.200s is not as long as track %u has it", f->name,
					   t->number);
		look_at_sector(c, f, e.offset + (uint64_t)(t->start - e.lba) * CD_RAW, t);
		e.mode = t->type;
		rc = image_add(c->s, &e);
	}
	return rc;
}

/* What the .ccd does not say may be in the subchannels: those of early versions have
 * neither pauses nor indices. */
static void read_sub(struct ccd *c)
{
	const struct cd_layout *l = &c->s->image->layout;
	bool places[CD_TRACKS] = { false };
	const struct sheet_file *f;
	unsigned int i;
	int rc;

	f = data_file(c, ".sub", &rc);
	if (!f)
		return;
	for (i = 0; i < l->tracks; i++)
		places[i] = c->tracks[l->track[i].number].index[1] < 0;
	image_read_sub(c->s, f, places);
}

static int make(struct ccd *c)
{
	struct cd_layout *l = &c->s->image->layout;
	int64_t gap = 0;
	unsigned int n;
	int rc = 0;

	for (n = 1; n <= CD_TRACKS && !rc; n++)
		if (c->tracks[n].there)
			rc = add_track(c, n, &gap);
	if (rc)
		return rc;
	if (!l->tracks)
		return sheet_wrong(c->s, "there is no track");
	l->track[l->tracks - 1].end = (int32_t)c->lead_out[l->track[l->tracks - 1].session];
	rc = add_data(c);
	if (!rc)
		read_sub(c);
	return rc;
}

int sheet_parse_ccd(struct sheet *s)
{
	struct ccd *c = calloc(1, sizeof(*c));
	unsigned int i;
	int rc;

	if (!c)
		return sheet_no_memory(s);
	c->s = s;
	c->point = -1;
	for (i = 0; i <= CD_TRACKS; i++) {
		c->lead_out[i] = -1;
		c->tracks[i].mode = -1;
		memset(c->tracks[i].index, 0xff, sizeof(c->tracks[i].index));
	}
	rc = read_lines(c);
	if (!rc)
		rc = make(c);
	free(c);
	return rc;
}
