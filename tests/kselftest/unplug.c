// SPDX-License-Identifier: GPL-2.0
#include "unplug.h"

#include <stdint.h>
#include <stdlib.h>

unsigned int unplug_rounds(unsigned int otherwise)
{
	const char *rounds = getenv("UNPLUG_ROUNDS");

	return rounds ? (unsigned int)atoi(rounds) : otherwise;
}

unsigned int unplug_random(unsigned int below)
{
	static uint64_t state;
	const char *seed = getenv("UNPLUG_SEED");

	if (!state)
		state = 0x9e3779b97f4a7c15ull * (seed ? (uint64_t)atol(seed) + 1 : 1);
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 33) % below;
}
