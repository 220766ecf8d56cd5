// SPDX-License-Identifier: GPL-2.0
/* Mode page 05h: what is changed, what is kept, what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmc.h"

#define PAGE_LEN	52

static const struct mmc_write_params incremental = {
	.type = MMC_WRITE_INCREMENTAL,
	.multisession = MMC_SESSION_NEXT,
	.underrun_free = true,
	.link_size_valid = true,
	.fixed_packet = true,
	.track_mode = 5,
	.data_block_type = 8,
	.link_size = 16,
	.packet_size = 16,
};

/* A reply with a block descriptor of the given length before the page. */
static size_t reply(uint8_t *d, size_t descriptor)
{
	uint8_t *page = d + 8 + descriptor;
	size_t len = 8 + descriptor + PAGE_LEN;

	memset(d, 0, MMC_MODE_LEN);
	d[1] = (uint8_t)(len - 2);
	d[7] = (uint8_t)descriptor;
	memset(page, 0xee, PAGE_LEN);
	page[0] = 0x85;
	page[1] = PAGE_LEN - 2;
	return len;
}

static void test_put(void **state)
{
	uint8_t d[MMC_MODE_LEN], list[MMC_MODE_LEN];
	size_t len = reply(d, 0);

	(void)state;
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), 8 + PAGE_LEN);
	assert_memory_equal(list, "\0\0\0\0\0\0\0", 8);
	assert_int_equal(list[8], 0x05);		/* PS gone */
	assert_int_equal(list[9], 0x32);
	assert_int_equal(list[10], 0x60);		/* BUFE, LS_V, type 0 */
	assert_int_equal(list[11], 0xe5);		/* multisession 3, FP, mode 5 */
	assert_int_equal(list[12], 0xe8);		/* reserved bits as they were */
	assert_int_equal(list[13], 16);
	assert_int_equal(list[15], 0xee);		/* host application code kept */
	assert_int_equal(list[16], 0);			/* session format */
	assert_memory_equal(&list[18], "\0\0\0\x10", 4);
	assert_int_equal(list[22], 0xee);		/* audio pause kept */
	assert_int_equal(list[24], 0);			/* no catalogue number */
	assert_int_equal(list[40], 0);			/* no ISRC */
}

static void test_round_trip(void **state)
{
	uint8_t d[MMC_MODE_LEN], list[MMC_MODE_LEN];
	struct mmc_write_params params = { 0 };
	int len = mmc_put_write_page(d, reply(d, 0), &incremental, list);

	(void)state;
	assert_int_equal(len, 8 + PAGE_LEN);
	list[1] = (uint8_t)(len - 2);
	assert_int_equal(mmc_parse_write_page(list, (size_t)len, &params), 0);
	assert_int_equal(params.type, incremental.type);
	assert_int_equal(params.multisession, incremental.multisession);
	assert_true(params.underrun_free && params.link_size_valid && params.fixed_packet);
	assert_false(params.test_write);
	assert_int_equal(params.track_mode, 5);
	assert_int_equal(params.data_block_type, 8);
	assert_int_equal(params.link_size, 16);
	assert_int_equal(params.packet_size, 16);
}

/* Drives that heed DBD not. */
static void test_block_descriptor(void **state)
{
	uint8_t d[MMC_MODE_LEN], list[MMC_MODE_LEN];
	size_t len = reply(d, 8);

	(void)state;
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), 8 + PAGE_LEN);
	assert_int_equal(list[8], 0x05);
	assert_int_equal(list[7], 0);
	d[6] = 0xff;	/* descriptors beyond the reply */
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), -EPROTO);
}

static void test_hostile(void **state)
{
	uint8_t d[MMC_MODE_LEN], list[MMC_MODE_LEN];
	size_t len = reply(d, 0);

	(void)state;
	assert_int_equal(mmc_put_write_page(d, 7, &incremental, list), -EPROTO);
	assert_int_equal(mmc_put_write_page(d, len - 1, &incremental, list), -EPROTO);
	d[9] = 0xff;	/* page longer than the reply */
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), -EPROTO);
	d[9] = 4;	/* too short to hold the parameters */
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), -EPROTO);
	len = reply(d, 0);
	d[8] = 0x2a;	/* another page */
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), -EPROTO);
	len = reply(d, 0);
	d[1] = 20;	/* the mode data length cuts the page */
	assert_int_equal(mmc_put_write_page(d, len, &incremental, list), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_block_descriptor),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
