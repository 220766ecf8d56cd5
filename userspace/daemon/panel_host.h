/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon's one panel: feeds the state machine with the engine's state and
 * carries out its requests. */
#ifndef DISCMUX_DAEMON_PANEL_HOST_H
#define DISCMUX_DAEMON_PANEL_HOST_H

#include "core.h"
#include "panel.h"

enum lamp {
	LAMP_OFF,	/* no disc */
	LAMP_OPEN,	/* the tray is open */
	LAMP_DISC,
	LAMP_BUSY,
	LAMP_GOOD,	/* the copy is good */
	LAMP_BAD,
};

struct panel_view {
	struct panel_lines lines;
	const char *screen;		/* a constant */
	size_t nr_lamps;
	struct {
		char name[PANEL_WIDTH + 1];	/* "recorder 0" */
		enum lamp lamp;
	} lamps[DRIVES_MAX];
};

struct panel_host;

struct panel_host *panel_host_new(struct core *core);	/* NULL: no memory */
void panel_host_free(struct panel_host *host);

/* A key, or none now that time has passed or something has changed.  Returns true
 * when the view is another than the last time. */
bool panel_host_step(struct panel_host *host, enum panel_key key, uint64_t now_ms);

/* What is shown now; valid until the next step. */
const struct panel_view *panel_host_view(const struct panel_host *host);

/* The job that a request of the panel begins with these settings.  master: the disc that
 * was analyzed last. */
void panel_host_spec(const struct panel_settings *settings, const char *master,
		     const struct panel_request *request, struct job_spec *spec);

/* "off", "open", "disc", "busy", "good", "bad" */
const char *lamp_name(enum lamp lamp);

#endif
