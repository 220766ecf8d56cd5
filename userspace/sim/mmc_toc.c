// SPDX-License-Identifier: GPL-2.0
/* READ TOC/PMA/ATIP (MMC): formats 0, 1, and for a CD 2 and 4. */
#include "drive_priv.h"

#define TOC_MAX		(4 + 11 * (SIM_TRACKS_MAX + 5 * SIM_TRACKS_MAX))

struct toc {
	uint8_t bytes[TOC_MAX];
	size_t len;
};

static void msf(uint8_t *to, uint32_t lba)
{
	lba += 150;
	to[0] = (uint8_t)(lba / 75 / 60);
	to[1] = (uint8_t)(lba / 75 % 60);
	to[2] = (uint8_t)(lba % 75);
}

static void put_address(uint8_t *to, uint32_t lba, bool as_msf)
{
	if (as_msf)
		msf(to + 1, lba);
	else
		sim_put_be32(to, lba);
}

/* Tracks of closed sessions: those a table of contents has */
static uint16_t known(const struct sim_disc *disc)
{
	uint16_t n = disc->track_count;

	while (n && disc->tracks[n - 1].session > disc->sessions_closed)
		n--;
	return n;
}

static void entry(struct toc *toc, uint8_t number, uint32_t lba, bool as_msf)
{
	uint8_t *at = toc->bytes + toc->len;

	at[1] = 0x14;	/* position; data */
	at[2] = number;
	put_address(at + 4, lba, as_msf);
	toc->len += 8;
}

/* Format 0: tracks from one on, and the lead-out */
static bool tracks(const struct sim_disc *disc, struct toc *toc, uint8_t from, bool as_msf)
{
	uint16_t count = known(disc);

	if (from > count && from != 0xaa)
		return false;
	toc->bytes[2] = 1;
	toc->bytes[3] = (uint8_t)count;
	for (unsigned int n = from ? from : 1; n <= count; n++)
		entry(toc, (uint8_t)n, disc->tracks[n - 1].start, as_msf);
	entry(toc, 0xaa, sim_disc_end(disc), as_msf);
	return true;
}

/* Format 1: where the last closed session begins */
static void sessions(const struct sim_disc *disc, struct toc *toc, bool as_msf)
{
	uint16_t n = known(disc);

	while (n > 1 && disc->tracks[n - 2].session == disc->sessions_closed)
		n--;
	toc->bytes[2] = 1;
	toc->bytes[3] = (uint8_t)disc->sessions_closed;
	entry(toc, (uint8_t)n, disc->tracks[n - 1].start, as_msf);
}

/* One entry of the full TOC; point's value in PMIN, PSEC, PFRAME */
static uint8_t *full_entry(struct toc *toc, uint16_t session, uint8_t adr, uint8_t point)
{
	uint8_t *at = toc->bytes + toc->len;

	at[0] = (uint8_t)session;
	at[1] = (uint8_t)(adr << 4 | 4);
	at[3] = point;
	toc->len += 11;
	return at;
}

static void full_session(const struct sim_disc *disc, struct toc *toc, uint16_t session,
			 unsigned int first, unsigned int last)
{
	const struct sim_track *end = &disc->tracks[last];
	uint8_t *a0 = full_entry(toc, session, 1, 0xa0);

	a0[8] = (uint8_t)(first + 1);
	a0[9] = disc->tracks[first].xa ? 0x20 : 0x00;
	full_entry(toc, session, 1, 0xa1)[8] = (uint8_t)(last + 1);
	msf(full_entry(toc, session, 1, 0xa2) + 8, end->start + end->size);
	for (unsigned int i = first; i <= last; i++)
		msf(full_entry(toc, session, 1, (uint8_t)(i + 1)) + 8, disc->tracks[i].start);
}

/* Format 2: Q subchannel entries from session on */
static bool full(const struct sim_disc *disc, struct toc *toc, uint8_t from)
{
	uint16_t count = known(disc);
	unsigned int first = 0;
	bool more = disc->state != SIM_DISC_COMPLETE && disc->medium->recordable;

	if (from > disc->sessions_closed)
		return false;
	toc->bytes[2] = 1;
	toc->bytes[3] = (uint8_t)disc->sessions_closed;
	for (unsigned int i = 0; i < count; i++) {
		uint16_t session = disc->tracks[i].session;

		if (i + 1 < count && disc->tracks[i + 1].session == session)
			continue;
		if (session >= from)
			full_session(disc, toc, session, first, i);
		first = i + 1;
	}
	/* Where the next session's program may start; absent on a closed disc */
	if (more && !sim_disc_session_open(disc)) {
		uint8_t *at = full_entry(toc, disc->sessions_closed, 5, 0xb0);

		msf(at + 4, sim_disc_next_start(disc) - 150);
		at[7] = 1;
		msf(at + 8, disc->capacity);
	}
	return true;
}

/* "97m15s17f" of the sidecar as lead-in start; something when it is not that */
static void lead_in(const struct sim_disc *disc, uint8_t *to)
{
	unsigned int value[3] = { 97, 15, 17 }, n = 0;

	for (const char *c = disc->manufacturer; *c && n < 3; n++) {
		unsigned int v = 0;

		for (; *c >= '0' && *c <= '9'; c++)
			v = (v * 10 + (unsigned int)(*c - '0')) % 100;
		value[n] = v;
		if (*c)
			c++;
	}
	for (int i = 0; i < 3; i++)
		to[i] = (uint8_t)value[i];
}

/* Format 4 */
static void atip(const struct sim_disc *disc, struct toc *toc)
{
	uint8_t *at = toc->bytes + 4;

	at[0] = 0x80 | 5 << 4;		/* writing power, reference speed 0 */
	at[1] = 0x40;			/* unrestricted use */
	at[2] = 0x80;			/* not erasable, subtype 0 */
	lead_in(disc, at + 4);
	msf(at + 8, disc->capacity);	/* last possible lead-out */
	toc->len += 24;
}

void sim_mmc_read_toc(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = drive->disc;
	bool as_msf = cmd->cdb[1] & 2, ok = true;
	uint8_t format = cmd->cdb[2] & 0x0f;
	struct toc toc = { .len = 4 };

	/* Old programs put the format into the control byte */
	if (!format)
		format = cmd->cdb[9] >> 6;
	if (format == 4) {
		ok = disc->medium->cd && disc->medium->recordable;
		if (ok)
			atip(disc, &toc);
	} else if (!disc->sessions_closed) {
		ok = false;
	} else if (format == 0) {
		ok = tracks(disc, &toc, cmd->cdb[6], as_msf);
	} else if (format == 1) {
		sessions(disc, &toc, as_msf);
	} else {
		ok = format == 2 && disc->medium->cd && full(disc, &toc, cmd->cdb[6]);
	}
	if (!ok) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	sim_put_be16(toc.bytes, (uint16_t)(toc.len - 2));
	sim_mmc_reply(cmd, toc.bytes, toc.len, sim_be16(cmd->cdb + 7));
}
