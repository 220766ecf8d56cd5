// SPDX-License-Identifier: GPL-2.0
/* Sectors, subchannels and CD-Text packs, by known values and by their own mathematics. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "cdtext.h"
#include "msf.h"
#include "sector.h"
#include "subcode.h"

static uint8_t gf_times(uint8_t x, uint8_t y)
{
	uint8_t product = 0;

	for (; y; y >>= 1, x = (uint8_t)(x << 1 ^ (x & 0x80 ? 0x1d : 0)))
		product ^= y & 1 ? x : 0;
	return product;
}

/* Both syndromes of a code word are 0; at() gives the offset of its nth byte from the header */
static void check_word(const uint8_t *matrix, const size_t *offsets, size_t n)
{
	uint8_t s0 = 0, s1 = 0;

	for (size_t i = 0; i < n; i++) {
		s0 ^= matrix[offsets[i]];
		s1 = gf_times(s1, 2) ^ matrix[offsets[i]];
	}
	assert_int_equal(s0, 0);
	assert_int_equal(s1, 0);
}

/* ECMA-130 annex A, literally: P of 43 columns, Q of 26 diagonals, both bytes of words */
static void check_ecc(const uint8_t *raw, bool header)
{
	uint8_t matrix[2340];
	size_t at[45];

	memcpy(matrix, raw + 12, sizeof(matrix));
	if (!header)
		memset(matrix, 0, 4);
	for (size_t byte = 0; byte < 2; byte++) {
		for (size_t column = 0; column < 43; column++) {
			for (size_t m = 0; m < 26; m++)
				at[m] = 2 * (43 * m + column) + byte;
			check_word(matrix, at, 26);
		}
		for (size_t diagonal = 0; diagonal < 26; diagonal++) {
			for (size_t m = 0; m < 43; m++)
				at[m] = 2 * ((44 * m + 43 * diagonal) % 1118) + byte;
			at[43] = 2 * (1118 + diagonal) + byte;
			at[44] = 2 * (1144 + diagonal) + byte;
			check_word(matrix, at, 45);
		}
	}
}

static void fill(uint8_t *to, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		to[i] = (uint8_t)(seed >> 24);
	}
}

static void sectors(void **state)
{
	static const enum cd_sector types[] = { CD_MODE0, CD_MODE1, CD_MODE2, CD_XA1, CD_XA2 };
	uint8_t raw[CD_RAW], user[CD_RAW];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		enum cd_sector type = types[i];

		for (int32_t lba = -150; lba < 400000; lba += 99999) {
			fill(user, sizeof(user), (uint32_t)lba + type);
			cd_sector_build(raw, type, lba, NULL, user);
			assert_int_equal(cd_sector_type(raw), type);
			assert_int_equal(cd_sector_lba(raw), lba);
			assert_true(cd_sector_intact(raw, type));
			if (type == CD_MODE1 || type == CD_XA1)
				check_ecc(raw, type == CD_MODE1);
			if (type != CD_MODE0)
				assert_memory_equal(raw + cd_user_offset(type), user,
						    cd_user_size(type));
			raw[1000] ^= 4;
			assert_int_equal(cd_sector_intact(raw, type),
					 type == CD_MODE2 || type == CD_MODE0);
		}
	}
	fill(raw, sizeof(raw), 7);
	assert_int_equal(cd_sector_type(raw), CD_AUDIO);
	assert_true(cd_sector_intact(raw, CD_AUDIO));
}

/* A flipped bit anywhere that is protected is noticed */
static void damage(void **state)
{
	uint8_t raw[CD_RAW], user[2048];

	(void)state;
	fill(user, sizeof(user), 1);
	cd_sector_build(raw, CD_MODE1, 16, NULL, user);
	for (size_t i = 0; i < CD_RAW; i++) {
		if (i >= 2068 && i < 2076)	/* zeros, covered by ECC only */
			continue;
		raw[i] ^= (uint8_t)(1 << i % 8);
		assert_false(cd_sector_intact(raw, CD_MODE1));
		raw[i] ^= (uint8_t)(1 << i % 8);
	}
	assert_true(cd_sector_intact(raw, CD_MODE1));
}

/* The first data sector of a disc of zeros, as every CD program makes it */
static void known_sector(void **state)
{
	uint8_t raw[CD_RAW];

	(void)state;
	cd_sector_build(raw, CD_MODE1, 0, NULL, NULL);
	assert_memory_equal(raw + 12, "\x00\x02\x00\x01", 4);
	assert_int_equal(cd_edc("123456789", 9), 0x6ec2edc4);	/* CRC-32/CD-ROM-EDC */
	cd_sector_build(raw, CD_XA1, 0, (const uint8_t *)"\x01\x02\x48\x03", NULL);
	assert_memory_equal(raw + 16, "\x01\x02\x48\x03\x01\x02\x48\x03", 8);
	cd_sector_build(raw, CD_XA2, 0, (const uint8_t *)"\x01\x02\x48\x03", NULL);
	assert_int_equal(raw[18], 0x68);
}

static void addresses(void **state)
{
	uint8_t msf[3];

	(void)state;
	for (int32_t lba = -12508; lba < CD_LBA_MAX; lba += 77) {
		cd_msf_put(msf, lba);
		assert_true(cd_msf_valid(msf));
		assert_int_equal(cd_msf_lba(msf), lba);
	}
	assert_int_equal(cd_msf_lba((const uint8_t[]){ 97, 15, 17 }), -12508);
	assert_int_equal(cd_msf_lba((const uint8_t[]){ 0, 2, 0 }), 0);
	assert_int_equal(cd_msf_lba((const uint8_t[]){ 0, 0, 0 }), -150);
	assert_false(cd_msf_valid((const uint8_t[]){ 0, 60, 0 }));
	assert_int_equal(cd_bcd(97), 0x97);
	assert_int_equal(cd_from_bcd(0x97), 97);
}

static void subchannels(void **state)
{
	uint8_t q[CD_Q], raw[96], apart[96], back[96], q2[CD_Q];
	char text[16];

	(void)state;
	assert_int_equal((uint16_t)~cd_crc((const uint8_t *)"123456789", 9), 0x31c3);
	cd_q_position(q, 4, 12, 1, 75 * 61 + 3, 75 * 60 * 3 - 150);
	assert_memory_equal(q, "\x41\x12\x01\x01\x01\x03\x00\x03\x00\x00", 10);
	assert_true(cd_q_valid(q));
	q[5] ^= 1;
	assert_false(cd_q_valid(q));
	cd_q_position(q, 0, CD_LEAD_OUT, 1, 0, 0);
	assert_int_equal(q[1], 0xaa);
	cd_q_mcn(q, 0, "1234567890123", 74);
	assert_memory_equal(q, "\x02\x12\x34\x56\x78\x90\x12\x30\x00\x74", 10);
	cd_q_get_mcn(q, text);
	assert_string_equal(text, "1234567890123");
	cd_q_isrc(q, 0, "USABC0512345", 3);
	assert_true(cd_q_valid(q));
	cd_q_get_isrc(q, text);
	assert_string_equal(text, "USABC0512345");
	assert_true(cd_isrc_valid("USABC0512345"));
	assert_false(cd_isrc_valid("usabc0512345"));
	assert_false(cd_isrc_valid("USABC051234X"));
	assert_true(cd_mcn_valid("0000000000000"));
	assert_false(cd_mcn_valid("000000000000"));
	cd_sub_from_q(raw, q, true);
	cd_sub_q(raw, q2);
	assert_memory_equal(q, q2, CD_Q);
	cd_sub_apart(raw, apart);
	assert_memory_equal(apart + 12, q, CD_Q);
	assert_int_equal(apart[0], 0xff);
	fill(raw, sizeof(raw), 3);
	cd_sub_apart(raw, apart);
	cd_sub_together(apart, back);
	assert_memory_equal(raw, back, 96);
}

static void text_packs(void **state)
{
	static const struct cd_text texts[] = {
		{ CD_TEXT_TITLE, 0, "A record with a long title" },
		{ CD_TEXT_TITLE, 1, "One" }, { CD_TEXT_TITLE, 3, "Three" },
		{ CD_TEXT_PERFORMER, 2, "Somebody" },
		{ CD_TEXT_ISRC, 1, "USABC0512345" },
	};
	uint8_t packs[20 * CD_TEXT_PACK], raw[96], back[72];
	char text[64];
	int n;

	(void)state;
	n = cd_text_build(texts, 5, 1, 3, CD_TEXT_ENGLISH, packs, 20);
	assert_int_equal(n, 4 + 1 + 2 + 3);
	for (int i = 0; i < n; i++) {
		assert_true(cd_text_pack_ok(packs + 18 * i));
		assert_int_equal(packs[18 * i + 2], i);
	}
	/* "...title" goes on in the third pack, at its 24th character */
	assert_int_equal(packs[18 * 2 + 1], 0);
	assert_int_equal(packs[18 * 2 + 3], 15);
	assert_int_equal(packs[18 * (n - 3) + 5], 1);
	assert_int_equal(packs[18 * (n - 3) + 6], 3);
	assert_int_equal(packs[18 * (n - 3) + 8], 4);		/* packs of titles */
	assert_int_equal(packs[18 * (n - 2) + 4 + 8], n - 1);	/* last sequence number */
	assert_int_equal(packs[18 * (n - 1) + 4 + 4], 9);	/* language */
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(cd_text_get(packs, (size_t)n, texts[i].type, texts[i].track, text,
					     sizeof(text)), strlen(texts[i].text));
		assert_string_equal(text, texts[i].text);
	}
	assert_int_equal(cd_text_get(packs, (size_t)n, CD_TEXT_TITLE, 2, text, 64), 0);
	assert_int_equal(cd_text_get(packs, (size_t)n, CD_TEXT_MESSAGE, 0, text, 64), -ENOENT);
	assert_int_equal(cd_text_get(packs, (size_t)n, CD_TEXT_TITLE, 0, text, 4), 3);
	assert_string_equal(text, "A r");
	cd_text_spread(packs, raw);
	for (size_t i = 0; i < 96; i++)
		assert_true(raw[i] < 64);
	cd_text_gather(raw, back);
	assert_memory_equal(packs, back, 72);
	packs[5] ^= 1;
	assert_false(cd_text_pack_ok(packs));
	assert_int_equal(cd_text_build(texts, 5, 1, 3, 9, packs, 5), -ENOSPC);
	assert_int_equal(cd_text_build(texts, 5, 1, 2, 9, packs, 20), -EINVAL);
}

/*
 * All texts of a type at once are those that are read one by one, of packs without order, too.
 * The first track is not number 1.
 */
static void all_texts(void **state)
{
	static const struct cd_text texts[] = {
		{ CD_TEXT_TITLE, 0, "A record with a long title" },
		{ CD_TEXT_TITLE, 5, "Five" }, { CD_TEXT_TITLE, 7, "Seven, which is long as well" },
		{ CD_TEXT_PERFORMER, 6, "Somebody" },
	};
	uint8_t packs[40 * CD_TEXT_PACK];
	char all[100][24], one[24];
	int n, track, round;

	(void)state;
	n = cd_text_build(texts, 4, 5, 7, CD_TEXT_ENGLISH, packs, 40);
	assert_true(n > 3);
	for (round = 0; round < 200; round++) {
		uint8_t type = CD_TEXT_TITLE + (uint8_t)round % 3;

		memset(all, 'x', sizeof(all));
		cd_text_get_all(packs, (size_t)n, type, all[0], 99, sizeof(all[0]));
		for (track = 0; track < 99; track++) {
			if (cd_text_get(packs, (size_t)n, type, (uint8_t)track, one,
					sizeof(one)) < 0)
				*one = '\0';
			assert_string_equal(all[track], one);
		}
		assert_int_equal(all[99][0], 'x');
		if (round == 0)
			assert_string_equal(all[7], "Seven, which is long as");
		packs[round * 31 % (n * 18)] ^= (uint8_t)(round * 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sectors), cmocka_unit_test(damage),
		cmocka_unit_test(known_sector), cmocka_unit_test(addresses),
		cmocka_unit_test(subchannels), cmocka_unit_test(text_packs),
		cmocka_unit_test(all_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
