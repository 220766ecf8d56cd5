// SPDX-License-Identifier: GPL-2.0
/*
 * Cue sheets (CDRWIN's user guide, appendix A), with REM SESSION and CDTEXTFILE
 * as other programs write them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image_priv.h"

#define WORD	512

struct cue_track {
	unsigned int number, session;
	enum cd_sector mode;
	uint16_t size;
	uint8_t control;
	bool scms;
	char isrc[CD_ISRC_SIZE];
	const struct sheet_file *file;
	bool motorola;
	bool has[CD_INDICES + 2];
	uint32_t at[CD_INDICES + 2];	/* frames in the file */
	uint8_t indices;
	uint32_t pregap, postgap;		/* frames that are in no file */
};

struct cue {
	struct sheet *s;
	const struct sheet_file *file;
	bool motorola, wave;
	unsigned int session;
	unsigned int count;
	struct cue_track tracks[CD_TRACKS];
	struct sheet_text *text;	/* NULL: there was none */
};

static struct cue_track *last_track(struct cue *c)
{
	return c->count ? &c->tracks[c->count - 1] : NULL;
}

/* ---- Commands --------------------------------------------------------- */

static int take_file(struct cue *c)
{
	char name[WORD], type[WORD];
	int rc;

	if (!sheet_word(c->s, name, sizeof(name), true, false))
		return sheet_wrong(c->s, "FILE without a name");
	if (!sheet_word(c->s, type, sizeof(type), true, false))
		snprintf(type, sizeof(type), "BINARY");
	c->wave = !strcasecmp(type, "WAVE");
	c->motorola = !strcasecmp(type, "MOTOROLA");
	if (!c->wave && !c->motorola && strcasecmp(type, "BINARY"))
		return sheet_wrong(c->s, "files of type %.16s are not known: convert it to WAVE",
				   type);
	c->file = sheet_file(c->s, name, c->wave, &rc);
	return rc;
}

static int take_track(struct cue *c)
{
	static const struct { const char *name; enum cd_sector mode; uint16_t size; } modes[] = {
		{ "AUDIO", CD_AUDIO, 2352 }, { "CDG", CD_AUDIO, 2448 },
		{ "MODE1/2048", CD_MODE1, 2048 }, { "MODE1/2352", CD_MODE1, 2352 },
		{ "MODE1/2448", CD_MODE1, 2448 }, { "MODE2/2048", CD_XA1, 2048 },
		{ "MODE2/2324", CD_XA1, 2324 }, { "MODE2/2336", CD_XA1, 2336 },
		{ "MODE2/2352", CD_XA1, 2352 }, { "MODE2/2448", CD_XA1, 2448 },
		{ "CDI/2336", CD_XA1, 2336 }, { "CDI/2352", CD_XA1, 2352 },
	};
	char number[WORD], mode[WORD];
	struct cue_track *t;
	uint64_t n = 0;
	size_t i;

	if (!sheet_word(c->s, number, sizeof(number), true, false) ||
	    !sheet_word(c->s, mode, sizeof(mode), true, false) ||
	    !sheet_number(number, CD_TRACKS, &n) || !n)
		return sheet_wrong(c->s, "TRACK wants a number from 1 to 99 and a mode");
	for (i = 0; i < sizeof(modes) / sizeof(*modes) && strcasecmp(modes[i].name, mode); i++)
		;
	if (i == sizeof(modes) / sizeof(*modes))
		return sheet_wrong(c->s, "tracks of mode %.16s are not known", mode);
	if (!c->file)
		return sheet_wrong(c->s, "TRACK before any FILE");
	if (c->count == CD_TRACKS || (c->count && n != c->tracks[c->count - 1].number + 1))
		return sheet_wrong(c->s, "track %u is out of order", (unsigned int)n);
	t = &c->tracks[c->count++];
	memset(t, 0, sizeof(*t));
	t->number = (unsigned int)n;
	t->session = c->session;
	t->mode = modes[i].mode;
	t->size = modes[i].size;
	t->control = t->mode == CD_AUDIO ? 0 : CD_DATA;
	return 0;
}

static int take_index(struct cue *c)
{
	struct cue_track *t = last_track(c);
	char number[WORD], msf[WORD];
	uint32_t frames = 0;
	uint64_t n = 0;

	if (!t)
		return sheet_wrong(c->s, "INDEX before any TRACK");
	if (!sheet_word(c->s, number, sizeof(number), true, false) ||
	    !sheet_word(c->s, msf, sizeof(msf), true, false) ||
	    !sheet_number(number, CD_INDICES + 1, &n) || !sheet_msf(msf, &frames))
		return sheet_wrong(c->s, "INDEX wants a number from 0 to 98 and mm:ss:ff");
	if (t->has[n] || n > (uint64_t)t->indices + 1)
		return sheet_wrong(c->s, "index %u is out of order", (unsigned int)n);
	if (t->file && t->file != c->file) {
		/* The pause at the end of the file before: index 1 is what matters */
		if (n != 1 || t->indices)
			return sheet_wrong(c->s, "a track can't go on in another file");
		return sheet_wrong(c->s, "a pause in another file than its track is not known");
	}
	t->file = c->file;
	t->motorola = c->motorola;
	t->has[n] = true;
	t->at[n] = frames;
	if (n > t->indices)
		t->indices = (uint8_t)n;
	return 0;
}

static int take_gap(struct cue *c, bool post)
{
	struct cue_track *t = last_track(c);
	uint32_t frames = 0;
	char msf[WORD];

	if (!t || !sheet_word(c->s, msf, sizeof(msf), true, false) || !sheet_msf(msf, &frames))
		return sheet_wrong(c->s, "a gap wants a TRACK before it and mm:ss:ff");
	if (post)
		t->postgap = frames;
	else
		t->pregap = frames;
	return 0;
}

static int take_flags(struct cue *c)
{
	struct cue_track *t = last_track(c);
	char flag[WORD];

	if (!t)
		return sheet_wrong(c->s, "FLAGS before any TRACK");
	while (sheet_word(c->s, flag, sizeof(flag), true, false)) {
		if (!strcasecmp(flag, "DCP"))
			t->control |= CD_COPY_PERMITTED;
		else if (!strcasecmp(flag, "PRE") && t->mode == CD_AUDIO)
			t->control |= CD_PREEMPHASIS;
		else if (!strcasecmp(flag, "SCMS"))
			t->scms = true;
		else if (!strcasecmp(flag, "4CH") && t->mode == CD_AUDIO)
			t->control |= CD_FOUR_CHANNEL;
	}
	return 0;
}

static int take_isrc(struct cue *c)
{
	struct cue_track *t = last_track(c);
	char isrc[WORD];

	if (!t || !sheet_word(c->s, isrc, sizeof(isrc), true, false))
		return sheet_wrong(c->s, "ISRC wants a TRACK before it and 12 characters");
	if (strlen(isrc) != 12 || !cd_isrc_valid(isrc))
		return sheet_wrong(c->s, "%.16s is no ISRC", isrc);
	memcpy(t->isrc, isrc, sizeof(t->isrc));
	return 0;
}

static int take_catalog(struct cue *c)
{
	char mcn[WORD];

	if (!sheet_word(c->s, mcn, sizeof(mcn), true, false) || strlen(mcn) != 13 ||
	    !cd_mcn_valid(mcn))
		return sheet_wrong(c->s, "CATALOG wants 13 digits");
	memcpy(c->s->image->layout.mcn, mcn, sizeof(c->s->image->layout.mcn));
	return 0;
}

static int take_rem(struct cue *c)
{
	char word[WORD];
	uint64_t n = 0;

	if (!sheet_word(c->s, word, sizeof(word), true, false) || strcasecmp(word, "SESSION"))
		return 0;
	if (!sheet_word(c->s, word, sizeof(word), true, false) ||
	    !sheet_number(word, CD_TRACKS, &n) || n < c->session ||
	    n > (c->count ? c->tracks[c->count - 1].session + 1 : 1))
		return sheet_wrong(c->s, "REM SESSION is out of order");
	c->session = (unsigned int)n;
	return 0;
}

/* The packs as they are on a disc, with or without the 4 bytes before them. */
static int take_cdtext(struct cue *c)
{
	struct cd_layout *l = &c->s->image->layout;
	const struct disc_files *files = &c->s->image->files;
	const struct sheet_file *f;
	uint64_t skip;
	char name[WORD];
	int rc, len;

	if (!sheet_word(c->s, name, sizeof(name), true, false))
		return sheet_wrong(c->s, "CDTEXTFILE without a name");
	f = sheet_file(c->s, name, false, &rc);
	if (!f)
		return rc;
	skip = f->size % CD_TEXT_PACK == 4 ? 4 : 0;
	if (f->size < CD_TEXT_PACK || f->size - skip > CD_TEXT_PACKS * CD_TEXT_PACK || l->text)
		return sheet_wrong(c->s, "%s holds no CD-Text", f->name);
	l->text = malloc(CD_TEXT_PACKS * CD_TEXT_PACK);
	len = l->text ? files->read(files->ctx, f->number, skip, l->text,
				    (size_t)(f->size - skip)) : -ENOMEM;
	if (len < 0)
		return sheet_wrong(c->s, "%s: %s", f->name, strerror(-len));
	l->text_packs = (size_t)len / CD_TEXT_PACK;
	return 0;
}

static int take_text(struct cue *c, uint8_t type)
{
	unsigned int n = c->count ? c->tracks[c->count - 1].number : 0;
	char word[WORD];

	if (n > CD_TRACKS || !sheet_word(c->s, word, sizeof(word), true, false))
		return 0;
	return sheet_text_keep(&c->text, type, n, word) ? sheet_no_memory(c->s) : 0;
}

static int take_line(struct cue *c, const char *word)
{
	if (!strcasecmp(word, "FILE"))
		return take_file(c);
	if (!strcasecmp(word, "TRACK"))
		return take_track(c);
	if (!strcasecmp(word, "INDEX"))
		return take_index(c);
	if (!strcasecmp(word, "PREGAP"))
		return take_gap(c, false);
	if (!strcasecmp(word, "POSTGAP"))
		return take_gap(c, true);
	if (!strcasecmp(word, "FLAGS"))
		return take_flags(c);
	if (!strcasecmp(word, "ISRC"))
		return take_isrc(c);
	if (!strcasecmp(word, "CATALOG"))
		return take_catalog(c);
	if (!strcasecmp(word, "REM"))
		return take_rem(c);
	if (!strcasecmp(word, "CDTEXTFILE"))
		return take_cdtext(c);
	if (!strcasecmp(word, "TITLE"))
		return take_text(c, CD_TEXT_TITLE);
	if (!strcasecmp(word, "PERFORMER"))
		return take_text(c, CD_TEXT_PERFORMER);
	if (!strcasecmp(word, "SONGWRITER"))
		return take_text(c, CD_TEXT_SONGWRITER);
	return sheet_wrong(c->s, "%.16s is not known", word);
}

/* ---- Tracks out of what was read --------------------------------------- */

/* The first frame of the track in its file. */
static uint32_t begin_of(const struct cue_track *t)
{
	return t->has[0] ? t->at[0] : t->at[1];
}

/* The first of the tracks up to this one that follow each other in one file. */
static unsigned int run_of(const struct cue *c, unsigned int i)
{
	while (i && c->tracks[i - 1].file == c->tracks[i].file)
		i--;
	return i;
}

/*
 * A sheet may come back to a file that it has left, as one of silence: from its
 * beginning.  Further on, nobody knows how long the sectors before it are, nor where
 * the track ends that was there first.
 */
static bool goes_back(const struct cue *c, unsigned int i)
{
	unsigned int first = run_of(c, i), k;

	for (k = 0; k < first; k++)
		if (c->tracks[k].file == c->tracks[i].file)
			return begin_of(&c->tracks[first]) != 0;
	return false;
}

/*
 * Where a track lies in its file.  Frames count on over tracks with sectors of
 * another size, so the bytes before it are those of each track before it.
 */
static uint64_t offset_of(const struct cue *c, unsigned int i)
{
	unsigned int k = run_of(c, i);
	uint64_t at = (uint64_t)begin_of(&c->tracks[k]) * c->tracks[k].size;

	/* That they begin one after the other was seen when they were placed */
	for (; k < i; k++)
		at += (uint64_t)(begin_of(&c->tracks[k + 1]) - begin_of(&c->tracks[k])) *
		      c->tracks[k].size;
	return at;
}

static int place(struct cue *c, unsigned int i, uint64_t *offset, uint32_t *blocks)
{
	const struct cue_track *t = &c->tracks[i], *next = t + 1;
	bool shared = i + 1 < c->count && next->file == t->file;
	uint64_t at = offset_of(c, i);

	if (goes_back(c, i))
		return sheet_wrong(c->s, "track %u goes back into the middle of %s, which is not known",
				   t->number, t->file->name);
	*offset = at;
	if (shared && begin_of(next) <= begin_of(t))
		return sheet_wrong(c->s, "track %u begins before track %u", next->number, t->number);
	if (shared)
		*blocks = begin_of(next) - begin_of(t);
	else if (at >= t->file->size || (t->file->size - at) / t->size > CD_LBA_MAX)
		return sheet_wrong(c->s, "%s is not as long as track %u has it", t->file->name,
				   t->number);
	else
		*blocks = (uint32_t)((t->file->size - at + (t->file->wave ? t->size - 1u : 0)) /
				     t->size);
	if (!*blocks || (shared && at + (uint64_t)*blocks * t->size > t->file->size))
		return sheet_wrong(c->s, "%s is not as long as track %u has it", t->file->name,
				   t->number);
	return 0;
}

static int add_gap(struct cue *c, enum cd_sector mode, int64_t *lba, uint32_t frames)
{
	struct image_extent e = { .lba = (int32_t)*lba, .blocks = frames, .file = IMAGE_NO_FILE,
				  .mode = mode };

	*lba += frames;
	return image_add(c->s, &e);
}

static int add_track(struct cue *c, unsigned int i, int64_t *lba)
{
	const struct cue_track *t = &c->tracks[i];
	struct cd_track *to = &c->s->image->layout.track[i];
	bool first = !i || t->session != t[-1].session;
	struct image_extent e = { .size = t->size, .swap = t->motorola && t->mode == CD_AUDIO,
				  .mode = t->mode };
	unsigned int k;
	int rc = 0;

	if (!t->has[1])
		return sheet_wrong(c->s, "track %u has no index 1", t->number);
	if (i && first)
		*lba += (t->session == 2 ? CD_FIRST_GAP : CD_NEXT_GAP) + CD_PREGAP;
	to->session = (uint8_t)t->session;
	to->number = (uint8_t)t->number;
	to->type = t->mode;
	to->control = t->control;
	to->copy = t->scms;
	to->indices = (uint8_t)(t->indices - 1);
	memcpy(to->isrc, t->isrc, sizeof(to->isrc));
	to->pregap = (int32_t)*lba - (first ? CD_PREGAP : 0);
	/* The usual pause before a session is there anyway */
	if (!first || t->pregap > CD_PREGAP)
		rc = add_gap(c, t->mode, lba, first ? t->pregap - CD_PREGAP : t->pregap);
	if (!rc)
		rc = place(c, i, &e.offset, &e.blocks);
	if (rc)
		return rc;
	to->start = (int32_t)(*lba + t->at[1] - begin_of(t));
	for (k = 2; k <= t->indices; k++)
		to->index[k - 2] = (int32_t)(*lba + t->at[k] - begin_of(t));
	e.lba = (int32_t)*lba;
	e.file = t->file->number;
	e.offset += t->file->start;
	e.pad = t->file->wave;
	*lba += e.blocks;
	rc = image_add(c->s, &e);
	if (!rc)
		rc = add_gap(c, t->mode, lba, t->postgap);
	to->end = (int32_t)*lba;
	return rc ? rc : *lba <= CD_LBA_MAX ? 0 :
		sheet_wrong(c->s, "track %u ends behind the last address of a CD", t->number);
}

static int make(struct cue *c)
{
	struct cd_layout *l = &c->s->image->layout;
	int64_t lba = 0;
	unsigned int i;
	int rc = 0;

	if (!c->count)
		return sheet_wrong(c->s, "there is no TRACK");
	l->tracks = c->count;
	for (i = 0; i < c->count && !rc; i++)
		rc = add_track(c, i, &lba);
	if (!rc && !l->text_packs)
		sheet_text_packs(c->text, l);
	return rc;
}

int sheet_parse_cue(struct sheet *s)
{
	struct cue *c = calloc(1, sizeof(*c));
	char word[WORD];
	int rc = 0;

	if (!c)
		return sheet_no_memory(s);
	c->s = s;
	c->session = 1;
	/* A byte order mark, as some editors write it */
	if (s->end - s->text >= 3 && !memcmp(s->text, "\xef\xbb\xbf", 3))
		s->text += 3;
	while (!rc && s->text < s->end) {
		if (sheet_word(s, word, sizeof(word), true, false))
			rc = take_line(c, word);
		if (!rc)
			sheet_next_line(s);
	}
	if (!rc)
		rc = make(c);
	free(c->text);
	free(c);
	return rc;
}
