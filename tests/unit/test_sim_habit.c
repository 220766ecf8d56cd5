// SPDX-License-Identifier: GPL-2.0
/* Each habit of the virtual hardware, on a recorder and on a library without a kernel. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "fault.h"
#include "habit.h"
#include "sim_harness.h"

static struct sim_faults *faults;

static int setup(void **state)
{
	faults = sim_faults_new();
	return !faults || harness_setup(state);
}

static int teardown(void **state)
{
	sim_faults_free(faults);
	return harness_teardown(state);
}

/* Sends a CDB through the faults: SENSE(), or the status if that is another one */
static uint32_t through(struct harness *h, void *data, size_t len, const uint8_t *cdb,
			size_t cdb_len, uint8_t *response)
{
	struct iovec iov[2] = { { data, len / 3 }, { (char *)data + len / 3, len - len / 3 } };
	uint8_t padded[16] = { 0 };
	struct sim_cmd cmd = { .cdb = padded, .iov = iov, .iov_count = 2, .data_len = len };

	memcpy(padded, cdb, cdb_len);
	sim_device_execute(h->dev, faults, &cmd);
	assert_true(cmd.done <= len);
	h->got = cmd.done;
	*response = cmd.sense[0];
	if (cmd.status != SIM_CHECK_CONDITION)
		return cmd.status;
	h->info = sim_be32(cmd.sense + 3);
	return SENSE(cmd.sense[2] & 0xf, cmd.sense[12], cmd.sense[13]);
}

static uint32_t send_in(struct harness *h, size_t len, const uint8_t *cdb, size_t cdb_len)
{
	uint8_t response;

	assert_true(len <= sizeof(h->buf));
	memset(h->buf, 0xee, len);
	return through(h, h->buf, len, cdb, cdb_len, &response);
}

#define ASK(h, len, ...)	send_in(h, len, CDB(__VA_ARGS__))
#define READY(h)		ASK(h, 0, 0, 0, 0, 0, 0, 0)
#define MEDIUM_BLOCKS		64

static uint32_t read_at(struct harness *h, uint32_t lba, uint32_t blocks)
{
	return ASK(h, blocks * 2048u, 0x28, 0, BE32(lba), 0, BE16(blocks), 0);
}

static uint32_t write_at(struct harness *h, uint32_t lba, uint32_t blocks, uint8_t *response)
{
	static uint8_t data[64 * 2048];
	const uint8_t cdb[] = { 0x2a, 0, BE32(lba), 0, BE16(blocks), 0 };

	memset(data, (int)lba, sizeof(data));
	return through(h, data, blocks * 2048u, cdb, sizeof(cdb), response);
}

static void give(struct harness *h, const char *list)
{
	assert_int_equal(sim_habits_give(h->dev, faults, SIM_OF_RECORDER, list, "", true, NULL,
					 h->err, sizeof(h->err)), 0);
}

/* How often the faults of a habit struck */
static json_int_t hits(const char *habit)
{
	json_t *list = sim_faults_describe(faults), *fault;
	json_int_t n = 0;
	size_t i;

	json_array_foreach(list, i, fault) {
		const char *name = json_string_value(json_object_get(fault, "habit"));

		if (name && !strcmp(name, habit))
			n += json_integer_value(json_object_get(fault, "hits"));
	}
	json_decref(list);
	return n;
}

static void inject(const char *line)
{
	struct sim_fault fault;
	char err[512];

	assert_int_equal(sim_fault_parse_line(line, &fault, err, sizeof(err)), 0);
	assert_true(sim_faults_add(faults, &fault) > 0);
}

/* A DVD with a pattern on it */
static void master(struct harness *h)
{
	static uint8_t data[2048 * 2048];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i / 2048 + i);
	harness_file(h, "m.iso", data, sizeof(data));
	harness_insert(h, "m");
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- sense data -------------------------------------------------------------------------- */

static void recovered_is_carried_out(void **state)
{
	struct harness *h = *state;
	uint8_t response;

	master(h);
	inject("sense 1/18/00 op 28 lba 3");
	assert_int_equal(read_at(h, 0, 8), SENSE(1, 0x18, 0));
	assert_int_equal(h->got, 8 * 2048);
	assert_int_equal(h->info, 3);
	for (size_t i = 0; i < h->got; i++)
		assert_int_equal(h->buf[i], (uint8_t)(i / 2048 + i));
	sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err));
	harness_blank(h, "dvd+r");
	inject("sense 1/0c/00 op 2a");
	assert_int_equal(write_at(h, 0, 16, &response), SENSE(1, 0x0c, 0));
	assert_int_equal(response, 0x70);
	assert_int_equal(harness_nwa(h, 1), 16);
	/* The fault does not make a failing command good */
	inject("sense 1/0c/00 op 2a");
	assert_int_equal(write_at(h, 500, 16, &response), SENSE(5, 0x21, 2));
	assert_int_equal(harness_nwa(h, 1), 16);
}

static void deferred_is_of_another_command(void **state)
{
	struct harness *h = *state;
	uint8_t response;

	harness_blank(h, "dvd+r");
	inject("sense 3/0c/00 deferred op 2a");
	assert_int_equal(write_at(h, 0, 16, &response), SENSE(3, 0x0c, 0));
	assert_int_equal(response, 0x71);
	inject("sense 1/18/00 deferred op 2a");
	assert_int_equal(write_at(h, 0, 16, &response), SENSE(1, 0x18, 0));
	assert_int_equal(response, 0x71);
	assert_int_equal(write_at(h, 0, 16, &response), 0);
	assert_int_equal(harness_nwa(h, 1), 16);
}

static void a_sequence_of_answers(void **state)
{
	struct harness *h = *state;

	master(h);
	inject("sense 6/29/00,2/04/01*3 for-all op read nth 2 times 1");
	assert_int_equal(read_at(h, 0, 1), 0);
	assert_int_equal(read_at(h, 0, 1), SENSE(6, 0x29, 0));
	assert_int_equal(READY(h), SENSE(2, 0x04, 1));
	/* Who it is it still says */
	assert_int_equal(ASK(h, 36, 0x12, 0, 0, 0, 36, 0), 0);
	assert_int_equal(read_at(h, 0, 1), SENSE(2, 0x04, 1));
	assert_int_equal(READY(h), SENSE(2, 0x04, 1));
	for (int i = 0; i < 10; i++)
		assert_int_equal(read_at(h, 0, 1), 0);
	assert_int_equal(READY(h), 0);
}

static void a_sequence_again_and_again(void **state)
{
	struct harness *h = *state;
	uint32_t want[] = { 0, 0, SENSE(0xb, 8, 1), SENSE(0xb, 8, 1), 0, 0, SENSE(0xb, 8, 1) };

	master(h);
	give(h, "read-transport-errors=3");
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(read_at(h, 0, 1), want[i]);
	assert_int_equal(READY(h), 0);
}

/* --- optional commands, each refused by its habit and by none else ------------------------- */

static void optional_commands(void **state)
{
	static const struct {
		const char *habit;
		uint8_t cdb[12];
		uint32_t want;
	} rows[] = {
		{ "no-reserve-track", { 0x53, 0, 0, 0, 0, 0, 0, 1, 0 }, SENSE(5, 0x24, 0) },
		{ "no-opc", { 0x54, 1 }, SENSE(5, 0x20, 0) },
		{ "no-set-streaming", { 0xb6 }, SENSE(5, 0x20, 0) },
		{ "no-set-speed", { 0xbb, 0, 0xff, 0xff, 0xff, 0xff }, SENSE(5, 0x20, 0) },
		{ "no-get-configuration", { 0x46, 0, 0, 0, 0, 0, 0, 1, 0 }, SENSE(5, 0x20, 0) },
		{ "no-get-performance", { 0xac, 0, 0, 0, 0, 0, 0, 0, 0, 8, 3 }, SENSE(5, 0x20, 0) },
		{ "no-disc-structure", { 0xad, 0, 0, 0, 0, 0, 0, 0, 4, 0 }, SENSE(5, 0x20, 0) },
		{ "no-event-status", { 0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8 }, SENSE(5, 0x20, 0) },
		{ "no-mechanism-status", { 0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8 }, SENSE(5, 0x20, 0) },
		{ "no-buffer-capacity", { 0x5c, 0, 0, 0, 0, 0, 0, 0, 12 }, SENSE(5, 0x20, 0) },
		{ "no-format-capacities", { 0x23, 0, 0, 0, 0, 0, 0, 0, 252 }, SENSE(5, 0x20, 0) },
		{ "no-disc-information", { 0x51, 0, 0, 0, 0, 0, 0, 0, 34 }, SENSE(5, 0x20, 0) },
		{ "no-disc-information", { 0x52, 1, 0, 0, 0, 1, 0, 0, 36 }, SENSE(5, 0x20, 0) },
		{ "no-read-buffer", { 0x3c, 3, 0, 0, 0, 0, 0, 0, 4 }, SENSE(5, 0x20, 0) },
		{ "no-log-sense", { 0x4d, 0, 0x40, 0, 0, 0, 0, 0, 16 }, SENSE(5, 0x20, 0) },
		{ "no-report-opcodes", { 0xa3, 0x0c, 0, 0, 0, 0, 0, 0, 16 }, SENSE(5, 0x20, 0) },
		{ "no-prevent", { 0x1e }, SENSE(5, 0x20, 0) },
		{ "no-page-2a", { 0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0 }, SENSE(5, 0x24, 0) },
		{ "no-page-05", { 0x5a, 0, 0x05, 0, 0, 0, 0, 1, 0 }, SENSE(5, 0x24, 0) },
	};
	struct harness *h = *state;

	harness_blank(h, "dvd-r");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(send_in(h, 1024, rows[i].cdb, 12), 0);
		give(h, rows[i].habit);
		assert_int_equal(send_in(h, 1024, rows[i].cdb, 12), rows[i].want);
		assert_int_equal(READY(h), 0);
		sim_habits_take(h->dev, faults);
	}
}

static void page_05_is_not_taken(void **state)
{
	struct harness *h = *state;
	uint8_t list[8 + 52] = { 0 }, response;
	const uint8_t select[] = { 0x55, 0x10, 0, 0, 0, 0, 0, 0, sizeof(list), 0 };

	harness_blank(h, "cd-r");
	give(h, "no-page-05");
	assert_int_equal(ASK(h, 60, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 60, 0), 0);
	list[8] = 0x05;
	list[9] = 50;
	assert_int_equal(through(h, list, sizeof(list), select, sizeof(select), &response),
			 SENSE(5, 0x26, 0));
	/* Of another page it would not know this length */
	list[8] = 0x08;
	list[9] = 10;
	assert_int_equal(through(h, list, sizeof(list), select, sizeof(select), &response),
			 SENSE(5, 0x26, 0));
	assert_int_equal(hits("no-page-05"), 1);
}

static void cue_sheet_with_text(void **state)
{
	static const uint8_t lead_in[8] = { 0x01, 0, 0, 0x41, 0, 0, 0, 0 };
	struct harness *h = *state;
	uint8_t sheet[16] = { 0x01, 0, 0, 0x01 }, response;
	const uint8_t cdb[] = { 0x5d, 0, 0, 0, 0, 0, 0, 0, 16, 0 };
	uint32_t plain;

	harness_blank(h, "cd-r");
	assert_int_equal(harness_page05(h, 2, 0, 0), 0);
	plain = through(h, sheet, sizeof(sheet), cdb, sizeof(cdb), &response);
	give(h, "no-cd-text");
	assert_int_equal(through(h, sheet, sizeof(sheet), cdb, sizeof(cdb), &response), plain);
	memcpy(sheet, lead_in, sizeof(lead_in));
	assert_int_equal(through(h, sheet, sizeof(sheet), cdb, sizeof(cdb), &response),
			 SENSE(5, 0x26, 0));
}

/* --- time -------------------------------------------------------------------------------- */

static void not_ready_after_insertion(void **state)
{
	struct harness *h = *state;
	int64_t start = now_ms();

	assert_int_equal(sim_media_blank(h->media, "dvd+r", "disc", 0, NULL, 0, h->err,
					 sizeof(h->err)), 0);
	give(h, "slow-ready=1");
	assert_int_equal(sim_drive_insert(h->dev, "disc", h->err, sizeof(h->err)), 0);
	while (READY(h) == SENSE(2, 0x04, 1)) {
		const struct timespec nap = { .tv_nsec = 20000000 };

		nanosleep(&nap, NULL);
	}
	assert_in_range(now_ms() - start, 980, 5000);
	assert_int_equal(READY(h), 0);
	sim_habits_take(h->dev, faults);
	sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err));
}

static void tray_closes_by_itself(void **state)
{
	struct harness *h = *state;

	master(h);
	assert_true(h->dev->ops->set(h->dev, SIM_SET_TRAY_CLOSES, 200));
	assert_int_equal(ASK(h, 0, 0x1b, 0, 0, 0, 2, 0), 0);
	assert_int_equal(READY(h), SENSE(2, 0x3a, 2));
	assert_true(sim_drive_tray_open(h->dev));
	nanosleep(&(struct timespec){ .tv_nsec = 220000000 }, NULL);
	assert_false(sim_drive_tray_open(h->dev));
	assert_int_equal(READY(h), SENSE(6, 0x28, 0));
	assert_int_equal(read_at(h, 0, 1), 0);
	give(h, "tray-closes=60");
	assert_int_equal(ASK(h, 0, 0x1b, 0, 0, 0, 2, 0), 0);
	assert_true(sim_drive_tray_open(h->dev));
}

static void answers_late(void **state)
{
	struct harness *h = *state;
	int64_t start;

	master(h);
	give(h, "late=1");
	start = now_ms();
	assert_int_equal(READY(h), 0);
	assert_in_range(now_ms() - start, 990, 5000);
	start = now_ms();
	assert_int_equal(READY(h), 0);
	assert_in_range(now_ms() - start, 0, 500);
}

/* --- the way to the device --------------------------------------------------------------- */

static int links_lost, links_back;

static void link_changes(void *context, bool up)
{
	assert_ptr_equal(context, &links_lost);
	if (up)
		links_back++;
	else
		links_lost++;
}

static void link_is_away(void **state)
{
	const struct sim_fault_watch watch = {
		.fd = -1, .link = link_changes, .context = &links_lost,
	};
	struct harness *h = *state;
	uint8_t response;

	links_lost = links_back = 0;
	harness_blank(h, "dvd+r");
	assert_int_equal(sim_faults_link_left(faults), -1);
	inject("link 150 op write nth 2");
	assert_int_equal(write_at(h, 0, 16, &response), 0);
	assert_int_equal(write_at(h, 16, 16, &response), SIM_TASK_ABORTED);
	assert_in_range(sim_faults_link_left(faults), 1, 150);
	assert_int_equal(READY(h), SIM_TASK_ABORTED);
	assert_int_equal(ASK(h, 36, 0x12, 0, 0, 0, 36, 0), SIM_TASK_ABORTED);
	nanosleep(&(struct timespec){ .tv_nsec = 160000000 }, NULL);
	assert_int_equal(READY(h), 0);
	/* It was lost on its way in */
	assert_int_equal(harness_nwa(h, 1), 16);
	/* A transport that can show a lost link gets the command again */
	sim_faults_watch(faults, &watch);
	inject("link 50 after op write");
	assert_int_equal(write_at(h, 16, 16, &response), SIM_BUSY);
	assert_int_equal(links_lost, 1);
	assert_int_equal(links_back, 0);
	nanosleep(&(struct timespec){ .tv_nsec = 60000000 }, NULL);
	assert_int_equal(sim_faults_link_left(faults), -1);
	assert_int_equal(links_back, 1);
	/* This time only the answer was */
	assert_int_equal(harness_nwa(h, 1), 32);
}

static void other_statuses(void **state)
{
	struct harness *h = *state;

	give(h, "busy=2");
	assert_int_equal(READY(h), SENSE(2, 0x3a, 1));
	assert_int_equal(READY(h), SIM_BUSY);
	sim_habits_take(h->dev, faults);
	give(h, "reserved");
	assert_int_equal(READY(h), SIM_RESERVATION_CONFLICT);
	assert_int_equal(READY(h), SIM_RESERVATION_CONFLICT);
	assert_int_equal(ASK(h, 36, 0x12, 0, 0, 0, 36, 0), 0);
}

/* --- replies ----------------------------------------------------------------------------- */

static void short_and_long_replies(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	give(h, "short-disc");
	assert_int_equal(ASK(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0), 0);
	assert_int_equal(h->got, 8);
	assert_int_equal(sim_be16(h->buf), 32);
	/* The host may ask for less than that */
	assert_int_equal(ASK(h, 34, 0x51, 0, 0, 0, 0, 0, 0, 0, 4, 0), 0);
	assert_int_equal(h->got, 4);
	sim_habits_take(h->dev, faults);
	give(h, "long-replies");
	assert_int_equal(ASK(h, 200, 0x51, 0, 0, 0, 0, 0, 0, 0, 100, 0), 0);
	assert_int_equal(h->got, 100);
	assert_int_equal(h->buf[99], 0xa5);
	/* A long reply keeps its length when it is changed */
	inject("reply patch=0:11 op 3c");
	assert_int_equal(ASK(h, 300000, 0x3c, 2, 0, 0, 0, 0, 4, 0x93, 0xe0, 0), 0);
	assert_int_equal(h->got, 300000);
	assert_int_equal(h->buf[0], 0x11);
	sim_habits_take(h->dev, faults);
	give(h, "short-track");
	assert_int_equal(ASK(h, 36, 0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0), 0);
	assert_int_equal(h->got, 28);
	assert_int_equal(sim_be16(h->buf), 26);
	sim_habits_take(h->dev, faults);
	give(h, "empty-replies");
	assert_int_equal(ASK(h, 36, 0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0), 0);
	assert_int_equal(h->got, 4);
}

static void short_reads(void **state)
{
	struct harness *h = *state;

	master(h);
	give(h, "short-reads=2");
	assert_int_equal(read_at(h, 0, 8), 0);
	assert_int_equal(h->got, 8 * 2048);
	assert_int_equal(read_at(h, 0, 8), 0);
	assert_int_equal(h->got, 2048);
}

static void wrong_lengths(void **state)
{
	static const struct {
		uint8_t cdb[12];
		size_t at, size;
	} rows[] = {
		{ { 0x51, 0, 0, 0, 0, 0, 0, 1, 0 }, 0, 2 }, { { 0x52, 1, 0, 0, 0, 1, 0, 1, 0 }, 0, 2 },
		{ { 0x43, 0, 4, 0, 0, 0, 0, 1, 0 }, 0, 2 }, { { 0x46, 0, 0, 0, 0, 0, 0, 1, 0 }, 0, 4 },
		{ { 0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0 }, 0, 2 },
		{ { 0xac, 0, 0, 0, 0, 0, 0, 0, 0, 8, 3 }, 0, 4 },
	};
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		give(h, "lengths-too-long");
		assert_int_equal(send_in(h, 256, rows[i].cdb, 12), 0);
		assert_int_equal(sim_be16(h->buf + rows[i].size - 2), 0xffff);
		sim_habits_take(h->dev, faults);
		give(h, "lengths-zero");
		assert_int_equal(send_in(h, 256, rows[i].cdb, 12), 0);
		assert_int_equal(sim_be16(h->buf + rows[i].size - 2), 0);
		sim_habits_take(h->dev, faults);
		inject("reply length=-2");
		assert_int_equal(send_in(h, 256, rows[i].cdb, 12), 0);
		assert_int_equal(sim_be16(h->buf + rows[i].size - 2) + rows[i].size + 2, h->got);
		sim_faults_clear(faults, 0);
	}
}

static void next_writable_addresses(void **state)
{
	static const struct {
		const char *habit;
		uint32_t want;
		bool valid;
	} rows[] = {
		{ "nwa-zero", 0, true }, { "nwa-low", 16 - 150u, true }, { "nwa-high", 166, true },
		{ "nwa-wild", 0xffffff00, true }, { "nwa-unknown", 0, false },
	};
	struct harness *h = *state;
	uint8_t response;

	harness_blank(h, "dvd+r");
	assert_int_equal(write_at(h, 0, 16, &response), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		give(h, rows[i].habit);
		assert_int_equal(ASK(h, 36, 0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0), 0);
		assert_int_equal(sim_be32(h->buf + 12), rows[i].want);
		assert_int_equal(h->buf[7] & 1, rows[i].valid);
		sim_habits_take(h->dev, faults);
	}
}

/* A mode page in h->buf, behind a header of so many bytes */
static const uint8_t *find_page(const struct harness *h, size_t at, uint8_t code)
{
	while (h->buf[at] != code) {
		at += 2u + h->buf[at + 1];
		assert_true(at < h->got);
	}
	return h->buf + at;
}

static void page_2a_lies(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	give(h, "capable-of-nothing");
	assert_int_equal(ASK(h, 200, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 200, 0), 0);
	assert_int_equal(h->buf[8 + 2] | h->buf[8 + 3], 0);
	sim_habits_take(h->dev, faults);
	give(h, "capable-of-all");
	assert_int_equal(ASK(h, 200, 0x1a, 0, 0x3f, 0, 200, 0), 0);
	assert_int_equal(find_page(h, 4, 0x2a)[2], 0xff);
	assert_int_equal(find_page(h, 4, 0x2a)[5], 0xff);
	sim_habits_take(h->dev, faults);
	give(h, "zero-speeds");
	assert_int_equal(ASK(h, 200, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 200, 0), 0);
	assert_int_equal(sim_be16(h->buf + 8 + 8), 0);
	assert_int_equal(sim_be16(h->buf + 8 + 34), 0);
	assert_int_equal(ASK(h, 200, 0xac, 0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0), 0);
	assert_true(h->got > 8);
	assert_int_equal(sim_be32(h->buf + 8 + 12), 0);
	sim_habits_take(h->dev, faults);
	give(h, "no-speeds");
	assert_int_equal(ASK(h, 200, 0xac, 0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0), 0);
	assert_int_equal(h->got, 8);
	sim_habits_take(h->dev, faults);
	give(h, "too-many-speeds");
	assert_int_equal(ASK(h, 200, 0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 200, 0), 0);
	assert_int_equal(sim_be16(h->buf + 8 + 30), 0xffff);
}

static void serial_numbers(void **state)
{
	static const struct {
		const char *habit;
		const char *number;
		size_t len;
	} rows[] = {
		{ "serial-none", "", 0 }, { "serial-same", "000000000001", 12 },
		{ "serial-nul", "\0\0\0\0\0\0", 6 }, { "serial-spaces", "      ", 6 },
		{ "serial-cut", "SN0001", 6 }, { "serial-noise", "\xff\x01""A", 9 },
	};
	struct harness *h = *state;
	bool identity = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(sim_habits_give(h->dev, faults, SIM_OF_RECORDER, rows[i].habit, "",
						 true, &identity, h->err, sizeof(h->err)), 0);
		assert_true(identity);
		assert_int_equal(ASK(h, 100, 0x12, 1, 0x80, 0, 100, 0), 0);
		assert_int_equal(h->buf[3], rows[i].len);
		assert_int_equal(h->got, 4 + rows[i].len);
		assert_memory_equal(h->buf + 4, rows[i].number, strlen(rows[i].number));
		assert_int_equal(ASK(h, 100, 0x12, 1, 0x83, 0, 100, 0), 0);
		assert_int_equal(h->got, 32 + rows[i].len);
		assert_int_equal(h->buf[7], 24 + rows[i].len);
		assert_true(sim_habits_take(h->dev, faults));
	}
	assert_false(sim_habits_take(h->dev, faults));
	snprintf(h->dev->identity.serial, sizeof(h->dev->identity.serial), "ABCDEFGHIJKLMN");
	give(h, "serial-cut");
	assert_int_equal(ASK(h, 100, 0x12, 1, 0x80, 0, 100, 0), 0);
	assert_int_equal(h->got, 14);
	assert_memory_equal(h->buf + 4, "ABCDEFGHIJ", 10);
}

static void noise(void **state)
{
	struct harness *h = *state;

	harness_blank(h, "cd-r");
	give(h, "noise-atip+noise-mcn");
	assert_int_equal(ASK(h, 28, 0x43, 0, 4, 0, 0, 0, 0, 0, 28, 0), 0);
	assert_int_equal(h->buf[8], 0x63);
	assert_int_equal(h->buf[9], 0x4b);
	assert_int_equal(ASK(h, 24, 0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0), 0);
	assert_int_equal(h->buf[8], 0x80);
	assert_int_equal(h->buf[9], 0xff);
	assert_int_equal(ASK(h, 16, 0x42, 0, 0x40, 1, 0, 0, 0, 0, 16, 0), 0);
	assert_int_not_equal(h->buf[9], 0xff);
}

static void cache_repeats_what_is_wrong(void **state)
{
	struct harness *h = *state;
	uint8_t first;

	master(h);
	give(h, "stale-cache=5");
	assert_int_equal(read_at(h, 4, 4), 0);
	first = h->buf[2048];
	assert_int_not_equal(first, 5);
	assert_int_equal(h->buf[0], 4);
	assert_int_equal(h->buf[2 * 2048], 6);
	assert_int_equal(read_at(h, 5, 1), 0);
	assert_int_equal(h->buf[0], first);
	for (uint32_t lba = 64; lba < 64 + 1024; lba += 256)
		assert_int_equal(read_at(h, lba, 256), 0);
	assert_int_equal(read_at(h, 5, 1), 0);
	assert_int_equal(h->buf[0], 5);
	/* FUA is from the disc */
	sim_habits_take(h->dev, faults);
	give(h, "stale-cache=5");
	assert_int_equal(read_at(h, 5, 1), 0);
	assert_int_equal(h->buf[0], first);
	assert_int_equal(ASK(h, 2048, 0x28, 8, BE32(5), 0, BE16(1), 0), 0);
	assert_int_equal(h->buf[0], 5);
}

static void button_at_an_lba(void **state)
{
	struct harness *h = *state;

	master(h);
	give(h, "button=100");
	assert_int_equal(ASK(h, 0, 0x1e, 0, 0, 0, 1, 0), 0);
	assert_int_equal(read_at(h, 0, 64), 0);
	/* Locked: the host gets the request */
	assert_int_equal(read_at(h, 64, 64), 0);
	assert_int_equal(ASK(h, 8, 0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0), 0);
	assert_int_equal(h->buf[4] & 0xf, 1);
	assert_int_equal(read_at(h, 64, 64), 0);
	assert_int_equal(ASK(h, 0, 0x1e, 0, 0, 0, 0, 0), 0);
	give(h, "button=100");
	assert_int_equal(read_at(h, 64, 64), SENSE(2, 0x3a, 2));
	assert_true(sim_drive_tray_open(h->dev));
}

/* Another program may have received the event of the new disc */
static void swapped_in_silence(void **state)
{
	static uint8_t data[2048];
	struct harness *h = *state;

	master(h);
	data[0] = 0x77;
	harness_file(h, "other.iso", data, sizeof(data));
	sim_drive_take(h->dev, NULL, 0, true, h->err, sizeof(h->err));
	assert_int_equal(sim_drive_insert(h->dev, "other", h->err, sizeof(h->err)), 0);
	sim_drive_hush(h->dev);
	assert_int_equal(read_at(h, 0, 1), 0);
	assert_int_equal(h->buf[0], 0x77);
}

/* --- lists of them ----------------------------------------------------------------------- */

static void several_at_once(void **state)
{
	struct harness *h = *state;
	json_t *list;

	master(h);
	give(h, "no-disc-structure+recovered-reads=1+serial-none+slow-ready=2");
	assert_int_equal(ASK(h, 4, 0xad, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0), SENSE(5, 0x20, 0));
	assert_int_equal(read_at(h, 7, 1), SENSE(1, 0x18, 0));
	assert_int_equal(h->buf[0], 7);
	list = sim_faults_describe(faults);
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "habit")),
			    "recovered-reads");
	json_decref(list);
	sim_habits_take(h->dev, faults);
	assert_int_equal(read_at(h, 7, 1), 0);
}

static void only_where_it_is_to_be(void **state)
{
	struct harness *h = *state;

	master(h);
	assert_int_equal(sim_habits_give(h->dev, faults, SIM_OF_RECORDER, "stale-cache=5",
					 "lba 5-6 times 1", true, NULL, h->err,
					 sizeof(h->err)), 0);
	assert_int_equal(read_at(h, 5, 1), 0);
	assert_int_not_equal(h->buf[0], 5);
	assert_int_equal(read_at(h, 5, 1), 0);
	assert_int_equal(h->buf[0], 5);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "+", "no-opc+", "+no-opc", "nothing", "no-opc=1", "busy=", "busy=0", "busy=x",
		"busy=-1", "busy=1000001", "busy=99999999999999999999", "late=1.5", "late=3601",
		"stale-cache=4294967296", "no-opc,busy", "busy=1=2", "recovered-moves", "no opc",
	};
	struct harness *h = *state;
	char many[600];
	json_t *list;

	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		const char *text = i < sizeof(bad) / sizeof(bad[0]) ? bad[i] : many;

		*h->err = 0;
		assert_int_equal(sim_habits_give(h->dev, faults, SIM_OF_RECORDER, text, "", true,
						 NULL, h->err, sizeof(h->err)), -EINVAL);
		assert_string_not_equal(h->err, "");
		assert_null(strchr(h->err, '\n'));
	}
	assert_int_equal(sim_habits_give(h->dev, faults, SIM_OF_RECORDER, "no-opc+slow-ready=1",
					 "lba 5", true, NULL, h->err, sizeof(h->err)), -EINVAL);
	assert_int_equal(sim_habits_give(h->dev, faults, SIM_OF_RECORDER, "no-opc", "lbb 5", true,
					 NULL, h->err, sizeof(h->err)), -EINVAL);
	list = sim_faults_describe(faults);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

/* Every habit is one line, can be given, and can be had again as it is listed. */
static void the_table(void **state)
{
	struct harness *h = *state;
	const struct sim_habit *habit;
	size_t n;

	for (n = 0; (habit = sim_habit_at(n)); n++) {
		assert_ptr_equal(sim_habit_find(habit->name, strlen(habit->name)), habit);
		assert_true(habit->of && !(habit->of & ~SIM_OF_ANY));
		assert_true(strlen(habit->what) > 10 && !strchr(habit->what, '\n'));
		assert_null(strpbrk(habit->name, " +=,.:/"));
		assert_true(!habit->value ||
			    (habit->preset >= habit->least && habit->preset <= habit->most));
		assert_int_equal(sim_habits_give(h->dev, faults, habit->of & -habit->of,
						 habit->name, "", true, NULL, h->err,
						 sizeof(h->err)), 0);
		sim_habits_take(h->dev, faults);
	}
	assert_true(n > 60);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(recovered_is_carried_out),
		TEST(deferred_is_of_another_command),
		TEST(a_sequence_of_answers),
		TEST(a_sequence_again_and_again),
		TEST(optional_commands),
		TEST(page_05_is_not_taken),
		TEST(cue_sheet_with_text),
		TEST(not_ready_after_insertion),
		TEST(tray_closes_by_itself),
		TEST(answers_late),
		TEST(link_is_away),
		TEST(other_statuses),
		TEST(short_and_long_replies),
		TEST(short_reads),
		TEST(wrong_lengths),
		TEST(next_writable_addresses),
		TEST(page_2a_lies),
		TEST(serial_numbers),
		TEST(noise),
		TEST(cache_repeats_what_is_wrong),
		TEST(button_at_an_lba),
		TEST(swapped_in_silence),
		TEST(several_at_once),
		TEST(only_where_it_is_to_be),
		TEST(nonsense_is_refused),
		TEST(the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
