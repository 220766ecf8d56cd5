// SPDX-License-Identifier: GPL-2.0
/* Terminals that the panel can be drawn on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "panel_term.h"

static void test_terminals(void **state)
{
	(void)state;
	/* Which every system with terminfo describes */
	assert_null(panel_term_problem("linux"));
	assert_null(panel_term_problem("xterm"));
	assert_null(panel_term_problem("vt100"));
	assert_string_equal(panel_term_problem("nonsense"), "terminfo does not know it");
	assert_string_equal(panel_term_problem("dumb"), "it can't place the cursor");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_terminals) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
