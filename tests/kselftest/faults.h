/* SPDX-License-Identifier: GPL-2.0 */
/* Failures of the kernel's memory, made to order (CONFIG_FAULT_INJECTION). */
#ifndef KSELFTEST_FAULTS_H
#define KSELFTEST_FAULTS_H

#include <stdbool.h>

/* Whether this kernel can do it; sets it up. */
bool faults_possible(void);

/*
 * Makes the nth allocation, or access to this program's memory, of the calling
 * thread fail from now on; faults_stop() tells whether it came so far.
 */
int faults_start(unsigned int nth);
bool faults_stop(void);

/*
 * Lets `percent` of the allocations of all kernel threads fail, among them those
 * that work for the driver; 0: none again.
 */
int faults_of_workers(unsigned int percent);

/*
 * Calls fn again and again, each time with a later failure, until one is so late
 * that it does not come.  Returns the number of failures that did, -EOVERFLOW
 * after 2000, or the first result for which `allowed` is false.
 */
int faults_sweep(int (*fn)(void *arg), void *arg, bool (*allowed)(int ret));

/* For tests whose fixture has faults_possible() in self->possible */
#define NEEDS_FAULTS()								\
	do {									\
		if (!self->possible)						\
			SKIP(return, "this kernel cannot make allocations fail"); \
	} while (0)

#endif
