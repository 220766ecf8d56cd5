// SPDX-License-Identifier: GPL-2.0
/* CDBs: how long they are, and where they say how much they want. */
#include <string.h>

#include "recording.h"

#define DRIVE	5
#define CHANGER	8
#define ANY	0

unsigned int recording_cdb_length(uint8_t opcode)
{
	static const uint8_t length[8] = { 6, 10, 10, 12, 16, 12, 10, 10 };

	return opcode == 0x7f ? RECORDING_CDB_MAX : length[opcode >> 5];
}

struct recording_field recording_cdb_allocation(const uint8_t *cdb, uint8_t type)
{
	static const struct {
		uint8_t opcode, type;
		struct recording_field field;
	} table[] = {
		{ 0x03, ANY, { 4, 1 } },	/* REQUEST SENSE */
		{ 0x12, ANY, { 3, 2 } },	/* INQUIRY */
		{ 0x1a, ANY, { 4, 1 } },	/* MODE SENSE(6) */
		{ 0x23, DRIVE, { 7, 2 } },	/* READ FORMAT CAPACITIES */
		{ 0x3c, ANY, { 6, 3 } },	/* READ BUFFER */
		{ 0x42, DRIVE, { 7, 2 } },	/* READ SUB-CHANNEL */
		{ 0x43, DRIVE, { 7, 2 } },	/* READ TOC/PMA/ATIP */
		{ 0x46, DRIVE, { 7, 2 } },	/* GET CONFIGURATION */
		{ 0x4a, DRIVE, { 7, 2 } },	/* GET EVENT STATUS NOTIFICATION */
		{ 0x4d, ANY, { 7, 2 } },	/* LOG SENSE */
		{ 0x51, DRIVE, { 7, 2 } },	/* READ DISC INFORMATION */
		{ 0x52, DRIVE, { 7, 2 } },	/* READ TRACK INFORMATION */
		{ 0x5a, ANY, { 7, 2 } },	/* MODE SENSE(10) */
		{ 0x5c, DRIVE, { 7, 2 } },	/* READ BUFFER CAPACITY */
		{ 0x5e, ANY, { 7, 2 } },	/* PERSISTENT RESERVE IN */
		{ 0xa0, ANY, { 6, 4 } },	/* REPORT LUNS */
		{ 0xa3, CHANGER, { 6, 4 } },	/* MAINTENANCE IN */
		{ 0xa4, DRIVE, { 8, 2 } },	/* REPORT KEY */
		{ 0xac, DRIVE, { 8, 2 } },	/* GET PERFORMANCE: descriptors */
		{ 0xad, DRIVE, { 8, 2 } },	/* READ DISC STRUCTURE */
		{ 0xb5, CHANGER, { 7, 3 } },	/* REQUEST VOLUME ELEMENT ADDRESS */
		{ 0xb8, CHANGER, { 7, 3 } },	/* READ ELEMENT STATUS */
		{ 0xbd, DRIVE, { 8, 2 } },	/* MECHANISM STATUS */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].opcode == cdb[0] && (table[i].type == ANY || table[i].type == type))
			return table[i].field;
	return (struct recording_field){ 0, 0 };
}

uint32_t recording_field_get(const uint8_t *cdb, struct recording_field field)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < field.width; i++)
		value = value << 8 | cdb[field.at + i];
	return value;
}

void recording_field_put(uint8_t *cdb, struct recording_field field, uint32_t value)
{
	for (unsigned int i = field.width; i-- > 0; value >>= 8)
		cdb[field.at + i] = (uint8_t)value;
}

void recording_cdb_key(const uint8_t *cdb, unsigned int len, uint8_t key[RECORDING_CDB_MAX])
{
	memset(key, 0, RECORDING_CDB_MAX);
	memcpy(key, cdb, len);
	if (len)
		key[len - 1] &= 0xc0;
}
