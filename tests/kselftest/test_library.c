// SPDX-License-Identifier: GPL-2.0
/* What else a library does: events, ties of drives, counters, and going away. */
#include "events.h"
#include "harness.h"
#include "library.h"
#include "mux.h"
#include "sim.h"
#include "unit.h"
#include "unplug.h"

#include <fcntl.h>
#include <pthread.h>

#define A(name)	(1u << DISCMUX_ATTR_##name)
#define MOVE_ATTRS (A(SEQ) | A(MUX) | A(MEMBER) | A(SOURCE) | A(DESTINATION))

FIXTURE(library)
{
	struct library l;
	struct events *events;
	struct event e;
	uint64_t seq;
};

FIXTURE_SETUP(library)
{
	ASSERT_EQ(0, library_open(&self->l));
	ASSERT_TRUE(library_full(&self->l, SLOT(1)));
	self->events = events_open();
	ASSERT_NE(NULL, self->events);
}

FIXTURE_TEARDOWN(library)
{
	events_close(self->events);
	EXPECT_EQ(0, library_put_back(&self->l));
	library_close(&self->l);
}

typedef FIXTURE_DATA(library) library_t;

static int wait_event(library_t *self, uint8_t type)
{
	return events_wait(self->events, type, &self->e, &self->seq, 5000);
}

static void expect_move(struct __test_metadata *_metadata, library_t *self, uint32_t source,
			uint32_t destination)
{
	EXPECT_EQ(self->l.info.changer, self->e.value[DISCMUX_ATTR_MEMBER]);
	EXPECT_EQ(source, self->e.value[DISCMUX_ATTR_SOURCE]);
	EXPECT_EQ(destination, self->e.value[DISCMUX_ATTR_DESTINATION]);
}

TEST_F(library, move_events)
{
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MOVE_STARTED));
	EXPECT_EQ(MOVE_ATTRS, self->e.has);
	expect_move(_metadata, self, SLOT(1), DRIVE(0));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MOVE_DONE));
	EXPECT_EQ(MOVE_ATTRS | A(ERROR) | A(STATUS) | A(STATUS_BLOCK), self->e.has);
	expect_move(_metadata, self, SLOT(1), DRIVE(0));
	EXPECT_EQ(0, self->e.value[DISCMUX_ATTR_ERROR]);
	EXPECT_EQ(0, self->e.value[DISCMUX_ATTR_STATUS]);
}

TEST_F(library, failed_move_events)
{
	struct discmux_result r = { 0 };

	ASSERT_EQ(0, sim_fault("changer", "sense 4/15/01 op a5"));
	ASSERT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r));
	ASSERT_EQ(0, wait_event(self, DISCMUX_EVENT_MOVE_DONE));
	EXPECT_EQ(MOVE_ATTRS | A(ERROR) | A(STATUS) | A(SENSE) | A(STATUS_BLOCK), self->e.has);
	EXPECT_EQ(2, self->e.value[DISCMUX_ATTR_STATUS]);
	r.sense_len = self->e.sense_len;
	memcpy(r.sense, self->e.sense, sizeof(r.sense));
	EXPECT_EQ(0x041501, mux_sense(&r));
}

/* A move that is refused before it begins is no event. */
TEST_F(library, no_events_of_what_did_not_begin)
{
	EXPECT_EQ(-ENOENT, library_move(self->l.fd, 500, DRIVE(0), &self->l.r));
	/* Only sr may notice something meanwhile, of a disc that came before. */
	while (!events_next(self->events, &self->e, 300))
		EXPECT_EQ(DISCMUX_EVENT_MEDIUM_CHANGED, self->e.type);
}

/* The disc that the arm lays into a drive is a medium change of the drive. */
TEST_F(library, medium_changed_by_a_move)
{
	ASSERT_TRUE(library_moved(&self->l, SLOT(2), DRIVE(1)));
	do {
		ASSERT_EQ(0, events_wait(self->events, DISCMUX_EVENT_MEDIUM_CHANGED, &self->e,
					 &self->seq, 10000));
	} while (self->e.value[DISCMUX_ATTR_MEMBER] != self->l.drive[1].member);
	EXPECT_EQ(self->l.drive[1].unit, self->e.value[DISCMUX_ATTR_UNIT]);
}

static uint32_t member_in(struct library *l, uint32_t element)
{
	struct discmux_element *e;

	if (library_status(l, 0, 0, 0))
		return 0xbad;
	e = library_at(l, element);
	return e ? e->member : 0xbad;
}

TEST_F(library, tie_by_hand)
{
	uint32_t a = self->l.drive[0].member, b = self->l.drive[1].member;
	struct discmux_member m;

	ASSERT_EQ(0, member_attr_write(a, "element", "none"));
	ASSERT_EQ(0, member_attr_write(b, "element", "0x3001"));
	EXPECT_EQ(b, member_in(&self->l, DRIVE(0)));
	EXPECT_EQ(DISCMUX_NONE, member_in(&self->l, DRIVE(1)));
	ASSERT_EQ(0, mux_member(self->l.fd, a, 0, &m));
	EXPECT_EQ(DISCMUX_NONE, m.element);
	/* Asking the changer does not undo it. */
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_EQ(b, member_in(&self->l, DRIVE(0)));
	ASSERT_EQ(0, member_attr_write(a, "element", "auto"));
	ASSERT_EQ(0, member_attr_write(b, "element", "auto"));
	EXPECT_EQ(a, member_in(&self->l, DRIVE(0)));
	EXPECT_EQ(b, member_in(&self->l, DRIVE(1)));
}

static unsigned long long counter(uint32_t member, const char *name)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "counters/%s", name);
	if (member_attr_read(member, path, text, sizeof(text)))
		return ~0ull;
	return strtoull(text, NULL, 10);
}

TEST_F(library, move_counters)
{
	uint32_t changer = self->l.info.changer;
	unsigned long long moves = counter(changer, "moves");
	unsigned long long errors = counter(changer, "move_errors");
	unsigned long long busy = counter(changer, "move_busy_ms");

	ASSERT_NE(~0ull, moves);
	ASSERT_EQ(0, sim_fault("changer", "slow 300 op a5"));
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
	EXPECT_EQ(moves + 1, counter(changer, "moves"));
	EXPECT_EQ(errors, counter(changer, "move_errors"));
	EXPECT_LE(busy + 290, counter(changer, "move_busy_ms"));
	EXPECT_LE(290, counter(changer, "longest_move_ms"));
	ASSERT_EQ(0, library_move(self->l.fd, SLOT(1), DRIVE(1), &self->l.r));
	EXPECT_EQ(2, self->l.r.status);
	EXPECT_EQ(moves + 2, counter(changer, "moves"));
	EXPECT_EQ(errors + 1, counter(changer, "move_errors"));
}

/* A changer of another fd moves nothing for this one. */
TEST_F(library, claimed_changer)
{
	int other = mux_open(O_RDWR);

	ASSERT_EQ(0, mux_claim(other, &self->l.info.changer, 1, NULL));
	EXPECT_EQ(-EBUSY, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r));
	EXPECT_EQ(0, library_status(&self->l, 0, 0, 0));
	EXPECT_EQ(0, library_move(other, SLOT(1), DRIVE(0), &self->l.r));
	EXPECT_EQ(0, self->l.r.error | self->l.r.status);
	close(other);
}

struct mover {
	int fd, ret;
	struct discmux_result r;
};

static void *mover(void *arg)
{
	struct mover *m = arg;

	m->ret = library_move(m->fd, SLOT(3), DRIVE(0), &m->r);
	return NULL;
}

/* The changer's cable is pulled while the arm is on its way. */
/* Not ready when it is asked for the rest: the map of before stays, and is stale. */
TEST_F(library, part_is_not_all)
{
	uint32_t nr;

	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	ASSERT_EQ(0, self->l.s.state);
	nr = self->l.s.nr_elements;
	ASSERT_EQ(0, sim_fault("changer", "reply few-elements=7 op b8"));
	ASSERT_EQ(0, sim_fault("changer", "sense 2/04/01 op b8 nth 3"));
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_EQ(DISCMUX_STATUS_STALE, self->l.s.state);
	EXPECT_EQ(nr, self->l.s.nr_elements);
	ASSERT_EQ(0, sim_clear("changer"));
	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	EXPECT_EQ(0, self->l.s.state);
}

/* Ways of answering READ ELEMENT STATUS that changers have; what is refused is not asked again. */
static const char * const answers[] = {
	"reply few-elements=7 op b8",			/* tells of 7 and says no more */
	"reply header-counted op b8",
	"reply short=300 op b8",			/* ends within a descriptor */
	"sense 5/24/00 op b8 page 00 times always",	/* not all types at once */
	"sense 5/24/00 op b8 elements 7 times always",	/* nor more than 7 elements */
};

/* Each gives the same map, not one of a part. */
TEST_F(library, any_way_of_answering)
{
	struct discmux_element before[ROOM];
	uint32_t nr;
	size_t i;

	ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
	ASSERT_EQ(0, self->l.s.state);
	nr = self->l.s.nr_elements;
	memcpy(before, self->l.e, sizeof(before));
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		ASSERT_EQ(0, sim_fault("changer", answers[i]));
		ASSERT_EQ(0, library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0));
		EXPECT_EQ(0, self->l.s.state) {
			TH_LOG("%s", answers[i]);
		}
		EXPECT_EQ(nr, self->l.s.nr_elements) {
			TH_LOG("%s", answers[i]);
		}
		EXPECT_EQ(0, memcmp(before, self->l.e, nr * sizeof(before[0]))) {
			TH_LOG("%s", answers[i]);
		}
		ASSERT_EQ(0, sim_clear("changer"));
	}
}

TEST_F(library, vanishes_during_a_move)
{
	struct mover m = { .fd = self->l.fd };
	struct discmux_info info;
	pthread_t thread;

	ASSERT_EQ(0, sim_fault("changer", "slow 3000 op a5"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, mover, &m));
	sleep_ms(500);
	ASSERT_EQ(0, sim_vanish("changer"));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, m.ret);
	EXPECT_NE(0, m.r.error | m.r.status);
	EXPECT_TRUE(wait_for(!mux_info(self->l.fd, &info) && info.changer == DISCMUX_NONE, 5000));
	EXPECT_EQ(-ENOENT, library_status(&self->l, 0, 0, 0));
	EXPECT_EQ(-ENOENT, library_move(self->l.fd, SLOT(1), DRIVE(0), &self->l.r));
	sim_appear("changer");
	ASSERT_EQ(0, sim_clear("changer"));
	ASSERT_EQ(0, mux_wait(self->l.fd, DISCMUX_ROLE_CHANGER, 1, 10000));
	ASSERT_EQ(0, mux_info(self->l.fd, &self->l.info));
	/* Drives are tied to it again. */
	EXPECT_EQ(self->l.drive[0].member, member_in(&self->l, DRIVE(0)));
}

/* At random moments of moves, operations and questions; see test_unplug.c. */
TEST_F_TIMEOUT(library, unplugged_at_random, 600)
{
	unsigned int rounds = unplug_rounds(6), i;
	struct discmux_result r;
	uint8_t data[64];
	struct mover m;
	pthread_t thread;

	for (i = 0; i < rounds; i++) {
		m = (struct mover) { .fd = self->l.fd };
		ASSERT_EQ(0, sim_fault("changer", "slow 30"));
		ASSERT_EQ(0, pthread_create(&thread, NULL, mover, &m));
		sleep_ms(unplug_random(200));
		if (unplug_random(2))
			library_status(&self->l, DISCMUX_STATUS_REFRESH, 0, 0);
		if (unplug_random(2))
			unit_page(self->l.fd, DISCMUX_NONE, DISCMUX_PAGE_LOG_SENSE, 0, 0, data,
				  sizeof(data), &r);
		ASSERT_EQ(0, sim_vanish("changer"));
		unit_do(self->l.fd, DISCMUX_OP_REZERO, 0, &r);
		pthread_join(thread, NULL);
		sim_appear("changer");
		ASSERT_EQ(0, sim_clear("changer"));
		ASSERT_EQ(0, mux_wait(self->l.fd, DISCMUX_ROLE_CHANGER, 1, 20000)) {
			TH_LOG("round %u", i);
		}
		ASSERT_EQ(0, library_put_back(&self->l));
	}
	printf("# %u times\n", rounds);
	fflush(stdout);
	ASSERT_EQ(0, mux_info(self->l.fd, &self->l.info));
}

TEST_HARNESS_MAIN
