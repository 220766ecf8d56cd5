/* SPDX-License-Identifier: GPL-2.0 */
/* What the socket and the requests share. */
#ifndef DISCMUX_DAEMON_SERVER_PRIV_H
#define DISCMUX_DAEMON_SERVER_PRIV_H

#include <jansson.h>

#include "server.h"

#define CLIENT_IN	65536	/* the longest request */
#define CLIENT_OUT	(4u << 20)	/* what a client may be behind */

struct client {
	int fd;			/* -1: free */
	bool own;		/* root, or the user that discmuxd runs as */
	bool watches;		/* the panel */
	bool gone;		/* to be closed */
	int64_t outside;	/* the job that it does itself, 0: none */
	char *in;		/* CLIENT_IN bytes */
	size_t in_len;
	char *out;
	size_t out_len, out_size;
};

struct server {
	struct core *core;
	struct panel_host *host;
	struct automat *automat;
	int fd;
	char path[108];		/* "" when systemd owns it */
	gid_t group;
	uint64_t now_ms;
	struct client clients[SERVER_CLIENTS];
};

/* One JSON value and a line end; lets go of it. */
void client_send(struct client *client, json_t *value);

/* Carries out one request; a new reference to its answer, never NULL but without
 * memory. */
json_t *server_request(struct server *server, struct client *client, const char *line, size_t len);

/* An answer that says what is wrong. */
json_t *request_failure(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* An answer with nothing to say but that it went well. */
json_t *request_success(void);

/* requests_drives.c: names of drives in a job become numbers.  0, or a negative errno with
 * one line in err. */
int request_name_drives(struct server *server, json_t *job, char *err, size_t errlen);
json_t *request_auto(struct server *server, struct client *client, const json_t *request);
json_t *request_auto_set(struct server *server, struct client *client, const json_t *request);

/* requests_outside.c */
json_t *request_begin(struct server *server, struct client *client, const json_t *request);
json_t *request_resume(struct server *server, struct client *client, const json_t *request);
json_t *request_disc(struct server *server, struct client *client, const json_t *request);
json_t *request_progress(struct server *server, struct client *client, const json_t *request);
json_t *request_end(struct server *server, struct client *client, const json_t *request);

/* What the panel shows, as the "panel" event and the "key" answer have it. */
json_t *server_panel_json(const struct server *server);

#endif
