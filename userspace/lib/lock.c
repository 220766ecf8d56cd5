// SPDX-License-Identifier: LGPL-2.1
/*
 * A claim keeps other programs' commands and mounts away, but udev opens a block
 * device without asking: cdrom_id looks into the disc, and locks the tray.  It does
 * not while somebody holds a BSD lock on the device node
 * (https://systemd.io/BLOCK_DEVICE_LOCKING).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "internal.h"

#define WAIT_MS	30000	/* for udev to end what it is doing, on a slow machine too */
#define POLL_MS	50

struct dm_lock {
	struct dm_lock *next;
	uint32_t member;
	int fd;
};

static bool is_locked(const struct discmux *dm, uint32_t member)
{
	const struct dm_lock *lock;

	for (lock = dm->locks; lock; lock = lock->next)
		if (lock->member == member)
			return true;
	return false;
}

/* The node of a member's block device, or -1. */
static int open_node(struct discmux *dm, uint32_t number)
{
	struct discmux_member member = { .size = sizeof(member), .member = number };
	char name[40], path[48];

	if (dm_call(dm, DISCMUX_IOC_MEMBER, &member) < 0)
		return -1;
	discmux_text(member.block_name, sizeof(member.block_name), name, sizeof(name));
	if (!*name || strchr(name, '/'))
		return -1;
	snprintf(path, sizeof(path), "/dev/%s", name);
	/* O_NONBLOCK: with no look at the disc. */
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static bool lock_until(int fd, uint64_t end)
{
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (dm_now_ms() >= end)
			return false;
		dm_sleep_ms(POLL_MS);
	}
	return true;
}

const struct dm_lock *dm_lock(struct discmux *dm, const uint32_t *members, size_t nr)
{
	const struct dm_lock *mark = dm->locks;
	const uint64_t end = dm_now_ms() + WAIT_MS;
	struct dm_lock *lock;
	size_t i;
	int fd;

	for (i = 0; i < nr; i++) {
		if (is_locked(dm, members[i]))
			continue;
		fd = open_node(dm, members[i]);
		if (fd < 0)
			continue;
		lock = lock_until(fd, end) ? malloc(sizeof(*lock)) : NULL;
		if (!lock) {
			close(fd);
			continue;
		}
		*lock = (struct dm_lock){ .next = dm->locks, .member = members[i], .fd = fd };
		dm->locks = lock;
	}
	return mark;
}

static void drop(struct dm_lock **link)
{
	struct dm_lock *lock = *link;

	*link = lock->next;
	close(lock->fd);
	free(lock);
}

void dm_unlock(struct discmux *dm, const uint32_t *members, size_t nr)
{
	struct dm_lock **link;
	size_t i;

	for (i = 0; i < nr; i++)
		for (link = &dm->locks; *link;)
			if ((*link)->member == members[i])
				drop(link);
			else
				link = &(*link)->next;
}

void dm_unlock_since(struct discmux *dm, const struct dm_lock *mark)
{
	while (dm->locks && dm->locks != mark)
		drop(&dm->locks);
}
