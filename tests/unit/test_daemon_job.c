// SPDX-License-Identifier: GPL-2.0
/* What the daemon keeps of a job and of its discs, without a drive. */
#define _GNU_SOURCE	/* RTLD_NEXT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"
#include "job_priv.h"
#include "outside.h"

#define NO_MUX	9999

static char dir[64];
static struct core core;

/* A machine that has no room for another thread. */
static bool no_threads;

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	int (*create)(pthread_t *t, const pthread_attr_t *a, void *(*r)(void *), void *g);

	*(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
	return no_threads ? EAGAIN : create(thread, attr, run, arg);
}

static int set_up(void **state)
{
	char images[80], err[256];

	(void)state;
	strcpy(dir, "/tmp/discmux-job.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(images, sizeof(images), "%s/images", dir);
	return core_open(&core, NO_MUX, dir, images, err, sizeof(err));
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	no_threads = false;
	core_close(&core);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* A job in the database with two recorders, in its first round. */
static struct job *new_job(enum panel_work work)
{
	struct job_spec spec;
	struct job *job;
	int64_t id;

	job_spec_defaults(&spec, work);
	assert_int_equal(store_job_new(core.store, job_work_name(work), "{}", &id), 0);
	assert_int_equal(job_create(&core, id, &spec, NULL, &job), 0);
	job->count = 2;
	job->status.round = 1;
	job->recorders[1].unit = 1;
	strcpy(job->recorders[0].serial, "S0");
	strcpy(job->recorders[1].serial, "S1");
	return job;
}

static int step(struct job *job, size_t i, enum burn_state state, enum burn_disc disc,
		const char *message, char *err)
{
	struct burn_status s = { .state = state, .disc = disc, .medium = "DVD+R" };
	const char *name = burn_state_name(state);

	if (state == BURN_DONE)
		name = disc == BURN_DISC_VERIFIED ? "verified" : "closed";
	snprintf(s.message, sizeof(s.message), "%s", message);
	*err = '\0';
	return job_record(job, i, name, disc, &s, err, BURN_MESSAGE_LEN);
}

struct rows {
	struct store_disc disc[4];
	size_t count;
};

static bool take_row(void *arg, const struct store_disc *disc)
{
	struct rows *rows = arg;

	assert_true(rows->count < 4);
	rows->disc[rows->count++] = *disc;
	return true;
}

static struct rows rows_of(const struct job *job)
{
	struct rows rows = { .count = 0 };

	assert_int_equal(store_discs(core.store, job->id, take_row, &rows), 0);
	return rows;
}

/* ---- The verdict ------------------------------------------------------- */

/* All went well with the disc, but its master turns out to be damaged. */
static void test_damaged(void **state)
{
	struct job *job = new_job(PANEL_COPY);
	char err[BURN_MESSAGE_LEN];
	struct rows rows;

	(void)state;
	assert_int_equal(step(job, 0, BURN_WRITING, BURN_DISC_RUINED, "", err), 0);
	assert_int_equal(step(job, 1, BURN_WRITING, BURN_DISC_RUINED, "", err), 0);
	job->check_rc = -EBADMSG;
	strcpy(job->check_error, "it is damaged");
	assert_int_equal(step(job, 0, BURN_DONE, BURN_DISC_CLOSED, "", err), -EBADMSG);
	assert_string_equal(err, "it is damaged");
	/* The engine says so of what it drops */
	assert_int_equal(step(job, 0, BURN_FAILED, BURN_DISC_DIFFERS, err, err), 0);
	/* and the other one is cancelled in the middle */
	assert_int_equal(step(job, 1, BURN_CANCELLED, BURN_DISC_RUINED, "cancelled", err), 0);
	rows = rows_of(job);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.disc[0].fate, STORE_BAD);
	assert_string_equal(rows.disc[0].message, "it is damaged");
	assert_int_equal(rows.disc[1].fate, STORE_BAD);
	assert_string_equal(rows.disc[1].message, "it is damaged");
	assert_int_equal(job->status.show.bad, 2);	/* each once */
	assert_int_equal(job->status.show.good, 0);
	job_free(job);
}

/* Nobody knows whether the master was whole. */
static void test_not_checked(void **state)
{
	struct job *job = new_job(PANEL_COPY_VERIFY);
	char err[BURN_MESSAGE_LEN];
	struct rows rows;

	(void)state;
	assert_int_equal(step(job, 0, BURN_WRITING, BURN_DISC_RUINED, "", err), 0);
	job->check_rc = -ECANCELED;
	assert_int_equal(step(job, 0, BURN_DONE, BURN_DISC_CLOSED, "", err), 0);
	assert_int_equal(step(job, 0, BURN_DONE, BURN_DISC_VERIFIED, "", err), -ECANCELED);
	assert_string_equal(err, "cancelled before its master was known to be whole");
	assert_int_equal(step(job, 0, BURN_CANCELLED, BURN_DISC_VERIFIED, err, err), 0);
	rows = rows_of(job);
	assert_int_equal(rows.disc[0].fate, STORE_UNKNOWN);
	assert_int_equal(job->status.show.unknown, 1);
	job_free(job);
}

static int erased(struct job *job, size_t i, char *err)
{
	struct burn_status s = { .state = BURN_ERASING, .disc = BURN_DISC_ERASED,
				 .medium = "CD-RW" };

	return step(job, i, BURN_ERASING, BURN_DISC_RUINED, "", err) ?:
	       job_record(job, i, "erased", BURN_DISC_ERASED, &s, err, BURN_MESSAGE_LEN);
}

/* A copy that erases its discs first: erased is no good copy, and is a blank again. */
static void test_erased_first(void **state)
{
	struct job *job = new_job(PANEL_COPY);
	struct store_disc old = { .job = job->id, .round = 1, .recorder = 1, .serial = "S1" };
	char err[BURN_MESSAGE_LEN];
	struct rows rows;

	(void)state;
	assert_int_equal(store_disc_new(core.store, &old), 0);
	old.fate = STORE_BAD;
	assert_int_equal(store_disc_fate(core.store, &old), 0);
	assert_true(store_recorder_spoiled(core.store, "S1", 1));
	assert_int_equal(erased(job, 0, err), 0);
	assert_int_equal(erased(job, 1, err), 0);
	rows = rows_of(job);
	assert_int_equal(rows.count, 3);
	assert_int_equal(rows.disc[1].fate, STORE_PENDING);
	assert_int_equal(rows.disc[2].fate, STORE_PENDING);
	assert_int_equal(step(job, 0, BURN_WRITING, BURN_DISC_RUINED, "", err), 0);
	assert_int_equal(step(job, 0, BURN_FAILED, BURN_DISC_RUINED, "no room", err), 0);
	assert_int_equal(step(job, 1, BURN_CANCELLED, BURN_DISC_ERASED, "cancelled", err), 0);
	rows = rows_of(job);
	assert_int_equal(rows.disc[1].fate, STORE_BAD);
	assert_int_equal(rows.disc[2].fate, STORE_UNTOUCHED);
	assert_int_equal(job->status.show.good, 0);
	assert_true(store_recorder_spoiled(core.store, "S0", 0));
	assert_false(store_recorder_holds(core.store, "S1", 1));
	job_free(job);
}

/* A disc that the database takes no row for must not be touched. */
static void test_unrecorded(void **state)
{
	struct job *job = new_job(PANEL_COPY);
	char err[BURN_MESSAGE_LEN], path[80];
	sqlite3 *db;

	(void)state;
	snprintf(path, sizeof(path), "%s/discmuxd.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DROP TABLE disc", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_true(step(job, 0, BURN_WRITING, BURN_DISC_RUINED, "", err) < 0);
	assert_non_null(strstr(err, "no such table"));
	assert_int_equal(job->discs[0].id, 0);
	job_free(job);
}

/* ---- Jobs that make no copies ------------------------------------------ */

static void end_with(struct job *job, size_t i, enum burn_state state, enum burn_disc disc,
		     const char *message)
{
	struct burn_status s = { .state = state, .disc = disc, .medium = "DVD-R" };

	snprintf(s.message, sizeof(s.message), "%s", message);
	job_record_end(job, i, &s);
	job_disc_fault(job, i, &s);
}

static bool none(void *arg, const char *name, int64_t value)
{
	(void)arg;
	(void)value;
	assert_false(!strncmp(name, "discs-", 6));
	return true;
}

/* What became of each disc is there, and makes no recorder a place of used discs. */
static void test_verify(void **state)
{
	struct job *job = new_job(PANEL_VERIFY);
	struct store_job row;
	struct rows rows;

	(void)state;
	end_with(job, 0, BURN_DONE, BURN_DISC_VERIFIED, "");
	end_with(job, 1, BURN_FAILED, BURN_DISC_DIFFERS, "block 7 differs");
	job_over(job, STORE_JOB_FAILED);
	rows = rows_of(job);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.disc[0].fate, STORE_GOOD);
	assert_int_equal(rows.disc[1].fate, STORE_BAD);
	assert_string_equal(rows.disc[1].message, "block 7 differs");
	assert_string_equal(rows.disc[1].medium, "DVD-R");
	assert_false(store_recorder_holds(core.store, "S0", 0));
	assert_false(store_recorder_holds(core.store, "S1", 1));
	assert_int_equal(store_counters(core.store, none, NULL), 0);
	assert_int_equal(store_job_get(core.store, job->id, &row), 0);
	assert_int_equal(row.good, 1);
	assert_int_equal(row.bad, 1);
	/* The first thing that was wrong is why it failed */
	assert_string_equal(row.error, "RECORDER 1: block 7 differs");
	job_free(job);
}

/* Behind the words of a code stands what is to be done about it. */
static void test_advice(void **state)
{
	struct burn_status s = { .state = BURN_FAILED, .disc = BURN_DISC_RUINED, .medium = "DVD-R",
				 .sense_valid = true, .key = 3, .asc = 0x0c };
	struct job *job = new_job(PANEL_SIMULATE);
	struct job_status status;

	(void)state;
	snprintf(s.message, sizeof(s.message), "write error (03/0C/00)");
	job_record_end(job, 0, &s);
	job_disc_fault(job, 0, &s);
	job_get(job, &status);
	assert_int_equal(status.show.nr_faults, 1);
	assert_string_equal(status.show.faults[0].text, "write error (03/0C/00): change disc");
	job_over(job, STORE_JOB_FAILED);
	job_free(job);
}

/* As good as a damaged master is a disc that nobody knows. */
static void test_verify_damaged(void **state)
{
	struct job *job = new_job(PANEL_VERIFY);
	struct rows rows;

	(void)state;
	job->check_rc = -EBADMSG;
	strcpy(job->check_error, "it is damaged");
	end_with(job, 0, BURN_DONE, BURN_DISC_VERIFIED, "");
	end_with(job, 1, BURN_FAILED, BURN_DISC_DIFFERS, "block 7 differs");
	rows = rows_of(job);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.disc[0].fate, STORE_UNKNOWN);
	assert_string_equal(rows.disc[0].message, "it is damaged");
	assert_int_equal(rows.disc[1].fate, STORE_BAD);
	assert_int_equal(job->status.show.good, 0);
	assert_int_equal(job->status.show.unknown, 1);
	job_free(job);
}

/* A disc that is being erased is no blank until that is done. */
static void test_erase(void **state)
{
	struct job *job = new_job(PANEL_ERASE);
	char err[BURN_MESSAGE_LEN];
	struct rows rows;

	(void)state;
	assert_int_equal(step(job, 0, BURN_ERASING, BURN_DISC_RUINED, "", err), 0);
	assert_int_equal(step(job, 1, BURN_ERASING, BURN_DISC_RUINED, "", err), 0);
	assert_true(store_recorder_holds(core.store, "S0", 0));
	assert_int_equal(step(job, 0, BURN_DONE, BURN_DISC_ERASED, "", err), 0);
	assert_false(store_recorder_holds(core.store, "S0", 0));
	end_with(job, 0, BURN_DONE, BURN_DISC_ERASED, "");
	/* The machine stops */
	assert_int_equal(store_recover(core.store), 1);
	rows = rows_of(job);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.disc[0].fate, STORE_GOOD);
	assert_int_equal(rows.disc[1].fate, STORE_BAD);
	assert_non_null(strstr(rows.disc[1].message, "while it was erased"));
	assert_true(store_recorder_spoiled(core.store, "S1", 1));
	assert_int_equal(store_counters(core.store, none, NULL), 0);
	job_free(job);

	/* Erased again, it is one */
	job = new_job(PANEL_ERASE);
	assert_int_equal(step(job, 1, BURN_ERASING, BURN_DISC_RUINED, "", err), 0);
	assert_int_equal(step(job, 1, BURN_DONE, BURN_DISC_ERASED, "", err), 0);
	assert_false(store_recorder_holds(core.store, "S1", 1));
	job_free(job);
}

/* What was wrong with the job comes before what was with a disc, and what was in an
 * earlier life after both. */
static void test_reason(void **state)
{
	struct panel_fault old = { .drive = "RECORDER 3", .text = "discmuxd stopped" };
	struct job *job = new_job(PANEL_SIMULATE);
	struct store_job row;

	(void)state;
	job_old_fault(job, &old);
	end_with(job, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, "recorder 0 can't simulate");
	job_over(job, STORE_JOB_FAILED);
	assert_int_equal(store_job_get(core.store, job->id, &row), 0);
	assert_string_equal(row.error, "recorder 0 can't simulate");
	job_free(job);

	job = new_job(PANEL_COPY);
	end_with(job, 0, BURN_FAILED, BURN_DISC_RUINED, "it broke");
	job_problem(job, "LIBRARY", "no blank is left");
	job_message(job, "%s", "");
	job_over(job, STORE_JOB_FAILED);
	assert_int_equal(store_job_get(core.store, job->id, &row), 0);
	assert_string_equal(row.error, "no blank is left");
	job_free(job);
}

/* ---- What the engine is told ------------------------------------------- */

static struct burn_config config_of(struct job *job, uint16_t profile, const char *owner)
{
	struct drive drive = { .profile = profile };
	struct burn_config config;

	snprintf(job->spec.owner, sizeof(job->spec.owner), "%s", owner);
	job->count = 0;
	job_add_recorder(job, &drive);
	job_show_discs(job);
	job_configure(job, NULL, &config);
	return config;
}

/* Speed and session are those of the discs, whatever the master is or is taken for. */
static void test_media(void **state)
{
	struct job *job = new_job(PANEL_COPY);
	struct burn_config c;

	(void)state;
	job->spec.cd_speed = 48;
	job->spec.dvd_speed = 16;
	job->spec.session = BURN_SESSION_OPEN;
	strcpy(job->status.show.medium, "CD");	/* a small image */
	c = config_of(job, MMC_PROFILE_DVD_PLUS_R, "panel");
	assert_true(c.speed == 16);
	assert_int_equal(c.session, BURN_SESSION_AUTO);
	assert_string_equal(job->status.show.medium, "DVD");
	c = config_of(job, MMC_PROFILE_CD_R, "panel");
	assert_true(c.speed == 48);
	assert_int_equal(c.session, BURN_SESSION_OPEN);
	assert_string_equal(job->status.show.medium, "CD");
	c = config_of(job, MMC_PROFILE_DVD_PLUS_R, "socket");
	assert_int_equal(c.session, BURN_SESSION_OPEN);
	/* What is registered is the master */
	job->spec.work = PANEL_REGISTER;
	strcpy(job->status.show.medium, "CD");
	config_of(job, MMC_PROFILE_DVD_PLUS_R, "panel");
	assert_string_equal(job->status.show.medium, "CD");
	job_free(job);
}

/* ---- The beginning, and the end ---------------------------------------- */

/* A job that can't begin is over, with words, and in nobody's way. */
static void test_no_thread(void **state)
{
	struct job_spec spec;
	struct store_job row;
	char err[256] = "";
	int64_t id;
	int i;

	(void)state;
	job_spec_defaults(&spec, PANEL_CLEAR);
	strcpy(spec.image, "HDD1");
	no_threads = true;
	for (i = 0; i < CORE_JOBS + 1; i++) {
		assert_int_equal(core_start(&core, &spec, &id, err, sizeof(err)), -EAGAIN);
		assert_non_null(strstr(err, "no thread can be started"));
	}
	assert_int_equal(store_job_get(core.store, 0, &row), 0);
	assert_int_equal(row.state, STORE_JOB_FAILED);
	assert_string_equal(row.error, err);
	no_threads = false;
	assert_int_equal(core_start(&core, &spec, &id, err, sizeof(err)), 0);
}

/* A reader is that job's which asked first, until it has ended. */
static void test_reader(void **state)
{
	struct job *first, *second;
	struct job_spec spec;
	char err[256];

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	strcpy(spec.source, "reader:1");
	assert_int_equal(core_admit(&core, &spec, 1, NULL, &first, err, sizeof(err)), 0);
	assert_int_equal(core_admit(&core, &spec, 2, NULL, &second, err, sizeof(err)), -EBUSY);
	assert_non_null(strstr(err, "a reader"));
	strcpy(spec.source, "/a.iso");
	assert_int_equal(core_admit(&core, &spec, 2, NULL, &second, err, sizeof(err)), 0);
	assert_int_equal(core_reserve_reader(&core, second, 1), job_id(first));
	assert_int_equal(core_reserve_reader(&core, first, 1), 0);
	assert_int_equal(core_reserve_reader(&core, second, 0), 0);
	assert_int_equal(core_reserve_reader(&core, first, 0), job_id(second));
	job_over(first, STORE_JOB_DONE);
	assert_int_equal(core_reserve_reader(&core, second, 1), 0);
	job_over(second, STORE_JOB_DONE);
}

static bool remembered(int64_t id)
{
	char key[48], value[4];

	snprintf(key, sizeof(key), "job.%lld.cancelled", (long long)id);
	return !store_get(core.store, key, value, sizeof(value));
}

/* That a job was cancelled is kept as long as it may be killed before its end. */
static void test_cancelled(void **state)
{
	struct job_spec spec;
	struct job *job;
	char err[256];
	int64_t id;

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	assert_int_equal(core_admit(&core, &spec, 1, NULL, &job, err, sizeof(err)), 0);
	id = job_id(job);
	assert_int_equal(core_cancel(&core, id), 0);
	assert_true(remembered(id));
	assert_int_equal(store_recover(core.store), 0);
	assert_true(remembered(id));
	job_over(job, STORE_JOB_CANCELLED);
	assert_false(remembered(id));
	/* and there is nothing to cancel then */
	assert_int_equal(core_cancel(&core, id), -ENOENT);
	assert_false(remembered(id));
	/* What an earlier discmuxd has left goes at the next start */
	assert_int_equal(store_set(core.store, "job.1.cancelled", "1"), 0);
	assert_int_equal(store_recover(core.store), 0);
	assert_false(remembered(1));
}

/* discmuxd lived on when the connection broke: the job that its program takes up again is
 * the one that hears of the discs, and not the one that ended with the connection. */
static void test_taken_up(void **state)
{
	struct burn_recorder recorder = { .unit = 0, .serial = "S0", .slot = DISCMUX_NONE };
	struct outside_report report = { .round = 1, .disc = BURN_DISC_RUINED,
					 .status.medium = "DVD+R" };
	struct store_job row;
	struct job_spec spec;
	char err[256];
	int64_t id;

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	strcpy(spec.owner, JOB_OUTSIDE);
	assert_int_equal(outside_begin(&core, &spec, &recorder, 1, false, &id, err, sizeof(err)), 0);
	strcpy(report.state, "writing");
	assert_int_equal(outside_disc(&core, id, &report, err, sizeof(err)), 0);
	outside_lost(&core, id);
	assert_int_equal(store_job_get(core.store, id, &row), 0);
	assert_int_equal(row.bad, 1);	/* as it would be if the program were gone */
	assert_int_equal(outside_resume(&core, id, &recorder, 1, err, sizeof(err)), 0);
	strcpy(report.state, "closing");
	assert_int_equal(outside_disc(&core, id, &report, err, sizeof(err)), 0);
	outside_lost(&core, id);
	assert_int_equal(outside_resume(&core, id, &recorder, 1, err, sizeof(err)), 0);
	strcpy(report.state, "closed");
	report.disc = BURN_DISC_CLOSED;
	assert_int_equal(outside_disc(&core, id, &report, err, sizeof(err)), 0);
	assert_int_equal(outside_end(&core, id, STORE_JOB_DONE, ""), 0);
	assert_int_equal(store_job_get(core.store, id, &row), 0);
	assert_int_equal(row.state, STORE_JOB_DONE);
	assert_int_equal(row.good, 1);
	assert_int_equal(row.bad, 0);
	assert_int_equal(row.unknown, 0);
}

/* A life of an auto run: whether it went on with its master, without anybody to answer. */
static bool goes_on(const struct job_spec *spec, struct store_job *row)
{
	const struct drive reader = { .role = DISCMUX_ROLE_READER };
	struct job *job;
	bool yes;

	assert_int_equal(job_create(&core, row->id, spec, row, &job), 0);
	assert_true(job->status.show.resumed);
	job_suspend(job);
	yes = !job_again(job, &reader);
	job_free(job);
	return yes;
}

/* The question that a stop of discmuxd has left without an answer is asked again; what
 * was begun goes on. */
static void test_again(void **state)
{
	const struct drive reader = { .role = DISCMUX_ROLE_READER };
	struct store_job row = { .created = 1, .master = "disc:1" };
	struct job_spec spec;
	struct job *job;

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	strcpy(spec.owner, "auto");
	spec.quantity = 3;
	spec.again = AUTO_ASK;
	assert_int_equal(store_job_new(core.store, "copy", "{}", &row.id), 0);
	assert_int_equal(job_create(&core, row.id, &spec, NULL, &job), 0);
	strcpy(job->master, row.master);
	assert_int_equal(job_again(job, &reader), 0);	/* a new disc: nothing is asked */
	job_free(job);
	assert_true(goes_on(&spec, &row));
	spec.again = AUTO_SKIP;
	assert_true(goes_on(&spec, &row));
	/* the next run with the same disc */
	assert_int_equal(store_job_new(core.store, "copy", "{}", &row.id), 0);
	spec.again = AUTO_ASK;
	assert_false(goes_on(&spec, &row));
}

/* Another master was asked for, and came before discmuxd stopped: that one is in now. */
static void test_eject_once(void **state)
{
	struct store_job row = { .created = 1 };
	struct job_spec spec;
	struct job *job;

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	spec.eject = true;
	assert_int_equal(store_job_new(core.store, "copy", "{}", &row.id), 0);
	assert_int_equal(job_create(&core, row.id, &spec, &row, &job), 0);
	assert_true(job->spec.eject);	/* it had not come */
	job_free(job);
	strcpy(row.master, "disc:1");
	assert_int_equal(job_create(&core, row.id, &spec, &row, &job), 0);
	assert_false(job->spec.eject);
	job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_erased_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unrecorded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_verify, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_advice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_verify_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_erase, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_media, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_thread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reader, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cancelled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_taken_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_eject_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
