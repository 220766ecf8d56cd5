/* SPDX-License-Identifier: GPL-2.0 */
/* The other end of the control socket: "discmux-sim ctl". */
#ifndef DISCMUX_SIM_CTL_CLIENT_H
#define DISCMUX_SIM_CTL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Sends one request and waits for its reply (a new reference), also one that
 * says "ok": false.  0, or a negative errno with one line in err: -ENOENT or
 * -ECONNREFUSED when nobody listens at path.
 */
int ctl_client_call(const char *path, const json_t *request, json_t **reply, char *err,
		    size_t errlen);

/*
 * Makes a request of the words after "ctl": words[0] is the command.  json is
 * set by --json.  Returns 0; -EINVAL wrong usage; -ENOENT a file that is not
 * there; with one line in err.
 */
int ctl_client_request(const char *const words[], size_t n, json_t **request, bool *json,
		       char *err, size_t errlen);

/* Says in words what a reply that is ok says; command as in the request. */
void ctl_client_print(const char *command, const json_t *reply, FILE *out);

/* The nth command and the nth option, NULL behind the last; whether that takes a value. */
const char *ctl_client_command(size_t n);
const char *ctl_client_option(size_t n);
bool ctl_client_option_value(size_t n);

/* The commands, for the usage message. */
extern const char ctl_client_usage[];

#endif
