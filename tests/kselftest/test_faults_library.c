// SPDX-License-Identifier: GPL-2.0
/* The calls for a changer with each of their allocations failing in turn. */
#include "faults.h"
#include "harness.h"
#include "library.h"
#include "mux.h"
#include "unit.h"

FIXTURE(faults_library)
{
	struct library l;
	struct discmux_result r;
	bool possible;
};

typedef FIXTURE_DATA(faults_library) faults_t;

FIXTURE_SETUP(faults_library)
{
	self->possible = faults_possible();
	if (!self->possible)
		return;
	ASSERT_EQ(0, library_open(&self->l));
	ASSERT_TRUE(library_full(&self->l, SLOT(1)));
}

FIXTURE_TEARDOWN(faults_library)
{
	if (!self->possible)
		return;
	EXPECT_TRUE(wait_for(!library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0) &&
			     !self->l.s.state, 10000));
	EXPECT_EQ(0, library_put_back(&self->l));
	library_close(&self->l);
}

/* EIO: the midlayer could not reset. */
static bool allowed(int ret)
{
	return ret >= 0 || ret == -ENOMEM || ret == -EFAULT || ret == -EIO;
}

static int do_status(void *arg)
{
	faults_t *self = arg;

	return library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0);
}

/* There and back; where it is does not matter to the next. */
static int do_move(void *arg)
{
	faults_t *self = arg;
	int ret = library_move(self->l.fd, SLOT(1), DRIVE(0), &self->r);

	if (!ret || ret == -EFAULT)
		library_move(self->l.fd, DRIVE(0), SLOT(1), &self->r);
	return ret;
}

static int do_position(void *arg)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_POSITION, 0);
	faults_t *self = arg;

	op.destination = SLOT(2);
	return unit_operate(self->l.fd, &op, &self->r);
}

static int do_reserve(void *arg)
{
	struct discmux_operate op = unit_operation(DISCMUX_OP_RESERVE, DISCMUX_OPERATE_ELEMENTS);
	struct discmux_range range[2] = { { SLOT(1), 1 }, { SLOT(3), 2 } };
	faults_t *self = arg;

	op.nr_ranges = 2;
	op.ranges = PTR(range);
	return unit_operate(self->l.fd, &op, &self->r);
}

static int do_log(void *arg)
{
	faults_t *self = arg;
	uint8_t data[512];

	return unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_LOG_SENSE, 0, DISCMUX_PAGE_WAIT,
			 data, sizeof(data), &self->r);
}

static int do_reset(void *arg)
{
	faults_t *self = arg;

	return unit_message(self->l.fd, self->l.info.changer, DISCMUX_MESSAGE_RESET);
}

TEST_F_TIMEOUT(faults_library, every_call, 600)
{
	static const struct {
		const char *name;
		int (*fn)(void *arg);
		int least;
	} calls[] = {
		{ "ELEMENT_STATUS", do_status, 5 }, { "OPERATE", do_position, 2 },
		{ "OPERATE with a list", do_reserve, 3 }, { "PAGE", do_log, 2 },
		{ "MOVE", do_move, 2 }, { "MESSAGE reset", do_reset, 2 },
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

/* The worker that moves gets no memory now and then: the queue goes on. */
TEST_F_TIMEOUT(faults_library, workers, 600)
{
	int i;

	NEEDS_FAULTS();
	ASSERT_EQ(0, faults_of_workers(10));
	for (i = 0; i < 20; i++)
		do_move(self);
	ASSERT_EQ(0, faults_of_workers(0));
	EXPECT_TRUE(wait_for(!library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0) &&
			     !self->l.s.state, 10000));
}

TEST_HARNESS_MAIN
