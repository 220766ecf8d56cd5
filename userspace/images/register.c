// SPDX-License-Identifier: GPL-2.0
/* Registering: under another name until all is on the storage. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "contents.h"
#include "images_priv.h"

#define SPARE		(1u << 20)	/* bytes for what goes beside the data */
#define FLUSH		(8u << 20)	/* bytes after which the disk may begin */

struct images_register {
	struct images *store;
	char name[IMAGES_NAME_SIZE];
	char temp[IMAGES_FILE_SIZE];	/* folder in the store */
	struct images_plan plan;
	int dir, lock;			/* that folder, and its lock */
	int old, old_lock;		/* of the image to be replaced, or -1 */
	int fd;				/* .iso or .bin */
	EVP_MD_CTX *sha;
	uint64_t bytes, flushed;
	struct images_sums sums;
	struct images_chunks chunks;
	bool failed;			/* a write; commit refuses */
	bool named;			/* it is an image now: nothing to be removed */
};

/* ---- Beginning ------------------------------------------------------------------ */

/* The image that will be replaced stays as it is for the time of the register. */
static int take_old(struct images_register *reg, char *err, size_t errlen)
{
	reg->old = images_open_dir(reg->store, reg->name);
	if (reg->old == -ENOENT) {
		reg->old = -1;
		return 0;
	}
	if (reg->old < 0)
		return images_fail(err, errlen, reg->old, "image %s: %s", reg->name,
				   strerror(-reg->old));
	if (!reg->plan.replace)
		return images_fail(err, errlen, -EEXIST, "image %s is there already: remove it first, or have it overwritten",
				   reg->name);
	reg->old_lock = images_alone(reg->old);
	if (reg->old_lock == -EBUSY)
		return images_fail(err, errlen, -EBUSY, "image %s is in use: it can be overwritten when that is over",
				   reg->name);
	if (reg->old_lock < 0)
		return images_fail(err, errlen, reg->old_lock, "image %s: %s", reg->name,
				   strerror(-reg->old_lock));
	return 0;
}

static int make_temp(struct images_register *reg)
{
	int tries, rc;

	/* What is there is locked, or a leftover of somebody who died meanwhile */
	for (tries = 0; tries < 2; tries++) {
		rc = mkdirat(reg->store->dir, reg->temp, 0755) ? -errno : 0;
		if (rc && rc != -EEXIST)
			return rc;
		reg->dir = images_open_dir(reg->store, reg->temp);
		if (reg->dir < 0)
			return reg->dir;
		reg->lock = images_alone(reg->dir);
		if (reg->lock < 0)
			return reg->lock;
		if (!rc)
			return 0;
		images_remove_dir(reg->store, reg->temp, reg->dir);
		images_unlock(reg->lock);
		close(reg->dir);
		reg->dir = reg->lock = -1;
	}
	return -EBUSY;
}

/* Takes room for all that will come, if that is known and can be done. */
static int reserve(const struct images_register *reg, char *err, size_t errlen)
{
	uint64_t want = reg->plan.bytes, have = 0;
	struct statvfs vfs;
	int rc = 0;

	if (!fstatvfs(reg->dir, &vfs))
		have = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (have < want + SPARE)
		rc = -ENOSPC;
	else if (want && fallocate(reg->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)want) &&
		 errno != EOPNOTSUPP && errno != ENOSYS)
		rc = -errno;
	if (rc == -ENOSPC || rc == -EDQUOT || rc == -EFBIG)
		images_fail(err, errlen, rc, "no room for image %s in %s: it takes %llu MB and %llu MB are free; remove an image",
			    reg->name, reg->store->path,
			    (unsigned long long)((want + SPARE) / 1000000),
			    (unsigned long long)(have / 1000000));
	else if (rc)
		images_fail(err, errlen, rc, "image %s: %s", reg->name, strerror(-rc));
	return rc;
}

static int open_data(struct images_register *reg, char *err, size_t errlen)
{
	char file[IMAGES_FILE_SIZE];

	images_file_name(reg->name, reg->plan.raw ? ".bin" : ".iso", file);
	reg->fd = openat(reg->dir, file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (reg->fd < 0)
		return images_fail(err, errlen, -errno, "image %s: %s", reg->name,
				   strerror(errno));
	reg->sha = EVP_MD_CTX_new();
	if (!reg->sha || !EVP_DigestInit_ex(reg->sha, EVP_sha256(), NULL))
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	return reserve(reg, err, errlen);
}

static int begin_locked(struct images_register *reg, char *err, size_t errlen)
{
	int rc = take_old(reg, err, errlen);

	if (rc)
		return rc;
	rc = make_temp(reg);
	if (rc == -EBUSY)
		return images_fail(err, errlen, rc, "image %s is being registered already: wait until that is done",
				   reg->name);
	if (rc)
		return images_fail(err, errlen, rc, "image %s in %s: %s", reg->name,
				   reg->store->path, strerror(-rc));
	return open_data(reg, err, errlen);
}

int images_begin(struct images *store, const char *name, const struct images_plan *plan,
		 struct images_register **out, char *err, size_t errlen)
{
	struct images_register *reg;
	int lock, rc;

	*out = NULL;
	if (!images_name_valid(name, err, errlen))
		return -EINVAL;
	if (!store->write)
		return images_fail(err, errlen, -EROFS, "the store was opened for reading only");
	reg = calloc(1, sizeof(*reg));
	if (!reg)
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	reg->store = store;
	reg->plan = *plan;
	images_chunks_begin(&reg->chunks, plan->raw ? CD_RAW : DISC_DATA);
	reg->dir = reg->lock = reg->old = reg->old_lock = reg->fd = -1;
	snprintf(reg->name, sizeof(reg->name), "%s", name);
	snprintf(reg->temp, sizeof(reg->temp), IMAGES_NEW "%s", name);
	lock = images_lock(store, err, errlen);
	rc = lock < 0 ? lock : begin_locked(reg, err, errlen);
	images_unlock(lock);
	if (rc)
		images_abort(reg);
	else
		*out = reg;
	return rc;
}

/* ---- Data ------------------------------------------------------------------------ */

/* So that the end needs not wait for all of it */
static void flush(struct images_register *reg)
{
	if (reg->bytes - reg->flushed < FLUSH)
		return;
	sync_file_range(reg->fd, (off_t)reg->flushed, (off_t)(reg->bytes - reg->flushed),
			SYNC_FILE_RANGE_WRITE);
	reg->flushed = reg->bytes;
}

int images_append(struct images_register *reg, const void *data, size_t len, char *err,
		  size_t errlen)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(reg->fd, (const char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int rc = n < 0 ? -errno : -ENOSPC;

			reg->failed = true;
			return images_fail(err, errlen, rc, "image %s can't be stored after %llu MB: %s%s",
					   reg->name, (unsigned long long)(reg->bytes / 1000000),
					   strerror(-rc), rc == -ENOSPC ? "; remove an image" : "");
		}
		done += (size_t)n;
		reg->bytes += (size_t)n;
	}
	EVP_DigestUpdate(reg->sha, data, len);
	if (images_chunks_add(&reg->chunks, data, len)) {
		reg->failed = true;
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	}
	flush(reg);
	return 0;
}

uint64_t images_bytes(const struct images_register *reg)
{
	return reg->bytes;
}

/* ---- What goes beside it ------------------------------------------------------------ */

/* A small file and its sum. */
static int put(struct images_register *reg, enum images_file which, const void *data, size_t len)
{
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	char file[IMAGES_FILE_SIZE];
	int rc = -ENOMEM;

	if (sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) && EVP_DigestUpdate(sha, data, len)) {
		images_hex(sha, reg->sums.sha256[which]);
		reg->sums.listed[which] = true;
		rc = images_spit(reg->dir, images_file_name(reg->name, images_suffix[which], file),
				 data, len);
	}
	EVP_MD_CTX_free(sha);
	return rc;
}

/* Sheet and CD-Text. */
static int put_sheet(struct images_register *reg, const struct cd_layout *layout)
{
	char bin[IMAGES_FILE_SIZE], cdt[IMAGES_FILE_SIZE], *cue;
	int rc = 0;

	images_file_name(reg->name, ".bin", bin);
	images_file_name(reg->name, ".cdt", cdt);
	cue = disc_sheet_write(DISC_SHEET_CUE, layout, bin, layout->text_packs ? cdt : NULL);
	if (!cue)
		return -ENOMEM;
	rc = put(reg, IMAGES_CUE, cue, strlen(cue));
	free(cue);
	if (!rc && layout->text_packs)
		rc = put(reg, IMAGES_CDT, layout->text, layout->text_packs * CD_TEXT_PACK);
	return rc;
}

static int put_sums(struct images_register *reg)
{
	char file[IMAGES_FILE_SIZE], text[IMAGES_FILES * (IMAGES_SHA + IMAGES_FILE_SIZE + 4)];
	size_t len = 0;
	int i;

	for (i = 0; i < IMAGES_FILES; i++)
		if (reg->sums.listed[i])
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s  %s\n",
				reg->sums.sha256[i],
				images_file_name(reg->name, images_suffix[i], file));
	return images_spit(reg->dir, images_file_name(reg->name, ".sha256", file), text, len);
}

/* The data, whole and on the storage, with nothing behind it. */
static int finish_data(struct images_register *reg)
{
	enum images_file which = reg->plan.raw ? IMAGES_BIN : IMAGES_ISO;
	int rc;

	images_hex(reg->sha, reg->sums.sha256[which]);
	reg->sums.listed[which] = true;
	if (ftruncate(reg->fd, (off_t)reg->bytes) || fsync(reg->fd))
		return -errno;
	rc = images_chunks_end(&reg->chunks);
	return rc ? rc : images_chunks_write(&reg->chunks, reg->dir);
}

/* Opens what was stored as everybody else will, and describes it. */
static int look(struct images_register *reg, const struct images_details *details,
		struct images_info *info, char *err, size_t errlen)
{
	struct disc_image *image;
	char path[IMAGES_PATH_SIZE];
	int rc;

	snprintf(path, sizeof(path), "%s/%s/%s%s", reg->store->path, reg->temp, reg->name,
		 reg->plan.raw ? ".cue" : ".iso");
	/* It was looked at when it came, or is as the disc is */
	rc = disc_image_open_with(path, DISC_IMAGE_FORCE, &image, err, errlen);
	if (rc)
		return rc;
	memset(info, 0, sizeof(*info));
	snprintf(info->name, sizeof(info->name), "%s", reg->name);
	info->medium = reg->plan.raw ? IMAGES_CD : details->medium;
	info->bytes = reg->bytes;
	info->registered = time(NULL);
	images_clean_text(details->source ? details->source : "", info->source);
	images_look(image, info);
	if (details->label)
		images_clean_text(details->label, info->label);
	disc_image_close(image);
	return 0;
}

static int put_description(struct images_register *reg, const struct images_info *info)
{
	char file[IMAGES_FILE_SIZE], *json = images_write(info);
	int rc;

	if (!json)
		return -ENOMEM;
	rc = images_spit(reg->dir, images_file_name(reg->name, ".json", file), json, strlen(json));
	free(json);
	return rc;
}

/* ---- The end ---------------------------------------------------------------------------- */

/* Old and new change places, or, where that can't be, one after the other. */
static int exchange(struct images_register *reg)
{
	int store = reg->store->dir;
	char was[IMAGES_FILE_SIZE];

	if (!renameat2(store, reg->temp, store, reg->name, RENAME_EXCHANGE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	snprintf(was, sizeof(was), IMAGES_WAS "%s", reg->name);
	if (renameat(store, reg->name, store, was))
		return -errno;
	if (renameat(store, reg->temp, store, reg->name)) {
		int rc = -errno;

		renameat(store, was, store, reg->name);
		return rc;
	}
	snprintf(reg->temp, sizeof(reg->temp), "%s", was);
	return 0;
}

static int take_name(struct images_register *reg)
{
	char why[256];
	int lock = images_lock(reg->store, why, sizeof(why)), rc = 0;

	if (lock < 0)
		return lock;
	if (reg->old >= 0)
		rc = exchange(reg);
	else
		rc = images_rename(reg->store, reg->temp, reg->name);
	reg->named = !rc;
	if (!rc)
		rc = images_sync_dir(reg->store->dir);
	if (reg->named && reg->old >= 0)
		images_remove_dir(reg->store, reg->temp, reg->old);
	images_unlock(lock);
	return rc;
}

static void put_away(struct images_register *reg)
{
	if (reg->fd >= 0)
		close(reg->fd);
	if (reg->dir >= 0)
		close(reg->dir);
	if (reg->old >= 0)
		close(reg->old);
	images_unlock(reg->lock);
	images_unlock(reg->old_lock);
	EVP_MD_CTX_free(reg->sha);
	images_chunks_free(&reg->chunks);
	free(reg);
}

static int store_all(struct images_register *reg, const struct images_details *details,
		     struct images_info *info, char *err, size_t errlen)
{
	int rc = finish_data(reg);

	if (!rc && reg->plan.raw)
		rc = put_sheet(reg, details->layout);
	if (!rc) {
		rc = look(reg, details, info, err, errlen);
		if (rc)
			return rc;
		rc = put_sums(reg);
	}
	if (!rc)
		rc = put_description(reg, info);
	if (!rc)
		rc = images_sync_dir(reg->dir);
	if (!rc)
		rc = take_name(reg);
	if (rc)
		images_fail(err, errlen, rc, "image %s can't be stored in %s: %s", reg->name,
			    reg->store->path, strerror(-rc));
	return rc;
}

int images_commit(struct images_register *reg, const struct images_details *details,
		  struct images_info *info, char *err, size_t errlen)
{
	uint32_t size = reg->plan.raw ? CD_RAW : DISC_DATA;
	struct images_info own;
	int rc = 0;

	if (!info)
		info = &own;
	if (reg->failed)
		rc = images_fail(err, errlen, -EIO, "image %s is not whole", reg->name);
	else if (!reg->bytes || reg->bytes % size || (reg->plan.raw && !details->layout))
		rc = images_fail(err, errlen, -EINVAL, "image %s has no whole blocks: nothing was registered",
				 reg->name);
	else
		rc = store_all(reg, details, info, err, errlen);
	if (rc) {
		images_abort(reg);
		return rc;
	}
	images_read(reg->store, reg->dir, reg->name, info);
	put_away(reg);
	return 0;
}

void images_abort(struct images_register *reg)
{
	if (!reg)
		return;
	/* A folder that is locked by another register is not ours */
	if (reg->lock >= 0 && !reg->named)
		images_remove_dir(reg->store, reg->temp, reg->dir);
	put_away(reg);
}
