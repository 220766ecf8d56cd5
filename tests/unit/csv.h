/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the tables in tests/unit/tables. */
#ifndef TESTS_UNIT_CSV_H
#define TESTS_UNIT_CSV_H

#include <stddef.h>

#define CSV_FIELDS 5

struct csv_row {
	char field[CSV_FIELDS][512];
};

/* Rows of tests/unit/tables/NAME.csv without the comments and the header.  The
 * test fails when the file is not there or holds none; free() them. */
struct csv_row *csv_read(const char *name, size_t *count);

/* Two hexadecimal digits; fails the test when they are none. */
unsigned int csv_hex(const char *text);

#endif
