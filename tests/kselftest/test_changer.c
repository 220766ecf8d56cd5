// SPDX-License-Identifier: GPL-2.0
/* What is where in a library, and moves. */
#include "harness.h"
#include "library.h"
#include "mux.h"
#include "sim.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

FIXTURE(changer)
{
	struct library l;
};

FIXTURE_SETUP(changer)
{
	ASSERT_EQ(0, library_open(&self->l));
	ASSERT_TRUE(library_full(&self->l, SLOT(1)));
}

FIXTURE_TEARDOWN(changer)
{
	EXPECT_EQ(0, library_put_back(&self->l));
	library_close(&self->l);
}

TEST_F(changer, is_a_member)
{
	struct discmux_member m;

	ASSERT_NE(DISCMUX_NONE, self->l.info.changer);
	ASSERT_EQ(0, mux_member(self->l.fd, self->l.info.changer, 0, &m));
	EXPECT_EQ(DISCMUX_ROLE_CHANGER, m.role);
	EXPECT_EQ(8, m.device_type);
	EXPECT_EQ(DISCMUX_NONE, m.element);
	EXPECT_EQ(0, m.block_name[0]);
	EXPECT_EQ(0, strncmp((char *)m.generic_name, "sg", 2));
	EXPECT_EQ(0, memcmp(m.vendor, "JVC     ", 8));
	EXPECT_EQ(self->l.info.recorders + self->l.info.readers + 1, self->l.info.members);
}

TEST_F(changer, types_and_addresses)
{
	uint32_t i, storage = 0, drives = 0, arms = 0, mail = 0;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_EQ(self->l.info.changer, self->l.s.changer);
	ASSERT_GE(ROOM, self->l.s.nr_elements);
	for (i = 0; i < self->l.s.nr_elements; i++) {
		struct discmux_element *e = &self->l.e[i];

		if (i) {
			EXPECT_TRUE(e->type > e[-1].type ||
				    (e->type == e[-1].type && e->address > e[-1].address));
		}
		switch (e->type) {
		case DISCMUX_ELEMENT_TRANSPORT:
			EXPECT_EQ(ARM, e->address);
			arms++;
			break;
		case DISCMUX_ELEMENT_STORAGE:
			EXPECT_EQ(SLOT(1) + storage, e->address);
			EXPECT_TRUE(e->flags & DISCMUX_ELEMENT_ACCESS);
			storage++;
			break;
		case DISCMUX_ELEMENT_IMPORT_EXPORT:
			EXPECT_EQ(MAIL + mail, e->address);
			EXPECT_TRUE(e->flags & DISCMUX_ELEMENT_INENAB);
			EXPECT_TRUE(e->flags & DISCMUX_ELEMENT_EXENAB);
			mail++;
			break;
		case DISCMUX_ELEMENT_DATA_TRANSFER:
			EXPECT_EQ(DRIVE(drives), e->address);
			drives++;
			break;
		default:
			EXPECT_EQ(DISCMUX_ELEMENT_LABEL_PRINT, e->type);
		}
		EXPECT_EQ(0, e->volume_tag[0]);
	}
	EXPECT_EQ(1, arms);
	EXPECT_EQ(SLOTS, storage);
	EXPECT_LE(1, mail);
	EXPECT_EQ(DRIVES, drives);
}

TEST_F(changer, what_is_full)
{
	uint32_t i;

	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, DISCMUX_ELEMENT_STORAGE, 0));
	ASSERT_EQ(SLOTS, self->l.s.nr_elements);
	for (i = 0; i < SLOTS; i++) {
		EXPECT_EQ(i < 6, !!(self->l.e[i].flags & DISCMUX_ELEMENT_FULL)) {
			TH_LOG("slot %u", i + 1);
		}
		EXPECT_TRUE(self->l.e[i].flags & DISCMUX_ELEMENT_TRAY);
		EXPECT_EQ(DISCMUX_NONE, self->l.e[i].member);
	}
	EXPECT_EQ(0, self->l.s.state);
}

TEST_F(changer, type_and_first)
{
	uint32_t all;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	all = self->l.s.nr_elements;
	ASSERT_EQ(0, library_status(&self->l, 0, DISCMUX_ELEMENT_STORAGE, SLOT(8)));
	EXPECT_EQ(13, self->l.s.nr_elements);
	EXPECT_EQ(SLOT(8), self->l.e[0].address);
	ASSERT_EQ(0, library_status(&self->l, 0, DISCMUX_ELEMENT_DATA_TRANSFER, 0));
	EXPECT_EQ(DRIVES, self->l.s.nr_elements);
	EXPECT_EQ(DRIVE(0), self->l.e[0].address);
	ASSERT_EQ(0, library_status(&self->l, 0, DISCMUX_ELEMENT_DATA_TRANSFER, DRIVE(1)));
	EXPECT_EQ(1, self->l.s.nr_elements);
	ASSERT_EQ(0, library_status(&self->l, 0, 0, SLOT(2)));
	EXPECT_EQ(all - 1, self->l.s.nr_elements);
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0xffff));
	EXPECT_EQ(0, self->l.s.nr_elements);
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0xffffffff));
	EXPECT_EQ(0, self->l.s.nr_elements);
}

TEST_F(changer, count_call)
{
	uint32_t all;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	all = self->l.s.nr_elements;
	self->l.s.nr_elements = 0;
	self->l.s.elements = 0;
	self->l.s.element_stride = 0;
	EXPECT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
	EXPECT_EQ(all, self->l.s.nr_elements);
	self->l.s.element_stride = 0xffffffff;
	self->l.s.nr_elements = 0;
	EXPECT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
	EXPECT_EQ(all, self->l.s.nr_elements);
}

TEST_F(changer, too_little_room)
{
	uint32_t all;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	all = self->l.s.nr_elements;
	memset(self->l.e, GUARD, sizeof(self->l.e));
	self->l.s.nr_elements = 3;
	ASSERT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
	EXPECT_EQ(all, self->l.s.nr_elements);
	EXPECT_EQ(ARM, self->l.e[0].address);
	EXPECT_EQ(SLOT(2), self->l.e[2].address);
	EXPECT_EQ(GUARD, *(uint8_t *)&self->l.e[3]);
}

TEST_F(changer, strides)
{
	static const uint32_t strides[] = { 32, 48, 112, 120, 512 };
	uint8_t *buf = malloc(4 * 512);
	struct discmux_element e;
	uint32_t i, k, wrong;
	size_t s;

	ASSERT_NE(NULL, buf);
	for (s = 0; s < ARRAY_SIZE(strides); s++) {
		memset(buf, GUARD, 4 * 512);
		self->l.s = (struct discmux_element_status) {
			.size = sizeof(self->l.s),
			.type = DISCMUX_ELEMENT_STORAGE,
			.nr_elements = 3,
			.element_stride = strides[s],
			.elements = PTR(buf),
		};
		ASSERT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
		for (i = 0; i < 3; i++) {
			memcpy(&e, buf + i * strides[s], 32);
			EXPECT_EQ(SLOT(i + 1), e.address);
			EXPECT_EQ(DISCMUX_NONE, e.member);
			for (k = sizeof(e), wrong = 0; k < strides[s]; k++)
				wrong += buf[i * strides[s] + k] != 0;
			EXPECT_EQ(0, wrong);
		}
		EXPECT_EQ(GUARD, buf[3 * strides[s]]);
	}
	self->l.s.nr_elements = 3;
	self->l.s.element_stride = 31;
	EXPECT_EQ(-EINVAL, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
	self->l.s.element_stride = 0;
	EXPECT_EQ(-EINVAL, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
	free(buf);
}

TEST_F(changer, bad_memory)
{
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	self->l.s.nr_elements = ROOM;
	self->l.s.elements = 0;
	EXPECT_EQ(-EFAULT, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
	self->l.s.elements = 1ull << 63;
	EXPECT_EQ(-EFAULT, mux_call(self->l.fd, DISCMUX_IOC_ELEMENT_STATUS, &self->l.s));
}

/* From memory the answer ages; asked again it is young. */
TEST_F(changer, refresh)
{
	uint64_t generation;

	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_GT(2000, self->l.s.age_ms);
	generation = self->l.s.generation;
	sleep_ms(120);
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_LE(100, self->l.s.age_ms);
	EXPECT_EQ(generation, self->l.s.generation);
	/* What a hand did shows when the changer is asked. */
	ASSERT_EQ(0, sim_slot(6, NULL));
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, DISCMUX_ELEMENT_STORAGE,
				    SLOT(6)));
	EXPECT_EQ(0, self->l.e[0].flags & DISCMUX_ELEMENT_FULL);
	EXPECT_LT(generation, self->l.s.generation);
	ASSERT_EQ(0, sim_slot(6, "blank6"));
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, DISCMUX_ELEMENT_STORAGE,
				    SLOT(6)));
	EXPECT_TRUE(self->l.e[0].flags & DISCMUX_ELEMENT_FULL);
}

/* Each drive is the member that the library names by its SCSI id. */
TEST_F(changer, drives_are_tied)
{
	struct discmux_member m;
	uint32_t i;

	ASSERT_EQ(0, library_status(&self->l, 0, DISCMUX_ELEMENT_DATA_TRANSFER, 0));
	ASSERT_EQ(DRIVES, self->l.s.nr_elements);
	for (i = 0; i < DRIVES; i++) {
		ASSERT_NE(DISCMUX_NONE, self->l.e[i].member);
		ASSERT_EQ(0, mux_member(self->l.fd, self->l.e[i].member, 0, &m));
		EXPECT_EQ(self->l.e[i].address, m.element);
		ASSERT_TRUE(self->l.e[i].flags & DISCMUX_ELEMENT_ID_VALID);
		EXPECT_EQ(self->l.e[i].scsi_id, m.target);
	}
	EXPECT_NE(self->l.e[0].member, self->l.e[1].member);
}

TEST_F(changer, slot_to_drive_and_back)
{
	struct discmux_element *e;
	uint64_t generation;
	uint32_t member;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	generation = self->l.s.generation;
	member = library_at(&self->l, DRIVE(0))->member;
	ASSERT_TRUE(library_moved(&self->l, SLOT(2), DRIVE(0)));
	EXPECT_EQ(self->l.info.changer, self->l.r.member);
	EXPECT_EQ(0, self->l.r.sense_len);
	/* Known without asking */
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_LT(generation, self->l.s.generation);
	EXPECT_EQ(0, self->l.s.state);
	EXPECT_EQ(0, library_at(&self->l, SLOT(2))->flags & DISCMUX_ELEMENT_FULL);
	e = library_at(&self->l, DRIVE(0));
	EXPECT_TRUE(e->flags & DISCMUX_ELEMENT_FULL);
	EXPECT_TRUE(e->flags & DISCMUX_ELEMENT_SOURCE_VALID);
	EXPECT_EQ(SLOT(2), e->source);
	EXPECT_EQ(member, e->member);
	/* And the disc is in the drive. */
	EXPECT_TRUE(wait_for(!mux_ready(self->l.fd, member), 5000));
	ASSERT_TRUE(library_moved(&self->l, DRIVE(0), SLOT(2)));
	EXPECT_TRUE(library_full(&self->l, SLOT(2)));
	EXPECT_FALSE(library_full(&self->l, DRIVE(0)));
	EXPECT_EQ(2, mux_ready(self->l.fd, member));
}

TEST_F(changer, slot_to_slot)
{
	ASSERT_TRUE(library_moved(&self->l, SLOT(3), DRIVE(1)));
	ASSERT_TRUE(library_moved(&self->l, SLOT(4), DRIVE(0)));
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
	EXPECT_TRUE(library_full(&self->l, DRIVE(1)));
	/* By its own number, too */
	{
		struct discmux_move move = {
			.size = sizeof(move),
			.transport = ARM,
			.source = DRIVE(1),
			.destination = SLOT(3),
			.timeout_ms = 60000,
			.result_stride = 32,
			.result = PTR(&self->l.r),
		};

		library_unlock(&self->l, DRIVE(1));
		memset(&self->l.r, GUARD, sizeof(self->l.r));
		ASSERT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move));
		EXPECT_EQ(0, self->l.r.error);
		EXPECT_EQ(0, self->l.r.status);
		EXPECT_EQ(GUARD, self->l.r.sense[0]);
	}
	EXPECT_TRUE(library_full(&self->l, SLOT(3)));
}

/* What the changer itself refuses is in the result. */
TEST_F(changer, refused_by_the_changer)
{
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(10), DRIVE(0), &self->l.r));
	EXPECT_EQ(0, self->l.r.error);
	EXPECT_EQ(2, self->l.r.status);
	EXPECT_EQ(0x05, mux_sense(&self->l.r) >> 16);
	EXPECT_EQ(0x3b, mux_sense(&self->l.r) >> 8 & 0xff);
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(2), DRIVE(0), &self->l.r));
	EXPECT_EQ(2, self->l.r.status);
	EXPECT_EQ(0x053b0d, mux_sense(&self->l.r));
	EXPECT_TRUE(library_full(&self->l, SLOT(2)));
}

TEST_F(changer, no_such_element)
{
	static const uint32_t none[] = { 21, 0x258, 0x1fff, 0x2001, 0x3003, 0xffff, 0x10001,
					 0xffffffff };
	struct discmux_move move = {
		.size = sizeof(move),
		.source = SLOT(1),
		.destination = DRIVE(0),
		.result_stride = sizeof(self->l.r),
		.result = PTR(&self->l.r),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		EXPECT_EQ(-ENOENT, library_move(self->l.fd, none[i], DRIVE(0), &self->l.r)) {
			TH_LOG("source %x", none[i]);
		}
		EXPECT_EQ(-ENOENT, library_move(self->l.fd, SLOT(1), none[i], &self->l.r)) {
			TH_LOG("destination %x", none[i]);
		}
		if (none[i] == 0x2001)
			continue;
		move.transport = none[i];
		EXPECT_EQ(-ENOENT, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move)) {
			TH_LOG("transport %x", none[i]);
		}
	}
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
}

TEST_F(changer, fields_of_move)
{
	struct discmux_move move = {
		.size = sizeof(move),
		.source = SLOT(1),
		.destination = DRIVE(0),
		.result_stride = sizeof(self->l.r),
		.result = PTR(&self->l.r),
	};

	move.flags = 1u << 2;
	EXPECT_EQ(-EOPNOTSUPP, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move));
	move.flags = DISCMUX_MOVE_EJECT;
	EXPECT_EQ(-EINVAL, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move));
	move.flags = 0;
	move.result_stride = 31;
	EXPECT_EQ(-EINVAL, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move));
	move.result_stride = sizeof(self->l.r);
	move.result = 0;
	EXPECT_EQ(-EFAULT, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move));
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
}

TEST_F(changer, claimed_drive)
{
	int other = mux_open(O_RDWR);
	uint32_t member;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	member = library_at(&self->l, DRIVE(0))->member;
	ASSERT_EQ(0, mux_claim(other, &member, 1, NULL));
	EXPECT_EQ(-EBUSY, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r));
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
	/* Its owner may; the other drive is free. */
	EXPECT_EQ(0, library_move(other, SLOT(1), DRIVE(0), &self->l.r));
	EXPECT_EQ(0, self->l.r.status);
	EXPECT_EQ(-EBUSY, library_move(self->l.fd, DRIVE(0), SLOT(1), &self->l.r));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(2), DRIVE(1), &self->l.r));
	EXPECT_EQ(0, self->l.r.status);
	close(other);
	EXPECT_TRUE(library_moved(&self->l, DRIVE(0), SLOT(1)));
}

struct mover {
	int fd;
	uint32_t source, destination;
	struct discmux_result r;
	int ret;
	uint64_t done;
};

static void *mover(void *arg)
{
	struct mover *m = arg;

	m->ret = library_move(m->fd, m->source, m->destination, &m->r);
	m->done = now_ms();
	return NULL;
}

/* A status call is answered while the arm is on its way, refresh or not. */
TEST_F(changer, status_during_a_move)
{
	struct mover m = { .fd = self->l.fd, .source = SLOT(5), .destination = DRIVE(0) };
	pthread_t thread;
	uint64_t t0;

	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	ASSERT_EQ(0, sim_fault("changer", "slow 2000 op a5"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, mover, &m));
	sleep_ms(500);
	t0 = now_ms();
	EXPECT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_EQ(DISCMUX_STATUS_MOVING, self->l.s.state & DISCMUX_STATUS_MOVING);
	EXPECT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_EQ(DISCMUX_STATUS_MOVING, self->l.s.state & DISCMUX_STATUS_MOVING);
	EXPECT_GT(500, now_ms() - t0);
	EXPECT_LE(SLOTS + DRIVES, self->l.s.nr_elements);
	pthread_join(thread, NULL);
	EXPECT_LE(t0 + 500, m.done);
	EXPECT_EQ(0, m.ret);
	EXPECT_EQ(0, m.r.status);
	ASSERT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_EQ(0, self->l.s.state);
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
}

/* Moves queue: two at once are two in turn, both carried out. */
TEST_F(changer, moves_queue)
{
	struct mover m[2] = {
		{ .fd = self->l.fd, .source = SLOT(5), .destination = DRIVE(0) },
		{ .fd = self->l.fd, .source = SLOT(6), .destination = DRIVE(1) },
	};
	pthread_t thread[2];
	uint64_t apart;
	int i;

	ASSERT_EQ(0, sim_fault("changer", "slow 1000 op a5"));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, mover, &m[i]));
	for (i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		EXPECT_EQ(0, m[i].ret);
		EXPECT_EQ(0, m[i].r.error);
		EXPECT_EQ(0, m[i].r.status);
	}
	apart = m[0].done > m[1].done ? m[0].done - m[1].done : m[1].done - m[0].done;
	EXPECT_LE(800, apart);
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
	EXPECT_TRUE(library_full(&self->l, DRIVE(1)));
}

/* A caller who is killed leaves at once; the arm ends what it does. */
TEST_F(changer, killed_while_moving)
{
	uint64_t t0;
	int st;
	pid_t pid;

	ASSERT_EQ(0, sim_fault("changer", "slow 2000 op a5"));
	pid = fork();
	if (!pid) {
		library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r);
		_exit(0);
	}
	sleep_ms(500);
	t0 = now_ms();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &st, 0));
	EXPECT_TRUE(WIFSIGNALED(st));
	EXPECT_GT(1000, now_ms() - t0);
	EXPECT_TRUE(wait_for(!library_status(&self->l, 0, 0, 0) && !self->l.s.state, 8000));
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
	EXPECT_FALSE(library_full(&self->l, SLOT(1)));
}

/* A move that waits for its turn and loses its caller is not carried out. */
TEST_F(changer, killed_while_queued)
{
	struct mover m = { .fd = self->l.fd, .source = SLOT(1), .destination = DRIVE(0) };
	pthread_t thread;
	int st;
	pid_t pid;

	ASSERT_EQ(0, sim_fault("changer", "slow 2000 op a5"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, mover, &m));
	sleep_ms(500);
	pid = fork();
	if (!pid) {
		library_move(self->l.fd, SLOT(2), DRIVE(1), &self->l.r);
		_exit(0);
	}
	sleep_ms(300);
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &st, 0));
	pthread_join(thread, NULL);
	EXPECT_TRUE(wait_for(!library_status(&self->l, 0, 0, 0) && !self->l.s.state, 8000));
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
	EXPECT_FALSE(library_full(&self->l, DRIVE(1)));
	EXPECT_TRUE(library_full(&self->l, SLOT(2)));
}

/* Injected sense at MOVE MEDIUM: in the result, and the map is true again. */
TEST_F(changer, failing_arm)
{
	ASSERT_EQ(0, sim_fault("changer", "sense 4/15/01 op a5"));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r));
	EXPECT_EQ(2, self->l.r.status);
	EXPECT_EQ(0x041501, mux_sense(&self->l.r));
	EXPECT_TRUE(library_full(&self->l, SLOT(1)));
	EXPECT_FALSE(library_full(&self->l, DRIVE(0)));
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
}

/* RECOVERED ERROR at MOVE MEDIUM: the disc is there, and the map says so. */
TEST_F(changer, recovered_move)
{
	long recovered = unit_counter(self->l.info.changer, "recovered_errors");

	ASSERT_EQ(0, sim_fault("changer", "sense 1/15/01 op a5"));
	EXPECT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r));
	EXPECT_EQ(0x011501, mux_sense(&self->l.r));
	EXPECT_TRUE(library_full(&self->l, DRIVE(0)));
	EXPECT_FALSE(library_full(&self->l, SLOT(1)));
	EXPECT_EQ(recovered + 1, unit_counter(self->l.info.changer, "recovered_errors"));
}

TEST_F(changer, timeout_of_a_move)
{
	struct discmux_move move = {
		.size = sizeof(move),
		.source = SLOT(1),
		.destination = DRIVE(0),
		.timeout_ms = 1500,
		.result_stride = sizeof(self->l.r),
		.result = PTR(&self->l.r),
	};
	uint64_t t0 = now_ms();

	ASSERT_EQ(0, sim_fault("changer", "hang op a5"));
	EXPECT_EQ(0, mux_call(self->l.fd, DISCMUX_IOC_MOVE, &move));
	EXPECT_EQ(ETIMEDOUT, self->l.r.error);
	EXPECT_LE(1400, now_ms() - t0);
	EXPECT_EQ(0, sim_clear("changer"));
	EXPECT_TRUE(wait_for(!library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0) &&
			     !self->l.s.state, 8000));
}

TEST_HARNESS_MAIN
