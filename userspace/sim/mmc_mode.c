// SPDX-License-Identifier: GPL-2.0
/* MODE SENSE and MODE SELECT, 6 and 10 (SPC, MMC). */
#include <string.h>

#include "drive_priv.h"

#define MODE_MAX	512

enum { PC_CURRENT, PC_CHANGEABLE, PC_DEFAULT, PC_SAVED };

static const uint8_t page01_default[] = { 0x01, 0x0a, 0x00, 0x10 };
/* Incremental, buffer underrun protection, link size 16, 2048-byte data */
static const uint8_t page05_default[SIM_PAGE05_SIZE] = {
	0x05, 0x32, 0x60, 0xe5, 0x08, 0x10, 0, 0, 0, 0, 0, 0, 0, 16, 0, 150,
};
static const uint8_t page08[] = { 0x08, 0x0a, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0 };	/* WCE */
static const uint8_t page0d[] = { 0x0d, 0x06, 0, 0x08, 0, 60, 0, 75 };
static const uint8_t page1a[] = { 0x1a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
static const uint8_t page1d[] = { 0x1d, 0x08, 0, 0, 0, 0, 0, 10, 0x01, 0x68 };

static void page05_for(const struct sim_medium *medium, uint8_t *page)
{
	memcpy(page, page05_default, SIM_PAGE05_SIZE);
	if (medium && medium->cd) {	/* track at once, data */
		page[2] = 0x41;
		page[3] = 0xc4;
		page[5] = 0;
		page[13] = 0;
	}
}

void sim_mmc_mode_defaults(struct sim_drive *drive)
{
	memset(drive->page01, 0, sizeof(drive->page01));
	memcpy(drive->page01, page01_default, sizeof(page01_default));
	page05_for(drive->disc ? drive->disc->medium : NULL, drive->page05);
}

/* Write speeds, fastest first: of the disc, or else of what the drive writes fastest of
 * this kind, for a recorder's list is never empty */
static size_t put_speeds(const struct sim_disc *disc, uint8_t *to)
{
	const struct sim_medium *medium = disc ? disc->medium : sim_medium_find("cd-r");
	size_t len = 0;

	if (!medium->recordable)
		medium = sim_medium_find(medium->cd ? "cd-r" : "dvd-r");
	for (const uint8_t *speed = medium->speeds; *speed; speed++, len += 4)
		sim_put_be16(to + len + 2, (uint16_t)sim_medium_kbps(medium, *speed));
	return len;
}

/* Capabilities and mechanical status (MMC-3) */
static size_t page2a(struct sim_drive *drive, uint8_t *to)
{
	const struct sim_disc *disc = sim_drive_loaded(drive) ? drive->disc : NULL;
	bool cd = !disc || disc->medium->cd;	/* empty drives tell the CD's speeds */
	uint32_t max = cd ? 8467 : 22160;
	size_t len = 32;

	memset(to, 0, 32 + 4 * 8);
	to[0] = 0x2a;
	to[2] = 0x1f;			/* reads CD-R/RW, method 2, DVD-ROM, DVD-R */
	to[3] = drive->recorder ? 0x17 : 0x00;	/* writes CD-R, CD-RW, DVD-R; test write */
	to[4] = drive->recorder ? 0xf0 : 0x70;	/* multisession, mode 2; BUF */
	to[5] = 0x73;			/* MCN, ISRC, C2, CD-DA and it does so exactly */
	to[6] = (uint8_t)(0x29 | (drive->locked ? 0x02 : 0));	/* tray, eject, lock */
	sim_put_be16(to + 8, (uint16_t)max);
	sim_put_be16(to + 12, SIM_BUFFER_BYTES / 1024);
	sim_put_be16(to + 14, (uint16_t)(disc ? sim_pace_kbps(drive, false) : max));
	if (drive->recorder) {
		sim_put_be16(to + 18, (uint16_t)max);
		sim_put_be16(to + 20, (uint16_t)(disc ? sim_pace_kbps(drive, true) : max));
		sim_put_be16(to + 28, sim_be16(to + 20));
		len += put_speeds(disc, to + len);
		to[31] = (uint8_t)((len - 32) / 4);
	}
	sim_put_be16(to + 22, 1);	/* copy management revision, as many drives */
	to[1] = (uint8_t)(len - 2);
	return len;
}

static size_t fixed(uint8_t *to, const uint8_t *page, size_t len, unsigned int pc)
{
	memcpy(to, page, len);
	if (pc == PC_CHANGEABLE)
		memset(to + 2, 0, len - 2);
	return len;
}

static size_t page01(struct sim_drive *drive, uint8_t *to, unsigned int pc)
{
	memset(to, 0, 12);
	memcpy(to, pc == PC_CURRENT ? drive->page01 : page01_default,
	       pc == PC_CURRENT ? 12 : sizeof(page01_default));
	if (pc == PC_CHANGEABLE)
		to[2] = to[3] = 0xff;
	return 12;
}

static size_t page05(struct sim_drive *drive, uint8_t *to, unsigned int pc)
{
	if (!drive->recorder)
		return 0;
	if (pc == PC_DEFAULT)
		page05_for(drive->disc ? drive->disc->medium : NULL, to);
	else
		memcpy(to, drive->page05, SIM_PAGE05_SIZE);
	if (pc == PC_CHANGEABLE)
		memset(to + 2, 0xff, SIM_PAGE05_SIZE - 2);
	return SIM_PAGE05_SIZE;
}

/* Puts one page; 0: no such page */
static size_t put_page(struct sim_drive *drive, uint8_t code, unsigned int pc, uint8_t *to)
{
	size_t len;

	switch (code) {
	case 0x01:
		return page01(drive, to, pc);
	case 0x05:
		return page05(drive, to, pc);
	case 0x08:
		return fixed(to, page08, sizeof(page08), pc);
	case 0x0d:
		return fixed(to, page0d, sizeof(page0d), pc);
	case 0x1a:
		return fixed(to, page1a, sizeof(page1a), pc);
	case 0x1d:
		return fixed(to, page1d, sizeof(page1d), pc);
	case 0x2a:
		len = page2a(drive, to);
		if (pc == PC_CHANGEABLE)
			memset(to + 2, 0, len - 2);
		return len;
	default:
		return 0;
	}
}

void sim_mmc_mode_sense(struct sim_drive *drive, struct sim_cmd *cmd)
{
	static const uint8_t all[] = { 0x01, 0x05, 0x08, 0x0d, 0x1a, 0x1d, 0x2a };
	bool ten = cmd->cdb[0] == 0x5a;
	uint8_t code = cmd->cdb[2] & 0x3f, sub = cmd->cdb[3];
	unsigned int pc = cmd->cdb[2] >> 6;
	size_t head = ten ? 8 : 4, len = head;
	uint8_t reply[MODE_MAX] = { 0 };

	if (pc == PC_SAVED) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x39, 0x00);
		return;
	}
	if (sub == 0x00 || sub == 0xff) {
		if (code == 0x3f)
			for (size_t i = 0; i < sizeof(all); i++)
				len += put_page(drive, all[i], pc, reply + len);
		else
			len += put_page(drive, code, pc, reply + len);
	}
	if (len == head) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (ten)
		sim_put_be16(reply, (uint16_t)(len - 2));
	else
		reply[0] = (uint8_t)(len - 1);
	sim_mmc_reply(cmd, reply, len, ten ? sim_be16(cmd->cdb + 7) : cmd->cdb[4]);
}

/* Sectors of 2048 bytes for data, of 2352 for audio, and what XA has between */
static bool cd_page_fits(const uint8_t *page)
{
	uint8_t type = page[2] & SIM_WRITE_TYPE, block = page[4] & 0x0f;

	if ((page[3] & 0x20) || (page[8] && page[8] != 0x10 && page[8] != 0x20))
		return false;
	if (type == 2)		/* the cue sheet tells what the tracks are */
		return true;
	return type == 1 && (page[3] & CD_DATA ? block >= 8 && block <= 13 : block == 0);
}

static bool dvd_page_fits(const struct sim_disc *disc, const uint8_t *page)
{
	uint8_t type = page[2] & SIM_WRITE_TYPE;

	if ((page[4] & 0x0f) != 8 || type == 1 || (disc->dao_only && type != 2))
		return false;
	if (type == 0 && (page[3] & 0x20) && sim_be32(page + 10) != 16)
		return false;
	return type != 0 || !(page[2] & 0x20) || page[5] == 16;
}

/* Write parameters that this drive, with this medium, can't do: 5/26/02 */
static bool page05_fits(const struct sim_drive *drive, const uint8_t *page)
{
	const struct sim_disc *disc = sim_drive_loaded(drive) ? drive->disc : NULL;

	if ((page[2] & SIM_WRITE_TYPE) > 2 || (page[3] >> 6) == 2)
		return false;	/* raw and layer jump; reserved */
	if (!disc || !disc->medium->recordable)
		return true;	/* applies to none */
	if (disc->medium->cd && !disc->formatted)
		return cd_page_fits(page);
	/* Not for these; but nobody shall take for a test what burns */
	if (disc->medium->family != SIM_DVD_MINUS || disc->formatted)
		return !(page[2] & SIM_TEST_WRITE);
	return dvd_page_fits(disc, page);
}

/* Takes over page 05h, or only looks; false: CHECK CONDITION */
static bool take_page05(struct sim_drive *drive, struct sim_cmd *cmd, const uint8_t *page,
			bool apply)
{
	struct sim_disc *disc = sim_drive_loaded(drive) ? drive->disc : NULL;
	uint8_t changes = page[2] ^ drive->page05[2];

	if (!page05_fits(drive, page)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x02);
		return false;
	}
	if (disc && !disc->before && sim_disc_open_track(disc) &&
	    (changes & (SIM_WRITE_TYPE | SIM_TEST_WRITE))) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x2c, 0x00);
		return false;
	}
	if (!apply)
		return true;
	if (disc && disc->before && (changes & (SIM_WRITE_TYPE | SIM_TEST_WRITE)))
		sim_disc_test_end(disc);
	memcpy(drive->page05 + 2, page + 2, SIM_PAGE05_SIZE - 2);
	return true;
}

/* Checks one page, and takes it when apply is set; false: CHECK CONDITION */
static bool take_page(struct sim_drive *drive, struct sim_cmd *cmd, const uint8_t *page,
		      bool apply)
{
	uint8_t current[MODE_MAX];
	size_t len = put_page(drive, page[0] & 0x3f, PC_CURRENT, current);

	if (len == 0 || page[1] != len - 2) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x00);
		return false;
	}
	switch (page[0] & 0x3f) {
	case 0x01:
		if (apply)
			memcpy(drive->page01 + 2, page + 2, 2);
		return true;
	case 0x05:
		return take_page05(drive, cmd, page, apply);
	default:
		/* Nothing to change in the others: what was read may be sent back */
		if (memcmp(page + 2, current + 2, len - 2) == 0)
			return true;
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x00);
		return false;
	}
}

static bool take_pages(struct sim_drive *drive, struct sim_cmd *cmd, const uint8_t *list,
		       size_t len, bool apply)
{
	while (len) {
		if (len < 2 || len < 2u + list[1]) {
			sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
			return false;
		}
		if (!take_page(drive, cmd, list, apply))
			return false;
		len -= 2u + list[1];
		list += 2u + list[1];
	}
	return true;
}

void sim_mmc_mode_select(struct sim_drive *drive, struct sim_cmd *cmd)
{
	bool ten = cmd->cdb[0] == 0x55;
	size_t len = ten ? sim_be16(cmd->cdb + 7) : cmd->cdb[4];
	size_t head = ten ? 8 : 4, blocks;
	uint8_t list[MODE_MAX];

	if (!(cmd->cdb[1] & 0x10) || (cmd->cdb[1] & 1)) {	/* PF must be, SP not */
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (!len)
		return;
	if (len > sizeof(list) || len < head || sim_cmd_get(cmd, list, len) != len) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	blocks = ten ? sim_be16(list + 6) : list[3];
	if (blocks > len - head) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	head += blocks;
	/* All or nothing */
	if (take_pages(drive, cmd, list + head, len - head, false))
		take_pages(drive, cmd, list + head, len - head, true);
}
