/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles: which machine the virtual hardware is.
 *
 *   tower:N          one DVD reader and N recorders, N 1 to 16
 *   bdtower:N        the same with drives for Blu-ray discs too
 *   mc8100[:D[:S]]   library with a changer, D recorders and S slots
 *   mc8200[:D[:S]]   (at most and by default 4, 9, 12 drives; 100, 200, 600
 *   mc8600[:D[:S]]   slots: MC-8x00 SCSI Command Manual, section 1.3)
 *   smc3[:D[:S]]     library as newer ones are (SMC-3), at most 12 drives and 600
 *                    slots, 2 and 40 by default
 *
 * Behind a library its options: +printer (a label printer; not of smc3), +no-flip;
 * of smc3 +mail=N (mail slots, 1 to 8), +arms=N (1 or 2), +no-tags (no volume tags),
 * +no-dvcid (it does not know who its drives are).
 *
 * Behind any profile +habit=NAME[=VALUE], also several of them: those of its devices
 * that the habit is for have it (habit.h).
 *
 * A plan is the list of devices that one or more profiles ask for.
 */
#ifndef DISCMUX_SIM_PROFILE_H
#define DISCMUX_SIM_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "device.h"

#define SIM_PLAN_DEVICES	64
#define SIM_PLAN_GROUPS		8
#define SIM_PLAN_HABITS		256	/* characters of a device's list of habits */

enum sim_kind {
	SIM_READER,
	SIM_RECORDER,
	SIM_CHANGER,
};

struct sim_plan_device {
	enum sim_kind kind;
	char name[16];		/* unique in the plan */
	struct sim_identity identity;
	unsigned int group;	/* which profile of the list, from 0 */
	unsigned int host;	/* devices with the same number share a Scsi_Host */
	unsigned int id;	/* SCSI target id on that host */
	bool bd;		/* a drive for Blu-ray discs too */
	char habits[SIM_PLAN_HABITS];	/* NAME[=VALUE]+..., or "" */
	/* of a changer; its drives are the recorders of the same group */
	const char *profile;	/* "mc8600" */
	unsigned int model;	/* 8100, 8200, 8600; 3 of smc3 */
	unsigned int drives;
	unsigned int slots;
	unsigned int mails, arms;
	bool printer, no_flip, no_tags, no_dvcid;
};

struct sim_plan {
	struct sim_plan_device device[SIM_PLAN_DEVICES];
	size_t count;
	unsigned int groups;
	char text[512];		/* what it was made from */
};

/*
 * Understands a list of profiles, separated by commas.  shared_host puts all
 * devices of a profile on one Scsi_Host.  0, or -EINVAL with one line in err.
 */
int sim_plan_parse(struct sim_plan *plan, const char *profiles, bool shared_host,
		   char *err, size_t errlen);

/*
 * Changes what a device says of itself: "recorder0.vendor=ACME,serial=123";
 * fields vendor (8 characters at most), product (16), revision (4) and serial
 * (32), printable ASCII.  0, -ENOENT (no such device) or -EINVAL.
 */
int sim_plan_set(struct sim_plan *plan, const char *text, char *err, size_t errlen);

/* The same for one "field=value[,field=value]" list; all or nothing. */
int sim_identity_set(struct sim_identity *identity, const char *text, char *err,
		     size_t errlen);

/*
 * "[DEVICE.]habit=NAME[=VALUE][+NAME...]": gives the habits to this device, or to all
 * drives (changers: all changers) that they are for.  0, -ENOENT or -EINVAL with one
 * line in err.
 */
int sim_plan_habit(struct sim_plan *plan, bool changers, const char *text, char *err,
		   size_t errlen);

/* The device of that name, or NULL. */
struct sim_plan_device *sim_plan_find(struct sim_plan *plan, const char *name);

/* The kind as a habit has it: one of enum sim_habit_of */
uint8_t sim_kind_bit(enum sim_kind kind);

/* "reader", "recorder", "changer" */
const char *sim_kind_name(enum sim_kind kind);

#endif
