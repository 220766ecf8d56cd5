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
	/* Its pause may be the rest of the file before, from gap_at on */
	const struct sheet_file *gap_file;
	bool gap_motorola;
	uint32_t gap_at;
};

/* What a track takes from one file. */
struct cue_piece {
	const struct cue_track *track;
	const struct sheet_file *file;
	bool motorola;
	uint32_t begin;			/* frames in the file */
};

struct cue {
	struct sheet *s;
	const struct sheet_file *file;
	bool motorola;
	unsigned int session;
	unsigned int count;
	struct cue_track tracks[CD_TRACKS];
	unsigned int pieces, next_piece;
	struct cue_piece piece[2 * CD_TRACKS];
	unsigned int padded;		/* files whose last sector is filled up */
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
	bool raw;
	int rc;

	if (!sheet_word(c->s, name, sizeof(name), true, false))
		return sheet_wrong(c->s, "FILE without a name");
	if (!sheet_word(c->s, type, sizeof(type), true, false))
		snprintf(type, sizeof(type), "BINARY");
	c->motorola = !strcasecmp(type, "MOTOROLA");
	raw = c->motorola || !strcasecmp(type, "BINARY");
	/* Programs write any of these for what became WAVE: the file itself knows */
	if (!raw && strcasecmp(type, "WAVE") != 0 && strcasecmp(type, "AIFF") != 0 &&
	    strcasecmp(type, "MP3") != 0 && strcasecmp(type, "FLAC") != 0)
		return sheet_wrong(c->s, "files of type %.16s are not known: convert it to WAVE",
				   type);
	c->file = sheet_file(c->s, name, raw ? SHEET_SOUND : SHEET_WAVE, &rc);
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
	if (t->size > CD_RAW && t->mode == CD_AUDIO)
		image_note(c->s->image, "%.200s: the graphics of CD+G are left out, discs are written without",
			   c->s->name);
	if (c->file->wave && (t->size != CD_RAW || t->mode != CD_AUDIO))
		return sheet_wrong(c->s, "%.200s is a WAVE file and can't hold track %u of %.16s",
				   c->file->name, t->number, mode);
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
		/* The pause at the end of the file before: as EAC and others write it */
		if (n != 1 || t->indices)
			return sheet_wrong(c->s, "a track can't go on in another file");
		t->gap_file = t->file;
		t->gap_motorola = t->motorola;
		t->gap_at = t->at[0];
		t->at[0] = 0;
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

/* All words of the line as one, for codes in groups: "US ABC 05 12345". */
static void rest_of_line(struct cue *c, char *text, size_t size)
{
	char word[WORD];
	size_t len = 0;

	*text = '\0';
	while (sheet_word(c->s, word, sizeof(word), true, false) && len < size)
		len += (size_t)snprintf(text + len, size - len, "%s%s", len ? " " : "", word);
}

static int take_isrc(struct cue *c)
{
	struct cue_track *t = last_track(c);
	char isrc[WORD];

	if (!t)
		return sheet_wrong(c->s, "ISRC before any TRACK");
	rest_of_line(c, isrc, sizeof(isrc));
	sheet_isrc(c->s, t->number, isrc, t->isrc);
	return 0;
}

static int take_catalog(struct cue *c)
{
	char mcn[WORD];

	rest_of_line(c, mcn, sizeof(mcn));
	sheet_catalog(c->s, mcn);
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
	f = sheet_file(c->s, name, SHEET_DATA, &rc);
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
	/* Words of CD-Text that are made anew */
	static const char *const binary[] = { "TOC_INFO", "TOC_INFO2", "SIZE_INFO" };
	uint8_t type;
	size_t i;

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
	if (!strcasecmp(word, "UPC_EAN"))
		return *c->s->image->layout.mcn ? 0 : take_catalog(c);
	type = sheet_text_type(word);
	if (type)
		return take_text(c, type);
	for (i = 0; i < sizeof(binary) / sizeof(*binary); i++)
		if (!strcasecmp(word, binary[i]))
			return 0;
	if (*word == ';')
		return 0;
	return sheet_wrong(c->s, "%.16s is not known", word);
}

/* ---- Tracks out of what was read --------------------------------------- */

/* The first frame of the track in its file. */
static uint32_t begin_of(const struct cue_track *t)
{
	return t->has[0] ? t->at[0] : t->at[1];
}

static void make_pieces(struct cue *c)
{
	unsigned int i;

	for (i = 0; i < c->count; i++) {
		const struct cue_track *t = &c->tracks[i];

		if (t->gap_file)
			c->piece[c->pieces++] = (struct cue_piece){ t, t->gap_file,
				t->gap_motorola, t->gap_at };
		c->piece[c->pieces++] = (struct cue_piece){ t, t->file, t->motorola, begin_of(t) };
	}
}

/* The first of the pieces up to this one that follow each other in one file. */
static unsigned int run_of(const struct cue *c, unsigned int i)
{
	while (i && c->piece[i - 1].file == c->piece[i].file)
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
		if (c->piece[k].file == c->piece[i].file)
			return c->piece[first].begin != 0;
	return false;
}

/*
 * Where a piece lies in its file.  Frames count on over tracks with sectors of
 * another size, so the bytes before it are those of each piece before it.
 */
static uint64_t offset_of(const struct cue *c, unsigned int i)
{
	unsigned int k = run_of(c, i);
	uint64_t at = (uint64_t)c->piece[k].begin * c->piece[k].track->size;

	/* That they begin one after the other was seen when they were placed */
	for (; k < i; k++)
		at += (uint64_t)(c->piece[k + 1].begin - c->piece[k].begin) *
		      c->piece[k].track->size;
	return at;
}

/* The rest of a file, whose last sector may lack its end. */
static uint32_t rest_of(struct cue *c, const struct cue_piece *p, uint64_t at)
{
	const struct cue_track *t = p->track;
	uint64_t left = p->file->size - at, more = left % t->size;

	if (more && t->mode == CD_AUDIO)
		c->padded++;
	else if (more)
		image_refuse(c->s->image, "%.100s: %.100s ends in the middle of a sector of track %u: get the whole file",
			     c->s->name, p->file->name, t->number);
	return (uint32_t)(left / t->size + (more && t->mode == CD_AUDIO));
}

static int place(struct cue *c, unsigned int i, uint64_t *offset, uint32_t *blocks)
{
	const struct cue_piece *p = &c->piece[i], *next = p + 1;
	const struct cue_track *t = p->track;
	bool shared = i + 1 < c->pieces && next->file == p->file;
	uint64_t at = offset_of(c, i);

	if (goes_back(c, i))
		return sheet_wrong(c->s, "track %u goes back into the middle of %s, which is not known",
				   t->number, p->file->name);
	*offset = at;
	if (shared && next->begin <= p->begin)
		return sheet_wrong(c->s, "track %u begins before track %u", next->track->number,
				   t->number);
	if (shared)
		*blocks = next->begin - p->begin;
	else if (at >= p->file->size || (p->file->size - at) / t->size > CD_LBA_MAX)
		return sheet_wrong(c->s, "%s is not as long as track %u has it", p->file->name,
				   t->number);
	else
		*blocks = rest_of(c, p, at);
	if (!*blocks || (shared && at + (uint64_t)*blocks * t->size > p->file->size))
		return sheet_wrong(c->s, "%s is not as long as track %u has it", p->file->name,
				   t->number);
	if (p->begin && run_of(c, i) == i)
		image_note(c->s->image, "%.100s: the first %u blocks of %.100s are in no track and are left out",
			   c->s->name, p->begin, p->file->name);
	return 0;
}

/* The next piece, behind what is there already. */
static int add_piece(struct cue *c, int64_t *lba)
{
	const struct cue_piece *p = &c->piece[c->next_piece];
	const struct cue_track *t = p->track;
	struct image_extent e = {
		.lba = (int32_t)*lba, .file = p->file->number, .size = t->size, .mode = t->mode,
		.swap = p->motorola && t->mode == CD_AUDIO && !p->file->wave,
		.pad = t->mode == CD_AUDIO, .sound = p->file->wave,
	};
	int rc = place(c, c->next_piece++, &e.offset, &e.blocks);

	e.offset += p->file->start;
	*lba += e.blocks;
	return rc ? rc : image_add(c->s, &e);
}

static int add_gap(struct cue *c, enum cd_sector mode, int64_t *lba, uint32_t frames)
{
	struct image_extent e = { .lba = (int32_t)*lba, .blocks = frames, .file = IMAGE_NO_FILE,
				  .mode = mode };

	*lba += frames;
	return image_add(c->s, &e);
}

/*
 * Frames before the track that no file holds.  Before the first one of a session are 2 s
 * anyway, which some sheets have and others don't: 2 s on a disc's first track are those,
 * any other length is what programs write for a track that begins so much later.
 */
static uint32_t silence_before(struct cue *c, const struct cue_track *t, bool first)
{
	if (!first)
		return t->pregap;
	if (t != c->tracks)
		return t->pregap > CD_PREGAP ? t->pregap - CD_PREGAP : 0;
	if (!t->pregap || t->pregap == CD_PREGAP)
		return 0;
	image_note(c->s->image, "%.100s: PREGAP of track %u is added to the usual 2 s before a disc's first track, which begins at LBA %u",
		   c->s->name, t->number, t->pregap);
	return t->pregap;
}

/* How much of the 2 s before a later session its file holds already. */
static uint32_t pause_in_file(const struct cue_track *t)
{
	uint32_t pause = t->has[0] ? t->at[1] - t->at[0] : 0;

	return pause < CD_PREGAP ? pause : CD_PREGAP;
}

static void describe(const struct cue_track *t, struct cd_track *to)
{
	to->session = (uint8_t)t->session;
	to->number = (uint8_t)t->number;
	to->type = t->mode;
	to->control = t->control;
	to->copy = t->scms;
	to->indices = (uint8_t)(t->indices - 1);
	memcpy(to->isrc, t->isrc, sizeof(to->isrc));
}

static int add_track(struct cue *c, unsigned int i, int64_t *lba)
{
	const struct cue_track *t = &c->tracks[i];
	struct cd_track *to = &c->s->image->layout.track[i];
	bool first = !i || t->session != t[-1].session;
	unsigned int k;
	int rc;

	if (!t->has[1])
		return sheet_wrong(c->s, "track %u has no index 1", t->number);
	if (t->has[0] && t->at[0] > t->at[1])
		return sheet_wrong(c->s, "index 1 of track %u is before its index 0", t->number);
	if (i && first)
		*lba += (t->session == 2 ? CD_FIRST_GAP : CD_NEXT_GAP) + CD_PREGAP;
	describe(t, to);
	to->pregap = (int32_t)*lba - (first ? CD_PREGAP : 0);
	if (i && first && !t->gap_file)
		*lba -= pause_in_file(t);
	rc = add_gap(c, t->mode, lba, silence_before(c, t, first));
	if (!rc && t->gap_file)
		rc = add_piece(c, lba);
	to->start = (int32_t)(*lba + t->at[1] - begin_of(t));
	for (k = 2; k <= t->indices; k++)
		to->index[k - 2] = (int32_t)(*lba + t->at[k] - begin_of(t));
	if (!rc)
		rc = add_piece(c, lba);
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
	make_pieces(c);
	for (i = 0; i < c->count && !rc; i++)
		rc = add_track(c, i, &lba);
	if (!rc && c->padded)
		image_note(c->s->image, "%.200s: %u %s in the middle of a sector, which silence fills up",
			   c->s->name, c->padded, c->padded == 1 ? "file of sound ends" :
			   "files of sound end");
	if (!rc && !l->text_packs)
		sheet_text_packs(c->s, c->text);
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
