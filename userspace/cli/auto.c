// SPDX-License-Identifier: GPL-2.0
/* discmux auto: which readers begin a run when a disc goes in. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "client.h"
#include "output.h"

enum { OPT_READER = CLI_OPT_OWN, OPT_QUANTITY, OPT_VERIFY, OPT_AGAIN, OPT_SOCKET };

struct auto_options {
	unsigned long reader, quantity;
	bool verify;
	const char *again, *socket;
};

static int take(struct auto_options *o, int c, const char *arg)
{
	switch (c) {
	case OPT_READER:
		if (cli_number(arg, 0, 15, &o->reader))
			return cli_error("--reader %s: a number from 0 to 15 is wanted", arg);
		return CLI_OK;
	case OPT_QUANTITY:
		if (cli_number(arg, 0, 9999, &o->quantity))
			return cli_error("--quantity %s: a number from 0 to 9999 is wanted", arg);
		return CLI_OK;
	case OPT_VERIFY:
		o->verify = true;
		return CLI_OK;
	case OPT_AGAIN:
		o->again = arg;
		return CLI_OK;
	default:
		o->socket = arg;
		return CLI_OK;
	}
}

static void print_rules(const json_t *rules)
{
	size_t i;

	if (!json_array_size(rules))
		puts("no reader begins runs by itself");
	for (i = 0; i < json_array_size(rules); i++) {
		const json_t *r = json_array_get(rules, i);
		json_int_t quantity = json_integer_value(json_object_get(r, "quantity"));

		printf("reader %lld: ", (long long)json_integer_value(json_object_get(r, "reader")));
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
	json_t *answer = client_ask(client, json_pack("{ss si sb sb si ss}", "do", "auto-set",
						      "reader", (int)o->reader, "on", on, "verify",
						      o->verify, "quantity", (int)o->quantity,
						      "again", o->again));

	if (!answer)
		return CLI_FAIL;
	json_decref(answer);
	return CLI_OK;
}

int cmd_auto(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "reader", required_argument, NULL, OPT_READER },
		{ "quantity", required_argument, NULL, OPT_QUANTITY },
		{ "verify", no_argument, NULL, OPT_VERIFY },
		{ "again", required_argument, NULL, OPT_AGAIN },
		{ "socket", required_argument, NULL, OPT_SOCKET },
		CLI_OPTIONS,
		{ 0 },
	};
	struct auto_options o = { .again = "ask" };
	struct client *client;
	const char *what;
	int c, status = CLI_OK;

	while ((c = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1) {
		if (c >= CLI_OPT_OWN)
			status = take(&o, c, optarg);
		else if (!cli_option(cli, argv, c, &status))
			return status;
		if (status)
			return status;
	}
	what = optind < argc ? argv[optind] : "show";
	if (optind + 1 < argc || (strcmp(what, "on") && strcmp(what, "off") && strcmp(what, "show")))
		return cli_usage_error(argv[0], "one of on, off and show is wanted");
	status = client_open(o.socket, &client);
	if (status)
		return status;
	status = strcmp(what, "show") ? set(client, &o, !strcmp(what, "on")) : show(cli, client);
	client_close(client);
	return status;
}
