/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The library that the tests of the changer use: a mc8600:2:20+printer of
 * discmux-sim with discs "blank1" to "blank6" in slots 1 to 6.  Element addresses are those
 * of the MC-8600 manual.
 */
#ifndef KSELFTEST_LIBRARY_H
#define KSELFTEST_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/discmux.h>

#define ARM		0x2000u
#define SLOT(n)		(n)		/* 1 to 20 */
#define DRIVE(n)	(0x3001u + (n))
#define MAIL		0x4000u
#define PRINTER		0x5000u
#define SLOTS		20
#define DRIVES		2
#define ROOM		64
#define GUARD		0xa5

struct library {
	int fd;					/* of the mux, for writing */
	struct discmux_info info;
	struct discmux_member drive[DRIVES];	/* by unit */
	struct discmux_element_status s;	/* of the last library_status() */
	struct discmux_element e[ROOM];
	struct discmux_result r;		/* of the last library_moved() */
};

/* Waits for the members, and puts each disc back where it belongs. */
int library_open(struct library *l);
int library_put_back(struct library *l);
void library_close(struct library *l);

/* Fills s and e; entries that the driver leaves alone are full of GUARD. */
int library_status(struct library *l, uint32_t flags, uint32_t type, uint32_t first);

/* The element of the last status, or NULL. */
struct discmux_element *library_at(struct library *l, uint32_t address);

/* Whether the driver knows of a disc there, without asking the changer. */
bool library_full(struct library *l, uint32_t address);

/* DISCMUX_IOC_MOVE as it is. */
int library_move(int fd, uint32_t source, uint32_t destination, struct discmux_result *r);

/* A drive lets go of its disc when it may: sr or udev may have locked it. */
void library_unlock(struct library *l, uint32_t element);

/* Unlocks and moves: whether the disc is there now. */
bool library_moved(struct library *l, uint32_t source, uint32_t destination);

#endif
