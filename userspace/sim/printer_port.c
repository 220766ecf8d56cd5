// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE	/* accept4 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "changer.h"
#include "printer_port.h"

#define BUSY_MS	50	/* how often a busy printer is asked again */

struct printer_port {
	struct sockaddr_un address;
	const char *folder;
	struct sim_device *changer;
	int listener;
	int stop;		/* eventfd */
	pthread_t thread;
};

static int address_of(const char *path, struct sockaddr_un *address, char *err, size_t errlen)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path)) {
		snprintf(err, errlen, "%s: too long for a socket, give a shorter --media", path);
		return -ENAMETOOLONG;
	}
	strcpy(address->sun_path, path);
	return 0;
}

/* Waits for fd, or only so long: false when the port is closed. */
static bool wait_for(struct printer_port *port, int fd, int timeout)
{
	struct pollfd fds[2] = {
		{ .fd = port->stop, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	while (poll(fds, fd < 0 ? 1 : 2, timeout) < 0 && errno == EINTR)
		;
	return !fds[0].revents;
}

/* The printer takes data for the disc in it; false: it does not. */
static bool begin(struct printer_port *port, char *disc, size_t size)
{
	char err[160];
	int ret;

	while ((ret = sim_changer_print_begin(port->changer, disc, size, err,
					      sizeof(err))) == -EBUSY)
		if (!wait_for(port, -1, BUSY_MS))
			return false;
	return !ret;
}

static int open_label(struct printer_port *port, const char *disc)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.label", port->folder, disc);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		syslog(LOG_ERR, "%s: %m", path);
	return fd;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* One connection, one label: nothing is printed before the first byte. */
static void take_label(struct printer_port *port, int fd)
{
	char disc[SIM_CHANGER_NAME_SIZE], data[16384];
	int label = -1;
	ssize_t n;

	while (wait_for(port, fd, -1)) {
		n = recv(fd, data, sizeof(data), MSG_PEEK);
		if (n <= 0)
			break;
		if (label < 0) {
			if (!begin(port, disc, sizeof(disc)))
				return;
			label = open_label(port, disc);
		}
		n = recv(fd, data, sizeof(data), 0);
		if (n <= 0 || label < 0 || !write_all(label, data, (size_t)n))
			break;
	}
	if (label >= 0)
		close(label);
	sim_changer_print_end(port->changer);
}

static void *serve(void *arg)
{
	struct printer_port *port = arg;

	while (wait_for(port, port->listener, -1)) {
		int fd = accept4(port->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		take_label(port, fd);
		close(fd);
	}
	return NULL;
}

static int listen_at(struct printer_port *port, char *err, size_t errlen)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr *address = (const struct sockaddr *)&port->address;
	int ret;

	unlink(port->address.sun_path);
	if (fd >= 0 && !bind(fd, address, sizeof(port->address)) &&
	    !chmod(port->address.sun_path, 0660) && !listen(fd, 4))
		return fd;
	ret = -errno;
	snprintf(err, errlen, "%s: %s", port->address.sun_path, strerror(-ret));
	if (fd >= 0)
		close(fd);
	return ret;
}

int printer_port_open(const char *path, const char *folder, struct sim_device *changer,
		      struct printer_port **out, char *err, size_t errlen)
{
	struct printer_port *port = calloc(1, sizeof(*port));
	int ret;

	if (!port) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	port->folder = folder;
	port->changer = changer;
	port->stop = -1;
	ret = address_of(path, &port->address, err, errlen);
	if (ret)
		goto fail;
	port->listener = ret = listen_at(port, err, errlen);
	if (ret < 0)
		goto fail;
	port->stop = eventfd(0, EFD_CLOEXEC);
	ret = port->stop < 0 ? -errno : -pthread_create(&port->thread, NULL, serve, port);
	if (!ret) {
		*out = port;
		return 0;
	}
	snprintf(err, errlen, "%s: %s", path, strerror(-ret));
	if (port->stop >= 0)
		close(port->stop);
	close(port->listener);
	unlink(path);
fail:
	free(port);
	return ret;
}

void printer_port_close(struct printer_port *port)
{
	const uint64_t one = 1;

	if (!port)
		return;
	/* A new eventfd takes a 1 */
	if (write(port->stop, &one, sizeof(one)) < 0)
		syslog(LOG_ERR, "can't stop the printer's port: %m");
	pthread_join(port->thread, NULL);
	close(port->stop);
	close(port->listener);
	unlink(port->address.sun_path);
	free(port);
}

const char *printer_port_path(const struct printer_port *port)
{
	return port->address.sun_path;
}

static int send_all(int to, int from)
{
	char data[16384];
	ssize_t n, sent;

	while ((n = read(from, data, sizeof(data))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (ssize_t at = 0; at < n; at += sent) {
			sent = send(to, data + at, (size_t)(n - at), MSG_NOSIGNAL);
			if (sent < 0)
				return -errno;
		}
	}
	/* Whoever hangs up before it has read all resets: then there was no label */
	shutdown(to, SHUT_WR);
	n = recv(to, data, sizeof(data), 0);
	return n < 0 ? -EPIPE : 0;
}

int printer_port_send(const char *path, int fd, char *err, size_t errlen)
{
	struct sockaddr_un address;
	int to, ret = address_of(path, &address, err, errlen);

	if (ret)
		return ret;
	to = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (to < 0 || connect(to, (struct sockaddr *)&address, sizeof(address)))
		ret = -errno;
	else
		ret = send_all(to, fd);
	if (to >= 0)
		close(to);
	if (ret == -EPIPE || ret == -ECONNRESET) {
		ret = -EPIPE;
		snprintf(err, errlen, "the printer takes no data: is a disc in it, is it on?");
	} else if (ret) {
		snprintf(err, errlen, "%s: %s", path, strerror(-ret));
	}
	return ret;
}
