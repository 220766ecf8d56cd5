// SPDX-License-Identifier: GPL-2.0
/* Texts of sheets in the characters of a disc. */
#include <stdlib.h>
#include <string.h>

#include "image_priv.h"

/* U+0100 to U+017F without their marks; '\1': more than one letter, see below. */
static const char extended_a[] =
	"AaAaAa" "CcCcCcCc" "DdDd" "EeEeEeEeEe" "GgGgGgGg" "HhHh" "IiIiIiIiIi" "\1\1" "Jj" "Kkk"
	"LlLlLlLlLl" "NnNnNnnNn" "OoOoOo" "\1\1" "RrRrRr" "SsSsSsSs" "TtTtTt" "UuUuUuUuUuUu"
	"WwYyY" "ZzZzZz" "s";

static const struct { uint32_t first, last; const char *text; } others[] = {
	{ 0x0132, 0x0132, "IJ" }, { 0x0133, 0x0133, "ij" }, { 0x0152, 0x0152, "OE" },
	{ 0x0153, 0x0153, "oe" }, { 0x0192, 0x0192, "f" }, { 0x0218, 0x0218, "S" },
	{ 0x0219, 0x0219, "s" }, { 0x021a, 0x021a, "T" }, { 0x021b, 0x021b, "t" },
	{ 0x02c6, 0x02c6, "^" }, { 0x02dc, 0x02dc, "~" }, { 0x0300, 0x036f, "" },
	{ 0x1e9e, 0x1e9e, "SS" }, { 0x2000, 0x200a, " " }, { 0x200b, 0x200f, "" },
	{ 0x2010, 0x2015, "-" }, { 0x2018, 0x201b, "'" }, { 0x201c, 0x201f, "\"" },
	{ 0x2020, 0x2021, "+" }, { 0x2022, 0x2022, "*" }, { 0x2026, 0x2026, "..." },
	{ 0x202f, 0x202f, " " }, { 0x2032, 0x2032, "'" }, { 0x2033, 0x2033, "\"" },
	{ 0x2039, 0x2039, "<" }, { 0x203a, 0x203a, ">" }, { 0x20ac, 0x20ac, "EUR" },
	{ 0x2116, 0x2116, "No." }, { 0x2122, 0x2122, "(TM)" }, { 0x2212, 0x2212, "-" },
	{ 0x3000, 0x3000, " " }, { 0xfb01, 0xfb01, "fi" }, { 0xfb02, 0xfb02, "fl" },
	{ 0xfeff, 0xfeff, "" },
};

/* Of bytes 80h to 9Fh, which ISO 8859-1 has not and Windows-1252 has. */
static const uint16_t windows[32] = {
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};

/* One character of UTF-8 and how many bytes it has, 0: it is none. */
static unsigned int utf8_char(const unsigned char *p, uint32_t *c)
{
	unsigned int more = *p < 0x80 ? 0 : *p < 0xc2 ? 9 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 :
			    *p < 0xf5 ? 3 : 9;
	unsigned int i;

	if (more == 9)
		return 0;
	*c = more ? *p & (0x3fu >> more) : *p;
	for (i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	/* Longer than it has to be, surrogates, behind the last one */
	if ((more == 2 && *c < 0x800) || (more == 3 && (*c < 0x10000 || *c > 0x10ffff)) ||
	    (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return more + 1;
}

bool sheet_is_utf8(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned int n;
	uint32_t c;

	for (; *p; p += n) {
		n = utf8_char(p, &c);
		if (!n)
			return false;
	}
	return true;
}

static const char *nearest(uint32_t c, char *one)
{
	size_t i;

	one[1] = '\0';
	if (c >= 0x100 && c < 0x180 && extended_a[c - 0x100] != '\1')
		*one = extended_a[c - 0x100];
	else if (c > 0xff00 && c < 0xff5f)	/* ASCII in full width */
		*one = (char)(c - 0xff00 + ' ');
	else
		*one = '\0';
	if (*one)
		return one;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (c >= others[i].first && c <= others[i].last)
			return others[i].text;
	return "?";
}

/* ---- A whole sheet ------------------------------------------------------- */

static size_t put_utf8(uint32_t c, char *out)
{
	size_t n = 0, more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	if (!more)
		out[n++] = (char)c;
	else
		out[n++] = (char)((0xff00u >> (more + 1) & 0xff) | c >> (6 * more));
	while (more--)
		out[n++] = (char)(0x80 | (c >> (6 * more) & 0x3f));
	return n;
}

/* Half of a pair by itself becomes U+FFFD. */
static size_t from_utf16(const unsigned char *p, size_t len, bool big, char *out)
{
	size_t i, n = 0;
	uint32_t c, high = 0;

	for (i = 0; i + 1 < len; i += 2) {
		c = p[i + big] | (uint32_t)p[i + !big] << 8;
		if (high && c >= 0xdc00 && c < 0xe000)
			c = 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00);
		else if (high)
			n += put_utf8(0xfffd, out + n);
		high = c >= 0xd800 && c < 0xdc00 ? c : 0;
		if (!high)
			n += put_utf8(c >= 0xdc00 && c < 0xe000 ? 0xfffd : c, out + n);
	}
	return n;
}

char *sheet_plain(const char *text, size_t len, size_t *out_len)
{
	const unsigned char *p = (const unsigned char *)text;
	/* Two bytes of UTF-16 are three at most, and half of a pair at the end none */
	char *out = malloc(len / 2 * 3 + len % 2 + 4);
	size_t i, n;

	if (!out)
		return NULL;
	if (len >= 2 && p[0] + p[1] == 0xff + 0xfe && (p[0] == 0xff || p[0] == 0xfe)) {
		n = from_utf16(p + 2, len - 2, p[0] == 0xfe, out);
	} else {
		i = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
		n = len - i;
		memcpy(out, text + i, n);
	}
	/* Lines of old Macintosh programs end with CR alone */
	for (i = 0; i < n; i++)
		if (out[i] == '\r' && (i + 1 == n || out[i + 1] != '\n'))
			out[i] = '\n';
	*out_len = n;
	return out;
}

/* ---- One text ------------------------------------------------------------ */

bool sheet_to_latin(const char *text, char *out, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	bool utf8 = sheet_is_utf8(text), replaced = false;
	size_t n = 0;
	uint32_t c = 0;

	while (*p) {
		char one[2] = { 0 };
		const char *s = one;

		if (utf8) {
			p += utf8_char(p, &c);
		} else {
			c = *p >= 0x80 && *p < 0xa0 ? windows[*p - 0x80] : *p;
			p++;
		}
		if (c < 0x80 || (c >= 0xa0 && c < 0x100)) {
			one[0] = (char)c;
		} else {
			s = nearest(c, one);
			replaced = true;
		}
		for (; *s && n + 1 < len; s++)
			out[n++] = *s;
	}
	out[n] = '\0';
	return replaced;
}
