// SPDX-License-Identifier: GPL-2.0
/* Sync, header, EDC and ECC of CD sectors (ECMA-130, sections 14 and 15, annex A). */
#include <pthread.h>
#include <string.h>

#include "msf.h"
#include "sector.h"

#define HEADER		12u
#define SUBHEADER	16u
#define P_PARITY	2076u
#define Q_PARITY	2248u
#define ROW		86u	/* bytes: 43 words of two bytes */
#define ROWS		24u	/* of data; 26 with P */
#define Q_ROWS		26u
#define COLUMNS		43u
#define EDC_POLYNOMIAL	0xd8018001u	/* (x16+x15+x2+1)(x16+x2+x+1), bits reversed */

static const uint8_t sync_pattern[12] = {
	0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,
};

/* What eight more bytes do to the checksum, a table for each */
static uint32_t edc_table[8][256];
static uint8_t over_alpha_1[256];	/* x / (alpha + 1) in GF(2^8) */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint8_t gf_times(uint8_t x, uint8_t y)
{
	uint8_t product = 0;

	for (; y; y >>= 1) {
		if (y & 1)
			product ^= x;
		x = (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1d : 0));
	}
	return product;
}

static void make_tables(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? EDC_POLYNOMIAL : 0);
		edc_table[0][i] = value;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int t = 1; t < 8; t++) {
			uint32_t value = edc_table[t - 1][i];

			edc_table[t][i] = value >> 8 ^ edc_table[0][value & 0xff];
		}
	for (unsigned int i = 0; i < 256; i++)	/* 244 (alpha + 1) = 1 */
		over_alpha_1[i] = gf_times((uint8_t)i, 244);
}

uint32_t cd_edc(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t edc = 0;

	pthread_once(&once, make_tables);
	for (; len >= 8; len -= 8, p += 8) {
		edc ^= p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		edc = edc_table[7][edc & 0xff] ^ edc_table[6][edc >> 8 & 0xff] ^
		      edc_table[5][edc >> 16 & 0xff] ^ edc_table[4][edc >> 24] ^
		      edc_table[3][p[4]] ^ edc_table[2][p[5]] ^ edc_table[1][p[6]] ^
		      edc_table[0][p[7]];
	}
	while (len--)
		edc = edc >> 8 ^ edc_table[0][(edc ^ *p++) & 0xff];
	return edc;
}

static void put_edc(uint8_t *raw, size_t from, size_t to)
{
	uint32_t edc = cd_edc(raw + from, to - from);

	for (int i = 0; i < 4; i++)
		raw[to + (size_t)i] = (uint8_t)(edc >> 8 * i);
}

/*
 * Reed-Solomon over GF(2^8), x8+x4+x3+x2+1, all code words of a matrix side by
 * side: eight of their bytes in one machine word.
 */
static uint64_t times_alpha(uint64_t x)
{
	uint64_t carry = x >> 7 & 0x0101010101010101u;

	return (x << 1 & 0xfefefefefefefefeu) ^ carry * 0x1d;
}

/* a: sum of the code words' bytes times falling powers of alpha; b: their plain sum */
struct parity {
	uint64_t a[11], b[11];
};

static void parity_add(struct parity *parity, const uint8_t *bytes, size_t words)
{
	for (size_t i = 0; i < words; i++) {
		uint64_t value;

		memcpy(&value, bytes + 8 * i, 8);
		parity->a[i] = times_alpha(parity->a[i]) ^ value;
		parity->b[i] ^= value;
	}
}

/*
 * The two parity bytes p0, p1 of each code word c0..cn-1, p0, p1: the plain sum
 * of all is 0, and the sum with powers of alpha (p1 has the power 0) is 0.
 */
static void parity_bytes(const struct parity *parity, uint8_t *p0, uint8_t *p1, size_t len)
{
	const uint8_t *a = (const uint8_t *)parity->a, *b = (const uint8_t *)parity->b;

	pthread_once(&once, make_tables);
	for (size_t i = 0; i < len; i++) {
		/* Two more places: a alpha^2 + p0 alpha + p1 = 0, and b + p0 + p1 = 0 */
		uint8_t a2 = gf_times(a[i], 4);

		p0[i] = over_alpha_1[a2 ^ b[i]];
		p1[i] = p0[i] ^ b[i];
	}
}

static void make_p(const uint8_t *matrix, uint8_t *out)
{
	uint8_t rows[ROWS * ROW + 2] = { 0 };
	struct parity parity = { 0 };

	memcpy(rows, matrix, (size_t)ROWS * ROW);
	for (size_t row = 0; row < ROWS; row++)
		parity_add(&parity, rows + row * ROW, 11);
	parity_bytes(&parity, out, out + ROW, ROW);
}

/*
 * Q runs diagonally: word j of diagonal i is in column j, row i + j modulo 26.
 * With the columns side by side, each twice, that is a step to the next one.
 */
static void make_q(const uint8_t *matrix, uint8_t *out)
{
	struct parity parity = { 0 };

	for (size_t column = 0; column < COLUMNS; column++) {
		uint8_t twice[2 * 2 * Q_ROWS + 8] = { 0 };

		for (size_t row = 0; row < Q_ROWS; row++)
			memcpy(twice + 2 * row, matrix + row * ROW + 2 * column, 2);
		memcpy(twice + 2 * Q_ROWS, twice, (size_t)2 * Q_ROWS);
		parity_add(&parity, twice + 2 * (column % Q_ROWS), 7);
	}
	parity_bytes(&parity, out, out + 2 * Q_ROWS, (size_t)2 * Q_ROWS);
}

/* P of the sector with this header, and Q of that: 172 and 104 bytes */
static void make_ecc(const uint8_t *raw, const uint8_t *header, uint8_t *out)
{
	uint8_t matrix[Q_ROWS * ROW];

	memcpy(matrix, header, 4);
	memcpy(matrix + 4, raw + SUBHEADER, P_PARITY - SUBHEADER);
	make_p(matrix, matrix + (size_t)ROWS * ROW);
	memcpy(out, matrix + (size_t)ROWS * ROW, (size_t)2 * ROW);
	make_q(matrix, out + (size_t)2 * ROW);
}

/* The header counts as zeros in XA, so that sectors can be moved */
static void ecc_of(const uint8_t *raw, enum cd_sector type, uint8_t *out)
{
	static const uint8_t zeros[4];

	make_ecc(raw, type == CD_MODE1 ? raw + HEADER : zeros, out);
}

size_t cd_user_offset(enum cd_sector type)
{
	switch (type) {
	case CD_AUDIO:
		return 0;
	case CD_XA1:
	case CD_XA2:
		return 24;
	default:
		return 16;
	}
}

size_t cd_user_size(enum cd_sector type)
{
	switch (type) {
	case CD_AUDIO:
		return CD_RAW;
	case CD_MODE1:
	case CD_XA1:
		return 2048;
	case CD_XA2:
		return 2324;
	default:
		return 2336;
	}
}

static bool has_sync(const uint8_t *raw)
{
	return memcmp(raw, sync_pattern, sizeof(sync_pattern)) == 0;
}

enum cd_sector cd_sector_type(const uint8_t *raw)
{
	if (!has_sync(raw))
		return CD_AUDIO;
	switch (raw[15] & 3) {
	case 0:
		return CD_MODE0;
	case 1:
		return CD_MODE1;
	default:
		/* XA has its subheader twice; other mode 2 data hardly would */
		if (memcmp(raw + SUBHEADER, raw + SUBHEADER + 4, 4) != 0)
			return CD_MODE2;
		return raw[SUBHEADER + 2] & 0x20 ? CD_XA2 : CD_XA1;
	}
}

static void put_header(uint8_t *raw, enum cd_sector type, int32_t lba)
{
	memcpy(raw, sync_pattern, sizeof(sync_pattern));
	cd_msf_put(raw + HEADER, lba);
	for (unsigned int i = HEADER; i < HEADER + 3; i++)
		raw[i] = cd_bcd(raw[i]);
	raw[15] = type == CD_MODE0 ? 0 : type == CD_MODE1 ? 1 : 2;
}

void cd_sector_encode(uint8_t *raw, enum cd_sector type, int32_t lba)
{
	if (type == CD_AUDIO)
		return;
	put_header(raw, type, lba);
	if (type == CD_XA1 || type == CD_XA2) {
		raw[SUBHEADER + 2] = (uint8_t)((raw[SUBHEADER + 2] & ~0x20) |
					       (type == CD_XA2 ? 0x20 : 0));
		memcpy(raw + SUBHEADER + 4, raw + SUBHEADER, 4);
	}
	if (type == CD_MODE0) {
		memset(raw + 16, 0, CD_RAW - 16);
	} else if (type == CD_MODE1) {
		put_edc(raw, 0, 2064);
		memset(raw + 2068, 0, 8);
		ecc_of(raw, type, raw + P_PARITY);
	} else if (type == CD_XA1) {
		put_edc(raw, SUBHEADER, 2072);
		ecc_of(raw, type, raw + P_PARITY);
	} else if (type == CD_XA2) {
		put_edc(raw, SUBHEADER, 2348);
	}
}

void cd_sector_build(uint8_t *raw, enum cd_sector type, int32_t lba, const uint8_t *subheader,
		     const void *user)
{
	static const uint8_t data[4] = { 0, 0, 0x08, 0 };

	if (type == CD_XA1 || type == CD_XA2)
		memcpy(raw + SUBHEADER, subheader ? subheader : data, 4);
	if (user)
		memcpy(raw + cd_user_offset(type), user, cd_user_size(type));
	else
		memset(raw + cd_user_offset(type), 0, cd_user_size(type));
	cd_sector_encode(raw, type, lba);
}

static bool edc_right(const uint8_t *raw, size_t from, size_t to)
{
	uint32_t edc = cd_edc(raw + from, to - from);

	for (int i = 0; i < 4; i++)
		if (raw[to + (size_t)i] != (uint8_t)(edc >> 8 * i))
			return false;
	return true;
}

bool cd_sector_intact(const uint8_t *raw, enum cd_sector type)
{
	static const uint8_t none[4];
	uint8_t ecc[CD_RAW - P_PARITY];

	if (type == CD_AUDIO)
		return true;
	if (!has_sync(raw) || cd_sector_lba(raw) < -CD_LBA_MAX)
		return false;
	if ((raw[15] & 3) != (type == CD_MODE0 ? 0 : type == CD_MODE1 ? 1 : 2))
		return false;
	if (type == CD_XA2)
		return memcmp(raw + 2348, none, 4) == 0 || edc_right(raw, SUBHEADER, 2348);
	if (type != CD_MODE1 && type != CD_XA1)
		return true;
	if (!edc_right(raw, type == CD_MODE1 ? 0 : SUBHEADER, type == CD_MODE1 ? 2064 : 2072))
		return false;
	ecc_of(raw, type, ecc);
	return memcmp(raw + P_PARITY, ecc, sizeof(ecc)) == 0;
}

int32_t cd_sector_lba(const uint8_t *raw)
{
	uint8_t msf[3];

	for (int i = 0; i < 3; i++) {
		if ((raw[HEADER + i] & 15) > 9 || raw[HEADER + i] > 0x99)
			return -1000000;
		msf[i] = (uint8_t)cd_from_bcd(raw[HEADER + i]);
	}
	return cd_msf_valid(msf) ? cd_msf_lba(msf) : -1000000;
}
