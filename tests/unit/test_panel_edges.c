// SPDX-License-Identifier: GPL-2.0
/*
 * Walks every edge of the panel's table and compares what is shown before and
 * after it with tables/panel-screens.txt.  PANEL_GOLDEN=write makes that file anew.
 */
#include "panel_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN "tests/unit/tables/panel-screens.txt"

static void job(struct panel_rig *rig, enum panel_phase phase, enum panel_work work)
{
	struct panel_job *j = &rig->engine.job;

	j->phase = phase;
	j->work = work;
	j->hdd = work == PANEL_REGISTER || work == PANEL_CLEAR ? rig->panel->hdd : 0;
	strcpy(j->medium, work == PANEL_EXTRACT || work == PANEL_ANALYZE ? "CD" : "DVD");
	j->bytes = 4012345678;
	j->percent = 15;
	j->good = 3;
	j->quantity = 10;
}

static void fault(struct panel_rig *rig, const char *drive)
{
	struct panel_job *j = &rig->engine.job;
	struct panel_fault *f = &j->faults[j->nr_faults++];

	snprintf(f->drive, sizeof(f->drive), "%s", drive);
	strcpy(f->fate, "DISC IS BAD");
	strcpy(f->text, "recorder 2 failed to write at LBA 2976: write error (03/0C/00)");
	f->sense_valid = true;
	f->key = 3;
	f->asc = 0x0c;
	j->bad++;
}

/* Which work a screen is about. */
static enum panel_work work_of(enum screen s)
{
	switch (s) {
	case S_TRK_WAIT:
	case S_TRK_INSERT:
	case S_TRK_ANALYZE:
		return PANEL_ANALYZE;
	case S_TRK_RUN:
	case S_TRK_FAILED:
		return PANEL_EXTRACT;
	case S_CLEAR_BUSY:
		return PANEL_CLEAR;
	default:
		return PANEL_COPY;
	}
}

static void tracks(struct panel_rig *rig)
{
	struct panel_master *m = &rig->engine.master;
	unsigned int i;

	m->tracks = 12;
	for (i = 0; i < 12; i++) {
		m->audio[i] = true;
		m->frames[i] = 4 * 60 * 75;
	}
}

/* How an engine is in which the panel stands on a screen and nothing drives it away. */
static void at(struct panel_rig *rig, enum screen s)
{
	rig->panel->screen = s;
	rig->panel->since_ms = rig->now_ms;
	switch (s) {
	case S_TRK_WAIT:
	case S_WAIT:
	case S_RESUMED:
	case S_CANCEL:
	case S_ENDING:
	case S_CLEAR_BUSY:
		job(rig, PANEL_BUSY, work_of(s));
		break;
	case S_TRK_INSERT:
	case S_MASTER:
		job(rig, PANEL_NEED_MASTER, work_of(s));
		break;
	case S_SAME:
		job(rig, PANEL_SAME, PANEL_COPY);
		break;
	case S_DISCS:
		job(rig, PANEL_NEED_DISCS, PANEL_COPY);
		break;
	case S_TRK_ANALYZE:
	case S_TRK_RUN:
	case S_RUN:
		job(rig, PANEL_RUNNING, work_of(s));
		break;
	case S_DONE:
	case S_FAULT:
	case S_TRK_FAILED:
		job(rig, PANEL_ENDED, work_of(s));
		break;
	default:
		break;
	}
	if (s == S_FAULT || s == S_TRK_FAILED)
		fault(rig, "RECORDER 2");
	if (s >= S_CLEAR && s <= S_CLEAR_BUSY)
		rig->engine.images[0] = (struct panel_image){ .stored = true, .bytes = 700000000 };
	if (s == S_DAMAGED)
		rig->engine.images[0] = (struct panel_image){ .stored = true, .damaged = true };
	if (s == S_TRK_TRACK || s == S_TRK_END || s == S_TRK_REGISTER || s == S_TRK_RUN)
		tracks(rig);
	rig->panel->master = 1;
}

static void meet_tracks(struct panel_rig *rig, enum condition c)
{
	struct panel *p = rig->panel;

	tracks(rig);
	if (c == C_SELECTABLE)
		p->track = 11;
	if (c == C_CHOSEN) {
		p->tracks[2] = true;
		p->frames = rig->engine.master.frames[2];
	}
}

/* Makes a condition true. */
static void meet(struct panel_rig *rig, enum screen from, enum condition c)
{
	struct panel_engine *e = &rig->engine;

	switch (c) {
	case C_STORED:
	case C_ANY_STORED:
	case C_HDD1_STORED:
		e->images[0] = (struct panel_image){ .stored = true, .kind = PANEL_KIND_VIDEO,
						     .bytes = 4370000000 };
		if (c == C_ANY_STORED)
			rig->panel->hdd = PANEL_HDDS;
		break;
	case C_MORE_STORED:
		e->images[6] = (struct panel_image){ .stored = true, .kind = PANEL_KIND_AUDIO,
						     .bytes = 712345678 };
		break;
	case C_DAMAGED:
		e->images[0] = (struct panel_image){ .stored = true, .damaged = true };
		break;
	case C_RESUMED:
		job(rig, PANEL_NEED_DISCS, PANEL_COPY);
		e->job.resumed = true;
		e->job.unknown = 1;
		break;
	case C_JOB:
		job(rig, PANEL_BUSY, PANEL_COPY);
		break;
	case C_NO_JOB:
		memset(&e->job, 0, sizeof(e->job));
		break;
	case C_MASTER:
		e->job.phase = PANEL_NEED_MASTER;
		break;
	case C_DISCS:
		e->job.phase = PANEL_NEED_DISCS;
		break;
	case C_SAME:
		e->job.phase = PANEL_SAME;
		break;
	case C_NO_MASTER:
	case C_AT_WORK:
	case C_NOT_SAME:
	case C_NO_DISCS:
	case C_NOT_RUNNING:
		e->job.phase = PANEL_BUSY;
		break;
	case C_EXTRACTING:
		e->job.work = PANEL_EXTRACT;
		/* fall through */
	case C_RUNNING:
		e->job.phase = PANEL_RUNNING;
		break;
	case C_FAILED:
		fault(rig, "RECORDER 2");
		/* fall through */
	case C_ENDED:
		e->job.phase = PANEL_ENDED;
		if (from == S_TRK_WAIT)
			tracks(rig);
		break;
	case C_MORE_FAULTS:
		fault(rig, "RECORDER 3");
		break;
	case C_REGISTERED:
		rig->panel->registered = true;
		break;
	case C_SELECTABLE:
	case C_SELECTABLE_MORE:
	case C_MORE_TRACKS:
	case C_CHOSEN:
	case C_UNCHOSEN:
		meet_tracks(rig, c);
		break;
	default:
		break;
	}
}

/* The last row of a kind is for when the earlier ones do not fit. */
static void otherwise(struct panel_rig *rig, const struct edge_row *edge)
{
	switch (edge->from) {
	case S_HDD:
		if (edge->event == E_NO && edge->condition == C_ALWAYS)
			rig->panel->hdd = PANEL_HDDS;
		break;
	case S_TRK_TRACK:
		if (edge->event == E_NO && edge->condition == C_ALWAYS)
			rig->panel->track = 11;
		break;
	case S_DIGITS:
		if (edge->event == E_YES && edge->condition == C_ALWAYS)
			rig->panel->place = 3;
		break;
	case S_INQUIRY:
		if (edge->event == E_NO && edge->condition == C_ALWAYS)
			rig->panel->drive = 4;
		break;
	default:
		break;
	}
}

/* S_VALUE goes back to where it came from. */
static enum screen target(const struct panel_rig *rig, const struct edge_row *edge)
{
	return edge->action == A_SAVE ? (enum screen)rig->panel->came_from : (enum screen)edge->to;
}

static enum panel_key key_of(const struct edge_row *edge)
{
	return edge->event == E_YES ? PANEL_KEY_YES :
	       edge->event == E_NO  ? PANEL_KEY_NO :
				      PANEL_NO_KEY;
}

static void walk(const struct edge_row *edge, FILE *out)
{
	static const char *const events[] = { "YES", "NO", "-" };
	struct panel_lines before, after;
	struct panel_rig rig;

	panel_rig_init(&rig);
	at(&rig, (enum screen)edge->from);
	if (edge->event != E_ENGINE) {
		meet(&rig, (enum screen)edge->from, (enum condition)edge->condition);
		otherwise(&rig, edge);
	}
	panel_show(rig.panel, rig.now_ms, &rig.engine, &before);
	if (edge->event == E_ENGINE)
		meet(&rig, (enum screen)edge->from, (enum condition)edge->condition);
	/* One edge, not those that follow from it */
	assert_true(panel_condition(rig.panel, &rig.engine, (enum condition)edge->condition));
	panel_step_one(rig.panel, key_of(edge), rig.now_ms, &rig.engine, &rig.request);
	if (rig.panel->screen != target(&rig, edge))
		fail_msg("%s %s (%s) leads to %s", panel_screens[edge->from].name,
			 events[edge->event], panel_condition_name(edge->condition),
			 panel_screen_name(rig.panel));
	if (rig.request.what == PANEL_DO_SET)
		rig.engine.settings.value[rig.request.item] = rig.request.value;
	panel_show(rig.panel, rig.now_ms, &rig.engine, &after);
	fprintf(out, "%s %s (%s) -> %s: %s\n|%s|  |%s|\n|%s|  |%s|\n", panel_screens[edge->from].name,
		events[edge->event], panel_condition_name(edge->condition),
		panel_screens[target(&rig, edge)].name, panel_action_name(edge->action),
		before.line[0], after.line[0], before.line[1], after.line[1]);
	panel_rig_free(&rig);
}

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 18);

	if (!f)
		fail_msg("%s is missing: run with PANEL_GOLDEN=write", path);
	assert_non_null(text);
	assert_in_range(fread(text, 1, (1 << 18) - 1, f), 1, (1 << 18) - 2);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void test_edges(void **state)
{
	const char *mode = getenv("PANEL_GOLDEN");
	char *shown = NULL, *golden;
	size_t len, i;
	FILE *out = open_memstream(&shown, &len);

	(void)state;
	assert_non_null(out);
	fputs("# SPDX-License-Identifier: GPL-2.0\n", out);
	for (i = 0; i < panel_nr_edges; i++)
		walk(&panel_edges[i], out);
	assert_int_equal(fclose(out), 0);
	if (mode && !strcmp(mode, "write")) {
		FILE *f = fopen(GOLDEN, "w");

		assert_non_null(f);
		fputs(shown, f);
		assert_int_equal(fclose(f), 0);
	}
	golden = slurp(GOLDEN);
	assert_string_equal(shown, golden);
	free(golden);
	free(shown);
}

/* No screen without a way in, none without a way out. */
static void test_reachable(void **state)
{
	bool in[S_COUNT] = { true }, out[S_COUNT] = { false };
	bool grew = true;
	size_t i;

	(void)state;
	while (grew) {
		grew = false;
		for (i = 0; i < panel_nr_edges; i++) {
			out[panel_edges[i].from] |= panel_edges[i].to != panel_edges[i].from ||
						    panel_edges[i].action == A_SAVE;
			if (in[panel_edges[i].from] && !in[panel_edges[i].to])
				in[panel_edges[i].to] = grew = true;
		}
	}
	for (i = 0; i < S_COUNT; i++)
		if (!in[i] || !out[i])
			fail_msg("%s: in %d, out %d", panel_screens[i].name, in[i], out[i]);
}

static uint32_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* What is no master any more is said to be that, can't be selected, and can be
 * registered anew or cleared. */
static void test_damaged(void **state)
{
	struct panel_rig rig;

	(void)state;
	panel_rig_init(&rig);
	at(&rig, S_HDD);
	meet(&rig, S_HDD, C_DAMAGED);
	panel_rig_step(&rig, PANEL_NO_KEY);
	panel_rig_shows(&rig, ">HDD1?", "DAMAGED");
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_shows(&rig, "HDD1 IS DAMAGED", "REGISTER IT AGAIN?");
	assert_int_equal(rig.engine.settings.value[PANEL_SOURCE], 0);
	panel_rig_step(&rig, PANEL_KEY_NO);
	panel_rig_shows(&rig, ">HDD1?", "DAMAGED");
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_step(&rig, PANEL_KEY_YES);
	assert_int_equal(rig.request.what, PANEL_DO_START);
	assert_int_equal(rig.request.work, PANEL_REGISTER);
	assert_int_equal(rig.request.hdd, 1);
	at(&rig, S_CLEAR);
	meet(&rig, S_CLEAR, C_DAMAGED);
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_shows(&rig, ">HDD1 CLEAR?", "DAMAGED");
	panel_rig_free(&rig);
}

/* Whatever the engine says and people press: 20 characters that can be printed. */
static void test_noise(void **state)
{
	uint32_t seed = 7;
	struct panel_rig rig;
	int i;

	(void)state;
	panel_rig_init(&rig);
	for (i = 0; i < 200000; i++) {
		struct panel_job *j = &rig.engine.job;
		uint32_t n = noise(&seed);
		size_t k;

		if (n % 3 == 0) {
			j->phase = (enum panel_phase)(noise(&seed) % 7);
			j->work = (enum panel_work)(noise(&seed) % 9);
			j->nr_faults = noise(&seed) % 3;
			j->hdd = noise(&seed) % 11;
			j->percent = noise(&seed);
			j->bytes = (uint64_t)noise(&seed) << noise(&seed) % 40;
			j->faults[0].sense_valid = noise(&seed) & 1;
			memset(j->faults[0].text, (int)noise(&seed), noise(&seed) % 255);
			rig.engine.nr_drives = noise(&seed) % 6;
			rig.engine.master.tracks = noise(&seed) % 100;
			for (k = 0; k < PANEL_TRACKS; k++) {
				rig.engine.master.audio[k] = noise(&seed) & 1;
				rig.engine.master.frames[k] = noise(&seed) % 99999;
			}
			rig.engine.images[noise(&seed) % 10].stored = noise(&seed) & 1;
			rig.engine.images[noise(&seed) % 10].damaged = noise(&seed) & 1;
		}
		panel_rig_step(&rig, (enum panel_key)(n / 3 % 3));
		rig.now_ms += noise(&seed) % 9000;
		for (k = 0; k < 2; k++)
			if (strlen(rig.lines.line[k]) != PANEL_WIDTH)
				fail_msg("%s: |%s|", panel_screen_name(rig.panel), rig.lines.line[k]);
		assert_in_range(rig.panel->frames, 0, PANEL_FRAMES);
		assert_in_range(rig.panel->count, 0, PANEL_TRACKS);
	}
	panel_rig_free(&rig);
}

/* Tracks that could not be extracted take no time of the 80 minutes from the next
 * master; those that were registered do. */
static void test_failed_tracks(void **state)
{
	struct panel_rig rig;
	struct panel *p;

	(void)state;
	panel_rig_init(&rig);
	p = rig.panel;
	at(&rig, S_TRK_RUN);
	p->tracks[0] = true;
	p->frames = 1000;
	rig.engine.job.phase = PANEL_ENDED;
	assert_true(panel_step_one(p, PANEL_NO_KEY, 0, &rig.engine, &rig.request));
	assert_int_equal(p->screen, S_TRK_NEXT);
	assert_int_equal(p->master, 2);
	at(&rig, S_TRK_TRACK);
	assert_true(panel_step_one(p, PANEL_KEY_YES, 0, &rig.engine, &rig.request));
	assert_true(p->frames > 1000);
	at(&rig, S_TRK_FAILED);
	assert_true(panel_step_one(p, PANEL_KEY_NO, 0, &rig.engine, &rig.request));
	assert_int_equal(p->screen, S_TRK_NEXT);
	at(&rig, S_TRK_WAIT);
	rig.engine.job.phase = PANEL_ENDED;
	rig.engine.job.nr_faults = 0;
	assert_true(panel_step_one(p, PANEL_NO_KEY, 0, &rig.engine, &rig.request));
	assert_int_equal(p->screen, S_TRK_TRACK);
	assert_int_equal(p->frames, 1000);
	panel_rig_free(&rig);
}

/* YES takes no data track, and none that makes more than 80 minutes of what was taken
 * from this master and those before it; one that fits to the frame is taken. */
static void test_refused_tracks(void **state)
{
	struct panel_rig rig;
	struct panel *p;

	(void)state;
	panel_rig_init(&rig);
	p = rig.panel;
	at(&rig, S_TRK_TRACK);
	rig.engine.master.audio[0] = false;
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_shows(&rig, "EXTRACT THE", "Trk?            -/12");
	panel_rig_step(&rig, PANEL_KEY_NO);
	p->frames = PANEL_FRAMES - rig.engine.master.frames[1] + 1;
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_shows(&rig, "EXTRACT THE", "Trk?            OVER");
	assert_false(p->tracks[0] || p->tracks[1]);
	p->frames--;
	panel_rig_step(&rig, PANEL_KEY_YES);
	assert_true(p->tracks[1]);
	panel_rig_shows(&rig, "EXTRACT THE", "Trk?            OVER");
	panel_rig_free(&rig);
}

/* A CD has no more than 99 tracks, from however many masters: the 100th is over, and
 * what failed does not count. */
static void test_many_tracks(void **state)
{
	struct panel_rig rig;
	struct panel *p;

	(void)state;
	panel_rig_init(&rig);
	p = rig.panel;
	at(&rig, S_TRK_TRACK);
	p->count = p->count_before = PANEL_TRACKS - 1;
	panel_rig_step(&rig, PANEL_KEY_YES);
	assert_true(p->tracks[0]);
	panel_rig_shows(&rig, "EXTRACT THE", "Trk?            OVER");
	panel_rig_step(&rig, PANEL_KEY_YES);
	assert_false(p->tracks[1]);
	at(&rig, S_TRK_WAIT);
	rig.engine.job.phase = PANEL_ENDED;
	panel_rig_step(&rig, PANEL_NO_KEY);
	panel_rig_shows(&rig, "EXTRACT THE", "Trk?            1/12");
	panel_rig_free(&rig);
}

/* The reader's own fault: whose it is, its code in the words of readers, the story.
 * In those of recorders 11/01 is "READ RETRIES EXHAUSTED". */
static void reader_fault(struct panel_rig *rig)
{
	struct panel_job *j = &rig->engine.job;

	j->nr_faults = 1;
	j->faults[0] = (struct panel_fault){ .drive = "READER 0", .reader = true,
		.sense_valid = true, .key = 3, .asc = 0x11, .ascq = 0x01,
		.text = "reader 0 can't read the master at LBA 500" };
}

static void after(struct panel_rig *rig, unsigned int ms)
{
	rig->now_ms += ms - 100;
	panel_rig_step(rig, PANEL_NO_KEY);
}

static void test_reader_fault(void **state)
{
	struct panel_rig rig;

	(void)state;
	panel_rig_init(&rig);
	at(&rig, S_DONE);
	reader_fault(&rig);
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_shows(&rig, "03/11/01 UNRECOVERED", "READ ERROR (RETRIED)");
	after(&rig, 2500);
	panel_rig_shows(&rig, "READER 0", "reader 0 can't read ");
	after(&rig, 2500);
	panel_rig_shows(&rig, "READER 0", " 0 can't read the ma");
	panel_rig_free(&rig);
}

static void test_extraction_fault(void **state)
{
	struct panel_rig rig;

	(void)state;
	panel_rig_init(&rig);
	at(&rig, S_TRK_FAILED);
	reader_fault(&rig);
	after(&rig, 100);
	panel_rig_shows(&rig, "READER 0", "EXTRACTION FAILED");
	after(&rig, 2500);
	panel_rig_shows(&rig, "03/11/01 UNRECOVERED", "READ ERROR (RETRIED)");
	after(&rig, 2500);
	panel_rig_shows(&rig, "READER 0", "reader 0 can't read ");
	panel_rig_free(&rig);
}

/* The menu in the man page is the one that runs. */
static void test_man_page(void **state)
{
	char *page = slurp("man/discmux-panel.1"), *tree = NULL, *begin, *end;
	size_t len;
	FILE *out = open_memstream(&tree, &len);

	(void)state;
	panel_print_tree(out);
	assert_int_equal(fclose(out), 0);
	begin = strstr(page, ".\\\" BEGIN MENU\n");
	assert_non_null(begin);
	begin = strchr(begin, '\n') + 1;
	end = strstr(begin, ".\\\" END MENU\n");
	assert_non_null(end);
	*end = '\0';
	assert_string_equal(begin, tree);
	free(tree);
	free(page);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_reachable),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_failed_tracks),
		cmocka_unit_test(test_refused_tracks),
		cmocka_unit_test(test_many_tracks),
		cmocka_unit_test(test_reader_fault),
		cmocka_unit_test(test_extraction_fault),
		cmocka_unit_test(test_man_page),
	};

	if (argc > 1 && !strcmp(argv[1], "--tree")) {	/* for the man page */
		panel_print_tree(stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
