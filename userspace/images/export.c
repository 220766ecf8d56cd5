// SPDX-License-Identifier: GPL-2.0
/* The files of an image out of the store. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "images_priv.h"

#define TEMP_SIZE	(IMAGES_FILE_SIZE + 8)

struct export {
	int folder;
	const char *name, *path;
	bool force;
	int fd;				/* of the file at work, or -1 */
	enum images_file file;
	bool made[IMAGES_FILES + 1];	/* under their temporary names; the last: sums */
};

static const char *suffix_of(int file)
{
	return file == IMAGES_FILES ? ".sha256" : images_suffix[file];
}

/* "HDD1.iso", and as long as it is not whole ".HDD1.iso.new" */
static void export_names(const struct export *e, int file, char *final, char *temp)
{
	images_file_name(e->name, suffix_of(file), final);
	snprintf(temp, TEMP_SIZE, ".%s.new", final);
}

static int export_fail(const struct export *e, int rc, char *err, size_t errlen)
{
	return images_fail(err, errlen, rc, "%s: %s", e->path, strerror(-rc));
}

static int close_file(struct export *e)
{
	int fd = e->fd, rc = 0;

	e->fd = -1;
	if (fd >= 0 && fsync(fd))
		rc = -errno;
	if (fd >= 0 && close(fd) && !rc)
		rc = -errno;
	return rc;
}

static int next_file(struct export *e, enum images_file file)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE];
	int rc = close_file(e);

	if (rc)
		return rc;
	export_names(e, (int)file, final, temp);
	e->fd = openat(e->folder, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		       0644);
	if (e->fd < 0)
		return -errno;
	e->file = file;
	e->made[file] = true;
	return 0;
}

static int export_take(void *arg, enum images_file file, const void *data, size_t len, char *err,
		       size_t errlen)
{
	struct export *e = arg;
	int rc = e->fd < 0 || e->file != file ? next_file(e, file) : 0;
	size_t done = 0;

	while (!rc && done < len) {
		ssize_t n = write(e->fd, (const char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			rc = -errno;
	}
	return rc ? export_fail(e, rc, err, errlen) : 0;
}

static int export_sums(struct export *e, int dir)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE], *text;
	size_t len;
	int rc;

	export_names(e, IMAGES_FILES, final, temp);
	rc = images_slurp(dir, final, 65536, &text, &len);
	if (rc)
		return rc;
	e->made[IMAGES_FILES] = true;
	rc = images_spit(e->folder, temp, text, len);
	free(text);
	return rc;
}

/* Nothing of these names must be there, or all may go. */
static int export_names_free(const struct export *e, const struct images_sums *sums, char *err,
			     size_t errlen)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE];
	struct stat st;
	int i;

	for (i = 0; i <= IMAGES_FILES && !e->force; i++) {
		if (i < IMAGES_FILES && !sums->listed[i])
			continue;
		export_names(e, i, final, temp);
		if (!fstatat(e->folder, final, &st, AT_SYMLINK_NOFOLLOW))
			return images_fail(err, errlen, -EEXIST, "%s/%s is there already: name another folder, or have it overwritten",
					   e->path, final);
	}
	return 0;
}

static int export_settle(struct export *e, bool good)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE];
	int i, rc = 0;

	for (i = 0; i <= IMAGES_FILES; i++) {
		if (!e->made[i])
			continue;
		export_names(e, i, final, temp);
		if (good && !rc && renameat(e->folder, temp, e->folder, final))
			rc = -errno;
		if (!good || rc)
			unlinkat(e->folder, temp, 0);
	}
	return rc ? rc : good ? images_sync_dir(e->folder) : 0;
}

static int export_files(struct export *e, int dir, const struct images_progress *progress,
			char *err, size_t errlen)
{
	struct images_sums sums;
	struct images_reading r = {
		.dir = dir, .name = e->name, .sums = &sums, .progress = progress,
		.take = export_take, .arg = e,
	};
	int end, rc = images_sums_read(dir, e->name, &sums, err, errlen);

	if (!rc)
		rc = export_names_free(e, &sums, err, errlen);
	if (rc)
		return rc;
	rc = images_read_all(&r, err, errlen);
	end = close_file(e);
	if (!rc && !end)
		end = export_sums(e, dir);
	if (!rc && end)
		rc = export_fail(e, end, err, errlen);
	end = export_settle(e, !rc);
	return !rc && end ? export_fail(e, end, err, errlen) : rc;
}

int images_export(struct images *store, const char *name, const char *folder, bool force,
		  const struct images_progress *progress, char *err, size_t errlen)
{
	struct export e = { .name = name, .path = folder, .force = force, .fd = -1 };
	struct images_hold *hold;
	int dir, rc = images_hold(store, name, &hold, NULL, err, errlen);

	if (rc)
		return rc;
	dir = images_open_dir(store, name);
	e.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e.folder < 0)
		rc = images_fail(err, errlen, -errno, "%s: %s: name a folder to export to", folder,
				 strerror(errno));
	else if (dir < 0)
		rc = images_fail(err, errlen, dir, "image %s: %s", name, strerror(-dir));
	else
		rc = export_files(&e, dir, progress, err, errlen);
	if (dir >= 0)
		close(dir);
	if (e.folder >= 0)
		close(e.folder);
	images_release(hold);
	return rc;
}
