/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The subchannels of a CD (IEC 60908; MMC annex).
 *
 * A sector has 96 bytes of them.  Raw, as READ CD subchannel 1 and writing with
 * P-W have it: bit 7 of each byte is channel P, bit 6 Q, down to W.  Apart, as
 * .sub files have it: twelve bytes of P, twelve of Q, ...
 */
#ifndef DISCMUX_DISC_SUBCODE_H
#define DISCMUX_DISC_SUBCODE_H

#include <stdbool.h>
#include <stdint.h>

#define CD_Q		12	/* bytes */
#define CD_MCN_SIZE	14	/* 13 digits and a zero */
#define CD_ISRC_SIZE	13	/* 12 characters and a zero */
#define CD_LEAD_OUT	0xaa	/* its track number */

/* ADR of Q: what the sector tells */
enum cd_adr { CD_ADR_POSITION = 1, CD_ADR_MCN = 2, CD_ADR_ISRC = 3 };

/*
 * Mode 1: position.  track 1 to 99 or CD_LEAD_OUT; relative: sectors from the
 * track's index 1, or (index 0) to it.
 */
void cd_q_position(uint8_t *q, uint8_t control, uint8_t track, uint8_t index, uint32_t relative,
		   int32_t lba);
/* Mode 2 and 3; mcn and isrc are valid (below). */
void cd_q_mcn(uint8_t *q, uint8_t control, const char *mcn, int32_t lba);
void cd_q_isrc(uint8_t *q, uint8_t control, const char *isrc, int32_t lba);
/* The checksum is right. */
bool cd_q_valid(const uint8_t *q);
/* Text out of a Q of mode 2 or 3: CD_MCN_SIZE, CD_ISRC_SIZE bytes. */
void cd_q_get_mcn(const uint8_t *q, char *mcn);
void cd_q_get_isrc(const uint8_t *q, char *isrc);

/* 13 digits */
bool cd_mcn_valid(const char *mcn);
/* Five of A-Z 0-9, seven digits: "USABC0512345" */
bool cd_isrc_valid(const char *isrc);

/* CRC of Q and of CD-Text: x16+x12+x5+1, as it is on the disc (inverted). */
uint16_t cd_crc(const uint8_t *data, unsigned int len);

/* 96 raw bytes: Q, P all ones or zeros, nothing in R to W. */
void cd_sub_from_q(uint8_t *raw, const uint8_t *q, bool p);
void cd_sub_q(const uint8_t *raw, uint8_t *q);
/* Raw to channels apart and back; in and out must not overlap. */
void cd_sub_apart(const uint8_t *raw, uint8_t *apart);
void cd_sub_together(const uint8_t *apart, uint8_t *raw);

#endif
