// SPDX-License-Identifier: GPL-2.0
/* Pressed DVDs with two layers, and those that are protected. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_harness.h"

#define STRUCTURE(h, format, len) IN(h, len, 0xad, 0, 0, 0, 0, 0, 0, format, BE16(len), 0, 0)
#define KEY_BLOCK(h)	IN(h, 16, 0xad, 1, 0, 0, 0, 0, 0, 0x83, BE16(16), 0, 0)
#define PRESS(h, disc, layer_0, protect) \
	sim_media_press((h)->media, disc, layer_0, protect, (h)->err, sizeof((h)->err))

/* An image of so many blocks, with the pattern of sim_harness in none of them */
static void image(struct harness *h, const char *name, uint32_t blocks)
{
	char path[128];

	harness_file(h, name, "", 0);
	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	assert_int_equal(truncate(path, (off_t)blocks * 2048), 0);
}

static void take(struct harness *h)
{
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
}

/* The physical format information has these layers and ends */
static void layers(struct harness *h, unsigned int count, uint32_t end_0, uint32_t end)
{
	assert_int_equal(STRUCTURE(h, 0x00, 2052), 0);
	assert_int_equal(h->buf[4 + 2] & 0x70, count == 2 ? 0x30 : 0x00);
	assert_int_equal(sim_be32(h->buf + 4 + 4), 0x030000);
	assert_int_equal(sim_be32(h->buf + 4 + 8), end);
	assert_int_equal(sim_be32(h->buf + 4 + 12), end_0);
}

/* What one layer does not hold has two of one half each, the first of whole ECC blocks */
static void large(void **state)
{
	const uint32_t blocks = 2298496 + 21, first = 1149264;
	struct harness *h = *state;

	image(h, "one.iso", 2298496);
	harness_insert(h, "one");
	layers(h, 1, 0, 0x030000 + 2298495);
	take(h);
	image(h, "two.iso", blocks);
	harness_insert(h, "two");
	layers(h, 2, 0x030000 + first - 1,
	       (~(0x030000 + first - 1) & 0xffffff) + blocks - first - 1);
	assert_int_equal(harness_read(h, blocks - 1, 1), 0);
}

/* Somebody says where the first layer ends, and that the disc is no CD for that */
static void layer_break(void **state)
{
	struct harness *h = *state;

	image(h, "small.iso", 1000);
	assert_int_equal(PRESS(h, "small", 496, NULL), -EINVAL);	/* less than half */
	assert_int_equal(PRESS(h, "small", 1008, NULL), -EINVAL);	/* nothing for the second */
	assert_int_equal(PRESS(h, "small", 601, NULL), -EINVAL);
	assert_non_null(strstr(h->err, "a multiple of 16"));
	assert_int_equal(PRESS(h, "nothing", 608, NULL), -ENOENT);
	harness_insert(h, "small");
	assert_int_equal(STRUCTURE(h, 0x00, 2052), SENSE(5, 0x30, 2));	/* a CD so far */
	assert_int_equal(PRESS(h, "small", 608, NULL), -EBUSY);
	take(h);
	assert_int_equal(PRESS(h, "small", 608, NULL), 0);
	for (int again = 0; again < 2; again++) {
		harness_insert(h, "small");
		layers(h, 2, 0x030000 + 607, (~(0x030000 + 607) & 0xffffff) + 391);
		assert_int_equal(harness_read(h, 0, 10), 0);
		take(h);
	}
	assert_int_equal(sim_media_blank(h->media, "dvd+r", "blank", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	assert_int_equal(PRESS(h, "blank", 608, NULL), -EINVAL);
	assert_non_null(strstr(h->err, "no pressed disc"));
}

static void protected(void **state)
{
	struct harness *h = *state;

	image(h, "film.iso", 1000);
	harness_insert(h, "film");
	assert_int_equal(harness_read(h, 100, 10), 0);
	take(h);
	assert_int_equal(PRESS(h, "film", 0, "100-199,500"), 0);
	harness_insert(h, "film");
	assert_int_equal(STRUCTURE(h, 0x01, 8), 0);
	assert_int_equal(h->buf[4], 0x01);		/* CSS */
	assert_int_equal(harness_read(h, 0, 100), 0);
	assert_int_equal(harness_read(h, 90, 20), SENSE(5, 0x6f, 3));
	assert_int_equal(h->info, 100);
	assert_int_equal(h->got, 10 * 2048);
	assert_int_equal(harness_read(h, 199, 1), SENSE(5, 0x6f, 3));
	assert_int_equal(harness_read(h, 200, 300), 0);
	assert_int_equal(harness_read(h, 500, 1), SENSE(5, 0x6f, 3));
	assert_int_equal(harness_read(h, 501, 499), 0);
	take(h);
	assert_int_equal(PRESS(h, "film", 0, "none"), 0);
	harness_insert(h, "film");
	assert_int_equal(STRUCTURE(h, 0x01, 8), 0);
	assert_int_equal(h->buf[4], 0);
	assert_int_equal(harness_read(h, 0, 500), 0);
}

static void refused(void **state)
{
	static const char *const ranges[] = {
		"", "x", "1-", "-1", "5-4", "1,", "1000", "0-1000", "1;2", "1-2-3",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
	};
	static const char *const sidecars[] = {
		"\"protected\": 5", "\"protected\": [[1]]", "\"protected\": [[2, 1]]",
		"\"protected\": [[0, 1000]]", "\"protected\": [[-1, 0]]", "\"layer_0\": 100",
		"\"layer_0\": \"x\"", "\"layer_0\": 1008",
	};
	struct harness *h = *state;

	image(h, "film.iso", 1000);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		assert_int_equal(PRESS(h, "film", 0, ranges[i]), -EINVAL);
		assert_non_null(strstr(h->err, "N[-M]"));
	}
	for (size_t i = 0; i < sizeof(sidecars) / sizeof(sidecars[0]); i++) {
		char text[512];
		int n = snprintf(text, sizeof(text), "{\"format\": 1, \"medium\": \"dvd-rom\","
				 "\"capacity\": 1000, \"state\": \"complete\", %s, \"sessions\": ["
				 "{\"number\": 1, \"state\": \"closed\", \"tracks\": [{\"number\": 1,"
				 "\"state\": \"closed\", \"method\": \"pressed\", \"start\": 0,"
				 "\"length\": 1000, \"nwa\": 1000}]}]}", sidecars[i]);

		harness_file(h, "film.json", text, (size_t)n);
		assert_int_equal(sim_drive_insert(h->dev, "film", h->err, sizeof(h->err)), -EINVAL);
		assert_non_null(strstr(h->err, "protected"));
	}
}

/* What a protected disc says of itself: type, and the regions that it is not for */
static void copyright(void **state)
{
	static const struct {
		const char *words[3];
		size_t n;
		uint8_t type, denied;
	} rows[] = {
		{ { "css" }, 1, 1, 0 }, { { "cppm" }, 1, 1, 0 }, { { "cprm" }, 1, 2, 0 },
		{ { "css", "region", "2" }, 3, 1, 0xfd }, { { "none", "region", "8" }, 3, 0, 0x7f },
		{ { "none" }, 1, 0, 0 },
	};
	static const char *const bad[][3] = {
		{ "dcss" }, { "css", "region" }, { "css", "region", "0" }, { "css", "region", "9" },
		{ "css", "region", "22" }, { "css", "zone", "2" },
	};
	struct harness *h = *state;

	image(h, "m.iso", 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sim_media_copyright(h->media, "m", rows[i].words, rows[i].n, h->err,
						     sizeof(h->err)), 0);
		harness_insert(h, "m");
		assert_int_equal(STRUCTURE(h, 0x01, 8), 0);
		assert_int_equal(h->buf[4], rows[i].type);
		assert_int_equal(h->buf[5], rows[i].denied);
		assert_int_equal(harness_read(h, 5, 1), 0);
		assert_int_equal(sim_media_copyright(h->media, "m", rows[i].words, rows[i].n, h->err,
						     sizeof(h->err)), -EBUSY);
		take(h);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sim_media_copyright(h->media, "m", bad[i],
						     !bad[i][1] ? 1 : !bad[i][2] ? 2 : 3, h->err,
						     sizeof(h->err)), -EINVAL);
	/* What was recorded may be, too; a CD can't */
	assert_int_equal(sim_media_blank(h->media, "dvd-rw", "rw", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	assert_int_equal(sim_media_copyright(h->media, "rw", rows[2].words, 1, h->err,
					     sizeof(h->err)), 0);
	harness_insert(h, "rw");
	assert_int_equal(STRUCTURE(h, 0x01, 8), 0);
	assert_int_equal(h->buf[4], 2);
	assert_int_equal(harness_page05(h, 0, 3, 5), 0);
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	take(h);
	harness_insert(h, "rw");
	assert_int_equal(STRUCTURE(h, 0x01, 8), 0);
	assert_int_equal(h->buf[4], 2);
	assert_int_equal(sim_media_blank(h->media, "cd-r", "cd", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	assert_int_equal(sim_media_copyright(h->media, "cd", rows[0].words, 1, h->err,
					     sizeof(h->err)), -EINVAL);
}

/* A BD has AACS or nothing, and nothing else has it */
static void aacs(void **state)
{
	static const char *const words[] = { "aacs" }, *const css[] = { "css" };
	static const char *const region[] = { "aacs", "region", "1" };
	struct harness *h = *state;
	struct sim_drive_config config = {
		.name = "recorder1", .recorder = true, .bd = true, .media = h->media,
	};

	h->dev->ops->destroy(h->dev);
	h->dev = sim_drive_create(&config, h->err, sizeof(h->err));
	assert_non_null(h->dev);
	sim_drive_set_delays(h->dev, 0, 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0));
	assert_int_equal(sim_media_blank(h->media, "bd-re", "bd", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "bd");
	assert_int_equal(KEY_BLOCK(h), SENSE(5, 0x24, 0));
	take(h);
	assert_int_equal(sim_media_copyright(h->media, "bd", css, 1, h->err, sizeof(h->err)), -EINVAL);
	assert_int_equal(sim_media_copyright(h->media, "bd", region, 3, h->err, sizeof(h->err)),
			 -EINVAL);
	assert_int_equal(sim_media_copyright(h->media, "bd", words, 1, h->err, sizeof(h->err)), 0);
	harness_insert(h, "bd");
	assert_int_equal(KEY_BLOCK(h), 0);
	assert_int_equal(sim_be16(h->buf), 14);
	assert_int_equal(h->buf[4], 0x10);
	image(h, "m.iso", 1000);
	assert_int_equal(sim_media_copyright(h->media, "m", words, 1, h->err, sizeof(h->err)), -EINVAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(large), T(layer_break), T(protected), T(copyright), T(aacs), T(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
