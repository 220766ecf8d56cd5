// SPDX-License-Identifier: GPL-2.0
/* TOC files of cdrdao (its manual page, "TOC FILE EXAMPLES" and before). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image_priv.h"

#define WORD		512
#define SAMPLE		4u
#define SAMPLES		(CD_RAW / SAMPLE)

struct toc {
	struct sheet *s;
	struct cd_track *track;	/* NULL before the first one */
	uint16_t size;			/* bytes of its sectors in files */
	int64_t lba;			/* where the next piece goes */
	int32_t begin;			/* of the track */
	int64_t start;			/* frames of the pause, -1: not said */
	char word[WORD];		/* the word under way; "" at the end */
	bool whole;			/* the piece under way goes to the end of its file */
	bool wave;			/* the file of the piece under way has a header */
	struct sheet_text *text;	/* NULL: there was none */
};

static bool next(struct toc *t)
{
	for (;;) {
		if (!sheet_word(t->s, t->word, sizeof(t->word), false, true)) {
			*t->word = '\0';
			return false;
		}
		if (strncmp(t->word, "//", 2))
			return true;
		while (t->s->text < t->s->end && *t->s->text != '\n')
			t->s->text++;
	}
}

static bool is(const struct toc *t, const char *word)
{
	return !strcmp(t->word, word);
}

/* ---- Pieces of a track ------------------------------------------------- */

/* "mm:ss:ff", or samples of audio, or bytes of data; as bytes of the file. */
static bool length(const struct toc *t, const char *word, uint64_t *bytes)
{
	bool audio = t->track && t->track->type == CD_AUDIO;
	uint32_t frames;
	uint64_t n;

	if (sheet_msf(word, &frames))
		*bytes = (uint64_t)frames * t->size;
	else if (sheet_number(word, UINT32_MAX, &n))
		*bytes = audio ? n * SAMPLE : n;
	else
		return false;
	return true;
}

static int add(struct toc *t, int file, uint64_t offset, uint64_t bytes, bool swap, bool pad)
{
	struct image_extent e = { .lba = (int32_t)t->lba, .file = file, .offset = offset,
				  .size = t->size, .swap = swap, .pad = pad, .sound = t->wave,
				  .mode = t->track->type };
	uint64_t blocks = (bytes + (pad ? t->size - 1u : 0)) / t->size;

	if (blocks > CD_LBA_MAX)
		return sheet_wrong(t->s, "the tracks end behind the last address of a CD");
	if (bytes % t->size && !pad && !t->whole)
		return sheet_wrong(t->s, "a piece of a track is no whole number of sectors");
	if (bytes % t->size && !pad)
		image_refuse(t->s->image, "%.200s: the file of track %u ends in the middle of a sector: get the whole file",
			     t->s->name, t->track->number);
	else if (bytes % t->size)
		image_note(t->s->image, "%.200s: a piece of track %u ends in the middle of a sector, which silence fills up",
			   t->s->name, t->track->number);
	e.blocks = (uint32_t)blocks;
	t->lba += (int64_t)blocks;
	if (t->lba > CD_LBA_MAX)
		return sheet_wrong(t->s, "the tracks end behind the last address of a CD");
	return image_add(t->s, &e);
}

/* SILENCE, ZERO, PREGAP: a length follows, after a mode with ZERO. */
static int take_nothing(struct toc *t, bool pregap)
{
	uint64_t bytes = 0;
	int rc;

	if (!next(t) || (!length(t, t->word, &bytes) && (!next(t) || !length(t, t->word, &bytes))))
		return sheet_wrong(t->s, "a length is wanted");
	t->whole = t->wave = false;
	rc = add(t, IMAGE_NO_FILE, 0, bytes, false, false);
	if (pregap)
		t->start = t->lba - t->begin;
	next(t);
	return rc;
}

/* cdrdao takes files with these endings for files with a header, all others for raw samples. */
static enum sheet_file_kind kind_of(const struct toc *t, bool data)
{
	static const char *const endings[] = { ".wav", ".mp3", ".ogg", ".flac", ".aif", ".aiff" };
	size_t len = strlen(t->word), i, n;

	if (data || t->track->type != CD_AUDIO)
		return SHEET_DATA;
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		n = strlen(endings[i]);
		if (len > n && !strcasecmp(t->word + len - n, endings[i]))
			return SHEET_WAVE;
	}
	return SHEET_SOUND;
}

/* FILE "name" [SWAP] [#offset] start [length], DATAFILE "name" [#offset] [length] */
static int take_file(struct toc *t, bool data)
{
	bool swap = false, has_length = false;
	uint64_t offset = 0, start = 0, bytes = 0;
	const struct sheet_file *f;
	int rc;

	if (!next(t))
		return sheet_wrong(t->s, "a file without a name");
	f = sheet_file(t->s, t->word, kind_of(t, data), &rc);
	if (!f)
		return rc;
	next(t);
	if (is(t, "SWAP")) {
		swap = true;
		next(t);
	}
	if (t->word[0] == '#') {
		if (!sheet_number(t->word + 1, UINT32_MAX, &offset))
			return sheet_wrong(t->s, "%.32s is no place in a file", t->word);
		next(t);
	}
	if (!data) {
		if (!length(t, t->word, &start))
			return sheet_wrong(t->s, "FILE wants a place to begin");
		next(t);
	}
	has_length = length(t, t->word, &bytes);
	if (has_length)
		next(t);
	if (offset + start > f->size || (has_length && bytes > f->size - offset - start))
		return sheet_wrong(t->s, "%.200s is not as long as that", f->name);
	t->whole = !has_length || !bytes;
	if (t->whole)
		bytes = f->size - offset - start;
	t->wave = f->wave;
	/* Raw audio files have the high byte first, unless they say SWAP */
	return add(t, f->number, f->start + offset + start, bytes,
		   t->track->type == CD_AUDIO && !f->wave && !swap, t->track->type == CD_AUDIO);
}

/* ---- Tracks ------------------------------------------------------------ */

static int end_track(struct toc *t)
{
	struct cd_track *k = t->track;
	unsigned int i;

	if (!k)
		return 0;
	if (t->lba <= t->begin + (t->start > 0 ? t->start : 0))
		return sheet_wrong(t->s, "a track is empty");
	k->start = t->begin + (int32_t)(t->start > 0 ? t->start : 0);
	for (i = 0; i < k->indices; i++)
		k->index[i] += k->start;
	k->pregap = k == t->s->image->layout.track ? -CD_PREGAP : t->begin;
	k->end = (int32_t)t->lba;
	t->track = NULL;
	return 0;
}

static int take_track(struct toc *t)
{
	static const struct { const char *name; enum cd_sector mode; uint16_t size; } modes[] = {
		{ "AUDIO", CD_AUDIO, 2352 }, { "MODE1", CD_MODE1, 2048 },
		{ "MODE1_RAW", CD_MODE1, 2352 }, { "MODE2", CD_XA1, 2336 },
		{ "MODE2_RAW", CD_XA1, 2352 }, { "MODE2_FORM1", CD_XA1, 2048 },
		{ "MODE2_FORM2", CD_XA1, 2324 }, { "MODE2_FORM_MIX", CD_XA1, 2336 },
	};
	struct cd_layout *l = &t->s->image->layout;
	int rc = end_track(t);
	size_t i;

	if (rc)
		return rc;
	next(t);
	for (i = 0; i < sizeof(modes) / sizeof(*modes) && !is(t, modes[i].name); i++)
		;
	if (i == sizeof(modes) / sizeof(*modes))
		return sheet_wrong(t->s, "tracks of mode %.16s are not known", t->word);
	if (l->tracks == CD_TRACKS)
		return sheet_wrong(t->s, "there are more than 99 tracks");
	t->track = &l->track[l->tracks++];
	t->track->number = (uint8_t)l->tracks;
	t->track->session = 1;
	t->track->type = modes[i].mode;
	t->track->control = modes[i].mode == CD_AUDIO ? 0 : CD_DATA;
	t->size = modes[i].size;
	t->begin = (int32_t)t->lba;
	t->start = -1;
	next(t);
	if (is(t, "RW") || is(t, "RW_RAW")) {
		image_note(t->s->image, "%.200s: the graphics of CD+G are left out, discs are written without",
			   t->s->name);
		t->size = (uint16_t)(t->size + 96);
		next(t);
	}
	return t->size == 2448 || t->size <= 2352 ? 0 :
		sheet_wrong(t->s, "subchannel data with such sectors are not known");
}

static int take_isrc(struct toc *t)
{
	next(t);
	sheet_isrc(t->s, t->track->number, t->word, t->track->isrc);
	next(t);
	return 0;
}

static int take_index(struct toc *t)
{
	uint64_t bytes;

	if (!next(t) || !length(t, t->word, &bytes) || t->track->indices == CD_INDICES)
		return sheet_wrong(t->s, "INDEX wants mm:ss:ff");
	t->track->index[t->track->indices++] = (int32_t)(bytes / t->size);
	next(t);
	return 0;
}

/* START [length]: the pause ends here, or after so much of the track. */
static int take_start(struct toc *t)
{
	uint64_t bytes;

	next(t);
	t->start = t->lba - t->begin;
	if (length(t, t->word, &bytes)) {
		t->start = (int64_t)(bytes / t->size);
		next(t);
	}
	return 0;
}

/* ---- CD-Text ----------------------------------------------------------- */

static int keep_text(struct toc *t, unsigned int n, const char *what)
{
	uint8_t type = sheet_text_type(what);

	return type && sheet_text_keep(&t->text, type, n, t->word) ? sheet_no_memory(t->s) : 0;
}

/* CD_TEXT { LANGUAGE_MAP { .. } LANGUAGE n { name "text" or { numbers } .. } }
 * What is binary is made anew; the first language is kept. */
static int take_text(struct toc *t)
{
	unsigned int depth = 0, languages = 0;
	unsigned int n = t->track ? t->s->image->layout.tracks : 0;
	char what[64] = "";
	int rc = 0;

	while (!rc && next(t)) {
		if (is(t, "{")) {
			depth++;
			*what = '\0';
		} else if (is(t, "}")) {
			if (!depth || !--depth)
				break;
			*what = '\0';
		} else if (is(t, "LANGUAGE")) {
			languages++;
			next(t);
		} else if (!*what && !strncmp(t->word, "ENCODING_", 9)) {
			/* Of the disc; cdrdao 1.2.5 and later write it, and no value */
			;
		} else if (*what && depth == 2 && languages == 1) {
			rc = keep_text(t, n, what);
			*what = '\0';
		} else {
			snprintf(what, sizeof(what), "%.63s", t->word);
		}
	}
	if (depth && !rc)
		rc = sheet_wrong(t->s, "CD_TEXT has no end");
	if (rc)
		return rc;
	next(t);
	return 0;
}

/* ---- The file ---------------------------------------------------------- */

static int flag(struct toc *t, uint8_t bit, bool on)
{
	if (on)
		t->track->control |= bit;
	else
		t->track->control &= (uint8_t)~bit;
	next(t);
	return 0;
}

static int take_flag(struct toc *t, bool on)
{
	if (is(t, "COPY"))
		return flag(t, CD_COPY_PERMITTED, on);
	if (is(t, "PRE_EMPHASIS"))
		return flag(t, CD_PREEMPHASIS, on && t->track->type == CD_AUDIO);
	if (is(t, "FOUR_CHANNEL_AUDIO"))
		return flag(t, CD_FOUR_CHANNEL, on && t->track->type == CD_AUDIO);
	if (is(t, "TWO_CHANNEL_AUDIO"))
		return flag(t, CD_FOUR_CHANNEL, false);
	return sheet_wrong(t->s, "%.32s is not known", t->word);
}

static int in_track(struct toc *t)
{
	if (is(t, "SILENCE") || is(t, "ZERO"))
		return take_nothing(t, false);
	if (is(t, "PREGAP"))
		return take_nothing(t, true);
	if (is(t, "FILE") || is(t, "AUDIOFILE"))
		return take_file(t, false);
	if (is(t, "DATAFILE"))
		return take_file(t, true);
	if (is(t, "ISRC"))
		return take_isrc(t);
	if (is(t, "INDEX"))
		return take_index(t);
	if (is(t, "START"))
		return take_start(t);
	if (is(t, "NO")) {
		next(t);
		return take_flag(t, false);
	}
	return take_flag(t, true);
}

static int take_catalog(struct toc *t)
{
	next(t);
	sheet_catalog(t->s, t->word);
	next(t);
	return 0;
}

static int take_word(struct toc *t)
{
	if (is(t, "TRACK"))
		return take_track(t);
	if (is(t, "CD_TEXT"))
		return take_text(t);
	if (t->track)
		return in_track(t);
	if (is(t, "CATALOG"))
		return take_catalog(t);
	if (!is(t, "CD_DA") && !is(t, "CD_ROM") && !is(t, "CD_ROM_XA") && !is(t, "CD_I"))
		return sheet_wrong(t->s, "%.32s is not known", t->word);
	next(t);
	return 0;
}

int sheet_parse_toc(struct sheet *s)
{
	struct toc *t = calloc(1, sizeof(*t));
	int rc = 0;

	if (!t)
		return sheet_no_memory(s);
	t->s = s;
	next(t);
	while (!rc && *t->word)
		rc = take_word(t);
	if (!rc)
		rc = end_track(t);
	if (!rc)
		sheet_text_packs(s, t->text);
	free(t->text);
	free(t);
	return rc;
}
