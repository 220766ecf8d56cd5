/* SPDX-License-Identifier: GPL-2.0 */
/* The library's robot at work for a job. */
#ifndef DISCMUX_DAEMON_JOB_ROBOT_H
#define DISCMUX_DAEMON_JOB_ROBOT_H

#include "job_priv.h"
#include "library.h"
#include "slots.h"

struct job_robot {
	struct library library;
	struct slots slots;		/* with blanks */
	bool tried[SLOTS_MAX];		/* the disc is of no use for this job, or was used */
	struct drive drives[DRIVES_MAX];	/* recorders of the library for this job */
	size_t nr_drives;
	struct drive reader;		/* where the master is, or goes */
};

/*
 * Looks at the library, waits for its arm, puts back what was left on it; reserves
 * its recorders.  robot_close() is due in any case.
 */
int robot_open(struct job *job);
void robot_close(struct job *job);

/* Carries a disc from one element to another; what is wrong is said.  -ENXIO: the
 * disc is not where it was to go. */
int robot_carry(struct job *job, uint32_t from, uint32_t to);

/* Waits until a drive that a disc was put into has found out what that is.  -ENOMEDIUM:
 * it does not. */
int robot_settle(struct job *job, struct drive *drive);

/* After a stop: discs out of slots of this job that are still in drives go home, but
 * blanks that nothing was written to. */
int robot_tidy(struct job *job);

/* All discs out of slots of this job that are in drives go home. */
int robot_bring_home(struct job *job);

#endif
