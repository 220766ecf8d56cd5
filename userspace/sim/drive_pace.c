// SPDX-License-Identifier: GPL-2.0
/*
 * Time: how fast the medium turns, and the buffer before it.
 *
 * A drive at constant angular velocity reaches its top speed at the rim only:
 * the speed grows with the radius, and the radius squared with the address.
 * 24 to 58 mm make the start about 0.41 of the end.
 */
#include <errno.h>

#include "drive_priv.h"

#define START_SHARE	0.414	/* inner radius / outer radius */
#define PATIENCE	100000000ull	/* ns a WRITE waits for room in the buffer */

uint32_t sim_pace_kbps(const struct sim_drive *drive, bool write)
{
	const struct sim_medium *medium;
	const uint8_t *speed;
	uint32_t want = write ? drive->write_kbps : drive->read_kbps;

	if (!drive->disc)
		return 0;
	medium = drive->disc->medium;
	/* The next lower speed of the table, or the lowest */
	for (speed = medium->speeds; speed[1]; speed++)
		if (sim_medium_kbps(medium, *speed) <= want)
			break;
	return sim_medium_kbps(medium, *speed);
}

/* Of numbers between 0.1 and 1: not worth a library */
static double square_root(double x)
{
	double root = (1 + x) / 2;

	for (int i = 0; i < 5; i++)
		root = (root + x / root) / 2;
	return root;
}

double sim_pace_rate(const struct sim_drive *drive, uint32_t lba, bool write)
{
	const struct sim_medium *medium = drive->disc->medium;
	double limit = sim_pace_kbps(drive, write) / medium->kbps_1x;
	double at = (double)lba / medium->capacity;
	double a = START_SHARE * START_SHARE;
	double curve = medium->speeds[0] * square_root(a + (1 - a) * (at < 1 ? at : 1));

	return (curve < limit ? curve : limit) * medium->rate_1x;
}

static uint64_t cost(const struct sim_drive *drive, uint32_t lba, uint64_t bytes, bool write)
{
	return (uint64_t)((double)bytes * 1e9 /
			  (sim_pace_rate(drive, lba, write) * drive->factor));
}

int sim_pace_write(struct sim_drive *drive, uint32_t lba, uint32_t blocks)
{
	uint64_t now, need, room, target, begin = sim_now();

	if (drive->factor == 0)
		return 0;
	if (drive->streaming && drive->caught_up < begin) {
		drive->underruns++;
		drive->streaming = false;
		if (!(drive->page05[2] & SIM_BUFE))
			return -EPIPE;
	}
	need = cost(drive, lba, (uint64_t)blocks * SIM_BLOCK, true);
	room = cost(drive, lba, SIM_BUFFER_BYTES, true);
	for (;;) {
		now = sim_now();
		if (drive->caught_up < now)
			drive->caught_up = now;
		/* What is larger than the buffer goes through an empty one */
		if (drive->caught_up + need <= now + room || drive->caught_up == now)
			break;
		target = need < room ? drive->caught_up + need - room : drive->caught_up;
		if (target > begin + PATIENCE)
			return sim_drive_wait(drive, begin + PATIENCE) ? -EAGAIN : -ESTALE;
		if (!sim_drive_wait(drive, target))
			return -ESTALE;
	}
	drive->caught_up += need;
	drive->streaming = true;
	return 0;
}

uint32_t sim_pace_read_speed(const struct sim_drive *drive)
{
	return (uint32_t)(sim_pace_kbps(drive, false) / drive->disc->medium->kbps_1x + 0.5);
}

int sim_pace_read(struct sim_drive *drive, uint32_t lba, uint32_t blocks)
{
	uint64_t now = sim_now();

	drive->head = lba + blocks - 1;
	if (drive->factor == 0)
		return 0;
	if (drive->caught_up < now)
		drive->caught_up = now;
	drive->caught_up += cost(drive, lba, (uint64_t)blocks * SIM_BLOCK, false);
	return sim_drive_wait(drive, drive->caught_up) ? 0 : -ESTALE;
}

uint32_t sim_pace_buffered(const struct sim_drive *drive)
{
	const struct sim_track *last;
	uint64_t now = sim_now();
	double bytes;

	if (drive->factor == 0 || !drive->disc || !drive->disc->track_count ||
	    drive->caught_up <= now)
		return 0;
	last = &drive->disc->tracks[drive->disc->track_count - 1];
	bytes = (double)(drive->caught_up - now) / 1e9 * drive->factor *
		sim_pace_rate(drive, last->nwa, true);
	return bytes < SIM_BUFFER_BYTES ? (uint32_t)bytes : SIM_BUFFER_BYTES;
}
