// SPDX-License-Identifier: GPL-2.0
/*
 * bench_drive DEVICE read|write [MIB [KIB]]: MB/s of one recorder or reader with
 * READ(10) or WRITE(10) of so many KiB (512), one command at a time.  Writing
 * needs an empty disc that can be written from LBA 0 on without preparation (a
 * DVD+R); it is not closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <scsi/sg.h>

#define BLOCK	2048u

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int transfer(int fd, int write, uint32_t lba, uint16_t blocks, void *data)
{
	unsigned char cdb[10] = {
		write ? 0x2a : 0x28, 0, (unsigned char)(lba >> 24), (unsigned char)(lba >> 16),
		(unsigned char)(lba >> 8), (unsigned char)lba, 0, (unsigned char)(blocks >> 8),
		(unsigned char)blocks,
	};
	unsigned char sense[32] = { 0 };
	struct sg_io_hdr io = {
		.interface_id = 'S', .cmdp = cdb, .cmd_len = sizeof(cdb), .sbp = sense,
		.mx_sb_len = sizeof(sense), .dxferp = data, .dxfer_len = blocks * BLOCK,
		.dxfer_direction = !blocks ? SG_DXFER_NONE : write ? SG_DXFER_TO_DEV
								  : SG_DXFER_FROM_DEV, .timeout = 60000,
	};

	if (ioctl(fd, SG_IO, &io) < 0) {
		fprintf(stderr, "SG_IO: %s\n", strerror(errno));
		return -1;
	}
	if (io.status == 0)
		return 0;
	if (!blocks)
		return -1;
	fprintf(stderr, "LBA %u: %x/%02x/%02x\n", lba, sense[2] & 15, sense[12], sense[13]);
	return -1;
}

int main(int argc, char **argv)
{
	int write = argc > 2 && !strcmp(argv[2], "write");
	uint32_t mib = argc > 3 ? (uint32_t)atoi(argv[3]) : 256;
	uint32_t blocks = (argc > 4 ? (uint32_t)atoi(argv[4]) : 512) * 1024 / BLOCK;
	uint32_t end = mib * (1024 * 1024 / BLOCK);
	double begin;
	void *data;
	int fd;

	if (argc < 3 || argc > 5 || (!write && strcmp(argv[2], "read")) || !end || !blocks) {
		fprintf(stderr, "usage: bench_drive DEVICE read|write [MIB [KIB]]\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || posix_memalign(&data, 4096, (size_t)blocks * BLOCK)) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	memset(data, 0x5a, (size_t)blocks * BLOCK);
	for (int i = 0; i < 100 && transfer(fd, 0, 0, 0, data); i++)	/* unit attentions */
		usleep(50000);
	begin = now();
	for (uint32_t lba = 0; lba + blocks <= end; lba += blocks)
		if (transfer(fd, write, lba, (uint16_t)blocks, data))
			return 1;
	printf("%s %u MiB, %u KiB a command: %.1f MB/s\n", argv[2], mib, blocks * BLOCK / 1024,
	       mib * 1048576.0 / 1e6 / (now() - begin));
	free(data);
	close(fd);
	return 0;
}
