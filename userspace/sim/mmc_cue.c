// SPDX-License-Identifier: GPL-2.0
/*
 * SEND CUE SHEET (MMC): eight bytes for each change of track, index or kind of
 * sector: CTL/ADR, track, index, data form, SCMS, and the absolute time from
 * which on it holds.
 */
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "drive_priv.h"
#include "msf.h"

#define ENTRY		8u
#define CUE_MAX		(ENTRY * (4 + 99 * 102))

struct parser {
	const struct sim_disc *disc;
	struct sim_cue *cue;
	struct sim_track *track;	/* the last one */
	bool lead_in, lead_out;
	uint8_t mcn_part;		/* entries of it so far */
	char isrc[CD_ISRC_SIZE];	/* of the track to come */
	uint8_t isrc_part;
	uint8_t isrc_track;
	uint8_t index;			/* the last one */
	int32_t at;			/* its address */
};

/* Data form to sectors; false: not one */
static bool form_of(uint8_t code, struct sim_form *form)
{
	static const struct {
		uint8_t code;
		enum cd_sector type;
		uint16_t main;
	} forms[] = {
		{ 0x00, CD_AUDIO, 2352 }, { 0x01, CD_AUDIO, 0 },
		{ 0x10, CD_MODE1, 2048 }, { 0x11, CD_MODE1, 2352 }, { 0x12, CD_MODE1, 2048 },
		{ 0x13, CD_MODE1, 2352 }, { 0x14, CD_MODE1, 0 },
		{ 0x20, CD_XA1, 2336 }, { 0x21, CD_XA1, 2352 }, { 0x22, CD_XA1, 2336 },
		{ 0x23, CD_XA1, 2352 }, { 0x24, CD_XA1, 0 },
		{ 0x30, CD_MODE2, 2336 }, { 0x31, CD_MODE2, 2352 }, { 0x32, CD_MODE2, 2336 },
		{ 0x33, CD_MODE2, 2352 }, { 0x34, CD_MODE2, 0 },
	};

	memset(form, 0, sizeof(*form));
	if ((code >> 6) > 1)		/* none, or raw P to W */
		return false;
	form->sub = code >> 6 ? CD_SUBCODE : 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].code != (code & 0x3f))
			continue;
		form->type = forms[i].type;
		form->main = forms[i].main;
		return true;
	}
	return false;
}

/* Seven and six digits */
static bool take_mcn(struct parser *p, const uint8_t *e)
{
	size_t at = p->mcn_part ? 7 : 0, n = p->mcn_part ? 6 : 7;

	if (p->mcn_part++ > 1 || p->lead_in)
		return false;
	memcpy(p->cue->mcn + at, e + 1, n);
	return p->mcn_part == 1 || cd_mcn_valid(p->cue->mcn);
}

/* Six and six characters, before the track's own entries or among them */
static bool take_isrc(struct parser *p, const uint8_t *e)
{
	if (!p->isrc_part)
		p->isrc_track = e[1];
	if (e[1] != p->isrc_track || p->isrc_part > 1)
		return false;
	memcpy(p->isrc + 6 * p->isrc_part++, e + 2, 6);
	if (p->isrc_part == 1)
		return true;
	p->isrc_part = 0;
	if (!cd_isrc_valid(p->isrc))
		return false;
	if (p->track && p->isrc_track == p->disc->track_count + p->cue->tracks) {
		memcpy(p->track->isrc, p->isrc, CD_ISRC_SIZE);
		p->isrc_track = 0;
	}
	return true;
}

static struct sim_range *add_range(struct sim_cue *cue, const struct sim_form *form, int32_t lba)
{
	struct sim_range *range = &cue->range[cue->ranges++];

	range->first = lba;
	range->form = *form;
	return range;
}

/* The track before is at its end */
static bool end_track(struct parser *p, int32_t lba)
{
	if (!p->track)
		return true;
	if (p->index == 0)		/* it had no index 1 */
		return false;
	p->track->size = (uint32_t)lba - p->track->start;
	return lba > p->at;
}

/* Four seconds from one index 1 to the next, as the table of contents has it */
static bool long_enough(const struct parser *p)
{
	const struct sim_track *tracks = p->cue->track;

	for (unsigned int i = 0; i < p->cue->tracks; i++) {
		uint32_t end = i + 1 < p->cue->tracks ? tracks[i + 1].start
						      : tracks[i].start + tracks[i].size;

		if (end - tracks[i].start < CD_TRACK_MIN)
			return false;
	}
	return true;
}

static bool new_track(struct parser *p, const uint8_t *e, const struct sim_form *form, int32_t lba)
{
	struct sim_cue *cue = p->cue;
	uint8_t number = (uint8_t)(p->disc->track_count + cue->tracks + 1);

	if (e[1] != number || number > 99 || e[2] > 1 || !end_track(p, lba))
		return false;
	/* A session begins with its pregap of two seconds, at least */
	if (!p->track && (e[2] != 0 || lba != cue->next))
		return false;
	p->track = &cue->track[cue->tracks++];
	memset(p->track, 0, sizeof(*p->track));
	p->track->session = sim_disc_session(p->disc);
	p->track->state = SIM_TRACK_RESERVED;
	p->track->method = SIM_METHOD_SAO;
	p->track->type = form->type;
	p->track->control = e[0] >> 4;
	p->track->copy = e[4] & 0x80;
	p->track->start = (uint32_t)lba;
	p->track->pregap = 0;
	if (p->isrc_track == number)
		memcpy(p->track->isrc, p->isrc, CD_ISRC_SIZE);
	p->isrc_track = 0;
	return true;
}

static bool next_index(struct parser *p, const uint8_t *e, int32_t lba)
{
	struct sim_cue *cue = p->cue;

	/* An index 0 may have no sectors at all: it begins where index 1 does */
	if (e[2] < p->index || e[2] > p->index + 1 || e[2] > 99 ||
	    lba < p->at + (e[2] == 1 ? 0 : 1) || (e[0] >> 4) != p->track->control)
		return false;
	if (e[2] == 1 && p->index == 0) {
		p->track->pregap = (uint32_t)lba - p->track->start;
		p->track->start = (uint32_t)lba;
		return cue->tracks > 1 || p->track->pregap >= CD_PREGAP;
	}
	if (e[2] == p->index)		/* another kind of sectors, no new index */
		return true;
	if (cue->indices == SIM_INDEX_MAX)
		return false;
	cue->index[cue->indices++] = (struct sim_index){
		.track = (uint16_t)(p->disc->track_count + cue->tracks), .number = e[2],
		.lba = (uint32_t)lba,
	};
	return true;
}

/* Data and audio do not share a track, nor do modes */
static bool form_fits(const struct parser *p, const uint8_t *e, const struct sim_form *form)
{
	if (!(e[0] >> 4 & CD_DATA) != (form->type == CD_AUDIO))
		return false;
	return form->type == p->track->type || p->index == 0;
}

static bool take_position(struct parser *p, const uint8_t *e)
{
	struct sim_form form;
	int32_t lba;
	struct sim_range *range;

	if (!p->lead_in || p->lead_out || !form_of(e[3], &form) || !cd_msf_valid(e + 5))
		return false;
	lba = cd_msf_lba(e + 5);
	if (e[1] == CD_LEAD_OUT) {
		p->lead_out = true;
		if (!p->track || !end_track(p, lba) || e[2] != 1)
			return false;
		form = (struct sim_form){ .type = form.type };
		add_range(p->cue, &form, lba)->track = CD_LEAD_OUT;
		return true;
	}
	if (p->track && e[1] == p->disc->track_count + p->cue->tracks) {
		if (!next_index(p, e, lba) || !form_fits(p, e, &form))
			return false;
	} else if (!new_track(p, e, &form, lba) || !form_fits(p, e, &form)) {
		return false;
	}
	if (e[2] == 1)			/* the pregap may be of another kind */
		p->track->type = form.type;
	p->index = e[2];
	p->at = lba;
	range = add_range(p->cue, &form, lba);
	range->track = e[1];
	range->index = e[2];
	return true;
}

/* With CD-Text the host writes all of the lead-in, from where the ATIP has it on */
static bool take_lead_in(struct parser *p, const uint8_t *e)
{
	struct sim_form form;
	uint8_t msf[3];

	if (p->lead_in || p->mcn_part == 1 || e[2] || !form_of(e[3], &form))
		return false;
	if (!form.sub)
		return true;
	if (form.main || p->disc->state != SIM_DISC_BLANK)	/* CD-Text: in the first one */
		return false;
	sim_mmc_lead_in(p->disc, msf);
	if (cd_msf_lba(msf) >= -CD_PREGAP)
		return false;
	add_range(p->cue, &form, cd_msf_lba(msf));
	return true;
}

static bool parse(struct parser *p, const uint8_t *list, size_t entries)
{
	for (size_t i = 0; i < entries; i++, list += ENTRY) {
		bool ok;

		switch (list[0] & 0x0f) {
		case CD_ADR_MCN:
			ok = take_mcn(p, list);
			break;
		case CD_ADR_ISRC:
			ok = take_isrc(p, list);
			break;
		case CD_ADR_POSITION:
			ok = list[1] ? take_position(p, list) : take_lead_in(p, list);
			p->lead_in |= ok && !list[1];
			break;
		default:
			ok = false;
		}
		if (!ok)
			return false;
	}
	if (!p->lead_out || p->isrc_part || !long_enough(p))
		return false;
	p->cue->next = p->cue->range[0].first;
	return true;
}

static struct sim_cue *new_cue(const struct sim_disc *disc, size_t entries)
{
	struct sim_cue *cue = calloc(1, sizeof(*cue));

	if (!cue)
		return NULL;
	cue->range = calloc(entries, sizeof(*cue->range));
	cue->next = (int32_t)sim_disc_next_start(disc) - CD_PREGAP;
	if (cue->range)
		return cue;
	free(cue);
	return NULL;
}

/* May a session be begun at once now?  CHECK CONDITION if not. */
static bool allowed(struct sim_drive *drive, struct sim_cmd *cmd)
{
	if (!sim_mmc_recordable(drive, cmd))
		return false;
	if (!drive->disc->medium->cd)
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x05);
	else if ((drive->page05[2] & SIM_WRITE_TYPE) != 2 ||
		 sim_disc_session_open(drive->disc) || (drive->cue && drive->cue->begun))
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x2c, 0x00);
	else
		return true;
	return false;
}

void sim_mmc_send_cue_sheet(struct sim_drive *drive, struct sim_cmd *cmd)
{
	size_t len = sim_be24(cmd->cdb + 6);
	struct parser p = { .disc = drive->disc };
	uint8_t *list;

	if (!allowed(drive, cmd))
		return;
	if (!len || len % ENTRY || len > CUE_MAX) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	list = malloc(len);
	p.cue = new_cue(drive->disc, len / ENTRY);
	if (!list || !p.cue) {
		sim_cmd_sense(cmd, SIM_HARDWARE_ERROR, 0x44, 0x00);
	} else if (sim_cmd_get(cmd, list, len) != len) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
	} else if (!parse(&p, list, len / ENTRY)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x00);
	} else if (p.cue->range[p.cue->ranges - 1].first > (int32_t)drive->disc->capacity) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x63, 0x00);
	} else {
		sim_cue_free(drive->cue);
		drive->cue = p.cue;
		p.cue = NULL;
	}
	sim_cue_free(p.cue);
	free(list);
}
