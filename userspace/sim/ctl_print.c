// SPDX-License-Identifier: GPL-2.0
/* What "discmux-sim ctl" prints. */
#include <string.h>

#include "ctl_client.h"

static const char *string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "-";
}

static long long integer(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* Commands that are not in the recording */
static void print_replay(const json_t *state, FILE *out)
{
	const json_t *miss;
	size_t i;

	json_array_foreach(json_object_get(state, "misses"), i, miss)
		fprintf(out, "            not recorded: %s (%s), %lld times\n", string(miss, "cdb"),
			string(miss, "name"), integer(miss, "count"));
}

static void print_device(const json_t *device, FILE *out)
{
	const json_t *state = json_object_get(device, "state");
	const json_t *fault;
	size_t i;

	fprintf(out, "%-11s %-9s %-9s %-10s %-9s ", string(device, "name"),
		string(device, "kind"), string(device, "node"), string(device, "sg"),
		string(device, "address"));
	if (!json_is_true(json_object_get(device, "present")))
		fprintf(out, "vanished");
	else if (!strcmp(string(device, "kind"), "replay"))
		fprintf(out, "%s, %lld commands of %s", string(state, "product"),
			integer(state, "commands"), string(state, "recording"));
	else if (!strcmp(string(device, "kind"), "changer"))
		fprintf(out, "%s", string(state, "product"));
	else if (json_is_string(json_object_get(state, "disc")))
		fprintf(out, "%s: %s %s%s", string(state, "disc"), string(state, "medium"),
			string(state, "state"),
			strcmp(string(state, "tray"), "open") ? "" : ", tray open");
	else
		fprintf(out, "empty, tray %s", string(state, "tray"));
	fputc('\n', out);
	print_replay(state, out);
	json_array_foreach(json_object_get(device, "faults"), i, fault) {
		fprintf(out, "            fault %lld: %s, %lld hits", integer(fault, "number"),
			string(fault, "text"), integer(fault, "hits"));
		if (json_object_get(fault, "habit"))
			fprintf(out, " (%s)", string(fault, "habit"));
		fputc('\n', out);
		if (json_object_get(fault, "bus"))
			fprintf(out, "              %s\n", string(fault, "bus"));
	}
}

static void print_list(const json_t *reply, FILE *out)
{
	const json_t *item;
	size_t i;

	fprintf(out, "%-11s %-9s %-9s %-10s %-9s %s\n", "DEVICE", "KIND", "NODE", "SG",
		"ADDRESS", "STATE");
	json_array_foreach(json_object_get(reply, "devices"), i, item)
		print_device(item, out);
	if (!json_array_size(json_object_get(reply, "discs")))
		return;
	fprintf(out, "\n%-24s %-10s %-10s %9s %9s\n", "DISC", "MEDIUM", "STATE", "RECORDED",
		"CAPACITY");
	json_array_foreach(json_object_get(reply, "discs"), i, item) {
		const char *error = json_string_value(json_object_get(item, "error"));

		if (error)
			fprintf(out, "%-24s %s\n", string(item, "name"), error);
		else
			fprintf(out, "%-24s %-10s %-10s %9lld %9lld\n", string(item, "name"),
				string(item, "medium"), string(item, "state"),
				integer(item, "blocks"), integer(item, "capacity"));
	}
}

static void print_blanks(const json_t *reply, FILE *out)
{
	const json_t *blank;
	size_t i;

	json_array_foreach(json_object_get(reply, "blanks"), i, blank) {
		const char *device = json_string_value(json_object_get(blank, "device"));

		fprintf(out, "%s%s%s", string(blank, "disc"), device ? " in " : "",
			device ? device : "");
		if (integer(blank, "slot"))
			fprintf(out, " slot %lld", integer(blank, "slot"));
		fputc('\n', out);
	}
}

static void print_count(const json_t *reply, FILE *out)
{
	const json_t *device, *opcode;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(reply, "devices"), name, device) {
		fprintf(out, "%s: %lld commands, %lld with sense; read %lld bytes, %lld blocks "
			"(%lld different); wrote %lld bytes, %lld blocks\n", name,
			integer(device, "commands"), integer(device, "sense"),
			integer(device, "bytes_read"), integer(device, "blocks_read"),
			integer(device, "blocks_read_distinct"), integer(device, "bytes_written"),
			integer(device, "blocks_written"));
		json_array_foreach(json_object_get(device, "opcodes"), i, opcode)
			fprintf(out, "  %s %10lld %s\n", string(opcode, "opcode"),
				integer(opcode, "count"), string(opcode, "name"));
	}
}

static void print_codes(const json_t *reply, FILE *out)
{
	const json_t *code;
	size_t i;

	json_array_foreach(json_object_get(reply, "codes"), i, code)
		fprintf(out, "%s  %-62s  %s\n", string(code, "code"), string(code, "name"),
			string(code, "effect"));
}

static void print_answer(const json_t *reply, FILE *out)
{
	if (!json_object_get(reply, "status"))
		return;
	fprintf(out, "status %02llX", integer(reply, "status"));
	if (json_object_get(reply, "sense"))
		fprintf(out, ", sense %s", string(reply, "sense"));
	fputc('\n', out);
	if (json_object_get(reply, "data"))
		fprintf(out, "%s\n", string(reply, "data"));
}

void ctl_client_print(const char *command, const json_t *reply, FILE *out)
{
	if (!strcmp(command, "list"))
		print_list(reply, out);
	else if (!strcmp(command, "count"))
		print_count(reply, out);
	else if (!strcmp(command, "blank"))
		print_blanks(reply, out);
	else if (!strcmp(command, "codes"))
		print_codes(reply, out);
	else if (!strcmp(command, "initiator"))
		print_answer(reply, out);
	else if (!strcmp(command, "raise"))
		fprintf(out, "%s %s\n", string(json_object_get(reply, "raised"), "code"),
			string(json_object_get(reply, "raised"), "name"));
	else if (!strcmp(command, "fault"))
		fprintf(out, "fault %lld\n", integer(reply, "number"));
	else if (!strcmp(command, "clear"))
		fprintf(out, "%lld cleared\n", integer(reply, "cleared"));
	else if (json_is_string(json_object_get(reply, "disc")))
		fprintf(out, "%s\n", string(reply, "disc"));
}
