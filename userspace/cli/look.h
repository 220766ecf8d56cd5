/* SPDX-License-Identifier: GPL-2.0 */
/* Questions to drives, one after the other: discmux drives, discmux media. */
#ifndef DISCMUX_CLI_LOOK_H
#define DISCMUX_CLI_LOOK_H

#include <jansson.h>

#include "cli.h"
#include "medium.h"
#include "mmc.h"

#define LOOK_REPLY	40960u

struct look {
	struct discmux *dm;
	const struct discmux_member *member;
	bool json;
	struct mmc_command cmd;		/* the question */
	uint8_t data[LOOK_REPLY];	/* and the answer, len bytes */
	size_t len;
};

/* Sends look->cmd; a unit attention is passed over once.  False: no good answer. */
bool look_ask(struct look *look);

/* A speed in 1000 bytes a second, as times 1x of the medium. */
double look_times(uint16_t profile, uint32_t kbps);

/* The frame of both commands: for each drive that is named, or every one, show()
 * gives its JSON, or prints it and gives NULL. */
int look_command(struct cli *cli, int argc, char **argv, const char *key,
		 json_t *(*show)(struct look *look));

#endif
