/* SPDX-License-Identifier: GPL-2.0 */
/* What `discmux inventory` shows, apart from where it comes from. */
#ifndef DISCMUX_CLI_INVENTORY_H
#define DISCMUX_CLI_INVENTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "libdiscmux.h"
#include "recover.h"

struct inventory {
	uint32_t mux;
	struct discmux_member changer;		/* member is DISCMUX_NONE when unknown */
	const struct discmux_member *members;	/* to name what sits in the drives */
	size_t nr_members;
	struct discmux_inventory elements;
	const struct recovery *recovery;	/* what differs from before; NULL: not looked */
};

/* The object of --json, a new reference; NULL without memory. */
json_t *inventory_json(const struct inventory *inventory);

/* Text; empty slots only with all.  Returns enum cli_exit. */
int inventory_print(const struct inventory *inventory, bool all, FILE *out);

#endif
