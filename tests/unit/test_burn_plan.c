// SPDX-License-Identifier: GPL-2.0
/* The table of media and the digest of a block. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../userspace/burn/internal.h"

static const struct burn_plan *plan(uint16_t profile, enum burn_method method, bool appendable)
{
	return burn_plan_find(profile, method, appendable);
}

static void test_find(void **state)
{
	const struct burn_plan *dao = plan(MMC_PROFILE_DVD_R, BURN_METHOD_AUTO, false);
	const struct burn_plan *incremental = plan(MMC_PROFILE_DVD_R, BURN_METHOD_AUTO, true);

	(void)state;
	assert_int_equal(dao->method, BURN_METHOD_DAO);
	assert_int_equal(incremental->method, BURN_METHOD_INCREMENTAL);
	assert_ptr_equal(plan(MMC_PROFILE_DVD_R, BURN_METHOD_INCREMENTAL, false), incremental);
	assert_null(plan(MMC_PROFILE_DVD_R, BURN_METHOD_DAO, true));
	/* A medium with one way only takes it whatever was asked for */
	assert_non_null(plan(MMC_PROFILE_DVD_PLUS_R, BURN_METHOD_DAO, false));
	assert_non_null(plan(MMC_PROFILE_CD_R, BURN_METHOD_INCREMENTAL, true));
	assert_null(plan(MMC_PROFILE_NONE, BURN_METHOD_AUTO, false));
	assert_null(plan(MMC_PROFILE_DVD_ROM, BURN_METHOD_AUTO, false));
	assert_null(plan(MMC_PROFILE_BD_ROM, BURN_METHOD_AUTO, false));
	assert_true(plan(MMC_PROFILE_BD_RE, BURN_METHOD_AUTO, true)->overwrite);
	assert_int_equal(plan(MMC_PROFILE_CD_R, BURN_METHOD_AUTO, false)->params.type, MMC_WRITE_TAO);
	assert_int_equal(plan(MMC_PROFILE_CD_RW, BURN_METHOD_SAO, true)->params.type, MMC_WRITE_SAO);
	assert_true(plan(MMC_PROFILE_DVD_RW_SEQUENTIAL, BURN_METHOD_OVERWRITE, false)->overwrite);
}

static void test_blocks(void **state)
{
	const struct burn_plan *dvd = plan(MMC_PROFILE_DVD_PLUS_R, BURN_METHOD_AUTO, false);
	const struct burn_plan *cd = plan(MMC_PROFILE_CD_R, BURN_METHOD_AUTO, false);

	(void)state;
	assert_int_equal(burn_plan_blocks(dvd, 1), 16);
	assert_int_equal(burn_plan_blocks(dvd, 16), 16);
	assert_int_equal(burn_plan_blocks(dvd, 17), 32);
	assert_true(burn_plan_blocks(dvd, UINT32_MAX) == 0x100000000ull);
	assert_int_equal(burn_plan_blocks(cd, 1), 300);
	assert_int_equal(burn_plan_blocks(cd, 301), 301);
}

/* Of the length that is asked for, and of all of that. */
static void test_digest(void **state)
{
	uint8_t block[CD_RAW] = { 0 };
	uint64_t digest = burn_digest(block, MMC_BLOCK);
	unsigned int i;

	(void)state;
	assert_true(burn_digest(block, CD_RAW) != digest);
	block[MMC_BLOCK] = 1;
	assert_true(burn_digest(block, MMC_BLOCK) == digest);
	for (i = 0; i < MMC_BLOCK * 8; i++) {
		block[i / 8] ^= 1 << i % 8;
		assert_true(burn_digest(block, MMC_BLOCK) != digest);
		block[i / 8] ^= 1 << i % 8;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
