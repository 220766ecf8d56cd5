// SPDX-License-Identifier: GPL-2.0
/* Discs that have to be formatted, and the layer breaks of those with two layers. */
#include "internal.h"
#include "libdiscmux.h"

#define MINUTE_MS	60000u

/* ---- Formatting -------------------------------------------------------- */

struct how {
	enum mmc_format type;
	uint32_t blocks, parameter;
};

uint32_t burn_format_most(const struct mmc_formats *formats, enum mmc_format *type)
{
	/* Quick where the drive can: writing grows it then */
	static const enum mmc_format types[] = { MMC_FORMAT_DVD_RW_QUICK, MMC_FORMAT_CD_RW,
						 MMC_FORMAT_FULL };
	uint32_t most = 0;
	size_t i;

	*type = MMC_FORMAT_FULL;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!(formats->types >> types[i] & 1) || formats->type_blocks[types[i]] <= most)
			continue;
		most = formats->type_blocks[types[i]];
		*type = types[i];
	}
	return most;
}

/* How this disc is to be formatted. */
static struct how how_of(const struct burn_job *job, const struct burn_rec *rec)
{
	struct how how = { .parameter = 16 };

	switch (rec->plan->format) {
	case BURN_FORMAT_DVD_PLUS_RW:
		return (struct how){ MMC_FORMAT_DVD_PLUS_RW, 0xffffffff, 0 };
	case BURN_FORMAT_DVD_RW:
		how.blocks = burn_format_most(&rec->formats, &how.type);
		if (how.type == MMC_FORMAT_DVD_RW_QUICK)
			how.blocks = job->total_blocks;
		return how;
	default:
		if (rec->formats.types >> MMC_FORMAT_BD_NONE & 1)
			return (struct how){ MMC_FORMAT_BD_NONE,
					     rec->formats.type_blocks[MMC_FORMAT_BD_NONE], 0 };
		return (struct how){ MMC_FORMAT_FULL, rec->formats.type_blocks[MMC_FORMAT_FULL], 0 };
	}
}

static void format_one(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	struct how how = how_of(job, rec);
	uint8_t list[MMC_FORMAT_LEN];
	struct mmc_command cmd;

	if (!burn_touch(job, i, "formatting"))
		return;
	mmc_put_format(list, how.type, how.blocks, how.parameter);
	mmc_cmd_format(&cmd);
	if (!burn_send(job, 1u << i, &cmd, list, DISCMUX_FOR_CONTROL, MINUTE_MS))
		burn_fail_touch(job, i, "to format its disc");
}

/* The disc is another one now: DVD-RW has a new profile. */
static void look_again(struct burn_job *job, burn_set set)
{
	struct mmc_command cmd;
	burn_set good;
	size_t i;

	mmc_cmd_test_unit_ready(&cmd);
	burn_send(job, set, &cmd, NULL, DISCMUX_FOR_PROBE, MINUTE_MS);
	mmc_cmd_get_configuration(&cmd, 0);
	good = burn_send(job, set, &cmd, NULL, DISCMUX_FOR_IDENTITY, 0);
	burn_for_each(i, good) {
		struct burn_rec *rec = &job->recs[i];

		mmc_parse_profile(rec->data, rec->len, &rec->profile);
		rec->needs_format = false;
	}
}

static burn_set to_format(const struct burn_job *job)
{
	burn_set set = 0;
	size_t i;

	burn_for_each(i, job->live)
		if (job->recs[i].plan->format && job->recs[i].needs_format)
			set |= 1u << i;
	return set;
}

static burn_set to_blank(const struct burn_job *job)
{
	burn_set set = 0;
	size_t i;

	/* What is added to is kept */
	burn_for_each(i, job->config.append ? 0 : job->live)
		if (!job->recs[i].blank && job->recs[i].erasable && !job->recs[i].plan->overwrite)
			set |= 1u << i;
	return set;
}

void burn_format(struct burn_job *job)
{
	burn_set set = to_blank(job);
	size_t i;

	/* The checks let these pass because they may be erased; what is overwritten needs
	 * no erasing, and may go on holding data */
	if (set) {
		burn_blank(job, set);
		burn_check_profiles(job);
		burn_check_blank(job);
		burn_for_each(i, set & job->live)
			if (!job->recs[i].blank)
				burn_fail(job, i, "%s has erased its disc, and it is not blank",
					  job->recs[i].name);
		burn_check_room(job);
	}
	set = to_format(job);
	if (!set)
		return;
	burn_for_each(i, set)
		format_one(job, i);
	burn_poll(job, set & job->live, "to format its disc");
	look_again(job, set & job->live);
}

/* ---- Layer breaks ------------------------------------------------------ */

/* As on the master, where the second layer then holds the rest of it; otherwise in
 * the middle, a whole number of ECC blocks.  A disc that is left open keeps all its room:
 * the second layer ends where the first one does. */
static uint32_t break_of(const struct burn_job *job, uint32_t largest)
{
	uint32_t half = (job->total_blocks / 16 + 1) / 2 * 16;
	uint32_t middle = job->appendable ? largest : half;
	uint32_t want = job->layer_break ? (job->layer_break + 15) / 16 * 16 : middle;

	return want < half ? half : want > largest ? largest : want;
}

/* A break that was asked for, or is the master's, and can't be on this disc */
static void tell_break(struct burn_job *job, const struct burn_rec *rec, uint32_t blocks)
{
	if (job->layer_break && blocks != (job->layer_break + 15) / 16 * 16)
		burn_notice(job, "the layer break of the disc in %s is at block %u, for %u %s",
			    rec->name, blocks, job->layer_break, blocks > job->layer_break ?
			    "leaves more than a layer takes" : "is more than a layer has");
}

static void set_break(struct burn_job *job, size_t i)
{
	struct burn_rec *rec = &job->recs[i];
	uint8_t list[MMC_LAYER_BREAK_LEN];
	uint32_t largest, blocks;
	struct mmc_command cmd;
	bool settled;

	mmc_cmd_read_structure(&cmd, MMC_STRUCTURE_LAYER_BREAK, MMC_LAYER_BREAK_LEN);
	if (!burn_send(job, 1u << i, &cmd, NULL, DISCMUX_FOR_CONTROL, 0)) {
		burn_fail_result(job, i, "to give the layer break of its disc");
		return;
	}
	if (mmc_parse_layer_break(rec->data, rec->len, &largest, &settled) || !largest) {
		burn_fail(job, i, "%s gives no usable layer break", rec->name);
		return;
	}
	blocks = break_of(job, largest);
	tell_break(job, rec, blocks);
	if (blocks == largest)
		return;
	if (settled) {
		burn_fail(job, i, "the layer break of the disc in %s is set already: insert a new disc",
			  rec->name);
		return;
	}
	if (!burn_touch(job, i, "layer break"))
		return;
	mmc_put_layer_break(list, blocks);
	mmc_cmd_send_layer_break(&cmd);
	if (!burn_send(job, 1u << i, &cmd, list, DISCMUX_FOR_CONTROL, 3 * MINUTE_MS))
		burn_fail_touch(job, i, "to take the layer break");
}

void burn_layer_break(struct burn_job *job)
{
	size_t i;

	/* A disc that is added to has its break */
	burn_for_each(i, job->config.append ? 0 : job->live)
		if (job->recs[i].plan->layers)
			set_break(job, i);
}
