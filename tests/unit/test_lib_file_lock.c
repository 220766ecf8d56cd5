// SPDX-License-Identifier: GPL-2.0
/* Lock files: which process keeps another out, for how long, and which can't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_lock.h"
#include "images.h"

static char dir[64], path[128], err[512];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/discmux-lock-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	chmod(dir, 0755);
	snprintf(path, sizeof(path), "%s/lock", dir);
	return 0;
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* The second one, in the same process too, waits and names the holder. */
static void one_at_a_time(void **state)
{
	char want[600];
	int first = file_lock(AT_FDCWD, path, 0, err, sizeof(err));
	FILE *f = fopen("/proc/self/comm", "r");
	char name[32] = "";

	(void)state;
	assert_true(first >= 0);
	assert_non_null(f);
	assert_non_null(fgets(name, sizeof(name), f));
	name[strcspn(name, "\n")] = '\0';
	fclose(f);
	assert_int_equal(file_lock(AT_FDCWD, path, 120, err, sizeof(err)), -EBUSY);
	snprintf(want, sizeof(want), "%s is locked by process %d (%s): wait until that is done, or end it",
		 path, (int)getpid(), name);
	assert_string_equal(err, want);
	close(first);
	first = file_lock(AT_FDCWD, path, 0, err, sizeof(err));
	assert_true(first >= 0);
	close(first);
}

/* One that is let go of meanwhile is had. */
static void waits(void **state)
{
	int fd = file_lock(AT_FDCWD, path, 0, err, sizeof(err));
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		int mine;

		close(fd);	/* one and the same lock */
		mine = file_lock(AT_FDCWD, path, 20000, err, sizeof(err));

		_exit(mine >= 0 ? 0 : 1);
	}
	usleep(100000);
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void become_nobody(void)
{
	if (setgid(65534) || setuid(65534))
		_exit(9);
}

/* A user without rights blocks no other, even with a file that was open to all. */
static void strangers(void **state)
{
	struct images *store;
	char image_lock[160];
	int status, fd, ready[2], end[2];
	pid_t child;
	char c;

	(void)state;
	if (geteuid())
		skip();
	snprintf(image_lock, sizeof(image_lock), "%s/images", dir);
	mkdir(image_lock, 0755);
	assert_int_equal(images_open(image_lock, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	images_close(store);
	snprintf(image_lock, sizeof(image_lock), "%s/images/.lock", dir);
	assert_int_equal(pipe(ready) | pipe(end), 0);
	child = fork();
	if (!child) {
		become_nobody();
		/* As the one that hung discmuxd did */
		fd = open(image_lock, O_RDONLY);
		if (fd >= 0)
			flock(fd, LOCK_EX);
		if (write(ready[1], fd >= 0 ? "y" : "n", 1) != 1 || read(end[0], &c, 1) < 0)
			_exit(8);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'n');
	snprintf(image_lock, sizeof(image_lock), "%s/images", dir);
	alarm(10);	/* it hung for ever */
	assert_int_equal(images_open(image_lock, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	alarm(0);
	images_close(store);
	assert_int_equal(write(end[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void old_file(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT, 0644);
	assert_true(fd >= 0);
	close(fd);
	fd = file_lock(AT_FDCWD, path, 0, err, sizeof(err));
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	close(fd);
}

static void not_there(void **state)
{
	(void)state;
	assert_int_equal(file_lock(AT_FDCWD, "/nowhere/at/all", 0, err, sizeof(err)), -ENOENT);
	assert_string_equal(err, "/nowhere/at/all: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(waits),
		cmocka_unit_test(strangers),
		cmocka_unit_test(old_file),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
