/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The inside of libdiscmux, also for its unit tests, which put a driver of
 * their own behind dm_ioctl_fn.
 */
#ifndef LIBDISCMUX_INTERNAL_H
#define LIBDISCMUX_INTERNAL_H

#include "libdiscmux.h"

struct nlmsghdr;

/* As ioctl(2), but returns 0 or a negative errno. */
typedef int dm_ioctl_fn(void *context, int fd, unsigned long request, void *arg);

struct dm_lock;

struct discmux {
	int fd;			/* -1 before it is open */
	dm_ioctl_fn *ioctl;
	void *context;
	struct dm_lock *locks;	/* see lock.c */
	char error[256];
};

/* A handle with no device yet, or NULL without memory. */
struct discmux *dm_new(void);

/* After the device is there: checks that it is one of ours. */
int dm_attach(struct discmux *dm, const char *path);

/* Keeps the message (printf) and returns err. */
int dm_fail(struct discmux *dm, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* An ioctl: 0 or a negative errno.  Every call of the driver goes through it. */
int dm_call(const struct discmux *dm, unsigned long request, void *arg);

/* The same; what names the action in the message when it fails. */
int dm_ioctl(struct discmux *dm, unsigned long request, void *arg, const char *what);

/* "recorder 0", or "member 7" when that is all one knows. */
const char *dm_member_name(struct discmux *dm, uint32_t member, char *buf, size_t size);

/* The first member numbered >= *next, and *next behind it.  -ENOENT: no more. */
int dm_next_member(struct discmux *dm, uint32_t *next, struct discmux_member *member);

/* Errno in words that help: what it means for this driver. */
const char *dm_errno_text(int err);

/* discmux_device_result_text() of a failure, and what the table of codes says is to be done
 * about it: "hardware error, ... (04/15/01): operator at the mechanism". */
char *dm_failure_text(enum discmux_device device, const struct discmux_result *result, char *buf,
		      size_t size);

/* Keeps udev away from the block devices of members until dm_unlock().  Waits a
 * moment for what udev is doing there; where it cannot be had, goes without. */
const struct dm_lock *dm_lock(struct discmux *dm, const uint32_t *members, size_t nr);
void dm_unlock(struct discmux *dm, const uint32_t *members, size_t nr);

/* Undoes dm_lock() calls back to the one that returned mark; NULL: all. */
void dm_unlock_since(struct discmux *dm, const struct dm_lock *mark);

/* CLOCK_MONOTONIC in milliseconds. */
uint64_t dm_now_ms(void);

/* Sleeps that long, or until a signal. */
void dm_sleep_ms(unsigned int ms);

static inline uint64_t dm_ptr(const void *p)
{
	return (uintptr_t)p;
}

/* Reads one netlink message.  Returns 0, or -EBADMSG. */
int dm_event_decode(const struct nlmsghdr *hdr, struct discmux_event_info *info);

#endif
