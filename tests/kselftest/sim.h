/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A running discmux-sim, asked through its control socket: what "discmux-sim
 * ctl" does, without the third of a second that a program takes to start in an
 * emulated guest.  Functions return 0 or -EIO, and say on stdout what was wrong.
 */
#ifndef KSELFTEST_SIM_H
#define KSELFTEST_SIM_H

#include <stdint.h>

/* A blank DVD+R; device may be NULL: into no drive. */
int sim_blank(const char *name, const char *device);

/* The same of another type: "cd-r", "dvd-rw"; blocks 0: the usual disc. */
int sim_blank_of(const char *type, uint32_t blocks, const char *name, const char *device);

/* Takes the disc out of a drive, if there is one, locked or not. */
void sim_eject(const char *device);

/* words as of "discmux-sim ctl fault": "sense 3/0c/00 op write lba 100" */
int sim_fault(const char *device, const char *words);
int sim_clear(const char *device);

/* Pulls a device off its bus; puts it back, if it was pulled off. */
int sim_vanish(const char *device);
void sim_appear(const char *device);

/* What lies in slot 1.. of the changer from now on; NULL: nothing. */
int sim_slot(unsigned int slot, const char *disc);

/* Commands with that operation code since the last reset, -1 for no device. */
int sim_count_reset(void);
long sim_count(const char *device, uint8_t opcode);

#endif
