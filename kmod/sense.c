// SPDX-License-Identifier: GPL-2.0
/*
 * What a result says.  The one file that looks at sense data: it decides what the
 * driver must know, userspace decides the rest (libdiscmux.h, verdicts).
 */
#include <scsi/scsi.h>
#include <scsi/scsi_eh.h>

#include "command.h"

static bool dmx_result_header(const struct discmux_result *res,
			      struct scsi_sense_hdr *hdr)
{
	return !res->error && res->status == SAM_STAT_CHECK_CONDITION &&
	       scsi_normalize_sense(res->sense, res->sense_len, hdr);
}

/* Carried out, with something to tell (SPC-4 table 48). */
bool dmx_result_recovered(const struct discmux_result *res)
{
	struct scsi_sense_hdr hdr;

	return dmx_result_header(res, &hdr) && hdr.sense_key == RECOVERED_ERROR &&
	       !scsi_sense_is_deferred(&hdr);
}

/* Carried out. */
bool dmx_result_good(const struct discmux_result *res)
{
	return (!res->error && res->status == SAM_STAT_GOOD) || dmx_result_recovered(res);
}

static bool dmx_result_key(const struct discmux_result *res, u8 key)
{
	struct scsi_sense_hdr hdr;

	return dmx_result_header(res, &hdr) && hdr.sense_key == key;
}

bool dmx_result_not_ready(const struct discmux_result *res)
{
	return dmx_result_key(res, NOT_READY);
}

/* The device knows no such command or field. */
bool dmx_result_refused(const struct discmux_result *res)
{
	return dmx_result_key(res, ILLEGAL_REQUEST);
}

bool dmx_result_unit_attention(const struct discmux_result *res)
{
	return dmx_result_key(res, UNIT_ATTENTION);
}

/* A unit attention that tells of another medium. */
bool dmx_result_medium_changed(const struct discmux_result *res)
{
	struct scsi_sense_hdr hdr;

	return dmx_result_header(res, &hdr) && hdr.sense_key == UNIT_ATTENTION &&
	       hdr.asc == 0x28 && !hdr.ascq;
}

/**
 * dmx_result_not_begun() - whether a WRITE was surely not carried out
 * @res: its result
 *
 * Then it may be sent again as it is: the device was busy, its buffer full
 * (MMC-6: long write in progress), or it had something else to tell first that
 * leaves its session as it was (SPC-4 5.14, SAM-5 5.13).  After a reset, with
 * another medium, or when it has to become ready anew, it may not.
 */
bool dmx_result_not_begun(const struct discmux_result *res)
{
	struct scsi_sense_hdr hdr;

	if (res->error)
		return false;
	if (res->status == SAM_STAT_BUSY || res->status == SAM_STAT_TASK_SET_FULL)
		return true;
	if (!dmx_result_header(res, &hdr))
		return false;
	switch (hdr.sense_key) {
	case RECOVERED_ERROR:
		return scsi_sense_is_deferred(&hdr);
	case NOT_READY:
		return hdr.asc == 0x04 && hdr.ascq == 0x08;
	case UNIT_ATTENTION:
		return hdr.asc != 0x28 && hdr.asc != 0x29;
	}
	return false;
}

/**
 * dmx_sense_garbled() - whether a command was lost on its way, or its answer
 * @sense: sense data
 * @len: bytes of it
 *
 * ABORTED COMMAND because of the way there or back (MC-8x00 table 43: message
 * error, parity, INITIATOR DETECTED ERROR received, invalid message).
 */
bool dmx_sense_garbled(const u8 *sense, u32 len)
{
	struct scsi_sense_hdr hdr;

	if (!scsi_normalize_sense(sense, len, &hdr) || hdr.sense_key != ABORTED_COMMAND)
		return false;
	return hdr.asc == 0x43 || (hdr.asc >= 0x47 && hdr.asc <= 0x49);
}
