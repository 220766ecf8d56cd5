/* SPDX-License-Identifier: GPL-2.0 */
/* The recorders of a benchmark, and what its programs share. */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/discmux.h>

#define BLOCK		2048u
#define CHUNK		65536u		/* bytes of one WRITE of ours */
#define MIB		(1u << 20)
#define MAX_RECORDERS	16u
#define MAX_RUNS	32u

struct rig {
	int mux;				/* fd */
	unsigned int nr;
	uint32_t member[MAX_RECORDERS];
	uint32_t host[MAX_RECORDERS];		/* SCSI host number */
	char block[MAX_RECORDERS][32];		/* /dev/srN */
};

/*
 * The first nr scsi_debug devices become recorders, as soon as they are there; exits
 * with a message when they are not.  rig is zero before the first call.
 */
void rig_open(struct rig *rig, unsigned int nr);

/* Prints what failed, with errno, and exits. */
void die(const char *what) __attribute__((noreturn));

uint64_t now_ns(void);

/* Writes text to a file of /sys or /proc; exits where it can't. */
void put_file(const char *path, const char *text);

/* The unsigned number after `label` in a file ("" for its first). */
uint64_t get_number(const char *path, const char *label);

/* Sorts and takes the middle; *spread is (largest - smallest) / middle, in percent. */
double median(double *values, unsigned int nr, double *spread);

/*
 * One line of result for tests/bench/run: a JSON object without name of the
 * kernel.  peer < 0: there is none.
 */
void report(const char *name, double *values, unsigned int nr, double goal, double peer,
	    const char *unit);

#endif
