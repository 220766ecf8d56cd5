/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serves one device of target_core_user: a thread takes the commands off its
 * ring and executes them, one at a time.
 */
#ifndef DISCMUX_SIM_TCMU_H
#define DISCMUX_SIM_TCMU_H

#include <stddef.h>

#include "device.h"
#include "fault.h"

struct tcmu_port;

/*
 * uio: the device's number, as in /dev/uioN.  dev and faults outlive the port.
 * 0 or a negative errno with one line in err.
 */
int tcmu_port_open(unsigned int uio, struct sim_device *dev, struct sim_faults *faults,
		   struct tcmu_port **out, char *err, size_t errlen);

/* Calls fn (in the port's thread) when the link is to be lost or is back: see struct
 * sim_fault_watch.  Before the unit is plugged in. */
void tcmu_port_on_link(struct tcmu_port *port, void (*fn)(void *context, bool up), void *context);

/* Ends the thread (it finishes the command it is at) and lets go of the ring. */
void tcmu_port_close(struct tcmu_port *port);

#endif
