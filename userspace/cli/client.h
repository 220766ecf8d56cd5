/* SPDX-License-Identifier: GPL-2.0 */
/* The way to discmuxd: one request, one answer, and events of the panel. */
#ifndef DISCMUX_CLI_CLIENT_H
#define DISCMUX_CLI_CLIENT_H

#include <jansson.h>

#define CLIENT_SOCKET	"/run/discmux/discmuxd.sock"

struct client;

/* Connects; path NULL: $DISCMUXD_SOCKET or the usual one.  Says what is wrong.
 * Returns enum cli_exit. */
int client_open(const char *path, struct client **client);
void client_close(struct client *client);

/* The same without a word: a negative errno, -ENOENT or -ECONNREFUSED when it does not
 * run. */
int client_connect(const char *path, struct client **client);

/* How long an answer may take; without this, for ever. */
void client_patience(struct client *client, int ms);

/*
 * Sends a request (taken over) and waits for its answer, passing over events.  NULL:
 * the daemon is gone or says no, which has been said.
 */
json_t *client_ask(struct client *client, json_t *request);

/* The same without a word when the daemon says no; *answer is set then too. */
int client_try(struct client *client, json_t *request, json_t **answer);

/* To be polled for POLLIN. */
int client_fd(const struct client *client);

/* The next line from the daemon within ms (-1: for ever): 1 with *message, 0 none
 * came, -1 the daemon is gone. */
int client_next(struct client *client, int ms, json_t **message);

#endif
