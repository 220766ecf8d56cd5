/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replies that are not what they should be.  A command whose reply is to be changed
 * is executed with a buffer of its own that all of the reply fits in; the edits change
 * that, and the host gets as much as it has allocated.
 */
#ifndef DISCMUX_SIM_FAULT_REPLY_H
#define DISCMUX_SIM_FAULT_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"

#define SIM_EDIT_TEXT	64
#define SIM_EDITS_MAX	16	/* of one command */

/* The value after an edit's name, as it was given and as it was understood */
struct sim_edit_value {
	char text[SIM_EDIT_TEXT];
	int64_t number;
	bool relative;		/* +N or -N */
	uint8_t bytes[24];
	size_t count;
};

/* A reply, whole, before it is cut to what the host allocated. */
struct sim_reply {
	const struct sim_device *dev;
	const uint8_t *cdb;	/* as the host sent it */
	uint8_t *data;
	size_t len;		/* bytes of it, at most room */
	size_t room;
	size_t wanted;		/* bytes that the host has allocated */
};

/*
 * One way to change replies.  parse() may be NULL (takes no value); ask() may be NULL
 * (changes the command on its way in).  edit() is called for every command that
 * the fault matches, and itself leaves those alone that it does not know; *state is
 * 0 at first and the edit's own.
 */
struct sim_edit {
	const char *name;
	bool (*parse)(struct sim_edit_value *value);	/* of value->text */
	void (*ask)(uint8_t *cdb, const struct sim_edit_value *value);
	void (*edit)(struct sim_reply *reply, const struct sim_edit_value *value,
		     uint64_t *state);
	const char *help;	/* "nwa=N|+N|-N|none" */
};

/* "NAME[=VALUE]"; NULL: no such edit, or not such a value. */
const struct sim_edit *sim_edit_parse(const char *text, struct sim_edit_value *value);

/* The nth edit, from 0; NULL: no more. */
const struct sim_edit *sim_edit_at(size_t n);

/* One that is to be done, and its state */
struct sim_edit_job {
	const struct sim_edit *edit;
	struct sim_edit_value value;
	uint64_t state;
};

/* Does this command have a reply that can be changed? */
bool sim_reply_known(const uint8_t *cdb);

/*
 * Executes by execute() and changes the reply, if the command has one that is
 * known here and ended GOOD.
 */
void sim_reply_execute(struct sim_device *dev, struct sim_cmd *cmd, struct sim_edit_job *job,
		       size_t jobs, void (*execute)(void *context, struct sim_cmd *cmd),
		       void *context);

/* --- for edits ------------------------------------------------------------------------- */

/* value->text as "N", and where relative, "+N" or "-N" */
bool sim_edit_number(struct sim_edit_value *value, bool relative, int64_t min, int64_t max);

/* value->text is one of these words (the list ends with NULL); its index in number */
bool sim_edit_word(struct sim_edit_value *value, const char *const words[]);

/* The edits of a file, ended by one without a name */
extern const struct sim_edit sim_edits_identity[];	/* edit_identity.c */
extern const struct sim_edit sim_edits_disc[];		/* edit_disc.c */
extern const struct sim_edit sim_edits_elements[];	/* edit_elements.c */

#endif
