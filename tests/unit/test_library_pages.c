// SPDX-License-Identifier: GPL-2.0
/* Log and mode pages as the library's manual has them (4.1, 4.2), and others. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pages.h"

/* In memory of exactly its size, so that reading on is seen. */
static int log_of(const uint8_t *data, size_t len, struct library_log *log, char *err)
{
	uint8_t *copy = malloc(len + !len);
	int ret;

	assert_non_null(copy);
	memcpy(copy, data, len);
	ret = pages_parse_log(copy, len, log, err, 128);
	free(copy);
	return ret;
}

static int modes_of(const uint8_t *data, size_t len, struct library_modes *modes, char *err)
{
	uint8_t *copy = malloc(len + !len);
	int ret;

	assert_non_null(copy);
	memcpy(copy, data, len);
	ret = pages_parse_modes(copy, len, modes, err, 128);
	free(copy);
	return ret;
}

/* Table 58: eight error codes of 2 bytes, eight commands of 18 */
static size_t event_page(uint8_t *p)
{
	memset(p, 0, 172);
	p[0] = 0x07;
	p[3] = 168;
	p[4] = 0x80;
	p[6] = 0x41;
	p[7] = 16;
	p[9] = 0x63;
	p[11] = 0x20;
	p[24] = 0x80;
	p[25] = 0x01;
	p[26] = 0x41;
	p[27] = 144;
	p[28] = 7;		/* initiator */
	p[30] = 0xa5;		/* MOVE MEDIUM */
	p[28 + 14] = 0x02;
	p[28 + 15] = 0x04;
	p[28 + 16] = 0x80;
	p[28 + 17] = 0x63;
	return 172;
}

static void supported_pages(void **state)
{
	static const uint8_t page[] = { 0x00, 0, 0, 4, 0x00, 0x06, 0x07, 0x30 };
	struct library_log log = { 0 };
	char err[128];

	(void)state;
	assert_int_equal(log_of(page, sizeof(page), &log, err), 0);
	assert_int_equal(log.nr_pages, 4);
	assert_memory_equal(log.pages, page + 4, 4);
}

static void counters(void **state)
{
	static const uint8_t non_medium[] = { 0x06, 0, 0, 6, 0, 0, 0x40, 2, 0x01, 0x02 };
	static const uint8_t changes[] = { 0x30, 0, 0, 8, 0, 0, 0x40, 4, 0, 1, 0, 0 };
	static const uint8_t long_one[] = { 0x30, 0, 0, 9, 0, 0, 0x40, 5, 1, 0, 0, 0, 0 };
	struct library_log log = { 0 };
	char err[128];

	(void)state;
	assert_int_equal(log_of(non_medium, sizeof(non_medium), &log, err), 0);
	assert_true(log.has_non_medium);
	assert_int_equal(log.non_medium, 0x102);
	assert_false(log.has_changes);
	assert_int_equal(log_of(changes, sizeof(changes), &log, err), 0);
	assert_int_equal(log.changes, 65536);
	assert_int_equal(log_of(long_one, sizeof(long_one), &log, err), 0);
	assert_int_equal(log.changes, UINT32_MAX);
}

static void events(void **state)
{
	struct library_log log = { 0 };
	uint8_t page[172];
	char err[128];

	(void)state;
	assert_int_equal(log_of(page, event_page(page), &log, err), 0);
	assert_int_equal(log.nr_errors, 2);
	assert_int_equal(log.errors[0], 0x63);
	assert_int_equal(log.errors[1], 0x20);
	assert_int_equal(log.nr_commands, 1);
	assert_int_equal(log.commands[0].initiator, 7);
	assert_int_equal(log.commands[0].cdb[0], 0xa5);
	assert_int_equal(log.commands[0].status, 2);
	assert_int_equal(log.commands[0].key, 4);
	assert_int_equal(log.commands[0].asc, 0x80);
	assert_int_equal(log.commands[0].ascq, 0x63);
}

static void cut_off_log(void **state)
{
	struct library_log log = { 0 };
	uint8_t page[172];
	char err[128];
	size_t len;

	(void)state;
	event_page(page);
	for (len = 0; len < sizeof(page); len++)
		assert_int_equal(log_of(page, len, &log, err), -EPROTO);
	page[27] = 145;
	assert_int_equal(log_of(page, sizeof(page), &log, err), -EPROTO);
	assert_string_equal(err, "the library's log page ends within a parameter");
	page[3] = 169;
	assert_int_equal(log_of(page, sizeof(page), &log, err), -EPROTO);
	assert_string_equal(err, "the library's log page is shorter than it says");
}

/* 4 bytes of header, 1Dh, 1Eh, 1Fh; SMC-3 7.3 */
static const uint8_t all_modes[] = {
	43, 0, 0, 0,
	0x1d, 18, 0x20, 0x00, 0, 1, 0x00, 0x01, 0x02, 0x58, 0x40, 0x00, 0, 1, 0x30, 0x01, 0, 12,
	0, 0,
	0x1e, 2, 1, 0,
	0x1f, 14, 0x0e, 0, 0x02, 0x0c, 0x0a, 0x0e, 0, 0, 0, 0, 0x00, 0x08, 0, 0,
};

static void modes(void **state)
{
	struct library_modes modes = { 0 };
	char err[128];

	(void)state;
	assert_int_equal(modes_of(all_modes, sizeof(all_modes), &modes, err), 0);
	assert_true(modes.has_addresses && modes.has_geometry && modes.has_capabilities);
	assert_int_equal(modes.first[KIND_ARM], 0x2000);
	assert_int_equal(modes.count[KIND_STORAGE], 600);
	assert_int_equal(modes.first[KIND_DRIVE], 0x3001);
	assert_int_equal(modes.count[KIND_DRIVE], 12);
	assert_int_equal(modes.nr_arms, 1);
	assert_true(modes.rotates[0]);
	assert_int_equal(modes.stores, 0x0e);
	assert_int_equal(modes.moves[KIND_ARM], 1 << KIND_STORAGE);
	assert_int_equal(modes.moves[KIND_STORAGE], 1 << KIND_IMPORT_EXPORT | 1 << KIND_DRIVE);
	assert_int_equal(modes.exchanges[KIND_STORAGE], 1 << KIND_DRIVE);
}

static void block_descriptors_are_passed_over(void **state)
{
	uint8_t data[8 + sizeof(all_modes)] = { 0 };
	struct library_modes modes = { 0 };
	char err[128];

	(void)state;
	memcpy(data + 12, all_modes + 4, sizeof(all_modes) - 4);
	data[0] = all_modes[0] + 8;
	data[3] = 8;
	assert_int_equal(modes_of(data, sizeof(data), &modes, err), 0);
	assert_int_equal(modes.count[KIND_STORAGE], 600);
}

static void malformed_modes(void **state)
{
	struct library_modes modes = { 0 };
	uint8_t data[sizeof(all_modes)];
	char err[128];
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(all_modes); len++)
		assert_int_equal(modes_of(all_modes, len, &modes, err), -EPROTO);
	memcpy(data, all_modes, sizeof(data));
	data[3] = 200;
	assert_int_equal(modes_of(data, sizeof(data), &modes, err), -EPROTO);
	memcpy(data, all_modes, sizeof(data));
	data[29] = 60;
	assert_int_equal(modes_of(data, sizeof(data), &modes, err), -EPROTO);
	assert_string_equal(err, "the library's mode page ends within a page");
	/* Pages that are too short to say what they should say nothing. */
	memset(&modes, 0, sizeof(modes));
	assert_int_equal(modes_of((const uint8_t[]){ 7, 0, 0, 0, 0x1d, 2, 1, 1 }, 8, &modes, err),
			 0);
	assert_false(modes.has_addresses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(supported_pages),
		cmocka_unit_test(counters),
		cmocka_unit_test(events),
		cmocka_unit_test(cut_off_log),
		cmocka_unit_test(modes),
		cmocka_unit_test(block_descriptors_are_passed_over),
		cmocka_unit_test(malformed_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
