/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon owns: the database, images, drives, jobs. */
#ifndef DISCMUX_DAEMON_CORE_H
#define DISCMUX_DAEMON_CORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "drives.h"
#include "images.h"
#include "daemon_job.h"
#include "panel.h"
#include "store.h"

#define CORE_JOBS	64	/* running and not yet dismissed */

struct core {
	int mux;
	struct store *store;
	struct images *images;
	struct drives_watch *watch;
	int wake_fd;			/* eventfd: something has changed */
	int lock_fd;			/* on the folder, as long as it runs */
	atomic_bool driver;		/* the mux can be opened */
	pthread_mutex_t lock;		/* what follows */
	struct job *jobs[CORE_JOBS];
	uint64_t reserved[CORE_JOBS];	/* recorders of each job, bit n for recorder n */
	uint64_t readers[CORE_JOBS];	/* likewise */
	struct panel_settings settings;
	struct panel_master master;	/* the last that was analyzed */
	char master_id[64];		/* and which disc that is */
	bool stopping;
};

/* Paths of the database and of the images.  err gets one line. */
int core_open(struct core *core, int mux, const char *dir, const char *images, char *err,
	      size_t errlen);

/* Takes up what was interrupted. */
void core_resume(struct core *core);

/* Suspends all jobs and closes everything. */
void core_close(struct core *core);

/* Begins a job.  -EBUSY: too many; -EINVAL with one line in err. */
int core_start(struct core *core, const struct job_spec *spec, int64_t *id, char *err,
	       size_t errlen);

/* The same for a job that is not begun, as somebody else does it; the recorders (bits),
 * and the reader of its master, are kept from other jobs until it is over.  -EBUSY also:
 * another job has one.  before: the job of the database that it is again, or NULL. */
int core_admit(struct core *core, const struct job_spec *spec, uint64_t recorders,
	       const struct store_job *before, struct job **job, char *err, size_t errlen);

/* The job in memory, or NULL.  Only for the thread that dismisses jobs. */
struct job *core_job(struct core *core, int64_t id);

/* A job that is running or not yet dismissed.  The status of job id; -ENOENT. */
int core_status(struct core *core, int64_t id, struct job_status *status);

/* Calls each() for jobs in memory; it must not call the core. */
void core_jobs(struct core *core, void (*each)(void *arg, const struct job_status *status),
	       void *arg);

/* -ENOENT: it is not running. */
int core_cancel(struct core *core, int64_t id);

/* A job has ended, for people and in the database: that it was cancelled needs no more
 * remembering. */
void core_over(struct core *core, int64_t id);

int core_continue(struct core *core, int64_t id);

/* Forgets jobs that have ended: this one, or with id 0 all but the panel's. */
void core_dismiss(struct core *core, int64_t id);

/* The same for ended runs that discs began. */
void core_dismiss_auto(struct core *core);

/* Sets one of the panel's settings, also in the database. */
int core_set(struct core *core, enum panel_item item, int value);
void core_settings(struct core *core, struct panel_settings *settings);

/* Reserves recorders (bits) for a job: those that no other job has.  Returns the
 * bits that it got. */
uint64_t core_reserve(struct core *core, const struct job *job, uint64_t recorders);

/* Reserves a reader for a job: 0, or the number of the job that has it. */
int64_t core_reserve_reader(struct core *core, const struct job *job, unsigned int unit);

/* "HDD3" is 3; 0 for any other name. */
unsigned int core_hdd_number(const char *image);

/* Wakes the main loop; from any thread. */
void core_wake(struct core *core);

/* A line in the log (standard error; systemd's levels 3 error, 4 warning, 6 info). */
void core_log(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
