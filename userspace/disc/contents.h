/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts about a CD's layout: its sessions, the usual name of such a disc, and
 * whether a CD can have this layout at all.
 */
#ifndef DISCMUX_DISC_CONTENTS_H
#define DISCMUX_DISC_CONTENTS_H

#include "layout.h"
#include "msf.h"

#define CD_FIRST_GAP	11250	/* lead-out and lead-in after the first session */
#define CD_NEXT_GAP	6750	/* the same after each later one */
#define CD_TRACK_MIN	300	/* blocks of a track, IEC 60908 17.5.1 */

struct cd_session {
	unsigned int first, count;	/* of layout->track[] */
	int32_t start;			/* the pause before its first track */
	int32_t end;			/* its lead-out */
	uint8_t disc_type;		/* 00h, 10h, 20h */
	bool audio, data;		/* has tracks of this kind */
};

/* Session n, from 0.  False: there is none. */
bool cd_session(const struct cd_layout *layout, unsigned int n, struct cd_session *session);

/*
 * The file of an image that is made of a CD has its blocks from LBA 0 on; those of a later
 * session from index 1 of its first track on, without what is between sessions.
 */
/* Its number of blocks. */
uint64_t cd_file_blocks(const struct cd_layout *layout);
/* The address of a block of the file.  False: the file ends before it. */
bool cd_file_lba(const struct cd_layout *layout, uint64_t block, int32_t *lba);
/* The block of the file that has this address, -1: none. */
int64_t cd_file_block(const struct cd_layout *layout, int32_t lba);
/* The first address of session n in the file. */
int32_t cd_file_begin(const struct cd_layout *layout, const struct cd_session *session);

/* Sets sessions and disc_type out of the tracks. */
void cd_layout_finish(struct cd_layout *layout);

/*
 * Tracks and indices in order, sessions one after the other, flags that fit,
 * ISRC and MCN of the right characters.  Returns 0, or -EINVAL with one line.
 */
int cd_layout_check(const struct cd_layout *layout, char *err, size_t errlen);

/* The track with this block inside, its pause included; NULL: none has it. */
const struct cd_track *cd_track_at(const struct cd_layout *layout, int32_t lba);

/* Number of the index there, 0 in the pause. */
unsigned int cd_index_at(const struct cd_track *track, int32_t lba);

/* The lead-out of the last session; 0 without tracks. */
int32_t cd_layout_end(const struct cd_layout *layout);

/* "audio CD", "mixed mode CD", "CD-Extra", "CD-ROM XA" ... */
const char *cd_layout_name(const struct cd_layout *layout);

/* "audio", "mode 1", "mode 2", "mode 2 XA" */
const char *cd_sector_name(enum cd_sector type);

/* One mode 1 track with nothing that an .iso can't hold. */
bool cd_layout_plain(const struct cd_layout *layout);

#endif
