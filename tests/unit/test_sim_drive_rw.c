// SPDX-License-Identifier: GPL-2.0
/* DVD-RW, DVD+RW, DVD+R DL, BD-R and BD-RE: formats, writing again, layers, closing. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim_harness.h"

#define CLOSE(h, function, track)	GO(h, 0x5b, 0, function, 0, BE16(track), 0, 0, 0, 0)
#define SYNC(h)				GO(h, 0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define RESERVE(h, blocks)		GO(h, 0x53, 0, 0, 0, 0, BE32(blocks), 0)
#define BLANK(h, type)			GO(h, 0xa1, type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define DISC_INFO(h)			IN(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0)

static uint32_t format(struct harness *h, uint8_t type, uint32_t blocks, uint8_t flags)
{
	uint8_t list[12] = { [1] = flags, [3] = 8, [8] = (uint8_t)(type << 2) };

	sim_put_be32(list + 4, blocks);
	return OUT(h, list, 12, 0x04, 0x11, 0, 0, 0, 0);
}

static uint16_t profile(struct harness *h)
{
	assert_int_equal(IN(h, 8, 0x46, 0, 0, 0, 0, 0, 0, 0, 8, 0), 0);
	return sim_be16(h->buf + 6);
}

static bool current(struct harness *h, uint16_t code)
{
	assert_int_equal(IN(h, 64, 0x46, 2, BE16(code), 0, 0, 0, 0, 64, 0), 0);
	return h->got > 8 && (h->buf[10] & 1);
}

/* How many formats it can have, and the kind of its capacity */
static unsigned int formats(struct harness *h, uint8_t kind)
{
	assert_int_equal(IN(h, 252, 0x23, 0, 0, 0, 0, 0, 0, 0, 252, 0), 0);
	assert_int_equal(h->buf[8], kind);
	assert_int_equal(h->got, 4u + h->buf[3]);
	return h->buf[3] / 8 - 1;
}

/* The harness makes drives for DVDs: one that knows Blu-ray discs too */
static void insert_bd(struct harness *h, const char *type)
{
	struct sim_drive_config config = {
		.identity = { "VIRTUAL", "BD RECORDER", "1.00", "SN0009" },
		.name = "recorder1", .recorder = true, .bd = true, .media = h->media,
	};

	h->dev->ops->destroy(h->dev);
	h->dev = sim_drive_create(&config, h->err, sizeof(h->err));
	assert_non_null(h->dev);
	sim_drive_set_delays(h->dev, 0, 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(6, 0x29, 0));
	assert_int_equal(sim_media_blank(h->media, type, "disc", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "disc");
}

static void minus_rw_sequential(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-rw");
	assert_int_equal(profile(h), 0x14);
	assert_true(current(h, 0x21));
	assert_int_equal(formats(h, 1), 3);
	assert_int_equal(harness_page05(h, 0, 3, 5), 0);
	assert_int_equal(harness_write(h, 0, 32, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(harness_page05(h, 0, 0, 5), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2], 0x1e);
	assert_int_equal(harness_write(h, 32, 16, 1), SENSE(5, 0x30, 5));
	/* Quickly blanked it takes a whole disc at once only */
	assert_int_equal(BLANK(h, 1), 0);
	assert_false(current(h, 0x21));
	assert_int_equal(harness_page05(h, 0, 0, 5), SENSE(5, 0x26, 2));
	assert_int_equal(harness_page05(h, 2, 0, 5), 0);
	assert_int_equal(RESERVE(h, 32), 0);
	assert_int_equal(harness_write(h, 0, 32, 2), 0);
	assert_int_equal(harness_read(h, 0, 32), 0);
	harness_check(h, 0, 32, 2);
	assert_int_equal(BLANK(h, 0), 0);
	assert_true(current(h, 0x21));
	assert_int_equal(BLANK(h, 6), SENSE(5, 0x2c, 0));
}

static void minus_rw_overwrite(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-rw");
	assert_int_equal(format(h, 0x15, 0, 0), 0);
	assert_int_equal(profile(h), 0x13);
	assert_true(current(h, 0x26));
	assert_false(current(h, 0x2f));
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2] & 0x0f, 1 << 2 | 2);	/* its session is not whole */
	/* Whole ECC blocks, without a gap */
	assert_int_equal(harness_write(h, 8, 16, 1), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 0, 8, 1), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 64, 16, 1), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 0, 64, 1), 0);
	assert_int_equal(harness_write(h, 64, 16, 1), 0);
	assert_int_equal(harness_write(h, 16, 16, 2), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2] & 0x0f, 0x0e);
	assert_int_equal(harness_read(h, 16, 16), 0);
	harness_check(h, 16, 16, 2);
	assert_int_equal(harness_read(h, 64, 16), 0);
	harness_check(h, 64, 16, 1);
	assert_int_equal(harness_write(h, 80, 16, 1), SENSE(5, 0x21, 0));
	/* A test write would burn: refused */
	assert_int_equal(harness_page05(h, 0x10, 0, 5), SENSE(5, 0x26, 2));
	assert_int_equal(format(h, 0x00, 1600, 0), 0);
	assert_int_equal(harness_read(h, 1599, 1), 0);
	assert_int_equal(h->buf[0], 0);
	assert_int_equal(BLANK(h, 0), 0);
	assert_int_equal(profile(h), 0x14);
}

/* Quick grow: what is recorded stays, and more can be recorded behind it */
static void minus_rw_grow(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-rw");
	assert_int_equal(format(h, 0x13, 0, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x15, 0, 0), 0);
	assert_int_equal(harness_write(h, 0, 64, 1), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(harness_write(h, 64, 16, 2), SENSE(5, 0x21, 0));
	assert_int_equal(formats(h, 2), 4);
	assert_int_equal(h->buf[12 + 3 * 8 + 4] >> 2, 0x13);
	assert_int_equal(sim_be32(h->buf + 12 + 3 * 8), 2298496 - 64);
	assert_int_equal(format(h, 0x13, 2298496 - 48, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x13, 8, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x13, 0, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2] & 0x0f, 1 << 2 | 2);
	assert_int_equal(harness_read(h, 0, 64), 0);
	harness_check(h, 0, 64, 1);
	assert_int_equal(harness_nwa(h, 1), 64);
	assert_int_equal(harness_write(h, 64, 32, 2), 0);
	assert_int_equal(harness_write(h, 16, 16, 3), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2] & 0x0f, 0x0e);
	assert_int_equal(harness_read(h, 0, 16), 0);
	harness_check(h, 0, 16, 1);
	assert_int_equal(harness_read(h, 16, 16), 0);
	harness_check(h, 16, 16, 3);
	assert_int_equal(harness_read(h, 64, 32), 0);
	harness_check(h, 64, 32, 2);
	/* All of it is formatted: there is nothing to grow into */
	assert_int_equal(format(h, 0x00, 0, 0), 0);
	assert_int_equal(formats(h, 2), 3);
	assert_int_equal(format(h, 0x13, 0, 0), SENSE(5, 0x26, 0));
}

/* Fixed packets of 32 blocks: 39 with their links */
static void cd_rw_packets(void **state)
{
	const uint32_t all = 359847 / 39 * 32;
	struct harness *h = *state;

	harness_blank(h, "cd-rw");
	assert_int_equal(formats(h, 1), 1);
	assert_int_equal(sim_be32(h->buf + 12), all);
	assert_int_equal(sim_be32(h->buf + 16), 0x10u << 26 | 32);
	assert_true(current(h, 0x23));
	assert_false(current(h, 0x26));
	assert_int_equal(format(h, 0x26, all, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x10, all + 32, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x10, all - 1, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x10, all, 0), 0);
	assert_int_equal(profile(h), 0x0a);
	assert_true(current(h, 0x26));
	assert_false(current(h, 0x2d));
	assert_int_equal(formats(h, 2), 1);
	assert_int_equal(sim_be32(h->buf + 4), all);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2], 0x1e);
	assert_int_equal(IN(h, 36, 0x52, 1, BE32(1), 0, BE16(36), 0), 0);
	assert_int_equal(h->buf[6], 0x30 | 1);		/* packet, fixed */
	assert_int_equal(sim_be32(h->buf + 20), 32);
	assert_int_equal(sim_be32(h->buf + 24), all);
	/* Whole packets, anywhere, as often as one likes */
	assert_int_equal(harness_write(h, 8, 32, 1), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 32, 16, 1), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, all - 32, 64, 1), SENSE(5, 0x21, 0));
	assert_int_equal(harness_write(h, all - 32, 32, 1), 0);
	assert_int_equal(harness_write(h, 64, 32, 1), 0);
	assert_int_equal(harness_write(h, 64, 32, 2), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_read(h, 64, 32), 0);
	harness_check(h, 64, 32, 2);
	assert_int_equal(harness_read(h, all - 32, 32), 0);
	harness_check(h, all - 32, 32, 1);
	assert_int_equal(harness_read(h, 0, 1), 0);
	assert_int_equal(h->buf[0], 0);
	assert_int_equal(harness_read(h, all, 1), SENSE(5, 0x21, 0));
	/* No parts of it can be blanked; all of it can */
	assert_int_equal(BLANK(h, 5), SENSE(5, 0x2c, 0));
	assert_int_equal(BLANK(h, 6), SENSE(5, 0x2c, 0));
	assert_int_equal(BLANK(h, 1), 0);
	assert_false(current(h, 0x26));
	assert_int_equal(formats(h, 1), 1);
	assert_true(current(h, 0x2d));
}

/* It is still formatted when it comes in again. */
static void cd_rw_kept(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-rw");
	assert_int_equal(format(h, 0x10, 320, 0), 0);
	assert_int_equal(harness_write(h, 32, 32, 3), 0);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(formats(h, 2), 1);
	assert_int_equal(sim_be32(h->buf + 4), 320);
	assert_int_equal(harness_read(h, 32, 32), 0);
	harness_check(h, 32, 32, 3);
	assert_int_equal(harness_write(h, 288, 32, 3), 0);
}

/* The end of a track that is not closed: writing goes on where it was cut off. */
static void cd_rw_tail(void **state)
{
#define TAIL(h, lba) GO(h, 0xa1, 4, BE32(lba), 0, 0, 0, 0, 0, 0)
	struct harness *h = *state;

	harness_blank(h, "cd-rw");
	assert_int_equal(harness_page05(h, 1, 3, 4), 0);
	assert_int_equal(harness_write(h, 0, 320, 1), 0);
	assert_int_equal(TAIL(h, 320), SENSE(5, 0x2c, 0));
	assert_int_equal(TAIL(h, 310), 0);
	assert_int_equal(harness_write(h, 320, 10, 2), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 310, 20, 2), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(TAIL(h, 310), SENSE(5, 0x2c, 0));	/* a closed one has none */
	assert_int_equal(harness_read(h, 0, 310), 0);
	harness_check(h, 0, 310, 1);
	assert_int_equal(harness_read(h, 310, 20), 0);
	harness_check(h, 310, 20, 2);
#undef TAIL
}

static void minus_rw_test(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd-rw");
	assert_int_equal(harness_page05(h, 0x12, 0, 5), 0);
	assert_int_equal(RESERVE(h, 32), 0);
	assert_int_equal(harness_write(h, 0, 32, 2), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2], 0x10);
	assert_int_equal(harness_size(h, "disc.iso"), 0);
}

static void plus_rw(void **state)
{
	struct harness *h = *state;

	assert_int_equal(sim_media_blank(h->media, "dvd+rw", "disc", 4096, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(profile(h), 0x1a);
	assert_int_equal(formats(h, 1), 1);
	assert_int_equal(harness_write(h, 0, 16, 1), SENSE(5, 0x30, 5));
	assert_int_equal(BLANK(h, 0), SENSE(5, 0x30, 5));
	assert_int_equal(format(h, 0x00, 4096, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x26, 4080, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x26, 4096 + 16, 0), SENSE(5, 0x26, 0));
	sim_drive_set_delays(h->dev, 0, 10);
	assert_int_equal(format(h, 0x26, 0xffffffff, 2), 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(2, 4, 4));
	usleep(40000);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2], 0x1e);
	assert_int_equal(h->buf[7] & 3, 2);		/* goes on in the background */
	assert_int_equal(formats(h, 2), 1);
	assert_int_equal(harness_write(h, 100, 3, 1), 0);
	assert_int_equal(harness_write(h, 5, 200, 2), 0);
	assert_int_equal(CLOSE(h, 0, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[7] & 3, 1);		/* stopped */
	assert_int_equal(format(h, 0x26, 0xffffffff, 0), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(CLOSE(h, 1, 1), SENSE(5, 0x24, 0));
	assert_int_equal(harness_read(h, 5, 200), 0);
	harness_check(h, 5, 200, 2);
	assert_int_equal(harness_read(h, 4095, 1), 0);
	assert_int_equal(harness_read(h, 4095, 2), SENSE(5, 0x21, 0));
	assert_int_equal(harness_write(h, 4095, 2, 1), SENSE(5, 0x21, 0));
	assert_int_equal(harness_page05(h, 0x12, 0, 5), SENSE(5, 0x26, 2));
	assert_int_equal(format(h, 0x26, 4080, 0), SENSE(5, 0x26, 0));
	assert_int_equal(format(h, 0x26, 4096, 0), 0);		/* what it was is still there */
	assert_int_equal(harness_read(h, 5, 200), 0);
	harness_check(h, 5, 200, 2);
	/* WRITE AND VERIFY, VERIFY */
	memset(h->buf, 7, 4096);
	assert_int_equal(OUT(h, h->buf, 4096, 0x2e, 0, BE32(10), 0, 0, 2, 0), 0);
	assert_int_equal(GO(h, 0x2f, 0, BE32(10), 0, 0, 2, 0), 0);
	assert_int_equal(GO(h, 0x2f, 0, BE32(4095), 0, 0, 2, 0), SENSE(5, 0x21, 0));
	assert_int_equal(GO(h, 0x2f, 2, BE32(10), 0, 0, 2, 0), SENSE(5, 0x24, 0));
}

static void layer_break(void **state)
{
	uint8_t list[12] = { 0, 10, [8] = 0, 0, 0x10, 0 };	/* 4096 blocks */
	struct harness *h = *state;

#define SEND(h)	OUT(h, list, 12, 0xbf, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0)
#define BOUNDARY(h) IN(h, 12, 0xad, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0)
	harness_blank(h, "dvd+r-dl");
	assert_int_equal(profile(h), 0x2b);
	assert_true(current(h, 0x3b));
	assert_int_equal(BOUNDARY(h), 0);
	assert_int_equal(h->buf[4], 0);
	assert_int_equal(sim_be32(h->buf + 8), 2086912);
	sim_put_be32(list + 8, 2086912 + 16);
	assert_int_equal(SEND(h), SENSE(5, 0x26, 2));
	sim_put_be32(list + 8, 4095);
	assert_int_equal(SEND(h), SENSE(5, 0x26, 2));
	sim_put_be32(list + 8, 4096);
	assert_int_equal(OUT(h, list, 11, 0xbf, 0, 0, 0, 0, 0, 0, 0x20, 0, 11, 0, 0),
			 SENSE(5, 0x24, 0));
	assert_int_equal(SEND(h), 0);
	assert_int_equal(SEND(h), SENSE(5, 0x2c, 0));	/* once */
	assert_int_equal(BOUNDARY(h), 0);
	assert_int_equal(h->buf[4], 0x80);
	assert_int_equal(sim_be32(h->buf + 8), 4096);
	assert_int_equal(IN(h, 2052, 0xad, 0, 0, 0, 0, 0, 0, 0, 8, 4, 0, 0), 0);
	assert_int_equal(h->buf[6] & 0x70, 0x30);
	assert_int_equal(sim_be32(h->buf + 4 + 12), 0x030000 + 4095);
	assert_int_equal(harness_write(h, 0, 64, 1), 0);
	assert_int_equal(harness_write(h, 8192, 16, 1), SENSE(5, 0x21, 0));
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 6, 0), 0);
	assert_int_equal(harness_read(h, 0, 64), 0);
	harness_check(h, 0, 64, 1);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_int_equal(BOUNDARY(h), 0);
	assert_int_equal(sim_be32(h->buf + 8), 4096);
}

static void bd_r(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "dvd+r");
	assert_int_equal(sim_media_blank(h->media, "bd-r", "blue", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	/* A drive for DVDs sees a disc it can't read */
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	assert_int_equal(sim_drive_insert(h->dev, "blue", h->err, sizeof(h->err)), 0);
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(6, 0x28, 0));
	assert_int_equal(GO(h, 0, 0, 0, 0, 0, 0), SENSE(2, 0x30, 0));
	assert_int_equal(profile(h), 0);
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
}

static void bd_r_sessions(void **state)
{
	struct harness *h = *state;

	insert_bd(h, "bd-r");
	assert_int_equal(profile(h), 0x41);
	assert_true(current(h, 0x41));
	assert_int_equal(formats(h, 1), 2);
	assert_int_equal(format(h, 0x32, 12219392, 0), 0);	/* spare areas */
	assert_int_equal(harness_nwa(h, 0xff), 0);
	assert_int_equal(harness_write(h, 16, 32, 1), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 0, 40, 1), 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(harness_nwa(h, 1), 64);	/* links of 64 KiB */
	assert_int_equal(CLOSE(h, 5, 0), SENSE(5, 0x24, 0));
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	assert_int_equal(formats(h, 2), 0);
	assert_int_equal(harness_nwa(h, 2), 64);	/* the next one follows at once */
	assert_int_equal(harness_write(h, 64, 32, 2), 0);
	assert_int_equal(CLOSE(h, 1, 2), 0);
	assert_int_equal(CLOSE(h, 6, 0), 0);
	assert_int_equal(DISC_INFO(h), 0);
	assert_int_equal(h->buf[2], 0x0e);
	assert_int_equal(harness_read(h, 64, 32), 0);
	harness_check(h, 64, 32, 2);
	/* Disc information: whose it is */
	assert_int_equal(IN(h, 4100, 0xad, 1, 0, 0, 0, 0, 0, 0, 16, 4, 0, 0), 0);
	assert_memory_equal(h->buf + 4, "DI", 2);
	assert_memory_equal(h->buf + 4 + 8, "BDR", 3);
	assert_int_equal(IN(h, 4100, 0xad, 0, 0, 0, 0, 0, 0, 0, 16, 4, 0, 0), SENSE(5, 0x24, 0));
}

/* Formatted for pseudo-overwrite: what is recorded is replaced, at the price of room */
static void bd_r_pow(void **state)
{
	struct harness *h = *state;
	uint8_t list[12] = { [3] = 8, [8] = 0x32 << 2 | 2 };

	insert_bd(h, "bd-r");
	assert_false(current(h, 0x38));
	sim_put_be32(list + 4, 12219392);
	assert_int_equal(OUT(h, list, 12, 0x04, 0x11, 0, 0, 0, 0), SENSE(5, 0x26, 0));	/* RRM */
	list[8]--;
	assert_int_equal(OUT(h, list, 12, 0x04, 0x11, 0, 0, 0, 0), 0);	/* without POW */
	assert_false(current(h, 0x38));
	assert_int_equal(format(h, 0x32, 12219392, 0), 0);
	assert_true(current(h, 0x38));
	assert_int_equal(formats(h, 2), 0);				/* once */
	assert_int_equal(format(h, 0x32, 12219392, 0), SENSE(5, 0x30, 6));
	assert_int_equal(harness_write(h, 0, 96, 1), 0);
	assert_int_equal(harness_write(h, 90, 10, 2), SENSE(5, 0x21, 2));
	assert_int_equal(harness_write(h, 30, 4, 2), 0);		/* of two clusters */
	assert_int_equal(harness_nwa(h, 1), 160);
	assert_int_equal(harness_read(h, 28, 2), 0);
	harness_check(h, 28, 2, 1);
	assert_int_equal(harness_read(h, 30, 4), 0);
	harness_check(h, 30, 4, 2);
	assert_int_equal(harness_read(h, 96, 64), 0);
	assert_int_equal(h->buf[0], 0);
	assert_int_equal(SYNC(h), 0);
	assert_int_equal(CLOSE(h, 1, 1), 0);
	assert_int_equal(CLOSE(h, 2, 0), 0);
	/* What lies in a session that is closed can be replaced, too */
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	harness_insert(h, "disc");
	assert_true(current(h, 0x38));
	assert_int_equal(harness_write(h, 160, 32, 3), 0);
	assert_int_equal(harness_write(h, 0, 32, 4), 0);
	assert_int_equal(harness_nwa(h, 2), 224);
	assert_int_equal(harness_read(h, 0, 32), 0);
	harness_check(h, 0, 32, 4);
	assert_int_equal(harness_read(h, 160, 32), 0);
	harness_check(h, 160, 32, 3);
	/* Until the disc is full, or closed for good */
	assert_int_equal(CLOSE(h, 1, 2), 0);
	assert_int_equal(CLOSE(h, 6, 0), 0);
	assert_int_equal(harness_write(h, 0, 32, 5), SENSE(5, 0x30, 5));
	assert_false(current(h, 0x38));
}

static void bd_r_pow_full(void **state)
{
	struct harness *h = *state;

	insert_bd(h, "dvd+r");
	assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	assert_int_equal(sim_media_blank(h->media, "bd-r", "small", 512, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	harness_insert(h, "small");
	assert_int_equal(format(h, 0x00, 512, 0), 0);
	assert_int_equal(harness_write(h, 0, 480, 1), 0);
	assert_int_equal(harness_write(h, 16, 32, 2), SENSE(5, 0x63, 0));
	assert_int_equal(harness_write(h, 0, 32, 2), 0);
	assert_int_equal(harness_write(h, 0, 32, 3), SENSE(5, 0x63, 0));
	assert_int_equal(harness_read(h, 0, 32), 0);
	harness_check(h, 0, 32, 2);
}

static void bd_re(void **state)
{
	struct harness *h = *state;

	insert_bd(h, "bd-re");
	assert_int_equal(harness_write(h, 0, 32, 1), SENSE(5, 0x30, 5));
	assert_int_equal(formats(h, 1), 3);
	assert_int_equal(format(h, 0x15, 0, 0), SENSE(5, 0x26, 0));
	for (uint8_t type = 0x30; type <= 0x31; type++) {
		assert_int_equal(format(h, type, 0, 0), SENSE(5, 0x26, 0));
		assert_int_equal(format(h, type, 12219392 - 32, 0), SENSE(5, 0x26, 0));
		assert_int_equal(format(h, type, UINT32_MAX, 0), SENSE(5, 0x26, 0));
	}
	assert_int_equal(format(h, 0x31, 12219392, 0), 0);
	assert_int_equal(harness_write(h, 12219391, 1, 1), 0);
	assert_int_equal(harness_write(h, 1, 3, 1), 0);
	assert_int_equal(harness_write(h, 2, 1, 2), 0);
	assert_int_equal(harness_read(h, 2, 1), 0);
	harness_check(h, 2, 1, 2);
	assert_int_equal(harness_read(h, 12219391, 1), 0);
	harness_check(h, 12219391, 1, 1);
	assert_int_equal(CLOSE(h, 2, 0), SENSE(5, 0x24, 0));
}

/* What is refused on which disc */
static void refused(void **state)
{
	static const struct {
		const char *type;
		uint8_t cdb[12];
		uint32_t sense;
	} wrong[] = {
		{ "dvd+r", { 0xa1, 0 }, SENSE(5, 0x30, 5) },
		{ "dvd+r", { 0x04, 0x11 }, SENSE(5, 0x30, 6) },
		{ "dvd+r", { 0x5d }, SENSE(5, 0x30, 5) },
		{ "dvd+r", { 0x42, 0, 0x40, 2 }, SENSE(5, 0x30, 2) },
		{ "dvd+r", { 0xbe }, SENSE(5, 0x30, 2) },
		{ "dvd+r", { 0xb9 }, SENSE(5, 0x30, 2) },
		{ "dvd+r", { 0xbf, [7] = 0x20 }, SENSE(5, 0x30, 5) },
		{ "dvd+r", { 0x2e, [8] = 1 }, SENSE(5, 0x30, 5) },
		{ "dvd-r", { 0x5d }, SENSE(5, 0x30, 5) },
		{ "dvd-r", { 0xa1, 1 }, SENSE(5, 0x30, 5) },
		{ "cd-r", { 0x04, 0x11 }, SENSE(5, 0x30, 6) },
		{ "cd-r", { 0xad }, SENSE(5, 0x30, 2) },
		{ "cd-rw", { 0x04, 0x11 }, SENSE(5, 0x1a, 0) },
		{ "cd-rw", { 0xa1, 4 }, SENSE(5, 0x2c, 0) },
		{ "dvd-rw", { 0x04, 0x01 }, SENSE(5, 0x24, 0) },
		{ "dvd-rw", { 0x04, 0x11 }, SENSE(5, 0x1a, 0) },
		{ "dvd+rw", { 0x5b, 0, 2 }, SENSE(5, 0x30, 5) },
		{ "dvd+rw", { 0x53, [8] = 16 }, SENSE(5, 0x30, 5) },
		{ "dvd+r-dl", { 0xad, [7] = 0x21, [9] = 12 }, SENSE(5, 0x24, 0) },
	};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char name[16];
		uint32_t got;

		snprintf(name, sizeof(name), "disc%zu", i);
		assert_int_equal(sim_media_blank(h->media, wrong[i].type, name, 0, NULL, 0, h->err,
						 sizeof(h->err)), 0);
		harness_insert(h, name);
		got = harness_in(h, 0, wrong[i].cdb, sizeof(wrong[i].cdb));
		if (got != wrong[i].sense)
			fail_msg("%s, %02x: %06x", wrong[i].type, wrong[i].cdb[0], got);
		assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
	}
}

/* Which features are current with which blank, and what the disc says it is */
static void features(void **state)
{
	static const struct {
		const char *type;
		uint16_t profile;
		uint16_t yes[8], no[8];
		uint8_t info;		/* READ DISC INFORMATION byte 2 */
	} media[] = {
		{ "cd-r", 0x09, { 0x1d, 0x1e, 0x2d, 0x2e, 0x107 },
		  { 0x10, 0x1f, 0x20, 0x21, 0x23, 0x2b, 0x2f, 0x37 }, 0x00 },
		{ "cd-rw", 0x0a, { 0x1e, 0x2d, 0x2e, 0x37 }, { 0x10, 0x1f, 0x21, 0x26, 0x2f }, 0x10 },
		{ "dvd-r", 0x11, { 0x1f, 0x21, 0x2f }, { 0x1e, 0x23, 0x26, 0x2b, 0x2d, 0x2e }, 0x00 },
		{ "dvd-rw", 0x14, { 0x1f, 0x21, 0x23, 0x2f }, { 0x1e, 0x20, 0x26, 0x2a, 0x2c }, 0x10 },
		{ "dvd+r", 0x1b, { 0x1f, 0x2b }, { 0x21, 0x23, 0x2a, 0x2f, 0x3b }, 0x00 },
		{ "dvd+rw", 0x1a, { 0x1f, 0x23, 0x26, 0x2a }, { 0x20, 0x21, 0x2b, 0x2f }, 0x10 },
		{ "dvd+r-dl", 0x2b, { 0x1f, 0x3b }, { 0x21, 0x2b, 0x2f }, 0x00 },
		{ "bd-r", 0x41, { 0x40, 0x41, 0x21 }, { 0x1f, 0x20, 0x23, 0x2b }, 0x00 },
		{ "bd-re", 0x43, { 0x40, 0x41, 0x23 }, { 0x1f, 0x20, 0x21, 0x2b }, 0x10 },
	};
	struct harness *h = *state;

	insert_bd(h, "dvd+r");
	for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++) {
		char name[16];

		assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err)), 0);
		snprintf(name, sizeof(name), "blank%zu", i);
		assert_int_equal(sim_media_blank(h->media, media[i].type, name, 0, NULL, 0, h->err,
						 sizeof(h->err)), 0);
		harness_insert(h, name);
		assert_int_equal(profile(h), media[i].profile);
		for (size_t f = 0; f < 8 && media[i].yes[f]; f++)
			if (!current(h, media[i].yes[f]))
				fail_msg("%s: no feature %x", media[i].type, media[i].yes[f]);
		for (size_t f = 0; f < 8 && media[i].no[f]; f++)
			if (current(h, media[i].no[f]))
				fail_msg("%s: feature %x", media[i].type, media[i].no[f]);
		assert_int_equal(DISC_INFO(h), 0);
		assert_int_equal(h->buf[2], media[i].info);
	}
}

/* Scratches, that every drive has trouble with */
static void damage(void **state)
{
	static const char *const read_twice[] = { "read", "20-21", "times", "2" };
	static const char *const fast[] = { "read", "40", "above", "8" };
	static const char *const bad[][4] = {
		{ "read" }, { "read", "x" }, { "read", "5-4" }, { "dent", "5" },
		{ "read", "5", "times" }, { "read", "5", "times", "0" },
	};
	struct harness *h = *state;
	size_t words[] = { 1, 2, 2, 2, 3, 4 };

	memset(h->buf, 1, 100 * 2048);
	harness_file(h, "master.iso", h->buf, 100 * 2048);
	assert_int_equal(sim_media_damage(h->media, "master", read_twice, 4, h->err,
					  sizeof(h->err)), 0);
	assert_int_equal(sim_media_damage(h->media, "master", fast, 4, h->err, sizeof(h->err)), 0);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(sim_media_damage(h->media, "master", bad[i], words[i], h->err,
						  sizeof(h->err)), -22);
	assert_int_equal(sim_media_damage(h->media, "nothing", fast, 4, h->err, sizeof(h->err)),
			 -2);
	harness_insert(h, "master");
	assert_int_equal(sim_media_damage(h->media, "master", fast, 4, h->err, sizeof(h->err)),
			 -16);
	assert_int_equal(harness_read(h, 10, 20), SENSE(3, 0x11, 5));
	assert_int_equal(h->got, 10 * 2048);
	assert_int_equal(h->info, 20);
	assert_int_equal(harness_read(h, 20, 1), SENSE(3, 0x11, 5));
	assert_int_equal(harness_read(h, 10, 20), 0);		/* the third time */
	assert_int_equal(harness_read(h, 40, 1), SENSE(3, 0x11, 5));
	assert_int_equal(GO(h, 0xbb, 0, BE16(1411), BE16(0xffff), 0, 0, 0, 0, 0, 0), 0);
	assert_int_equal(harness_read(h, 40, 1), 0);		/* slowly it goes */
	assert_int_equal(GO(h, 0x2f, 0, BE32(0), 0, 0, 100, 0), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(minus_rw_sequential), T(minus_rw_overwrite), T(minus_rw_grow), T(minus_rw_test), T(cd_rw_packets),
		T(cd_rw_kept), T(cd_rw_tail), T(plus_rw),
		T(layer_break), T(bd_r), T(bd_r_sessions), T(bd_r_pow),
		T(bd_r_pow_full), T(bd_re), T(refused), T(features),
		T(damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
