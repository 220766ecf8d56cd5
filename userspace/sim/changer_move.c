// SPDX-License-Identifier: GPL-2.0
/* What the arm of the virtual library does (3.7, 3.8, 3.15, 3.16). */
#include <errno.h>
#include <string.h>

#include "changer_priv.h"

#define SOURCE_EMPTY		CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x3b, 0x0e)
#define SOURCE_TRAY_EMPTY	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x3b, 0x8e)
#define DESTINATION_FULL	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x3b, 0x0d)
#define REMOVAL_PREVENTED	CHANGER_SENSE(SIM_ILLEGAL_REQUEST, 0x53, 0x02)
#define CANNOT_FLIP		CHANGER_SENSE(SIM_NOT_READY, 0x26, 0x01)
/* "it should be closed by pushing the tray manually" (3.7) */
#define MANUAL_INTERVENTION	CHANGER_SENSE(SIM_NOT_READY, 0x04, 0x03)
#define INTERNAL_FAILURE	CHANGER_SENSE(SIM_HARDWARE_ERROR, 0x44, 0x00)

#define TO(type)	(1u << (type))

uint8_t changer_moves_from(enum changer_type type)
{
	static const uint8_t to[CHANGER_TYPES] = {
		/* storage to storage is prohibited (3.7) */
		[CHANGER_ST] = TO(CHANGER_IE) | TO(CHANGER_DT) | TO(CHANGER_LP),
		[CHANGER_IE] = TO(CHANGER_ST) | TO(CHANGER_DT) | TO(CHANGER_LP),
		[CHANGER_DT] = TO(CHANGER_ST) | TO(CHANGER_IE) | TO(CHANGER_DT) | TO(CHANGER_LP),
		[CHANGER_LP] = TO(CHANGER_ST) | TO(CHANGER_IE) | TO(CHANGER_DT),
	};

	return to[type];
}

static struct sim_device *drive_at(struct sim_changer *c, const struct changer_element *e)
{
	return c->drive[e->address - CHANGER_FIRST_DRIVE];
}

static struct changer_element *arm_of(struct sim_changer *c)
{
	return changer_element_of(c, CHANGER_MT, 0);
}

static changer_result keep(struct sim_changer *c)
{
	return changer_state_write(c, NULL, 0) ? INTERNAL_FAILURE : 0;
}

static void go_to(struct sim_changer *c, const struct changer_element *e)
{
	if (c->arm_at != e->address)
		changer_wait(c, c->model->travel);
	c->arm_at = e->address;
}

/* What forbids the move before anything is set in motion */
static changer_result check_source(struct sim_changer *c, const struct changer_move *m)
{
	const struct changer_unit *unit = &m->from->unit;

	if (m->from->type == CHANGER_IE && c->mail_open && !m->shut)
		return MANUAL_INTERVENTION;	/* table 24 */
	if (m->from->type == CHANGER_LP && c->printer.busy_until)
		return CHANGER_SENSE(SIM_NOT_READY, 0x81, 0xc0);
	if (!unit->tray && changer_has_disc(unit))
		return changer_mishap(c, m->from, 0x80, 0x30);
	if (!unit->tray)
		return SOURCE_TRAY_EMPTY;
	if (!changer_has_disc(unit) &&
	    (m->to->type == CHANGER_DT || m->to->type == CHANGER_LP))
		return SOURCE_EMPTY;
	return 0;
}

static changer_result check_destination(struct sim_changer *c, const struct changer_move *m)
{
	if (m->to->unit.tray || changer_has_disc(&m->to->unit))
		return DESTINATION_FULL;
	if (m->to->type == CHANGER_IE && !m->shut && changer_removal_prevented(c))
		return REMOVAL_PREVENTED;
	if (m->to->type == CHANGER_IE && c->mail_open && !m->shut)
		return MANUAL_INTERVENTION;
	if (m->to->type == CHANGER_LP && m->to->asc)
		return CHANGER_SENSE(SIM_HARDWARE_ERROR, m->to->asc, m->to->ascq);
	return 0;
}

static changer_result check_move(struct sim_changer *c, const struct changer_move *m)
{
	struct changer_element *arm = arm_of(c);
	changer_result result;

	if (!(changer_moves_from(m->from->type) & TO(m->to->type)))
		return CHANGER_BAD_ELEMENT;
	if (m->invert && !c->can_flip)
		return CANNOT_FLIP;
	if (arm->unit.tray)
		return changer_mishap(c, arm, 0x80, 0x41);
	result = check_source(c, m);
	return result ? result : check_destination(c, m);
}

/* The address 4001h shuts the mail slot on the way (table 24). */
static void shut_mail(struct sim_changer *c, const struct changer_move *m)
{
	if (!c->mail_open || (m->from->type != CHANGER_IE && m->to->type != CHANGER_IE))
		return;
	changer_wait(c, c->model->mail);
	c->mail_open = false;
}

/* The drive gives its disc back; the drive knows best which one it had. */
static changer_result unload_drive(struct sim_changer *c, struct changer_element *e)
{
	char disc[SIM_CHANGER_NAME_SIZE] = "";
	int rc;

	if (e->loose || !changer_has_disc(&e->unit))
		return 0;
	pthread_mutex_unlock(&c->lock);
	rc = c->drive_ops->unload(drive_at(c, e), disc, sizeof(disc));
	pthread_mutex_lock(&c->lock);
	if (rc == -EBUSY || rc == -EPERM)
		return REMOVAL_PREVENTED;
	if (rc)
		return changer_mishap(c, e, 0x80, 0x63);
	changer_wait(c, c->model->unload);
	memcpy(e->unit.disc, disc, sizeof(disc));
	return 0;
}

static changer_result load_drive(struct sim_changer *c, struct changer_element *e,
				 const struct changer_unit *unit)
{
	int rc;

	if (!changer_has_disc(unit))
		return 0;
	changer_wait(c, c->model->load);
	pthread_mutex_unlock(&c->lock);
	rc = c->drive_ops->load(drive_at(c, e), unit->disc, unit->inverted);
	pthread_mutex_lock(&c->lock);
	if (rc == -EBUSY || rc == -EEXIST)	/* a disc is in the way: the arm keeps its own */
		return changer_mishap(c, e, 0x80, 0x60);
	e->loose = rc != 0;
	return rc ? changer_mishap(c, e, 0x80, 0x62) : 0;
}

/* Out of an element, into the arm */
static changer_result take(struct sim_changer *c, struct changer_element *from)
{
	struct changer_element *arm = arm_of(c);
	changer_result result = changer_strike(c, CHANGER_STEP_TAKE, from);

	if (result)
		return result;
	if (from->type == CHANGER_LP)
		c->printer.finish = false;	/* 3.11.7 */
	if (from->type == CHANGER_DT)
		result = unload_drive(c, from);
	if (result)
		return result;
	changer_wait(c, c->model->grip);
	arm->unit = from->unit;
	if (from->type == CHANGER_ST)
		arm->unit.source = from->address;
	memset(&from->unit, 0, sizeof(from->unit));
	from->asc = from->ascq = 0;
	from->loose = false;
	return keep(c);
}

static changer_result flip(struct sim_changer *c)
{
	struct changer_element *arm = arm_of(c);
	changer_result result = changer_strike(c, CHANGER_STEP_FLIP, arm);

	if (result)
		return result;
	changer_wait(c, c->model->flip);
	if (changer_has_disc(&arm->unit))
		arm->unit.inverted = !arm->unit.inverted;
	return keep(c);
}

/* Out of the arm, into an element */
static changer_result put(struct sim_changer *c, struct changer_element *to)
{
	struct changer_element *arm = arm_of(c);
	changer_result result = changer_strike(c, CHANGER_STEP_PUT, to), kept;

	if (result)
		return result;
	changer_wait(c, c->model->grip);
	if (to->type == CHANGER_DT)
		result = load_drive(c, to, &arm->unit);
	if (result && !to->loose)
		return result;
	to->unit = arm->unit;
	if (to->type == CHANGER_IE)
		to->unit.inverted = false;	/* 3.11.5 */
	memset(&arm->unit, 0, sizeof(arm->unit));
	arm->asc = arm->ascq = 0;
	kept = keep(c);
	return result ? result : kept;
}

static changer_result open_mail(struct sim_changer *c, struct changer_element *mail)
{
	changer_result result = changer_strike(c, CHANGER_STEP_OPEN, mail);

	if (result)
		return result;
	changer_wait(c, c->model->mail);
	c->mail_open = true;
	return keep(c);
}

/* From the arm to an element, and what follows there */
static changer_result deliver(struct sim_changer *c, const struct changer_move *m)
{
	changer_result result;

	go_to(c, m->to);
	result = put(c, m->to);
	if (!result)
		result = changer_strike(c, CHANGER_STEP_SETTLE, m->to);
	if (!result && m->to->type == CHANGER_IE && !m->shut)
		result = open_mail(c, m->to);
	return result;
}

static changer_result carry(struct sim_changer *c, const struct changer_move *m)
{
	changer_result result;

	result = changer_strike(c, CHANGER_STEP_TRAVEL, arm_of(c));
	if (result)
		return result;
	shut_mail(c, m);
	go_to(c, m->from);
	result = take(c, m->from);
	if (!result && m->invert)
		result = flip(c);
	if (!result)
		result = deliver(c, m);
	return result;
}

changer_result changer_do_move(struct sim_changer *c, const struct changer_move *m)
{
	changer_result result;

	changer_printer_tick(c);
	result = check_move(c, m);
	if (result)
		return result;
	m->from->at_work = m->to->at_work = true;
	result = carry(c, m);
	m->from->at_work = m->to->at_work = false;
	if (!result) {
		c->moves++;
		c->log.media_changes++;
	}
	return result;
}

/* 5000h is an address only if the printer is there */
static struct changer_element *place(struct sim_changer *c, uint16_t address)
{
	struct changer_element *e = changer_element_at(c, address);

	if (e && (e->type == CHANGER_MT || (e->type == CHANGER_LP && !c->printer_fitted)))
		return NULL;
	return e;
}

/* The storage element that is reserved in memory for what an element holds */
static struct changer_element *home_of(struct sim_changer *c, const struct changer_element *e)
{
	return e->unit.source ? changer_element_at(c, e->unit.source) : NULL;
}

changer_result changer_move_medium(struct sim_changer *c, struct sim_cmd *cmd,
				   unsigned int initiator)
{
	const uint8_t *cdb = cmd->cdb;
	uint16_t from = sim_be16(cdb + 4), to = sim_be16(cdb + 6);
	struct changer_move m = { .invert = cdb[10] & 1 };
	/* in the two bits that table 10 leaves to the vendor; table 23 lost its columns */
	bool eject = cdb[11] & 0xc0;

	(void)initiator;
	if (eject && to)
		return CHANGER_BAD_CDB;
	if (sim_be16(cdb + 2) != CHANGER_ARM)
		return CHANGER_BAD_ELEMENT;
	m.from = place(c, from);
	if (!m.from)
		return CHANGER_BAD_ELEMENT;
	if (eject && !m.from->unit.tray && m.from->type != CHANGER_ST)
		return SOURCE_TRAY_EMPTY;
	m.to = eject ? home_of(c, m.from) : place(c, to);
	if (!m.to)
		return CHANGER_BAD_ELEMENT;
	m.shut = from == CHANGER_MAIL_SHUT || to == CHANGER_MAIL_SHUT;
	return changer_do_move(c, &m);
}

changer_result changer_position(struct sim_changer *c, struct sim_cmd *cmd,
				unsigned int initiator)
{
	const struct changer_element *e = place(c, sim_be16(cmd->cdb + 4));
	changer_result result;

	(void)initiator;
	if (cmd->cdb[8] & 1)
		return CHANGER_BAD_CDB;
	if (sim_be16(cmd->cdb + 2) != CHANGER_ARM || !e || e->type == CHANGER_LP)
		return CHANGER_BAD_ELEMENT;
	result = changer_strike(c, CHANGER_STEP_TRAVEL, arm_of(c));
	if (!result)
		go_to(c, e);
	return result;
}

/*
 * An arm that holds a tray is not in its initial position: it puts the tray
 * back where it came from.
 */
static changer_result clear_arm(struct sim_changer *c)
{
	struct changer_element *arm = arm_of(c);
	struct changer_move m = { .from = arm, .to = home_of(c, arm), .shut = true };
	changer_result result;

	if (!arm->unit.tray)
		return 0;
	if (!m.to || m.to->unit.tray)
		return changer_mishap(c, arm, 0x80, 0x41);
	m.to->at_work = true;
	result = deliver(c, &m);
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
		struct changer_move m = { .from = e, .to = home_of(c, e), .shut = true };

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
	c->immediate = immed;
	if (immed)
		c->busy_until = changer_now();
	changer_wait(c, c->model->home);
	c->arm_at = CHANGER_FIRST_SLOT;
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
	result = changer_do_move(c, &there);
	if (!result)
		result = changer_do_move(c, &back);
	if (result)
		result = CHANGER_SENSE(SIM_HARDWARE_ERROR, changer_asc(result),
				       changer_ascq(result));
	return result;
}
