/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "Did you mean ...?": the word of a table that a mistyped one is nearest to.
 *
 *	near_begin(&near, "stauts");
 *	for each word of the table
 *		near_offer(&near, word);
 *	near_hint(&near, buf, sizeof(buf));	": did you mean status?", or ""
 *
 * Pure; the strings must live as long as the struct near.
 */
#ifndef DISCMUX_BASE_NEAR_H
#define DISCMUX_BASE_NEAR_H

#include <stddef.h>

#define NEAR_HINT_SIZE	64	/* bytes of the longest hint */

struct near {
	const char *word;	/* that was typed */
	const char *best;	/* of those offered; NULL: none is near */
	unsigned int cost;	/* of best */
};

void near_begin(struct near *near, const char *word);

/* A candidate.  Of two that are equally near the first one stays. */
void near_offer(struct near *near, const char *candidate);

/* ": did you mean BEST?", or "" when nothing is near.  Returns buf. */
char *near_hint(const struct near *near, char *buf, size_t size);

/* How many letters are changed, missing, too many or exchanged with their neighbour
 * between two words; UINT_MAX when either is longer than 31 bytes. */
unsigned int near_distance(const char *a, const char *b);

#endif
