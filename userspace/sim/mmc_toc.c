// SPDX-License-Identifier: GPL-2.0
/* READ TOC/PMA/ATIP (MMC): formats 0, 1, and for a CD 2 to 5. */
#include "cdtext.h"
#include "drive_priv.h"
#include "msf.h"

#define TOC_MAX		(4 + 11 * (SIM_TRACKS_MAX + 5 * SIM_TRACKS_MAX))

struct toc {
	uint8_t bytes[TOC_MAX];
	size_t len;
};

static void put_address(uint8_t *to, uint32_t lba, bool as_msf)
{
	if (as_msf)
		cd_msf_put(to + 1, (int32_t)lba);
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

static void entry(struct toc *toc, uint8_t control, uint8_t number, uint32_t lba, bool as_msf)
{
	uint8_t *at = toc->bytes + toc->len;

	at[1] = (uint8_t)(CD_ADR_POSITION << 4 | control);
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
		entry(toc, disc->tracks[n - 1].control, (uint8_t)n, disc->tracks[n - 1].start,
		      as_msf);
	entry(toc, disc->tracks[count - 1].control, CD_LEAD_OUT, sim_disc_end(disc), as_msf);
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
	entry(toc, disc->tracks[n - 1].control, (uint8_t)n, disc->tracks[n - 1].start, as_msf);
}

/* One entry of the full TOC; point's value in PMIN, PSEC, PFRAME */
static uint8_t *full_entry(struct toc *toc, uint16_t session, uint8_t adr_control, uint8_t point)
{
	uint8_t *at = toc->bytes + toc->len;

	at[0] = (uint8_t)session;
	at[1] = adr_control;
	at[3] = point;
	toc->len += 11;
	return at;
}

/* "97m15s17f" of the sidecar as lead-in start; something when it is not that */
void sim_mmc_lead_in(const struct sim_disc *disc, uint8_t *to)
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

/* A session's lead-in; next: LBA where another one's pregap begins or may begin, 0 none */
static void full_session(const struct sim_disc *disc, struct toc *toc, unsigned int first,
			 unsigned int last, uint32_t next)
{
	const struct sim_track *end = &disc->tracks[last];
	uint8_t from = disc->tracks[first].control | CD_ADR_POSITION << 4;
	uint8_t to = end->control | CD_ADR_POSITION << 4;
	uint16_t session = end->session;
	uint8_t *at = full_entry(toc, session, from, 0xa0);

	at[8] = (uint8_t)(first + 1);
	at[9] = disc->type;
	full_entry(toc, session, to, 0xa1)[8] = (uint8_t)(last + 1);
	cd_msf_put(full_entry(toc, session, to, 0xa2) + 8, (int32_t)(end->start + end->size));
	for (unsigned int i = first; i <= last; i++) {
		uint8_t control = disc->tracks[i].control | CD_ADR_POSITION << 4;

		cd_msf_put(full_entry(toc, session, control, (uint8_t)(i + 1)) + 8,
			   (int32_t)disc->tracks[i].start);
	}
	if (!next)
		return;
	at = full_entry(toc, session, 0x50, 0xb0);
	cd_msf_put(at + 4, (int32_t)next);
	at[7] = session == 1 ? 2 : 1;	/* pointers in mode 5: B0h, in the first session C0h */
	cd_msf_put(at + 8, (int32_t)disc->capacity);
	if (session == 1)
		sim_mmc_lead_in(disc, full_entry(toc, session, 0x50, 0xc0) + 8);
}

/* Format 2: Q subchannel entries from session on */
static bool full(const struct sim_disc *disc, struct toc *toc, uint8_t from)
{
	bool more = disc->state != SIM_DISC_COMPLETE && disc->medium->recordable &&
		    !sim_disc_session_open(disc);
	uint16_t count = known(disc);
	unsigned int first = 0;

	if (from > disc->sessions_closed)
		return false;
	toc->bytes[2] = 1;
	toc->bytes[3] = (uint8_t)disc->sessions_closed;
	for (unsigned int i = 0; i < count; i++) {
		uint16_t session = disc->tracks[i].session;
		uint32_t next = 0;

		if (i + 1 < count && disc->tracks[i + 1].session == session)
			continue;
		if (i + 1 < disc->track_count)
			next = disc->tracks[i + 1].start;
		else if (more)
			next = sim_disc_next_start(disc);
		if (session >= from)
			full_session(disc, toc, first, i, next ? next - CD_PREGAP : 0);
		first = i + 1;
	}
	return true;
}

/* Format 3: what the program memory area of a disc has, session by session or not */
static void pma(const struct sim_disc *disc, struct toc *toc)
{
	for (unsigned int i = 0; i < disc->track_count; i++) {
		const struct sim_track *track = &disc->tracks[i];
		uint8_t *at;

		if (track->state == SIM_TRACK_OPEN)
			continue;
		at = full_entry(toc, 0, track->control | CD_ADR_POSITION << 4, (uint8_t)(i + 1));
		cd_msf_put(at + 4, (int32_t)(track->start + track->size));
		cd_msf_put(at + 8, (int32_t)track->start);
	}
}

/* Format 4 */
static void atip(const struct sim_disc *disc, struct toc *toc)
{
	uint8_t *at = toc->bytes + 4;

	at[0] = 0x80 | 5 << 4;		/* writing power, reference speed 0 */
	at[1] = 0x40;			/* unrestricted use */
	at[2] = disc->medium->erasable ? 0xc8 : 0x80;	/* CD-RW (high speed) or CD-R */
	sim_mmc_lead_in(disc, at + 4);
	cd_msf_put(at + 8, (int32_t)(disc->capacity));	/* last possible lead-out */
	toc->len += 24;
}

/* Format 5, which may be long */
static void cd_text(const struct sim_disc *disc, struct sim_cmd *cmd)
{
	size_t len = (size_t)disc->text_packs * CD_TEXT_PACK, room = sim_be16(cmd->cdb + 7);
	uint8_t head[4] = { 0 };

	sim_put_be16(head, (uint16_t)(len + 2));
	sim_mmc_reply(cmd, head, sizeof(head), room);
	if (len && room > sizeof(head))
		sim_mmc_reply(cmd, disc->text, len, room - sizeof(head));
}

void sim_mmc_read_toc(struct sim_drive *drive, struct sim_cmd *cmd)
{
	const struct sim_disc *disc = drive->disc;
	bool as_msf = cmd->cdb[1] & 2, ok = true, cd = disc->medium->cd;
	uint8_t format = cmd->cdb[2] & 0x0f;
	struct toc toc = { .len = 4 };

	/* Programs made for SFF-8020, which knows formats 0 to 2, put it into the control byte */
	if (!format) {
		format = cmd->cdb[9] >> 6;
		ok = format < 3;
	}
	if (format == 5 && cd && disc->sessions_closed) {
		cd_text(disc, cmd);
		return;
	}
	if (ok && (format == 3 || format == 4) && cd && disc->medium->recordable) {
		if (format == 4)
			atip(disc, &toc);
		else
			pma(disc, &toc);
	} else if (!ok || !disc->sessions_closed) {
		ok = false;
	} else if (format == 0) {
		ok = tracks(disc, &toc, cmd->cdb[6], as_msf);
	} else if (format == 1) {
		sessions(disc, &toc, as_msf);
	} else {
		ok = format == 2 && cd && full(disc, &toc, cmd->cdb[6]);
	}
	if (!ok) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	sim_put_be16(toc.bytes, (uint16_t)(toc.len - 2));
	sim_mmc_reply(cmd, toc.bytes, toc.len, sim_be16(cmd->cdb + 7));
}
