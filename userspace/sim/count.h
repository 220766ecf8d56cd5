/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a device saw: commands by operation code, bytes and blocks moved, and
 * how many different blocks were read, so that a test can prove that a master
 * was read once.  Callers do the locking.
 */
#ifndef DISCMUX_SIM_COUNT_H
#define DISCMUX_SIM_COUNT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "device.h"

/* Blocks beyond this are not told apart (8.5 GB of DVD are 4173824) */
#define SIM_COUNT_BLOCKS	(16u << 20)

struct sim_count {
	uint64_t commands[256];
	uint64_t total;
	uint64_t sense;			/* commands that ended CHECK CONDITION */
	uint64_t bytes_read;		/* by reads of the medium that were carried out */
	uint64_t bytes_written;
	uint64_t blocks_read;
	uint64_t blocks_written;
	uint64_t distinct_read;		/* blocks read at least once */
	uint8_t *seen;			/* one bit a block, seen_size bytes */
	size_t seen_size;
	uint8_t last_cdb[16];
	uint8_t last_status;
	uint8_t last_sense[SIM_SENSE_SIZE];
};

/* What a command does to the medium. */
enum sim_access {
	SIM_ACCESS_NONE,
	SIM_ACCESS_READ,	/* READ(10), READ(12), READ CD */
	SIM_ACCESS_WRITE,	/* WRITE(10), WRITE(12), WRITE AND VERIFY(10) */
	SIM_ACCESS_VERIFY,	/* VERIFY(10): no data */
};

/* The blocks a command touches (MMC-6; first and blocks may be NULL). */
enum sim_access sim_cdb_access(const uint8_t *cdb, uint32_t *first, uint32_t *blocks);

/* One command that ended. */
void sim_count_command(struct sim_count *count, const struct sim_cmd *cmd);

/* Everything back to zero; also frees what the struct holds. */
void sim_count_reset(struct sim_count *count);

/*
 * {"commands": total, "opcodes": [{"opcode": "28h", "name", "count"}], "sense",
 * "bytes_read", "bytes_written", "blocks_read", "blocks_read_distinct",
 * "blocks_written", "last": {"cdb", "status", "sense"} or null}.  type is the
 * peripheral device type, for names.  A new reference; NULL without memory.
 */
json_t *sim_count_describe(const struct sim_count *count, uint8_t type);

#endif
