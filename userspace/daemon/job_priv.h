/* SPDX-License-Identifier: GPL-2.0 */
/* What the kinds of jobs share. */
#ifndef DISCMUX_DAEMON_JOB_PRIV_H
#define DISCMUX_DAEMON_JOB_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "core.h"
#include "daemon_job.h"
#include "drives.h"
#include "estimate.h"

struct job {
	struct core *core;
	int64_t id;
	struct job_spec spec;
	struct discmux *dm;		/* its own handle */
	uint32_t max_exec_bytes;
	char master[64];		/* identity of the master, "" before */
	atomic_bool suspended, cancel;
	struct burn_sink sink;		/* where the master goes as well; zeroed: nowhere */
	struct images_hold *hold;	/* of the master, or NULL */

	/* The master's contents against its hash, beside the first burn */
	bool check_runs;
	pthread_t check_thread;

	pthread_t thread;
	bool started;

	/* recorders of this round, in the order of the burn job */
	struct burn_recorder recorders[JOB_RECORDERS];
	uint32_t slots[JOB_RECORDERS];		/* of their discs, from 1; 0: put in by hand */
	size_t count;
	char media[8];				/* what their discs are: "CD", "DVD", "BD" */
	struct job_robot *robot;		/* with a library, else NULL */
	struct store_disc discs[JOB_RECORDERS];	/* id 0: none begun */
	bool unrecorded;		/* the database takes no more of them */
	struct burn_status last[JOB_RECORDERS];	/* outside.c: what was said of them last */
	bool again;			/* outside.c: the database knows discs of it already */

	pthread_mutex_t lock;		/* what follows */
	pthread_cond_t wake;
	bool go_on;			/* YES was pressed */
	struct burn_job *burn;		/* at work now, or NULL */
	int check_rc;			/* what images_check() gave, and its words */
	char check_error[BURN_MESSAGE_LEN];
	char problem[BURN_MESSAGE_LEN];	/* of the job, not of a disc; the last one */
	unsigned int old_faults;	/* of an earlier life, before those of this one */
	struct estimate estimates[JOB_RECORDERS];	/* of what each recorder does */
	struct job_status status;
};

/* ---- job.c ------------------------------------------------------------- */

static inline bool job_is_cancelled(const struct job *job)
{
	return atomic_load(&job->cancel);
}

/* It stops because the daemon does; nobody has cancelled it. */
static inline bool job_is_suspended(const struct job *job)
{
	return atomic_load(&job->suspended);
}

/* Logs a line about the job; it is not counted as a failure. */
void job_say(const struct job *job, const char *text);

void job_phase(struct job *job, enum panel_phase phase);
void job_message(struct job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Sleeps; ends early when the job is cancelled or told to go on.  True when it was
 * told to go on, once for each time. */
bool job_pause(struct job *job, unsigned int ms);

/* Something was wrong; a line in the log.  drive and fate may be "". */
void job_fault(struct job *job, const struct panel_fault *fault);

/* The same with words only.  Returns -EIO. */
int job_problem(struct job *job, const char *drive, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* How large the master is. */
void job_show_bytes(struct job *job, uint64_t bytes);

void job_progress(struct job *job, uint64_t done, uint64_t total);

/* Says how a burn job's recorders are, from the thread that asks; with the lock held. */
void job_take_burn(struct job *job);

/* The same of statuses, one for each of job->recorders. */
void job_take_statuses(struct job *job, const struct burn_status *list);

/* It has ended so: in the database, unless the next start is to go on with it, and for
 * all to see. */
void job_over(struct job *job, enum store_job_state state);

/* ---- job_discs.c: which discs, which master ---------------------------- */

/* Finds the reader that spec.source names and waits for a disc in it. */
int job_wait_master(struct job *job, struct drive *reader);

/* The master is the one this job began with; sets job->master. */
int job_same_master(struct job *job, const struct drive *reader, bool *same);

/* A disc that began a run by itself: is it that of the last run?  Asks, or ends the
 * job with -ECANCELED, as its spec says. */
int job_again(struct job *job, const struct drive *reader);

/* Opens trays and waits until the recorders hold what the job wants: into
 * job->recorders.  most: 0 any number.  With REGISTER there may be none. */
int job_gather(struct job *job, unsigned int most, bool first);

/* Whether the disc in a drive that was looked at is one for this job. */
bool job_disc_fits(struct job *job, const struct drive *drive);

/* A recorder for this round, behind those there are; with job->count 0 the first. */
void job_add_recorder(struct job *job, const struct drive *drive);

/* From when they are known the panel shows the discs that are written, not the master. */
void job_show_discs(struct job *job);

/* Which kind of medium the master is, for the panel. */
void job_show_medium(struct job *job, const struct drive *reader);

/* ---- job_library.c, job_robot.c: with a library ------------------------- */

/* The master comes from the mail slot, the blanks from slots. */
int job_run_library(struct job *job);

/* Copies until there are as many as were asked for; see job_copy.c. */
int job_rounds(struct job *job, struct burn_source *source);

/* Blanks out of their slots into at most so many recorders: into job->recorders.
 * -ENOSPC: no blank is left. */
int robot_gather(struct job *job, unsigned int most);

/* The discs of job->recorders back into their slots. */
int robot_take_back(struct job *job);

/* ---- job_check.c: is the image what it was ------------------------------ */

/* Begins to read the master that job->hold holds, unless it was found whole since
 * it was written. */
void job_check_begin(struct job *job, const struct images_info *info);

/* How that ended, with one line in err (which may be NULL): 0, as long as nothing is
 * known against the master; -ECANCELED when it was not brought to its end; else it is
 * damaged.  wait: until it is known. */
int job_check_result(struct job *job, bool wait, char *err, size_t errlen);

/* The master is known to be damaged: nothing more is to be made of it. */
bool job_check_failed(struct job *job);

/* ---- job_record.c: what becomes of each disc ------------------------------ */

/* Keeps what the engine says of disc i of this round; counted once.  The verdict of
 * burn_config.record: negative when the database took no row for a disc, which must not
 * be touched then, or when its master turns out to be damaged. */
int job_record(struct job *job, size_t i, const char *state, enum burn_disc disc,
	       const struct burn_status *status, char *err, size_t errlen);

/* What the database knows of the disc in recorder i in this round, if anything: its
 * program has gone on with it when discmuxd stopped. */
int job_record_again(struct job *job, size_t i, char *err, size_t errlen);

/* Nothing more will be heard of the discs of this round. */
void job_record_lost(struct job *job, const char *message);

/* Whether it writes or erases: job_record() hears of each disc before that. */
bool job_changes_discs(const struct job *job);

/* How disc i ended, where job_record() has heard nothing of it: one that was only looked
 * at, or not even that.  For jobs that make no copies. */
void job_record_end(struct job *job, size_t i, const struct burn_status *status);

/* A fault, if disc i is no good copy. */
void job_disc_fault(struct job *job, size_t i, const struct burn_status *status);

/* ---- job_reader.c: the reading of a master -------------------------------- */

/* A fault of the drive of this name; result: what it said last, zeroed for nothing. */
void job_reader_fault(struct job *job, const char *name, const struct discmux_result *result,
		      const char *text);

/* What was wrong with a job of the burn engine as a whole. */
void job_master_fault(struct job *job, const struct burn_source *source, const char *text);

/* ---- job_copy.c, job_burn.c --------------------------------------------- */

/* The master as a source; name: where it is, for people. */
int job_source(struct job *job, struct burn_source **source, char *name, size_t size);

/* What the engine is to do with job->recorders; here for the tests. */
void job_configure(struct job *job, struct burn_source *source, struct burn_config *config);

/* One job of the burn engine with job->recorders; what was wrong is said. */
int job_burn(struct job *job, struct burn_source *source);

/* ---- the kinds; 0, -ECANCELED or another negative errno ---------------- */

int job_run_copy(struct job *job);	/* also simulate, verify, erase */
int job_run_register(struct job *job);
int job_run_clear(struct job *job);
int job_run_analyze(struct job *job);
int job_run_extract(struct job *job);

#endif
