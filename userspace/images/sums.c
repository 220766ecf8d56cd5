// SPDX-License-Identifier: GPL-2.0
/* SHA-256 sums, as sha256sum writes and checks them, and small files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "images_priv.h"

#define SUMS_MAX	4096u

void images_hex(EVP_MD_CTX *sha, char *hex)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int len = 0, i;

	EVP_DigestFinal_ex(sha, sum, &len);
	for (i = 0; i < len && i < 32; i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", sum[i]);
}

/* ---- Small files ------------------------------------------------------------- */

static int slurp_fd(int fd, size_t max, char **text, size_t *len)
{
	struct stat st;
	size_t got = 0;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	*text = malloc((size_t)st.st_size + 1);
	if (!*text)
		return -ENOMEM;
	while (got < (size_t)st.st_size) {
		ssize_t n = read(fd, *text + got, (size_t)st.st_size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int rc = -errno;

			free(*text);
			*text = NULL;
			return rc < 0 ? rc : -EIO;
		}
		if (!n)
			break;
		got += (size_t)n;
	}
	(*text)[got] = '\0';
	*len = got;
	return 0;
}

int images_slurp(int dir, const char *file, size_t max, char **text, size_t *len)
{
	int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = slurp_fd(fd, max, text, len);
	close(fd);
	return rc;
}

int images_spit(int dir, const char *file, const void *data, size_t len)
{
	int fd = openat(dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	size_t done = 0;
	int rc = 0;

	if (fd < 0)
		return -errno;
	while (done < len && !rc) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			rc = -errno;
	}
	if (!rc && fsync(fd))
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

/* ---- NAME.sha256 --------------------------------------------------------------- */

static bool is_hex(const char *text)
{
	return strspn(text, "0123456789abcdef") >= IMAGES_SHA - 1;
}

/* Which of the image's files this is. */
static int which(const char *name, const char *file, size_t len)
{
	char own[IMAGES_FILE_SIZE];
	int i;

	for (i = 0; i < IMAGES_FILES; i++) {
		images_file_name(name, images_suffix[i], own);
		if (strlen(own) == len && !memcmp(own, file, len))
			return i;
	}
	return -1;
}

/* "<64 digits>  <file>" or " *" before the file */
static int parse_line(const char *name, const char *line, size_t len, struct images_sums *sums)
{
	int file;

	if (len < IMAGES_SHA + 2 || !is_hex(line) || line[64] != ' ' ||
	    (line[65] != ' ' && line[65] != '*'))
		return -EINVAL;
	file = which(name, line + IMAGES_SHA + 1, len - IMAGES_SHA - 1);
	if (file < 0 || sums->listed[file])
		return -EINVAL;
	sums->listed[file] = true;
	memcpy(sums->sha256[file], line, IMAGES_SHA - 1);
	sums->sha256[file][IMAGES_SHA - 1] = '\0';
	return 0;
}

int images_sums_parse(const char *name, const char *text, size_t len, struct images_sums *sums)
{
	const char *end = text + len;

	memset(sums, 0, sizeof(*sums));
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = nl ? (size_t)(nl - text) : (size_t)(end - text);

		if (n && parse_line(name, text, n, sums))
			return -EINVAL;
		text += n + (nl != NULL);
	}
	/* Either .iso, or .bin and .cue */
	if (sums->listed[IMAGES_ISO])
		return sums->listed[IMAGES_BIN] || sums->listed[IMAGES_CUE] ||
		       sums->listed[IMAGES_CDT] ? -EINVAL : 0;
	return sums->listed[IMAGES_BIN] && sums->listed[IMAGES_CUE] ? 0 : -EINVAL;
}

int images_sums_read(int dir, const char *name, struct images_sums *sums, char *err,
		     size_t errlen)
{
	char file[IMAGES_FILE_SIZE], *text = NULL;
	size_t len = 0;
	int rc = images_slurp(dir, images_file_name(name, ".sha256", file), SUMS_MAX, &text, &len);

	if (rc)
		return images_fail(err, errlen, rc, "%s: %s", file, strerror(-rc));
	rc = images_sums_parse(name, text, len, sums);
	free(text);
	if (rc)
		images_fail(err, errlen, rc, "%s holds no sums of this image", file);
	return rc;
}
