// SPDX-License-Identifier: GPL-2.0
/* The elements of the virtual library, and what it says of them (3.11; SMC-3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "changer_priv.h"

#define MC_DESCRIPTOR	18
#define SMC3_DESCRIPTOR	16	/* 12 bytes, then the head of an identifier */
#define TAG_SIZE	36	/* 32 characters, 2 reserved bytes, sequence number */
#define DEVICE_ID_SIZE	34	/* vendor, product, 10 characters of the serial number */
#define LARGEST_DESCRIPTOR (SMC3_DESCRIPTOR + TAG_SIZE + DEVICE_ID_SIZE)
#define PAGE_HEADER_SIZE	8
#define HEADER_SIZE		8

/* What a reply has beside the bare status */
struct content {
	bool tags;	/* VOLTAG */
	bool dvcid;
};

/* Byte 2 of a descriptor */
#define FULL	0x01
#define IMPEXP	0x02	/* SMC-3: put there by an operator */
#define EXCEPT	0x04
#define ACCESS	0x08
#define EXENAB	0x10
#define INENAB	0x20
/* Byte 6 */
#define ID_VALID 0x20
#define NOT_BUS	0x80
#define PVOLTAG	0x80	/* byte 1 of a page header */
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

static void init_elements(struct sim_changer *c, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < c->count[type]; i++) {
		struct changer_element *e = &c->element[c->first[type] + i];

		e->type = (uint8_t)type;
		e->address = (uint16_t)(c->address[type] + i);
		e->unit.tray = type == CHANGER_ST && c->model->trays;
	}
}

int changer_elements_init(struct sim_changer *c)
{
	unsigned int type, n = 0, i;

	memcpy(c->address, c->model->address, sizeof(c->address));
	c->count[CHANGER_MT] = c->arms;
	c->count[CHANGER_ST] = c->slots;
	c->count[CHANGER_IE] = c->mails;
	c->count[CHANGER_DT] = c->drives;
	c->count[CHANGER_LP] = c->address[CHANGER_LP] ? 1 : 0;
	for (type = CHANGER_MT; type < CHANGER_TYPES; type++) {
		c->first[type] = n;
		n += c->count[type];
	}
	c->elements = n;
	c->element = calloc(n, sizeof(*c->element));
	if (!c->element)
		return -ENOMEM;
	for (type = CHANGER_MT; type < CHANGER_TYPES; type++)
		init_elements(c, type);
	for (i = 0; i < c->arms; i++)
		c->arm_at[i] = c->address[CHANGER_ST];
	return 0;
}

void changer_assign_addresses(struct sim_changer *c, const uint16_t address[CHANGER_TYPES])
{
	const int slots = address[CHANGER_ST] - c->address[CHANGER_ST];
	unsigned int i;

	for (i = 0; i < c->elements; i++) {
		struct changer_element *e = &c->element[i];

		e->address = (uint16_t)(e->address - c->address[e->type] + address[e->type]);
		if (e->unit.source)
			e->unit.source = (uint16_t)(e->unit.source + slots);
	}
	memcpy(c->address, address, sizeof(c->address));
	for (i = 0; i < c->arms; i++)
		c->arm_at[i] = c->address[CHANGER_ST];
}

struct changer_element *changer_element_of(struct sim_changer *c, enum changer_type type,
					   unsigned int index)
{
	return index < c->count[type] ? &c->element[c->first[type] + index] : NULL;
}

struct changer_element *changer_element_at(struct sim_changer *c, uint16_t address)
{
	unsigned int i;

	if (address == CHANGER_MAIL_SHUT && c->model->trays)
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

bool changer_is_disc(const struct changer_unit *unit, const char *name)
{
	size_t len = strlen(unit->disc);

	if (!strcmp(unit->disc, name))
		return true;
	return len && unit->inverted && !strncmp(unit->disc, name, len) &&
		!strcmp(name + len, SIM_CHANGER_SIDE_B);
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
		return changer_printer_ready(c, e);
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

/* Bytes 0 to 11, which all libraries have: tables 34 to 38, and SMC-3 */
static void encode_status(const struct sim_changer *c, const struct changer_element *e, uint8_t *d)
{
	sim_put_be16(d, e->address);
	if (changer_has_disc(&e->unit))
		d[2] |= FULL;
	if (e->type != CHANGER_MT && accessible(c, e))
		d[2] |= ACCESS;
	if (e->type == CHANGER_IE)
		d[2] |= INENAB | EXENAB;
	if (e->type == CHANGER_IE && !c->model->trays && e->by_hand)
		d[2] |= IMPEXP;
	if (e->asc) {
		d[2] |= EXCEPT;
		d[4] = e->asc;
		d[5] = e->ascq;
	}
	if (e->type == CHANGER_DT) {
		d[6] = ID_VALID;
		d[7] = c->drive_id[e->address - c->address[CHANGER_DT]];
	} else if (e->type == CHANGER_LP) {
		d[6] = NOT_BUS;
	}
	if (e->unit.source) {
		d[9] = SVALID;
		sim_put_be16(d + 10, e->unit.source);
	}
	if (e->unit.inverted && e->type != CHANGER_MT && e->type != CHANGER_IE)
		d[9] |= INVERT;
}

/* A bar code: the disc's name, as far as it fits.  Nothing but zeros: there is none. */
static uint8_t *encode_tag(const struct changer_element *e, uint8_t *d)
{
	size_t len = strnlen(e->unit.disc, 32);

	if (len) {
		memset(d, ' ', 32);
		memcpy(d, e->unit.disc, len);
	}
	return d + TAG_SIZE;
}

/* Who a drive is: T10 vendor identification, in ASCII */
static void encode_device_id(const struct sim_changer *c, const struct changer_element *e,
			     uint8_t *d)
{
	const struct sim_identity *id =
		&c->drive[e->address - c->address[CHANGER_DT]]->identity;

	d[0] = 2;	/* code set: ASCII */
	d[1] = 1;	/* T10 vendor identification */
	d[3] = DEVICE_ID_SIZE;
	memset(d + 4, ' ', DEVICE_ID_SIZE);
	memcpy(d + 4, id->vendor, strnlen(id->vendor, 8));
	memcpy(d + 12, id->product, strnlen(id->product, 16));
	memcpy(d + 28, id->serial, strnlen(id->serial, 10));
}

static size_t descriptor_size(const struct sim_changer *c, unsigned int type,
			      const struct content *content)
{
	if (c->model->trays)
		return MC_DESCRIPTOR;
	return SMC3_DESCRIPTOR + (content->tags ? TAG_SIZE : 0) +
		(content->dvcid && type == CHANGER_DT ? DEVICE_ID_SIZE : 0);
}

static void encode(const struct sim_changer *c, const struct changer_element *e,
		   const struct content *content, uint8_t *d)
{
	memset(d, 0, descriptor_size(c, e->type, content));
	encode_status(c, e, d);
	if (c->model->trays) {
		d[BYTE_FLAGS] = special_flags(c, e) | (e->unit.tray ? TRAY : 0);
		return;
	}
	d += 12;
	if (content->tags)
		d = encode_tag(e, d);
	if (content->dvcid && e->type == CHANGER_DT)
		encode_device_id(c, e, d);
}

/* A run of elements of each type that a command asks for */
struct selection {
	unsigned int first[CHANGER_TYPES], count[CHANGER_TYPES];
	unsigned int total;
	uint16_t lowest;	/* address, 0: none */
};

static void sort_types(const struct sim_changer *c, uint8_t types[CHANGER_TYPES - 1])
{
	unsigned int n = 0, i;
	uint8_t type;

	for (type = CHANGER_MT; type < CHANGER_TYPES; type++, n++) {
		for (i = n; i && c->address[types[i - 1]] > c->address[type]; i--)
			types[i] = types[i - 1];
		types[i] = type;
	}
}

/*
 * The limit lowest addresses from start on, so that who reads on behind the
 * highest address of a reply misses nothing.  type 0: all types.
 */
static void select_elements(const struct sim_changer *c, unsigned int type, uint16_t start,
			    unsigned int limit, struct selection *s)
{
	uint8_t by_address[CHANGER_TYPES - 1] = { 0 };
	unsigned int i, t, at, end;

	memset(s, 0, sizeof(*s));
	sort_types(c, by_address);
	for (i = 0; i < CHANGER_TYPES - 1; i++) {
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
static size_t encode_page(const struct sim_changer *c, unsigned int type,
			  const struct selection *s, const struct content *content, uint8_t *page)
{
	size_t size = descriptor_size(c, type, content);
	unsigned int i, n = s->count[type];

	memset(page, 0, PAGE_HEADER_SIZE);
	page[0] = (uint8_t)type;
	if (content->tags)
		page[1] = PVOLTAG;
	sim_put_be16(page + 2, (uint16_t)size);
	sim_put_be24(page + 5, (uint32_t)(n * size));
	for (i = 0; i < n; i++)
		encode(c, &c->element[s->first[type] + i], content,
		       page + PAGE_HEADER_SIZE + i * size);
	return PAGE_HEADER_SIZE + n * size;
}

/* What a library can't tell is refused where its manual has a field for it. */
static bool content_ok(const struct sim_changer *c, const uint8_t *cdb, struct content *content)
{
	content->tags = cdb[1] & 0x10;
	content->dvcid = !c->model->trays && cdb[6] & 0x01;
	return (!content->tags || c->tags) && (!content->dvcid || c->dvcid);
}

changer_result changer_read_element_status(struct sim_changer *c, struct sim_cmd *cmd,
					   unsigned int initiator)
{
	const uint8_t *cdb = cmd->cdb;
	unsigned int type = cdb[1] & 0x0f, t;
	unsigned int types = c->count[CHANGER_LP] ? CHANGER_LP : CHANGER_DT;
	size_t len = HEADER_SIZE;
	struct content content;
	struct selection s;
	uint8_t *buf;

	(void)initiator;
	if (type > types || !content_ok(c, cdb, &content))
		return CHANGER_BAD_CDB;
	changer_printer_tick(c);
	buf = calloc(1, HEADER_SIZE + CHANGER_TYPES * PAGE_HEADER_SIZE +
		     (size_t)c->elements * LARGEST_DESCRIPTOR);
	if (!buf)
		return CHANGER_SENSE(SIM_HARDWARE_ERROR, 0x44, 0x00);
	select_elements(c, type, sim_be16(cdb + 2), sim_be16(cdb + 4), &s);
	for (t = CHANGER_MT; t < CHANGER_TYPES; t++)
		if (s.count[t])
			len += encode_page(c, t, &s, &content, buf + len);
	sim_put_be16(buf, s.lowest);
	sim_put_be16(buf + 2, (uint16_t)s.total);
	sim_put_be24(buf + 5, (uint32_t)(len - HEADER_SIZE));
	changer_reply(cmd, buf, len, sim_be24(cdb + 7));
	free(buf);
	return 0;
}
