// SPDX-License-Identifier: GPL-2.0
/* Drives on the command line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drive_name.h"

static int take(const struct discmux_member *member, char *name)
{
	if (member->role == DISCMUX_ROLE_CHANGER)
		return cli_error("changer %u takes no discs by itself: name a drive", member->unit);
	snprintf(name, DRIVE_NAME_SIZE, "%s %u", discmux_role_name(member->role), member->unit);
	return CLI_OK;
}

int drive_name_find(struct cli *cli, const char *text, struct discmux_member *member, char *name)
{
	int status = cli_open(cli, DISCMUX_OPEN_WRITE);

	if (status)
		return status;
	if (discmux_member_by_name(cli->dm, text, member))
		return cli_error("%s", discmux_error(cli->dm));
	return take(member, name);
}

int drive_name_or_file(struct cli *cli, const char *text, bool *drive,
		       struct discmux_member *member, char *name)
{
	*drive = discmux_is_member_name(text);
	if (*drive)
		return drive_name_find(cli, text, member, name);
	if (strchr(text, '/') || !access(text, F_OK))
		return CLI_OK;
	/* Without a mux it can't be a drive's, and the file is missed instead */
	if (!cli->dm && discmux_open(cli->mux, DISCMUX_OPEN_WRITE, &cli->dm)) {
		discmux_close(cli->dm);
		cli->dm = NULL;
		return CLI_OK;
	}
	switch (discmux_member_by_name(cli->dm, text, member)) {
	case 0:
		*drive = true;
		return take(member, name);
	case -EINVAL:
		return CLI_OK;
	default:
		return cli_error("%s", discmux_error(cli->dm));
	}
}

int drive_max_data(struct cli *cli, const struct discmux_member *member, uint32_t *bytes)
{
	struct discmux_info info;

	if (discmux_info(cli->dm, &info) < 0)
		return cli_error("%s", discmux_error(cli->dm));
	*bytes = member->max_data < info.max_exec_bytes ? member->max_data : info.max_exec_bytes;
	return CLI_OK;
}
