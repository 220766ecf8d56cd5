// SPDX-License-Identifier: GPL-2.0
/* Where the data of a label go. */
#define _GNU_SOURCE	/* pipe2() */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sink.h"

#define POLL_MS		200
#define CHUNK		65536
#define SAID		512	/* bytes that are kept of what a command says */

enum kind { QUEUE, SOCKET, PLAIN_FILE, COMMAND, UNKNOWN };

static const char *const prefixes[] = {
	[QUEUE] = "lp:",
	[SOCKET] = "socket:",
	[PLAIN_FILE] = "file:",
	[COMMAND] = "command:",
};

__attribute__((format(printf, 4, 5)))
static int fail(char *err, size_t errlen, int ret, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err, errlen, fmt, args);
	va_end(args);
	return ret;
}

/* *rest is what stands behind the prefix. */
static enum kind kind_of(const char *to, const char **rest)
{
	int kind;

	for (kind = QUEUE; kind < UNKNOWN; kind++) {
		size_t len = strlen(prefixes[kind]);

		if (!strncmp(to, prefixes[kind], len)) {
			*rest = to + len;
			return (enum kind)kind;
		}
	}
	return UNKNOWN;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin");
	char full[4096], *folder, *rest = copy;
	bool found = false;

	while (copy && !found && (folder = strsep(&rest, ":"))) {
		snprintf(full, sizeof(full), "%s/%s", folder, program);
		found = !access(full, X_OK);
	}
	free(copy);
	return found;
}

static int check_socket(const char *path, char *err, size_t errlen)
{
	struct stat st;

	if (stat(path, &st))
		return fail(err, errlen, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return fail(err, errlen, -ENOTSOCK, "%s is not a socket", path);
	return 0;
}

int sink_check(const char *to, char *err, size_t errlen)
{
	const char *rest;

	switch (kind_of(to, &rest)) {
	case QUEUE:
		return in_path("lp") ? 0 : fail(err, errlen, -ENOENT, "lp is not installed: "
						"it brings labels to a print queue");
	case SOCKET:
		return check_socket(rest, err, errlen);
	case PLAIN_FILE:
		if (*rest != '/')
			return fail(err, errlen, -EINVAL, "%s: a path that begins with / is "
				    "wanted", to);
		return access(rest, W_OK) && errno != ENOENT ?
			       fail(err, errlen, -errno, "%s: %s", rest, strerror(errno)) : 0;
	case COMMAND:
		return *rest ? 0 : fail(err, errlen, -EINVAL, "%s: which command?", to);
	default:
		return fail(err, errlen, -EINVAL, "%s: labels go to lp:QUEUE, socket:PATH, "
			    "file:PATH or command:WORDS", to);
	}
}

/* ---- Sockets and files ----------------------------------------------------- */

static int open_socket(const char *path, char *err, size_t errlen)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(err, errlen, -ENAMETOOLONG, "%s: too long for a socket", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(err, errlen, -errno, "%s: %s", path, strerror(errno));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		int ret = -errno;

		close(fd);
		return fail(err, errlen, ret, "%s: %s", path, strerror(-ret));
	}
	return fd;
}

static int open_file(const char *path, char *err, size_t errlen)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd < 0 ? fail(err, errlen, -errno, "%s: %s", path, strerror(errno)) : fd;
}

/* Until fd takes data; a printer may be busy for long. */
static int wait_writable(int fd, bool (*cancelled)(void *context), void *context)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	int ready;

	for (;;) {
		ready = poll(&pollfd, 1, POLL_MS);
		if (ready > 0 && pollfd.revents & POLLOUT)
			return 0;
		if (ready > 0)
			return -EPIPE;
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (cancelled(context))
			return -ECANCELED;
	}
}

static int write_all(int fd, const char *data, size_t len, bool (*cancelled)(void *context),
		     void *context)
{
	while (len) {
		ssize_t n = write(fd, data, len);
		int ret;

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			continue;
		}
		ret = wait_writable(fd, cancelled, context);
		if (ret)
			return ret;
	}
	return 0;
}

static int copy(int in, int out, bool (*cancelled)(void *context), void *context)
{
	char *buf = malloc(CHUNK);
	int ret = buf ? 0 : -ENOMEM;
	ssize_t n = 0;

	while (!ret) {
		n = read(in, buf, CHUNK);
		if (n <= 0)
			break;
		ret = write_all(out, buf, (size_t)n, cancelled, context);
	}
	if (!ret && n < 0)
		ret = -errno;
	free(buf);
	return ret;
}

/* Both ends are open; out is closed here. */
static int stream(const char *where, int in, int out, bool (*cancelled)(void *context),
		  void *context, char *err, size_t errlen)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	int ret;

	fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
	ret = copy(in, out, cancelled, context);
	if (close(out) && !ret)
		ret = -errno;
	signal(SIGPIPE, before);
	if (ret == -EPIPE || ret == -ECONNRESET)
		return fail(err, errlen, -EPIPE, "%s: the printer hung up", where);
	return ret ? fail(err, errlen, ret, "%s: %s", where, strerror(-ret)) : 0;
}

/* ---- Commands ---------------------------------------------------------------- */

/* Reads what a command says until it ends or is cancelled. */
static int listen_to(int fd, char *said, bool (*cancelled)(void *context), void *context)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char rest[SAID];
	size_t len = 0;

	*said = '\0';
	for (;;) {
		int ready = poll(&pollfd, 1, POLL_MS);
		ssize_t n;

		if (ready > 0) {
			n = read(fd, rest, sizeof(rest));
			if (n <= 0)
				return 0;
			if ((size_t)n > SAID - 1 - len)
				n = (ssize_t)(SAID - 1 - len);
			memcpy(said + len, rest, (size_t)n);
			len += (size_t)n;
			said[len] = '\0';
		} else if (cancelled(context)) {
			return -ECANCELED;
		}
	}
}

/* Runs it with in as its input; in English where its words are to be understood.
 * Returns its exit status, 128 and more after a signal, or a negative errno; said (SAID
 * bytes) is what it has said. */
static int run(char *const *argv, bool english, int in, char *said,
	       bool (*cancelled)(void *context), void *context)
{
	int out[2], status, ret;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGPIPE, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		if (english)
			setenv("LC_ALL", "C", 1);
		dup2(in, STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(out[1]);
	ret = pid < 0 ? -errno : listen_to(out[0], said, cancelled, context);
	close(out[0]);
	if (pid < 0)
		return ret;
	if (ret)
		kill(-pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ret)
		return ret;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "request id is labels-12 (1 file(s))" */
static void keep_request(const char *said, struct sink_job *job)
{
	char request[SINK_REQUEST];

	if (sscanf(said, "request id is %63s", request) == 1)
		snprintf(job->request, sizeof(job->request), "%s", request);
}

static int run_words(char *const *argv, bool english, int in, bool (*cancelled)(void *context),
		     void *context, struct sink_job *job, char *err, size_t errlen)
{
	char said[SAID];
	int ret = run(argv, english, in, said, cancelled, context);

	if (!ret) {
		keep_request(said, job);
		return 0;
	}
	said[strcspn(said, "\n")] = '\0';
	if (ret < 0)
		return fail(err, errlen, ret, "%s: %s", argv[0], strerror(-ret));
	return fail(err, errlen, -EIO, "%s ended with status %d%s%s", argv[0], ret,
		    *said ? ": " : "", said);
}

static int send_queue(const char *queue, int in, bool (*cancelled)(void *context), void *context,
		      struct sink_job *job, char *err, size_t errlen)
{
	char lp[] = "lp", d[] = "-d", *name = strdup(queue);
	char *argv[] = { lp, *queue ? d : NULL, name, NULL };
	int ret;

	if (!name)
		return fail(err, errlen, -ENOMEM, "out of memory");
	ret = run_words(argv, true, in, cancelled, context, job, err, errlen);
	free(name);
	return ret;
}

static int send_command(const char *words, int in, bool (*cancelled)(void *context), void *context,
			struct sink_job *job, char *err, size_t errlen)
{
	char sh[] = "/bin/sh", c[] = "-c", *copied = strdup(words);
	char *argv[] = { sh, c, copied, NULL };
	int ret;

	if (!copied)
		return fail(err, errlen, -ENOMEM, "out of memory");
	ret = run_words(argv, false, in, cancelled, context, job, err, errlen);
	free(copied);
	return ret;
}

/* ---- All of them --------------------------------------------------------------- */

int sink_send(const char *to, const char *path, bool (*cancelled)(void *context), void *context,
	      struct sink_job *job, char *err, size_t errlen)
{
	int in = open(path, O_RDONLY | O_CLOEXEC);
	const char *rest = to;
	int out, ret;

	memset(job, 0, sizeof(*job));
	if (in < 0)
		return fail(err, errlen, -errno, "%s: %s", path, strerror(errno));
	switch (kind_of(to, &rest)) {
	case QUEUE:
		ret = send_queue(rest, in, cancelled, context, job, err, errlen);
		break;
	case COMMAND:
		ret = send_command(rest, in, cancelled, context, job, err, errlen);
		break;
	case SOCKET:
		out = open_socket(rest, err, errlen);
		ret = out < 0 ? out : stream(rest, in, out, cancelled, context, err, errlen);
		break;
	case PLAIN_FILE:
		out = open_file(rest, err, errlen);
		ret = out < 0 ? out : stream(rest, in, out, cancelled, context, err, errlen);
		break;
	default:
		ret = sink_check(to, err, errlen);
	}
	close(in);
	return ret;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

void sink_cancel(const struct sink_job *job)
{
	char cancel[] = "cancel", request[SINK_REQUEST], said[SAID];
	char *argv[] = { cancel, request, NULL };
	int null;

	if (!*job->request)
		return;
	memcpy(request, job->request, sizeof(request));
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0)
		return;
	run(argv, true, null, said, never, NULL);
	close(null);
}
