// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "tcmu.h"
#include "tcmu_ring.h"

struct tcmu_port {
	struct sim_device *dev;
	struct sim_faults *faults;
	struct tcmu_ring *ring;
	struct tcmu_request *request;	/* being executed */
	void *map;
	size_t size;
	int uio;
	int stop;			/* eventfd */
	void (*on_link)(void *context, bool up);
	void *link_context;
	pthread_t thread;
};

/* The kernel is to look at our answers. */
static void kick(struct tcmu_port *port)
{
	const int32_t value = 0;

	while (write(port->uio, &value, sizeof(value)) < 0 && errno == EINTR)
		;
}

static void forget_event(struct tcmu_port *port)
{
	int32_t count;

	while (read(port->uio, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

/* While a command hangs: is it aborted?  See struct sim_fault_watch. */
static bool aborted(void *context)
{
	struct tcmu_port *port = context;

	forget_event(port);
	if (tcmu_ring_fetch(port->ring) < 0)
		return true;
	kick(port);
	return port->request->aborted;
}

static void link_changed(void *context, bool up)
{
	struct tcmu_port *port = context;

	if (port->on_link)
		port->on_link(port->link_context, up);
}

static void execute(struct tcmu_port *port, struct tcmu_request *request)
{
	struct sim_cmd cmd = {
		.cdb = request->cdb,
		.iov = request->iov,
		.iov_count = request->iov_count,
		.data_len = request->data_len,
		.status = SIM_GOOD,
	};

	port->request = request;
	if (request->aborted)
		cmd.status = SIM_TASK_ABORTED;
	else
		sim_device_execute(port->dev, port->faults, &cmd);
	port->request = NULL;
	tcmu_ring_complete(port->ring, request, &cmd);
	kick(port);
}

static int serve_waiting(struct tcmu_port *port)
{
	struct tcmu_request *request;
	int ret;

	for (;;) {
		ret = tcmu_ring_fetch(port->ring);
		if (ret < 0)
			return ret;
		/* A reset waits for what it aborts, and no command comes before its end */
		if (ret)
			kick(port);
		if (tcmu_ring_take_reset(port->ring) && port->dev->ops->reset)
			port->dev->ops->reset(port->dev);
		request = tcmu_ring_next(port->ring);
		if (!request)
			return 0;
		execute(port, request);
	}
}

static void *serve(void *arg)
{
	struct tcmu_port *port = arg;
	struct pollfd fds[2] = {
		{ .fd = port->uio, .events = POLLIN },
		{ .fd = port->stop, .events = POLLIN },
	};
	int ret;

	pthread_setname_np(pthread_self(), port->dev->name);
	for (;;) {
		ret = serve_waiting(port);
		if (ret) {
			syslog(LOG_ERR, "%s: the ring is broken: %s", port->dev->name,
			       strerror(-ret));
			return NULL;
		}
		if (poll(fds, 2, sim_faults_link_left(port->faults)) < 0 && errno != EINTR) {
			syslog(LOG_ERR, "%s: poll: %m", port->dev->name);
			return NULL;
		}
		if (fds[1].revents)
			return NULL;
		if (fds[0].revents)
			forget_event(port);
	}
}

/* The size of the ring is in sysfs, for the kernel maps no more than that. */
static int map_size(unsigned int uio, size_t *size)
{
	char path[64];
	unsigned long long n;
	FILE *f;
	int got;

	snprintf(path, sizeof(path), "/sys/class/uio/uio%u/maps/map0/size", uio);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	got = fscanf(f, "%llx", &n);
	fclose(f);
	if (got != 1 || !n)
		return -EPROTO;
	*size = n;
	return 0;
}

/* The node may be some moments late where udev makes it. */
static int open_uio(unsigned int uio)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/uio%u", uio);
	for (int i = 0; ; i++) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != ENOENT || i == 100)
			return -errno;
		usleep(20000);
	}
}

static int attach(struct tcmu_port *port, unsigned int uio, char *err, size_t errlen)
{
	int ret;

	port->uio = open_uio(uio);
	if (port->uio < 0) {
		snprintf(err, errlen, "/dev/uio%u: %s", uio, strerror(-port->uio));
		return port->uio;
	}
	ret = map_size(uio, &port->size);
	if (ret) {
		snprintf(err, errlen, "/dev/uio%u has no map: %s", uio, strerror(-ret));
		return ret;
	}
	port->map = mmap(NULL, port->size, PROT_READ | PROT_WRITE, MAP_SHARED, port->uio, 0);
	if (port->map == MAP_FAILED) {
		ret = -errno;
		snprintf(err, errlen, "can't map /dev/uio%u: %s", uio, strerror(errno));
		return ret;
	}
	ret = tcmu_ring_open(port->map, port->size, &port->ring, err, errlen);
	if (ret)
		return ret;
	port->stop = eventfd(0, EFD_CLOEXEC);
	if (port->stop < 0) {
		ret = -errno;
		snprintf(err, errlen, "eventfd: %s", strerror(errno));
	}
	return ret;
}

static void detach(struct tcmu_port *port)
{
	if (port->stop >= 0)
		close(port->stop);
	tcmu_ring_close(port->ring);
	if (port->map != MAP_FAILED)
		munmap(port->map, port->size);
	if (port->uio >= 0)
		close(port->uio);
	free(port);
}

int tcmu_port_open(unsigned int uio, struct sim_device *dev, struct sim_faults *faults,
		   struct tcmu_port **out, char *err, size_t errlen)
{
	struct tcmu_port *port = calloc(1, sizeof(*port));
	struct sim_fault_watch watch;
	int ret;

	if (!port) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	port->dev = dev;
	port->faults = faults;
	port->uio = -1;
	port->stop = -1;
	port->map = MAP_FAILED;
	ret = attach(port, uio, err, errlen);
	if (ret) {
		detach(port);
		return ret;
	}
	watch = (struct sim_fault_watch){ .fd = port->uio, .aborted = aborted,
					 .link = link_changed, .context = port };
	sim_faults_watch(faults, &watch);
	ret = pthread_create(&port->thread, NULL, serve, port);
	if (ret) {
		snprintf(err, errlen, "can't start a thread: %s", strerror(ret));
		detach(port);
		return -ret;
	}
	*out = port;
	return 0;
}

void tcmu_port_on_link(struct tcmu_port *port, void (*fn)(void *context, bool up), void *context)
{
	port->on_link = fn;
	port->link_context = context;
}

void tcmu_port_close(struct tcmu_port *port)
{
	const struct sim_fault_watch none = { .fd = -1 };
	const uint64_t one = 1;

	if (!port)
		return;
	/* A new eventfd takes a 1 */
	if (write(port->stop, &one, sizeof(one)) < 0)
		syslog(LOG_ERR, "%s: can't stop its thread: %m", port->dev->name);
	pthread_join(port->thread, NULL);
	sim_faults_watch(port->faults, &none);
	detach(port);
}
