// SPDX-License-Identifier: LGPL-2.1
/* A code and its meaning on a display of two lines of 20 characters. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sense_table.h"

#define WIDTH (DISCMUX_LINE_SIZE - 1)

/*
 * Abbreviations, tried one after the other until the text fits: phrases that go
 * into a shorter one, then words that say little, then long words, then those one
 * would rather keep.  A pattern matches whole words only; "*" at its end stands
 * for the rest of the word.  If all of them do not suffice, vowels go.
 */
static const struct {
	const char *from, *to;
} words[] = {
#define WORD(from, to) { from, to },
#include "sense_words.def"
#undef WORD
};

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

/* Where a pattern is in the text, and how long; NULL: it is not. */
static char *match(char *text, const char *pattern, size_t *len)
{
	size_t n = strlen(pattern);
	bool open = n && pattern[n - 1] == '*';
	char *p;

	if (open)
		n--;
	for (p = text; *p; p++) {
		if (strncmp(p, pattern, n) != 0)
			continue;
		if (p > text && in_word(*pattern) && in_word(p[-1]))
			continue;
		*len = n;
		while (open && in_word(p[*len]))
			(*len)++;
		if (open || !in_word(pattern[n - 1]) || !in_word(p[n]))
			return p;
	}
	return NULL;
}

/* Takes out what an abbreviation has left over: blanks, half of a pair of brackets. */
static void squeeze(char *text)
{
	char *to = text;
	const char *p;

	for (p = text; *p; p++) {
		if (*p == ' ' && (to == text || to[-1] == ' ' || p[1] == ',' || !p[1]))
			continue;
		if (*p == ')' && !memchr(text, '(', (size_t)(to - text)))
			continue;
		*to++ = *p;
	}
	*to = '\0';
}

static void abbreviate(char *text, size_t word)
{
	size_t len, to = strlen(words[word].to);
	char *p = text;

	/* What is longer than what it stands for is none, and could overflow. */
	while ((p = match(p, words[word].from, &len)) != NULL && to <= len) {
		memmove(p + to, p + len, strlen(p + len) + 1);
		memcpy(p, words[word].to, to);
		p += to;
	}
	squeeze(text);
}

/* How much of the text goes onto the first line, which has room for this many
 * characters: whole words.  The line may break behind these characters, too. */
static size_t first_part(const char *text, size_t room)
{
	size_t best = 0;
	size_t i;

	for (i = 0; i <= room && text[i]; i++)
		if (text[i] == ' ' || (i && strchr(",;/-", text[i - 1])))
			best = i;
	return i > room || text[i] ? best : i;
}

static size_t rest_at(const char *text, size_t part)
{
	return text[part] == ' ' ? part + 1 : part;
}

static bool fits(const char *text, size_t room)
{
	return strlen(text + rest_at(text, first_part(text, room))) <= WIDTH;
}

/* Takes the vowels out of the longest word that has some behind its first letter.
 * False: none has. */
static bool drop_vowels(char *text)
{
	char *word = NULL, *p, *to;
	size_t longest = 0;

	for (p = text; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");
		size_t vowel = 1 + strcspn(p + 1, "AEIOU");

		if (len > longest && vowel < len) {
			longest = len;
			word = p;
		}
		p += len;
	}
	if (!word)
		return false;
	for (p = to = word + 1; *p; p++)
		if (p >= word + longest || !strchr("AEIOU", *p))
			*to++ = *p;
	*to = '\0';
	return true;
}

static void shorten(char *text, size_t room)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words) && !fits(text, room); i++)
		abbreviate(text, i);
	while (!fits(text, room) && drop_vowels(text))
		;
}

static void upper(char *text)
{
	for (; *text; text++)
		*text = (char)toupper((unsigned char)*text);
}

static void put_code(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq, char *buf,
		     size_t size)
{
	if (device == DISCMUX_DEVICE_CHANGER_LOG)
		snprintf(buf, size, "LOG %02X", ascq);
	else if (key > 0xf)
		snprintf(buf, size, "%02X/%02X", asc, ascq);
	else
		snprintf(buf, size, "%02X/%02X/%02X", key, asc, ascq);
}

bool discmux_sense_lines(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq,
			 char lines[2][DISCMUX_LINE_SIZE])
{
	char text[DM_SENSE_TEXT], code[16];
	size_t room, part;

	put_code(device, key, asc, ascq, code, sizeof(code));
	room = WIDTH - strlen(code) - 1;
	/* With no code, or one that nobody knows, the key says more. */
	if ((!discmux_code_text(device, asc, ascq, text, sizeof(text)) || !(asc | ascq)) && key &&
	    key <= 0xf)
		snprintf(text, sizeof(text), "%s", discmux_sense_key_name(key));
	upper(text);
	shorten(text, room);
	part = first_part(text, room);
	snprintf(lines[0], DISCMUX_LINE_SIZE, "%s %.*s", code, (int)part, text);
	if (!part)
		lines[0][strlen(code)] = '\0';
	snprintf(lines[1], DISCMUX_LINE_SIZE, "%s", text + rest_at(text, part));
	return fits(text, room);
}
