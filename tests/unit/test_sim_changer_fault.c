// SPDX-License-Identifier: GPL-2.0
/*
 * When the virtual library's mechanics fail: every code of table 43 with ASC 80h
 * and 81h, and where it leaves the disc.  Names begin with the section of the
 * MC-8100/8200/8600 SCSI Command Manual that is tested.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changer_rig.h"
#include "csv.h"

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

/* Does table 60 have it? */
static bool in_log(uint8_t code)
{
	size_t count, i;
	struct csv_row *rows = csv_read("changer-log", &count);
	bool found = false;

	for (i = 0; i < count; i++)
		found |= csv_hex(rows[i].field[0]) == code;
	free(rows);
	return found;
}

static void mishap(void **state)
{
	const struct mishap *m = *state;
	struct rig *r = rig_make();
	bool before_drive;

	if (m->from != 1)
		assert_int_equal(rig_move(r, 1, m->from == MAIL ? MAIL_SHUT : m->from), 0);
	assert_int_equal(sim_changer_fault(r->dev, 0x80, m->ascq, ERR(r)), 0);
	assert_int_equal(rig_move_with(r, m->from, m->to, m->invert, false),
			 SENSE(4, 0x80, m->ascq));
	rig_holds(r, m->ends_in, "d1", true);
	/* what the drive thinks agrees: before it is not in it */
	before_drive = m->ascq == 0x62 || m->ascq == 0x64;
	assert_string_equal(r->drive[0].disc,
			    m->ends_in == DRIVE1 && !before_drive ? "d1" : "");
	/* 4.1.3.3: table 60 has not all of them */
	assert_int_equal(RUN(r, 0x4d, 0, 0x47, 0, 0, 0, 0, 0, 255, 0), 0);
	assert_int_equal(r->data[9], in_log(m->ascq) ? m->ascq : 0);
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
	assert_int_equal(sim_changer_fault(r->dev, 0x11, 0x00, ERR(r)), -EINVAL);
	assert_non_null(strstr(r->err, "no code 11/00"));
}

/* What is wrong with the printer and where the disc is then */
static const struct printer_error {
	const char *name;
	uint8_t ascq;
	enum { IN, OUT, PRINT, WARN, NOW } when;
	uint16_t ends_in;
} printer_errors[] = {
	{ "3.13 81/01 tray jam", 0x01, OUT, PRINTER },
	{ "3.13 81/02 no CD or clamp error", 0x02, IN, PRINTER },
	{ "3.13 81/03 sensor", 0x03, NOW, 1 },
	{ "3.13 81/04 tray loading", 0x04, IN, ARM },
	{ "3.13 81/05 tray unloading", 0x05, OUT, PRINTER },
	{ "3.13 81/20 no CD or CD jam", 0x20, PRINT, PRINTER },
	{ "3.13 81/21 waste ink warning", 0x21, WARN, PRINTER },
	{ "3.13 81/22 ink cartridge check", 0x22, WARN, PRINTER },
	{ "3.13 81/30 print head carriage", 0x30, PRINT, PRINTER },
	{ "3.13 81/31 HP sensor", 0x31, PRINT, PRINTER },
	{ "3.13 81/32 encoder", 0x32, PRINT, PRINTER },
	{ "3.13 81/33 recovery system", 0x33, PRINT, PRINTER },
	{ "3.13 81/34 PF motor", 0x34, PRINT, PRINTER },
	{ "3.13 81/35 CSF sensor", 0x35, PRINT, PRINTER },
	{ "3.13 81/36 temperature", 0x36, PRINT, PRINTER },
	{ "3.13 81/37 waste ink tank full", 0x37, PRINT, PRINTER },
	{ "3.13 81/38 EEPROM", 0x38, PRINT, PRINTER },
	{ "3.13 81/39 ROM", 0x39, PRINT, PRINTER },
	{ "3.13 81/40 RAM", 0x40, PRINT, PRINTER },
	{ "3.13 81/41 port initialize failed", 0x41, PRINT, PRINTER },
	{ "3.13 81/42 ink sensor", 0x42, PRINT, PRINTER },
	{ "3.13 81/43 printer head trouble or no head", 0x43, PRINT, PRINTER },
	{ "3.13 81/B0 power off", 0xb0, NOW, 1 },
	{ "3.13 81/B2 already loaded", 0xb2, IN, 1 },
	{ "3.13 81/C0 printer busy", 0xc0, OUT, PRINTER },
	{ "3.13 81/FF no disc", 0xff, NOW, 1 },
};

#define PRINTER_ERRORS (sizeof(printer_errors) / sizeof(printer_errors[0]))

#define FINISH	0x08
#define ACCESS	0x08

static void printing_fails(struct rig *r, const struct printer_error *p)
{
	const uint8_t *d;

	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	assert_int_equal(sim_changer_print(r->dev, 0, 0, ERR(r)), 0);
	/* no unit attention, and nothing for REQUEST SENSE */
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(RUN(r, 0x03, 0, 0, 0, 18, 0), 0);
	assert_int_equal(r->data[2], 0);
	d = rig_element(r, PRINTER);
	assert_int_equal(d[2] & (EXCEPT | ACCESS), EXCEPT | (p->ascq == 0x21 ? ACCESS : 0));
	assert_int_equal(d[5], p->ascq);
	/* a label that stopped is not finished */
	assert_int_equal(d[16] & FINISH, p->when == WARN ? FINISH : 0);
}

static void printer_fails(void **state)
{
	const struct printer_error *p = *state;
	struct rig *r = rig_make();
	uint32_t sense = SENSE(p->ascq == 0xc0 ? 2 : 4, 0x81, p->ascq);

	assert_int_equal(sim_changer_fault(r->dev, 0x81, p->ascq, ERR(r)), 0);
	if (p->when == PRINT || p->when == WARN) {
		printing_fails(r, p);
	} else if (p->when == OUT) {
		/* it waits for the disc to come out, but for busy */
		if (p->ascq != 0xc0)
			assert_int_equal(rig_move(r, 1, PRINTER), 0);
		assert_int_equal(rig_move(r, p->ascq == 0xc0 ? 1 : PRINTER,
					  p->ascq == 0xc0 ? PRINTER : 1), sense);
		if (p->ascq == 0xc0)
			assert_int_equal(rig_move(r, 1, PRINTER), 0);
	} else {
		assert_int_equal(rig_move(r, 1, PRINTER), sense);
		assert_int_equal(rig_element(r, PRINTER)[5], p->ascq);
	}
	rig_holds(r, p->ends_in, "d1", true);
	/* someone mends it, and all goes on */
	assert_int_equal(sim_changer_printer_power(r->dev, true, ERR(r)), 0);
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), 0);
	if (p->ends_in == PRINTER)
		assert_int_equal(rig_move(r, PRINTER, 1), 0);
	assert_int_equal(rig_element(r, PRINTER)[2], ACCESS);
	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	rig_holds(r, PRINTER, "d1", true);
	rig_free(r);
}

static void s3_13_printer_error_comes_while_it_prints(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8600, 1, 2);
	r.config.printer = true;
	r.config.time_scale = 0.001;
	rig_create(&r);
	assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", r.err, sizeof(r.err)), 0);
	while (rig_ready(&r))
		usleep(1000);
	assert_int_equal(rig_move(&r, 1, PRINTER), 0);
	assert_int_equal(sim_changer_print(r.dev, 3600, 0, r.err, sizeof(r.err)), 0);
	assert_int_equal(rig_element(&r, PRINTER)[16] & 0x04, 0x04);
	assert_int_equal(sim_changer_fault(r.dev, 0x81, 0x36, r.err, sizeof(r.err)), 0);
	assert_int_equal(rig_element(&r, PRINTER)[16], 0x01);	/* neither busy nor finished */
	assert_int_equal(rig_element(&r, PRINTER)[5], 0x36);
	/* the disc comes out, the printer is as it is */
	assert_int_equal(rig_move(&r, PRINTER, 1), 0);
	assert_int_equal(rig_element(&r, PRINTER)[5], 0x36);
	assert_int_equal(rig_move(&r, 1, PRINTER), SENSE(4, 0x81, 0x36));
	rig_destroy(&r);
}

static void s3_11_7_printer_is_switched_off(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_printer_power(r->dev, false, ERR(r)), 0);
	assert_int_equal(rig_element(r, PRINTER)[2], EXCEPT);
	assert_int_equal(rig_element(r, PRINTER)[5], 0xb0);
	/* looking at it does not switch it on */
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_move(r, 1, PRINTER), SENSE(4, 0x81, 0xb0));
	assert_int_equal(sim_changer_print(r->dev, 0, 0, ERR(r)), -EIO);
	assert_int_equal(sim_changer_printer_power(r->dev, true, ERR(r)), 0);
	assert_int_equal(rig_move(r, 1, PRINTER), 0);
}

static bool is_mechanical(unsigned int asc)
{
	return asc == 0x80 || asc == 0x81;
}

/* A command of each group, so that what waits for one of them comes out */
static bool comes_out(struct rig *r, uint32_t code)
{
	static const uint8_t cdbs[][12] = {
		{ 0x00 }, { 0xa5, 0, 0x20, 0, 0, 1, 0x30, 1 }, { 0x1a, 0, 0x1d, 0, 255 },
		{ 0x4d, 0, 0x40, 0, 0, 0, 0, 0, 8 }, { 0xa5, 0, 0x20, 0, 0x30, 1, 0, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(cdbs) / sizeof(cdbs[0]); i++) {
		uint32_t result = rig_run_from(r, SIM_CHANGER_HOST_ID, cdbs[i], 12);

		if ((result & 0xffff) == code && result)
			return true;
	}
	return false;
}

/* Every row of table 43: those of the mechanics have tests of their own */
static void s3_13_all_codes_can_be_raised(void **state)
{
	size_t count, i, n;
	struct csv_row *rows = csv_read("library", &count);
	uint8_t asc, ascq;

	(void)state;
	for (i = 0; i < count; i++) {
		unsigned int code = csv_hex(rows[i].field[0]) << 8 | csv_hex(rows[i].field[1]);
		struct rig *r = rig_make();

		assert_int_equal(sim_changer_fault(r->dev, (uint8_t)(code >> 8), (uint8_t)code,
						   ERR(r)), 0);
		if (!is_mechanical(code >> 8) && code && code != 0x0401 && !comes_out(r, code))
			fail_msg("%04X does not come out", code);
		rig_free(r);
	}
	/* and no others: the table has each once */
	for (n = 0; sim_changer_code(n, &asc, &ascq); n++)
		assert_in_range(strlen(sim_changer_code(n, &asc, &ascq)), 5, 70);
	assert_int_equal(n, count);
	free(rows);
}

static void s3_13_nothing_is_wrong_any_more(void **state)
{
	static const uint8_t raised[][2] = {
		{ 0x80, 0x01 }, { 0x44, 0x00 }, { 0x04, 0x00 }, { 0x81, 0x30 },
	};
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(sim_changer_fault(r->dev, raised[i][0], raised[i][1], ERR(r)), 0);
	assert_int_equal(sim_changer_fault(r->dev, 0, 0, ERR(r)), 0);
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	assert_int_equal(sim_changer_print(r->dev, 0, 0, ERR(r)), 0);
	assert_int_equal(rig_element(r, PRINTER)[2] & EXCEPT, 0);
}

static void not_ready(struct rig *r, uint8_t key, uint8_t asc, uint8_t ascq)
{
	assert_int_equal(sim_changer_fault(r->dev, asc, ascq, ERR(r)), 0);
	assert_int_equal(rig_ready(r), SENSE(key, asc, ascq));
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(key, asc, ascq));
	rig_holds(r, 1, "d1", true);
	assert_int_equal(RUN(r, 0x12, 0, 0, 0, 36, 0), 0);
}

static void s3_13_conditions_last_until_they_are_cured(void **state)
{
	struct rig *r = *state;

	not_ready(r, 2, 0x04, 0x02);
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_ready(r), SENSE(6, 0x28, 0x00));
	assert_int_equal(rig_ready(r), 0);
	not_ready(r, 2, 0x3e, 0x00);
	assert_int_equal(RUN(r, 0xe7, 2, 0, 1, 0, 8, 0, 0, 0, 0), 0);
	rig_ready(r);
	not_ready(r, 2, 0x04, 0x03);
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), SENSE(2, 0x04, 0x03));
	assert_int_equal(sim_changer_attend(r->dev, ERR(r)), 0);
	assert_int_equal(sim_changer_attend(r->dev, ERR(r)), -EINVAL);
	rig_ready(r);
	not_ready(r, 2, 0x04, 0x00);
	r->dev->ops->reset(r->dev);
	assert_int_equal(rig_ready(r), SENSE(6, 0x29, 0x00));
	rig_ready(r);
	not_ready(r, 4, 0x4c, 0x00);
	assert_int_equal(RUN(r, 0x01, 5, 0, 0, 0, 0), 0);
	assert_int_equal(rig_ready(r), SENSE(6, 0x29, 0x00));
	assert_int_equal(rig_ready(r), 0);
}

static void s3_13_no_reference_position_until_rezero(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x06, 0x00, ERR(r)), 0);
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(4, 0x06, 0x00));
	assert_int_equal(RUN(r, 0x2b, 0, 0x20, 0, 0, 8, 0, 0, 0, 0), SENSE(4, 0x06, 0x00));
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
}

static void s3_13_recovered_errors_do_not_stop_a_command(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x0a, 0x00, ERR(r)), 0);
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(1, 0x0a, 0x00));
	rig_holds(r, DRIVE1, "d1", true);
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
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
		WITH_RIG(s3_13_all_codes_can_be_raised),
		WITH_RIG(s3_13_nothing_is_wrong_any_more),
		WITH_RIG(s3_13_conditions_last_until_they_are_cured),
		WITH_RIG(s3_13_no_reference_position_until_rezero),
		WITH_RIG(s3_13_recovered_errors_do_not_stop_a_command),
		cmocka_unit_test(s3_13_printer_error_comes_while_it_prints),
		WITH_RIG(s3_11_7_printer_is_switched_off),
	};
	const size_t singles = sizeof(single) / sizeof(single[0]);
	struct CMUnitTest tests[MISHAPS + PRINTER_ERRORS + sizeof(single) / sizeof(single[0])];
	size_t i;

	for (i = 0; i < MISHAPS; i++)
		tests[i] = (struct CMUnitTest){
			.name = mishaps[i].name, .test_func = mishap,
			.initial_state = (void *)&mishaps[i],
		};
	for (i = 0; i < PRINTER_ERRORS; i++)
		tests[MISHAPS + i] = (struct CMUnitTest){
			.name = printer_errors[i].name, .test_func = printer_fails,
			.initial_state = (void *)&printer_errors[i],
		};
	memcpy(tests + MISHAPS + PRINTER_ERRORS, single, sizeof(single));
	return _cmocka_run_group_tests("library faults", tests, MISHAPS + PRINTER_ERRORS + singles,
				       NULL, NULL);
}
