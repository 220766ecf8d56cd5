// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * discmux-paranoia FIRST END BEGIN STOP: makes out of reads that may be displaced or
 * damaged the audio sectors from BEGIN to before STOP, reading none but FIRST to
 * before END.  It knows no drive: whoever started it reads for it (paranoia_wire.h).
 *
 * A program of its own because libcdio-paranoia is under the GPL version 3 or later,
 * which the rest of discmux can't be linked with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cdio/paranoia/cdda.h>
#include <cdio/paranoia/paranoia.h>

#include "paranoia_wire.h"

#define WIRE	STDIN_FILENO
#define RETRIES	20	/* without getting on, before a place is given up */

static void get(void *data, size_t len)
{
	char *to = data;

	while (len) {
		ssize_t n = recv(WIRE, to, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)	/* nobody wants it any more */
			_exit(1);
		to += n;
		len -= (size_t)n;
	}
}

static void put(const void *data, size_t len)
{
	const char *from = data;

	while (len) {
		ssize_t n = send(WIRE, from, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1);
		from += n;
		len -= (size_t)n;
	}
}

static void put_frame(enum paranoia_kind kind, long lba, uint32_t count)
{
	struct paranoia_frame frame = { kind, (int32_t)lba, count };

	put(&frame, sizeof(frame));
}

/* The library's drive.  buf is NULL when it only wants the head moved, then also to
 * where the disc is not. */
static long read_audio(cdrom_drive_t *drive, void *buf, lsn_t lba, long sectors)
{
	static uint8_t nowhere[PARANOIA_CHUNK * PARANOIA_SECTOR];
	struct paranoia_frame frame;

	if (sectors > (long)PARANOIA_CHUNK)
		sectors = PARANOIA_CHUNK;
	if (!buf && lba + sectors > drive->audio_last_sector)
		lba = drive->audio_last_sector + 1 - (lsn_t)sectors;
	if (!buf && lba < drive->audio_first_sector)
		lba = drive->audio_first_sector;
	if (sectors <= 0)
		return 0;
	put_frame(PARANOIA_READ, lba, (uint32_t)sectors);
	get(&frame, sizeof(frame));
	if (frame.kind != PARANOIA_SECTORS || frame.count > (uint32_t)sectors)
		_exit(1);
	get(buf ? buf : nowhere, (size_t)frame.count * PARANOIA_SECTOR);
	return (long)frame.count;
}

static int no_change(cdrom_drive_t *drive, int value)
{
	(void)drive;
	(void)value;
	return 0;
}

static void note(long word, paranoia_cb_mode_t what)
{
	long lba = word / (long)CD_FRAMEWORDS;

	switch (what) {
	case PARANOIA_CB_FIXUP_EDGE:
	case PARANOIA_CB_FIXUP_ATOM:
	case PARANOIA_CB_FIXUP_DROPPED:
	case PARANOIA_CB_FIXUP_DUPED:
		put_frame(PARANOIA_NOTE, lba, PARANOIA_JITTER);
		break;
	case PARANOIA_CB_READERR:
		put_frame(PARANOIA_NOTE, lba, PARANOIA_ERROR);
		break;
	case PARANOIA_CB_SKIP:
		put_frame(PARANOIA_NOTE, lba, PARANOIA_SKIP);
		break;
	default:
		break;
	}
}

/* The library asks for a whole CD; all it needs of it is this. */
static void make_drive(cdrom_drive_t *drive, long first, long end)
{
	memset(drive, 0, sizeof(*drive));
	drive->opened = 1;
	drive->nsectors = PARANOIA_CHUNK;
	drive->tracks = 1;
	drive->disc_toc[0].bTrack = 1;
	drive->disc_toc[0].dwStartSector = (int32_t)first;
	drive->disc_toc[1].bTrack = CDIO_CDROM_LEADOUT_TRACK;
	drive->disc_toc[1].dwStartSector = (int32_t)end;
	drive->audio_first_sector = (lsn_t)first;
	drive->audio_last_sector = (lsn_t)end - 1;
	drive->errordest = CDDA_MESSAGE_FORGETIT;
	drive->messagedest = CDDA_MESSAGE_FORGETIT;
	drive->read_audio = read_audio;
	drive->enable_cdda = no_change;
	drive->set_speed = no_change;
}

static int run(long first, long end, long begin, long stop)
{
	static cdrom_drive_t drive;
	cdrom_paranoia_t *p;
	long lba;

	make_drive(&drive, first, end);
	p = cdio_paranoia_init(&drive);
	if (!p)
		return 1;
	cdio_paranoia_modeset(p, PARANOIA_MODE_FULL ^ PARANOIA_MODE_NEVERSKIP);
	cdio_paranoia_set_range(p, first, end - 1);
	for (lba = first; lba < stop; lba++) {
		const int16_t *sector = cdio_paranoia_read_limited(p, note, RETRIES);

		if (!sector)
			return 1;
		if (lba < begin)
			continue;
		put_frame(PARANOIA_BLOCK, lba, 1);
		put(sector, PARANOIA_SECTOR);
	}
	put_frame(PARANOIA_DONE, stop, 0);
	cdio_paranoia_free(p);
	return 0;
}

static int number(const char *text, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	return errno || end == text || *end || *value < -150 || *value > 450000;
}

int main(int argc, char **argv)
{
	long first, end, begin, stop;

	if (argc != 5 || number(argv[1], &first) || number(argv[2], &end) ||
	    number(argv[3], &begin) || number(argv[4], &stop) || first > begin ||
	    begin >= stop || stop > end) {
		fputs("discmux-paranoia is a part of discmux extract: see discmux help extract\n",
		      stderr);
		return 2;
	}
	return run(first, end, begin, stop);
}
