// SPDX-License-Identifier: GPL-2.0
/*
 * bench_counts RUNS MIB IMAGE: what a disc costs in instructions.  For a guest
 * whose clock counts them (QEMU's icount, one processor): its nanoseconds are
 * instructions.  IMAGE has MIB MiB and is in the page cache.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ways.h"

#define NR		12u
#define ADDED_MIB	64u	/* for each number of recorders */

struct counts {
	struct rig rig;
	unsigned int runs;
	uint64_t bytes;
	const char *image;
};

/* Instructions for each GiB and recorder. */
static double per_gib(const struct counts *c, uint64_t ns)
{
	return (double)ns / NR * (double)(1u << 30) / (double)c->bytes;
}

enum way { FIFO, SGIO, WRITE, WRITE_MAP, SENDFILE, RING, FANOUT, WAYS };

static uint64_t run(const struct counts *c, enum way way)
{
	switch (way) {
	case FIFO:
		return way_fifo(&c->rig, NR, c->image, c->bytes);
	case SGIO:
		return way_sgio(&c->rig, NR, c->bytes);
	case WRITE:
		return way_write(&c->rig, NR, c->image, c->bytes);
	case WRITE_MAP:
		return way_write_map(&c->rig, NR, c->image, c->bytes);
	case SENDFILE:
		return way_sendfile(&c->rig, NR, c->image, c->bytes);
	case RING:
		return way_ring(&c->rig, NR, c->bytes);
	default:
		return way_fanout(&c->rig, NR, c->bytes);
	}
}

static void report_ratio(const char *name, double values[WAYS][MAX_RUNS], enum way ours,
			 enum way peer, unsigned int runs, double goal)
{
	double ratio[MAX_RUNS], theirs[MAX_RUNS], spread;
	unsigned int i;

	for (i = 0; i < runs; i++) {
		ratio[i] = values[ours][i] / values[peer][i];
		theirs[i] = values[peer][i];
	}
	report(name, ratio, runs, goal, median(theirs, runs, &spread),
	       "ratio; peer: instructions per GiB and recorder");
}

static void fanout(struct counts *c, double sgio_goal)
{
	static double values[WAYS][MAX_RUNS];
	unsigned int i;
	enum way way;

	for (i = 0; i < c->runs; i++)
		for (way = 0; way < WAYS; way++)
			values[way][i] = per_gib(c, run(c, way));
	report_ratio("fanout_write_vs_fifo", values, WRITE_MAP, FIFO, c->runs, 0.15);
	report_ratio("fanout_read_write_vs_fifo", values, WRITE, FIFO, c->runs, 0.15);
	report_ratio("fanout_sendfile_vs_fifo", values, SENDFILE, FIFO, c->runs, 0.10);
	report_ratio("fanout_vs_sgio", values, FANOUT, SGIO, c->runs, sgio_goal);
	report_ratio("fanout_ring_vs_sgio", values, RING, SGIO, c->runs, sgio_goal);
}

/* Least squares over N = 1..MAX: the slope, and the largest distance from the line. */
static double slope(const double *y, double *off)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, n = MAX_RECORDERS, a, b, d;
	unsigned int i;

	for (i = 1; i <= MAX_RECORDERS; i++) {
		sx += i;
		sy += y[i - 1];
		sxx += (double)i * i;
		sxy += i * y[i - 1];
	}
	b = (n * sxy - sx * sy) / (n * sxx - sx * sx);
	a = (sy - b * sx) / n;
	*off = 0;
	for (i = 1; i <= MAX_RECORDERS; i++) {
		d = (y[i - 1] - a - b * i) / (a + b * i) * 100;
		d = d < 0 ? -d : d;
		*off = d > *off ? d : *off;
	}
	return b;
}

static void added_recorder(struct counts *c, double goal)
{
	double added[MAX_RUNS], off[MAX_RUNS], one[MAX_RUNS], y[MAX_RECORDERS];
	uint64_t bytes = (uint64_t)ADDED_MIB * MIB;
	double chunks = (double)bytes / CHUNK, sgio, sum = 0;
	unsigned int i, n;

	for (i = 0; i < c->runs; i++) {
		for (n = 1; n <= MAX_RECORDERS; n++)
			y[n - 1] = (double)way_ring(&c->rig, n, bytes) / chunks;
		added[i] = slope(y, &off[i]);
		sgio = (double)way_sgio(&c->rig, 1, bytes) / chunks;
		one[i] = y[0] / sgio;
		sum += sgio;
	}
	report("added_recorder", added, c->runs, goal, sum / c->runs,
	       "instructions per 64 KiB; peer: SG_IO");
	report("added_recorder_off_line", off, c->runs, 2, -1, "percent");
	report("one_recorder_vs_sgio", one, c->runs, 1, -1, "ratio");
}

int main(int argc, char **argv)
{
	struct counts c = { 0 };
	int old;

	if (argc != 5) {
		fprintf(stderr, "usage: bench_counts RUNS MIB IMAGE 6.1|6.12\n");
		return 2;
	}
	c.runs = (unsigned int)atoi(argv[1]);
	c.bytes = strtoull(argv[2], NULL, 10) * MIB;
	c.image = argv[3];
	old = argv[4][0] == '6' && argv[4][2] == '1' && !argv[4][3];
	if (!c.runs || c.runs > MAX_RUNS || !c.bytes)
		return 2;
	rig_open(&c.rig, MAX_RECORDERS);
	added_recorder(&c, old ? 7500 : 6500);
	fanout(&c, old ? 0.55 : 0.42);
	return 0;
}
