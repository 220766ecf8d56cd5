/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of the kernel's headers to build kmod/elements.c, as it is, into a
 * program: for the fuzzer, the benchmark and unit tests.
 */
#ifndef TESTS_KERNEL_TYPES_H
#define TESTS_KERNEL_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#endif
