/* SPDX-License-Identifier: GPL-2.0 */
/* The driver's netlink events, one at a time. */
#ifndef KSELFTEST_EVENTS_H
#define KSELFTEST_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/discmux.h>

struct event {
	uint8_t type;				/* enum discmux_event */
	uint32_t has;				/* 1 << DISCMUX_ATTR_... */
	uint64_t seq;
	uint64_t bytes;
	uint32_t value[DISCMUX_ATTR_MAX + 1];	/* of the u32 attributes */
	uint8_t sense[DISCMUX_SENSE_SIZE];
	uint32_t sense_len;
	uint64_t generation;
	struct discmux_status_block block;
};

struct events;

/* Listens from now on; NULL when there is no such family or group. */
struct events *events_open(void);
void events_close(struct events *events);

/* What is lost here is counted by the driver, in counters/events_lost. */
int events_tell_losses(struct events *events);

/* How much may wait to be read; a megabyte at first. */
void events_room(struct events *events, int bytes);

/*
 * The next event, at most ms milliseconds from now.  0, -ETIMEDOUT, -ENOBUFS
 * when some were lost for want of room, or -EPROTO for a message that is not
 * what the contract describes.
 */
int events_next(struct events *events, struct event *event, unsigned int ms);

/*
 * The next event of that type; those in between count in *seq (the last number
 * seen, 0 at first), and -EILSEQ is returned when a number is missing.
 */
int events_wait(struct events *events, uint8_t type, struct event *event, uint64_t *seq,
		unsigned int ms);

#endif
