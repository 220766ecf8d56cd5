/* SPDX-License-Identifier: GPL-2.0 */
/* discmux sense: what there is to say about a code. */
#ifndef DISCMUX_CLI_SENSE_H
#define DISCMUX_CLI_SENSE_H

#include "libdiscmux.h"

struct sense_words {
	char code[16];		/* "02/04/08" */
	char text[160];		/* in the words of the device's manual */
	char standard[160];	/* in those of the standard, "" where they are the same */
	bool known;
	const char *action, *reason;
	char lines[2][DISCMUX_LINE_SIZE];
};

void sense_explain(enum discmux_device device, uint8_t key, uint8_t asc, uint8_t ascq,
		   struct sense_words *words);

#endif
