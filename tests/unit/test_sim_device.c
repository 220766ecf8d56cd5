// SPDX-License-Identifier: GPL-2.0
/* The data buffer and the sense data of a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "device.h"

struct buffers {
	char a[3], b[1], c[8];
	struct iovec iov[4];
	struct sim_cmd cmd;
};

static void prepare(struct buffers *m)
{
	memset(m, 0, sizeof(*m));
	m->iov[0] = (struct iovec){ m->a, sizeof(m->a) };
	m->iov[1] = (struct iovec){ m->b, 0 };
	m->iov[2] = (struct iovec){ m->b, sizeof(m->b) };
	m->iov[3] = (struct iovec){ m->c, sizeof(m->c) };
	m->cmd.iov = m->iov;
	m->cmd.iov_count = 4;
	m->cmd.data_len = 12;
}

static void put_crosses_pieces(void **state)
{
	struct buffers m;

	(void)state;
	prepare(&m);
	assert_int_equal(sim_cmd_put(&m.cmd, "ab", 2), 2);
	assert_int_equal(sim_cmd_put(&m.cmd, "cdef", 4), 4);
	assert_int_equal(m.cmd.done, 6);
	assert_memory_equal(m.a, "abc", 3);
	assert_memory_equal(m.b, "d", 1);
	assert_memory_equal(m.c, "ef\0", 3);
}

static void put_drops_what_does_not_fit(void **state)
{
	struct buffers m;

	(void)state;
	prepare(&m);
	m.cmd.data_len = 5;
	assert_int_equal(sim_cmd_put(&m.cmd, "abcdefgh", 8), 5);
	assert_int_equal(m.c[0], 'e');
	assert_int_equal(m.c[1], 0);
	assert_int_equal(sim_cmd_put(&m.cmd, "x", 1), 0);
	assert_int_equal(m.cmd.done, 5);
}

static void put_stops_at_the_last_piece(void **state)
{
	struct buffers m;

	(void)state;
	prepare(&m);
	/* More promised than there are pieces */
	m.cmd.data_len = 100;
	assert_int_equal(sim_cmd_put(&m.cmd, "abcdefghijklmnop", 16), 12);
	assert_int_equal(m.cmd.done, 12);
}

static void get_takes_in_order(void **state)
{
	struct buffers m;
	char out[16] = "";

	(void)state;
	prepare(&m);
	memcpy(m.a, "abc", 3);
	memcpy(m.b, "d", 1);
	memcpy(m.c, "efghijkl", 8);
	assert_int_equal(sim_cmd_get(&m.cmd, out, 4), 4);
	assert_memory_equal(out, "abcd", 4);
	assert_int_equal(sim_cmd_get(&m.cmd, out, 16), 8);
	assert_memory_equal(out, "efghijkl", 8);
	assert_int_equal(sim_cmd_get(&m.cmd, out, 1), 0);
}

static void sense_is_fixed_format(void **state)
{
	struct sim_cmd cmd = { .status = SIM_GOOD };
	const uint8_t want[SIM_SENSE_SIZE] = {
		0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x21, 0x02,
	};

	(void)state;
	memset(cmd.sense, 0xff, sizeof(cmd.sense));
	sim_cmd_sense(&cmd, SIM_ILLEGAL_REQUEST, 0x21, 0x02);
	assert_int_equal(cmd.status, SIM_CHECK_CONDITION);
	assert_memory_equal(cmd.sense, want, sizeof(want));
}

static void sense_info_is_valid(void **state)
{
	struct sim_cmd cmd = { .status = SIM_GOOD };

	(void)state;
	sim_cmd_sense_info(&cmd, SIM_MEDIUM_ERROR, 0x11, 0x00, 0x01020304);
	assert_int_equal(cmd.sense[0], 0xf0);
	assert_int_equal(sim_be32(cmd.sense + 3), 0x01020304);
	assert_int_equal(cmd.sense[2], 3);
	assert_int_equal(cmd.sense[12], 0x11);
}

static void big_endian_fields(void **state)
{
	uint8_t b[4];

	(void)state;
	sim_put_be32(b, 0xfedcba98);
	assert_int_equal(b[0], 0xfe);
	assert_int_equal(b[3], 0x98);
	assert_int_equal(sim_be32(b), 0xfedcba98);
	assert_int_equal(sim_be24(b + 1), 0xdcba98);
	sim_put_be24(b, 0x123456);
	assert_int_equal(sim_be24(b), 0x123456);
	sim_put_be16(b, 0xabcd);
	assert_int_equal(sim_be16(b), 0xabcd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_crosses_pieces),
		cmocka_unit_test(put_drops_what_does_not_fit),
		cmocka_unit_test(put_stops_at_the_last_piece),
		cmocka_unit_test(get_takes_in_order),
		cmocka_unit_test(sense_is_fixed_format),
		cmocka_unit_test(sense_info_is_valid),
		cmocka_unit_test(big_endian_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
