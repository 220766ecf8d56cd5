// SPDX-License-Identifier: GPL-2.0
/* Whole jobs on virtual drives: what comes out when all goes well. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define READ_10		0x28
#define WRITE_10	0x2a
#define CLOSE		0x5b
#define MODE_SELECT	0x55
#define RESERVE		0x53
#define OPC		0x54
#define BLOCKS		5003	/* no multiple of 16, more than the ring holds */

/* The disc's blocks as the drive counts them. */
static json_int_t recorded(struct burn_rig *rig, uint32_t member)
{
	json_t *d = sim_drive_describe(rig->dev[member]);
	json_int_t blocks;

	assert_non_null(d);
	blocks = json_integer_value(json_object_get(d, "blocks"));
	json_decref(d);
	return blocks;
}

static void expect_state(struct burn_rig *rig, uint32_t member, const char *want)
{
	json_t *d = sim_drive_describe(rig->dev[member]);

	assert_non_null(d);
	assert_string_equal(json_string_value(json_object_get(d, "state")), want);
	json_decref(d);
}

static struct burn_rig *tower(const char *type, size_t recorders, uint32_t blocks)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	burn_rig_image(rig, blocks);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, type, 0);
	return rig;
}

static void expect_all_good(struct burn_rig *rig)
{
	char disc[32];
	size_t i;

	for (i = 0; i < rig->config.count; i++) {
		burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
		snprintf(disc, sizeof(disc), "disc%zu", i + 1);
		burn_rig_expect_copy(rig, disc);
		expect_state(rig, (uint32_t)i + 1, "complete");
		assert_true(sim_drive_tray_open(rig->dev[i + 1]));
	}
}

static void test_dvd_plus_r(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 4, BLOCKS);

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	assert_string_equal(burn_job_error(rig->job), "");
	expect_all_good(rig);
	assert_int_equal(recorded(rig, 1), 5008);
	assert_int_equal(rig->seen[1][MODE_SELECT], 0);
	assert_int_equal(rig->seen[1][CLOSE], 2);
	assert_true(burn_source_bytes_read(rig->config.source) == BLOCKS * 2048ull);
	burn_rig_free(rig);
}

static void test_dvd_r_dao(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 2, BLOCKS);

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(recorded(rig, 1), 5008);
	assert_int_equal(rig->seen[1][MODE_SELECT], 1);
	assert_int_equal(rig->seen[1][RESERVE], 1);
	assert_int_equal(rig->seen[1][CLOSE], 0);
	burn_rig_free(rig);
}

static void test_dvd_r_incremental(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 1, BLOCKS);

	(void)state;
	rig->config.method = BURN_METHOD_INCREMENTAL;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(rig->seen[1][RESERVE], 0);
	assert_int_equal(rig->seen[1][CLOSE], 2);
	burn_rig_free(rig);
}

static void test_cd_r(void **state)
{
	struct burn_rig *rig = tower("cd-r", 3, BLOCKS);

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(rig->seen[1][MODE_SELECT], 1);
	burn_rig_free(rig);
}

/* A track on CD has 300 blocks at least; the copy begins with the master. */
static void test_cd_r_tiny(void **state)
{
	struct burn_rig *rig = tower("cd-r", 1, 5);

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_true(recorded(rig, 1) >= 300);
	burn_rig_free(rig);
}

static void test_mixed_dvd(void **state)
{
	struct burn_rig *rig = burn_rig_new(4);

	(void)state;
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd+r", 0);
	burn_rig_blank(rig, 2, "dvd-r", 0);
	burn_rig_blank(rig, 3, "dvd+r", 0);
	burn_rig_blank(rig, 4, "dvd-r", 0);
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	burn_rig_free(rig);
}

/* One block, less than anything the drive writes at once. */
static void test_one_block(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 1);

	(void)state;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(recorded(rig, 1), 16);
	burn_rig_free(rig);
}

/* The image fits to the last block. */
static void test_full_disc(void **state)
{
	struct burn_rig *rig = burn_rig_new(2);

	(void)state;
	burn_rig_image(rig, 4096);
	burn_rig_blank(rig, 1, "dvd+r", 4096);
	burn_rig_blank(rig, 2, "dvd-r", 4096);
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	burn_rig_free(rig);
}

/* A track at once needs room for its run-out, a session at once does not. */
static void test_full_cd(void **state)
{
	static const struct { enum burn_method method; uint32_t capacity; bool good; } cases[] = {
		{ BURN_METHOD_AUTO, 4098, true }, { BURN_METHOD_AUTO, 4097, false },
		{ BURN_METHOD_AUTO, 4096, false }, { BURN_METHOD_SAO, 4096, true },
		{ BURN_METHOD_SAO, 4095, false },
	};
	char want[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct burn_rig *rig = burn_rig_new(1);
		uint32_t takes = cases[i].capacity - (cases[i].method == BURN_METHOD_AUTO ? 2 : 0);

		burn_rig_image(rig, 4096);
		burn_rig_blank(rig, 1, "cd-r", cases[i].capacity);
		rig->config.method = cases[i].method;
		assert_int_equal(burn_rig_run(rig), cases[i].good ? 0 : -EINVAL);
		snprintf(want, sizeof(want), "the master is larger than the disc in recorder 0 (4096 blocks, the CD-R takes %u): use a larger disc or a smaller master",
			 takes);
		if (cases[i].good)
			expect_all_good(rig);
		else
			burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, want);
		burn_rig_free(rig);
	}
}

static void test_from_reader(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 4, BLOCKS);
	json_t *count;

	(void)state;
	burn_rig_master(rig);
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(burn_source_blocks(rig->config.source), BLOCKS);
	/* once for four copies, verified */
	count = sim_faults_count(rig->faults[0], 5);
	assert_int_equal(json_integer_value(json_object_get(count, "blocks_read_distinct")),
			 BLOCKS);
	/* and one more: what kind of sectors they are; 16 by which the disc is known again */
	assert_int_equal(json_integer_value(json_object_get(count, "blocks_read")), BLOCKS + 17);
	json_decref(count);
	burn_rig_free(rig);
}

/* The button of the reader is pressed: its tray is locked until the copies are made. */
static void test_button_of_reader(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2, BLOCKS);
	char err[128];

	(void)state;
	burn_rig_master(rig);
	burn_rig_fault(rig, 0, "button lba 500 nth 1");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(sim_drive_tray(rig->dev[0], true, err, sizeof(err)), 0);
	burn_rig_free(rig);
}

/* A CD-R written track at once as the master: its run-out is no data. */
static void test_from_cd_r(void **state)
{
	struct burn_rig *rig = burn_rig_new(2);
	char err[128];

	(void)state;
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "cd-r", 0);
	rig->config.count = 1;
	assert_int_equal(burn_rig_run(rig), 0);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	assert_int_equal(sim_drive_take(rig->dev[1], NULL, 0, true, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
	burn_rig_blank(rig, 2, "dvd+r", 0);
	rig->config.recorders = &rig->recorders[1];
	assert_int_equal(burn_rig_run(rig), 0);
	assert_int_equal(burn_source_blocks(rig->config.source), BLOCKS);
	/* It has a layout, and is copied as plain blocks all the same */
	assert_int_equal(burn_source_layout(rig->config.source)->tracks, 1);
	assert_int_equal(burn_source_bytes(rig->config.source), (uint64_t)BLOCKS * MMC_BLOCK);
	assert_string_equal(rig->notice, "blocks 5003 and 5004 of the disc in reader 0 can't be read: they are taken for the run-out of a track at once, and are no part of the master");
	burn_rig_expect_copy(rig, "disc2");
	burn_rig_free(rig);
}

/* The last two blocks of a master are no run-out because they could not be read once, or
 * because one of them can't be read, or with an error that no run-out gives. */
static void test_no_run_out(void **state)
{
	static const struct { const char *fault; int lba; } cases[] = {
		{ "sense 3/11/05 op read lba 5001-5002 times 3", -1 },
		{ "sense 5/64/00 op read lba 5001-5002 times 6", -1 },
		{ "sense 3/11/05 op read lba 5002", 5002 },
		{ "sense 3/11/05 op read lba 5001", 5001 },
		{ "sense 4/15/01 op read lba 5001-5002", 5001 },
		{ "sense 3/11/05 op read lba 5000-5002", 5000 },
	};
	char want[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct burn_rig *rig = tower("dvd+r", 1, BLOCKS);

		burn_rig_master(rig);
		burn_rig_fault(rig, 0, cases[i].fault);
		assert_int_equal(burn_rig_run(rig), cases[i].lba < 0 ? 0 : -EIO);
		assert_int_equal(burn_source_blocks(rig->config.source), BLOCKS);
		snprintf(want, sizeof(want), "reader 0 can't read the master at LBA %d",
			 cases[i].lba);
		if (cases[i].lba < 0)
			expect_all_good(rig);
		else
			assert_non_null(strstr(burn_job_error(rig->job), want));
		burn_rig_free(rig);
	}
}

/* Two blocks at the end that can't be read are scratched where the volume has them. */
static void test_scratched_end(void **state)
{
	static const uint32_t sizes[] = { BLOCKS, BLOCKS - 1, BLOCKS - 2 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct burn_rig *rig = tower("dvd+r", 1, BLOCKS);
		uint8_t volume[MMC_BLOCK] = "\1CD001\1";
		FILE *f = fopen(rig->image, "r+");

		volume[80] = (uint8_t)sizes[i];
		volume[81] = (uint8_t)(sizes[i] >> 8);
		volume[129] = 8;
		assert_non_null(f);
		assert_int_equal(fseek(f, 16 * MMC_BLOCK, SEEK_SET), 0);
		assert_int_equal(fwrite(volume, sizeof(volume), 1, f), 1);
		fclose(f);
		burn_rig_master(rig);
		burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 5001-5002");
		if (sizes[i] > BLOCKS - 2) {
			assert_int_equal(burn_rig_run(rig), -EIO);
			assert_non_null(strstr(burn_job_error(rig->job),
					       "reader 0 can't read the master at LBA 5001"));
		} else {
			assert_int_equal(burn_rig_run(rig), 0);
			assert_int_equal(burn_source_blocks(rig->config.source), BLOCKS - 2);
		}
		burn_rig_free(rig);
	}
}

static void test_no_verify(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2, BLOCKS);

	(void)state;
	rig->config.verify = false;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_CLOSED, NULL);
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_CLOSED, NULL);
	burn_rig_expect_copy(rig, "disc1");
	assert_int_equal(rig->seen[1][READ_10], 0);
	assert_false(sim_drive_tray_open(rig->dev[1]));
	burn_rig_free(rig);
}

static void test_appendable(void **state)
{
	struct burn_rig *rig = burn_rig_new(3);
	uint32_t i;

	(void)state;
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd+r", 0);
	burn_rig_blank(rig, 2, "dvd-r", 0);
	burn_rig_blank(rig, 3, "dvd-r", 0);
	rig->config.session = BURN_SESSION_OPEN;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	for (i = 1; i <= 3; i++)
		expect_state(rig, i, "appendable");
	assert_int_equal(rig->seen[2][RESERVE], 0);	/* DAO leaves nothing open */
	burn_rig_free(rig);
}

/* Where no session fits behind the copy, the disc can't be left open, which is told. */
static void test_no_room_for_more(void **state)
{
	struct burn_rig *rig = burn_rig_new(1);

	(void)state;
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd+r", 6144);
	rig->config.session = BURN_SESSION_OPEN;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_string_equal(rig->notice, "the disc in recorder 0 takes no further session and is closed; that is no fault of the copy");
	burn_rig_free(rig);
}

static void test_speed(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 64);

	(void)state;
	rig->config.speed = 4;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(rig->seen[1][0xb6], 1);
	assert_string_equal(rig->notice, "");
	burn_rig_free(rig);

	rig = tower("cd-r", 1, 64);
	rig->config.speed = 8;
	burn_rig_fault(rig, 1, "sense 5/24/00 op bb");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_string_equal(rig->notice,
			    "recorder 0 does not take 8x with this disc and burns at its own speed");
	burn_rig_free(rig);
}

/* Trays that stand open are closed when the job begins. */
static void test_load(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2, 64);
	char err[128];

	(void)state;
	rig->config.load = true;
	assert_int_equal(sim_drive_tray(rig->dev[2], true, err, sizeof(err)), 0);
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	burn_rig_free(rig);
}

/* The trays are locked while the discs are written. */
static bool try_button(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		       uint8_t *data, struct discmux_result *result)
{
	char err[128];

	(void)data;
	(void)result;
	if (cmd->cdb[0] == WRITE_10)
		*(int *)rig->hook_arg |= !sim_drive_tray(rig->dev[member], true, err, sizeof(err));
	return false;
}

static void test_locked(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 64);
	int opened = 0;

	(void)state;
	rig->hook = try_button;
	rig->hook_arg = &opened;
	assert_int_equal(burn_rig_run(rig), 0);
	expect_all_good(rig);
	assert_int_equal(opened, 0);
	burn_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dvd_plus_r),
		cmocka_unit_test(test_dvd_r_dao),
		cmocka_unit_test(test_dvd_r_incremental),
		cmocka_unit_test(test_cd_r),
		cmocka_unit_test(test_cd_r_tiny),
		cmocka_unit_test(test_mixed_dvd),
		cmocka_unit_test(test_one_block),
		cmocka_unit_test(test_full_disc),
		cmocka_unit_test(test_full_cd),
		cmocka_unit_test(test_from_reader),
		cmocka_unit_test(test_button_of_reader),
		cmocka_unit_test(test_from_cd_r),
		cmocka_unit_test(test_no_run_out),
		cmocka_unit_test(test_scratched_end),
		cmocka_unit_test(test_no_verify),
		cmocka_unit_test(test_appendable),
		cmocka_unit_test(test_no_room_for_more),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
