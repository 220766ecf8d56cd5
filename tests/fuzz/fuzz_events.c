// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: netlink messages as the socket gives them, several in one buffer.  An event
 * has its number and its mux, and nothing behind its message is read.
 */
#include <stdlib.h>
#include <string.h>

#include <netlink/msg.h>

#include "fuzz_require.h"
#include "internal.h"

/* By itself in memory of its size, so that a read behind it is found. */
static void event(const struct nlmsghdr *hdr)
{
	struct nlmsghdr *copy = malloc(hdr->nlmsg_len);
	struct discmux_event_info info;

	require(copy != NULL, "memory");
	memcpy(copy, hdr, hdr->nlmsg_len);
	if (!dm_event_decode(copy, &info)) {
		require(info.has >> DISCMUX_ATTR_SEQ & 1, "a number");
		require(info.has >> DISCMUX_ATTR_MUX & 1, "a mux");
		require(info.sense_len <= sizeof(info.sense), "sense data that fit");
		require(discmux_event_name(info.event) != NULL, "a name, or that it is unknown");
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *buf = malloc(size + NLMSG_ALIGNTO);
	const struct nlmsghdr *hdr = (struct nlmsghdr *)buf;
	int left = (int)size;

	require(buf != NULL, "memory");
	memcpy(buf, data, size);
	while (nlmsg_ok(hdr, left)) {
		event(hdr);
		hdr = nlmsg_next((struct nlmsghdr *)hdr, &left);
	}
	free(buf);
	return 0;
}
