// SPDX-License-Identifier: GPL-2.0
/* The machine: runs on the tables of table.c. */
#include <stdlib.h>
#include <string.h>

#include "panel_table.h"

#define MAX_STEPS	8	/* conditions that lead to one another; no table needs more */

struct panel *panel_new(void)
{
	struct panel *panel = calloc(1, sizeof(*panel));

	if (panel) {
		panel->hdd = 1;
		panel->item = PANEL_MODE;
		panel->came_from = S_SET_MODE;
	}
	return panel;
}

void panel_free(struct panel *panel)
{
	free(panel);
}

const char *panel_screen_name(const struct panel *panel)
{
	return panel_screens[panel->screen].name;
}

/* ---- Conditions ------------------------------------------------------- */

/* The next partition behind @after that holds a master, or 0. */
static unsigned int next_stored(const struct panel_engine *engine, unsigned int after)
{
	unsigned int hdd;

	for (hdd = after + 1; hdd <= PANEL_HDDS; hdd++)
		if (engine->images[hdd - 1].stored)
			return hdd;
	return 0;
}

/* The next track from @from on that was not taken; the number of tracks: none. */
static unsigned int next_track(const struct panel *panel, const struct panel_engine *engine,
			       unsigned int from)
{
	while (from < engine->master.tracks && panel->tracks[from])
		from++;
	return from;
}

static bool any_taken(const struct panel *panel)
{
	size_t i;

	for (i = 0; i < PANEL_TRACKS; i++)
		if (panel->tracks[i])
			return true;
	return false;
}

bool panel_track_audio(const struct panel *panel, const struct panel_engine *engine)
{
	return panel->track < engine->master.tracks && engine->master.audio[panel->track];
}

bool panel_track_over(const struct panel *panel, const struct panel_engine *engine)
{
	return panel->track < engine->master.tracks &&
	       (panel->count >= PANEL_TRACKS ||
		engine->master.frames[panel->track] > PANEL_FRAMES - panel->frames);
}

static bool track_condition(const struct panel *panel, const struct panel_engine *engine,
			    enum condition condition)
{
	bool more = next_track(panel, engine, panel->track + 1) < engine->master.tracks;
	bool fits = panel_track_audio(panel, engine) && !panel_track_over(panel, engine);

	switch (condition) {
	case C_MORE_TRACKS:
		return more;
	case C_SELECTABLE:
		return fits;
	case C_SELECTABLE_MORE:
		return fits && more;
	case C_CHOSEN:
		return any_taken(panel);
	default:
		return next_track(panel, engine, 0) < engine->master.tracks;
	}
}

static bool job_condition(const struct panel *panel, const struct panel_job *job,
			  enum condition condition)
{
	switch (condition) {
	case C_JOB:
		return job->phase != PANEL_IDLE;
	case C_NO_JOB:
		return job->phase == PANEL_IDLE;
	case C_RESUMED:
		return job->phase != PANEL_IDLE && job->resumed;
	case C_MASTER:
		return job->phase == PANEL_NEED_MASTER;
	case C_NO_MASTER:
		return job->phase != PANEL_NEED_MASTER;
	case C_DISCS:
		return job->phase == PANEL_NEED_DISCS;
	case C_NO_DISCS:
		return job->phase != PANEL_NEED_DISCS;
	case C_SAME:
		return job->phase == PANEL_SAME;
	case C_NOT_SAME:
		return job->phase != PANEL_SAME;
	case C_RUNNING:
		return job->phase == PANEL_RUNNING;
	case C_EXTRACTING:
		return job->phase == PANEL_RUNNING && job->work == PANEL_EXTRACT;
	case C_NOT_RUNNING:
		return job->phase != PANEL_RUNNING;
	case C_AT_WORK:
		return job->phase != PANEL_IDLE && job->phase != PANEL_ENDED;
	case C_ENDED:
		return job->phase == PANEL_ENDED;
	case C_FAILED:
		return job->phase == PANEL_ENDED && job->nr_faults;
	default:
		return panel->fault + 1 < job->nr_faults;
	}
}

bool panel_condition(const struct panel *panel, const struct panel_engine *engine,
		     enum condition condition)
{
	switch (condition) {
	case C_ALWAYS:
		return true;
	case C_MORE_HDDS:
		return panel->hdd < PANEL_HDDS;
	case C_STORED:
		return engine->images[panel->hdd - 1].stored;
	case C_DAMAGED:
		return engine->images[panel->hdd - 1].damaged;
	case C_ANY_STORED:
		return next_stored(engine, 0);
	case C_MORE_STORED:
		return next_stored(engine, panel->hdd);
	case C_HDD1_STORED:
		return engine->images[0].stored;
	case C_REGISTERED:
		return panel->registered;
	case C_MORE_PLACES:
		return panel->place < 3;
	case C_MORE_DRIVES:
		return panel->drive + 1 < engine->nr_drives;
	case C_SELECTABLE:
	case C_SELECTABLE_MORE:
	case C_MORE_TRACKS:
	case C_CHOSEN:
	case C_UNCHOSEN:
		return track_condition(panel, engine, condition);
	default:
		return job_condition(panel, &engine->job, condition);
	}
}

/* ---- Actions: the panel itself ---------------------------------------- */

static void start_tracks(struct panel *panel, const struct panel_engine *engine)
{
	(void)engine;
	memset(panel->tracks, 0, sizeof(panel->tracks));
	panel->track = 0;
}

static void do_tracks(struct panel *panel, const struct panel_engine *engine, enum action action)
{
	switch (action) {
	case A_NEW_EXTRACTION:
		start_tracks(panel, engine);
		panel->master = 1;
		panel->frames = panel->frames_before = 0;
		panel->count = panel->count_before = 0;
		panel->registered = false;
		break;
	case A_FIRST_TRACK:
		panel->track = next_track(panel, engine, 0);
		break;
	case A_ADD_TRACK:
		panel->tracks[panel->track] = true;
		panel->frames += engine->master.frames[panel->track];
		panel->count++;
		panel->track = next_track(panel, engine, panel->track + 1);
		break;
	default:
		panel->track = next_track(panel, engine, panel->track + 1);
		break;
	}
}

static void edit_count(struct panel *panel, int value)
{
	size_t i;

	panel->place = 0;
	for (i = 4; i--; value /= 10)
		panel->digits[i] = (unsigned int)value % 10;
}

/* The value behind the one that is shown; behind the last the first. */
static int next_value(const struct panel *panel)
{
	const int *values = panel_values(panel->item);
	size_t i;

	for (i = 0; values[i] >= 0; i++)
		if (values[i] == panel->value)
			return values[i + 1] >= 0 ? values[i + 1] : values[0];
	return values[0];
}

/* True when the action is one of those here. */
static bool do_own(struct panel *panel, const struct panel_engine *engine, enum action action)
{
	switch (action) {
	case A_NONE:
		return true;
	case A_FIRST_HDD:
		panel->hdd = 1;
		return true;
	case A_NEXT_HDD:
		panel->hdd++;
		return true;
	case A_FIRST_STORED:
	case A_NEXT_STORED:
		panel->hdd = next_stored(engine, action == A_NEXT_STORED ? panel->hdd : 0);
		if (!panel->hdd)	/* cleared by somebody else meanwhile */
			panel->hdd = 1;
		return true;
	case A_QUICK:
	case A_FULL:
		panel->full = action == A_FULL;
		return true;
	case A_FIRST_FAULT:
		panel->fault = 0;
		return true;
	case A_NEXT_FAULT:
		panel->fault++;
		return true;
	case A_FIRST_TRACK:
	case A_ADD_TRACK:
	case A_SKIP_TRACK:
	case A_NEW_EXTRACTION:
		do_tracks(panel, engine, action);
		return true;
	case A_EDIT:
		panel->came_from = (int)panel->screen;
		panel->item = panel_screens[panel->screen].item;
		panel->value = engine->settings.value[panel->item];
		return true;
	case A_NEXT_VALUE:
		panel->value = next_value(panel);
		return true;
	case A_EDIT_COUNT:
		edit_count(panel, engine->settings.value[PANEL_COUNT]);
		return true;
	case A_DIGIT:
		panel->digits[panel->place] = (panel->digits[panel->place] + 9) % 10;
		return true;
	case A_PLACE:
		panel->place++;
		return true;
	case A_FIRST_DRIVE:
		panel->drive = 0;
		return true;
	case A_NEXT_DRIVE:
		panel->drive++;
		return true;
	default:
		return false;
	}
}

/* ---- Actions: requests ------------------------------------------------ */

static void request_set(struct panel_request *r, enum panel_item item, int value)
{
	r->what = PANEL_DO_SET;
	r->item = item;
	r->value = value;
}

static void request_start(struct panel_request *r, enum panel_work work, unsigned int hdd)
{
	r->what = PANEL_DO_START;
	r->work = work;
	r->hdd = hdd;
}

static void request_extract(struct panel *panel, struct panel_request *r)
{
	request_start(r, PANEL_EXTRACT, 1);
	r->append = panel->registered;
	memcpy(r->tracks, panel->tracks, sizeof(r->tracks));
}

static int count_of(const struct panel *panel)
{
	size_t i;
	int n = 0;

	for (i = 0; i < 4; i++)
		n = n * 10 + (int)panel->digits[i];
	return n;
}

static void do_request(struct panel *panel, const struct panel_engine *engine, enum action action,
		       struct panel_request *r)
{
	static const enum panel_work modes[] = { PANEL_COPY, PANEL_VERIFY, PANEL_COPY_VERIFY };

	switch (action) {
	case A_USE_READER:
		request_set(r, PANEL_SOURCE, 0);
		break;
	case A_USE_HDD:
		request_set(r, PANEL_SOURCE, (int)panel->hdd);
		break;
	case A_USE_HDD1:
		request_set(r, PANEL_SOURCE, 1);
		break;
	case A_START:
		request_start(r, modes[engine->settings.value[PANEL_MODE]], 0);
		break;
	case A_SIMULATE:
		request_start(r, PANEL_SIMULATE, 0);
		break;
	case A_REGISTER:
	case A_REGISTER_OTHER:
		request_start(r, PANEL_REGISTER, panel->hdd);
		r->eject = action == A_REGISTER_OTHER;
		break;
	case A_CLEAR:
		request_start(r, PANEL_CLEAR, panel->hdd);
		break;
	case A_ERASE:
		request_start(r, PANEL_ERASE, 0);
		r->full = panel->full;
		break;
	case A_ANALYZE:
		request_start(r, PANEL_ANALYZE, 0);
		r->eject = panel->master > 1;
		break;
	case A_EXTRACT:
		request_extract(panel, r);
		break;
	case A_ANALYZED:
		/* what was taken from a master that failed was not registered */
		panel->frames = panel->frames_before;
		panel->count = panel->count_before;
		start_tracks(panel, engine);
		r->what = PANEL_DO_DISMISS;
		break;
	case A_REGISTERED:
		panel->registered = true;
		panel->frames_before = panel->frames;
		panel->count_before = panel->count;
		panel->master++;
		start_tracks(panel, engine);
		r->what = PANEL_DO_DISMISS;
		break;
	case A_CONTINUE:
		r->what = PANEL_DO_CONTINUE;
		break;
	case A_CANCEL:
		r->what = PANEL_DO_CANCEL;
		break;
	case A_DISMISS:
		r->what = PANEL_DO_DISMISS;
		break;
	case A_SAVE:
		request_set(r, (enum panel_item)panel->item, panel->value);
		break;
	default:
		request_set(r, PANEL_COUNT, count_of(panel));
		break;
	}
}

/* ---- A step ----------------------------------------------------------- */

static const struct edge_row *find_edge(const struct panel *panel,
					const struct panel_engine *engine, enum event event)
{
	size_t i;

	for (i = 0; i < panel_nr_edges; i++) {
		const struct edge_row *e = &panel_edges[i];

		if (e->from == panel->screen && e->event == event &&
		    panel_condition(panel, engine, (enum condition)e->condition))
			return e;
	}
	return NULL;
}

static void go(struct panel *panel, enum screen to, uint64_t now_ms)
{
	panel->screen = to;
	panel->since_ms = now_ms;
}

static void follow(struct panel *panel, const struct edge_row *edge, uint64_t now_ms,
		   const struct panel_engine *engine, struct panel_request *request)
{
	enum action action = (enum action)edge->action;

	if (!do_own(panel, engine, action))
		do_request(panel, engine, action, request);
	go(panel, action == A_SAVE ? (enum screen)panel->came_from : (enum screen)edge->to, now_ms);
}

/* What the engine did meanwhile may have taken away what the cursors are on. */
static void keep_in_range(struct panel *panel, const struct panel_engine *engine)
{
	if (!panel->hdd || panel->hdd > PANEL_HDDS)
		panel->hdd = 1;
	if (panel->drive >= engine->nr_drives)
		panel->drive = 0;
	if (panel->fault >= engine->job.nr_faults)
		panel->fault = 0;
}

bool panel_step_one(struct panel *panel, enum panel_key key, uint64_t now_ms,
		    const struct panel_engine *engine, struct panel_request *request)
{
	enum event event = key == PANEL_KEY_YES ? E_YES : key == PANEL_KEY_NO ? E_NO : E_ENGINE;
	const struct edge_row *edge = find_edge(panel, engine, event);

	if (edge)
		follow(panel, edge, now_ms, engine, request);
	return edge;
}

bool panel_step(struct panel *panel, enum panel_key key, uint64_t now_ms,
		const struct panel_engine *engine, struct panel_request *request)
{
	int steps;

	memset(request, 0, sizeof(*request));
	keep_in_range(panel, engine);
	if (key != PANEL_NO_KEY)
		panel_step_one(panel, key, now_ms, engine, request);
	for (steps = 0; steps < MAX_STEPS && request->what == PANEL_DO_NOTHING; steps++)
		if (!panel_step_one(panel, PANEL_NO_KEY, now_ms, engine, request))
			break;
	return request->what != PANEL_DO_NOTHING;
}

void panel_show(const struct panel *panel, uint64_t now_ms, const struct panel_engine *engine,
		struct panel_lines *lines)
{
	panel_text(panel, now_ms, engine, lines);
}
