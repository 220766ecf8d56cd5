// SPDX-License-Identifier: GPL-2.0
#include "uevent.h"
#include "mux.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int uevent_open(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	int ret;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/* A message begins with ACTION@PATH. */
static bool matches(const char *text, const char *action, const char *name)
{
	size_t len = strlen(action);
	const char *last = strrchr(text, '/');

	return !strncmp(text, action, len) && text[len] == '@' && last && !strcmp(last + 1, name);
}

bool uevent_seen(int fd, const char *action, const char *name, unsigned int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t until = now_ms() + ms, now;
	char text[8192];
	ssize_t n;

	while ((now = now_ms()) < until) {
		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n <= 0)
			continue;
		text[n] = '\0';
		if (matches(text, action, name))
			return true;
	}
	return false;
}
