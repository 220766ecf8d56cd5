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

#define STATUS_GOOD		0x00
#define STATUS_CHECK_CONDITION	0x02

#define ADDITIONAL "Additional sense: "

/* Codes of the MC-8x00 libraries that no standard has (table 43 of their manual) */
static const struct {
	uint8_t asc, ascq;
	const char *text;
} vendor_codes[] = {
	{ 0x02, 0x80, "a seek has not been completed" },
	{ 0x3b, 0x8e, "medium source element and tray empty" },
};

static uint64_t be(const uint8_t *p, unsigned int bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | *p++;
	return v;
}

bool discmux_result_ok(const struct discmux_result *result)
{
	return !result->error && result->status == STATUS_GOOD;
}

int discmux_result_errno(const struct discmux_result *result)
{
	if (result->error)
		return result->error <= 4095 ? -(int)result->error : -EIO;
	return result->status == STATUS_GOOD ? 0 : -EIO;
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
	if (end >= 7 && data[0] & 0x80) {
		sense->info_valid = true;
		sense->info = be(data + 3, 4);
	}
	if (end >= 13)
		sense->asc = data[12];
	if (end >= 14)
		sense->ascq = data[13];
	/* Sense key specific: progress with NO SENSE and NOT READY */
	if (end >= 18 && data[15] & 0x80 && (sense->key == 0x0 || sense->key == 0x2))
		sense->progress = (int32_t)be(data + 16, 2);
	return 0;
}

static void parse_descriptor(const uint8_t *desc, size_t len, struct discmux_sense *sense)
{
	switch (desc[0]) {
	case 0x00: /* information */
		if (len >= 12 && desc[2] & 0x80) {
			sense->info_valid = true;
			sense->info = be(desc + 4, 8);
		}
		break;
	case 0x02: /* sense key specific */
		if (len >= 8 && desc[4] & 0x80 && (sense->key == 0x0 || sense->key == 0x2))
			sense->progress = (int32_t)be(desc + 5, 2);
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
	if (!len)
		return -ENODATA;
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

static void additional_text(const struct discmux_sense *sense, char *buf, size_t size)
{
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(vendor_codes) / sizeof(*vendor_codes); i++)
		if (vendor_codes[i].asc == sense->asc && vendor_codes[i].ascq == sense->ascq) {
			snprintf(buf, size, "%s", vendor_codes[i].text);
			return;
		}
	sg_get_asc_ascq_str(sense->asc, sense->ascq, sizeof(text), text);
	if ((sense->asc || sense->ascq) && !strncmp(text, ADDITIONAL, strlen(ADDITIONAL))) {
		memmove(text, text + strlen(ADDITIONAL), strlen(text + strlen(ADDITIONAL)) + 1);
		uncapitalize(text);
	} else {	/* no code, or none that is known: the key says more */
		sg_get_sense_key_str(sense->key, sizeof(text), text);
		lower(text);
	}
	snprintf(buf, size, "%s", text);
}

char *discmux_sense_text(const uint8_t *data, size_t len, char *buf, size_t size)
{
	struct discmux_sense sense;
	char text[128];

	if (!size)
		return buf;
	if (discmux_sense_parse(data, len, &sense)) {
		snprintf(buf, size, "no sense data that can be read");
		return buf;
	}
	additional_text(&sense, text, sizeof(text));
	snprintf(buf, size, "%s (%02X/%02X/%02X)%s", text, sense.key, sense.asc, sense.ascq,
		 sense.deferred ? ", about an earlier command" : "");
	return buf;
}

char *discmux_result_text(const struct discmux_result *result, char *buf, size_t size)
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
		discmux_sense_text(result->sense, len, buf, size);
	} else {
		sg_get_scsi_status_str((int)(result->status & 0xff), sizeof(text), text);
		lower(text);
		snprintf(buf, size, "SCSI status %02Xh: %s", result->status & 0xff, text);
	}
	return buf;
}
