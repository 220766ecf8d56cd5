// SPDX-License-Identifier: GPL-2.0
/*
 * When the virtual library's mechanics fail: every code of table 43 with ASC 80h
 * and 81h, and where it leaves the disc.  Names begin with the section of the
 * MC-8100/8200/8600 SCSI Command Manual that is tested.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "changer_rig.h"

#define STRAY_IN_ARM	SENSE(4, 0x80, 0x41)
#define EXCEPT		0x04

#define ERR(r) (r)->err, sizeof((r)->err)

static void s3_13_drive_fails_to_eject(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	r->drive[0].unload_error = -EIO;
	assert_int_equal(rig_move(r, DRIVE1, 1), SENSE(4, 0x80, 0x63));
	rig_holds(r, DRIVE1, "d1", true);
	r->drive[0].unload_error = 0;
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	assert_int_equal(rig_element(r, DRIVE1)[2] & EXCEPT, 0);
}

static void s3_13_drive_fails_to_clamp(void **state)
{
	struct rig *r = *state;

	r->drive[0].load_error = -EIO;
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(4, 0x80, 0x62));
	rig_holds(r, DRIVE1, "d1", true);
	rig_holds(r, ARM, NULL, false);
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_element(r, DRIVE1)[5], 0x62);
	/* the drive knows of no disc: the arm must not ask it for one */
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	rig_holds(r, 1, "d1", true);
}

static void s3_13_disc_laid_into_a_drive_by_hand(void **state)
{
	struct rig *r = *state;

	strcpy(r->drive[0].disc, "stranger");
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(4, 0x80, 0x60));
	rig_holds(r, ARM, "d1", true);
	assert_string_equal(r->drive[0].disc, "stranger");
	/* nothing moves before the arm is empty */
	assert_int_equal(rig_move(r, 2, DRIVE1 + 1), STRAY_IN_ARM);
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), 0);
	rig_holds(r, 1, "d1", true);
	assert_int_equal(rig_move(r, 2, DRIVE1 + 1), 0);
}

static void s3_13_disc_taken_from_a_drive_by_hand(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	r->drive[0].disc[0] = '\0';
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	rig_holds(r, 1, NULL, true);
}

/* Where a fault leaves the disc that goes from an element to another */
static const struct mishap {
	const char *name;
	uint8_t ascq;
	uint16_t from, to, ends_in;
	bool invert;
} mishaps[] = {
	{ "3.13 80/01 up/down rotary sensor", 0x01, 1, DRIVE1, 1, false },
	{ "3.13 80/02 left slit sensor", 0x02, 1, DRIVE1, 1, false },
	{ "3.13 80/03 right slit sensor", 0x03, 1, DRIVE1, 1, false },
	{ "3.13 80/04 up/down motor", 0x04, 1, DRIVE1, 1, false },
	{ "3.13 80/07 current of the up/down motor", 0x07, 1, DRIVE1, 1, false },
	{ "3.13 80/08 time-out of up/down operation", 0x08, 1, DRIVE1, 1, false },
	{ "3.13 80/09 limit sensor", 0x09, 1, DRIVE1, 1, false },
	{ "3.13 80/10 tray lock not released", 0x10, 1, DRIVE1, 1, false },
	{ "3.13 80/11 tray not locked", 0x11, DRIVE1, 1, 1, false },
	{ "3.13 80/12 tray lock position", 0x12, 1, DRIVE1, 1, false },
	{ "3.13 80/20 catcher right to left", 0x20, 1, DRIVE1, 1, false },
	{ "3.13 80/21 catcher left to right", 0x21, 1, DRIVE1, ARM, false },
	{ "3.13 80/22 catcher not stable (right to left)", 0x22, 1, DRIVE1, 1, false },
	{ "3.13 80/23 catcher not stable (left to right)", 0x23, 1, DRIVE1, ARM, false },
	{ "3.13 80/24 tray rotary sensor (right to left)", 0x24, 1, DRIVE1, 1, false },
	{ "3.13 80/25 tray rotary sensor (left to right)", 0x25, 1, DRIVE1, ARM, false },
	{ "3.13 80/26 right catcher position", 0x26, 1, DRIVE1, 1, false },
	{ "3.13 80/27 left catcher position", 0x27, 1, DRIVE1, 1, false },
	{ "3.13 80/28 catcher motor right to left", 0x28, 1, DRIVE1, 1, false },
	{ "3.13 80/29 catcher motor left to right", 0x29, 1, DRIVE1, ARM, false },
	{ "3.13 80/30 no tray", 0x30, 1, DRIVE1, 1, false },
	{ "3.13 80/31 magazine sensor", 0x31, 1, DRIVE1, 1, false },
	{ "3.13 80/32 current of the catcher motor", 0x32, 1, DRIVE1, 1, false },
	{ "3.13 80/41 stray disc in the carrier", 0x41, 1, DRIVE1, ARM, false },
	{ "3.13 80/42 no disc on the tray", 0x42, 1, DRIVE1, 1, false },
	{ "3.13 80/43 no tray for invert", 0x43, 1, DRIVE1, ARM, true },
	{ "3.13 80/50 disc not ejected in the mail slot", 0x50, 1, MAIL, MAIL, false },
	{ "3.13 80/51 disc not loaded in the mail slot", 0x51, MAIL, 1, MAIL, false },
	{ "3.13 80/52 stray disc in the mail slot", 0x52, MAIL, 1, MAIL, false },
	{ "3.13 80/60 stray disc in the drive", 0x60, DRIVE1, 1, DRIVE1, false },
	{ "3.13 80/61 tray not drawn", 0x61, DRIVE1, 1, DRIVE1, false },
	{ "3.13 80/62 disc not clamped", 0x62, 1, DRIVE1, DRIVE1, false },
	{ "3.13 80/63 drive does not eject", 0x63, DRIVE1, 1, DRIVE1, false },
	{ "3.13 80/64 disc not taken out of the drive", 0x64, DRIVE1, 1, DRIVE1, false },
	{ "3.13 80/65 spindle motor does not stop", 0x65, DRIVE1, 1, DRIVE1, false },
	{ "3.13 80/72 stray disc in the printer", 0x72, PRINTER, 1, PRINTER, false },
	{ "3.13 80/80 flip up", 0x80, 1, DRIVE1, ARM, true },
	{ "3.13 80/81 flip down", 0x81, 1, DRIVE1, ARM, true },
};

#define MISHAPS (sizeof(mishaps) / sizeof(mishaps[0]))

static void mishap(void **state)
{
	const struct mishap *m = *state;
	struct rig *r = rig_make();

	if (m->from != 1)
		assert_int_equal(rig_move(r, 1, m->from == MAIL ? MAIL_SHUT : m->from), 0);
	assert_int_equal(sim_changer_fault(r->dev, 0x80, m->ascq, ERR(r)), 0);
	assert_int_equal(rig_move_with(r, m->from, m->to, m->invert, false),
			 SENSE(4, 0x80, m->ascq));
	rig_holds(r, m->ends_in, "d1", true);
	/* what the drive thinks agrees */
	assert_string_equal(r->drive[0].disc, m->ends_in == DRIVE1 ? "d1" : "");
	/* 4.1.3.3 */
	assert_int_equal(RUN(r, 0x4d, 0, 0x47, 0, 0, 0, 0, 0, 255, 0), 0);
	assert_int_equal(r->data[9], m->ascq);
	/* it struck once; with the arm empty again all goes on */
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_move(r, 2, DRIVE1 + 1), 0);
	rig_holds(r, ARM, NULL, false);
	rig_free(r);
}

static void s3_13_fault_waits_for_its_step(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x63, ERR(r)), 0);
	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, 1), SENSE(4, 0x80, 0x63));
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
}

static void s3_13_codes_that_are_no_faults(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x05, ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_fault(r->dev, 0x81, 0x06, ERR(r)), -EINVAL);
	assert_int_equal(sim_changer_fault(r->dev, 0x3b, 0x0d, ERR(r)), -EINVAL);
}

static void s3_13_printer_errors(void **state)
{
	static const uint8_t codes[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x20, 0x21, 0x22, 0x30, 0x31, 0x32, 0x33, 0x34,
		0x35, 0x36, 0x37, 0x38, 0x39, 0x40, 0x41, 0x42, 0x43, 0xb0, 0xb2, 0xc0, 0xff,
	};
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(codes); i++) {
		assert_int_equal(sim_changer_fault(r->dev, 0x81, codes[i], ERR(r)), 0);
		assert_int_equal(rig_element(r, PRINTER)[2], EXCEPT);
		assert_int_equal(rig_element(r, PRINTER)[4], 0x81);
		assert_int_equal(rig_element(r, PRINTER)[5], codes[i]);
		assert_int_equal(rig_move(r, 1, PRINTER), SENSE(4, 0x81, codes[i]));
		rig_holds(r, 1, "d1", true);
		assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	}
	assert_int_equal(rig_move(r, 1, PRINTER), 0);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest single[] = {
		WITH_RIG(s3_13_drive_fails_to_eject),
		WITH_RIG(s3_13_drive_fails_to_clamp),
		WITH_RIG(s3_13_disc_laid_into_a_drive_by_hand),
		WITH_RIG(s3_13_disc_taken_from_a_drive_by_hand),
		WITH_RIG(s3_13_fault_waits_for_its_step),
		WITH_RIG(s3_13_codes_that_are_no_faults),
		WITH_RIG(s3_13_printer_errors),
	};
	const size_t singles = sizeof(single) / sizeof(single[0]);
	struct CMUnitTest tests[MISHAPS + sizeof(single) / sizeof(single[0])];
	size_t i;

	for (i = 0; i < MISHAPS; i++)
		tests[i] = (struct CMUnitTest){
			.name = mishaps[i].name, .test_func = mishap,
			.initial_state = (void *)&mishaps[i],
		};
	memcpy(tests + MISHAPS, single, sizeof(single));
	return _cmocka_run_group_tests("library faults", tests, MISHAPS + singles, NULL, NULL);
}
