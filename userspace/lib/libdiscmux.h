/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * libdiscmux: a C library over /dev/discmuxN, for programs that drive optical
 * recorders, readers and a medium changer through the discmux driver.
 *
 * The plain structures (struct discmux_info, _member, _result, _target,
 * _target_status, _stream_status, _element) are those of <linux/discmux.h>,
 * which documents every field; the library fills size, stride and pointer
 * fields itself.  Where one of them grows, the functions that carry it get a
 * new symbol version, so that a program built before goes on working.
 *
 * Errors: a function returns 0 (or a count, where it says so) when all went
 * well, and a negative errno otherwise; the errnos of the driver are listed in
 * <linux/discmux.h> and arrive here unchanged.  After a failure
 * discmux_error() gives one line for people: what is wrong and what to do.
 *
 * Threads: a handle and everything opened from it belongs to one thread at a
 * time.  Several handles on one device are independent of each other; what one
 * of them claims, the others cannot change.
 */
#ifndef LIBDISCMUX_H
#define LIBDISCMUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/discmux.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library, "MAJOR.MINOR.PATCH"; a constant, never freed. */
const char *discmux_version(void);

/* ---- The device ------------------------------------------------------- */

/* An open /dev/discmuxN. */
struct discmux;

/* discmux_open() flags */
#define DISCMUX_OPEN_WRITE	(1u << 0) /* commands, claims, streams, moves */

/**
 * discmux_open - open /dev/discmux<mux>
 * @mux: number of the mux, 0 or more
 * @flags: DISCMUX_OPEN_WRITE or 0 (read-only: info, members, elements)
 * @dm: the new handle.  It is set also when the call fails, so that
 *	discmux_error() can say why, and must be closed in either case; only
 *	-ENOMEM can leave NULL
 *
 * Returns 0, -ENOENT (the driver is not loaded, or it has no such mux),
 * -EACCES (no permission), -EPROTO (the driver speaks another version),
 * -EINVAL (negative number, unknown flag) or what open(2) gave.
 */
int discmux_open(int mux, unsigned int flags, struct discmux **dm);

/* The same by path. */
int discmux_open_path(const char *path, unsigned int flags, struct discmux **dm);

/* Closes the handle; claims made through it end.  Streams opened from it must
 * have been closed before.  NULL is allowed. */
void discmux_close(struct discmux *dm);

/* The message of the last call on this handle that failed: one line, no line
 * end, "" when none did.  Valid until the next call.  NULL: "out of memory". */
const char *discmux_error(const struct discmux *dm);

/* The file descriptor, owned by the handle, for ioctls of the caller's own. */
int discmux_fd(const struct discmux *dm);

/* Counts and limits of the mux; see struct discmux_info. */
int discmux_info(struct discmux *dm, struct discmux_info *info);

/**
 * discmux_settle - wait until every device that was seen has its role
 * @dm: the handle
 * @timeout_ms: how long at most, 0 looks once
 *
 * Drives take seconds to answer after power-on; a program that wants all
 * members calls this first.  Returns 0, or -ETIMEDOUT when devices are still
 * being looked at.
 */
int discmux_settle(struct discmux *dm, unsigned int timeout_ms);

/* ---- Members ---------------------------------------------------------- */

/**
 * discmux_members - list the members, lowest number first
 * @dm: the handle
 * @members: room for @max entries, may be NULL with @max 0
 * @max: entries
 *
 * Returns how many members there are, which may be more than @max (only @max
 * are filled then), or a negative errno.
 */
int discmux_members(struct discmux *dm, struct discmux_member *members, size_t max);

/* The member with this number.  -ENOENT: there is none. */
int discmux_member(struct discmux *dm, uint32_t number, struct discmux_member *member);

/* The member people call e.g. "recorder 0".  @role is enum discmux_role, @unit
 * counts from 0 within the role.  -ENOENT: there is none. */
int discmux_member_by_unit(struct discmux *dm, uint32_t role, uint32_t unit,
			   struct discmux_member *member);

/**
 * discmux_member_by_name - the member with a name as users or the kernel write it
 * @dm: the handle
 * @name: "recorder 2", "recorder:2" or "recorder" (the first); "member 7";
 *	"sr1", "sg3", their nodes in /dev and links to these; "2:0:1:0" (H:C:T:L);
 *	"d0" and "drive 0" (of the library), "3001h" (its element); or a serial number
 * @member: the member
 *
 * Returns 0; -ENOENT: the name is of such a form, and there is no such member; -EINVAL:
 * it has none of the forms and is not a serial number here, a file's name perhaps;
 * -ENOTUNIQ: several members have this serial number, the message says which; or what
 * the driver gave.
 */
int discmux_member_by_name(struct discmux *dm, const char *name, struct discmux_member *member);

/* Whether the name has one of the forms above; a serial number has none. */
bool discmux_is_member_name(const char *name);

/* "reader", "recorder", "changer"; "unknown" for anything else. */
const char *discmux_role_name(uint32_t role);

/* "idle", "claimed", "streaming"; "unknown" for anything else. */
const char *discmux_member_state_name(uint32_t state);

/* One INQUIRY field (@field, @len bytes, space or zero padded) as a string into
 * @buf: padding gone, bytes that cannot be printed replaced by '?'.  Returns
 * @buf.  @size is at least 1. */
char *discmux_text(const uint8_t *field, size_t len, char *buf, size_t size);

/* ---- Commands --------------------------------------------------------- */

/**
 * discmux_exec - one CDB to one or many members at once
 * @dm: a handle opened for writing
 * @members: member numbers, each once
 * @nr: how many, 1 to info.max_targets
 * @cdb: the command
 * @cdb_len: 6, 10, 12 or 16
 * @dir: enum discmux_dir
 * @data: DISCMUX_DIR_OUT: @data_len bytes that go to each member.
 *	DISCMUX_DIR_IN: room for @nr * @data_len bytes, member i's at
 *	i * @data_len.  NULL with DISCMUX_DIR_NONE
 * @data_len: bytes for each member
 * @timeout_ms: for each command; 0 is 30 s
 * @results: @nr results in the order of @members
 *
 * Returns 0 when each member has a result, good or not: see
 * discmux_result_ok().  A negative errno: nothing was sent.
 */
int discmux_exec(struct discmux *dm, const uint32_t *members, size_t nr, const uint8_t *cdb,
		 size_t cdb_len, enum discmux_dir dir, void *data, size_t data_len,
		 unsigned int timeout_ms, struct discmux_result *results);

/**
 * discmux_exec_blocks - the same with a status block for each member
 * @what: nr_targets, targets, cdb, cdb_len, direction, data, data_len,
 *	timeout_ms and identifier; see struct discmux_exec, of which the rest is
 *	set here
 * @results: what->nr_targets results
 * @blocks: as many status blocks, with the sense bytes that
 *	discmux_unit_options() picks
 */
int discmux_exec_blocks(struct discmux *dm, const struct discmux_exec *what,
			struct discmux_result *results, struct discmux_status_block *blocks);

/**
 * discmux_command - one CDB to one member
 * @result: how it went; may be NULL
 *
 * As discmux_exec(), but a command that did not end well is an error here:
 * returns the bytes of data that were transferred (at most INT_MAX), or the
 * negative errno of the transport (-ENODEV, -ETIMEDOUT, -EBUSY ...), or -EIO
 * for a SCSI status other than GOOD, with discmux_error() naming the sense.
 */
int discmux_command(struct discmux *dm, uint32_t member, const uint8_t *cdb, size_t cdb_len,
		    enum discmux_dir dir, void *data, size_t data_len, unsigned int timeout_ms,
		    struct discmux_result *result);

/**
 * discmux_claim - hold members for this handle, all or none
 *
 * Also takes a BSD lock on the nodes of their block devices, where the caller may
 * open them, so that udev neither probes the disc nor locks the tray; waits up to
 * 30 s for udev to end what it is doing.
 *
 * @failed: the member that could not be had with -EBUSY, -ENOENT, -ENODEV;
 *	DISCMUX_NONE otherwise.  May be NULL
 */
int discmux_claim(struct discmux *dm, const uint32_t *members, size_t nr, uint32_t *failed);

/* Lets members go; what is not held is passed over. */
int discmux_release(struct discmux *dm, const uint32_t *members, size_t nr);

/**
 * discmux_fanout_write - one WRITE with the same data to a set of recorders
 * @targets: members and where on their discs to write
 * @nr: how many targets
 * @block_size: bytes of one block, 512 to 4096
 * @data: the data; not changed
 * @len: bytes, a multiple of @block_size, at most info.max_data
 * @timeout_ms: for each command; 0 is 60 s
 * @results: @nr results in the order of @targets
 *
 * Returns 0 when each recorder has a result, good or not.
 */
int discmux_fanout_write(struct discmux *dm, const struct discmux_target *targets, size_t nr,
			 unsigned int block_size, const void *data, size_t len,
			 unsigned int timeout_ms, struct discmux_result *results);

/* ---- Results and sense data ------------------------------------------- */

/*
 * What sense data says: fixed (70h, 71h; SPC-4 4.5.3) or descriptor format (72h,
 * 73h; 4.5.2).  A field that the data do not hold, also because they end before
 * it, is 0, false or -1.
 */
struct discmux_sense {
	uint8_t response;	/* response code, 70h to 73h */
	bool deferred;		/* about an earlier command (71h, 73h) */
	uint8_t key;		/* sense key */
	uint8_t asc;		/* additional sense code, 0 where cut off */
	uint8_t ascq;		/* its qualifier, 0 where cut off */
	bool info_valid;
	uint64_t info;		/* information field, usually an LBA */
	int32_t progress;	/* 0 to 65535 of 65536, -1 when not given */
	int32_t retries;	/* actual retry count, -1 when not given */
	int32_t field;		/* byte of the CDB or parameter list at fault, or -1 */
	int8_t bit;		/* its (highest) bit at fault, or -1 */
	bool field_in_cdb;	/* field is in the CDB, else in the parameter list */
	bool filemark, eom, ili;	/* end of data, end of medium, incorrect length */
	uint8_t unit;		/* field replaceable unit code, 0 is none */
	uint64_t command_info;	/* command-specific information, 0 is none */
};

/* True when the device carried the command out: GOOD, or CHECK CONDITION with
 * RECOVERED ERROR about this command (SPC-4 table 48). */
bool discmux_result_ok(const struct discmux_result *result);

/* True for the latter: it was carried out, and there is something to tell. */
bool discmux_result_recovered(const struct discmux_result *result);

/* The result as an errno: 0 when it was carried out, -EIO for a SCSI status, or the
 * negated transport error. */
int discmux_result_errno(const struct discmux_result *result);

/* Reads @len bytes of sense data.  Returns 0, or -ENODATA when they are too
 * short to hold a sense key or of no known format. */
int discmux_sense_parse(const uint8_t *data, size_t len, struct discmux_sense *sense);

/* The sense of a result; -ENODATA when it carries none. */
int discmux_result_sense(const struct discmux_result *result, struct discmux_sense *sense);

/* True when the result is CHECK CONDITION with exactly this sense.  For tests: what a
 * program does about a result is a verdict, below. */
bool discmux_result_is(const struct discmux_result *result, uint8_t key, uint8_t asc,
		       uint8_t ascq);

/* A result in words, one line: "medium not present (02/3A/00)", "no answer in
 * time".  Always terminated when @size > 0.  Returns @buf. */
char *discmux_result_text(const struct discmux_result *result, char *buf, size_t size);

/* Sense data in words, as above. */
char *discmux_sense_text(const uint8_t *data, size_t len, char *buf, size_t size);

/* Most bytes that sense data have (SPC-4 4.5.1); what lies behind is not read. */
#define DISCMUX_SENSE_MAX	252

/* Whose codes: one and the same code may mean other things to other devices. */
enum discmux_device {
	DISCMUX_DEVICE_ANY = 0,		/* not known: the standard, then any manual */
	DISCMUX_DEVICE_READER = 1,	/* duplicator, user's guide */
	DISCMUX_DEVICE_RECORDER = 2,	/* duplicator, user's guide */
	DISCMUX_DEVICE_LIBRARY = 3,	/* MC-8100/8200/8600, SCSI command manual, table 43 */
	DISCMUX_DEVICE_CHANGER_LOG = 4,	/* the library's error log, table 60: code C as 80h/C */
};

/* The device of a member's role. */
enum discmux_device discmux_role_device(uint32_t role);

/* As discmux_sense_text() and discmux_result_text(), in the words of this device's
 * manual. */
char *discmux_device_sense_text(enum discmux_device device, const uint8_t *data, size_t len,
				char *buf, size_t size);
char *discmux_device_result_text(enum discmux_device device, const struct discmux_result *result,
				 char *buf, size_t size);

/* What to do about a code. */
enum discmux_action {
	DISCMUX_ACTION_IGNORE = 0,	/* go on */
	DISCMUX_ACTION_WAIT = 1,	/* wait and poll, then send the command again */
	DISCMUX_ACTION_RETRY = 2,	/* send the same command again, a few times at most */
	DISCMUX_ACTION_CLEAN = 3,	/* clean the disc or the drive's lens */
	DISCMUX_ACTION_CHANGE_DISC = 4,	/* another disc, or one where there is none */
	DISCMUX_ACTION_CHANGE_DRIVE = 5, /* use another drive */
	DISCMUX_ACTION_OPERATOR = 6,	/* somebody must go to the mechanism */
	DISCMUX_ACTION_PRINTER = 7,	/* ink or printer */
	DISCMUX_ACTION_STOP = 8,	/* it would fail again: give up */
};

#define DISCMUX_KEY_NONE	0xff	/* the sense key is not known */

/**
 * discmux_sense_action - what to do about a code
 * @key: sense key, or DISCMUX_KEY_NONE for the code by itself
 *
 * Where neither this device nor the standard knows the code, the sense key
 * decides.  Takes some nanoseconds, so that it may be asked for each result.
 */
enum discmux_action discmux_sense_action(enum discmux_device device, uint8_t key, uint8_t asc,
					 uint8_t ascq);

/* Why: part of a sentence, one line; a constant. */
const char *discmux_sense_reason(enum discmux_device device, uint8_t key, uint8_t asc,
				 uint8_t ascq);

/* "wait and poll", "change disc"; "unknown" for anything else. */
const char *discmux_action_name(enum discmux_action action);

/* "not ready", "medium error"; "unknown" above 0Fh. */
const char *discmux_sense_key_name(uint8_t key);

/* The description of a code, "Medium not present"; for one that nobody knows its
 * numbers in words, and false.  Always terminated when @size > 0. */
bool discmux_code_text(enum discmux_device device, uint8_t asc, uint8_t ascq, char *buf,
		       size_t size);

#define DISCMUX_LINE_SIZE	21	/* 20 characters and the end */

/* A code and its meaning on a display of two lines: "02/3A/00 MEDIUM NOT" and
 * "PRESENT".  Words are shortened as far as the display needs.  False: they did not
 * suffice, and the end was cut off; this happens to no code of the manuals. */
bool discmux_sense_lines(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq,
			 char lines[2][DISCMUX_LINE_SIZE]);

/* A line of a device's table of codes. */
struct discmux_code {
	uint8_t asc;
	uint8_t ascq, ascq_last;	/* from, to; both the same but for NN, XX */
	char ascq_text[3];		/* "0E", "NN" */
	const char *description;	/* as the manual has it; a constant */
	enum discmux_action action;
	const char *reason;		/* a constant */
};

/* The @nth line (from 0), by ascending code.  0, or -ENOENT behind the last. */
int discmux_code_nth(enum discmux_device device, size_t nth, struct discmux_code *code);

/* ---- Verdicts ---------------------------------------------------------- */

/*
 * What a result means for who sent the command.  This is the one place that looks
 * at sense keys; programs ask for a cause (what happened) or a verdict (what to do
 * about it), and discmux_carry_out() does it.
 *
 * Sources: SPC-4 4.5 and 5.14 (a command that met a unit attention, NOT READY, BUSY or
 * a deferred error was not carried out), MMC-6 4.2 and annex F, SMC-3 annex A, the
 * tables of the duplicator and the library for all else.
 */

/* What a result tells, in the classes that programs tell apart. */
enum discmux_cause {
	DISCMUX_CAUSE_NONE = 0,		/* GOOD */
	DISCMUX_CAUSE_RECOVERED,	/* carried out, with something to tell (key 1h) */
	DISCMUX_CAUSE_DEFERRED,		/* about an earlier command; this one was not begun */
	DISCMUX_CAUSE_BUSY,		/* not yet: becoming ready, closing, buffer full */
	DISCMUX_CAUSE_NO_DISC,
	DISCMUX_CAUSE_TRAY_OPEN,	/* and no disc, therefore */
	DISCMUX_CAUSE_STRANGE_DISC,	/* the drive can make nothing of it */
	DISCMUX_CAUSE_CLEANING,		/* a cleaning disc is in */
	DISCMUX_CAUSE_DISC_CHANGED,	/* it may be another disc (06/28) */
	DISCMUX_CAUSE_RESET,		/* or switched on: settings and sessions are gone */
	DISCMUX_CAUSE_ATTENTION,	/* something else happened before this command */
	DISCMUX_CAUSE_UNSUPPORTED,	/* the device does not know this command, or a field */
	DISCMUX_CAUSE_UNWRITTEN,	/* nothing was ever written at this place */
	DISCMUX_CAUSE_PROTECTED,	/* by keys or a region */
	DISCMUX_CAUSE_UNREADABLE,	/* what is written there can't be read (03/11) */
	DISCMUX_CAUSE_MEDIUM,		/* the disc is to blame for something else */
	DISCMUX_CAUSE_LOCKED,		/* a program locked the tray */
	DISCMUX_CAUSE_NO_SOURCE,	/* there is no disc to be moved */
	DISCMUX_CAUSE_OCCUPIED,		/* there is one where it should go */
	DISCMUX_CAUSE_HELD,		/* by another fd, or a stream that is just being closed */
	DISCMUX_CAUSE_TAKEN,		/* reserved by another host */
	DISCMUX_CAUSE_ABORTED,		/* the device gave the command up */
	DISCMUX_CAUSE_PATH,		/* no status came: cable, link, time-out */
	DISCMUX_CAUSE_GONE,		/* the device is not there any more */
	DISCMUX_CAUSE_DEVICE,		/* the device is to blame, or needs its operator */
	DISCMUX_CAUSE_OTHER,		/* it will not do that */
	DISCMUX_CAUSES
};

enum discmux_cause discmux_result_cause(enum discmux_device device,
					const struct discmux_result *result);

/* "becoming ready", ...: for tables and tests; "unknown" for anything else. */
const char *discmux_cause_name(enum discmux_cause cause);

/* What the command was sent for. */
enum discmux_purpose {
	DISCMUX_FOR_PROBE = 0,	/* is there a disc, is the drive ready, what can it do */
	DISCMUX_FOR_IDENTITY,	/* which disc is it: the answer is compared or kept */
	DISCMUX_FOR_READ,	/* data */
	DISCMUX_FOR_WRITE,	/* data that must arrive once and in order */
	DISCMUX_FOR_FLUSH,	/* SYNCHRONIZE CACHE: data must have gone out */
	DISCMUX_FOR_CONTROL,	/* settings, OPC, RESERVE, CLOSE, BLANK, FORMAT: may be sent twice */
	DISCMUX_FOR_MOVE,	/* the arm of a changer */
	DISCMUX_PURPOSES
};

enum discmux_verdict {
	DISCMUX_VERDICT_DONE = 0,	/* carried out: data and bytes count */
	DISCMUX_VERDICT_REPEAT,		/* was not; send it again */
	DISCMUX_VERDICT_WAIT,		/* was not; send it again after a pause */
	DISCMUX_VERDICT_DISC,		/* another disc would do, or a clean one */
	DISCMUX_VERDICT_DRIVE,		/* another drive would do */
	DISCMUX_VERDICT_OPERATOR,	/* the operator must go to the device */
	DISCMUX_VERDICT_STOP,		/* it would fail again, or its effect is unknown: ask
					 * the device before anything is sent again */
	DISCMUX_VERDICTS
};

/* "done", "repeat", "wait", "other disc", "other drive", "operator", "stop" */
const char *discmux_verdict_name(enum discmux_verdict verdict);

/* What to do about one result, without a limit: never waits, keeps nothing. */
enum discmux_verdict discmux_verdict(enum discmux_purpose purpose, enum discmux_device device,
				     const struct discmux_result *result);

/* How often and how long, for one command. */
struct discmux_limits {
	unsigned int attentions;	/* unit attentions, deferred errors that it may meet */
	unsigned int repeats;		/* times it is sent again after it was given up */
	unsigned int path_ms;		/* for a way to the device that is broken */
	unsigned int wait_ms;		/* for a device that says "not yet" */
};

/* Those of a purpose; a constant. */
const struct discmux_limits *discmux_limits_of(enum discmux_purpose purpose);

/* How a command gets to devices, and how time passes; members are numbered from 0. */
struct discmux_carrier {
	/* Sends it to each of set (bit i: member i) and waits for all. */
	void (*send)(void *ctx, uint32_t set);
	/* How it ended; valid until the next send. */
	const struct discmux_result *(*result)(void *ctx, unsigned int i);
	uint64_t (*now_ms)(void *ctx);
	void (*sleep_ms)(void *ctx, unsigned int ms);
	/* True ends waiting; NULL: never. */
	bool (*cancelled)(void *ctx);
	/* After DISC_CHANGED: it is the disc that it was.  NULL: unknown. */
	bool (*same_disc)(void *ctx, unsigned int i);
};

/**
 * discmux_carry_out - send a command until it is carried out, or is not going to be
 * @set: who gets it; the others wait for the slowest of these
 * @limits: NULL: those of the purpose
 * @verdicts: one for each member up to the highest of @set, may be NULL.  DONE, or why
 *	not; WAIT, REPEAT: the limit was reached, or it was cancelled
 *
 * Returns the members of @set for which it is done.
 */
uint32_t discmux_carry_out(const struct discmux_carrier *carrier, void *ctx,
			   enum discmux_purpose purpose, enum discmux_device device,
			   const struct discmux_limits *limits, uint32_t set,
			   enum discmux_verdict *verdicts);

/**
 * discmux_ask - discmux_command(), with discmux_carry_out() around it
 * @wait_ms: for a device that says "not yet"; 0 does not wait
 */
int discmux_ask(struct discmux *dm, uint32_t member, enum discmux_purpose purpose,
		unsigned int wait_ms, const uint8_t *cdb, size_t cdb_len, enum discmux_dir dir,
		void *data, size_t data_len, unsigned int timeout_ms,
		struct discmux_result *result);

/* ---- SCSI messages ---------------------------------------------------- */

/* A message of the parallel SCSI bus, as the chapters on messages of the manuals
 * of a drive, an autoloader and the library have it. */
struct discmux_message {
	uint8_t first, last;	/* codes; both the same but for IDENTIFY, 80h to FFh */
	bool in, out;		/* to, from the initiator */
	const char *name;	/* "BUS DEVICE RESET" */
	const char *source;	/* who documents it: "drive", "autoloader", "both", "library" */
	const char *effect;	/* what it does */
};

/* The message with this code, a constant, or NULL when no manual has it. */
const struct discmux_message *discmux_message(uint8_t code);

/* The @nth message (from 0) by ascending code, or NULL. */
const struct discmux_message *discmux_message_nth(size_t nth);

/* "in", "out", "both", as seen from the initiator. */
const char *discmux_message_direction(const struct discmux_message *message);

/* ---- Streams ---------------------------------------------------------- */

/* The same data to a set of recorders, fed by the driver. */
struct discmux_stream_handle;

/**
 * discmux_stream_open - open a stream
 * @dm: a handle opened for writing; it must outlive the stream
 * @params: in: block_size (0 is 2048), chunk_bytes, ring_bytes, prefill_bytes,
 *	write_opcode, timeout_ms, 0 for the driver's choice; lag_policy and
 *	lag_ms, see struct discmux_stream; all else is set here.  Out: what is
 *	used, and shared_hosts
 * @targets: recorders and their first blocks
 * @nr: how many
 * @stream: the new stream; NULL when the call fails (the message is in
 *	discmux_error(@dm))
 */
int discmux_stream_open(struct discmux *dm, struct discmux_stream *params,
			const struct discmux_target *targets, size_t nr,
			struct discmux_stream_handle **stream);

/**
 * discmux_stream_write - feed the recorders
 *
 * Waits while the ring is full.  Returns @len, or fewer bytes when a signal or
 * O_NONBLOCK ended it early, or a negative errno when nothing was taken: -EIO
 * no recorder is left, -ECANCELED the stream was aborted, -EINVAL it is
 * finished, -EAGAIN, -EINTR.
 */
ssize_t discmux_stream_write(struct discmux_stream_handle *stream, const void *data, size_t len);

/**
 * discmux_stream_send - feed the recorders from a file, without a copy
 * @file: descriptor of a file whose pages the kernel can hand over; what is
 *	changed in it while the discs are written may or may not get there
 * @offset: where in the file; moved on.  NULL: from where the file stands
 * @len: bytes
 *
 * As discmux_stream_write(); fewer bytes also at the file's end.
 */
ssize_t discmux_stream_send(struct discmux_stream_handle *stream, int file, uint64_t *offset,
			    size_t len);

/**
 * discmux_stream_map - have the stream's memory in this process
 *
 * Before any data.  What discmux_stream_place() tells of lies in it; it is gone
 * with discmux_stream_close().  -EBUSY when there are data, -EINVAL when the
 * chunk is no whole number of pages.
 */
int discmux_stream_map(struct discmux_stream_handle *stream);

/**
 * discmux_stream_place - where the next data go, so that nobody copies them
 * @want: wait until so many bytes are free, or as many as there are up to the
 *	end of the stream's memory; not more than that has
 * @place: there; page aligned as long as whole pages are passed on, so that a
 *	command that reads (discmux_exec) can have it as its data
 * @room: bytes that fit in a row
 *
 * Maps the memory if need be.  Returns 0, or a negative errno as
 * discmux_stream_write().
 */
int discmux_stream_place(struct discmux_stream_handle *stream, size_t want, void **place,
			 size_t *room);

/* Passes on bytes put at the place last told of; they are changed no more.
 * 0, or a negative errno as discmux_stream_write(). */
int discmux_stream_commit(struct discmux_stream_handle *stream, size_t bytes);

/* Waits until every recorder that is left has all data; what became of each is
 * in discmux_stream_status().  -EIO when none is left, -EINVAL when the data
 * was no whole number of blocks. */
int discmux_stream_finish(struct discmux_stream_handle *stream);

/* Sends no more WRITEs; returns at once. */
int discmux_stream_abort(struct discmux_stream_handle *stream);

/**
 * discmux_stream_status - how far each recorder is; never waits
 * @status: the stream as a whole; its pointer fields are of no use afterwards
 * @targets: room for @max entries, in the order of discmux_stream_open(); may
 *	be NULL with @max 0
 *
 * Returns the number of recorders of the stream, or a negative errno.
 */
int discmux_stream_status(struct discmux_stream_handle *stream,
			  struct discmux_stream_status *status,
			  struct discmux_target_status *targets, size_t max);

/* The stream's file descriptor (poll, sendfile, splice); owned by the stream. */
int discmux_stream_fd(const struct discmux_stream_handle *stream);

/* As discmux_error(). */
const char *discmux_stream_error(const struct discmux_stream_handle *stream);

/* Closes the stream; one that was not finished is aborted.  NULL is allowed. */
void discmux_stream_close(struct discmux_stream_handle *stream);

/* "running", "done", "failed", "aborted"; "unknown" for anything else. */
const char *discmux_target_state_name(uint32_t state);

/* ---- The changer ------------------------------------------------------ */

/* What is where in the library, as the driver knew it at one moment. */
struct discmux_inventory {
	struct discmux_element *elements;	/* by ascending type and address */
	size_t count;
	uint32_t changer;	/* member number of the changer */
	uint32_t state;		/* DISCMUX_STATUS_MOVING, _STALE, _GARBLED */
	uint32_t age_ms;	/* since the changer was last asked */
	uint64_t generation;	/* grows whenever an element changed */
};

/**
 * discmux_elements - the elements of the changer
 * @type: enum discmux_element_type, 0 is all
 * @refresh: ask the changer first (not while it moves)
 * @inv: filled; free it with discmux_inventory_free()
 *
 * Returns 0, or -ENOENT when the mux has no changer.
 */
int discmux_elements(struct discmux *dm, uint32_t type, bool refresh,
		     struct discmux_inventory *inv);

/* Frees what discmux_elements() allocated; a zeroed or freed one is allowed. */
void discmux_inventory_free(struct discmux_inventory *inv);

/* The element with this address, or NULL.  It belongs to @inv. */
const struct discmux_element *discmux_inventory_find(const struct discmux_inventory *inv,
						     uint32_t address);

/* The @nth element (from 0) of a type, or NULL: slot 5 is STORAGE, 4. */
const struct discmux_element *discmux_inventory_nth(const struct discmux_inventory *inv,
						    uint32_t type, size_t nth);

/* "arm", "slot", "mail", "drive", "printer"; "element" for anything else. */
const char *discmux_element_type_name(uint32_t type);

/**
 * discmux_move - MOVE MEDIUM with the changer's first arm
 * @source: element address
 * @destination: element address; 0 with DISCMUX_MOVE_EJECT
 * @flags: DISCMUX_MOVE_*
 * @timeout_ms: 0 is 300 s
 * @result: how it went; may be NULL
 *
 * Waits for its turn and for the arm.  Returns 0 when the medium was moved,
 * -EIO when the changer refused (sense in @result and discmux_error()),
 * -ENOENT for an address that the changer does not have, -EBUSY for a drive in
 * use, -EINTR when a fatal signal ended the wait; the arm goes on then.
 */
int discmux_move(struct discmux *dm, uint32_t source, uint32_t destination, uint32_t flags,
		 unsigned int timeout_ms, struct discmux_result *result);

/* "initialize", "position" ...; "unknown" for anything else. */
const char *discmux_operation_name(uint32_t operation);

/**
 * discmux_operate - what a changer does besides moves
 * @what: operation, flags, member and the fields that the operation names; see
 *	struct discmux_operate, of which size, result_stride and result are set
 *	here
 * @result: how it went; may be NULL
 *
 * Waits for its turn and for the arm, unless DISCMUX_OPERATE_NOWAIT is set
 * (-EAGAIN).  Returns 0 when it was carried out, -EIO when the changer refused
 * (sense in @result and discmux_error()), -ENOENT without a changer or for an
 * address that it does not have, -EBUSY for a changer or drive that another
 * program has claimed, -ECANCELED when this fd was closed in another thread,
 * -EPERM for a reset without CAP_SYS_ADMIN, -EINTR as discmux_move().
 *
 * The functions below are it for the changer of the mux and one operation each.
 */
int discmux_operate(struct discmux *dm, const struct discmux_operate *what,
		    struct discmux_result *result);

/* The changer looks at all elements, or at @first to @last unless both are 0.
 * @timeout_ms: 0 is an hour. */
int discmux_initialize(struct discmux *dm, uint32_t first, uint32_t last, unsigned int timeout_ms,
		       struct discmux_result *result);

/* The first arm goes before an element.  @flags: DISCMUX_OPERATE_INVERT or 0. */
int discmux_position(struct discmux *dm, uint32_t element, uint32_t flags,
		     struct discmux_result *result);

/* What is in @source goes to @destination, what was there to @second.
 * @flags: DISCMUX_OPERATE_INVERT, _INVERT2.  @timeout_ms: 0 is 300 s. */
int discmux_exchange(struct discmux *dm, uint32_t source, uint32_t destination, uint32_t second,
		     uint32_t flags, unsigned int timeout_ms, struct discmux_result *result);

/* The arm finds its initial position.  @flags: DISCMUX_OPERATE_RESET (needs
 * CAP_SYS_ADMIN), _RETURN, _IMMED. */
int discmux_rezero(struct discmux *dm, uint32_t flags, struct discmux_result *result);

/* The changer tests its mechanics; the MC-8x00 moves a disc from slot 1 to the
 * first drive and back. */
int discmux_selftest(struct discmux *dm, struct discmux_result *result);

/* Locks the mail slot (true) or unlocks it. */
int discmux_prevent(struct discmux *dm, bool prevent, struct discmux_result *result);

/* Keeps other initiators out of the changer (@nr 0) or of elements of it, under
 * a number; other programs of this machine are kept out by discmux_claim(). */
int discmux_reserve(struct discmux *dm, const struct discmux_range *ranges, size_t nr,
		    uint8_t identification, struct discmux_result *result);
int discmux_unreserve(struct discmux *dm, bool elements, uint8_t identification,
		      struct discmux_result *result);

/* ---- Log and mode pages ----------------------------------------------- */

/**
 * discmux_page - LOG SENSE, LOG SELECT, MODE SENSE, MODE SELECT
 * @what: operation, flags, member (DISCMUX_NONE: the changer), page ...; see
 *	struct discmux_page, of which size, data_len, data, result_stride and
 *	result are set here
 * @data: room for, or the bytes that go out, the device's header first
 * @len: bytes of @data
 * @result: how it went; may be NULL
 *
 * Returns the bytes that came (SENSE) or @len, -EAGAIN while the changer moves
 * unless DISCMUX_PAGE_WAIT is set, -EIO when the device refused, or another
 * negative errno.  SENSE works on a read-only handle.
 */
int discmux_page(struct discmux *dm, const struct discmux_page *what, void *data, size_t len,
		 struct discmux_result *result);

/* Current cumulative values of a page.  @flags: DISCMUX_PAGE_WAIT or 0. */
int discmux_log_sense(struct discmux *dm, uint32_t member, uint8_t page, uint32_t flags,
		      void *data, size_t len, struct discmux_result *result);

/* LOG SELECT with PCR: all counts of the device become 0. */
int discmux_log_clear(struct discmux *dm, uint32_t member, struct discmux_result *result);

/* Current values of a page: MODE SENSE(6) of a changer, (10) of a drive.
 * @flags: DISCMUX_PAGE_WAIT, _BLOCKS or 0. */
int discmux_mode_sense(struct discmux *dm, uint32_t member, uint8_t page, uint32_t flags,
		       void *data, size_t len, struct discmux_result *result);

/* @data: header and pages.  @flags: DISCMUX_PAGE_SAVE or 0. */
int discmux_mode_select(struct discmux *dm, uint32_t member, uint32_t flags, const void *data,
			size_t len, struct discmux_result *result);

/* ---- Units: options, sense data, messages ----------------------------- */

/* Sets (or, with DISCMUX_OPTIONS_GET, reads) which sense bytes the status
 * blocks of a member hold; see struct discmux_unit_options, of which size is
 * set here. */
int discmux_unit_options(struct discmux *dm, struct discmux_unit_options *options);

/**
 * discmux_request_sense - the sense data of the last command to a member
 * @keep: leave it there; otherwise it is NO SENSE next time
 * @sense: filled, zero behind what came
 *
 * Sends no command.  Returns the bytes of sense data (18 or more: without any
 * it is NO SENSE), or a negative errno.
 */
int discmux_request_sense(struct discmux *dm, uint32_t member, bool keep,
			  uint8_t sense[DISCMUX_SENSE_SIZE]);

/**
 * discmux_send_message - a SCSI message to a member
 * @code: 06h ABORT, 08h NO OPERATION, 0Ch BUS DEVICE RESET
 *
 * Returns how many commands in flight were told to end, -EPROTONOSUPPORT for a
 * message that only a bus adapter sends, -EINVAL for a code that no initiator
 * sends, -EPERM for a reset without CAP_SYS_ADMIN, -EBUSY when another program
 * has claimed the member, -EIO when the host adapter could not reset it.
 */
int discmux_send_message(struct discmux *dm, uint32_t member, uint8_t code);

/* ---- Events ----------------------------------------------------------- */

/* One event; a field is valid when its bit 1 << DISCMUX_ATTR_x is in @has. */
struct discmux_event_info {
	uint32_t event;		/* enum discmux_event; may be a newer one */
	uint32_t has;
	uint64_t seq;
	uint64_t lost;		/* events lost just before this one */
	uint32_t mux;
	uint32_t member;
	uint32_t role;
	uint32_t unit;
	uint32_t source;
	uint32_t destination;
	uint32_t error;
	uint32_t status;
	uint32_t lba;
	uint32_t stream;
	uint32_t recorders;
	uint32_t sense_len;
	uint64_t bytes;
	uint8_t sense[DISCMUX_SENSE_SIZE];
	uint32_t operation;	/* enum discmux_operation */
	uint32_t state;		/* enum discmux_member_state */
	uint64_t generation;	/* of the elements */
	struct discmux_status_block block;
};

/* A listener on the driver's netlink events, of every mux. */
struct discmux_events;

/**
 * discmux_events_open - listen from now on
 * @ev: the listener; set also when the call fails, so that
 *	discmux_events_error() can say why; only -ENOMEM can leave NULL
 *
 * Returns 0, or -ENOENT when the driver is not loaded.
 */
int discmux_events_open(struct discmux_events **ev);

/* To be polled for POLLIN before discmux_events_read() with timeout 0. */
int discmux_events_fd(const struct discmux_events *ev);

/**
 * discmux_events_read - the next event
 * @timeout_ms: how long to wait; 0 does not wait, -1 has no limit
 * @info: the event.  info->lost counts what the kernel could not deliver
 *	between the one before and this one
 *
 * Returns 1 with an event, 0 when the time is up, -EINTR on a signal, or
 * another negative errno.  Messages that are malformed are passed over.
 */
int discmux_events_read(struct discmux_events *ev, int timeout_ms,
			struct discmux_event_info *info);

/* As discmux_error(). */
const char *discmux_events_error(const struct discmux_events *ev);

void discmux_events_close(struct discmux_events *ev);

/* "member-added", "move-done" ...; "unknown" for an event of a newer driver. */
const char *discmux_event_name(uint32_t event);

#ifdef __cplusplus
}
#endif

#endif /* LIBDISCMUX_H */
