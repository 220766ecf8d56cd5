/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the core share.  All with core->lock held. */
#ifndef DISCMUX_DAEMON_CORE_PRIV_H
#define DISCMUX_DAEMON_CORE_PRIV_H

#include "core.h"

/* Among those in memory, without recorders of its own.  -EBUSY: too many. */
int core_add_job(struct core *core, struct job *job);

/* Somebody wanted its end, in this life of the daemon or an earlier one. */
bool core_was_cancelled(struct core *core, int64_t id);
void core_forget_cancel(struct core *core, int64_t id);

#endif
