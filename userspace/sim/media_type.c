// SPDX-License-Identifier: GPL-2.0
/* The kinds of media. */
#include <string.h>

#include "media_disc.h"

static const uint8_t cd_speeds[] = { 48, 40, 32, 24, 16, 8, 4, 0 };
static const uint8_t cd_rw_speeds[] = { 24, 16, 12, 10, 4, 0 };
static const uint8_t dvd_speeds[] = { 16, 12, 8, 6, 4, 0 };
static const uint8_t dvd_rw_speeds[] = { 6, 4, 2, 1, 0 };
static const uint8_t plus_rw_speeds[] = { 8, 6, 4, 0 };
static const uint8_t dl_speeds[] = { 8, 6, 4, 0 };
static const uint8_t bd_speeds[] = { 12, 8, 6, 4, 2, 0 };
static const uint8_t bd_re_speeds[] = { 2, 1, 0 };

#define CD \
	.family = SIM_CD, .cd = true, .unit = 1, .first_gap = 11400, .next_gap = 6900, \
	.tracks_max = 99, .rate_1x = 75 * SIM_BLOCK, .kbps_1x = 176.4, .capacity = 359847
#define DVD \
	.unit = 16, .rate_1x = 1385000, .kbps_1x = 1385
#define MINUS \
	DVD, .family = SIM_DVD_MINUS, .recordable = true, .capacity = 2298496, \
	.capacity_max = 2298496, .first_gap = 28672, .next_gap = 12288, .tracks_max = 99
#define PLUS \
	DVD, .family = SIM_DVD_PLUS, .recordable = true, .first_gap = 2048, .next_gap = 2048, \
	.tracks_max = SIM_TRACKS_MAX, .manufacturer = "DISCMUX"
#define BD \
	.family = SIM_BD, .unit = 32, .rate_1x = 4495500, .kbps_1x = 4495.5, \
	.recordable = true, .capacity = 12219392, .capacity_max = 12219392, .tracks_max = 99, \
	.manufacturer = "DISCMX"

/*
 * Gaps: a CD's is lead-out (6750, later 2250), lead-in (4500) and pregap (150).
 * A DVD+R session ends with a closure of 1024 blocks and begins with an intro
 * of 1024 (ECMA-349); a DVD-R has border zones, the first one much larger
 * (ECMA-359).  Sessions of a BD-R follow each other directly.
 */
static const struct sim_medium media[] = {
	{ .name = "cd-rom", .profile = 0x08, CD, .capacity_max = 450000, .speeds = cd_speeds,
	  .manufacturer = "", .media_id = "" },
	{ .name = "cd-r", .profile = 0x09, CD, .recordable = true, .capacity_max = 404850,
	  .speeds = cd_speeds, .manufacturer = "97m15s17f", .media_id = "" },
	{ .name = "cd-rw", .profile = 0x0a, .profile_formatted = 0x0a, CD, .recordable = true, .erasable = true,
	  .capacity_max = 404850, .speeds = cd_rw_speeds, .manufacturer = "97m26s65f",
	  .media_id = "" },
	{ .name = "dvd-rom", .profile = 0x10, DVD, .family = SIM_DVD, .capacity = 2295104,
	  .capacity_max = 4173824, .tracks_max = 1, .speeds = dvd_speeds, .manufacturer = "",
	  .media_id = "" },
	{ .name = "dvd-r", .profile = 0x11, MINUS, .speeds = dvd_speeds,
	  .manufacturer = "DISCMUXR16", .media_id = "" },
	{ .name = "dvd-rw", .profile = 0x14, .profile_formatted = 0x13, MINUS, .erasable = true,
	  .speeds = dvd_rw_speeds, .manufacturer = "DISCMUXRW6", .media_id = "" },
	{ .name = "dvd+r", .profile = 0x1b, PLUS, .capacity = 2295104, .capacity_max = 2295104,
	  .speeds = dvd_speeds, .media_id = "P16" },
	{ .name = "dvd+rw", .profile = 0x1a, .profile_formatted = 0x1a, PLUS, .erasable = true,
	  .overwrite = true, .capacity = 2295104, .capacity_max = 2295104,
	  .speeds = plus_rw_speeds, .media_id = "W08" },
	{ .name = "dvd+r-dl", .profile = 0x2b, PLUS, .capacity = 4173824,
	  .capacity_max = 4173824, .two_layers = true, .speeds = dl_speeds, .media_id = "D08" },
	{ .name = "bd-r", .profile = 0x41, BD, .speeds = bd_speeds, .media_id = "R12" },
	{ .name = "bd-re", .profile = 0x43, .profile_formatted = 0x43, BD, .erasable = true,
	  .overwrite = true, .speeds = bd_re_speeds, .media_id = "E02" },
};

const struct sim_medium *sim_medium_find(const char *name)
{
	for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++)
		if (strcmp(media[i].name, name) == 0)
			return &media[i];
	return NULL;
}

unsigned int sim_medium_number(const struct sim_medium *medium)
{
	return (unsigned int)(medium - media);
}

uint32_t sim_medium_kbps(const struct sim_medium *medium, uint8_t speed)
{
	return (uint32_t)(speed * medium->kbps_1x);
}

const struct sim_medium *sim_medium_pressed(uint32_t blocks)
{
	return sim_medium_find(blocks <= 360000 ? "cd-rom" : "dvd-rom");
}
