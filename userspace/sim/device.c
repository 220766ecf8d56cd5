// SPDX-License-Identifier: GPL-2.0
/* What all models share: the data buffer of a command and its sense data. */
#include <string.h>

#include "device.h"

/* Copies between buf and the command's buffer, from where it stands */
static size_t move(struct sim_cmd *cmd, void *buf, size_t len, bool in)
{
	size_t skip = cmd->done, moved = 0;

	if (cmd->done >= cmd->data_len)
		return 0;
	if (len > cmd->data_len - cmd->done)
		len = cmd->data_len - cmd->done;
	for (size_t i = 0; i < cmd->iov_count && moved < len; i++) {
		size_t part = cmd->iov[i].iov_len;

		if (skip >= part) {
			skip -= part;
			continue;
		}
		part -= skip;
		if (part > len - moved)
			part = len - moved;
		if (in)
			memcpy((char *)cmd->iov[i].iov_base + skip, (char *)buf + moved, part);
		else
			memcpy((char *)buf + moved, (char *)cmd->iov[i].iov_base + skip, part);
		skip = 0;
		moved += part;
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

void sim_cmd_sense(struct sim_cmd *cmd, enum sim_key key, uint8_t asc, uint8_t ascq)
{
	memset(cmd->sense, 0, sizeof(cmd->sense));
	cmd->sense[0] = 0x70;
	cmd->sense[2] = key;
	cmd->sense[7] = SIM_SENSE_SIZE - 8;
	cmd->sense[12] = asc;
	cmd->sense[13] = ascq;
	cmd->status = SIM_CHECK_CONDITION;
}

void sim_cmd_sense_info(struct sim_cmd *cmd, enum sim_key key, uint8_t asc, uint8_t ascq,
			uint32_t info)
{
	sim_cmd_sense(cmd, key, asc, ascq);
	cmd->sense[0] |= 0x80;
	sim_put_be32(cmd->sense + 3, info);
}
