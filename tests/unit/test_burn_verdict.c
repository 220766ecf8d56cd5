// SPDX-License-Identifier: GPL-2.0
/* Copies whose drives answer as real ones do: warnings, resets, work that takes a while,
 * commands that they do not know. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libdiscmux.h"

#define BLOCKS		4000u
#define READ_10		0x28
#define WRITE_10	0x2a

static struct burn_rig *tower(const char *type, size_t recorders)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	burn_rig_image(rig, BLOCKS);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, type, 0);
	return rig;
}

static void good(struct burn_rig *rig)
{
	char disc[32];
	size_t i;

	assert_int_equal(burn_rig_run(rig), 0);
	for (i = 0; i < rig->config.count; i++) {
		burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
		snprintf(disc, sizeof(disc), "disc%zu", i + 1);
		burn_rig_expect_copy(rig, disc);
	}
}

/* ---- Carried out, with something to tell ------------------------------------ */

/* The fault once, in a recorder: a good copy, with a notice. */
static void warned(const char *type, const char *fault, const char *notice)
{
	struct burn_rig *rig = tower(type, 2);

	burn_rig_fault(rig, 2, fault);
	good(rig);
	assert_string_equal(rig->notice, notice);
	burn_rig_free(rig);
}

static void test_warnings(void **state)
{
	(void)state;
	warned("dvd+r", "sense 1/0c/00 op write times always",
	       "recorder 1 carried a command out and warns: write error (01/0C/00)");
	warned("dvd-r", "sense 1/73/01 op 54",
	       "recorder 1 carried a command out and warns: power calibration area almost full (01/73/01)");
	warned("cd-r", "sense 1/73/01 op 35",
	       "recorder 1 carried a command out and warns: power calibration area almost full (01/73/01)");
	warned("dvd+r", "sense 1/73/01 op 5b times always",
	       "recorder 1 carried a command out and warns: power calibration area almost full (01/73/01)");
	warned("dvd+r", "sense 1/18/00 op read times always",
	       "recorder 1 carried a command out and warns: recovered data with error correction applied (01/18/00)");
}

/* BLANK, and the master itself */
static void test_warnings_of_others(void **state)
{
	struct burn_rig *rig = tower("cd-rw", 1);
	char err[128];

	(void)state;
	good(rig);
	rig->config.task = BURN_ERASE;
	burn_source_free(rig->config.source);
	rig->config.source = NULL;
	burn_rig_fault(rig, 1, "sense 1/73/01 op a1");
	assert_int_equal(sim_drive_tray(rig->dev[1], false, err, sizeof(err)), 0);
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_ERASED, NULL);
	burn_rig_free(rig);

	rig = tower("dvd+r", 2);
	burn_rig_master(rig);
	burn_rig_fault(rig, 0, "sense 1/17/01 op read times always");
	good(rig);
	assert_string_equal(rig->notice, "reader 0 carried a command out and warns: recovered data with retries (01/17/01)");
	burn_rig_free(rig);
}

/* ---- Not yet ------------------------------------------------------------------ */

/* These happen to the reader in mid-copy, and all copies are good. */
static void reader_waits(const char *const *faults)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	burn_rig_master(rig);
	for (; *faults; faults++)
		burn_rig_fault(rig, 0, *faults);
	good(rig);
	burn_rig_free(rig);
}

static void test_reader_waits(void **state)
{
	static const char *const once[] = { "sense 2/04/01 op read nth 5", NULL };
	static const char *const reset[] = { "sense 6/29/00 op read nth 5",
					     "sense 2/04/01 op read nth 5 times 40", NULL };
	static const char *const other[] = { "sense 6/2a/01 op read nth 4",
					     "sense 6/3f/00 op read nth 6",
					     "sense b/08/01 op read nth 7 times 2", NULL };

	(void)state;
	reader_waits(once);
	reader_waits(reset);
	reader_waits(other);
}

/* The recorder, when its disc is read back: READs of it are that only. */
static void read_back(const char *fault)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	burn_rig_fault(rig, 2, fault);
	good(rig);
	burn_rig_free(rig);
}

static void test_read_back(void **state)
{
	(void)state;
	read_back("sense 6/29/00 op read nth 3");
	read_back("sense 2/04/08 op read nth 3");
	read_back("sense 2/04/01 op read nth 3 times 30");
	read_back("sense b/08/01 op read nth 3 times 2");
	read_back("sense 6/28/00 op read nth 4");	/* and it is the same disc */
}

/* A disc that never reads back counts as unknown, not as a copy that differs. */
static void test_read_back_lost(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	(void)state;
	burn_rig_fault(rig, 2, "sense b/08/01 op read nth 3 times always");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_CLOSED,
			"recorder 1 failed to read its disc back at LBA 127: logical unit communication time-out (0B/08/01)");
	burn_rig_free(rig);
}

/* Each recorder's data have their own place, whichever recorder is asked again. */
static void test_read_back_both(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);

	(void)state;
	burn_rig_fault(rig, 2, "sense 6/29/00 op read nth 2 times 3");
	burn_rig_fault(rig, 3, "sense 2/04/01 op read nth 2 times 4");
	good(rig);
	burn_rig_free(rig);
}

/* ---- Another disc --------------------------------------------------------------- */

static bool swap_once(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	char err[128];
	static const uint8_t attention[14] = { 0x70, 0, 6, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0x28, 0 };

	(void)data;
	if (member || cmd->cdb[0] != READ_10 || rig->seen[0][READ_10] != 12 || rig->hook_arg)
		return false;
	rig->hook_arg = rig;
	sim_drive_take(rig->dev[0], NULL, 0, true, err, sizeof(err));
	assert_int_equal(sim_drive_insert(rig->dev[0], "other", err, sizeof(err)), 0);
	result->status = 2;
	result->sense_len = sizeof(attention);
	memcpy(result->sense, attention, sizeof(attention));
	return true;
}

/* The master is taken out in mid-copy and another disc put in: no copy is made of the two. */
static void test_master_swapped(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);
	char name[64], err[256];
	FILE *f;

	(void)state;
	burn_rig_master(rig);
	burn_source_free(rig->config.source);
	unlink(rig->image);	/* the master is that file */
	burn_rig_image(rig, BLOCKS);
	f = fopen(rig->image, "r+");
	fseek(f, 16 * MMC_BLOCK, SEEK_SET);
	fputs("another disc", f);
	fclose(f);
	burn_source_free(rig->config.source);
	assert_int_equal(sim_media_import(rig->media, rig->image, "other", name, sizeof(name), err,
					  sizeof(err)), 0);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	rig->hook = swap_once;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, "the master can't be read");
	burn_rig_free(rig);
}

/* ---- What became of the last WRITE: see test_burn_resume.c, too ------------------- */

/* What leaves the session as it was is no reason to lose a disc. */
static void test_write_goes_on(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	(void)state;
	burn_rig_fault(rig, 2, "sense 2/04/08 op write nth 5 times 3");
	burn_rig_fault(rig, 2, "sense 6/2a/01 op write nth 30");
	good(rig);
	burn_rig_free(rig);
}

/* ---- What a drive does not know ----------------------------------------------------- */

static void test_no_reservation(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 2);

	(void)state;
	burn_rig_fault(rig, 2, "sense 5/24/00 op 53");
	good(rig);
	assert_string_equal(rig->notice, "recorder 1 does not take a reservation for the whole disc: it writes incrementally");
	burn_rig_free(rig);

	/* Where only disc at once will do, the disc stays blank */
	rig = tower("dvd-r", 2);
	rig->config.method = BURN_METHOD_DAO;
	burn_rig_fault(rig, 2, "sense 5/20/00 op 53");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"recorder 1 failed to reserve the track: invalid command operation code (05/20/00)");
	assert_int_equal(rig->seen[2][WRITE_10], 0);
	burn_rig_free(rig);
}

static void test_no_calibration(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 2);

	(void)state;
	burn_rig_fault(rig, 2, "sense 5/20/00 op 54");
	good(rig);
	assert_string_equal(rig->notice, "recorder 1 does not calibrate its laser when told to: it does so by itself");
	burn_rig_free(rig);
}

static void test_no_format(void **state)
{
	struct burn_rig *rig = tower("dvd+rw", 1);

	(void)state;
	burn_rig_fault(rig, 1, "sense 5/24/00 op 04");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"recorder 0 failed to format its disc: invalid field in CDB (05/24/00)");
	burn_rig_free(rig);
}

/* ---- Protected masters ----------------------------------------------------------------- */

static void protected_by(const char *const words[], size_t n, const char *message)
{
	struct burn_rig *rig = tower("dvd+r", 1);
	char name[64], err[256];

	burn_source_free(rig->config.source);
	assert_int_equal(sim_media_import(rig->media, rig->image, "keys", name, sizeof(name), err,
					  sizeof(err)), 0);
	assert_int_equal(sim_media_copyright(rig->media, name, words, n, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], name, err, sizeof(err)), 0);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job), message);
	burn_rig_expect(rig, 0, BURN_IDLE, BURN_DISC_UNTOUCHED, NULL);
	assert_int_equal(rig->seen[1][WRITE_10], 0);
	burn_rig_free(rig);
}

static void test_protected(void **state)
{
	static const char *const css[] = { "css" }, *const cprm[] = { "cprm" };
	static const char *const region[] = { "none", "region", "2" };

	(void)state;
	protected_by(css, 1, "the disc in reader 0 is copy protected by CSS or CPPM: it can't be copied");
	protected_by(cprm, 1, "the disc in reader 0 is copy protected by CPRM: it can't be copied");
	protected_by(region, 3, "the disc in reader 0 is copy protected by a region: it can't be copied");
}

/* A BD names its keys in a media key block; a disc in a reader is a BD-ROM. */
static void test_aacs(void **state)
{
	static const char *const aacs[] = { "aacs" }, *const none[] = { "none" };
	struct burn_rig *rig = tower("bd-r", 1);
	char err[256], path[128];

	(void)state;
	good(rig);
	assert_int_equal(sim_drive_take(rig->dev[1], NULL, 0, true, err, sizeof(err)), 0);
	assert_int_equal(sim_media_copyright(rig->media, "disc1", aacs, 1, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	rig->config.task = BURN_READ;
	rig->config.count = 0;
	snprintf(path, sizeof(path), "%s/read.iso", rig->dir);
	rig->config.image = path;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job),
			    "the disc in reader 0 is copy protected by AACS: it can't be copied");
	assert_int_equal(sim_drive_take(rig->dev[0], NULL, 0, true, err, sizeof(err)), 0);
	assert_int_equal(sim_media_copyright(rig->media, "disc1", none, 1, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_free(rig);
}

/* ---- What can be overwritten -------------------------------------------------------------- */

/* A DVD+RW with something at this place, as its drive has it */
static struct burn_rig *with_data(uint32_t block, uint32_t at, const char *text)
{
	struct burn_rig *rig = tower("dvd+rw", 1);
	char path[192];
	FILE *f;

	good(rig);
	snprintf(path, sizeof(path), "%s/disc1.iso", rig->dir);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(truncate(path, BLOCKS * 2048), 0);
	f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, (long)block * 2048 + at, SEEK_SET);
	fputs(text, f);
	fclose(f);
	rig->config.load = true;
	return rig;
}

static void test_btrfs(void **state)
{
	struct burn_rig *rig = with_data(32, 0x40, "_BHRfS_M");

	(void)state;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 holds btrfs: insert a blank disc, or erase it");
	burn_rig_free(rig);
	/* What libblkid does not know are data all the same */
	rig = with_data(300, 0, "an archive with a tape's first file");
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_free(rig);
	/* A disc that can't be read may hold data */
	rig = with_data(0, 0, "");
	burn_rig_fault(rig, 1, "sense 3/11/05 op read lba 100");
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 can't be read, so it may hold data: insert a blank disc, or erase it");
	burn_rig_free(rig);
	rig = with_data(0, 0, "");
	good(rig);
	burn_rig_free(rig);
}

/* ---- Identity ------------------------------------------------------------------------ */

static void test_identity(void **state)
{
	static const char *const faults[] = { "sense 2/04/01 op 25", "sense b/08/00 op 43",
					      "sense 3/11/05 op read times 2", "sense 6/29/00 op 43",
					      "sense 4/09/01 op 25" };
	struct burn_rig *rig = burn_rig_new(1);
	char id[BURN_ID_LEN], again[BURN_ID_LEN];
	size_t i;

	(void)state;
	burn_rig_image(rig, 100);
	burn_rig_master(rig);
	rig->claimed[0] = true;
	assert_int_equal(burn_identify(rig->config.ops, rig, 0, 0, id), 0);
	assert_int_equal(strlen(id), BURN_ID_LEN - 1);
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		burn_rig_fault(rig, 0, faults[i]);
		assert_int_equal(burn_identify(rig->config.ops, rig, 0, 0, again), 0);
		assert_string_equal(again, id);
	}
	/* One that does not come is no other disc */
	burn_rig_fault(rig, 0, "sense 4/44/00 op 43 times always");
	assert_int_equal(burn_identify(rig->config.ops, rig, 0, 0, again), -EIO);
	rig->claimed[0] = false;
	burn_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_warnings_of_others),
		cmocka_unit_test(test_reader_waits),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_read_back_lost),
		cmocka_unit_test(test_read_back_both),
		cmocka_unit_test(test_master_swapped),
		cmocka_unit_test(test_write_goes_on),
		cmocka_unit_test(test_no_reservation),
		cmocka_unit_test(test_no_calibration),
		cmocka_unit_test(test_no_format),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_aacs),
		cmocka_unit_test(test_btrfs),
		cmocka_unit_test(test_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
