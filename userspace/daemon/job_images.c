// SPDX-License-Identifier: GPL-2.0
/* Masters on the hard disk: registered from a disc or a file, cleared. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_priv.h"
#include "mmc.h"

/* ---- The store as the engine's sink ----------------------------------- */

struct reg {
	struct job *job;
	struct images_register *reg;
	char source[IMAGES_TEXT_SIZE];
	struct images_info info;
};

/* A master that can't be used may be overwritten; one that can is first cleared. */
static bool replaceable(struct images *images, const char *name)
{
	struct images_info info;
	char err[256];

	return !images_describe(images, name, &info, err, sizeof(err)) && *info.problem;
}

static int sink_begin(void *arg, bool raw, uint64_t bytes, char *err, size_t errlen)
{
	struct reg *r = arg;
	struct job *job = r->job;
	struct images_plan plan = {
		.raw = raw,
		.bytes = bytes,
		.replace = replaceable(job->core->images, job->spec.image),
	};

	job_show_bytes(job, bytes);
	return images_begin(job->core->images, job->spec.image, &plan, &r->reg, err, errlen);
}

static int sink_append(void *arg, const void *data, size_t len, char *err, size_t errlen)
{
	struct reg *r = arg;

	return images_append(r->reg, data, len, err, errlen);
}

static enum images_medium medium_of(const struct job *job, bool raw)
{
	if (raw || !strcmp(job->status.show.medium, "CD"))
		return IMAGES_CD;
	return !strcmp(job->status.show.medium, "BD") ? IMAGES_BD : IMAGES_DVD;
}

static int sink_commit(void *arg, const struct cd_layout *layout, char *err, size_t errlen)
{
	struct reg *r = arg;
	struct images_details details = {
		.layout = layout,
		.medium = medium_of(r->job, layout),
		.source = r->source,
	};
	int rc = images_commit(r->reg, &details, &r->info, err, errlen);

	r->reg = NULL;
	return rc;
}

static void sink_abort(void *arg)
{
	struct reg *r = arg;

	images_abort(r->reg);
	r->reg = NULL;
}

/* ---- Register --------------------------------------------------------- */

/* The reader gives its disc back. */
static void give_back(struct job *job)
{
	struct drive drives[DRIVES_MAX];
	int unit = job_reader(&job->spec), n, i;

	if (job->spec.keep || unit < 0)
		return;
	n = drives_list(job->dm, drives, DRIVES_MAX);
	for (i = 0; i < n; i++)
		if (drives[i].role == DISCMUX_ROLE_READER && (int)drives[i].unit == unit)
			drive_tray(job->dm, &drives[i], true);
}

static int from_disc(struct job *job, struct reg *r)
{
	struct burn_source *source;
	int rc = job_source(job, &source, r->source, sizeof(r->source));

	if (!rc && job->spec.also_burn)
		rc = job_gather(job, 0, true);
	if (!rc)
		rc = job_burn(job, source);
	burn_source_free(source);
	return rc;
}

static bool step(void *arg, uint64_t done, uint64_t total)
{
	job_progress(arg, done, total);
	return !job_is_cancelled(arg);
}

static void note(void *arg, const char *text)
{
	job_say(arg, text);
}

static int from_file(struct job *job, struct reg *r)
{
	struct images_progress progress = { step, job, note };
	char err[256];
	int rc;

	job_phase(job, PANEL_RUNNING);
	rc = images_add_file(job->core->images, job->spec.image, job->spec.source,
			     (replaceable(job->core->images, job->spec.image) ? IMAGES_REPLACE : 0) |
			     (job->spec.force_image ? IMAGES_FORCE : 0), &progress, &r->info,
			     err, sizeof(err));
	return !rc || rc == -ECANCELED ? rc : job_problem(job, "", "%s", err);
}

int job_run_register(struct job *job)
{
	struct reg r = { .job = job };
	int rc;

	job->sink = (struct burn_sink){ sink_begin, sink_append, sink_commit, sink_abort, &r };
	if (*job->spec.source == '/')
		rc = from_file(job, &r);
	else
		rc = from_disc(job, &r);
	if (*r.info.name) {
		core_log(6, "job %lld: %s is %s, %llu bytes, SHA-256 %s", (long long)job->id,
			 r.info.name, images_kind_name(r.info.kind),
			 (unsigned long long)r.info.bytes, r.info.sha256);
		give_back(job);
	}
	return rc;
}

int job_run_clear(struct job *job)
{
	char err[256];
	int rc;

	job_phase(job, PANEL_RUNNING);
	rc = images_remove(job->core->images, job->spec.image, err, sizeof(err));
	return rc ? job_problem(job, "", "%s", err) : 0;
}
