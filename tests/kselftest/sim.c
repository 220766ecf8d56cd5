// SPDX-License-Identifier: GPL-2.0
#include "sim.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET	"/run/discmux-sim.sock"

static json_t *exchange(const json_t *request)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *text = json_dumps(request, JSON_COMPACT);
	json_t *reply = NULL;
	FILE *f = NULL;

	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    dprintf(fd, "%s\n", text ? text : "") > 1)
		f = fdopen(fd, "r");
	if (f)
		reply = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL);
	free(text);
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	return reply;
}

/* Takes request, gives the reply, or NULL when it was refused. */
static json_t *ask(json_t *request, bool quiet)
{
	json_t *reply = exchange(request);

	if (!json_is_true(json_object_get(reply, "ok"))) {
		const char *why = json_string_value(json_object_get(reply, "error"));

		if (!quiet)
			printf("# discmux-sim, %s: %s\n",
			       json_string_value(json_object_get(request, "command")),
			       why ? why : "no answer");
		json_decref(reply);
		reply = NULL;
	}
	json_decref(request);
	return reply;
}

static int tell(json_t *request)
{
	json_t *reply = ask(request, false);

	json_decref(reply);
	return reply ? 0 : -EIO;
}

int sim_blank_of(const char *type, uint32_t blocks, const char *name, const char *device)
{
	json_t *request = json_pack("{s:s, s:s, s:s, s:s*}", "command", "blank", "type", type,
				    "name", name, "device", device);

	if (blocks)
		json_object_set_new(request, "blocks", json_integer(blocks));
	return tell(request);
}

int sim_blank(const char *name, const char *device)
{
	return sim_blank_of("dvd+r", 0, name, device);
}

void sim_eject(const char *device)
{
	json_decref(ask(json_pack("{s:s, s:s, s:b}", "command", "eject", "device", device, "force",
				  1), true));
}

int sim_fault(const char *device, const char *words)
{
	json_t *list = json_array();
	char copy[128], *word, *rest;

	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		json_array_append_new(list, json_string(word));
	return tell(json_pack("{s:s, s:s, s:o}", "command", "fault", "device", device, "words",
			      list));
}

int sim_clear(const char *device)
{
	return tell(json_pack("{s:s, s:s}", "command", "clear", "device", device));
}

int sim_vanish(const char *device)
{
	return tell(json_pack("{s:s, s:s}", "command", "vanish", "device", device));
}

void sim_appear(const char *device)
{
	json_decref(ask(json_pack("{s:s, s:s}", "command", "appear", "device", device), true));
}

int sim_slot(unsigned int slot, const char *disc)
{
	return tell(json_pack("{s:s, s:i, s:s*}", "command", "slot", "slot", (int)slot, "disc",
			      disc));
}

int sim_count_reset(void)
{
	return tell(json_pack("{s:s, s:b}", "command", "count", "reset", 1));
}

long sim_count(const char *device, uint8_t opcode)
{
	json_t *reply = ask(json_pack("{s:s, s:s}", "command", "count", "device", device), false);
	json_t *count = json_object_get(json_object_get(reply, "devices"), device), *entry;
	char code[8];
	long n = count ? 0 : -1;
	size_t i;

	snprintf(code, sizeof(code), "%02Xh", opcode);
	json_array_foreach(json_object_get(count, "opcodes"), i, entry) {
		const char *of = json_string_value(json_object_get(entry, "opcode"));

		if (of && !strcmp(of, code))
			n = (long)json_integer_value(json_object_get(entry, "count"));
	}
	json_decref(reply);
	return n;
}
