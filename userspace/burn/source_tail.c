// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a track at once: two run-out blocks that count as its length and can't be
 * read (MMC-6 4.2.3.11).  The master is copied without them.  Two scratched blocks look much
 * the same; the size of the volume tells which of both they are.
 */
#include <string.h>

#include "libdiscmux.h"
#include "source.h"
#include "volume.h"

/* What drives say of a run-out: that such a block can't be read at all, or that they found
 * no data there. */
static bool like_run_out(const struct discmux_result *result)
{
	enum discmux_cause cause = discmux_result_cause(DISCMUX_DEVICE_READER, result);

	return cause == DISCMUX_CAUSE_UNWRITTEN || cause == DISCMUX_CAUSE_UNREADABLE;
}

enum tail { READABLE, RUN_OUT, OTHER };

/* One block by itself, slowly after the first time. */
static enum tail look(struct burn_source *s, struct burn_job *job, int32_t lba, bool raw,
		      uint8_t *data)
{
	struct discmux_result result;
	unsigned int i;

	for (i = 0; i < SOURCE_TRIES && !burn_is_cancelled(job); i++) {
		if (source_read_once(s, job, lba, 1, raw, data, &result) >= 0)
			return READABLE;
		if (!like_run_out(&result))
			return OTHER;
		source_slow_down(s, job);
	}
	return RUN_OUT;
}

/*
 * The volume in the track has data in the last two blocks, so that they are scratched.  A later
 * session counts its volume from LBA 0 or from its own start; only the former is sure to be
 * more than its start.
 */
static bool volume_needs(struct burn_source *s, struct burn_job *job, int32_t start, int32_t end,
			 bool raw)
{
	struct discmux_result result;
	uint8_t data[CD_RAW];
	int64_t size;

	if (end - start <= VOLUME_DESCRIPTOR ||
	    source_read_once(s, job, start + VOLUME_DESCRIPTOR, 1, raw, data, &result) < 0)
		return false;
	size = volume_blocks(data + (raw ? cd_user_offset(cd_sector_type(data)) : 0));
	if (size <= start)
		size += start;
	return size > end - (int64_t)SOURCE_RUN_OUT;
}

/* The last two blocks can't be read and the one before them can. */
static bool ends_in_run_out(struct burn_source *s, struct burn_job *job, int32_t start,
			    int32_t end, bool raw)
{
	uint8_t data[CD_RAW];
	bool found;

	found = look(s, job, end - 1, raw, data) == RUN_OUT &&
		look(s, job, end - 2, raw, data) == RUN_OUT &&
		look(s, job, end - 3, raw, data) == READABLE &&
		!volume_needs(s, job, start, end, raw) && !burn_is_cancelled(job);
	source_full_speed(s, job);
	if (found)
		burn_notice(job, "blocks %d and %d of the disc in %s can't be read: they are taken for the run-out of a track at once, and are no part of the master",
			    end - 2, end - 1, s->name);
	return found;
}

void source_find_tail(struct burn_source *s, struct burn_job *job)
{
	struct discmux_result result;
	int32_t end = (int32_t)s->blocks;

	if (s->blocks <= SOURCE_RUN_OUT + 1)
		return;
	/* Where there is none these are kept, so that the master is read once */
	if (source_read_once(s, job, end - (int32_t)SOURCE_RUN_OUT, SOURCE_RUN_OUT, false,
			     s->tail, &result) >= 0)
		s->kept = SOURCE_RUN_OUT;
	else if (ends_in_run_out(s, job, 0, end, false))
		s->blocks -= SOURCE_RUN_OUT;
}

void source_find_run_outs(struct burn_source *s, struct burn_job *job)
{
	struct cd_session session;
	unsigned int n;

	for (n = 0; cd_session(&s->layout, n, &session); n++) {
		const struct cd_track *t = &s->layout.track[session.first];

		if (session.count == 1 && t->type != CD_AUDIO &&
		    t->end - t->start > (int32_t)SOURCE_RUN_OUT + 1 &&
		    ends_in_run_out(s, job, t->start, t->end, true))
			s->run_out[session.first] = SOURCE_RUN_OUT;
	}
}
