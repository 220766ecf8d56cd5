// SPDX-License-Identifier: GPL-2.0
/* discmux images: the masters that are stored. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli_images.h"
#include "output.h"

/* ---- Showing ----------------------------------------------------------- */

char *images_size_text(uint64_t bytes, char *buf)
{
	if (bytes < 1000000)
		snprintf(buf, 16, "%.0f kB", (double)bytes / 1e3);
	else if (bytes < 1000000000)
		snprintf(buf, 16, "%.0f MB", (double)bytes / 1e6);
	else
		snprintf(buf, 16, "%.1f GB", (double)bytes / 1e9);
	return buf;
}

static json_t *time_or_null(int64_t when)
{
	time_t t = (time_t)when;
	char text[32];
	struct tm tm;

	if (!when || !gmtime_r(&t, &tm))
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

json_t *images_json(const struct images_info *i)
{
	json_t *o = json_pack("{ss so}", "name", i->name, "problem",
			      *i->problem ? json_string(i->problem) : json_null());
	json_t *more;

	if (!o || *i->problem)
		return o;
	more = json_pack("{ss ss sI si si si si ss ss so so ss ss}",
			 "kind", images_kind_name(i->kind), "medium", images_medium_name(i->medium),
			 "bytes", (json_int_t)i->bytes, "blocks", (int)i->blocks,
			 "tracks", (int)i->tracks, "sessions", (int)i->sessions,
			 "audio_blocks", (int)i->audio, "label", i->label, "source", i->source,
			 "registered", time_or_null(i->registered),
			 "checked", time_or_null(i->checked), "sha256", i->sha256,
			 "path", i->path);
	if (!more || json_object_update(o, more)) {
		json_decref(o);
		o = NULL;
	}
	json_decref(more);
	return o;
}

static int add_row(struct table *table, const struct images_info *i)
{
	char size[16], tracks[16] = "", length[16] = "", date[32] = "";
	time_t t = (time_t)i->registered;
	struct tm tm;

	if (*i->problem)
		return table_add(table, (const char *const[]){ i->name, "damaged", "", "", "", "", "",
							       "", i->problem });
	if (i->tracks)
		snprintf(tracks, sizeof(tracks), "%u", i->tracks);
	if (i->audio)
		snprintf(length, sizeof(length), "%u:%02u", i->audio / 75 / 60, i->audio / 75 % 60);
	if (localtime_r(&t, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
	return table_add(table, (const char *const[]){ i->name, images_kind_name(i->kind),
			 images_medium_name(i->medium), images_size_text(i->bytes, size), tracks,
			 length, i->label, date, i->source });
}

static int print_table(const struct images_info *list, size_t count)
{
	static const char *const headers[] = { "NAME", "KIND", "MEDIUM", "SIZE", "TRACKS", "AUDIO",
					       "LABEL", "REGISTERED", "SOURCE", NULL };
	struct table *table = table_new(headers);
	size_t i;
	int rc = table ? 0 : -ENOMEM;

	for (i = 0; i < count && !rc; i++)
		rc = add_row(table, &list[i]);
	if (!rc)
		table_print(table, stdout, "");
	table_free(table);
	return rc ? cli_error("out of memory") : CLI_OK;
}

static int print_json(const struct images *store, const struct images_info *list, size_t count)
{
	json_t *images = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		if (json_array_append_new(images, images_json(&list[i])))
			break;
	if (i < count) {
		json_decref(images);
		images = NULL;
	}
	return json_print(json_pack("{ss so}", "store", images_path(store), "images", images),
			  false, stdout);
}

int images_do_list(struct images_run *run)
{
	char err[IMAGES_MESSAGE_LEN];
	struct images_info *list;
	size_t count;
	int status;

	if (run->count)
		return cli_usage_error("images", "%s is one word too many", run->names[0]);
	if (images_list(run->store, &list, &count, err, sizeof(err)))
		return cli_error("%s", err);
	if (run->cli->json)
		status = print_json(run->store, list, count);
	else if (count)
		status = print_table(list, count);
	else
		status = printf("no images in %s\n", images_path(run->store)) < 0 ? CLI_FAIL : CLI_OK;
	free(list);
	return status;
}

int images_do_remove(struct images_run *run)
{
	char err[IMAGES_MESSAGE_LEN];
	int i, status = CLI_OK;

	if (!run->count)
		return cli_usage_error("images", "remove needs the name of an image");
	for (i = 0; i < run->count; i++)
		if (images_remove(run->store, run->names[i], err, sizeof(err)))
			status = cli_error("%s", err);
	return status;
}

/* ---- The command line -------------------------------------------------- */

struct action {
	const char *name;
	int (*run)(struct images_run *run);
	unsigned int flags;	/* of images_open() */
	bool from, to, as, overwrite, force, json;
};

static const struct action actions[] = {
	{ .name = "list", .run = images_do_list, .json = true },
	{ .name = "add", .run = images_do_add, .flags = IMAGES_WRITE, .from = true,
	  .overwrite = true, .force = true, .json = true },
	{ .name = "remove", .run = images_do_remove, .flags = IMAGES_WRITE },
	{ .name = "check", .run = images_do_check, .json = true },
	{ .name = "export", .run = images_do_export, .to = true, .as = true,
	  .overwrite = true },
};

#define NR_ACTIONS	(sizeof(actions) / sizeof(*actions))

enum { OPT_STORE = CLI_OPT_OWN, OPT_FROM, OPT_TO, OPT_AS, OPT_OVERWRITE, OPT_PROGRESS,
	OPT_FORCE_IMAGE };

/* NULL after a message */
static const struct action *find_action(const char *name)
{
	const char *names[NR_ACTIONS + 1] = { NULL };
	size_t i;
	int n;

	for (i = 0; i < NR_ACTIONS; i++)
		names[i] = actions[i].name;
	n = cli_word("images", name, names);
	return n < 0 ? NULL : &actions[n];
}

static int take_form(struct images_run *run, const char *word)
{
	static const char *const forms[] = { "iso", "cue", "toc", "ccd", NULL };
	int n = cli_word("--as", word, forms);

	if (n < 0)
		return CLI_USAGE;
	run->as = IMAGES_AS_ISO + (enum images_as)n;
	return CLI_OK;
}

static int take_options(struct images_run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{ "store", required_argument, NULL, OPT_STORE },
		{ "from", required_argument, NULL, OPT_FROM },
		{ "to", required_argument, NULL, OPT_TO },
		{ "as", required_argument, NULL, OPT_AS },
		{ "overwrite", no_argument, NULL, OPT_OVERWRITE },
		{ "progress", no_argument, NULL, OPT_PROGRESS },
		{ "force-image", no_argument, NULL, OPT_FORCE_IMAGE },
		CLI_OPTIONS,
		{ 0 },
	};
	int c, status = CLI_OK;

	while ((c = cli_getopt(run->cli, argc, argv, options)) != -1) {
		if (c == OPT_STORE)
			run->folder = optarg;
		else if (c == OPT_FROM)
			run->from = optarg;
		else if (c == OPT_TO)
			run->to = optarg;
		else if (c == OPT_AS)
			status = take_form(run, optarg);
		else if (c == OPT_OVERWRITE)
			run->overwrite = true;
		else if (c == OPT_PROGRESS)
			run->progress = true;
		else if (c == OPT_FORCE_IMAGE)
			run->force_image = true;
		else if (!cli_option(run->cli, argv, c, &status))
			return status == CLI_OK ? -1 : status;	/* help was wanted */
		if (status)
			return status;
	}
	run->names = argv + optind;
	run->count = argc - optind;
	return CLI_OK;
}

/* Options that the action has no use for are mistakes. */
static int check_options(const struct images_run *run, const struct action *action)
{
	const char *wrong = run->from && !action->from ? "--from" :
			    run->to && !action->to ? "--to" :
			    run->as != IMAGES_AS_STORED && !action->as ? "--as" :
			    run->overwrite && !action->overwrite ? "--overwrite" :
			    run->force_image && !action->force ? "--force-image" : NULL;
	char err[IMAGES_MESSAGE_LEN];
	int i;

	if (run->progress && !run->cli->json)
		return cli_usage_error("images", "--progress goes with --json");
	if (wrong)
		return cli_usage_error("images", "%s does not go with %s", wrong, action->name);
	for (i = 0; i < run->count; i++)
		if (!images_name_valid(run->names[i], err, sizeof(err)))
			return cli_value_error("%s", err);
	if (run->cli->json && !action->json)
		return cli_usage_error("images", "%s prints nothing that --json could change",
				       action->name);
	return CLI_OK;
}

int cmd_images(struct cli *cli, int argc, char **argv)
{
	struct images_run run = { .cli = cli };
	const struct action *action;
	char err[IMAGES_MESSAGE_LEN];
	int status = take_options(&run, argc, argv);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (!run.count)
		return cli_usage_error("images", "say what to do: list, add, remove, check or export");
	run.action = run.names[0];
	action = find_action(run.action);
	if (!action)
		return CLI_USAGE;
	run.names++;
	run.count--;
	status = check_options(&run, action);
	if (status)
		return status;
	if (images_open(run.folder, action->flags, &run.store, err, sizeof(err)))
		return cli_error("%s", err);
	status = action->run(&run);
	images_close(run.store);
	return status;
}
