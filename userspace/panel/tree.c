// SPDX-License-Identifier: GPL-2.0
/* The menu as people read it, out of the tables. */
#include <stdio.h>
#include <string.h>

#include "panel_table.h"

/* What stands for the fields of a screen's lines where there is nothing to show. */
static const char *sample(char field)
{
	switch (field) {
	case 'S':
		return "DISC|HDDn";
	case 'W':
		return "COPY|VERIFY|COPY+V";
	case 'N':
	case 'C':
		return "n";
	case 'I':
		return "(DISC TO HDD)|kind, size|DAMAGED";
	case 'T':
		return "n/total|-/total|OVER";
	case 'K':
		return "min:s";
	case 'A':
		return "size";
	case 'P':
		return "n%";
	case 'V':
	case 'X':
		return "value";
	case 'L':
		return "item";
	case 'E':
		return "nnnn";
	case 'D':
		return "drive";
	case 'd':
		return "model, firmware";
	case 'v':
		return "version";
	case 'h':
		return "machine";
	case 'G':
	case 'B':
	case 'U':
		return " n";
	case 'Q':
		return "n/quantity";
	case 'b':
		return "BLANK DISC|COPIED DISC|REWRITABLE";
	case 'J':
		return "COPY DVD|...";
	case 'M':
		return "DVD|CD|BD";
	case '!':
		return " ERROR n";
	case 'O':
		return "COMPLETE|ERROR|CANCELLED";
	case 'R':
	case '1':
		return "drive|code, words|drive";
	case 'r':
		return "EXTRACTION FAILED|words|why";
	case '2':
		return "disc|words|why";
	default:
		return "^";
	}
}

static void print_line(FILE *to, const char *p)
{
	fputc('[', to);
	for (; *p; p++) {
		if (*p == '%' && p[1])
			fprintf(to, "<%s>", sample(*++p));
		else
			fputc(*p == '\t' ? ' ' : *p, to);
	}
	fputc(']', to);
}

static void print_values(FILE *to, int item)
{
	const int *v;
	char buf[16];

	if (item < 0 || *panel_values(item) < 0)
		return;
	fprintf(to, "    values:");
	for (v = panel_values(item); *v >= 0; v++)
		fprintf(to, " %s", panel_value_text(item, *v, buf, sizeof(buf)));
	fputc('\n', to);
}

static void print_edge(FILE *to, const struct edge_row *e)
{
	static const char *const events[] = { "YES", "NO ", "-  " };
	const char *action = panel_action_name(e->action);
	const char *condition = panel_condition_name(e->condition);

	fprintf(to, "    %s -> %s", events[e->event], panel_screens[e->to].name);
	if (*action)
		fprintf(to, ": %s", action);
	if (*condition)
		fprintf(to, " (%s)", condition);
	fputc('\n', to);
}

static const char *heading(enum screen s)
{
	switch (s) {
	case S_COPY:
		return "Main menu";
	case S_READER:
		return "MASTER SELECT?";
	case S_CLEAR_HDD:
		return "MASTER CLEAR?";
	case S_QUICK:
		return "DISC ERASE?";
	case S_TRK_START:
		return "Trk EXTRACTION?";
	case S_SET_MODE:
		return "SETUP?";
	case S_WAIT:
		return "A job";
	default:
		return NULL;
	}
}

void panel_print_tree(FILE *to)
{
	size_t s, i;

	for (s = 0; s < S_COUNT; s++) {
		const struct screen_row *row = &panel_screens[s];

		if (heading((enum screen)s))
			fprintf(to, "%s%s\n", s ? "\n" : "", heading((enum screen)s));
		fprintf(to, "  %s ", row->name);
		print_line(to, row->line[0]);
		print_line(to, row->line[1]);
		fputc('\n', to);
		print_values(to, row->item);
		for (i = 0; i < panel_nr_edges; i++)
			if (panel_edges[i].from == s)
				print_edge(to, &panel_edges[i]);
	}
}
