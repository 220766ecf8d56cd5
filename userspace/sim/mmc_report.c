// SPDX-License-Identifier: GPL-2.0
/* What a drive tells of its inside (SPC): its buffer, its logs, its commands. */
#include <string.h>

#include "drive_priv.h"

/* --- READ BUFFER --------------------------------------------------------------------------- */

enum { COMBINED = 0x00, DATA = 0x02, DESCRIPTOR = 0x03 };

/* Buffer 0 is the cache; nothing is in it that this model keeps there, so it reads as 0 */
static void put_data(struct sim_cmd *cmd, uint32_t offset, size_t allocation)
{
	static const uint8_t zeros[4096];
	size_t left = SIM_BUFFER_BYTES - offset;

	if (left > allocation)
		left = allocation;
	while (left) {
		size_t n = left < sizeof(zeros) ? left : sizeof(zeros);

		if (sim_cmd_put(cmd, zeros, n) != n)
			return;
		left -= n;
	}
}

void sim_mmc_read_buffer(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t offset = sim_be24(cmd->cdb + 3), allocation = sim_be24(cmd->cdb + 6);
	uint8_t mode = cmd->cdb[1] & 0x1f, head[4] = { 0 };

	(void)drive;
	sim_put_be24(head + 1, SIM_BUFFER_BYTES);
	if (cmd->cdb[2] || offset > SIM_BUFFER_BYTES || (mode == COMBINED && offset)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	switch (mode) {
	case DESCRIPTOR:
		sim_mmc_reply(cmd, head, sizeof(head), allocation);
		return;
	case COMBINED:
		sim_mmc_reply(cmd, head, sizeof(head), allocation);
		allocation -= allocation < sizeof(head) ? allocation : sizeof(head);
		/* fall through */
	case DATA:
		put_data(cmd, offset, allocation);
		return;
	default:
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
	}
}

/* --- LOG SENSE ----------------------------------------------------------------------------- */

enum { LOG_PAGES = 0x00, LOG_WRITE_ERRORS = 0x02, LOG_READ_ERRORS = 0x03 };
enum { UNCORRECTED = 6 };	/* parameter: total uncorrected errors */

/* Error counters 0 to 6; a model corrects nothing, so that only the last one counts */
static size_t put_counters(uint8_t *to, uint32_t uncorrected)
{
	for (uint16_t i = 0; i <= UNCORRECTED; i++, to += 8) {
		sim_put_be16(to, i);
		to[2] = 0x40;		/* not saved */
		to[3] = 4;
		sim_put_be32(to + 4, i == UNCORRECTED ? uncorrected : 0);
	}
	return 8 * (UNCORRECTED + 1);
}

void sim_mmc_log_sense(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t page = cmd->cdb[2] & 0x3f, control = cmd->cdb[2] >> 6, reply[64] = { page };
	size_t len = 4;

	if (control == 1 && !cmd->cdb[3] && page == LOG_PAGES) {
		reply[len++] = LOG_PAGES;
		if (drive->recorder)
			reply[len++] = LOG_WRITE_ERRORS;
		reply[len++] = LOG_READ_ERRORS;
	} else if (control == 1 && !cmd->cdb[3] &&
		   (page == LOG_READ_ERRORS || (page == LOG_WRITE_ERRORS && drive->recorder))) {
		len += put_counters(reply + len, page == LOG_READ_ERRORS ? drive->read_errors
									 : drive->write_errors);
	} else {	/* thresholds and saved values there are none */
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	sim_put_be16(reply + 2, (uint16_t)(len - 4));
	sim_mmc_reply(cmd, reply, len, sim_be16(cmd->cdb + 7));
}

/* --- REPORT SUPPORTED OPERATION CODES ------------------------------------------------------- */

enum { REPORT_ALL, REPORT_ONE, REPORT_ONE_ACTION };
#define MAINTENANCE_IN	0xa3
#define SUPPORTED_OPCODES 0x0c

/* By its group code */
static uint16_t cdb_size(uint8_t opcode)
{
	static const uint8_t size[] = { 6, 10, 10, 0, 16, 12, 0, 0 };

	return size[opcode >> 5];
}

static bool has_action(uint8_t opcode)
{
	return opcode == MAINTENANCE_IN;
}

static size_t put_all(struct sim_drive *drive, uint8_t *to)
{
	size_t len = 4;

	for (unsigned int opcode = 0; opcode < 0x100; opcode++) {
		uint8_t *at = to + len;

		if (!sim_mmc_knows(drive, (uint8_t)opcode))
			continue;
		at[0] = (uint8_t)opcode;
		if (has_action((uint8_t)opcode)) {
			sim_put_be16(at + 2, SUPPORTED_OPCODES);
			at[5] = 0x01;	/* SERVACTV */
		}
		sim_put_be16(at + 6, cdb_size((uint8_t)opcode));
		len += 8;
	}
	sim_put_be32(to, (uint32_t)(len - 4));
	return len;
}

/* Whether there is one, and which bytes of its CDB count: 0: it can't be asked for so */
static size_t put_one(struct sim_drive *drive, const uint8_t *cdb, uint8_t *to)
{
	bool action = (cdb[2] & 7) == REPORT_ONE_ACTION;
	uint16_t size = cdb_size(cdb[3]);

	if (sim_mmc_knows(drive, cdb[3]) && has_action(cdb[3]) != action)
		return 0;
	to[1] = 1;	/* not supported */
	if (!sim_mmc_knows(drive, cdb[3]) || (action && sim_be16(cdb + 4) != SUPPORTED_OPCODES))
		return 4;
	to[1] = 3;	/* as a standard has it */
	sim_put_be16(to + 2, size);
	memset(to + 4, 0xff, size);
	to[4] = cdb[3];
	if (action)
		to[5] = SUPPORTED_OPCODES;
	return 4u + size;
}

void sim_mmc_report_opcodes(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t reply[4 + 8 * 256] = { 0 };
	size_t len = 0;

	if ((cmd->cdb[1] & 0x1f) == SUPPORTED_OPCODES && !(cmd->cdb[2] & 0x80)) {
		if ((cmd->cdb[2] & 7) == REPORT_ALL)
			len = put_all(drive, reply);
		else if ((cmd->cdb[2] & 7) <= REPORT_ONE_ACTION)
			len = put_one(drive, cmd->cdb, reply);
	}
	if (len)
		sim_mmc_reply(cmd, reply, len, sim_be32(cmd->cdb + 6));
	else
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
}
