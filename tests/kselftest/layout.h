/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of the contract as it was published: X(structure, size) and
 * F(structure, field, offset).  It may grow at the end, never change.
 * test_uapi_layout.c tells at run time which one is wrong; compiled alone, this
 * file asserts the same, for 32-bit callers too:
 *	gcc -m32 -Iuapi -isystem /usr/include/x86_64-linux-gnu -fsyntax-only \
 *		-x c tests/kselftest/layout.h
 */
#ifndef KSELFTEST_LAYOUT_H
#define KSELFTEST_LAYOUT_H

#include <linux/discmux.h>

#define DISCMUX_LAYOUT(X, F)				\
	X(info, 64)					\
	F(info, size, 0)				\
	F(info, flags, 4)				\
	F(info, version, 8)				\
	F(info, mux, 12)				\
	F(info, members, 16)				\
	F(info, recorders, 20)				\
	F(info, readers, 24)				\
	F(info, changer, 28)				\
	F(info, probing, 32)				\
	F(info, streams, 36)				\
	F(info, max_targets, 40)			\
	F(info, max_data, 44)				\
	F(info, max_exec_bytes, 48)			\
	F(info, __reserved, 52)				\
	F(info, event_seq, 56)				\
	X(member, 160)					\
	F(member, size, 0)				\
	F(member, flags, 4)				\
	F(member, member, 8)				\
	F(member, role, 12)				\
	F(member, unit, 16)				\
	F(member, state, 20)				\
	F(member, device_type, 24)			\
	F(member, element, 28)				\
	F(member, host, 32)				\
	F(member, channel, 36)				\
	F(member, target, 40)				\
	F(member, host_shared, 44)			\
	F(member, lun, 48)				\
	F(member, max_data, 56)				\
	F(member, __reserved, 60)			\
	F(member, vendor, 64)				\
	F(member, product, 72)				\
	F(member, revision, 88)				\
	F(member, serial, 96)				\
	F(member, block_name, 128)			\
	F(member, generic_name, 144)			\
	X(result, 128)					\
	F(result, member, 0)				\
	F(result, error, 4)				\
	F(result, status, 8)				\
	F(result, resid, 12)				\
	F(result, sense_len, 16)			\
	F(result, duration_us, 20)			\
	F(result, __reserved, 24)			\
	F(result, sense, 32)				\
	X(exec, 88)					\
	F(exec, size, 0)				\
	F(exec, flags, 4)				\
	F(exec, nr_targets, 8)				\
	F(exec, cdb_len, 12)				\
	F(exec, direction, 16)				\
	F(exec, data_len, 20)				\
	F(exec, timeout_ms, 24)				\
	F(exec, result_stride, 28)			\
	F(exec, cdb, 32)				\
	F(exec, targets, 48)				\
	F(exec, data, 56)				\
	F(exec, results, 64)				\
	F(exec, identifier, 72)				\
	F(exec, block_stride, 76)			\
	F(exec, blocks, 80)				\
	X(claim, 24)					\
	F(claim, size, 0)				\
	F(claim, flags, 4)				\
	F(claim, nr_targets, 8)				\
	F(claim, failed, 12)				\
	F(claim, targets, 16)				\
	X(target, 16)					\
	F(target, member, 0)				\
	F(target, lba, 4)				\
	F(target, flags, 8)				\
	F(target, __reserved, 12)			\
	X(fanout_write, 56)				\
	F(fanout_write, size, 0)			\
	F(fanout_write, flags, 4)			\
	F(fanout_write, nr_targets, 8)			\
	F(fanout_write, block_size, 12)			\
	F(fanout_write, data_len, 16)			\
	F(fanout_write, write_opcode, 20)		\
	F(fanout_write, timeout_ms, 24)			\
	F(fanout_write, result_stride, 28)		\
	F(fanout_write, targets, 32)			\
	F(fanout_write, data, 40)			\
	F(fanout_write, results, 48)			\
	X(stream, 72)					\
	F(stream, size, 0)				\
	F(stream, flags, 4)				\
	F(stream, nr_targets, 8)			\
	F(stream, fd, 12)				\
	F(stream, block_size, 16)			\
	F(stream, chunk_bytes, 20)			\
	F(stream, ring_bytes, 24)			\
	F(stream, prefill_bytes, 28)			\
	F(stream, write_opcode, 32)			\
	F(stream, timeout_ms, 36)			\
	F(stream, __reserved, 40)			\
	F(stream, targets, 48)				\
	F(stream, lag_policy, 56)			\
	F(stream, lag_ms, 60)				\
	F(stream, shared_hosts, 64)			\
	F(stream, __reserved2, 68)			\
	X(stream_end, 8)				\
	F(stream_end, size, 0)				\
	F(stream_end, flags, 4)				\
	X(target_status, 160)				\
	F(target_status, state, 0)			\
	F(target_status, retries, 4)			\
	F(target_status, next_lba, 8)			\
	F(target_status, ring_empty, 12)		\
	F(target_status, bytes, 16)			\
	F(target_status, failed_lba, 24)		\
	F(target_status, max_us, 28)			\
	F(target_status, result, 32)			\
	X(stream_status, 56)				\
	F(stream_status, size, 0)			\
	F(stream_status, flags, 4)			\
	F(stream_status, state, 8)			\
	F(stream_status, nr_targets, 12)		\
	F(stream_status, target_stride, 16)		\
	F(stream_status, ring_used, 20)			\
	F(stream_status, accepted, 24)			\
	F(stream_status, targets, 32)			\
	F(stream_status, zero_copy, 40)			\
	F(stream_status, copied, 48)			\
	X(stream_commit, 24)				\
	F(stream_commit, size, 0)			\
	F(stream_commit, flags, 4)			\
	F(stream_commit, bytes, 8)			\
	F(stream_commit, want, 12)			\
	F(stream_commit, offset, 16)			\
	F(stream_commit, room, 20)			\
	X(element, 112)					\
	F(element, address, 0)				\
	F(element, type, 4)				\
	F(element, flags, 8)				\
	F(element, sense, 12)				\
	F(element, source, 16)				\
	F(element, scsi_id, 20)				\
	F(element, lun, 24)				\
	F(element, member, 28)				\
	F(element, volume_tag, 32)			\
	F(element, identifier, 72)			\
	X(element_status, 56)				\
	F(element_status, size, 0)			\
	F(element_status, flags, 4)			\
	F(element_status, type, 8)			\
	F(element_status, first, 12)			\
	F(element_status, nr_elements, 16)		\
	F(element_status, element_stride, 20)		\
	F(element_status, changer, 24)			\
	F(element_status, state, 28)			\
	F(element_status, age_ms, 32)			\
	F(element_status, __reserved, 36)		\
	F(element_status, generation, 40)		\
	F(element_status, elements, 48)			\
	X(move, 40)					\
	F(move, size, 0)				\
	F(move, flags, 4)				\
	F(move, transport, 8)				\
	F(move, source, 12)				\
	F(move, destination, 16)			\
	F(move, timeout_ms, 20)				\
	F(move, result_stride, 24)			\
	F(move, __reserved, 28)				\
	F(move, result, 32)				\
	X(range, 8)					\
	F(range, first, 0)				\
	F(range, count, 4)				\
	X(operate, 72)					\
	F(operate, size, 0)				\
	F(operate, flags, 4)				\
	F(operate, member, 8)				\
	F(operate, operation, 12)			\
	F(operate, transport, 16)			\
	F(operate, source, 20)				\
	F(operate, destination, 24)			\
	F(operate, second, 28)				\
	F(operate, timeout_ms, 32)			\
	F(operate, result_stride, 36)			\
	F(operate, nr_ranges, 40)			\
	F(operate, identification, 44)			\
	F(operate, third_party, 48)			\
	F(operate, __reserved, 52)			\
	F(operate, ranges, 56)				\
	F(operate, result, 64)				\
	X(page, 64)					\
	F(page, size, 0)				\
	F(page, flags, 4)				\
	F(page, member, 8)				\
	F(page, operation, 12)				\
	F(page, page, 16)				\
	F(page, subpage, 20)				\
	F(page, control, 24)				\
	F(page, parameter, 28)				\
	F(page, data_len, 32)				\
	F(page, timeout_ms, 36)				\
	F(page, result_stride, 40)			\
	F(page, __reserved, 44)				\
	F(page, data, 48)				\
	F(page, result, 56)				\
	X(status_block, 56)				\
	F(status_block, identifier, 0)			\
	F(status_block, status, 4)			\
	F(status_block, error, 8)			\
	F(status_block, flags, 12)			\
	F(status_block, sense_len, 16)			\
	F(status_block, __reserved, 20)			\
	F(status_block, sense, 24)			\
	X(unit_options, 96)				\
	F(unit_options, size, 0)			\
	F(unit_options, flags, 4)			\
	F(unit_options, member, 8)			\
	F(unit_options, identifier, 12)			\
	F(unit_options, sense_count, 16)		\
	F(unit_options, nr_selected, 20)		\
	F(unit_options, selected, 24)			\
	F(unit_options, block, 40)			\
	X(request_sense, 112)				\
	F(request_sense, size, 0)			\
	F(request_sense, flags, 4)			\
	F(request_sense, member, 8)			\
	F(request_sense, sense_len, 12)			\
	F(request_sense, sense, 16)			\
	X(send_message, 24)				\
	F(send_message, size, 0)			\
	F(send_message, flags, 4)			\
	F(send_message, member, 8)			\
	F(send_message, code, 12)			\
	F(send_message, commands, 16)			\
	F(send_message, scratch, 20)

#ifndef LAYOUT_AT_RUN_TIME
#define LAYOUT_ASSERT_SIZE(s, bytes)						\
	_Static_assert(sizeof(struct discmux_##s) == (bytes), "size of " #s);
#define LAYOUT_ASSERT_FIELD(s, f, offset)					\
	_Static_assert(__builtin_offsetof(struct discmux_##s, f) == (offset), #s "." #f);

DISCMUX_LAYOUT(LAYOUT_ASSERT_SIZE, LAYOUT_ASSERT_FIELD)
#endif

#endif
