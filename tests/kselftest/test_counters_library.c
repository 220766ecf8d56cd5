// SPDX-License-Identifier: GPL-2.0
/* What the counters of a changer count, and that each has its entry. */
#include "harness.h"
#include "library.h"
#include "mux.h"
#include "unit.h"

#include <dirent.h>

FIXTURE(counters)
{
	struct library l;
	struct discmux_result r;
	uint32_t changer;
};

FIXTURE_SETUP(counters)
{
	ASSERT_EQ(0, library_open(&self->l));
	self->changer = self->l.info.changer;
}

FIXTURE_TEARDOWN(counters)
{
	EXPECT_EQ(0, library_put_back(&self->l));
	library_close(&self->l);
}

typedef FIXTURE_DATA(counters) counters_t;

/* Carried out, and GOOD. */
static bool done(counters_t *self, uint32_t operation)
{
	return !unit_do(self->l.fd, operation, 0, &self->r) && !self->r.error && !self->r.status;
}

struct kind {
	const char *name;
	long before, more;
};

static void count_kinds(counters_t *self, struct kind *kinds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		kinds[i].before = unit_counter(self->changer, kinds[i].name);
}

static void expect_kinds(struct __test_metadata *_metadata, counters_t *self,
			 const struct kind *kinds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		EXPECT_LE(0, kinds[i].before);
		EXPECT_EQ(kinds[i].before + kinds[i].more,
			  unit_counter(self->changer, kinds[i].name)) {
			TH_LOG("%s", kinds[i].name);
		}
	}
}

/* Each move by where it goes, good or bad. */
TEST_F(counters, moves)
{
	struct kind kinds[] = {
		{ "moves", 0, 7 }, { "moves_to_drive", 0, 2 }, { "moves_to_slot", 0, 3 },
		{ "moves_to_mail", 0, 1 }, { "moves_to_printer", 0, 1 },
		{ "move_errors", 0, 1 }, { "exchanges", 0, 0 }, { "rezeros", 0, 0 },
	};
	long busy = unit_counter(self->changer, "move_busy_ms");

	count_kinds(self, kinds, ARRAY_SIZE(kinds));
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), DRIVE(0)));
	ASSERT_FALSE(library_moved(&self->l, SLOT(2), DRIVE(0)));
	ASSERT_TRUE(library_moved(&self->l, DRIVE(0), SLOT(1)));
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), MAIL));
	ASSERT_TRUE(library_moved(&self->l, MAIL + 1, SLOT(1)));
	ASSERT_TRUE(library_moved(&self->l, SLOT(1), PRINTER));
	ASSERT_TRUE(library_moved(&self->l, PRINTER, SLOT(1)));
	expect_kinds(_metadata, self, kinds, ARRAY_SIZE(kinds));
	EXPECT_LT(busy, unit_counter(self->changer, "move_busy_ms"));
	EXPECT_LT(0, unit_counter(self->changer, "longest_move_ms"));
	EXPECT_GE(unit_counter(self->changer, "move_busy_ms"),
		  unit_counter(self->changer, "longest_move_ms"));
	EXPECT_EQ(-1, unit_counter(self->l.drive[0].member, "rezeros"));
	EXPECT_EQ(-1, unit_counter(self->changer, "discs_finished"));
}

TEST_F(counters, operations)
{
	struct discmux_operate range = unit_operation(DISCMUX_OP_INITIALIZE,
						      DISCMUX_OPERATE_RANGE);
	struct kind kinds[] = {
		{ "moves", 0, 0 }, { "initializations", 0, 2 }, { "selftests", 0, 1 },
		{ "rezeros", 0, 1 }, { "move_errors", 0, 0 },
	};

	count_kinds(self, kinds, ARRAY_SIZE(kinds));
	ASSERT_TRUE(done(self, DISCMUX_OP_INITIALIZE));
	range.source = SLOT(2);
	range.destination = SLOT(5);
	ASSERT_EQ(0, unit_operate(self->l.fd, &range, &self->r));
	ASSERT_TRUE(done(self, DISCMUX_OP_SELFTEST));
	ASSERT_TRUE(done(self, DISCMUX_OP_REZERO));
	/* These are no moves of the arm */
	ASSERT_TRUE(done(self, DISCMUX_OP_PREVENT));
	ASSERT_TRUE(done(self, DISCMUX_OP_ALLOW));
	expect_kinds(_metadata, self, kinds, ARRAY_SIZE(kinds));
}

/* As test_sysfs.c does for a recorder; run from the top of the tree. */
TEST_F(counters, all_documented)
{
	static char abi[65536];
	FILE *f = fopen("Documentation/ABI/testing/sysfs-class-discmux", "r");
	char path[128], what[384];
	struct dirent *entry;
	DIR *dir;

	if (!f)
		SKIP(return, "not run from the top of the tree");
	ASSERT_LT(0, fread(abi, 1, sizeof(abi) - 1, f));
	fclose(f);
	snprintf(path, sizeof(path), MUX_SYSFS "/discmux0-%u/counters", self->changer);
	dir = opendir(path);
	ASSERT_NE(NULL, dir);
	while ((entry = readdir(dir))) {
		snprintf(what, sizeof(what), "discmuxN/discmuxN-M/counters/%s\n", entry->d_name);
		EXPECT_TRUE(entry->d_name[0] == '.' || strstr(abi, what)) {
			TH_LOG("%s", entry->d_name);
		}
	}
	closedir(dir);
}

TEST_HARNESS_MAIN
