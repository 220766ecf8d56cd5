// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the file that a sheet means.  A sheet may come from a stranger: it reaches only files in
 * its own folder and below, also through links.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "image_priv.h"

struct disc_file_set {
	int dir;		/* of the sheet */
	unsigned int count;
	struct { int fd; char *found; } file[IMAGE_FILES_MAX];
};

/* ---- One path --------------------------------------------------------- */

/* Owns fd: closes it unless it is a regular file. */
static int regular(int fd, uint64_t *size)
{
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EINVAL;
	if (rc) {
		close(fd);
		return rc;
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*size = (uint64_t)st.st_size;
	return fd;
}

static int open_below(int dir, const char *path, uint64_t *size)
{
	struct open_how how = {
		/* Non-blocking: a FIFO is refused, not waited for */
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	struct stat st;

	/* Opening some devices does something already */
	if (!fstatat(dir, path, &st, 0) && !S_ISREG(st.st_mode))
		return -EINVAL;
	return regular((int)syscall(SYS_openat2, dir, path, &how, sizeof(how)), size);
}

/* The name in a folder that is part in another case of letters; -ENOTUNIQ: there are two. */
static int other_case(int dir, const char *folder, const char *part, char *name)
{
	int fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = -ENOENT;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return -ENOENT;
	}
	while (rc != -ENOTUNIQ && (e = readdir(d))) {
		if (strcasecmp(e->d_name, part) != 0)
			continue;
		rc = rc ? 0 : -ENOTUNIQ;
		snprintf(name, NAME_MAX + 1, "%s", e->d_name);
	}
	closedir(d);
	return rc;
}

/* Goes down a path by its parts, each as it is or else in another case, into found. */
static int walk(int dir, const char *path, char *found, size_t size)
{
	char part[NAME_MAX + 1], name[NAME_MAX + 1], folder[IMAGE_NAME_MAX + 2];
	struct stat st;
	int rc;

	*found = '\0';
	for (; *path; path += strspn(path, "/")) {
		size_t len = strcspn(path, "/"), at = strlen(found);

		if (len > NAME_MAX || at + len + 2 > size)
			return -ENAMETOOLONG;
		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		path += len;
		if (!strcmp(part, ".."))
			return -EXDEV;
		if (!len || !strcmp(part, "."))
			continue;
		snprintf(folder, sizeof(folder), "%s", at ? found : ".");
		snprintf(found + at, size - at, "%s%s", at ? "/" : "", part);
		if (!fstatat(dir, found, &st, 0))
			continue;
		rc = other_case(dir, folder, part, name);
		if (rc)
			return rc;
		snprintf(found + at, size - at, "%s%s", at ? "/" : "", name);
	}
	return *found ? 0 : -ENOENT;
}

/* ---- What a name may mean --------------------------------------------- */

static bool same_file(int dir, const char *one, const char *two)
{
	struct stat a, b;

	return !fstatat(dir, one, &a, 0) && !fstatat(dir, two, &b, 0) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/*
 * What is not there as it is written: the same path with Windows' separators or in another
 * case, and the last part beside the sheet.  Two files that could be meant are none.
 */
static int look_around(int dir, const char *name, char *found, size_t size)
{
	char path[IMAGE_NAME_MAX], last[IMAGE_NAME_MAX], *p, *part;
	struct stat st;
	bool absolute;
	int rc, rc_last;

	snprintf(path, sizeof(path), "%s", name);
	for (p = path; *p; p++)
		if (*p == '\\')
			*p = '/';
	part = strrchr(path, '/');
	part = part ? part + 1 : path;
	absolute = *path == '/' || (*path && path[1] == ':');
	rc = absolute ? -ENOENT : walk(dir, path, found, size);
	rc_last = walk(dir, part, last, sizeof(last));
	if (rc == -ENOTUNIQ || rc_last == -ENOTUNIQ)
		return -ENOTUNIQ;
	if (rc && rc_last)
		return rc_last;
	if (!rc && !rc_last && !same_file(dir, found, last))
		return -ENOTUNIQ;
	/* It is somewhere else as it is written, where a sheet does not reach */
	if (*name == '/' && !stat(name, &st) && !same_file(dir, name, rc ? last : found))
		return -ENOTUNIQ;
	if (rc)
		snprintf(found, size, "%s", last);
	return 0;
}

static int set_add(struct disc_file_set *set, int fd, const char *found)
{
	char *copy = found ? strdup(found) : NULL;

	if (found && !copy) {
		close(fd);
		return -ENOMEM;
	}
	set->file[set->count].fd = fd;
	set->file[set->count].found = copy;
	return (int)set->count++;
}

static int set_open(void *ctx, const char *name, uint64_t *size)
{
	struct disc_file_set *set = ctx;
	char found[IMAGE_NAME_MAX];
	int fd, rc;

	if (set->count == IMAGE_FILES_MAX)
		return -EMFILE;
	fd = open_below(set->dir, name, size);
	if (fd >= 0)
		return set_add(set, fd, NULL);
	if (fd != -ENOENT && fd != -ENOTDIR && fd != -EXDEV && fd != -EINVAL)
		return fd;
	rc = look_around(set->dir, name, found, sizeof(found));
	/* The first error says more: why the named file can't be opened */
	if (rc)
		return rc == -ENOTUNIQ ? rc : fd;
	fd = open_below(set->dir, found, size);
	return fd < 0 ? fd : set_add(set, fd, found);
}

static int set_read(void *ctx, int file, uint64_t offset, void *data, size_t len)
{
	struct disc_file_set *set = ctx;
	size_t got = 0;

	if (file < 0 || (unsigned int)file >= set->count)
		return -EBADF;
	while (got < len) {
		ssize_t n = pread(set->file[file].fd, (char *)data + got, len - got,
				  (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		got += (size_t)n;
	}
	return (int)got;
}

static const char *set_found(void *ctx, int file)
{
	struct disc_file_set *set = ctx;

	return set->file[file].found;
}

/* ---- The set ---------------------------------------------------------- */

struct disc_file_set *file_set_new(const char *path)
{
	struct disc_file_set *set = calloc(1, sizeof(*set));
	const char *slash = strrchr(path, '/');
	char *dir;

	if (!set)
		return NULL;
	dir = slash == path ? strdup("/") :
	      slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	set->dir = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(dir);
	if (set->dir >= 0)
		return set;
	free(set);
	return NULL;
}

int file_set_first(struct disc_file_set *set, const char *path, uint64_t *size)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct stat st;
	int fd;

	if (!fstatat(set->dir, name, &st, 0) && !S_ISREG(st.st_mode))
		return -EINVAL;
	fd = regular(openat(set->dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), size);
	return fd < 0 ? fd : set_add(set, fd, NULL);
}

bool file_set_has(const struct disc_file_set *set, const char *name)
{
	return !faccessat(set->dir, name, F_OK, 0);
}

struct disc_files file_set_files(struct disc_file_set *set)
{
	return (struct disc_files){ set_open, set_read, set, set_found };
}

void file_set_free(struct disc_file_set *set)
{
	unsigned int i;

	if (!set)
		return;
	for (i = 0; i < set->count; i++) {
		close(set->file[i].fd);
		free(set->file[i].found);
	}
	close(set->dir);
	free(set);
}
