// SPDX-License-Identifier: GPL-2.0
/*
 * What the virtual library's arm does.  Names begin with the section of the
 * MC-8100/8200/8600 SCSI Command Manual that is tested.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "changer_rig.h"

#define BAD_ELEMENT	SENSE(5, 0x21, 0x01)
#define FULL_DESTINATION SENSE(5, 0x3b, 0x0d)
#define EMPTY_SOURCE	SENSE(5, 0x3b, 0x0e)
#define NO_TRAY_SOURCE	SENSE(5, 0x3b, 0x8e)
#define PREVENTED	SENSE(5, 0x53, 0x02)
#define BY_HAND		SENSE(2, 0x04, 0x03)
#define EXCEPT		0x04

#define ERR(r) (r)->err, sizeof((r)->err)

static void s3_7_disc_goes_to_the_drive_with_its_tray(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_string_equal(r->drive[0].disc, "d1");
	assert_int_equal(r->drive[0].loads, 1);
	assert_false(r->drive[0].inverted);
	rig_holds(r, 1, NULL, false);
	rig_holds(r, DRIVE1, "d1", true);
	rig_holds(r, ARM, NULL, false);
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	assert_string_equal(r->drive[0].disc, "");
	rig_holds(r, 1, "d1", true);
	rig_holds(r, DRIVE1, NULL, false);
}

static void s3_7_drive_to_drive(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, DRIVE1 + 1), 0);
	assert_string_equal(r->drive[0].disc, "");
	assert_string_equal(r->drive[1].disc, "d1");
	assert_int_equal(rig_move(r, DRIVE1 + 1, DRIVE1 + 1), FULL_DESTINATION);
}

static void s3_7_tray_alone_does_not_go_to_a_drive(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 4, DRIVE1), EMPTY_SOURCE);
	assert_int_equal(rig_move(r, 4, PRINTER), EMPTY_SOURCE);
	rig_holds(r, 4, NULL, true);
	/* but to the mail slot, for a disc to be laid on it */
	assert_int_equal(rig_move(r, 4, MAIL_SHUT), 0);
	rig_holds(r, MAIL, NULL, true);
	assert_int_equal(rig_move(r, MAIL, DRIVE1), EMPTY_SOURCE);
}

static void s3_7_source_without_tray(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, 1, DRIVE1 + 1), NO_TRAY_SOURCE);
	assert_int_equal(rig_move(r, DRIVE1 + 1, 1), NO_TRAY_SOURCE);
	assert_int_equal(rig_move(r, MAIL, 1), NO_TRAY_SOURCE);
	assert_int_equal(rig_move(r, PRINTER, 1), NO_TRAY_SOURCE);
}

static void s3_7_destination_full(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, 2, DRIVE1), FULL_DESTINATION);
	/* a tray is enough to fill a slot */
	assert_int_equal(rig_move(r, DRIVE1, 4), FULL_DESTINATION);
	assert_int_equal(rig_move(r, 2, MAIL_SHUT), 0);
	assert_int_equal(rig_move(r, 3, MAIL_SHUT), FULL_DESTINATION);
	assert_int_equal(rig_move(r, MAIL, MAIL_SHUT), BAD_ELEMENT);
	rig_holds(r, 3, "d3", true);
}

static void s3_7_invert_turns_the_disc_over(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move_with(r, 1, DRIVE1, true, false), 0);
	assert_true(r->drive[0].inverted);
	assert_int_equal(rig_element(r, 0x2000)[9], 0);
	/* back as it is: it stays so; and once more turns it back */
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	assert_int_equal(rig_element(r, 1)[9], 0xc0);
	assert_int_equal(rig_move_with(r, 1, DRIVE1, true, false), 0);
	assert_false(r->drive[0].inverted);
}

static void s3_7_two_sides_are_one_disc(void **state)
{
	struct rig *r = *state;

	r->drive[0].two_sided = true;
	assert_int_equal(rig_move_with(r, 1, DRIVE1, true, false), 0);
	assert_string_equal(r->drive[0].disc, "d1.b");
	rig_holds(r, DRIVE1, "d1", true);
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	rig_holds(r, DRIVE1, "d1", true);
	assert_int_equal(rig_move_with(r, DRIVE1, 1, true, false), 0);
	rig_holds(r, 1, "d1", true);
	assert_int_equal(rig_element(r, 1)[9], 0x80);
	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_string_equal(r->drive[0].disc, "d1");
	/* a disc of that name that is another one */
	strcpy(r->drive[0].disc, "d1.b");
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	rig_holds(r, 1, "d1.b", true);
}

static void s3_7_arm_that_cannot_flip(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8200, 1, 4);
	r.config.no_flip = true;
	rig_create(&r);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	rig_ready(&r);
	assert_int_equal(rig_move_with(&r, 1, DRIVE1, true, false), SENSE(2, 0x26, 0x01));
	rig_holds(&r, 1, "d1", true);
	assert_int_equal(rig_move(&r, 1, DRIVE1), 0);
	rig_destroy(&r);
}

static void s3_7_eject_knows_the_slot(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 3, DRIVE1), 0);
	assert_int_equal(rig_move_with(r, DRIVE1, 3, false, true), SENSE(5, 0x24, 0x00));
	rig_holds(r, DRIVE1, "d3", true);
	assert_int_equal(rig_move_with(r, DRIVE1, 0, false, true), 0);
	rig_holds(r, 3, "d3", true);
	/* nothing to eject; a storage element is no place to eject from */
	assert_int_equal(rig_move_with(r, DRIVE1, 0, false, true), NO_TRAY_SOURCE);
	assert_int_equal(rig_move_with(r, 3, 0, false, true), BAD_ELEMENT);
	assert_int_equal(rig_move_with(r, 1, 0, false, true), BAD_ELEMENT);
	/* its slot has got another tray meanwhile */
	assert_int_equal(rig_move(r, 2, PRINTER), 0);
	assert_int_equal(sim_changer_slot_tray(r->dev, 2, true, ERR(r)), 0);
	rig_ready(r);
	assert_int_equal(rig_move_with(r, PRINTER, 0, false, true), FULL_DESTINATION);
}

static void s3_7_mail_slot_4000_opens(void **state)
{
	char disc[SIM_CHANGER_NAME_SIZE];
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, MAIL), 0);
	/* denied until it is pushed shut */
	assert_int_equal(rig_move(r, MAIL, 1), BY_HAND);
	assert_int_equal(sim_changer_mail_take(r->dev, disc, sizeof(disc), ERR(r)), 0);
	assert_string_equal(disc, "d1");
	assert_int_equal(sim_changer_mail_put(r->dev, "new", ERR(r)), 0);
	assert_int_equal(rig_move(r, MAIL, 1), BY_HAND);
	assert_int_equal(sim_changer_mail_close(r->dev, ERR(r)), 0);
	assert_int_equal(rig_move(r, MAIL, 1), SENSE(6, 0x28, 0x01));
	assert_int_equal(rig_move(r, MAIL, 1), 0);
	rig_holds(r, 1, "new", true);
}

static void s3_7_mail_slot_4000_opens_for_drives_too(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, MAIL), 0);
	assert_int_equal(rig_move(r, MAIL, DRIVE1), BY_HAND);
	assert_int_equal(rig_element(r, MAIL)[16], 0x03);
}

static void s3_7_mail_slot_4001_stays_shut(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, MAIL_SHUT), 0);
	assert_int_equal(rig_element(r, MAIL)[16], 0x01);
	assert_int_equal(rig_move(r, MAIL, 1), 0);
	rig_holds(r, 1, "d1", true);
}

static void s3_7_mail_slot_4001_shuts_itself(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, MAIL), 0);
	assert_int_equal(rig_move(r, MAIL_SHUT, DRIVE1), 0);
	assert_string_equal(r->drive[0].disc, "d1");
	assert_int_equal(rig_element(r, MAIL)[16], 0x00);
	/* the host did it itself: no attention */
	assert_int_equal(rig_ready(r), 0);
}

static void s3_7_open_mail_slot_takes_nothing(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_mail_open(r->dev, ERR(r)), 0);
	assert_int_equal(rig_move(r, 1, MAIL), BY_HAND);
	rig_holds(r, 1, "d1", true);
	assert_int_equal(rig_move(r, 1, MAIL_SHUT), 0);
	assert_int_equal(rig_element(r, MAIL)[16], 0x01);
}

static void s3_9_prevented_slot_does_not_open(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(rig_move(r, 1, MAIL), PREVENTED);
	rig_holds(r, 1, "d1", true);
	/* 4001h lets nobody at the disc */
	assert_int_equal(rig_move(r, 1, MAIL_SHUT), 0);
	assert_int_equal(rig_move(r, MAIL, 1), 0);
	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_move(r, 1, MAIL), 0);
}

static void s3_7_locked_drive_keeps_its_disc(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	r->drive[0].unload_error = -EBUSY;
	assert_int_equal(rig_move(r, DRIVE1, 1), PREVENTED);
	rig_holds(r, DRIVE1, "d1", true);
	assert_int_equal(rig_element(r, DRIVE1)[2] & EXCEPT, 0);
	r->drive[0].unload_error = 0;
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
}

static void s3_15_return_brings_all_home(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move_with(r, 2, DRIVE1 + 1, true, false), 0);
	assert_int_equal(rig_move(r, 3, MAIL), 0);
	assert_int_equal(RUN(r, 0x01, 2, 0, 0, 0, 0), 0);
	rig_holds(r, 1, "d1", true);
	rig_holds(r, 2, "d2", true);
	rig_holds(r, 3, "d3", true);
	assert_int_equal(rig_element(r, MAIL)[16], 0);
}

static void s3_15_return_leaves_the_printer(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	assert_int_equal(RUN(r, 0x01, 2, 0, 0, 0, 0), 0);
	rig_holds(r, PRINTER, "d1", true);
}

static void s3_15_return_does_what_it_can(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, 2, DRIVE1 + 1), 0);
	r->drive[0].unload_error = -EBUSY;
	assert_int_equal(RUN(r, 0x01, 2, 0, 0, 0, 0), PREVENTED);
	rig_holds(r, DRIVE1, "d1", true);
	rig_holds(r, 2, "d2", true);
}

static void s3_15_reset_is_like_power_on(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 1, 0), 0);
	/* Return is invalid with it */
	assert_int_equal(RUN(r, 0x01, 7, 0, 0, 0, 0), 0);
	assert_int_equal(rig_ready(r), SENSE(6, 0x29, 0x00));
	rig_holds(r, DRIVE1, "d1", true);
	assert_int_equal(sim_changer_mail_open(r->dev, ERR(r)), 0);
}

static void s3_15_immed_answers_at_once(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	/* without Immed it would take hours: that there is an answer is the test */
	assert_int_equal(sim_changer_set_time_scale(r->dev, 1000), 0);
	assert_int_equal(RUN(r, 0x01, 3, 0, 0, 0, 0), 0);
	assert_int_equal(rig_ready(r), SENSE(2, 0x04, 0x01));
}

static void s3_15_immed_is_done_in_the_end(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(sim_changer_set_time_scale(r->dev, 0.01), 0);
	assert_int_equal(RUN(r, 0x01, 3, 0, 0, 0, 0), 0);
	while (rig_ready(r) == SENSE(2, 0x04, 0x01))
		usleep(1000);
	rig_holds(r, 1, "d1", true);
	rig_holds(r, DRIVE1, NULL, false);
}

/* What the mechanics would fail at does not touch it, and waits for the next move. */
static void s3_17_is_no_self_test(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x04, ERR(r)), 0);
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(r->drive[0].loads, 0);
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(4, 0x80, 0x04));
}

static void addresses_end(enum sim_changer_model model, unsigned int drives, unsigned int slots)
{
	const uint16_t slot = (uint16_t)slots, drive = (uint16_t)(0x3000 + drives);
	static struct rig r;

	rig_init(&r, model, drives, slots);
	rig_create(&r);
	assert_int_equal(sim_changer_slot_put(r.dev, slots, "last", ERR(&r)), 0);
	rig_ready(&r);
	while (rig_ready(&r))
		;
	assert_int_equal(rig_move(&r, (uint16_t)(slot + 1), drive), BAD_ELEMENT);
	assert_int_equal(rig_move(&r, slot, (uint16_t)(drive + 1)), BAD_ELEMENT);
	assert_int_equal(rig_move(&r, slot, 0x3000), BAD_ELEMENT);
	assert_int_equal(rig_move(&r, slot, drive), 0);
	assert_string_equal(r.drive[drives - 1].disc, "last");
	assert_int_equal(rig_move(&r, drive, slot), 0);
	rig_holds(&r, slot, "last", true);
	rig_destroy(&r);
}

static void s3_7_addresses_end_where_the_model_does(void **state)
{
	(void)state;
	addresses_end(SIM_MC8100, 4, 0x64);
	addresses_end(SIM_MC8200, 9, 0xc8);
	addresses_end(SIM_MC8600, 12, 0x258);
}

static void s3_16_self_test_needs_disc_1_and_drive_1(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x1d, 4, 0, 0, 0, 0), 0);
	assert_int_equal(r->drive[0].loads, 1);
	rig_holds(r, 1, "d1", true);
	assert_int_equal(rig_move(r, 2, DRIVE1), 0);
	assert_int_equal(RUN(r, 0x1d, 4, 0, 0, 0, 0), SENSE(4, 0x3b, 0x0d));
	assert_int_equal(rig_move(r, DRIVE1, 2), 0);
	assert_int_equal(sim_changer_slot_put(r->dev, 1, NULL, ERR(r)), 0);
	rig_ready(r);
	assert_int_equal(RUN(r, 0x1d, 4, 0, 0, 0, 0), SENSE(4, 0x3b, 0x0e));
}

static void s3_16_self_test_fails_with_the_mechanics(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x04, ERR(r)), 0);
	assert_int_equal(RUN(r, 0x1d, 4, 0, 0, 0, 0), SENSE(4, 0x80, 0x04));
}

struct mover {
	struct rig *r;
	uint32_t result;
};

static void *move_slowly(void *arg)
{
	struct mover *m = arg;

	m->result = rig_move(m->r, 1, DRIVE1);
	return NULL;
}

static bool arm_holds_tray(struct sim_device *dev)
{
	json_t *all = sim_changer_describe(dev);
	bool holds = json_is_true(json_object_get(json_object_get(all, "arm"), "tray"));

	json_decref(all);
	return holds;
}

static void reset_lets_a_move_finish_and_nobody_waits_for_it(void **state)
{
	struct timespec before, after;
	struct mover m;
	static struct rig r;
	pthread_t thread;

	(void)state;
	rig_init(&r, SIM_MC8600, 1, 4);
	r.config.time_scale = 0.2;	/* a move takes 1.3 s */
	rig_create(&r);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	while (rig_ready(&r))
		usleep(1000);
	m.r = &r;
	assert_int_equal(pthread_create(&thread, NULL, move_slowly, &m), 0);
	while (!arm_holds_tray(r.dev))
		usleep(1000);
	clock_gettime(CLOCK_MONOTONIC, &before);
	json_decref(sim_changer_describe(r.dev));
	/* the hand keeps off where the arm is at work, and may do the rest */
	assert_int_equal(sim_changer_slot_tray(r.dev, 1, true, ERR(&r)), -EBUSY);
	assert_int_equal(sim_changer_slot_put(r.dev, 2, "d2", ERR(&r)), 0);
	r.dev->ops->reset(r.dev);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec * 1e3 + after.tv_nsec / 1e6 -
		    before.tv_sec * 1e3 - before.tv_nsec / 1e6 < 700);
	pthread_join(thread, NULL);
	/* the move has come to its end, but the reset has made an end of its command */
	assert_int_equal(m.result, ABORTED);
	rig_holds(&r, DRIVE1, "d1", true);
	assert_int_equal(rig_ready(&r), SENSE(6, 0x29, 0x00));
	assert_int_equal(rig_ready(&r), 0);
	rig_destroy(&r);
}

static void s2_4_busy_for_others_while_it_works(void **state)
{
	static struct rig r;
	struct mover m = { .r = &r };
	struct sim_cmd cmd = { .cdb = (const uint8_t[16]){ 0x12, 0, 0, 0, 36 } };
	pthread_t thread;

	(void)state;
	rig_init(&r, SIM_MC8600, 1, 4);
	r.config.time_scale = 0.2;
	rig_create(&r);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	while (rig_ready(&r))
		usleep(1000);
	assert_int_equal(pthread_create(&thread, NULL, move_slowly, &m), 0);
	while (!arm_holds_tray(r.dev))
		usleep(1000);
	sim_changer_execute_from(r.dev, 2, &cmd);
	assert_int_equal(cmd.status, SIM_BUSY);
	pthread_join(thread, NULL);
	assert_int_equal(m.result, 0);
	cmd.status = SIM_GOOD;
	sim_changer_execute_from(r.dev, 2, &cmd);
	assert_int_equal(cmd.status, SIM_GOOD);
	rig_destroy(&r);
}

/* 3.15: Immed of zero, and the model's time */
static void s3_15_without_immed_it_takes_its_time(void **state)
{
	struct timespec before, after;
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8100, 0, 2);
	r.config.time_scale = 0.05;
	rig_create(&r);
	while (rig_ready(&r))
		usleep(1000);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(RUN(&r, 0x01, 0, 0, 0, 0, 0), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	/* 3 s of the real one */
	assert_true((after.tv_sec - before.tv_sec) * 1e3 + (after.tv_nsec - before.tv_nsec) / 1e6 >
		    0.05 * 3 * 1e3);
	assert_int_equal(rig_ready(&r), 0);
	rig_destroy(&r);
}

static double ms_of(struct rig *r, const uint8_t *cdb)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(rig_run_from(r, SIM_CHANGER_HOST_ID, cdb, 12), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	return (double)(after.tv_sec - before.tv_sec) * 1e3 +
		(double)(after.tv_nsec - before.tv_nsec) / 1e6;
}

static void s1_3_600_slots_initialize_in_seconds(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8600, 12, 600);
	r.config.time_scale = 0.05;	/* 0.03 s an element of the real one */
	rig_create(&r);
	while (rig_ready(&r))
		usleep(1000);
	assert_true(ms_of(&r, (const uint8_t[12]){ 0x07 }) > 0.05 * 0.03 * 600 * 1e3);
	/* a range takes as long as it has elements (3.19) */
	assert_true(ms_of(&r, (const uint8_t[12]){ 0xe7, 2, 0, 1, 0, 10 }) > 0.05 * 0.03 * 10 * 1e3);
	rig_destroy(&r);
}

/* Seconds of the real one: load, flip, unload, mail slot */
static void s1_3_moves_take_the_models_time(void **state)
{
	static const struct {
		uint8_t cdb[12];
		double seconds;
	} moves[] = {
		/* the arm is there; takes, goes, puts, the drive closes its tray */
		{ { 0xa5, 0, 0x20, 0, 0, 1, 0x30, 1 }, 1.2 + 1.0 + 1.2 + 2.5 },
		{ { 0xa5, 0, 0x20, 0, 0x30, 1, 0, 1 }, 2.5 + 1.2 + 1.0 + 1.2 },
		{ { 0xa5, 0, 0x20, 0, 0, 1, 0x30, 1, 0, 0, 1 }, 1.2 + 2.0 + 1.0 + 1.2 + 2.5 },
		{ { 0xa5, 0, 0x20, 0, 0x30, 1, 0x40, 0 }, 2.5 + 1.2 + 1.0 + 1.2 + 2.0 },
		{ { 0xa5, 0, 0x20, 0, 0x40, 1, 0, 1 }, 2.0 + 1.2 + 1.0 + 1.2 },
		{ { 0x2b, 0, 0x20, 0, 0x30, 1 }, 1.0 },
	};
	const double scale = 0.02;
	static struct rig r;
	size_t i;

	(void)state;
	rig_init(&r, SIM_MC8100, 1, 2);
	r.config.time_scale = scale;
	rig_create(&r);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
	while (rig_ready(&r))
		usleep(1000);
	for (i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		assert_true(ms_of(&r, moves[i].cdb) >= moves[i].seconds * scale * 1e3);
	/* and no time at all if nobody wants to wait */
	assert_int_equal(sim_changer_set_time_scale(r.dev, -1), -EINVAL);
	assert_int_equal(sim_changer_set_time_scale(r.dev, 0), 0);
	assert_int_equal(rig_move(&r, 1, DRIVE1), 0);
	rig_destroy(&r);
}

static void count_units(const json_t *all, int *discs, int *trays)
{
	const char *key;
	const json_t *o;
	size_t i;

	json_object_foreach((json_t *)all, key, o) {
		if (json_is_object(o)) {
			*discs += json_is_string(json_object_get(o, "disc"));
			*trays += json_is_true(json_object_get(o, "tray"));
		}
		for (i = 0; json_is_array(o) && i < json_array_size(o); i++) {
			const json_t *e = json_array_get(o, i);

			*discs += json_is_string(json_object_get(e, "disc"));
			*trays += json_is_true(json_object_get(e, "tray"));
		}
	}
}

/* Whatever a host sends, sense or nonsense, and whatever fails meanwhile */
static void no_command_loses_a_disc(void **state)
{
	static const uint8_t opcode[] = {
		0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0x00, 0x01, 0x03, 0x07, 0x12, 0x15, 0x16,
		0x17, 0x1a, 0x1d, 0x1e, 0x2b, 0x3b, 0x3c, 0x4c, 0x4d, 0xb8, 0xe7,
	};
	static const uint16_t place[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, ARM, DRIVE1, DRIVE1 + 1, MAIL, MAIL_SHUT, PRINTER,
	};
	struct rig *r = *state;
	int i, k, discs, trays;
	uint8_t cdb[12];

	srandom(8600);
	for (i = 0; i < 20000; i++) {
		for (k = 0; k < 12; k++)
			cdb[k] = random() % 4 ? 0 : (uint8_t)random();
		cdb[0] = opcode[(size_t)random() % sizeof(opcode)];
		if (cdb[0] == 0xa5) {
			sim_put_be16(cdb + 2, ARM);
			sim_put_be16(cdb + 4, place[random() % 15]);
			sim_put_be16(cdb + 6, place[random() % 15]);
		}
		if (random() % 50 == 0)
			sim_changer_fault(r->dev, 0x80, (uint8_t)(random() % 0x66), NULL, 0);
		if (random() % 20 == 0)
			sim_changer_mail_close(r->dev, NULL, 0);
		rig_run_from(r, random() % 10 ? SIM_CHANGER_HOST_ID : 2, cdb, sizeof(cdb));
		if (i % 100 == 0) {
			json_t *all = sim_changer_describe(r->dev);

			discs = trays = 0;
			count_units(all, &discs, &trays);
			json_decref(all);
			assert_int_equal(discs, 3);
			assert_int_equal(trays, 8);
		}
	}
}

static void the_hand_is_told_what_it_does_wrong(void **state)
{
	char disc[SIM_CHANGER_NAME_SIZE];
	struct rig *r = *state;
	struct sim_device *dev = r->dev;

	assert_int_equal(sim_changer_slot_put(dev, 0, "x", ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_slot_put(dev, 9, "x", ERR(r)), -EINVAL);
	assert_non_null(strstr(r->err, "1 to 8"));
	assert_int_equal(sim_changer_slot_put(dev, 1, "x", ERR(r)), -EBUSY);
	assert_int_equal(sim_changer_slot_put(dev, 4, "d1", ERR(r)), -EEXIST);
	assert_int_equal(sim_changer_slot_put(dev, 4, "", ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_slot_put(dev, 4, "../x", ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_slot_put(dev, 4, "a/b", ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_slot_put(dev, 4, "a\nb", ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_slot_tray(dev, 1, false, ERR(r)), -EBUSY);
	assert_int_equal(sim_changer_slot_tray(dev, 4, false, ERR(r)), 0);
	assert_int_equal(sim_changer_slot_put(dev, 4, "x", ERR(r)), -ENOENT);
	assert_int_equal(sim_changer_mail_close(dev, ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_mail_put(dev, "x", ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_mail_take(dev, disc, sizeof(disc), ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_mail_open(dev, ERR(r)), 0);
	assert_int_equal(sim_changer_mail_open(dev, ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_mail_put(dev, "x", ERR(r)), -ENOENT);
	assert_int_equal(sim_changer_mail_take(dev, disc, sizeof(disc), ERR(r)), -ENOENT);
	assert_int_equal(sim_changer_slot_put(dev, 9, "x", NULL, 0), -EINVAL);
}

static void fill_is_all_or_nothing(void **state)
{
	static const char *const good[] = { "d3", "d1", NULL, "d2" };
	static const char *const twice[] = { "a", "b", "a" };
	static const char *const many[9] = { NULL };
	struct rig *r = *state;

	assert_int_equal(sim_changer_fill(r->dev, twice, 3, ERR(r)), -EEXIST);
	assert_int_equal(sim_changer_fill(r->dev, many, 9, ERR(r)), -EINVAL);
	rig_holds(r, 1, "d1", true);
	rig_holds(r, 3, "d3", true);
	assert_int_equal(sim_changer_fill(r->dev, good, 4, ERR(r)), 0);
	rig_holds(r, 1, "d3", true);
	rig_holds(r, 2, "d1", true);
	rig_holds(r, 3, NULL, true);
	rig_holds(r, 4, "d2", true);
	assert_int_equal(rig_ready(r), SENSE(6, 0x28, 0x00));
}

static void s3_7_destination_of_another_kind(void **state)
{
	struct rig *r = *state;

	/* all that Table 23's addresses may be, there and back */
	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	assert_int_equal(rig_move(r, PRINTER, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, PRINTER), 0);
	assert_int_equal(rig_move(r, PRINTER, MAIL_SHUT), 0);
	assert_int_equal(rig_move(r, MAIL, PRINTER), 0);
	assert_int_equal(rig_move(r, PRINTER, 1), 0);
	rig_holds(r, 1, "d1", true);
}

static void s3_7_sources_without_a_disc(void **state)
{
	struct rig *r = *state;

	/* a tray alone may go home, and no further */
	assert_int_equal(rig_move(r, 5, MAIL_SHUT), 0);
	assert_int_equal(rig_move(r, MAIL, PRINTER), EMPTY_SOURCE);
	assert_int_equal(rig_move_with(r, MAIL, 0, false, true), 0);
	rig_holds(r, 5, NULL, true);
}

static void s3_9_only_the_hand_is_kept_out(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(sim_changer_mail_open(r->dev, ERR(r)), -EPERM);
	rig_ready(r);
	/* the host moves discs as before */
	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	r->dev->ops->reset(r->dev);
	assert_int_equal(sim_changer_mail_open(r->dev, ERR(r)), 0);
}

static void s3_16_arm_has_to_be_empty(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x21, ERR(r)), 0);
	assert_int_equal(rig_move(r, 2, DRIVE1), SENSE(4, 0x80, 0x21));
	assert_int_equal(RUN(r, 0x1d, 4, 0, 0, 0, 0), SENSE(4, 0x80, 0x41));
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(r, 0x1d, 4, 0, 0, 0, 0), 0);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(s3_7_disc_goes_to_the_drive_with_its_tray),
		WITH_RIG(s3_7_drive_to_drive),
		WITH_RIG(s3_7_tray_alone_does_not_go_to_a_drive),
		WITH_RIG(s3_7_source_without_tray),
		WITH_RIG(s3_7_destination_full),
		WITH_RIG(s3_7_invert_turns_the_disc_over),
		WITH_RIG(s3_7_two_sides_are_one_disc),
		cmocka_unit_test(s3_7_arm_that_cannot_flip),
		WITH_RIG(s3_7_eject_knows_the_slot),
		WITH_RIG(s3_7_mail_slot_4000_opens),
		WITH_RIG(s3_7_mail_slot_4000_opens_for_drives_too),
		WITH_RIG(s3_7_mail_slot_4001_stays_shut),
		WITH_RIG(s3_7_mail_slot_4001_shuts_itself),
		WITH_RIG(s3_7_open_mail_slot_takes_nothing),
		WITH_RIG(s3_9_prevented_slot_does_not_open),
		WITH_RIG(s3_7_locked_drive_keeps_its_disc),
		WITH_RIG(s3_15_return_brings_all_home),
		WITH_RIG(s3_15_return_leaves_the_printer),
		WITH_RIG(s3_15_return_does_what_it_can),
		WITH_RIG(s3_15_reset_is_like_power_on),
		WITH_RIG(s3_15_immed_answers_at_once),
		WITH_RIG(s3_15_immed_is_done_in_the_end),
		WITH_RIG(s3_17_is_no_self_test),
		cmocka_unit_test(s3_7_addresses_end_where_the_model_does),
		WITH_RIG(s3_16_self_test_needs_disc_1_and_drive_1),
		WITH_RIG(s3_16_self_test_fails_with_the_mechanics),
		cmocka_unit_test(reset_lets_a_move_finish_and_nobody_waits_for_it),
		cmocka_unit_test(s2_4_busy_for_others_while_it_works),
		cmocka_unit_test(s3_15_without_immed_it_takes_its_time),
		cmocka_unit_test(s1_3_600_slots_initialize_in_seconds),
		cmocka_unit_test(s1_3_moves_take_the_models_time),
		WITH_RIG(s3_7_destination_of_another_kind),
		WITH_RIG(s3_7_sources_without_a_disc),
		WITH_RIG(s3_9_only_the_hand_is_kept_out),
		WITH_RIG(s3_16_arm_has_to_be_empty),
		WITH_RIG(no_command_loses_a_disc),
		WITH_RIG(the_hand_is_told_what_it_does_wrong),
		WITH_RIG(fill_is_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
