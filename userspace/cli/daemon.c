// SPDX-License-Identifier: GPL-2.0
/* discmux daemon: any request to discmuxd, its answer as JSON. */
#include <string.h>

#include "cli.h"
#include "client.h"
#include "output.h"

enum { OPT_SOCKET = CLI_OPT_OWN };

/* "{...}" as it is, or the name of a request with KEY=VALUE for its fields; a value
 * that is JSON is taken as such. */
static json_t *make_request(int argc, char **argv)
{
	json_t *o, *v;
	int i;

	if (*argv[0] == '{')
		return json_loads(argv[0], 0, NULL);
	o = json_pack("{ss}", "do", argv[0]);
	for (i = 1; i < argc; i++) {
		const char *eq = strchr(argv[i], '=');

		if (!eq || eq == argv[i]) {
			json_decref(o);
			return NULL;
		}
		v = json_loads(eq + 1, JSON_DECODE_ANY, NULL);
		if (!v)
			v = json_string(eq + 1);
		json_object_setn_new(o, argv[i], (size_t)(eq - argv[i]), v);
	}
	return o;
}

int cmd_daemon(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, OPT_SOCKET },
		CLI_OPTIONS,
		{ 0 },
	};
	const char *socket = NULL;
	struct client *client;
	json_t *request, *answer;
	int c, status = CLI_OK;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_SOCKET)
			socket = optarg;
		else if (!cli_option(cli, argv, c, &status))
			return status;
	}
	if (optind == argc)
		return cli_usage_error(argv[0], "which request?");
	request = make_request(argc - optind, argv + optind);
	if (!request)
		return cli_value_error("%s: a request is a name and KEY=VALUE..., or one JSON object",
				 argv[optind]);
	status = client_open(socket, &client);
	if (status) {
		json_decref(request);
		return status;
	}
	answer = client_ask(client, request);
	client_close(client);
	return answer ? json_print(answer, true, stdout) : CLI_FAIL;
}
