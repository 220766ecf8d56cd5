// SPDX-License-Identifier: GPL-2.0
/* Settings of the machine. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

int config_get(const char *path, const char *key, char *value, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[1024], *equals;

	*value = '\0';
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (fgets(line, sizeof(line), file)) {
		equals = strchr(line, '=');
		if (!equals || *trim(line) == '#')
			continue;
		*equals = '\0';
		if (!strcmp(trim(line), key))
			snprintf(value, size, "%s", trim(equals + 1));
	}
	fclose(file);
	return 0;
}
