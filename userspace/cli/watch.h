/* SPDX-License-Identifier: GPL-2.0 */
/* How `discmux watch` shows an event. */
#ifndef DISCMUX_CLI_WATCH_H
#define DISCMUX_CLI_WATCH_H

#include <jansson.h>
#include <stddef.h>
#include <time.h>

#include "libdiscmux.h"

/* The object of --json, a new reference; NULL without memory.  when: UTC. */
json_t *watch_json(const struct discmux_event_info *event, const struct timespec *when);

/* One line without a line end.  Returns buf. */
char *watch_text(const struct discmux_event_info *event, char *buf, size_t size);

#endif
