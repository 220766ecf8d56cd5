// SPDX-License-Identifier: LGPL-2.1
/* Commands to members, and the right to send them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <scsi/sg_lib.h>

#include "internal.h"

int discmux_exec(struct discmux *dm, const uint32_t *members, size_t nr, const uint8_t *cdb,
		 size_t cdb_len, enum discmux_dir dir, void *data, size_t data_len,
		 unsigned int timeout_ms, struct discmux_result *results)
{
	struct discmux_exec exec = {
		.size = sizeof(exec),
		.nr_targets = (uint32_t)nr,
		.cdb_len = (uint32_t)cdb_len,
		.direction = dir,
		.data_len = (uint32_t)data_len,
		.timeout_ms = timeout_ms,
		.result_stride = sizeof(*results),
		.targets = dm_ptr(members),
		.data = data_len ? dm_ptr(data) : 0,
		.results = dm_ptr(results),
	};

	if (nr > DISCMUX_MAX_TARGETS || data_len > UINT32_MAX)
		return dm_fail(dm, -EMSGSIZE, "sending a command: %s", dm_errno_text(-EMSGSIZE));
	if (cdb_len > sizeof(exec.cdb))
		return dm_fail(dm, -EINVAL, "sending a command: a CDB of %zu bytes is too long",
			       cdb_len);
	memcpy(exec.cdb, cdb, cdb_len);
	memset(results, 0, nr * sizeof(*results));
	return dm_ioctl(dm, DISCMUX_IOC_EXEC, &exec, "sending a command");
}

int discmux_exec_blocks(struct discmux *dm, const struct discmux_exec *what,
			struct discmux_result *results, struct discmux_status_block *blocks)
{
	struct discmux_exec exec = *what;

	exec.size = sizeof(exec);
	exec.result_stride = sizeof(*results);
	exec.results = dm_ptr(results);
	exec.block_stride = sizeof(*blocks);
	exec.blocks = dm_ptr(blocks);
	return dm_ioctl(dm, DISCMUX_IOC_EXEC, &exec, "sending a command");
}

int discmux_command(struct discmux *dm, uint32_t member, const uint8_t *cdb, size_t cdb_len,
		    enum discmux_dir dir, void *data, size_t data_len, unsigned int timeout_ms,
		    struct discmux_result *result)
{
	struct discmux_result own = { 0 };
	char command[64], name[32], text[160];
	struct discmux_member who;
	size_t done;
	int ret;

	if (!result)
		result = &own;
	ret = discmux_exec(dm, &member, 1, cdb, cdb_len, dir, data, data_len, timeout_ms, result);
	if (ret < 0)
		return ret;
	ret = discmux_result_errno(result);
	if (ret < 0) {
		/* 5: the names of MMC, which those of a changer's differ from little */
		sg_get_command_name(cdb, 5, sizeof(command), command);
		if (discmux_member(dm, member, &who) < 0)
			who.role = 0;
		return dm_fail(dm, ret, "%s: %s: %s",
			       dm_member_name(dm, member, name, sizeof(name)), command,
			       discmux_device_result_text(discmux_role_device(who.role), result,
							  text, sizeof(text)));
	}
	done = data_len - (result->resid < data_len ? result->resid : data_len);
	return done > INT_MAX ? INT_MAX : (int)done;
}

static int claim_call(struct discmux *dm, unsigned long request, const uint32_t *members,
		      size_t nr, uint32_t *failed)
{
	struct discmux_claim claim = {
		.size = sizeof(claim),
		.nr_targets = (uint32_t)nr,
		.failed = DISCMUX_NONE,
		.targets = dm_ptr(members),
	};
	const char *what = request == DISCMUX_IOC_CLAIM ? "claiming" : "releasing";
	char name[32];
	int ret;

	if (failed)
		*failed = DISCMUX_NONE;
	if (nr > DISCMUX_MAX_TARGETS)
		return dm_fail(dm, -EMSGSIZE, "%s: %s", what, dm_errno_text(-EMSGSIZE));
	ret = dm_ioctl(dm, request, &claim, what);
	if (ret != -EBUSY && ret != -ENOENT && ret != -ENODEV)
		return ret;
	if (failed)
		*failed = claim.failed;
	if (claim.failed != DISCMUX_NONE)
		dm_fail(dm, ret, "%s: %s", dm_member_name(dm, claim.failed, name, sizeof(name)),
			dm_errno_text(ret));
	return ret;
}

int discmux_claim(struct discmux *dm, const uint32_t *members, size_t nr, uint32_t *failed)
{
	const struct dm_lock *mark;
	int ret;

	mark = dm_lock(dm, members, nr <= DISCMUX_MAX_TARGETS ? nr : 0);
	ret = claim_call(dm, DISCMUX_IOC_CLAIM, members, nr, failed);
	if (ret < 0)
		dm_unlock_since(dm, mark);
	return ret;
}

int discmux_release(struct discmux *dm, const uint32_t *members, size_t nr)
{
	int ret = claim_call(dm, DISCMUX_IOC_RELEASE, members, nr, NULL);

	if (!ret)
		dm_unlock(dm, members, nr);
	return ret;
}

int discmux_fanout_write(struct discmux *dm, const struct discmux_target *targets, size_t nr,
			 unsigned int block_size, const void *data, size_t len,
			 unsigned int timeout_ms, struct discmux_result *results)
{
	struct discmux_fanout_write fanout = {
		.size = sizeof(fanout),
		.nr_targets = (uint32_t)nr,
		.block_size = block_size,
		.data_len = (uint32_t)len,
		.timeout_ms = timeout_ms,
		.result_stride = sizeof(*results),
		.targets = dm_ptr(targets),
		.data = dm_ptr(data),
		.results = dm_ptr(results),
	};

	if (nr > DISCMUX_MAX_TARGETS || len > UINT32_MAX)
		return dm_fail(dm, -EMSGSIZE, "writing: %s", dm_errno_text(-EMSGSIZE));
	memset(results, 0, nr * sizeof(*results));
	return dm_ioctl(dm, DISCMUX_IOC_FANOUT_WRITE, &fanout, "writing");
}
