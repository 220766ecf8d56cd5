// SPDX-License-Identifier: GPL-2.0
#include <scsi/sg_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"

enum sim_access sim_cdb_access(const uint8_t *cdb, uint32_t *first, uint32_t *blocks)
{
	enum sim_access access;
	uint32_t n;

	switch (cdb[0]) {
	case 0x28:
		access = SIM_ACCESS_READ;
		n = sim_be16(cdb + 7);
		break;
	case 0xa8:
		access = SIM_ACCESS_READ;
		n = sim_be32(cdb + 6);
		break;
	case 0xbe:
		access = SIM_ACCESS_READ;
		n = sim_be24(cdb + 6);
		break;
	case 0x2a:
	case 0x2e:
		access = SIM_ACCESS_WRITE;
		n = sim_be16(cdb + 7);
		break;
	case 0xaa:
		access = SIM_ACCESS_WRITE;
		n = sim_be32(cdb + 6);
		break;
	case 0x2f:
		access = SIM_ACCESS_VERIFY;
		n = sim_be16(cdb + 7);
		break;
	default:
		return SIM_ACCESS_NONE;
	}
	if (first)
		*first = sim_be32(cdb + 2);
	if (blocks)
		*blocks = n;
	return access;
}

static void mark_read(struct sim_count *count, uint32_t first, uint32_t blocks)
{
	uint64_t end = (uint64_t)first + blocks;

	if (end > SIM_COUNT_BLOCKS)
		return;
	if (end > count->seen_size * 8) {
		size_t size = (end + (1u << 20)) / 8;
		uint8_t *seen = realloc(count->seen, size);

		if (!seen)
			return;
		memset(seen + count->seen_size, 0, size - count->seen_size);
		count->seen = seen;
		count->seen_size = size;
	}
	for (uint32_t lba = first; lba < end; lba++) {
		uint8_t bit = (uint8_t)(1 << lba % 8);

		if (!(count->seen[lba / 8] & bit))
			count->distinct_read++;
		count->seen[lba / 8] |= bit;
	}
}

/* It was carried out all the same, and does not report the error of another (71h) */
static bool recovered(const struct sim_cmd *cmd)
{
	return cmd->status == SIM_CHECK_CONDITION && (cmd->sense[0] & 0x7f) == 0x70 &&
	       (cmd->sense[2] & 0x0f) == SIM_RECOVERED_ERROR;
}

void sim_count_command(struct sim_count *count, const struct sim_cmd *cmd)
{
	uint32_t first, blocks;

	count->commands[cmd->cdb[0]]++;
	count->total++;
	memcpy(count->last_cdb, cmd->cdb, sizeof(count->last_cdb));
	count->last_status = cmd->status;
	memcpy(count->last_sense, cmd->sense, sizeof(count->last_sense));
	if (cmd->status == SIM_CHECK_CONDITION)
		count->sense++;
	if (cmd->status != SIM_GOOD && !recovered(cmd))
		return;

	switch (sim_cdb_access(cmd->cdb, &first, &blocks)) {
	case SIM_ACCESS_READ:
		count->bytes_read += cmd->done;
		count->blocks_read += blocks;
		mark_read(count, first, blocks);
		break;
	case SIM_ACCESS_WRITE:
		count->bytes_written += cmd->done;
		count->blocks_written += blocks;
		break;
	default:
		break;
	}
}

void sim_count_reset(struct sim_count *count)
{
	free(count->seen);
	memset(count, 0, sizeof(*count));
}

static json_t *hex(const uint8_t *bytes, size_t n)
{
	char text[3 * 32 + 1] = "";

	for (size_t i = 0; i < n && i < 32; i++)
		snprintf(text + 3 * i, sizeof(text) - 3 * i, i + 1 < n ? "%02x " : "%02x",
			 bytes[i]);
	return json_string(text);
}

static json_t *describe_opcodes(const struct sim_count *count, uint8_t type)
{
	json_t *list = json_array();

	for (int op = 0; op < 256; op++) {
		char name[80];
		char code[4];

		if (!count->commands[op])
			continue;
		snprintf(code, sizeof(code), "%02Xh", (unsigned int)op & 0xff);
		sg_get_opcode_name((unsigned char)op, type, sizeof(name), name);
		json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "opcode", code,
						      "name", name, "count",
						      (json_int_t)count->commands[op]));
	}
	return list;
}

json_t *sim_count_describe(const struct sim_count *count, uint8_t type)
{
	json_t *last = NULL;

	if (count->total) {
		bool sense = count->last_status == SIM_CHECK_CONDITION;

		last = json_pack("{s:o, s:i, s:o}",
				 "cdb", hex(count->last_cdb, sizeof(count->last_cdb)),
				 "status", count->last_status,
				 "sense", sense ? hex(count->last_sense, SIM_SENSE_SIZE)
						: json_null());
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o?}",
			 "commands", (json_int_t)count->total,
			 "sense", (json_int_t)count->sense,
			 "bytes_read", (json_int_t)count->bytes_read,
			 "bytes_written", (json_int_t)count->bytes_written,
			 "blocks_read", (json_int_t)count->blocks_read,
			 "blocks_read_distinct", (json_int_t)count->distinct_read,
			 "blocks_written", (json_int_t)count->blocks_written,
			 "opcodes", describe_opcodes(count, type),
			 "last", last);
}
