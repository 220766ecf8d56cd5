// SPDX-License-Identifier: GPL-2.0
/* discmux drives: what the drives are and can do. */
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "output.h"

#define MAX_PROFILES	64

struct drive {
	char vendor[9], product[17], revision[9], serial[33];
	uint16_t profiles[MAX_PROFILES];
	int nr_profiles;
	bool have_caps;
	struct mmc_capabilities caps;
	bool writes[8], simulates_cd, simulates_dvd, burn_free;
};

/* What writing needs, and how people call what is written. */
static const struct {
	uint16_t feature;
	const char *name;
} kinds[] = {
	{ MMC_FEATURE_CD_TAO, "CD track at once" },
	{ MMC_FEATURE_CD_SAO, "CD session at once" },
	{ MMC_FEATURE_DVD_R_WRITE, "DVD-R" },
	{ MMC_FEATURE_DVD_PLUS_R, "DVD+R" },
	{ MMC_FEATURE_DVD_PLUS_RW, "DVD+RW" },
	{ MMC_FEATURE_DVD_PLUS_R_DL, "DVD+R DL" },
	{ MMC_FEATURE_BD_WRITE, "BD" },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(*kinds))

static void take_features(const struct look *look, struct drive *d)
{
	struct mmc_feature f;
	size_t i;

	d->nr_profiles = mmc_parse_profiles(look->data, look->len, d->profiles, MAX_PROFILES);
	if (d->nr_profiles > MAX_PROFILES)
		d->nr_profiles = MAX_PROFILES;
	for (i = 0; i < NR_KINDS; i++) {
		bool has = !mmc_find_feature(look->data, look->len, kinds[i].feature, &f);

		d->writes[i] = has;
		if (!has || !f.len)
			continue;
		/* Bit 2 is the test write, bit 6 burn-free, in all three */
		if (kinds[i].feature == MMC_FEATURE_CD_TAO ||
		    kinds[i].feature == MMC_FEATURE_CD_SAO)
			d->simulates_cd |= f.data[0] & 0x04;
		if (kinds[i].feature == MMC_FEATURE_DVD_R_WRITE)
			d->simulates_dvd = f.data[0] & 0x04;
		if (i <= 2)
			d->burn_free |= f.data[0] & 0x40;
	}
}

static void ask(struct look *look, struct drive *d)
{
	const struct discmux_member *m = look->member;

	memset(d, 0, sizeof(*d));
	discmux_text(m->vendor, sizeof(m->vendor), d->vendor, sizeof(d->vendor));
	discmux_text(m->product, sizeof(m->product), d->product, sizeof(d->product));
	discmux_text(m->revision, sizeof(m->revision), d->revision, sizeof(d->revision));
	discmux_text(m->serial, sizeof(m->serial), d->serial, sizeof(d->serial));
	/* A drive that burns must not be disturbed */
	if (m->state != DISCMUX_MEMBER_IDLE)
		return;
	mmc_cmd_get_configuration(&look->cmd, 0);
	look->cmd.cdb[1] = 0;		/* all features, current or not */
	if (look_ask(look))
		take_features(look, d);
	mmc_cmd_mode_sense(&look->cmd, MMC_PAGE_CAPABILITIES);
	d->have_caps = look_ask(look) &&
		       !mmc_parse_capabilities(look->data, look->len, &d->caps);
}

static json_t *list_of(const struct drive *d, bool profiles)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; profiles && (int)i < d->nr_profiles; i++)
		json_array_append_new(list, json_string(mmc_profile_name(d->profiles[i])));
	for (i = 0; !profiles && i < NR_KINDS; i++)
		if (d->writes[i])
			json_array_append_new(list, json_string(kinds[i].name));
	return list;
}

static json_t *drive_json(const struct look *look, const struct drive *d)
{
	const struct discmux_member *m = look->member;

	return json_pack("{ss si sI ss ss ss ss so ss so so sb sb sb so so}",
			 "role", discmux_role_name(m->role), "unit", (int)m->unit,
			 "member", (json_int_t)m->member, "vendor", d->vendor,
			 "product", d->product, "firmware", d->revision, "serial", d->serial,
			 "block", json_text(m->block_name, sizeof(m->block_name)),
			 "state", discmux_member_state_name(m->state),
			 "media", list_of(d, true), "writes", list_of(d, false),
			 "simulates_cd", d->simulates_cd, "simulates_dvd_r", d->simulates_dvd,
			 "burn_free", d->burn_free,
			 "buffer_kb", json_number_or_null(d->have_caps, d->caps.buffer_kb),
			 "max_read_kbps", json_number_or_null(d->have_caps, d->caps.max_read));
}

static void print_list(const char *what, json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		printf("%s%s", i ? ", " : what, json_string_value(json_array_get(list, i)));
	if (i)
		putchar('\n');
	json_decref(list);
}

static void print_drive(const struct look *look, const struct drive *d)
{
	const struct discmux_member *m = look->member;

	printf("%s %u: %s %s, firmware %s, serial %s%s\n", discmux_role_name(m->role), m->unit,
	       d->vendor, d->product, d->revision, *d->serial ? d->serial : "none",
	       m->state == DISCMUX_MEMBER_IDLE ? "" : ", in use");
	print_list("  media     ", list_of(d, true));
	print_list("  writes    ", list_of(d, false));
	if (d->simulates_cd || d->simulates_dvd)
		printf("  simulates %s%s%s\n", d->simulates_cd ? "CD" : "",
		       d->simulates_cd && d->simulates_dvd ? ", " : "",
		       d->simulates_dvd ? "DVD-R" : "");
	if (d->have_caps)
		printf("  buffer    %u kB%s\n", d->caps.buffer_kb,
		       d->burn_free ? ", burn-free" : "");
}

static json_t *show(struct look *look)
{
	struct drive d;

	ask(look, &d);
	if (look->json)
		return drive_json(look, &d);
	print_drive(look, &d);
	return NULL;
}

int cmd_drives(struct cli *cli, int argc, char **argv)
{
	return look_command(cli, argc, argv, "drives", show);
}
