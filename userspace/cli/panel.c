// SPDX-License-Identifier: GPL-2.0
/* discmux panel: the operator's two keys and two lines. */
#include <unistd.h>

#include "cli.h"
#include "panel_text.h"

#define TIMEOUT_S	60

enum { OPT_TEXT = CLI_OPT_OWN, OPT_SOCKET, OPT_TIMEOUT };

int cmd_panel(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "text", no_argument, NULL, OPT_TEXT },
		{ "socket", required_argument, NULL, OPT_SOCKET },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		CLI_OPTIONS,
		{ 0 },
	};
	bool text = !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
	unsigned long timeout_s = TIMEOUT_S;
	const char *socket = NULL;
	struct client *client;
	int c, status = CLI_OK;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		switch (c) {
		case OPT_TEXT:
			text = true;
			break;
		case OPT_SOCKET:
			socket = optarg;
			break;
		case OPT_TIMEOUT:
			if (cli_number(optarg, 1, 86400, &timeout_s))
				return cli_value_error("--timeout %s: a number of seconds up to 86400 is wanted",
						 optarg);
			break;
		default:
			if (!cli_option(cli, argv, c, &status))
				return status;
		}
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s is one word too many", argv[optind]);
	status = client_open(socket, &client);
	if (status)
		return status;
	status = text ? panel_text(client, timeout_s) : panel_screen(client);
	client_close(client);
	return status;
}
