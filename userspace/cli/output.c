// SPDX-License-Identifier: GPL-2.0
/* Tables for people and JSON for programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "estimate.h"
#include "output.h"

struct row {
	struct row *next;
	char *cells[TABLE_COLUMNS];
};

struct table {
	const char *const *headers;
	size_t columns;
	size_t width[TABLE_COLUMNS];	/* of the widest cell, 0: all are empty */
	struct row *first, **end;
};

struct table *table_new(const char *const *headers)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->headers = headers;
	while (table->columns < TABLE_COLUMNS && headers[table->columns])
		table->columns++;
	table->end = &table->first;
	return table;
}

int table_add(struct table *table, const char *const *cells)
{
	struct row *row = calloc(1, sizeof(*row));
	size_t i;

	if (!row)
		return -ENOMEM;
	*table->end = row;
	table->end = &row->next;
	for (i = 0; i < table->columns; i++) {
		row->cells[i] = strdup(cells[i]);
		if (!row->cells[i])
			return -ENOMEM;
		if (strlen(cells[i]) > table->width[i])
			table->width[i] = strlen(cells[i]);
	}
	return 0;
}

static void print_row(const struct table *table, const char *const *cells, FILE *out,
		      const char *indent)
{
	size_t blanks = 0;
	size_t i;

	fputs(indent, out);
	for (i = 0; i < table->columns; i++) {
		size_t header = strlen(table->headers[i]);
		const char *cell = cells[i] ? cells[i] : "";

		if (!table->width[i])
			continue;
		if (*cell) {
			fprintf(out, "%*s%s", (int)blanks, "", cell);
			blanks = 0;
		}
		blanks += (table->width[i] > header ? table->width[i] : header) - strlen(cell) + 2;
	}
	fputc('\n', out);
}

void table_print(const struct table *table, FILE *out, const char *indent)
{
	const struct row *row;

	print_row(table, table->headers, out, indent);
	for (row = table->first; row; row = row->next)
		print_row(table, (const char *const *)row->cells, out, indent);
}

void table_free(struct table *table)
{
	struct row *row, *next;
	size_t i;

	if (!table)
		return;
	for (row = table->first; row; row = next) {
		next = row->next;
		for (i = 0; i < TABLE_COLUMNS; i++)
			free(row->cells[i]);
		free(row);
	}
	free(table);
}

int json_print(json_t *value, bool compact, FILE *out)
{
	int ret;

	if (!value)
		return cli_error("out of memory");
	ret = json_dumpf(value, out, compact ? JSON_COMPACT : JSON_INDENT(2));
	json_decref(value);
	return ret || fputc('\n', out) == EOF ? CLI_FAIL : CLI_OK;
}

json_t *json_text(const uint8_t *field, size_t len)
{
	char text[256];

	return json_string(discmux_text(field, len, text, sizeof(text)));
}

json_t *json_number_or_null(bool there, uint64_t value)
{
	return there ? json_integer((json_int_t)value) : json_null();
}

json_t *progress_json(const struct estimate *e)
{
	double rate = estimate_rate(e);
	long left = estimate_left(e);

	return json_pack("{sI so so so so}", "done", (json_int_t)e->done,
			 "total", json_number_or_null(e->total, e->total),
			 "percent", json_number_or_null(e->total, estimate_percent(e->done, e->total)),
			 "rate", rate > 0 ? json_integer((json_int_t)rate) : json_null(),
			 "seconds_left", left < 0 ? json_null() : json_integer(left));
}
