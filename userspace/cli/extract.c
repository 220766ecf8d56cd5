// SPDX-License-Identifier: GPL-2.0
/* discmux extract: audio tracks of masters into HDD1. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_extract.h"
#include "drive_name.h"
#include "output.h"

/* ---- Steps ---------------------------------------------------------------------- */

int extract_use_reader(struct extract_cli *x, const char *from)
{
	int status = drive_name_find(x->cli, from, &x->member, x->name);

	if (status)
		return status;
	x->config.ops = &burn_ops_discmux;
	x->config.ctx = x->cli->dm;
	x->config.member = x->member.member;
	x->config.name = x->name;
	return drive_max_data(x->cli, &x->member, &x->config.max_data);
}

static void keep_json(struct extract_cli *x, const struct extract_master *master,
		      const bool *taken, const struct paranoia_report *report)
{
	json_t *tracks = json_array();
	unsigned int i;

	for (i = 0; i < master->tracks; i++)
		if (taken[i])
			json_array_append_new(tracks, json_integer(master->track[i].number));
	json_array_append_new(x->done, json_pack("{ss so sb si si}", "reader", x->name,
		"tracks", tracks, "unsteady", report->unsteady, "jitter", (int)report->jitter,
		"errors", (int)report->errors));
}

int extract_do(struct extract_cli *x, const struct extract_master *master, const bool *taken)
{
	struct paranoia_report report;
	struct cli_progress progress;
	char err[IMAGES_MESSAGE_LEN];
	struct images_info info;
	char size[16], time[16];
	int rc;

	cli_progress_begin(&progress, x->config.image, x->cli, x->progress);
	x->config.progress = progress.step;
	rc = extract_run(&x->config, master, taken, &report, &info, err, sizeof(err));
	x->config.progress.step = NULL;
	cli_progress_end(&progress);
	if (rc)
		return cli_error("%s", err);
	if (report.unsteady)
		cli_error("%s does not read steadily; each place was read several times", x->name);
	if (x->done)
		keep_json(x, master, taken, &report);
	else
		printf("%s: %s, %u tracks, %s, %s\n", info.name, images_kind_name(info.kind),
		       info.tracks, extract_time(info.audio, time),
		       images_size_text(info.bytes, size));
	return CLI_OK;
}

static int list(struct extract_cli *x)
{
	struct extract_master master;
	char err[IMAGES_MESSAGE_LEN];
	int status = extract_use_reader(x, x->from[0]);

	if (status)
		return status;
	if (extract_analyze(&x->config, &master, err, sizeof(err)))
		return cli_error("%s", err);
	status = extract_show(x, &master);
	extract_master_clear(&master);
	return status;
}

/* The tracks of --tracks, of one master. */
static int named(struct extract_cli *x, unsigned int i)
{
	struct extract_selection sel;
	struct extract_master master;
	char err[IMAGES_MESSAGE_LEN];
	int rc, status = extract_use_reader(x, x->from[i]);

	if (status)
		return status;
	rc = extract_selection_begin(&x->config, &sel, err, sizeof(err));
	if (rc == -EEXIST)
		return cli_error("%s: --overwrite, --append", err);
	if (rc)
		return cli_error("%s", err);
	if (extract_analyze(&x->config, &master, err, sizeof(err)))
		return cli_error("%s", err);
	if (extract_parse_tracks(x->tracks[i], &master, &sel, err, sizeof(err)))
		status = cli_error("%s", err);
	else
		status = extract_do(x, &master, sel.taken);
	extract_master_clear(&master);
	x->config.append = true;
	return status;
}

static int all_named(struct extract_cli *x)
{
	struct images_info info;
	char err[IMAGES_MESSAGE_LEN];
	unsigned int i;
	int status = CLI_OK;

	if (x->cli->json)
		x->done = json_array();
	for (i = 0; i < x->masters && !status; i++)
		status = named(x, i);
	if (!x->done)
		return status;
	if (status || images_describe(x->store, x->config.image, &info, err, sizeof(err))) {
		json_decref(x->done);
		return CLI_FAIL;
	}
	return json_print(json_pack("{so so}", "image", images_json(&info), "masters", x->done),
			  false, stdout);
}

/* ---- The command line -------------------------------------------------------------- */

enum { OPT_FROM = CLI_OPT_OWN, OPT_TRACKS, OPT_LIST, OPT_APPEND, OPT_OVERWRITE, OPT_NO_ISRC,
	OPT_STORE, OPT_PROGRESS };

static int take_option(struct extract_cli *x, int c, const char *arg)
{
	switch (c) {
	case OPT_FROM:
		x->from[x->masters] = arg;
		return CLI_OK;
	case OPT_TRACKS:
		if (x->masters == EXTRACT_MASTERS)
			return cli_value_error("one command takes %d masters at most", EXTRACT_MASTERS);
		if (!extract_is_list(arg))
			return cli_value_error("--tracks %s is no list of tracks: say all, or their numbers like 1,3-5",
					       arg);
		x->tracks[x->masters++] = arg;
		x->from[x->masters] = x->from[x->masters - 1];
		return CLI_OK;
	case OPT_LIST:
		x->list = true;
		return CLI_OK;
	case OPT_APPEND:
		x->append = true;
		return CLI_OK;
	case OPT_OVERWRITE:
		x->overwrite = true;
		return CLI_OK;
	case OPT_NO_ISRC:
		x->no_isrc = true;
		return CLI_OK;
	case OPT_PROGRESS:
		x->progress = true;
		return CLI_OK;
	default:
		x->folder = arg;
		return CLI_OK;
	}
}

static int take_options(struct extract_cli *x, int argc, char **argv, bool *go_on)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, OPT_FROM },
		{ "tracks", required_argument, NULL, OPT_TRACKS },
		{ "list", no_argument, NULL, OPT_LIST },
		{ "append", no_argument, NULL, OPT_APPEND },
		{ "overwrite", no_argument, NULL, OPT_OVERWRITE },
		{ "no-isrc", no_argument, NULL, OPT_NO_ISRC },
		{ "store", required_argument, NULL, OPT_STORE },
		{ "progress", no_argument, NULL, OPT_PROGRESS },
		CLI_OPTIONS,
		{ 0 },
	};
	int c, status = CLI_OK;

	while ((c = cli_getopt(x->cli, argc, argv, options)) != -1) {
		if (c >= CLI_OPT_OWN)
			status = take_option(x, c, optarg);
		else if (!cli_option(x->cli, argv, c, &status))
			return status;
		if (status)
			return status;
	}
	if (optind < argc)
		return cli_usage_error(argv[0], "%s is one word too many", argv[optind]);
	if (x->append && x->overwrite)
		return cli_usage_error(argv[0], "--append and --overwrite exclude each other");
	if (x->list && x->masters)
		return cli_usage_error(argv[0], "--list takes no tracks");
	if (x->progress && !x->cli->json)
		return cli_usage_error(argv[0], "--progress goes with --json");
	if (x->cli->json && !x->list && !x->masters)
		return cli_usage_error(argv[0], "--json needs --list or --tracks");
	*go_on = true;
	return CLI_OK;
}

static int run(struct extract_cli *x)
{
	char err[IMAGES_MESSAGE_LEN], hdd1[IMAGES_NAME_SIZE];
	int status;

	if (x->list)
		return list(x);
	if (images_open(x->folder, IMAGES_WRITE, &x->store, err, sizeof(err)))
		return cli_error("%s", err);
	x->config.store = x->store;
	x->config.image = images_hdd(1, hdd1);
	x->config.append = x->append;
	x->config.overwrite = x->overwrite;
	x->config.no_isrc = x->no_isrc;
	if (x->masters) {
		status = all_named(x);
	} else {
		status = extract_use_reader(x, x->from[0]);
		if (!status)
			status = extract_ask_all(x);
	}
	images_close(x->store);
	return status;
}

int cmd_extract(struct cli *cli, int argc, char **argv)
{
	struct extract_cli x = { .cli = cli, .from = { "reader" } };
	bool go_on = false;
	int status = take_options(&x, argc, argv, &go_on);

	return go_on ? run(&x) : status;
}
