/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The panel on a display and keypad that LCDd drives: a client of its protocol
 * (LCDproc 0.5, "LCDproc Developer's Guide", chapter 5).  When LCDd is not there, it
 * is looked for again every few seconds.
 */
#ifndef DISCMUX_DAEMON_LCD_H
#define DISCMUX_DAEMON_LCD_H

#include <poll.h>

#include "panel.h"

struct lcd;

/* where: HOST or HOST:PORT, 13666 unless given.  -ENOMEM. */
int lcd_open(const char *where, struct lcd **lcd);
void lcd_close(struct lcd *lcd);

/* What to poll for; fd -1 while there is no connection. */
void lcd_poll(const struct lcd *lcd, struct pollfd *fd);

/* Connects, reads.  Returns a key that was pressed, or PANEL_NO_KEY; when there may be
 * more, *more is set. */
enum panel_key lcd_handle(struct lcd *lcd, uint64_t now_ms, bool *more);

/* Shows these lines; only what has changed is sent. */
void lcd_show(struct lcd *lcd, const struct panel_lines *lines);

#endif
