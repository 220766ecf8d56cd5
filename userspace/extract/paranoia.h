/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Audio sectors that are sure, out of reads that may not be: the other end of
 * discmux-paranoia (libcdio-paranoia in a process of its own).
 */
#ifndef DISCMUX_EXTRACT_PARANOIA_H
#define DISCMUX_EXTRACT_PARANOIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paranoia_wire.h"

/* The drive. */
struct paranoia_reader {
	/* Reads up to PARANOIA_CHUNK sectors of audio, little-endian.  Returns how many
	 * are as they should be, from the first on; 0: the first can't be read.  A
	 * negative errno ends all. */
	int (*read)(void *ctx, int32_t lba, uint32_t sectors, uint8_t *data);
	void *ctx;
};

struct paranoia_range {
	int32_t begin, end;		/* sectors that are wanted */
	int32_t audio, audio_end;	/* that hold audio and may be read, around these */
};

struct paranoia_report {
	uint32_t jitter, errors;	/* put right, repeated */
	bool unsteady;			/* the drive gives now this, now that */
	uint32_t skipped;		/* places that could not be made sure */
	int32_t skipped_lba;		/* the first of them */
};

/*
 * Reads a range.  take() gets the sectors in order and returns 0 or a negative errno
 * that ends all.  helper: path of discmux-paranoia, NULL: beside this program, or in
 * PATH.  0 also when places were skipped: see the report, which is added to:
 * one for all ranges of a disc.
 * Otherwise a negative errno, with one line in err unless read() or take() gave it.
 */
int paranoia_read(const char *helper, const struct paranoia_reader *reader,
		  const struct paranoia_range *range,
		  int (*take)(void *ctx, const uint8_t *data, uint32_t sectors), void *ctx,
		  struct paranoia_report *report, char *err, size_t errlen);

#endif
