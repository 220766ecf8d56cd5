// SPDX-License-Identifier: GPL-2.0
/* The questions to a drive and about the disc in it (MMC-6). */
#include <string.h>

#include "bytes.h"
#include "recording_ask.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define STRUCTURE_LEN	2052u
#define LONG_LEN	16384u
#define TRACKS_MAX	99u
#define LIST_MAX	256u

/* With the lengths that the kernel (36, 8), udev, sg3_utils, libburn and discmux ask for */
static const struct recording_question about_it[] = {
	{ { 0x00 }, { 0 } },
	{ { 0x00 }, { 0 } },
	{ { 0x03 }, { 18, 252 } },
	{ { 0x12 }, { 36, 56, 96, 254 } },
	/* GET EVENT STATUS NOTIFICATION: twice, since each event is reported once */
	{ { 0x4a, 0x01, 0, 0, 0x10 }, { 8 } },
	{ { 0x4a, 0x01, 0, 0, 0x10 }, { 8 } },
	{ { 0x4a, 0x01, 0, 0, 0x02 }, { 8 } },
	{ { 0x4a, 0x01, 0, 0, 0x04 }, { 8 } },
	{ { 0x4a, 0x01, 0, 0, 0x40 }, { 8 } },
	{ { 0x4a, 0x01, 0, 0, 0x5e }, { 8 } },
	{ { 0x00 }, { 0 } },
};

static const struct recording_question configuration[] = {
	{ { 0x46, 0x00 }, { 8, 36, 4096, LONG_LEN } },
	{ { 0x46, 0x01 }, { 8, 16, 1024, LONG_LEN } },
	{ { 0x46, 0x02 }, { 8 } },
};

static const struct recording_question modes[] = {
	{ { 0x5a, 0x00, 0x2a }, { 8, 128 } },
	{ { 0x5a, 0x08, 0x2a }, { 8, 10, 64, 256 } },
	{ { 0x5a, 0x08, 0x05 }, { 8, 256 } },
	{ { 0x5a, 0x08, 0x01 }, { 8, 256 } },
	{ { 0x1a, 0x00, 0x2a }, { 128 } },
	{ { 0x1a, 0x08, 0x3f }, { 255 } },
};

static const struct recording_question disc[] = {
	{ { 0x51, 0x00 }, { 2, 32, 34, 2048 } },
	{ { 0x51, 0x01 }, { 256 } },
	{ { 0x51, 0x02 }, { 256 } },
	{ { 0x25 }, { 8 } },
	{ { 0x23 }, { 12, 252 } },
	{ { 0xbd }, { 8, 256 } },
	{ { 0x5c }, { 12 } },
	{ { 0xa4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08 }, { 8 } },	/* the region code */
	{ { 0x3c, 0x03 }, { 4 } },				/* a buffer's size */
	{ { 0x42, 0x00, 0x40, 0x01 }, { 16 } },
	{ { 0x42, 0x02, 0x40, 0x01 }, { 16 } },
	{ { 0x42, 0x00, 0x40, 0x02 }, { 24 } },
};

/* Formats 0 to 5 as blocks and as minutes, and as drives of SFF-8020 are asked */
static const struct recording_question toc[] = {
	{ { 0x43, 0x00, 0x00 }, { 4, 12, 804 } },
	{ { 0x43, 0x02, 0x00 }, { 4, 12, 804 } },
	{ { 0x43, 0x00, 0x00, 0, 0, 0, 1 }, { 12, 20, 804 } },
	{ { 0x43, 0x02, 0x00, 0, 0, 0, 1 }, { 12 } },
	{ { 0x43, 0x00, 0x00, 0, 0, 0, 0xaa }, { 12 } },
	{ { 0x43, 0x02, 0x00, 0, 0, 0, 0xaa }, { 12 } },
	{ { 0x43, 0x00, 0x01 }, { 12 } },
	{ { 0x43, 0x02, 0x01 }, { 12 } },
	{ { 0x43, 0x00, 0x02 }, { 4, LONG_LEN } },
	{ { 0x43, 0x02, 0x02 }, { 4, LONG_LEN } },
	{ { 0x43, 0x00, 0x02, 0, 0, 0, 1 }, { LONG_LEN } },
	{ { 0x43, 0x02, 0x02, 0, 0, 0, 1 }, { 4, LONG_LEN } },
	{ { 0x43, 0x00, 0x03 }, { LONG_LEN } },
	{ { 0x43, 0x02, 0x03 }, { LONG_LEN } },
	{ { 0x43, 0x00, 0x04 }, { 32 } },
	{ { 0x43, 0x02, 0x04 }, { 4, 28, 1024 } },
	{ { 0x43, 0x00, 0x05 }, { 4, LONG_LEN } },
	{ { 0x43, 0x02, 0x05 }, { LONG_LEN } },
	{ { 0x43, 0x00, 0, 0, 0, 0, 0, 0, 0, 0x40 }, { 12 } },
	{ { 0x43, 0x02, 0, 0, 0, 0, 1, 0, 0, 0x80 }, { LONG_LEN } },
};

/* Every feature by itself, once with its data and once as programs look for one that is current */
static void ask_features(struct recording_questions *q)
{
	uint8_t cdb[12] = { 0x46 };
	uint16_t codes[LIST_MAX];
	size_t count = 0, at = 8;

	if (!recording_question(q, cdb, LONG_LEN))
		return;
	for (; at + 4 <= q->got && count < LIST_MAX; at += 4u + q->data[at + 3])
		codes[count++] = get_be16(q->data + at);
	for (size_t i = 0; i < count; i++) {
		put_be16(cdb + 2, codes[i]);
		cdb[1] = 2;
		recording_question(q, cdb, 256);
	}
	/* Random writing, MRW, defects: what the kernel asks before it writes */
	cdb[1] = 0;
	for (uint8_t code = 0x20; code <= 0x28; code = (uint8_t)(code + 4)) {
		put_be16(cdb + 2, code);
		recording_question(q, cdb, 16);
		recording_question(q, cdb, 24);
	}
}

/* GET PERFORMANCE (6.8): the length is one of descriptors */
static void ask_performance(struct recording_questions *q)
{
	static const struct {
		uint8_t data_type, type, descriptors, header, size;
	} ways[] = {
		{ 0x10, 0x00, 1, 8, 16 }, { 0x10, 0x00, 64, 8, 16 }, { 0x14, 0x00, 64, 8, 16 },
		{ 0x00, 0x00, 64, 8, 16 }, { 0x04, 0x00, 64, 8, 16 },
		{ 0x00, 0x03, 1, 8, 16 }, { 0x00, 0x03, 64, 8, 16 },
	};

	for (size_t i = 0; i < COUNT(ways); i++) {
		uint8_t cdb[12] = { 0xac, ways[i].data_type };

		cdb[9] = ways[i].descriptors;
		cdb[10] = ways[i].type;
		recording_question(q, cdb, ways[i].header + (uint32_t)ways[i].descriptors * ways[i].size);
	}
}

/* READ DISC STRUCTURE (6.21): what the list of formats says can be read.  Formats with keys in
 * them need an authentication, which is none of our business. */
static void ask_structures(struct recording_questions *q, uint8_t media)
{
	uint8_t cdb[12] = { 0xad, media, [7] = 0xff }, formats[LIST_MAX];
	size_t count = 0;

	recording_question(q, cdb, 4);
	recording_question(q, cdb, STRUCTURE_LEN);
	/* Bit 6: readable */
	for (size_t at = 4; at + 4 <= q->got && count < LIST_MAX; at += 4)
		if (q->data[at + 1] & 0x40)
			formats[count++] = q->data[at];
	for (size_t i = 0; i < count; i++) {
		cdb[7] = formats[i];
		if (formats[i] == 0x02 || formats[i] == 0x06 || formats[i] == 0x07 ||
		    (formats[i] >= 0x80 && formats[i] <= 0x8f))
			continue;
		recording_question(q, cdb, STRUCTURE_LEN);
	}
	for (cdb[7] = 0; !media && cdb[7] < 2; cdb[7]++) {
		recording_question(q, cdb, 20);
		recording_question(q, cdb, STRUCTURE_LEN);
	}
	cdb[6] = 1;	/* the second layer */
	cdb[7] = 0;
	recording_question(q, cdb, STRUCTURE_LEN);
}

/* Sessions and tracks that the disc has (READ DISC INFORMATION), the one to come, by address */
static void ask_tracks(struct recording_questions *q)
{
	static const uint8_t info[12] = { 0x51 };
	uint8_t cdb[12] = { 0x52, 0x01 };
	unsigned int sessions = 1, last = 1;

	if (recording_question(q, info, 34) && q->got >= 12) {
		sessions = q->data[4] | (unsigned int)q->data[9] << 8;
		last = q->data[6] | (unsigned int)q->data[11] << 8;
	}
	cdb[5] = 1;
	recording_question(q, cdb, 8);
	for (unsigned int track = 1; track <= last && track <= TRACKS_MAX; track++) {
		put_be32(cdb + 2, track);
		recording_question(q, cdb, 34);
		recording_question(q, cdb, 48);
	}
	put_be32(cdb + 2, 0xff);
	recording_question(q, cdb, 48);
	cdb[1] = 0;	/* by block */
	put_be32(cdb + 2, 0);
	recording_question(q, cdb, 48);
	cdb[1] = 2;	/* by session */
	for (unsigned int session = 1; session <= sessions && session <= TRACKS_MAX; session++) {
		put_be32(cdb + 2, session);
		recording_question(q, cdb, 48);
	}
	for (unsigned int track = 1; track <= last && track <= TRACKS_MAX; track++) {
		uint8_t isrc[12] = { 0x42, 0x00, 0x40, 0x03, 0, 0, (uint8_t)track };

		recording_question(q, isrc, 24);
	}
}

/* Some blocks: the first, where file systems say who they are, and the end */
static void ask_blocks(struct recording_questions *q)
{
	static const uint8_t capacity[12] = { 0x25 };
	uint8_t read[12] = { 0x28, [8] = 1 }, cd[12] = { 0xbe, [8] = 1, [9] = 0xf8 };
	uint32_t last, block;

	recording_question(q, cd, 2352);
	cd[9] = 0x10;
	recording_question(q, cd, 2048);
	cd[9] = 0xfa;	/* with C2 error pointers */
	recording_question(q, cd, 2646);
	if (!recording_question(q, capacity, 8) || q->got < 8)
		return;
	last = get_be32(q->data);
	block = get_be32(q->data + 4);
	if (block < 512 || block > 4096)
		block = 2048;
	recording_question(q, read, block);
	put_be32(read + 2, 16);
	recording_question(q, read, block);
	if (last == UINT32_MAX)
		return;
	put_be32(read + 2, last);
	recording_question(q, read, block);
	put_be32(read + 2, last + 1);	/* which there is not */
	recording_question(q, read, block);
}

void recording_ask_drive(struct recording_questions *q)
{
	static const struct recording_question ready[] = { { { 0x00 }, { 0 } } };

	recording_question_list(q, about_it, COUNT(about_it));
	recording_ask_vital(q);
	recording_question_list(q, configuration, COUNT(configuration));
	ask_features(q);
	recording_question_list(q, modes, COUNT(modes));
	recording_ask_modes(q, true);
	recording_question_list(q, disc, COUNT(disc));
	recording_question_list(q, toc, COUNT(toc));
	ask_tracks(q);
	ask_performance(q);
	ask_structures(q, 0);
	ask_structures(q, 1);
	recording_ask_logs(q);
	ask_blocks(q);
	recording_question_list(q, ready, COUNT(ready));
}
