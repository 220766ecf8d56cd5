/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's persistent state: jobs, the fate of each disc, counters, settings.
 * SQLite with a write-ahead log; a call returns when the change is on the storage
 * (synchronous=FULL), so that a kill or a power cut at any moment leaves the last change.
 *
 * All functions may be called from any thread.  They return 0 (or what they say)
 * or a negative errno; store_error() has words.
 */
#ifndef DISCMUX_DAEMON_STORE_H
#define DISCMUX_DAEMON_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Makes the database at path if it is not there.  store is set also on failure,
 * for store_error(), but on -ENOMEM. */
int store_open(const char *path, struct store **store);
void store_close(struct store *store);

/* One line about the last failure in any thread; a copy in buf. */
char *store_error(struct store *store, char *buf, size_t size);

/* ---- Settings ---------------------------------------------------------- */

/* -ENOENT: it was never set. */
int store_get(struct store *store, const char *key, char *value, size_t size);
int store_set(struct store *store, const char *key, const char *value);
int store_unset(struct store *store, const char *key);	/* also what was never set */

/* ---- Jobs --------------------------------------------------------------- */

/* How a job stands in the database. */
enum store_job_state {
	STORE_JOB_RUNNING,	/* also: was running when the daemon stopped */
	STORE_JOB_DONE,		/* everything that was asked for is good */
	STORE_JOB_FAILED,
	STORE_JOB_CANCELLED,
	STORE_JOB_INTERRUPTED,	/* the daemon stopped and it could not go on */
};

const char *store_job_state_name(enum store_job_state state);

struct store_job {
	int64_t id;
	enum store_job_state state;
	char kind[16];
	char spec[2048];	/* JSON, what was asked for */
	char master[64];	/* identity of the master, "" before it was seen */
	int64_t created, ended;	/* Unix time; 0: not ended */
	char error[256];
	unsigned int good, bad, unknown;	/* discs */
};

/* A new running job; its id. */
int store_job_new(struct store *store, const char *kind, const char *spec, int64_t *id);
int store_job_master(struct store *store, int64_t id, const char *master);
int store_job_end(struct store *store, int64_t id, enum store_job_state state, const char *error);

/* A job that was interrupted runs again, and was never counted as such; -ENOENT: there is
 * none like that. */
int store_job_again(struct store *store, int64_t id);

/* The job by id, or the latest one with id 0.  -ENOENT. */
int store_job_get(struct store *store, int64_t id, struct store_job *job);

/* Calls each() for jobs, the latest first, at most limit; stops when it returns
 * false.  each() must not call the store. */
int store_jobs(struct store *store, unsigned int limit,
	       bool (*each)(void *arg, const struct store_job *job), void *arg);

/* ---- Discs ------------------------------------------------------------- */

/* The state of a disc. */
enum store_fate {
	STORE_PENDING,		/* about to be written, or being written: bad after a stop */
	STORE_CLOSING,		/* all is written, not yet closed: unknown after a stop */
	STORE_WRITTEN,		/* closed, to be verified yet: unknown after a stop */
	STORE_GOOD,
	STORE_BAD,
	STORE_UNKNOWN,
	STORE_UNTOUCHED,	/* failed before anything was written to it: as it was, or blank */
};

/*
 * Of the jobs that make no copies (simulate, verify, erase) good is a disc that is, or
 * became, what it should; bad one that is not.  These count for the job only, not for
 * the counters, and keep no recorder, but for a disc whose erasing has not come to its
 * end: that is no blank until it is taken out or erased.
 */

const char *store_fate_name(enum store_fate fate);

/* Why a disc has that fate when the daemon stopped, in words. */
const char *store_fate_stopped(enum store_fate fate);

struct store_disc {
	int64_t id, job;
	unsigned int round;	/* from 1 */
	unsigned int recorder;	/* unit */
	char serial[33];
	char drive[32];
	char medium[16];
	enum store_fate fate;
	char message[256];
	bool sense_valid;
	uint8_t key, asc, ascq;
	int64_t lba;		/* -1: none */
	uint32_t slot;		/* of a library, from 1; 0: it was put in by hand */
	bool unchanged;		/* nothing is written: it keeps no recorder */
	int64_t begun, ended;
};

/* A disc that is about to be changed, or was looked at; sets disc->id. */
int store_disc_new(struct store *store, struct store_disc *disc);

/*
 * Says what became of a disc.  Of a copy the step to STORE_GOOD adds one to the
 * counters "discs-good" and "discs-good:<serial>" in the same transaction, that to
 * STORE_BAD to "discs-bad"...; a disc whose fate is final keeps it, so that
 * nothing is counted twice.
 */
int store_disc_fate(struct store *store, const struct store_disc *disc);

/*
 * The disc of a job that was in this recorder in this round, for a program that was
 * thought to be gone and was not: unless it is good it is STORE_CLOSING again and was
 * never counted; the program says once more what was wrong with it.  -ENOENT.
 */
int store_disc_again(struct store *store, int64_t job, unsigned int round,
		     unsigned int recorder, struct store_disc *disc);

int store_discs(struct store *store, int64_t job,
		bool (*each)(void *arg, const struct store_disc *disc), void *arg);

/*
 * Recorders may still hold a disc that was written to: until somebody has seen the
 * recorder without it, it must not be taken for a blank one.
 */
bool store_recorder_holds(struct store *store, const char *serial, unsigned int recorder);

/* Such a disc, and it is no good copy. */
bool store_recorder_spoiled(struct store *store, const char *serial, unsigned int recorder);
int store_recorder_empty(struct store *store, const char *serial, unsigned int recorder);

/*
 * The same for the slots of a library, where discs go back to: a disc that was written
 * to is taken for no blank until somebody has seen its slot without it, or says that
 * the slot was filled anew.
 */
bool store_slot_holds(struct store *store, uint32_t slot);
int store_slot_empty(struct store *store, uint32_t slot);

/* ---- Counters ----------------------------------------------------------- */

int store_count(struct store *store, const char *name, int64_t add);
int store_counters(struct store *store,
		   bool (*each)(void *arg, const char *name, int64_t value), void *arg);

/* ---- After a stop ------------------------------------------------------- */

/*
 * Settles the fate of discs that were in work when the daemon stopped: pending
 * ones are bad, closing and written ones unknown, and all that another program
 * wrote (a job with the owner "program").  Returns how many.
 */
int store_recover(struct store *store);

#endif
