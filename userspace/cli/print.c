// SPDX-License-Identifier: GPL-2.0
/* discmux print: a label on a disc. */
#include <errno.h>
#include <stdio.h>

#include "cli.h"
#include "config.h"
#include "place.h"
#include "print.h"
#include "robot.h"

enum {
	OPT_SLOT = CLI_OPT_OWN,
	OPT_LABEL,
	OPT_TO,
	OPT_WAIT,
};

#define ERR_SIZE	256
#define CONFIG_KEY	"printer"

struct arguments {
	const char *slot, *label, *to;
	unsigned int wait_s;
	char configured[ERR_SIZE];
};

static int parse(struct cli *cli, int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "slot", required_argument, NULL, OPT_SLOT },
		{ "label", required_argument, NULL, OPT_LABEL },
		{ "to", required_argument, NULL, OPT_TO },
		{ "wait", required_argument, NULL, OPT_WAIT },
		CLI_OPTIONS,
		{ 0 },
	};
	unsigned long seconds;
	int status, c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		switch (c) {
		case OPT_SLOT:
			a->slot = optarg;
			break;
		case OPT_LABEL:
			a->label = optarg;
			break;
		case OPT_TO:
			a->to = optarg;
			break;
		case OPT_WAIT:
			if (cli_number(optarg, 1, 86400, &seconds))
				return cli_value_error("--wait %s: seconds from 1 to 86400 are wanted",
						 optarg);
			a->wait_s = (unsigned int)seconds;
			break;
		default:
			if (!cli_option(cli, argv, c, &status))
				return status ? status : -1;
		}
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: print takes no operands", argv[optind]);
	if (!a->slot)
		return cli_usage_error(argv[0], "on the disc of which slot?  --slot N");
	if (!a->label)
		return cli_usage_error(argv[0], "which label?  --label FILE");
	return CLI_OK;
}

/* Where labels go: what the command line says, or the machine's settings. */
static int find_printer(struct arguments *a)
{
	if (a->to)
		return CLI_OK;
	if (config_get(CONFIG_PATH, CONFIG_KEY, a->configured, sizeof(a->configured)))
		return cli_error("%s cannot be read", CONFIG_PATH);
	if (!*a->configured)
		return cli_error("where do labels go?  --to lp:QUEUE, or \"" CONFIG_KEY
				 " = lp:QUEUE\" in " CONFIG_PATH);
	a->to = a->configured;
	return CLI_OK;
}

static int print(struct robot *robot, const struct arguments *a, const struct place *place)
{
	struct print_request request = {
		.library = &robot->library,
		.label = a->label,
		.to = a->to,
		.start_s = a->wait_s,
		.end_s = a->wait_s,
	};
	char err[ERR_SIZE], name[32];
	int ret;

	if (place_resolve(&robot->library.inv, place, &request.slot, err, sizeof(err)) ||
	    print_check(&request, err, sizeof(err)))
		return cli_error("%s", err);
	ret = robot_run(robot, print_label, &request, sizeof(request), "printing");
	if (!ret)
		printf("printed %s on the disc of %s\n", a->label,
		       place_name(&robot->library.inv, request.slot, name, sizeof(name)));
	return ret;
}

int cmd_print(struct cli *cli, int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct place place;
	struct robot robot;
	int ret = parse(cli, argc, argv, &arguments);

	if (ret)
		return ret < 0 ? CLI_OK : ret;
	if (place_parse(arguments.slot, &place) ||
	    (place.kind != PLACE_NUMBER && place.kind != PLACE_SLOT))
		return cli_value_error("--slot %s: the number of a slot is wanted", arguments.slot);
	place.kind = PLACE_SLOT;
	ret = find_printer(&arguments);
	if (ret)
		return ret;
	ret = robot_open(&robot, cli);
	if (!ret)
		ret = print(&robot, &arguments, &place);
	robot_close(&robot);
	return ret;
}
