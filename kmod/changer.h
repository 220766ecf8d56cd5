/* SPDX-License-Identifier: GPL-2.0 */
/*
 * discmux: what only changers have.
 *
 * The mechanism does one thing at a time, which mech says: it is idle, or it
 * is being asked for its element status, or it moves.  A status call that
 * meets a move answers from the map instead of waiting.  Moves and all other
 * commands to a changer that may have to wait for them are jobs in a queue that
 * one work empties, so that a caller who is killed leaves nothing behind that
 * nobody looks after.
 */
#ifndef DISCMUX_CHANGER_H
#define DISCMUX_CHANGER_H

#include "command.h"
#include "elements.h"
#include "replies.h"

/* A snapshot of the elements; never changed once published. */
struct dmx_map {
	struct kref ref;
	unsigned int nr;
	struct discmux_element e[];
};

enum dmx_mech {
	DMX_MECH_IDLE,
	DMX_MECH_ASKED,		/* READ ELEMENT STATUS on its way */
	DMX_MECH_MOVING,
};

/**
 * struct dmx_status_way - what a changer takes of READ ELEMENT STATUS
 * @step: how many elements at a time, see dmx_status_steps
 * @options: volume tags and identifiers, DMX_VOLTAG and DMX_DVCID
 * @no_ids: identifiers of drives are refused without volume tags, too
 */
struct dmx_status_way {
	unsigned int step;
	unsigned int options;
	bool no_ids;
};

/**
 * struct dmx_changer - the changer part of a member
 * @lock: guards all below but @range and @options
 * @wait: woken when @mech becomes idle or moving
 * @jobs: not yet begun, in order
 * @pending: jobs in @jobs and the one running
 * @moving: those of them that move something
 * @work: empties @jobs
 * @map: last element status, never NULL
 * @generation: grows when @map changes
 * @asked: when @map was last read
 * @held: resets that keep jobs from beginning
 * @stale: the last attempt to read it failed, or something has happened since
 *	that may have changed it
 * @garbled: it failed because the reply contradicted itself
 * @range: by element type, from mode page 1Dh, set once; a count of 0 is none yet
 * @ask: how it is asked for its elements, see element_status.c; only touched
 *	while @mech is asked or moving
 */
struct dmx_changer {
	spinlock_t lock;	/* never in interrupts */
	wait_queue_head_t wait;
	enum dmx_mech mech;
	struct list_head jobs;
	unsigned int pending;
	unsigned int moving;
	unsigned int held;
	struct work_struct work;
	struct dmx_map *map;
	u64 generation;
	ktime_t asked;
	bool stale;
	bool garbled;
	struct dmx_range range[DMX_RANGES];
	struct dmx_status_way ask;
	struct dmx_member *member;
};

/* What a job is for: an enum discmux_operation, or */
#define DMX_JOB_PAGE	0	/* log and mode pages */
#define DMX_JOB_MOVE	(~0u)	/* MOVE MEDIUM */

/**
 * struct dmx_job - one command to a changer; the caller and the queue hold a
 * reference each
 * @link: in dmx_changer.jobs until it begins or is dropped, under its lock
 * @file, @owner: whose close drops it
 * @kind: see above
 * @request: the command; its cdb and buf are @cdb and @buf
 * @buf: freed with the job
 * @source, @destination, @second: elements that it concerns
 * @mechanical: something moves, what is where is asked afterwards
 * @immed: the caller hears when the changer has accepted it
 * @dropped: it never began, valid when @done is complete
 */
struct dmx_job {
	struct kref ref;
	struct list_head link;
	struct dmx_file *file;
	fl_owner_t owner;
	u32 kind;
	struct dmx_request request;
	u8 cdb[DISCMUX_MAX_CDB];
	void *buf;
	u32 source;
	u32 destination;
	u32 second;
	bool mechanical;
	bool immed;
	bool dropped;
	struct completion done;
	struct discmux_result res;
};

/* element_status.c */
void dmx_status_begin(struct dmx_changer *ch);
int dmx_status_map(struct dmx_member *m, struct dmx_map **map);

/* changer.c */
int dmx_changer_refresh(struct dmx_member *m);
int dmx_status_refresh(struct dmx_member *m);
bool dmx_is_library(struct dmx_member *m);
struct dmx_map *dmx_map_get(struct dmx_changer *ch);
void dmx_map_put(struct dmx_map *map);
struct dmx_map *dmx_map_alloc(unsigned int nr);

/* jobs.c */
void dmx_jobs_work(struct work_struct *work);
struct dmx_job *dmx_job_alloc(struct dmx_file *file, u32 kind, u8 cdb_len);
void dmx_job_put(struct dmx_job *job);
int dmx_job_do(struct dmx_member *m, struct dmx_job *job, bool nowait);
int dmx_jobs_hold(struct dmx_changer *ch, unsigned int ms);
void dmx_jobs_go_on(struct dmx_changer *ch);

/* moves.c */
u32 dmx_element_type(struct dmx_changer *ch, u32 address);
u32 dmx_transport(struct dmx_changer *ch);
bool dmx_has_element(struct dmx_changer *ch, u32 address);
int dmx_job_may(struct dmx_member *m, struct dmx_job *job);

#endif
