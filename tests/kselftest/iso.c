// SPDX-License-Identifier: GPL-2.0
/* ECMA-119, section 8.4 (primary volume descriptor) and 9.1 (directory record). */
#include "iso.h"
#include "mux.h"

#include <string.h>

/* Numbers are there twice, little end first, then big end first. */
static void both32(uint8_t *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = p[7 - i] = (uint8_t)(v >> 8 * i);
}

static void both16(uint8_t *p, uint16_t v)
{
	p[0] = p[3] = (uint8_t)v;
	p[1] = p[2] = (uint8_t)(v >> 8);
}

static void directory_record(uint8_t *p, uint8_t name)
{
	p[0] = 34;			/* length of the record */
	both32(p + 2, ISO_FIRST + 2);	/* extent */
	both32(p + 10, BLOCK);		/* length of the folder */
	p[18] = 100;			/* the year 2000 */
	p[19] = p[20] = 1;
	p[25] = 2;			/* a folder */
	both16(p + 28, 1);
	p[32] = 1;			/* length of the name */
	p[33] = name;			/* 0: itself, 1: its parent */
}

void iso_fill(uint8_t *blocks)
{
	uint8_t *terminator = blocks + BLOCK, *root = blocks + 2 * BLOCK;

	memset(blocks, 0, ISO_BLOCKS * BLOCK);
	blocks[0] = 1;
	memcpy(blocks + 1, "CD001", 5);
	blocks[6] = 1;
	memset(blocks + 8, ' ', 64);
	memcpy(blocks + 40, "DISCMUX_TEST", 12);
	both32(blocks + 80, ISO_FIRST + ISO_BLOCKS);
	both16(blocks + 120, 1);
	both16(blocks + 124, 1);
	both16(blocks + 128, BLOCK);
	directory_record(blocks + 156, 0);
	blocks[881] = 1;
	terminator[0] = 255;
	memcpy(terminator + 1, "CD001", 5);
	terminator[6] = 1;
	directory_record(root, 0);
	directory_record(root + 34, 1);
}
