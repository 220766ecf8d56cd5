/* SPDX-License-Identifier: GPL-2.0 */
/* Tables for people and JSON for programs. */
#ifndef DISCMUX_CLI_OUTPUT_H
#define DISCMUX_CLI_OUTPUT_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "libdiscmux.h"

#define TABLE_COLUMNS 12

/* Text in columns; a column in which every cell is empty is left out. */
struct table;

/* headers: column names, NULL at the end; not copied.  NULL without memory. */
struct table *table_new(const char *const *headers);

/* One row: as many strings as there are headers (copied).  0 or -ENOMEM. */
int table_add(struct table *table, const char *const *cells);

/* Prints it, each line after indent. */
void table_print(const struct table *table, FILE *out, const char *indent);

void table_free(struct table *table);

/* Prints a JSON value and a line end, and lets go of it: one line when compact.
 * NULL is "out of memory".  Returns enum cli_exit. */
int json_print(json_t *value, bool compact, FILE *out);

/* An INQUIRY field or volume tag without padding, as a JSON string. */
json_t *json_text(const uint8_t *field, size_t len);

/* An integer, or null when there is none. */
json_t *json_number_or_null(bool there, uint64_t value);

/* How far something is: done, total (null: not known), percent, rate (units a second) and
 * seconds_left, each null while it is not known. */
struct estimate;
json_t *progress_json(const struct estimate *estimate);

#endif
