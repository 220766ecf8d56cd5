// SPDX-License-Identifier: GPL-2.0
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

uint64_t get_number(const char *path, const char *label)
{
	FILE *f = fopen(path, "re");
	char line[256];
	uint64_t n = 0;

	if (!f)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, label, strlen(label)))
			continue;
		n = strtoull(line + strlen(label), NULL, 10);
		break;
	}
	fclose(f);
	return n;
}

static void make_recorder(struct rig *rig, const struct discmux_member *m)
{
	unsigned int i = rig->nr++;
	char path[128];

	rig->member[i] = m->member;
	rig->host[i] = m->host;
	snprintf(rig->block[i], sizeof(rig->block[i]), "/dev/%.16s", (const char *)m->block_name);
	if (m->role == DISCMUX_ROLE_RECORDER)
		return;
	snprintf(path, sizeof(path), "/sys/class/discmux/discmux0/discmux0-%u/role", m->member);
	put_file(path, "recorder");
}

static void find_recorders(struct rig *rig, unsigned int nr)
{
	struct discmux_member m = { .size = sizeof(m), .flags = DISCMUX_MEMBER_NEXT };

	rig->nr = 0;
	while (rig->nr < nr && !ioctl(rig->mux, DISCMUX_IOC_MEMBER, &m)) {
		if (!memcmp(m.product, "scsi_debug", 10) && m.block_name[0])
			make_recorder(rig, &m);
		m.member++;
	}
}

void rig_open(struct rig *rig, unsigned int nr)
{
	uint64_t until = now_ns() + 20000000000u;

	if (!rig->mux)
		rig->mux = open("/dev/discmux0", O_RDWR | O_CLOEXEC);
	if (rig->mux < 0)
		die("/dev/discmux0");
	do {
		find_recorders(rig, nr);
		if (rig->nr == nr)
			return;
		usleep(50000);
	} while (now_ns() < until);
	errno = ENODEV;
	die("not enough scsi_debug devices");
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *values, unsigned int nr, double *spread)
{
	double middle;

	qsort(values, nr, sizeof(*values), compare);
	middle = nr % 2 ? values[nr / 2] : (values[nr / 2 - 1] + values[nr / 2]) / 2;
	*spread = middle > 0 ? 100 * (values[nr - 1] - values[0]) / middle : 0;
	return middle;
}

void report(const char *name, double *values, unsigned int nr, double goal, double peer,
	    const char *unit)
{
	double spread, value = median(values, nr, &spread);

	printf("{\"name\":\"%s\",\"value\":%.6g,\"goal\":%.6g,", name, value, goal);
	if (peer < 0)
		printf("\"peer\":null,");
	else
		printf("\"peer\":%.6g,", peer);
	printf("\"unit\":\"%s\",\"runs\":%u,\"spread\":%.2f}\n", unit, nr, spread);
	fflush(stdout);
}
