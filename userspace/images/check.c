// SPDX-License-Identifier: GPL-2.0
/* Reading an image against its sums. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "images_priv.h"

#define CHUNK		(1u << 20)
#define MARK_MAX	4096u

/* <linux/ioprio.h> is not on every system */
#define IOPRIO_OF_THREAD	1
#define IOPRIO_IDLE		(3 << 13)

/* ---- One file ---------------------------------------------------------------------- */

static uint32_t block_size(enum images_file file)
{
	return file == IMAGES_ISO ? DISC_DATA : CD_RAW;
}

static int cannot_read(const char *file, enum images_file which, uint64_t at, int rc, char *err,
		       size_t errlen)
{
	if (which > IMAGES_BIN)
		return images_fail(err, errlen, -EBADMSG, "%s can't be read: %s", file,
				   strerror(-rc));
	return images_fail(err, errlen, -EBADMSG, "%s can't be read at LBA %llu: %s: the disk is failing, register the image again elsewhere",
			   file, (unsigned long long)(at / block_size(which)), strerror(-rc));
}

static int step(struct images_reading *r, size_t len, char *err, size_t errlen)
{
	r->done += len;
	if (!r->progress || !r->progress->step ||
	    r->progress->step(r->progress->arg, r->done, r->total))
		return 0;
	return images_fail(err, errlen, -ECANCELED, "cancelled");
}

static int read_on(struct images_reading *r, int fd, const char *file, enum images_file which,
		   EVP_MD_CTX *sha, uint8_t *buf, char *err, size_t errlen)
{
	uint64_t at = 0;

	for (;;) {
		ssize_t n = read(fd, buf, CHUNK);
		int rc = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot_read(file, which, at, -errno, err, errlen);
		if (!n)
			return 0;
		at += (uint64_t)n;
		EVP_DigestUpdate(sha, buf, (size_t)n);
		if (which <= IMAGES_BIN && images_chunks_add(&r->chunks, buf, (size_t)n))
			rc = images_fail(err, errlen, -ENOMEM, "out of memory");
		if (!rc && r->take)
			rc = r->take(r->arg, which, buf, (size_t)n, err, errlen);
		if (!rc)
			rc = step(r, (size_t)n, err, errlen);
		if (rc)
			return rc;
	}
}

/* The sum is not what it was. */
static int damaged(struct images_reading *r, const char *file, enum images_file which,
		   const char *hex, char *err, size_t errlen)
{
	char where[64] = "";
	uint64_t first, last;

	if (which <= IMAGES_BIN && !images_chunks_end(&r->chunks) &&
	    images_chunks_damage(&r->chunks, r->dir, &first, &last))
		snprintf(where, sizeof(where), " between blocks %llu and %llu",
			 (unsigned long long)first, (unsigned long long)last);
	return images_fail(err, errlen, -EBADMSG, "%s is damaged%s: its SHA-256 is %.8s... and was %.8s... when it was registered; register the image again",
			   file, where, hex, r->sums->sha256[which]);
}

static int read_file(struct images_reading *r, enum images_file which, uint8_t *buf, char *err,
		     size_t errlen)
{
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	char file[IMAGES_FILE_SIZE], hex[IMAGES_SHA];
	int fd, rc;

	images_chunks_begin(&r->chunks, block_size(which));
	images_file_name(r->name, images_suffix[which], file);
	fd = openat(r->dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		rc = cannot_read(file, which, 0, -errno, err, errlen);
	else if (!sha || !EVP_DigestInit_ex(sha, EVP_sha256(), NULL))
		rc = images_fail(err, errlen, -ENOMEM, "out of memory");
	else
		rc = read_on(r, fd, file, which, sha, buf, err, errlen);
	if (!rc) {
		images_hex(sha, hex);
		if (strcmp(hex, r->sums->sha256[which]))
			rc = damaged(r, file, which, hex, err, errlen);
	}
	if (fd >= 0)
		close(fd);
	EVP_MD_CTX_free(sha);
	images_chunks_free(&r->chunks);
	return rc;
}

static uint64_t size_of(const struct images_reading *r)
{
	char file[IMAGES_FILE_SIZE];
	uint64_t total = 0;
	struct stat st;
	int i;

	for (i = 0; i < IMAGES_FILES; i++)
		if (r->sums->listed[i] &&
		    !fstatat(r->dir, images_file_name(r->name, images_suffix[i], file), &st,
			     AT_SYMLINK_NOFOLLOW))
			total += (uint64_t)st.st_size;
	return total;
}

int images_read_all(struct images_reading *r, char *err, size_t errlen)
{
	uint8_t *buf = malloc(CHUNK);
	int i, rc = 0;

	if (!buf)
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	r->done = 0;
	r->total = size_of(r);
	for (i = 0; i < IMAGES_FILES && !rc; i++)
		if (r->sums->listed[i])
			rc = read_file(r, (enum images_file)i, buf, err, errlen);
	free(buf);
	return rc;
}

/* ---- What was checked ---------------------------------------------------------------- */

/* The files as they are now: a change of any of them makes another text. */
static void state_of(int dir, const char *name, char *text, size_t size)
{
	char file[IMAGES_FILE_SIZE];
	struct stat st;
	size_t len = 0;
	int i;

	*text = '\0';
	for (i = 0; i < IMAGES_FILES && len < size; i++)
		if (!fstatat(dir, images_file_name(name, images_suffix[i], file), &st,
			     AT_SYMLINK_NOFOLLOW))
			len += (size_t)snprintf(text + len, size - len, "%s %llu %lld %lld.%09ld\n",
				file, (unsigned long long)st.st_ino, (long long)st.st_size,
				(long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

int64_t images_checked(int dir, const char *name)
{
	char now[MARK_MAX], *then;
	struct stat st;
	size_t len;
	bool same;

	if (images_slurp(dir, IMAGES_CHECKED, MARK_MAX, &then, &len))
		return 0;
	state_of(dir, name, now, sizeof(now));
	same = !strcmp(then, now);
	free(then);
	return same && !fstatat(dir, IMAGES_CHECKED, &st, AT_SYMLINK_NOFOLLOW) ?
	       (int64_t)st.st_mtim.tv_sec : 0;
}

/* ---- A check ------------------------------------------------------------------------------ */

/* Of the calling thread; where it is not allowed it is as polite as it may be. */
static void stand_back(bool back)
{
	long tid = syscall(SYS_gettid);

	syscall(SYS_ioprio_set, IOPRIO_OF_THREAD, tid, back ? IOPRIO_IDLE : 0);
	setpriority(PRIO_PROCESS, (id_t)tid, back ? 19 : 0);
}

static int check_held(const char *name, int dir, const struct images_info *info,
		      const struct images_progress *progress,
		      char *err, size_t errlen)
{
	struct images_sums sums;
	struct images_reading r = {
		.dir = dir, .name = name, .info = info, .sums = &sums, .progress = progress,
	};
	char before[MARK_MAX];
	int rc = images_sums_read(dir, name, &sums, err, errlen);

	if (rc)
		return -EBADMSG;
	/* What is written to a file behind our reading makes it another one than this */
	state_of(dir, name, before, sizeof(before));
	rc = images_read_all(&r, err, errlen);
	if (!rc)	/* who may not write there knows it at least */
		images_spit(dir, IMAGES_CHECKED, before, strlen(before));
	return rc;
}

int images_check(struct images *store, const char *name, unsigned int flags,
		 const struct images_progress *progress, char *err, size_t errlen)
{
	struct images_hold *hold;
	struct images_info info;
	int dir, rc = images_hold(store, name, &hold, &info, err, errlen);

	if (rc)
		return rc;
	dir = images_open_dir(store, name);
	if (dir < 0) {
		images_release(hold);
		return images_fail(err, errlen, dir, "image %s: %s", name, strerror(-dir));
	}
	if (flags & IMAGES_BACKGROUND)
		stand_back(true);
	rc = check_held(name, dir, &info, progress, err, errlen);
	if (flags & IMAGES_BACKGROUND)
		stand_back(false);
	close(dir);
	images_release(hold);
	return rc;
}
