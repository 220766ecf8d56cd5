/* SPDX-License-Identifier: GPL-2.0 */
/* A panel and an engine that does what a test says. */
#ifndef DISCMUX_TEST_PANEL_RIG_H
#define DISCMUX_TEST_PANEL_RIG_H

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "panel_table.h"

struct panel_rig {
	struct panel *panel;
	struct panel_engine engine;
	struct panel_request request;	/* the last one */
	struct panel_lines lines;
	uint64_t now_ms;
};

/* A tower with a reader and four recorders, nothing stored. */
void panel_rig_init(struct panel_rig *rig);
void panel_rig_free(struct panel_rig *rig);

/* One step; settings are kept as the panel asks. */
void panel_rig_step(struct panel_rig *rig, enum panel_key key);

/* Asserts the two lines; blanks at their ends may be left out. */
#define panel_rig_shows(rig, a, b) panel_rig_shows_at(rig, a, b, __FILE__, __LINE__)
void panel_rig_shows_at(struct panel_rig *rig, const char *a, const char *b, const char *file,
			int line);

/* The job is in this phase from now on. */
void panel_rig_phase(struct panel_rig *rig, enum panel_phase phase);

#endif
