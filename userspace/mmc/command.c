// SPDX-License-Identifier: GPL-2.0
/* MMC commands as bytes. */
#include <string.h>

#include "bytes.h"
#include "mmc.h"

#define SECOND 1000u
#define MINUTE (60u * SECOND)

static void command(struct mmc_command *c, uint8_t opcode, uint8_t len, uint32_t timeout_ms)
{
	memset(c, 0, sizeof(*c));
	c->cdb[0] = opcode;
	c->len = len;
	c->timeout_ms = timeout_ms;
}

static void data_in(struct mmc_command *c, uint32_t len)
{
	c->dir = MMC_IN;
	c->data_len = len;
}

static void data_out(struct mmc_command *c, uint32_t len)
{
	c->dir = MMC_OUT;
	c->data_len = len;
}

void mmc_cmd_test_unit_ready(struct mmc_command *c)
{
	command(c, 0x00, 6, 30 * SECOND);
}

void mmc_cmd_inquiry(struct mmc_command *c)
{
	command(c, 0x12, 6, 30 * SECOND);
	put_be16(&c->cdb[3], MMC_INQUIRY_LEN);
	data_in(c, MMC_INQUIRY_LEN);
}

void mmc_cmd_get_configuration(struct mmc_command *c, uint16_t feature)
{
	command(c, 0x46, 10, 30 * SECOND);
	c->cdb[1] = 0x01;	/* RT: features that are current */
	put_be16(&c->cdb[2], feature);
	put_be16(&c->cdb[7], MMC_CONFIGURATION_LEN);
	data_in(c, MMC_CONFIGURATION_LEN);
}

void mmc_cmd_read_disc_info(struct mmc_command *c)
{
	command(c, 0x51, 10, MINUTE);
	put_be16(&c->cdb[7], MMC_DISC_INFO_LEN);
	data_in(c, MMC_DISC_INFO_LEN);
}

void mmc_cmd_read_track_info(struct mmc_command *c, uint32_t track)
{
	command(c, 0x52, 10, MINUTE);
	c->cdb[1] = 0x01;	/* the address is a track number */
	put_be32(&c->cdb[2], track);
	put_be16(&c->cdb[7], MMC_TRACK_INFO_LEN);
	data_in(c, MMC_TRACK_INFO_LEN);
}

void mmc_cmd_read_capacity(struct mmc_command *c)
{
	command(c, 0x25, 10, 30 * SECOND);
	data_in(c, MMC_CAPACITY_LEN);
}

void mmc_cmd_read_toc(struct mmc_command *c)
{
	command(c, 0x43, 10, MINUTE);
	put_be16(&c->cdb[7], MMC_TOC_LEN);
	data_in(c, MMC_TOC_LEN);
}

void mmc_cmd_mode_sense(struct mmc_command *c, uint8_t page)
{
	command(c, 0x5a, 10, 30 * SECOND);
	c->cdb[1] = 0x08;	/* DBD */
	c->cdb[2] = page & 0x3f;
	put_be16(&c->cdb[7], MMC_MODE_LEN);
	data_in(c, MMC_MODE_LEN);
}

void mmc_cmd_mode_select(struct mmc_command *c, uint16_t list_len)
{
	command(c, 0x55, 10, MINUTE);
	c->cdb[1] = 0x10;	/* PF */
	put_be16(&c->cdb[7], list_len);
	data_out(c, list_len);
}

void mmc_cmd_send_opc(struct mmc_command *c)
{
	command(c, 0x54, 10, 3 * MINUTE);
	c->cdb[1] = 0x01;	/* DoOPC */
}

void mmc_cmd_reserve_track(struct mmc_command *c, uint32_t blocks)
{
	command(c, 0x53, 10, 3 * MINUTE);
	put_be32(&c->cdb[5], blocks);
}

void mmc_cmd_synchronize_cache(struct mmc_command *c)
{
	command(c, 0x35, 10, 10 * MINUTE);
}

void mmc_cmd_close(struct mmc_command *c, enum mmc_close function, uint16_t track)
{
	command(c, 0x5b, 10, 5 * MINUTE);
	c->cdb[1] = 0x01;	/* Immed */
	c->cdb[2] = (uint8_t)function;
	put_be16(&c->cdb[4], track);
}

void mmc_cmd_start_stop(struct mmc_command *c, enum mmc_tray action)
{
	command(c, 0x1b, 6, 2 * MINUTE);
	c->cdb[4] = (uint8_t)action;	/* LoEj, Start */
}

void mmc_cmd_prevent(struct mmc_command *c, bool prevent)
{
	command(c, 0x1e, 6, 30 * SECOND);
	c->cdb[4] = prevent;
}

void mmc_cmd_set_streaming(struct mmc_command *c)
{
	command(c, 0xb6, 12, MINUTE);
	put_be16(&c->cdb[9], MMC_STREAMING_LEN);
	data_out(c, MMC_STREAMING_LEN);
}

void mmc_cmd_set_cd_speed(struct mmc_command *c, uint16_t read, uint16_t write)
{
	command(c, 0xbb, 12, MINUTE);
	put_be16(&c->cdb[2], read);
	put_be16(&c->cdb[4], write);
}

void mmc_cmd_read10(struct mmc_command *c, uint32_t lba, uint16_t blocks)
{
	command(c, 0x28, 10, 2 * MINUTE);
	put_be32(&c->cdb[2], lba);
	put_be16(&c->cdb[7], blocks);
	data_in(c, blocks * MMC_BLOCK);
}

bool mmc_cmd_force_unit_access(struct mmc_command *c)
{
	if (c->cdb[0] != 0x28 && c->cdb[0] != 0xa8)
		return false;
	c->cdb[1] |= 0x08;
	return true;
}

void mmc_cmd_read12(struct mmc_command *c, uint32_t lba, uint32_t blocks)
{
	command(c, 0xa8, 12, 2 * MINUTE);
	put_be32(&c->cdb[2], lba);
	put_be32(&c->cdb[6], blocks);
	data_in(c, blocks * MMC_BLOCK);
}

void mmc_cmd_read_buffer_capacity(struct mmc_command *c)
{
	command(c, 0x5c, 10, 30 * SECOND);
	put_be16(&c->cdb[7], MMC_BUFFER_LEN);
	data_in(c, MMC_BUFFER_LEN);
}

void mmc_cmd_get_event(struct mmc_command *c)
{
	command(c, 0x4a, 10, 30 * SECOND);
	c->cdb[1] = 0x01;	/* polled */
	c->cdb[4] = 1 << 4;	/* class 4, media */
	put_be16(&c->cdb[7], MMC_EVENT_LEN);
	data_in(c, MMC_EVENT_LEN);
}

void mmc_put_streaming(uint8_t *buf, uint32_t blocks, uint32_t read, uint32_t write)
{
	memset(buf, 0, MMC_STREAMING_LEN);
	put_be32(&buf[8], blocks ? blocks - 1 : 0);
	put_be32(&buf[12], read);
	put_be32(&buf[16], SECOND);
	put_be32(&buf[20], write);
	put_be32(&buf[24], SECOND);
}
