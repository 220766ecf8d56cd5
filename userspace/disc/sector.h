/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CD sectors as they lie on the disc before scrambling and CIRC: 2352 bytes
 * (ECMA-130; CD-ROM XA).
 *
 *	audio	2352 samples, 16-bit little-endian, left and right
 *	mode 0	sync 12, header 4, zeros
 *	mode 1	sync 12, header 4, data 2048, EDC 4, zeros 8, ECC 276
 *	mode 2	sync 12, header 4, data 2336
 *	XA 1	sync 12, header 4, subheader 8, data 2048, EDC 4, ECC 276
 *	XA 2	sync 12, header 4, subheader 8, data 2324, EDC 4
 */
#ifndef DISCMUX_DISC_SECTOR_H
#define DISCMUX_DISC_SECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CD_RAW		2352u	/* bytes of a sector */
#define CD_SUBCODE	96u	/* bytes of subchannel that go with it */

enum cd_sector {
	CD_AUDIO,
	CD_MODE0,
	CD_MODE1,
	CD_MODE2,	/* without form */
	CD_XA1,
	CD_XA2,
};

/* Control bits of a track (Q subchannel, TOC) */
enum cd_control {
	CD_PREEMPHASIS = 1,
	CD_COPY_PERMITTED = 2,
	CD_DATA = 4,
	CD_FOUR_CHANNEL = 8,	/* of audio */
};

/* Where the user data is in a sector, and how much: 0 and 2352 for audio. */
size_t cd_user_offset(enum cd_sector type);
size_t cd_user_size(enum cd_sector type);

/* What a raw sector is; CD_AUDIO when it has no sync pattern. */
enum cd_sector cd_sector_type(const uint8_t *raw);

/*
 * Completes a sector whose user data (and subheader, for XA) is in place: sync,
 * header for this address, EDC and ECC.  The subheader's form bit is set as type
 * has it and its second copy is made the same.  Nothing is done to audio.
 */
void cd_sector_encode(uint8_t *raw, enum cd_sector type, int32_t lba);

/*
 * Makes a sector of its user data (cd_user_size() bytes; NULL: zeros).
 * subheader: file, channel, submode, coding; NULL takes 0, 0, data (and form), 0.
 */
void cd_sector_build(uint8_t *raw, enum cd_sector type, int32_t lba, const uint8_t *subheader,
		     const void *user);

/*
 * Is the sector what its type demands: sync, mode, EDC and (but XA 2) ECC?  An
 * XA 2 sector may have an EDC of zero: none.  Audio always is.
 */
bool cd_sector_intact(const uint8_t *raw, enum cd_sector type);

/* The address in a data sector's header; -1000000 when that is no address. */
int32_t cd_sector_lba(const uint8_t *raw);

/* Checksum of ECMA-130 14.3, least significant byte first on the disc. */
uint32_t cd_edc(const void *data, size_t len);

#endif
