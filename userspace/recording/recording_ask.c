// SPDX-License-Identifier: GPL-2.0
/* The questions to a device: what all kinds have in common. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "recording_ask.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define ROOM_MIN	65536u
#define ROOM_MAX	RECORDING_KEPT_MAX

static bool is_get_performance(const uint8_t *cdb)
{
	return cdb[0] == 0xac;
}

bool recording_question(struct recording_questions *q, const uint8_t *cdb, uint32_t len)
{
	struct recording_exchange x = { .data = q->data };
	struct recording_field field = recording_cdb_allocation(cdb, q->type);

	q->good = false;
	q->got = 0;
	if (q->ret)
		return false;
	if (len > q->room)
		len = q->room;
	x.cdb_len = (uint8_t)recording_cdb_length(cdb[0]);
	memcpy(x.cdb, cdb, x.cdb_len > 12 ? 12 : x.cdb_len);
	if (len && !is_get_performance(cdb))
		recording_field_put(x.cdb, field, len);
	x.dir = len ? RECORDING_IN : RECORDING_NONE;
	x.length = len;
	q->ret = q->asker->send(q->asker->context, &x);
	if (q->ret || x.loss || x.status)
		return false;
	q->good = true;
	q->got = x.data_len;
	return true;
}

void recording_question_list(struct recording_questions *q,
			     const struct recording_question *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		recording_question(q, list[i].cdb, list[i].lengths[0]);
		for (size_t n = 1; n < RECORDING_LENGTHS && list[i].lengths[n]; n++)
			recording_question(q, list[i].cdb, list[i].lengths[n]);
	}
}

void recording_ask_vital(struct recording_questions *q)
{
	uint8_t pages[256], cdb[12] = { 0x12, 0x01 };
	size_t count = 0;

	/* What the kernel and udev want is asked for whether or not it is in the list */
	if (recording_question(q, cdb, 255) && q->got > 4) {
		count = q->got - 4 < q->data[3] ? q->got - 4 : q->data[3];
		memcpy(pages, q->data + 4, count);
	}
	for (size_t i = 0; i < count; i++) {
		cdb[2] = pages[i];
		if (pages[i] && pages[i] != 0x80 && pages[i] != 0x83)
			recording_question(q, cdb, 255);
	}
	cdb[2] = 0;
	recording_question(q, cdb, 254);
	cdb[2] = 0x80;
	recording_question(q, cdb, 64);
	recording_question(q, cdb, 254);
	recording_question(q, cdb, 255);
	cdb[2] = 0x83;
	recording_question(q, cdb, 254);
	recording_question(q, cdb, 255);
}

/* Codes of the pages in a reply of all of them, with descriptors or without (SPC-4 7.5) */
static size_t page_codes(const struct recording_questions *q, bool ten, uint8_t codes[64])
{
	size_t at = ten ? 8u : 4u, count = 0;

	if (q->got < at)
		return 0;
	at += ten ? get_be16(q->data + 6) : q->data[3];
	while (at + 2 <= q->got && count < 64) {
		uint8_t code = q->data[at];
		bool sub = code & 0x40;

		if (sub && at + 4 > q->got)
			break;
		if (!sub)
			codes[count++] = code & 0x3f;
		at += sub ? 4u + get_be16(q->data + at + 2) : 2u + q->data[at + 1];
	}
	return count;
}

void recording_ask_modes(struct recording_questions *q, bool ten)
{
	uint8_t cdb[12] = { ten ? 0x5a : 0x1a, 0x08, 0x3f }, codes[64];
	uint32_t all = ten ? 4096 : 255;
	size_t count;

	recording_question(q, cdb, all);
	count = page_codes(q, ten, codes);
	/* Current, changeable, default */
	for (uint8_t control = 0; control < 3; control++) {
		cdb[2] = (uint8_t)(control << 6 | 0x3f);
		if (control)
			recording_question(q, cdb, all);
		for (size_t i = 0; i < count; i++) {
			cdb[2] = (uint8_t)(control << 6 | codes[i]);
			recording_question(q, cdb, ten ? 256 : 255);
		}
	}
	cdb[1] = 0;	/* with block descriptors */
	cdb[2] = 0x3f;
	recording_question(q, cdb, all);
}

void recording_ask_logs(struct recording_questions *q)
{
	uint8_t pages[64], cdb[12] = { 0x4d, 0, 0x40 };
	size_t count = 0;

	if (recording_question(q, cdb, 255) && q->got > 4) {
		size_t said = get_be16(q->data + 2);

		count = q->got - 4 < said ? q->got - 4 : said;
		count = count < COUNT(pages) ? count : COUNT(pages);
		memcpy(pages, q->data + 4, count);
	}
	for (size_t i = 0; i < count; i++) {
		cdb[2] = 0x40 | (pages[i] & 0x3f);	/* current cumulative values */
		if (pages[i] & 0x3f)
			recording_question(q, cdb, 4096);
	}
}

int recording_ask(const struct recording_asker *asker, uint8_t type)
{
	struct recording_questions q = { .asker = asker, .type = type, .room = asker->max_data };

	if (q.room > ROOM_MAX)
		q.room = ROOM_MAX;
	q.data = calloc(1, q.room > ROOM_MIN ? q.room : ROOM_MIN);
	if (!q.data)
		return -ENOMEM;
	if (type == 8)
		recording_ask_changer(&q);
	else
		recording_ask_drive(&q);
	free(q.data);
	return q.ret;
}
