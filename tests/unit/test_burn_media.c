// SPDX-License-Identifier: GPL-2.0
/* Every kind of disc that can be written, erased or simulated on. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS		5003
#define WRITE_10	0x2a
#define BLANK		0xa1
#define FORMAT		0x04
#define SEND_STRUCTURE	0xbf

static struct burn_rig *tower(const char *type, size_t recorders, uint32_t capacity)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	burn_rig_image(rig, BLOCKS);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, type, capacity);
	return rig;
}

static void expect_good(struct burn_rig *rig, enum burn_disc disc)
{
	size_t i;

	assert_string_equal(burn_job_error(rig->job), "");
	for (i = 0; i < rig->config.count; i++)
		burn_rig_expect(rig, i, BURN_DONE, disc, NULL);
}

static void run_good(struct burn_rig *rig, enum burn_disc disc)
{
	int rc = burn_rig_run(rig);

	expect_good(rig, disc);
	assert_int_equal(rc, 0);
}

static void copy_to(const char *type, uint32_t capacity)
{
	struct burn_rig *rig = tower(type, 2, capacity);

	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_expect_copy(rig, "disc2");
	burn_rig_free(rig);
}

static void test_copy(void **state)
{
	static const char *const types[] = { "cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r",
					     "dvd+rw", "bd-r", "bd-re" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		copy_to(types[i], 65536);
}

/* Where a blank disc begins needs no drive to say it: these say it wrongly. */
static void test_wrong_address(void **state)
{
	static const char *const types[] = { "cd-r", "dvd-r", "dvd+r", "bd-r" };
	static const char *const wrong[] = { "reply nwa=-150 op 52", "reply nwa=+150 op 52",
					     "reply nwa=4294967040 op 52", "reply nwa=none op 52" };
	uint32_t i, k;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct burn_rig *rig = tower(types[i], 4, 65536);

		for (k = 0; k < 4; k++)
			burn_rig_fault(rig, k + 1, wrong[k]);
		run_good(rig, BURN_DISC_VERIFIED);
		burn_rig_expect_copy(rig, "disc1");
		burn_rig_expect_copy(rig, "disc4");
		burn_rig_free(rig);
	}
}

/* As many as there are in one job. */
static void test_mixed(void **state)
{
	struct burn_rig *rig = burn_rig_new(4);

	(void)state;
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd+rw", 65536);
	burn_rig_blank(rig, 2, "dvd-rw", 65536);
	burn_rig_blank(rig, 3, "dvd+r", 65536);
	burn_rig_blank(rig, 4, "dvd-r", 65536);
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_expect_copy(rig, "disc2");
	burn_rig_free(rig);
}

/* The ECC blocks of a BD are larger: what its copy is filled up to must fit on all discs. */
static void test_mixed_full(void **state)
{
	struct burn_rig *rig = burn_rig_new(2);

	(void)state;
	burn_rig_image(rig, 4100);
	burn_rig_blank(rig, 1, "dvd+r", 4112);
	burn_rig_blank(rig, 2, "bd-r", 65536);
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 takes 4112 blocks, a copy beside other kinds of discs 4128: use one kind of disc in one job");
	burn_rig_expect(rig, 1, BURN_IDLE, BURN_DISC_UNTOUCHED, NULL);
	/* By itself it takes the copy */
	rig->config.count = 1;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_free(rig);
}

static void expect_break(struct burn_rig *rig, uint32_t member, uint32_t want)
{
	uint8_t reply[MMC_STRUCTURE_LEN];
	struct discmux_result result;
	struct mmc_physical physical;
	struct mmc_command cmd;
	char err[128];
	int i;

	assert_int_equal(sim_drive_tray(rig->dev[member], false, err, sizeof(err)), 0);
	rig->claimed[member] = true;
	mmc_cmd_read_structure(&cmd, MMC_STRUCTURE_PHYSICAL, sizeof(reply));
	for (i = 0; i < 100; i++) {
		rig->config.ops->exec(rig, &member, 1, &cmd, reply, &result);
		if (!result.status)
			break;
		usleep(2000);
	}
	rig->claimed[member] = false;
	assert_int_equal(mmc_parse_physical(reply, sizeof(reply) - result.resid, &physical), 0);
	assert_int_equal(physical.layers, 2);
	assert_int_equal(physical.layer_break, want);
}

static void test_layers(void **state)
{
	struct burn_rig *rig = tower("dvd+r-dl", 1, 0);

	(void)state;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_int_equal(rig->seen[1][SEND_STRUCTURE], 1);
	burn_rig_expect_copy(rig, "disc1");
	expect_break(rig, 1, (5008 / 16 + 1) / 2 * 16);
	assert_string_equal(rig->notice, "");
	burn_rig_free(rig);
	/* One that can't be is not silently another */
	rig = tower("dvd+r-dl", 1, 0);
	rig->config.layer_break = 1000;
	run_good(rig, BURN_DISC_VERIFIED);
	expect_break(rig, 1, (5008 / 16 + 1) / 2 * 16);
	assert_string_equal(rig->notice, "the layer break of the disc in recorder 0 is at block 2512, for 1000 leaves more than a layer takes");
	burn_rig_free(rig);
}

static void test_restricted(void **state)
{
	struct burn_rig *rig = tower("dvd-rw", 1, 65536);

	(void)state;
	rig->config.method = BURN_METHOD_OVERWRITE;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_int_equal(rig->seen[1][FORMAT], 1);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_free(rig);
}

/* A disc that fails to be read is not taken for one that holds nothing; one that says it was
 * never written is. */
static void test_unreadable_head(void **state)
{
	static const char *const blank[] = { "sense 8/00/00 op read times 32",
					     "sense 5/21/00 op read times 32",
					     "sense 5/64/00 op read times 32" };
	struct burn_rig *rig = tower("dvd+rw", 1, 65536);
	size_t i;

	(void)state;
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_fault(rig, 1, "sense 3/11/05 op read times 2");
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 can't be read, so it may hold data: insert a blank disc, or erase it");
	rig->config.erase = true;
	run_good(rig, BURN_DISC_VERIFIED);
	rig->config.erase = false;
	for (i = 0; i < sizeof(blank) / sizeof(*blank); i++) {
		burn_rig_fault(rig, 1, blank[i]);
		run_good(rig, BURN_DISC_VERIFIED);
	}
	burn_rig_free(rig);
}

/* The discs of the rig, as they came out, back in. */
static void trays_in(struct burn_rig *rig)
{
	char err[128];
	size_t i;

	for (i = 0; i < rig->drives; i++)
		if (sim_drive_tray_open(rig->dev[i]))
			assert_int_equal(sim_drive_tray(rig->dev[i], false, err, sizeof(err)), 0);
}

static void again(const char *type, bool full)
{
	struct burn_rig *rig = tower(type, 2, 65536);
	struct burn_source *source = rig->config.source;

	run_good(rig, BURN_DISC_VERIFIED);
	trays_in(rig);
	/* A disc with data is not written over by itself */
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 is not blank: insert a blank disc, or erase it");
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	rig->config.full = full;
	rig->config.eject = false;
	run_good(rig, BURN_DISC_ERASED);
	rig->config.source = source;
	rig->config.task = BURN_COPY;
	run_good(rig, BURN_DISC_VERIFIED);
	/* Or as part of the copy */
	rig->config.erase = true;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_free(rig);
}

static void test_erase(void **state)
{
	static const char *const types[] = { "cd-rw", "dvd-rw", "dvd+rw", "bd-re" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		again(types[i], false);
		again(types[i], true);
	}
}

/* Discs that are blanked beside some that are overwritten */
static void test_erase_mixed(void **state)
{
	static const char *const types[] = { "dvd-rw", "dvd+rw", "bd-re" };
	struct burn_rig *rig = burn_rig_new(3);
	uint32_t i;

	(void)state;
	burn_rig_image(rig, BLOCKS);
	for (i = 0; i < 3; i++)
		burn_rig_blank(rig, i + 1, types[i], 65536);
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	rig->config.erase = true;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_expect_copy(rig, "disc2");
	burn_rig_expect_copy(rig, "disc3");
	burn_rig_free(rig);
}

/* What another program does with the disc of recorder 0: FORMAT UNIT. */
static void format_as(struct burn_rig *rig, enum mmc_format type, uint32_t blocks,
		      uint32_t parameter)
{
	uint8_t list[MMC_FORMAT_LEN], reply[MMC_DISC_INFO_LEN];
	struct mmc_command cmds[3];
	struct discmux_result result;
	uint32_t member = 1;
	unsigned int i, k;

	mmc_put_format(list, type, blocks, parameter);
	mmc_cmd_test_unit_ready(&cmds[0]);
	mmc_cmd_format(&cmds[1]);
	mmc_cmd_read_disc_info(&cmds[2]);
	rig->claimed[1] = true;
	for (k = 0; k < 3; k++) {
		for (i = 0, result.status = 2; result.status && i < 1000; i++) {
			rig->config.ops->exec(rig, &member, 1, &cmds[k], k == 1 ? list : reply,
					      &result);
			rig->config.ops->sleep_ms(rig, 10);
		}
		assert_int_equal(result.status, 0);
	}
	rig->claimed[1] = false;
}

/* A CD-RW that another program formatted for packets is erased like any other. */
static void test_packets(void **state)
{
	struct burn_rig *rig = tower("cd-rw", 1, 65536);

	(void)state;
	format_as(rig, MMC_FORMAT_CD_RW, 65536 / 39 * 32, 32);
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 is not blank: insert a blank disc, or erase it");
	rig->config.erase = true;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_free(rig);
}

static json_int_t blocks_on(struct burn_rig *rig, uint32_t member)
{
	json_t *d = sim_drive_describe(rig->dev[member]);
	json_int_t blocks = json_integer_value(json_object_get(d, "blocks"));

	json_decref(d);
	return blocks;
}

/* A DVD-RW that is formatted for less than the master, in full, or quickly and for nothing
 * but a first ECC block, is formatted anew; what it can't be formatted to is refused. */
static void test_reformat(void **state)
{
	static const struct { enum mmc_format type; uint32_t blocks; } formats[] = {
		{ MMC_FORMAT_FULL, 1024 }, { MMC_FORMAT_CD_RW, 4096 }, { MMC_FORMAT_DVD_RW_QUICK, 16 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct burn_rig *rig = tower("dvd-rw", 1, 65536);

		format_as(rig, formats[i].type, formats[i].blocks, 16);
		rig->config.eject = false;
		run_good(rig, BURN_DISC_VERIFIED);
		assert_int_equal(rig->seen[1][FORMAT], 2);
		burn_rig_expect_copy(rig, "disc1");
		/* It is large enough now, and then too small again */
		rig->config.erase = true;
		run_good(rig, BURN_DISC_VERIFIED);
		assert_int_equal(rig->seen[1][FORMAT], 2);
		burn_source_free(rig->config.source);
		burn_rig_image(rig, 2 * BLOCKS);
		run_good(rig, BURN_DISC_VERIFIED);
		assert_int_equal(rig->seen[1][FORMAT], 3);
		burn_rig_expect_copy(rig, "disc1");
		burn_source_free(rig->config.source);
		burn_rig_image(rig, 65537);
		assert_int_equal(burn_rig_run(rig), -EINVAL);
		burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
				"the master is larger than the disc in recorder 0 (65537 blocks, the DVD-RW (restricted overwrite) takes 65536): use a larger disc or a smaller master");
		burn_rig_free(rig);
	}
}

/* Erased quickly it stays formatted and as large as it is, in full it is sequential again. */
static void test_erase_restricted(void **state)
{
	struct burn_rig *rig = tower("dvd-rw", 1, 65536);
	struct burn_source *source = rig->config.source;

	(void)state;
	rig->config.method = BURN_METHOD_OVERWRITE;
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	run_good(rig, BURN_DISC_ERASED);
	assert_string_equal(rig->notice, "the DVD-RW in recorder 0 stays formatted for overwriting, with its size: a full erasing makes it sequential");
	assert_int_equal(rig->seen[1][BLANK], 0);
	assert_int_equal(blocks_on(rig, 1), 5008);
	rig->config.full = true;
	run_good(rig, BURN_DISC_ERASED);
	assert_int_equal(rig->seen[1][BLANK], 1);
	assert_int_equal(blocks_on(rig, 1), 0);
	assert_string_equal(rig->notice, "the DVD-RW in recorder 0 is no longer formatted for overwriting then: it takes sequential copies");
	rig->config.source = source;
	rig->config.task = BURN_COPY;
	rig->config.method = BURN_METHOD_INCREMENTAL;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_free(rig);
}

/* Incremental writing wants a DVD-RW that was blanked in full. */
static void test_erase_for_incremental(void **state)
{
	struct burn_rig *rig = tower("dvd-rw", 1, 65536);

	(void)state;
	run_good(rig, BURN_DISC_VERIFIED);
	trays_in(rig);
	rig->config.erase = true;
	rig->config.session = BURN_SESSION_OPEN;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	burn_rig_free(rig);
}

/* Nothing of the last ECC block is left, however many there are. */
static void erase_to_the_end(bool full)
{
	struct burn_rig *rig = burn_rig_new(1);
	uint8_t block[MMC_BLOCK], zeros[MMC_BLOCK] = { 0 };
	struct burn_source *source;
	const char *path;
	FILE *f;

	burn_rig_image(rig, 4112);
	path = burn_rig_blank(rig, 1, "dvd+rw", 4112);
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	source = rig->config.source;
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	rig->config.full = full;
	run_good(rig, BURN_DISC_ERASED);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fseek(f, 4111l * MMC_BLOCK, SEEK_SET), 0);
	assert_int_equal(fread(block, sizeof(block), 1, f), 1);
	assert_memory_equal(block, zeros, sizeof(block));
	fclose(f);
	rig->config.source = source;
	burn_rig_free(rig);
}

static void test_erase_to_the_end(void **state)
{
	(void)state;
	erase_to_the_end(false);
	erase_to_the_end(true);
}

/* A disc that gives no data has not said that it holds nothing. */
static bool gives_nothing(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
			  uint8_t *data, struct discmux_result *result)
{
	(void)rig;
	(void)data;
	if (member != 1 || cmd->cdb[0] != 0x28)
		return false;
	result->resid = cmd->data_len;
	return true;
}

static void test_head_without_data(void **state)
{
	struct burn_rig *rig = tower("dvd+rw", 1, 65536);

	(void)state;
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	rig->hook = gives_nothing;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 can't be read, so it may hold data: insert a blank disc, or erase it");
	burn_rig_free(rig);
}

/* What can't take the master even when it is erased keeps what it has. */
static void test_erase_too_small(void **state)
{
	static const char *const types[] = { "cd-rw", "dvd-rw" };
	static const char *const names[] = { "CD-RW", "DVD-RW" };
	static const uint32_t room[] = { 8190, 8192 };	/* a track at once has a run-out */
	char message[256];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct burn_rig *rig = tower(types[i], 1, 8192);

		rig->config.eject = false;
		run_good(rig, BURN_DISC_VERIFIED);
		burn_source_free(rig->config.source);
		burn_rig_image(rig, room[i] + 1);
		rig->config.erase = true;
		assert_int_equal(burn_rig_run(rig), -EINVAL);
		snprintf(message, sizeof(message),
			 "the master is larger than the disc in recorder 0 (%u blocks, the %s takes %u): use a larger disc or a smaller master",
			 room[i] + 1, names[i], room[i]);
		burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, message);
		assert_int_equal(rig->seen[1][BLANK], 0);
		burn_source_free(rig->config.source);
		burn_rig_image(rig, room[i]);
		run_good(rig, BURN_DISC_VERIFIED);
		burn_rig_expect_copy(rig, "disc1");
		burn_rig_free(rig);
	}
}

static void test_not_erasable(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 65536);
	struct burn_source *source = rig->config.source;

	(void)state;
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 is a DVD+R, which can't be erased: insert a rewritable disc");
	rig->config.source = source;
	burn_rig_free(rig);
}

static void simulate(const char *type, enum burn_method method)
{
	struct burn_rig *rig = tower(type, 2, 65536);

	rig->config.task = BURN_SIMULATE;
	rig->config.method = method;
	run_good(rig, BURN_DISC_SIMULATED);
	assert_true(rig->seen[1][WRITE_10] > 0);
	/* It was none: the same discs take a copy */
	trays_in(rig);
	rig->config.task = BURN_COPY;
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_free(rig);
}

static void test_simulate(void **state)
{
	(void)state;
	simulate("cd-r", BURN_METHOD_AUTO);
	simulate("cd-r", BURN_METHOD_SAO);
	simulate("cd-rw", BURN_METHOD_AUTO);
	simulate("dvd-r", BURN_METHOD_AUTO);
	simulate("dvd-r", BURN_METHOD_INCREMENTAL);
	simulate("dvd-rw", BURN_METHOD_AUTO);
}

/* Where there is no test write nothing at all is written. */
static void test_no_simulation(void **state)
{
	static const struct { const char *type, *name; } media[] = {
		{ "dvd+r", "DVD+R" }, { "dvd+rw", "DVD+RW" }, { "dvd+r-dl", "DVD+R DL" },
		{ "bd-r", "BD-R" }, { "bd-re", "BD-RE" },
	};
	char want[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(media) / sizeof(*media); i++) {
		struct burn_rig *rig = tower(media[i].type, 1, 0);

		rig->config.task = BURN_SIMULATE;
		assert_int_equal(burn_rig_run(rig), -EINVAL);
		snprintf(want, sizeof(want), "a %s can't be simulated: the standard has no test write for it, so nothing was done with the disc in recorder 0",
			 media[i].name);
		burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, want);
		assert_int_equal(rig->seen[1][WRITE_10], 0);
		assert_int_equal(rig->seen[1][FORMAT], 0);
		burn_rig_free(rig);
	}
}

/* A drive that takes the page but not its test bit. */
static bool no_test(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		    uint8_t *data, struct discmux_result *result)
{
	(void)rig;
	(void)member;
	(void)result;
	if (cmd->cdb[0] == 0x55)
		data[10] &= ~0x10;
	return false;
}

static void test_test_not_taken(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 1, 65536);

	(void)state;
	rig->config.task = BURN_SIMULATE;
	rig->hook = no_test;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"recorder 0 does not take the test write: nothing was done");
	assert_int_equal(rig->seen[1][WRITE_10], 0);
	burn_rig_free(rig);
}

/* Whether the drive is told to bridge underruns of its buffer. */
static bool see_underrun_free(struct burn_rig *rig, uint32_t member,
			      const struct mmc_command *cmd, uint8_t *data,
			      struct discmux_result *result)
{
	(void)member;
	(void)result;
	if (cmd->cdb[0] == 0x55 && (data[8] & 0x3f) == MMC_PAGE_WRITE)
		*(int *)rig->hook_arg = (data[10] & 0x40) != 0;
	return false;
}

/* Burn-free is on, unless it is not wanted, with all that has write parameters. */
static void test_underrun_free(void **state)
{
	static const struct { const char *type; enum burn_method method; } media[] = {
		{ "cd-r", BURN_METHOD_AUTO }, { "cd-r", BURN_METHOD_SAO },
		{ "cd-rw", BURN_METHOD_AUTO }, { "dvd-r", BURN_METHOD_AUTO },
		{ "dvd-r", BURN_METHOD_INCREMENTAL }, { "dvd-rw", BURN_METHOD_AUTO },
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(media) / sizeof(*media); i++) {
		struct burn_rig *rig = tower(media[i / 2].type, 1, 65536);
		int on = -1;

		rig->config.method = media[i / 2].method;
		rig->config.no_underrun_free = i % 2;
		rig->hook = see_underrun_free;
		rig->hook_arg = &on;
		run_good(rig, BURN_DISC_VERIFIED);
		assert_int_equal(on, i % 2 ? 0 : 1);
		burn_rig_free(rig);
	}
}

/* A copy is compared in another drive than it was made in. */
static void test_verify_elsewhere(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 1, 65536);
	struct burn_recorder reader = { .member = 0, .unit = 0, .reader = true,
					.max_data = 65536, .slot = DISCMUX_NONE };
	char err[128];

	(void)state;
	rig->config.verify = false;
	run_good(rig, BURN_DISC_CLOSED);
	assert_int_equal(sim_drive_take(rig->dev[1], NULL, 0, true, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
	rig->config.task = BURN_VERIFY;
	rig->config.recorders = &reader;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_int_equal(rig->seen[0][WRITE_10], 0);
	trays_in(rig);
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 4000");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_DIFFERS,
			"reader 0 failed to read its disc back at LBA 4000: L-EC uncorrectable error (03/11/05)");
	burn_rig_free(rig);
}

/* A disc that goes on behind the master's end; one that is blank, though formatted discs
 * never are */
static void test_verify_other(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 65536);

	(void)state;
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	rig->config.task = BURN_VERIFY;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_string_equal(rig->notice, "");
	burn_source_free(rig->config.source);
	burn_rig_image(rig, BLOCKS - 100);
	run_good(rig, BURN_DISC_VERIFIED);
	assert_non_null(strstr(rig->notice, "the disc in recorder 0 holds 1"));
	assert_non_null(strstr(rig->notice, " blocks more than the master, which are not compared"));
	burn_rig_free(rig);
	rig = tower("dvd+rw", 1, 65536);
	rig->config.task = BURN_VERIFY;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 is blank: insert a disc to be compared");
	burn_rig_free(rig);
}

/* Without a word about it a copy is left as the master is. */
static void as_the_master(const char *type, enum burn_session session, const char *want)
{
	struct burn_rig *rig = tower(type, 2, 65536);
	json_t *d;
	char err[128];

	rig->config.count = 1;
	rig->config.session = BURN_SESSION_OPEN;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_int_equal(sim_drive_take(rig->dev[1], NULL, 0, true, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	rig->config.recorders = &rig->recorders[1];
	rig->config.session = session;
	rig->config.eject = false;
	run_good(rig, BURN_DISC_VERIFIED);
	d = sim_drive_describe(rig->dev[2]);
	assert_string_equal(json_string_value(json_object_get(d, "state")), want);
	json_decref(d);
	burn_rig_expect_copy(rig, "disc2");
	burn_rig_free(rig);
}

static void test_session(void **state)
{
	static const char *const types[] = { "cd-r", "dvd-r", "dvd+r" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		as_the_master(types[i], BURN_SESSION_AUTO, "appendable");
		as_the_master(types[i], BURN_SESSION_CLOSE, "complete");
	}
}

/* ---- Speeds -------------------------------------------------------------- */

static void test_speed(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 1, 65536);
	struct burn_status s;

	(void)state;
	rig->config.speed = 7;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_string_equal(rig->notice,
			    "recorder 0 does not have 7x for this disc: it burns at 6x, the next lower");
	burn_job_status(rig->job, 0, &s);
	assert_true(s.speed > 5.7 && s.speed < 6.3);
	burn_rig_free(rig);

	rig = tower("cd-r", 1, 65536);
	rig->config.speed = 1;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_non_null(strstr(rig->notice, "recorder 0 has no speed as low as 1x"));
	burn_rig_free(rig);
}

/* ---- Masters that can't be read ------------------------------------------ */

static void test_damaged(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 65536);
	char map[128], image[128], line[512];
	unsigned int bad = 0;
	FILE *f;

	(void)state;
	burn_rig_master(rig);
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 1000-1002");
	assert_int_equal(burn_rig_run(rig), -EIO);
	assert_non_null(strstr(burn_job_error(rig->job), "can't read the master at LBA 1000"));
	snprintf(map, sizeof(map), "%s.map", rig->dir);
	snprintf(image, sizeof(image), "%s.copy", rig->dir);
	rig->config.task = BURN_READ;
	rig->config.count = 0;
	rig->config.image = image;
	assert_int_equal(burn_rig_run(rig), -EIO);
	snprintf(line, sizeof(line), "%s.iso", image);
	assert_null(fopen(line, "r"));		/* nothing that looks whole */
	rig->config.damaged = true;
	rig->config.map = map;
	assert_int_equal(burn_rig_run(rig), 0);
	assert_int_equal(burn_source_bad(rig->config.source), 3);
	f = fopen(map, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		bad += strstr(line, "0x001F4000  0x00001800  -") != NULL;
	fclose(f);
	assert_int_equal(bad, 1);
	snprintf(line, sizeof(line), "rm -f %s* %s", image, map);
	assert_int_equal(system(line), 0);
	burn_rig_free(rig);
}

static void expect_line(const char *path, const char *want)
{
	unsigned int found = 0;
	char line[256];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		found += strstr(line, want) != NULL;
	fclose(f);
	assert_int_equal(found, 1);
}

/* A copy of the master but for n blocks of zeros from first on. */
static void expect_zeros(struct burn_rig *rig, const char *disc, uint32_t first, uint32_t n)
{
	uint8_t want[MMC_BLOCK], got[MMC_BLOCK];
	FILE *a = fopen(rig->image, "r"), *b;
	char path[192];
	uint32_t lba;

	snprintf(path, sizeof(path), "%s/%s.iso", rig->dir, disc);
	b = fopen(path, "r");
	assert_non_null(a);
	assert_non_null(b);
	for (lba = 0; lba < BLOCKS; lba++) {
		assert_int_equal(fread(want, sizeof(want), 1, a), 1);
		assert_int_equal(fread(got, sizeof(got), 1, b), 1);
		if (lba - first < n)
			memset(want, 0, sizeof(want));
		assert_memory_equal(want, got, sizeof(want));
	}
	fclose(a);
	fclose(b);
}

/* Each disc has zeros for what could not be read for it; the map has those of all rounds, in
 * order, whichever came first. */
static void test_damaged_rounds(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3, 65536);
	char map[128];

	(void)state;
	burn_rig_master(rig);
	snprintf(map, sizeof(map), "%s/map", rig->dir);
	rig->config.count = 1;
	rig->config.damaged = true;
	rig->config.map = map;
	/* once with the blocks around them, then four times by itself */
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 1000-1002 times 13");
	run_good(rig, BURN_DISC_VERIFIED);
	expect_line(map, "0x001F4000  0x00001800  -");
	rig->config.recorders = &rig->recorders[1];
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 600 times 5");
	run_good(rig, BURN_DISC_VERIFIED);
	rig->config.recorders = &rig->recorders[2];
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 1003 times 5");
	run_good(rig, BURN_DISC_VERIFIED);
	expect_zeros(rig, "disc1", 1000, 3);
	expect_zeros(rig, "disc2", 600, 1);
	expect_zeros(rig, "disc3", 1003, 1);
	expect_line(map, "0x0012C000  0x00000800  -");
	expect_line(map, "0x001F4000  0x00002000  -");
	assert_int_equal(burn_source_bad(rig->config.source), 5);
	burn_rig_free(rig);
}

/* A DVD in the reader whose data need keys. */
static bool css(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		uint8_t *data, struct discmux_result *result)
{
	static const uint8_t copyright[8] = { 0, 6, 0, 0, 1 };

	if (member || (cmd->cdb[0] != 0x46 && cmd->cdb[0] != 0xad))
		return false;
	rig->hook = NULL;
	rig->config.ops->exec(rig, &member, 1, cmd, data, result);
	rig->hook = css;
	if (cmd->cdb[0] == 0x46) {
		data[6] = 0;
		data[7] = MMC_PROFILE_DVD_ROM;
	} else if (cmd->cdb[7] == 1) {
		memcpy(data, copyright, sizeof(copyright));
		result->status = 0;
		result->resid = 0;
	}
	return true;
}

static void test_protected(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 65536);
	char map[128];

	(void)state;
	burn_rig_master(rig);
	rig->hook = css;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job),
			    "the disc in reader 0 is copy protected by CSS or CPPM: it can't be copied");
	assert_int_equal(rig->seen[1][WRITE_10], 0);
	/* What can be read is copied when that is asked for */
	snprintf(map, sizeof(map), "%s.map", rig->dir);
	rig->config.damaged = true;
	rig->config.map = map;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_int_equal(unlink(map), 0);
	burn_rig_free(rig);
}

/* A block that comes at the third try is as good as any. */
static void test_retry(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, 65536);

	(void)state;
	burn_rig_master(rig);
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 1000 times 3");
	run_good(rig, BURN_DISC_VERIFIED);
	burn_rig_expect_copy(rig, "disc1");
	assert_true(rig->seen[0][0xb6] + rig->seen[0][0xbb] > 0);	/* slower */
	burn_rig_free(rig);
}

/* What the reader is told about its speed, 1000 bytes a second: the last but one, which is
 * the slow one, for it is set back then. */
static bool see_speed(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	uint32_t *speed = rig->hook_arg;

	(void)result;
	if (member || (cmd->cdb[0] != 0xbb && cmd->cdb[0] != 0xb6))
		return false;
	speed[0] = speed[1];
	speed[1] = cmd->cdb[0] == 0xbb ? sim_be16(&cmd->cdb[2]) : sim_be32(&data[12]);
	return false;
}

/* 4x on CD, 2x on DVD and BD */
static void test_slowly(void **state)
{
	static const struct { const char *type; uint32_t kbps; } masters[] = {
		{ "cd-r", 706 }, { "dvd-r", 2770 }, { "bd-r", 8991 },
	};
	char err[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(masters) / sizeof(*masters); i++) {
		struct burn_rig *rig = burn_rig_new(2);
		uint32_t speed[2] = { 0 };

		burn_rig_image(rig, BLOCKS);
		burn_rig_blank(rig, 1, masters[i].type, 65536);
		burn_rig_blank(rig, 2, "dvd+r", 0);
		rig->config.count = 1;
		run_good(rig, BURN_DISC_VERIFIED);
		assert_int_equal(sim_drive_take(rig->dev[1], NULL, 0, true, err, sizeof(err)), 0);
		assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
		burn_source_free(rig->config.source);
		assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
		burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 1000 times 3");
		rig->config.recorders = &rig->recorders[1];
		rig->hook = see_speed;
		rig->hook_arg = speed;
		run_good(rig, BURN_DISC_VERIFIED);
		assert_int_equal(speed[0], masters[i].kbps);
		burn_rig_free(rig);
	}
}

/* The image beside the copies: register while copying. */
static void test_image_beside(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2, 65536);
	char image[128], command[512];

	(void)state;
	burn_rig_master(rig);
	snprintf(image, sizeof(image), "%s.copy.iso", rig->dir);
	rig->config.image = image;
	run_good(rig, BURN_DISC_VERIFIED);
	assert_string_equal(burn_job_image(rig->job), image);
	snprintf(command, sizeof(command), "cmp %s %s && cd /tmp && sha256sum --status -c %s.sha256",
		 image, rig->image, image);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "rm -f %s*", image);
	assert_int_equal(system(command), 0);
	burn_rig_free(rig);
}

/* Written session at once a plain master is one all the same, whatever a track takes. */
static void test_image_beside_sao(void **state)
{
	static const uint32_t blocks[] = { 64, 1000 };
	char image[128], command[512];
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct burn_rig *rig = burn_rig_new(1);

		burn_rig_image(rig, blocks[i]);
		burn_rig_blank(rig, 1, "cd-r", 65536);
		burn_rig_master(rig);
		snprintf(image, sizeof(image), "%s/out.iso", rig->dir);
		rig->config.image = image;
		rig->config.method = BURN_METHOD_SAO;
		run_good(rig, BURN_DISC_VERIFIED);
		assert_string_equal(burn_job_image(rig->job), image);
		snprintf(command, sizeof(command), "cmp %s %s && cd %s && sha256sum -c --quiet out.iso.sha256 && ! test -e out.bin",
			 image, rig->image, rig->dir);
		assert_int_equal(system(command), 0);
		burn_rig_free(rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_wrong_address),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_unreadable_head),
		cmocka_unit_test(test_erase),
		cmocka_unit_test(test_erase_mixed),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_reformat),
		cmocka_unit_test(test_erase_restricted),
		cmocka_unit_test(test_erase_for_incremental),
		cmocka_unit_test(test_erase_to_the_end),
		cmocka_unit_test(test_head_without_data),
		cmocka_unit_test(test_mixed_full),
		cmocka_unit_test(test_erase_too_small),
		cmocka_unit_test(test_not_erasable),
		cmocka_unit_test(test_simulate),
		cmocka_unit_test(test_no_simulation),
		cmocka_unit_test(test_test_not_taken),
		cmocka_unit_test(test_underrun_free),
		cmocka_unit_test(test_verify_elsewhere),
		cmocka_unit_test(test_verify_other),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_damaged_rounds),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_slowly),
		cmocka_unit_test(test_image_beside),
		cmocka_unit_test(test_image_beside_sao),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
