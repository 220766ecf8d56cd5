// SPDX-License-Identifier: GPL-2.0
/* What is on an image: volume label and kind.  Hostile data: ECMA-119 by its sizes only. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "contents.h"
#include "images_priv.h"

#define BLOCK		2048u
#define VOLUME		16u	/* descriptors begin there, ECMA-119 6.7.1 */
#define ROOT_MAX	64u	/* blocks of the root that are looked at */

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- ISO 9660 --------------------------------------------------------------------- */

/* A directory that makes the disc a video. */
static bool is_video(const uint8_t *record, unsigned int len)
{
	static const char *const names[] = { "VIDEO_TS", "BDMV" };
	unsigned int n = record[32], i;

	if (33 + n > len || !(record[25] & 2))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == n && !strncasecmp((const char *)record + 33, names[i], n))
			return true;
	return false;
}

static bool video_in(const uint8_t *block)
{
	unsigned int at = 0;

	while (at + 34 <= BLOCK && block[at] >= 34 && at + block[at] <= BLOCK) {
		if (is_video(block + at, block[at]))
			return true;
		at += block[at];
	}
	return false;
}

static bool video_root(struct disc_image *image, int32_t session, const uint8_t *record)
{
	uint32_t first = le32(record + 2), blocks = le32(record + 10) / BLOCK, i;
	uint8_t block[BLOCK];

	if (blocks > ROOT_MAX)
		blocks = ROOT_MAX;
	for (i = 0; i < blocks; i++) {
		/* In a session that stands alone in its track addresses count from 0 or
		 * from the disc's beginning; they are the disc's as drives have them. */
		int64_t lba = (int64_t)first + i;

		if (lba < session || lba > INT32_MAX ||
		    disc_image_read(image, (int32_t)lba, 1, BLOCK, block, NULL, 0))
			return false;
		if (video_in(block))
			return true;
	}
	return false;
}

/* The volume that begins at a track's start. */
static void look_at_volume(struct disc_image *image, int32_t start, struct images_info *info)
{
	uint8_t block[BLOCK];
	char label[33];

	if (disc_image_read(image, start + (int32_t)VOLUME, 1, BLOCK, block, NULL, 0) ||
	    block[0] != 1 || memcmp(block + 1, "CD001", 5))
		return;
	memcpy(label, block + 40, 32);
	label[32] = '\0';
	images_clean_text(label, info->label);
	if (video_root(image, start, block + 156))
		info->kind = IMAGES_VIDEO;
}

/* ---- CDs -------------------------------------------------------------------------------- */

static void look_at_tracks(const struct cd_layout *l, struct images_info *info)
{
	unsigned int i, audio = 0;
	char title[IMAGES_TEXT_SIZE];

	info->tracks = l->tracks;
	info->sessions = l->sessions;
	for (i = 0; i < l->tracks; i++) {
		const struct cd_track *t = &l->track[i];
		int32_t begin = t->pregap < 0 ? 0 : t->pregap;

		if (t->type != CD_AUDIO)
			continue;
		audio++;
		if (t->end > begin)
			info->audio += (uint32_t)(t->end - begin);
	}
	info->kind = !audio ? IMAGES_ROM : audio == l->tracks ? IMAGES_AUDIO : IMAGES_MIXED;
	if (l->text_packs && cd_text_get(l->text, l->text_packs, CD_TEXT_TITLE, 0, title,
					 sizeof(title)) > 0)
		images_clean_text(title, info->label);
}

static const struct cd_track *data_track(const struct cd_layout *l)
{
	unsigned int i;

	for (i = 0; i < l->tracks; i++)
		if (l->track[i].type != CD_AUDIO)
			return &l->track[i];
	return NULL;
}

void images_look(struct disc_image *image, struct images_info *info)
{
	const struct cd_layout *l = disc_image_layout(image);
	const struct cd_track *t = data_track(l);
	struct images_info volume = { .kind = IMAGES_ROM };

	info->blocks = disc_image_blocks(image);
	info->kind = IMAGES_ROM;
	if (l->tracks)
		look_at_tracks(l, info);
	else if (info->medium == IMAGES_CD)
		info->tracks = info->sessions = 1;
	if (l->tracks && !t)
		return;
	look_at_volume(image, t ? t->start : 0, &volume);
	if (!*info->label)
		memcpy(info->label, volume.label, sizeof(info->label));
	if (volume.kind == IMAGES_VIDEO && info->kind == IMAGES_ROM)
		info->kind = IMAGES_VIDEO;
}
