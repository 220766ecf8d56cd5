/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the data of a label go.  The library's printer takes them over a cable of its
 * own (MC-8x00 manual, 1.4), which may hang on a print queue, a device, or anything.
 *
 *	lp:QUEUE	a queue of CUPS, by lp(1); lp: alone is the default queue
 *	socket:PATH	a Unix stream socket
 *	file:PATH	a device or file, such as /dev/usb/lp0
 *	command:WORDS	a command of the shell that reads the data from its input
 */
#ifndef DISCMUX_LIBRARY_SINK_H
#define DISCMUX_LIBRARY_SINK_H

#include <stdbool.h>
#include <stddef.h>

#define SINK_REQUEST	64

/* A job that the queue has taken, so that it can be taken back. */
struct sink_job {
	char request[SINK_REQUEST];	/* lp's request id, "" without */
};

/* Whether data can be sent there, as far as one can know before.  Returns 0, or a
 * negative errno and why. */
int sink_check(const char *to, char *err, size_t errlen);

/**
 * sink_send - send a file there
 * @path: the file
 * @cancelled: asked while it takes long; true gives up (-ECANCELED)
 * @context: for cancelled
 *
 * Returns 0 when all data have been taken, or a negative errno and why.
 */
int sink_send(const char *to, const char *path, bool (*cancelled)(void *context), void *context,
	      struct sink_job *job, char *err, size_t errlen);

/* Takes a job back that the queue has not printed. */
void sink_cancel(const struct sink_job *job);

#endif
