// SPDX-License-Identifier: GPL-2.0
/* Commands byte by byte, as the standard has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmc.h"

#define assert_cdb(c, ...) \
	do { \
		static const uint8_t want[] = { __VA_ARGS__ }; \
		assert_int_equal((c).len, sizeof(want)); \
		assert_memory_equal((c).cdb, want, sizeof(want)); \
	} while (0)

static void assert_data(const struct mmc_command *c, enum mmc_dir dir, uint32_t len)
{
	assert_int_equal(c->dir, dir);
	assert_int_equal(c->data_len, len);
	assert_true(c->timeout_ms >= 10000);
}

static void test_without_data(void **state)
{
	struct mmc_command c;

	(void)state;
	mmc_cmd_test_unit_ready(&c);
	assert_cdb(c, 0, 0, 0, 0, 0, 0);
	assert_data(&c, MMC_NONE, 0);
	mmc_cmd_send_opc(&c);
	assert_cdb(c, 0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0);
	mmc_cmd_reserve_track(&c, 0x00230540);
	assert_cdb(c, 0x53, 0, 0, 0, 0, 0x00, 0x23, 0x05, 0x40, 0);
	mmc_cmd_synchronize_cache(&c);
	assert_cdb(c, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	mmc_cmd_close(&c, MMC_CLOSE_TRACK, 0x0102);
	assert_cdb(c, 0x5b, 1, 1, 0, 1, 2, 0, 0, 0, 0);
	mmc_cmd_close(&c, MMC_CLOSE_FINALISE_MIN, 0);
	assert_cdb(c, 0x5b, 1, 5, 0, 0, 0, 0, 0, 0, 0);
	mmc_cmd_start_stop(&c, MMC_TRAY_EJECT);
	assert_cdb(c, 0x1b, 0, 0, 0, 2, 0);
	mmc_cmd_start_stop(&c, MMC_TRAY_LOAD);
	assert_cdb(c, 0x1b, 0, 0, 0, 3, 0);
	mmc_cmd_prevent(&c, true);
	assert_cdb(c, 0x1e, 0, 0, 0, 1, 0);
	mmc_cmd_prevent(&c, false);
	assert_cdb(c, 0x1e, 0, 0, 0, 0, 0);
	mmc_cmd_set_cd_speed(&c, MMC_SPEED_MAX, 0x0b40);
	assert_cdb(c, 0xbb, 0, 0xff, 0xff, 0x0b, 0x40, 0, 0, 0, 0, 0, 0);
	assert_data(&c, MMC_NONE, 0);
}

static void test_information(void **state)
{
	struct mmc_command c;

	(void)state;
	mmc_cmd_inquiry(&c);
	assert_cdb(c, 0x12, 0, 0, 0, 36, 0);
	assert_data(&c, MMC_IN, 36);
	mmc_cmd_get_configuration(&c, 0x002f);
	assert_cdb(c, 0x46, 1, 0, 0x2f, 0, 0, 0, 4, 0, 0);
	assert_data(&c, MMC_IN, 1024);
	mmc_cmd_read_disc_info(&c);
	assert_cdb(c, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0);
	assert_data(&c, MMC_IN, 34);
	mmc_cmd_read_track_info(&c, MMC_TRACK_INVISIBLE);
	assert_cdb(c, 0x52, 1, 0, 0, 0, 0xff, 0, 0, 48, 0);
	assert_data(&c, MMC_IN, 48);
	mmc_cmd_read_capacity(&c);
	assert_cdb(c, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_data(&c, MMC_IN, 8);
	mmc_cmd_read_toc(&c);
	assert_cdb(c, 0x43, 0, 0, 0, 0, 0, 0, 0x03, 0x24, 0);
	assert_data(&c, MMC_IN, 804);
	mmc_cmd_read_buffer_capacity(&c);
	assert_cdb(c, 0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0);
	mmc_cmd_get_event(&c);
	assert_cdb(c, 0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0);
	assert_data(&c, MMC_IN, 8);
}

static void test_mode(void **state)
{
	struct mmc_command c;

	(void)state;
	mmc_cmd_mode_sense(&c, MMC_PAGE_WRITE);
	assert_cdb(c, 0x5a, 8, 5, 0, 0, 0, 0, 1, 0, 0);
	assert_data(&c, MMC_IN, 256);
	mmc_cmd_mode_select(&c, 60);
	assert_cdb(c, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0);
	assert_data(&c, MMC_OUT, 60);
}

static void test_read(void **state)
{
	struct mmc_command c;

	(void)state;
	mmc_cmd_read10(&c, 0x01020304, 0x0506);
	assert_cdb(c, 0x28, 0, 1, 2, 3, 4, 0, 5, 6, 0);
	assert_data(&c, MMC_IN, 0x0506 * 2048);
	mmc_cmd_read12(&c, 0x01020304, 0x00012345);
	assert_cdb(c, 0xa8, 0, 1, 2, 3, 4, 0, 1, 0x23, 0x45, 0, 0);
	assert_data(&c, MMC_IN, 0x12345 * 2048);
}

static void test_streaming(void **state)
{
	static const uint8_t want[MMC_STREAMING_LEN] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x23, 0x05, 0x3f, 0, 0, 0x2b, 0x48,
		0, 0, 3, 0xe8, 0, 0, 0x15, 0xa4, 0, 0, 3, 0xe8,
	};
	uint8_t buf[MMC_STREAMING_LEN];
	struct mmc_command c;

	(void)state;
	mmc_cmd_set_streaming(&c);
	assert_cdb(c, 0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0);
	assert_data(&c, MMC_OUT, 28);
	mmc_put_streaming(buf, 0x230540, 11080, 5540);
	assert_memory_equal(buf, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_data),
		cmocka_unit_test(test_information),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_streaming),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
