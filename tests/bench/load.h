/* SPDX-License-Identifier: GPL-2.0 */
/* What disturbs a job: a recorder in trouble, busy processors, little memory. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "rig.h"

enum trouble {
	NO_TROUBLE,
	SLOWER,		/* takes commands for 95 % of the time */
	HALF_SPEED,	/* for half of it */
	HUNG,		/* for none, from a second on */
	FAILING,	/* every WRITE ends with an error, from a second on */
	UNPLUGGED,	/* after a second */
};

struct load;

/* Trouble with one recorder from now on, in a process of its own. */
struct load *load_start(const struct rig *rig, unsigned int recorder, enum trouble trouble);

/* Programs that do nothing but compute. */
void load_processors(struct load *load, unsigned int nr);

/* A program that takes memory and gives it back, until there is next to none. */
void load_memory(struct load *load);

/* All ends; an unplugged recorder is plugged in again. */
void load_stop(struct load *load);

/* Sectors read so far, of /sys/block/DISK/stat. */
uint64_t load_sectors_read(const char *stat);

#endif
