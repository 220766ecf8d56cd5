// SPDX-License-Identifier: GPL-2.0
/* Speeds and the buffer (MMC). */
#include "drive_priv.h"

#define PERFORMANCE_MAX	(8 + 16 * 16)

void sim_mmc_set_cd_speed(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint16_t read = sim_be16(cmd->cdb + 2), write = sim_be16(cmd->cdb + 4);

	/* FFFFh is the fastest; 0 leaves it */
	if (read)
		drive->read_kbps = read == 0xffff ? UINT32_MAX : read;
	if (write)
		drive->write_kbps = write == 0xffff ? UINT32_MAX : write;
}

/* 1000 bytes/s out of kilobytes in so many milliseconds */
static uint32_t per_second(uint32_t kb, uint32_t ms)
{
	uint64_t kbps = ms ? (uint64_t)kb * 1000 / ms : 0;

	return kbps == 0 || kbps > UINT32_MAX ? UINT32_MAX : (uint32_t)kbps;
}

/* Is it one of the speeds of the medium? */
static bool has_speed(const struct sim_medium *medium, uint32_t kbps)
{
	const uint8_t *speed = medium->speeds;

	while (*speed && sim_medium_kbps(medium, *speed) != kbps)
		speed++;
	return *speed;
}

/* Can the drive do what the descriptor wants of this disc? */
static bool streaming_fits(const struct sim_drive *drive, const uint8_t *d)
{
	const struct sim_disc *disc = sim_drive_loaded(drive) ? drive->disc : NULL;
	uint32_t start = sim_be32(d + 4), end = sim_be32(d + 8);
	bool exact = d[0] & 0x02;

	if (end < start || !disc)
		return end >= start;
	if (end >= disc->capacity)
		return false;
	/* Without Exact a drive takes the next lower one */
	return !exact ||
	       (has_speed(disc->medium, per_second(sim_be32(d + 12), sim_be32(d + 16))) &&
		(!drive->recorder || !disc->medium->recordable ||
		 has_speed(disc->medium, per_second(sim_be32(d + 20), sim_be32(d + 24)))));
}

void sim_mmc_set_streaming(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint16_t len = sim_be16(cmd->cdb + 9);
	uint8_t d[28];

	if (cmd->cdb[8]) {	/* only performance descriptors */
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (!len)
		return;
	if (len < sizeof(d) || sim_cmd_get(cmd, d, sizeof(d)) != sizeof(d)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	if (d[0] & 0x04) {	/* RDD: restore defaults */
		drive->read_kbps = UINT32_MAX;
		drive->write_kbps = UINT32_MAX;
		return;
	}
	if (!streaming_fits(drive, d)) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x02);
		return;
	}
	drive->read_kbps = per_second(sim_be32(d + 12), sim_be32(d + 16));
	drive->write_kbps = per_second(sim_be32(d + 20), sim_be32(d + 24));
}

/* Type 00h: how fast at the start and at the end */
static size_t nominal(struct sim_drive *drive, bool write, uint8_t *to)
{
	const struct sim_disc *disc = drive->disc;
	uint32_t end = disc->state == SIM_DISC_COMPLETE ? sim_disc_end(disc) : disc->capacity;
	double scale = disc->medium->kbps_1x / disc->medium->rate_1x;

	sim_put_be32(to, 0);
	sim_put_be32(to + 4, (uint32_t)(sim_pace_rate(drive, 0, write) * scale));
	sim_put_be32(to + 8, end - 1);
	sim_put_be32(to + 12, (uint32_t)(sim_pace_rate(drive, end - 1, write) * scale));
	return 16;
}

/* Type 03h: write speeds, fastest first */
static size_t write_speeds(struct sim_drive *drive, uint8_t *to)
{
	const struct sim_disc *disc = drive->disc;
	size_t len = 0;

	for (const uint8_t *speed = disc->medium->speeds; *speed; speed++, len += 16) {
		uint32_t kbps = sim_medium_kbps(disc->medium, *speed);

		sim_put_be32(to + len + 4, disc->capacity - 1);
		sim_put_be32(to + len + 8, kbps);
		sim_put_be32(to + len + 12, kbps);
	}
	return len;
}

void sim_mmc_get_performance(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t reply[PERFORMANCE_MAX] = { 0 };
	size_t most = 8 + 16u * sim_be16(cmd->cdb + 8);
	uint8_t type = cmd->cdb[10], data = cmd->cdb[1];
	bool recordable = drive->recorder && drive->disc->medium->recordable;
	bool write = data & 0x04;
	size_t len = 8;

	if (type == 0x00 && (data & 0x03) == 0 && (!write || recordable)) {
		len += nominal(drive, write, reply + 8);
		reply[4] = write ? 2 : 0;
	} else if (type == 0x03 && recordable) {
		len += write_speeds(drive, reply + 8);
	} else {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	sim_put_be32(reply, (uint32_t)(len - 4));
	sim_mmc_reply(cmd, reply, len, most);
}

void sim_mmc_read_buffer_capacity(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint32_t unit = cmd->cdb[1] & 1 ? SIM_BLOCK : 1;
	uint8_t reply[12] = { 0, 10 };

	reply[3] = cmd->cdb[1] & 1;
	sim_put_be32(reply + 4, SIM_BUFFER_BYTES / unit);
	sim_put_be32(reply + 8, (SIM_BUFFER_BYTES - sim_pace_buffered(drive)) / unit);
	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 7));
}

#define OPC_ENTRY	8u	/* a speed in 1000 bytes/s and six bytes of the drive's own */

/* Either calibrates or takes what an earlier calibration found; power is always right here */
void sim_mmc_send_opc(struct sim_drive *drive, struct sim_cmd *cmd)
{
	size_t len = sim_be16(cmd->cdb + 7);
	bool calibrate = cmd->cdb[1] & 1;
	uint8_t entry[OPC_ENTRY];

	if (!drive->disc->formatted && !sim_mmc_recordable(drive, cmd))
		return;
	if (calibrate != !len) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (len % OPC_ENTRY || len > cmd->data_len) {
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	for (; len; len -= OPC_ENTRY) {
		sim_cmd_get(cmd, entry, sizeof(entry));
		if (has_speed(drive->disc->medium, sim_be16(entry)))
			continue;
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x26, 0x02);
		return;
	}
}
