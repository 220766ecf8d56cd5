// SPDX-License-Identifier: GPL-2.0
/* Names of profiles. */
#include "mmc.h"

static const struct {
	uint16_t profile;
	const char *name;
} names[] = {
	{ MMC_PROFILE_NONE, "no disc" },
	{ MMC_PROFILE_CD_ROM, "CD-ROM" },
	{ MMC_PROFILE_CD_R, "CD-R" },
	{ MMC_PROFILE_CD_RW, "CD-RW" },
	{ MMC_PROFILE_DVD_ROM, "DVD-ROM" },
	{ MMC_PROFILE_DVD_R, "DVD-R" },
	{ MMC_PROFILE_DVD_RAM, "DVD-RAM" },
	{ MMC_PROFILE_DVD_RW_RESTRICTED, "DVD-RW (restricted overwrite)" },
	{ MMC_PROFILE_DVD_RW_SEQUENTIAL, "DVD-RW" },
	{ MMC_PROFILE_DVD_R_DL, "DVD-R DL" },
	{ MMC_PROFILE_DVD_R_DL_JUMP, "DVD-R DL (layer jump)" },
	{ MMC_PROFILE_DVD_PLUS_RW, "DVD+RW" },
	{ MMC_PROFILE_DVD_PLUS_R, "DVD+R" },
	{ MMC_PROFILE_DVD_PLUS_RW_DL, "DVD+RW DL" },
	{ MMC_PROFILE_DVD_PLUS_R_DL, "DVD+R DL" },
	{ MMC_PROFILE_BD_ROM, "BD-ROM" },
	{ MMC_PROFILE_BD_R, "BD-R" },
	{ MMC_PROFILE_BD_R_RANDOM, "BD-R (random recording)" },
	{ MMC_PROFILE_BD_RE, "BD-RE" },
};

const char *mmc_profile_name(uint16_t profile)
{
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].profile == profile)
			return names[i].name;
	return "unknown disc";
}

bool mmc_profile_is_cd(uint16_t profile)
{
	return profile >= MMC_PROFILE_CD_ROM && profile <= MMC_PROFILE_CD_RW;
}
