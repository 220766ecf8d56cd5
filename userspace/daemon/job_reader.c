// SPDX-License-Identifier: GPL-2.0
/* What was wrong with the reading of a master. */
#include <stdio.h>

#include "job_priv.h"

void job_reader_fault(struct job *job, const char *name, const struct discmux_result *result,
		      const char *text)
{
	/* Whichever drive reads: the codes are those of reading */
	struct panel_fault f = { .reader = true };
	struct discmux_sense sense;

	snprintf(f.drive, sizeof(f.drive), "%s", name);
	drive_capitals(f.drive);
	snprintf(f.text, sizeof(f.text), "%s", text);
	if (!discmux_result_sense(result, &sense)) {
		f.sense_valid = true;
		f.key = sense.key;
		f.asc = sense.asc;
		f.ascq = sense.ascq;
	}
	job_message(job, "%s", text);
	job_fault(job, &f);
}

void job_master_fault(struct job *job, const struct burn_source *source, const char *text)
{
	const struct discmux_result *failure = burn_source_failure(source);

	if (failure)
		job_reader_fault(job, burn_source_name(source), failure, text);
	else
		job_problem(job, "MASTER", "%s", text);
}
