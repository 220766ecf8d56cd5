/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a CD's table of contents and subchannels say, however it was found: by
 * reading a disc, a .cue, .toc or .ccd file.  No files in here.
 */
#ifndef DISCMUX_DISC_LAYOUT_H
#define DISCMUX_DISC_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cdtext.h"
#include "sector.h"
#include "subcode.h"

#define CD_TRACKS	99
#define CD_INDICES	97	/* 2 to 98; 99 is as rare as it is legal */

/*
 * A track.  Its sectors are [pregap, end): index 0 is [pregap, start), index 1
 * begins at start, further ones as given, ascending, below end.  The pregap of
 * the first track of a session counts: the usual one of a disc begins at -150.
 */
struct cd_track {
	uint8_t session;	/* from 1 */
	uint8_t number;		/* 1 to 99 */
	uint8_t control;	/* enum cd_control */
	bool copy;		/* SCMS: alternating copy bit */
	enum cd_sector type;	/* XA: CD_XA1, whichever forms its sectors have */
	int32_t pregap, start, end;	/* LBA */
	uint8_t indices;	/* entries of index: 2, 3, ... */
	int32_t index[CD_INDICES];
	char isrc[CD_ISRC_SIZE];	/* empty: none */
};

struct cd_layout {
	unsigned int tracks, sessions;
	struct cd_track track[CD_TRACKS];	/* sorted by address */
	uint8_t disc_type;		/* of READ TOC point A0h: 00h, 10h CD-I, 20h XA */
	char mcn[CD_MCN_SIZE];		/* empty: none */
	size_t text_packs;
	uint8_t *text;			/* that many CD-Text packs, or NULL; owned */
};

#endif
