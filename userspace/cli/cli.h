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
	CLI_FAIL = 1,	/* it was tried and failed; said why on stderr */
	CLI_USAGE = 2,	/* the command line is wrong, whatever the machine is like: unknown
			 * or missing words, values that can't be; nothing was done */
};

/* One run of the program. */
struct cli {
	int mux;		/* -m, 0 */
	bool mux_given;		/* -m is on the command line */
	bool json;		/* --json */
	bool reads;		/* the subcommand knows --json */
	const struct option *options;	/* of the subcommand, while it is in cli_getopt() */
	struct cli_probe *probe;	/* only the options are wanted, see cli_probe_options() */
	struct discmux *dm;	/* NULL until cli_open(); main closes it */
};

/* The options that a subcommand takes, as getopt_long() has them. */
#define CLI_MAX_OPTIONS	48
struct cli_probe {
	struct option options[CLI_MAX_OPTIONS];
	size_t nr;
};

/*
 * A subcommand: argv[0] is its name, options and operands follow, for
 * cli_getopt() from the start (optind is 1).  Returns enum cli_exit.
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
 *	while ((c = cli_getopt(cli, argc, argv, options)) != -1)
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

/* getopt_long() with CLI_SHORT, which every subcommand calls before it does anything. */
int cli_getopt(struct cli *cli, int argc, char **argv, const struct option *options);

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

/* The subcommands in the order of the help, NULL behind the last. */
const struct cli_subcommand *cli_nth(size_t n);

/* Says that there is no such command, and which one may be meant.  Returns CLI_USAGE. */
int cli_unknown(const char *name);

/* The options of a subcommand, taken from itself: nothing is done. */
void cli_probe_options(const struct cli_subcommand *command, struct cli_probe *probe);

/* discmux completion: scripts for shells, and the names that they ask for.  Not in the
 * help.  argv[0] is "completion". */
int cli_completion(struct cli *cli, int argc, char **argv);

/* How completion finds the value of an option that takes one. */
struct completion_option;
bool cli_complete_option(const char *command, struct completion_option *option);

/* Help on a subcommand, or on the program with NULL.  Returns CLI_OK, or
 * CLI_USAGE for a name that there is not. */
int cli_help(const char *command);

/* Opens the mux of -m once, waits until its devices have their roles, and says
 * what is wrong when that fails.  flags as discmux_open().  Returns CLI_OK or
 * CLI_FAIL. */
int cli_open(struct cli *cli, unsigned int flags);

/* "discmux: " and the message and a line end, on stderr.  Returns CLI_FAIL. */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same about a value on the command line that can't be; the message says what is
 * wanted.  Returns CLI_USAGE. */
int cli_value_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A value that is one of a few words: the index in words, which NULL ends, or -1 after
 * "OPTION VALUE: A, B or C is wanted: did you mean A?". */
int cli_word(const char *option, const char *value, const char *const *words);

/* The same with a hint to `discmux help COMMAND`.  Returns CLI_USAGE. */
int cli_usage_error(const char *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* As cli_open(), but falls back to read-only and leaves *writable false when
 * there is no permission to write. */
int cli_open_best(struct cli *cli, bool *writable);

/* A decimal number from min to max, all of text.  Returns 0 or -EINVAL. */
int cli_number(const char *text, unsigned long min, unsigned long max, unsigned long *value);

#endif
