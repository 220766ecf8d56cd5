// SPDX-License-Identifier: GPL-2.0
/* What a drive tells of its inside, and old ways to ask it. */
#include <string.h>

#include "sim_harness.h"

static void read_buffer(void **state)
{
	struct harness *h = *state;
	uint32_t capacity;

	assert_int_equal(IN(h, 8, 0x3c, 3, 0, 0, 0, 0, 0, 0, 4, 0), 0);
	assert_int_equal(h->got, 4);
	capacity = sim_be24(h->buf + 1);
	assert_int_equal(capacity, 2 << 20);
	assert_int_equal(IN(h, 8, 0x3c, 3, 1, 0, 0, 0, 0, 0, 4, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 8, 0x3c, 1, 0, 0, 0, 0, 0, 0, 4, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 65536, 0x3c, 2, 0, 0, 0, 0, 0, 0x80, 0, 0), 0);
	assert_int_equal(h->got, 32768);
	/* No more than there is behind the offset */
	assert_int_equal(IN(h, 65536, 0x3c, 2, 0, 0x1f, 0xff, 0xf0, 0, 0x80, 0, 0), 0);
	assert_int_equal(h->got, 16);
	assert_int_equal(IN(h, 65536, 0x3c, 2, 0, 0x20, 0, 1, 0, 0x80, 0, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 65536, 0x3c, 0, 0, 0, 0, 0, 0, 0x10, 0, 0), 0);
	assert_int_equal(h->got, 4096);
	assert_int_equal(sim_be24(h->buf + 1), capacity);
	assert_int_equal(IN(h, 65536, 0x3c, 0, 0, 0, 0, 0, 0, 0, 2, 0), 0);
	assert_int_equal(h->got, 2);
}

static uint32_t uncorrected(struct harness *h, uint8_t page)
{
	assert_int_equal(IN(h, 100, 0x4d, 0, 0x40 | page, 0, 0, 0, 0, 0, 100, 0), 0);
	assert_int_equal(h->got, 4u + sim_be16(h->buf + 2));
	assert_int_equal(sim_be16(h->buf + h->got - 8), 6);
	return sim_be32(h->buf + h->got - 4);
}

static void log_sense(void **state)
{
	struct harness *h = *state;
	const char *const scratch[] = { "read", "5" };
	static uint8_t data[2048 * 64];

	assert_int_equal(IN(h, 100, 0x4d, 0, 0x40, 0, 0, 0, 0, 0, 100, 0), 0);
	assert_int_equal(h->got, 7);
	assert_memory_equal(h->buf, "\0\0\0\3\0\2\3", 7);
	assert_int_equal(IN(h, 100, 0x4d, 0, 0x0d, 0, 0, 0, 0, 0, 100, 0), SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 100, 0x4d, 0, 0xc3, 0, 0, 0, 0, 0, 100, 0), SENSE(5, 0x24, 0));
	harness_file(h, "m.iso", data, sizeof(data));
	assert_int_equal(sim_media_damage(h->media, "m", scratch, 2, h->err, sizeof(h->err)), 0);
	harness_insert(h, "m");
	assert_int_equal(uncorrected(h, 3), 0);
	assert_int_equal(harness_read(h, 5, 1), SENSE(3, 0x11, 5));
	assert_int_equal(harness_read(h, 5, 1), SENSE(3, 0x11, 5));
	assert_int_equal(harness_read(h, 500, 1), SENSE(5, 0x21, 0));
	assert_int_equal(uncorrected(h, 3), 2);
	assert_int_equal(uncorrected(h, 2), 0);
}

static void opcodes(void **state)
{
	struct harness *h = *state;
	uint32_t n;

	assert_int_equal(IN(h, 4096, 0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0), 0);
	n = sim_be32(h->buf) / 8;
	assert_int_equal(h->got, 4 + 8 * n);
	assert_in_range(n, 30, 100);
	for (uint32_t i = 0; i < n; i++)
		assert_true(!i || h->buf[4 + 8 * i] > h->buf[4 + 8 * i - 8]);
	assert_int_equal(IN(h, 64, 0xa3, 0x0c, 1, 0x2a, 0, 0, 0, 0, 0, 64, 0, 0), 0);
	assert_int_equal(h->buf[1], 3);
	assert_int_equal(sim_be16(h->buf + 2), 10);
	assert_int_equal(h->buf[4], 0x2a);
	assert_int_equal(IN(h, 64, 0xa3, 0x0c, 1, 0xe7, 0, 0, 0, 0, 0, 64, 0, 0), 0);
	assert_int_equal(h->buf[1], 1);
	/* One with service actions has to be asked for with one */
	assert_int_equal(IN(h, 64, 0xa3, 0x0c, 1, 0xa3, 0, 0, 0, 0, 0, 64, 0, 0),
			 SENSE(5, 0x24, 0));
	assert_int_equal(IN(h, 64, 0xa3, 0x0c, 2, 0xa3, 0, 0x0c, 0, 0, 0, 64, 0, 0), 0);
	assert_int_equal(h->buf[1], 3);
	assert_int_equal(IN(h, 64, 0xa3, 0x0c, 2, 0xa3, 0, 0x0d, 0, 0, 0, 64, 0, 0), 0);
	assert_int_equal(h->buf[1], 1);
	assert_int_equal(IN(h, 64, 0xa3, 0x05, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0), SENSE(5, 0x24, 0));
}

/* SFF-8020: the format in bits 7 and 6 of byte 9, where byte 2 has none */
static void toc_formats_of_old(void **state)
{
	struct harness *h = *state;
	uint8_t want[64];
	size_t got;
	static uint8_t data[2048 * 400];

	harness_file(h, "m.iso", data, sizeof(data));
	harness_insert(h, "m");
	for (uint8_t format = 0; format <= 2; format++) {
		assert_int_equal(IN(h, 64, 0x43, 2, format, 0, 0, 0, 0, 0, 64, 0), 0);
		memcpy(want, h->buf, sizeof(want));
		got = h->got;
		assert_int_equal(IN(h, 64, 0x43, 2, 0, 0, 0, 0, 0, 0, 64, (uint8_t)(format << 6)), 0);
		assert_int_equal(h->got, got);
		assert_memory_equal(h->buf, want, got);
		/* A newer host's format counts, whatever the vendor's bits are */
		assert_int_equal(IN(h, 64, 0x43, 2, 1, 0, 0, 0, 0, 0, 64, (uint8_t)(format << 6)), 0);
		assert_int_equal(h->got, 12);
	}
	sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err));
	harness_blank(h, "cd-r");
	/* It had no more than these: 3 is none, though there is a PMA to be read */
	assert_int_equal(IN(h, 64, 0x43, 2, 3, 0, 0, 0, 0, 0, 64, 0), 0);
	assert_int_equal(IN(h, 64, 0x43, 2, 0, 0, 0, 0, 0, 0, 64, 0xc0), SENSE(5, 0x24, 0));
}

static void speed_lists_are_not_empty(void **state)
{
	static const char *const types[] = {
		NULL, "cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "dvd+rw", "dvd+r-dl",
	};
	struct harness *h = *state;
	static uint8_t data[2048];

	for (size_t i = 0; i <= sizeof(types) / sizeof(types[0]); i++) {
		const uint8_t *page = h->buf + 8;
		uint16_t n;

		if (i == sizeof(types) / sizeof(types[0])) {
			harness_file(h, "m.iso", data, sizeof(data));
			harness_insert(h, "m");
		} else if (types[i]) {
			assert_int_equal(sim_media_blank(h->media, types[i], types[i], 0, NULL, 0,
							 h->err, sizeof(h->err)), 0);
			harness_insert(h, types[i]);
		}
		assert_int_equal(IN(h, 100, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 100, 0), 0);
		n = sim_be16(page + 30);
		assert_int_equal(page[1], 30 + 4 * n);
		assert_in_range(n, 1, 8);
		for (uint16_t k = 0; k < n; k++)
			assert_int_not_equal(sim_be16(page + 32 + 4 * k + 2), 0);
		sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err));
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		T(read_buffer), T(log_sense), T(opcodes), T(toc_formats_of_old),
		T(speed_lists_are_not_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
