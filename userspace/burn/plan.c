// SPDX-License-Identifier: GPL-2.0
/*
 * What each medium wants.  Sequences: MMC-6 annexes and the command references
 * of drive makers; libburn and growisofs do the same.
 */
#include "internal.h"

#define DATA_MODE1_2048	8	/* data block type: 2048 bytes, mode 1 */
#define DVD_LINK	16

/* The first that fits is taken. */
static const struct burn_plan plans[] = {
	{	/* Track at once.  A track on CD is at least four seconds. */
		.profile = MMC_PROFILE_CD_R,
		.feature = MMC_FEATURE_CD_TAO,
		.unit = 1,
		.min_blocks = 300,
		.nwa_track = MMC_TRACK_INVISIBLE,
		.write_page = true,
		.params = {
			.type = MMC_WRITE_TAO,
			.underrun_free = true,
			.track_mode = 4,
			.data_block_type = DATA_MODE1_2048,
		},
		.close = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
		.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
	},
	{	/* Disc at once: the drive closes by itself at the reserved size */
		.profile = MMC_PROFILE_DVD_R,
		.method = BURN_METHOD_DAO,
		.feature = MMC_FEATURE_DVD_R_WRITE,
		.unit = 16,
		.write_page = true,
		.reserve = true,
		.opc = true,
		.params = {
			.type = MMC_WRITE_SAO,
			.underrun_free = true,
			.link_size_valid = true,
			.link_size = DVD_LINK,
			.track_mode = 5,
			.data_block_type = DATA_MODE1_2048,
		},
	},
	{
		.profile = MMC_PROFILE_DVD_R,
		.method = BURN_METHOD_INCREMENTAL,
		.feature = MMC_FEATURE_INCREMENTAL,
		.unit = 16,
		.write_page = true,
		.opc = true,
		.params = {
			.type = MMC_WRITE_INCREMENTAL,
			.underrun_free = true,
			.link_size_valid = true,
			.link_size = DVD_LINK,
			.fixed_packet = true,
			.packet_size = 16,
			.track_mode = 5,
			.data_block_type = DATA_MODE1_2048,
		},
		.close = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
		.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
	},
	{	/* Mode page 05h does not apply to DVD+R */
		.profile = MMC_PROFILE_DVD_PLUS_R,
		.feature = MMC_FEATURE_DVD_PLUS_R,
		.unit = 16,
		.nwa_track = MMC_TRACK_INVISIBLE,
		.close = { MMC_CLOSE_TRACK, MMC_CLOSE_FINALISE_MIN },
		.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
	},
};

const struct burn_plan *burn_plan_find(uint16_t profile, enum burn_method method, bool appendable)
{
	unsigned int i;

	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		const struct burn_plan *p = &plans[i];

		if (p->profile != profile || (appendable && !p->close_open[0]))
			continue;
		if (method == BURN_METHOD_AUTO || p->method == BURN_METHOD_AUTO ||
		    p->method == method)
			return p;
	}
	return NULL;
}

uint64_t burn_plan_blocks(const struct burn_plan *plan, uint64_t image_blocks)
{
	uint64_t blocks = (image_blocks + plan->unit - 1) / plan->unit * plan->unit;

	return blocks < plan->min_blocks ? plan->min_blocks : blocks;
}
