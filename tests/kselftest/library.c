// SPDX-License-Identifier: GPL-2.0
#include "library.h"
#include "mux.h"
#include "sim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int library_status(struct library *l, uint32_t flags, uint32_t type, uint32_t first)
{
	l->s = (struct discmux_element_status) {
		.size = sizeof(l->s),
		.flags = flags,
		.type = type,
		.first = first,
		.nr_elements = ROOM,
		.element_stride = sizeof(l->e[0]),
		.elements = PTR(l->e),
	};
	memset(l->e, GUARD, sizeof(l->e));
	return mux_call(l->fd, DISCMUX_IOC_ELEMENT_STATUS, &l->s);
}

struct discmux_element *library_at(struct library *l, uint32_t address)
{
	uint32_t i;

	for (i = 0; i < l->s.nr_elements && i < ROOM; i++)
		if (l->e[i].address == address)
			return &l->e[i];
	return NULL;
}

bool library_full(struct library *l, uint32_t address)
{
	struct discmux_element *e;

	if (library_status(l, 0, 0, 0))
		return false;
	e = library_at(l, address);
	return e && e->flags & DISCMUX_ELEMENT_FULL;
}

int library_move(int fd, uint32_t source, uint32_t destination, struct discmux_result *r)
{
	struct discmux_move move = {
		.size = sizeof(move),
		.source = source,
		.destination = destination,
		.result_stride = sizeof(*r),
		.result = PTR(r),
	};

	memset(r, GUARD, sizeof(*r));
	return mux_call(fd, DISCMUX_IOC_MOVE, &move);
}

void library_unlock(struct library *l, uint32_t element)
{
	static const uint8_t allow[6] = { 0x1e };
	struct discmux_result r;
	int i;

	for (i = 0; i < DRIVES; i++)
		if (l->drive[i].element == element)
			mux_exec(l->fd, &l->drive[i].member, 1, allow, 6, DISCMUX_DIR_NONE, NULL,
				 0, &r);
}

bool library_moved(struct library *l, uint32_t source, uint32_t destination)
{
	library_unlock(l, source);
	return !library_move(l->fd, source, destination, &l->r) && !l->r.error && !l->r.status;
}

int library_put_back(struct library *l)
{
	struct discmux_element *e;
	uint32_t i;

	sim_clear("changer");
	for (i = 0; i < DRIVES; i++) {
		if (library_status(l, DISCMUX_STATUS_REFRESH, 0, 0))
			return -EIO;
		e = library_at(l, DRIVE(i));
		if (!e)
			return -ENOENT;
		if (e->flags & DISCMUX_ELEMENT_FULL && !library_moved(l, DRIVE(i), e->source))
			return -EIO;
	}
	return 0;
}

int library_open(struct library *l)
{
	int ret;

	memset(l, 0, sizeof(*l));
	sim_appear("changer");
	l->fd = mux_open(O_RDWR);
	if (l->fd < 0)
		return l->fd;
	ret = mux_wait(l->fd, DISCMUX_ROLE_CHANGER, 1, 15000);
	if (!ret)
		ret = mux_wait(l->fd, DISCMUX_ROLE_RECORDER, DRIVES, 15000);
	if (!ret)
		ret = mux_info(l->fd, &l->info);
	if (!ret && mux_list(l->fd, DISCMUX_ROLE_RECORDER, l->drive, DRIVES) != DRIVES)
		ret = -ENODEV;
	return ret ? ret : library_put_back(l);
}

void library_close(struct library *l)
{
	close(l->fd);
}
