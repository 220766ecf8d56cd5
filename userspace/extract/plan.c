// SPDX-License-Identifier: GPL-2.0
/* The compilation that a selection makes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "extract_select.h"

/* ---- Titles --------------------------------------------------------------------- */

struct titles {
	struct cd_text *list;
	size_t count;
};

static const uint8_t types[] = { CD_TEXT_TITLE, CD_TEXT_PERFORMER, CD_TEXT_SONGWRITER,
	CD_TEXT_COMPOSER, CD_TEXT_ARRANGER, CD_TEXT_MESSAGE };

#define TYPES		(sizeof(types) / sizeof(*types))
#define TITLES_MAX	(TYPES * (CD_TRACKS + 1))

static int add_title(struct titles *titles, uint8_t type, uint8_t track, const char *text)
{
	struct cd_text *t = &titles->list[titles->count];

	t->text = strdup(text);
	if (!t->text)
		return -ENOMEM;
	t->type = type;
	t->track = track;
	titles->count++;
	return 0;
}

/* Those of a track of this disc, for the track that it becomes. */
static int add_titles(struct titles *titles, const struct cd_layout *l, uint8_t from, uint8_t to)
{
	char text[161];
	size_t i;
	int rc = 0;

	for (i = 0; i < TYPES && l->text_packs && !rc; i++)
		if (cd_text_get(l->text, l->text_packs, types[i], from, text, sizeof(text)) > 0)
			rc = add_title(titles, types[i], to, text);
	return rc;
}

/* More than the lead-in takes is left out: a disc without titles is whole. */
static int put_titles(const struct titles *titles, struct cd_layout *l)
{
	int n;

	if (!titles->count)
		return 0;
	l->text = malloc(CD_TEXT_PACKS * CD_TEXT_PACK);
	if (!l->text)
		return -ENOMEM;
	n = cd_text_build(titles->list, titles->count, 1, (uint8_t)l->tracks, CD_TEXT_ENGLISH,
			  l->text, CD_TEXT_PACKS);
	if (n > 0) {
		l->text_packs = (size_t)n;
		return 0;
	}
	free(l->text);
	l->text = NULL;
	return 0;
}

static void free_titles(struct titles *titles)
{
	size_t i;

	for (i = 0; i < titles->count; i++)
		free((char *)titles->list[i].text);
	free(titles->list);
}

/* ---- Tracks ----------------------------------------------------------------------- */

static void add_piece(struct extract_plan *plan, int32_t from, uint32_t blocks, bool silence)
{
	struct extract_piece *last = plan->pieces ? &plan->piece[plan->pieces - 1] : NULL;

	if (!blocks)
		return;
	plan->blocks += blocks;
	/* Tracks that follow each other are read in one go */
	if (last && !silence && !last->silence && last->from + (int32_t)last->blocks == from) {
		last->blocks += blocks;
		return;
	}
	plan->piece[plan->pieces++] = (struct extract_piece){ from, blocks, silence };
}

/* The pause of a disc's first track lies where nothing can be read, or belongs to a
 * session's lead-in. */
static bool pause_unread(const struct extract_master *master, unsigned int i)
{
	const struct cd_track *t = &master->layout.track[i];

	return !i || t[-1].session != t->session || t[-1].type != CD_AUDIO || t->pregap < 0;
}

static void add_track(struct extract_plan *plan, const struct extract_master *master,
		      unsigned int i, bool no_isrc)
{
	const struct cd_track *from = &master->layout.track[i];
	struct cd_layout *l = &plan->layout;
	struct cd_track *to = &l->track[l->tracks];
	int32_t at = l->tracks ? to[-1].end : 0;
	uint32_t pause = l->tracks ? master->track[i].blocks - (uint32_t)(from->end - from->start)
				   : 0;
	unsigned int k;

	*to = *from;
	to->number = (uint8_t)++l->tracks;
	to->session = 1;
	to->pregap = l->tracks == 1 ? -CD_PREGAP : at;
	to->start = at + (int32_t)pause;
	to->end = to->start + (from->end - from->start);
	for (k = 0; k < to->indices; k++)
		to->index[k] = to->start + (from->index[k] - from->start);
	if (no_isrc)
		*to->isrc = '\0';
	add_piece(plan, from->pregap, pause, pause_unread(master, i));
	add_piece(plan, from->start, (uint32_t)(from->end - from->start), false);
}

static int add_all(struct extract_plan *plan, struct titles *titles,
		   const struct extract_master *master, const bool *taken, bool no_isrc, char *err,
		   size_t errlen)
{
	struct extract_selection sel;
	enum extract_verdict verdict;
	unsigned int i;
	int rc = 0;

	extract_select_begin(&sel, plan->layout.tracks ? &plan->layout : NULL);
	for (i = 0; i < master->tracks && !rc; i++) {
		if (!taken[i])
			continue;
		verdict = extract_take(&sel, master, i);
		if (verdict != EXTRACT_CAN) {
			snprintf(err, errlen, "track %u can't be taken: %s",
				 master->track[i].number, extract_verdict_text(verdict));
			return -EINVAL;
		}
		add_track(plan, master, i, no_isrc);
		rc = add_titles(titles, &master->layout, master->track[i].number,
				(uint8_t)plan->layout.tracks);
	}
	return rc;
}

/* What was registered before stays as it is. */
static int add_before(struct extract_plan *plan, struct titles *titles,
		      const struct cd_layout *before)
{
	unsigned int i;
	int rc = 0;

	plan->layout = *before;
	plan->layout.text = NULL;
	plan->layout.text_packs = 0;
	for (i = 0; i <= before->tracks && !rc; i++)
		rc = add_titles(titles, before, (uint8_t)i, (uint8_t)i);
	return rc;
}

int extract_plan(const struct extract_master *master, const bool *taken, bool no_isrc,
		 const struct cd_layout *before, struct extract_plan *plan, char *err,
		 size_t errlen)
{
	struct titles titles = { .list = calloc(TITLES_MAX, sizeof(*titles.list)) };
	int rc = titles.list ? 0 : -ENOMEM;

	memset(plan, 0, sizeof(*plan));
	if (!rc && before)
		rc = add_before(plan, &titles, before);
	if (!rc)
		rc = add_all(plan, &titles, master, taken, no_isrc, err, errlen);
	if (!rc && !plan->pieces) {
		snprintf(err, errlen, "no track is taken");
		rc = -EINVAL;
	}
	if (!rc) {
		cd_layout_finish(&plan->layout);
		rc = put_titles(&titles, &plan->layout);
	}
	free_titles(&titles);
	if (rc == -ENOMEM)
		snprintf(err, errlen, "out of memory");
	if (rc)
		extract_plan_clear(plan);
	return rc;
}

void extract_plan_clear(struct extract_plan *plan)
{
	free(plan->layout.text);
	memset(plan, 0, sizeof(*plan));
}
