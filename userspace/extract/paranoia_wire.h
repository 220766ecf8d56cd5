/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What discmux and discmux-paranoia say to each other, through a socket that is
 * the latter's standard input.  Both are of one build, so numbers are the machine's.
 */
#ifndef DISCMUX_PARANOIA_WIRE_H
#define DISCMUX_PARANOIA_WIRE_H

#include <stdint.h>

#define PARANOIA_SECTOR		2352u
#define PARANOIA_CHUNK		24u	/* most sectors of one read */

enum paranoia_kind {
	/* from discmux-paranoia */
	PARANOIA_READ = 1,	/* wants count sectors from lba on */
	PARANOIA_BLOCK,		/* the next sector, sure or as good as can be; it follows */
	PARANOIA_NOTE,		/* count: enum paranoia_note */
	PARANOIA_DONE,		/* all sectors were given */
	/* to it */
	PARANOIA_SECTORS,	/* the first count of those it wanted; they follow */
};

enum paranoia_note {
	PARANOIA_JITTER,	/* reads that did not begin where they should, put right */
	PARANOIA_ERROR,		/* a read that failed; it will be repeated */
	PARANOIA_SKIP,		/* given up: what is given for this place is a guess */
	PARANOIA_NOTES,
};

struct paranoia_frame {
	uint32_t kind;		/* enum paranoia_kind */
	int32_t lba;
	uint32_t count;
};

#endif
