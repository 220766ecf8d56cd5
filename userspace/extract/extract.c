// SPDX-License-Identifier: GPL-2.0
/* From a master to an image. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "extract_drive.h"
#include "image.h"

#define COPY_BLOCKS	256u

/* ---- The reader -------------------------------------------------------------------- */

static int claim(const struct extract_config *c, char *err, size_t errlen)
{
	uint32_t failed;
	int rc = c->ops->claim(c->ctx, &c->member, 1, &failed);

	if (rc == -EBUSY)
		snprintf(err, errlen, "%s is busy: wait until it is free, or unmount its disc",
			 c->name);
	else if (rc)
		snprintf(err, errlen, "%s can't be claimed: %s", c->name, strerror(-rc));
	return rc;
}

/* The way to the reader, with an end to it: looking at a disc that spins up takes long. */
struct looking {
	const struct extract_config *config;
	bool cancelled;
};

static int look_exec(void *ctx, const uint32_t *members, size_t n, const struct mmc_command *cmd,
		     void *data, struct discmux_result *results)
{
	struct looking *l = ctx;
	const struct extract_config *c = l->config;

	l->cancelled = l->cancelled ||
		       (c->progress.step && !c->progress.step(c->progress.arg, 0, 0));
	return l->cancelled ? -ECANCELED : c->ops->exec(c->ctx, members, n, cmd, data, results);
}

static uint64_t look_now(void *ctx)
{
	const struct looking *l = ctx;

	return l->config->ops->now_ms(l->config->ctx);
}

static void look_sleep(void *ctx, unsigned int ms)
{
	const struct looking *l = ctx;

	l->config->ops->sleep_ms(l->config->ctx, ms);
}

static int look(const struct extract_config *c, struct extract_master *master, char *err,
		size_t errlen)
{
	const struct burn_ops ops = {
		.exec = look_exec, .now_ms = look_now, .sleep_ms = look_sleep,
	};
	struct looking looking = { .config = c };
	struct burn_source *source;
	int rc = burn_source_drive(c->member, c->name, c->max_data, &source);

	if (rc) {
		snprintf(err, errlen, "%s: %s", c->name, strerror(-rc));
		return rc;
	}
	rc = burn_source_look(source, &ops, &looking, err, errlen);
	if (looking.cancelled) {
		snprintf(err, errlen, "cancelled");
		rc = -ECANCELED;
	}
	if (c->failure && burn_source_failure(source))
		*c->failure = *burn_source_failure(source);
	if (!rc && !burn_source_layout(source)->tracks) {
		snprintf(err, errlen, "the disc in %s is no CD: insert an audio CD", c->name);
		rc = -EINVAL;
	}
	if (!rc && extract_master_set(master, burn_source_layout(source))) {
		snprintf(err, errlen, "out of memory");
		rc = -ENOMEM;
	}
	burn_source_free(source);
	return rc;
}

int extract_analyze(const struct extract_config *c, struct extract_master *master, char *err,
		    size_t errlen)
{
	int rc = claim(c, err, errlen);

	if (rc)
		return rc;
	rc = look(c, master, err, errlen);
	c->ops->release(c->ctx, &c->member, 1);
	return rc;
}

/* ---- What is there already ------------------------------------------------------------ */

/* A compilation that can go on; *before is to be closed. */
static int open_before(const struct extract_config *c, struct images_info *info,
		       struct disc_image **before, char *err, size_t errlen)
{
	const struct cd_layout *l;
	int rc = images_describe(c->store, c->image, info, err, errlen);

	if (rc)
		return rc;
	if (*info->problem) {
		snprintf(err, errlen, "image %s can't be used: %s", c->image, info->problem);
		return -EBADMSG;
	}
	rc = disc_image_open_with(info->path, DISC_IMAGE_FORCE, before, err, errlen);
	if (rc)
		return rc;
	l = disc_image_layout(*before);
	if (info->kind == IMAGES_AUDIO && l->sessions == 1 && l->track[0].number == 1)
		return 0;
	disc_image_close(*before);
	*before = NULL;
	snprintf(err, errlen, "image %s is no audio CD of one session: nothing can be put behind it",
		 c->image);
	return -EINVAL;
}

int extract_selection_begin(const struct extract_config *c, struct extract_selection *sel,
			    char *err, size_t errlen)
{
	struct disc_image *before;
	struct images_info info;
	int rc;

	if (c->append) {
		rc = open_before(c, &info, &before, err, errlen);
		if (rc)
			return rc;
		extract_select_begin(sel, disc_image_layout(before));
		disc_image_close(before);
		return 0;
	}
	extract_select_begin(sel, NULL);
	rc = images_describe(c->store, c->image, &info, err, errlen);
	if (rc == -ENOENT || (!rc && c->overwrite))
		return 0;
	if (!rc) {
		snprintf(err, errlen, "image %s is there already: have it overwritten, or append to it",
			 c->image);
		rc = -EEXIST;
	}
	return rc;
}

/* ---- A run ------------------------------------------------------------------------------ */

struct run {
	const struct extract_config *config;
	const struct extract_master *master;
	struct extract_drive *drive;
	struct extract_plan plan;
	struct disc_image *before;	/* or NULL */
	struct images_info was;		/* of before */
	struct images_register *reg;
	struct paranoia_report *report;
	uint64_t total;			/* bytes of the image */
	char *err;
	size_t errlen;
};

static int put(struct run *r, const void *data, uint32_t sectors)
{
	int rc = images_append(r->reg, data, (size_t)sectors * CD_RAW, r->err, r->errlen);

	extract_drive_progress(r->drive, images_bytes(r->reg), r->total);
	return rc;
}

/* For people: track and time of a place of the master. */
static void name_place(const struct run *r, int32_t lba, char *text, size_t size)
{
	const struct cd_track *t = cd_track_at(&r->master->layout, lba);
	int32_t at = t ? lba - t->start : 0;

	if (!t || at < 0)
		snprintf(text, size, "LBA %d", lba);
	else
		snprintf(text, size, "track %u at %d:%02d, LBA %d", t->number, at / 75 / 60,
			 at / 75 % 60, lba);
}

static int take(void *ctx, const uint8_t *data, uint32_t sectors)
{
	struct run *r = ctx;
	char place[64];

	if (!r->report->skipped)
		return put(r, data, sectors);
	name_place(r, r->report->skipped_lba, place, sizeof(place));
	snprintf(r->err, r->errlen, "%s can't read the master for sure in %s: clean the disc, or try another reader",
		 r->config->name, place);
	return -EIO;
}

static int put_silence(struct run *r, uint32_t sectors)
{
	static const uint8_t silence[CD_RAW];
	int rc = 0;

	while (sectors-- && !rc)
		rc = put(r, silence, 1);
	return rc;
}

static bool goes_on(const struct cd_layout *l, unsigned int i)
{
	return l->track[i].type == CD_AUDIO && l->track[i + 1].type == CD_AUDIO &&
	       l->track[i].session == l->track[i + 1].session;
}

/* Audio that can be read around a place: that of tracks beside it in its session. */
static void around(const struct cd_layout *l, int32_t lba, struct paranoia_range *range)
{
	unsigned int i = 0, first;

	while (i + 1 < l->tracks && lba >= l->track[i].end)
		i++;
	for (first = i; first && goes_on(l, first - 1); first--)
		;
	while (i + 1 < l->tracks && goes_on(l, i))
		i++;
	range->audio = l->track[first].start;
	range->audio_end = l->track[i].end;
}

static int read_pieces(struct run *r)
{
	const struct paranoia_reader reader = { extract_drive_read, r->drive };
	unsigned int i;
	int rc = 0;

	for (i = 0; i < r->plan.pieces && !rc; i++) {
		const struct extract_piece *p = &r->plan.piece[i];
		struct paranoia_range range = { p->from, p->from + (int32_t)p->blocks, 0, 0 };

		if (p->silence) {
			rc = put_silence(r, p->blocks);
			continue;
		}
		around(&r->master->layout, p->from, &range);
		*r->err = '\0';
		rc = paranoia_read(r->config->helper, &reader, &range, take, r, r->report, r->err,
				   r->errlen);
		if (rc && !*r->err)
			snprintf(r->err, r->errlen, "%s", extract_drive_error(r->drive));
	}
	return rc;
}

/* What was there before, which was found to be whole. */
static int copy_before(struct run *r)
{
	uint8_t *buf = malloc((size_t)COPY_BLOCKS * CD_RAW);
	int32_t lba = 0, end = cd_layout_end(disc_image_layout(r->before));
	int rc = buf ? 0 : -ENOMEM;

	if (rc)
		snprintf(r->err, r->errlen, "out of memory");
	while (!rc && lba < end) {
		uint32_t n = end - lba < (int32_t)COPY_BLOCKS ? (uint32_t)(end - lba) : COPY_BLOCKS;

		rc = disc_image_read(r->before, lba, n, CD_RAW, buf, r->err, r->errlen);
		if (!rc)
			rc = put(r, buf, n);
		lba += (int32_t)n;
	}
	free(buf);
	return rc;
}

/* It is locked now: is it still the one that was opened? */
static int check_before(struct run *r)
{
	struct images_info now;
	int rc = images_describe(r->config->store, r->config->image, &now, r->err, r->errlen);

	if (rc)
		return rc;
	if (!strcmp(now.sha256, r->was.sha256))
		return 0;
	snprintf(r->err, r->errlen, "image %s was replaced meanwhile: begin anew", r->config->image);
	return -EBUSY;
}

static int fill(struct run *r)
{
	int rc = r->before ? check_before(r) : 0;

	if (!rc)
		rc = claim(r->config, r->err, r->errlen);
	if (rc)
		return rc;
	rc = extract_drive_check(r->drive, &r->master->layout, r->err, r->errlen);
	if (!rc && r->before)
		rc = copy_before(r);
	if (!rc)
		rc = read_pieces(r);
	r->config->ops->release(r->config->ctx, &r->config->member, 1);
	return rc;
}

static int register_all(struct run *r, struct images_info *info)
{
	const struct images_details details = {
		.layout = &r->plan.layout, .medium = IMAGES_CD, .source = "track extraction",
	};
	const struct images_plan plan = {
		.raw = true, .replace = r->config->overwrite || r->config->append,
		.bytes = (uint64_t)cd_layout_end(&r->plan.layout) * CD_RAW,
	};
	int rc = images_begin(r->config->store, r->config->image, &plan, &r->reg, r->err,
			      r->errlen);

	if (rc)
		return rc;
	r->total = plan.bytes;
	rc = fill(r);
	if (!rc)
		return images_commit(r->reg, &details, info, r->err, r->errlen);
	images_abort(r->reg);
	return rc;
}

static int make_plan(struct run *r, const bool *taken)
{
	int rc = 0;

	if (r->config->append) {
		rc = images_check(r->config->store, r->config->image, 0, NULL, r->err, r->errlen);
		if (!rc)
			rc = open_before(r->config, &r->was, &r->before, r->err, r->errlen);
	}
	if (rc)
		return rc;
	return extract_plan(r->master, taken, r->config->no_isrc,
			    r->before ? disc_image_layout(r->before) : NULL, &r->plan, r->err,
			    r->errlen);
}

int extract_run(const struct extract_config *config, const struct extract_master *master,
		const bool *taken, struct paranoia_report *report, struct images_info *info,
		char *err, size_t errlen)
{
	struct paranoia_report own = { 0 };
	struct run *r = calloc(1, sizeof(*r));
	int rc;

	if (!r) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	*r = (struct run){ .config = config, .master = master, .report = report ? report : &own,
			   .err = err, .errlen = errlen };
	memset(r->report, 0, sizeof(*r->report));
	rc = extract_drive_new(config, &r->drive);
	if (rc)
		snprintf(err, errlen, "%s: %s", config->name, strerror(-rc));
	else
		rc = make_plan(r, taken);
	if (!rc)
		rc = register_all(r, info);
	/* Places that were read at last were no failure of the reader */
	if (config->failure && rc != -EIO && rc != -ENOMEDIUM)
		memset(config->failure, 0, sizeof(*config->failure));
	extract_plan_clear(&r->plan);
	disc_image_close(r->before);
	extract_drive_free(r->drive);
	free(r);
	return rc;
}
