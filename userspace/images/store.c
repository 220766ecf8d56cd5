// SPDX-License-Identifier: GPL-2.0
/* The folder: names, locks, leftovers. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_lock.h"
#include "images_priv.h"

#define DEFAULT_STATE	"/var/lib/discmux"
#define DIR_FLAGS	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

const char *const images_suffix[IMAGES_FILES] = { ".iso", ".bin", ".cue", ".cdt" };

int images_fail(char *err, size_t errlen, int rc, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return rc;
	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return rc;
}

/* ---- Names --------------------------------------------------------------- */

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool images_name_valid(const char *name, char *err, size_t errlen)
{
	size_t len = strlen(name), i;
	bool good = len > 0 && len < IMAGES_NAME_SIZE && plain(name[0]);

	for (i = 0; good && i < len; i++)
		good = plain(name[i]) || name[i] == '.' || name[i] == '_' || name[i] == '-';
	if (!good)
		images_fail(err, errlen, 0, "no image can have this name: up to %u letters, digits and . _ - make one, as in HDD1 or debian-12.5",
			    IMAGES_NAME_SIZE - 1);
	return good;
}

char *images_hdd(unsigned int number, char *buf)
{
	snprintf(buf, IMAGES_NAME_SIZE, "HDD%u", number);
	return buf;
}

char *images_file_name(const char *name, const char *suffix, char *buf)
{
	snprintf(buf, IMAGES_FILE_SIZE, "%s%s", name, suffix);
	return buf;
}

const char *images_kind_name(enum images_kind kind)
{
	static const char *const names[] = { "ROM", "Video", "Audio", "Mixed" };

	return names[kind];
}

const char *images_medium_name(enum images_medium medium)
{
	static const char *const names[] = { "CD", "DVD", "BD" };

	return names[medium];
}

enum images_medium images_medium_for(uint64_t blocks)
{
	if (blocks <= 80u * 60 * 75)
		return IMAGES_CD;
	return blocks <= 4173824 ? IMAGES_DVD : IMAGES_BD;	/* DVD+R DL */
}

/* ---- Locks and folders ----------------------------------------------------- */

int images_lock(const struct images *store, char *err, size_t errlen)
{
	char why[200];
	int fd = file_lock(store->dir, IMAGES_LOCK, FILE_LOCK_MS, why, sizeof(why));

	return fd < 0 ? images_fail(err, errlen, fd, "the folder of images %s: %s", store->path, why) :
			fd;
}

int images_alone(int dir)
{
	char why[200];

	return file_lock(dir, IMAGES_LOCK, 0, why, sizeof(why));
}

int images_share(int dir)
{
	char why[200];

	return file_lock_shared(dir, IMAGES_LOCK, 0, why, sizeof(why));
}

void images_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

int images_open_dir(const struct images *store, const char *name)
{
	int fd = openat(store->dir, name, DIR_FLAGS);

	return fd < 0 ? -errno : fd;
}

int images_rename(const struct images *store, const char *from, const char *to)
{
	struct stat st;

	if (!renameat2(store->dir, from, store->dir, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* A file system that can't; the lock keeps others away meanwhile */
	if (!fstatat(store->dir, to, &st, AT_SYMLINK_NOFOLLOW))
		return -EEXIST;
	return renameat(store->dir, from, store->dir, to) ? -errno : 0;
}

int images_sync_dir(int dir)
{
	return fsync(dir) ? -errno : 0;
}

int images_remove_dir(const struct images *store, const char *name, int dir)
{
	int fd = openat(dir, ".", DIR_FLAGS);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
	}
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			unlinkat(dir, e->d_name, 0);
	closedir(d);
	return unlinkat(store->dir, name, AT_REMOVEDIR) ? -errno : 0;
}

/* ---- Leftovers --------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* An image that an older version made has no lock file. */
static void give_lock(const struct images *store, const char *name)
{
	int dir = images_open_dir(store, name);

	if (dir < 0)
		return;
	if (faccessat(dir, IMAGES_LOCK, F_OK, AT_SYMLINK_NOFOLLOW))
		images_unlock(images_alone(dir));
	close(dir);
}

/* What a crash left; whoever still works on it has it locked. */
static void tidy_one(const struct images *store, const char *name)
{
	const char *image = name + strlen(IMAGES_WAS);
	int dir, lock;

	if (begins(name, IMAGES_WAS) && !images_rename(store, name, image))
		return;
	dir = images_open_dir(store, name);
	if (dir < 0)
		return;
	lock = images_alone(dir);
	if (lock >= 0)
		images_remove_dir(store, name, dir);
	images_unlock(lock);
	close(dir);
}

static int tidy(const struct images *store, char *err, size_t errlen)
{
	int lock = images_lock(store, err, errlen), fd;
	const struct dirent *e;
	DIR *d;

	if (lock < 0)
		return lock;
	fd = openat(store->dir, ".", DIR_FLAGS);
	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && (e = readdir(d)))
		if (begins(e->d_name, IMAGES_NEW) || begins(e->d_name, IMAGES_OLD) ||
		    begins(e->d_name, IMAGES_WAS))
			tidy_one(store, e->d_name);
		else if (images_name_valid(e->d_name, NULL, 0))
			give_lock(store, e->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	images_unlock(lock);
	return 0;
}

/* ---- Opening -------------------------------------------------------------------- */

char *images_default_path(char *buf, size_t size)
{
	const char *state = getenv("DISCMUX_STATE");

	snprintf(buf, size, "%s/images", state && *state ? state : DEFAULT_STATE);
	return buf;
}

/* The folder and those above it that are missing. */
static int make_folder(const char *path)
{
	char *copy = strdup(path), *p;
	int rc = 0;

	if (!copy)
		return -ENOMEM;
	for (p = copy + 1; !rc && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			rc = -errno;
		*p = '/';
	}
	if (!rc && mkdir(copy, 0755) && errno != EEXIST)
		rc = -errno;
	free(copy);
	return rc;
}

static int open_folder(struct images *store)
{
	int rc;

	store->dir = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->dir >= 0 || errno != ENOENT)
		return store->dir < 0 ? -errno : 0;
	if (!store->write)
		return 0;
	rc = make_folder(store->path);
	if (rc)
		return rc;
	store->dir = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return store->dir < 0 ? -errno : 0;
}

int images_open(const char *path, unsigned int flags, struct images **out, char *err,
		size_t errlen)
{
	struct images *store = calloc(1, sizeof(*store));
	char usual[IMAGES_PATH_SIZE];
	int rc;

	*out = NULL;
	if (!store)
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	store->dir = -1;
	store->write = flags & IMAGES_WRITE;
	store->path = strdup(path ? path : images_default_path(usual, sizeof(usual)));
	rc = store->path ? open_folder(store) : -ENOMEM;
	if (rc)
		images_fail(err, errlen, rc, "the folder of images %s: %s: name another one, or see to its permissions",
			    store->path ? store->path : "", strerror(-rc));
	else if (store->write)
		rc = tidy(store, err, errlen);
	if (rc) {
		images_close(store);
		return rc;
	}
	*out = store;
	return 0;
}

void images_close(struct images *store)
{
	if (!store)
		return;
	if (store->dir >= 0)
		close(store->dir);
	free(store->path);
	free(store);
}

const char *images_path(const struct images *store)
{
	return store->path;
}
