// SPDX-License-Identifier: GPL-2.0
/* Structures and numbers of the contract are what was published. */
#include "harness.h"
#define LAYOUT_AT_RUN_TIME
#include "layout.h"
#include "mux.h"

#include <fcntl.h>

struct entry {
	const char *name;
	size_t published;
	size_t compiled;
};

#define SIZE_ENTRY(s, bytes)	{ #s, bytes, sizeof(struct discmux_##s) },
#define NO_ENTRY(...)
static const struct entry all_sizes[] = { DISCMUX_LAYOUT(SIZE_ENTRY, NO_ENTRY) };

#define FIELD_ENTRY(s, f, offset) { #s "." #f, offset, offsetof(struct discmux_##s, f) },
static const struct entry all_fields[] = { DISCMUX_LAYOUT(NO_ENTRY, FIELD_ENTRY) };

TEST(sizes)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all_sizes); i++) {
		EXPECT_EQ(all_sizes[i].published, all_sizes[i].compiled) {
			TH_LOG("struct discmux_%s", all_sizes[i].name);
		}
		/* No hole at the end that a 32-bit compiler would leave out. */
		EXPECT_EQ(0, all_sizes[i].published % 8) {
			TH_LOG("struct discmux_%s", all_sizes[i].name);
		}
	}
}

TEST(offsets)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all_fields); i++) {
		EXPECT_EQ(all_fields[i].published, all_fields[i].compiled) {
			TH_LOG("%s", all_fields[i].name);
		}
	}
}

TEST(numbers)
{
	static const struct {
		unsigned long request, published;
	} calls[] = {
		{ DISCMUX_IOC_INFO, 0xdb00 },
		{ DISCMUX_IOC_MEMBER, 0xdb01 },
		{ DISCMUX_IOC_EXEC, 0xdb02 },
		{ DISCMUX_IOC_CLAIM, 0xdb03 },
		{ DISCMUX_IOC_RELEASE, 0xdb04 },
		{ DISCMUX_IOC_FANOUT_WRITE, 0xdb05 },
		{ DISCMUX_IOC_STREAM, 0xdb06 },
		{ DISCMUX_IOC_ELEMENT_STATUS, 0xdb07 },
		{ DISCMUX_IOC_MOVE, 0xdb08 },
		{ DISCMUX_IOC_OPERATE, 0xdb09 },
		{ DISCMUX_IOC_PAGE, 0xdb0a },
		{ DISCMUX_IOC_OPTIONS, 0xdb0b },
		{ DISCMUX_IOC_SENSE, 0xdb0c },
		{ DISCMUX_IOC_MESSAGE, 0xdb0d },
		{ DISCMUX_IOC_STREAM_FINISH, 0xdb40 },
		{ DISCMUX_IOC_STREAM_ABORT, 0xdb41 },
		{ DISCMUX_IOC_STREAM_STATUS, 0xdb42 },
		{ DISCMUX_IOC_STREAM_COMMIT, 0xdb43 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_EQ(calls[i].published, calls[i].request);
	EXPECT_EQ(9, DISCMUX_EVENT_STREAM_END);
	EXPECT_EQ(15, DISCMUX_EVENT_RESET);
	EXPECT_EQ(15, DISCMUX_ATTR_BYTES);
	EXPECT_EQ(19, DISCMUX_ATTR_STATUS_BLOCK);
	EXPECT_LE(DISCMUX_ATTR_STATUS_BLOCK, DISCMUX_ATTR_MAX);
}

/* The driver was built with the same layout: each field lands where it should. */
TEST(driver_agrees)
{
	struct discmux_info info;
	int fd = mux_open(O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mux_info(fd, &info));
	EXPECT_EQ(DISCMUX_UAPI_VERSION, info.version);
	EXPECT_EQ(0, info.mux);
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(DISCMUX_MAX_TARGETS, info.max_targets);
	EXPECT_EQ(0, info.__reserved);
	EXPECT_LE(CHUNK, info.max_data);
	EXPECT_LE(info.max_data, info.max_exec_bytes);
	EXPECT_LE(info.recorders + info.readers, info.members);
	close(fd);
}

TEST_HARNESS_MAIN
