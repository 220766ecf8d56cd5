/* SPDX-License-Identifier: GPL-2.0 */
/* Requests that make a device behave badly: see ctl_commands.c. */
#ifndef DISCMUX_SIM_CTL_FAULTS_H
#define DISCMUX_SIM_CTL_FAULTS_H

#include "ctl_call.h"

/* "device", "words": a fault; gives "number" */
int ctl_fault(struct ctl_call *call);
/* "device", "habits": a list or "none", "words": where they strike */
int ctl_habit(struct ctl_call *call);
/* "device", "number" (0: all); gives "cleared" */
int ctl_clear(struct ctl_call *call);

#endif
