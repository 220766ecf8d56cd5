/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * discmux: N optical recorders and readers (SCSI type 5, also type 4) and one
 * medium changer (type 8) behind one character device, /dev/discmuxN.
 *
 * Rules that hold for every ioctl
 * -------------------------------
 * The argument is a structure whose first field, size, is set by the caller to
 * sizeof() of the structure it was compiled with.  A newer driver takes a
 * shorter structure and treats the missing tail as zero; a newer caller may
 * pass a longer one to an older driver as long as the tail the driver does not
 * know is zero.  Fields marked "in" are read, "out" written back; nothing is
 * written back when the call fails, except where a field says otherwise.
 * Every reserved field must be zero.  All pointers travel as __aligned_u64, so
 * that 32- and 64-bit callers share one layout.  Arrays of structures that the
 * driver fills carry a stride (the caller's sizeof of one entry, at most 4096):
 * the driver fills min(stride, its own size) bytes of each entry and zeroes the
 * rest.  Every timeout_ms is at most 86400000, a day.
 *
 * Errors, one meaning each
 * ------------------------
 * ENOTTY     no such ioctl
 * EINVAL     size is smaller than the first published layout, or a field is
 *            out of its documented range
 * E2BIG      size is larger than the driver knows and the tail is not zero,
 *            or size is larger than 4096
 * EOPNOTSUPP an unknown flag, or a reserved field that is not zero
 * EFAULT     a pointer does not lead to memory of the documented length
 * EMSGSIZE   more targets, or more data, than INFO says one call can carry
 * EOVERFLOW  an address plus a length reaches DISCMUX_LBA_NEGATIVE
 * ENOENT     there is no such member (or element, or changer) now
 * ENODEV     the member went away while the call was running
 * EBUSY      the member is claimed by another fd, or its block device is
 *            mounted or held exclusively by another program; in calls with a
 *            result for each target it stands in that result
 * EPERM      the fd was not opened for writing, or a capability is missing
 * EACCES     the member is not claimed by this fd and the call needs that; no call
 *            does so far
 * ENOMEM     no memory
 * EINTR      a signal ended the wait; what was started goes on in the device
 * ECANCELED  the stream was aborted; a move was dropped before it began
 *	      because its fd was closed; in a result: DISCMUX_MESSAGE_ABORT
 *	      ended the command
 * EAGAIN     the call would have to wait and was asked not to
 * EPROTONOSUPPORT  a message that only a bus adapter can send
 * EIO        write() on a stream: no recorder is left
 *
 * An ioctl that sends commands to devices returns 0 when each target has a
 * result, and the results say how each of them went: see struct
 * discmux_result.  Results are zeroed before anything is sent, so a pointer
 * to them that leads nowhere gives EFAULT and does nothing.
 */
#ifndef _UAPI_LINUX_DISCMUX_H
#define _UAPI_LINUX_DISCMUX_H

#include <linux/const.h>
#include <linux/ioctl.h>
#include <linux/types.h>

/* Revision of this contract; grows when something is added, never breaks. */
#define DISCMUX_UAPI_VERSION	2

#define DISCMUX_IOC_TYPE	0xDB

/* On /dev/discmuxN */
#define DISCMUX_IOC_INFO		_IO(DISCMUX_IOC_TYPE, 0x00)
#define DISCMUX_IOC_MEMBER		_IO(DISCMUX_IOC_TYPE, 0x01)
#define DISCMUX_IOC_EXEC		_IO(DISCMUX_IOC_TYPE, 0x02)
#define DISCMUX_IOC_CLAIM		_IO(DISCMUX_IOC_TYPE, 0x03)
#define DISCMUX_IOC_RELEASE		_IO(DISCMUX_IOC_TYPE, 0x04)
#define DISCMUX_IOC_FANOUT_WRITE	_IO(DISCMUX_IOC_TYPE, 0x05)
#define DISCMUX_IOC_STREAM		_IO(DISCMUX_IOC_TYPE, 0x06)
#define DISCMUX_IOC_ELEMENT_STATUS	_IO(DISCMUX_IOC_TYPE, 0x07)
#define DISCMUX_IOC_MOVE		_IO(DISCMUX_IOC_TYPE, 0x08)
#define DISCMUX_IOC_OPERATE		_IO(DISCMUX_IOC_TYPE, 0x09)
#define DISCMUX_IOC_PAGE		_IO(DISCMUX_IOC_TYPE, 0x0a)
#define DISCMUX_IOC_OPTIONS		_IO(DISCMUX_IOC_TYPE, 0x0b)
#define DISCMUX_IOC_SENSE		_IO(DISCMUX_IOC_TYPE, 0x0c)
#define DISCMUX_IOC_MESSAGE		_IO(DISCMUX_IOC_TYPE, 0x0d)

/* On the fd that DISCMUX_IOC_STREAM returns */
#define DISCMUX_IOC_STREAM_FINISH	_IO(DISCMUX_IOC_TYPE, 0x40)
#define DISCMUX_IOC_STREAM_ABORT	_IO(DISCMUX_IOC_TYPE, 0x41)
#define DISCMUX_IOC_STREAM_STATUS	_IO(DISCMUX_IOC_TYPE, 0x42)
#define DISCMUX_IOC_STREAM_COMMIT	_IO(DISCMUX_IOC_TYPE, 0x43)

#define DISCMUX_NONE		0xffffffffu	/* "no member", "no element" */
#define DISCMUX_LBA_NEGATIVE	0xffff0000u	/* addresses from here on are negative */
#define DISCMUX_MAX_TARGETS	32		/* members in one call */
#define DISCMUX_MAX_CDB		16		/* bytes */
#define DISCMUX_SENSE_SIZE	96		/* bytes kept of sense data */

/**
 * struct discmux_info - the mux at a glance (DISCMUX_IOC_INFO)
 * @size: sizeof(struct discmux_info)
 * @flags: in, 0
 * @version: out, DISCMUX_UAPI_VERSION of the driver
 * @mux: out, N of /dev/discmuxN
 * @members: out, members now, of every role
 * @recorders: out, members that can write
 * @readers: out, members that can only read
 * @changer: out, member number of the changer, DISCMUX_NONE without one
 * @probing: out, devices seen whose role is not known yet; they are no
 *	members so far and become ones within seconds
 * @streams: out, streams open on this mux
 * @max_targets: out, most members in one call
 * @max_data: out, most data bytes of one command of EXEC or FANOUT_WRITE
 * @max_exec_bytes: out, most data bytes of one EXEC, all targets together
 * @__reserved: 0
 * @event_seq: out, sequence number of the last netlink event of the driver
 */
struct discmux_info {
	__u32 size;
	__u32 flags;
	__u32 version;
	__u32 mux;
	__u32 members;
	__u32 recorders;
	__u32 readers;
	__u32 changer;
	__u32 probing;
	__u32 streams;
	__u32 max_targets;
	__u32 max_data;
	__u32 max_exec_bytes;
	__u32 __reserved;
	__aligned_u64 event_seq;
};

enum discmux_role {
	DISCMUX_ROLE_READER = 1,	/* reads discs, cannot write */
	DISCMUX_ROLE_RECORDER = 2,	/* writes at least one kind of disc */
	DISCMUX_ROLE_CHANGER = 3,	/* moves discs */
};

enum discmux_member_state {
	DISCMUX_MEMBER_IDLE = 0,	/* nobody holds it */
	DISCMUX_MEMBER_CLAIMED = 1,	/* a fd holds it, see DISCMUX_IOC_CLAIM */
	DISCMUX_MEMBER_STREAMING = 2,	/* a stream feeds it */
};

/* struct discmux_member flags, in */
#define DISCMUX_MEMBER_NEXT	_BITUL(0) /* the first one numbered >= member */

/**
 * struct discmux_member - one recorder, reader or changer (DISCMUX_IOC_MEMBER)
 * @size: sizeof(struct discmux_member)
 * @flags: in, DISCMUX_MEMBER_NEXT or 0
 * @member: in and out, number in this mux; stays with the device until it
 *	goes away or is moved to another mux.  ENOENT when there is none (with
 *	DISCMUX_MEMBER_NEXT: none so high)
 * @role: out, enum discmux_role
 * @unit: out, number among the members of the same role, from 0; this is the
 *	number people use ("recorder 0")
 * @state: out, enum discmux_member_state
 * @device_type: out, peripheral device type of INQUIRY (4, 5, 8)
 * @element: out, address of the data transfer element that the drive sits in,
 *	DISCMUX_NONE when it is in no changer or the tie is not known
 * @host: out, SCSI host number (H of H:C:T:L)
 * @channel: out, C
 * @target: out, T, the SCSI id
 * @lun: out, L
 * @host_shared: out, other members on the same SCSI host; error handling of
 *	one stops them all for its time
 * @max_data: out, most data bytes of one command to this member
 * @vendor: out, of INQUIRY, space padded, not terminated
 * @product: out, of INQUIRY
 * @revision: out, of INQUIRY in the first 4 bytes, then zero
 * @serial: out, unit serial number (VPD 80h) without padding, zero terminated
 *	where shorter, empty where the device gives none
 * @block_name: out, the kernel's block device ("sr0"), zero terminated, or ""
 * @generic_name: out, the kernel's generic device ("sg1"), or ""
 */
struct discmux_member {
	__u32 size;
	__u32 flags;
	__u32 member;
	__u32 role;
	__u32 unit;
	__u32 state;
	__u32 device_type;
	__u32 element;
	__u32 host;
	__u32 channel;
	__u32 target;
	__u32 host_shared;
	__aligned_u64 lun;
	__u32 max_data;
	__u32 __reserved;
	__u8 vendor[8];
	__u8 product[16];
	__u8 revision[8];
	__u8 serial[32];
	__u8 block_name[16];
	__u8 generic_name[16];
};

/**
 * struct discmux_result - how one command to one member went
 * @member: the member
 * @error: 0, or a positive errno: the command did not come back from the
 *	device with a status.  ENODEV the device is gone, ETIMEDOUT it did not
 *	answer in time, ETIME others waited too long for it in a stream, EBUSY
 *	another fd holds it, ECANCELED it was aborted, EIO
 *	anything else the transport reports
 * @status: SCSI status byte (0 GOOD, 2 CHECK CONDITION, 8 BUSY, 18h
 *	RESERVATION CONFLICT ...).  CHECK CONDITION with RECOVERED ERROR (key 1h)
 *	about this command means that it was carried out: a stream goes on, bytes
 *	and moves count, and so does counters/recovered_errors
 * @resid: data bytes asked for that were not transferred
 * @sense_len: bytes valid in @sense, 0 to DISCMUX_SENSE_SIZE
 * @duration_us: time from issue to completion, microseconds (saturates)
 * @__reserved: 0
 * @sense: sense data as the device sent it
 */
struct discmux_result {
	__u32 member;
	__u32 error;
	__u32 status;
	__u32 resid;
	__u32 sense_len;
	__u32 duration_us;
	__u32 __reserved[2];
	__u8 sense[DISCMUX_SENSE_SIZE];
};

enum discmux_dir {
	DISCMUX_DIR_NONE = 0,
	DISCMUX_DIR_IN = 1,	/* device to host */
	DISCMUX_DIR_OUT = 2,	/* host to device */
};

/**
 * struct discmux_exec - one CDB to one or many members (DISCMUX_IOC_EXEC)
 * @size: sizeof(struct discmux_exec)
 * @flags: in, 0
 * @nr_targets: in, 1 to info.max_targets
 * @cdb_len: in, 6, 10, 12 or 16
 * @direction: in, enum discmux_dir
 * @data_len: in, bytes for each target; 0 exactly with DISCMUX_DIR_NONE
 * @timeout_ms: in, for each command; 0 is 30000
 * @result_stride: in, sizeof(struct discmux_result) of the caller, at least
 *	32 (all but the sense data)
 * @cdb: in, the command, unused bytes zero
 * @targets: in, pointer to nr_targets __u32 member numbers, each once
 * @data: OUT: pointer to data_len bytes that go to every target.  IN: pointer
 *	to nr_targets * data_len bytes; target i's data is at i * data_len
 * @results: out, pointer to nr_targets results in the order of @targets
 * @identifier: in, for the status blocks
 * @block_stride: in, sizeof(struct discmux_status_block) of the caller, at
 *	least 24 (all but the sense bytes); any without @blocks
 * @blocks: out, pointer to nr_targets status blocks, or 0
 *
 * The commands run at the same time.  The fd must be open for writing.  A
 * member that another fd has claimed takes only commands that change nothing
 * (TEST UNIT READY, INQUIRY, and their like); others get EBUSY in the
 * member's result and do not reach the device.
 *
 * What the command sets of the devices know (MMC-6, SMC-3, the MC-8x00 manual)
 * may be sent by everyone who may open the node for writing.  Any other CDB, a
 * vendor's or one that loads firmware, needs CAP_SYS_RAWIO, and one that
 * resets the device CAP_SYS_ADMIN; without, the call fails with EPERM and
 * nothing is sent.
 *
 * ABORTED COMMAND with 43h, 47h, 48h or 49h (a parity or message error on the
 * way) is sent again, at most three times, where the command only reads.
 */
struct discmux_exec {
	__u32 size;
	__u32 flags;
	__u32 nr_targets;
	__u32 cdb_len;
	__u32 direction;
	__u32 data_len;
	__u32 timeout_ms;
	__u32 result_stride;
	__u8 cdb[DISCMUX_MAX_CDB];
	__aligned_u64 targets;
	__aligned_u64 data;
	__aligned_u64 results;
	__u32 identifier;
	__u32 block_stride;
	__aligned_u64 blocks;
};

/**
 * struct discmux_claim - hold members (DISCMUX_IOC_CLAIM, DISCMUX_IOC_RELEASE)
 * @size: sizeof(struct discmux_claim)
 * @flags: in, 0
 * @nr_targets: in, 1 to info.max_targets
 * @failed: out, also when the call fails with EBUSY, ENOENT or ENODEV: the
 *	member that could not be claimed; DISCMUX_NONE otherwise
 * @targets: in, pointer to nr_targets __u32 member numbers, each once
 *
 * Claiming takes all or none.  A claimed recorder's block device is held
 * exclusively (a mounted disc cannot be claimed, a claimed one not be
 * mounted), the kernel's polling of it is off, and other fds can neither
 * claim nor change it.  Claiming twice is no error.  A command that changes
 * something and was on its way before (EXEC) is waited for, killable, at most a
 * second: EBUSY then.  Closing the fd releases
 * what it holds; a change uevent follows for each block device, so that udev
 * looks at the new medium.  Releasing what is not held is no error.
 *
 * As long as a recorder is claimed the machine does not suspend.
 */
struct discmux_claim {
	__u32 size;
	__u32 flags;
	__u32 nr_targets;
	__u32 failed;
	__aligned_u64 targets;
};

/**
 * struct discmux_target - a recorder and where on its disc to write
 * @member: member number of a recorder; EINVAL for any other
 * @lba: first logical block; the lead-in and pregap of a CD have negative
 *	addresses, in two's complement, from DISCMUX_LBA_NEGATIVE on
 * @flags: 0
 * @__reserved: 0
 */
struct discmux_target {
	__u32 member;
	__u32 lba;
	__u32 flags;
	__u32 __reserved;
};

/**
 * struct discmux_fanout_write - the same data to a set of recorders, once
 * @size: sizeof(struct discmux_fanout_write)
 * @flags: in, 0
 * @nr_targets: in, 1 to info.max_targets
 * @block_size: in, bytes of one block, 512 to 4096
 * @data_len: in, bytes, a multiple of block_size, 1 block to info.max_data
 * @write_opcode: in, 0x2a WRITE(10), 0xaa WRITE(12); 0 is 0x2a
 * @timeout_ms: in, for each command; 0 is 60000
 * @result_stride: in, as in struct discmux_exec
 * @targets: in, pointer to nr_targets struct discmux_target
 * @data: in, pointer to the data.  Its pages are pinned once and used in place
 *	by all recorders; where a queue's limits forbid that, one copy serves
 *	all of them
 * @results: out, pointer to nr_targets results in the order of @targets
 *
 * One WRITE to each recorder, at the same time, never repeated.  Members that
 * this fd has not claimed are claimed for the length of the call.
 */
struct discmux_fanout_write {
	__u32 size;
	__u32 flags;
	__u32 nr_targets;
	__u32 block_size;
	__u32 data_len;
	__u32 write_opcode;
	__u32 timeout_ms;
	__u32 result_stride;
	__aligned_u64 targets;
	__aligned_u64 data;
	__aligned_u64 results;
};

enum discmux_lag_policy {
	DISCMUX_LAG_BLOCK = 0,	/* all wait for the slowest */
	DISCMUX_LAG_DETACH = 1,	/* who keeps the others waiting leaves */
};

/**
 * struct discmux_stream - open a stream to a set of recorders
 * @size: sizeof(struct discmux_stream)
 * @flags: in, 0
 * @nr_targets: in, 1 to info.max_targets
 * @fd: out, the stream, close-on-exec, O_NONBLOCK off
 * @block_size: in, bytes of one block, 512 to 4096
 * @chunk_bytes: in, bytes of one WRITE, a multiple of block_size; 0 lets the
 *	driver choose (64 KiB where every recorder can).  Out: what is used
 * @ring_bytes: in, memory for data that is under way, at least 4 chunks and
 *	at most 64 MiB; 0 is 8 MiB.  Out: what is used
 * @prefill_bytes: in, data in the ring before the first WRITE goes out, at
 *	most ring_bytes, rounded up to chunks; 0 is half the ring.  FINISH starts
 *	what is there
 * @write_opcode: in, 0x2a WRITE(10), 0xaa WRITE(12); 0 is 0x2a
 * @timeout_ms: in, for each WRITE, 0 is 60000
 * @__reserved: 0
 * @targets: in, pointer to nr_targets struct discmux_target
 * @lag_policy: in, enum discmux_lag_policy
 * @lag_ms: in, with DISCMUX_LAG_DETACH how long others may have to wait for a
 *	recorder, 0 is 1000; otherwise 0
 * @shared_hosts: out, recorders of the stream that are on the same SCSI host
 *	as another of them: error handling of one stops both for its time
 * @__reserved2: 0
 *
 * write() on the stream feeds all recorders through one ring; each recorder
 * has its own cursor, one WRITE outstanding, and the next is issued by the
 * driver when one completes.  write() waits (until a signal comes, or EAGAIN
 * with O_NONBLOCK; poll() gives EPOLLOUT) while the ring is full, that is, for
 * the slowest recorder.  A recorder that fails leaves the stream and frees its
 * share at once; the others go on.  A WRITE that was not carried out because
 * the drive has no room (02/04/08, long write in progress) or is busy (BUSY,
 * TASK SET FULL) is sent again after a pause, for timeout_ms at most, and is
 * no failure; any other is never repeated.  A WRITE that ended by a reset, or
 * without a status, ends its leg, whose status tells what the recorder had
 * accepted before.  The drive tells what is on the disc, and another stream
 * can go on from there once this one is closed.  Members that the parent fd has not
 * claimed are claimed as long as the stream is open.  Closing the stream
 * aborts what has not been finished.  Data in the ring is a whole number of
 * blocks at FINISH or FINISH fails with EINVAL.
 *
 * Ways in; each takes data in the order in which it comes.
 * write(), writev(): copied once for all recorders, into memory that the ring
 *	gets as it is filled first: ENOMEM comes before any WRITE, afterwards
 *	memory is waited for.
 * splice(), sendfile(): whole pages that come to lie at the place of a page in
 *	a chunk are used where they are by all recorders; what is changed in
 *	the file meanwhile may or may not get onto the discs.  Other data is
 *	copied once.
 * mmap(): the ring itself, MAP_SHARED, ring_bytes from offset 0, once and
 *	before any data (EBUSY afterwards), with a chunk of whole pages.  Data
 *	are put there by the user or by an EXEC that reads, and passed on with
 *	STREAM_COMMIT.  The mapping does not keep the stream open.
 * io_uring, Linux AIO: writes are queued and never wait.  One completes when
 *	all of it is in the ring and no recorder needs its memory any more, or
 *	with ECANCELED or EIO.  Whole chunks of aligned memory are used in
 *	place once the stream is running, other data is copied.  Of memory that
 *	is not registered at most 64 MiB are taken by one write, which then is
 *	short, and 128 MiB by all that wait, more gets EAGAIN.
 *
 * With DISCMUX_LAG_DETACH a recorder that others have to wait for leaves the
 * stream: when the time in which the ring was full of what it had not taken,
 * and another one had nothing to write, adds up to lag_ms.  4 ms without take
 * 1 ms off that sum.  The recorder's state is FAILED then, the error of its
 * result ETIME; a WRITE in flight ends on its own.
 *
 * A recorder of an open stream takes from no fd, not even from the one it was
 * claimed by, an EXEC of a command that changes something, a FANOUT_WRITE,
 * another stream (all EBUSY).  While a stream is open the machine refuses to
 * suspend.
 */
struct discmux_stream {
	__u32 size;
	__u32 flags;
	__u32 nr_targets;
	__u32 fd;
	__u32 block_size;
	__u32 chunk_bytes;
	__u32 ring_bytes;
	__u32 prefill_bytes;
	__u32 write_opcode;
	__u32 timeout_ms;
	__u32 __reserved[2];
	__aligned_u64 targets;
	__u32 lag_policy;
	__u32 lag_ms;
	__u32 shared_hosts;
	__u32 __reserved2;
};

/**
 * struct discmux_stream_end - DISCMUX_IOC_STREAM_FINISH, _ABORT
 * @size: sizeof(struct discmux_stream_end)
 * @flags: in, 0
 *
 * FINISH waits (until a signal comes; call it again) until every recorder that
 * is left has taken all data; what became of each is in STREAM_STATUS.  It
 * fails with EIO when none is left.  write() afterwards gives EINVAL.  ABORT
 * returns at once; commands in flight end on their own, no new one is sent.
 */
struct discmux_stream_end {
	__u32 size;
	__u32 flags;
};

enum discmux_target_state {
	DISCMUX_TARGET_RUNNING = 0,	/* takes data */
	DISCMUX_TARGET_DONE = 1,	/* has taken all data, after FINISH */
	DISCMUX_TARGET_FAILED = 2,	/* left the stream, see result */
	DISCMUX_TARGET_ABORTED = 3,	/* the stream was aborted */
};

/**
 * struct discmux_target_status - one recorder of a stream
 * @state: enum discmux_target_state
 * @retries: times a WRITE was sent again because the drive had not begun it:
 *	02/04/08, BUSY, TASK SET FULL, a unit attention other than 28h (medium)
 *	and 29h (reset), RECOVERED ERROR about an earlier command
 * @next_lba: block after the last one the recorder has accepted
 * @ring_empty: times the recorder was ready and there was no data for it
 * @bytes: bytes the recorder has accepted
 * @failed_lba: first block of the WRITE that failed; valid with state FAILED
 * @max_us: longest WRITE so far, microseconds
 * @result: how its last WRITE went; with state FAILED the one that failed.  One
 *	that was carried out with RECOVERED ERROR stays here, but for duration_us,
 *	until there is another to tell of
 */
struct discmux_target_status {
	__u32 state;
	__u32 retries;
	__u32 next_lba;
	__u32 ring_empty;
	__aligned_u64 bytes;
	__u32 failed_lba;
	__u32 max_us;
	struct discmux_result result;
};

enum discmux_stream_state {
	DISCMUX_STREAM_FILLING = 0,	/* prefill not reached */
	DISCMUX_STREAM_RUNNING = 1,
	DISCMUX_STREAM_FINISHING = 2,	/* FINISH called, data under way */
	DISCMUX_STREAM_DONE = 3,	/* every recorder done or failed */
	DISCMUX_STREAM_ABORTED = 4,
};

/**
 * struct discmux_stream_status - DISCMUX_IOC_STREAM_STATUS; never waits
 * @size: sizeof(struct discmux_stream_status)
 * @flags: in, 0
 * @state: out, enum discmux_stream_state
 * @nr_targets: in, room in @targets in entries; out, recorders of the stream.
 *	The first min(both) are filled, in the order of DISCMUX_IOC_STREAM
 * @target_stride: in, sizeof(struct discmux_target_status) of the caller, at
 *	least 32 (all but the result)
 * @ring_used: out, bytes in the ring that not every recorder has taken
 * @accepted: out, bytes taken by write() so far
 * @targets: in, pointer to the entries, 0 with nr_targets 0
 * @zero_copy: out, of @accepted: bytes that were used where they were
 * @copied: out, of @accepted: bytes that were copied, once for all recorders
 */
struct discmux_stream_status {
	__u32 size;
	__u32 flags;
	__u32 state;
	__u32 nr_targets;
	__u32 target_stride;
	__u32 ring_used;
	__aligned_u64 accepted;
	__aligned_u64 targets;
	__aligned_u64 zero_copy;
	__aligned_u64 copied;
};

/* struct discmux_stream_commit flags, in */
#define DISCMUX_COMMIT_NOWAIT	_BITUL(0) /* EAGAIN instead of waiting for room */

/**
 * struct discmux_stream_commit - pass on what is in the mapped ring
 *	(DISCMUX_IOC_STREAM_COMMIT)
 * @size: sizeof(struct discmux_stream_commit)
 * @flags: in, DISCMUX_COMMIT_NOWAIT or 0
 * @bytes: in, data put at the place that the last call gave; EINVAL for more
 *	than fits there.  Out, also when the call fails: 0 once they are taken
 * @want: in, wait (until a signal comes; call it again) until so many bytes
 *	fit, or as many as there are up to the ring's end
 * @offset: out, also when the call fails: where in the mapping the next data go
 * @room: out, also when the call fails: bytes that fit there in a row
 *
 * The first call of a stream has bytes 0.  Data are changed no more after they
 * have been passed on.  EINVAL for bytes without a mapping, or after FINISH.
 */
struct discmux_stream_commit {
	__u32 size;
	__u32 flags;
	__u32 bytes;
	__u32 want;
	__u32 offset;
	__u32 room;
};

enum discmux_element_type {
	DISCMUX_ELEMENT_TRANSPORT = 1,		/* the arm */
	DISCMUX_ELEMENT_STORAGE = 2,		/* slots */
	DISCMUX_ELEMENT_IMPORT_EXPORT = 3,	/* mail slots */
	DISCMUX_ELEMENT_DATA_TRANSFER = 4,	/* drives */
	DISCMUX_ELEMENT_LABEL_PRINT = 5,	/* label printer, MC-8x00 3.11.7 */
};

/* struct discmux_element flags: READ ELEMENT STATUS, SMC-3 and MC-8x00 3.11 */
#define DISCMUX_ELEMENT_FULL		_BITUL(0)
#define DISCMUX_ELEMENT_IMPEXP		_BITUL(1)
#define DISCMUX_ELEMENT_EXCEPT		_BITUL(2)
#define DISCMUX_ELEMENT_ACCESS		_BITUL(3)
#define DISCMUX_ELEMENT_EXENAB		_BITUL(4)
#define DISCMUX_ELEMENT_INENAB		_BITUL(5)
#define DISCMUX_ELEMENT_LU_VALID	_BITUL(8)
#define DISCMUX_ELEMENT_ID_VALID	_BITUL(9)
#define DISCMUX_ELEMENT_NOT_BUS		_BITUL(10)
#define DISCMUX_ELEMENT_INVERT		_BITUL(11)
#define DISCMUX_ELEMENT_SOURCE_VALID	_BITUL(12)
#define DISCMUX_ELEMENT_TRAY		_BITUL(16)
#define DISCMUX_ELEMENT_OPEN		_BITUL(17)
#define DISCMUX_ELEMENT_BUSY		_BITUL(18)
#define DISCMUX_ELEMENT_FINISH		_BITUL(19)
#define DISCMUX_ELEMENT_EMPTY_Y		_BITUL(20)
#define DISCMUX_ELEMENT_EMPTY_M		_BITUL(21)
#define DISCMUX_ELEMENT_EMPTY_C		_BITUL(22)
#define DISCMUX_ELEMENT_EMPTY_B		_BITUL(23)

/**
 * struct discmux_element - one element of a changer
 * @address: element address
 * @type: enum discmux_element_type
 * @flags: DISCMUX_ELEMENT_*
 * @sense: asc << 8 | ascq, valid with DISCMUX_ELEMENT_EXCEPT
 * @source: storage element the medium came from, valid with
 *	DISCMUX_ELEMENT_SOURCE_VALID
 * @scsi_id: SCSI id the changer gives for a drive, valid with _ID_VALID
 * @lun: logical unit, valid with _LU_VALID
 * @member: the member that sits in a data transfer element, or DISCMUX_NONE
 * @volume_tag: primary volume tag, zero terminated where shorter, "" if none
 * @identifier: device identifier of a data transfer element (DVCID), "" if none
 */
struct discmux_element {
	__u32 address;
	__u32 type;
	__u32 flags;
	__u32 sense;
	__u32 source;
	__u32 scsi_id;
	__u32 lun;
	__u32 member;
	__u8 volume_tag[40];
	__u8 identifier[40];
};

/* struct discmux_element_status flags, in */
#define DISCMUX_STATUS_REFRESH	_BITUL(0) /* ask the changer; not while it moves */

/* struct discmux_element_status state, out */
#define DISCMUX_STATUS_MOVING	_BITUL(0) /* a move is running or waits */
#define DISCMUX_STATUS_STALE	_BITUL(1) /* last refresh failed or is due */
#define DISCMUX_STATUS_GARBLED	_BITUL(2) /* its reply contradicted itself */

/**
 * struct discmux_element_status - what is where (DISCMUX_IOC_ELEMENT_STATUS)
 * @size: sizeof(struct discmux_element_status)
 * @flags: in, DISCMUX_STATUS_REFRESH or 0
 * @type: in, enum discmux_element_type, 0 is all of them
 * @first: in, lowest address wanted
 * @nr_elements: in, room in @elements in entries; out, elements that match
 *	(entries beyond the room are counted, not filled)
 * @element_stride: in, sizeof(struct discmux_element) of the caller, at least
 *	32; any with nr_elements 0
 * @changer: out, member number of the changer
 * @state: out, DISCMUX_STATUS_MOVING, _STALE, _GARBLED
 * @age_ms: out, since the changer was last asked, milliseconds (saturates)
 * @__reserved: 0
 * @generation: out, grows whenever an element changed
 * @elements: in, pointer to the entries, filled by ascending type and address
 *
 * Answered from memory unless DISCMUX_STATUS_REFRESH is set; never waits for
 * a move: while one runs, REFRESH is ignored and _MOVING is set.
 */
struct discmux_element_status {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 first;
	__u32 nr_elements;
	__u32 element_stride;
	__u32 changer;
	__u32 state;
	__u32 age_ms;
	__u32 __reserved;
	__aligned_u64 generation;
	__aligned_u64 elements;
};

/* struct discmux_move flags, in */
#define DISCMUX_MOVE_INVERT	_BITUL(0) /* turn the medium over */
#define DISCMUX_MOVE_EJECT	_BITUL(1) /* MC-8x00 3.7: to the slot it reserves */

/**
 * struct discmux_move - MOVE MEDIUM (DISCMUX_IOC_MOVE)
 * @size: sizeof(struct discmux_move)
 * @flags: in, DISCMUX_MOVE_*
 * @transport: in, element address of the arm; 0 is the changer's first
 * @source: in, element address
 * @destination: in, element address; 0 with DISCMUX_MOVE_EJECT
 * @timeout_ms: in, 0 is 300000
 * @result_stride: in, as in struct discmux_exec
 * @__reserved: 0
 * @result: out, pointer to one result
 *
 * Moves of all callers queue; each waits killable for its turn and for the
 * arm, and is dropped as struct discmux_operate tells.  ENOENT for an address
 * that the changer does not have.  A drive that is claimed by another fd is
 * neither source nor destination (EBUSY).
 */
struct discmux_move {
	__u32 size;
	__u32 flags;
	__u32 transport;
	__u32 source;
	__u32 destination;
	__u32 timeout_ms;
	__u32 result_stride;
	__u32 __reserved;
	__aligned_u64 result;
};

enum discmux_operation {
	DISCMUX_OP_INITIALIZE = 1,	/* look at all elements, or a range */
	DISCMUX_OP_POSITION = 2,	/* bring the arm before an element */
	DISCMUX_OP_EXCHANGE = 3,	/* two media at once */
	DISCMUX_OP_REZERO = 4,		/* find the initial position */
	DISCMUX_OP_SELFTEST = 5,	/* of the mechanics; moves a medium */
	DISCMUX_OP_PREVENT = 6,		/* lock the mail slot */
	DISCMUX_OP_ALLOW = 7,		/* unlock it */
	DISCMUX_OP_RESERVE = 8,		/* for this host, see below */
	DISCMUX_OP_RELEASE = 9,
};

/* struct discmux_operate flags, in; one that the operation has not: EINVAL */
#define DISCMUX_OPERATE_RANGE	_BITUL(0) /* INITIALIZE: source to destination */
#define DISCMUX_OPERATE_INVERT	_BITUL(1) /* POSITION, EXCHANGE: turn over */
#define DISCMUX_OPERATE_INVERT2	_BITUL(2) /* EXCHANGE: and the second medium */
#define DISCMUX_OPERATE_RESET	_BITUL(3) /* REZERO: reset the controller */
#define DISCMUX_OPERATE_RETURN	_BITUL(4) /* REZERO: discs back to their slots */
#define DISCMUX_OPERATE_IMMED	_BITUL(5) /* REZERO: do not wait for the end */
#define DISCMUX_OPERATE_ELEMENTS _BITUL(6) /* RESERVE, RELEASE: only elements */
#define DISCMUX_OPERATE_THIRD_PARTY _BITUL(7) /* RESERVE, RELEASE: for another */
#define DISCMUX_OPERATE_NOWAIT	_BITUL(8) /* EAGAIN while the arm is busy */

/* Elements @first to @first + @count - 1; count 0: all from @first on */
struct discmux_range {
	__u32 first;
	__u32 count;
};

/**
 * struct discmux_operate - what a changer does besides moves
 * (DISCMUX_IOC_OPERATE)
 * @size: sizeof(struct discmux_operate)
 * @flags: in, DISCMUX_OPERATE_*
 * @member: in, a changer, or DISCMUX_NONE for the mux's own; EINVAL for what
 *	is no changer
 * @operation: in, enum discmux_operation
 * @transport: in, POSITION, EXCHANGE: the arm; 0 is the changer's first
 * @source: in, EXCHANGE: what is taken from here goes to @destination.
 *	INITIALIZE with _RANGE: the first element
 * @destination: in, EXCHANGE: what is taken from here goes to @second.
 *	POSITION: where to.  INITIALIZE with _RANGE: the last element
 * @second: in, EXCHANGE: where the other medium goes, often @source
 * @timeout_ms: in, 0 is 300000; INITIALIZE: 3600000
 * @result_stride: in, as in struct discmux_exec
 * @nr_ranges: in, entries of @ranges with _ELEMENTS, 1 to 64, otherwise 0
 * @identification: in, of an element reservation, 0 to 255
 * @third_party: in, SCSI id with _THIRD_PARTY, 0 to 7
 * @__reserved: 0
 * @ranges: in, pointer to struct discmux_range, 0 without _ELEMENTS
 * @result: out, pointer to one result
 *
 * Operations queue with moves and are carried out in the order they came in;
 * each caller waits killable.  Closing a descriptor of the fd drops what that
 * process has waiting in it (ECANCELED), not what is under way.  When one has
 * ended the elements are asked for, so that DISCMUX_IOC_ELEMENT_STATUS tells
 * the truth; after _IMMED as soon as the changer is ready again, until when
 * later operations wait.
 *
 * Fields that an operation does not name must be 0.  ENOENT for an address the
 * changer does not have, EBUSY for a drive that another fd has claimed (REZERO
 * with _RETURN and SELFTEST: any such drive).  What a changer cannot do it
 * refuses itself, with CHECK CONDITION in the result (05/20/00, 05/24/00).
 *
 * INITIALIZE is 07h, with _RANGE E7h on an MC-8100/8200/8600 and 37h
 * elsewhere.  _RESET implies _IMMED, excludes _RETURN and needs CAP_SYS_ADMIN.
 * A reservation keeps other initiators out, not other fds of this machine (see
 * DISCMUX_IOC_CLAIM for these).  It and PREVENT last until RELEASE and ALLOW or
 * a reset, also when the fd is closed.
 */
struct discmux_operate {
	__u32 size;
	__u32 flags;
	__u32 member;
	__u32 operation;
	__u32 transport;
	__u32 source;
	__u32 destination;
	__u32 second;
	__u32 timeout_ms;
	__u32 result_stride;
	__u32 nr_ranges;
	__u32 identification;
	__u32 third_party;
	__u32 __reserved;
	__aligned_u64 ranges;
	__aligned_u64 result;
};

enum discmux_page_operation {
	DISCMUX_PAGE_LOG_SENSE = 1,
	DISCMUX_PAGE_LOG_SELECT = 2,
	DISCMUX_PAGE_MODE_SENSE = 3,
	DISCMUX_PAGE_MODE_SELECT = 4,
};

/* struct discmux_page flags, in; one that the operation has not: EINVAL */
#define DISCMUX_PAGE_SAVE	_BITUL(0) /* SP; not MODE SENSE */
#define DISCMUX_PAGE_RESET	_BITUL(1) /* LOG SELECT: PCR, clear the log */
#define DISCMUX_PAGE_BLOCKS	_BITUL(2) /* MODE SENSE: with block descriptors */
#define DISCMUX_PAGE_WAIT	_BITUL(3) /* wait for the changer's moves */

/**
 * struct discmux_page - log and mode pages of any member (DISCMUX_IOC_PAGE)
 * @size: sizeof(struct discmux_page)
 * @flags: in, DISCMUX_PAGE_*
 * @member: in, DISCMUX_NONE is the mux's changer
 * @operation: in, enum discmux_page_operation
 * @page: in, page code, 0 to 3Fh; 0 with _SELECT
 * @subpage: in, 0 to 255; 0 with _SELECT
 * @control: in, PC, 0 to 3; 0 with MODE SELECT.  Pages of an MC-8x00's log
 *	are 1, current cumulative values
 * @parameter: in, LOG SENSE: parameter pointer, 0 to 65535
 * @data_len: in, bytes of room in @data (SENSE) or of data (SELECT), at most
 *	65535, for mode pages of a changer 255.  SENSE, out: bytes that came
 * @timeout_ms: in, 0 is 30000
 * @result_stride: in, as in struct discmux_exec
 * @__reserved: 0
 * @data: in, pointer to the data, which begins with the header of the device's
 *	own: MODE SENSE(6) for a changer, (10) for all others
 * @result: out, pointer to one result
 *
 * SENSE works on a read-only fd, SELECT needs a writable one and is refused
 * (EBUSY) where another fd has claimed the member.  A changer that moves, or
 * has moves waiting, answers EAGAIN at once; with _WAIT the call takes its
 * turn after them.
 */
struct discmux_page {
	__u32 size;
	__u32 flags;
	__u32 member;
	__u32 operation;
	__u32 page;
	__u32 subpage;
	__u32 control;
	__u32 parameter;
	__u32 data_len;
	__u32 timeout_ms;
	__u32 result_stride;
	__u32 __reserved;
	__aligned_u64 data;
	__aligned_u64 result;
};

#define DISCMUX_BLOCK_SENSE	32	/* most sense bytes in a status block */
#define DISCMUX_BLOCK_SELECT	16	/* most that are picked one by one */
#define DISCMUX_BLOCK_DEFAULT	8

/* struct discmux_status_block flags */
#define DISCMUX_BLOCK_COMPLETE	_BITUL(7) /* the command has ended */
#define DISCMUX_BLOCK_ERROR	_BITUL(6) /* and not with GOOD status */
#define DISCMUX_BLOCK_RETRIED	_BITUL(5) /* it was sent more than once */

/* struct discmux_status_block error, besides the errno of a result */
#define DISCMUX_BLOCK_BAD_COUNT	0xa1	/* more than 32 sense bytes asked for */

/**
 * struct discmux_status_block - how a command ended, in a few bytes
 * @identifier: what the caller gave it, 0 in events
 * @status: SCSI status
 * @error: 0; a positive errno as in struct discmux_result;
 *	DISCMUX_BLOCK_BAD_COUNT
 * @flags: DISCMUX_BLOCK_*
 * @sense_len: bytes of @sense that the unit options ask for
 * @__reserved: 0
 * @sense: these bytes; those that the device did not send are 0
 */
struct discmux_status_block {
	__u32 identifier;
	__u32 status;
	__u32 error;
	__u32 flags;
	__u32 sense_len;
	__u32 __reserved;
	__u8 sense[DISCMUX_BLOCK_SENSE];
};

/* struct discmux_unit_options flags, in */
#define DISCMUX_OPTIONS_GET	 _BITUL(0) /* only tell what they are */
#define DISCMUX_OPTIONS_EXTENDED _BITUL(1) /* nr_selected bytes, up to 16 */

/**
 * struct discmux_unit_options - which sense bytes a status block of a member
 * holds (DISCMUX_IOC_OPTIONS)
 * @size: sizeof(struct discmux_unit_options)
 * @flags: in, DISCMUX_OPTIONS_*; out, _EXTENDED or 0
 * @member: in
 * @identifier: in, returned in @block
 * @sense_count: in and out, 1 to 32: the first so many bytes; @selected is
 *	ignored.  More than 32: becomes 8, and @block carries
 *	DISCMUX_BLOCK_BAD_COUNT.  0: @selected decides
 * @nr_selected: in and out, with _EXTENDED: entries of @selected, 0 to 16;
 *	otherwise 0, and eight are meant
 * @selected: in and out, numbers of sense bytes in the order wanted, each 0
 *	to 255.  With _EXTENDED exactly the first @nr_selected.  Otherwise
 *	eight of them, all 0 meaning bytes 0 to 7
 * @block: out, the status block of this call
 *
 * As the unit options of a controller they belong to the unit: they are the
 * same for all fds and in events, and stay until they are set anew or the
 * member goes away.  Bytes 0 to 7 are the default, also of _EXTENDED with
 * @nr_selected 0.  Setting needs a writable fd, and that no other fd has
 * claimed the member (EBUSY); _GET, with all other "in" fields but @member and
 * @identifier 0, does not.
 */
struct discmux_unit_options {
	__u32 size;
	__u32 flags;
	__u32 member;
	__u32 identifier;
	__u32 sense_count;
	__u32 nr_selected;
	__u8 selected[DISCMUX_BLOCK_SELECT];
	struct discmux_status_block block;
};

/* struct discmux_request_sense flags, in */
#define DISCMUX_SENSE_PEEK	_BITUL(0) /* leave it there */

/**
 * struct discmux_request_sense - sense data kept of a member's last command
 * (DISCMUX_IOC_SENSE)
 * @size: sizeof(struct discmux_request_sense)
 * @flags: in, DISCMUX_SENSE_PEEK or 0
 * @member: in
 * @sense_len: out, bytes valid in @sense
 * @sense: out
 *
 * As REQUEST SENSE would: what the last command of any fd (EXEC, WRITE of a
 * stream, move, ...) brought is kept until the next command goes to the member
 * or this call has fetched it; then it is NO SENSE, 18 bytes of fixed format.
 * What the driver asks on its own account counts for neither.  No command is
 * sent.  Without _PEEK it needs a writable fd.
 */
struct discmux_request_sense {
	__u32 size;
	__u32 flags;
	__u32 member;
	__u32 sense_len;
	__u8 sense[DISCMUX_SENSE_SIZE];
};

/* struct discmux_send_message code */
#define DISCMUX_MESSAGE_ABORT	0x06
#define DISCMUX_MESSAGE_NOP	0x08
#define DISCMUX_MESSAGE_RESET	0x0c	/* BUS DEVICE RESET */

/**
 * struct discmux_send_message - a SCSI message to a member
 * (DISCMUX_IOC_MESSAGE)
 * @size: sizeof(struct discmux_send_message)
 * @flags: in, 0
 * @member: in
 * @code: in, DISCMUX_MESSAGE_*
 * @commands: out, commands in flight that were told to end
 * @scratch: in, 0; undefined afterwards
 *
 * ABORT ends the commands in flight that came through this driver: their
 * results tell ECANCELED, as soon as the device has let go of them (a robot
 * ends its mechanical operation first).  The call does not wait for that.
 *
 * RESET aborts them, waits killable (at most a minute) for their end and
 * resets the unit: its reservations and removal locks are gone.
 * DISCMUX_EVENT_RESET tells everybody, and so does DISCMUX_EVENT_ATTENTION when
 * the unit reports it.  Moves that wait go on afterwards.  EIO: the host
 * adapter could not do it.  It needs CAP_SYS_ADMIN and, where the kernel asks
 * for it, CAP_SYS_RAWIO.
 *
 * NOP does nothing and succeeds.  EPROTONOSUPPORT: EXTENDED MESSAGE,
 * INITIATOR DETECTED ERROR, MESSAGE REJECT, MESSAGE PARITY ERROR and IDENTIFY
 * (80h to FFh), which belong to the protocol of a bus that a host adapter
 * speaks.  EINVAL: a code that no initiator sends.
 *
 * The fd must be open for writing.  EBUSY: another fd has claimed the member.
 */
struct discmux_send_message {
	__u32 size;
	__u32 flags;
	__u32 member;
	__u32 code;
	__u32 commands;
	__u32 scratch;
};

/*
 * Events: generic netlink family DISCMUX_GENL_NAME, multicast group
 * DISCMUX_GENL_GROUP.  The command of a message is the event.  Every message
 * has SEQ (one count for the driver, from 1, no gaps: a gap seen is an event
 * lost on the way) and MUX.  One change of a disc may bring two events, since
 * the driver notices it in two ways.
 */
#define DISCMUX_GENL_NAME	"discmux"
#define DISCMUX_GENL_VERSION	1
#define DISCMUX_GENL_GROUP	"events"

enum discmux_event {
	DISCMUX_EVENT_UNSPEC,
	DISCMUX_EVENT_MEMBER_ADDED,	/* MEMBER ROLE UNIT */
	DISCMUX_EVENT_MEMBER_REMOVED,	/* MEMBER ROLE UNIT */
	DISCMUX_EVENT_MEDIUM_CHANGED,	/* MEMBER ROLE UNIT; the disc, or what it holds */
	DISCMUX_EVENT_MOVE_STARTED,	/* MEMBER SOURCE DESTINATION */
	DISCMUX_EVENT_MOVE_DONE,	/* + ERROR STATUS [SENSE] STATUS_BLOCK */
	DISCMUX_EVENT_RECORDER_FAILED,	/* STREAM MEMBER UNIT LBA + as MOVE_DONE */
	DISCMUX_EVENT_STREAM_STARTED,	/* STREAM RECORDERS */
	DISCMUX_EVENT_STREAM_PROGRESS,	/* STREAM RECORDERS BYTES */
	DISCMUX_EVENT_STREAM_END,	/* STREAM RECORDERS BYTES ERROR */
	DISCMUX_EVENT_OPERATION_STARTED, /* MEMBER OPERATION SOURCE DESTINATION */
	DISCMUX_EVENT_OPERATION_DONE,	/* + ERROR STATUS [SENSE] STATUS_BLOCK */
	DISCMUX_EVENT_ELEMENTS_CHANGED,	/* MEMBER GENERATION; also a tie by hand */
	DISCMUX_EVENT_MEMBER_STATE,	/* MEMBER ROLE UNIT STATE; also a new role */
	DISCMUX_EVENT_ATTENTION,	/* MEMBER ROLE UNIT ERROR STATUS SENSE STATUS_BLOCK */
	DISCMUX_EVENT_RESET,		/* MEMBER ROLE UNIT */
	__DISCMUX_EVENT_MAX,
};

enum discmux_attr {
	DISCMUX_ATTR_UNSPEC,
	DISCMUX_ATTR_PAD,
	DISCMUX_ATTR_SEQ,		/* u64 */
	DISCMUX_ATTR_MUX,		/* u32 */
	DISCMUX_ATTR_MEMBER,		/* u32, member number */
	DISCMUX_ATTR_ROLE,		/* u32, enum discmux_role */
	DISCMUX_ATTR_UNIT,		/* u32, number within the role */
	DISCMUX_ATTR_SOURCE,		/* u32, element address */
	DISCMUX_ATTR_DESTINATION,	/* u32, element address */
	DISCMUX_ATTR_ERROR,		/* u32, errno, 0 */
	DISCMUX_ATTR_STATUS,		/* u32, SCSI status */
	DISCMUX_ATTR_SENSE,		/* binary, sense data */
	DISCMUX_ATTR_LBA,		/* u32 */
	DISCMUX_ATTR_STREAM,		/* u32, number of the stream, from 1 */
	DISCMUX_ATTR_RECORDERS,		/* u32, recorders left in the stream */
	DISCMUX_ATTR_BYTES,		/* u64, bytes every recorder left has taken */
	DISCMUX_ATTR_OPERATION,		/* u32, enum discmux_operation */
	DISCMUX_ATTR_STATE,		/* u32, enum discmux_member_state */
	DISCMUX_ATTR_GENERATION,	/* u64, of the elements */
	DISCMUX_ATTR_STATUS_BLOCK,	/* struct discmux_status_block */
	__DISCMUX_ATTR_MAX,
};

#define DISCMUX_ATTR_MAX	(__DISCMUX_ATTR_MAX - 1)

#endif /* _UAPI_LINUX_DISCMUX_H */
