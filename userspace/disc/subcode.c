// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "msf.h"
#include "sector.h"
#include "subcode.h"

uint16_t cd_crc(const uint8_t *data, unsigned int len)
{
	uint16_t crc = 0;

	while (len--) {
		crc ^= (uint16_t)(*data++ << 8);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
	}
	return (uint16_t)~crc;
}

static void finish(uint8_t *q)
{
	uint16_t crc = cd_crc(q, 10);

	q[10] = (uint8_t)(crc >> 8);
	q[11] = (uint8_t)crc;
}

bool cd_q_valid(const uint8_t *q)
{
	return cd_crc(q, 10) == (q[10] << 8 | q[11]);
}

static void put_bcd_msf(uint8_t *to, int32_t lba)
{
	cd_msf_put(to, lba);
	for (int i = 0; i < 3; i++)
		to[i] = cd_bcd(to[i]);
}

void cd_q_position(uint8_t *q, uint8_t control, uint8_t track, uint8_t index, uint32_t relative,
		   int32_t lba)
{
	q[0] = (uint8_t)(control << 4 | CD_ADR_POSITION);
	q[1] = track > 99 ? track : cd_bcd(track);
	q[2] = cd_bcd(index);
	put_bcd_msf(q + 3, (int32_t)relative - CD_PREGAP);
	q[6] = 0;
	put_bcd_msf(q + 7, lba);
	finish(q);
}

/* Frame of the absolute time */
static uint8_t aframe(int32_t lba)
{
	uint8_t msf[3];

	cd_msf_put(msf, lba);
	return cd_bcd(msf[2]);
}

void cd_q_mcn(uint8_t *q, uint8_t control, const char *mcn, int32_t lba)
{
	memset(q, 0, CD_Q);
	q[0] = (uint8_t)(control << 4 | CD_ADR_MCN);
	for (int i = 0; i < 13; i++)
		q[1 + i / 2] |= (uint8_t)((mcn[i] - '0') << (i % 2 ? 0 : 4));
	q[9] = aframe(lba);
	finish(q);
}

/* The six bits of a letter or digit, and back */
static uint8_t six_bits(char c)
{
	return (uint8_t)(c >= 'A' ? c - 'A' + 17 : c - '0');
}

static char character(uint8_t bits)
{
	return (char)(bits >= 17 ? bits - 17 + 'A' : bits + '0');
}

void cd_q_isrc(uint8_t *q, uint8_t control, const char *isrc, int32_t lba)
{
	uint32_t code = 0;

	memset(q, 0, CD_Q);
	q[0] = (uint8_t)(control << 4 | CD_ADR_ISRC);
	for (int i = 0; i < 5; i++)
		code = code << 6 | six_bits(isrc[i]);
	code <<= 2;
	for (int i = 0; i < 4; i++)
		q[1 + i] = (uint8_t)(code >> (24 - 8 * i));
	for (int i = 0; i < 7; i++)
		q[5 + i / 2] |= (uint8_t)((isrc[5 + i] - '0') << (i % 2 ? 0 : 4));
	q[9] = aframe(lba);
	finish(q);
}

void cd_q_get_mcn(const uint8_t *q, char *mcn)
{
	for (int i = 0; i < 13; i++)
		mcn[i] = (char)('0' + (q[1 + i / 2] >> (i % 2 ? 0 : 4) & 15));
	mcn[13] = 0;
}

void cd_q_get_isrc(const uint8_t *q, char *isrc)
{
	uint32_t code = (uint32_t)q[1] << 24 | (uint32_t)q[2] << 16 | (uint32_t)q[3] << 8 | q[4];

	for (int i = 0; i < 5; i++)
		isrc[i] = character((uint8_t)(code >> (26 - 6 * i) & 63));
	for (int i = 0; i < 7; i++)
		isrc[5 + i] = (char)('0' + (q[5 + i / 2] >> (i % 2 ? 0 : 4) & 15));
	isrc[12] = 0;
}

bool cd_mcn_valid(const char *mcn)
{
	return strlen(mcn) == 13 && strspn(mcn, "0123456789") == 13;
}

bool cd_isrc_valid(const char *isrc)
{
	return strlen(isrc) == 12 && strspn(isrc + 5, "0123456789") == 7 &&
	       strspn(isrc, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 12;
}

void cd_sub_from_q(uint8_t *raw, const uint8_t *q, bool p)
{
	for (unsigned int i = 0; i < CD_SUBCODE; i++)
		raw[i] = (uint8_t)((p ? 0x80 : 0) | (q[i / 8] >> (7 - i % 8) & 1) << 6);
}

void cd_sub_q(const uint8_t *raw, uint8_t *q)
{
	memset(q, 0, CD_Q);
	for (unsigned int i = 0; i < CD_SUBCODE; i++)
		q[i / 8] |= (uint8_t)((raw[i] >> 6 & 1) << (7 - i % 8));
}

void cd_sub_apart(const uint8_t *raw, uint8_t *apart)
{
	memset(apart, 0, CD_SUBCODE);
	for (unsigned int i = 0; i < CD_SUBCODE; i++)
		for (unsigned int c = 0; c < 8; c++)
			apart[12 * c + i / 8] |= (uint8_t)((raw[i] >> (7 - c) & 1) << (7 - i % 8));
}

void cd_sub_together(const uint8_t *apart, uint8_t *raw)
{
	memset(raw, 0, CD_SUBCODE);
	for (unsigned int i = 0; i < CD_SUBCODE; i++)
		for (unsigned int c = 0; c < 8; c++)
			raw[i] |= (uint8_t)((apart[12 * c + i / 8] >> (7 - i % 8) & 1) << (7 - c));
}
