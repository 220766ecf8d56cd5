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
#include "contents.h"

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

/* How a disc is formatted before it can be written */
enum burn_format {
	BURN_FORMAT_NONE,
	BURN_FORMAT_DVD_PLUS_RW,
	BURN_FORMAT_DVD_RW,	/* to restricted overwrite, or a larger part of it */
	BURN_FORMAT_BD_RE,
};

/* One way to burn one kind of disc. */
struct burn_plan {
	uint16_t profile;
	enum burn_method method;
	uint16_t feature;	/* must be current in the recorder */
	uint16_t test_feature;	/* says in its bit 2 that it can simulate; 0: never */
	bool overwrite;		/* any block can be written at any time */
	bool layers;		/* two: has a layer break */
	enum burn_format format;
	uint8_t unit;		/* blocks that are written together (ECC block) */
	uint16_t min_blocks;	/* shortest track */
	uint8_t nwa_track;	/* track to ask for the next address, 0: the last */
	bool write_page;	/* has write parameters */
	bool reserve;		/* size is announced by RESERVE TRACK */
	bool opc;		/* SEND OPC when the disc has none */
	bool reload;		/* has to be taken out and in before it is read */
	bool session_close;	/* closed only when its last session is incomplete */
	struct mmc_write_params params;
	uint8_t close[2];	/* enum mmc_close in order, 0: none */
	uint8_t close_open[2];	/* the same, leaving it appendable; 0: can't be */
};

/* The plan for a disc; NULL: it can't be written. */
const struct burn_plan *burn_plan_find(uint16_t profile, enum burn_method method, bool appendable);

/* The most that a DVD-RW in restricted overwrite can be formatted to, and how; in *type. */
uint32_t burn_format_most(const struct mmc_formats *formats, enum mmc_format *type);

/* The medium can be written in some way. */
bool burn_plan_any(uint16_t profile);

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
	uint32_t lead_out;		/* where that of a CD may begin at last, 0: not told */
	uint32_t start;			/* first block of the copy */
	uint32_t track_start;		/* of the track that is written; not what can be overwritten */
	uint32_t free;			/* blocks */
	bool can_write;			/* the feature of the plan is current */
	bool disc_problem;		/* another disc would help */
	bool can_test;			/* can simulate on this disc */
	bool erasable;			/* the disc can be erased */
	bool blank;			/* holds nothing */
	bool appendable;		/* holds something, and takes another session */
	bool unreadable;		/* so that nobody knows whether it does */
	char holds[24];			/* what, as libblkid calls it; "" for what it does not know */
	bool needs_format;
	bool told;			/* the log has a line about its disc */
	struct mmc_formats formats;	/* with overwritable media */
	uint32_t kbps;			/* speed it is to write with, 0: its choice */
	struct mmc_atip atip;		/* CD */
	char id[BURN_ID_LEN];		/* which disc it is, once it is read back */
	uint32_t id_lba;		/* where what it is known by begins */
	unsigned int recovered;		/* commands that were carried out with a warning */
	enum burn_disc before;		/* what the disc was when it was about to be touched last */
	struct discmux_result lost;	/* how the WRITE ended by which it left the stream ... */
	uint32_t lost_lba;		/* ... where that began, ... */
	uint32_t sent_end;		/* ... and the block after all that was sent; the same
					 * when it was not a WRITE, but SYNCHRONIZE CACHE */
	uint32_t resume_at;		/* block of the copy to go on with */
	bool no_text;			/* the drive takes no CD-Text */
	bool can_increment;		/* the drive writes such a disc packet by packet, too */
	bool offset_known;
	int32_t offset;			/* samples that audio comes late when read back */
	uint8_t list[MMC_MODE_LEN];	/* of MODE SELECT */
	size_t list_len;

	/* The reply to the last command: how it went and its data. */
	struct discmux_result result;
	const uint8_t *data;
	size_t len;
	uint8_t reply[BURN_SMALL_REPLY];

	struct burn_status status;	/* under job->lock */
};

/*
 * Blocks of the master that are written one behind the other and are of one
 * kind.  A plain master is one part; a CD is one for each run of tracks of a
 * kind in a session.
 */
struct burn_part {
	int32_t lba;		/* of the first; below 0: the pause before track 1 */
	uint32_t blocks;
	uint32_t first;		/* blocks of all parts before it */
	uint32_t size;		/* bytes of a block that are written ... */
	uint32_t skip;		/* ... and where they begin in a block of the master */
	enum cd_sector type;
	unsigned int session;	/* from 0 */
};

#define BURN_MAX_PARTS	(2u * CD_TRACKS)

/* A block of audio that can be found again wherever the drive's offset puts it. */
struct burn_key {
	bool valid;
	int32_t lba;
	uint8_t data[CD_RAW];
};

struct burn_job {
	struct burn_config config;
	struct burn_rec recs[BURN_MAX_RECORDERS];
	size_t count;
	burn_set live;			/* neither failed nor cancelled nor lost */
	burn_set lost;			/* left the stream by a reset or on a broken path */
	bool reader_claimed, recorders_claimed;
	bool cd;			/* the master is more than blocks of 2048 bytes */
	struct cd_layout *layout;	/* of the copies then */
	bool tao[CD_TRACKS];		/* sessions that are written track at once */
	uint32_t unit;			/* bytes of a block of the master */
	uint32_t image_blocks;		/* of all parts */
	uint32_t total_blocks;		/* with padding */
	unsigned int nr_parts;
	struct burn_part parts[BURN_MAX_PARTS];
	bool appendable;		/* discs are left open */
	uint32_t layer_break;
	uint32_t root;			/* LBA of the root directory of an ISO 9660 master that
					 * is added to a disc, or 0 */
	uint64_t *digests;		/* of each block of the master; to verify */
	uint32_t kept;			/* blocks of all parts that digests and image have */
	struct burn_key key;
	struct burn_save *save;		/* the image that is made, or NULL */
	char image[4096];		/* its path when it is whole */
	struct burn_status master;	/* how it is read; under lock */
	uint8_t small[BURN_MAX_RECORDERS * BURN_SMALL_REPLY];
	atomic_bool cancel;
	atomic_bool leave;		/* and what drives do by themselves, to them */
	pthread_mutex_t lock;		/* the recs' status */
	char id[40];			/* in the log */
	char error[BURN_MESSAGE_LEN];
};

/* ---- group.c: commands to many recorders ------------------------------ */

/* How long a command is waited for */
enum burn_until {
	BURN_UNTIL_CANCELLED,
	BURN_UNTIL_LEAVE,	/* the program has to end; drives tell how far they are */
	BURN_TO_THE_END,
};

/*
 * Sends the command to all of set at once until it is carried out, as its purpose has
 * it (discmux_carry_out()); replies are in each recorder's result, data, len.  data:
 * cmd->data_len bytes for all (OUT), or room for that for each (IN); NULL: the engine's
 * own for up to BURN_SMALL_REPLY.  limit_ms: for waiting; 0: the purpose's.  Returns those
 * for which it is done.
 */
burn_set burn_send(struct burn_job *job, burn_set set, const struct mmc_command *cmd, void *data,
		   enum discmux_purpose purpose, unsigned int limit_ms);

/* The same, and waits as long as until says. */
burn_set burn_send_until(struct burn_job *job, burn_set set, const struct mmc_command *cmd,
			 enum discmux_purpose purpose, unsigned int limit_ms,
			 enum burn_until until);

/* Says that recorder i carried a command out and warns, if that is what the result is. */
void burn_recovered(struct burn_job *job, size_t i, const struct discmux_result *result);

/* Takes the recorders out of *set for which same() holds with its first one. */
burn_set burn_take_alike(struct burn_job *job, burn_set *set,
			 bool (*same)(const struct burn_rec *a, const struct burn_rec *b));

/* For burn_take_alike(): both write the same track. */
bool burn_same_track(const struct burn_rec *a, const struct burn_rec *b);

/* What the last command of the recorder ended with. */
enum discmux_cause burn_cause(const struct burn_rec *rec);

/* One command to the drive of the master, with the same purposes.  Returns bytes of data,
 * or -EIO with the reason in result. */
int burn_command(struct burn_job *job, uint32_t member, const struct mmc_command *cmd, void *data,
		 enum discmux_purpose purpose, unsigned int limit_ms,
		 struct discmux_result *result);

/* ---- state.c --------------------------------------------------- */

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

/* The same for a command that was to change the disc.  One that the drive does not know has
 * changed nothing: the disc is what it was before burn_touch(). */
void burn_fail_touch(struct burn_job *job, size_t i, const char *what);

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

/* How far reading the master is. */
void burn_set_master(struct burn_job *job, enum burn_state state, uint64_t bytes, uint64_t total);

/* All recorders of the job. */
burn_set burn_all(const struct burn_job *job);

/* Sleeps for ms, or until the job is cancelled. */
void burn_pause(struct burn_job *job, unsigned int ms);

/* ---- The steps; each leaves the ones that are left in job->live -------- */

/* check.c: -EINVAL with a message for each recorder that is not fit. */
int burn_check(struct burn_job *job);

/* check_ready.c: ready, and with a disc that is known. */
void burn_check_ready(struct burn_job *job);
void burn_check_profiles(struct burn_job *job);
__attribute__((format(printf, 3, 4)))
void burn_disc_problem(struct burn_job *job, size_t i, const char *fmt, ...);

/* check_disc.c: what is on it and what it takes */
void burn_check_blank(struct burn_job *job);
void burn_check_room(struct burn_job *job);

/* append.c: a master that is added to discs as a session.  burn_append_master(): -EINVAL when
 * it can't be, -EIO when it can't be read.  fit, place, start: of recorder i, which fails when
 * its disc does not do, when the master is not made for where the disc goes on (and that is
 * kept as its start), when the next address is another one then. */
int burn_append_master(struct burn_job *job);
void burn_append_fit(struct burn_job *job, size_t i);
void burn_append_place(struct burn_job *job, size_t i, const struct mmc_track_info *info);
void burn_append_start(struct burn_job *job, size_t i, uint32_t next);

/* prepare.c */
void burn_prepare(struct burn_job *job);
void burn_write_page(struct burn_job *job, burn_set set, const struct mmc_write_params *params);
void burn_next_address(struct burn_job *job);

/* What a drive may have forgotten by a reset: speed and write parameters. */
void burn_prepare_again(struct burn_job *job);

/* After a simulation, however it went: a drive that was left in the middle of one would go
 * on with it, and hold the disc for written. */
void burn_end_test(struct burn_job *job);

/* speed.c */
void burn_speed(struct burn_job *job);

/* format.c: formats what has to be, sets layer breaks. */
void burn_format(struct burn_job *job);
void burn_layer_break(struct burn_job *job);

/* erase.c.  burn_erase() is the task; burn_blank() empties those of set. */
void burn_erase(struct burn_job *job);
void burn_blank(struct burn_job *job, burn_set set);

/* Waits until the drives are idle and shows how far they are; what: as in
 * burn_fail_result().  Returns those that are. */
burn_set burn_poll(struct burn_job *job, burn_set set, const char *what);

/* write.c: -EIO with job->error when the master failed. */
int burn_write(struct burn_job *job);

/* Writes zeros over these blocks of the discs of set. */
int burn_zero(struct burn_job *job, burn_set set, uint32_t lba, uint32_t blocks);

/* stream.c: blocks of a part, then padding of zeros, to all that are live, from
 * each one's start on.  before: bytes that were written in earlier streams. */
int burn_stream(struct burn_job *job, const struct burn_part *part, uint32_t blocks,
		uint32_t padding, uint64_t before);

/* The rest of a plain copy, from this block of it on, to all that are live. */
int burn_stream_rest(struct burn_job *job, uint32_t from);

/*
 * resume.c: recorders that left a stream, or its SYNCHRONIZE CACHE, without having said what was
 * wrong with their disc.
 * burn_may_resume(): of one that left by this result, whether it may go on later.
 * burn_lose(): it is lost, no longer live, with all before this block sent and all before
 * lost_lba acknowledged.
 * burn_resume() waits for those that are lost, asks where their discs go on, gives them the
 * rest and makes them live, or fails them; -EIO with job->error when the master failed.
 * burn_give_up(): fails them.  burn_ask_fate(): what the disc of one that failed is.
 */
bool burn_may_resume(const struct burn_job *job, size_t i, const struct discmux_result *result);
void burn_lose(struct burn_job *job, size_t i, const struct discmux_result *result,
	       uint32_t lost_lba, uint32_t sent_end);
int burn_resume(struct burn_job *job);
void burn_give_up(struct burn_job *job);
void burn_ask_fate(struct burn_job *job, size_t i);

/* write_cd.c.  burn_cue_sheet(): of session n, from 0, with CD-Text or not; its length, to be
 * freed. */
int burn_write_cd(struct burn_job *job);
int burn_cue_sheet(const struct burn_job *job, unsigned int n, bool text, uint8_t **sheet);

/* close.c */
void burn_close(struct burn_job *job);
void burn_close_step(struct burn_job *job, unsigned int step);
void burn_flush(struct burn_job *job);
void burn_wait_idle(struct burn_job *job, burn_set set, const char *what);

/* verify.c */
int burn_verify(struct burn_job *job);

/* verify_audio.c: finds the offset of each recorder's audio. */
void burn_find_offsets(struct burn_job *job);
void burn_verify_layout(struct burn_job *job);	/* the tracks of each */
/* verify_codes.c: what else a CD has; what of it (enum burn_beside) is not compared */
void burn_verify_codes(struct burn_job *job);
void burn_not_compared(struct burn_job *job, size_t i, unsigned int what);
void burn_keep_key(struct burn_job *job, const struct burn_part *part, int32_t lba,
		   const uint8_t *data, uint32_t blocks);

/* read.c: the task that makes an image, and nothing else. */
int burn_read(struct burn_job *job);

/* save.c: an image under way.  -errno with job->error. */
int burn_save_begin(struct burn_job *job);
int burn_save_put(struct burn_job *job, int32_t lba, uint32_t blocks, const void *data);
int burn_save_end(struct burn_job *job);
void burn_save_drop(struct burn_job *job);

/* Blocks of the image, and where a block of the disc is in it; -1: nowhere. */
int64_t burn_save_place(const struct burn_job *job, int32_t lba);

/* map.c: ddrescue's map of blocks that could not be read, and how to write it.
 * burn_map_add(): one block; 1, 0 when it was there already, or -ENOMEM. */
struct burn_map;
int burn_map_add(struct burn_map **map, uint64_t offset, uint64_t bytes);
int burn_map_write(const struct burn_map *map, const char *path, uint64_t total);
void burn_map_free(struct burn_map *map);

/* parts.c: parts[] and what belongs to them out of the layout. */
int burn_parts(struct burn_job *job);

/* ---- source.c --------------------------------------------------------- */

/* The drive that the master is in; DISCMUX_NONE for a file. */
uint32_t burn_source_member(const struct burn_source *source);

/* False: the drive holds another disc than the one that was looked at. */
bool burn_source_same(const struct burn_source *source, const struct burn_ops *ops, void *ctx);

/* Says that its drive carried a command out and warns, if that is what the result is. */
void burn_source_recovered(struct burn_source *source, struct burn_job *job,
			   const struct discmux_result *result);

/* Looks at the master; its size is in job->image_blocks then.  -EINVAL with a
 * message in job->error. */
int burn_source_check(struct burn_source *source, struct burn_job *job);

/* Reads whole blocks, job->unit bytes each.  -EIO with a message in job->error. */
int burn_source_read(struct burn_source *source, struct burn_job *job, int32_t lba,
		     uint32_t blocks, void *data);

/* Writes the map of what could not be read; total: bytes of the image. */
int burn_source_write_map(const struct burn_source *source, const char *path, uint64_t total);

/* ---- digest.c --------------------------------------------------------- */

/* A 64-bit digest (XXH64, seed 0) of one block of len bytes. */
uint64_t burn_digest(const uint8_t *block, size_t len);

/* ---- log.c ------------------------------------------------------------ */

/* One line about recorder i, on the storage when this returns.  disc: what the
 * disc is worth if the machine stops now.  False: who keeps account of the discs is
 * against it (burn_config.record), and the recorder was dropped. */
bool burn_log_state(struct burn_job *job, size_t i, const char *state, enum burn_disc disc);

/* The same of a recorder that is about to change its disc, which is ruined from now on;
 * false: it must not. */
bool burn_touch(struct burn_job *job, size_t i, const char *state);

#endif
