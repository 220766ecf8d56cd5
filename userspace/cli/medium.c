// SPDX-License-Identifier: GPL-2.0
/* Which disc is in a drive. */
#include <stdio.h>
#include <string.h>

#include "medium.h"
#include "mmc.h"

#define KEY_NOT_READY		0x2
#define ASC_NO_MEDIUM		0x3a
#define TIMEOUT_MS		10000

/* Drives that are asked at the same time. */
struct group {
	uint32_t member[DISCMUX_MAX_TARGETS];
	enum discmux_device device[DISCMUX_MAX_TARGETS];
	struct medium *medium[DISCMUX_MAX_TARGETS];
	struct discmux_result result[DISCMUX_MAX_TARGETS];
	size_t nr;
};

static const char *disc_state(enum mmc_disc_state state)
{
	static const char *const names[] = {
		[MMC_DISC_BLANK] = "blank",
		[MMC_DISC_APPENDABLE] = "appendable",
		[MMC_DISC_COMPLETE] = "complete",
		[MMC_DISC_OTHER] = "other",
	};

	return (size_t)state < sizeof(names) / sizeof(*names) ? names[state] : NULL;
}

static int send(struct discmux *dm, struct group *group, const struct mmc_command *c,
		uint8_t *data)
{
	return discmux_exec(dm, group->member, group->nr, c->cdb, c->len, (enum discmux_dir)c->dir,
			    data, c->data_len, TIMEOUT_MS, group->result);
}

/* Leaves in the group the drives that have a disc. */
static void keep_ready(struct group *group)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < group->nr; i++) {
		const struct discmux_result *result = &group->result[i];
		struct medium *medium = group->medium[i];
		struct discmux_sense sense;

		if (discmux_result_ok(result)) {
			medium->known = MEDIUM_PRESENT;
			group->member[kept] = group->member[i];
			group->device[kept] = group->device[i];
			group->medium[kept++] = medium;
		} else if (!discmux_result_sense(result, &sense) && sense.key == KEY_NOT_READY &&
			   sense.asc == ASC_NO_MEDIUM) {
			medium->known = MEDIUM_NONE;
		} else {
			discmux_device_result_text(group->device[i], result, medium->note,
						   sizeof(medium->note));
		}
	}
	group->nr = kept;
}

static size_t reply_len(const struct discmux_result *result, size_t asked)
{
	return discmux_result_ok(result) && result->resid <= asked ? asked - result->resid : 0;
}

static void ask_type(struct discmux *dm, struct group *group, uint8_t *data)
{
	struct mmc_command c;
	uint16_t profile;
	size_t i;

	mmc_cmd_get_configuration(&c, 0);
	if (send(dm, group, &c, data) < 0)
		return;
	for (i = 0; i < group->nr; i++)
		if (!mmc_parse_profile(data + i * c.data_len,
				       reply_len(&group->result[i], c.data_len), &profile) &&
		    profile != MMC_PROFILE_NONE)
			group->medium[i]->type = mmc_profile_name(profile);
}

static void ask_state(struct discmux *dm, struct group *group, uint8_t *data)
{
	struct mmc_disc_info info;
	struct mmc_command c;
	size_t i;

	mmc_cmd_read_disc_info(&c);
	if (send(dm, group, &c, data) < 0)
		return;
	for (i = 0; i < group->nr; i++)
		if (!mmc_parse_disc_info(data + i * c.data_len,
					 reply_len(&group->result[i], c.data_len), &info))
			group->medium[i]->state = disc_state(info.state);
}

static void query_group(struct discmux *dm, struct group *group)
{
	uint8_t data[DISCMUX_MAX_TARGETS * MMC_CONFIGURATION_LEN];
	struct mmc_command c;
	int tries;

	/* The first answer may be a unit attention, which tells of the past. */
	mmc_cmd_test_unit_ready(&c);
	for (tries = 0; tries < 2; tries++)
		if (send(dm, group, &c, NULL) < 0)
			return;
	keep_ready(group);
	if (group->nr)
		ask_type(dm, group, data);
	if (group->nr)
		ask_state(dm, group, data);
}

void medium_query(struct discmux *dm, const struct discmux_member *members, size_t nr,
		  struct medium *media)
{
	struct group group = { .nr = 0 };
	size_t i;

	memset(media, 0, nr * sizeof(*media));
	for (i = 0; i < nr; i++) {
		if (members[i].role == DISCMUX_ROLE_CHANGER ||
		    members[i].state != DISCMUX_MEMBER_IDLE)
			continue;
		group.member[group.nr] = members[i].member;
		group.device[group.nr] = discmux_role_device(members[i].role);
		group.medium[group.nr++] = &media[i];
		if (group.nr == DISCMUX_MAX_TARGETS) {
			query_group(dm, &group);
			group.nr = 0;
		}
	}
	if (group.nr)
		query_group(dm, &group);
}
