/* SPDX-License-Identifier: GPL-2.0 */
/*
 * discmux: streams.
 *
 * The ring is a row of chunks, numbered from 0 without end; chunk n lies in
 * slot n modulo nr_chunks.  head counts the chunks that are whole; each leg's
 * cursor counts those its recorder has taken; reaped counts those that no leg
 * needs any more.  A slot is free for new data when its chunk is reaped, and
 * a chunk is reaped when every running leg's cursor is past it: a leg that
 * fails stops counting and so frees its share at once.
 *
 * A chunk is a table of memory: pages of the ring's own that lie behind each
 * slot (filled by copying, or by the user through a mapping), or foreign ones
 * (of the page cache, or of the user's buffer) with a reference each.  A leg
 * that leaves the stream while its WRITE is in flight keeps the table, and
 * with it the foreign pages, until the WRITE has ended; the slot gets the
 * leg's spare table.  The ring's own pages are reused at once, for what that
 * recorder still reads of them is lost anyway.
 *
 * A leg has one WRITE in flight at most.  When it ends, the interrupt puts the
 * leg on the list of the stream's thread, which has real-time priority, takes
 * no memory and waits for nothing but work: it takes the result, moves the
 * cursor and sends the next WRITE.  Nothing else sends one, so a leg's command
 * needs no lock; cursors, states and head do.  Whatever may wait is done by
 * works: note_work (events and the end), fill_work (asynchronous writes that
 * wait for room), lag_work (looks for laggards).
 *
 *   FILLING --prefill reached or FINISH--> RUNNING --FINISH--> FINISHING
 *   FINISHING --all legs done or failed--> DONE
 *   any but DONE --ABORT or close--> ABORTED
 *
 * Of a leg: RUNNING --all data taken, after FINISH--> DONE
 *           RUNNING --WRITE failed, or lag--> FAILED
 *           RUNNING --ABORT or close--> ABORTED
 */
#ifndef DISCMUX_STREAM_H
#define DISCMUX_STREAM_H

#include <linux/bitmap.h>
#include <linux/llist.h>
#include <linux/uio.h>

#include "command.h"

#define DMX_NO_END	U64_MAX
#define DMX_RING_MAX	SZ_64M			/* bytes */
#define DMX_CHUNK_PAGES	(DMX_MAX_DATA >> PAGE_SHIFT)

struct dmx_async;

/**
 * struct dmx_chunk - what one WRITE of every recorder sends
 * @nr: entries of @table
 * @lost: legs that have left and whose WRITE still reads it; when not 0 the
 *	chunk is in no slot any more; the thread's
 * @async: whose memory it uses in place, or NULL
 * @foreign: entries whose pages have a reference each
 */
struct dmx_chunk {
	unsigned int nr;
	unsigned int lost;
	struct dmx_async *async;
	DECLARE_BITMAP(foreign, DMX_CHUNK_PAGES);
	struct bio_vec table[];
};

/* struct dmx_leg flags */
#define DMX_LEG_QUEUED	0	/* on the thread's list */
#define DMX_LEG_ENDED	1	/* its WRITE has ended, the result is not taken */

/**
 * struct dmx_leg - one recorder of a stream
 * @ready: in dmx_stream.ready
 * @pause: ends a pause before a WRITE is sent again
 * @chunk: that the WRITE in flight reads
 * @spare: for the slot of @chunk when the leg leaves it, NULL once used
 * @cursor: chunks its recorder has taken
 * @state: enum discmux_target_state
 * @busy: a WRITE is in flight or its result not taken yet
 * @paused: a pause is under way
 * @idle: it found no data
 * @report: has failed and the event has not gone out
 * @attention: @heard, a unit attention, has not been told of
 * @claimed: the stream holds the recorder; under @lock once it is open
 * @lag_ms: how long others have waited for it, see stream_lag.c
 * @since: first try of the WRITE at the cursor, to give up a retried one
 */
struct dmx_leg {
	struct dmx_stream *stream;
	struct dmx_member *member;
	struct llist_node ready;
	unsigned long flags;
	struct delayed_work pause;
	struct dmx_cmd cmd;
	struct dmx_data data;
	struct dmx_chunk *chunk;
	struct dmx_chunk *spare;
	u64 cursor;
	u32 state;
	u32 lba;
	u32 blocks_in_flight;
	u32 failed_lba;
	u32 retries;
	u32 ring_empty;
	u32 max_us;
	u32 lag_ms;
	u64 bytes;
	bool busy;
	bool paused;
	bool idle;
	bool report;
	bool attention;
	bool claimed;
	unsigned long since;
	struct discmux_result result;
	struct discmux_result heard;
};

/**
 * struct dmx_stream - a stream; goes when the fd is closed and no leg is busy
 * @ref: the fd, each busy leg, each pause, each queued work
 * @rcu: it is freed a grace period after the last reference, see dmx_leg_ready()
 * @write_lock: one writer at a time; outside @lock
 * @wait: writers, FINISH and poll
 * @thread: sends WRITEs
 * @ready: legs for the thread to look at
 * @kick: it has to look at all idle legs
 * @slot, @page: the ring; pages_per_chunk pages of its own for each slot, which
 *	come when they are needed first: under @write_lock
 * @head, @fill, @end, @tail_bytes, @reaped, @state, @pending and the legs'
 *	cursor, state and counters: under @lock.  @fill is the bytes in chunk
 *	@head, @end the number of chunks once FINISH is called, @tail_bytes
 *	what is in the last of them.  Only the thread changes @reaped, only
 *	who holds @write_lock @head and @fill
 * @running: legs in state RUNNING, under @lock
 * @starving: of these, idle ones, under @lock
 * @lost: legs that left and are busy, under @lock
 * @wake_chunks: free slots at which a waiting writer is woken
 * @progress: an event of it is due
 * @ended: the last event has gone out
 * @closed: the fd is; set once, under @lock
 * @pending: asynchronous writes that have not been taken yet
 * @nr_async: asynchronous writes that have not ended
 * @held: bytes of user memory held for asynchronous writes
 */
struct dmx_stream {
	struct kref ref;
	struct dmx_file *file;
	struct mutex write_lock;	/* one writer at a time */
	spinlock_t lock;		/* ring and legs */
	wait_queue_head_t wait;
	struct task_struct *thread;
	struct llist_head ready;
	bool kick;
	struct work_struct free_work;
	struct rcu_head rcu;
	struct work_struct note_work;
	struct work_struct fill_work;
	struct delayed_work lag_work;
	struct list_head pending;
	atomic_t nr_async;
	atomic_long_t held;
	struct dmx_limits limits;
	u32 id;
	u32 state;
	u32 block_size;
	u32 chunk_bytes;
	u32 nr_chunks;
	u32 pages_per_chunk;
	u32 prefill_chunks;
	u32 wake_chunks;
	u32 timeout_ms;
	u32 lag_policy;
	u32 lag_limit_ms;
	u8 opcode;
	bool ended;
	bool closed;
	bool progress;
	bool mapped;
	u32 fill;
	u32 tail_bytes;
	u64 head;
	u64 end;
	u64 reaped;
	u64 accepted;
	u64 zero_copy;
	u64 copied;
	unsigned long progress_at;
	unsigned long lag_at;
	unsigned int running;
	unsigned int starving;
	unsigned int lost;
	struct dmx_chunk **slot;
	struct page **page;
	unsigned int nr_legs;
	struct dmx_leg leg[];
};

/* stream_ring.c */
struct dmx_chunk *dmx_chunk_alloc(struct dmx_stream *s);
void dmx_chunk_put(struct dmx_chunk *chunk);
int dmx_ring_alloc(struct dmx_stream *s);
void dmx_ring_free(struct dmx_stream *s);
u32 dmx_ring_room(struct dmx_stream *s);
u32 dmx_ring_used(struct dmx_stream *s);
int dmx_ring_back_all(struct dmx_stream *s);
ssize_t dmx_ring_fill(struct dmx_stream *s, u32 room, struct iov_iter *from);
void dmx_ring_fill_async(struct dmx_stream *s, u32 room, struct iov_iter *from,
			 struct dmx_async *async);
void dmx_ring_commit(struct dmx_stream *s, u32 bytes);
void dmx_ring_reap(struct dmx_stream *s);

/* stream_legs.c */
int dmx_stream_thread(void *data);
void dmx_leg_init(struct dmx_leg *leg);
void dmx_leg_left(struct dmx_leg *leg, u32 state);
void dmx_legs_kick(struct dmx_stream *s);

/* stream.c */
void dmx_stream_put(struct dmx_stream *s);
void dmx_stream_put_later(struct dmx_stream *s);
void dmx_stream_note(struct dmx_stream *s);
int dmx_stream_finish(struct dmx_stream *s);
void dmx_stream_abort(struct dmx_stream *s);
void dmx_stream_unclaim(struct dmx_stream *s);
int dmx_stream_closed(struct dmx_stream *s);
bool dmx_stream_alive(struct dmx_stream *s);
int dmx_stream_start(struct dmx_stream *s);
struct dmx_stream *dmx_stream_alloc(struct dmx_file *file, u32 n,
				    struct discmux_target *t, struct dmx_member **m);

/* stream_write.c */
bool dmx_stream_writable(struct dmx_stream *s, u32 *room);
void dmx_stream_unlock(struct dmx_stream *s);
ssize_t dmx_stream_write_iter(struct kiocb *iocb, struct iov_iter *from);

/* stream_async.c */
ssize_t dmx_async_submit(struct kiocb *iocb, struct iov_iter *from);
void dmx_async_get(struct dmx_async *async);
void dmx_async_put(struct dmx_async *async);
void dmx_async_fill(struct work_struct *work);
void dmx_async_kick(struct dmx_stream *s);
int dmx_async_drain(struct dmx_stream *s, bool wait);

/* stream_lag.c */
void dmx_lag_start(struct dmx_stream *s);
void dmx_lag_work(struct work_struct *work);

/* stream_fd.c */
extern const struct file_operations dmx_stream_fops;

/* stream_map.c */
int dmx_stream_mmap(struct file *filp, struct vm_area_struct *vma);
int dmx_ioctl_stream_commit(struct dmx_call *call);

#endif
