// SPDX-License-Identifier: GPL-2.0
/* A stream to four recorders: what is written arrives, whole and in order. */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/uio.h>

#define RING	(8 * CHUNK)

FIXTURE(stream)
{
	struct sdbg_rig rig;
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	uint8_t *data;		/* 4 MiB of the pattern of `seed` */
	size_t size;
	uint32_t seed;
	int fd;
};

FIXTURE_SETUP(stream)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->fd = -1;
	self->size = 4u << 20;
	self->seed = (uint32_t)getpid();
	self->data = malloc(self->size);
	ASSERT_NE(NULL, self->data);
	pattern_fill(self->data, self->size, 0, self->seed);
}

FIXTURE_TEARDOWN(stream)
{
	if (self->fd >= 0)
		close(self->fd);
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(stream) stream_t;

static int get_status(stream_t *self)
{
	return mux_stream_status(self->fd, &self->status, self->t, 4);
}

static void open_stream(struct __test_metadata *_metadata, stream_t *self, const uint32_t *lba,
			uint32_t ring, uint32_t prefill)
{
	self->fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, ring, prefill);
	ASSERT_LE(0, self->fd);
}

/* All four are done with len bytes, and hold them. */
static void expect_done(struct __test_metadata *_metadata, stream_t *self, const uint32_t *lba,
			size_t len)
{
	uint32_t at;
	int i;

	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
	EXPECT_EQ(len, self->status.accepted);
	EXPECT_EQ(0, self->status.ring_used);
	EXPECT_EQ(4, self->status.nr_targets);
	for (i = 0; i < 4; i++) {
		at = lba ? lba[i] : 0;
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		EXPECT_EQ(len, self->t[i].bytes);
		EXPECT_EQ(at + len / BLOCK, self->t[i].next_lba);
		EXPECT_EQ(0, self->t[i].retries);
		EXPECT_EQ(self->rig.recorder[i], self->t[i].result.member);
		EXPECT_EQ(0, self->t[i].result.error);
		EXPECT_EQ(0, self->t[i].result.status);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], at, len, self->seed));
	}
}

TEST_F(stream, whole)
{
	open_stream(_metadata, self, NULL, 0, 0);
	EXPECT_EQ(0, write_all(self->fd, self->data, self->size));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, self->size);
}

/* A ring much smaller than the data goes round many times. */
TEST_F(stream, small_ring)
{
	open_stream(_metadata, self, NULL, 4 * CHUNK, 0);
	EXPECT_EQ(0, write_all(self->fd, self->data, self->size));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, self->size);
}

TEST_F(stream, own_address_each)
{
	static const uint32_t lba[4] = { 0, 16, 1000, 2047 };

	open_stream(_metadata, self, lba, RING, 0);
	EXPECT_EQ(0, write_all(self->fd, self->data, 2u << 20));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, lba, 2u << 20);
}

/* Pieces that respect neither blocks nor chunks nor the ring. */
TEST_F(stream, odd_pieces)
{
	static const size_t pieces[] = {
		1, 2047, 2048, 3, 65535, 65536, 65537, 100000, 4, 1u << 20, 12345, 7, 200000
	};
	size_t done = 0, total = (3u << 20) + 5 * BLOCK, n, i;

	open_stream(_metadata, self, NULL, RING, 0);
	for (i = 0; done < total; i++, done += n) {
		n = pieces[i % ARRAY_SIZE(pieces)];
		n = n < total - done ? n : total - done;
		ASSERT_EQ(0, write_all(self->fd, self->data + done, n));
	}
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, total);
}

TEST_F(stream, writev_pieces)
{
	struct iovec iov[5];
	size_t at = 0, i;

	for (i = 0; i < ARRAY_SIZE(iov); i++) {
		iov[i].iov_base = self->data + at;
		iov[i].iov_len = i == 4 ? 4 * CHUNK - at : 10001 * i;
		at += iov[i].iov_len;
	}
	open_stream(_metadata, self, NULL, RING, 0);
	EXPECT_EQ(4 * CHUNK, writev(self->fd, iov, ARRAY_SIZE(iov)));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 4 * CHUNK);
}

/* The last WRITE is as short as what is left. */
TEST_F(stream, short_tail)
{
	size_t len = CHUNK + 3 * BLOCK;

	open_stream(_metadata, self, NULL, RING, 0);
	EXPECT_EQ(0, write_all(self->fd, self->data, len));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, len);
}

/* The block behind the last one is not touched. */
TEST_F(stream, nothing_behind_the_end)
{
	uint8_t mark[BLOCK], seen[BLOCK];
	int i;

	memset(mark, 0x77, BLOCK);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, generic_write(&self->rig.recorder_info[i], 35, 1, mark));
	open_stream(_metadata, self, NULL, RING, 0);
	EXPECT_EQ(0, write_all(self->fd, self->data, 35 * BLOCK));
	EXPECT_EQ(0, mux_finish(self->fd));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, generic_read(&self->rig.recorder_info[i], 35, 1, seen));
		EXPECT_EQ(0, memcmp(mark, seen, BLOCK));
	}
}

TEST_F(stream, other_chunks)
{
	static const uint32_t chunk_blocks[] = { 1, 3, 16, 30 };
	struct discmux_target places[4] = { 0 };
	struct discmux_stream s;
	size_t i, k;

	for (i = 0; i < 4; i++)
		places[i].member = self->rig.recorder[i];
	for (k = 0; k < ARRAY_SIZE(chunk_blocks); k++) {
		s = (struct discmux_stream) {
			.size = sizeof(s),
			.nr_targets = 4,
			.block_size = BLOCK,
			.chunk_bytes = chunk_blocks[k] * BLOCK,
			.ring_bytes = 4 * chunk_blocks[k] * BLOCK,
			.targets = PTR(places),
		};
		ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_STREAM, &s));
		EXPECT_EQ(chunk_blocks[k] * BLOCK, s.chunk_bytes);
		EXPECT_EQ(4 * chunk_blocks[k] * BLOCK, s.ring_bytes);
		self->fd = (int)s.fd;
		EXPECT_EQ(0, write_all(self->fd, self->data, 100 * BLOCK));
		EXPECT_EQ(0, mux_finish(self->fd));
		expect_done(_metadata, self, NULL, 100 * BLOCK);
		close(self->fd);
		self->fd = -1;
	}
}

/* No WRITE goes out before prefill_bytes are there; FINISH starts what is. */
TEST_F(stream, prefill)
{
	int i;

	open_stream(_metadata, self, NULL, RING, 4 * CHUNK);
	ASSERT_EQ(0, write_all(self->fd, self->data, 4 * CHUNK - BLOCK));
	sleep_ms(150);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_FILLING, self->status.state);
	EXPECT_EQ(4 * CHUNK - BLOCK, self->status.accepted);
	EXPECT_EQ(4 * CHUNK - BLOCK, self->status.ring_used);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, self->t[i].bytes);
	ASSERT_EQ(0, write_all(self->fd, self->data + 4 * CHUNK - BLOCK, BLOCK));
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[0].bytes == 4 * CHUNK &&
			     self->t[3].bytes == 4 * CHUNK, 3000));
	EXPECT_EQ(DISCMUX_STREAM_RUNNING, self->status.state);
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 4 * CHUNK);
}

/* Not before all of it is there, whole chunks or not. */
TEST_F(stream, prefill_between_chunks)
{
	open_stream(_metadata, self, NULL, RING, CHUNK + BLOCK);
	ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
	sleep_ms(100);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_FILLING, self->status.state);
	EXPECT_EQ(0, self->t[0].bytes);
	ASSERT_EQ(0, write_all(self->fd, self->data + CHUNK, CHUNK));
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[3].bytes == 2 * CHUNK, 3000));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 2 * CHUNK);
}

/* prefill_bytes 0 is half the ring. */
TEST_F(stream, default_prefill)
{
	open_stream(_metadata, self, NULL, RING, 0);
	ASSERT_EQ(0, write_all(self->fd, self->data, RING / 2 - BLOCK));
	sleep_ms(100);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_FILLING, self->status.state);
	EXPECT_EQ(0, self->t[0].bytes);
	ASSERT_EQ(0, write_all(self->fd, self->data + RING / 2 - BLOCK, BLOCK));
	EXPECT_TRUE(wait_for(!get_status(self) && self->t[0].bytes == RING / 2, 3000));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, RING / 2);
}

TEST_F(stream, finish_starts_what_is_there)
{
	open_stream(_metadata, self, NULL, RING, RING);
	ASSERT_EQ(0, write_all(self->fd, self->data, 5 * BLOCK));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 5 * BLOCK);
}

TEST_F(stream, nothing_at_all)
{
	open_stream(_metadata, self, NULL, RING, 0);
	EXPECT_EQ(0, write(self->fd, self->data, 0));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
	EXPECT_EQ(0, self->status.accepted);
	EXPECT_EQ(0, self->t[2].bytes);
	EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[2].state);
}

/* A partial block is refused at FINISH, and the stream goes on. */
TEST_F(stream, partial_block)
{
	open_stream(_metadata, self, NULL, RING, 0);
	ASSERT_EQ(0, write_all(self->fd, self->data, 3 * BLOCK + 100));
	EXPECT_EQ(-EINVAL, mux_finish(self->fd));
	EXPECT_EQ(0, write_all(self->fd, self->data + 3 * BLOCK + 100, BLOCK - 100));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 4 * BLOCK);
}

TEST_F(stream, after_finish)
{
	open_stream(_metadata, self, NULL, RING, 0);
	ASSERT_EQ(0, write_all(self->fd, self->data, BLOCK));
	ASSERT_EQ(0, mux_finish(self->fd));
	EXPECT_EQ(-EINVAL, write_all(self->fd, self->data, BLOCK));
	expect_done(_metadata, self, NULL, BLOCK);
}

TEST_F(stream, abort)
{
	int i;

	open_stream(_metadata, self, NULL, RING, RING);
	ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(0, mux_abort(self->fd));
	EXPECT_EQ(-ECANCELED, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(-ECANCELED, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_ABORTED, self->status.state);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(DISCMUX_TARGET_ABORTED, self->t[i].state);
		EXPECT_EQ(0, self->t[i].bytes);
	}
}

/* ABORT does not wait for WRITEs in flight, and no new one follows. */
TEST_F(stream, abort_under_way)
{
	uint64_t bytes[4], t0;
	int i;

	open_stream(_metadata, self, NULL, RING, CHUNK);
	ASSERT_EQ(0, sdbg_set("delay", 100));
	ASSERT_EQ(0, write_all(self->fd, self->data, 4 * CHUNK));
	t0 = now_ms();
	EXPECT_EQ(0, mux_abort(self->fd));
	EXPECT_GT(80, now_ms() - t0);
	/* changes only when nothing is in flight in the device; a moment to hear of it */
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
	sleep_ms(200);
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 4; i++) {
		bytes[i] = self->t[i].bytes;
		EXPECT_GE(CHUNK, bytes[i]);
	}
	sleep_ms(100);
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(bytes[i], self->t[i].bytes);
		EXPECT_EQ(DISCMUX_TARGET_ABORTED, self->t[i].state);
	}
}

/* Four chunks of ring and slow recorders: it fills up. */
static size_t fill_up(int fd, const uint8_t *data, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = write(fd, data + done, size - done);
		if (n < 0)
			return errno == EAGAIN ? done : 0;
		done += (size_t)n;
	}
	return 0;
}

TEST_F(stream, nonblocking)
{
	struct pollfd p = { .events = POLLOUT };
	size_t done;

	open_stream(_metadata, self, NULL, 4 * CHUNK, CHUNK);
	p.fd = self->fd;
	EXPECT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLOUT, p.revents & (POLLOUT | POLLERR | POLLHUP));
	ASSERT_EQ(0, sdbg_set("delay", 50));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	done = fill_up(self->fd, self->data, self->size);
	EXPECT_LE(4 * CHUNK, done);
	EXPECT_GE(8 * CHUNK, done);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(done, self->status.accepted);
	EXPECT_EQ(0, poll(&p, 1, 0));
	/* A chunk is done after a delay. */
	EXPECT_EQ(1, poll(&p, 1, 5000));
	EXPECT_TRUE(p.revents & POLLOUT);
	EXPECT_LT(0, write(self->fd, self->data + done, BLOCK));
	EXPECT_EQ(0, mux_abort(self->fd));
}

/* The writer sleeps while the ring is full, and loses nothing. */
TEST_F(stream, waits_for_the_slowest)
{
	size_t len = 10 * CHUNK;
	uint64_t t0;

	open_stream(_metadata, self, NULL, 4 * CHUNK, CHUNK);
	ASSERT_EQ(0, sdbg_set("delay", 10));
	t0 = now_ms();
	EXPECT_EQ(0, write_all(self->fd, self->data, len));
	/* five WRITEs at least of 10 jiffies each had to end before */
	EXPECT_LE(45, now_ms() - t0);
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, sdbg_set("delay", 0));
	expect_done(_metadata, self, NULL, len);
	EXPECT_LE(9000, self->t[0].max_us);
}

static void ignore_signal(int sig)
{
	(void)sig;
}

static pid_t signal_parent(unsigned int times)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	while (times--) {
		sleep_ms(20);
		kill(parent, SIGUSR1);
	}
	_exit(0);
}

/* Signals with handlers while the ring is full: what write() says is true. */
TEST_F(stream, signals_while_full)
{
	struct sigaction act = { .sa_handler = ignore_signal };
	size_t done = 0, len = 12 * CHUNK;
	int status, ret;
	ssize_t n;
	pid_t pid;

	open_stream(_metadata, self, NULL, 4 * CHUNK, CHUNK);
	ASSERT_EQ(0, sdbg_set("delay", 10));
	ASSERT_EQ(0, sigaction(SIGUSR1, &act, NULL));
	pid = signal_parent(40);
	while (done < len) {
		n = write(self->fd, self->data + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		ASSERT_LT(0, n);
		done += (size_t)n;
		ASSERT_EQ(0, get_status(self));
		ASSERT_EQ(done, self->status.accepted);
	}
	do {
		ret = mux_finish(self->fd);
	} while (ret == -EINTR);
	EXPECT_EQ(0, ret);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, sdbg_set("delay", 0));
	expect_done(_metadata, self, NULL, len);
}

static pid_t blocked_child(int fd, const uint8_t *data, size_t len, bool finish)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (finish)
		mux_finish(fd);
	else
		write_all(fd, data, len);
	_exit(0);
}

static void kill_blocked(struct __test_metadata *_metadata, pid_t pid)
{
	uint64_t t0;
	int status;

	sleep_ms(200);
	ASSERT_EQ(0, waitpid(pid, &status, WNOHANG));
	t0 = now_ms();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_GT(1000, now_ms() - t0);
}

TEST_F(stream, killed_in_write)
{
	open_stream(_metadata, self, NULL, 4 * CHUNK, CHUNK);
	ASSERT_EQ(0, sdbg_set("delay", 125));
	kill_blocked(_metadata, blocked_child(self->fd, self->data, self->size, false));
	EXPECT_EQ(0, mux_abort(self->fd));
}

TEST_F(stream, killed_in_finish)
{
	open_stream(_metadata, self, NULL, 4 * CHUNK, CHUNK);
	ASSERT_EQ(0, sdbg_set("delay", 125));
	ASSERT_EQ(0, write_all(self->fd, self->data, 4 * CHUNK));
	kill_blocked(_metadata, blocked_child(self->fd, NULL, 0, true));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_FINISHING, self->status.state);
	EXPECT_EQ(0, mux_abort(self->fd));
}

TEST_F(stream, bad_memory)
{
	uint8_t *page = mmap(NULL, 2 * CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + CHUNK, CHUNK));
	memcpy(page, self->data, CHUNK);
	open_stream(_metadata, self, NULL, RING, RING);
	EXPECT_EQ(-1, write(self->fd, (void *)4096, CHUNK));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, write(self->fd, page + CHUNK, CHUNK));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(0, self->status.accepted);
	/* The good part counts, as write(2) allows, or nothing does. */
	if (write(self->fd, page, CHUNK + 1) < 0)
		EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, get_status(self));
	EXPECT_GE(CHUNK, self->status.accepted);
	EXPECT_EQ(0, write_all(self->fd, self->data + self->status.accepted,
			       2 * CHUNK - self->status.accepted));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 2 * CHUNK);
}

TEST_F(stream, cannot_be_read)
{
	uint8_t byte;

	open_stream(_metadata, self, NULL, RING, 0);
	EXPECT_EQ(-1, read(self->fd, &byte, 1));
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(-1, pwrite(self->fd, self->data, BLOCK, 0));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(0, self->status.accepted);
}

/* Closing without FINISH aborts; the recorders are free again. */
TEST_F(stream, close_aborts)
{
	struct discmux_info info;
	struct discmux_member m;
	int i;

	open_stream(_metadata, self, NULL, RING, RING);
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(1, info.streams);
	ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 2000));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, mux_member(self->rig.fd, self->rig.recorder[i], 0, &m));
		EXPECT_EQ(DISCMUX_MEMBER_IDLE, m.state);
	}
	open_stream(_metadata, self, NULL, RING, 0);
}

TEST_F(stream, close_under_way)
{
	struct discmux_info info;

	open_stream(_metadata, self, NULL, RING, CHUNK);
	ASSERT_EQ(0, sdbg_set("delay", 50));
	ASSERT_EQ(0, write_all(self->fd, self->data, 4 * CHUNK));
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 5000));
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
	open_stream(_metadata, self, NULL, RING, 0);
	EXPECT_EQ(0, write_all(self->fd, self->data, CHUNK));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, CHUNK);
}

/* The stream lives on when the fd it came from is closed, claimed or not. */
TEST_F(stream, parent_closed)
{
	int parent = mux_open(O_RDWR), ret = -EBUSY;

	ASSERT_EQ(0, mux_claim(parent, self->rig.recorder, 2, NULL));
	self->fd = mux_stream(parent, self->rig.recorder, NULL, 4, RING, 0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, write_all(self->fd, self->data, CHUNK));
	close(parent);
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->rig.recorder, 1, NULL));
	EXPECT_EQ(0, write_all(self->fd, self->data + CHUNK, CHUNK));
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 2 * CHUNK);
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(wait_for(!(ret = mux_claim(self->rig.fd, self->rig.recorder, 4, NULL)), 3000));
}

/* Two streams side by side do not mix. */
TEST_F(stream, two_streams)
{
	uint8_t *other = malloc(1u << 20);
	int a, b, i;

	ASSERT_NE(NULL, other);
	pattern_fill(other, 1u << 20, 0, self->seed + 1);
	a = mux_stream(self->rig.fd, self->rig.recorder, NULL, 2, RING, 0);
	b = mux_stream(self->rig.fd, self->rig.recorder + 2, NULL, 2, RING, 0);
	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	for (i = 0; i < 16; i++) {
		EXPECT_EQ(0, write_all(a, self->data + i * CHUNK, CHUNK));
		EXPECT_EQ(0, write_all(b, other + i * CHUNK, CHUNK));
	}
	EXPECT_EQ(0, mux_finish(b));
	EXPECT_EQ(0, mux_finish(a));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, 1u << 20,
					    self->seed + (i > 1)));
	close(a);
	close(b);
	free(other);
}

/* Recorders that wait for data count it. */
TEST_F(stream, ring_empty)
{
	int i;

	open_stream(_metadata, self, NULL, RING, CHUNK);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, write_all(self->fd, self->data + i * CHUNK, CHUNK));
		EXPECT_TRUE(wait_for(!get_status(self) && !self->status.ring_used, 3000));
		sleep_ms(20);
	}
	ASSERT_EQ(0, get_status(self));
	EXPECT_LE(2, self->t[0].ring_empty);
	EXPECT_EQ(0, mux_finish(self->fd));
	expect_done(_metadata, self, NULL, 3 * CHUNK);
}

TEST_HARNESS_MAIN
