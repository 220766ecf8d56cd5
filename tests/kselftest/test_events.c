// SPDX-License-Identifier: GPL-2.0
/* Every event once, in order, with what the contract says it carries. */
#include "events.h"
#include "harness.h"
#include "mux.h"

#include <fcntl.h>

#define RING	(4 * CHUNK)
#define A(name)	(1u << DISCMUX_ATTR_##name)
#define COMMON	(A(SEQ) | A(MUX))

FIXTURE(events)
{
	struct sdbg_rig rig;
	struct events *events;
	struct event e;
	uint64_t seq;
	uint8_t *data;
	size_t size;
};

FIXTURE_SETUP(events)
{
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->size = 2u << 20;
	self->data = calloc(1, self->size);
	ASSERT_NE(NULL, self->data);
	self->events = events_open();
	ASSERT_NE(NULL, self->events);
}

FIXTURE_TEARDOWN(events)
{
	events_close(self->events);
	sdbg_rig_close(&self->rig);
}

typedef FIXTURE_DATA(events) events_data;

static int wait_event(events_data *self, uint8_t type)
{
	return events_wait(self->events, type, &self->e, &self->seq, 5000);
}

/* The next one about a stream; none is missing before it. */
static int next_of_stream(events_data *self, unsigned int ms)
{
	int ret;

	do {
		ret = events_next(self->events, &self->e, ms);
		if (!ret && self->seq && self->e.seq != self->seq + 1)
			ret = -EILSEQ;
		self->seq = self->e.seq;
	} while (!ret && !(self->e.has & A(STREAM)));
	return ret;
}

static uint32_t value(const events_data *self, unsigned int attr)
{
	return self->e.value[attr];
}

TEST_F(events, stream_from_start_to_end)
{
	uint64_t bytes = 0;
	uint32_t stream;
	int fd, ret;

	fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 4, RING, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_STARTED));
	EXPECT_EQ(COMMON | A(STREAM) | A(RECORDERS), self->e.has);
	EXPECT_EQ(0, value(self, DISCMUX_ATTR_MUX));
	EXPECT_EQ(4, value(self, DISCMUX_ATTR_RECORDERS));
	stream = value(self, DISCMUX_ATTR_STREAM);
	EXPECT_LT(0, stream);
	ASSERT_EQ(0, write_all(fd, self->data, self->size));
	ASSERT_EQ(0, mux_finish(fd));
	close(fd);
	while (!(ret = next_of_stream(self, 5000)) &&
	       self->e.type == DISCMUX_EVENT_STREAM_PROGRESS) {
		EXPECT_EQ(COMMON | A(STREAM) | A(RECORDERS) | A(BYTES), self->e.has);
		EXPECT_EQ(stream, value(self, DISCMUX_ATTR_STREAM));
		EXPECT_EQ(4, value(self, DISCMUX_ATTR_RECORDERS));
		EXPECT_LE(bytes, self->e.bytes);
		EXPECT_GE(self->size, self->e.bytes);
		bytes = self->e.bytes;
	}
	ASSERT_EQ(0, ret);
	EXPECT_EQ(DISCMUX_EVENT_STREAM_END, self->e.type);
	EXPECT_EQ(COMMON | A(STREAM) | A(RECORDERS) | A(BYTES) | A(ERROR), self->e.has);
	EXPECT_EQ(stream, value(self, DISCMUX_ATTR_STREAM));
	EXPECT_EQ(4, value(self, DISCMUX_ATTR_RECORDERS));
	EXPECT_EQ(self->size, self->e.bytes);
	EXPECT_EQ(0, value(self, DISCMUX_ATTR_ERROR));
	/* The end comes once. */
	EXPECT_EQ(-ETIMEDOUT, next_of_stream(self, 300));
}

/* Each change of state once, in order; a claim for one call is none. */
TEST_F(events, member_states)
{
	static const uint32_t states[] = {
		DISCMUX_MEMBER_CLAIMED, DISCMUX_MEMBER_IDLE, DISCMUX_MEMBER_CLAIMED,
		DISCMUX_MEMBER_STREAMING, DISCMUX_MEMBER_CLAIMED, DISCMUX_MEMBER_IDLE,
	};
	uint32_t member = self->rig.recorder[2];
	struct discmux_target target = { .member = member };
	struct discmux_result r;
	struct discmux_fanout_write write = {
		.size = sizeof(write), .nr_targets = 1, .block_size = BLOCK, .data_len = BLOCK,
		.result_stride = sizeof(r), .targets = PTR(&target), .data = PTR(self->data),
		.results = PTR(&r),
	};
	size_t i;
	int fd;

	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &write));
	ASSERT_EQ(0, mux_claim(self->rig.fd, &member, 1, NULL));
	ASSERT_EQ(0, mux_claim(self->rig.fd, &member, 1, NULL));
	ASSERT_EQ(0, mux_release(self->rig.fd, &member, 1));
	ASSERT_EQ(0, mux_claim(self->rig.fd, &member, 1, NULL));
	fd = mux_stream(self->rig.fd, &member, NULL, 1, RING, 0);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MEMBER_STATE));
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		if (i == 5)
			ASSERT_EQ(0, mux_release(self->rig.fd, &member, 1));
		if (i)
			ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MEMBER_STATE));
		EXPECT_EQ(member, value(self, DISCMUX_ATTR_MEMBER));
		EXPECT_EQ(states[i], value(self, DISCMUX_ATTR_STATE)) {
			TH_LOG("change %zu", i);
		}
	}
}

TEST_F(events, role)
{
	uint32_t member = self->rig.recorder[1];

	ASSERT_EQ(0, member_attr_write(member, "role", "reader"));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MEMBER_STATE));
	EXPECT_EQ(member, value(self, DISCMUX_ATTR_MEMBER));
	EXPECT_EQ(DISCMUX_ROLE_READER, value(self, DISCMUX_ATTR_ROLE));
	EXPECT_EQ(DISCMUX_MEMBER_IDLE, value(self, DISCMUX_ATTR_STATE));
	ASSERT_EQ(0, member_attr_write(member, "role", "recorder"));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MEMBER_STATE));
	EXPECT_EQ(DISCMUX_ROLE_RECORDER, value(self, DISCMUX_ATTR_ROLE));
}

/*
 * One that does not read loses events and sees it; a stream is written as if it
 * was not there, and another listener misses nothing.
 */
TEST_F(events, slow_listener)
{
	struct events *slow = events_open();
	uint64_t last = 0, lost = 0;
	bool gap = false;
	uint32_t heard = 0;
	struct event e;
	char before[32], after[32];
	int i, fd, ret;

	ASSERT_NE(NULL, slow);
	events_room(slow, 8192);
	ASSERT_EQ(0, events_tell_losses(slow));
	ASSERT_EQ(0, file_read(MUX_SYSFS "/counters/events_lost", before, sizeof(before)));
	fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 3, RING, 0);
	ASSERT_LE(0, fd);
	for (i = 0; i < 200; i++) {
		ASSERT_EQ(0, mux_claim(self->rig.fd, &self->rig.recorder[3], 1, NULL));
		ASSERT_EQ(0, mux_release(self->rig.fd, &self->rig.recorder[3], 1));
		ASSERT_EQ(0, write_all(fd, self->data, CHUNK / 8));
	}
	ASSERT_EQ(0, mux_finish(fd));
	close(fd);
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_END));
	EXPECT_EQ(0, value(self, DISCMUX_ATTR_ERROR));
	EXPECT_EQ(3, value(self, DISCMUX_ATTR_RECORDERS));
	/*
	 * What it gets is in order. The gap shows with the next one that finds room: while
	 * this reads, or after it.
	 */
	for (ret = 0; ret != -ETIMEDOUT; heard += !ret) {
		ret = events_next(slow, &e, 300);
		ASSERT_TRUE(!ret || ret == -ENOBUFS || ret == -ETIMEDOUT);
		lost += ret == -ENOBUFS;
		if (!ret && last) {
			ASSERT_LT(last, e.seq);
			gap = gap || last + 1 < e.seq;
		}
		if (!ret)
			last = e.seq;
	}
	EXPECT_LT(0, lost);
	EXPECT_GT(400, heard);
	/* The driver has counted each event that did not get to somebody. */
	ASSERT_EQ(0, file_read(MUX_SYSFS "/counters/events_lost", after, sizeof(after)));
	EXPECT_LE(400 - heard, (uint32_t)(atoi(after) - atoi(before)));
	events_room(slow, 1 << 20);
	ASSERT_EQ(0, mux_claim(self->rig.fd, &self->rig.recorder[3], 1, NULL));
	ASSERT_EQ(0, events_next(slow, &e, 1000));
	EXPECT_TRUE(gap || last + 1 < e.seq);
	events_close(slow);
}

TEST_F(events, stream_numbers_grow)
{
	uint32_t last = 0;
	int i, fd;

	for (i = 0; i < 3; i++) {
		fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 1, RING, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_STARTED));
		EXPECT_LT(last, value(self, DISCMUX_ATTR_STREAM));
		last = value(self, DISCMUX_ATTR_STREAM);
		close(fd);
		ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_END));
		EXPECT_EQ(last, value(self, DISCMUX_ATTR_STREAM));
		EXPECT_EQ(ECANCELED, value(self, DISCMUX_ATTR_ERROR));
	}
}

TEST_F(events, recorder_failed)
{
	uint32_t lba[4] = { 0, SDBG_BLOCKS - 32, 0, 0 };
	struct discmux_result r = { 0 };
	int fd;

	fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, write_all(fd, self->data, self->size));
	ASSERT_EQ(0, mux_finish(fd));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_RECORDER_FAILED));
	EXPECT_EQ(COMMON | A(STREAM) | A(MEMBER) | A(UNIT) | A(LBA) | A(ERROR) | A(STATUS) |
		  A(SENSE) | A(STATUS_BLOCK), self->e.has);
	EXPECT_EQ(self->rig.recorder[1], value(self, DISCMUX_ATTR_MEMBER));
	EXPECT_EQ(self->rig.recorder_info[1].unit, value(self, DISCMUX_ATTR_UNIT));
	EXPECT_EQ(SDBG_BLOCKS, value(self, DISCMUX_ATTR_LBA));
	EXPECT_EQ(0, value(self, DISCMUX_ATTR_ERROR));
	EXPECT_EQ(2, value(self, DISCMUX_ATTR_STATUS));
	r.sense_len = self->e.sense_len;
	memcpy(r.sense, self->e.sense, sizeof(r.sense));
	EXPECT_EQ(0x052100, mux_sense(&r));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_END));
	EXPECT_EQ(3, value(self, DISCMUX_ATTR_RECORDERS));
	EXPECT_EQ(0, value(self, DISCMUX_ATTR_ERROR));
	EXPECT_EQ(self->size, self->e.bytes);
	close(fd);
}

TEST_F(events, stream_that_lost_all)
{
	uint32_t lba[2] = { SDBG_BLOCKS, SDBG_BLOCKS };
	int fd;

	fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 2, RING, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, write_all(fd, self->data, CHUNK));
	EXPECT_EQ(-EIO, mux_finish(fd));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_RECORDER_FAILED));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_RECORDER_FAILED));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_END));
	EXPECT_EQ(0, value(self, DISCMUX_ATTR_RECORDERS));
	EXPECT_EQ(EIO, value(self, DISCMUX_ATTR_ERROR));
	close(fd);
}

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

TEST_F(events, unplug_and_plug)
{
	struct discmux_member *m = &self->rig.recorder_info[3];
	uint32_t number;

	ASSERT_EQ(0, unplug(m));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MEMBER_REMOVED));
	EXPECT_EQ(COMMON | A(MEMBER) | A(ROLE) | A(UNIT), self->e.has);
	EXPECT_EQ(m->member, value(self, DISCMUX_ATTR_MEMBER));
	EXPECT_EQ(DISCMUX_ROLE_RECORDER, value(self, DISCMUX_ATTR_ROLE));
	EXPECT_EQ(m->unit, value(self, DISCMUX_ATTR_UNIT));
	ASSERT_EQ(0, plug(m));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MEMBER_ADDED));
	EXPECT_EQ(COMMON | A(MEMBER) | A(ROLE) | A(UNIT), self->e.has);
	number = value(self, DISCMUX_ATTR_MEMBER);
	/* Whoever hears of it can ask for it. */
	ASSERT_EQ(0, mux_member(self->rig.fd, number, 0, m));
	EXPECT_EQ(m->role, value(self, DISCMUX_ATTR_ROLE));
	EXPECT_EQ(m->unit, value(self, DISCMUX_ATTR_UNIT));
	EXPECT_EQ(0, sdbg_rig_refresh(&self->rig));
}

/* INFO tells the last number: who starts late knows where events begin. */
TEST_F(events, info_tells_the_last_number)
{
	struct discmux_info before, after;
	int fd;

	ASSERT_EQ(0, mux_info(self->rig.fd, &before));
	fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 1, RING, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_STARTED));
	EXPECT_LT(before.event_seq, self->e.seq);
	close(fd);
	while (!events_next(self->events, &self->e, 500))
		self->seq = self->e.seq;
	ASSERT_EQ(0, mux_info(self->rig.fd, &after));
	/* sr may notice something at any time, so it may be one that was not read yet. */
	while (self->seq < after.event_seq && !events_next(self->events, &self->e, 500))
		self->seq = self->e.seq;
	EXPECT_EQ(self->seq, after.event_seq);
}

/* Reads what there is; counts what came about a stream after its end. */
static unsigned int hear_ends(events_data *self, unsigned int ms, uint32_t *ended,
			      uint32_t *failed)
{
	unsigned int late = 0;

	while (!events_next(self->events, &self->e, ms)) {
		late += self->e.has & A(STREAM) && value(self, DISCMUX_ATTR_STREAM) <= *ended;
		*failed += self->e.type == DISCMUX_EVENT_RECORDER_FAILED;
		if (self->e.type == DISCMUX_EVENT_STREAM_END)
			*ended = value(self, DISCMUX_ATTR_STREAM);
	}
	return late;
}

/* Nothing about a stream comes after its end, however close together things are. */
TEST_F(events, end_is_the_last)
{
	uint32_t lba[4] = { SDBG_BLOCKS, 0, SDBG_BLOCKS, 0 };
	uint32_t ended = 0, failed = 0;
	int i, fd;

	for (i = 0; i < 40; i++) {
		fd = mux_stream(self->rig.fd, self->rig.recorder, lba, 4, RING, RING);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, write_all(fd, self->data, BLOCK));
		ASSERT_EQ(0, mux_finish(fd));
		close(fd);
		/* The socket has no room for those of all streams. */
		EXPECT_EQ(0, hear_ends(self, 0, &ended, &failed));
	}
	EXPECT_EQ(0, hear_ends(self, 500, &ended, &failed));
	EXPECT_EQ(80, failed);
}

/* The next one that is not about a disc, which sr may notice at any time. */
static int next_of_program(struct events *events, struct event *e)
{
	int ret;

	do {
		ret = events_next(events, e, 1000);
	} while (!ret && e->type == DISCMUX_EVENT_MEDIUM_CHANGED);
	return ret;
}

/* Two listeners hear the same; one that does not read loses its own only. */
TEST_F(events, two_listeners)
{
	struct events *other = events_open();
	struct event e;
	int i, fd;

	ASSERT_NE(NULL, other);
	for (i = 0; i < 20; i++) {
		fd = mux_stream(self->rig.fd, self->rig.recorder, NULL, 1, RING, 0);
		ASSERT_LE(0, fd);
		close(fd);
	}
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_STARTED));
		ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_STREAM_END));
	}
	ASSERT_EQ(0, next_of_program(other, &e));
	EXPECT_EQ(DISCMUX_EVENT_MEMBER_STATE, e.type);
	ASSERT_EQ(0, next_of_program(other, &e));
	EXPECT_EQ(DISCMUX_EVENT_STREAM_STARTED, e.type);
	events_close(other);
}

TEST_HARNESS_MAIN
