// SPDX-License-Identifier: GPL-2.0
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIFO_PIECE	32768u			/* growisofs: 16 blocks */
#define FIFO_RING	(32u * MIB)
#define DISC_BYTES	(4ull << 30)
#define PTR(p)		((uint64_t)(uintptr_t)(p))

uint32_t disc_lba(uint64_t at)
{
	return (uint32_t)(at % (DISC_BYTES - CHUNK) / CHUNK * (CHUNK / BLOCK) +
			  at % CHUNK / BLOCK);
}

void sgio_write(int fd, const void *data, unsigned int bytes, uint32_t lba)
{
	unsigned int blocks = bytes / BLOCK;
	uint8_t cdb[10] = {
		0x2a, 0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16), (uint8_t)(lba >> 8),
		(uint8_t)lba, 0, (uint8_t)(blocks >> 8), (uint8_t)blocks, 0
	};
	uint8_t sense[32];
	struct sg_io_hdr io = {
		.interface_id = 'S',
		.dxfer_direction = SG_DXFER_TO_DEV,
		.cmd_len = sizeof(cdb),
		.mx_sb_len = sizeof(sense),
		.dxfer_len = bytes,
		.dxferp = (void *)(uintptr_t)data,
		.cmdp = cdb,
		.sbp = sense,
		.timeout = 60000,
	};

	if (ioctl(fd, SG_IO, &io) < 0)
		die("SG_IO");
	if (io.status || io.host_status) {
		errno = EIO;
		die("WRITE by SG_IO");
	}
}

static void *memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

struct job {
	int image;
	int drive;
	uint64_t bytes;
	uint8_t *memory;
};

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static void fifo_loop(const struct job *job)
{
	uint64_t at;
	ssize_t n;

	for (at = 0; at < job->bytes; at += FIFO_PIECE) {
		uint8_t *piece = job->memory + at % FIFO_RING;

		n = read(job->image, piece, FIFO_PIECE);
		if (n != FIFO_PIECE)
			die("read of the image");
		sgio_write(job->drive, piece, FIFO_PIECE, disc_lba(at));
	}
}

static void sgio_loop(const struct job *job)
{
	uint64_t at;

	for (at = 0; at < job->bytes; at += CHUNK)
		sgio_write(job->drive, job->memory, CHUNK, disc_lba(at));
}

/* Tells that it is ready, waits for the start, works. */
static void child(struct job *job, const char *image, size_t bytes,
		  void (*loop)(const struct job *job), const int *ready, const int *start)
{
	char c;

	job->image = image ? open_or_die(image, O_RDONLY) : -1;
	job->memory = memory(bytes);
	close(start[1]);
	if (write(ready[1], "", 1) != 1 || read(start[0], &c, 1) != 0)
		die("pipe");
	loop(job);
	_exit(0);
}

static void wait_for_children(const pid_t *pid, unsigned int nr)
{
	unsigned int i;
	int status;

	for (i = 0; i < nr; i++) {
		if (waitpid(pid[i], &status, 0) < 0 || status) {
			errno = ECHILD;
			die("a loop failed");
		}
	}
}

static uint64_t run_children(const struct rig *rig, unsigned int nr, const char *image,
			     uint64_t bytes, size_t mem, void (*loop)(const struct job *job))
{
	int ready[2], start[2];
	pid_t pid[MAX_RECORDERS];
	struct job job = { .bytes = bytes };
	uint64_t t0;
	unsigned int i;
	char c;

	if (pipe(ready) || pipe(start))
		die("pipe");
	for (i = 0; i < nr; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			die("fork");
		if (pid[i])
			continue;
		job.drive = open_or_die(rig->block[i], O_RDWR | O_EXCL | O_NONBLOCK);
		child(&job, image, mem, loop, ready, start);
	}
	for (i = 0; i < nr; i++)
		if (read(ready[0], &c, 1) != 1)
			die("pipe");
	t0 = now_ns();
	close(start[1]);
	wait_for_children(pid, nr);
	t0 = now_ns() - t0;
	close(start[0]);
	close(ready[0]);
	close(ready[1]);
	return t0;
}

uint64_t way_fifo(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes)
{
	return run_children(rig, nr, image, bytes, FIFO_RING, fifo_loop);
}

uint64_t way_sgio(const struct rig *rig, unsigned int nr, uint64_t bytes)
{
	return run_children(rig, nr, NULL, bytes, CHUNK, sgio_loop);
}

int stream_open(const struct rig *rig, unsigned int nr, struct discmux_stream *s)
{
	struct discmux_target targets[MAX_RECORDERS] = { 0 };
	uint64_t until = now_ns() + 10000000000u;
	unsigned int i;

	for (i = 0; i < nr; i++)
		targets[i].member = rig->member[i];
	s->size = sizeof(*s);
	s->nr_targets = nr;
	s->block_size = BLOCK;
	s->targets = PTR(targets);
	/* A recorder that was in trouble is held until its last WRITE has ended. */
	while (ioctl(rig->mux, DISCMUX_IOC_STREAM, s) < 0) {
		if (errno != EBUSY || now_ns() > until)
			die("opening a stream");
		usleep(10000);
	}
	return (int)s->fd;
}

void stream_finish(int fd)
{
	struct discmux_stream_end end = { .size = sizeof(end) };

	if (ioctl(fd, DISCMUX_IOC_STREAM_FINISH, &end) < 0)
		die("finishing the stream");
}

static void write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= (size_t)n) {
		n = write(fd, data, len);
		if (n <= 0)
			die("write to the stream");
	}
}

uint64_t way_write(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes)
{
	struct discmux_stream s = { 0 };
	int fd = stream_open(rig, nr, &s), in = open_or_die(image, O_RDONLY);
	uint8_t *buf = memory(MIB);
	uint64_t t0 = now_ns(), at;
	ssize_t n;

	for (at = 0; at < bytes; at += (uint64_t)n) {
		n = read(in, buf, bytes - at < MIB ? bytes - at : MIB);
		if (n <= 0)
			die("read of the image");
		write_all(fd, buf, (size_t)n);
	}
	stream_finish(fd);
	t0 = now_ns() - t0;
	munmap(buf, MIB);
	close(in);
	close(fd);
	return t0;
}

uint64_t way_write_map(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes)
{
	struct discmux_stream s = { 0 };
	int fd = stream_open(rig, nr, &s), in = open_or_die(image, O_RDONLY);
	uint64_t t0 = now_ns(), at;
	uint8_t *map;

	map = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, in, 0);
	if (map == MAP_FAILED)
		die("mmap of the image");
	for (at = 0; at < bytes; at += MIB)
		write_all(fd, map + at, bytes - at < MIB ? bytes - at : MIB);
	stream_finish(fd);
	t0 = now_ns() - t0;
	munmap(map, bytes);
	close(in);
	close(fd);
	return t0;
}

uint64_t way_sendfile(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes)
{
	struct discmux_stream s = { 0 };
	int fd = stream_open(rig, nr, &s), in = open_or_die(image, O_RDONLY);
	uint64_t t0 = now_ns(), left = bytes;
	ssize_t n;

	for (; left; left -= (uint64_t)n) {
		n = sendfile(fd, in, NULL, left);
		if (n <= 0)
			die("sendfile");
	}
	stream_finish(fd);
	t0 = now_ns() - t0;
	close(in);
	close(fd);
	return t0;
}

uint64_t way_ring(const struct rig *rig, unsigned int nr, uint64_t bytes)
{
	struct discmux_stream s = { 0 };
	int fd = stream_open(rig, nr, &s);
	void *ring = mmap(NULL, s.ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct discmux_stream_commit c = { .size = sizeof(c) };
	uint64_t t0, left = bytes;

	if (ring == MAP_FAILED)
		die("mapping the ring");
	memset(ring, 0x5a, s.ring_bytes);
	t0 = now_ns();
	do {
		c.want = left < CHUNK ? (uint32_t)left : CHUNK;
		if (ioctl(fd, DISCMUX_IOC_STREAM_COMMIT, &c) < 0)
			die("STREAM_COMMIT");
		c.bytes = left < c.room ? (uint32_t)left : c.room;
		left -= c.bytes;
	} while (c.bytes);
	stream_finish(fd);
	t0 = now_ns() - t0;
	munmap(ring, s.ring_bytes);
	close(fd);
	return t0;
}

uint64_t way_fanout(const struct rig *rig, unsigned int nr, uint64_t bytes)
{
	struct discmux_target targets[MAX_RECORDERS] = { 0 };
	/* Without sense data, which the loops of SG_IO do not ask for either. */
	struct {
		__u32 member, error, status, resid, sense_len, duration_us, reserved[2];
	} results[MAX_RECORDERS];
	struct discmux_claim claim = { .size = sizeof(claim), .nr_targets = nr };
	struct discmux_fanout_write f = {
		.size = sizeof(f), .nr_targets = nr, .block_size = BLOCK, .data_len = CHUNK,
		.result_stride = sizeof(*results), .targets = PTR(targets),
		.data = PTR(memory(CHUNK)), .results = PTR(results),
	};
	uint64_t t0, at;
	unsigned int i;

	for (i = 0; i < nr; i++)
		targets[i].member = rig->member[i];
	claim.targets = PTR(rig->member);
	if (ioctl(rig->mux, DISCMUX_IOC_CLAIM, &claim) < 0)
		die("CLAIM");
	t0 = now_ns();
	for (at = 0; at < bytes; at += CHUNK) {
		for (i = 0; i < nr; i++)
			targets[i].lba = disc_lba(at);
		if (ioctl(rig->mux, DISCMUX_IOC_FANOUT_WRITE, &f) < 0 || results[0].status)
			die("FANOUT_WRITE");
	}
	t0 = now_ns() - t0;
	ioctl(rig->mux, DISCMUX_IOC_RELEASE, &claim);
	munmap((void *)(uintptr_t)f.data, CHUNK);
	return t0;
}
