// SPDX-License-Identifier: LGPL-2.1
/* Members of a mux. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static int get_member(struct discmux *dm, uint32_t number, uint32_t flags,
		      struct discmux_member *member)
{
	memset(member, 0, sizeof(*member));
	member->size = sizeof(*member);
	member->flags = flags;
	member->member = number;
	return dm_call(dm, DISCMUX_IOC_MEMBER, member);
}

int dm_next_member(struct discmux *dm, uint32_t *next, struct discmux_member *member)
{
	int ret = get_member(dm, *next, DISCMUX_MEMBER_NEXT, member);

	if (ret < 0)
		return ret;
	/* A number that does not grow would never end. */
	if (member->member < *next || member->member == DISCMUX_NONE)
		return -EPROTO;
	*next = member->member + 1;
	return 0;
}

int discmux_members(struct discmux *dm, struct discmux_member *members, size_t max)
{
	struct discmux_member member;
	uint32_t next = 0;
	int count = 0;
	int ret;

	while ((ret = dm_next_member(dm, &next, &member)) == 0) {
		if ((size_t)count < max)
			members[count] = member;
		count++;
	}
	if (ret != -ENOENT)
		return dm_fail(dm, ret, "listing the members: %s", dm_errno_text(ret));
	return count;
}

int discmux_member(struct discmux *dm, uint32_t number, struct discmux_member *member)
{
	int ret = get_member(dm, number, 0, member);

	if (ret == -ENOENT)
		return dm_fail(dm, ret, "there is no member %u: discmux status lists them", number);
	if (ret < 0)
		return dm_fail(dm, ret, "member %u: %s", number, dm_errno_text(ret));
	return 0;
}

int discmux_member_by_unit(struct discmux *dm, uint32_t role, uint32_t unit,
			   struct discmux_member *member)
{
	uint32_t next = 0;
	int ret;

	while ((ret = dm_next_member(dm, &next, member)) == 0)
		if (member->role == role && member->unit == unit)
			return 0;
	if (ret != -ENOENT)
		return dm_fail(dm, ret, "listing the members: %s", dm_errno_text(ret));
	return dm_fail(dm, ret, "there is no %s %u: discmux status lists them",
		       discmux_role_name(role), unit);
}

const char *dm_member_name(struct discmux *dm, uint32_t number, char *buf, size_t size)
{
	struct discmux_member member;

	if (get_member(dm, number, 0, &member) < 0)
		snprintf(buf, size, "member %u", number);
	else if (member.role == DISCMUX_ROLE_CHANGER)
		snprintf(buf, size, "changer");
	else
		snprintf(buf, size, "%s %u", discmux_role_name(member.role), member.unit);
	return buf;
}

const char *discmux_role_name(uint32_t role)
{
	static const char *const names[] = {
		[DISCMUX_ROLE_READER] = "reader",
		[DISCMUX_ROLE_RECORDER] = "recorder",
		[DISCMUX_ROLE_CHANGER] = "changer",
	};

	return role < sizeof(names) / sizeof(*names) && names[role] ? names[role] : "unknown";
}

const char *discmux_member_state_name(uint32_t state)
{
	static const char *const names[] = {
		[DISCMUX_MEMBER_IDLE] = "idle",
		[DISCMUX_MEMBER_CLAIMED] = "claimed",
		[DISCMUX_MEMBER_STREAMING] = "streaming",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "unknown";
}

char *discmux_text(const uint8_t *field, size_t len, char *buf, size_t size)
{
	size_t n = 0;
	size_t i;

	while (len && (field[len - 1] == ' ' || !field[len - 1]))
		len--;
	for (i = 0; i < len && n + 1 < size; i++) {
		if (field[i] == ' ' && !n)
			continue;
		buf[n++] = field[i] >= 0x20 && field[i] < 0x7f ? (char)field[i] : '?';
	}
	buf[n] = '\0';
	return buf;
}
