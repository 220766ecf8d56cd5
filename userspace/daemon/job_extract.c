// SPDX-License-Identifier: GPL-2.0
/* Audio tracks of one or more masters into one master on the hard disk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extract.h"
#include "job_priv.h"

struct work {
	struct job *job;
	struct extract_config config;
	struct extract_master master;
	struct drive reader;
	char name[32];
	struct discmux_result failure;	/* of the reader */
	char err[256];
};

static bool step(void *arg, uint64_t done, uint64_t total)
{
	job_progress(arg, done, total);
	return !job_is_cancelled(arg);
}

/* Which disc it is: the tracks were chosen on the one that was analyzed. */
static int check_disc(struct job *job, const struct drive *reader)
{
	bool same;
	int rc;

	snprintf(job->master, sizeof(job->master), "%s", job->spec.master);
	rc = job_same_master(job, reader, &same);
	if (rc)
		return rc;
	return same ? 0 : job_problem(job, "READER", "this is another disc than the one that was analyzed: put that one in, or analyze this one");
}

static int failed(struct job *job, const struct work *w, int rc)
{
	if (rc == -ECANCELED)
		return rc;
	job_reader_fault(job, w->name, &w->failure, w->err);
	return -EIO;
}

/* Waits for the disc, and says what there is to extract from. */
static int begin(struct job *job, struct work *w)
{
	int rc = job_wait_master(job, &w->reader);

	if (!rc)
		rc = check_disc(job, &w->reader);
	if (rc)
		return rc;
	w->job = job;
	drive_name(&w->reader, w->name, sizeof(w->name));
	w->config.ops = &burn_ops_discmux;
	w->config.ctx = job->dm;
	w->config.member = w->reader.member;
	w->config.name = w->name;
	w->config.failure = &w->failure;
	w->config.max_data = w->reader.max_data < job->max_exec_bytes ? w->reader.max_data :
								       job->max_exec_bytes;
	w->config.progress = (struct images_progress){ step, job, NULL };
	job_phase(job, PANEL_RUNNING);
	rc = extract_analyze(&w->config, &w->master, w->err, sizeof(w->err));
	return rc ? failed(job, w, rc) : 0;
}

/* What the panel shows of it. */
static void show_master(struct job *job, const struct extract_master *master)
{
	struct core *core = job->core;
	unsigned int i;

	pthread_mutex_lock(&core->lock);
	memset(&core->master, 0, sizeof(core->master));
	for (i = 0; i < master->tracks && i < PANEL_TRACKS; i++) {
		core->master.audio[i] = master->track[i].audio;
		core->master.frames[i] = master->track[i].blocks;
	}
	core->master.tracks = i;
	snprintf(core->master_id, sizeof(core->master_id), "%s", job->master);
	pthread_mutex_unlock(&core->lock);
}

static void count_bytes(struct job *job, const struct extract_master *master)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < master->tracks && i < PANEL_TRACKS; i++)
		if (job->spec.tracks[i])
			bytes += (uint64_t)master->track[i].blocks * CD_RAW;
	job_show_bytes(job, bytes);
}

static int extract(struct job *job, struct work *w)
{
	struct paranoia_report report = { 0 };
	struct images_info info;
	int rc;

	w->config.store = job->core->images;
	w->config.image = job->spec.image;
	w->config.append = job->spec.append;
	/* That there is one was asked about: by the panel, or it is said by "replace" */
	w->config.overwrite = !job->spec.append;
	w->config.no_isrc = !job->spec.isrc;
	count_bytes(job, &w->master);
	rc = extract_run(&w->config, &w->master, job->spec.tracks, &report, &info, w->err,
			 sizeof(w->err));
	if (rc)
		return failed(job, w, rc);
	core_log(6, "job %lld: %s has %u tracks; %u jitters, %u errors put right%s",
		 (long long)job->id, info.name, info.tracks, report.jitter, report.errors,
		 report.unsteady ? "; the reader does not read steadily" : "");
	return 0;
}

int job_run_analyze(struct job *job)
{
	struct work *w = calloc(1, sizeof(*w));
	int rc = w ? begin(job, w) : -ENOMEM;

	if (!rc) {
		show_master(job, &w->master);
		extract_master_clear(&w->master);
	}
	free(w);
	return rc;
}

int job_run_extract(struct job *job)
{
	struct work *w = calloc(1, sizeof(*w));
	int rc = w ? begin(job, w) : -ENOMEM;

	if (!rc) {
		rc = extract(job, w);
		extract_master_clear(&w->master);
	}
	free(w);
	return rc;
}
