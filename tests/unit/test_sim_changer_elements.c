// SPDX-License-Identifier: GPL-2.0
/*
 * What the virtual library says of its elements: READ ELEMENT STATUS and the
 * initialization before it.  Names begin with the section of the MC-8100/8200/8600
 * SCSI Command Manual that is tested.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changer_rig.h"

#define FULL	0x01
#define EXCEPT	0x04
#define ACCESS	0x08
#define EXENAB	0x10
#define INENAB	0x20
#define SVALID	0x80
#define INVERT	0x40
#define TRAY	0x01
#define OPEN	0x02
#define BUSY	0x04
#define FINISH	0x08

#define BAD_DESTINATION	SENSE(5, 0x3b, 0x0d)

static void page_is(const uint8_t *page, uint8_t type, unsigned int count, uint16_t first)
{
	unsigned int i;

	assert_int_equal(page[0], type);
	assert_int_equal(page[1], 0);
	assert_int_equal(sim_be16(page + 2), 18);
	assert_int_equal(page[4], 0);
	assert_int_equal(sim_be24(page + 5), 18 * count);
	for (i = 0; i < count; i++)
		assert_int_equal(sim_be16(page + 8 + 18 * i), first + i);
}

/* The whole library of one model: 1.3 and 3.7 have the addresses */
static void whole_library(enum sim_changer_model model, unsigned int drives, unsigned int slots)
{
	unsigned int elements = 1 + slots + 1 + drives + 1;
	static struct rig r;
	const uint8_t *at;

	rig_init(&r, model, drives, 0);
	rig_create(&r);
	rig_ready(&r);
	memset(r.data, 0xee, sizeof(r.data));
	assert_int_equal(rig_status(&r, 0, 0, 0xffff, sizeof(r.data)), 0);
	assert_int_equal(r.cmd.done, 8 + 5 * 8 + 18 * elements);
	assert_int_equal(sim_be16(r.data), 1);
	assert_int_equal(sim_be16(r.data + 2), elements);
	assert_int_equal(r.data[4], 0);
	assert_int_equal(sim_be24(r.data + 5), r.cmd.done - 8);
	at = r.data + 8;
	page_is(at, 1, 1, 0x2000);
	at += 8 + 18;
	page_is(at, 2, slots, 1);
	at += 8 + 18 * slots;
	page_is(at, 3, 1, 0x4000);
	at += 8 + 18;
	page_is(at, 4, drives, 0x3001);
	at += 8 + 18 * drives;
	page_is(at, 5, 1, 0x5000);
	rig_destroy(&r);
}

static void s3_11_all_types_mc8100(void **state)
{
	(void)state;
	whole_library(SIM_MC8100, 4, 100);
}

static void s3_11_all_types_mc8200(void **state)
{
	(void)state;
	whole_library(SIM_MC8200, 9, 200);
}

static void s3_11_all_types_mc8600(void **state)
{
	(void)state;
	whole_library(SIM_MC8600, 12, 600);
}

/* Type, start, count; then what comes first and how many */
static const struct {
	uint8_t type;
	uint16_t start, count;
	uint16_t first, found;
	unsigned int pages;
} choices[] = {
	{ 1, 0, 99, 0x2000, 1, 1 },
	{ 2, 0, 99, 1, 8, 1 },
	{ 3, 0, 99, 0x4000, 1, 1 },
	{ 4, 0, 99, 0x3001, 2, 1 },
	{ 5, 0, 99, 0x5000, 1, 1 },
	{ 2, 3, 4, 3, 4, 1 },
	{ 2, 6, 99, 6, 3, 1 },
	{ 2, 9, 99, 0, 0, 0 },
	{ 4, 1, 1, 0x3001, 1, 1 },	/* the start is a minimum, not an address */
	{ 4, 0x3002, 1, 0x3002, 1, 1 },
	{ 2, 1, 0, 0, 0, 0 },
	{ 0, 0x6000, 9, 0, 0, 0 },
	{ 0, 0x2001, 99, 0x3001, 4, 3 },
	{ 0, 7, 3, 7, 3, 2 },		/* the lowest addresses, also before the arm */
	{ 0, 0x3002, 2, 0x3002, 2, 2 },
};

static void s3_11_start_and_count_choose(void **state)
{
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		assert_int_equal(rig_status(r, choices[i].type, choices[i].start,
					    choices[i].count, sizeof(r->data)), 0);
		assert_int_equal(sim_be16(r->data), choices[i].first);
		assert_int_equal(sim_be16(r->data + 2), choices[i].found);
		assert_int_equal(sim_be24(r->data + 5),
				 8 * choices[i].pages + 18 * choices[i].found);
		assert_int_equal(r->cmd.done, 8 + sim_be24(r->data + 5));
	}
}

static void s3_11_1_counts_are_not_cut_with_the_data(void **state)
{
	static const uint32_t allocations[] = { 0, 1, 7, 8, 9, 16, 17, 34, 100, 159, 160 };
	struct rig *r = *state;
	uint8_t whole[160];
	size_t i;

	assert_int_equal(rig_status(r, 2, 0, 99, sizeof(r->data)), 0);
	assert_int_equal(r->cmd.done, sizeof(whole));
	memcpy(whole, r->data, sizeof(whole));
	for (i = 0; i < sizeof(allocations) / sizeof(allocations[0]); i++) {
		memset(r->data, 0xee, sizeof(r->data));
		assert_int_equal(rig_status(r, 2, 0, 99, allocations[i]), 0);
		assert_int_equal(r->cmd.done, allocations[i]);
		assert_memory_equal(r->data, whole, allocations[i]);
		assert_int_equal(r->data[allocations[i]], 0xee);
	}
	/* the same when the host gives less room than it says */
	r->data_len = 20;
	memset(r->data, 0xee, sizeof(r->data));
	assert_int_equal(rig_status(r, 2, 0, 99, 9999), 0);
	assert_int_equal(r->cmd.done, 20);
	assert_memory_equal(r->data, whole, 20);
	assert_int_equal(r->data[20], 0xee);
}

/* All 18 bytes of a descriptor */
static void descriptor_is(struct rig *r, uint16_t address, const char *bytes)
{
	uint8_t type = address < ARM ? 2 : address == ARM ? 1 : address < MAIL ? 4 :
		address < PRINTER ? 3 : 5;

	assert_int_equal(rig_status(r, type, address, 1, sizeof(r->data)), 0);
	assert_memory_equal(r->data + 16, bytes, 18);
}

#define D(...) ((const char *)(const uint8_t[18]){ __VA_ARGS__ })

static void s3_11_3_to_7_descriptors_at_first(void **state)
{
	struct rig *r = *state;

	descriptor_is(r, ARM, D(0x20, 0));
	descriptor_is(r, 1, D(0, 1, FULL | ACCESS, [16] = TRAY));
	descriptor_is(r, 4, D(0, 4, ACCESS, [16] = TRAY));
	descriptor_is(r, MAIL, D(0x40, 0, INENAB | EXENAB | ACCESS));
	descriptor_is(r, DRIVE1, D(0x30, 1, ACCESS, [6] = 0x20, 1));
	descriptor_is(r, DRIVE1 + 1, D(0x30, 2, ACCESS, [6] = 0x20, 2));
	descriptor_is(r, PRINTER, D(0x50, 0, ACCESS, [6] = 0x80));
}

static void s3_11_6_loaded_drive(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move_with(r, 2, DRIVE1, true, false), 0);
	descriptor_is(r, DRIVE1, D(0x30, 1, FULL | ACCESS, [6] = 0x20, 1, [9] = SVALID | INVERT,
				   0, 2, [16] = TRAY));
	/* its slot is without a tray meanwhile */
	descriptor_is(r, 2, D(0, 2, ACCESS));
	assert_int_equal(rig_move(r, DRIVE1, 8), BAD_DESTINATION);
	assert_int_equal(sim_changer_slot_tray(r->dev, 8, false, r->err, sizeof(r->err)), 0);
	assert_int_equal(rig_ready(r), SENSE(6, 0x28, 0x00));
	assert_int_equal(rig_move(r, DRIVE1, 8), 0);
	/* 3.11.4: the source need not be this element */
	descriptor_is(r, 8, D(0, 8, FULL | ACCESS, [9] = SVALID | INVERT, 0, 2, [16] = TRAY));
}

static void s3_11_3_arm_that_keeps_a_disc(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x80, r->err, sizeof(r->err)), 0);
	assert_int_equal(rig_move_with(r, 2, DRIVE1, true, false), SENSE(4, 0x80, 0x80));
	descriptor_is(r, ARM, D(0x20, 0, FULL | EXCEPT, [4] = 0x80, 0x80, [9] = SVALID, 0, 2,
				[16] = TRAY));
	/* home again: neither abnormal nor full */
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), 0);
	descriptor_is(r, ARM, D(0x20, 0));
}

static void s3_11_5_mail_slot(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move_with(r, 2, MAIL, true, false), 0);
	/* open, so the arm can't get at it; Invert starts anew here */
	descriptor_is(r, MAIL, D(0x40, 0, INENAB | EXENAB | FULL, [9] = SVALID, 0, 2,
				 [16] = TRAY | OPEN));
	assert_int_equal(sim_changer_mail_close(r->dev, r->err, sizeof(r->err)), 0);
	assert_int_equal(rig_ready(r), SENSE(6, 0x28, 0x01));
	descriptor_is(r, MAIL, D(0x40, 0, INENAB | EXENAB | ACCESS | FULL, [9] = SVALID, 0, 2,
				 [16] = TRAY));
}

static void s3_11_7_printer_prints(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_print(r->dev, 0, 0, r->err, sizeof(r->err)), -ENOENT);
	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	descriptor_is(r, PRINTER, D(0x50, 0, FULL | ACCESS, [6] = 0x80, [9] = SVALID, 0, 1,
				    [16] = TRAY));
	assert_int_equal(sim_changer_print(r->dev, 0, 0, r->err, sizeof(r->err)), 0);
	descriptor_is(r, PRINTER, D(0x50, 0, FULL | ACCESS, [6] = 0x80, [9] = SVALID, 0, 1,
				    [16] = TRAY | FINISH));
	assert_int_equal(rig_move(r, PRINTER, 1), 0);
	descriptor_is(r, PRINTER, D(0x50, 0, ACCESS, [6] = 0x80));
}

static void s3_13_ink_runs_out_without_attention(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, PRINTER), 0);
	assert_int_equal(sim_changer_print(r->dev, 0, SIM_INK_CYAN | SIM_INK_BLACK, r->err,
					   sizeof(r->err)), 0);
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(RUN(r, 0x03, 0, 0, 0, 18, 0), 0);
	assert_int_equal(r->data[2], 0);
	descriptor_is(r, PRINTER, D(0x50, 0, FULL | EXCEPT, [4] = 0x81, 0x22, 0x80,
				    [9] = SVALID, 0, 1, [16] = TRAY | FINISH | 0xc0));
	/* a new cartridge does not clear the bits, a reset does (3.11.7) */
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	descriptor_is(r, PRINTER, D(0x50, 0, FULL | ACCESS, [6] = 0x80, [9] = SVALID, 0, 1,
				    [16] = TRAY | FINISH | 0xc0));
	r->dev->ops->reset(r->dev);
	assert_int_equal(rig_ready(r), SENSE(6, 0x29, 0x00));
	descriptor_is(r, PRINTER, D(0x50, 0, FULL | ACCESS, [6] = 0x80, [9] = SVALID, 0, 1,
				    [16] = TRAY | FINISH));
}

static void s3_11_7_busy_printer_keeps_its_disc(void **state)
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
	assert_int_equal(sim_changer_print(r.dev, 1, 0, r.err, sizeof(r.err)), -EBUSY);
	descriptor_is(&r, PRINTER, D(0x50, 0, FULL, [6] = 0x80, [9] = SVALID, 0, 1,
				     [16] = TRAY | BUSY));
	assert_int_equal(rig_move(&r, PRINTER, 1), SENSE(2, 0x81, 0xc0));
	rig_destroy(&r);
}

static void s3_11_7_absent_printer_has_no_access(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8600, 1, 2);
	rig_create(&r);
	rig_ready(&r);
	descriptor_is(&r, PRINTER, D(0x50, 0, 0, [6] = 0x80));
	assert_int_equal(rig_move(&r, 1, PRINTER), SENSE(5, 0x21, 0x01));
	assert_int_equal(sim_changer_print(r.dev, 0, 0, r.err, sizeof(r.err)), -ENODEV);
	rig_destroy(&r);
}

static void s3_1_initialize_looks_into_the_drives(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	strcpy(r->drive[0].disc, "");		/* somebody took it out */
	strcpy(r->drive[1].disc, "stray");	/* and laid one in, with no tray */
	rig_holds(r, DRIVE1, "d1", true);
	assert_int_equal(RUN(r, 0x07, 0, 0, 0, 0, 0), 0);
	descriptor_is(r, DRIVE1, D(0x30, 1, ACCESS, [6] = 0x20, 1, [9] = SVALID, 0, 1,
				   [16] = TRAY));
	descriptor_is(r, DRIVE1 + 1, D(0x30, 2, FULL | EXCEPT | ACCESS, [4] = 0x80, 0x60,
				       0x20, 2));
	/* no tray under it: the arm can't fetch it */
	assert_int_equal(rig_move(r, DRIVE1 + 1, 1), SENSE(4, 0x80, 0x30));
	assert_int_equal(rig_move(r, 2, DRIVE1 + 1), BAD_DESTINATION);
	/* the tray alone goes back to its slot */
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	rig_holds(r, 1, NULL, true);
}

static void s3_19_only_the_range_is_looked_at(void **state)
{
	struct rig *r = *state;

	strcpy(r->drive[0].disc, "x");
	strcpy(r->drive[1].disc, "y");
	assert_int_equal(RUN(r, 0xe7, 2, 0x30, 2, 0x40, 1, 0, 0, 0, 0), 0);
	rig_holds(r, DRIVE1, NULL, false);
	rig_holds(r, DRIVE1 + 1, "y", false);
}

static void s3_19_form_00b_looks_at_all(void **state)
{
	struct rig *r = *state;

	strcpy(r->drive[0].disc, "x");
	strcpy(r->drive[1].disc, "y");
	/* the addresses say something else, and don't count */
	assert_int_equal(RUN(r, 0xe7, 0, 0x30, 2, 0x30, 2, 0, 0, 0, 0), 0);
	rig_holds(r, DRIVE1, "x", false);
	rig_holds(r, DRIVE1 + 1, "y", false);
}

static void s3_11_7_printer_has_the_other_side(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move_with(r, 1, PRINTER, true, false), 0);
	descriptor_is(r, PRINTER, D(0x50, 0, FULL | ACCESS, [6] = 0x80, [9] = SVALID | INVERT,
				    0, 1, [16] = TRAY));
}

static void s3_1_initialize_clears_what_is_over(void **state)
{
	struct rig *r = *state;

	r->drive[0].unload_error = -EIO;
	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, 1), SENSE(4, 0x80, 0x63));
	descriptor_is(r, DRIVE1, D(0x30, 1, FULL | EXCEPT | ACCESS, [4] = 0x80, 0x63, 0x20, 1,
				   [9] = SVALID, 0, 1, [16] = TRAY));
	assert_int_equal(RUN(r, 0xe7, 2, 0, 1, 0, 8, 0, 0, 0, 0), 0);
	assert_int_equal(rig_element(r, DRIVE1)[2] & EXCEPT, EXCEPT);
	assert_int_equal(RUN(r, 0xe7, 2, 0x30, 1, 0x30, 1, 0, 0, 0, 0), 0);
	assert_int_equal(rig_element(r, DRIVE1)[2] & EXCEPT, 0);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s3_11_all_types_mc8100),
		cmocka_unit_test(s3_11_all_types_mc8200),
		cmocka_unit_test(s3_11_all_types_mc8600),
		WITH_RIG(s3_11_start_and_count_choose),
		WITH_RIG(s3_11_1_counts_are_not_cut_with_the_data),
		WITH_RIG(s3_11_3_to_7_descriptors_at_first),
		WITH_RIG(s3_11_6_loaded_drive),
		WITH_RIG(s3_11_3_arm_that_keeps_a_disc),
		WITH_RIG(s3_11_5_mail_slot),
		WITH_RIG(s3_11_7_printer_prints),
		WITH_RIG(s3_13_ink_runs_out_without_attention),
		cmocka_unit_test(s3_11_7_busy_printer_keeps_its_disc),
		cmocka_unit_test(s3_11_7_absent_printer_has_no_access),
		WITH_RIG(s3_1_initialize_looks_into_the_drives),
		WITH_RIG(s3_19_only_the_range_is_looked_at),
		WITH_RIG(s3_19_form_00b_looks_at_all),
		WITH_RIG(s3_11_7_printer_has_the_other_side),
		WITH_RIG(s3_1_initialize_clears_what_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
