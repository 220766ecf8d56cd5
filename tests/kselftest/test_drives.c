// SPDX-License-Identifier: GPL-2.0
/*
 * Streams to recorders that know what a disc is: real write rules, faults at an
 * address, drives that hang, wait or vanish.  Devices: a tower of one reader and
 * four recorders, without discs, each on a host of its own.
 */
#include "events.h"
#include "harness.h"
#include "mux.h"
#include "sim.h"
#include "unit.h"
#include "unplug.h"

#include <fcntl.h>
#include <pthread.h>

#define RECORDERS	4
#define RING		(4 * CHUNK)
#define SIZE		(1u << 20)
#define WRITES		(SIZE / CHUNK)

FIXTURE(drives)
{
	int fd, stream;
	struct discmux_member m[RECORDERS];	/* by host, as the simulator counts them */
	uint32_t number[RECORDERS];
	struct discmux_stream_status status;
	struct discmux_target_status t[RECORDERS];
	uint8_t *data;
};

typedef FIXTURE_DATA(drives) drives_t;

static const char * const names[RECORDERS] = {
	"recorder0", "recorder1", "recorder2", "recorder3"
};

static void sort_by_host(struct discmux_member *m)
{
	struct discmux_member swap;
	int i, j;

	for (i = 1; i < RECORDERS; i++) {
		for (j = i; j && m[j - 1].host > m[j].host; j--) {
			swap = m[j];
			m[j] = m[j - 1];
			m[j - 1] = swap;
		}
	}
}

static int command(int fd, uint32_t member, const uint8_t *cdb, uint32_t len,
		   struct discmux_result *r)
{
	int ret = mux_exec(fd, &member, 1, cdb, len, DISCMUX_DIR_NONE, NULL, 0, r);

	return ret ? ret : r->error ? -(int)r->error : (int)r->status;
}

/* A fresh disc in each drive, its unit attention taken. */
static int load_blanks(drives_t *self)
{
	static int times;
	char disc[48];
	int i;

	times++;

	for (i = 0; i < RECORDERS; i++) {
		snprintf(disc, sizeof(disc), "disc%d-%d-%d", getpid(), times, i);
		if (sim_blank(disc, names[i]))
			return -EIO;
		if (!wait_for(!mux_ready(self->fd, self->number[i]), 5000))
			return -ETIMEDOUT;
	}
	return 0;
}

FIXTURE_SETUP(drives)
{
	int i;

	self->stream = -1;
	self->fd = mux_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	for (i = 0; i < RECORDERS; i++)
		sim_appear(names[i]);
	ASSERT_EQ(0, mux_wait(self->fd, DISCMUX_ROLE_RECORDER, RECORDERS, 15000));
	ASSERT_EQ(RECORDERS, mux_list(self->fd, DISCMUX_ROLE_RECORDER, self->m, RECORDERS));
	sort_by_host(self->m);
	for (i = 0; i < RECORDERS; i++)
		self->number[i] = self->m[i].member;
	self->data = malloc(SIZE);
	ASSERT_NE(NULL, self->data);
	pattern_fill(self->data, SIZE, 0, (uint32_t)getpid());
}

FIXTURE_TEARDOWN(drives)
{
	int i;

	if (self->stream >= 0)
		close(self->stream);
	for (i = 0; i < RECORDERS; i++) {
		sim_clear(names[i]);
		sim_appear(names[i]);
		sim_eject(names[i]);
	}
	close(self->fd);
}

static int get_status(drives_t *self)
{
	return mux_stream_status(self->stream, &self->status, self->t, RECORDERS);
}

/* Closes track and session, so that the disc can be read as any other. */
static int close_disc(drives_t *self, int i)
{
	static const uint8_t synchronize[10] = { 0x35 };
	static const uint8_t close_track[10] = { 0x5b, 0, 1, 0, 0, 1 };
	static const uint8_t close_session[10] = { 0x5b, 0, 2 };
	struct discmux_result r;

	return command(self->fd, self->number[i], synchronize, 10, &r) ?:
	       command(self->fd, self->number[i], close_track, 10, &r) ?:
	       command(self->fd, self->number[i], close_session, 10, &r);
}

static void expect_copy(struct __test_metadata *_metadata, drives_t *self, int i)
{
	EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
	EXPECT_EQ(SIZE, self->t[i].bytes);
	EXPECT_EQ(0, close_disc(self, i));
	EXPECT_EQ(-1, generic_check(&self->m[i], 0, SIZE, (uint32_t)getpid())) {
		TH_LOG("recorder %d", i);
	}
}

/* The stream to all four, with a short time-out, and what write and FINISH say. */
static void burn(struct __test_metadata *_metadata, drives_t *self)
{
	struct discmux_target places[RECORDERS] = { 0 };
	struct discmux_stream s = {
		.size = sizeof(s),
		.nr_targets = RECORDERS,
		.block_size = BLOCK,
		.ring_bytes = RING,
		.timeout_ms = 2000,
		.targets = PTR(places),
	};
	int i;

	for (i = 0; i < RECORDERS; i++)
		places[i].member = self->number[i];
	ASSERT_EQ(0, mux_call(self->fd, DISCMUX_IOC_STREAM, &s));
	self->stream = (int)s.fd;
	EXPECT_EQ(0, write_all(self->stream, self->data, SIZE));
	EXPECT_EQ(0, mux_finish(self->stream));
	ASSERT_EQ(0, get_status(self));
	EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
	close(self->stream);
	self->stream = -1;
}

TEST_F(drives, no_medium)
{
	static const uint8_t ready[6];
	struct discmux_result r[RECORDERS];
	int i;

	/* The first answer may still be that something changed. */
	mux_exec(self->fd, self->number, RECORDERS, ready, 6, DISCMUX_DIR_NONE, NULL, 0, r);
	ASSERT_EQ(0, mux_exec(self->fd, self->number, RECORDERS, ready, 6, DISCMUX_DIR_NONE, NULL,
			      0, r));
	for (i = 0; i < RECORDERS; i++) {
		EXPECT_EQ(0, r[i].error);
		EXPECT_EQ(2, r[i].status);
		EXPECT_EQ(0x023a, mux_sense(&r[i]) >> 8);
	}
}

TEST_F(drives, four_copies)
{
	int i;

	ASSERT_EQ(0, load_blanks(self));
	burn(_metadata, self);
	for (i = 0; i < RECORDERS; i++)
		expect_copy(_metadata, self, i);
}

/* Sense at an address: that recorder ends there, with that sense. */
TEST_F(drives, bad_spot_on_one_disc)
{
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder1", "sense 3/0c/00 op write lba 100"));
	burn(_metadata, self);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[1].state);
	EXPECT_EQ(96, self->t[1].failed_lba);
	EXPECT_EQ(3 * CHUNK, self->t[1].bytes);
	EXPECT_EQ(2, self->t[1].result.status);
	EXPECT_EQ(0x030c00, mux_sense(&self->t[1].result));
	EXPECT_EQ(0, self->t[1].retries);
	for (i = 0; i < RECORDERS; i++)
		if (i != 1)
			expect_copy(_metadata, self, i);
}

/* 02/04/08 is no failure: the same WRITE again, and again. */
TEST_F(drives, long_write_in_progress)
{
	long waits = unit_counter(self->number[2], "long_write_waits");
	long errors = unit_counter(self->number[2], "write_errors");
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder2", "sense 2/04/08 op write nth 5 times 3"));
	burn(_metadata, self);
	EXPECT_EQ(waits + 3, unit_counter(self->number[2], "long_write_waits"));
	EXPECT_EQ(errors, unit_counter(self->number[2], "write_errors"));
	for (i = 0; i < RECORDERS; i++) {
		EXPECT_EQ(i == 2 ? 3 : 0, self->t[i].retries);
		expect_copy(_metadata, self, i);
	}
}

/* A buffer that stays full for longer than the time-out is one. */
TEST_F(drives, long_write_without_end)
{
	uint64_t t0;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder2", "sense 2/04/08 op write nth 5 times always"));
	t0 = now_ms();
	burn(_metadata, self);
	EXPECT_LE(1900, now_ms() - t0);
	EXPECT_GE(15000, now_ms() - t0);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[2].state);
	EXPECT_EQ(0x020408, mux_sense(&self->t[2].result));
	EXPECT_EQ(4 * CHUNK, self->t[2].bytes);
	EXPECT_LE(10, self->t[2].retries);
	expect_copy(_metadata, self, 1);
}

/* RECOVERED ERROR: the WRITE was carried out.  It is counted, and the others see nothing. */
TEST_F(drives, recovered_error_is_done)
{
	long recovered = unit_counter(self->number[1], "recovered_errors");
	long errors = unit_counter(self->number[1], "write_errors");
	long bytes = unit_counter(self->number[1], "bytes_written");
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder1", "sense 1/0c/00 op write times 3"));
	burn(_metadata, self);
	for (i = 0; i < RECORDERS; i++) {
		EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[i].state);
		EXPECT_EQ(0, self->t[i].retries);
		expect_copy(_metadata, self, i);
	}
	EXPECT_EQ(0x010c00, mux_sense(&self->t[1].result));
	EXPECT_EQ(0, self->t[0].result.status);
	EXPECT_EQ(recovered + 3, unit_counter(self->number[1], "recovered_errors"));
	EXPECT_EQ(errors, unit_counter(self->number[1], "write_errors"));
	EXPECT_EQ(bytes + (long)self->t[1].bytes, unit_counter(self->number[1], "bytes_written"));
}

/* One about an earlier command: this one was not begun, and is sent again. */
TEST_F(drives, deferred_recovered_error)
{
	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder1", "sense 1/0c/00 deferred op write nth 3"));
	burn(_metadata, self);
	EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[1].state);
	EXPECT_EQ(1, self->t[1].retries);
	expect_copy(_metadata, self, 1);
}

/* A change of settings by another program is no reason to lose a disc. */
TEST_F(drives, harmless_attention)
{
	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder1", "sense 6/2a/01 op write nth 3"));
	burn(_metadata, self);
	EXPECT_EQ(DISCMUX_TARGET_DONE, self->t[1].state);
	EXPECT_EQ(1, self->t[1].retries);
	expect_copy(_metadata, self, 1);
}

/* Any other reason to wait is a failure: the driver doesn't guess. */
TEST_F(drives, not_ready_is_a_failure)
{
	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder0", "sense 2/04/01 op write nth 2"));
	burn(_metadata, self);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[0].state);
	EXPECT_EQ(0x020401, mux_sense(&self->t[0].result));
	expect_copy(_metadata, self, 3);
}

/* A UNIT ATTENTION in mid-stream (a reset): the WRITE is not repeated. */
TEST_F(drives, unit_attention_is_a_failure)
{
	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder3", "sense 6/29/00 op write nth 4"));
	burn(_metadata, self);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[3].state);
	EXPECT_EQ(0x062900, mux_sense(&self->t[3].result));
	EXPECT_EQ(0, self->t[3].retries);
	EXPECT_EQ(3 * CHUNK, self->t[3].bytes);
	expect_copy(_metadata, self, 0);
}

/* One that does not answer holds nobody up for longer than its time-out. */
TEST_F(drives, hanging_drive)
{
	uint64_t t0;
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_fault("recorder2", "hang op write nth 3"));
	t0 = now_ms();
	burn(_metadata, self);
	EXPECT_LE(1900, now_ms() - t0);
	EXPECT_GE(15000, now_ms() - t0);
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[2].state);
	EXPECT_EQ(ETIMEDOUT, self->t[2].result.error);
	EXPECT_EQ(2 * CHUNK, self->t[2].bytes);
	EXPECT_EQ(64, self->t[2].failed_lba);
	for (i = 0; i < RECORDERS; i++)
		if (i != 2)
			expect_copy(_metadata, self, i);
}

TEST_F(drives, vanishing_drive)
{
	int i;

	ASSERT_EQ(0, load_blanks(self));
	self->stream = mux_stream(self->fd, self->number, NULL, RECORDERS, RING, 0);
	ASSERT_LE(0, self->stream);
	ASSERT_EQ(0, write_all(self->stream, self->data, SIZE / 2));
	ASSERT_EQ(0, sim_vanish("recorder0"));
	EXPECT_EQ(0, write_all(self->stream, self->data + SIZE / 2, SIZE / 2));
	EXPECT_EQ(0, mux_finish(self->stream));
	ASSERT_EQ(0, get_status(self));
	close(self->stream);
	self->stream = -1;
	EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[0].state);
	EXPECT_NE(0, self->t[0].result.error | self->t[0].result.status);
	for (i = 1; i < RECORDERS; i++)
		expect_copy(_metadata, self, i);
}

struct vanisher {
	const char *name;
	unsigned int after_ms;
};

static void *vanisher(void *arg)
{
	const struct vanisher *v = arg;

	sleep_ms(v->after_ms);
	sim_vanish(v->name);
	return NULL;
}

/* One of four at a random moment of a stream; see test_unplug.c. */
TEST_F_TIMEOUT(drives, unplugged_at_random, 600)
{
	unsigned int rounds = unplug_rounds(5), i, k;
	struct vanisher v;
	pthread_t thread;

	for (i = 0; i < rounds; i++) {
		v.name = names[unplug_random(RECORDERS)];
		v.after_ms = unplug_random(100);
		for (k = 0; k < RECORDERS; k++)
			sim_eject(names[k]);
		ASSERT_EQ(0, load_blanks(self));
		for (k = 0; k < RECORDERS; k++)
			ASSERT_EQ(0, sim_fault(names[k], "slow 20 op write"));
		self->stream = mux_stream(self->fd, self->number, NULL, RECORDERS, RING, 0);
		ASSERT_LE(0, self->stream);
		ASSERT_EQ(0, pthread_create(&thread, NULL, vanisher, &v));
		/* Little: the discs of all rounds stay in memory. */
		write_all(self->stream, self->data, SIZE / 4);
		mux_finish(self->stream);
		pthread_join(thread, NULL);
		ASSERT_EQ(0, get_status(self));
		EXPECT_EQ(DISCMUX_STREAM_DONE, self->status.state);
		close(self->stream);
		self->stream = -1;
		sim_appear(v.name);
		for (k = 0; k < RECORDERS; k++)
			sim_clear(names[k]);
		ASSERT_EQ(0, mux_wait(self->fd, DISCMUX_ROLE_RECORDER, RECORDERS, 20000)) {
			TH_LOG("round %u", i);
		}
	}
	printf("# %u times\n", rounds);
	fflush(stdout);
}

/* Each drive got each WRITE once, whatever happened to the others. */
TEST_F(drives, each_write_once)
{
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_count_reset());
	ASSERT_EQ(0, sim_fault("recorder1", "sense 4/44/00 op write nth 4"));
	ASSERT_EQ(0, sim_fault("recorder2", "sense 2/04/08 op write nth 2 times 2"));
	burn(_metadata, self);
	for (i = 0; i < RECORDERS; i++) {
		EXPECT_EQ(i == 1 ? 4 : i == 2 ? WRITES + 2 : WRITES, sim_count(names[i], 0x2a)) {
			TH_LOG("recorder %d", i);
		}
	}
}

static const char * const garbled[RECORDERS] = { "43", "47", "48", "49" };

/* That a WRITE did not get through is for certain only to the drive: never again. */
TEST_F(drives, garbled_stream)
{
	char words[64];
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_count_reset());
	for (i = 1; i < RECORDERS; i++) {
		snprintf(words, sizeof(words), "sense b/%s/00 op write nth 3", garbled[i]);
		ASSERT_EQ(0, sim_fault(names[i], words));
	}
	burn(_metadata, self);
	for (i = 1; i < RECORDERS; i++) {
		EXPECT_EQ(DISCMUX_TARGET_FAILED, self->t[i].state);
		EXPECT_EQ(0x0b0000 | strtoul(garbled[i], NULL, 16) << 8,
			  mux_sense(&self->t[i].result));
		EXPECT_EQ(2 * CHUNK, self->t[i].bytes);
		EXPECT_EQ(0, self->t[i].retries);
		EXPECT_EQ(3, sim_count(names[i], 0x2a));
	}
	EXPECT_EQ(WRITES, sim_count(names[0], 0x2a));
	expect_copy(_metadata, self, 0);
}

TEST_F(drives, garbled_fanout)
{
	struct discmux_target places[RECORDERS] = { 0 };
	struct discmux_result r[RECORDERS];
	struct discmux_fanout_write f = {
		.size = sizeof(f),
		.nr_targets = RECORDERS,
		.block_size = BLOCK,
		.data_len = CHUNK,
		.result_stride = sizeof(r[0]),
		.targets = PTR(places),
		.data = PTR(self->data),
		.results = PTR(r),
	};
	char words[64];
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_count_reset());
	for (i = 0; i < RECORDERS; i++) {
		places[i].member = self->number[i];
		snprintf(words, sizeof(words), "sense b/%s/00 op write", garbled[i]);
		ASSERT_EQ(0, sim_fault(names[i], words));
	}
	ASSERT_EQ(0, mux_call(self->fd, DISCMUX_IOC_FANOUT_WRITE, &f));
	for (i = 0; i < RECORDERS; i++) {
		EXPECT_EQ(0x0b0000 | strtoul(garbled[i], NULL, 16) << 8, mux_sense(&r[i]));
		EXPECT_EQ(1, sim_count(names[i], 0x2a));
	}
}

/* RECOVERED ERROR: FANOUT_WRITE and EXEC hand it on, and count it and what was carried out. */
TEST_F(drives, recovered_fanout)
{
	long recovered = unit_counter(self->number[0], "recovered_errors");
	long bytes = unit_counter(self->number[0], "bytes_written");
	struct discmux_target places[RECORDERS] = { 0 };
	struct discmux_result r[RECORDERS];
	struct discmux_fanout_write f = {
		.size = sizeof(f),
		.nr_targets = RECORDERS,
		.block_size = BLOCK,
		.data_len = CHUNK,
		.result_stride = sizeof(r[0]),
		.targets = PTR(places),
		.data = PTR(self->data),
		.results = PTR(r),
	};
	int i;

	ASSERT_EQ(0, load_blanks(self));
	ASSERT_EQ(0, sim_count_reset());
	for (i = 0; i < RECORDERS; i++)
		places[i].member = self->number[i];
	ASSERT_EQ(0, sim_fault(names[0], "sense 1/0c/00 op write"));
	ASSERT_EQ(0, mux_call(self->fd, DISCMUX_IOC_FANOUT_WRITE, &f));
	EXPECT_EQ(0x010c00, mux_sense(&r[0]));
	for (i = 0; i < RECORDERS; i++)
		EXPECT_EQ(1, sim_count(names[i], 0x2a));
	EXPECT_EQ(recovered + 1, unit_counter(self->number[0], "recovered_errors"));
	EXPECT_EQ(bytes + CHUNK, unit_counter(self->number[0], "bytes_written"));
}

TEST_F(drives, recovered_exec)
{
	static const uint8_t mechanism[12] = { 0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8 };
	long recovered = unit_counter(self->number[0], "recovered_errors");
	long bytes = unit_counter(self->number[0], "bytes_read");
	uint8_t data[2][8];
	struct discmux_result r[2];
	int i;

	memset(data, 0xa5, sizeof(data));
	ASSERT_EQ(0, sim_fault(names[0], "sense 1/18/00 op bd"));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mux_exec(self->fd, &self->number[0], 1, mechanism, sizeof(mechanism),
				      DISCMUX_DIR_IN, data[i], sizeof(data[i]), &r[i]));
	EXPECT_EQ(0x011800, mux_sense(&r[0]));
	EXPECT_EQ(0, r[1].status);
	EXPECT_EQ(r[1].resid, r[0].resid);
	EXPECT_EQ(0, memcmp(data[0], data[1], sizeof(data[0])));
	EXPECT_NE(0xa5, data[0][7]);
	EXPECT_EQ(recovered + 1, unit_counter(self->number[0], "recovered_errors"));
	EXPECT_EQ(bytes + 2 * (long)(sizeof(data[0]) - r[0].resid),
		  unit_counter(self->number[0], "bytes_read"));
}

/* The next change of that member's disc whose number is above seq; others may still be of
 * the disc that the test before took out. */
static int wait_changed(struct events *events, uint32_t member, uint64_t seq, struct event *e)
{
	uint64_t any = 0;
	int ret;

	do {
		ret = events_wait(events, DISCMUX_EVENT_MEDIUM_CHANGED, e, &any, 10000);
	} while (!ret && (e->value[DISCMUX_ATTR_MEMBER] != member || e->seq <= seq));
	return ret;
}

/* A disc that comes or goes is an event of that member. */
TEST_F(drives, medium_changed_event)
{
	struct events *events = events_open();
	struct event e = { 0 };
	char disc[32];

	ASSERT_NE(NULL, events);
	snprintf(disc, sizeof(disc), "disc%d", getpid());
	ASSERT_EQ(0, sim_blank(disc, names[3]));
	ASSERT_EQ(0, wait_changed(events, self->number[3], 0, &e));
	EXPECT_EQ(self->m[3].unit, e.value[DISCMUX_ATTR_UNIT]);
	EXPECT_EQ(DISCMUX_ROLE_RECORDER, e.value[DISCMUX_ATTR_ROLE]);
	events_close(events);
}

/* A change that a command tells of hides none that sr sees later. */
TEST_F(drives, medium_changed_again)
{
	static const uint8_t ready[6];
	struct events *events = events_open();
	struct discmux_result r = { 0 };
	struct discmux_info info;
	struct event e = { 0 };
	char disc[32];

	ASSERT_NE(NULL, events);
	snprintf(disc, sizeof(disc), "again%d", getpid());
	ASSERT_EQ(0, sim_blank(disc, names[3]));
	ASSERT_TRUE(wait_for(!mux_ready(self->fd, self->number[3]), 5000));
	/* sr asks every two seconds: it has reported all changes by then. */
	while (!events_next(events, &e, 4000))
		;
	ASSERT_EQ(0, sim_fault(names[3], "sense 6/28/00 op 00"));
	EXPECT_EQ(2, command(self->fd, self->number[3], ready, sizeof(ready), &r));
	ASSERT_EQ(0, mux_info(self->fd, &info));
	sim_eject(names[3]);
	ASSERT_EQ(0, wait_changed(events, self->number[3], info.event_seq, &e));
	events_close(events);
}

/* The reader can be asked, but nothing can be written to it. */
TEST_F(drives, reader_takes_no_stream)
{
	struct discmux_member reader;

	ASSERT_EQ(1, mux_list(self->fd, DISCMUX_ROLE_READER, &reader, 1));
	EXPECT_EQ(-EINVAL, mux_stream(self->fd, &reader.member, NULL, 1, RING, 0));
}

TEST_HARNESS_MAIN
