// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: what the store of images believes: a description, a list of sums, and
 * the volume that is looked at for kind and label.  The first byte says which.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "images_priv.h"

/* What was taken is within its limits and comes back the same. */
static void description(const char *text, size_t len)
{
	struct images_info info = { .kind = IMAGES_ROM }, again = { .kind = IMAGES_ROM };
	char err[256] = "", *json;

	if (images_parse(text, len, &info, err, sizeof(err))) {
		require(*err, "a reason");
		return;
	}
	require(info.kind <= IMAGES_MIXED && info.medium <= IMAGES_BD, "kind and medium");
	require(info.tracks <= CD_TRACKS && info.audio <= info.blocks, "tracks and blocks");
	require(strlen(info.label) < IMAGES_TEXT_SIZE, "a label");
	json = images_write(&info);
	require(json != NULL, "a text");
	/* A year beyond 9999 is not read again */
	if (!images_parse(json, strlen(json), &again, err, sizeof(err)))
		require(again.bytes == info.bytes && again.registered == info.registered &&
			!strcmp(again.label, info.label) && !strcmp(again.source, info.source),
			"the same again");
	free(json);
}

static void sums(const char *text, size_t len)
{
	struct images_sums sums;
	int i;

	if (images_sums_parse("HDD1", text, len, &sums))
		return;
	require(sums.listed[IMAGES_ISO] != sums.listed[IMAGES_BIN], "an image");
	for (i = 0; i < IMAGES_FILES; i++)
		require(!sums.listed[i] || strlen(sums.sha256[i]) == 64, "a sum");
}

/* ---- A volume: the input, again and again, from block 16 on ------------------ */

struct volume {
	const uint8_t *data;
	size_t size;
};

static int open_file(void *ctx, const char *name, uint64_t *size)
{
	(void)ctx;
	(void)name;
	*size = 1000 * 2048;
	return 0;
}

static int read_file(void *ctx, int file, uint64_t offset, void *to, size_t len)
{
	const struct volume *v = ctx;
	size_t done = 0;

	(void)file;
	while (done < len) {
		size_t at = (offset + done) % v->size;
		size_t n = len - done < v->size - at ? len - done : v->size - at;

		memcpy((uint8_t *)to + done, v->data + at, n);
		done += n;
	}
	return (int)len;
}

static void volume(const uint8_t *data, size_t size)
{
	static const char sheet[] =
		"FILE \"x.iso\" BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n";
	struct volume v = { data, size };
	const struct disc_files files = { open_file, read_file, &v, NULL };
	struct images_info info = { .kind = IMAGES_ROM };
	struct disc_image *image;
	char err[256];

	if (disc_sheet_parse(DISC_SHEET_CUE, sheet, strlen(sheet), &files, "x.cue", &image, err,
			     sizeof(err)))
		return;		/* it contradicts the sheet */
	images_look(image, &info);
	require(info.kind == IMAGES_ROM || info.kind == IMAGES_VIDEO, "data");
	disc_image_close(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 2)
		return 0;
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (*data % 3 == 0)
		description(text, size - 1);
	else if (*data % 3 == 1)
		sums(text, size - 1);
	else
		volume(data + 1, size - 1);
	free(text);
	return 0;
}
