// SPDX-License-Identifier: GPL-2.0
/* Commands to the virtual library that move nothing (3.2, 3.9, 3.10, 3.12 to 3.14, 3.17, 3.18). */
#include <string.h>

#include "changer_priv.h"

#define INQUIRY_SIZE	36
#define VITAL_SIZE	80
#define SENSE_SIZE	18
#define DATA_MODE	2	/* READ and WRITE BUFFER, table 28 */
#define CPU_RAM		1	/* buffer ID, table 29 */

/* Pads with spaces, as ASCII fields are */
static void put_text(uint8_t *field, size_t size, const char *text)
{
	size_t len = strnlen(text, size);

	memset(field, ' ', size);
	memcpy(field, text, len);
}

/* VPD 80h and 83h, so that a newer library has a lasting name */
static size_t vital_page(const struct sim_changer *c, uint8_t page, uint8_t *data)
{
	const struct sim_identity *id = &c->dev.identity;
	size_t len = strnlen(id->serial, sizeof(id->serial));

	switch (page) {
	case 0x00:
		data[5] = 0x80;
		data[6] = 0x83;
		len = 3;
		break;
	case 0x80:
		memcpy(data + 4, id->serial, len);
		break;
	case 0x83:
		data[4] = 2;	/* ASCII */
		data[5] = 1;	/* T10 vendor identification */
		data[7] = (uint8_t)(24 + len);
		put_text(data + 8, 8, id->vendor);
		put_text(data + 16, 16, id->product);
		memcpy(data + 32, id->serial, len);
		len += 28;
		break;
	default:
		return 0;
	}
	data[0] = 0x08;
	data[1] = page;
	data[3] = (uint8_t)len;
	return 4 + len;
}

changer_result changer_inquiry(struct sim_changer *c, struct sim_cmd *cmd, unsigned int initiator)
{
	const struct sim_identity *id = &c->dev.identity;
	bool smc3 = c->model->set & CHANGER_SET_SMC3;
	uint8_t data[VITAL_SIZE] = { 0 };
	size_t len = INQUIRY_SIZE;

	(void)initiator;
	if (cmd->cdb[1] & 1) {	/* EVPD */
		len = smc3 ? vital_page(c, cmd->cdb[2], data) : 0;
		if (!len)
			return CHANGER_BAD_CDB;
		changer_reply(cmd, data, len, sim_be16(cmd->cdb + 3));
		return 0;
	}
	if (cmd->cdb[2])
		return CHANGER_BAD_CDB;
	data[0] = 0x08;			/* medium changer */
	data[1] = 0x80;			/* RMB */
	data[2] = c->model->version;
	data[3] = 0x02;			/* response data format */
	data[4] = INQUIRY_SIZE - 5;
	put_text(data + 8, 8, id->vendor);
	put_text(data + 16, 16, id->product);
	put_text(data + 32, 4, id->revision);
	/* one byte in this manual; byte 3 is the high one in later standards */
	changer_reply(cmd, data, len, smc3 ? sim_be16(cmd->cdb + 3) : cmd->cdb[4]);
	return 0;
}

changer_result changer_test_ready(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator)
{
	(void)c;
	(void)cmd;
	(void)initiator;
	return 0;	/* not ready is found before it gets here */
}

changer_result changer_take_attention(struct sim_changer *c, unsigned int initiator)
{
	static const uint8_t code[CHANGER_UA_COUNT][2] = {
		[CHANGER_UA_RESET] = { 0x29, 0x00 }, [CHANGER_UA_READY] = { 0x28, 0x00 },
		[CHANGER_UA_MAIL] = { 0x28, 0x01 }, [CHANGER_UA_PARAMETER] = { 0x2a, 0x00 },
		[CHANGER_UA_MODE] = { 0x2a, 0x01 }, [CHANGER_UA_LOG] = { 0x2a, 0x02 },
		[CHANGER_UA_CLEARED] = { 0x2f, 0x00 }, [CHANGER_UA_OPERATOR] = { 0x5a, 0x00 },
		[CHANGER_UA_REMOVAL] = { 0x5a, 0x01 },
	};
	unsigned int *pending = &c->initiator[initiator].attention, ua;

	for (ua = 0; ua < CHANGER_UA_COUNT; ua++) {
		if (!(*pending & 1u << ua))
			continue;
		*pending &= ~(1u << ua);
		return CHANGER_SENSE(SIM_UNIT_ATTENTION, code[ua][0], code[ua][1]);
	}
	return 0;
}

changer_result changer_request_sense(struct sim_changer *c, struct sim_cmd *cmd,
				     unsigned int initiator)
{
	changer_result result = c->initiator[initiator].sense;
	uint8_t data[SENSE_SIZE] = { [0] = 0x70, [7] = SENSE_SIZE - 8 };	/* table 41 */

	if (!result)
		result = changer_take_attention(c, initiator);
	c->initiator[initiator].sense = 0;
	data[2] = changer_key(result);
	data[12] = changer_asc(result);
	data[13] = changer_ascq(result);
	changer_reply(cmd, data, sizeof(data), cmd->cdb[4]);
	return 0;
}

changer_result changer_prevent(struct sim_changer *c, struct sim_cmd *cmd, unsigned int initiator)
{
	c->initiator[initiator].prevents = cmd->cdb[4] & 1;
	return 0;
}

/*
 * Only who made a reservation can put another in its place: not even the third
 * party it was made for (3.14).
 */
changer_result changer_reserve(struct sim_changer *c, struct sim_cmd *cmd, unsigned int initiator)
{
	struct changer_reservation *r = &c->reservation;
	bool third_party = cmd->cdb[1] & 0x10;

	if (cmd->cdb[1] & 1 || sim_be16(cmd->cdb + 3))	/* Element, extent list length */
		return CHANGER_BAD_CDB;
	if (r->active && r->maker != initiator)
		return CHANGER_CONFLICT;
	r->active = true;
	r->third_party = third_party;
	r->maker = (uint8_t)initiator;
	r->holder = third_party ? cmd->cdb[1] >> 1 & 7 : (uint8_t)initiator;
	return 0;
}

changer_result changer_release(struct sim_changer *c, struct sim_cmd *cmd, unsigned int initiator)
{
	struct changer_reservation *r = &c->reservation;
	bool third_party = cmd->cdb[1] & 0x10;

	if (cmd->cdb[1] & 1)
		return CHANGER_BAD_CDB;
	if (!r->active || r->maker != initiator || r->third_party != third_party)
		return 0;
	if (third_party && r->holder != (cmd->cdb[1] >> 1 & 7))
		return 0;
	r->active = false;
	return 0;
}

static bool buffer_fields_ok(const struct sim_cmd *cmd)
{
	return (cmd->cdb[1] & 7) == DATA_MODE && cmd->cdb[2] == CPU_RAM &&
		sim_be24(cmd->cdb + 3) <= CHANGER_RAM_SIZE;
}

changer_result changer_read_buffer(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator)
{
	uint32_t offset = sim_be24(cmd->cdb + 3);

	(void)initiator;
	if (!buffer_fields_ok(cmd))
		return CHANGER_BAD_CDB;
	changer_reply(cmd, c->ram + offset, CHANGER_RAM_SIZE - offset, sim_be24(cmd->cdb + 6));
	return 0;
}

changer_result changer_write_buffer(struct sim_changer *c, struct sim_cmd *cmd,
				    unsigned int initiator)
{
	uint32_t offset = sim_be24(cmd->cdb + 3), len = sim_be24(cmd->cdb + 6);

	(void)initiator;
	if (!buffer_fields_ok(cmd) || len > CHANGER_RAM_SIZE - offset)
		return CHANGER_BAD_CDB;
	if (sim_cmd_get(cmd, c->ram + offset, len) != len)
		return CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
	return 0;
}
