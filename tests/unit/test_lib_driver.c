// SPDX-License-Identifier: GPL-2.0
/* The library against a driver that is a function of this test: what it sends,
 * and what it makes of the answers. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "internal.h"

#define PTR(value) ((void *)(uintptr_t)(value))

struct driver {
	struct discmux_member members[8];
	size_t nr;
	struct discmux_element elements[8];
	size_t nr_elements;
	size_t grow;			/* elements that appear at each call */
	unsigned int probing;		/* calls of INFO until it is over */
	int error;			/* of the next call */
	int claim_error;		/* of CLAIM */
	uint32_t failed;		/* member for CLAIM */
	struct discmux_result result;	/* of commands */
	unsigned long request;		/* last one */
	uint8_t arg[256];		/* as it came in */
};

static int do_info(struct driver *driver, struct discmux_info *info)
{
	assert_int_equal(info->size, sizeof(*info));
	info->version = DISCMUX_UAPI_VERSION;
	info->members = (uint32_t)driver->nr;
	info->probing = driver->probing ? driver->probing-- : 0;
	return 0;
}

static int do_member(struct driver *driver, struct discmux_member *arg)
{
	size_t i;

	assert_int_equal(arg->size, sizeof(*arg));
	for (i = 0; i < driver->nr; i++) {
		const struct discmux_member *m = &driver->members[i];

		if (m->member == arg->member ||
		    (arg->flags & DISCMUX_MEMBER_NEXT && m->member > arg->member)) {
			*arg = *m;
			return 0;
		}
	}
	return -ENOENT;
}

static int do_elements(struct driver *driver, struct discmux_element_status *arg)
{
	struct discmux_element *out = PTR(arg->elements);
	size_t i;

	assert_int_equal(arg->size, sizeof(*arg));
	assert_int_equal(arg->element_stride, sizeof(*out));
	assert_int_equal(arg->__reserved, 0);
	for (i = 0; i < driver->nr_elements && i < arg->nr_elements; i++)
		out[i] = driver->elements[i];
	arg->nr_elements = (uint32_t)driver->nr_elements;
	arg->changer = 7;
	arg->generation = 42;
	driver->nr_elements += driver->grow;
	return 0;
}

static int do_exec(struct driver *driver, const struct discmux_exec *arg)
{
	const uint32_t *targets = PTR(arg->targets);
	struct discmux_result *results = PTR(arg->results);
	uint32_t i;

	assert_int_equal(arg->size, sizeof(*arg));
	assert_int_equal(arg->result_stride, sizeof(*results));
	for (i = 0; i < arg->nr_targets; i++) {
		results[i] = driver->result;
		results[i].member = targets[i];
	}
	if (arg->direction == DISCMUX_DIR_IN)
		memset(PTR(arg->data), 0xab, arg->data_len * arg->nr_targets);
	return 0;
}

static int do_ioctl(void *context, int fd, unsigned long request, void *arg)
{
	struct driver *driver = context;
	int error = driver->error;
	uint32_t size = *(uint32_t *)arg;

	(void)fd;
	driver->request = request;
	memcpy(driver->arg, arg, size < sizeof(driver->arg) ? size : sizeof(driver->arg));
	driver->error = 0;
	if (error)
		return error;
	switch (request) {
	case DISCMUX_IOC_INFO:
		return do_info(driver, arg);
	case DISCMUX_IOC_MEMBER:
		return do_member(driver, arg);
	case DISCMUX_IOC_ELEMENT_STATUS:
		return do_elements(driver, arg);
	case DISCMUX_IOC_EXEC:
		return do_exec(driver, arg);
	case DISCMUX_IOC_MOVE:
		*(struct discmux_result *)PTR(((struct discmux_move *)arg)->result) =
			driver->result;
		return 0;
	case DISCMUX_IOC_CLAIM:
		if (driver->claim_error)
			((struct discmux_claim *)arg)->failed = driver->failed;
		return driver->claim_error;
	case DISCMUX_IOC_FANOUT_WRITE:
	case DISCMUX_IOC_RELEASE:
		return 0;
	case DISCMUX_IOC_STREAM:
		((struct discmux_stream *)arg)->fd = 12345;
		((struct discmux_stream *)arg)->chunk_bytes = 65536;
		return 0;
	case DISCMUX_IOC_STREAM_STATUS:
		((struct discmux_stream_status *)arg)->nr_targets = 2;
		return 0;
	}
	return -ENOTTY;
}

static const struct driver four = {
	.members = {
		{ .member = 0, .role = DISCMUX_ROLE_READER, .unit = 0 },
		{ .member = 2, .role = DISCMUX_ROLE_RECORDER, .unit = 0 },
		{ .member = 3, .role = DISCMUX_ROLE_RECORDER, .unit = 1 },
		{ .member = 7, .role = DISCMUX_ROLE_CHANGER, .unit = 0 },
	},
	.nr = 4,
	.elements = {
		{ .address = 0x2000, .type = DISCMUX_ELEMENT_TRANSPORT },
		{ .address = 1, .type = DISCMUX_ELEMENT_STORAGE },
		{ .address = 2, .type = DISCMUX_ELEMENT_STORAGE },
	},
	.nr_elements = 3,
};

static struct discmux *handle(struct driver *driver)
{
	struct discmux *dm = dm_new();

	assert_non_null(dm);
	*driver = four;
	dm->ioctl = do_ioctl;
	dm->context = driver;
	return dm;
}

static void opening(void **state)
{
	struct discmux *dm;

	(void)state;
	assert_int_equal(discmux_open_path("/dev/null", 0, &dm), -ENOTTY);
	assert_string_equal(discmux_error(dm), "/dev/null is not a discmux device");
	discmux_close(dm);
	assert_int_equal(discmux_open(-1, 0, &dm), -EINVAL);
	discmux_close(dm);
	assert_int_equal(discmux_open_path("/dev/null", 2, &dm), -EINVAL);
	discmux_close(dm);
	assert_int_equal(discmux_open(99999, 0, &dm), -ENOENT);
	assert_true(*discmux_error(dm));
	discmux_close(dm);
	discmux_close(NULL);
	assert_string_equal(discmux_error(NULL), "out of memory");
}

static void settling(void **state)
{
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	driver.probing = 2;
	assert_int_equal(discmux_settle(dm, 1000), 0);
	driver.probing = 2;
	assert_int_equal(discmux_settle(dm, 0), -ETIMEDOUT);
	assert_non_null(strstr(discmux_error(dm), "2 device"));
	discmux_close(dm);
}

static void members(void **state)
{
	struct discmux_member list[4], one;
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	assert_int_equal(discmux_members(dm, NULL, 0), 4);
	assert_int_equal(discmux_members(dm, list, 4), 4);
	assert_int_equal(list[3].member, 7);
	memset(list, 0xff, sizeof(list));
	assert_int_equal(discmux_members(dm, list, 1), 4);
	assert_int_equal(list[1].member, 0xffffffff);
	assert_int_equal(discmux_member_by_unit(dm, DISCMUX_ROLE_RECORDER, 1, &one), 0);
	assert_int_equal(one.member, 3);
	assert_int_equal(discmux_member_by_unit(dm, DISCMUX_ROLE_RECORDER, 2, &one), -ENOENT);
	assert_string_equal(discmux_error(dm),
			    "there is no recorder 2: discmux status lists them");
	assert_int_equal(discmux_member(dm, 2, &one), 0);
	assert_int_equal(discmux_member(dm, 1, &one), -ENOENT);
	assert_string_equal(discmux_error(dm), "there is no member 1: discmux status lists them");
	/* A driver that counts backwards must not be listened to for ever. */
	driver.members[2].member = 0xffffffff;
	assert_int_equal(discmux_members(dm, list, 4), -EPROTO);
	discmux_close(dm);
}

static void commands(void **state)
{
	const uint8_t cdb[6] = { 0x12, 0, 0, 0, 36, 0 };
	const struct discmux_exec *sent;
	struct discmux_result result;
	struct driver driver;
	struct discmux *dm = handle(&driver);
	uint8_t data[36];

	(void)state;
	driver.result.resid = 6;
	assert_int_equal(discmux_command(dm, 3, cdb, sizeof(cdb), DISCMUX_DIR_IN, data,
					 sizeof(data), 5000, &result),
			 30);
	assert_int_equal(data[0], 0xab);
	assert_int_equal(result.member, 3);
	sent = (const void *)driver.arg;
	assert_int_equal(sent->flags, 0);
	assert_int_equal(sent->nr_targets, 1);
	assert_int_equal(sent->cdb_len, 6);
	assert_int_equal(sent->timeout_ms, 5000);
	assert_memory_equal(sent->cdb, "\x12\0\0\0\x24\0\0\0\0\0\0\0\0\0\0\0", 16);

	/* More left over than was asked for: the driver is not believed. */
	driver.result.resid = 1000;
	assert_int_equal(discmux_command(dm, 3, cdb, 6, DISCMUX_DIR_IN, data, 36, 0, NULL), 0);
	discmux_close(dm);
}

static void command_errors(void **state)
{
	const uint8_t cdb[6] = { 0 };
	struct driver driver;
	struct discmux *dm = handle(&driver);
	struct discmux_result result;

	(void)state;
	driver.result = (struct discmux_result){
		.status = 2, .sense_len = 14, .sense = { 0x70, 0, 2, [7] = 6, [12] = 0x3a }
	};
	assert_int_equal(discmux_command(dm, 3, cdb, 6, DISCMUX_DIR_NONE, NULL, 0, 0, &result),
			 -EIO);
	assert_string_equal(discmux_error(dm),
			    "recorder 1: Test Unit Ready: medium not present (02/3A/00)");
	driver.result.error = ENODEV;
	assert_int_equal(discmux_command(dm, 9, cdb, 6, DISCMUX_DIR_NONE, NULL, 0, 0, NULL),
			 -ENODEV);
	assert_string_equal(discmux_error(dm), "member 9: Test Unit Ready: the device went away");
	driver.error = -EPERM;
	assert_int_equal(discmux_command(dm, 9, cdb, 6, DISCMUX_DIR_NONE, NULL, 0, 0, NULL),
			 -EPERM);
	assert_int_equal(discmux_exec(dm, NULL, 33, cdb, 6, DISCMUX_DIR_NONE, NULL, 0, 0, NULL),
			 -EMSGSIZE);
	assert_int_equal(discmux_exec(dm, NULL, 0, cdb, 17, DISCMUX_DIR_NONE, NULL, 0, 0, NULL),
			 -EINVAL);
	discmux_close(dm);
}

static void claims(void **state)
{
	const uint32_t members[] = { 2, 3 };
	struct driver driver;
	struct discmux *dm = handle(&driver);
	uint32_t failed;

	(void)state;
	assert_int_equal(discmux_claim(dm, members, 2, &failed), 0);
	assert_int_equal(failed, DISCMUX_NONE);
	driver.claim_error = -EBUSY;
	driver.failed = 3;
	assert_int_equal(discmux_claim(dm, members, 2, &failed), -EBUSY);
	assert_int_equal(failed, 3);
	assert_int_equal(strncmp(discmux_error(dm), "recorder 1: it is in use", 24), 0);
	driver.claim_error = 0;
	assert_int_equal(discmux_release(dm, members, 2), 0);
	assert_int_equal(driver.request, DISCMUX_IOC_RELEASE);
	assert_int_equal(discmux_claim(dm, members, 33, NULL), -EMSGSIZE);
	discmux_close(dm);
}

/* /dev/null stands for a drive's node: anybody may lock it. */
static bool null_is_locked(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool locked = flock(fd, LOCK_EX | LOCK_NB) < 0;

	close(fd);
	return locked;
}

static void locks(void **state)
{
	const uint32_t members[] = { 2, 3 };
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	strcpy((char *)driver.members[1].block_name, "null");
	strcpy((char *)driver.members[2].block_name, "../dev/zero");
	assert_int_equal(discmux_claim(dm, members, 2, NULL), 0);
	assert_true(null_is_locked());
	/* A second claim that fails leaves the first as it is. */
	driver.failed = 3;
	driver.claim_error = -EBUSY;
	assert_int_equal(discmux_claim(dm, members, 2, NULL), -EBUSY);
	assert_true(null_is_locked());
	assert_int_equal(discmux_release(dm, members, 2), 0);
	assert_false(null_is_locked());
	assert_int_equal(discmux_claim(dm, members, 2, NULL), -EBUSY);
	assert_false(null_is_locked());
	driver.claim_error = 0;
	assert_int_equal(discmux_claim(dm, members, 1, NULL), 0);
	assert_true(null_is_locked());
	discmux_close(dm);
	assert_false(null_is_locked());
}

static void fanout(void **state)
{
	const struct discmux_target targets[2] = { { .member = 2 }, { .member = 3, .lba = 5 } };
	struct discmux_result results[2];
	const struct discmux_fanout_write *sent;
	struct driver driver;
	struct discmux *dm = handle(&driver);
	uint8_t data[4096];

	(void)state;
	assert_int_equal(discmux_fanout_write(dm, targets, 2, 2048, data, sizeof(data), 0,
					      results),
			 0);
	sent = (const void *)driver.arg;
	assert_int_equal(sent->size, sizeof(*sent));
	assert_int_equal(sent->nr_targets, 2);
	assert_int_equal(sent->block_size, 2048);
	assert_int_equal(sent->data_len, 4096);
	assert_int_equal(sent->result_stride, sizeof(*results));
	assert_ptr_equal(PTR(sent->targets), targets);
	assert_ptr_equal(PTR(sent->data), data);
	assert_int_equal(discmux_fanout_write(dm, targets, 2, 2048, data, 1ull << 32, 0, results),
			 -EMSGSIZE);
	discmux_close(dm);
}

static void streams(void **state)
{
	struct discmux_target targets[2] = { { .member = 2 }, { .member = 3 } };
	struct discmux_stream params = { .ring_bytes = 1 << 20, .flags = 5, .fd = 9 };
	struct discmux_stream_status status;
	struct discmux_target_status each[2];
	struct discmux_stream_handle *stream;
	const struct discmux_stream *sent;
	const struct discmux_stream_status *asked;
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	assert_int_equal(discmux_stream_open(dm, &params, targets, 2, &stream), 0);
	sent = (const void *)driver.arg;
	assert_int_equal(sent->size, sizeof(*sent));
	assert_int_equal(sent->flags, 0);
	assert_int_equal(sent->fd, 0);
	assert_int_equal(sent->block_size, 2048);
	assert_int_equal(sent->ring_bytes, 1 << 20);
	assert_int_equal(params.chunk_bytes, 65536);
	assert_int_equal(discmux_stream_fd(stream), 12345);
	assert_int_equal(discmux_stream_status(stream, &status, each, 2), 2);
	asked = (const void *)driver.arg;
	assert_int_equal(asked->target_stride, sizeof(*each));
	assert_int_equal(discmux_stream_status(stream, &status, NULL, 0), 2);
	assert_int_equal(asked->targets, 0);

	driver.error = -EIO;
	assert_int_equal(discmux_stream_finish(stream), -EIO);
	assert_string_equal(discmux_stream_error(stream),
			    "no recorder is left: all of them failed");
	driver.error = -EINVAL;
	assert_int_equal(discmux_stream_finish(stream), -EINVAL);
	assert_string_equal(discmux_stream_error(stream),
			    "finishing the stream: the data end within a block");
	discmux_stream_close(stream);

	driver.error = -EBUSY;
	assert_int_equal(discmux_stream_open(dm, &params, targets, 2, &stream), -EBUSY);
	assert_null(stream);
	discmux_stream_close(NULL);
	discmux_close(dm);
}

static void elements(void **state)
{
	const struct discmux_element_status *sent;
	struct discmux_inventory inv;
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	assert_int_equal(discmux_elements(dm, 0, true, &inv), 0);
	sent = (const void *)driver.arg;
	assert_int_equal(sent->flags, 0);	/* asked once only */
	assert_int_equal(inv.count, 3);
	assert_int_equal(inv.generation, 42);
	assert_int_equal(inv.changer, 7);
	assert_int_equal(discmux_inventory_find(&inv, 2)->address, 2);
	assert_null(discmux_inventory_find(&inv, 3));
	assert_int_equal(discmux_inventory_nth(&inv, DISCMUX_ELEMENT_STORAGE, 1)->address, 2);
	assert_null(discmux_inventory_nth(&inv, DISCMUX_ELEMENT_STORAGE, 2));
	discmux_inventory_free(&inv);
	assert_int_equal(inv.count, 0);
	discmux_inventory_free(&inv);

	driver.nr_elements = 0;
	assert_int_equal(discmux_elements(dm, 0, false, &inv), 0);
	assert_int_equal(inv.count, 0);
	driver.error = -ENOENT;
	assert_int_equal(discmux_elements(dm, 0, false, &inv), -ENOENT);
	assert_string_equal(discmux_error(dm),
			    "this mux has no changer: discmux status lists its members");
	driver.nr_elements = 1 << 20;
	assert_int_equal(discmux_elements(dm, 0, false, &inv), -EPROTO);
	discmux_close(dm);
}

static void elements_grow(void **state)
{
	struct discmux_inventory inv;
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	/* More at each call: ends with what fits at last, or with an error. */
	driver.nr_elements = 1;
	driver.grow = 1;
	assert_int_equal(discmux_elements(dm, 0, false, &inv), -EPROTO);
	assert_int_equal(inv.count, 0);
	assert_null(inv.elements);
	discmux_close(dm);
}

static void moves(void **state)
{
	struct driver driver;
	struct discmux *dm = handle(&driver);
	const struct discmux_move *sent;

	(void)state;
	assert_int_equal(discmux_move(dm, 5, 0x3001, DISCMUX_MOVE_INVERT, 0, NULL), 0);
	sent = (const void *)driver.arg;
	assert_int_equal(sent->size, sizeof(*sent));
	assert_int_equal(sent->source, 5);
	assert_int_equal(sent->destination, 0x3001);
	assert_int_equal(sent->flags, DISCMUX_MOVE_INVERT);
	assert_int_equal(sent->transport, 0);
	assert_int_equal(sent->result_stride, sizeof(struct discmux_result));

	driver.result = (struct discmux_result){
		.status = 2,
		.sense_len = 14,
		.sense = { 0x70, 0, 5, [7] = 6, [12] = 0x3b, [13] = 0x0e }
	};
	assert_int_equal(discmux_move(dm, 5, 0x3001, 0, 0, NULL), -EIO);
	assert_string_equal(discmux_error(dm), "the changer did not move 0005h to 3001h: "
					       "medium source element empty (05/3B/0E)");
	/* What the table of codes says is to be done */
	driver.result.sense[2] = 4;
	driver.result.sense[12] = 0x15;
	driver.result.sense[13] = 0x01;
	assert_int_equal(discmux_move(dm, 5, 0x3001, 0, 0, NULL), -EIO);
	assert_non_null(strstr(discmux_error(dm), "(04/15/01): operator at the mechanism"));
	driver.error = -ENOENT;
	assert_int_equal(discmux_move(dm, 5, 0x7000, 0, 0, NULL), -ENOENT);
	assert_string_equal(discmux_error(dm), "the changer has no element 0005h or 7000h");
	driver.error = -EINTR;
	assert_int_equal(discmux_move(dm, 5, 0x3001, 0, 0, NULL), -EINTR);
	assert_non_null(strstr(discmux_error(dm), "goes on in the changer"));
	discmux_close(dm);
}

static void texts(void **state)
{
	char buf[8];

	(void)state;
	assert_string_equal(discmux_text((const uint8_t *)"AB  ", 4, buf, sizeof(buf)), "AB");
	assert_string_equal(discmux_text((const uint8_t *)" A B\0\0", 6, buf, sizeof(buf)), "A B");
	assert_string_equal(discmux_text((const uint8_t *)"A\x1b[2J\xff", 6, buf, sizeof(buf)),
			    "A?[2J?");
	assert_string_equal(discmux_text((const uint8_t *)"ABCDEFGHIJ", 10, buf, sizeof(buf)),
			    "ABCDEFG");
	assert_string_equal(discmux_text((const uint8_t *)"", 0, buf, sizeof(buf)), "");
	assert_string_equal(discmux_text((const uint8_t *)"A", 1, buf, 1), "");
	assert_string_equal(discmux_role_name(3), "changer");
	assert_string_equal(discmux_role_name(0), "unknown");
	assert_string_equal(discmux_role_name(4), "unknown");
	assert_string_equal(discmux_member_state_name(2), "streaming");
	assert_string_equal(discmux_member_state_name(3), "unknown");
	assert_string_equal(discmux_element_type_name(0), "element");
	assert_string_equal(discmux_element_type_name(99), "element");
	assert_string_equal(discmux_target_state_name(2), "failed");
	assert_string_equal(discmux_target_state_name(4), "unknown");
	assert_string_equal(discmux_event_name(DISCMUX_EVENT_MOVE_DONE), "move-done");
	assert_string_equal(discmux_event_name(0), "unknown");
	assert_string_equal(discmux_event_name(__DISCMUX_EVENT_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening),	cmocka_unit_test(settling),
		cmocka_unit_test(members),	cmocka_unit_test(commands),
		cmocka_unit_test(command_errors), cmocka_unit_test(claims),
		cmocka_unit_test(fanout),	cmocka_unit_test(streams),
		cmocka_unit_test(locks),
		cmocka_unit_test(elements),	cmocka_unit_test(elements_grow),
		cmocka_unit_test(moves),	cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
