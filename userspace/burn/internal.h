/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the burn engine.  Recorders of a job are numbered from 0 in the
 * order of its config; a burn_set has bit i set for recorder i.
 */
#ifndef DISCMUX_BURN_INTERNAL_H
#define DISCMUX_BURN_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "burn.h"

typedef uint32_t burn_set;

#define BURN_SMALL_REPLY	1024u	/* room for every reply but blocks read */

/* for (each recorder i of set) */
#define burn_for_each(i, set) \
	for ((i) = 0; (i) < BURN_MAX_RECORDERS; (i)++) \
		if ((set) >> (i) & 1)

/* The lowest recorder of a set that is not empty. */
static inline size_t burn_first(burn_set set)
{
	return (size_t)__builtin_ctz(set);
}

/* One way to burn one kind of disc. */
struct burn_plan {
	uint16_t profile;
	enum burn_method method;
	uint16_t feature;	/* must be current in the recorder */
	uint8_t unit;		/* blocks that are written together (ECC block) */
	uint16_t min_blocks;	/* shortest track */
	uint8_t nwa_track;	/* track to ask for the next address, 0: the last */
	bool write_page;	/* has write parameters */
	bool reserve;		/* size is announced by RESERVE TRACK */
	bool opc;		/* SEND OPC when the disc has none */
	bool reload;		/* has to be taken out and in before it is read */
	struct mmc_write_params params;
	uint8_t close[2];	/* enum mmc_close in order, 0: none */
	uint8_t close_open[2];	/* the same, leaving it appendable; 0: can't be */
};

/* The plan for a disc; NULL: it can't be written. */
const struct burn_plan *burn_plan_find(uint16_t profile, enum burn_method method, bool appendable);

/* Blocks that an image of this size takes on the disc. */
uint64_t burn_plan_blocks(const struct burn_plan *plan, uint64_t image_blocks);

/* A recorder at work. */
struct burn_rec {
	struct burn_recorder info;
	char name[24];			/* "recorder 2" */
	const struct burn_plan *plan;	/* NULL until the disc is known */
	uint16_t profile;
	uint16_t track;			/* that is written */
	uint8_t opc_entries;
	uint32_t start;			/* first block of the copy */
	uint32_t free;			/* blocks */
	bool can_write;			/* the feature of the plan is current */
	bool disc_problem;		/* another disc would help */
	uint8_t list[MMC_MODE_LEN];	/* of MODE SELECT */
	size_t list_len;

	/* The reply to the last command: how it went and its data. */
	struct discmux_result result;
	const uint8_t *data;
	size_t len;
	uint8_t reply[BURN_SMALL_REPLY];

	struct burn_status status;	/* under job->lock */
};

struct burn_job {
	struct burn_config config;
	struct burn_rec recs[BURN_MAX_RECORDERS];
	size_t count;
	burn_set live;			/* neither failed nor cancelled */
	bool reader_claimed, recorders_claimed;
	uint32_t image_blocks;
	uint32_t total_blocks;		/* with padding */
	uint64_t *digests;		/* of each block of the master; to verify */
	uint8_t small[BURN_MAX_RECORDERS * BURN_SMALL_REPLY];
	atomic_bool cancel;
	pthread_mutex_t lock;		/* the recs' status */
	char id[40];			/* in the log */
	char error[BURN_MESSAGE_LEN];
};

/* ---- group.c: commands to many recorders ------------------------------ */

/* What to do with a "not now" of a recorder */
#define BURN_UNIT_ATTENTION	1u	/* repeat; what it tells is of no harm */
#define BURN_BECOMING_READY	2u	/* wait for 02/04/01, 07 and 08 to end */
#define BURN_RESET		4u	/* repeat, unless the medium was changed */
#define BURN_TO_THE_END		8u	/* wait even when the job is cancelled */

/*
 * Sends the command to all of set at once; replies are in each recorder's
 * result, data, len.  data: cmd->data_len bytes for all (OUT), or room for that
 * for each (IN, no flags then); NULL: the engine's own for up to
 * BURN_SMALL_REPLY.  flags: BURN_*; limit_ms: for waiting.  Returns those that
 * ended GOOD.
 */
burn_set burn_send(struct burn_job *job, burn_set set, const struct mmc_command *cmd, void *data,
		   unsigned int flags, unsigned int limit_ms);

/* Takes the recorders out of *set for which same() holds with its first one. */
burn_set burn_take_alike(struct burn_job *job, burn_set *set,
			 bool (*same)(const struct burn_rec *a, const struct burn_rec *b));

/* For burn_take_alike(): both write the same track. */
bool burn_same_track(const struct burn_rec *a, const struct burn_rec *b);

/* True when the last command of the recorder ended with this sense. */
bool burn_is(const struct burn_rec *rec, uint8_t key, uint8_t asc, uint8_t ascq);

/* The sense key of a result, 0 without. */
uint8_t burn_key(const struct discmux_result *result, uint8_t *asc, uint8_t *ascq);

/* One command to one member, with the same flags.  Returns bytes of data, or
 * -EIO with the reason in result. */
int burn_command(struct burn_job *job, uint32_t member, const struct mmc_command *cmd, void *data,
		 unsigned int flags, unsigned int limit_ms, struct discmux_result *result);

/* ---- burn.c: states --------------------------------------------------- */

void burn_set_state(struct burn_job *job, burn_set set, enum burn_state state);
void burn_set_disc(struct burn_job *job, size_t i, enum burn_disc disc);
void burn_set_progress(struct burn_job *job, size_t i, uint64_t bytes, uint64_t total);
void burn_set_message(struct burn_job *job, size_t i, const char *text);

/* Drops a recorder. */
void burn_drop(struct burn_job *job, size_t i, enum burn_state state, const char *text);

/* Drops a failed recorder for this reason; the name of the recorder is in the text. */
void burn_fail(struct burn_job *job, size_t i, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same: "recorder 2 failed <what>: <sense in words>". */
void burn_fail_result(struct burn_job *job, size_t i, const char *what);

/* The same with an address. */
void burn_fail_lba(struct burn_job *job, size_t i, uint32_t lba, const char *what);

/* Each of set as burn_fail_result(). */
void burn_fail_set(struct burn_job *job, burn_set set, const char *what);

void burn_notice(struct burn_job *job, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What is wrong with the job as a whole.  Returns -EINVAL. */
int burn_job_problem(struct burn_job *job, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static inline bool burn_is_cancelled(const struct burn_job *job)
{
	return atomic_load_explicit(&job->cancel, memory_order_relaxed);
}

/* Sleeps for ms, or until the job is cancelled. */
void burn_pause(struct burn_job *job, unsigned int ms);

/* ---- The steps; each leaves the ones that are left in job->live -------- */

/* check.c: -EINVAL with a message for each recorder that is not fit. */
int burn_check(struct burn_job *job);

/* prepare.c */
void burn_prepare(struct burn_job *job);

/* write.c: -EIO with job->error when the master failed. */
int burn_write(struct burn_job *job);

/* close.c */
void burn_close(struct burn_job *job);
void burn_wait_idle(struct burn_job *job, burn_set set, const char *what);

/* verify.c */
void burn_verify(struct burn_job *job);

/* ---- source.c --------------------------------------------------------- */

/* The drive that the master is in; DISCMUX_NONE for a file. */
uint32_t burn_source_member(const struct burn_source *source);
const char *burn_source_name(const struct burn_source *source);

/* Looks at the master; its size is in job->image_blocks then.  -EINVAL with a
 * message in job->error. */
int burn_source_check(struct burn_source *source, struct burn_job *job);

/* Reads whole blocks.  -EIO with a message in job->error. */
int burn_source_read(struct burn_source *source, struct burn_job *job, uint32_t lba,
		     uint32_t blocks, void *data);

/* Most blocks of one read. */
uint32_t burn_source_chunk(const struct burn_source *source);

/* ---- digest.c --------------------------------------------------------- */

/* A 64-bit digest (XXH64, seed 0) of one block. */
uint64_t burn_digest(const uint8_t *block);

/* ---- log.c ------------------------------------------------------------ */

/* One line about recorder i, on the storage when this returns.  disc: what the
 * disc is worth if the machine stops now. */
void burn_log_state(struct burn_job *job, size_t i, const char *state, enum burn_disc disc);

#endif
