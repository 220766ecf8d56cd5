/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The calls of the driver, for a program that records them.  Not part of
 * libdiscmux.so.
 */
#ifndef LIBDISCMUX_OBSERVE_H
#define LIBDISCMUX_OBSERVE_H

/*
 * Called after each call of the driver, in the thread that made it: the descriptor,
 * DISCMUX_IOC_..., its structure as the driver left it, 0 or a negative errno.
 */
typedef void dm_observe_fn(void *context, int fd, unsigned long request, const void *arg,
			   int ret);

/* From now on; NULL: no longer.  Only while no other thread uses the library. */
void dm_observe(dm_observe_fn *fn, void *context);

#endif
