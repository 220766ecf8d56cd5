// SPDX-License-Identifier: GPL-2.0
/* discmux sense: sense codes, sense data and tables of codes in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "codes.h"
#include "output.h"
#include "sense.h"

enum {
	OPT_DEVICE = CLI_OPT_OWN,
	OPT_RAW,
	OPT_TABLE,
	OPT_CSV,
};

#define SHOWN 48	/* of what was typed, in a message */

static const char *const devices[] = {
	[DISCMUX_DEVICE_READER] = "reader",
	[DISCMUX_DEVICE_RECORDER] = "recorder",
	[DISCMUX_DEVICE_LIBRARY] = "library",
	[DISCMUX_DEVICE_CHANGER_LOG] = "changer-log",
};

struct request {
	const char *device_name, *raw, *table_name, *code;
	enum discmux_device device, table;
	bool csv;
};

static int find_device(const char *name, enum discmux_device *device)
{
	size_t i;

	for (i = 1; i < sizeof(devices) / sizeof(*devices); i++)
		if (!strcmp(devices[i], name)) {
			*device = (enum discmux_device)i;
			return 0;
		}
	return -EINVAL;
}

/* ---- Tables ------------------------------------------------------------ */

static void table_csv(enum discmux_device device)
{
	struct discmux_code code;
	size_t i;

	puts("asc,ascq,description,action");
	for (i = 0; !discmux_code_nth(device, i, &code); i++) {
		printf("%02X,%s,", code.asc, code.ascq_text);
		codes_csv(code.description, stdout);
		printf(",%s\n", discmux_action_name(code.action));
	}
}

static json_t *code_json(enum discmux_device device, const struct discmux_code *code)
{
	char lines[2][DISCMUX_LINE_SIZE], asc[3];

	snprintf(asc, sizeof(asc), "%02X", code->asc);
	discmux_sense_lines(device, DISCMUX_KEY_NONE, code->asc, code->ascq, lines);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:[ss]}", "asc", asc, "ascq", code->ascq_text,
			 "description", code->description, "action",
			 discmux_action_name(code->action), "reason", code->reason, "display",
			 lines[0], lines[1]);
}

static int table_json(enum discmux_device device)
{
	struct discmux_code code;
	json_t *array = json_array();
	size_t i;

	for (i = 0; !discmux_code_nth(device, i, &code); i++)
		if (json_array_append_new(array, code_json(device, &code))) {
			json_decref(array);
			return json_print(NULL, false, stdout);
		}
	return json_print(array, false, stdout);
}

static int table_text(enum discmux_device device)
{
	static const char *const headers[] = { "CODE", "DESCRIPTION", "ACTION", NULL };
	struct table *table = table_new(headers);
	struct discmux_code code;
	char number[16];
	int ret = 0;
	size_t i;

	for (i = 0; table && !ret && !discmux_code_nth(device, i, &code); i++) {
		const char *cells[] = { number, code.description,
					discmux_action_name(code.action) };

		snprintf(number, sizeof(number), "%02X/%s", code.asc, code.ascq_text);
		ret = table_add(table, cells);
	}
	if (table && !ret)
		table_print(table, stdout, "");
	else
		ret = cli_error("out of memory");
	table_free(table);
	return ret;
}

static int show_table(const struct cli *cli, const struct request *request)
{
	if (cli->json)
		return table_json(request->table);
	if (!request->csv)
		return table_text(request->table);
	table_csv(request->table);
	return CLI_OK;
}

/* ---- One code, or sense data -------------------------------------------- */

void sense_explain(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq,
		   struct sense_words *words)
{
	enum discmux_action action = discmux_sense_action(device, key, asc, ascq);

	memset(words, 0, sizeof(*words));
	if (key == DISCMUX_KEY_NONE)
		snprintf(words->code, sizeof(words->code), "%02X/%02X", asc, ascq);
	else
		snprintf(words->code, sizeof(words->code), "%02X/%02X/%02X", key, asc, ascq);
	words->known = discmux_code_text(device, asc, ascq, words->text, sizeof(words->text));
	discmux_code_text(DISCMUX_DEVICE_ANY, asc, ascq, words->standard, sizeof(words->standard));
	if (asc >= 0x80 || !strcasecmp(words->text, words->standard))
		words->standard[0] = '\0';
	words->action = discmux_action_name(action);
	words->reason = discmux_sense_reason(device, key, asc, ascq);
	discmux_sense_lines(device, key, asc, ascq, words->lines);
}

static void print_words(const struct request *request, uint8_t key,
			const struct sense_words *words)
{
	printf("%s  %s\n", words->code, words->text);
	if (request->device)
		printf("  device    %s\n", devices[request->device]);
	if (key != DISCMUX_KEY_NONE)
		printf("  key       %Xh, %s\n", key, discmux_sense_key_name(key));
	if (words->standard[0])
		printf("  standard  %s\n", words->standard);
	printf("  action    %s: %s\n", words->action, words->reason);
	printf("  display   %s\n", words->lines[0]);
	if (words->lines[1][0])
		printf("            %s\n", words->lines[1]);
}

static json_t *words_json(const struct request *request, uint8_t key, uint8_t asc, uint8_t ascq,
			  const struct sense_words *words)
{
	char hex[3][3];

	snprintf(hex[0], sizeof(hex[0]), "%02X", key);
	snprintf(hex[1], sizeof(hex[1]), "%02X", asc);
	snprintf(hex[2], sizeof(hex[2]), "%02X", ascq);
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:s, s:s, s:s, s:b, s:s?, s:s, s:s, s:[ss]}",
			 "code", words->code, "device",
			 request->device ? devices[request->device] : NULL, "key",
			 key == DISCMUX_KEY_NONE ? NULL : hex[0], "key_text",
			 key == DISCMUX_KEY_NONE ? NULL : discmux_sense_key_name(key), "asc",
			 hex[1], "ascq", hex[2], "description", words->text, "known", words->known,
			 "standard", words->standard[0] ? words->standard : NULL, "action",
			 words->action, "reason", words->reason, "display", words->lines[0],
			 words->lines[1]);
}

static int show_code(const struct cli *cli, const struct request *request, uint8_t key,
		     uint8_t asc, uint8_t ascq)
{
	struct sense_words words;

	sense_explain(request->device, key, asc, ascq, &words);
	if (cli->json)
		return json_print(words_json(request, key, asc, ascq, &words), false, stdout);
	print_words(request, key, &words);
	return CLI_OK;
}

static int bad_code(const struct request *request, const char *how)
{
	char shown[SHOWN];

	return cli_usage_error("sense", "'%s' is no code: %s",
			       codes_shown(request->code, shown, sizeof(shown)), how);
}

static int explain_code(const struct cli *cli, const struct request *request)
{
	static const char how[] = "write KEY/ASC/ASCQ or ASC/ASCQ in hexadecimal, as 02/04/08";
	const char *p = request->code;
	uint8_t part[3];
	size_t n = 0;

	for (;;) {
		p = codes_byte(p, "/", &part[n]);
		if (!p)
			return bad_code(request, how);
		n++;
		if (!*p)
			break;
		if (n == 3)
			return bad_code(request, how);
		p++;
	}
	if (request->device == DISCMUX_DEVICE_CHANGER_LOG && n == 1)
		return show_code(cli, request, DISCMUX_KEY_NONE, 0x80, part[0]);
	if (n == 2)
		return show_code(cli, request, DISCMUX_KEY_NONE, part[0], part[1]);
	if (n != 3)
		return bad_code(request, how);
	if (part[0] > 0x0f)
		return bad_code(request, "a sense key is 0 to F");
	return show_code(cli, request, part[0], part[1], part[2]);
}

static const char *format_name(const struct discmux_sense *sense)
{
	return sense->response & 0x02 ? "descriptor" : "fixed";
}

static void print_details(const struct discmux_sense *sense)
{
	printf("  format    %s, %02Xh%s\n", format_name(sense), sense->response,
	       sense->deferred ? ", about an earlier command" : "");
	if (sense->info_valid)
		printf("  info      %llu (%llXh)\n", (unsigned long long)sense->info,
		       (unsigned long long)sense->info);
	if (sense->command_info)
		printf("  specific  %llu (%llXh), of the command\n",
		       (unsigned long long)sense->command_info,
		       (unsigned long long)sense->command_info);
	if (sense->progress >= 0)
		printf("  progress  %.1f %%\n", sense->progress * 100.0 / 65536);
	if (sense->retries >= 0)
		printf("  retries   %d\n", sense->retries);
	if (sense->field >= 0)
		printf("  field     byte %d of the %s\n", sense->field,
		       sense->field_in_cdb ? "CDB" : "parameter list");
	if (sense->bit >= 0)
		printf("  bit       %d\n", sense->bit);
	if (sense->filemark || sense->eom || sense->ili)
		printf("  flags    %s%s%s\n", sense->filemark ? " end of data" : "",
		       sense->eom ? " end of medium" : "", sense->ili ? " wrong length" : "");
	if (sense->unit)
		printf("  unit      %02Xh, to be replaced\n", sense->unit);
}

static json_t *details_json(const struct discmux_sense *sense)
{
	return json_pack("{s:s, s:i, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:i}",
			 "format", format_name(sense), "response", (int)sense->response,
			 "deferred", sense->deferred, "information",
			 json_number_or_null(sense->info_valid, sense->info),
			 "command_information",
			 json_number_or_null(sense->command_info != 0, sense->command_info),
			 "progress", sense->progress >= 0 ?
				 json_real(sense->progress / 65536.0) : json_null(),
			 "retries", json_number_or_null(sense->retries >= 0,
							(uint64_t)sense->retries),
			 "field", json_number_or_null(sense->field >= 0, (uint64_t)sense->field),
			 "bit", json_number_or_null(sense->bit >= 0, (uint64_t)sense->bit),
			 "field_in", sense->field < 0 ? json_null() :
				 json_string(sense->field_in_cdb ? "cdb" : "parameters"),
			 "filemark", sense->filemark, "end_of_medium", sense->eom,
			 "incorrect_length", sense->ili, "unit", (int)sense->unit);
}

/* Data that end before the sense key, or are of another format: also an answer. */
static int show_unreadable(const struct cli *cli, const struct discmux_sense *sense, int len)
{
	bool sound = sense->response >= 0x70 && sense->response <= 0x73;
	char text[80];

	if (sound)
		snprintf(text, sizeof(text), "sense data of %d byte%s end before the sense key",
			 len, len == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), "response code %02Xh is none of sense data, 70h to 73h",
			 sense->response);
	if (cli->json)
		return json_print(json_pack("{s:n, s:i, s:s, s:b, s:s}", "code", "response",
					    (int)sense->response, "description", text, "known", 0,
					    "action", discmux_action_name(DISCMUX_ACTION_STOP)),
				  false, stdout);
	printf("%s\n  action    %s: nothing is known about it\n", text,
	       discmux_action_name(DISCMUX_ACTION_STOP));
	return CLI_OK;
}

static int bad_raw(int error, const char *raw)
{
	char shown[SHOWN];

	codes_shown(raw, shown, sizeof(shown));
	switch (error) {
	case -ENODATA:
		return cli_usage_error("sense", "--raw: no bytes: write them in hexadecimal");
	case -EILSEQ:
		return cli_usage_error("sense", "--raw '%s': half a byte: write two digits for each",
				       shown);
	case -E2BIG:
		return cli_usage_error("sense", "--raw '%s': sense data have at most %d bytes",
				       shown, DISCMUX_SENSE_MAX);
	default:
		return cli_usage_error("sense", "--raw '%s': write bytes in hexadecimal, as 70 00 03",
				       shown);
	}
}

static int explain_raw(const struct cli *cli, const struct request *request)
{
	uint8_t data[DISCMUX_SENSE_MAX];
	int len = codes_bytes(request->raw, data, sizeof(data));
	struct discmux_sense sense;
	struct sense_words words;
	json_t *object;

	if (len < 0)
		return bad_raw(len, request->raw);
	if (discmux_sense_parse(data, (size_t)len, &sense))
		return show_unreadable(cli, &sense, len);
	sense_explain(request->device, sense.key, sense.asc, sense.ascq, &words);
	if (!cli->json) {
		print_words(request, sense.key, &words);
		print_details(&sense);
		return CLI_OK;
	}
	object = words_json(request, sense.key, sense.asc, sense.ascq, &words);
	if (object && json_object_update_new(object, details_json(&sense))) {
		json_decref(object);
		object = NULL;
	}
	return json_print(object, false, stdout);
}

/* ---- The command line --------------------------------------------------- */

static int check(const struct cli *cli, struct request *request)
{
	char shown[SHOWN];

	if (!request->raw + !request->table_name + !request->code != 2)
		return cli_usage_error("sense", "one of a code, --raw and --table is wanted");
	if (request->csv && (!request->table_name || cli->json))
		return cli_usage_error("sense", "--csv goes with --table, and without --json");
	if (request->device_name && request->table_name)
		return cli_usage_error("sense", "--table names its device: leave --device out");
	if (request->device_name && find_device(request->device_name, &request->device))
		return cli_usage_error("sense", "--device %s: reader, recorder or library is wanted",
				       codes_shown(request->device_name, shown, sizeof(shown)));
	if (request->table_name && find_device(request->table_name, &request->table))
		return cli_usage_error("sense",
				       "--table %s: reader, recorder, library or changer-log is wanted",
				       codes_shown(request->table_name, shown, sizeof(shown)));
	return CLI_OK;
}

int cmd_sense(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, OPT_DEVICE },
		{ "raw", required_argument, NULL, OPT_RAW },
		{ "table", required_argument, NULL, OPT_TABLE },
		{ "csv", no_argument, NULL, OPT_CSV },
		CLI_OPTIONS,
		{ 0 },
	};
	struct request request = { 0 };
	int ret, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_DEVICE)
			request.device_name = optarg;
		else if (c == OPT_RAW)
			request.raw = optarg;
		else if (c == OPT_TABLE)
			request.table_name = optarg;
		else if (c == OPT_CSV)
			request.csv = true;
		else if (!cli_option(cli, argv, c, &ret))
			return ret;
	}
	request.code = argv[optind];
	if (optind + 1 < argc)
		return cli_usage_error(argv[0], "one code at a time");
	ret = check(cli, &request);
	if (ret)
		return ret;
	if (request.raw)
		return explain_raw(cli, &request);
	return request.table_name ? show_table(cli, &request) : explain_code(cli, &request);
}
