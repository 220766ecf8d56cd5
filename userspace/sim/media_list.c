// SPDX-License-Identifier: GPL-2.0
/* What is in the media folder. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media_disc.h"

static bool exists(struct sim_media *media, const char *name)
{
	char file[SIM_MEDIA_FILE_MAX];
	struct stat st;

	snprintf(file, sizeof(file), "%s.json", name);
	return fstatat(sim_media_fd(media), file, &st, 0) == 0 ||
	       sim_media_stat(media, name, false, file, &st) == 0;
}

/* Adds what a well-formed disc holds */
static void describe_disc(json_t *json, const struct sim_disc *disc)
{
	uint16_t sessions = disc->sessions_closed + sim_disc_session_open(disc);

	json_object_set_new(json, "medium", json_string(disc->medium->name));
	json_object_set_new(json, "capacity", json_integer(disc->capacity));
	json_object_set_new(json, "state", json_string(sim_disc_state_name(disc->state)));
	json_object_set_new(json, "blocks", json_integer(sim_disc_recorded(disc)));
	json_object_set_new(json, "sessions", json_integer(sessions));
	json_object_set_new(json, "tracks", json_integer(disc->track_count));
}

json_t *sim_media_describe(struct sim_media *media, const char *name)
{
	char file[SIM_MEDIA_FILE_MAX], err[256];
	struct sim_disc *disc;
	struct stat st;
	json_t *json;
	int ret;

	if (!sim_media_name_ok(name) || !exists(media, name))
		return NULL;
	disc = calloc(1, sizeof(*disc));
	json = json_pack("{s:s}", "name", name);
	if (!disc || !json)
		goto out;
	snprintf(disc->name, sizeof(disc->name), "%s", name);
	ret = sim_media_read_sidecar(media, name, &disc->sidecar, err, sizeof(err));
	if (!ret)
		ret = sim_sidecar_parse(disc, err, sizeof(err));
	if (ret) {
		json_object_set_new(json, "error", json_string(err));
		goto out;
	}
	if (sim_media_stat(media, name, disc->sector == CD_RAW, file, &st) == 0)
		disc->data_blocks = (uint64_t)st.st_size / disc->sector;
	sim_sidecar_recover(disc);
	describe_disc(json, disc);
	json_object_set_new(json, "in_use", json_boolean(sim_media_claimed(media, name)));
	json_object_set_new(json, "file", json_string(file));
out:
	if (disc) {
		json_decref(disc->sidecar);
		free(disc->text);
	}
	free(disc);
	return json;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The disc a file of the folder belongs to; false: none */
static bool disc_of_file(const char *file, char *name)
{
	const char *dot = strrchr(file, '.');

	if (!dot || (size_t)(dot - file) >= SIM_MEDIA_NAME_MAX)
		return false;
	if (strcmp(dot, ".json") && strcmp(dot, ".iso") && strcmp(dot, ".bin"))
		return false;
	memcpy(name, file, (size_t)(dot - file));
	name[dot - file] = 0;
	return sim_media_name_ok(name);
}

/* All names, sorted, maybe twice; the caller frees them and the array */
static size_t names(struct sim_media *media, char ***out)
{
	int fd = openat(sim_media_fd(media), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t count = 0, room = 0;
	struct dirent *entry;
	char **list = NULL;

	while (dir && (entry = readdir(dir))) {
		char name[SIM_MEDIA_NAME_MAX];

		if (!disc_of_file(entry->d_name, name))
			continue;
		if (count == room) {
			char **more = realloc(list, (room + 256) * sizeof(*list));

			if (!more)
				break;
			list = more;
			room += 256;
		}
		list[count] = strdup(name);
		if (!list[count])
			break;
		count++;
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	if (count)
		qsort(list, count, sizeof(*list), by_name);
	*out = list;
	return count;
}

json_t *sim_media_list(struct sim_media *media)
{
	json_t *array = json_array();
	char **list;
	size_t count = names(media, &list);

	for (size_t i = 0; i < count; i++) {
		json_t *json = i && strcmp(list[i], list[i - 1]) == 0 ? NULL
			: sim_media_describe(media, list[i]);

		if (json)
			json_array_append_new(array, json);
	}
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
	return array;
}
