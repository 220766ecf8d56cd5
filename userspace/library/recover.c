// SPDX-License-Identifier: GPL-2.0
/* What is not as it was left, and where stray discs belong. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "move.h"
#include "pages.h"
#include "place.h"
#include "recover.h"

#define NAME	32

/* ---- Differences -------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static void say(struct recovery *recovery, const char *fmt, ...)
{
	va_list args;

	if (recovery->nr_lines == RECOVER_LINES) {
		recovery->nr_more++;
		return;
	}
	va_start(args, fmt);
	vsnprintf(recovery->lines[recovery->nr_lines++], RECOVER_TEXT, fmt, args);
	va_end(args);
}

/* A process that lives is at work there. */
static bool in_good_hands(const struct memory *memory, uint32_t address)
{
	size_t i;

	for (i = 0; i < memory->nr_tasks; i++) {
		const struct memory_task *task = &memory->tasks[i];

		if (task->alive && (task->source == address || task->destination == address ||
				    task->home == address))
			return true;
	}
	return false;
}

static bool anybody_at_work(const struct memory *memory)
{
	size_t i;

	for (i = 0; i < memory->nr_tasks; i++)
		if (memory->tasks[i].alive)
			return true;
	return false;
}

/* Operators put discs into the mail slot and take them out: that is what it is for. */
static bool matters(const struct memory *memory, const struct discmux_inventory *inv,
		    uint32_t address)
{
	const struct discmux_element *element = discmux_inventory_find(inv, address);

	if (element && element->type == DISCMUX_ELEMENT_IMPORT_EXPORT)
		return false;
	if (element && element->type == DISCMUX_ELEMENT_TRANSPORT && anybody_at_work(memory))
		return false;
	return !in_good_hands(memory, address);
}

static bool full_at(const struct discmux_inventory *inv, uint32_t address)
{
	const struct discmux_element *element = discmux_inventory_find(inv, address);

	return element && element_has_disc(element);
}

static bool same_tag(const struct discmux_element *element, const char *tag)
{
	char now[MEMORY_TAG];

	discmux_text(element->volume_tag, sizeof(element->volume_tag), now, sizeof(now));
	return !strcmp(now, tag);
}

/* Whether this may be the disc that was remembered elsewhere. */
static bool is_disc(const struct discmux_element *element, const struct memory_disc *disc)
{
	if (*disc->tag || element->volume_tag[0])
		return same_tag(element, disc->tag);
	return disc->home != DISCMUX_NONE && element->flags & DISCMUX_ELEMENT_SOURCE_VALID &&
	       element->source == disc->home;
}

/* Where a disc has gone that is not at its place any more, or NULL. */
static const struct discmux_element *gone_to(const struct memory *memory,
					     const struct discmux_inventory *inv,
					     const struct memory_disc *disc)
{
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *element = &inv->elements[i];

		if (element_has_disc(element) && !memory_at(memory, element->address) &&
		    is_disc(element, disc))
			return element;
	}
	return NULL;
}

static void look_for_gone(const struct memory *memory, const struct discmux_inventory *inv,
			  struct recovery *recovery)
{
	char name[NAME], other[NAME];
	size_t i;

	for (i = 0; i < memory->nr_discs; i++) {
		const struct memory_disc *disc = &memory->discs[i];
		const struct discmux_element *element = discmux_inventory_find(inv, disc->address);
		const struct discmux_element *to;

		if (!matters(memory, inv, disc->address))
			continue;
		place_name(inv, disc->address, name, sizeof(name));
		if (element && element_has_disc(element)) {
			if (!same_tag(element, disc->tag))
				say(recovery, "%s holds another disc than before", name);
			continue;
		}
		to = gone_to(memory, inv, disc);
		if (to)
			say(recovery, "the disc that was in %s is in %s", name,
			    place_name(inv, to->address, other, sizeof(other)));
		else
			say(recovery, "%s held a disc and is empty", name);
	}
}

/* Whether look_for_gone() has told of it. */
static bool is_told(const struct memory *memory, const struct discmux_inventory *inv,
		    const struct discmux_element *element)
{
	size_t i;

	for (i = 0; i < memory->nr_discs; i++)
		if (!full_at(inv, memory->discs[i].address) &&
		    matters(memory, inv, memory->discs[i].address) &&
		    gone_to(memory, inv, &memory->discs[i]) == element)
			return true;
	return false;
}

static void look_for_new(const struct memory *memory, const struct discmux_inventory *inv,
			 struct recovery *recovery)
{
	char name[NAME];
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *element = &inv->elements[i];

		if (element_has_disc(element) && !memory_at(memory, element->address) &&
		    matters(memory, inv, element->address) && !is_told(memory, inv, element))
			say(recovery, "%s was empty and holds a disc",
			    place_name(inv, element->address, name, sizeof(name)));
	}
}

/* ---- Stray discs -------------------------------------------------------- */

bool recovery_has_room(const struct discmux_inventory *inv, uint32_t slot)
{
	const struct discmux_element *element = discmux_inventory_find(inv, slot);

	return element && element->type == DISCMUX_ELEMENT_STORAGE && element_is_free(element);
}

/* The task that left it there, or NULL. */
static const struct memory_task *left_by(const struct memory *memory,
					 const struct discmux_element *element)
{
	size_t i;

	for (i = 0; i < memory->nr_tasks; i++) {
		const struct memory_task *task = &memory->tasks[i];

		if (!task->alive && (element->type == DISCMUX_ELEMENT_TRANSPORT ||
				     element->address == task->destination))
			return task;
	}
	return NULL;
}

static uint32_t home_of(const struct memory *memory, const struct discmux_element *element,
			const struct memory_task *task)
{
	const struct memory_disc *disc = memory_at(memory, element->address);

	if (element->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		return element->source;
	if (task && task->home != DISCMUX_NONE)
		return task->home;
	return disc ? disc->home : DISCMUX_NONE;
}

static void add_stray(const struct memory *memory, const struct discmux_inventory *inv,
		      const struct discmux_element *element, const struct memory_task *task,
		      struct recovery *recovery)
{
	struct stray *stray = &recovery->strays[recovery->nr_strays];
	const char *what = element_has_disc(element) ? "disc" : "tray";
	uint32_t home = home_of(memory, element, task);
	char name[NAME], from[NAME];

	if (recovery->nr_strays == RECOVER_STRAYS)
		return;
	recovery->nr_strays++;
	stray->at = element->address;
	stray->home = recovery_has_room(inv, home) ? home : DISCMUX_NONE;
	place_name(inv, element->address, name, sizeof(name));
	if (home == DISCMUX_NONE)
		snprintf(stray->why, sizeof(stray->why), "%s holds a %s, from an unknown slot",
			 name, what);
	else
		snprintf(stray->why, sizeof(stray->why), "%s holds a %s from %s%s", name, what,
			 place_name(inv, home, from, sizeof(from)),
			 stray->home == DISCMUX_NONE ? ", where there is no room" : "");
}

/*
 * The arm and the printer are no places for a disc to stay.  A drive is, unless what
 * put the disc there was to take it away again.
 */
static void look_for_strays(const struct memory *memory, const struct discmux_inventory *inv,
			    struct recovery *recovery)
{
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *element = &inv->elements[i];
		const struct memory_task *task = left_by(memory, element);
		bool to_and_fro = task && task->home != DISCMUX_NONE && strcmp(task->what, "move");

		if (element_is_free(element) || in_good_hands(memory, element->address))
			continue;
		if ((element->type == DISCMUX_ELEMENT_TRANSPORT && !anybody_at_work(memory)) ||
		    element->type == DISCMUX_ELEMENT_LABEL_PRINT ||
		    (element->type == DISCMUX_ELEMENT_DATA_TRANSFER && to_and_fro))
			add_stray(memory, inv, element, task, recovery);
	}
}

/* What became of operations that nobody saw the end of. */
static void look_at_tasks(const struct memory *memory, const struct discmux_inventory *inv,
			  struct recovery *recovery)
{
	char from[NAME], to[NAME];
	size_t i;

	for (i = 0; i < memory->nr_tasks; i++) {
		const struct memory_task *task = &memory->tasks[i];

		if (task->alive || task->destination == DISCMUX_NONE)
			continue;
		say(recovery, "%s from %s to %s was cut short: %s", task->what,
		    place_name(inv, task->source, from, sizeof(from)),
		    place_name(inv, task->destination, to, sizeof(to)),
		    full_at(inv, task->destination) ? "the disc has arrived" :
		    full_at(inv, task->source)	    ? "the disc has not left" :
						      "the disc is elsewhere");
	}
}

void recovery_look(const struct memory *memory, const struct discmux_inventory *inv,
		   struct recovery *recovery)
{
	memset(recovery, 0, sizeof(*recovery));
	look_at_tasks(memory, inv, recovery);
	look_for_strays(memory, inv, recovery);
	if (!memory->known)
		return;
	look_for_gone(memory, inv, recovery);
	look_for_new(memory, inv, recovery);
}

/* ---- Putting them back --------------------------------------------------- */

int recovery_put_back(struct discmux *dm, const struct discmux_inventory *inv,
		      const struct stray *stray, uint32_t slot, char *err, size_t errlen)
{
	const struct discmux_element *element = discmux_inventory_find(inv, stray->at);
	bool on_arm = element && element->type == DISCMUX_ELEMENT_TRANSPORT;
	int ret;

	if (!element)
		return -ENOENT;
	if (on_arm && !pages_arm_gives(dm)) {
		if (!(element->flags & DISCMUX_ELEMENT_SOURCE_VALID) || element->source != slot) {
			snprintf(err, errlen, "this library's arm only puts a disc back where it "
				 "knows that it came from: take the disc out by hand");
			return -EOPNOTSUPP;
		}
		ret = discmux_rezero(dm, 0, NULL);
	} else {
		ret = move_disc(dm, inv, stray->at, slot, 0, NULL);
	}
	if (ret)
		snprintf(err, errlen, "%s", discmux_error(dm));
	return ret;
}
