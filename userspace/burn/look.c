// SPDX-License-Identifier: GPL-2.0
/* A look at a master without a job that does anything with it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

int burn_source_look(struct burn_source *source, const struct burn_ops *ops, void *ctx, char *err,
		     size_t errlen)
{
	const struct burn_config config = {
		/* The one task without recorders; no image is begun */
		.task = BURN_READ, .image = "", .ops = ops, .ctx = ctx, .source = source,
	};
	struct burn_job *job;
	int rc = burn_job_create(&config, &job);

	if (rc) {
		snprintf(err, errlen, "%s can't be looked at: %s", burn_source_name(source),
			 strerror(-rc));
		return rc;
	}
	rc = burn_source_check(source, job);
	if (rc)
		snprintf(err, errlen, "%s", burn_job_error(job));
	burn_job_free(job);
	return rc;
}
