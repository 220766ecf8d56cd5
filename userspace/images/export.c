// SPDX-License-Identifier: GPL-2.0
/* The files of an image out of the store. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contents.h"
#include "images_priv.h"

#define TEMP_SIZE	(IMAGES_FILE_SIZE + 8)

/* Files that can come out, beyond those that can be stored. */
enum { OUT_TOC = IMAGES_FILES, OUT_CCD, OUT_IMG, OUT_SUB, OUT_SUMS, OUT_FILES };

struct export {
	int folder;
	const char *name, *path;
	bool force;
	enum images_as as;
	struct {
		int fd;
		EVP_MD_CTX *sha;
		bool made;	/* under its temporary name */
		char sum[IMAGES_SHA];
	} out[OUT_FILES];
	/* Of another form than the stored one: */
	struct cd_layout layout;
	uint32_t from, to;	/* bytes of a block as it is stored, and as it comes out */
	uint64_t block;		/* the one at work, and how much of it is there */
	size_t fill;
	uint8_t part[CD_RAW];
};

static const char *suffix_of(int file)
{
	static const char *const others[] = { ".toc", ".ccd", ".img", ".sub", ".sha256" };

	return file < IMAGES_FILES ? images_suffix[file] : others[file - IMAGES_FILES];
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

/* ---- Files ------------------------------------------------------------------------ */

static int open_file(struct export *e, int file)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE];

	export_names(e, file, final, temp);
	e->out[file].fd = openat(e->folder, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
				 O_CLOEXEC, 0644);
	if (e->out[file].fd < 0)
		return -errno;
	e->out[file].made = true;
	e->out[file].sha = EVP_MD_CTX_new();
	return e->out[file].sha && EVP_DigestInit_ex(e->out[file].sha, EVP_sha256(), NULL) ?
	       0 : -ENOMEM;
}

static int write_file(struct export *e, int file, const void *data, size_t len)
{
	int rc = e->out[file].fd < 0 ? open_file(e, file) : 0;
	size_t done = 0;

	while (!rc && done < len) {
		ssize_t n = write(e->out[file].fd, (const char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			rc = -errno;
	}
	if (!rc)
		EVP_DigestUpdate(e->out[file].sha, data, len);
	return rc;
}

static int close_files(struct export *e)
{
	int i, rc = 0;

	for (i = 0; i < OUT_FILES; i++) {
		if (e->out[i].fd < 0)
			continue;
		if (fsync(e->out[i].fd) && !rc)
			rc = -errno;
		if (close(e->out[i].fd) && !rc)
			rc = -errno;
		e->out[i].fd = -1;
		if (e->out[i].sha)
			images_hex(e->out[i].sha, e->out[i].sum);
		EVP_MD_CTX_free(e->out[i].sha);
		e->out[i].sha = NULL;
	}
	return rc;
}

/* ---- In another form ---------------------------------------------------------------- */

static int data_out(const struct export *e)
{
	return e->as == IMAGES_AS_ISO ? IMAGES_ISO : e->as == IMAGES_AS_CCD ? OUT_IMG : IMAGES_BIN;
}

/* The block that is whole now: as it is, without what is around its data, or with that. */
static int put_block(struct export *e)
{
	uint8_t raw[CD_RAW], sub[CD_SUBCODE];
	const uint8_t *out = e->part;
	int32_t lba = 0;
	int rc;

	if (!cd_file_lba(&e->layout, e->block++, &lba))
		return -EBADMSG;
	if (e->from > e->to) {
		out = e->part + 16;
	} else if (e->from < e->to) {
		cd_sector_build(raw, CD_MODE1, lba, NULL, e->part);
		out = raw;
	}
	rc = write_file(e, data_out(e), out, e->to);
	if (!rc && e->as == IMAGES_AS_CCD) {
		disc_sub_write(&e->layout, lba, sub);
		rc = write_file(e, OUT_SUB, sub, sizeof(sub));
	}
	return rc;
}

static int put_blocks(struct export *e, const uint8_t *data, size_t len)
{
	int rc = 0;

	while (len && !rc) {
		size_t n = e->from - e->fill < len ? e->from - e->fill : len;

		memcpy(e->part + e->fill, data, n);
		e->fill += n;
		data += n;
		len -= n;
		if (e->fill < e->from)
			break;
		e->fill = 0;
		rc = put_block(e);
	}
	return rc;
}

/* What the form can't hold of the disc, or NULL. */
static const char *form_lacks(const struct export *e, enum disc_sheet kind)
{
	const struct cd_layout *l = &e->layout;

	if (e->as != IMAGES_AS_ISO)
		return disc_sheet_lacks(kind, l);
	return *l->mcn || *l->track[0].isrc || l->text_packs ? "codes and CD-Text" : NULL;
}

static int export_sheet(struct export *e, const struct images_progress *progress)
{
	static const struct { enum disc_sheet kind; int file; } sheets[] = {
		[IMAGES_AS_ISO] = { DISC_SHEET_CUE, IMAGES_ISO },
		[IMAGES_AS_CUE] = { DISC_SHEET_CUE, IMAGES_CUE },
		[IMAGES_AS_TOC] = { DISC_SHEET_TOC, OUT_TOC },
		[IMAGES_AS_CCD] = { DISC_SHEET_CCD, OUT_CCD },
	};
	char bin[IMAGES_FILE_SIZE], cdt[IMAGES_FILE_SIZE], note[128], *text;
	const char *lost;
	bool packs = e->as == IMAGES_AS_CUE && e->layout.text_packs;
	int rc;

	if (e->as == IMAGES_AS_STORED)
		return 0;
	lost = form_lacks(e, sheets[e->as].kind);
	if (lost && progress && progress->note) {
		snprintf(note, sizeof(note), "in a %s this is lost: %s; export it as cue to keep that",
			 suffix_of(sheets[e->as].file), lost);
		progress->note(progress->arg, note);
	}
	if (e->as == IMAGES_AS_ISO)
		return 0;
	text = disc_sheet_write(sheets[e->as].kind, &e->layout,
				images_file_name(e->name, suffix_of(data_out(e)), bin),
				packs ? images_file_name(e->name, ".cdt", cdt) : NULL);
	if (!text)
		return -ENOMEM;
	rc = write_file(e, sheets[e->as].file, text, strlen(text));
	free(text);
	if (!rc && packs)
		rc = write_file(e, IMAGES_CDT, e->layout.text,
				e->layout.text_packs * CD_TEXT_PACK);
	return rc;
}

/* A data disc's only track, as the stored .iso has it. */
static void plain_layout(struct cd_layout *l, uint32_t blocks)
{
	l->track[0] = (struct cd_track){
		.session = 1, .number = 1, .control = CD_DATA, .type = CD_MODE1,
		.pregap = -CD_PREGAP, .end = (int32_t)blocks,
	};
	l->tracks = 1;
	cd_layout_finish(l);
}

/* Whether the blocks of an .iso are all there is to it, but codes and texts. */
static bool fits_iso(const struct cd_layout *l)
{
	return l->tracks == 1 && l->track[0].type == CD_MODE1 && !l->track[0].start;
}

static int set_form(struct export *e, const struct images_info *info, char *err, size_t errlen)
{
	struct disc_image *image;
	const struct cd_layout *l;
	bool raw;
	int rc;

	if (e->as == IMAGES_AS_STORED)
		return 0;
	rc = disc_image_open_with(info->path, DISC_IMAGE_FORCE, &image, err, errlen);
	if (rc)
		return rc;
	l = disc_image_layout(image);
	raw = l->tracks;
	e->from = raw ? CD_RAW : DISC_DATA;
	e->to = e->as == IMAGES_AS_ISO ? DISC_DATA : CD_RAW;
	if (!raw && e->as != IMAGES_AS_ISO && info->medium != IMAGES_CD)
		rc = images_fail(err, errlen, -EINVAL, "image %s is of a %s, which no such sheet can describe: export it as iso",
				 e->name, images_medium_name(info->medium));
	else if (raw && e->as == IMAGES_AS_ISO && !fits_iso(l))
		rc = images_fail(err, errlen, -EINVAL, "image %s is more than one track of data, which an .iso can't hold: export it as cue or ccd",
				 e->name);
	else if (e->as == IMAGES_AS_TOC && l->sessions > 1)
		rc = images_fail(err, errlen, -EINVAL, "image %s has several sessions, which a .toc can't hold: export it as cue or ccd",
				 e->name);
	if (!rc && raw) {
		e->layout = *l;
		e->layout.text = l->text_packs ? malloc(l->text_packs * CD_TEXT_PACK) : NULL;
		if (e->layout.text)
			memcpy(e->layout.text, l->text, l->text_packs * CD_TEXT_PACK);
		else if (l->text_packs)
			rc = images_fail(err, errlen, -ENOMEM, "out of memory");
	} else if (!rc) {
		plain_layout(&e->layout, disc_image_blocks(image));
	}
	disc_image_close(image);
	return rc;
}

/* ---- All of it ------------------------------------------------------------------------ */

static int export_take(void *arg, enum images_file file, const void *data, size_t len, char *err,
		       size_t errlen)
{
	struct export *e = arg;
	int rc = 0;

	if (e->as == IMAGES_AS_STORED)
		rc = write_file(e, (int)file, data, len);
	else if (file <= IMAGES_BIN)
		rc = put_blocks(e, data, len);
	return rc ? export_fail(e, rc, err, errlen) : 0;
}

static int export_sums(struct export *e)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE];
	char text[OUT_FILES * (IMAGES_SHA + IMAGES_FILE_SIZE + 4)];
	size_t len = 0;
	int i;

	for (i = 0; i < OUT_SUMS; i++) {
		if (!e->out[i].made)
			continue;
		export_names(e, i, final, temp);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s  %s\n",
					e->out[i].sum, final);
	}
	export_names(e, OUT_SUMS, final, temp);
	e->out[OUT_SUMS].made = true;
	return images_spit(e->folder, temp, text, len);
}

/* The files that there will be. */
static bool comes_out(const struct export *e, const struct images_sums *sums, int file)
{
	if (file == OUT_SUMS)
		return true;
	if (e->as == IMAGES_AS_STORED)
		return file < IMAGES_FILES && sums->listed[file];
	return file == data_out(e) || (file == IMAGES_CUE && e->as == IMAGES_AS_CUE) ||
	       (file == IMAGES_CDT && e->as == IMAGES_AS_CUE && e->layout.text_packs) ||
	       (file == OUT_TOC && e->as == IMAGES_AS_TOC) ||
	       ((file == OUT_CCD || file == OUT_SUB) && e->as == IMAGES_AS_CCD);
}

/* Nothing of these names must be there, or all may go. */
static int export_names_free(const struct export *e, const struct images_sums *sums, char *err,
			     size_t errlen)
{
	char final[IMAGES_FILE_SIZE], temp[TEMP_SIZE];
	struct stat st;
	int i;

	for (i = 0; i < OUT_FILES && !e->force; i++) {
		if (!comes_out(e, sums, i))
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

	for (i = 0; i < OUT_FILES; i++) {
		if (!e->out[i].made)
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
	if (!rc) {
		rc = export_sheet(e, progress);
		if (rc)
			export_fail(e, rc, err, errlen);
	}
	end = close_files(e);
	if (!rc && !end)
		end = export_sums(e);
	if (!rc && end)
		rc = export_fail(e, end, err, errlen);
	end = export_settle(e, !rc);
	return !rc && end ? export_fail(e, end, err, errlen) : rc;
}

int images_export(struct images *store, const char *name, const struct images_out *to,
		  const struct images_progress *progress, char *err, size_t errlen)
{
	struct export *e = calloc(1, sizeof(*e));
	struct images_hold *hold;
	struct images_info info;
	int dir, i, rc;

	if (!e)
		return images_fail(err, errlen, -ENOMEM, "out of memory");
	e->name = name;
	e->path = to->folder;
	e->force = to->force;
	e->as = to->as;
	for (i = 0; i < OUT_FILES; i++)
		e->out[i].fd = -1;
	rc = images_hold(store, name, &hold, &info, err, errlen);
	if (rc) {
		free(e);
		return rc;
	}
	dir = images_open_dir(store, name);
	e->folder = open(e->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e->folder < 0)
		rc = images_fail(err, errlen, -errno, "%s: %s: name a folder to export to", e->path,
				 strerror(errno));
	else if (dir < 0)
		rc = images_fail(err, errlen, dir, "image %s: %s", name, strerror(-dir));
	else
		rc = set_form(e, &info, err, errlen);
	if (!rc)
		rc = export_files(e, dir, progress, err, errlen);
	if (dir >= 0)
		close(dir);
	if (e->folder >= 0)
		close(e->folder);
	images_release(hold);
	free(e->layout.text);
	free(e);
	return rc;
}
