// SPDX-License-Identifier: GPL-2.0
/* Faults in words. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define HELP "sense KEY/ASC/ASCQ[*N][,...] [deferred] [for-all], status XX, hang [deaf], " \
	"slow MS [per-mib], link MS [after], button, reply EDIT[=VALUE] or message NAME at " \
	"PHASE, then [op XX|read|write] [lba N[-M]] [page XX] [elements N] " \
	"[if cd-text|tags-and-ids] [nth N] [every N] [times N|always]"

#define DAY_MS	(24 * 3600 * 1000)

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

/* One answer of a list; *text goes behind it */
static bool parse_step(const char **text, struct sim_fault_step *step)
{
	uint32_t key, asc, ascq, times = 1;
	char *end;

	if (!parse_u32(*text, &end, 16, 0xf, &key) || *end != '/' ||
	    !parse_u32(end + 1, &end, 16, 0xff, &asc) || *end != '/' ||
	    !parse_u32(end + 1, &end, 16, 0xff, &ascq) ||
	    (*end == '*' && (!parse_u32(end + 1, &end, 10, UINT16_MAX, &times) || !times)))
		return false;
	*step = (struct sim_fault_step){ (uint8_t)key, (uint8_t)asc, (uint8_t)ascq,
					 (uint16_t)times };
	*text = end;
	return true;
}

static bool parse_steps(const char *text, struct sim_fault *fault)
{
	do {
		if (fault->steps == SIM_STEPS_MAX ||
		    !parse_step(&text, &fault->step[fault->steps++]))
			return false;
	} while (*text++ == ',');
	return !text[-1];
}

/* sense LIST [deferred] [for-all] */
static size_t parse_sense(const char *const words[], size_t n, struct sim_fault *fault)
{
	size_t at = 2;

	fault->kind = SIM_FAULT_SENSE;
	if (n < 2 || !parse_steps(words[1], fault))
		return 0;
	fault->deferred = at < n && !strcmp(words[at], "deferred");
	at += fault->deferred;
	fault->for_all = at < n && !strcmp(words[at], "for-all");
	return at + fault->for_all;
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

static bool parse_if(const char *text, struct sim_fault *fault)
{
	if (!strcmp(text, "cd-text"))
		fault->only_if = SIM_IF_CD_TEXT;
	else if (!strcmp(text, "tags-and-ids"))
		fault->only_if = SIM_IF_TAGS_AND_IDS;
	return fault->only_if != SIM_IF_ANYTHING;
}

static bool parse_page(const char *text, struct sim_fault *fault)
{
	uint32_t page;

	if (!parse_whole(text, 16, 0xff, &page))
		return false;
	fault->page = (uint8_t)page;
	return fault->has_page = true;
}

static bool parse_times(const char *text, struct sim_fault *fault, bool *times)
{
	*times = true;
	if (!strcmp(text, "always"))
		return true;
	return parse_whole(text, 10, UINT32_MAX, &fault->times) && fault->times;
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
	if (!strcmp(word, "page"))
		return parse_page(value, fault);
	if (!strcmp(word, "elements"))
		return parse_whole(value, 10, UINT16_MAX, &fault->elements) && fault->elements;
	if (!strcmp(word, "if"))
		return parse_if(value, fault);
	if (!strcmp(word, "nth"))
		return parse_whole(value, 10, UINT32_MAX, &fault->nth) && fault->nth;
	if (!strcmp(word, "every"))
		return parse_whole(value, 10, UINT32_MAX, &fault->every) && fault->every;
	return !strcmp(word, "times") && parse_times(value, fault, times);
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

/* A number of milliseconds and a word that may follow */
static size_t parse_ms(const char *const words[], size_t n, const char *option,
		       struct sim_fault *fault, bool *flag)
{
	if (n < 2 || !parse_whole(words[1], 10, DAY_MS, &fault->delay_ms))
		return 0;
	*flag = n > 2 && !strcmp(words[2], option);
	return *flag ? 3 : 2;
}

static size_t parse_hang(const char *const words[], size_t n, struct sim_fault *fault)
{
	fault->kind = SIM_FAULT_HANG;
	fault->deaf = n > 1 && !strcmp(words[1], "deaf");
	return fault->deaf ? 2 : 1;
}

static size_t parse_slow(const char *const words[], size_t n, struct sim_fault *fault)
{
	fault->kind = SIM_FAULT_SLOW;
	return parse_ms(words, n, "per-mib", fault, &fault->per_mib);
}

static size_t parse_link(const char *const words[], size_t n, struct sim_fault *fault)
{
	fault->kind = SIM_FAULT_LINK;
	return parse_ms(words, n, "after", fault, &fault->after);
}

static size_t parse_status(const char *const words[], size_t n, struct sim_fault *fault)
{
	uint32_t status;

	fault->kind = SIM_FAULT_STATUS;
	/* 00h is not a fault, and a CHECK CONDITION needs sense data */
	if (n < 2 || !parse_whole(words[1], 16, 0xff, &status) || !status ||
	    status == SIM_CHECK_CONDITION)
		return 0;
	fault->status = (uint8_t)status;
	return 2;
}

static size_t parse_button(const char *const words[], size_t n, struct sim_fault *fault)
{
	(void)words;
	(void)n;
	fault->kind = SIM_FAULT_BUTTON;
	return 1;
}

static size_t parse_reply(const char *const words[], size_t n, struct sim_fault *fault)
{
	fault->kind = SIM_FAULT_REPLY;
	fault->edit = n > 1 ? sim_edit_parse(words[1], &fault->value) : NULL;
	return fault->edit ? 2 : 0;
}

/* The kind and what belongs to it; returns the number of words, 0 on error. */
static size_t parse_kind(const char *const words[], size_t n, struct sim_fault *fault)
{
	static const struct {
		const char *name;
		size_t (*parse)(const char *const words[], size_t n, struct sim_fault *fault);
	} kinds[] = {
		{ "sense", parse_sense }, { "status", parse_status }, { "hang", parse_hang },
		{ "slow", parse_slow }, { "link", parse_link }, { "button", parse_button },
		{ "reply", parse_reply }, { "message", parse_message },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(words[0], kinds[i].name))
			return kinds[i].parse(words, n, fault);
	return 0;
}

/* Without a word on it: is it once? */
static bool is_once(const struct sim_fault *fault)
{
	switch (fault->kind) {
	case SIM_FAULT_SENSE:
	case SIM_FAULT_STATUS:
		return fault->nth || !(fault->has_lba || fault->every);
	case SIM_FAULT_LINK:
	case SIM_FAULT_BUTTON:
	case SIM_FAULT_MESSAGE:
		return fault->nth || !fault->every;
	default:
		return fault->nth;
	}
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
		snprintf(err, errlen, "bad '%.40s%s%.40s' in the fault: give " HELP, words[at],
			 at + 1 < n ? " " : "", at + 1 < n ? words[at + 1] : "");
		sim_one_line(err);
		return -EINVAL;
	}
	if (!times && is_once(fault))
		fault->times = 1;
	return 0;
}

int sim_fault_parse_line(const char *line, struct sim_fault *fault, char *err, size_t errlen)
{
	const char *words[32];
	char copy[256], *save = NULL, *word;
	size_t n = 0;

	if (strlen(line) >= sizeof(copy)) {
		snprintf(err, errlen, "bad fault: longer than %zu characters", sizeof(copy) - 1);
		return -EINVAL;
	}
	strcpy(copy, line);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (n == sizeof(words) / sizeof(words[0])) {
			snprintf(err, errlen, "bad fault: too many words");
			return -EINVAL;
		}
		words[n++] = word;
	}
	return sim_fault_parse(words, n, fault, err, errlen);
}
