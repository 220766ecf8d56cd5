// SPDX-License-Identifier: GPL-2.0
/* Titles of sheets as CD-Text and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_priv.h"

#define TYPES	6
#define TEXTS	(TYPES * (CD_TRACKS + 1u))

static const struct { uint8_t type; size_t at; } fields[TYPES] = {
	{ CD_TEXT_TITLE, offsetof(struct sheet_text, title) },
	{ CD_TEXT_PERFORMER, offsetof(struct sheet_text, performer) },
	{ CD_TEXT_SONGWRITER, offsetof(struct sheet_text, songwriter) },
	{ CD_TEXT_COMPOSER, offsetof(struct sheet_text, composer) },
	{ CD_TEXT_ARRANGER, offsetof(struct sheet_text, arranger) },
	{ CD_TEXT_MESSAGE, offsetof(struct sheet_text, message) },
};

/* UTF-8 as sheets have it today in the ISO 8859-1 of CD-Text. */
static void to_latin(char *text)
{
	unsigned char *in = (unsigned char *)text, *out = in;

	while (*in) {
		if ((in[0] == 0xc2 || in[0] == 0xc3) && (in[1] & 0xc0) == 0x80) {
			*out++ = (unsigned char)((in[0] << 6 & 0xc0) | (in[1] & 0x3f));
			in += 2;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
}

static char (*texts_of(struct sheet_text *text, unsigned int field))[SHEET_TEXT]
{
	return (char (*)[SHEET_TEXT])((char *)text + fields[field].at);
}

int sheet_text_keep(struct sheet_text **text, uint8_t type, unsigned int n, const char *word)
{
	unsigned int f;

	if (!*text && !*word)
		return 0;
	if (!*text)
		*text = calloc(1, sizeof(**text));
	if (!*text)
		return -ENOMEM;
	for (f = 0; f < TYPES; f++)
		if (fields[f].type == type)
			snprintf(texts_of(*text, f)[n], SHEET_TEXT, "%.160s", word);
	return 0;
}

void sheet_text_packs(const struct sheet_text *text, struct cd_layout *l)
{
	bool none = !l->tracks || !text;
	struct sheet_text *latin = none ? NULL : malloc(sizeof(*latin));
	struct cd_text *texts = none ? NULL : calloc(TEXTS, sizeof(*texts));
	unsigned int f, n;
	size_t count = 0;
	int packs;

	if (latin)
		*latin = *text;
	for (f = 0; latin && texts && f < TYPES; f++) {
		for (n = 0; n <= CD_TRACKS; n++) {
			char *t = texts_of(latin, f)[n];

			if (!*t || (n && (n < l->track[0].number ||
					  n > l->track[l->tracks - 1].number)))
				continue;
			to_latin(t);
			texts[count++] = (struct cd_text){ fields[f].type, (uint8_t)n, t };
		}
	}
	if (count)
		l->text = calloc(CD_TEXT_PACKS, CD_TEXT_PACK);
	packs = l->text ? cd_text_build(texts, count, l->track[0].number,
					l->track[l->tracks - 1].number, CD_TEXT_ENGLISH, l->text,
					CD_TEXT_PACKS) : 0;
	l->text_packs = packs > 0 ? (size_t)packs : 0;
	free(texts);
	free(latin);
}

void sheet_text_from(const struct cd_layout *l, struct sheet_text *text)
{
	unsigned int f;

	for (f = 0; f < TYPES; f++)
		cd_text_get_all(l->text, l->text_packs, fields[f].type, texts_of(text, f)[0],
				CD_TRACKS + 1, SHEET_TEXT);
}
