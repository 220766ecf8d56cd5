// SPDX-License-Identifier: GPL-2.0
/*
 * A digest of each block, so that copies can be compared with a master that is
 * read only once: XXH64 (xxHash specification 0.1.1) with seed 0, for the one
 * length that a block has.  Two different blocks agree once in 2^64; nobody is
 * out to find such a pair here.
 */
#include <string.h>

#include <endian.h>

#include "internal.h"

#define PRIME1 0x9e3779b185ebca87ull
#define PRIME2 0xc2b2ae3d27d4eb4full
#define PRIME3 0x165667b19e3779f9ull
#define PRIME4 0x85ebca77c2b2ae63ull
#define STRIPE 32u

static uint64_t rotate(uint64_t v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
}

static uint64_t mix(uint64_t acc, uint64_t lane)
{
	return rotate(acc + lane * PRIME2, 31) * PRIME1;
}

static uint64_t lane(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

uint64_t burn_digest(const uint8_t *block)
{
	uint64_t acc[4] = { PRIME1 + PRIME2, PRIME2, 0, -PRIME1 };
	const uint8_t *end = block + MMC_BLOCK;
	uint64_t h;
	int i;

	for (; block < end; block += STRIPE) {
		acc[0] = mix(acc[0], lane(block));
		acc[1] = mix(acc[1], lane(block + 8));
		acc[2] = mix(acc[2], lane(block + 16));
		acc[3] = mix(acc[3], lane(block + 24));
	}
	h = rotate(acc[0], 1) + rotate(acc[1], 7) + rotate(acc[2], 12) + rotate(acc[3], 18);
	for (i = 0; i < 4; i++)
		h = (h ^ mix(0, acc[i])) * PRIME1 + PRIME4;
	h += MMC_BLOCK;
	h = (h ^ h >> 33) * PRIME2;
	h = (h ^ h >> 29) * PRIME3;
	return h ^ h >> 32;
}
