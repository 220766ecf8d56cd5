// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: sheets of images from anybody, of the kind FUZZ_SHEET.  Files that
 * they name are there, of a size that depends on their names.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "image.h"

static int files;
static uint64_t sizes[128];

static int open_file(void *ctx, const char *name, uint64_t *size)
{
	(void)ctx;
	*size = (uint64_t)(unsigned char)*name * 100 * CD_RAW + strlen(name) % 3;
	if (*name == '-')
		return -2;
	require(files < 128, "a file or two");
	sizes[files] = *size;
	return files++;
}

/* Every third file is found under another name. */
static const char *found(void *ctx, int file)
{
	(void)ctx;
	return file % 3 == 2 ? "another" : NULL;
}

/* Subchannels with a Q that is whole, whatever it tells */
static void make_sub(uint64_t offset, uint8_t *sub)
{
	uint8_t *q = sub + CD_Q;
	uint16_t crc;
	unsigned int i;

	memset(sub, 0, CD_SUBCODE);
	for (i = 0; i < 10; i++)
		q[i] = (uint8_t)((offset / CD_SUBCODE + i) * 2654435761u >> (i + 7));
	q[0] = (uint8_t)(offset / CD_SUBCODE % 4);
	if (offset / CD_SUBCODE % 3)	/* as often digits only, as these have to be */
		for (i = 1; i < 10; i++)
			q[i] &= 0x77;
	crc = cd_crc(q, 10);
	q[10] = (uint8_t)(crc >> 8);
	q[11] = (uint8_t)crc;
}

static int read_file(void *ctx, int file, uint64_t offset, void *data, size_t len)
{
	static const uint8_t head[44] =
		"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x44\xac\0\0\x10\xb1\2\0\4\0\x10\0data\xff\xff\xff\xff";

	(void)ctx;
	require(file >= 0 && file < files, "a file that was opened");
	if (offset >= sizes[file])	/* as of a file that ends there */
		return 0;
	if (len > sizes[file] - offset)
		len = (size_t)(sizes[file] - offset);
	memset(data, (int)offset, len);
	if (len == CD_SUBCODE)
		make_sub(offset, data);
	if (offset < sizeof(head))
		memcpy(data, head + offset,
		       len < sizeof(head) - offset ? len : sizeof(head) - offset);
	return (int)len;
}

/* What was taken can be read from one end to the other, and be written again. */
static void use(struct disc_image *image)
{
	const struct cd_layout *l = disc_image_layout(image);
	uint8_t raw[CD_RAW];
	unsigned int i;
	char err[64];
	char *text;

	require(l->tracks >= 1 && l->tracks <= CD_TRACKS, "tracks");
	require(!cd_layout_check(l, err, sizeof(err)), "a layout that can be");
	/* The first and the last one stand for all, where there are many */
	for (i = 0; i < l->tracks; i += l->tracks > 8 ? l->tracks - 1 : 1) {
		const struct cd_track *t = &l->track[i];

		disc_image_read(image, t->pregap, 1, CD_RAW, raw, err, sizeof(err));
		require(!disc_image_read(image, t->start, 1, CD_RAW, raw, err, sizeof(err)),
			"the first block of a track");
		require(!disc_image_read(image, t->end - 1, 1, CD_RAW, raw, err, sizeof(err)),
			"the last block of a track");
		require(cd_track_at(l, t->end - 1) == t, "the last block is the track's");
	}
	/* Printing takes longest: an eighth of it is enough */
	if (l->track[l->tracks - 1].end % 8)
		return;
	text = disc_sheet_write(DISC_SHEET_CUE, l, "x.bin", NULL);
	require(text != NULL, "a sheet");
	free(text);
	free(disc_sheet_write(DISC_SHEET_TOC, l, "x.bin", NULL));
	text = disc_sheet_write(DISC_SHEET_CCD, l, "x.img", NULL);
	require(text != NULL, "a .ccd");
	free(text);
	disc_sub_write(l, l->track[0].start, raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct disc_files access = { open_file, read_file, NULL, found };
	struct disc_image *image;
	char err[256] = "";
	unsigned int i;
	int rc;

	files = 0;
	rc = disc_sheet_parse(FUZZ_SHEET, (const char *)data, size, &access, "fuzz.ccd", &image,
			      err, sizeof(err));
	require(rc <= 0, "an errno");
	require((rc == 0) == (image != NULL), "an image when all is well");
	require(!rc || (*err && !strchr(err, '\n')), "one line when not");
	for (i = 0; image && i < disc_image_notes(image); i++)
		require(*disc_image_note(image, i) && !strchr(disc_image_note(image, i), '\n'),
			"a line for each note");
	if (image)
		use(image);
	disc_image_close(image);
	return 0;
}
