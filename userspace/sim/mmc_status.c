// SPDX-License-Identifier: GPL-2.0
/* The mechanism and what happens to it: tray, lock, events. */
#include "drive_priv.h"

void sim_mmc_start_stop(struct sim_drive *drive, struct sim_cmd *cmd)
{
	unsigned int power = cmd->cdb[4] >> 4;
	bool load_eject = cmd->cdb[4] & 2, start = cmd->cdb[4] & 1;

	if (power) {
		/* Power conditions are accepted and mean nothing here */
		if (power > 5 || load_eject)
			sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	if (load_eject) {
		if (!start && drive->locked && !drive->tray_open) {
			sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x53, 0x02);
			return;
		}
		sim_drive_move_tray(drive, !start);
		return;
	}
	if (start && !sim_drive_loaded(drive))
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
}

void sim_mmc_prevent(struct sim_drive *drive, struct sim_cmd *cmd)
{
	drive->locked = cmd->cdb[4] & 1;
}

static size_t media_event(struct sim_drive *drive, uint8_t *to)
{
	to[0] = drive->event;
	to[1] = (uint8_t)((sim_drive_loaded(drive) ? 2 : 0) | (drive->tray_open ? 1 : 0));
	drive->event = SIM_EVENT_NONE;
	return 4;
}

static size_t power_event(struct sim_drive *drive, uint8_t *to)
{
	to[0] = drive->power_event ? 1 : 0;	/* change successful */
	to[1] = 1;				/* active */
	drive->power_event = false;
	return 4;
}

/* Device busy class: a close or flush, and how long it will be */
static size_t busy_event(struct sim_drive *drive, uint8_t *to)
{
	if (drive->busy) {
		uint64_t left = (drive->busy_until - sim_now()) / 100000000ull + 1;

		to[0] = 1;
		to[1] = 1;
		sim_put_be16(to + 2, left > 0xffff ? 0xffff : (uint16_t)left);
	}
	return 4;
}

void sim_mmc_event_status(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t reply[8] = { 0, 2, 0x80, 1 << 2 | 1 << 4 | 1 << 6 };
	uint8_t wanted = cmd->cdb[4];
	size_t len = 4;

	if (!(cmd->cdb[1] & 1)) {	/* asynchronous */
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
		return;
	}
	/* The lowest class that has something to tell, or the lowest wanted */
	wanted &= reply[3];
	if ((wanted & 1 << 2) && (drive->power_event || wanted == 1 << 2)) {
		reply[2] = 2;
		len += power_event(drive, reply + 4);
	} else if ((wanted & 1 << 4) && (drive->event || !drive->busy || !(wanted & 1 << 6))) {
		reply[2] = 4;
		len += media_event(drive, reply + 4);
	} else if (wanted & 1 << 6) {
		reply[2] = 6;
		len += busy_event(drive, reply + 4);
	}
	sim_put_be16(reply, (uint16_t)(len - 2));
	sim_mmc_reply(cmd, reply, len, sim_be16(cmd->cdb + 7));
}

void sim_mmc_mechanism_status(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t reply[8] = { 0 };

	reply[1] = drive->tray_open ? 0x10 : 0;
	sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 8));
}

/* No copy protection here, but players ask for the region first */
void sim_mmc_report_key(struct sim_drive *drive, struct sim_cmd *cmd)
{
	static const uint8_t reply[8] = { 0, 6, 0, 0, 0x25, 0xff, 0x01, 0 };

	(void)drive;
	if (cmd->cdb[7] == 0 && (cmd->cdb[10] & 0x3f) == 0x08)
		sim_mmc_reply(cmd, reply, sizeof(reply), sim_be16(cmd->cdb + 8));
	else
		sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x24, 0x00);
}
