// SPDX-License-Identifier: LGPL-2.1
/* Streams: the same data to a set of recorders, fed by the driver. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "internal.h"

#define BLOCK_SIZE 2048

/* A stream has its own fd and message, and the way to the driver of its mux. */
struct discmux_stream_handle {
	struct discmux io;
	uint8_t *ring;		/* NULL before discmux_stream_map() */
	size_t ring_bytes;
};

int discmux_stream_open(struct discmux *dm, struct discmux_stream *params,
			const struct discmux_target *targets, size_t nr,
			struct discmux_stream_handle **out)
{
	struct discmux_stream_handle *stream;
	int ret;

	*out = NULL;
	if (nr > DISCMUX_MAX_TARGETS)
		return dm_fail(dm, -EMSGSIZE, "opening a stream: %s", dm_errno_text(-EMSGSIZE));
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return dm_fail(dm, -ENOMEM, "out of memory");

	params->size = sizeof(*params);
	params->flags = 0;
	params->nr_targets = (uint32_t)nr;
	params->fd = 0;
	if (!params->block_size)
		params->block_size = BLOCK_SIZE;
	memset(params->__reserved, 0, sizeof(params->__reserved));
	params->shared_hosts = 0;
	params->__reserved2 = 0;
	params->targets = dm_ptr(targets);
	ret = dm_ioctl(dm, DISCMUX_IOC_STREAM, params, "opening a stream");
	if (ret < 0) {
		free(stream);
		return ret;
	}
	stream->io.fd = (int)params->fd;
	stream->ring_bytes = params->ring_bytes;
	stream->io.ioctl = dm->ioctl;
	stream->io.context = dm->context;
	*out = stream;
	return 0;
}

static int write_failed(struct discmux_stream_handle *stream, int err)
{
	switch (err) {
	case EIO:
		return dm_fail(&stream->io, -err, "no recorder is left: all of them failed");
	case ECANCELED:
		return dm_fail(&stream->io, -err, "the stream was aborted");
	case EINVAL:
		return dm_fail(&stream->io, -err, "the stream is finished and takes no more data");
	default:
		return dm_fail(&stream->io, -err, "writing to the stream: %s", strerror(err));
	}
}

ssize_t discmux_stream_write(struct discmux_stream_handle *stream, const void *data, size_t len)
{
	const char *p = data;
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(stream->io.fd, p + done, len - done);

		if (n < 0 && done && (errno == EINTR || errno == EAGAIN))
			break;
		if (n < 0)
			return write_failed(stream, errno);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

ssize_t discmux_stream_send(struct discmux_stream_handle *stream, int file, uint64_t *offset,
			    size_t len)
{
	off_t at = offset ? (off_t)*offset : 0;
	size_t done = 0;

	while (done < len) {
		ssize_t n = sendfile(stream->io.fd, file, offset ? &at : NULL, len - done);

		if (n < 0 && done && (errno == EINTR || errno == EAGAIN))
			break;
		if (n < 0)
			return write_failed(stream, errno);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	if (offset)
		*offset = (uint64_t)at;
	return (ssize_t)done;
}

int discmux_stream_map(struct discmux_stream_handle *stream)
{
	void *ring;

	if (stream->ring)
		return 0;
	ring = mmap(NULL, stream->ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, stream->io.fd, 0);
	if (ring == MAP_FAILED)
		return dm_fail(&stream->io, -errno, "mapping the stream's memory: %s",
			       errno == EBUSY ? "there are data in it already" : strerror(errno));
	stream->ring = ring;
	return 0;
}

/* Passes on bytes; *place is where want bytes can go then, *room what fits. */
static int commit(struct discmux_stream_handle *stream, size_t *bytes, size_t want, void **place,
		  size_t *room)
{
	struct discmux_stream_commit c = {
		.size = sizeof(c),
		.bytes = (uint32_t)*bytes,
		.want = (uint32_t)want,
	};
	int ret;

	if (*bytes > stream->ring_bytes || want > stream->ring_bytes)
		return dm_fail(&stream->io, -EINVAL, "more data than the stream's memory holds");
	ret = dm_ioctl(&stream->io, DISCMUX_IOC_STREAM_COMMIT, &c, "feeding the stream");
	*bytes = c.bytes;
	if (ret == -EIO || ret == -ECANCELED)
		return write_failed(stream, -ret);
	if (place)
		*place = stream->ring + c.offset;
	if (room)
		*room = c.room;
	return ret;
}

int discmux_stream_place(struct discmux_stream_handle *stream, size_t want, void **place,
			 size_t *room)
{
	size_t none = 0;
	int ret = discmux_stream_map(stream);

	return ret ? ret : commit(stream, &none, want, place, room);
}

int discmux_stream_commit(struct discmux_stream_handle *stream, size_t bytes)
{
	return commit(stream, &bytes, 0, NULL, NULL);
}

static int stream_end(struct discmux_stream_handle *stream, unsigned long request,
		      const char *what)
{
	struct discmux_stream_end end = { .size = sizeof(end) };
	int ret = dm_ioctl(&stream->io, request, &end, what);

	if (ret == -EIO)
		return write_failed(stream, EIO);
	return ret;
}

int discmux_stream_finish(struct discmux_stream_handle *stream)
{
	int ret = stream_end(stream, DISCMUX_IOC_STREAM_FINISH, "finishing the stream");

	if (ret == -EINVAL)
		return dm_fail(&stream->io, ret,
			       "finishing the stream: the data end within a block");
	return ret;
}

int discmux_stream_abort(struct discmux_stream_handle *stream)
{
	return stream_end(stream, DISCMUX_IOC_STREAM_ABORT, "aborting the stream");
}

int discmux_stream_status(struct discmux_stream_handle *stream,
			  struct discmux_stream_status *status,
			  struct discmux_target_status *targets, size_t max)
{
	int ret;

	if (max > DISCMUX_MAX_TARGETS)
		max = DISCMUX_MAX_TARGETS;
	memset(status, 0, sizeof(*status));
	status->size = sizeof(*status);
	status->nr_targets = (uint32_t)max;
	status->target_stride = sizeof(*targets);
	status->targets = max ? dm_ptr(targets) : 0;
	ret = dm_ioctl(&stream->io, DISCMUX_IOC_STREAM_STATUS, status, "asking the stream");
	return ret < 0 ? ret : (int)status->nr_targets;
}

int discmux_stream_fd(const struct discmux_stream_handle *stream)
{
	return stream->io.fd;
}

const char *discmux_stream_error(const struct discmux_stream_handle *stream)
{
	return discmux_error(stream ? &stream->io : NULL);
}

void discmux_stream_close(struct discmux_stream_handle *stream)
{
	if (!stream)
		return;
	if (stream->ring)
		munmap(stream->ring, stream->ring_bytes);
	close(stream->io.fd);
	free(stream);
}

const char *discmux_target_state_name(uint32_t state)
{
	static const char *const names[] = {
		[DISCMUX_TARGET_RUNNING] = "running",
		[DISCMUX_TARGET_DONE] = "done",
		[DISCMUX_TARGET_FAILED] = "failed",
		[DISCMUX_TARGET_ABORTED] = "aborted",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "unknown";
}
