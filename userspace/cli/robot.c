// SPDX-License-Identifier: GPL-2.0
/* What the subcommands that set the robot in motion share. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "move.h"
#include "robot.h"

#define ERR_SIZE	256
#define PRINTER_POLL_MS	500
#define REST_MS		600000	/* a move that nobody waits for ends within this time */

/* ---- Progress ------------------------------------------------------------ */

struct display {
	const char *doing;
	bool terminal;
	int width;		/* of the line that is to be overwritten */
};

static void clear_line(struct display *d)
{
	if (d->width)
		fprintf(stderr, "\r%*s\r", d->width, "");
	d->width = 0;
}

static void show_line(struct display *d, const struct job_state *state)
{
	const char *what = *state->step ? state->step : d->doing;

	clear_line(d);
	if (state->stopping)
		d->width = fprintf(stderr, "interrupted; it ends as soon as the arm can rest "
				   "(^C again: leave it alone)  %us", state->seconds);
	else
		d->width = fprintf(stderr, "%s  %us", what, state->seconds);
	if (d->width < 0)
		d->width = 0;
}

/* On a terminal one line that changes; elsewhere a line for each step of several. */
static void show(void *context, const struct job_state *state)
{
	struct display *d = context;

	if (state->note) {
		clear_line(d);
		fprintf(stderr, "discmux: %s\n", state->note);
	}
	if (d->terminal)
		show_line(d, state);
	else if (state->new_step)
		fprintf(stderr, "%s\n", state->step);
}

/* ---- Discs that were left behind ----------------------------------------- */

static void tell_differences(const struct recovery *recovery)
{
	size_t i;

	for (i = 0; i < recovery->nr_lines; i++)
		fprintf(stderr, "discmux: not as it was left: %s\n", recovery->lines[i]);
	if (recovery->nr_more)
		fprintf(stderr, "discmux: and %zu more differences\n", recovery->nr_more);
}

struct put_back {
	struct library *library;
	struct stray stray;
	uint32_t slot;
};

/* A printer that still prints keeps the disc. */
static int wait_for_printer(struct job *job, struct put_back *p)
{
	const struct discmux_element *at = discmux_inventory_find(&p->library->inv, p->stray.at);
	char err[ERR_SIZE] = "";

	if (!at || !(at->flags & DISCMUX_ELEMENT_BUSY))
		return 0;
	job_step(job, "waiting for the printer");
	while (at && at->flags & DISCMUX_ELEMENT_BUSY) {
		if (job_sleep(job, PRINTER_POLL_MS))
			return job_fail(job, -EINTR, "interrupted while the printer prints");
		if (library_refresh(p->library, err, sizeof(err)))
			return job_fail(job, -EIO, "%s", err);
		at = discmux_inventory_find(&p->library->inv, p->stray.at);
	}
	return 0;
}

static int put_back(struct job *job, void *context)
{
	struct put_back *p = context;
	char err[ERR_SIZE] = "";
	int ret = wait_for_printer(job, p);

	if (ret)
		return ret;
	ret = library_put_back(p->library, &p->stray, p->slot, err, sizeof(err));
	library_warn(p->library, job);
	return ret ? job_fail(job, ret, "%s", err) : 0;
}

/* Asks an operator; false without one. */
static bool ask(struct robot *robot, const struct stray *stray, uint32_t *slot)
{
	char line[64], err[ERR_SIZE];
	struct place place;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	for (;;) {
		fprintf(stderr, "%s.  Into which slot with it? ", stray->why);
		if (!fgets(line, sizeof(line), stdin))
			return false;
		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			return false;
		if (place_parse(line, &place)) {
			fprintf(stderr, "%s is not a slot\n", line);
			continue;
		}
		if (place.kind == PLACE_NUMBER)
			place.kind = PLACE_SLOT;
		if (place_resolve(&robot->library.inv, &place, slot, err, sizeof(err)))
			fprintf(stderr, "%s\n", err);
		else if (!recovery_has_room(&robot->library.inv, *slot))
			fprintf(stderr, "there is no room\n");
		else
			return true;
	}
}

/* Where to with a disc of which nobody knows where it belongs. */
static int choose(struct robot *robot, const struct stray *stray, const struct place *to,
		  uint32_t *slot)
{
	char err[ERR_SIZE], name[32];

	if (to && place_resolve(&robot->library.inv, to, slot, err, sizeof(err)))
		return cli_error("%s", err);
	if (to && !recovery_has_room(&robot->library.inv, *slot))
		return cli_error("there is no room in %s",
				 place_name(&robot->library.inv, *slot, name, sizeof(name)));
	if (to || ask(robot, stray, slot))
		return CLI_OK;
	return cli_error("%s: discmux inventory --recover --to SLOT puts it into another slot; "
			 "or take it out by hand", stray->why);
}

static int bring_home(struct robot *robot, const struct stray *stray, const struct place *place)
{
	struct put_back p = { .library = &robot->library, .stray = *stray, .slot = stray->home };
	char from[32], to[32], doing[96], err[ERR_SIZE];
	int ret;

	place_name(&robot->library.inv, stray->at, from, sizeof(from));
	if (p.slot == DISCMUX_NONE && choose(robot, stray, place, &p.slot))
		return CLI_FAIL;
	place_name(&robot->library.inv, p.slot, to, sizeof(to));
	snprintf(doing, sizeof(doing), "putting back what %s holds", from);
	ret = robot_run(robot, put_back, &p, sizeof(p), doing);
	if (ret)
		return ret;
	fprintf(stderr, "discmux: put back from %s to %s\n", from, to);
	return library_update(&robot->library, err, sizeof(err)) ? cli_error("%s", err) : CLI_OK;
}

static int put_in_order(struct robot *robot, const struct place *to)
{
	struct recovery recovery;
	int ret = CLI_OK;
	size_t i;

	library_look(&robot->library, &recovery);
	tell_differences(&recovery);
	for (i = 0; !ret && i < recovery.nr_strays; i++)
		ret = bring_home(robot, &recovery.strays[i], to);
	return ret;
}

/* ---- Opening -------------------------------------------------------------- */

int robot_answered(const struct discmux_inventory *inv)
{
	const char *why = inv->state & DISCMUX_STATUS_GARBLED ?
				  "the changer's element status contradicts itself" :
				  "the changer could not be asked";

	/* One that moves a disc is not asked */
	if (!(inv->state & DISCMUX_STATUS_STALE) || inv->state & DISCMUX_STATUS_MOVING)
		return CLI_OK;
	return cli_error("%s, and what is shown is %u s old: look at its power, cable and door, and at other hosts that may have reserved it",
			 why, inv->age_ms / 1000);
}

int robot_look(struct robot *robot, struct cli *cli)
{
	char err[ERR_SIZE];
	int ret;

	memset(robot, 0, sizeof(*robot));
	ret = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (ret)
		return ret;
	if (library_open(&robot->library, cli->dm, err, sizeof(err)) ||
	    library_rest(&robot->library, REST_MS, err, sizeof(err)))
		return cli_error("%s", err);
	if (!robot->library.inv.count)
		return cli_error("the changer has not said yet what it is made of: "
				 "try again when it is ready");
	return CLI_OK;
}

int robot_recover(struct robot *robot, struct cli *cli, const struct place *to)
{
	int ret = robot_look(robot, cli);

	return ret ? ret : put_in_order(robot, to);
}

int robot_open(struct robot *robot, struct cli *cli)
{
	return robot_recover(robot, cli, NULL);
}

void robot_close(struct robot *robot)
{
	library_close(&robot->library);
}

/* ---- Operations ------------------------------------------------------------ */

/* After what did not end as it was to: where things are. */
static void tell_arm(struct robot *robot)
{
	char text[96], err[ERR_SIZE];

	if (library_update(&robot->library, err, sizeof(err)))
		return;
	if (robot->library.inv.state & DISCMUX_STATUS_MOVING)
		fputs("discmux: the arm is still at work\n", stderr);
	else
		fprintf(stderr, "discmux: %s\n",
			move_arm_text(&robot->library.inv, text, sizeof(text)));
}

/* One line that says all; a second one only where the arm is not empty. */
static bool arm_holds(struct robot *robot)
{
	const struct discmux_element *arm;
	char err[ERR_SIZE];

	if (library_update(&robot->library, err, sizeof(err)))
		return false;
	arm = discmux_inventory_nth(&robot->library.inv, DISCMUX_ELEMENT_TRANSPORT, 0);
	return arm && !element_is_free(arm);
}

static int ended(struct robot *robot, const struct job_end *end)
{
	if (end->left)
		return cli_error("interrupted: the changer goes on with the move; "
				 "discmux inventory shows where the disc is");
	if (end->result == -ECHILD) {
		cli_error("the process that works with the changer was killed; "
			  "discmux inventory shows where the disc is");
		tell_arm(robot);
		return CLI_FAIL;
	}
	if (end->result) {
		cli_error("%s", end->error);
		if (end->interrupted || arm_holds(robot))
			tell_arm(robot);
		return CLI_FAIL;
	}
	return CLI_OK;
}

int robot_run(struct robot *robot, job_function *run, void *context, size_t size,
	      const char *doing)
{
	struct display display = { .doing = doing, .terminal = isatty(STDERR_FILENO) };
	const struct job_watch watch = { .show = show, .context = &display };
	struct job_end end;

	job_run(run, context, size, &watch, &end);
	clear_line(&display);
	return ended(robot, &end);
}

struct moving {
	struct library *library;
	struct robot_move move;
};

static int move_it(struct job *job, void *context)
{
	struct moving *m = context;
	char err[ERR_SIZE] = "";
	int ret = library_carry(m->library, "move", m->move.source, m->move.destination,
				m->move.flags, m->move.home, NULL, err, sizeof(err));

	library_warn(m->library, job);
	return ret ? job_fail(job, ret, "%s", err) : 0;
}

int robot_move(struct robot *robot, const struct robot_move *move)
{
	struct moving m = { .library = &robot->library, .move = *move };
	uint32_t lands = move->flags & DISCMUX_MOVE_EJECT ? move->lands : move->destination;
	char from[32], to[32], doing[96];
	int ret;

	place_name(&robot->library.inv, move->source, from, sizeof(from));
	place_name(&robot->library.inv, lands, to, sizeof(to));
	snprintf(doing, sizeof(doing), "moving from %s to %s", from, to);
	ret = robot_run(robot, move_it, &m, sizeof(m), doing);
	if (!ret)
		printf("moved from %s to %s\n", from, to);
	return ret;
}
