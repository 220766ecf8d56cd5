// SPDX-License-Identifier: GPL-2.0
/* Log parameters of the virtual library (3.3, 3.4, 4.1). */
#include <string.h>

#include "changer_priv.h"

#define HEADER_SIZE	4
#define LARGEST_PAGE	(HEADER_SIZE + 0xa8)
#define CUMULATIVE	1	/* page control: current cumulative values */
#define COMMAND_SIZE	18
#define ERROR_SIZE	2
#define DS		0x40	/* parameters are not saved */
#define LP		0x01	/* list parameter */

/* The latest eight events, oldest first. */
void changer_log_error(struct sim_changer *c, uint8_t code)
{
	struct changer_log *log = &c->log;

	if (log->errors == CHANGER_LOG_DEPTH)
		memmove(log->error, log->error + 1, --log->errors);
	log->error[log->errors++] = code;
}

void changer_log_command(struct sim_changer *c, const struct sim_cmd *cmd,
			 unsigned int initiator, changer_result result)
{
	struct changer_log *log = &c->log;
	struct changer_log_command *entry;

	if (log->commands == CHANGER_LOG_DEPTH)
		memmove(log->command, log->command + 1, --log->commands * sizeof(*entry));
	entry = &log->command[log->commands++];
	memset(entry, 0, sizeof(*entry));
	entry->initiator = (uint8_t)initiator;
	memcpy(entry->cdb, cmd->cdb, sizeof(entry->cdb));
	entry->status = cmd->status;
	if (cmd->status != SIM_CHECK_CONDITION)
		return;
	entry->key = changer_key(result);
	entry->asc = changer_asc(result);
	entry->ascq = changer_ascq(result);
}

/* Table 54; returns where its value goes. */
static uint8_t *parameter(uint8_t *p, uint16_t code, uint8_t control, uint8_t len)
{
	sim_put_be16(p, code);
	p[2] = control;
	p[3] = len;
	return p + 4;
}

static size_t supported_page(const struct sim_changer *c, uint8_t *p)
{
	static const uint8_t supported[] = { 0x00, 0x06, 0x07, 0x30 };

	(void)c;
	memcpy(p, supported, sizeof(supported));
	return sizeof(supported);
}

static size_t non_medium_page(const struct sim_changer *c, uint8_t *p)
{
	sim_put_be16(parameter(p, 0x0000, DS, 2), c->log.non_medium);
	return 6;
}

static size_t event_page(const struct sim_changer *c, uint8_t *p)
{
	const struct changer_log *log = &c->log;
	uint8_t *start = p;
	unsigned int i;

	p = parameter(p, 0x8000, DS | LP, CHANGER_LOG_DEPTH * ERROR_SIZE);
	for (i = 0; i < CHANGER_LOG_DEPTH; i++, p += ERROR_SIZE)
		p[1] = i < log->errors ? log->error[i] : 0;
	p = parameter(p, 0x8001, DS | LP, CHANGER_LOG_DEPTH * COMMAND_SIZE);
	for (i = 0; i < CHANGER_LOG_DEPTH; i++, p += COMMAND_SIZE) {
		const struct changer_log_command *entry = &log->command[i];

		if (i >= log->commands)
			continue;
		p[0] = entry->initiator;	/* table 61 */
		memcpy(p + 2, entry->cdb, sizeof(entry->cdb));
		p[14] = entry->status;
		p[15] = entry->key;
		p[16] = entry->asc;
		p[17] = entry->ascq;
	}
	return (size_t)(p - start);
}

static size_t counter_page(const struct sim_changer *c, uint8_t *p)
{
	sim_put_be32(parameter(p, 0x0000, DS, 4), c->log.media_changes);
	return 8;
}

static const struct log_page {
	uint8_t code;
	size_t (*fill)(const struct sim_changer *c, uint8_t *p);
} pages[] = {
	{ 0x00, supported_page },
	{ 0x06, non_medium_page },
	{ 0x07, event_page },
	{ 0x30, counter_page },
};

changer_result changer_log_sense(struct sim_changer *c, struct sim_cmd *cmd,
				 unsigned int initiator)
{
	const uint8_t *cdb = cmd->cdb;
	uint8_t buf[LARGEST_PAGE] = { 0 };
	size_t i, len;

	(void)initiator;
	/* PPC, SP, and a parameter pointer with no PPC */
	if (cdb[1] & 0x03 || cdb[2] >> 6 != CUMULATIVE || sim_be16(cdb + 5))
		return CHANGER_BAD_CDB;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (pages[i].code != (cdb[2] & 0x3f))
			continue;
		len = pages[i].fill(c, buf + HEADER_SIZE);
		buf[0] = pages[i].code;
		sim_put_be16(buf + 2, (uint16_t)len);
		changer_reply(cmd, buf, HEADER_SIZE + len, sim_be16(cdb + 7));
		return 0;
	}
	return CHANGER_BAD_CDB;
}

changer_result changer_log_select(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator)
{
	const uint8_t *cdb = cmd->cdb;

	/* only PCR, no SP, cumulative values, no list */
	if ((cdb[1] & 0x03) != 0x02 || cdb[2] >> 6 != CUMULATIVE || sim_be16(cdb + 7))
		return CHANGER_BAD_CDB;
	memset(&c->log, 0, sizeof(c->log));
	changer_attention(c, CHANGER_UA_LOG, (int)initiator);
	return 0;
}
