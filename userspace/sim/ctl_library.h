/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What people and other initiators do to a library, in words: the request has an
 * array "words", whose first may name the changer.
 *
 *   raise      CODE|NAME: a code of the library's tables, XX/YY, "log XX" or its
 *              description; 00/00 takes back what has not happened yet
 *   codes      none: all of them with what comes of each
 *   robot      FACTOR: how long moves take, 1 is real time, 0 at once
 *   attend     none: an operator does what 04/03 asked for
 *   magazine   fill DISC|-...; tray N in|out
 *   printer    on, off, out INK[,INK], new INK[,INK], print [SECONDS]
 *   initiator  N reserve|release|prevent|allow|ready|reset, or N and a CDB in
 *              hexadecimal [in BYTES | out BYTE...]
 */
#ifndef DISCMUX_SIM_CTL_LIBRARY_H
#define DISCMUX_SIM_CTL_LIBRARY_H

#include "ctl_call.h"

int ctl_raise(struct ctl_call *call);
int ctl_codes(struct ctl_call *call);
int ctl_robot(struct ctl_call *call);
/* "words": [CHANGER] SECONDS */
int ctl_door(struct ctl_call *call);
int ctl_attend(struct ctl_call *call);
int ctl_magazine(struct ctl_call *call);
int ctl_printer(struct ctl_call *call);
int ctl_initiator(struct ctl_call *call);

#endif
