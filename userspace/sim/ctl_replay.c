// SPDX-License-Identifier: GPL-2.0
/* Recordings that play: back to their start. */
#include <errno.h>

#include "ctl_replay.h"
#include "replay.h"

int ctl_rewind(struct ctl_call *call)
{
	const json_t *part = json_object_get(call->request, "part");
	struct sim_rig_device *device = ctl_find(call, "device");

	if (!device)
		return -EINVAL;
	if (device->plan->kind != SIM_REPLAY)
		return ctl_refuse(call, "%s plays no recording", device->plan->name);
	if (part && (json_integer_value(part) < 1 || json_integer_value(part) > UINT32_MAX))
		return ctl_refuse(call, "bad part: they count from 1");
	if (sim_replay_rewind(device->dev, part ? (unsigned int)json_integer_value(part) : 1))
		return ctl_refuse(call, "no such part: 'discmux-sim ctl list --json' says how many "
				  "the recording has");
	return 0;
}
