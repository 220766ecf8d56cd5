// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: what a hostile device answers when the driver looks who it is, through the driver's
 * own decoders, in memory of exactly the bytes that came.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "kmod/elements.h"
#include "kmod/replies.h"

#define SERIAL	32

static void fuzz_serial(const u8 *reply, int got)
{
	u8 *serial = calloc(1, SERIAL);

	require(serial != NULL, "memory");
	dmx_reply_serial(reply, got, serial, SERIAL);
	/* There may be zero bytes in it, and anything behind them */
	require(serial[0] != ' ', "no padding before a serial number");
	free(serial);
}

static void fuzz_role(const u8 *reply, int got)
{
	int role = dmx_reply_features(reply, got);

	require(role == DISCMUX_ROLE_READER || role == DISCMUX_ROLE_RECORDER ||
		(role == -EIO && got < 8) || (role == got && got < 0), "role by features");
	role = (int)dmx_reply_capabilities(reply, got);
	require(role == DISCMUX_ROLE_READER || role == DISCMUX_ROLE_RECORDER,
		"role by capabilities");
}

static void fuzz_ranges(const u8 *reply, int got)
{
	static const struct dmx_range none;
	struct dmx_range *ranges = calloc(DMX_RANGES, sizeof(*ranges));
	bool filled;

	require(ranges != NULL, "memory");
	filled = dmx_reply_ranges(reply, got, ranges);
	require(!memcmp(&ranges[0], &none, sizeof(none)), "no range of all types");
	for (int i = 1; i < DMX_RANGES && !filled; i++)
		require(!memcmp(&ranges[i], &none, sizeof(none)), "nothing from what is none");
	free(ranges);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *reply = malloc(size + !size);

	require(reply != NULL, "memory");
	if (size)
		memcpy(reply, data, size);
	for (int got = -EIO; got <= 0; got += EIO) {
		fuzz_serial(reply, got ? got : (int)size);
		fuzz_role(reply, got ? got : (int)size);
		fuzz_ranges(reply, got ? got : (int)size);
	}
	if (size >= 8)
		require(dmx_elements_bytes(reply) >= 8, "a header is part of the reply");
	free(reply);
	return 0;
}
