/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The running program: one on a machine, found by its lock file, which also
 * says where its control socket is.
 */
#ifndef DISCMUX_SIM_DAEMON_H
#define DISCMUX_SIM_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "rig.h"

#define SIM_CONTROL	"/run/discmux-sim.sock"

struct daemon_config {
	struct sim_rig_config rig;	/* media_dir: an absolute path */
	const char *control;		/* where to listen */
	bool foreground;
};

/*
 * Starts the rig and serves it.  In the foreground it returns when the rig was
 * stopped; else it returns when all devices are there, and a child goes on.
 * 0 or a negative errno with one line in err.
 */
int daemon_start(const struct daemon_config *config, char *err, size_t errlen);

/*
 * Stops the one that runs (kills it if it does not stop), and cleans up what
 * one that died left.  Returns 1 when something ran or was left, 0 when there
 * was nothing to do, or a negative errno with one line in err.
 */
int daemon_stop(char *err, size_t errlen);

/* The process that runs, 0 when none does; control gets its socket's path, or
 * SIM_CONTROL. */
int daemon_find(char *control, size_t len);

#endif
