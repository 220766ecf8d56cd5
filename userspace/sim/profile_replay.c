// SPDX-License-Identifier: GPL-2.0
/* Devices out of recordings, beside those of the profiles. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "profile.h"

#define WORD	"replay="
#define LOOP	",loop"

int sim_plan_replay(struct sim_plan *plan, char *what, char *err, size_t errlen)
{
	struct sim_plan_device *dev;
	unsigned int replays = 0, host = 0;
	size_t len = strlen(what);

	if (strncmp(what, WORD, strlen(WORD)) || !what[strlen(WORD)]) {
		snprintf(err, errlen, "bad '%s': give " WORD "FILE or " WORD "FILE" LOOP, what);
		return -EINVAL;
	}
	if (plan->count == SIM_PLAN_DEVICES || plan->groups == SIM_PLAN_GROUPS) {
		snprintf(err, errlen, "too many devices: at most %u in %u profiles and recordings",
			 SIM_PLAN_DEVICES, SIM_PLAN_GROUPS);
		return -EINVAL;
	}
	for (size_t i = 0; i < plan->count; i++) {
		replays += plan->device[i].kind == SIM_REPLAY;
		if (plan->device[i].host >= host)
			host = plan->device[i].host + 1;
	}
	if (!*plan->text)
		strcpy(plan->text, "recordings");
	dev = &plan->device[plan->count++];
	dev->kind = SIM_REPLAY;
	snprintf(dev->name, sizeof(dev->name), "replay%u", replays);
	dev->group = plan->groups++;
	dev->host = host;
	if (len > strlen(LOOP) && !strcmp(what + len - strlen(LOOP), LOOP)) {
		dev->loop = true;
		what[len - strlen(LOOP)] = '\0';
	}
	dev->recording = what + strlen(WORD);
	return 0;
}
