// SPDX-License-Identifier: GPL-2.0
/* Serial numbers as drives and changers have them that were made without care. */
#include <string.h>

#include "fault_reply.h"

enum { NONE, SAME, NULS, SPACES, CUT, NOISE };

static const char *const serials[] = { "none", "same", "nul", "spaces", "cut", "noise", NULL };

static bool parse_serial(struct sim_edit_value *value)
{
	return sim_edit_word(value, serials);
}

/* The substitute for a serial number of len bytes; returns how many bytes */
static size_t fill(uint8_t *at, size_t len, int64_t how)
{
	static const char same[] = "000000000001";
	static const uint8_t noise[] = { 0xff, 0x01, 'A', 0x00, 0x7f, '%', 0x1b, 0x80, '\n' };
	size_t n = len;

	switch (how) {
	case NONE:
		memset(at, 0, len);
		return 0;
	case SAME:
		n = sizeof(same) - 1;
		memcpy(at, same, n);
		break;
	case NULS:
		memset(at, 0, len);
		break;
	case SPACES:
		memset(at, ' ', len);
		break;
	case CUT:
		n = len < 10 ? len : 10;
		break;
	default:
		n = sizeof(noise);
		memcpy(at, noise, n);
	}
	return n;
}

/* Vendor specific bytes of standard data, where many drives have it */
static void edit_standard(struct sim_reply *reply, int64_t how)
{
	uint8_t *at = reply->data + 36;
	size_t n;

	if (reply->len < 56)
		return;
	n = how == CUT ? 10 : fill(at, 20, how);
	memset(at + n, how == NONE ? 0 : ' ', 20 - n);
}

static void edit_serial(struct sim_reply *reply, const struct sim_edit_value *value,
			uint64_t *state)
{
	uint8_t *d = reply->data;
	size_t n;

	(void)state;
	if (reply->cdb[0] != 0x12 || reply->len < 5)
		return;
	if (!(reply->cdb[1] & 1)) {
		edit_standard(reply, value->number);
	} else if (d[1] == 0x80) {
		n = fill(d + 4, reply->len - 4, value->number);
		d[3] = (uint8_t)n;
		reply->len = 4 + n;
	} else if (d[1] == 0x83 && reply->len > 32 && d[5] == 1) {
		/* T10 vendor identification: vendor, product, then the number */
		n = fill(d + 32, reply->len - 32, value->number);
		d[3] = (uint8_t)(28 + n);
		d[7] = (uint8_t)(24 + n);
		reply->len = 32 + n;
	}
}

const struct sim_edit sim_edits_identity[] = {
	{ "serial", parse_serial, NULL, edit_serial, "serial=none|same|nul|spaces|cut|noise" },
	{ .name = NULL },
};
