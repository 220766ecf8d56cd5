// SPDX-License-Identifier: LGPL-2.1
/* The handle on /dev/discmuxN: opening, messages, INFO. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "observe.h"

#ifndef DISCMUX_VERSION
#define DISCMUX_VERSION "0.1.0"
#endif

#define SETTLE_POLL_MS 50

const char *discmux_version(void)
{
	return DISCMUX_VERSION;
}

static int kernel_ioctl(void *context, int fd, unsigned long request, void *arg)
{
	(void)context;
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

struct discmux *dm_new(void)
{
	struct discmux *dm = calloc(1, sizeof(*dm));

	if (dm) {
		dm->fd = -1;
		dm->ioctl = kernel_ioctl;
	}
	return dm;
}

int dm_fail(struct discmux *dm, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(dm->error, sizeof(dm->error), fmt, args);
	va_end(args);
	return err;
}

const char *dm_errno_text(int err)
{
	switch (err < 0 ? -err : err) {
	case ENOENT:
		return "there is none such (any more)";
	case ENODEV:
		return "the device went away";
	case EBUSY:
		return "it is in use: claimed by another program, or its disc is mounted; "
		       "end that first";
	case EPERM:
		return "not permitted: open the device for writing, as root";
	case EACCES:
		return "it has to be claimed first";
	case EMSGSIZE:
		return "too many members or too much data for one call";
	case EOVERFLOW:
		return "the data would reach beyond the last block address";
	case EINVAL:
		return "the driver refuses a value as out of range";
	case EOPNOTSUPP:
	case E2BIG:
		return "the driver is older than this program; install the driver of the same "
		       "version";
	case ENOTTY:
		return "the driver does not know this call; install the driver of the same "
		       "version";
	case ETIMEDOUT:
		return "no answer in time";
	case ECANCELED:
		return "aborted";
	default:
		return strerror(err < 0 ? -err : err);
	}
}

static dm_observe_fn *observer;
static void *observer_context;

void dm_observe(dm_observe_fn *fn, void *context)
{
	observer = fn;
	observer_context = context;
}

int dm_call(const struct discmux *dm, unsigned long request, void *arg)
{
	int ret = dm->ioctl(dm->context, dm->fd, request, arg);

	if (observer)
		observer(observer_context, dm->fd, request, arg, ret);
	return ret;
}

int dm_ioctl(struct discmux *dm, unsigned long request, void *arg, const char *what)
{
	int ret = dm_call(dm, request, arg);

	return ret < 0 ? dm_fail(dm, ret, "%s: %s", what, dm_errno_text(ret)) : 0;
}

static int fail_open(struct discmux *dm, const char *path, int err)
{
	switch (err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		if (access("/sys/module/discmux", F_OK))
			return dm_fail(dm, -ENOENT,
				       "the driver is not loaded: run modprobe discmux");
		return dm_fail(dm, -ENOENT, "there is no %s: ls /dev/discmux* shows those there are",
			       path);
	case EACCES:
	case EPERM:
		return dm_fail(dm, -EACCES,
			       "no permission for %s: run as root or join its group (ls -l %s)",
			       path, path);
	default:
		return dm_fail(dm, -err, "%s: %s", path, strerror(err));
	}
}

int dm_attach(struct discmux *dm, const char *path)
{
	struct discmux_info info;
	int ret = discmux_info(dm, &info);

	if (ret == -ENOTTY)
		return dm_fail(dm, ret, "%s is not a discmux device", path);
	if (ret < 0)
		return ret;
	if (info.version < 1)
		return dm_fail(dm, -EPROTO,
			       "the driver behind %s speaks version %u of the interface, not %d: "
			       "install the driver of the same version",
			       path, info.version, DISCMUX_UAPI_VERSION);
	return 0;
}

int discmux_open_path(const char *path, unsigned int flags, struct discmux **out)
{
	struct discmux *dm = *out = dm_new();

	if (!dm)
		return -ENOMEM;
	if (flags & ~DISCMUX_OPEN_WRITE)
		return dm_fail(dm, -EINVAL, "unknown flag 0x%x for opening %s", flags, path);
	dm->fd = open(path, (flags & DISCMUX_OPEN_WRITE ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (dm->fd < 0)
		return fail_open(dm, path, errno);
	return dm_attach(dm, path);
}

int discmux_open(int mux, unsigned int flags, struct discmux **out)
{
	char path[32];

	if (mux < 0) {
		*out = dm_new();
		return *out ? dm_fail(*out, -EINVAL, "%d is no mux number: they count from 0", mux) :
			      -ENOMEM;
	}
	snprintf(path, sizeof(path), "/dev/discmux%d", mux);
	return discmux_open_path(path, flags, out);
}

void discmux_close(struct discmux *dm)
{
	if (!dm)
		return;
	if (dm->fd >= 0)
		close(dm->fd);
	dm_unlock_since(dm, NULL);
	free(dm);
}

const char *discmux_error(const struct discmux *dm)
{
	return dm ? dm->error : "out of memory";
}

int discmux_fd(const struct discmux *dm)
{
	return dm->fd;
}

int discmux_info(struct discmux *dm, struct discmux_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return dm_ioctl(dm, DISCMUX_IOC_INFO, info, "reading the mux");
}

uint64_t dm_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void dm_sleep_ms(unsigned int ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

int discmux_settle(struct discmux *dm, unsigned int timeout_ms)
{
	const uint64_t end = dm_now_ms() + timeout_ms;
	struct discmux_info info;
	int ret;

	for (;;) {
		ret = discmux_info(dm, &info);
		if (ret < 0 || !info.probing)
			return ret;
		if (dm_now_ms() >= end)
			return dm_fail(dm, -ETIMEDOUT,
				       "%u device(s) have not said yet what they are", info.probing);
		dm_sleep_ms(SETTLE_POLL_MS);
	}
}
