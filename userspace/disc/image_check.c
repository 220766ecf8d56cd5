// SPDX-License-Identifier: GPL-2.0
/*
 * What an image says of itself against what is there: the mode of a track against the sync
 * patterns and headers of its sectors (ECMA-130 14), the size of a volume (ECMA-119 8.4.8;
 * ECMA-167 3/10.5, found by the anchor of UDF 2.2.3) against the number of blocks.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "image_priv.h"
#include "volume.h"

#define ANCHOR		256		/* block of UDF's first anchor */
#define SEQUENCE_MAX	64u		/* blocks of UDF descriptors that are looked at */
#define TAG_ANCHOR	2u
#define TAG_PARTITION	5u
#define TAG_END		8u
#define RAW_SUB		2448u		/* a sector with its subchannels */

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- Volumes ------------------------------------------------------------ */

static bool volume_block(struct disc_image *image, int64_t lba, uint8_t *block)
{
	return lba >= 0 && lba < image->blocks &&
	       !disc_image_read(image, (int32_t)lba, 1, DISC_DATA, block, NULL, 0);
}

/* A descriptor of UDF with its checksum and its place: the tag, else 0. */
static unsigned int udf_tag(const uint8_t *d, uint32_t lba)
{
	uint8_t sum = 0;
	unsigned int i;

	for (i = 0; i < 16; i++)
		sum = (uint8_t)(sum + (i == 4 ? 0 : d[i]));
	return sum == d[4] && le32(d + 12) == lba ? d[0] | (unsigned int)d[1] << 8 : 0;
}

/* Blocks that a volume of UDF needs, 0: there is none. */
static uint64_t udf_blocks(struct disc_image *image, int32_t start)
{
	uint8_t d[DISC_DATA];
	uint64_t need = 0;
	uint32_t at, count, i;

	if (!volume_block(image, (int64_t)start + ANCHOR, d) || udf_tag(d, ANCHOR) != TAG_ANCHOR)
		return 0;
	count = le32(d + 16) / DISC_DATA;
	at = le32(d + 20);
	for (i = 0; i < count && i < SEQUENCE_MAX; i++) {
		unsigned int tag;

		if (!volume_block(image, (int64_t)start + at + i, d))
			return need;
		tag = udf_tag(d, at + i);
		if (tag == TAG_PARTITION && (uint64_t)le32(d + 188) + le32(d + 192) > need)
			need = (uint64_t)le32(d + 188) + le32(d + 192);
		if (!tag || tag == TAG_END)
			break;
	}
	return need;
}

static uint64_t iso_blocks(struct disc_image *image, int32_t start)
{
	uint8_t d[DISC_DATA];

	return volume_block(image, (int64_t)start + VOLUME_DESCRIPTOR, d) ? volume_blocks(d) : 0;
}

/* The first data track's volume; a later session's may count from anywhere. */
static void check_volume(struct disc_image *image, const char *path, int32_t start)
{
	uint64_t need = iso_blocks(image, start), udf = udf_blocks(image, start);
	uint64_t there = image->blocks - (uint32_t)start;

	if (udf > need)
		need = udf;
	if (need > there)
		image_refuse(image, "%.200s ends before its volume does: %llu of %llu blocks are there, %llu are missing; get the whole image",
			     path, (unsigned long long)there, (unsigned long long)need,
			     (unsigned long long)(need - there));
}

/* ---- Sectors ------------------------------------------------------------ */

static bool has_sync(const uint8_t *p)
{
	static const uint8_t sync[12] = { 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0 };

	return !memcmp(p, sync, sizeof(sync));
}

/* Bytes of the sectors that begin there, 2352 or 2448; 0: they have no sync patterns. */
static unsigned int raw_size(const uint8_t *data, int len)
{
	if (len < (int)CD_RAW || !has_sync(data))
		return 0;
	if (len >= (int)(RAW_SUB + 12) && !has_sync(data + CD_RAW) && has_sync(data + RAW_SUB))
		return RAW_SUB;
	return len < (int)CD_RAW + 12 || has_sync(data + CD_RAW) ? CD_RAW : 0;
}

static int read_at(const struct disc_image *image, int file, uint64_t offset, void *data,
		   size_t len)
{
	return image->files.read(image->files.ctx, file, offset, data, len);
}

/* Blocks of such a size have a volume descriptor where one belongs. */
static bool volume_in(const struct disc_image *image, const struct image_extent *e,
		      unsigned int size, unsigned int skip)
{
	uint8_t d[6];

	return read_at(image, e->file, e->offset + (uint64_t)VOLUME_DESCRIPTOR * size + skip, d, 6) == 6 &&
	       d[0] == 1 && !memcmp(d + 1, "CD001", 5);
}

/* What the sectors of a file are in the words of a .cue, or NULL. */
static const char *mode_there(const struct disc_image *image, const struct image_extent *e)
{
	static const char *const modes[2][2] = {
		{ "MODE1/2352", "MODE2/2352" }, { "MODE1/2448", "MODE2/2448" },
	};
	uint8_t data[RAW_SUB + 12];
	int len = read_at(image, e->file, e->offset, data, sizeof(data));
	unsigned int size = raw_size(data, len);
	enum cd_sector type;

	if (size) {
		type = cd_sector_type(data);
		return type == CD_MODE0 || type == CD_AUDIO ? NULL :
		       modes[size == RAW_SUB][type != CD_MODE1];
	}
	if (volume_in(image, e, DISC_DATA, 0))
		return "MODE1/2048";
	return volume_in(image, e, DISC_SUBHEADER, 8) ? "MODE2/2336" : NULL;
}

static const char *mode_said(const struct image_extent *e)
{
	bool two = e->mode != CD_MODE1;

	if (e->mode == CD_AUDIO)
		return e->size == RAW_SUB ? "CDG" : "AUDIO";
	switch (e->size) {
	case RAW_SUB:
		return two ? "MODE2/2448" : "MODE1/2448";
	case CD_RAW:
		return two ? "MODE2/2352" : "MODE1/2352";
	case DISC_SUBHEADER:
		return "MODE2/2336";
	default:
		return two ? "MODE2/2048" : "MODE1/2048";
	}
}

static bool contradicts(const struct image_extent *e, const char *said, const char *there)
{
	/* Form 1 alone has the volume where mode 1 has it */
	if (e->size < DISC_SUBHEADER && !strcmp(there, "MODE1/2048"))
		return false;
	/* Sound may lie before the data of another track, and have no such patterns */
	if (e->mode == CD_AUDIO && !strstr(there, "/2352"))
		return false;
	return strcmp(said, there) != 0;
}

static const struct image_extent *extent_of(const struct disc_image *image, int32_t lba)
{
	unsigned int i;

	for (i = 0; i < image->nr_extents; i++) {
		const struct image_extent *e = &image->extents[i];

		if (e->file != IMAGE_NO_FILE && lba >= e->lba &&
		    (int64_t)lba < (int64_t)e->lba + e->blocks)
			return e;
	}
	return NULL;
}

static int check_track(struct disc_image *image, const struct cd_track *t, const char *path,
		       char *err, size_t errlen)
{
	const struct image_extent *e = extent_of(image, t->start);
	struct image_extent at;
	const char *said, *there;
	uint8_t raw[CD_RAW];

	if (!e || (e->mode == CD_AUDIO && e->sound))
		return 0;
	at = *e;
	at.offset += (uint64_t)(t->start - e->lba) * e->size;
	said = mode_said(e);
	there = mode_there(image, &at);
	if (there && contradicts(e, said, there)) {
		snprintf(err, errlen, "%.200s: track %u is %s there, but its file has sectors of %s: say that in the sheet",
			 path, t->number, said, there);
		return -EINVAL;
	}
	if (!there && e->mode != CD_AUDIO && e->size >= CD_RAW &&
	    read_at(image, e->file, at.offset, raw, sizeof(raw)) == (int)sizeof(raw) &&
	    !has_sync(raw))
		image_refuse(image, "%.200s: track %u is %s there, but its sectors have no sync patterns: correct the sheet or its file",
			     path, t->number, said);
	return 0;
}

int image_check(struct disc_image *image, const char *path, char *err, size_t errlen)
{
	const struct cd_layout *l = &image->layout;
	bool volume = false;
	unsigned int i;
	int rc = 0;

	for (i = 0; i < l->tracks && !rc; i++)
		rc = check_track(image, &l->track[i], path, err, errlen);
	for (i = 0; i < l->tracks && !rc && !volume; i++) {
		volume = l->track[i].type != CD_AUDIO;
		if (volume && l->track[i].session == 1)
			check_volume(image, path, l->track[i].start);
	}
	if (!l->tracks)
		check_volume(image, path, 0);
	return rc;
}

/* ---- Without a sheet ----------------------------------------------------- */

/* The sheet that lies beside a file and has its name, or "". */
static void sheet_beside(const struct disc_file_set *set, const char *path, char *name,
			 size_t size)
{
	static const char *const endings[] = { ".cue", ".toc", ".ccd", ".CUE", ".TOC", ".CCD" };
	const char *slash = strrchr(path, '/'), *own = slash ? slash + 1 : path;
	const char *dot = strrchr(own, '.');
	int len = (int)(dot ? dot - own : (ptrdiff_t)strlen(own));
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		snprintf(name, size, "%.*s%s", len, own, endings[i]);
		if (file_set_has(set, name))
			return;
	}
	*name = '\0';
}

int image_check_bare(struct disc_image *image, const struct disc_file_set *set, const char *path,
		     uint64_t size, char *err, size_t errlen)
{
	uint8_t data[RAW_SUB + 12] = { 0 }, end[12] = { 0 };
	char sheet[IMAGE_NAME_MAX];
	unsigned int raw;

	raw = raw_size(data, read_at(image, 0, 0, data, sizeof(data)));
	if (raw) {
		sheet_beside(set, path, sheet, sizeof(sheet));
		snprintf(err, errlen, "%.200s holds raw sectors of %u bytes, not blocks of a data disc: name %s%.200s",
			 path, raw, *sheet ? "its sheet, " : "the .cue, .toc or .ccd that belongs to it",
			 sheet);
		return -EINVAL;
	}
	if (size >= 12 && read_at(image, 0, size - 12, end, 12) == 12 &&
	    (!memcmp(end, "NER5", 4) || !memcmp(end + 4, "NERO", 4))) {
		snprintf(err, errlen, "%.200s is an image of Nero: convert it to .iso or .cue", path);
		return -EINVAL;
	}
	if (*image_sound_kind(data)) {
		snprintf(err, errlen, "%.200s is a file of %s: name a .cue that has it as a track",
			 path, image_sound_kind(data));
		return -EINVAL;
	}
	return 0;
}
