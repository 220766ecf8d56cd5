/* SPDX-License-Identifier: GPL-2.0 */
/* What `discmux status` shows, apart from where it comes from. */
#ifndef DISCMUX_CLI_STATUS_H
#define DISCMUX_CLI_STATUS_H

#include <jansson.h>
#include <stdio.h>

#include "libdiscmux.h"
#include "medium.h"

struct status {
	struct discmux_info info;
	struct discmux_member *members;
	struct medium *media;			/* for each member */
	size_t nr;
	struct discmux_inventory library;	/* drives only, empty without a changer */
};

/* The object of --json, a new reference; NULL without memory. */
json_t *status_json(const struct status *status);

/* The table, and warnings under it. */
int status_print(const struct status *status, FILE *out);

#endif
