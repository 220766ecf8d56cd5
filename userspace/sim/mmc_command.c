// SPDX-License-Identifier: GPL-2.0
/* Commands: which there are, when each may run, and what they share. */
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "drive_priv.h"

enum {
	ANY_UA = 1,		/* runs while a unit attention is pending, and leaves it so */
	NO_MEDIUM = 2,		/* needs no medium, nor a ready drive */
	WHILE_BUSY = 4,		/* runs while a close or flush goes on */
	RECORDER = 8,		/* readers don't know it */
	WHILE_CLOSING = 16,	/* runs while a close or flush goes on, but no erasing */
	ALWAYS = ANY_UA | NO_MEDIUM | WHILE_BUSY,
};

struct sim_mmc_command {
	uint8_t opcode;
	uint8_t when;
	sim_mmc_handler run;
};

/*
 * TEST UNIT READY during a close: drives answer GOOD while READ DISC/TRACK
 * INFORMATION already say 2/04/07 (Pioneer's manual has it so).
 */
static const struct sim_mmc_command commands[] = {
	{ 0x00, WHILE_CLOSING,		 sim_mmc_test_unit_ready },
	{ 0x03, ALWAYS,			 sim_mmc_request_sense },
	{ 0x04, RECORDER,		 sim_mmc_format },
	{ 0x12, ALWAYS,			 sim_mmc_inquiry },
	{ 0x15, NO_MEDIUM,		 sim_mmc_mode_select },
	{ 0x1a, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_mode_sense },
	{ 0x1b, NO_MEDIUM,		 sim_mmc_start_stop },
	{ 0x1e, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_prevent },
	{ 0x23, NO_MEDIUM,		 sim_mmc_read_format_capacities },
	{ 0x25, 0,			 sim_mmc_read_capacity },
	{ 0x28, 0,			 sim_mmc_read },
	{ 0x2a, RECORDER,		 sim_mmc_write },
	{ 0x2b, 0,			 sim_mmc_seek },
	{ 0x2e, RECORDER,		 sim_mmc_write_verify },
	{ 0x2f, 0,			 sim_mmc_verify },
	{ 0x35, RECORDER,		 sim_mmc_synchronize_cache },
	{ 0x3c, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_read_buffer },
	{ 0x42, 0,			 sim_mmc_read_subchannel },
	{ 0x43, 0,			 sim_mmc_read_toc },
	{ 0x46, ALWAYS,			 sim_mmc_get_configuration },
	{ 0x4a, ALWAYS,			 sim_mmc_event_status },
	{ 0x4d, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_log_sense },
	{ 0x51, 0,			 sim_mmc_read_disc_information },
	{ 0x52, 0,			 sim_mmc_read_track_information },
	{ 0x53, RECORDER,		 sim_mmc_reserve_track },
	{ 0x54, RECORDER,		 sim_mmc_send_opc },
	{ 0x55, NO_MEDIUM,		 sim_mmc_mode_select },
	{ 0x5a, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_mode_sense },
	{ 0x5b, RECORDER,		 sim_mmc_close },
	{ 0x5c, RECORDER | NO_MEDIUM | WHILE_BUSY, sim_mmc_read_buffer_capacity },
	{ 0x5d, RECORDER,		 sim_mmc_send_cue_sheet },
	{ 0xa1, RECORDER,		 sim_mmc_blank },
	{ 0xa3, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_report_opcodes },
	{ 0xa4, NO_MEDIUM,		 sim_mmc_report_key },
	{ 0xa8, 0,			 sim_mmc_read },
	{ 0xaa, RECORDER,		 sim_mmc_write },
	{ 0xac, 0,			 sim_mmc_get_performance },
	{ 0xad, 0,			 sim_mmc_read_disc_structure },
	{ 0xb6, NO_MEDIUM,		 sim_mmc_set_streaming },
	{ 0xbb, NO_MEDIUM,		 sim_mmc_set_cd_speed },
	{ 0xbd, NO_MEDIUM | WHILE_BUSY,	 sim_mmc_mechanism_status },
	{ 0xb9, 0,			 sim_mmc_read_cd },
	{ 0xbe, 0,			 sim_mmc_read_cd },
	{ 0xbf, RECORDER,		 sim_mmc_send_disc_structure },
};

static const struct sim_mmc_command *find(const struct sim_drive *drive, uint8_t opcode)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].opcode == opcode)
			return (commands[i].when & RECORDER) && !drive->recorder ? NULL
										 : &commands[i];
	return NULL;
}

bool sim_mmc_knows(const struct sim_drive *drive, uint8_t opcode)
{
	return find(drive, opcode);
}

/* For the logs: what the medium did not let it do */
static void count_error(struct sim_drive *drive, const struct sim_cmd *cmd)
{
	uint32_t *errors = sim_cdb_access(cmd->cdb, NULL, NULL) == SIM_ACCESS_WRITE
		? &drive->write_errors : &drive->read_errors;

	if (cmd->status == SIM_CHECK_CONDITION && (cmd->sense[2] & 0x0f) == SIM_MEDIUM_ERROR &&
	    *errors < UINT32_MAX)
		++*errors;
}

/* Reports one unit attention, the oldest kind first */
static bool attention(struct sim_drive *drive, struct sim_cmd *cmd)
{
	if (drive->ua_reset) {
		drive->ua_reset = false;
		sim_cmd_sense(cmd, SIM_UNIT_ATTENTION, 0x29, 0x00);
		return true;
	}
	if (drive->ua_changed) {
		drive->ua_changed = false;
		sim_cmd_sense(cmd, SIM_UNIT_ATTENTION, 0x28, 0x00);
		return true;
	}
	return false;
}

static uint8_t busy_ascq(const struct sim_drive *drive)
{
	switch (drive->busy) {
	case SIM_BUSY_FORMAT:
		return 0x04;
	case SIM_BUSY_FLUSH:
		return 0x08;
	default:
		return 0x07;
	}
}

/* How far a close or flush has come, for fixed-format sense bytes 15 to 17 */
static void progress(const struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint64_t all = drive->busy_until - drive->busy_since;
	uint64_t done = sim_now() - drive->busy_since;
	uint64_t share = done < all ? done * 0xffff / all : 0xffff;

	cmd->sense[15] = 0x80;
	sim_put_be16(cmd->sense + 16, (uint16_t)share);
}

/* What stands against the command; false: nothing */
static bool refused(struct sim_drive *drive, struct sim_cmd *cmd, uint8_t when)
{
	if (!(when & ANY_UA) && attention(drive, cmd))
		return true;
	if (!(when & NO_MEDIUM)) {
		if (!sim_drive_loaded(drive)) {
			sim_cmd_sense(cmd, SIM_NOT_READY, 0x3a, drive->tray_open ? 2 : 1);
			return true;
		}
		if (drive->loading) {
			sim_cmd_sense(cmd, SIM_NOT_READY, 0x04, 0x01);
			return true;
		}
		if (drive->disc->medium->family == SIM_BD && !drive->bd) {
			sim_cmd_sense(cmd, SIM_NOT_READY, 0x30, 0x00);
			return true;
		}
	}
	if (drive->busy == SIM_BUSY_CLOSE || drive->busy == SIM_BUSY_FLUSH)
		when |= when & WHILE_CLOSING ? WHILE_BUSY : 0;
	if (!(when & WHILE_BUSY) && drive->busy) {
		sim_cmd_sense(cmd, SIM_NOT_READY, 0x04, busy_ascq(drive));
		progress(drive, cmd);
		return true;
	}
	return false;
}

void sim_mmc_execute(struct sim_device *dev, struct sim_cmd *cmd)
{
	struct sim_drive *drive = (struct sim_drive *)dev;
	const struct sim_mmc_command *command;

	pthread_mutex_lock(&drive->lock);
	sim_drive_settle(drive);
	command = find(drive, cmd->cdb[0]);
	if (!command) {
		if (!attention(drive, cmd))
			sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x20, 0x00);
	} else if (!refused(drive, cmd, command->when)) {
		command->run(drive, cmd);
		count_error(drive, cmd);
	}
	pthread_mutex_unlock(&drive->lock);
}

void sim_mmc_test_unit_ready(struct sim_drive *drive, struct sim_cmd *cmd)
{
	/* Got here: ready */
	(void)drive;
	(void)cmd;
}

void sim_mmc_request_sense(struct sim_drive *drive, struct sim_cmd *cmd)
{
	uint8_t sense[SIM_SENSE_SIZE];

	if (!attention(drive, cmd)) {
		if (drive->busy) {
			sim_cmd_sense(cmd, SIM_NOT_READY, 0x04, busy_ascq(drive));
			progress(drive, cmd);
		} else {
			sim_cmd_sense(cmd, SIM_NO_SENSE, 0, 0);
		}
	}
	/* It is the reply here, not the outcome */
	memcpy(sense, cmd->sense, sizeof(sense));
	memset(cmd->sense, 0, sizeof(cmd->sense));
	cmd->status = SIM_GOOD;
	sim_mmc_reply(cmd, sense, sizeof(sense), cmd->cdb[4]);
}

void sim_mmc_reply(struct sim_cmd *cmd, const void *buf, size_t len, size_t allocation)
{
	sim_cmd_put(cmd, buf, len < allocation ? len : allocation);
}

struct iovec *sim_mmc_iov(struct sim_drive *drive, struct sim_cmd *cmd, size_t len, size_t *count)
{
	size_t skip = cmd->done;

	if (drive->iov_room < cmd->iov_count) {
		struct iovec *more = realloc(drive->iov, cmd->iov_count * sizeof(*more));

		if (!more)
			return NULL;
		drive->iov = more;
		drive->iov_room = cmd->iov_count;
	}
	*count = 0;
	for (size_t i = 0; i < cmd->iov_count && len; i++) {
		struct iovec part = cmd->iov[i];

		if (skip >= part.iov_len) {
			skip -= part.iov_len;
			continue;
		}
		part.iov_base = (char *)part.iov_base + skip;
		part.iov_len -= skip;
		skip = 0;
		if (part.iov_len > len)
			part.iov_len = len;
		len -= part.iov_len;
		drive->iov[(*count)++] = part;
	}
	return drive->iov;
}

bool sim_mmc_recordable(struct sim_drive *drive, struct sim_cmd *cmd)
{
	if (drive->disc->medium->recordable && drive->disc->state != SIM_DISC_COMPLETE &&
	    !drive->disc->medium->overwrite)
		return true;
	/* What drives say of closed and of pressed discs: growisofs' "wrong medium type" */
	sim_cmd_sense(cmd, SIM_ILLEGAL_REQUEST, 0x30, 0x05);
	return false;
}
