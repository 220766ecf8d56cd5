// SPDX-License-Identifier: GPL-2.0
/* Sense codes and messages: every row of the manuals' tables comes out of the
 * decoder for its device, and each code says what to do. */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <scsi/sg_lib.h>
#include <scsi/sg_lib_data.h>

#include "csv.h"
#include "libdiscmux.h"

#define ANY	DISCMUX_DEVICE_ANY
#define READER	DISCMUX_DEVICE_READER
#define RECORDER DISCMUX_DEVICE_RECORDER
#define LIBRARY	DISCMUX_DEVICE_LIBRARY
#define LOG	DISCMUX_DEVICE_CHANGER_LOG
#define NONE	DISCMUX_KEY_NONE

static void text_is(enum discmux_device device, unsigned int asc, unsigned int ascq,
		    const char *expected)
{
	char text[160];

	assert_true(discmux_code_text(device, (uint8_t)asc, (uint8_t)ascq, text, sizeof(text)));
	assert_string_equal(text, expected);
}

/* A row for each qualifier: NN stands for it. */
static void range_is(enum discmux_device device, unsigned int asc, unsigned int first,
		     const char *description)
{
	const char *mark = strstr(description, "NN");
	unsigned int ascq;
	char text[160];

	for (ascq = first; ascq <= 0xff; ascq++) {
		if (mark)
			snprintf(text, sizeof(text), "%.*s%02Xh%s", (int)(mark - description),
				 description, ascq, mark + 2);
		else
			snprintf(text, sizeof(text), "%s", description);
		text_is(device, asc, ascq, text);
	}
}

/* The line of the device's table for this row */
static void in_table(enum discmux_device device, unsigned int asc, const char *ascq,
		     const char *description)
{
	struct discmux_code code;
	size_t i;

	for (i = 0; !discmux_code_nth(device, i, &code); i++)
		if (code.asc == asc && !strcmp(code.ascq_text, ascq))
			break;
	assert_int_equal(code.asc, asc);
	assert_string_equal(code.ascq_text, ascq);
	assert_string_equal(code.description, description);
}

static void whole_table(enum discmux_device device, const char *name)
{
	const size_t shift = device == LOG ? 0 : 1;	/* the log has no column for the ASC */
	struct discmux_code code;
	struct csv_row *rows;
	size_t count, i;

	rows = csv_read(name, &count);
	for (i = 0; i < count; i++) {
		unsigned int asc = shift ? csv_hex(rows[i].field[0]) : 0x80;
		const char *ascq = rows[i].field[shift];
		const char *description = rows[i].field[shift + 1];

		assert_true(*description);
		in_table(device, asc, ascq, description);
		if (isxdigit((unsigned char)*ascq))
			text_is(device, asc, csv_hex(ascq), description);
		else
			range_is(device, asc, asc == 0x40 ? 0x80 : 0, description);
	}
	/* And nothing else */
	assert_int_equal(discmux_code_nth(device, count - 1, &code), 0);
	assert_int_equal(discmux_code_nth(device, count, &code), -ENOENT);
	free(rows);
}

static void tables(void **state)
{
	struct discmux_code code;

	(void)state;
	whole_table(READER, "reader");
	whole_table(RECORDER, "recorder");
	whole_table(LIBRARY, "library");
	whole_table(LOG, "changer-log");
	assert_int_equal(discmux_code_nth(ANY, 0, &code), -ENOENT);
	assert_int_equal(discmux_code_nth((enum discmux_device)99, 0, &code), -ENOENT);
}

static void messages(void **state)
{
	struct csv_row *rows;
	size_t count, i;
	unsigned int code, known = 0;

	(void)state;
	rows = csv_read("messages", &count);
	for (i = 0; i < count; i++) {
		char *plus = strchr(rows[i].field[0], '+');
		const struct discmux_message *m;

		if (plus)
			*plus = '\0';
		code = csv_hex(rows[i].field[0]);
		for (; code <= (plus ? 0xff : csv_hex(rows[i].field[0])); code++) {
			m = discmux_message((uint8_t)code);
			assert_non_null(m);
			assert_string_equal(m->name, rows[i].field[1]);
			assert_string_equal(discmux_message_direction(m), rows[i].field[2]);
			assert_string_equal(m->source, rows[i].field[3]);
			assert_string_equal(m->effect, rows[i].field[4]);
			known++;
		}
	}
	for (code = 0; code <= 0xff; code++)
		known -= discmux_message((uint8_t)code) != NULL;
	assert_int_equal(known, 0);
	assert_non_null(discmux_message_nth(count - 1));
	assert_null(discmux_message_nth(count));
	for (i = 1; i < count; i++)
		assert_true(discmux_message_nth(i - 1)->last < discmux_message_nth(i)->first);
	free(rows);
}

/* Where the device is not known, the standard speaks, as libsgutils2 has it. */
static void standard(void **state)
{
	const struct sg_lib_asc_ascq_t *code;
	size_t count = 0;

	(void)state;
	for (code = sg_lib_asc_ascq; code->text; code++, count++)
		text_is(ANY, code->asc, code->ascq, code->text);
	assert_true(count > 500);
	text_is(ANY, 0x3b, 0x8e, "Medium source element and tray empty");
	text_is(ANY, 0x80, 0x30, "No tray");
	text_is(ANY, 0x81, 0x22, "Printer error (ink cartridge check)");
	/* Also for a device whose manual does not have the code */
	text_is(READER, 0x0c, 0x07, "Write error - recovery needed");
	text_is(LIBRARY, 0x5d, 0x00, "Failure prediction threshold exceeded");
}

static void unknown_is(enum discmux_device device, unsigned int asc, unsigned int ascq,
		       const char *expected)
{
	char text[160];

	assert_false(discmux_code_text(device, (uint8_t)asc, (uint8_t)ascq, text, sizeof(text)));
	assert_string_equal(text, expected);
}

static void unknown_texts(void **state)
{
	char text[4] = "xyz";

	(void)state;
	unknown_is(ANY, 0x83, 0x01, "Vendor specific code 83/01");
	unknown_is(ANY, 0x7f, 0x12, "Unknown code 7F/12");
	unknown_is(LIBRARY, 0x04, 0x90, "Vendor specific code 04/90");
	/* Vendors' codes mean nothing to other devices. */
	unknown_is(RECORDER, 0x80, 0x01, "Vendor specific code 80/01");
	unknown_is(RECORDER, 0x3b, 0x8e, "Vendor specific code 3B/8E");
	unknown_is(LIBRARY, 0xb6, 0x00, "Vendor specific code B6/00");
	unknown_is(LOG, 0x80, 0x43, "Vendor specific code 80/43");
	text_is(READER, 0x80, 0x01, "Vendor specific");
	text_is(RECORDER, 0x80, 0xff, "Vendor specific");
	discmux_code_text(ANY, 0x04, 0x01, text, 2);
	assert_string_equal(text, "L");
	discmux_code_text(ANY, 0x04, 0x01, text, 0);
	assert_string_equal(text, "L");
}

static const struct {
	enum discmux_device device;
	uint8_t key, asc, ascq;
	enum discmux_action action;
} expected_actions[] = {
	{ ANY, 0x0, 0x00, 0x00, DISCMUX_ACTION_IGNORE },
	{ ANY, NONE, 0x00, 0x00, DISCMUX_ACTION_IGNORE },
	{ ANY, 0x3, 0x00, 0x00, DISCMUX_ACTION_CHANGE_DISC },	/* the key says more */
	{ ANY, 0x2, 0x04, 0x01, DISCMUX_ACTION_WAIT },
	{ RECORDER, 0x2, 0x04, 0x04, DISCMUX_ACTION_WAIT },
	{ READER, 0x2, 0x04, 0x04, DISCMUX_ACTION_WAIT },	/* in the recorder's table only */
	{ RECORDER, 0x2, 0x04, 0x07, DISCMUX_ACTION_WAIT },
	{ RECORDER, 0x2, 0x04, 0x08, DISCMUX_ACTION_WAIT },
	{ ANY, 0x2, 0x04, 0x09, DISCMUX_ACTION_WAIT },		/* of the standard only */
	{ LIBRARY, 0x2, 0x04, 0x03, DISCMUX_ACTION_OPERATOR },
	{ RECORDER, 0x6, 0x28, 0x00, DISCMUX_ACTION_RETRY },
	{ LIBRARY, 0x6, 0x28, 0x01, DISCMUX_ACTION_RETRY },
	{ ANY, 0x6, 0x29, 0x00, DISCMUX_ACTION_RETRY },
	{ RECORDER, 0xb, 0x08, 0x03, DISCMUX_ACTION_RETRY },
	{ READER, 0x0, 0x00, 0x17, DISCMUX_ACTION_CLEAN },
	{ READER, 0x4, 0x09, 0x00, DISCMUX_ACTION_CLEAN },
	{ READER, 0x3, 0x11, 0x05, DISCMUX_ACTION_CLEAN },	/* a master is not thrown away */
	{ RECORDER, 0x3, 0x11, 0x00, DISCMUX_ACTION_CHANGE_DISC },	/* a bad copy is */
	{ RECORDER, 0x3, 0x0c, 0x00, DISCMUX_ACTION_CHANGE_DISC },
	{ RECORDER, 0x3, 0x73, 0x03, DISCMUX_ACTION_CHANGE_DISC },
	{ RECORDER, 0x7, 0x27, 0x00, DISCMUX_ACTION_CHANGE_DISC },
	{ RECORDER, 0x2, 0x3a, 0x01, DISCMUX_ACTION_CHANGE_DISC },
	{ RECORDER, 0x5, 0x30, 0x05, DISCMUX_ACTION_CHANGE_DISC },
	{ RECORDER, 0x4, 0x44, 0x00, DISCMUX_ACTION_CHANGE_DRIVE },
	{ RECORDER, 0x4, 0x40, 0x80, DISCMUX_ACTION_CHANGE_DRIVE },
	{ READER, 0x4, 0x40, 0xff, DISCMUX_ACTION_CHANGE_DRIVE },
	{ LIBRARY, 0x4, 0x44, 0x00, DISCMUX_ACTION_OPERATOR },
	{ RECORDER, 0x4, 0x15, 0x01, DISCMUX_ACTION_CHANGE_DRIVE },
	{ LIBRARY, 0x4, 0x15, 0x01, DISCMUX_ACTION_OPERATOR },
	{ LIBRARY, 0x4, 0x80, 0x60, DISCMUX_ACTION_OPERATOR },
	{ ANY, 0x4, 0x80, 0x60, DISCMUX_ACTION_OPERATOR },
	{ LOG, NONE, 0x80, 0x60, DISCMUX_ACTION_OPERATOR },
	{ RECORDER, 0x4, 0x80, 0x60, DISCMUX_ACTION_CHANGE_DRIVE },	/* by the key */
	{ READER, 0x6, 0x80, 0x60, DISCMUX_ACTION_RETRY },
	{ LIBRARY, 0x4, 0x81, 0x22, DISCMUX_ACTION_PRINTER },
	{ LIBRARY, 0x4, 0x81, 0x37, DISCMUX_ACTION_PRINTER },
	{ LIBRARY, 0x2, 0x81, 0xc0, DISCMUX_ACTION_WAIT },
	{ LIBRARY, 0x5, 0x3b, 0x0d, DISCMUX_ACTION_STOP },
	{ LIBRARY, 0x5, 0x3b, 0x8e, DISCMUX_ACTION_STOP },
	{ RECORDER, 0x5, 0x20, 0x00, DISCMUX_ACTION_STOP },
	{ RECORDER, 0x5, 0x2c, 0x00, DISCMUX_ACTION_STOP },
	{ RECORDER, 0x5, 0x21, 0x02, DISCMUX_ACTION_STOP },
	{ READER, 0x5, 0x6f, 0x03, DISCMUX_ACTION_STOP },
	{ RECORDER, 0xb, 0x4d, 0x00, DISCMUX_ACTION_RETRY },
	/* What the device did all the same, but for what stays true */
	{ RECORDER, 0x1, 0x0c, 0x00, DISCMUX_ACTION_IGNORE },
	{ RECORDER, 0x1, 0x17, 0x01, DISCMUX_ACTION_IGNORE },
	{ RECORDER, 0x1, 0x0c, 0x0a, DISCMUX_ACTION_CHANGE_DISC },
	{ RECORDER, 0x1, 0x5d, 0x00, DISCMUX_ACTION_CHANGE_DRIVE },
	{ RECORDER, 0x1, 0x5d, 0xff, DISCMUX_ACTION_IGNORE },
	{ LIBRARY, 0x1, 0x81, 0x21, DISCMUX_ACTION_PRINTER },
	{ RECORDER, 0x1, 0x0b, 0x01, DISCMUX_ACTION_WAIT },
};

static void actions(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected_actions) / sizeof(*expected_actions); i++) {
		enum discmux_action action =
			discmux_sense_action(expected_actions[i].device, expected_actions[i].key,
					     expected_actions[i].asc, expected_actions[i].ascq);

		if (action != expected_actions[i].action)
			fail_msg("device %u: %02X/%02X/%02X is \"%s\", not \"%s\"",
				 expected_actions[i].device, expected_actions[i].key,
				 expected_actions[i].asc, expected_actions[i].ascq,
				 discmux_action_name(action),
				 discmux_action_name(expected_actions[i].action));
	}
}

/* What nobody knows is judged by the sense key. */
static void unknown_actions(void **state)
{
	static const enum discmux_action by_key[16] = {
		DISCMUX_ACTION_IGNORE,	    DISCMUX_ACTION_IGNORE,
		DISCMUX_ACTION_WAIT,	    DISCMUX_ACTION_CHANGE_DISC,
		DISCMUX_ACTION_CHANGE_DRIVE, DISCMUX_ACTION_STOP,
		DISCMUX_ACTION_RETRY,	    DISCMUX_ACTION_CHANGE_DISC,
		DISCMUX_ACTION_CHANGE_DISC, DISCMUX_ACTION_STOP,
		DISCMUX_ACTION_STOP,	    DISCMUX_ACTION_RETRY,
		DISCMUX_ACTION_STOP,	    DISCMUX_ACTION_CHANGE_DISC,
		DISCMUX_ACTION_CHANGE_DISC, DISCMUX_ACTION_IGNORE,
	};
	unsigned int key;

	(void)state;
	for (key = 0; key <= 0xf; key++) {
		assert_int_equal(discmux_sense_action(ANY, (uint8_t)key, 0x83, 0x01), by_key[key]);
		assert_int_equal(discmux_sense_action(RECORDER, (uint8_t)key, 0x7f, 0x7e),
				 by_key[key]);
	}
	assert_int_equal(discmux_sense_action(LIBRARY, 0x4, 0x83, 0x01), DISCMUX_ACTION_OPERATOR);
	assert_int_equal(discmux_sense_action(READER, 0x3, 0x83, 0x01), DISCMUX_ACTION_CLEAN);
	assert_int_equal(discmux_sense_action(ANY, NONE, 0x83, 0x01), DISCMUX_ACTION_STOP);
	assert_int_equal(discmux_sense_action(ANY, 0x10, 0x83, 0x01), DISCMUX_ACTION_STOP);
	assert_int_equal(discmux_sense_action((enum discmux_device)1000, 0x4, 0x44, 0x00),
			 DISCMUX_ACTION_CHANGE_DRIVE);
}

/* Each code of each device with each key has a class and a reason. */
static void all_codes(void **state)
{
	unsigned int device, key, code;

	(void)state;
	for (device = ANY; device <= LOG; device++)
		for (key = 0; key <= 0x10; key++)
			for (code = 0; code <= 0xffff; code++) {
				uint8_t asc = (uint8_t)(code >> 8), ascq = (uint8_t)code;

				if (discmux_sense_action(device, (uint8_t)key, asc, ascq) >
					    DISCMUX_ACTION_STOP ||
				    !*discmux_sense_reason(device, (uint8_t)key, asc, ascq))
					fail_msg("%02X/%04X has no class or reason", key, code);
			}
}

static void names(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = 0; i <= DISCMUX_ACTION_STOP; i++)
		for (j = 0; j <= i; j++)
			assert_int_equal(!strcmp(discmux_action_name(i), discmux_action_name(j)),
					 i == j);
	assert_string_equal(discmux_action_name(DISCMUX_ACTION_WAIT), "wait and poll");
	assert_string_equal(discmux_action_name((enum discmux_action)9), "unknown");
	assert_string_equal(discmux_sense_key_name(0x2), "not ready");
	assert_string_equal(discmux_sense_key_name(0xf), "completed");
	assert_string_equal(discmux_sense_key_name(0x10), "unknown");
	for (i = 0; i <= 0xf; i++)
		for (j = 0; j <= i; j++)
			assert_int_equal(!strcmp(discmux_sense_key_name((uint8_t)i),
						 discmux_sense_key_name((uint8_t)j)),
					 i == j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),	   cmocka_unit_test(messages),
		cmocka_unit_test(standard),	   cmocka_unit_test(unknown_texts),
		cmocka_unit_test(actions),	   cmocka_unit_test(unknown_actions),
		cmocka_unit_test(all_codes),	   cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
