// SPDX-License-Identifier: GPL-2.0
/* Masters as sheets: what a drive reads of the disc that they become. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sector.h"
#include "sim_harness.h"

#define READ_CD(h, len, lba, blocks, fields, sub) \
	IN(h, len, 0xbe, 0, BE32(lba), 0, BE16(blocks), fields, sub, 0)

/* A file whose sectors tell their number */
static void bin(struct harness *h, const char *file, uint32_t sectors, size_t size)
{
	uint8_t *data = malloc(sectors * size);

	assert_non_null(data);
	for (uint32_t i = 0; i < sectors; i++)
		memset(data + i * size, (int)(i % 251 + 1), size);
	harness_file(h, file, data, sectors * size);
	free(data);
}

static void text(struct harness *h, const char *file, const char *what)
{
	harness_file(h, file, what, strlen(what));
}

static void import(struct harness *h, const char *sheet, const char *want)
{
	char path[128], name[SIM_MEDIA_NAME_MAX];

	snprintf(path, sizeof(path), "%s/%s", h->dir, sheet);
	if (sim_media_import(h->media, path, NULL, name, sizeof(name), h->err, sizeof(h->err)))
		fail_msg("%s", h->err);
	assert_string_equal(name, want);
}

static void cue(void **state)
{
	struct harness *h = *state;

	bin(h, "tracks.img", 1000, CD_RAW);
	text(h, "record.cue",
	     "CATALOG 1234567890123\n"
	     "TITLE \"A record\"\n"
	     "FILE \"tracks.img\" BINARY\n"
	     "  TRACK 01 AUDIO\n    TITLE \"One\"\n    ISRC USABC0512345\n    INDEX 01 00:00:00\n"
	     "    INDEX 02 00:04:00\n"
	     "  TRACK 02 AUDIO\n    FLAGS PRE\n    INDEX 00 00:06:00\n    INDEX 01 00:08:00\n");
	import(h, "record.cue", "record");
	import(h, "record.cue", "record");	/* it is that disc already */
	harness_insert(h, "record");
	assert_int_equal(IN(h, 100, 0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0), 0);
	assert_int_equal(h->got, 4 + 3 * 8);
	assert_int_equal(h->buf[4 + 8 + 1], 0x11);
	assert_int_equal(sim_be32(h->buf + 4 + 8 + 4), 600);
	assert_int_equal(sim_be32(h->buf + 4 + 16 + 4), 1000);
	assert_int_equal(READ_CD(h, 2 * CD_RAW, 700, 2, 0x10, 0), 0);
	assert_int_equal(h->buf[0], 700 % 251 + 1);
	assert_int_equal(h->buf[CD_RAW], 701 % 251 + 1);
	assert_int_equal(READ_CD(h, 16, 310, 1, 0, 2), 0);
	assert_memory_equal(h->buf, "\x01\x01\x02", 3);		/* index 2 */
	assert_int_equal(READ_CD(h, 16, 460, 1, 0, 2), 0);
	assert_memory_equal(h->buf, "\x11\x02\x00", 3);		/* the pregap */
	assert_int_equal(IN(h, 24, 0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0), 0);
	assert_memory_equal(h->buf + 9, "1234567890123", 13);
	assert_int_equal(IN(h, 24, 0x42, 0, 0x40, 3, 0, 0, 1, 0, 24, 0), 0);
	assert_memory_equal(h->buf + 9, "USABC0512345", 12);
	assert_int_equal(IN(h, 2048, 0x43, 0, 5, 0, 0, 0, 0, 8, 0, 0), 0);
	assert_true(h->got > 4 + 3 * 18);
	/* Scratched: C2 pointers where the samples are wrong, and only there */
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	assert_int_equal(sim_media_damage(h->media, "record",
					  (const char *const []){ "read", "500" }, 2, h->err,
					  sizeof(h->err)), 0);
	assert_int_equal(sim_media_damage(h->media, "record",
					  (const char *const []){ "isrc", "0" }, 2, h->err,
					  sizeof(h->err)), 0);
	harness_insert(h, "record");
	assert_int_equal(READ_CD(h, 3 * (CD_RAW + 294), 499, 3, 0x12, 0), 0);
	for (size_t i = 0; i < 3; i++) {
		const uint8_t *sector = h->buf + i * (CD_RAW + 294);
		uint8_t value = (uint8_t)((499 + i) % 251 + 1);

		for (size_t b = 0; b < CD_RAW; b++) {
			bool error = sector[CD_RAW + b / 8] & 0x80 >> b % 8;

			assert_int_equal(sector[b] != value, error);
			assert_true(i == 1 || !error);
		}
	}
	assert_int_equal(IN(h, 24, 0x42, 0, 0x40, 3, 0, 0, 1, 0, 24, 0), 0);
	assert_int_equal(h->buf[8], 0);			/* no ISRC to be read */
}

/* Samples of how far away come with a sector: before it negative, behind it positive */
static int lateness(const uint8_t *sector, uint32_t lba)
{
	uint8_t own = (uint8_t)(lba % 251 + 1);
	const int size = CD_RAW;
	int before = 0, behind = 0;

	for (; before < size && sector[before] == own - 1; before++)
		;
	for (; behind < size && sector[size - 1 - behind] == own + 1; behind++)
		;
	for (int i = before; i < size - behind; i++)
		assert_int_equal(sector[i], own);
	assert_true(!before || !behind);
	assert_int_equal((before + behind) % 4, 0);
	return (behind - before) / 4;
}

/* A drive that reads somewhere near of what it should, now and then */
static void jitter(void **state)
{
	struct harness *h = *state;
	const char *const words[] = { "jitter", "50-99", "samples", "40", "every", "3" };
	unsigned int early = 0, late = 0, exact = 0;

	bin(h, "samples.img", 400, CD_RAW);
	text(h, "sound.cue", "FILE \"samples.img\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
	import(h, "sound.cue", "sound");
	for (size_t n = 1; n < 6; n++)	/* a word that is missing, and one for audio only */
		if (n % 2)
			assert_true(sim_media_damage(h->media, "sound", words, n, h->err,
						     sizeof(h->err)) < 0);
	assert_true(sim_media_damage(h->media, "sound",
				     (const char *const []){ "c2", "50", "samples", "40" }, 4,
				     h->err, sizeof(h->err)) < 0);
	assert_int_equal(sim_media_damage(h->media, "sound", words, 6, h->err,
					  sizeof(h->err)), 0);
	harness_insert(h, "sound");
	for (int i = 0; i < 100; i++) {
		int n;

		assert_int_equal(READ_CD(h, 2 * CD_RAW, 60, 2, 0x10, 0), 0);
		n = lateness(h->buf, 60);
		assert_int_equal(lateness(h->buf + CD_RAW, 61), n);
		assert_in_range(n + 40, 0, 80);
		early += n < 0;
		late += n > 0;
		exact += !n;
	}
	assert_true(early > 3 && late > 3 && exact > 40);
	assert_int_equal(READ_CD(h, CD_RAW, 100, 1, 0x10, 0), 0);
	assert_int_equal(lateness(h->buf, 100), 0);	/* not there */
}

static void toc(void **state)
{
	struct harness *h = *state;

	bin(h, "data.iso", 400, 2048);
	bin(h, "sound.raw", 300, CD_RAW);
	text(h, "mixed.toc",
	     "CD_ROM\nTRACK MODE1\nDATAFILE \"data.iso\"\n"
	     "TRACK AUDIO\nPREGAP 00:02:00\nAUDIOFILE \"sound.raw\" SWAP 0\n");
	import(h, "mixed.toc", "mixed");
	harness_insert(h, "mixed");
	assert_int_equal(harness_read(h, 16, 2), 0);
	assert_int_equal(h->buf[0], 17);
	assert_int_equal(READ_CD(h, CD_RAW, 16, 1, 0xf8, 0), 0);
	assert_true(cd_sector_intact(h->buf, CD_MODE1));
	assert_int_equal(cd_sector_lba(h->buf), 16);
	assert_int_equal(READ_CD(h, CD_RAW, 550, 1, 0x10, 0), 0);
	assert_int_equal(h->buf[0], 1);
	assert_int_equal(READ_CD(h, CD_RAW, 540, 1, 0x10, 0), 0);
	assert_int_equal(h->buf[0], 0);			/* the pregap is silence */
	assert_int_equal(harness_read(h, 600, 1), SENSE(5, 0x64, 0));
}

static void refused(void **state)
{
	struct harness *h = *state;
	char path[128];

	text(h, "lost.cue", "FILE \"gone.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n");
	text(h, "junk.toc", "this is no sheet");
	text(h, "empty.ccd", "");
	snprintf(path, sizeof(path), "%s/lost.cue", h->dir);
	assert_true(sim_media_import(h->media, path, NULL, NULL, 0, h->err, sizeof(h->err)) < 0);
	assert_non_null(strstr(h->err, "gone.bin"));
	snprintf(path, sizeof(path), "%s/junk.toc", h->dir);
	assert_true(sim_media_import(h->media, path, NULL, NULL, 0, h->err, sizeof(h->err)) < 0);
	snprintf(path, sizeof(path), "%s/empty.ccd", h->dir);
	assert_true(sim_media_import(h->media, path, NULL, NULL, 0, h->err, sizeof(h->err)) < 0);
	assert_int_equal(harness_size(h, "lost.json"), -1);
	assert_int_equal(harness_size(h, "lost.bin"), -1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = { T(cue), T(jitter), T(toc), T(refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
