/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Autoduplication: a disc that goes into a reader that is marked for it begins a run,
 * or one that is laid into the mail slot of a library that is.
 *
 * udev says that a disc has come (its rule tags readers' events); nothing of what is
 * on the disc is used, only which drive it is.  One run for each insertion: after it
 * began the reader must have been seen without a disc before the next one can.
 */
#ifndef DISCMUX_DAEMON_AUTO_H
#define DISCMUX_DAEMON_AUTO_H

#include <jansson.h>

#include "core.h"

enum auto_again {
	AUTO_ASK,		/* the panel asks */
	AUTO_SKIP,
	AUTO_RUN,
};

/* What is done with a disc in one reader. */
struct auto_rule {
	bool on;
	bool verify;
	unsigned int quantity;	/* 0: one for each recorder */
	enum auto_again again;	/* with the disc of the last run */
	char slots[JOB_SLOTS];	/* library: those with blanks, as slots_parse() has them */
};

struct automat;

/* Listens to udev; without udev (in a container) no run ever begins. */
int auto_open(struct core *core, struct automat **automat);
void auto_close(struct automat *automat);

/* To be polled for POLLIN, then auto_handle(); -1 without udev. */
int auto_fd(const struct automat *automat);

/* Reads what udev says; also called when something has changed. */
void auto_handle(struct automat *automat);

/*
 * The rule of reader @unit, or with AUTO_LIBRARY that of the mail slot, and setting it
 * (kept in the database).  Setting the library's rule declares that new blanks are in
 * the slots that it names.  A reader or library that is absent now can be switched off,
 * but not on; one that goes later keeps its rule.  -ENOENT: it is not there, or
 * another negative errno; one line in err.
 */
void auto_get(struct automat *automat, unsigned int unit, struct auto_rule *rule);
int auto_set(struct automat *automat, unsigned int unit, const struct auto_rule *rule, char *err,
	     size_t errlen);

#define AUTO_READERS	16
#define AUTO_LIBRARY	AUTO_READERS
#define AUTO_RULES	(AUTO_READERS + 1)

const char *auto_again_name(enum auto_again again);
int auto_again_find(const char *name);	/* -1: none */

#endif
