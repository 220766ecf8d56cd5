// SPDX-License-Identifier: GPL-2.0
/*
 * One recorder's failure ends its part of a stream and nothing else.  A disc
 * that ends too early (the device has SDBG_BLOCKS blocks) is the fault that can
 * be had for one device alone on every kernel.
 */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <poll.h>

#define RING	(4 * CHUNK)
#define PER_CHUNK (CHUNK / BLOCK)

FIXTURE(failure)
{
	struct sdbg_rig rig;
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	uint8_t *data;
	size_t size;
	uint32_t seed;
	int fd;
};

FIXTURE_SETUP(failure)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->fd = -1;
	self->size = 2u << 20;
	self->seed = (uint32_t)getpid();
	self->data = malloc(self->size);
	ASSERT_NE(NULL, self->data);
	pattern_fill(self->data, self->size, 0, self->seed);
}

FIXTURE_TEARDOWN(failure)
{
	if (self->fd >= 0)
		close(self->fd);
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(failure) failure_t;

static int get_status(failure_t *self)
{
	return mux_stream_status(self->fd, &self->status, self->t, 4);
}

static void expect_survivor(struct __test_metadata *_metadata, failure_t *self, int i,
			    uint32_t lba)
{
	EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
	EXPECT_EQ(self->size, self->t[i].bytes);
	EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], lba, self->size, self->seed));
}

/* Five chunks fit on recorder 2, the sixth goes over the edge. */
TEST_F(failure, one_of_four)
{
	uint32_t lba[4] = { 0, 0, SDBG_BLOCKS - 5 * PER_CHUNK - 7, 0 };
	int i;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, self->size));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
	for (i = 0; i < 4; i++)
		if (i != 2)
			expect_survivor(_metadata, self, i, 0);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[2].state);
	EXPECT_EQ(5 * CHUNK, self->t[2].bytes);
	EXPECT_EQ(SDBG_BLOCKS - 7, self->t[2].next_lba);
	EXPECT_EQ(SDBG_BLOCKS - 7, self->t[2].failed_lba);
	EXPECT_EQ(0, self->t[2].retries);
	EXPECT_EQ(self->rig.recorder[2], self->t[2].result.member);
	EXPECT_EQ(0, self->t[2].result.error);
	EXPECT_EQ(2, self->t[2].result.status);
	EXPECT_EQ(0x052100, mux_sense(&self->t[2].result));
	EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[2], lba[2], 5 * CHUNK, self->seed));
}

/* At different moments, all but one. */
TEST_F(failure, three_of_four)
{
	uint32_t lba[4] = {
		SDBG_BLOCKS - 1, SDBG_BLOCKS - 3 * PER_CHUNK, SDBG_BLOCKS - 9 * PER_CHUNK, 0
	};
	int i;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, self->size));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[i].state);
		EXPECT_EQ(i ? SDBG_BLOCKS : SDBG_BLOCKS - 1, self->t[i].failed_lba);
	}
	EXPECT_EQ(0, self->t[0].bytes);
	EXPECT_EQ(3 * CHUNK, self->t[1].bytes);
	EXPECT_EQ(9 * CHUNK, self->t[2].bytes);
	expect_survivor(_metadata, self, 3, 0);
}

/* What a recorder had not taken when it failed does not stay in the ring. */
TEST_F(failure, ring_is_freed)
{
	uint32_t lba[4] = { 0, SDBG_BLOCKS, 0, 0 };

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, CHUNK);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, RING));
	EXPECT_TRUE(wait_for(!get_status(self) && !self->status.ring_used, 3000));
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[1].state);
	EXPECT_EQ(DISCMUX_TARGET_RUNNING, self->t[0].state);
	EXPECT_EQ(DISCMUX_STREAM_RUNNING, self->status.state);
}

TEST_F(failure, all)
{
	uint32_t lba[4] = { SDBG_BLOCKS, SDBG_BLOCKS - 1, SDBG_BLOCKS + 5, 0x7fff0000 };
	int i, ret = 0;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, CHUNK);
	ASSERT_LE(0, self->fd);
	/* The first writes may be in before the failures are. */
	EXPECT_TRUE(wait_for((ret = write_all(self->fd, self->data, CHUNK)), 3000));
	EXPECT_EQ(-EIO, ret);
	EXPECT_EQ(-EIO, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(-EIO, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[i].state);
		EXPECT_EQ(lba[i], self->t[i].failed_lba);
		EXPECT_EQ(0, self->t[i].bytes);
		EXPECT_EQ(0x052100, mux_sense(&self->t[i].result));
	}
}

/* The last recorder fails while the writer sleeps for room, and in FINISH. */
TEST_F(failure, all_while_writer_waits)
{
	uint32_t lba[4] = { SDBG_BLOCKS, SDBG_BLOCKS, SDBG_BLOCKS, SDBG_BLOCKS - PER_CHUNK };
	uint64_t t0 = now_ms();

	ASSERT_EQ(0, sdbg_set("delay", 30));
	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(-EIO, write_all(self->fd, self->data, self->size));
	EXPECT_GE(8000, now_ms() - t0);
}

TEST_F(failure, all_in_finish)
{
	uint32_t lba[4] = { SDBG_BLOCKS, SDBG_BLOCKS, SDBG_BLOCKS, SDBG_BLOCKS - 1 };

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, RING);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(-EIO, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
}

/* A time-out is a failure with an error and no status; no WRITE is repeated. */
TEST_F(failure, timeouts)
{
	struct discmux_target places[2] = {
		{ .member = self->rig.recorder[0] }, { .member = self->rig.recorder[1] }
	};
	struct discmux_stream s = {
		.size = sizeof(s),
		.nr_targets = 2,
		.block_size = BLOCK,
		.ring_bytes = RING,
		.timeout_ms = 1000,
		.targets = PTR(places),
	};
	uint64_t t0 = now_ms();
	int i;

	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_STREAM, &s));
	self->fd = (int)s.fd;
	ASSERT_EQ(0, write_all(self->fd, self->data, BLOCK));
	ASSERT_EQ(0, sdbg_set("opts", 0x80));
	ASSERT_EQ(0, sdbg_set("every_nth", 1));
	EXPECT_EQ(-EIO, mux_finish(self->fd));
	ASSERT_EQ(0, sdbg_set("every_nth", 0));
	ASSERT_EQ(0, sdbg_set("opts", 0));
	EXPECT_LE(900, now_ms() - t0);
	EXPECT_GE(8000, now_ms() - t0);
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[i].state);
		EXPECT_EQ(ETIMEDOUT, self->t[i].result.error);
		EXPECT_EQ(0, self->t[i].failed_lba);
		EXPECT_EQ(0, self->t[i].retries);
	}
}

/*
 * A recorder whose WRITE was lost says how much it had accepted, and goes on from there by
 * a stream of its own, with a start inside a chunk.
 */
TEST_F(failure, goes_on)
{
	struct discmux_target places[2] = {
		{ .member = self->rig.recorder[0], .lba = 100 },
		{ .member = self->rig.recorder[1], .lba = 300 },
	};
	struct discmux_stream s = {
		.size = sizeof(s),
		.nr_targets = 2,
		.block_size = BLOCK,
		.ring_bytes = RING,
		.prefill_bytes = CHUNK,
		.timeout_ms = 1000,
		.targets = PTR(places),
	};
	uint32_t lba[2] = { 100, 300 };
	uint64_t done;
	int i;

	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_STREAM, &s));
	self->fd = (int)s.fd;
	ASSERT_EQ(0, write_all(self->fd, self->data, 3 * CHUNK));
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[0].bytes == 3 * CHUNK &&
			     self->t[1].bytes == 3 * CHUNK, 3000));
	ASSERT_EQ(0, write_all(self->fd, self->data + 3 * CHUNK, BLOCK));
	ASSERT_EQ(0, sdbg_set("opts", 0x80));
	ASSERT_EQ(0, sdbg_set("every_nth", 1));
	EXPECT_EQ(-EIO, mux_finish(self->fd));
	ASSERT_EQ(0, sdbg_set("every_nth", 0));
	ASSERT_EQ(0, sdbg_set("opts", 0));
	ASSERT_EQ(0, get_status(self));
	done = self->t[0].bytes;
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[i].state);
		EXPECT_EQ(ETIMEDOUT, self->t[i].result.error);
		EXPECT_EQ(3 * CHUNK, self->t[i].bytes);
		EXPECT_EQ(lba[i] + 3 * PER_CHUNK, self->t[i].next_lba);
		EXPECT_EQ(self->t[i].next_lba, self->t[i].failed_lba);
		lba[i] = self->t[i].next_lba;
	}
	close(self->fd);
	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 2, RING, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data + done, self->size - done));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		EXPECT_EQ(self->size - done, self->t[i].bytes);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], i ? 300 : 100, self->size,
					    self->seed));
	}
}

/* poll() does not let a writer sleep for a stream that has nobody left. */
TEST_F(failure, poll_after_all_failed)
{
	uint32_t lba[1] = { SDBG_BLOCKS };
	struct pollfd p = { .events = POLLOUT };

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 1, RING, CHUNK);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[0].state == DISCMUX_TARGET_FAILED, 3000));
	p.fd = self->fd;
	EXPECT_EQ(1, poll(&p, 1, 1000));
	EXPECT_EQ(-EIO, write_all(self->fd, self->data, CHUNK));
}

/* A recorder that failed is as claimed as before, until the stream is closed. */
TEST_F(failure, still_held)
{
	uint32_t lba[2] = { 0, SDBG_BLOCKS };
	int other = mux_open(O_RDWR);

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 2, RING, CHUNK);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[1].state == DISCMUX_TARGET_FAILED, 3000));
	EXPECT_EQ(-EBUSY, mux_claim(other, self->rig.recorder + 1, 1, NULL));
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(wait_for(!mux_claim(other, self->rig.recorder + 1, 1, NULL), 3000));
	close(other);
}

TEST_HARNESS_MAIN
