// SPDX-License-Identifier: GPL-2.0
/* Injected faults and counters of a virtual device. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "count.h"
#include "fault.h"

/* A device that does nothing but count, and says GOOD for all data. */
struct dummy {
	struct sim_device dev;
	int executed;
};

static void dummy_execute(struct sim_device *dev, struct sim_cmd *cmd)
{
	((struct dummy *)dev)->executed++;
	cmd->done = cmd->data_len;
}

static const struct sim_device_ops dummy_ops = { .execute = dummy_execute };

static struct dummy dummy;
static struct sim_faults *faults;
static char err[512];

static int setup(void **state)
{
	(void)state;
	dummy = (struct dummy){ .dev = { .ops = &dummy_ops, .type = 5, .name = "dummy" } };
	faults = sim_faults_new();
	return !faults;
}

static int teardown(void **state)
{
	(void)state;
	sim_faults_free(faults);
	return 0;
}

/* Splits text into words and parses them. */
static int parse(const char *text, struct sim_fault *fault)
{
	char copy[256], *save = NULL;
	const char *words[32];
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	*err = 0;
	return sim_fault_parse(words, n, fault, err, sizeof(err));
}

static int inject(const char *text)
{
	struct sim_fault fault;

	assert_int_equal(parse(text, &fault), 0);
	return sim_faults_add(faults, &fault);
}

/* Executes a command of this operation code on these blocks. */
static struct sim_cmd execute(uint8_t op, uint32_t lba, uint16_t blocks)
{
	uint8_t cdb[16] = { op };
	struct sim_cmd cmd = { .cdb = cdb, .data_len = blocks * 2048u };

	sim_put_be32(cdb + 2, lba);
	sim_put_be16(cdb + 7, blocks);
	sim_device_execute(&dummy.dev, faults, &cmd);
	return cmd;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void words_say_what(void **state)
{
	struct sim_fault f;

	(void)state;
	assert_int_equal(parse("sense 3/11/00 lba 100-200", &f), 0);
	assert_int_equal(f.kind, SIM_FAULT_SENSE);
	assert_int_equal(f.step[0].key, 3);
	assert_int_equal(f.step[0].asc, 0x11);
	assert_true(f.has_lba);
	assert_int_equal(f.lba_first, 100);
	assert_int_equal(f.lba_last, 200);
	assert_int_equal(f.times, 0);

	assert_int_equal(parse("sense b/47/03", &f), 0);
	assert_int_equal(f.step[0].key, 0xb);
	assert_int_equal(f.times, 1);

	assert_int_equal(parse("sense 4/80/60 op a5 nth 3", &f), 0);
	assert_int_equal(f.match, SIM_MATCH_OPCODE);
	assert_int_equal(f.opcode, 0xa5);
	assert_int_equal(f.nth, 3);
	assert_int_equal(f.times, 1);

	assert_int_equal(parse("hang deaf op write nth 2 times always", &f), 0);
	assert_int_equal(f.kind, SIM_FAULT_HANG);
	assert_true(f.deaf);
	assert_int_equal(f.match, SIM_MATCH_WRITE);
	assert_int_equal(f.times, 0);

	assert_int_equal(parse("slow 250 per-mib op read", &f), 0);
	assert_int_equal(f.kind, SIM_FAULT_SLOW);
	assert_int_equal(f.delay_ms, 250);
	assert_true(f.per_mib);
	assert_int_equal(f.match, SIM_MATCH_READ);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "fire", "sense", "sense 3/11", "sense 10/11/00", "sense 3/100/00",
		"sense 3/11/00x", "sense 3/11/00 lba", "sense 3/11/00 lba 5-4",
		"sense 3/11/00 lba x", "sense 3/11/00 lba 5x", "sense 3/11/00 lba 4294967296",
		"slow", "slow x", "slow -1", "hang op 100", "hang op", "hang nth 0",
		"hang times 0", "hang \n sometimes", "sense 3/11/00 op \n7", "sense 3/11/00*0",
		"sense 3/11/00*65536", "sense 3/11/00,", "sense ,3/11/00", "sense 3/11/00,3/11",
		"sense 1/1/1,1/1/1,1/1/1,1/1/1,1/1/1,1/1/1,1/1/1,1/1/1,1/1/1", "status", "status 0",
		"status 2", "status 100", "link", "link x", "link 86400001", "button x", "reply",
		"reply nothing", "reply short", "reply short=", "reply short=-1", "reply long=1",
		"reply length=x", "reply length=5x", "reply patch=3", "reply patch=3:", "reply patch=3:0",
		"reply patch=3:0g", "reply patch=70000:00", "reply nwa=some", "reply serial=17",
		"reply patch=0:00000000000000000000000000000000000000000000000000",
		"reply descriptor=11", "reply descriptor=256", "reply few-elements=0",
		"sense 3/11/00 page", "sense 3/11/00 page 100", "sense 3/11/00 elements 0",
		"sense 3/11/00 elements 65536", "sense 3/11/00 if raining", "sense 3/11/00 every 0",
		"hang sometimes", "hang times never", "slow 99999999999",
	};
	struct sim_fault f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i], &f), -EINVAL);
		assert_string_not_equal(err, "");
		assert_null(strchr(err, '\n'));
	}
}

static void described_as_given(void **state)
{
	static const char *const texts[] = {
		"sense 3/11/05 op 28 lba 7-9 nth 2 times 5",
		"hang deaf op write times always",
		"slow 20 per-mib op read times always",
		"sense 6/29/00,2/04/01*3 deferred for-all page 2a every 9 times 4",
		"status 18 elements 1000 times always", "link 5000 after op write nth 2 times 1",
		"button lba 7-7 times 1", "reply nwa=-150 op 52 times always",
		"reply long op b8 if tags-and-ids times always", "sense 5/26/00 op 5d if cd-text times 1",
	};
	struct sim_fault a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *list;
		const char *text;

		inject(texts[i]);
		list = sim_faults_describe(faults);
		text = json_string_value(json_object_get(json_array_get(list, i), "text"));
		assert_string_equal(text, texts[i]);
		assert_int_equal(parse(texts[i], &a), 0);
		assert_int_equal(parse(text, &b), 0);
		assert_memory_equal(&a, &b, sizeof(a));
		json_decref(list);
	}
}

static void sense_at_an_lba(void **state)
{
	struct sim_cmd cmd;

	(void)state;
	inject("sense 3/11/00 lba 100-109");
	assert_int_equal(execute(0x28, 90, 10).status, SIM_GOOD);
	assert_int_equal(execute(0x28, 110, 10).status, SIM_GOOD);
	assert_int_equal(execute(0x28, 100, 0).status, SIM_GOOD);
	assert_int_equal(execute(0x12, 100, 1).status, SIM_GOOD);
	assert_int_equal(dummy.executed, 4);

	cmd = execute(0x28, 95, 10);
	assert_int_equal(cmd.status, SIM_CHECK_CONDITION);
	assert_int_equal(sim_be32(cmd.sense + 3), 100);
	assert_int_equal(cmd.sense[2], 3);
	assert_int_equal(cmd.sense[12], 0x11);
	cmd = execute(0x2a, 105, 32);
	assert_int_equal(cmd.status, SIM_CHECK_CONDITION);
	assert_int_equal(sim_be32(cmd.sense + 3), 105);
	assert_int_equal(dummy.executed, 4);
}

static void sense_once(void **state)
{
	(void)state;
	inject("sense 2/04/01");
	/* Who are you, and what happened: answered all the same */
	assert_int_equal(execute(0x12, 0, 0).status, SIM_GOOD);
	assert_int_equal(execute(0x03, 0, 0).status, SIM_GOOD);
	assert_int_equal(execute(0x00, 0, 0).status, SIM_CHECK_CONDITION);
	assert_int_equal(execute(0x00, 0, 0).status, SIM_GOOD);
}

static void sense_at_the_nth_of_an_opcode(void **state)
{
	(void)state;
	inject("sense 5/21/02 op 2a nth 3 times 2");
	assert_int_equal(execute(0x2a, 0, 16).status, SIM_GOOD);
	assert_int_equal(execute(0x28, 0, 16).status, SIM_GOOD);
	assert_int_equal(execute(0x2a, 16, 16).status, SIM_GOOD);
	assert_int_equal(execute(0x2a, 32, 16).status, SIM_CHECK_CONDITION);
	assert_int_equal(execute(0x2a, 32, 16).status, SIM_CHECK_CONDITION);
	assert_int_equal(execute(0x2a, 32, 16).status, SIM_GOOD);
}

static void slow(void **state)
{
	int64_t start = now_ms();

	(void)state;
	inject("slow 30 op 00");
	inject("slow 64 per-mib op write");
	execute(0x12, 0, 0);
	assert_true(now_ms() - start < 30);
	start = now_ms();
	assert_int_equal(execute(0x00, 0, 0).status, SIM_GOOD);
	assert_true(now_ms() - start >= 29);
	start = now_ms();
	assert_int_equal(execute(0x2a, 0, 512).status, SIM_GOOD);
	assert_true(now_ms() - start >= 63);
	assert_int_equal(dummy.executed, 3);
}

/* --- hanging ----------------------------------------------------------------------------- */

struct hanging {
	pthread_t thread;
	uint8_t status;
	bool ended;
};

static void *hang(void *arg)
{
	struct hanging *h = arg;

	h->status = execute(0x2a, 0, 1).status;
	__atomic_store_n(&h->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool ends(struct hanging *h, int ms)
{
	for (; ms > 0 && !__atomic_load_n(&h->ended, __ATOMIC_ACQUIRE); ms -= 5)
		usleep(5000);
	return __atomic_load_n(&h->ended, __ATOMIC_ACQUIRE);
}

static void hang_until_cleared(void **state)
{
	struct hanging h = { .status = 0xff };
	int number = inject("hang op write times 1");

	(void)state;
	pthread_create(&h.thread, NULL, hang, &h);
	assert_false(ends(&h, 60));
	assert_int_equal(sim_faults_clear(faults, (unsigned int)number + 1), -ENOENT);
	assert_false(ends(&h, 30));
	assert_int_equal(sim_faults_clear(faults, (unsigned int)number), 1);
	pthread_join(h.thread, NULL);
	/* It goes on where it was */
	assert_int_equal(h.status, SIM_GOOD);
	assert_int_equal(dummy.executed, 1);
}

static void hang_until_gone(void **state)
{
	struct hanging h = { .status = 0xff };

	(void)state;
	inject("hang deaf");
	pthread_create(&h.thread, NULL, hang, &h);
	assert_false(ends(&h, 30));
	sim_faults_set_gone(faults, true);
	pthread_join(h.thread, NULL);
	assert_int_equal(h.status, SIM_TASK_ABORTED);
	assert_int_equal(execute(0x12, 0, 0).status, SIM_TASK_ABORTED);
	assert_int_equal(dummy.executed, 0);
	sim_faults_set_gone(faults, false);
	sim_faults_clear(faults, 0);
	assert_int_equal(execute(0x12, 0, 0).status, SIM_GOOD);
}

static bool aborted(void *context)
{
	int fd = *(int *)context;
	uint64_t value = 0;

	assert_int_equal(read(fd, &value, sizeof(value)), sizeof(value));
	return value >= 10;
}

/* Tells the thread that hangs, and waits until it has heard. */
static void abort_with(int fd, uint64_t value)
{
	struct pollfd unheard = { .fd = fd, .events = POLLIN };

	assert_int_equal(write(fd, &value, sizeof(value)), sizeof(value));
	while (poll(&unheard, 1, 0) > 0)
		usleep(1000);
}

static void hang_until_aborted(void **state)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	struct sim_fault_watch watch = { .fd = fd, .aborted = aborted, .context = &fd };
	struct hanging h = { .status = 0xff };

	(void)state;
	sim_faults_watch(faults, &watch);
	inject("hang");
	pthread_create(&h.thread, NULL, hang, &h);
	/* Something happens at the transport, but it is not an abort */
	abort_with(fd, 1);
	assert_false(ends(&h, 40));
	abort_with(fd, 10);
	pthread_join(h.thread, NULL);
	assert_int_equal(h.status, SIM_TASK_ABORTED);
	assert_int_equal(dummy.executed, 0);
	close(fd);
}

static void deaf_hang_ignores_aborts(void **state)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	struct sim_fault_watch watch = { .fd = fd, .aborted = aborted, .context = &fd };
	struct hanging h = { .status = 0xff };

	(void)state;
	sim_faults_watch(faults, &watch);
	inject("hang deaf");
	pthread_create(&h.thread, NULL, hang, &h);
	abort_with(fd, 10);
	assert_false(ends(&h, 40));
	sim_faults_clear(faults, 0);
	pthread_join(h.thread, NULL);
	/* Nobody waits for it any more, so it must not be executed */
	assert_int_equal(h.status, SIM_TASK_ABORTED);
	assert_int_equal(dummy.executed, 0);
	close(fd);
}

static void dead_is_who_does_not_say_who_he_is(void **state)
{
	(void)state;
	assert_false(sim_faults_dead(faults));
	inject("hang op write");
	inject("sense 3/11/00");
	inject("slow 10000");
	assert_false(sim_faults_dead(faults));
	inject("hang nth 2");
	assert_false(sim_faults_dead(faults));
	/* Asking does not count */
	assert_false(sim_faults_dead(faults));
	inject("hang op 12");
	assert_true(sim_faults_dead(faults));
	sim_faults_clear(faults, 0);
	inject("hang");
	assert_true(sim_faults_dead(faults));
}

static void only_so_many(void **state)
{
	(void)state;
	for (int i = 0; i < SIM_FAULTS_MAX; i++)
		assert_int_equal(inject("sense 3/11/00 nth 1"), i + 1);
	assert_int_equal(inject("sense 3/11/00 lba 1"), -ENOSPC);
	/* One is used up, which makes room */
	assert_int_equal(execute(0x00, 0, 0).status, SIM_CHECK_CONDITION);
	assert_true(inject("sense 3/11/00 lba 1") > 0);
	assert_int_equal(sim_faults_clear(faults, 0), SIM_FAULTS_MAX);
}

/* --- counters ---------------------------------------------------------------------------- */

static json_int_t counted(const char *key)
{
	json_t *count = sim_faults_count(faults, 5);
	json_int_t value = json_integer_value(json_object_get(count, key));

	json_decref(count);
	return value;
}

static void counts(void **state)
{
	json_t *count, *opcode;

	(void)state;
	execute(0x28, 0, 32);
	execute(0x28, 32, 32);
	execute(0x28, 16, 32);
	execute(0x2a, 0, 16);
	inject("sense 3/11/00 lba 5");
	execute(0x28, 0, 32);
	assert_int_equal(counted("commands"), 5);
	assert_int_equal(counted("sense"), 1);
	assert_int_equal(counted("blocks_read"), 96);
	assert_int_equal(counted("blocks_read_distinct"), 64);
	assert_int_equal(counted("bytes_read"), 96 * 2048);
	assert_int_equal(counted("blocks_written"), 16);
	assert_int_equal(counted("bytes_written"), 16 * 2048);

	count = sim_faults_count(faults, 5);
	opcode = json_array_get(json_object_get(count, "opcodes"), 0);
	assert_string_equal(json_string_value(json_object_get(opcode, "opcode")), "28h");
	assert_int_equal(json_integer_value(json_object_get(opcode, "count")), 4);
	assert_string_equal(json_string_value(json_object_get(json_object_get(count, "last"),
							      "cdb")),
			    "28 00 00 00 00 00 00 00 20 00 00 00 00 00 00 00");
	json_decref(count);

	sim_faults_count_reset(faults);
	assert_int_equal(counted("commands"), 0);
	assert_int_equal(counted("blocks_read_distinct"), 0);
}

/* A command that was carried out counts, though it was not GOOD; a deferred error does not */
static void recovered_counts(void **state)
{
	(void)state;
	inject("sense 1/18/00 op 2a");
	execute(0x2a, 16, 16);
	assert_int_equal(counted("blocks_written"), 16);
	inject("sense 1/18/00 deferred op 2a");
	execute(0x2a, 32, 16);
	assert_int_equal(counted("blocks_written"), 16);
	assert_int_equal(counted("sense"), 2);
}

static void far_blocks_are_counted_too(void **state)
{
	(void)state;
	execute(0x28, 4173823, 1);
	assert_int_equal(counted("blocks_read_distinct"), 1);
	execute(0x28, 0xffffffff, 2);
	execute(0x28, SIM_COUNT_BLOCKS, 1);
	assert_int_equal(counted("blocks_read"), 4);
	assert_int_equal(counted("blocks_read_distinct"), 1);
}

static void blocks_of_commands(void **state)
{
	static const struct {
		uint8_t cdb[12];
		enum sim_access access;
		uint32_t first, blocks;
	} want[] = {
		{ { 0x28, 0, 0, 0, 1, 2, 0, 0x10, 1 }, SIM_ACCESS_READ, 0x102, 0x1001 },
		{ { 0xa8, 0, 1, 0, 0, 0, 0, 1, 0, 2 }, SIM_ACCESS_READ, 0x1000000, 0x10002 },
		{ { 0xbe, 0, 0, 0, 0, 9, 1, 0, 2, 0x10 }, SIM_ACCESS_READ, 9, 0x10002 },
		{ { 0x2a, 0, 0, 0, 0, 8, 0, 0, 16 }, SIM_ACCESS_WRITE, 8, 16 },
		{ { 0xaa, 0, 0, 0, 0, 8, 0, 0, 0, 16 }, SIM_ACCESS_WRITE, 8, 16 },
		{ { 0x2e, 0, 0, 0, 0, 8, 0, 0, 16 }, SIM_ACCESS_WRITE, 8, 16 },
		{ { 0x2f, 0, 0, 0, 0, 8, 0, 0, 16 }, SIM_ACCESS_VERIFY, 8, 16 },
		{ { 0x12, 0, 0, 0, 36 }, SIM_ACCESS_NONE, 77, 78 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		uint32_t first = 77, blocks = 78;

		assert_int_equal(sim_cdb_access(want[i].cdb, &first, &blocks), want[i].access);
		assert_int_equal(first, want[i].first);
		assert_int_equal(blocks, want[i].blocks);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_say_what),
		TEST(nonsense_is_refused),
		TEST(described_as_given),
		TEST(sense_at_an_lba),
		TEST(sense_once),
		TEST(sense_at_the_nth_of_an_opcode),
		TEST(slow),
		TEST(hang_until_cleared),
		TEST(hang_until_gone),
		TEST(hang_until_aborted),
		TEST(deaf_hang_ignores_aborts),
		TEST(dead_is_who_does_not_say_who_he_is),
		TEST(only_so_many),
		TEST(counts),
		TEST(recovered_counts),
		TEST(far_blocks_are_counted_too),
		TEST(blocks_of_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
