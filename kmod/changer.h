/* SPDX-License-Identifier: GPL-2.0 */
/*
 * discmux: what only changers have.
 *
 * The mechanism does one thing at a time, which mech says: it is idle, or it
 * is being asked for its element status, or it moves.  A status call that
 * meets a move answers from the map instead of waiting.  Moves are jobs in a
 * queue that one work empties, so that a caller who is killed leaves nothing
 * behind that nobody looks after.
 */
#ifndef DISCMUX_CHANGER_H
#define DISCMUX_CHANGER_H

#include "dmx.h"

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

struct dmx_range {
	u16 first;
	u16 count;
};

/**
 * struct dmx_changer - the changer part of a member
 * @lock: guards all below but @range and @options
 * @wait: woken when @mech becomes idle or moving
 * @jobs: moves not yet begun, in order
 * @pending: jobs in @jobs and the one running
 * @work: empties @jobs
 * @map: last element status, never NULL
 * @generation: grows when @map changes
 * @asked: when @map was last read
 * @stale: the last attempt to read it failed, or a move failed since
 * @range: by element type, from mode page 1Dh, set once
 * @options: CURDATA/DVCID and VOLTAG bits that the changer takes; only
 *	touched while @mech is asked or moving
 */
struct dmx_changer {
	spinlock_t lock;	/* never in interrupts */
	wait_queue_head_t wait;
	enum dmx_mech mech;
	struct list_head jobs;
	unsigned int pending;
	struct work_struct work;
	struct dmx_map *map;
	u64 generation;
	ktime_t asked;
	bool stale;
	struct dmx_range range[DISCMUX_ELEMENT_DATA_TRANSFER + 1];
	unsigned int options;
	struct dmx_member *member;
};

/* changer.c */
int dmx_changer_refresh(struct dmx_member *m);
struct dmx_map *dmx_map_get(struct dmx_changer *ch);
void dmx_map_put(struct dmx_map *map);

/* moves.c */
void dmx_moves_work(struct work_struct *work);

/* elements.c */
int dmx_elements_decode(const u8 *buf, unsigned int len,
			struct discmux_element *out, unsigned int max);
u32 dmx_elements_bytes(const u8 *header);
bool dmx_element_identifies(const struct discmux_element *e, const u8 *serial);

#endif
