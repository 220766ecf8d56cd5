// SPDX-License-Identifier: GPL-2.0
/* discmux auto: which readers, or a library's mail slot, begin a run when a disc goes in. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "client.h"
#include "output.h"
#include "slots.h"

enum {
	OPT_READER = CLI_OPT_OWN,
	OPT_LIBRARY,
	OPT_SLOTS,
	OPT_QUANTITY,
	OPT_VERIFY,
	OPT_AGAIN,
	OPT_SOCKET,
};

struct auto_options {
	unsigned long quantity;
	bool verify, library;
	const char *reader;	/* number or any name; NULL: not given */
	const char *again, *slots, *socket;
};

static const char *const again_words[] = { "ask", "skip", "run", NULL };

static int take(struct auto_options *o, int c, const char *arg)
{
	switch (c) {
	case OPT_READER:
		o->reader = arg;
		return *arg ? CLI_OK : cli_value_error("--reader: the number or name of a reader is wanted");
	case OPT_LIBRARY:
		o->library = true;
		return CLI_OK;
	case OPT_SLOTS:
		o->slots = arg;
		return CLI_OK;
	case OPT_QUANTITY:
		if (cli_number(arg, 0, 9999, &o->quantity))
			return cli_value_error("--quantity %s: a number from 0 to 9999 is wanted", arg);
		return CLI_OK;
	case OPT_VERIFY:
		o->verify = true;
		return CLI_OK;
	case OPT_AGAIN:
		o->again = arg;
		return cli_word("--again", arg, again_words) < 0 ? CLI_USAGE : CLI_OK;
	default:
		o->socket = arg;
		return CLI_OK;
	}
}

/* What does not go together. */
static int check(const char *command, const struct auto_options *o, bool on)
{
	struct slots slots;
	char err[128];

	if (o->library && o->reader)
		return cli_usage_error(command, "--library or --reader, not both");
	if (o->slots && !o->library)
		return cli_usage_error(command, "--slots is for --library");
	if (o->library && on && !o->slots)
		return cli_usage_error(command, "--slots says where the blanks are: --slots 1-20");
	if (o->slots && slots_parse(o->slots, &slots, err, sizeof(err)))
		return cli_value_error("--slots %s: %s", o->slots, err);
	return CLI_OK;
}

static void print_rules(const json_t *rules)
{
	size_t i;

	if (!json_array_size(rules))
		puts("no reader and no mail slot begins runs by itself");
	for (i = 0; i < json_array_size(rules); i++) {
		const json_t *r = json_array_get(rules, i);
		json_int_t quantity = json_integer_value(json_object_get(r, "quantity"));

		if (json_is_true(json_object_get(r, "library")))
			printf("mail slot, blanks from slots %s: ",
			       json_string_value(json_object_get(r, "slots")));
		else
			printf("reader %lld: ",
			       (long long)json_integer_value(json_object_get(r, "reader")));
		if (quantity)
			printf("%lld copies", (long long)quantity);
		else
			printf("a copy in each recorder");
		printf("%s; the same disc again: %s\n",
		       json_is_true(json_object_get(r, "verify")) ? ", verified" : "",
		       json_string_value(json_object_get(r, "again")));
	}
}

static int show(struct cli *cli, struct client *client)
{
	json_t *answer = client_ask(client, json_pack("{ss}", "do", "auto"));
	int status = CLI_OK;

	if (!answer)
		return CLI_FAIL;
	if (cli->json)
		status = json_print(json_incref(json_object_get(answer, "auto")), false, stdout);
	else
		print_rules(json_object_get(answer, "auto"));
	json_decref(answer);
	return status;
}

static int set(struct client *client, const struct auto_options *o, bool on)
{
	json_t *request = json_pack("{ss sb sb si ss}", "do", "auto-set", "on", on, "verify",
				    o->verify, "quantity", (int)o->quantity, "again", o->again);
	unsigned long number = 0;
	json_t *answer;

	if (o->library)
		json_object_set_new(request, "library", json_true());
	else if (!o->reader || !cli_number(o->reader, 0, 9999, &number))
		json_object_set_new(request, "reader", json_integer((json_int_t)number));
	else
		json_object_set_new(request, "reader", json_text((const uint8_t *)o->reader,
								 strlen(o->reader)));
	if (o->slots)
		json_object_set_new(request, "slots", json_string(o->slots));
	answer = client_ask(client, request);
	if (!answer)
		return CLI_FAIL;
	json_decref(answer);
	return CLI_OK;
}

int cmd_auto(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "reader", required_argument, NULL, OPT_READER },
		{ "library", no_argument, NULL, OPT_LIBRARY },
		{ "slots", required_argument, NULL, OPT_SLOTS },
		{ "quantity", required_argument, NULL, OPT_QUANTITY },
		{ "verify", no_argument, NULL, OPT_VERIFY },
		{ "again", required_argument, NULL, OPT_AGAIN },
		{ "socket", required_argument, NULL, OPT_SOCKET },
		CLI_OPTIONS,
		{ 0 },
	};
	static const char *const words[] = { "on", "off", "show", NULL };
	struct auto_options o = { .again = "ask" };
	struct client *client;
	const char *what;
	int c, status = CLI_OK;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c >= CLI_OPT_OWN)
			status = take(&o, c, optarg);
		else if (!cli_option(cli, argv, c, &status))
			return status;
		if (status)
			return status;
	}
	what = optind < argc ? argv[optind] : "show";
	if (optind + 1 < argc)
		return cli_usage_error(argv[0], "%s is one word too many", argv[optind + 1]);
	if (cli_word(argv[0], what, words) < 0)
		return CLI_USAGE;
	status = check(argv[0], &o, !strcmp(what, "on"));
	if (status)
		return status;
	status = client_open(o.socket, &client);
	if (status)
		return status;
	status = strcmp(what, "show") ? set(client, &o, !strcmp(what, "on")) : show(cli, client);
	client_close(client);
	return status;
}
