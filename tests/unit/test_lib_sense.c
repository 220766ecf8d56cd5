// SPDX-License-Identifier: GPL-2.0
/* Sense data and results: what is read out of them, and that nothing is read
 * from behind their end. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libdiscmux.h"

static void fixed(void **state)
{
	/* 03/11/05 at LBA 12345678h */
	const uint8_t data[18] = { 0xf0, 0, 0x03, 0x12, 0x34, 0x56, 0x78, 10,
				   0,	 0, 0,	  0,	0x11, 0x05 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.response, 0x70);
	assert_false(sense.deferred);
	assert_int_equal(sense.key, 3);
	assert_int_equal(sense.asc, 0x11);
	assert_int_equal(sense.ascq, 0x05);
	assert_true(sense.info_valid);
	assert_int_equal(sense.info, 0x12345678);
	assert_int_equal(sense.progress, -1);
}

static void fixed_progress(void **state)
{
	uint8_t data[18] = { 0x70, 0, 0x02, 0,	  0,	0, 0, 10,   0,
			     0,	   0, 0,    0x04, 0x07, 0, 0x80, 0x40, 0x00 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.progress, 0x4000);
	/* With ILLEGAL REQUEST the same bytes point at a field. */
	data[2] = 0x05;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.progress, -1);
}

static void field_pointer(void **state)
{
	uint8_t data[18] = { 0x70, 0, 0x05, 0,	  0, 0, 0,    10,   0,
			     0,	   0, 0,    0x24, 0, 0, 0xcf, 0x01, 0x02 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.field, 0x102);
	assert_true(sense.field_in_cdb);
	assert_int_equal(sense.bit, 7);
	/* In the parameter list, and no bit */
	data[15] = 0x80;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.field, 0x102);
	assert_false(sense.field_in_cdb);
	assert_int_equal(sense.bit, -1);
	/* SKSV 0, and data that end one byte too early */
	data[15] = 0x40;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.field, -1);
	data[15] = 0xc0;
	assert_int_equal(discmux_sense_parse(data, 17, &sense), 0);
	assert_int_equal(sense.field, -1);
	/* With MEDIUM ERROR a retry count */
	data[2] = 0x03;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.retries, 0x102);
	assert_int_equal(sense.field, -1);
	assert_int_equal(sense.progress, -1);
}

static void fixed_rest(void **state)
{
	const uint8_t data[18] = { 0x71, 0, 0xe3, 0,	0,    0, 0, 10, 0x01,
				   0x02, 3, 4,	  0x11, 0x05, 0x42 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.key, 3);
	assert_true(sense.filemark && sense.eom && sense.ili);
	assert_false(sense.info_valid);
	assert_int_equal(sense.command_info, 0x1020304);
	assert_int_equal(sense.unit, 0x42);
	assert_int_equal(sense.retries, -1);
	/* Cut off behind the command-specific information */
	assert_int_equal(discmux_sense_parse(data, 12, &sense), 0);
	assert_int_equal(sense.command_info, 0x1020304);
	assert_int_equal(sense.asc, 0);
	assert_int_equal(discmux_sense_parse(data, 11, &sense), 0);
	assert_int_equal(sense.command_info, 0);
}

static void descriptor_rest(void **state)
{
	const uint8_t data[] = {
		0x72, 0x05, 0x24, 0x00, 0,    0,    0,	  36, /* header */
		0x01, 0x0a, 0,	  0,	0,    0,    0,	  0,	1, 2, 3, 4, /* command-specific */
		0x02, 0x06, 0,	  0,	0xca, 0x00, 0x09, 0, /* key specific */
		0x03, 0x02, 0,	  0x17, /* unit */
		0x05, 0x02, 0,	  0x20, /* block commands */
		0x04, 0x02, 0,	  0xc0, /* stream commands: the last flags count */
		0x80, 0x02, 0xff, 0xff, /* a vendor's */
	};
	const uint8_t block[40] = { 0x73, 0x03, 0x11, 0x00, 0, 0, 0, 32, 0x0d, 30, 0xa0, 0,
				    0x80, 0,	5,    0x33, 0, 0, 0, 0,	 0,    0,  1,	 2,
				    0,	  0,	0,    0,    0, 0, 3, 4 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.command_info, 0x1020304);
	assert_int_equal(sense.field, 9);
	assert_true(sense.field_in_cdb);
	assert_int_equal(sense.bit, 2);
	assert_int_equal(sense.unit, 0x17);
	assert_true(sense.filemark && sense.eom);

	assert_int_equal(discmux_sense_parse(block, sizeof(block), &sense), 0);
	assert_true(sense.deferred && sense.info_valid && sense.ili);
	assert_int_equal(sense.info, 0x102);
	assert_int_equal(sense.command_info, 0x304);
	assert_int_equal(sense.retries, 5);
	assert_int_equal(sense.unit, 0x33);
	/* One byte less, and the descriptor is not whole. */
	assert_int_equal(discmux_sense_parse(block, sizeof(block) - 1, &sense), 0);
	assert_false(sense.info_valid);
	assert_int_equal(sense.retries, -1);
}

static void fixed_additional_length(void **state)
{
	/* The device says that 4 bytes follow byte 7: byte 12 is not sense. */
	const uint8_t data[18] = { 0xf1, 0, 0x06, 0, 0, 0, 9, 4, 0, 0, 0, 0, 0x28, 0x01 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_true(sense.deferred);
	assert_int_equal(sense.key, 6);
	assert_int_equal(sense.info, 9);
	assert_int_equal(sense.asc, 0);
	assert_int_equal(sense.ascq, 0);
}

static void descriptor(void **state)
{
	const uint8_t data[] = { 0x72, 0x02, 0x04, 0x04, 0,    0,    0, 20, /* header */
				 0x00, 0x0a, 0x80, 0,	 0,    0,    0, 1,  /* information */
				 2,    3,    4,	   5,	 0x02, 0x06, 0, 0,  /* key specific */
				 0xc0, 0x12, 0x34, 0 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_int_equal(sense.key, 2);
	assert_int_equal(sense.asc, 4);
	assert_int_equal(sense.ascq, 4);
	assert_true(sense.info_valid);
	assert_int_equal(sense.info, 0x102030405ull);
	assert_int_equal(sense.progress, 0x1234);
}

static void descriptor_overlong(void **state)
{
	/* A descriptor that claims more bytes than there are is not believed. */
	const uint8_t data[] = { 0x73, 0x03, 0x02, 0x00, 0, 0, 0, 255, 0x00, 0xff, 0x80, 0,
				 0,    0,    0,	   0,	 0, 0, 0, 1 };
	struct discmux_sense sense;

	(void)state;
	assert_int_equal(discmux_sense_parse(data, sizeof(data), &sense), 0);
	assert_true(sense.deferred);
	assert_int_equal(sense.key, 3);
	assert_false(sense.info_valid);
}

/* Each prefix of random bytes, in memory of exactly that size. */
static void every_length(void **state)
{
	static const uint8_t formats[] = { 0x70, 0x71, 0x72, 0x73, 0xf0, 0x7f, 0x00 };
	struct discmux_sense sense;
	char text[64];
	size_t f, len, i, round;

	(void)state;
	srand(1);
	for (round = 0; round < 20; round++)
		for (f = 0; f < sizeof(formats); f++)
			for (len = 0; len <= DISCMUX_SENSE_MAX + 8; len++) {
				uint8_t *data = test_malloc(len + !len);

				for (i = 0; i < len; i++)
					data[i] = (uint8_t)rand();
				if (len)
					data[0] = formats[f];
				if (!discmux_sense_parse(data, len, &sense)) {
					assert_in_range(formats[f] & 0x7f, 0x70, 0x73);
					assert_in_range(sense.key, 0, 15);
				}
				discmux_sense_text(data, len, text, sizeof(text));
				assert_true(strlen(text) < sizeof(text));
				test_free(data);
			}
	assert_int_equal(discmux_sense_parse((const uint8_t *)"", 0, &sense), -ENODATA);
	assert_int_equal(discmux_sense_parse((const uint8_t *)"\x70\0", 2, &sense), -ENODATA);
	assert_int_equal(discmux_sense_parse((const uint8_t *)"\x72", 1, &sense), -ENODATA);
	assert_int_equal(discmux_sense_parse((const uint8_t *)"\x6f\2\2\2", 4, &sense), -ENODATA);
}

static struct discmux_result check(uint8_t key, uint8_t asc, uint8_t ascq)
{
	struct discmux_result result = {
		.status = 2,
		.sense_len = 18,
		.sense = { [0] = 0x70, [2] = key, [7] = 10, [12] = asc, [13] = ascq },
	};

	return result;
}

static void results(void **state)
{
	struct discmux_result result = { 0 };
	struct discmux_sense sense;

	(void)state;
	assert_true(discmux_result_ok(&result));
	assert_int_equal(discmux_result_errno(&result), 0);
	assert_int_equal(discmux_result_sense(&result, &sense), -ENODATA);

	result.error = ENODEV;
	assert_false(discmux_result_ok(&result));
	assert_int_equal(discmux_result_errno(&result), -ENODEV);
	result.error = 0xffffffff;
	assert_int_equal(discmux_result_errno(&result), -EIO);

	result = check(2, 0x3a, 0);
	assert_false(discmux_result_ok(&result));
	assert_int_equal(discmux_result_errno(&result), -EIO);
	assert_true(discmux_result_is(&result, 2, 0x3a, 0));
	assert_false(discmux_result_is(&result, 2, 0x3a, 1));
	/* A length beyond the buffer is not believed. */
	result.sense_len = 0xffffffff;
	assert_true(discmux_result_is(&result, 2, 0x3a, 0));
	result.sense_len = 0;
	assert_false(discmux_result_is(&result, 2, 0x3a, 0));
}

static void text_is(struct discmux_result result, const char *expected)
{
	char text[160];

	assert_string_equal(discmux_result_text(&result, text, sizeof(text)), expected);
}

/* The words of the manual of the device that it comes from */
static void device_texts(void **state)
{
	struct discmux_result result = check(4, 0x80, 0x22);
	char text[160];

	(void)state;
	assert_int_equal(discmux_role_device(DISCMUX_ROLE_READER), DISCMUX_DEVICE_READER);
	assert_int_equal(discmux_role_device(DISCMUX_ROLE_RECORDER), DISCMUX_DEVICE_RECORDER);
	assert_int_equal(discmux_role_device(DISCMUX_ROLE_CHANGER), DISCMUX_DEVICE_LIBRARY);
	assert_int_equal(discmux_role_device(77), DISCMUX_DEVICE_ANY);
	assert_string_equal(discmux_device_result_text(DISCMUX_DEVICE_LIBRARY, &result, text,
						       sizeof(text)),
			    "time-out error occurred before catcher stabilized (right to left) "
			    "(04/80/22)");
	/* A recorder's 80/22 is another thing. */
	assert_string_equal(discmux_device_result_text(DISCMUX_DEVICE_RECORDER, &result, text,
						       sizeof(text)),
			    "hardware error (04/80/22)");
	result = check(5, 0x2c, 0x05);
	assert_string_equal(discmux_device_sense_text(DISCMUX_DEVICE_RECORDER, result.sense, 18,
						      text, sizeof(text)),
			    "persistent prevent conflict (05/2C/05)");
	assert_string_equal(discmux_sense_text(result.sense, 18, text, sizeof(text)),
			    "illegal power condition request (05/2C/05)");
}

static void texts(void **state)
{
	struct discmux_result result = { 0 };
	char text[8];

	(void)state;
	text_is(result, "good");
	text_is(check(2, 0x3a, 0), "medium not present (02/3A/00)");
	text_is(check(2, 4, 8), "logical unit not ready, long write in progress (02/04/08)");
	text_is(check(5, 0x3b, 0x0d), "medium destination element full (05/3B/0D)");
	text_is(check(5, 0x3b, 0x8e), "medium source element and tray empty (05/3B/8E)");
	text_is(check(4, 0x83, 1), "hardware error (04/83/01)");
	text_is(check(0, 0, 0), "no sense (00/00/00)");
	result.status = 0x08;
	text_is(result, "SCSI status 08h: busy");
	result.status = 0x18;
	text_is(result, "SCSI status 18h: reservation conflict");
	result.error = ETIMEDOUT;
	text_is(result, "no answer in time");
	result.error = ENODEV;
	text_is(result, "the device went away");
	result.error = 0;
	result.status = 2;
	text_is(result, "no sense data that can be read");

	result = check(2, 0x3a, 0);
	assert_string_equal(discmux_result_text(&result, text, sizeof(text)), "medium ");
	text[0] = 'x';
	discmux_result_text(&result, text, 0);
	assert_int_equal(text[0], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed),
		cmocka_unit_test(fixed_progress),
		cmocka_unit_test(field_pointer),
		cmocka_unit_test(fixed_rest),
		cmocka_unit_test(descriptor_rest),
		cmocka_unit_test(fixed_additional_length),
		cmocka_unit_test(descriptor),
		cmocka_unit_test(descriptor_overlong),
		cmocka_unit_test(every_length),
		cmocka_unit_test(results),
		cmocka_unit_test(texts),
		cmocka_unit_test(device_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
