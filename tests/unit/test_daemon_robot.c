// SPDX-License-Identifier: GPL-2.0
/* What a run with a library makes of what it finds there, without a library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The command has functions of the same names */
#include "job_robot.c"

#define NO_MUX	9999
#define DRIVE	0x3001

static char dir[64];
static struct core core;

/* The disc of slot 1 lies in the drive, nobody knows where that of slot 2 is. */
static struct discmux_element elements[] = {
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 1 },
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 2 },
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 3, .flags = DISCMUX_ELEMENT_FULL },
	{ .type = DISCMUX_ELEMENT_DATA_TRANSFER, .address = DRIVE, .source = 1,
	  .flags = DISCMUX_ELEMENT_FULL | DISCMUX_ELEMENT_SOURCE_VALID },
};

int library_open(struct library *l, struct discmux *dm, char *err, size_t errlen)
{
	(void)err;
	(void)errlen;
	memset(l, 0, sizeof(*l));
	l->dm = dm;
	l->inv.elements = elements;
	l->inv.count = sizeof(elements) / sizeof(*elements);
	return 0;
}

void library_close(struct library *l)
{
	(void)l;
}

int library_rest(struct library *l, unsigned int timeout_ms, char *err, size_t errlen)
{
	(void)l;
	(void)timeout_ms;
	(void)err;
	(void)errlen;
	return 0;
}

int library_carry(struct library *l, const char *what, uint32_t source, uint32_t destination,
		  uint32_t flags, uint32_t home, struct discmux_result *result, char *err,
		  size_t errlen)
{
	(void)what;
	(void)source;
	(void)destination;
	(void)flags;
	(void)home;
	(void)result;
	return library_rest(l, 0, err, errlen);
}

void library_look(const struct library *l, struct recovery *recovery)
{
	(void)l;
	memset(recovery, 0, sizeof(*recovery));
}

int library_put_back(struct library *l, const struct stray *stray, uint32_t slot, char *err,
		     size_t errlen)
{
	(void)stray;
	(void)slot;
	return library_rest(l, 0, err, errlen);
}

static int set_up(void **state)
{
	char images[80], err[256];

	(void)state;
	strcpy(dir, "/tmp/discmux-robot.XXXXXX");
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

static void add_bad(int64_t job, uint32_t slot)
{
	struct store_disc d = { .job = job, .round = 1, .serial = "S0", .slot = slot };

	assert_int_equal(store_disc_new(core.store, &d), 0);
	d.fate = STORE_BAD;
	assert_int_equal(store_disc_fate(core.store, &d), 0);
}

/* A bad disc that lies in a drive which this job does not have comes back into its slot,
 * and is no blank then. */
static void test_away(void **state)
{
	struct job_spec spec;
	struct job *job;
	int64_t id;

	(void)state;
	job_spec_defaults(&spec, PANEL_COPY);
	strcpy(spec.source, JOB_MAIL);
	strcpy(spec.slots, "1-3");
	spec.quantity = 1;
	assert_int_equal(store_job_new(core.store, "copy", "{}", &id), 0);
	add_bad(id, 1);
	add_bad(id, 2);
	assert_int_equal(job_create(&core, id, &spec, NULL, &job), 0);
	discmux_open(NO_MUX, DISCMUX_OPEN_WRITE, &job->dm);
	assert_int_equal(robot_open(job), 0);
	assert_true(store_slot_holds(core.store, 1));
	assert_false(store_slot_holds(core.store, 2));
	robot_close(job);
	discmux_close(job->dm);
	job_free(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_away, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
