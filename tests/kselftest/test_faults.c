// SPDX-License-Identifier: GPL-2.0
/*
 * Each call with each of its allocations and accesses to user memory failing in
 * turn, and streams whose workers get no memory now and then.  The kernel's own
 * checkers judge, and the devices afterwards.
 */
#include "faults.h"
#include "harness.h"
#include "mux.h"
#include "unit.h"
#include "uring.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define RING	(4 * CHUNK)

FIXTURE(faults)
{
	struct sdbg_rig rig;
	struct discmux_target places[4];
	struct discmux_result r[4];
	uint8_t *data;
	int fd, image;
	bool possible;
};

typedef FIXTURE_DATA(faults) faults_t;

FIXTURE_SETUP(faults)
{
	int i;

	self->possible = faults_possible();
	if (!self->possible)
		return;
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->fd = self->rig.fd;
	self->data = calloc(1, 1u << 20);
	ASSERT_NE(NULL, self->data);
	for (i = 0; i < 4; i++)
		self->places[i].member = self->rig.recorder[i];
	self->image = memfd_create("image", MFD_CLOEXEC);
	ASSERT_LE(0, self->image);
	ASSERT_EQ(0, write_all(self->image, self->data, 4 * CHUNK));
}

static bool healthy(faults_t *self)
{
	struct discmux_info info;
	int i;

	if (!wait_for(!mux_info(self->fd, &info) && !info.streams && info.members == 5, 10000))
		return false;
	for (i = 0; i < 4; i++)
		if (!wait_for(!mux_ready(self->fd, self->rig.recorder[i]), 5000))
			return false;
	return !mux_claim(self->fd, self->rig.recorder, 4, NULL) &&
	       !mux_release(self->fd, self->rig.recorder, 4);
}

FIXTURE_TEARDOWN(faults)
{
	if (!self->possible)
		return;
	EXPECT_TRUE(healthy(self));
	free(self->data);
	close(self->image);
	sdbg_rig_close(&self->rig);
}

/* EIO: sr did not get at its disk.  EBUSY: nor did we. */
static bool allowed(int ret)
{
	return ret >= 0 || ret == -ENOMEM || ret == -EFAULT || ret == -EIO || ret == -EBUSY;
}

static int do_info(void *arg)
{
	faults_t *self = arg;
	struct discmux_info info;

	return mux_info(self->fd, &info);
}

static int do_member(void *arg)
{
	faults_t *self = arg;
	struct discmux_member m;

	return mux_member(self->fd, 0, DISCMUX_MEMBER_NEXT, &m);
}

static int do_open(void *arg)
{
	int fd = mux_open(O_RDWR);

	(void)arg;
	if (fd >= 0)
		close(fd);
	return fd;
}

static int do_exec_in(void *arg)
{
	static const uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 4, 0 };
	faults_t *self = arg;

	return mux_exec(self->fd, self->rig.recorder, 4, cdb, 10, DISCMUX_DIR_IN, self->data,
			4 * BLOCK, self->r);
}

static int do_exec_out(void *arg)
{
	static const uint8_t cdb[10] = { 0x2a, 0, 0, 0, 0, 0, 0, 0, 8, 0 };
	faults_t *self = arg;

	return mux_exec(self->fd, self->rig.recorder, 4, cdb, 10, DISCMUX_DIR_OUT, self->data,
			8 * BLOCK, self->r);
}

static int do_claim(void *arg)
{
	faults_t *self = arg;
	int ret = mux_claim(self->fd, self->rig.recorder, 4, NULL);

	mux_release(self->fd, self->rig.recorder, 4);
	return ret;
}

static int do_fanout(void *arg)
{
	faults_t *self = arg;
	struct discmux_fanout_write write = {
		.size = sizeof(write),
		.nr_targets = 4,
		.block_size = BLOCK,
		.data_len = CHUNK,
		.result_stride = sizeof(self->r[0]),
		.targets = PTR(self->places),
		.data = PTR(self->data),
		.results = PTR(self->r),
	};

	return mux_call(self->fd, DISCMUX_IOC_FANOUT_WRITE, &write);
}

static int do_options(void *arg)
{
	struct discmux_unit_options o = { 0 };
	faults_t *self = arg;

	return unit_options(self->fd, self->rig.recorder[0], &o);
}

static int do_sense(void *arg)
{
	uint8_t sense[DISCMUX_SENSE_SIZE];
	faults_t *self = arg;

	return unit_sense(self->fd, self->rig.recorder[0], 0, sense);
}

static int do_page(void *arg)
{
	faults_t *self = arg;

	return unit_page(self->fd, self->rig.recorder[0], DISCMUX_PAGE_MODE_SENSE, 0x3f, 0,
			 self->data, 512, self->r);
}

static int do_message(void *arg)
{
	faults_t *self = arg;

	return unit_message(self->fd, self->rig.recorder[0], DISCMUX_MESSAGE_ABORT);
}

static int do_reset(void *arg)
{
	faults_t *self = arg;

	return unit_message(self->fd, self->rig.recorder[0], DISCMUX_MESSAGE_RESET);
}

static int do_nothing(void *arg)
{
	struct discmux_element_status s = { .size = sizeof(s) };
	faults_t *self = arg;
	int ret = mux_call(self->fd, DISCMUX_IOC_ELEMENT_STATUS, &s);

	return ret == -ENOENT ? 0 : ret;	/* no changer here */
}

TEST_F_TIMEOUT(faults, every_call, 600)
{
	static const struct {
		const char *name;
		int (*fn)(void *arg);
		int least;		/* failures there must be to make */
	} calls[] = {
		{ "INFO", do_info, 1 }, { "MEMBER", do_member, 1 }, { "open", do_open, 1 },
		{ "EXEC in", do_exec_in, 5 }, { "EXEC out", do_exec_out, 5 },
		{ "CLAIM, RELEASE", do_claim, 4 }, { "FANOUT_WRITE", do_fanout, 5 },
		{ "OPTIONS", do_options, 1 }, { "SENSE", do_sense, 1 }, { "PAGE", do_page, 4 },
		{ "MESSAGE", do_message, 1 }, { "MESSAGE reset", do_reset, 2 },
		{ "ELEMENT_STATUS", do_nothing, 1 },
	};
	size_t i;
	int n;

	NEEDS_FAULTS();
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		n = faults_sweep(calls[i].fn, self, allowed);
		EXPECT_LE(calls[i].least, n) {
			TH_LOG("%s: %d", calls[i].name, n);
		}
		printf("# %s: %d failures\n", calls[i].name, n);
		fflush(stdout);
	}
}

static int do_stream(void *arg)
{
	faults_t *self = arg;
	int fd = mux_stream(self->fd, self->rig.recorder, NULL, 4, RING, 0), ret;

	if (fd < 0)
		return fd;
	ret = write_all(fd, self->data, 2 * CHUNK);
	if (!ret)
		ret = mux_finish(fd);
	close(fd);
	return ret;
}

/* Pages of a file in place. */
static int do_sendfile(void *arg)
{
	faults_t *self = arg;
	int fd = mux_stream(self->fd, self->rig.recorder, NULL, 4, RING, 0), ret = 0;
	off_t at = 0;

	if (fd < 0)
		return fd;
	while (!ret && at < 3 * CHUNK)
		ret = sendfile(fd, self->image, &at, (size_t)(3 * CHUNK - at)) < 0 ? -errno : 0;
	if (!ret)
		ret = mux_finish(fd);
	close(fd);
	return ret;
}

static int feed_ring(faults_t *self, int fd, uint8_t *ring)
{
	static const uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, CHUNK / BLOCK, 0 };
	struct discmux_stream_commit c;
	int ret, i;

	ret = mux_commit(fd, &c, 0, 0);
	for (i = 0; !ret && i < 2; i++) {
		ret = mux_exec(self->fd, &self->rig.reader, 1, cdb, 10, DISCMUX_DIR_IN,
			       ring + c.offset, CHUNK, self->r);
		if (!ret)
			ret = mux_commit(fd, &c, CHUNK, CHUNK);
	}
	return ret ? ret : mux_finish(fd);
}

/* From the reader into the mapped ring, and on. */
static int do_mapped(void *arg)
{
	faults_t *self = arg;
	int fd = mux_stream(self->fd, self->rig.recorder, NULL, 4, RING, 0), ret;
	uint8_t *ring;

	if (fd < 0)
		return fd;
	ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ret = ring == MAP_FAILED ? -ENOMEM : feed_ring(self, fd, ring);
	if (ring != MAP_FAILED)
		munmap(ring, RING);
	close(fd);
	return ret;
}

/* Opening, feeding, finishing and closing a stream, each way in. */
/* Two writes at a time, which the stream takes from the user's own pages. */
static int do_uring(void *arg)
{
	faults_t *self = arg;
	int fd = mux_stream(self->fd, self->rig.recorder, NULL, 4, RING, 0), ret, sent, res;
	struct uring *ring;

	if (fd < 0)
		return fd;
	ring = uring_open(4);
	ret = ring ? 0 : -errno;
	if (ring) {
		uring_write(ring, fd, self->data, CHUNK, 0);
		uring_write(ring, fd, self->data + CHUNK, CHUNK, 1);
		sent = uring_submit(ring);
		ret = sent < 0 ? sent : 0;
		for (; sent > 0; sent--) {
			if (uring_result(ring, NULL, &res, 5000))
				res = -EIO;
			ret = ret ? ret : res < 0 ? res : 0;
		}
		uring_close(ring);
	}
	if (!ret)
		ret = mux_finish(fd);
	close(fd);
	return ret == -ECANCELED ? -EIO : ret;
}

TEST_F_TIMEOUT(faults, stream, 600)
{
	static const struct {
		const char *name;
		int (*fn)(void *arg);
	} ways[] = {
		{ "write", do_stream }, { "sendfile", do_sendfile }, { "mapped ring", do_mapped },
		{ "io_uring", do_uring },
	};
	size_t i;
	int n;

	NEEDS_FAULTS();
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		n = faults_sweep(ways[i].fn, self, allowed);
		EXPECT_LE(20, n) {
			TH_LOG("%s: %d", ways[i].name, n);
		}
		printf("# stream, %s: %d failures\n", ways[i].name, n);
		fflush(stdout);
	}
}

/* Legs that get no memory: each recorder has it all or has failed, none hangs. */
TEST_F_TIMEOUT(faults, workers, 600)
{
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	int round, i, fd;

	NEEDS_FAULTS();
	for (round = 0; round < 10; round++) {
		fd = mux_stream(self->fd, self->rig.recorder, NULL, 4, RING, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, faults_of_workers(10));
		write_all(fd, self->data, 1u << 20);
		mux_finish(fd);
		EXPECT_EQ(0, faults_of_workers(0));
		ASSERT_EQ(0, mux_stream_status(fd, &status, t, 4));
		EXPECT_EQ(DISCMUX_STREAM_DONE, status.state);
		for (i = 0; i < 4; i++)
			EXPECT_TRUE(t[i].state == DISCMUX_TARGET_FAILED ||
				    (t[i].state == DISCMUX_TARGET_DONE && t[i].bytes == 1u << 20));
		close(fd);
		EXPECT_TRUE(healthy(self));
	}
}

TEST_HARNESS_MAIN
