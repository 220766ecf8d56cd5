/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of io_uring as the tests of streams need, by the bare system calls:
 * writes are queued, sent together, and their results collected.
 */
#ifndef KSELFTEST_URING_H
#define KSELFTEST_URING_H

#include <stddef.h>
#include <stdint.h>

struct uring;

/* Room for `entries` writes at a time; NULL, with errno, without io_uring. */
struct uring *uring_open(unsigned int entries);
void uring_close(struct uring *ring);

/* Memory for uring_write_fixed(); one buffer.  0 or a negative errno. */
int uring_register(struct uring *ring, void *buf, size_t len);

/* fd is found as file 0 by uring_file() then. */
int uring_register_file(struct uring *ring, int fd);

/* Queues a write; `id` comes back with its result. */
void uring_write(struct uring *ring, int fd, const void *buf, unsigned int len, uint64_t id);
void uring_write_fixed(struct uring *ring, int fd, const void *buf, unsigned int len,
		       uint64_t id);

/* The write queued last goes to registered file 0. */
void uring_file(struct uring *ring);

/* Sends what is queued: how many the kernel took, or a negative errno. */
int uring_submit(struct uring *ring);

/*
 * The next result, waiting at most ms milliseconds for it: 0, or -ETIME.
 * id and res may be NULL.
 */
int uring_result(struct uring *ring, uint64_t *id, int *res, unsigned int ms);

#endif
