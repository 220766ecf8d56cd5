// SPDX-License-Identifier: GPL-2.0
/* The daemon's database: what a stop at any moment leaves, and that nothing is
 * counted twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store.h"

static char dir[] = "/tmp/discmux-store.XXXXXX";
static char path[64];

static struct store *open_store(void)
{
	struct store *s;

	assert_int_equal(store_open(path, &s), 0);
	return s;
}

static int set_up(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/db", dir);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static bool find_counter(void *arg, const char *name, int64_t value)
{
	struct { const char *name; int64_t value; } *want = arg;

	if (!strcmp(name, want->name))
		want->value = value;
	return true;
}

static int64_t counter(struct store *s, const char *name)
{
	struct { const char *name; int64_t value; } want = { name, 0 };

	assert_int_equal(store_counters(s, find_counter, &want), 0);
	return want.value;
}

static struct store_disc new_disc(struct store *s, int64_t job, unsigned int recorder)
{
	struct store_disc d = { .job = job, .round = 1, .recorder = recorder, .lba = -1 };

	snprintf(d.serial, sizeof(d.serial), "S%u", recorder);
	strcpy(d.medium, "DVD+R");
	assert_int_equal(store_disc_new(s, &d), 0);
	return d;
}

static void fate(struct store *s, struct store_disc *d, enum store_fate f)
{
	d->fate = f;
	assert_int_equal(store_disc_fate(s, d), 0);
}

static void test_counted_once(void **state)
{
	struct store *s = open_store();
	struct store_disc d;
	int64_t job;

	(void)state;
	assert_int_equal(store_job_new(s, "copy", "{}", &job), 0);
	d = new_disc(s, job, 0);
	fate(s, &d, STORE_WRITTEN);
	assert_int_equal(counter(s, "discs-good"), 0);
	fate(s, &d, STORE_GOOD);
	fate(s, &d, STORE_GOOD);
	fate(s, &d, STORE_BAD);	/* what is final stays */
	assert_int_equal(counter(s, "discs-good"), 1);
	assert_int_equal(counter(s, "discs-good:S0"), 1);
	assert_int_equal(counter(s, "discs-bad"), 0);
	store_close(s);

	s = open_store();
	assert_int_equal(store_recover(s), 0);
	assert_int_equal(counter(s, "discs-good"), 1);
	store_close(s);
}

static void test_recover(void **state)
{
	static const enum store_fate before[] = { STORE_PENDING, STORE_CLOSING, STORE_WRITTEN,
						  STORE_GOOD, STORE_UNTOUCHED };
	struct store *s = open_store();
	struct store_job row;
	struct store_disc d;
	int64_t job;
	size_t i;

	(void)state;
	assert_int_equal(store_job_new(s, "copy", "{\"quantity\":5}", &job), 0);
	for (i = 0; i < 5; i++) {
		d = new_disc(s, job, (unsigned int)i);
		if (before[i] != STORE_PENDING)
			fate(s, &d, before[i]);
	}
	store_close(s);

	s = open_store();
	assert_int_equal(store_recover(s), 3);
	assert_int_equal(store_recover(s), 0);
	assert_int_equal(store_job_get(s, 0, &row), 0);
	assert_int_equal(row.id, job);
	assert_int_equal(row.state, STORE_JOB_RUNNING);
	assert_string_equal(row.spec, "{\"quantity\":5}");
	assert_int_equal(row.good, 1);
	assert_int_equal(row.bad, 1);
	assert_int_equal(row.unknown, 2);
	assert_int_equal(counter(s, "discs-bad"), 1);
	assert_int_equal(counter(s, "discs-unknown"), 2);
	/* and of each drive, S0 to S4 */
	assert_int_equal(counter(s, "discs-bad:S0"), 1);
	assert_int_equal(counter(s, "discs-unknown:S1"), 1);
	assert_int_equal(counter(s, "discs-unknown:S2"), 1);
	assert_int_equal(counter(s, "discs-good:S3"), 1);
	store_close(s);
}

/* What a program has gone on with was never unknown, nor its job interrupted. */
static void test_again(void **state)
{
	struct store *s = open_store();
	struct store_disc closing, good, d;
	struct store_job row;
	int64_t job;

	(void)state;
	assert_int_equal(store_job_new(s, "copy", "{\"owner\":\"program\"}", &job), 0);
	assert_int_equal(store_job_again(s, job), -ENOENT);	/* it runs */
	closing = new_disc(s, job, 0);
	good = new_disc(s, job, 1);
	fate(s, &good, STORE_GOOD);
	assert_int_equal(store_recover(s), 1);
	assert_int_equal(store_job_end(s, job, STORE_JOB_INTERRUPTED, "stopped"), 0);
	assert_int_equal(counter(s, "discs-unknown"), 1);
	assert_int_equal(counter(s, "jobs-interrupted"), 1);

	assert_int_equal(store_job_again(s, job + 1), -ENOENT);
	assert_int_equal(store_job_again(s, job), 0);
	assert_int_equal(store_job_again(s, job), -ENOENT);
	assert_int_equal(store_job_get(s, job, &row), 0);
	assert_int_equal(row.state, STORE_JOB_RUNNING);
	assert_string_equal(row.error, "");
	assert_int_equal(counter(s, "jobs-interrupted"), 0);

	assert_int_equal(store_disc_again(s, job, 1, 2, &d), -ENOENT);
	assert_int_equal(store_disc_again(s, job, 2, 0, &d), -ENOENT);
	assert_int_equal(store_disc_again(s, job, 1, 0, &d), 0);
	assert_int_equal(d.id, closing.id);
	assert_int_equal(d.fate, STORE_CLOSING);
	assert_int_equal(counter(s, "discs-unknown"), 0);
	assert_int_equal(counter(s, "discs-unknown:S0"), 0);
	/* Again and again it is counted once */
	fate(s, &d, STORE_GOOD);
	assert_int_equal(store_disc_again(s, job, 1, 0, &d), 0);
	assert_int_equal(d.fate, STORE_GOOD);
	assert_int_equal(store_disc_again(s, job, 1, 1, &d), 0);
	assert_int_equal(d.fate, STORE_GOOD);
	fate(s, &d, STORE_GOOD);
	assert_int_equal(counter(s, "discs-good"), 2);
	store_close(s);
}

/* Until it was seen empty a recorder holds what was written there, also after a
 * stop; a disc that nothing was sent to is still a blank. */
static void test_recorder_holds(void **state)
{
	struct store *s = open_store();
	struct store_disc d;
	int64_t job;

	(void)state;
	assert_int_equal(store_job_new(s, "copy", "{}", &job), 0);
	assert_false(store_recorder_holds(s, "S0", 0));
	d = new_disc(s, job, 0);
	store_close(s);
	s = open_store();
	assert_true(store_recorder_holds(s, "S0", 0));
	assert_false(store_recorder_holds(s, "S1", 1));
	store_recover(s);
	assert_true(store_recorder_holds(s, "S0", 0));
	assert_int_equal(store_recorder_empty(s, "S0", 0), 0);
	assert_false(store_recorder_holds(s, "S0", 0));
	d = new_disc(s, job, 1);
	fate(s, &d, STORE_UNTOUCHED);
	assert_false(store_recorder_holds(s, "S1", 1));
	store_close(s);
}

/* The same for a library's slots, whichever recorder it was in. */
static void test_slot_holds(void **state)
{
	struct store_disc d = { .round = 1, .lba = -1, .slot = 17 };
	struct store *s = open_store();

	(void)state;
	assert_int_equal(store_job_new(s, "copy", "{}", &d.job), 0);
	assert_false(store_slot_holds(s, 17));
	assert_int_equal(store_disc_new(s, &d), 0);
	store_close(s);
	s = open_store();
	store_recover(s);
	assert_true(store_slot_holds(s, 17));
	assert_false(store_slot_holds(s, 18));
	assert_int_equal(store_slot_empty(s, 18), 0);
	assert_true(store_slot_holds(s, 17));
	assert_int_equal(store_slot_empty(s, 17), 0);
	assert_false(store_slot_holds(s, 17));
	assert_int_equal(store_disc_new(s, &d), 0);
	fate(s, &d, STORE_UNTOUCHED);
	assert_false(store_slot_holds(s, 17));
	store_close(s);
}

/* A process that writes as fast as it can, killed in the middle, many times: each
 * disc counted is one that is good, and the reverse. */
static void work_until_killed(int seed)
{
	struct store *s;
	int64_t job;

	if (store_open(path, &s) || store_job_new(s, "copy", "{}", &job))
		_exit(1);
	for (;; seed++) {
		struct store_disc d = { .job = job, .lba = -1, .recorder = (unsigned int)seed % 4 };

		snprintf(d.serial, sizeof(d.serial), "S%d", seed % 4);
		if (store_disc_new(s, &d))
			_exit(1);
		d.fate = STORE_CLOSING;
		store_disc_fate(s, &d);
		d.fate = seed % 5 ? STORE_GOOD : STORE_BAD;
		store_disc_fate(s, &d);
	}
}

static bool add_row(void *arg, const struct store_job *job)
{
	unsigned int *sum = arg;

	sum[0] += job->good;
	sum[1] += job->bad;
	sum[2] += job->unknown;
	return true;
}

/* What the counters of the four drives come to. */
static int64_t of_drives(struct store *s, const char *name)
{
	int64_t sum = 0;
	char each[64];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(each, sizeof(each), "%s:S%d", name, i);
		sum += counter(s, each);
	}
	return sum;
}

static void test_killed(void **state)
{
	int kills = getenv("KILLS") ? atoi(getenv("KILLS")) : 20, i, status;
	unsigned int sum[3] = { 0 };
	struct store *s;
	bool good = false;

	(void)state;
	/* On a busy machine no disc may be good so early: then they are killed later and later */
	for (i = 0; i < kills || (!good && i < 8 * kills); i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			work_until_killed(i);
		usleep((useconds_t)(3000 + i * 7919 % 40000) << i / kills);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		s = open_store();
		assert_true(store_recover(s) >= 0);
		good = counter(s, "discs-good") > 0;
		store_close(s);
	}
	s = open_store();
	assert_int_equal(store_jobs(s, 10000, add_row, sum), 0);
	assert_int_equal(counter(s, "discs-good"), sum[0]);
	assert_int_equal(counter(s, "discs-bad"), sum[1]);
	assert_int_equal(counter(s, "discs-unknown"), sum[2]);
	assert_int_equal(of_drives(s, "discs-good"), sum[0]);
	assert_int_equal(of_drives(s, "discs-bad"), sum[1]);
	assert_int_equal(of_drives(s, "discs-unknown"), sum[2]);
	assert_true(sum[0] > 0);
	store_close(s);
}

static void test_settings(void **state)
{
	struct store *s = open_store();
	char value[16];

	(void)state;
	assert_int_equal(store_get(s, "a", value, sizeof(value)), -ENOENT);
	assert_int_equal(store_set(s, "a", "1"), 0);
	assert_int_equal(store_set(s, "a", "2"), 0);
	store_close(s);
	s = open_store();
	assert_int_equal(store_get(s, "a", value, sizeof(value)), 0);
	assert_string_equal(value, "2");
	store_close(s);
}

static void test_not_a_database(void **state)
{
	FILE *f = fopen(path, "w");
	struct store *s;
	char err[256];

	(void)state;
	assert_non_null(f);
	fputs("this is no database, and longer than a header of one would be, by far enough "
	      "so that nobody takes it for an empty file", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(store_open(path, &s), -EUCLEAN);
	assert_non_null(strstr(store_error(s, err, sizeof(err)), path));
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counted_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_recover, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_recorder_holds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_slot_holds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_a_database, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
