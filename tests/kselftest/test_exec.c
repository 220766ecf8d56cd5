// SPDX-License-Identifier: GPL-2.0
/* One command to one member or to many at once. */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <pthread.h>
#include <scsi/sg.h>
#include <signal.h>
#include <sys/ioctl.h>

#define GUARD	0xa5

FIXTURE(exec)
{
	struct sdbg_rig rig;
	struct discmux_result r[5];
	uint32_t all[5];
};

FIXTURE_SETUP(exec)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	memset(self->r, GUARD, sizeof(self->r));
	memcpy(self->all, self->rig.recorder, sizeof(self->rig.recorder));
	self->all[4] = self->rig.reader;
}

FIXTURE_TEARDOWN(exec)
{
	sdbg_rig_close(&self->rig);
}

static void expect_good(struct __test_metadata *_metadata, const struct discmux_result *r,
			uint32_t member)
{
	EXPECT_EQ(member, r->member);
	EXPECT_EQ(0, r->error);
	EXPECT_EQ(0, r->status);
	EXPECT_EQ(0, r->sense_len);
	EXPECT_EQ(0, r->__reserved[0]);
	EXPECT_EQ(0, r->__reserved[1]);
}

TEST_F(exec, no_data_one)
{
	static const uint8_t cdb[6];

	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 1, cdb, 6, DISCMUX_DIR_NONE, NULL, 0,
			      self->r));
	expect_good(_metadata, &self->r[0], self->all[0]);
	EXPECT_EQ(0, self->r[0].resid);
	EXPECT_EQ(GUARD, *(uint8_t *)&self->r[1]);
}

TEST_F(exec, no_data_all)
{
	static const uint8_t cdb[6];
	int i;

	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 5, cdb, 6, DISCMUX_DIR_NONE, NULL, 0,
			      self->r));
	for (i = 0; i < 5; i++)
		expect_good(_metadata, &self->r[i], self->all[i]);
}

/* Results and data follow the caller's order, whatever the numbers are. */
TEST_F(exec, order_of_targets)
{
	uint32_t order[3] = { self->all[3], self->all[0], self->all[2] };
	uint8_t data[3][BLOCK], cdb[10] = { 0x28, 0, 0, 0, 0, 5, 0, 0, 1, 0 };
	int i;

	for (i = 0; i < 4; i++) {
		pattern_fill(data[0], BLOCK, 0, 100 + i);
		ASSERT_EQ(0, generic_write(&self->rig.recorder_info[i], 5, 1, data[0]));
	}
	memset(data, 0, sizeof(data));
	ASSERT_EQ(0, mux_exec(self->rig.fd, order, 3, cdb, 10, DISCMUX_DIR_IN, data, BLOCK,
			      self->r));
	for (i = 0; i < 3; i++) {
		expect_good(_metadata, &self->r[i], order[i]);
		EXPECT_EQ(0, self->r[i].resid);
	}
	EXPECT_EQ(-1, pattern_check(data[0], BLOCK, 0, 103));
	EXPECT_EQ(-1, pattern_check(data[1], BLOCK, 0, 100));
	EXPECT_EQ(-1, pattern_check(data[2], BLOCK, 0, 102));
}

/* INQUIRY gives 96 bytes; the rest of the buffer is told by resid. */
TEST_F(exec, short_data_in)
{
	uint8_t data[3][252], cdb[6] = { 0x12, 0, 0, 0, 252, 0 };
	int i;

	memset(data, GUARD, sizeof(data));
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 3, cdb, 6, DISCMUX_DIR_IN, data, 252,
			      self->r));
	for (i = 0; i < 3; i++) {
		expect_good(_metadata, &self->r[i], self->all[i]);
		EXPECT_EQ(252 - 96, self->r[i].resid);
		EXPECT_EQ(5, data[i][0] & 0x1f);
		EXPECT_EQ(0, memcmp(data[i] + 8, "Linux   scsi_debug", 18));
	}
}

/* Nothing of the kernel's memory shows behind what the device sent. */
TEST_F(exec, no_stale_data)
{
	uint8_t cdb[6] = { 0x12, 0, 0, 0, 36, 0 }, *data = malloc(CHUNK);
	size_t i, wrong = 0;

	ASSERT_NE(NULL, data);
	memset(data, GUARD, CHUNK);
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 1, cdb, 6, DISCMUX_DIR_IN, data, CHUNK,
			      self->r));
	EXPECT_EQ(CHUNK - 36, self->r[0].resid);
	for (i = 36; i < CHUNK; i++)
		wrong += data[i] != GUARD && data[i] != 0;
	EXPECT_EQ(0, wrong);
	free(data);
}

/* Odd lengths and unaligned buffers, data-in and data-out. */
TEST_F(exec, unaligned_data)
{
	uint8_t out[10] = { 0x2a, 0, 0, 0, 0, 9, 0, 0, 2, 0 };
	uint8_t in[10] = { 0x28, 0, 0, 0, 0, 9, 0, 0, 2, 0 };
	uint8_t *data = malloc(8 * BLOCK + 64);
	int i, off;

	ASSERT_NE(NULL, data);
	for (off = 0; off < 8; off += off ? off : 1) {
		pattern_fill(data + off, 2 * BLOCK, 0, 7 + off);
		ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 4, out, 10, DISCMUX_DIR_OUT,
				      data + off, 2 * BLOCK, self->r));
		for (i = 0; i < 4; i++) {
			expect_good(_metadata, &self->r[i], self->all[i]);
			EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 9, 2 * BLOCK,
						    7 + off));
		}
		memset(data, 0, 8 * BLOCK + 64);
		ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 4, in, 10, DISCMUX_DIR_IN,
				      data + off, 2 * BLOCK, self->r));
		for (i = 0; i < 4; i++)
			EXPECT_EQ(-1, pattern_check(data + off + i * 2 * BLOCK, 2 * BLOCK, 0,
						    7 + off));
	}
	free(data);
}

TEST_F(exec, largest_data)
{
	struct discmux_info info;
	uint8_t cdb[10] = { 0x2a };
	uint32_t len, blocks;
	uint8_t *data;

	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	blocks = self->rig.recorder_info[0].max_data / BLOCK;
	len = blocks * BLOCK;
	ASSERT_LE(len, info.max_data);
	data = malloc(len);
	ASSERT_NE(NULL, data);
	pattern_fill(data, len, 0, 3);
	cdb[7] = blocks >> 8;
	cdb[8] = blocks;
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 1, cdb, 10, DISCMUX_DIR_OUT, data, len,
			      self->r));
	expect_good(_metadata, &self->r[0], self->all[0]);
	EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[0], 0, len, 3));
	free(data);
}

/* An operation code that the device does not know: 05/20/00. */
TEST_F(exec, sense_of_failing_command)
{
	static const uint8_t cdb[6] = { 0xcf };
	int i;

	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 5, cdb, 6, DISCMUX_DIR_NONE, NULL, 0,
			      self->r));
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(self->all[i], self->r[i].member);
		EXPECT_EQ(0, self->r[i].error);
		EXPECT_EQ(2, self->r[i].status);
		EXPECT_LE(14, self->r[i].sense_len);
		EXPECT_GE(DISCMUX_SENSE_SIZE, self->r[i].sense_len);
		EXPECT_EQ(0x052000, mux_sense(&self->r[i]));
	}
}

/* One fails, the others don't: READ behind the end of one that is in range. */
TEST_F(exec, result_of_each)
{
	uint8_t start_stop[6] = { 0x1b, 0, 0, 0, 0, 0 }, ready[6] = { 0 };
	int i;

	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all + 1, 1, start_stop, 6, DISCMUX_DIR_NONE,
			      NULL, 0, self->r));
	expect_good(_metadata, &self->r[0], self->all[1]);
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 4, ready, 6, DISCMUX_DIR_NONE, NULL, 0,
			      self->r));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, self->r[i].error);
		EXPECT_EQ(i == 1 ? 2 : 0, self->r[i].status);
		EXPECT_EQ(i == 1 ? 0x020402 : 0, mux_sense(&self->r[i]));
	}
	start_stop[4] = 1;
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all + 1, 1, start_stop, 6, DISCMUX_DIR_NONE,
			      NULL, 0, self->r));
	expect_good(_metadata, &self->r[0], self->all[1]);
}

/* Smaller and larger entries than the driver's own. */
TEST_F(exec, result_stride)
{
	static const uint32_t strides[] = { 32, 40, 100, 128, 200, 4096 };
	uint8_t *buf = malloc(4 * 4096);
	struct discmux_exec exec = {
		.size = sizeof(exec),
		.nr_targets = 3,
		.cdb_len = 6,
		.cdb = { 0xcf },
		.targets = PTR(self->all),
		.results = PTR(buf),
	};
	size_t s, k, wrong;
	uint32_t i;

	ASSERT_NE(NULL, buf);
	for (s = 0; s < ARRAY_SIZE(strides); s++) {
		exec.result_stride = strides[s];
		memset(buf, GUARD, 4 * 4096);
		ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_EXEC, &exec));
		for (i = 0; i < 3; i++) {
			struct discmux_result r = { 0 };

			memcpy(&r, buf + i * strides[s],
			       strides[s] < sizeof(r) ? strides[s] : sizeof(r));
			EXPECT_EQ(self->all[i], r.member);
			EXPECT_EQ(2, r.status);
			if (strides[s] >= 100)
				EXPECT_EQ(0x052000, mux_sense(&r));
			for (k = sizeof(r), wrong = 0; k < strides[s]; k++)
				wrong += buf[i * strides[s] + k] != 0;
			EXPECT_EQ(0, wrong) {
				TH_LOG("stride %u: tail not zeroed", strides[s]);
			}
		}
		EXPECT_EQ(GUARD, buf[3 * strides[s]]);
	}
	free(buf);
}

TEST_F(exec, duration)
{
	uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0 }, data[2][BLOCK];
	uint64_t t0 = now_ms();

	ASSERT_EQ(0, sdbg_set("delay", 50));
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 2, cdb, 10, DISCMUX_DIR_IN, data, BLOCK,
			      self->r));
	/* 50 jiffies: 200 ms at 250 Hz, 500 ms at 100 Hz, 50 ms at 1000 Hz */
	EXPECT_LE(45000, self->r[0].duration_us);
	EXPECT_GE((now_ms() - t0 + 1) * 1000, self->r[0].duration_us);
	ASSERT_EQ(0, sdbg_set("delay", 0));
}

/* All at once: four slow commands take the time of one. */
TEST_F(exec, at_the_same_time)
{
	uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0 }, data[4][BLOCK];
	uint64_t t0, one, four;

	ASSERT_EQ(0, sdbg_set("delay", 50));
	t0 = now_ms();
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 1, cdb, 10, DISCMUX_DIR_IN, data, BLOCK,
			      self->r));
	one = now_ms() - t0;
	t0 = now_ms();
	ASSERT_EQ(0, mux_exec(self->rig.fd, self->all, 4, cdb, 10, DISCMUX_DIR_IN, data, BLOCK,
			      self->r));
	four = now_ms() - t0;
	EXPECT_GT(2 * one + 100, four);
	ASSERT_EQ(0, sdbg_set("delay", 0));
}

/* A device that does not answer costs timeout_ms, and is there afterwards. */
TEST_F(exec, timeout)
{
	uint8_t data[2][BLOCK];
	struct discmux_exec exec = {
		.size = sizeof(exec),
		.nr_targets = 2,
		.cdb_len = 10,
		.cdb = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0 },
		.direction = DISCMUX_DIR_IN,
		.data_len = BLOCK,
		.timeout_ms = 1000,
		.result_stride = sizeof(self->r[0]),
		.targets = PTR(self->all),
		.data = PTR(data),
		.results = PTR(self->r),
	};
	uint64_t t0;
	int i;

	/* Reads and writes get no answer */
	ASSERT_EQ(0, sdbg_set("opts", 0x80));
	ASSERT_EQ(0, sdbg_set("every_nth", 1));
	t0 = now_ms();
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_EXEC, &exec));
	EXPECT_LE(900, now_ms() - t0);
	EXPECT_GE(8000, now_ms() - t0);
	ASSERT_EQ(0, sdbg_set("every_nth", 0));
	ASSERT_EQ(0, sdbg_set("opts", 0));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(self->all[i], self->r[i].member);
		EXPECT_EQ(ETIMEDOUT, self->r[i].error);
	}
	EXPECT_TRUE(wait_for(!mux_ready(self->rig.fd, self->all[0]), 5000));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_EXEC, &exec));
	EXPECT_EQ(0, self->r[0].error);
}

/* Commands to the host of `m` that is in recovery wait. */
static void block(const struct discmux_member *m, bool blocked)
{
	int fd, nothing = SG_SCSI_RESET_NOTHING;
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/state", m->host);
	file_write(path, blocked ? "recovery\n" : "running\n");
	if (blocked)
		return;
	dev_path(m->generic_name, path, sizeof(path));
	fd = open(path, O_RDWR | O_NONBLOCK);
	ioctl(fd, SG_SCSI_RESET, &nothing);	/* wakes who waits for it */
	close(fd);
}

/*
 * A device that has answered is free for others, although the slowest of the group
 * has not answered yet.
 */
TEST_F(exec, no_place_kept)
{
	struct discmux_member one, slow;
	uint8_t cdb[6] = { 0 };
	uint32_t group[2];
	int status, ret;
	pid_t pid;

	ret = sdbg_one_place(&self->rig, &one);
	if (ret == -EBUSY)
		SKIP(return, "this scsi_debug keeps its max_queue");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, mux_member(self->rig.fd, self->all[1], 0, &slow));
	group[0] = one.member;
	group[1] = slow.member;
	block(&slow, true);
	pid = fork();
	if (!pid) {
		mux_exec(self->rig.fd, group, 2, cdb, 6, DISCMUX_DIR_NONE, NULL, 0, self->r);
		_exit(self->r[0].error || self->r[1].error);
	}
	sleep_ms(200);
	EXPECT_EQ(0, mux_ready(self->rig.fd, one.member));
	/* Nor does its going wait for the slow one */
	EXPECT_EQ(0, sdbg_one_place_end(&self->rig));
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
	block(&slow, false);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

struct hammer {
	int fd;
	uint32_t member;
	int failures;
};

static void *hammer(void *arg)
{
	struct hammer *h = arg;
	uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0 }, data[BLOCK];
	struct discmux_result r;
	int i;

	for (i = 0; i < 100; i++)
		h->failures += mux_exec(h->fd, &h->member, 1, cdb, 10, DISCMUX_DIR_IN, data,
					BLOCK, &r) || r.error || r.status;
	return NULL;
}

/* One fd used by several threads, two of them on one member. */
TEST_F(exec, threads)
{
	struct hammer h[4];
	pthread_t t[4];
	int i;

	for (i = 0; i < 4; i++) {
		h[i] = (struct hammer) { self->rig.fd, self->all[i / 2], 0 };
		ASSERT_EQ(0, pthread_create(&t[i], NULL, hammer, &h[i]));
	}
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		EXPECT_EQ(0, h[i].failures);
	}
}

static void fatal_victim(int fd, uint32_t member)
{
	uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0 }, data[BLOCK];
	struct discmux_result r;

	mux_exec(fd, &member, 1, cdb, 10, DISCMUX_DIR_IN, data, BLOCK, &r);
}

/* The wait is killable; what was started ends by itself. */
TEST_F(exec, killed_while_waiting)
{
	uint64_t t0;
	pid_t pid;
	int status;

	ASSERT_EQ(0, sdbg_set("delay", 400));
	pid = fork();
	if (!pid) {
		fatal_victim(self->rig.fd, self->all[0]);
		_exit(0);
	}
	sleep_ms(200);
	t0 = now_ms();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_GT(1000, now_ms() - t0);
	/* delay cannot change while a command runs: this waits for it */
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 15000));
	EXPECT_EQ(0, mux_ready(self->rig.fd, self->all[0]));
}

TEST_HARNESS_MAIN
