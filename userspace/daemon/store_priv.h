/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of the database. */
#ifndef DISCMUX_DAEMON_STORE_PRIV_H
#define DISCMUX_DAEMON_STORE_PRIV_H

#include <pthread.h>
#include <sqlite3.h>

#include "store.h"

struct store {
	sqlite3 *db;
	pthread_mutex_t lock;	/* one query, or one transaction, at a time */
	char path[256];
	char error[512];
};

/* All with the lock held.  Negative errnos; s->error is set. */
int store_fail(struct store *s, int rc);
int store_run(struct store *s, const char *sql);
sqlite3_stmt *store_prepare(struct store *s, const char *sql);	/* NULL: failed */

/* Runs a statement to its end and lets go of it; NULL is a failure. */
int store_finish(struct store *s, sqlite3_stmt *stmt);
void store_bind(sqlite3_stmt *stmt, int at, const char *text);
void store_column(sqlite3_stmt *stmt, int at, char *buf, size_t size);
int store_count_locked(struct store *s, const char *name, int64_t add);

/* Ends what "BEGIN IMMEDIATE" began: keeps it if rc is 0, else (or if that fails) leaves
 * all as it was.  The first failure. */
int store_end(struct store *s, int rc);

#endif
