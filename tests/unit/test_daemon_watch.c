// SPDX-License-Identifier: GPL-2.0
/* The thread that looks at the drives, with drives that take their time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "drives.h"

static sem_t looked, go_on;

/* A mux without anything behind it */
int open(const char *path, int flags, ...)
{
	(void)flags;
	return (int)syscall(SYS_openat, AT_FDCWD, strncmp(path, "/dev/discmux", 12) ? path :
			    "/dev/null", O_RDWR | O_CLOEXEC);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;

	(void)fd;
	va_start(ap, request);
	if (request == DISCMUX_IOC_INFO)
		va_arg(ap, struct discmux_info *)->version = DISCMUX_UAPI_VERSION;
	va_end(ap);
	return 0;
}

int drives_list(struct discmux *dm, struct drive *drives, size_t max)
{
	(void)dm;
	(void)max;
	memset(drives, 0, 2 * sizeof(*drives));
	drives[0].state = DISCMUX_MEMBER_IDLE;
	drives[1].state = DISCMUX_MEMBER_IDLE;
	drives[1].member = 1;
	return 2;
}

bool drive_still_ready(struct discmux *dm, const struct drive *d)
{
	(void)dm;
	(void)d;
	return true;
}

void drive_look(struct discmux *dm, struct drive *d)
{
	(void)dm;
	(void)d;
	sem_post(&looked);
	sem_wait(&go_on);
}

/* One slow drive after the other is not a thread that is stuck: each answer counts. */
static void test_alive(void **state)
{
	struct drives_watch *w;
	uint64_t before;

	(void)state;
	assert_int_equal(sem_init(&looked, 0, 0), 0);
	assert_int_equal(sem_init(&go_on, 0, 0), 0);
	assert_int_equal(drives_watch_start(0, NULL, NULL, &w), 0);
	sem_wait(&looked);
	before = drives_watch_alive_ms(w);
	usleep(20000);
	sem_post(&go_on);
	sem_wait(&looked);
	assert_true(drives_watch_alive_ms(w) > before);
	for (int i = 0; i < 100; i++)
		sem_post(&go_on);
	drives_watch_stop(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
