// SPDX-License-Identifier: GPL-2.0
/* What drives say wrongly of themselves and of what lies in them. */
#include <string.h>

#include "count.h"
#include "drive_priv.h"
#include "fault_reply.h"

/* --- READ TRACK INFORMATION -------------------------------------------------------------- */

static bool parse_nwa(struct sim_edit_value *value)
{
	return !strcmp(value->text, "none") ||
	       sim_edit_number(value, true, INT32_MIN, UINT32_MAX);
}

static void edit_nwa(struct sim_reply *reply, const struct sim_edit_value *value,
		     uint64_t *state)
{
	uint8_t *d = reply->data;

	(void)state;
	if (reply->cdb[0] != 0x52 || reply->len < 16 || !(d[7] & 1))
		return;
	if (value->text[0] == 'n') {		/* not valid */
		d[7] &= 0xfe;
		sim_put_be32(d + 12, 0);
		return;
	}
	sim_put_be32(d + 12, (value->relative ? sim_be32(d + 12) : 0) + (uint32_t)value->number);
}

/* --- mode page 2Ah ----------------------------------------------------------------------- */

enum { CAN_NOTHING, CAN_ALL, NO_SPEEDS, TOO_MANY };

static const char *const capabilities[] = { "nothing", "all", "no-speeds", "too-many", NULL };

static bool parse_capabilities(struct sim_edit_value *value)
{
	return sim_edit_word(value, capabilities);
}

/* The page in a reply to MODE SENSE, of at least least bytes; NULL: not there */
static uint8_t *find_page(struct sim_reply *reply, uint8_t code, size_t least)
{
	bool ten = reply->cdb[0] == 0x5a;
	uint8_t *end = reply->data + reply->len, *at;

	if ((reply->cdb[0] != 0x1a && !ten) || reply->len < 8)
		return NULL;
	at = reply->data + (ten ? 8 + sim_be16(reply->data + 6) : 4 + reply->data[3]);
	for (; at < end && end - at >= 2; at += 2 + at[1])
		if ((at[0] & 0x3f) == code)
			return end - at >= 2 + at[1] && 2u + at[1] >= least ? at : NULL;
	return NULL;
}

static void edit_capabilities(struct sim_reply *reply, const struct sim_edit_value *value,
			      uint64_t *state)
{
	uint8_t *page = find_page(reply, 0x2a, 32);

	(void)state;
	if (!page)
		return;
	switch (value->number) {
	case CAN_NOTHING:
		memset(page + 2, 0, 6);
		break;
	case CAN_ALL:
		memset(page + 2, 0xff, 4);
		break;
	case NO_SPEEDS:
		memset(page + 8, 0, 14);
		memset(page + 28, 0, (size_t)page[1] + 2 - 28);
		break;
	default:	/* it has fewer speeds than it says */
		sim_put_be16(page + 30, 0xffff);
	}
}

/* --- GET PERFORMANCE --------------------------------------------------------------------- */

static const char *const speeds[] = { "zero", "none", NULL };

static bool parse_speeds(struct sim_edit_value *value)
{
	return sim_edit_word(value, speeds);
}

static void edit_speeds(struct sim_reply *reply, const struct sim_edit_value *value,
			uint64_t *state)
{
	(void)state;
	if (reply->cdb[0] != 0xac || reply->len < 8)
		return;
	memset(reply->data + 8, 0, reply->len - 8);
	if (!value->number)
		return;
	sim_put_be32(reply->data, 4);
	reply->len = 8;
}

/* --- data -------------------------------------------------------------------------------- */

static bool parse_lba(struct sim_edit_value *value)
{
	return sim_edit_number(value, false, 0, UINT32_MAX);
}

/*
 * A cache that got a block wrong, and gives the same again: until so many others were
 * read that it is gone from there, or a read that is to come from the medium (FUA).
 * The state is how many bytes of other blocks were read, with the highest bit set once it
 * is over.
 */
#define CACHE_OVER	(UINT64_C(1) << 63)

static void edit_stale(struct sim_reply *reply, const struct sim_edit_value *value,
		       uint64_t *state)
{
	uint32_t first, blocks;
	uint64_t at;
	size_t size;

	if (sim_cdb_access(reply->cdb, &first, &blocks) != SIM_ACCESS_READ || !blocks ||
	    *state & CACHE_OVER)
		return;
	if (value->number < first || value->number - first >= blocks) {
		*state += reply->len;
		return;
	}
	if (*state >= SIM_BUFFER_BYTES || (reply->cdb[0] != 0xbe && reply->cdb[1] & 0x08)) {
		*state = CACHE_OVER;
		return;
	}
	*state = 0;
	size = reply->len / blocks;
	at = (uint64_t)(value->number - first) * size;
	for (size_t i = 0; i < 16 && i < size && at + i < reply->len; i++)
		reply->data[at + i] ^= 0x5a;
}

const struct sim_edit sim_edits_disc[] = {
	{ "nwa", parse_nwa, NULL, edit_nwa, "nwa=N|+N|-N|none" },
	{ "capabilities", parse_capabilities, NULL, edit_capabilities,
	  "capabilities=nothing|all|no-speeds|too-many" },
	{ "speeds", parse_speeds, NULL, edit_speeds, "speeds=zero|none" },
	{ "stale", parse_lba, NULL, edit_stale, "stale=LBA" },
	{ .name = NULL },
};
