// SPDX-License-Identifier: GPL-2.0
/*
 * What each medium wants.  Sequences: MMC-6 annexes and the command references
 * of drive makers; libburn and growisofs do the same.
 */
#include "internal.h"

#define DATA_MODE1_2048	8	/* data block type: 2048 bytes, mode 1 */
#define DVD_LINK	16

#define TWICE(profile_a, profile_b, ...) \
	{ .profile = (profile_a), __VA_ARGS__ }, { .profile = (profile_b), __VA_ARGS__ }

/* Track at once.  A track on CD is at least four seconds. */
#define CD_TAO \
	.method = BURN_METHOD_TAO, \
	.feature = MMC_FEATURE_CD_TAO, \
	.test_feature = MMC_FEATURE_CD_TAO, \
	.unit = 1, \
	.min_blocks = CD_TRACK_MIN, \
	.nwa_track = MMC_TRACK_INVISIBLE, \
	.write_page = true, \
	.params = { \
		.type = MMC_WRITE_TAO, \
		.underrun_free = true, \
		.track_mode = 4, \
		.data_block_type = DATA_MODE1_2048, \
	}, \
	.close = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION }, \
	.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION }

/* Session at once: the cue sheet says all, and the drive closes by itself. */
#define CD_SAO \
	.method = BURN_METHOD_SAO, \
	.feature = MMC_FEATURE_CD_SAO, \
	.test_feature = MMC_FEATURE_CD_SAO, \
	.unit = 1, \
	.min_blocks = CD_TRACK_MIN, \
	.nwa_track = MMC_TRACK_INVISIBLE, \
	.write_page = true, \
	.params = { \
		.type = MMC_WRITE_SAO, \
		.underrun_free = true, \
	}

/* Disc at once: the drive closes by itself at the reserved size. */
#define DVD_DAO \
	.method = BURN_METHOD_DAO, \
	.feature = MMC_FEATURE_DVD_R_WRITE, \
	.test_feature = MMC_FEATURE_DVD_R_WRITE, \
	.unit = 16, \
	.write_page = true, \
	.reserve = true, \
	.opc = true, \
	.params = { \
		.type = MMC_WRITE_SAO, \
		.underrun_free = true, \
		.link_size_valid = true, \
		.link_size = DVD_LINK, \
		.track_mode = 5, \
		.data_block_type = DATA_MODE1_2048, \
	}

#define DVD_INCREMENTAL \
	.method = BURN_METHOD_INCREMENTAL, \
	.feature = MMC_FEATURE_INCREMENTAL, \
	.test_feature = MMC_FEATURE_DVD_R_WRITE, \
	.unit = 16, \
	.write_page = true, \
	.opc = true, \
	.params = { \
		.type = MMC_WRITE_INCREMENTAL, \
		.underrun_free = true, \
		.link_size_valid = true, \
		.link_size = DVD_LINK, \
		.fixed_packet = true, \
		.packet_size = 16, \
		.track_mode = 5, \
		.data_block_type = DATA_MODE1_2048, \
	}, \
	.close = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION }, \
	.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION }

/* The first that fits is taken. */
static const struct burn_plan plans[] = {
	TWICE(MMC_PROFILE_CD_R, MMC_PROFILE_CD_RW, CD_TAO),
	TWICE(MMC_PROFILE_CD_R, MMC_PROFILE_CD_RW, CD_SAO),
	TWICE(MMC_PROFILE_DVD_R, MMC_PROFILE_DVD_RW_SEQUENTIAL, DVD_DAO),
	TWICE(MMC_PROFILE_DVD_R, MMC_PROFILE_DVD_RW_SEQUENTIAL, DVD_INCREMENTAL),
	{ .profile = MMC_PROFILE_DVD_R_DL, DVD_DAO },
	{ .profile = MMC_PROFILE_DVD_R_DL, DVD_INCREMENTAL },
	TWICE(MMC_PROFILE_DVD_RW_RESTRICTED, MMC_PROFILE_DVD_RW_SEQUENTIAL,
	      .method = BURN_METHOD_OVERWRITE, .feature = MMC_FEATURE_RIGID_RESTRICTED,
	      .unit = 16, .overwrite = true, .nwa_track = 1, .format = BURN_FORMAT_DVD_RW,
	      .session_close = true, .close = { MMC_CLOSE_SESSION }),
	{	/* Mode page 05h does not apply to DVD+R */
		.profile = MMC_PROFILE_DVD_PLUS_R,
		.feature = MMC_FEATURE_DVD_PLUS_R,
		.unit = 16,
		.nwa_track = MMC_TRACK_INVISIBLE,
		.close = { MMC_CLOSE_TRACK, MMC_CLOSE_FINALISE_MIN },
		.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
	},
	{
		.profile = MMC_PROFILE_DVD_PLUS_R_DL,
		.feature = MMC_FEATURE_DVD_PLUS_R_DL,
		.unit = 16,
		.layers = true,
		.nwa_track = MMC_TRACK_INVISIBLE,
		.close = { MMC_CLOSE_TRACK, MMC_CLOSE_FINALISE_MIN },
		.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
	},
	{	/* Closing ends the formatting in the background, then makes it readable */
		.profile = MMC_PROFILE_DVD_PLUS_RW,
		.feature = MMC_FEATURE_DVD_PLUS_RW,
		.unit = 16,
		.overwrite = true,
		.nwa_track = 1,
		.format = BURN_FORMAT_DVD_PLUS_RW,
		.close = { MMC_CLOSE_SESSION },
	},
	{
		.profile = MMC_PROFILE_BD_R,
		.feature = MMC_FEATURE_BD_WRITE,
		.unit = 32,
		.close = { MMC_CLOSE_TRACK, MMC_CLOSE_FINALISE },
		.close_open = { MMC_CLOSE_TRACK, MMC_CLOSE_SESSION },
	},
	{
		.profile = MMC_PROFILE_BD_RE,
		.feature = MMC_FEATURE_BD_WRITE,
		.unit = 32,
		.overwrite = true,
		.nwa_track = 1,
		.format = BURN_FORMAT_BD_RE,
	},
	{
		.profile = MMC_PROFILE_DVD_RAM,
		.feature = MMC_FEATURE_RANDOM_WRITE,
		.unit = 16,
		.overwrite = true,
		.nwa_track = 1,
	},
};

bool burn_plan_any(uint16_t profile)
{
	unsigned int i;

	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		if (plans[i].profile == profile)
			return true;
	return false;
}

/* The method that was asked for is one that this medium has. */
static bool knows(uint16_t profile, enum burn_method method)
{
	unsigned int i;

	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		if (plans[i].profile == profile && plans[i].method == method)
			return true;
	return false;
}

const struct burn_plan *burn_plan_find(uint16_t profile, enum burn_method method, bool appendable)
{
	unsigned int i;

	if (!knows(profile, method))
		method = BURN_METHOD_AUTO;
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		const struct burn_plan *p = &plans[i];

		/* A CD's session is left open by its write parameters, and what can be
		 * overwritten always takes more */
		if (p->profile != profile ||
		    (appendable && !p->close_open[0] && p->params.type == MMC_WRITE_SAO &&
		     p->reserve))
			continue;
		if (method == BURN_METHOD_AUTO || p->method == method)
			return p;
	}
	return NULL;
}

uint64_t burn_plan_blocks(const struct burn_plan *plan, uint64_t image_blocks)
{
	uint64_t blocks = (image_blocks + plan->unit - 1) / plan->unit * plan->unit;

	return blocks < plan->min_blocks ? plan->min_blocks : blocks;
}
