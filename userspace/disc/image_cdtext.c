// SPDX-License-Identifier: GPL-2.0
/* Titles of sheets as CD-Text and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image_priv.h"

#define TYPES	8
#define TEXTS	(TYPES * (CD_TRACKS + 1u))

/* What a full disc can do without comes last. */
static const struct { const char *word; uint8_t type; size_t at; } fields[TYPES] = {
	{ "TITLE", CD_TEXT_TITLE, offsetof(struct sheet_text, title) },
	{ "PERFORMER", CD_TEXT_PERFORMER, offsetof(struct sheet_text, performer) },
	{ "SONGWRITER", CD_TEXT_SONGWRITER, offsetof(struct sheet_text, songwriter) },
	{ "COMPOSER", CD_TEXT_COMPOSER, offsetof(struct sheet_text, composer) },
	{ "ARRANGER", CD_TEXT_ARRANGER, offsetof(struct sheet_text, arranger) },
	{ "DISC_ID", CD_TEXT_DISC_ID, offsetof(struct sheet_text, disc_id) },
	{ "GENRE", CD_TEXT_GENRE, offsetof(struct sheet_text, genre) },
	{ "MESSAGE", CD_TEXT_MESSAGE, offsetof(struct sheet_text, message) },
};

static char (*texts_of(struct sheet_text *text, unsigned int field))[SHEET_TEXT]
{
	return (char (*)[SHEET_TEXT])((char *)text + fields[field].at);
}

uint8_t sheet_text_type(const char *word)
{
	unsigned int f;

	for (f = 0; f < TYPES; f++)
		if (!strcasecmp(fields[f].word, word))
			return fields[f].type;
	return 0;
}

int sheet_text_keep(struct sheet_text **text, uint8_t type, unsigned int n, const char *word)
{
	unsigned int f;
	size_t len;
	char *to;

	if (!*text && !*word)
		return 0;
	if (!*text)
		*text = calloc(1, sizeof(**text));
	if (!*text)
		return -ENOMEM;
	for (f = 0; f < TYPES; f++) {
		if (fields[f].type != type)
			continue;
		to = texts_of(*text, f)[n];
		len = strlen(word);
		if (len >= SHEET_TEXT) {
			(*text)->cut = true;
			/* Not inside of a character */
			for (len = SHEET_TEXT - 1; len && (word[len] & 0xc0) == 0x80; len--)
				;
		}
		memcpy(to, word, len);
		to[len] = '\0';
	}
	return 0;
}

/* ---- Packs ------------------------------------------------------------- */

struct building {
	struct sheet *s;
	struct cd_layout *l;
	struct sheet_text latin;
	struct cd_text texts[TEXTS];
	size_t count;
};

static bool has_track(const struct cd_layout *l, unsigned int n)
{
	return !n || (n >= l->track[0].number && n <= l->track[l->tracks - 1].number);
}

/* All texts in ISO 8859-1. */
static void to_latin(struct building *b, const struct sheet_text *text)
{
	unsigned int f, n, replaced = 0, where = 0;
	const char *word = "";

	memcpy(&b->latin, text, sizeof(b->latin));
	for (f = 0; f < TYPES; f++) {
		for (n = 0; n <= CD_TRACKS; n++) {
			char was[SHEET_TEXT], *t = texts_of(&b->latin, f)[n];

			if (!*t || !has_track(b->l, n))
				continue;
			memcpy(was, t, sizeof(was));
			if (sheet_to_latin(was, t, SHEET_TEXT) && !replaced++) {
				word = fields[f].word;
				where = n;
			}
		}
	}
	if (replaced && where)
		image_note(b->s->image, "%.200s: %u %s characters that CD-Text in ISO 8859-1 lacks, which are replaced; the first is %s of track %u",
			   b->s->name, replaced, replaced == 1 ? "text has" : "texts have", word,
			   where);
	else if (replaced)
		image_note(b->s->image, "%.200s: %u %s characters that CD-Text in ISO 8859-1 lacks, which are replaced; the first is %s of the disc",
			   b->s->name, replaced, replaced == 1 ? "text has" : "texts have", word);
}

/* The texts of the first types, none longer than len. */
static int build(struct building *b, unsigned int types, size_t len)
{
	unsigned int f, n;

	b->count = 0;
	for (f = 0; f < types; f++) {
		for (n = 0; n <= CD_TRACKS; n++) {
			char *t = texts_of(&b->latin, f)[n];

			if (!*t || !has_track(b->l, n))
				continue;
			if (strlen(t) > len)
				t[len] = '\0';
			b->texts[b->count++] = (struct cd_text){ fields[f].type, (uint8_t)n, t };
		}
	}
	if (!b->count)
		return 0;
	return cd_text_build(b->texts, b->count, b->l->track[0].number,
			     b->l->track[b->l->tracks - 1].number, CD_TEXT_ENGLISH, b->l->text,
			     CD_TEXT_PACKS);
}

/* As much as a block holds: titles and performers before all else, and those shorter. */
static int build_what_fits(struct building *b)
{
	unsigned int types = TYPES;
	size_t len = SHEET_TEXT;
	int packs = build(b, types, len);

	while (packs == -ENOSPC && types > 2)
		packs = build(b, --types, len);
	while (packs == -ENOSPC && len > 1) {
		len = len * 3 / 4;
		packs = build(b, types, len);
	}
	if (len < SHEET_TEXT)
		image_note(b->s->image, "%.200s: it has more CD-Text than a disc holds: only TITLE and PERFORMER are kept, each up to %zu characters",
			   b->s->name, len);
	else if (types < TYPES)
		image_note(b->s->image, "%.200s: it has more CD-Text than a disc holds: %s and what is less important is left out",
			   b->s->name, fields[types].word);
	return packs;
}

void sheet_text_packs(struct sheet *s, const struct sheet_text *text)
{
	struct cd_layout *l = &s->image->layout;
	struct building *b = !l->tracks || !text ? NULL : calloc(1, sizeof(*b));
	int packs = 0;

	if (!b)
		return;
	b->s = s;
	b->l = l;
	to_latin(b, text);
	if (text->cut)
		image_note(s->image, "%.200s: texts longer than %u bytes are cut", s->name,
			   SHEET_TEXT - 1);
	l->text = calloc(CD_TEXT_PACKS, CD_TEXT_PACK);
	if (l->text)
		packs = build_what_fits(b);
	l->text_packs = packs > 0 ? (size_t)packs : 0;
	free(b);
}

void sheet_text_from(const struct cd_layout *l, struct sheet_text *text)
{
	unsigned int f;

	for (f = 0; f < TYPES; f++)
		if (fields[f].type != CD_TEXT_GENRE)
			cd_text_get_all(l->text, l->text_packs, fields[f].type, texts_of(text, f)[0],
					CD_TRACKS + 1, SHEET_TEXT);
}
