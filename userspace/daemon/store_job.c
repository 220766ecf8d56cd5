// SPDX-License-Identifier: GPL-2.0
/* Jobs and discs in the database. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store_priv.h"

const char *store_job_state_name(enum store_job_state state)
{
	static const char *const names[] = { "running", "done", "failed", "cancelled",
					     "interrupted" };

	return (size_t)state < sizeof(names) / sizeof(*names) ? names[state] : "unknown";
}

const char *store_fate_name(enum store_fate fate)
{
	static const char *const names[] = { "writing", "closing", "written", "good", "bad",
					     "unknown", "untouched" };

	return (size_t)fate < sizeof(names) / sizeof(*names) ? names[fate] : "unknown";
}

const char *store_fate_stopped(enum store_fate fate)
{
	switch (fate) {
	case STORE_BAD:
		return "discmuxd or the machine stopped while it was written";
	case STORE_UNKNOWN:
		return "discmuxd or the machine stopped before it was known to be good";
	default:
		return "discmuxd or the machine stopped";
	}
}

/* ---- Jobs ------------------------------------------------------------- */

int store_job_new(struct store *s, const char *kind, const char *spec, int64_t *id)
{
	sqlite3_stmt *stmt;
	int rc;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "INSERT INTO job(state,kind,spec,created) VALUES(0,?1,?2,?3)");
	store_bind(stmt, 1, kind);
	store_bind(stmt, 2, spec);
	if (stmt)
		sqlite3_bind_int64(stmt, 3, time(NULL));
	rc = store_finish(s, stmt);
	*id = sqlite3_last_insert_rowid(s->db);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_job_master(struct store *s, int64_t id, const char *master)
{
	sqlite3_stmt *stmt;
	int rc;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "UPDATE job SET master=?2 WHERE id=?1");
	store_bind(stmt, 2, master);
	if (stmt)
		sqlite3_bind_int64(stmt, 1, id);
	rc = store_finish(s, stmt);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_job_end(struct store *s, int64_t id, enum store_job_state state, const char *error)
{
	sqlite3_stmt *stmt;
	char counter[32];
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_run(s, "BEGIN IMMEDIATE");
	stmt = rc ? NULL : store_prepare(s, "UPDATE job SET state=?2,error=?3,ended=?4"
					    " WHERE id=?1 AND state=0");
	if (stmt) {
		sqlite3_bind_int64(stmt, 1, id);
		sqlite3_bind_int(stmt, 2, (int)state);
		store_bind(stmt, 3, error);
		sqlite3_bind_int64(stmt, 4, time(NULL));
	}
	rc = store_finish(s, stmt);
	if (!rc && sqlite3_changes(s->db)) {
		snprintf(counter, sizeof(counter), "jobs-%s", store_job_state_name(state));
		rc = store_count_locked(s, counter, 1);
	}
	rc = store_end(s, rc);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_job_again(struct store *s, int64_t id)
{
	sqlite3_stmt *stmt;
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_run(s, "BEGIN IMMEDIATE");
	stmt = rc ? NULL : store_prepare(s, "UPDATE job SET state=0,error='',ended=0"
					    " WHERE id=?1 AND state=4");
	if (stmt)
		sqlite3_bind_int64(stmt, 1, id);
	rc = store_finish(s, stmt);
	if (!rc && !sqlite3_changes(s->db)) {
		snprintf(s->error, sizeof(s->error), "job %lld was not interrupted",
			 (long long)id);
		rc = -ENOENT;
	}
	if (!rc)
		rc = store_count_locked(s, "jobs-interrupted", -1);
	rc = store_end(s, rc);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

#define JOB_COLUMNS \
	"SELECT id,state,kind,spec,master,created,ended,error," \
	" (SELECT count(*) FROM disc WHERE job=job.id AND fate=3)," \
	" (SELECT count(*) FROM disc WHERE job=job.id AND fate=4)," \
	" (SELECT count(*) FROM disc WHERE job=job.id AND fate=5) FROM job "

static void take_job(sqlite3_stmt *stmt, struct store_job *job)
{
	memset(job, 0, sizeof(*job));
	job->id = sqlite3_column_int64(stmt, 0);
	job->state = (enum store_job_state)sqlite3_column_int(stmt, 1);
	store_column(stmt, 2, job->kind, sizeof(job->kind));
	store_column(stmt, 3, job->spec, sizeof(job->spec));
	store_column(stmt, 4, job->master, sizeof(job->master));
	job->created = sqlite3_column_int64(stmt, 5);
	job->ended = sqlite3_column_int64(stmt, 6);
	store_column(stmt, 7, job->error, sizeof(job->error));
	job->good = (unsigned int)sqlite3_column_int(stmt, 8);
	job->bad = (unsigned int)sqlite3_column_int(stmt, 9);
	job->unknown = (unsigned int)sqlite3_column_int(stmt, 10);
}

int store_job_get(struct store *s, int64_t id, struct store_job *job)
{
	sqlite3_stmt *stmt;
	int rc = -ENOENT;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, JOB_COLUMNS "WHERE id=?1 OR ?1=0 ORDER BY id DESC LIMIT 1");
	if (stmt)
		sqlite3_bind_int64(stmt, 1, id);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		take_job(stmt, job);
		rc = 0;
	}
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_jobs(struct store *s, unsigned int limit,
	       bool (*each)(void *arg, const struct store_job *job), void *arg)
{
	struct store_job job;
	sqlite3_stmt *stmt;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, JOB_COLUMNS "ORDER BY id DESC LIMIT ?1");
	if (stmt)
		sqlite3_bind_int64(stmt, 1, limit);
	while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		take_job(stmt, &job);
		if (!each(arg, &job))
			break;
	}
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return stmt ? 0 : -EIO;
}

/* ---- Discs ------------------------------------------------------------ */

static int insert_disc(struct store *s, struct store_disc *disc)
{
	sqlite3_stmt *stmt;
	int rc;

	stmt = store_prepare(s, "INSERT INTO disc(job,round,recorder,serial,drive,medium,fate,begun,"
				"inside) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)");
	if (stmt) {
		sqlite3_bind_int64(stmt, 1, disc->job);
		sqlite3_bind_int64(stmt, 2, disc->round);
		sqlite3_bind_int64(stmt, 3, disc->recorder);
		store_bind(stmt, 4, disc->serial);
		store_bind(stmt, 5, disc->drive);
		store_bind(stmt, 6, disc->medium);
		sqlite3_bind_int(stmt, 7, (int)disc->fate);
		sqlite3_bind_int64(stmt, 8, time(NULL));
		sqlite3_bind_int(stmt, 9, !disc->unchanged);
	}
	rc = store_finish(s, stmt);
	disc->id = sqlite3_last_insert_rowid(s->db);
	return rc;
}

static int insert_slot(struct store *s, const struct store_disc *disc)
{
	sqlite3_stmt *stmt;

	if (!disc->slot)
		return 0;
	stmt = store_prepare(s, "INSERT INTO disc_slot(disc,slot) VALUES(?1,?2)");
	if (stmt) {
		sqlite3_bind_int64(stmt, 1, disc->id);
		sqlite3_bind_int64(stmt, 2, disc->slot);
	}
	return store_finish(s, stmt);
}

int store_disc_new(struct store *s, struct store_disc *disc)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_run(s, "BEGIN IMMEDIATE");
	if (!rc)
		rc = insert_disc(s, disc);
	if (!rc)
		rc = insert_slot(s, disc);
	rc = store_end(s, rc);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static bool is_final(enum store_fate fate)
{
	return fate >= STORE_GOOD;
}

/* A final fate stays: the row is changed, and counted, once. */
static int set_fate(struct store *s, const struct store_disc *d)
{
	sqlite3_stmt *stmt = store_prepare(s, "UPDATE disc SET fate=?2,message=?3,sense=?4,lba=?5,"
					      "medium=?6,ended=?7 WHERE id=?1 AND fate<3");

	if (stmt) {
		sqlite3_bind_int64(stmt, 1, d->id);
		sqlite3_bind_int(stmt, 2, (int)d->fate);
		store_bind(stmt, 3, d->message);
		sqlite3_bind_int64(stmt, 4, d->sense_valid ? d->key << 16 | d->asc << 8 | d->ascq :
							     -1);
		sqlite3_bind_int64(stmt, 5, d->lba);
		store_bind(stmt, 6, d->medium);
		sqlite3_bind_int64(stmt, 7, is_final(d->fate) ? time(NULL) : 0);
	}
	return store_finish(s, stmt);
}

/* Which discs are copies: the database has what was asked for, and nothing else needs
 * to be kept. */
#define KIND	" (SELECT kind FROM job WHERE id=disc.job) "
#define IS_COPY	KIND "NOT IN ('simulate','verify','erase') "

static bool is_copy(struct store *s, int64_t disc)
{
	sqlite3_stmt *stmt = store_prepare(s, "SELECT 1 FROM disc WHERE id=?1 AND" IS_COPY);
	bool copy = true;

	if (stmt) {
		sqlite3_bind_int64(stmt, 1, disc);
		copy = sqlite3_step(stmt) == SQLITE_ROW;
	}
	sqlite3_finalize(stmt);
	return copy;
}

static int count_disc(struct store *s, enum store_fate fate, const char *serial, int add)
{
	char name[80];
	int rc;

	snprintf(name, sizeof(name), "discs-%s", store_fate_name(fate));
	rc = store_count_locked(s, name, add);
	if (!rc && *serial) {
		snprintf(name, sizeof(name), "discs-%s:%s", store_fate_name(fate), serial);
		rc = store_count_locked(s, name, add);
	}
	return rc;
}

int store_disc_fate(struct store *s, const struct store_disc *d)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_run(s, "BEGIN IMMEDIATE");
	if (!rc)
		rc = set_fate(s, d);
	if (!rc && is_final(d->fate) && sqlite3_changes(s->db) && is_copy(s, d->id))
		rc = count_disc(s, d->fate, d->serial, 1);
	rc = store_end(s, rc);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

static void take_disc(sqlite3_stmt *stmt, struct store_disc *d)
{
	int64_t sense;

	memset(d, 0, sizeof(*d));
	d->id = sqlite3_column_int64(stmt, 0);
	d->job = sqlite3_column_int64(stmt, 1);
	d->round = (unsigned int)sqlite3_column_int(stmt, 2);
	d->recorder = (unsigned int)sqlite3_column_int(stmt, 3);
	store_column(stmt, 4, d->serial, sizeof(d->serial));
	store_column(stmt, 5, d->drive, sizeof(d->drive));
	store_column(stmt, 6, d->medium, sizeof(d->medium));
	d->fate = (enum store_fate)sqlite3_column_int(stmt, 7);
	store_column(stmt, 8, d->message, sizeof(d->message));
	sense = sqlite3_column_int64(stmt, 9);
	d->sense_valid = sense >= 0;
	d->key = (uint8_t)(sense >> 16);
	d->asc = (uint8_t)(sense >> 8);
	d->ascq = (uint8_t)sense;
	d->lba = sqlite3_column_int64(stmt, 10);
	d->begun = sqlite3_column_int64(stmt, 11);
	d->ended = sqlite3_column_int64(stmt, 12);
	d->slot = (uint32_t)sqlite3_column_int64(stmt, 13);
}

#define DISC_COLUMNS \
	"SELECT id,job,round,recorder,serial,drive,medium,fate,message,sense,lba,begun,ended," \
	" (SELECT slot FROM disc_slot WHERE disc=disc.id) FROM disc "

static int find_disc(struct store *s, int64_t job, unsigned int round, unsigned int recorder,
		     struct store_disc *disc)
{
	sqlite3_stmt *stmt = store_prepare(s, DISC_COLUMNS "WHERE job=?1 AND round=?2 AND"
						" recorder=?3 ORDER BY id DESC LIMIT 1");
	int rc = stmt ? -ENOENT : -EIO;

	if (stmt) {
		sqlite3_bind_int64(stmt, 1, job);
		sqlite3_bind_int64(stmt, 2, round);
		sqlite3_bind_int64(stmt, 3, recorder);
	}
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		take_disc(stmt, disc);
		rc = 0;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int reopen_disc(struct store *s, struct store_disc *disc)
{
	sqlite3_stmt *stmt = store_prepare(s, "UPDATE disc SET fate=1,ended=0,message=''"
					      " WHERE id=?1");
	int rc;

	if (stmt)
		sqlite3_bind_int64(stmt, 1, disc->id);
	rc = store_finish(s, stmt);
	if (!rc && is_copy(s, disc->id))
		rc = count_disc(s, disc->fate, disc->serial, -1);
	disc->fate = STORE_CLOSING;
	return rc;
}

int store_disc_again(struct store *s, int64_t job, unsigned int round, unsigned int recorder,
		     struct store_disc *disc)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_run(s, "BEGIN IMMEDIATE");
	if (!rc)
		rc = find_disc(s, job, round, recorder, disc);
	if (!rc && (disc->fate == STORE_UNKNOWN || disc->fate == STORE_BAD))
		rc = reopen_disc(s, disc);
	rc = store_end(s, rc);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

int store_discs(struct store *s, int64_t job,
		bool (*each)(void *arg, const struct store_disc *disc), void *arg)
{
	struct store_disc disc;
	sqlite3_stmt *stmt;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, DISC_COLUMNS "WHERE job=?1 ORDER BY id");
	if (stmt)
		sqlite3_bind_int64(stmt, 1, job);
	while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		take_disc(stmt, &disc);
		if (!each(arg, &disc))
			break;
	}
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return stmt ? 0 : -EIO;
}

/* A query for the discs that lie in a recorder.  One that does not tell its serial
 * number is known by its number. */
#define INSIDE	" inside AND serial=?1 AND (serial<>'' OR recorder=?2) "

static sqlite3_stmt *prepare_inside(struct store *s, const char *sql, const char *serial,
				    unsigned int recorder)
{
	sqlite3_stmt *stmt = store_prepare(s, sql);

	store_bind(stmt, 1, serial);
	if (stmt)
		sqlite3_bind_int64(stmt, 2, recorder);
	return stmt;
}

static bool holds(struct store *s, const char *sql, const char *serial, unsigned int recorder)
{
	bool holds = true;	/* when the database does not answer, rather too careful */
	sqlite3_stmt *stmt;

	pthread_mutex_lock(&s->lock);
	stmt = prepare_inside(s, sql, serial, recorder);
	if (stmt)
		holds = sqlite3_step(stmt) == SQLITE_ROW;
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return holds;
}

bool store_recorder_holds(struct store *s, const char *serial, unsigned int recorder)
{
	return holds(s, "SELECT 1 FROM disc WHERE" INSIDE "AND fate<>6 LIMIT 1", serial, recorder);
}

bool store_recorder_spoiled(struct store *s, const char *serial, unsigned int recorder)
{
	return holds(s, "SELECT 1 FROM disc WHERE" INSIDE "AND fate IN (4,5) LIMIT 1", serial,
		     recorder);
}

int store_recorder_empty(struct store *s, const char *serial, unsigned int recorder)
{
	int rc;

	pthread_mutex_lock(&s->lock);
	rc = store_finish(s, prepare_inside(s, "UPDATE disc SET inside=0 WHERE" INSIDE, serial,
					    recorder));
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* A disc that was not touched after all is as blank as it was. */
bool store_slot_holds(struct store *s, uint32_t slot)
{
	bool holds = true;	/* when the database does not answer */
	sqlite3_stmt *stmt;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "SELECT 1 FROM disc_slot JOIN disc ON disc.id=disc_slot.disc"
				" WHERE disc_slot.inside AND slot=?1 AND fate<>6 LIMIT 1");
	if (stmt) {
		sqlite3_bind_int64(stmt, 1, slot);
		holds = sqlite3_step(stmt) == SQLITE_ROW;
	}
	sqlite3_finalize(stmt);
	pthread_mutex_unlock(&s->lock);
	return holds;
}

int store_slot_empty(struct store *s, uint32_t slot)
{
	sqlite3_stmt *stmt;
	int rc;

	pthread_mutex_lock(&s->lock);
	stmt = store_prepare(s, "UPDATE disc_slot SET inside=0 WHERE inside AND slot=?1");
	if (stmt)
		sqlite3_bind_int64(stmt, 1, slot);
	rc = store_finish(s, stmt);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* ---- After a stop ----------------------------------------------------- */

/* The counters of each drive, and of all. */
static int recover_counters(struct store *s, const char *where, enum store_fate fate)
{
	const char *name = store_fate_name(fate);
	char sql[1024];

	snprintf(sql, sizeof(sql),
		 "INSERT INTO counter SELECT 'discs-%s:' || serial, count(*) FROM disc"
		 " WHERE %s AND" IS_COPY "AND serial<>'' GROUP BY serial"
		 " ON CONFLICT(name) DO UPDATE SET value=value+excluded.value;"
		 "INSERT INTO counter SELECT 'discs-%s', count(*) FROM disc"
		 " WHERE %s AND" IS_COPY "GROUP BY 1"
		 " ON CONFLICT(name) DO UPDATE SET value=value+excluded.value",
		 name, where, name, where);
	return store_run(s, sql);
}

static int recover_fate(struct store *s, const char *where, enum store_fate fate)
{
	sqlite3_stmt *stmt;
	char sql[512];
	int rc = recover_counters(s, where, fate);

	if (rc)
		return rc;
	snprintf(sql, sizeof(sql), "UPDATE disc SET fate=%d,ended=?1,message=CASE" KIND
		 "WHEN 'erase' THEN 'discmuxd or the machine stopped while it was erased'"
		 " ELSE ?2 END WHERE %s", (int)fate, where);
	stmt = store_prepare(s, sql);
	if (stmt)
		sqlite3_bind_int64(stmt, 1, time(NULL));
	store_bind(stmt, 2, store_fate_stopped(fate));
	rc = store_finish(s, stmt);
	return rc ? rc : sqlite3_changes(s->db);
}

/* Its program may have gone on and have brought it to a good end. */
#define OUTSIDE	" (SELECT CASE WHEN json_valid(spec) THEN json_extract(spec,'$.owner') END" \
		" FROM job WHERE id=disc.job) "

/* Jobs that were over before it could be forgotten that they were cancelled. */
static int forget_cancelled(struct store *s)
{
	return store_run(s, "DELETE FROM setting WHERE key GLOB 'job.[0-9]*.cancelled' AND"
			    " CAST(substr(key,5) AS INTEGER) NOT IN"
			    " (SELECT id FROM job WHERE state=0)");
}

int store_recover(struct store *s)
{
	int bad, unknown = 0, rc;

	pthread_mutex_lock(&s->lock);
	rc = store_run(s, "BEGIN IMMEDIATE");
	bad = rc ? rc : recover_fate(s, "fate=0 AND" OUTSIDE "IS NOT 'program'", STORE_BAD);
	if (bad >= 0)
		unknown = recover_fate(s, "fate IN (0,1,2)", STORE_UNKNOWN);
	rc = bad < 0 ? bad : unknown < 0 ? unknown : forget_cancelled(s);
	rc = store_end(s, rc);
	pthread_mutex_unlock(&s->lock);
	return rc ? rc : bad + unknown;
}
