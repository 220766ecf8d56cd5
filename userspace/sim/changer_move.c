// SPDX-License-Identifier: GPL-2.0
/* What the arm of the virtual library does (3.7, 3.8; SMC-3). */
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

uint8_t changer_moves_from(const struct sim_changer *c, enum changer_type type)
{
	static const uint8_t to[CHANGER_TYPES] = {
		/* storage to storage is prohibited (3.7) */
		[CHANGER_ST] = TO(CHANGER_IE) | TO(CHANGER_DT) | TO(CHANGER_LP),
		[CHANGER_IE] = TO(CHANGER_ST) | TO(CHANGER_DT) | TO(CHANGER_LP),
		[CHANGER_DT] = TO(CHANGER_ST) | TO(CHANGER_IE) | TO(CHANGER_DT) | TO(CHANGER_LP),
		[CHANGER_LP] = TO(CHANGER_ST) | TO(CHANGER_IE) | TO(CHANGER_DT),
	};

	if (!c->count[type])
		return 0;
	if (type == CHANGER_ST && c->model->moves_slots)
		return to[type] | TO(CHANGER_ST);
	/* what an arm was left with; an MC-8x00 has REZERO UNIT for that */
	if (type == CHANGER_MT && c->model->set & CHANGER_SET_SMC3)
		return TO(CHANGER_ST) | TO(CHANGER_IE) | TO(CHANGER_DT);
	return to[type];
}

static struct sim_device *drive_at(struct sim_changer *c, const struct changer_element *e)
{
	return c->drive[e->address - c->address[CHANGER_DT]];
}

static struct changer_element *arm_of(struct sim_changer *c)
{
	return changer_element_of(c, CHANGER_MT, c->arm);
}

static changer_result keep(struct sim_changer *c)
{
	return changer_state_write(c, NULL, 0) ? INTERNAL_FAILURE : 0;
}

static void go_to(struct sim_changer *c, const struct changer_element *e)
{
	if (c->arm_at[c->arm] != e->address)
		changer_wait(c, c->model->travel);
	c->arm_at[c->arm] = e->address;
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
		return c->model->trays ? SOURCE_TRAY_EMPTY : SOURCE_EMPTY;
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
	if (m->to->type == CHANGER_LP && !changer_printer_ready(c, m->to))
		return CHANGER_SENSE(SIM_HARDWARE_ERROR, m->to->asc, m->to->ascq);
	return 0;
}

static changer_result check_move(struct sim_changer *c, const struct changer_move *m)
{
	struct changer_element *arm = arm_of(c);
	changer_result result;

	if (!(changer_moves_from(c, m->from->type) & TO(m->to->type)))
		return CHANGER_BAD_ELEMENT;
	if (m->invert && !c->can_flip)
		return CANNOT_FLIP;
	if (arm->unit.tray && m->from != arm)
		return changer_mishap(c, arm, 0x80, 0x41);
	result = check_source(c, m);
	if (!result)
		result = check_destination(c, m);
	if (!result)
		result = changer_strike(c, CHANGER_STEP_CHECK, m->from);
	return result ? result : changer_strike(c, CHANGER_STEP_CHECK, m->to);
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
	changer_result result;
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
	if (!changer_is_disc(&e->unit, disc))
		memcpy(e->unit.disc, disc, sizeof(disc));
	if (!c->model->trays)
		e->unit.tray = changer_has_disc(&e->unit);
	result = changer_strike(c, CHANGER_STEP_FETCH, e);
	e->loose = result && changer_has_disc(&e->unit);
	return result;
}

static changer_result load_drive(struct sim_changer *c, struct changer_element *e,
				 const struct changer_unit *unit)
{
	changer_result result;
	int rc;

	if (!changer_has_disc(unit))
		return 0;
	changer_wait(c, c->model->load);
	result = changer_strike(c, CHANGER_STEP_LOAD, e);
	if (result) {
		e->loose = true;
		return result;
	}
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
	if (from->type != CHANGER_LP || !changer_printer_keeps(from))
		from->asc = from->ascq = 0;
	from->loose = from->by_hand = false;
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

changer_result changer_deliver(struct sim_changer *c, const struct changer_move *m)
{
	changer_result result;

	go_to(c, m->to);
	result = put(c, m->to);
	if (!result)
		result = changer_strike(c, CHANGER_STEP_SETTLE, m->to);
	if (!result && m->to->type == CHANGER_IE && !m->shut && c->model->trays)
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
	if (m->from != arm_of(c)) {
		go_to(c, m->from);
		result = take(c, m->from);
	}
	if (!result && m->invert)
		result = flip(c);
	if (!result)
		result = changer_deliver(c, m);
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

/* Which arm; SMC-3 says with address 0 that it is all the same */
static bool choose_arm(struct sim_changer *c, uint16_t address)
{
	uint16_t first = c->address[CHANGER_MT];

	if (!address && !c->model->trays)
		address = first;
	if (address < first || address - first >= (int)c->arms)
		return false;
	c->arm = address - first;
	return true;
}

/* 5000h is an address only if the printer is there */
static struct changer_element *place(struct sim_changer *c, uint16_t address)
{
	struct changer_element *e = changer_element_at(c, address);

	if (e && (e->type == CHANGER_MT || (e->type == CHANGER_LP && !c->printer_fitted)))
		return NULL;
	return e;
}

/* What an arm holds can be put somewhere, by that arm. */
static struct changer_element *source(struct sim_changer *c, uint16_t address)
{
	struct changer_element *e = changer_element_at(c, address);

	if (!e || e->type != CHANGER_MT || !changer_moves_from(c, CHANGER_MT))
		return place(c, address);
	c->arm = (unsigned int)(address - c->address[CHANGER_MT]);
	return e;
}

struct changer_element *changer_home_of(struct sim_changer *c,
					const struct changer_element *e)
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
	bool eject = c->model->trays && cdb[11] & 0xc0;

	(void)initiator;
	if (eject && to)
		return CHANGER_BAD_CDB;
	if (!choose_arm(c, sim_be16(cdb + 2)))
		return CHANGER_BAD_ELEMENT;
	m.from = source(c, from);
	if (!m.from)
		return CHANGER_BAD_ELEMENT;
	if (eject && !m.from->unit.tray && m.from->type != CHANGER_ST)
		return SOURCE_TRAY_EMPTY;
	m.to = eject ? changer_home_of(c, m.from) : place(c, to);
	if (!m.to)
		return CHANGER_BAD_ELEMENT;
	m.shut = c->model->trays && (from == CHANGER_MAIL_SHUT || to == CHANGER_MAIL_SHUT);
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
	if (!choose_arm(c, sim_be16(cmd->cdb + 2)) || !e || e->type == CHANGER_LP)
		return CHANGER_BAD_ELEMENT;
	result = changer_strike(c, CHANGER_STEP_TRAVEL, arm_of(c));
	if (!result)
		go_to(c, e);
	return result;
}

/* Where a disc can wait while two change places: a slot, or NULL */
static struct changer_element *free_slot(struct sim_changer *c)
{
	unsigned int i;

	for (i = 0; i < c->slots; i++) {
		struct changer_element *e = changer_element_of(c, CHANGER_ST, i);

		if (!e->unit.tray && !e->at_work)
			return e;
	}
	return NULL;
}

/* Two discs change places by way of a third: the arm has one hand. */
static changer_result swap(struct sim_changer *c, struct changer_element *from,
			   struct changer_element *to, const bool invert[2])
{
	struct changer_element *spare = free_slot(c);
	struct changer_move away = { .from = to, .to = spare };
	struct changer_move there = { .from = from, .to = to, .invert = invert[0] };
	struct changer_move back = { .from = spare, .to = from, .invert = invert[1] };
	changer_result result;
	uint16_t came_from;

	if (!spare)
		return DESTINATION_FULL;
	came_from = to->type == CHANGER_ST ? to->address : to->unit.source;
	result = changer_do_move(c, &away);
	if (!result)
		result = changer_do_move(c, &there);
	if (!result)
		result = changer_do_move(c, &back);
	if (!result)
		from->unit.source = came_from;
	return result ? result : keep(c);
}

/* EXCHANGE MEDIUM: source to first destination, what was there to the second */
changer_result changer_exchange(struct sim_changer *c, struct sim_cmd *cmd, unsigned int initiator)
{
	const uint8_t *cdb = cmd->cdb;
	const bool invert[2] = { cdb[10] & 1, cdb[10] & 2 };
	struct changer_element *from = place(c, sim_be16(cdb + 4));
	struct changer_element *first = place(c, sim_be16(cdb + 6));
	struct changer_element *second = place(c, sim_be16(cdb + 8));
	struct changer_move away = { .from = first, .to = second, .invert = invert[1] };
	struct changer_move there = { .from = from, .to = first, .invert = invert[0] };
	changer_result result;

	(void)initiator;
	if (!choose_arm(c, sim_be16(cdb + 2)) || !from || !first || !second || from == first ||
	    first == second)
		return CHANGER_BAD_ELEMENT;
	if (!from->unit.tray || !first->unit.tray)
		return SOURCE_EMPTY;
	if (second == from)
		return swap(c, from, first, invert);
	result = changer_do_move(c, &away);
	return result ? result : changer_do_move(c, &there);
}
