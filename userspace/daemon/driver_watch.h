/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the driver's device is there; it comes and goes with the module. */
#ifndef DISCMUX_DAEMON_DRIVER_WATCH_H
#define DISCMUX_DAEMON_DRIVER_WATCH_H

#include <stdbool.h>

struct driver_watch {
	char name[16];	/* of the device, below the folder */
	int fd;		/* inotify on the folder, or -1: the kernel has none to give */
};

/* Watches folder ("/dev") for the device of a mux.  fd is to be polled for reading. */
void driver_watch_open(struct driver_watch *w, const char *folder, int mux);

/* True when the device may have come, gone or changed its rights since the last call; gone
 * says whether it was away in between, though it may be there again. */
bool driver_watch_changed(struct driver_watch *w, bool *gone);

void driver_watch_close(struct driver_watch *w);

#endif
