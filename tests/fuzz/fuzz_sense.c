// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: sense data from a hostile device.  The first byte chooses the device
 * and the size of the text buffer, the rest are the sense data, in memory of
 * exactly their size.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "libdiscmux.h"

static void check_sense(const struct discmux_sense *sense)
{
	require(sense->response >= 0x70 && sense->response <= 0x73, "response code");
	require(sense->deferred == (sense->response & 1), "deferred");
	require(sense->key <= 0xf, "sense key");
	require(sense->progress >= -1 && sense->progress <= 0xffff, "progress");
	require(sense->retries >= -1 && sense->retries <= 0xffff, "retries");
	require(sense->field >= -1 && sense->field <= 0xffff, "field");
	require(sense->bit >= -1 && sense->bit <= 7, "bit");
	require((sense->progress >= 0) + (sense->retries >= 0) + (sense->field >= 0) <= 1,
		"one meaning of the sense key specific bytes");
}

static void check_code(enum discmux_device device, const struct discmux_sense *sense)
{
	char lines[2][DISCMUX_LINE_SIZE];

	discmux_sense_lines(device, sense->key, sense->asc, sense->ascq, lines);
	require(strnlen(lines[0], sizeof(lines[0])) <= 20 &&
		strnlen(lines[1], sizeof(lines[1])) <= 20, "two lines");
	require(discmux_sense_action(device, sense->key, sense->asc, sense->ascq) <=
		DISCMUX_ACTION_STOP, "action");
	require(*discmux_sense_reason(device, sense->key, sense->asc, sense->ascq) != '\0',
		"reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct discmux_result result = { .status = 2 };
	enum discmux_device device;
	struct discmux_sense sense;
	size_t len, text_size;
	uint8_t *copy;
	char *text;

	if (!size)
		return 0;
	device = (enum discmux_device)(data[0] % 6);	/* one of them there is not */
	text_size = data[0] / 6 * 4;
	len = size - 1;
	copy = malloc(len + !len);
	text = malloc(text_size + !text_size);
	require(copy && text, "memory");
	memcpy(copy, data + 1, len);
	if (!discmux_sense_parse(copy, len, &sense)) {
		check_sense(&sense);
		check_code(device, &sense);
	}
	discmux_device_sense_text(device, copy, len, text, text_size);
	require(!text_size || strnlen(text, text_size) < text_size, "text has an end");
	result.sense_len = (uint32_t)size;
	memcpy(result.sense, copy, len < sizeof(result.sense) ? len : sizeof(result.sense));
	discmux_device_result_text(device, &result, text, text_size);
	require(!text_size || strnlen(text, text_size) < text_size, "text has an end");
	free(text);
	free(copy);
	return 0;
}
