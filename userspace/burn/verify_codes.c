// SPDX-License-Identifier: GPL-2.0
/*
 * What a CD has beside its tracks: media catalogue number, ISRC, titles, pauses and indices.
 * A disc that lacks what the master has, or has another, differs from it.  What a drive
 * does not tell is not compared, and one notice names it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"
#include "source.h"

#define TRIES		3	/* a code is in one sector of 100, which some drives miss; and
				 * one wrong answer makes no disc bad */
#define Q_AROUND	4	/* sectors whose Q may hold a code in place of their address */

enum answer {
	SAME,
	OTHER,
	UNTOLD,		/* the drive does not say */
};

static int ask(struct burn_job *job, size_t i, const struct mmc_command *cmd, void *reply,
	       enum discmux_purpose purpose)
{
	const struct burn_rec *rec = &job->recs[i];

	return burn_send(job, 1u << i, cmd, reply, purpose, 0) ? (int)rec->len : -1;
}

void burn_not_compared(struct burn_job *job, size_t i, unsigned int what)
{
	pthread_mutex_lock(&job->lock);
	job->recs[i].status.not_compared |= what;
	pthread_mutex_unlock(&job->lock);
}

/* A track at once is written without codes and titles. */
static bool has_codes(const struct burn_job *job)
{
	return job->config.task != BURN_COPY || !job->tao[0];
}

static void differs(struct burn_job *job, size_t i, const char *what)
{
	burn_set_disc(job, i, BURN_DISC_DIFFERS);
	burn_fail(job, i, "%s differs from the master in %s", job->recs[i].name, what);
}

/* ---- Catalogue number and ISRC ------------------------------------------- */

static enum answer same_code(struct burn_job *job, size_t i, const struct mmc_command *cmd,
			     mmc_code_parser *parse, const char *want)
{
	uint8_t reply[MMC_SUBCHANNEL_LEN];
	enum answer answer = UNTOLD;
	char code[CD_MCN_SIZE] = "";
	int len, n;

	for (n = 0; n < TRIES && !burn_is_cancelled(job); n++) {
		len = ask(job, i, cmd, reply, DISCMUX_FOR_IDENTITY);
		if (len < 0)
			return UNTOLD;
		if (parse(reply, (size_t)len, code) || mmc_code_garbled(reply, code))
			continue;
		if (!strcmp(code, want))
			return SAME;
		answer = OTHER;
	}
	return answer;
}

static void check_mcn(struct burn_job *job, size_t i)
{
	enum answer answer;
	struct mmc_command cmd;

	if (!*job->layout->mcn)
		return;
	mmc_cmd_read_mcn(&cmd);
	answer = has_codes(job) ? same_code(job, i, &cmd, mmc_parse_mcn, job->layout->mcn) : UNTOLD;
	if (answer == UNTOLD)
		burn_not_compared(job, i, BURN_BESIDE_MCN);
	else if (answer == OTHER)
		differs(job, i, "its catalogue number");
}

static void check_isrc(struct burn_job *job, size_t i)
{
	struct mmc_command cmd;
	enum answer answer;
	unsigned int k;
	char what[48];

	for (k = 0; k < job->layout->tracks; k++) {
		const struct cd_track *t = &job->layout->track[k];

		if (!*t->isrc)
			continue;
		mmc_cmd_read_isrc(&cmd, t->number);
		answer = same_code(job, i, &cmd, mmc_parse_isrc, t->isrc);
		if (answer == SAME)
			continue;
		snprintf(what, sizeof(what), "the ISRC of track %u", t->number);
		if (answer == OTHER)
			differs(job, i, what);
		else
			burn_not_compared(job, i, BURN_BESIDE_ISRC);
		return;
	}
}

/* ---- CD-Text ---------------------------------------------------------------- */

static enum answer same_text(const struct cd_layout *l, const uint8_t *packs, int n)
{
	int k;

	if (n >= 0 && (size_t)n == l->text_packs &&
	    !memcmp(packs, l->text, l->text_packs * CD_TEXT_PACK))
		return SAME;
	if (n < 0)
		return UNTOLD;
	for (k = 0; k < n; k++)
		if (!cd_text_pack_ok(packs + (size_t)k * CD_TEXT_PACK))
			return UNTOLD;
	return OTHER;
}

static enum answer ask_text(struct burn_job *job, size_t i, uint8_t *reply)
{
	enum answer answer = UNTOLD, next;
	struct mmc_command cmd;
	const uint8_t *packs = NULL;
	int len, n;

	mmc_cmd_read_cd_text(&cmd);
	for (n = 0; n < TRIES && !burn_is_cancelled(job); n++) {
		len = ask(job, i, &cmd, reply, DISCMUX_FOR_IDENTITY);
		if (len < 0)
			return answer;
		len = mmc_parse_cd_text(reply, (size_t)len, &packs);
		next = same_text(job->layout, packs, len);
		if (next == SAME)
			return SAME;
		if (next == OTHER)
			answer = OTHER;
	}
	return answer;
}

static void check_text(struct burn_job *job, size_t i)
{
	uint8_t *reply = job->layout->text_packs ? malloc(MMC_CD_TEXT_LEN) : NULL;
	enum answer answer = UNTOLD;

	if (!job->layout->text_packs)
		return;
	if (reply && !job->recs[i].no_text && has_codes(job))
		answer = ask_text(job, i, reply);
	free(reply);
	if (answer == UNTOLD)
		burn_not_compared(job, i, BURN_BESIDE_TEXT);
	else if (answer == OTHER)
		differs(job, i, "its CD-Text");
}

/* ---- Pauses and indices --------------------------------------------------- */

/* Track << 8 | index of the first sector from lba on, by steps of 1 or -1, whose Q tells
 * where it is; -1: none does. */
static int place_of(struct burn_job *job, size_t i, int32_t lba, int step)
{
	uint8_t reply[MMC_Q_LEN];
	struct mmc_command cmd;
	struct mmc_q q;
	int len, n;

	for (n = 0; n < Q_AROUND; n++, lba += step) {
		mmc_cmd_read_q(&cmd, lba, 1);
		len = ask(job, i, &cmd, reply, DISCMUX_FOR_READ);
		if (len < 0)
			return -1;
		if (!mmc_parse_q(reply, (size_t)len, lba, &q))
			return q.track << 8 | q.index;
	}
	return -1;
}

/* Whether this place of the master begins at this address of the copy. */
static enum answer begins(struct burn_job *job, size_t i, int32_t lba, int place)
{
	int here = place_of(job, i, lba, 1), before = place_of(job, i, lba - 1, -1);

	if (here < 0 || before < 0)
		return UNTOLD;
	return here == place && before < place ? SAME : OTHER;
}

/* An index of the track; 0: the pause before it.  -1: the track has no such index. */
static int32_t index_at(const struct burn_job *job, unsigned int k, unsigned int index)
{
	const struct cd_track *t = &job->layout->track[k];

	if (index)
		return index >= 2 && index < t->indices + 2u ? t->index[index - 2] : -1;
	/* The pause at the beginning of a session is always there */
	return k && t[-1].session == t->session && t->pregap < t->start ? t->pregap : -1;
}

static enum answer check_track(struct burn_job *job, size_t i, unsigned int k)
{
	const struct cd_track *t = &job->layout->track[k];
	enum answer answer = SAME;
	unsigned int index, n;
	char what[48];

	for (index = 0; index < t->indices + 2u && answer == SAME; index++) {
		int32_t lba = index_at(job, k, index);

		for (n = 0; lba >= 0 && n < TRIES && !burn_is_cancelled(job); n++) {
			answer = begins(job, i, lba, t->number << 8 | (int)index);
			if (answer != OTHER)
				break;
		}
	}
	if (answer == UNTOLD)
		burn_not_compared(job, i, BURN_BESIDE_INDICES);
	if (answer != OTHER)
		return answer;
	snprintf(what, sizeof(what), "where index %u of track %u begins", index - 1, t->number);
	differs(job, i, what);
	return answer;
}

static void check_indices(struct burn_job *job, size_t i)
{
	unsigned int k;

	for (k = 0; k < job->layout->tracks; k++)
		if (check_track(job, i, k) != SAME)
			return;
}

/* ---- All of it -------------------------------------------------------------- */

static const struct {
	enum burn_beside what;
	const char *name, *words;
} besides[] = {
	{ BURN_BESIDE_MCN, "mcn", "catalogue number" },
	{ BURN_BESIDE_ISRC, "isrc", "ISRC" },
	{ BURN_BESIDE_TEXT, "cd-text", "CD-Text" },
	{ BURN_BESIDE_INDICES, "indices", "indices" },
	{ BURN_BESIDE_LEAD_OUT, "lead-out", "lead-out" },
	{ BURN_BESIDE_REST, "rest", "data behind the master's end" },
};

const char *burn_beside_name(unsigned int n, enum burn_beside *what)
{
	if (n >= sizeof(besides) / sizeof(besides[0]))
		return NULL;
	*what = besides[n].what;
	return besides[n].name;
}

static void say(struct burn_job *job, size_t i)
{
	const struct burn_rec *rec = &job->recs[i];
	unsigned int what = rec->status.not_compared, n;
	char list[96] = "";

	if (rec->no_text)
		what &= ~(unsigned int)BURN_BESIDE_TEXT;	/* said when it was left out */
	for (n = 0; n < sizeof(besides) / sizeof(besides[0]); n++)
		if (what & besides[n].what)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 *list ? ", " : "", besides[n].words);
	if (*list)
		burn_notice(job, "of the disc in %s this was not compared with the master: %s",
			    rec->name, list);
}

void burn_verify_codes(struct burn_job *job)
{
	static void (*const checks[])(struct burn_job *job, size_t i) = {
		check_mcn, check_isrc, check_text, check_indices,
	};
	burn_set set = job->live;
	unsigned int n;
	size_t i;

	burn_for_each(i, set) {
		burn_not_compared(job, i, job->config.source->untold);
		for (n = 0; n < sizeof(checks) / sizeof(checks[0]); n++)
			if (job->live & 1u << i)
				checks[n](job, i);
		if (job->live & 1u << i)
			say(job, i);
	}
}
