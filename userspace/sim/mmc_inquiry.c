// SPDX-License-Identifier: GPL-2.0
/* INQUIRY (SPC). */
#include <stdio.h>
#include <string.h>

#include "drive_priv.h"

/* A text field: left-aligned, filled with spaces */
static void text(uint8_t *to, const char *from, size_t len)
{
	size_t n = strnlen(from, len);

	memcpy(to, from, n);
	memset(to + n, ' ', len - n);
}

static void standard(struct sim_drive *drive, struct sim_cmd *cmd)
{
	static const uint16_t versions[] = { 0x0060, 0x0300, 0x0420 };	/* SAM-3, SPC-3, MMC-5 */
	const struct sim_identity *id = &drive->dev.identity;
	uint8_t reply[96] = { 0x05, 0x80, 0x05, 0x02, sizeof(reply) - 5 };

	text(reply + 8, id->vendor, 8);
	text(reply + 16, id->product, 16);
	text(reply + 32, id->revision, 4);
	text(reply + 36, id->serial, 20);	/* vendor specific: many drives put it there */
	for (int i = 0; i < 3; i++)
		sim_put_be16(reply + 58 + 2 * i, versions[i]);
	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 3));
}

static void page_00(struct sim_cmd *cmd)
{
	static const uint8_t reply[] = { 0x05, 0x00, 0, 3, 0x00, 0x80, 0x83 };

	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 3));
}

static void page_80(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const char *serial = drive->dev.identity.serial;
	size_t len = strnlen(serial, 32);
	uint8_t reply[36] = { 0x05, 0x80, 0, (uint8_t)len };

	memcpy(reply + 4, serial, len);
	sim_mmc_reply(cmd, reply, 4 + len, sim_be16(cmd->cdb + 3));
}

static void page_83(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_identity *id = &drive->dev.identity;
	size_t len = strnlen(id->serial, 32);
	/* One designator: ASCII, T10 vendor identification, of the logical unit */
	uint8_t reply[4 + 4 + 24 + 32] = { 0x05, 0x83, 0, (uint8_t)(28 + len),
					   0x02, 0x01, 0, (uint8_t)(24 + len) };

	text(reply + 8, id->vendor, 8);
	text(reply + 16, id->product, 16);
	memcpy(reply + 32, id->serial, len);
	sim_mmc_reply(cmd, reply, 32 + len, sim_be16(cmd->cdb + 3));
}

void sim_mmc_inquiry(struct sim_drive *drive, struct sim_cmd *cmd)
{
	bool evpd = cmd->cdb[1] & 1;

	if (!evpd && !cmd->cdb[2])
		standard(drive, cmd);
	else if (evpd && cmd->cdb[2] == 0x00)
		page_00(cmd);
	else if (evpd && cmd->cdb[2] == 0x80)
		page_80(drive, cmd);
	else if (evpd && cmd->cdb[2] == 0x83)
		page_83(drive, cmd);
	else
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
}
