/* SPDX-License-Identifier: GPL-2.0 */
/* A folder of a test's own in /tmp. */
#ifndef TEMP_FOLDER_H
#define TEMP_FOLDER_H

#include <stddef.h>

/* Makes one whose name begins with discmux-WHAT into path; 0, or -1. */
int temp_folder_make(const char *what, char *path, size_t size);

/* Removes it with all that is in it; 0, or what rm gave. */
int temp_folder_remove(const char *path);

#endif
