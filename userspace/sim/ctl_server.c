// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "ctl_commands.h"
#include "ctl_server.h"

#define CLIENTS_MAX	16

struct ctl_server {
	int listener;
	int stop;			/* eventfd */
	struct sockaddr_un address;
	struct sim_rig *rig;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int client[CLIENTS_MAX];	/* -1: free */
	unsigned int clients;
};

/* What a client's thread starts with. */
struct visit {
	struct ctl_server *server;
	size_t slot;
	int fd;
};

/* -EADDRINUSE when somebody listens there. */
static int remove_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		ret = -EADDRINUSE;
	else if (errno == ECONNREFUSED && !lstat(address->sun_path, &st) && S_ISSOCK(st.st_mode))
		ret = unlink(address->sun_path) ? -errno : 0;
	close(fd);
	return ret;
}

static int listen_at(struct ctl_server *server)
{
	int ret = remove_stale(&server->address);
	mode_t mask;

	if (ret)
		return ret;
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listener < 0)
		return -errno;
	mask = umask(0177);
	ret = bind(server->listener, (struct sockaddr *)&server->address,
		   sizeof(server->address)) ? -errno : 0;
	umask(mask);
	if (!ret && listen(server->listener, CLIENTS_MAX))
		ret = -errno;
	return ret;
}

int ctl_server_open(const char *path, struct ctl_server **out, char *err, size_t errlen)
{
	struct ctl_server *server;
	int ret = -ENAMETOOLONG;

	server = calloc(1, sizeof(*server));
	if (!server) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	server->listener = -1;
	server->stop = eventfd(0, EFD_CLOEXEC);
	server->address.sun_family = AF_UNIX;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		server->client[i] = -1;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->changed, NULL);
	if (strlen(path) < sizeof(server->address.sun_path)) {
		strcpy(server->address.sun_path, path);
		ret = server->stop < 0 ? -EMFILE : listen_at(server);
	}
	if (ret) {
		snprintf(err, errlen, "can't listen at %s: %s", path, strerror(-ret));
		server->address.sun_path[0] = 0;
		ctl_server_close(server);
		return ret;
	}
	*out = server;
	return 0;
}

static void ask_to_stop(struct ctl_server *server)
{
	const uint64_t one = 1;

	if (write(server->stop, &one, sizeof(one)) < 0)
		syslog(LOG_ERR, "control socket: %m");
}

static json_t *answer(struct ctl_server *server, const json_t *request, bool *stop)
{
	const char *command = json_string_value(json_object_get(request, "command"));

	*stop = command && !strcmp(command, "stop");
	if (*stop)
		return json_pack("{s:b}", "ok", 1);
	if (command && !strcmp(command, "status"))
		return json_pack("{s:b, s:i, s:s, s:s, s:s}", "ok", 1, "pid", (int)getpid(),
				 "profile", server->rig->config.plan.text,
				 "media", server->rig->config.media_dir,
				 "control", server->address.sun_path);
	return ctl_execute(server->rig, request);
}

/* False when the client is not there any more. */
static bool reply_with(int fd, const json_t *reply)
{
	char *text = json_dumps(reply, JSON_COMPACT);
	bool sent = text && dprintf(fd, "%s\n", text) > 0;

	free(text);
	return sent;
}

static void converse(struct ctl_server *server, FILE *f)
{
	json_error_t error;
	bool stop = false;

	while (!stop) {
		json_t *request = json_loadf(f, JSON_DISABLE_EOF_CHECK, &error);
		json_t *reply;
		bool sent;

		if (!request && feof(f))
			return;
		if (request)
			reply = answer(server, request, &stop);
		else
			reply = json_pack("{s:b, s:s}", "ok", 0, "error", error.text);
		sent = reply_with(fileno(f), reply);
		json_decref(reply);
		json_decref(request);
		if (stop)
			ask_to_stop(server);
		/* After nonsense there is no telling where the next one begins */
		if (!request || !sent)
			return;
	}
}

static void *serve_client(void *arg)
{
	struct visit *visit = arg;
	struct ctl_server *server = visit->server;
	int fd = dup(visit->fd);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	pthread_setname_np(pthread_self(), "control");
	if (f) {
		converse(server, f);
		fclose(f);
	}
	pthread_mutex_lock(&server->lock);
	server->client[visit->slot] = -1;
	server->clients--;
	pthread_cond_signal(&server->changed);
	close(visit->fd);
	pthread_mutex_unlock(&server->lock);
	free(visit);
	return NULL;
}

static void welcome(struct ctl_server *server, int fd)
{
	struct visit *visit = calloc(1, sizeof(*visit));
	pthread_attr_t attr;
	size_t slot = 0;
	int ret = -1;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_mutex_lock(&server->lock);
	while (slot < CLIENTS_MAX && server->client[slot] >= 0)
		slot++;
	if (visit && slot < CLIENTS_MAX) {
		pthread_t thread;

		*visit = (struct visit){ .server = server, .slot = slot, .fd = fd };
		ret = pthread_create(&thread, &attr, serve_client, visit);
	}
	if (!ret) {
		server->client[slot] = fd;
		server->clients++;
	} else {
		close(fd);
		free(visit);
	}
	pthread_mutex_unlock(&server->lock);
	pthread_attr_destroy(&attr);
}

void ctl_server_run(struct ctl_server *server, struct sim_rig *rig, int signal_fd)
{
	struct pollfd fds[3] = {
		{ .fd = server->listener, .events = POLLIN },
		{ .fd = server->stop, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};

	/* A client that leaves early is no reason to die */
	signal(SIGPIPE, SIG_IGN);
	server->rig = rig;
	while (!fds[1].revents && !fds[2].revents) {
		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[0].revents) {
			int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);

			if (fd >= 0)
				welcome(server, fd);
		}
	}
}

void ctl_server_close(struct ctl_server *server)
{
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (server->client[i] >= 0)
			shutdown(server->client[i], SHUT_RD);
	while (server->clients)
		pthread_cond_wait(&server->changed, &server->lock);
	pthread_mutex_unlock(&server->lock);
	if (server->listener >= 0)
		close(server->listener);
	if (server->stop >= 0)
		close(server->stop);
	if (server->address.sun_path[0])
		unlink(server->address.sun_path);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
