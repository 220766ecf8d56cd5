/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Drives on the command line: every name that `discmux status` shows, as
 * discmux_member_by_name() knows them.
 */
#ifndef DISCMUX_CLI_DRIVE_NAME_H
#define DISCMUX_CLI_DRIVE_NAME_H

#include "cli.h"

#define DRIVE_NAME_SIZE	32	/* of "recorder 0" */

/*
 * The drive of this name on the mux, which is opened for writing; a changer is none.
 * name: "reader 0", DRIVE_NAME_SIZE bytes.  CLI_OK, or CLI_FAIL after a message.
 */
int drive_name_find(struct cli *cli, const char *text, struct discmux_member *member, char *name);

/*
 * Where a master is: in a drive, or in a file.  A word that has the form of a drive's name
 * is one; else a file that is there, then the serial number of a drive, then a file that
 * is not there.  *drive: it is a drive, as with drive_name_find().
 */
int drive_name_or_file(struct cli *cli, const char *text, bool *drive,
		       struct discmux_member *member, char *name);

/* Most bytes of one command to a drive, as the mux and the drive take it. */
int drive_max_data(struct cli *cli, const struct discmux_member *member, uint32_t *bytes);

#endif
