// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE	/* SOCK_NONBLOCK */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core.h"
#include "lcd.h"
#include "lookup.h"

#define AGAIN_MS	3000
#define LINE		512

struct lcd {
	char host[256], port[16];
	int fd;
	struct lookup *lookup;	/* of the host, while it runs */
	bool greeted;		/* it was reached, and told who we are */
	bool ready;		/* LCDd has said what it has */
	bool dirty;		/* the lines were not shown yet */
	bool told;		/* that it is not there */
	uint64_t tried_ms;
	char in[LINE];
	size_t len;
	struct panel_lines lines;
};

/* Keys by the names that LCDd's drivers give them. */
static const struct {
	const char *name;
	enum panel_key key;
} keys[] = {
	{ "Enter", PANEL_KEY_YES }, { "Right", PANEL_KEY_YES }, { "Up", PANEL_KEY_YES },
	{ "Escape", PANEL_KEY_NO }, { "Down", PANEL_KEY_NO },	{ "Left", PANEL_KEY_NO },
};

#define NR_KEYS (sizeof(keys) / sizeof(*keys))

static void hang_up(struct lcd *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->greeted = false;
	l->ready = false;
	l->len = 0;
}

static void not_there(struct lcd *l)
{
	if (!l->told)
		core_log(4, "no LCDd at %s port %s; looking for it", l->host, l->port);
	l->told = true;
}

static void say(struct lcd *l, const char *text)
{
	size_t len = strlen(text);

	/* A few short lines: what does not fit into the socket is a dead LCDd */
	if (l->fd >= 0 && send(l->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		hang_up(l);
}

static void say_line(struct lcd *l, int row)
{
	char text[128], quoted[2 * PANEL_WIDTH + 1], *to = quoted;
	const char *p;

	for (p = l->lines.line[row]; *p; p++) {
		if (*p == '"' || *p == '\\')
			*to++ = '\\';
		*to++ = *p;
	}
	*to = '\0';
	snprintf(text, sizeof(text), "widget_set discmux line%d 1 %d \"%s\"\n", row + 1, row + 1,
		 quoted);
	say(l, text);
}

static void set_up(struct lcd *l)
{
	char text[64];
	size_t i;

	say(l, "client_set -name {discmux}\n");
	say(l, "screen_add discmux\n");
	say(l, "screen_set discmux -name {discmux} -priority foreground -heartbeat off"
	       " -backlight on\n");
	say(l, "widget_add discmux line1 string\n");
	say(l, "widget_add discmux line2 string\n");
	for (i = 0; i < NR_KEYS; i++) {
		snprintf(text, sizeof(text), "client_add_key -exclusively %s\n", keys[i].name);
		say(l, text);
	}
	l->ready = true;
	l->dirty = true;
	l->told = false;
	core_log(6, "LCDd at %s: the panel is on its display", l->host);
}

static enum panel_key take_line(struct lcd *l, const char *line)
{
	size_t i;

	if (!strncmp(line, "connect ", 8))
		set_up(l);
	if (!strncmp(line, "huh?", 4))
		core_log(5, "LCDd does not understand: %s", line);
	if (strncmp(line, "key ", 4) != 0)
		return PANEL_NO_KEY;
	for (i = 0; i < NR_KEYS; i++)
		if (!strcmp(line + 4, keys[i].name))
			return keys[i].key;
	return PANEL_NO_KEY;
}

static void dial(struct lcd *l, const struct addrinfo *a)
{
	for (; a && l->fd < 0; a = a->ai_next) {
		l->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			       a->ai_protocol);
		if (l->fd >= 0 && connect(l->fd, a->ai_addr, a->ai_addrlen) &&
		    errno != EINPROGRESS)
			hang_up(l);
	}
	if (l->fd < 0)
		not_there(l);
}

/* Another machine takes a while to answer; until then the socket takes nothing. */
static void greet(struct lcd *l)
{
	static const char hello[] = "hello\n";
	const ssize_t len = sizeof(hello) - 1;
	ssize_t n = send(l->fd, hello, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);

	l->greeted = n == len;
	if (l->greeted || (n < 0 && (errno == EAGAIN || errno == ENOTCONN)))
		return;
	hang_up(l);
	not_there(l);
}

static void dial_again(struct lcd *l, uint64_t now_ms)
{
	struct addrinfo *list = NULL;

	if (l->fd >= 0)
		return;
	if (!l->lookup) {
		if (l->tried_ms && now_ms - l->tried_ms < AGAIN_MS)
			return;
		l->tried_ms = now_ms;
		l->lookup = lookup_start(l->host, l->port);
	}
	if (l->lookup && !lookup_done(l->lookup, &list))
		return;
	dial(l, list);
	lookup_free(l->lookup);
	l->lookup = NULL;
}

enum panel_key lcd_handle(struct lcd *l, uint64_t now_ms, bool *more)
{
	enum panel_key key;
	char *end;
	ssize_t n;

	*more = false;
	dial_again(l, now_ms);
	if (l->fd >= 0 && !l->greeted)
		greet(l);
	if (l->fd < 0)
		return PANEL_NO_KEY;
	n = recv(l->fd, l->in + l->len, LINE - 1 - l->len, MSG_DONTWAIT);
	if (!n || (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN)) {
		hang_up(l);
		return PANEL_NO_KEY;
	}
	l->len += n > 0 ? (size_t)n : 0;
	l->in[l->len] = '\0';
	end = strpbrk(l->in, "\n");
	if (!end) {
		if (l->len == LINE - 1)
			l->len = 0;	/* no line of LCDd's is that long */
		return PANEL_NO_KEY;
	}
	*end = '\0';
	key = take_line(l, l->in);
	if (l->fd < 0)
		return PANEL_NO_KEY;	/* lost on the way */
	l->len -= (size_t)(end + 1 - l->in);
	memmove(l->in, end + 1, l->len);
	*more = true;
	return key;
}

void lcd_show(struct lcd *l, const struct panel_lines *lines)
{
	int row;

	for (row = 0; row < 2; row++) {
		bool same = !strcmp(l->lines.line[row], lines->line[row]);

		memcpy(l->lines.line[row], lines->line[row], sizeof(l->lines.line[row]));
		if (l->ready && (l->dirty || !same))
			say_line(l, row);
	}
	if (l->ready)
		l->dirty = false;
}

void lcd_poll(const struct lcd *l, struct pollfd *fd)
{
	*fd = (struct pollfd){ .fd = l ? l->fd : -1, .events = POLLIN };
}

int lcd_open(const char *where, struct lcd **out)
{
	struct lcd *l = calloc(1, sizeof(*l));
	const char *colon = strrchr(where, ':');

	if (!l)
		return -ENOMEM;
	l->fd = -1;
	snprintf(l->host, sizeof(l->host), "%.*s", colon ? (int)(colon - where) : 255, where);
	snprintf(l->port, sizeof(l->port), "%s", colon ? colon + 1 : "13666");
	*out = l;
	return 0;
}

void lcd_close(struct lcd *l)
{
	if (!l)
		return;
	hang_up(l);
	lookup_free(l->lookup);
	free(l);
}
