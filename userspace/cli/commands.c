// SPDX-License-Identifier: GPL-2.0
/* The subcommands and their help. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct cli_subcommand commands[] = {
	{ "status", cmd_status, true, "[--no-media]", "the drives and the changer of a mux",
	  "  --no-media  do not ask the drives which discs are in them\n" },
	{ "copy", cmd_copy, true, "--from IMAGE|reader[:N] --to all|LIST [OPTION]...",
	  "one master to many recorders at once",
	  "  --from IMAGE     a file of whole 2048-byte blocks, an ISO 9660 image for instance\n"
	  "  --from reader    the disc in a reader; reader:1, recorder:2 for a certain drive\n"
	  "  --to all|LIST    every recorder, or some by their numbers: 0,2\n"
	  "  --verify         read every copy back and compare\n"
	  "  --quantity N     make N copies, in several rounds where there are fewer recorders\n"
	  "  --wait S         seconds to wait for new discs between rounds; 60 unless given\n"
	  "  --speed X        no faster than X times 1x of the disc\n"
	  "  --method M       auto, dao or incremental, for DVD-R\n"
	  "  --open           leave the discs open for another session\n"
	  "  --no-eject       leave the discs in the drives\n"
	  "  --log FILE       where the states of discs are logged; \"\" for nowhere\n"
	  "  --quiet          no progress\n" },
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
	{ "sense", cmd_sense, true, "CODE [--device NAME] | --raw BYTES | --table NAME [--csv]",
	  "sense codes in words, and what to do about them",
	  "  CODE          key/ASC/ASCQ or ASC/ASCQ in hexadecimal: 02/04/08\n"
	  "  --device NAME reader, recorder or library, where the code comes from; a code\n"
	  "                of the library's error log with changer-log\n"
	  "  --raw BYTES   sense data in hexadecimal: \"70 00 03 ...\"\n"
	  "  --table NAME  all codes of reader, recorder, library or changer-log\n"
	  "  --csv         the table as asc,ascq,description,action\n" },
	{ "message", cmd_message, true, "CODE | --table [--csv]", "messages of the SCSI bus",
	  "  CODE        one byte in hexadecimal: 0x0c\n"
	  "  --table     all messages\n"
	  "  --csv       the table as code,message,direction,source,effect\n" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

const struct cli_subcommand *cli_find(const char *name)
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
	     "      --json    JSON instead of text; not with load, unload, move\n"
	     "      --version the version of the program");
}

int cli_help(const char *name)
{
	const struct cli_subcommand *command = name ? cli_find(name) : NULL;

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
