// SPDX-License-Identifier: GPL-2.0
/* When a disc in a mail slot is one that somebody has laid there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "libdiscmux.h"
#include "mail_watch.h"

#define FULL	DISCMUX_ELEMENT_FULL
#define TRAY	DISCMUX_ELEMENT_TRAY
#define OPEN	DISCMUX_ELEMENT_OPEN
#define HAND	DISCMUX_ELEMENT_IMPEXP
#define OTHER	(1u << 31)	/* a tray of another slot */

#define LOOKS	8

/* What is seen, look by look, and at which of them a disc has come (-1: at none). */
static const struct {
	const char *name;
	uint32_t flags[LOOKS];
	size_t looks;
	int came;
} cases[] = {
	{ "there before", { FULL | TRAY, FULL | TRAY }, 2, -1 },
	{ "laid in, shut", { TRAY | OPEN, FULL | TRAY | OPEN, FULL | TRAY }, 3, 2 },
	{ "told once", { TRAY | OPEN, FULL | TRAY, FULL | TRAY, FULL | TRAY }, 4, 1 },
	{ "too quick to be seen open", { TRAY, FULL | TRAY }, 2, 1 },
	{ "the arm brings it, shut", { 0, FULL | TRAY }, 2, -1 },
	{ "the arm brings it, open", { 0, FULL | TRAY | OPEN, FULL | TRAY | OPEN }, 3, -1 },
	{ "the arm changes trays", { TRAY | OPEN, FULL | TRAY | OTHER, FULL | TRAY | OTHER }, 3, -1 },
	{ "the arm opens it", { TRAY, TRAY | OPEN | OTHER, FULL | TRAY | OTHER }, 3, 2 },
	{ "pushed shut again", { 0, FULL | TRAY | OPEN, FULL | TRAY }, 3, 2 },
	{ "no trays: by hand", { 0, FULL | HAND, FULL | HAND }, 3, 1 },
	{ "no trays: by the arm", { 0, FULL, FULL }, 3, -1 },
	{ "no trays: there before", { FULL | HAND, FULL | HAND }, 2, -1 },
	{ "no trays: taken, another", { FULL, 0, FULL | HAND }, 3, 2 },
};

static void test_steps(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mail_seen seen = { .what = MAIL_NOTHING };

		for (k = 0; k < cases[i].looks; k++) {
			uint32_t flags = cases[i].flags[k];
			struct discmux_element mail = {
				.flags = (flags & ~OTHER) | DISCMUX_ELEMENT_SOURCE_VALID,
				.source = flags & OTHER ? 9 : 20,
			};
			bool came = mail_step(&seen, &mail);

			if (came != ((int)k == cases[i].came))
				fail_msg("%s: look %zu", cases[i].name, k);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
