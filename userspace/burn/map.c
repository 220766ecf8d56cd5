// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of what could not be read, as GNU ddrescue has them (its manual, "Mapfile
 * structure"): ranges of bytes, '+' read, '-' bad.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct range {
	uint64_t start, end;
};

struct burn_map {
	size_t count, room;
	struct range *ranges;	/* ascending, apart */
};

static int grow(struct burn_map *m)
{
	size_t room = m->room ? m->room * 2 : 64;
	struct range *more;

	if (m->count < m->room)
		return 0;
	more = realloc(m->ranges, room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	m->ranges = more;
	m->room = room;
	return 0;
}

/* The range at i now reaches the one behind it: they are one. */
static void join(struct burn_map *m, size_t i)
{
	if (i + 1 >= m->count || m->ranges[i].end < m->ranges[i + 1].start)
		return;
	m->ranges[i].end = m->ranges[i + 1].end;
	m->count--;
	memmove(&m->ranges[i + 1], &m->ranges[i + 2], (m->count - i - 1) * sizeof(*m->ranges));
}

/* Blocks come in order but for further rounds and second looks, so from the end. */
int burn_map_add(struct burn_map **map, uint64_t offset, uint64_t bytes)
{
	struct burn_map *m = *map ? *map : calloc(1, sizeof(*m));
	size_t i;

	if (!m)
		return -ENOMEM;
	*map = m;
	for (i = m->count; i && m->ranges[i - 1].start > offset; i--)
		;
	if (i && offset < m->ranges[i - 1].end)
		return 0;
	if (i && m->ranges[i - 1].end == offset) {
		m->ranges[i - 1].end += bytes;
		join(m, i - 1);
		return 1;
	}
	if (grow(m))
		return -ENOMEM;
	memmove(&m->ranges[i + 1], &m->ranges[i], (m->count - i) * sizeof(*m->ranges));
	m->ranges[i] = (struct range){ offset, offset + bytes };
	m->count++;
	join(m, i);
	return 1;
}

static void put(FILE *f, uint64_t start, uint64_t end, char status)
{
	if (end > start)
		fprintf(f, "0x%08" PRIX64 "  0x%08" PRIX64 "  %c\n", start, end - start, status);
}

int burn_map_write(const struct burn_map *map, const char *path, uint64_t total)
{
	FILE *f = fopen(path, "we");
	uint64_t at = 0;
	size_t i;
	int rc;

	if (!f)
		return -errno;
	fputs("# Mapfile of bytes of the image, by discmux\n"
	      "# current_pos  current_status  current_pass\n", f);
	fprintf(f, "0x%08" PRIX64 "     +               1\n#      pos        size  status\n",
		total);
	for (i = 0; map && i < map->count; i++) {
		put(f, at, map->ranges[i].start, '+');
		put(f, map->ranges[i].start, map->ranges[i].end, '-');
		at = map->ranges[i].end;
	}
	put(f, at, total, '+');
	rc = fflush(f) || fsync(fileno(f)) ? -errno : 0;
	if (fclose(f) && !rc)
		rc = -errno;
	return rc;
}

void burn_map_free(struct burn_map *map)
{
	if (!map)
		return;
	free(map->ranges);
	free(map);
}
