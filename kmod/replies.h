/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a new device answers to the probe's questions.  This and replies.c need
 * nothing of the driver, so that tests/fuzz builds them for programs, too.
 *
 * got: bytes of the reply that came, or a negative errno; no more of them than
 * buf holds.  Nothing behind them is read.
 */
#ifndef DISCMUX_REPLIES_H
#define DISCMUX_REPLIES_H

#include <linux/types.h>
#include <linux/discmux.h>

#define DMX_RANGES	(DISCMUX_ELEMENT_DATA_TRANSFER + 1)

/*
 * Element addresses of one type; count 0: there are none.  @told: as many as the
 * device tells of; @count may be more.
 */
struct dmx_range {
	u16 first;
	u16 count;
	u16 told;
};

void dmx_reply_serial(const u8 *buf, int got, u8 *serial, unsigned int room);
int dmx_reply_features(const u8 *buf, int got);
u32 dmx_reply_capabilities(const u8 *buf, int got);
bool dmx_reply_ranges(const u8 *buf, int got, struct dmx_range *ranges);

#endif
