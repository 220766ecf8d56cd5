// SPDX-License-Identifier: GPL-2.0
/* The subcommands and their help. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "near.h"

static const struct cli_subcommand commands[] = {
	{ "status", cmd_status, true, "[--no-media]", "the drives and the changer of a mux",
	  "  --no-media  do not ask the drives which discs are in them\n" },
	{ "drives", cmd_drives, true, "[DRIVE]...",
	  "what each drive is and can do",
	  "DRIVE: recorder:2, sr1, or any other name that discmux status shows.  Without all\n"
	  "of them.\n" },
	{ "media", cmd_media, true, "[DRIVE]...",
	  "the discs in the drives: kind, state, sessions, tracks, room",
	  "DRIVE: recorder:2, sr1, or any other name that discmux status shows.  Without all\n"
	  "drives.\n" },
	{ "copy", cmd_copy, true, "--from IMAGE|reader[:N] --to all|LIST [OPTION]...",
	  "one master to many recorders at once",
	  "  --from IMAGE     a file of whole 2048-byte blocks (.iso), or a .cue, .toc or .ccd\n"
	  "  --from reader    the disc in a reader; for a certain drive reader:1, sr1 or any other\n"
	  "                   name that discmux status shows\n"
	  "  --to all|LIST    every recorder, or some by numbers or names: 0,2 or sr1,sr3\n"
	  "  --verify         read every copy back and compare\n"
	  "  --quantity N     make N good copies, in as many rounds as it takes\n"
	  "  --wait S         seconds to wait for new discs between rounds; 60 unless given\n"
	  "  --speed X        X times 1x of the disc, or the next lower speed\n"
	  "  --method M       auto, dao, incremental, overwrite, tao or sao\n"
	  "  --open, --close  leave the discs open for another session, or don't; without\n"
	  "                   either as the master is\n"
	  "  --erase          erase rewritable discs that hold data first\n"
	  "  --append         add the master to discs that were left open, as a session more\n"
	  "  --skip-unfit     leave out recorders that hold no fit disc\n"
	  "  --image FILE     make an image of the master, too\n"
	  "  --damaged MAP    copy what can be read; what can't is listed in the map\n"
	  "  --force-image    take an image that contradicts itself, as one that is cut off\n"
	  "  --no-isrc        without the ISRC of a CD's tracks\n"
	  "  --layer-break N  blocks on the first layer of a DVD+R DL\n"
	  "  --no-burn-free   let the buffer run empty\n"
	  "  --no-eject       leave the discs in the drives\n"
	  "  --log FILE       where the states of discs are logged; \"\" for nowhere\n"
	  "  --quiet          no progress\n"
	  "  --progress       with --json: progress as lines of JSON on standard error\n" },
	{ "simulate", cmd_simulate, true, "--from IMAGE|reader[:N] --to all|LIST [OPTION]...",
	  "the same with the laser at reading power",
	  "  --from, --to, --speed, --method, --skip-unfit, --damaged, --no-isrc,\n"
	  "  --no-burn-free, --force-image, --no-eject, --quiet, --progress   as with copy\n"
	  "Refused for discs that can't be simulated on: DVD+R, DVD+RW, DVD-RAM, BD and\n"
	  "formatted DVD-RW.\n" },
	{ "verify", cmd_verify, true, "--from IMAGE|reader[:N] --in all|LIST|reader[:N] [OPTION]...",
	  "compare discs with a master",
	  "  --from           as with copy\n"
	  "  --in all|LIST    discs in recorders by numbers or names; reader:1 for a reader's\n"
	  "  --force-image    as with copy\n"
	  "  --skip-unfit     leave out drives that hold no fit disc\n"
	  "  --no-eject       leave the discs in the drives\n"
	  "  --quiet          no progress\n"
	  "  --progress       with --json: progress as lines of JSON on standard error\n" },
	{ "erase", cmd_erase, true, "--in all|LIST [--full] [OPTION]...",
	  "erase rewritable discs, several at once",
	  "  --in all|LIST    every recorder, or some by numbers or names: 0,2 or sr1,sr3\n"
	  "  --full           all of the disc, not only its beginning\n"
	  "  --skip-unfit     leave out recorders without a disc that can be erased\n"
	  "  --no-eject       leave the discs in the drives\n"
	  "  --log FILE       where the states of discs are logged; \"\" for nowhere\n"
	  "  --quiet          no progress\n"
	  "  --progress       with --json: progress as lines of JSON on standard error\n" },
	{ "read", cmd_read, true, "--from reader[:N] --to FILE [OPTION]...",
	  "make an image of a disc",
	  "  --from           reader, reader:1 or recorder:2\n"
	  "  --to FILE        .iso, .cue, .toc or .ccd with their data; what fits without an ending\n"
	  "  --damaged MAP    read what can be read; what can't is listed in the map\n"
	  "  --no-isrc        without the ISRC of a CD's tracks\n"
	  "  --quiet          no progress\n"
	  "  --progress       with --json: progress as lines of JSON on standard error\n" },
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
	  "arm, printer, an element address: 0x3001 or 3001h, or a drive: recorder:2, sr1.\n" },
	{ "eject", cmd_eject, false, "FROM [--invert]",
	  "move a disc to the slot that the library keeps for it",
	  "  --invert    turn the disc over\n"
	  "A mere number is a drive: discmux eject 0\n" },
	{ "exchange", cmd_exchange, false, "A B [C] [--invert] [--invert2]",
	  "move the disc of A to B, and that of B to A, or to C",
	  "  --invert    turn the first disc over\n"
	  "  --invert2   turn the second one over\n" },
	{ "position", cmd_position, false, "PLACE [--invert]", "bring the arm before a place",
	  "  --invert    with its other side, for arms that can\n" },
	{ "mail-slot", cmd_mail_slot, true,
	  "[open [SLOT] | import [SLOT] | export FROM] [--closed] [--invert]",
	  "discs that come in and go out",
	  "  open        an empty tray goes out, for a disc that is to come in\n"
	  "  import      what is in the mail slot goes to its tray's slot, or to SLOT\n"
	  "  export      a disc goes to the mail slot, which opens\n"
	  "  --closed    export: it stays closed\n"
	  "  --invert    turn the disc over\n"
	  "Without a word: what is in it.\n" },
	{ "print", cmd_print, false, "--slot N --label FILE [--to WHERE] [--wait S]",
	  "print a label on a disc",
	  "  --slot N      the disc of this slot; it goes back there\n"
	  "  --label FILE  print data, as the printer takes them\n"
	  "  --to WHERE    lp:QUEUE, socket:PATH, file:PATH or command:WORDS; else\n"
	  "                \"printer = WHERE\" in /etc/discmux.conf\n"
	  "  --wait S      the printer begins, and ends, within S seconds\n" },
	{ "inventory", cmd_inventory, true, "[--all] [--refresh] [--recover [--to SLOT]]",
	  "what is where in the library",
	  "  --all       list empty slots too\n"
	  "  --refresh   ask the changer now\n"
	  "  --recover   put discs that were left on the way back where they belong\n"
	  "  --to SLOT   and those of which nobody knows where into this one\n" },
	{ "init", cmd_init, false, "[FROM-TO]", "have the library look at its places",
	  "Without a range all of them: discmux init s1-s20\n" },
	{ "rezero", cmd_rezero, false, "[--return | --reset]", "have the arm find its place",
	  "  --return    discs in drives and the mail slot go back to their slots\n"
	  "  --reset     the library's controller starts again\n" },
	{ "selftest", cmd_selftest, false, "", "the library tests its mechanics",
	  "It moves the disc of slot 1 to drive 0 and back.\n" },
	{ "log", cmd_log, true, "[--clear]", "errors and commands that the library remembers",
	  "  --clear     and then forgets\n" },
	{ "modes", cmd_modes, true, "", "what the library has, and can do", "" },
	{ "lock", cmd_lock, false, "", "lock the mail slot", "" },
	{ "unlock", cmd_unlock, false, "", "unlock the mail slot", "" },
	{ "reserve", cmd_reserve, false, "[--for ID]", "keep other hosts away from the library",
	  "  --for ID    for the host with this SCSI id\n" },
	{ "release", cmd_release, false, "[--for ID]", "let other hosts at the library again",
	  "  --for ID    reserved for the host with this SCSI id\n" },
	{ "mtx", cmd_mtx, false, "[-f DEVICE] WORD [NUMBER]...", "the library in the words of mtx",
	  "Command line, output and exit status are those of mtx 1.3.12; DEVICE is\n"
	  "/dev/discmuxN or the sg device of its changer.  See discmux-mtx(1).\n" },
	{ "record", cmd_record, true, "MEMBER FILE [OPTION]... [-- COMMAND [ARGUMENT]...]",
	  "what a device is asked and answers, for discmux-sim to play",
	  "  MEMBER      reader, reader:1, recorder:2, changer\n"
	  "  FILE        made anew; - is standard output\n"
	  "  COMMAND     a command of discmux: what it sends to the member, behind the\n"
	  "              questions that are always asked and change nothing\n"
	  "  --data      keep what is read from the disc, too\n"
	  "  --titles    keep CD-Text, ISRC, catalogue numbers and volume tags, too\n"
	  "  --serials   keep serial numbers, too\n"
	  "See discmux-recording(5).\n" },
	{ "watch", cmd_watch, true, "[--count N] [--timeout S]", "events as they happen",
	  "  --count N   end after N events\n"
	  "  --timeout S end after S seconds; exit status 1 when --count was not reached\n"
	  "Without -m the events of every mux.\n" },
	{ "images", cmd_images, true, "list|add|remove|check|export [NAME]... [OPTION]...",
	  "the masters that are stored: HDD1 to HDD10 and others",
	  "  list                all of them\n"
	  "  add NAME --from IMAGE|reader[:N]\n"
	  "                      store an image file (.iso, .cue, .toc, .ccd) or a disc\n"
	  "  remove NAME...      take images away\n"
	  "  check [NAME]...     compare images, or all, with their SHA-256 sums\n"
	  "  export NAME [--to FOLDER] [--as iso|cue|toc|ccd]\n"
	  "                      copy the files of an image to a folder, or to this one\n"
	  "  --as FORM           export: in this form instead of the stored one\n"
	  "  --overwrite         add, export: over what is there\n"
	  "  --force-image       add: an image that contradicts itself, as one that is cut off\n"
	  "  --progress          with --json: progress as lines of JSON on standard error\n"
	  "  --store FOLDER      where images are; /var/lib/discmux/images unless given\n" },
	{ "extract", cmd_extract, true, "[--from READER] [--list | --tracks LIST]... [OPTION]...",
	  "audio tracks of one or more masters into HDD1",
	  "  --from READER       reader, reader:1, recorder:2; reader unless given\n"
	  "  --list              which tracks the master has\n"
	  "  --tracks LIST       all, or numbers like 1,3-5; several --from and --tracks for\n"
	  "                      several masters\n"
	  "  --append            behind the tracks that HDD1 holds\n"
	  "  --overwrite         over what HDD1 holds\n"
	  "  --no-isrc           without the ISRC of the tracks\n"
	  "  --progress          with --json: progress as lines of JSON on standard error\n"
	  "  --store FOLDER      where images are; /var/lib/discmux/images unless given\n"
	  "Without --list and --tracks it asks, track by track, for one master after the other.\n" },
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
	{ "panel", cmd_panel, false, "[--text] [--timeout S] [--socket PATH]",
	  "the operator's two keys and two lines (discmuxd)",
	  "  --text       commands on standard input, the lines on standard output\n"
	  "  --timeout S  how long the command wait waits; 60 unless given\n"
	  "  --socket PATH  where discmuxd listens\n" },
	{ "auto", cmd_auto, true, "[on|off|show] [--reader R | --library --slots LIST] [--quantity N]",
	  "copies that begin when a disc goes into a reader or mail slot (discmuxd)",
	  "  --reader R    the reader by number or name; 0 unless given\n"
	  "  --library     the mail slot of the library instead\n"
	  "  --slots LIST  slots with blanks, as in 1-20,33; the copies go back there\n"
	  "  --quantity N  copies of each master; one for each recorder unless given\n"
	  "  --verify      read every copy back and compare\n"
	  "  --again WHAT  the disc of the last run again: ask, skip or run; ask unless given\n"
	  "  --socket PATH where discmuxd listens\n" },
	{ "daemon", cmd_daemon, true, "REQUEST [KEY=VALUE]...", "any request to discmuxd",
	  "  REQUEST      status, jobs, start ...: see discmuxd-protocol(7); or a JSON object\n"
	  "  KEY=VALUE    its fields; a value may be JSON\n"
	  "  --socket PATH  where discmuxd listens\n"
	  "The answer is one line of JSON.\n" },
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

const struct cli_subcommand *cli_nth(size_t n)
{
	return n < NR_COMMANDS ? &commands[n] : NULL;
}

int cli_unknown(const char *name)
{
	char hint[NEAR_HINT_SIZE];
	struct near near;
	size_t i;

	near_begin(&near, name);
	for (i = 0; i < NR_COMMANDS; i++)
		near_offer(&near, commands[i].name);
	near_offer(&near, "help");
	return cli_usage_error(NULL, "there is no command %s%s", name,
			       near_hint(&near, hint, sizeof(hint)));
}

static void help_program(void)
{
	size_t i;

	puts("usage: discmux [-m N] COMMAND [OPTION]...\n");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].purpose);
	puts("  help       this, or help on a command: discmux help COMMAND\n\n"
	     "  -m, --mux N   the mux, /dev/discmuxN; 0 unless given\n"
	     "      --json    JSON instead of text; for what reads\n"
	     "      --version the version of the program");
}

int cli_help(const char *name)
{
	const struct cli_subcommand *command = name ? cli_find(name) : NULL;

	if (!name || !strcmp(name, "help")) {
		help_program();
		return CLI_OK;
	}
	if (!command)
		return cli_unknown(name);
	printf("usage: discmux [-m N] %s%s%s%s: %s\n%s", command->name, *command->synopsis ? " " : "",
	       command->synopsis, command->reads ? " [--json]" : "", command->purpose,
	       command->help);
	return CLI_OK;
}
