/* SPDX-License-Identifier: GPL-2.0 */
/* Settings of the machine: lines "key = value" of a file; # begins a comment. */
#ifndef DISCMUX_LIBRARY_CONFIG_H
#define DISCMUX_LIBRARY_CONFIG_H

#include <stddef.h>

#define CONFIG_PATH	"/etc/discmux.conf"

/* The value of a key, the last one where it stands several times; "" when it is not
 * there or there is no such file.  Returns 0, or a negative errno. */
int config_get(const char *path, const char *key, char *value, size_t size);

#endif
