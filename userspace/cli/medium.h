/* SPDX-License-Identifier: GPL-2.0 */
/* Which disc is in a drive, as the drive says it. */
#ifndef DISCMUX_CLI_MEDIUM_H
#define DISCMUX_CLI_MEDIUM_H

#include "libdiscmux.h"

enum medium_known {
	MEDIUM_UNKNOWN,		/* not asked, or no sensible answer */
	MEDIUM_NONE,		/* no disc */
	MEDIUM_PRESENT,
};

struct medium {
	enum medium_known known;
	const char *type;	/* "DVD+R"; NULL when that is not known */
	const char *state;	/* "blank", "appendable", "complete", "other" or NULL */
	char note[96];		/* why there is no answer, or "" */
};

/*
 * Asks idle readers and recorders among members (others are left alone: a drive
 * that burns must not be disturbed).  dm is open for writing.
 */
void medium_query(struct discmux *dm, const struct discmux_member *members, size_t nr,
		  struct medium *media);

#endif
