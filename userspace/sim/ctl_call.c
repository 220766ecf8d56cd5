// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl_call.h"

int ctl_refuse(struct ctl_call *call, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(call->err, sizeof(call->err), format, ap);
	va_end(ap);
	return -EINVAL;
}

const char *ctl_text(const struct ctl_call *call, const char *key)
{
	return json_string_value(json_object_get(call->request, key));
}

struct sim_rig_device *ctl_named(struct ctl_call *call, const char *name)
{
	if (!name) {
		ctl_refuse(call, "which device?  Give its name");
		return NULL;
	}
	return sim_rig_find(call->rig, name, call->err, sizeof(call->err));
}

struct sim_rig_device *ctl_find(struct ctl_call *call, const char *key)
{
	return ctl_named(call, ctl_text(call, key));
}

struct sim_rig_device *ctl_drive_named(struct ctl_call *call, const char *name)
{
	struct sim_rig_device *device = ctl_named(call, name);

	if (device && (device->plan->kind == SIM_CHANGER || device->plan->kind == SIM_REPLAY)) {
		ctl_refuse(call, "%s is a %s: give a drive", device->plan->name,
			   sim_kind_name(device->plan->kind));
		return NULL;
	}
	return device;
}

struct sim_rig_device *ctl_find_drive(struct ctl_call *call)
{
	return ctl_drive_named(call, ctl_text(call, "device"));
}

struct sim_rig_device *ctl_find_changer(struct ctl_call *call)
{
	struct sim_rig_device *only = NULL;

	if (ctl_text(call, "changer")) {
		only = ctl_find(call, "changer");
		if (only && only->plan->kind != SIM_CHANGER) {
			ctl_refuse(call, "%s is no changer", only->plan->name);
			return NULL;
		}
		return only;
	}
	for (size_t i = 0; i < call->rig->count; i++) {
		if (call->rig->device[i].plan->kind != SIM_CHANGER)
			continue;
		if (only) {
			ctl_refuse(call, "there are several changers: give the name of one");
			return NULL;
		}
		only = &call->rig->device[i];
	}
	if (!only)
		ctl_refuse(call, "there is no changer: start with a profile that has one");
	return only;
}
