// SPDX-License-Identifier: GPL-2.0
/* Discs made of images that somebody has. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "media_disc.h"

/* A disc's name out of a file's */
static void name_of(const char *path, char *out, size_t len)
{
	const char *base = strrchr(path, '/');
	size_t n = 0;

	base = base ? base + 1 : path;
	while (*base == '.')
		base++;
	for (; base[n] && n + 1 < len; n++)
		out[n] = isalnum((unsigned char)base[n]) || strchr("._+-", base[n]) ? base[n] : '_';
	out[n] = 0;
	if (n > 4 && (strcmp(out + n - 4, ".iso") == 0 || strcmp(out + n - 4, ".bin") == 0 ||
		      sim_media_is_sheet(out)))
		out[n - 4] = 0;
}

/* Is the image the data file of this disc already (or what it links to)? */
static bool same_image(struct sim_media *media, const char *name, const struct stat *image)
{
	char file[SIM_MEDIA_FILE_MAX];
	struct stat st;

	return sim_media_stat(media, name, false, file, &st) == 0 && st.st_dev == image->st_dev &&
	       st.st_ino == image->st_ino;
}

static int link_image(struct sim_media *media, const char *real, const char *name, uint32_t blocks)
{
	json_t *json = sim_media_pressed_sidecar(sim_medium_pressed(blocks), blocks);
	char file[SIM_MEDIA_FILE_MAX];
	int ret;

	/* The link first: a link without sidecar is a disc too */
	snprintf(file, sizeof(file), "%s.iso", name);
	ret = symlinkat(real, sim_media_fd(media), file) < 0 ? -errno : 0;
	if (!ret)
		ret = json ? sim_media_write_sidecar(media, name, json, SIM_SAVE_FRESH) : -ENOMEM;
	json_decref(json);
	return ret;
}

/* The disc that the image has made already */
static bool known(struct sim_media *media, const char *name, const char *real,
		  const struct stat *st)
{
	return sim_media_is_sheet(real) ? sim_media_same_sheet(media, name, real)
					: same_image(media, name, st);
}

/* A name that is free: 0.  1: the disc is there. */
static int choose_name(struct sim_media *media, const char *real, const char *name,
		       const struct stat *st, char *used, char *err, size_t errlen)
{
	char base[SIM_MEDIA_NAME_MAX - 8];
	int ret;

	name_of(real, base, sizeof(base));
	for (unsigned int i = 1;; i++) {
		if (name)
			snprintf(used, SIM_MEDIA_NAME_MAX, "%s", name);
		else if (i == 1)
			snprintf(used, SIM_MEDIA_NAME_MAX, "%s", base);
		else
			snprintf(used, SIM_MEDIA_NAME_MAX, "%s-%u", base, i);
		if (sim_media_name_ok(used) && known(media, used, real, st))
			return 1;
		ret = sim_media_check_new_name(media, name ? name : used, err, errlen);
		if (ret != -EEXIST || name)
			return ret;
	}
}

static int import(struct sim_media *media, const char *real, const char *name, char *used,
		  char *err, size_t errlen)
{
	bool sheet = sim_media_is_sheet(real);
	char why[128] = "";
	struct stat st;
	uint32_t blocks = 0;
	int ret;

	if (stat(real, &st) < 0)
		return -errno;
	if (!sheet)
		blocks = S_ISREG(st.st_mode)
			? sim_media_pressed_blocks(st.st_size, why, sizeof(why)) : 0;
	if (!sheet && !blocks) {
		snprintf(err, errlen, "%s: %s", real, why[0] ? why : "not an ordinary file");
		return -EINVAL;
	}
	ret = choose_name(media, real, name, &st, used, err, errlen);
	if (ret)
		return ret < 0 ? ret : 0;
	if (sheet)
		return sim_media_import_sheet(media, real, used, err, errlen);
	ret = link_image(media, real, used, blocks);
	if (ret)
		snprintf(err, errlen, "can't make disc %s: %s", used, strerror(-ret));
	return ret;
}

int sim_media_import(struct sim_media *media, const char *path, const char *name,
		     char *out_name, size_t out_len, char *err, size_t errlen)
{
	char used[SIM_MEDIA_NAME_MAX], *real = realpath(path, NULL);
	int ret;

	if (!real) {
		ret = -errno;
		snprintf(err, errlen, "can't find %s: %s", path, strerror(-ret));
		return ret;
	}
	ret = import(media, real, name, used, err, errlen);
	free(real);
	if (!ret && out_name)
		snprintf(out_name, out_len, "%s", used);
	return ret;
}
