// SPDX-License-Identifier: GPL-2.0
/* What can be taken. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "extract_select.h"

/* Blocks of pause and track as they will be: a pause before LBA 0 is the usual one. */
static uint32_t pause_of(const struct cd_track *t)
{
	return t->start > t->pregap ? (uint32_t)(t->start - t->pregap) : 0;
}

static uint32_t body_of(const struct cd_track *t)
{
	return t->end > t->start ? (uint32_t)(t->end - t->start) : 0;
}

static void describe(const struct cd_layout *l, const struct cd_track *t, struct extract_track *to)
{
	uint32_t body = body_of(t);

	to->number = t->number;
	to->audio = t->type == CD_AUDIO && body >= CD_TRACK_MIN && body <= EXTRACT_BLOCKS;
	to->blocks = body + pause_of(t);
	memcpy(to->isrc, t->isrc, sizeof(to->isrc));
	if (!l->text_packs ||
	    cd_text_get(l->text, l->text_packs, CD_TEXT_TITLE, t->number, to->title,
			sizeof(to->title)) < 0)
		*to->title = '\0';
}

int extract_master_set(struct extract_master *master, const struct cd_layout *layout)
{
	unsigned int i;

	memset(master, 0, sizeof(*master));
	master->layout = *layout;
	master->layout.text = NULL;
	if (layout->text_packs) {
		master->layout.text = malloc(layout->text_packs * CD_TEXT_PACK);
		if (!master->layout.text)
			return -ENOMEM;
		memcpy(master->layout.text, layout->text, layout->text_packs * CD_TEXT_PACK);
	}
	master->tracks = layout->tracks;
	for (i = 0; i < layout->tracks; i++)
		describe(layout, &layout->track[i], &master->track[i]);
	return 0;
}

void extract_master_clear(struct extract_master *master)
{
	free(master->layout.text);
	memset(master, 0, sizeof(*master));
}

void extract_select_begin(struct extract_selection *sel, const struct cd_layout *layout)
{
	memset(sel, 0, sizeof(*sel));
	if (!layout)
		return;
	sel->tracks = layout->tracks;
	sel->blocks = (uint32_t)cd_layout_end(layout);
}

/* The first on a disc has the usual pause, which does not count. */
static uint32_t cost(const struct extract_selection *sel, const struct extract_master *master,
		     unsigned int i)
{
	return sel->tracks ? master->track[i].blocks : body_of(&master->layout.track[i]);
}

enum extract_verdict extract_may_take(const struct extract_selection *sel,
				      const struct extract_master *master, unsigned int i)
{
	if (i >= master->tracks)
		return EXTRACT_NO_TRACK;
	if (!master->track[i].audio)
		return EXTRACT_NOT_AUDIO;
	if (sel->taken[i])
		return EXTRACT_TAKEN;
	if (sel->tracks >= EXTRACT_TRACKS)
		return EXTRACT_FULL;
	if (sel->blocks > EXTRACT_BLOCKS || cost(sel, master, i) > EXTRACT_BLOCKS - sel->blocks)
		return EXTRACT_OVER;
	return EXTRACT_CAN;
}

enum extract_verdict extract_take(struct extract_selection *sel,
				  const struct extract_master *master, unsigned int i)
{
	enum extract_verdict verdict = extract_may_take(sel, master, i);

	if (verdict != EXTRACT_CAN)
		return verdict;
	sel->blocks += cost(sel, master, i);
	sel->tracks++;
	sel->taken[i] = true;
	return EXTRACT_CAN;
}

const char *extract_verdict_text(enum extract_verdict verdict)
{
	switch (verdict) {
	case EXTRACT_CAN:
		return "it can be taken";
	case EXTRACT_NO_TRACK:
		return "there is no such track";
	case EXTRACT_NOT_AUDIO:
		return "it is not audio, or shorter than 4 seconds";
	case EXTRACT_OVER:
		return "it would be more than 80 minutes";
	case EXTRACT_TAKEN:
		return "it was taken already";
	default:
		return "a CD has no more than 99 tracks";
	}
}
