/* SPDX-License-Identifier: GPL-2.0 */
/* get_unaligned_be16() and its like: the header moved. */
#ifndef DISCMUX_COMPAT_UNALIGNED_H
#define DISCMUX_COMPAT_UNALIGNED_H

#ifdef DMX_HAVE_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif
