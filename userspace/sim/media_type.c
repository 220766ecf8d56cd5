// SPDX-License-Identifier: GPL-2.0
/* The kinds of media. */
#include <string.h>

#include "media_disc.h"

static const uint8_t cd_speeds[] = { 48, 40, 32, 24, 16, 8, 4, 0 };
static const uint8_t dvd_speeds[] = { 16, 12, 8, 6, 4, 0 };

#define CD \
	.cd = true, .unit = 1, .first_gap = 11400, .next_gap = 6900, .tracks_max = 99, \
	.rate_1x = 75 * SIM_BLOCK, .kbps_1x = 176.4, .speeds = cd_speeds
#define DVD \
	.unit = 16, .rate_1x = 1385000, .kbps_1x = 1385, .speeds = dvd_speeds

/*
 * Gaps: a CD's is lead-out (6750, later 2250), lead-in (4500) and pregap (150).
 * A DVD+R session ends with a closure of 1024 blocks and begins with an intro
 * of 1024 (ECMA-349); a DVD-R has border zones, the first one much larger
 * (ECMA-359).
 */
static const struct sim_medium media[] = {
	{ .name = "cd-rom", .profile = 0x08, CD, .capacity = 359847, .capacity_max = 450000,
	  .manufacturer = "", .media_id = "" },
	{ .name = "cd-r", .profile = 0x09, CD, .recordable = true, .capacity = 359847,
	  .capacity_max = 404850, .manufacturer = "97m15s17f", .media_id = "" },
	{ .name = "dvd-rom", .profile = 0x10, DVD, .capacity = 2295104, .capacity_max = 4173824,
	  .tracks_max = 1, .manufacturer = "", .media_id = "" },
	{ .name = "dvd-r", .profile = 0x11, DVD, .recordable = true, .capacity = 2298496,
	  .capacity_max = 2298496, .first_gap = 28672, .next_gap = 12288, .tracks_max = 99,
	  .manufacturer = "DISCMUXR16", .media_id = "" },
	{ .name = "dvd+r", .profile = 0x1b, DVD, .recordable = true, .capacity = 2295104,
	  .capacity_max = 2295104, .first_gap = 2048, .next_gap = 2048,
	  .tracks_max = SIM_TRACKS_MAX, .manufacturer = "DISCMUX", .media_id = "P16" },
};

const struct sim_medium *sim_medium_find(const char *name)
{
	for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++)
		if (strcmp(media[i].name, name) == 0)
			return &media[i];
	return NULL;
}

uint32_t sim_medium_kbps(const struct sim_medium *medium, uint8_t speed)
{
	return (uint32_t)(speed * medium->kbps_1x);
}

const struct sim_medium *sim_medium_pressed(uint32_t blocks)
{
	return sim_medium_find(blocks <= 360000 ? "cd-rom" : "dvd-rom");
}
