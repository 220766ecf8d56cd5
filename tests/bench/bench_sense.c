// SPDX-License-Identifier: GPL-2.0
/*
 * How long it takes to learn what a sense code means for a program: the action of
 * libdiscmux beside the category of libsgutils2, over the same codes in one run.
 * Fails when a lookup of ours takes longer than LIMIT_NS.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <scsi/sg_lib.h>

#include "libdiscmux.h"

#define LIMIT_NS	10.0
#define CODES		4096		/* a power of two */
#define LOOKUPS		4000000
#define SLOW_LOOKUPS	400000
#define ROUNDS		7		/* the best one counts: others use the machine, too */

struct code {
	enum discmux_device device;
	uint8_t key, asc, ascq;
	uint8_t sense[18];
};

static struct code codes[CODES];
static volatile unsigned int sink;

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* The codes of the manuals in random order; every eighth is any code at all. */
static void make_codes(void)
{
	uint32_t seed = 1;
	size_t i;

	for (i = 0; i < CODES; i++) {
		struct discmux_code row;
		struct code *code = &codes[i];

		code->device = (enum discmux_device)(1 + next_random(&seed) % 3);
		code->key = next_random(&seed) % 12;
		code->asc = (uint8_t)next_random(&seed);
		code->ascq = (uint8_t)next_random(&seed);
		if (i % 8 && !discmux_code_nth(code->device, next_random(&seed) % 124, &row)) {
			code->asc = row.asc;
			code->ascq = row.ascq;
		}
		code->sense[0] = 0x70;
		code->sense[2] = code->key;
		code->sense[7] = 10;
		code->sense[12] = code->asc;
		code->sense[13] = code->ascq;
	}
}

static void our_action(const struct code *code)
{
	sink += discmux_sense_action(code->device, code->key, code->asc, code->ascq);
}

static void our_sense(const struct code *code)
{
	struct discmux_sense sense;

	discmux_sense_parse(code->sense, sizeof(code->sense), &sense);
	sink += discmux_sense_action(code->device, sense.key, sense.asc, sense.ascq);
}

static void our_text(const struct code *code)
{
	char text[160];

	discmux_code_text(code->device, code->asc, code->ascq, text, sizeof(text));
	sink += (unsigned char)text[0];
}

static void their_category(const struct code *code)
{
	sink += (unsigned int)sg_err_category_sense(code->sense, sizeof(code->sense));
}

static void their_text(const struct code *code)
{
	char text[160];

	sg_get_asc_ascq_str(code->asc, code->ascq, sizeof(text), text);
	sink += (unsigned char)text[0];
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Always inlined, so that what is measured is called as a program calls it. */
static inline __attribute__((always_inline)) double
measure(void (*lookup)(const struct code *code), unsigned int lookups)
{
	double best = 0;
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		double start = now_ns(), time;

		for (i = 0; i < lookups; i++)
			lookup(&codes[i % CODES]);
		time = (now_ns() - start) / lookups;
		if (!round || time < best)
			best = time;
	}
	return best;
}

int main(void)
{
	double action, sense, text, category, other_text;

	make_codes();
	action = measure(our_action, LOOKUPS);
	category = measure(their_category, LOOKUPS);
	sense = measure(our_sense, LOOKUPS);
	text = measure(our_text, SLOW_LOOKUPS);
	other_text = measure(their_text, SLOW_LOOKUPS);
	printf("%-42s %8.2f ns\n", "libdiscmux, code to action", action);
	printf("%-42s %8.2f ns\n", "libdiscmux, sense data to action", sense);
	printf("%-42s %8.2f ns\n", "libsgutils2, sense data to category", category);
	printf("%-42s %8.2f ns\n", "libdiscmux, code to text", text);
	printf("%-42s %8.2f ns\n", "libsgutils2, code to text", other_text);
	if (action > LIMIT_NS) {
		fprintf(stderr, "a lookup takes %.1f ns, more than %.0f\n", action, LIMIT_NS);
		return 1;
	}
	return 0;
}
