// SPDX-License-Identifier: GPL-2.0
/* MMC commands about discs: erasing, formatting, CD tables and sectors. */
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

static void data(struct mmc_command *c, enum mmc_dir dir, uint32_t len)
{
	c->dir = (uint8_t)dir;
	c->data_len = len;
}

void mmc_cmd_blank(struct mmc_command *c, enum mmc_blank what)
{
	command(c, 0xa1, 12, 5 * MINUTE);
	c->cdb[1] = (uint8_t)(0x10 | what);	/* Immed */
}

void mmc_cmd_format(struct mmc_command *c)
{
	command(c, 0x04, 6, 5 * MINUTE);
	c->cdb[1] = 0x11;	/* FmtData, format code 1 */
	data(c, MMC_OUT, MMC_FORMAT_LEN);
}

void mmc_put_format(uint8_t *buf, enum mmc_format type, uint32_t blocks, uint32_t parameter)
{
	memset(buf, 0, MMC_FORMAT_LEN);
	buf[1] = 0x82;		/* FOV, Immed */
	buf[3] = 8;
	put_be32(&buf[4], blocks);
	put_be32(&buf[8], parameter & 0x03ffffff);
	buf[8] |= (uint8_t)(type << 2);
}

void mmc_cmd_read_format_capacities(struct mmc_command *c)
{
	command(c, 0x23, 10, MINUTE);
	put_be16(&c->cdb[7], MMC_FORMATS_LEN);
	data(c, MMC_IN, MMC_FORMATS_LEN);
}

void mmc_cmd_get_write_speeds(struct mmc_command *c)
{
	command(c, 0xac, 12, MINUTE);
	put_be16(&c->cdb[8], MMC_SPEEDS_MAX);
	c->cdb[10] = 0x03;
	data(c, MMC_IN, MMC_SPEEDS_LEN);
}

void mmc_cmd_read_structure(struct mmc_command *c, enum mmc_structure format, uint16_t len)
{
	command(c, 0xad, 12, MINUTE);
	c->cdb[7] = (uint8_t)format;
	put_be16(&c->cdb[8], len);
	data(c, MMC_IN, len);
}

void mmc_cmd_read_bd_structure(struct mmc_command *c, enum mmc_structure format, uint16_t len)
{
	mmc_cmd_read_structure(c, format, len);
	c->cdb[1] = 0x01;	/* media type: BD */
}

void mmc_cmd_send_layer_break(struct mmc_command *c)
{
	command(c, 0xbf, 12, 3 * MINUTE);
	c->cdb[7] = MMC_STRUCTURE_LAYER_BREAK;
	put_be16(&c->cdb[8], MMC_LAYER_BREAK_LEN);
	data(c, MMC_OUT, MMC_LAYER_BREAK_LEN);
}

void mmc_put_layer_break(uint8_t *buf, uint32_t blocks)
{
	memset(buf, 0, MMC_LAYER_BREAK_LEN);
	put_be16(buf, MMC_LAYER_BREAK_LEN - 2);
	put_be32(&buf[8], blocks);
}

void mmc_cmd_send_cue_sheet(struct mmc_command *c, uint32_t len)
{
	command(c, 0x5d, 10, 3 * MINUTE);
	c->cdb[6] = (uint8_t)(len >> 16);
	put_be16(&c->cdb[7], (uint16_t)len);
	data(c, MMC_OUT, len);
}

static void read_toc(struct mmc_command *c, uint8_t format, uint16_t len)
{
	command(c, 0x43, 10, MINUTE);
	c->cdb[1] = 0x02;	/* MSF: the only way these formats have */
	c->cdb[2] = format;
	put_be16(&c->cdb[7], len);
	data(c, MMC_IN, len);
}

void mmc_cmd_read_full_toc(struct mmc_command *c)
{
	read_toc(c, 2, MMC_FULL_TOC_LEN);
	c->cdb[6] = 1;		/* from the first session on */
}

void mmc_cmd_read_atip(struct mmc_command *c)
{
	read_toc(c, 4, MMC_ATIP_LEN);
}

void mmc_cmd_read_cd_text(struct mmc_command *c)
{
	read_toc(c, 5, MMC_CD_TEXT_LEN);
}

static void read_subchannel(struct mmc_command *c, uint8_t format, uint8_t track)
{
	command(c, 0x42, 10, MINUTE);
	c->cdb[2] = 0x40;	/* SubQ */
	c->cdb[3] = format;
	c->cdb[6] = track;
	put_be16(&c->cdb[7], MMC_SUBCHANNEL_LEN);
	data(c, MMC_IN, MMC_SUBCHANNEL_LEN);
}

void mmc_cmd_read_mcn(struct mmc_command *c)
{
	read_subchannel(c, 2, 0);
}

void mmc_cmd_read_isrc(struct mmc_command *c, uint8_t track)
{
	read_subchannel(c, 3, track);
}

static void read_cd(struct mmc_command *c, int32_t lba, uint32_t blocks)
{
	command(c, 0xbe, 12, 2 * MINUTE);
	put_be32(&c->cdb[2], (uint32_t)lba);
	c->cdb[6] = (uint8_t)(blocks >> 16);
	put_be16(&c->cdb[7], (uint16_t)blocks);
}

void mmc_cmd_read_cd(struct mmc_command *c, int32_t lba, uint32_t blocks)
{
	read_cd(c, lba, blocks);
	c->cdb[9] = 0xf8;	/* sync, headers, user data, EDC and ECC */
	data(c, MMC_IN, blocks * MMC_RAW_SECTOR);
}

void mmc_cmd_read_cd_c2(struct mmc_command *c, int32_t lba, uint32_t blocks)
{
	read_cd(c, lba, blocks);
	c->cdb[9] = 0xfa;	/* and C2 error pointers */
	data(c, MMC_IN, blocks * (MMC_RAW_SECTOR + MMC_C2_LEN));
}

void mmc_cmd_read_q(struct mmc_command *c, int32_t lba, uint32_t blocks)
{
	read_cd(c, lba, blocks);
	c->cdb[10] = 0x02;
	data(c, MMC_IN, blocks * MMC_Q_LEN);
}

void mmc_cmd_write10(struct mmc_command *c, int32_t lba, uint16_t blocks, uint32_t size)
{
	command(c, 0x2a, 10, 2 * MINUTE);
	put_be32(&c->cdb[2], (uint32_t)lba);
	put_be16(&c->cdb[7], blocks);
	data(c, MMC_OUT, blocks * size);
}
