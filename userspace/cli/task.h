/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks of the burn engine as commands: copy, simulate, verify, erase, read.
 * What they share: options, the drives that take part, one run of a job with its
 * display, and what is reported.
 */
#ifndef DISCMUX_CLI_TASK_H
#define DISCMUX_CLI_TASK_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "burn.h"
#include "cli.h"

/* ---- task_options.c ---------------------------------------------------- */

struct task_options {
	const char *from;
	const char *to;		/* recorders ("all", "0,2"); with read the image */
	const char *log;	/* NULL: the usual one; "": none */
	const char *image;	/* made of the master beside the copies, or NULL */
	const char *map;	/* of a master that can't be read to the end, or NULL */
	bool verify, quiet, progress, no_eject, full, erase, append, go_on, no_isrc, no_burn_free;
	bool force_image;
	enum burn_session session;
	enum burn_method method;
	double speed;
	unsigned long layer_break;
	unsigned long quantity;	/* 0: one for each recorder */
	unsigned long wait_s;	/* for blank discs between rounds */
};

/* Reads the command line of a task.  Returns enum cli_exit; the command runs only
 * when *go_on is set. */
int task_take_options(struct cli *cli, enum burn_task task, struct task_options *o, int argc,
		      char **argv, bool *go_on);

/*
 * "all" or numbers of recorders like "0,2,5" as a set, bit n for recorder n.
 * *all is set for "all".  option: its name, for messages.  Returns 0, or -EINVAL
 * with one line in err.
 */
int task_parse_list(const char *option, const char *text, bool *all, uint32_t *set, char *err,
		    size_t errlen);

/* ---- task.c ------------------------------------------------------------ */

/* What became of one disc. */
struct task_result {
	struct burn_recorder recorder;
	struct burn_status status;
	unsigned int round;
};

/* One run of a command. */
struct task {
	struct cli *cli;
	enum burn_task task;
	struct task_options opt;
	struct discmux_info info;
	struct discmux_member members[BURN_MAX_RECORDERS * 4];
	size_t nr_members;
	struct burn_recorder recorders[BURN_MAX_RECORDERS];
	size_t count;
	struct burn_source *source;
	uint32_t source_member;
	struct burn_log *log;
	struct task_result *results;
	size_t nr_results, room;
	char error[BURN_MESSAGE_LEN];
	char image[4096];	/* that was made */
	sigset_t signals;	/* that end the job; blocked in all threads */
	bool cancelled;
	struct stored *stored;	/* the master, where it is one of the store's */
	struct report *report;	/* what discmuxd hears of it, or NULL */
};

/* Everything up to the first command to a drive.  Returns enum cli_exit. */
int task_open(struct task *task);

/* Runs a job with the first count recorders and keeps its results.  Returns what
 * burn_job_run() gave, or 1 after a message. */
int task_run(struct task *task, size_t count, unsigned int round, unsigned int wait_ms);

/* A signal that ends the job came within ms. */
bool task_signalled(struct task *task, unsigned int ms);

/* The frame of every command: options, task_open(), body, and the end. */
int task_command(struct cli *cli, enum burn_task kind, int argc, char **argv,
		 int (*body)(struct task *task));

/* ---- task_show.c ------------------------------------------------------- */

/* Lines about drives at work: one each, redrawn on a terminal; otherwise a line for
 * each change of state and each tenth of the way. */
struct task_show;

/* NULL without memory.  Without recorders it shows how the master is read.  quiet:
 * shows nothing.  events: a line of JSON on standard error each second instead. */
struct task_show *task_show_new(const struct burn_recorder *recorders, size_t count,
				const char *master, bool quiet, bool events);

/* Shows how the job's recorders are now. */
void task_show_update(struct task_show *show, struct burn_job *job);

/* Something else was printed: what is shown next goes below it. */
void task_show_break(struct task_show *show);

void task_show_free(struct task_show *show);

/* True when the disc is what was asked for. */
bool task_is_good(const struct task_result *result, bool verify);

/* One line about a disc that is not good, and what it is worth. */
void task_show_failure(const struct task_result *result);

/* The object of --json, a new reference; NULL without memory. */
json_t *task_json(const struct task *task, double seconds);

#endif
