/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be asked of a device that answers out of a recording:
 *
 *   rewind   device [, part (number, from 1)]
 */
#ifndef DISCMUX_SIM_CTL_REPLAY_H
#define DISCMUX_SIM_CTL_REPLAY_H

#include "ctl_call.h"

int ctl_rewind(struct ctl_call *call);

#endif
