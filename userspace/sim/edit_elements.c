// SPDX-License-Identifier: GPL-2.0
/* Element status as changers send it that read the standard in their own way. */
#include <string.h>

#include "fault_reply.h"

#define HEADER		8
#define PAGE_HEADER	8
#define TAG		36
#define PVOLTAG		0x80
#define AVOLTAG		0x40
#define SVALID		0x80
#define DRIVE		4	/* element type */

static bool is_status(const struct sim_reply *reply)
{
	return reply->cdb[0] == 0xb8 && reply->len >= HEADER;
}

/* Calls fn() for each descriptor; it may change what is in it. */
static void each(struct sim_reply *reply, const struct sim_edit_value *value,
		 void (*fn)(const uint8_t *page, uint8_t *d, size_t size,
			    const struct sim_edit_value *value))
{
	size_t at = HEADER;

	while (is_status(reply) && reply->len - at >= PAGE_HEADER) {
		const uint8_t *page = reply->data + at;
		size_t size = sim_be16(page + 2), bytes = sim_be24(page + 5);

		at += PAGE_HEADER;
		if (!size || bytes > reply->len - at)
			return;
		for (size_t i = 0; i + size <= bytes; i += size)
			fn(page, reply->data + at + i, size, value);
		at += bytes;
	}
}

/* --- how many, and how long -------------------------------------------------------------- */

static bool parse_count(struct sim_edit_value *value)
{
	return sim_edit_number(value, false, 1, 0xffff);
}

static void ask_few(uint8_t *cdb, const struct sim_edit_value *value)
{
	if (cdb[0] == 0xb8 && sim_be16(cdb + 4) > value->number)
		sim_put_be16(cdb + 4, (uint16_t)value->number);
}

/* It was done when the command was executed. */
static void edit_few(struct sim_reply *reply, const struct sim_edit_value *value,
		     uint64_t *state)
{
	(void)reply;
	(void)value;
	(void)state;
}

/* Byte counts that count their own header too */
static void edit_counts(struct sim_reply *reply, const struct sim_edit_value *value,
			uint64_t *state)
{
	size_t at = HEADER;

	(void)value;
	(void)state;
	while (is_status(reply) && reply->len - at >= PAGE_HEADER) {
		uint8_t *page = reply->data + at;
		uint32_t bytes = sim_be24(page + 5);

		sim_put_be24(page + 5, bytes + PAGE_HEADER);
		if (bytes > reply->len - at - PAGE_HEADER)
			break;
		at += PAGE_HEADER + bytes;
	}
	if (is_status(reply))
		sim_put_be24(reply->data + 5, sim_be24(reply->data + 5) + HEADER);
}

static bool parse_cut(struct sim_edit_value *value)
{
	return sim_edit_number(value, false, 1, 255);
}

/* The reply ends in the middle of its last descriptor, and the counts know nothing of it */
static void edit_cut(struct sim_reply *reply, const struct sim_edit_value *value,
		     uint64_t *state)
{
	(void)state;
	if (is_status(reply) && reply->len > HEADER + PAGE_HEADER + (size_t)value->number)
		reply->len -= (size_t)value->number;
}

static bool parse_size(struct sim_edit_value *value)
{
	return sim_edit_number(value, false, 12, 255);
}

/* One page with descriptors of another size, from from to to; returns what is behind it */
static uint8_t *resize(const uint8_t *from, size_t left, size_t size, uint8_t *to)
{
	size_t old = sim_be16(from + 2), bytes = sim_be24(from + 5);
	size_t n = old && bytes <= left - PAGE_HEADER ? bytes / old : 0;

	memcpy(to, from, PAGE_HEADER);
	if (size < 12 + TAG)
		to[1] &= (uint8_t)~(PVOLTAG | AVOLTAG);
	sim_put_be16(to + 2, (uint16_t)size);
	sim_put_be24(to + 5, (uint32_t)(n * size));
	from += PAGE_HEADER;
	to += PAGE_HEADER;
	for (size_t i = 0; i < n; i++, from += old, to += size) {
		memset(to, 0, size);
		memcpy(to, from, old < size ? old : size);
	}
	return to;
}

/* Descriptors of one size, whatever was asked for */
static void edit_size(struct sim_reply *reply, const struct sim_edit_value *value,
		      uint64_t *state)
{
	uint8_t *old = reply->data + reply->room / 2, *to = reply->data + HEADER;
	size_t len = reply->len, at = HEADER, size = (size_t)value->number;

	(void)state;
	/* What there was goes to the second half of the buffer, which no reply gets to */
	if (!is_status(reply) || len > reply->room / 2 ||
	    HEADER + (len / 12 + 1) * (PAGE_HEADER + size) > reply->room / 2)
		return;
	memcpy(old, reply->data, len);
	while (len - at >= PAGE_HEADER) {
		size_t bytes = sim_be24(old + at + 5);

		to = resize(old + at, len - at, size, to);
		if (bytes > len - at - PAGE_HEADER)
			break;
		at += PAGE_HEADER + bytes;
	}
	reply->len = (size_t)(to - reply->data);
	sim_put_be24(reply->data + 5, (uint32_t)(reply->len - HEADER));
}

/* --- what is in a descriptor ------------------------------------------------------------- */

enum { SOURCE_NONE, SOURCE_NOWHERE };

static const char *const sources[] = { "none", "nowhere", NULL };

static bool parse_source(struct sim_edit_value *value)
{
	return sim_edit_word(value, sources);
}

static void source(const uint8_t *page, uint8_t *d, size_t size,
		   const struct sim_edit_value *value)
{
	(void)page;
	if (size < 12)
		return;
	if (value->number == SOURCE_NONE) {
		d[9] &= (uint8_t)~SVALID;
		sim_put_be16(d + 10, 0);
	} else if (d[2] & 1) {
		d[9] |= SVALID;
		sim_put_be16(d + 10, 0xfffe);
	}
}

static void edit_source(struct sim_reply *reply, const struct sim_edit_value *value,
			uint64_t *state)
{
	(void)state;
	each(reply, value, source);
}

enum { ID_NONE, ID_CUT, ID_NAA, ID_SAME };

static const char *const identifiers[] = { "none", "cut", "naa", "same", NULL };

static bool parse_identifiers(struct sim_edit_value *value)
{
	return sim_edit_word(value, identifiers);
}

/* Code set, type, reserved, length, and an identifier of room bytes */
static void identify(uint8_t *id, size_t room, uint16_t address, int64_t how)
{
	static const uint8_t naa[8] = { 0x50, 0x01, 0x40, 0x5d, 0x15, 0xc1 };

	switch (how) {
	case ID_NONE:
		memset(id, 0, 4 + room);
		break;
	case ID_CUT:		/* vendor and product, and ten characters of both all in all */
		id[3] = 10;
		memset(id + 4 + 10, 0, room - 10);
		break;
	case ID_NAA:		/* binary, NAA; of a port, which no INQUIRY tells */
		id[0] = 1;
		id[1] = 3;
		id[3] = sizeof(naa);
		memset(id + 4, 0, room);
		memcpy(id + 4, naa, sizeof(naa));
		sim_put_be16(id + 4 + 6, address);
		break;
	default:
		memcpy(id + 4 + 24, "0000000001", 10);
	}
}

static void identifier(const uint8_t *page, uint8_t *d, size_t size,
		       const struct sim_edit_value *value)
{
	size_t at = 12 + (page[1] & PVOLTAG ? TAG : 0) + (page[1] & AVOLTAG ? TAG : 0);

	if (page[0] == DRIVE && size >= at + 4 + 34 && d[at + 3] == 34)
		identify(d + at, 34, sim_be16(d), value->number);
}

static void edit_identifier(struct sim_reply *reply, const struct sim_edit_value *value,
			    uint64_t *state)
{
	(void)state;
	each(reply, value, identifier);
}

const struct sim_edit sim_edits_elements[] = {
	{ "few-elements", parse_count, ask_few, edit_few, "few-elements=N" },
	{ "header-counted", NULL, NULL, edit_counts, "header-counted" },
	{ "last-cut", parse_cut, NULL, edit_cut, "last-cut=BYTES" },
	{ "descriptor", parse_size, NULL, edit_size, "descriptor=BYTES" },
	{ "source", parse_source, NULL, edit_source, "source=none|nowhere" },
	{ "drive-id", parse_identifiers, NULL, edit_identifier, "drive-id=none|cut|naa|same" },
	{ .name = NULL },
};
