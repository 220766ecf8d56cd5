// SPDX-License-Identifier: GPL-2.0
/* Pressed CDs made of .cue, .toc and .ccd sheets: their sectors are copied. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/stat.h>

#include "contents.h"
#include "image.h"
#include "media_disc.h"

#define BATCH	64u

bool sim_media_is_sheet(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (!strcasecmp(dot, ".cue") || !strcasecmp(dot, ".toc") ||
		       !strcasecmp(dot, ".ccd"));
}

static bool add_indices(struct sim_disc *disc, const struct cd_track *from, uint16_t number)
{
	for (unsigned int i = 0; i < from->indices; i++) {
		if (disc->index_count == SIM_INDEX_MAX)
			return false;
		disc->index[disc->index_count++] = (struct sim_index){
			.track = number, .number = (uint8_t)(i + 2), .lba = (uint32_t)from->index[i],
		};
	}
	return true;
}

static int fill_text(struct sim_disc *disc, const struct cd_layout *layout)
{
	size_t len = layout->text_packs * CD_TEXT_PACK;

	memcpy(disc->mcn, layout->mcn, sizeof(disc->mcn));
	if (!len)
		return 0;
	disc->text = malloc(len);
	if (!disc->text)
		return -ENOMEM;
	memcpy(disc->text, layout->text, len);
	disc->text_packs = (uint32_t)layout->text_packs;
	return 0;
}

/* The disc that a layout describes */
static int fill(struct sim_disc *disc, const struct cd_layout *layout)
{
	for (unsigned int i = 0; i < layout->tracks; i++) {
		const struct cd_track *from = &layout->track[i];
		struct sim_track *to = &disc->tracks[i];

		to->session = from->session;
		to->state = SIM_TRACK_CLOSED;
		to->method = SIM_METHOD_PRESSED;
		to->start = (uint32_t)from->start;
		to->size = (uint32_t)(from->end - from->start);
		to->nwa = to->start + to->size;
		to->pregap = (uint32_t)(from->start - from->pregap);
		to->type = from->type;
		to->control = from->control;
		to->copy = from->copy;
		memcpy(to->isrc, from->isrc, sizeof(to->isrc));
		disc->track_count++;
		if (!add_indices(disc, from, (uint16_t)(i + 1)))
			return -EINVAL;
	}
	disc->sessions_closed = (uint16_t)layout->sessions;
	disc->type = layout->disc_type;
	disc->state = SIM_DISC_COMPLETE;
	disc->capacity = (uint32_t)cd_layout_end(layout);
	return fill_text(disc, layout);
}

static bool silent(const uint8_t *raw, size_t len)
{
	return raw[0] == 0 && memcmp(raw, raw + 1, len - 1) == 0;
}

/* One track's sectors; what is all zeros takes no room */
static int copy_track(struct disc_image *image, const struct cd_track *track, int fd, uint8_t *raw,
		      char *err, size_t errlen)
{
	int32_t lba = track->pregap < 0 ? 0 : track->pregap;
	int ret = 0;

	while (lba < track->end && !ret) {
		uint32_t left = (uint32_t)(track->end - lba), n = left < BATCH ? left : BATCH;
		size_t len = (size_t)n * CD_RAW;

		ret = disc_image_read(image, lba, n, CD_RAW, raw, err, errlen);
		if (!ret && !silent(raw, len) &&
		    pwrite(fd, raw, len, (off_t)lba * CD_RAW) != (ssize_t)len) {
			ret = -errno;
			snprintf(err, errlen, "can't copy the image: %s", strerror(errno));
		}
		lba += (int32_t)n;
	}
	return ret;
}

static int copy(struct disc_image *image, struct sim_disc *disc, char *err, size_t errlen)
{
	const struct cd_layout *layout = disc_image_layout(image);
	uint8_t *raw = malloc((size_t)BATCH * CD_RAW);
	int fd = sim_media_new_data(disc->media, disc->name, true);
	int ret = !raw ? -ENOMEM : fd < 0 ? fd : 0;

	for (unsigned int i = 0; i < layout->tracks && !ret; i++)
		ret = copy_track(image, &layout->track[i], fd, raw, err, errlen);
	if (!ret && ftruncate(fd, (off_t)disc->capacity * CD_RAW) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	free(raw);
	return ret;
}

static int make_disc(struct disc_image *image, struct sim_disc *disc, const char *path, char *err,
		     size_t errlen)
{
	struct stat st;
	int ret = fill(disc, disc_image_layout(image));

	if (!ret)
		ret = copy(image, disc, err, errlen);
	if (!ret)
		ret = sim_sidecar_update(disc);
	if (!ret && stat(path, &st) == 0) {
		json_object_set_new(disc->sidecar, "image", json_string(path));
		json_object_set_new(disc->sidecar, "image_time", json_integer(st.st_mtime));
	}
	if (!ret)
		ret = sim_media_write_sidecar(disc->media, disc->name, disc->sidecar,
					      SIM_SAVE_FRESH);
	if (ret)
		sim_media_drop_data(disc->media, disc->name, true);
	return ret;
}

bool sim_media_same_sheet(struct sim_media *media, const char *name, const char *path)
{
	json_t *json = NULL;
	struct stat st;
	char why[128];
	bool same;

	if (stat(path, &st) < 0 ||
	    sim_media_read_sidecar(media, name, &json, why, sizeof(why)) < 0)
		return false;
	same = json_is_string(json_object_get(json, "image")) &&
	       strcmp(json_string_value(json_object_get(json, "image")), path) == 0 &&
	       json_integer_value(json_object_get(json, "image_time")) == st.st_mtime;
	json_decref(json);
	return same;
}

int sim_media_import_sheet(struct sim_media *media, const char *path, const char *name, char *err,
			   size_t errlen)
{
	struct sim_disc *disc = calloc(1, sizeof(*disc));
	struct disc_image *image = NULL;
	int ret = disc ? disc_image_open_with(path, DISC_IMAGE_FORCE, &image, err, errlen) : -ENOMEM;

	if (ret) {
		free(disc);
		return ret;
	}
	disc->media = media;
	disc->medium = sim_medium_find("cd-rom");
	disc->sector = CD_RAW;
	disc->sidecar = json_object();
	snprintf(disc->name, sizeof(disc->name), "%s", name);
	if (!disc_image_layout(image)->tracks) {
		snprintf(err, errlen, "%s has no tracks", path);
		ret = -EINVAL;
	} else if ((uint32_t)cd_layout_end(disc_image_layout(image)) > disc->medium->capacity_max) {
		snprintf(err, errlen, "%s is longer than a CD", path);
		ret = -EINVAL;
	} else {
		ret = make_disc(image, disc, path, err, errlen);
	}
	disc_image_close(image);
	json_decref(disc->sidecar);
	free(disc->text);
	free(disc);
	return ret;
}
