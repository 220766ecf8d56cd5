/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's kselftest_harness.h with what its macros need to compile under
 * this project's warnings: EXPECT_EQ(0, some_unsigned) compares signs.
 */
#ifndef KSELFTEST_HARNESS_H
#define KSELFTEST_HARNESS_H

#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Prints where in the kernel the processes of a group wait: a defect is found by that. */
static inline void harness_say_where(pid_t group)
{
	static const char script[] =
		"for p in /proc/[0-9]*; do"
		" [ \"$(cut -d' ' -f5 \"$p/stat\")\" = \"$0\" ] || continue;"
		" echo \"# waits in $(sed 's/.* //; s/+.*//; /_syscall_/,$d' \"$p/stack\" |"
		" head -n 6 | xargs) ($(cat \"$p/comm\"))\"; done 2>/dev/null";
	char number[16];
	pid_t child;

	snprintf(number, sizeof(number), "%d", (int)group);
	child = fork();
	if (!child) {
		execl("/bin/sh", "sh", "-c", script, number, NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

/* The harness kills the group of a test that takes too long. */
static inline int harness_kill(pid_t pid, int sig)
{
	if (pid < -1 && sig == SIGKILL)
		harness_say_where(-pid);
	return (int)syscall(SYS_kill, pid, sig);
}

/* Long tests, of many rounds, get as much time as TEST_SECONDS of the environment says. */
static inline unsigned int harness_alarm(unsigned int seconds)
{
	const char *text = getenv("TEST_SECONDS");
	unsigned int more = text ? (unsigned int)atoi(text) : 0;

	return alarm(seconds && more > seconds ? more : seconds);
}

#define kill(pid, sig) harness_kill(pid, sig)
#define alarm(seconds) harness_alarm(seconds)
#include <kselftest_harness.h>
#undef alarm
#undef kill

/*
 * Seconds that a test may take: it is there for what hangs.  Its own 30 are short
 * for an emulated debug kernel that shares its processors with other guests.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	240

#endif
