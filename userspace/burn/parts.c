// SPDX-License-Identifier: GPL-2.0
/* What of the master is written how: runs of blocks of one kind. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "source.h"

/* Bytes of a raw sector that a recorder is given. */
static void set_form(const struct burn_job *job, struct burn_part *part)
{
	bool raw = job->unit == CD_RAW;

	switch (part->type) {
	case CD_AUDIO:
		part->size = CD_RAW;
		part->skip = 0;
		break;
	case CD_MODE0:
	case CD_MODE1:
		part->size = MMC_BLOCK;
		part->skip = raw ? 16 : 0;
		break;
	case CD_MODE2:
		part->size = 2336;
		part->skip = 16;
		break;
	default:
		/* Track at once has a block type for both forms of XA; its drive makes
		 * the last four bytes */
		part->size = job->tao[part->session] ? 2332 : 2336;
		part->skip = 16;
	}
}

static int add(struct burn_job *job, const struct burn_part *part)
{
	struct burn_part *last = job->nr_parts ? &job->parts[job->nr_parts - 1] : NULL;

	if (last && last->type == part->type && last->session == part->session &&
	    last->lba + (int32_t)last->blocks == part->lba) {
		last->blocks += part->blocks;
	} else if (job->nr_parts == BURN_MAX_PARTS) {
		return burn_job_problem(job, "the master is in too many pieces");
	} else {
		job->parts[job->nr_parts] = *part;
		job->parts[job->nr_parts].first = job->image_blocks;
		set_form(job, &job->parts[job->nr_parts++]);
	}
	job->image_blocks += part->blocks;
	return 0;
}

/*
 * A session that ends in the run-out of a track at once can only be copied that
 * way: the run-out can neither be read nor be written otherwise.
 */
static bool needs_tao(const struct burn_job *job, const struct cd_session *s)
{
	const struct burn_source *source = job->config.source;

	return s->count == 1 && s->data && source->run_out[s->first];
}

static int add_session(struct burn_job *job, unsigned int n, const struct cd_session *s)
{
	unsigned int i;
	int rc = 0;

	job->tao[n] = needs_tao(job, s);
	for (i = s->first; i < s->first + s->count && !rc; i++) {
		const struct cd_track *t = &job->layout->track[i];
		struct burn_part part = { .lba = job->tao[n] ? t->start : t->pregap,
					  .type = t->type, .session = n };
		int32_t end = t->end - (job->tao[n] ? job->config.source->run_out[i] : 0);

		part.blocks = (uint32_t)(end - part.lba);
		rc = add(job, &part);
	}
	return rc;
}

/* Sessions lie where the lead-outs and lead-ins of a recorder put them. */
static int check_sessions(struct burn_job *job)
{
	struct cd_session s, before;
	unsigned int n;

	for (n = 1; cd_session(job->layout, n, &s); n++) {
		cd_session(job->layout, n - 1, &before);
		if (s.start - before.end != (n == 1 ? CD_FIRST_GAP : CD_NEXT_GAP))
			return burn_job_problem(job, "session %u of the master begins where no recorder can put it",
						n + 1);
	}
	return 0;
}

/* No block type and no data form of a cue sheet is mode 0: it would become mode 1. */
static int check_kinds(struct burn_job *job)
{
	unsigned int i;

	if (job->config.task != BURN_COPY && job->config.task != BURN_SIMULATE)
		return 0;
	for (i = 0; i < job->layout->tracks; i++)
		if (job->layout->track[i].type == CD_MODE0)
			return burn_job_problem(job, "track %u of the master has sectors of mode 0, which no recorder writes: use another master",
						job->layout->track[i].number);
	return 0;
}

static int cd_parts(struct burn_job *job)
{
	struct cd_session s;
	unsigned int n;
	int rc = check_sessions(job);

	if (!rc)
		rc = check_kinds(job);

	for (n = 0; !rc && cd_session(job->layout, n, &s); n++)
		rc = add_session(job, n, &s);
	return rc;
}

/* One data track, when a plain master is to be written at once. */
static int one_track(struct burn_job *job)
{
	struct cd_track *t = &job->layout->track[0];
	int32_t blocks = (int32_t)job->config.source->blocks;

	job->layout->tracks = 1;
	job->layout->sessions = 1;
	*t = (struct cd_track){ .session = 1, .number = 1, .control = CD_DATA, .type = CD_MODE1,
				.pregap = -CD_PREGAP };
	t->end = blocks < CD_TRACK_MIN ? CD_TRACK_MIN : blocks;
	return 0;
}

int burn_parts(struct burn_job *job)
{
	const struct burn_source *s = job->config.source;
	struct burn_part plain = { .blocks = s->blocks, .type = CD_MODE1 };
	unsigned int i;

	job->nr_parts = 0;
	job->image_blocks = 0;
	free(job->layout);
	job->layout = NULL;
	job->cd = s->cd || (job->config.method == BURN_METHOD_SAO && s->blocks <= CD_LBA_MAX &&
			    job->config.task != BURN_READ);
	job->unit = s->cd ? CD_RAW : MMC_BLOCK;
	if (!job->cd)
		return add(job, &plain);
	job->layout = malloc(sizeof(*job->layout));
	if (!job->layout)
		return burn_job_problem(job, "out of memory");
	*job->layout = s->layout;
	if (!s->cd)
		one_track(job);
	for (i = 0; job->config.no_isrc && i < job->layout->tracks; i++)
		*job->layout->track[i].isrc = '\0';
	return cd_parts(job);
}
