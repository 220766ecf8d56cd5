// SPDX-License-Identifier: GPL-2.0
/*
 * How long the driver takes to decode the element status of a whole library: its
 * own source, in a program.  Fails when an element takes longer than LIMIT_NS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmod/elements.h"

#define LIMIT_NS	10.0
#define REPLIES		2000
#define ROUNDS		9	/* the best one counts: others use the machine, too */
#define HEADER		8
#define DESCRIPTOR	18	/* MC-8100/8200/8600 manual, 3.11 */

/* The largest library of the manual, in the order in which it answers. */
static const struct {
	u8 type;
	u16 address, nr;
} pages[] = {
	{ DISCMUX_ELEMENT_TRANSPORT, 0x2000, 1 },
	{ DISCMUX_ELEMENT_STORAGE, 0x0001, 600 },
	{ DISCMUX_ELEMENT_IMPORT_EXPORT, 0x4000, 1 },
	{ DISCMUX_ELEMENT_DATA_TRANSFER, 0x3001, 12 },
	{ DISCMUX_ELEMENT_LABEL_PRINT, 0x5000, 1 },
};

#define NR_PAGES (sizeof(pages) / sizeof(*pages))

static void put_be16(u8 *p, unsigned int value)
{
	p[0] = (u8)(value >> 8);
	p[1] = (u8)value;
}

static void put_header(u8 *p, unsigned int bytes)
{
	p[5] = (u8)(bytes >> 16);
	put_be16(p + 6, bytes);
}

static unsigned int make_reply(u8 *buf, unsigned int *elements)
{
	u8 *p = buf + HEADER;
	unsigned int i, n;

	*elements = 0;
	for (i = 0; i < NR_PAGES; i++) {
		p[0] = pages[i].type;
		put_be16(p + 2, DESCRIPTOR);
		put_header(p, pages[i].nr * DESCRIPTOR);
		p += HEADER;
		for (n = 0; n < pages[i].nr; n++, p += DESCRIPTOR) {
			put_be16(p, pages[i].address + n);
			p[2] = 0x09;	/* Access, Full */
			p[9] = 0x80;	/* SValid */
			put_be16(p + 10, 1 + n);
			p[16] = 0x01;	/* Tray */
		}
		*elements += pages[i].nr;
	}
	put_be16(buf + 2, *elements);
	put_header(buf, (unsigned int)(p - buf) - HEADER);
	return (unsigned int)(p - buf);
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

int main(void)
{
	static u8 buf[32768];
	unsigned int elements, len = make_reply(buf, &elements);
	struct discmux_element *out = calloc(elements, sizeof(*out));
	double best = 0;
	unsigned int round, i;
	const char *why;
	bool cut;

	if (!out)
		return 1;
	for (round = 0; round < ROUNDS; round++) {
		double start = now_ns(), time;

		for (i = 0; i < REPLIES; i++)
			if (dmx_elements_decode(buf, len, out, elements, &cut, &why) !=
			    (int)elements) {
				fprintf(stderr, "the reply %s\n", why);
				return 1;
			}
		time = (now_ns() - start) / REPLIES / elements;
		if (!round || time < best)
			best = time;
	}
	free(out);
	printf("%-42s %8.2f ns\n", "element status, one element", best);
	printf("%-42s %8.2f us\n", "element status, 600 slots and 12 drives", best * elements / 1000);
	if (best > LIMIT_NS) {
		fprintf(stderr, "an element takes %.1f ns, more than %.0f\n", best, LIMIT_NS);
		return 1;
	}
	return 0;
}
