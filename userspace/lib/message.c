// SPDX-License-Identifier: LGPL-2.1
/*
 * Messages of the parallel SCSI bus: the chapters on messages in the manuals of a
 * drive and an autoloader, and table 1 of the library's.
 */
#include "libdiscmux.h"

static const struct discmux_message messages[] = {
	{ 0x00, 0x00, .in = true, .out = false, .name = "COMMAND COMPLETE",
	  .source = "library",
	  .effect = "command ended" },
	{ 0x01, 0x01, .in = true, .out = true, .name = "EXTENDED MESSAGE",
	  .source = "drive",
	  .effect = "introduces an extended message" },
	{ 0x02, 0x02, .in = true, .out = false, .name = "SAVE DATA POINTERS",
	  .source = "both",
	  .effect = "initiator saves its data pointers; always sent before Disconnect during "
		    "data phases" },
	{ 0x03, 0x03, .in = true, .out = false, .name = "RESTORE POINTERS",
	  .source = "both",
	  .effect = "initiator restores its data pointers; sent on bus parity error or INITIATOR "
		    "DETECTED ERROR to retry the data phase" },
	{ 0x04, 0x04, .in = true, .out = false, .name = "DISCONNECT",
	  .source = "library",
	  .effect = "target disconnects; Save Data Pointers is sent first during data phases "
		    "(drive)" },
	{ 0x05, 0x05, .in = false, .out = true, .name = "INITIATOR DETECTED ERROR",
	  .source = "both",
	  .effect = "target may retry; otherwise CHECK CONDITION, sense key ABORTED COMMAND; "
		    "right after IDENTIFY or after COMMAND COMPLETE the drive goes BUS FREE" },
	{ 0x06, 0x06, .in = false, .out = true, .name = "ABORT",
	  .source = "both",
	  .effect = "aborts the current command; the autoloader finishes the mechanical "
		    "operation, then goes BUS FREE" },
	{ 0x07, 0x07, .in = true, .out = true, .name = "MESSAGE REJECT",
	  .source = "both",
	  .effect = "message not implemented; before MESSAGE IN the autoloader moves to STATUS "
		    "with CHECK CONDITION, ABORTED COMMAND; after MESSAGE IN it is an illegal "
		    "message; for the drive, rejecting Disconnect, SDTR or WDTR lets the "
		    "operation go on without them, rejecting any other but Restore Pointers acts "
		    "as ABORT" },
	{ 0x08, 0x08, .in = false, .out = true, .name = "NO OPERATION",
	  .source = "both",
	  .effect = "ignored" },
	{ 0x09, 0x09, .in = false, .out = true, .name = "MESSAGE PARITY ERROR",
	  .source = "both",
	  .effect = "drive retries the message; the autoloader: CHECK CONDITION, sense key "
		    "ABORTED COMMAND; never sent by the autoloader; during COMMAND, DATA or "
		    "STATUS phase, right after IDENTIFY, or after COMMAND COMPLETE the drive "
		    "goes BUS FREE" },
	{ 0x0a, 0x0a, .in = true, .out = false, .name = "LINKED COMMAND COMPLETE",
	  .source = "library",
	  .effect = "linked command ended" },
	{ 0x0c, 0x0c, .in = false, .out = true, .name = "BUS DEVICE RESET",
	  .source = "both",
	  .effect = "reset condition; the autoloader resets at a convenient break (a MOVE MEDIUM "
		    "in progress completes first), then BUS FREE and UNIT ATTENTION to all "
		    "initiators; during initialization it does not restart initialization" },
	{ 0x23, 0x23, .in = true, .out = false, .name = "IGNORE WIDE RESIDUE",
	  .source = "autoloader",
	  .effect = "2 bytes: 23h, number of bytes to ignore (01h)" },
	{ 0x80, 0xff, .in = true, .out = true, .name = "IDENTIFY",
	  .source = "both",
	  .effect = "identifies the LUN and sets the disconnect privilege; must be the first "
		    "message after selection; LUNTAR must be zero; at any other time the drive "
		    "answers MESSAGE REJECT and goes BUS FREE" },
};

#define NR_MESSAGES (sizeof(messages) / sizeof(*messages))

const struct discmux_message *discmux_message_nth(size_t nth)
{
	return nth < NR_MESSAGES ? &messages[nth] : NULL;
}

const struct discmux_message *discmux_message(uint8_t code)
{
	size_t i;

	for (i = 0; i < NR_MESSAGES; i++)
		if (messages[i].first <= code && code <= messages[i].last)
			return &messages[i];
	return NULL;
}

const char *discmux_message_direction(const struct discmux_message *message)
{
	if (message->in && message->out)
		return "both";
	return message->in ? "in" : "out";
}
