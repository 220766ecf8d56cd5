/* SPDX-License-Identifier: GPL-2.0 */
/* discmux-sim completion: scripts for bash and zsh, and the names that they ask for. */
#ifndef DISCMUX_SIM_COMPLETION_H
#define DISCMUX_SIM_COMPLETION_H

#include <getopt.h>
#include <jansson.h>

/* The script for a shell; start: the options of discmux-sim start.  0, or -1 for another. */
int sim_completion_print(const char *shell, const struct option *start);

/* Names of devices, or of discs, out of the answer to "list". */
void sim_completion_names(const json_t *list, const char *key);

#endif
