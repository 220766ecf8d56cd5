// SPDX-License-Identifier: GPL-2.0
/* What the discmux command prints, from structures made up here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "cli_extract.h"
#include "counters.h"
#include "inventory.h"
#include "output.h"
#include "status.h"
#include "watch.h"

#define CHECK_PRINTED(expected, call)                                  \
	do {                                                           \
		char *printed_ = NULL;                                 \
		size_t size_;                                          \
		FILE *out = open_memstream(&printed_, &size_);         \
                                                                       \
		assert_int_equal(call, CLI_OK);                        \
		fclose(out);                                           \
		assert_string_equal(printed_, expected);               \
		free(printed_);                                        \
	} while (0)

static int64_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail_msg("%s is no integer", key);
	return json_integer_value(value);
}

static void is_string(const json_t *object, const char *key, const char *expected)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (!value)
		fail_msg("%s is no string", key);
	assert_string_equal(value, expected);
}

static void is_null(const json_t *object, const char *key)
{
	if (!json_is_null(json_object_get(object, key)))
		fail_msg("%s is not null", key);
}

static struct discmux_member recorder = {
	.member = 2,
	.role = DISCMUX_ROLE_RECORDER,
	.unit = 1,
	.state = DISCMUX_MEMBER_CLAIMED,
	.device_type = 5,
	.element = 0x3001,
	.host = 4,
	.host_shared = 1,
	.vendor = "DISCMUX ",
	.product = "DVD+R RECORDER  ",
	.revision = "1.0 ",
	.serial = "A\x01\xff",
	.block_name = "sr1",
	.generic_name = "sg2",
};

static struct discmux_member reader = {
	.member = 1,
	.role = DISCMUX_ROLE_READER,
	.element = DISCMUX_NONE,
	.host = 4,
	.host_shared = 1,
	.vendor = "ACME    ",
	.product = "ROM             ",
	.block_name = "sr0",
};

static struct discmux_element elements[] = {
	{ .type = DISCMUX_ELEMENT_TRANSPORT, .address = 0x2000, .member = DISCMUX_NONE },
	{ .type = DISCMUX_ELEMENT_STORAGE,
	  .address = 1,
	  .flags = DISCMUX_ELEMENT_FULL | DISCMUX_ELEMENT_TRAY,
	  .member = DISCMUX_NONE,
	  .volume_tag = "TAG1   " },
	{ .type = DISCMUX_ELEMENT_STORAGE, .address = 2, .member = DISCMUX_NONE },
	{ .type = DISCMUX_ELEMENT_STORAGE,
	  .address = 3,
	  .member = DISCMUX_NONE,
	  .flags = DISCMUX_ELEMENT_EXCEPT,
	  .sense = 0x3b8e },
	{ .type = DISCMUX_ELEMENT_IMPORT_EXPORT,
	  .address = 0x4000,
	  .member = DISCMUX_NONE,
	  .flags = DISCMUX_ELEMENT_OPEN },
	{ .type = DISCMUX_ELEMENT_DATA_TRANSFER,
	  .address = 0x3001,
	  .flags = DISCMUX_ELEMENT_FULL | DISCMUX_ELEMENT_SOURCE_VALID,
	  .source = 2,
	  .member = 2,
	  .identifier = "SERIAL" },
};

static void status_members(void **state)
{
	struct discmux_member members[] = { reader, recorder };
	struct medium media[] = {
		{ .known = MEDIUM_NONE },
		{ .known = MEDIUM_PRESENT, .type = "DVD+R", .state = "blank" },
	};
	struct status status = {
		.info = { .mux = 3, .members = 2 },
		.members = members,
		.media = media,
		.nr = 2,
		.library = { .elements = elements, .count = 6 },
	};
	json_t *object = status_json(&status), *member;

	(void)state;
	assert_int_equal(number(object, "mux"), 3);
	assert_int_equal(json_array_size(json_object_get(object, "members")), 2);
	member = json_array_get(json_object_get(object, "members"), 0);
	is_string(member, "role", "reader");
	is_string(member, "medium", "none");
	is_null(member, "element");
	is_null(member, "drive");
	is_string(member, "serial", "");
	member = json_array_get(json_object_get(object, "members"), 1);
	is_string(member, "role", "recorder");
	assert_int_equal(number(member, "unit"), 1);
	assert_int_equal(number(member, "member"), 2);
	is_string(member, "state", "claimed");
	is_string(member, "product", "DVD+R RECORDER");
	is_string(member, "serial", "A??");
	is_string(member, "block", "sr1");
	is_string(member, "generic", "sg2");
	is_string(member, "medium", "DVD+R");
	is_string(member, "medium_state", "blank");
	is_null(member, "medium_note");
	assert_int_equal(number(member, "element"), 0x3001);
	assert_int_equal(number(member, "drive"), 0);
	assert_int_equal(number(json_object_get(member, "address"), "host"), 4);
	json_decref(object);

	CHECK_PRINTED("mux 3: 2 members\n"
		      "MEMBER      STATE    ADDRESS  DEVICE   MODEL                   "
		      "REVISION  SERIAL  ELEMENT     MEDIUM\n"
		      "reader 0    idle     4:0:0:0  sr0      ACME ROM                "
		      "                              no disc\n"
		      "recorder 1  claimed  4:0:0:0  sr1 sg2  DISCMUX DVD+R RECORDER  "
		      "1.0       A??     d0 (3001h)  DVD+R, blank\n"
		      "warning: SCSI host 4 is shared by reader 0, recorder 1: while one of them "
		      "recovers from an error, all of them stand still\n",
		      status_print(&status, out));
}

static void printed_reader(void **state)
{
	struct discmux_member members[] = { reader };
	struct medium media[1] = { { .known = MEDIUM_UNKNOWN } };
	struct status status = { .members = members, .media = media, .nr = 1 };

	(void)state;
	members[0].host_shared = 0;
	/* Columns that hold nothing are left out. */
	CHECK_PRINTED("mux 0: 1 member\n"
		      "MEMBER    STATE  ADDRESS  DEVICE  MODEL\n"
		      "reader 0  idle   4:0:0:0  sr0     ACME ROM\n",
		      status_print(&status, out));
}

static struct inventory made_up(void)
{
	static struct discmux_member members[2];
	struct inventory inventory = {
		.changer = { .vendor = "JVC     ", .product = "MC-8600         " },
		.members = members,
		.nr_members = 2,
		.elements = { .elements = elements,
			      .count = 6,
			      .changer = 9,
			      .age_ms = 12000,
			      .generation = 5,
			      .state = DISCMUX_STATUS_STALE | DISCMUX_STATUS_GARBLED },
	};

	members[0] = reader;
	members[1] = recorder;
	return inventory;
}

static void inventory_object(void **state)
{
	const struct inventory inventory = made_up();
	json_t *object = inventory_json(&inventory), *element;

	(void)state;
	assert_int_equal(number(object, "changer"), 9);
	assert_true(json_is_false(json_object_get(object, "moving")));
	assert_true(json_is_true(json_object_get(object, "stale")));
	assert_true(json_is_true(json_object_get(object, "garbled")));
	assert_int_equal(number(json_object_get(object, "counts"), "slots"), 3);
	assert_int_equal(number(json_object_get(object, "counts"), "slots_full"), 1);
	assert_int_equal(number(json_object_get(object, "counts"), "drives_full"), 1);
	assert_int_equal(json_array_size(json_object_get(object, "slots")), 3);
	element = json_array_get(json_object_get(object, "slots"), 0);
	assert_int_equal(number(element, "number"), 1);
	is_string(element, "volume_tag", "TAG1");
	assert_true(json_is_true(json_object_get(element, "full")));
	is_null(element, "exception");
	assert_null(json_object_get(element, "identifier"));
	element = json_array_get(json_object_get(object, "slots"), 2);
	is_string(element, "exception", "3B/8E");
	element = json_array_get(json_object_get(object, "drives"), 0);
	assert_int_equal(number(element, "number"), 0);
	assert_int_equal(number(element, "address"), 0x3001);
	assert_int_equal(number(element, "source"), 2);
	assert_int_equal(number(element, "source_slot"), 2);
	assert_int_equal(number(element, "member"), 2);
	is_string(element, "role", "recorder");
	assert_int_equal(number(element, "unit"), 1);
	is_string(element, "identifier", "SERIAL");
	element = json_array_get(json_object_get(object, "mail_slots"), 0);
	assert_true(json_is_true(json_object_get(element, "open")));
	assert_int_equal(json_array_size(json_object_get(object, "printers")), 0);
	json_decref(object);
}

static void inventory_text(void **state)
{
	const struct inventory inventory = made_up();

	(void)state;
	CHECK_PRINTED("JVC MC-8600: 3 slots, 1 with a disc; 1 drive, 1 with a disc\n"
		      "PLACE    ADDRESS  MEMBER      HOLDS        FROM  TAG   FAULT\n"
		      "d0       3001h    recorder 1  disc         s2\n"
		      "s1       0001h                disc               TAG1\n"
		      "s3       0003h                empty                    "
		      "medium source element and tray empty (00/3B/8E)\n"
		      "mail     4000h                empty, open\n"
		      "arm      2000h                empty\n"
		      "printer                       none\n"
		      "the changer's element status contradicts itself and was not used; the "
		      "kernel's log says in what\n"
		      "the changer could not be asked for 12 s: what is shown may be old\n",
		      inventory_print(&inventory, false, out));
}

static void events(void **state)
{
	struct discmux_event_info event = {
		.event = DISCMUX_EVENT_RECORDER_FAILED,
		.has = 1u << DISCMUX_ATTR_STREAM | 1u << DISCMUX_ATTR_MEMBER |
		       1u << DISCMUX_ATTR_UNIT | 1u << DISCMUX_ATTR_LBA |
		       1u << DISCMUX_ATTR_ERROR | 1u << DISCMUX_ATTR_STATUS |
		       1u << DISCMUX_ATTR_SENSE,
		.seq = 9,
		.lost = 2,
		.stream = 1,
		.member = 4,
		.unit = 3,
		.lba = 1000,
		.status = 2,
		.sense_len = 18,
		.sense = { 0x70, 0, 3, [7] = 10, [12] = 0x0c },
	};
	const struct timespec when = { .tv_sec = 86400, .tv_nsec = 5000000 };
	json_t *object = watch_json(&event, &when);
	char text[256], shorter[20];

	(void)state;
	is_string(object, "time", "1970-01-02T00:00:00.005Z");
	is_string(object, "event", "recorder-failed");
	is_string(object, "sense", "write error (03/0C/00)");
	is_string(object, "action", "change disc");
	assert_int_equal(number(object, "lost"), 2);
	assert_int_equal(number(object, "seq"), 9);
	assert_int_equal(number(object, "unit"), 3);
	assert_int_equal(number(object, "lba"), 1000);
	assert_int_equal(number(object, "error"), 0);
	assert_null(json_object_get(object, "role"));
	assert_null(json_object_get(object, "bytes"));
	json_decref(object);
	assert_string_equal(watch_text(&event, text, sizeof(text)),
			    "mux 0: recorder-failed stream 1 recorder 3 at block 1000: "
			    "write error (03/0C/00)");
	assert_string_equal(watch_text(&event, shorter, sizeof(shorter)), "mux 0: recorder-fai");

	event = (struct discmux_event_info){
		.event = DISCMUX_EVENT_MOVE_DONE,
		.has = 1u << DISCMUX_ATTR_MEMBER | 1u << DISCMUX_ATTR_SOURCE |
		       1u << DISCMUX_ATTR_DESTINATION | 1u << DISCMUX_ATTR_ERROR,
		.source = 5,
		.destination = 0x3001,
		.error = ETIMEDOUT,
	};
	assert_string_equal(watch_text(&event, text, sizeof(text)),
			    "mux 0: move-done 0005h to 3001h: Connection timed out");
	event = (struct discmux_event_info){
		.event = DISCMUX_EVENT_OPERATION_STARTED,
		.has = 1u << DISCMUX_ATTR_MEMBER | 1u << DISCMUX_ATTR_SOURCE |
		       1u << DISCMUX_ATTR_DESTINATION | 1u << DISCMUX_ATTR_OPERATION,
		.operation = DISCMUX_OP_REZERO,
	};
	assert_string_equal(watch_text(&event, text, sizeof(text)),
			    "mux 0: operation-started rezero");
	object = watch_json(&event, &when);
	is_string(object, "operation", "rezero");
	json_decref(object);
	event = (struct discmux_event_info){
		.event = DISCMUX_EVENT_MEMBER_STATE,
		.has = 1u << DISCMUX_ATTR_ROLE | 1u << DISCMUX_ATTR_UNIT | 1u << DISCMUX_ATTR_STATE,
		.role = DISCMUX_ROLE_RECORDER,
		.unit = 2,
		.state = DISCMUX_MEMBER_STREAMING,
	};
	assert_string_equal(watch_text(&event, text, sizeof(text)),
			    "mux 0: member-state recorder 2 streaming");
	object = watch_json(&event, &when);
	is_string(object, "state", "streaming");
	json_decref(object);
	event = (struct discmux_event_info){
		.event = 200,	/* of a newer driver */
		.has = 1u << DISCMUX_ATTR_ROLE | 1u << DISCMUX_ATTR_UNIT,
		.role = 77,
	};
	assert_string_equal(watch_text(&event, text, sizeof(text)), "mux 0: unknown unknown 0");
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!text) {
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void counters(void **state)
{
	char folder[] = "/tmp/discmux-counters.XXXXXX";
	char command[64];
	json_t *object, *members;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put(folder, "discmux1", NULL);
	put(folder, "discmux1/counters", NULL);
	put(folder, "discmux1/counters/streams_total", "3\n");
	put(folder, "discmux1/counters/bytes_written", "18446744073709551615\n");
	put(folder, "discmux1/discmux1-10", NULL);
	put(folder, "discmux1/discmux1-2", NULL);
	put(folder, "discmux1/discmux1-2/role", "recorder\n");
	put(folder, "discmux1/discmux1-2/unit", "0\n");
	put(folder, "discmux1/discmux1-2/counters", NULL);
	put(folder, "discmux1/discmux1-2/counters/errors", "0\n");
	put(folder, "discmux1/discmux1-x", NULL);
	put(folder, "discmux1/power", NULL);

	assert_int_equal(counters_read(folder, 0, &object), -ENOENT);
	assert_int_equal(counters_read(folder, 1, &object), 0);
	assert_int_equal(number(object, "mux"), 1);
	assert_int_equal(number(json_object_get(object, "counters"), "streams_total"), 3);
	is_string(json_object_get(object, "counters"), "bytes_written", "18446744073709551615");
	members = json_object_get(object, "members");
	assert_int_equal(json_array_size(members), 2);
	assert_int_equal(number(json_array_get(members, 0), "member"), 2);
	is_string(json_array_get(members, 0), "role", "recorder");
	assert_int_equal(number(json_array_get(members, 0), "unit"), 0);
	assert_int_equal(number(json_array_get(members, 1), "member"), 10);
	assert_null(json_object_get(json_array_get(members, 1), "role"));
	CHECK_PRINTED("OF          COUNTER        VALUE\n"
		      "mux 1       bytes_written  18446744073709551615\n"
		      "mux 1       streams_total  3\n"
		      "recorder 0  errors         0\n",
		      counters_print(object, out));
	json_decref(object);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

static void json_lines(void **state)
{
	(void)state;
	CHECK_PRINTED("{\"a\":1}\n", json_print(json_pack("{s:i}", "a", 1), true, out));
	CHECK_PRINTED("{\n  \"a\": 1\n}\n", json_print(json_pack("{s:i}", "a", 1), false, out));
}

/* CD-Text is ISO 8859-1, or whatever somebody has put there. */
static void tracks_of_a_master(void **state)
{
	struct cli cli = { .json = true };
	struct extract_cli x = { .cli = &cli, .name = "reader 0" };
	struct extract_master master = { .tracks = 3 };
	int saved = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	const json_t *tracks;
	json_t *object;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++)
		master.track[i] = (struct extract_track){ .number = (uint8_t)(i + 1), .audio = true };
	strcpy(master.track[0].title, "F\xfcr Elise");
	strcpy(master.track[1].title, "\033[2J");
	assert_true(file && saved >= 0);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	i = (unsigned int)extract_show(&x, &master);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(i, CLI_OK);
	rewind(file);
	object = json_loadf(file, 0, NULL);
	fclose(file);
	tracks = json_object_get(object, "tracks");
	assert_int_equal(json_array_size(tracks), 3);
	is_string(json_array_get(tracks, 0), "title", "F\xc3\xbcr Elise");
	is_string(json_array_get(tracks, 1), "title", "?[2J");
	is_string(json_array_get(tracks, 2), "title", "");
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_members), cmocka_unit_test(printed_reader),
		cmocka_unit_test(inventory_object), cmocka_unit_test(inventory_text),
		cmocka_unit_test(events),	   cmocka_unit_test(counters),
		cmocka_unit_test(json_lines),	   cmocka_unit_test(tracks_of_a_master),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
