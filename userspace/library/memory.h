/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The place of each disc in a library after our last operation, and the operation of
 * the robot at that time: a small file that survives a power cut.
 */
#ifndef DISCMUX_LIBRARY_MEMORY_H
#define DISCMUX_LIBRARY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libdiscmux.h"

#define MEMORY_DIR	"/var/lib/discmux"
#define MEMORY_WHAT	16
#define MEMORY_TAG	40

/* A disc, and where it belongs. */
struct memory_disc {
	uint32_t address;
	uint32_t home;		/* storage element, DISCMUX_NONE: not known */
	char tag[MEMORY_TAG];	/* volume tag, "" without */
};

/* An operation that had begun and was not known to have ended. */
struct memory_task {
	char what[MEMORY_WHAT];	/* "move", "print", ... */
	uint32_t source, destination;
	uint32_t home;		/* of the disc, DISCMUX_NONE: not known */
	pid_t pid;		/* whose it is */
	uint64_t started;	/* when that process began, so that the number is not mistaken */
	bool alive;		/* it still runs: the disc is in good hands */
};

struct memory {
	char path[256];
	bool known;		/* there was a file */
	struct memory_disc *discs;	/* by ascending address */
	size_t nr_discs;
	struct memory_task *tasks;
	size_t nr_tasks;
};

/**
 * memory_read - what is remembered of a library
 * @dir: MEMORY_DIR
 * @changer: its names and serial number tell libraries apart
 * @memory: filled; free it with memory_free() in any case
 *
 * A library that was never seen has an empty memory, and so has one whose file
 * cannot be understood.  Returns 0, -EACCES or another negative errno and why.
 */
int memory_read(const char *dir, const struct discmux_member *changer, struct memory *memory,
		char *err, size_t errlen);

void memory_free(struct memory *memory);

/* The disc remembered at an address, or NULL. */
const struct memory_disc *memory_at(const struct memory *memory, uint32_t address);

/**
 * memory_begin - remember that this process is about to do something
 * @what: "move", "print": at most MEMORY_WHAT - 1 characters
 * @source: where the disc is
 * @destination: where it goes; source again when it stays
 * @home: the slot it is to go back to when all else fails, or DISCMUX_NONE
 *
 * It is on the disk when this returns.  Other processes may do the same at a time.
 */
int memory_begin(struct memory *memory, const char *what, uint32_t source, uint32_t destination,
		 uint32_t home, char *err, size_t errlen);

/* Remembers the place of each disc now, and that this process is done with its task; tasks of
 * processes that have gone are forgotten, too. */
int memory_settle(struct memory *memory, const struct discmux_inventory *inv, char *err,
		  size_t errlen);

#endif
