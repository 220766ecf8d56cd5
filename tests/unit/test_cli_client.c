// SPDX-License-Identifier: GPL-2.0
/* What is said to who can't connect to discmuxd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "client.h"

#define NOBODY	65534

static char dir[] = "/tmp/discmux-client-XXXXXX", path[64];

static int set_up(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	if (!mkdtemp(dir) || chmod(dir, 0755))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", dir);
	strcpy(addr.sun_path, path);
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1) || chmod(path, 0);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

/* What a user without rights is told. */
static void told(char *text, size_t size)
{
	struct client *client;
	int fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(99);
		_exit(client_open(path, &client));
	}
	close(fds[1]);
	/* Standard error comes in pieces */
	while ((n = read(fds[0], text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), CLI_FAIL);
}

/* The group is that of the socket, whichever it was given. */
static void test_no_permission(void **state)
{
	char text[256], want[256];
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	snprintf(want, sizeof(want), "discmux: no permission to use discmuxd: ask to be put into the group of its socket (%s)\n",
		 getgrgid(st.st_gid)->gr_name);
	told(text, sizeof(text));
	assert_string_equal(text, want);
}

/* One in a folder that may not be looked into has none to name. */
static void test_hidden(void **state)
{
	char text[256];

	(void)state;
	assert_int_equal(chmod(dir, 0700), 0);
	if (geteuid())
		assert_int_equal(chmod(dir, 0), 0);
	told(text, sizeof(text));
	assert_int_equal(chmod(dir, 0755), 0);
	assert_string_equal(text, "discmux: no permission to use discmuxd: ask to be put into the group of its socket\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_permission),
		cmocka_unit_test(test_hidden),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
