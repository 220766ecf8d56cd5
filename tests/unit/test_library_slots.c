// SPDX-License-Identifier: GPL-2.0
/* Lists of slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "slots.h"

static void test_good(void **state)
{
	struct slots s;
	char err[128];

	(void)state;
	assert_int_equal(slots_parse("17", &s, err, sizeof(err)), 0);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.number[0], 17);
	assert_int_equal(slots_parse("8,1-3,5-5", &s, err, sizeof(err)), 0);
	assert_int_equal(s.count, 5);
	assert_int_equal(s.number[0], 8);
	assert_int_equal(s.number[3], 3);
	assert_int_equal(s.number[4], 5);
	assert_int_equal(slots_parse("1-1024", &s, err, sizeof(err)), 0);
	assert_int_equal(s.count, SLOTS_MAX);
	assert_int_equal(slots_parse("65535", &s, err, sizeof(err)), 0);
}

static void test_bad(void **state)
{
	static const char *const texts[][2] = {
		{ "", "are wanted" }, { ",", "are wanted" }, { "1,", "are wanted" },
		{ ",1", "are wanted" }, { "0", "are wanted" }, { "0-4", "are wanted" },
		{ "5-4", "are wanted" }, { "1-", "are wanted" }, { "-3", "are wanted" },
		{ "1--3", "are wanted" }, { "1-2-3", "are wanted" }, { "s5", "are wanted" },
		{ "1 2", "are wanted" }, { "65536", "are wanted" }, { "1-65536", "are wanted" },
		{ "99999999999999999999", "are wanted" }, { "3,1-4", "slot 3 is named twice" },
		{ "1-1025", "more than 1024 slots" },
	};
	struct slots s;
	char err[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(slots_parse(texts[i][0], &s, err, sizeof(err)), -EINVAL);
		if (!strstr(err, texts[i][1]))
			fail_msg("%s: %s", texts[i][0], err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
