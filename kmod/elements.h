/* SPDX-License-Identifier: GPL-2.0 */
/*
 * READ ELEMENT STATUS data.  This and elements.c need nothing of the driver, so
 * that tests/kernel builds them for programs, too.
 */
#ifndef DISCMUX_ELEMENTS_H
#define DISCMUX_ELEMENTS_H

#include <linux/types.h>
#include <linux/discmux.h>

int dmx_elements_decode(const u8 *buf, unsigned int len,
			struct discmux_element *out, unsigned int max,
			bool *cut, const char **why);
const char *dmx_elements_arrange(struct discmux_element *e, unsigned int n);
u32 dmx_elements_bytes(const u8 *header);
bool dmx_element_identifies(const struct discmux_element *e, const u8 *serial);

#endif
