// SPDX-License-Identifier: GPL-2.0
/* discmux message: messages of the SCSI bus. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "codes.h"
#include "output.h"

enum {
	OPT_TABLE = CLI_OPT_OWN,
	OPT_CSV,
};

/* "0Ch", "80h+" */
static const char *code_name(const struct discmux_message *message, char *buf, size_t size)
{
	snprintf(buf, size, "%02Xh%s", message->first, message->last > message->first ? "+" : "");
	return buf;
}

static const char *source_name(const struct discmux_message *message)
{
	return strcmp(message->source, "both") ? message->source : "drive and autoloader";
}

/* ---- The table ----------------------------------------------------------- */

static int table_text(void)
{
	static const char *const headers[] = { "CODE", "MESSAGE", "DIRECTION", "SOURCE", "EFFECT",
					       NULL };
	struct table *table = table_new(headers);
	const struct discmux_message *message;
	char code[8];
	int ret = 0;
	size_t i;

	for (i = 0; table && !ret && (message = discmux_message_nth(i)); i++) {
		const char *cells[] = { code_name(message, code, sizeof(code)), message->name,
					discmux_message_direction(message), source_name(message),
					message->effect };

		ret = table_add(table, cells);
	}
	if (table && !ret)
		table_print(table, stdout, "");
	else
		ret = cli_error("out of memory");
	table_free(table);
	return ret;
}

static void table_csv(void)
{
	const struct discmux_message *message;
	size_t i;

	puts("code,message,direction,source,effect");
	for (i = 0; (message = discmux_message_nth(i)); i++) {
		printf("%02X%s,%s,%s,%s,", message->first,
		       message->last > message->first ? "+" : "", message->name,
		       discmux_message_direction(message), message->source);
		codes_csv(message->effect, stdout);
		putchar('\n');
	}
}

static json_t *message_json(const struct discmux_message *message)
{
	char code[8];

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", code_name(message, code, sizeof(code)),
			 "message", message->name, "direction", discmux_message_direction(message),
			 "source", message->source, "effect", message->effect);
}

static int show_table(const struct cli *cli, bool csv)
{
	const struct discmux_message *message;
	json_t *array;
	size_t i;

	if (csv) {
		table_csv();
		return CLI_OK;
	}
	if (!cli->json)
		return table_text();
	array = json_array();
	for (i = 0; (message = discmux_message_nth(i)); i++)
		if (json_array_append_new(array, message_json(message))) {
			json_decref(array);
			return json_print(NULL, false, stdout);
		}
	return json_print(array, false, stdout);
}

/* ---- One message ---------------------------------------------------------- */

/* What SCSI-2 (6.6.1) says of codes that no manual has. */
static const char *kind(uint8_t code)
{
	if (code < 0x20)
		return "a message of one byte";
	return code < 0x30 ? "a message of two bytes" : "reserved";
}

static int show_unknown(const struct cli *cli, uint8_t code)
{
	char name[8];

	snprintf(name, sizeof(name), "%02Xh", code);
	if (cli->json)
		return json_print(json_pack("{s:s, s:n, s:n, s:n, s:s}", "code", name, "message",
					    "direction", "source", "effect", kind(code)),
				  false, stdout);
	printf("%s  in none of the manuals: %s in SCSI-2\n", name, kind(code));
	return CLI_OK;
}

static void print_identify(uint8_t code)
{
	printf("  here       %s, LUNTAR %d, LUN %d\n",
	       code & 0x40 ? "may disconnect" : "may not disconnect", code >> 5 & 1, code & 7);
}

static int show_message(const struct cli *cli, uint8_t code)
{
	const struct discmux_message *message = discmux_message(code);
	static const char *const ways[] = { "in, from target to initiator",
					    "out, from initiator to target", "both" };

	if (!message)
		return show_unknown(cli, code);
	if (cli->json)
		return json_print(message_json(message), false, stdout);
	printf("%02Xh  %s\n  direction  %s\n  source     %s\n  effect     %s\n", code, message->name,
	       ways[message->in && message->out ? 2 : message->out], source_name(message),
	       message->effect);
	if (message->last > message->first)
		print_identify(code);
	return CLI_OK;
}

int cmd_message(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "table", no_argument, NULL, OPT_TABLE },
		{ "csv", no_argument, NULL, OPT_CSV },
		CLI_OPTIONS,
		{ 0 },
	};
	bool table = false, csv = false;
	char shown[48];
	uint8_t code;
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_TABLE)
			table = true;
		else if (c == OPT_CSV)
			csv = true;
		else if (!cli_option(cli, argv, c, &ret))
			return ret;
	}
	if (csv && (!table || cli->json))
		return cli_usage_error(argv[0], "--csv goes with --table, and without --json");
	if (argc - optind > 1 || (argc == optind && !table))
		return cli_usage_error(argv[0], "one code is wanted, or --table");
	if (argc == optind)
		return show_table(cli, csv);
	if (!codes_byte(argv[optind], "", &code))
		return cli_usage_error(argv[0], "'%s' is no code: write one byte in hexadecimal, as 0x0c",
				       codes_shown(argv[optind], shown, sizeof(shown)));
	if (table && (cli->json || csv))	/* one document */
		return show_table(cli, csv);
	ret = show_message(cli, code);
	return ret || !table ? ret : show_table(cli, csv);
}
