// SPDX-License-Identifier: GPL-2.0
/* What all sheets need: words, addresses, files, and the whole of it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_priv.h"

int sheet_wrong(struct sheet *s, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	n = snprintf(s->err, s->errlen, "%s line %u: ", s->name, s->line);
	if (n > 0 && (size_t)n < s->errlen) {
		va_start(ap, fmt);
		vsnprintf(s->err + n, s->errlen - (size_t)n, fmt, ap);
		va_end(ap);
	}
	/* One line, whatever stands in the sheet */
	for (p = s->err; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return -EINVAL;
}

int sheet_no_memory(struct sheet *s)
{
	snprintf(s->err, s->errlen, "out of memory");
	return -ENOMEM;
}

/* ---- Words ------------------------------------------------------------ */

static bool skip_blanks(struct sheet *s, bool newline)
{
	while (s->text < s->end) {
		char c = *s->text;

		if (c == '\n') {
			if (newline)
				return false;
			s->line++;
		} else if (c != ' ' && c != '\t' && c != '\r' && c) {
			return true;
		}
		s->text++;
	}
	return false;
}

static char quoted_char(struct sheet *s, bool escapes)
{
	char c = *s->text++;
	unsigned int i, v = 0;

	if (c == '\n')
		s->line++;
	if (c != '\\' || !escapes || s->text == s->end)
		return c;
	c = *s->text++;
	if (c < '0' || c > '7')
		return c;
	/* \ooo, as cdrdao writes what is no ASCII */
	for (i = 0, s->text--; i < 3 && s->text < s->end && *s->text >= '0' && *s->text <= '7'; i++)
		v = v * 8 + (unsigned int)(*s->text++ - '0');
	return (char)v;
}

bool sheet_word(struct sheet *s, char *word, size_t size, bool newline, bool escapes)
{
	size_t len = 0;
	bool quoted;
	char c;

	*word = '\0';
	if (!skip_blanks(s, newline))
		return false;
	quoted = *s->text == '"';
	if (quoted)
		s->text++;
	while (s->text < s->end) {
		c = *s->text;
		if (quoted ? c == '"' || (newline && c == '\n') : c == ' ' || c == '\t' || c == '\r' || c == '\n' || !c)
			break;
		c = quoted ? quoted_char(s, escapes) : *s->text++;
		if (len + 1 < size)
			word[len++] = c;
	}
	if (quoted && s->text < s->end && *s->text == '"')
		s->text++;
	word[len] = '\0';
	return true;
}

bool sheet_next_line(struct sheet *s)
{
	const char *p = memchr(s->text, '\n', (size_t)(s->end - s->text));

	s->text = p ? p + 1 : s->end;
	s->line++;
	return s->text < s->end;
}

bool sheet_number(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || v > max)
			return false;
		v = v * 10 + (uint64_t)(*text - '0');
	}
	*value = v;
	return v <= max;
}

bool sheet_msf(const char *text, uint32_t *frames)
{
	unsigned int part[3] = { 0 }, i, digits;

	for (i = 0; i < 3; i++) {
		for (digits = 0; *text >= '0' && *text <= '9' && digits < 4; digits++)
			part[i] = part[i] * 10 + (unsigned int)(*text++ - '0');
		if (!digits || *text != (i < 2 ? ':' : '\0'))
			return false;
		text += i < 2;
	}
	*frames = (part[0] * 60 + part[1]) * 75 + part[2];
	return part[1] < 60 && part[2] < 75 && part[0] < 1000;
}

/* ---- Codes ------------------------------------------------------------ */

/* Without hyphens and blanks, in capitals; what is too long is cut off behind code's end. */
static void bare_code(const char *word, char *code, size_t size)
{
	size_t len = 0;

	for (; *word && len + 1 < size; word++)
		if (*word != '-' && *word != ' ' && *word != '\t')
			code[len++] = *word >= 'a' && *word <= 'z' ?
				      (char)(*word - 'a' + 'A') : *word;
	code[len] = '\0';
}

void sheet_isrc(struct sheet *s, unsigned int track, const char *word, char *isrc)
{
	char code[CD_ISRC_SIZE + 5], *p = code;

	bare_code(word, code, sizeof(code));
	if (!strncmp(code, "ISRC", 4))		/* as labels print it */
		p += 4;
	if (cd_isrc_valid(p))
		memcpy(isrc, p, CD_ISRC_SIZE);
	else if (*code)
		image_note(s->image, "%.200s: %.32s is no ISRC, so track %u is left without one: correct the sheet if it has one",
			   s->name, word, track);
}

void sheet_catalog(struct sheet *s, const char *word)
{
	char code[CD_MCN_SIZE + 2], mcn[CD_MCN_SIZE];
	size_t len, skip;

	bare_code(word, code, sizeof(code));
	len = strlen(code);
	/* A GTIN of 8, 12 (UPC) or 14 digits is the EAN that zeros before it make */
	skip = len == CD_MCN_SIZE && *code == '0';
	if (len == 8 || len == 12 || len - skip == CD_MCN_SIZE - 1) {
		memset(mcn, '0', CD_MCN_SIZE - 1);
		memcpy(mcn + CD_MCN_SIZE - 1 - (len - skip), code + skip, len - skip + 1);
		if (cd_mcn_valid(mcn)) {
			memcpy(s->image->layout.mcn, mcn, sizeof(mcn));
			return;
		}
	}
	if (len)
		image_note(s->image, "%.200s: %.32s is not a catalogue number of 13 digits, so the disc is left without one: correct the sheet if it has one",
			   s->name, word);
}

/* ---- Files ------------------------------------------------------------ */

static int not_opened(struct sheet *s, const char *name, int rc)
{
	if (rc == -ENOTUNIQ)
		sheet_wrong(s, "%.200s is not there, and more than one other file could be meant: name the right one in the sheet",
			    name);
	else if (rc == -EINVAL)
		sheet_wrong(s, "%.200s is not a regular file: name the file itself", name);
	else if (rc == -EXDEV)
		sheet_wrong(s, "%.200s is outside of the sheet's folder: the file belongs beside the sheet",
			    name);
	else
		sheet_wrong(s, "%.200s: %s: the file belongs beside the sheet", name, strerror(-rc));
	return rc;
}

static int open_file(struct sheet *s, struct sheet_file *f, enum sheet_file_kind kind)
{
	const struct disc_files *files = &s->image->files;
	const char *found;

	f->number = files->open(files->ctx, f->name, &f->size);
	if (f->number < 0)
		return not_opened(s, f->name, f->number);
	found = files->found ? files->found(files->ctx, f->number) : NULL;
	if (found)
		image_note(s->image, "%.100s: %.100s is not there, so %.100s is taken", s->name,
			   f->name, found);
	return kind == SHEET_DATA ? 0 : sheet_sound(s, f, kind);
}

const struct sheet_file *sheet_file(struct sheet *s, const char *name, enum sheet_file_kind kind,
				    int *rc)
{
	struct sheet_file *f;
	unsigned int i;

	*rc = 0;
	for (i = 0; i < s->nr_files; i++)
		if (!strcmp(s->file_list[i].name, name) &&
		    s->file_list[i].sound == (kind != SHEET_DATA))
			return &s->file_list[i];
	if (s->nr_files == IMAGE_FILES_MAX)
		*rc = sheet_wrong(s, "it names too many files");
	else if (strlen(name) + 2 > IMAGE_NAME_MAX)
		*rc = sheet_wrong(s, "the name of a file is too long");
	if (*rc)
		return NULL;
	f = &s->file_list[s->nr_files];
	memset(f, 0, sizeof(*f));
	snprintf(f->name, sizeof(f->name), "%s", name);
	f->sound = kind != SHEET_DATA;
	*rc = open_file(s, f, kind);
	if (*rc)
		return NULL;
	s->nr_files++;
	return f;
}

int image_add(struct sheet *s, const struct image_extent *extent)
{
	struct disc_image *image = s->image;

	if (!extent->blocks)
		return 0;
	if (image->nr_extents == IMAGE_EXTENTS_MAX)
		return sheet_wrong(s, "the tracks are in too many pieces");
	image->extents[image->nr_extents++] = *extent;
	return 0;
}

/* ---- The whole -------------------------------------------------------- */

/* Pauses that no file holds are silence or zeros. */
static int fill_pauses(struct sheet *s)
{
	const struct cd_layout *l = &s->image->layout;
	struct cd_session session;
	unsigned int i;
	int rc = 0;

	for (i = 0; cd_session(l, i, &session) && !rc; i++) {
		const struct cd_track *t = &l->track[session.first];
		struct image_extent e = { .file = IMAGE_NO_FILE, .mode = t->type };

		e.lba = t->pregap;
		e.blocks = CD_PREGAP;
		rc = image_add(s, &e);
	}
	return rc;
}

static int parse(enum disc_sheet kind, struct sheet *s)
{
	switch (kind) {
	case DISC_SHEET_CUE:
		return sheet_parse_cue(s);
	case DISC_SHEET_TOC:
		return sheet_parse_toc(s);
	default:
		return sheet_parse_ccd(s);
	}
}

int disc_sheet_parse(enum disc_sheet kind, const char *text, size_t len,
		     const struct disc_files *files, const char *name, struct disc_image **out,
		     char *err, size_t errlen)
{
	struct sheet *s = calloc(1, sizeof(*s));
	char why[160], *plain = sheet_plain(text, len, &len);
	int rc;

	*out = image_new();
	if (!s || !*out || !plain) {
		free(plain);
		free(s);
		free(*out);
		*out = NULL;
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	s->text = plain;
	s->end = plain + len;
	s->line = 1;
	s->name = name;
	s->image = *out;
	s->err = err;
	s->errlen = errlen;
	(*out)->files = *files;
	rc = parse(kind, s);
	if (!rc) {
		cd_layout_finish(&(*out)->layout);
		rc = fill_pauses(s);
	}
	if (!rc) {
		rc = cd_layout_check(&(*out)->layout, why, sizeof(why));
		if (rc)
			snprintf(err, errlen, "%s: %s", name, why);
		else
			(*out)->blocks = (uint32_t)cd_layout_end(&(*out)->layout);
	}
	if (!rc)
		rc = image_check(*out, name, err, errlen);
	free(plain);
	free(s);
	if (rc) {
		free((*out)->layout.text);
		free(*out);
		*out = NULL;
	}
	return rc;
}
