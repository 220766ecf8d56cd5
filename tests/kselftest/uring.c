// SPDX-License-Identifier: GPL-2.0
#include "uring.h"
#include "mux.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct uring {
	int fd;
	struct io_uring_params p;
	uint8_t *sq;
	uint8_t *cq;
	size_t sq_len;
	size_t cq_len;
	struct io_uring_sqe *sqe;
	unsigned int queued;
};

static uint32_t *sq_word(struct uring *ring, uint32_t offset)
{
	return (uint32_t *)(void *)(ring->sq + offset);
}

static uint32_t *cq_word(struct uring *ring, uint32_t offset)
{
	return (uint32_t *)(void *)(ring->cq + offset);
}

static void *map(struct uring *ring, size_t len, off_t offset)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
		       offset);

	return p == MAP_FAILED ? NULL : p;
}

struct uring *uring_open(unsigned int entries)
{
	struct uring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->fd = (int)syscall(SYS_io_uring_setup, entries, &ring->p);
	if (ring->fd < 0) {
		free(ring);
		return NULL;
	}
	ring->sq_len = ring->p.sq_off.array + ring->p.sq_entries * sizeof(uint32_t);
	ring->cq_len = ring->p.cq_off.cqes + ring->p.cq_entries * sizeof(struct io_uring_cqe);
	ring->sq = map(ring, ring->sq_len, IORING_OFF_SQ_RING);
	ring->cq = map(ring, ring->cq_len, IORING_OFF_CQ_RING);
	ring->sqe = map(ring, ring->p.sq_entries * sizeof(*ring->sqe), IORING_OFF_SQES);
	if (!ring->sq || !ring->cq || !ring->sqe) {
		uring_close(ring);
		return NULL;
	}
	return ring;
}

void uring_close(struct uring *ring)
{
	if (!ring)
		return;
	if (ring->sq)
		munmap(ring->sq, ring->sq_len);
	if (ring->cq)
		munmap(ring->cq, ring->cq_len);
	if (ring->sqe)
		munmap(ring->sqe, ring->p.sq_entries * sizeof(*ring->sqe));
	close(ring->fd);
	free(ring);
}

static int do_register(struct uring *ring, unsigned int what, void *arg)
{
	return syscall(SYS_io_uring_register, ring->fd, what, arg, 1) < 0 ? -errno : 0;
}

int uring_register(struct uring *ring, void *buf, size_t len)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };

	return do_register(ring, IORING_REGISTER_BUFFERS, &iov);
}

int uring_register_file(struct uring *ring, int fd)
{
	return do_register(ring, IORING_REGISTER_FILES, &fd);
}

static uint32_t sq_index(struct uring *ring, unsigned int ahead)
{
	uint32_t mask = *sq_word(ring, ring->p.sq_off.ring_mask);

	return (*sq_word(ring, ring->p.sq_off.tail) + ahead) & mask;
}

static struct io_uring_sqe *queue(struct uring *ring, uint8_t opcode, int fd, const void *buf,
				  unsigned int len, uint64_t id)
{
	uint32_t at = sq_index(ring, ring->queued++);
	struct io_uring_sqe *sqe = &ring->sqe[at];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = opcode;
	sqe->fd = fd;
	sqe->off = (uint64_t)-1;
	sqe->addr = PTR(buf);
	sqe->len = len;
	sqe->user_data = id;
	sq_word(ring, ring->p.sq_off.array)[at] = at;
	return sqe;
}

void uring_write(struct uring *ring, int fd, const void *buf, unsigned int len, uint64_t id)
{
	queue(ring, IORING_OP_WRITE, fd, buf, len, id);
}

void uring_write_fixed(struct uring *ring, int fd, const void *buf, unsigned int len,
		       uint64_t id)
{
	queue(ring, IORING_OP_WRITE_FIXED, fd, buf, len, id);
}

void uring_file(struct uring *ring)
{
	struct io_uring_sqe *sqe = &ring->sqe[sq_index(ring, ring->queued - 1)];

	sqe->fd = 0;
	sqe->flags |= IOSQE_FIXED_FILE;
}

int uring_submit(struct uring *ring)
{
	uint32_t *tail = sq_word(ring, ring->p.sq_off.tail);
	unsigned int n = ring->queued;
	int ret;

	__atomic_store_n(tail, *tail + n, __ATOMIC_RELEASE);
	ring->queued = 0;
	ret = (int)syscall(SYS_io_uring_enter, ring->fd, n, 0, 0, NULL, 0);
	return ret < 0 ? -errno : ret;
}

int uring_result(struct uring *ring, uint64_t *id, int *res, unsigned int ms)
{
	struct pollfd p = { .fd = ring->fd, .events = POLLIN };
	uint32_t *head = cq_word(ring, ring->p.cq_off.head);
	uint32_t *tail = cq_word(ring, ring->p.cq_off.tail);
	uint64_t until = now_ms() + ms, now;
	struct io_uring_cqe *cqe;

	while (__atomic_load_n(tail, __ATOMIC_ACQUIRE) == *head) {
		now = now_ms();
		if (now >= until)
			return -ETIME;
		poll(&p, 1, (int)(until - now));
	}
	cqe = (struct io_uring_cqe *)(void *)(ring->cq + ring->p.cq_off.cqes);
	cqe += *head & *cq_word(ring, ring->p.cq_off.ring_mask);
	if (id)
		*id = cqe->user_data;
	if (res)
		*res = cqe->res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return 0;
}
