// SPDX-License-Identifier: GPL-2.0
/*
 * Not by udev: devtmpfs makes and removes the device itself, so this works where udevd
 * does not run, and is not later than udevd.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "driver_watch.h"

#define HAPPENS	(IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB)

void driver_watch_open(struct driver_watch *w, const char *folder, int mux)
{
	snprintf(w->name, sizeof(w->name), "discmux%d", mux);
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd >= 0 && inotify_add_watch(w->fd, folder, HAPPENS) < 0)
		driver_watch_close(w);
}

static bool take(const struct driver_watch *w, const struct inotify_event *e, bool *gone)
{
	/* So much happened that the kernel has dropped some */
	if (e->mask & IN_Q_OVERFLOW) {
		*gone = true;
		return true;
	}
	if (!e->len || strcmp(e->name, w->name) != 0)
		return false;
	if (e->mask & (IN_DELETE | IN_MOVED_FROM))
		*gone = true;
	return true;
}

bool driver_watch_changed(struct driver_watch *w, bool *gone)
{
	char buf[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = w->fd < 0;	/* then each caller has to look */
	ssize_t n, at;

	*gone = false;
	while (w->fd >= 0 && (n = read(w->fd, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(buf + at);

			changed |= take(w, e, gone);
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	return changed;
}

void driver_watch_close(struct driver_watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
