// SPDX-License-Identifier: GPL-2.0
/* READ DISC STRUCTURE of DVDs (MMC; ECMA-267, -359, -349). */
#include <string.h>

#include "drive_priv.h"

#define LEADIN_END	0x030000u	/* physical number of LBA 0 */

static uint8_t book_type(const struct sim_disc *disc)
{
	switch (disc->medium->profile) {
	case 0x11:
		return 0x25;
	case 0x14:
		return 0x32;
	case 0x1a:
		return 0x92;
	case 0x1b:
		return 0xa1;
	case 0x2b:
		return 0xe1;
	default:
		return 0x01;
	}
}

/* The physical format information, as far as drives and programs look */
static void physical(const struct sim_disc *disc, uint8_t *to)
{
	bool recordable = disc->medium->recordable, plus = disc->medium->family == SIM_DVD_PLUS;
	uint32_t blocks = recordable ? disc->capacity : sim_disc_end(disc);
	uint32_t layer_0 = sim_disc_layer_0(disc), last = LEADIN_END + blocks - 1;

	to[0] = book_type(disc);
	to[1] = 0x0f;				/* 120 mm, no maximum rate */
	to[2] = disc->medium->erasable ? 0x04 : recordable ? 0x02 : 0x01;
	if (layer_0) {
		uint32_t end = LEADIN_END + layer_0 - 1;

		to[2] |= 0x30;			/* two layers, opposite track path */
		sim_put_be32(to + 12, end);
		/* Layer 1 begins above the end of layer 0, at its number's complement */
		last = (~end & 0xffffff) + blocks - layer_0 - 1;
	}
	sim_put_be32(to + 4, LEADIN_END);
	sim_put_be32(to + 8, last);
	if (!plus)
		return;
	/* Disc manufacturer, media type, product revision: the ADIP's too */
	memcpy(to + 19, disc->manufacturer, strnlen(disc->manufacturer, 8));
	memcpy(to + 27, disc->media_id, strnlen(disc->media_id, 3));
	to[30] = 0x00;
}

/* Format 20h: layer boundary */
static void boundary(const struct sim_disc *disc, uint8_t *to)
{
	/* It can be set until something is recorded, and once */
	to[0] = disc->state == SIM_DISC_BLANK && !disc->layer_0 ? 0 : 0x80;
	sim_put_be32(to + 4, sim_disc_layer_0(disc));
}

/* Blu-ray disc information, format 00h: units of a BD-R or BD-RE */
static void disc_information(const struct sim_disc *disc, uint8_t *to)
{
	memcpy(to, "DI", 2);
	to[2] = 1;			/* format */
	to[5] = 0x00;
	memcpy(to + 8, disc->medium->erasable ? "BDW" : "BDR", 3);
	to[11] = 0x01;			/* 120 mm, version 1 */
	to[12] = 0x01;			/* one layer */
	memcpy(to + 100, disc->manufacturer, strnlen(disc->manufacturer, 6));
	memcpy(to + 106, disc->media_id, strnlen(disc->media_id, 3));
}

/* Format 83h: the AACS media key block, of which its first record (type and version) is here */
static void media_key_block(uint8_t *to)
{
	to[0] = 0x10;
	to[3] = 12;	/* length of the record */
	to[5] = 0x03;	/* type 3 */
	to[6] = 0x10;
	to[7] = 0x03;
	to[11] = 1;	/* version */
}

/* Format 0Eh: what is pre-recorded in the lead-in of a DVD-R */
static void prerecorded(const struct sim_disc *disc, uint8_t *to)
{
	size_t len = strnlen(disc->manufacturer, 12);

	to[0] = 0x01;	/* field 1: codes */
	to[1] = 0x40;	/* application: unrestricted */
	to[2] = 0xc1;	/* 120 mm, part version */
	sim_put_be24(to + 3, LEADIN_END + disc->capacity - 1);
	to[8] = 0x02;	/* field 2: writing power */
	to[16] = 0x03;	/* fields 3 and 4: manufacturer, six characters each */
	memcpy(to + 17, disc->manufacturer, len < 6 ? len : 6);
	to[24] = 0x04;
	if (len > 6)
		memcpy(to + 25, disc->manufacturer + 6, len - 6);
}

static size_t structure(const struct sim_disc *disc, uint8_t format, uint8_t *to);

/* Format FFh: which formats there are */
static size_t list(const struct sim_disc *disc, uint8_t *to)
{
	static const struct {
		uint8_t code;
		uint16_t len;
	} formats[] = {
		{ 0x00, 2052 }, { 0x01, 8 }, { 0x0e, 48 }, { 0x11, 260 }, { 0x20, 12 },
	};
	uint8_t scratch[2048];
	size_t len = 0;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!structure(disc, formats[i].code, scratch))
			continue;
		to[len] = formats[i].code;
		to[len + 1] = formats[i].code == 0x20 ? 0xc0 : 0x40;	/* readable, writable */
		sim_put_be16(to + len + 2, formats[i].len);
		len += 4;
	}
	return len;
}

/* Fills to, returns its length; 0: no such format on this disc */
static size_t structure(const struct sim_disc *disc, uint8_t format, uint8_t *to)
{
	switch (format) {
	case 0x00:
		physical(disc, to);
		return 2048;
	case 0x01:	/* copyright */
		to[0] = disc->scrambled_count ? 1 : disc->copyright;
		to[1] = disc->denied_regions;
		return 4;
	case 0x0e:
		if (disc->medium->family != SIM_DVD_MINUS)
			return 0;
		prerecorded(disc, to);
		return 44;
	case 0x11:
		if (disc->medium->family != SIM_DVD_PLUS)
			return 0;
		physical(disc, to);
		return 256;
	case 0x20:
		if (!disc->medium->two_layers)
			return 0;
		boundary(disc, to);
		return 8;
	case 0xff:
		return list(disc, to);
	default:
		return 0;
	}
}

void sim_mmc_read_disc_structure(struct sim_drive *drive, struct sim_cmd *cmd)
{
	bool bd = drive->disc->medium->family == SIM_BD;
	uint8_t reply[4100] = { 0 };
	size_t len = 0;

	if (drive->disc->medium->cd) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x02);
		return;
	}
	if ((cmd->cdb[1] & 0x0f) == bd && !cmd->cdb[6]) {	/* media type: DVD, BD; layer 0 */
		if (!bd)
			len = structure(drive->disc, cmd->cdb[7], reply + 4);
		else if (cmd->cdb[7] == 0x00)
			len = 4096;
		else if (cmd->cdb[7] == 0x83 && drive->disc->copyright == SIM_AACS)
			len = 12;
	}
	if (!len) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (bd && cmd->cdb[7] == 0x83)
		media_key_block(reply + 4);
	else if (bd)
		disc_information(drive->disc, reply + 4);
	sim_put_be16(reply, (uint16_t)(len + 2));
	sim_mmc_reply(cmd, reply, len + 4, sim_be16(cmd->cdb + 8));
}

/* Only format 20h: the layer boundary, once, before anything is recorded */
void sim_mmc_send_disc_structure(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_disc *disc = drive->disc;
	uint32_t blocks;
	uint8_t list[12];

	if (!disc->medium->two_layers) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x05);
		return;
	}
	if ((cmd->cdb[1] & 0x0f) || cmd->cdb[7] != 0x20 ||
	    sim_be16(cmd->cdb + 8) != sizeof(list)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (sim_cmd_get(cmd, list, sizeof(list)) != sizeof(list) ||
	    sim_be16(list) != sizeof(list) - 2) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	blocks = sim_be32(list + 8);
	if (disc->state != SIM_DISC_BLANK || disc->layer_0) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x2c, 0x00);
	} else if (!blocks || blocks % disc->medium->unit || blocks > sim_disc_layer_0(disc)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x02);
	} else {
		disc->layer_0 = blocks;		/* and not more on the other one */
		disc->capacity = 2 * blocks;
		sim_mmc_save(drive, cmd);
	}
}
