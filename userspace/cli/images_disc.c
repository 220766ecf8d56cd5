// SPDX-License-Identifier: GPL-2.0
/* discmux images add from the disc in a drive. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "burn.h"
#include "cli_images.h"
#include "drive_name.h"

/* The store as the burn engine's sink. */
struct reading {
	struct images_run *run;
	struct images_progress *progress;
	struct burn_source *source;
	struct burn_job *job;
	struct images_register *reg;
	uint64_t total;
	char from[IMAGES_TEXT_SIZE];
	struct images_info *info;
	int rc;			/* of the store; the engine has words only */
};

static int begin(void *arg, bool raw, uint64_t bytes, char *err, size_t errlen)
{
	struct reading *r = arg;
	const struct images_plan plan = {
		.raw = raw, .bytes = bytes, .replace = r->run->overwrite,
	};

	r->total = bytes;
	r->rc = images_begin(r->run->store, r->run->names[0], &plan, &r->reg, err, errlen);
	return r->rc;
}

static int append(void *arg, const void *data, size_t len, char *err, size_t errlen)
{
	struct reading *r = arg;
	int rc = images_append(r->reg, data, len, err, errlen);

	if (!rc && !r->progress->step(r->progress->arg, images_bytes(r->reg), r->total))
		burn_job_cancel(r->job);
	return rc;
}

static int commit(void *arg, const struct cd_layout *layout, char *err, size_t errlen)
{
	struct reading *r = arg;
	uint16_t profile = burn_source_profile(r->source);
	const struct images_details details = {
		.layout = layout,
		.medium = mmc_profile_is_cd(profile) ? IMAGES_CD :
			  profile >= MMC_PROFILE_BD_ROM ? IMAGES_BD : IMAGES_DVD,
		.source = r->from,
	};

	return images_commit(r->reg, &details, r->info, err, errlen);
}

static void end(void *arg)
{
	struct reading *r = arg;

	images_abort(r->reg);
}

static int read_disc(struct reading *r, uint32_t max_data)
{
	const struct burn_sink sink = { begin, append, commit, end, r };
	const struct burn_config config = {
		.task = BURN_READ,
		.ops = &burn_ops_discmux,
		.ctx = r->run->cli->dm,
		.source = r->source,
		.sink = &sink,
		.max_exec_bytes = max_data,
		.load = true,
	};
	int rc = burn_job_create(&config, &r->job);

	if (rc)
		return cli_error("%s", strerror(-rc));
	rc = burn_job_run(r->job);
	cli_progress_end(r->progress->arg);
	if (r->rc == -EEXIST)
		cli_error("%s with --overwrite", burn_job_error(r->job));
	else if (rc == -ECANCELED)
		cli_error("cancelled");
	else if (rc)
		cli_error("%s", burn_job_error(r->job));
	burn_job_free(r->job);
	return rc ? CLI_FAIL : CLI_OK;
}

int images_add_disc(struct images_run *run, struct cli_progress *progress,
		    struct images_info *info)
{
	struct reading r = { .run = run, .progress = &progress->step, .info = info };
	char name[32], vendor[9], product[17];
	struct discmux_member m;
	uint32_t max_data;
	int status = drive_name_find(run->cli, run->from, &m, name);

	if (!status)
		status = drive_max_data(run->cli, &m, &max_data);
	if (status)
		return status;
	snprintf(r.from, sizeof(r.from), "%s (%s %s)", name,
		 discmux_text(m.vendor, sizeof(m.vendor), vendor, sizeof(vendor)),
		 discmux_text(m.product, sizeof(m.product), product, sizeof(product)));
	if (burn_source_drive(m.member, name, max_data, &r.source))
		return cli_error("%s can't be used as a source", name);
	status = read_disc(&r, max_data);
	burn_source_free(r.source);
	return status;
}
