// SPDX-License-Identifier: GPL-2.0
/*
 * The image that is made of a master: .iso, or .bin with a sheet.  Files have
 * temporary names until all of them are whole and on the storage; sums as
 * sha256sum prints them come beside.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "image.h"
#include "internal.h"
#include "source.h"

#define PART		".part"
#define HEX		(2 * EVP_MAX_MD_SIZE + 1)

#define BATCH		64u		/* blocks of subchannels at a time */

enum { DATA, SHEET, TEXT, SUB, FILES };

struct burn_save {
	char base[PATH_MAX - 32];	/* without an ending */
	char ending[8];			/* ".iso", ".cue", ".toc", ".ccd" */
	enum disc_sheet kind;		/* unless it is ".iso" */
	char path[FILES][PATH_MAX];	/* final; "" for what is not needed */
	char sum[FILES][HEX];
	int fd;				/* of the data */
	EVP_MD_CTX *md;
	uint64_t bytes;			/* so far */
	bool begun;			/* the caller's sink, not ended yet */
};

/* Of sectors, with a sheet.  A plain master is not, in whatever way it is written. */
static bool is_raw(const struct burn_job *job)
{
	return job->unit == CD_RAW;
}

static int sink_failed(struct burn_job *job, const char *err)
{
	burn_job_problem(job, "%s", err);
	return -EIO;
}

static int fail(struct burn_job *job, const char *path, int err)
{
	burn_job_problem(job, "%.160s: %s%s", path, strerror(err), err == ENOSPC || err == EDQUOT ?
			 ": make room, or name another place" : "");
	return -EIO;
}

static void part_of(const char *path, char *out, size_t size)
{
	snprintf(out, size, "%s%s", path, PART);
}

/* ---- Names ---------------------------------------------------------------- */

static bool ends(const char *path, const char *ending)
{
	size_t len = strlen(path), n = strlen(ending);

	return len > n && !strcasecmp(path + len - n, ending);
}

static const struct { const char *text; enum disc_sheet kind; } endings[] = {
	{ ".iso", DISC_SHEET_CUE }, { ".cue", DISC_SHEET_CUE }, { ".toc", DISC_SHEET_TOC },
	{ ".ccd", DISC_SHEET_CCD },
};

/* The ending that was asked for, or the one that fits; *len: of the path without it. */
static int choose_ending(struct burn_job *job, struct burn_save *s, size_t *len)
{
	const char *path = job->config.image, *fits = burn_image_ending(job->config.source);
	size_t i;

	if (!fits)
		return burn_job_problem(job, "the master is not known yet");
	*len = strlen(path);
	snprintf(s->ending, sizeof(s->ending), "%s", fits);
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		if (!ends(path, endings[i].text))
			continue;
		if ((i == 0) != (strcmp(fits, ".iso") == 0))
			return burn_job_problem(job, "%.120s: the master is %s, which goes into a %s file: name one",
						path, burn_source_kind(job->config.source), fits);
		snprintf(s->ending, sizeof(s->ending), "%s", endings[i].text);
		s->kind = endings[i].kind;
		*len -= 4;
		break;
	}
	if (s->kind == DISC_SHEET_TOC && is_raw(job) && job->layout->sessions > 1)
		return burn_job_problem(job, "%.120s: a .toc can't hold several sessions: name a .cue or .ccd",
					path);
	return 0;
}

/* A file of the image; one that the sheet has to name gets a name that it can say. */
static void set_path(struct burn_job *job, int file, const char *ending)
{
	struct burn_save *s = job->save;
	char path[PATH_MAX], *name;

	snprintf(path, sizeof(path), "%s%s", s->base, ending);
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	if (is_raw(job) && file != SHEET && disc_sheet_file_name(s->kind, name))
		burn_notice(job, "a %s can't name a file with quotes or control characters, so the file beside it is %s",
			    s->ending, name);
	memcpy(s->path[file], path, sizeof(path));
}

static int choose_names(struct burn_job *job, struct burn_save *s)
{
	const char *path = job->config.image;
	size_t len = 0;
	int rc = choose_ending(job, s, &len);

	if (rc)
		return rc;
	if (!len || len + 32 > PATH_MAX - 32)
		return burn_job_problem(job, "%.120s is not a name for an image", path);
	snprintf(s->base, sizeof(s->base), "%.*s", (int)len, path);
	set_path(job, DATA, !is_raw(job) ? s->ending : s->kind == DISC_SHEET_CCD ? ".img" : ".bin");
	if (!is_raw(job))
		return 0;
	set_path(job, SHEET, s->ending);
	if (job->layout->text_packs && s->kind == DISC_SHEET_CUE)
		set_path(job, TEXT, ".cdt");
	if (s->kind == DISC_SHEET_CCD)
		set_path(job, SUB, ".sub");
	return 0;
}

/* Blocks of the image: those of sessions, without what lies between them. */
static uint64_t image_blocks(const struct burn_job *job)
{
	return is_raw(job) ? cd_file_blocks(job->layout) : job->config.source->blocks;
}

int64_t burn_save_place(const struct burn_job *job, int32_t lba)
{
	/* A track may have a pause before a plain master, and zeros behind it */
	if (!is_raw(job))
		return lba >= 0 && (uint32_t)lba < job->config.source->blocks ? lba : -1;
	return cd_file_block(job->layout, lba);
}

/* A disk that is too full is known before the reader spins. */
static int check_space(struct burn_job *job, const struct burn_save *s)
{
	uint64_t need = image_blocks(job) * (job->unit + (*s->path[SUB] ? CD_SUBCODE : 0));
	struct statvfs fs;

	if (fstatvfs(s->fd, &fs) || !fs.f_blocks ||
	    (uint64_t)fs.f_bavail * fs.f_frsize >= need)
		return 0;
	burn_job_problem(job, "%.120s: the image takes %llu MB, there is room for %llu MB: make room, or name another place",
			 s->path[DATA], (unsigned long long)(need / 1000000),
			 (unsigned long long)((uint64_t)fs.f_bavail * fs.f_frsize / 1000000));
	return -EIO;
}

/* ---- Under way ------------------------------------------------------------- */

static int begin_sink(struct burn_job *job, struct burn_save *s)
{
	const struct burn_sink *sink = job->config.sink;
	char err[BURN_MESSAGE_LEN];

	if (sink->begin(sink->arg, is_raw(job), image_blocks(job) * job->unit, err, sizeof(err)))
		return sink_failed(job, err);
	s->begun = true;
	return 0;
}

int burn_save_begin(struct burn_job *job)
{
	struct burn_save *s = calloc(1, sizeof(*s));
	char part[PATH_MAX + 8];
	int rc;

	if (!s) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	s->fd = -1;
	job->save = s;
	if (job->config.sink)
		return begin_sink(job, s);
	rc = choose_names(job, s);
	if (rc)
		return rc;
	part_of(s->path[DATA], part, sizeof(part));
	s->fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (s->fd < 0)
		return fail(job, part, errno);
	s->md = EVP_MD_CTX_new();
	if (!s->md || !EVP_DigestInit_ex(s->md, EVP_sha256(), NULL)) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	return check_space(job, s);
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The next bytes of the image. */
static int put(struct burn_job *job, const uint8_t *data, size_t len)
{
	const struct burn_sink *sink = job->config.sink;
	struct burn_save *s = job->save;
	char err[BURN_MESSAGE_LEN];
	int rc;

	s->bytes += len;
	if (sink)
		return sink->append(sink->arg, data, len, err, sizeof(err)) ?
			       sink_failed(job, err) : 0;
	rc = write_all(s->fd, data, len);
	if (rc)
		return fail(job, s->path[DATA], -rc);
	EVP_DigestUpdate(s->md, data, len);
	return 0;
}

/* The track that a block of the image is of, and its address. */
static const struct cd_track *track_of(const struct burn_job *job, uint64_t block, int32_t *lba)
{
	return cd_file_lba(job->layout, block, lba) ? cd_track_at(job->layout, *lba) : NULL;
}

/* Blocks that hold nothing and can't be read: the run-outs of tracks at once. */
static int fill(struct burn_job *job, int64_t to)
{
	struct burn_save *s = job->save;
	uint8_t raw[CD_RAW];
	int32_t lba = 0;
	int rc = 0;

	while (!rc && (int64_t)(s->bytes / job->unit) < to) {
		const struct cd_track *t = is_raw(job) ? track_of(job, s->bytes / job->unit, &lba) :
						     NULL;

		memset(raw, 0, sizeof(raw));
		if (t && t->type != CD_AUDIO)
			cd_sector_build(raw, t->type, lba, NULL, NULL);
		rc = put(job, raw, job->unit);
	}
	return rc;
}

int burn_save_put(struct burn_job *job, int32_t lba, uint32_t blocks, const void *data)
{
	const uint8_t *from = data;
	int rc;

	/* Pauses that are in no image come before the rest of a session */
	while (blocks && burn_save_place(job, lba) < 0) {
		from += job->unit;
		blocks--;
		lba++;
	}
	while (blocks && burn_save_place(job, lba + (int32_t)blocks - 1) < 0)
		blocks--;
	if (!blocks)
		return 0;
	rc = fill(job, burn_save_place(job, lba));
	if (rc)
		return rc;
	return put(job, from, (size_t)blocks * job->unit);
}

/* ---- The end ---------------------------------------------------------------- */

static void hex(const uint8_t *sum, unsigned int len, char *out)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		sprintf(out + (size_t)i * 2, "%02x", sum[i]);
}

/* A file beside the data, under its temporary name; -1 after a message. */
static int open_beside(struct burn_job *job, const char *path)
{
	char part[PATH_MAX + 8];
	int fd;

	part_of(path, part, sizeof(part));
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		fail(job, part, errno);
	return fd;
}

/* rc: of what was written to it. */
static int close_beside(struct burn_job *job, const char *path, int fd, int rc)
{
	if (!rc && fsync(fd))
		rc = -errno;
	close(fd);
	return rc ? fail(job, path, -rc) : 0;
}

static int put_file(struct burn_job *job, const char *path, const void *data, size_t len,
		    char *sum)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	int rc, fd = open_beside(job, path);

	if (fd < 0)
		return -EIO;
	rc = close_beside(job, path, fd, write_all(fd, data, len));
	if (!rc && sum && EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL))
		hex(digest, n, sum);
	return rc;
}

/* Subchannels for each block of the data. */
static int put_sub(struct burn_job *job, struct burn_save *s)
{
	uint64_t block, blocks = cd_file_blocks(job->layout);
	uint8_t buf[BATCH * CD_SUBCODE], digest[EVP_MAX_MD_SIZE];
	int rc = 0, fd = open_beside(job, s->path[SUB]);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned int n = 0;
	int32_t lba;

	if (fd < 0 || !md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		rc = -ENOMEM;
	for (block = 0; !rc && block < blocks; block += n) {
		for (n = 0; n < BATCH && cd_file_lba(job->layout, block + n, &lba); n++)
			disc_sub_write(job->layout, lba, buf + (size_t)n * CD_SUBCODE);
		EVP_DigestUpdate(md, buf, (size_t)n * CD_SUBCODE);
		rc = write_all(fd, buf, (size_t)n * CD_SUBCODE);
	}
	if (fd >= 0)
		rc = close_beside(job, s->path[SUB], fd, rc);
	if (!rc && EVP_DigestFinal_ex(md, digest, &n))
		hex(digest, n, s->sum[SUB]);
	EVP_MD_CTX_free(md);
	return rc;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int put_sheet(struct burn_job *job, struct burn_save *s)
{
	char *text = disc_sheet_write(s->kind, job->layout, name_of(s->path[DATA]),
				      *s->path[TEXT] ? name_of(s->path[TEXT]) : NULL);
	const char *lost = disc_sheet_lacks(s->kind, job->layout);
	int rc;

	if (!text) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	if (lost)
		burn_notice(job, "in a %s this is lost: %s; name a .cue to keep that", s->ending, lost);
	rc = put_file(job, s->path[SHEET], text, strlen(text), s->sum[SHEET]);
	free(text);
	if (!rc && *s->path[TEXT])
		rc = put_file(job, s->path[TEXT], job->layout->text,
			      job->layout->text_packs * CD_TEXT_PACK, s->sum[TEXT]);
	if (!rc && *s->path[SUB])
		rc = put_sub(job, s);
	return rc;
}

/* A line of sha256sum, which marks names with characters that it escapes. */
static size_t sum_line(char *out, size_t size, const char *sum, const char *name)
{
	bool marked = strpbrk(name, "\\\n\r");
	size_t len = (size_t)snprintf(out, size, "%s%s  ", marked ? "\\" : "", sum);

	for (; *name && len + 4 < size; name++) {
		if (*name == '\\' || *name == '\n' || *name == '\r') {
			out[len++] = '\\';
			out[len++] = *name == '\n' ? 'n' : *name == '\r' ? 'r' : '\\';
		} else {
			out[len++] = *name;
		}
	}
	out[len++] = '\n';
	out[len] = '\0';
	return len;
}

static int put_sums(struct burn_job *job, struct burn_save *s, char *path, size_t size)
{
	char lines[FILES * (HEX + 2 * NAME_MAX + 8)] = "";
	size_t len = 0;
	int i;

	for (i = 0; i < FILES; i++)
		if (*s->path[i])
			len += sum_line(lines + len, sizeof(lines) - len, s->sum[i],
					name_of(s->path[i]));
	snprintf(path, size, "%s%s.sha256", s->base, s->ending);
	return put_file(job, path, lines, len, NULL);
}

static int rename_part(struct burn_job *job, const char *path)
{
	char part[PATH_MAX + 8];

	part_of(path, part, sizeof(part));
	return rename(part, path) ? fail(job, path, errno) : 0;
}

static void sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* The file that people name comes last: where it is, all is there. */
static int rename_all(struct burn_job *job, struct burn_save *s, const char *sums)
{
	const char *last = *s->path[SHEET] ? s->path[SHEET] : s->path[DATA];
	int i, rc = rename_part(job, sums);

	for (i = 0; i < FILES && !rc; i++)
		if (*s->path[i] && s->path[i] != last)
			rc = rename_part(job, s->path[i]);
	if (!rc)
		rc = rename_part(job, last);
	sync_folder(last);
	if (!rc)
		snprintf(job->image, sizeof(job->image), "%s", last);
	return rc;
}

static int end_sink(struct burn_job *job, struct burn_save *s)
{
	const struct burn_sink *sink = job->config.sink;
	char err[BURN_MESSAGE_LEN];

	s->begun = false;
	if (sink->commit(sink->arg, is_raw(job) ? job->layout : NULL, err, sizeof(err)))
		return sink_failed(job, err);
	burn_save_drop(job);
	return 0;
}

int burn_save_end(struct burn_job *job)
{
	struct burn_save *s = job->save;
	uint8_t digest[EVP_MAX_MD_SIZE];
	char sums[PATH_MAX];
	unsigned int n = 0;
	int rc = fill(job, (int64_t)image_blocks(job));

	if (rc)
		return rc;
	if (job->config.sink)
		return end_sink(job, s);
	if (!EVP_DigestFinal_ex(s->md, digest, &n)) {
		burn_job_problem(job, "out of memory");
		return -EIO;
	}
	hex(digest, n, s->sum[DATA]);
	if (fsync(s->fd))
		return fail(job, s->path[DATA], errno);
	rc = is_raw(job) ? put_sheet(job, s) : 0;
	if (!rc)
		rc = put_sums(job, s, sums, sizeof(sums));
	if (!rc)
		rc = rename_all(job, s, sums);
	if (!rc)
		burn_save_drop(job);
	return rc;
}

/* What is not whole goes away; after burn_save_end() there is nothing of that. */
void burn_save_drop(struct burn_job *job)
{
	struct burn_save *s = job->save;
	char part[PATH_MAX + 8];
	int i;

	if (!s)
		return;
	if (s->begun)
		job->config.sink->abort(job->config.sink->arg);
	for (i = 0; i < FILES && !*job->image; i++) {
		if (!*s->path[i])
			continue;
		part_of(s->path[i], part, sizeof(part));
		unlink(part);
	}
	if (s->fd >= 0)
		close(s->fd);
	EVP_MD_CTX_free(s->md);
	free(s);
	job->save = NULL;
}
