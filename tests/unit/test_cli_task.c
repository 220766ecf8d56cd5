// SPDX-License-Identifier: GPL-2.0
/* Tasks of the burn engine: their lists of recorders, their options, their reports. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "task.h"

static int parse(const char *text, bool *all, uint32_t *set)
{
	char err[128] = "";
	int rc = task_parse_list("--to", text, all, set, err, sizeof(err));

	assert_int_equal(!!rc, !!*err);
	return rc;
}

static void test_lists(void **state)
{
	uint32_t set;
	bool all;

	(void)state;
	assert_int_equal(parse("all", &all, &set), 0);
	assert_true(all);
	assert_int_equal(parse("0", &all, &set), 0);
	assert_false(all);
	assert_int_equal(set, 1);
	assert_int_equal(parse("31,2,0", &all, &set), 0);
	assert_int_equal(set, 0x80000005u);
	assert_int_equal(parse("007", &all, &set), 0);
	assert_int_equal(set, 0x80);
}

static void test_bad_lists(void **state)
{
	static const char * const bad[] = {
		"", ",", "0,", ",0", "0,,1", "0 ,1", "a", "All", "alle", "-1", "+1", "1.0", "0x1",
		"0,0", "5,1,05", "32", "4294967296", "18446744073709551616", "0;1", "all,1",
	};
	uint32_t set;
	size_t i;
	bool all;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i], &all, &set), -EINVAL);
}

static struct task_result result(enum burn_state state, enum burn_disc disc)
{
	return (struct task_result){
		.recorder = { .member = 3, .unit = 2, .slot = DISCMUX_NONE },
		.status = { .state = state, .disc = disc, .medium = "" },
		.round = 1,
	};
}

static void test_good(void **state)
{
	struct task_result r = result(BURN_DONE, BURN_DISC_VERIFIED);

	(void)state;
	assert_true(task_is_good(&r, true));
	r = result(BURN_DONE, BURN_DISC_CLOSED);
	assert_true(task_is_good(&r, false));
	assert_false(task_is_good(&r, true));
	r = result(BURN_CANCELLED, BURN_DISC_CLOSED);
	assert_false(task_is_good(&r, false));
	r = result(BURN_FAILED, BURN_DISC_DIFFERS);
	assert_false(task_is_good(&r, true));
}

/* File names and drives may hold bytes that are no UTF-8. */
static void test_json(void **state)
{
	struct task_result r[2] = { result(BURN_DONE, BURN_DISC_VERIFIED),
				    result(BURN_FAILED, BURN_DISC_RUINED) };
	struct task task = { .results = r, .nr_results = 2, .opt = { .from = "m\xfe.iso",
			     .verify = true } };
	json_t *o, *copy;

	(void)state;
	strcpy(r[1].recorder.drive, "B\xffR");
	strcpy(r[1].status.message, "recorder 2 failed");
	r[1].status.lba_valid = true;
	r[1].status.lba = 77;
	r[1].recorder.slot = 0x1004;
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &task.source), 0);
	o = task_json(&task, 1.23456);
	assert_non_null(o);
	assert_int_equal(json_integer_value(json_object_get(o, "good")), 1);
	assert_int_equal(json_integer_value(json_object_get(o, "failed")), 1);
	assert_true(json_is_null(json_object_get(o, "error")));
	assert_string_equal(json_string_value(json_object_get(json_object_get(o, "master"),
							      "name")), "m?.iso");
	copy = json_array_get(json_object_get(o, "copies"), 0);
	assert_true(json_is_true(json_object_get(copy, "good")));
	assert_true(json_is_null(json_object_get(copy, "lba")));
	assert_true(json_is_null(json_object_get(copy, "message")));
	copy = json_array_get(json_object_get(o, "copies"), 1);
	assert_false(json_is_true(json_object_get(copy, "good")));
	assert_int_equal(json_integer_value(json_object_get(copy, "lba")), 77);
	assert_int_equal(json_integer_value(json_object_get(copy, "slot")), 0x1004);
	assert_string_equal(json_string_value(json_object_get(copy, "drive")), "B?R");
	assert_string_equal(json_string_value(json_object_get(copy, "state")), "failed");
	assert_string_equal(json_string_value(json_object_get(copy, "disc")), "ruined");
	json_decref(o);
	burn_source_free(task.source);
}

/* Each task takes its own options and no others. */
static int take(enum burn_task task, const char *words, struct task_options *o)
{
	struct cli cli = { .reads = true };
	char copy[256], *argv[16] = { "task" }, *rest = copy, *word;
	int argc = 1, status;
	bool go_on;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	optind = 0;
	status = task_take_options(&cli, task, o, argc, argv, &go_on);
	assert_int_equal(go_on, status == CLI_OK);
	return status;
}

static void test_options(void **state)
{
	struct task_options o;

	(void)state;
	assert_int_equal(take(BURN_COPY, "--from a.iso --to 0,1 --verify --open --speed 8x", &o), 0);
	assert_true(o.verify && o.session == BURN_SESSION_OPEN && o.speed == 8);
	assert_int_equal(take(BURN_COPY, "--from a.cue --to all --method sao --no-isrc", &o), 0);
	assert_true(o.method == BURN_METHOD_SAO && o.no_isrc);
	assert_int_equal(take(BURN_COPY, "--from a.iso", &o), CLI_USAGE);
	assert_int_equal(take(BURN_COPY, "--from a.iso --to all --full", &o), CLI_USAGE);
	assert_int_equal(take(BURN_COPY, "--from a.iso --to all --method laser", &o), CLI_USAGE);
	assert_int_equal(take(BURN_COPY, "--from a.iso --to all --append", &o), 0);
	assert_true(o.append);
	assert_int_equal(take(BURN_COPY, "--from a.iso --to all --append --erase", &o), CLI_USAGE);
	assert_int_equal(take(BURN_SIMULATE, "--from a.iso --to all --append", &o), CLI_USAGE);
	assert_int_equal(take(BURN_SIMULATE, "--from a.iso --to all --speed 4", &o), 0);
	assert_int_equal(take(BURN_SIMULATE, "--from a.iso --to all --verify", &o), CLI_USAGE);
	assert_int_equal(take(BURN_VERIFY, "--from a.iso --in reader:1", &o), 0);
	assert_int_equal(take(BURN_VERIFY, "--from a.iso --to 0", &o), CLI_USAGE);
	assert_int_equal(take(BURN_ERASE, "--in all --full", &o), 0);
	assert_true(o.full);
	assert_int_equal(take(BURN_ERASE, "", &o), CLI_USAGE);
	assert_int_equal(take(BURN_READ, "--from reader --to a --damaged a.map", &o), 0);
	assert_string_equal(o.map, "a.map");
	assert_int_equal(take(BURN_READ, "--from reader", &o), CLI_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_bad_lists),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
