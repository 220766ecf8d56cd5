// SPDX-License-Identifier: GPL-2.0
/* "Did you mean ...?" */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

static const char *const words[] = { "status", "copy", "load", "log", "lock", "unload", "erase",
				     "--quantity", "--quiet", "--to" };

static const char *nearest(const char *word)
{
	struct near near;
	size_t i;

	near_begin(&near, word);
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		near_offer(&near, words[i]);
	return near.best;
}

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(near_distance("", ""), 0);
	assert_int_equal(near_distance("copy", ""), 4);
	assert_int_equal(near_distance("copy", "COPY"), 0);
	assert_int_equal(near_distance("copy", "cpoy"), 1);
	assert_int_equal(near_distance("copy", "cop"), 1);
	assert_int_equal(near_distance("copy", "coppy"), 1);
	assert_int_equal(near_distance("erase", "reads"), 3);
	assert_int_equal(near_distance("0123456789012345678901234567890",
				       "0123456789012345678901234567891"), 1);
	assert_int_equal(near_distance("01234567890123456789012345678901", "0"), UINT_MAX);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(nearest("stauts"), "status");
	assert_string_equal(nearest("cpoy"), "copy");
	assert_string_equal(nearest("stat"), "status");	/* its beginning */
	assert_string_equal(nearest("lod"), "load");	/* the first of two as near */
	assert_string_equal(nearest("--quanity"), "--quantity");
	assert_string_equal(nearest("--t"), "--to");
	assert_string_equal(nearest("ERASE"), "erase");
	assert_null(nearest("burn"));
	assert_null(nearest("x"));
	assert_null(nearest(""));
	assert_null(nearest("--x"));
	assert_null(nearest("a word that is much longer than any of them"));
}

static void test_hint(void **state)
{
	char buf[NEAR_HINT_SIZE];
	struct near near;

	(void)state;
	near_begin(&near, "cpoy");
	assert_string_equal(near_hint(&near, buf, sizeof(buf)), "");
	near_offer(&near, "copy");
	assert_string_equal(near_hint(&near, buf, sizeof(buf)), ": did you mean copy?");
	assert_string_equal(near_hint(&near, buf, 8), ": did y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
