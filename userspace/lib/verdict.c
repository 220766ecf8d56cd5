// SPDX-License-Identifier: LGPL-2.1
/*
 * What a result means for who sent the command: the decision, and the loop that
 * acts on it.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define STATUS_GOOD			0x00
#define STATUS_CHECK_CONDITION		0x02
#define STATUS_BUSY			0x08
#define STATUS_RESERVATION_CONFLICT	0x18
#define STATUS_TASK_SET_FULL		0x28
#define STATUS_TASK_ABORTED		0x40

#define PAUSE_MIN_MS	20u
#define PAUSE_MAX_MS	500u
/* A NOT READY that is not 04h names no work that could end; a member that is ours is held
 * only by a stream that is just being closed */
#define VAGUE_WAIT_MS	20000u

/* ---- Causes ------------------------------------------------------------- */

enum {
	KEY_NONE, KEY_RECOVERED, KEY_NOT_READY, KEY_MEDIUM, KEY_HARDWARE, KEY_REQUEST,
	KEY_ATTENTION, KEY_PROTECT, KEY_BLANK, KEY_VENDOR, KEY_COPY, KEY_ABORTED,
};

#define ANY	0x100	/* key, ascq */

/* Codes that programs tell apart; the first that fits.  All else goes by the table
 * of codes and what it says is to be done. */
static const struct {
	uint16_t key, asc, ascq;
	enum discmux_cause cause;
} codes[] = {
	{ KEY_NOT_READY, 0x3a, 0x02, DISCMUX_CAUSE_TRAY_OPEN },
	{ ANY, 0x3a, ANY, DISCMUX_CAUSE_NO_DISC },
	{ ANY, 0x30, 0x03, DISCMUX_CAUSE_CLEANING },
	{ KEY_NOT_READY, 0x30, ANY, DISCMUX_CAUSE_STRANGE_DISC },
	{ KEY_ATTENTION, 0x28, ANY, DISCMUX_CAUSE_DISC_CHANGED },
	{ KEY_ATTENTION, 0x29, ANY, DISCMUX_CAUSE_RESET },
	{ KEY_REQUEST, 0x20, ANY, DISCMUX_CAUSE_UNSUPPORTED },
	{ KEY_REQUEST, 0x24, ANY, DISCMUX_CAUSE_UNSUPPORTED },
	{ KEY_REQUEST, 0x26, ANY, DISCMUX_CAUSE_UNSUPPORTED },
	{ KEY_REQUEST, 0x21, ANY, DISCMUX_CAUSE_UNWRITTEN },
	{ KEY_REQUEST, 0x63, ANY, DISCMUX_CAUSE_UNWRITTEN },
	{ KEY_REQUEST, 0x64, 0x00, DISCMUX_CAUSE_UNWRITTEN },
	{ KEY_REQUEST, 0x6f, ANY, DISCMUX_CAUSE_PROTECTED },
	{ ANY, 0x3b, 0x0d, DISCMUX_CAUSE_OCCUPIED },
	{ ANY, 0x3b, 0x0e, DISCMUX_CAUSE_NO_SOURCE },
	{ KEY_REQUEST, 0x53, 0x02, DISCMUX_CAUSE_LOCKED },
};

/* By the table of codes, where nothing above fits */
static enum discmux_cause cause_of_action(enum discmux_device device,
					  const struct discmux_sense *s)
{
	switch (discmux_sense_action(device, s->key, s->asc, s->ascq)) {
	case DISCMUX_ACTION_WAIT:
		return DISCMUX_CAUSE_BUSY;
	case DISCMUX_ACTION_CLEAN:
	case DISCMUX_ACTION_CHANGE_DISC:
		return s->key == KEY_MEDIUM && s->asc == 0x11 ? DISCMUX_CAUSE_UNREADABLE :
								DISCMUX_CAUSE_MEDIUM;
	case DISCMUX_ACTION_CHANGE_DRIVE:
	case DISCMUX_ACTION_OPERATOR:
	case DISCMUX_ACTION_PRINTER:
		return DISCMUX_CAUSE_DEVICE;
	case DISCMUX_ACTION_RETRY:
		return DISCMUX_CAUSE_ABORTED;
	default:
		return DISCMUX_CAUSE_OTHER;
	}
}

static enum discmux_cause cause_of_sense(enum discmux_device device, const struct discmux_sense *s)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if ((codes[i].key == ANY || codes[i].key == s->key) && codes[i].asc == s->asc &&
		    (codes[i].ascq == ANY || codes[i].ascq == s->ascq))
			return codes[i].cause;
	switch (s->key) {
	case KEY_ATTENTION:
		return DISCMUX_CAUSE_ATTENTION;
	case KEY_BLANK:
		return DISCMUX_CAUSE_UNWRITTEN;
	case KEY_ABORTED:
		return DISCMUX_CAUSE_ABORTED;
	default:
		return cause_of_action(device, s);
	}
}

static enum discmux_cause cause_of_error(uint32_t error)
{
	switch (error) {
	case ENODEV:
		return DISCMUX_CAUSE_GONE;
	case EBUSY:
		return DISCMUX_CAUSE_HELD;
	default:
		return DISCMUX_CAUSE_PATH;
	}
}

static enum discmux_cause cause_of(enum discmux_device device, const struct discmux_result *result,
				   struct discmux_sense *sense)
{
	memset(sense, 0, sizeof(*sense));
	if (result->error)
		return cause_of_error(result->error);
	switch (result->status) {
	case STATUS_GOOD:
		return DISCMUX_CAUSE_NONE;
	case STATUS_CHECK_CONDITION:
		break;
	case STATUS_BUSY:
	case STATUS_TASK_SET_FULL:
		return DISCMUX_CAUSE_BUSY;
	case STATUS_RESERVATION_CONFLICT:
		return DISCMUX_CAUSE_TAKEN;
	case STATUS_TASK_ABORTED:
		return DISCMUX_CAUSE_PATH;
	default:
		return DISCMUX_CAUSE_OTHER;
	}
	if (discmux_result_sense(result, sense))
		return DISCMUX_CAUSE_PATH;	/* the sense data were lost */
	if (sense->key == KEY_RECOVERED)
		return sense->deferred ? DISCMUX_CAUSE_DEFERRED : DISCMUX_CAUSE_RECOVERED;
	return cause_of_sense(device, sense);
}

enum discmux_cause discmux_result_cause(enum discmux_device device,
					const struct discmux_result *result)
{
	struct discmux_sense sense;

	return cause_of(device, result, &sense);
}

const char *discmux_cause_name(enum discmux_cause cause)
{
	static const char *const names[] = {
		[DISCMUX_CAUSE_NONE] = "good",
		[DISCMUX_CAUSE_RECOVERED] = "recovered",
		[DISCMUX_CAUSE_DEFERRED] = "deferred",
		[DISCMUX_CAUSE_BUSY] = "busy",
		[DISCMUX_CAUSE_NO_DISC] = "no disc",
		[DISCMUX_CAUSE_TRAY_OPEN] = "tray open",
		[DISCMUX_CAUSE_STRANGE_DISC] = "strange disc",
		[DISCMUX_CAUSE_CLEANING] = "cleaning disc",
		[DISCMUX_CAUSE_DISC_CHANGED] = "disc changed",
		[DISCMUX_CAUSE_RESET] = "reset",
		[DISCMUX_CAUSE_ATTENTION] = "attention",
		[DISCMUX_CAUSE_UNSUPPORTED] = "unsupported",
		[DISCMUX_CAUSE_UNWRITTEN] = "unwritten",
		[DISCMUX_CAUSE_PROTECTED] = "protected",
		[DISCMUX_CAUSE_UNREADABLE] = "unreadable",
		[DISCMUX_CAUSE_MEDIUM] = "medium",
		[DISCMUX_CAUSE_LOCKED] = "locked",
		[DISCMUX_CAUSE_NO_SOURCE] = "no source",
		[DISCMUX_CAUSE_OCCUPIED] = "occupied",
		[DISCMUX_CAUSE_HELD] = "held",
		[DISCMUX_CAUSE_TAKEN] = "taken",
		[DISCMUX_CAUSE_ABORTED] = "aborted",
		[DISCMUX_CAUSE_PATH] = "path",
		[DISCMUX_CAUSE_GONE] = "gone",
		[DISCMUX_CAUSE_DEVICE] = "device",
		[DISCMUX_CAUSE_OTHER] = "other",
	};

	return (size_t)cause < sizeof(names) / sizeof(*names) ? names[cause] : "unknown";
}

/* ---- The decision ------------------------------------------------------- */

/* Sending it twice does no harm, whatever became of the first. */
static bool repeatable(enum discmux_purpose purpose)
{
	return purpose != DISCMUX_FOR_WRITE && purpose != DISCMUX_FOR_MOVE;
}

/* A question for the current disc accepts another disc. */
static bool takes_any_disc(enum discmux_purpose purpose)
{
	return purpose == DISCMUX_FOR_PROBE || purpose == DISCMUX_FOR_IDENTITY;
}

/* A drive that was reset has lost what it had in its buffer, and its session. */
static bool lost_by_reset(enum discmux_purpose purpose)
{
	return purpose == DISCMUX_FOR_WRITE || purpose == DISCMUX_FOR_FLUSH;
}

/* The device itself is to blame: what the table of codes advises */
static enum discmux_verdict device_fault(enum discmux_device device, const struct discmux_sense *s)
{
	return discmux_sense_action(device, s->key, s->asc, s->ascq) ==
	       DISCMUX_ACTION_CHANGE_DRIVE ? DISCMUX_VERDICT_DRIVE : DISCMUX_VERDICT_OPERATOR;
}

static enum discmux_verdict decide(enum discmux_purpose purpose, enum discmux_device device,
				   enum discmux_cause cause, const struct discmux_sense *sense)
{
	switch (cause) {
	case DISCMUX_CAUSE_NONE:
	case DISCMUX_CAUSE_RECOVERED:
		return DISCMUX_VERDICT_DONE;
	case DISCMUX_CAUSE_DEFERRED:
	case DISCMUX_CAUSE_ATTENTION:
		return DISCMUX_VERDICT_REPEAT;
	case DISCMUX_CAUSE_BUSY:
		/* Any other key leaves open whether some of the data were taken */
		return purpose == DISCMUX_FOR_WRITE && sense->response &&
		       sense->key != KEY_NOT_READY ? DISCMUX_VERDICT_STOP : DISCMUX_VERDICT_WAIT;
	case DISCMUX_CAUSE_HELD:
		/* A drive that the arm serves may be held for hours */
		return purpose == DISCMUX_FOR_MOVE ? DISCMUX_VERDICT_STOP : DISCMUX_VERDICT_WAIT;
	case DISCMUX_CAUSE_DISC_CHANGED:
		/* Of a changer: discs may lie elsewhere now */
		if (purpose == DISCMUX_FOR_MOVE)
			return DISCMUX_VERDICT_STOP;
		return takes_any_disc(purpose) ? DISCMUX_VERDICT_REPEAT : DISCMUX_VERDICT_DISC;
	case DISCMUX_CAUSE_RESET:
		return lost_by_reset(purpose) ? DISCMUX_VERDICT_STOP : DISCMUX_VERDICT_REPEAT;
	case DISCMUX_CAUSE_ABORTED:
		return repeatable(purpose) ? DISCMUX_VERDICT_REPEAT : DISCMUX_VERDICT_STOP;
	case DISCMUX_CAUSE_PATH:
		return repeatable(purpose) ? DISCMUX_VERDICT_WAIT : DISCMUX_VERDICT_STOP;
	case DISCMUX_CAUSE_NO_DISC:
	case DISCMUX_CAUSE_TRAY_OPEN:
	case DISCMUX_CAUSE_STRANGE_DISC:
	case DISCMUX_CAUSE_CLEANING:
	case DISCMUX_CAUSE_UNWRITTEN:
	case DISCMUX_CAUSE_PROTECTED:
	case DISCMUX_CAUSE_UNREADABLE:
	case DISCMUX_CAUSE_MEDIUM:
		return DISCMUX_VERDICT_DISC;
	case DISCMUX_CAUSE_GONE:
		return DISCMUX_VERDICT_DRIVE;
	case DISCMUX_CAUSE_DEVICE:
		return device_fault(device, sense);
	default:
		return DISCMUX_VERDICT_STOP;
	}
}

/* An error of an earlier command that was not recovered: a writer has lost data by it, a
 * reader asks again. */
static bool of_an_earlier_read(enum discmux_purpose purpose, const struct discmux_sense *sense)
{
	return sense->deferred && repeatable(purpose) && purpose != DISCMUX_FOR_FLUSH &&
	       purpose != DISCMUX_FOR_CONTROL;
}

/* An answer that is compared with another one must not depend on one bad moment. */
static bool asked_again(enum discmux_purpose purpose, enum discmux_cause cause)
{
	return purpose == DISCMUX_FOR_IDENTITY &&
	       (cause == DISCMUX_CAUSE_UNREADABLE || cause == DISCMUX_CAUSE_MEDIUM ||
		cause == DISCMUX_CAUSE_DEVICE);
}

static enum discmux_verdict judge(enum discmux_purpose purpose, enum discmux_device device,
				  const struct discmux_result *result, enum discmux_cause *cause,
				  bool *vague)
{
	struct discmux_sense sense;

	*cause = cause_of(device, result, &sense);
	if (of_an_earlier_read(purpose, &sense))
		*cause = DISCMUX_CAUSE_DEFERRED;
	*vague = false;
	if (asked_again(purpose, *cause))
		return DISCMUX_VERDICT_REPEAT;
	*vague = *cause == DISCMUX_CAUSE_HELD || (sense.key == KEY_NOT_READY && sense.asc != 0x04);
	return decide(purpose, device, *cause, &sense);
}

enum discmux_verdict discmux_verdict(enum discmux_purpose purpose, enum discmux_device device,
				     const struct discmux_result *result)
{
	enum discmux_cause cause;
	bool vague;

	return judge(purpose, device, result, &cause, &vague);
}

const char *discmux_verdict_name(enum discmux_verdict verdict)
{
	static const char *const names[] = {
		[DISCMUX_VERDICT_DONE] = "done",
		[DISCMUX_VERDICT_REPEAT] = "repeat",
		[DISCMUX_VERDICT_WAIT] = "wait",
		[DISCMUX_VERDICT_DISC] = "other disc",
		[DISCMUX_VERDICT_DRIVE] = "other drive",
		[DISCMUX_VERDICT_OPERATOR] = "operator",
		[DISCMUX_VERDICT_STOP] = "stop",
	};

	return (size_t)verdict < sizeof(names) / sizeof(*names) ? names[verdict] : "unknown";
}

/* ---- Limits ------------------------------------------------------------- */

#define SECOND	1000u
#define MINUTE	(60u * SECOND)

/*
 * Attentions: a drive that was switched on has four or five to tell (SPC-4 5.14).
 * Path: an iSCSI session is given up after 15 to 120 s of silence; half a minute gets
 * over a switch that starts anew.  Waiting: drives take 30 s to know a disc, 45 min for a
 * lead-out over most of a slow disc, libraries minutes to take stock.
 */
static const struct discmux_limits limits_of[DISCMUX_PURPOSES] = {
	[DISCMUX_FOR_PROBE] = { .attentions = 8, .repeats = 3 },
	[DISCMUX_FOR_IDENTITY] = { 8, 4, 30 * SECOND, 1 * MINUTE },
	[DISCMUX_FOR_READ] = { 8, 4, 30 * SECOND, 2 * MINUTE },
	[DISCMUX_FOR_WRITE] = { .attentions = 8, .wait_ms = 2 * MINUTE },
	[DISCMUX_FOR_FLUSH] = { 8, 3, 30 * SECOND, 45 * MINUTE },
	[DISCMUX_FOR_CONTROL] = { 8, 3, 30 * SECOND, 2 * MINUTE },
	[DISCMUX_FOR_MOVE] = { .attentions = 8, .wait_ms = 10 * MINUTE },
};

const struct discmux_limits *discmux_limits_of(enum discmux_purpose purpose)
{
	return &limits_of[(unsigned int)purpose < DISCMUX_PURPOSES ? purpose : DISCMUX_FOR_PROBE];
}

/* ---- The loop ----------------------------------------------------------- */

/* What one member has used up of its limits */
struct trial {
	unsigned int attentions, repeats;
	uint64_t waiting_since, broken_since;	/* ms + 1; 0: not */
};

static bool within(uint64_t *since, uint64_t now, unsigned int limit_ms)
{
	if (!*since)
		*since = now + 1;
	return now + 1 - *since < limit_ms;
}

/* Whether the verdict may be acted on once more. */
static bool may_go_on(struct trial *t, const struct discmux_limits *l, enum discmux_cause cause,
		      bool vague, uint64_t now)
{
	switch (cause) {
	case DISCMUX_CAUSE_BUSY:
	case DISCMUX_CAUSE_HELD:
		return within(&t->waiting_since, now, vague && l->wait_ms > VAGUE_WAIT_MS ?
			      VAGUE_WAIT_MS : l->wait_ms);
	case DISCMUX_CAUSE_PATH:
		return within(&t->broken_since, now, l->path_ms);
	case DISCMUX_CAUSE_DEFERRED:
	case DISCMUX_CAUSE_DISC_CHANGED:
	case DISCMUX_CAUSE_RESET:
	case DISCMUX_CAUSE_ATTENTION:
		return t->attentions++ < l->attentions;
	default:
		return t->repeats++ < l->repeats;
	}
}

/* What a device had to tell first needs no pause. */
static bool at_once(enum discmux_cause cause)
{
	return cause == DISCMUX_CAUSE_DEFERRED || cause == DISCMUX_CAUSE_DISC_CHANGED ||
	       cause == DISCMUX_CAUSE_RESET || cause == DISCMUX_CAUSE_ATTENTION;
}

struct round {
	const struct discmux_carrier *carrier;
	void *ctx;
	enum discmux_purpose purpose;
	enum discmux_device device;
	const struct discmux_limits *limits;
	struct trial trial[DISCMUX_MAX_TARGETS];
	bool pause;		/* before the next round */
};

/* The verdict on member i, and whether it gets the command again. */
static enum discmux_verdict look(struct round *r, unsigned int i, bool *again)
{
	const struct discmux_result *result = r->carrier->result(r->ctx, i);
	enum discmux_cause cause;
	bool vague;
	enum discmux_verdict v = judge(r->purpose, r->device, result, &cause, &vague);

	if (cause == DISCMUX_CAUSE_DISC_CHANGED && v == DISCMUX_VERDICT_DISC &&
	    r->carrier->same_disc && r->carrier->same_disc(r->ctx, i))
		v = DISCMUX_VERDICT_REPEAT;
	*again = (v == DISCMUX_VERDICT_REPEAT || v == DISCMUX_VERDICT_WAIT) &&
		 may_go_on(&r->trial[i], r->limits, cause, vague, r->carrier->now_ms(r->ctx));
	r->pause |= *again && !at_once(cause);
	return v;
}

uint32_t discmux_carry_out(const struct discmux_carrier *carrier, void *ctx,
			   enum discmux_purpose purpose, enum discmux_device device,
			   const struct discmux_limits *limits, uint32_t set,
			   enum discmux_verdict *verdicts)
{
	struct round r = { .carrier = carrier, .ctx = ctx, .purpose = purpose, .device = device,
			   .limits = limits ? limits : discmux_limits_of(purpose) };
	unsigned int pause = PAUSE_MIN_MS, i;
	uint32_t done = 0;

	while (set) {
		uint32_t again = 0;

		r.pause = false;
		carrier->send(ctx, set);
		for (i = 0; i < DISCMUX_MAX_TARGETS; i++) {
			enum discmux_verdict v;
			bool more;

			if (!(set >> i & 1))
				continue;
			v = look(&r, i, &more);
			if (verdicts)
				verdicts[i] = v;
			done |= (uint32_t)(v == DISCMUX_VERDICT_DONE) << i;
			again |= (uint32_t)more << i;
		}
		set = again;
		if (!set || !r.pause)
			continue;
		if (carrier->cancelled && carrier->cancelled(ctx))
			break;
		carrier->sleep_ms(ctx, pause);
		pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
	}
	return done;
}

/* ---- One command to one member ------------------------------------------- */

struct question {
	struct discmux *dm;
	uint32_t member;
	const uint8_t *cdb;
	size_t cdb_len;
	enum discmux_dir dir;
	void *data;
	size_t data_len;
	unsigned int timeout_ms;
	struct discmux_result *result;
	int ret;
};

static void question_send(void *ctx, uint32_t set)
{
	struct question *q = ctx;

	(void)set;
	memset(q->result, 0, sizeof(*q->result));
	q->ret = discmux_command(q->dm, q->member, q->cdb, q->cdb_len, q->dir, q->data,
				 q->data_len, q->timeout_ms, q->result);
	/* Nothing was sent: it is held, or the call was wrong */
	if (q->ret < 0 && discmux_result_ok(q->result))
		q->result->error = (uint32_t)-q->ret;
}

static const struct discmux_result *question_result(void *ctx, unsigned int i)
{
	(void)i;
	return ((struct question *)ctx)->result;
}

static uint64_t question_now(void *ctx)
{
	(void)ctx;
	return dm_now_ms();
}

static void question_sleep(void *ctx, unsigned int ms)
{
	(void)ctx;
	dm_sleep_ms(ms);
}

static enum discmux_device device_of(struct discmux *dm, uint32_t number)
{
	struct discmux_member member = { .size = sizeof(member), .member = number };

	if (dm->ioctl(dm->context, dm->fd, DISCMUX_IOC_MEMBER, &member) < 0)
		return DISCMUX_DEVICE_ANY;
	return discmux_role_device(member.role);
}

int discmux_ask(struct discmux *dm, uint32_t member, enum discmux_purpose purpose,
		unsigned int wait_ms, const uint8_t *cdb, size_t cdb_len, enum discmux_dir dir,
		void *data, size_t data_len, unsigned int timeout_ms,
		struct discmux_result *result)
{
	static const struct discmux_carrier carrier = {
		.send = question_send, .result = question_result, .now_ms = question_now,
		.sleep_ms = question_sleep,
	};
	struct discmux_limits limits = *discmux_limits_of(purpose);
	struct discmux_result own;
	struct question q = { dm, member, cdb, cdb_len, dir, data, data_len, timeout_ms,
			      result ? result : &own, 0 };

	limits.wait_ms = wait_ms;
	discmux_carry_out(&carrier, &q, purpose, device_of(dm, member), &limits, 1, NULL);
	return q.ret;
}
