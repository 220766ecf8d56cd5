// SPDX-License-Identifier: GPL-2.0
/* What a drive says of itself and its medium, its tray, its events, its time. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim_harness.h"

#define TUR(h)		GO(h, 0, 0, 0, 0, 0, 0)
#define CONFIG(h, rt, start, len) IN(h, len, 0x46, rt, BE16(start), 0, 0, 0, BE16(len), 0)
#define GESN(h, classes) IN(h, 8, 0x4a, 1, 0, 0, classes, 0, 0, 0, 8, 0)
#define INFO51(h)	IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int take(struct harness *h, bool force)
{
	return sim_drive_take(h->dev, NULL, 0, force, h->err, sizeof(h->err));
}

static int tray(struct harness *h, bool open)
{
	return sim_drive_tray(h->dev, open, h->err, sizeof(h->err));
}

/* A drive of another kind takes the place of the harness' */
static void reader(struct harness *h)
{
	struct sim_drive_config config = {
		.identity = { "VIRTUAL", "DVD READER", "1.00", "R1" },
		.name = "reader0", .media = h->media,
	};

	h->dev->ops->destroy(h->dev);
	h->dev = sim_drive_create(&config, h->err, sizeof(h->err));
	assert_non_null(h->dev);
	sim_drive_set_delays(h->dev, 0, 0);
	assert_int_equal(TUR(h), SENSE(6, 0x29, 0));
}

static void inquiry(void **state)
{
	struct harness *h = *state;

	assert_int_equal(IN(h, 96, 0x12, 0, 0, 0, 96, 0), 0);
	assert_int_equal(h->got, 96);
	assert_int_equal(h->buf[0], 5);
	assert_int_equal(h->buf[1], 0x80);
	assert_int_equal(h->buf[4], 91);
	assert_memory_equal(h->buf + 8, "VIRTUAL DVD RECORDER    1.00SN0001", 34);
	assert_int_equal(IN(h, 96, 0x12, 0, 0, 0, 36, 0), 0);
	assert_int_equal(h->got, 36);
	assert_int_equal(IN(h, 64, 0x12, 1, 0, 0, 64, 0), 0);
	assert_int_equal(h->got, 7);
	assert_int_equal(IN(h, 64, 0x12, 1, 0x80, 0, 64, 0), 0);
	assert_memory_equal(h->buf + 4, "SN0001", 6);
	assert_int_equal(h->got, 10);
	assert_int_equal(IN(h, 64, 0x12, 1, 0x83, 0, 64, 0), 0);
	assert_int_equal(h->buf[7], 30);
	assert_memory_equal(h->buf + 8, "VIRTUAL DVD RECORDER    SN0001", 30);
	assert_int_equal(IN(h, 64, 0x12, 1, 0xb0, 0, 64, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 64, 0x12, 0, 0x80, 0, 64, 0), SENSE(5, 0x24, 0));
	assert_int_equal(GO(h, 0xd8), SENSE(5, 0x20, 0));
}

static void attentions(void **state)
{
	struct harness *h = *state;

	assert_int_equal(TUR(h), SENSE(2, 0x3a, 1));
	h->dev->ops->reset(h->dev);
	/* These neither wait for it nor take it */
	assert_int_equal(IN(h, 36, 0x12, 0, 0, 0, 36, 0), 0);
	assert_int_equal(CONFIG(h, 0, 0, 256), 0);
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(TUR(h), SENSE(6, 0x29, 0));
	assert_int_equal(TUR(h), SENSE(2, 0x3a, 1));
	h->dev->ops->reset(h->dev);
	/* REQUEST SENSE takes it */
	assert_int_equal(IN(h, 18, 3, 0, 0, 0, 18, 0), 0);
	assert_int_equal(h->buf[2], 6);
	assert_int_equal(h->buf[12], 0x29);
	assert_int_equal(IN(h, 18, 3, 0, 0, 0, 18, 0), 0);
	assert_int_equal(h->buf[2], 0);
	assert_int_equal(TUR(h), SENSE(2, 0x3a, 1));

	sim_drive_set_delays(h->dev, 40, 0);
	assert_int_equal(sim_media_blank(h->media, "dvd+r", "disc", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	assert_int_equal(sim_drive_insert(h->dev, "disc", h->err, sizeof(h->err)), 0);
	assert_int_equal(TUR(h), SENSE(2, 4, 1));
	assert_int_equal(INFO51(h), SENSE(2, 4, 1));
	assert_int_equal(CONFIG(h, 0, 0, 8), 0);
	assert_int_equal(sim_be16(h->buf + 6), 0);
	usleep(50000);
	assert_int_equal(INFO51(h), SENSE(6, 0x28, 0));
	assert_int_equal(INFO51(h), 0);
	assert_int_equal(TUR(h), 0);
}

static void tray_and_lock(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(GO(h, 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(GO(h, 0x1b, 0, 0, 0, 2, 0), SENSE(5, 0x53, 2));
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(tray(h, true), -EBUSY);
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(h->buf[4], 1);		/* eject request */
	assert_int_equal(take(h, false), -EBUSY);
	assert_int_equal(GO(h, 0x1e, 0, 0, 0, 0, 0), 0);
	assert_int_equal(GO(h, 0x1b, 0, 0, 0, 2, 0), 0);
	assert_true(sim_drive_tray_open(h->dev));
	assert_true(sim_drive_has_disc(h->dev));
	assert_int_equal(TUR(h), SENSE(2, 0x3a, 2));
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(h->buf[4], 3);		/* media removal */
	assert_int_equal(h->buf[5], 1);		/* tray open */
	assert_int_equal(IN(h, 8, 0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0), 0);
	assert_int_equal(h->buf[1] & 0x10, 0x10);
	assert_int_equal(GO(h, 0x1b, 0, 0, 0, 1, 0), SENSE(2, 0x3a, 2));
	assert_int_equal(GO(h, 0x1b, 0, 0, 0, 3, 0), 0);
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(h->buf[4], 2);		/* new media */
	assert_int_equal(h->buf[5], 2);
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(h->buf[4], 0);
	assert_int_equal(TUR(h), SENSE(6, 0x28, 0));
	assert_int_equal(GO(h, 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(take(h, true), 0);
	assert_int_equal(take(h, true), -ENOENT);
	assert_int_equal(TUR(h), SENSE(2, 0x3a, 2));
	assert_int_equal(tray(h, false), 0);
	assert_int_equal(TUR(h), SENSE(2, 0x3a, 1));
	assert_int_equal(IN(h, 8, 0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8, 0), SENSE(5, 0x24, 0));
	assert_int_equal(GESN(h, 0x02), 0);
	assert_int_equal(h->buf[2], 0x80);	/* no such class */
}

static uint16_t profile(struct harness *h)
{
	assert_int_equal(CONFIG(h, 0, 0, 8), 0);
	return sim_be16(h->buf + 6);
}

/* Is the feature current?  -1: not there */
static int feature(struct harness *h, uint16_t code)
{
	assert_int_equal(CONFIG(h, 2, code, 64), 0);
	if (sim_be32(h->buf) < 8)
		return -1;
	assert_int_equal(sim_be16(h->buf + 8), code);
	assert_int_equal(h->got, 12u + h->buf[11]);
	return h->buf[10] & 1;
}

static void configuration(void **state)
{
	struct harness *h = *state;
	size_t at = 8, len;

	assert_int_equal(profile(h), 0);
	harness_blank(h, "dvd+r");
	assert_int_equal(profile(h), 0x1b);
	assert_int_equal(feature(h, 0x2b), 1);
	assert_int_equal(feature(h, 0x21), 0);
	assert_int_equal(feature(h, 0x2d), 0);
	assert_int_equal(feature(h, 0x10), 0);	/* blank: nothing to read */
	assert_int_equal(feature(h, 0x43), -1);
	/* A well-formed list, sorted, header length right */
	assert_int_equal(CONFIG(h, 0, 0, 1024), 0);
	len = sim_be32(h->buf) + 4;
	assert_int_equal(len, h->got);
	for (int last = -1; at < len; at += 4u + h->buf[at + 3]) {
		assert_true(sim_be16(h->buf + at) > last);
		assert_int_equal(h->buf[at + 3] % 4, 0);
		last = sim_be16(h->buf + at);
	}
	assert_int_equal(at, len);
	assert_int_equal(CONFIG(h, 1, 0, 1024), 0);
	assert_true(h->got < len);
	assert_int_equal(CONFIG(h, 3, 0, 8), SENSE(5, 0x24, 0));
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(GO(h, 0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0), 0);
	assert_int_equal(GO(h, 0x5b, 0, 6, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(feature(h, 0x2b), 0);
	assert_int_equal(feature(h, 0x10), 1);
	assert_int_equal(profile(h), 0x1b);
	assert_int_equal(take(h, true), 0);

	assert_int_equal(sim_media_blank(h->media, "dvd-r", "minus", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "minus");
	assert_int_equal(profile(h), 0x11);
	assert_int_equal(feature(h, 0x21), 1);
	assert_int_equal(feature(h, 0x2f), 1);
	assert_int_equal(take(h, true), 0);
	assert_int_equal(sim_media_blank(h->media, "cd-r", "cd", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "cd");
	assert_int_equal(profile(h), 0x09);
	assert_int_equal(feature(h, 0x2d), 1);
	assert_int_equal(feature(h, 0x1e), 1);
	assert_int_equal(feature(h, 0x1f), 0);
}

static void modes(void **state)
{
	struct harness *h = *state;
	uint8_t list[8 + 52];

	harness_blank(h, "dvd-r");
	assert_int_equal(IN(h, 255, 0x1a, 0, 0x3f, 0, 255, 0), 0);
	assert_int_equal(h->buf[0] + 1u, h->got);
	assert_int_equal(IN(h, 512, 0x5a, 0, 0x3f, 0, 0, 0, 0, 2, 0, 0), 0);
	assert_int_equal(sim_be16(h->buf) + 2u, h->got);
	assert_int_equal(IN(h, 60, 0x5a, 0, 0x05, 0, 0, 0, 0, 0, 60, 0), 0);
	assert_int_equal(h->got, 60);
	memcpy(list, h->buf, 60);
	assert_int_equal(list[8], 5);
	assert_int_equal(list[10] & 0x4f, 0x40);
	assert_int_equal(list[13], 16);
	/* What was read may go back */
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), 0);
	assert_int_equal(OUT(h, list, 60, 0x55, 0x00, 0, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x24, 0));
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 59, 0), SENSE(5, 0x1a, 0));
	assert_int_equal(OUT(h, list, 6, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 6, 0), SENSE(5, 0x1a, 0));
	assert_int_equal(OUT(h, list, 40, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x1a, 0));
	list[7] = 200;	/* block descriptors beyond the list */
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x1a, 0));
	list[7] = 0;
	list[10] |= 0x10;	/* test write */
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), 0);
	list[8] = 0x3e;
	assert_int_equal(OUT(h, list, 60, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x26, 0));
	assert_int_equal(IN(h, 60, 0x5a, 0, 0xc5, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x39, 0));
	assert_int_equal(IN(h, 60, 0x5a, 0, 0x0e, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 128, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 128, 0), 0);
	assert_int_equal(h->buf[8 + 3] & 0x11, 0x11);
	assert_int_equal(sim_be16(h->buf + 8 + 28), 22160);
	assert_int_equal(h->buf[8 + 31], 5);
	/* A new medium brings its defaults */
	assert_int_equal(take(h, true), 0);
	assert_int_equal(sim_media_blank(h->media, "cd-r", "cd", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "cd");
	assert_int_equal(IN(h, 60, 0x5a, 0, 0x05, 0, 0, 0, 0, 0, 60, 0), 0);
	assert_int_equal(h->buf[10] & 0x0f, 1);
}

/* Page 01h is the host's; the others say what the drive is, and are taken only as they are. */
static void other_modes(void **state)
{
	struct harness *h = *state;
	uint8_t list[128];
	size_t len;

	harness_blank(h, "dvd-r");
	assert_int_equal(IN(h, 20, 0x5a, 0, 0x01, 0, 0, 0, 0, 0, 20, 0), 0);
	assert_int_equal(h->got, 20);
	assert_int_equal(h->buf[8 + 3], 0x10);		/* retries */
	memcpy(list, h->buf, 20);
	list[8 + 2] = 0x20;
	list[8 + 3] = 3;
	assert_int_equal(OUT(h, list, 20, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0), 0);
	assert_int_equal(IN(h, 20, 0x5a, 0, 0x01, 0, 0, 0, 0, 0, 20, 0), 0);
	assert_int_equal(h->buf[8 + 2], 0x20);
	assert_int_equal(h->buf[8 + 3], 3);
	assert_int_equal(IN(h, 20, 0x5a, 0, 0x80 | 0x01, 0, 0, 0, 0, 0, 20, 0), 0);
	assert_int_equal(h->buf[8 + 3], 0x10);		/* the default is as it was */
	assert_int_equal(IN(h, sizeof(list), 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, sizeof(list), 0), 0);
	len = h->got;
	memcpy(list, h->buf, len);
	assert_int_equal(OUT(h, list, len, 0x55, 0x10, 0, 0, 0, 0, 0, 0, (uint8_t)len, 0), 0);
	list[8 + 3] ^= 1;				/* what it writes */
	assert_int_equal(OUT(h, list, len, 0x55, 0x10, 0, 0, 0, 0, 0, 0, (uint8_t)len, 0),
			 SENSE(5, 0x26, 0));
}

static void toc(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	assert_int_equal(IN(h, 12, 0x43, 0, 0, 0, 0, 0, 0, 0, 12, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 28, 0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0), 0);
	assert_int_equal(h->got, 28);
	assert_int_equal(h->buf[8], 97);
	assert_int_equal(h->buf[12], 79);
	assert_int_equal(h->buf[13], 59);
	assert_int_equal(h->buf[14], 72);
	assert_int_equal(harness_page05(h, 1, 3, 4), 0);
	assert_int_equal(harness_write(h, 0, 300, 1), 0);
	assert_int_equal(GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(GO(h, 0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(IN(h, 100, 0x43, 0, 0, 0, 0, 0, 1, 0, 100, 0), 0);
	assert_int_equal(h->got, 20);
	assert_int_equal(sim_be16(h->buf), 18);
	assert_int_equal(h->buf[5], 0x14);
	assert_int_equal(h->buf[6], 1);
	assert_int_equal(sim_be32(h->buf + 8), 0);
	assert_int_equal(h->buf[14], 0xaa);
	assert_int_equal(sim_be32(h->buf + 16), 302);
	/* MSF, the lead-out alone: 302 + 150 = 0:06:02 */
	assert_int_equal(IN(h, 100, 0x43, 2, 0, 0, 0, 0, 0xaa, 0, 100, 0), 0);
	assert_int_equal(h->got, 12);
	assert_int_equal(sim_be32(h->buf + 8), 0x000602);
	assert_int_equal(IN(h, 100, 0x43, 0, 0, 0, 0, 0, 2, 0, 100, 0), SENSE(5, 0x24, 0));
	/* No CD-Text */
	assert_int_equal(IN(h, 100, 0x43, 0, 5, 0, 0, 0, 0, 0, 100, 0), 0);
	assert_int_equal(h->got, 4);
	/* Full: A0, A1, A2, track 1, B0, C0 */
	assert_int_equal(IN(h, 100, 0x43, 2, 2, 0, 0, 0, 1, 0, 100, 0), 0);
	assert_int_equal(h->got, 4 + 6 * 11);
	assert_int_equal(h->buf[4 + 3], 0xa0);
	assert_int_equal(h->buf[4 + 33 + 3], 1);
	assert_int_equal(h->buf[4 + 44 + 3], 0xb0);
	assert_int_equal(IN(h, 100, 0x43, 2, 2, 0, 0, 0, 2, 0, 100, 0), SENSE(5, 0x24, 0));
}

static void structures(void **state)
{
	struct harness *h = *state;

#define STRUCTURE(h, format, len) IN(h, len, 0xad, 0, 0, 0, 0, 0, 0, format, BE16(len), 0, 0)
	harness_blank(h, "dvd+r");
	assert_int_equal(STRUCTURE(h, 0x00, 2052), 0);
	assert_int_equal(h->got, 2052);
	assert_int_equal(sim_be16(h->buf), 2050);
	assert_int_equal(h->buf[4], 0xa1);
	assert_int_equal(sim_be24(h->buf + 4 + 5), 0x030000);
	assert_int_equal(sim_be24(h->buf + 4 + 9), 0x030000 + 2295103);
	assert_memory_equal(h->buf + 4 + 19, "DISCMUX\0P16", 11);
	assert_int_equal(STRUCTURE(h, 0x11, 260), 0);
	assert_int_equal(STRUCTURE(h, 0x0e, 48), SENSE(5, 0x24, 0));
	assert_int_equal(STRUCTURE(h, 0xff, 64), 0);
	assert_int_equal(h->got, 4 + 3 * 4);
	assert_int_equal(take(h, true), 0);
	assert_int_equal(sim_media_blank(h->media, "cd-r", "cd", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "cd");
	assert_int_equal(STRUCTURE(h, 0x00, 2052), SENSE(5, 0x30, 2));
}

static void reader_reads(void **state)
{
	struct harness *h = *state;

	reader(h);
	assert_int_equal(GO(h, 0x2a), SENSE(5, 0x20, 0));
	assert_int_equal(GO(h, 0x5b), SENSE(5, 0x20, 0));
	assert_int_equal(IN(h, 60, 0x5a, 0, 0x05, 0, 0, 0, 0, 0, 60, 0), SENSE(5, 0x24, 0));
	memset(h->buf, 0x42, 10 * 2048);
	harness_file(h, "master.iso", h->buf, 10 * 2048);
	harness_insert(h, "master");
	assert_int_equal(profile(h), 0x08);
	assert_int_equal(feature(h, 0x2b), -1);
	assert_int_equal(IN(h, 8, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(sim_be32(h->buf), 9);
	assert_int_equal(harness_read(h, 0, 10), 0);
	assert_int_equal(h->buf[0], 0x42);
	assert_int_equal(h->got, 10 * 2048);
	assert_int_equal(harness_read(h, 5, 6), SENSE(5, 0x21, 0));
	assert_int_equal(h->info, 10);
	assert_int_equal(harness_read(h, 0xffffffff, 1), SENSE(5, 0x21, 0));
	/* A buffer smaller than the blocks asked for */
	assert_int_equal(IN(h, 3000, 0x28, 0, BE32(0), 0, 0, 10, 0), 0);
	assert_int_equal(h->got, 3000);
	assert_int_equal(IN(h, 0, 0x28, 0, BE32(0), 0, 0, 10, 0), 0);
	assert_int_equal(IN(h, 4096, 0xa8, 0, BE32(8), BE32(0xffffffff), 0, 0), SENSE(5, 0x21, 0));
	assert_int_equal(INFO51(h), 0);
	assert_int_equal(h->buf[2], 0x0e);
	/* READ CD: user data, whole sectors, but no gaps in them */
	assert_int_equal(IN(h, 2048, 0xbe, 0, BE32(1), 0, 0, 1, 0x10, 0, 0), 0);
	assert_int_equal(h->buf[0], 0x42);
	assert_int_equal(IN(h, 2048, 0xbe, 4, BE32(1), 0, 0, 1, 0x10, 0, 0), SENSE(5, 0x64, 0));
	assert_int_equal(IN(h, 2352, 0xbe, 0, BE32(1), 0, 0, 1, 0xf8, 0, 0), 0);
	assert_int_equal(h->got, 2352);
	assert_int_equal(IN(h, 2352, 0xbe, 0, BE32(1), 0, 0, 1, 0x90, 0, 0), SENSE(5, 0x24, 0));
	assert_int_equal(GO(h, 0x2b, 0, BE32(10), 0, 0, 0, 0), SENSE(5, 0x21, 0));
	assert_int_equal(IN(h, 16, 0xac, 4, BE32(0), 0, 0, 0, 1, 3, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 24, 0xac, 0x10, BE32(0), 0, 0, 0, 1, 0, 0), 0);
	assert_int_equal(h->got, 24);
	assert_int_equal(IN(h, 8, 0xa4, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 0), 0);
	assert_int_equal(IN(h, 8, 0xa4, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0), SENSE(5, 0x24, 0));
}

static void streaming(struct harness *h, uint32_t kbps)
{
	uint8_t d[28] = { 0 };

	sim_put_be32(d + 8, 2295103);
	sim_put_be32(d + 12, kbps);
	sim_put_be32(d + 16, 1000);
	sim_put_be32(d + 20, kbps);
	sim_put_be32(d + 24, 1000);
	assert_int_equal(OUT(h, d, sizeof(d), 0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0), 0);
}

static uint16_t current_speed(struct harness *h)
{
	assert_int_equal(IN(h, 128, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 128, 0), 0);
	return sim_be16(h->buf + 8 + 28);
}

static void speeds(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(IN(h, 264, 0xac, 0, BE32(0), 0, 0, 0, 16, 3, 0), 0);
	assert_int_equal(h->got, 8 + 5 * 16);
	assert_int_equal(sim_be32(h->buf), 4 + 5 * 16);
	assert_int_equal(sim_be32(h->buf + 8 + 12), 22160);
	assert_int_equal(sim_be32(h->buf + 8 + 4 * 16 + 12), 5540);
	assert_int_equal(IN(h, 264, 0xac, 0, BE32(0), 0, 0, 0, 2, 3, 0), 0);
	assert_int_equal(h->got, 8 + 2 * 16);
	assert_int_equal(current_speed(h), 22160);
	streaming(h, 12000);
	assert_int_equal(current_speed(h), 11080);	/* the next lower */
	streaming(h, 1);
	assert_int_equal(current_speed(h), 5540);	/* or the lowest */
	streaming(h, 0xffffffff);
	assert_int_equal(current_speed(h), 22160);
	assert_int_equal(GO(h, 0xbb, 0, BE16(0xffff), BE16(16620), 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(current_speed(h), 16620);
	/* It outlives a change of discs, but not from a DVD to a CD */
	assert_int_equal(GO(h, 0xbb, 0, BE16(0xffff), BE16(5540), 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(take(h, true), 0);
	harness_insert(h, "disc");
	assert_int_equal(current_speed(h), 5540);
	assert_int_equal(take(h, true), 0);
	assert_int_equal(sim_media_blank(h->media, "cd-r", "cd", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "cd");
	assert_int_equal(current_speed(h), 8467);
	assert_int_equal(take(h, true), 0);
	harness_insert(h, "disc");
	/* From the middle at full speed: the curve of the medium */
	streaming(h, 0xffffffff);
	assert_int_equal(IN(h, 24, 0xac, 0x14, BE32(0), 0, 0, 0, 1, 0, 0), 0);
	assert_in_range(sim_be32(h->buf + 8 + 4), 22160 * 0.40, 22160 * 0.43);
	assert_in_range(sim_be32(h->buf + 8 + 12), 22100, 22160);
	assert_int_equal(OUT(h, h->buf, 28, 0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 27, 0),
			 SENSE(5, 0x1a, 0));
	assert_int_equal(OUT(h, h->buf, 27, 0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0),
			 SENSE(5, 0x1a, 0));
	/* An end before the start */
	memset(h->buf, 0, 28);
	sim_put_be32(h->buf + 4, 2);
	sim_put_be32(h->buf + 8, 1);
	assert_int_equal(OUT(h, h->buf, 28, 0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0),
			 SENSE(5, 0x26, 2));
	assert_int_equal(sim_drive_set_speed(h->dev, -1), -EINVAL);
	assert_int_equal(sim_drive_set_speed(h->dev, 0.0 / 0.0), -EINVAL);
}

static uint32_t set_streaming(struct harness *h, uint8_t flags, uint32_t end, uint32_t kbps)
{
	uint8_t d[28] = { flags };

	sim_put_be32(d + 8, end);
	sim_put_be32(d + 12, 22160);
	sim_put_be32(d + 16, 1000);
	sim_put_be32(d + 20, kbps);
	sim_put_be32(d + 24, 1000);
	return OUT(h, d, sizeof(d), 0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0);
}

/* What the drive can't do with this disc */
static void streaming_refused(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(set_streaming(h, 0, 2295104, 8310), SENSE(5, 0x26, 2));
	assert_int_equal(set_streaming(h, 0, 2295103, 8310), 0);
	assert_int_equal(current_speed(h), 8310);
	assert_int_equal(set_streaming(h, 0x02, 2295103, 12000), SENSE(5, 0x26, 2));
	assert_int_equal(current_speed(h), 8310);
	assert_int_equal(set_streaming(h, 0x02, 2295103, 11080), 0);
	assert_int_equal(current_speed(h), 11080);
}

/* SEND OPC INFORMATION: calibrates, or takes a list of eight bytes for each speed */
static void opc(void **state)
{
	uint8_t list[16] = { BE16(22160), [8] = BE16(5540) };
	struct harness *h = *state;

#define OPC(h, calibrate, len)	OUT(h, list, len, 0x54, calibrate, 0, 0, 0, 0, 0, 0, len, 0)
	harness_blank(h, "dvd+r");
	assert_int_equal(OPC(h, 1, 0), 0);
	assert_int_equal(OPC(h, 1, 8), SENSE(5, 0x24, 0));
	assert_int_equal(OPC(h, 0, 0), SENSE(5, 0x24, 0));
	assert_int_equal(OPC(h, 0, 16), 0);
	assert_int_equal(OPC(h, 0, 12), SENSE(5, 0x1a, 0));
	assert_int_equal(OUT(h, list, 8, 0x54, 0, 0, 0, 0, 0, 0, 0, 16, 0), SENSE(5, 0x1a, 0));
	list[9]++;
	assert_int_equal(OPC(h, 0, 8), 0);
	assert_int_equal(OPC(h, 0, 16), SENSE(5, 0x26, 2));
#undef OPC
}

static uint32_t buffer_blank(struct harness *h)
{
	assert_int_equal(IN(h, 12, 0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0), 0);
	assert_int_equal(sim_be32(h->buf + 4), 2 << 20);
	return sim_be32(h->buf + 8);
}

/* 2 MB go at once, then the medium's pace; a full buffer says 2/04/08 */
static void pace(void **state)
{
	struct harness *h = *state;
	double begin = seconds(), took;
	uint32_t lba = 0, ret, full = 0;

	harness_blank(h, "dvd+r");
	assert_int_equal(sim_drive_set_speed(h->dev, 0.5), 0);
	streaming(h, 5540);
	for (int i = 0; i < 32; i++, lba += 31)
		assert_int_equal(harness_write(h, lba, 31, 1), 0);
	took = seconds() - begin;
	assert_true(took < 0.7);	/* the medium would take that */
	assert_true(buffer_blank(h) < 2 << 20);
	while (lba < 2048) {
		ret = harness_write(h, lba, 256, 1);
		if (ret == SENSE(2, 4, 8)) {
			full++;
			continue;
		}
		assert_int_equal(ret, 0);
		lba += 256;
	}
	/* 4 MB at 2.77 MB/s less the 2 MB that are still in the buffer */
	took = seconds() - begin;
	assert_true(took > 0.7 && took < 5);
	assert_true(full > 0);
	/* SYNCHRONIZE CACHE waits for the rest */
	assert_int_equal(GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	took = seconds() - begin;
	assert_true(took > 1.4 && took < 10);
	assert_int_equal(buffer_blank(h), 2 << 20);
	/* Immediately: busy meanwhile */
	assert_int_equal(harness_write(h, harness_nwa(h, 0xff), 400, 1), 0);
	assert_int_equal(GO(h, 0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(INFO51(h), SENSE(2, 4, 8));
	assert_int_equal(take(h, false), -EBUSY);
	assert_int_equal(sim_drive_set_speed(h->dev, 0), 0);
}

/* The class of events for a busy drive says how long a close will take, in 100 ms */
static void busy_event(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(GESN(h, 0x10), 0);		/* the new disc is no news any more */
	assert_int_equal(harness_write(h, 0, 16, 1), 0);
	assert_int_equal(GESN(h, 0x40), 0);
	assert_int_equal(h->buf[2], 6);
	assert_int_equal(h->buf[4], 0);			/* nothing goes on */
	assert_int_equal(h->buf[5], 0);
	sim_drive_set_delays(h->dev, 0, 600000);
	assert_int_equal(GO(h, 0x5b, 1, 1, 0, 0, 1, 0, 0, 0, 0), 0);
	assert_int_equal(INFO51(h), SENSE(2, 4, 7));
	assert_int_equal(GESN(h, 0x50), 0);
	assert_int_equal(h->buf[2], 6);			/* before what nothing has happened to */
	assert_int_equal(h->buf[4], 1);
	assert_int_equal(h->buf[5], 1);
	assert_in_range(sim_be16(h->buf + 6), 1, 6001);
	assert_int_equal(GESN(h, 0x10), 0);
	assert_int_equal(h->buf[2], 4);
}

static void *pull(void *arg)
{
	struct harness *h = arg;
	char err[64];

	usleep(50000);
	sim_drive_take(h->dev, NULL, 0, true, err, sizeof(err));
	return NULL;
}

/* The disc goes while a command waits for the medium */
static void pulled(void **state)
{
	struct harness *h = *state;
	pthread_t thread;
	double begin;

	memset(h->buf, 1, 1 << 20);
	harness_file(h, "m.iso", h->buf, 1 << 20);
	harness_insert(h, "m");
	assert_int_equal(sim_drive_set_speed(h->dev, 0.01), 0);
	begin = seconds();
	assert_int_equal(pthread_create(&thread, NULL, pull, h), 0);
	assert_int_equal(harness_read(h, 0, 512), SENSE(2, 0x3a, 2));
	pthread_join(thread, NULL);
	assert_true(seconds() - begin < 2);
}

struct hands {
	struct harness *h;
	bool stop;
};

/* What the control socket and a robot do while a host is at work */
static void *handle(void *arg)
{
	struct hands *hands = arg;
	struct sim_device *dev = hands->h->dev;
	char err[256], name[SIM_MEDIA_NAME_MAX];

	while (!__atomic_load_n(&hands->stop, __ATOMIC_RELAXED)) {
		sim_drive_insert(dev, "disc", err, sizeof(err));
		json_decref(sim_drive_describe(dev));
		json_decref(sim_media_list(hands->h->media));
		sim_drive_tray(dev, true, err, sizeof(err));
		sim_drive_has_disc(dev);
		sim_drive_set_speed(dev, 100);
		sim_drive_tray(dev, false, err, sizeof(err));
		usleep(500);
		sim_drive_take(dev, name, sizeof(name), sim_drive_tray_open(dev), err, sizeof(err));
	}
	return NULL;
}

static void many_hands(void **state)
{
	struct harness *h = *state;
	struct hands hands = { .h = h };
	pthread_t thread;
	int written = 0;

	assert_int_equal(sim_media_blank(h->media, "dvd+r", "disc", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	assert_int_equal(pthread_create(&thread, NULL, handle, &hands), 0);
	for (int i = 0; i < 1000000 && written < 200; i++) {
		if (harness_track(h, 0xff) == 0)
			written += harness_write(h, sim_be32(h->buf + 12), 16, 1) == 0;
		harness_read(h, 0, 32);
		if (i % 10 == 0)
			GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		if (i % 50 == 0)
			h->dev->ops->reset(h->dev);
	}
	__atomic_store_n(&hands.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_int_equal(written, 200);
}

static void described(void **state)
{
	struct harness *h = *state;
	json_t *json;

	json = sim_drive_describe(h->dev);
	assert_non_null(json);
	assert_true(json_is_null(json_object_get(json, "disc")));
	json_decref(json);
	harness_blank(h, "dvd+r");
	assert_int_equal(harness_write(h, 0, 5, 1), 0);
	json = sim_drive_describe(h->dev);
	assert_string_equal(json_string_value(json_object_get(json, "disc")), "disc");
	assert_string_equal(json_string_value(json_object_get(json, "kind")), "recorder");
	assert_string_equal(json_string_value(json_object_get(json, "state")), "appendable");
	assert_int_equal(json_integer_value(json_object_get(json, "blocks")), 5);
	json_decref(json);
}

/* Any CDB with any data: a status, never a crash */
static void garbage(void **state)
{
	static const uint8_t opcodes[] = {
		0x00, 0x03, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x23, 0x25, 0x28, 0x2a, 0x2b, 0x35,
		0x3c, 0x43, 0x46, 0x4a, 0x4d, 0x51, 0x52, 0x53, 0x54, 0x55, 0x5a, 0x5b, 0x5c, 0xa3, 0xa4, 0xa8,
		0xaa, 0xac, 0xad, 0xb6, 0xbb, 0xbd, 0xbe,
	};
	static const char *const types[] = { "dvd+r", "dvd-r", "cd-r" };
	struct harness *h = *state;
	char name[SIM_MEDIA_NAME_MAX];

	srandom(7);
	for (int round = 0; round < 30000; round++) {
		uint8_t cdb[16], value = (uint8_t)random();

		if (round % 500 == 0) {
			sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err));
			assert_int_equal(sim_media_blank(h->media, types[round / 500 % 3], NULL,
							 1000, name, sizeof(name), h->err,
							 sizeof(h->err)), 0);
			sim_drive_insert(h->dev, name, h->err, sizeof(h->err));
		}
		for (int i = 0; i < 16; i++)
			cdb[i] = random() % 3 ? 0 : random() % 2 ? value : (uint8_t)random();
		cdb[0] = opcodes[random() % sizeof(opcodes)];
		if (cdb[0] == 0x1b && random() % 8)
			cdb[4] = 3;
		if (cdb[0] == 0x2a && random() % 2) {
			GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0);
			if (harness_track(h, 0xff) == 0)
				memcpy(cdb + 2, h->buf + 12, 4);
		}
		harness_in(h, (size_t)(random() % 70000), cdb, sizeof(cdb));
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(inquiry), T(attentions), T(tray_and_lock), T(configuration), T(modes),
		T(other_modes), T(toc), T(structures), T(reader_reads), T(speeds),
		T(streaming_refused), T(opc), T(pace), T(busy_event), T(pulled), T(many_hands), T(described), T(garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
