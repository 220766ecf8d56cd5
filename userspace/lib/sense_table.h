/* SPDX-License-Identifier: LGPL-2.1 */
/* What the tables of sense codes are asked for within the library. */
#ifndef LIBDISCMUX_SENSE_TABLE_H
#define LIBDISCMUX_SENSE_TABLE_H

#include "libdiscmux.h"

/* The text that a manual has for the code, in which NN may stand for ascq, or NULL.
 * own: it is the manual of this very device. */
const char *dm_sense_manual_text(enum discmux_device device, uint8_t asc, uint8_t ascq, bool *own);

/* Longest text of a code, with its end. */
#define DM_SENSE_TEXT 160

#endif
