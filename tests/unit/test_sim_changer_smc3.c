// SPDX-License-Identifier: GPL-2.0
/*
 * The virtual library as newer ones are (SMC-3): no trays, volume tags, the identity
 * of its drives, EXCHANGE MEDIUM and INITIALIZE ELEMENT STATUS WITH RANGE.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changer_rig.h"

#define ARM3	0x0001
#define MAIL3	0x0010
#define DRIVE3	0x0100
#define SLOT3	0x1000

#define FULL	0x01
#define IMPEXP	0x02
#define ACCESS	0x08
#define ERR(r)	(r)->err, sizeof((r)->err)

static struct rig *make(void)
{
	static const char *const discs[] = { "d1", "d2", "d3" };
	struct rig *r = malloc(sizeof(*r));

	assert_non_null(r);
	rig_init(r, SIM_SMC3, 2, 6);
	r->config.mails = 3;
	r->config.arms = 2;
	for (int i = 0; i < 2; i++) {
		struct sim_identity *id = &r->drive[i].dev.identity;

		strcpy(id->vendor, "ACME");
		strcpy(id->product, i ? "SECOND" : "FIRST");
		snprintf(id->serial, sizeof(id->serial), "SN%08d", i);
	}
	strcpy(r->config.identity.serial, "LIB0001");
	rig_create(r);
	assert_int_equal(sim_changer_fill(r->dev, discs, 3, ERR(r)), 0);
	while (rig_ready(r))
		;
	return r;
}

static int setup(void **state)
{
	*state = make();
	return 0;
}

static uint32_t move(struct rig *r, uint16_t arm, uint16_t from, uint16_t to)
{
	return RUN(r, 0xa5, 0, (uint8_t)(arm >> 8), (uint8_t)arm, (uint8_t)(from >> 8),
		   (uint8_t)from, (uint8_t)(to >> 8), (uint8_t)to, 0, 0, 0, 0);
}

static uint32_t exchange(struct rig *r, uint16_t from, uint16_t first, uint16_t second)
{
	return RUN(r, 0xa6, 0, 0, 0, (uint8_t)(from >> 8), (uint8_t)from, (uint8_t)(first >> 8),
		   (uint8_t)first, (uint8_t)(second >> 8), (uint8_t)second, 0, 0);
}

/* CDB byte 1: VOLTAG 10h and type; byte 6: DVCID 1 */
static uint32_t status(struct rig *r, uint8_t type, uint16_t start, uint8_t count, uint8_t dvcid)
{
	memset(r->data, 0xee, 4096);
	return RUN(r, 0xb8, type, (uint8_t)(start >> 8), (uint8_t)start, 0, count, dvcid, 0,
		   0x40, 0, 0, 0);
}

static void inquiry_and_its_pages(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0x12, 0, 0, 0, 255, 0), 0);
	assert_int_equal(r->cmd.done, 36);
	assert_memory_equal(r->data, "\x08\x80\x05\x02\x1f\0\0\0DISCMUX SMC-3 LIBRARY   1.00", 36);
	assert_int_equal(RUN(r, 0x12, 1, 0x00, 0, 255, 0), 0);
	assert_memory_equal(r->data, "\x08\x00\0\x03\0\x80\x83", 7);
	assert_int_equal(r->cmd.done, 7);
	assert_int_equal(RUN(r, 0x12, 1, 0x80, 0, 255, 0), 0);
	assert_memory_equal(r->data, "\x08\x80\0\x07LIB0001", 11);
	assert_int_equal(RUN(r, 0x12, 1, 0x83, 0, 255, 0), 0);
	assert_memory_equal(r->data, "\x08\x83\0\x23\x02\x01\0\x1f" "DISCMUX SMC-3 LIBRARY   LIB0001",
			    39);
	assert_int_equal(RUN(r, 0x12, 1, 0xb0, 0, 255, 0), SENSE(5, 0x24, 0));
}

static void pages_of_elements(void **state)
{
	struct rig *r = *state;
	const uint8_t *page;

	assert_int_equal(RUN(r, 0x1a, 8, 0x1d, 0, 255, 0), 0);
	assert_memory_equal(r->data, "\x17\0\0\0\x1d\x12\0\x01\0\x02\x10\0\0\x06\0\x10\0\x03\x01\0"
			    "\0\x02\0\0", 24);
	assert_int_equal(RUN(r, 0x1a, 8, 0x1e, 0, 255, 0), 0);
	assert_memory_equal(r->data, "\x09\0\0\0\x1e\x04\x01\0\x01\x01", 10);
	assert_int_equal(RUN(r, 0x1a, 8, 0x1f, 0, 255, 0), 0);
	page = r->data + 4;
	assert_memory_equal(page, "\x1f\x12\x0e\0\x0e\x0e\x0a\x0e\0\0\0\0\0\x0e\x0a\x0e", 16);
}

static uint32_t assign(struct rig *r, uint16_t arm, uint16_t slot, uint16_t mail, uint16_t drive)
{
	const uint8_t counts[] = { 2, 6, 3, 2 };
	const uint16_t first[] = { arm, slot, mail, drive };

	memset(r->data, 0, 24);
	r->data[4] = 0x1d;
	r->data[5] = 0x12;
	for (int i = 0; i < 4; i++) {
		sim_put_be16(r->data + 6 + 4 * i, first[i]);
		sim_put_be16(r->data + 8 + 4 * i, counts[i]);
	}
	return RUN(r, 0x15, 0x10, 0, 0, 24, 0);
}

/* Also of the MC-8x00's manual, 3.5: "any parameters applying to other initiator" */
static void s3_5_changed_parameters_are_told_to_the_others(void **state)
{
	struct rig *r = *state;

	RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0);
	assert_int_equal(move(r, 0, SLOT3, DRIVE3), 0);
	assert_int_equal(assign(r, 0x2000, 0x0001, 0x4000, 0x3001), 0);
	assert_int_equal(rig_ready(r), 0);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), SENSE(6, 0x2a, 0x01));
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), 0);
	/* everything is where it was, under its new address */
	rig_holds(r, 0x3001, "d1", true);
	assert_int_equal(status(r, 0, 0, 99, 0), 0);
	assert_int_equal(sim_be16(r->data), 0x0001);
	assert_int_equal(status(r, 4, 0, 9, 1), 0);
	assert_int_equal(sim_be16(r->data + 16), 0x3001);
	assert_int_equal(sim_be16(r->data + 16 + 10), 0x0001);
	assert_memory_equal(r->data + 16 + 16, "ACME    FIRST", 13);
	assert_int_equal(move(r, 0x2001, 0x3001, 1), 0);
	assert_int_equal(move(r, ARM3, 1, 0x3001), SENSE(5, 0x21, 0x01));
	assert_int_equal(RUN(r, 0x1a, 8, 0x1d, 0, 255, 0), 0);
	assert_int_equal(sim_be16(r->data + 10), 0x0001);
	/* default values and what can be changed */
	assert_int_equal(RUN(r, 0x1a, 8, 0x9d, 0, 255, 0), 0);
	assert_int_equal(sim_be16(r->data + 10), SLOT3);
	assert_int_equal(RUN(r, 0x1a, 8, 0x5d, 0, 255, 0), 0);
	assert_memory_equal(r->data + 4, "\x1d\x12\xff\xff\0\0\xff\xff\0\0\xff\xff\0\0\xff\xff\0\0\0\0",
			    20);
	/* the same once more changes nothing for anybody */
	assert_int_equal(assign(r, 0x2000, 0x0001, 0x4000, 0x3001), 0);
	assert_int_equal(RUN_FROM(r, 1, 0x00, 0, 0, 0, 0, 0), 0);
}

static void addresses_that_cannot_be(void **state)
{
	struct rig *r = *state;

	assert_int_equal(assign(r, 0, SLOT3, MAIL3, DRIVE3), SENSE(5, 0x26, 0x00));
	assert_int_equal(assign(r, 1, 2, MAIL3, DRIVE3), SENSE(5, 0x26, 0x00));
	assert_int_equal(assign(r, 1, 0x10, 0x15, DRIVE3), SENSE(5, 0x26, 0x00));
	assert_int_equal(assign(r, 1, 0xfffb, MAIL3, DRIVE3), SENSE(5, 0x26, 0x00));
	assert_int_equal(assign(r, 1, 0xfffa, MAIL3, DRIVE3), 0);
	rig_holds(r, 0xfffa, "d1", true);
}

static void plain_descriptors_are_16_bytes(void **state)
{
	struct rig *r = *state;

	assert_int_equal(status(r, 0, 0, 99, 0), 0);
	/* lowest address: the arms */
	assert_int_equal(sim_be16(r->data), ARM3);
	assert_int_equal(sim_be16(r->data + 2), 2 + 6 + 3 + 2);
	assert_int_equal(sim_be24(r->data + 5), 4 * 8 + 13 * 16);
	assert_int_equal(r->data[8], 1);
	assert_int_equal(sim_be16(r->data + 10), 16);
	assert_int_equal(status(r, 2, SLOT3 + 1, 1, 0), 0);
	assert_memory_equal(r->data + 16, "\x10\x01\x09\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	/* an empty slot has no tray to tell of */
	assert_int_equal(status(r, 2, SLOT3 + 5, 1, 0), 0);
	assert_memory_equal(r->data + 16, "\x10\x05\x08\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(status(r, 5, 0, 9, 0), SENSE(5, 0x24, 0));	/* no printer */
}

static void volume_tags(void **state)
{
	struct rig *r = *state;

	assert_int_equal(status(r, 0x12, SLOT3, 4, 0), 0);
	assert_int_equal(r->data[9], 0x80);
	assert_int_equal(sim_be16(r->data + 10), 52);
	assert_memory_equal(r->data + 16 + 12, "d1                              \0\0\0\0", 36);
	assert_memory_equal(r->data + 16 + 3 * 52 + 12, "\0\0\0\0\0\0\0\0", 8);
}

static void drives_tell_who_they_are(void **state)
{
	struct rig *r = *state;

	assert_int_equal(status(r, 4, 0, 9, 1), 0);
	assert_int_equal(sim_be16(r->data + 10), 50);
	assert_memory_equal(r->data + 16 + 12, "\x02\x01\0\x22" "ACME    FIRST           SN00000000",
			    38);
	assert_memory_equal(r->data + 16 + 50 + 16, "ACME    SECOND          SN00000001", 34);
	assert_int_equal(move(r, 0, SLOT3, DRIVE3), 0);
	assert_int_equal(status(r, 0x14, 0, 9, 1), 0);
	assert_int_equal(sim_be16(r->data + 10), 86);
	assert_memory_equal(r->data + 16 + 12, "d1  ", 4);
	assert_memory_equal(r->data + 16 + 48, "\x02\x01\0\x22" "ACME    FIRST", 17);
	/* other elements have none */
	assert_int_equal(status(r, 0, DRIVE3, 99, 1), 0);
	assert_int_equal(r->data[8], 2);
	assert_int_equal(sim_be16(r->data + 10), 16);
}

static void without_bar_codes_and_identifiers(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_SMC3, 1, 2);
	r.config.no_tags = r.config.no_dvcid = true;
	rig_create(&r);
	rig_ready(&r);
	assert_int_equal(status(&r, 0x12, 0, 9, 0), SENSE(5, 0x24, 0));
	assert_int_equal(status(&r, 4, 0, 9, 1), SENSE(5, 0x24, 0));
	assert_int_equal(status(&r, 4, 0, 9, 0), 0);
	rig_destroy(&r);
}

static void moves(void **state)
{
	struct rig *r = *state;

	assert_int_equal(move(r, 0, SLOT3, SLOT3 + 5), 0);
	rig_holds(r, SLOT3 + 5, "d1", true);
	assert_int_equal(move(r, ARM3, SLOT3 + 5, DRIVE3), 0);
	assert_int_equal(move(r, ARM3 + 1, DRIVE3, SLOT3), 0);
	assert_int_equal(move(r, ARM3 + 2, SLOT3, DRIVE3), SENSE(5, 0x21, 0x01));
	assert_int_equal(move(r, 0, SLOT3 + 4, DRIVE3), SENSE(5, 0x3b, 0x0e));
	assert_int_equal(move(r, 0, SLOT3, SLOT3 + 1), SENSE(5, 0x3b, 0x0d));
	assert_int_equal(move(r, 0, SLOT3, 0x5000), SENSE(5, 0x21, 0x01));
	/* mail slots stay shut, and 4001h is nothing here */
	assert_int_equal(move(r, 0, SLOT3, MAIL3 + 2), 0);
	assert_int_equal(status(r, 3, MAIL3 + 2, 1, 0), 0);
	assert_int_equal(r->data[18], 0x30 | ACCESS | FULL);
	assert_int_equal(move(r, 0, MAIL3 + 2, SLOT3), 0);
	assert_int_equal(RUN(r, 0x2b, 0, 0, 1, 0x10, 2, 0, 0, 0, 0), 0);
}

static void arm_is_left_with_a_disc(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sim_changer_fault(r->dev, 0x80, 0x21, ERR(r)), 0);
	assert_int_equal(move(r, ARM3 + 1, SLOT3, DRIVE3), SENSE(4, 0x80, 0x21));
	assert_int_equal(move(r, ARM3 + 1, SLOT3 + 1, DRIVE3), SENSE(4, 0x80, 0x41));
	/* the other one is free, and this one puts it down */
	assert_int_equal(move(r, ARM3, SLOT3 + 1, DRIVE3), 0);
	assert_int_equal(move(r, 0, ARM3 + 1, SLOT3), 0);
	rig_holds(r, SLOT3, "d1", true);
	assert_int_equal(move(r, 0, ARM3 + 1, SLOT3 + 5), SENSE(5, 0x3b, 0x0e));
	assert_int_equal(move(r, 0, SLOT3, ARM3), SENSE(5, 0x21, 0x01));
}

static void exchange_moves_two(void **state)
{
	struct rig *r = *state;

	assert_int_equal(move(r, 0, SLOT3, DRIVE3), 0);
	/* d2 into the drive, d1 into slot 6 */
	assert_int_equal(exchange(r, SLOT3 + 1, DRIVE3, SLOT3 + 5), 0);
	rig_holds(r, DRIVE3, "d2", true);
	rig_holds(r, SLOT3 + 5, "d1", true);
	rig_holds(r, SLOT3 + 1, NULL, false);
	/* both change places */
	assert_int_equal(exchange(r, SLOT3 + 2, DRIVE3, SLOT3 + 2), 0);
	rig_holds(r, DRIVE3, "d3", true);
	rig_holds(r, SLOT3 + 2, "d2", true);
	assert_string_equal(r->drive[0].disc, "d3");
	assert_int_equal(status(r, 2, SLOT3 + 2, 1, 0), 0);
	assert_int_equal(sim_be16(r->data + 16 + 10), SLOT3 + 1);	/* where d2 came from */
}

static void exchange_is_refused(void **state)
{
	struct rig *r = *state;

	assert_int_equal(move(r, 0, SLOT3, DRIVE3), 0);
	assert_int_equal(exchange(r, SLOT3 + 4, DRIVE3, SLOT3 + 5), SENSE(5, 0x3b, 0x0e));
	assert_int_equal(exchange(r, SLOT3 + 1, DRIVE3 + 1, SLOT3 + 5), SENSE(5, 0x3b, 0x0e));
	assert_int_equal(exchange(r, SLOT3 + 1, DRIVE3, SLOT3 + 2), SENSE(5, 0x3b, 0x0d));
	assert_int_equal(exchange(r, SLOT3 + 1, SLOT3 + 1, SLOT3 + 2), SENSE(5, 0x21, 0x01));
	assert_int_equal(exchange(r, SLOT3 + 1, 0x7777, SLOT3 + 2), SENSE(5, 0x21, 0x01));
	rig_holds(r, DRIVE3, "d1", true);
	rig_holds(r, SLOT3 + 1, "d2", true);
	/* no place to lay one down meanwhile */
	for (int i = 0; i < 6; i++) {
		const char name[] = { 'x', (char)('0' + i), 0 };

		sim_changer_slot_put(r->dev, (unsigned int)i + 1, name, ERR(r));
	}
	rig_ready(r);
	assert_int_equal(exchange(r, SLOT3 + 1, DRIVE3, SLOT3 + 1), SENSE(5, 0x3b, 0x0d));
}

static void initialize_with_range(void **state)
{
	struct rig *r = *state;

	strcpy(r->drive[0].disc, "x");
	strcpy(r->drive[1].disc, "y");
	assert_int_equal(RUN(r, 0x37, 1, 1, 1, 0, 0, 0, 1, 0, 0), 0);
	rig_holds(r, DRIVE3, NULL, false);
	rig_holds(r, DRIVE3 + 1, "y", true);
	assert_int_equal(RUN(r, 0x37, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	rig_holds(r, DRIVE3, "x", true);
	assert_int_equal(RUN(r, 0x37, 1, 9, 9, 0, 0, 0, 1, 0, 0), SENSE(5, 0x21, 0x01));
	assert_int_equal(RUN(r, 0x37, 1, 0x10, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(r, 0x37, 1, 0x10, 5, 0, 0, 0xff, 0xff, 0, 0), 0);
}

static void several_mail_slots_have_one_door(void **state)
{
	char disc[SIM_CHANGER_NAME_SIZE];
	struct rig *r = *state;

	assert_int_equal(sim_changer_mail_open(r->dev, ERR(r)), 0);
	assert_int_equal(sim_changer_mail_put(r->dev, "a", ERR(r)), 0);
	assert_int_equal(sim_changer_mail_put(r->dev, "b", ERR(r)), 0);
	assert_int_equal(move(r, 0, MAIL3, SLOT3 + 4), SENSE(2, 0x04, 0x03));
	assert_int_equal(sim_changer_mail_close(r->dev, ERR(r)), 0);
	rig_ready(r);
	assert_int_equal(status(r, 3, MAIL3, 3, 0), 0);
	assert_int_equal(r->data[18], 0x30 | ACCESS | IMPEXP | FULL);
	assert_int_equal(r->data[18 + 16], 0x30 | ACCESS | IMPEXP | FULL);
	assert_int_equal(r->data[18 + 32], 0x30 | ACCESS);
	assert_int_equal(move(r, 0, MAIL3, SLOT3 + 4), 0);
	assert_int_equal(sim_changer_mail_open(r->dev, ERR(r)), 0);
	assert_int_equal(sim_changer_mail_take(r->dev, disc, sizeof(disc), ERR(r)), 0);
	assert_string_equal(disc, "b");
	assert_int_equal(sim_changer_slot_tray(r->dev, 6, true, ERR(r)), -EINVAL);
}

static void its_own_commands_only(void **state)
{
	struct rig *r = *state;

	assert_int_equal(RUN(r, 0xe7, 0, 0, 0, 0, 0, 0, 0, 0, 0), SENSE(5, 0x20, 0));
	assert_int_equal(RUN(r, 0x01, 0, 0, 0, 0, 0), SENSE(5, 0x20, 0));
	assert_int_equal(RUN(r, 0x3c, 2, 1, 0, 0, 0, 0, 0, 16, 0), SENSE(5, 0x20, 0));
	assert_int_equal(RUN(r, 0x16, 0, 0, 0, 0, 0), 0);
	assert_int_equal(RUN(r, 0x17, 0, 0, 0, 0, 0), 0);
}

static int discs_of(struct rig *r)
{
	json_t *all = sim_changer_describe(r->dev);
	const char *const lists[] = { "slots", "drives" }, *const singles[] = { "arm", "mail" };
	int n = 0;

	for (int i = 0; i < 2; i++) {
		json_t *e;
		size_t k;

		json_array_foreach(json_object_get(all, lists[i]), k, e)
			n += json_is_string(json_object_get(e, "disc"));
		n += json_is_string(json_object_get(json_object_get(all, singles[i]), "disc"));
	}
	json_decref(all);
	return n;
}

/* Whatever a host sends, and whatever fails meanwhile */
static void no_command_loses_a_disc(void **state)
{
	static const uint8_t opcode[] = { 0xa5, 0xa5, 0xa6, 0xa6, 0x07, 0x37, 0x2b, 0x1d, 0xb8 };
	static const uint16_t place[] = {
		SLOT3, SLOT3 + 1, SLOT3 + 2, SLOT3 + 3, DRIVE3, DRIVE3 + 1, MAIL3, ARM3,
	};
	static const char *const discs[] = { "d1", "d2", "d3" };
	static struct rig r;
	uint8_t cdb[12];

	(void)state;
	rig_init(&r, SIM_SMC3, 2, 4);
	rig_create(&r);
	assert_int_equal(sim_changer_fill(r.dev, discs, 3, ERR(&r)), 0);
	srandom(3);
	for (int i = 0; i < 20000; i++) {
		for (int k = 0; k < 12; k++)
			cdb[k] = random() % 4 ? 0 : (uint8_t)random();
		cdb[0] = opcode[(size_t)random() % sizeof(opcode)];
		for (int k = 4; k < 10 && cdb[0] >= 0xa5 && cdb[0] <= 0xa6; k += 2)
			sim_put_be16(cdb + k, place[random() % 8]);
		if (cdb[0] >= 0xa5 && cdb[0] <= 0xa6)
			cdb[2] = cdb[3] = 0;
		if (random() % 50 == 0)
			sim_changer_fault(r.dev, 0x80, (uint8_t)(random() % 0x66), NULL, 0);
		rig_run_from(&r, SIM_CHANGER_HOST_ID, cdb, sizeof(cdb));
		if (i % 50 == 0)
			assert_int_equal(discs_of(&r), 3);
	}
	rig_destroy(&r);
}

static void everything_is_found_again(void **state)
{
	char file[] = "/tmp/smc3-state-XXXXXX";
	int fd = mkstemp(file);
	static struct rig r;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(file);
	for (int round = 0; round < 2; round++) {
		rig_init(&r, SIM_SMC3, 1, 4);
		r.config.mails = 2;
		r.config.arms = 2;
		r.config.state_path = file;
		rig_create(&r);
		rig_ready(&r);
		if (round)
			break;
		assert_int_equal(sim_changer_slot_put(r.dev, 1, "d1", ERR(&r)), 0);
		assert_int_equal(sim_changer_slot_put(r.dev, 2, "d2", ERR(&r)), 0);
		assert_int_equal(sim_changer_slot_put(r.dev, 4, "d4", ERR(&r)), 0);
		rig_ready(&r);
		assert_int_equal(move(&r, 0, SLOT3, MAIL3 + 1), 0);
		assert_int_equal(move(&r, 0, SLOT3 + 3, DRIVE3), 0);
		assert_int_equal(sim_changer_fault(r.dev, 0x80, 0x21, ERR(&r)), 0);
		assert_int_equal(move(&r, ARM3 + 1, SLOT3 + 1, MAIL3), SENSE(4, 0x80, 0x21));
		rig_destroy(&r);
	}
	assert_int_equal(status(&r, 1, 0, 9, 0), 0);
	assert_int_equal(r.data[18], 0);
	assert_int_equal(r.data[18 + 16] & FULL, FULL);
	assert_int_equal(sim_be16(r.data + 16 + 16 + 10), SLOT3 + 1);
	assert_int_equal(status(&r, 0x13, MAIL3 + 1, 1, 0), 0);
	assert_memory_equal(r.data + 16 + 12, "d1 ", 3);
	rig_holds(&r, DRIVE3, "d4", true);
	assert_string_equal(r.drive[0].disc, "d4");
	rig_destroy(&r);
	unlink(file);
}

static void more_than_it_can_have(void **state)
{
	static struct rig r;

	(void)state;
	rig_init(&r, SIM_SMC3, 1, 4);
	r.config.arms = 3;
	assert_null(sim_changer_create(&r.config, ERR(&r)));
	assert_non_null(strstr(r.err, "at most 2 arms"));
	r.config.arms = 1;
	r.config.mails = 9;
	assert_null(sim_changer_create(&r.config, ERR(&r)));
	assert_non_null(strstr(r.err, "at most 8 mail slots"));
	r.config.mails = 1;
	r.config.printer = true;
	assert_null(sim_changer_create(&r.config, ERR(&r)));
	assert_non_null(strstr(r.err, "no label printer"));
}

#define WITH_SMC3(test) cmocka_unit_test_setup_teardown(test, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SMC3(inquiry_and_its_pages),
		WITH_SMC3(pages_of_elements),
		WITH_SMC3(s3_5_changed_parameters_are_told_to_the_others),
		WITH_SMC3(addresses_that_cannot_be),
		WITH_SMC3(plain_descriptors_are_16_bytes),
		WITH_SMC3(volume_tags),
		WITH_SMC3(drives_tell_who_they_are),
		cmocka_unit_test(without_bar_codes_and_identifiers),
		WITH_SMC3(moves),
		WITH_SMC3(arm_is_left_with_a_disc),
		WITH_SMC3(exchange_moves_two),
		WITH_SMC3(exchange_is_refused),
		WITH_SMC3(initialize_with_range),
		WITH_SMC3(several_mail_slots_have_one_door),
		WITH_SMC3(its_own_commands_only),
		cmocka_unit_test(no_command_loses_a_disc),
		cmocka_unit_test(everything_is_found_again),
		cmocka_unit_test(more_than_it_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
