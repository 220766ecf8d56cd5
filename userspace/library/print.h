/* SPDX-License-Identifier: GPL-2.0 */
/* Printing a label on a disc (MC-8x00 manual, 1.4 and 3.11.7). */
#ifndef DISCMUX_LIBRARY_PRINT_H
#define DISCMUX_LIBRARY_PRINT_H

#include "job.h"
#include "library.h"

struct print_request {
	struct library *library;
	uint32_t slot;		/* element address of the disc, and where it goes back to */
	const char *label;	/* file of print data */
	const char *to;		/* see sink.h */
	unsigned int start_s;	/* the printer begins within this time */
	unsigned int end_s;	/* and ends within that; 0: PRINT_START_S, PRINT_END_S */
};

#define PRINT_START_S	120
#define PRINT_END_S	1800

/* What must be so before the disc is moved: returns 0, or a negative errno and why. */
int print_check(const struct print_request *request, char *err, size_t errlen);

/*
 * A job_function: context is a struct print_request.  Carries the disc to the printer,
 * sends the data, waits and carries the disc back, also when something went wrong, as
 * far as the printer gives it away.  -EIO: the words say what happened, and where the
 * disc is.
 */
int print_label(struct job *job, void *context);

/* The inks that are empty, "black, cyan"; "" for none.  Returns buf. */
char *print_ink_text(uint32_t flags, char *buf, size_t size);

#endif
