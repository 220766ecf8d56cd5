/* SPDX-License-Identifier: GPL-2.0 */
/* discmux panel: what its faces share. */
#ifndef DISCMUX_CLI_PANEL_TEXT_H
#define DISCMUX_CLI_PANEL_TEXT_H

#include "client.h"

/* The panel for scripts: commands on stdin, lines on stdout.  Returns enum
 * cli_exit. */
int panel_text(struct client *client, unsigned long timeout_s);

/* The panel in a terminal. */
int panel_screen(struct client *client);

/* A line of a panel's event or answer; "" when it has none. */
const char *panel_line(const json_t *message, size_t row);

#endif
