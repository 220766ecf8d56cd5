/* SPDX-License-Identifier: GPL-2.0 */
/* A recording while it is made: for discmux record. */
#ifndef DISCMUX_CLI_RECORD_H
#define DISCMUX_CLI_RECORD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "cli.h"
#include "recording.h"

struct record {
	FILE *file;
	const char *path;
	const struct discmux_member *member;
	dev_t device;			/* of the mux */
	struct recording_blanker blank;
	pthread_mutex_t lock;		/* a command may have threads */
	uint64_t commands, refused, lost;	/* recorded; ended with another status; got none */
	uint64_t bytes;			/* of the file, about */
	uint32_t stream_state;		/* the last one written */
	bool full;			/* a limit was reached */
	int error;			/* the first of the file's, an errno */
};

/* One command to the member with its answer, into the file.  data is not changed. */
void record_exchange(struct record *record, const struct recording_exchange *x);

/* The same for the calls of the driver: dm_observe_fn with a struct record. */
void record_observe(void *record, int fd, unsigned long request, const void *arg, int ret);

/* How a result of the driver is called in a recording */
void record_result(const struct discmux_result *result, struct recording_exchange *x);

#endif
