// SPDX-License-Identifier: GPL-2.0
/* Track extraction: sure samples out of unsure reads, and what a selection allows. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contents.h"
#include "paranoia.h"
#include "extract_select.h"

#define SECTORS		1500
#define SAMPLES		588	/* of a sector */
#define DISCS		12	/* with jitter */

/* ---- A drive that is off the mark now and then ------------------------------- */

struct drive {
	uint32_t *disc;		/* SECTORS * SAMPLES pairs */
	unsigned int rate;	/* reads out of 100 that are displaced */
	int most;		/* samples */
	unsigned int seed;
	bool always;		/* also reads that go on where the last one ended */
	int32_t bad, bad_end;	/* can't be read the first bad_times times */
	unsigned int bad_times;
	int32_t next;		/* where the last read ended: going on there is exact */
	int offset;
	unsigned int reads;
	int rc;			/* what read() gives instead */
};

static struct drive drive;

static unsigned int chance(unsigned int below)
{
	uint32_t *x = &drive.seed;	/* xorshift */

	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return (uint32_t)((uint64_t)*x * below >> 32);
}

/* Sounds, noise and silence. */
static void make_disc(unsigned int seed)
{
	size_t i;

	drive = (struct drive){ .seed = seed * 2654435761u | 1, .next = -1 };
	drive.disc = malloc(SECTORS * SAMPLES * 4);
	for (i = 0; i < SECTORS * SAMPLES; i++) {
		double t = (double)i / 44100;
		int v = (int)(9000 * sin(t * 2000) + 5000 * sin(t * 3100 + sin(t * 7)));

		v += (int)chance(64);
		if (i / 30000 % 6 == 5)
			v = 0;
		drive.disc[i] = (uint32_t)(uint16_t)v | (uint32_t)(uint16_t)(v / 2 + (int)(i % 3)) << 16;
		if (i / 30000 % 6 == 5)
			drive.disc[i] = 0;
	}
}

static int read_drive(void *ctx, int32_t lba, uint32_t sectors, uint8_t *data)
{
	uint32_t n = 0, i;

	(void)ctx;
	drive.reads++;
	if (drive.rc)
		return drive.rc;
	assert_true(lba >= 0 && lba + (int32_t)sectors <= SECTORS && sectors <= PARANOIA_CHUNK);
	if (drive.always || lba != drive.next)
		drive.offset = chance(100) < drive.rate ?
			       (int)chance(2 * (unsigned int)drive.most + 1) - drive.most : 0;
	for (; n < sectors; n++) {
		int32_t at = lba + (int32_t)n;

		if (drive.bad_times && at >= drive.bad && at < drive.bad_end) {
			drive.bad_times--;
			break;
		}
		for (i = 0; i < SAMPLES; i++) {
			long from = (long)at * SAMPLES + (long)i + drive.offset;
			uint32_t v = from < 0 || from >= SECTORS * SAMPLES ? 0 : drive.disc[from];

			memcpy(data + ((size_t)n * SAMPLES + i) * 4, &v, 4);
		}
	}
	drive.next = lba + (int32_t)n;
	return (int)n;
}

/* ---- What comes out ------------------------------------------------------------ */

struct out {
	int32_t next;
	unsigned int wrong;	/* sectors */
	int rc;
};

static int take(void *ctx, const uint8_t *data, uint32_t sectors)
{
	struct out *out = ctx;

	for (; sectors--; data += PARANOIA_SECTOR)
		out->wrong += memcmp(data, drive.disc + (size_t)out->next++ * SAMPLES,
				     PARANOIA_SECTOR) != 0;
	return out->rc;
}

static char err[512];
static struct paranoia_report report;

static const char *helper(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 64);

	path[n > 0 ? n : 0] = '\0';
	strcpy(strrchr(path, '/'), "/../../bin/discmux-paranoia");
	return path;
}

static int extract(int32_t begin, int32_t end, struct out *out)
{
	const struct paranoia_reader reader = { .read = read_drive };
	const struct paranoia_range range = { begin, end, 0, SECTORS };

	*out = (struct out){ .next = begin, .rc = out->rc };
	memset(&report, 0, sizeof(report));
	*err = '\0';
	return paranoia_read(helper(), &reader, &range, take, out, &report, err, sizeof(err));
}

static void test_exact(void **state)
{
	struct out out = { 0 };

	(void)state;
	make_disc(1);
	assert_int_equal(extract(0, SECTORS, &out), 0);
	assert_int_equal(out.next, SECTORS);
	assert_int_equal(out.wrong, 0);
	assert_int_equal(report.skipped, 0);
	assert_int_equal(extract(700, 1000, &out), 0);
	assert_int_equal(out.wrong, 0);
	assert_int_equal(extract(SECTORS - 1, SECTORS, &out), 0);
	assert_int_equal(out.wrong, 0);
	free(drive.disc);
}

/* Reads that begin where they should not, in runs and each by itself. */
static void test_jitter(void **state)
{
	static const int most[] = { 7, 40, 500 };
	struct out out = { 0 };
	unsigned int i, jitter = 0;

	(void)state;
	for (i = 0; i < DISCS; i++) {
		make_disc(100 + i);
		drive.rate = 25;
		drive.always = i / 6 % 2;
		drive.most = most[i % 3];
		assert_int_equal(extract(i % 2 ? 0 : 301, i % 2 ? SECTORS : 1207, &out), 0);
		if (out.wrong || report.skipped)
			fail_msg("disc %u, up to %d: %u sectors wrong, %u skipped", i, drive.most,
				 out.wrong, report.skipped);
		jitter += report.unsteady;
		free(drive.disc);
	}
	assert_true(jitter > DISCS / 2);
}

static void test_scratch(void **state)
{
	struct out out = { 0 };

	(void)state;
	make_disc(7);
	drive.bad = 800;
	drive.bad_end = 803;
	drive.bad_times = 6;
	assert_int_equal(extract(300, 1200, &out), 0);
	assert_int_equal(out.wrong, 0);
	assert_int_equal(report.skipped, 0);
	assert_true(report.errors);
	/* For good: what comes for it is a guess, and that is said */
	drive.bad_times = UINT32_MAX;
	assert_int_equal(extract(300, 1200, &out), 0);
	assert_true(report.skipped);
	assert_in_range(report.skipped_lba, 700, 850);
	free(drive.disc);
}

static void test_ends(void **state)
{
	const struct paranoia_reader reader = { .read = read_drive };
	const struct paranoia_range range = { 0, 400, 0, SECTORS };
	struct out out = { 0 };

	(void)state;
	make_disc(8);
	drive.rc = -ECANCELED;
	assert_int_equal(extract(0, 400, &out), -ECANCELED);
	assert_int_equal(out.next, 0);
	drive.rc = 0;
	out.rc = -ENOSPC;
	assert_int_equal(extract(0, 400, &out), -ENOSPC);
	assert_string_equal(err, "");
	assert_int_equal(paranoia_read("/nowhere/at/all", &reader, &range, take, &out, &report,
				       err, sizeof(err)), -EPIPE);
	assert_string_equal(err, "/nowhere/at/all can't be started: install discmux whole");
	assert_int_equal(paranoia_read("/bin/false", &reader, &range, take, &out, &report, err,
				       sizeof(err)), -EPIPE);
	assert_string_equal(err, "/bin/false failed at LBA 0: Broken pipe");
	free(drive.disc);
}

/* ---- What can be taken ------------------------------------------------------------ */

static struct cd_layout layout;
static struct extract_master master;

static void add(uint8_t session, enum cd_sector type, int32_t pause, int32_t blocks)
{
	struct cd_track *t = &layout.track[layout.tracks];
	int32_t at = layout.tracks ? t[-1].end : -150;

	if (layout.tracks && t[-1].session != session)
		at += 11250;
	*t = (struct cd_track){ .session = session, .number = (uint8_t)++layout.tracks,
				.type = type, .control = type == CD_AUDIO ? 0 : CD_DATA,
				.pregap = at, .start = at + pause, .end = at + pause + blocks };
}

static void look(void)
{
	assert_int_equal(extract_master_set(&master, &layout), 0);
	memset(&layout, 0, sizeof(layout));
}

static void test_select(void **state)
{
	struct extract_selection sel;
	unsigned int i;

	(void)state;
	add(1, CD_AUDIO, 150, 20 * 60 * 75);
	add(1, CD_MODE1, 150, 9000);
	add(1, CD_AUDIO, 150, 299);
	add(1, CD_AUDIO, 0, 300);
	add(1, CD_AUDIO, 225, 59 * 60 * 75);
	add(1, CD_AUDIO, 0, 60 * 75 - 225 - 300 + 1);
	add(1, CD_AUDIO, 0, 60 * 75 - 225 - 300);
	add(1, CD_AUDIO, 0, 81 * 60 * 75);
	look();
	assert_int_equal(master.tracks, 8);
	assert_true(master.track[0].audio);
	assert_int_equal(master.track[0].blocks, 20 * 60 * 75 + 150);
	assert_false(master.track[1].audio);
	assert_false(master.track[2].audio);
	extract_select_begin(&sel, NULL);
	assert_int_equal(extract_take(&sel, &master, 8), EXTRACT_NO_TRACK);
	assert_int_equal(extract_take(&sel, &master, 1), EXTRACT_NOT_AUDIO);
	assert_int_equal(extract_take(&sel, &master, 2), EXTRACT_NOT_AUDIO);
	assert_int_equal(extract_take(&sel, &master, 7), EXTRACT_NOT_AUDIO);
	assert_int_equal(extract_take(&sel, &master, 0), EXTRACT_CAN);
	assert_int_equal(sel.blocks, 20 * 60 * 75);	/* the usual pause does not count */
	assert_int_equal(extract_take(&sel, &master, 0), EXTRACT_TAKEN);
	assert_int_equal(extract_take(&sel, &master, 3), EXTRACT_CAN);
	assert_int_equal(extract_take(&sel, &master, 4), EXTRACT_CAN);
	assert_int_equal(sel.blocks, 79 * 60 * 75 + 225 + 300);
	assert_int_equal(extract_may_take(&sel, &master, 5), EXTRACT_OVER);
	assert_int_equal(extract_take(&sel, &master, 6), EXTRACT_CAN);
	assert_int_equal(sel.blocks, EXTRACT_BLOCKS);
	assert_int_equal(sel.tracks, 4);
	extract_master_clear(&master);
	for (i = 0; i < 99; i++)
		add(1, CD_AUDIO, 0, 300);
	layout.track[0].pregap = -150;
	look();
	extract_select_begin(&sel, &master.layout);
	assert_int_equal(sel.tracks, 99);
	assert_int_equal(extract_take(&sel, &master, 3), EXTRACT_FULL);
	extract_master_clear(&master);
}

static void expect_piece(const struct extract_plan *plan, unsigned int i, int32_t from,
			 uint32_t blocks, bool silence)
{
	assert_true(i < plan->pieces);
	if (!silence)
		assert_int_equal(plan->piece[i].from, from);
	assert_int_equal(plan->piece[i].blocks, blocks);
	assert_int_equal(plan->piece[i].silence, silence);
}

static void expect_track(const struct extract_plan *plan, unsigned int i, int32_t pregap,
			 int32_t start, int32_t end)
{
	const struct cd_track *t = &plan->layout.track[i];

	assert_true(i < plan->layout.tracks);
	assert_int_equal(t->number, i + 1);
	assert_int_equal(t->session, 1);
	assert_int_equal(t->pregap, pregap);
	assert_int_equal(t->start, start);
	assert_int_equal(t->end, end);
}

static void expect_no_plan(const struct cd_layout *before, const bool *taken, const char *words)
{
	struct extract_plan plan;
	char why[128];

	assert_int_equal(extract_plan(&master, taken, false, before, &plan, why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, words);
}

static void test_plan(void **state)
{
	bool taken[CD_TRACKS] = { [1] = true, [2] = true, [4] = true };
	struct extract_plan plan, next;
	char why[128];

	(void)state;
	add(1, CD_AUDIO, 150, 400);
	add(1, CD_AUDIO, 75, 500);
	add(1, CD_AUDIO, 0, 600);
	add(1, CD_AUDIO, 0, 300);
	add(1, CD_AUDIO, 225, 700);
	layout.track[1].index[0] = layout.track[1].start + 100;
	layout.track[1].indices = 1;
	strcpy(layout.track[2].isrc, "USABC0512345");
	layout.track[4].control = CD_PREEMPHASIS;
	look();
	assert_int_equal(extract_plan(&master, taken, false, NULL, &plan, why, sizeof(why)), 0);
	assert_int_equal(plan.layout.tracks, 3);
	assert_int_equal(cd_layout_check(&plan.layout, why, sizeof(why)), 0);
	/* The first one without its pause, what follows on the master in one go */
	expect_track(&plan, 0, -150, 0, 500);
	expect_track(&plan, 1, 500, 500, 1100);
	expect_track(&plan, 2, 1100, 1325, 2025);
	assert_int_equal(plan.layout.track[0].index[0], 100);
	assert_string_equal(plan.layout.track[1].isrc, "USABC0512345");
	assert_int_equal(plan.layout.track[2].control, CD_PREEMPHASIS);
	assert_int_equal(plan.pieces, 2);
	expect_piece(&plan, 0, 475, 1100, false);
	expect_piece(&plan, 1, 1875, 925, false);
	assert_int_equal(plan.blocks, 2025);
	/* Behind it the first track of a master, whose pause can't be read */
	memset(taken, 0, sizeof(taken));
	taken[0] = true;
	assert_int_equal(extract_plan(&master, taken, true, &plan.layout, &next, why, sizeof(why)),
			 0);
	assert_int_equal(next.layout.tracks, 4);
	expect_track(&next, 2, 1100, 1325, 2025);
	expect_track(&next, 3, 2025, 2175, 2575);
	assert_string_equal(next.layout.track[1].isrc, "USABC0512345");
	assert_int_equal(next.pieces, 2);
	expect_piece(&next, 0, 0, 150, true);
	expect_piece(&next, 1, 0, 400, false);
	extract_plan_clear(&next);
	extract_plan_clear(&plan);
	memset(taken, 0, sizeof(taken));
	expect_no_plan(NULL, taken, "no track is taken");
	extract_master_clear(&master);
}

/* What can't be taken is named, with the reason: here behind a disc of 98 tracks. */
static void test_plan_refused(void **state)
{
	bool taken[CD_TRACKS] = { true, true };
	struct cd_layout before;
	unsigned int i;

	(void)state;
	for (i = 1; i < CD_TRACKS; i++)
		add(1, CD_AUDIO, 0, 300);
	before = layout;
	memset(&layout, 0, sizeof(layout));
	add(1, CD_AUDIO, 150, 300);
	add(1, CD_AUDIO, 0, 79 * 60 * 75);
	add(1, CD_MODE1, 150, 300);
	look();
	expect_no_plan(&before, taken, "track 2 can't be taken: a CD has no more than 99 tracks");
	before.tracks -= 10;
	expect_no_plan(&before, taken, "track 2 can't be taken: it would be more than 80 minutes");
	taken[1] = false;
	taken[2] = true;
	expect_no_plan(NULL, taken,
		       "track 3 can't be taken: it is not audio, or shorter than 4 seconds");
	extract_master_clear(&master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact), cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_scratch), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_select), cmocka_unit_test(test_plan),
		cmocka_unit_test(test_plan_refused),
	};

	return cmocka_run_group_tests_name("extract", tests, NULL, NULL);
}
