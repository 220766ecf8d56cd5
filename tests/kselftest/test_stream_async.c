// SPDX-License-Identifier: GPL-2.0
/* Writes to a stream by io_uring: they wait without anybody waiting. */
#include "harness.h"
#include "mux.h"
#include "uring.h"

#include <fcntl.h>
#include <sys/mman.h>

#define RING	(8 * CHUNK)
#define SIZE	(3u << 20)
#define COUNT	(SIZE / CHUNK)

FIXTURE(async)
{
	struct sdbg_rig rig;
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	struct uring *ring;
	uint8_t *data;		/* SIZE bytes of the pattern, whole pages */
	uint32_t seed;
	int fd;
};

FIXTURE_SETUP(async)
{
	self->fd = -1;
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->seed = (uint32_t)getpid();
	self->data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->data);
	pattern_fill(self->data, SIZE, 0, self->seed);
	self->ring = uring_open(64);
	ASSERT_NE(NULL, self->ring) {
		TH_LOG("io_uring: %s", strerror(errno));
	}
}

FIXTURE_TEARDOWN(async)
{
	if (self->fd >= 0)
		close(self->fd);
	uring_close(self->ring);
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(async) async_t;

static int get_status(async_t *self)
{
	return mux_stream_status(self->fd, &self->status, self->t, 4);
}

static int open_stream(async_t *self, uint32_t prefill)
{
	self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, prefill);
	return self->fd < 0 ? self->fd : 0;
}

/* The next n results, in any order, are all `want`. */
static void expect_results(struct __test_metadata *_metadata, async_t *self, unsigned int n,
			   int want)
{
	uint64_t id;
	int res;

	while (n--) {
		ASSERT_EQ(0, uring_result(self->ring, &id, &res, 10000));
		EXPECT_EQ(want, res) {
			TH_LOG("write %llu", (unsigned long long)id);
		}
	}
}

static void expect_done(struct __test_metadata *_metadata, async_t *self, size_t len)
{
	int i;

	ASSERT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
	EXPECT_EQ(len, self->status.accepted);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(len, self->t[i].bytes);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, len, self->seed));
	}
}

static void submit_all(struct __test_metadata *_metadata, async_t *self, bool fixed)
{
	unsigned int i;

	for (i = 0; i < COUNT; i++)
		(fixed ? uring_write_fixed : uring_write)(self->ring, self->fd,
							   self->data + i * CHUNK, CHUNK, i);
	ASSERT_EQ(COUNT, uring_submit(self->ring));
}

/* Many at once come in the order in which they were queued. */
TEST_F(async, plain)
{
	ASSERT_EQ(0, open_stream(self, CHUNK));
	submit_all(_metadata, self, false);
	expect_results(_metadata, self, COUNT, CHUNK);
	expect_done(_metadata, self, SIZE);
	EXPECT_LE(SIZE - 4 * CHUNK, self->status.zero_copy);
}

TEST_F(async, fixed)
{
	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, uring_register(self->ring, self->data, SIZE));
	submit_all(_metadata, self, true);
	expect_results(_metadata, self, COUNT, CHUNK);
	expect_done(_metadata, self, SIZE);
	EXPECT_LE(SIZE - 4 * CHUNK, self->status.zero_copy);
}

/* One write larger than the ring. */
TEST_F(async, large)
{
	ASSERT_EQ(0, open_stream(self, 0));
	ASSERT_EQ(0, uring_register(self->ring, self->data, SIZE));
	uring_write_fixed(self->ring, self->fd, self->data, SIZE, 1);
	ASSERT_EQ(1, uring_submit(self->ring));
	expect_results(_metadata, self, 1, SIZE);
	expect_done(_metadata, self, SIZE);
}

/* Neither blocks, chunks nor pages. */
TEST_F(async, odd)
{
	static const unsigned int len[] = { 1000, 65536, 1, 4095, 4096, 200000, 12345 };
	unsigned int i, at = 0, total = 0;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	for (i = 0; i < ARRAY_SIZE(len); i++) {
		uring_write(self->ring, self->fd, self->data + at, len[i], i);
		at += len[i];
	}
	total = (at + BLOCK - 1) / BLOCK * BLOCK;
	uring_write(self->ring, self->fd, self->data + at, total - at, i);
	ASSERT_EQ(ARRAY_SIZE(len) + 1, uring_submit(self->ring));
	for (i = 0; i <= ARRAY_SIZE(len); i++)
		ASSERT_EQ(0, uring_result(self->ring, NULL, NULL, 5000));
	expect_done(_metadata, self, total);
}

/* A write comes back when the recorders have taken it, not before. */
TEST_F(async, completes_when_taken)
{
	uint64_t t0;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
	ASSERT_EQ(0, uring_register(self->ring, self->data, SIZE));
	ASSERT_EQ(0, sdbg_set("delay", 50));
	t0 = now_ms();
	uring_write_fixed(self->ring, self->fd, self->data + CHUNK, CHUNK, 1);
	ASSERT_EQ(1, uring_submit(self->ring));
	EXPECT_GT(150, now_ms() - t0);	/* it is only queued */
	EXPECT_EQ(-ETIME, uring_result(self->ring, NULL, NULL, 50));
	expect_results(_metadata, self, 1, CHUNK);
	EXPECT_LE(190, now_ms() - t0);
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
	expect_done(_metadata, self, 2 * CHUNK);
	EXPECT_EQ(CHUNK, self->status.zero_copy);
}

/* Less than the prefill, and a chunk that is not whole: neither waits for more. */
TEST_F(async, waits_for_nobody)
{
	ASSERT_EQ(0, open_stream(self, RING));
	ASSERT_EQ(0, uring_register(self->ring, self->data, SIZE));
	uring_write_fixed(self->ring, self->fd, self->data, 2 * CHUNK, 1);
	ASSERT_EQ(1, uring_submit(self->ring));
	expect_results(_metadata, self, 1, 2 * CHUNK);
	ASSERT_EQ(0, write_all(self->fd, self->data + 2 * CHUNK, RING - 2 * CHUNK));
	uring_write_fixed(self->ring, self->fd, self->data + RING, CHUNK + BLOCK, 2);
	ASSERT_EQ(1, uring_submit(self->ring));
	expect_results(_metadata, self, 1, CHUNK + BLOCK);
	expect_done(_metadata, self, RING + CHUNK + BLOCK);
}

/* write() comes after what was queued before, and FINISH after all. */
TEST_F(async, order)
{
	unsigned int i;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, sdbg_set("delay", 2));
	for (i = 0; i < 16; i++)
		uring_write(self->ring, self->fd, self->data + i * CHUNK, CHUNK, i);
	ASSERT_EQ(16, uring_submit(self->ring));
	ASSERT_EQ(0, write_all(self->fd, self->data + 16 * CHUNK, CHUNK));
	for (i = 17; i < COUNT; i++)
		uring_write(self->ring, self->fd, self->data + i * CHUNK, CHUNK, i);
	ASSERT_EQ(COUNT - 17, uring_submit(self->ring));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_results(_metadata, self, COUNT - 1, CHUNK);
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
	expect_done(_metadata, self, SIZE);
}

TEST_F(async, abort)
{
	unsigned int n = 0;
	int res;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, sdbg_set("delay", 25));
	submit_all(_metadata, self, false);
	sleep_ms(150);
	EXPECT_EQ(0, mux_abort(self->fd));
	while (n < COUNT && !uring_result(self->ring, NULL, &res, 5000)) {
		EXPECT_TRUE(res == CHUNK || res == -ECANCELED);
		n++;
	}
	EXPECT_EQ(COUNT, n);
	EXPECT_EQ(-ECANCELED, res);
	uring_write(self->ring, self->fd, self->data, CHUNK, 0);
	ASSERT_EQ(1, uring_submit(self->ring));
	expect_results(_metadata, self, 1, -ECANCELED);
}

TEST_F(async, nobody_left)
{
	uint32_t lba[4] = { SDBG_BLOCKS, SDBG_BLOCKS, SDBG_BLOCKS, SDBG_BLOCKS };
	unsigned int n = 0, failed = 0;
	int res;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, CHUNK);
	ASSERT_LE(0, self->fd);
	submit_all(_metadata, self, false);
	while (n < COUNT && !uring_result(self->ring, NULL, &res, 5000)) {
		EXPECT_TRUE(res == CHUNK || res == -EIO);
		failed += res == -EIO;
		n++;
	}
	EXPECT_EQ(COUNT, n);
	EXPECT_LE(COUNT - RING / CHUNK, failed);
}

TEST_F(async, bad_memory)
{
	uint8_t *end = mmap(NULL, 2 * CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	ASSERT_NE(MAP_FAILED, end);
	ASSERT_EQ(0, munmap(end + CHUNK, CHUNK));
	ASSERT_EQ(0, open_stream(self, RING));
	uring_write(self->ring, self->fd, end + CHUNK, CHUNK, 1);
	ASSERT_EQ(1, uring_submit(self->ring));
	expect_results(_metadata, self, 1, -EFAULT);
	/* Memory that was never touched is brought in. */
	uring_write(self->ring, self->fd, end, CHUNK, 2);
	ASSERT_EQ(1, uring_submit(self->ring));
	expect_results(_metadata, self, 1, CHUNK);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(CHUNK, self->status.accepted);
}

/* The last close() aborts as soon as the writes that are under way let go. */
TEST_F(async, closed_under_way)
{
	struct discmux_info info;
	unsigned int n = 0;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, sdbg_set("delay", 5));
	submit_all(_metadata, self, false);
	close(self->fd);
	self->fd = -1;
	while (n < COUNT && !uring_result(self->ring, NULL, NULL, 10000))
		n++;
	EXPECT_EQ(COUNT, n);
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 5000));
}

/* A process that dies leaves neither a stream nor held recorders behind. */
TEST_F(async, killed)
{
	struct discmux_info info;
	struct uring *ring;
	unsigned int i;
	int status, p[2];
	uint64_t t0;
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(0, sdbg_set("delay", 50));
	pid = fork();
	if (!pid) {
		ring = uring_open(64);
		self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, CHUNK);
		for (i = 0; i < COUNT; i++)
			uring_write(ring, self->fd, self->data + i * CHUNK, CHUNK, i);
		uring_submit(ring);
		write(p[1], "", 1);
		for (;;)
			pause();
	}
	ASSERT_EQ(1, read(p[0], &c, 1));
	t0 = now_ms();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 8000));
	/* 48 chunks would take 9.6 s */
	EXPECT_GT(5000, now_ms() - t0);
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
}

/* The ring of io_uring holds the stream while it is one of its files. */
TEST_F(async, registered_file)
{
	struct discmux_info info;
	unsigned int i;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, uring_register_file(self->ring, self->fd));
	for (i = 0; i < 4; i++) {
		uring_write(self->ring, 0, self->data + i * CHUNK, CHUNK, i);
		uring_file(self->ring);
	}
	ASSERT_EQ(4, uring_submit(self->ring));
	close(self->fd);
	self->fd = -1;
	expect_results(_metadata, self, 4, CHUNK);
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(1, info.streams);
	uring_close(self->ring);
	self->ring = NULL;
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 5000));
}

TEST_HARNESS_MAIN
