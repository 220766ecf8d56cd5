// SPDX-License-Identifier: GPL-2.0
/* The elements of the virtual library, and what it says of them (3.1, 3.11, 3.19). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "changer_priv.h"

#define DESCRIPTOR_SIZE		18
#define PAGE_HEADER_SIZE	8
#define HEADER_SIZE		8

/* Byte 2 of a descriptor */
#define FULL	0x01
#define EXCEPT	0x04
#define ACCESS	0x08
#define EXENAB	0x10
#define INENAB	0x20
/* Byte 6 */
#define ID_VALID 0x20
#define NOT_BUS	0x80
/* Byte 9 */
#define INVERT	0x40
#define SVALID	0x80
/*
 * Byte 16.  Tables 34 to 38 name these bits within bytes 12 to 17 with their
 * columns lost in print; this reading of them is the one that holds for all
 * five: the printer's four inks in the high bits, Tray in the lowest.
 */
#define BYTE_FLAGS 16
#define TRAY	0x01
#define OPEN	0x02
#define BUSY	0x04
#define FINISH	0x08	/* ink: enum sim_changer_ink */

int changer_elements_init(struct sim_changer *c)
{
	const uint16_t address[CHANGER_TYPES] = {
		[CHANGER_MT] = CHANGER_ARM, [CHANGER_ST] = CHANGER_FIRST_SLOT,
		[CHANGER_IE] = CHANGER_MAIL, [CHANGER_DT] = CHANGER_FIRST_DRIVE,
		[CHANGER_LP] = CHANGER_PRINTER,
	};
	unsigned int type, i, n = 0;

	c->count[CHANGER_MT] = c->count[CHANGER_IE] = c->count[CHANGER_LP] = 1;
	c->count[CHANGER_ST] = c->slots;
	c->count[CHANGER_DT] = c->drives;
	for (type = CHANGER_MT; type < CHANGER_TYPES; type++) {
		c->first[type] = n;
		n += c->count[type];
	}
	c->elements = n;
	c->element = calloc(n, sizeof(*c->element));
	if (!c->element)
		return -ENOMEM;
	for (type = CHANGER_MT; type < CHANGER_TYPES; type++) {
		for (i = 0; i < c->count[type]; i++) {
			struct changer_element *e = &c->element[c->first[type] + i];

			e->type = (uint8_t)type;
			e->address = (uint16_t)(address[type] + i);
			e->unit.tray = type == CHANGER_ST;
		}
	}
	c->arm_at = CHANGER_FIRST_SLOT;
	return 0;
}

struct changer_element *changer_element_of(struct sim_changer *c, enum changer_type type,
					   unsigned int index)
{
	return index < c->count[type] ? &c->element[c->first[type] + index] : NULL;
}

struct changer_element *changer_element_at(struct sim_changer *c, uint16_t address)
{
	unsigned int i;

	if (address == CHANGER_MAIL_SHUT)
		address = CHANGER_MAIL;
	for (i = 0; i < c->elements; i++)
		if (c->element[i].address == address)
			return &c->element[i];
	return NULL;
}

const struct changer_element *changer_find_disc(const struct sim_changer *c, const char *disc)
{
	unsigned int i;

	for (i = 0; i < c->elements; i++)
		if (!strcmp(c->element[i].unit.disc, disc))
			return &c->element[i];
	return NULL;
}

bool changer_name_ok(const char *disc)
{
	const char *p;

	if (!disc[0] || disc[0] == '.' || strlen(disc) >= SIM_CHANGER_NAME_SIZE)
		return false;
	for (p = disc; *p; p++)
		if (*p == '/' || *p < ' ' || *p > '~')
			return false;
	return true;
}

/* May the arm work at it?  The arm itself has no such bit (table 34). */
static bool accessible(const struct sim_changer *c, const struct changer_element *e)
{
	switch (e->type) {
	case CHANGER_IE:
		return !c->mail_open;
	case CHANGER_LP:
		return c->printer_fitted && !c->printer.busy_until && !e->asc;
	default:
		return true;
	}
}

static uint8_t special_flags(const struct sim_changer *c, const struct changer_element *e)
{
	uint8_t flags = 0;

	if (e->type == CHANGER_IE && c->mail_open)
		flags |= OPEN;
	if (e->type == CHANGER_LP) {
		flags |= c->printer.empty;
		if (c->printer.busy_until)
			flags |= BUSY;
		if (c->printer.finish)
			flags |= FINISH;
	}
	return flags;
}

/* Tables 34 to 38 */
static void encode(const struct sim_changer *c, const struct changer_element *e, uint8_t *d)
{
	memset(d, 0, DESCRIPTOR_SIZE);
	sim_put_be16(d, e->address);
	if (changer_has_disc(&e->unit))
		d[2] |= FULL;
	if (e->type != CHANGER_MT && accessible(c, e))
		d[2] |= ACCESS;
	if (e->type == CHANGER_IE)
		d[2] |= INENAB | EXENAB;
	if (e->asc) {
		d[2] |= EXCEPT;
		d[4] = e->asc;
		d[5] = e->ascq;
	}
	if (e->type == CHANGER_DT) {
		d[6] = ID_VALID;
		d[7] = c->drive_id[e->address - CHANGER_FIRST_DRIVE];
	} else if (e->type == CHANGER_LP) {
		d[6] = NOT_BUS;
	}
	if (e->unit.source) {
		d[9] = SVALID;
		sim_put_be16(d + 10, e->unit.source);
	}
	if (e->unit.inverted && e->type != CHANGER_MT && e->type != CHANGER_IE)
		d[9] |= INVERT;
	if (e->unit.tray)
		d[BYTE_FLAGS] |= TRAY;
	d[BYTE_FLAGS] |= special_flags(c, e);
}

/* A run of elements of each type that a command asks for */
struct selection {
	unsigned int first[CHANGER_TYPES], count[CHANGER_TYPES];
	unsigned int total;
	uint16_t lowest;	/* address, 0: none */
};

/*
 * The limit lowest addresses from start on, so that who reads on behind the
 * highest address of a reply misses nothing.  type 0: all types.
 */
static void select_elements(const struct sim_changer *c, unsigned int type, uint16_t start,
			    unsigned int limit, struct selection *s)
{
	static const uint8_t by_address[] = {
		CHANGER_ST, CHANGER_MT, CHANGER_DT, CHANGER_IE, CHANGER_LP,
	};
	unsigned int i, t, at, end;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < sizeof(by_address); i++) {
		t = by_address[i];
		if (type && t != type)
			continue;
		at = c->first[t];
		end = at + c->count[t];
		while (at < end && c->element[at].address < start)
			at++;
		s->first[t] = at;
		s->count[t] = end - at < limit - s->total ? end - at : limit - s->total;
		if (s->count[t] && !s->total)
			s->lowest = c->element[at].address;
		s->total += s->count[t];
	}
}

/* One page of table 33 with its descriptors; returns its size. */
static size_t encode_page(const struct sim_changer *c, unsigned int type, unsigned int first,
			  unsigned int n, uint8_t *page)
{
	unsigned int i;

	memset(page, 0, PAGE_HEADER_SIZE);
	page[0] = (uint8_t)type;
	sim_put_be16(page + 2, DESCRIPTOR_SIZE);
	sim_put_be24(page + 5, n * DESCRIPTOR_SIZE);
	for (i = 0; i < n; i++)
		encode(c, &c->element[first + i], page + PAGE_HEADER_SIZE + i * DESCRIPTOR_SIZE);
	return PAGE_HEADER_SIZE + n * DESCRIPTOR_SIZE;
}

changer_result changer_read_element_status(struct sim_changer *c, struct sim_cmd *cmd,
					   unsigned int initiator)
{
	const uint8_t *cdb = cmd->cdb;
	unsigned int type = cdb[1] & 0x0f, t;
	size_t len = HEADER_SIZE;
	struct selection s;
	uint8_t *buf;

	(void)initiator;
	if (cdb[1] & 0x10 || type >= CHANGER_TYPES)	/* volume tags */
		return CHANGER_BAD_CDB;
	changer_printer_tick(c);
	buf = calloc(1, HEADER_SIZE + CHANGER_TYPES * PAGE_HEADER_SIZE +
		     (size_t)c->elements * DESCRIPTOR_SIZE);
	if (!buf)
		return CHANGER_SENSE(SIM_HARDWARE_ERROR, 0x44, 0x00);
	select_elements(c, type, sim_be16(cdb + 2), sim_be16(cdb + 4), &s);
	for (t = CHANGER_MT; t < CHANGER_TYPES; t++)
		if (s.count[t])
			len += encode_page(c, t, s.first[t], s.count[t], buf + len);
	sim_put_be16(buf, s.lowest);
	sim_put_be16(buf + 2, (uint16_t)s.total);
	sim_put_be24(buf + 5, (uint32_t)(len - HEADER_SIZE));
	changer_reply(cmd, buf, len, sim_be24(cdb + 7));
	free(buf);
	return 0;
}

/*
 * What the sensors find at a drive: an operator may have taken its disc out, or
 * laid one in.  A disc with no tray under it is one the arm can't fetch.
 */
static void inspect_drive(struct sim_changer *c, struct changer_element *e)
{
	struct sim_device *drive = c->drive[e->address - CHANGER_FIRST_DRIVE];
	char disc[SIM_CHANGER_NAME_SIZE];
	int rc;

	if (!c->drive_ops->look || e->loose)
		return;
	pthread_mutex_unlock(&c->lock);
	rc = c->drive_ops->look(drive, disc, sizeof(disc));
	pthread_mutex_lock(&c->lock);
	if (rc || !strcmp(disc, e->unit.disc))
		return;
	if (disc[0] && !changer_name_ok(disc))
		return;
	memcpy(e->unit.disc, disc, sizeof(disc));
	e->unit.inverted = false;
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
