// SPDX-License-Identifier: GPL-2.0
/* Faults in words. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define HELP "sense KEY/ASC/ASCQ, hang [deaf], slow MS [per-mib] or message NAME at PHASE, then " \
	"[op XX|read|write] [lba N[-M]] [nth N] [times N|always]"

static bool parse_u32(const char *text, char **end, int base, uint32_t max, uint32_t *out)
{
	unsigned long n;

	if (!(base == 16 ? isxdigit((unsigned char)*text) : isdigit((unsigned char)*text)))
		return false;
	errno = 0;
	n = strtoul(text, end, base);
	if (errno || n > max)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool parse_whole(const char *text, int base, uint32_t max, uint32_t *out)
{
	char *end;

	return parse_u32(text, &end, base, max, out) && !*end;
}

static bool parse_sense(const char *text, struct sim_fault *fault)
{
	uint32_t key, asc, ascq;
	char *end;

	if (!parse_u32(text, &end, 16, 0xf, &key) || *end != '/' ||
	    !parse_u32(end + 1, &end, 16, 0xff, &asc) || *end != '/' ||
	    !parse_whole(end + 1, 16, 0xff, &ascq))
		return false;
	fault->key = (uint8_t)key;
	fault->asc = (uint8_t)asc;
	fault->ascq = (uint8_t)ascq;
	return true;
}

static bool parse_op(const char *text, struct sim_fault *fault)
{
	uint32_t op;

	if (!strcmp(text, "read")) {
		fault->match = SIM_MATCH_READ;
	} else if (!strcmp(text, "write")) {
		fault->match = SIM_MATCH_WRITE;
	} else if (parse_whole(text, 16, 0xff, &op)) {
		fault->match = SIM_MATCH_OPCODE;
		fault->opcode = (uint8_t)op;
	} else {
		return false;
	}
	return true;
}

static bool parse_lba(const char *text, struct sim_fault *fault)
{
	char *end;

	fault->has_lba = true;
	if (!parse_u32(text, &end, 10, UINT32_MAX, &fault->lba_first))
		return false;
	fault->lba_last = fault->lba_first;
	if (*end == '-' && !parse_whole(end + 1, 10, UINT32_MAX, &fault->lba_last))
		return false;
	return (!*end || *end == '-') && fault->lba_last >= fault->lba_first;
}

/* One pair of words of WHERE; a word may be NULL. */
static bool parse_where(const char *word, const char *value, struct sim_fault *fault, bool *times)
{
	if (!value)
		return false;
	if (!strcmp(word, "op"))
		return parse_op(value, fault);
	if (!strcmp(word, "lba"))
		return parse_lba(value, fault);
	if (!strcmp(word, "nth"))
		return parse_whole(value, 10, UINT32_MAX, &fault->nth) && fault->nth;
	if (!strcmp(word, "times")) {
		*times = true;
		if (!strcmp(value, "always"))
			return true;
		return parse_whole(value, 10, UINT32_MAX, &fault->times) && fault->times;
	}
	return false;
}

/* NAME at PHASE [rejecting NAME] */
static size_t parse_message(const char *const words[], size_t n, struct sim_fault *fault)
{
	struct bus_message *m = &fault->message;

	fault->kind = SIM_FAULT_MESSAGE;
	if (n < 4 || !bus_message_parse(words[1], &m->code) || strcmp(words[2], "at") ||
	    !bus_phase_parse(words[3], &m->phase))
		return 0;
	if (n < 5 || strcmp(words[4], "rejecting"))
		return 4;
	return n > 5 && bus_message_parse(words[5], &m->rejects) ? 6 : 0;
}

/* The kind and what belongs to it; returns the number of words, 0 on error. */
static size_t parse_kind(const char *const words[], size_t n, struct sim_fault *fault)
{
	const char *second = n > 1 ? words[1] : "";

	if (!strcmp(words[0], "sense")) {
		fault->kind = SIM_FAULT_SENSE;
		return parse_sense(second, fault) ? 2 : 0;
	}
	if (!strcmp(words[0], "hang")) {
		fault->kind = SIM_FAULT_HANG;
		fault->deaf = !strcmp(second, "deaf");
		return fault->deaf ? 2 : 1;
	}
	if (!strcmp(words[0], "message"))
		return parse_message(words, n, fault);
	if (!strcmp(words[0], "slow")) {
		fault->kind = SIM_FAULT_SLOW;
		if (!parse_whole(second, 10, 24 * 3600 * 1000, &fault->delay_ms))
			return 0;
		fault->per_mib = n > 2 && !strcmp(words[2], "per-mib");
		return fault->per_mib ? 3 : 2;
	}
	return 0;
}

int sim_fault_parse(const char *const words[], size_t n, struct sim_fault *fault,
		    char *err, size_t errlen)
{
	bool times = false;
	size_t at;

	memset(fault, 0, sizeof(*fault));
	at = n ? parse_kind(words, n, fault) : 0;
	if (!at) {
		snprintf(err, errlen, "bad fault: give " HELP);
		return -EINVAL;
	}
	for (; at < n; at += 2) {
		if (parse_where(words[at], at + 1 < n ? words[at + 1] : NULL, fault, &times))
			continue;
		snprintf(err, errlen, "bad '%s%s%s' in the fault: give " HELP, words[at],
			 at + 1 < n ? " " : "", at + 1 < n ? words[at + 1] : "");
		return -EINVAL;
	}
	if (!times && (fault->nth || fault->kind == SIM_FAULT_MESSAGE ||
		       (fault->kind == SIM_FAULT_SENSE && !fault->has_lba)))
		fault->times = 1;
	return 0;
}
