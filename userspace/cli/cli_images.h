/* SPDX-License-Identifier: GPL-2.0 */
/* discmux images: what its actions share. */
#ifndef DISCMUX_CLI_IMAGES_H
#define DISCMUX_CLI_IMAGES_H

#include <jansson.h>

#include "cli.h"
#include "estimate.h"
#include "images.h"

#define IMAGES_MESSAGE_LEN	512

/* One run of the command. */
struct images_run {
	struct cli *cli;
	const char *action;	/* "list" */
	struct images *store;
	const char *folder;	/* --store, or NULL */
	const char *from, *to;
	enum images_as as;
	bool overwrite, progress, force_image;
	json_t *notes;		/* about the image that is added */
	char **names;		/* operands */
	int count;
};

/* The actions; the store is open.  enum cli_exit. */
int images_do_list(struct images_run *run);
int images_do_add(struct images_run *run);
int images_do_remove(struct images_run *run);
int images_do_check(struct images_run *run);
int images_do_export(struct images_run *run);

/* The disc in the drive of --from; the name is the first operand. */
struct cli_progress;
int images_add_disc(struct images_run *run, struct cli_progress *progress,
		    struct images_info *info);

/* An image as JSON, a new reference; NULL without memory. */
json_t *images_json(const struct images_info *info);

/* "703 MB", "4.7 GB"; buf has 16 bytes.  Returns buf. */
char *images_size_text(uint64_t bytes, char *buf);

/* ---- images_progress.c: what takes long -------------------------------- */

/* Shows on a terminal how far it is, and ends when a signal comes. */
struct cli_progress {
	struct images_progress step;	/* for the functions of images.h */
	const char *what;
	struct images_run *run;		/* for notes */
	bool terminal, events, shown, cancelled;
	uint64_t shown_ms;
	struct estimate estimate;
};

/* Blocks the signals that end it.  With --json nothing is drawn; events: a line of JSON on
 * standard error each second. */
void cli_progress_begin(struct cli_progress *progress, const char *what, const struct cli *cli,
			bool events);

/* A signal that ends what is done has come, and waits blocked. */
bool cli_signalled(void);

/* Takes the line away. */
void cli_progress_end(struct cli_progress *progress);

#endif
