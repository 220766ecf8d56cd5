// SPDX-License-Identifier: GPL-2.0
/* The store of images: what is listed is whole, whatever happens. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contents.h"
#include "images.h"
#include "images_priv.h"

#define BLOCKS	300u

static char root[64];	/* the store, new for each test */
static char err[512];

static int setup(void **state)
{
	struct images *store;

	strcpy(root, "/tmp/images-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(images_open(root, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	*state = store;
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	images_close(*state);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* Entries of a folder in the store whose names begin so. */
static unsigned int entries(const char *folder, const char *begin)
{
	char path[256];
	unsigned int n = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", root, folder);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		     !strncmp(e->d_name, begin, strlen(begin));
	closedir(d);
	return n;
}

static void fill(uint8_t *buf, size_t len, unsigned int seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = (uint8_t)(i * 7 + i / 2048 + seed * 31);
}

static int begin(struct images *store, const char *name, bool replace, uint64_t bytes,
		 struct images_register **reg)
{
	struct images_plan plan = { .replace = replace, .bytes = bytes };

	return images_begin(store, name, &plan, reg, err, sizeof(err));
}

static void append(struct images_register *reg, unsigned int seed)
{
	uint8_t *buf = malloc(BLOCKS * 2048);
	size_t half = BLOCKS * 2048 / 2 + 13;

	fill(buf, BLOCKS * 2048, seed);
	assert_int_equal(images_append(reg, buf, half, err, sizeof(err)), 0);
	assert_int_equal(images_append(reg, buf + half, BLOCKS * 2048 - half, err, sizeof(err)), 0);
	free(buf);
}

static int commit(struct images_register *reg, struct images_info *info)
{
	struct images_details details = { .medium = IMAGES_DVD, .source = "reader 0" };

	return images_commit(reg, &details, info, err, sizeof(err));
}

static void add(struct images *store, const char *name, unsigned int seed)
{
	struct images_register *reg;

	assert_int_equal(begin(store, name, true, BLOCKS * 2048, &reg), 0);
	append(reg, seed);
	assert_int_equal(commit(reg, NULL), 0);
}

static int check(struct images *store, const char *name)
{
	return images_check(store, name, 0, NULL, err, sizeof(err));
}

/* The block at an image's file, which is different for each seed. */
static unsigned int seed_of(const char *name)
{
	char path[256];
	uint8_t byte = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s.iso", root, name, name);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, &byte, 1), 1);
	close(fd);
	return byte;
}

/* Changes a file of an image behind the store's back. */
static void poke(const char *name, const char *suffix, off_t at, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s%s", root, name, name, suffix);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	close(fd);
}

/* ---- Names --------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const char *const good[] = { "HDD1", "a", "debian-12.5.0", "0", "A_b.c-d" };
	static const char *const bad[] = {
		"", ".", "..", "-x", ".hidden", "a/b", "/etc/passwd", "../x", "a b", "a\n", "\xc3\xa4",
		"a*", "$x", "a;b",
	};
	char longest[IMAGES_NAME_SIZE + 1];
	struct images_register *reg;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(images_name_valid(good[i], NULL, 0));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(images_name_valid(bad[i], err, sizeof(err)));
		assert_non_null(strstr(err, "no image can have this name"));
		assert_int_equal(begin(*state, bad[i], true, 0, &reg), -EINVAL);
		assert_int_equal(images_remove(*state, bad[i], err, sizeof(err)), -EINVAL);
		assert_int_equal(check(*state, bad[i]), -EINVAL);
	}
	memset(longest, 'x', sizeof(longest));
	longest[IMAGES_NAME_SIZE - 1] = '\0';
	assert_true(images_name_valid(longest, NULL, 0));
	add(*state, longest, 1);
	assert_int_equal(check(*state, longest), 0);
	longest[IMAGES_NAME_SIZE - 1] = 'x';
	longest[IMAGES_NAME_SIZE] = '\0';
	assert_false(images_name_valid(longest, NULL, 0));
}

static void test_default_path(void **state)
{
	char path[IMAGES_PATH_SIZE];

	(void)state;
	unsetenv("DISCMUX_STATE");
	assert_string_equal(images_default_path(path, sizeof(path)), "/var/lib/discmux/images");
	setenv("DISCMUX_STATE", "/srv/x", 1);
	assert_string_equal(images_default_path(path, sizeof(path)), "/srv/x/images");
	unsetenv("DISCMUX_STATE");
}

/* ---- Register, list, check, remove ------------------------------------------------- */

static void test_register(void **state)
{
	struct images_register *reg;
	struct images_info info;
	struct images_info *list;
	size_t count;

	assert_int_equal(begin(*state, "HDD2", false, BLOCKS * 2048, &reg), 0);
	append(reg, 1);
	assert_int_equal(images_bytes(reg), BLOCKS * 2048);
	/* Not there before it is whole */
	assert_int_equal(images_describe(*state, "HDD2", &info, err, sizeof(err)), -ENOENT);
	assert_int_equal(images_list(*state, &list, &count, err, sizeof(err)), 0);
	assert_int_equal(count, 0);
	free(list);
	assert_int_equal(commit(reg, &info), 0);
	assert_string_equal(info.problem, "");
	assert_string_equal(info.name, "HDD2");
	assert_int_equal(info.kind, IMAGES_ROM);
	assert_int_equal(info.medium, IMAGES_DVD);
	assert_int_equal(info.blocks, BLOCKS);
	assert_int_equal(info.bytes, BLOCKS * 2048);
	assert_string_equal(info.source, "reader 0");
	assert_true(info.registered > 1700000000);
	assert_int_equal(info.checked, 0);
	assert_int_equal(strlen(info.sha256), 64);
	assert_non_null(strstr(info.path, "/HDD2/HDD2.iso"));
	assert_int_equal(entries("HDD2", ""), 5);	/* .iso, .sha256, .json, .chunks, .lock */
	assert_int_equal(entries("", ".new-"), 0);
	assert_int_equal(check(*state, "HDD2"), 0);
	assert_int_equal(images_describe(*state, "HDD2", &info, err, sizeof(err)), 0);
	assert_true(info.checked >= info.registered);
	assert_int_equal(images_remove(*state, "HDD2", err, sizeof(err)), 0);
	assert_int_equal(images_describe(*state, "HDD2", &info, err, sizeof(err)), -ENOENT);
	assert_int_equal(images_remove(*state, "HDD2", err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, "there is no image HDD2"));
	assert_int_equal(entries("", ".old-"), 0);
}

static void test_sums_are_sha256sums(void **state)
{
	char command[128];

	add(*state, "HDD1", 1);
	snprintf(command, sizeof(command), "cd %s/HDD1 && sha256sum --status --strict -c HDD1.sha256",
		 root);
	assert_int_equal(system(command), 0);
	poke("HDD1", ".iso", 5000, "x");
	assert_int_not_equal(system(command), 0);
}

static void test_order(void **state)
{
	static const char *const names[] = { "zoo", "HDD10", "HDD2", "HDD11", "alpha", "HDD1" };
	static const char *const sorted[] = { "HDD1", "HDD2", "HDD10", "HDD11", "alpha", "zoo" };
	struct images_info *list;
	size_t count, i;

	for (i = 0; i < 6; i++)
		add(*state, names[i], 1);
	assert_int_equal(images_list(*state, &list, &count, err, sizeof(err)), 0);
	assert_int_equal(count, 6);
	for (i = 0; i < 6; i++)
		assert_string_equal(list[i].name, sorted[i]);
	free(list);
}

static void test_replace(void **state)
{
	struct images_register *reg;

	add(*state, "HDD1", 1);
	assert_int_equal(seed_of("HDD1"), 31);
	assert_int_equal(begin(*state, "HDD1", false, 0, &reg), -EEXIST);
	assert_non_null(strstr(err, "is there already"));
	assert_int_equal(begin(*state, "HDD1", true, 0, &reg), 0);
	append(reg, 2);
	assert_int_equal(seed_of("HDD1"), 31);	/* the old one until the end */
	images_abort(reg);
	assert_int_equal(seed_of("HDD1"), 31);
	assert_int_equal(check(*state, "HDD1"), 0);
	assert_int_equal(entries("", ".new-"), 0);
	add(*state, "HDD1", 2);
	assert_int_equal(seed_of("HDD1"), 62);
	assert_int_equal(check(*state, "HDD1"), 0);
	assert_int_equal(entries("", ".new-"), 0);
	assert_int_equal(entries("HDD1", ""), 6);	/* .checked and .lock, too */
}

static void test_busy(void **state)
{
	struct images_register *reg, *other;
	struct images_hold *hold, *second;
	struct images_info info;

	add(*state, "HDD1", 1);
	assert_int_equal(images_hold(*state, "HDD1", &hold, &info, err, sizeof(err)), 0);
	assert_int_equal(images_hold(*state, "HDD1", &second, NULL, err, sizeof(err)), 0);
	images_release(second);
	assert_int_equal(check(*state, "HDD1"), 0);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), -EBUSY);
	assert_non_null(strstr(err, "is in use"));
	assert_int_equal(begin(*state, "HDD1", true, 0, &reg), -EBUSY);
	images_release(hold);
	assert_int_equal(begin(*state, "HDD1", true, 0, &reg), 0);
	assert_int_equal(begin(*state, "HDD1", true, 0, &other), -EBUSY);
	assert_int_equal(images_hold(*state, "HDD1", &hold, NULL, err, sizeof(err)), -EBUSY);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), -EBUSY);
	images_abort(reg);
	assert_int_equal(begin(*state, "HDD3", true, 0, &reg), 0);
	assert_int_equal(begin(*state, "HDD3", true, 0, &other), -EBUSY);
	assert_non_null(strstr(err, "is being registered already"));
	append(reg, 3);	/* whose folder is as it was */
	assert_int_equal(commit(reg, NULL), 0);
	assert_int_equal(check(*state, "HDD3"), 0);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), 0);
}

/* A user without rights, for as long as *end is open: locks the folder of an image, and its
 * lock file if that can be opened. */
static pid_t start_stranger(const char *name, int *end)
{
	int ready[2], life[2], folder, lock;
	char path[256], c;
	pid_t child;

	assert_int_equal(chmod(root, 0755), 0);
	assert_int_equal(pipe(ready) | pipe(life), 0);
	child = fork();
	if (!child) {
		close(life[1]);
		if (setgid(65534) || setuid(65534))
			_exit(9);
		snprintf(path, sizeof(path), "%s/%s", root, name);
		folder = open(path, O_RDONLY | O_DIRECTORY);
		lock = openat(folder, ".lock", O_RDONLY);
		if (folder < 0 || flock(folder, LOCK_EX))
			_exit(8);
		if (write(ready[1], lock < 0 ? "n" : "y", 1) != 1 || read(life[0], &c, 1) < 0)
			_exit(7);
		_exit(0);
	}
	close(life[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'n');
	close(ready[0]);
	*end = life[1];
	return child;
}

/* What a user without rights locks stops no other program. */
static void test_locked_by_stranger(void **state)
{
	struct images_register *reg;
	struct images_hold *hold;
	int end, status;
	pid_t child;

	if (geteuid())
		skip();
	add(*state, "HDD1", 1);
	child = start_stranger("HDD1", &end);
	assert_int_equal(images_hold(*state, "HDD1", &hold, NULL, err, sizeof(err)), 0);
	assert_int_equal(begin(*state, "HDD1", true, 0, &reg), -EBUSY);
	images_release(hold);
	assert_int_equal(begin(*state, "HDD1", true, 0, &reg), 0);
	images_abort(reg);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), 0);
	close(end);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Of an image that a version without lock files made. */
static void test_without_lock_file(void **state)
{
	struct images_hold *hold;
	struct images *store;
	char path[256];

	add(*state, "HDD1", 1);
	snprintf(path, sizeof(path), "%s/HDD1/.lock", root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(images_hold(*state, "HDD1", &hold, NULL, err, sizeof(err)), 0);
	images_release(hold);
	assert_int_equal(images_open(root, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	images_close(store);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(images_hold(*state, "HDD1", &hold, NULL, err, sizeof(err)), 0);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), -EBUSY);
	images_release(hold);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), 0);
}

static void test_read_only(void **state)
{
	struct images_register *reg;
	struct images *store;
	struct images_info *list;
	size_t count;

	add(*state, "HDD1", 1);
	assert_int_equal(images_open(root, 0, &store, err, sizeof(err)), 0);
	assert_int_equal(check(store, "HDD1"), 0);
	assert_int_equal(images_remove(store, "HDD1", err, sizeof(err)), -EROFS);
	assert_int_equal(begin(store, "HDD2", true, 0, &reg), -EROFS);
	images_close(store);
	/* A folder that nobody has made yet holds nothing */
	assert_int_equal(images_open("/tmp/nobody/made/this", 0, &store, err, sizeof(err)), 0);
	assert_int_equal(images_list(store, &list, &count, err, sizeof(err)), 0);
	assert_int_equal(count, 0);
	assert_int_equal(check(store, "HDD1"), -ENOENT);
	images_close(store);
	assert_int_equal(images_open("/proc/nothing", IMAGES_WRITE, &store, err, sizeof(err)),
			 -ENOENT);
	assert_non_null(strstr(err, "name another one"));
}

/* ---- No room ------------------------------------------------------------------------ */

static void test_no_room_known(void **state)
{
	struct images_register *reg;

	assert_int_equal(begin(*state, "HDD1", false, (uint64_t)1 << 50, &reg), -ENOSPC);
	assert_non_null(strstr(err, "no room for image HDD1"));
	assert_int_equal(entries("", ".new-"), 0);
}

/* A limit of the process stands for the disk that gets full on the way. */
static void test_no_room_later(void **state)
{
	struct rlimit old, little = { 100000, 100000 };
	struct images_register *reg;
	uint8_t *buf = calloc(1, 200000);
	int rc;

	getrlimit(RLIMIT_FSIZE, &old);
	little.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(begin(*state, "HDD1", false, 0, &reg), 0);
	setrlimit(RLIMIT_FSIZE, &little);
	rc = images_append(reg, buf, 200000, err, sizeof(err));
	setrlimit(RLIMIT_FSIZE, &old);
	free(buf);
	assert_int_equal(rc, -EFBIG);
	assert_non_null(strstr(err, "image HDD1 can't be stored after 0 MB"));
	/* What is not whole is not registered, whatever the caller does */
	assert_int_equal(commit(reg, NULL), -EIO);
	assert_int_equal(entries("", "HDD1"), 0);
	assert_int_equal(entries("", ".new-"), 0);
}

static void test_odd_sizes(void **state)
{
	struct images_register *reg;

	assert_int_equal(begin(*state, "HDD1", false, 0, &reg), 0);
	assert_int_equal(commit(reg, NULL), -EINVAL);
	assert_int_equal(begin(*state, "HDD1", false, 0, &reg), 0);
	assert_int_equal(images_append(reg, "abc", 3, err, sizeof(err)), 0);
	assert_int_equal(commit(reg, NULL), -EINVAL);
	assert_int_equal(entries("", "HDD1"), 0);
}

/* ---- Crashes ---------------------------------------------------------------------------- */

static void test_leftovers(void **state)
{
	struct images_register *reg;
	struct images *store;
	char path[128];
	pid_t child = fork();
	int status;

	if (!child) {
		if (begin(*state, "HDD1", false, BLOCKS * 2048, &reg))
			_exit(1);
		append(reg, 1);
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(entries("", ".new-"), 1);
	/* A register that runs is left alone */
	assert_int_equal(begin(*state, "HDD2", false, 0, &reg), 0);
	snprintf(path, sizeof(path), "%s/.was-HDD4", root);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(images_open(root, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	images_close(store);
	assert_int_equal(entries("", ".new-"), 1);
	assert_int_equal(entries("", "HDD1"), 0);
	assert_int_equal(entries("", "HDD4"), 1);	/* what was replaced is back */
	append(reg, 2);
	assert_int_equal(commit(reg, NULL), 0);
	assert_int_equal(check(*state, "HDD2"), 0);
}

static void register_until_killed(void)
{
	struct images *store;
	unsigned int seed;

	if (images_open(root, IMAGES_WRITE, &store, err, sizeof(err)))
		_exit(1);
	for (seed = 1;; seed++)
		add(store, "HDD1", seed);
}

/* Nanoseconds that one registration takes on this machine, now */
static long registration_ns(struct images *store)
{
	struct timespec begun, over;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	add(store, "HDD1", 1);
	clock_gettime(CLOCK_MONOTONIC, &over);
	assert_int_equal(images_remove(store, "HDD1", err, sizeof(err)), 0);
	return (over.tv_sec - begun.tv_sec) * 1000000000 + over.tv_nsec - begun.tv_nsec;
}

/* Killed anywhere in the first registrations: what is there is whole. */
static void test_killed(void **state)
{
	long span = 4 * registration_ns(*state);
	unsigned int i, there = 0;

	srandom(4711);
	for (i = 0; i < 60; i++) {
		long ns = random() % span;
		struct timespec t = { ns / 1000000000, ns % 1000000000 };
		struct images_info info;
		struct images *store;
		pid_t child = fork();

		if (!child)
			register_until_killed();
		nanosleep(&t, NULL);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		assert_int_equal(images_open(root, IMAGES_WRITE, &store, err, sizeof(err)), 0);
		if (!images_describe(store, "HDD1", &info, err, sizeof(err))) {
			there++;
			assert_string_equal(info.problem, "");
			assert_int_equal(check(store, "HDD1"), 0);
		} else {
			assert_int_equal(there, 0);	/* once there it stays */
		}
		assert_int_equal(entries("", ".new-"), 0);
		images_close(store);
	}
	assert_true(there);
}

/* ---- Damage --------------------------------------------------------------------------------- */

static void problem(struct images *store, const char *text)
{
	struct images_hold *hold;
	struct images_info info;

	assert_int_equal(images_describe(store, "HDD1", &info, err, sizeof(err)), 0);
	if (!strstr(info.problem, text))
		fail_msg("\"%s\" is not in \"%s\"", text, info.problem);
	assert_int_equal(images_hold(store, "HDD1", &hold, NULL, err, sizeof(err)), -EBADMSG);
	assert_non_null(strstr(err, "register it again"));
	assert_int_equal(images_remove(store, "HDD1", err, sizeof(err)), 0);
	add(store, "HDD1", 1);
}

static void test_damage(void **state)
{
	struct images_info info;
	char path[256];

	add(*state, "HDD1", 1);
	assert_int_equal(check(*state, "HDD1"), 0);
	poke("HDD1", ".iso", 300000, "?");
	assert_int_equal(images_describe(*state, "HDD1", &info, err, sizeof(err)), 0);
	assert_int_equal(info.checked, 0);	/* it was touched since */
	assert_int_equal(check(*state, "HDD1"), -EBADMSG);
	assert_non_null(strstr(err, "HDD1.iso is damaged between blocks 0 and 2047: its SHA-256 is"));
	snprintf(path, sizeof(path), "%s/HDD1/HDD1.iso", root);
	assert_int_equal(truncate(path, 2048), 0);
	problem(*state, "HDD1.iso has 2048 bytes instead of 614400");
	assert_int_equal(unlink(path), 0);
	problem(*state, "HDD1.iso is missing");
	poke("HDD1", ".json", 0, "x");
	problem(*state, "its description is damaged");
	poke("HDD1", ".sha256", 0, "x");
	problem(*state, "HDD1.sha256 holds no sums of this image");
	snprintf(path, sizeof(path), "%s/HDD1/HDD1.json", root);
	assert_int_equal(unlink(path), 0);
	problem(*state, "its description HDD1.json: No such file");
	/* A link leads out of the store */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	problem(*state, "its description HDD1.json: Too many levels");
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

/* Somebody writes to a part that has been read already. */
static bool spoil(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	if (done == total)
		poke("HDD1", ".iso", 300000, "?");
	return true;
}

static void test_touched_meanwhile(void **state)
{
	const struct images_progress progress = { spoil, NULL, NULL };
	struct images_info info;

	add(*state, "HDD1", 1);
	images_check(*state, "HDD1", 0, &progress, err, sizeof(err));
	assert_int_equal(check(*state, "HDD1"), -EBADMSG);
	assert_int_equal(images_describe(*state, "HDD1", &info, err, sizeof(err)), 0);
	assert_int_equal(info.checked, 0);
}

/* Which part of a larger one it is */
static void test_place_of_damage(void **state)
{
	struct images_register *reg;
	uint8_t *buf = calloc(1, 5000 * 2048);
	char path[128];

	fill(buf, 5000 * 2048, 9);
	assert_int_equal(begin(*state, "HDD1", false, 0, &reg), 0);
	assert_int_equal(images_append(reg, buf, 5000 * 2048, err, sizeof(err)), 0);
	assert_int_equal(commit(reg, NULL), 0);
	free(buf);
	assert_int_equal(check(*state, "HDD1"), 0);
	poke("HDD1", ".iso", 4096 * 2048 + 5, "?");
	assert_int_equal(check(*state, "HDD1"), -EBADMSG);
	assert_non_null(strstr(err, "is damaged between blocks 4096 and 6143:"));
	poke("HDD1", ".iso", 3000 * 2048, "?");
	assert_int_equal(check(*state, "HDD1"), -EBADMSG);
	assert_non_null(strstr(err, "is damaged between blocks 2048 and 6143:"));
	snprintf(path, sizeof(path), "%s/HDD1/.chunks", root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(check(*state, "HDD1"), -EBADMSG);
	assert_non_null(strstr(err, "HDD1.iso is damaged:"));
}

static void test_strangers(void **state)
{
	struct images_info *list, info;
	char path[256];
	size_t count;

	snprintf(path, sizeof(path), "%s/link", root);
	assert_int_equal(symlink("/etc", path), 0);
	snprintf(path, sizeof(path), "%s/file", root);
	assert_int_equal(close(creat(path, 0644)), 0);
	snprintf(path, sizeof(path), "%s/bad name", root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/empty", root);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(images_list(*state, &list, &count, err, sizeof(err)), 0);
	assert_int_equal(count, 1);
	assert_string_equal(list[0].name, "empty");
	assert_true(*list[0].problem);
	free(list);
	assert_int_not_equal(images_describe(*state, "link", &info, err, sizeof(err)), 0);
	assert_int_not_equal(images_remove(*state, "link", err, sizeof(err)), 0);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

/* ---- Descriptions ------------------------------------------------------------------------------- */

#define GOOD "{\"kind\":\"ROM\",\"medium\":\"CD\",\"bytes\":1,\"blocks\":9,\"tracks\":1," \
	"\"sessions\":1,\"audio_blocks\":0,\"label\":\"L\",\"source\":\"S\"," \
	"\"registered\":\"2026-01-02T03:04:05Z\"}"

static void test_parse(void **state)
{
	static const struct { const char *from, *to, *say; } bad[] = {
		{ "\"ROM\"", "\"RUM\"", "kind" }, { "\"CD\"", "7", "medium" },
		{ "\"bytes\":1", "\"bytes\":-1", "bytes" }, { "9", "99999999999", "blocks" },
		{ "\"tracks\":1", "\"tracks\":100", "tracks" }, { "\"L\"", "null", "label" },
		{ "\"audio_blocks\":0", "\"audio_blocks\":10", "audio_blocks" },
		{ "05Z", "05", "registered" }, { "-01-", "-13-", "registered" },
		{ "{", "[", "damaged" }, { "\"S\"", "\"S\",\"source\":\"T\"", "damaged" },
	};
	struct images_info info = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(images_parse(GOOD, strlen(GOOD), &info, err, sizeof(err)), 0);
	assert_int_equal(info.registered, 1767323045);
	assert_string_equal(info.label, "L");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *at = strstr(GOOD, bad[i].from);
		char text[512];

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GOOD), GOOD, bad[i].to,
			 at + strlen(bad[i].from));
		assert_int_equal(images_parse(text, strlen(text), &info, err, sizeof(err)),
				 -EINVAL);
		if (!strstr(err, bad[i].say))
			fail_msg("\"%s\": %s", text, err);
	}
}

static void test_clean_text(void **state)
{
	char out[IMAGES_TEXT_SIZE], longest[400];

	(void)state;
	images_clean_text("  a b  ", out);
	assert_string_equal(out, "a b");
	images_clean_text("a\n\x1b[31m\x7f", out);
	assert_string_equal(out, "a??[31m?");
	images_clean_text("M\xc3\xbcnchen \xe2\x82\xac", out);
	assert_string_equal(out, "M\xc3\xbcnchen \xe2\x82\xac");
	images_clean_text("M\xfcnchen\x85", out);
	assert_string_equal(out, "M\xc3\xbcnchen?");
	images_clean_text("\xc2\x85", out);
	assert_string_equal(out, "?");
	memset(longest, 'x', sizeof(longest));
	longest[399] = '\0';
	images_clean_text(longest, out);
	assert_true(strlen(out) < IMAGES_TEXT_SIZE);
}

/* ---- CDs ------------------------------------------------------------------------------------------- */

static void make_layout(struct cd_layout *l)
{
	const struct cd_text texts[] = {
		{ CD_TEXT_TITLE, 0, "Disc" }, { CD_TEXT_TITLE, 1, "One" }, { CD_TEXT_TITLE, 2, "Two" },
	};
	static uint8_t packs[32 * CD_TEXT_PACK];
	int n = cd_text_build(texts, 3, 1, 2, CD_TEXT_ENGLISH, packs, 32);

	memset(l, 0, sizeof(*l));
	assert_true(n > 0);
	l->text = packs;
	l->text_packs = (size_t)n;
	l->tracks = 2;
	l->track[0] = (struct cd_track){ .session = 1, .number = 1, .control = CD_COPY_PERMITTED,
		.type = CD_AUDIO, .pregap = -150, .start = 0, .end = 400, .isrc = "DEABC0512345" };
	l->track[1] = (struct cd_track){ .session = 1, .number = 2, .type = CD_AUDIO,
		.pregap = 400, .start = 475, .end = 800, .indices = 1, .index = { 600 } };
	strcpy(l->mcn, "4006381333931");
	cd_layout_finish(l);
}

static void add_cd(struct images *store, const char *name, struct images_info *info)
{
	struct images_plan plan = { .raw = true, .bytes = 800 * CD_RAW };
	struct images_details details = { .source = "x" };
	static struct cd_layout layout;
	struct images_register *reg;
	uint8_t *buf = malloc(800 * CD_RAW);

	make_layout(&layout);
	details.layout = &layout;
	fill(buf, 800 * CD_RAW, 3);
	assert_int_equal(images_begin(store, name, &plan, &reg, err, sizeof(err)), 0);
	assert_int_equal(images_append(reg, buf, 800 * CD_RAW, err, sizeof(err)), 0);
	assert_int_equal(images_commit(reg, &details, info, err, sizeof(err)), 0);
	free(buf);
}

static void same_cd(const struct images_info *info)
{
	const struct cd_layout *l;
	struct disc_image *image;
	char title[64];

	assert_int_equal(disc_image_open(info->path, &image, err, sizeof(err)), 0);
	l = disc_image_layout(image);
	assert_int_equal(l->tracks, 2);
	assert_string_equal(l->mcn, "4006381333931");
	assert_string_equal(l->track[0].isrc, "DEABC0512345");
	assert_int_equal(l->track[0].control, CD_COPY_PERMITTED);
	assert_int_equal(l->track[1].pregap, 400);
	assert_int_equal(l->track[1].start, 475);
	assert_int_equal(l->track[1].index[0], 600);
	assert_int_equal(cd_text_get(l->text, l->text_packs, CD_TEXT_TITLE, 2, title, 64), 3);
	assert_string_equal(title, "Two");
	disc_image_close(image);
}

static void test_cd(void **state)
{
	struct images_info info, again;

	add_cd(*state, "album", &info);
	assert_int_equal(info.kind, IMAGES_AUDIO);
	assert_int_equal(info.medium, IMAGES_CD);
	assert_int_equal(info.tracks, 2);
	assert_int_equal(info.sessions, 1);
	assert_int_equal(info.audio, 800);
	assert_string_equal(info.label, "Disc");
	assert_int_equal(check(*state, "album"), 0);
	same_cd(&info);
	/* A sheet in, the same out */
	assert_int_equal(images_add_file(*state, "HDD1", info.path, false, NULL, &again, err,
					 sizeof(err)), 0);
	same_cd(&again);
	assert_string_equal(again.sha256, info.sha256);
	poke("album", ".cue", 0, "C");
	assert_int_equal(check(*state, "album"), 0);
	poke("album", ".cue", 0, "x");
	assert_int_equal(check(*state, "album"), -EBADMSG);
	assert_non_null(strstr(err, "album.cue is damaged"));
}

/* ---- Files in and out --------------------------------------------------------------------------------- */

static bool stop(void *arg, uint64_t done, uint64_t total)
{
	unsigned int *calls = arg;

	assert_true(done <= total);
	return ++*calls < 2;
}

/* An ISO 9660 volume with one folder. */
static void make_iso(const char *path, const char *label, const char *folder)
{
	uint8_t *v = calloc(400, 2048), *pvd = v + 16 * 2048, *dir = v + 20 * 2048;
	size_t n = strlen(folder);
	FILE *f = fopen(path, "w");

	memcpy(pvd, "\1CD001\1", 7);
	memset(pvd + 40, ' ', 32);
	memcpy(pvd + 40, label, strlen(label));
	pvd[156] = 34;
	pvd[156 + 2] = 20;
	pvd[156 + 11] = 8;	/* 2048 bytes */
	dir[0] = (uint8_t)(33 + n);
	dir[25] = 2;
	dir[32] = (uint8_t)n;
	memcpy(dir + 33, folder, n);
	assert_int_equal(fwrite(v, 2048, 400, f), 400);
	fclose(f);
	free(v);
}

static void test_files(void **state)
{
	struct images_progress progress = { stop, NULL, NULL };
	char path[128], out[128], command[256];
	struct images_out to = { .folder = out };
	struct images_info info;
	unsigned int calls = 0;

	snprintf(path, sizeof(path), "%s/a.iso", root);
	snprintf(out, sizeof(out), "%s/out", root);
	assert_int_equal(mkdir(out, 0755), 0);
	make_iso(path, "HOLIDAY", "VIDEO_TS");
	progress.arg = &calls;
	assert_int_equal(images_add_file(*state, "HDD1", path, false, &progress, NULL, err,
					 sizeof(err)), -ECANCELED);
	assert_int_equal(entries("", "HDD1"), 0);
	assert_int_equal(images_add_file(*state, "HDD1", path, false, NULL, &info, err,
					 sizeof(err)), 0);
	assert_int_equal(info.kind, IMAGES_VIDEO);
	assert_string_equal(info.label, "HOLIDAY");
	assert_string_equal(info.source, path);
	assert_int_equal(images_add_file(*state, "HDD1", path, false, NULL, NULL, err,
					 sizeof(err)), -EEXIST);
	assert_int_equal(images_export(*state, "HDD1", &to, NULL, err, sizeof(err)), 0);
	snprintf(command, sizeof(command), "cd %s && sha256sum --status -c HDD1.sha256 && cmp HDD1.iso ../a.iso",
		 out);
	assert_int_equal(system(command), 0);
	assert_int_equal(images_export(*state, "HDD1", &to, NULL, err, sizeof(err)),
			 -EEXIST);
	to.force = true;
	assert_int_equal(images_export(*state, "HDD1", &to, NULL, err, sizeof(err)), 0);
	poke("HDD1", ".iso", 300000, "?");
	assert_int_equal(images_export(*state, "HDD1", &to, NULL, err, sizeof(err)),
			 -EBADMSG);
	assert_int_equal(system(command), 0);	/* what was there is still whole */
	assert_int_equal(entries("out", ""), 2);
	assert_int_equal(images_remove(*state, "HDD1", err, sizeof(err)), 0);
	assert_int_equal(images_add_file(*state, "HDD1", path, false, NULL, NULL, err,
					 sizeof(err)), 0);
	snprintf(command, sizeof(command), "cd %s && rm HDD1.iso && mkdir HDD1.iso", out);
	assert_int_equal(system(command), 0);	/* no file can take its name */
	assert_int_not_equal(images_export(*state, "HDD1", &to, NULL, err, sizeof(err)), 0);
	assert_int_equal(entries("out", ".HDD1"), 0);
	make_iso(path, "DATA\1", "FILES");
	assert_int_equal(images_add_file(*state, "HDD1", path, true, NULL, &info, err,
					 sizeof(err)), 0);
	assert_int_equal(info.kind, IMAGES_ROM);
	assert_string_equal(info.label, "DATA?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_names), T(test_default_path), T(test_register), T(test_sums_are_sha256sums),
		T(test_order), T(test_replace), T(test_busy), T(test_read_only),
		T(test_locked_by_stranger), T(test_without_lock_file),
		T(test_no_room_known), T(test_no_room_later), T(test_odd_sizes), T(test_leftovers),
		T(test_killed), T(test_damage), T(test_touched_meanwhile),
		T(test_place_of_damage), T(test_strangers), T(test_parse),
		T(test_clean_text), T(test_cd), T(test_files),
	};

	return cmocka_run_group_tests_name("images", tests, NULL, NULL);
}
