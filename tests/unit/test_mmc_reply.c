// SPDX-License-Identifier: GPL-2.0
/* Replies: good ones, short ones, lying ones. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mmc.h"

static void test_inquiry(void **state)
{
	uint8_t d[36] = { 0x05, 0x80, 0, 0x32, 31 };
	struct mmc_inquiry inq;

	(void)state;
	memcpy(&d[8], "ACME    DVDRW \x1b[2J X0041.0 ", 28);
	assert_int_equal(mmc_parse_inquiry(d, 35, &inq), -EPROTO);
	assert_int_equal(mmc_parse_inquiry(d, 36, &inq), 0);
	assert_int_equal(inq.type, 5);
	assert_true(inq.removable);
	assert_string_equal(inq.vendor, "ACME");
	assert_string_equal(inq.product, "DVDRW ?[2J X0041");
	assert_string_equal(inq.revision, ".0");
}

static void test_profile(void **state)
{
	const uint8_t d[] = { 0, 0, 0, 4, 0, 0, 0x00, 0x1b };
	const uint8_t lies[] = { 0, 0, 0, 2, 0, 0, 0x00, 0x1b };
	uint16_t profile = 0;

	(void)state;
	assert_int_equal(mmc_parse_profile(d, sizeof(d), &profile), 0);
	assert_int_equal(profile, MMC_PROFILE_DVD_PLUS_R);
	assert_int_equal(mmc_parse_profile(d, 7, &profile), -EPROTO);
	assert_int_equal(mmc_parse_profile(lies, sizeof(lies), &profile), -EPROTO);
}

static void test_profile_names(void **state)
{
	(void)state;
	assert_string_equal(mmc_profile_name(MMC_PROFILE_DVD_PLUS_R), "DVD+R");
	assert_string_equal(mmc_profile_name(MMC_PROFILE_CD_R), "CD-R");
	assert_string_equal(mmc_profile_name(0x1234), "unknown disc");
	assert_true(mmc_profile_is_cd(MMC_PROFILE_CD_ROM));
	assert_true(mmc_profile_is_cd(MMC_PROFILE_CD_RW));
	assert_false(mmc_profile_is_cd(MMC_PROFILE_NONE));
	assert_false(mmc_profile_is_cd(MMC_PROFILE_DVD_ROM));
}

static void test_features(void **state)
{
	const uint8_t d[] = {
		0, 0, 0, 20, 0, 0, 0, 0x1b,
		0x00, 0x00, 0x03, 4, 0, 0x1b, 1, 0,
		0x00, 0x2b, 0x05, 4, 1, 0, 0, 0,
	};
	struct mmc_feature f;

	(void)state;
	assert_int_equal(mmc_find_feature(d, sizeof(d), 0x2b, &f), 0);
	assert_int_equal(f.version, 1);
	assert_true(f.current);
	assert_false(f.persistent);
	assert_int_equal(f.len, 4);
	assert_ptr_equal(f.data, d + 20);
	assert_int_equal(mmc_find_feature(d, sizeof(d), 0x2f, &f), -ENOENT);
	/* cut off in the middle of a feature */
	assert_int_equal(mmc_find_feature(d, sizeof(d) - 1, 0x2b, &f), -ENOENT);
	assert_int_equal(mmc_find_feature(d, 17, 0x2b, &f), -ENOENT);
	assert_int_equal(mmc_find_feature(d, 7, 0x2b, &f), -EPROTO);
}

/* The header's length ends the list before what lies in the buffer. */
static void test_features_beyond_length(void **state)
{
	const uint8_t d[] = {
		0, 0, 0, 8, 0, 0, 0, 0x1b,
		0x00, 0x00, 0x03, 4, 0, 0x1b, 1, 0,
		0x00, 0x2b, 0x05, 4, 1, 0, 0, 0,
	};
	const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1, 1, 0xff };
	struct mmc_feature f;

	(void)state;
	assert_int_equal(mmc_find_feature(d, sizeof(d), 0x2b, &f), -ENOENT);
	assert_int_equal(mmc_find_feature(huge, sizeof(huge), 1, &f), -ENOENT);
}

static void test_disc_info(void **state)
{
	uint8_t d[34] = { 0, 32, 0x1e, 1, 2, 3, 4, 0x02, 0, 1, 2, 3 };
	struct mmc_disc_info info;

	(void)state;
	d[33] = 5;
	assert_int_equal(mmc_parse_disc_info(d, sizeof(d), &info), 0);
	assert_int_equal(info.state, MMC_DISC_COMPLETE);
	assert_int_equal(info.last_session_state, 3);
	assert_true(info.erasable);
	assert_int_equal(info.first_track, 1);
	assert_int_equal(info.sessions, 0x0102);
	assert_int_equal(info.first_track_last_session, 0x0203);
	assert_int_equal(info.last_track, 0x0304);
	assert_int_equal(info.background_format, 2);
	assert_int_equal(info.opc_entries, 5);
	assert_int_equal(info.lead_out, 0);
	memcpy(d + 20, (uint8_t[]){ 0, 79, 59, 74 }, 4);
	assert_int_equal(mmc_parse_disc_info(d, sizeof(d), &info), 0);
	assert_int_equal(info.lead_out, 359849);
	memset(d + 20, 0xff, 4);
	assert_int_equal(mmc_parse_disc_info(d, sizeof(d), &info), 0);
	assert_int_equal(info.lead_out, 0);
	/* the reply says it ends before the OPC table */
	d[1] = 30;
	assert_int_equal(mmc_parse_disc_info(d, sizeof(d), &info), 0);
	assert_int_equal(info.opc_entries, 0);
	d[1] = 9;
	assert_int_equal(mmc_parse_disc_info(d, sizeof(d), &info), -EPROTO);
	d[1] = 32;
	assert_int_equal(mmc_parse_disc_info(d, 11, &info), -EPROTO);
	assert_int_equal(mmc_parse_disc_info(d, 0, &info), -EPROTO);
}

static void test_track_info(void **state)
{
	uint8_t d[48] = { 0, 46, 1, 2, 0, 0x34, 0xe1, 0x03, 0, 0, 0, 16, 0, 0, 1, 0,
			  0, 0x23, 5, 0x40, 0, 0, 0, 16, 0, 0x23, 5, 0x50, 0, 0, 0, 0xff, 1, 2 };
	struct mmc_track_info info;

	(void)state;
	assert_int_equal(mmc_parse_track_info(d, sizeof(d), &info), 0);
	assert_int_equal(info.track, 0x0101);
	assert_int_equal(info.session, 0x0202);
	assert_int_equal(info.track_mode, 4);
	assert_true(info.damaged);
	assert_true(info.reserved && info.blank && info.packet);
	assert_false(info.fixed_packet);
	assert_int_equal(info.data_mode, 1);
	assert_true(info.next_valid && info.last_valid);
	assert_int_equal(info.start, 16);
	assert_int_equal(info.next, 256);
	assert_int_equal(info.free, 2295104);
	assert_int_equal(info.packet_size, 16);
	assert_int_equal(info.size, 2295120);
	assert_int_equal(info.last, 255);
	/* 28 bytes, as first drives answer: no last address whatever the bit says */
	d[1] = 26;
	assert_int_equal(mmc_parse_track_info(d, sizeof(d), &info), 0);
	assert_false(info.last_valid);
	assert_int_equal(info.track, 1);
	assert_int_equal(mmc_parse_track_info(d, 27, &info), -EPROTO);
	d[1] = 25;
	assert_int_equal(mmc_parse_track_info(d, sizeof(d), &info), -EPROTO);
}

static void test_capacity(void **state)
{
	const uint8_t d[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 8, 0 };
	uint32_t size;
	uint64_t blocks;

	(void)state;
	assert_int_equal(mmc_parse_capacity(d, 8, &blocks, &size), 0);
	assert_true(blocks == 0x100000000ull);
	assert_int_equal(size, 2048);
	assert_int_equal(mmc_parse_capacity(d, 7, &blocks, &size), -EPROTO);
}

static void test_toc(void **state)
{
	uint8_t d[20] = { 0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, 0, 0, 1, 44 };
	uint8_t full[4 + 101 * 8] = { 0x03, 0x2a, 1, 99 };
	struct mmc_toc toc;

	(void)state;
	assert_int_equal(mmc_parse_toc(d, sizeof(d), &toc), 0);
	assert_int_equal(toc.first, 1);
	assert_int_equal(toc.last, 1);
	assert_int_equal(toc.count, 2);
	assert_int_equal(toc.tracks[0].control, 4);
	assert_int_equal(toc.tracks[0].adr, 1);
	assert_int_equal(toc.tracks[1].number, 0xaa);
	assert_int_equal(toc.tracks[1].lba, 300);
	/* half an entry is none */
	assert_int_equal(mmc_parse_toc(d, 19, &toc), 0);
	assert_int_equal(toc.count, 1);
	assert_int_equal(mmc_parse_toc(d, 11, &toc), -EPROTO);
	d[2] = 2;
	assert_int_equal(mmc_parse_toc(d, sizeof(d), &toc), -EPROTO);
	/* more entries than a disc can have */
	assert_int_equal(mmc_parse_toc(full, sizeof(full), &toc), 0);
	assert_int_equal(toc.count, 100);
}

static void test_buffer_and_event(void **state)
{
	const uint8_t b[] = { 0, 10, 0, 0, 0, 0x20, 0, 0, 0, 0x10, 0, 0 };
	const uint8_t e[] = { 0, 6, 4, 0x10, 2, 3, 0, 0 };
	const uint8_t none[] = { 0, 2, 0x80, 0x00 };
	struct mmc_media_event event;
	struct mmc_buffer buffer;

	(void)state;
	assert_int_equal(mmc_parse_buffer_capacity(b, 12, &buffer), 0);
	assert_int_equal(buffer.size, 0x200000);
	assert_int_equal(buffer.free, 0x100000);
	assert_int_equal(mmc_parse_buffer_capacity(b, 11, &buffer), -EPROTO);
	assert_int_equal(mmc_parse_event(e, 8, &event), 0);
	assert_int_equal(event.event, 2);
	assert_true(event.present && event.tray_open);
	assert_int_equal(mmc_parse_event(e, 5, &event), -EPROTO);
	assert_int_equal(mmc_parse_event(none, 4, &event), -ENODATA);
	assert_int_equal(mmc_parse_event(none, 3, &event), -EPROTO);
}

/* Every parser on every length of random bytes, in memory that ends there: with
 * the address sanitizer a read beyond would end the test. */
static void test_random(void **state)
{
	unsigned int round;

	(void)state;
	srand(1);
	for (round = 0; round < 20000; round++) {
		size_t len = (size_t)rand() % 64, i;
		uint8_t *d = malloc(len + 1), list[MMC_MODE_LEN];
		uint8_t *p = d + 1;
		union {
			struct mmc_inquiry inq;
			struct mmc_disc_info disc;
			struct mmc_track_info track;
			struct mmc_toc toc;
			struct mmc_feature feature;
			struct mmc_write_params params;
			struct mmc_media_event event;
		} u;

		assert_non_null(d);
		memset(&u, 0, sizeof(u));
		for (i = 0; i < len; i++)
			p[i] = rand() % 3 ? (uint8_t)rand() : 0;
		mmc_parse_inquiry(p, len, &u.inq);
		mmc_parse_disc_info(p, len, &u.disc);
		mmc_parse_track_info(p, len, &u.track);
		if (!mmc_parse_toc(p, len, &u.toc))
			assert_in_range(u.toc.count, 1, 7);
		if (!mmc_find_feature(p, len, (uint16_t)(rand() & 1), &u.feature)) {
			assert_true(u.feature.data >= p + 12);
			assert_true(u.feature.data + u.feature.len <= p + len);
		}
		mmc_parse_event(p, len, &u.event);
		if (!mmc_parse_write_page(p, len, &u.params))
			assert_in_range(mmc_put_write_page(p, len, &u.params, list), 24, len);
		free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inquiry),
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_profile_names),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_features_beyond_length),
		cmocka_unit_test(test_disc_info),
		cmocka_unit_test(test_track_info),
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_toc),
		cmocka_unit_test(test_buffer_and_event),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
