/* SPDX-License-Identifier: GPL-2.0 */
/* What every target needs: its entry, and a way to say that a parser was wrong. */
#ifndef FUZZ_REQUIRE_H
#define FUZZ_REQUIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Called by libFuzzer with each input; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the target, which keeps the input, unless @what holds. */
static inline void require(int what, const char *words)
{
	if (what)
		return;
	fprintf(stderr, "not so: %s\n", words);
	abort();
}

#endif
