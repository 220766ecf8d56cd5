/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A parallel SCSI bus, as far as its messages can be seen: what a target does when
 * the initiator sends a message out of turn.  The rules are those of the chapters on
 * messages of an autoloader and of a drive, and of the library's manual (2.3).
 *
 * There is no bus between a virtual device and the kernel.  What the kernel sees is
 * the nearest that a transport without phases can show:
 *   BUS FREE before the command was complete   TASK ABORTED, so that the midlayer
 *                                              sends it again
 *   CHECK CONDITION                            that, with ABORTED COMMAND
 *   a phase or a message again                 the command as if nothing had been
 *   BUS DEVICE RESET                           TASK ABORTED, then the unit attention
 *   after COMMAND COMPLETE                     the status that the command had
 */
#ifndef DISCMUX_SIM_BUS_H
#define DISCMUX_SIM_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"

/* Codes of messages; extended ones are 01h with their own code below it */
enum bus_code {
	BUS_COMMAND_COMPLETE = 0x00,
	BUS_EXTENDED = 0x01,
	BUS_SAVE_DATA_POINTER = 0x02,
	BUS_RESTORE_POINTERS = 0x03,
	BUS_DISCONNECT = 0x04,
	BUS_INITIATOR_DETECTED_ERROR = 0x05,
	BUS_ABORT = 0x06,
	BUS_MESSAGE_REJECT = 0x07,
	BUS_NO_OPERATION = 0x08,
	BUS_MESSAGE_PARITY_ERROR = 0x09,
	BUS_LINKED_COMMAND_COMPLETE = 0x0a,
	BUS_DEVICE_RESET = 0x0c,
	BUS_IGNORE_WIDE_RESIDUE = 0x23,
	BUS_IDENTIFY = 0x80,
	BUS_LAST_CODE = 0xff,
	BUS_SDTR = 0x101,	/* synchronous data transfer request */
	BUS_WDTR = 0x103,	/* wide data transfer request */
};

/* When the initiator sends it */
enum bus_phase {
	BUS_AT_SELECTION,	/* in the place of IDENTIFY */
	BUS_AT_IDENTIFY,	/* right after it */
	BUS_AT_COMMAND,
	BUS_AT_INIT,		/* with the command, while the library initializes */
	BUS_AT_DATA,
	BUS_AT_MOVE,		/* while mechanics move for the command */
	BUS_AT_STATUS,
	BUS_AT_MESSAGE_IN,
	BUS_AT_COMPLETE,	/* after COMMAND COMPLETE */
	BUS_PHASES,
};

struct bus_message {
	uint16_t code;		/* enum bus_code, or any other byte */
	uint16_t rejects;	/* of MESSAGE REJECT: the target's message */
	enum bus_phase phase;
};

/* Who the target is; bits, for rules may be of several */
enum bus_target {
	BUS_LIBRARY = 1 << 0,		/* MC-8x00: asynchronous, narrow */
	BUS_AUTOLOADER = 1 << 1,
	BUS_DRIVE = 1 << 2,
};

/* What it does */
enum bus_reaction {
	BUS_GOES_ON,
	BUS_AGREES,	/* answers with the same message, and goes on */
	BUS_REFUSES,	/* answers MESSAGE REJECT, and goes on */
	BUS_REJECTS,	/* answers MESSAGE REJECT, and goes BUS FREE */
	BUS_CHECKS,	/* goes to STATUS with CHECK CONDITION */
	BUS_RETRIES,	/* RESTORE POINTERS, and the phase again */
	BUS_REPEATS,	/* its own message again */
	BUS_ENDS,	/* lets what moves come to its end, then BUS FREE */
	BUS_RESETS,	/* the same, and then the reset condition */
	BUS_FREES,	/* BUS FREE */
};

struct bus_answer {
	enum bus_reaction reaction;
	uint8_t key, asc, ascq;	/* of CHECK CONDITION */
};

/* The rule for a message: there is one for each. */
struct bus_answer bus_rule(enum bus_target target, const struct bus_message *message);

/* What was agreed upon; lasts until a reset. */
struct bus_terms {
	bool wide, synchronous;
	bool no_disconnect;
};

#define BUS_TRACE_SIZE	400

/* Which target a device is. */
enum bus_target bus_target_of(const struct sim_device *dev);

/* Does this command get to that phase? */
bool bus_gets_to(struct sim_device *dev, const struct sim_cmd *cmd, enum bus_phase phase);

/*
 * Executes a command during which a message comes.  trace (BUS_TRACE_SIZE bytes)
 * tells in words what was on the bus.
 */
void bus_execute(struct sim_device *dev, struct bus_terms *terms,
		 const struct bus_message *message, struct sim_cmd *cmd, char *trace);

/* "bus-device-reset", "sdtr", or a byte in hexadecimal; and back (16 bytes or more). */
bool bus_message_parse(const char *text, uint16_t *code);
const char *bus_message_name(uint16_t code, char *buf, size_t size);
/* "identify", "message-in"; and back */
bool bus_phase_parse(const char *text, enum bus_phase *phase);
const char *bus_phase_name(enum bus_phase phase);

#endif
