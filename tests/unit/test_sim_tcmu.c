// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of target_core_user.  The tests play the kernel: they put entries
 * into a mailbox in ordinary memory, as queue_cmd_ring() does, and read the
 * answers as tcmu_handle_completions() does.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "tcmu_ring.h"

#define iovec tcmu_iovec
#include <linux/target_core_user.h>
#undef iovec

#define CMDR_SIZE	1024
#define DATA_OFF	(sizeof(struct tcmu_mailbox) + CMDR_SIZE)
#define DATA_SIZE	8192

static union {
	struct tcmu_mailbox mb;
	uint8_t bytes[DATA_OFF + DATA_SIZE];
} area __attribute__((aligned(64)));

static struct tcmu_ring *ring;
static uint32_t cleaned;	/* what the kernel has taken back */
static char err[128];

static uint8_t *data(void)
{
	return area.bytes + DATA_OFF;
}

static int setup_flags(uint16_t flags, uint32_t start)
{
	memset(&area, 0, sizeof(area));
	area.mb.version = TCMU_MAILBOX_VERSION;
	area.mb.flags = flags;
	area.mb.cmdr_off = sizeof(area.mb);
	area.mb.cmdr_size = CMDR_SIZE;
	area.mb.cmd_head = start;
	area.mb.cmd_tail = start;
	cleaned = start;
	return tcmu_ring_open(&area, sizeof(area), &ring, err, sizeof(err));
}

static int setup(void **state)
{
	(void)state;
	return setup_flags(TCMU_MAILBOX_FLAG_CAP_OOOC | TCMU_MAILBOX_FLAG_CAP_READ_LEN |
			   TCMU_MAILBOX_FLAG_CAP_TMR, 0);
}

static int teardown(void **state)
{
	(void)state;
	tcmu_ring_close(ring);
	return 0;
}

static void *put(size_t len, enum tcmu_opcode op, uint16_t id)
{
	uint32_t head = area.mb.cmd_head;
	struct tcmu_cmd_entry_hdr *hdr = (void *)(area.bytes + area.mb.cmdr_off + head);

	assert_true(head + len <= CMDR_SIZE);
	memset(hdr, 0, len);
	hdr->len_op = (uint32_t)len | op;
	hdr->cmd_id = id;
	area.mb.cmd_head = (uint32_t)(head + len) % CMDR_SIZE;
	return hdr;
}

/* A command with pieces of its data at these offsets of the data area. */
static struct tcmu_cmd_entry *put_cmd(uint16_t id, const uint8_t *cdb, size_t cdb_len,
				      size_t pieces, const size_t (*piece)[2])
{
	size_t base = offsetof(struct tcmu_cmd_entry, req.iov[pieces]);
	struct tcmu_cmd_entry *entry;
	uint32_t head = area.mb.cmd_head;

	if (base < sizeof(*entry))
		base = sizeof(*entry);
	entry = put(base + (cdb_len + 7) / 8 * 8, TCMU_OP_CMD, id);
	entry->req.iov_cnt = (uint32_t)pieces;
	for (size_t i = 0; i < pieces; i++) {
		entry->req.iov[i].iov_base = (void *)(DATA_OFF + piece[i][0]);
		entry->req.iov[i].iov_len = piece[i][1];
	}
	entry->req.cdb_off = area.mb.cmdr_off + head + base;
	memcpy(area.bytes + entry->req.cdb_off, cdb, cdb_len);
	return entry;
}

static struct tcmu_cmd_entry *put_tur(uint16_t id)
{
	const uint8_t cdb[6] = { 0 };

	return put_cmd(id, cdb, sizeof(cdb), 0, NULL);
}

static void put_tmr(uint8_t type, uint32_t count, const uint16_t *ids)
{
	size_t len = sizeof(struct tcmu_tmr_entry) + count * sizeof(ids[0]);
	struct tcmu_tmr_entry *entry = put((len + 7) / 8 * 8, TCMU_OP_TMR, 0);

	entry->tmr_type = type;
	entry->cmd_cnt = count;
	for (uint32_t i = 0; i < count; i++)
		entry->cmd_ids[i] = ids[i];
}

/* The next answer, or NULL. */
static struct tcmu_cmd_entry *answer(void)
{
	while (cleaned != area.mb.cmd_tail) {
		struct tcmu_cmd_entry *entry = (void *)(area.bytes + area.mb.cmdr_off + cleaned);

		cleaned = (cleaned + tcmu_hdr_get_len(entry->hdr.len_op)) % CMDR_SIZE;
		if (tcmu_hdr_get_op(entry->hdr.len_op) == TCMU_OP_CMD)
			return entry;
	}
	return NULL;
}

static struct tcmu_request *fetch_one(uint16_t id)
{
	struct tcmu_request *r;

	assert_int_equal(tcmu_ring_fetch(ring), 0);
	r = tcmu_ring_next(ring);
	assert_non_null(r);
	assert_int_equal(r->id, id);
	return r;
}

static void complete(struct tcmu_request *r, uint8_t status, size_t done)
{
	struct sim_cmd cmd = { .status = status, .done = done };

	tcmu_ring_complete(ring, r, &cmd);
}

static void command_comes_through(void **state)
{
	const uint8_t cdb[12] = { 0xa5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	const size_t pieces[2][2] = { { 16, 100 }, { 4096, 20 } };
	struct tcmu_request *r;

	(void)state;
	/* Rubbish behind a CDB must not get into it */
	memset(area.bytes + area.mb.cmdr_off, 0xee, CMDR_SIZE);
	put_cmd(7, cdb, sizeof(cdb), 2, pieces);
	r = fetch_one(7);
	assert_memory_equal(r->cdb, cdb, 12);
	for (size_t i = 12; i < TCMU_CDB_SIZE; i++)
		assert_int_equal(r->cdb[i], 0);
	assert_int_equal(r->iov_count, 2);
	assert_ptr_equal(r->iov[0].iov_base, data() + 16);
	assert_int_equal(r->iov[1].iov_len, 20);
	assert_int_equal(r->data_len, 120);
	assert_null(tcmu_ring_next(ring));
	assert_null(answer());
	complete(r, SIM_GOOD, 120);
	assert_int_equal(answer()->hdr.cmd_id, 7);
	assert_int_equal(area.mb.cmd_tail, area.mb.cmd_head);
}

static void cdb_length_by_group(void **state)
{
	static const struct {
		uint8_t op, len;
	} groups[] = { { 0x1a, 6 }, { 0x28, 10 }, { 0x5a, 10 }, { 0x85, 16 }, { 0xb8, 12 },
		       { 0xe7, 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		uint8_t cdb[16];
		struct tcmu_request *r;

		memset(cdb, 0xab, sizeof(cdb));
		cdb[0] = groups[i].op;
		put_cmd((uint16_t)i, cdb, sizeof(cdb), 0, NULL);
		r = fetch_one((uint16_t)i);
		assert_memory_equal(r->cdb, cdb, groups[i].len);
		assert_int_equal(r->cdb[groups[i].len], 0);
		complete(r, SIM_GOOD, 0);
		assert_non_null(answer());
	}
}

static void short_data_in(void **state)
{
	const uint8_t cdb[6] = { 0x12, 0, 0, 0, 255 };
	const size_t piece[1][2] = { { 0, 255 } };
	struct tcmu_cmd_entry *entry;

	(void)state;
	put_cmd(1, cdb, sizeof(cdb), 1, piece);
	complete(fetch_one(1), SIM_GOOD, 36);
	entry = answer();
	assert_int_equal(entry->hdr.uflags, TCMU_UFLAG_READ_LEN);
	assert_int_equal(entry->rsp.read_len, 36);
	assert_int_equal(entry->rsp.scsi_status, 0);
}

static void no_data_leaves_no_leftovers(void **state)
{
	const uint8_t cdb[6] = { 0x12, 0, 0, 0, 64 };
	const size_t pieces[2][2] = { { 0, 32 }, { 64, 32 } };
	struct tcmu_cmd_entry *entry;

	(void)state;
	memset(data(), 0x55, 128);
	put_cmd(1, cdb, sizeof(cdb), 2, pieces);
	complete(fetch_one(1), SIM_GOOD, 0);
	entry = answer();
	/* The kernel takes a read_len of 0 for none, and copies all */
	assert_int_equal(entry->hdr.uflags, 0);
	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(data()[i], 0);
		assert_int_equal(data()[32 + i], 0x55);
		assert_int_equal(data()[64 + i], 0);
	}
}

static void old_kernel_without_read_len(void **state)
{
	const uint8_t cdb[6] = { 0x12, 0, 0, 0, 64 };
	const size_t pieces[2][2] = { { 0, 32 }, { 64, 32 } };
	struct tcmu_cmd_entry *entry;

	(void)state;
	tcmu_ring_close(ring);
	assert_int_equal(setup_flags(0, 0), 0);
	memset(data(), 0x55, 128);
	put_cmd(1, cdb, sizeof(cdb), 2, pieces);
	complete(fetch_one(1), SIM_GOOD, 40);
	entry = answer();
	assert_int_equal(entry->hdr.uflags, 0);
	assert_int_equal(data()[31], 0x55);
	assert_int_equal(data()[64 + 7], 0x55);
	for (size_t i = 8; i < 32; i++)
		assert_int_equal(data()[64 + i], 0);
}

static void sense_comes_through(void **state)
{
	struct sim_cmd cmd = { .status = SIM_GOOD };
	struct tcmu_cmd_entry *entry;

	(void)state;
	put_tur(3);
	sim_cmd_sense(&cmd, SIM_NOT_READY, 0x3a, 0x00);
	tcmu_ring_complete(ring, fetch_one(3), &cmd);
	entry = answer();
	assert_int_equal(entry->rsp.scsi_status, SIM_CHECK_CONDITION);
	assert_memory_equal(entry->rsp.sense_buffer, cmd.sense, SIM_SENSE_SIZE);
	for (size_t i = SIM_SENSE_SIZE; i < TCMU_SENSE_BUFFERSIZE; i++)
		assert_int_equal(entry->rsp.sense_buffer[i], 0);
}

static void ring_wraps_with_a_pad(void **state)
{
	uint16_t id = 1;

	(void)state;
	for (int round = 0; round < 100; round++) {
		uint32_t room = CMDR_SIZE - area.mb.cmd_head;
		const uint32_t need = sizeof(struct tcmu_cmd_entry) + 8;
		struct tcmu_cmd_entry *entry;

		if (room < need)
			put(room, TCMU_OP_PAD, 0);
		put_tur(++id);
		complete(fetch_one(id), SIM_GOOD, 0);
		entry = answer();
		assert_non_null(entry);
		assert_int_equal(entry->hdr.cmd_id, id);
		assert_int_equal(cleaned, area.mb.cmd_head);
	}
}

static void ring_wraps_exactly(void **state)
{
	(void)state;
	tcmu_ring_close(ring);
	assert_int_equal(setup_flags(TCMU_MAILBOX_FLAG_CAP_OOOC,
				     CMDR_SIZE - sizeof(struct tcmu_cmd_entry) - 8), 0);
	put_tur(1);
	assert_int_equal(area.mb.cmd_head, 0);
	complete(fetch_one(1), SIM_GOOD, 0);
	assert_int_equal(area.mb.cmd_tail, 0);
	assert_int_equal(answer()->hdr.cmd_id, 1);
}

static void smallest_pad(void **state)
{
	(void)state;
	tcmu_ring_close(ring);
	assert_int_equal(setup_flags(TCMU_MAILBOX_FLAG_CAP_OOOC, CMDR_SIZE - 8), 0);
	put(8, TCMU_OP_PAD, 0);
	put_tur(1);
	complete(fetch_one(1), SIM_GOOD, 0);
	assert_int_equal(answer()->hdr.cmd_id, 1);
}

static void several_in_order(void **state)
{
	(void)state;
	for (uint16_t id = 1; id <= 5; id++)
		put_tur(id);
	for (uint16_t id = 1; id <= 5; id++) {
		complete(fetch_one(id), SIM_GOOD, 0);
		assert_int_equal(answer()->hdr.cmd_id, id);
	}
	assert_null(tcmu_ring_next(ring));
}

static void abort_of_the_current(void **state)
{
	const uint16_t ids[] = { 4 };
	struct tcmu_request *r;

	(void)state;
	put_tur(4);
	r = fetch_one(4);
	put_tmr(TCMU_TMR_ABORT_TASK, 1, ids);
	assert_int_equal(tcmu_ring_fetch(ring), 0);
	assert_true(r->aborted);
	assert_false(tcmu_ring_take_reset(ring));
	assert_null(answer());
	complete(r, SIM_TASK_ABORTED, 0);
	assert_int_equal(answer()->rsp.scsi_status, SIM_TASK_ABORTED);
}

static void abort_of_one_that_waits(void **state)
{
	const uint16_t ids[] = { 6 };
	struct tcmu_cmd_entry *entry;
	struct tcmu_request *r;

	(void)state;
	put_tur(5);
	put_tur(6);
	put_tur(7);
	r = fetch_one(5);
	put_tmr(TCMU_TMR_ABORT_TASK, 1, ids);
	assert_int_equal(tcmu_ring_fetch(ring), 1);
	assert_false(r->aborted);
	/* Answered before the one that is being executed */
	entry = answer();
	assert_int_equal(entry->hdr.cmd_id, 6);
	assert_int_equal(entry->rsp.scsi_status, SIM_TASK_ABORTED);
	complete(r, SIM_GOOD, 0);
	assert_int_equal(answer()->hdr.cmd_id, 5);
	complete(fetch_one(7), SIM_GOOD, 0);
	assert_int_equal(answer()->hdr.cmd_id, 7);
	/* The notification is the last entry; nothing else is to come */
	assert_int_equal(tcmu_ring_fetch(ring), 0);
	assert_int_equal(area.mb.cmd_tail, area.mb.cmd_head);
}

static void abort_of_the_last_that_waits(void **state)
{
	const uint16_t ids[] = { 2 };

	(void)state;
	put_tur(1);
	put_tur(2);
	assert_int_equal(tcmu_ring_fetch(ring), 0);
	put_tmr(TCMU_TMR_ABORT_TASK, 1, ids);
	assert_int_equal(tcmu_ring_fetch(ring), 1);
	/* The queue's end is right again */
	put_tur(3);
	complete(fetch_one(1), SIM_GOOD, 0);
	complete(fetch_one(3), SIM_GOOD, 0);
	assert_int_equal(answer()->hdr.cmd_id, 2);
	assert_int_equal(answer()->hdr.cmd_id, 1);
	assert_int_equal(answer()->hdr.cmd_id, 3);
}

/* Nothing else is to be answered then: the kernel must be told all the same. */
static void abort_comes_with_its_command(void **state)
{
	const uint16_t ids[] = { 8 };

	(void)state;
	put_tur(8);
	put_tmr(TCMU_TMR_LUN_RESET, 1, ids);
	assert_int_equal(tcmu_ring_fetch(ring), 1);
	assert_null(tcmu_ring_next(ring));
	assert_int_equal(answer()->hdr.cmd_id, 8);
	assert_int_equal(tcmu_ring_fetch(ring), 0);
}

static void reset_aborts_all(void **state)
{
	const uint16_t ids[] = { 1, 2 };
	struct tcmu_request *r;

	(void)state;
	put_tur(1);
	put_tur(2);
	r = fetch_one(1);
	put_tmr(TCMU_TMR_LUN_RESET, 2, ids);
	assert_int_equal(tcmu_ring_fetch(ring), 1);
	assert_true(r->aborted);
	assert_true(tcmu_ring_take_reset(ring));
	assert_false(tcmu_ring_take_reset(ring));
	complete(r, SIM_TASK_ABORTED, 0);
	assert_null(tcmu_ring_next(ring));
	assert_int_equal(answer()->hdr.cmd_id, 2);
	assert_int_equal(answer()->hdr.cmd_id, 1);
	assert_null(answer());
}

static void reset_of_an_idle_device(void **state)
{
	(void)state;
	put_tmr(TCMU_TMR_LUN_RESET, 0, NULL);
	assert_int_equal(tcmu_ring_fetch(ring), 0);
	assert_true(tcmu_ring_take_reset(ring));
	assert_int_equal(area.mb.cmd_tail, area.mb.cmd_head);
}

static void unknown_entries_are_skipped(void **state)
{
	struct tcmu_cmd_entry_hdr *hdr;

	(void)state;
	hdr = put(16, 5, 0);
	put_tur(2);
	complete(fetch_one(2), SIM_GOOD, 0);
	assert_int_equal(hdr->uflags, TCMU_UFLAG_UNKNOWN_OP);
	assert_int_equal(area.mb.cmd_tail, area.mb.cmd_head);
}

static void nonsense_is_noticed(void **state)
{
	const uint8_t cdb[6] = { 0 };
	const size_t outside[1][2] = { { DATA_SIZE, 1 } };
	const size_t too_long[1][2] = { { 0, DATA_SIZE + 1 } };
	struct tcmu_cmd_entry *entry;

	(void)state;
	put_cmd(1, cdb, 6, 1, outside);
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
	teardown(NULL);
	setup(NULL);
	put_cmd(1, cdb, 6, 1, too_long);
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
	teardown(NULL);
	setup(NULL);
	entry = put_tur(1);
	entry->req.iov_cnt = 1000;
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
	teardown(NULL);
	setup(NULL);
	entry = put_tur(1);
	entry->req.cdb_off = sizeof(area) - 1;
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
	teardown(NULL);
	setup(NULL);
	entry = put_tur(1);
	entry->hdr.len_op = TCMU_OP_CMD;
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
	teardown(NULL);
	setup(NULL);
	entry = put_tur(1);
	entry->hdr.len_op = 2 * CMDR_SIZE | TCMU_OP_CMD;
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
	teardown(NULL);
	setup(NULL);
	area.mb.cmd_head = CMDR_SIZE;
	assert_int_equal(tcmu_ring_fetch(ring), -EPROTO);
}

static void not_a_ring(void **state)
{
	struct tcmu_ring *none = NULL;

	(void)state;
	assert_int_equal(tcmu_ring_open(&area, 16, &none, err, sizeof(err)), -EPROTO);
	area.mb.version = 1;
	assert_int_equal(tcmu_ring_open(&area, sizeof(area), &none, err, sizeof(err)), -EPROTO);
	area.mb.version = TCMU_MAILBOX_VERSION;
	area.mb.cmdr_size = sizeof(area);
	assert_int_equal(tcmu_ring_open(&area, sizeof(area), &none, err, sizeof(err)), -EPROTO);
	area.mb.cmdr_size = CMDR_SIZE;
	area.mb.cmd_tail = CMDR_SIZE;
	assert_int_equal(tcmu_ring_open(&area, sizeof(area), &none, err, sizeof(err)), -EPROTO);
	assert_null(none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(command_comes_through),
		TEST(cdb_length_by_group),
		TEST(short_data_in),
		TEST(no_data_leaves_no_leftovers),
		TEST(old_kernel_without_read_len),
		TEST(sense_comes_through),
		TEST(ring_wraps_with_a_pad),
		TEST(ring_wraps_exactly),
		TEST(smallest_pad),
		TEST(several_in_order),
		TEST(abort_of_the_current),
		TEST(abort_of_one_that_waits),
		TEST(abort_of_the_last_that_waits),
		TEST(abort_comes_with_its_command),
		TEST(reset_aborts_all),
		TEST(reset_of_an_idle_device),
		TEST(unknown_entries_are_skipped),
		TEST(nonsense_is_noticed),
		TEST(not_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
