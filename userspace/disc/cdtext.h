/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CD-Text packs (IEC 61866; MMC annex): 18 bytes, the last two a checksum.
 * READ TOC format 5 gives them as they are; the lead-in's R-W subchannels have
 * four packs in 96 bytes of six bits.
 */
#ifndef DISCMUX_DISC_CDTEXT_H
#define DISCMUX_DISC_CDTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CD_TEXT_PACK	18u
#define CD_TEXT_PACKS	2048u	/* most there can be: 8 blocks of 256 */

enum cd_text_type {
	CD_TEXT_TITLE = 0x80,
	CD_TEXT_PERFORMER = 0x81,
	CD_TEXT_SONGWRITER = 0x82,
	CD_TEXT_COMPOSER = 0x83,
	CD_TEXT_ARRANGER = 0x84,
	CD_TEXT_MESSAGE = 0x85,
	CD_TEXT_DISC_ID = 0x86,
	CD_TEXT_GENRE = 0x87,
	CD_TEXT_ISRC = 0x8e,	/* track 0: the MCN */
	CD_TEXT_SIZES = 0x8f,
};

#define CD_TEXT_ENGLISH	0x09

/* One text: track 0 is the disc's.  Of ISO 8859-1, as block 0 usually has it. */
struct cd_text {
	uint8_t type;		/* CD_TEXT_TITLE to CD_TEXT_GENRE, or CD_TEXT_ISRC */
	uint8_t track;		/* to 99 */
	const char *text;
};

/*
 * Makes the packs of one language (block 0), the three with the sizes included.
 * Tracks that lack a text of a type that others have get an empty one.  DISC_ID and GENRE
 * are the disc's only.  out has
 * room for max packs.  Returns how many, -ENOSPC (block full: 255, or max) or
 * -EINVAL (type, track out of first to last).
 */
int cd_text_build(const struct cd_text *texts, size_t count, uint8_t first, uint8_t last,
		  uint8_t language, uint8_t *out, size_t max);

/*
 * Reads the text of a type and track out of packs, language block 0; single-byte
 * characters only.  Returns its length (cut to len - 1, terminated), or -ENOENT.
 */
int cd_text_get(const uint8_t *packs, size_t count, uint8_t type, uint8_t track, char *out,
		size_t len);

/*
 * The same for tracks 0 to tracks - 1 in one go over the packs: out has room for that many
 * texts of len bytes (at least 1) each.  Where there is none it is empty.
 */
void cd_text_get_all(const uint8_t *packs, size_t count, uint8_t type, char *out, size_t tracks,
		     size_t len);

/* The checksum is right and the type is one. */
bool cd_text_pack_ok(const uint8_t *pack);
/* Sets the checksum. */
void cd_text_pack_seal(uint8_t *pack);

/* Four packs (72 bytes) to 96 bytes of six bits and back. */
void cd_text_spread(const uint8_t *packs, uint8_t *raw);
void cd_text_gather(const uint8_t *raw, uint8_t *packs);

#endif
