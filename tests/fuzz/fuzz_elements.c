// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: READ ELEMENT STATUS data from a hostile changer, through the driver's
 * own decoder, in memory of exactly their size.  The first byte says which of the
 * reply's lengths and counts are mended, so that not only replies that are refused at
 * once are tried; the second is the room for elements.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "kmod/elements.h"

static void check_text(const u8 *text, size_t size)
{
	require(strnlen((const char *)text, size) < size, "text has an end");
}

static void check_elements(const struct discmux_element *e, unsigned int n)
{
	u8 serial[32] = "serial";
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		require(e[i].type >= DISCMUX_ELEMENT_TRANSPORT &&
			e[i].type <= DISCMUX_ELEMENT_LABEL_PRINT, "type");
		require(e[i].address <= 0xffff && e[i].source <= 0xffff && e[i].sense <= 0xffff,
			"16 bits");
		require(e[i].member == DISCMUX_NONE, "no member");
		require(!i || e[i - 1].type < e[i].type ||
			(e[i - 1].type == e[i].type && e[i - 1].address < e[i].address), "order");
		for (j = 0; j < i; j++)
			require(e[j].address != e[i].address, "one address each");
		check_text(e[i].volume_tag, sizeof(e[i].volume_tag));
		check_text(e[i].identifier, sizeof(e[i].identifier));
		dmx_element_identifies(&e[i], serial);
	}
}

enum {
	MEND_LENGTH = 1,	/* of the reply */
	MEND_PAGES = 2,		/* bytes of each page: whole descriptors that are there */
	MEND_COUNT = 4,		/* of elements */
};

static void put_be24(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 16);
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)value;
}

static void mend(uint8_t *reply, size_t len, unsigned int how)
{
	size_t at = 8, count = 0;

	if (len < 8)
		return;
	if (how & MEND_LENGTH)
		put_be24(reply + 5, len - 8);
	while (how & MEND_PAGES && at + 8 <= len) {
		uint8_t *page = reply + at;
		size_t descriptor = 12 + page[3] % 100, nr = page[7] % 8;

		if (nr > (len - at - 8) / descriptor)
			nr = (len - at - 8) / descriptor;
		page[0] = page[0] % 7;	/* one of them there is not */
		page[2] = 0;
		page[3] = (uint8_t)descriptor;
		put_be24(page + 5, nr * descriptor);
		at += 8 + nr * descriptor;
		count += nr;
	}
	if (how & MEND_PAGES && how & MEND_LENGTH)
		put_be24(reply + 5, at - 8);
	if (how & MEND_COUNT) {
		reply[2] = 0;
		reply[3] = (uint8_t)count;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct discmux_element *out;
	const char *why = NULL;
	unsigned int max, len;
	bool cut = false;
	uint8_t *reply;
	int n;

	if (size < 2)
		return 0;
	max = data[1];
	len = (unsigned int)size - 2;
	reply = malloc(len + !len);
	out = malloc(max * sizeof(*out) + !max);
	require(reply && out, "memory");
	memcpy(reply, data + 2, len);
	mend(reply, len, data[0]);
	n = dmx_elements_decode(reply, len, out, max, &cut, &why);
	if (n < 0) {
		require(n == -EPROTO && why && *why, "it says what is wrong");
	} else {
		require(!why && (unsigned int)n <= max, "no more than there is room for");
		check_elements(out, (unsigned int)n);
	}
	free(out);
	free(reply);
	return 0;
}
