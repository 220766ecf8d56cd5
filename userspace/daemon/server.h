/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's socket: JSON lines, see discmuxd-protocol(7).  Each client that the
 * socket's permissions admit is checked by its credentials: root, the daemon's own user, or
 * a member of the group.
 */
#ifndef DISCMUX_DAEMON_SERVER_H
#define DISCMUX_DAEMON_SERVER_H

#include <poll.h>
#include <sys/types.h>

#include "auto.h"
#include "core.h"
#include "panel_host.h"

#define PROTOCOL_VERSION	1
#define SERVER_CLIENTS		32

struct server;

/* Listens at path, or on a socket that systemd handed over (fd >= 0).  group may
 * be (gid_t)-1.  err gets one line. */
int server_open(struct core *core, struct panel_host *host, struct automat *automat,
		const char *path, int fd, gid_t group, struct server **server, char *err,
		size_t errlen);
void server_close(struct server *server);

/* What to poll for; room for SERVER_CLIENTS + 1.  Returns how many. */
size_t server_poll_fds(struct server *server, struct pollfd *fds);

/* Handles the requests; keys go to the panel with this time. */
void server_handle(struct server *server, const struct pollfd *fds, size_t count, uint64_t now_ms);

/* Sends the panel's present lines to the clients that watch it. */
void server_panel_changed(struct server *server);

/* At least one client watches the panel. */
bool server_watched(const struct server *server);

#endif
