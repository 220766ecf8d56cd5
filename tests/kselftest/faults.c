// SPDX-License-Identifier: GPL-2.0
#include "faults.h"
#include "mux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEBUGFS	"/sys/kernel/debug"
#define BUSY_TRIES	500	/* 20 ms each */
#define MOST	2000

static int fail_nth = -1;
static pid_t opened_by;

/* The file belongs to the thread that opens it. */
static int nth_file(void)
{
	char path[64];
	pid_t tid = (pid_t)syscall(SYS_gettid);

	if (fail_nth >= 0 && opened_by == tid)
		return fail_nth;
	if (fail_nth >= 0)
		close(fail_nth);
	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", (int)tid);
	fail_nth = open(path, O_RDWR | O_CLOEXEC);
	opened_by = tid;
	return fail_nth;
}

/* Off comes first: without its filter a probability would be everybody's. */
static void settings(const char *kind, const char *probability, const char *filter)
{
	static const char * const off[] = { "ignore-gfp-wait", "ignore-gfp-highmem" };
	char path[128];
	size_t i;

	snprintf(path, sizeof(path), DEBUGFS "/%s/probability", kind);
	file_write(path, "0");
	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		snprintf(path, sizeof(path), DEBUGFS "/%s/%s", kind, off[i]);
		if (!access(path, W_OK))
			file_write(path, "N");
	}
	snprintf(path, sizeof(path), DEBUGFS "/%s/min-order", kind);
	if (!access(path, W_OK))
		file_write(path, "0");
	snprintf(path, sizeof(path), DEBUGFS "/%s/verbose", kind);
	file_write(path, "0");
	snprintf(path, sizeof(path), DEBUGFS "/%s/task-filter", kind);
	file_write(path, filter);
	snprintf(path, sizeof(path), DEBUGFS "/%s/times", kind);
	file_write(path, "-1");
	snprintf(path, sizeof(path), DEBUGFS "/%s/probability", kind);
	file_write(path, probability);
}

bool faults_possible(void)
{
	if (access(DEBUGFS "/failslab/probability", W_OK) || nth_file() < 0)
		return false;
	settings("failslab", "0", "N");
	settings("fail_page_alloc", "0", "N");
	settings("fail_usercopy", "0", "N");
	return true;
}

int faults_start(unsigned int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(nth_file(), text, (size_t)n, 0) == n ? 0 : -errno;
}

bool faults_stop(void)
{
	char text[16] = "";
	ssize_t n = pread(nth_file(), text, sizeof(text) - 1, 0);
	bool came = n > 0 && !atoi(text);

	while (pwrite(nth_file(), "0", 1, 0) != 1)
		;
	return came;
}

/* Kernel threads have no command line. */
static bool is_kernel_thread(const char *pid)
{
	char path[300], byte;
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, &byte, 1);
	close(fd);
	return !n;
}

int faults_of_workers(unsigned int percent)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], text[16];

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (atoi(entry->d_name) <= 0 || !is_kernel_thread(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail", entry->d_name);
		if (!access(path, W_OK))
			file_write(path, percent ? "1" : "0");
	}
	closedir(dir);
	snprintf(text, sizeof(text), "%u", percent);
	settings("failslab", text, percent ? "Y" : "N");
	settings("fail_page_alloc", text, percent ? "Y" : "N");
	return 0;
}

int faults_sweep(int (*fn)(void *arg), void *arg, bool (*allowed)(int ret))
{
	unsigned int n, tries = 0;
	bool came;
	int ret;

	for (n = 1; n <= MOST; n++) {
		ret = faults_start(n);
		if (ret)
			return ret;
		ret = fn(arg);
		came = faults_stop();
		if (!allowed(ret)) {
			printf("# failure %u: %d\n", n, ret);
			return ret < 0 ? ret : -EPROTO;
		}
		/* What the call before left may still be under way: that is no end. */
		if (!came && ret == -EBUSY && tries++ < BUSY_TRIES) {
			sleep_ms(20);
			n--;
			continue;
		}
		if (!came)
			return (int)n - 1;
		tries = 0;
	}
	return -EOVERFLOW;
}
