/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Habits: what real drives and changers do that tidy ones don't, by name.  A habit is
 * some faults (fault.h), or a setting of the model, under a name that tells what it is
 * good for; all of them are in one table.
 */
#ifndef DISCMUX_SIM_HABIT_H
#define DISCMUX_SIM_HABIT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"
#include "fault.h"

/* Whose habit it can be */
enum sim_habit_of {
	SIM_OF_READER = 1 << 0,
	SIM_OF_RECORDER = 1 << 1,
	SIM_OF_CHANGER = 1 << 2,
	SIM_OF_DRIVE = SIM_OF_READER | SIM_OF_RECORDER,
	SIM_OF_ANY = SIM_OF_DRIVE | SIM_OF_CHANGER,
};

struct sim_habit {
	const char *name;
	uint8_t of;		/* enum sim_habit_of */
	const char *value;	/* what it takes behind a =, or NULL: "seconds" */
	uint32_t preset, least, most;	/* preset: if it is left out */
	/* As sim_fault_parse() takes them, separated by ";"; "#" stands for the value, "$"
	 * for 1000 times the value */
	const char *faults;
	enum sim_setting setting;	/* of seconds, if there are no faults */
	bool identity;		/* of what the kernel asks only when the device is plugged in */
	const char *what;	/* one line */
};

/* The nth habit, from 0, sorted as the manual has them; NULL: no more. */
const struct sim_habit *sim_habit_at(size_t n);

/* The habit of this name; NULL: none. */
const struct sim_habit *sim_habit_find(const char *name, size_t len);

/*
 * Is "NAME[=N][+NAME[=N]]..." a list of habits?  0, or -EINVAL with one line in err.
 * of (may be NULL) gets the kinds of devices that have one of them at least.
 */
int sim_habits_check(const char *list, uint8_t *of, char *err, size_t errlen);

/*
 * Gives a device of this kind (one bit) the habits of the list, all or none.  where is
 * behind each of their faults, in words ("lba 100"), or "".  strict: -EINVAL if one is
 * not for this kind; else that one is left out.  identity (may be NULL) tells if one of
 * them is.  -EINVAL or -ENOSPC with one line in err.
 */
int sim_habits_give(struct sim_device *dev, struct sim_faults *faults, enum sim_habit_of kind,
		    const char *list, const char *where, bool strict, bool *identity, char *err,
		    size_t errlen);

/* Takes all habits back.  True: one of them was of what it says of itself. */
bool sim_habits_take(struct sim_device *dev, struct sim_faults *faults);

/* [{"name", "of": [...], "value": or null, "preset"?, "least"?, "most"?, "what", "faults": [...]}],
 * a new reference. */
json_t *sim_habits_describe(void);

#endif
