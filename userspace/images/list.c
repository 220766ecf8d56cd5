// SPDX-License-Identifier: GPL-2.0
/* What is in a store, and who holds it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "images_priv.h"

/* 1 to 10 for HDD1 to HDD10, 0 for others */
static unsigned int hdd_of(const char *name)
{
	char hdd[IMAGES_NAME_SIZE];
	unsigned int i;

	for (i = 1; i <= IMAGES_HDDS; i++)
		if (!strcmp(images_hdd(i, hdd), name))
			return i;
	return 0;
}

static int order(const void *a, const void *b)
{
	const struct images_info *x = a, *y = b;
	unsigned int hx = hdd_of(x->name), hy = hdd_of(y->name);

	if (hx && hy)
		return hx < hy ? -1 : hx > hy;
	if (hx || hy)
		return hx ? -1 : 1;
	return strverscmp(x->name, y->name);
}

static int no_such(const char *name, char *err, size_t errlen)
{
	return images_fail(err, errlen, -ENOENT, "there is no image %s: discmux images list shows them",
			   name);
}

/* The folder is not, or no longer, the one of this name. */
static bool moved(const struct images *store, int dir, const char *name)
{
	struct stat own, now;

	return !fstat(dir, &own) && (fstatat(store->dir, name, &now, AT_SYMLINK_NOFOLLOW) ||
				     own.st_ino != now.st_ino || own.st_dev != now.st_dev);
}

/* The image's folder, or -errno with err set. */
static int open_image(struct images *store, const char *name, char *err, size_t errlen)
{
	int dir;

	if (!images_name_valid(name, err, errlen))
		return -EINVAL;
	if (store->dir < 0)
		return no_such(name, err, errlen);
	dir = images_open_dir(store, name);
	if (dir == -ENOENT)
		return no_such(name, err, errlen);
	if (dir < 0)
		return images_fail(err, errlen, dir, "image %s: %s", name, strerror(-dir));
	return dir;
}

int images_describe(struct images *store, const char *name, struct images_info *info, char *err,
		    size_t errlen)
{
	bool again;

	do {
		int dir = open_image(store, name, err, errlen);

		if (dir < 0)
			return dir;
		images_read(store, dir, name, info);
		/* Replaced or removed meanwhile? */
		again = *info->problem && moved(store, dir, name);
		close(dir);
	} while (again);
	return 0;
}

static int add(struct images *store, const char *name, struct images_info **list, size_t *count)
{
	struct images_info *more = realloc(*list, (*count + 1) * sizeof(**list));

	if (!more)
		return -ENOMEM;
	*list = more;
	/* Otherwise a file, a link, or just removed */
	if (!images_describe(store, name, &more[*count], NULL, 0))
		++*count;
	return 0;
}

int images_list(struct images *store, struct images_info **list, size_t *count, char *err,
		size_t errlen)
{
	int fd = store->dir < 0 ? -1 : openat(store->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int rc = 0;

	*list = NULL;
	*count = 0;
	while (d && !rc && (e = readdir(d)))
		if (images_name_valid(e->d_name, NULL, 0))
			rc = add(store, e->d_name, list, count);
	if (d)
		closedir(d);
	if (rc) {
		free(*list);
		*list = NULL;
		*count = 0;
		return images_fail(err, errlen, rc, "out of memory");
	}
	if (*count)
		qsort(*list, *count, sizeof(**list), order);
	return 0;
}

/* ---- Holding ------------------------------------------------------------------- */

struct images_hold {
	int lock;	/* -1: of a user who may not lock it */
};

static int hold_dir(struct images *store, int dir, const char *name, struct images_hold *held,
		    struct images_info *info, char *err, size_t errlen)
{
	struct images_info own;

	if (!info)
		info = &own;
	held->lock = images_share(dir);
	if (held->lock == -EBUSY || moved(store, dir, name))
		return images_fail(err, errlen, -EBUSY, "image %s is being replaced or removed: wait until that is done",
				   name);
	images_read(store, dir, name, info);
	if (*info->problem)
		return images_fail(err, errlen, -EBADMSG, "image %s can't be used: %s; register it again",
				   name, info->problem);
	return 0;
}

int images_hold(struct images *store, const char *name, struct images_hold **hold,
		struct images_info *info, char *err, size_t errlen)
{
	struct images_hold *held = malloc(sizeof(*held));
	int dir, rc;

	*hold = NULL;
	if (!held)
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	held->lock = -1;
	dir = open_image(store, name, err, errlen);
	rc = dir < 0 ? dir : hold_dir(store, dir, name, held, info, err, errlen);
	if (dir >= 0)
		close(dir);
	if (rc) {
		images_release(held);
		return rc;
	}
	*hold = held;
	return 0;
}

void images_release(struct images_hold *hold)
{
	if (!hold)
		return;
	images_unlock(hold->lock);
	free(hold);
}

/* ---- Removing -------------------------------------------------------------------- */

/* With the store's lock: out of the names, then out of the way. */
static int remove_locked(struct images *store, const char *name, int dir, char *err,
			 size_t errlen)
{
	char old[IMAGES_FILE_SIZE];
	int lock = images_alone(dir), rc;

	if (lock == -EBUSY)
		return images_fail(err, errlen, lock, "image %s is in use: it can be removed when that is over",
				   name);
	snprintf(old, sizeof(old), IMAGES_OLD "%s", name);
	rc = lock < 0 ? lock : images_rename(store, name, old);
	if (!rc)
		rc = images_sync_dir(store->dir);
	if (!rc)
		rc = images_remove_dir(store, old, dir);
	if (rc)
		images_fail(err, errlen, rc, "image %s can't be removed: %s", name, strerror(-rc));
	images_unlock(lock);
	return rc;
}

int images_remove(struct images *store, const char *name, char *err, size_t errlen)
{
	int lock, dir, rc;

	if (!store->write)
		return images_fail(err, errlen, -EROFS, "the store was opened for reading only");
	lock = images_lock(store, err, errlen);
	if (lock < 0)
		return lock;
	dir = open_image(store, name, err, errlen);
	rc = dir < 0 ? dir : remove_locked(store, name, dir, err, errlen);
	if (dir >= 0)
		close(dir);
	images_unlock(lock);
	return rc;
}
