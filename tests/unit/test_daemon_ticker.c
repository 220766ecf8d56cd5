// SPDX-License-Identifier: GPL-2.0
/* A thread that goes round and round. */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticker.h"

#define LONG_MS	60000	/* nobody waits for the end of such a rest */

struct seen {
	sem_t begun, go;
	atomic_bool free;	/* rounds are not held any more */
	bool kicked;		/* of the last round */
	unsigned int rounds;
};

static void setup(struct seen *s)
{
	*s = (struct seen){ .rounds = 0 };
	sem_init(&s->begun, 0, 0);
	sem_init(&s->go, 0, 0);
}

/* Each round ends when the test says so. */
static void stepped(void *arg, bool kicked)
{
	struct seen *s = arg;

	s->kicked = kicked;
	s->rounds++;
	sem_post(&s->begun);
	if (!atomic_load(&s->free))
		sem_wait(&s->go);
}

static void test_kicks(void **state)
{
	struct ticker *t;
	struct seen s;

	(void)state;
	setup(&s);
	assert_int_equal(ticker_start(LONG_MS, stepped, &s, &t), 0);
	sem_wait(&s.begun);
	assert_true(s.kicked);
	/* In the middle of a round: there is one more, with no rest before it */
	ticker_kick(t);
	sem_post(&s.go);
	sem_wait(&s.begun);
	assert_true(s.kicked);
	/* At rest, or nearly so */
	sem_post(&s.go);
	ticker_kick(t);
	sem_wait(&s.begun);
	assert_true(s.kicked);
	sem_post(&s.go);
	/* Not after the rest */
	ticker_stop(t);
	assert_int_equal(s.rounds, 3);
}

static void test_goes_round(void **state)
{
	struct ticker *t;
	struct seen s;
	int i;

	(void)state;
	setup(&s);
	assert_int_equal(ticker_start(1, stepped, &s, &t), 0);
	for (i = 0; i < 5; i++) {
		sem_wait(&s.begun);
		assert_int_equal(s.kicked, !i);
		sem_post(&s.go);
	}
	sem_wait(&s.begun);
	atomic_store(&s.free, true);	/* it may go round again before it stops */
	sem_post(&s.go);
	ticker_stop(t);
	assert_true(s.rounds >= 6);
}

static void test_nothing(void **state)
{
	(void)state;
	ticker_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kicks),
		cmocka_unit_test(test_goes_round),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
