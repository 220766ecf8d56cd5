// SPDX-License-Identifier: GPL-2.0
/* CDs: sessions at once, tracks at once, and all that can be read of them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>

#include "cdtext.h"
#include "msf.h"
#include "sector.h"
#include "sim_harness.h"
#include "subcode.h"

#define CLOSE(h, function, track)	GO(h, 0x5b, 0, function, 0, BE16(track), 0, 0, 0, 0)
#define SYNC(h)				GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define WRITE(h, data, lba, blocks, size) \
	OUT(h, data, (size_t)(blocks) * (size), 0x2a, 0, BE32(lba), 0, BE16(blocks), 0)
#define CUE(h, list)			OUT(h, list, sizeof(list), 0x5d, 0, 0, 0, 0, 0, 0, \
					    BE16(sizeof(list)), 0)
#define READ_CD(h, len, type, lba, blocks, fields, sub) \
	IN(h, len, 0xbe, (type) << 2, BE32(lba), 0, BE16(blocks), fields, sub, 0)
#define TOC(h, format, track)	IN(h, 2048, 0x43, 0, format, 0, 0, 0, track, 8, 0, 0)
#define SUBCHANNEL(h, format, track) \
	IN(h, 24, 0x42, 0, 0x40, format, 0, 0, track, 0, 24, 0)
#define E(ctl, track, index, form, m, s, f)	(ctl), (track), (index), (form), 0, (m), (s), (f)

static void page(struct harness *h, uint8_t type, uint8_t multi, uint8_t mode, uint8_t block)
{
	uint8_t list[60] = { [8] = 0x05, 0x32, 0x40 | type, (uint8_t)(multi << 6 | mode), block };

	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), 0);
}

/* Bytes that tell their sector */
static void fill(uint8_t *to, size_t size, uint32_t lba, uint32_t blocks)
{
	for (uint32_t b = 0; b < blocks; b++)
		for (size_t i = 0; i < size; i++)
			to[b * size + i] = (uint8_t)((lba + b) * 31 + i * 7 + i / 256);
}

static uint32_t put(struct harness *h, uint32_t lba, uint32_t blocks, size_t size)
{
	uint8_t *data = malloc(blocks * size);
	uint32_t ret;

	assert_non_null(data);
	fill(data, size, lba, blocks);
	ret = WRITE(h, data, lba, blocks, size);
	free(data);
	return ret;
}

static void expect_fill(struct harness *h, const uint8_t *got, size_t size, uint32_t lba)
{
	uint8_t want[CD_RAW];

	(void)h;
	fill(want, size, lba, 1);
	assert_memory_equal(got, want, size);
}

static void spread_text(uint8_t *raw, uint8_t *packs, int *count)
{
	static const struct cd_text texts[] = {
		{ CD_TEXT_TITLE, 0, "Disc" }, { CD_TEXT_TITLE, 1, "One" },
		{ CD_TEXT_TITLE, 2, "Two" }, { CD_TEXT_PERFORMER, 0, "Nobody in particular" },
	};

	*count = cd_text_build(texts, 4, 1, 2, CD_TEXT_ENGLISH, packs, 16);
	assert_true(*count > 4 && *count <= 8);
	for (int i = 0; i < 2; i++) {
		uint8_t four[72];

		for (int p = 0; p < 4; p++)
			memcpy(four + 18 * p, packs + 18 * ((4 * i + p) % *count), 18);
		cd_text_spread(four, raw + 96 * i);
	}
}

/*
 * Two audio tracks: the first with an index 2 at 200, the second with a pregap of
 * 75 before 400; lead-out at 800.  MCN, an ISRC, pre-emphasis in the second.
 */
static const uint8_t audio_cue[] = {
	0x02, '1', '2', '3', '4', '5', '6', '7', 0x02, '8', '9', '0', '1', '2', '3', 0,
	E(0x01, 0, 0, 0x01, 0, 0, 0),
	0x03, 1, 'U', 'S', 'A', 'B', 'C', '0', 0x03, 1, '5', '1', '2', '3', '4', '5',
	E(0x01, 1, 0, 0x00, 0, 0, 0), E(0x01, 1, 1, 0x00, 0, 2, 0), E(0x01, 1, 2, 0x00, 0, 4, 50),
	E(0x11, 2, 0, 0x00, 0, 6, 25), E(0x11, 2, 1, 0x00, 0, 7, 25),
	E(0x01, 0xaa, 1, 0x01, 0, 12, 50),
};

static void burn_audio(struct harness *h)
{
	harness_blank(h, "cd-r");
	page(h, 2, 0, 0, 0);
	assert_int_equal(CUE(h, audio_cue), 0);
	assert_int_equal(harness_nwa(h, 0xff), (uint32_t)-150);
	for (int32_t lba = -150; lba < 800; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW), 0);
	assert_int_equal(SYNC(h), 0);
}

static void sao_audio(void **state)
{
	struct harness *h = *state;

	burn_audio(h);
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2], 0x0e);
	assert_int_equal(h->buf[6], 2);
	assert_int_equal(harness_size(h, "disc.bin"), 800LL * CD_RAW);
	assert_int_equal(harness_size(h, "disc.iso"), -1);
	assert_int_equal(TOC(h, 0, 0), 0);
	assert_int_equal(h->got, 4 + 3 * 8);
	assert_int_equal(h->buf[5], 0x10);
	assert_int_equal(sim_be32(h->buf + 8), 0);
	assert_int_equal(h->buf[4 + 8 + 1], 0x11);
	assert_int_equal(sim_be32(h->buf + 16), 400);
	assert_int_equal(sim_be32(h->buf + 24), 800);
	assert_int_equal(READ_CD(h, 3 * CD_RAW, 1, 10, 3, 0x10, 0), 0);
	assert_int_equal(h->got, 3 * CD_RAW);
	expect_fill(h, h->buf + 2 * CD_RAW, CD_RAW, 12);
	assert_int_equal(READ_CD(h, CD_RAW, 0, 350, 1, 0xf8, 0), 0);	/* in the pregap */
	expect_fill(h, h->buf, CD_RAW, 350);
	assert_int_equal(READ_CD(h, CD_RAW, 2, 10, 1, 0x10, 0), SENSE(5, 0x64, 0));
	assert_int_equal(READ_CD(h, CD_RAW, 0, 800, 1, 0x10, 0), SENSE(5, 0x21, 0));
	assert_int_equal(harness_read(h, 10, 1), SENSE(5, 0x64, 0));
	/* From 00:02:10 to 00:02:12 */
	assert_int_equal(IN(h, 2 * CD_RAW, 0xb9, 0, 0, 0, 2, 10, 0, 2, 12, 0x10, 0), 0);
	assert_int_equal(h->got, 2 * CD_RAW);
	expect_fill(h, h->buf, CD_RAW, 10);
	assert_int_equal(IN(h, CD_RAW, 0xb9, 0, 0, 0, 2, 75, 0, 3, 0, 0x10, 0), SENSE(5, 0x24, 0));
	assert_int_equal(harness_track(h, 2), 0);
	assert_int_equal(h->buf[5], 1);			/* pre-emphasis */
	assert_int_equal(sim_be32(h->buf + 8), 400);
	assert_int_equal(sim_be32(h->buf + 24), 400);
	assert_int_equal(put(h, 800, 1, CD_RAW), SENSE(5, 0x30, 5));
}

static void check_q(struct harness *h, uint32_t lba, const char *want)
{
	assert_int_equal(READ_CD(h, 16, 0, lba, 1, 0, 2), 0);
	assert_int_equal(h->got, 16);
	assert_true(cd_q_valid(h->buf));
	assert_memory_equal(h->buf, want, 6);
}

static void subchannels(void **state)
{
	struct harness *h = *state;
	uint8_t q[CD_Q];
	char text[16];

	burn_audio(h);
	check_q(h, 0, "\x01\x01\x01\x00\x00\x00");
	check_q(h, 99, "\x01\x01\x01\x00\x01\x24");
	check_q(h, 201, "\x01\x01\x02\x00\x02\x51");
	check_q(h, 325, "\x11\x02\x00\x00\x01\x00");
	check_q(h, 399, "\x11\x02\x00\x00\x00\x01");
	check_q(h, 400, "\x11\x02\x01\x00\x00\x00");
	/* With the sector, raw: P is set in the pregap only */
	assert_int_equal(READ_CD(h, CD_RAW + 96, 1, 330, 1, 0x10, 1), 0);
	assert_int_equal(h->got, CD_RAW + 96);
	cd_sub_q(h->buf + CD_RAW, q);
	assert_int_equal(q[1], 2);
	assert_int_equal(h->buf[CD_RAW] & 0x80, 0x80);
	assert_int_equal(READ_CD(h, 100 * 16, 0, 0, 100, 0, 2), 0);
	for (int i = 0, mcns = 0, isrcs = 0; i < 100; i++) {
		mcns += (h->buf[16 * i] & 15) == 2;
		isrcs += (h->buf[16 * i] & 15) == 3;
		if ((h->buf[16 * i] & 15) == 2)
			cd_q_get_mcn(h->buf + 16 * i, text);
		assert_true(i < 99 || (mcns && isrcs));
	}
	assert_string_equal(text, "1234567890123");
	assert_int_equal(SUBCHANNEL(h, 2, 0), 0);
	assert_int_equal(h->got, 24);
	assert_memory_equal(h->buf + 8, "\x80" "1234567890123", 14);
	assert_int_equal(SUBCHANNEL(h, 3, 1), 0);
	assert_memory_equal(h->buf + 8, "\x80USABC0512345", 13);
	assert_int_equal(SUBCHANNEL(h, 3, 2), 0);
	assert_int_equal(h->buf[8], 0);
	assert_int_equal(SUBCHANNEL(h, 3, 3), SENSE(5, 0x24, 0));
	assert_int_equal(SUBCHANNEL(h, 4, 0), SENSE(5, 0x24, 0));
	assert_int_equal(READ_CD(h, CD_RAW, 1, 450, 1, 0x10, 0), 0);
	assert_int_equal(SUBCHANNEL(h, 1, 0), 0);
	assert_int_equal(h->buf[6], 2);
	assert_int_equal(sim_be32(h->buf + 8), 450);
	assert_int_equal(sim_be32(h->buf + 12), 50);
}

static void cd_text(void **state)
{
	struct harness *h = *state;
	uint8_t cue[sizeof(audio_cue)], raw[192], packs[16 * 18];
	int count;

	memcpy(cue, audio_cue, sizeof(cue));
	cue[16 + 3] = 0x41;
	harness_blank(h, "cd-r");
	page(h, 2, 0, 0, 0);
	spread_text(raw, packs, &count);
	assert_int_equal(CUE(h, cue), 0);
	/* At 97:15:17, as the ATIP says, and nowhere else */
	for (int32_t lba = -12510; lba < 150; lba += lba < -12500 ? 1 : 450) {
		if (lba == -12508)
			continue;
		assert_int_equal(WRITE(h, raw, (uint32_t)lba, 2, 96), SENSE(5, 0x21, 2));
		assert_int_equal(h->info, (uint32_t)-12508);
	}
	assert_int_equal(put(h, (uint32_t)-150, 50, CD_RAW), SENSE(5, 0x21, 2));
	for (int32_t lba = -12508; lba < -150; lba += 2)
		assert_int_equal(WRITE(h, raw, (uint32_t)lba, 2, 96), 0);
	for (int32_t lba = -150; lba < 800; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW), 0);
	assert_int_equal(TOC(h, 5, 0), 0);
	assert_int_equal(sim_be16(h->buf), 2 + 18 * count);
	assert_int_equal(h->got, 4 + 18 * count);
	assert_memory_equal(h->buf + 4, packs, 18 * (size_t)count);
	/* It is on the disc, not in the drive */
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(TOC(h, 5, 0), 0);
	assert_memory_equal(h->buf + 4, packs, 18 * (size_t)count);
	assert_int_equal(SUBCHANNEL(h, 3, 1), 0);
	assert_memory_equal(h->buf + 8, "\x80USABC0512345", 13);
	check_q(h, 201, "\x01\x01\x02\x00\x02\x51");
}

/* Mode 1 and audio in one session, as mixed mode has it; then another session */
static void sao_mixed(void **state)
{
	static const uint8_t cue[] = {
		E(0x41, 0, 0, 0x14, 0, 0, 0),
		E(0x41, 1, 0, 0x14, 0, 0, 0), E(0x41, 1, 1, 0x10, 0, 2, 0),
		E(0x01, 2, 0, 0x00, 0, 6, 0), E(0x01, 2, 1, 0x00, 0, 8, 0),
		E(0x01, 0xaa, 1, 0x01, 0, 12, 0),
	};
	uint8_t second[] = {
		E(0x41, 0, 0, 0x24, 0, 0, 0),
		E(0x41, 3, 0, 0x20, 0, 0, 0), E(0x41, 3, 1, 0x20, 0, 0, 0),
		E(0x41, 0xaa, 1, 0x24, 0, 0, 0),
	};
	struct harness *h = *state;
	uint32_t start;

	harness_blank(h, "cd-r");
	page(h, 2, 3, 4, 8);
	assert_int_equal(CUE(h, cue), 0);
	/* The drive makes the first pregap: the host begins behind it */
	assert_int_equal(put(h, (uint32_t)-150, 10, 2048), SENSE(5, 0x21, 2));
	assert_int_equal(put(h, 0, 290, 2048), 0);
	/* Blocks of two sizes are no command */
	assert_int_equal(put(h, 290, 20, 2048), SENSE(5, 0x63, 0));
	assert_int_equal(put(h, 290, 10, 2048), 0);
	assert_int_equal(put(h, 300, 450, CD_RAW), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_read(h, 5, 1), 0);
	expect_fill(h, h->buf, 2048, 5);
	assert_int_equal(READ_CD(h, CD_RAW, 2, 5, 1, 0xf8, 0), 0);
	assert_true(cd_sector_intact(h->buf, CD_MODE1));
	assert_int_equal(cd_sector_lba(h->buf), 5);
	assert_int_equal(harness_read(h, 460, 1), SENSE(5, 0x64, 0));
	/* Next session: 11400 further */
	start = harness_nwa(h, 0xff);
	assert_int_equal(start, 750 + 11400);
	cd_msf_put(second + 8 + 5, (int32_t)start - 150);
	cd_msf_put(second + 16 + 5, (int32_t)start);
	cd_msf_put(second + 24 + 5, (int32_t)start + 300);
	page(h, 2, 0, 4, 8);
	assert_int_equal(CUE(h, second), 0);
	assert_int_equal(put(h, start - 150, 450, 2336), 0);
	assert_int_equal(TOC(h, 1, 0), 0);
	assert_int_equal(h->buf[6], 3);
	assert_int_equal(sim_be32(h->buf + 8), start);
	assert_int_equal(TOC(h, 2, 1), 0);
	assert_int_equal(h->got, 4 + 11 * (5 + 2 + 4));
	assert_int_equal(TOC(h, 3, 0), 0);
	assert_int_equal(h->got, 4 + 11 * 3);
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2], 0x0e);
}

/* Two forms in one track, as Video CDs and Photo CDs have them */
static void xa_forms(void **state)
{
	struct harness *h = *state;
	uint8_t *data = calloc(300, 2336);

	assert_non_null(data);
	harness_blank(h, "cd-r");
	page(h, 1, 0, 4, 9);
	/* Mode 2 without form: 2336 bytes that are all the host's */
	assert_int_equal(put(h, 0, 300, 2336), 0);
	assert_int_equal(SYNC(h), 0);
	page(h, 1, 0, 4, 13);
	for (int i = 0; i < 300; i++)
		data[2332 * i + 2] = 0x20;
	assert_int_equal(WRITE(h, data, harness_nwa(h, 0xff), 300, 2332), 0);
	assert_int_equal(SYNC(h), 0);
	page(h, 1, 0, 4, 11);
	memset(data, 0, 300 * 2336);
	data[2] = 0x08;
	data[6] = 0x08;
	assert_int_equal(WRITE(h, data, harness_nwa(h, 0xff), 300, 2056), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	free(data);
	assert_int_equal(READ_CD(h, 2336, 3, 7, 1, 0x10, 0), 0);
	expect_fill(h, h->buf, 2336, 7);
	assert_int_equal(harness_read(h, 7, 1), SENSE(5, 0x64, 0));
	/* 302 + 150: the second track, form 2 */
	assert_int_equal(READ_CD(h, CD_RAW, 5, 452, 1, 0xf8, 0), 0);
	assert_true(cd_sector_intact(h->buf, CD_XA2));
	assert_int_equal(READ_CD(h, 2328, 5, 452, 1, 0x10, 0), 0);
	assert_int_equal(h->got, 2328);
	assert_int_equal(READ_CD(h, 2336, 0, 452, 1, 0x50, 0), 0);
	assert_int_equal(h->got, 2336);
	assert_int_equal(READ_CD(h, CD_RAW, 4, 904, 1, 0xf8, 0), 0);
	assert_true(cd_sector_intact(h->buf, CD_XA1));
	assert_int_equal(READ_CD(h, 8, 4, 904, 1, 0x40, 0), 0);
	assert_int_equal(h->got, 8);
	assert_int_equal(harness_read(h, 904, 1), 0);
	assert_int_equal(harness_read(h, 452, 1), SENSE(5, 0x64, 0));
	/* Links between tracks at once */
	assert_int_equal(READ_CD(h, CD_RAW, 0, 310, 1, 0xf8, 0), SENSE(5, 0x64, 0));
}

/* A data disc's file stays one of data until something else is recorded */
static void becomes_raw(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	page(h, 1, 3, 4, 8);
	assert_int_equal(harness_write(h, 0, 400, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_size(h, "disc.iso"), 400 * 2048);
	assert_int_equal(READ_CD(h, CD_RAW, 0, 16, 1, 0xf8, 0), 0);
	assert_true(cd_sector_intact(h->buf, CD_MODE1));
	page(h, 1, 0, 0, 0);
	assert_int_equal(put(h, 402 + 11400, 300, CD_RAW), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_size(h, "disc.iso"), -1);
	assert_int_equal(harness_size(h, "disc.bin"), (402LL + 11400 + 300) * CD_RAW);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(harness_read(h, 0, 400), 0);
	harness_check(h, 0, 400, 1);
	assert_int_equal(READ_CD(h, CD_RAW, 1, 11802, 1, 0x10, 0), 0);
	expect_fill(h, h->buf, CD_RAW, 11802);
	assert_int_equal(READ_CD(h, CD_RAW, 0, 16, 1, 0xf8, 0), 0);
	assert_true(cd_sector_intact(h->buf, CD_MODE1));
}

static void test_write(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	page(h, 0x11, 0, 4, 8);
	for (int i = 0; i < 2; i++) {	/* tracks follow each other as if they were there */
		uint32_t nwa = harness_nwa(h, 0xff);

		assert_int_equal(nwa, i * 552);
		assert_int_equal(harness_write(h, nwa, 400, 1), 0);
		assert_int_equal(SYNC(h), 0);
	}
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2] & 3, 0);
	assert_int_equal(harness_nwa(h, 0xff), 0);
	page(h, 0x12, 0, 0, 0);
	assert_int_equal(CUE(h, audio_cue), 0);
	for (int32_t lba = -150; lba < 800; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2] & 3, 0);
	assert_int_equal(harness_size(h, "disc.iso"), 0);
	assert_int_equal(harness_size(h, "disc.bin"), -1);
	/* Interrupted: nothing stays either */
	page(h, 0x11, 0, 4, 8);
	assert_int_equal(harness_write(h, 0, 400, 1), 0);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(harness_nwa(h, 0xff), 0);
	/* And then in earnest */
	page(h, 2, 0, 0, 0);
	assert_int_equal(CUE(h, audio_cue), 0);
	for (int32_t lba = -150; lba < 800; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW), 0);
	assert_int_equal(harness_size(h, "disc.bin"), 800LL * CD_RAW);
}

/* A session of data, and the cue sheet of one of audio whose pregap the drive makes */
static uint32_t second_session(struct harness *h, uint8_t type)
{
	uint8_t cue[] = {
		E(0x01, 0, 0, 0x01, 0, 0, 0), E(0x01, 2, 0, 0x01, 0, 0, 0),
		E(0x01, 2, 1, 0x00, 0, 0, 0), E(0x01, 0xaa, 1, 0x01, 0, 0, 0),
	};
	uint32_t start;

	harness_blank(h, "cd-r");
	page(h, 1, 3, 4, 8);
	assert_int_equal(harness_write(h, 0, 400, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	start = harness_nwa(h, 0xff);
	cd_msf_put(cue + 8 + 5, (int32_t)start - 150);
	cd_msf_put(cue + 16 + 5, (int32_t)start);
	cd_msf_put(cue + 24 + 5, (int32_t)start + 300);
	page(h, type, 0, 0, 0);
	assert_int_equal(CUE(h, cue), 0);
	return start;
}

/* What the drive makes by itself is part of the test, too */
static void test_generated(void **state)
{
	struct harness *h = *state;
	uint32_t start = second_session(h, 0x12);

	assert_int_equal(put(h, start, 300, CD_RAW), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2] & 3, 1);
	assert_int_equal(harness_size(h, "disc.iso"), 400 * 2048);
	assert_int_equal(harness_size(h, "disc.bin"), -1);
}

/* No room for it: the command says so */
static void generated_fails(void **state)
{
	struct harness *h = *state;
	uint32_t start = second_session(h, 2);
	struct rlimit before, small;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 2 << 20;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(put(h, start, 300, CD_RAW), SENSE(3, 0x0c, 0));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

#define BLANK(h, type)	GO(h, 0xa1, type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

static void erase(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-rw");
	assert_int_equal(TOC(h, 4, 0), 0);
	assert_int_equal(h->buf[6] & 0x40, 0x40);
	assert_int_equal(BLANK(h, 2), SENSE(5, 0x2c, 0));
	assert_int_equal(BLANK(h, 7), SENSE(5, 0x24, 0));
	page(h, 1, 3, 4, 8);
	for (uint32_t nwa = 0; nwa < 600; nwa += 552) {
		assert_int_equal(harness_write(h, nwa, 400, 1), 0);
		assert_int_equal(SYNC(h), 0);
	}
	assert_int_equal(BLANK(h, 2), 0);		/* the second track */
	page(h, 1, 3, 4, 8);
	assert_int_equal(harness_nwa(h, 0xff), 552);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_nwa(h, 0xff), 402 + 11400);
	assert_int_equal(BLANK(h, 5), 0);		/* goes on */
	page(h, 1, 3, 4, 8);
	assert_int_equal(harness_nwa(h, 0xff), 552);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_write(h, 402 + 11400, 300, 2), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(BLANK(h, 6), 0);		/* the second session */
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2], 0x11);
	assert_int_equal(harness_read(h, 0, 400), 0);
	harness_check(h, 0, 400, 1);
	for (uint8_t type = 0; type < 2; type++) {
		assert_int_equal(BLANK(h, type), 0);
		assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
		assert_int_equal(h->buf[2], 0x10);
		assert_int_equal(harness_read(h, 0, 1), SENSE(8, 0, 0));
		page(h, 1, 0, 4, 8);
		assert_int_equal(harness_write(h, 0, 300, 1), 0);
		assert_int_equal(SYNC(h), 0);
		assert_int_equal(CLOSE(h, 2, 0), 0);	/* final: only erasing helps */
		assert_int_equal(harness_write(h, 302, 1, 1), SENSE(5, 0x30, 5));
	}
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	assert_int_equal(sim_media_blank(h->media, "cd-r", "once", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "once");
	assert_int_equal(BLANK(h, 1), SENSE(5, 0x30, 5));
}

static void erase_progress(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-rw");
	sim_drive_set_delays(h->dev, 0, 20);
	assert_int_equal(BLANK(h, 0x10), 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(2, 4, 7));
	assert_int_equal(IN(h, 18, 3, 0, 0, 0, 18, 0), 0);
	assert_int_equal(h->buf[2], 2);
	assert_int_equal(h->buf[15], 0x80);
	assert_int_equal(BLANK(h, 1), SENSE(2, 4, 7));
}

/* Each entry of the sheet changed so that it can't be */
static void cue_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{ 0, 0x04 },			/* no such ADR */
		{ 1, 'x' },			/* not a digit */
		{ 8, 0x03 },			/* half an MCN */
		{ 16 + 0, 0x02 },		/* three of them */
		{ 16 + 2, 1 },			/* an index of the lead-in */
		{ 24 + 2, 'a' },		/* ISRC in small letters */
		{ 32 + 1, 2 },			/* its other half is of another track */
		{ 40 + 1, 2 },			/* begins with track 2 */
		{ 40 + 2, 1 },			/* no pregap */
		{ 40 + 3, 0x10 },		/* data in an audio track */
		{ 40 + 3, 0x08 },		/* no such form */
		{ 40 + 3, 0x80 },		/* subchannel 10b is reserved */
		{ 40 + 6, 1 },			/* the pregap begins too late */
		{ 48 + 6, 1 },			/* and is too short */
		{ 48 + 7, 75 },			/* frame 75 */
		{ 56 + 2, 3 },			/* index 3 after 1 */
		{ 56 + 6, 1 },			/* time goes back */
		{ 64 + 1, 3 },			/* track 3 after 1 */
		{ 72 + 6, 5 },			/* track 2 begins before its pregap */
		{ 72 + 0, 0x01 },		/* control changes in a track */
		{ 80 + 1, 3 },			/* no lead-out */
		{ 80 + 6, 9 },			/* track 2 is too short */
	};
	struct harness *h = *state;
	uint8_t cue[sizeof(audio_cue)];

	harness_blank(h, "cd-r");
	assert_int_equal(CUE(h, audio_cue), SENSE(5, 0x2c, 0));	/* page 05h has TAO */
	page(h, 2, 0, 0, 0);
	assert_int_equal(put(h, (uint32_t)-150, 1, CD_RAW), SENSE(5, 0x2c, 0));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memcpy(cue, audio_cue, sizeof(cue));
		cue[wrong[i].at] = wrong[i].value;
		if (CUE(h, cue) != SENSE(5, 0x26, 0))
			fail_msg("entry %zu, %02x is not refused", wrong[i].at, wrong[i].value);
	}
	memcpy(cue, audio_cue, sizeof(cue));
	cue[85] = 85;		/* more than the disc holds */
	assert_int_equal(CUE(h, cue), SENSE(5, 0x63, 0));
	assert_int_equal(OUT(h, cue, 12, 0x5d, 0, 0, 0, 0, 0, 0, 0, 12, 0), SENSE(5, 0x24, 0));
	assert_int_equal(OUT(h, cue, 16, 0x5d, 0, 0, 0, 0, 0, 0, 0, 88, 0), SENSE(5, 0x1a, 0));
	assert_int_equal(put(h, (uint32_t)-150, 1, CD_RAW), SENSE(5, 0x2c, 0));
	/* And when it is begun there is no way back */
	assert_int_equal(CUE(h, audio_cue), 0);
	assert_int_equal(put(h, 0, 1, CD_RAW), SENSE(5, 0x21, 2));
	assert_int_equal(h->info, (uint32_t)-150);
	assert_int_equal(WRITE(h, h->buf, (uint32_t)-150, 2, 2048), SENSE(5, 0x24, 0));
	assert_int_equal(put(h, (uint32_t)-150, 100, CD_RAW), 0);
	assert_int_equal(CUE(h, audio_cue), SENSE(5, 0x2c, 0));
	assert_int_equal(put(h, (uint32_t)-150, 1, CD_RAW), SENSE(5, 0x21, 2));
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x72, 4));
	for (int32_t lba = -50; lba < 750; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW), 0);
	assert_int_equal(put(h, 750, 51, CD_RAW), SENSE(5, 0x63, 0));
	assert_int_equal(put(h, 750, 50, CD_RAW), 0);
}

/* A session that was not finished can't be: the disc is spoilt, a CD-RW is erased */
static void interrupted(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-rw");
	page(h, 2, 0, 0, 0);
	assert_int_equal(CUE(h, audio_cue), 0);
	for (int32_t lba = -150; lba < 500; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW), 0);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->buf[2], 0x15);
	assert_int_equal(TOC(h, 0, 0), SENSE(5, 0x24, 0));
	page(h, 2, 0, 0, 0);
	assert_int_equal(CUE(h, audio_cue), SENSE(5, 0x2c, 0));
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x72, 4));
	assert_int_equal(harness_size(h, "disc.bin"), 500LL * CD_RAW);
	assert_int_equal(BLANK(h, 1), 0);
	assert_int_equal(harness_size(h, "disc.bin"), -1);
	assert_int_equal(harness_size(h, "disc.iso"), 0);
	page(h, 2, 0, 0, 0);
	assert_int_equal(CUE(h, audio_cue), 0);
}

static void fields_refused(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	page(h, 1, 0, 4, 8);
	assert_int_equal(harness_write(h, 0, 300, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	for (unsigned int fields = 0; fields < 0x100; fields += 8) {
		/* Mode 1: sync, header, data, ECC; the subheader has no bytes */
		unsigned int b = (fields >> 7 & 1) << 3 | (fields >> 5 & 1) << 2 |
				 (fields >> 4 & 1) << 1 | (fields >> 3 & 1);
		bool gap = b == 5 || b == 9 || b == 10 || b == 11 || b == 13;
		size_t len = (b & 8 ? 12 : 0) + (b & 4 ? 4 : 0) + (b & 2 ? 2048 : 0) +
			     (b & 1 ? 288 : 0);

		assert_int_equal(READ_CD(h, CD_RAW, 0, 16, 1, (uint8_t)fields, 0),
				 gap ? SENSE(5, 0x24, 0) : 0);
		assert_true(gap || h->got == len);
	}
	assert_int_equal(READ_CD(h, CD_RAW + 294, 0, 16, 1, 0xfa, 0), 0);
	assert_int_equal(h->got, CD_RAW + 294);
	assert_int_equal(READ_CD(h, CD_RAW + 296 + 16, 0, 16, 1, 0xfc, 2), 0);
	assert_int_equal(h->got, CD_RAW + 296 + 16);
	assert_int_equal(READ_CD(h, CD_RAW, 0, 16, 1, 0xfe, 0), SENSE(5, 0x24, 0));
	assert_int_equal(READ_CD(h, CD_RAW, 0, 16, 1, 0x10, 3), SENSE(5, 0x24, 0));
	assert_int_equal(READ_CD(h, CD_RAW, 0, 16, 1, 0x10, 5), SENSE(5, 0x24, 0));
	assert_int_equal(READ_CD(h, CD_RAW, 6, 16, 1, 0x10, 0), SENSE(5, 0x24, 0));
}

/* CD+G: the host's channels R to W beside the drive's own P and Q */
static void graphics(void **state)
{
	static const uint8_t cue[] = {
		E(0x01, 0, 0, 0x01, 0, 0, 0), E(0x01, 1, 0, 0x40, 0, 0, 0),
		E(0x01, 1, 1, 0x40, 0, 2, 0), E(0x01, 0xaa, 1, 0x01, 0, 6, 0),
	};
	struct harness *h = *state;
	uint8_t q[CD_Q];

	harness_blank(h, "cd-rw");
	page(h, 2, 0, 0, 0);
	assert_int_equal(CUE(h, cue), 0);
	for (int32_t lba = -150; lba < 300; lba += 50)
		assert_int_equal(put(h, (uint32_t)lba, 50, CD_RAW + 96), 0);
	for (int again = 0; again < 2; again++) {
		uint8_t want[CD_RAW + 96];

		fill(want, sizeof(want), 77, 1);
		assert_int_equal(READ_CD(h, CD_RAW + 96, 1, 77, 1, 0x10, 1), 0);
		assert_memory_equal(h->buf, want, CD_RAW);
		for (size_t i = CD_RAW; i < CD_RAW + 96; i++)
			assert_int_equal(h->buf[i] & 0x3f, want[i] & 0x3f);
		cd_sub_q(h->buf + CD_RAW, q);
		assert_true(cd_q_valid(q));
		assert_int_equal(q[1], 1);
		assert_int_equal(READ_CD(h, 96, 1, 77, 1, 0, 4), 0);
		assert_int_equal(h->buf[0], want[CD_RAW] & 0x3f);
		assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
		harness_insert(h, "disc");
	}
	assert_int_equal(BLANK(h, 1), 0);
	assert_int_equal(harness_size(h, "disc.sub"), -1);
}

static json_int_t underruns(struct harness *h)
{
	json_t *json = sim_drive_describe(h->dev);
	json_int_t n = json_integer_value(json_object_get(json, "underruns"));

	json_decref(json);
	return n;
}

/* The host pauses: with burn-free the drive goes on, without it the track is spoilt */
static void underrun(void **state)
{
	struct harness *h = *state;
	uint8_t list[60] = { [8] = 0x05, 0x32, 0x01, 0x04, 0x08 };

	harness_blank(h, "cd-rw");
	sim_drive_set_speed(h->dev, 10);
	page(h, 1, 0, 4, 8);
	assert_int_equal(harness_write(h, 0, 100, 1), 0);
	usleep(50000);
	assert_int_equal(harness_write(h, 100, 100, 1), 0);
	assert_int_equal(underruns(h), 1);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_read(h, 0, 200), 0);
	harness_check(h, 0, 200, 1);
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), 0);
	usleep(50000);		/* between tracks nothing streams */
	assert_int_equal(harness_write(h, 452, 100, 1), 0);
	usleep(50000);
	assert_int_equal(harness_write(h, 552, 100, 1), SENSE(3, 0x0c, 9));
	assert_int_equal(underruns(h), 2);
	assert_int_equal(harness_write(h, 552, 100, 1), SENSE(5, 0x21, 2));
}

/* Faster than the disc turns: the buffer fills, and the drive says so */
static void long_write(void **state)
{
	struct harness *h = *state;
	uint32_t lba = 0, sense = 0;

	harness_blank(h, "cd-r");
	sim_drive_set_speed(h->dev, 0.1);
	page(h, 1, 0, 4, 8);
	while (lba < 5000 && !sense) {
		sense = harness_write(h, lba, 64, 1);
		lba += sense ? 0 : 64;
	}
	assert_int_equal(sense, SENSE(2, 4, 8));
	assert_int_equal(IN(h, 12, 0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0), 0);
	assert_true(sim_be32(h->buf + 8) < 64 * 2048);		/* room in it */
	sim_drive_set_speed(h->dev, 0);
	assert_int_equal(harness_write(h, lba, 64, 1), 0);	/* the same again */
}

/* What the drive says is free can be written, and no block more: two are for the run-out */
static void full(void **state)
{
	struct harness *h = *state;

	assert_int_equal(sim_media_blank(h->media, "cd-r", "small", 1000, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "small");
	page(h, 2, 0, 4, 8);		/* at once nothing follows */
	assert_int_equal(harness_track(h, 0xff), 0);
	assert_int_equal(sim_be32(h->buf + 16), 1000);
	page(h, 1, 0, 4, 8);
	assert_int_equal(harness_track(h, 0xff), 0);
	assert_int_equal(sim_be32(h->buf + 16), 998);
	assert_int_equal(harness_write(h, 0, 999, 1), SENSE(5, 0x63, 0));
	assert_int_equal(GO(h, 0x53, 0, 0, 0, 0, BE32(999), 0), SENSE(5, 0x24, 0));
	assert_int_equal(harness_write(h, 0, 400, 1), 0);
	assert_int_equal(harness_track(h, 0xff), 0);
	assert_int_equal(sim_be32(h->buf + 16), 598);
	assert_int_equal(harness_write(h, 400, 599, 1), SENSE(5, 0x63, 0));
	assert_int_equal(harness_write(h, 400, 598, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_read(h, 998 - 400, 400), 0);
	harness_check(h, 998 - 400, 400, 1);
}

/* Less than four seconds are no room for a track */
static void nearly_full(void **state)
{
	struct harness *h = *state;

	assert_int_equal(sim_media_blank(h->media, "cd-r", "small", 1000, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "small");
	page(h, 1, 3, 4, 8);
	assert_int_equal(harness_write(h, 0, 547, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_track(h, 0xff), 0);
	assert_int_equal(h->buf[7] & 1, 0);
	assert_int_equal(sim_be32(h->buf + 16), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(sao_audio), T(subchannels), T(cd_text), T(sao_mixed), T(xa_forms),
		T(becomes_raw), T(test_write), T(test_generated), T(generated_fails), T(erase), T(erase_progress), T(cue_refused),
		T(interrupted), T(fields_refused), T(underrun), T(long_write),
		T(graphics), T(full), T(nearly_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
