// SPDX-License-Identifier: GPL-2.0
/* The engine's way to real devices: libdiscmux. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

#include "burn.h"
#include "libdiscmux.h"

static int op_claim(void *ctx, const uint32_t *members, size_t n, uint32_t *failed)
{
	return discmux_claim(ctx, members, n, failed);
}

static int op_release(void *ctx, const uint32_t *members, size_t n)
{
	return discmux_release(ctx, members, n);
}

static int op_exec(void *ctx, const uint32_t *members, size_t n, const struct mmc_command *cmd,
		   void *data, struct discmux_result *results)
{
	bool none = cmd->dir == MMC_NONE;

	return discmux_exec(ctx, members, n, cmd->cdb, cmd->len, (enum discmux_dir)cmd->dir,
			    none ? NULL : data, none ? 0 : cmd->data_len, cmd->timeout_ms,
			    results);
}

static int op_stream_open(void *ctx, const struct discmux_target *targets, size_t n,
			  uint32_t block_size, uint32_t chunk, void **stream)
{
	struct discmux_stream params = { .block_size = block_size, .chunk_bytes = chunk };
	struct discmux_stream_handle *handle;
	int fd, flags, rc;

	rc = discmux_stream_open(ctx, &params, targets, n, &handle);
	if (rc)
		return rc;
	fd = discmux_stream_fd(handle);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK)) {
		rc = -errno;
		discmux_stream_close(handle);
		return rc;
	}
	*stream = handle;
	return 0;
}

static ssize_t op_stream_write(void *stream, const void *data, size_t len, int wait_ms)
{
	struct pollfd p = { .fd = discmux_stream_fd(stream), .events = POLLOUT };
	ssize_t n = discmux_stream_write(stream, data, len);

	if (n != -EAGAIN && n != -EINTR)
		return n;
	if (poll(&p, 1, wait_ms) < 0 && errno != EINTR)
		return -errno;
	n = discmux_stream_write(stream, data, len);
	return n == -EAGAIN || n == -EINTR ? 0 : n;
}

static int op_stream_place(void *stream, int wait_ms, void **place, size_t *room)
{
	struct pollfd p = { .fd = discmux_stream_fd(stream), .events = POLLOUT };
	int rc = discmux_stream_place(stream, 0, place, room);

	if (rc || *room)
		return rc;
	if (poll(&p, 1, wait_ms) < 0 && errno != EINTR)
		return -errno;
	return discmux_stream_place(stream, 0, place, room);
}

static int op_stream_commit(void *stream, size_t bytes)
{
	int rc;

	do {
		rc = discmux_stream_commit(stream, bytes);
	} while (rc == -EINTR);
	return rc;
}

static int op_stream_finish(void *stream)
{
	return discmux_stream_finish(stream);
}

static int op_stream_abort(void *stream)
{
	return discmux_stream_abort(stream);
}

static int op_stream_status(void *stream, struct discmux_stream_status *status,
			    struct discmux_target_status *targets, size_t n)
{
	int rc = discmux_stream_status(stream, status, targets, n);

	return rc < 0 ? rc : (size_t)rc < n ? -EPROTO : 0;
}

static void op_stream_close(void *stream)
{
	discmux_stream_close(stream);
}

static uint64_t op_now_ms(void *ctx)
{
	struct timespec now;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void op_sleep_ms(void *ctx, unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)ctx;
	nanosleep(&t, NULL);
}

const struct burn_ops burn_ops_discmux = {
	.claim = op_claim,
	.release = op_release,
	.exec = op_exec,
	.stream_open = op_stream_open,
	.stream_write = op_stream_write,
	.stream_place = op_stream_place,
	.stream_commit = op_stream_commit,
	.stream_finish = op_stream_finish,
	.stream_abort = op_stream_abort,
	.stream_status = op_stream_status,
	.stream_close = op_stream_close,
	.now_ms = op_now_ms,
	.sleep_ms = op_sleep_ms,
};
