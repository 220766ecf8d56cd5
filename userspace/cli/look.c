// SPDX-License-Identifier: GPL-2.0
/* What `discmux drives` and `discmux media` share. */
#include <stdlib.h>
#include <string.h>

#include "drive_name.h"
#include "look.h"
#include "output.h"

#define MAX_MEMBERS	256

bool look_ask(struct look *look)
{
	const struct mmc_command *c = &look->cmd;
	int len = discmux_ask(look->dm, look->member->member, DISCMUX_FOR_PROBE, 0, c->cdb, c->len,
			      (enum discmux_dir)c->dir, look->data, c->data_len, c->timeout_ms,
			      NULL);

	look->len = len < 0 ? 0 : (size_t)len;
	return len >= 0;
}

double look_times(uint16_t profile, uint32_t kbps)
{
	if (mmc_profile_is_cd(profile))
		return kbps / 176.4;
	return kbps / (profile >= MMC_PROFILE_BD_ROM ? 4495.5 : 1385.0);
}

static bool is_named(const struct discmux_member *m, int argc, char **argv)
{
	uint32_t role;
	unsigned long unit;
	int i;

	if (m->role == DISCMUX_ROLE_CHANGER)
		return false;
	for (i = 0; i < argc; i++)
		if (drive_name_parse(argv[i], &role, &unit) && m->role == role && m->unit == unit)
			return true;
	return !argc;
}

/* Every name is that of a drive that there is. */
static int check_names(const struct discmux_member *members, size_t nr, int argc, char **argv)
{
	size_t k;
	int i;

	for (i = 0; i < argc; i++) {
		for (k = 0; k < nr && !is_named(&members[k], 1, &argv[i]); k++)
			;
		if (k == nr)
			return cli_error("there is no drive %s: name it as reader:0 or recorder:1, discmux status lists them",
					 argv[i]);
	}
	return CLI_OK;
}

static int look_at_all(struct cli *cli, int argc, char **argv, const char *key,
		       json_t *(*show)(struct look *look))
{
	static struct discmux_member members[MAX_MEMBERS];
	struct look *look = calloc(1, sizeof(*look));
	json_t *list = json_array();
	int n = discmux_members(cli->dm, members, MAX_MEMBERS), i, status;

	if (!look || n < 0) {
		free(look);
		json_decref(list);
		return cli_error("%s", look ? discmux_error(cli->dm) : "out of memory");
	}
	if (n > MAX_MEMBERS)
		n = MAX_MEMBERS;
	status = check_names(members, (size_t)n, argc, argv);
	look->dm = cli->dm;
	look->json = cli->json;
	for (i = 0; i < n && !status; i++) {
		if (!is_named(&members[i], argc, argv))
			continue;
		look->member = &members[i];
		if (cli->json)
			json_array_append_new(list, show(look));
		else
			show(look);
	}
	free(look);
	if (cli->json && !status)
		return json_print(json_pack("{so}", key, list), false, stdout);
	json_decref(list);
	return status;
}

int look_command(struct cli *cli, int argc, char **argv, const char *key,
		 json_t *(*show)(struct look *look))
{
	static const struct option options[] = { CLI_OPTIONS, { 0 } };
	int c, status = CLI_OK;

	while ((c = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1)
		if (!cli_option(cli, argv, c, &status))
			return status;
	status = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (status)
		return status;
	return look_at_all(cli, argc - optind, argv + optind, key, show);
}
