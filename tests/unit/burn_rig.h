/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tower without a kernel: virtual drives behind the burn engine's own view of
 * the devices.  Member 0 is a reader, members 1 to N are recorders 0 to N-1.
 * The stream does what the driver's does, one WRITE after the other.
 */
#ifndef DISCMUX_TEST_BURN_RIG_H
#define DISCMUX_TEST_BURN_RIG_H

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "burn.h"
#include "drive.h"
#include "fault.h"

#define BURN_RIG_MAX	5

struct burn_rig;

/*
 * Sees each command before its drive.  Returns true when it has answered itself
 * (data: room for IN data, result: zeroed).
 */
typedef bool burn_rig_hook(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
			   uint8_t *data, struct discmux_result *result);

struct burn_rig {
	char dir[64];			/* media folder */
	struct sim_media *media;
	struct sim_device *dev[BURN_RIG_MAX];
	struct sim_faults *faults[BURN_RIG_MAX];
	size_t drives;			/* the reader included */
	bool claimed[BURN_RIG_MAX];
	uint32_t busy;			/* claim says EBUSY for this member */
	unsigned int seen[BURN_RIG_MAX][256];	/* commands by opcode */
	uint64_t now_ms;
	burn_rig_hook *hook;
	void *hook_arg;
	void (*sleep_hook)(struct burn_rig *rig);
	char notice[BURN_MESSAGE_LEN];	/* the last one */

	/* the stream */
	struct discmux_target targets[BURN_RIG_MAX];
	struct discmux_target_status status[BURN_RIG_MAX];
	size_t nr_targets;
	uint8_t *ring;
	size_t ring_used, chunk;
	uint32_t block_size;
	bool streaming, aborted;
	uint64_t accepted;

	struct burn_recorder recorders[BURN_RIG_MAX];
	struct burn_config config;	/* for a job with all recorders */
	struct burn_job *job;
	char image[96];			/* path of the master of burn_rig_image() */
};

struct burn_rig *burn_rig_new(size_t recorders);
void burn_rig_free(struct burn_rig *rig);

/* A new blank disc of this type into a recorder; its file's path, in static memory. */
const char *burn_rig_blank(struct burn_rig *rig, uint32_t member, const char *type,
			   uint32_t capacity);

/* Makes the master, different in each block, and the source for it. */
void burn_rig_image(struct burn_rig *rig, uint32_t blocks);

/* Puts the image into the reader and makes that the source. */
void burn_rig_master(struct burn_rig *rig);

/* A fault in words, as sim_fault_parse(). */
void burn_rig_fault(struct burn_rig *rig, uint32_t member, const char *words);

/* Runs a job; it stays in rig->job until the next one. */
int burn_rig_run(struct burn_rig *rig);

/* Asserts what became of recorder i; message NULL: none. */
void burn_rig_expect(struct burn_rig *rig, size_t i, enum burn_state state, enum burn_disc disc,
		     const char *message);

/* Asserts that the disc's file begins with the master. */
void burn_rig_expect_copy(struct burn_rig *rig, const char *disc);

#endif
