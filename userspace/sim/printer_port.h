/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cable to a library's label printer (MC-8x00, 1.4: a parallel port): a Unix
 * stream socket.  What one connection sends is one label; a label goes to the file
 * NAME.label in the media folder, NAME being the disc in the printer.  Data wait as
 * long as the printer is busy; with no disc in it, or switched off, it hangs up.
 */
#ifndef DISCMUX_SIM_PRINTER_PORT_H
#define DISCMUX_SIM_PRINTER_PORT_H

#include <stddef.h>

#include "device.h"

struct printer_port;

/* Listens at path, replacing what is there.  folder and changer stay the caller's and
 * outlive it.  0 or a negative errno with one line in err. */
int printer_port_open(const char *path, const char *folder, struct sim_device *changer,
		      struct printer_port **out, char *err, size_t errlen);

/* Hangs up and removes the socket.  NULL is nothing. */
void printer_port_close(struct printer_port *port);

const char *printer_port_path(const struct printer_port *port);

/* The other end: sends all of fd to the port at path.  0; -EPIPE: it hung up. */
int printer_port_send(const char *path, int fd, char *err, size_t errlen);

#endif
