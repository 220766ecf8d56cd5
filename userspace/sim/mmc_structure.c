// SPDX-License-Identifier: GPL-2.0
/* READ DISC STRUCTURE of DVDs (MMC; ECMA-267, -359, -349). */
#include <string.h>

#include "drive_priv.h"

#define LEADIN_END	0x030000u	/* physical number of LBA 0 */

/* The physical format information, as far as drives and programs look */
static void physical(const struct sim_disc *disc, uint8_t *to)
{
	bool recordable = disc->medium->recordable, plus = disc->medium->profile == 0x1b;
	uint32_t last = recordable ? disc->capacity - 1 : sim_disc_end(disc) - 1;

	to[0] = plus ? 0xa1 : recordable ? 0x25 : 0x01;	/* book type and version */
	to[1] = 0x0f;				/* 120 mm, no maximum rate */
	to[2] = recordable ? 0x02 : 0x01;	/* one layer, recordable or embossed */
	sim_put_be32(to + 4, LEADIN_END);
	sim_put_be32(to + 8, LEADIN_END + last);
	if (!plus)
		return;
	/* Disc manufacturer, media type, product revision: the ADIP's too */
	memcpy(to + 19, disc->manufacturer, strnlen(disc->manufacturer, 8));
	memcpy(to + 27, disc->media_id, strnlen(disc->media_id, 3));
	to[30] = 0x00;
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

/* Format FFh: which formats there are */
static size_t list(const struct sim_disc *disc, uint8_t *to)
{
	static const struct {
		uint8_t code;
		uint16_t len, profile;	/* 0: any */
	} formats[] = {
		{ 0x00, 2052, 0 }, { 0x01, 8, 0 }, { 0x0e, 48, 0x11 }, { 0x11, 260, 0x1b },
	};
	size_t len = 0;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].profile && formats[i].profile != disc->medium->profile)
			continue;
		to[len] = formats[i].code;
		to[len + 1] = 0x40;	/* readable */
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
	case 0x01:	/* copyright: none */
		return 4;
	case 0x0e:
		if (disc->medium->profile != 0x11)
			return 0;
		prerecorded(disc, to);
		return 44;
	case 0x11:
		if (disc->medium->profile != 0x1b)
			return 0;
		physical(disc, to);
		return 256;
	case 0xff:
		return list(disc, to);
	default:
		return 0;
	}
}

void sim_mmc_read_disc_structure(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t reply[2052] = { 0 };
	size_t len;

	if (drive->disc->medium->cd) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x02);
		return;
	}
	len = (cmd->cdb[1] & 0x0f) || cmd->cdb[6] ? 0
		: structure(drive->disc, cmd->cdb[7], reply + 4);
	if (!len) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	sim_put_be16(reply, (uint16_t)(len + 2));
	sim_mmc_reply(cmd, reply, len + 4, sim_be16(cmd->cdb + 8));
}
