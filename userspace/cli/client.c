// SPDX-License-Identifier: GPL-2.0
/* A connection to discmuxd. */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli.h"
#include "client.h"

#define BUFFER	(8u << 20)	/* no answer is that long */

struct client {
	int fd;
	char *in;
	size_t len;
	int wait_ms;	/* for an answer, -1: for ever */
};

static const char *socket_path(const char *path)
{
	if (!path)
		path = getenv("DISCMUXD_SOCKET");
	return path && *path ? path : CLIENT_SOCKET;
}

int client_connect(const char *path, struct client **out)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct client *c;
	int rc;

	*out = NULL;
	path = socket_path(path);
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	c = calloc(1, sizeof(*c));
	if (!c || !(c->in = malloc(BUFFER))) {
		free(c);
		return -ENOMEM;
	}
	c->wait_ms = -1;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd >= 0 && !connect(c->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		*out = c;
		return 0;
	}
	rc = -errno;
	client_close(c);
	return rc;
}

static int no_permission(const char *path)
{
	const struct group *group = NULL;
	struct stat st;

	/* Its folder may be shut, too */
	if (!stat(path, &st))
		group = getgrgid(st.st_gid);
	return cli_error("no permission to use discmuxd: ask to be put into the group of its socket%s%s%s",
			 group ? " (" : "", group ? group->gr_name : "", group ? ")" : "");
}

int client_open(const char *path, struct client **out)
{
	int rc = client_connect(path, out);

	path = socket_path(path);
	switch (rc) {
	case 0:
		return CLI_OK;
	case -ENOENT:
	case -ECONNREFUSED:
		return cli_error("discmuxd does not run: systemctl start discmuxd (no answer at %s)", path);
	case -EACCES:
		return no_permission(path);
	case -ENAMETOOLONG:
		return cli_error("%s is too long for a socket", path);
	default:
		return cli_error("%s: %s", path, strerror(-rc));
	}
}

void client_patience(struct client *c, int ms)
{
	c->wait_ms = ms;
}

void client_close(struct client *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	free(c);
}

int client_fd(const struct client *c)
{
	return c->fd;
}

static int send_all(struct client *c, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(c->fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int send_request(struct client *c, json_t *request)
{
	char *text;
	size_t len;
	int rc;

	if (!request)
		return -1;
	if (!json_object_get(request, "v"))
		json_object_set_new(request, "v", json_integer(1));
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (!text)
		return -1;
	len = strlen(text);
	text[len] = '\n';
	rc = send_all(c, text, len + 1);
	free(text);
	return rc;
}

/* A whole line that has arrived. */
static bool take_line(struct client *c, json_t **message)
{
	char *end = memchr(c->in, '\n', c->len);
	size_t len;

	if (!end)
		return false;
	len = (size_t)(end - c->in);
	*message = json_loadb(c->in, len, 0, NULL);
	c->len -= len + 1;
	memmove(c->in, end + 1, c->len);
	return true;
}

int client_next(struct client *c, int ms, json_t **message)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	*message = NULL;
	while (!take_line(c, message)) {
		int ready = poll(&p, 1, ms);
		ssize_t n;

		if (!ready || (ready < 0 && errno == EINTR))
			return 0;
		n = ready < 0 ? -1 : recv(c->fd, c->in + c->len, BUFFER - c->len, 0);
		if (n <= 0 || c->len + (size_t)n >= BUFFER)
			return -1;
		c->len += (size_t)n;
	}
	return *message ? 1 : -1;
}

int client_try(struct client *c, json_t *request, json_t **answer)
{
	*answer = NULL;
	if (send_request(c, request))
		return cli_error("discmuxd is gone");
	for (;;) {
		int rc = client_next(c, c->wait_ms, answer);

		if (!rc && c->wait_ms >= 0)
			return cli_error("discmuxd does not answer");
		if (rc < 0)
			return cli_error("discmuxd is gone");
		if (rc && !json_object_get(*answer, "event"))
			return CLI_OK;
		json_decref(*answer);
	}
}

json_t *client_ask(struct client *c, json_t *request)
{
	const char *error;
	json_t *answer;

	if (client_try(c, request, &answer))
		return NULL;
	if (json_is_true(json_object_get(answer, "ok")))
		return answer;
	error = json_string_value(json_object_get(answer, "error"));
	cli_error("%s", error ? error : "discmuxd says no");
	json_decref(answer);
	return NULL;
}
