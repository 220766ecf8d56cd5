// SPDX-License-Identifier: GPL-2.0
/* Slots as people name several of them. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "slots.h"

/* Digits up to the highest slot; 0 when there are none or too many. */
static unsigned int take_number(const char **p)
{
	unsigned int n = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++) {
		n = n * 10 + (unsigned int)(**p - '0');
		if (n > SLOTS_HIGHEST)
			return 0;
	}
	return n;
}

static bool is_in(const struct slots *slots, unsigned int number)
{
	size_t i;

	for (i = 0; i < slots->count; i++)
		if (slots->number[i] == number)
			return true;
	return false;
}

static int add(struct slots *slots, unsigned int first, unsigned int last, char *err, size_t errlen)
{
	unsigned int n;

	for (n = first; n <= last; n++) {
		if (is_in(slots, n)) {
			snprintf(err, errlen, "slot %u is named twice", n);
			return -EINVAL;
		}
		if (slots->count == SLOTS_MAX) {
			snprintf(err, errlen, "more than %d slots", SLOTS_MAX);
			return -EINVAL;
		}
		slots->number[slots->count++] = n;
	}
	return 0;
}

int slots_parse(const char *text, struct slots *slots, char *err, size_t errlen)
{
	const char *p = text;
	unsigned int first, last;
	int rc;

	slots->count = 0;
	do {
		first = last = take_number(&p);
		if (*p == '-') {
			p++;
			last = take_number(&p);
		}
		if (!first || last < first || (*p && *p != ',')) {
			snprintf(err, errlen, "%.40s: slots from 1 are wanted, as in 1-20,33", text);
			return -EINVAL;
		}
		rc = add(slots, first, last, err, errlen);
		if (rc)
			return rc;
	} while (*p++ == ',');
	return 0;
}
