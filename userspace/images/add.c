// SPDX-License-Identifier: GPL-2.0
/* Files into the store. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "images_priv.h"

#define BLOCKS	256u		/* of one read */

struct adding {
	struct disc_image *image;
	struct images_register *reg;
	const struct images_progress *progress;
	uint32_t size;		/* bytes of a block */
	uint64_t total;
	uint8_t *buf;
};

static uint64_t bytes_of(struct disc_image *image, bool raw)
{
	return raw ? cd_file_blocks(disc_image_layout(image)) * CD_RAW :
		     (uint64_t)disc_image_blocks(image) * DISC_DATA;
}

static int add_blocks(struct adding *a, int32_t lba, int32_t end, char *err, size_t errlen)
{
	while (lba < end) {
		uint32_t n = end - lba < (int32_t)BLOCKS ? (uint32_t)(end - lba) : BLOCKS;
		int rc = disc_image_read(a->image, lba, n, a->size, a->buf, err, errlen);

		if (!rc)
			rc = images_append(a->reg, a->buf, (size_t)n * a->size, err, errlen);
		if (rc)
			return rc;
		if (a->progress && a->progress->step &&
		    !a->progress->step(a->progress->arg, images_bytes(a->reg), a->total))
			return images_fail(err, errlen, -ECANCELED, "cancelled");
		lba += (int32_t)n;
	}
	return 0;
}

static int add_all(struct adding *a, bool raw, char *err, size_t errlen)
{
	const struct cd_layout *l = disc_image_layout(a->image);
	struct cd_session s;
	unsigned int n;
	int rc = 0;

	if (!raw)
		return add_blocks(a, 0, (int32_t)disc_image_blocks(a->image), err, errlen);
	for (n = 0; !rc && cd_session(l, n, &s); n++)
		rc = add_blocks(a, cd_file_begin(l, &s), s.end, err, errlen);
	return rc;
}

static int add_image(struct images *store, const char *name, struct adding *a, bool replace,
		     const struct images_details *details, struct images_info *info, char *err,
		     size_t errlen)
{
	struct images_plan plan = {
		.raw = a->size == CD_RAW, .replace = replace, .bytes = a->total,
	};
	int rc = images_begin(store, name, &plan, &a->reg, err, errlen);

	if (rc)
		return rc;
	rc = add_all(a, plan.raw, err, errlen);
	if (!rc)
		return images_commit(a->reg, details, info, err, errlen);
	images_abort(a->reg);
	return rc;
}

static void tell_notes(const struct adding *a)
{
	unsigned int i;

	for (i = 0; a->progress && a->progress->note && i < disc_image_notes(a->image); i++)
		a->progress->note(a->progress->arg, disc_image_note(a->image, i));
}

int images_add_file(struct images *store, const char *name, const char *path, unsigned int flags,
		    const struct images_progress *progress, struct images_info *info, char *err,
		    size_t errlen)
{
	struct adding a = { .progress = progress };
	struct images_details details = { .source = path };
	const struct cd_layout *l;
	int rc;

	if (!images_name_valid(name, err, errlen))
		return -EINVAL;
	rc = disc_image_open_with(path, flags & IMAGES_FORCE ? DISC_IMAGE_FORCE : 0, &a.image, err,
				  errlen);
	if (rc)
		return rc;
	tell_notes(&a);
	l = disc_image_layout(a.image);
	if (l->tracks && !cd_layout_plain(l))
		details.layout = l;
	details.medium = l->tracks ? IMAGES_CD : images_medium_for(disc_image_blocks(a.image));
	a.size = details.layout ? CD_RAW : DISC_DATA;
	a.total = bytes_of(a.image, details.layout);
	a.buf = malloc((size_t)BLOCKS * CD_RAW);
	rc = a.buf ? add_image(store, name, &a, flags & IMAGES_REPLACE, &details, info, err, errlen) :
		     images_fail(err, errlen, -ENOMEM, "out of memory");
	free(a.buf);
	disc_image_close(a.image);
	return rc;
}
