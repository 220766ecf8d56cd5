// SPDX-License-Identifier: GPL-2.0
/*
 * What one unit tells and is told: unit options and status blocks, the sense
 * data that is kept, messages, commands that did not get through, and who may
 * send what.
 */
#include "events.h"
#include "harness.h"
#include "library.h"
#include "mux.h"
#include "sim.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

static const uint8_t ready[6], inquiry[6] = { 0x12, 0, 0, 0, 96 };

/* READ BUFFER CAPACITY: nobody else sends it. */
static const uint8_t quiet[10] = { 0x5c };

FIXTURE(unit)
{
	struct library l;
	struct discmux_result r;
	struct discmux_status_block block;
	struct discmux_unit_options o;
	uint8_t sense[DISCMUX_SENSE_SIZE];
	uint32_t drive, changer, element;
	const char *name;		/* the simulator's, of drive */
};

typedef FIXTURE_DATA(unit) unit_t;

/* The drive is empty: NOT READY, and 18 bytes that say so. */
static int fail(unit_t *self)
{
	return unit_exec(self->l.fd, self->drive, ready, 6, 0x12345678, &self->r, &self->block);
}

FIXTURE_SETUP(unit)
{
	int i;

	ASSERT_EQ(0, library_open(&self->l));
	self->drive = self->l.drive[0].member;
	self->changer = self->l.info.changer;
	self->element = self->l.drive[0].element;
	self->name = "drive0";
	memset(&self->o, 0, sizeof(self->o));
	ASSERT_EQ(0, unit_options(self->l.fd, self->drive, &self->o));
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, fail(self));	/* unit attentions first */
	ASSERT_EQ(0x02, mux_sense(&self->r) >> 16);
	memset(&self->o, 0, sizeof(self->o));
	ASSERT_EQ(0, sim_count_reset());
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->drive, 1, inquiry, 6, DISCMUX_DIR_IN, self->sense,
			      sizeof(self->sense), &self->r));
	self->name = sim_count("drive0", 0x12) > 0 ? "drive0" : "drive1";
	ASSERT_EQ(0, sim_count_reset());
}

FIXTURE_TEARDOWN(unit)
{
	sim_clear(self->name);
	memset(&self->o, 0, sizeof(self->o));
	unit_options(self->l.fd, self->drive, &self->o);
	EXPECT_EQ(0, library_put_back(&self->l));
	library_close(&self->l);
}

static int set(unit_t *self)
{
	return unit_options(self->l.fd, self->drive, &self->o);
}

TEST_F(unit, default_block)
{
	ASSERT_EQ(0, fail(self));
	EXPECT_EQ(0x12345678, self->block.identifier);
	EXPECT_EQ(2, self->block.status);
	EXPECT_EQ(0, self->block.error);
	EXPECT_EQ(DISCMUX_BLOCK_COMPLETE | DISCMUX_BLOCK_ERROR, self->block.flags);
	EXPECT_EQ(8, self->block.sense_len);
	EXPECT_EQ(0, memcmp(self->block.sense, self->r.sense, 8));
	EXPECT_EQ(0, self->block.sense[8]);
	/* What went well has a block, too. */
	ASSERT_EQ(0, unit_exec(self->l.fd, self->changer, ready, 6, 1, &self->r, &self->block));
	ASSERT_EQ(0, unit_exec(self->l.fd, self->changer, ready, 6, 1, &self->r, &self->block));
	EXPECT_EQ(0, self->block.status);
	EXPECT_EQ(DISCMUX_BLOCK_COMPLETE, self->block.flags);
	EXPECT_EQ(8, self->block.sense_len);
}

TEST_F(unit, first_bytes)
{
	uint32_t n, i;

	for (n = 1; n <= 32; n++) {
		memset(&self->o, 0xff, sizeof(self->o));
		self->o.flags = 0;
		self->o.sense_count = n;
		ASSERT_EQ(0, set(self));
		EXPECT_EQ(n, self->o.sense_count);
		EXPECT_EQ(0, self->o.block.error);
		ASSERT_EQ(0, fail(self));
		EXPECT_EQ(n, self->block.sense_len);
		for (i = 0; i < 32; i++)
			EXPECT_EQ(i < n && i < self->r.sense_len ? self->r.sense[i] : 0,
				  self->block.sense[i]);
	}
}

/* Too many are an error that the status block tells of, and become eight. */
TEST_F(unit, too_many)
{
	static const uint32_t counts[] = { 33, 255, 256, 0xffffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		self->o.flags = 0;
		self->o.sense_count = counts[i];
		self->o.identifier = 42;
		ASSERT_EQ(0, set(self));
		EXPECT_EQ(8, self->o.sense_count);
		EXPECT_EQ(0xa1, self->o.block.error);
		EXPECT_EQ(42, self->o.block.identifier);
		EXPECT_TRUE(self->o.block.flags & DISCMUX_BLOCK_ERROR);
		ASSERT_EQ(0, fail(self));
		EXPECT_EQ(8, self->block.sense_len);
		EXPECT_EQ(0, self->block.error);
	}
}

TEST_F(unit, eight_chosen)
{
	static const uint8_t chosen[8] = { 12, 13, 2, 7, 0, 255, 12, 95 };
	uint32_t i;

	memcpy(self->o.selected, chosen, 8);
	ASSERT_EQ(0, set(self));
	EXPECT_EQ(0, memcmp(self->o.selected, chosen, 8));
	ASSERT_EQ(0, fail(self));
	EXPECT_EQ(8, self->block.sense_len);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(chosen[i] < self->r.sense_len ? self->r.sense[chosen[i]] : 0,
			  self->block.sense[i]);
	EXPECT_EQ(0x3a, self->block.sense[0]);
	EXPECT_EQ(0x3a, self->block.sense[6]);
	/* All of them 0 is the default again. */
	memset(self->o.selected, 0, 16);
	ASSERT_EQ(0, set(self));
	ASSERT_EQ(0, fail(self));
	EXPECT_EQ(0, memcmp(self->block.sense, self->r.sense, 8));
}

TEST_F(unit, extended)
{
	uint32_t n, i;

	for (n = 1; n <= 16; n++) {
		memset(&self->o, 0, sizeof(self->o));
		self->o.flags = DISCMUX_OPTIONS_EXTENDED;
		self->o.nr_selected = n;
		for (i = 0; i < n; i++)
			self->o.selected[i] = (uint8_t)(17 - i);
		ASSERT_EQ(0, set(self));
		EXPECT_EQ(DISCMUX_OPTIONS_EXTENDED, self->o.flags);
		EXPECT_EQ(n, self->o.nr_selected);
		ASSERT_EQ(0, fail(self));
		EXPECT_EQ(n, self->block.sense_len);
		for (i = 0; i < n; i++)
			EXPECT_EQ(17 - i < self->r.sense_len ? self->r.sense[17 - i] : 0,
				  self->block.sense[i]);
	}
	/* Byte 0 alone is byte 0; none is the default. */
	memset(&self->o, 0, sizeof(self->o));
	self->o.flags = DISCMUX_OPTIONS_EXTENDED;
	self->o.nr_selected = 1;
	ASSERT_EQ(0, set(self));
	ASSERT_EQ(0, fail(self));
	EXPECT_EQ(1, self->block.sense_len);
	EXPECT_EQ(self->r.sense[0], self->block.sense[0]);
	self->o.nr_selected = 0;
	ASSERT_EQ(0, set(self));
	ASSERT_EQ(0, fail(self));
	EXPECT_EQ(8, self->block.sense_len);
}

TEST_F(unit, refused_options)
{
	struct discmux_unit_options o = { .flags = DISCMUX_OPTIONS_EXTENDED, .nr_selected = 17 };
	int other = mux_open(O_RDWR), reader = mux_open(O_RDONLY);

	EXPECT_EQ(-EINVAL, unit_options(self->l.fd, self->drive, &o));
	o = (struct discmux_unit_options) { .nr_selected = 8 };
	EXPECT_EQ(-EINVAL, unit_options(self->l.fd, self->drive, &o));
	o = (struct discmux_unit_options) { .selected = { [8] = 1 } };
	EXPECT_EQ(-EINVAL, unit_options(self->l.fd, self->drive, &o));
	o = (struct discmux_unit_options) {
		.flags = DISCMUX_OPTIONS_EXTENDED, .nr_selected = 3, .selected = { [3] = 1 },
	};
	EXPECT_EQ(-EINVAL, unit_options(self->l.fd, self->drive, &o));
	o = (struct discmux_unit_options) { .flags = DISCMUX_OPTIONS_GET, .sense_count = 1 };
	EXPECT_EQ(-EINVAL, unit_options(self->l.fd, self->drive, &o));
	o = (struct discmux_unit_options) { .flags = DISCMUX_OPTIONS_GET };
	EXPECT_EQ(-ENOENT, unit_options(self->l.fd, 77, &o));
	/* Anybody reads them, the same for all; a reader sets none. */
	self->o.sense_count = 5;
	ASSERT_EQ(0, set(self));
	EXPECT_EQ(0, unit_options(reader, self->drive, &o));
	EXPECT_EQ(5, o.sense_count);
	o.sense_count = 3;
	EXPECT_EQ(-EPERM, unit_options(reader, self->drive, &o));
	ASSERT_EQ(0, mux_claim(other, &self->drive, 1, NULL));
	EXPECT_EQ(-EBUSY, unit_options(self->l.fd, self->drive, &o));
	EXPECT_EQ(0, unit_options(other, self->drive, &o));
	close(other);
	close(reader);
}

TEST_F(unit, blocks_of_exec)
{
	struct discmux_status_block blocks[2];
	uint32_t targets[2] = { self->drive, self->l.drive[1].member };
	struct discmux_result r[2];
	struct discmux_exec exec = {
		.size = sizeof(exec), .nr_targets = 2, .cdb_len = 6,
		.result_stride = sizeof(r[0]), .targets = PTR(targets), .results = PTR(r),
		.identifier = 9, .block_stride = sizeof(blocks[0]), .blocks = PTR(blocks),
	};

	ASSERT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_EXEC, &exec));
	EXPECT_EQ(9, blocks[1].identifier);
	EXPECT_EQ(r[1].status, blocks[1].status);
	exec.block_stride = 24;
	memset(blocks, GUARD, sizeof(blocks));
	ASSERT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_EXEC, &exec));
	EXPECT_EQ(9, blocks[0].identifier);
	EXPECT_EQ(GUARD, *((uint8_t *)blocks + 48));
	exec.block_stride = 23;
	EXPECT_EQ(-EINVAL, mux_call(self->l.fd, DISCMUX_IOC_EXEC, &exec));
	exec.block_stride = 4097;
	EXPECT_EQ(-EINVAL, mux_call(self->l.fd, DISCMUX_IOC_EXEC, &exec));
	exec.block_stride = sizeof(blocks[0]);
	exec.blocks = 1ull << 63;
	EXPECT_EQ(-EFAULT, mux_call(self->l.fd, DISCMUX_IOC_EXEC, &exec));
	/* Who asks for none may put anything there. */
	exec.blocks = 0;
	exec.block_stride = 1;
	EXPECT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_EXEC, &exec));
}

/* The block comes with events as well, by the same options. */
TEST_F(unit, block_of_event)
{
	struct events *events = events_open();
	struct event e;
	uint64_t seq = 0;

	ASSERT_NE(NULL, events);
	self->o.selected[0] = 12;
	self->o.selected[1] = 13;
	ASSERT_EQ(0, unit_options(self->l.fd, self->changer, &self->o));
	ASSERT_EQ(0, sim_fault("changer", "sense 4/15/01 op a5"));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r));
	ASSERT_EQ(0, events_wait(events, DISCMUX_EVENT_MOVE_DONE, &e, &seq, 5000));
	EXPECT_EQ(8, e.block.sense_len);
	EXPECT_EQ(0x15, e.block.sense[0]);
	EXPECT_EQ(0x01, e.block.sense[1]);
	EXPECT_EQ(2, e.block.status);
	memset(&self->o, 0, sizeof(self->o));
	EXPECT_EQ(0, unit_options(self->l.fd, self->changer, &self->o));
	events_close(events);
}

TEST_F(unit, sense_is_kept)
{
	int reader = mux_open(O_RDONLY);
	struct discmux_result r = { 0 };
	uint8_t data[96];

	ASSERT_EQ(0, fail(self));
	EXPECT_EQ(self->r.sense_len, unit_sense(reader, self->drive, DISCMUX_SENSE_PEEK,
						self->sense));
	EXPECT_EQ(0, memcmp(self->sense, self->r.sense, self->r.sense_len));
	EXPECT_EQ(-EPERM, unit_sense(reader, self->drive, 0, self->sense));
	EXPECT_EQ(self->r.sense_len, unit_sense(self->l.fd, self->drive, 0, self->sense));
	EXPECT_EQ(0, memcmp(self->sense, self->r.sense, self->r.sense_len));
	/* Fetched once it is gone. */
	EXPECT_EQ(18, unit_sense(self->l.fd, self->drive, 0, self->sense));
	EXPECT_EQ(0x70, self->sense[0]);
	EXPECT_EQ(0, self->sense[2]);
	EXPECT_EQ(10, self->sense[7]);
	EXPECT_EQ(0, self->sense[12]);
	/* So it is with the next command. */
	ASSERT_EQ(0, fail(self));
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->drive, 1, inquiry, 6, DISCMUX_DIR_IN, data,
			      sizeof(data), &r));
	EXPECT_EQ(18, unit_sense(self->l.fd, self->drive, DISCMUX_SENSE_PEEK, self->sense));
	EXPECT_EQ(0, self->sense[2]);
	EXPECT_EQ(-ENOENT, unit_sense(self->l.fd, 77, 0, self->sense));
	close(reader);
}

/* What the driver asks by itself after a move does not count. */
TEST_F(unit, sense_of_a_move)
{
	ASSERT_EQ(0, sim_fault("changer", "sense 4/15/01 op a5"));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r));
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_LE(14, unit_sense(self->l.fd, self->changer, 0, self->sense));
	EXPECT_EQ(0x04, self->sense[2] & 0x0f);
	EXPECT_EQ(0x15, self->sense[12]);
}

TEST_F(unit, messages)
{
	int code, ret, reader = mux_open(O_RDONLY), other = mux_open(O_RDWR);

	EXPECT_EQ(0, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_NOP));
	EXPECT_EQ(0, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_ABORT));
	for (code = 0; code < 0x101; code++) {
		if (code == 0x06 || code == 0x08 || code == 0x0c)
			continue;
		ret = code == 0x01 || code == 0x05 || code == 0x07 || code == 0x09 ||
		      (code >= 0x80 && code <= 0xff) ? -EPROTONOSUPPORT : -EINVAL;
		EXPECT_EQ(ret, unit_message(self->l.fd, self->drive, (uint32_t)code)) {
			TH_LOG("message %02x", code);
		}
	}
	EXPECT_EQ(-EINVAL, unit_message(self->l.fd, self->drive, 0xffffffff));
	EXPECT_EQ(-ENOENT, unit_message(self->l.fd, 77, DISCMUX_MESSAGE_NOP));
	EXPECT_EQ(-EPERM, unit_message(reader, self->drive, DISCMUX_MESSAGE_NOP));
	ASSERT_EQ(0, mux_claim(other, &self->drive, 1, NULL));
	EXPECT_EQ(-EBUSY, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_ABORT));
	EXPECT_EQ(-EBUSY, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_RESET));
	EXPECT_EQ(0, unit_message(other, self->drive, DISCMUX_MESSAGE_ABORT));
	close(reader);
	close(other);
}

struct call {
	int fd, ret;
	uint32_t member;
	struct discmux_result r;
	uint64_t done;
	pthread_t thread;
};

static void *exec_thread(void *arg)
{
	struct call *c = arg;

	c->ret = mux_exec(c->fd, &c->member, 1, quiet, 10, DISCMUX_DIR_NONE, NULL, 0, &c->r);
	c->done = now_ms();
	return NULL;
}

static void *move_thread(void *arg)
{
	struct call *c = arg;

	c->ret = library_move(c->fd, SLOT(1), DRIVE(0), &c->r);
	c->done = now_ms();
	return NULL;
}

TEST_F(unit, abort_a_command)
{
	struct call c = { .fd = self->l.fd, .member = self->drive };
	uint64_t t0;

	ASSERT_EQ(0, sim_fault(self->name, "hang op 5c"));
	ASSERT_EQ(0, pthread_create(&c.thread, NULL, exec_thread, &c));
	sleep_ms(500);
	t0 = now_ms();
	EXPECT_EQ(1, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_ABORT));
	pthread_join(c.thread, NULL);
	EXPECT_GT(5000, c.done - t0);
	EXPECT_EQ(0, c.ret);
	EXPECT_EQ(ECANCELED, c.r.error);
	ASSERT_EQ(0, sim_clear(self->name));
	EXPECT_EQ(0, fail(self));
	EXPECT_EQ(0, self->r.error);
}

/* The next move in the queue is carried out. */
TEST_F(unit, abort_a_move)
{
	struct call c = { .fd = self->l.fd };

	ASSERT_EQ(0, sim_fault("changer", "hang op a5 times 1"));
	ASSERT_EQ(0, pthread_create(&c.thread, NULL, move_thread, &c));
	sleep_ms(500);
	EXPECT_EQ(1, unit_message(self->l.fd, self->changer, DISCMUX_MESSAGE_ABORT));
	pthread_join(c.thread, NULL);
	EXPECT_EQ(0, c.ret);
	EXPECT_EQ(ECANCELED, c.r.error);
	ASSERT_EQ(0, sim_clear("changer"));
	EXPECT_TRUE(library_moved(&self->l, SLOT(2), DRIVE(0)));
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
}

/* The reset of that member and the attention after it, in this order. */
static int hear_reset(struct events *events, uint32_t member)
{
	struct event e;
	uint64_t seq = 0;
	int ret = events_wait(events, DISCMUX_EVENT_RESET, &e, &seq, 5000);

	if (!ret && e.value[DISCMUX_ATTR_MEMBER] == member)
		ret = events_wait(events, DISCMUX_EVENT_ATTENTION, &e, &seq, 5000);
	return ret ? ret : e.value[DISCMUX_ATTR_MEMBER] == member && e.sense[12] == 0x29 ?
		0 : -EBADMSG;
}

/* Reservation and lock are gone, and everybody hears of it. */
TEST_F(unit, reset_of_the_changer)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_RESERVE,
						   DISCMUX_OPERATE_THIRD_PARTY);
	struct events *events[3];
	int i;

	for (i = 0; i < 3; i++) {
		events[i] = events_open();
		ASSERT_NE(NULL, events[i]);
	}
	ASSERT_EQ(0, unit_do(self->l.fd, DISCMUX_OP_PREVENT, 0, &self->r));
	op.third_party = 5;
	ASSERT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	ASSERT_EQ(0, self->r.status);
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r));
	EXPECT_EQ(0x18, self->r.status);
	EXPECT_EQ(0, unit_message(self->l.fd, self->changer, DISCMUX_MESSAGE_RESET));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, hear_reset(events[i], self->changer));
		events_close(events[i]);
	}
	EXPECT_TRUE(library_moved(&self->l, SLOT(1), MAIL));
	EXPECT_TRUE(library_moved(&self->l, MAIL + 1, SLOT(1)));
}

TEST_F(unit, reset_of_a_drive)
{
	static const uint8_t prevent[6] = { 0x1e, 0, 0, 0, 1 };
	struct events *events = events_open();
	struct event e;
	uint64_t seq = 0;

	ASSERT_NE(NULL, events);
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), self->element));
	ASSERT_TRUE(wait_for(!mux_ready(self->l.fd, self->drive), 8000));
	ASSERT_EQ(0, unit_exec(self->l.fd, self->drive, prevent, 6, 0, &self->r, &self->block));
	ASSERT_EQ(0, self->r.status);
	EXPECT_EQ(0, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_RESET));
	ASSERT_EQ(0, events_wait(events, DISCMUX_EVENT_ATTENTION, &e, &seq, 5000));
	EXPECT_EQ(self->drive, e.value[DISCMUX_ATTR_MEMBER]);
	EXPECT_EQ(0x29, e.sense[12]);
	/* Not locked any more, once the simulator has heard of it: the arm gets its disc. */
	EXPECT_TRUE(wait_for(!library_move(self->l.fd, self->element, SLOT(1), &self->r) &&
			     !self->r.status, 5000));
	events_close(events);
}

TEST_F(unit, reset_with_a_command)
{
	struct call c = { .fd = self->l.fd, .member = self->drive };

	ASSERT_EQ(0, sim_fault(self->name, "hang op 5c times 1"));
	ASSERT_EQ(0, pthread_create(&c.thread, NULL, exec_thread, &c));
	sleep_ms(500);
	EXPECT_EQ(1, unit_message(self->l.fd, self->drive, DISCMUX_MESSAGE_RESET));
	pthread_join(c.thread, NULL);
	EXPECT_EQ(ECANCELED, c.r.error);
	ASSERT_EQ(0, sim_clear(self->name));
	/* The simulator hears of the reset a moment after it. */
	EXPECT_TRUE(wait_for(!fail(self) && mux_sense(&self->r) >> 8 == 0x023a, 3000));
}

static int send_quietly(unit_t *self)
{
	return unit_exec(self->l.fd, self->drive, quiet, sizeof(quiet), 0, &self->r,
			 &self->block);
}

/* What only reads is sent again, three times at most; what writes never. */
TEST_F(unit, garbled)
{
	static const char * const codes[] = { "43", "47", "48", "49" };
	long retries = unit_counter(self->drive, "retries");
	static const uint8_t write[10] = { 0x2a };
	uint8_t data[2048] = { 0 };
	uint32_t usual;
	char words[64];
	size_t i;

	ASSERT_EQ(0, send_quietly(self));
	EXPECT_FALSE(self->block.flags & DISCMUX_BLOCK_RETRIED);
	usual = mux_sense(&self->r);
	ASSERT_EQ(0, sim_count_reset());
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		snprintf(words, sizeof(words), "sense b/%s/00 op 5c times 2", codes[i]);
		ASSERT_EQ(0, sim_fault(self->name, words));
		ASSERT_EQ(0, send_quietly(self));
		EXPECT_EQ(usual, mux_sense(&self->r));
		EXPECT_TRUE(self->block.flags & DISCMUX_BLOCK_RETRIED);
	}
	EXPECT_EQ(retries + 8, unit_counter(self->drive, "retries"));
	EXPECT_EQ(12, sim_count(self->name, 0x5c));
	ASSERT_EQ(0, sim_fault(self->name, "sense b/47/00 op 5c times 9"));
	ASSERT_EQ(0, send_quietly(self));
	EXPECT_EQ(0x0b4700, mux_sense(&self->r));
	EXPECT_EQ(16, sim_count(self->name, 0x5c));
	ASSERT_EQ(0, sim_clear(self->name));
	/* Another code is the device's own failure. */
	ASSERT_EQ(0, sim_fault(self->name, "sense b/44/00 op 5c"));
	ASSERT_EQ(0, send_quietly(self));
	EXPECT_EQ(0x0b4400, mux_sense(&self->r));
	EXPECT_FALSE(self->block.flags & DISCMUX_BLOCK_RETRIED);
	ASSERT_EQ(0, sim_fault(self->name, "sense b/47/00 op 2a"));
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->drive, 1, write, 10, DISCMUX_DIR_OUT, data,
			      sizeof(data), &self->r));
	EXPECT_EQ(0x0b4700, mux_sense(&self->r));
	EXPECT_EQ(1, sim_count(self->name, 0x2a));
}

TEST_F(unit, moves_are_not_repeated)
{
	ASSERT_EQ(0, sim_fault("changer", "sense b/47/00 op a5"));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r));
	EXPECT_EQ(0x0b4700, mux_sense(&self->r));
	EXPECT_EQ(1, sim_count("changer", 0xa5));
}

/* Runs fn as a user without privileges; its exit code. */
static int as_nobody(const char *group, int (*fn)(unit_t *self), unit_t *self)
{
	int st = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(become_nobody(group) ? 99 : fn(self));
	waitpid(pid, &st, 0);
	return WIFEXITED(st) ? WEXITSTATUS(st) : 98;
}

static int opens_nothing(unit_t *self)
{
	(void)self;
	return mux_open(O_RDWR) == -EACCES && mux_open(O_RDONLY) == -EACCES ? 0 : 1;
}

static int try_exec(int fd, uint32_t member, const uint8_t *cdb, uint32_t len, uint32_t *error)
{
	struct discmux_result r = { 0 };
	struct discmux_status_block block;
	int ret = unit_exec(fd, member, cdb, len, 0, &r, &block);

	*error = r.error;
	return ret;
}

static uint32_t cdb_len(uint8_t opcode)
{
	static const uint32_t len[8] = { 6, 10, 10, 10, 16, 12, 10, 10 };

	return len[opcode >> 5];
}

/*
 * Each opcode to each kind of unit: what is in the tables reaches the device or,
 * here, the claim that stands before it.
 */
static int sends_what_it_knows(unit_t *self)
{
	static const uint8_t drive[] = {
		0x00, 0x03, 0x04, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x23, 0x25, 0x28, 0x2a, 0x2b, 0x2e,
		0x2f, 0x35, 0x3c, 0x42, 0x43, 0x46, 0x4a, 0x4c, 0x4d, 0x51, 0x52, 0x53, 0x54, 0x55,
		0x58, 0x5a, 0x5b, 0x5c, 0x5d, 0xa1, 0xa2, 0xa4, 0xa6, 0xa8, 0xaa, 0xac, 0xad, 0xb6,
		0xb9, 0xbb, 0xbd, 0xbe, 0xbf,
	};
	static const uint8_t changer[] = {
		0x00, 0x01, 0x03, 0x07, 0x12, 0x15, 0x16, 0x17, 0x1a, 0x1e, 0x2b, 0x37, 0x3c, 0x4c,
		0x4d, 0xa5, 0xa6, 0xb5, 0xb6, 0xb8, 0xe7,
	};
	uint8_t cdb[16] = { 0 };
	int fd = mux_open(O_RDWR), ret, fails = fd < 0;
	uint32_t error, op;

	for (op = 0; op < 256; op++) {
		cdb[0] = (uint8_t)op;
		ret = try_exec(fd, self->drive, cdb, cdb_len(cdb[0]), &error);
		if (memchr(drive, (int)op, sizeof(drive)) ? ret != 0 : ret && ret != -EPERM)
			fails += printf("# drive, %02x: %d\n", op, ret) > 0;
		ret = try_exec(fd, self->changer, cdb, cdb_len(cdb[0]), &error);
		if (memchr(changer, (int)op, sizeof(changer)) ? ret != 0 : ret && ret != -EPERM)
			fails += printf("# changer, %02x: %d\n", op, ret) > 0;
	}
	fflush(stdout);
	return fails ? 1 : 0;
}

static int is_refused_the_rest(unit_t *self)
{
	static const struct {
		bool changer;
		uint8_t len, cdb[12];
	} refused[] = {
		{ false, 10, { 0x3b, 2 } }, { false, 10, { 0x3b, 5 } }, { false, 12, { 0xa3,
		  [10] = 6 } }, { false, 6, { 0x01 } }, { false, 10, { 0xc0 } },
		{ false, 10, { 0xe7 } }, { false, 12, { 0xd8 } }, { false, 6, { 0x1d } },
		{ false, 6, { 0x07 } }, { true, 6, { 0x01, 4 } }, { true, 6, { 0x01, 5 } },
		{ true, 10, { 0x3b, 4 } }, { true, 10, { 0x3b, 5 } }, { true, 10, { 0x3b, 7 } },
		{ true, 12, { 0xa1 } }, { true, 6, { 0x1d } }, { true, 10, { 0x28 } },
		{ true, 10, { 0xe5 } },
	};
	struct discmux_result r;
	int fd = mux_open(O_RDWR), reader = mux_open(O_RDONLY), fails = fd < 0, ret;
	uint32_t error;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		ret = try_exec(fd, refused[i].changer ? self->changer : self->drive,
			       refused[i].cdb, refused[i].len, &error);
		if (ret != -EPERM)
			fails += printf("# %02x: %d\n", refused[i].cdb[0], ret) > 0;
	}
	fails += unit_message(fd, self->drive, DISCMUX_MESSAGE_RESET) != -EPERM;
	fails += unit_message(fd, self->drive, DISCMUX_MESSAGE_NOP) != 0;
	fails += unit_do(fd, DISCMUX_OP_REZERO, DISCMUX_OPERATE_RESET, &r) != -EPERM;
	fails += unit_message(reader, self->drive, DISCMUX_MESSAGE_ABORT) != -EPERM;
	fails += library_move(reader, SLOT(1), DRIVE(0), &r) != -EPERM;
	fails += try_exec(reader, self->drive, ready, 6, &error) != -EPERM;
	fails += mux_stream(reader, &self->drive, NULL, 1, 4 * CHUNK, 0) != -EPERM;
	fails += mux_claim(reader, &self->drive, 1, NULL) != -EPERM;
	fflush(stdout);
	return fails ? 1 : 0;
}

TEST_F(unit, node)
{
	struct stat st;

	ASSERT_EQ(0, stat(MUX_DEV, &st));
	EXPECT_EQ(0660, st.st_mode & 0777);
	EXPECT_EQ(0, st.st_uid);
	EXPECT_EQ(0, as_nobody(NULL, opens_nothing, self));
}

TEST_F(unit, a_user_of_the_group)
{
	const uint32_t all[] = { self->drive, self->changer };
	int owner = mux_open(O_RDWR);

	EXPECT_EQ(0, as_nobody("cdrom", is_refused_the_rest, self));
	EXPECT_EQ(0, sim_count(self->name, 0x3b));
	/* Nothing of it is carried out: they belong to somebody else. */
	ASSERT_EQ(0, mux_claim(owner, all, 2, NULL));
	EXPECT_EQ(0, as_nobody("cdrom", sends_what_it_knows, self));
	EXPECT_EQ(0, sim_count(self->name, 0xa1));
	EXPECT_EQ(0, sim_count("changer", 0x07));
	close(owner);
}

TEST_HARNESS_MAIN
