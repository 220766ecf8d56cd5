// SPDX-License-Identifier: GPL-2.0
#include "panel_rig.h"

#include <stdio.h>
#include <string.h>

void panel_rig_init(struct panel_rig *rig)
{
	struct panel_engine *e = &rig->engine;
	unsigned int i;

	memset(rig, 0, sizeof(*rig));
	rig->panel = panel_new();
	assert_non_null(rig->panel);
	panel_defaults(&e->settings);
	e->nr_drives = 5;
	for (i = 0; i < 5; i++) {
		snprintf(e->drives[i].name, sizeof(e->drives[i].name), i ? "RECORDER %u" :
			 "READER %u", i ? i - 1 : 0);
		snprintf(e->drives[i].inquiry, sizeof(e->drives[i].inquiry), "%s",
			 i ? "DVDRW DX-16A    A.00" : "DVD-ROM DR-16X  1.00");
	}
	strcpy(e->version, "0.1.0");
	strcpy(e->hardware, "x86_64 6.1.0");
	panel_rig_step(rig, PANEL_NO_KEY);
}

void panel_rig_free(struct panel_rig *rig)
{
	panel_free(rig->panel);
}

void panel_rig_step(struct panel_rig *rig, enum panel_key key)
{
	struct panel_request *r = &rig->request;

	rig->now_ms += 100;
	panel_step(rig->panel, key, rig->now_ms, &rig->engine, r);
	if (r->what == PANEL_DO_SET) {
		assert_true(panel_item_valid(r->item, r->value));
		rig->engine.settings.value[r->item] = r->value;
	}
	if (r->what == PANEL_DO_DISMISS)
		memset(&rig->engine.job, 0, sizeof(rig->engine.job));
	panel_show(rig->panel, rig->now_ms, &rig->engine, &rig->lines);
}

static bool same(const char *shown, const char *wanted)
{
	size_t len = strlen(wanted);

	return len <= PANEL_WIDTH && !strncmp(shown, wanted, len) &&
	       strspn(shown + len, " ") == PANEL_WIDTH - len;
}

void panel_rig_shows_at(struct panel_rig *rig, const char *a, const char *b, const char *file,
			int line)
{
	if (same(rig->lines.line[0], a) && same(rig->lines.line[1], b))
		return;
	print_error("shown:\n|%s|\n|%s|\nnot\n|%-20s|\n|%-20s|\n", rig->lines.line[0],
		    rig->lines.line[1], a, b);
	_fail(file, line);
}

void panel_rig_phase(struct panel_rig *rig, enum panel_phase phase)
{
	rig->engine.job.phase = phase;
	panel_rig_step(rig, PANEL_NO_KEY);
}
