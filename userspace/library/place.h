/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places in a library as people name them:
 *
 *	place   = "s" N | "slot" N	slots count from 1
 *		| "d" N | "drive" N	drives count from 0
 *		| "mail" | "mail-closed" | "arm" | "printer"
 *		| "0x" HEX | HHHH "h"	an element address
 *		| N			a slot or a drive, where only one can be meant
 *		| MEMBER		a drive by any name of discmux_member_by_name()
 *
 * Case does not matter; a blank may stand before the number, also as the end of
 * one argument and the beginning of the next.
 */
#ifndef DISCMUX_LIBRARY_PLACE_H
#define DISCMUX_LIBRARY_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "libdiscmux.h"

enum place_kind {
	PLACE_NUMBER,		/* just a number */
	PLACE_SLOT,
	PLACE_DRIVE,
	PLACE_MAIL,
	PLACE_MAIL_CLOSED,	/* MC-8x00 3.7, 4001h: the mail slot stays shut */
	PLACE_ARM,
	PLACE_PRINTER,
	PLACE_ADDRESS,
	PLACE_MEMBER,		/* a drive of the mux, which the library holds */
};

#define PLACE_MEMBER_SIZE	64

struct place {
	enum place_kind kind;
	uint32_t number;	/* as written: slots from 1, drives from 0; or the address */
	char member[PLACE_MEMBER_SIZE];	/* PLACE_MEMBER: as written */
};

/* Reads one place, but no member's name.  Returns 0 or -EINVAL. */
int place_parse(const char *text, struct place *place);

/* Reads the place that begins at argv[*index], which may take two arguments
 * ("slot" "5"), and moves *index behind it.  A plain number becomes @plain, any other
 * word PLACE_MEMBER.  Returns 0, or -EINVAL and why in err. */
int place_take(int argc, char **argv, int *index, enum place_kind plain, struct place *place,
	       char *err, size_t errlen);

/* The element address of a place.  Returns 0, or -ENOENT and why in err.  PLACE_MEMBER
 * needs the mux: library_place(). */
int place_resolve(const struct discmux_inventory *inv, const struct place *place,
		  uint32_t *address, char *err, size_t errlen);

/* Says in err that the word does not name a place, and lists the places.  Returns -EINVAL. */
int place_unknown(const char *word, char *err, size_t errlen);

/* The element that tells about an address: the mail slot's for the second
 * address it answers to.  NULL: none. */
const struct discmux_element *place_element(const struct discmux_inventory *inv,
					    uint32_t address);

/* The number people give to an element among those of its type (slots and mail
 * slots from 1, others from 0). */
uint32_t place_number(const struct discmux_inventory *inv, const struct discmux_element *element);

/* "slot 5", "drive 0", "the mail slot", "the arm", "element 7000h".  Returns buf. */
char *place_name(const struct discmux_inventory *inv, uint32_t address, char *buf, size_t size);

#endif
