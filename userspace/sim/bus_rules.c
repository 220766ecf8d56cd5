// SPDX-License-Identifier: GPL-2.0
/* What each message does at each phase. */
#include "bus.h"

#define ALL		(BUS_LIBRARY | BUS_AUTOLOADER | BUS_DRIVE)
#define CHANGERS	(BUS_LIBRARY | BUS_AUTOLOADER)

#define AT(phase)	(1u << BUS_AT_##phase)
#define EVER		((1u << BUS_PHASES) - 1)
#define ANY_MESSAGE	0xffff	/* MESSAGE REJECT: whatever it rejects */

#define ONE(code)	code, code, ANY_MESSAGE
#define REJECTING(code)	BUS_MESSAGE_REJECT, BUS_MESSAGE_REJECT, code
#define DO(what)	{ .reaction = BUS_##what }
#define CHECK(key, asc)	{ BUS_CHECKS, SIM_##key, asc, 0x00 }

/* The first that fits counts; a message that has none is not implemented. */
static const struct rule {
	uint8_t targets;
	uint16_t first, last;
	uint16_t rejects;
	uint16_t phases;
	struct bus_answer answer;
} rules[] = {
	/* At any time; there is nothing to abort after the end */
	{ ALL, ONE(BUS_ABORT), AT(COMPLETE), DO(FREES) },
	{ ALL, ONE(BUS_ABORT), EVER, DO(ENDS) },
	{ ALL, ONE(BUS_DEVICE_RESET), EVER, DO(RESETS) },
	{ ALL, ONE(BUS_NO_OPERATION), EVER & ~AT(SELECTION), DO(GOES_ON) },

	/* The first message after selection is IDENTIFY, with or without DiscPriv */
	{ ALL, ONE(BUS_IDENTIFY), AT(SELECTION), DO(GOES_ON) },
	{ ALL, ONE(0xc0), AT(SELECTION), DO(GOES_ON) },
	{ ALL, 0x81, 0x87, ANY_MESSAGE, AT(SELECTION), CHECK(ILLEGAL_REQUEST, 0x25) },
	{ ALL, 0xc1, 0xc7, ANY_MESSAGE, AT(SELECTION), CHECK(ILLEGAL_REQUEST, 0x25) },
	/* with reserved bits; for a drive, LUNTAR */
	{ CHANGERS, BUS_IDENTIFY, BUS_LAST_CODE, ANY_MESSAGE, AT(SELECTION),
	  CHECK(ABORTED_COMMAND, 0x3d) },
	{ BUS_DRIVE, BUS_IDENTIFY, BUS_LAST_CODE, ANY_MESSAGE, AT(SELECTION), DO(REJECTS) },
	{ ALL, 0x00, BUS_WDTR, ANY_MESSAGE, AT(SELECTION), DO(FREES) },
	/* and at no other time */
	{ ALL, BUS_IDENTIFY, BUS_LAST_CODE, ANY_MESSAGE, EVER, DO(REJECTS) },

	/* The autoloader leaves it to the host to send a command again */
	{ CHANGERS, ONE(BUS_INITIATOR_DETECTED_ERROR), EVER & ~AT(COMPLETE),
	  CHECK(ABORTED_COMMAND, 0x48) },
	{ CHANGERS, ONE(BUS_INITIATOR_DETECTED_ERROR), EVER, DO(FREES) },
	{ CHANGERS, ONE(BUS_MESSAGE_PARITY_ERROR), EVER & ~AT(COMPLETE),
	  CHECK(ABORTED_COMMAND, 0x43) },
	{ CHANGERS, ONE(BUS_MESSAGE_PARITY_ERROR), EVER, DO(FREES) },
	{ CHANGERS, ONE(BUS_MESSAGE_REJECT), EVER & ~(AT(MESSAGE_IN) | AT(COMPLETE)),
	  CHECK(ABORTED_COMMAND, 0x43) },
	/* later it is an illegal message */
	{ CHANGERS, ONE(BUS_MESSAGE_REJECT), EVER, DO(REJECTS) },

	/* The drive tries again, but not right after IDENTIFY and after COMMAND COMPLETE */
	{ BUS_DRIVE, ONE(BUS_INITIATOR_DETECTED_ERROR), AT(COMMAND) | AT(DATA) | AT(STATUS),
	  DO(RETRIES) },
	{ BUS_DRIVE, ONE(BUS_INITIATOR_DETECTED_ERROR), AT(MESSAGE_IN), DO(REPEATS) },
	{ BUS_DRIVE, ONE(BUS_INITIATOR_DETECTED_ERROR), EVER, DO(FREES) },
	{ BUS_DRIVE, ONE(BUS_MESSAGE_PARITY_ERROR), AT(MESSAGE_IN), DO(REPEATS) },
	{ BUS_DRIVE, ONE(BUS_MESSAGE_PARITY_ERROR), EVER, DO(FREES) },
	/* What it asked for and does not get, it does without */
	{ BUS_DRIVE, REJECTING(BUS_DISCONNECT), AT(MESSAGE_IN), DO(GOES_ON) },
	{ BUS_DRIVE, REJECTING(BUS_SDTR), AT(MESSAGE_IN), DO(GOES_ON) },
	{ BUS_DRIVE, REJECTING(BUS_WDTR), AT(MESSAGE_IN), DO(GOES_ON) },
	/* no retry is possible then */
	{ BUS_DRIVE, REJECTING(BUS_RESTORE_POINTERS), AT(MESSAGE_IN),
	  CHECK(ABORTED_COMMAND, 0x48) },
	{ BUS_DRIVE, ONE(BUS_MESSAGE_REJECT), AT(MESSAGE_IN), DO(ENDS) },
	{ BUS_DRIVE, ONE(BUS_MESSAGE_REJECT), EVER, DO(FREES) },

	/* The library transfers asynchronously and eight bits wide (2.2, 3.2) */
	{ BUS_AUTOLOADER | BUS_DRIVE, ONE(BUS_SDTR), EVER & ~AT(COMPLETE), DO(AGREES) },
	{ BUS_AUTOLOADER | BUS_DRIVE, ONE(BUS_WDTR), EVER & ~AT(COMPLETE), DO(AGREES) },
};

struct bus_answer bus_rule(enum bus_target target, const struct bus_message *message)
{
	const struct bus_answer refuses = { .reaction = BUS_REFUSES };
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r = &rules[i];

		if (r->targets & target && message->code >= r->first && message->code <= r->last &&
		    (r->rejects == ANY_MESSAGE || r->rejects == message->rejects) &&
		    r->phases & 1u << message->phase)
			return r->answer;
	}
	return refuses;
}
