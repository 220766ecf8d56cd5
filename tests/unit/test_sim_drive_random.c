// SPDX-License-Identifier: GPL-2.0
/*
 * Commands by chance, most of them nearly right, on every medium: the drive stays
 * sane, and what it leaves of the disc can be read again.  RANDOM_DISCS of the
 * environment: as many discs (36); RANDOM_SEED: other commands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_harness.h"

#define COMMANDS	4000

static uint32_t seed;

/* A number of the environment, or what it is without. */
static uint32_t number(const char *name, uint32_t otherwise)
{
	const char *value = getenv(name);

	return value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

static uint32_t chance(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Addresses where something may be, or just not */
static uint32_t address(void)
{
	static const uint32_t some[] = {
		0, 1, 16, 32, 149, 300, 400, 552, 1999, 2000, 11400, 0xffffff6a, 0xffffffff, 0xffffcf24,
	};

	return chance(3) ? some[chance(sizeof(some) / sizeof(some[0]))] : chance(3000);
}

static void random_page05(struct harness *h)
{
	uint8_t list[60] = { [8] = 0x05, 0x32 };

	list[10] = (uint8_t)(chance(256) & 0x53);
	list[11] = (uint8_t)(chance(2) ? 0xc4 : chance(256));
	list[12] = (uint8_t)(chance(2) ? 8 : chance(14));
	list[13] = chance(2) ? 16 : 0;
	OUT(h, list, sizeof(list), 0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0);
}

static void random_cue(struct harness *h)
{
	static const uint8_t good[] = {
		0x01, 0, 0, 0x01, 0, 0, 0, 0, 0x01, 1, 0, 0, 0, 0, 0, 0,
		0x01, 1, 1, 0, 0, 0, 2, 0, 0x01, 0xaa, 1, 1, 0, 0, 8, 0,
	};
	uint8_t cue[sizeof(good)];

	memcpy(cue, good, sizeof(cue));
	if (chance(2))
		cue[chance(sizeof(cue))] = (uint8_t)chance(256);
	OUT(h, cue, sizeof(cue), 0x5d, 0, 0, 0, 0, 0, 0, BE16(sizeof(cue)), 0);
}

static void random_format(struct harness *h)
{
	static const uint8_t types[] = { 0x00, 0x10, 0x13, 0x15, 0x26, 0x30, 0x31, 0x32 };
	uint8_t list[12] = { 0, 0, 0, 8 };

	list[8] = (uint8_t)(types[chance(8)] << 2);
	sim_put_be32(list + 4, chance(2) ? address() : 2000);
	list[11] = (uint8_t)chance(2);
	OUT(h, list, sizeof(list), 0x04, 0x11, 0, 0, 0, 0);
}

static void any_command(struct harness *h)
{
	static const uint8_t opcodes[] = {
		0x00, 0x03, 0x12, 0x1a, 0x1b, 0x1e, 0x23, 0x25, 0x28, 0x2b, 0x2f, 0x35, 0x42, 0x43,
		0x46, 0x4a, 0x51, 0x52, 0x53, 0x54, 0x5a, 0x5b, 0x5c, 0xa1, 0xa8, 0xac, 0xad, 0xb6,
		0xb9, 0xbb, 0xbd, 0xbe, 0xbf,
	};
	uint8_t cdb[12];

	for (size_t i = 0; i < sizeof(cdb); i++)
		cdb[i] = (uint8_t)(chance(3) ? 0 : chance(256));
	cdb[0] = opcodes[chance(sizeof(opcodes))];
	if (chance(2))
		sim_put_be32(cdb + 2, address());
	cdb[6] = cdb[0] == 0xbe ? 0 : cdb[6];
	harness_in(h, chance(70000), cdb, sizeof(cdb));
}

static void one(struct harness *h)
{
	switch (chance(8)) {
	case 0:
		random_page05(h);
		break;
	case 1:
		random_cue(h);
		break;
	case 2:
		random_format(h);
		break;
	case 3:
	case 4: {
		static uint8_t data[64 * 2448];
		uint32_t n = chance(64);

		if (chance(2) && IN(h, 36, 0x52, 1, 0, 0, 0, chance(2) ? 0xff : 1, 0, 0, 36, 0) == 0)
			OUT(h, data, chance(4) ? sizeof(data) : chance(sizeof(data)), 0x2a, 0,
			    h->buf[12], h->buf[13], h->buf[14], h->buf[15], 0, BE16(n), 0);
		else
			OUT(h, data, sizeof(data), chance(2) ? 0x2a : 0x2e, 0, BE32(address()), 0,
			    BE16(n), 0);
		break;
	}
	default:
		any_command(h);
	}
}

static void every_medium(void **state)
{
	static const char *const types[] = {
		"cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "dvd+rw", "dvd+r-dl", "bd-r", "bd-re",
	};
	struct harness *h = *state;
	uint32_t discs = number("RANDOM_DISCS", 9 * 4), first = number("RANDOM_SEED", 1);
	struct sim_drive_config config = {
		.identity = { "VIRTUAL", "BD RECORDER", "1.00", "SN0009" },
		.name = "recorder1", .recorder = true, .bd = true, .media = h->media,
	};

	h->dev->ops->destroy(h->dev);
	h->dev = sim_drive_create(&config, h->err, sizeof(h->err));
	assert_non_null(h->dev);
	sim_drive_set_delays(h->dev, 0, 0);
	for (unsigned int i = 0; i < discs; i++) {
		char name[16];

		seed = i + first;
		snprintf(name, sizeof(name), "disc%u", i);
		assert_int_equal(sim_media_blank(h->media, types[i % 9], name, 2000, NULL, 0,
						 h->err, sizeof(h->err)), 0);
		assert_int_equal(sim_drive_insert(h->dev, name, h->err, sizeof(h->err)), 0);
		for (unsigned int n = 0; n < COMMANDS; n++)
			one(h);
		for (int again = 0; again < 2; again++) {
			json_t *json;

			assert_int_equal(sim_drive_take(h->dev, NULL, 0, true, h->err,
							sizeof(h->err)), 0);
			json = sim_media_describe(h->media, name);
			if (json_object_get(json, "error"))
				fail_msg("%s, seed %u: %s", types[i % 9], i + first,
					 json_string_value(json_object_get(json, "error")));
			json_decref(json);
			if (!again)
				assert_int_equal(sim_drive_insert(h->dev, name, h->err,
								  sizeof(h->err)), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_medium, harness_setup, harness_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
