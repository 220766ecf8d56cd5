/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to a command before its model sees it: it is counted, and it may
 * meet a fault that somebody injected, or a device that was pulled off its bus.
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

#define SIM_FAULTS_MAX	64

enum sim_fault_kind {
	SIM_FAULT_SENSE,	/* ends with CHECK CONDITION, the model never sees it */
	SIM_FAULT_HANG,		/* waits until the fault is cleared or it is aborted */
	SIM_FAULT_SLOW,		/* waits delay_ms, or delay_ms for each MiB of its data */
	SIM_FAULT_MESSAGE,	/* a message comes out of turn: see bus.h */
};

/* Which commands of a device */
enum sim_fault_match {
	SIM_MATCH_ANY,		/* sense: all but INQUIRY, REQUEST SENSE */
	SIM_MATCH_OPCODE,
	SIM_MATCH_READ,		/* sim_cdb_access() */
	SIM_MATCH_WRITE,
};

struct sim_fault {
	enum sim_fault_kind kind;
	enum sim_fault_match match;
	uint8_t opcode;
	bool has_lba;		/* only commands that touch these blocks */
	uint32_t lba_first;
	uint32_t lba_last;
	uint32_t nth;		/* begins at the nth command that matches, from 1 */
	uint32_t times;		/* how often; 0 always */
	uint8_t key, asc, ascq;
	uint32_t delay_ms;
	bool per_mib;
	bool deaf;		/* a hang that ignores aborts and resets */
	struct bus_message message;
};

/*
 * Understands a fault in words:
 *   sense KEY/ASC/ASCQ [WHERE]	hexadecimal; once, or always at an lba
 *   hang [deaf] [WHERE]	always, until cleared
 *   slow MS [per-mib] [WHERE]	always
 *   message NAME at PHASE [rejecting NAME] [WHERE]	once; see bus_message_parse()
 * WHERE: [op XX|read|write] [lba N[-M]] [nth N] [times N|always]; with nth it
 * happens once unless times says otherwise.  0, or -EINVAL with one line in err.
 */
int sim_fault_parse(const char *const words[], size_t n, struct sim_fault *fault,
		    char *err, size_t errlen);

struct sim_faults;

/* NULL when out of memory or of file descriptors. */
struct sim_faults *sim_faults_new(void);
void sim_faults_free(struct sim_faults *faults);

/* Returns the fault's number, from 1, or -ENOSPC. */
int sim_faults_add(struct sim_faults *faults, const struct sim_fault *fault);

/* Removes one fault (its number), or all (0): what hangs goes on.  Returns how
 * many, or -ENOENT. */
int sim_faults_clear(struct sim_faults *faults, unsigned int number);

/* [{"number", "text", "hits" [, "bus": what was on it the last time]}], a new reference. */
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
 */
struct sim_fault_watch {
	int fd;
	bool (*aborted)(void *context);
	void *context;
};

void sim_faults_watch(struct sim_faults *faults, const struct sim_fault_watch *watch);

/* Counters as sim_count_describe() has them. */
json_t *sim_faults_count(struct sim_faults *faults, uint8_t type);
void sim_faults_count_reset(struct sim_faults *faults);

/* Executes one command: faults, then dev->ops->execute, then the counters.
 * faults may be NULL. */
void sim_device_execute(struct sim_device *dev, struct sim_faults *faults,
			struct sim_cmd *cmd);

#endif
