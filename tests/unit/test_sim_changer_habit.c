// SPDX-License-Identifier: GPL-2.0
/* Habits of changers, on a library of the SMC-3 kind and on an MC-8600. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "changer_rig.h"
#include "fault.h"
#include "habit.h"

#define SLOT3	0x1000
#define DRIVE3	0x0100

struct library {
	struct rig rig;		/* first */
	struct sim_faults *faults;
};

static int setup_model(void **state, enum sim_changer_model model)
{
	static const char *const discs[] = { "d1", "d2", "d3" };
	struct library *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	rig_init(&l->rig, model, 2, 6);
	for (int i = 0; i < 2; i++) {
		struct sim_identity *id = &l->rig.drive[i].dev.identity;

		strcpy(id->vendor, "ACME");
		strcpy(id->product, i ? "SECOND" : "FIRST");
		snprintf(id->serial, sizeof(id->serial), "SN%08d", i);
	}
	strcpy(l->rig.config.identity.serial, "LIB0001");
	rig_create(&l->rig);
	l->rig.data_len = sizeof(l->rig.data);
	assert_int_equal(sim_changer_fill(l->rig.dev, discs, 3, l->rig.err, sizeof(l->rig.err)), 0);
	while (rig_ready(&l->rig))
		;
	l->faults = sim_faults_new();
	*state = l;
	return !l->faults;
}

static int setup(void **state)
{
	return setup_model(state, SIM_SMC3);
}

static int setup_mc(void **state)
{
	return setup_model(state, SIM_MC8600);
}

static int teardown(void **state)
{
	struct library *l = *state;

	sim_faults_free(l->faults);
	rig_destroy(&l->rig);
	free(l);
	return 0;
}

static void give(struct library *l, const char *list)
{
	sim_habits_take(l->rig.dev, l->faults);
	assert_int_equal(sim_habits_give(l->rig.dev, l->faults, SIM_OF_CHANGER, list, "", true, NULL,
					 l->rig.err, sizeof(l->rig.err)), 0);
}

static uint32_t run(struct library *l, const uint8_t *cdb, size_t len)
{
	struct iovec iov = { l->rig.data, l->rig.data_len };
	uint8_t padded[16] = { 0 };
	struct sim_cmd cmd = {
		.cdb = padded, .iov = &iov, .iov_count = 1, .data_len = l->rig.data_len,
	};

	memset(l->rig.data, 0xee, l->rig.data_len);
	memcpy(padded, cdb, len);
	sim_device_execute(l->rig.dev, l->faults, &cmd);
	l->rig.cmd = cmd;
	if (cmd.status != SIM_CHECK_CONDITION)
		return cmd.status;
	return SENSE(cmd.sense[2] & 0xf, cmd.sense[12], cmd.sense[13]);
}

#define ASK(l, ...)	run(l, (const uint8_t[]){ __VA_ARGS__ }, \
			    sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* READ ELEMENT STATUS: type with VOLTAG 10h, and DVCID 1 */
static uint32_t status(struct library *l, uint8_t type, uint16_t start, uint16_t count,
		       uint8_t dvcid)
{
	return ASK(l, 0xb8, type, (uint8_t)(start >> 8), (uint8_t)start, (uint8_t)(count >> 8),
		   (uint8_t)count, dvcid, 0, 0x40, 0, 0, 0);
}

static void refusals(void **state)
{
	struct library *l = *state;

	give(l, "no-all-types");
	assert_int_equal(status(l, 0, 0, 0xffff, 0), SENSE(5, 0x24, 0));
	for (uint8_t type = 1; type <= 4; type++)
		assert_int_equal(status(l, type, 0, 0xffff, 0), 0);
	give(l, "tags-or-ids");
	assert_int_equal(status(l, 0x14, 0, 0xffff, 1), SENSE(5, 0x24, 0));
	assert_int_equal(status(l, 0x14, 0, 0xffff, 0), 0);
	assert_int_equal(status(l, 0x04, 0, 0xffff, 1), 0);
	give(l, "refuses-many=4");
	assert_int_equal(status(l, 2, 0, 5, 0), SENSE(5, 0x24, 0));
	assert_int_equal(status(l, 2, 0, 4, 0), 0);
	give(l, "refuses-many");
	assert_int_equal(status(l, 2, 0, 1001, 0), SENSE(5, 0x24, 0));
	assert_int_equal(status(l, 2, 0, 1000, 0), 0);
	assert_int_equal(sim_be16(l->rig.data + 2), 6);
	give(l, "tells-few=2");
	assert_int_equal(status(l, 2, SLOT3 + 1, 1000, 0), 0);
	assert_int_equal(sim_be16(l->rig.data), SLOT3 + 1);
	assert_int_equal(sim_be16(l->rig.data + 2), 2);
	assert_int_equal(l->rig.cmd.done, 8 + 8 + 2 * 16);
}

static void byte_counts(void **state)
{
	struct library *l = *state;

	give(l, "header-counted");
	assert_int_equal(status(l, 2, 0, 0xffff, 0), 0);
	assert_int_equal(l->rig.cmd.done, 8 + 8 + 6 * 16);
	assert_int_equal(sim_be24(l->rig.data + 5), 8 + 8 + 6 * 16);
	assert_int_equal(sim_be24(l->rig.data + 8 + 5), 8 + 6 * 16);
	/* Each page counts its own */
	assert_int_equal(status(l, 0, 0, 0xffff, 0), 0);
	assert_int_equal(sim_be24(l->rig.data + 8 + 5), 8 + 16);
	assert_int_equal(sim_be24(l->rig.data + 8 + 8 + 16 + 5), 8 + 6 * 16);
	give(l, "last-cut");
	assert_int_equal(status(l, 2, 0, 0xffff, 0), 0);
	assert_int_equal(l->rig.cmd.done, 8 + 8 + 6 * 16 - 6);
	assert_int_equal(sim_be24(l->rig.data + 5), 8 + 6 * 16);
	give(l, "long-replies");
	assert_int_equal(status(l, 2, 0, 0xffff, 0), 0);
	assert_int_equal(l->rig.cmd.done, 0x4000);
	assert_int_equal(sim_be24(l->rig.data + 5), 8 + 6 * 16);
	/* The host's allocation still holds */
	give(l, "header-counted");
	assert_int_equal(ASK(l, 0xb8, 2, 0, 0, 0xff, 0xff, 0, 0, 0, 20, 0, 0), 0);
	assert_int_equal(l->rig.cmd.done, 20);
	assert_int_equal(sim_be24(l->rig.data + 5), 8 + 8 + 6 * 16);
}

static void descriptors(void **state)
{
	static const uint8_t sizes[] = { 12, 16, 52 };
	struct library *l = *state;

	for (size_t i = 0; i < sizeof(sizes); i++) {
		char habit[32];
		size_t size = sizes[i];

		snprintf(habit, sizeof(habit), "descriptor-%zu", size);
		give(l, habit);
		assert_int_equal(status(l, 0x12, 0, 0xffff, 0), 0);
		assert_int_equal(l->rig.cmd.done, 16 + 6 * size);
		assert_int_equal(sim_be16(l->rig.data + 8 + 2), size);
		assert_int_equal(sim_be24(l->rig.data + 8 + 5), 6 * size);
		assert_int_equal(sim_be24(l->rig.data + 5), 8 + 6 * size);
		/* A bar code is there only if there is room for one */
		assert_int_equal(l->rig.data[9] & 0x80, size == 52 ? 0x80 : 0);
		for (uint16_t slot = 0; slot < 6; slot++) {
			const uint8_t *d = l->rig.data + 16 + slot * size;

			assert_int_equal(sim_be16(d), SLOT3 + slot);
			assert_int_equal(d[2] & 1, slot < 3);
		}
		assert_int_equal(status(l, 0, 0, 0xffff, 0), 0);
		assert_int_equal(l->rig.cmd.done, 8 + 4 * 8 + 10 * size);
	}
}

static const uint8_t *drive_id(struct library *l)
{
	assert_int_equal(status(l, 4, DRIVE3 + 1, 1, 1), 0);
	return l->rig.data + 16 + 12;
}

static void identifiers(void **state)
{
	struct library *l = *state;
	uint8_t first[38];

	assert_memory_equal(drive_id(l) + 4, "ACME    SECOND          SN00000001", 34);
	give(l, "drive-id-none");
	assert_int_equal(drive_id(l)[3], 0);
	give(l, "drive-id-cut");
	assert_int_equal(drive_id(l)[3], 10);
	assert_memory_equal(drive_id(l) + 4, "ACME    SE\0\0\0", 13);
	give(l, "drive-id-naa");
	assert_int_equal(drive_id(l)[0], 1);
	assert_int_equal(drive_id(l)[1], 3);
	assert_int_equal(drive_id(l)[3], 8);
	assert_int_equal(drive_id(l)[4] >> 4, 5);
	give(l, "drive-id-same");
	memcpy(first, drive_id(l), sizeof(first));
	assert_int_equal(status(l, 4, DRIVE3, 1, 1), 0);
	assert_memory_equal(l->rig.data + 16 + 12 + 28, first + 28, 10);
	/* The address on the bus stays what it is */
	assert_int_equal(l->rig.data[16 + 6], 0x20);
	assert_int_equal(l->rig.data[16 + 7], 1);
}

static void sources(void **state)
{
	struct library *l = *state;

	assert_int_equal(ASK(l, 0xa5, 0, 0, 1, SLOT3 >> 8, 0, DRIVE3 >> 8, 0, 0, 0, 0, 0), 0);
	assert_int_equal(status(l, 4, DRIVE3, 1, 0), 0);
	assert_int_equal(l->rig.data[16 + 9] & 0x80, 0x80);
	give(l, "source-none");
	assert_int_equal(status(l, 4, DRIVE3, 1, 0), 0);
	assert_int_equal(l->rig.data[16 + 9] & 0x80, 0);
	assert_int_equal(sim_be16(l->rig.data + 16 + 10), 0);
	give(l, "source-nowhere");
	assert_int_equal(status(l, 4, DRIVE3, 1, 0), 0);
	assert_int_equal(l->rig.data[16 + 9] & 0x80, 0x80);
	assert_int_equal(sim_be16(l->rig.data + 16 + 10), 0xfffe);
}

static void moves(void **state)
{
	struct library *l = *state;

	give(l, "recovered-moves");
	assert_int_equal(ASK(l, 0xa5, 0, 0, 1, SLOT3 >> 8, 0, DRIVE3 >> 8, 0, 0, 0, 0, 0),
			 SENSE(1, 0x15, 1));
	assert_string_equal(l->rig.drive[0].disc, "d1");
	give(l, "reserved");
	assert_int_equal(ASK(l, 0xa5, 0, 0, 1, DRIVE3 >> 8, 0, SLOT3 >> 8, 0, 0, 0, 0, 0),
			 SIM_RESERVATION_CONFLICT);
	assert_string_equal(l->rig.drive[0].disc, "d1");
	assert_int_equal(ASK(l, 0x12, 0, 0, 0, 36, 0), 0);
}

static void who_it_is(void **state)
{
	struct library *l = *state;

	give(l, "serial-none");
	assert_int_equal(ASK(l, 0x12, 1, 0x80, 0, 255, 0), 0);
	assert_int_equal(l->rig.cmd.done, 4);
	give(l, "serial-noise");
	assert_int_equal(ASK(l, 0x12, 1, 0x83, 0, 255, 0), 0);
	assert_memory_equal(l->rig.data + 8, "DISCMUX SMC-3 LIBRARY   \xff\x01", 26);
	assert_int_equal(l->rig.data[3] + 4u, l->rig.cmd.done);
}

static void becoming_ready(void **state)
{
	struct library *l = *state;
	const struct timespec nap = { .tv_nsec = 20000000 };
	int polls = 0;

	give(l, "slow-inventory=1");
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(sim_changer_slot_put(l->rig.dev, 1, NULL, l->rig.err,
					      sizeof(l->rig.err)), 0);
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), SENSE(6, 0x28, 0));
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), SENSE(2, 0x04, 1));
	/* Discs can still be moved */
	assert_int_equal(sim_changer_slot_put(l->rig.dev, 6, "d1", l->rig.err,
					      sizeof(l->rig.err)), 0);
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), SENSE(6, 0x28, 0));
	while (ASK(l, 0, 0, 0, 0, 0, 0) == SENSE(2, 0x04, 1)) {
		nanosleep(&nap, NULL);
		assert_true(++polls < 500);
	}
	assert_true(polls >= 30);
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), 0);
	sim_habits_take(l->rig.dev, l->faults);
	assert_int_equal(sim_changer_door(l->rig.dev, 0.1, l->rig.err, sizeof(l->rig.err)), 0);
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), SENSE(6, 0x28, 0));
	assert_int_equal(ASK(l, 0, 0, 0, 0, 0, 0), SENSE(2, 0x04, 1));
	assert_int_equal(sim_changer_door(l->rig.dev, -1, l->rig.err, sizeof(l->rig.err)), -EINVAL);
	assert_int_equal(sim_changer_door(l->rig.dev, 3601, l->rig.err, sizeof(l->rig.err)),
			 -EINVAL);
}

/* Its descriptors have 18 bytes, and their last ones say more than SMC-3 has */
static void of_an_mc(void **state)
{
	struct library *l = *state;

	assert_int_equal(status(l, 2, 0, 0xffff, 0), 0);
	assert_int_equal(sim_be16(l->rig.data + 8 + 2), 18);
	give(l, "descriptor-16");
	assert_int_equal(status(l, 2, 0, 0xffff, 0), 0);
	assert_int_equal(sim_be16(l->rig.data + 8 + 2), 16);
	assert_int_equal(l->rig.cmd.done, 16 + 6 * 16);
	give(l, "header-counted+last-cut=2");
	assert_int_equal(status(l, 2, 0, 0xffff, 0), 0);
	assert_int_equal(l->rig.cmd.done, 16 + 6 * 18 - 2);
	assert_int_equal(sim_be24(l->rig.data + 8 + 5), 8 + 6 * 18);
	/* It has one byte for the allocation length of INQUIRY */
	give(l, "serial-cut");
	assert_int_equal(ASK(l, 0x12, 0, 0, 0, 36, 0), 0);
	assert_int_equal(l->rig.cmd.done, 36);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(refusals), T(byte_counts), T(descriptors), T(identifiers), T(sources), T(moves),
		T(who_it_is), T(becoming_ready),
		cmocka_unit_test_setup_teardown(of_an_mc, setup_mc, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
