// SPDX-License-Identifier: GPL-2.0
/*
 * Which commands may be sent, by whom, and which may be sent twice.
 */
#include <linux/capability.h>
#include <scsi/scsi.h>

#include "changer.h"

/* Commands that tell but change nothing, neither medium nor mechanism. */
bool dmx_cdb_changes(const u8 *cdb)
{
	switch (cdb[0]) {
	case TEST_UNIT_READY:
	case REQUEST_SENSE:
	case INQUIRY:
	case MODE_SENSE:
	case MODE_SENSE_10:
	case LOG_SENSE:
	case READ_CAPACITY:
	case READ_ELEMENT_STATUS:
	case 0x23:	/* READ FORMAT CAPACITIES */
	case 0x43:	/* READ TOC/PMA/ATIP */
	case 0x46:	/* GET CONFIGURATION */
	case 0x4a:	/* GET EVENT STATUS NOTIFICATION */
	case 0x51:	/* READ DISC INFORMATION */
	case 0x52:	/* READ TRACK INFORMATION */
	case 0x5c:	/* READ BUFFER CAPACITY */
	case 0xac:	/* GET PERFORMANCE */
	case 0xad:	/* READ DISC STRUCTURE */
	case 0xbd:	/* MECHANISM STATUS */
		return false;
	}
	return true;
}

/* Commands after which a disc has another size, or other contents. */
bool dmx_cdb_rewrites(const u8 *cdb)
{
	switch (cdb[0]) {
	case FORMAT_UNIT:
	case WRITE_10:
	case WRITE_VERIFY:
	case WRITE_12:
	case SYNCHRONIZE_CACHE:
	case 0x2c:	/* ERASE(10) */
	case 0x53:	/* RESERVE TRACK */
	case 0x58:	/* REPAIR TRACK */
	case 0x5b:	/* CLOSE TRACK, SESSION */
	case 0xa1:	/* BLANK */
		return true;
	}
	return false;
}

/* Whether a command that did not get through may be sent again as it is. */
bool dmx_cdb_repeatable(const u8 *cdb)
{
	switch (cdb[0]) {
	case READ_6:
	case READ_10:
	case READ_12:
	case READ_BUFFER:
	case VERIFY:
	case 0x42:	/* READ SUB-CHANNEL */
	case 0x44:	/* READ HEADER */
	case 0xb9:	/* READ CD MSF */
	case 0xbe:	/* READ CD */
		return true;
	}
	return !dmx_cdb_changes(cdb);
}

/* SPC-4 and MMC-6, what is obsolete but in use included. */
static const u8 dmx_drive_commands[] = {
	TEST_UNIT_READY, REQUEST_SENSE, FORMAT_UNIT, READ_6, INQUIRY, MODE_SELECT,
	RESERVE, RELEASE, MODE_SENSE, START_STOP, ALLOW_MEDIUM_REMOVAL, READ_CAPACITY,
	READ_10, WRITE_10, SEEK_10, WRITE_VERIFY, VERIFY, SYNCHRONIZE_CACHE,
	READ_BUFFER, LOG_SELECT, LOG_SENSE, MODE_SELECT_10, RESERVE_10, RELEASE_10,
	MODE_SENSE_10, PERSISTENT_RESERVE_IN, PERSISTENT_RESERVE_OUT, REPORT_LUNS,
	READ_12, WRITE_12,
	0x23,	/* READ FORMAT CAPACITIES */
	0x2c,	/* ERASE(10) */
	0x42, 0x43, 0x44,	/* READ SUB-CHANNEL, TOC/PMA/ATIP, HEADER */
	0x45, 0x47, 0x48, 0x4b, 0x4e, 0xa5, 0xba,	/* playing audio */
	0x46, 0x4a,	/* GET CONFIGURATION, EVENT STATUS NOTIFICATION */
	0x51, 0x52,	/* READ DISC, TRACK INFORMATION */
	0x53, 0x54, 0x58,	/* RESERVE TRACK, SEND OPC, REPAIR TRACK */
	0x59, 0x5b, 0x5c, 0x5d,	/* master cue, CLOSE, buffer, CUE SHEET */
	0xa1, 0xa2, 0xa3, 0xa4,	/* BLANK, SEND EVENT, SEND and REPORT KEY */
	0xa6, 0xa7, 0xab,	/* LOAD/UNLOAD, READ AHEAD, serial number */
	0xac, 0xad, 0xaf,	/* GET PERFORMANCE, DISC STRUCTURE, VERIFY(12) */
	0xb6, 0xb7, 0xb9, 0xbb,	/* STREAMING, defects, READ CD MSF, speed */
	0xbd, 0xbe, 0xbf,	/* MECHANISM STATUS, READ CD, SEND STRUCTURE */
};

/* SPC-4, SMC-3 and table 11 of the MC-8x00 manual */
static const u8 dmx_changer_commands[] = {
	TEST_UNIT_READY, REZERO_UNIT, REQUEST_SENSE, INITIALIZE_ELEMENT_STATUS, INQUIRY,
	MODE_SELECT, RESERVE, RELEASE, MODE_SENSE, START_STOP, ALLOW_MEDIUM_REMOVAL,
	POSITION_TO_ELEMENT, READ_BUFFER, LOG_SELECT, LOG_SENSE, MODE_SELECT_10,
	RESERVE_10, RELEASE_10, MODE_SENSE_10, PERSISTENT_RESERVE_IN,
	PERSISTENT_RESERVE_OUT, REPORT_LUNS, MOVE_MEDIUM, EXCHANGE_MEDIUM,
	READ_ELEMENT_STATUS,
	0x37,	/* INITIALIZE ELEMENT STATUS WITH RANGE */
	0xb5, 0xb6,	/* REQUEST VOLUME ELEMENT ADDRESS, SEND VOLUME TAG */
};

static bool dmx_in_set(const u8 *set, size_t n, u8 opcode)
{
	while (n--) {
		if (set[n] == opcode)
			return true;
	}
	return false;
}

/* The capability that a command needs, 0: none. */
static int dmx_changer_needs(struct dmx_member *m, const u8 *cdb)
{
	switch (cdb[0]) {
	case REZERO_UNIT:
		return cdb[1] & 0x04 ? CAP_SYS_ADMIN : 0;	/* Reset */
	case WRITE_BUFFER:
		return (cdb[1] & 0x1f) == 2 ? 0 : CAP_SYS_RAWIO;	/* data */
	case SEND_DIAGNOSTIC:
		return cdb[1] == 0x04 ? 0 : CAP_SYS_RAWIO;	/* SelfTest */
	case 0xe7:	/* INITIALIZE ELEMENT STATUS of the library */
		return dmx_is_library(m) ? 0 : CAP_SYS_RAWIO;
	}
	return dmx_in_set(dmx_changer_commands, ARRAY_SIZE(dmx_changer_commands), cdb[0]) ?
		0 : CAP_SYS_RAWIO;
}

static int dmx_drive_needs(const u8 *cdb)
{
	switch (cdb[0]) {
	case 0xa3:	/* the region code can be set five times only */
		return (cdb[10] & 0x3f) == 0x06 ? CAP_SYS_RAWIO : 0;
	case SEND_DIAGNOSTIC:
		return cdb[1] == 0x04 ? 0 : CAP_SYS_RAWIO;
	}
	return dmx_in_set(dmx_drive_commands, ARRAY_SIZE(dmx_drive_commands), cdb[0]) ?
		0 : CAP_SYS_RAWIO;
}

/* 0 or -EPERM: may the caller, who has a writable fd, send this command? */
int dmx_cdb_permitted(struct dmx_member *m, const u8 *cdb)
{
	int cap = m->sdev->type == TYPE_MEDIUM_CHANGER ? dmx_changer_needs(m, cdb) :
							 dmx_drive_needs(cdb);

	return !cap || capable(cap) ? 0 : -EPERM;
}

/* 0 or -EBUSY: may this fd change this member now? */
int dmx_member_mine(struct dmx_file *file, struct dmx_member *m)
{
	int ret = 0;

	spin_lock_irq(&m->lock);
	if (m->streaming || (m->owner && m->owner != file))
		ret = -EBUSY;
	spin_unlock_irq(&m->lock);
	return ret;
}
