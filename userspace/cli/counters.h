/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of the driver, from sysfs. */
#ifndef DISCMUX_CLI_COUNTERS_H
#define DISCMUX_CLI_COUNTERS_H

#include <jansson.h>

/*
 * The counters of a mux and its members as the object of --json: every file of
 * CLASS/discmuxN/counters and CLASS/discmuxN/discmuxN-M/counters.  Files that go
 * away meanwhile are passed over.  Returns 0 with a new reference in *object,
 * -ENOENT when there is no such mux, or -ENOMEM.
 */
int counters_read(const char *class_folder, int mux, json_t **object);

/* The same as text.  Returns enum cli_exit. */
int counters_print(const json_t *object, FILE *out);

#endif
