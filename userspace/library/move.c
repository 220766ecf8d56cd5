// SPDX-License-Identifier: GPL-2.0
/* Setting the robot in motion, and what must be so before. */
#include <errno.h>
#include <stdio.h>

#include "mmc.h"
#include "move.h"
#include "place.h"

#define KEY_UNIT_ATTENTION	0x6
#define UNLOCK_TRIES		4

bool element_is_fitted(const struct discmux_element *element)
{
	return element->type != DISCMUX_ELEMENT_LABEL_PRINT ||
	       element->flags & (DISCMUX_ELEMENT_ACCESS | DISCMUX_ELEMENT_FULL |
				 DISCMUX_ELEMENT_EXCEPT | DISCMUX_ELEMENT_BUSY |
				 DISCMUX_ELEMENT_FINISH | DISCMUX_ELEMENT_TRAY);
}

static int check_source(const struct discmux_element *from, const struct discmux_element *to,
			uint32_t source, const char *name, char *err, size_t errlen)
{
	bool needs_disc = to->type == DISCMUX_ELEMENT_DATA_TRANSFER ||
			  to->type == DISCMUX_ELEMENT_LABEL_PRINT;

	/* Out of 4000h the MC-8x00 takes nothing while it is open (3.7). */
	if (from->address == source && from->flags & DISCMUX_ELEMENT_OPEN) {
		snprintf(err, errlen, "%s is open: push it shut, or move from mail-closed", name);
		return -EBUSY;
	}
	if (element_has_disc(from) || (element_has_tray(from) && !needs_disc))
		return 0;
	snprintf(err, errlen, "%s %s: discmux inventory shows where discs are", name,
		 element_has_tray(from) ? "holds a tray with no disc" : "is empty");
	return -ENOENT;
}

static int check_destination(const struct discmux_inventory *inv,
			     const struct discmux_element *to, const char *name, char *err,
			     size_t errlen)
{
	char home[32];

	if (element_is_free(to))
		return 0;
	if (!element_has_disc(to))
		snprintf(err, errlen,
			 "%s holds an empty tray, and a disc brings its own: name another place",
			 name);
	else if (to->type == DISCMUX_ELEMENT_DATA_TRANSFER &&
		 to->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		snprintf(err, errlen, "%s holds a disc already, from %s: unload it first", name,
			 place_name(inv, to->source, home, sizeof(home)));
	else
		snprintf(err, errlen, "%s holds a disc already: move that away first", name);
	return -EBUSY;
}

int move_check(const struct discmux_inventory *inv, uint32_t source, uint32_t destination,
	       char *err, size_t errlen)
{
	const struct discmux_element *from = place_element(inv, source);
	const struct discmux_element *to = place_element(inv, destination);
	char name[32];
	int ret;

	if (!from || !to) {
		snprintf(err, errlen, "there is no element %04Xh", from ? destination : source);
		return -ENOENT;
	}
	place_name(inv, source, name, sizeof(name));
	if (from == to) {
		snprintf(err, errlen, "source and destination are the same: %s", name);
		return -EINVAL;
	}
	ret = check_source(from, to, source, name, err, errlen);
	if (ret)
		return ret;
	place_name(inv, destination, name, sizeof(name));
	return check_destination(inv, to, name, err, errlen);
}

int move_home(const struct discmux_inventory *inv, uint32_t element, uint32_t *slot, char *err,
	      size_t errlen)
{
	const struct discmux_element *from = place_element(inv, element);
	const struct discmux_element *home;
	char name[32];

	place_name(inv, element, name, sizeof(name));
	if (!from || !element_has_disc(from)) {
		snprintf(err, errlen, "%s is empty: discmux inventory shows where discs are", name);
		return -ENOENT;
	}
	home = from->flags & DISCMUX_ELEMENT_SOURCE_VALID ?
		       discmux_inventory_find(inv, from->source) :
		       NULL;
	if (!home || home->type != DISCMUX_ELEMENT_STORAGE) {
		snprintf(err, errlen,
			 "the library does not know which slot the disc in %s came from: name one",
			 name);
		return -ENOENT;
	}
	*slot = home->address;
	return 0;
}

char *move_arm_text(const struct discmux_inventory *inv, char *buf, size_t size)
{
	const struct discmux_element *arm = discmux_inventory_nth(inv, DISCMUX_ELEMENT_TRANSPORT, 0);
	char home[32];

	if (!arm)
		snprintf(buf, size, "the arm cannot be seen");
	else if (element_is_free(arm))
		snprintf(buf, size, "the arm is empty");
	else if (arm->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		snprintf(buf, size, "the arm holds the %s of %s",
			 element_has_disc(arm) ? "disc" : "tray",
			 place_name(inv, arm->source, home, sizeof(home)));
	else
		snprintf(buf, size, "the arm holds a %s, from an unknown slot",
			 element_has_disc(arm) ? "disc" : "tray");
	return buf;
}

/* ---- The move itself ---------------------------------------------------- */

/* Lets the disc out: udev locks the tray of a drive when it sees a disc.  A drive
 * that refuses shows in what the changer says. */
static void unlock(struct discmux *dm, uint32_t member)
{
	struct discmux_result result;
	struct discmux_sense sense;
	struct mmc_command c;
	int tries = UNLOCK_TRIES;

	mmc_cmd_prevent(&c, false);
	do {	/* a unit attention says that the command was not carried out */
		if (discmux_command(dm, member, c.cdb, c.len, DISCMUX_DIR_NONE, NULL, 0,
				    c.timeout_ms, &result) >= 0)
			return;
	} while (!discmux_result_sense(&result, &sense) && sense.key == KEY_UNIT_ATTENTION &&
		 --tries);
}

static uint32_t member_of(const struct discmux_element *drive)
{
	return drive && drive->type == DISCMUX_ELEMENT_DATA_TRANSFER ? drive->member : DISCMUX_NONE;
}

int move_hold(struct discmux *dm, const struct discmux_element *drive, bool gives)
{
	uint32_t member = member_of(drive);
	int ret = member == DISCMUX_NONE ? 0 : discmux_claim(dm, &member, 1, NULL);

	if (!ret && gives && member != DISCMUX_NONE)
		unlock(dm, member);
	return ret;
}

void move_let_go(struct discmux *dm, const struct discmux_element *drive)
{
	uint32_t member = member_of(drive);

	if (member != DISCMUX_NONE)
		discmux_release(dm, &member, 1);
}

/* A tray that somebody locks at the same time is unlocked again: a move that was
 * refused for that has moved nothing. */
static int move_unlocked(struct discmux *dm, uint32_t giver, uint32_t source, uint32_t destination,
			 uint32_t flags, struct discmux_result *result)
{
	int tries = UNLOCK_TRIES;
	int ret = discmux_move(dm, source, destination, flags, 0, result);

	while (ret == -EIO && giver != DISCMUX_NONE &&
	       discmux_result_is(result, 0x5, 0x53, 0x02) && --tries) {
		unlock(dm, giver);
		ret = discmux_move(dm, source, destination, flags, 0, result);
	}
	return ret;
}

int move_disc(struct discmux *dm, const struct discmux_inventory *inv, uint32_t source,
	      uint32_t destination, uint32_t flags, struct discmux_result *result)
{
	const struct discmux_element *from = discmux_inventory_find(inv, source);
	const struct discmux_element *to = discmux_inventory_find(inv, destination);
	struct discmux_result own;
	int ret;

	ret = move_hold(dm, from, true);
	if (ret)
		return ret;
	ret = move_hold(dm, to, false);
	if (!ret) {
		ret = move_unlocked(dm, member_of(from), source, destination, flags,
				    result ? result : &own);
		move_let_go(dm, to);
	}
	move_let_go(dm, from);
	return ret;
}
