// SPDX-License-Identifier: GPL-2.0
/* Images: opening by name, and sectors out of their files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "image_priv.h"
#include "sector.h"

#define XA2_DATA	2324u		/* user data of form 2 */
#define SHEET_MAX	(4u << 20)	/* bytes; the longest real ones have some 100 kB */

/* ---- Opening ---------------------------------------------------------- */

static bool has_ending(const char *path, const char *ending)
{
	size_t len = strlen(path), n = strlen(ending);

	return len > n && !strcasecmp(path + len - n, ending);
}

static int plain_size(const char *path, uint64_t size, char *err, size_t errlen)
{
	if (!size) {
		snprintf(err, errlen, "%s is empty: name an image with data", path);
		return -EINVAL;
	}
	if (size % DISC_DATA) {
		snprintf(err, errlen, "%s is %llu bytes, not a multiple of 2048: it is no image of a data disc, or cut off",
			 path, (unsigned long long)size);
		return -EINVAL;
	}
	if (size / DISC_DATA > INT32_MAX) {
		snprintf(err, errlen, "%s is larger than any disc", path);
		return -EFBIG;
	}
	return 0;
}

static int open_plain(const char *path, uint64_t size, struct disc_file_set *set,
		      struct disc_image *image, char *err, size_t errlen)
{
	struct image_extent *e = &image->extents[0];
	int rc;

	image->files = file_set_files(set);
	rc = image_check_bare(image, set, path, size, err, errlen);
	if (!rc)
		rc = plain_size(path, size, err, errlen);
	if (rc)
		return rc;
	image->blocks = (uint32_t)(size / DISC_DATA);
	e->blocks = image->blocks;
	e->size = DISC_DATA;
	e->mode = CD_MODE1;
	image->nr_extents = 1;
	return image_check(image, path, err, errlen);
}

static int read_sheet(struct disc_file_set *set, enum disc_sheet kind, const char *path,
		      uint64_t size, struct disc_image **image, char *err, size_t errlen)
{
	const struct disc_files files = file_set_files(set);
	char *text;
	int len, rc;

	if (size > SHEET_MAX) {
		snprintf(err, errlen, "%s is too large for a sheet: name the sheet, not its data",
			 path);
		return -EFBIG;
	}
	text = malloc(size + 1);
	if (!text) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	len = files.read(set, 0, 0, text, size);
	if (len < 0) {
		snprintf(err, errlen, "%s: %s", path, strerror(-len));
		rc = len;
	} else {
		rc = disc_sheet_parse(kind, text, (size_t)len, &files, path, image, err, errlen);
	}
	free(text);
	return rc;
}

static bool sheet_kind(const char *path, enum disc_sheet *kind)
{
	if (has_ending(path, ".cue"))
		*kind = DISC_SHEET_CUE;
	else if (has_ending(path, ".toc"))
		*kind = DISC_SHEET_TOC;
	else if (has_ending(path, ".ccd"))
		*kind = DISC_SHEET_CCD;
	else
		return false;
	return true;
}

static int open_any(const char *path, struct disc_file_set *set, struct disc_image **out,
		    char *err, size_t errlen)
{
	enum disc_sheet kind;
	uint64_t size = 0;
	int rc = file_set_first(set, path, &size);

	if (rc == -EINVAL) {
		snprintf(err, errlen, "%s is not a file: name an image, or a reader", path);
		return rc;
	}
	if (rc < 0) {
		snprintf(err, errlen, "%s: %s: name an image that can be read", path,
			 strerror(-rc));
		return rc;
	}
	if (sheet_kind(path, &kind))
		return read_sheet(set, kind, path, size, out, err, errlen);
	*out = image_new();
	if (!*out) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	return open_plain(path, size, set, *out, err, errlen);
}

int disc_image_open_with(const char *path, unsigned int flags, struct disc_image **image,
			 char *err, size_t errlen)
{
	struct disc_file_set *set = file_set_new(path);
	int rc;

	*image = NULL;
	if (!set) {
		rc = -(errno ? errno : ENOMEM);
		snprintf(err, errlen, "%s: %s: name an image that can be read", path,
			 strerror(-rc));
		return rc;
	}
	rc = open_any(path, set, image, err, errlen);
	if (!rc && (*image)->refused >= 0 && !(flags & DISC_IMAGE_FORCE)) {
		snprintf(err, errlen, "%s, or use --force-image",
			 (*image)->notes[(*image)->refused]);
		rc = -EINVAL;
	}
	if (rc) {
		disc_image_close(*image);
		*image = NULL;
		file_set_free(set);
		return rc;
	}
	(*image)->own = set;
	return 0;
}

int disc_image_open(const char *path, struct disc_image **image, char *err, size_t errlen)
{
	return disc_image_open_with(path, 0, image, err, errlen);
}

const struct cd_layout *disc_image_layout(const struct disc_image *image)
{
	return &image->layout;
}

uint32_t disc_image_blocks(const struct disc_image *image)
{
	return image->blocks;
}

unsigned int disc_image_notes(const struct disc_image *image)
{
	return image->nr_notes;
}

const char *disc_image_note(const struct disc_image *image, unsigned int i)
{
	return image->notes[i];
}

void disc_image_close(struct disc_image *image)
{
	if (!image)
		return;
	file_set_free(image->own);
	free(image->layout.text);
	free(image);
}

/* ---- Sectors ---------------------------------------------------------- */

static const struct image_extent *extent_at(const struct disc_image *image, int32_t lba)
{
	unsigned int i;

	for (i = 0; i < image->nr_extents; i++) {
		const struct image_extent *e = &image->extents[i];

		if (lba >= e->lba && (int64_t)lba < (int64_t)e->lba + e->blocks)
			return e;
	}
	return NULL;
}

/* Whether sectors as the file has them can be given in this size. */
static bool fits(const struct image_extent *e, uint32_t size)
{
	switch (size) {
	case CD_RAW:
		return true;
	case DISC_SUBHEADER:
		return e->mode == CD_XA1 || e->mode == CD_MODE2;
	case DISC_DATA:
		return e->mode == CD_MODE1 || e->mode == CD_XA1;
	default:
		return false;
	}
}

/* One sector of the file as 2352 bytes. */
static void make_raw(const struct image_extent *e, int32_t lba, const uint8_t *in, uint8_t *raw)
{
	unsigned int i;

	if (e->mode == CD_AUDIO) {
		memcpy(raw, in, CD_RAW);
		for (i = 0; e->swap && i < CD_RAW; i += 2) {
			raw[i] = in[i + 1];
			raw[i + 1] = in[i];
		}
	} else if (e->size >= CD_RAW) {
		memcpy(raw, in, CD_RAW);
	} else if (e->size == DISC_SUBHEADER) {
		/* EDC and ECC are in it; sync and header as of any mode 2 */
		cd_sector_build(raw, CD_MODE2, lba, NULL, in);
	} else {
		cd_sector_build(raw, e->size == XA2_DATA ? CD_XA2 : e->mode, lba, NULL, in);
	}
}

static void take(const struct image_extent *e, int32_t lba, const uint8_t *in, uint32_t size,
		 uint8_t *out)
{
	uint8_t raw[CD_RAW];

	if (e->size == size && !e->swap) {
		memcpy(out, in, size);
		return;
	}
	make_raw(e, lba, in, raw);
	if (size == CD_RAW)
		memcpy(out, raw, CD_RAW);
	else if (size == DISC_SUBHEADER)
		memcpy(out, raw + 16, DISC_SUBHEADER);
	else
		memcpy(out, raw + (e->mode == CD_MODE1 ? 16 : 24), DISC_DATA);
}

/* Silence, or a sector of zeros. */
static void nothing(enum cd_sector mode, int32_t lba, uint32_t size, uint8_t *out)
{
	uint8_t raw[CD_RAW];

	memset(out, 0, size);
	if (mode == CD_AUDIO || size == DISC_DATA)
		return;
	cd_sector_build(raw, mode, lba, NULL, NULL);
	memcpy(out, size == CD_RAW ? raw : raw + 16, size);
}

static int out_of(char *err, size_t errlen, int32_t lba, const char *why, int rc)
{
	if (err)
		snprintf(err, errlen, "can't be read at LBA %d: %s", lba, why);
	return rc;
}

/* Up to 32 sectors of one extent. */
static int read_extent(struct disc_image *image, const struct image_extent *e, int32_t lba,
		       uint32_t blocks, uint32_t size, uint8_t *out, char *err, size_t errlen)
{
	bool direct = e->size == size && !e->swap;
	uint8_t buf[32 * 2448], *to = direct ? out : buf;
	uint32_t i, want = blocks * e->size;
	int len;

	for (i = 0; i < blocks && e->file == IMAGE_NO_FILE; i++)
		nothing(e->mode, lba + (int32_t)i, size, out + (size_t)i * size);
	if (e->file == IMAGE_NO_FILE)
		return 0;
	len = image->files.read(image->files.ctx, e->file,
				e->offset + (uint64_t)(lba - e->lba) * e->size, to, want);
	if (len < 0)
		return out_of(err, errlen, lba, strerror(-len), -EIO);
	if (e->pad && (uint32_t)len < want && want - (uint32_t)len < e->size) {
		memset(to + len, 0, want - (uint32_t)len);
		len = (int)want;
	}
	if ((uint32_t)len < want)
		return out_of(err, errlen, lba + len / e->size, "it was cut off meanwhile", -EIO);
	for (i = 0; i < blocks && !direct; i++)
		take(e, lba + (int32_t)i, buf + (size_t)i * e->size, size, out + (size_t)i * size);
	return 0;
}

int disc_image_read(struct disc_image *image, int32_t lba, uint32_t blocks, uint32_t size,
		    void *data, char *err, size_t errlen)
{
	uint8_t *out = data;

	while (blocks) {
		const struct image_extent *e = extent_at(image, lba);
		uint32_t n = blocks < 32 ? blocks : 32;
		int64_t left;
		int rc;

		if (!e || !fits(e, size))
			return out_of(err, errlen, lba, e ? "no such data there" : "behind its end",
				      -ERANGE);
		left = (int64_t)e->lba + e->blocks - lba;
		if (n > left)
			n = (uint32_t)left;
		rc = read_extent(image, e, lba, n, size, out, err, errlen);
		if (rc)
			return rc;
		lba += (int32_t)n;
		blocks -= n;
		out += (size_t)n * size;
	}
	return 0;
}
