/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to a command before its model sees it, and to the reply after: it
 * is counted, and it may meet a fault that was injected (or that a habit has: see
 * habit.h), or a device that was pulled off its bus.
 *
 * One struct sim_faults belongs to one device.  sim_device_execute() is for the
 * device's thread; all else may be called by any thread.
 */
#ifndef DISCMUX_SIM_FAULT_H
#define DISCMUX_SIM_FAULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"
#include "device.h"
#include "fault_reply.h"

#define SIM_FAULTS_MAX	64
#define SIM_STEPS_MAX	8	/* of a sequence of answers */

enum sim_fault_kind {
	SIM_FAULT_SENSE,	/* answers with CHECK CONDITION, one or a sequence of them */
	SIM_FAULT_STATUS,	/* ends with this status, the model never sees it */
	SIM_FAULT_HANG,		/* waits until the fault is cleared or it is aborted */
	SIM_FAULT_SLOW,		/* waits delay_ms, or delay_ms for each MiB of its data */
	SIM_FAULT_LINK,		/* lost, and so is all that comes for delay_ms */
	SIM_FAULT_BUTTON,	/* the operator presses the button, then it is executed */
	SIM_FAULT_REPLY,	/* is executed, and the reply changed */
	SIM_FAULT_MESSAGE,	/* a message comes out of turn: see bus.h */
};

/* Which commands of a device */
enum sim_fault_match {
	SIM_MATCH_ANY,		/* sense, status: all but INQUIRY, REQUEST SENSE */
	SIM_MATCH_OPCODE,
	SIM_MATCH_READ,		/* sim_cdb_access() */
	SIM_MATCH_WRITE,
};

/* What else a command must have */
enum sim_fault_if {
	SIM_IF_ANYTHING,
	SIM_IF_CD_TEXT,		/* a cue sheet that announces CD-Text in the lead-in */
	SIM_IF_TAGS_AND_IDS,	/* READ ELEMENT STATUS with both VOLTAG and DVCID */
};

/*
 * One answer, so many times.  Key 1 (RECOVERED ERROR) is for a command that is
 * carried out, unless it is deferred: its data are valid, its status is not GOOD.
 */
struct sim_fault_step {
	uint8_t key, asc, ascq;
	uint16_t times;		/* 1 or more */
};

struct sim_fault {
	enum sim_fault_kind kind;
	enum sim_fault_match match;
	uint8_t opcode;
	bool has_lba;		/* only commands that touch these blocks */
	uint32_t lba_first;
	uint32_t lba_last;
	bool has_page;		/* only commands that ask for this page: sim_cdb_page() */
	uint8_t page;
	uint32_t elements;	/* only READ ELEMENT STATUS for more than these; 0 all */
	enum sim_fault_if only_if;
	uint32_t nth;		/* begins at the nth command that matches, from 1 */
	uint32_t every;		/* and again at every so many; 0 no */
	uint32_t times;		/* how often; 0 always */
	struct sim_fault_step step[SIM_STEPS_MAX];
	uint8_t steps;
	bool deferred;		/* sense of an earlier command (71h) */
	bool for_all;		/* a sequence that has begun goes on at whatever command */
	uint8_t status;		/* enum sim_status */
	uint32_t delay_ms;
	bool per_mib;
	bool deaf;		/* a hang that ignores aborts and resets */
	bool after;		/* a link that is lost when the command was carried out */
	const struct sim_edit *edit;
	struct sim_edit_value value;
	struct bus_message message;
	const char *habit;	/* whose it is, or NULL; lives as long as the program */
};

/*
 * Understands a fault in words:
 *   sense KEY/ASC/ASCQ[*N][,...] [deferred] [for-all] [WHERE]
 *				hexadecimal; once, or always at an lba
 *   status XX [WHERE]		hexadecimal; once, or always at an lba
 *   hang [deaf] [WHERE]	always, until cleared
 *   slow MS [per-mib] [WHERE]	always
 *   link MS [after] [WHERE]	once
 *   button [WHERE]		once
 *   reply EDIT[=VALUE] [WHERE]	always; see fault_reply.h
 *   message NAME at PHASE [rejecting NAME] [WHERE]	once; see bus_message_parse()
 * WHERE: [op XX|read|write] [lba N[-M]] [page XX] [elements N]
 * [if cd-text|tags-and-ids] [nth N] [every N] [times N|always]; with nth it happens
 * once unless times says otherwise.  0, or -EINVAL with one line in err.
 */
int sim_fault_parse(const char *const words[], size_t n, struct sim_fault *fault,
		    char *err, size_t errlen);

/* The same for one line (at most 255 characters). */
int sim_fault_parse_line(const char *line, struct sim_fault *fault, char *err, size_t errlen);

/* In words as sim_fault_parse() takes them. */
void sim_fault_text(const struct sim_fault *fault, char *text, size_t size);

/* The page, format or type that a command asks for; false: it asks for none. */
bool sim_cdb_page(const uint8_t *cdb, uint8_t *page);

struct sim_faults;

/* NULL when out of memory or of file descriptors. */
struct sim_faults *sim_faults_new(void);
void sim_faults_free(struct sim_faults *faults);

/* Returns the fault's number, from 1, or -ENOSPC. */
int sim_faults_add(struct sim_faults *faults, const struct sim_fault *fault);

/* All or none of them. 0 or -ENOSPC. */
int sim_faults_add_all(struct sim_faults *faults, const struct sim_fault *fault, size_t n);

/* Removes one fault (its number), or all (0): what hangs goes on.  Returns how
 * many, or -ENOENT. */
int sim_faults_clear(struct sim_faults *faults, unsigned int number);

/* Calls fn() for each fault that a habit has. */
void sim_faults_each_habit(struct sim_faults *faults,
			   void (*fn)(void *context, const char *habit), void *context);

/* Removes those that habits have.  Returns how many. */
int sim_faults_clear_habits(struct sim_faults *faults);

/* [{"number", "text", "hits" [, "habit"] [, "bus": what was on it the last time]}], a
 * new reference. */
json_t *sim_faults_describe(struct sim_faults *faults);

/* The next INQUIRY would hang. */
bool sim_faults_dead(struct sim_faults *faults);

/*
 * A device that is gone answers nothing: each command, also one that hangs now,
 * ends TASK ABORTED at once.
 */
void sim_faults_set_gone(struct sim_faults *faults, bool gone);

/*
 * A command that hangs keeps its thread.  So that its transport still hears of
 * aborts: when fd gets readable, aborted() is called (by that same thread) and
 * tells whether the command was aborted.
 *
 * link() is called (by the device's thread) when the link to the host is lost or
 * back.  Without one (NULL), each command that comes while it is lost ends TASK
 * ABORTED.  With one, the transport lets no command come meanwhile, and those that
 * were on their way when it went end BUSY: the host sends them again, into the lost
 * link, and so sees what a lost link is to it, with no status of the device.
 */
struct sim_fault_watch {
	int fd;
	bool (*aborted)(void *context);
	void (*link)(void *context, bool up);
	void *context;
};

void sim_faults_watch(struct sim_faults *faults, const struct sim_fault_watch *watch);

/* Brings the link back when its time is over.  Milliseconds until then, -1: it is up. */
int sim_faults_link_left(struct sim_faults *faults);

/* Counters as sim_count_describe() has them. */
json_t *sim_faults_count(struct sim_faults *faults, uint8_t type);
void sim_faults_count_reset(struct sim_faults *faults);

/* Executes one command: faults, then dev->ops->execute, then what changes the reply,
 * then the counters.  faults may be NULL. */
void sim_device_execute(struct sim_device *dev, struct sim_faults *faults,
			struct sim_cmd *cmd);

#endif
