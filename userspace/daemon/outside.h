/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Jobs that another program does itself, with its own rights and files, as discmux copy
 * does while discmuxd runs.  They stand among the daemon's own: their recorders are kept
 * from other jobs, and the database has what becomes of each disc before it is touched.
 * Everything here is for the main loop.
 */
#ifndef DISCMUX_DAEMON_OUTSIDE_H
#define DISCMUX_DAEMON_OUTSIDE_H

#include "daemon_job.h"

struct core;

/* What a program says of one recorder of its job. */
struct outside_report {
	unsigned int recorder;		/* unit */
	unsigned int round;		/* from 1 */
	char state[16];			/* what it is about to do, or has done */
	enum burn_disc disc;		/* what its disc is worth */
	struct burn_status status;
	char medium[16];		/* that status.medium points to */
};

/*
 * Begins one.  -EBUSY: a recorder belongs to another job; -EEXIST: one holds a disc that
 * the database knows as no good copy, and erase does not say that it goes.  err gets one
 * line.
 */
int outside_begin(struct core *core, const struct job_spec *spec,
		  const struct burn_recorder *recorders, size_t count, bool erase, int64_t *id,
		  char *err, size_t errlen);

/*
 * Goes on with one whose program outlived the daemon, or its connection: the discs that
 * the database calls bad or unknown since are what outside_disc() says of them.  -ENOENT:
 * no such job was interrupted; -EBUSY as above.
 */
int outside_resume(struct core *core, int64_t id, const struct burn_recorder *recorders,
		   size_t count, char *err, size_t errlen);

/* A step with a disc, as burn_config.record has it: on the storage when this returns.
 * -ENOENT: no such job, or not one of its recorders; else negative with one line in err. */
int outside_disc(struct core *core, int64_t id, const struct outside_report *report, char *err,
		 size_t errlen);

/* How its recorders are, only to be shown.  *cancelled: somebody wants it to end. */
int outside_progress(struct core *core, int64_t id, const struct outside_report *reports,
		     size_t count, bool *cancelled);

/* It is over.  Of a job that writes no discs the last progress says how they ended. */
int outside_end(struct core *core, int64_t id, enum store_job_state state, const char *message);

/* Its program is gone without a word. */
void outside_lost(struct core *core, int64_t id);

#endif
