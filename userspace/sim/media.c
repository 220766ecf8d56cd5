// SPDX-License-Identifier: GPL-2.0
/* The media folder: files, names, and who has which disc. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "media_disc.h"

#define SIDECAR_MAX	(1 << 20)
#define FILE_NAME	SIM_MEDIA_FILE_MAX

struct claim {
	char name[SIM_MEDIA_NAME_MAX];
	struct claim *next;
};

struct sim_media {
	int fd;			/* the folder */
	pthread_mutex_t lock;	/* protects what follows */
	struct claim *claims;	/* discs in drives */
	unsigned int counter;	/* for temporary names */
	unsigned int blanks[16];	/* by kind of medium: numbers given to blanks so far */
};

int sim_media_fd(struct sim_media *media)
{
	return media->fd;
}

bool sim_media_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < SIM_MEDIA_NAME_MAX && name[0] != '.' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-") ==
	       len;
}

int sim_media_open(const char *dir, struct sim_media **out, char *err, size_t errlen)
{
	struct sim_media *media;
	int ret;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		ret = -errno;
		snprintf(err, errlen, "can't make the media folder %s: %s", dir, strerror(-ret));
		return ret;
	}
	media = calloc(1, sizeof(*media));
	if (!media)
		return -ENOMEM;
	media->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (media->fd < 0) {
		ret = -errno;
		snprintf(err, errlen, "can't open the media folder %s: %s", dir, strerror(-ret));
		free(media);
		return ret;
	}
	pthread_mutex_init(&media->lock, NULL);
	*out = media;
	return 0;
}

void sim_media_close(struct sim_media *media)
{
	if (!media)
		return;
	while (media->claims) {
		struct claim *claim = media->claims;

		media->claims = claim->next;
		free(claim);
	}
	close(media->fd);
	pthread_mutex_destroy(&media->lock);
	free(media);
}

static struct claim **find_claim(struct sim_media *media, const char *name)
{
	struct claim **at = &media->claims;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

int sim_media_claim(struct sim_media *media, const char *name)
{
	struct claim *claim = calloc(1, sizeof(*claim));
	int ret = 0;

	if (!claim)
		return -ENOMEM;
	snprintf(claim->name, sizeof(claim->name), "%s", name);
	pthread_mutex_lock(&media->lock);
	if (*find_claim(media, name)) {
		ret = -EBUSY;
	} else {
		claim->next = media->claims;
		media->claims = claim;
	}
	pthread_mutex_unlock(&media->lock);
	if (ret)
		free(claim);
	return ret;
}

bool sim_media_claimed(struct sim_media *media, const char *name)
{
	bool claimed;

	pthread_mutex_lock(&media->lock);
	claimed = *find_claim(media, name);
	pthread_mutex_unlock(&media->lock);
	return claimed;
}

void sim_media_release(struct sim_media *media, const char *name)
{
	struct claim **at, *claim;

	pthread_mutex_lock(&media->lock);
	at = find_claim(media, name);
	claim = *at;
	if (claim)
		*at = claim->next;
	pthread_mutex_unlock(&media->lock);
	free(claim);
}

static void file_name(char *out, const char *name, const char *suffix)
{
	snprintf(out, FILE_NAME, "%s%s", name, suffix);
}

/* A disc's data may be .iso or, when somebody put it there, .bin */
static const char *const data_suffixes[] = { ".iso", ".bin" };

int sim_media_stat(struct sim_media *media, const char *name, bool raw, char *file,
		   struct stat *st)
{
	for (int i = raw; i < 2; i++) {
		file_name(file, name, data_suffixes[i]);
		if (fstatat(media->fd, file, st, 0) == 0)
			return 0;
	}
	file_name(file, name, data_suffixes[raw]);
	return -ENOENT;
}

int sim_media_new_data(struct sim_media *media, const char *name, bool raw)
{
	char file[FILE_NAME];
	int fd;

	file_name(file, name, data_suffixes[raw]);
	fd = openat(media->fd, file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	return fd < 0 ? -errno : fd;
}

int sim_media_open_sub(struct sim_media *media, const char *name, bool write)
{
	char file[FILE_NAME];
	int fd;

	file_name(file, name, ".sub");
	fd = openat(media->fd, file, write ? O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
					   : O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0644);
	return fd < 0 ? -errno : fd;
}

void sim_media_drop_data(struct sim_media *media, const char *name, bool raw)
{
	char file[FILE_NAME];

	file_name(file, name, data_suffixes[raw]);
	unlinkat(media->fd, file, 0);
}

void sim_media_drop_sub(struct sim_media *media, const char *name)
{
	char file[FILE_NAME];

	file_name(file, name, ".sub");
	unlinkat(media->fd, file, 0);
}

int sim_media_open_data(struct sim_media *media, const char *name, bool raw, bool write)
{
	char file[FILE_NAME];
	struct stat st;
	int flags = O_CLOEXEC | O_NONBLOCK;
	int fd;

	sim_media_stat(media, name, raw, file, &st);
	/* A blank's file must be its own: never follow a link to write */
	flags |= write ? O_RDWR | O_CREAT | O_NOFOLLOW : O_RDONLY;
	fd = openat(media->fd, file, flags, 0644);
	return fd < 0 ? -errno : fd;
}

/* Writes all of buf into a new file */
static int write_file(struct sim_media *media, const char *file, const char *buf, size_t len,
		      bool sync)
{
	int fd = openat(media->fd, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int ret = 0;

	if (fd < 0)
		return -errno;
	while (len && !ret) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno != EINTR)
			ret = -errno;
		if (n > 0) {
			buf += n;
			len -= (size_t)n;
		}
	}
	if (!ret && sync && fsync(fd) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int sim_media_write_sidecar(struct sim_media *media, const char *name, json_t *json,
			    enum sim_save how)
{
	char temp[FILE_NAME], file[FILE_NAME];
	bool fresh = how == SIM_SAVE_FRESH;
	char *text = json_dumps(json, JSON_INDENT(2));
	unsigned int serial;
	int ret;

	if (!text)
		return -ENOMEM;
	pthread_mutex_lock(&media->lock);
	serial = media->counter++;
	pthread_mutex_unlock(&media->lock);
	snprintf(temp, sizeof(temp), ".tmp-%d-%u", getpid(), serial);
	file_name(file, name, ".json");
	ret = write_file(media, temp, text, strlen(text), how == SIM_SAVE_DURABLE);
	if (!ret && fresh && linkat(media->fd, temp, media->fd, file, 0) < 0)
		ret = -errno;
	if (!ret && !fresh && renameat(media->fd, temp, media->fd, file) < 0)
		ret = -errno;
	if (ret || fresh)
		unlinkat(media->fd, temp, 0);
	free(text);
	return ret;
}

json_t *sim_media_pressed_sidecar(const struct sim_medium *medium, uint32_t blocks)
{
	return json_pack("{s:i, s:s, s:I, s:s, s:[{s:i, s:s, "
			 "s:[{s:i, s:s, s:s, s:s, s:i, s:I, s:I}]}]}",
			 "format", 1, "medium", medium->name, "capacity", (json_int_t)blocks,
			 "state", "complete", "sessions", "number", 1, "state", "closed", "tracks",
			 "number", 1, "state", "closed", "mode", "data", "method", "pressed",
			 "start", 0, "length", (json_int_t)blocks, "nwa", (json_int_t)blocks);
}

/* Can a file of this size be a pressed disc?  Returns its blocks or 0. */
uint32_t sim_media_pressed_blocks(off_t size, char *err, size_t errlen)
{
	uint64_t max = sim_medium_find("dvd-rom")->capacity_max;

	if (size == 0 || size % SIM_BLOCK)
		snprintf(err, errlen, "%lld bytes is no multiple of 2048: not an image of data",
			 (long long)size);
	else if ((uint64_t)size / SIM_BLOCK > max)
		snprintf(err, errlen, "%lld bytes is more than a dual-layer DVD holds",
			 (long long)size);
	else
		return (uint32_t)(size / SIM_BLOCK);
	return 0;
}

static int made_up_sidecar(struct sim_media *media, const char *name, json_t **out, char *err,
			   size_t errlen)
{
	char file[FILE_NAME], why[128] = "";
	struct stat st;
	uint32_t blocks;

	if (sim_media_stat(media, name, false, file, &st) < 0) {
		snprintf(err, errlen, "there is no disc %s in the media folder", name);
		return -ENOENT;
	}
	blocks = S_ISREG(st.st_mode) ? sim_media_pressed_blocks(st.st_size, why, sizeof(why)) : 0;
	if (!blocks) {
		snprintf(err, errlen, "disc %s: %s: %s", name, file, why[0] ? why : "not a file");
		return -EINVAL;
	}
	*out = sim_media_pressed_sidecar(sim_medium_pressed(blocks), blocks);
	return *out ? 0 : -ENOMEM;
}

int sim_media_read_sidecar(struct sim_media *media, const char *name, json_t **out, char *err,
			   size_t errlen)
{
	char file[FILE_NAME];
	json_error_t why;
	struct stat st;
	int fd;

	file_name(file, name, ".json");
	fd = openat(media->fd, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return made_up_sidecar(media, name, out, err, errlen);
	if (fd < 0) {
		snprintf(err, errlen, "disc %s: %s: %s", name, file, strerror(errno));
		return -EINVAL;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > SIDECAR_MAX) {
		close(fd);
		snprintf(err, errlen, "disc %s: %s is not a sidecar", name, file);
		return -EINVAL;
	}
	*out = json_loadfd(fd, JSON_REJECT_DUPLICATES, &why);
	close(fd);
	if (*out)
		return 0;
	snprintf(err, errlen, "disc %s: %s line %d: %s", name, file, why.line, why.text);
	return -EINVAL;
}

static bool taken(struct sim_media *media, const char *name)
{
	char file[FILE_NAME];
	struct stat st;

	file_name(file, name, ".json");
	return fstatat(media->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       sim_media_stat(media, name, false, file, &st) == 0;
}

int sim_media_check_new_name(struct sim_media *media, const char *name, char *err, size_t errlen)
{
	if (!sim_media_name_ok(name)) {
		snprintf(err, errlen,
			 "\"%.80s\" is no name for a disc: up to 63 of A-Z a-z 0-9 . _ + -", name);
		return -EINVAL;
	}
	if (taken(media, name)) {
		snprintf(err, errlen, "there is a disc %s already", name);
		return -EEXIST;
	}
	return 0;
}

static uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

static int make_blank(struct sim_media *media, const struct sim_medium *medium, const char *name,
		      uint32_t capacity)
{
	json_t *json = json_pack("{s:i, s:s, s:I, s:s, s:I, s:s, s:s, s:[]}", "format", 1,
				 "medium", medium->name, "capacity", (json_int_t)capacity,
				 "state", "blank", "disc_id", (json_int_t)hash(name),
				 "manufacturer", medium->manufacturer,
				 "media_id", medium->media_id, "sessions");
	int ret = json ? sim_media_write_sidecar(media, name, json, SIM_SAVE_FRESH) : -ENOMEM;
	int fd;

	json_decref(json);
	if (ret)
		return ret;
	fd = sim_media_open_data(media, name, false, true);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void next_name(struct sim_media *media, const struct sim_medium *medium, char *out,
		      size_t len)
{
	unsigned int n;

	pthread_mutex_lock(&media->lock);
	n = ++media->blanks[sim_medium_number(medium) % 16];
	pthread_mutex_unlock(&media->lock);
	snprintf(out, len, "%s-%03u", medium->name, n);
}

int sim_media_blank(struct sim_media *media, const char *type, const char *name,
		    uint32_t capacity_blocks, char *out_name, size_t out_len, char *err,
		    size_t errlen)
{
	const struct sim_medium *medium = sim_medium_find(type);
	char made[SIM_MEDIA_NAME_MAX];
	int ret;

	if (!medium || !medium->recordable) {
		snprintf(err, errlen, "no blank of type \"%.20s\": give " SIM_BLANK_TYPES, type);
		return -EINVAL;
	}
	if (!capacity_blocks)
		capacity_blocks = medium->capacity;
	capacity_blocks -= capacity_blocks % medium->unit;
	if (capacity_blocks < 512 || capacity_blocks > medium->capacity_max) {
		snprintf(err, errlen, "a %s has 512 to %u blocks, not %u", type,
			 medium->capacity_max, capacity_blocks);
		return -EINVAL;
	}
	for (;;) {
		if (!name)
			next_name(media, medium, made, sizeof(made));
		ret = sim_media_check_new_name(media, name ? name : made, err, errlen);
		if (!ret) {
			ret = make_blank(media, medium, name ? name : made, capacity_blocks);
			if (ret)
				snprintf(err, errlen, "can't make disc %s: %s", name ? name : made,
					 strerror(-ret));
		}
		if (ret != -EEXIST || name)
			break;
	}
	if (!ret && out_name)
		snprintf(out_name, out_len, "%s", name ? name : made);
	return ret;
}
