// SPDX-License-Identifier: GPL-2.0
/* Tracks of virtual CDs into an image, and that onto a disc again. */
#define _GNU_SOURCE
#include "burn_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "extract.h"
#include "image.h"
#include "libdiscmux.h"

#define BLOCKS	2000u	/* of a master */

static struct burn_rig *rig;
static struct images *store;
static struct extract_config config;
static char err[512];

/* ---- Masters ---------------------------------------------------------------------- */

static void sample(uint8_t *raw, unsigned int master, uint32_t block)
{
	uint32_t i, x = (master << 20 | block) * 2654435761u;

	for (i = 0; i < CD_RAW; i++) {
		x = x * 1664525 + 1013904223;
		raw[i] = (uint8_t)(x >> 24);
	}
}

/* Four tracks; the second has a pause before it, the last one is data. */
static const char tracks[] =
	"CATALOG 1234567890123\nTITLE \"Disc\"\nPERFORMER \"Band\"\nFILE \"%s.bin\" BINARY\n"
	"TRACK 01 AUDIO\nTITLE \"One\"\nISRC USABC0512345\nINDEX 01 00:00:00\n"
	"TRACK 02 AUDIO\nTITLE \"Two\"\nPERFORMER \"Guest\"\nISRC USABC0512346\n"
	"INDEX 00 00:06:10\nINDEX 01 00:08:00\nINDEX 02 00:10:00\n"
	"TRACK 03 AUDIO\nTITLE \"Three\"\nFLAGS DCP PRE\nINDEX 01 00:14:00\n"
	"%s";

static const char data_track[] = "TRACK 04 MODE1/2352\nINDEX 00 00:20:00\nINDEX 01 00:22:00\n";

static void put_bin(const char *base, unsigned int master, bool data)
{
	uint8_t raw[CD_RAW];
	char path[128];
	uint32_t block;
	FILE *f;

	snprintf(path, sizeof(path), "%s.bin", base);
	f = fopen(path, "w");
	for (block = 0; block < BLOCKS; block++) {
		sample(raw, master, block);
		if (data && block >= 20 * 75)
			cd_sector_build(raw, CD_MODE1, (int32_t)block, NULL, NULL);
		assert_int_equal(fwrite(raw, CD_RAW, 1, f), 1);
	}
	fclose(f);
}

static void blank(const char *name)
{
	assert_int_equal(sim_media_blank(rig->media, "cd-r", name, 0, NULL, 0, err, sizeof(err)),
			 0);
	assert_int_equal(sim_drive_insert(rig->dev[1], name, err, sizeof(err)), 0);
}

/* Scratches a disc that is in no drive. */
static void damage(const char *disc, const char *list)
{
	char path[192];
	json_t *j, *l = json_loads(list, 0, NULL);

	assert_non_null(l);
	snprintf(path, sizeof(path), "%s/%s.json", rig->dir, disc);
	j = json_load_file(path, 0, NULL);
	assert_non_null(j);
	assert_int_equal(json_object_set_new(j, "damage", l), 0);
	assert_int_equal(json_dump_file(j, path, JSON_INDENT(2)), 0);
	json_decref(j);
}

/* Burns it and puts the disc into the reader. */
static void insert_damaged(unsigned int master, bool data, const char *list)
{
	char base[96], path[128], disc[64], why[256];
	FILE *f;

	snprintf(base, sizeof(base), "%s-%u", rig->dir, master);
	put_bin(base, master, data);
	snprintf(path, sizeof(path), "%s.cue", base);
	f = fopen(path, "w");
	fprintf(f, tracks, strrchr(base, '/') + 1, data ? data_track : "");
	fclose(f);
	snprintf(rig->image, sizeof(rig->image), "%s.*", rig->dir);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_file(path, 0, &rig->config.source, why, sizeof(why)), 0);
	blank(strrchr(base, '/') + 1);
	assert_int_equal(burn_rig_run(rig), 0);
	sim_drive_take(rig->dev[0], NULL, 0, true, why, sizeof(why));
	assert_int_equal(sim_drive_take(rig->dev[1], disc, sizeof(disc), true, why, sizeof(why)), 0);
	if (list)
		damage(disc, list);
	assert_int_equal(sim_drive_insert(rig->dev[0], disc, why, sizeof(why)), 0);
	unlink(path);
	snprintf(path, sizeof(path), "%s.bin", base);
	unlink(path);
}

static void insert(unsigned int master, bool data)
{
	insert_damaged(master, data, NULL);
}

static int setup(void **state)
{
	static char helper[4096];
	ssize_t n = readlink("/proc/self/exe", helper, sizeof(helper) - 64);
	char path[128];

	(void)state;
	rig = burn_rig_new(1);
	rig->config.verify = false;
	snprintf(path, sizeof(path), "%s.store", rig->dir);
	assert_int_equal(images_open(path, IMAGES_WRITE, &store, err, sizeof(err)), 0);
	helper[n > 0 ? n : 0] = '\0';
	strcpy(strrchr(helper, '/'), "/../../bin/discmux-paranoia");
	config = (struct extract_config){ .ops = rig->config.ops, .ctx = rig->config.ctx,
		.member = 0, .name = "reader 0", .max_data = 65536, .helper = helper,
		.store = store, .image = "HDD1" };
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s.store", rig->dir);
	images_close(store);
	burn_source_free(rig->config.source);
	rig->config.source = NULL;
	burn_rig_free(rig);
	return system(command);
}

/* ---- What comes out ------------------------------------------------------------------ */

/* Blocks of the image are those of a master, from there on. */
static void same(struct disc_image *image, int32_t lba, uint32_t blocks, unsigned int master,
		 uint32_t from)
{
	uint8_t raw[CD_RAW], want[CD_RAW];
	uint32_t i;

	for (i = 0; i < blocks; i++) {
		assert_int_equal(disc_image_read(image, lba + (int32_t)i, 1, CD_RAW, raw, err,
						 sizeof(err)), 0);
		sample(want, master, from + i);
		if (memcmp(raw, want, CD_RAW))
			fail_msg("block %d is not block %u of master %u", lba + (int32_t)i,
				 from + i, master);
	}
}

static void silent(struct disc_image *image, int32_t lba, uint32_t blocks)
{
	static const uint8_t silence[CD_RAW];
	uint8_t raw[CD_RAW];

	for (; blocks--; lba++) {
		assert_int_equal(disc_image_read(image, lba, 1, CD_RAW, raw, err, sizeof(err)), 0);
		assert_memory_equal(raw, silence, CD_RAW);
	}
}

static void title(const struct cd_layout *l, uint8_t type, uint8_t track, const char *want)
{
	char text[64];

	assert_true(cd_text_get(l->text, l->text_packs, type, track, text, sizeof(text)) >= 0);
	assert_string_equal(text, want);
}

static void run(struct extract_master *master, unsigned int set, int want,
		struct images_info *info)
{
	bool taken[CD_TRACKS] = { false };
	int rc;
	unsigned int i;

	for (i = 0; i < 32; i++)
		taken[i] = set >> i & 1;
	rc = extract_run(&config, master, taken, NULL, info, err, sizeof(err));
	if (rc != want)
		fail_msg("%d instead of %d: %s", rc, want, err);
}

static void analyze(struct extract_master *master)
{
	if (extract_analyze(&config, master, err, sizeof(err)))
		fail_msg("%s", err);
}

static void test_two_masters(void **state)
{
	struct extract_selection sel;
	struct extract_master master;
	const struct cd_layout *l;
	struct disc_image *image;
	struct images_info info;
	char path[IMAGES_PATH_SIZE];

	(void)state;
	insert(1, true);
	analyze(&master);
	assert_int_equal(master.tracks, 4);
	assert_true(master.track[1].audio);
	assert_false(master.track[3].audio);
	assert_string_equal(master.track[2].title, "Three");
	assert_string_equal(master.track[1].isrc, "USABC0512346");
	assert_int_equal(extract_selection_begin(&config, &sel, err, sizeof(err)), 0);
	run(&master, 1 << 3, -EINVAL, NULL);
	run(&master, 1 << 1 | 1 << 2, 0, &info);
	extract_master_clear(&master);
	assert_int_equal(info.kind, IMAGES_AUDIO);
	assert_int_equal(info.tracks, 2);
	assert_false(rig->claimed[0]);

	assert_int_equal(extract_selection_begin(&config, &sel, err, sizeof(err)), -EEXIST);
	insert(2, false);
	config.append = true;
	analyze(&master);
	assert_int_equal(extract_selection_begin(&config, &sel, err, sizeof(err)), 0);
	assert_int_equal(sel.tracks, 2);
	run(&master, 1 << 0 | 1 << 2, 0, &info);
	extract_master_clear(&master);

	assert_int_equal(disc_image_open(info.path, &image, err, sizeof(err)), 0);
	l = disc_image_layout(image);
	assert_int_equal(l->tracks, 4);
	assert_string_equal(l->mcn, "");
	assert_string_equal(l->track[0].isrc, "USABC0512346");
	assert_int_equal(l->track[0].index[0] - l->track[0].start, 150);
	assert_int_equal(l->track[1].control, CD_COPY_PERMITTED | CD_PREEMPHASIS);
	assert_string_equal(l->track[2].isrc, "USABC0512345");
	title(l, CD_TEXT_TITLE, 1, "Two");
	title(l, CD_TEXT_PERFORMER, 1, "Guest");
	title(l, CD_TEXT_TITLE, 4, "Three");
	/* Track 2 to the data, a pause that was made, track 1, track 3 to the end */
	same(image, 0, 20 * 75 - 600, 1, 600);
	silent(image, l->track[2].pregap, 150);
	same(image, l->track[2].start, 460, 2, 0);
	same(image, l->track[3].start, BLOCKS - 1050, 2, 1050);
	assert_int_equal(l->track[3].end, l->track[3].start + (int32_t)(BLOCKS - 1050));
	disc_image_close(image);

	/* It burns, and reads back as it is */
	snprintf(path, sizeof(path), "%s", info.path);
	burn_source_free(rig->config.source);
	assert_int_equal(burn_source_file(path, 0, &rig->config.source, err, sizeof(err)), 0);
	blank("copy");
	rig->config.verify = true;
	assert_int_equal(burn_rig_run(rig), 0);
	burn_rig_expect(rig, 0, BURN_DONE, BURN_DISC_VERIFIED, NULL);
}

static void test_refused(void **state)
{
	struct discmux_result failure = { 0 };
	struct extract_master master, other;
	struct images_info info;

	(void)state;
	config.failure = &failure;
	assert_int_equal(extract_analyze(&config, &master, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "no disc in reader 0: insert the master");
	assert_true(discmux_result_is(&failure, 0x02, 0x3a, 0x01));
	insert(1, true);
	analyze(&master);
	insert(2, false);
	analyze(&other);
	run(&master, 1, -ESTALE, NULL);
	assert_string_equal(err, "the disc in reader 0 is another one: look at it again");
	extract_master_clear(&master);
	/* An image that is there stays, whatever goes wrong */
	run(&other, 1, 0, &info);
	run(&other, 1, -EEXIST, NULL);
	config.overwrite = true;
	burn_rig_fault(rig, 0, "sense 3/11/05 lba 200");
	run(&other, 1, -EIO, NULL);
	assert_true(discmux_result_is(&failure, 0x03, 0x11, 0x05));
	assert_string_equal(err, "reader 0 can't read the master for sure in track 1 at 0:02, LBA 200: clean the disc, or try another reader");
	assert_int_equal(images_check(store, "HDD1", 0, NULL, err, sizeof(err)), 0);
	assert_false(rig->claimed[0]);
	config.helper = "/bin/false";
	run(&other, 1, -EPIPE, NULL);
	assert_int_equal(images_check(store, "HDD1", 0, NULL, err, sizeof(err)), 0);
	extract_master_clear(&other);
}

/* The first track, exactly, of a disc in this state. */
static void extract_first(unsigned int number)
{
	bool taken[CD_TRACKS] = { true };
	struct paranoia_report report;
	struct extract_master master;
	struct disc_image *image;
	struct images_info info;

	analyze(&master);
	config.overwrite = true;
	if (extract_run(&config, &master, taken, &report, &info, err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(report.unsteady, number == 1);
	assert_int_equal(disc_image_open(info.path, &image, err, sizeof(err)), 0);
	same(image, 0, 460, number, 0);
	disc_image_close(image);
	extract_master_clear(&master);
}

static void test_damaged(void **state)
{
	struct extract_master master;

	(void)state;
	/* Off centre */
	insert_damaged(1, false, "[{\"kind\": \"jitter\", \"first\": 0, \"last\": 2000,"
		       "\"samples\": 60, \"every\": 4}]");
	extract_first(1);
	/* Scratches that the drive can't read at its full speed, or not at once */
	insert_damaged(2, false, "[{\"kind\": \"c2\", \"first\": 100, \"last\": 103, \"times\": 9},"
		       "{\"kind\": \"read\", \"first\": 300, \"last\": 300, \"above\": 8}]");
	extract_first(2);
	/* and one that it never can: there is no such image then */
	insert_damaged(3, false, "[{\"kind\": \"c2\", \"first\": 225, \"last\": 226}]");
	analyze(&master);
	run(&master, 1, -EIO, NULL);
	assert_non_null(strstr(err, "can't read the master for sure in track 1 at 0:0"));
	assert_int_equal(images_check(store, "HDD1", 0, NULL, err, sizeof(err)), 0);
	extract_master_clear(&master);
}

static bool stop(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	assert_true(done <= total);
	return false;
}

static void test_cancel(void **state)
{
	struct extract_master master;
	struct images_info info;

	(void)state;
	insert(1, false);
	config.progress.step = stop;
	assert_int_equal(extract_analyze(&config, &master, err, sizeof(err)), -ECANCELED);
	assert_string_equal(err, "cancelled");
	assert_false(rig->claimed[0]);
	config.progress.step = NULL;
	analyze(&master);
	config.progress.step = stop;
	run(&master, 1, -ECANCELED, NULL);
	assert_int_equal(images_describe(store, "HDD1", &info, err, sizeof(err)), -ENOENT);
	assert_false(rig->claimed[0]);
	extract_master_clear(&master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_masters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
	};

	return cmocka_run_group_tests_name("extract_run", tests, NULL, NULL);
}
