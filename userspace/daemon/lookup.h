/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of a host, without waiting for a resolver that may take its time. */
#ifndef DISCMUX_DAEMON_LOOKUP_H
#define DISCMUX_DAEMON_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>

struct lookup;

/* Begins to look for a stream socket's addresses.  NULL: no memory or no thread. */
struct lookup *lookup_start(const char *host, const char *port);

/* Whether that is over; *list is then what was found, NULL for nothing, and belongs to
 * the lookup. */
bool lookup_done(struct lookup *lookup, struct addrinfo **list);

/* At any time; what still runs ends by itself. */
void lookup_free(struct lookup *lookup);

#endif
