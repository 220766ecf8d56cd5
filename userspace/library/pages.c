// SPDX-License-Identifier: GPL-2.0
/* Log and mode pages of a library. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "pages.h"

#define LOG_ROOM	4096
#define MODE_ROOM	255
#define HEADER		4	/* of log and mode data, and of a log parameter */

#define PARAMETER_ERRORS	0x8000
#define PARAMETER_COMMANDS	0x8001
#define ERROR_BYTES		2
#define COMMAND_BYTES		18

#define MODE_ADDRESSES		0x1d
#define MODE_GEOMETRY		0x1e
#define MODE_CAPABILITIES	0x1f

/* ---- Log pages ---------------------------------------------------------- */

/* A counter of any length; what does not fit is the most there can be. */
static uint32_t counter(const uint8_t *p, size_t len)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (value >> 24)
			return UINT32_MAX;
		value = value << 8 | p[i];
	}
	return value;
}

/* Entries that were never used are zero. */
static void parse_errors(const uint8_t *p, size_t len, struct library_log *log)
{
	for (; len >= ERROR_BYTES && log->nr_errors < LOG_DEPTH; len -= ERROR_BYTES) {
		if (p[1])
			log->errors[log->nr_errors++] = p[1];
		p += ERROR_BYTES;
	}
}

static void parse_commands(const uint8_t *p, size_t len, struct library_log *log)
{
	static const uint8_t unused[COMMAND_BYTES];

	for (; len >= COMMAND_BYTES && log->nr_commands < LOG_DEPTH; len -= COMMAND_BYTES) {
		struct log_command *command = &log->commands[log->nr_commands];

		if (memcmp(p, unused, COMMAND_BYTES)) {
			command->initiator = p[0];
			memcpy(command->cdb, p + 2, sizeof(command->cdb));
			command->status = p[14];
			command->key = p[15] & 0xf;
			command->asc = p[16];
			command->ascq = p[17];
			log->nr_commands++;
		}
		p += COMMAND_BYTES;
	}
}

static void parse_parameter(uint8_t page, const uint8_t *p, size_t len, struct library_log *log)
{
	uint16_t code = get_be16(p);

	if (page == LOG_NON_MEDIUM && code == 0) {
		log->has_non_medium = true;
		log->non_medium = counter(p + HEADER, len);
	} else if (page == LOG_COUNTERS && code == 0) {
		log->has_changes = true;
		log->changes = counter(p + HEADER, len);
	} else if (page == LOG_EVENTS && code == PARAMETER_ERRORS) {
		parse_errors(p + HEADER, len, log);
	} else if (page == LOG_EVENTS && code == PARAMETER_COMMANDS) {
		parse_commands(p + HEADER, len, log);
	}
}

static int refuse(const char *what, const char *why, char *err, size_t errlen)
{
	snprintf(err, errlen, "the library's %s page %s", what, why);
	return -EPROTO;
}

int pages_parse_log(const uint8_t *data, size_t len, struct library_log *log, char *err,
		    size_t errlen)
{
	uint8_t page;
	size_t at, end;

	if (len < HEADER || HEADER + (size_t)get_be16(data + 2) > len)
		return refuse("log", "is shorter than it says", err, errlen);
	page = data[0] & 0x3f;
	end = HEADER + (size_t)get_be16(data + 2);
	if (!page) {
		log->nr_pages = end - HEADER < LOG_PAGES ? end - HEADER : LOG_PAGES;
		memcpy(log->pages, data + HEADER, log->nr_pages);
		return 0;
	}
	for (at = HEADER; at < end; at += HEADER + (size_t)data[at + 3]) {
		if (end - at < HEADER || HEADER + (size_t)data[at + 3] > end - at)
			return refuse("log", "ends within a parameter", err, errlen);
		parse_parameter(page, data + at, data[at + 3], log);
	}
	return 0;
}

static int read_log_page(struct discmux *dm, uint8_t code, struct library_log *log, char *err,
			 size_t errlen)
{
	uint8_t data[LOG_ROOM];
	int len = discmux_log_sense(dm, DISCMUX_NONE, code, DISCMUX_PAGE_WAIT, data, sizeof(data),
				    NULL);

	if (len < 0) {
		snprintf(err, errlen, "%s", discmux_error(dm));
		return len;
	}
	return pages_parse_log(data, (size_t)len, log, err, errlen);
}

int pages_read_log(struct discmux *dm, struct library_log *log, char *err, size_t errlen)
{
	int ret;
	size_t i;

	memset(log, 0, sizeof(*log));
	ret = read_log_page(dm, 0, log, err, errlen);
	for (i = 0; !ret && i < log->nr_pages; i++)
		if (log->pages[i] == LOG_NON_MEDIUM || log->pages[i] == LOG_EVENTS ||
		    log->pages[i] == LOG_COUNTERS)
			ret = read_log_page(dm, log->pages[i], log, err, errlen);
	return ret;
}

/* ---- Mode pages --------------------------------------------------------- */

static void parse_addresses(const uint8_t *p, struct library_modes *modes)
{
	size_t i;

	modes->has_addresses = true;
	for (i = 0; i < KINDS; i++) {
		modes->first[i] = get_be16(p + 2 + 4 * i);
		modes->count[i] = get_be16(p + 4 + 4 * i);
	}
}

static void parse_geometry(const uint8_t *p, size_t len, struct library_modes *modes)
{
	size_t max = sizeof(modes->rotates) / sizeof(*modes->rotates);

	modes->has_geometry = true;
	for (p += 2, len -= 2; len >= 2 && modes->nr_arms < max; p += 2, len -= 2)
		modes->rotates[modes->nr_arms++] = p[0] & 1;
}

static void parse_capabilities(const uint8_t *p, struct library_modes *modes)
{
	size_t i;

	modes->has_capabilities = true;
	modes->stores = p[2] & 0xf;
	for (i = 0; i < KINDS; i++) {
		modes->moves[i] = p[4 + i] & 0xf;
		modes->exchanges[i] = p[12 + i] & 0xf;
	}
}

/* A page of len bytes with its header; one that is too short says nothing. */
static void parse_mode_page(const uint8_t *p, size_t len, struct library_modes *modes)
{
	switch (p[0] & 0x3f) {
	case MODE_ADDRESSES:
		if (len >= 18)
			parse_addresses(p, modes);
		break;
	case MODE_GEOMETRY:
		parse_geometry(p, len, modes);
		break;
	case MODE_CAPABILITIES:
		if (len >= 16)
			parse_capabilities(p, modes);
		break;
	default:
		break;
	}
}

int pages_parse_modes(const uint8_t *data, size_t len, struct library_modes *modes, char *err,
		      size_t errlen)
{
	size_t at, end;

	if (len < HEADER)
		return refuse("mode", "is shorter than a header", err, errlen);
	end = 1u + data[0];
	at = HEADER + (size_t)data[3];
	if (end > len || at > end)
		return refuse("mode", "is shorter than it says", err, errlen);
	for (; at < end; at += 2u + data[at + 1]) {
		if (end - at < 2 || 2u + data[at + 1] > end - at)
			return refuse("mode", "ends within a page", err, errlen);
		parse_mode_page(data + at, 2u + data[at + 1], modes);
	}
	return 0;
}

/* One by one, because the manual knows no page code for all of them; what a library
 * has not got, it refuses. */
int pages_read_modes(struct discmux *dm, struct library_modes *modes, char *err, size_t errlen)
{
	static const uint8_t codes[] = { MODE_ADDRESSES, MODE_GEOMETRY, MODE_CAPABILITIES };
	uint8_t data[MODE_ROOM];
	int len, ret = 0;
	size_t i;

	memset(modes, 0, sizeof(*modes));
	for (i = 0; !ret && i < sizeof(codes); i++) {
		len = discmux_mode_sense(dm, DISCMUX_NONE, codes[i], DISCMUX_PAGE_WAIT, data,
					 sizeof(data), NULL);
		if (len == -EIO && i)
			continue;
		if (len < 0) {
			snprintf(err, errlen, "%s", discmux_error(dm));
			return len;
		}
		ret = pages_parse_modes(data, (size_t)len, modes, err, errlen);
	}
	return ret;
}

bool pages_arm_gives(struct discmux *dm)
{
	struct library_modes modes;
	char err[128];

	return !pages_read_modes(dm, &modes, err, sizeof(err)) && modes.has_capabilities &&
	       modes.moves[KIND_ARM] & 1 << KIND_STORAGE;
}
