/* SPDX-License-Identifier: GPL-2.0 */
/* discmux copy: what the command and its display share. */
#ifndef DISCMUX_CLI_COPY_H
#define DISCMUX_CLI_COPY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "burn.h"
#include "cli.h"

struct copy_options {
	const char *from, *to;
	const char *log;	/* NULL: the usual one; "": none */
	bool verify, quiet, no_eject, open;
	enum burn_method method;
	double speed;
	unsigned long quantity;	/* 0: one for each recorder */
	unsigned long wait_s;	/* for blank discs between rounds */
};

/* Reads the command line.  Returns enum cli_exit; the command runs only when
 * *go_on is set. */
int copy_take_options(struct cli *cli, struct copy_options *o, int argc, char **argv, bool *go_on);

/* What became of one copy. */
struct copy_result {
	struct burn_recorder recorder;
	struct burn_status status;
	unsigned int round;
};

/*
 * "all" or numbers of recorders like "0,2,5" as a set, bit n for recorder n.
 * *all is set for "all".  Returns 0, or -EINVAL with one line in err.
 */
int copy_parse_list(const char *text, bool *all, uint32_t *set, char *err, size_t errlen);

/* ---- copy_show.c ------------------------------------------------------ */

/* Lines about recorders at work: one each, redrawn on a terminal; otherwise a
 * line for each change of state and each tenth of the way. */
struct copy_show;

/* NULL without memory.  quiet: shows nothing. */
struct copy_show *copy_show_new(const struct burn_recorder *recorders, size_t count, bool quiet);

/* Shows how the job's recorders are now. */
void copy_show_update(struct copy_show *show, struct burn_job *job);

/* Something else was printed: what is shown next goes below it. */
void copy_show_break(struct copy_show *show);

void copy_show_free(struct copy_show *show);

/* True when the copy is what was asked for. */
bool copy_is_good(const struct copy_result *result, bool verify);

/* One line about a copy that is not good, and what its disc is worth. */
void copy_show_failure(const struct copy_result *result);

/* The object of --json, a new reference; NULL without memory. */
json_t *copy_json(const struct copy_result *results, size_t count, bool verify,
		  const char *master, const struct burn_source *source, double seconds,
		  const char *error);

#endif
