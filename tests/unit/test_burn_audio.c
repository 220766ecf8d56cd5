// SPDX-License-Identifier: GPL-2.0
/* Audio masters in a drive that can't read all of them: C2 errors. */
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "media.h"

#define BLOCKS		1200
#define READ_CD		0xbe
#define SET_CD_SPEED	0xbb

static void sector(uint8_t *raw, uint32_t lba)
{
	uint32_t i;

	for (i = 0; i < CD_RAW; i++)
		raw[i] = (uint8_t)(lba * 5 + i * i / 3 + i / 32 * lba);
}

/* An audio CD of two tracks in the reader, scratched as the words say, and blanks. */
static struct burn_rig *scratched(const char *const words[], size_t n)
{
	struct burn_rig *rig = burn_rig_new(2);
	char path[128], name[64], err[256];
	uint8_t raw[CD_RAW];
	uint32_t lba;
	FILE *f;

	snprintf(path, sizeof(path), "%s/song.img", rig->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (lba = 0; lba < BLOCKS; lba++) {
		sector(raw, lba);
		assert_int_equal(fwrite(raw, sizeof(raw), 1, f), 1);
	}
	fclose(f);
	snprintf(path, sizeof(path), "%s/master.cue", rig->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("FILE \"song.img\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
	      "TRACK 02 AUDIO\nINDEX 01 00:08:00\n", f);
	fclose(f);
	if (sim_media_import(rig->media, path, NULL, name, sizeof(name), err, sizeof(err)) ||
	    (n && sim_media_damage(rig->media, name, words, n, err, sizeof(err))) ||
	    sim_drive_insert(rig->dev[0], name, err, sizeof(err)))
		fail_msg("%s", err);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_drive(0, "reader 0", 65536, &rig->config.source), 0);
	burn_rig_blank(rig, 1, "cd-r", 0);
	burn_rig_blank(rig, 2, "cd-r", 0);
	rig->config.count = 1;
	return rig;
}

/* The disc's sectors are the master's, but for n from first on. */
static void expect_samples(struct burn_rig *rig, const char *disc, uint32_t first, uint32_t n)
{
	uint8_t want[CD_RAW], got[CD_RAW];
	char path[128];
	uint32_t lba;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.bin", rig->dir, disc);
	f = fopen(path, "r");
	assert_non_null(f);
	for (lba = 0; lba < BLOCKS; lba++) {
		sector(want, lba);
		assert_int_equal(fread(got, sizeof(got), 1, f), 1);
		if (lba - first < n)
			assert_memory_not_equal(got, want, sizeof(got));
		else
			assert_memory_equal(got, want, sizeof(got));
	}
	fclose(f);
}

static void run_good(struct burn_rig *rig)
{
	if (burn_rig_run(rig))
		fail_msg("%s", burn_job_error(rig->job));
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
}

/* Errors that go away when the disc is read again are none. */
static void test_again(void **state)
{
	struct burn_rig *rig = scratched((const char *const []){ "c2", "500-502", "times", "5" },
					 4);

	(void)state;
	run_good(rig);
	assert_true(rig->seen[0][SET_CD_SPEED] >= 1);	/* slower */
	expect_samples(rig, "disc1", 0, 0);
	burn_rig_free(rig);
}

/* Some go away when it is read slowly only. */
static void test_slower(void **state)
{
	struct burn_rig *rig = scratched((const char *const []){ "c2", "500-540", "above", "4" },
					 4);

	(void)state;
	run_good(rig);
	expect_samples(rig, "disc1", 0, 0);
	burn_rig_free(rig);
}

/* Others don't: no copy without leave, and a map of them with it. */
static void test_stays(void **state)
{
	struct burn_rig *rig = scratched((const char *const []){ "c2", "700-701" }, 2);
	char map[128], line[256];
	unsigned int bad = 0;
	FILE *f;

	(void)state;
	assert_int_equal(burn_rig_run(rig), -EIO);
	assert_string_equal(burn_job_error(rig->job),
			    "reader 0 can't read the audio of the master at LBA 700: 64 of its bytes stay wrong (C2 errors): clean the disc, or try another drive");
	rig->config.recorders = &rig->recorders[1];
	snprintf(map, sizeof(map), "%s/map", rig->dir);
	rig->config.damaged = true;
	rig->config.map = map;
	run_good(rig);
	assert_int_equal(burn_source_bad(rig->config.source), 2);
	expect_samples(rig, "disc2", 700, 2);
	f = fopen(map, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		bad += strstr(line, "0x00191F40  0x00001260  -") != NULL;
	fclose(f);
	assert_int_equal(bad, 1);
	burn_rig_free(rig);
}

/* A drive that says it gives C2 error pointers, and does not know the command. */
static bool refuse(struct burn_rig *rig, uint32_t member, const struct mmc_command *cmd,
		   uint8_t *data, struct discmux_result *result)
{
	static const uint8_t sense[18] = { 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24 };

	(void)rig;
	(void)data;
	if (member || cmd->cdb[0] != READ_CD || !(cmd->cdb[9] & 0x06))
		return false;
	result->status = 2;
	result->sense_len = sizeof(sense);
	memcpy(result->sense, sense, sizeof(sense));
	return true;
}

static void test_unknown(void **state)
{
	struct burn_rig *rig = scratched(NULL, 0);

	(void)state;
	rig->hook = refuse;
	run_good(rig);
	expect_samples(rig, "disc1", 0, 0);
	burn_rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_slower),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
