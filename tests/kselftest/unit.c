// SPDX-License-Identifier: GPL-2.0
#include "unit.h"
#include "mux.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOBODY	65534

struct discmux_operate unit_operation(uint32_t operation, uint32_t flags)
{
	struct discmux_operate operate = {
		.flags = flags,
		.member = DISCMUX_NONE,
		.operation = operation,
	};

	return operate;
}

int unit_operate(int fd, struct discmux_operate *operate, struct discmux_result *r)
{
	operate->size = sizeof(*operate);
	operate->result_stride = sizeof(*r);
	operate->result = PTR(r);
	memset(r, 0xa5, sizeof(*r));
	return mux_call(fd, DISCMUX_IOC_OPERATE, operate);
}

int unit_do(int fd, uint32_t operation, uint32_t flags, struct discmux_result *r)
{
	struct discmux_operate operate = unit_operation(operation, flags);

	return unit_operate(fd, &operate, r);
}

int unit_page(int fd, uint32_t member, uint32_t operation, uint32_t page, uint32_t flags,
	      void *data, uint32_t len, struct discmux_result *r)
{
	bool log = operation == DISCMUX_PAGE_LOG_SENSE || operation == DISCMUX_PAGE_LOG_SELECT;
	struct discmux_page arg = {
		.size = sizeof(arg),
		.flags = flags,
		.member = member,
		.operation = operation,
		.page = page,
		.control = log,
		.data_len = len,
		.result_stride = sizeof(*r),
		.data = PTR(data),
		.result = PTR(r),
	};
	int ret = mux_call(fd, DISCMUX_IOC_PAGE, &arg);

	return ret ? ret : (int)arg.data_len;
}

int unit_options(int fd, uint32_t member, struct discmux_unit_options *options)
{
	options->size = sizeof(*options);
	options->member = member;
	return mux_call(fd, DISCMUX_IOC_OPTIONS, options);
}

int unit_sense(int fd, uint32_t member, uint32_t flags, uint8_t *sense)
{
	struct discmux_request_sense arg = {
		.size = sizeof(arg),
		.flags = flags,
		.member = member,
	};
	int ret = mux_call(fd, DISCMUX_IOC_SENSE, &arg);

	memcpy(sense, arg.sense, sizeof(arg.sense));
	return ret ? ret : (int)arg.sense_len;
}

int unit_message(int fd, uint32_t member, uint32_t code)
{
	struct discmux_send_message arg = {
		.size = sizeof(arg),
		.member = member,
		.code = code,
	};
	int ret = mux_call(fd, DISCMUX_IOC_MESSAGE, &arg);

	return ret ? ret : (int)arg.commands;
}

int unit_exec(int fd, uint32_t member, const uint8_t *cdb, uint32_t len, uint32_t identifier,
	      struct discmux_result *r, struct discmux_status_block *block)
{
	struct discmux_exec exec = {
		.size = sizeof(exec),
		.nr_targets = 1,
		.cdb_len = len,
		.result_stride = sizeof(*r),
		.targets = PTR(&member),
		.results = PTR(r),
		.identifier = identifier,
		.block_stride = sizeof(*block),
		.blocks = PTR(block),
	};

	memcpy(exec.cdb, cdb, len);
	return mux_call(fd, DISCMUX_IOC_EXEC, &exec);
}

long unit_counter(uint32_t member, const char *name)
{
	char file[64], text[32];

	snprintf(file, sizeof(file), "counters/%s", name);
	return member_attr_read(member, file, text, sizeof(text)) < 0 ? -1 : atol(text);
}

int become_nobody(const char *name)
{
	struct group *group = name ? getgrnam(name) : NULL;
	gid_t gid = group ? group->gr_gid : NOBODY;

	if (name && !group)
		return -ENOENT;
	if (setgroups(0, NULL) || setgid(gid) || setuid(NOBODY))
		return -errno;
	return 0;
}
