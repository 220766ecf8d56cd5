/* SPDX-License-Identifier: GPL-2.0 */
/*
 * discmux: what the driver's files share.
 *
 * Lock order, outermost first.  Each file asserts what it relies on.
 *
 *   the SCSI class mutex		(held by the core around add/remove)
 *   dmx_bind_lock	mutex	which member is in which mux; list of all members
 *   dmx_mux.lock	mutex	the members of one mux, their numbers and roles
 *   dmx_file.lock	mutex	the members that one fd holds
 *   dmx_member.claim_lock mutex first claim and last release of a member; claims
 *				between these take only dmx_member.lock
 *   dmx_member.told_lock mutex	what was told of its state
 *   dmx_stream.write_lock mutex one writer of a stream at a time
 *   dmx_events.lock	mutex	numbering and sending of events (events.c)
 *   dmx_stream.lock	spinlock ring and legs of one stream, not in interrupts
 *   dmx_changer.lock	spinlock job queue, mechanism state and element map
 *   dmx_member.lock	spinlock owner, mux, dead; innermost
 *
 * No lock is held across a SCSI command, except that opening and closing sr's
 * disk under dmx_member.claim_lock (opening: and the dmx_file.lock of the fd) may
 * send some: only another claim of the same recorder, or by the same fd, waits
 * for that, killable.
 *
 * Lifetime.  A member lives from the moment the SCSI core shows the device
 * until the last of these is gone: the binding, each fd or stream that holds
 * it, each command in flight.  dmx_member_begin() in addition pins the low
 * level driver for the length of a command or a claim.  What outlives the
 * system call that started it (a command whose waiter was killed, a queued
 * move, a closed stream with WRITEs in flight, a last claim of a dead drive)
 * holds a reference to the module and drops it in a work on dmx_slow_wq, which
 * module exit drains.
 */
#ifndef DISCMUX_DMX_H
#define DISCMUX_DMX_H

#include <linux/atomic.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/discmux.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <scsi/scsi_device.h>

#define DMX_MAX_MUXES		16
#define DMX_MAX_DATA		SZ_1M	/* bytes of one command */
#define DMX_MAX_EXEC_BYTES	SZ_16M	/* bytes of one EXEC */
#define DMX_TIMEOUT_MAX		86400000 /* ms a caller may ask for, a day */
#define DMX_RESULT_MIN		offsetof(struct discmux_result, sense)
#define DMX_STRIDE_MAX		4096	/* of the user's arrays */

struct dmx_changer;
struct dmx_claim_hold;
struct dmx_job;
struct dmx_stream;

/* Counters, one sysfs file each, see sysfs.c; they only grow. */
enum dmx_counter {
	/* of every member */
	DMX_C_COMMANDS,
	DMX_C_RETRIES,
	DMX_C_RECOVERED,
	DMX_C_LONGEST_COMMAND_US,
	/* of a recorder or reader */
	DMX_C_BYTES_READ,
	DMX_C_BYTES_WRITTEN,
	DMX_C_BLOCKS_WRITTEN,
	DMX_C_WRITE_ERRORS,
	DMX_C_LONG_WRITE_WAITS,
	DMX_C_RING_EMPTY,
	DMX_C_DISCS_FINISHED,
	DMX_C_LAG_MS,
	/* of a changer */
	DMX_C_MOVES,
	DMX_C_MOVES_TO_SLOT,
	DMX_C_MOVES_TO_MAIL,
	DMX_C_MOVES_TO_DRIVE,
	DMX_C_MOVES_TO_PRINTER,
	DMX_C_INITIALIZATIONS,
	DMX_C_POSITIONS,
	DMX_C_EXCHANGES,
	DMX_C_REZEROS,
	DMX_C_SELFTESTS,
	DMX_C_MOVE_ERRORS,
	DMX_C_MOVE_BUSY_MS,
	DMX_C_LONGEST_MOVE_MS,
	DMX_C_MEMBER_MAX,
};

enum dmx_mux_counter {
	DMX_MC_STREAMS,
	DMX_MC_RECORDERS_FAILED,
	DMX_MC_BYTES_ACCEPTED,
	DMX_MC_BYTES_ZERO_COPY,
	DMX_MC_BYTES_COPIED,
	DMX_MC_EVENTS,
	DMX_MC_EVENTS_LOST,
	DMX_MC_MAX,
};

/**
 * struct dmx_mux - one /dev/discmuxN; lives from load (or growth of the
 * module parameter muxes) to unload
 * @members: list of dmx_member.mux_link by ascending id, under @lock
 * @streams_open: streams that exist now
 * @stream_id: the number the last stream got
 */
struct dmx_mux {
	struct device dev;
	struct cdev cdev;
	u32 id;
	struct mutex lock;	/* members and their numbers */
	struct list_head members;
	atomic_t streams_open;
	atomic_t stream_id;
	atomic64_t counter[DMX_MC_MAX];
};

/**
 * struct dmx_options - unit options, see struct discmux_unit_options
 */
struct dmx_options {
	u8 sense_count;
	u8 nr_selected;
	bool extended;
	u8 selected[DISCMUX_BLOCK_SELECT];
};

/**
 * struct dmx_member - a recorder, reader or changer
 * @sdev: device; the memory is pinned as long as the member lives
 * @all_link: in dmx_members, in the order devices appeared; under
 *	dmx_bind_lock
 * @probed: its probe has ended, under dmx_bind_lock
 * @mux: where it is a member, NULL before probing ended, while it is moved
 *	and after removal; under @lock, and changed only under dmx_bind_lock
 * @mux_link, @id, @role, @unit: under mux->lock
 * @dev: its sysfs folder, under dmx_bind_lock
 * @dead: the device is gone; under @lock, never cleared
 * @owner, @claims: the fd that holds it and how often, under @lock
 * @streaming: a stream feeds it, under @lock
 * @changing: commands in flight that change something and came by EXEC: who claims
 *	it, or opens a stream, waits for their end; under @lock
 * @element: data transfer element, DISCMUX_NONE, under @lock
 * @element_by_hand: set through sysfs, a refresh does not change it
 * @diskseq: what medium.c has seen of disc changes, under @lock
 * @hold: what a claim holds, under @claim_lock
 * @held: there is a hold and it stays as long as there are claims: one more of
 *	them need not wait for @claim_lock; under @lock
 * @told_state: the state the last event told of, under @told_lock
 * @unclaim_work: ends the last claim; @unclaiming until it has
 * @last: result of the last command that had sense data, under @lock
 * @kept, @kept_len: sense data of the last command that was not the driver's
 *	own, for DISCMUX_IOC_SENSE, under @lock
 * @options: which of it a status block holds, under @lock
 * @aborted: when its commands were told to end
 * @changer: what only a changer has
 */
struct dmx_member {
	struct kref ref;
	struct scsi_device *sdev;
	struct list_head all_link;
	struct work_struct probe_work;
	bool probed;

	struct dmx_mux *mux;
	struct list_head mux_link;
	u32 id;
	u32 role;
	u32 unit;
	struct device *dev;

	spinlock_t lock;	/* innermost, see above */
	bool dead;
	bool held;
	bool streaming;
	bool element_by_hand;
	u32 element;
	struct dmx_file *owner;
	unsigned int claims;
	unsigned int changing;
	struct discmux_result last;
	u8 kept[DISCMUX_SENSE_SIZE];
	u32 kept_len;
	struct dmx_options options;
	ktime_t aborted;

	u64 diskseq;
	bool rewritten;		/* and sr does not know that yet */

	struct mutex claim_lock;	/* the first claim, the last release */
	struct work_struct unclaim_work;
	bool unclaiming;
	struct mutex told_lock;		/* told_state */
	u32 told_state;
	struct dmx_claim_hold *hold;

	struct dmx_changer *changer;
	u8 serial[32];
	atomic64_t counter[DMX_C_MEMBER_MAX];
};

/**
 * struct dmx_file - one open of /dev/discmuxN
 * @held: list of claims made by DISCMUX_IOC_CLAIM, under @lock
 */
struct dmx_file {
	struct kref ref;
	struct dmx_mux *mux;
	struct mutex lock;	/* held */
	struct list_head held;
	bool writable;
};

/**
 * struct dmx_call - one ioctl: its decoded argument and what it may return
 * @arg: kernel copy of the argument, written back on success
 * @uarg: the user's
 * @new_file, @new_fd: installed once the argument has been written back
 */
struct dmx_call {
	struct dmx_file *file;
	struct dmx_stream *stream;
	void *arg;
	void __user *uarg;
	struct file *new_file;
	int new_fd;
};

/**
 * struct dmx_ioctl - a row of an ioctl table
 * @min_size: the first published layout's size
 * @write: needs a fd open for writing
 * @copy_out: the argument has fields that are written back
 * @always_copy: they are written back on failure too
 */
struct dmx_ioctl {
	unsigned int cmd;
	u16 size;
	u16 min_size;
	bool write;
	bool copy_out;
	bool always_copy;
	int (*fn)(struct dmx_call *call);
};

/* main.c */
extern struct workqueue_struct *dmx_io_wq;	/* the next WRITE of a stream, laggards */
extern struct workqueue_struct *dmx_slow_wq;	/* probing, moves, frees */
struct dmx_mux *dmx_mux_find(u32 id);
struct device *dmx_device_create(struct dmx_mux *mux, struct dmx_member *m);

/* member.c */
extern struct mutex dmx_bind_lock;
extern atomic_t dmx_probing;
int dmx_members_register(void);
void dmx_members_unregister(void);
void dmx_member_probed(struct dmx_member *m);
int dmx_member_attach(const char *hctl, struct dmx_mux *mux);
int dmx_member_set_role(struct dmx_member *m, u32 role);
void dmx_member_put(struct dmx_member *m);
struct dmx_member *dmx_member_get(struct dmx_mux *mux, u32 id);
struct dmx_member *dmx_member_find(struct dmx_mux *mux, u32 id);
struct dmx_member *dmx_member_next(struct dmx_mux *mux, u32 id);
struct dmx_member *dmx_member_by_role(struct dmx_mux *mux, u32 role);
void dmx_members_tie(struct dmx_mux *mux);
bool dmx_member_dead(struct dmx_member *m);
int dmx_member_begin(struct dmx_member *m);
void dmx_member_end(struct dmx_member *m);
u32 dmx_member_max_data(struct dmx_member *m);

/* medium.c */
void dmx_medium_changed(struct dmx_member *m);
void dmx_medium_look(struct dmx_member *m);
void dmx_medium_rewritten(struct dmx_member *m);
void dmx_medium_settle(struct dmx_member *m);
struct device *dmx_member_disk(struct dmx_member *m);

/* probe.c */
void dmx_probe(struct work_struct *work);

/* claim.c */
int dmx_claim(struct dmx_file *file, struct dmx_member *m);
void dmx_unclaim(struct dmx_member *m);
void dmx_unclaim_work(struct work_struct *work);
int dmx_member_enter(struct dmx_file *file, struct dmx_member *m);
void dmx_member_leave(struct dmx_member *m);
int dmx_member_quiet(struct dmx_member *m);
u32 dmx_member_state(struct dmx_member *m);
void dmx_member_tell_state(struct dmx_member *m);
int dmx_ioctl_claim(struct dmx_call *call);
int dmx_ioctl_release(struct dmx_call *call);
void dmx_file_release_all(struct dmx_file *file);

/* policy.c */
bool dmx_cdb_changes(const u8 *cdb);
bool dmx_cdb_rewrites(const u8 *cdb);
bool dmx_cdb_repeatable(const u8 *cdb);
int dmx_cdb_permitted(struct dmx_member *m, const u8 *cdb);
int dmx_member_mine(struct dmx_file *file, struct dmx_member *m);

/* chardev.c */
extern const struct file_operations dmx_fops;
void dmx_file_put(struct dmx_file *file);
long dmx_ioctl_dispatch(const struct dmx_ioctl *table, unsigned int n,
			struct dmx_call *call, bool writable, unsigned int cmd,
			unsigned long uptr);

/* targets.c */
int dmx_get_members(struct dmx_mux *mux, u64 uptr, u32 n, struct dmx_member **m,
		    u32 *failed);
int dmx_get_targets(struct dmx_mux *mux, u64 uptr, u32 n, u32 blocks,
		    struct discmux_target *t, struct dmx_member **m);
void dmx_put_members(struct dmx_member **m, unsigned int n);
int dmx_clear_results(u64 uptr, u32 n, u32 stride);
int dmx_put_array(u64 uptr, u32 index, u32 stride, const void *entry, u32 size);
int dmx_out_result(u64 uptr, u32 index, u32 stride, const struct discmux_result *res);

/* exec.c, fanout.c */
int dmx_ioctl_exec(struct dmx_call *call);
int dmx_ioctl_fanout_write(struct dmx_call *call);

/* stream_open.c */
int dmx_ioctl_stream(struct dmx_call *call);

/* options.c */
void dmx_status_block(struct dmx_member *m, u32 identifier,
		      const struct discmux_result *res, bool retried,
		      struct discmux_status_block *block);
void dmx_sense_clear(struct dmx_member *m);
void dmx_sense_keep(struct dmx_member *m, const struct discmux_result *res);
int dmx_ioctl_options(struct dmx_call *call);
int dmx_ioctl_sense(struct dmx_call *call);

/* message.c */
int dmx_ioctl_message(struct dmx_call *call);

/* changer.c, jobs.c, moves.c, operate.c, pages.c */
int dmx_changer_setup(struct dmx_member *m);
void dmx_changer_free(struct dmx_member *m);
void dmx_changer_stale(struct dmx_member *m);
void dmx_changer_tied(struct dmx_mux *mux);
void dmx_jobs_drop(struct dmx_file *file, fl_owner_t owner);
struct dmx_member *dmx_changer_get(struct dmx_mux *mux, u32 id, int *error);
int dmx_ioctl_move(struct dmx_call *call);
int dmx_ioctl_operate(struct dmx_call *call);
int dmx_ioctl_page(struct dmx_call *call);
int dmx_ioctl_element_status(struct dmx_call *call);

/* events.c */
int dmx_events_register(void);
void dmx_events_unregister(void);
u64 dmx_events_seq(void);
void dmx_event_member(u8 event, struct dmx_mux *mux, u32 id, u32 role, u32 unit);
void dmx_event_job(struct dmx_mux *mux, struct dmx_member *m,
		   const struct dmx_job *job, bool started);
void dmx_event_elements(struct dmx_mux *mux, u32 id, u64 generation);
void dmx_event_state(struct dmx_member *m, u32 state);
void dmx_event_attention(struct dmx_member *m, const struct discmux_result *res);
void dmx_event_failed(struct dmx_mux *mux, u32 stream, struct dmx_member *m,
		      u32 lba, const struct discmux_result *res);
void dmx_event_stream(u8 event, struct dmx_mux *mux, u32 stream, u32 recorders,
		      u64 bytes, int error);

/* suspend.c */
int dmx_suspend_register(void);
void dmx_suspend_unregister(void);
void dmx_suspend_hold(void);
void dmx_suspend_release(void);

/* sysfs.c */
extern const struct attribute_group *dmx_mux_groups[];
extern const struct attribute_group *dmx_member_groups[];
void dmx_counter_max(atomic64_t *counter, u64 value);

#define dmx_count(obj, which, n)	atomic64_add(n, &(obj)->counter[which])

#endif
