// SPDX-License-Identifier: GPL-2.0
/* Who holds a member, and what that keeps others from. */
#include "harness.h"
#include "iso.h"
#include "mux.h"
#include "uevent.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define MOUNT_POINT	"/tmp/discmux-claim"

FIXTURE(claim)
{
	struct sdbg_rig rig;
	uint32_t *m;		/* four recorders */
	uint32_t failed;
	int other;		/* another fd */
	char block[4][32];	/* their block devices */
};

FIXTURE_SETUP(claim)
{
	int i;

	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->m = self->rig.recorder;
	self->other = mux_open(O_RDWR);
	ASSERT_LE(0, self->other);
	for (i = 0; i < 4; i++)
		dev_path(self->rig.recorder_info[i].block_name, self->block[i],
			 sizeof(self->block[i]));
}

FIXTURE_TEARDOWN(claim)
{
	close(self->other);
	sdbg_rig_close(&self->rig);
}

static uint32_t state_of(int fd, uint32_t member)
{
	struct discmux_member m;

	return mux_member(fd, member, 0, &m) ? 99 : m.state;
}

/* udev may hold a device for a moment after an event: give it time. */
static int claim_soon(int fd, const uint32_t *m, uint32_t nr)
{
	int ret = -EBUSY;

	wait_for((ret = mux_claim(fd, m, nr, NULL)) != -EBUSY, 3000);
	return ret;
}

static int open_exclusive(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_EXCL | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

TEST_F(claim, claim_and_release)
{
	int i;

	ASSERT_EQ(0, mux_claim(self->rig.fd, self->m, 4, &self->failed));
	EXPECT_EQ(DISCMUX_NONE, self->failed);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->other, self->m[i]));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->rig.reader));
	ASSERT_EQ(0, mux_release(self->rig.fd, self->m + 1, 2));
	EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->other, self->m[0]));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[1]));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[2]));
	EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->other, self->m[3]));
}

TEST_F(claim, twice_is_no_error)
{
	ASSERT_EQ(0, mux_claim(self->rig.fd, self->m, 2, NULL));
	EXPECT_EQ(0, mux_claim(self->rig.fd, self->m, 4, &self->failed));
	EXPECT_EQ(DISCMUX_NONE, self->failed);
	/* One release is enough. */
	ASSERT_EQ(0, mux_release(self->rig.fd, self->m, 4));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[0]));
	EXPECT_EQ(0, claim_soon(self->other, self->m, 4));
}

TEST_F(claim, all_or_none)
{
	ASSERT_EQ(0, mux_claim(self->other, self->m + 2, 1, NULL));
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 4, &self->failed));
	EXPECT_EQ(self->m[2], self->failed);
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->m[1]));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->m[3]));
	/* What this fd held before stays held. */
	ASSERT_EQ(0, claim_soon(self->rig.fd, self->m, 1));
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 4, NULL));
	EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->m[1]));
}

TEST_F(claim, release_of_what_is_not_held)
{
	EXPECT_EQ(0, mux_release(self->rig.fd, self->m, 4));
	ASSERT_EQ(0, claim_soon(self->other, self->m, 1));
	EXPECT_EQ(0, mux_release(self->rig.fd, self->m, 4));
	EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 1, NULL));
}

TEST_F(claim, close_releases)
{
	int copy;

	ASSERT_EQ(0, mux_claim(self->other, self->m, 4, NULL));
	copy = dup(self->other);
	close(self->other);
	/* The open file is still there. */
	EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->rig.fd, self->m[0]));
	close(copy);
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(0, claim_soon(self->rig.fd, self->m, 4));
	self->other = mux_open(O_RDWR);
}

TEST_F(claim, killed_holder)
{
	int status, ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	if (!pid) {
		int fd = mux_open(O_RDWR);

		byte = mux_claim(fd, self->m, 4, NULL) ? 'n' : 'y';
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_EQ('y', byte);
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 4, NULL));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, claim_soon(self->rig.fd, self->m, 4));
}

/* Commands that change something don't reach a member of another fd. */
TEST_F(claim, strangers_commands)
{
	static const struct {
		uint8_t cdb[10];
		uint32_t len;
		bool harmless;
	} commands[] = {
		{ { 0x00 }, 6, true },				/* TEST UNIT READY */
		{ { 0x1b, 0, 0, 0, 0, 0 }, 6, false },		/* START STOP UNIT: stop */
		{ { 0x1e, 0, 0, 0, 1, 0 }, 6, false },		/* PREVENT MEDIUM REMOVAL */
		{ { 0x35 }, 10, false },			/* SYNCHRONIZE CACHE */
		{ { 0xcf }, 6, false },				/* nobody knows */
	};
	uint8_t inquiry[6] = { 0x12, 0, 0, 0, 96, 0 }, data[96];
	struct discmux_result r;
	size_t i;

	ASSERT_EQ(0, mux_claim(self->other, self->m, 1, NULL));
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		memset(&r, 0xa5, sizeof(r));
		EXPECT_EQ(0, mux_exec(self->rig.fd, self->m, 1, commands[i].cdb, commands[i].len,
				      DISCMUX_DIR_NONE, NULL, 0, &r));
		EXPECT_EQ(self->m[0], r.member);
		EXPECT_EQ(commands[i].harmless ? 0 : EBUSY, r.error) {
			TH_LOG("operation code %02x", commands[i].cdb[0]);
		}
	}
	EXPECT_EQ(0, mux_exec(self->rig.fd, self->m, 1, inquiry, 6, DISCMUX_DIR_IN, data, 96, &r));
	EXPECT_EQ(0, r.error);
	/* It was not stopped, and its owner may do it all. */
	EXPECT_EQ(0, mux_ready(self->other, self->m[0]));
	EXPECT_EQ(0, mux_exec(self->other, self->m, 1, commands[3].cdb, 10, DISCMUX_DIR_NONE, NULL,
			      0, &r));
	EXPECT_EQ(0, r.error);
	EXPECT_EQ(0, r.status);
}

/* A process that sends READ(10), which a claim keeps out; ends with the result's error. */
static pid_t stranger_reads(const uint32_t *m)
{
	uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0 }, data[BLOCK];
	struct discmux_result r = { .error = 99 };
	pid_t pid = fork();

	if (pid)
		return pid;
	mux_exec(mux_open(O_RDWR), m, 1, cdb, 10, DISCMUX_DIR_IN, data, BLOCK, &r);
	_exit((int)r.error);
}

/* What a stranger has sent before comes to its end before the claim is there. */
TEST_F(claim, waits_for_a_command)
{
	pid_t pid;
	int status;

	ASSERT_EQ(0, sdbg_set("delay", 100));
	pid = stranger_reads(self->m);
	ASSERT_LT(0, pid);
	sleep_ms(100);
	EXPECT_EQ(0, mux_claim(self->rig.fd, self->m, 4, NULL));
	/* It has ended: the device takes another delay at once */
	EXPECT_EQ(0, sdbg_set("delay", 0));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(claim, waits_not_for_ever)
{
	uint64_t t0;
	pid_t pid;
	int status;

	ASSERT_EQ(0, sdbg_set("delay", 1000));
	pid = stranger_reads(self->m);
	ASSERT_LT(0, pid);
	sleep_ms(100);
	t0 = now_ms();
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 4, &self->failed));
	EXPECT_EQ(self->m[0], self->failed);
	EXPECT_GT(3000, now_ms() - t0);
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[0]));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, claim_soon(self->rig.fd, self->m, 4));
	EXPECT_EQ(0, sdbg_set("delay", 0));
}

/*
 * A command that waits for its turn at the device is not sent into what somebody else
 * has claimed meanwhile.
 */
TEST_F(claim, command_that_waited)
{
	struct discmux_member m;
	pid_t first, pid;
	int status, ret;

	ret = sdbg_one_place(&self->rig, &m);
	if (ret == -EBUSY)
		SKIP(return, "this scsi_debug keeps its max_queue");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, sdbg_set("delay", 200));
	/* TEST UNIT READY: a claim does not wait for it, but it takes the only place */
	first = fork();
	if (!first)
		_exit(mux_ready(mux_open(O_RDWR), m.member) != 0);
	sleep_ms(50);
	pid = stranger_reads(&m.member);
	sleep_ms(200);
	EXPECT_EQ(0, mux_claim(self->rig.fd, &m.member, 1, NULL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(EBUSY, WEXITSTATUS(status));
	ASSERT_EQ(first, waitpid(first, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
	EXPECT_EQ(0, mux_release(self->rig.fd, &m.member, 1));
	EXPECT_EQ(0, sdbg_one_place_end(&self->rig));
}

TEST_F(claim, strangers_write_one_of_two)
{
	uint8_t cdb[10] = { 0x2a, 0, 0, 0, 0, 30, 0, 0, 1, 0 }, data[BLOCK];
	struct discmux_result r[2];
	int i;

	pattern_fill(data, BLOCK, 0, 1);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, generic_write(&self->rig.recorder_info[i], 30, 1, data));
	ASSERT_EQ(0, mux_claim(self->other, self->m, 1, NULL));
	pattern_fill(data, BLOCK, 0, 2);
	EXPECT_EQ(0, mux_exec(self->rig.fd, self->m, 2, cdb, 10, DISCMUX_DIR_OUT, data, BLOCK, r));
	EXPECT_EQ(EBUSY, r[0].error);
	EXPECT_EQ(0, r[1].error);
	EXPECT_EQ(0, r[1].status);
	EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[0], 30, BLOCK, 1));
	EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[1], 30, BLOCK, 2));
}

TEST_F(claim, strangers_fanout_and_stream)
{
	struct discmux_target places[2] = { { .member = self->m[0] }, { .member = self->m[1] } };
	struct discmux_result r[2];
	uint8_t data[BLOCK] = { 0 };
	struct discmux_fanout_write f = {
		.size = sizeof(f),
		.nr_targets = 2,
		.block_size = BLOCK,
		.data_len = BLOCK,
		.result_stride = sizeof(r[0]),
		.targets = PTR(places),
		.data = PTR(data),
		.results = PTR(r),
	};
	int stream;

	ASSERT_EQ(0, mux_claim(self->other, self->m + 1, 1, NULL));
	EXPECT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &f));
	EXPECT_EQ(0, r[0].error);
	EXPECT_EQ(EBUSY, r[1].error);
	EXPECT_EQ(-EBUSY, mux_stream(self->rig.fd, self->m, NULL, 2, 4 * CHUNK, 0));
	/* Neither left the free one held. */
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[0]));
	/* The owner may, and still owns it afterwards. */
	EXPECT_EQ(0, mux_call(self->other, DISCMUX_IOC_FANOUT_WRITE, &f));
	EXPECT_EQ(0, r[0].error | r[1].error);
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[0]));
	stream = mux_stream(self->other, self->m, NULL, 2, 4 * CHUNK, 0);
	ASSERT_LE(0, stream);
	EXPECT_EQ(DISCMUX_MEMBER_STREAMING, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(DISCMUX_MEMBER_STREAMING, state_of(self->rig.fd, self->m[1]));
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 1, &self->failed));
	EXPECT_EQ(self->m[0], self->failed);
	close(stream);
	EXPECT_TRUE(wait_for(state_of(self->rig.fd, self->m[0]) == DISCMUX_MEMBER_IDLE, 2000));
	EXPECT_EQ(DISCMUX_MEMBER_CLAIMED, state_of(self->rig.fd, self->m[1]));
}

/* A stream has its recorders to itself, even from its own parent's calls. */
TEST_F(claim, stream_keeps_out_second_stream)
{
	int stream = mux_stream(self->rig.fd, self->m, NULL, 2, 4 * CHUNK, 0);

	ASSERT_LE(0, stream);
	EXPECT_EQ(-EBUSY, mux_stream(self->rig.fd, self->m + 1, NULL, 2, 4 * CHUNK, 0));
	EXPECT_EQ(-EBUSY, mux_stream(self->other, self->m + 1, NULL, 2, 4 * CHUNK, 0));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->other, self->m[2]));
	close(stream);
}

/* Not even its owner's commands disturb a stream. */
TEST_F(claim, stream_keeps_out_commands)
{
	static const uint8_t ready[6], stop[6] = { 0x1b };
	struct discmux_result r[2];
	int stream = mux_stream(self->rig.fd, self->m, NULL, 1, 4 * CHUNK, 0);

	ASSERT_LE(0, stream);
	EXPECT_EQ(0, mux_exec(self->rig.fd, self->m, 2, ready, 6, DISCMUX_DIR_NONE, NULL, 0, r));
	EXPECT_EQ(0, r[0].error | r[0].status);
	EXPECT_EQ(0, r[1].error | r[1].status);
	EXPECT_EQ(0, mux_exec(self->rig.fd, self->m, 1, stop, 6, DISCMUX_DIR_NONE, NULL, 0, r));
	EXPECT_EQ(EBUSY, r[0].error);
	EXPECT_EQ(0, mux_ready(self->rig.fd, self->m[0]));
	close(stream);
}

/* Releasing what a stream feeds takes effect when the stream is closed. */
TEST_F(claim, release_during_a_stream)
{
	int stream;

	ASSERT_EQ(0, mux_claim(self->rig.fd, self->m, 1, NULL));
	stream = mux_stream(self->rig.fd, self->m, NULL, 1, 4 * CHUNK, 0);
	ASSERT_LE(0, stream);
	EXPECT_EQ(0, mux_release(self->rig.fd, self->m, 1));
	EXPECT_EQ(DISCMUX_MEMBER_STREAMING, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(-EBUSY, mux_claim(self->other, self->m, 1, NULL));
	close(stream);
	EXPECT_EQ(0, claim_soon(self->other, self->m, 1));
}

TEST_F(claim, exclusive_opener_keeps_out)
{
	int fd = -EBUSY;

	ASSERT_TRUE(wait_for((fd = open_exclusive(self->block[1])) >= 0, 3000));
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 4, &self->failed));
	EXPECT_EQ(self->m[1], self->failed);
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, state_of(self->rig.fd, self->m[0]));
	EXPECT_EQ(-EBUSY, mux_stream(self->rig.fd, self->m, NULL, 4, 4 * CHUNK, 0));
	close(fd);
	EXPECT_EQ(0, claim_soon(self->rig.fd, self->m, 4));
}

TEST_F(claim, keeps_out_exclusive_opener)
{
	int fd = -1, i;

	ASSERT_EQ(0, claim_soon(self->rig.fd, self->m, 4));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(-EBUSY, open_exclusive(self->block[i]));
	ASSERT_EQ(0, mux_release(self->rig.fd, self->m, 4));
	EXPECT_TRUE(wait_for((fd = open_exclusive(self->block[0])) >= 0, 3000));
	close(fd);
}

static int write_volume(const struct discmux_member *m, const char *path)
{
	uint8_t blocks[ISO_BLOCKS * BLOCK];
	int fd, ret;

	iso_fill(blocks);
	ret = generic_write(m, ISO_FIRST, ISO_BLOCKS, blocks);
	if (ret)
		return ret;
	/* What was read before is of the old volume. */
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	ret = ioctl(fd, BLKFLSBUF) ? -errno : 0;
	close(fd);
	return ret;
}

static int mount_volume(const char *path)
{
	mkdir(MOUNT_POINT, 0700);
	return mount(path, MOUNT_POINT, "iso9660", MS_RDONLY, NULL) ? -errno : 0;
}

TEST_F(claim, mounted_disc)
{
	ASSERT_EQ(0, write_volume(&self->rig.recorder_info[0], self->block[0]));
	ASSERT_EQ(0, mount_volume(self->block[0]));
	EXPECT_EQ(-EBUSY, mux_claim(self->rig.fd, self->m, 4, &self->failed));
	EXPECT_EQ(self->m[0], self->failed);
	EXPECT_EQ(-EBUSY, mux_stream(self->rig.fd, self->m, NULL, 4, 4 * CHUNK, 0));
	EXPECT_EQ(0, umount(MOUNT_POINT));
	ASSERT_EQ(0, claim_soon(self->rig.fd, self->m, 4));
	EXPECT_EQ(-EBUSY, mount_volume(self->block[0]));
	ASSERT_EQ(0, mux_release(self->rig.fd, self->m, 4));
	EXPECT_EQ(0, mount_volume(self->block[0]));
	EXPECT_EQ(0, umount(MOUNT_POINT));
}

/* So that udev looks at what is in the drive now. */
TEST_F(claim, change_uevent_at_the_end)
{
	const char *name = strrchr(self->block[2], '/') + 1;
	int events = uevent_open(), fd;

	ASSERT_LE(0, events);
	fd = mux_open(O_RDWR);
	ASSERT_EQ(0, claim_soon(fd, self->m + 2, 1));
	EXPECT_FALSE(uevent_seen(events, "change", name, 300));
	close(fd);
	EXPECT_TRUE(uevent_seen(events, "change", name, 3000));
	close(events);
}

TEST_HARNESS_MAIN
