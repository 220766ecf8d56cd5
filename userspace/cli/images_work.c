// SPDX-License-Identifier: GPL-2.0
/* discmux images add, check, export: what takes long. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_images.h"
#include "drive_name.h"
#include "output.h"

/* ---- add ---------------------------------------------------------------- */

static int print_added(struct images_run *run, const struct images_info *info)
{
	char size[16];

	if (run->cli->json) {
		json_t *o = images_json(info);

		json_object_set(o, "notes", run->notes);
		return json_print(o, false, stdout);
	}
	return printf("%s: %s, %s %s%s%s\n", info->name, images_kind_name(info->kind),
		      images_medium_name(info->medium), images_size_text(info->bytes, size),
		      *info->label ? ", " : "", info->label) < 0 ? CLI_FAIL : CLI_OK;
}

static void take_note(void *arg, const char *text)
{
	const struct cli_progress *progress = arg;
	json_t *note;

	cli_error("%s", text);
	if (!progress->run->notes)
		return;
	note = json_string(text);
	/* json_text() escapes file names that are not UTF-8 */
	json_array_append_new(progress->run->notes, note ? note :
			      json_text((const uint8_t *)text, strlen(text)));
}

static int add(struct images_run *run);

int images_do_add(struct images_run *run)
{
	int status;

	run->notes = json_array();
	status = add(run);
	json_decref(run->notes);
	return status;
}

static int add(struct images_run *run)
{
	struct cli_progress progress;
	char err[IMAGES_MESSAGE_LEN];
	struct images_info info;
	char name[DRIVE_NAME_SIZE];
	struct discmux_member m;
	bool drive;
	int rc;

	if (run->count != 1)
		return cli_usage_error("images", "add needs %s",
				       run->count ? "one name" :
				       run->from ? "a name for the image" :
				       "a name for the image, and --from");
	if (!run->from)
		return cli_usage_error("images", "add needs --from");
	rc = drive_name_or_file(run->cli, run->from, &drive, &m, name);
	if (rc)
		return rc;
	cli_progress_begin(&progress, run->names[0], run->cli, run->progress);
	if (drive) {
		rc = images_add_disc(run, &progress, &info);
		cli_progress_end(&progress);
		return rc ? rc : print_added(run, &info);
	}
	progress.step.note = take_note;
	progress.run = run;
	rc = images_add_file(run->store, run->names[0], run->from,
			     (run->overwrite ? IMAGES_REPLACE : 0) |
			     (run->force_image ? IMAGES_FORCE : 0), &progress.step, &info, err,
			     sizeof(err));
	cli_progress_end(&progress);
	if (rc == -EEXIST)
		return cli_error("%s with --overwrite", err);
	return rc ? cli_error("%s", err) : print_added(run, &info);
}

/* ---- check -------------------------------------------------------------- */

static int check_one(struct images_run *run, const char *name, json_t *results, bool *cancelled)
{
	struct cli_progress progress;
	char err[IMAGES_MESSAGE_LEN] = "";
	int rc;

	cli_progress_begin(&progress, name, run->cli, run->progress);
	rc = images_check(run->store, name, IMAGES_BACKGROUND, &progress.step, err, sizeof(err));
	cli_progress_end(&progress);
	*cancelled = progress.cancelled;
	if (results)
		json_array_append_new(results, json_pack("{ss sb so}", "name", name, "whole", !rc,
			"problem", rc ? json_string(err) : json_null()));
	if (rc)
		return cli_error("%s", err);
	return results || printf("%s: whole\n", name) >= 0 ? CLI_OK : CLI_FAIL;
}

/* Without names all of them. */
static int all_names(struct images_run *run, struct images_info **list)
{
	char err[IMAGES_MESSAGE_LEN];
	size_t count, i;

	if (images_list(run->store, list, &count, err, sizeof(err)))
		return cli_error("%s", err);
	run->names = calloc(count + 1, sizeof(*run->names));
	if (!run->names)
		return cli_error("out of memory");
	for (i = 0; i < count; i++)
		run->names[i] = (*list)[i].name;
	run->count = (int)count;
	return CLI_OK;
}

int images_do_check(struct images_run *run)
{
	json_t *results = run->cli->json ? json_array() : NULL;
	struct images_info *list = NULL;
	bool all = !run->count, cancelled = false;
	int i, status = all ? all_names(run, &list) : CLI_OK;

	for (i = 0; status != CLI_USAGE && i < run->count && !cancelled; i++)
		if (check_one(run, run->names[i], results, &cancelled))
			status = CLI_FAIL;
	if (run->cli->json && json_print(json_pack("{so}", "images", results), false, stdout))
		status = CLI_FAIL;
	if (all)
		free(run->names);
	free(list);
	return status;
}

/* ---- export ------------------------------------------------------------- */

int images_do_export(struct images_run *run)
{
	const struct images_out out = {
		.folder = run->to ? run->to : ".", .force = run->overwrite, .as = run->as,
	};
	struct cli_progress progress;
	char err[IMAGES_MESSAGE_LEN];
	int rc;

	if (run->count != 1)
		return cli_usage_error("images", "export needs the name of one image");
	cli_progress_begin(&progress, run->names[0], run->cli, run->progress);
	progress.step.note = take_note;
	progress.run = run;
	rc = images_export(run->store, run->names[0], &out, &progress.step, err, sizeof(err));
	cli_progress_end(&progress);
	if (rc == -EEXIST)
		return cli_error("%s with --overwrite", err);
	return rc ? cli_error("%s", err) : CLI_OK;
}
