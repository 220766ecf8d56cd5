/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the subcommands that set the robot in motion share: they begin by putting in
 * order what was left behind, show what goes on, can be interrupted, and say
 * afterwards what the arm holds.
 */
#ifndef DISCMUX_CLI_ROBOT_H
#define DISCMUX_CLI_ROBOT_H

#include "cli.h"
#include "job.h"
#include "library.h"
#include "place.h"

struct robot {
	struct library library;
};

/*
 * Opens the mux for writing and its library.  Tells on stderr what differs from what is
 * remembered; puts stray discs back, or asks where to, or refuses.  robot_close() is
 * due in any case.  Returns CLI_OK or CLI_FAIL.
 */
int robot_open(struct robot *robot, struct cli *cli);

/* The same, with an answer for discs of which nobody knows where they belong: this slot.
 * NULL: none. */
int robot_recover(struct robot *robot, struct cli *cli, const struct place *to);

/* The same without touching stray discs: for what does not move any. */
int robot_look(struct robot *robot, struct cli *cli);
void robot_close(struct robot *robot);

/**
 * robot_run - carry an operation out, with progress on a terminal
 * @run: sees the robot in memory of its own; what it writes to @context comes back
 * @doing: what is being done, "moving from slot 5 to drive 0"
 *
 * Returns CLI_OK, or CLI_FAIL after it has said what went wrong and what the arm holds.
 */
int robot_run(struct robot *robot, job_function *run, void *context, size_t size,
	      const char *doing);

/* For what showed places and asked the changer for them first: CLI_FAIL when it gave no
 * answer that can be used, and a line on stderr. */
int robot_answered(const struct discmux_inventory *inv);

struct robot_move {
	uint32_t source, destination;	/* element addresses */
	uint32_t flags;			/* DISCMUX_MOVE_* */
	uint32_t lands;			/* with DISCMUX_MOVE_EJECT: where it will be */
	uint32_t home;			/* as for library_carry() */
};

/* Moves, and reports it on stdout. */
int robot_move(struct robot *robot, const struct robot_move *move);

#endif
