/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that answers as a recording says: see discmux-recording(5).
 *
 * sim_device_execute() is for the device's thread; everything else may be called by any
 * other one.
 */
#ifndef DISCMUX_SIM_REPLAY_H
#define DISCMUX_SIM_REPLAY_H

#include <jansson.h>

#include "device.h"

struct sim_replay_config {
	char name[16];			/* "replay0" */
	const char *path;		/* of the recording */
	bool loop;			/* the answers to a command begin again after the last */
	double factor;			/* of the recorded times: 1 is as long, 2 half; 0 none */
};

/* NULL and a line in err: no such file, or no recording. */
struct sim_device *sim_replay_create(const struct sim_replay_config *config, char *err,
				     size_t errlen);

/*
 * All answers are played again from the first command of a part of the recording on (1 is
 * the first part), and what was not in it is forgotten.  -EINVAL: no such part.
 */
int sim_replay_rewind(struct sim_device *dev, unsigned int part);

/*
 * {"name", "kind": "replay", "type": 5 or 8, "recording": path, "parts", "commands": of the
 * recording, "vendor", "product", "revision", "played": commands answered from it,
 * "misses": [{"cdb", "name", "count"}]: not in it and refused with 05/20/00, "invented":
 * the same, answered all the same, with "how"}.  A new reference; NULL without memory.
 */
json_t *sim_replay_describe(struct sim_device *dev);

#endif
