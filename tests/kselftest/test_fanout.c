// SPDX-License-Identifier: GPL-2.0
/* One buffer to a set of recorders, each at its own address. */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <pthread.h>

FIXTURE(fanout)
{
	struct sdbg_rig rig;
	struct discmux_target places[5];
	struct discmux_result r[5];
	struct discmux_fanout_write call;
	uint8_t *data;		/* page aligned, max bytes and a page more */
	uint32_t max;
};

FIXTURE_SETUP(fanout)
{
	int i;

	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->max = self->rig.recorder_info[0].max_data / BLOCK * BLOCK;
	self->data = mmap(NULL, self->max + 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->data);
	for (i = 0; i < 4; i++)
		self->places[i].member = self->rig.recorder[i];
	memset(self->r, 0xa5, sizeof(self->r));
	self->call = (struct discmux_fanout_write) {
		.size = sizeof(self->call),
		.nr_targets = 4,
		.block_size = BLOCK,
		.data_len = CHUNK,
		.result_stride = sizeof(self->r[0]),
		.targets = PTR(self->places),
		.data = PTR(self->data),
		.results = PTR(self->r),
	};
}

FIXTURE_TEARDOWN(fanout)
{
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(fanout) fanout_t;

/* Writes the pattern of `seed` from data + off on and looks at all discs. */
static void write_and_check(struct __test_metadata *_metadata, fanout_t *self, size_t off,
			    uint32_t len, uint32_t seed)
{
	int i;

	pattern_fill(self->data + off, len, 0, seed);
	self->call.data = PTR(self->data + off);
	self->call.data_len = len;
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call)) {
		TH_LOG("%u bytes at page offset %zu", len, off);
	}
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(self->rig.recorder[i], self->r[i].member);
		EXPECT_EQ(0, self->r[i].error);
		EXPECT_EQ(0, self->r[i].status);
		EXPECT_EQ(0, self->r[i].resid);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], self->places[i].lba,
					    len, seed)) {
			TH_LOG("%u bytes at page offset %zu, recorder %d", len, off, i);
		}
	}
}

TEST_F(fanout, one_block)
{
	write_and_check(_metadata, self, 0, BLOCK, 1);
}

TEST_F(fanout, aligned)
{
	write_and_check(_metadata, self, 0, CHUNK, 2);
}

TEST_F(fanout, own_address_each)
{
	int i;

	for (i = 0; i < 4; i++)
		self->places[i].lba = 100 + 333 * i;
	write_and_check(_metadata, self, 0, CHUNK, 3);
}

/* Every way a buffer can lie in its pages. */
TEST_F(fanout, unaligned)
{
	static const size_t offsets[] = { 1, 2, 4, 8, 16, 511, 512, 1000, 2048, 3584, 4092, 4095 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		write_and_check(_metadata, self, offsets[i], CHUNK, 10 + i);
}

TEST_F(fanout, lengths)
{
	static const uint32_t blocks[] = { 1, 2, 3, 5, 15, 16, 17, 31, 33, 63, 64 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		if (blocks[i] * BLOCK > self->max)
			break;
		write_and_check(_metadata, self, (i % 2) * 24, blocks[i] * BLOCK, 30 + i);
	}
}

TEST_F(fanout, largest)
{
	write_and_check(_metadata, self, 0, self->max, 50);
	write_and_check(_metadata, self, 1234, self->max, 51);
}

TEST_F(fanout, write12)
{
	self->call.write_opcode = 0xaa;
	self->places[2].lba = 77;
	write_and_check(_metadata, self, 0, CHUNK, 60);
}

/* Pages that were never touched, of a file, and shared. */
TEST_F(fanout, kinds_of_memory)
{
	uint8_t *zero = mmap(NULL, CHUNK, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char name[] = "/tmp/fanoutXXXXXX";
	uint8_t *file, buf[BLOCK];
	int fd = mkstemp(name), i;

	ASSERT_LE(0, fd);
	unlink(name);
	ASSERT_NE(MAP_FAILED, zero);
	self->call.data = PTR(zero);
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, generic_read(&self->rig.recorder_info[i], 31, 1, buf));
		EXPECT_EQ(0, memcmp(buf, zero, BLOCK));
	}
	pattern_fill(self->data, CHUNK, 0, 70);
	ASSERT_EQ(CHUNK, write(fd, self->data, CHUNK));
	file = mmap(NULL, CHUNK, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, file);
	self->call.data = PTR(file);
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, CHUNK, 70));
	close(fd);
}

/* One beyond the end of its disc, one claimed by nobody: the others are written. */
TEST_F(fanout, one_fails)
{
	int i;

	pattern_fill(self->data, CHUNK, 0, 80);
	for (i = 0; i < 4; i++)
		self->places[i].lba = 500;
	self->places[1].lba = SDBG_BLOCKS - 1;
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(self->rig.recorder[i], self->r[i].member);
		EXPECT_EQ(0, self->r[i].error);
		EXPECT_EQ(i == 1 ? 2 : 0, self->r[i].status);
		EXPECT_EQ(i == 1 ? 0x052100 : 0, mux_sense(&self->r[i]));
		if (i != 1)
			EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 500, CHUNK, 80));
	}
}

/* Claimed for the length of the call, and no longer. */
TEST_F(fanout, leaves_nothing_claimed)
{
	struct discmux_member m;
	int i;

	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, mux_member(self->rig.fd, self->rig.recorder[i], 0, &m));
		EXPECT_EQ(DISCMUX_MEMBER_IDLE, m.state);
	}
	ASSERT_EQ(0, mux_claim(self->rig.fd, self->rig.recorder, 2, NULL));
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, mux_member(self->rig.fd, self->rig.recorder[i], 0, &m));
		EXPECT_EQ(i < 2 ? DISCMUX_MEMBER_CLAIMED : DISCMUX_MEMBER_IDLE, m.state);
	}
}

/* The time-out of a WRITE ends it; it is not sent a second time. */
TEST_F(fanout, timeout_is_not_repeated)
{
	uint64_t t0;
	int i;

	pattern_fill(self->data, BLOCK, 0, 90);
	for (i = 0; i < 4; i++) {
		self->places[i].lba = 900;
		ASSERT_EQ(0, generic_write(&self->rig.recorder_info[i], 900, 1, self->data));
	}
	pattern_fill(self->data, BLOCK, 0, 91);
	self->call.data_len = BLOCK;
	self->call.timeout_ms = 1000;
	ASSERT_EQ(0, sdbg_set("opts", 0x80));
	ASSERT_EQ(0, sdbg_set("every_nth", 1));
	t0 = now_ms();
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &self->call));
	EXPECT_LE(900, now_ms() - t0);
	EXPECT_GE(8000, now_ms() - t0);
	ASSERT_EQ(0, sdbg_set("every_nth", 0));
	ASSERT_EQ(0, sdbg_set("opts", 0));
	sleep_ms(300);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(ETIMEDOUT, self->r[i].error);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 900, BLOCK, 90));
	}
}

struct worker {
	int fd;
	struct discmux_target place;
	uint32_t seed;
	int failures;
};

static void *worker(void *arg)
{
	struct worker *w = arg;
	struct discmux_result r;
	uint8_t *data = malloc(CHUNK);
	struct discmux_fanout_write call = {
		.size = sizeof(call),
		.nr_targets = 1,
		.block_size = BLOCK,
		.data_len = CHUNK,
		.result_stride = sizeof(r),
		.targets = PTR(&w->place),
		.data = PTR(data),
		.results = PTR(&r),
	};
	int i;

	for (i = 0; data && i < 16; i++) {
		w->place.lba = i * (CHUNK / BLOCK);
		pattern_fill(data, CHUNK, (uint64_t)i * CHUNK, w->seed);
		w->failures += mux_call(w->fd, DISCMUX_IOC_FANOUT_WRITE, &call) || r.error ||
			       r.status;
	}
	w->failures += !data;
	free(data);
	return NULL;
}

TEST_F(fanout, threads)
{
	struct worker w[4];
	pthread_t t[4];
	int i;

	for (i = 0; i < 4; i++) {
		w[i] = (struct worker) { self->rig.fd, self->places[i], 100 + i, 0 };
		ASSERT_EQ(0, pthread_create(&t[i], NULL, worker, &w[i]));
	}
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		EXPECT_EQ(0, w[i].failures);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, 16 * CHUNK, 100 + i));
	}
}

TEST_HARNESS_MAIN
