// SPDX-License-Identifier: LGPL-2.1
/* Sense codes in words, at length and on two lines of a display. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <scsi/sg_lib.h>

#include "sense_table.h"

#define ADDITIONAL "Additional sense: "

const char *discmux_sense_key_name(uint8_t key)
{
	static const char *const names[16] = {
		"no sense",	   "recovered error", "not ready",	"medium error",
		"hardware error",  "illegal request", "unit attention", "data protect",
		"blank check",	   "vendor specific", "copy aborted",	"aborted command",
		"reserved key 0C", "volume overflow", "miscompare",	"completed",
	};

	return key < sizeof(names) / sizeof(*names) ? names[key] : "unknown";
}

/* What libsgutils2 knows of the standard.  False: nothing. */
static bool standard_text(uint8_t asc, uint8_t ascq, char *buf, size_t size)
{
	char text[DM_SENSE_TEXT];

	sg_get_asc_ascq_str(asc, ascq, sizeof(text), text);
	if (strncmp(text, ADDITIONAL, strlen(ADDITIONAL)) != 0)
		return false;
	snprintf(buf, size, "%s", text + strlen(ADDITIONAL));
	return true;
}

/* NN in the text stands for the qualifier. */
static void put_qualifier(const char *text, uint8_t ascq, char *buf, size_t size)
{
	const char *mark = strstr(text, "NN");

	if (mark)
		snprintf(buf, size, "%.*s%02Xh%s", (int)(mark - text), text, ascq, mark + 2);
	else
		snprintf(buf, size, "%s", text);
}

bool discmux_code_text(enum discmux_device device, uint8_t asc, uint8_t ascq, char *buf,
		       size_t size)
{
	bool own;
	const char *text = dm_sense_manual_text(device, asc, ascq, &own);

	if (!size)
		return text;
	if (!own && standard_text(asc, ascq, buf, size))
		return true;
	if (text) {
		put_qualifier(text, ascq, buf, size);
		return true;
	}
	snprintf(buf, size, "%s code %02X/%02X",
		 asc >= 0x80 || ascq >= 0x80 ? "Vendor specific" : "Unknown", asc, ascq);
	return false;
}
