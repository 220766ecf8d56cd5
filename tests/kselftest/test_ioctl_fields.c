// SPDX-License-Identifier: GPL-2.0
/*
 * What each field of each call may hold, and the one errno each wrong value
 * gives.  Every call here is valid but for the one thing the line says.
 */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>

#define MAX_STRIDE	4096
#define MAX_TIMEOUT	86400000

FIXTURE(fields)
{
	struct sdbg_rig rig;
	struct discmux_info info;
	uint32_t targets[DISCMUX_MAX_TARGETS + 1];
	struct discmux_target places[DISCMUX_MAX_TARGETS + 1];
	struct discmux_result results[DISCMUX_MAX_TARGETS + 1];
	uint8_t *data;		/* max_data bytes, then memory that is none */
	size_t data_size;
	struct discmux_exec exec;
	struct discmux_fanout_write fanout;
	struct discmux_stream stream;
	struct discmux_claim claim;
	struct discmux_move move;
	struct discmux_element_status elements;
};

typedef FIXTURE_DATA(fields) fields_t;

static void fill_commands(fields_t *self)
{
	self->exec = (struct discmux_exec) {
		.size = sizeof(self->exec),
		.nr_targets = 2,
		.cdb_len = 6,
		.result_stride = sizeof(self->results[0]),
		.targets = PTR(self->targets),
		.results = PTR(self->results),
	};
	self->fanout = (struct discmux_fanout_write) {
		.size = sizeof(self->fanout),
		.nr_targets = 2,
		.block_size = BLOCK,
		.data_len = 2 * BLOCK,
		.result_stride = sizeof(self->results[0]),
		.targets = PTR(self->places),
		.data = PTR(self->data),
		.results = PTR(self->results),
	};
	self->move = (struct discmux_move) {
		.size = sizeof(self->move),
		.source = 1,
		.destination = 2,
		.result_stride = sizeof(self->results[0]),
		.result = PTR(self->results),
	};
}

FIXTURE_SETUP(fields)
{
	int i;

	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	ASSERT_EQ(0, mux_info(self->rig.fd, &self->info));
	self->data_size = (self->info.max_data + 4095) & ~4095u;
	self->data = mmap(NULL, self->data_size + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	ASSERT_NE(MAP_FAILED, self->data);
	ASSERT_EQ(0, mprotect(self->data, self->data_size, PROT_READ | PROT_WRITE));
	/* Member numbers that are not there fill up the rest. */
	for (i = 0; i <= DISCMUX_MAX_TARGETS; i++) {
		self->targets[i] = i < 4 ? self->rig.recorder[i] : 1000u + i;
		self->places[i].member = self->targets[i];
	}
	fill_commands(self);
	self->stream = (struct discmux_stream) {
		.size = sizeof(self->stream),
		.nr_targets = 2,
		.block_size = BLOCK,
		.targets = PTR(self->places),
	};
	self->claim = (struct discmux_claim) {
		.size = sizeof(self->claim),
		.nr_targets = 2,
		.targets = PTR(self->targets),
	};
	self->elements = (struct discmux_element_status) { .size = sizeof(self->elements) };
}

FIXTURE_TEARDOWN(fields)
{
	munmap(self->data, self->data_size + 4096);
	sdbg_rig_close(&self->rig);
}

/* Calls with one field changed; the field is as it was afterwards. */
#define with(fd, request, call, field, value) ({			\
	typeof((call)->field) __was = (call)->field;			\
	int __ret;							\
	(call)->field = (value);					\
	__ret = mux_call(fd, request, call);				\
	(call)->field = __was;						\
	__ret;								\
})
#define exec_with(field, value)						\
	with(self->rig.fd, DISCMUX_IOC_EXEC, &self->exec, field, value)
#define fanout_with(field, value)					\
	with(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout, field, value)
#define claim_with(field, value)					\
	with(self->rig.fd, DISCMUX_IOC_CLAIM, &self->claim, field, value)

static int stream_try(fields_t *self)
{
	struct discmux_stream copy = self->stream;
	int ret = mux_call(self->rig.fd, DISCMUX_IOC_STREAM, &copy);

	if (!ret)
		close((int)copy.fd);
	return ret;
}

#define stream_with(field, value) ({					\
	typeof(self->stream.field) __was = self->stream.field;		\
	int __ret;							\
	self->stream.field = (value);					\
	__ret = stream_try(self);					\
	self->stream.field = __was;					\
	__ret;								\
})

TEST_F(fields, valid)
{
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_EXEC, &self->exec));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	EXPECT_EQ(0, stream_try(self));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_CLAIM, &self->claim));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_RELEASE, &self->claim));
}

TEST_F(fields, reserved)
{
	struct discmux_member member = { .size = sizeof(member), .member = self->targets[0] };

	EXPECT_EQ(-EOPNOTSUPP, with(self->rig.fd, DISCMUX_IOC_INFO, &self->info, __reserved, 1));
	EXPECT_EQ(-EOPNOTSUPP, with(self->rig.fd, DISCMUX_IOC_MEMBER, &member, __reserved, 1));
	EXPECT_EQ(-EOPNOTSUPP, stream_with(__reserved[0], 1));
	EXPECT_EQ(-EOPNOTSUPP, stream_with(__reserved[1], 0x80000000));
	EXPECT_EQ(-EOPNOTSUPP, with(self->rig.fd, DISCMUX_IOC_MOVE, &self->move, __reserved, 1));
	EXPECT_EQ(-EOPNOTSUPP, with(self->rig.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->elements,
				    __reserved, 1));
}

TEST_F(fields, reserved_of_targets)
{
	self->places[1].flags = 1;
	EXPECT_EQ(-EOPNOTSUPP, stream_try(self));
	EXPECT_EQ(-EOPNOTSUPP, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	self->places[1].flags = 0;
	self->places[1].__reserved = 0x80000000;
	EXPECT_EQ(-EOPNOTSUPP, stream_try(self));
	EXPECT_EQ(-EOPNOTSUPP, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
}

/* What the caller left in fields that are "out" does not matter. */
TEST_F(fields, out_fields_are_not_read)
{
	struct discmux_info info;
	struct discmux_member member;

	memset(&info, 0xff, sizeof(info));
	info.size = sizeof(info);
	info.flags = 0;
	info.__reserved = 0;
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_INFO, &info));
	EXPECT_EQ(DISCMUX_UAPI_VERSION, info.version);
	memset(&member, 0xff, sizeof(member));
	member.size = sizeof(member);
	member.flags = 0;
	member.__reserved = 0;
	member.member = self->targets[0];
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_MEMBER, &member));
	EXPECT_EQ(0, memcmp(&member, &self->rig.recorder_info[0], sizeof(member)));
	self->claim.failed = 7;
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_CLAIM, &self->claim));
	EXPECT_EQ(DISCMUX_NONE, self->claim.failed);
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_RELEASE, &self->claim));
	self->stream.fd = 0xffffffff;
	EXPECT_EQ(0, stream_try(self));
}

#define TARGET_COUNTS(call_with)						\
	do {									\
		EXPECT_EQ(-EINVAL, call_with(nr_targets, 0));			\
		EXPECT_EQ(-EMSGSIZE, call_with(nr_targets, DISCMUX_MAX_TARGETS + 1)); \
		EXPECT_EQ(-EMSGSIZE, call_with(nr_targets, 0x40000000));	\
		EXPECT_EQ(-EMSGSIZE, call_with(nr_targets, 0xffffffff));	\
		EXPECT_EQ(-ENOENT, call_with(nr_targets, 5));			\
	} while (0)

TEST_F(fields, nr_targets)
{
	TARGET_COUNTS(exec_with);
	TARGET_COUNTS(fanout_with);
	TARGET_COUNTS(stream_with);
	TARGET_COUNTS(claim_with);
}

TEST_F(fields, duplicate_targets)
{
	self->targets[3] = self->targets[0];
	self->places[3].member = self->places[0].member;
	EXPECT_EQ(-EINVAL, exec_with(nr_targets, 4));
	EXPECT_EQ(-EINVAL, fanout_with(nr_targets, 4));
	EXPECT_EQ(-EINVAL, stream_with(nr_targets, 4));
	EXPECT_EQ(-EINVAL, claim_with(nr_targets, 4));
}

TEST_F(fields, unknown_member)
{
	static const uint32_t none[] = { 1000, 0x7fffffff, 0x80000000, DISCMUX_NONE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		self->targets[1] = none[i];
		self->places[1].member = none[i];
		EXPECT_EQ(-ENOENT, mux_call(self->rig.fd, DISCMUX_IOC_EXEC, &self->exec));
		EXPECT_EQ(-ENOENT,
			  mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
		EXPECT_EQ(-ENOENT, stream_try(self));
		EXPECT_EQ(-ENOENT, mux_call(self->rig.fd, DISCMUX_IOC_CLAIM, &self->claim));
		EXPECT_EQ(none[i], self->claim.failed);
	}
}

TEST_F(fields, only_recorders_are_written)
{
	self->places[1].member = self->rig.reader;
	EXPECT_EQ(-EINVAL, stream_try(self));
	EXPECT_EQ(-EINVAL, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	self->places[0].member = self->rig.reader;
	EXPECT_EQ(-EINVAL, fanout_with(nr_targets, 1));
	/* A reader may be asked, and held. */
	self->targets[1] = self->rig.reader;
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_EXEC, &self->exec));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_CLAIM, &self->claim));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_RELEASE, &self->claim));
}

TEST_F(fields, target_pointers)
{
	uint64_t bad[] = {
		0, PTR(self->data + self->data_size), PTR(self->data + self->data_size) - 4,
		1ull << 63, ~0ull - 3
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, exec_with(targets, bad[i]));
		EXPECT_EQ(-EFAULT, fanout_with(targets, bad[i]));
		EXPECT_EQ(-EFAULT, stream_with(targets, bad[i]));
		EXPECT_EQ(-EFAULT, claim_with(targets, bad[i]));
		EXPECT_EQ(-EFAULT, with(self->rig.fd, DISCMUX_IOC_RELEASE, &self->claim, targets,
					bad[i]));
	}
}

/* Where the memory does not hold all results nothing is sent to any device. */
TEST_F(fields, result_pointers)
{
	uint64_t end = PTR(self->data + self->data_size);
	uint64_t bad[] = { 0, end, end - 2 * sizeof(struct discmux_result) + 1, 1ull << 63 };
	size_t i;
	int k;

	pattern_fill(self->data, BLOCK, 0, 1);
	for (k = 0; k < 2; k++)
		ASSERT_EQ(0, generic_write(&self->rig.recorder_info[k], 0, 1, self->data));
	pattern_fill(self->data, 2 * BLOCK, 0, 2);
	memcpy(self->exec.cdb, (uint8_t[10]){ 0x2a, 0, 0, 0, 0, 0, 0, 0, 1 }, 10);
	self->exec.cdb_len = 10;
	self->exec.direction = DISCMUX_DIR_OUT;
	self->exec.data = PTR(self->data);
	self->exec.data_len = BLOCK;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, exec_with(results, bad[i]));
		EXPECT_EQ(-EFAULT, fanout_with(results, bad[i]));
		for (k = 0; k < 2; k++)
			EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[k], 0, BLOCK, 1));
	}
	EXPECT_EQ(0, exec_with(results, end - 2 * sizeof(struct discmux_result)));
	EXPECT_EQ(0, fanout_with(results, end - 2 * sizeof(struct discmux_result)));
}

TEST_F(fields, result_stride)
{
	static const uint32_t wrong[] = { 0, 1, 31, MAX_STRIDE + 1, 0x80000000, 0xffffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, exec_with(result_stride, wrong[i]));
		EXPECT_EQ(-EINVAL, fanout_with(result_stride, wrong[i]));
		EXPECT_EQ(-EINVAL, with(self->rig.fd, DISCMUX_IOC_MOVE, &self->move, result_stride,
					wrong[i]));
	}
	EXPECT_EQ(0, exec_with(result_stride, 32));
	EXPECT_EQ(0, fanout_with(result_stride, 32));
	/* The second entry is in no memory at all. */
	self->exec.results = PTR(self->data + self->data_size - MAX_STRIDE);
	self->fanout.results = self->exec.results;
	EXPECT_EQ(-EFAULT, exec_with(result_stride, MAX_STRIDE));
	EXPECT_EQ(-EFAULT, fanout_with(result_stride, MAX_STRIDE));
}

TEST_F(fields, exec_cdb)
{
	static const uint32_t wrong[] = { 0, 1, 5, 7, 9, 11, 13, 15, 17, 32, 0xffffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(-EINVAL, exec_with(cdb_len, wrong[i])) {
			TH_LOG("cdb_len %u", wrong[i]);
		}
	}
	EXPECT_EQ(-EINVAL, exec_with(cdb[6], 1));
	EXPECT_EQ(-EINVAL, exec_with(cdb[15], 1));
}

#define TIMEOUTS(call_with)							\
	do {									\
		EXPECT_EQ(0, call_with(timeout_ms, MAX_TIMEOUT));		\
		EXPECT_EQ(-EINVAL, call_with(timeout_ms, MAX_TIMEOUT + 1));	\
		EXPECT_EQ(-EINVAL, call_with(timeout_ms, 0xffffffff));		\
	} while (0)

TEST_F(fields, timeouts)
{
	TIMEOUTS(exec_with);
	TIMEOUTS(fanout_with);
	TIMEOUTS(stream_with);
	EXPECT_EQ(-EINVAL, with(self->rig.fd, DISCMUX_IOC_MOVE, &self->move, timeout_ms,
				MAX_TIMEOUT + 1));
	EXPECT_EQ(-ENOENT, with(self->rig.fd, DISCMUX_IOC_MOVE, &self->move, timeout_ms,
				MAX_TIMEOUT));
}

TEST_F(fields, exec_direction_and_length)
{
	EXPECT_EQ(-EINVAL, exec_with(direction, 3));
	EXPECT_EQ(-EINVAL, exec_with(direction, 0xffffffff));
	EXPECT_EQ(-EINVAL, exec_with(direction, DISCMUX_DIR_IN));
	EXPECT_EQ(-EINVAL, exec_with(direction, DISCMUX_DIR_OUT));
	EXPECT_EQ(-EINVAL, exec_with(data_len, 4));
	self->exec.direction = DISCMUX_DIR_IN;
	self->exec.data = PTR(self->data);
	EXPECT_EQ(-EMSGSIZE, exec_with(data_len, self->info.max_data + 1));
	EXPECT_EQ(-EMSGSIZE, exec_with(data_len, 0xffffffff));
	EXPECT_EQ(-EMSGSIZE, exec_with(data_len, 0x80000000));
	self->exec.direction = DISCMUX_DIR_OUT;
	EXPECT_EQ(-EMSGSIZE, exec_with(data_len, self->info.max_data + 1));
}

/* All targets together may not take more than max_exec_bytes of data-in. */
TEST_F(fields, exec_total)
{
	uint32_t each = self->info.max_exec_bytes / DISCMUX_MAX_TARGETS + 1;

	ASSERT_GE(self->info.max_data, each);
	self->exec.nr_targets = DISCMUX_MAX_TARGETS;
	self->exec.direction = DISCMUX_DIR_IN;
	self->exec.data = PTR(self->data);
	EXPECT_EQ(-EMSGSIZE, exec_with(data_len, each));
	/* With less it gets as far as to miss the member that is not there. */
	EXPECT_EQ(-ENOENT, exec_with(data_len, each - 1));
}

TEST_F(fields, data_pointers)
{
	uint64_t end = PTR(self->data + self->data_size);
	uint64_t bad[] = { 0, end, end - 2 * BLOCK + 1, 1ull << 63, ~0ull - BLOCK };
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 96, 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EFAULT, fanout_with(data, bad[i])) {
			TH_LOG("entry %zu", i);
		}
	}
	memcpy(self->exec.cdb, inquiry, sizeof(inquiry));
	self->exec.direction = DISCMUX_DIR_IN;
	self->exec.data_len = 96;
	EXPECT_EQ(-EFAULT, exec_with(data, 0));
	EXPECT_EQ(-EFAULT, exec_with(data, end));
	EXPECT_EQ(-EFAULT, exec_with(data, end - 96 * 2 + 1));
	EXPECT_EQ(0, exec_with(data, end - 96 * 2));
	memset(self->exec.cdb, 0, sizeof(self->exec.cdb));
	self->exec.cdb[0] = 0x2a;
	self->exec.cdb[8] = 1;
	self->exec.cdb_len = 10;
	self->exec.direction = DISCMUX_DIR_OUT;
	self->exec.data_len = BLOCK;
	EXPECT_EQ(-EFAULT, exec_with(data, 0));
	EXPECT_EQ(-EFAULT, exec_with(data, end - BLOCK + 1));
	EXPECT_EQ(0, exec_with(data, end - BLOCK));
}

TEST_F(fields, data_read_only)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 96, 0 };

	ASSERT_EQ(0, mprotect(self->data, self->data_size, PROT_READ));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	memcpy(self->exec.cdb, inquiry, sizeof(inquiry));
	self->exec.direction = DISCMUX_DIR_IN;
	self->exec.data_len = 96;
	EXPECT_EQ(-EFAULT, exec_with(data, PTR(self->data)));
}

TEST_F(fields, fanout)
{
	EXPECT_EQ(-EINVAL, fanout_with(block_size, 0));
	EXPECT_EQ(-EINVAL, fanout_with(block_size, 511));
	EXPECT_EQ(-EINVAL, fanout_with(block_size, 4097));
	EXPECT_EQ(-EINVAL, fanout_with(block_size, 0xffffffff));
	EXPECT_EQ(-EINVAL, fanout_with(data_len, 0));
	EXPECT_EQ(-EINVAL, fanout_with(data_len, BLOCK - 1));
	EXPECT_EQ(-EINVAL, fanout_with(data_len, BLOCK + 1));
	EXPECT_EQ(-EMSGSIZE, fanout_with(data_len, self->info.max_data / BLOCK * BLOCK + BLOCK));
	EXPECT_EQ(-EMSGSIZE, fanout_with(data_len, 0x80000000));
	EXPECT_EQ(-EINVAL, fanout_with(write_opcode, 0x28));
	EXPECT_EQ(-EINVAL, fanout_with(write_opcode, 0x8a));
	EXPECT_EQ(-EINVAL, fanout_with(write_opcode, 0x12a));
	EXPECT_EQ(0, fanout_with(write_opcode, 0x2a));
	EXPECT_EQ(0, fanout_with(write_opcode, 0xaa));
}

TEST_F(fields, fanout_address)
{
	self->places[1].lba = DISCMUX_LBA_NEGATIVE - 1;
	EXPECT_EQ(-EOVERFLOW, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	/* The last addresses there are, and those of a lead-in on to 0: the device judges. */
	self->places[1].lba = DISCMUX_LBA_NEGATIVE - 2;
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	EXPECT_EQ(0, self->results[0].status);
	EXPECT_EQ(2, self->results[1].status);
	self->places[1].lba = 0xffffffff;
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	EXPECT_EQ(0, self->results[0].status);
	EXPECT_EQ(2, self->results[1].status);
}

TEST_F(fields, stream)
{
	EXPECT_EQ(-EINVAL, stream_with(block_size, 0));
	EXPECT_EQ(-EINVAL, stream_with(block_size, 511));
	EXPECT_EQ(-EINVAL, stream_with(block_size, 4097));
	EXPECT_EQ(-EINVAL, stream_with(chunk_bytes, BLOCK + 1));
	EXPECT_EQ(-EINVAL, stream_with(chunk_bytes, BLOCK - 1));
	EXPECT_EQ(-EINVAL, stream_with(write_opcode, 0x28));
	EXPECT_EQ(-EINVAL, stream_with(ring_bytes, (64u << 20) + CHUNK));
	EXPECT_EQ(-EINVAL, stream_with(ring_bytes, 0xffffffff));
	EXPECT_EQ(0, stream_with(write_opcode, 0xaa));
	EXPECT_EQ(0, stream_with(chunk_bytes, BLOCK));
	self->stream.chunk_bytes = 32768;
	EXPECT_EQ(-EINVAL, stream_with(ring_bytes, 4 * 32768 - 1));
	EXPECT_EQ(-EINVAL, stream_with(ring_bytes, 1));
	EXPECT_EQ(0, stream_with(ring_bytes, 4 * 32768));
	self->stream.ring_bytes = 8 * 32768;
	EXPECT_EQ(-EINVAL, stream_with(prefill_bytes, 8 * 32768 + 1));
	EXPECT_EQ(-EINVAL, stream_with(prefill_bytes, 0xffffffff));
	EXPECT_EQ(0, stream_with(prefill_bytes, 8 * 32768));
}

TEST_F(fields, stream_chunk_limit)
{
	uint32_t chunk = self->rig.recorder_info[0].max_data / BLOCK * BLOCK;

	self->stream.ring_bytes = 4 * chunk;
	EXPECT_EQ(0, stream_with(chunk_bytes, chunk));
	self->stream.ring_bytes = 0;
	EXPECT_EQ(-EMSGSIZE, stream_with(chunk_bytes, chunk + BLOCK));
	EXPECT_EQ(-EMSGSIZE, stream_with(chunk_bytes, 0x80000000));
}

TEST_F(fields, stream_tells_what_it_uses)
{
	struct discmux_stream stream = self->stream;

	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_STREAM, &stream));
	EXPECT_EQ(CHUNK, stream.chunk_bytes);
	EXPECT_EQ(8u << 20, stream.ring_bytes);
	EXPECT_EQ(FD_CLOEXEC, fcntl((int)stream.fd, F_GETFD));
	EXPECT_EQ(0, fcntl((int)stream.fd, F_GETFL) & O_NONBLOCK);
	close((int)stream.fd);
}

TEST_F(fields, stream_status)
{
	struct discmux_target_status entries[3];
	struct discmux_stream_status s = {
		.size = sizeof(s),
		.nr_targets = 2,
		.target_stride = sizeof(entries[0]),
		.targets = PTR(entries),
	};
	int stream = mux_stream(self->rig.fd, self->targets, NULL, 2, 4 * CHUNK, 0);

	ASSERT_LE(0, stream);
	EXPECT_EQ(-EINVAL, with(stream, DISCMUX_IOC_STREAM_STATUS, &s, target_stride, 0));
	EXPECT_EQ(-EINVAL, with(stream, DISCMUX_IOC_STREAM_STATUS, &s, target_stride, 31));
	EXPECT_EQ(-EINVAL, with(stream, DISCMUX_IOC_STREAM_STATUS, &s, target_stride,
				MAX_STRIDE + 1));
	EXPECT_EQ(0, with(stream, DISCMUX_IOC_STREAM_STATUS, &s, target_stride, 32));
	EXPECT_EQ(-EFAULT, with(stream, DISCMUX_IOC_STREAM_STATUS, &s, targets, 0));
	EXPECT_EQ(-EFAULT, with(stream, DISCMUX_IOC_STREAM_STATUS, &s, targets,
				PTR(self->data + self->data_size) - 2 * sizeof(entries[0]) + 1));
	memset(entries, 0x5a, sizeof(entries));
	s.nr_targets = 1;
	EXPECT_EQ(0, mux_call(stream, DISCMUX_IOC_STREAM_STATUS, &s));
	EXPECT_EQ(2, s.nr_targets);
	EXPECT_EQ(DISCMUX_TARGET_RUNNING, entries[0].state);
	EXPECT_EQ(0x5a5a5a5a, entries[1].state);
	s.nr_targets = 0;
	s.targets = 0;
	EXPECT_EQ(0, mux_call(stream, DISCMUX_IOC_STREAM_STATUS, &s));
	EXPECT_EQ(2, s.nr_targets);
	close(stream);
}

TEST_F(fields, element_status)
{
	/* Wrong fields come before the missing changer. */
	EXPECT_EQ(-EINVAL, with(self->rig.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->elements, type,
				6));
	EXPECT_EQ(-ENOENT, mux_call(self->rig.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->elements));
	EXPECT_EQ(-ENOENT, mux_call(self->rig.fd, DISCMUX_IOC_MOVE, &self->move));
}

TEST_F(fields, member_numbers)
{
	struct discmux_member m;

	EXPECT_EQ(-ENOENT, mux_member(self->rig.fd, 1000, 0, &m));
	EXPECT_EQ(-ENOENT, mux_member(self->rig.fd, DISCMUX_NONE, 0, &m));
	EXPECT_EQ(-ENOENT, mux_member(self->rig.fd, 1000, DISCMUX_MEMBER_NEXT, &m));
	EXPECT_EQ(-ENOENT, mux_member(self->rig.fd, DISCMUX_NONE, DISCMUX_MEMBER_NEXT, &m));
}

TEST_F(fields, read_only_fd)
{
	struct discmux_member m;
	int fd = mux_open(O_RDONLY);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mux_info(fd, &self->info));
	EXPECT_EQ(0, mux_member(fd, self->targets[0], 0, &m));
	EXPECT_EQ(-EPERM, mux_call(fd, DISCMUX_IOC_EXEC, &self->exec));
	EXPECT_EQ(-EPERM, mux_call(fd, DISCMUX_IOC_CLAIM, &self->claim));
	EXPECT_EQ(-EPERM, mux_call(fd, DISCMUX_IOC_FANOUT_WRITE, &self->fanout));
	EXPECT_EQ(-EPERM, mux_call(fd, DISCMUX_IOC_STREAM, &self->stream));
	EXPECT_EQ(-EPERM, mux_call(fd, DISCMUX_IOC_MOVE, &self->move));
	EXPECT_EQ(-ENOENT, mux_call(fd, DISCMUX_IOC_ELEMENT_STATUS, &self->elements));
	close(fd);
}

TEST_HARNESS_MAIN
