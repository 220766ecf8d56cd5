// SPDX-License-Identifier: GPL-2.0
/*
 * CDs, one session after the other: session at once by a cue sheet (MMC-6 6.33),
 * with CD-Text in the lead-in of the first one, or track at once where the master
 * was written so.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "libdiscmux.h"
#include "source.h"

#define ENTRY		8u
#define SECOND_MS	1000u
#define WAIT_MS		(120u * SECOND_MS)
#define TEXT_BLOCKS	512u		/* of the lead-in in one command */
#define ADR_MCN		2
#define ADR_ISRC	3
#define FORM_GENERATED	1		/* audio that the drive makes */
#define FORM_TEXT	0x41		/* the same with R to W from us */

/* ---- The cue sheet ------------------------------------------------------ */

struct sheet {
	uint8_t *data;
	size_t len, room;
	bool failed;
};

static uint8_t *entry(struct sheet *s)
{
	if (s->len + ENTRY > s->room) {
		size_t room = s->room ? s->room * 2 : 64 * ENTRY;
		uint8_t *more = realloc(s->data, room);

		if (!more) {
			s->failed = true;
			return NULL;
		}
		s->data = more;
		s->room = room;
	}
	s->len += ENTRY;
	return memset(s->data + s->len - ENTRY, 0, ENTRY);
}

static void put_position(struct sheet *s, const struct cd_track *t, uint8_t number, uint8_t index,
			 uint8_t form, int32_t lba)
{
	uint8_t *e = entry(s);

	if (!e)
		return;
	e[0] = (uint8_t)(t->control << 4 | 1);
	e[1] = number;
	e[2] = index;
	e[3] = form;
	e[4] = t->copy && number && number <= CD_TRACKS ? 0x80 : 0;
	cd_msf_put(e + 5, lba);
}

static void put_code(struct sheet *s, uint8_t control, uint8_t adr, uint8_t track,
		     const char *text, size_t len)
{
	uint8_t *e = entry(s);

	if (!e)
		return;
	e[0] = (uint8_t)(control << 4 | adr);
	e[1] = track;
	memcpy(e + (adr == ADR_MCN ? 1 : 2), text, len);
}

/* Data forms of MMC-6 table 608, without subchannel */
static uint8_t form_of(enum cd_sector type)
{
	switch (type) {
	case CD_AUDIO:
		return 0x00;
	case CD_MODE1:
		return 0x10;
	case CD_MODE2:
		return 0x30;
	default:
		return 0x20;
	}
}

static void put_track(struct sheet *s, const struct cd_track *t)
{
	uint8_t form = form_of(t->type);
	unsigned int i;

	if (*t->isrc) {
		put_code(s, t->control, ADR_ISRC, t->number, t->isrc, 6);
		put_code(s, t->control, ADR_ISRC, t->number, t->isrc + 6, 6);
	}
	if (t->pregap < t->start)
		put_position(s, t, t->number, 0, form, t->pregap);
	put_position(s, t, t->number, 1, form, t->start);
	for (i = 0; i < t->indices; i++)
		put_position(s, t, t->number, (uint8_t)(i + 2), form, t->index[i]);
}

/* What a drive makes by itself in lead-in and lead-out of a session */
static uint8_t generated(const struct cd_track *t)
{
	return t->type == CD_AUDIO ? FORM_GENERATED : (uint8_t)(form_of(t->type) + 4);
}

int burn_cue_sheet(const struct burn_job *job, unsigned int n, bool text, uint8_t **out)
{
	const struct cd_layout *l = job->layout;
	struct sheet s = { 0 };
	struct cd_session session;
	const struct cd_track *first, *last;
	unsigned int i;

	if (!cd_session(l, n, &session))
		return -EINVAL;
	first = &l->track[session.first];
	last = first + session.count - 1;
	if (*l->mcn && !n) {
		put_code(&s, first->control, ADR_MCN, 0, l->mcn, 7);
		put_code(&s, first->control, ADR_MCN, 0, l->mcn + 7, 6);
	}
	put_position(&s, first, 0, 0, text ? FORM_TEXT : generated(first), -CD_PREGAP);
	for (i = 0; i < session.count; i++)
		put_track(&s, &first[i]);
	put_position(&s, last, MMC_LEAD_OUT, 1, generated(last), session.end);
	*out = s.data;
	if (!s.failed)
		return (int)s.len;
	free(s.data);
	*out = NULL;
	return -ENOMEM;
}

/* To each of set; *refused gets those that know no such sheet. */
static int send_sheet(struct burn_job *job, burn_set set, unsigned int n, bool text,
		      burn_set *refused)
{
	struct mmc_command cmd;
	burn_set good;
	uint8_t *sheet;
	size_t i;
	int len = burn_cue_sheet(job, n, text, &sheet);

	*refused = 0;
	if (len < 0) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	mmc_cmd_send_cue_sheet(&cmd, (uint32_t)len);
	good = burn_send(job, set, &cmd, sheet, DISCMUX_FOR_CONTROL, WAIT_MS);
	burn_for_each(i, set & ~good) {
		if (text && burn_cause(&job->recs[i]) == DISCMUX_CAUSE_UNSUPPORTED)
			*refused |= 1u << i;
		else
			burn_fail_result(job, i, "to take the cue sheet");
	}
	free(sheet);
	return 0;
}

/* A drive that takes none with CD-Text writes the disc without it. */
static int send_cue_sheet(struct burn_job *job, unsigned int n)
{
	bool text = !n && job->layout->text_packs;
	burn_set refused, none;
	size_t i;
	int rc = send_sheet(job, job->live, n, text, &refused);

	burn_for_each(i, refused) {
		job->recs[i].no_text = true;
		burn_notice(job, "%s writes no CD-Text: its disc gets all but the titles",
			    job->recs[i].name);
	}
	return rc || !refused ? rc : send_sheet(job, refused, n, false, &none);
}

/* ---- CD-Text ------------------------------------------------------------ */

static burn_set with_text(const struct burn_job *job)
{
	burn_set set = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (!job->recs[i].no_text)
			set |= 1u << i;
	return set;
}

static void ask_lead_in(struct burn_job *job)
{
	burn_set set = with_text(job);
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_read_atip(&cmd);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_CONTROL, 0);
	burn_fail_set(job, set & ~good, "to say where its lead-in begins");
	burn_for_each(i, good) {
		struct burn_rec *rec = &job->recs[i];

		if (mmc_parse_atip(rec->data, rec->len, &rec->atip) ||
		    rec->atip.lead_in >= -CD_PREGAP)
			burn_fail(job, i, "%s gives no usable start of the lead-in", rec->name);
	}
}

static bool same_lead_in(const struct burn_rec *a, const struct burn_rec *b)
{
	return a->atip.lead_in == b->atip.lead_in;
}

/* Blocks of the lead-in: the packs over and over, four in each. */
static void fill_text(const struct cd_layout *l, size_t *pack, uint8_t *out, uint32_t blocks)
{
	uint8_t four[4 * CD_TEXT_PACK];
	unsigned int k;

	for (; blocks--; out += CD_SUBCODE) {
		for (k = 0; k < 4; k++, *pack = (*pack + 1) % l->text_packs)
			memcpy(four + (size_t)k * CD_TEXT_PACK, l->text + *pack * CD_TEXT_PACK,
			       CD_TEXT_PACK);
		cd_text_spread(four, out);
	}
}

static void write_lead_in(struct burn_job *job, burn_set set)
{
	int32_t lba = job->recs[burn_first(set)].atip.lead_in;
	uint8_t *buf = malloc(TEXT_BLOCKS * CD_SUBCODE);
	struct mmc_command cmd;
	size_t pack = 0;
	burn_set good;

	while (buf && set && lba < -CD_PREGAP && !burn_is_cancelled(job)) {
		uint32_t left = (uint32_t)(-CD_PREGAP - lba);
		uint32_t n = left < TEXT_BLOCKS ? left : TEXT_BLOCKS;

		fill_text(job->layout, &pack, buf, n);
		mmc_cmd_write10(&cmd, lba, (uint16_t)n, CD_SUBCODE);
		good = burn_send(job, set, &cmd, buf, DISCMUX_FOR_WRITE, WAIT_MS);
		burn_fail_set(job, set & ~good, "to write CD-Text to its lead-in");
		set = good;
		lba += (int32_t)n;
	}
	if (!buf)
		burn_job_problem(job, "out of memory");
	free(buf);
}

static void write_text(struct burn_job *job)
{
	bool simulate = job->config.task == BURN_SIMULATE;
	burn_set rest;
	size_t i;

	ask_lead_in(job);
	rest = with_text(job);
	burn_for_each(i, rest)
		if (!simulate)
			burn_set_disc(job, i, BURN_DISC_RUINED);
	while (rest)
		write_lead_in(job, burn_take_alike(job, &rest, same_lead_in));
}

/* Data block types of mode page 05h for track at once (MMC-6 7.5) */
static uint8_t block_type_of(enum cd_sector type)
{
	switch (type) {
	case CD_AUDIO:
		return 0;
	case CD_MODE1:
		return 8;
	case CD_MODE2:
		return 9;	/* 2336 bytes, without a form */
	default:
		return 13;	/* 2332: subheader, then either form of XA */
	}
}

/* ---- Sessions ----------------------------------------------------------- */

static struct mmc_write_params params_of(const struct burn_job *job, unsigned int n,
					 const struct cd_session *s)
{
	const struct cd_track *t = &job->layout->track[s->first];
	bool more = n + 1 < job->layout->sessions;
	struct mmc_write_params p = {
		.type = job->tao[n] ? MMC_WRITE_TAO : MMC_WRITE_SAO,
		.multisession = more || job->appendable ? MMC_SESSION_NEXT : MMC_SESSION_FINAL,
		.underrun_free = true,
		.track_mode = t->control,
		.data_block_type = block_type_of(t->type),
		.session_format = s->disc_type,
	};

	return p;
}

static void drop_cancelled(struct burn_job *job)
{
	size_t i;

	burn_for_each(i, job->live)
		burn_drop(job, i, BURN_CANCELLED, "cancelled");
}

static int stream_parts(struct burn_job *job, unsigned int n, uint64_t *before)
{
	unsigned int i;
	size_t k;
	int rc = 0;

	for (i = 0; i < job->nr_parts && !rc && job->live; i++) {
		const struct burn_part *part = &job->parts[i];

		if (part->session != n)
			continue;
		/* Between two parts nothing is under way that could be dropped */
		if (burn_is_cancelled(job)) {
			drop_cancelled(job);
			break;
		}
		burn_for_each(k, job->live)
			job->recs[k].start = (uint32_t)part->lba;
		rc = burn_stream(job, part, part->blocks, 0, *before);
		*before += (uint64_t)part->blocks * part->size;
	}
	return rc;
}

/* A track at once begins where the drive says; it must be where the master's does. */
static void check_start(struct burn_job *job, const struct cd_track *t)
{
	size_t i;

	burn_for_each(i, job->live)
		job->recs[i].track = MMC_TRACK_INVISIBLE;
	burn_next_address(job);
	burn_for_each(i, job->live)
		if (job->recs[i].start != (uint32_t)t->start)
			burn_fail(job, i, "%s would begin track %u at LBA %d, not at %d as the master",
				  job->recs[i].name, t->number, (int32_t)job->recs[i].start,
				  t->start);
}

static int write_session(struct burn_job *job, unsigned int n, uint64_t *before)
{
	struct mmc_write_params params;
	struct cd_session s;
	int rc = 0;

	cd_session(job->layout, n, &s);
	params = params_of(job, n, &s);
	burn_write_page(job, job->live, &params);
	if (job->tao[n])
		check_start(job, &job->layout->track[s.first]);
	else
		rc = send_cue_sheet(job, n);
	if (!rc && !job->tao[n] && !n && job->layout->text_packs)
		write_text(job);
	if (!rc)
		rc = stream_parts(job, n, before);
	/* What has all its data is closed even if people have had enough */
	if (rc || !job->live)
		return rc;
	burn_flush(job);
	if (job->tao[n] && job->config.task != BURN_SIMULATE) {
		burn_close_step(job, 0);
		burn_close_step(job, 1);
	}
	return 0;
}

/* A second session follows on a first that is there, not on a simulated one. */
static unsigned int sessions_of(const struct burn_job *job)
{
	return job->config.task == BURN_SIMULATE ? 1 : job->layout->sessions;
}

int burn_write_cd(struct burn_job *job)
{
	uint64_t before = 0;
	unsigned int n;
	int rc = 0;

	for (n = 0; n < sessions_of(job) && !rc && job->live && !burn_is_cancelled(job); n++)
		rc = write_session(job, n, &before);
	if (!rc && n < sessions_of(job))
		drop_cancelled(job);
	return rc;
}
