// SPDX-License-Identifier: GPL-2.0
/* What each setting of the SETUP menu, chosen with the two keys, makes of a job. */
#include "panel_rig.h"

#include <stdio.h>
#include <string.h>

#include "panel_host.h"

#define MASTER "disc:0123"

/* Presses NO until line @row shows this. */
static void no_until(struct panel_rig *rig, int row, const char *text)
{
	int i;

	for (i = 0; i < 16 && !strstr(rig->lines.line[row], text); i++)
		panel_rig_step(rig, PANEL_KEY_NO);
	if (i == 16)
		fail_msg("no %s, but |%s|", text, rig->lines.line[row]);
}

/* From COPY START? to an item of SETUP, row: the line with its name. */
static void to_item(struct panel_rig *rig, int row, const char *name)
{
	no_until(rig, 0, "SETUP?");
	panel_rig_step(rig, PANEL_KEY_YES);
	no_until(rig, row, name);
	panel_rig_step(rig, PANEL_KEY_YES);
}

static void leave_setup(struct panel_rig *rig)
{
	no_until(rig, 0, ">EXIT?");
	panel_rig_step(rig, PANEL_KEY_YES);
	no_until(rig, 1, "to DISC)");
}

static void choose(struct panel_rig *rig, int row, const char *name, const char *value)
{
	char line[PANEL_WIDTH + 1];

	to_item(rig, row, name);
	snprintf(line, sizeof(line), ">%s?", value);
	no_until(rig, 1, line);
	panel_rig_step(rig, PANEL_KEY_YES);
	leave_setup(rig);
}

static void spec_of(struct panel_rig *rig, struct job_spec *spec)
{
	assert_int_equal(rig->request.what, PANEL_DO_START);
	panel_host_spec(&rig->engine.settings, MASTER, &rig->request, spec);
	assert_string_equal(spec->owner, "panel");
	assert_true(spec->all);
}

/* YES at COPY START?; the job is over at once. */
static void copy(struct panel_rig *rig, struct job_spec *spec)
{
	panel_rig_step(rig, PANEL_KEY_YES);
	spec_of(rig, spec);
	panel_rig_phase(rig, PANEL_IDLE);
}

static void test_defaults(void **state)
{
	struct panel_rig rig;
	struct job_spec spec;

	(void)state;
	panel_rig_init(&rig);
	copy(&rig, &spec);
	assert_int_equal(spec.work, PANEL_COPY);
	assert_string_equal(spec.source, "reader");
	assert_int_equal(spec.quantity, 0);
	assert_true(spec.dvd_speed == 16 && spec.cd_speed == 48);
	assert_int_equal(spec.session, 0);
	assert_true(spec.isrc);
	assert_false(spec.also_burn || spec.eject || spec.full || spec.append || spec.keep);
	assert_string_equal(spec.image, "");
	panel_rig_free(&rig);
}

static void test_speeds(void **state)
{
	static const int dvd[] = { 12, 8, 6, 4, 2, 1, 16 }, cd[] = { 40, 32, 24, 16, 12, 8, 4, 48 };
	struct panel_rig rig;
	struct job_spec spec;
	char text[8];
	size_t i;

	(void)state;
	panel_rig_init(&rig);
	for (i = 0; i < sizeof(dvd) / sizeof(*dvd); i++) {
		snprintf(text, sizeof(text), "%dx", dvd[i]);
		choose(&rig, 0, "DVD WR SPEED?", text);
		copy(&rig, &spec);
		assert_true(spec.dvd_speed == dvd[i] && spec.cd_speed == 48);
	}
	for (i = 0; i < sizeof(cd) / sizeof(*cd); i++) {
		snprintf(text, sizeof(text), "%dx", cd[i]);
		choose(&rig, 0, "CD WR SPEED?", text);
		copy(&rig, &spec);
		assert_true(spec.cd_speed == cd[i] && spec.dvd_speed == 16);
	}
	panel_rig_free(&rig);
}

static void test_isrc_and_session(void **state)
{
	static const char *const sessions[] = { "AUTO", "CLOSE", "OPEN" };
	struct panel_rig rig;
	struct job_spec spec;
	int i;

	(void)state;
	panel_rig_init(&rig);
	choose(&rig, 0, "ISRC CHECK?", "OFF");
	copy(&rig, &spec);
	assert_false(spec.isrc);
	choose(&rig, 0, "ISRC CHECK?", "ON");
	copy(&rig, &spec);
	assert_true(spec.isrc);
	for (i = 2; i >= 0; i--) {
		choose(&rig, 0, "SESSION MODE?", sessions[i]);
		copy(&rig, &spec);
		assert_int_equal(spec.session, i);
	}
	panel_rig_free(&rig);
}

static void test_mode(void **state)
{
	static const struct {
		const char *text;
		enum panel_work work;
	} modes[] = { { "VERIFY", PANEL_VERIFY }, { "COPY+V", PANEL_COPY_VERIFY },
		      { "COPY", PANEL_COPY } };
	struct panel_rig rig;
	struct job_spec spec;
	size_t i;

	(void)state;
	panel_rig_init(&rig);
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		choose(&rig, 0, "MODE SELECT?", modes[i].text);
		copy(&rig, &spec);
		assert_int_equal(spec.work, modes[i].work);
	}
	panel_rig_free(&rig);
}

/* 0012; it counts copies, so nothing else has one. */
static void test_quantity(void **state)
{
	struct panel_rig rig;
	struct job_spec spec;

	(void)state;
	panel_rig_init(&rig);
	to_item(&rig, 0, "COPY QUANTITY?");
	panel_rig_step(&rig, PANEL_KEY_YES);
	panel_rig_step(&rig, PANEL_KEY_YES);
	no_until(&rig, 0, "0010");
	panel_rig_step(&rig, PANEL_KEY_YES);
	no_until(&rig, 0, "0012");
	panel_rig_step(&rig, PANEL_KEY_YES);
	leave_setup(&rig);
	copy(&rig, &spec);
	assert_int_equal(spec.quantity, 12);
	choose(&rig, 0, "MODE SELECT?", "COPY+V");
	copy(&rig, &spec);
	assert_int_equal(spec.quantity, 12);
	choose(&rig, 0, "MODE SELECT?", "VERIFY");
	copy(&rig, &spec);
	assert_int_equal(spec.quantity, 0);
	panel_rig_step(&rig, PANEL_KEY_NO);
	copy(&rig, &spec);
	assert_int_equal(spec.work, PANEL_SIMULATE);
	assert_int_equal(spec.quantity, 0);
	panel_rig_free(&rig);
}

/* From COPY START? to a partition, with YES on it. */
static void press_hdd(struct panel_rig *rig, const char *name)
{
	no_until(rig, 0, "MASTER SELECT?");
	panel_rig_step(rig, PANEL_KEY_YES);
	no_until(rig, 0, name);
	panel_rig_step(rig, PANEL_KEY_YES);
}

static void test_source(void **state)
{
	struct panel_rig rig;
	struct job_spec spec;

	(void)state;
	panel_rig_init(&rig);
	rig.engine.images[6].stored = true;
	press_hdd(&rig, ">HDD7?");
	panel_rig_shows(&rig, "COPY START?", "(HDD7 to DISC)");
	copy(&rig, &spec);
	assert_string_equal(spec.source, "HDD7");
	panel_rig_step(&rig, PANEL_KEY_NO);
	copy(&rig, &spec);
	assert_int_equal(spec.work, PANEL_SIMULATE);
	assert_string_equal(spec.source, "HDD7");
	/* What is registered is in the reader all the same */
	press_hdd(&rig, ">HDD10?");
	spec_of(&rig, &spec);
	assert_int_equal(spec.work, PANEL_REGISTER);
	assert_string_equal(spec.source, "reader");
	assert_string_equal(spec.image, "HDD10");
	panel_rig_phase(&rig, PANEL_IDLE);
	press_hdd(&rig, ">READER?");
	copy(&rig, &spec);
	assert_string_equal(spec.source, "reader");
	panel_rig_free(&rig);
}

static void test_hd_disc(void **state)
{
	struct panel_rig rig;
	struct job_spec spec;

	(void)state;
	panel_rig_init(&rig);
	choose(&rig, 1, "HD/DISC?", "ON");
	press_hdd(&rig, ">HDD2?");
	spec_of(&rig, &spec);
	assert_true(spec.also_burn);
	panel_rig_phase(&rig, PANEL_IDLE);
	copy(&rig, &spec);
	assert_false(spec.also_burn);
	choose(&rig, 1, "HD/DISC?", "OFF");
	press_hdd(&rig, ">HDD2?");
	spec_of(&rig, &spec);
	assert_false(spec.also_burn);
	panel_rig_free(&rig);
}

/* What is no setting goes along with the request. */
static void test_requests(void **state)
{
	struct panel_request r = { .what = PANEL_DO_START, .work = PANEL_EXTRACT, .hdd = 1,
				   .append = true, .tracks = { [1] = true } };
	struct panel_settings settings;
	struct job_spec spec;

	(void)state;
	panel_defaults(&settings);
	settings.value[PANEL_HD_DISC] = 1;
	settings.value[PANEL_SOURCE] = 3;
	settings.value[PANEL_COUNT] = 5;
	panel_host_spec(&settings, MASTER, &r, &spec);
	assert_string_equal(spec.master, MASTER);
	assert_string_equal(spec.source, "reader");
	assert_string_equal(spec.image, "HDD1");
	assert_true(spec.append && spec.tracks[1] && !spec.tracks[0] && !spec.also_burn);
	assert_int_equal(spec.quantity, 0);
	r = (struct panel_request){ .what = PANEL_DO_START, .work = PANEL_ERASE, .full = true };
	panel_host_spec(&settings, MASTER, &r, &spec);
	assert_true(spec.full);
	assert_int_equal(spec.quantity, 0);
	assert_string_equal(spec.master, "");
	r = (struct panel_request){ .what = PANEL_DO_START, .work = PANEL_REGISTER, .hdd = 4,
				    .eject = true };
	panel_host_spec(&settings, MASTER, &r, &spec);
	assert_true(spec.eject && spec.also_burn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_speeds),
		cmocka_unit_test(test_isrc_and_session),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_quantity),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_hd_disc),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
