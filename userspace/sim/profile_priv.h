/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of profiles share. */
#ifndef DISCMUX_SIM_PROFILE_PRIV_H
#define DISCMUX_SIM_PROFILE_PRIV_H

#include "habit.h"
#include "profile.h"

/* Takes "+habit=..." out of a profile; list (as large as text) gets what is behind them. */
void sim_plan_take_habits(char *text, char *list);

/* To all of these kinds (enum sim_habit_of) that one of the habits is for, from the nth
 * device of the plan on.  -EINVAL: to none. */
int sim_plan_spread(struct sim_plan *plan, size_t from, uint8_t kinds, const char *list, char *err,
		    size_t errlen);

#endif
