// SPDX-License-Identifier: GPL-2.0
/* discmux log and discmux modes: what the library says of itself. */
#include <jansson.h>
#include <stdio.h>

#include "cli.h"
#include "output.h"
#include "pages.h"

enum {
	OPT_CLEAR = CLI_OPT_OWN,
};

#define ERR_SIZE	256
#define CDB_TEXT	40

static const char *const kind_names[KINDS] = { "arm", "slot", "mail", "drive" };

/* ---- Log ------------------------------------------------------------------- */

/* The bytes of a command without the zeros that it may not have: by its group. */
static char *cdb_text(const uint8_t *cdb, char *buf)
{
	size_t len = cdb[0] >> 5 == 0 ? 6 : cdb[0] >> 5 == 5 ? 12 : 10;
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(buf + 3 * i, 4, "%02X ", cdb[i]);
	buf[3 * len - 1] = '\0';
	return buf;
}

static char *error_text(uint8_t code, char *buf, size_t size)
{
	discmux_code_text(DISCMUX_DEVICE_CHANGER_LOG, 0x80, code, buf, size);
	return buf;
}

static char *status_text(const struct log_command *command, char *buf, size_t size)
{
	const uint8_t sense[18] = { 0x70, 0, command->key, [7] = 10, [12] = command->asc,
				    [13] = command->ascq };
	struct discmux_result result = { .status = command->status };

	if (!command->status)
		snprintf(buf, size, "good");
	else if (command->status == 0x02)
		discmux_device_sense_text(DISCMUX_DEVICE_LIBRARY, sense, sizeof(sense), buf, size);
	else
		discmux_device_result_text(DISCMUX_DEVICE_LIBRARY, &result, buf, size);
	return buf;
}

static json_t *log_json(const struct library_log *log)
{
	json_t *errors = json_array(), *commands = json_array();
	char text[160], cdb[CDB_TEXT];
	size_t i;

	for (i = 0; i < log->nr_errors; i++)
		json_array_append_new(errors, json_pack("{s:i, s:s}", "code", log->errors[i],
							"text", error_text(log->errors[i], text,
									   sizeof(text))));
	for (i = 0; i < log->nr_commands; i++) {
		const struct log_command *c = &log->commands[i];

		json_array_append_new(commands,
				      json_pack("{s:i, s:s, s:i, s:i, s:i, s:i, s:s}", "initiator",
						c->initiator, "cdb", cdb_text(c->cdb, cdb), "status",
						c->status, "key", c->key, "asc", c->asc, "ascq",
						c->ascq, "text", status_text(c, text, sizeof(text))));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "media_changes",
			 json_number_or_null(log->has_changes, log->changes), "non_medium_errors",
			 json_number_or_null(log->has_non_medium, log->non_medium), "errors", errors,
			 "commands", commands);
}

static int print_commands(const struct library_log *log)
{
	static const char *const headers[] = { "FROM", "COMMAND", "STATUS", NULL };
	struct table *table = table_new(headers);
	char from[8], cdb[CDB_TEXT], text[160];
	const char *cells[] = { from, cdb, text };
	int ret = table ? 0 : -1;
	size_t i;

	for (i = 0; !ret && i < log->nr_commands; i++) {
		snprintf(from, sizeof(from), "%u", log->commands[i].initiator);
		cdb_text(log->commands[i].cdb, cdb);
		status_text(&log->commands[i], text, sizeof(text));
		ret = table_add(table, cells);
	}
	if (!ret)
		table_print(table, stdout, "  ");
	table_free(table);
	return ret ? cli_error("out of memory") : CLI_OK;
}

static int print_log(const struct library_log *log)
{
	char text[160];
	size_t i;

	if (log->has_changes)
		printf("media moved: %u\n", log->changes);
	if (log->has_non_medium)
		printf("errors that were no medium's: %u\n", log->non_medium);
	printf("errors of the changer, the latest last:%s\n", log->nr_errors ? "" : " none");
	for (i = 0; i < log->nr_errors; i++)
		printf("  %02X  %s\n", log->errors[i],
		       error_text(log->errors[i], text, sizeof(text)));
	printf("commands, the latest last:%s\n", log->nr_commands ? "" : " none");
	return log->nr_commands ? print_commands(log) : CLI_OK;
}

/* Options of a command with no operands */
static int parse(struct cli *cli, int argc, char **argv, const struct option *options, bool *clear)
{
	int status, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_CLEAR)
			*clear = true;
		else if (!cli_option(cli, argv, c, &status))
			return status ? status : -1;
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: %s takes no operands", argv[optind], argv[0]);
	return CLI_OK;
}

int cmd_log(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "clear", no_argument, NULL, OPT_CLEAR },
		CLI_OPTIONS,
		{ 0 },
	};
	struct library_log log;
	char err[ERR_SIZE];
	bool clear = false;
	int ret = parse(cli, argc, argv, options, &clear);

	if (ret)
		return ret < 0 ? CLI_OK : ret;
	ret = cli_open(cli, clear ? DISCMUX_OPEN_WRITE : 0);
	if (ret)
		return ret;
	if (pages_read_log(cli->dm, &log, err, sizeof(err)))
		return cli_error("%s", err);
	if (clear && discmux_log_clear(cli->dm, DISCMUX_NONE, NULL) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	return cli->json ? json_print(log_json(&log), false, stdout) : print_log(&log);
}

/* ---- Modes ------------------------------------------------------------------- */

static json_t *kinds_json(uint8_t bits)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (bits & 1 << i)
			json_array_append_new(array, json_string(kind_names[i]));
	return array;
}

static json_t *matrix_json(const uint8_t *to)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < KINDS; i++)
		json_object_set_new(object, kind_names[i], kinds_json(to[i]));
	return object;
}

static json_t *modes_json(const struct library_modes *modes)
{
	json_t *object = json_object(), *addresses = json_object(), *rotates = json_array();
	size_t i;

	for (i = 0; modes->has_addresses && i < KINDS; i++)
		json_object_set_new(addresses, kind_names[i],
				    json_pack("{s:i, s:i}", "first", modes->first[i], "count",
					      modes->count[i]));
	for (i = 0; i < modes->nr_arms; i++)
		json_array_append_new(rotates, json_boolean(modes->rotates[i]));
	json_object_set_new(object, "addresses", addresses);
	json_object_set_new(object, "arms_turn_over", rotates);
	json_object_set_new(object, "stores", kinds_json(modes->stores));
	json_object_set_new(object, "moves", matrix_json(modes->moves));
	json_object_set_new(object, "exchanges", matrix_json(modes->exchanges));
	return object;
}

static void print_kinds(uint8_t bits)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (bits & 1 << i)
			printf(" %s", kind_names[i]);
	puts(bits & ((1 << KINDS) - 1) ? "" : " nothing");
}

static void print_modes(const struct library_modes *modes)
{
	size_t i;

	for (i = 0; modes->has_addresses && i < KINDS; i++) {
		if (modes->count[i])
			printf("%-6s %5u from %04Xh\n", kind_names[i], modes->count[i],
			       modes->first[i]);
		else
			printf("%-6s  none\n", kind_names[i]);
	}
	for (i = 0; i < modes->nr_arms; i++)
		printf("arm %zu %s\n", i, modes->rotates[i] ? "turns discs over" :
							      "cannot turn discs over");
	if (!modes->has_capabilities)
		return;
	printf("holds discs:");
	print_kinds(modes->stores);
	for (i = 0; i < KINDS; i++) {
		printf("moves from %s to:", kind_names[i]);
		print_kinds(modes->moves[i]);
	}
	for (i = 0; i < KINDS; i++) {
		if (!modes->exchanges[i])
			continue;
		printf("exchanges %s with:", kind_names[i]);
		print_kinds(modes->exchanges[i]);
	}
}

int cmd_modes(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS, { 0 } };
	struct library_modes modes;
	char err[ERR_SIZE];
	bool ignored;
	int ret = parse(cli, argc, argv, options, &ignored);

	if (ret)
		return ret < 0 ? CLI_OK : ret;
	ret = cli_open(cli, 0);
	if (ret)
		return ret;
	if (pages_read_modes(cli->dm, &modes, err, sizeof(err)))
		return cli_error("%s", err);
	if (cli->json)
		return json_print(modes_json(&modes), false, stdout);
	print_modes(&modes);
	return CLI_OK;
}
