// SPDX-License-Identifier: GPL-2.0
/* What `discmux drives` and `discmux media` share. */
#include <stdio.h>
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

/* "recorder 2" may be two words. */
static int find_next(struct cli *cli, int argc, char **argv, int *i, struct discmux_member *m)
{
	static const char *const words[] = { "reader", "recorder", "changer", "member", "drive" };
	char joined[64], name[DRIVE_NAME_SIZE];
	const char *text = argv[(*i)++];
	unsigned long number;
	size_t w;

	for (w = 0; w < sizeof(words) / sizeof(*words) && *i < argc; w++)
		if (!strcmp(text, words[w]) && !cli_number(argv[*i], 0, 9999, &number)) {
			snprintf(joined, sizeof(joined), "%.16s %lu", text, number);
			text = joined;
			(*i)++;
		}
	return drive_name_find(cli, text, m, name);
}

/* Which members are meant: those that are named, or every drive. */
static int choose(struct cli *cli, int argc, char **argv, const struct discmux_member *members,
		  size_t nr, bool *chosen)
{
	struct discmux_member m;
	int i = 0, status;
	size_t k;

	for (k = 0; k < nr; k++)
		chosen[k] = !argc && members[k].role != DISCMUX_ROLE_CHANGER;
	while (i < argc) {
		status = find_next(cli, argc, argv, &i, &m);
		if (status)
			return status;
		for (k = 0; k < nr; k++)
			chosen[k] |= members[k].member == m.member;
	}
	return CLI_OK;
}

static int look_at_all(struct cli *cli, int argc, char **argv, const char *key,
		       json_t *(*show)(struct look *look))
{
	static struct discmux_member members[MAX_MEMBERS];
	struct look *look = calloc(1, sizeof(*look));
	json_t *list = json_array();
	bool chosen[MAX_MEMBERS];
	int n = discmux_members(cli->dm, members, MAX_MEMBERS), i, status;

	if (!look || n < 0) {
		free(look);
		json_decref(list);
		return cli_error("%s", look ? discmux_error(cli->dm) : "out of memory");
	}
	if (n > MAX_MEMBERS)
		n = MAX_MEMBERS;
	status = choose(cli, argc, argv, members, (size_t)n, chosen);
	look->dm = cli->dm;
	look->json = cli->json;
	for (i = 0; i < n && !status; i++) {
		if (!chosen[i])
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

	while ((c = cli_getopt(cli, argc, argv, options)) != -1)
		if (!cli_option(cli, argv, c, &status))
			return status;
	status = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (status)
		return status;
	return look_at_all(cli, argc - optind, argv + optind, key, show);
}
