/* SPDX-License-Identifier: GPL-2.0 */
/*
 * discmux: streams.
 *
 * The ring is a row of chunks, numbered from 0 without end; chunk n lies at
 * n modulo nr_chunks.  head counts the chunks that are whole; each leg's
 * cursor counts those its recorder has taken.  A chunk's memory is free for
 * new data when every running leg's cursor is past it: a leg that fails stops
 * counting and so frees its share at once.
 *
 * A leg has one WRITE in flight at most.  When it ends, the interrupt queues
 * the leg's work; the work takes the result, moves the cursor and sends the
 * next WRITE.  Nothing else sends one, and a work never runs twice at a time,
 * so the leg's command needs no lock; cursor, state and head do.
 *
 *   FILLING --prefill reached or FINISH--> RUNNING --FINISH--> FINISHING
 *   FINISHING --all legs done or failed--> DONE
 *   any but DONE --ABORT or close--> ABORTED
 */
#ifndef DISCMUX_STREAM_H
#define DISCMUX_STREAM_H

#include "dmx.h"

#define DMX_NO_END	U64_MAX

/**
 * struct dmx_leg - one recorder of a stream
 * @cursor: chunks its recorder has taken
 * @state: enum discmux_target_state
 * @busy: a WRITE is in flight or its result not taken yet
 * @ended: the WRITE in flight has ended, set by the interrupt
 * @since: first try of the WRITE at the cursor, to give up a retried one
 */
struct dmx_leg {
	struct dmx_stream *stream;
	struct dmx_member *member;
	struct delayed_work work;
	struct dmx_cmd cmd;
	struct dmx_data data;
	u64 cursor;
	u32 state;
	u32 lba;
	u32 blocks_in_flight;
	u32 failed_lba;
	u32 retries;
	u32 ring_empty;
	u32 max_us;
	u64 bytes;
	bool busy;
	bool ended;
	bool claimed;
	unsigned long since;
	struct discmux_result result;
};

/**
 * struct dmx_stream - a stream; freed when the fd is closed and no leg is busy
 * @ref: the fd, each busy leg, each queued work
 * @write_lock: one writer at a time; outside @lock
 * @event_lock: a change and the event that tells of it, so that events come
 *	in order; outside @lock
 * @wait: writers, FINISH and poll
 * @head, @fill, @end, @tail_bytes, @state, @aborted and the legs' cursor,
 *	state and counters: under @lock.  @fill is the bytes in chunk @head,
 *	@end the number of chunks once FINISH is called, @tail_bytes what is
 *	in the last of them
 */
struct dmx_stream {
	struct kref ref;
	struct dmx_file *file;
	struct mutex write_lock;	/* one writer at a time */
	struct mutex event_lock;	/* events, see above */
	spinlock_t lock;		/* ring and legs, taken in interrupts */
	wait_queue_head_t wait;
	u32 id;
	u32 state;
	u32 block_size;
	u32 chunk_bytes;
	u32 nr_chunks;
	u32 pages_per_chunk;
	u32 prefill_chunks;
	u32 timeout_ms;
	u8 opcode;
	bool ended;		/* no leg runs any more, STREAM_END goes out */
	u32 fill;
	u32 tail_bytes;
	u64 head;
	u64 end;
	u64 accepted;
	unsigned long progress_at;
	struct bio_vec *ring;	/* pages_per_chunk entries a chunk */
	unsigned int nr_legs;
	struct dmx_leg leg[];
};

/* stream.c */
void dmx_leg_work(struct work_struct *work);
void dmx_leg_cmd_done(struct dmx_cmd *cmd);
void dmx_stream_put(struct dmx_stream *s);
u32 dmx_stream_room(struct dmx_stream *s);
u32 dmx_stream_used(struct dmx_stream *s);
unsigned int dmx_stream_running(struct dmx_stream *s);
void dmx_stream_filled(struct dmx_stream *s, u32 bytes);
int dmx_stream_finish(struct dmx_stream *s);
void dmx_stream_abort(struct dmx_stream *s);

#endif
