/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the panel can be drawn on a terminal. */
#ifndef DISCMUX_CLI_PANEL_TERM_H
#define DISCMUX_CLI_PANEL_TERM_H

/* NULL: it can; else what is wrong with a terminal of this type. */
const char *panel_term_problem(const char *term);

#endif
