/* SPDX-License-Identifier: GPL-2.0 */
/* A master of the store, as the source of a job. */
#ifndef DISCMUX_CLI_STORED_H
#define DISCMUX_CLI_STORED_H

#include "images.h"

struct stored;

/*
 * Holds the image of this name until stored_close().  *stored stays NULL when the text
 * is no image's name, or a file is called so.  CLI_OK, or CLI_FAIL after a message.
 */
int stored_open(const char *text, struct stored **stored);

/* The text looks like a master's name, and not like a file's: no folder, no ending. */
bool stored_is_name(const char *text);

/* Says that no master of this name is stored, which ones are, and how to add it.
 * Returns CLI_FAIL. */
int stored_missing(const char *text);

/* What disc_image_open() takes. */
const char *stored_path(const struct stored *stored);

/* Compares it with its sums beside what else is done, unless that was done before.
 * NULL is allowed here and below. */
void stored_check(struct stored *stored);

/*
 * How that ended: 0, as long as nothing is known against the image; -ECANCELED; else it
 * is damaged, and so is what was made of it.  wait: until it is known.  err gets one line.
 */
int stored_result(struct stored *stored, bool wait, char *err, size_t errlen);

/* Nobody waits for the result any more. */
void stored_cancel(struct stored *stored);

void stored_close(struct stored *stored);

#endif
