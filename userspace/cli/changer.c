// SPDX-License-Identifier: GPL-2.0
/* discmux position, exchange, init, rezero, selftest, lock, unlock, reserve, release. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "move.h"
#include "place.h"
#include "robot.h"

enum {
	OPT_INVERT = CLI_OPT_OWN,
	OPT_INVERT2,
	OPT_RETURN,
	OPT_RESET,
	OPT_FOR,
};

#define ERR_SIZE	256
#define SCSI_IDS	8	/* that a third party can have */

/* What an operation is to do, and whom it concerns. */
struct operation {
	struct library *library;
	struct discmux_operate what;
	const char *name;		/* for the memory; NULL: moves no disc */
	uint32_t source, destination, home;	/* for the memory */
};

static int fail(struct job *job, const struct operation *op, int ret)
{
	return job_fail(job, ret, "%s", discmux_error(op->library->dm));
}

/* Whether the robot works at this drive. */
static bool concerns(const struct operation *op, const struct discmux_element *drive)
{
	if (drive->type != DISCMUX_ELEMENT_DATA_TRANSFER)
		return false;
	if (op->what.flags & DISCMUX_OPERATE_RETURN)
		return !element_is_free(drive);
	return op->name && (drive->address == op->source || drive->address == op->destination ||
			    drive->address == op->what.second);
}

/* Drives are held as for a move. */
static int hold(const struct operation *op)
{
	const struct discmux_inventory *inv = &op->library->inv;
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < inv->count; i++)
		if (concerns(op, &inv->elements[i]))
			ret = move_hold(op->library->dm, &inv->elements[i],
					element_has_disc(&inv->elements[i]));
	return ret;
}

static int operate(struct job *job, void *context)
{
	struct operation *op = context;
	char ignored[ERR_SIZE];
	int ret = hold(op);

	if (ret)
		return fail(job, op, ret);
	if (op->name)
		library_begin(op->library, op->name, op->source, op->destination, op->home);
	ret = discmux_operate(op->library->dm, &op->what, NULL);
	if (ret)
		fail(job, op, ret);
	library_end(op->library, ignored, sizeof(ignored));
	library_warn(op->library, job);
	return ret;
}

static struct operation new_operation(uint32_t code)
{
	const struct operation op = {
		.what = { .operation = code, .member = DISCMUX_NONE },
		.source = DISCMUX_NONE,
		.destination = DISCMUX_NONE,
		.home = DISCMUX_NONE,
	};

	return op;
}

static int run(struct robot *robot, struct operation *op, const char *doing, const char *done)
{
	int ret;

	op->library = &robot->library;
	ret = robot_run(robot, operate, op, sizeof(*op), doing);
	if (!ret)
		printf("%s\n", done);
	return ret;
}

/* Options that each set a flag, and --for N. */
static int parse_options(struct cli *cli, int argc, char **argv, const struct option *options,
			 const uint32_t *flags, struct discmux_operate *what, int *status)
{
	unsigned long number;
	int c;

	while ((c = cli_getopt(cli, argc, argv, options)) != -1) {
		if (c == OPT_FOR && cli_number(optarg, 0, SCSI_IDS - 1, &number)) {
			*status = cli_value_error("--for %s: a SCSI id from 0 to 7 is wanted", optarg);
			return -EINVAL;
		}
		if (c == OPT_FOR)
			what->third_party = (uint32_t)number;
		if (c >= OPT_INVERT)
			what->flags |= flags[c - OPT_INVERT];
		else if (!cli_option(cli, argv, c, status))
			return -EINVAL;
	}
	return 0;
}

/* Of the options from OPT_INVERT on */
static const uint32_t all_flags[] = {
	DISCMUX_OPERATE_INVERT, DISCMUX_OPERATE_INVERT2,     DISCMUX_OPERATE_RETURN,
	DISCMUX_OPERATE_RESET,	DISCMUX_OPERATE_THIRD_PARTY,
};

static int no_operands(int argc, char **argv)
{
	if (optind < argc)
		return cli_usage_error(argv[0], "%s: %s takes no operands", argv[optind], argv[0]);
	return CLI_OK;
}

/* ---- Places ---------------------------------------------------------------- */

/* As many places as there are, at most max.  Returns how many, or -1. */
static int take_places(int argc, char **argv, int max, enum place_kind plain, struct place *places,
		       int *status)
{
	char err[ERR_SIZE];
	int i = optind, n = 0;

	while (i < argc && n < max) {
		if (place_take(argc, argv, &i, plain, &places[n], err, sizeof(err))) {
			*status = cli_value_error("%s", err);
			return -1;
		}
		n++;
	}
	if (i < argc) {
		*status = cli_usage_error(argv[0], "%s: one place too many", argv[i]);
		return -1;
	}
	return n;
}

static int resolve(struct robot *robot, const struct place *place, uint32_t *address)
{
	char err[ERR_SIZE];

	return library_place(&robot->library, place, address, err, sizeof(err)) ?
		       cli_error("%s", err) :
		       CLI_OK;
}

int cmd_position(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "invert", no_argument, NULL, OPT_INVERT },
		CLI_OPTIONS,
		{ 0 },
	};
	struct operation op = new_operation(DISCMUX_OP_POSITION);
	char name[32], doing[64], done[64];
	struct place place;
	struct robot robot;
	int ret, n;

	if (parse_options(cli, argc, argv, options, all_flags, &op.what, &ret))
		return ret;
	n = take_places(argc, argv, 1, PLACE_NUMBER, &place, &ret);
	if (n < 1)
		return n < 0 ? ret : cli_usage_error(argv[0], "before which place?");
	ret = robot_look(&robot, cli);
	if (!ret)
		ret = resolve(&robot, &place, &op.what.destination);
	if (!ret) {
		place_name(&robot.library.inv, op.what.destination, name, sizeof(name));
		snprintf(doing, sizeof(doing), "the arm goes to %s", name);
		snprintf(done, sizeof(done), "the arm is at %s", name);
		ret = run(&robot, &op, doing, done);
	}
	robot_close(&robot);
	return ret;
}

/* What must be so for an exchange: both places hold something, and what was in the
 * second has room where it goes. */
static int check_exchange(const struct robot *robot, const struct discmux_operate *what)
{
	const struct discmux_inventory *inv = &robot->library.inv;
	const struct discmux_element *from = place_element(inv, what->source);
	const struct discmux_element *first = place_element(inv, what->destination);
	const struct discmux_element *second = place_element(inv, what->second);
	char name[32];

	if (from == first)
		return cli_error("the places of an exchange are the same: %s",
				 place_name(inv, what->source, name, sizeof(name)));
	if (!element_has_disc(from))
		return cli_error("%s is empty: discmux inventory shows where discs are",
				 place_name(inv, what->source, name, sizeof(name)));
	if (!element_has_disc(first))
		return cli_error("%s is empty: there is nothing to exchange; use discmux move",
				 place_name(inv, what->destination, name, sizeof(name)));
	if (second != from && !element_is_free(second))
		return cli_error("%s is taken: move that away first",
				 place_name(inv, what->second, name, sizeof(name)));
	return CLI_OK;
}

static int exchange(struct robot *robot, struct operation *op)
{
	const struct discmux_inventory *inv = &robot->library.inv;
	char a[32], b[32], c[32], doing[96], done[176];
	int ret = check_exchange(robot, &op->what);

	if (ret)
		return ret;
	place_name(inv, op->what.source, a, sizeof(a));
	place_name(inv, op->what.destination, b, sizeof(b));
	place_name(inv, op->what.second, c, sizeof(c));
	op->name = "exchange";
	op->source = op->what.source;
	op->destination = op->what.destination;
	snprintf(doing, sizeof(doing), "exchanging what %s and %s hold", a, b);
	snprintf(done, sizeof(done), "moved from %s to %s, and from %s to %s", a, b, b, c);
	return run(robot, op, doing, done);
}

int cmd_exchange(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "invert", no_argument, NULL, OPT_INVERT },
		{ "invert2", no_argument, NULL, OPT_INVERT2 },
		CLI_OPTIONS,
		{ 0 },
	};
	struct operation op = new_operation(DISCMUX_OP_EXCHANGE);
	struct place places[3];
	struct robot robot;
	int ret, n;

	if (parse_options(cli, argc, argv, options, all_flags, &op.what, &ret))
		return ret;
	n = take_places(argc, argv, 3, PLACE_NUMBER, places, &ret);
	if (n < 2)
		return n < 0 ? ret : cli_usage_error(argv[0], "exchange what with what?");
	if (n == 2)
		places[2] = places[0];
	ret = robot_open(&robot, cli);
	if (!ret)
		ret = resolve(&robot, &places[0], &op.what.source);
	if (!ret)
		ret = resolve(&robot, &places[1], &op.what.destination);
	if (!ret)
		ret = resolve(&robot, &places[2], &op.what.second);
	if (!ret)
		ret = exchange(&robot, &op);
	robot_close(&robot);
	return ret;
}

/* ---- Initializing ------------------------------------------------------------ */

/* "s1-s20", "1-20", "s1 s20", "0x1-0x14", "s5": words become two places. */
static int parse_range(int argc, char **argv, struct place range[2], int *status)
{
	char text[64], err[ERR_SIZE], *words[3] = { text, NULL, NULL };
	char *dash = NULL;
	int i, n, index = 0;

	if (argc - optind == 1) {
		snprintf(text, sizeof(text), "%s", argv[optind]);
		dash = strchr(text, '-');
		if (dash && !strncmp(text, "mail-", 5))
			dash = strchr(text + 5, '-');
	}
	if (!dash) {
		n = take_places(argc, argv, 2, PLACE_SLOT, range, status);
		if (n == 1)
			range[1] = range[0];
		return n;
	}
	*dash = '\0';
	words[1] = dash + 1;
	for (i = 0; i < 2; i++)
		if (place_take(2, words, &index, PLACE_SLOT, &range[i], err, sizeof(err))) {
			*status = cli_value_error("%s", err);
			return -1;
		}
	return 2;
}

/* How much there is to look at */
static size_t count_range(const struct robot *robot, const struct discmux_operate *what)
{
	const struct discmux_inventory *inv = &robot->library.inv;
	size_t i, n = 0;

	for (i = 0; i < inv->count; i++)
		n += element_is_fitted(&inv->elements[i]) &&
		     (!(what->flags & DISCMUX_OPERATE_RANGE) ||
		      (inv->elements[i].address >= what->source &&
		       inv->elements[i].address <= what->destination));
	return n;
}

int cmd_init(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS, { 0 } };
	struct operation op = new_operation(DISCMUX_OP_INITIALIZE);
	struct place range[2];
	char doing[64], done[64];
	struct robot robot;
	size_t places;
	int ret, n;

	if (parse_options(cli, argc, argv, options, all_flags, &op.what, &ret))
		return ret;
	n = parse_range(argc, argv, range, &ret);
	if (n < 0)
		return ret;
	ret = robot_look(&robot, cli);
	if (!ret && n) {
		op.what.flags |= DISCMUX_OPERATE_RANGE;
		ret = resolve(&robot, &range[0], &op.what.source);
	}
	if (!ret && n)
		ret = resolve(&robot, &range[1], &op.what.destination);
	if (!ret && op.what.destination < op.what.source)
		ret = cli_error("the range ends before it begins");
	if (!ret) {
		places = count_range(&robot, &op.what);
		snprintf(doing, sizeof(doing), "looking at %zu place%s", places,
			 places == 1 ? "" : "s");
		snprintf(done, sizeof(done), "looked at %zu place%s", places,
			 places == 1 ? "" : "s");
		ret = run(&robot, &op, doing, done);
	}
	robot_close(&robot);
	return ret;
}

/* ---- Mechanics ------------------------------------------------------------------ */

/* Drives in use must not lose their discs; the driver refuses, but does not say which. */
int cmd_rezero(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "return", no_argument, NULL, OPT_RETURN },
		{ "reset", no_argument, NULL, OPT_RESET },
		CLI_OPTIONS,
		{ 0 },
	};
	struct operation op = new_operation(DISCMUX_OP_REZERO);
	struct robot robot;
	bool reset;
	int ret;

	if (parse_options(cli, argc, argv, options, all_flags, &op.what, &ret))
		return ret;
	ret = no_operands(argc, argv);
	if (ret)
		return ret;
	reset = op.what.flags & DISCMUX_OPERATE_RESET;
	if (reset && op.what.flags & DISCMUX_OPERATE_RETURN)
		return cli_usage_error(argv[0], "--reset and --return exclude each other");
	ret = robot_look(&robot, cli);
	if (!ret)
		ret = run(&robot, &op, reset ? "resetting the library" : "the arm finds its place",
			  reset ? "the library starts again; it is ready when it has looked at "
				  "everything" :
			  op.what.flags & DISCMUX_OPERATE_RETURN ?
				  "the arm is in its place, and the discs in theirs" :
				  "the arm is in its place");
	robot_close(&robot);
	return ret;
}

/* The manual's conditions (3.16), which the sense data of the refusal do not tell. */
static int check_selftest(const struct robot *robot, struct operation *op)
{
	const struct discmux_inventory *inv = &robot->library.inv;
	const struct discmux_element *slot = discmux_inventory_nth(inv, DISCMUX_ELEMENT_STORAGE, 0);
	const struct discmux_element *drive =
		discmux_inventory_nth(inv, DISCMUX_ELEMENT_DATA_TRANSFER, 0);
	char text[96];

	if (!slot || !drive)
		return cli_error("the selftest needs a slot and a drive");
	if (!element_has_disc(slot))
		return cli_error("the selftest moves the disc of slot 1, and there is none: "
				 "put one there first");
	if (!element_is_free(drive))
		return cli_error("the selftest needs drive 0 empty: discmux unload 0");
	move_arm_text(inv, text, sizeof(text));
	if (strcmp(text, "the arm is empty") != 0)
		return cli_error("the selftest needs the arm empty, and %s", text);
	op->name = "selftest";
	op->source = op->home = slot->address;
	op->destination = drive->address;
	return CLI_OK;
}

int cmd_selftest(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS, { 0 } };
	struct operation op = new_operation(DISCMUX_OP_SELFTEST);
	struct robot robot;
	int ret;

	if (parse_options(cli, argc, argv, options, all_flags, &op.what, &ret))
		return ret;
	ret = no_operands(argc, argv);
	if (ret)
		return ret;
	ret = robot_open(&robot, cli);
	if (!ret)
		ret = check_selftest(&robot, &op);
	if (!ret)
		ret = run(&robot, &op, "selftest", "selftest passed");
	robot_close(&robot);
	return ret;
}

/* ---- Who may do what ---------------------------------------------------------------- */

static int simple(struct cli *cli, int argc, char **argv, uint32_t code,
		  const struct option *options, const char *done)
{
	struct discmux_operate what = { .operation = code, .member = DISCMUX_NONE };
	int ret;

	if (parse_options(cli, argc, argv, options, all_flags, &what, &ret))
		return ret;
	ret = no_operands(argc, argv);
	if (!ret)
		ret = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (ret)
		return ret;
	if (discmux_operate(cli->dm, &what, NULL))
		return cli_error("%s", discmux_error(cli->dm));
	puts(done);
	return CLI_OK;
}

static const struct option plain_options[] = { CLI_OPTIONS, { 0 } };
static const struct option reserve_options[] = {
	{ "for", required_argument, NULL, OPT_FOR },
	CLI_OPTIONS,
	{ 0 },
};

int cmd_lock(struct cli *cli, int argc, char **argv)
{
	return simple(cli, argc, argv, DISCMUX_OP_PREVENT, plain_options, "the mail slot is locked");
}

int cmd_unlock(struct cli *cli, int argc, char **argv)
{
	return simple(cli, argc, argv, DISCMUX_OP_ALLOW, plain_options, "the mail slot is unlocked");
}

int cmd_reserve(struct cli *cli, int argc, char **argv)
{
	return simple(cli, argc, argv, DISCMUX_OP_RESERVE, reserve_options,
		      "the library is reserved");
}

int cmd_release(struct cli *cli, int argc, char **argv)
{
	return simple(cli, argc, argv, DISCMUX_OP_RELEASE, reserve_options,
		      "the library is released");
}
