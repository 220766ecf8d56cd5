// SPDX-License-Identifier: GPL-2.0
/* Opening, saving and closing a disc. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "media_disc.h"

static int open_data(struct sim_disc *disc, char *err, size_t errlen)
{
	bool write = disc->medium->recordable &&
		     (disc->state != SIM_DISC_COMPLETE || disc->medium->erasable);
	struct stat st;
	int ret = sim_media_open_data(disc->media, disc->name, disc->sector == CD_RAW, write);

	if (ret < 0) {
		snprintf(err, errlen, "disc %s: can't open its data file: %s", disc->name,
			 strerror(-ret));
		return ret;
	}
	disc->fd = ret;
	/* Two programs must not record one disc; any number may read it */
	if (flock(disc->fd, (write ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		snprintf(err, errlen, "disc %s is in use by another program", disc->name);
		return -EBUSY;
	}
	if (fstat(disc->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		snprintf(err, errlen, "disc %s: its data is not an ordinary file", disc->name);
		return -EINVAL;
	}
	disc->data_blocks = (uint64_t)st.st_size / disc->sector;
	if (disc->sector == CD_RAW)
		disc->sub_fd = sim_media_open_sub(disc->media, disc->name, false);
	if (disc->state == SIM_DISC_BLANK && st.st_size) {
		snprintf(err, errlen, "disc %s: its sidecar says blank, but there is data",
			 disc->name);
		return -EINVAL;
	}
	return 0;
}

static int load(struct sim_disc *disc, char *err, size_t errlen)
{
	int ret = sim_media_read_sidecar(disc->media, disc->name, &disc->sidecar, err, errlen);

	if (!ret)
		ret = sim_sidecar_parse(disc, err, errlen);
	if (!ret)
		ret = open_data(disc, err, errlen);
	if (!ret)
		sim_sidecar_recover(disc);
	return ret;
}

int sim_disc_open(struct sim_media *media, const char *name, struct sim_disc **out, char *err,
		  size_t errlen)
{
	struct sim_disc *disc;
	int ret;

	if (!sim_media_name_ok(name)) {
		snprintf(err, errlen, "\"%.80s\" is not the name of a disc", name);
		return -EINVAL;
	}
	disc = calloc(1, sizeof(*disc));
	if (!disc)
		return -ENOMEM;
	disc->media = media;
	disc->fd = -1;
	disc->sub_fd = -1;
	snprintf(disc->name, sizeof(disc->name), "%s", name);
	ret = sim_media_claim(media, name);
	if (ret) {
		snprintf(err, errlen, "disc %s is in another drive", name);
		free(disc);
		return ret;
	}
	ret = load(disc, err, errlen);
	if (ret) {
		sim_media_release(media, name);
		json_decref(disc->sidecar);
		if (disc->fd >= 0)
			close(disc->fd);
		if (disc->sub_fd >= 0)
			close(disc->sub_fd);
		free(disc->text);
		free(disc);
		return ret;
	}
	*out = disc;
	return 0;
}

int sim_disc_save(struct sim_disc *disc, bool durable)
{
	int ret;

	if (!disc->medium->recordable || disc->before)
		return 0;
	ret = sim_sidecar_update(disc);
	if (!ret)
		ret = sim_media_write_sidecar(disc->media, disc->name, disc->sidecar,
					      durable ? SIM_SAVE_DURABLE : SIM_SAVE_PLAIN);
	if (!ret)
		disc->unsaved = 0;
	return ret;
}

void sim_disc_close(struct sim_disc *disc)
{
	if (!disc)
		return;
	sim_disc_test_end(disc);
	if (disc->unsaved)
		sim_disc_save(disc, true);
	close(disc->fd);
	if (disc->sub_fd >= 0)
		close(disc->sub_fd);
	json_decref(disc->sidecar);
	free(disc->text);
	sim_media_release(disc->media, disc->name);
	free(disc);
}

void sim_disc_signed(struct sim_disc *disc, const char *writer)
{
	json_t *list = json_object_get(disc->sidecar, "written_by");
	size_t n = json_array_size(list);

	if (disc->before)
		return;
	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(disc->sidecar, "written_by", list);
	}
	if (n) {
		const char *last = json_string_value(json_array_get(list, n - 1));

		if (last && strcmp(last, writer) == 0)
			return;
	}
	json_array_append_new(list, json_string(writer));
}
