// SPDX-License-Identifier: GPL-2.0
/* Decoding of netlink messages, sound and otherwise. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "internal.h"

static struct nl_msg *message(uint8_t event, uint64_t seq)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 0, 0x20, 0, 0, event, DISCMUX_GENL_VERSION));
	assert_int_equal(nla_put_u64(msg, DISCMUX_ATTR_SEQ, seq), 0);
	assert_int_equal(nla_put_u32(msg, DISCMUX_ATTR_MUX, 1), 0);
	return msg;
}

static void whole(void **state)
{
	const uint8_t sense[18] = { 0x70, 0, 3, [7] = 10, [12] = 0x0c, [13] = 0x00 };
	struct nl_msg *msg = message(DISCMUX_EVENT_RECORDER_FAILED, 77);
	struct discmux_event_info info;

	(void)state;
	nla_put_u32(msg, DISCMUX_ATTR_STREAM, 4);
	nla_put_u32(msg, DISCMUX_ATTR_MEMBER, 5);
	nla_put_u32(msg, DISCMUX_ATTR_UNIT, 2);
	nla_put_u32(msg, DISCMUX_ATTR_LBA, 0xffffff6a);
	nla_put_u32(msg, DISCMUX_ATTR_ERROR, 0);
	nla_put_u32(msg, DISCMUX_ATTR_STATUS, 2);
	nla_put(msg, DISCMUX_ATTR_SENSE, sizeof(sense), sense);
	nla_put_u32(msg, 500, 1);	/* of a newer driver */
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), 0);
	assert_int_equal(info.event, DISCMUX_EVENT_RECORDER_FAILED);
	assert_int_equal(info.seq, 77);
	assert_int_equal(info.mux, 1);
	assert_int_equal(info.stream, 4);
	assert_int_equal(info.member, 5);
	assert_int_equal(info.unit, 2);
	assert_int_equal(info.lba, 0xffffff6a);
	assert_int_equal(info.status, 2);
	assert_int_equal(info.sense_len, sizeof(sense));
	assert_memory_equal(info.sense, sense, sizeof(sense));
	assert_true(info.has & 1u << DISCMUX_ATTR_ERROR);
	assert_false(info.has & 1u << DISCMUX_ATTR_ROLE);
	nlmsg_free(msg);
}

static void other_fields(void **state)
{
	struct nl_msg *msg = message(DISCMUX_EVENT_STREAM_END, 1);
	struct discmux_event_info info;

	(void)state;
	nla_put_u32(msg, DISCMUX_ATTR_RECORDERS, 3);
	nla_put_u64(msg, DISCMUX_ATTR_BYTES, 0x123456789abcull);
	nla_put_u32(msg, DISCMUX_ATTR_ROLE, DISCMUX_ROLE_CHANGER);
	nla_put_u32(msg, DISCMUX_ATTR_SOURCE, 5);
	nla_put_u32(msg, DISCMUX_ATTR_DESTINATION, 0x3001);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), 0);
	assert_int_equal(info.recorders, 3);
	assert_int_equal(info.bytes, 0x123456789abcull);
	assert_int_equal(info.role, DISCMUX_ROLE_CHANGER);
	assert_int_equal(info.source, 5);
	assert_int_equal(info.destination, 0x3001);
	nlmsg_free(msg);
}

/* What came with version 2 of the contract; a status block of any length. */
static void later_fields(void **state)
{
	const struct discmux_status_block block = { .status = 2, .sense_len = 8, .sense = { 0x70 } };
	uint8_t longer[sizeof(block) + 16] = { 0 };
	struct nl_msg *msg = message(DISCMUX_EVENT_OPERATION_DONE, 1);
	struct discmux_event_info info;

	(void)state;
	nla_put_u32(msg, DISCMUX_ATTR_OPERATION, DISCMUX_OP_REZERO);
	nla_put_u32(msg, DISCMUX_ATTR_STATE, DISCMUX_MEMBER_CLAIMED);
	nla_put_u64(msg, DISCMUX_ATTR_GENERATION, 0x1000000002ull);
	nla_put(msg, DISCMUX_ATTR_STATUS_BLOCK, sizeof(block), &block);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), 0);
	assert_string_equal(discmux_event_name(info.event), "operation-done");
	assert_int_equal(info.operation, DISCMUX_OP_REZERO);
	assert_int_equal(info.state, DISCMUX_MEMBER_CLAIMED);
	assert_int_equal(info.generation, 0x1000000002ull);
	assert_memory_equal(&info.block, &block, sizeof(block));
	nlmsg_free(msg);

	msg = message(DISCMUX_EVENT_ATTENTION, 2);
	memcpy(longer, &block, sizeof(block));
	nla_put(msg, DISCMUX_ATTR_STATUS_BLOCK, sizeof(longer), longer);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), 0);
	assert_memory_equal(&info.block, &block, sizeof(block));
	nlmsg_free(msg);

	msg = message(DISCMUX_EVENT_ELEMENTS_CHANGED, 3);
	nla_put_u32(msg, DISCMUX_ATTR_GENERATION, 3);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), -EBADMSG);
	nlmsg_free(msg);
}

static void long_sense(void **state)
{
	uint8_t sense[252];
	struct nl_msg *msg = message(DISCMUX_EVENT_MOVE_DONE, 1);
	struct discmux_event_info info;

	(void)state;
	memset(sense, 0x70, sizeof(sense));
	nla_put(msg, DISCMUX_ATTR_SENSE, sizeof(sense), sense);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), 0);
	assert_int_equal(info.sense_len, DISCMUX_SENSE_SIZE);
	nlmsg_free(msg);
}

static void malformed(void **state)
{
	struct discmux_event_info info;
	struct nl_msg *msg;

	(void)state;
	/* A field of the wrong length */
	msg = message(DISCMUX_EVENT_MEMBER_ADDED, 1);
	nla_put_u64(msg, DISCMUX_ATTR_MEMBER, 1);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), -EBADMSG);
	nlmsg_free(msg);
	msg = message(DISCMUX_EVENT_MEMBER_ADDED, 1);
	nla_put_u32(msg, DISCMUX_ATTR_BYTES, 1);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), -EBADMSG);
	nlmsg_free(msg);

	/* No sequence number */
	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 0, 0x20, 0, 0, DISCMUX_EVENT_MOVE_DONE, 1);
	nla_put_u32(msg, DISCMUX_ATTR_MUX, 0);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), -EBADMSG);
	nlmsg_free(msg);

	/* Too short for a generic netlink header */
	msg = nlmsg_alloc_simple(0x20, 0);
	assert_int_equal(dm_event_decode(nlmsg_hdr(msg), &info), -EBADMSG);
	nlmsg_free(msg);
}

/* Cut off at every byte, in memory of just that size: an error, or fewer fields,
 * but never a look behind the end. */
static void truncated(void **state)
{
	struct nl_msg *msg = message(DISCMUX_EVENT_STREAM_PROGRESS, 3);
	struct discmux_event_info info;
	uint32_t len;

	(void)state;
	nla_put_u32(msg, DISCMUX_ATTR_STREAM, 4);
	nla_put_u64(msg, DISCMUX_ATTR_BYTES, 5);
	for (len = NLMSG_HDRLEN; len < nlmsg_hdr(msg)->nlmsg_len; len++) {
		struct nlmsghdr *cut = test_malloc(len);

		memcpy(cut, nlmsg_hdr(msg), len);
		cut->nlmsg_len = len;
		if (!dm_event_decode(cut, &info))
			assert_false(info.has & 1u << DISCMUX_ATTR_BYTES);
		test_free(cut);
	}
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),	cmocka_unit_test(other_fields),
		cmocka_unit_test(later_fields),
		cmocka_unit_test(long_sense),	cmocka_unit_test(malformed),
		cmocka_unit_test(truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
