// SPDX-License-Identifier: GPL-2.0
/* Which disc is in a drive. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "medium.h"
#include "mmc.h"

#define TIMEOUT_MS		10000

/* Drives that are asked at the same time. */
struct group {
	struct discmux *dm;
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

/* To some of the group at once; without data. */
static void group_send(void *ctx, uint32_t set)
{
	struct discmux_result results[DISCMUX_MAX_TARGETS];
	uint32_t members[DISCMUX_MAX_TARGETS];
	struct group *group = ctx;
	struct mmc_command c;
	size_t i, n = 0;
	int ret;

	for (i = 0; i < group->nr; i++)
		if (set >> i & 1)
			members[n++] = group->member[i];
	mmc_cmd_test_unit_ready(&c);
	ret = discmux_exec(group->dm, members, n, c.cdb, c.len, DISCMUX_DIR_NONE, NULL, 0,
			   TIMEOUT_MS, results);
	for (i = 0, n = 0; i < group->nr; i++)
		if (set >> i & 1) {
			group->result[i] = results[n++];
			if (ret < 0)
				group->result[i].error = (uint32_t)-ret;
		}
}

static const struct discmux_result *group_result(void *ctx, unsigned int i)
{
	return &((struct group *)ctx)->result[i];
}

static uint64_t group_now(void *ctx)
{
	(void)ctx;
	return 0;	/* the user waits: no retry sleeps here */
}

static void group_sleep(void *ctx, unsigned int ms)
{
	const struct timespec t = { 0, (long)ms * 1000000 };

	(void)ctx;
	nanosleep(&t, NULL);
}

static int ask(struct discmux *dm, uint32_t member, const struct mmc_command *c, uint8_t *data)
{
	return discmux_ask(dm, member, DISCMUX_FOR_PROBE, 0, c->cdb, c->len,
			   (enum discmux_dir)c->dir, data, c->data_len, TIMEOUT_MS, NULL);
}

/* Leaves in the group the drives that have a disc. */
static void keep_ready(struct group *group)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < group->nr; i++) {
		const struct discmux_result *result = &group->result[i];
		struct medium *medium = group->medium[i];
		enum discmux_cause cause = discmux_result_cause(group->device[i], result);

		if (discmux_result_ok(result)) {
			medium->known = MEDIUM_PRESENT;
			group->member[kept] = group->member[i];
			group->device[kept] = group->device[i];
			group->medium[kept++] = medium;
		} else if (cause == DISCMUX_CAUSE_NO_DISC || cause == DISCMUX_CAUSE_TRAY_OPEN) {
			medium->known = MEDIUM_NONE;
		} else {
			discmux_device_result_text(group->device[i], result, medium->note,
						   sizeof(medium->note));
		}
	}
	group->nr = kept;
}

static void ask_type(struct discmux *dm, uint32_t member, struct medium *medium)
{
	uint8_t data[MMC_CONFIGURATION_LEN];
	struct mmc_command c;
	uint16_t profile;
	int len;

	mmc_cmd_get_configuration(&c, 0);
	len = ask(dm, member, &c, data);
	if (len >= 0 && !mmc_parse_profile(data, (size_t)len, &profile) &&
	    profile != MMC_PROFILE_NONE)
		medium->type = mmc_profile_name(profile);
}

static void ask_state(struct discmux *dm, uint32_t member, struct medium *medium)
{
	uint8_t data[MMC_CONFIGURATION_LEN];
	struct mmc_disc_info info;
	struct mmc_command c;
	int len;

	mmc_cmd_read_disc_info(&c);
	len = ask(dm, member, &c, data);
	if (len >= 0 && !mmc_parse_disc_info(data, (size_t)len, &info))
		medium->state = disc_state(info.state);
}

/* All at once whether they are ready, which takes time; then each what it has. */
static void query_group(struct group *group)
{
	static const struct discmux_carrier carrier = {
		.send = group_send, .result = group_result, .now_ms = group_now,
		.sleep_ms = group_sleep,
	};
	uint32_t set = group->nr < 32 ? (1u << group->nr) - 1 : UINT32_MAX;
	size_t i;

	discmux_carry_out(&carrier, group, DISCMUX_FOR_PROBE, DISCMUX_DEVICE_ANY, NULL, set, NULL);
	keep_ready(group);
	for (i = 0; i < group->nr; i++) {
		ask_type(group->dm, group->member[i], group->medium[i]);
		ask_state(group->dm, group->member[i], group->medium[i]);
	}
}

void medium_query(struct discmux *dm, const struct discmux_member *members, size_t nr,
		  struct medium *media)
{
	struct group group = { .dm = dm };
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
			query_group(&group);
			group.nr = 0;
		}
	}
	if (group.nr)
		query_group(&group);
}
