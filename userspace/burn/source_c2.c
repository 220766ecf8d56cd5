// SPDX-License-Identifier: GPL-2.0
/*
 * Audio with its C2 error pointers (MMC-6 6.16): a drive gives samples that it had to
 * make up as if they were read, so only these tell that they were not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define SECTOR	(MMC_RAW_SECTOR + MMC_C2_LEN)

bool source_is_audio(const struct burn_source *s, int32_t lba, uint32_t blocks)
{
	const struct cd_track *first, *last;

	if (!s->cd || !s->c2 || blocks > SOURCE_C2_BLOCKS)
		return false;
	first = cd_track_at(&s->layout, lba);
	last = cd_track_at(&s->layout, lba + (int32_t)blocks - 1);
	return first && last && first->type == CD_AUDIO && last->type == CD_AUDIO;
}

static uint16_t count(const uint8_t *pointers)
{
	uint16_t n = 0;
	unsigned int i;

	for (i = 0; i < MMC_C2_LEN; i++)
		n += (uint16_t)__builtin_popcount(pointers[i]);
	return n;
}

int source_read_audio(struct burn_source *s, struct burn_job *job, int32_t lba, uint32_t blocks,
		      uint8_t *data, uint16_t *wrong, struct discmux_result *result)
{
	struct mmc_command cmd;
	uint32_t i;
	int len;

	memset(result, 0, sizeof(*result));
	if (!s->pointers)
		s->pointers = malloc((size_t)SOURCE_C2_BLOCKS * SECTOR);
	if (!s->pointers) {
		result->error = ENOMEM;
		return -EIO;
	}
	mmc_cmd_read_cd_c2(&cmd, lba, blocks);
	len = burn_command(job, s->member, &cmd, s->pointers, DISCMUX_FOR_READ, 0, result);
	if (len < 0)
		return -EIO;
	if ((uint32_t)len != cmd.data_len) {
		memset(result, 0, sizeof(*result));
		result->error = EPROTO;
		return -EIO;
	}
	for (i = 0; i < blocks; i++) {
		const uint8_t *from = s->pointers + (size_t)i * SECTOR;

		memcpy(data + (size_t)i * CD_RAW, from, CD_RAW);
		wrong[i] = count(from + MMC_RAW_SECTOR);
	}
	return 0;
}
