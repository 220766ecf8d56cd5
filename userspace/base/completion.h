/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Completion of command lines in bash and zsh, made from a program's own tables of commands
 * and options.  What the machine has (drives, stored masters) the shell asks the program
 * for: PROGRAM completion KIND, one name a line.
 */
#ifndef DISCMUX_BASE_COMPLETION_H
#define DISCMUX_BASE_COMPLETION_H

#include <stddef.h>
#include <stdio.h>

/* What can stand somewhere. */
enum completion_kind {
	COMPLETION_NONE,	/* of an option: it takes no value */
	COMPLETION_ANY,		/* nothing that is known: a number, a text */
	COMPLETION_WORDS,	/* one of a set */
	COMPLETION_FILE,
	COMPLETION_FOLDER,
	COMPLETION_DRIVE,	/* these, and the next one: PROGRAM completion drives */
	COMPLETION_SOURCE,	/* a drive, a stored master (completion images) or a file */
	COMPLETION_RECORDERS,	/* "all" or a list of them: completion recorders */
	COMPLETION_READER,	/* completion readers */
	COMPLETION_IMAGE,	/* completion images */
	COMPLETION_DEVICE,	/* of discmux-sim: completion devices */
	COMPLETION_DISC,	/* a device or disc (completion discs) of discmux-sim, or a file */
	COMPLETION_PLACE,	/* of a library: words, or a drive */
	COMPLETION_KINDS,
};

struct completion_option {
	char name[32];		/* "--from" */
	enum completion_kind kind;
	const char *words;	/* COMPLETION_WORDS: with blanks between them */
};

#define COMPLETION_OPTIONS	48

struct completion_command {
	const char *name;	/* "" for what can stand before a command */
	const char *purpose;	/* one line, or "" */
	const char *words;	/* the first operand is one of these; "" */
	enum completion_kind operand;	/* any other operand */
	struct completion_option options[COMPLETION_OPTIONS];
	size_t nr;
};

/*
 * Writes the script for a shell ("bash", "zsh").  list: the entry "" first, whose words
 * are the commands.  Returns 0, or -1 for another shell.
 */
int completion_print(const char *shell, const char *program,
		     const struct completion_command *list, size_t count, FILE *out);

/* The name of a kind in the scripts, "recorders". */
const char *completion_kind_name(enum completion_kind kind);

#endif
