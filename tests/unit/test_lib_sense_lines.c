// SPDX-License-Identifier: GPL-2.0
/* Codes on a display of two lines: all of them fit, and can be told apart. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "libdiscmux.h"

#define WIDTH 20

static const struct {
	const char *from, *to;
} words[] = {
#define WORD(from, to) { from, to },
#include "sense_words.def"
#undef WORD
};

static void lines_are(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq,
		      const char *first, const char *second)
{
	char lines[2][DISCMUX_LINE_SIZE];

	assert_true(discmux_sense_lines(device, key, asc, ascq, lines));
	assert_string_equal(lines[0], first);
	assert_string_equal(lines[1], second);
}

static void some(void **state)
{
	(void)state;
	lines_are(DISCMUX_DEVICE_RECORDER, 2, 0x04, 0x08, "02/04/08 NOT READY,",
		  "LONG WRITE RUNS");
	lines_are(DISCMUX_DEVICE_RECORDER, 2, 0x3a, 0x00, "02/3A/00 MEDIUM NOT", "PRESENT");
	lines_are(DISCMUX_DEVICE_ANY, 3, 0x0c, 0x00, "03/0C/00 WRITE ERROR", "");
	lines_are(DISCMUX_DEVICE_LIBRARY, 4, 0x80, 0x22, "04/80/22 T/O BEFORE",
		  "CATCHER STABLE (R>L)");
	lines_are(DISCMUX_DEVICE_LIBRARY, 4, 0x81, 0x22, "04/81/22 PRINTER:",
		  "INK CARTRIDGE CHECK");
	lines_are(DISCMUX_DEVICE_RECORDER, DISCMUX_KEY_NONE, 0x40, 0x81, "40/81 DIAG FAILURE",
		  "ON COMPONENT 81H");
	lines_are(DISCMUX_DEVICE_CHANGER_LOG, DISCMUX_KEY_NONE, 0x80, 0x30, "LOG 30 NO TRAY", "");
	/* No code, or none that is known: the key */
	lines_are(DISCMUX_DEVICE_ANY, 4, 0x00, 0x00, "04/00/00 HARDWARE", "ERROR");
	lines_are(DISCMUX_DEVICE_ANY, 5, 0x83, 0x01, "05/83/01 ILLEGAL", "REQUEST");
	lines_are(DISCMUX_DEVICE_ANY, DISCMUX_KEY_NONE, 0x83, 0x01, "83/01 VENDOR", "SPECIFIC CODE 83/01");
}

/* Words of the manuals are shortened by the table of words: none has lost its vowels
 * for want of an abbreviation. */
static void readable(const char *text)
{
	static const char *const fine[] = { "CMDS", "CLRD", "RSVD" };
	size_t i, len;

	for (; *text; text += len + !len) {
		len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (len < 4 || strcspn(text, "AEIOUY") < len)
			continue;
		for (i = 0; i < 3 && strncmp(text, fine[i], len) != 0; i++)
			;
		if (i == 3)
			fail_msg("\"%s\" begins with a word that cannot be read", text);
	}
}

/* The words of both lines without the code */
static void meaning(char lines[2][DISCMUX_LINE_SIZE], size_t code, char *buf, size_t size)
{
	assert_true(lines[0][code] == ' ' || !lines[0][code]);
	snprintf(buf, size, "%s %s", lines[0] + code, lines[1]);
	assert_true(strlen(buf) >= 4);
	readable(buf);
}

static void every_row(enum discmux_device device, uint8_t key)
{
	static char seen[256][64];
	const char *description[256];
	struct discmux_code code;
	size_t i, j;

	for (i = 0; !discmux_code_nth(device, i, &code); i++) {
		char lines[2][DISCMUX_LINE_SIZE], number[16];
		const char *start = number;

		assert_true(i < 256);
		if (!discmux_sense_lines(device, key, code.asc, code.ascq, lines))
			fail_msg("%02X/%02X \"%s\" is cut off: \"%s\", \"%s\"", code.asc, code.ascq,
				 code.description, lines[0], lines[1]);
		assert_true(strlen(lines[0]) <= WIDTH && strlen(lines[1]) <= WIDTH);
		snprintf(number, sizeof(number), "%02X/%02X/%02X", key, code.asc, code.ascq);
		if (device == DISCMUX_DEVICE_CHANGER_LOG)
			snprintf(number, sizeof(number), "LOG %02X", code.ascq);
		else if (key == DISCMUX_KEY_NONE)
			start += 3;
		assert_memory_equal(lines[0], start, strlen(start));
		meaning(lines, strlen(start), seen[i], sizeof(seen[i]));
		/* 00/00 has the words of the key. */
		description[i] = code.asc || code.ascq ? code.description : seen[i];
		for (j = 0; j < i; j++)
			if (description[j] != seen[j] && !strcmp(seen[i], seen[j]) &&
			    strcmp(description[i], description[j]) != 0)
				fail_msg("\"%s\" and \"%s\" are both \"%s\"", description[i],
					 description[j], seen[i]);
	}
	assert_true(i > 0);
}

static void all_rows(void **state)
{
	unsigned int device, key;

	(void)state;
	for (device = DISCMUX_DEVICE_READER; device <= DISCMUX_DEVICE_CHANGER_LOG; device++) {
		for (key = 0; key <= 0xf; key++)
			if (device != DISCMUX_DEVICE_CHANGER_LOG)
				every_row(device, (uint8_t)key);
		every_row(device, DISCMUX_KEY_NONE);
	}
}

/* Whatever comes, the lines are printable, and as long as they may be. */
static void all_codes(void **state)
{
	unsigned int device, code;
	size_t i;

	(void)state;
	for (device = DISCMUX_DEVICE_ANY; device <= DISCMUX_DEVICE_CHANGER_LOG; device++)
		for (code = 0; code <= 0xffff; code += device ? 7 : 1) {
			char lines[2][DISCMUX_LINE_SIZE];

			memset(lines, 0x7f, sizeof(lines));
			discmux_sense_lines(device, 4, (uint8_t)(code >> 8), (uint8_t)code, lines);
			for (i = 0; i < 2; i++) {
				const char *p = lines[i];

				assert_non_null(memchr(p, '\0', DISCMUX_LINE_SIZE));
				for (; *p; p++)
					assert_true(isprint((unsigned char)*p));
			}
			assert_true(strlen(lines[0]) >= 5);
		}
}

/* An abbreviation is shorter, says something that can be read, and is the only one. */
static void word_table(void **state)
{
	const size_t count = sizeof(words) / sizeof(*words);
	size_t i, j;

	(void)state;
	for (i = 0; i < count; i++) {
		assert_true(*words[i].from);
		if (strlen(words[i].to) >= strlen(words[i].from))
			fail_msg("%s is not shorter than %s", words[i].to, words[i].from);
		for (j = 0; j < i; j++)
			assert_string_not_equal(words[i].from, words[j].from);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some),
		cmocka_unit_test(all_rows),
		cmocka_unit_test(all_codes),
		cmocka_unit_test(word_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
