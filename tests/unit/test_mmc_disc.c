// SPDX-License-Identifier: GPL-2.0
/* Commands about discs, byte by byte, and what drives answer to them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmc.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static void expect(const struct mmc_command *c, enum mmc_dir dir, uint32_t len,
		   const uint8_t *cdb, size_t cdb_len)
{
	assert_int_equal(c->len, cdb_len);
	assert_memory_equal(c->cdb, cdb, cdb_len);
	assert_int_equal(c->dir, dir);
	assert_int_equal(c->data_len, len);
	assert_true(c->timeout_ms >= 30000);
}

static void test_commands(void **state)
{
	struct mmc_command c;

	(void)state;
	mmc_cmd_blank(&c, MMC_BLANK_MINIMAL);
	expect(&c, MMC_NONE, 0, BYTES(0xa1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	mmc_cmd_format(&c);
	expect(&c, MMC_OUT, 12, BYTES(0x04, 0x11, 0, 0, 0, 0));
	mmc_cmd_read_format_capacities(&c);
	expect(&c, MMC_IN, 252, BYTES(0x23, 0, 0, 0, 0, 0, 0, 0, 252, 0));
	mmc_cmd_get_write_speeds(&c);
	expect(&c, MMC_IN, 520, BYTES(0xac, 0, 0, 0, 0, 0, 0, 0, 0, 32, 3, 0));
	mmc_cmd_read_structure(&c, MMC_STRUCTURE_LAYER_BREAK, 12);
	expect(&c, MMC_IN, 12, BYTES(0xad, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0));
	mmc_cmd_send_layer_break(&c);
	expect(&c, MMC_OUT, 12, BYTES(0xbf, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0));
	mmc_cmd_send_cue_sheet(&c, 0x010203);
	expect(&c, MMC_OUT, 0x010203, BYTES(0x5d, 0, 0, 0, 0, 0, 1, 2, 3, 0));
	mmc_cmd_read_full_toc(&c);
	expect(&c, MMC_IN, 2048, BYTES(0x43, 2, 2, 0, 0, 0, 1, 8, 0, 0));
	mmc_cmd_read_atip(&c);
	expect(&c, MMC_IN, 32, BYTES(0x43, 2, 4, 0, 0, 0, 0, 0, 32, 0));
	mmc_cmd_read_cd_text(&c);
	expect(&c, MMC_IN, 36868, BYTES(0x43, 2, 5, 0, 0, 0, 0, 0x90, 0x04, 0));
	mmc_cmd_read_mcn(&c);
	expect(&c, MMC_IN, 24, BYTES(0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0));
	mmc_cmd_read_isrc(&c, 7);
	expect(&c, MMC_IN, 24, BYTES(0x42, 0, 0x40, 3, 0, 0, 7, 0, 24, 0));
	mmc_cmd_read_cd(&c, -150, 27);
	expect(&c, MMC_IN, 27 * 2352,
	       BYTES(0xbe, 0, 0xff, 0xff, 0xff, 0x6a, 0, 0, 27, 0xf8, 0, 0));
	mmc_cmd_read_q(&c, 1000, 2);
	expect(&c, MMC_IN, 32, BYTES(0xbe, 0, 0, 0, 3, 0xe8, 0, 0, 2, 0, 2, 0));
	mmc_cmd_write10(&c, -11634, 512, 96);
	expect(&c, MMC_OUT, 512 * 96, BYTES(0x2a, 0, 0xff, 0xff, 0xd2, 0x8e, 0, 2, 0, 0));
}

static void test_lists(void **state)
{
	uint8_t list[16] = { 0 };

	(void)state;
	mmc_put_format(list, MMC_FORMAT_DVD_PLUS_RW, 0xffffffff, 0);
	assert_memory_equal(list, ((uint8_t[]){ 0, 0x82, 0, 8, 0xff, 0xff, 0xff, 0xff, 0x98, 0, 0,
						0 }), 12);
	mmc_put_format(list, MMC_FORMAT_DVD_RW_QUICK, 0x1000, 16);
	assert_memory_equal(list, ((uint8_t[]){ 0, 0x82, 0, 8, 0, 0, 0x10, 0, 0x54, 0, 0, 16 }), 12);
	mmc_put_layer_break(list, 0x1fe280);
	assert_memory_equal(list, ((uint8_t[]){ 0, 10, 0, 0, 0, 0, 0, 0, 0, 0x1f, 0xe2, 0x80 }), 12);
}

static void test_formats(void **state)
{
	const uint8_t reply[] = { 0, 0, 0, 24, 0, 0x23, 5, 0, 2, 0, 8, 0,
				  0, 0x23, 5, 0, 0x00, 0, 0, 16,
				  0, 0x23, 5, 0, 0x15 << 2, 0, 0, 16 };
	struct mmc_formats f;

	(void)state;
	assert_int_equal(mmc_parse_formats(reply, sizeof(reply), &f), 0);
	assert_int_equal(f.state, MMC_FORMATTED);
	assert_int_equal(f.blocks, 0x230500);
	assert_true(f.types == (1ull << 0x15 | 1));
	assert_int_equal(f.type_blocks[0x15], 0x230500);
	assert_int_equal(mmc_parse_formats(reply, 11, &f), -EPROTO);
	assert_int_equal(mmc_parse_formats(reply, 13, &f), 0);
	assert_true(!f.types);
}

static void test_speeds(void **state)
{
	uint8_t reply[8 + 4 * 16] = { 0, 0, 0, 4 + 4 * 16 };
	uint32_t speeds[MMC_SPEEDS_MAX];

	(void)state;
	/* Out of order, one twice, one of none */
	reply[8 + 14] = 0x10;
	reply[24 + 14] = 0x40;
	reply[40 + 14] = 0x10;
	assert_int_equal(mmc_parse_write_speeds(reply, sizeof(reply), speeds), 2);
	assert_int_equal(speeds[0], 0x4000);
	assert_int_equal(speeds[1], 0x1000);
	assert_int_equal(mmc_parse_write_speeds(reply, 7, speeds), -EPROTO);
}

static void test_physical(void **state)
{
	uint8_t reply[4 + 16] = { 0, 18, 0, 0, 0xe1, 0x0f, 0x32, 0, 0, 3, 0, 0, 0, 0xfc, 0xff, 0xff,
				  0, 3, 0x0f, 0xff };
	struct mmc_physical p;

	(void)state;
	/* Two layers, opposite paths: the second one runs from ~30FFF to FCFFFF */
	assert_int_equal(mmc_parse_physical(reply, sizeof(reply), &p), 0);
	assert_int_equal(p.layers, 2);
	assert_true(p.opposite);
	assert_int_equal(p.layer_break, 0x1000);
	assert_int_equal(p.blocks, 0x2000);
	reply[6] = 0x02;
	reply[12] = 0;
	reply[13] = 3;
	reply[14] = 0x7f;
	assert_int_equal(mmc_parse_physical(reply, sizeof(reply), &p), 0);
	assert_int_equal(p.layers, 1);
	assert_int_equal(p.blocks, 0x8000);
	assert_int_equal(p.layer_break, 0);
	assert_int_equal(mmc_parse_physical(reply, 19, &p), -EPROTO);
}

static void test_toc(void **state)
{
	const uint8_t reply[] = { 0, 2 + 3 * 11, 1, 1,
				  1, 0x14, 0, 0xa0, 0, 0, 0, 0, 1, 0x20, 0,
				  1, 0x14, 0, 0xa2, 0, 0, 0, 0, 1, 2, 3,
				  1, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0 };
	struct mmc_toc_entry e[MMC_FULL_TOC_MAX];

	(void)state;
	assert_int_equal(mmc_parse_full_toc(reply, sizeof(reply), e), 3);
	assert_int_equal(e[0].point, 0xa0);
	assert_int_equal(e[0].pmsf[1], 0x20);
	assert_int_equal(e[2].adr, 1);
	assert_int_equal(e[2].control, 4);
	assert_int_equal(e[2].pmsf[1], 2);
	/* Cut off within an entry */
	assert_int_equal(mmc_parse_full_toc(reply, sizeof(reply) - 1, e), 2);
	assert_int_equal(mmc_parse_full_toc(reply, 4, e), -EPROTO);
}

static void test_codes(void **state)
{
	uint8_t reply[24] = { 0, 0x15, 0, 20, 2, 0, 0, 0, 0x80 };
	char mcn[14], isrc[13];

	(void)state;
	memcpy(reply + 9, "1234567890123", 13);
	assert_int_equal(mmc_parse_mcn(reply, 24, mcn), 0);
	assert_string_equal(mcn, "1234567890123");
	reply[9] = 'x';
	assert_int_equal(mmc_parse_mcn(reply, 24, mcn), 0);
	assert_string_equal(mcn, "");
	assert_int_equal(mmc_parse_isrc(reply, 24, isrc), -EPROTO);
	reply[4] = 3;
	memcpy(reply + 9, "USABC0512345", 12);
	assert_int_equal(mmc_parse_isrc(reply, 24, isrc), 0);
	assert_string_equal(isrc, "USABC0512345");
	reply[8] = 0;
	assert_int_equal(mmc_parse_isrc(reply, 24, isrc), 0);
	assert_string_equal(isrc, "");
	assert_int_equal(mmc_parse_isrc(reply, 20, isrc), -EPROTO);
}

static void test_q(void **state)
{
	/* 00:13:25 is LBA 850: BCD with one drive, binary with another */
	uint8_t bcd[MMC_Q_LEN] = { 0x01, 0x12, 0x02, 0, 0, 0, 0, 0x00, 0x13, 0x25 };
	uint8_t binary[MMC_Q_LEN] = { 0x41, 12, 2, 0, 0, 0, 0, 0, 13, 25 };
	struct mmc_q q;

	(void)state;
	assert_int_equal(mmc_parse_q(bcd, sizeof(bcd), 850, &q), 0);
	assert_int_equal(q.track, 12);
	assert_int_equal(q.index, 2);
	assert_int_equal(mmc_parse_q(binary, sizeof(binary), 850, &q), 0);
	assert_int_equal(q.track, 12);
	assert_int_equal(q.control, 4);
	assert_int_equal(mmc_parse_q(bcd, sizeof(bcd), 851, &q), -ENODATA);
	bcd[0] = 0x02;	/* MCN */
	assert_int_equal(mmc_parse_q(bcd, sizeof(bcd), 850, &q), -ENODATA);
	assert_int_equal(mmc_parse_q(bcd, 15, 850, &q), -EPROTO);
}

static void test_atip(void **state)
{
	const uint8_t reply[28] = { 0, 26, 0, 0, 0xd4, 0, 0x80, 0, 97, 26, 65, 0, 79, 59, 74 };
	struct mmc_atip atip;

	(void)state;
	assert_int_equal(mmc_parse_atip(reply, sizeof(reply), &atip), 0);
	assert_int_equal(atip.lead_in, -11635);
	assert_int_equal(atip.lead_out, 359849);
	assert_int_equal(mmc_parse_atip(reply, 15, &atip), -EPROTO);
}

static void test_capabilities(void **state)
{
	uint8_t sense[8 + 34] = { 0, 40, 0, 0, 0, 0, 0, 0, 0x2a, 32, 0x3f, 0x37, 0xf1 };
	struct mmc_capabilities caps;

	(void)state;
	sense[8 + 8] = 0x21;
	sense[8 + 12] = 0x08;
	sense[8 + 28] = 0x0b;
	sense[8 + 29] = 0x06;
	assert_int_equal(mmc_parse_capabilities(sense, sizeof(sense), &caps), 0);
	assert_true(caps.test_write && caps.underrun_free);
	assert_int_equal(caps.max_read, 0x2100);
	assert_int_equal(caps.buffer_kb, 0x0800);
	assert_int_equal(caps.write, 0x0b06);
	assert_int_equal(mmc_parse_capabilities(sense, 20, &caps), -EPROTO);
	sense[8] = 0x05;
	assert_int_equal(mmc_parse_capabilities(sense, sizeof(sense), &caps), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_speeds),
		cmocka_unit_test(test_physical),
		cmocka_unit_test(test_toc),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_q),
		cmocka_unit_test(test_atip),
		cmocka_unit_test(test_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
