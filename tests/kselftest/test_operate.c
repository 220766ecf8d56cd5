// SPDX-License-Identifier: GPL-2.0
/* What a library does besides moves, its pages, and the queue of both. */
#include "harness.h"
#include "library.h"
#include "mux.h"
#include "sim.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

FIXTURE(operate)
{
	struct library l;
	struct discmux_result r;
	uint32_t changer;
};

FIXTURE_SETUP(operate)
{
	ASSERT_EQ(0, library_open(&self->l));
	ASSERT_TRUE(library_full(&self->l, SLOT(1)));
	self->changer = self->l.info.changer;
	ASSERT_EQ(0, sim_count_reset());
}

FIXTURE_TEARDOWN(operate)
{
	EXPECT_EQ(0, library_put_back(&self->l));
	library_close(&self->l);
}

typedef FIXTURE_DATA(operate) operate_t;

/* Carried out, and GOOD. */
static bool done(operate_t *self, uint32_t operation, uint32_t flags)
{
	return !unit_do(self->l.fd, operation, flags, &self->r) && !self->r.error &&
	       !self->r.status;
}

TEST_F(operate, initialize)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_INITIALIZE, DISCMUX_OPERATE_RANGE);

	ASSERT_TRUE(done(self, DISCMUX_OP_INITIALIZE, 0));
	EXPECT_EQ(self->changer, self->r.member);
	EXPECT_EQ(1, sim_count("changer", 0x07));
	op.source = SLOT(2);
	op.destination = SLOT(5);
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0, self->r.status);
	EXPECT_EQ(1, sim_count("changer", 0xe7));
	EXPECT_EQ(0, sim_count("changer", 0x37));
	op.destination = SLOT(1);
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
	op.destination = SLOT(SLOTS) + 1;
	EXPECT_EQ(-ENOENT, unit_operate(self->l.fd, &op, &self->r));
}

TEST_F(operate, position)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_POSITION, 0);
	long before = unit_counter(self->changer, "positions");

	op.destination = SLOT(7);
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0, self->r.error);
	EXPECT_EQ(0, self->r.status);
	op.transport = ARM;
	op.destination = DRIVE(1);
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0, self->r.status);
	EXPECT_EQ(2, sim_count("changer", 0x2b));
	/* The library's arm does not turn then (3.8). */
	op.flags = DISCMUX_OPERATE_INVERT;
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0x052400, mux_sense(&self->r));
	EXPECT_EQ(before + 3, unit_counter(self->changer, "positions"));
	op.flags = 0;
	op.transport = 0x2001;
	EXPECT_EQ(-ENOENT, unit_operate(self->l.fd, &op, &self->r));
	op.transport = 0;
	op.destination = 0x7777;
	EXPECT_EQ(-ENOENT, unit_operate(self->l.fd, &op, &self->r));
}

/* The library has no EXCHANGE MEDIUM, and says so itself. */
TEST_F(operate, exchange)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_EXCHANGE, 0);
	long errors = unit_counter(self->changer, "move_errors");

	op.source = SLOT(1);
	op.destination = DRIVE(0);
	op.second = SLOT(2);
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0, self->r.error);
	EXPECT_EQ(0x052000, mux_sense(&self->r));
	EXPECT_EQ(errors + 1, unit_counter(self->changer, "move_errors"));
	EXPECT_LE(1, unit_counter(self->changer, "exchanges"));
	op.second = 0x7777;
	EXPECT_EQ(-ENOENT, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
}

TEST_F(operate, rezero)
{
	ASSERT_TRUE(done(self, DISCMUX_OP_REZERO, 0));
	EXPECT_EQ(1, sim_count("changer", 0x01));
	EXPECT_EQ(-EINVAL, unit_do(self->l.fd, DISCMUX_OP_REZERO,
				   DISCMUX_OPERATE_RESET | DISCMUX_OPERATE_RETURN, &self->r));
}

/* Return: each disc is in its slot again, and the driver knows. */
TEST_F(operate, rezero_return)
{
	ASSERT_TRUE(library_moved(&self->l, SLOT(2), DRIVE(0)));
	ASSERT_TRUE(library_moved(&self->l, SLOT(3), DRIVE(1)));
	library_unlock(&self->l, DRIVE(0));
	library_unlock(&self->l, DRIVE(1));
	ASSERT_TRUE(done(self, DISCMUX_OP_REZERO, DISCMUX_OPERATE_RETURN));
	EXPECT_TRUE(library_full(&self->l, SLOT(2)));
	EXPECT_TRUE(library_full(&self->l, SLOT(3)));
	EXPECT_FALSE(library_full(&self->l, DRIVE(0)));
}

static bool at_rest(struct library *l)
{
	return !library_status(l, 0, 0, 0) && !l->s.state;
}

/* The caller is back at once; the arm is busy until the changer is ready. */
TEST_F(operate, rezero_immediately)
{
	uint32_t kind;

	for (kind = 0; kind < 2; kind++) {
		ASSERT_EQ(0, sim_fault("changer", "sense 2/04/01 op 00 times 2"));
		ASSERT_TRUE(done(self, DISCMUX_OP_REZERO,
				 kind ? DISCMUX_OPERATE_RESET : DISCMUX_OPERATE_IMMED));
		ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
		EXPECT_TRUE(self->l.s.state & DISCMUX_STATUS_MOVING);
		EXPECT_TRUE(wait_for(at_rest(&self->l), 20000));
		ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
		ASSERT_TRUE(library_moved(&self->l, DRIVE(0), SLOT(1)));
	}
}

TEST_F(operate, selftest)
{
	ASSERT_TRUE(done(self, DISCMUX_OP_SELFTEST, 0));
	EXPECT_EQ(1, sim_count("changer", 0x1d));
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
}

TEST_F(operate, prevent_and_allow)
{
	ASSERT_TRUE(done(self, DISCMUX_OP_PREVENT, 0));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), MAIL, &self->r));
	EXPECT_EQ(0x05, mux_sense(&self->r) >> 16);
	EXPECT_EQ(0x53, mux_sense(&self->r) >> 8 & 0xff);
	ASSERT_TRUE(done(self, DISCMUX_OP_ALLOW, 0));
	EXPECT_EQ(2, sim_count("changer", 0x1e));
}

/* Reserved for another initiator we are kept out ourselves. */
TEST_F(operate, reserve)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_RESERVE,
						   DISCMUX_OPERATE_THIRD_PARTY);

	ASSERT_TRUE(done(self, DISCMUX_OP_RESERVE, 0));
	EXPECT_TRUE(done(self, DISCMUX_OP_REZERO, 0));
	ASSERT_TRUE(done(self, DISCMUX_OP_RELEASE, 0));
	op.third_party = 3;
	ASSERT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	ASSERT_EQ(0, self->r.status);
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r));
	EXPECT_EQ(0x18, self->r.status);
	op.operation = DISCMUX_OP_RELEASE;
	ASSERT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0, self->r.status);
	EXPECT_TRUE(done(self, DISCMUX_OP_REZERO, 0));
}

/* The library does not reserve elements (3.14). */
TEST_F(operate, reserve_elements)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_RESERVE, DISCMUX_OPERATE_ELEMENTS);
	struct discmux_range ranges[65] = { { SLOT(1), 3 }, { DRIVE(0), 1 } };

	op.identification = 7;
	op.nr_ranges = 2;
	op.ranges = PTR(ranges);
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0x05, mux_sense(&self->r) >> 16);
	op.nr_ranges = 65;
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
	op.nr_ranges = 0;
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
	op.nr_ranges = 2;
	op.ranges = 0;
	EXPECT_EQ(-EFAULT, unit_operate(self->l.fd, &op, &self->r));
	op.ranges = PTR(ranges);
	ranges[1].first = 0x10000;
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
	op.operation = DISCMUX_OP_RELEASE;
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
	op.nr_ranges = 0;
	op.ranges = 0;
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	op.flags = 0;
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
}

/* Each flag and each field only where the operation has it. */
TEST_F(operate, fields)
{
	static const struct {
		uint32_t operation, flags;
	} known[] = {
		{ DISCMUX_OP_INITIALIZE, 0x101 },
		{ DISCMUX_OP_POSITION, 0x102 },
		{ DISCMUX_OP_EXCHANGE, 0x106 },
		{ DISCMUX_OP_REZERO, 0x138 },
		{ DISCMUX_OP_SELFTEST, 0x100 },
		{ DISCMUX_OP_PREVENT, 0x100 },
		{ DISCMUX_OP_ALLOW, 0x100 },
		{ DISCMUX_OP_RESERVE, 0x1c0 },
		{ DISCMUX_OP_RELEASE, 0x1c0 },
	};
	struct discmux_operate op;
	uint32_t i, bit;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		for (bit = 0; bit < 9; bit++) {
			if (known[i].flags & 1u << bit)
				continue;
			EXPECT_EQ(-EINVAL, unit_do(self->l.fd, known[i].operation, 1u << bit,
						   &self->r)) {
				TH_LOG("operation %u, flag %u", known[i].operation, bit);
			}
		}
		op = unit_operation(known[i].operation, 0);
		op.third_party = 1;
		EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
		op = unit_operation(known[i].operation, 0);
		op.timeout_ms = 86400001;
		EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
		op = unit_operation(known[i].operation, 0);
		op.__reserved = 1;
		EXPECT_EQ(-EOPNOTSUPP, unit_operate(self->l.fd, &op, &self->r));
		if (known[i].operation != DISCMUX_OP_EXCHANGE) {
			op = unit_operation(known[i].operation, 0);
			op.second = 1;
			EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
		}
	}
	EXPECT_EQ(-EINVAL, unit_do(self->l.fd, 0, 0, &self->r));
	EXPECT_EQ(-EINVAL, unit_do(self->l.fd, 10, 0, &self->r));
	EXPECT_EQ(-EINVAL, unit_do(self->l.fd, 0xffffffff, 0, &self->r));
}

TEST_F(operate, whose)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_ALLOW, 0);
	int other = mux_open(O_RDWR), reader = mux_open(O_RDONLY);

	op.member = self->l.drive[0].member;
	EXPECT_EQ(-EINVAL, unit_operate(self->l.fd, &op, &self->r));
	op.member = 77;
	EXPECT_EQ(-ENOENT, unit_operate(self->l.fd, &op, &self->r));
	op.member = self->changer;
	EXPECT_EQ(0, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(-EPERM, unit_operate(reader, &op, &self->r));
	ASSERT_EQ(0, mux_claim(other, &self->changer, 1, NULL));
	EXPECT_EQ(-EBUSY, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_EQ(0, unit_operate(other, &op, &self->r));
	EXPECT_EQ(-EBUSY, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r));
	close(other);
	close(reader);
}

/* What takes a disc out of a drive needs that drive. */
TEST_F(operate, drive_of_another)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_EXCHANGE, 0);
	int other = mux_open(O_RDWR);

	ASSERT_EQ(0, mux_claim(other, &self->l.drive[1].member, 1, NULL));
	EXPECT_EQ(-EBUSY, unit_do(self->l.fd, DISCMUX_OP_REZERO, DISCMUX_OPERATE_RETURN,
				  &self->r));
	EXPECT_EQ(-EBUSY, unit_do(self->l.fd, DISCMUX_OP_SELFTEST, 0, &self->r));
	op.source = SLOT(1);
	op.destination = self->l.drive[1].element;
	op.second = SLOT(2);
	EXPECT_EQ(-EBUSY, unit_operate(self->l.fd, &op, &self->r));
	EXPECT_TRUE(done(self, DISCMUX_OP_REZERO, 0));
	close(other);
}

struct mover {
	int fd, ret;
	uint32_t source, destination;
	struct discmux_result r;
	pthread_t thread;
};

static void *mover(void *arg)
{
	struct mover *m = arg;

	m->ret = library_move(m->fd, m->source, m->destination, &m->r);
	return NULL;
}

static int start(struct mover *m, int fd, uint32_t source, uint32_t destination)
{
	*m = (struct mover) { .fd = fd, .source = source, .destination = destination };
	return pthread_create(&m->thread, NULL, mover, m);
}

/* While the arm moves: those that do not wait say so, at once. */
TEST_F(operate, no_waiting)
{
	struct discmux_result r = { 0 };
	struct mover m;
	uint8_t data[64];
	uint64_t t0;

	ASSERT_EQ(0, sim_fault("changer", "slow 2000 op a5"));
	ASSERT_EQ(0, start(&m, self->l.fd, SLOT(1), DRIVE(0)));
	sleep_ms(400);
	t0 = now_ms();
	EXPECT_EQ(-EAGAIN, unit_do(self->l.fd, DISCMUX_OP_REZERO, DISCMUX_OPERATE_NOWAIT,
				   &self->r));
	EXPECT_EQ(-EAGAIN, unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_LOG_SENSE, 0, 0, data,
				     sizeof(data), &r));
	EXPECT_GT(500, now_ms() - t0);
	EXPECT_LT(0, unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_LOG_SENSE, 0,
			       DISCMUX_PAGE_WAIT, data, sizeof(data), &r));
	EXPECT_LE(800, now_ms() - t0);
	pthread_join(m.thread, NULL);
	EXPECT_EQ(0, m.ret);
	EXPECT_EQ(0, m.r.status);
	EXPECT_TRUE(done(self, DISCMUX_OP_ALLOW, DISCMUX_OPERATE_NOWAIT));
}

/* A drive that was claimed while the move waited is not touched. */
TEST_F(operate, claimed_while_queued)
{
	int other = mux_open(O_RDWR);
	struct mover m[2];
	uint32_t i;

	ASSERT_EQ(0, sim_fault("changer", "slow 1500 op a5"));
	ASSERT_EQ(0, start(&m[0], self->l.fd, SLOT(1), DRIVE(0)));
	sleep_ms(300);
	ASSERT_EQ(0, start(&m[1], self->l.fd, SLOT(2), DRIVE(1)));
	sleep_ms(300);
	for (i = 0; i < DRIVES; i++)
		if (self->l.drive[i].element == DRIVE(1))
			ASSERT_EQ(0, mux_claim(other, &self->l.drive[i].member, 1, NULL));
	for (i = 0; i < 2; i++)
		pthread_join(m[i].thread, NULL);
	EXPECT_EQ(0, m[0].r.error);
	EXPECT_EQ(0, m[1].ret);
	EXPECT_EQ(EBUSY, m[1].r.error);
	close(other);
	EXPECT_TRUE(library_full(&self->l, SLOT(2)));
}

/* A fd that closes drops what waits in it, and nothing else. */
TEST_F(operate, close_drops)
{
	int first = mux_open(O_RDWR), second = mux_open(O_RDWR);
	struct mover m[3];
	uint64_t t0;
	pid_t pid;

	ASSERT_EQ(0, sim_fault("changer", "slow 2000 op a5"));
	ASSERT_EQ(0, start(&m[0], first, SLOT(1), DRIVE(0)));
	sleep_ms(300);
	ASSERT_EQ(0, start(&m[1], second, SLOT(2), DRIVE(1)));
	ASSERT_EQ(0, start(&m[2], self->l.fd, SLOT(3), SLOT(1)));
	sleep_ms(300);
	/* A child that ends closes its descriptors of our files. */
	pid = fork();
	if (!pid)
		_exit(0);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	sleep_ms(100);
	t0 = now_ms();
	close(second);
	pthread_join(m[1].thread, NULL);
	EXPECT_EQ(-ECANCELED, m[1].ret);
	EXPECT_GT(500, now_ms() - t0);
	/* Not the one under way */
	close(first);
	pthread_join(m[0].thread, NULL);
	EXPECT_EQ(0, m[0].ret);
	EXPECT_EQ(0, m[0].r.status);
	pthread_join(m[2].thread, NULL);
	EXPECT_EQ(0, m[2].ret);
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
	EXPECT_TRUE(library_full(&self->l, SLOT(2)));
	EXPECT_FALSE(library_full(&self->l, DRIVE(1)));
}

TEST_F(operate, log_pages)
{
	static const uint8_t pages[] = { 0x00, 0x06, 0x07, 0x30 };
	uint8_t data[256] = { 0 };
	int reader = mux_open(O_RDONLY);

	EXPECT_EQ(8, unit_page(reader, DISCMUX_NONE, DISCMUX_PAGE_LOG_SENSE, 0, 0, data,
			       sizeof(data), &self->r));
	EXPECT_EQ(0, self->r.status);
	EXPECT_EQ(4, data[3]);
	EXPECT_EQ(0, memcmp(data + 4, pages, 4));
	/* Number of media changes, and then none */
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
	EXPECT_EQ(12, unit_page(self->l.fd, self->changer, DISCMUX_PAGE_LOG_SENSE, 0x30, 0, data,
				sizeof(data), &self->r));
	EXPECT_NE(0, data[8] | data[9] | data[10] | data[11]);
	EXPECT_EQ(-EPERM, unit_page(reader, self->changer, DISCMUX_PAGE_LOG_SELECT, 0,
				    DISCMUX_PAGE_RESET, NULL, 0, &self->r));
	EXPECT_EQ(0, unit_page(self->l.fd, self->changer, DISCMUX_PAGE_LOG_SELECT, 0,
			       DISCMUX_PAGE_RESET, NULL, 0, &self->r));
	EXPECT_EQ(0, self->r.status);
	EXPECT_EQ(12, unit_page(self->l.fd, self->changer, DISCMUX_PAGE_LOG_SENSE, 0x30, 0, data,
				sizeof(data), &self->r));
	EXPECT_EQ(0, data[8] | data[9] | data[10] | data[11]);
	/* Less room, less data */
	memset(data, GUARD, sizeof(data));
	EXPECT_EQ(5, unit_page(self->l.fd, self->changer, DISCMUX_PAGE_LOG_SENSE, 0, 0, data, 5,
			       &self->r));
	EXPECT_EQ(GUARD, data[5]);
	close(reader);
}

TEST_F(operate, mode_pages)
{
	uint8_t data[300] = { 0 };
	int len;

	len = unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_MODE_SENSE, 0x1d, 0, data, 255,
			&self->r);
	EXPECT_EQ(24, len);
	EXPECT_EQ(0x1d, data[4] & 0x3f);
	EXPECT_EQ(ARM, data[6] << 8 | data[7]);
	EXPECT_EQ(1, sim_count("changer", 0x1a));
	EXPECT_EQ(-EMSGSIZE, unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_MODE_SENSE, 0x1d, 0,
				       data, 256, &self->r));
	/* A page it has not: its own words */
	EXPECT_EQ(0, unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_MODE_SENSE, 0x2a, 0, data,
			       255, &self->r));
	EXPECT_EQ(0x05, mux_sense(&self->r) >> 16);
	/* A drive is asked by the longer command. */
	len = unit_page(self->l.fd, self->l.drive[0].member, DISCMUX_PAGE_MODE_SENSE, 0x2a, 0,
			data, sizeof(data), &self->r);
	EXPECT_LT(12, len);
	EXPECT_EQ(0x2a, data[8] & 0x3f);
}

TEST_F(operate, page_fields)
{
	static const uint32_t known[] = { 0, 0x9, 0xb, 0xc, 0x9 };
	struct discmux_page page = {
		.size = sizeof(page),
		.member = DISCMUX_NONE,
		.operation = DISCMUX_PAGE_LOG_SENSE,
		.control = 1,
		.result_stride = sizeof(self->r),
		.result = PTR(&self->r),
	};
	struct discmux_page bad;
	uint32_t i, bit;

#define REFUSED(code, field, value)					\
	do {								\
		bad = page;						\
		bad.field = value;					\
		EXPECT_EQ(code, mux_call(self->l.fd, DISCMUX_IOC_PAGE, &bad));	\
	} while (0)

	for (i = 1; i <= DISCMUX_PAGE_MODE_SELECT; i++) {
		page.operation = i;
		page.control = 0;
		for (bit = 0; bit < 4; bit++)
			if (!(known[i] & 1u << bit))
				REFUSED(-EINVAL, flags, 1u << bit);
	}
	page.operation = DISCMUX_PAGE_LOG_SELECT;
	REFUSED(-EINVAL, page, 1);
	REFUSED(-EINVAL, subpage, 1);
	REFUSED(-EINVAL, parameter, 1);
	page.operation = DISCMUX_PAGE_MODE_SELECT;
	REFUSED(-EINVAL, control, 1);
	page.control = 1;
	page.operation = DISCMUX_PAGE_LOG_SENSE;
	REFUSED(-EINVAL, operation, 0);
	REFUSED(-EINVAL, operation, 5);
	REFUSED(-EINVAL, page, 0x40);
	REFUSED(-EINVAL, subpage, 0x100);
	REFUSED(-EINVAL, control, 4);
	REFUSED(-EINVAL, parameter, 0x10000);
	REFUSED(-EINVAL, timeout_ms, 86400001);
	REFUSED(-EINVAL, result_stride, 31);
	REFUSED(-EINVAL, result_stride, 4097);
	REFUSED(-EMSGSIZE, data_len, 0x10000);
	REFUSED(-EFAULT, data_len, 64);
	REFUSED(-EFAULT, result, 0);
	REFUSED(-ENOENT, member, 77);
	REFUSED(-EOPNOTSUPP, __reserved, 1);
}

/* The controller's memory is written and read by EXEC (MC-8x00, 3.10 and 3.18). */
TEST_F(operate, buffers)
{
	static const uint8_t out[10] = { 0x3b, 2, 1, 0, 1, 0, 0, 0, 64, 0 };
	static const uint8_t in[10] = { 0x3c, 2, 1, 0, 1, 0, 0, 0, 64, 0 };
	static const uint8_t beyond[10] = { 0x3b, 2, 1, 1, 0, 0, 0, 0, 64, 0 };
	uint8_t data[64], back[64] = { 0 };

	pattern_fill(data, sizeof(data), 0, 3);
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->changer, 1, out, 10, DISCMUX_DIR_OUT, data,
			      sizeof(data), &self->r));
	EXPECT_EQ(0, self->r.status);
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->changer, 1, in, 10, DISCMUX_DIR_IN, back,
			      sizeof(back), &self->r));
	EXPECT_EQ(0, self->r.status);
	EXPECT_EQ(0, memcmp(data, back, sizeof(data)));
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->changer, 1, beyond, 10, DISCMUX_DIR_OUT, data,
			      sizeof(data), &self->r));
	EXPECT_EQ(0x052400, mux_sense(&self->r));
}

/* A command of somebody's own went past the queue: the map may be wrong, and says so. */
TEST_F(operate, stale_after_exec)
{
	static const uint8_t move[12] = { 0xa5, 0, 0x20, 0x00, 0, 2, 0x30, 0x01 };

	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_EQ(0, self->l.s.state);
	ASSERT_EQ(0, mux_exec(self->l.fd, &self->changer, 1, move, 12, DISCMUX_DIR_NONE, NULL, 0,
			      &self->r));
	EXPECT_EQ(0, self->r.status);
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_EQ(DISCMUX_STATUS_STALE, self->l.s.state);
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_EQ(0, self->l.s.state);
	EXPECT_TRUE(library_at(&self->l, DRIVE(0))->flags & DISCMUX_ELEMENT_FULL);
}

TEST_HARNESS_MAIN
