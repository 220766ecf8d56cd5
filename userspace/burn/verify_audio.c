// SPDX-License-Identifier: GPL-2.0
/*
 * Audio has no addresses of its own: a recorder puts it some samples early or late
 * on the disc, and the drive that reads it back does the same.  A block that is
 * like no other is looked for around where it should be; how far off it is holds
 * for all of the disc, which can then be compared sample by sample.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"
#include "source.h"

#define SAMPLE		4u
#define SAMPLES		((int32_t)(CD_RAW / SAMPLE))
#define AROUND		6		/* blocks to each side: 3528 samples */
#define WINDOW		(2u * AROUND + 1)
#define KEY_MARGIN	16		/* blocks from the ends of the part */
#define SEARCH_BLOCKS	4500u		/* a minute of a master that is read for a key */

/* ---- A block to look for ------------------------------------------------- */

/* Silence and tones repeat; a good key has many different samples. */
static bool is_key(const uint8_t *data)
{
	uint32_t seen[8] = { 0 }, i, n = 0;

	for (i = 0; i < CD_RAW; i += SAMPLE) {
		uint8_t v = (uint8_t)(data[i] * 31 + data[i + 1]);

		if (seen[v / 32] >> (v % 32) & 1)
			continue;
		seen[v / 32] |= 1u << (v % 32);
		n++;
	}
	return n >= 64;
}

void burn_keep_key(struct burn_job *job, const struct burn_part *part, int32_t lba,
		   const uint8_t *data, uint32_t blocks)
{
	int32_t first = part->lba + KEY_MARGIN;
	int32_t last = part->lba + (int32_t)part->blocks - KEY_MARGIN;
	uint32_t i;

	if (job->key.valid || part->type != CD_AUDIO || job->unit != CD_RAW)
		return;
	for (i = 0; i < blocks; i++) {
		int32_t at = lba + (int32_t)i;

		if (at < KEY_MARGIN || at < first || at >= last ||
		    !is_key(data + (size_t)i * CD_RAW))
			continue;
		job->key.valid = true;
		job->key.lba = at;
		memcpy(job->key.data, data + (size_t)i * CD_RAW, CD_RAW);
		return;
	}
}

/* A job that only verifies has not seen the master yet. */
static void look_for_key(struct burn_job *job)
{
	uint8_t data[8 * CD_RAW];
	unsigned int i;
	uint32_t at;

	for (i = 0; i < job->nr_parts && !job->key.valid; i++) {
		const struct burn_part *part = &job->parts[i];

		if (part->type != CD_AUDIO)
			continue;
		for (at = 0; at + 8 <= part->blocks && at < SEARCH_BLOCKS && !job->key.valid &&
		     !burn_is_cancelled(job); at += 8) {
			if (burn_source_read(job->config.source, job, part->lba + (int32_t)at, 8,
					     data))
				return;
			burn_keep_key(job, part, part->lba + (int32_t)at, data, 8);
		}
	}
}

/* ---- Where it is ---------------------------------------------------------- */

static bool find_key(const struct burn_job *job, const uint8_t *data, size_t len, int32_t *offset)
{
	int32_t most = (int32_t)(len / SAMPLE) - SAMPLES, n;

	/* From the middle to both sides: the nearest one is it */
	for (n = 0; n <= most; n++) {
		int32_t at = AROUND * SAMPLES + ((n & 1) ? (n + 1) / 2 : -(n / 2));

		if (at >= 0 && at <= most &&
		    !memcmp(data + (size_t)at * SAMPLE, job->key.data, CD_RAW)) {
			*offset = at - AROUND * SAMPLES;
			return true;
		}
	}
	return false;
}

static void find_offset(struct burn_job *job, size_t i, uint8_t *window)
{
	struct burn_rec *rec = &job->recs[i];
	struct mmc_command cmd;

	mmc_cmd_read_cd(&cmd, job->key.lba - AROUND, WINDOW);
	if (!burn_send(job, 1u << i, &cmd, window, DISCMUX_FOR_READ, 0))
		return;			/* the comparison will say what is wrong */
	rec->offset_known = find_key(job, rec->data, rec->len, &rec->offset);
	if (rec->offset_known && rec->offset)
		burn_notice(job, "%s has its audio %d samples %s: compared with that in mind",
			    rec->name, abs(rec->offset), rec->offset > 0 ? "late" : "early");
}

static bool has_audio(const struct burn_job *job)
{
	unsigned int i;

	for (i = 0; i < job->nr_parts; i++)
		if (job->parts[i].type == CD_AUDIO)
			return true;
	return false;
}

void burn_find_offsets(struct burn_job *job)
{
	uint8_t *window;
	size_t i;

	if (!has_audio(job))
		return;
	if (!job->digests)
		look_for_key(job);
	window = job->key.valid ? malloc(WINDOW * CD_RAW) : NULL;
	burn_for_each(i, job->live) {
		job->recs[i].offset = 0;
		if (window)
			find_offset(job, i, window);
	}
	free(window);
}

/* ---- Tracks ---------------------------------------------------------------- */

/* What the table of contents of a copy says of a track. */
static bool same_track(const struct cd_track *t, const struct mmc_toc_entry *entries, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		const struct mmc_toc_entry *e = &entries[i];

		if (e->adr == 1 && e->point == t->number)
			return cd_msf_lba(e->pmsf) == t->start && e->session == t->session &&
			       e->control == t->control;
	}
	return false;
}

static int tracks_of(const struct mmc_toc_entry *entries, int n)
{
	int i, tracks = 0;

	for (i = 0; i < n; i++)
		tracks += entries[i].adr == 1 && entries[i].point >= 1 &&
			  entries[i].point <= CD_TRACKS;
	return tracks;
}

/* Each session's lead-out begins where the master's does, as far as *told. */
static bool same_ends(const struct burn_job *job, const struct mmc_toc_entry *entries, int n,
		      bool *told)
{
	struct cd_session s;
	unsigned int k;
	int i;

	*told = true;
	for (k = 0; cd_session(job->layout, k, &s); k++) {
		for (i = 0; i < n; i++)
			if (entries[i].adr == 1 && entries[i].point == 0xa2 &&
			    entries[i].session == k + 1)
				break;
		if (i == n)
			*told = false;
		else if (cd_msf_lba(entries[i].pmsf) != s.end)
			return false;
	}
	return true;
}

static void verify_toc(struct burn_job *job, size_t i)
{
	struct mmc_toc_entry entries[MMC_FULL_TOC_MAX];
	struct burn_rec *rec = &job->recs[i];
	int n = mmc_parse_full_toc(rec->data, rec->len, entries);
	unsigned int k;
	bool told;

	if (n < 0) {
		burn_fail(job, i, "%s gives no whole entry of its disc's table of contents: verify the disc in another drive",
			  rec->name);
		return;
	}
	for (k = 0; k < job->layout->tracks; k++) {
		const struct cd_track *t = &job->layout->track[k];

		if (same_track(t, entries, n))
			continue;
		burn_set_disc(job, i, BURN_DISC_DIFFERS);
		burn_fail(job, i, "%s differs from the master in where track %u begins, or in its flags",
			  rec->name, t->number);
		return;
	}
	if (!same_ends(job, entries, n, &told)) {
		burn_set_disc(job, i, BURN_DISC_DIFFERS);
		burn_fail(job, i, "%s differs from the master in where a session ends", rec->name);
		return;
	}
	if (tracks_of(entries, n) == (int)job->layout->tracks) {
		if (!told)
			burn_not_compared(job, i, BURN_BESIDE_LEAD_OUT);
		return;
	}
	burn_set_disc(job, i, BURN_DISC_DIFFERS);
	burn_fail(job, i, "%s differs from the master in the number of tracks", rec->name);
}

/* One after the other: what one is asked for again would come over the reply of another. */
void burn_verify_layout(struct burn_job *job)
{
	uint8_t reply[MMC_FULL_TOC_LEN];
	struct mmc_command cmd;
	size_t i;

	mmc_cmd_read_full_toc(&cmd);
	burn_for_each(i, job->live) {
		if (burn_send(job, 1u << i, &cmd, reply, DISCMUX_FOR_IDENTITY, 0))
			verify_toc(job, i);
		else
			burn_fail_result(job, i, "to give the table of contents of its disc");
	}
}
