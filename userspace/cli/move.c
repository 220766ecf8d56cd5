// SPDX-License-Identifier: GPL-2.0
/* discmux load, unload and move: discs and the robot. */
#define _GNU_SOURCE	/* ppoll(), pipe2() */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "mmc.h"
#include "move.h"
#include "place.h"

enum {
	OPT_INVERT = CLI_OPT_OWN,
};

#define ERR_SIZE		256
#define KEY_UNIT_ATTENTION	0x6
#define UNLOCK_TRIES		4

/* What the command line asks for. */
struct request {
	struct place source, destination;
	bool home;		/* the destination is where the disc came from */
	uint32_t flags;
};

/* A library that says so moves trays, with a disc on them or without. */
static bool has_tray(const struct discmux_element *element)
{
	return element->flags & DISCMUX_ELEMENT_TRAY;
}

static bool has_disc(const struct discmux_element *element)
{
	return element->flags & DISCMUX_ELEMENT_FULL;
}

static int check_source(const struct discmux_element *from, const struct discmux_element *to,
			uint32_t source, const char *name, char *err, size_t errlen)
{
	bool to_drive = to->type == DISCMUX_ELEMENT_DATA_TRANSFER;

	/* Out of 4000h the MC-8x00 takes nothing while it is open (3.7). */
	if (from->address == source && from->flags & DISCMUX_ELEMENT_OPEN) {
		snprintf(err, errlen, "%s is open: push it shut, or move from mail-closed", name);
		return -EBUSY;
	}
	if (has_disc(from) || (has_tray(from) && !to_drive))
		return 0;
	snprintf(err, errlen, "%s %s: discmux inventory shows where discs are", name,
		 has_tray(from) ? "holds a tray with no disc" : "is empty");
	return -ENOENT;
}

static int check_destination(const struct discmux_inventory *inv,
			     const struct discmux_element *to, const char *name, char *err,
			     size_t errlen)
{
	char home[32];

	if (!has_disc(to) && !has_tray(to))
		return 0;
	if (!has_disc(to))
		snprintf(err, errlen,
			 "%s holds an empty tray, and a disc brings its own: name another place",
			 name);
	else if (to->type == DISCMUX_ELEMENT_DATA_TRANSFER &&
		 to->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		snprintf(err, errlen, "%s holds a disc already, from %s: unload it first", name,
			 place_name(inv, to->source, home, sizeof(home)));
	else
		snprintf(err, errlen, "%s holds a disc already: move that away first", name);
	return -EBUSY;
}

int move_check(const struct discmux_inventory *inv, uint32_t source, uint32_t destination,
	       char *err, size_t errlen)
{
	const struct discmux_element *from = place_element(inv, source);
	const struct discmux_element *to = place_element(inv, destination);
	char name[32];
	int ret;

	if (!from || !to) {
		snprintf(err, errlen, "there is no element %04Xh", from ? destination : source);
		return -ENOENT;
	}
	place_name(inv, source, name, sizeof(name));
	if (from == to) {
		snprintf(err, errlen, "source and destination are the same: %s", name);
		return -EINVAL;
	}
	ret = check_source(from, to, source, name, err, errlen);
	if (ret)
		return ret;
	place_name(inv, destination, name, sizeof(name));
	return check_destination(inv, to, name, err, errlen);
}

int move_home(const struct discmux_inventory *inv, uint32_t drive, uint32_t *slot, char *err,
	      size_t errlen)
{
	const struct discmux_element *from = discmux_inventory_find(inv, drive);
	const struct discmux_element *home;
	char name[32];

	place_name(inv, drive, name, sizeof(name));
	if (!from || !has_disc(from)) {
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

/* ---- The move itself ---------------------------------------------------- */

struct mover {
	struct discmux *dm;
	uint32_t source, destination, flags;
	uint32_t from;		/* the drive that gives its disc, or DISCMUX_NONE */
};

/* What the process that waits for the arm has to say. */
struct outcome {
	int result;
	char error[ERR_SIZE];
};

/* Lets the disc out: udev locks the tray of a drive when it sees a disc.  A drive
 * that refuses shows in what the changer says. */
static void unlock(struct discmux *dm, uint32_t member)
{
	struct discmux_result result;
	struct discmux_sense sense;
	struct mmc_command c;
	int tries = UNLOCK_TRIES;

	mmc_cmd_prevent(&c, false);
	do {	/* a unit attention says that the command was not carried out */
		if (discmux_command(dm, member, c.cdb, c.len, DISCMUX_DIR_NONE, NULL, 0,
				    c.timeout_ms, &result) >= 0)
			return;
	} while (!discmux_result_sense(&result, &sense) && sense.key == KEY_UNIT_ATTENTION &&
		 --tries);
}

/* A tray that somebody locks at the same time is unlocked again: a move that was
 * refused for that has moved nothing. */
static int move_unlocked(const struct mover *mover)
{
	struct discmux_result result;
	int tries = UNLOCK_TRIES;
	int ret;

	do {
		if (mover->from != DISCMUX_NONE)
			unlock(mover->dm, mover->from);
		ret = discmux_move(mover->dm, mover->source, mover->destination, mover->flags, 0,
				   &result);
	} while (ret == -EIO && mover->from != DISCMUX_NONE &&
		 discmux_result_is(&result, 0x5, 0x53, 0x02) && --tries);
	return ret;
}

/* Has no terminal any more: neither ^C nor hanging up is for it. */
static void mover_detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fd;

	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

static void mover_run(const struct mover *mover, int fd)
{
	struct outcome outcome = { 0 };

	mover_detach();
	outcome.result = move_unlocked(mover);
	if (outcome.result < 0)
		snprintf(outcome.error, sizeof(outcome.error), "%s", discmux_error(mover->dm));
	/* Nobody may be there to hear it. */
	_exit(write(fd, &outcome, sizeof(outcome)) == sizeof(outcome) ? 0 : 1);
}

static void on_signal(int sig)
{
	(void)sig;	/* that ppoll() ends is all it is for */
}

/* A job in the background of a script ignores SIGINT and is to stay so. */
static void catch_unless_ignored(int sig)
{
	const struct sigaction catch = { .sa_handler = on_signal };
	struct sigaction action;

	if (!sigaction(sig, NULL, &action) && action.sa_handler != SIG_IGN)
		sigaction(sig, &catch, NULL);
}

static int mover_result(int fd, const sigset_t *unblocked)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct outcome outcome;

	if (ppoll(&poll_fd, 1, NULL, unblocked) < 0)
		return cli_error("interrupted: the changer goes on with the move; "
				 "discmux inventory shows where the disc is");
	if (read(fd, &outcome, sizeof(outcome)) != sizeof(outcome))
		return cli_error("the process that waits for the changer was killed; "
				 "discmux inventory shows where the disc is");
	outcome.error[sizeof(outcome.error) - 1] = '\0';
	return outcome.result < 0 ? cli_error("%s", outcome.error) : CLI_OK;
}

/*
 * A process of its own waits for the arm.  When this one is interrupted, that one
 * stays, and with it the hold on the drives, which otherwise udev would lock again
 * under the robot's hands.
 */
static int mover_wait(const struct mover *mover)
{
	sigset_t blocked, unblocked;
	int fds[2];
	pid_t pid;
	int ret;

	if (pipe2(fds, O_CLOEXEC))
		return cli_error("cannot wait for the changer: %s", strerror(errno));
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &unblocked);
	fflush(stdout);
	pid = fork();
	if (!pid)
		mover_run(mover, fds[1]);
	close(fds[1]);
	catch_unless_ignored(SIGINT);
	catch_unless_ignored(SIGTERM);
	ret = pid < 0 ? cli_error("cannot wait for the changer: %s", strerror(errno)) :
			mover_result(fds[0], &unblocked);
	close(fds[0]);
	return ret;
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

/* Holds the drives at both ends until the end of the program, so that nobody
 * mounts, locks or looks into what the robot takes away. */
static int hold_drives(const struct discmux_inventory *inv, struct mover *mover)
{
	const struct discmux_element *ends[] = { discmux_inventory_find(inv, mover->source),
						 discmux_inventory_find(inv, mover->destination) };
	size_t i;

	for (i = 0; i < 2; i++) {
		uint32_t member = ends[i] && ends[i]->type == DISCMUX_ELEMENT_DATA_TRANSFER ?
					  ends[i]->member :
					  DISCMUX_NONE;

		if (member == DISCMUX_NONE)
			continue;
		if (discmux_claim(mover->dm, &member, 1, NULL) < 0)
			return cli_error("%s", discmux_error(mover->dm));
		if (i == 0)
			mover->from = member;
	}
	return CLI_OK;
}

static int move_disc(struct cli *cli, const struct request *request,
		     const struct discmux_inventory *inv)
{
	struct mover mover = { .dm = cli->dm, .flags = request->flags, .from = DISCMUX_NONE };
	char err[ERR_SIZE];
	int ret;

	if (!inv->count)
		return cli_error("the changer has not said yet what it is made of: "
				 "try again when it is ready");
	if (resolve(inv, request, &mover, err))
		return cli_error("%s", err);
	ret = hold_drives(inv, &mover);
	if (!ret)
		ret = mover_wait(&mover);
	return ret ? ret : report(inv, &mover);
}

static int carry_out(struct cli *cli, const struct request *request)
{
	struct discmux_inventory inv;
	int ret;

	ret = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (ret)
		return ret;
	if (discmux_elements(cli->dm, 0, true, &inv) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	ret = move_disc(cli, request, &inv);
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
