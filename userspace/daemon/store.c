// SPDX-License-Identifier: GPL-2.0
/* The database: how it is opened and what all queries share. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_priv.h"

#define SCHEMA_VERSION	1

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY AUTOINCREMENT, state INTEGER NOT NULL,"
	" kind TEXT NOT NULL, spec TEXT NOT NULL, master TEXT NOT NULL DEFAULT '',"
	" created INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,"
	" error TEXT NOT NULL DEFAULT '');"
	"CREATE TABLE IF NOT EXISTS disc (id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" job INTEGER NOT NULL REFERENCES job(id), round INTEGER NOT NULL,"
	" recorder INTEGER NOT NULL, serial TEXT NOT NULL, drive TEXT NOT NULL,"
	" medium TEXT NOT NULL, fate INTEGER NOT NULL, message TEXT NOT NULL DEFAULT '',"
	" sense INTEGER NOT NULL DEFAULT -1, lba INTEGER NOT NULL DEFAULT -1,"
	" begun INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,"
	" inside INTEGER NOT NULL DEFAULT 1);"
	/* Discs of a library: the slot they belong in, and whether they still do */
	"CREATE TABLE IF NOT EXISTS disc_slot (disc INTEGER PRIMARY KEY REFERENCES disc(id),"
	" slot INTEGER NOT NULL, inside INTEGER NOT NULL DEFAULT 1);"
	"CREATE INDEX IF NOT EXISTS disc_job ON disc(job);"
	"CREATE INDEX IF NOT EXISTS disc_inside ON disc(serial) WHERE inside;";

int store_fail(struct store *s, int rc)
{
	snprintf(s->error, sizeof(s->error), "the database %s: %s", s->path,
		 sqlite3_errmsg(s->db));
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	default:
		return -EIO;
	}
}

int store_run(struct store *s, const char *sql)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc ? store_fail(s, rc) : 0;
}

sqlite3_stmt *store_prepare(struct store *s, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);

	if (rc)
		store_fail(s, rc);
	return stmt;
}

int store_finish(struct store *s, sqlite3_stmt *stmt)
{
	int rc;

	if (!stmt)
		return -EIO;
	do {
		rc = sqlite3_step(stmt);
	} while (rc == SQLITE_ROW);
	if (rc != SQLITE_DONE)
		rc = store_fail(s, rc);
	else
		rc = 0;
	sqlite3_finalize(stmt);
	return rc;
}

void store_bind(sqlite3_stmt *stmt, int at, const char *text)
{
	if (stmt)
		sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT);
}

void store_column(sqlite3_stmt *stmt, int at, char *buf, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, at);

	snprintf(buf, size, "%s", text ? (const char *)text : "");
}

int store_end(struct store *s, int rc)
{
	if (!rc)
		rc = store_run(s, "COMMIT");
	if (rc)		/* SQLite may have done it by itself */
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* WAL keeps readers and the writer apart; FULL syncs it at each commit. */
static int set_up(struct store *s)
{
	sqlite3_stmt *stmt;
	int version, rc;

	rc = store_run(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			  "PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000;");
	if (rc)
		return rc;
	stmt = store_prepare(s, "PRAGMA user_version");
	if (!stmt)
		return -EIO;
	version = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	if (version > SCHEMA_VERSION) {
		snprintf(s->error, sizeof(s->error),
			 "the database %s is of a newer discmuxd: install that, or move the file away",
			 s->path);
		return -EPROTO;
	}
	rc = store_run(s, "BEGIN IMMEDIATE");
	if (!rc)
		rc = store_run(s, schema);
	if (!rc)
		rc = store_run(s, "PRAGMA user_version=1");
	return store_end(s, rc);
}

int store_open(const char *path, struct store **out)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	*out = s;
	if (!s)
		return -ENOMEM;
	pthread_mutex_init(&s->lock, NULL);
	snprintf(s->path, sizeof(s->path), "%s", path);
	rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			     SQLITE_OPEN_FULLMUTEX, NULL);
	if (rc)
		return store_fail(s, rc);
	return set_up(s);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

char *store_error(struct store *s, char *buf, size_t size)
{
	pthread_mutex_lock(&s->lock);
	snprintf(buf, size, "%s", s->error);
	pthread_mutex_unlock(&s->lock);
	return buf;
}

/* ---- Settings, counters ----------------------------------------------- */

int store_get(struct store *s, const char *key, char *value, size_t size)
{
	sqlite3_stmt *stmt;
	int rc = -ENOENT;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "SELECT value FROM setting WHERE key=?1");
	store_bind(stmt, 1, key);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		store_column(stmt, 0, value, size);
		rc = 0;
	}
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_set(struct store *s, const char *key, const char *value)
{
	sqlite3_stmt *stmt;
	int rc;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "INSERT INTO setting VALUES(?1,?2)"
				" ON CONFLICT(key) DO UPDATE SET value=?2");
	store_bind(stmt, 1, key);
	store_bind(stmt, 2, value);
	rc = store_finish(s, stmt);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_unset(struct store *s, const char *key)
{
	sqlite3_stmt *stmt;
	int rc;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "DELETE FROM setting WHERE key=?1");
	store_bind(stmt, 1, key);
	rc = store_finish(s, stmt);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_count_locked(struct store *s, const char *name, int64_t add)
{
	sqlite3_stmt *stmt = store_prepare(s, "INSERT INTO counter VALUES(?1,?2)"
					      " ON CONFLICT(name) DO UPDATE SET value=value+?2");

	store_bind(stmt, 1, name);
	if (stmt)
		sqlite3_bind_int64(stmt, 2, add);
	return store_finish(s, stmt);
}

int store_count(struct store *s, const char *name, int64_t add)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_count_locked(s, name, add);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_counters(struct store *s, bool (*each)(void *arg, const char *name, int64_t value),
		   void *arg)
{
	sqlite3_stmt *stmt;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "SELECT name,value FROM counter ORDER BY name");
	while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		if (!each(arg, (const char *)sqlite3_column_text(stmt, 0),
			  sqlite3_column_int64(stmt, 1)))
			break;
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return stmt ? 0 : -EIO;
}
