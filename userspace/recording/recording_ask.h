/* SPDX-License-Identifier: GPL-2.0 */
/* Questions one after the other; for the files that hold those of a kind of device. */
#ifndef DISCMUX_RECORDING_ASK_H
#define DISCMUX_RECORDING_ASK_H

#include "recording.h"

#define RECORDING_LENGTHS	4	/* of one question */

/* A command, and how many bytes programs ask it for: 0 ends the list */
struct recording_question {
	uint8_t cdb[12];
	uint32_t lengths[RECORDING_LENGTHS];
};

struct recording_questions {
	const struct recording_asker *asker;
	uint8_t type;
	int ret;		/* of send(); once it is not 0 nothing more is asked */
	uint8_t *data;		/* the last answer, got bytes of it; room bytes */
	uint32_t got, room;
	bool good;
};

/* Asks for len bytes (0: a command without data).  The CDB has the length that its operation
 * code says; len goes where it says how much it takes.  True: there is a good answer. */
bool recording_question(struct recording_questions *q, const uint8_t *cdb, uint32_t len);

/* Each of the list with each of its lengths; the last one's answer is left. */
void recording_question_list(struct recording_questions *q,
			     const struct recording_question *list, size_t count);

/* Vital product data, mode and log pages: those there are */
void recording_ask_vital(struct recording_questions *q);
void recording_ask_modes(struct recording_questions *q, bool ten);
void recording_ask_logs(struct recording_questions *q);

void recording_ask_drive(struct recording_questions *q);
void recording_ask_changer(struct recording_questions *q);

#endif
