// SPDX-License-Identifier: GPL-2.0
/* Whole burns on each medium, and every wrong order of commands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "sim_harness.h"

#define CLOSE(h, function, track)	GO(h, 0x5b, 0, function, 0, BE16(track), 0, 0, 0, 0)
#define SYNC(h)				GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define RESERVE(h, blocks)		GO(h, 0x53, 0, 0, 0, 0, BE32(blocks), 0)

#define WRONG_ADDRESS	SENSE(5, 0x21, 0x02)
#define WRONG_MEDIUM	SENSE(5, 0x30, 0x05)

static void expect_disc(struct harness *h, uint8_t disc, uint8_t session, uint16_t sessions,
			uint16_t last)
{
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->got, 34);
	assert_int_equal(h->buf[2] & 3, disc);
	assert_int_equal(h->buf[2] >> 2 & 3, session);
	assert_int_equal(h->buf[4] | h->buf[9] << 8, sessions);
	assert_int_equal(h->buf[6] | h->buf[11] << 8, last);
}

static uint32_t capacity(struct harness *h)
{
	assert_int_equal(IN(h, 8, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(sim_be32(h->buf + 4), 2048);
	return sim_be32(h->buf) + 1;
}

static void plus_r_whole(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	expect_disc(h, 0, 0, 1, 1);
	assert_int_equal(harness_track(h, 0xff), 0);
	assert_int_equal(h->buf[2], 1);
	assert_int_equal(h->buf[6] & 0xf0, 0x40);
	assert_int_equal(h->buf[7] & 3, 1);
	assert_int_equal(sim_be32(h->buf + 16), 2295104);
	for (uint32_t lba = 0; lba < 90; lba += 30)
		assert_int_equal(harness_write(h, lba, 30, 1), 0);
	expect_disc(h, 1, 1, 1, 1);
	assert_int_equal(harness_nwa(h, 0xff), 90);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_nwa(h, 0xff), 96);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 5, 0), 0);
	expect_disc(h, 2, 3, 1, 1);
	assert_int_equal(capacity(h), 96);
	assert_int_equal(harness_read(h, 0, 90), 0);
	harness_check(h, 0, 90, 1);
	/* The padding is there, and it is zeros, but not in the file */
	assert_int_equal(harness_read(h, 90, 6), 0);
	for (size_t i = 0; i < 6 * 2048; i++)
		assert_int_equal(h->buf[i], 0);
	assert_int_equal(harness_size(h, "disc.iso"), 90 * 2048);
	assert_int_equal(harness_write(h, 96, 1, 1), WRONG_MEDIUM);
	assert_int_equal(CLOSE(h, 5, 0), WRONG_MEDIUM);
	assert_int_equal(RESERVE(h, 16), WRONG_MEDIUM);
	assert_int_equal(harness_read(h, 95, 2), SENSE(5, 0x21, 0));
}

static void plus_r_order(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(harness_write(h, 16, 16, 1), WRONG_ADDRESS);
	assert_int_equal(h->info, 0);
	assert_int_equal(CLOSE(h, 1, 1), SENSE(5, 0x72, 4));
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x2c, 4));
	assert_int_equal(CLOSE(h, 5, 0), SENSE(5, 0x2c, 4));
	assert_int_equal(CLOSE(h, 0, 0), SENSE(5, 0x24, 0));
	assert_int_equal(harness_read(h, 0, 1), SENSE(8, 0, 0));
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(harness_write(h, 0, 16, 1), WRONG_ADDRESS);
	assert_int_equal(harness_write(h, 32, 16, 1), WRONG_ADDRESS);
	assert_int_equal(h->info, 16);
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x72, 3));
	assert_int_equal(CLOSE(h, 6, 0), SENSE(5, 0x72, 3));
	assert_int_equal(CLOSE(h, 1, 7), SENSE(5, 0x24, 0));
	assert_int_equal(RESERVE(h, 16), SENSE(5, 0x2c, 0));
	assert_int_equal(harness_read(h, 8, 16), SENSE(8, 0, 0));
	assert_int_equal(h->got, 8 * 2048);
	assert_int_equal(h->info, 16);
	assert_int_equal(harness_write(h, 2295104, 1, 1), SENSE(5, 0x21, 0));
	assert_int_equal(harness_write(h, 16, 0, 1), 0);
	/* Less data than blocks */
	assert_int_equal(OUT(h, h->buf, 2048, 0x2a, 0, BE32(16), 0, 0, 2, 0), SENSE(5, 0x24, 0));
}

static void plus_r_sessions(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(harness_write(h, 0, 20, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	expect_disc(h, 1, 1, 1, 2);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	expect_disc(h, 1, 0, 2, 2);
	assert_int_equal(capacity(h), 32);
	assert_int_equal(harness_nwa(h, 0xff), 32 + 2048);
	assert_int_equal(harness_write(h, 32 + 2048, 100, 2), 0);
	assert_int_equal(CLOSE(h, 1, 2), 0);
	assert_int_equal(CLOSE(h, 6, 0), 0);
	expect_disc(h, 2, 3, 2, 2);
	assert_int_equal(capacity(h), 32 + 2048 + 112);
	assert_int_equal(harness_read(h, 2080, 100), 0);
	harness_check(h, 2080, 100, 2);
	assert_int_equal(harness_read(h, 40, 1), SENSE(5, 0x21, 0));
	/* READ TOC format 1: the last session */
	assert_int_equal(IN(h, 12, 0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0), 0);
	assert_int_equal(h->buf[3], 2);
	assert_int_equal(h->buf[6], 2);
	assert_int_equal(sim_be32(h->buf + 8), 2080);
}

static void plus_r_reserved(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(RESERVE(h, 0), SENSE(5, 0x24, 0));
	assert_int_equal(RESERVE(h, 0xffffffff), SENSE(5, 0x24, 0));
	assert_int_equal(RESERVE(h, 100), 0);
	expect_disc(h, 1, 1, 1, 2);
	assert_int_equal(harness_track(h, 1), 0);
	assert_int_equal(sim_be32(h->buf + 24), 112);
	assert_int_equal(h->buf[6] & 0xc0, 0xc0);
	assert_int_equal(harness_nwa(h, 0xff), 112);
	assert_int_equal(CLOSE(h, 1, 1), SENSE(5, 0x72, 4));
	assert_int_equal(harness_write(h, 0, 40, 1), 0);
	assert_int_equal(harness_write(h, 112, 16, 2), 0);
	assert_int_equal(harness_write(h, 40, 100, 1), SENSE(5, 0x63, 0));
	assert_int_equal(harness_read(h, 50, 1), SENSE(8, 0, 0));
	assert_int_equal(CLOSE(h, 1, 2), 0);
	assert_int_equal(CLOSE(h, 5, 0), SENSE(5, 0x72, 4));
	assert_int_equal(CLOSE(h, 1, 1), 0);	/* pads */
	assert_int_equal(CLOSE(h, 5, 0), 0);
	assert_int_equal(harness_read(h, 0, 128), 0);
	assert_int_equal(h->buf[100 * 2048], 0);
	assert_int_equal(capacity(h), 128);
}

static void minus_r_incremental(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-r");
	assert_int_equal(harness_page05(h, 1, 3, 5), SENSE(5, 0x26, 2));
	assert_int_equal(harness_page05(h, 0, 3, 5), 0);
	assert_int_equal(harness_track(h, 1), 0);
	assert_int_equal(h->buf[6] & 0xf0, 0x60);
	assert_int_equal(sim_be32(h->buf + 20), 16);
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(harness_page05(h, 2, 0, 5), SENSE(5, 0x2c, 0));
	assert_int_equal(harness_write(h, 16, 3, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_nwa(h, 1), 32);
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x72, 3));
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(harness_track(h, 1), 0);
	assert_int_equal(h->buf[7] & 3, 2);
	assert_int_equal(sim_be32(h->buf + 28), 31);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	expect_disc(h, 1, 0, 2, 2);	/* multi-session 11b */
	assert_int_equal(harness_nwa(h, 2), 32 + 28672);
	assert_int_equal(harness_page05(h, 2, 0, 5), 0);
	assert_int_equal(RESERVE(h, 64), SENSE(5, 0x2c, 3));
	assert_int_equal(harness_write(h, 32 + 28672, 16, 1), SENSE(5, 0x2c, 0));
	assert_int_equal(harness_page05(h, 0, 0, 5), 0);
	assert_int_equal(harness_write(h, 32 + 28672, 16, 2), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 2), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	expect_disc(h, 2, 3, 2, 2);	/* multi-session 00b */
}

static void minus_r_dao(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-r");
	assert_int_equal(harness_page05(h, 2, 0, 5), 0);
	assert_int_equal(harness_write(h, 0, 16, 1), SENSE(5, 0x2c, 0));
	assert_int_equal(RESERVE(h, 50), 0);
	expect_disc(h, 1, 1, 1, 1);
	assert_int_equal(harness_nwa(h, 1), 0);
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 1), SENSE(5, 0x72, 4));
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x72, 4));
	assert_int_equal(harness_write(h, 16, 64, 1), SENSE(5, 0x63, 0));
	assert_int_equal(harness_page05(h, 0, 0, 5), 0);
	assert_int_equal(harness_write(h, 16, 34, 1), SENSE(5, 0x64, 0));
	assert_int_equal(harness_page05(h, 2, 0, 5), 0);
	assert_int_equal(harness_write(h, 16, 34, 1), 0);
	expect_disc(h, 1, 1, 1, 1);
	assert_int_equal(SYNC(h), 0);
	expect_disc(h, 2, 3, 1, 1);	/* no CLOSE */
	assert_int_equal(harness_size(h, "disc.iso"), 50 * 2048);
	assert_int_equal(capacity(h), 64);
	assert_int_equal(harness_read(h, 0, 50), 0);
	harness_check(h, 0, 50, 1);
	assert_int_equal(harness_write(h, 64, 16, 1), WRONG_MEDIUM);
}

static void minus_r_dao_full(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-r");
	assert_int_equal(harness_page05(h, 2, 0, 5), 0);
	assert_int_equal(RESERVE(h, 32), 0);
	assert_int_equal(harness_write(h, 0, 32, 1), 0);
	expect_disc(h, 2, 3, 1, 1);	/* complete with its last block */
	assert_int_equal(SYNC(h), 0);
}

static void cd_r_tao(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	assert_int_equal(harness_page05(h, 0, 3, 4), SENSE(5, 0x26, 2));
	assert_int_equal(harness_page05(h, 3, 3, 4), SENSE(5, 0x26, 2));
	assert_int_equal(harness_page05(h, 1, 3, 0), SENSE(5, 0x26, 2));
	assert_int_equal(harness_page05(h, 1, 3, 4), 0);
	assert_int_equal(RESERVE(h, 299), SENSE(5, 0x24, 0));
	assert_int_equal(harness_nwa(h, 0xff), 0);
	assert_int_equal(harness_write(h, 0, 400, 1), 0);
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x72, 3));
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 0xff), 0);
	assert_int_equal(harness_track(h, 1), 0);
	assert_int_equal(sim_be32(h->buf + 24), 402);	/* with run-out */
	/* Second track of the session: 150 blocks of pregap, padded to 300 */
	assert_int_equal(harness_nwa(h, 0xff), 552);
	assert_int_equal(harness_write(h, 402, 10, 2), WRONG_ADDRESS);
	assert_int_equal(harness_write(h, 552, 10, 2), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	expect_disc(h, 1, 0, 2, 3);
	assert_int_equal(capacity(h), 552 + 302);
	assert_int_equal(harness_nwa(h, 0xff), 854 + 11400);
	assert_int_equal(harness_read(h, 0, 400), 0);
	harness_check(h, 0, 400, 1);
	assert_int_equal(harness_read(h, 400, 1), SENSE(5, 0x64, 0));
	assert_int_equal(harness_read(h, 552, 300), 0);
	assert_int_equal(h->buf[299 * 2048], 0);
	/* Third track, next session, then nothing more */
	assert_int_equal(harness_page05(h, 1, 0, 4), 0);
	assert_int_equal(harness_write(h, 12254, 300, 3), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	expect_disc(h, 2, 3, 2, 3);
	assert_int_equal(harness_write(h, 12556, 1, 1), WRONG_MEDIUM);
}

/* Mode 2 form 1, as wodim -multi has it: the sectors' mode is the track's */
static void cd_r_xa(void **state)
{
	struct harness *h = *state;
	uint8_t list[8 + 52] = { 0 };

	harness_blank(h, "cd-r");
	assert_int_equal(IN(h, 60, 0x5a, 0, 0x05, 0, 0, 0, 0, 0, 60, 0), 0);
	memcpy(list + 8, h->buf + 8, 52);
	list[12] = 7;
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x26, 2));
	list[12] = 10;
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), 0);
	assert_int_equal(harness_write(h, 0, 300, 1), 0);
	assert_int_equal(harness_page05(h, 1, 3, 4), 0);
	assert_int_equal(harness_write(h, 300, 10, 1), SENSE(5, 0x64, 0));
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_track(h, 1), 0);
	assert_int_equal(h->buf[6] & 0x0f, 2);
	expect_disc(h, 1, 0, 2, 2);
	assert_int_equal(h->buf[8], 0x20);
	assert_int_equal(IN(h, 2048, 0xbe, 4 << 2, BE32(1), 0, 0, 1, 0x10, 0, 0), 0);
	assert_int_equal(IN(h, 2048, 0xbe, 2 << 2, BE32(1), 0, 0, 1, 0x10, 0, 0),
			 SENSE(5, 0x64, 0));
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(harness_track(h, 1), 0);
	assert_int_equal(h->buf[6] & 0x0f, 2);
}

static void end_of_disc(void **state)
{
	struct harness *h = *state;

	assert_int_equal(sim_media_blank(h->media, "dvd+r", "small", 512, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "small");
	assert_int_equal(harness_write(h, 0, 500, 1), 0);
	assert_int_equal(harness_write(h, 500, 13, 1), SENSE(5, 0x63, 0));
	assert_int_equal(harness_write(h, 500, 12, 1), 0);
	assert_int_equal(harness_track(h, 0xff), 0);
	assert_int_equal(h->buf[7] & 1, 0);	/* no next writable address */
	assert_int_equal(harness_write(h, 512, 1, 1), SENSE(5, 0x21, 0));
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	expect_disc(h, 2, 3, 1, 1);		/* no room for more: complete */
}

static void immediate_close(void **state)
{
	struct harness *h = *state;

	sim_drive_set_delays(h->dev, 0, 60);
	harness_blank(h, "dvd+r");
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(GO(h, 0x5b, 1, 1, 0, 0, 1, 0, 0, 0, 0), 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), 0);	/* the trap: it looks ready */
	assert_int_equal(IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), SENSE(2, 4, 7));
	assert_int_equal(harness_track(h, 1), SENSE(2, 4, 7));
	assert_int_equal(CLOSE(h, 5, 0), SENSE(2, 4, 7));
	assert_int_equal(IN(h, 18, 3, 0, 0, 0, 18, 0), 0);
	assert_int_equal(h->buf[2], 2);
	assert_int_equal(h->buf[15], 0x80);
	assert_int_equal(sim_drive_tray(h->dev, true, h->err, sizeof(h->err)), -16);
	usleep(70000);
	assert_int_equal(CLOSE(h, 5, 0), 0);		/* waits itself */
	expect_disc(h, 2, 3, 1, 1);
}

/* Sixty-four MiB a save: the sidecar follows, and the file is what was sent */
static void long_burn(void **state)
{
	struct harness *h = *state;
	uint32_t lba;

	harness_blank(h, "dvd+r");
	for (lba = 0; lba < 40000; lba += 256)
		assert_int_equal(harness_write(h, lba, 256, 9), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 6, 0), 0);
	assert_int_equal(harness_size(h, "disc.iso"), (long long)lba * 2048);
	for (lba = 0; lba < 40000; lba += 256) {
		assert_int_equal(harness_read(h, lba, 256), 0);
		harness_check(h, lba, 256, 9);
	}
}

static void write_12(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	memset(h->buf, 0x5a, 4096);
	assert_int_equal(OUT(h, h->buf, 4096, 0xaa, 0, BE32(0), BE32(2), 0, 0), 0);
	assert_int_equal(IN(h, 4096, 0xa8, 0, BE32(0), BE32(2), 0, 0), 0);
	assert_int_equal(h->got, 4096);
	assert_int_equal(h->buf[4095], 0x5a);
}

/* As a kill would: no close, the folder opened anew */
static void die(struct harness *h)
{
	char err[256];
	struct sim_drive_config config = {
		.identity = { "VIRTUAL", "DVD RECORDER", "1.00", "SN0002" },
		.name = "recorder1", .recorder = true,
	};

	sim_media_close(h->media);
	assert_int_equal(sim_media_open(h->dir, &h->media, err, sizeof(err)), 0);
	config.media = h->media;
	h->dev = sim_drive_create(&config, err, sizeof(err));
	assert_non_null(h->dev);
	sim_drive_set_delays(h->dev, 0, 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0));
}

static void killed(void **state)
{
	struct harness *h = *state;
	char path[256];
	pid_t child;

	assert_int_equal(sim_media_blank(h->media, "dvd+r", "disc", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	/* The child dies in the middle of a burn, with nothing closed or saved */
	child = fork();
	if (!child) {
		harness_insert(h, "disc");
		harness_write(h, 0, 100, 5);
		harness_write(h, 100, 33, 5);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	/* Half a block more, as a kill inside a write leaves it */
	snprintf(path, sizeof(path), "%s/disc.iso", h->dir);
	assert_int_equal(truncate(path, 133 * 2048 + 1000), 0);

	h->dev->ops->destroy(h->dev);
	die(h);
	harness_insert(h, "disc");
	expect_disc(h, 1, 1, 1, 1);
	assert_int_equal(harness_nwa(h, 0xff), 144);
	assert_int_equal(harness_read(h, 0, 133), 0);
	harness_check(h, 0, 133, 5);
	assert_int_equal(harness_write(h, 144, 16, 6), 0);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 5, 0), 0);
	assert_int_equal(harness_read(h, 144, 16), 0);
	harness_check(h, 144, 16, 6);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(plus_r_whole), T(plus_r_order), T(plus_r_sessions), T(plus_r_reserved),
		T(minus_r_incremental), T(minus_r_dao), T(minus_r_dao_full), T(cd_r_tao),
		T(cd_r_xa), T(end_of_disc), T(immediate_close), T(long_burn), T(write_12),
		T(killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
