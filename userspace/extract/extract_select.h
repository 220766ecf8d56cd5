/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which tracks go onto a compilation: what can be taken, what fits, and what the disc
 * will be.  Nothing is read here.
 */
#ifndef DISCMUX_EXTRACT_SELECT_H
#define DISCMUX_EXTRACT_SELECT_H

#include "layout.h"

#define EXTRACT_BLOCKS	(80u * 60 * 75)	/* of a compilation, 1/75 s each */
#define EXTRACT_TRACKS	CD_TRACKS

/* A track of a master, as it is offered for choice. */
struct extract_track {
	uint8_t number;
	bool audio;		/* and long enough to be a track: it can be taken */
	uint32_t blocks;	/* it takes at most, pause included */
	char title[161];	/* of the CD-Text, as it is there; "" */
	char isrc[CD_ISRC_SIZE];
};

struct extract_master {
	unsigned int tracks;
	struct extract_track track[CD_TRACKS];
	struct cd_layout layout;	/* its text belongs to the master */
};

/* Makes a master of what is on a disc; the layout is copied.  -ENOMEM. */
int extract_master_set(struct extract_master *master, const struct cd_layout *layout);
void extract_master_clear(struct extract_master *master);

/* ---- What is taken ---------------------------------------------------------- */

enum extract_verdict {
	EXTRACT_CAN,		/* it can be taken, or was */
	EXTRACT_NO_TRACK,
	EXTRACT_NOT_AUDIO,	/* the dash */
	EXTRACT_OVER,		/* past 80 minutes */
	EXTRACT_TAKEN,
	EXTRACT_FULL,		/* 99 tracks */
};

struct extract_selection {
	uint32_t blocks;	/* of the compilation so far, earlier masters included */
	unsigned int tracks;	/* on it */
	bool taken[CD_TRACKS];	/* of this master, by index */
};

/* A new compilation, or one that goes on behind what has been registered (layout,
 * else NULL). */
void extract_select_begin(struct extract_selection *sel, const struct cd_layout *layout);

/* May track i (from 0) of the master be taken? */
enum extract_verdict extract_may_take(const struct extract_selection *sel,
				      const struct extract_master *master, unsigned int i);

/* Takes it if it may be. */
enum extract_verdict extract_take(struct extract_selection *sel,
				  const struct extract_master *master, unsigned int i);

/* "it is not audio"; part of a sentence */
const char *extract_verdict_text(enum extract_verdict verdict);

/* ---- What it makes ------------------------------------------------------------ */

/* Sectors one after the other on the compilation. */
struct extract_piece {
	int32_t from;		/* LBA on the master; with silence nothing */
	uint32_t blocks;
	bool silence;		/* a pause that can't be read */
};

struct extract_plan {
	struct cd_layout layout;	/* of the compilation; text is owned */
	unsigned int pieces;
	struct extract_piece piece[2 * CD_TRACKS];
	uint32_t blocks;		/* of all pieces */
};

/*
 * What is to be read, in order, and the layout of all with what was there before
 * (before: NULL for a new compilation).  Tracks keep pauses, indices, flags, ISRC
 * (unless no_isrc) and titles; the first one on the disc has the usual pause.
 * -EINVAL: something is taken that may not be, or nothing is.  -ENOMEM.  err says
 * which track it is, and why.
 */
int extract_plan(const struct extract_master *master, const bool *taken, bool no_isrc,
		 const struct cd_layout *before, struct extract_plan *plan, char *err,
		 size_t errlen);
void extract_plan_clear(struct extract_plan *plan);

#endif
