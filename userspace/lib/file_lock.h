/* SPDX-License-Identifier: LGPL-2.1 */
/* Lock files that order the programs of one machine. */
#ifndef DISCMUX_FILE_LOCK_H
#define DISCMUX_FILE_LOCK_H

#include <stddef.h>

#define FILE_LOCK_MS	30000u	/* as long is waited for another program */

/**
 * file_lock - have a lock file to oneself
 * @dir: folder that @path begins in, or AT_FDCWD
 * @path: made where it is missing, for its owner and the group cdrom only: a user without
 *	write permission can neither lock it nor block those that can
 * @wait_ms: how long to wait for the holder
 * @err: one line: what is wrong, and the holder
 *
 * An open file description lock (fcntl(2), F_OFD_SETLK), so that threads of a program
 * keep each other out, too.  Returns a descriptor, which gives it back when it is closed;
 * -EBUSY: another program still has it; or another negative errno.
 */
int file_lock(int dir, const char *path, unsigned int wait_ms, char *err, size_t errlen);

/**
 * file_lock_shared - have a lock file together with programs that share it, too
 *
 * As file_lock(), which waits for all of them.  The file is neither made nor written, so read
 * permission is enough.  -ENOENT: it is missing.
 */
int file_lock_shared(int dir, const char *path, unsigned int wait_ms, char *err, size_t errlen);

#endif
