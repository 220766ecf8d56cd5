// SPDX-License-Identifier: GPL-2.0
/* Devices that go away and come back, idle and in use. */
#include "harness.h"
#include "mux.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#define RING	(4 * CHUNK)
#define ROUNDS	20

FIXTURE(hotplug)
{
	struct sdbg_rig rig;
	struct discmux_stream_status status;
	struct discmux_target_status t[4];
	uint8_t *data;
	size_t size;
	int fd;
};

typedef FIXTURE_DATA(hotplug) hotplug_t;

static int unplug(const struct discmux_member *m)
{
	char path[256];

	scsi_path(m, "delete", path, sizeof(path));
	return file_write(path, "1");
}

static int plug(const struct discmux_member *m)
{
	char path[256], text[64];

	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/scan", m->host);
	snprintf(text, sizeof(text), "%u %u %llu", m->channel, m->target,
		 (unsigned long long)m->lun);
	return file_write(path, text);
}

FIXTURE_SETUP(hotplug)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->fd = -1;
	self->size = 3u << 20;
	self->data = malloc(self->size);
	ASSERT_NE(NULL, self->data);
	pattern_fill(self->data, self->size, 0, 9);
}

FIXTURE_TEARDOWN(hotplug)
{
	int i;

	if (self->fd >= 0)
		close(self->fd);
	for (i = 0; i < 4; i++)
		plug(&self->rig.recorder_info[i]);
	EXPECT_EQ(0, sdbg_rig_refresh(&self->rig));
	sdbg_rig_close(&self->rig);
}

static int get_status(hotplug_t *self)
{
	return mux_stream_status(self->fd, &self->status, self->t, 4);
}

/* Gone from the mux at once, back under a number, counted right. */
TEST_F(hotplug, idle)
{
	struct discmux_info info;
	struct discmux_member m;

	ASSERT_EQ(0, unplug(&self->rig.recorder_info[1]));
	EXPECT_TRUE(wait_for(mux_member(self->rig.fd, self->rig.recorder[1], 0, &m) == -ENOENT,
			     3000));
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(4, info.members);
	EXPECT_EQ(3, info.recorders);
	EXPECT_EQ(-ENOENT, mux_ready(self->rig.fd, self->rig.recorder[1]));
	EXPECT_EQ(-ENOENT, mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, 0));
	EXPECT_EQ(0, mux_ready(self->rig.fd, self->rig.recorder[0]));
	ASSERT_EQ(0, plug(&self->rig.recorder_info[1]));
	EXPECT_EQ(0, sdbg_rig_refresh(&self->rig));
	ASSERT_EQ(0, mux_info(self->rig.fd, &info));
	EXPECT_EQ(5, info.members);
	EXPECT_EQ(4, info.recorders);
}

TEST_F(hotplug, claimed)
{
	struct discmux_member m;
	uint32_t failed;

	ASSERT_EQ(0, mux_claim(self->rig.fd, self->rig.recorder, 4, NULL));
	ASSERT_EQ(0, unplug(&self->rig.recorder_info[2]));
	EXPECT_TRUE(wait_for(mux_member(self->rig.fd, self->rig.recorder[2], 0, &m) == -ENOENT,
			     3000));
	EXPECT_EQ(0, mux_ready(self->rig.fd, self->rig.recorder[3]));
	EXPECT_EQ(-ENOENT, mux_claim(self->rig.fd, self->rig.recorder, 4, &failed));
	EXPECT_EQ(self->rig.recorder[2], failed);
	/* Letting go of what is gone is no error on close. */
	close(self->rig.fd);
	self->rig.fd = mux_open(O_RDWR);
	ASSERT_LE(0, self->rig.fd);
	ASSERT_EQ(0, plug(&self->rig.recorder_info[2]));
	ASSERT_EQ(0, sdbg_rig_refresh(&self->rig));
	EXPECT_TRUE(wait_for(!mux_claim(self->rig.fd, self->rig.recorder, 4, NULL), 3000));
}

/* One of four goes while data flows; the others are written to the end. */
TEST_F(hotplug, during_a_stream)
{
	uint32_t gone = self->rig.recorder[1];
	struct discmux_member m;
	int i;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, write_all(self->fd, self->data, 1u << 20));
	ASSERT_EQ(0, unplug(&self->rig.recorder_info[1]));
	EXPECT_EQ(0, write_all(self->fd, self->data + (1u << 20), 2u << 20));
	EXPECT_EQ(0, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(4, self->status.nr_targets);
	for (i = 0; i < 4; i++) {
		if (i == 1)
			continue;
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		EXPECT_EQ(self->size, self->t[i].bytes);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, self->size, 9));
	}
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[1].state);
	EXPECT_EQ(gone, self->t[1].result.member);
	EXPECT_EQ(ENODEV, self->t[1].result.error);
	EXPECT_EQ(self->t[1].bytes / BLOCK, self->t[1].failed_lba);
	EXPECT_EQ(-ENOENT, mux_member(self->rig.fd, gone, 0, &m));
}

/* With a WRITE in the device at that moment. */
TEST_F_TIMEOUT(hotplug, with_a_write_in_flight, 90)
{
	int i;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, CHUNK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, sdbg_set("delay", 50));
	ASSERT_EQ(0, write_all(self->fd, self->data, 3 * CHUNK));
	ASSERT_EQ(0, unplug(&self->rig.recorder_info[0]));
	EXPECT_EQ(0, mux_finish(self->fd));
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 5000));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[0].state);
	EXPECT_EQ(ENODEV, self->t[0].result.error);
	for (i = 1; i < 4; i++) {
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		EXPECT_EQ(-1, generic_check(&self->rig.recorder_info[i], 0, 3 * CHUNK, 9));
	}
}

TEST_F(hotplug, all_during_a_stream)
{
	int i, ret = 0;

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, write_all(self->fd, self->data, 1u << 20));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, unplug(&self->rig.recorder_info[i]));
	EXPECT_TRUE(wait_for((ret = write_all(self->fd, self->data, CHUNK)), 3000));
	EXPECT_EQ(-EIO, ret);
	EXPECT_EQ(-EIO, mux_finish(self->fd));
	ASSERT_EQ(0, get_status(self));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(ENODEV, self->t[i].result.error);
}

struct unplugger {
	const struct discmux_member *m;
	unsigned int after_ms;
	int ret;
};

static void *unplugger(void *arg)
{
	struct unplugger *u = arg;

	sleep_ms(u->after_ms);
	u->ret = unplug(u->m);
	return NULL;
}

/* At moments that nobody chooses: each round another recorder, a bit later. */
TEST_F_TIMEOUT(hotplug, rounds, 120)
{
	struct unplugger u;
	pthread_t thread;
	int round, i, victim;

	for (round = 0; round < ROUNDS; round++) {
		victim = round % 4;
		u = (struct unplugger) {
			.m = &self->rig.recorder_info[victim],
			.after_ms = round * 3,
		};
		self->fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, 0);
		ASSERT_LE(0, self->fd);
		ASSERT_EQ(0, pthread_create(&thread, NULL, unplugger, &u));
		ASSERT_EQ(0, write_all(self->fd, self->data, 1u << 20));
		ASSERT_EQ(0, mux_finish(self->fd));
		pthread_join(thread, NULL);
		ASSERT_EQ(0, u.ret);
		ASSERT_EQ(0, get_status(self));
		for (i = 0; i < 4; i++)
			if (i != victim)
				ASSERT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		close(self->fd);
		self->fd = -1;
		ASSERT_EQ(0, plug(&self->rig.recorder_info[victim]));
		ASSERT_EQ(0, sdbg_rig_refresh(&self->rig)) {
			TH_LOG("round %d", round);
		}
	}
}

/* A command that is under way when its device goes ends, and says so. */
struct reader {
	int fd;
	uint32_t member;
	struct discmux_result r;
	int ret;
};

static void *reader(void *arg)
{
	static const uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0 };
	struct reader *rd = arg;
	uint8_t data[BLOCK];

	rd->ret = mux_exec(rd->fd, &rd->member, 1, cdb, 10, DISCMUX_DIR_IN, data, BLOCK, &rd->r);
	return NULL;
}

TEST_F_TIMEOUT(hotplug, during_exec, 90)
{
	struct reader rd = { .fd = self->rig.fd, .member = self->rig.recorder[0] };
	pthread_t thread;

	ASSERT_EQ(0, sdbg_set("delay", 100));
	ASSERT_EQ(0, pthread_create(&thread, NULL, reader, &rd));
	sleep_ms(100);
	ASSERT_EQ(0, unplug(&self->rig.recorder_info[0]));
	pthread_join(thread, NULL);
	/* It may have been done just in time. */
	EXPECT_EQ(0, rd.ret);
	EXPECT_TRUE(!rd.r.error || rd.r.error == ENODEV);
	EXPECT_TRUE(wait_for(!sdbg_set("delay", 0), 40000));
}

/* Members come and go while others ask for lists of them. */
static void *asker(void *arg)
{
	const volatile bool *stop = arg;
	struct discmux_member m[8];
	struct discmux_info info;
	long bad = 0;
	int fd = mux_open(O_RDONLY);

	while (!*stop) {
		bad += mux_info(fd, &info) != 0;
		bad += mux_list(fd, 0, m, 8) < 0;
	}
	close(fd);
	return (void *)bad;
}

TEST_F(hotplug, while_others_ask)
{
	volatile bool stop = false;
	pthread_t thread;
	void *bad;
	int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, asker, (void *)&stop));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, unplug(&self->rig.recorder_info[i % 4]));
		ASSERT_EQ(0, plug(&self->rig.recorder_info[i % 4]));
		ASSERT_EQ(0, sdbg_rig_refresh(&self->rig));
	}
	stop = true;
	pthread_join(thread, &bad);
	EXPECT_EQ(NULL, bad);
}

/* Whole hosts come and go: scsi_debug's own hot plug. */
TEST_F(hotplug, host)
{
	struct discmux_info info;

	ASSERT_EQ(0, sdbg_set("add_host", 1));
	EXPECT_EQ(0, mux_wait(self->rig.fd, 0, 6, 10000));
	ASSERT_EQ(0, sdbg_set("add_host", -1));
	EXPECT_TRUE(wait_for(!mux_info(self->rig.fd, &info) && info.members == 5, 5000));
}

TEST_HARNESS_MAIN
