// SPDX-License-Identifier: GPL-2.0
/* Writing a session at once, as the cue sheet has it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cdtext.h"
#include "drive_priv.h"
#include "msf.h"

#define BATCH	32u

void sim_cue_free(struct sim_cue *cue)
{
	if (!cue)
		return;
	free(cue->range);
	free(cue->text);
	free(cue);
}

/* The run of an address, and where the next one begins */
static const struct sim_range *range_at(const struct sim_cue *cue, int32_t lba, int32_t *end)
{
	unsigned int i = 0;

	while (i + 1 < cue->ranges && cue->range[i + 1].first <= lba)
		i++;
	*end = i + 1 < cue->ranges ? cue->range[i + 1].first : cue->range[i].first;
	return &cue->range[i];
}

/* Does the drive make this run by itself? */
static bool generated(const struct sim_range *range)
{
	return range->track != CD_LEAD_OUT && !range->form.main && !range->form.sub;
}

/* Where the host goes on: behind what the drive makes */
static int32_t expected(const struct sim_cue *cue)
{
	int32_t lba = cue->next, end;

	while (generated(range_at(cue, lba, &end)))
		lba = end;
	return lba;
}

/* Makes what the drive makes by itself, up to where the host goes on */
static int generate(struct sim_drive *drive)
{
	struct sim_cue *cue = drive->cue;
	int32_t to = expected(cue), end;
	int ret = 0;

	while (cue->next < to && !ret) {
		const struct sim_range *range = range_at(cue, cue->next, &end);
		int32_t from = cue->next < 0 ? 0 : cue->next;

		if (end > from)
			ret = sim_disc_write_sectors(drive->disc, &range->form, (uint32_t)from,
						     (uint32_t)(end - from), NULL);
		if (!ret)
			cue->next = end;
	}
	return ret;
}

/* The first block: from here on the disc is no blank any more */
static bool begin(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_cue *cue = drive->cue;
	struct sim_disc *disc = drive->disc;
	struct sim_track *to = disc->tracks + disc->track_count;

	if (!sim_mmc_sign(drive, cmd))
		return false;
	if (disc->index_count + cue->indices > SIM_INDEX_MAX) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x72, 0x05);
		return false;
	}
	memcpy(to, cue->track, cue->tracks * sizeof(*to));
	for (unsigned int i = 0; i < cue->tracks; i++)
		to[i].nwa = to[i].start;
	memcpy(disc->index + disc->index_count, cue->index,
	       cue->indices * sizeof(cue->index[0]));
	disc->index_count = (uint16_t)(disc->index_count + cue->indices);
	disc->track_count = (uint16_t)(disc->track_count + cue->tracks);
	disc->state = SIM_DISC_APPENDABLE;
	disc->type = drive->page05[8];
	if (cue->mcn[0])
		memcpy(disc->mcn, cue->mcn, sizeof(disc->mcn));
	cue->begun = true;
	return sim_mmc_save(drive, cmd);
}

static bool keep_pack(struct sim_cue *cue, const uint8_t *pack)
{
	uint8_t *more;

	if (cue->text_packs == cue->text_room) {
		if (cue->text_room >= CD_TEXT_PACKS)
			return true;
		more = realloc(cue->text, (size_t)(cue->text_room + 256) * CD_TEXT_PACK);
		if (!more)
			return false;
		cue->text = more;
		cue->text_room += 256;
	}
	memcpy(cue->text + (size_t)cue->text_packs++ * CD_TEXT_PACK, pack, CD_TEXT_PACK);
	return true;
}

/* The lead-in repeats the packs over and over: once is enough */
static int lead_in(struct sim_cue *cue, const uint8_t *raw, uint32_t blocks)
{
	uint8_t packs[4 * CD_TEXT_PACK];

	for (; blocks-- && !cue->text_whole; raw += CD_SUBCODE) {
		cd_text_gather(raw, packs);
		for (const uint8_t *pack = packs; pack < packs + sizeof(packs);
		     pack += CD_TEXT_PACK) {
			if (!cd_text_pack_ok(pack))
				continue;
			cue->text_whole = cue->text_packs &&
					  memcmp(pack, cue->text, CD_TEXT_PACK) == 0;
			if (cue->text_whole)
				return 0;
			if (!keep_pack(cue, pack))
				return -ENOMEM;
		}
	}
	return 0;
}

static bool finish(struct sim_drive *drive, struct sim_cmd *cmd)
{
	struct sim_cue *cue = drive->cue;
	struct sim_disc *disc = drive->disc;

	for (unsigned int i = 0; i < disc->track_count; i++)
		if (disc->tracks[i].state != SIM_TRACK_CLOSED)
			sim_disc_close_track(disc, &disc->tracks[i]);
	sim_disc_close_session(disc, (drive->page05[3] >> 6) != 3);
	if (cue->text_packs) {
		disc->text = cue->text;
		disc->text_packs = cue->text_packs;
		cue->text = NULL;
	}
	sim_cue_free(cue);
	drive->cue = NULL;
	drive->streaming = false;
	sim_disc_test_end(disc);
	return sim_mmc_save(drive, cmd);
}

static int store(struct sim_drive *drive, struct sim_cmd *cmd, const struct sim_range *range,
		 uint32_t blocks)
{
	size_t step = (size_t)range->form.main + range->form.sub;
	uint8_t *data = malloc(BATCH * step);
	struct sim_cue *cue = drive->cue;
	int ret = data ? 0 : -ENOMEM;

	while (blocks && !ret) {
		uint32_t n = blocks < BATCH ? blocks : BATCH;

		/* The file begins at LBA 0, which may be in the middle of a run */
		if (cue->next < 0 && n > (uint32_t)-cue->next)
			n = (uint32_t)-cue->next;
		sim_cmd_get(cmd, data, n * step);
		if (!range->track)
			ret = lead_in(cue, data, n);
		else
			ret = sim_disc_write_sectors(drive->disc, &range->form,
						     (uint32_t)cue->next, n, data);
		cue->next += (int32_t)n;
		blocks -= n;
	}
	free(data);
	return ret;
}

/* How far the open tracks are: READ TRACK INFORMATION tells */
static void advance(struct sim_drive *drive)
{
	struct sim_disc *disc = drive->disc;

	for (unsigned int i = 0; i < disc->track_count; i++) {
		struct sim_track *track = &disc->tracks[i];
		int64_t done = drive->cue->next;

		if (track->state == SIM_TRACK_CLOSED || done <= (int64_t)track->start)
			continue;
		if (done > (int64_t)track->start + track->size)
			done = (int64_t)track->start + track->size;
		track->nwa = (uint32_t)done;
	}
}

/* Are these the blocks that must come now?  CHECK CONDITION if not. */
static bool in_order(struct sim_drive *drive, struct sim_cmd *cmd, int32_t lba, uint32_t blocks,
		     const struct sim_range **range)
{
	struct sim_cue *cue = drive->cue;
	int32_t end = expected(cue);

	if (lba != end) {
		sim_cmd_sense_info(cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x02, (uint32_t)end);
		return false;
	}
	*range = range_at(cue, lba, &end);
	/* Blocks of one size only; elsewhere a command may go on into the next track */
	while (end < lba + (int64_t)blocks) {
		const struct sim_range *next = range_at(cue, end, &end);

		if (next->form.main != (*range)->form.main ||
		    next->form.sub != (*range)->form.sub || next->track == CD_LEAD_OUT) {
			sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x63, 0x00);
			return false;
		}
	}
	if ((uint64_t)blocks * ((*range)->form.main + (*range)->form.sub) <=
	    cmd->data_len - cmd->done)
		return true;
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
	return false;
}

void sim_mmc_write_sao(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t blocks = cmd->cdb[0] == 0xaa ? sim_be32(cmd->cdb + 6) : sim_be16(cmd->cdb + 7);
	int32_t lba = (int32_t)sim_be32(cmd->cdb + 2), end;
	const struct sim_range *range;
	int ret;

	if (!drive->cue) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x2c, 0x00);
		return;
	}
	if (!in_order(drive, cmd, lba, blocks, &range) ||
	    !sim_mmc_pace_write(drive, cmd, lba < 0 ? 0 : (uint32_t)lba, blocks) ||
	    (!drive->cue->begun && !begin(drive, cmd)))
		return;
	/* Only now: before it began, a test write would have been none */
	ret = generate(drive);
	while (blocks && !ret) {
		uint32_t n;

		range = range_at(drive->cue, drive->cue->next, &end);
		n = (uint32_t)(end - drive->cue->next) < blocks
			? (uint32_t)(end - drive->cue->next) : blocks;
		ret = store(drive, cmd, range, n);
		blocks -= n;
	}
	if (!ret)
		ret = generate(drive);
	if (ret) {
		sim_cmd_sense_info(cmd, SIM_MEDIUM_ERROR, 0x0c, 0x00, (uint32_t)lba);
		return;
	}
	advance(drive);
	drive->disc->unsaved++;
	if (range_at(drive->cue, drive->cue->next, &end)->track == CD_LEAD_OUT)
		finish(drive, cmd);
}
