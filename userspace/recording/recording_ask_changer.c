// SPDX-License-Identifier: GPL-2.0
/* The questions to a changer (SMC-3; MC-8x00 SCSI Command Manual). */
#include <string.h>

#include "bytes.h"
#include "recording_ask.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define ELEMENTS_LEN	(256u << 10)
#define TYPE_DRIVE	4
#define DRIVES_MAX	32u	/* that are asked one by one */

static const struct recording_question about_it[] = {
	{ { 0x00 }, { 0 } },
	{ { 0x00 }, { 0 } },
	{ { 0x03 }, { 18, 252 } },
	{ { 0x12 }, { 36, 56, 96, 255 } },
};

/* Element address assignment with the lengths of mtx and the kernel, geometry, capabilities */
static const struct recording_question modes[] = {
	{ { 0x1a, 0x08, 0x1d }, { 24, 136, 255 } },
	{ { 0x1a, 0x00, 0x1d }, { 255 } },
	{ { 0x1a, 0x08, 0x1e }, { 255 } },
	{ { 0x1a, 0x08, 0x1f }, { 24, 255 } },
	{ { 0x1a, 0x00, 0x1f }, { 255 } },
	{ { 0x5a, 0x08, 0x1d }, { 255 } },
	{ { 0x5a, 0x08, 0x1f }, { 255 } },
};

static const struct recording_question others[] = {
	{ { 0x5e, 0x00 }, { 255 } },	/* PERSISTENT RESERVE IN: keys, reservation */
	{ { 0x5e, 0x01 }, { 255 } },
	{ { 0x00 }, { 0 } },
};

struct range {
	uint16_t first, count;
};

/* Ranges of page 1Dh by element type: arm, slots, mail slots, drives (SMC-3 7.3.3) */
static void find_ranges(const struct recording_questions *q, struct range ranges[5])
{
	static const uint8_t at[5] = { 0, 2, 6, 10, 14 };
	const uint8_t *page = q->data + 4;

	memset(ranges, 0, 5 * sizeof(*ranges));
	if (!q->good || q->got < 24 || q->data[3] || (page[0] & 0x3f) != 0x1d)
		return;
	for (int i = 1; i < 5; i++) {
		ranges[i].first = get_be16(page + at[i]);
		ranges[i].count = get_be16(page + at[i] + 2);
	}
}

static void ask_status(struct recording_questions *q, uint8_t type, struct range range,
		       uint8_t flags, uint8_t options, uint32_t len)
{
	uint8_t cdb[12] = { 0xb8, flags | type };

	put_be16(cdb + 2, range.first);
	put_be16(cdb + 4, range.count);
	cdb[6] = options;
	recording_question(q, cdb, len);
}

/* With and without volume tags (10h) and device identifiers (DVCID, 1), from memory (CurData, 2) */
static void ask_elements(struct recording_questions *q, const struct range ranges[5])
{
	static const struct range all = { 0, 0xffff };
	static const struct {
		uint8_t flags, options;
	} ways[] = { { 0x10, 1 }, { 0x10, 0 }, { 0x00, 1 }, { 0x00, 0 }, { 0x10, 2 } };

	for (size_t way = 0; way < COUNT(ways); way++) {
		ask_status(q, 0, all, ways[way].flags, ways[way].options, 8);
		for (uint8_t type = 0; type < 5; type++)
			ask_status(q, type, all, ways[way].flags, ways[way].options, ELEMENTS_LEN);
		for (uint8_t type = 1; type < 5; type++)
			if (ranges[type].count)
				ask_status(q, type, ranges[type], ways[way].flags,
					   ways[way].options, ELEMENTS_LEN);
	}
}

/* Each drive by itself, as programs ask where a disc has got to */
static void ask_drives(struct recording_questions *q, struct range drives)
{
	struct range one = { drives.first, 1 };

	for (unsigned int i = 0; i < drives.count && i < DRIVES_MAX; i++, one.first++)
		ask_status(q, TYPE_DRIVE, one, 0, 0, 255);
}

void recording_ask_changer(struct recording_questions *q)
{
	static const uint8_t assignment[12] = { 0x1a, 0x08, 0x1d };
	struct range ranges[5];

	recording_question_list(q, about_it, COUNT(about_it));
	recording_ask_vital(q);
	recording_question_list(q, modes, COUNT(modes));
	recording_ask_modes(q, false);
	recording_question(q, assignment, 255);
	find_ranges(q, ranges);
	ask_elements(q, ranges);
	ask_drives(q, ranges[TYPE_DRIVE]);
	recording_ask_logs(q);
	recording_question_list(q, others, COUNT(others));
}
