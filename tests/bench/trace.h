/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When commands went to recorders and when they ended, from the kernel's own
 * trace events (scsi_dispatch_cmd_start, scsi_dispatch_cmd_done): the same for
 * every way of writing.  Times are of CLOCK_MONOTONIC.
 */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include "rig.h"

/* The kernel keeps the last so many KiB of events for each processor. */
void trace_start(unsigned int kib);
void trace_stop(void);

/*
 * Calls fn for each WRITE(10) that was sent (done false) or ended (true) since
 * trace_start(), in the order of time, with the index of the recorder.
 */
void trace_each(const struct rig *rig,
		void (*fn)(void *ctx, unsigned int recorder, bool done, uint64_t ns),
		void *ctx);

#endif
