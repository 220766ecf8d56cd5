/* SPDX-License-Identifier: GPL-2.0 */
/* What the subcommands about codes share: hexadecimal numbers, CSV. */
#ifndef DISCMUX_CLI_CODES_H
#define DISCMUX_CLI_CODES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One byte in hexadecimal, 0c, 0x0c or 0Ch, that ends before one of the characters
 * in ends or with the text.  Returns where it ends, or NULL when it is none. */
const char *codes_byte(const char *text, const char *ends, uint8_t *value);

/* Bytes in hexadecimal, each of two digits or several together, between blanks,
 * commas or colons, from 1 to max.  Returns how many, or -EINVAL (a character that
 * does not belong there), -EILSEQ (half a byte), -ENODATA (none), -E2BIG. */
int codes_bytes(const char *text, uint8_t *bytes, size_t max);

/* What somebody typed, on one line of a message: not too long, no control
 * characters.  Returns buf. */
char *codes_shown(const char *text, char *buf, size_t size);

/* A field of a CSV file (RFC 4180), in quotes where it needs them. */
void codes_csv(const char *text, FILE *out);

#endif
