// SPDX-License-Identifier: GPL-2.0
/*
 * Mode and log pages of the virtual library.  Names begin with the section of the
 * MC-8100/8200/8600 SCSI Command Manual that is tested.
 */
#include <stdlib.h>
#include <string.h>

#include "changer_rig.h"

#define BAD_PARAMETER	SENSE(5, 0x26, 0x00)
#define BAD_LENGTH	SENSE(5, 0x1a, 0x00)

static uint32_t mode_sense(struct rig *r, uint8_t page, uint8_t allocation)
{
	memset(r->data, 0xee, 512);
	return RUN(r, 0x1a, 8, page, 0, allocation, 0);
}

static uint32_t log_sense(struct rig *r, uint8_t page, uint16_t allocation)
{
	memset(r->data, 0xee, 512);
	return RUN(r, 0x4d, 0, 0x40 | page, 0, 0, 0, 0, (uint8_t)(allocation >> 8),
		   (uint8_t)allocation, 0);
}

static void reply_is(const struct rig *r, const uint8_t *bytes, size_t len)
{
	assert_int_equal(r->cmd.done, len);
	assert_memory_equal(r->data, bytes, len);
}

#define REPLY(r, ...) reply_is(r, (const uint8_t[]){ __VA_ARGS__ }, \
			       sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void s4_2_2_1_addresses_of(enum sim_changer_model model, unsigned int slots,
				  unsigned int drives)
{
	static struct rig r;

	rig_init(&r, model, drives, 0);
	rig_create(&r);
	rig_ready(&r);
	assert_int_equal(mode_sense(&r, 0x1d, 255), 0);
	REPLY(&r, 23, 0, 0, 0, 0x1d, 0x12, 0x20, 0, 0, 1, 0, 1, (uint8_t)(slots >> 8),
	      (uint8_t)slots, 0x40, 0, 0, 1, 0x30, 1, 0, (uint8_t)drives, 0, 0);
	assert_int_equal(mode_sense(&r, 0x80 | 0x1d, 255), 0);
	assert_int_equal(r.data[13], slots & 0xff);
	rig_destroy(&r);
}

static void s4_2_2_1_element_addresses(void **state)
{
	(void)state;
	s4_2_2_1_addresses_of(SIM_MC8100, 100, 4);
	s4_2_2_1_addresses_of(SIM_MC8200, 200, 9);
	s4_2_2_1_addresses_of(SIM_MC8600, 600, 12);
	s4_2_2_1_addresses_of(SIM_MC8600, 600, 0);
}

static void s4_2_2_2_geometry(void **state)
{
	static struct rig r;
	int no_flip;

	(void)state;
	for (no_flip = 0; no_flip < 2; no_flip++) {
		rig_init(&r, SIM_MC8600, 0, 4);
		r.config.no_flip = no_flip;
		rig_create(&r);
		rig_ready(&r);
		assert_int_equal(mode_sense(&r, 0x1e, 255), 0);
		REPLY(&r, 7, 0, 0, 0, 0x1e, 2, !no_flip, 0);
		rig_destroy(&r);
	}
}

static void s4_2_2_3_capabilities(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mode_sense(r, 0x1f, 255), 0);
	REPLY(r, 23, 0, 0, 0, 0x1f, 0x12, 0x0e, 0, 0x00, 0x0c, 0x0a, 0x0e, 0, 0, 0, 0,
	      0, 0, 0, 0, 0, 0, 0, 0);
}

/* The page is the matrix of what MOVE MEDIUM refuses (3.7) */
static void s3_7_capabilities_tell_which_moves_there_are(void **state)
{
	static const uint16_t place[] = { ARM, 1, MAIL_SHUT, DRIVE1 };
	struct rig *r = *state;
	uint8_t page[24];
	size_t from, to;

	assert_int_equal(mode_sense(r, 0x1f, 24), 0);
	memcpy(page, r->data, sizeof(page));
	for (from = 0; from < 4; from++) {
		for (to = 0; to < 4; to++) {
			/* another of its type, so that it is not just itself */
			uint16_t there = to == 1 ? 8 : to == 3 ? DRIVE1 + 1 : place[to];
			bool allowed = page[8 + from] >> to & 1;

			assert_int_equal(rig_move(r, place[from], there) == SENSE(5, 0x21, 0x01),
					 !allowed);
			assert_int_equal(RUN(r, 0x01, 2, 0, 0, 0, 0), 0);
		}
	}
}

static void s3_6_page_0_is_the_header_alone(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mode_sense(r, 0x00, 255), 0);
	REPLY(r, 3, 0, 0, 0);
}

static void s3_6_all_pages_in_ascending_order(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mode_sense(r, 0x3f, 255), 0);
	assert_int_equal(r->cmd.done, 4 + 20 + 4 + 20);
	assert_int_equal(r->data[0], r->cmd.done - 1);
	assert_int_equal(r->data[4], 0x1d);
	assert_int_equal(r->data[24], 0x1e);
	assert_int_equal(r->data[28], 0x1f);
}

static void s3_6_nothing_is_changeable(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mode_sense(r, 0x40 | 0x1e, 255), 0);
	REPLY(r, 7, 0, 0, 0, 0x1e, 2, 0, 0);
	assert_int_equal(mode_sense(r, 0x40 | 0x1d, 255), 0);
	REPLY(r, 23, 0, 0, 0, 0x1d, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void s3_6_allocation_cuts_the_data_only(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mode_sense(r, 0x1d, 6), 0);
	REPLY(r, 23, 0, 0, 0, 0x1d, 0x12);
	assert_int_equal(r->data[6], 0xee);
	assert_int_equal(mode_sense(r, 0x1d, 0), 0);
	assert_int_equal(r->cmd.done, 0);
}

static uint32_t mode_select(struct rig *r, uint8_t len)
{
	return RUN(r, 0x15, 0x10, 0, 0, len, 0);
}

static void s3_5_what_was_sensed_can_be_selected(void **state)
{
	struct rig *r = *state;
	uint8_t len;

	assert_int_equal(mode_sense(r, 0x3f, 255), 0);
	len = (uint8_t)r->cmd.done;
	r->data[0] = 0;
	assert_int_equal(mode_select(r, len), 0);
	assert_int_equal(r->cmd.done, len);
}

static void s3_5_other_values_refused(void **state)
{
	struct rig *r = *state;
	int i;

	for (i = 6; i < 24; i++) {
		assert_int_equal(mode_sense(r, 0x1d, 255), 0);
		r->data[i] ^= 1;
		assert_int_equal(mode_select(r, 24), BAD_PARAMETER);
	}
	assert_int_equal(mode_sense(r, 0x1d, 255), 0);
	r->data[5]--;		/* a page of another length */
	assert_int_equal(mode_select(r, 24), BAD_PARAMETER);
	assert_int_equal(mode_sense(r, 0x1d, 255), 0);
	r->data[4] = 0x08;	/* a page that is not there */
	assert_int_equal(mode_select(r, 24), BAD_PARAMETER);
}

static void s3_5_cut_list_refused(void **state)
{
	struct rig *r = *state;
	uint8_t len;

	for (len = 5; len < 24; len++) {
		assert_int_equal(mode_sense(r, 0x1d, 255), 0);
		assert_int_equal(mode_select(r, len), BAD_LENGTH);
	}
	assert_int_equal(mode_sense(r, 0x1d, 255), 0);
	r->data_len = 10;
	assert_int_equal(mode_select(r, 24), BAD_LENGTH);
}

static void s4_2_1_block_descriptors_refused(void **state)
{
	struct rig *r = *state;

	memset(r->data, 0, 12);
	r->data[3] = 8;
	assert_int_equal(mode_select(r, 12), BAD_PARAMETER);
}

static void s4_1_3_1_supported_pages(void **state)
{
	struct rig *r = *state;

	assert_int_equal(log_sense(r, 0x00, 255), 0);
	REPLY(r, 0, 0, 0, 4, 0x00, 0x06, 0x07, 0x30);
	assert_int_equal(log_sense(r, 0x00, 5), 0);
	REPLY(r, 0, 0, 0, 4, 0x00);
	assert_int_equal(log_sense(r, 0x00, 0), 0);
	assert_int_equal(r->cmd.done, 0);
}

static void fail_move(struct rig *r, uint8_t ascq)
{
	assert_int_equal(sim_changer_fault(r->dev, 0x80, ascq, r->err, sizeof(r->err)), 0);
	assert_int_equal(rig_move(r, 1, DRIVE1), SENSE(4, 0x80, ascq));
}

static void s4_1_3_2_non_medium_errors_counted(void **state)
{
	struct rig *r = *state;

	assert_int_equal(log_sense(r, 0x06, 255), 0);
	REPLY(r, 0x06, 0, 0, 6, 0, 0, 0x40, 2, 0, 0);
	fail_move(r, 0x01);
	fail_move(r, 0x20);
	assert_int_equal(rig_move(r, 8, DRIVE1), SENSE(5, 0x3b, 0x0e));	/* the host's own */
	assert_int_equal(log_sense(r, 0x06, 255), 0);
	REPLY(r, 0x06, 0, 0, 6, 0, 0, 0x40, 2, 0, 2);
}

static void s4_1_3_3_eight_latest_errors(void **state)
{
	static const uint8_t codes[] = { 0x01, 0x02, 0x03, 0x04, 0x07, 0x08, 0x09, 0x10, 0x12 };
	struct rig *r = *state;
	size_t i;

	assert_int_equal(log_sense(r, 0x07, 255), 0);
	assert_int_equal(r->cmd.done, 4 + 0xa8);
	assert_memory_equal(r->data, "\x07\0\0\xa8\x80\0\x41\x10\0\0\0\0", 12);
	assert_memory_equal(r->data + 24, "\x80\x01\x41\x90", 4);
	for (i = 0; i < sizeof(codes); i++)
		fail_move(r, codes[i]);
	assert_int_equal(log_sense(r, 0x07, 512), 0);
	/* oldest first; the first of nine is gone */
	for (i = 0; i < 8; i++) {
		assert_int_equal(r->data[8 + 2 * i], 0);
		assert_int_equal(r->data[9 + 2 * i], codes[i + 1]);
	}
}

static void s4_1_3_3_eight_latest_commands(void **state)
{
	static const uint8_t move[12] = { 0xa5, 0, 0x20, 0, 0, 8, 0x30, 1 };
	struct rig *r = *state;
	const uint8_t *entry;
	int i;

	for (i = 0; i < 8; i++)
		RUN_FROM(r, 3, 0x12, 0, 0, 0, (uint8_t)i, 0);
	assert_int_equal(RUN_FROM(r, 3, 0x16, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0));
	assert_int_equal(RUN_FROM(r, 3, 0x16, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_ready(r), CONFLICT);
	assert_int_equal(RUN_FROM(r, 3, 0x17, 0, 0, 0, 0, 0), 0);
	assert_int_equal(rig_move(r, 8, DRIVE1), SENSE(5, 0x3b, 0x0e));
	assert_int_equal(log_sense(r, 0x07, 512), 0);
	entry = r->data + 28;
	for (i = 0; i < 3; i++, entry += 18) {
		assert_int_equal(entry[0], 3);
		assert_int_equal(entry[2], 0x12);
		assert_int_equal(entry[6], i + 5);
		assert_int_equal(entry[14], 0);
	}
	assert_memory_equal(entry + 14, "\x02\x06\x29\0", 4);
	assert_memory_equal(entry + 18 + 14, "\0\0\0\0", 4);
	assert_memory_equal(entry + 36, "\x07\0\0", 3);
	assert_memory_equal(entry + 36 + 14, "\x18\0\0\0", 4);
	entry += 4 * 18;
	assert_int_equal(entry[0], SIM_CHANGER_HOST_ID);
	assert_int_equal(entry[1], 0);
	assert_memory_equal(entry + 2, move, 12);
	assert_memory_equal(entry + 14, "\x02\x05\x3b\x0e", 4);
}

static void s4_1_3_4_media_changes_counted(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(rig_move(r, DRIVE1, 1), 0);
	assert_int_equal(rig_move(r, 8, DRIVE1), SENSE(5, 0x3b, 0x0e));
	assert_int_equal(log_sense(r, 0x30, 255), 0);
	REPLY(r, 0x30, 0, 0, 8, 0, 0, 0x40, 4, 0, 0, 0, 2);
}

static void s3_3_clearing_is_told_to_the_others(void **state)
{
	struct rig *r = *state;

	RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0);
	fail_move(r, 0x04);
	assert_int_equal(rig_move(r, 1, DRIVE1), 0);
	assert_int_equal(RUN(r, 0x4c, 2, 0x40, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(log_sense(r, 0x30, 255), 0);
	assert_int_equal(sim_be32(r->data + 8), 0);
	assert_int_equal(log_sense(r, 0x06, 255), 0);
	assert_int_equal(sim_be16(r->data + 8), 0);
	assert_int_equal(log_sense(r, 0x07, 512), 0);
	assert_int_equal(r->data[9], 0);
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), SENSE(6, 0x2a, 0x02));
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), 0);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s4_2_2_1_element_addresses),
		cmocka_unit_test(s4_2_2_2_geometry),
		WITH_RIG(s4_2_2_3_capabilities),
		WITH_RIG(s3_7_capabilities_tell_which_moves_there_are),
		WITH_RIG(s3_6_page_0_is_the_header_alone),
		WITH_RIG(s3_6_all_pages_in_ascending_order),
		WITH_RIG(s3_6_nothing_is_changeable),
		WITH_RIG(s3_6_allocation_cuts_the_data_only),
		WITH_RIG(s3_5_what_was_sensed_can_be_selected),
		WITH_RIG(s3_5_other_values_refused),
		WITH_RIG(s3_5_cut_list_refused),
		WITH_RIG(s4_2_1_block_descriptors_refused),
		WITH_RIG(s4_1_3_1_supported_pages),
		WITH_RIG(s4_1_3_2_non_medium_errors_counted),
		WITH_RIG(s4_1_3_3_eight_latest_errors),
		WITH_RIG(s4_1_3_3_eight_latest_commands),
		WITH_RIG(s4_1_3_4_media_changes_counted),
		WITH_RIG(s3_3_clearing_is_told_to_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
