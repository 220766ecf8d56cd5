// SPDX-License-Identifier: GPL-2.0
/*
 * What the counters of a mux and of its recorders count, to the byte.  Those of
 * a changer: test_counters_library.c; of a drive that lets one wait: test_drives.c.
 */
#include "harness.h"
#include "events.h"
#include "mux.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define RING	(8 * CHUNK)
#define SIZE	(2u << 20)
#define DELAY	5u	/* jiffies: 20 ms of a HZ=250 kernel */

FIXTURE(counters)
{
	struct sdbg_rig rig;
	uint8_t *data;		/* SIZE bytes, whole pages */
	uint32_t m;		/* recorder 0 */
	int fd;			/* the stream */
	/* of the mux and of m before */
	long accepted, copied, zero_copy, bytes, blocks, finished, errors;
};

typedef FIXTURE_DATA(counters) counters_t;

static long mux_counter(const char *name)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), MUX_SYSFS "/counters/%s", name);
	return file_read(path, text, sizeof(text)) < 0 ? -1 : atol(text);
}

static void look(counters_t *self)
{
	self->accepted = mux_counter("bytes_accepted");
	self->copied = mux_counter("bytes_copied");
	self->zero_copy = mux_counter("bytes_zero_copy");
	self->bytes = unit_counter(self->m, "bytes_written");
	self->blocks = unit_counter(self->m, "blocks_written");
	self->finished = unit_counter(self->m, "discs_finished");
	self->errors = unit_counter(self->m, "write_errors");
}

FIXTURE_SETUP(counters)
{
	self->fd = -1;
	ASSERT_EQ(0, sdbg_rig_open(&self->rig));
	self->m = self->rig.recorder[0];
	self->data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->data);
	pattern_fill(self->data, SIZE, 0, 1);
	look(self);
}

FIXTURE_TEARDOWN(counters)
{
	if (self->fd >= 0)
		close(self->fd);
	munmap(self->data, SIZE);
	sdbg_rig_close(&self->rig);
}

/* Since look(): of the mux, and of recorder 0. */
static void expect_counted(struct __test_metadata *_metadata, counters_t *self, long copied,
			   long zero_copy, long bytes, long finished)
{
	EXPECT_EQ(self->accepted + copied + zero_copy, mux_counter("bytes_accepted"));
	EXPECT_EQ(self->copied + copied, mux_counter("bytes_copied"));
	EXPECT_EQ(self->zero_copy + zero_copy, mux_counter("bytes_zero_copy"));
	EXPECT_EQ(self->bytes + bytes, unit_counter(self->m, "bytes_written"));
	EXPECT_EQ(self->blocks + bytes / BLOCK, unit_counter(self->m, "blocks_written"));
	EXPECT_EQ(self->finished + finished, unit_counter(self->m, "discs_finished"));
}

static void start(struct __test_metadata *_metadata, counters_t *self, uint32_t lba)
{
	uint32_t place[4] = { lba, 0, 0, 0 };

	self->fd = mux_stream(self->rig.fd, self->rig.recorder, place, 4, RING, CHUNK);
	ASSERT_LE(0, self->fd);
}

/* Once, however many recorders they go to; a disc is finished when FINISH says so. */
TEST_F(counters, written)
{
	start(_metadata, self, 0);
	ASSERT_EQ(0, write_all(self->fd, self->data, SIZE));
	EXPECT_EQ(self->finished, unit_counter(self->m, "discs_finished"));
	ASSERT_EQ(0, mux_finish(self->fd));
	expect_counted(_metadata, self, SIZE, 0, SIZE, 1);
}

TEST_F(counters, sent)
{
	int image = open("/tmp", O_RDWR | O_TMPFILE, 0600);
	size_t done;
	ssize_t n;

	ASSERT_LE(0, image);
	ASSERT_EQ(0, write_all(image, self->data, SIZE));
	ASSERT_EQ(0, lseek(image, 0, SEEK_SET));
	start(_metadata, self, 0);
	for (done = 0; done < SIZE; done += (size_t)n) {
		n = sendfile(self->fd, image, NULL, SIZE - done);
		ASSERT_LT(0, n);
	}
	ASSERT_EQ(0, mux_finish(self->fd));
	expect_counted(_metadata, self, 0, SIZE, SIZE, 1);
	close(image);
}

TEST_F(counters, mapped)
{
	struct discmux_stream_commit c;
	uint8_t *ring;

	start(_metadata, self, 0);
	ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, ring);
	ASSERT_EQ(0, mux_commit(self->fd, &c, 0, 3 * CHUNK));
	memcpy(ring + c.offset, self->data, 3 * CHUNK);
	ASSERT_EQ(0, mux_commit(self->fd, &c, 3 * CHUNK, 0));
	ASSERT_EQ(0, mux_finish(self->fd));
	expect_counted(_metadata, self, 0, 3 * CHUNK, 3 * CHUNK, 1);
	munmap(ring, RING);
}

TEST_F(counters, fanned_out)
{
	struct discmux_target place[4] = { 0 };
	struct discmux_result r[4];
	struct discmux_fanout_write f = {
		.size = sizeof(f),
		.nr_targets = 4,
		.block_size = BLOCK,
		.data_len = CHUNK,
		.result_stride = sizeof(r[0]),
		.targets = PTR(place),
		.data = PTR(self->data),
		.results = PTR(r),
	};
	int i;

	for (i = 0; i < 4; i++)
		place[i].member = self->rig.recorder[i];
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &f));
	ASSERT_EQ(0, r[0].status);
	self->accepted -= CHUNK;	/* no stream took them */
	expect_counted(_metadata, self, 0, CHUNK, CHUNK, 0);
	place[0].lba = SDBG_BLOCKS;
	ASSERT_EQ(0, mux_call(self->rig.fd, DISCMUX_IOC_FANOUT_WRITE, &f));
	EXPECT_EQ(2, r[0].status);
	EXPECT_EQ(self->errors + 1, unit_counter(self->m, "write_errors"));
	EXPECT_EQ(self->bytes + CHUNK, unit_counter(self->m, "bytes_written"));
}

/* A disc that failed, or whose stream was ended, is not finished. */
TEST_F(counters, not_finished)
{
	long failed = mux_counter("recorders_failed");
	long others = unit_counter(self->rig.recorder[1], "discs_finished");

	start(_metadata, self, SDBG_BLOCKS - 2 * CHUNK / BLOCK);
	ASSERT_EQ(0, write_all(self->fd, self->data, SIZE));
	ASSERT_EQ(0, mux_finish(self->fd));
	expect_counted(_metadata, self, SIZE, 0, 2 * CHUNK, 0);
	EXPECT_EQ(self->errors + 1, unit_counter(self->m, "write_errors"));
	EXPECT_EQ(failed + 1, mux_counter("recorders_failed"));
	EXPECT_EQ(others + 1, unit_counter(self->rig.recorder[1], "discs_finished"));
	close(self->fd);
	start(_metadata, self, 0);
	ASSERT_EQ(0, write_all(self->fd, self->data, CHUNK));
	ASSERT_EQ(0, mux_abort(self->fd));
	EXPECT_EQ(self->finished, unit_counter(self->m, "discs_finished"));
	EXPECT_EQ(failed + 1, mux_counter("recorders_failed"));
}

/* Data that came, also of commands that bring less than there is room for. */
TEST_F(counters, read)
{
	static const uint8_t read10[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 8, 0 };
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 255, 0 };
	static const uint8_t beyond[10] = { 0x28, 0, 0x7f, 0, 0, 0, 0, 0, 8, 0 };
	long before = unit_counter(self->m, "bytes_read");
	long commands = unit_counter(self->m, "commands");
	struct discmux_result r;

	ASSERT_EQ(0, mux_exec(self->rig.fd, &self->m, 1, read10, 10, DISCMUX_DIR_IN, self->data,
			      8 * BLOCK, &r));
	ASSERT_EQ(0, r.status);
	EXPECT_EQ(before + 8 * BLOCK, unit_counter(self->m, "bytes_read"));
	ASSERT_EQ(0, mux_exec(self->rig.fd, &self->m, 1, inquiry, 6, DISCMUX_DIR_IN, self->data,
			      255, &r));
	EXPECT_LT(0, r.resid);
	EXPECT_EQ(before + 8 * BLOCK + 255 - (long)r.resid, unit_counter(self->m, "bytes_read"));
	EXPECT_EQ(commands + 2, unit_counter(self->m, "commands"));
	/* One that fails brings none */
	before = unit_counter(self->m, "bytes_read");
	ASSERT_EQ(0, mux_exec(self->rig.fd, &self->m, 1, beyond, 10, DISCMUX_DIR_IN, self->data,
			      8 * BLOCK, &r));
	EXPECT_EQ(2, r.status);
	EXPECT_EQ(before, unit_counter(self->m, "bytes_read"));
}

/* Of all since it is a member: the longest so far, and not less than its own. */
TEST_F(counters, longest_command)
{
	static const uint8_t read10[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0 };
	struct discmux_result r;
	long longest;

	ASSERT_EQ(0, sdbg_set("delay", DELAY));
	ASSERT_EQ(0, mux_exec(self->rig.fd, &self->m, 1, read10, 10, DISCMUX_DIR_IN, self->data,
			      BLOCK, &r));
	ASSERT_EQ(0, sdbg_set("delay", 0));
	longest = unit_counter(self->m, "longest_command_us");
	EXPECT_LE(10000, r.duration_us);
	EXPECT_LE((long)r.duration_us, longest);
	ASSERT_EQ(0, mux_exec(self->rig.fd, &self->m, 1, read10, 10, DISCMUX_DIR_IN, self->data,
			      BLOCK, &r));
	EXPECT_LE(longest, unit_counter(self->m, "longest_command_us"));
}

/* What the last command that had some brought, whatever went well since. */
TEST_F(counters, last_sense)
{
	static const uint8_t beyond[10] = { 0x28, 0, 0x7f, 0, 0, 0, 0, 0, 1, 0 };
	struct discmux_result r;
	char text[256], want[256];
	uint32_t i;
	int n = 0;

	ASSERT_EQ(0, mux_exec(self->rig.fd, &self->m, 1, beyond, 10, DISCMUX_DIR_IN, self->data,
			      BLOCK, &r));
	ASSERT_EQ(0x052100, mux_sense(&r));
	for (i = 0; i < r.sense_len && i < 64; i++)
		n += snprintf(want + n, sizeof(want) - (size_t)n, "%s%02x", i ? " " : "",
			      r.sense[i]);
	ASSERT_EQ(0, member_attr_read(self->m, "last_sense", text, sizeof(text)));
	EXPECT_STREQ(want, text);
	ASSERT_EQ(0, mux_ready(self->rig.fd, self->m));
	ASSERT_EQ(0, member_attr_read(self->m, "last_sense", text, sizeof(text)));
	EXPECT_STREQ(want, text);
}

/*
 * The counter of events, and the sequence number that it belongs to: sr may notice
 * something at any time, which is one more of both.
 */
static long events_counted(int fd, uint64_t *seq)
{
	struct discmux_info info, again;
	long n;

	do {
		if (mux_info(fd, &info))
			return -1;
		n = mux_counter("events");
		if (mux_info(fd, &again))
			return -1;
	} while (info.event_seq != again.event_seq);
	*seq = info.event_seq;
	return n;
}

/* Each number of an event of this mux counts once, heard or not. */
TEST_F(counters, events)
{
	struct events *events = events_open();
	uint64_t first = 0, last = 0;
	long before, now, heard = 0;
	struct event e = { .seq = 0 };

	ASSERT_NE(NULL, events);
	while (!events_next(events, &e, 500))
		;
	before = events_counted(self->rig.fd, &first);
	start(_metadata, self, 0);
	close(self->fd);
	self->fd = -1;
	ASSERT_EQ(0, mux_claim(self->rig.fd, self->rig.recorder, 4, NULL));
	ASSERT_EQ(0, mux_release(self->rig.fd, self->rig.recorder, 4));
	now = events_counted(self->rig.fd, &last);
	while (e.seq < last && !events_next(events, &e, 500))
		heard += e.seq > first;
	/* A stream's start and end, and each recorder's state four times */
	EXPECT_LE(2 + 4 * 4, heard);
	EXPECT_EQ(before + heard, now);
	EXPECT_EQ(last, e.seq);
	events_close(events);
	ASSERT_EQ(0, mux_claim(self->rig.fd, &self->m, 1, NULL));
	now = events_counted(self->rig.fd, &last);
	EXPECT_LE(before + heard + 1, now);
	EXPECT_EQ(last - first, (uint64_t)(now - before));
}

TEST_HARNESS_MAIN
