// SPDX-License-Identifier: GPL-2.0
#include "load.h"

#include <fcntl.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PROCESSES	8
#define PERIOD_US	100000		/* of a slow recorder's work and rest */
#define AFTER_US	1000000		/* when trouble comes that stays */

struct load {
	const struct rig *rig;
	unsigned int recorder;
	enum trouble trouble;
	pid_t pid[MAX_PROCESSES];
	unsigned int nr;
};

/* Commands to a host in recovery wait. */
static void set_host(const struct load *load, const char *state)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/state",
		 load->rig->host[load->recorder]);
	put_file(path, state);
}

static void rest(const struct load *load, unsigned int percent)
{
	for (;;) {
		set_host(load, "recovery\n");
		usleep(PERIOD_US / 100 * percent);
		set_host(load, "running\n");
		usleep(PERIOD_US / 100 * (100 - percent));
	}
}

static void device_file(const struct load *load, const char *file, char *path, size_t size)
{
	snprintf(path, size, "/sys/class/scsi_device/%u:0:0:0/device/%s",
		 load->rig->host[load->recorder], file);
}

static void make_trouble(const struct load *load)
{
	char path[128];

	if (load->trouble == SLOWER)
		rest(load, 5);
	if (load->trouble == HALF_SPEED)
		rest(load, 50);
	usleep(AFTER_US);
	if (load->trouble == HUNG) {
		set_host(load, "recovery\n");
	} else if (load->trouble == FAILING) {
		device_file(load, "state", path, sizeof(path));
		put_file(path, "offline\n");
	} else {
		device_file(load, "delete", path, sizeof(path));
		put_file(path, "1");
	}
	for (;;)
		pause();
}

static pid_t start(struct load *load)
{
	pid_t pid = fork();

	if (pid < 0 || load->nr == MAX_PROCESSES)
		die("fork");
	if (pid)
		load->pid[load->nr++] = pid;
	return pid;
}

struct load *load_start(const struct rig *rig, unsigned int recorder, enum trouble trouble)
{
	struct load *load = calloc(1, sizeof(*load));

	if (!load)
		die("memory");
	load->rig = rig;
	load->recorder = recorder;
	load->trouble = trouble;
	if (trouble != NO_TROUBLE && !start(load))
		make_trouble(load);
	return load;
}

void load_processors(struct load *load, unsigned int nr)
{
	volatile unsigned int x = 0;

	while (nr--)
		if (!start(load))
			for (;;)
				x++;
}

static void take_memory(void)
{
	uint64_t kib;
	uint8_t *p;

	put_file("/proc/self/oom_score_adj", "1000");
	for (;;) {
		kib = get_number("/proc/meminfo", "MemAvailable:");
		kib = kib > 32768 ? kib - 32768 : 4096;
		p = mmap(NULL, kib * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
		if (p == MAP_FAILED)
			continue;
		memset(p, 1, kib * 1024);
		munmap(p, kib * 1024);
	}
}

/* Whoever is killed for it is followed by another. */
void load_memory(struct load *load)
{
	pid_t pid;

	if (start(load))
		return;
	for (;;) {
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			take_memory();
		}
		waitpid(pid, NULL, 0);
	}
}

/* As it was: whoever waits for the host is woken by a reset that does nothing. */
static void make_good(const struct load *load)
{
	int fd, nothing = SG_SCSI_RESET_NOTHING;
	char path[128];

	if (load->trouble == FAILING) {
		device_file(load, "state", path, sizeof(path));
		put_file(path, "running\n");
		return;
	}
	if (load->trouble == UNPLUGGED) {
		snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/scan",
			 load->rig->host[load->recorder]);
		put_file(path, "0 0 0");
		return;
	}
	set_host(load, "running\n");
	fd = open(load->rig->block[load->recorder], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		ioctl(fd, SG_SCSI_RESET, &nothing);
		close(fd);
	}
}

void load_stop(struct load *load)
{
	unsigned int i;

	for (i = 0; i < load->nr; i++) {
		kill(load->pid[i], SIGKILL);
		waitpid(load->pid[i], NULL, 0);
	}
	if (load->trouble != NO_TROUBLE)
		make_good(load);
	free(load);
}

uint64_t load_sectors_read(const char *stat)
{
	unsigned long long ios, merges, sectors;
	FILE *f = fopen(stat, "re");

	if (!f || fscanf(f, "%llu %llu %llu", &ios, &merges, &sectors) != 3)
		die(stat);
	fclose(f);
	return sectors;
}
