/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Jobs that another program carries out itself, with its own rights and files, as discmux
 * copy does while discmuxd runs.  They are among the daemon's own: their recorders are kept
 * from other jobs, and the database has the state of each disc before it is touched.
 * Everything here is for the main loop.
 */
#ifndef DISCMUX_DAEMON_OUTSIDE_H
#define DISCMUX_DAEMON_OUTSIDE_H

#include "daemon_job.h"

struct core;

/* A program's report about one recorder of its job. */
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
 * the database knows not to be a good copy, and erase is not set.  err gets one
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

/* How its recorders are, for display only.  *cancelled: the job was cancelled. */
int outside_progress(struct core *core, int64_t id, const struct outside_report *reports,
		     size_t count, bool *cancelled);

/* It is over.  Of a job that writes no discs the last progress says how they ended. */
int outside_end(struct core *core, int64_t id, enum store_job_state state, const char *message);

/* Its program has ended without reporting the end of the job. */
void outside_lost(struct core *core, int64_t id);

#endif
