// SPDX-License-Identifier: LGPL-2.1
/*
 * Results and sense data.  Sense data come from the device: every length in
 * them is checked against what there is.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <scsi/sg_lib.h>

#include "internal.h"
#include "sense_table.h"

#define STATUS_GOOD		0x00
#define STATUS_CHECK_CONDITION	0x02
#define KEY_RECOVERED		0x01

static uint64_t be(const uint8_t *p, unsigned int bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

bool discmux_result_recovered(const struct discmux_result *result)
{
	struct discmux_sense sense;

	return !discmux_result_sense(result, &sense) && sense.key == KEY_RECOVERED &&
	       !sense.deferred;
}

bool discmux_result_ok(const struct discmux_result *result)
{
	if (result->error)
		return false;
	return result->status == STATUS_GOOD || discmux_result_recovered(result);
}

int discmux_result_errno(const struct discmux_result *result)
{
	if (result->error)
		return result->error <= 4095 ? -(int)result->error : -EIO;
	return discmux_result_ok(result) ? 0 : -EIO;
}

/* Sense key specific bytes, whose meaning is that of the key (SPC-4 4.5.2.4) */
static void parse_specific(const uint8_t *p, struct discmux_sense *sense)
{
	if (!(p[0] & 0x80))
		return;
	switch (sense->key) {
	case 0x0:
	case 0x2:
		sense->progress = (int32_t)be(p + 1, 2);
		break;
	case 0x1:
	case 0x3:
	case 0x4:
		sense->retries = (int32_t)be(p + 1, 2);
		break;
	case 0x5:
		sense->field = (int32_t)be(p + 1, 2);
		sense->field_in_cdb = p[0] & 0x40;
		if (p[0] & 0x08)
			sense->bit = (int8_t)(p[0] & 0x07);
		break;
	}
}

static void parse_flags(uint8_t flags, struct discmux_sense *sense)
{
	sense->filemark = flags & 0x80;
	sense->eom = flags & 0x40;
	sense->ili = flags & 0x20;
}

/* SPC-4 4.5.3 */
static int parse_fixed(const uint8_t *data, size_t len, struct discmux_sense *sense)
{
	size_t end = len;

	if (len < 3)
		return -ENODATA;
	/* Byte 7 says how long the data are; what lies behind is not sense. */
	if (len > 7 && (size_t)data[7] + 8 < end)
		end = (size_t)data[7] + 8;
	sense->key = data[2] & 0x0f;
	parse_flags(data[2], sense);
	if (end >= 7 && data[0] & 0x80) {
		sense->info_valid = true;
		sense->info = be(data + 3, 4);
	}
	if (end >= 12)
		sense->command_info = be(data + 8, 4);
	if (end >= 13)
		sense->asc = data[12];
	if (end >= 14)
		sense->ascq = data[13];
	if (end >= 15)
		sense->unit = data[14];
	if (end >= 18)
		parse_specific(data + 15, sense);
	return 0;
}

static void parse_info(const uint8_t *p, struct discmux_sense *sense)
{
	sense->info_valid = true;
	sense->info = be(p, 8);
}

/* SPC-4 4.5.2.2 and on; 0Dh: SBC-4 4.18.4.  Descriptors of unknown types are
 * passed over. */
static void parse_descriptor(const uint8_t *desc, size_t len, struct discmux_sense *sense)
{
	if (len < 4)
		return;
	switch (desc[0]) {
	case 0x00: /* information */
		if (len >= 12 && desc[2] & 0x80)
			parse_info(desc + 4, sense);
		break;
	case 0x01: /* command-specific information */
		if (len >= 12)
			sense->command_info = be(desc + 4, 8);
		break;
	case 0x02: /* sense key specific */
		if (len >= 8)
			parse_specific(desc + 4, sense);
		break;
	case 0x03: /* field replaceable unit */
		sense->unit = desc[3];
		break;
	case 0x04: /* stream commands */
	case 0x05: /* block commands */
		parse_flags(desc[3], sense);
		break;
	case 0x0d: /* direct-access block device: all of these in one */
		if (len < 32)
			break;
		sense->ili = desc[2] & 0x20;
		parse_specific(desc + 4, sense);
		sense->unit = desc[7];
		if (desc[2] & 0x80)
			parse_info(desc + 8, sense);
		sense->command_info = be(desc + 16, 8);
		break;
	}
}

/* SPC-4 4.5.2 */
static int parse_descriptors(const uint8_t *data, size_t len, struct discmux_sense *sense)
{
	size_t end = len;
	size_t at = 8;

	if (len < 2)
		return -ENODATA;
	sense->key = data[1] & 0x0f;
	if (len >= 3)
		sense->asc = data[2];
	if (len >= 4)
		sense->ascq = data[3];
	if (len < 8)
		return 0;
	if ((size_t)data[7] + 8 < end)
		end = (size_t)data[7] + 8;
	while (end - at >= 2) {
		size_t size = (size_t)data[at + 1] + 2;

		if (size > end - at)
			break;
		parse_descriptor(data + at, size, sense);
		at += size;
	}
	return 0;
}

int discmux_sense_parse(const uint8_t *data, size_t len, struct discmux_sense *sense)
{
	memset(sense, 0, sizeof(*sense));
	sense->progress = -1;
	sense->retries = -1;
	sense->field = -1;
	sense->bit = -1;
	if (!len)
		return -ENODATA;
	if (len > DISCMUX_SENSE_MAX)
		len = DISCMUX_SENSE_MAX;
	sense->response = data[0] & 0x7f;
	sense->deferred = sense->response == 0x71 || sense->response == 0x73;
	switch (sense->response) {
	case 0x70:
	case 0x71:
		return parse_fixed(data, len, sense);
	case 0x72:
	case 0x73:
		return parse_descriptors(data, len, sense);
	default:
		return -ENODATA;
	}
}

int discmux_result_sense(const struct discmux_result *result, struct discmux_sense *sense)
{
	size_t len = result->sense_len;

	if (len > sizeof(result->sense))
		len = sizeof(result->sense);
	if (result->error || result->status != STATUS_CHECK_CONDITION)
		len = 0;
	return discmux_sense_parse(result->sense, len, sense);
}

bool discmux_result_is(const struct discmux_result *result, uint8_t key, uint8_t asc,
		       uint8_t ascq)
{
	struct discmux_sense sense;

	return !discmux_result_sense(result, &sense) && sense.key == key && sense.asc == asc &&
	       sense.ascq == ascq;
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* The first letter small, as within a sentence, unless an acronym begins. */
static void uncapitalize(char *text)
{
	if (islower((unsigned char)text[0] ? (unsigned char)text[1] : 0))
		text[0] = (char)tolower((unsigned char)text[0]);
}

enum discmux_device discmux_role_device(uint32_t role)
{
	switch (role) {
	case DISCMUX_ROLE_READER:
		return DISCMUX_DEVICE_READER;
	case DISCMUX_ROLE_RECORDER:
		return DISCMUX_DEVICE_RECORDER;
	case DISCMUX_ROLE_CHANGER:
		return DISCMUX_DEVICE_LIBRARY;
	default:
		return DISCMUX_DEVICE_ANY;
	}
}

char *discmux_device_sense_text(enum discmux_device device, const uint8_t *data, size_t len,
				char *buf, size_t size)
{
	struct discmux_sense sense;
	char text[DM_SENSE_TEXT];

	if (!size)
		return buf;
	if (discmux_sense_parse(data, len, &sense)) {
		snprintf(buf, size, "no sense data that can be read");
		return buf;
	}
	if ((sense.asc || sense.ascq) &&
	    discmux_code_text(device, sense.asc, sense.ascq, text, sizeof(text)))
		uncapitalize(text);
	else	/* no code, or none that is known: the key says more */
		snprintf(text, sizeof(text), "%s", discmux_sense_key_name(sense.key));
	snprintf(buf, size, "%s (%02X/%02X/%02X)%s", text, sense.key, sense.asc, sense.ascq,
		 sense.deferred ? ", about an earlier command" : "");
	return buf;
}

char *discmux_sense_text(const uint8_t *data, size_t len, char *buf, size_t size)
{
	return discmux_device_sense_text(DISCMUX_DEVICE_ANY, data, len, buf, size);
}

char *discmux_device_result_text(enum discmux_device device, const struct discmux_result *result,
				 char *buf, size_t size)
{
	size_t len = result->sense_len;
	char text[64];

	if (!size)
		return buf;
	if (result->error) {
		snprintf(buf, size, "%s", dm_errno_text(discmux_result_errno(result)));
	} else if (result->status == STATUS_GOOD) {
		snprintf(buf, size, "good");
	} else if (result->status == STATUS_CHECK_CONDITION) {
		if (len > sizeof(result->sense))
			len = sizeof(result->sense);
		discmux_device_sense_text(device, result->sense, len, buf, size);
	} else {
		sg_get_scsi_status_str((int)(result->status & 0xff), sizeof(text), text);
		lower(text);
		snprintf(buf, size, "SCSI status %02Xh: %s", result->status & 0xff, text);
	}
	return buf;
}

char *discmux_result_text(const struct discmux_result *result, char *buf, size_t size)
{
	return discmux_device_result_text(DISCMUX_DEVICE_ANY, result, buf, size);
}

char *dm_failure_text(enum discmux_device device, const struct discmux_result *result, char *buf,
		      size_t size)
{
	struct discmux_sense sense;
	enum discmux_action action;
	size_t len;

	discmux_device_result_text(device, result, buf, size);
	if (discmux_result_sense(result, &sense))
		return buf;
	action = discmux_sense_action(device, sense.key, sense.asc, sense.ascq);
	len = strlen(buf);
	if (action != DISCMUX_ACTION_IGNORE && action != DISCMUX_ACTION_STOP && len < size)
		snprintf(buf + len, size - len, ": %s", discmux_action_name(action));
	return buf;
}
