// SPDX-License-Identifier: GPL-2.0
/* A file of its own: term.h defines words such as "target" that our headers use. */
#include <stdio.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "panel_term.h"

const char *panel_term_problem(const char *term)
{
	const char *problem;
	int why;

	if (setupterm(term, STDOUT_FILENO, &why))
		return why < 0 ? "no terminals are described here (terminfo is missing)" :
		       why ? "it is only a printer" : "terminfo does not know it";
	problem = cursor_address ? NULL : "it can't place the cursor";
	del_curterm(cur_term);	/* newterm() reads it again */
	return problem;
}
