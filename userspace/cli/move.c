// SPDX-License-Identifier: GPL-2.0
/* discmux load, unload, move and eject: discs and the robot. */
#include <errno.h>
#include <stdio.h>

#include "cli.h"
#include "move.h"
#include "place.h"
#include "robot.h"

enum {
	OPT_INVERT = CLI_OPT_OWN,
};

#define ERR_SIZE	256

/* What the command line asks for. */
struct request {
	struct place source, destination;
	bool home;		/* the destination is where the disc came from */
	uint32_t flags;
};

/* ---- The move ------------------------------------------------------------ */

static int resolve(struct library *library, const struct request *request,
		   struct robot_move *move, char *err)
{
	const struct discmux_inventory *inv = &library->inv;
	int ret = library_place(library, &request->source, &move->source, err, ERR_SIZE);

	if (!ret && request->home)
		ret = move_home(inv, move->source, &move->destination, err, ERR_SIZE);
	else if (!ret)
		ret = library_place(library, &request->destination, &move->destination, err,
				    ERR_SIZE);
	return ret ? ret : move_check(inv, move->source, move->destination, err, ERR_SIZE);
}

static int carry_out(struct cli *cli, const struct request *request)
{
	struct robot_move move = { .flags = request->flags, .home = DISCMUX_NONE };
	char err[ERR_SIZE];
	struct robot robot;
	int ret;

	ret = robot_open(&robot, cli);
	if (!ret && resolve(&robot.library, request, &move, err))
		ret = cli_error("%s", err);
	if (!ret)
		ret = robot_move(&robot, &move);
	robot_close(&robot);
	return ret;
}

/* The library puts it where it knows that it came from; we only look whether that is
 * so, because the refusal would not say what is the matter. */
static int carry_home(struct cli *cli, const struct place *place, uint32_t flags)
{
	struct robot_move move = { .flags = flags | DISCMUX_MOVE_EJECT, .home = DISCMUX_NONE };
	char err[ERR_SIZE];
	struct robot robot;
	uint32_t home = DISCMUX_NONE;
	int ret;

	ret = robot_open(&robot, cli);
	if (!ret && (library_place(&robot.library, place, &move.source, err, sizeof(err)) ||
		     move_home(&robot.library.inv, move.source, &home, err, sizeof(err)) ||
		     move_check(&robot.library.inv, move.source, home, err, sizeof(err))))
		ret = cli_error("%s", err);
	if (!ret) {
		move.lands = home;
		ret = robot_move(&robot, &move);
	}
	robot_close(&robot);
	return ret;
}

/* ---- Command lines ----------------------------------------------------- */

static int parse_options(struct cli *cli, int argc, char **argv, struct request *request,
			 int *status)
{
	static const struct option options[] = {
		{ "invert", no_argument, NULL, OPT_INVERT },
		CLI_OPTIONS,
		{ 0 },
	};
	int c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_INVERT)
			request->flags |= DISCMUX_MOVE_INVERT;
		else if (!cli_option(cli, argv, c, status))
			return -EINVAL;
	}
	return 0;
}

/* Two places; what a mere number means is given for each. */
static int parse_places(int argc, char **argv, enum place_kind first, enum place_kind second,
			struct request *request)
{
	char err[ERR_SIZE];
	int i = optind;

	if (i == argc)
		return cli_usage_error(argv[0], "%s from where?", argv[0]);
	if (place_take(argc, argv, &i, first, &request->source, err, sizeof(err)))
		return cli_value_error("%s", err);
	if (i == argc && !request->home)
		return cli_usage_error(argv[0], "%s to where?", argv[0]);
	if (i == argc)
		return CLI_OK;
	request->home = false;
	if (place_take(argc, argv, &i, second, &request->destination, err, sizeof(err)))
		return cli_value_error("%s", err);
	if (i < argc)
		return cli_usage_error(argv[0], "%s: one place too many", argv[i]);
	return CLI_OK;
}

static bool is_drive(const struct place *place)
{
	return place->kind == PLACE_DRIVE || place->kind == PLACE_ADDRESS ||
	       place->kind == PLACE_MEMBER;
}

int cmd_load(struct cli *cli, int argc, char **argv)
{
	struct request request = { .home = false };
	int ret;

	if (parse_options(cli, argc, argv, &request, &ret))
		return ret;
	ret = parse_places(argc, argv, PLACE_SLOT, PLACE_DRIVE, &request);
	if (!ret && !is_drive(&request.destination))
		ret = cli_value_error("load puts discs into drives; use discmux move");
	return ret ? ret : carry_out(cli, &request);
}

int cmd_unload(struct cli *cli, int argc, char **argv)
{
	struct request request = { .home = true };
	int ret;

	if (parse_options(cli, argc, argv, &request, &ret))
		return ret;
	ret = parse_places(argc, argv, PLACE_DRIVE, PLACE_SLOT, &request);
	if (!ret && !is_drive(&request.source))
		ret = cli_value_error("unload takes discs out of drives; use discmux move");
	return ret ? ret : carry_out(cli, &request);
}

int cmd_move(struct cli *cli, int argc, char **argv)
{
	struct request request = { .home = false };
	int ret;

	if (parse_options(cli, argc, argv, &request, &ret))
		return ret;
	ret = parse_places(argc, argv, PLACE_NUMBER, PLACE_NUMBER, &request);
	return ret ? ret : carry_out(cli, &request);
}

int cmd_eject(struct cli *cli, int argc, char **argv)
{
	struct request request = { .home = true };
	int ret;

	if (parse_options(cli, argc, argv, &request, &ret))
		return ret;
	ret = parse_places(argc, argv, PLACE_DRIVE, PLACE_NUMBER, &request);
	if (!ret && !request.home)
		ret = cli_usage_error(argv[0], "the library chooses where to: discmux move names "
				      "the place");
	return ret ? ret : carry_home(cli, &request.source, request.flags);
}
