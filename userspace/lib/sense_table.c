// SPDX-License-Identifier: LGPL-2.1
/* Sense codes: what they mean for a device and what to do about them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sense_table.h"

enum advice {
#define ADVICE(name, action, lasts, reason) ADVICE_##name,
#include "sense_advice.def"
#undef ADVICE
	ADVICE_COUNT,
	/* Not yet advice: what the sense key says to a recorder, reader, library */
	ADVICE_BY_KEY = ADVICE_COUNT,
	ADVICE_BY_KEY_READER,
	ADVICE_BY_KEY_LIBRARY,
};

static const char *const reasons[] = {
#define ADVICE(name, action, lasts, reason) reason,
#include "sense_advice.def"
#undef ADVICE
};

/* Apart from the reasons, so that few cache lines hold them all */
static const uint8_t actions[] = {
#define ADVICE(name, action, lasts, reason) DISCMUX_ACTION_##action,
#include "sense_advice.def"
#undef ADVICE
};

#define KEYS 17		/* 0 to Fh, and none */

#define BY_KEY(medium, hardware)							\
	{ ADVICE_NOTHING, ADVICE_CARRIED_OUT, ADVICE_KEY_NOT_READY, medium, hardware,	\
	  ADVICE_KEY_REQUEST, ADVICE_KEY_ATTENTION, ADVICE_KEY_PROTECTED,		\
	  ADVICE_KEY_BLANK, ADVICE_KEY_UNKNOWN, ADVICE_KEY_REQUEST,			\
	  ADVICE_KEY_ABORTED, ADVICE_KEY_UNKNOWN, ADVICE_KEY_OVERFLOW,			\
	  ADVICE_KEY_DIFFERS, ADVICE_CARRIED_OUT, ADVICE_KEY_UNKNOWN }

/* RECOVERED ERROR makes most advice void. */
enum { ADVICE_VOID = ADVICE_CARRIED_OUT };

#define ALL_KEYS(advice, recovered)							\
	{ advice, recovered, advice, advice, advice, advice, advice, advice, advice,	\
	  advice, advice, advice, advice, advice, advice, advice, advice }

/* What advice becomes with a sense key */
static const uint8_t resolved[][KEYS] = {
#define ADVICE(name, action, lasts, reason)						\
	ALL_KEYS(ADVICE_##name,								\
		 (lasts) || DISCMUX_ACTION_##action == DISCMUX_ACTION_IGNORE ?		\
			 ADVICE_##name : ADVICE_VOID),
#include "sense_advice.def"
#undef ADVICE
	BY_KEY(ADVICE_KEY_MEDIUM, ADVICE_KEY_DRIVE),
	BY_KEY(ADVICE_KEY_MASTER, ADVICE_KEY_DRIVE),
	BY_KEY(ADVICE_KEY_LIBRARY_MEDIUM, ADVICE_KEY_LIBRARY),
};

/* Whose tables a code is in */
enum {
	OF_S = 0,
	OF_R = 1 << 0,
	OF_W = 1 << 1,
	OF_L = 1 << 2,
	OF_G = 1 << 3,
	OF_RW = OF_R | OF_W,
	OF_WL = OF_W | OF_L,
	OF_RWL = OF_R | OF_W | OF_L,
	OF_LG = OF_L | OF_G,
};

struct row {
	uint8_t asc;
	uint8_t first, last;	/* ascq */
	uint8_t devices;
	char ascq[3];		/* as it is written */
	const char *text;	/* NULL: that of the standard */
};

/* The rows, in the order of the list: enum, then what they hold. */
enum {
	ROW_NONE,
#define CODE(asc, ascq, devices, advice, text) FIRST_##asc##_##ascq,
#define ALSO(asc, ascq, devices, advice, text) ROW_##asc##_##ascq##_##devices,
#define RANGE(asc, name, first, last, devices, advice, text) FIRST_##asc##_##name,
#define REST(asc, name, devices, advice, text) ROW_##asc##_##name##_##devices,
#include "sense_codes.def"
#undef CODE
#undef ALSO
#undef RANGE
#undef REST
	ROW_END,
};

static const struct row rows[] = {
	[ROW_NONE] = { .first = 1, .last = 0 },
#define ROW(asc, name, first, last, devices, text) \
	{ 0x##asc, 0x##first, 0x##last, OF_##devices, #name, text },
#define CODE(asc, ascq, devices, advice, text) ROW(asc, ascq, ascq, ascq, devices, text)
#define ALSO(asc, ascq, devices, advice, text) ROW(asc, ascq, ascq, ascq, devices, text)
#define RANGE(asc, name, first, last, devices, advice, text) \
	ROW(asc, name, first, last, devices, text)
#define REST(asc, name, devices, advice, text) ROW(asc, name, 00, FF, devices, text)
#include "sense_codes.def"
#undef CODE
#undef ALSO
#undef RANGE
#undef REST
	[ROW_END] = { .first = 1, .last = 0 },
};

/* The additional sense codes that have rows; the index holds a page for each. */
#define PAGES                                                                                  \
	PAGE(00) PAGE(01) PAGE(02) PAGE(04) PAGE(05) PAGE(06) PAGE(07) PAGE(08) PAGE(09)       \
	PAGE(0A) PAGE(0B) PAGE(0C) PAGE(10) PAGE(11) PAGE(12) PAGE(13) PAGE(14) PAGE(15)       \
	PAGE(16) PAGE(17) PAGE(18) PAGE(19) PAGE(1A) PAGE(1B) PAGE(1C) PAGE(1D) PAGE(1E)       \
	PAGE(20) PAGE(21) PAGE(24) PAGE(25) PAGE(26) PAGE(27) PAGE(28) PAGE(29) PAGE(2A)       \
	PAGE(2B) PAGE(2C) PAGE(2E) PAGE(2F) PAGE(30) PAGE(31) PAGE(32) PAGE(35) PAGE(37)       \
	PAGE(39) PAGE(3A) PAGE(3B) PAGE(3D) PAGE(3E) PAGE(3F) PAGE(40) PAGE(43) PAGE(44)       \
	PAGE(45) PAGE(46) PAGE(47) PAGE(48) PAGE(49) PAGE(4A) PAGE(4B) PAGE(4C) PAGE(4D)       \
	PAGE(4E) PAGE(51) PAGE(53) PAGE(55) PAGE(57) PAGE(5A) PAGE(5B) PAGE(5D) PAGE(5E)       \
	PAGE(63) PAGE(64) PAGE(65) PAGE(6F) PAGE(72) PAGE(73) PAGE(80) PAGE(81) PAGE(B6)       \
	PAGE(B9)

enum {
	PAGE_NONE,
#define PAGE(asc) PAGE_##asc,
	PAGES
#undef PAGE
	PAGE_COUNT,
};

static const uint8_t pages[256] = {
#define PAGE(asc) [0x##asc] = PAGE_##asc,
	PAGES
#undef PAGE
};

/* The first row of a code, by page and qualifier */
static const uint16_t row_index[PAGE_COUNT][256] = {
#define CODE(asc, ascq, devices, advice, text) [PAGE_##asc][0x##ascq] = FIRST_##asc##_##ascq,
#define ALSO(asc, ascq, devices, advice, text)
#define RANGE(asc, name, first, last, devices, advice, text) \
	[PAGE_##asc][0x##first ... 0x##last] = FIRST_##asc##_##name,
#define REST(asc, name, devices, advice, text)
#include "sense_codes.def"
#undef CODE
#undef ALSO
#undef RANGE
#undef REST
};

/* Where a device is in the rows of advice_index */
enum {
	COLUMN_ANY,
	COLUMN_R,
	COLUMN_W,
	COLUMN_L,
	COLUMN_G,
	COLUMNS,
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"	/* ALSO changes what CODE put in */
/* By the first row of a code: the advice for each device */
static const uint8_t advice_index[][COLUMNS] = {
#define CELLS(standard, devices, advice)						\
	{ advice,									\
	  (standard) || (devices) & OF_R ? (advice) : ADVICE_BY_KEY_READER,		\
	  (standard) || (devices) & OF_W ? (advice) : ADVICE_BY_KEY,			\
	  (standard) || (devices) & OF_L ? (advice) : ADVICE_BY_KEY_LIBRARY,		\
	  (standard) || (devices) & OF_G ? (advice) : ADVICE_BY_KEY_LIBRARY }
#define CODE(asc, ascq, devices, advice, text)						\
	[FIRST_##asc##_##ascq] = CELLS(0x##asc < 0x80 && 0x##ascq < 0x80,		\
				       OF_##devices, ADVICE_##advice),
#define ALSO(asc, ascq, devices, advice, text) \
	[FIRST_##asc##_##ascq][COLUMN_##devices] = ADVICE_##advice,
#define RANGE(asc, name, first, last, devices, advice, text) \
	[FIRST_##asc##_##name] = CELLS(true, OF_##devices, ADVICE_##advice),
#define REST(asc, name, devices, advice, text)
	[ROW_NONE] = { ADVICE_BY_KEY, ADVICE_BY_KEY_READER, ADVICE_BY_KEY, ADVICE_BY_KEY_LIBRARY,
		       ADVICE_BY_KEY_LIBRARY },
#include "sense_codes.def"
#undef CODE
#undef ALSO
#undef RANGE
#undef REST
};
#pragma GCC diagnostic pop

static unsigned int tables_of(enum discmux_device device)
{
	static const uint8_t tables[] = {
		[DISCMUX_DEVICE_READER] = OF_R,
		[DISCMUX_DEVICE_RECORDER] = OF_W,
		[DISCMUX_DEVICE_LIBRARY] = OF_L,
		[DISCMUX_DEVICE_CHANGER_LOG] = OF_G,
	};

	return (unsigned int)device < sizeof(tables) ? tables[device] : 0;
}

/* SPC: what a vendor may choose, 80h and above. */
static bool of_vendor(const struct row *row)
{
	return row->asc >= 0x80 || (row->first >= 0x80 && row->first == row->last);
}

/* The row for this device; else that of the standard, which holds for all; else
 * NULL. */
static const struct row *find(enum discmux_device device, uint8_t asc, uint8_t ascq)
{
	const struct row *first = &rows[row_index[pages[asc]][ascq]];
	const struct row *rest = &rows[ROW_80_XX_R];
	unsigned int tables = tables_of(device);
	const struct row *row;

	for (row = first; row->asc == asc && row->first <= ascq && ascq <= row->last; row++)
		if (row->devices & tables)
			return row;
	if (asc == rest->asc && tables & rest->devices)
		return rest;
	return row == first || (tables && of_vendor(first)) ? NULL : first;
}

/* No branch depends on the code, so that it takes the same time for all. */
static enum advice advise(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq)
{
	static const uint8_t columns[] = {
		[DISCMUX_DEVICE_ANY] = COLUMN_ANY,
		[DISCMUX_DEVICE_READER] = COLUMN_R,
		[DISCMUX_DEVICE_RECORDER] = COLUMN_W,
		[DISCMUX_DEVICE_LIBRARY] = COLUMN_L,
		[DISCMUX_DEVICE_CHANGER_LOG] = COLUMN_G,
	};
	size_t column = (size_t)device < sizeof(columns) ? columns[device] : COLUMN_ANY;
	size_t row = row_index[pages[asc]][ascq];

	if (key >= KEYS - 1)
		return asc || ascq ? (enum advice)resolved[advice_index[row][column]][KEYS - 1] :
				     ADVICE_NOTHING;
	return (enum advice)resolved[advice_index[row][column]][key];
}

enum discmux_action discmux_sense_action(enum discmux_device device, uint8_t key, uint8_t asc,
					 uint8_t ascq)
{
	return (enum discmux_action)actions[advise(device, key, asc, ascq)];
}

const char *discmux_sense_reason(enum discmux_device device, uint8_t key, uint8_t asc,
				 uint8_t ascq)
{
	return reasons[advise(device, key, asc, ascq)];
}

const char *discmux_action_name(enum discmux_action action)
{
	static const char *const names[] = {
		[DISCMUX_ACTION_IGNORE] = "ignore",
		[DISCMUX_ACTION_WAIT] = "wait and poll",
		[DISCMUX_ACTION_RETRY] = "retry the same command",
		[DISCMUX_ACTION_CLEAN] = "clean",
		[DISCMUX_ACTION_CHANGE_DISC] = "change disc",
		[DISCMUX_ACTION_CHANGE_DRIVE] = "change drive",
		[DISCMUX_ACTION_OPERATOR] = "operator at the mechanism",
		[DISCMUX_ACTION_PRINTER] = "ink or printer",
		[DISCMUX_ACTION_STOP] = "stop",
	};

	return (size_t)action < sizeof(names) / sizeof(*names) ? names[action] : "unknown";
}

const char *dm_sense_manual_text(enum discmux_device device, uint8_t asc, uint8_t ascq, bool *own)
{
	const struct row *row = find(device, asc, ascq);

	*own = row && row->devices & tables_of(device);
	return row ? row->text : NULL;
}

int discmux_code_nth(enum discmux_device device, size_t n, struct discmux_code *code)
{
	unsigned int tables = tables_of(device);
	const struct row *row;

	for (row = &rows[ROW_NONE + 1]; row < &rows[ROW_END]; row++) {
		if (!(row->devices & tables) || n--)
			continue;
		memset(code, 0, sizeof(*code));
		code->asc = row->asc;
		code->ascq = row->first;
		code->ascq_last = row->last;
		memcpy(code->ascq_text, row->ascq, sizeof(code->ascq_text));
		code->description = row->text;
		code->action = discmux_sense_action(device, DISCMUX_KEY_NONE, row->asc, row->first);
		code->reason = discmux_sense_reason(device, DISCMUX_KEY_NONE, row->asc, row->first);
		return 0;
	}
	return -ENOENT;
}
