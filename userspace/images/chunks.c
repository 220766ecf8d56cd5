// SPDX-License-Identifier: GPL-2.0
/*
 * Digests of pieces of an image (XXH64), so that damage can be told where it is.
 * Whether there is damage is for the SHA-256 sums alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "images_priv.h"

#define CHUNK_BLOCKS	2048u
#define LINE		17u		/* 16 digits and the end of the line */
#define FILE_MAX	(16u << 20)	/* of the list; a disc of 4 TB */

void images_chunks_begin(struct images_chunks *c, uint32_t block)
{
	memset(c, 0, sizeof(*c));
	c->size = (size_t)block * CHUNK_BLOCKS;
}

void images_chunks_free(struct images_chunks *c)
{
	XXH64_freeState(c->state);
	free(c->sums);
	memset(c, 0, sizeof(*c));
}

static int end_chunk(struct images_chunks *c)
{
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 256;
		uint64_t *more = realloc(c->sums, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		c->sums = more;
		c->room = room;
	}
	c->sums[c->count++] = XXH64_digest(c->state);
	XXH64_reset(c->state, 0);
	c->in = 0;
	return 0;
}

int images_chunks_add(struct images_chunks *c, const void *data, size_t len)
{
	const uint8_t *from = data;

	if (!c->state) {
		c->state = XXH64_createState();
		if (!c->state)
			return -ENOMEM;
		XXH64_reset(c->state, 0);
	}
	while (len) {
		size_t n = len < c->size - c->in ? len : c->size - c->in;

		XXH64_update(c->state, from, n);
		c->in += n;
		from += n;
		len -= n;
		if (c->in == c->size && end_chunk(c))
			return -ENOMEM;
	}
	return 0;
}

int images_chunks_end(struct images_chunks *c)
{
	return c->in ? end_chunk(c) : 0;
}

int images_chunks_write(const struct images_chunks *c, int dir)
{
	char *text = malloc(c->count * LINE + 1);
	size_t i;
	int rc;

	if (!text)
		return -ENOMEM;
	for (i = 0; i < c->count; i++)
		snprintf(text + i * LINE, LINE + 1, "%016llx\n", (unsigned long long)c->sums[i]);
	rc = images_spit(dir, IMAGES_CHUNKS, text, c->count * LINE);
	free(text);
	return rc;
}

static bool same(const char *line, uint64_t sum)
{
	char want[LINE + 1];

	snprintf(want, sizeof(want), "%016llx\n", (unsigned long long)sum);
	return !memcmp(line, want, LINE);
}

bool images_chunks_damage(const struct images_chunks *c, int dir, uint64_t *first, uint64_t *last)
{
	bool found = false;
	char *text;
	size_t len, i;

	if (images_slurp(dir, IMAGES_CHUNKS, FILE_MAX, &text, &len))
		return false;
	for (i = 0; len == c->count * LINE && i < c->count; i++) {
		if (same(text + i * LINE, c->sums[i]))
			continue;
		if (!found)
			*first = (uint64_t)i * CHUNK_BLOCKS;
		*last = (uint64_t)i * CHUNK_BLOCKS + CHUNK_BLOCKS - 1;
		found = true;
	}
	free(text);
	return found;
}
