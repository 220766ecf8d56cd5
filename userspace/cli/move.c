// SPDX-License-Identifier: GPL-2.0
/* discmux load, unload and move: discs and the robot. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "move.h"
#include "place.h"

enum {
	OPT_INVERT = CLI_OPT_OWN,
};

#define ERR_SIZE 256

/* What the command line asks for. */
struct request {
	struct place source, destination;
	bool home;		/* the destination is where the disc came from */
	uint32_t flags;
};

int move_check(const struct discmux_inventory *inv, uint32_t source, uint32_t destination,
	       char *err, size_t errlen)
{
	const struct discmux_element *from = place_element(inv, source);
	const struct discmux_element *to = place_element(inv, destination);
	char name[32], home[32];

	if (!from || !to) {
		snprintf(err, errlen, "there is no element %04Xh", from ? destination : source);
		return -ENOENT;
	}
	place_name(inv, source, name, sizeof(name));
	if (from == to) {
		snprintf(err, errlen, "source and destination are the same: %s", name);
		return -EINVAL;
	}
	/* Out of 4000h the MC-8x00 takes nothing while it is open (3.7). */
	if (from->address == source && from->flags & DISCMUX_ELEMENT_OPEN) {
		snprintf(err, errlen, "%s is open: push it shut, or move from mail-closed", name);
		return -EBUSY;
	}
	if (!(from->flags & DISCMUX_ELEMENT_FULL)) {
		snprintf(err, errlen, "%s is empty: discmux inventory shows where discs are", name);
		return -ENOENT;
	}
	if (!(to->flags & DISCMUX_ELEMENT_FULL))
		return 0;
	place_name(inv, destination, name, sizeof(name));
	if (to->type == DISCMUX_ELEMENT_DATA_TRANSFER &&
	    to->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		snprintf(err, errlen, "%s holds a disc already, from %s: unload it first", name,
			 place_name(inv, to->source, home, sizeof(home)));
	else
		snprintf(err, errlen, "%s holds a disc already: move that away first", name);
	return -EBUSY;
}

int move_home(const struct discmux_inventory *inv, uint32_t drive, uint32_t *slot, char *err,
	      size_t errlen)
{
	const struct discmux_element *from = discmux_inventory_find(inv, drive);
	const struct discmux_element *home;
	char name[32];

	place_name(inv, drive, name, sizeof(name));
	if (!from || !(from->flags & DISCMUX_ELEMENT_FULL)) {
		snprintf(err, errlen, "%s is empty: discmux inventory shows where discs are", name);
		return -ENOENT;
	}
	home = from->flags & DISCMUX_ELEMENT_SOURCE_VALID ?
		       discmux_inventory_find(inv, from->source) :
		       NULL;
	if (!home || home->type != DISCMUX_ELEMENT_STORAGE) {
		snprintf(err, errlen,
			 "the library does not know which slot the disc in %s came from: name one",
			 name);
		return -ENOENT;
	}
	*slot = home->address;
	return 0;
}

/* ---- The move itself, in a thread, so that ^C can be answered --------- */

struct mover {
	struct discmux *dm;
	uint32_t source, destination, flags;
	int result;
	pthread_t caller;
};

static void *mover_run(void *arg)
{
	struct mover *mover = arg;

	mover->result = discmux_move(mover->dm, mover->source, mover->destination, mover->flags, 0,
				     NULL);
	pthread_kill(mover->caller, SIGUSR1);
	return NULL;
}

/* A job in the background of a script ignores SIGINT and is to stay so. */
static void add_unless_ignored(sigset_t *set, int sig)
{
	struct sigaction action;

	if (!sigaction(sig, NULL, &action) && action.sa_handler != SIG_IGN)
		sigaddset(set, sig);
}

/* Waits for the end of the move or for a signal.  Does not return after one: the
 * thread is still in the driver, and only the end of the process gets it out. */
static int mover_wait(struct mover *mover)
{
	pthread_t thread;
	sigset_t set;
	int sig;

	mover->caller = pthread_self();
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	add_unless_ignored(&set, SIGINT);
	add_unless_ignored(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&thread, NULL, mover_run, mover))
		return cli_error("cannot start a thread: out of memory");
	sigwait(&set, &sig);
	if (sig != SIGUSR1) {
		cli_error("interrupted: the changer goes on with the move; "
			  "discmux inventory shows where the disc is");
		_exit(CLI_FAIL);
	}
	pthread_join(thread, NULL);
	return mover->result < 0 ? cli_error("%s", discmux_error(mover->dm)) : CLI_OK;
}

static int report(const struct discmux_inventory *inv, const struct mover *mover)
{
	char from[32], to[32];

	printf("moved from %s to %s\n", place_name(inv, mover->source, from, sizeof(from)),
	       place_name(inv, mover->destination, to, sizeof(to)));
	return CLI_OK;
}

static int resolve(const struct discmux_inventory *inv, const struct request *request,
		   struct mover *mover, char *err)
{
	int ret = place_resolve(inv, &request->source, &mover->source, err, ERR_SIZE);

	if (!ret && request->home)
		ret = move_home(inv, mover->source, &mover->destination, err, ERR_SIZE);
	else if (!ret)
		ret = place_resolve(inv, &request->destination, &mover->destination, err, ERR_SIZE);
	return ret ? ret : move_check(inv, mover->source, mover->destination, err, ERR_SIZE);
}

static int carry_out(struct cli *cli, const struct request *request)
{
	struct mover mover = { .flags = request->flags };
	struct discmux_inventory inv;
	char err[ERR_SIZE];
	int ret;

	ret = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (ret)
		return ret;
	if (discmux_elements(cli->dm, 0, true, &inv) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	if (!inv.count)
		return cli_error("the changer has not said yet what it is made of: "
				 "try again when it is ready");
	mover.dm = cli->dm;
	ret = resolve(&inv, request, &mover, err) ? cli_error("%s", err) : mover_wait(&mover);
	if (!ret)
		ret = report(&inv, &mover);
	discmux_inventory_free(&inv);
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

	while ((c = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1) {
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
		return cli_error("%s", err);
	if (i == argc && !request->home)
		return cli_usage_error(argv[0], "%s to where?", argv[0]);
	if (i == argc)
		return CLI_OK;
	request->home = false;
	if (place_take(argc, argv, &i, second, &request->destination, err, sizeof(err)))
		return cli_error("%s", err);
	if (i < argc)
		return cli_usage_error(argv[0], "%s: one place too many", argv[i]);
	return CLI_OK;
}

static bool is_drive(const struct place *place)
{
	return place->kind == PLACE_DRIVE || place->kind == PLACE_ADDRESS;
}

int cmd_load(struct cli *cli, int argc, char **argv)
{
	struct request request = { .home = false };
	int ret;

	if (parse_options(cli, argc, argv, &request, &ret))
		return ret;
	ret = parse_places(argc, argv, PLACE_SLOT, PLACE_DRIVE, &request);
	if (!ret && !is_drive(&request.destination))
		ret = cli_error("load puts discs into drives; use discmux move");
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
		ret = cli_error("unload takes discs out of drives; use discmux move");
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
