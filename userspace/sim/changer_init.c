// SPDX-License-Identifier: GPL-2.0
/* The library looks at its elements (3.1, 3.19; SMC-3). */
#include <string.h>

#include "changer_priv.h"

/*
 * What the sensors find at a drive: an operator may have taken its disc out, or
 * laid one in.  A disc with no tray under it is one the arm can't fetch.
 */
static void inspect_drive(struct sim_changer *c, struct changer_element *e)
{
	struct sim_device *drive = c->drive[e->address - c->address[CHANGER_DT]];
	char disc[SIM_CHANGER_NAME_SIZE];
	int rc;

	if (!c->drive_ops->look || e->loose)
		return;
	pthread_mutex_unlock(&c->lock);
	rc = c->drive_ops->look(drive, disc, sizeof(disc));
	pthread_mutex_lock(&c->lock);
	if (rc || changer_is_disc(&e->unit, disc))
		return;
	if (disc[0] && !changer_name_ok(disc))
		return;
	memcpy(e->unit.disc, disc, sizeof(disc));
	e->unit.inverted = false;
	if (!c->model->trays)
		e->unit.tray = changer_has_disc(&e->unit);
}

static changer_result inspect(struct sim_changer *c, uint16_t first, uint16_t last)
{
	unsigned int i, n = 0;

	for (i = 0; i < c->elements; i++) {
		struct changer_element *e = &c->element[i];

		if (e->address < first || e->address > last)
			continue;
		n++;
		e->asc = e->ascq = 0;
		if (e->type == CHANGER_DT)
			inspect_drive(c, e);
		if (e->loose)
			e->asc = 0x80, e->ascq = 0x62;
		else if (e->type == CHANGER_DT && changer_has_disc(&e->unit) && !e->unit.tray)
			e->asc = 0x80, e->ascq = 0x60;
		else if (e->type == CHANGER_MT && e->unit.tray)
			e->asc = 0x80, e->ascq = 0x41;
	}
	changer_printer_inspect(c);
	changer_wait(c, n * c->model->inspect);
	return changer_state_write(c, NULL, 0) ? CHANGER_SENSE(SIM_HARDWARE_ERROR, 0x44, 0x00) : 0;
}

changer_result changer_init_elements(struct sim_changer *c, struct sim_cmd *cmd,
				     unsigned int initiator)
{
	(void)cmd;
	(void)initiator;
	return inspect(c, 0, 0xffff);
}

changer_result changer_init_range(struct sim_changer *c, struct sim_cmd *cmd,
				  unsigned int initiator)
{
	uint16_t first = sim_be16(cmd->cdb + 2), last = sim_be16(cmd->cdb + 4);

	(void)initiator;
	switch (cmd->cdb[1] & 0x03) {	/* Form, table 51 */
	case 0x00:
		return inspect(c, 0, 0xffff);
	case 0x02:
		break;
	default:
		return CHANGER_BAD_CDB;
	}
	if (!changer_element_at(c, first) || !changer_element_at(c, last))
		return CHANGER_BAD_ELEMENT;
	if (first == CHANGER_MAIL_SHUT)
		first = CHANGER_MAIL;
	if (first > last)
		return CHANGER_BAD_CDB;
	return inspect(c, first, last);
}

/* SMC-3: the whole library, or so many elements from an address on (0: all from there) */
changer_result changer_init_with_range(struct sim_changer *c, struct sim_cmd *cmd,
				       unsigned int initiator)
{
	uint16_t first = sim_be16(cmd->cdb + 2), count = sim_be16(cmd->cdb + 6);

	(void)initiator;
	if (!(cmd->cdb[1] & 0x01))
		return inspect(c, 0, 0xffff);
	if (!changer_element_at(c, first))
		return CHANGER_BAD_ELEMENT;
	if (!count)
		return inspect(c, first, 0xffff);
	return inspect(c, first, count > 0x10000 - first ? 0xffff : (uint16_t)(first + count - 1));
}
