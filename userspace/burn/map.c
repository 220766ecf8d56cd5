// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of what could not be read, as GNU ddrescue has them (its manual, "Mapfile
 * structure"): ranges of bytes, '+' read, '-' bad.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

struct range {
	uint64_t start, end;
};

struct burn_map {
	size_t count, room;
	struct range *ranges;	/* ascending, apart */
};

int burn_map_add(struct burn_map **map, uint64_t offset, uint64_t bytes)
{
	struct burn_map *m = *map ? *map : calloc(1, sizeof(*m));
	struct range *last;

	if (!m)
		return -ENOMEM;
	*map = m;
	last = m->count && m->ranges ? &m->ranges[m->count - 1] : NULL;
	if (last && offset < last->end)	/* read again, for a second look */
		return 0;
	if (last && last->end == offset) {
		last->end += bytes;
		return 0;
	}
	if (m->count == m->room || !m->ranges) {
		size_t room = m->room ? m->room * 2 : 64;
		struct range *more = realloc(m->ranges, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		m->ranges = more;
		m->room = room;
	}
	m->ranges[m->count++] = (struct range){ offset, offset + bytes };
	return 0;
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
