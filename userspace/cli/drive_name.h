/* SPDX-License-Identifier: GPL-2.0 */
/* Drives as people name them: "reader", "reader:1", "recorder:2". */
#ifndef DISCMUX_CLI_DRIVE_NAME_H
#define DISCMUX_CLI_DRIVE_NAME_H

#include "cli.h"

/* False: it is no name of a drive, but a file's perhaps. */
bool drive_name_parse(const char *text, uint32_t *role, unsigned long *unit);

/*
 * The drive of this name on the mux, which is opened for writing.  name: "reader 0",
 * 32 bytes.  CLI_OK, or CLI_FAIL after a message.
 */
int drive_name_find(struct cli *cli, const char *text, struct discmux_member *member, char *name);

/* Most bytes of one command to a drive, as the mux and the drive take it. */
int drive_max_data(struct cli *cli, const struct discmux_member *member, uint32_t *bytes);

#endif
