// SPDX-License-Identifier: GPL-2.0
/*
 * bench_times WHAT RUNS MIB DISK: how fast and how calmly recorders are fed, in a
 * guest with two processors and the clock of the machine.  Each recorder takes
 * 22 MB/s (scsi_debug's ndelay).  DISK is a block device of MIB MiB, larger than the
 * guest's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "trace.h"
#include "ways.h"

#define NR		12u
#define NDELAY		"/sys/bus/pseudo/drivers/scsi_debug/ndelay"
#define ISOLATION_MIB	"128"	/* of a job, unless BENCH_ISOLATION_MIB says otherwise */
#define ISOLATION_DELAY	"8000000"	/* ns: 8 MB/s, which emulated processors keep up */
#define ISOLATION_LAG	50u		/* ms */
#define GAP_MIB		192u
#define UNDERRUN_NS	90000000u	/* 2 MB at 22 MB/s */

struct times {
	struct rig rig;
	unsigned int runs;
	uint64_t isolation_bytes;
	uint64_t disk_bytes;
	const char *disk;
};

static void send_some(int fd, int in, uint64_t bytes)
{
	ssize_t n;

	for (; bytes; bytes -= (uint64_t)n) {
		n = sendfile(fd, in, NULL, bytes);
		if (n <= 0)
			die("sendfile");
	}
}

/* ---- reads of the image ---- */

/* Bytes read from the disk for each byte of the image. */
static double image_reads(const struct times *t, enum trouble trouble)
{
	struct discmux_stream s = { 0 };
	const char *base = strrchr(t->disk, '/') + 1;
	struct load *load = load_start(&t->rig, NR - 1, trouble);
	uint64_t before, after;
	char stat[64];
	int fd, in;

	put_file("/proc/sys/vm/drop_caches", "3");
	snprintf(stat, sizeof(stat), "/sys/block/%s/stat", base);
	in = open(t->disk, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		die(t->disk);
	before = load_sectors_read(stat);
	fd = stream_open(&t->rig, NR, &s);
	send_some(fd, in, t->disk_bytes);
	stream_finish(fd);
	after = load_sectors_read(stat);
	close(fd);
	close(in);
	load_stop(load);
	return (double)(after - before) * 512 / (double)t->disk_bytes;
}

static void bench_image_reads(const struct times *t)
{
	double even[MAX_RUNS], slow[MAX_RUNS];
	unsigned int i;

	put_file(NDELAY, "500000");	/* it is not their speed that counts here */
	for (i = 0; i < t->runs; i++) {
		even[i] = image_reads(t, NO_TROUBLE);
		slow[i] = image_reads(t, SLOWER);
	}
	report("image_reads", even, t->runs, 1.02, -1, "bytes read / bytes of image");
	report("image_reads_one_slower", slow, t->runs, 1.10, -1, "bytes read / bytes of image");
}

/* ---- isolation ---- */

/* All but the last took everything. */
static void check_others(int fd, unsigned int nr)
{
	struct discmux_target_status target[MAX_RECORDERS];
	struct discmux_stream_status s = {
		.size = sizeof(s), .nr_targets = nr, .target_stride = sizeof(*target),
		.targets = (uint64_t)(uintptr_t)target,
	};
	unsigned int i;

	if (ioctl(fd, DISCMUX_IOC_STREAM_STATUS, &s) < 0)
		die("STREAM_STATUS");
	for (i = 0; i + 1 < nr; i++) {
		if (target[i].state != DISCMUX_TARGET_DONE) {
			errno = (int)target[i].result.error;
			die("a recorder without trouble failed");
		}
	}
}

/* MB/s of the slowest of the first NR - 1 recorders; the last one has trouble. */
static double isolation(const struct times *t, enum trouble trouble)
{
	struct discmux_stream s = {
		.lag_policy = DISCMUX_LAG_DETACH, .lag_ms = ISOLATION_LAG
	};
	int fd = stream_open(&t->rig, NR, &s);
	static const uint8_t chunk[CHUNK];
	uint64_t t0 = now_ns(), at;
	struct load *load = load_start(&t->rig, NR - 1, trouble);

	for (at = 0; at < t->isolation_bytes; at += CHUNK)
		if (write(fd, chunk, CHUNK) != CHUNK)
			die("write to the stream");
	stream_finish(fd);
	t0 = now_ns() - t0;
	check_others(fd, NR);
	load_stop(load);
	close(fd);
	return (double)t->isolation_bytes * 1000 / (double)t0;
}

/* counted: the guest's clock counts instructions, so that only what the guest does can
 * make anything late. */
static void bench_isolation(struct times *t, bool counted)
{
	static const char *const names[] = {
		[HALF_SPEED] = "isolation_half_speed", [HUNG] = "isolation_hung",
		[FAILING] = "isolation_failing", [UNPLUGGED] = "isolation_unplugged",
	};
	char name[64];
	double ratio[UNPLUGGED + 1][MAX_RUNS], alone[MAX_RUNS], spread, peer;
	enum trouble trouble;
	unsigned int i;

	put_file(NDELAY, ISOLATION_DELAY);
	for (i = 0; i < t->runs; i++) {
		alone[i] = isolation(t, NO_TROUBLE);
		for (trouble = HALF_SPEED; trouble <= UNPLUGGED; trouble++) {
			ratio[trouble][i] = isolation(t, trouble) / alone[i];
			rig_open(&t->rig, MAX_RECORDERS);
		}
	}
	peer = median(alone, t->runs, &spread);
	for (trouble = HALF_SPEED; trouble <= UNPLUGGED; trouble++) {
		snprintf(name, sizeof(name), "%s%s", names[trouble], counted ? "_counted" : "");
		report(name, ratio[trouble], t->runs, 0.99, peer,
		       "of undisturbed speed; peer: MB/s undisturbed");
	}
}

/* ---- the gap between two commands ---- */

struct gaps {
	uint64_t ended[MAX_RECORDERS];
	double *gap;		/* ns */
	unsigned int nr;
	unsigned int max;
	unsigned int underruns;
};

static void see(void *ctx, unsigned int recorder, bool done, uint64_t ns)
{
	struct gaps *g = ctx;

	if (done) {
		g->ended[recorder] = ns;
	} else if (g->ended[recorder] && g->nr < g->max) {
		g->gap[g->nr] = (double)(ns - g->ended[recorder]);
		g->underruns += g->gap[g->nr++] > UNDERRUN_NS;
		g->ended[recorder] = 0;
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The gap that 1 of 10000 exceeds, microseconds. */
static double gap_of_run(const struct times *t, bool ours, double *underruns)
{
	struct gaps g = { .max = 4 * NR * GAP_MIB * (MIB / CHUNK) };
	struct load *load = load_start(&t->rig, 0, NO_TROUBLE);
	double p;

	g.gap = calloc(g.max, sizeof(*g.gap));
	if (!g.gap)
		die("memory");
	load_processors(load, 2);
	load_memory(load);
	trace_start(16384);
	setpriority(PRIO_PROCESS, 0, -20);
	if (ours)
		way_sendfile(&t->rig, NR, t->disk, (uint64_t)GAP_MIB * MIB);
	else
		way_fifo(&t->rig, NR, t->disk, (uint64_t)GAP_MIB * MIB);
	setpriority(PRIO_PROCESS, 0, 0);
	trace_stop();
	load_stop(load);
	trace_each(&t->rig, see, &g);
	qsort(g.gap, g.nr, sizeof(*g.gap), compare);
	p = g.nr ? g.gap[g.nr - 1 - g.nr / 10000] / 1000 : 0;
	*underruns = g.underruns;
	free(g.gap);
	return p;
}

static void bench_refill_gap(const struct times *t)
{
	double ratio[MAX_RUNS], theirs[MAX_RUNS], ours[MAX_RUNS], under[MAX_RUNS];
	double theirs_under[MAX_RUNS], spread;
	unsigned int i;

	for (i = 0; i < t->runs; i++) {
		ours[i] = gap_of_run(t, true, &under[i]);
		theirs[i] = gap_of_run(t, false, &theirs_under[i]);
		ratio[i] = theirs[i] > 0 ? ours[i] / theirs[i] : 0;
	}
	report("refill_gap", ratio, t->runs, 0.25, median(theirs, t->runs, &spread),
	       "of the peer's p99.99; peer: us");
	report("refill_gap_ours", ours, t->runs, 0.25 * median(theirs, t->runs, &spread),
	       median(theirs, t->runs, &spread), "us, p99.99");
	report("underruns", under, t->runs, 0, median(theirs_under, t->runs, &spread), "drives");
}

/* ---- start of a job, memory ---- */

struct first {
	uint64_t at[MAX_RECORDERS];
	unsigned int nr;
	uint64_t last;
};

static void see_first(void *ctx, unsigned int recorder, bool done, uint64_t ns)
{
	struct first *f = ctx;

	if (done || f->at[recorder])
		return;
	f->at[recorder] = ns;
	f->last = ns > f->last ? ns : f->last;
	f->nr++;
}

/* Milliseconds from the ioctl to the first WRITE on all. */
static double job_start(const struct times *t, uint8_t *chunk)
{
	struct discmux_stream s = { .prefill_bytes = CHUNK };
	struct first f = { 0 };
	uint64_t t0;
	int fd;

	usleep(300000);		/* what ran before has come to its end */
	trace_start(1024);
	t0 = now_ns();
	fd = stream_open(&t->rig, NR, &s);
	if (write(fd, chunk, CHUNK) != CHUNK)
		die("write to the stream");
	stream_finish(fd);
	close(fd);
	trace_stop();
	trace_each(&t->rig, see_first, &f);
	if (f.nr != NR) {
		errno = EPROTO;
		die("not all recorders got a WRITE");
	}
	return (double)(f.last - t0) / 1000000;
}

/* KiB that a stream with a full ring takes, of all kinds of memory. */
static double memory_taken(const struct times *t, uint8_t *chunk)
{
	struct discmux_stream s = { 0 };
	uint64_t before, after, n;
	int fd;

	put_file("/proc/sys/vm/drop_caches", "3");
	usleep(300000);
	before = get_number("/proc/meminfo", "MemFree:");
	fd = stream_open(&t->rig, NR, &s);
	for (n = 0; n + CHUNK <= s.ring_bytes; n += CHUNK)
		if (write(fd, chunk, CHUNK) != CHUNK)
			die("write to the stream");
	after = get_number("/proc/meminfo", "MemFree:");
	close(fd);
	return (double)before - (double)after;
}

static void bench_start(const struct times *t)
{
	double start[MAX_RUNS], kib[MAX_RUNS];
	uint8_t *chunk = calloc(1, CHUNK);
	unsigned int i;

	if (!chunk)
		die("memory");
	for (i = 0; i < t->runs; i++) {
		start[i] = job_start(t, chunk);
		kib[i] = memory_taken(t, chunk);
	}
	report("job_start", start, t->runs, 5, -1, "ms");
	report("memory", kib, t->runs, 16384 + 64 * NR, -1, "KiB");
	free(chunk);
}

int main(int argc, char **argv)
{
	const char *mib = getenv("BENCH_ISOLATION_MIB");
	struct times t = { 0 };

	if (argc != 5) {
		fprintf(stderr, "usage: bench_times WHAT RUNS MIB DISK\n");
		return 2;
	}
	t.runs = (unsigned int)atoi(argv[2]);
	t.disk_bytes = strtoull(argv[3], NULL, 10) * MIB;
	t.disk = argv[4];
	t.isolation_bytes = strtoull(mib && *mib ? mib : ISOLATION_MIB, NULL, 10) * MIB;
	if (!t.runs || t.runs > MAX_RUNS || !t.disk_bytes)
		return 2;
	/* If memory is short that is for who takes it to answer for. */
	put_file("/proc/self/oom_score_adj", "-1000");
	rig_open(&t.rig, MAX_RECORDERS);
	if (!strcmp(argv[1], "start"))
		bench_start(&t);
	else if (!strcmp(argv[1], "isolation"))
		bench_isolation(&t, false);
	else if (!strcmp(argv[1], "isolation-counted"))
		bench_isolation(&t, true);
	else if (!strcmp(argv[1], "gap"))
		bench_refill_gap(&t);
	else if (!strcmp(argv[1], "reads"))
		bench_image_reads(&t);
	else
		return 2;
	return 0;
}
