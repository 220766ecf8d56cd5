// SPDX-License-Identifier: GPL-2.0
#include "temp_folder.h"

#include <stdio.h>
#include <stdlib.h>

int temp_folder_make(const char *what, char *path, size_t size)
{
	snprintf(path, size, "/tmp/discmux-%s-XXXXXX", what);
	return mkdtemp(path) ? 0 : -1;
}

int temp_folder_remove(const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -rf %s", path);
	return system(command);
}
