/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the subcommands of `discmux` share: the options that every one has, the
 * way to the device, and messages.
 */
#ifndef DISCMUX_CLI_H
#define DISCMUX_CLI_H

#include <getopt.h>
#include <stdbool.h>

#include "libdiscmux.h"

/* Exit statuses */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAIL = 1,	/* said why on stderr; also a value that cannot be */
	CLI_USAGE = 2,	/* unknown option, operand missing or too many */
};

/* One run of the program. */
struct cli {
	int mux;		/* -m, 0 */
	bool mux_given;		/* -m is on the command line */
	bool json;		/* --json */
	bool reads;		/* the subcommand knows --json */
	struct discmux *dm;	/* NULL until cli_open(); main closes it */
};

/*
 * A subcommand: argv[0] is its name, options and operands follow, for
 * getopt_long() from the start (optind is 1).  Returns enum cli_exit.
 */
typedef int cli_command(struct cli *cli, int argc, char **argv);

cli_command cmd_status, cmd_copy, cmd_load, cmd_unload, cmd_move, cmd_inventory, cmd_watch,
	cmd_counters, cmd_sense, cmd_message, cmd_images, cmd_extract, cmd_mtx, cmd_eject, cmd_position, cmd_exchange,
	cmd_init, cmd_rezero, cmd_selftest, cmd_lock, cmd_unlock, cmd_reserve, cmd_release,
	cmd_log, cmd_modes, cmd_mail_slot, cmd_print, cmd_panel, cmd_daemon, cmd_auto, cmd_simulate, cmd_verify, cmd_erase, cmd_read,
	cmd_drives, cmd_media, cmd_record;

/*
 * Options of every subcommand, to be put into its own tables:
 *
 *	static const struct option options[] = { ..., CLI_OPTIONS, { 0 } };
 *	while ((c = getopt_long(argc, argv, CLI_SHORT "x:", options, NULL)) != -1)
 *		switch (c) {
 *		...
 *		default:
 *			if (!cli_option(cli, argv, c, &status))
 *				return status;
 *		}
 */
#define CLI_SHORT ":m:h"
#define CLI_OPT_JSON	0x100
#define CLI_OPT_OWN	0x200	/* values of long options of one's own start here */
#define CLI_OPTIONS                                        \
	{ "mux", required_argument, NULL, 'm' },           \
		{ "json", no_argument, NULL, CLI_OPT_JSON }, \
		{ "help", no_argument, NULL, 'h' }

/* Takes a common option (or '?' and ':' of getopt_long; argv[0] is the
 * subcommand).  Returns true to go on, false to leave with *status. */
bool cli_option(struct cli *cli, char **argv, int c, int *status);

/* What there is to know of a subcommand. */
struct cli_subcommand {
	const char *name;
	cli_command *run;
	bool reads;		/* knows --json */
	const char *synopsis;	/* what follows the name */
	const char *purpose;
	const char *help;	/* its options */
};

/* NULL: there is none of that name. */
const struct cli_subcommand *cli_find(const char *name);

/* Help on a subcommand, or on the program with NULL.  Returns CLI_OK, or
 * CLI_USAGE for a name that there is not. */
int cli_help(const char *command);

/* Opens the mux of -m once, waits until its devices have their roles, and says
 * what is wrong when that fails.  flags as discmux_open().  Returns CLI_OK or
 * CLI_FAIL. */
int cli_open(struct cli *cli, unsigned int flags);

/* "discmux: " and the message and a line end, on stderr.  Returns CLI_FAIL. */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same with a hint to `discmux help COMMAND`.  Returns CLI_USAGE. */
int cli_usage_error(const char *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* As cli_open(), but falls back to read-only and leaves *writable false when
 * there is no permission to write. */
int cli_open_best(struct cli *cli, bool *writable);

/* A decimal number from min to max, all of text.  Returns 0 or -EINVAL. */
int cli_number(const char *text, unsigned long min, unsigned long max, unsigned long *value);

#endif
