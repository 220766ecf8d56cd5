// SPDX-License-Identifier: LGPL-2.1
/* The changer: what it does besides moves, and log and mode pages. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static const char *const operation_names[] = {
	[DISCMUX_OP_INITIALIZE] = "initialize",
	[DISCMUX_OP_POSITION] = "position",
	[DISCMUX_OP_EXCHANGE] = "exchange",
	[DISCMUX_OP_REZERO] = "rezero",
	[DISCMUX_OP_SELFTEST] = "selftest",
	[DISCMUX_OP_PREVENT] = "prevent",
	[DISCMUX_OP_ALLOW] = "allow",
	[DISCMUX_OP_RESERVE] = "reserve",
	[DISCMUX_OP_RELEASE] = "release",
};

const char *discmux_operation_name(uint32_t operation)
{
	if (operation >= sizeof(operation_names) / sizeof(*operation_names) ||
	    !operation_names[operation])
		return "unknown";
	return operation_names[operation];
}

static int operate_failed(struct discmux *dm, int err, const struct discmux_operate *op)
{
	const char *name = discmux_operation_name(op->operation);

	switch (err) {
	case -ENOENT:
		return dm_fail(dm, err, "%s: no changer, or it has no such element", name);
	case -EBUSY:
		return dm_fail(dm, err,
			       "%s: the changer or a drive that this concerns is in use by another "
			       "program; end that first", name);
	case -EAGAIN:
		return dm_fail(dm, err, "%s: the changer moves now; try again later", name);
	case -ECANCELED:
		return dm_fail(dm, err, "%s: dropped before it began", name);
	case -EINTR:
		return dm_fail(dm, err, "%s: interrupted; what has begun goes on in the changer",
			       name);
	default:
		return dm_fail(dm, err, "%s: %s", name, dm_errno_text(err));
	}
}

int discmux_operate(struct discmux *dm, const struct discmux_operate *what,
		    struct discmux_result *result)
{
	struct discmux_operate op = *what;
	struct discmux_result own;
	char text[192];
	int ret;

	if (!result)
		result = &own;
	memset(result, 0, sizeof(*result));
	op.size = sizeof(op);
	op.result_stride = sizeof(*result);
	op.result = dm_ptr(result);
	ret = dm_call(dm, DISCMUX_IOC_OPERATE, &op);
	if (ret < 0)
		return operate_failed(dm, ret, &op);
	ret = discmux_result_errno(result);
	if (ret < 0)
		return dm_fail(dm, ret, "%s: %s", discmux_operation_name(op.operation),
			       dm_failure_text(DISCMUX_DEVICE_LIBRARY, result, text, sizeof(text)));
	return 0;
}

int discmux_initialize(struct discmux *dm, uint32_t first, uint32_t last, unsigned int timeout_ms,
		       struct discmux_result *result)
{
	const struct discmux_operate op = {
		.flags = first || last ? DISCMUX_OPERATE_RANGE : 0,
		.member = DISCMUX_NONE,
		.operation = DISCMUX_OP_INITIALIZE,
		.source = first,
		.destination = last,
		.timeout_ms = timeout_ms,
	};

	return discmux_operate(dm, &op, result);
}

int discmux_position(struct discmux *dm, uint32_t element, uint32_t flags,
		     struct discmux_result *result)
{
	const struct discmux_operate op = {
		.flags = flags,
		.member = DISCMUX_NONE,
		.operation = DISCMUX_OP_POSITION,
		.destination = element,
	};

	return discmux_operate(dm, &op, result);
}

int discmux_exchange(struct discmux *dm, uint32_t source, uint32_t destination, uint32_t second,
		     uint32_t flags, unsigned int timeout_ms, struct discmux_result *result)
{
	const struct discmux_operate op = {
		.flags = flags,
		.member = DISCMUX_NONE,
		.operation = DISCMUX_OP_EXCHANGE,
		.source = source,
		.destination = destination,
		.second = second,
		.timeout_ms = timeout_ms,
	};

	return discmux_operate(dm, &op, result);
}

/* An operation that has nothing but flags. */
static int plain(struct discmux *dm, uint32_t operation, uint32_t flags,
		 struct discmux_result *result)
{
	const struct discmux_operate op = {
		.flags = flags,
		.member = DISCMUX_NONE,
		.operation = operation,
	};

	return discmux_operate(dm, &op, result);
}

int discmux_rezero(struct discmux *dm, uint32_t flags, struct discmux_result *result)
{
	return plain(dm, DISCMUX_OP_REZERO, flags, result);
}

int discmux_selftest(struct discmux *dm, struct discmux_result *result)
{
	return plain(dm, DISCMUX_OP_SELFTEST, 0, result);
}

int discmux_prevent(struct discmux *dm, bool prevent, struct discmux_result *result)
{
	return plain(dm, prevent ? DISCMUX_OP_PREVENT : DISCMUX_OP_ALLOW, 0, result);
}

int discmux_reserve(struct discmux *dm, const struct discmux_range *ranges, size_t nr,
		    uint8_t identification, struct discmux_result *result)
{
	const struct discmux_operate op = {
		.flags = nr ? DISCMUX_OPERATE_ELEMENTS : 0,
		.member = DISCMUX_NONE,
		.operation = DISCMUX_OP_RESERVE,
		.nr_ranges = nr > UINT32_MAX ? UINT32_MAX : (uint32_t)nr,
		.identification = identification,
		.ranges = nr ? dm_ptr(ranges) : 0,
	};

	return discmux_operate(dm, &op, result);
}

int discmux_unreserve(struct discmux *dm, bool elements, uint8_t identification,
		      struct discmux_result *result)
{
	const struct discmux_operate op = {
		.flags = elements ? DISCMUX_OPERATE_ELEMENTS : 0,
		.member = DISCMUX_NONE,
		.operation = DISCMUX_OP_RELEASE,
		.identification = identification,
	};

	return discmux_operate(dm, &op, result);
}

static const char *page_name(uint32_t operation)
{
	switch (operation) {
	case DISCMUX_PAGE_LOG_SENSE:
		return "LOG SENSE";
	case DISCMUX_PAGE_LOG_SELECT:
		return "LOG SELECT";
	case DISCMUX_PAGE_MODE_SENSE:
		return "MODE SENSE";
	case DISCMUX_PAGE_MODE_SELECT:
		return "MODE SELECT";
	default:
		return "page";
	}
}

/* data is a pointer as the driver takes it. */
static int page_call(struct discmux *dm, const struct discmux_page *what, uint64_t data,
		     size_t len, struct discmux_result *result)
{
	const char *name = page_name(what->operation);
	struct discmux_page page = *what;
	struct discmux_result own;
	struct discmux_member who;
	char text[160];
	int ret;

	if (!result)
		result = &own;
	memset(result, 0, sizeof(*result));
	page.size = sizeof(page);
	page.data_len = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
	page.data = len ? data : 0;
	page.result_stride = sizeof(*result);
	page.result = dm_ptr(result);
	ret = dm_call(dm, DISCMUX_IOC_PAGE, &page);
	if (ret == -EAGAIN)
		return dm_fail(dm, ret, "%s: the changer moves now; try again later", name);
	if (ret < 0)
		return dm_fail(dm, ret, "%s: %s", name, dm_errno_text(ret));
	ret = discmux_result_errno(result);
	if (ret < 0) {
		if (discmux_member(dm, result->member, &who) < 0)
			who.role = 0;
		return dm_fail(dm, ret, "%s: %s", name,
			       discmux_device_result_text(discmux_role_device(who.role), result,
							  text, sizeof(text)));
	}
	return (int)page.data_len;
}

int discmux_page(struct discmux *dm, const struct discmux_page *what, void *data, size_t len,
		 struct discmux_result *result)
{
	return page_call(dm, what, dm_ptr(data), len, result);
}

int discmux_log_sense(struct discmux *dm, uint32_t member, uint8_t page, uint32_t flags,
		      void *data, size_t len, struct discmux_result *result)
{
	const struct discmux_page what = {
		.flags = flags,
		.member = member,
		.operation = DISCMUX_PAGE_LOG_SENSE,
		.page = page,
		.control = 1,	/* current cumulative values */
	};

	return discmux_page(dm, &what, data, len, result);
}

int discmux_log_clear(struct discmux *dm, uint32_t member, struct discmux_result *result)
{
	const struct discmux_page what = {
		.flags = DISCMUX_PAGE_RESET | DISCMUX_PAGE_WAIT,
		.member = member,
		.operation = DISCMUX_PAGE_LOG_SELECT,
		.control = 1,
	};

	return discmux_page(dm, &what, NULL, 0, result);
}

int discmux_mode_sense(struct discmux *dm, uint32_t member, uint8_t page, uint32_t flags,
		       void *data, size_t len, struct discmux_result *result)
{
	const struct discmux_page what = {
		.flags = flags,
		.member = member,
		.operation = DISCMUX_PAGE_MODE_SENSE,
		.page = page,
	};

	return discmux_page(dm, &what, data, len, result);
}

int discmux_mode_select(struct discmux *dm, uint32_t member, uint32_t flags, const void *data,
			size_t len, struct discmux_result *result)
{
	const struct discmux_page what = {
		.flags = flags | DISCMUX_PAGE_WAIT,
		.member = member,
		.operation = DISCMUX_PAGE_MODE_SELECT,
	};

	return page_call(dm, &what, dm_ptr(data), len, result);
}
