/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rig: all devices of a run, from their models to their SCSI devices.
 * Functions that return int give 0 or a negative errno with one line in err.
 */
#ifndef DISCMUX_SIM_RIG_H
#define DISCMUX_SIM_RIG_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "configfs.h"
#include "device.h"
#include "fault.h"
#include "media.h"
#include "printer_port.h"
#include "profile.h"
#include "tcmu.h"

struct sim_rig_config {
	struct sim_plan plan;
	const char *media_dir;
	double speed;		/* of the drives: see sim_drive_set_speed() */
	double robot;		/* time_scale of the changers */
	unsigned int timeout;	/* see sim_backend_create() */
};

struct sim_rig_device {
	const struct sim_plan_device *plan;
	struct sim_device *dev;
	struct sim_faults *faults;
	struct tcmu_port *port;
	struct printer_port *printer;	/* of a library that has one */
	struct sim_unit unit;
	pthread_mutex_t plug_lock;	/* one at a time pulls or plugs it */
	bool made;		/* has a backend and a target */
	bool present;		/* is plugged in */
};

struct sim_rig {
	struct sim_rig_config config;
	struct sim_media *media;
	struct sim_rig_device device[SIM_PLAN_DEVICES];
	size_t count;
};

/* Makes all devices and waits until the kernel has them all.  On failure
 * nothing is left. */
int sim_rig_start(const struct sim_rig_config *config, struct sim_rig **out, char *err,
		  size_t errlen);

/* All devices stop answering: what executes or hangs ends soon. */
void sim_rig_quiet(struct sim_rig *rig);

/* Takes all away; what is executing is aborted. */
int sim_rig_stop(struct sim_rig *rig, char *err, size_t errlen);

/* NULL and a line in err when there is none of that name. */
struct sim_rig_device *sim_rig_find(struct sim_rig *rig, const char *name, char *err,
				    size_t errlen);

/* Pulls a device off its bus (-EALREADY: it is), and puts it back. */
int sim_rig_vanish(struct sim_rig_device *device, char *err, size_t errlen);
int sim_rig_appear(struct sim_rig_device *device, char *err, size_t errlen);

/*
 * Changes what a device says of itself (see sim_identity_set()).  A device that
 * is plugged in is pulled and put back, for the kernel asks only then.
 */
int sim_rig_identify(struct sim_rig_device *device, const char *fields, char *err,
		     size_t errlen);

/*
 * Gives a device habits, or takes all back (NULL): see sim_habits_give().  One that is
 * plugged in is pulled and put back if one of them is of what the kernel asks only then.
 */
int sim_rig_habit(struct sim_rig_device *device, const char *list, const char *where, char *err,
		  size_t errlen);

/*
 * {"name", "kind", "present", "address" ("H:0:T:0"), "node" ("/dev/sr0" or null),
 * "sg" (or null), "faults" (those of its habits too), "state": as the model describes itself}.
 */
json_t *sim_rig_describe(struct sim_rig_device *device);

#endif
