// SPDX-License-Identifier: GPL-2.0
/* Drives as people name them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drive_name.h"

bool drive_name_parse(const char *text, uint32_t *role, unsigned long *unit)
{
	static const struct { const char *name; uint32_t role; } roles[] = {
		{ "reader", DISCMUX_ROLE_READER },
		{ "recorder", DISCMUX_ROLE_RECORDER },
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		size_t len = strlen(roles[i].name);

		if (strncmp(text, roles[i].name, len))
			continue;
		*role = roles[i].role;
		*unit = 0;
		if (!text[len])
			return true;
		if (text[len] == ':' && !cli_number(text + len + 1, 0, 999, unit))
			return true;
	}
	return false;
}

int drive_name_find(struct cli *cli, const char *text, struct discmux_member *member, char *name)
{
	unsigned long unit;
	uint32_t role;
	int status;

	if (!drive_name_parse(text, &role, &unit))
		return cli_error("%s is no drive: say reader, reader:1 or recorder:2", text);
	status = cli_open(cli, DISCMUX_OPEN_WRITE);
	if (status)
		return status;
	snprintf(name, 32, "%s %lu", discmux_role_name(role), unit);
	switch (discmux_member_by_unit(cli->dm, role, (uint32_t)unit, member)) {
	case 0:
		return CLI_OK;
	case -ENOENT:
		return cli_error("there is no %s: discmux status lists the drives", name);
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
