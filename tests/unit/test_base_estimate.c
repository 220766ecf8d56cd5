// SPDX-License-Identifier: GPL-2.0
/* How long it will take, with a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "estimate.h"

#define MB	1000000ull

static struct estimate e;
static uint64_t now, done;

/* seconds at a steady rate, looked at four times a second */
static void run(unsigned int seconds, uint64_t rate, uint64_t total)
{
	unsigned int i;

	for (i = 0; i < seconds * 4; i++) {
		now += 250;
		done += rate / 4;
		estimate_update(&e, done, total, now);
	}
}

static int begin(void **state)
{
	(void)state;
	estimate_begin(&e);
	now = 5000000;
	done = 0;
	return 0;
}

static void knows_nothing(void)
{
	assert_true(estimate_rate(&e) == 0);
	assert_int_equal(estimate_left(&e), -1);
}

static void near_to(long value, long wanted, long by)
{
	if (value < wanted - by || value > wanted + by)
		fail_msg("%ld is not within %ld of %ld", value, by, wanted);
}

static void test_start(void **state)
{
	(void)state;
	knows_nothing();
	estimate_update(&e, 0, 100 * MB, now);
	knows_nothing();
	/* A drive that spins up for half a minute says nothing about its speed */
	run(30, 0, 100 * MB);
	knows_nothing();
	run(1, 4 * MB, 100 * MB);
	knows_nothing();
	run(4, 4 * MB, 100 * MB);
	near_to((long)estimate_rate(&e), 4 * MB, 200000);
	near_to(estimate_left(&e), 20, 1);
}

static void test_steady(void **state)
{
	long before = 0, left;
	int i;

	(void)state;
	/* Reads come in bursts: 8 MB at once every two seconds */
	for (i = 0; i < 110; i++) {
		run(1, 0, 1000 * MB);
		done += 8 * MB;
		run(1, 0, 1000 * MB);
		left = estimate_left(&e);
		if (i > 3)
			near_to(left, before - 2, 1);
		before = left;
	}
}

/* From the middle of a disc to its rim a drive gets faster. */
static void test_follows(void **state)
{
	(void)state;
	run(60, 2 * MB, 1000 * MB);
	run(25, 8 * MB, 1000 * MB);
	near_to((long)estimate_rate(&e), 8 * MB, 100000);
	near_to(estimate_left(&e), 85, 2);
}

static void test_stall(void **state)
{
	(void)state;
	run(20, 4 * MB, 1000 * MB);
	near_to(estimate_left(&e), 230, 3);
	run(5, 0, 1000 * MB);
	near_to(estimate_left(&e), 230, 3);	/* not yet a stall */
	run(5, 0, 1000 * MB);
	knows_nothing();
	run(600, 0, 1000 * MB);
	knows_nothing();
	/* It goes on, and ten lost minutes do not count in its speed */
	run(1, 4 * MB, 1000 * MB);
	knows_nothing();
	run(4, 4 * MB, 1000 * MB);
	near_to((long)estimate_rate(&e), 4 * MB, 200000);
}

static void test_clock(void **state)
{
	(void)state;
	run(20, 4 * MB, 1000 * MB);
	now -= 3600 * 1000;
	run(1, 4 * MB, 1000 * MB);
	knows_nothing();
	run(5, 4 * MB, 1000 * MB);
	near_to((long)estimate_rate(&e), 4 * MB, 200000);
	now += 3600 * 1000;	/* the computer slept */
	run(1, 4 * MB, 1000 * MB);
	knows_nothing();
	run(5, 4 * MB, 1000 * MB);
	near_to((long)estimate_rate(&e), 4 * MB, 200000);
	/* The same moment again and again divides by nothing */
	estimate_update(&e, done, 1000 * MB, now);
	estimate_update(&e, done + 1, 1000 * MB, now);
	near_to((long)estimate_rate(&e), 4 * MB, 200000);
}

static void test_start_over(void **state)
{
	(void)state;
	run(20, 4 * MB, 1000 * MB);
	done = 0;	/* the next part, or disc */
	estimate_update(&e, done, 500 * MB, now);
	knows_nothing();
	run(10, 10 * MB, 500 * MB);
	near_to((long)estimate_rate(&e), 10 * MB, 500000);
	near_to(estimate_left(&e), 40, 2);
}

static void test_ends(void **state)
{
	(void)state;
	run(10, 10 * MB, 100 * MB);
	assert_int_equal(estimate_left(&e), 0);
	estimate_update(&e, 150 * MB, 100 * MB, now + 10);	/* more than all */
	assert_int_equal(estimate_left(&e), 0);
	assert_int_equal(estimate_percent(150, 100), 100);
}

static void test_no_total(void **state)
{
	(void)state;
	run(10, 4 * MB, 0);
	near_to((long)estimate_rate(&e), 4 * MB, 200000);
	assert_int_equal(estimate_left(&e), -1);
	assert_int_equal(estimate_percent(5, 0), 0);
}

static void test_slow(void **state)
{
	(void)state;
	/* 4 bytes a second: longer than any user waits */
	run(20, 4, 1000 * MB);
	assert_true(estimate_rate(&e) > 0);
	assert_int_equal(estimate_left(&e), -1);
}

static void test_text(void **state)
{
	char buf[ESTIMATE_TEXT_SIZE];

	(void)state;
	assert_string_equal(estimate_text(-1, buf), "");
	assert_string_equal(estimate_text(0, buf), "0:00");
	assert_string_equal(estimate_text(65, buf), "1:05");
	assert_string_equal(estimate_text(3600, buf), "1:00:00");
	assert_string_equal(estimate_text(ESTIMATE_LONGEST_S, buf), "99:59:59");
	assert_int_equal(estimate_percent(199, 200), 99);
	assert_int_equal(estimate_percent(UINT64_MAX / 2, UINT64_MAX), 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_start, begin),
		cmocka_unit_test_setup(test_steady, begin),
		cmocka_unit_test_setup(test_follows, begin),
		cmocka_unit_test_setup(test_stall, begin),
		cmocka_unit_test_setup(test_clock, begin),
		cmocka_unit_test_setup(test_start_over, begin),
		cmocka_unit_test_setup(test_ends, begin),
		cmocka_unit_test_setup(test_no_total, begin),
		cmocka_unit_test_setup(test_slow, begin),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
