// SPDX-License-Identifier: GPL-2.0
/* The watch for the driver's device, with a folder in the place of /dev. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver_watch.h"

struct rig {
	char folder[32];
	struct driver_watch watch;
};

static char *path_of(const struct rig *r, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", r->folder, name);
	return path;
}

static void make(const struct rig *r, const char *name)
{
	char path[PATH_MAX];
	int fd = open(path_of(r, name, path), O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void drop(const struct rig *r, const char *name)
{
	char path[PATH_MAX];

	assert_int_equal(unlink(path_of(r, name, path)), 0);
}

static int setup(void **state)
{
	static struct rig r;

	snprintf(r.folder, sizeof(r.folder), "/tmp/discmux-dev.XXXXXX");
	if (!mkdtemp(r.folder))
		return -1;
	driver_watch_open(&r.watch, r.folder, 1);
	*state = &r;
	return r.watch.fd < 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;

	driver_watch_close(&r->watch);
	return rmdir(r->folder);
}

static void test_comes_and_goes(void **state)
{
	struct rig *r = *state;
	bool gone;

	assert_false(driver_watch_changed(&r->watch, &gone));
	make(r, "discmux1");
	assert_true(driver_watch_changed(&r->watch, &gone));
	assert_false(gone);
	assert_false(driver_watch_changed(&r->watch, &gone));
	drop(r, "discmux1");
	assert_true(driver_watch_changed(&r->watch, &gone));
	assert_true(gone);
}

/* A module that was reloaded is another driver, for all that the device is there. */
static void test_reloaded(void **state)
{
	struct rig *r = *state;
	bool gone;

	make(r, "discmux1");
	driver_watch_changed(&r->watch, &gone);
	drop(r, "discmux1");
	make(r, "discmux1");
	assert_true(driver_watch_changed(&r->watch, &gone));
	assert_true(gone);
	drop(r, "discmux1");
}

/* udev gives it to its group after it was made. */
static void test_rights(void **state)
{
	struct rig *r = *state;
	char path[PATH_MAX];
	bool gone;

	make(r, "discmux1");
	driver_watch_changed(&r->watch, &gone);
	assert_int_equal(chmod(path_of(r, "discmux1", path), 0660), 0);
	assert_true(driver_watch_changed(&r->watch, &gone));
	assert_false(gone);
	drop(r, "discmux1");
}

static void test_others(void **state)
{
	struct rig *r = *state;
	bool gone;

	make(r, "discmux10");
	make(r, "discmux0");
	drop(r, "discmux0");
	drop(r, "discmux10");
	assert_false(driver_watch_changed(&r->watch, &gone));
	assert_false(gone);
}

/* More events than fit are a reason to look. */
static void test_overflow(void **state)
{
	struct rig *r = *state;
	bool gone;
	int i;

	for (i = 0; i < 40000; i++) {
		make(r, i % 2 ? "a" : "b");
		drop(r, i % 2 ? "a" : "b");
	}
	assert_true(driver_watch_changed(&r->watch, &gone));
	assert_true(gone);
}

/* Without inotify each caller has to look. */
static void test_no_inotify(void **state)
{
	struct driver_watch w;
	bool gone;

	(void)state;
	driver_watch_open(&w, "/no/such/folder", 0);
	assert_int_equal(w.fd, -1);
	assert_true(driver_watch_changed(&w, &gone));
	assert_false(gone);
	driver_watch_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_comes_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reloaded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overflow, setup, teardown),
		cmocka_unit_test(test_no_inotify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
