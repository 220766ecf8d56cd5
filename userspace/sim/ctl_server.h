/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: a Unix stream socket, one JSON object a line each way
 * (see ctl_commands.h).  Here belong the commands "stop" and "status".
 */
#ifndef DISCMUX_SIM_CTL_SERVER_H
#define DISCMUX_SIM_CTL_SERVER_H

#include "rig.h"

struct ctl_server;

/*
 * Listens at path (for root only); a socket that nobody listens to any more is
 * replaced.  0 or a negative errno with one line in err.
 */
int ctl_server_open(const char *path, struct ctl_server **out, char *err, size_t errlen);

/* Serves until somebody asks to stop, or signal_fd gets readable. */
void ctl_server_run(struct ctl_server *server, struct sim_rig *rig, int signal_fd);

/* Waits until nobody is connected any more, and removes the socket. */
void ctl_server_close(struct ctl_server *server);

#endif
