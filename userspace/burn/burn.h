/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The burn engine: one master onto the blank discs of many recorders at once.
 *
 * A job claims the recorders, checks all of them before any disc is touched,
 * sets each one up as its medium wants it, feeds all of them by one stream,
 * closes the discs, reads every copy back if asked to, ejects what is good and
 * lets go.  A recorder that fails is dropped with its reason; the others go on.
 *
 * A job runs in the thread that calls burn_job_run().  burn_job_status() and
 * burn_job_cancel() are for any other thread, the latter for signal handlers
 * too.  Functions return 0 or a negative errno unless they say otherwise.
 */
#ifndef DISCMUX_BURN_H
#define DISCMUX_BURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/discmux.h>

#include "mmc.h"

#define BURN_MAX_RECORDERS	DISCMUX_MAX_TARGETS
#define BURN_MESSAGE_LEN	256

/* ---- The way to the devices ------------------------------------------- */

/*
 * Members are named by their number.  For all but tests this is
 * burn_ops_discmux, whose ctx is an open struct discmux that nobody else uses
 * while the job runs.
 */
struct burn_ops {
	/* All or none; *failed as in discmux_claim(). */
	int (*claim)(void *ctx, const uint32_t *members, size_t n, uint32_t *failed);
	int (*release)(void *ctx, const uint32_t *members, size_t n);

	/* One command to n members, as discmux_exec(): IN data of member i at
	 * i * cmd->data_len.  An error means that nothing was sent. */
	int (*exec)(void *ctx, const uint32_t *members, size_t n, const struct mmc_command *cmd,
		    void *data, struct discmux_result *results);

	/* chunk: bytes of one WRITE.  One stream at a time. */
	int (*stream_open)(void *ctx, const struct discmux_target *targets, size_t n,
			   uint32_t chunk, void **stream);
	/* Takes what it can within wait_ms; returns bytes (0: none yet), -EIO
	 * when no recorder is left. */
	ssize_t (*stream_write)(void *stream, const void *data, size_t len, int wait_ms);
	int (*stream_finish)(void *stream);
	int (*stream_abort)(void *stream);
	/* Entries in the order of stream_open(); returns 0. */
	int (*stream_status)(void *stream, struct discmux_stream_status *status,
			     struct discmux_target_status *targets, size_t n);
	void (*stream_close)(void *stream);

	uint64_t (*now_ms)(void *ctx);		/* any epoch, never goes back */
	void (*sleep_ms)(void *ctx, unsigned int ms);
};

extern const struct burn_ops burn_ops_discmux;

/* ---- The master ------------------------------------------------------- */

/* Where the data comes from. */
struct burn_source;

/*
 * An image file, whole blocks of 2048 bytes.  err gets one line that says what
 * is wrong with it and what to do.
 */
int burn_source_file(const char *path, struct burn_source **source, char *err, size_t errlen);

/*
 * The disc in a drive.  name: for people ("reader 0").  max_data: most bytes of
 * one command.  The job that uses it claims the member and looks at the disc.
 */
int burn_source_drive(uint32_t member, const char *name, uint32_t max_data,
		      struct burn_source **source);

/* Size of the master in blocks; 0 for a drive before a job has checked it. */
uint32_t burn_source_blocks(const struct burn_source *source);

/* Bytes that were read from it so far, by all jobs. */
uint64_t burn_source_bytes_read(const struct burn_source *source);

void burn_source_free(struct burn_source *source);

/* ---- The log ---------------------------------------------------------- */

/*
 * What a power cut leaves: a file of JSON lines, one for every change of a
 * disc's state, on the storage before the change is made (writing) or after it
 * is true (closed, verified).  The last line of a drive tells its disc's state.
 */
struct burn_log;

/* Appends to the file at path; makes it, and its directory if only that is
 * missing. */
int burn_log_open(const char *path, struct burn_log **log);
void burn_log_close(struct burn_log *log);

/* ---- A job ------------------------------------------------------------ */

/* A recorder of a job. */
struct burn_recorder {
	uint32_t member;
	uint32_t unit;		/* "recorder 2" */
	uint32_t max_data;	/* most bytes of one command */
	uint32_t slot;		/* element the disc came from, or DISCMUX_NONE */
	char drive[32];		/* vendor and product */
	char serial[33];
	char block_name[16];	/* "sr0" or "" */
};

enum burn_state {
	BURN_IDLE,		/* not started, or for another's sake not begun */
	BURN_CHECKING,
	BURN_WAITING,		/* for a blank disc */
	BURN_PREPARING,
	BURN_WRITING,
	BURN_CLOSING,
	BURN_VERIFYING,
	BURN_DONE,
	BURN_FAILED,
	BURN_CANCELLED,
};

/* What the disc is worth now. */
enum burn_disc {
	BURN_DISC_UNTOUCHED,	/* as it was put in */
	BURN_DISC_RUINED,	/* touched and not whole */
	BURN_DISC_CLOSED,	/* all data written and closed, not read back */
	BURN_DISC_DIFFERS,	/* closed, but does not read back as the master */
	BURN_DISC_VERIFIED,
};

enum burn_method {
	BURN_METHOD_AUTO,
	BURN_METHOD_DAO,	/* DVD-R */
	BURN_METHOD_INCREMENTAL, /* DVD-R */
};

struct burn_config {
	const struct burn_ops *ops;
	void *ctx;			/* for ops */
	const struct burn_recorder *recorders;
	size_t count;			/* 1 to BURN_MAX_RECORDERS */
	struct burn_source *source;	/* outlives the job */
	struct burn_log *log;		/* NULL: none; outlives the job */
	uint32_t max_exec_bytes;	/* most data of one exec, all members */
	enum burn_method method;
	bool appendable;		/* leave the disc open for another session */
	bool verify;
	bool eject;			/* the discs of good copies */
	bool load;			/* close open trays before looking */
	double speed;			/* 0: the drive's choice; else times 1x */
	unsigned int wait_ms;		/* for blank discs, instead of failing */

	/* One line that people should see and that is no failure; may be NULL.
	 * Called in the job's thread. */
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
};

struct burn_status {
	enum burn_state state;
	enum burn_disc disc;
	uint64_t bytes;		/* done in this state (writing, verifying) */
	uint64_t total;		/* of as many; 0 when not known */
	const char *medium;	/* "DVD+R", "" when not known */
	bool lba_valid;
	uint32_t lba;		/* where it failed */
	char message[BURN_MESSAGE_LEN];	/* why it failed or what it waits for */
};

struct burn_job;

/* The config is copied, with its recorders.  -EINVAL: out of range. */
int burn_job_create(const struct burn_config *config, struct burn_job **job);

/*
 * Runs the job to its end.  Returns 0 when every copy is good, -ECANCELED,
 * -EINVAL when the checks failed (no disc was touched), -EIO when a copy
 * failed; details are in burn_job_error() and burn_job_status().
 */
int burn_job_run(struct burn_job *job);

/* The job ends as soon as it can: at once while writing or reading; closing is
 * brought to its end. */
void burn_job_cancel(struct burn_job *job);

/* How recorder i of the config is. */
void burn_job_status(struct burn_job *job, size_t i, struct burn_status *status);

/* What failed for the job as a whole (the master, a claim), or "". */
const char *burn_job_error(const struct burn_job *job);

void burn_job_free(struct burn_job *job);

/* "writing", "verified"; for people and JSON alike. */
const char *burn_state_name(enum burn_state state);
const char *burn_disc_name(enum burn_disc disc);

#endif
