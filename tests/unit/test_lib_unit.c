// SPDX-License-Identifier: GPL-2.0
/* Operations, pages, unit options, sense data and messages: what the library sends
 * to a driver that is a function of this test, and what it makes of the answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

#define PTR(value) ((void *)(uintptr_t)(value))

struct driver {
	int error;			/* of the next call */
	struct discmux_result result;
	unsigned long request;
	union {
		struct discmux_operate operate;
		struct discmux_page page;
		struct discmux_unit_options options;
		struct discmux_request_sense sense;
		struct discmux_send_message message;
		struct discmux_exec exec;
	} sent;
};

static int answer(struct driver *driver, unsigned long request, void *arg)
{
	struct discmux_request_sense *sense = arg;
	struct discmux_page *page = arg;

	switch (request) {
	case DISCMUX_IOC_OPERATE:
		*(struct discmux_result *)PTR(((struct discmux_operate *)arg)->result) =
			driver->result;
		return 0;
	case DISCMUX_IOC_PAGE:
		*(struct discmux_result *)PTR(page->result) = driver->result;
		if (page->data_len)
			memset(PTR(page->data), 0x5a, page->data_len / 2);
		page->data_len /= 2;
		return 0;
	case DISCMUX_IOC_SENSE:
		sense->sense_len = 18;
		sense->sense[0] = 0x70;
		return 0;
	case DISCMUX_IOC_MESSAGE:
		((struct discmux_send_message *)arg)->commands = 3;
		return 0;
	case DISCMUX_IOC_OPTIONS:
	case DISCMUX_IOC_EXEC:
		return 0;
	}
	return -ENOTTY;
}

static int do_ioctl(void *context, int fd, unsigned long request, void *arg)
{
	struct driver *driver = context;
	uint32_t size = *(uint32_t *)arg;

	(void)fd;
	if (request == DISCMUX_IOC_MEMBER)	/* for its name in a message */
		return -ENOENT;
	driver->request = request;
	assert_true(size <= sizeof(driver->sent));
	memcpy(&driver->sent, arg, size);
	return driver->error ? driver->error : answer(driver, request, arg);
}

static struct discmux *handle(struct driver *driver)
{
	struct discmux *dm = dm_new();

	assert_non_null(dm);
	memset(driver, 0, sizeof(*driver));
	dm->ioctl = do_ioctl;
	dm->context = driver;
	return dm;
}

static void expect(const struct driver *driver, uint32_t operation, uint32_t flags)
{
	const struct discmux_operate *o = &driver->sent.operate;

	assert_int_equal(driver->request, DISCMUX_IOC_OPERATE);
	assert_int_equal(o->size, sizeof(*o));
	assert_int_equal(o->result_stride, sizeof(struct discmux_result));
	assert_int_equal(o->member, DISCMUX_NONE);
	assert_int_equal(o->operation, operation);
	assert_int_equal(o->flags, flags);
}

static void operations(void **state)
{
	const struct discmux_range ranges[2] = { { 1, 2 }, { 9, 1 } };
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	assert_int_equal(discmux_initialize(dm, 0, 0, 0, NULL), 0);
	expect(&driver, DISCMUX_OP_INITIALIZE, 0);
	assert_int_equal(discmux_initialize(dm, 3, 8, 1000, NULL), 0);
	expect(&driver, DISCMUX_OP_INITIALIZE, DISCMUX_OPERATE_RANGE);
	assert_int_equal(driver.sent.operate.source, 3);
	assert_int_equal(driver.sent.operate.destination, 8);
	assert_int_equal(driver.sent.operate.timeout_ms, 1000);
	assert_int_equal(discmux_position(dm, 0x3001, 0, NULL), 0);
	expect(&driver, DISCMUX_OP_POSITION, 0);
	assert_int_equal(driver.sent.operate.destination, 0x3001);
	assert_int_equal(discmux_exchange(dm, 1, 2, 3, DISCMUX_OPERATE_INVERT2, 0, NULL), 0);
	expect(&driver, DISCMUX_OP_EXCHANGE, DISCMUX_OPERATE_INVERT2);
	assert_int_equal(driver.sent.operate.second, 3);
	assert_int_equal(discmux_rezero(dm, DISCMUX_OPERATE_RETURN, NULL), 0);
	expect(&driver, DISCMUX_OP_REZERO, DISCMUX_OPERATE_RETURN);
	assert_int_equal(discmux_selftest(dm, NULL), 0);
	expect(&driver, DISCMUX_OP_SELFTEST, 0);
	assert_int_equal(discmux_prevent(dm, true, NULL), 0);
	expect(&driver, DISCMUX_OP_PREVENT, 0);
	assert_int_equal(discmux_prevent(dm, false, NULL), 0);
	expect(&driver, DISCMUX_OP_ALLOW, 0);
	assert_int_equal(discmux_reserve(dm, NULL, 0, 0, NULL), 0);
	expect(&driver, DISCMUX_OP_RESERVE, 0);
	assert_int_equal(discmux_reserve(dm, ranges, 2, 5, NULL), 0);
	expect(&driver, DISCMUX_OP_RESERVE, DISCMUX_OPERATE_ELEMENTS);
	assert_int_equal(driver.sent.operate.nr_ranges, 2);
	assert_ptr_equal(PTR(driver.sent.operate.ranges), ranges);
	assert_int_equal(discmux_unreserve(dm, true, 5, NULL), 0);
	expect(&driver, DISCMUX_OP_RELEASE, DISCMUX_OPERATE_ELEMENTS);
	assert_int_equal(driver.sent.operate.identification, 5);
	discmux_close(dm);
}

static void failures(void **state)
{
	static const struct {
		int err;
		const char *text;
	} cases[] = {
		{ -ENOENT, "rezero: no changer, or it has no such element" },
		{ -EAGAIN, "rezero: the changer moves now; try again later" },
		{ -ECANCELED, "rezero: dropped before it began" },
	};
	struct discmux_result result;
	struct driver driver;
	struct discmux *dm = handle(&driver);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		driver.error = cases[i].err;
		assert_int_equal(discmux_rezero(dm, 0, NULL), cases[i].err);
		assert_string_equal(discmux_error(dm), cases[i].text);
	}
	driver.error = 0;
	driver.result.status = 2;
	driver.result.sense_len = 18;
	driver.result.sense[0] = 0x70;
	driver.result.sense[2] = 5;
	driver.result.sense[7] = 10;
	driver.result.sense[12] = 0x20;
	assert_int_equal(discmux_exchange(dm, 1, 2, 3, 0, 0, &result), -EIO);
	assert_int_equal(result.status, 2);
	assert_non_null(strstr(discmux_error(dm), "exchange: "));
	assert_non_null(strstr(discmux_error(dm), "05/20/00"));
	assert_string_equal(discmux_operation_name(DISCMUX_OP_SELFTEST), "selftest");
	assert_string_equal(discmux_operation_name(0), "unknown");
	assert_string_equal(discmux_operation_name(99), "unknown");
	discmux_close(dm);
}

static void pages(void **state)
{
	struct driver driver;
	struct discmux *dm = handle(&driver);
	uint8_t data[64] = { 0 };

	(void)state;
	assert_int_equal(discmux_log_sense(dm, DISCMUX_NONE, 0x30, 0, data, 64, NULL), 32);
	assert_int_equal(driver.sent.page.operation, DISCMUX_PAGE_LOG_SENSE);
	assert_int_equal(driver.sent.page.page, 0x30);
	assert_int_equal(driver.sent.page.control, 1);
	assert_int_equal(data[31], 0x5a);
	assert_int_equal(data[32], 0);
	assert_int_equal(discmux_log_clear(dm, 7, NULL), 0);
	assert_int_equal(driver.sent.page.operation, DISCMUX_PAGE_LOG_SELECT);
	assert_int_equal(driver.sent.page.flags, DISCMUX_PAGE_RESET | DISCMUX_PAGE_WAIT);
	assert_int_equal(driver.sent.page.data, 0);
	assert_int_equal(discmux_mode_sense(dm, 7, 0x1d, 0, data, 64, NULL), 32);
	assert_int_equal(driver.sent.page.control, 0);
	assert_int_equal(discmux_mode_select(dm, 7, DISCMUX_PAGE_SAVE, data, 12, NULL), 6);
	assert_int_equal(driver.sent.page.flags, DISCMUX_PAGE_SAVE | DISCMUX_PAGE_WAIT);
	assert_int_equal(driver.sent.page.data_len, 12);
	driver.error = -EAGAIN;
	assert_int_equal(discmux_mode_sense(dm, 7, 0x1d, 0, data, 64, NULL), -EAGAIN);
	assert_string_equal(discmux_error(dm),
			    "MODE SENSE: the changer moves now; try again later");
	driver.error = 0;
	driver.result.error = ENODEV;
	assert_int_equal(discmux_log_clear(dm, 7, NULL), -ENODEV);
	discmux_close(dm);
}

static void units(void **state)
{
	struct discmux_unit_options options = { .member = 2, .sense_count = 4 };
	const struct discmux_exec exec = { .nr_targets = 1, .cdb_len = 6, .identifier = 77 };
	struct discmux_status_block block;
	struct discmux_result result;
	uint8_t sense[DISCMUX_SENSE_SIZE];
	struct driver driver;
	struct discmux *dm = handle(&driver);

	(void)state;
	assert_int_equal(discmux_exec_blocks(dm, &exec, &result, &block), 0);
	assert_int_equal(driver.sent.exec.size, sizeof(exec));
	assert_int_equal(driver.sent.exec.identifier, 77);
	assert_int_equal(driver.sent.exec.block_stride, sizeof(block));
	assert_ptr_equal(PTR(driver.sent.exec.blocks), &block);
	assert_ptr_equal(PTR(driver.sent.exec.results), &result);
	assert_int_equal(discmux_unit_options(dm, &options), 0);
	assert_int_equal(driver.sent.options.size, sizeof(options));
	assert_int_equal(driver.sent.options.sense_count, 4);
	assert_int_equal(discmux_request_sense(dm, 2, true, sense), 18);
	assert_int_equal(driver.sent.sense.flags, DISCMUX_SENSE_PEEK);
	assert_int_equal(sense[0], 0x70);
	assert_int_equal(discmux_request_sense(dm, 2, false, sense), 18);
	assert_int_equal(driver.sent.sense.flags, 0);
	assert_int_equal(discmux_send_message(dm, 2, DISCMUX_MESSAGE_ABORT), 3);
	assert_int_equal(driver.sent.message.code, 6);
	driver.error = -EPROTONOSUPPORT;
	assert_int_equal(discmux_send_message(dm, 2, 0x05), -EPROTONOSUPPORT);
	assert_string_equal(discmux_error(dm),
			    "INITIATOR DETECTED ERROR: only a bus adapter sends it");
	driver.error = -EINVAL;
	assert_int_equal(discmux_send_message(dm, 2, 0x70), -EINVAL);
	assert_string_equal(discmux_error(dm), "70h is no message that an initiator sends");
	driver.error = -EPERM;
	assert_int_equal(discmux_send_message(dm, 2, DISCMUX_MESSAGE_RESET), -EPERM);
	assert_non_null(strstr(discmux_error(dm), "BUS DEVICE RESET to member 2"));
	discmux_close(dm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations),
		cmocka_unit_test(failures),
		cmocka_unit_test(pages),
		cmocka_unit_test(units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
