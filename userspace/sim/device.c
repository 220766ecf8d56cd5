// SPDX-License-Identifier: GPL-2.0
/* What every model needs to answer a command. */
#include <string.h>

#include "device.h"

/*
 * Moves up to len bytes between buf and the command's data buffer, from where
 * the last call stopped.
 */
static size_t move(struct sim_cmd *cmd, void *buf, size_t len, bool into_cmd)
{
	size_t skip = cmd->done;
	size_t moved = 0;

	if (cmd->done >= cmd->data_len)
		return 0;
	if (len > cmd->data_len - cmd->done)
		len = cmd->data_len - cmd->done;

	for (size_t i = 0; i < cmd->iov_count && moved < len; i++) {
		struct iovec *iov = &cmd->iov[i];
		char *here;
		size_t n;

		if (skip >= iov->iov_len) {
			skip -= iov->iov_len;
			continue;
		}
		here = (char *)iov->iov_base + skip;
		n = iov->iov_len - skip;
		if (n > len - moved)
			n = len - moved;
		if (into_cmd)
			memcpy(here, (char *)buf + moved, n);
		else
			memcpy((char *)buf + moved, here, n);
		moved += n;
		skip = 0;
	}
	cmd->done += moved;
	return moved;
}

size_t sim_cmd_put(struct sim_cmd *cmd, const void *buf, size_t len)
{
	return move(cmd, (void *)buf, len, true);
}

size_t sim_cmd_get(struct sim_cmd *cmd, void *buf, size_t len)
{
	return move(cmd, buf, len, false);
}

size_t sim_cmd_peek(const struct sim_cmd *cmd, size_t offset, void *buf, size_t len)
{
	struct sim_cmd at = *cmd;

	at.done = offset;
	return move(&at, buf, len, false);
}

void sim_cmd_sense(struct sim_cmd *cmd, enum sim_key key, uint8_t asc, uint8_t ascq)
{
	memset(cmd->sense, 0, sizeof(cmd->sense));
	cmd->sense[0] = 0x70;
	cmd->sense[2] = key;
	cmd->sense[7] = sizeof(cmd->sense) - 8;
	cmd->sense[12] = asc;
	cmd->sense[13] = ascq;
	cmd->status = SIM_CHECK_CONDITION;
}

void sim_cmd_sense_info(struct sim_cmd *cmd, enum sim_key key, uint8_t asc,
			uint8_t ascq, uint32_t info)
{
	sim_cmd_sense(cmd, key, asc, ascq);
	cmd->sense[0] |= 0x80;
	sim_put_be32(cmd->sense + 3, info);
}
