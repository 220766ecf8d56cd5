// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual library's commands and their refusals.  Names begin with the section
 * of the MC-8100/8200/8600 SCSI Command Manual that is tested.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changer_rig.h"

#define GOOD		0
#define BAD_OPCODE	SENSE(5, 0x20, 0x00)
#define BAD_ELEMENT	SENSE(5, 0x21, 0x01)
#define BAD_CDB		SENSE(5, 0x24, 0x00)
#define BAD_PARAMETER	SENSE(5, 0x26, 0x00)
#define BAD_LENGTH	SENSE(5, 0x1a, 0x00)
#define RESET_ATTENTION	SENSE(6, 0x29, 0x00)

/* One CDB to a fresh library, and how it ends */
static const struct answer {
	const char *name;
	uint32_t result;
	uint8_t cdb[12];
} answers[] = {
	{ "3 unknown operation code", BAD_OPCODE, { 0x08 } },
	{ "3 READ(10) is no changer's", BAD_OPCODE, { 0x28 } },
	{ "3 EXCHANGE MEDIUM is not in the set", BAD_OPCODE, { 0xa6 } },
	{ "3 vendor code beside E7h", BAD_OPCODE, { 0xe6 } },
	{ "3 LUN in the CDB is ignored", GOOD, { 0x00, 0xe0 } },
	{ "3.1 INITIALIZE ELEMENT STATUS", GOOD, { 0x07 } },
	{ "3.2 INQUIRY", GOOD, { 0x12, 0, 0, 0, 36 } },
	{ "3.2 EVPD refused", BAD_CDB, { 0x12, 1, 0, 0, 36 } },
	{ "3.2 EVPD with a page refused", BAD_CDB, { 0x12, 1, 0x80, 0, 36 } },
	{ "3.2 longer allocation length", GOOD, { 0x12, 0, 0, 0, 255 } },
	{ "3.2 page code without EVPD refused", BAD_CDB, { 0x12, 0, 0x80, 0, 36 } },
	{ "3.3 LOG SELECT clears", GOOD, { 0x4c, 2, 0x40 } },
	{ "3.3 PCR of zero refused", BAD_CDB, { 0x4c, 0, 0x40 } },
	{ "3.3 SP refused", BAD_CDB, { 0x4c, 3, 0x40 } },
	{ "3.3 threshold values refused", BAD_CDB, { 0x4c, 2, 0x00 } },
	{ "3.3 default thresholds refused", BAD_CDB, { 0x4c, 2, 0x80 } },
	{ "3.3 default cumulative refused", BAD_CDB, { 0x4c, 2, 0xc0 } },
	{ "3.3 parameter list refused", BAD_CDB, { 0x4c, 2, 0x40, 0, 0, 0, 0, 0, 4 } },
	{ "3.4 PPC refused", BAD_CDB, { 0x4d, 2, 0x40, 0, 0, 0, 0, 0, 8 } },
	{ "3.4 SP refused", BAD_CDB, { 0x4d, 1, 0x40, 0, 0, 0, 0, 0, 8 } },
	{ "3.4 threshold values refused", BAD_CDB, { 0x4d, 0, 0x00, 0, 0, 0, 0, 0, 8 } },
	{ "3.4 default thresholds refused", BAD_CDB, { 0x4d, 0, 0x80, 0, 0, 0, 0, 0, 8 } },
	{ "3.4 default cumulative refused", BAD_CDB, { 0x4d, 0, 0xc0, 0, 0, 0, 0, 0, 8 } },
	{ "3.4 page 01h is not there", BAD_CDB, { 0x4d, 0, 0x41, 0, 0, 0, 0, 0, 8 } },
	{ "3.4 parameter pointer refused", BAD_CDB, { 0x4d, 0, 0x46, 0, 0, 0, 1, 0, 8 } },
	{ "3.5 SP refused", BAD_CDB, { 0x15, 0x11, 0, 0, 0 } },
	{ "3.5 no list is no error", GOOD, { 0x15, 0x10, 0, 0, 0 } },
	{ "3.5 list shorter than its header", BAD_LENGTH, { 0x15, 0x10, 0, 0, 3 } },
	{ "3.5 header alone", GOOD, { 0x15, 0x10, 0, 0, 4 } },
	{ "3.5 header alone, PF of zero", GOOD, { 0x15, 0, 0, 0, 4 } },
	{ "3.5 pages with a PF of zero refused", BAD_PARAMETER, { 0x15, 0, 0, 0, 8 } },
	{ "3.5 no page 00h to select", BAD_PARAMETER, { 0x15, 0x10, 0, 0, 6 } },
	{ "3.6 saved values refused", SENSE(5, 0x39, 0x00), { 0x1a, 8, 0xdd, 0, 255 } },
	{ "3.6 page 08h is not there", BAD_CDB, { 0x1a, 8, 0x08, 0, 255 } },
	{ "3.6 block descriptors may be asked for", GOOD, { 0x1a, 0, 0x1d, 0, 255 } },
	{ "3.7 other transport element", BAD_ELEMENT, { 0xa5, 0, 0x20, 1, 0, 1, 0x30, 1 } },
	{ "3.7 source not an element", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0, 9, 0x30, 1 } },
	{ "3.7 source 0", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0, 0, 0x30, 1 } },
	{ "3.7 source is the arm", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0x20, 0, 0x30, 1 } },
	{ "3.7 destination not an element", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0, 1, 0x30, 3 } },
	{ "3.7 destination is the arm", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0, 1, 0x20, 0 } },
	{ "3.7 storage to storage prohibited", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0, 1, 0, 8 } },
	{ "3.7 storage to itself prohibited", BAD_ELEMENT, { 0xa5, 0, 0x20, 0, 0, 1, 0, 1 } },
	{ "3.7 Eject with a destination refused", BAD_CDB,
	  { 0xa5, 0, 0x20, 0, 0x30, 1, 0, 1, 0, 0, 0, 0x40 } },
	{ "3.8 POSITION to a slot", GOOD, { 0x2b, 0, 0x20, 0, 0, 8 } },
	{ "3.8 POSITION to a drive", GOOD, { 0x2b, 0, 0x20, 0, 0x30, 2 } },
	{ "3.8 POSITION to the mail slot", GOOD, { 0x2b, 0, 0x20, 0, 0x40, 0 } },
	{ "3.8 POSITION to the printer refused", BAD_ELEMENT, { 0x2b, 0, 0x20, 0, 0x50, 0 } },
	{ "3.8 POSITION to the arm refused", BAD_ELEMENT, { 0x2b, 0, 0x20, 0, 0x20, 0 } },
	{ "3.8 POSITION to 4001h", GOOD, { 0x2b, 0, 0x20, 0, 0x40, 1 } },
	{ "3.8 POSITION to no element", BAD_ELEMENT, { 0x2b, 0, 0x20, 0, 0, 9 } },
	{ "3.8 POSITION of another arm", BAD_ELEMENT, { 0x2b, 0, 0x20, 1, 0, 8 } },
	{ "3.8 Invert refused", BAD_CDB, { 0x2b, 0, 0x20, 0, 0, 8, 0, 0, 1 } },
	{ "3.10 READ BUFFER", GOOD, { 0x3c, 2, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.10 header mode refused", BAD_CDB, { 0x3c, 0, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.10 vendor mode refused", BAD_CDB, { 0x3c, 1, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.10 descriptor mode refused", BAD_CDB, { 0x3c, 3, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.10 reserved mode refused", BAD_CDB, { 0x3c, 4, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.10 no allocation length, no data", GOOD, { 0x3c, 2, 1 } },
	{ "3.10 buffer 0 is not there", BAD_CDB, { 0x3c, 2, 0, 0, 0, 0, 0, 0, 16 } },
	{ "3.10 offset beyond the buffer", BAD_CDB, { 0x3c, 2, 1, 1, 0, 1, 0, 0, 16 } },
	{ "3.11 volume tags refused", BAD_CDB, { 0xb8, 0x10, 0, 0, 0, 9, 0, 0, 1 } },
	{ "3.11 type 6 reserved", BAD_CDB, { 0xb8, 6, 0, 0, 0, 9, 0, 0, 1 } },
	{ "3.11 type F reserved", BAD_CDB, { 0xb8, 15, 0, 0, 0, 9, 0, 0, 1 } },
	{ "3.12 RELEASE of nothing is GOOD", GOOD, { 0x17 } },
	{ "3.12 Element refused", BAD_CDB, { 0x17, 1 } },
	{ "3.13 allocation length of zero", GOOD, { 0x03, 0, 0, 0, 0 } },
	{ "3.14 Element refused", BAD_CDB, { 0x16, 1 } },
	{ "3.14 extent list refused", BAD_CDB, { 0x16, 0, 0, 0, 4 } },
	{ "3.15 REZERO UNIT", GOOD, { 0x01 } },
	{ "3.15 Reset without Immed refused", BAD_CDB, { 0x01, 4 } },
	{ "3.16 SelfTest of zero refused", BAD_CDB, { 0x1d, 0 } },
	{ "3.16 PF refused", BAD_CDB, { 0x1d, 0x14 } },
	{ "3.16 DevOfl refused", BAD_CDB, { 0x1d, 6 } },
	{ "3.16 UnitOfl refused", BAD_CDB, { 0x1d, 5 } },
	{ "3.16 parameter list refused", BAD_CDB, { 0x1d, 4, 0, 0, 1 } },
	{ "3.16 self test", GOOD, { 0x1d, 4 } },
	{ "3.17 TEST UNIT READY", GOOD, { 0x00 } },
	{ "3.18 WRITE BUFFER", GOOD, { 0x3b, 2, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.18 header mode refused", BAD_CDB, { 0x3b, 0, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.18 reserved buffer refused", BAD_CDB, { 0x3b, 2, 2, 0, 0, 0, 0, 0, 16 } },
	{ "3.18 list beyond the buffer refused", BAD_CDB, { 0x3b, 2, 1, 0, 0xff, 0xff, 0, 0, 2 } },
	{ "3.18 list longer than what is sent", BAD_LENGTH, { 0x3b, 2, 1, 0, 0, 0, 0, 0x80, 0 } },
	{ "3.18 vendor mode refused", BAD_CDB, { 0x3b, 1, 1, 0, 0, 0, 0, 0, 16 } },
	{ "3.18 buffer FFh is reserved", BAD_CDB, { 0x3b, 2, 0xff, 0, 0, 0, 0, 0, 16 } },
	{ "3.19 Form 00b, everything", GOOD, { 0xe7 } },
	{ "3.19 Form 01b reserved", BAD_CDB, { 0xe7, 1, 0, 1, 0, 8 } },
	{ "3.19 Form 11b reserved", BAD_CDB, { 0xe7, 3, 0, 1, 0, 8 } },
	{ "3.19 Form 10b, a range", GOOD, { 0xe7, 2, 0, 1, 0, 8 } },
	{ "3.19 range over several types", GOOD, { 0xe7, 2, 0, 1, 0x40, 0 } },
	{ "3.19 addresses count only with Form 10b", GOOD, { 0xe7, 0, 0, 9, 0, 8 } },
	{ "3.19 range from no element", BAD_ELEMENT, { 0xe7, 2, 0, 0, 0, 8 } },
	{ "3.19 range to no element", BAD_ELEMENT, { 0xe7, 2, 0, 1, 0, 9 } },
	{ "3.19 range backwards", BAD_CDB, { 0xe7, 2, 0, 8, 0, 1 } },
};

#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

static int answer_setup(void **state)
{
	const struct answer *a = *state;
	struct rig *r = rig_make();
	const struct answer **both = malloc(sizeof(void *) * 2);

	assert_non_null(both);
	both[0] = a;
	both[1] = (const void *)r;
	*state = both;
	return 0;
}

static int answer_teardown(void **state)
{
	void **both = *state;

	rig_free(both[1]);
	free(both);
	return 0;
}

static void answer(void **state)
{
	void **both = *state;
	const struct answer *a = both[0];
	struct rig *r = both[1];

	assert_int_equal(rig_run_from(r, SIM_CHANGER_HOST_ID, a->cdb, sizeof(a->cdb)), a->result);
	if (a->result)
		assert_int_equal(r->cmd.done && a->cdb[0] != 0x15 && a->cdb[0] != 0x3b, 0);
}

static void s2_4_attention_comes_once_after_power_on(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8100, 0, 0);
	rig_create(&r);
	assert_int_equal(RUN(&r, 0x12, 0, 0, 0, 36, 0), GOOD);
	assert_int_equal(rig_ready(&r), RESET_ATTENTION);
	assert_int_equal(rig_ready(&r), GOOD);
	/* each initiator hears of it */
	assert_int_equal(RUN_FROM(&r, 3, 0x00, 0, 0, 0, 0, 0), RESET_ATTENTION);
	assert_int_equal(RUN_FROM(&r, 3, 0x00, 0, 0, 0, 0, 0), GOOD);
	rig_destroy(&r);
}

static void s2_3_reset_ends_locks_and_reservation(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 1, 0), GOOD);
	assert_int_equal(RUN(r, 0x16, 0, 0, 0, 0, 0), GOOD);
	r->dev->ops->reset(r->dev);
	assert_int_equal(rig_ready(r), RESET_ATTENTION);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), RESET_ATTENTION);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(sim_changer_mail_open(r->dev, r->err, sizeof(r->err)), 0);
}

static void s3_2_inquiry_of(enum sim_changer_model model, const char *product)
{
	static struct rig r;

	rig_init(&r, model, 0, 0);
	rig_create(&r);
	memset(r.data, 0xee, sizeof(r.data));
	assert_int_equal(RUN(&r, 0x12, 0, 0, 0, 255, 0), GOOD);
	assert_int_equal(r.cmd.done, 36);
	assert_memory_equal(r.data, "\x08\x80\x02\x02\x1f\0\0\0JVC     ", 16);
	assert_memory_equal(r.data + 16, product, 16);
	assert_memory_equal(r.data + 32, "1.00", 4);
	assert_int_equal(RUN(&r, 0x12, 0, 0, 0, 5, 0), GOOD);
	assert_int_equal(r.cmd.done, 5);
	assert_int_equal(RUN(&r, 0x12, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(r.cmd.done, 0);
	rig_destroy(&r);
}

static void s3_2_inquiry_data(void **state)
{
	(void)state;
	s3_2_inquiry_of(SIM_MC8100, "JVC-CHG MC-8100 ");
	s3_2_inquiry_of(SIM_MC8200, "JVC-CHG MC-8200 ");
	s3_2_inquiry_of(SIM_MC8600, "JVC-CHG MC-8600 ");
}

static void s3_2_identity_can_be_set(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8100, 0, 0);
	strcpy(r.config.identity.vendor, "ACME");
	strcpy(r.config.identity.product, "ROBOT");
	strcpy(r.config.identity.revision, "9");
	rig_create(&r);
	assert_int_equal(RUN(&r, 0x12, 0, 0, 0, 36, 0), GOOD);
	assert_memory_equal(r.data + 8, "ACME    ROBOT           9   ", 28);
	rig_destroy(&r);
}

static void s3_9_removal_prevented_until_all_allow(void **state)
{
	struct rig *r = *state;

	RUN_FROM(r, 2, 0x00, 0, 0, 0, 0, 0);
	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 1, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 2, 0x1e, 0, 0, 0, 1, 0), GOOD);
	assert_int_equal(RUN(r, 0x1e, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(sim_changer_mail_open(r->dev, r->err, sizeof(r->err)), -EPERM);
	assert_non_null(strstr(r->err, "locked"));
	assert_int_equal(rig_ready(r), SENSE(6, 0x5a, 0x01));
	assert_int_equal(rig_ready(r), GOOD);
	assert_int_equal(RUN_FROM(r, 2, 0x00, 0, 0, 0, 0, 0), SENSE(6, 0x5a, 0x01));
	assert_int_equal(RUN_FROM(r, 2, 0x1e, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(sim_changer_mail_open(r->dev, r->err, sizeof(r->err)), 0);
}

static void s3_10_3_18_buffer_keeps_what_is_written(void **state)
{
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < 300; i++)
		r->data[i] = (uint8_t)(i * 7);
	assert_int_equal(RUN(r, 0x3b, 2, 1, 0, 0x12, 0x34, 0, 1, 44, 0), GOOD);
	assert_int_equal(r->cmd.done, 300);
	memset(r->data, 0, 300);
	assert_int_equal(RUN(r, 0x3c, 2, 1, 0, 0x12, 0x33, 0, 1, 45, 0), GOOD);
	assert_int_equal(r->cmd.done, 301);
	assert_int_equal(r->data[0], 0);
	for (i = 0; i < 300; i++)
		assert_int_equal(r->data[i + 1], (uint8_t)(i * 7));
	/* the buffer's end ends the data */
	assert_int_equal(RUN(r, 0x3c, 2, 1, 0, 0xff, 0xfe, 0, 1, 0, 0), GOOD);
	assert_int_equal(r->cmd.done, 2);
	assert_int_equal(RUN(r, 0x3c, 2, 1, 0, 0, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(r->cmd.done, 0);
}

static void s3_13_sense_kept_until_asked_for(void **state)
{
	static const uint8_t expected[18] = {
		0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0,
	};
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x08, 0, 0, 0, 0, 0), BAD_OPCODE);
	assert_memory_equal(r->cmd.sense, expected, 18);
	assert_int_equal(RUN(r, 0x03, 0, 0, 0, 255, 0), GOOD);
	assert_int_equal(r->cmd.done, 18);
	assert_memory_equal(r->data, expected, 18);
	assert_int_equal(RUN(r, 0x03, 0, 0, 0, 18, 0), GOOD);
	assert_int_equal(r->data[2], 0);
	assert_int_equal(r->data[12], 0);
}

static void s3_13_sense_goes_with_the_next_command(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x08, 0, 0, 0, 0, 0), BAD_OPCODE);
	assert_int_equal(RUN_FROM(r, 1, 0x12, 0, 0, 0, 36, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x03, 0, 0, 0, 18, 0), GOOD);
	assert_int_equal(r->data[12], 0x29);	/* its own attention, not the other's sense */
	assert_int_equal(RUN(r, 0x12, 0, 0, 0, 36, 0), GOOD);
	assert_int_equal(RUN(r, 0x03, 0, 0, 0, 18, 0), GOOD);
	assert_int_equal(r->data[12], 0);
}

static void s3_13_sense_asks_for_pending_attention(void **state)
{
	struct rig *r = *state;

	r->dev->ops->reset(r->dev);
	assert_int_equal(RUN(r, 0x03, 0, 0, 0, 14, 0), GOOD);
	assert_int_equal(r->cmd.done, 14);
	assert_int_equal(r->data[2], 6);
	assert_int_equal(r->data[12], 0x29);
	assert_int_equal(rig_ready(r), GOOD);
}

/* 3.14: who may do what while initiator 7 holds the unit */
static void s3_14_reservation_keeps_others_out(void **state)
{
	struct rig *r = *state;

	RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0);
	assert_int_equal(RUN(r, 0x16, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), CONFLICT);
	assert_int_equal(RUN_FROM(r, 1, 0x1a, 0, 0x1d, 0, 255, 0), CONFLICT);
	assert_int_equal(RUN_FROM(r, 1, 0x1e, 0, 0, 0, 1, 0), CONFLICT);
	assert_int_equal(RUN_FROM(r, 1, 0x16, 0, 0, 0, 0, 0), CONFLICT);
	assert_int_equal(RUN_FROM(r, 1, 0x12, 0, 0, 0, 36, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x03, 0, 0, 0, 18, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x1e, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x17, 0, 0, 0, 0, 0), GOOD);
	/* that changed nothing; and its holder may do all, and reserve again */
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), CONFLICT);
	assert_int_equal(rig_ready(r), GOOD);
	assert_int_equal(RUN(r, 0x16, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN(r, 0x17, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), GOOD);
}

static void s3_reserved_and_unknown_operation_codes(void **state)
{
	/* table 11 */
	static const uint8_t known[] = {
		0x00, 0x01, 0x03, 0x07, 0x12, 0x15, 0x16, 0x17, 0x1a, 0x1d, 0x1e, 0x2b, 0x3b,
		0x3c, 0x4c, 0x4d, 0xa5, 0xb8, 0xe7,
	};
	struct rig *r = *state;
	unsigned int opcode;

	for (opcode = 0; opcode < 0x100; opcode++) {
		const uint8_t cdb[12] = { (uint8_t)opcode };
		bool unknown = rig_run_from(r, SIM_CHANGER_HOST_ID, cdb, 12) == BAD_OPCODE;

		assert_int_equal(unknown, !memchr(known, (int)opcode, sizeof(known)));
	}
}

static void s3_14_power_cycle_ends_it(void **state)
{
	static struct rig r;
	int round;

	(void)state;
	for (round = 0; round < 2; round++) {
		rig_init(&r, SIM_MC8100, 0, 4);
		rig_create(&r);
		RUN_FROM(&r, 1, 0x00, 0, 0, 0, 0, 0);
		assert_int_equal(RUN_FROM(&r, 1, 0x00, 0, 0, 0, 0, 0), GOOD);
		rig_ready(&r);
		assert_int_equal(RUN(&r, 0x16, 0, 0, 0, 0, 0), GOOD);
		assert_int_equal(RUN_FROM(&r, 1, 0x00, 0, 0, 0, 0, 0), CONFLICT);
		rig_destroy(&r);
	}
}

static void s3_14_refused_reservation_changes_nothing(void **state)
{
	struct rig *r = *state;

	RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0);
	RUN_FROM(r, 2, 0x00, 0, 0, 0, 0, 0);
	assert_int_equal(RUN(r, 0x16, 0x10 | 1 << 1, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN(r, 0x16, 1, 0, 0, 0, 0), BAD_CDB);
	assert_int_equal(RUN_FROM(r, 2, 0x16, 0, 0, 0, 0, 0), CONFLICT);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 2, 0x00, 0, 0, 0, 0, 0), CONFLICT);
	/* a BUS DEVICE RESET from any initiator ends it */
	r->dev->ops->reset(r->dev);
	RUN_FROM(r, 2, 0x00, 0, 0, 0, 0, 0);
	assert_int_equal(RUN_FROM(r, 2, 0x00, 0, 0, 0, 0, 0), GOOD);
}

static void s3_14_third_party(void **state)
{
	struct rig *r = *state;

	RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0);
	/* 7 reserves for 1 */
	assert_int_equal(RUN(r, 0x16, 0x10 | 1 << 1, 0, 0, 0, 0), GOOD);
	assert_int_equal(rig_ready(r), CONFLICT);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), GOOD);
	/* only 7 can end it, and only as it began */
	assert_int_equal(RUN_FROM(r, 1, 0x17, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN(r, 0x17, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN(r, 0x17, 0x10 | 2 << 1, 0, 0, 0, 0), GOOD);
	assert_int_equal(rig_ready(r), CONFLICT);
	assert_int_equal(RUN(r, 0x17, 0x10 | 1 << 1, 0, 0, 0, 0), GOOD);
	assert_int_equal(rig_ready(r), GOOD);
	/* a new one by its maker takes the place of the old */
	assert_int_equal(RUN(r, 0x16, 0x10 | 1 << 1, 0, 0, 0, 0), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x16, 0, 0, 0, 0, 0), CONFLICT);
	assert_int_equal(RUN(r, 0x16, 0, 0, 0, 0, 0), GOOD);
	assert_int_equal(rig_ready(r), GOOD);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), CONFLICT);
}

static void s3_17_becomes_ready_after_power_on(void **state)
{
	static struct rig r;
	uint32_t result;
	int waits = 0;

	(void)state;
	rig_init(&r, SIM_MC8100, 0, 10);
	r.config.time_scale = 0.2;
	rig_create(&r);
	assert_int_equal(rig_ready(&r), RESET_ATTENTION);
	assert_int_equal(RUN(&r, 0x1a, 0, 0x1d, 0, 255, 0), GOOD);
	assert_int_equal(rig_status(&r, 0, 0, 99, 9999), SENSE(2, 0x04, 0x01));
	/* a reset does not begin it anew */
	r.dev->ops->reset(r.dev);
	assert_int_equal(rig_ready(&r), RESET_ATTENTION);
	assert_int_equal(rig_ready(&r), SENSE(2, 0x04, 0x01));
	while ((result = rig_ready(&r)) == SENSE(2, 0x04, 0x01) && ++waits < 1000)
		usleep(2000);
	assert_int_equal(result, SENSE(6, 0x28, 0x00));
	assert_int_equal(rig_ready(&r), GOOD);
	rig_destroy(&r);
}

static void create_refuses(struct rig *r, const char *why)
{
	r->dev = sim_changer_create(&r->config, r->err, sizeof(r->err));
	assert_null(r->dev);
	assert_non_null(strstr(r->err, why));
}

static void s1_3_no_more_drives_and_slots_than_the_model_has(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_MC8100, 5, 0);
	create_refuses(&r, "at most 4 drives");
	rig_init(&r, SIM_MC8200, 10, 0);
	create_refuses(&r, "at most 9 drives");
	rig_init(&r, SIM_MC8200, 0, 201);
	create_refuses(&r, "at most 200 slots");
	rig_init(&r, SIM_MC8600, 13, 0);
	create_refuses(&r, "at most 12 drives");
	rig_init(&r, (enum sim_changer_model)9, 0, 0);
	create_refuses(&r, "no such library model");
	rig_init(&r, SIM_MC8600, 1, 0);
	r.config.drive[0] = NULL;
	create_refuses(&r, "drive 1 is missing");
	rig_init(&r, SIM_MC8600, 1, 0);
	r.config.drive_ops = NULL;
	create_refuses(&r, "no way to load");
	rig_init(&r, SIM_MC8600, 1, 0);
	r.config.time_scale = -1;
	create_refuses(&r, "time scale");
}

int main(void)
{
	static const struct CMUnitTest single[] = {
		cmocka_unit_test(s1_3_no_more_drives_and_slots_than_the_model_has),
		cmocka_unit_test(s2_4_attention_comes_once_after_power_on),
		cmocka_unit_test_setup_teardown(s2_3_reset_ends_locks_and_reservation,
						rig_setup, rig_teardown),
		cmocka_unit_test(s3_2_inquiry_data),
		cmocka_unit_test(s3_2_identity_can_be_set),
		cmocka_unit_test_setup_teardown(s3_9_removal_prevented_until_all_allow,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_10_3_18_buffer_keeps_what_is_written,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_13_sense_kept_until_asked_for,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_13_sense_goes_with_the_next_command,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_13_sense_asks_for_pending_attention,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_14_reservation_keeps_others_out,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_14_third_party, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(s3_reserved_and_unknown_operation_codes,
						rig_setup, rig_teardown),
		cmocka_unit_test(s3_14_power_cycle_ends_it),
		cmocka_unit_test_setup_teardown(s3_14_refused_reservation_changes_nothing,
						rig_setup, rig_teardown),
		cmocka_unit_test(s3_17_becomes_ready_after_power_on),
	};
	const size_t singles = sizeof(single) / sizeof(single[0]);
	struct CMUnitTest tests[ANSWERS + sizeof(single) / sizeof(single[0])];
	size_t i;

	for (i = 0; i < ANSWERS; i++)
		tests[i] = (struct CMUnitTest){
			.name = answers[i].name, .test_func = answer,
			.setup_func = answer_setup, .teardown_func = answer_teardown,
			.initial_state = (void *)&answers[i],
		};
	memcpy(tests + ANSWERS, single, singles * sizeof(single[0]));
	return _cmocka_run_group_tests("virtual library", tests, ANSWERS + singles, NULL, NULL);
}
