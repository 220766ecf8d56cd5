/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be asked of a running rig.  A request is a JSON object with
 * "command" and its arguments:
 *
 *   list
 *   insert   device, disc (a name, or the absolute path of an image)
 *   eject    device [, force]
 *   blank    type [, name] [, device (a name, "all" or "slots")] [, blocks]
 *            [, count]; a name alone that may be a device is taken for it
 *   tray     device, open (boolean)
 *   mail     action ("open", "close", "insert", "remove") [, disc] [, changer]
 *   slot     slot (number) [, disc; without it the slot is emptied] [, changer]
 *   speed    device, factor (0: unlimited)
 *   fault    device, words (array: see sim_fault_parse())
 *   clear    device [, number]
 *   count    [device] [, reset (boolean)]
 *   vanish   device
 *   appear   device
 *   set      device, fields ("vendor=X,serial=Y")
 *   rewind   device [, part]: see ctl_replay.h
 *   raise, codes, robot, attend, magazine, printer, initiator: see ctl_library.h
 *
 * The reply is {"ok": true, ...} or {"ok": false, "error": one line}.
 */
#ifndef DISCMUX_SIM_CTL_COMMANDS_H
#define DISCMUX_SIM_CTL_COMMANDS_H

#include <jansson.h>

#include "rig.h"

/* A new reference; NULL only without memory.  Any number of threads at a time. */
json_t *ctl_execute(struct sim_rig *rig, const json_t *request);

#endif
