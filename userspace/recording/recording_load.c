// SPDX-License-Identifier: GPL-2.0
/* Recordings out of files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording.h"

/* All of a file, which may be a pipe */
static int read_all(int fd, char **out, size_t *len)
{
	size_t room = 1 << 16;
	char *text = malloc(room);

	*len = 0;
	while (text) {
		ssize_t n = read(fd, text + *len, room - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(text);
			return -errno;
		}
		*len += (size_t)n;
		if (!n || *len > RECORDING_FILE_MAX) {
			*out = text;
			return 0;
		}
		if (*len == room) {
			char *more = realloc(text, room *= 2);

			if (!more)
				free(text);
			text = more;
		}
	}
	return -ENOMEM;
}

int recording_load(const char *path, struct recording **out, char *err, size_t errlen)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char why[256], *text = NULL;
	size_t len = 0;
	int ret;

	*out = NULL;
	ret = fd < 0 ? -errno : read_all(fd, &text, &len);
	if (fd >= 0)
		close(fd);
	if (ret) {
		snprintf(err, errlen, "%s: %s", path, strerror(-ret));
		return ret;
	}
	ret = recording_parse(text, len, out, why, sizeof(why));
	if (ret)
		snprintf(err, errlen, "%s: %s", path, why);
	free(text);
	return ret;
}
