/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_KERNEL_KERNEL_H
#define TESTS_KERNEL_KERNEL_H

#include <linux/types.h>

#define min_t(type, a, b)                       \
	({                                      \
		type _min_a = (a), _min_b = (b); \
		_min_a < _min_b ? _min_a : _min_b; \
	})
#define min(a, b) min_t(typeof(a), a, b)

#endif
