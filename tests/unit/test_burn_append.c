// SPDX-License-Identifier: GPL-2.0
/* A session more on discs that were left open. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST		1000
#define BLOCKS		5003
#define BLANK		0xa1
#define READ_TRACK	0x52
#define READ_10		0x28
#define WRITE_10	0x2a

static void run_good(struct burn_rig *rig)
{
	int rc = burn_rig_run(rig);
	size_t i;

	assert_string_equal(burn_job_error(rig->job), "");
	for (i = 0; i < rig->config.count; i++)
		burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	assert_int_equal(rc, 0);
}

/* Discs of these types with a first session of FIRST blocks, and a master of BLOCKS to add. */
static struct burn_rig *begun(const char *const types[], size_t recorders, uint32_t capacity)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	burn_rig_image(rig, FIRST);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, types[i - 1], capacity);
	rig->config.session = BURN_SESSION_OPEN;
	rig->config.eject = false;
	run_good(rig);
	burn_source_free(rig->config.source);
	burn_rig_image(rig, BLOCKS);
	rig->config.session = BURN_SESSION_AUTO;
	rig->config.append = true;
	return rig;
}

/* The disc has the master's first blocks from here on. */
static void expect_at(struct burn_rig *rig, uint32_t member, uint32_t start, uint32_t blocks)
{
	uint8_t want[MMC_BLOCK], got[MMC_BLOCK];
	FILE *a = fopen(rig->image, "r"), *b;
	char path[192];

	snprintf(path, sizeof(path), "%s/disc%u.iso", rig->dir, member);
	b = fopen(path, "r");
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(fseek(b, (long)start * MMC_BLOCK, SEEK_SET), 0);
	while (blocks--) {
		assert_int_equal(fread(want, sizeof(want), 1, a), 1);
		assert_int_equal(fread(got, sizeof(got), 1, b), 1);
		assert_memory_equal(want, got, sizeof(want));
	}
	fclose(a);
	fclose(b);
}

static void expect_disc(struct burn_rig *rig, uint32_t member, const char *state)
{
	json_t *d = sim_drive_describe(rig->dev[member]);

	assert_string_equal(json_string_value(json_object_get(d, "state")), state);
	json_decref(d);
}

/* Only what is new is read back. */
static bool see_reads(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	(void)data;
	(void)result;
	if (member && cmd->cdb[0] == READ_10)
		assert_true(sim_be32(&cmd->cdb[2]) >= rig->targets[member - 1].lba);
	return false;
}

static void add_to(const char *type)
{
	struct burn_rig *rig = begun((const char *const []){ type, type }, 2, 0);
	uint32_t start;

	rig->hook = see_reads;
	run_good(rig);
	assert_int_equal(rig->seen[1][BLANK], 0);
	start = rig->targets[0].lba;
	assert_true(start >= FIRST);
	assert_int_equal(rig->targets[1].lba, start);
	expect_at(rig, 1, 0, FIRST);
	expect_at(rig, 1, start, BLOCKS);
	expect_at(rig, 2, start, BLOCKS);
	/* As open as it was, so that a third one may follow */
	expect_disc(rig, 1, "appendable");
	rig->config.session = BURN_SESSION_CLOSE;
	run_good(rig);
	assert_true(rig->targets[0].lba >= start + BLOCKS);
	expect_at(rig, 1, 0, FIRST);
	expect_at(rig, 1, start, BLOCKS);
	expect_at(rig, 1, rig->targets[0].lba, BLOCKS);
	expect_disc(rig, 2, "complete");
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 takes no further session: insert one with data that was left open");
	burn_rig_free(rig);
}

static void test_add(void **state)
{
	static const char *const types[] = { "cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r",
					     "dvd+r-dl", "bd-r" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		add_to(types[i]);
}

/* Each disc goes on where it does. */
static void test_mixed(void **state)
{
	struct burn_rig *rig = begun((const char *const []){ "dvd-r", "dvd+r", "bd-r" }, 3, 65536);

	(void)state;
	run_good(rig);
	assert_int_not_equal(rig->targets[0].lba, rig->targets[1].lba);
	expect_at(rig, 1, rig->targets[0].lba, BLOCKS);
	expect_at(rig, 2, rig->targets[1].lba, BLOCKS);
	expect_at(rig, 3, rig->targets[2].lba, BLOCKS);
	burn_rig_free(rig);
}

/* Refused before anything is done, with these words about recorder 0. */
static void refused(struct burn_rig *rig, const char *message)
{
	unsigned int writes = rig->seen[1][WRITE_10];

	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, message);
	assert_int_equal(rig->seen[1][WRITE_10], writes);
	assert_int_equal(rig->seen[1][BLANK], 0);
	burn_rig_free(rig);
}

static void test_refused(void **state)
{
	struct burn_rig *rig = begun((const char *const []){ "dvd+r" }, 1, 65536);

	(void)state;
	rig->config.append = false;
	refused(rig, "the disc in recorder 0 is not blank: insert a blank disc, or append a session to it");
	rig = begun((const char *const []){ "cd-rw" }, 1, 65536);
	rig->config.append = false;
	refused(rig, "the disc in recorder 0 is not blank: insert a blank disc, erase it, or append a session to it");
	rig = burn_rig_new(1);
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd-r", 0);
	rig->config.append = true;
	refused(rig, "the disc in recorder 0 is blank: insert one with data that was left open, or leave out --append");
	rig = burn_rig_new(1);
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd+rw", 0);
	rig->config.append = true;
	refused(rig, "the disc in recorder 0 is a DVD+RW, which has no sessions: insert another kind of disc, or leave out --append");
	/* 8192 blocks, less the first session and what lies between it and the next */
	rig = begun((const char *const []){ "dvd+r" }, 1, 8048);
	refused(rig, "the master is larger than the disc in recorder 0 (5003 blocks, the DVD+R takes 4992): use a larger disc or a smaller master");
}

/* ---- Images that say where they belong ------------------------------------- */

/* The master becomes one of ISO 9660 with its root directory there. */
static void set_root(struct burn_rig *rig, uint32_t root)
{
	static const uint8_t head[] = { 1, 'C', 'D', '0', '0', '1', 1 };
	const uint8_t le[4] = { (uint8_t)root, (uint8_t)(root >> 8), (uint8_t)(root >> 16) };
	FILE *f = fopen(rig->image, "r+");

	assert_non_null(f);
	fseek(f, 16 * MMC_BLOCK, SEEK_SET);
	fwrite(head, sizeof(head), 1, f);
	fseek(f, 16 * MMC_BLOCK + 158, SEEK_SET);
	fwrite(le, sizeof(le), 1, f);
	fclose(f);
}

static void test_place(void **state)
{
	struct burn_rig *rig = begun((const char *const []){ "dvd+r" }, 1, 65536);
	const uint32_t start = 1008 + 2048;	/* ECC blocks, then closure and intro */

	(void)state;
	set_root(rig, start + 23);
	run_good(rig);
	assert_int_equal(rig->targets[0].lba, start);
	burn_rig_free(rig);
	rig = begun((const char *const []){ "dvd+r" }, 1, 65536);
	set_root(rig, 23);
	refused(rig, "the master is not made for the disc in recorder 0, which goes on at LBA 3056: make it with mkisofs -C START,3056");
	rig = begun((const char *const []){ "dvd+r" }, 1, 65536);
	set_root(rig, start + BLOCKS);
	refused(rig, "the master is not made for the disc in recorder 0, which goes on at LBA 3056: make it with mkisofs -C START,3056");
}

/* A drive that names another address when it is asked again. */
static bool moves(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		  uint8_t *data, struct discmux_result *result)
{
	unsigned int *asked = rig->hook_arg;

	if (cmd->cdb[0] != READ_TRACK || ++*asked != 2)
		return false;
	rig->hook = NULL;
	rig->config.ops->exec(rig, &member, 1, cmd, data, result);
	sim_put_be32(&data[12], sim_be32(&data[12]) + 16);
	return true;
}

static void test_moves(void **state)
{
	struct burn_rig *rig = begun((const char *const []){ "dvd+r" }, 1, 65536);
	unsigned int asked = 0, writes = rig->seen[1][WRITE_10];

	(void)state;
	rig->hook = moves;
	rig->hook_arg = &asked;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"recorder 0 said that its disc goes on at LBA 3056, and now at 3072: nothing was written");
	assert_int_equal(rig->seen[1][WRITE_10], writes);
	burn_rig_free(rig);
}

/* What makes no sense together is no job. */
static void test_config(void **state)
{
	struct burn_rig *rig = burn_rig_new(1);
	struct burn_job *job;

	(void)state;
	burn_rig_image(rig, 64);
	rig->config.append = true;
	rig->config.erase = true;
	assert_int_equal(burn_job_create(&rig->config, &job), -EINVAL);
	rig->config.erase = false;
	rig->config.task = BURN_SIMULATE;
	assert_int_equal(burn_job_create(&rig->config, &job), -EINVAL);
	burn_rig_free(rig);
}

/* A next writable address that is not where the empty track begins: the disc is as it was. */
static void test_wrong_place(void **state)
{
	static const char *const wrong[] = { "nwa=-16", "nwa=+16", "nwa=4294967040", "nwa=none" };
	struct burn_rig *rig = begun((const char *const []){ "dvd+r", "dvd-r", "bd-r", "dvd+r" },
				     4, 0);
	unsigned int written[4];
	struct burn_status s;
	char fault[64];
	uint32_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		written[i] = rig->seen[i + 1][WRITE_10];
		snprintf(fault, sizeof(fault), "reply %s op 52", wrong[i]);
		burn_rig_fault(rig, i + 1, fault);
	}
	assert_int_not_equal(burn_rig_run(rig), 0);
	for (i = 0; i < 4; i++) {
		burn_job_status(rig->job, i, &s);
		assert_int_equal(s.disc, BURN_DISC_UNTOUCHED);
		assert_non_null(strstr(s.message, i == 3 ? "gives no next writable address" :
						  "with an empty track from LBA"));
		assert_int_equal(rig->seen[i + 1][WRITE_10], written[i]);
		expect_disc(rig, i + 1, "appendable");
	}
	burn_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_wrong_place),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
