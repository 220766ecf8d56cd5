// SPDX-License-Identifier: GPL-2.0
/* How each code of table 43 comes about when somebody raises it. */
#include <errno.h>

#include "changer_priv.h"

#define ANY	0xff
#define DRIVE	(1 << CHANGER_DT)
#define MAIL	(1 << CHANGER_IE)
#define PRINTER	(1 << CHANGER_LP)

/* Faults of the mechanics: hardware errors that an element's status shows */
#define FAULT(asc, ascq, step, types) \
	{ asc, ascq, SIM_HARDWARE_ERROR, CHANGER_AT_STEP, CHANGER_STEP_##step, types, true }
#define ARM(ascq, step, types)	FAULT(0x80, ascq, step, types)
/* Moves that do not come about for another reason */
#define STEP(asc, ascq, key, step, types) \
	{ asc, ascq, SIM_##key, CHANGER_AT_STEP, CHANGER_STEP_##step, types, false }
#define ANSWER(asc, ascq, key, group) \
	{ asc, ascq, SIM_##key, CHANGER_AS_ANSWER, CHANGER_TO_##group, 0, false }
#define ATTENTION(asc, ascq, ua) \
	{ asc, ascq, SIM_UNIT_ATTENTION, CHANGER_AS_ATTENTION, CHANGER_UA_##ua, 0, false }
#define CONDITION(asc, ascq, key, cure) \
	{ asc, ascq, SIM_##key, CHANGER_AS_CONDITION, CHANGER_CURE_##cure, 0, false }
#define PRINT(ascq)	{ 0x81, ascq, SIM_HARDWARE_ERROR, CHANGER_AT_PRINT, 0, PRINTER, true }
#define WARNING(ascq)	{ 0x81, ascq, SIM_HARDWARE_ERROR, CHANGER_AT_PRINT, 1, PRINTER, true }
#define SENSOR(ascq)	{ 0x81, ascq, SIM_HARDWARE_ERROR, CHANGER_AT_ONCE, 0, PRINTER, true }

static const struct changer_code codes[] = {
	{ 0x00, 0x00, SIM_NO_SENSE, CHANGER_NOT_AT_ALL, 0, 0, false },
	STEP(0x00, 0x06, ABORTED_COMMAND, TRAVEL, ANY),
	STEP(0x02, 0x00, HARDWARE_ERROR, TRAVEL, ANY),
	STEP(0x02, 0x80, HARDWARE_ERROR, PUT, ANY),
	CONDITION(0x04, 0x00, NOT_READY, RESET),
	CONDITION(0x04, 0x01, NOT_READY, TIME),
	CONDITION(0x04, 0x02, NOT_READY, INITIALIZE),
	CONDITION(0x04, 0x03, NOT_READY, HAND),
	ANSWER(0x05, 0x00, HARDWARE_ERROR, ANY),
	CONDITION(0x06, 0x00, HARDWARE_ERROR, REZERO),
	ANSWER(0x07, 0x00, HARDWARE_ERROR, ANY),
	ANSWER(0x08, 0x00, HARDWARE_ERROR, ANY),
	ANSWER(0x08, 0x01, HARDWARE_ERROR, ANY),
	ANSWER(0x08, 0x02, HARDWARE_ERROR, ANY),
	ANSWER(0x0a, 0x00, RECOVERED_ERROR, ANY),
	FAULT(0x15, 0x00, TRAVEL, ANY),
	FAULT(0x15, 0x01, PUT, ANY),
	ANSWER(0x1a, 0x00, ILLEGAL_REQUEST, ANY),
	ANSWER(0x1b, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x20, 0x00, ILLEGAL_REQUEST, ANY),
	ANSWER(0x21, 0x00, ILLEGAL_REQUEST, ANY),
	ANSWER(0x21, 0x01, ILLEGAL_REQUEST, MOVES),
	ANSWER(0x24, 0x00, ILLEGAL_REQUEST, ANY),
	ANSWER(0x25, 0x00, ILLEGAL_REQUEST, ANY),
	ANSWER(0x26, 0x00, ILLEGAL_REQUEST, MODES),
	ANSWER(0x26, 0x01, ILLEGAL_REQUEST, MODES),
	ANSWER(0x26, 0x02, ILLEGAL_REQUEST, MODES),
	ANSWER(0x26, 0x03, ILLEGAL_REQUEST, LOGS),
	ATTENTION(0x28, 0x00, READY),
	ATTENTION(0x28, 0x01, MAIL),
	ATTENTION(0x29, 0x00, RESET),
	ATTENTION(0x2a, 0x00, PARAMETER),
	ATTENTION(0x2a, 0x01, MODE),
	ATTENTION(0x2a, 0x02, LOG),
	ANSWER(0x2c, 0x00, ILLEGAL_REQUEST, ANY),
	ATTENTION(0x2f, 0x00, CLEARED),
	STEP(0x30, 0x00, NOT_READY, SETTLE, DRIVE),
	ANSWER(0x37, 0x00, RECOVERED_ERROR, MODES),
	ANSWER(0x39, 0x00, ILLEGAL_REQUEST, MODES),
	STEP(0x3a, 0x00, NOT_READY, TAKE, ANY),
	ANSWER(0x3b, 0x0d, ILLEGAL_REQUEST, MOVES),
	ANSWER(0x3b, 0x0e, ILLEGAL_REQUEST, MOVES),
	ANSWER(0x3b, 0x8e, ILLEGAL_REQUEST, MOVES),
	ANSWER(0x3d, 0x00, ABORTED_COMMAND, ANY),
	CONDITION(0x3e, 0x00, NOT_READY, INITIALIZE),
	ANSWER(0x43, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x44, 0x00, HARDWARE_ERROR, ANY),
	ANSWER(0x45, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x46, 0x00, HARDWARE_ERROR, ANY),
	ANSWER(0x47, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x48, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x49, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x4a, 0x00, ABORTED_COMMAND, ANY),
	ANSWER(0x4b, 0x00, ABORTED_COMMAND, ANY),
	CONDITION(0x4c, 0x00, HARDWARE_ERROR, RESET),
	ANSWER(0x4e, 0x00, ABORTED_COMMAND, ANY),
	FAULT(0x53, 0x00, TAKE, DRIVE | MAIL),
	ANSWER(0x53, 0x02, ILLEGAL_REQUEST, MOVES),
	ATTENTION(0x5a, 0x00, OPERATOR),
	ATTENTION(0x5a, 0x01, REMOVAL),
	ARM(0x01, TRAVEL, ANY),		/* up/down rotary sensor */
	ARM(0x02, TRAVEL, ANY),		/* left slit sensor */
	ARM(0x03, TRAVEL, ANY),		/* right slit sensor */
	ARM(0x04, TRAVEL, ANY),		/* up/down motor */
	ARM(0x07, TRAVEL, ANY),		/* its current */
	ARM(0x08, TRAVEL, ANY),		/* its time-out */
	ARM(0x09, TRAVEL, ANY),		/* limit sensor */
	ARM(0x10, TAKE, ANY),		/* tray lock not released */
	ARM(0x11, SETTLE, ANY),		/* tray not locked */
	ARM(0x12, TRAVEL, ANY),		/* tray lock position */
	ARM(0x20, TAKE, ANY),		/* catcher, 20h to 29h */
	ARM(0x21, PUT, ANY),
	ARM(0x22, TAKE, ANY),
	ARM(0x23, PUT, ANY),
	ARM(0x24, TAKE, ANY),
	ARM(0x25, PUT, ANY),
	ARM(0x26, TRAVEL, ANY),
	ARM(0x27, TRAVEL, ANY),
	ARM(0x28, TAKE, ANY),
	ARM(0x29, PUT, ANY),
	ARM(0x30, TAKE, ANY),		/* no tray */
	ARM(0x31, TRAVEL, ANY),		/* magazine sensor */
	ARM(0x32, TAKE, ANY),		/* catcher motor's current */
	ARM(0x41, PUT, ANY),		/* stray disc in the carrier */
	ARM(0x42, TAKE, ANY),		/* no disc on the tray */
	ARM(0x43, FLIP, ANY),		/* no tray for invert */
	ARM(0x50, OPEN, MAIL),		/* disc not ejected in the mail slot */
	ARM(0x51, TAKE, MAIL),		/* disc not loaded there */
	ARM(0x52, TAKE, MAIL),		/* stray disc there */
	ARM(0x60, TAKE, DRIVE),		/* stray disc in the drive */
	ARM(0x61, TAKE, DRIVE),		/* tray not drawn */
	ARM(0x62, LOAD, DRIVE),		/* disc not clamped: the drive has none */
	ARM(0x63, TAKE, DRIVE),		/* not ejected */
	ARM(0x64, FETCH, DRIVE),	/* ejected, but not taken out */
	ARM(0x65, TAKE, DRIVE),		/* spindle does not stop */
	ARM(0x72, TAKE, PRINTER),	/* stray disc in the printer */
	ARM(0x80, FLIP, ANY),		/* flip up */
	ARM(0x81, FLIP, ANY),		/* flip down */
	FAULT(0x81, 0x01, TAKE, PRINTER),	/* tray jam */
	FAULT(0x81, 0x02, SETTLE, PRINTER),	/* no CD or clamp error */
	SENSOR(0x03),
	FAULT(0x81, 0x04, PUT, PRINTER),	/* tray loading */
	FAULT(0x81, 0x05, TAKE, PRINTER),	/* tray unloading */
	PRINT(0x20),				/* no CD or CD jam */
	WARNING(0x21),				/* waste ink */
	WARNING(0x22),				/* ink cartridge */
	PRINT(0x30), PRINT(0x31), PRINT(0x32), PRINT(0x33), PRINT(0x34), PRINT(0x35),
	PRINT(0x36), PRINT(0x37), PRINT(0x38), PRINT(0x39), PRINT(0x40), PRINT(0x41),
	PRINT(0x42), PRINT(0x43),
	SENSOR(0xb0),				/* power off */
	FAULT(0x81, 0xb2, CHECK, PRINTER),	/* already loaded */
	STEP(0x81, 0xc0, NOT_READY, CHECK, PRINTER),	/* busy */
	SENSOR(0xff),				/* no disc */
};

#define CODES (sizeof(codes) / sizeof(codes[0]))

static const struct changer_code *find(uint8_t asc, uint8_t ascq)
{
	size_t i;

	for (i = 0; i < CODES; i++)
		if (codes[i].asc == asc && codes[i].ascq == ascq)
			return &codes[i];
	return NULL;
}

static const char *step_words(const struct changer_code *code)
{
	static const char *const words[CHANGER_STEPS] = {
		[CHANGER_STEP_CHECK] = "the next move to or from it is refused",
		[CHANGER_STEP_TRAVEL] = "the next move does not begin: the disc stays in its source",
		[CHANGER_STEP_TAKE] = "the next move takes nothing: the disc stays in its source",
		[CHANGER_STEP_FETCH] = "the drive gives its disc out, the arm does not get it",
		[CHANGER_STEP_FLIP] = "the next move with Invert: the disc stays in the arm",
		[CHANGER_STEP_PUT] = "the next move takes, and the disc stays in the arm",
		[CHANGER_STEP_LOAD] = "the disc is put before the drive, which does not take it",
		[CHANGER_STEP_SETTLE] = "the next move fails at its end: the disc has arrived",
		[CHANGER_STEP_OPEN] = "the disc is in the mail slot, which stays shut",
	};

	return words[code->arg];
}

static const char *answer_words(const struct changer_code *code)
{
	static const char *const words[] = {
		[CHANGER_TO_ANY] = "the next command ends so, and does nothing",
		[CHANGER_TO_MOVES] = "the next move ends so: nothing moves",
		[CHANGER_TO_MODES] = "the next MODE SELECT or MODE SENSE ends so",
		[CHANGER_TO_LOGS] = "the next LOG SELECT or LOG SENSE ends so",
	};

	if (code->key == SIM_RECOVERED_ERROR)
		return "the next command is done, and ends so";
	return words[code->arg];
}

static const char *condition_words(const struct changer_code *code)
{
	static const char *const words[] = {
		[CHANGER_CURE_RESET] = "not ready until a reset",
		[CHANGER_CURE_TIME] = "it initializes",
		[CHANGER_CURE_INITIALIZE] = "not ready until INITIALIZE ELEMENT STATUS",
		[CHANGER_CURE_HAND] = "not ready until somebody attends to it",
		[CHANGER_CURE_REZERO] = "nothing moves until REZERO UNIT",
	};

	return words[code->arg];
}

static const char *words_of(const struct changer_code *code)
{
	switch (code->how) {
	case CHANGER_AT_STEP:
		return step_words(code);
	case CHANGER_AS_ANSWER:
		return answer_words(code);
	case CHANGER_AS_ATTENTION:
		return "a unit attention for every initiator";
	case CHANGER_AS_CONDITION:
		return condition_words(code);
	case CHANGER_AT_PRINT:
		return code->arg ? "while it prints: it goes on" : "while it prints: it stops";
	case CHANGER_AT_ONCE:
		return "the printer's state from now on";
	case CHANGER_NOT_AT_ALL:
		break;
	}
	return "takes back what was raised";
}

const char *sim_changer_code(size_t nth, uint8_t *asc, uint8_t *ascq)
{
	if (nth >= CODES)
		return NULL;
	*asc = codes[nth].asc;
	*ascq = codes[nth].ascq;
	return words_of(&codes[nth]);
}

static void take_back(struct sim_changer *c)
{
	c->pending = NULL;
	c->answer = NULL;
	c->condition = NULL;
	c->printer.pending = NULL;
}

static void raise_attention(struct sim_changer *c, enum changer_attention ua)
{
	if (ua == CHANGER_UA_RESET)
		changer_reset(c);
	else
		changer_attention(c, ua, -1);
}

static void raise_code(struct sim_changer *c, const struct changer_code *code)
{
	switch (code->how) {
	case CHANGER_NOT_AT_ALL:
		take_back(c);
		break;
	case CHANGER_AT_STEP:
		c->pending = code;
		break;
	case CHANGER_AS_ANSWER:
		c->answer = code;
		break;
	case CHANGER_AS_ATTENTION:
		raise_attention(c, code->arg);
		break;
	case CHANGER_AS_CONDITION:
		c->condition = code;
		if (code->arg == CHANGER_CURE_TIME) {
			c->condition = NULL;
			changer_initialize(c);
		}
		break;
	case CHANGER_AT_PRINT:
	case CHANGER_AT_ONCE:
		changer_printer_raise(c, code);
		break;
	}
}

int sim_changer_fault(struct sim_device *dev, uint8_t asc, uint8_t ascq, char *err, size_t errlen)
{
	const struct changer_code *code = find(asc, ascq);
	struct sim_changer *c = changer_of(dev);

	if (!code)
		return changer_fail(err, errlen, EINVAL,
				    "the library has no code %02X/%02X", asc, ascq);
	if (code->types == PRINTER && !c->printer_fitted)
		return changer_fail(err, errlen, ENODEV, "this library has no label printer");
	pthread_mutex_lock(&c->lock);
	raise_code(c, code);
	pthread_mutex_unlock(&c->lock);
	return 0;
}
