// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "near.h"

#define LONGEST	31u

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment: Levenshtein's distance with exchanged neighbours. */
unsigned int near_distance(const char *a, const char *b)
{
	unsigned int d[LONGEST + 1][LONGEST + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > LONGEST || lb > LONGEST)
		return UINT_MAX;
	for (i = 0; i <= la; i++)
		d[i][0] = (unsigned int)i;
	for (j = 0; j <= lb; j++)
		d[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++)
		for (j = 1; j <= lb; j++) {
			d[i][j] = min(min(d[i - 1][j], d[i][j - 1]) + 1,
				      d[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[la][lb];
}

void near_begin(struct near *near, const char *word)
{
	near->word = word;
	near->best = NULL;
	near->cost = UINT_MAX;
}

/* A beginning of three letters or more is near however much is missing. */
void near_offer(struct near *near, const char *candidate)
{
	size_t len = strlen(near->word), dashes = strspn(near->word, "-");
	unsigned int cost = near_distance(near->word, candidate);
	unsigned int most = (unsigned int)(len - dashes + 2) / 3;

	if (len - dashes >= 3 && !strncasecmp(near->word, candidate, len))
		cost = 1;
	if (cost > most || cost >= near->cost)
		return;
	near->best = candidate;
	near->cost = cost;
}

char *near_hint(const struct near *near, char *buf, size_t size)
{
	*buf = '\0';
	if (near->best)
		snprintf(buf, size, ": did you mean %s?", near->best);
	return buf;
}
