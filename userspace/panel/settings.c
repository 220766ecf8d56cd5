// SPDX-License-Identifier: GPL-2.0
/* What can be set, and to what. */
#include <stdio.h>
#include <string.h>

#include "panel_table.h"

#define END (-1)

/* As the guide has them: DVD from 16x down to 1x, CD from 48x down to 4x. */
static const int modes[] = { 0, 1, 2, END };
static const int off_on[] = { 0, 1, END };
static const int on_off[] = { 1, 0, END };
static const int dvd_speeds[] = { 16, 12, 8, 6, 4, 2, 1, END };
static const int cd_speeds[] = { 48, 40, 32, 24, 16, 12, 8, 4, END };
static const int none[] = { END };

static const struct {
	const char *name;
	const int *values;
	int standard;
} items[PANEL_ITEMS] = {
	[PANEL_MODE] = { "mode", modes, 0 },
	[PANEL_HD_DISC] = { "hd-disc", off_on, 0 },
	[PANEL_DVD_SPEED] = { "dvd-speed", dvd_speeds, 16 },
	[PANEL_CD_SPEED] = { "cd-speed", cd_speeds, 48 },
	[PANEL_ISRC] = { "isrc", on_off, 1 },
	[PANEL_SESSION] = { "session", modes, 0 },
	[PANEL_COUNT] = { "quantity", none, 0 },
	[PANEL_SOURCE] = { "source", none, 0 },
};

void panel_defaults(struct panel_settings *settings)
{
	size_t i;

	for (i = 0; i < PANEL_ITEMS; i++)
		settings->value[i] = items[i].standard;
}

const char *panel_item_name(enum panel_item item)
{
	return (unsigned int)item < PANEL_ITEMS ? items[item].name : "";
}

int panel_item_find(const char *name)
{
	int i;

	for (i = 0; i < PANEL_ITEMS; i++)
		if (!strcmp(name, items[i].name))
			return i;
	return -1;
}

const int *panel_values(int item)
{
	return item >= 0 && item < PANEL_ITEMS ? items[item].values : none;
}

bool panel_item_valid(enum panel_item item, int value)
{
	const int *v;

	if (item == PANEL_COUNT)
		return value >= 0 && value <= PANEL_QUANTITY;
	if (item == PANEL_SOURCE)
		return value >= 0 && value <= PANEL_HDDS;
	for (v = panel_values((int)item); *v != END; v++)
		if (*v == value)
			return true;
	return false;
}

char *panel_value_text(int item, int value, char *buf, size_t size)
{
	static const char *const mode[] = { "COPY", "VERIFY", "COPY+V" };
	static const char *const session[] = { "AUTO", "CLOSE", "OPEN" };

	switch (item) {
	case PANEL_MODE:
		snprintf(buf, size, "%s", mode[value % 3]);
		break;
	case PANEL_SESSION:
		snprintf(buf, size, "%s", session[value % 3]);
		break;
	case PANEL_HD_DISC:
	case PANEL_ISRC:
		snprintf(buf, size, "%s", value ? "ON" : "OFF");
		break;
	case PANEL_COUNT:
		snprintf(buf, size, "%04d", value);
		break;
	default:
		snprintf(buf, size, "%dx", value);
		break;
	}
	return buf;
}

const char *panel_kind_name(enum panel_kind kind)
{
	static const char *const names[] = { "ROM", "Video", "Audio", "Mixed" };

	return (unsigned int)kind < 4 ? names[kind] : "ROM";
}

char *panel_size(uint64_t bytes, char *buf, size_t size)
{
	double b = (double)bytes;

	if (bytes < 950000000)
		snprintf(buf, size, "%.0fMB", bytes && b < 500000 ? 1.0 : b / 1e6);
	else
		snprintf(buf, size, "%.1fGB", b < 9.99e13 ? b / 1e9 : 9.99e4);
	return buf;
}
