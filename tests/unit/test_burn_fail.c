// SPDX-License-Identifier: GPL-2.0
/* Jobs that go wrong: what is said, which discs are lost, what goes on. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libdiscmux.h"

#define WRITE_10	0x2a
#define BLOCKS		5003

/* Recorders whose discs nothing was written to. */
static void expect_unwritten(struct burn_rig *rig)
{
	size_t i;

	for (i = 1; i < rig->drives; i++) {
		assert_int_equal(rig->seen[i][WRITE_10], 0);
		assert_int_equal(rig->seen[i][0x53], 0);
		assert_int_equal(rig->seen[i][0x5b], 0);
	}
}

/* One check fails: nobody is touched. */
static void expect_refusal(struct burn_rig *rig, const char *message)
{
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_IDLE, BURN_DISC_UNTOUCHED, NULL);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_UNTOUCHED, message);
	expect_unwritten(rig);
	assert_false(sim_drive_tray_open(rig->dev[1]));
	burn_rig_free(rig);
}

/* Two recorders, the first with a blank DVD+R; the other is up to the test. */
static struct burn_rig *two(uint32_t blocks)
{
	struct burn_rig *rig = burn_rig_new(2);

	burn_rig_image(rig, blocks);
	burn_rig_blank(rig, 1, "dvd+r", 0);
	return rig;
}

static void test_no_disc(void **state)
{
	(void)state;
	expect_refusal(two(64), "no disc in recorder 1: insert a blank CD-R, DVD-R or DVD+R");
}

static void test_tray_open(void **state)
{
	struct burn_rig *rig = two(64);
	char err[128];

	(void)state;
	burn_rig_blank(rig, 2, "dvd+r", 0);
	assert_int_equal(sim_drive_tray(rig->dev[2], true, err, sizeof(err)), 0);
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the tray of recorder 1 is open: insert a blank CD-R, DVD-R or DVD+R and close it");
	expect_unwritten(rig);
	burn_rig_free(rig);
}

static void test_pressed(void **state)
{
	struct burn_rig *rig = two(64);
	char name[64], err[128];

	(void)state;
	assert_int_equal(sim_media_import(rig->media, rig->image, "pressed", name, sizeof(name),
					  err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[2], name, err, sizeof(err)), 0);
	expect_refusal(rig, "the disc in recorder 1 is a CD-ROM, which can't be written: insert a blank CD-R, DVD-R or DVD+R");
}

static void test_not_blank(void **state)
{
	struct burn_rig *rig = two(64);

	(void)state;
	burn_rig_blank(rig, 2, "dvd-r", 0);
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 0 is not blank: insert a blank disc");
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"the disc in recorder 1 is not blank: insert a blank disc");
	burn_rig_free(rig);
}

static void test_too_large(void **state)
{
	struct burn_rig *rig = two(4097);

	(void)state;
	burn_rig_blank(rig, 2, "dvd-r", 4096);
	expect_refusal(rig, "the master is larger than the disc in recorder 1 (4097 blocks, the DVD-R takes 4096): use a larger disc or a smaller master");
}

static void test_cd_beside_dvd(void **state)
{
	struct burn_rig *rig = two(64);

	(void)state;
	burn_rig_blank(rig, 2, "cd-r", 0);
	expect_refusal(rig, "the disc in recorder 1 is a CD-R, that in recorder 0 a DVD+R: use CDs or DVDs, not both in one job");
}

static void test_busy(void **state)
{
	struct burn_rig *rig = two(64);

	(void)state;
	rig->busy = 2;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job),
			    "recorder 1 is busy: unmount its disc in /dev/sr2, or end the program that uses it");
	burn_rig_expect(rig, 0, BURN_IDLE, BURN_DISC_UNTOUCHED, "");
	expect_unwritten(rig);
	burn_rig_free(rig);
}

static void expect_source(struct burn_rig *rig, const char *message)
{
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_string_equal(burn_job_error(rig->job), message);
	expect_unwritten(rig);
	burn_rig_free(rig);
}

/* What the drive with the master said, for displays that have words of their own. */
static void expect_failure(struct burn_rig *rig, uint8_t key, uint8_t asc, uint8_t ascq)
{
	const struct discmux_result *failure = burn_source_failure(rig->config.source);

	assert_non_null(failure);
	assert_true(discmux_result_is(failure, key, asc, ascq));
	assert_string_equal(burn_source_name(rig->config.source), "reader 0");
}

static void test_no_master(void **state)
{
	struct burn_rig *rig = two(64);

	(void)state;
	burn_rig_blank(rig, 2, "dvd+r", 0);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	assert_null(burn_source_failure(rig->config.source));
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	expect_failure(rig, 0x02, 0x3a, 0x01);
	expect_source(rig, "no disc in reader 0: insert the master");
}

static void test_blank_master(void **state)
{
	struct burn_rig *rig = two(64);
	char err[128];

	(void)state;
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	assert_int_equal(sim_drive_take(rig->dev[1], NULL, 0, true, err, sizeof(err)), 0);
	assert_int_equal(sim_drive_insert(rig->dev[0], "disc1", err, sizeof(err)), 0);
	expect_source(rig, "the disc in reader 0 is blank: insert the master");
}

/* ---- Files that are no masters ---------------------------------------- */

static void expect_file(const char *path, const char *message)
{
	struct burn_source *source;
	char err[256] = "";

	assert_true(burn_source_file(path, 0, &source, err, sizeof(err)) < 0);
	assert_null(source);
	assert_string_equal(err, message);
}

static void test_files(void **state)
{
	char path[] = "/tmp/discmux-file-XXXXXX", want[256];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	expect_file("/nonexistent/x.iso",
		    "/nonexistent/x.iso: No such file or directory: name an image that can be read");
	expect_file("/tmp", "/tmp is not a file: name an image, or a reader");
	expect_file("/dev/null", "/dev/null is not a file: name an image, or a reader");
	snprintf(want, sizeof(want), "%s is empty: name an image with data", path);
	expect_file(path, want);
	assert_int_equal(ftruncate(fd, 2049), 0);
	snprintf(want, sizeof(want), "%s is 2049 bytes, not a multiple of 2048: it is no image of a data disc, or cut off",
		 path);
	expect_file(path, want);
	assert_int_equal(ftruncate(fd, (off_t)2048 << 31), 0);
	snprintf(want, sizeof(want), "%s is larger than any disc", path);
	expect_file(path, want);
	close(fd);
	unlink(path);
}

/* ---- While writing ---------------------------------------------------- */

static struct burn_rig *tower(const char *type, size_t recorders)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	burn_rig_image(rig, BLOCKS);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, type, 0);
	return rig;
}

static void expect_good(struct burn_rig *rig, size_t i)
{
	char disc[32];

	burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	snprintf(disc, sizeof(disc), "disc%zu", i + 1);
	burn_rig_expect_copy(rig, disc);
	assert_true(sim_drive_tray_open(rig->dev[i + 1]));
}

/* The second of three is lost, with its sense and where; its tray stays shut. */
static void expect_second_lost(struct burn_rig *rig, enum burn_disc disc, const char *message)
{
	assert_int_equal(burn_rig_run(rig), -EIO);
	expect_good(rig, 0);
	expect_good(rig, 2);
	burn_rig_expect(rig, 1, BURN_FAILED, disc, message);
	assert_false(sim_drive_tray_open(rig->dev[2]));
	burn_rig_free(rig);
}

/* What the job said of each disc, last and how often; and which step of recorder 1 is
 * answered with which errno, as somebody would who keeps account of discs. */
struct records {
	const char *state[BURN_RIG_MAX];
	enum burn_disc disc[BURN_RIG_MAX];
	unsigned int count;
	const char *against;
	int rc;
	struct burn_rig *cancel;	/* its job, at the first step */
};

static int record(void *arg, size_t i, const char *state, enum burn_disc disc, char *err,
		  size_t errlen)
{
	struct records *r = arg;

	r->state[i] = state;
	r->disc[i] = disc;
	r->count++;
	if (r->cancel)
		burn_job_cancel(r->cancel->job);
	if (i != 1 || !r->against || strcmp(state, r->against))
		return 0;
	snprintf(err, errlen, "somebody is against it");
	return r->rc;
}

static void test_write_error(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);
	struct records records = { 0 };
	struct burn_status status;

	(void)state;
	rig->config.record = record;
	rig->config.record_arg = &records;
	burn_rig_fault(rig, 2, "sense 3/0c/00 op write lba 1000");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_job_status(rig->job, 1, &status);
	assert_true(status.lba_valid);
	assert_int_equal(status.lba, 992);
	assert_true(status.sense_valid);
	assert_int_equal(status.key << 16 | status.asc << 8 | status.ascq, 0x030c00);
	burn_job_status(rig->job, 0, &status);
	assert_false(status.sense_valid);
	assert_int_equal(records.count, 10);	/* 3 begin, 1 fails, 2 close, are closed, verified */
	assert_string_equal(records.state[0], "verified");
	assert_int_equal(records.disc[0], BURN_DISC_VERIFIED);
	assert_string_equal(records.state[1], "failed");
	assert_int_equal(records.disc[1], BURN_DISC_RUINED);
	burn_rig_free(rig);

	rig = tower("dvd+r", 3);
	burn_rig_fault(rig, 2, "sense 3/0c/00 op write lba 1000");
	expect_second_lost(rig, BURN_DISC_RUINED,
			   "recorder 1 failed to write at LBA 992: write error (03/0C/00)");
}

/* Three discs, and somebody is against this step of the second one. */
static void expect_refused(const char *type, bool verify, const char *step, int rc,
			   enum burn_state end, enum burn_disc disc)
{
	struct burn_rig *rig = tower(type, 3);
	struct records records = { .against = step, .rc = rc };

	rig->config.record = record;
	rig->config.record_arg = &records;
	rig->config.verify = verify;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 1, end, disc, "somebody is against it");
	assert_false(sim_drive_tray_open(rig->dev[2]));
	burn_rig_expect(rig, 0, BURN_DONE, verify ? BURN_DISC_VERIFIED : BURN_DISC_CLOSED, NULL);
	assert_true(sim_drive_tray_open(rig->dev[1]));
	if (disc == BURN_DISC_UNTOUCHED) {
		assert_int_equal(rig->seen[2][WRITE_10], 0);
		assert_int_equal(rig->seen[2][0x53], 0);
		assert_string_equal(records.state[1], step);
	} else {
		assert_string_equal(records.state[1], burn_state_name(end));
		assert_int_equal(records.disc[1], disc);
	}
	burn_rig_free(rig);
}

/* Who keeps account of the discs has the last word: one that must not be touched is not,
 * one that went well and is no good copy stays in. */
static void test_refused(void **state)
{
	(void)state;
	expect_refused("dvd-r", true, "reserving", -EIO, BURN_FAILED, BURN_DISC_UNTOUCHED);
	expect_refused("dvd+r", true, "writing", -EIO, BURN_FAILED, BURN_DISC_UNTOUCHED);
	expect_refused("dvd+rw", true, "formatting", -EIO, BURN_FAILED, BURN_DISC_UNTOUCHED);
	expect_refused("dvd+r", true, "verified", -EBADMSG, BURN_FAILED, BURN_DISC_DIFFERS);
	expect_refused("dvd+r", false, "closed", -EBADMSG, BURN_FAILED, BURN_DISC_DIFFERS);
	expect_refused("dvd+r", false, "closed", -EIO, BURN_FAILED, BURN_DISC_CLOSED);
	expect_refused("dvd+r", false, "closed", -ECANCELED, BURN_CANCELLED, BURN_DISC_CLOSED);
}

static void test_long_write(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 1);

	(void)state;
	burn_rig_fault(rig, 1, "sense 2/4/8 op write nth 3 times 4");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig, 0);
	burn_rig_free(rig);
}

static bool unplug(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		   uint8_t *data, struct discmux_result *result)
{
	(void)cmd;
	(void)data;
	if (member != 2 || rig->seen[2][WRITE_10] < 20)
		return false;
	result->error = ENODEV;
	return true;
}

static void test_unplug(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);

	(void)state;
	rig->hook = unplug;
	expect_second_lost(rig, BURN_DISC_RUINED,
			   "recorder 1 failed to write at LBA 608: the device went away");
}

static void test_close_error(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);

	(void)state;
	burn_rig_fault(rig, 2, "sense 4/44/00 op 5b");
	expect_second_lost(rig, BURN_DISC_RUINED,
			   "recorder 1 failed to close the track: internal target failure (04/44/00)");
}

/* A drive that is not ready for another reason than its work is lost at once; the
 * others need not wait for it. */
static void test_not_ready_while_closing(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);

	(void)state;
	burn_rig_fault(rig, 2, "sense 2/06/01 op 5b times always");
	assert_int_equal(burn_rig_run(rig), -EIO);
	assert_true(rig->now_ms < 60000);
	expect_good(rig, 0);
	expect_good(rig, 2);
	burn_rig_free(rig);
}

/* Busy with its work: it is waited for. */
static void test_busy_while_closing(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);

	(void)state;
	burn_rig_fault(rig, 1, "sense 2/04/07 op 51 nth 3 times 500");
	assert_int_equal(burn_rig_run(rig), 0);
	assert_true(rig->now_ms > 200000);
	expect_good(rig, 0);
	burn_rig_free(rig);
}

static void test_prepare_error(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 3);

	(void)state;
	burn_rig_fault(rig, 2, "sense 3/73/03 op 54");
	rig->config.eject = true;
	expect_second_lost(rig, BURN_DISC_UNTOUCHED,
			   "recorder 1 failed to calibrate its laser: power calibration area error (03/73/03)");
}

static void test_reserve_error(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 3);

	(void)state;
	/* Disc at once can't go without; what was refused has changed nothing */
	rig->config.method = BURN_METHOD_DAO;
	burn_rig_fault(rig, 2, "sense 5/24/00 op 53");
	expect_second_lost(rig, BURN_DISC_UNTOUCHED,
			   "recorder 1 failed to reserve the track: invalid field in CDB (05/24/00)");
}

static void test_cache_error(void **state)
{
	struct burn_rig *rig = tower("cd-r", 3);

	(void)state;
	burn_rig_fault(rig, 2, "sense 3/0c/09 op 35");
	expect_second_lost(rig, BURN_DISC_RUINED,
			   "recorder 1 failed to write out its cache: write error - loss of streaming (03/0C/09)");
}

static void test_all_lost(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	(void)state;
	burn_rig_fault(rig, 1, "sense 3/0c/00 op write lba 0");
	burn_rig_fault(rig, 2, "sense 4/09/01 op write lba 4000");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_RUINED,
			"recorder 0 failed to write at LBA 0: write error (03/0C/00)");
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_RUINED,
			"recorder 1 failed to write at LBA 4000: tracking servo failure (04/09/01)");
	assert_string_equal(burn_job_error(rig->job), "");
	burn_rig_free(rig);
}

/* The master turns out to be bad half way: all discs are lost. */
static void test_master_error(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	(void)state;
	burn_rig_master(rig);
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 4567");
	assert_int_equal(burn_rig_run(rig), -EIO);
	assert_string_equal(burn_job_error(rig->job),
			    "reader 0 can't read the master at LBA 4567: L-EC uncorrectable error (03/11/05): clean the disc, or try another drive");
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_RUINED, "the master can't be read");
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_RUINED, "the master can't be read");
	expect_failure(rig, 0x03, 0x11, 0x05);
	burn_rig_free(rig);
}

/* The same before the first WRITE went out: the discs are as they were. */
static void test_master_error_early(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);

	(void)state;
	burn_rig_master(rig);
	burn_rig_fault(rig, 0, "sense 3/11/05 op read lba 700");
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_UNTOUCHED, "the master can't be read");
	expect_unwritten(rig);
	burn_rig_free(rig);
}

static bool cut_image(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	(void)member;
	(void)data;
	(void)result;
	if (cmd->cdb[0] == WRITE_10)
		assert_int_equal(truncate(rig->image, 4096 * 2048), 0);
	return false;
}

static void test_image_cut_off(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);
	char want[256];

	(void)state;
	rig->hook = cut_image;
	assert_int_equal(burn_rig_run(rig), -EIO);
	snprintf(want, sizeof(want), "%s can't be read at LBA 4096: it was cut off meanwhile",
		 rig->image);
	assert_string_equal(burn_job_error(rig->job), want);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_RUINED, "the master can't be read");
	burn_rig_free(rig);
}

/* ---- Verify ----------------------------------------------------------- */

struct damage {
	uint32_t member;
	uint32_t lba;
};

/* Turns one bit on the disc before the first read of it. */
static bool turn_bit(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		     uint8_t *data, struct discmux_result *result)
{
	struct damage *damage = rig->hook_arg;
	char path[192];
	FILE *f;
	int c;

	(void)data;
	(void)result;
	if (cmd->cdb[0] != 0x28 || member != damage->member)
		return false;
	snprintf(path, sizeof(path), "%s/disc%u.iso", rig->dir, member);
	f = fopen(path, "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, (long)damage->lba * 2048 + 1234, SEEK_SET), 0);
	c = fgetc(f);
	assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
	fputc(c ^ 0x10, f);
	fclose(f);
	rig->hook = NULL;
	return false;
}

static void test_differs(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);
	struct damage damage = { 2, 4321 };

	(void)state;
	rig->hook = turn_bit;
	rig->hook_arg = &damage;
	expect_second_lost(rig, BURN_DISC_DIFFERS,
			   "recorder 1 differs from the master at LBA 4321");
}

/* The drive does not know FUA, nor how to read a block the first time. */
static bool no_fua(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		   uint8_t *data, struct discmux_result *result)
{
	static const uint8_t sense[] = { 0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00 };

	(void)data;
	if (member != 2 || cmd->cdb[0] != 0x28 || !(cmd->cdb[1] & 0x08))
		return false;
	++*(unsigned int *)rig->hook_arg;
	result->status = SIM_CHECK_CONDITION;
	result->sense_len = sizeof(sense);
	memcpy(result->sense, sense, sizeof(sense));
	return true;
}

static void test_verify_no_fua(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);
	unsigned int refused = 0;

	(void)state;
	rig->hook = no_fua;
	rig->hook_arg = &refused;
	burn_rig_fault(rig, 2, "sense 3/11/00 op 28 nth 3");
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	assert_true(refused);
	burn_rig_free(rig);
}

/* Wrong data from the cache, again and again, until the disc itself is read. */
static void test_verify_cache(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);

	(void)state;
	burn_rig_fault(rig, 2, "reply stale=1000 op read times always");
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_free(rig);
}

/* Padding is not the master's. */
static void test_differs_in_padding(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);
	struct damage damage = { 1, BLOCKS + 1 };

	(void)state;
	rig->hook = turn_bit;
	rig->hook_arg = &damage;
	assert_int_equal(burn_rig_run(rig), 0);
	assert_null(rig->hook);
	burn_rig_free(rig);
}

static void test_unreadable(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 3);

	(void)state;
	burn_rig_fault(rig, 2, "sense 3/11/00 op read lba 2222");
	expect_second_lost(rig, BURN_DISC_DIFFERS,
			   "recorder 1 failed to read its disc back at LBA 2222: unrecovered read error (03/11/00)");
}

/* An error that does not come again is none. */
static void test_read_error_once(void **state)
{
	struct burn_rig *rig = tower("dvd-r", 1);

	(void)state;
	burn_rig_fault(rig, 1, "sense 3/11/00 op read nth 3");
	assert_int_equal(burn_rig_run(rig), 0);
	expect_good(rig, 0);
	burn_rig_free(rig);
}

/* ---- No way to the discs ----------------------------------------------- */

static int no_stream(void *ctx, const struct discmux_target *targets, size_t n,
		     uint32_t block_size, uint32_t chunk, void **stream)
{
	(void)ctx;
	(void)targets;
	(void)n;
	(void)block_size;
	(void)chunk;
	(void)stream;
	return -ENOMEM;
}

/* Discs that nothing was written to are not closed, and no good copies. */
static void test_no_stream(void **state)
{
	static const char why[] = "the stream to the recorders can't be opened: Cannot allocate memory";
	static const char *const types[] = { "dvd+r", "cd-r", "bd-re" };
	/* The last one was formatted */
	static const enum burn_disc discs[] = { BURN_DISC_UNTOUCHED, BURN_DISC_UNTOUCHED,
						BURN_DISC_RUINED };
	struct burn_ops ops;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct burn_rig *rig = tower(types[i], 2);
		struct records records = { 0 };

		ops = *rig->config.ops;
		ops.stream_open = no_stream;
		rig->config.ops = &ops;
		rig->config.record = record;
		rig->config.record_arg = &records;
		assert_int_equal(burn_rig_run(rig), -EIO);
		assert_string_equal(burn_job_error(rig->job), why);
		burn_rig_expect(rig, 0, BURN_FAILED, discs[i], why);
		burn_rig_expect(rig, 1, BURN_FAILED, discs[i], why);
		expect_unwritten(rig);
		assert_string_equal(records.state[1], "failed");
		assert_int_equal(records.disc[1], discs[i]);
		burn_rig_free(rig);
	}
}

/* The same when they are to be erased. */
static void test_no_stream_erase(void **state)
{
	struct burn_rig *rig = tower("dvd+rw", 1);
	struct burn_source *source = rig->config.source;
	struct burn_ops ops = *rig->config.ops;

	(void)state;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	ops.stream_open = no_stream;
	rig->config.ops = &ops;
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_FAILED, BURN_DISC_RUINED,
			"the stream to the recorders can't be opened: Cannot allocate memory");
	rig->config.source = source;
	burn_rig_free(rig);
}

/* A recorder that needs people, and says so while its disc is erased, is not waited for. */
static void test_not_ready_while_erasing(void **state)
{
	struct burn_rig *rig = tower("cd-rw", 2);
	struct burn_source *source = rig->config.source;

	(void)state;
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	burn_rig_fault(rig, 2, "sense 2/04/03 op 51 nth 2 times always");
	assert_int_equal(burn_rig_run(rig), -EIO);
	assert_true(rig->now_ms < 60000);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_ERASED, NULL);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_RUINED,
			"recorder 1 failed to erase its disc: logical unit not ready, manual intervention required (02/04/03)");
	rig->config.source = source;
	burn_rig_free(rig);
}

/* Gone while its disc is read back: nobody has seen that the disc is not as the master. */
static bool gone_reading(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
			 uint8_t *data, struct discmux_result *result)
{
	(void)data;
	if (member != 2 || cmd->cdb[0] != 0x28 || rig->seen[2][0x28] < 4)
		return false;
	result->error = ENODEV;
	return true;
}

static void test_unplug_reading(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3);

	(void)state;
	rig->hook = gone_reading;
	expect_second_lost(rig, BURN_DISC_CLOSED,
			   "recorder 1 failed to read its disc back at LBA 254: the device went away");
}

/* ---- People ----------------------------------------------------------- */

/* Cancels at the nth command of an opcode to recorder 0. */
struct cancel {
	uint8_t opcode;
	unsigned int nth;
};

static bool cancel_at(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		      uint8_t *data, struct discmux_result *result)
{
	const struct cancel *c = rig->hook_arg;

	(void)data;
	(void)result;
	if (member == 1 && cmd->cdb[0] == c->opcode && rig->seen[1][c->opcode] == c->nth)
		burn_job_cancel(rig->job);
	return false;
}

static struct burn_rig *cancelled(const char *type, uint8_t opcode, unsigned int nth)
{
	struct burn_rig *rig = tower(type, 2);
	struct cancel c = { opcode, nth };

	rig->hook = cancel_at;
	rig->hook_arg = &c;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	assert_false(sim_drive_tray_open(rig->dev[1]));
	return rig;
}

static void expect_both(struct burn_rig *rig, enum burn_disc disc, const char *message)
{
	burn_rig_expect(rig, 0, BURN_CANCELLED, disc, message);
	burn_rig_expect(rig, 1, BURN_CANCELLED, disc, message);
	burn_rig_free(rig);
}

static void test_cancel(void **state)
{
	(void)state;
	expect_both(cancelled("dvd+r", 0x46, 1), BURN_DISC_UNTOUCHED, "cancelled");
	expect_both(cancelled("dvd-r", 0x5a, 1), BURN_DISC_UNTOUCHED, "cancelled");
	expect_both(cancelled("dvd-r", 0x53, 1), BURN_DISC_RUINED, "cancelled");
	expect_both(cancelled("dvd+r", WRITE_10, 3), BURN_DISC_RUINED, "cancelled");
	expect_both(cancelled("dvd+r", 0x5b, 1), BURN_DISC_CLOSED,
		    "cancelled before it was verified");
	expect_both(cancelled("dvd+r", 0x28, 2), BURN_DISC_CLOSED,
		    "cancelled before it was verified");
}

/* What writes nothing leaves the discs as they are, whenever it is cancelled; the discs can
 * be used then. */
static void test_cancel_harmless(void **state)
{
	static const struct { enum burn_task task; struct cancel cancel; } cases[] = {
		{ BURN_SIMULATE, { 0x46, 1 } }, { BURN_SIMULATE, { 0x55, 1 } },
		{ BURN_SIMULATE, { WRITE_10, 3 } }, { BURN_VERIFY, { 0x46, 1 } },
		{ BURN_VERIFY, { 0x28, 3 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct burn_rig *rig = tower("dvd-r", 2);
		struct cancel c = cases[i].cancel;

		rig->config.eject = false;
		if (cases[i].task == BURN_VERIFY)
			assert_int_equal(burn_rig_run(rig), 0);
		c.nth += rig->seen[1][c.opcode];
		rig->config.task = cases[i].task;
		rig->hook = cancel_at;
		rig->hook_arg = &c;
		assert_int_equal(burn_rig_run(rig), -ECANCELED);
		burn_rig_expect(rig, 0, BURN_CANCELLED, BURN_DISC_UNTOUCHED, "cancelled");
		burn_rig_expect(rig, 1, BURN_CANCELLED, BURN_DISC_UNTOUCHED, "cancelled");
		assert_false(rig->claimed[1]);
		rig->hook = NULL;
		if (cases[i].task == BURN_SIMULATE)
			rig->config.task = BURN_COPY;
		assert_int_equal(burn_rig_run(rig), 0);
		burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
		burn_rig_free(rig);
	}
}

/* Reading that is cancelled leaves no image, and can be done again. */
static bool cancel_read(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
			uint8_t *data, struct discmux_result *result)
{
	(void)data;
	(void)result;
	if (!member && cmd->cdb[0] == 0x28 && sim_be32(&cmd->cdb[2]) > 1000)
		burn_job_cancel(rig->job);
	return false;
}

static void test_cancel_read(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);
	char image[128], command[512];
	struct burn_status status;

	(void)state;
	burn_rig_master(rig);
	snprintf(image, sizeof(image), "%s/out.iso", rig->dir);
	rig->config.task = BURN_READ;
	rig->config.count = 0;
	rig->config.image = image;
	/* The end of the disc is read first, in case that it is a run-out */
	rig->hook = cancel_read;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	assert_string_equal(burn_job_image(rig->job), "");
	burn_job_status(rig->job, BURN_MASTER, &status);
	assert_int_not_equal(status.state, BURN_DONE);
	snprintf(command, sizeof(command), "! ls %s/out* >/dev/null 2>&1", rig->dir);
	assert_int_equal(system(command), 0);
	rig->hook = NULL;
	assert_int_equal(burn_rig_run(rig), 0);
	snprintf(command, sizeof(command), "cmp %s %s", image, rig->image);
	assert_int_equal(system(command), 0);
	burn_rig_free(rig);
}

/* Cancelled behind BLANK: what was on the disc is gone.  The recorder ends that by itself. */
static void test_cancel_erased(void **state)
{
	struct cancel c = { 0xa1, 2 };
	struct burn_rig *rig = tower("cd-rw", 2);
	struct burn_source *source = rig->config.source;

	(void)state;
	rig->config.eject = false;
	assert_int_equal(burn_rig_run(rig), 0);
	rig->config.erase = true;
	c.nth = rig->seen[1][0xa1] + 1;
	rig->hook = cancel_at;
	rig->hook_arg = &c;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	burn_rig_expect(rig, 0, BURN_CANCELLED, BURN_DISC_ERASED, "cancelled");
	/* An erasing is done then */
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	c.nth++;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_ERASED, NULL);
	/* An erasing that was not begun leaves the disc as it is */
	c.opcode = 0x46;
	c.nth = rig->seen[1][0x46] + 1;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	burn_rig_expect(rig, 0, BURN_CANCELLED, BURN_DISC_UNTOUCHED, "cancelled");
	rig->config.source = source;
	burn_rig_free(rig);
}

/* Cancelled when they were about to be written, before anything was sent. */
static void test_cancel_at_once(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2);
	struct records records = { .cancel = rig };

	(void)state;
	rig->config.record = record;
	rig->config.record_arg = &records;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	assert_int_equal(records.count, 4);
	assert_string_equal(records.state[1], "cancelled");
	assert_int_equal(records.disc[1], BURN_DISC_UNTOUCHED);
	expect_both(rig, BURN_DISC_UNTOUCHED, "cancelled");
}

/* What is being erased when people cancel is erased; what is not begun is as it was. */
static void test_cancel_erase(void **state)
{
	struct burn_rig *rig = burn_rig_new(2);
	struct burn_source *source = rig->config.source;
	struct cancel c = { 0xa1, 1 };

	(void)state;
	burn_rig_blank(rig, 1, "cd-rw", 0);
	burn_rig_blank(rig, 2, "dvd+rw", 0);
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	rig->hook = cancel_at;
	rig->hook_arg = &c;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_ERASED, NULL);
	burn_rig_expect(rig, 1, BURN_CANCELLED, BURN_DISC_UNTOUCHED, "cancelled");
	rig->config.source = source;
	burn_rig_free(rig);
}

/* A recorder that is never done with erasing; at the third look the program has to end. */
static bool erases(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		   uint8_t *data, struct discmux_result *result)
{
	static const uint8_t sense[] = { 0x70, 0, 0x02, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x07 };

	(void)data;
	if (member != 1 || cmd->cdb[0] != 0x51 || !rig->seen[1][0xa1])
		return false;
	if (++*(unsigned int *)rig->hook_arg == 3)
		burn_job_leave(rig->job);
	result->status = 2;
	result->sense_len = sizeof(sense);
	memcpy(result->sense, sense, sizeof(sense));
	return true;
}

static void test_leave(void **state)
{
	struct burn_rig *rig = tower("cd-rw", 2);
	struct burn_source *source = rig->config.source;
	unsigned int looks = 0;

	(void)state;
	rig->config.source = NULL;
	rig->config.task = BURN_ERASE;
	rig->config.full = true;
	rig->hook = erases;
	rig->hook_arg = &looks;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	assert_int_equal(looks, 3);
	burn_rig_expect(rig, 0, BURN_CANCELLED, BURN_DISC_RUINED,
			"cancelled while its disc was being erased; the recorder goes on with that by itself");
	assert_false(rig->claimed[1]);
	assert_false(sim_drive_tray_open(rig->dev[1]));
	rig->config.source = source;
	burn_rig_free(rig);
}

/* Puts a blank disc in after a while. */
static void put_disc(struct burn_rig *rig)
{
	if (rig->now_ms > 20000 && !sim_drive_has_disc(rig->dev[2]))
		burn_rig_blank(rig, 2, "dvd+r", 0);
}

static void test_wait_for_blank(void **state)
{
	struct burn_rig *rig = two(64);

	(void)state;
	rig->config.wait_ms = 60000;
	rig->sleep_hook = put_disc;
	assert_int_equal(burn_rig_run(rig), 0);
	assert_in_range(rig->now_ms, 20000, 40000);
	expect_good(rig, 0);
	expect_good(rig, 1);
	burn_rig_free(rig);
}

static void test_wait_in_vain(void **state)
{
	struct burn_rig *rig = two(64);

	(void)state;
	rig->config.wait_ms = 60000;
	assert_int_equal(burn_rig_run(rig), -EINVAL);
	assert_in_range(rig->now_ms, 60000, 70000);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_UNTOUCHED,
			"no disc in recorder 1: insert a blank CD-R, DVD-R or DVD+R");
	burn_rig_free(rig);
}

/* ---- The log ---------------------------------------------------------- */

struct line {
	const char *serial, *state, *disc;
};

static void expect_log(const char *path, const struct line *lines, size_t n)
{
	char text[1024];
	FILE *f = fopen(path, "r");
	size_t i;

	assert_non_null(f);
	for (i = 0; i < n; i++) {
		json_t *o;

		assert_non_null(fgets(text, sizeof(text), f));
		o = json_loads(text, 0, NULL);
		assert_non_null(o);
		assert_string_equal(json_string_value(json_object_get(o, "serial")),
				    lines[i].serial);
		assert_string_equal(json_string_value(json_object_get(o, "state")),
				    lines[i].state);
		assert_string_equal(json_string_value(json_object_get(o, "disc")), lines[i].disc);
		json_decref(o);
	}
	assert_null(fgets(text, sizeof(text), f));
	fclose(f);
}

static void test_log(void **state)
{
	static const struct line lines[] = {
		{ "S2", "reserving", "ruined" },
		{ "S1", "writing", "ruined" },
		{ "S2", "writing", "ruined" },
		{ "S1", "failed", "ruined" },
		{ "S2", "closing", "ruined" },
		{ "S2", "closed", "closed" },
		{ "S2", "verified", "verified" },
	};
	struct burn_rig *rig = burn_rig_new(2);
	char path[128];

	(void)state;
	burn_rig_image(rig, BLOCKS);
	burn_rig_blank(rig, 1, "dvd+r", 0);
	burn_rig_blank(rig, 2, "dvd-r", 0);
	burn_rig_fault(rig, 1, "sense 3/0c/00 op write lba 77");
	snprintf(path, sizeof(path), "%s/new/jobs.log", rig->dir);
	assert_int_equal(burn_log_open(path, &rig->config.log), 0);
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_log_close(rig->config.log);
	expect_log(path, lines, sizeof(lines) / sizeof(lines[0]));
	burn_rig_free(rig);
}

/* A full disk does not end a copy, but is said. */
static void test_log_full(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1);

	(void)state;
	assert_int_equal(burn_log_open("/dev/full", &rig->config.log), 0);
	assert_int_equal(burn_rig_run(rig), 0);
	burn_log_close(rig->config.log);
	assert_string_equal(rig->notice,
			    "the log of disc states can't be written: No space left on device");
	burn_rig_free(rig);
}

/* ---- Hostile drives --------------------------------------------------- */

/* Answers information commands of recorder 0 with noise, sometimes. */
static bool noise(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		  uint8_t *data, struct discmux_result *result)
{
	unsigned int *seed = rig->hook_arg;
	uint32_t i;

	if (member != 1 || cmd->dir != MMC_IN || rand_r(seed) % 4)
		return false;
	result->resid = (uint32_t)rand_r(seed) % (cmd->data_len + 1);
	for (i = 0; i < cmd->data_len - result->resid; i++)
		data[i] = (uint8_t)rand_r(seed);
	if (rand_r(seed) % 4 == 0) {
		result->status = 2;
		result->sense_len = (uint32_t)rand_r(seed) % DISCMUX_SENSE_SIZE;
		for (i = 0; i < result->sense_len; i++)
			result->sense[i] = (uint8_t)rand_r(seed);
		result->sense[0] = 0x70 + (uint8_t)rand_r(seed) % 4;
	}
	return true;
}

/* Whatever a drive says, the other one gets its copy or nobody does. */
static void test_noise(void **state)
{
	unsigned int seed, good = 0;

	(void)state;
	for (seed = 1; seed <= 60; seed++) {
		struct burn_rig *rig = burn_rig_new(2);
		struct burn_status status;
		unsigned int s = seed;

		burn_rig_image(rig, 64);
		burn_rig_blank(rig, 1, seed % 2 ? "dvd-r" : "cd-r", 0);
		burn_rig_blank(rig, 2, seed % 2 ? "dvd+r" : "cd-r", 0);
		rig->hook = noise;
		rig->hook_arg = &s;
		burn_rig_run(rig);
		burn_job_status(rig->job, 1, &status);
		if (status.disc == BURN_DISC_UNTOUCHED)
			assert_int_equal(rig->seen[2][WRITE_10], 0);
		else
			expect_good(rig, 1);
		good += status.disc == BURN_DISC_VERIFIED;
		burn_rig_free(rig);
	}
	assert_true(good > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_disc),
		cmocka_unit_test(test_tray_open),
		cmocka_unit_test(test_pressed),
		cmocka_unit_test(test_not_blank),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_cd_beside_dvd),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_no_master),
		cmocka_unit_test(test_blank_master),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_write_error),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_write),
		cmocka_unit_test(test_unplug),
		cmocka_unit_test(test_close_error),
		cmocka_unit_test(test_not_ready_while_closing),
		cmocka_unit_test(test_busy_while_closing),
		cmocka_unit_test(test_prepare_error),
		cmocka_unit_test(test_reserve_error),
		cmocka_unit_test(test_cache_error),
		cmocka_unit_test(test_all_lost),
		cmocka_unit_test(test_master_error),
		cmocka_unit_test(test_master_error_early),
		cmocka_unit_test(test_image_cut_off),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_differs_in_padding),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_read_error_once),
		cmocka_unit_test(test_no_stream),
		cmocka_unit_test(test_no_stream_erase),
		cmocka_unit_test(test_not_ready_while_erasing),
		cmocka_unit_test(test_unplug_reading),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_harmless),
		cmocka_unit_test(test_cancel_read),
		cmocka_unit_test(test_cancel_erased),
		cmocka_unit_test(test_cancel_at_once),
		cmocka_unit_test(test_cancel_erase),
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_wait_for_blank),
		cmocka_unit_test(test_wait_in_vain),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_full),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_verify_cache),
		cmocka_unit_test(test_verify_no_fua),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
