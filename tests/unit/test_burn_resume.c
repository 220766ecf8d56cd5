// SPDX-License-Identifier: GPL-2.0
/* Recorders that are reset, or lost, in the middle of a copy: which go on, and the state of their
 * discs. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libdiscmux.h"

#define BLOCKS		4000u
#define TEST_READY	0x00
#define WRITE_10	0x2a
#define DISC_INFO	0x51
#define TRACK_INFO	0x52
#define CHUNK_BLOCKS	32u

/* What happens to recorder 1 at its nth WRITE, and what it says and does from then on */
struct trouble {
	unsigned int nth;
	bool written;		/* the WRITE is carried out, and only its answer lost */
	bool silent;		/* the path stays broken */
	unsigned int swallow;	/* WRITEs before that are acknowledged and lost */
	unsigned int next[2];	/* what it gives for the next writable address, by turns; 0: the
				 * truth */
	bool no_next, other_track;
	bool cancel;
	void (*meanwhile)(struct burn_rig *rig);
	bool happened;
	unsigned int asked;
};

static void execute(struct burn_rig *rig, const struct mmc_command *cmd, uint8_t *data)
{
	struct iovec iov = { data, cmd->data_len };
	struct sim_cmd sim = { .cdb = cmd->cdb, .iov = &iov, .iov_count = cmd->data_len ? 1 : 0,
			       .data_len = cmd->data_len };

	sim_device_execute(rig->dev[2], rig->faults[2], &sim);
	assert_int_equal(sim.status, 0);
}

/* READ TRACK INFORMATION, with what the trouble changes in it */
static bool answer(struct burn_rig *rig, struct trouble *t, const struct mmc_command *cmd,
		   uint8_t *data)
{
	unsigned int next = t->next[t->asked++ % 2];

	execute(rig, cmd, data);
	if (next)
		sim_put_be32(&data[12], next);
	if (t->no_next)
		data[7] &= 0xfe;
	if (t->other_track)
		data[2]++;
	return true;
}

static bool happens(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		    uint8_t *data, struct discmux_result *result)
{
	struct trouble *t = rig->hook_arg;
	unsigned int n = rig->seen[2][WRITE_10];

	if (member != 2)
		return false;
	if (t->happened && t->silent) {
		result->error = EIO;
		if (t->cancel)
			burn_job_cancel(rig->job);
		return true;
	}
	if (t->happened && cmd->cdb[0] == TRACK_INFO)
		return answer(rig, t, cmd, data);
	if (cmd->cdb[0] != WRITE_10 || t->happened || n + t->swallow < t->nth)
		return false;
	if (n < t->nth)
		return true;
	t->happened = true;
	if (t->written)
		execute(rig, cmd, data);
	if (t->meanwhile)
		t->meanwhile(rig);
	result->error = EIO;
	return true;
}

static struct burn_rig *tower(const char *type, size_t recorders, struct trouble *t)
{
	struct burn_rig *rig = burn_rig_new(recorders);
	uint32_t i;

	burn_rig_image(rig, BLOCKS);
	for (i = 1; i <= recorders; i++)
		burn_rig_blank(rig, i, type, 0);
	rig->hook = t ? happens : NULL;
	rig->hook_arg = t;
	return rig;
}

static unsigned int resumed(struct burn_rig *rig, size_t i)
{
	struct burn_status status;

	burn_job_status(rig->job, i, &status);
	return status.resumed;
}

/* All copies are good, and recorder 1 (or the only one) went on so many times. */
static void good(struct burn_rig *rig, unsigned int times)
{
	size_t i, last = rig->config.count - 1;
	char disc[32];

	assert_int_equal(burn_rig_run(rig), 0);
	for (i = 0; i <= last; i++) {
		burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
		snprintf(disc, sizeof(disc), "disc%zu", i + 1);
		burn_rig_expect_copy(rig, disc);
		assert_int_equal(resumed(rig, i), i == last ? times : 0);
	}
}

/* ---- Those that go on --------------------------------------------------------------------- */

static void goes_on(const char *type, const char *fault, unsigned int times)
{
	struct burn_rig *rig = tower(type, 2, NULL);

	burn_rig_fault(rig, 2, fault);
	good(rig, times);
	burn_rig_free(rig);
}

static void test_media(void **state)
{
	static const char *const types[] = { "dvd+r", "dvd+r-dl", "cd-r", "cd-rw", "dvd-r", "dvd-rw",
					     "bd-r" };
	static const char *const others[] = { "dvd+rw", "bd-re" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		goes_on(types[i], "sense 6/29/00 op write nth 20", 1);
		goes_on(types[i], "sense 6/29/00,2/04/01*3 for-all op write every 30", 4);
		goes_on(types[i], "sense b/08/01*2 op write nth 7", 2);
		goes_on(types[i], "sense 6/29/00 op write nth 1", 1);
	}
	/* Each time these go back to their beginning */
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		goes_on(others[i], "sense 6/29/00,2/04/01*3 for-all op write nth 60", 1);
		goes_on(others[i], "sense b/08/01*2 op write nth 7", 2);
		goes_on(others[i], "sense 6/29/00 op write nth 1", 1);
	}
}

/* Before its cache is on the disc: in an instant, more than once, and for a while. */
static void test_cache(void **state)
{
	static const char *const types[] = { "dvd+r", "cd-r", "dvd-rw", "bd-r", "dvd+rw" };
	struct burn_rig *rig;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		goes_on(types[i], "sense 6/29/00 op 35 nth 1", 1);
		goes_on(types[i], "sense 6/29/00*3 op 35", 3);
		goes_on(types[i], "sense 6/29/00,2/04/01*3 for-all op 35 nth 1", 1);
	}
	rig = tower("dvd+r", 2, NULL);
	burn_rig_fault(rig, 2, "sense 6/29/00 op 35 nth 1");
	good(rig, 1);
	assert_string_equal(rig->notice, "recorder 1 was lost with its cache: power on, reset, or bus device reset occurred (06/29/00); it goes on at LBA 4000");
	burn_rig_free(rig);
}

static void test_notice(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2, NULL);

	(void)state;
	burn_rig_fault(rig, 2, "sense 6/29/00 op write nth 20");
	good(rig, 1);
	assert_string_equal(rig->notice, "recorder 1 was lost at LBA 608: power on, reset, or bus device reset occurred (06/29/00); it goes on at LBA 608");
	burn_rig_free(rig);
}

/* The drive alone knows whether the last WRITE was carried out, and whether it lost what was in
 * its buffer. */
static void test_path(void **state)
{
	struct trouble before = { .nth = 20 }, first = { .nth = 1 };
	struct trouble after = { .nth = 20, .written = true };
	struct trouble end = { .nth = 125, .written = true }, end_lost = { .nth = 125 };
	struct trouble buffer = { .nth = 20, .swallow = 3 };
	struct trouble *all[] = { &before, &first, &after, &end, &end_lost, &buffer };
	static const char *const types[] = { "dvd+r", "cd-r", "dvd-r", "dvd-rw", "dvd+rw" };
	struct burn_rig *rig;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		for (k = 0; k < sizeof(all) / sizeof(*all); k++) {
			all[k]->happened = false;
			rig = tower(types[i], 2, all[k]);
			good(rig, 1);
			assert_true(all[k]->happened);
			burn_rig_free(rig);
		}
	}
}

/* The only one: the image that is made beside is whole, too. */
static void test_alone(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 1, NULL);
	char image[96], command[256];

	(void)state;
	burn_rig_master(rig);
	snprintf(image, sizeof(image), "%s/saved.iso", rig->dir);
	rig->config.image = image;
	burn_rig_fault(rig, 1, "sense 6/29/00 op write nth 100");
	good(rig, 1);
	snprintf(command, sizeof(command), "cmp -n %u %s %s", BLOCKS * MMC_BLOCK, image, rig->image);
	assert_int_equal(system(command), 0);
	burn_rig_free(rig);
}

/* All at once, as when their host is reset: those that go on at one place share a stream. */
static void test_all(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 3, NULL);
	size_t i;

	(void)state;
	for (i = 1; i <= 3; i++)
		burn_rig_fault(rig, (uint32_t)i, i == 2 ? "sense 6/29/00 op write nth 40" :
							  "sense 6/29/00 op write nth 20");
	assert_int_equal(burn_rig_run(rig), 0);
	for (i = 0; i < 3; i++) {
		burn_rig_expect(rig, i, BURN_DONE, BURN_DISC_VERIFIED, NULL);
		assert_int_equal(resumed(rig, i), 1);
	}
	burn_rig_free(rig);
}

/* What the disc of each recorder was worth when it was closed */
static int closed(void *arg, size_t i, const char *state, enum burn_disc disc, char *err,
		  size_t errlen)
{
	(void)err;
	(void)errlen;
	if (!strcmp(state, "closed"))
		((enum burn_disc *)arg)[i] = disc;
	return 0;
}

/* A copy that went on is read back also without verify, and not called whole before;
 * the others are not read. */
static void test_read_back(void **state)
{
	struct burn_rig *rig = tower("dvd+r", 2, NULL);
	enum burn_disc worth[2] = { BURN_DISC_UNTOUCHED, BURN_DISC_UNTOUCHED };

	(void)state;
	rig->config.verify = false;
	rig->config.record = closed;
	rig->config.record_arg = worth;
	burn_rig_fault(rig, 2, "sense 6/29/00 op write nth 20");
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_CLOSED, NULL);
	burn_rig_expect(rig, 1, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	assert_int_equal(worth[0], BURN_DISC_CLOSED);
	assert_int_equal(worth[1], BURN_DISC_RUINED);
	burn_rig_free(rig);
}

/* ---- Those that don't ------------------------------------------------------------------------ */

#define LOST	"recorder 1 failed to write at LBA 608: Input/output error"

static void refused(struct trouble t, enum burn_disc disc, const char *message, const char *notice)
{
	struct burn_rig *rig = tower("dvd+r", 2, &t);

	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_expect(rig, 1, BURN_FAILED, disc, message);
	assert_string_equal(rig->notice, notice);
	burn_rig_free(rig);
}

static void test_nonsense(void **state)
{
	(void)state;
	refused((struct trouble){ .nth = 20, .no_next = true }, BURN_DISC_RUINED, LOST,
		"recorder 1 can't go on with its disc: it gives no next writable address");
	refused((struct trouble){ .nth = 20, .next = { 672, 672 } }, BURN_DISC_RUINED, LOST,
		"recorder 1 can't go on with its disc: it gives LBA 672 as next writable address, of 0 to 640");
	refused((struct trouble){ .nth = 20, .next = { 458, 458 } }, BURN_DISC_RUINED, LOST,
		"recorder 1 can't go on with its disc: it gives LBA 458 as next writable address, of 0 to 640");
	refused((struct trouble){ .nth = 20, .next = { 4294967040, 4294967040 } }, BURN_DISC_RUINED,
		LOST, "recorder 1 can't go on with its disc: it gives LBA 4294967040 as next writable address, of 0 to 640");
	refused((struct trouble){ .nth = 20, .next = { 608, 592 } }, BURN_DISC_RUINED, LOST,
		"recorder 1 can't go on with its disc: it gives two next writable addresses, 608 and 592");
	refused((struct trouble){ .nth = 20, .other_track = true }, BURN_DISC_RUINED, LOST,
		"recorder 1 can't go on with its disc: it goes on with another track");
	refused((struct trouble){ .nth = 20, .silent = true }, BURN_DISC_RUINED, LOST,
		"recorder 1 can't go on with its disc: Input/output error");
	/* What it calls blank is untouched */
	refused((struct trouble){ .nth = 1, .no_next = true }, BURN_DISC_UNTOUCHED,
		"recorder 1 failed to write at LBA 0: Input/output error; its disc is still blank",
		"recorder 1 can't go on with its disc: it gives no next writable address");
	/* Where it says it goes on it takes nothing */
	refused((struct trouble){ .nth = 20, .next = { 592, 592 } }, BURN_DISC_RUINED,
		"recorder 1 failed to write at LBA 592: invalid address for write (05/21/02)",
		"recorder 1 was lost at LBA 608: Input/output error; it goes on at LBA 592");
}

static void fails(const char *fault, const char *message, unsigned int times)
{
	struct burn_rig *rig = tower("dvd+r", 2, NULL);

	burn_rig_fault(rig, 2, fault);
	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_rig_expect(rig, 1, BURN_FAILED, BURN_DISC_RUINED, message);
	assert_int_equal(resumed(rig, 1), times);
	burn_rig_free(rig);
}

/* Drives that say themselves that data are lost, have another disc, or never come to an end */
static void test_no_reset(void **state)
{
	(void)state;
	fails("sense 3/0c/00 deferred op write nth 20",
	      "recorder 1 failed to write at LBA 608: write error (03/0C/00), about an earlier command", 0);
	fails("sense 6/28/00 op write nth 20",
	      "recorder 1 failed to write at LBA 608: not ready to ready change, medium may have changed (06/28/00)",
	      0);
	fails("sense 6/29/00 op 35 times always",
	      "recorder 1 failed to write out its cache: power on, reset, or bus device reset occurred (06/29/00)",
	      10);
	fails("sense 6/29/00 op write every 3",
	      "recorder 1 failed to write at LBA 704: power on, reset, or bus device reset occurred (06/29/00)",
	      10);
}

/* ---- The master, once more ------------------------------------------------------------------- */

static void cut_master(struct burn_rig *rig)
{
	assert_int_equal(truncate(rig->image, 100 * MMC_BLOCK), 0);
}

static void change_master(struct burn_rig *rig)
{
	FILE *f = fopen(rig->image, "r+");

	assert_non_null(f);
	fseek(f, 330 * MMC_BLOCK, SEEK_SET);
	fputs("something else", f);
	fclose(f);
}

/* All of it has been read once when something happens to it */
static void lost_master(void (*meanwhile)(struct burn_rig *rig), const char *message)
{
	struct trouble t = { .nth = 120, .meanwhile = meanwhile, .next = { 320, 320 } };
	struct burn_rig *rig = tower("dvd+r", 2, &t);
	struct burn_status status;

	assert_int_equal(burn_rig_run(rig), -EIO);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
	burn_job_status(rig->job, 1, &status);
	assert_int_equal(status.state, BURN_FAILED);
	assert_int_equal(status.disc, BURN_DISC_RUINED);
	assert_non_null(strstr(status.message, message));
	assert_string_equal(burn_job_error(rig->job), "");
	burn_rig_free(rig);
}

static void test_master(void **state)
{
	(void)state;
	lost_master(change_master, "the master is not what it was when it was read first, at LBA 330");
	lost_master(cut_master, "can't be read at LBA 320: it was cut off meanwhile");
}

/* ---- The user ------------------------------------------------------------------------------------ */

static void test_cancel(void **state)
{
	struct trouble t = { .nth = 20, .silent = true, .cancel = true };
	struct burn_rig *rig = tower("dvd+r", 2, &t);

	(void)state;
	assert_int_equal(burn_rig_run(rig), -ECANCELED);
	burn_rig_expect(rig, 1, BURN_CANCELLED, BURN_DISC_RUINED, "cancelled");
	burn_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_media),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_no_reset),
		cmocka_unit_test(test_master),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
