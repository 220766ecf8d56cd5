/* SPDX-License-Identifier: GPL-2.0 */
/* Setting the robot in motion, and what must be so before. */
#ifndef DISCMUX_LIBRARY_MOVE_H
#define DISCMUX_LIBRARY_MOVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdiscmux.h"

/* A library that says so moves trays, with a disc on them or without. */
static inline bool element_has_tray(const struct discmux_element *element)
{
	return element->flags & DISCMUX_ELEMENT_TRAY;
}

static inline bool element_has_disc(const struct discmux_element *element)
{
	return element->flags & DISCMUX_ELEMENT_FULL;
}

/* Whether another tray or disc has room there. */
static inline bool element_is_free(const struct discmux_element *element)
{
	return !element_has_disc(element) && !element_has_tray(element);
}

/* A library without a printer may have an element for it all the same, which is not
 * accessible and has nothing to say (MC-8x00 3.11.7). */
bool element_is_fitted(const struct discmux_element *element);

/* Returns 0 when a disc can go from source to destination (element addresses that
 * exist), or a negative errno and in err what is in the way and what to do. */
int move_check(const struct discmux_inventory *inv, uint32_t source, uint32_t destination,
	       char *err, size_t errlen);

/* The slot that the disc in an element came from.  Returns 0, or -ENOENT and why. */
int move_home(const struct discmux_inventory *inv, uint32_t element, uint32_t *slot, char *err,
	      size_t errlen);

/**
 * move_disc - move a disc, with the drives at both ends held
 * @dm: opened for writing
 * @inv: the library's elements, to know the drives
 * @source: element address
 * @destination: element address; 0 with DISCMUX_MOVE_EJECT
 * @flags: DISCMUX_MOVE_*
 * @result: how the command went; may be NULL
 *
 * No program can mount, lock or read a drive while the robot works at it; a drive
 * that has locked its tray is told to unlock it.  Waits for the arm.  Returns as
 * discmux_move(), with the words in discmux_error(@dm).
 */
int move_disc(struct discmux *dm, const struct discmux_inventory *inv, uint32_t source,
	      uint32_t destination, uint32_t flags, struct discmux_result *result);

/* Holds a drive (and nothing for other elements), for operations other than moves
 * that put the robot to work at it; one that gives a disc lets go of its tray. */
int move_hold(struct discmux *dm, const struct discmux_element *drive, bool gives);
void move_let_go(struct discmux *dm, const struct discmux_element *drive);

/* Where the arm's disc, if it has one, came from: "the arm is empty", "the arm holds
 * the disc of slot 5", "the arm holds a disc, from an unknown slot".  Returns buf. */
char *move_arm_text(const struct discmux_inventory *inv, char *buf, size_t size);

#endif
