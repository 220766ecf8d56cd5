/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a master, for the files that know how to read one. */
#ifndef DISCMUX_BURN_SOURCE_H
#define DISCMUX_BURN_SOURCE_H

#include "image.h"
#include "internal.h"

#define SOURCE_RUN_OUT	2u	/* blocks at the end of a CD track at once */
#define SOURCE_READY_MS	60000u
#define SOURCE_TRIES	4u	/* of one block by itself */
#define SOURCE_C2_BLOCKS	256u	/* most of one read of audio */

struct burn_source {
	struct disc_image *image;	/* NULL with a drive */
	uint32_t member;		/* DISCMUX_NONE with an image */
	uint32_t max_data;		/* of the drive, bytes */
	uint32_t blocks;		/* from LBA 0 to the end */
	uint64_t bytes_read;
	char *name;

	/* what the disc is; set by burn_source_check() */
	bool checked;
	uint16_t profile;
	bool appendable;		/* another session may follow on it */
	char protected[24];		/* by what: "CSS or CPPM", "a region"; "": not */
	uint32_t layer_break;
	bool cd;			/* more than blocks of 2048 bytes: see layout */
	struct cd_layout layout;	/* text belongs to the source */
	unsigned int untold;		/* of it, by the drive: enum burn_beside */
	bool c2;			/* the drive tells which bytes of audio are wrong */
	uint8_t *pointers;		/* sectors as they come with that; SOURCE_C2_BLOCKS */
	uint8_t run_out[CD_TRACKS];	/* blocks at the ends of tracks, only of sessions with one */
	uint32_t kept;			/* last blocks, read already: 0 or SOURCE_RUN_OUT */
	uint8_t tail[SOURCE_RUN_OUT * MMC_BLOCK];

	/* reading in spite of errors */
	uint32_t bad;
	uint8_t pause;			/* number of the track whose pause was made */
	struct burn_map *map;
	uint32_t slow;			/* blocks that are still to be read slowly */
	unsigned int recovered;		/* commands that were carried out with a warning */
	char id[BURN_ID_LEN];		/* which disc it is; "": not known */
	bool failed;			/* and this is how: */
	struct discmux_result failure;
};

/* source.c: keeps why the drive could not read; NULL: it did not say. */
void source_failed(struct burn_source *s, const struct discmux_result *result);

/* source_cd.c: tracks, indices and codes of the CD in the drive, into layout.
 * -EINVAL with a message in job->error. */
int source_read_layout(struct burn_source *s, struct burn_job *job);

/* source_read.c: blocks out of the drive, 2048 or (raw) 2352 bytes each. */
int source_read_drive(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		      uint8_t *data);

/*
 * source_c2.c: the same of audio, with what the drive says is wrong in it: wrong[i]
 * gets how many bytes of sector i, at most SOURCE_C2_BLOCKS of them.  0, or -EIO with
 * the reason in result.
 */
bool source_is_audio(const struct burn_source *s, int32_t lba, uint32_t blocks);
int source_read_audio(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		      uint8_t *data, uint16_t *wrong, struct discmux_result *result);

/* From here on as a bad block is read again, or as the drive likes it. */
void source_slow_down(struct burn_source *s, struct burn_job *job);
void source_full_speed(struct burn_source *s, struct burn_job *job);

/* source_tail.c: run-out blocks at the end of plain blocks, which are then left out of
 * them, and of the tracks of a layout. */
void source_find_tail(struct burn_source *s, struct burn_job *job);
void source_find_run_outs(struct burn_source *s, struct burn_job *job);

/* One command, no second try: bytes, or -EIO with the reason in result. */
int source_read_once(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		     bool raw, void *data, struct discmux_result *result);

#endif
