/* SPDX-License-Identifier: GPL-2.0 */
/* discmux extract: what its files share. */
#ifndef DISCMUX_CLI_EXTRACT_H
#define DISCMUX_CLI_EXTRACT_H

#include <jansson.h>

#include "cli.h"
#include "cli_images.h"
#include "extract.h"

#define EXTRACT_MASTERS	16

/* One run of the command. */
struct extract_cli {
	struct cli *cli;
	struct images *store;
	const char *folder;			/* --store, or NULL */
	bool list, append, overwrite, no_isrc, progress;
	unsigned int masters;			/* of --tracks */
	const char *from[EXTRACT_MASTERS + 1];	/* the first also without --tracks */
	const char *tracks[EXTRACT_MASTERS];
	struct extract_config config;		/* of the master at work */
	struct discmux_member member;
	char name[32];				/* "reader 0" */
	json_t *done;				/* --json: masters so far */
};

/* The reader of --from into the config.  enum cli_exit. */
int extract_use_reader(struct extract_cli *x, const char *from);

/* extract_run() with progress and messages; report may be NULL.  CLI_OK, CLI_FAIL. */
int extract_do(struct extract_cli *x, const struct extract_master *master, const bool *taken);

/* Tracks as a table, or as JSON. */
int extract_show(struct extract_cli *x, const struct extract_master *master);

/* "3:45" of 1/75 s; buf has 16 bytes.  Returns buf. */
char *extract_time(uint32_t blocks, char *buf);

/* extract_ask.c: the guide's way, one question after the other. */
int extract_ask_all(struct extract_cli *x);

/*
 * "all", or numbers of tracks like "1,3-5", as a set by index.  Those of "all" are the
 * ones that may be taken.  -EINVAL with one line in err.
 */
int extract_parse_tracks(const char *text, const struct extract_master *master,
			 struct extract_selection *sel, char *err, size_t errlen);

/* The text is such a list.  What the tracks are is not looked at. */
bool extract_is_list(const char *text);

#endif
