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
			for (len = 0; len <= DISCMUX_SENSE_SIZE; len++) {
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
		cmocka_unit_test(fixed_additional_length),
		cmocka_unit_test(descriptor),
		cmocka_unit_test(descriptor_overlong),
		cmocka_unit_test(every_length),
		cmocka_unit_test(results),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
