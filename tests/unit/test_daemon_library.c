// SPDX-License-Identifier: GPL-2.0
/* Runs that end before their first copy, with an arm that does nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_robot.h"

#define NO_MUX	9999

static char dir[64];
static struct core core;
static unsigned int homes;	/* how often discs were brought home */

int robot_open(struct job *job)
{
	static struct job_robot robot;

	job->robot = &robot;
	return 0;
}

void robot_close(struct job *job)
{
	job->robot = NULL;
}

int robot_carry(struct job *job, uint32_t from, uint32_t to)
{
	(void)job;
	(void)from;
	(void)to;
	return 0;
}

int robot_settle(struct job *job, struct drive *drive)
{
	(void)job;
	(void)drive;
	return 0;
}

int robot_gather(struct job *job, unsigned int most)
{
	(void)job;
	(void)most;
	return -ENOSPC;
}

int robot_take_back(struct job *job)
{
	(void)job;
	return 0;
}

int robot_tidy(struct job *job)
{
	(void)job;
	return 0;
}

int robot_bring_home(struct job *job)
{
	(void)job;
	homes++;
	return 0;
}

/* A reader of the library that no disc is in. */
int drives_list(struct discmux *dm, struct drive *drives, size_t max)
{
	(void)dm;
	(void)max;
	memset(drives, 0, sizeof(*drives));
	drives->role = DISCMUX_ROLE_READER;
	drives->state = DISCMUX_MEMBER_IDLE;
	drives->element = 1;
	return 1;
}

void drive_look(struct discmux *dm, struct drive *d)
{
	(void)dm;
	d->disc = DRIVE_NO_DISC;
}

bool drive_still_ready(struct discmux *dm, const struct drive *d)
{
	(void)dm;
	(void)d;
	return false;
}

bool drive_holds_nothing(struct discmux *dm, const struct drive *d)
{
	return drive_still_ready(dm, d);
}

uint64_t drive_blocks(struct discmux *dm, const struct drive *d)
{
	return drive_still_ready(dm, d);
}

int drive_tray(struct discmux *dm, const struct drive *d, bool open)
{
	(void)open;
	return drive_still_ready(dm, d);
}

const char *drive_medium_class(uint16_t profile)
{
	(void)profile;
	return "";
}

const char *drive_disc_name(enum drive_disc disc)
{
	(void)disc;
	return "";
}

char *drive_name(const struct drive *d, char *buf, size_t size)
{
	snprintf(buf, size, "drive %u", d->unit);
	return buf;
}

void drive_capitals(char *name)
{
	(void)name;
}

static int set_up(void **state)
{
	char images[80], err[256];

	(void)state;
	strcpy(dir, "/tmp/discmux-library.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(images, sizeof(images), "%s/images", dir);
	return core_open(&core, NO_MUX, dir, images, err, sizeof(err));
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	core_close(&core);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* Cancelled before its first copy, in this life or in an earlier one: all goes home, and
 * it is not done. */
static void test_cancelled(void **state)
{
	struct store_job row = { .created = 1 };
	struct job_spec spec;
	struct job *job;
	char key[48];

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	strcpy(spec.source, JOB_MAIL);
	strcpy(spec.slots, "1-3");
	spec.quantity = 3;
	assert_int_equal(store_job_new(core.store, "copy", "{}", &row.id), 0);
	snprintf(key, sizeof(key), "job.%lld.library", (long long)row.id);
	assert_int_equal(store_set(core.store, key, "2 1 3"), 0);
	assert_int_equal(job_create(&core, row.id, &spec, &row, &job), 0);
	job_cancel(job);
	assert_int_equal(job_run_library(job), -ECANCELED);
	assert_int_equal(homes, 1);
	job_free(job);
	/* With all copies made there is nothing left to cancel */
	row.good = 3;
	assert_int_equal(job_create(&core, row.id, &spec, &row, &job), 0);
	job_cancel(job);
	assert_int_equal(job_run_library(job), 0);
	assert_int_equal(homes, 2);
	job_free(job);
}

/* What is wrong before a disc is touched ends the run at once, and is what is said. */
static void test_no_recorder(void **state)
{
	struct job_spec spec;
	struct job *job;
	int64_t id;

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	spec.all = true;
	spec.quantity = 3;
	assert_int_equal(store_job_new(core.store, "copy", "{}", &id), 0);
	assert_int_equal(job_create(&core, id, &spec, NULL, &job), 0);
	assert_true(job_rounds(job, NULL) < 0);
	assert_string_equal(job->problem, "no recorder is free: look at discmux status");
	assert_int_equal(job->status.show.nr_faults, 1);
	job->count = 1;		/* after a round */
	assert_true(job_rounds(job, NULL) < 0);
	assert_int_equal(job->status.show.nr_faults, 2);
	job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cancelled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_recorder, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
