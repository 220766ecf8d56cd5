/* SPDX-License-Identifier: GPL-2.0 */
/* A library at work: what is where, what is remembered of it, and its robot. */
#ifndef DISCMUX_LIBRARY_H
#define DISCMUX_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "job.h"
#include "memory.h"
#include "place.h"
#include "recover.h"

struct library {
	struct discmux *dm;		/* not owned */
	struct discmux_member changer;
	struct discmux_inventory inv;	/* as of the last call below */
	struct memory memory;
	char warning[256];		/* why nothing can be remembered, "" when it can */
};

/**
 * library_open - look at the library
 * @dm: the mux; opened for writing, unless the library is only to be looked at
 *
 * Asks the changer.  What is not allowed to be read or written of the memory is no
 * failure but a warning.  library_close() is due in any case.  Returns 0, or a negative
 * errno and why.
 */
int library_open(struct library *library, struct discmux *dm, char *err, size_t errlen);
void library_close(struct library *library);

/* Takes what the driver knows: it has asked the changer after each operation. */
int library_update(struct library *library, char *err, size_t errlen);

/* Has the changer asked again. */
int library_refresh(struct library *library, char *err, size_t errlen);

/* Waits until the arm rests that works for nobody any more: who had it move was killed.
 * Returns 0, or -ETIMEDOUT. */
int library_rest(struct library *library, unsigned int timeout_ms, char *err, size_t errlen);

/**
 * library_carry - move a disc and remember it
 * @what: for the memory: "move", "print"
 * @flags: DISCMUX_MOVE_*
 * @home: the slot that the disc is to go back to when this is cut short;
 *	DISCMUX_NONE: the one the library says it came from
 * @result: how the command went; may be NULL
 *
 * Returns 0, or a negative errno and why.
 */
int library_carry(struct library *library, const char *what, uint32_t source,
		  uint32_t destination, uint32_t flags, uint32_t home,
		  struct discmux_result *result, char *err, size_t errlen);

/* Around operations other than library_carry(): remembers that one begins, and then
 * what it has left behind. */
void library_begin(struct library *library, const char *what, uint32_t source,
		   uint32_t destination, uint32_t home);
int library_end(struct library *library, char *err, size_t errlen);

/* Tells whoever waits that nothing could be remembered, if that is so. */
void library_warn(const struct library *library, struct job *job);

/* The element address of a place, also of a drive by its name.  Returns 0, or a negative
 * errno and why in err. */
int library_place(struct library *library, const struct place *place, uint32_t *address,
		  char *err, size_t errlen);

/* What differs from what is remembered, and stray discs. */
void library_look(const struct library *library, struct recovery *recovery);

/* Puts a stray disc into a slot, see recovery_put_back(). */
int library_put_back(struct library *library, const struct stray *stray, uint32_t slot,
		     char *err, size_t errlen);

#endif
