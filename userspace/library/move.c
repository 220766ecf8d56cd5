// SPDX-License-Identifier: GPL-2.0
/* Setting the robot in motion, and what must be so before. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "mmc.h"
#include "move.h"
#include "place.h"

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
	struct mmc_command c;

	mmc_cmd_prevent(&c, false);
	discmux_ask(dm, member, DISCMUX_FOR_PROBE, 0, c.cdb, c.len, DISCMUX_DIR_NONE, NULL, 0,
		    c.timeout_ms, NULL);
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

/* A move on its way */
struct errand {
	struct discmux *dm;
	uint32_t source, destination, flags;
	struct discmux_result *result;
	int ret;
};

static void errand_send(void *ctx, uint32_t set)
{
	struct errand *e = ctx;

	(void)set;
	memset(e->result, 0, sizeof(*e->result));
	e->ret = discmux_move(e->dm, e->source, e->destination, e->flags, 0, e->result);
	/* Refused by the driver: the changer did not get the command */
	if (e->ret < 0 && discmux_result_ok(e->result))
		e->result->error = (uint32_t)-e->ret;
}

static const struct discmux_result *errand_result(void *ctx, unsigned int i)
{
	(void)i;
	return ((struct errand *)ctx)->result;
}

static uint64_t errand_now(void *ctx)
{
	struct timespec now;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void errand_sleep(void *ctx, unsigned int ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)ctx;
	nanosleep(&t, NULL);
}

/* A library that takes stock is waited for.  A tray that somebody locks at the same time
 * is unlocked again: a move that was refused for that has moved nothing. */
static int move_unlocked(uint32_t giver, struct errand *e)
{
	static const struct discmux_carrier carrier = {
		.send = errand_send, .result = errand_result, .now_ms = errand_now,
		.sleep_ms = errand_sleep,
	};
	int tries = UNLOCK_TRIES;

	discmux_carry_out(&carrier, e, DISCMUX_FOR_MOVE, DISCMUX_DEVICE_LIBRARY, NULL, 1, NULL);
	while (e->ret == -EIO && giver != DISCMUX_NONE && --tries &&
	       discmux_result_cause(DISCMUX_DEVICE_LIBRARY, e->result) == DISCMUX_CAUSE_LOCKED) {
		unlock(e->dm, giver);
		discmux_carry_out(&carrier, e, DISCMUX_FOR_MOVE, DISCMUX_DEVICE_LIBRARY, NULL, 1,
				  NULL);
	}
	return e->ret;
}

int move_disc(struct discmux *dm, const struct discmux_inventory *inv, uint32_t source,
	      uint32_t destination, uint32_t flags, struct discmux_result *result)
{
	const struct discmux_element *from = discmux_inventory_find(inv, source);
	const struct discmux_element *to = discmux_inventory_find(inv, destination);
	struct discmux_result own;
	struct errand errand = { dm, source, destination, flags, result ? result : &own, 0 };
	int ret;

	ret = move_hold(dm, from, true);
	if (ret)
		return ret;
	ret = move_hold(dm, to, false);
	if (!ret) {
		ret = move_unlocked(member_of(from), &errand);
		move_let_go(dm, to);
	}
	move_let_go(dm, from);
	return ret;
}
