// SPDX-License-Identifier: GPL-2.0
/* The socket: who may come in, bytes to lines and back. */
#define _GNU_SOURCE	/* accept4, struct ucred */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "outside.h"
#include "server_priv.h"

#define MAX_GROUPS	256

/* ---- Clients ---------------------------------------------------------- */

/* As the process has them now: not what the user database would give its user. */
static bool in_group(int fd, gid_t primary, gid_t group)
{
	gid_t groups[MAX_GROUPS];
	socklen_t len = sizeof(groups);
	size_t i;

	if (group == (gid_t)-1)
		return false;
	if (primary == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == group)
			return true;
	return false;
}

static bool allowed(const struct server *s, int fd, bool *own)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	*own = !peer.uid || peer.uid == geteuid();
	if (*own || in_group(fd, peer.gid, s->group))
		return true;
	core_log(4, "user %u (process %d) may not use discmuxd", (unsigned int)peer.uid,
		 (int)peer.pid);
	return false;
}

static void drop(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	free(c->out);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

static void flush_client(struct client *c)
{
	ssize_t n;

	while (c->out_len) {
		n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			c->gone = true;
		if (n <= 0)
			return;
		memmove(c->out, c->out + n, c->out_len - (size_t)n);
		c->out_len -= (size_t)n;
	}
}

void client_send(struct client *c, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;

	json_decref(value);
	if (!text || c->out_len + len + 1 > CLIENT_OUT) {
		c->gone = true;	/* does not read what it asked for */
		free(text);
		return;
	}
	if (c->out_len + len + 1 > c->out_size) {
		size_t size = (c->out_len + len + 1) * 2;
		char *more = realloc(c->out, size);

		if (!more) {
			c->gone = true;
			free(text);
			return;
		}
		c->out = more;
		c->out_size = size;
	}
	memcpy(c->out + c->out_len, text, len);
	c->out[c->out_len + len] = '\n';
	c->out_len += len + 1;
	free(text);
	flush_client(c);
}

static void refuse(int fd, const char *why)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "{\"v\":%d,\"ok\":false,\"error\":\"%s\"}\n",
			 PROTOCOL_VERSION, why);

	if (send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		core_log(6, "a client that was refused is gone already");
	close(fd);
}

static void come_in(struct server *s)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	bool own;
	size_t i;

	if (fd < 0)
		return;
	if (!allowed(s, fd, &own)) {
		refuse(fd, "you may not use discmuxd: ask to be put into its group");
		return;
	}
	for (i = 0; i < SERVER_CLIENTS && s->clients[i].fd >= 0; i++)
		;
	if (i == SERVER_CLIENTS) {
		refuse(fd, "too many programs are connected to discmuxd");
		return;
	}
	s->clients[i].in = malloc(CLIENT_IN);
	if (!s->clients[i].in) {
		close(fd);
		return;
	}
	s->clients[i].fd = fd;
	s->clients[i].own = own;
}

static void lines(struct server *s, struct client *c)
{
	char *end;

	while (!c->gone && (end = memchr(c->in, '\n', c->in_len))) {
		size_t len = (size_t)(end - c->in);

		client_send(c, server_request(s, c, c->in, len));
		c->in_len -= len + 1;
		memmove(c->in, end + 1, c->in_len);
	}
	if (c->in_len < CLIENT_IN)
		return;
	client_send(c, json_pack("{sb si ss}", "ok", 0, "v", PROTOCOL_VERSION, "error",
				 "a request is one line of at most 65536 bytes"));
	c->gone = true;
}

static void hear(struct server *s, struct client *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_len, CLIENT_IN - c->in_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->gone = true;
		return;
	}
	c->in_len += (size_t)n;
	lines(s, c);
}

/* ---- The server ------------------------------------------------------- */

size_t server_poll_fds(struct server *s, struct pollfd *fds)
{
	size_t n = 0, i;

	fds[n++] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
	for (i = 0; i < SERVER_CLIENTS; i++) {
		const struct client *c = &s->clients[i];

		if (c->fd >= 0)
			fds[n++] = (struct pollfd){ .fd = c->fd,
						    .events = (short)(POLLIN |
								      (c->out_len ? POLLOUT : 0)) };
	}
	return n;
}

static struct client *client_of(struct server *s, int fd)
{
	size_t i;

	for (i = 0; i < SERVER_CLIENTS; i++)
		if (s->clients[i].fd == fd)
			return &s->clients[i];
	return NULL;
}

void server_handle(struct server *s, const struct pollfd *fds, size_t count, uint64_t now_ms)
{
	size_t i;

	s->now_ms = now_ms;
	for (i = 0; i < count; i++) {
		struct client *c;

		if (!fds[i].revents)
			continue;
		if (fds[i].fd == s->fd) {
			come_in(s);
			continue;
		}
		c = client_of(s, fds[i].fd);
		if (!c)
			continue;
		if (fds[i].revents & POLLOUT)
			flush_client(c);
		if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			hear(s, c);
	}
	for (i = 0; i < SERVER_CLIENTS; i++) {
		struct client *c = &s->clients[i];

		if (c->fd < 0 || !c->gone)
			continue;
		if (c->outside)
			outside_lost(s->core, c->outside);
		drop(c);
	}
}

void server_panel_changed(struct server *s)
{
	size_t i;

	for (i = 0; i < SERVER_CLIENTS; i++) {
		struct client *c = &s->clients[i];
		json_t *event;

		if (c->fd < 0 || !c->watches || c->gone)
			continue;
		event = server_panel_json(s);
		json_object_set_new(event, "event", json_string("panel"));
		client_send(c, event);
	}
}

bool server_watched(const struct server *s)
{
	size_t i;

	for (i = 0; i < SERVER_CLIENTS; i++)
		if (s->clients[i].fd >= 0 && s->clients[i].watches)
			return true;
	return false;
}

/* The folder lets only those in who may; a socket that a killed daemon left is
 * replaced, one that somebody listens on is not. */
static int listen_at(struct server *s, const char *path, char *err, size_t errlen)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		snprintf(err, errlen, "%s is too long for a socket", path);
		return -ENAMETOOLONG;
	}
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		int rc = -errno;

		snprintf(err, errlen, "the socket %s: %s", path, strerror(errno));
		return rc;
	}
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		snprintf(err, errlen, "another discmuxd listens at %s", path);
		close(fd);
		return -EADDRINUSE;
	}
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    (s->group != (gid_t)-1 && chown(path, (uid_t)-1, s->group) && geteuid() == 0) ||
	    chmod(path, 0660) || listen(fd, 16)) {
		int rc = -errno;

		snprintf(err, errlen, "the socket %s: %s", path, strerror(errno));
		close(fd);
		return rc;
	}
	snprintf(s->path, sizeof(s->path), "%s", path);
	s->fd = fd;
	return 0;
}

int server_open(struct core *core, struct panel_host *host, struct automat *automat,
		const char *path, int fd, gid_t group, struct server **out, char *err,
		size_t errlen)
{
	struct server *s = calloc(1, sizeof(*s));
	size_t i;
	int rc;

	if (!s) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	s->core = core;
	s->host = host;
	s->automat = automat;
	s->group = group;
	for (i = 0; i < SERVER_CLIENTS; i++)
		s->clients[i].fd = -1;
	s->fd = fd;
	rc = fd >= 0 ? 0 : listen_at(s, path, err, errlen);
	if (rc)
		free(s);
	else
		*out = s;
	return rc;
}

void server_close(struct server *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < SERVER_CLIENTS; i++)
		drop(&s->clients[i]);
	close(s->fd);
	if (*s->path)
		unlink(s->path);
	free(s);
}
