/* SPDX-License-Identifier: GPL-2.0 */
/* Audio out of a reader, as it gives it. */
#ifndef DISCMUX_EXTRACT_DRIVE_H
#define DISCMUX_EXTRACT_DRIVE_H

#include "extract.h"

struct extract_drive;

/* config outlives it and holds the member.  -ENOMEM, -EINVAL. */
int extract_drive_new(const struct extract_config *config, struct extract_drive **drive);
void extract_drive_free(struct extract_drive *drive);

/* The disc has these tracks.  -ENOMEDIUM and the like; -ESTALE: another disc. */
int extract_drive_check(struct extract_drive *drive, const struct cd_layout *layout, char *err,
			size_t errlen);

/*
 * As struct paranoia_reader has it, ctx is the drive.  Sectors with bytes that the
 * drive's own correction gave up (C2) can't be read, for drives that tell.
 */
int extract_drive_read(void *ctx, int32_t lba, uint32_t sectors, uint8_t *data);

/* Why it gave a negative errno. */
const char *extract_drive_error(const struct extract_drive *drive);

/* How far the extraction is, for config->progress. */
void extract_drive_progress(struct extract_drive *drive, uint64_t done, uint64_t total);

#endif
