// SPDX-License-Identifier: GPL-2.0
/* The discmux command: its subcommands and their help. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct command {
	const char *name;
	cli_command *run;
	bool reads;		/* knows --json */
	const char *synopsis;	/* what follows the name */
	const char *purpose;
	const char *help;	/* its options */
} commands[] = {
	{ "status", cmd_status, true, "[--no-media]", "the drives and the changer of a mux",
	  "  --no-media  do not ask the drives which discs are in them\n" },
#if __has_include("copy.c")
	{ "copy", cmd_copy, false, "--from IMAGE|reader --to all|LIST [--verify] [--quantity N]",
	  "one master to many recorders at once",
	  "  --from      a file (ISO 9660 or any other of whole 2048-byte blocks), or the disc in\n"
	  "              the reader\n"
	  "  --to        recorders: all, or their numbers: 0,2\n"
	  "  --verify    read every copy back and compare\n"
	  "  --quantity  how many copies\n" },
#endif
	{ "load", cmd_load, false, "SLOT DRIVE [--invert]", "move a disc from a slot to a drive",
	  "  --invert    turn the disc over\n"
	  "Slots count from 1, drives from 0: discmux load 5 0\n" },
	{ "unload", cmd_unload, false, "DRIVE [SLOT] [--invert]",
	  "move a disc from a drive to a slot",
	  "  --invert    turn the disc over\n"
	  "Without SLOT the disc goes where it came from: discmux unload 0\n" },
	{ "move", cmd_move, false, "FROM TO [--invert]", "move a disc between any two places",
	  "  --invert    turn the disc over\n"
	  "Places: s5 or \"slot 5\" (from 1), d0 or \"drive 0\" (from 0), mail, mail-closed,\n"
	  "arm, printer, or an element address: 0x3001 or 3001h.\n" },
	{ "inventory", cmd_inventory, true, "[--all] [--refresh]", "what is where in the library",
	  "  --all       list empty slots too\n"
	  "  --refresh   ask the changer now\n" },
	{ "watch", cmd_watch, true, "[--count N] [--timeout S]", "events as they happen",
	  "  --count N   end after N events\n"
	  "  --timeout S end after S seconds; exit status 1 when --count was not reached\n"
	  "Without -m the events of every mux.\n" },
	{ "counters", cmd_counters, true, "", "what the driver has counted", "" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void help_program(void)
{
	size_t i;

	puts("usage: discmux [-m N] COMMAND [OPTION]...\n");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].purpose);
	puts("  help       this, or help on a command: discmux help COMMAND\n\n"
	     "  -m, --mux N   the mux, /dev/discmuxN; 0 unless given\n"
	     "      --json    JSON instead of text: status, inventory, watch, counters\n"
	     "      --version the version of the program");
}

int cli_help(const char *name)
{
	const struct command *command = name ? find_command(name) : NULL;

	if (!name) {
		help_program();
		return CLI_OK;
	}
	if (!command)
		return cli_usage_error(NULL, "there is no command %s", name);
	printf("usage: discmux [-m N] %s%s%s%s: %s\n%s", command->name, *command->synopsis ? " " : "",
	       command->synopsis, command->reads ? " [--json]" : "", command->purpose,
	       command->help);
	return CLI_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;

	if (!argc) {
		fputs("discmux: no command: discmux help lists them\n", stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[0], "help"))
		return cli_help(argc > 1 ? argv[1] : NULL);
	command = find_command(argv[0]);
	if (!command)
		return cli_usage_error(NULL, "there is no command %s", argv[0]);
	if (cli->json && !command->reads)
		return cli_usage_error(argv[0], "%s prints nothing that --json could change",
				       argv[0]);
	cli->reads = command->reads;
	optind = 0;	/* glibc: starts afresh, also what "+" meant */
	return command->run(cli, argc, argv);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		CLI_OPTIONS,
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct cli cli = { .reads = true };
	int status = CLI_OK;
	int c;

	while ((c = getopt_long(argc, argv, "+" CLI_SHORT "V", options, NULL)) != -1) {
		switch (c) {
		case 'V':
			printf("discmux %s\n", discmux_version());
			return CLI_OK;
		default:
			argv[0] = NULL;	/* no subcommand */
			if (!cli_option(&cli, argv, c, &status))
				return status;
		}
	}
	status = run(&cli, argc - optind, argv + optind);
	discmux_close(cli.dm);
	if (fflush(stdout) || ferror(stdout)) {
		cli_error("cannot write the output");
		return status ? status : CLI_FAIL;
	}
	return status;
}
