// SPDX-License-Identifier: GPL-2.0
/* The action that follows each answer of a device, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define TABLE	"tests/unit/tables/verdicts.txt"

static struct discmux_result sense(uint8_t key, uint8_t asc, uint8_t ascq)
{
	struct discmux_result r = { .status = 2, .sense_len = 18 };

	r.sense[0] = 0x70;
	r.sense[2] = key;
	r.sense[7] = 10;
	r.sense[12] = asc;
	r.sense[13] = ascq;
	return r;
}

static struct discmux_result status(uint32_t status)
{
	return (struct discmux_result){ .status = status };
}

static struct discmux_result failed(uint32_t error)
{
	return (struct discmux_result){ .error = error };
}

/* ---- The whole table ------------------------------------------------------ */

/* For each purpose, in their order: Done Repeat Wait Medium driVe Operator Stop */
static void letters(enum discmux_device device, const struct discmux_result *r, char *out)
{
	unsigned int p;

	for (p = 0; p < DISCMUX_PURPOSES; p++)
		out[p] = "DRWMVOS"[discmux_verdict((enum discmux_purpose)p, device, r)];
	out[p] = '\0';
}

static void line_of(enum discmux_device device, const struct discmux_code *code, char *line,
		    size_t size)
{
	static const uint8_t keys[] = { 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0xb };
	static const char *const names[] = { "", "reader", "recorder", "library" };
	size_t i, len = (size_t)snprintf(line, size, "%-8s %02X/%s", names[device], code->asc,
					 code->ascq_text);

	for (i = 0; i < sizeof(keys); i++) {
		struct discmux_result r = sense(keys[i], code->asc, code->ascq);
		char verdicts[DISCMUX_PURPOSES + 1];

		letters(device, &r, verdicts);
		len += (size_t)snprintf(line + len, size - len, " %X:%s", keys[i], verdicts);
	}
}

/* Each row of the tables of codes: its verdicts are those of the golden file, so that
 * a reviewer sees each change. */
static void whole_table(void **state)
{
	enum discmux_device device;
	struct discmux_code code;
	char want[256], got[256];
	FILE *f = fopen(TABLE, "r");
	size_t n, lines = 0;

	(void)state;
	assert_non_null(f);
	for (device = DISCMUX_DEVICE_READER; device <= DISCMUX_DEVICE_LIBRARY; device++) {
		for (n = 0; !discmux_code_nth(device, n, &code); n++) {
			do {
				assert_non_null(fgets(want, sizeof(want), f));
			} while (*want == '#');
			want[strcspn(want, "\n")] = '\0';
			line_of(device, &code, got, sizeof(got));
			assert_string_equal(got, want);
			lines++;
		}
	}
	assert_null(fgets(want, sizeof(want), f));
	assert_true(lines > 300);
	fclose(f);
}

/* Rules for every code, known or not */
static void rules(void **state)
{
	unsigned int key, asc, ascq, p;
	enum discmux_device d;

	(void)state;
	for (d = DISCMUX_DEVICE_ANY; d <= DISCMUX_DEVICE_LIBRARY; d++)
		for (asc = 0; asc <= 0xff; asc++)
			for (ascq = 0; ascq <= 0xff; ascq += ascq < 0x20 ? 1 : 0x1f)
				for (key = 0; key <= 0xf; key++) {
					struct discmux_result r = sense((uint8_t)key, (uint8_t)asc,
									(uint8_t)ascq);
					char v[DISCMUX_PURPOSES + 1];

					letters(d, &r, v);
					/* Carried out, and nothing else is */
					for (p = 0; p < DISCMUX_PURPOSES; p++)
						assert_int_equal(v[p] == 'D', key == 1);
					assert_int_equal(discmux_result_ok(&r), key == 1);
					/* Not sent again unless it was surely not carried out */
					if (v[DISCMUX_FOR_WRITE] == 'R')
						assert_true(key == 6 && asc != 0x28 && asc != 0x29);
					if (v[DISCMUX_FOR_WRITE] == 'W')
						assert_int_equal(key, 2);
				}
}

static void verdicts_are(const struct discmux_result *r, const char *want)
{
	char got[DISCMUX_PURPOSES + 1];

	letters(DISCMUX_DEVICE_RECORDER, r, got);
	assert_string_equal(got, want);
}

static void without_sense(void **state)
{
	struct discmux_result r;

	(void)state;
	r = status(0);
	verdicts_are(&r, "DDDDDDD");
	r = status(8);
	verdicts_are(&r, "WWWWWWW");
	r = status(0x28);
	verdicts_are(&r, "WWWWWWW");
	r = status(0x18);
	verdicts_are(&r, "SSSSSSS");
	r = status(0x40);
	verdicts_are(&r, "WWWSWWS");
	r = status(2);			/* and no sense data came */
	verdicts_are(&r, "WWWSWWS");
	r = failed(EIO);
	verdicts_are(&r, "WWWSWWS");
	r = failed(ETIMEDOUT);
	verdicts_are(&r, "WWWSWWS");
	r = failed(EBUSY);
	verdicts_are(&r, "WWWWWWS");
	r = failed(ENODEV);
	verdicts_are(&r, "VVVVVVV");
}

/* A report about an earlier command is not about this one. */
static void deferred(void **state)
{
	struct discmux_result r = sense(1, 0x0c, 0);

	(void)state;
	r.sense[0] = 0x71;
	assert_false(discmux_result_ok(&r));
	assert_int_equal(discmux_result_errno(&r), -EIO);
	verdicts_are(&r, "RRRRRRR");
	r = sense(3, 0x0c, 0);		/* data that were written before are lost */
	r.sense[0] = 0x71;
	verdicts_are(&r, "RRRMMMM");
}

static void names(void **state)
{
	unsigned int i, k;

	(void)state;
	for (i = 0; i < DISCMUX_CAUSES; i++) {
		assert_string_not_equal(discmux_cause_name((enum discmux_cause)i), "unknown");
		for (k = 0; k < i; k++)
			assert_string_not_equal(discmux_cause_name((enum discmux_cause)i),
						discmux_cause_name((enum discmux_cause)k));
	}
	assert_string_equal(discmux_cause_name(DISCMUX_CAUSES), "unknown");
	for (i = 0; i < DISCMUX_VERDICTS; i++)
		assert_string_not_equal(discmux_verdict_name((enum discmux_verdict)i), "unknown");
	assert_string_equal(discmux_verdict_name(DISCMUX_VERDICTS), "unknown");
}

/* ---- The loop --------------------------------------------------------------- */

#define SCRIPT 32

struct rig {
	struct discmux_result answer[3][SCRIPT];	/* then GOOD for ever */
	size_t given[3], answers[3];
	bool for_ever[3];		/* the last answer */
	struct discmux_result last[3];
	uint64_t now;
	uint64_t cancel_at;
	unsigned int identified;
	bool same;
};

static void rig_send(void *ctx, uint32_t set)
{
	struct rig *rig = ctx;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		size_t n = rig->given[i];

		if (!(set >> i & 1))
			continue;
		rig->given[i]++;
		if (n >= rig->answers[i] && rig->for_ever[i])
			n = rig->answers[i] - 1;
		rig->last[i] = n < rig->answers[i] ? rig->answer[i][n] : status(0);
	}
	rig->now += 10;
}

static const struct discmux_result *rig_result(void *ctx, unsigned int i)
{
	return &((struct rig *)ctx)->last[i];
}

static uint64_t rig_now(void *ctx)
{
	return ((struct rig *)ctx)->now;
}

static void rig_sleep(void *ctx, unsigned int ms)
{
	assert_true(ms > 0 && ms <= 500);
	((struct rig *)ctx)->now += ms;
}

static bool rig_cancelled(void *ctx)
{
	struct rig *rig = ctx;

	return rig->cancel_at && rig->now >= rig->cancel_at;
}

static bool rig_same(void *ctx, unsigned int i)
{
	struct rig *rig = ctx;

	assert_true(i < 3);
	rig->identified++;
	return rig->same;
}

static const struct discmux_carrier carrier = {
	.send = rig_send, .result = rig_result, .now_ms = rig_now, .sleep_ms = rig_sleep,
	.cancelled = rig_cancelled, .same_disc = rig_same,
};

static void answer(struct rig *rig, unsigned int i, struct discmux_result r)
{
	rig->answer[i][rig->answers[i]++] = r;
}

static enum discmux_verdict run(struct rig *rig, enum discmux_purpose purpose)
{
	enum discmux_verdict v[1] = { DISCMUX_VERDICTS };
	uint32_t done = discmux_carry_out(&carrier, rig, purpose, DISCMUX_DEVICE_RECORDER, NULL,
					  1, v);

	assert_int_equal(done, v[0] == DISCMUX_VERDICT_DONE);
	return v[0];
}

/* What follows a reset: an attention, then becoming ready. */
static void after_a_reset(void **state)
{
	struct rig rig = { 0 };
	unsigned int i;

	(void)state;
	answer(&rig, 0, sense(6, 0x29, 0));
	for (i = 0; i < 5; i++)
		answer(&rig, 0, sense(2, 0x04, 1));
	assert_int_equal(run(&rig, DISCMUX_FOR_READ), DISCMUX_VERDICT_DONE);
	assert_int_equal(rig.given[0], 7);
	assert_true(rig.now > 500);	/* not in a tight loop */
}

/* A WRITE after a reset might go to the wrong place. */
static void write_after_a_reset(void **state)
{
	struct rig rig = { 0 };

	(void)state;
	answer(&rig, 0, sense(6, 0x29, 0));
	assert_int_equal(run(&rig, DISCMUX_FOR_WRITE), DISCMUX_VERDICT_STOP);
	assert_int_equal(rig.given[0], 1);
	rig = (struct rig){ 0 };
	answer(&rig, 0, failed(EIO));
	assert_int_equal(run(&rig, DISCMUX_FOR_WRITE), DISCMUX_VERDICT_STOP);
	assert_int_equal(rig.given[0], 1);
	/* Its buffer is full: the same command, later */
	rig = (struct rig){ 0 };
	answer(&rig, 0, sense(2, 0x04, 8));
	answer(&rig, 0, sense(2, 0x04, 8));
	assert_int_equal(run(&rig, DISCMUX_FOR_WRITE), DISCMUX_VERDICT_DONE);
	assert_int_equal(rig.given[0], 3);
}

/* All limits end what does not end by itself. */
static void limits(void **state)
{
	static const struct {
		uint8_t key, asc;
		uint64_t least, most;	/* ms */
	} cases[] = {
		{ 0x2, 0x04, 120000, 121000 },	/* waiting */
		{ 0x2, 0xa0, 20000, 21000 },	/* a NOT READY that is not known */
		{ 0x6, 0x2a, 0, 100 },		/* attentions */
		{ 0xb, 0x08, 0, 2000 },		/* given up again and again */
	};
	struct rig rig;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rig = (struct rig){ 0 };
		answer(&rig, 0, sense(cases[i].key, cases[i].asc, 1));
		rig.for_ever[0] = true;
		assert_int_not_equal(run(&rig, DISCMUX_FOR_READ), DISCMUX_VERDICT_DONE);
		assert_in_range(rig.now, cases[i].least, cases[i].most);
	}
	rig = (struct rig){ 0 };
	answer(&rig, 0, failed(EIO));
	rig.for_ever[0] = true;
	assert_int_not_equal(run(&rig, DISCMUX_FOR_READ), DISCMUX_VERDICT_DONE);
	assert_in_range(rig.now, 30000, 31000);
}

static void cancelled(void **state)
{
	struct rig rig = { .cancel_at = 5000 };

	(void)state;
	answer(&rig, 0, sense(2, 0x04, 7));
	rig.for_ever[0] = true;
	assert_int_equal(run(&rig, DISCMUX_FOR_FLUSH), DISCMUX_VERDICT_WAIT);
	assert_in_range(rig.now, 5000, 5600);
}

static void changed_disc(void **state)
{
	struct rig rig = { .same = true };

	(void)state;
	answer(&rig, 0, sense(6, 0x28, 0));
	assert_int_equal(run(&rig, DISCMUX_FOR_READ), DISCMUX_VERDICT_DONE);
	assert_int_equal(rig.identified, 1);
	rig = (struct rig){ 0 };
	answer(&rig, 0, sense(6, 0x28, 0));
	assert_int_equal(run(&rig, DISCMUX_FOR_READ), DISCMUX_VERDICT_DISC);
	assert_int_equal(rig.given[0], 1);
	/* A question for the identity accepts any disc */
	rig = (struct rig){ 0 };
	answer(&rig, 0, sense(6, 0x28, 0));
	assert_int_equal(run(&rig, DISCMUX_FOR_IDENTITY), DISCMUX_VERDICT_DONE);
	assert_int_equal(rig.identified, 0);
}

/* Members that are done do not get it again, and a lost one does not hold up the others. */
static void many(void **state)
{
	enum discmux_verdict v[3];
	struct rig rig = { 0 };

	(void)state;
	answer(&rig, 1, sense(2, 0x04, 7));
	answer(&rig, 1, sense(1, 0x73, 1));
	answer(&rig, 2, sense(4, 0x44, 0));
	rig.for_ever[2] = true;
	assert_int_equal(discmux_carry_out(&carrier, &rig, DISCMUX_FOR_CONTROL,
					   DISCMUX_DEVICE_RECORDER, NULL, 7, v), 3);
	assert_int_equal(rig.given[0], 1);
	assert_int_equal(rig.given[1], 2);
	assert_int_equal(rig.given[2], 1);
	assert_int_equal(v[0], DISCMUX_VERDICT_DONE);
	assert_int_equal(v[1], DISCMUX_VERDICT_DONE);
	assert_int_equal(v[2], DISCMUX_VERDICT_DRIVE);
}

/* ---- To a driver ------------------------------------------------------------ */

static unsigned int execs;

static int driver(void *context, int fd, unsigned long request, void *arg)
{
	struct discmux_exec *exec = arg;
	struct discmux_result *r;

	(void)fd;
	if (request != DISCMUX_IOC_EXEC)
		return -ENOENT;
	r = (void *)(uintptr_t)exec->results;
	if (execs < SCRIPT)
		*r = ((struct discmux_result *)context)[execs];
	execs++;
	return 0;
}

static void ask(void **state)
{
	static const uint8_t cdb[6] = { 0 };
	struct discmux_result script[SCRIPT] = { sense(6, 0x29, 0), sense(0xb, 0x08, 1),
						 sense(1, 0x17, 1) };
	struct discmux *dm = dm_new();

	(void)state;
	assert_non_null(dm);
	dm->ioctl = driver;
	dm->context = script;
	execs = 0;
	assert_int_equal(discmux_ask(dm, 0, DISCMUX_FOR_IDENTITY, 0, cdb, sizeof(cdb),
				     DISCMUX_DIR_NONE, NULL, 0, 0, NULL), 0);
	assert_int_equal(execs, 3);
	script[0] = sense(2, 0x3a, 0);
	execs = 0;
	assert_int_equal(discmux_ask(dm, 0, DISCMUX_FOR_PROBE, 0, cdb, sizeof(cdb),
				     DISCMUX_DIR_NONE, NULL, 0, 0, NULL), -EIO);
	assert_int_equal(execs, 1);
	discmux_close(dm);
}

/* With "print": what is to go into the table */
static int print(void)
{
	enum discmux_device device;
	struct discmux_code code;
	char line[256];
	size_t n;

	puts("# SPDX-License-Identifier: GPL-2.0\n"
	     "# Verdicts by device, code and sense key; of each key a letter for each purpose:\n"
	     "# probe identity read write flush control move.  D done R repeat W wait\n"
	     "# M other disc V other drive O operator S stop.  build/tests/unit/test_lib_verdict print");
	for (device = DISCMUX_DEVICE_READER; device <= DISCMUX_DEVICE_LIBRARY; device++)
		for (n = 0; !discmux_code_nth(device, n, &code); n++) {
			line_of(device, &code, line, sizeof(line));
			puts(line);
		}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_table),
		cmocka_unit_test(rules),
		cmocka_unit_test(without_sense),
		cmocka_unit_test(deferred),
		cmocka_unit_test(names),
		cmocka_unit_test(after_a_reset),
		cmocka_unit_test(write_after_a_reset),
		cmocka_unit_test(limits),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(changed_disc),
		cmocka_unit_test(many),
		cmocka_unit_test(ask),
	};

	if (argc > 1 && !strcmp(argv[1], "print"))
		return print();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
