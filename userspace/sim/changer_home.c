// SPDX-License-Identifier: GPL-2.0
/* The arm finds home and tries itself (3.15, 3.16). */
#include "changer_priv.h"

#define DESTINATION_FULL	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x3b, 0x0d)

/*
 * An arm that holds a tray is not in its initial position: it puts the tray
 * back where it came from.
 */
static changer_result clear_arm(struct sim_changer *c)
{
	struct changer_element *arm = changer_element_of(c, CHANGER_MT, 0);
	struct changer_move m = { .from = arm, .to = changer_home_of(c, arm), .shut = true };
	changer_result result;

	if (!arm->unit.tray)
		return 0;
	if (!m.to || m.to->unit.tray)
		return changer_mishap(c, arm, 0x80, 0x41);
	m.to->at_work = true;
	result = changer_deliver(c, &m);
	m.to->at_work = false;
	return result;
}

/* "restore all trays and discs in data transfer elements and an import export
 * element to source storage elements" (3.15) */
static changer_result return_all(struct sim_changer *c)
{
	changer_result result = 0, first = 0;
	unsigned int i;

	for (i = 0; i < c->elements; i++) {
		struct changer_element *e = &c->element[i];
		struct changer_move m = { .from = e, .to = changer_home_of(c, e), .shut = true };

		if ((e->type != CHANGER_DT && e->type != CHANGER_IE) || !e->unit.tray)
			continue;
		result = m.to ? changer_do_move(c, &m) : DESTINATION_FULL;
		if (result && !first)
			first = result;
	}
	return first;
}

changer_result changer_rezero(struct sim_changer *c, struct sim_cmd *cmd, unsigned int initiator)
{
	bool immed = cmd->cdb[1] & 1, bring_back = cmd->cdb[1] & 2, restart = cmd->cdb[1] & 4;
	changer_result result;

	(void)initiator;
	if (restart && !immed)
		return CHANGER_BAD_CDB;
	if (restart) {
		changer_power_on(c);
		return 0;
	}
	c->arm = 0;
	c->immediate = immed;
	if (immed)
		c->busy_until = changer_now();
	changer_wait(c, c->model->home);
	c->arm_at[0] = c->address[CHANGER_ST];
	result = clear_arm(c);
	if (!result && bring_back)
		result = return_all(c);
	c->immediate = false;
	/* its status was given when the command was accepted */
	return immed ? 0 : result;
}

/* 3.16: disc 1 to drive 1 and back, or HARDWARE ERROR with what went wrong */
changer_result changer_self_test(struct sim_changer *c, struct sim_cmd *cmd,
				 unsigned int initiator)
{
	struct changer_element *slot = changer_element_of(c, CHANGER_ST, 0);
	struct changer_element *drive = changer_element_of(c, CHANGER_DT, 0);
	struct changer_move there = { .from = slot, .to = drive };
	struct changer_move back = { .from = drive, .to = slot };
	changer_result result;

	(void)initiator;
	if ((cmd->cdb[1] & 0x1f) != 0x04 || sim_be16(cmd->cdb + 3))
		return CHANGER_BAD_CDB;
	if (!drive)
		return CHANGER_SENSE(SIM_HARDWARE_ERROR, 0x05, 0x00);
	c->arm = 0;
	changer_wait(c, c->model->home);	/* the changer mechanism check */
	result = changer_do_move(c, &there);
	if (!result)
		result = changer_do_move(c, &back);
	if (result)
		result = CHANGER_SENSE(SIM_HARDWARE_ERROR, changer_asc(result),
				       changer_ascq(result));
	return result;
}
