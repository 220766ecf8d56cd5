/* SPDX-License-Identifier: GPL-2.0 */
/* One request at the control socket on its way, for the files that answer it. */
#ifndef DISCMUX_SIM_CTL_CALL_H
#define DISCMUX_SIM_CTL_CALL_H

#include <jansson.h>

#include "rig.h"

struct ctl_call {
	struct sim_rig *rig;
	const json_t *request;
	json_t *reply;		/* what goes beside "ok" */
	char err[320];
};

/* Says why not, in one line; -EINVAL. */
int ctl_refuse(struct ctl_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A string argument, or NULL. */
const char *ctl_text(const struct ctl_call *call, const char *key);

/* The device of this name, or that an argument names: NULL and call->err if none. */
struct sim_rig_device *ctl_named(struct ctl_call *call, const char *name);
struct sim_rig_device *ctl_find(struct ctl_call *call, const char *key);

/* The same for a drive; ctl_find_drive() takes the argument "device". */
struct sim_rig_device *ctl_drive_named(struct ctl_call *call, const char *name);
struct sim_rig_device *ctl_find_drive(struct ctl_call *call);

/* The changer that the argument "changer" names, or the only one. */
struct sim_rig_device *ctl_find_changer(struct ctl_call *call);

#endif
