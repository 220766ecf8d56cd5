// SPDX-License-Identifier: GPL-2.0
/* Members by every name that discmux status shows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "internal.h"

/* A library with two of its drives in it, and a reader beside it. */
static const struct discmux_member members[] = {
	{ .member = 0, .role = DISCMUX_ROLE_READER, .unit = 0, .host = 2, .element = DISCMUX_NONE,
	  .block_name = "sr0", .generic_name = "sg0", .serial = "RD-0001" },
	{ .member = 3, .role = DISCMUX_ROLE_RECORDER, .unit = 0, .host = 2, .target = 1,
	  .element = 0x3000, .block_name = "sr10", .generic_name = "sg1", .serial = "4711" },
	{ .member = 4, .role = DISCMUX_ROLE_RECORDER, .unit = 1, .host = 2, .target = 2, .lun = 5,
	  .element = 0x3001, .block_name = "sr1", .generic_name = "sg10", .serial = "SAME 7   " },
	{ .member = 5, .role = DISCMUX_ROLE_RECORDER, .unit = 2, .host = 12, .element = DISCMUX_NONE,
	  .serial = "SAME 7" },
	{ .member = 9, .role = DISCMUX_ROLE_CHANGER, .unit = 0, .host = 3, .element = DISCMUX_NONE,
	  .generic_name = "sg4", .serial = "MC" },
};

#define NR_MEMBERS (sizeof(members) / sizeof(*members))

static int error;	/* of the next call */

static int do_member(struct discmux_member *arg)
{
	size_t i;

	for (i = 0; i < NR_MEMBERS; i++)
		if (members[i].member == arg->member ||
		    (arg->flags & DISCMUX_MEMBER_NEXT && members[i].member > arg->member)) {
			*arg = members[i];
			return 0;
		}
	return -ENOENT;
}

static int do_elements(struct discmux_element_status *arg)
{
	struct discmux_element *out = (void *)(uintptr_t)arg->elements;
	uint32_t i;

	for (i = 0; i < 2 && i < arg->nr_elements; i++)
		out[i] = (struct discmux_element){ .address = 0x3000 + i,
						   .type = DISCMUX_ELEMENT_DATA_TRANSFER };
	arg->nr_elements = 2;
	return 0;
}

static int do_ioctl(void *context, int fd, unsigned long request, void *arg)
{
	int now = error;

	(void)context;
	(void)fd;
	error = 0;
	if (now)
		return now;
	if (request == DISCMUX_IOC_MEMBER)
		return do_member(arg);
	return request == DISCMUX_IOC_ELEMENT_STATUS ? do_elements(arg) : -ENOTTY;
}

static struct discmux *dm;

static int set_up(void **state)
{
	(void)state;
	dm = dm_new();
	if (!dm)
		return -1;
	dm->ioctl = do_ioctl;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	discmux_close(dm);
	return 0;
}

static void is(const char *name, uint32_t member)
{
	struct discmux_member m = { .member = DISCMUX_NONE };

	if (discmux_member_by_name(dm, name, &m))
		fail_msg("%s: %s", name, discmux_error(dm));
	if (m.member != member)
		fail_msg("%s is member %u, not %u", name, m.member, member);
}

static void is_not(const char *name, int wanted, const char *text)
{
	struct discmux_member m;
	int rc = discmux_member_by_name(dm, name, &m);

	if (rc != wanted || !strstr(discmux_error(dm), text))
		fail_msg("\"%s\" gives %d: %s", name, rc, discmux_error(dm));
}

static void test_names(void **state)
{
	(void)state;
	is("reader", 0);
	is("reader:0", 0);
	is("reader 0", 0);
	is("Recorder:1", 4);
	is("recorder 002", 5);
	is("changer 0", 9);
	is("member 4", 4);
	is("member:9", 9);
	is("sr1", 4);
	is("scd1", 4);
	is("sr10", 3);
	is("/dev/sr10", 3);
	is("sg1", 3);
	is("/dev/sg10", 4);
	is("/dev/sg4", 9);
	is("2:0:2:5", 4);
	is("12:0:0:0", 5);
	is("d0", 3);
	is("D1", 4);
	is("drive 1", 4);
	is("drive1", 4);
	is("3001h", 4);
	is("0x3000", 3);
	is("4711", 3);
	is("RD-0001", 0);
}

/* Well-formed names of missing members */
static void test_missing(void **state)
{
	(void)state;
	is_not("reader:1", -ENOENT, "there is no reader 1: discmux status lists the drives");
	is_not("sr7", -ENOENT, "sr7 is no drive of this mux");
	is_not("/dev/sr7", -ENOENT, "/dev/sr7 is no drive of this mux");
	is_not("2:0:2:0", -ENOENT, "2:0:2:0 is no drive");
	is_not("d2", -ENOENT, "d2 is no drive");
	is_not("3002h", -ENOENT, "3002h is no drive");
	is_not("member 1", -ENOENT, "member 1 is no drive");
}

static void test_others(void **state)
{
	static const char *const others[] = { "", " ", "all", "reader1", "reader:", "reader:x",
		"reader: 1", "recorder-1", "readers", "drive", "member", "d", "dx", "sr", "sr1x",
		"/dev/null", "/dev/", "/tmp", "1:2:3", "1:2:3:4:5", "1:2:3:", ":::", "0x1", "1h",
		"30015h", "300h", "HDD1", "master.iso", "rd-0001", "reader:123456789" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		is_not(others[i], -EINVAL, "no drive is called");
		if (discmux_is_member_name(others[i]))
			fail_msg("\"%s\" has the form of a name", others[i]);
	}
	assert_true(discmux_is_member_name("sr7"));
	assert_true(discmux_is_member_name("reader"));
	assert_false(discmux_is_member_name("4711"));	/* a serial number has no form */
}

static void test_ambiguous(void **state)
{
	(void)state;
	is_not("SAME 7", -ENOTUNIQ,
	       "SAME 7 is the serial number of recorder 1, recorder 2: name one of them");
}

/* /dev/cdrom is a link */
static void test_link(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/dev/discmux-test-%d", (int)getpid());
	if (symlink("/dev/sr1", path))
		skip();
	/* The node need not be there, and then it does not link to a drive */
	if (access("/dev/sr1", F_OK))
		is_not(path, -EINVAL, "no drive is called");
	else
		is(path, 4);
	unlink(path);
}

static void test_driver(void **state)
{
	(void)state;
	error = -EIO;
	is_not("sr1", -EIO, "listing the members");
	error = -ENODEV;
	is_not("d0", -ENODEV, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ambiguous, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_driver, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
