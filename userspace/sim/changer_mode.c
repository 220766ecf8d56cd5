// SPDX-License-Identifier: GPL-2.0
/*
 * Mode parameters of the virtual library (3.5, 3.6, 4.2).  The manual breaks off
 * where it gets to the pages; they are as SCSI-2 (chapter 16.3.3) has them.
 */
#include <string.h>

#include "changer_priv.h"

#define HEADER_SIZE	4
#define LONGEST_PAGE	20
#define ALL_PAGES	0x3f
#define SAVED_VALUES	3
#define CHANGEABLE	1

#define LIST_LENGTH_ERROR	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x1a, 0x00)
#define BAD_PARAMETER		CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x26, 0x00)
#define SAVING_UNSUPPORTED	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x39, 0x00)

/* Element address assignment, 4.2.2.1; the label printer has no place in it */
static size_t address_page(const struct sim_changer *c, uint8_t *page)
{
	static const uint8_t order[] = { CHANGER_MT, CHANGER_ST, CHANGER_IE, CHANGER_DT };
	size_t i;

	for (i = 0; i < sizeof(order); i++) {
		unsigned int type = order[i];
		uint16_t first = type == CHANGER_DT ? CHANGER_FIRST_DRIVE :
			c->element[c->first[type]].address;

		sim_put_be16(page + 2 + 4 * i, first);
		sim_put_be16(page + 4 + 4 * i, (uint16_t)c->count[type]);
	}
	return 20;
}

/* Transport geometry, 4.2.2.2 */
static size_t geometry_page(const struct sim_changer *c, uint8_t *page)
{
	page[2] = c->can_flip;	/* Rotate */
	return 4;
}

/* Device capabilities, 4.2.2.3: what stores media, and which moves there are */
static size_t capabilities_page(const struct sim_changer *c, uint8_t *page)
{
	unsigned int type;

	(void)c;
	page[2] = 1 << 1 | 1 << 2 | 1 << 3;	/* storage, import export, data transfer */
	/* bit 0 is the arm, bit 3 a drive: the type codes less one; no printer */
	for (type = CHANGER_MT; type <= CHANGER_DT; type++)
		page[3 + type] = changer_moves_from(type) >> 1 & 0x0f;
	return 20;
}

static const struct mode_page {
	uint8_t code;
	size_t (*fill)(const struct sim_changer *c, uint8_t *page);
} pages[] = {
	{ 0x1d, address_page },
	{ 0x1e, geometry_page },
	{ 0x1f, capabilities_page },
};

#define PAGES (sizeof(pages) / sizeof(pages[0]))

/*
 * One page of current or default values (they are the same: all of them follow
 * from how the library is built, so nothing is changeable).
 */
static size_t build_page(const struct sim_changer *c, const struct mode_page *p, uint8_t *page,
			 bool mask)
{
	size_t len;

	memset(page, 0, LONGEST_PAGE);
	len = p->fill(c, page);
	if (mask)
		memset(page, 0, len);
	page[0] = p->code;
	page[1] = (uint8_t)(len - 2);
	return len;
}

changer_result changer_mode_sense(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator)
{
	uint8_t buf[HEADER_SIZE + PAGES * LONGEST_PAGE] = { 0 };
	uint8_t code = cmd->cdb[2] & 0x3f, control = cmd->cdb[2] >> 6;
	size_t len = HEADER_SIZE, i;

	(void)initiator;
	if (control == SAVED_VALUES)
		return SAVING_UNSUPPORTED;
	for (i = 0; i < PAGES; i++)
		if (code == pages[i].code || code == ALL_PAGES)
			len += build_page(c, &pages[i], buf + len, control == CHANGEABLE);
	if (len == HEADER_SIZE && code != 0)
		return CHANGER_BAD_CDB;
	buf[0] = (uint8_t)(len - 1);
	changer_reply(cmd, buf, len, cmd->cdb[4]);
	return 0;
}

/* A page that is sent back must be as it was; returns its size or 0. */
static size_t same_page(const struct sim_changer *c, const uint8_t *sent, size_t left)
{
	uint8_t page[LONGEST_PAGE];
	size_t i, len;

	for (i = 0; i < PAGES; i++) {
		if (pages[i].code != (sent[0] & 0x3f))
			continue;
		len = build_page(c, &pages[i], page, false);
		/* bit 7 of the first byte is reserved in MODE SELECT */
		return len <= left && !memcmp(page + 1, sent + 1, len - 1) ? len : 0;
	}
	return 0;
}

changer_result changer_mode_select(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator)
{
	bool page_format = cmd->cdb[1] & 0x10;
	uint8_t list[255];
	size_t len = cmd->cdb[4], at, size;

	(void)initiator;
	if (cmd->cdb[1] & 1)
		return CHANGER_BAD_CDB;
	if (!len)
		return 0;
	if (len < HEADER_SIZE || sim_cmd_get(cmd, list, len) != len)
		return LIST_LENGTH_ERROR;
	if (list[3])	/* block descriptors, 4.2.1 */
		return BAD_PARAMETER;
	if (!page_format && len > HEADER_SIZE)
		return BAD_PARAMETER;
	for (at = HEADER_SIZE; at < len; at += size) {
		if (len - at < 2)
			return LIST_LENGTH_ERROR;
		if (len - at < list[at + 1] + 2u)
			return LIST_LENGTH_ERROR;
		size = same_page(c, list + at, len - at);
		if (!size)
			return BAD_PARAMETER;
	}
	return 0;
}
