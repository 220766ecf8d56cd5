// SPDX-License-Identifier: GPL-2.0
/* Hexadecimal numbers from the command line, and CSV. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "codes.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *skip_prefix(const char *p)
{
	return p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? p + 2 : p;
}

const char *codes_byte(const char *text, const char *ends, uint8_t *value)
{
	const char *start = skip_prefix(text);
	const char *p = start;
	unsigned int v = 0;

	while (digit(*p) >= 0 && p - start < 2)
		v = v * 16 + (unsigned int)digit(*p++);
	if (p == start)
		return NULL;
	if (start == text && (*p == 'h' || *p == 'H'))
		p++;
	if (*p && !strchr(ends, *p))
		return NULL;
	*value = (uint8_t)v;
	return p;
}

int codes_bytes(const char *text, uint8_t *bytes, size_t max)
{
	static const char between[] = " \t\r\n,:";
	size_t n = 0;
	const char *p;

	for (p = text + strspn(text, between); *p; p += strspn(p, between)) {
		p = skip_prefix(p);
		do {
			if (digit(p[0]) < 0)
				return -EINVAL;
			if (!p[1] || strchr(between, p[1]))
				return -EILSEQ;
			if (digit(p[1]) < 0)
				return -EINVAL;
			if (n == max)
				return -E2BIG;
			bytes[n++] = (uint8_t)(digit(p[0]) * 16 + digit(p[1]));
			p += 2;
		} while (*p && !strchr(between, *p));
	}
	return n ? (int)n : -ENODATA;
}

char *codes_shown(const char *text, char *buf, size_t size)
{
	size_t i;

	for (i = 0; text[i] && i + 1 < size; i++)
		buf[i] = (char)(isprint((unsigned char)text[i]) ? text[i] : '?');
	buf[i] = '\0';
	if (text[i] && size > 4)
		memcpy(buf + size - 4, "...", 4);
	return buf;
}

void codes_csv(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}
