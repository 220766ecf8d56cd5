// SPDX-License-Identifier: LGPL-2.1
#define _GNU_SOURCE	/* F_OFD_SETLK */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_lock.h"
#include "internal.h"

#define GROUP	"cdrom"
#define MODE	0660
#define POLL_MS	50

/* One that an older version made is readable by all, who could then lock it. */
static void close_to_others(int fd)
{
	const struct group *group;
	struct stat st;

	/* Only its owner can; once is enough */
	if (fstat(fd, &st) || st.st_uid != geteuid() || (st.st_size && (st.st_mode & 07777) == MODE))
		return;
	group = getgrnam(GROUP);
	if (group && st.st_gid != group->gr_gid && fchown(fd, (uid_t)-1, group->gr_gid))
		group = NULL;	/* then it is the owner's alone */
	if ((st.st_mode & 07777) != MODE && fchmod(fd, MODE))
		return;
}

/* The lock itself does not tell whose it is (F_OFD_GETLK), so its owner writes that. */
static void sign(int fd)
{
	char pid[16];
	int len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) || pwrite(fd, pid, (size_t)len, 0) != len)
		return;
}

static void name_of(int pid, char *name, size_t size)
{
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(name, (int)size, f))
		snprintf(name, size, "gone");
	name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
}

static int held(int fd, const char *path, char *err, size_t errlen)
{
	char text[16] = "", name[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	int pid = n > 0 ? atoi(text) : 0;

	if (pid > 0) {
		name_of(pid, name, sizeof(name));
		snprintf(err, errlen, "%s is locked by process %d (%s): wait until that is done, or end it",
			 path, pid, name);
	} else {
		snprintf(err, errlen, "%s is locked by another program: wait until that is done, or end it",
			 path);
	}
	return -EBUSY;
}

static int lock_until(int fd, short type, uint64_t end)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	while (fcntl(fd, F_OFD_SETLK, &lock)) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return -errno;
		if (dm_now_ms() >= end)
			return -EBUSY;
		dm_sleep_ms(POLL_MS);
	}
	return 0;
}

static int failed(int fd, const char *path, int rc, char *err, size_t errlen)
{
	if (rc == -EBUSY)
		held(fd, path, err, errlen);
	else
		snprintf(err, errlen, "%s: %s", path, strerror(-rc));
	if (fd >= 0)
		close(fd);
	return rc;
}

int file_lock(int dir, const char *path, unsigned int wait_ms, char *err, size_t errlen)
{
	int fd = openat(dir, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, MODE), rc;

	if (fd < 0)
		return failed(fd, path, -errno, err, errlen);
	close_to_others(fd);
	rc = lock_until(fd, F_WRLCK, dm_now_ms() + wait_ms);
	if (rc)
		return failed(fd, path, rc, err, errlen);
	sign(fd);
	return fd;
}

int file_lock_shared(int dir, const char *path, unsigned int wait_ms, char *err, size_t errlen)
{
	int fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc;

	if (fd < 0)
		return failed(fd, path, -errno, err, errlen);
	rc = lock_until(fd, F_RDLCK, dm_now_ms() + wait_ms);
	return rc ? failed(fd, path, rc, err, errlen) : fd;
}
