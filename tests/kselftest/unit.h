/* SPDX-License-Identifier: GPL-2.0 */
/* The calls that concern one unit: operations, pages, options, sense, messages. */
#ifndef KSELFTEST_UNIT_H
#define KSELFTEST_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/discmux.h>

/* An operation of the mux's changer with nothing else set; add to it. */
struct discmux_operate unit_operation(uint32_t operation, uint32_t flags);

/* DISCMUX_IOC_OPERATE; size, stride and result are filled in. */
int unit_operate(int fd, struct discmux_operate *operate, struct discmux_result *r);

/* The same for an operation with flags alone. */
int unit_do(int fd, uint32_t operation, uint32_t flags, struct discmux_result *r);

/* DISCMUX_IOC_PAGE: bytes that came, or a negative errno. */
int unit_page(int fd, uint32_t member, uint32_t operation, uint32_t page, uint32_t flags,
	      void *data, uint32_t len, struct discmux_result *r);

int unit_options(int fd, uint32_t member, struct discmux_unit_options *options);

/* DISCMUX_IOC_SENSE: bytes of sense data, or a negative errno. */
int unit_sense(int fd, uint32_t member, uint32_t flags, uint8_t *sense);

/* DISCMUX_IOC_MESSAGE: commands told to end, or a negative errno. */
int unit_message(int fd, uint32_t member, uint32_t code);

/* A CDB without data to one member, with its status block: 0 or -errno. */
int unit_exec(int fd, uint32_t member, const uint8_t *cdb, uint32_t len, uint32_t identifier,
	      struct discmux_result *r, struct discmux_status_block *block);

/* A counter of a member, -1 when there is none. */
long unit_counter(uint32_t member, const char *name);

/* Becomes a user of no privileges, in the group named or in none.  0 or -errno. */
int become_nobody(const char *group);

#endif
