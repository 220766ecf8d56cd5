// SPDX-License-Identifier: GPL-2.0
/*
 * Replies of devices that are new: their serial number, what they can do,
 * where a changer's elements are.  A reply is whatever a device cares to send.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "compat/unaligned.h"
#include "replies.h"

/* VPD page 80h, without the padding around it; not terminated. */
void dmx_reply_serial(const u8 *buf, int got, u8 *serial, unsigned int room)
{
	unsigned int len, start = 4;

	if (got < 4 || buf[1] != 0x80)
		return;
	len = min_t(unsigned int, buf[3], got - 4);
	while (len && buf[start] == ' ') {
		start++;
		len--;
	}
	while (len && (buf[start + len - 1] == ' ' || !buf[start + len - 1]))
		len--;
	memcpy(serial, buf + start, min_t(unsigned int, len, room));
}

/* MMC-6 5.3: features that only a drive that can write has. */
static bool dmx_is_write_feature(u16 feature, bool write_bit)
{
	switch (feature) {
	case 0x0020:	/* random writable */
	case 0x0021:	/* incremental streaming writable */
	case 0x002d:	/* CD track at once */
	case 0x002e:	/* CD mastering */
	case 0x002f:	/* DVD-R/-RW write */
	case 0x0041:	/* BD write */
		return true;
	case 0x002a:	/* DVD+RW */
	case 0x002b:	/* DVD+R */
	case 0x003b:	/* DVD+R DL */
		return write_bit;	/* readers have these too */
	}
	return false;
}

/* GET CONFIGURATION: the role, or a negative errno. */
int dmx_reply_features(const u8 *buf, int got)
{
	unsigned int at = 8, end;

	if (got < 8)
		return got < 0 ? got : -EIO;
	end = min_t(u64, (u64)get_unaligned_be32(buf) + 4, got);
	while (at + 4 <= end) {
		bool write_bit = at + 4 < end && buf[at + 3] && buf[at + 4] & 1;

		if (dmx_is_write_feature(get_unaligned_be16(buf + at), write_bit))
			return DISCMUX_ROLE_RECORDER;
		at += 4 + buf[at + 3];
	}
	return DISCMUX_ROLE_READER;
}

/* MODE SENSE(10), page 2Ah of older drives: the role. */
u32 dmx_reply_capabilities(const u8 *buf, int got)
{
	int page;

	if (got < 8)
		return DISCMUX_ROLE_READER;
	page = 8 + get_unaligned_be16(buf + 6);
	if (page + 4 > got || (buf[page] & 0x3f) != 0x2a)
		return DISCMUX_ROLE_READER;
	/* CD-R, CD-RW, DVD-R, DVD-RAM write */
	return buf[page + 3] & 0x33 ? DISCMUX_ROLE_RECORDER : DISCMUX_ROLE_READER;
}

/*
 * MODE SENSE(6), page 1Dh (SMC-3 7.3.3): DMX_RANGES ranges by element type; that
 * of all types is left as it is.  False: it is no such page, nothing is filled.
 */
bool dmx_reply_ranges(const u8 *buf, int got, struct dmx_range *ranges)
{
	/* The order of types is the page's own */
	static const u8 types[4] = {
		DISCMUX_ELEMENT_TRANSPORT, DISCMUX_ELEMENT_STORAGE,
		DISCMUX_ELEMENT_IMPORT_EXPORT, DISCMUX_ELEMENT_DATA_TRANSFER,
	};
	unsigned int i;
	int page;

	if (got < 4)
		return false;
	page = 4 + buf[3];
	if (page + 18 > got || (buf[page] & 0x3f) != 0x1d)
		return false;
	for (i = 0; i < 4; i++) {
		ranges[types[i]].first = get_unaligned_be16(buf + page + 2 + 4 * i);
		ranges[types[i]].count = get_unaligned_be16(buf + page + 4 + 4 * i);
		ranges[types[i]].told = ranges[types[i]].count;
	}
	return true;
}
