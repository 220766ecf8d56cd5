/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The burn engine: one master onto the blank discs of many recorders at once.
 *
 * A job claims the recorders, checks all of them before any disc is touched,
 * sets each one up as its medium wants it, feeds all of them by one stream,
 * closes the discs, reads every copy back if asked to, ejects what is good and
 * lets go.  A recorder that fails is dropped with its reason; the others go on.
 * One that was reset, or whose path broke, in the middle of a plain copy gets the rest
 * once the others' discs are closed, if its drive says where the disc goes on.  Such a
 * copy is read back whether that was asked for or not.
 *
 * The same job, with another task, simulates that, compares discs with a master,
 * erases discs, or reads a master into an image.
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

#include "layout.h"
#include "libdiscmux.h"
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

	/* block_size: of the discs; chunk: bytes of one WRITE.  One stream at a
	 * time. */
	int (*stream_open)(void *ctx, const struct discmux_target *targets, size_t n,
			   uint32_t block_size, uint32_t chunk, void **stream);
	/* Takes what it can within wait_ms; returns bytes (0: none yet), -EIO
	 * when no recorder is left. */
	ssize_t (*stream_write)(void *stream, const void *data, size_t len, int wait_ms);
	/* Instead of stream_write, where both are there: memory that the recorders
	 * take data from as they lie.  place: room bytes (0: none within wait_ms)
	 * at *place; commit: the first bytes of them are data.  place fails before
	 * any data where the stream has no such memory. */
	int (*stream_place)(void *stream, int wait_ms, void **place, size_t *room);
	int (*stream_commit)(void *stream, size_t bytes);
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

/* Commands to one drive, and what a wait for it depends on. */
struct burn_errand {
	const struct burn_ops *ops;	/* exec, now_ms and sleep_ms are used */
	void *ctx;
	uint32_t member;
	bool (*cancelled)(void *arg);	/* NULL: never */
	bool (*same_disc)(void *arg);	/* as struct discmux_carrier; NULL: unknown */
	void *arg;
};

/*
 * One command until it is carried out, see discmux_carry_out().  limit_ms: for a drive
 * that says "not yet"; 0: as long as the purpose allows.  Returns bytes of data, or -EIO
 * with the reason in result.
 */
int burn_run_errand(const struct burn_errand *errand, const struct mmc_command *cmd, void *data,
		    enum discmux_purpose purpose, unsigned int limit_ms,
		    struct discmux_result *result);

#define BURN_ID_LEN	38	/* "disc:", 32 digits and the end */

/* Which disc is in a drive, for comparing: by its size, its tracks and how the file system at
 * this LBA begins.  -EIO: the drive did not say, which tells nothing of the disc; -ENOMEM. */
int burn_identify(const struct burn_ops *ops, void *ctx, uint32_t member, uint32_t lba,
		  char id[BURN_ID_LEN]);

/*
 * Whether the disc in a drive, of a kind that can be overwritten, holds something; what gets
 * libblkid's name for it, or "" (NULL: formats only, 0).  formats: how it is formatted.  1 or 0; a negative errno where
 * the answer is unknown, which is never blank.  Reads up to 2 MiB.
 */
int burn_disc_holds(const struct burn_errand *errand, struct mmc_formats *formats, char *what,
		    size_t size);

/* ---- The master ------------------------------------------------------- */

/* Where the data comes from. */
struct burn_source;

/*
 * An image: whole blocks of 2048 bytes, or a .cue, .toc or .ccd sheet with its
 * files (disc/image.h).  flags: DISC_IMAGE_FORCE, or 0.  err gets one line that says
 * what is wrong with it and what to do.
 */
int burn_source_file(const char *path, unsigned int flags, struct burn_source **source, char *err,
		     size_t errlen);

/* What disc_image_notes() has of an image; 0 of a drive. */
unsigned int burn_source_notes(const struct burn_source *source);
const char *burn_source_note(const struct burn_source *source, unsigned int i);

/*
 * The disc in a drive.  name: for people ("reader 0").  max_data: most bytes of
 * one command.  The job that uses it claims the member and looks at the disc.
 */
int burn_source_drive(uint32_t member, const char *name, uint32_t max_data,
		      struct burn_source **source);

/*
 * Finds out what the master is, without a job: its layout and kind are known then.
 * The caller holds the member of a drive, and nobody else uses ctx meanwhile.  Of ops
 * exec, now_ms and sleep_ms are used.
 * -EINVAL with one line in err.
 */
int burn_source_look(struct burn_source *source, const struct burn_ops *ops, void *ctx, char *err,
		     size_t errlen);

/* Size of the master in blocks; 0 for a drive before a job has checked it. */
uint32_t burn_source_blocks(const struct burn_source *source);

/* The same in bytes, as one pass over it reads and writes them: 2352 a block of what is
 * more than plain data, else 2048. */
uint64_t burn_source_bytes(const struct burn_source *source);

/* What it is, for people: "data", "audio CD", "CD-Extra"; "" before a job has
 * checked it. */
const char *burn_source_kind(const struct burn_source *source);

/* The disc it is on, enum mmc_profile; MMC_PROFILE_NONE for an image and before a job
 * has checked it. */
uint16_t burn_source_profile(const struct burn_source *source);

/* Its tracks and titles; none with plain data.  As long as the source. */
const struct cd_layout *burn_source_layout(const struct burn_source *source);

/* Blocks that could not be read, so far.  Only jobs with damaged set have any. */
uint32_t burn_source_bad(const struct burn_source *source);

/* "reader 0", or the path of an image. */
const char *burn_source_name(const struct burn_source *source);

/* The drive could not read it: what it said last, or a result without sense where it
 * said nothing.  NULL: that has not happened since the master was looked at. */
const struct discmux_result *burn_source_failure(const struct burn_source *source);

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

enum burn_task {
	BURN_COPY,		/* the master onto each disc */
	BURN_SIMULATE,		/* the same with the laser at reading power; refused where
				 * the medium or the drive can't */
	BURN_VERIFY,		/* compare each disc with the master; nothing is written.
				 * The discs may be in readers, too */
	BURN_ERASE,		/* rewritable discs; needs no source */
	BURN_READ,		/* the master into an image; no recorders, count is 0 */
};

/* A recorder of a job; with BURN_VERIFY any drive. */
struct burn_recorder {
	uint32_t member;
	uint32_t unit;		/* "recorder 2" */
	bool reader;		/* it is one: "reader 2" */
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
	BURN_ERASING,
	BURN_READING,		/* the master only, see BURN_MASTER */
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
	BURN_DISC_ERASED,
	BURN_DISC_SIMULATED,	/* untouched, and would have been burned */
};

/* What a disc has beside the blocks of the master. */
enum burn_beside {
	BURN_BESIDE_MCN = 1 << 0,
	BURN_BESIDE_ISRC = 1 << 1,
	BURN_BESIDE_TEXT = 1 << 2,
	BURN_BESIDE_INDICES = 1 << 3,	/* pauses, too */
	BURN_BESIDE_LEAD_OUT = 1 << 4,
	BURN_BESIDE_REST = 1 << 5,	/* data behind the master's end */
};

/* What a medium has one way of only is written that way, whatever is said. */
enum burn_method {
	BURN_METHOD_AUTO,
	BURN_METHOD_DAO,	/* DVD-R, DVD-RW */
	BURN_METHOD_INCREMENTAL, /* DVD-R, DVD-RW */
	BURN_METHOD_OVERWRITE,	/* DVD-RW: restricted overwrite */
	BURN_METHOD_TAO,	/* CD: what is one data track */
	BURN_METHOD_SAO,	/* CD */
};

/* Whether another session may follow on the disc. */
enum burn_session {
	BURN_SESSION_AUTO,	/* as on the master; closed where it is an image, open where
				 * it is added to a disc that was */
	BURN_SESSION_CLOSE,
	BURN_SESSION_OPEN,
};

/*
 * A store that takes the image of a master: blocks of 2048 bytes, or (raw) sectors
 * of 2352 as disc_sheet_write() has them.  Each returns 0, or a negative errno with
 * one line in err.  After a begin that went well comes one commit or abort, and a
 * commit ends it however it went.
 */
struct burn_sink {
	int (*begin)(void *arg, bool raw, uint64_t bytes, char *err, size_t errlen);
	int (*append)(void *arg, const void *data, size_t len, char *err, size_t errlen);
	int (*commit)(void *arg, const struct cd_layout *layout, char *err, size_t errlen);
	void (*abort)(void *arg);
	void *arg;
};

struct burn_config {
	enum burn_task task;
	const struct burn_ops *ops;
	void *ctx;			/* for ops */
	const struct burn_recorder *recorders;
	size_t count;			/* 1 to BURN_MAX_RECORDERS */
	struct burn_source *source;	/* outlives the job; NULL with BURN_ERASE */
	struct burn_log *log;		/* NULL: none; outlives the job */
	uint32_t max_exec_bytes;	/* most data of one exec, all members */
	enum burn_method method;
	enum burn_session session;
	bool verify;
	bool full;			/* erase all of the disc, not its beginning only */
	bool erase;			/* rewritable discs that hold data: erase first */
	bool append;			/* BURN_COPY: onto discs that hold data and were left
					 * open, as a session more; not with erase */
	bool go_on;			/* leave out what the checks find unfit, if any is fit */
	bool no_isrc;			/* copy a CD without the ISRC of its tracks */
	bool no_underrun_free;		/* without burn-free */
	uint32_t layer_break;		/* blocks on layer 0 of DVD+R DL; 0: as the master */

	/* A master with blocks that can't be read, or protected: refused, unless
	 * damaged is set.  Then they are written as zeros and listed in a ddrescue
	 * map at the path map (not NULL then), with those of earlier jobs of the source. */
	bool damaged;
	const char *map;

	/* BURN_READ, and BURN_COPY where not NULL: the image that is made of the
	 * master.  .iso, .cue, .toc or .ccd: the ending that fits what the master is
	 * (burn_image_ending()) is put behind it where it has none of these.  Beside
	 * it come its .bin (.img and .sub of a .ccd) and a .sha256.  Under temporary
	 * names until all is well. */
	const char *image;
	const struct burn_sink *sink;	/* the same into a store of the caller's own, or
					 * NULL; not both.  Outlives the job */

	bool eject;			/* the discs of good copies */
	bool load;			/* close open trays before looking */
	double speed;			/* 0: the drive's choice; else times 1x */
	unsigned int wait_ms;		/* for blank discs, instead of failing */

	/* One line that people should see and that is no failure; may be NULL.
	 * Called in the job's thread. */
	void (*notice)(void *arg, const char *text);
	void *notice_arg;

	/* As a line of the log, for callers with storage of their own: recorder i
	 * is about to do, or has done, what state says, and disc is what its disc is
	 * worth if nothing more is heard.  May be NULL.  Called in the job's thread,
	 * which waits for it.
	 * Returns 0, or a negative errno with one line in err: a disc that was to be
	 * touched is not, and one that was written is no good copy, whatever the engine
	 * thinks of it (-EBADMSG: it is not what was registered as the master).  The
	 * recorder is dropped: cancelled with -ECANCELED, else failed. */
	int (*record)(void *arg, size_t i, const char *state, enum burn_disc disc, char *err,
		      size_t errlen);
	void *record_arg;
};

struct burn_status {
	enum burn_state state;
	enum burn_disc disc;
	uint64_t bytes;		/* done in this state (writing, verifying) */
	uint64_t total;		/* of as many; 0 when not known */
	const char *medium;	/* "DVD+R", "" when not known */
	bool lba_valid;
	uint32_t lba;		/* where it failed */
	double speed;		/* that the recorder says it writes with, times 1x; 0: not told */
	unsigned int resumed;	/* times it went on after a reset or a broken path */
	unsigned int not_compared; /* enum burn_beside, of a disc that was read back: the drive
				 * of the disc or of the master does not tell it */
	bool sense_valid;	/* the recorder itself said why it failed: */
	uint8_t key, asc, ascq;
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

/* The same for a program that has to end: recorders that erase or format a disc are left
 * to do that by themselves, as they do it anyway, and their discs count as ruined. */
void burn_job_leave(struct burn_job *job);

/* How recorder i of the config is, or the reading of the master (BURN_MASTER). */
#define BURN_MASTER	((size_t)-1)

void burn_job_status(struct burn_job *job, size_t i, struct burn_status *status);

/* Path of the image that was made, "" before that. */
const char *burn_job_image(const struct burn_job *job);

/* What failed for the job as a whole (the master, a claim), or "". */
const char *burn_job_error(const struct burn_job *job);

void burn_job_free(struct burn_job *job);

/* ".iso", or ".cue" for what that can't hold; NULL before a job has checked it. */
const char *burn_image_ending(const struct burn_source *source);

/* "copy", "writing", "verified"; for people and JSON alike. */
const char *burn_task_name(enum burn_task task);
const char *burn_state_name(enum burn_state state);
const char *burn_disc_name(enum burn_disc disc);

/* "mcn", the nth (from 0) of what may not be compared; NULL: there are no more. */
const char *burn_beside_name(unsigned int n, enum burn_beside *what);

#endif
