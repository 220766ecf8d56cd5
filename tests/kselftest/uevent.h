/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's uevents, as udev gets them. */
#ifndef KSELFTEST_UEVENT_H
#define KSELFTEST_UEVENT_H

#include <stdbool.h>

/* A socket that hears uevents from now on, or a negative errno. */
int uevent_open(void);

/*
 * Whether `action` ("change") of the device whose path ends in `name` comes
 * within ms milliseconds.
 */
bool uevent_seen(int fd, const char *action, const char *name, unsigned int ms);

#endif
