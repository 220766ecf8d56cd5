// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: what a hostile library sends to programs: log pages, mode pages, and element
 * status as discmux mtx reads it.  The first byte chooses, the rest is the reply, in
 * memory of exactly its size.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_require.h"
#include "mtx_elements.h"
#include "pages.h"

static void fuzz_log(const uint8_t *reply, size_t len)
{
	struct library_log log = { 0 };
	char err[128] = "";

	if (pages_parse_log(reply, len, &log, err, sizeof(err)))
		require(*err, "it says what is wrong");
	require(log.nr_errors <= LOG_DEPTH && log.nr_commands <= LOG_DEPTH &&
		log.nr_pages <= LOG_PAGES, "no more than there is room for");
}

static void fuzz_modes(const uint8_t *reply, size_t len)
{
	struct library_modes modes = { 0 };
	char err[128] = "";

	if (pages_parse_modes(reply, len, &modes, err, sizeof(err)))
		require(*err, "it says what is wrong");
	require(modes.nr_arms <= sizeof(modes.rotates), "no more than there is room for");
}

/* Small libraries, so that there are too many elements now and then */
static void fuzz_mtx(const uint8_t *reply, size_t len, unsigned int shape)
{
	struct mtx_assignment assignment = {
		.storage = { 1, (uint16_t)(shape & 7) },
		.import_export = { 0x4000, (uint16_t)(shape >> 3 & 3) },
		.drives = { 0x3001, (uint16_t)(shape >> 5 & 3) },
	};
	struct mtx_assignment ignored;
	struct mtx_library library;
	char err[128] = "";
	size_t i;

	mtx_parse_assignment(reply, len, &ignored);
	require(!mtx_library_init(&library, &assignment), "memory");
	if (mtx_parse_status(&library, reply, len, err, sizeof(err)))
		require(*err, "it says what is wrong");
	mtx_find_sources(&library);
	for (i = 0; i < library.nr_drives; i++)
		require(library.drives[i].source >= -1, "source");
	for (i = 0; i < library.nr_storage; i++)
		require(strnlen(library.storage[i].primary, MTX_TAG) < MTX_TAG, "tags have an end");
	mtx_library_free(&library);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < 2)
		return 0;
	copy = malloc(size - 2 + (size == 2));
	require(copy != NULL, "memory");
	memcpy(copy, data + 2, size - 2);
	switch (data[0] % 3) {
	case 0:
		fuzz_log(copy, size - 2);
		break;
	case 1:
		fuzz_modes(copy, size - 2);
		break;
	default:
		fuzz_mtx(copy, size - 2, data[1]);
	}
	free(copy);
	return 0;
}
