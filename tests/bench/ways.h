/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways of getting an image onto N discs that are compared: the loops that
 * others run for each recorder, and ours.  Each returns the nanoseconds it took
 * for `bytes` of the image to each of the first nr recorders; what is made once
 * for a job (processes, rings, opened devices) is not counted.
 */
#ifndef BENCH_WAYS_H
#define BENCH_WAYS_H

#include "rig.h"

/*
 * As growisofs: for each recorder a process that read()s 32 KiB of the image
 * into its own ring and writes them with SG_IO on /dev/srN.
 */
uint64_t way_fifo(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes);

/* For each recorder a process that writes one aligned buffer, 64 KiB at a time. */
uint64_t way_sgio(const struct rig *rig, unsigned int nr, uint64_t bytes);

/* A stream fed by read() and write(), 1 MiB at a time. */
uint64_t way_write(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes);

/* The same by write() out of a mapping of the image. */
uint64_t way_write_map(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes);

/* A stream fed by sendfile(). */
uint64_t way_sendfile(const struct rig *rig, unsigned int nr, const char *image, uint64_t bytes);

/* A stream whose ring holds the data already: what the recorders alone cost. */
uint64_t way_ring(const struct rig *rig, unsigned int nr, uint64_t bytes);

/* FANOUT_WRITE of one aligned buffer, 64 KiB at a time. */
uint64_t way_fanout(const struct rig *rig, unsigned int nr, uint64_t bytes);

/* Opens a stream; s may be given with what is not the usual. */
int stream_open(const struct rig *rig, unsigned int nr, struct discmux_stream *s);
void stream_finish(int fd);

/* WRITE(10) by SG_IO, as the kernel's own drivers offer it. */
void sgio_write(int fd, const void *data, unsigned int bytes, uint32_t lba);

/* Discs of 4 GiB: addresses start over. */
uint32_t disc_lba(uint64_t at);

#endif
