/* SPDX-License-Identifier: GPL-2.0 */
/* How often, and when: what the tests that pull devices out share. */
#ifndef KSELFTEST_UNPLUG_H
#define KSELFTEST_UNPLUG_H

/* UNPLUG_ROUNDS of the environment, or what the test takes without. */
unsigned int unplug_rounds(unsigned int otherwise);

/* 0 to below - 1; begins with UNPLUG_SEED of the environment. */
unsigned int unplug_random(unsigned int below);

#endif
