// SPDX-License-Identifier: GPL-2.0
/* What the drives say about themselves and their discs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "burn.h"
#include "drives.h"
#include "mmc.h"


static void take_member(const struct discmux_member *m, struct drive *d)
{
	memset(d, 0, sizeof(*d));
	d->member = m->member;
	d->role = m->role;
	d->unit = m->unit;
	d->state = m->state;
	d->element = m->element;
	d->max_data = m->max_data;
	discmux_text(m->vendor, sizeof(m->vendor), d->vendor, sizeof(d->vendor));
	discmux_text(m->product, sizeof(m->product), d->product, sizeof(d->product));
	discmux_text(m->revision, sizeof(m->revision), d->revision, sizeof(d->revision));
	discmux_text(m->serial, sizeof(m->serial), d->serial, sizeof(d->serial));
	discmux_text(m->block_name, sizeof(m->block_name), d->block_name, sizeof(d->block_name));
}

int drives_list(struct discmux *dm, struct drive *drives, size_t max)
{
	static const uint32_t roles[] = { DISCMUX_ROLE_READER, DISCMUX_ROLE_RECORDER };
	struct discmux_member members[DRIVES_MAX];
	int n = discmux_members(dm, members, DRIVES_MAX), i;
	size_t count = 0, r;

	if (n < 0)
		return n;
	if (n > DRIVES_MAX)
		n = DRIVES_MAX;
	for (r = 0; r < 2; r++)
		for (i = 0; i < n && count < max; i++)
			if (members[i].role == roles[r])
				take_member(&members[i], &drives[count++]);
	return (int)count;
}

static int send(struct discmux *dm, uint32_t member, const struct mmc_command *c, void *data,
		struct discmux_result *result)
{
	return discmux_ask(dm, member, DISCMUX_FOR_PROBE, 0, c->cdb, c->len,
			   (enum discmux_dir)c->dir, data, c->data_len, c->timeout_ms, result);
}

/* False when there is nothing more to ask. */
static bool look_ready(struct discmux *dm, struct drive *d)
{
	struct discmux_result result;
	struct mmc_command c;

	mmc_cmd_test_unit_ready(&c);
	if (send(dm, d->member, &c, NULL, &result) >= 0)
		return true;
	switch (discmux_result_cause(discmux_role_device(d->role), &result)) {
	case DISCMUX_CAUSE_TRAY_OPEN:
		d->tray_open = true;
		/* fallthrough */
	case DISCMUX_CAUSE_NO_DISC:
		d->disc = DRIVE_NO_DISC;
		break;
	case DISCMUX_CAUSE_BUSY:
		d->waiting = true;
		break;
	default:
		break;
	}
	return false;
}

static void look_disc(struct discmux *dm, struct drive *d)
{
	uint8_t reply[MMC_CONFIGURATION_LEN];
	struct discmux_result result;
	struct mmc_disc_info info;
	struct mmc_command c;
	int len;

	d->disc = DRIVE_COMPLETE;
	mmc_cmd_get_configuration(&c, 0);
	len = send(dm, d->member, &c, reply, &result);
	if (len >= 0)
		mmc_parse_profile(reply, (size_t)len, &d->profile);
	mmc_cmd_read_disc_info(&c);
	len = send(dm, d->member, &c, reply, &result);
	if (len < 0 || mmc_parse_disc_info(reply, (size_t)len, &info))
		return;
	d->erasable = info.erasable;
	if (info.state == MMC_DISC_BLANK)
		d->disc = DRIVE_BLANK;
	else if (info.state == MMC_DISC_APPENDABLE)
		d->disc = DRIVE_APPENDABLE;
}

bool drive_still_ready(struct discmux *dm, const struct drive *d)
{
	struct discmux_result result;
	struct mmc_command c;

	/* A unit attention is a change, so no second try */
	mmc_cmd_test_unit_ready(&c);
	return discmux_command(dm, d->member, c.cdb, c.len, DISCMUX_DIR_NONE, NULL, 0,
			       c.timeout_ms, &result) >= 0;
}

void drive_look(struct discmux *dm, struct drive *d)
{
	d->disc = DRIVE_NOT_KNOWN;
	d->tray_open = false;
	d->waiting = false;
	d->erasable = false;
	d->profile = MMC_PROFILE_NONE;
	if (look_ready(dm, d))
		look_disc(dm, d);
}

bool drive_holds_nothing(struct discmux *dm, const struct drive *d)
{
	const struct burn_errand errand = { .ops = &burn_ops_discmux, .ctx = dm,
					    .member = d->member };
	struct mmc_formats formats;
	char what[24];

	switch (d->profile) {
	case MMC_PROFILE_DVD_RAM:
	case MMC_PROFILE_DVD_RW_RESTRICTED:
	case MMC_PROFILE_DVD_PLUS_RW:
	case MMC_PROFILE_DVD_PLUS_RW_DL:
	case MMC_PROFILE_BD_RE:
		return !burn_disc_holds(&errand, &formats, what, sizeof(what));
	default:
		return false;
	}
}

uint64_t drive_blocks(struct discmux *dm, const struct drive *d)
{
	uint8_t reply[MMC_CAPACITY_LEN];
	struct discmux_result result;
	struct mmc_command c;
	uint64_t blocks = 0;
	uint32_t size;
	int len;

	mmc_cmd_read_capacity(&c);
	len = send(dm, d->member, &c, reply, &result);
	if (len < 0 || mmc_parse_capacity(reply, (size_t)len, &blocks, &size))
		return 0;
	return blocks;
}

int drive_tray(struct discmux *dm, const struct drive *d, bool open)
{
	struct discmux_result result;
	struct mmc_command c;
	int rc;

	/* A job that was killed may have left it locked */
	mmc_cmd_prevent(&c, false);
	send(dm, d->member, &c, NULL, &result);
	mmc_cmd_start_stop(&c, open ? MMC_TRAY_EJECT : MMC_TRAY_LOAD);
	rc = send(dm, d->member, &c, NULL, &result);
	return rc < 0 ? rc : 0;
}

const char *drive_medium_class(uint16_t profile)
{
	if (profile == MMC_PROFILE_NONE)
		return "";
	if (mmc_profile_is_cd(profile))
		return "CD";
	return profile >= MMC_PROFILE_BD_ROM ? "BD" : "DVD";
}

char *drive_name(const struct drive *d, char *buf, size_t size)
{
	snprintf(buf, size, "%s %u", discmux_role_name(d->role), d->unit);
	return buf;
}

void drive_capitals(char *name)
{
	for (; *name; name++)
		if (*name >= 'a' && *name <= 'z')
			*name = (char)(*name - 'a' + 'A');
}

const char *drive_disc_name(enum drive_disc disc)
{
	static const char *const names[] = { "unknown", "none", "blank", "appendable", "complete" };

	return (size_t)disc < sizeof(names) / sizeof(*names) ? names[disc] : "unknown";
}
