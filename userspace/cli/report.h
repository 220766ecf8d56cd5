/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports to discmuxd, while it runs, about a job that this program carries out itself: the
 * daemon keeps the recorders from its own jobs, records each disc's fate, counts the good
 * ones, and can cancel the job.  The job works just as well without it; a daemon that is
 * started again before the job is over gets the reports it missed.  A report may be NULL
 * everywhere.
 */
#ifndef DISCMUX_CLI_REPORT_H
#define DISCMUX_CLI_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "burn.h"
#include "cli.h"

struct report;

/*
 * A job begins; job: as discmuxd-protocol(7) has it, taken over.  Readers among the
 * recorders are left out.  erase: discs that hold something are erased first.  CLI_OK
 * with *report NULL when discmuxd does not run or has another mux; CLI_FAIL when it has
 * something against the job, which was said.
 */
int report_begin(const struct cli *cli, json_t *job, const struct burn_recorder *recorders,
		 size_t count, bool erase, struct report **report);

/* A step of a recorder, as burn_config.record has it; on discmuxd's storage when this
 * returns.  -EIO with one line in err when discmuxd could not keep it. */
int report_disc(struct report *report, const struct burn_recorder *recorder, unsigned int round,
		const char *state, enum burn_disc disc, const struct burn_status *status,
		char *err, size_t errlen);

/* How a recorder is now; sent by the next report_cancelled(). */
void report_status(struct report *report, const struct burn_recorder *recorder,
		   const struct burn_status *status);

/* The job was cancelled.  Asks once a second, however often it is called; looks
 * for a discmuxd that has gone as often. */
bool report_cancelled(struct report *report);

/* The job is over: "done", "failed" or "cancelled"; lets go of the report. */
void report_end(struct report *report, const char *state, const char *message);

#endif
