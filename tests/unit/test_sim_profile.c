// SPDX-License-Identifier: GPL-2.0
/* Profiles of the virtual hardware. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"

static struct sim_plan plan;
static char err[256];

static int parse(const char *text, bool shared)
{
	*err = 0;
	return sim_plan_parse(&plan, text, shared, err, sizeof(err));
}

static void tower(void **state)
{
	(void)state;
	assert_int_equal(parse("tower:16", false), 0);
	assert_int_equal(plan.count, 17);
	assert_string_equal(plan.device[0].name, "reader0");
	assert_int_equal(plan.device[0].kind, SIM_READER);
	assert_string_equal(plan.device[16].name, "recorder15");
	assert_int_equal(plan.device[16].kind, SIM_RECORDER);
	for (size_t i = 0; i < plan.count; i++) {
		assert_int_equal(plan.device[i].host, i);
		assert_int_equal(plan.device[i].id, 0);
		assert_false(plan.device[i].bd);
	}
	assert_int_equal(parse("bdtower:2", false), 0);
	assert_int_equal(plan.count, 3);
	assert_string_equal(plan.device[2].name, "recorder1");
	assert_true(plan.device[0].bd && plan.device[2].bd);
	assert_int_equal(parse("bdtower:0", false), -EINVAL);
	assert_string_equal(err, "bad number of recorders in tower:N: give 1 to 16");
}

static void library_defaults(void **state)
{
	static const struct {
		const char *profile;
		unsigned int model, drives, slots;
	} want[] = {
		{ "mc8100", 8100, 4, 100 },
		{ "mc8200", 8200, 9, 200 },
		{ "mc8600", 8600, 12, 600 },
		{ "mc8600:4", 8600, 4, 600 },
		{ "mc8100:1:1", 8100, 1, 1 },
		{ "mc8100:1:1+printer", 8100, 1, 1 },
		{ "mc8600+printer+no-flip", 8600, 12, 600 },
		{ "smc3", 3, 2, 40 },
		{ "smc3:12:600+arms=2", 3, 12, 600 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(parse(want[i].profile, false), 0);
		assert_int_equal(plan.count, want[i].drives + 1);
		assert_string_equal(plan.device[0].name, "changer");
		assert_int_equal(plan.device[0].kind, SIM_CHANGER);
		assert_int_equal(plan.device[0].model, want[i].model);
		assert_int_equal(plan.device[0].drives, want[i].drives);
		assert_int_equal(plan.device[0].slots, want[i].slots);
		assert_int_equal(plan.device[0].id, 0);
		assert_string_equal(plan.device[1].name, "drive0");
		for (unsigned int d = 1; d <= want[i].drives; d++)
			assert_int_equal(plan.device[d].id, d);
	}
}

static void several_have_unique_names(void **state)
{
	(void)state;
	assert_int_equal(parse("tower:2,mc8100:2,mc8600:3,tower:1", false), 0);
	assert_int_equal(plan.count, 3 + 3 + 4 + 2);
	assert_int_equal(plan.groups, 4);
	for (size_t i = 0; i < plan.count; i++)
		for (size_t j = 0; j < i; j++) {
			struct sim_plan_device *a = &plan.device[i], *b = &plan.device[j];

			assert_string_not_equal(a->name, b->name);
			assert_string_not_equal(a->identity.serial, b->identity.serial);
			assert_int_not_equal(a->host, b->host);
		}
	assert_non_null(sim_plan_find(&plan, "changer1"));
	assert_int_equal(sim_plan_find(&plan, "drive2")->id, 1);
	assert_int_equal(sim_plan_find(&plan, "drive2")->group, 2);
	assert_null(sim_plan_find(&plan, "drive5"));
}

static void shared_host(void **state)
{
	(void)state;
	assert_int_equal(parse("tower:3,mc8100:2", true), 0);
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(plan.device[i].host, 0);
		assert_int_equal(plan.device[i].id, i);
	}
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(plan.device[4 + i].host, 1);
		assert_int_equal(plan.device[4 + i].id, i);
	}
}

static void identities(void **state)
{
	struct sim_plan again;

	(void)state;
	assert_int_equal(parse("mc8600", false), 0);
	assert_string_equal(plan.device[0].identity.vendor, "JVC");
	assert_string_equal(plan.device[0].identity.product, "JVC-CHG MC-8600");
	assert_string_equal(plan.device[0].identity.revision, "1.00");
	assert_string_not_equal(plan.device[1].identity.product, plan.device[2].identity.product);
	/* Ten characters: what a changer tells of a drive's serial number */
	for (size_t i = 1; i < plan.count; i++)
		assert_int_equal(strlen(plan.device[i].identity.serial), 10);
	again = plan;
	assert_int_equal(parse("mc8600", false), 0);
	assert_memory_equal(&again, &plan, sizeof(plan));
}

static void bad_profiles(void **state)
{
	static const char *const bad[] = {
		"", "tower", "tower:", "tower:0", "tower:17", "tower:x", "tower:4x", "tower:-1",
		"tower:4:1", "mc8600:13", "mc8100:5", "mc8100:4:101", "mc8600:0", "mc8600:4:",
		"mc8600:4:0", "mc8600:4:1:1", "mc8700", "tow:4", "tower:4,", ",tower:4",
		"tower:99999999999999999999", "tower:16,tower:16,tower:16,tower:16",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i], false), -EINVAL);
		assert_string_not_equal(err, "");
		assert_null(strchr(err, '\n'));
	}
}

static void set_fields(void **state)
{
	struct sim_identity *id;

	(void)state;
	assert_int_equal(parse("tower:1", false), 0);
	id = &sim_plan_find(&plan, "recorder0")->identity;
	assert_int_equal(sim_plan_set(&plan, "recorder0.vendor=PIONEER,product=DVD-RW  DVR-111",
				      err, sizeof(err)), 0);
	assert_string_equal(id->vendor, "PIONEER");
	assert_string_equal(id->product, "DVD-RW  DVR-111");
	assert_int_equal(sim_plan_set(&plan, "recorder0.serial=X", err, sizeof(err)), 0);
	assert_string_equal(id->serial, "X");
	assert_int_equal(sim_plan_set(&plan, "recorder0.revision=1.23", err, sizeof(err)), 0);
	assert_string_equal(id->revision, "1.23");
}

static void bad_fields(void **state)
{
	static const char *const bad[] = {
		"recorder0", "recorder0.", "recorder0.vendor", "recorder0.vendor=",
		"recorder0.vendor=123456789", "recorder0.colour=red", "recorder0.vendor=A,",
		"recorder0.vendor=\x01", "recorder0.product=12345678901234567",
	};
	struct sim_plan before;

	(void)state;
	assert_int_equal(parse("tower:1", false), 0);
	before = plan;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sim_plan_set(&plan, bad[i], err, sizeof(err)), -EINVAL);
	assert_int_equal(sim_plan_set(&plan, "recorder1.vendor=A", err, sizeof(err)), -ENOENT);
	assert_int_equal(sim_plan_set(&plan, "averyveryverylongname.vendor=A", err, sizeof(err)),
			 -ENOENT);
	assert_memory_equal(&before, &plan, sizeof(plan));
}

static void habits(void **state)
{
	(void)state;
	assert_int_equal(parse("tower:2+habit=no-opc+habit=late=3,smc3:2:20+habit=no-all-types+arms=2"
			       "+habit=serial-none", false), 0);
	assert_string_equal(plan.device[0].habits, "no-opc+late=3");	/* of a drive, one of them */
	assert_string_equal(plan.device[1].habits, "no-opc+late=3");
	assert_string_equal(plan.device[3].name, "changer");
	assert_int_equal(plan.device[3].arms, 2);
	assert_string_equal(plan.device[3].habits, "no-all-types+serial-none");
	assert_string_equal(plan.device[4].habits, "no-all-types+serial-none");
	assert_int_equal(parse("tower:1+habit=recovered-moves", false), -EINVAL);
	assert_string_equal(err, "no device for habit recovered-moves: 'discmux-sim habits' tells "
			    "whose it is");
	assert_int_equal(parse("tower:1+habit=laziness", false), -EINVAL);
	assert_string_equal(err, "no habit 'laziness': 'discmux-sim habits' shows them");
	assert_int_equal(parse("tower:1+habit=late=0", false), -EINVAL);
	assert_string_equal(err, "bad value of habit late: give SECONDS, 1 to 3600");
	assert_int_equal(parse("tower:1+habit=", false), -EINVAL);
	assert_int_equal(parse("tower:1+mood=bad", false), -EINVAL);
	assert_int_equal(parse("smc3+habit=no-all-types+mood=bad", false), -EINVAL);
}

static int habit(bool changers, const char *text)
{
	*err = 0;
	return sim_plan_habit(&plan, changers, text, err, sizeof(err));
}

static void habits_of_devices(void **state)
{
	static const char *const bad[] = {
		"", "habit", "habit=", "habit=laziness", "recorder0.mood=bad", "recorder0.habit=",
		"recorder9.habit=no-opc", ".habit=no-opc", "reader0.habit=no-opc",
		"recorder0.habit=no-opc+recovered-moves", "changer.habit=no-opc", "habit=no-all-types",
		"a-very-long-name-of-a-device.habit=no-opc", "recorder0.habit=no-opc\n",
	};
	char many[300] = "recorder0.habit=no-opc";

	(void)state;
	assert_int_equal(parse("tower:1,smc3", false), 0);
	assert_int_equal(habit(false, "habit=spins-down"), 0);
	assert_int_equal(habit(false, "recorder0.habit=no-opc+late=2"), 0);
	assert_int_equal(habit(true, "habit=reserved"), 0);
	assert_string_equal(plan.device[0].habits, "spins-down");
	assert_string_equal(plan.device[1].habits, "spins-down+no-opc+late=2");
	assert_string_equal(plan.device[2].habits, "reserved");
	assert_string_equal(plan.device[3].habits, "spins-down");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (habit(false, bad[i]) >= 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_string_not_equal(err, "");
		assert_null(strchr(err, '\n'));
	}
	while (strlen(many) < 280)
		strcat(many, "+no-opc");
	assert_int_equal(habit(false, many), -EINVAL);
	assert_non_null(strstr(err, "too many habits for recorder0"));
}

static void recordings(void **state)
{
	char one[] = "replay=/a.rec", two[] = "replay=/b.rec,loop";
	char bad[][16] = { "replay=", "habit=x", "replay", "" };

	(void)state;
	assert_int_equal(parse("tower:1", false), 0);
	assert_int_equal(sim_plan_replay(&plan, one, err, sizeof(err)), 0);
	assert_int_equal(sim_plan_replay(&plan, two, err, sizeof(err)), 0);
	assert_int_equal(plan.count, 4);
	assert_string_equal(plan.device[2].name, "replay0");
	assert_string_equal(plan.device[2].recording, "/a.rec");
	assert_false(plan.device[2].loop);
	assert_string_equal(plan.device[3].name, "replay1");
	assert_string_equal(plan.device[3].recording, "/b.rec");
	assert_true(plan.device[3].loop);
	assert_int_not_equal(plan.device[2].host, plan.device[3].host);
	assert_int_not_equal(plan.device[2].host, plan.device[1].host);
	assert_string_equal(sim_kind_name(plan.device[2].kind), "replay");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sim_plan_replay(&plan, bad[i], err, sizeof(err)), -EINVAL);
	assert_int_equal(plan.count, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(habits),
		cmocka_unit_test(habits_of_devices),
		cmocka_unit_test(tower),
		cmocka_unit_test(library_defaults),
		cmocka_unit_test(several_have_unique_names),
		cmocka_unit_test(shared_host),
		cmocka_unit_test(identities),
		cmocka_unit_test(bad_profiles),
		cmocka_unit_test(set_fields),
		cmocka_unit_test(bad_fields),
		cmocka_unit_test(recordings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
