// SPDX-License-Identifier: GPL-2.0
/* One command on the bus, phase by phase. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"

#define BURST	65536	/* a drive disconnects between bursts of data */

/* A command on its way */
struct nexus {
	struct sim_device *dev;
	struct bus_terms *terms;
	const struct bus_message *message;
	struct sim_cmd *cmd;
	char *trace;
	bool may_disconnect;
};

__attribute__((format(printf, 2, 3)))
static void note(struct nexus *n, const char *format, ...)
{
	size_t len = strlen(n->trace);
	va_list ap;

	if (len && len + 2 < BUS_TRACE_SIZE)
		len += (size_t)snprintf(n->trace + len, BUS_TRACE_SIZE - len, ", ");
	va_start(ap, format);
	if (len < BUS_TRACE_SIZE)
		vsnprintf(n->trace + len, BUS_TRACE_SIZE - len, format, ap);
	va_end(ap);
}

enum bus_target bus_target_of(const struct sim_device *dev)
{
	if (dev->type != 8)
		return BUS_DRIVE;
	return dev->scsi2 ? BUS_LIBRARY : BUS_AUTOLOADER;
}

/* Data go to the device */
static bool is_data_out(const uint8_t *cdb)
{
	static const uint8_t out[] = {
		0x04, 0x0a, 0x15, 0x1d, 0x2a, 0x2e, 0x3b, 0x4c, 0x54, 0x55, 0x5d, 0xa3, 0xaa,
		0xb6, 0xbf,
	};

	return memchr(out, cdb[0], sizeof(out)) != NULL;
}

static unsigned int activity(struct sim_device *dev, const uint8_t *cdb)
{
	return dev->ops->activity ? dev->ops->activity(dev, cdb) : 0;
}

bool bus_gets_to(struct sim_device *dev, const struct sim_cmd *cmd, enum bus_phase phase)
{
	switch (phase) {
	case BUS_AT_DATA:
		return cmd->data_len > 0;
	case BUS_AT_INIT:
		return activity(dev, cmd->cdb) & SIM_INITIALIZES;
	case BUS_AT_MOVE:
		return activity(dev, cmd->cdb) & SIM_MOVES;
	default:
		return true;
	}
}

/* --- what the target does ---------------------------------------------------------------- */

/* Without a word: the initiator knows by the bus alone that it is over. */
static bool free_bus(struct nexus *n)
{
	if (n->message->phase != BUS_AT_COMPLETE)
		n->cmd->status = SIM_TASK_ABORTED;
	note(n, "BUS FREE");
	return false;
}

static bool reset(struct nexus *n)
{
	memset(n->terms, 0, sizeof(*n->terms));
	n->dev->ops->reset(n->dev);
	return free_bus(n);
}

static bool check(struct nexus *n, const struct bus_answer *answer)
{
	sim_cmd_sense(n->cmd, answer->key, answer->asc, answer->ascq);
	note(n, "STATUS 02");
	note(n, "COMMAND COMPLETE");
	note(n, "BUS FREE");
	return false;
}

static bool agree(struct nexus *n, const char *name)
{
	note(n, "%s", name);
	n->terms->wide |= n->message->code == BUS_WDTR;
	n->terms->synchronous |= n->message->code == BUS_SDTR;
	return true;
}

/* What the host does not want, the drive does without from now on. */
static bool go_on(struct nexus *n)
{
	if (n->message->code != BUS_MESSAGE_REJECT)
		return true;
	n->terms->no_disconnect |= n->message->rejects == BUS_DISCONNECT;
	n->terms->synchronous &= n->message->rejects != BUS_SDTR;
	n->terms->wide &= n->message->rejects != BUS_WDTR;
	return true;
}

/* The message comes.  False: the command is over. */
static bool react(struct nexus *n, const char *phase)
{
	const struct bus_answer answer = bus_rule(bus_target_of(n->dev), n->message);
	char name[40];

	bus_message_name(n->message->code, name, sizeof(name));
	note(n, "[%s]", name);
	switch (answer.reaction) {
	case BUS_GOES_ON:
		return go_on(n);
	case BUS_AGREES:
		return agree(n, name);
	case BUS_REFUSES:
		note(n, "MESSAGE REJECT");
		return true;
	case BUS_REJECTS:
		note(n, "MESSAGE REJECT");
		return free_bus(n);
	case BUS_CHECKS:
		return check(n, &answer);
	case BUS_RETRIES:
		note(n, "RESTORE POINTERS");
		note(n, "%s", phase);
		return true;
	case BUS_REPEATS:
		note(n, "%s", phase);
		return true;
	case BUS_RESETS:
		return reset(n);
	case BUS_ENDS:
	case BUS_FREES:
		break;
	}
	return free_bus(n);
}

/* A phase that the command gets to, and the message if it comes there */
static bool pass(struct nexus *n, enum bus_phase phase, const char *words)
{
	if (words)
		note(n, "%s", words);
	return n->message->phase != phase || react(n, words);
}

/* --- phases ------------------------------------------------------------------------------ */

static bool begin(struct nexus *n)
{
	/* The bit DiscPriv of IDENTIFY */
	n->may_disconnect = !n->terms->no_disconnect &&
		(n->message->phase != BUS_AT_SELECTION || n->message->code & 0x40);
	if (n->message->phase == BUS_AT_SELECTION && !react(n, "IDENTIFY"))
		return false;
	if (n->message->phase != BUS_AT_SELECTION)
		note(n, "IDENTIFY");
	return pass(n, BUS_AT_IDENTIFY, NULL) && pass(n, BUS_AT_COMMAND, "COMMAND") &&
		pass(n, BUS_AT_INIT, NULL);
}

/* The target does its work without the bus, if it may. */
static void work(struct nexus *n, bool disconnects)
{
	disconnects &= n->may_disconnect;
	if (disconnects)
		note(n, "DISCONNECT");
	n->dev->ops->execute(n->dev, n->cmd);
	if (disconnects)
		note(n, "IDENTIFY");
}

static bool transfer(struct nexus *n, const char *words, bool long_one)
{
	if (long_one && n->may_disconnect) {
		note(n, "%s", words);
		note(n, "SAVE DATA POINTER");
		note(n, "DISCONNECT");
		note(n, "IDENTIFY");
	}
	return pass(n, BUS_AT_DATA, words);
}

static bool data_in(struct nexus *n)
{
	bool ok = transfer(n, "DATA IN", n->cmd->done > BURST);

	if (ok && n->terms->wide && n->cmd->done & 1)
		note(n, "IGNORE WIDE RESIDUE 01");
	return ok;
}

static bool end(struct nexus *n)
{
	bool linked = n->cmd->status == SIM_INTERMEDIATE;
	char status[16];

	snprintf(status, sizeof(status), "STATUS %02X", n->cmd->status);
	return pass(n, BUS_AT_STATUS, status) &&
		pass(n, BUS_AT_MESSAGE_IN, linked ? "LINKED COMMAND COMPLETE" : "COMMAND COMPLETE") &&
		pass(n, BUS_AT_COMPLETE, NULL);
}

void bus_execute(struct sim_device *dev, struct bus_terms *terms,
		 const struct bus_message *message, struct sim_cmd *cmd, char *trace)
{
	struct nexus n = {
		.dev = dev, .terms = terms, .message = message, .cmd = cmd, .trace = trace,
	};
	bool out = cmd->data_len && is_data_out(cmd->cdb);
	bool moves = activity(dev, cmd->cdb) & SIM_MOVES;

	*trace = 0;
	if (!begin(&n))
		return;
	if (out && !transfer(&n, "DATA OUT", cmd->data_len > BURST))
		return;
	work(&n, moves);
	if (!pass(&n, BUS_AT_MOVE, NULL))
		return;
	if (!out && (cmd->done || message->phase == BUS_AT_DATA) && !data_in(&n))
		return;
	if (end(&n))
		note(&n, "BUS FREE");
}
