// SPDX-License-Identifier: GPL-2.0
/* Where what was raised strikes. */
#include <errno.h>
#include <string.h>

#include "changer_priv.h"

static bool among(uint8_t value, const uint8_t *list, size_t n)
{
	return memchr(list, value, n) != NULL;
}

/* Table 60 has not all that table 43 has with ASC 80h */
static bool in_error_log(uint8_t asc, uint8_t ascq)
{
	static const uint8_t not_listed[] = { 0x43, 0x64, 0x65, 0x72, 0x80, 0x81 };

	return asc == 0x80 && !among(ascq, not_listed, sizeof(not_listed));
}

changer_result changer_mishap(struct sim_changer *c, struct changer_element *e,
			      uint8_t asc, uint8_t ascq)
{
	e->asc = asc;
	e->ascq = ascq;
	if (in_error_log(asc, ascq))
		changer_log_error(c, ascq);
	if (c->log.non_medium < 0xffff)
		c->log.non_medium++;
	return CHANGER_SENSE(SIM_HARDWARE_ERROR, asc, ascq);
}

changer_result changer_strike(struct sim_changer *c, enum changer_step step,
			      struct changer_element *e)
{
	const struct changer_code *code = c->pending;

	if (!code || code->arg != step || !(code->types & 1 << e->type))
		return 0;
	c->pending = NULL;
	if (!code->marks)
		return CHANGER_SENSE(code->key, code->asc, code->ascq);
	return changer_mishap(c, e, code->asc, code->ascq);
}

static bool in_group(enum changer_group group, uint8_t opcode)
{
	static const uint8_t moves[] = { 0x1d, 0x2b, 0xa5, 0xa6 };

	switch (group) {
	case CHANGER_TO_ANY:
		return true;
	case CHANGER_TO_MOVES:
		return among(opcode, moves, sizeof(moves));
	case CHANGER_TO_MODES:
		return opcode == 0x15 || opcode == 0x1a;
	case CHANGER_TO_LOGS:
		return opcode == 0x4c || opcode == 0x4d;
	}
	return false;
}

const struct changer_code *changer_take_answer(struct sim_changer *c, uint8_t opcode)
{
	const struct changer_code *code = c->answer;

	if (!code || !in_group(code->arg, opcode))
		return NULL;
	c->answer = NULL;
	return code;
}

/* What cures a condition is let through, and is its end. */
static bool cures(const struct changer_code *code, const struct sim_cmd *cmd)
{
	static const uint8_t initialize[] = { 0x07, 0x37, 0xe7 };

	switch ((enum changer_cure)code->arg) {
	case CHANGER_CURE_INITIALIZE:
		return among(cmd->cdb[0], initialize, sizeof(initialize));
	case CHANGER_CURE_RESET:
		return cmd->cdb[0] == 0x01 && cmd->cdb[1] & 4;
	case CHANGER_CURE_REZERO:
		return cmd->cdb[0] == 0x01;
	case CHANGER_CURE_TIME:
	case CHANGER_CURE_HAND:
		break;
	}
	return false;
}

changer_result changer_check_condition(struct sim_changer *c, const struct sim_cmd *cmd)
{
	const struct changer_code *code = c->condition;

	if (!code)
		return 0;
	if (cures(code, cmd)) {
		c->condition = NULL;
		return 0;
	}
	if (code->arg == CHANGER_CURE_REZERO && !in_group(CHANGER_TO_MOVES, cmd->cdb[0]))
		return 0;
	return CHANGER_SENSE(code->key, code->asc, code->ascq);
}

int sim_changer_attend(struct sim_device *dev, char *err, size_t errlen)
{
	struct sim_changer *c = changer_of(dev);
	int rc = 0;

	pthread_mutex_lock(&c->lock);
	if (c->condition && c->condition->arg == CHANGER_CURE_HAND)
		c->condition = NULL;
	else
		rc = changer_fail(err, errlen, EINVAL, "nothing asks for an operator");
	pthread_mutex_unlock(&c->lock);
	return rc;
}
