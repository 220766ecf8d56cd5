// SPDX-License-Identifier: GPL-2.0
/* Reads the tables in tests/unit/tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv.h"

static void split(char *line, struct csv_row *row)
{
	size_t field = 0, n = 0;
	bool quoted = false;
	const char *p;

	memset(row, 0, sizeof(*row));
	for (p = line; *p && *p != '\n'; p++) {
		if (*p == '"' && quoted && p[1] == '"') {
			row->field[field][n++] = *p++;
		} else if (*p == '"') {
			quoted = !quoted;
		} else if (*p == ',' && !quoted) {
			assert_in_range(++field, 1, CSV_FIELDS - 1);
			n = 0;
		} else {
			row->field[field][n++] = *p;
		}
		assert_true(n < sizeof(row->field[0]) - 1);
	}
	assert_false(quoted);
}

struct csv_row *csv_read(const char *name, size_t *count)
{
	struct csv_row *rows = NULL;
	bool header = true;
	char line[1024];
	FILE *file;

	*count = 0;
	snprintf(line, sizeof(line), "tests/unit/tables/%s.csv", name);
	file = fopen(line, "r");
	if (!file)
		fail_msg("%s is not there: start the test at the top of the tree", line);
	while (fgets(line, sizeof(line), file)) {
		if (*line == '#')
			continue;
		if (header) {
			header = false;
			continue;
		}
		rows = realloc(rows, (*count + 1) * sizeof(*rows));
		assert_non_null(rows);
		split(line, &rows[(*count)++]);
	}
	fclose(file);
	assert_true(*count > 0);
	return rows;
}

unsigned int csv_hex(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 16);

	assert_int_equal(end - text, 2);
	return (unsigned int)value;
}
