/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses on a CD (IEC 60908, MMC annex): LBA 0 is 00:02:00; the lead-in has
 * minutes 90 to 99 and counts as before it (97:15:17 is LBA -12508).
 */
#ifndef DISCMUX_DISC_MSF_H
#define DISCMUX_DISC_MSF_H

#include <stdbool.h>
#include <stdint.h>

#define CD_PREGAP	150	/* sectors: two seconds before the first track */
#define CD_LBA_MAX	(90 * 60 * 75 - CD_PREGAP)	/* exclusive */

/* Minute, second, frame as numbers (not BCD) */
static inline void cd_msf_put(uint8_t *to, int32_t lba)
{
	int32_t at = lba + CD_PREGAP;

	if (at < 0)
		at += 100 * 60 * 75;
	to[0] = (uint8_t)(at / 75 / 60);
	to[1] = (uint8_t)(at / 75 % 60);
	to[2] = (uint8_t)(at % 75);
}

static inline bool cd_msf_valid(const uint8_t *msf)
{
	return msf[0] < 100 && msf[1] < 60 && msf[2] < 75;
}

static inline int32_t cd_msf_lba(const uint8_t *msf)
{
	int32_t at = (msf[0] * 60 + msf[1]) * 75 + msf[2];

	return (msf[0] >= 90 ? at - 100 * 60 * 75 : at) - CD_PREGAP;
}

static inline uint8_t cd_bcd(unsigned int n)	/* 0 to 99 */
{
	return (uint8_t)(n / 10 << 4 | n % 10);
}

static inline unsigned int cd_from_bcd(uint8_t bcd)
{
	return (bcd >> 4) * 10u + (bcd & 15);
}

#endif
