// SPDX-License-Identifier: GPL-2.0
/* Sheets out of layouts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_priv.h"

struct out {
	FILE *f;
	const struct cd_layout *l;
	struct sheet_text text;
};

__attribute__((format(printf, 2, 3)))
static void put(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(o->f, fmt, ap);
	va_end(ap);
}

static void put_msf(struct out *o, int64_t frames)
{
	put(o, "%02d:%02d:%02d", (int)(frames / 75 / 60), (int)(frames / 75 % 60),
	    (int)(frames % 75));
}

/* In quotes, as a .toc has texts and names: ASCII, all else as \ooo. */
static void put_escaped(struct out *o, const char *text)
{
	const unsigned char *p;

	put(o, "\"");
	for (p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			put(o, "\\%c", *p);
		else if (*p < ' ' || *p >= 0x7f)
			put(o, "\\%03o", *p);
		else
			put(o, "%c", *p);
	}
	put(o, "\"");
}

/* In quotes, as UTF-8.  A .cue has no escapes: what ends a text or a line is replaced. */
static void put_text(struct out *o, const char *text)
{
	const unsigned char *p;

	put(o, "\"");
	for (p = (const unsigned char *)text; *p; p++) {
		if (*p == '"')
			put(o, "'");
		else if (*p < ' ')
			put(o, " ");
		else if (*p < 0x80)
			put(o, "%c", *p);
		else
			put(o, "%c%c", 0xc0 | *p >> 6, 0x80 | (*p & 0x3f));
	}
	put(o, "\"\n");
}

static bool first_of_session(const struct cd_layout *l, unsigned int i)
{
	return !i || l->track[i].session != l->track[i - 1].session;
}

/* Where the file begins to have the track. */
static int32_t begin_of(const struct cd_layout *l, unsigned int i)
{
	const struct cd_track *t = &l->track[i];

	return !i ? 0 : first_of_session(l, i) ? t->start : t->pregap;
}

/* The block of the file for an address of the track, or for its end. */
static int64_t block_of(const struct out *o, unsigned int i, int32_t lba)
{
	int32_t begin = begin_of(o->l, i);

	return cd_file_block(o->l, begin) + lba - begin;
}

/* ---- .cue -------------------------------------------------------------- */

static void cue_line(struct out *o, const char *indent, const char *key, const char *text)
{
	if (!*text)
		return;
	put(o, "%s%s ", indent, key);
	put_text(o, text);
}

static void cue_index(struct out *o, unsigned int n, int64_t frames)
{
	put(o, "    INDEX %02u ", n);
	put_msf(o, frames);
	put(o, "\n");
}

static void cue_track(struct out *o, unsigned int i)
{
	const struct cd_track *t = &o->l->track[i];
	int32_t begin = begin_of(o->l, i);
	unsigned int k;

	if (o->l->sessions > 1 && first_of_session(o->l, i))
		put(o, "REM SESSION %02u\n", t->session);
	put(o, "  TRACK %02u %s\n", t->number, t->type == CD_AUDIO ? "AUDIO" :
	    t->type == CD_MODE1 || t->type == CD_MODE0 ? "MODE1/2352" : "MODE2/2352");
	cue_line(o, "    ", "TITLE", o->text.title[t->number]);
	cue_line(o, "    ", "PERFORMER", o->text.performer[t->number]);
	cue_line(o, "    ", "SONGWRITER", o->text.songwriter[t->number]);
	if ((t->control & ~CD_DATA) || t->copy)
		put(o, "    FLAGS%s%s%s%s\n", t->control & CD_COPY_PERMITTED ? " DCP" : "",
		    t->control & CD_FOUR_CHANNEL ? " 4CH" : "",
		    t->control & CD_PREEMPHASIS ? " PRE" : "", t->copy ? " SCMS" : "");
	if (*t->isrc)
		put(o, "    ISRC %s\n", t->isrc);
	if (begin < t->start)
		cue_index(o, 0, block_of(o, i, begin));
	cue_index(o, 1, block_of(o, i, t->start));
	for (k = 0; k < t->indices; k++)
		cue_index(o, k + 2, block_of(o, i, t->index[k]));
}

static void write_cue(struct out *o, const char *bin, const char *cdtext)
{
	unsigned int i;

	if (*o->l->mcn)
		put(o, "CATALOG %s\n", o->l->mcn);
	if (cdtext && o->l->text_packs)
		put(o, "CDTEXTFILE \"%s\"\n", cdtext);
	cue_line(o, "", "TITLE", o->text.title[0]);
	cue_line(o, "", "PERFORMER", o->text.performer[0]);
	cue_line(o, "", "SONGWRITER", o->text.songwriter[0]);
	put(o, "FILE \"%s\" BINARY\n", bin);
	for (i = 0; i < o->l->tracks; i++)
		cue_track(o, i);
}

/* ---- .toc -------------------------------------------------------------- */

static void toc_line(struct out *o, const char *key, const char *text)
{
	put(o, "    %s ", key);
	put_escaped(o, text);
	put(o, "\n");
}

/* cdrdao wants what one track has from all of them. */
static bool any(const char (*texts)[SHEET_TEXT])
{
	unsigned int n;

	for (n = 0; n <= CD_TRACKS; n++)
		if (*texts[n])
			return true;
	return false;
}

static void toc_text(struct out *o, unsigned int n)
{
	if (!o->l->text_packs)
		return;
	put(o, "CD_TEXT {\n%s  LANGUAGE 0 {\n", n ? "" : "  LANGUAGE_MAP { 0 : EN }\n");
	if (any(o->text.title))
		toc_line(o, "TITLE", o->text.title[n]);
	if (any(o->text.performer))
		toc_line(o, "PERFORMER", o->text.performer[n]);
	if (any(o->text.songwriter))
		toc_line(o, "SONGWRITER", o->text.songwriter[n]);
	if (any(o->text.composer))
		toc_line(o, "COMPOSER", o->text.composer[n]);
	if (any(o->text.arranger))
		toc_line(o, "ARRANGER", o->text.arranger[n]);
	if (any(o->text.message))
		toc_line(o, "MESSAGE", o->text.message[n]);
	if (!n && *o->text.disc_id[0])
		toc_line(o, "DISC_ID", o->text.disc_id[0]);
	put(o, "  }\n}\n");
}

static void toc_msf(struct out *o, const char *key, int64_t frames)
{
	put(o, "%s ", key);
	put_msf(o, frames);
	put(o, "\n");
}

static void toc_track(struct out *o, unsigned int i, const char *bin)
{
	const struct cd_track *t = &o->l->track[i];
	bool audio = t->type == CD_AUDIO;
	int32_t begin = begin_of(o->l, i);
	unsigned int k;

	put(o, "\nTRACK %s\n%sCOPY\n", audio ? "AUDIO" :
	    t->type == CD_MODE1 || t->type == CD_MODE0 ? "MODE1_RAW" : "MODE2_RAW",
	    t->control & CD_COPY_PERMITTED ? "" : "NO ");
	if (audio)
		put(o, "%sPRE_EMPHASIS\n%s_CHANNEL_AUDIO\n",
		    t->control & CD_PREEMPHASIS ? "" : "NO ",
		    t->control & CD_FOUR_CHANNEL ? "FOUR" : "TWO");
	if (*t->isrc)
		put(o, "ISRC \"%s\"\n", t->isrc);
	toc_text(o, t->number);
	put(o, audio ? "FILE " : "DATAFILE ");
	put_escaped(o, bin);
	put(o, audio ? " SWAP #%lld 0 " : " #%lld ",
	    (long long)block_of(o, i, begin) * (int)CD_RAW);
	put_msf(o, t->end - begin);
	put(o, "\n");
	if (begin < t->start)
		toc_msf(o, "START", t->start - begin);
	for (k = 0; k < t->indices; k++)
		toc_msf(o, "INDEX", t->index[k] - t->start);
}

static void write_toc(struct out *o, const char *bin)
{
	unsigned int i, audio = 0;

	for (i = 0; i < o->l->tracks; i++)
		audio += o->l->track[i].type == CD_AUDIO;
	put(o, "%s\n", o->l->disc_type == 0x20 ? "CD_ROM_XA" :
	    audio == o->l->tracks ? "CD_DA" : "CD_ROM");
	if (*o->l->mcn)
		put(o, "CATALOG \"%s\"\n", o->l->mcn);
	toc_text(o, 0);
	for (i = 0; i < o->l->tracks; i++)
		toc_track(o, i, bin);
}

/* ---- .ccd -------------------------------------------------------------- */

static void ccd_entry(struct out *o, unsigned int *n, unsigned int session, unsigned int point,
		      unsigned int control, const uint8_t *msf)
{
	put(o, "[Entry %u]\nSession=%u\nPoint=0x%02x\nADR=0x01\nControl=0x%02x\nTrackNo=0\n"
	    "AMin=0\nASec=0\nAFrame=0\nALBA=-150\nZero=0\nPMin=%u\nPSec=%u\nPFrame=%u\n"
	    "PLBA=%d\n", (*n)++, session, point, control, msf[0], msf[1], msf[2],
	    (msf[0] * 60 + msf[1]) * 75 + msf[2] - CD_PREGAP);
}

/* READ TOC, format 2: A0h to A2h of the session, then its tracks. */
static void ccd_session(struct out *o, const struct cd_session *s, unsigned int *n)
{
	const struct cd_track *t = &o->l->track[s->first], *last = t + s->count - 1;
	uint8_t msf[3];
	unsigned int i;

	ccd_entry(o, n, t->session, 0xa0, t->control,
		  (const uint8_t[]){ t->number, s->disc_type, 0 });
	ccd_entry(o, n, t->session, 0xa1, last->control, (const uint8_t[]){ last->number, 0, 0 });
	cd_msf_put(msf, s->end);
	ccd_entry(o, n, t->session, 0xa2, last->control, msf);
	for (i = 0; i < s->count; i++, t++) {
		cd_msf_put(msf, t->start);
		ccd_entry(o, n, t->session, t->number, t->control, msf);
	}
}

static void ccd_track(struct out *o, unsigned int i)
{
	const struct cd_track *t = &o->l->track[i];
	unsigned int k;

	put(o, "[TRACK %u]\nMODE=%u\n", t->number, t->type == CD_AUDIO ? 0 :
	    t->type == CD_MODE1 || t->type == CD_MODE0 ? 1 : 2);
	if (*t->isrc)
		put(o, "ISRC=%s\n", t->isrc);
	if (begin_of(o->l, i) < t->start)
		put(o, "INDEX 0=%lld\n", (long long)block_of(o, i, begin_of(o->l, i)));
	put(o, "INDEX 1=%lld\n", (long long)block_of(o, i, t->start));
	for (k = 0; k < t->indices; k++)
		put(o, "INDEX %u=%lld\n", k + 2, (long long)block_of(o, i, t->index[k]));
}

static void ccd_text(struct out *o)
{
	size_t i, k;

	put(o, "[CDText]\nEntries=%zu\n", o->l->text_packs);
	for (i = 0; i < o->l->text_packs; i++) {
		put(o, "Entry %zu=", i);
		for (k = 0; k < CD_TEXT_PACK - 2; k++)
			put(o, "%s%02x", k ? " " : "", o->l->text[CD_TEXT_PACK * i + k]);
		put(o, "\n");
	}
}

static void write_ccd(struct out *o)
{
	struct cd_session s;
	unsigned int i, n = 0;

	put(o, "[CloneCD]\nVersion=3\n[Disc]\nTocEntries=%u\nSessions=%u\n"
	    "DataTracksScrambled=0\nCDTextLength=%zu\n", o->l->tracks + 3 * o->l->sessions,
	    o->l->sessions, o->l->text_packs * CD_TEXT_PACK);
	if (*o->l->mcn)
		put(o, "CATALOG=%s\n", o->l->mcn);
	for (i = 0; cd_session(o->l, i, &s); i++) {
		enum cd_sector type = o->l->track[s.first].type;

		put(o, "[Session %u]\nPreGapMode=%u\nPreGapSubC=0\n", i + 1,
		    type == CD_AUDIO ? 0 : type == CD_MODE1 ? 1 : 2);
	}
	for (i = 0; cd_session(o->l, i, &s); i++)
		ccd_session(o, &s, &n);
	for (i = 0; i < o->l->tracks; i++)
		ccd_track(o, i);
	if (o->l->text_packs)
		ccd_text(o);
}

/* ---- Any --------------------------------------------------------------- */

bool disc_sheet_file_name(enum disc_sheet kind, char *name)
{
	bool changed = false;

	for (; kind == DISC_SHEET_CUE && *name; name++) {
		if (*name != '"' && (unsigned char)*name >= ' ')
			continue;
		*name = *name == '"' ? '\'' : '_';
		changed = true;
	}
	return changed;
}

/* Texts that are not ISO 8859-1 of the first language, and those that begin with a code. */
static bool beyond_toc(const uint8_t *pack)
{
	bool kept = (pack[0] >= CD_TEXT_TITLE && pack[0] <= CD_TEXT_DISC_ID) ||
		    pack[0] == CD_TEXT_SIZES;
	bool charset = pack[0] == CD_TEXT_SIZES && !pack[1] && pack[4];

	return !kept || charset || (pack[3] & 0xf0);
}

const char *disc_sheet_lacks(enum disc_sheet kind, const struct cd_layout *layout)
{
	size_t i;

	for (i = 0; kind != DISC_SHEET_CUE && i < layout->tracks; i++)
		if (layout->track[i].copy)
			return "the alternating copy bit of SCMS";
	for (i = 0; kind == DISC_SHEET_TOC && i < layout->text_packs; i++)
		if (beyond_toc(layout->text + CD_TEXT_PACK * i))
			return "all of this CD-Text";
	return NULL;
}

char *disc_sheet_write(enum disc_sheet kind, const struct cd_layout *layout, const char *bin,
		       const char *cdtext)
{
	struct out *o = calloc(1, sizeof(*o));
	char *text = NULL;
	size_t len = 0;

	if (!o || (kind == DISC_SHEET_TOC && layout->sessions > 1)) {
		free(o);
		return NULL;
	}
	o->l = layout;
	o->f = open_memstream(&text, &len);
	if (o->f) {
		sheet_text_from(layout, &o->text);
		if (kind == DISC_SHEET_CUE)
			write_cue(o, bin, cdtext);
		else if (kind == DISC_SHEET_TOC)
			write_toc(o, bin);
		else
			write_ccd(o);
		if (fclose(o->f)) {
			free(text);
			text = NULL;
		}
	}
	free(o);
	return text;
}
