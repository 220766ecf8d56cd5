// SPDX-License-Identifier: GPL-2.0
/* Faults as words. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"

static void put_match(const struct sim_fault *fault, FILE *f)
{
	switch (fault->match) {
	case SIM_MATCH_ANY:
		break;
	case SIM_MATCH_OPCODE:
		fprintf(f, " op %02x", fault->opcode);
		break;
	case SIM_MATCH_READ:
		fprintf(f, " op read");
		break;
	case SIM_MATCH_WRITE:
		fprintf(f, " op write");
		break;
	}
}

static void put_where(const struct sim_fault *fault, FILE *f)
{
	put_match(fault, f);
	if (fault->has_lba)
		fprintf(f, " lba %u-%u", fault->lba_first, fault->lba_last);
	if (fault->has_page)
		fprintf(f, " page %02x", fault->page);
	if (fault->elements)
		fprintf(f, " elements %u", fault->elements);
	if (fault->only_if == SIM_IF_CD_TEXT)
		fprintf(f, " if cd-text");
	if (fault->only_if == SIM_IF_TAGS_AND_IDS)
		fprintf(f, " if tags-and-ids");
	if (fault->nth)
		fprintf(f, " nth %u", fault->nth);
	if (fault->every)
		fprintf(f, " every %u", fault->every);
	if (fault->times)
		fprintf(f, " times %u", fault->times);
	else
		fprintf(f, " times always");
}

/* In one word, as it was given */
static void put_name(uint16_t code, FILE *f)
{
	char name[40];

	bus_message_name(code, name, sizeof(name));
	for (char *p = name; *p; p++)
		*p = *p == ' ' ? '-' : (char)tolower((unsigned char)*p);
	fputs(name, f);
}

static void put_message(const struct bus_message *m, FILE *f)
{
	fputs("message ", f);
	put_name(m->code, f);
	fprintf(f, " at %s", bus_phase_name(m->phase));
	if (!m->rejects)
		return;
	fputs(" rejecting ", f);
	put_name(m->rejects, f);
}

static void put_sense(const struct sim_fault *fault, FILE *f)
{
	fputs("sense ", f);
	for (unsigned int i = 0; i < fault->steps; i++) {
		const struct sim_fault_step *step = &fault->step[i];

		fprintf(f, "%s%x/%02x/%02x", i ? "," : "", step->key, step->asc, step->ascq);
		if (step->times > 1)
			fprintf(f, "*%u", step->times);
	}
	fprintf(f, "%s%s", fault->deferred ? " deferred" : "", fault->for_all ? " for-all" : "");
}

static void put_reply(const struct sim_fault *fault, FILE *f)
{
	fprintf(f, "reply %s%s%s", fault->edit->name, fault->value.text[0] ? "=" : "",
		fault->value.text);
}

static void put_kind(const struct sim_fault *fault, FILE *f)
{
	switch (fault->kind) {
	case SIM_FAULT_SENSE:
		put_sense(fault, f);
		break;
	case SIM_FAULT_STATUS:
		fprintf(f, "status %02x", fault->status);
		break;
	case SIM_FAULT_HANG:
		fprintf(f, "hang%s", fault->deaf ? " deaf" : "");
		break;
	case SIM_FAULT_SLOW:
		fprintf(f, "slow %u%s", fault->delay_ms, fault->per_mib ? " per-mib" : "");
		break;
	case SIM_FAULT_LINK:
		fprintf(f, "link %u%s", fault->delay_ms, fault->after ? " after" : "");
		break;
	case SIM_FAULT_BUTTON:
		fputs("button", f);
		break;
	case SIM_FAULT_REPLY:
		put_reply(fault, f);
		break;
	case SIM_FAULT_MESSAGE:
		put_message(&fault->message, f);
		break;
	}
}

void sim_fault_text(const struct sim_fault *fault, char *text, size_t size)
{
	FILE *f = fmemopen(text, size, "w");

	*text = 0;
	if (!f)
		return;
	put_kind(fault, f);
	put_where(fault, f);
	fclose(f);
	text[size - 1] = 0;
}
