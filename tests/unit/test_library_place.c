// SPDX-License-Identifier: GPL-2.0
/* Places as people name them, and what is checked before a move. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli.h"
#include "move.h"
#include "place.h"

#define FULL	DISCMUX_ELEMENT_FULL
#define SVALID	DISCMUX_ELEMENT_SOURCE_VALID

/* An MC-8600 with three slots and two drives */
static struct discmux_element mc8600[] = {
	{ .type = DISCMUX_ELEMENT_TRANSPORT, .address = 0x2000 },
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 1, .flags = FULL },
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 2 },
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 3, .flags = FULL },
	{ .type = DISCMUX_ELEMENT_IMPORT_EXPORT, .address = 0x4000 },
	{ .type = DISCMUX_ELEMENT_DATA_TRANSFER, .address = 0x3001 },
	{ .type = DISCMUX_ELEMENT_DATA_TRANSFER,
	  .address = 0x3002,
	  .flags = FULL | SVALID,
	  .source = 2 },
};

static const struct discmux_inventory library = { .elements = mc8600, .count = 7 };

static void parses(const char *text, enum place_kind kind, uint32_t number)
{
	struct place place = { 0 };

	if (place_parse(text, &place))
		fail_msg("%s is not understood", text);
	if (place.kind != kind || place.number != number)
		fail_msg("%s: kind %d, number %u", text, place.kind, place.number);
}

static void grammar(void **state)
{
	static const char *const bad[] = { "",	   "s",	      "d",	"x5",	   "s-1",  "s5x",
					   "-5",   "5 6",     "0x",	"0x10000", "30g1h", "301h",
					   "h",	   "mail5",   "mail-",	"arms",	   "s 5 6", " 5",
					   "0x-1", "s99999",  "99999999999999999999",
					   "s18446744073709551617" };
	struct place place;
	size_t i;

	(void)state;
	parses("5", PLACE_NUMBER, 5);
	parses("s5", PLACE_SLOT, 5);
	parses("S600", PLACE_SLOT, 600);
	parses("slot 5", PLACE_SLOT, 5);
	parses("slot5", PLACE_SLOT, 5);
	parses("d0", PLACE_DRIVE, 0);
	parses("Drive 11", PLACE_DRIVE, 11);
	parses("mail", PLACE_MAIL, 0);
	parses("mail-closed", PLACE_MAIL_CLOSED, 0);
	parses("ARM", PLACE_ARM, 0);
	parses("printer", PLACE_PRINTER, 0);
	parses("0x3001", PLACE_ADDRESS, 0x3001);
	parses("0XfF", PLACE_ADDRESS, 0xff);
	parses("3001h", PLACE_ADDRESS, 0x3001);
	parses("d00fH", PLACE_ADDRESS, 0xd00f);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!place_parse(bad[i], &place))
			fail_msg("\"%s\" was taken for a place", bad[i]);
}

static void arguments(void **state)
{
	char *argv[] = { "load", "slot", "5", "0", "drive", NULL };
	struct place place;
	char err[128];
	int i = 1;

	(void)state;
	assert_int_equal(place_take(5, argv, &i, PLACE_SLOT, &place, err, sizeof(err)), 0);
	assert_int_equal(i, 3);
	assert_int_equal(place.kind, PLACE_SLOT);
	assert_int_equal(place.number, 5);
	assert_int_equal(place_take(5, argv, &i, PLACE_DRIVE, &place, err, sizeof(err)), 0);
	assert_int_equal(i, 4);
	assert_int_equal(place.kind, PLACE_DRIVE);
	assert_int_equal(place_take(5, argv, &i, PLACE_DRIVE, &place, err, sizeof(err)), -EINVAL);
	i = 3;
	assert_int_equal(place_take(5, argv, &i, PLACE_NUMBER, &place, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "0 may be a slot or a drive: write s0 or d0");
}

static void resolves(const char *text, uint32_t expected)
{
	struct place place;
	uint32_t address = 0;
	char err[128] = "";

	assert_int_equal(place_parse(text, &place), 0);
	if (place_resolve(&library, &place, &address, err, sizeof(err)))
		fail_msg("%s: %s", text, err);
	assert_int_equal(address, expected);
}

static void resolves_not(const struct discmux_inventory *inv, const char *text,
			 const char *message)
{
	struct place place;
	uint32_t address;
	char err[128] = "";

	assert_int_equal(place_parse(text, &place), 0);
	assert_int_equal(place_resolve(inv, &place, &address, err, sizeof(err)), -ENOENT);
	assert_string_equal(err, message);
}

static void addresses(void **state)
{
	struct discmux_element other[] = {
		{ .type = DISCMUX_ELEMENT_IMPORT_EXPORT, .address = 0x10 },
	};
	const struct discmux_inventory small = { .elements = other, .count = 1 };

	(void)state;
	resolves("s1", 1);
	resolves("s3", 3);
	resolves("d0", 0x3001);
	resolves("d1", 0x3002);
	resolves("mail", 0x4000);
	resolves("mail-closed", 0x4001);
	resolves("0x4001", 0x4001);
	resolves("arm", 0x2000);
	resolves("2000h", 0x2000);
	resolves_not(&library, "s0", "there is no slot 0: the library has slots 1 to 3");
	resolves_not(&library, "s4", "there is no slot 4: the library has slots 1 to 3");
	resolves_not(&library, "d2", "there is no drive 2: the library has drives 0 to 1");
	resolves_not(&library, "printer", "the library has no label printer");
	resolves_not(&library, "0x7000",
		     "there is no element 7000h: discmux inventory --all lists them");
	resolves_not(&small, "d0", "there is no drive 0: the library has no drives");
	resolves_not(&small, "0x4001",
		     "there is no element 4001h: discmux inventory --all lists them");
	resolves_not(&small, "mail-closed",
		     "the mail slot of this library cannot stay closed: use mail");
}

static void names(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(place_name(&library, 3, buf, sizeof(buf)), "slot 3");
	assert_string_equal(place_name(&library, 0x3001, buf, sizeof(buf)), "drive 0");
	assert_string_equal(place_name(&library, 0x4001, buf, sizeof(buf)), "the mail slot");
	assert_string_equal(place_name(&library, 0x2000, buf, sizeof(buf)), "the arm");
	assert_string_equal(place_name(&library, 0x99, buf, sizeof(buf)), "element 0099h");
}

static void allowed(uint32_t source, uint32_t destination)
{
	char err[128] = "";

	if (move_check(&library, source, destination, err, sizeof(err)))
		fail_msg("%s", err);
}

static void refused(uint32_t source, uint32_t destination, const char *message)
{
	char err[128] = "";

	assert_true(move_check(&library, source, destination, err, sizeof(err)) < 0);
	assert_string_equal(err, message);
}

static void checks(void **state)
{
	(void)state;
	allowed(1, 0x3001);
	allowed(1, 0x4000);
	allowed(1, 0x4001);
	allowed(0x3002, 2);
	refused(2, 0x3001, "slot 2 is empty: discmux inventory shows where discs are");
	refused(1, 0x3002, "drive 1 holds a disc already, from slot 2: unload it first");
	refused(0x3002, 3, "slot 3 holds a disc already: move that away first");
	refused(1, 1, "source and destination are the same: slot 1");
	refused(1, 0x7000, "there is no element 7000h");
	refused(0x4000, 0x4001, "source and destination are the same: the mail slot");

	/* Trays: an empty one may go to the mail slot to fetch a disc, not to a drive. */
	mc8600[2].flags = DISCMUX_ELEMENT_TRAY;
	allowed(2, 0x4000);
	refused(2, 0x3001,
		"slot 2 holds a tray with no disc: discmux inventory shows where discs are");
	refused(0x3002, 2,
		"slot 2 holds an empty tray, and a disc brings its own: name another place");
	mc8600[2].flags = 0;

	mc8600[4].flags = FULL | DISCMUX_ELEMENT_OPEN;
	refused(0x4000, 2, "the mail slot is open: push it shut, or move from mail-closed");
	allowed(0x4001, 2);
	mc8600[4].flags = 0;
}

static void home(void **state)
{
	char err[128] = "";
	uint32_t slot;

	(void)state;
	assert_int_equal(move_home(&library, 0x3002, &slot, err, sizeof(err)), 0);
	assert_int_equal(slot, 2);
	assert_int_equal(move_home(&library, 0x3001, &slot, err, sizeof(err)), -ENOENT);
	assert_string_equal(err, "drive 0 is empty: discmux inventory shows where discs are");
	mc8600[6].flags = FULL;
	assert_int_equal(move_home(&library, 0x3002, &slot, err, sizeof(err)), -ENOENT);
	assert_string_equal(
		err, "the library does not know which slot the disc in drive 1 came from: name one");
	/* It says it came from something that is no slot. */
	mc8600[6].flags = FULL | SVALID;
	mc8600[6].source = 0x3001;
	assert_int_equal(move_home(&library, 0x3002, &slot, err, sizeof(err)), -ENOENT);
	mc8600[6].source = 2;
}

static void numbers(void **state)
{
	unsigned long value;

	(void)state;
	assert_int_equal(cli_number("0", 0, 10, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(cli_number("010", 0, 10, &value), 0);
	assert_int_equal(value, 10);
	assert_int_equal(cli_number("11", 0, 10, &value), -EINVAL);
	assert_int_equal(cli_number("0", 1, 10, &value), -EINVAL);
	assert_int_equal(cli_number("", 0, 10, &value), -EINVAL);
	assert_int_equal(cli_number("+1", 0, 10, &value), -EINVAL);
	assert_int_equal(cli_number("1 ", 0, 10, &value), -EINVAL);
	assert_int_equal(cli_number("18446744073709551616", 0, ~0ul, &value), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar), cmocka_unit_test(arguments),
		cmocka_unit_test(addresses), cmocka_unit_test(names),
		cmocka_unit_test(checks),  cmocka_unit_test(home),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
