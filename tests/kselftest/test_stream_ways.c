// SPDX-License-Identifier: GPL-2.0
/*
 * The ways into a stream that copy nothing: pages of a file by sendfile() and
 * splice(), and the ring itself in the user's memory.
 */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define RING	(8 * CHUNK)
#define SIZE	(3u << 20)
#define PAGE	4096u

FIXTURE(ways)
{
	struct sdbg_rig rig;
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	uint8_t *data;
	uint32_t seed;
	int image;	/* SIZE bytes of the pattern */
	int fd;
};

FIXTURE_SETUP(ways)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->fd = -1;
	self->seed = (uint32_t)getpid();
	self->data = malloc(SIZE);
	ASSERT_NE(NULL, self->data);
	pattern_fill(self->data, SIZE, 0, self->seed);
	self->image = open("/tmp", O_RDWR | O_TMPFILE, 0600);
	ASSERT_LE(0, self->image);
	ASSERT_EQ(0, write_all(self->image, self->data, SIZE));
	ASSERT_EQ(0, lseek(self->image, 0, SEEK_SET));
}

FIXTURE_TEARDOWN(ways)
{
	if (self->fd >= 0)
		close(self->fd);
	close(self->image);
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(ways) ways_t;

static int get_status(ways_t *self)
{
	return mux_stream_status(self->fd, &self->status, self->t, 4);
}

static int open_stream(ways_t *self, uint32_t prefill)
{
	self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, prefill);
	return self->fd < 0 ? self->fd : 0;
}

/* All of it by sendfile() from where the file is. */
static int send_all(ways_t *self, size_t len)
{
	ssize_t n;

	while (len) {
		n = sendfile(self->fd, self->image, NULL, len);
		if (n <= 0)
			return n ? -errno : -EPIPE;
		len -= (size_t)n;
	}
	return 0;
}

/* All four hold the pattern; of that `copied` bytes were copied. */
static void expect_done(struct __test_metadata *_metadata, ways_t *self, size_t len,
			uint64_t copied)
{
	int i;

	ASSERT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
	EXPECT_EQ(len, self->status.accepted);
	EXPECT_EQ(copied, self->status.copied);
	EXPECT_EQ(len - copied, self->status.zero_copy);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(len, self->t[i].bytes);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, len, self->seed));
	}
}

TEST_F(ways, write_copies)
{
	ASSERT_EQ(0, open_stream(self, 0));
	EXPECT_EQ(0, write_all(self->fd, self->data, SIZE));
	expect_done(_metadata, self, SIZE, SIZE);
}

TEST_F(ways, sendfile)
{
	ASSERT_EQ(0, open_stream(self, 0));
	EXPECT_EQ(0, send_all(self, SIZE));
	expect_done(_metadata, self, SIZE, 0);
}

/* The last page is not whole and so is copied. */
TEST_F(ways, sendfile_tail)
{
	ASSERT_EQ(0, open_stream(self, 0));
	EXPECT_EQ(0, send_all(self, CHUNK + PAGE + BLOCK));
	expect_done(_metadata, self, CHUNK + PAGE + BLOCK, BLOCK);
}

/* Data that do not lie at the places of pages: one copy for all. */
TEST_F(ways, sendfile_beside_pages)
{
	size_t len = SIZE - PAGE;

	ASSERT_EQ(BLOCK, lseek(self->image, BLOCK, SEEK_SET));
	ASSERT_EQ(0, write_all(self->image, self->data, len));
	ASSERT_EQ(BLOCK, lseek(self->image, BLOCK, SEEK_SET));
	ASSERT_EQ(0, open_stream(self, 0));
	EXPECT_EQ(0, send_all(self, len));
	expect_done(_metadata, self, len, len);
}

/* A header by write(), the rest by sendfile() at the place of a page. */
TEST_F(ways, write_then_sendfile)
{
	ASSERT_EQ(0, open_stream(self, 0));
	EXPECT_EQ(0, write_all(self->fd, self->data, 5 * PAGE));
	ASSERT_EQ(5 * PAGE, lseek(self->image, 5 * PAGE, SEEK_SET));
	EXPECT_EQ(0, send_all(self, SIZE - 5 * PAGE));
	expect_done(_metadata, self, SIZE, 5 * PAGE);
}

/* What user memory a pipe refers to stays as it is until it is written. */
TEST_F(ways, splice_user_pages)
{
	uint8_t *buf = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec iov = { .iov_base = buf, .iov_len = SIZE };
	int p[2];
	ssize_t n;

	ASSERT_NE(MAP_FAILED, buf);
	memcpy(buf, self->data, SIZE);
	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(0, open_stream(self, RING));
	while (iov.iov_len) {
		n = vmsplice(p[1], &iov, 1, 0);
		ASSERT_LT(0, n);
		iov.iov_base = (uint8_t *)iov.iov_base + n;
		iov.iov_len -= (size_t)n;
		ASSERT_EQ(n, splice(p[0], NULL, self->fd, NULL, (size_t)n, 0));
	}
	munmap(buf, SIZE);	/* the pages live on */
	expect_done(_metadata, self, SIZE, 0);
	close(p[0]);
	close(p[1]);
}

/* The file is gone from the directory and cut to nothing, its pages are not. */
TEST_F(ways, truncated_file)
{
	ASSERT_EQ(0, open_stream(self, RING));
	EXPECT_EQ(0, send_all(self, RING / 2));
	ASSERT_EQ(0, ftruncate(self->image, 0));
	expect_done(_metadata, self, RING / 2, 0);
}

TEST_F(ways, sendfile_waits_and_can_be_killed)
{
	uint64_t t0;
	pid_t pid;
	int status;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ASSERT_EQ(0, sdbg_set("delay", 125));
	pid = fork();
	if (!pid) {
		send_all(self, SIZE);
		_exit(0);
	}
	sleep_ms(200);
	ASSERT_EQ(0, waitpid(pid, &status, WNOHANG));
	t0 = now_ms();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_GT(1000, now_ms() - t0);
	EXPECT_EQ(0, mux_abort(self->fd));
}

TEST_F(ways, sendfile_after_the_end)
{
	ASSERT_EQ(0, open_stream(self, 0));
	ASSERT_EQ(0, send_all(self, CHUNK));
	EXPECT_EQ(0, mux_abort(self->fd));
	EXPECT_EQ(-ECANCELED, send_all(self, CHUNK));
}

/* ---- the mapped ring ---- */

static uint8_t *map_ring(int fd, size_t len, int prot, int flags)
{
	void *p = mmap(NULL, len, prot, flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Puts `len` bytes of the pattern from `from` on into the ring, `piece` at a time. */
static int fill_ring(ways_t *self, uint8_t *ring, size_t from, size_t len, size_t piece)
{
	struct discmux_stream_commit c;
	size_t n;
	int ret = mux_commit(self->fd, &c, 0, 1);

	while (!ret && len) {
		n = piece < len ? piece : len;
		n = n < c.room ? n : c.room;
		memcpy(ring + c.offset, self->data + from, n);
		from += n;
		len -= n;
		ret = mux_commit(self->fd, &c, (uint32_t)n, len ? 1 : 0);
	}
	return ret;
}

TEST_F(ways, map)
{
	uint8_t *ring;

	ASSERT_EQ(0, open_stream(self, 0));
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	EXPECT_EQ(0, fill_ring(self, ring, 0, SIZE, CHUNK));
	expect_done(_metadata, self, SIZE, 0);
	munmap(ring, RING);
}

TEST_F(ways, map_odd_pieces)
{
	uint8_t *ring;

	ASSERT_EQ(0, open_stream(self, 0));
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	EXPECT_EQ(0, fill_ring(self, ring, 0, SIZE, 3 * CHUNK + 1236));
	expect_done(_metadata, self, SIZE, 0);
	munmap(ring, RING);
}

/* All ways in turn: the data come in the order in which they were given. */
TEST_F(ways, map_and_others)
{
	uint8_t *ring;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	EXPECT_EQ(0, fill_ring(self, ring, 0, CHUNK, CHUNK));
	EXPECT_EQ(0, write_all(self->fd, self->data + CHUNK, CHUNK));
	ASSERT_EQ(2 * CHUNK, lseek(self->image, 2 * CHUNK, SEEK_SET));
	EXPECT_EQ(0, send_all(self, 8 * CHUNK));
	EXPECT_EQ(0, fill_ring(self, ring, 10 * CHUNK, 9 * CHUNK, CHUNK));
	expect_done(_metadata, self, 19 * CHUNK, CHUNK);
	munmap(ring, RING);
}

/* Nothing of the kernel's shows in a new ring. */
TEST_F(ways, map_is_empty)
{
	uint8_t *ring;
	size_t i;

	ASSERT_EQ(0, open_stream(self, 0));
	ring = map_ring(self->fd, RING, PROT_READ, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	for (i = 0; i < RING && !ring[i]; i++)
		;
	EXPECT_EQ(RING, i);
	munmap(ring, RING);
}

TEST_F(ways, map_refused)
{
	uint8_t *ring;

	ASSERT_EQ(0, open_stream(self, 0));
	EXPECT_EQ(NULL, map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_PRIVATE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(NULL, map_ring(self->fd, RING - PAGE, PROT_READ | PROT_WRITE, MAP_SHARED));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(NULL, map_ring(self->fd, RING + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(NULL, map_ring(self->fd, RING, PROT_READ | PROT_EXEC, MAP_SHARED));
	EXPECT_EQ(EINVAL, errno);
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	EXPECT_EQ(NULL, map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED));
	EXPECT_EQ(EBUSY, errno);
	munmap(ring, RING);
	close(self->fd);
	ASSERT_EQ(0, open_stream(self, 0));
	ASSERT_EQ(0, write_all(self->fd, self->data, 4));
	EXPECT_EQ(NULL, map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED));
	EXPECT_EQ(EBUSY, errno);
}

/* The mapping neither keeps the stream nor loses its memory with it. */
TEST_F(ways, map_outlives_the_stream)
{
	struct discmux_info info;
	uint8_t *ring;

	ASSERT_EQ(0, open_stream(self, 0));
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	EXPECT_EQ(0, fill_ring(self, ring, 0, CHUNK, CHUNK));
	close(self->fd);
	self->fd = -1;
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && !info.streams, 2000));
	memset(ring, 0x55, RING);
	EXPECT_EQ(0x55, ring[RING - 1]);
	munmap(ring, RING);
}

TEST_F(ways, commit_places)
{
	struct discmux_stream_commit c;
	uint8_t *ring;

	ASSERT_EQ(0, open_stream(self, RING));
	EXPECT_EQ(0, mux_commit(self->fd, &c, 0, 0));
	EXPECT_EQ(-EINVAL, mux_commit(self->fd, &c, BLOCK, 0));	/* nothing is mapped */
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	ASSERT_EQ(0, mux_commit(self->fd, &c, 0, 0));
	EXPECT_EQ(0, c.offset);
	EXPECT_EQ(RING, c.room);
	EXPECT_EQ(-EINVAL, mux_commit(self->fd, &c, RING + 1, 0));
	EXPECT_EQ(RING + 1, c.bytes);
	EXPECT_EQ(0, mux_commit(self->fd, &c, CHUNK + 100, RING));
	EXPECT_EQ(0, c.bytes);
	EXPECT_EQ(CHUNK + 100, c.offset);
	EXPECT_EQ(RING - CHUNK - 100, c.room);
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(CHUNK + 100, self->status.accepted);
	EXPECT_EQ(CHUNK + 100, self->status.zero_copy);
	munmap(ring, RING);
}

TEST_F(ways, commit_waits_for_room)
{
	struct discmux_stream_commit c = {
		.size = sizeof(c), .flags = DISCMUX_COMMIT_NOWAIT, .bytes = RING, .want = CHUNK
	};
	uint8_t *ring;
	uint64_t t0;

	ASSERT_EQ(0, open_stream(self, CHUNK));
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	ASSERT_EQ(0, sdbg_set("delay", 10));
	memcpy(ring, self->data, RING);
	t0 = now_ms();
	EXPECT_EQ(-EAGAIN, mux_call(self->fd, DISCMUX_IOC_STREAM_COMMIT, &c));
	EXPECT_EQ(0, c.bytes);
	EXPECT_EQ(0, c.room);
	EXPECT_EQ(0, mux_commit(self->fd, &c, 0, CHUNK));
	EXPECT_LE(CHUNK, c.room);
	EXPECT_EQ(0, c.offset);
	EXPECT_LE(30, now_ms() - t0);
	expect_done(_metadata, self, RING, 0);
	EXPECT_EQ(-EINVAL, mux_commit(self->fd, &c, BLOCK, 0));
	munmap(ring, RING);
}

/* READ(10) of the reader into the ring, and from there to the recorders. */
static int read_into(ways_t *self, uint8_t *to, uint32_t lba)
{
	uint8_t cdb[10] = {
		0x28, 0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16), (uint8_t)(lba >> 8),
		(uint8_t)lba, 0, 0, CHUNK / BLOCK, 0
	};
	struct discmux_result r;
	int ret = mux_exec(self->rig.fd, &self->rig.reader, 1, cdb, sizeof(cdb), DISCMUX_DIR_IN,
			   to, CHUNK, &r);

	return ret ? ret : r.error || r.status ? -EIO : 0;
}

TEST_F(ways, disc_to_discs)
{
	struct discmux_stream_commit c;
	struct discmux_member reader;
	uint8_t *ring;
	uint32_t i, n = 20;

	ASSERT_EQ(0, mux_member(self->rig.fd, self->rig.reader, 0, &reader));
	for (i = 0; i < n; i++)
		ASSERT_EQ(0, generic_write(&reader, i * (CHUNK / BLOCK), CHUNK / BLOCK,
					   self->data + i * CHUNK));
	ASSERT_EQ(0, open_stream(self, 0));
	ring = map_ring(self->fd, RING, PROT_READ | PROT_WRITE, MAP_SHARED);
	ASSERT_NE(NULL, ring);
	ASSERT_EQ(0, mux_commit(self->fd, &c, 0, CHUNK));
	for (i = 0; i < n; i++) {
		ASSERT_EQ(0, read_into(self, ring + c.offset, i * (CHUNK / BLOCK)));
		ASSERT_EQ(0, mux_commit(self->fd, &c, CHUNK, CHUNK));
	}
	expect_done(_metadata, self, n * CHUNK, 0);
	munmap(ring, RING);
}

TEST_HARNESS_MAIN
