// SPDX-License-Identifier: GPL-2.0
/*
 * Mode parameters of the virtual library (3.5, 3.6, 4.2).  The manual breaks off
 * where it gets to the pages; they are as SCSI-2 (chapter 16.3.3) has them.  All
 * of an MC-8x00 follows from how it is built; an SMC-3 library takes other addresses.
 */
#include <string.h>

#include "changer_priv.h"

#define HEADER_SIZE	4
#define LONGEST_PAGE	20
#define ALL_PAGES	0x3f
#define ADDRESS_PAGE	0x1d

#define LIST_LENGTH_ERROR	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x1a, 0x00)
#define BAD_PARAMETER		CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x26, 0x00)
#define SAVING_UNSUPPORTED	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x39, 0x00)

/* Page control; a fill() gets one of these, and never that for saved values. */
enum control { CURRENT_VALUES, CHANGEABLE_VALUES, DEFAULT_VALUES, SAVED_VALUES };

/* Element address assignment, 4.2.2.1; the label printer has no place in it */
static const uint8_t assigned[] = { CHANGER_MT, CHANGER_ST, CHANGER_IE, CHANGER_DT };

static size_t address_page(const struct sim_changer *c, uint8_t *page, enum control control)
{
	size_t i;

	for (i = 0; i < sizeof(assigned); i++) {
		unsigned int type = assigned[i];
		uint16_t address = c->address[type], count = (uint16_t)c->count[type];

		if (control == DEFAULT_VALUES)
			address = c->model->address[type];
		if (control == CHANGEABLE_VALUES) {
			address = c->model->moves_addresses ? 0xffff : 0;
			count = 0;
		}
		sim_put_be16(page + 2 + 4 * i, address);
		sim_put_be16(page + 4 + 4 * i, count);
	}
	return 20;
}

/* Transport geometry, 4.2.2.2 */
static size_t geometry_page(const struct sim_changer *c, uint8_t *page, enum control control)
{
	unsigned int i;

	for (i = 0; i < c->arms && control != CHANGEABLE_VALUES; i++) {
		page[2 + 2 * i] = c->can_flip;	/* Rotate */
		page[3 + 2 * i] = (uint8_t)i;	/* member of the set */
	}
	return 2 + 2 * c->arms;
}

/* Device capabilities, 4.2.2.3: what stores media, and which moves there are */
static size_t capabilities_page(const struct sim_changer *c, uint8_t *page, enum control control)
{
	unsigned int type;

	if (control == CHANGEABLE_VALUES)
		return 20;
	page[2] = 1 << 1 | 1 << 2 | 1 << 3;	/* storage, import export, data transfer */
	/* bit 0 is the arm, bit 3 a drive: the type codes less one; no printer */
	for (type = CHANGER_MT; type <= CHANGER_DT; type++)
		page[3 + type] = changer_moves_from(c, type) >> 1 & 0x0f;
	/* EXCHANGE MEDIUM: what MOVE MEDIUM can do, it can */
	if (c->model->set & CHANGER_SET_SMC3)
		memcpy(page + 13, page + 5, 3);
	return 20;
}

static const struct mode_page {
	uint8_t code;
	size_t (*fill)(const struct sim_changer *c, uint8_t *page, enum control control);
} pages[] = {
	{ ADDRESS_PAGE, address_page },
	{ 0x1e, geometry_page },
	{ 0x1f, capabilities_page },
};

#define PAGES (sizeof(pages) / sizeof(pages[0]))

static size_t build_page(const struct sim_changer *c, const struct mode_page *p, uint8_t *page,
			 enum control control)
{
	size_t len;

	memset(page, 0, LONGEST_PAGE);
	len = p->fill(c, page, control);
	page[0] = p->code;
	page[1] = (uint8_t)(len - 2);
	return len;
}

changer_result changer_mode_sense(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator)
{
	uint8_t buf[HEADER_SIZE + PAGES * LONGEST_PAGE] = { 0 };
	enum control control = cmd->cdb[2] >> 6;
	uint8_t code = cmd->cdb[2] & 0x3f;
	size_t len = HEADER_SIZE, i;

	(void)initiator;
	if (control == SAVED_VALUES)
		return SAVING_UNSUPPORTED;
	for (i = 0; i < PAGES; i++)
		if (code == pages[i].code || code == ALL_PAGES)
			len += build_page(c, &pages[i], buf + len, control);
	if (len == HEADER_SIZE && code != 0)
		return CHANGER_BAD_CDB;
	buf[0] = (uint8_t)(len - 1);
	changer_reply(cmd, buf, len, cmd->cdb[4]);
	return 0;
}

/*
 * A page that is sent back must be as it was, but for what can be changed; returns
 * its size or 0.
 */
static size_t check_page(const struct sim_changer *c, const uint8_t *sent, size_t left)
{
	uint8_t page[LONGEST_PAGE], mask[LONGEST_PAGE];
	size_t i, at, len;

	for (i = 0; i < PAGES; i++) {
		if (pages[i].code != (sent[0] & 0x3f))
			continue;
		len = build_page(c, &pages[i], page, CURRENT_VALUES);
		build_page(c, &pages[i], mask, CHANGEABLE_VALUES);
		if (len > left || sent[1] != page[1])
			return 0;
		/* bit 7 of the first byte is reserved in MODE SELECT */
		for (at = 2; at < len; at++)
			if ((sent[at] ^ page[at]) & ~mask[at])
				return 0;
		return len;
	}
	return 0;
}

/* Each element has an address of its own. */
static bool addresses_ok(const struct sim_changer *c, const uint16_t address[CHANGER_TYPES])
{
	size_t i, k;

	for (i = 0; i < sizeof(assigned); i++) {
		unsigned int type = assigned[i];
		uint32_t first = address[type], end = first + c->count[type];

		if (!first || end > 0x10000)
			return false;
		for (k = 0; k < i; k++) {
			unsigned int other = assigned[k];

			if (first < (uint32_t)address[other] + c->count[other] &&
			    address[other] < end)
				return false;
		}
	}
	return true;
}

/* All pages of a list, before any of them counts; address is what they say. */
static changer_result check_list(const struct sim_changer *c, const uint8_t *list, size_t len,
				 uint16_t address[CHANGER_TYPES])
{
	size_t at, size, i;

	for (at = HEADER_SIZE; at < len; at += size) {
		if (len - at < 2 || len - at < list[at + 1] + 2u)
			return LIST_LENGTH_ERROR;
		size = check_page(c, list + at, len - at);
		if (!size)
			return BAD_PARAMETER;
		for (i = 0; i < sizeof(assigned) && (list[at] & 0x3f) == ADDRESS_PAGE; i++)
			address[assigned[i]] = sim_be16(list + at + 2 + 4 * i);
	}
	return addresses_ok(c, address) ? 0 : BAD_PARAMETER;
}

changer_result changer_mode_select(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator)
{
	bool page_format = cmd->cdb[1] & 0x10;
	uint16_t address[CHANGER_TYPES];
	size_t len = cmd->cdb[4];
	changer_result result;
	uint8_t list[255];

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
	memcpy(address, c->address, sizeof(address));
	result = check_list(c, list, len, address);
	if (result || !memcmp(address, c->address, sizeof(address)))
		return result;
	changer_assign_addresses(c, address);
	changer_attention(c, CHANGER_UA_MODE, (int)initiator);
	return 0;
}
