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
 * EACCES     the member is not claimed by this fd and the call needs that
 * ENOMEM     no memory
 * EINTR      a signal ended the wait; what was started goes on in the device
 * ECANCELED  the stream was aborted
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
#define DISCMUX_UAPI_VERSION	1

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

/* On the fd that DISCMUX_IOC_STREAM returns */
#define DISCMUX_IOC_STREAM_FINISH	_IO(DISCMUX_IOC_TYPE, 0x40)
#define DISCMUX_IOC_STREAM_ABORT	_IO(DISCMUX_IOC_TYPE, 0x41)
#define DISCMUX_IOC_STREAM_STATUS	_IO(DISCMUX_IOC_TYPE, 0x42)

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
 *	answer in time, EBUSY another fd holds it, ECANCELED it was aborted, EIO
 *	anything else the transport reports
 * @status: SCSI status byte (0 GOOD, 2 CHECK CONDITION, 8 BUSY, 18h
 *	RESERVATION CONFLICT ...)
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
 *
 * The commands run at the same time.  The fd must be open for writing.  A
 * member that another fd has claimed takes only commands that change nothing
 * (TEST UNIT READY, INQUIRY, and their like); others get EBUSY in the
 * member's result and do not reach the device.
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
 * claim nor change it.  Claiming twice is no error.  Closing the fd releases
 * what it holds; a change uevent follows for each block device, so that udev
 * looks at the new medium.  Releasing what is not held is no error.
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
 *
 * write() on the stream feeds all recorders through one ring; each recorder
 * has its own cursor, one WRITE outstanding, and the next is issued by the
 * driver when one completes.  write() waits (until a signal comes, or EAGAIN
 * with O_NONBLOCK; poll() gives EPOLLOUT) while the ring is full, that is, for
 * the slowest recorder.  A recorder that fails leaves the stream and frees its
 * share at once; the others go on.  A WRITE that was not carried out because
 * the drive has no room (02/04/08, long write in progress) or is busy (BUSY,
 * TASK SET FULL) is sent again after a pause, for timeout_ms at most, and is
 * no failure; any other is never repeated.  Members that the parent fd has not
 * claimed are claimed as long as the stream is open.  Closing the stream
 * aborts what has not been finished.  Data in the ring is a whole number of
 * blocks at FINISH or FINISH fails with EINVAL.
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
 * @retries: times a WRITE was sent again after 02/04/08
 * @next_lba: block after the last one the recorder has accepted
 * @ring_empty: times the recorder was ready and there was no data for it
 * @bytes: bytes the recorder has accepted
 * @failed_lba: first block of the WRITE that failed; valid with state FAILED
 * @max_us: longest WRITE so far, microseconds
 * @result: how its last WRITE went; with state FAILED the one that failed
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
 * @state: out, DISCMUX_STATUS_MOVING, DISCMUX_STATUS_STALE
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
 * arm.  ENOENT for an address that the changer does not have.  A drive that is
 * claimed by another fd is neither source nor destination (EBUSY).
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

/*
 * Events: generic netlink family DISCMUX_GENL_NAME, multicast group
 * DISCMUX_GENL_GROUP.  The command of a message is the event.  Every message
 * has SEQ (one count for the driver, from 1, no gaps: a gap seen is an event
 * lost on the way) and MUX.
 */
#define DISCMUX_GENL_NAME	"discmux"
#define DISCMUX_GENL_VERSION	1
#define DISCMUX_GENL_GROUP	"events"

enum discmux_event {
	DISCMUX_EVENT_UNSPEC,
	DISCMUX_EVENT_MEMBER_ADDED,	/* MEMBER ROLE UNIT */
	DISCMUX_EVENT_MEMBER_REMOVED,	/* MEMBER ROLE UNIT */
	DISCMUX_EVENT_MEDIUM_CHANGED,	/* MEMBER ROLE UNIT */
	DISCMUX_EVENT_MOVE_STARTED,	/* MEMBER SOURCE DESTINATION */
	DISCMUX_EVENT_MOVE_DONE,	/* + ERROR STATUS [SENSE] */
	DISCMUX_EVENT_RECORDER_FAILED,	/* STREAM MEMBER UNIT LBA ERROR STATUS [SENSE] */
	DISCMUX_EVENT_STREAM_STARTED,	/* STREAM RECORDERS */
	DISCMUX_EVENT_STREAM_PROGRESS,	/* STREAM RECORDERS BYTES */
	DISCMUX_EVENT_STREAM_END,	/* STREAM RECORDERS BYTES ERROR */
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
	__DISCMUX_ATTR_MAX,
};

#define DISCMUX_ATTR_MAX	(__DISCMUX_ATTR_MAX - 1)

#endif /* _UAPI_LINUX_DISCMUX_H */
