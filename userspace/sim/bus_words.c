// SPDX-License-Identifier: GPL-2.0
/* Messages and phases in words. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bus.h"
#include "libdiscmux.h"

static const char *const phases[BUS_PHASES] = {
	[BUS_AT_SELECTION] = "selection",
	[BUS_AT_IDENTIFY] = "identify",
	[BUS_AT_COMMAND] = "command",
	[BUS_AT_INIT] = "init",
	[BUS_AT_DATA] = "data",
	[BUS_AT_MOVE] = "move",
	[BUS_AT_STATUS] = "status",
	[BUS_AT_MESSAGE_IN] = "message-in",
	[BUS_AT_COMPLETE] = "complete",
};

bool bus_phase_parse(const char *text, enum bus_phase *phase)
{
	for (unsigned int i = 0; i < BUS_PHASES; i++) {
		if (strcmp(text, phases[i]))
			continue;
		*phase = i;
		return true;
	}
	return false;
}

const char *bus_phase_name(enum bus_phase phase)
{
	return phases[phase];
}

/* "BUS DEVICE RESET" is "bus-device-reset" */
static bool same_name(const char *text, const char *name)
{
	for (; *text && *name; text++, name++)
		if (tolower((unsigned char)*text) != tolower((unsigned char)*name) &&
		    !(*text == '-' && *name == ' '))
			return false;
	return !*text && !*name;
}

bool bus_message_parse(const char *text, uint16_t *code)
{
	const struct discmux_message *message;
	unsigned long n;
	char *end;

	if (!strcmp(text, "sdtr") || !strcmp(text, "wdtr")) {
		*code = *text == 's' ? BUS_SDTR : BUS_WDTR;
		return true;
	}
	for (size_t i = 0; (message = discmux_message_nth(i)); i++) {
		if (!same_name(text, message->name))
			continue;
		*code = message->first;
		return true;
	}
	if (!isxdigit((unsigned char)*text) || strlen(text) > 2)
		return false;
	n = strtoul(text, &end, 16);
	*code = (uint16_t)n;
	return !*end;
}

const char *bus_message_name(uint16_t code, char *buf, size_t size)
{
	const struct discmux_message *message =
		code <= BUS_LAST_CODE ? discmux_message((uint8_t)code) : NULL;

	if (code == BUS_SDTR || code == BUS_WDTR)
		snprintf(buf, size, "%s", code == BUS_SDTR ? "SDTR" : "WDTR");
	else if (message && (code <= BUS_IDENTIFY))
		snprintf(buf, size, "%s", message->name);
	else
		snprintf(buf, size, "%02X", code);
	return buf;
}
