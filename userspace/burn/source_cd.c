// SPDX-License-Identifier: GPL-2.0
/*
 * What is on the CD in a drive: sessions and tracks from the table of contents,
 * pauses and indices from the Q subchannel, codes and titles from where they are.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libdiscmux.h"
#include "msf.h"
#include "source.h"

#define Q_AROUND	3	/* sectors beside one whose Q tells something else */
#define NOWHERE		0xffffu

/* ---- The table of contents --------------------------------------------- */

static struct cd_track *add_track(struct burn_source *s, uint8_t number, uint8_t session,
				  uint8_t control, int32_t start)
{
	struct cd_layout *l = &s->layout;
	struct cd_track *t;

	if (l->tracks == CD_TRACKS)
		return NULL;
	t = &l->track[l->tracks++];
	memset(t, 0, sizeof(*t));
	t->number = number;
	t->session = session;
	t->control = control;
	t->start = start;
	t->pregap = start;
	return t;
}

static const struct mmc_toc_entry *find(const struct mmc_toc_entry *e, int n, uint8_t session,
					uint8_t point)
{
	int i;

	for (i = 0; i < n; i++)
		if (e[i].adr == 1 && e[i].point == point && (!session || e[i].session == session))
			return &e[i];
	return NULL;
}

/* Tracks in the order of their numbers; each ends where the next begins. */
static bool full_toc(struct burn_source *s, struct burn_job *job)
{
	struct mmc_toc_entry entries[MMC_FULL_TOC_MAX];
	uint8_t reply[MMC_FULL_TOC_LEN];
	struct discmux_result result;
	struct mmc_command cmd;
	unsigned int i;
	int len, n;

	mmc_cmd_read_full_toc(&cmd);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	n = len < 0 ? len : mmc_parse_full_toc(reply, (size_t)len, entries);
	for (i = 1; n > 0 && i <= CD_TRACKS; i++) {
		const struct mmc_toc_entry *e = find(entries, n, 0, (uint8_t)i);

		if (e && !add_track(s, (uint8_t)i, e->session, e->control, cd_msf_lba(e->pmsf)))
			return false;
	}
	for (i = 0; i < s->layout.tracks; i++) {
		struct cd_track *t = &s->layout.track[i];
		bool last = i + 1 == s->layout.tracks || t[1].session != t->session;
		const struct mmc_toc_entry *out = find(entries, n, t->session, 0xa2);

		if (last && !out)
			return false;
		t->end = last ? cd_msf_lba(out->pmsf) : t[1].start;
	}
	return s->layout.tracks;
}

/* A plain reader may know the simple form only. */
static bool short_toc(struct burn_source *s, struct burn_job *job)
{
	uint8_t reply[MMC_TOC_LEN];
	struct discmux_result result;
	struct mmc_command cmd;
	struct mmc_toc toc;
	unsigned int i;
	int len;

	s->layout.tracks = 0;
	mmc_cmd_read_toc(&cmd);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len < 0)
		source_failed(s, &result);
	if (len < 0 || mmc_parse_toc(reply, (size_t)len, &toc))
		return false;
	for (i = 0; i + 1 < toc.count && toc.tracks[i].number <= CD_TRACKS; i++) {
		uint32_t start = toc.tracks[i].lba, end = toc.tracks[i + 1].lba;
		struct cd_track *t;

		/* A drive may say any 32 bits; other addresses than a CD's are none */
		if (start >= end || end > CD_LBA_MAX)
			return false;
		t = add_track(s, toc.tracks[i].number, 1, toc.tracks[i].control, (int32_t)start);
		if (!t)
			return false;
		t->end = (int32_t)end;
	}
	return s->layout.tracks;
}

/* ---- What the sectors are ---------------------------------------------- */

static enum cd_sector data_type(struct burn_source *s, struct burn_job *job,
				const struct cd_track *t)
{
	uint8_t raw[CD_RAW], reply[MMC_TRACK_INFO_LEN];
	struct discmux_result result;
	struct mmc_track_info info;
	struct mmc_command cmd;
	int len;

	if (source_read_once(s, job, t->start, 1, true, raw, &result) >= 0) {
		enum cd_sector type = cd_sector_type(raw);

		return type == CD_XA2 ? CD_XA1 : type == CD_AUDIO ? CD_MODE1 : type;
	}
	mmc_cmd_read_track_info(&cmd, t->number);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len >= 0 && !mmc_parse_track_info(reply, (size_t)len, &info) && info.data_mode == 2)
		return CD_XA1;
	return CD_MODE1;
}

/* ---- Pauses and indices ------------------------------------------------ */

static int ask_q(struct burn_source *s, struct burn_job *job, int32_t lba, struct mmc_q *q)
{
	uint8_t reply[MMC_Q_LEN];
	struct discmux_result result;
	struct mmc_command cmd;
	int len;

	mmc_cmd_read_q(&cmd, lba, 1);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_READ, 0, &result);
	return len < 0 ? len : mmc_parse_q(reply, (size_t)len, lba, q);
}

/* Track and index of a sector, track << 8 | index; where its own Q does not tell,
 * that of the nearest one before it.  NOWHERE: none does. */
static unsigned int place_of(struct burn_source *s, struct burn_job *job, int32_t lba)
{
	struct mmc_q q;
	int i;

	for (i = 0; i <= Q_AROUND; i++)
		if (!ask_q(s, job, lba - i, &q))
			return (unsigned int)q.track << 8 | q.index;
	s->untold |= BURN_BESIDE_INDICES;
	return NOWHERE;
}

/* The first sector in (low, high] whose place is at least this one; that of low is
 * below, that of high is not. */
static int32_t search(struct burn_source *s, struct burn_job *job, int32_t low, int32_t high,
		      unsigned int place)
{
	while (low + 1 < high && !burn_is_cancelled(job)) {
		int32_t middle = low + (high - low) / 2;
		unsigned int its = place_of(s, job, middle);

		if (its != NOWHERE && its >= place)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* The pause before a track, which the table of contents gives to the one before. */
static void find_pause(struct burn_source *s, struct burn_job *job, struct cd_track *t)
{
	unsigned int place = place_of(s, job, t->start - 1);

	if (place == NOWHERE || place >> 8 != t->number)
		return;
	t->pregap = search(s, job, t[-1].start, t->start - 1, (unsigned int)t->number << 8);
	t[-1].end = t->pregap;
}

static void find_indices(struct burn_source *s, struct burn_job *job, struct cd_track *t)
{
	unsigned int place, n, last;
	int32_t low = t->start;

	if (t->type != CD_AUDIO || t->end - t->start < 2)
		return;
	place = place_of(s, job, t->end - 1);
	last = place != NOWHERE && place >> 8 == t->number ? place & 0xff : 1;
	for (n = 2; n <= last && n < CD_INDICES + 2; n++) {
		low = search(s, job, low, t->end - 1, (unsigned int)t->number << 8 | n);
		t->index[t->indices++] = low;
	}
}

static void find_pauses(struct burn_source *s, struct burn_job *job)
{
	struct cd_layout *l = &s->layout;
	unsigned int i;

	for (i = 0; i < l->tracks; i++) {
		struct cd_track *t = &l->track[i];

		if (!i)
			t->pregap = -CD_PREGAP;
		else if (t->session != t[-1].session)
			t->pregap = t->start - CD_PREGAP;
		else
			find_pause(s, job, t);
	}
	for (i = 0; i < l->tracks; i++)
		find_indices(s, job, &l->track[i]);
}

/* ---- Codes and titles -------------------------------------------------- */

static void read_codes(struct burn_source *s, struct burn_job *job)
{
	struct cd_layout *l = &s->layout;
	uint8_t reply[MMC_SUBCHANNEL_LEN];
	struct discmux_result result;
	struct mmc_command cmd;
	unsigned int i;
	int len;

	mmc_cmd_read_mcn(&cmd);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len < 0 || mmc_parse_mcn(reply, (size_t)len, l->mcn) || mmc_code_garbled(reply, l->mcn))
		s->untold |= BURN_BESIDE_MCN;
	/* Some drives give zeros for none */
	if (!strcmp(l->mcn, "0000000000000"))
		*l->mcn = '\0';
	for (i = 0; i < l->tracks && !job->config.no_isrc; i++) {
		struct cd_track *t = &l->track[i];

		if (t->type != CD_AUDIO)
			continue;
		mmc_cmd_read_isrc(&cmd, t->number);
		len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
		if (len < 0 || mmc_parse_isrc(reply, (size_t)len, t->isrc) ||
		    mmc_code_garbled(reply, t->isrc))
			s->untold |= BURN_BESIDE_ISRC;
		if (*t->isrc && !cd_isrc_valid(t->isrc))
			*t->isrc = '\0';
	}
}

static void read_titles(struct burn_source *s, struct burn_job *job)
{
	uint8_t *reply = malloc(MMC_CD_TEXT_LEN);
	struct discmux_result result;
	const uint8_t *packs;
	struct mmc_command cmd;
	int len, n = 0;

	if (!reply) {
		s->untold |= BURN_BESIDE_TEXT;
		return;
	}
	mmc_cmd_read_cd_text(&cmd);
	len = burn_command(job, s->member, &cmd, reply, DISCMUX_FOR_IDENTITY, 0, &result);
	if (len >= 0)
		n = mmc_parse_cd_text(reply, (size_t)len, &packs);
	if (n > 0)
		s->layout.text = malloc((size_t)n * CD_TEXT_PACK);
	if (n > 0 && s->layout.text) {
		memcpy(s->layout.text, packs, (size_t)n * CD_TEXT_PACK);
		s->layout.text_packs = (size_t)n;
	}
	free(reply);
}

int source_read_layout(struct burn_source *s, struct burn_job *job)
{
	struct cd_layout *l = &s->layout;
	unsigned int i;
	char why[128];

	if (!full_toc(s, job) && !short_toc(s, job))
		return burn_job_problem(job, "the table of contents of the disc in %s can't be read: clean it, or try another drive",
					s->name);
	for (i = 0; i < l->tracks; i++) {
		struct cd_track *t = &l->track[i];

		t->type = t->control & CD_DATA ? data_type(s, job, t) : CD_AUDIO;
	}
	find_pauses(s, job);
	cd_layout_finish(l);
	read_codes(s, job);
	read_titles(s, job);
	if (cd_layout_check(l, why, sizeof(why)))
		return burn_job_problem(job, "the disc in %s is not as a CD has to be: %s", s->name,
					why);
	return 0;
}
