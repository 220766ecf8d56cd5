// SPDX-License-Identifier: GPL-2.0
/* discmux media: what the discs in the drives are. */
#include <stdio.h>
#include <string.h>

#include "contents.h"
#include "look.h"
#include "output.h"

#define MB	1e6

/* What was asked of one drive; each answer may be missing. */
struct disc {
	struct medium medium;
	uint16_t profile;
	bool have_info, have_room, have_physical, have_atip;
	struct mmc_disc_info info;
	uint32_t free, blocks;
	struct mmc_physical physical;
	struct mmc_atip atip;
	int entries;
	struct mmc_toc_entry toc[MMC_FULL_TOC_MAX];
	char mcn[14];
	bool cd_text;
	uint32_t speeds[MMC_SPEEDS_MAX];
	int nr_speeds;
};

static void ask_state(struct look *look, struct disc *d)
{
	struct mmc_track_info track;
	uint32_t size;
	uint64_t blocks;

	mmc_cmd_read_disc_info(&look->cmd);
	d->have_info = look_ask(look) && !mmc_parse_disc_info(look->data, look->len, &d->info);
	if (d->have_info && d->info.state != MMC_DISC_COMPLETE) {
		mmc_cmd_read_track_info(&look->cmd, mmc_profile_is_cd(d->profile) ||
					d->profile == MMC_PROFILE_DVD_PLUS_R ||
					d->profile == MMC_PROFILE_DVD_PLUS_R_DL ?
					MMC_TRACK_INVISIBLE : d->info.last_track);
		d->have_room = look_ask(look) &&
			       !mmc_parse_track_info(look->data, look->len, &track);
		d->free = d->have_room ? track.free : 0;
	}
	mmc_cmd_read_capacity(&look->cmd);
	if (look_ask(look) && !mmc_parse_capacity(look->data, look->len, &blocks, &size) &&
	    !(d->have_info && d->info.state == MMC_DISC_BLANK))
		d->blocks = (uint32_t)blocks;
}

static void ask_cd(struct look *look, struct disc *d)
{
	const uint8_t *packs;

	mmc_cmd_read_full_toc(&look->cmd);
	if (look_ask(look))
		d->entries = mmc_parse_full_toc(look->data, look->len, d->toc);
	mmc_cmd_read_atip(&look->cmd);
	d->have_atip = look_ask(look) && !mmc_parse_atip(look->data, look->len, &d->atip);
	if (d->entries <= 0)
		return;
	mmc_cmd_read_mcn(&look->cmd);
	if (look_ask(look))
		mmc_parse_mcn(look->data, look->len, d->mcn);
	mmc_cmd_read_cd_text(&look->cmd);
	d->cd_text = look_ask(look) && mmc_parse_cd_text(look->data, look->len, &packs) > 0;
}

static void ask(struct look *look, struct disc *d)
{
	memset(d, 0, sizeof(*d));
	medium_query(look->dm, look->member, 1, &d->medium);
	if (d->medium.known != MEDIUM_PRESENT)
		return;
	mmc_cmd_get_configuration(&look->cmd, 0);
	if (look_ask(look))
		mmc_parse_profile(look->data, look->len, &d->profile);
	ask_state(look, d);
	if (mmc_profile_is_cd(d->profile)) {
		ask_cd(look, d);
	} else {
		mmc_cmd_read_structure(&look->cmd, MMC_STRUCTURE_PHYSICAL, MMC_STRUCTURE_LEN);
		d->have_physical = look_ask(look) && !mmc_parse_physical(look->data, look->len,
									&d->physical);
	}
	mmc_cmd_get_write_speeds(&look->cmd);
	if (look_ask(look))
		d->nr_speeds = mmc_parse_write_speeds(look->data, look->len, d->speeds);
}

/* ---- JSON ----------------------------------------------------------------- */

static json_t *tracks_json(const struct disc *d)
{
	json_t *tracks = json_array();
	int i;

	for (i = 0; i < d->entries; i++) {
		const struct mmc_toc_entry *e = &d->toc[i];

		if (e->adr != 1 || e->point < 1 || e->point > CD_TRACKS)
			continue;
		json_array_append_new(tracks, json_pack("{si si ss si sb sb}", "number", e->point,
				      "session", e->session,
				      "kind", e->control & CD_DATA ? "data" : "audio",
				      "lba", (int)cd_msf_lba(e->pmsf),
				      "pre_emphasis", !(e->control & CD_DATA) &&
				      (e->control & CD_PREEMPHASIS) != 0,
				      "copy_permitted", (e->control & CD_COPY_PERMITTED) != 0));
	}
	return tracks;
}

static json_t *speeds_json(const struct look *look, const struct disc *d)
{
	json_t *speeds = json_array();
	int i;

	for (i = 0; i < d->nr_speeds; i++)
		json_array_append_new(speeds, json_real(look_times(d->profile, d->speeds[i])));
	(void)look;
	return speeds;
}

static json_t *disc_json(const struct look *look, const struct disc *d)
{
	bool there = d->medium.known == MEDIUM_PRESENT;
	const char *state = d->medium.state;

	return json_pack("{ss si sI so so so so so so so so so so so so}",
			 "role", discmux_role_name(look->member->role), "unit",
			 (int)look->member->unit, "member", (json_int_t)look->member->member,
			 "medium", there ? json_string(mmc_profile_name(d->profile)) :
			 d->medium.known == MEDIUM_NONE ? json_string("none") : json_null(),
			 "state", state ? json_string(state) : json_null(),
			 "erasable", d->have_info ? json_boolean(d->info.erasable) : json_null(),
			 "sessions", json_number_or_null(d->have_info, d->info.sessions),
			 "blocks", json_number_or_null(there && d->blocks, d->blocks),
			 "free_blocks", json_number_or_null(d->have_room, d->free),
			 "layers", json_number_or_null(d->have_physical, d->physical.layers),
			 "layer_break", json_number_or_null(d->have_physical &&
							    d->physical.layer_break,
							    d->physical.layer_break),
			 "mcn", *d->mcn ? json_string(d->mcn) : json_null(),
			 "cd_text", json_boolean(d->cd_text), "write_speeds",
			 speeds_json(look, d), "tracks", tracks_json(d));
}

/* ---- Text ----------------------------------------------------------------- */

static void print_tracks(const struct disc *d)
{
	int i;

	for (i = 0; i < d->entries; i++) {
		const struct mmc_toc_entry *e = &d->toc[i];

		if (e->adr != 1 || e->point < 1 || e->point > CD_TRACKS)
			continue;
		printf("  track %2u  session %u  %02u:%02u:%02u  %s%s%s\n", e->point, e->session,
		       e->pmsf[0], e->pmsf[1], e->pmsf[2],
		       e->control & CD_DATA ? "data" : "audio",
		       e->control & CD_COPY_PERMITTED ? ", copy permitted" : "",
		       (e->control & (CD_DATA | CD_PREEMPHASIS)) == CD_PREEMPHASIS ?
		       ", pre-emphasis" : "");
	}
}

static void print_speeds(const struct disc *d)
{
	int i;

	if (d->nr_speeds <= 0)
		return;
	fputs("  write speeds", stdout);
	for (i = 0; i < d->nr_speeds; i++)
		printf(" %.0fx", look_times(d->profile, d->speeds[i]));
	putchar('\n');
}

static void print_disc(const struct look *look, const struct disc *d)
{
	printf("%s %u: ", discmux_role_name(look->member->role), look->member->unit);
	if (d->medium.known == MEDIUM_NONE) {
		puts("no disc");
		return;
	}
	if (d->medium.known != MEDIUM_PRESENT) {
		puts(*d->medium.note ? d->medium.note : "in use, not asked");
		return;
	}
	printf("%s, %s", mmc_profile_name(d->profile), d->medium.state ? d->medium.state :
	       "state unknown");
	if (d->have_info && d->info.erasable)
		fputs(", rewritable", stdout);
	if (d->have_info && d->info.state != MMC_DISC_BLANK)
		printf(", %u session%s", d->info.sessions, d->info.sessions == 1 ? "" : "s");
	if (d->blocks)
		printf(", %.0f MB", d->blocks * 2048.0 / MB);
	if (d->have_room)
		printf(", %.0f MB free", d->free * 2048.0 / MB);
	if (d->have_physical && d->physical.layers > 1)
		printf(", 2 layers");
	putchar('\n');
	if (d->have_physical && d->physical.layer_break)
		printf("  layer break at block %u\n", d->physical.layer_break);
	if (*d->mcn)
		printf("  media catalogue number %s\n", d->mcn);
	if (d->cd_text)
		puts("  CD-Text");
	print_tracks(d);
	print_speeds(d);
}

static json_t *show(struct look *look)
{
	struct disc d;

	ask(look, &d);
	if (look->json)
		return disc_json(look, &d);
	print_disc(look, &d);
	return NULL;
}

int cmd_media(struct cli *cli, int argc, char **argv)
{
	return look_command(cli, argc, argv, "media", show);
}
