// SPDX-License-Identifier: GPL-2.0
/* Jobs of the daemon and what they share. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core_priv.h"

#define LINE		512
#define CANCEL_KEY	48

void core_log(int level, const char *fmt, ...)
{
	char line[LINE], *p;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';	/* what a drive says is not to be believed */
	fprintf(stderr, "<%d>%s\n", level, line);
}

void core_wake(struct core *core)
{
	uint64_t one = 1;

	if (write(core->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		core_log(3, "the main loop can't be woken: %s", strerror(errno));
}

unsigned int core_hdd_number(const char *image)
{
	char name[IMAGES_NAME_SIZE];
	unsigned int n;

	for (n = IMAGES_HDDS; n; n--)
		if (!strcmp(images_hdd(n, name), image))
			break;
	return n;
}

/* ---- Settings --------------------------------------------------------- */

static void load_settings(struct core *core)
{
	char key[32], value[16];
	int i;

	panel_defaults(&core->settings);
	for (i = 0; i < PANEL_ITEMS; i++) {
		snprintf(key, sizeof(key), "panel.%s", panel_item_name((enum panel_item)i));
		if (!store_get(core->store, key, value, sizeof(value)) &&
		    panel_item_valid((enum panel_item)i, atoi(value)))
			core->settings.value[i] = atoi(value);
	}
}

int core_set(struct core *core, enum panel_item item, int value)
{
	char key[32], text[16];
	int rc;

	if (!panel_item_valid(item, value))
		return -EINVAL;
	snprintf(key, sizeof(key), "panel.%s", panel_item_name(item));
	snprintf(text, sizeof(text), "%d", value);
	rc = store_set(core->store, key, text);
	if (rc)
		return rc;
	pthread_mutex_lock(&core->lock);
	core->settings.value[item] = value;
	pthread_mutex_unlock(&core->lock);
	core_wake(core);
	return 0;
}

void core_settings(struct core *core, struct panel_settings *settings)
{
	pthread_mutex_lock(&core->lock);
	*settings = core->settings;
	pthread_mutex_unlock(&core->lock);
}

/* ---- Jobs ------------------------------------------------------------- */

static size_t slot_of(const struct core *core, int64_t id)
{
	struct job_status status;
	size_t i;

	for (i = 0; i < CORE_JOBS; i++) {
		if (!core->jobs[i])
			continue;
		job_get(core->jobs[i], &status);
		if (status.id == id)
			break;
	}
	return i;
}

static size_t free_slot(const struct core *core)
{
	size_t i;

	for (i = 0; i < CORE_JOBS && core->jobs[i]; i++)
		;
	return i;
}

/* Two jobs at once for one master would write the same files. */
static bool image_in_work(const struct core *core, const char *image)
{
	struct job_status status;
	size_t i;

	for (i = 0; *image && i < CORE_JOBS; i++) {
		if (!core->jobs[i])
			continue;
		job_get(core->jobs[i], &status);
		if (status.show.phase != PANEL_ENDED && !strcmp(status.spec.image, image))
			return true;
	}
	return false;
}

int core_add_job(struct core *core, struct job *job)
{
	size_t i = free_slot(core);

	if (i == CORE_JOBS)
		return -EBUSY;
	core->jobs[i] = job;
	core->reserved[i] = 0;
	core->readers[i] = 0;
	return 0;
}

static void remove_job(struct core *core, const struct job *job)
{
	size_t i;

	for (i = 0; i < CORE_JOBS; i++)
		if (core->jobs[i] == job)
			core->jobs[i] = NULL;
}

static int new_row(struct core *core, const struct job_spec *spec, int64_t *id, char *err,
		   size_t errlen)
{
	json_t *o = job_spec_json(spec);
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	int rc = text ? store_job_new(core->store, job_work_name(spec->work), text, id) : -ENOMEM;

	free(text);
	json_decref(o);
	if (rc == -ENOMEM)
		snprintf(err, errlen, "out of memory");
	else if (rc)
		store_error(core->store, err, errlen);
	return rc;
}

/* A job of the database that can't even begin. */
static int no_job(struct core *core, int64_t id, int rc, char *err, size_t errlen)
{
	snprintf(err, errlen, "%s", rc == -ENOMEM ? "out of memory" :
		 "no thread can be started for it: too many programs run, or memory is short");
	store_job_end(core->store, id, STORE_JOB_FAILED, err);
	core_log(3, "job %lld: %s", (long long)id, err);
	return rc;
}

/* Its row in the database: a new one, or that of a job that is taken up again. */
static int take_row(struct core *core, const struct job_spec *spec,
		    const struct store_job *before, int64_t *id, char *err, size_t errlen)
{
	int rc;

	if (!before)
		return new_row(core, spec, id, err, errlen);
	*id = before->id;
	rc = store_job_again(core->store, *id);
	if (rc)
		store_error(core->store, err, errlen);
	return rc;
}

/* A job that is in the database and in memory, but not at work yet. */
static int admit_locked(struct core *core, const struct job_spec *spec,
			const struct store_job *before, struct job **job, char *err, size_t errlen)
{
	int64_t id;
	int rc;

	if (core->stopping || free_slot(core) == CORE_JOBS) {
		snprintf(err, errlen, "%s", core->stopping ? "discmuxd is stopping" :
			 "too many jobs: dismiss those that have ended");
		return -EBUSY;
	}
	if (image_in_work(core, spec->image)) {
		snprintf(err, errlen, "another job is at work on the master %s", spec->image);
		return -EBUSY;
	}
	rc = take_row(core, spec, before, &id, err, errlen);
	if (rc)
		return rc;
	rc = job_create(core, id, spec, before, job);
	if (rc)
		return no_job(core, id, rc, err, errlen);
	core_add_job(core, *job);
	core_log(6, "job %lld: %s from %s, for %s", (long long)id, job_work_name(spec->work),
		 spec->source, spec->owner);
	return 0;
}

static int start_locked(struct core *core, const struct job_spec *spec, int64_t *id, char *err,
			size_t errlen)
{
	struct job *job;
	int rc = admit_locked(core, spec, NULL, &job, err, errlen);

	if (rc)
		return rc;
	*id = job_id(job);
	rc = job_start(job);
	if (!rc)
		return 0;
	remove_job(core, job);
	job_free(job);
	return no_job(core, *id, rc, err, errlen);
}

int core_start(struct core *core, const struct job_spec *spec, int64_t *id, char *err,
	       size_t errlen)
{
	int rc;

	pthread_mutex_lock(&core->lock);
	rc = start_locked(core, spec, id, err, errlen);
	pthread_mutex_unlock(&core->lock);
	return rc;
}

/* The job that has one of these recorders, or readers. */
static const struct job *holder(const struct core *core, uint64_t recorders, uint64_t readers)
{
	size_t i;

	for (i = 0; i < CORE_JOBS; i++)
		if (core->jobs[i] && !job_ended(core->jobs[i]) &&
		    ((core->reserved[i] & recorders) || (core->readers[i] & readers)))
			return core->jobs[i];
	return NULL;
}

static int admit_outside(struct core *core, const struct job_spec *spec, uint64_t recorders,
			 const struct store_job *before, struct job **job, char *err,
			 size_t errlen)
{
	uint64_t reader = job_reader(spec) < 0 ? 0 : 1ull << job_reader(spec);
	const struct job *other = holder(core, recorders, reader);
	size_t i;
	int rc;

	if (other) {
		snprintf(err, errlen, "job %lld of discmuxd is at work on a %s of these: wait, or discmux daemon cancel job=%lld",
			 (long long)job_id(other), holder(core, recorders, 0) ? "recorder" :
			 "reader", (long long)job_id(other));
		return -EBUSY;
	}
	rc = admit_locked(core, spec, before, job, err, errlen);
	for (i = 0; !rc && i < CORE_JOBS; i++) {
		if (core->jobs[i] != *job)
			continue;
		core->reserved[i] = recorders;
		core->readers[i] = reader;
	}
	return rc;
}

int core_admit(struct core *core, const struct job_spec *spec, uint64_t recorders,
	       const struct store_job *before, struct job **job, char *err, size_t errlen)
{
	int rc;

	pthread_mutex_lock(&core->lock);
	rc = admit_outside(core, spec, recorders, before, job, err, errlen);
	pthread_mutex_unlock(&core->lock);
	return rc;
}

struct job *core_job(struct core *core, int64_t id)
{
	struct job *job;
	size_t i;

	pthread_mutex_lock(&core->lock);
	i = slot_of(core, id);
	job = i < CORE_JOBS ? core->jobs[i] : NULL;
	pthread_mutex_unlock(&core->lock);
	return job;
}

int core_status(struct core *core, int64_t id, struct job_status *status)
{
	size_t i;

	pthread_mutex_lock(&core->lock);
	i = slot_of(core, id);
	if (i < CORE_JOBS)
		job_get(core->jobs[i], status);
	pthread_mutex_unlock(&core->lock);
	return i < CORE_JOBS ? 0 : -ENOENT;
}

void core_jobs(struct core *core, void (*each)(void *arg, const struct job_status *status),
	       void *arg)
{
	struct job_status *status = malloc(sizeof(*status));
	size_t i;

	if (!status)
		return;
	pthread_mutex_lock(&core->lock);
	for (i = 0; i < CORE_JOBS; i++) {
		if (!core->jobs[i])
			continue;
		job_get(core->jobs[i], status);
		each(arg, status);
	}
	pthread_mutex_unlock(&core->lock);
	free(status);
}

static char *cancel_key(int64_t id, char *key)
{
	snprintf(key, CANCEL_KEY, "job.%lld.cancelled", (long long)id);
	return key;
}

static int tell(struct core *core, int64_t id, void (*what)(struct job *job))
{
	size_t i;

	pthread_mutex_lock(&core->lock);
	i = slot_of(core, id);
	if (i < CORE_JOBS)
		what(core->jobs[i]);
	pthread_mutex_unlock(&core->lock);
	return i < CORE_JOBS ? 0 : -ENOENT;
}

/* The job is at its end only when its discs are; a kill before that must not make it go
 * on at the next start.  Of one that has ended nothing is kept: core_over() was there. */
static int cancel_locked(struct core *core, int64_t id)
{
	size_t i = slot_of(core, id);
	char key[CANCEL_KEY], err[256];

	if (i == CORE_JOBS || job_ended(core->jobs[i]))
		return -ENOENT;
	if (store_set(core->store, cancel_key(id, key), "1"))
		core_log(3, "%s", store_error(core->store, err, sizeof(err)));
	job_cancel(core->jobs[i]);
	return 0;
}

int core_cancel(struct core *core, int64_t id)
{
	int rc;

	pthread_mutex_lock(&core->lock);
	rc = cancel_locked(core, id);
	pthread_mutex_unlock(&core->lock);
	return rc;
}

void core_forget_cancel(struct core *core, int64_t id)
{
	char key[CANCEL_KEY], err[256];

	if (store_unset(core->store, cancel_key(id, key)))
		core_log(3, "%s", store_error(core->store, err, sizeof(err)));
}

void core_over(struct core *core, int64_t id)
{
	pthread_mutex_lock(&core->lock);
	core_forget_cancel(core, id);
	pthread_mutex_unlock(&core->lock);
}

bool core_was_cancelled(struct core *core, int64_t id)
{
	char key[CANCEL_KEY], value[4];

	return !store_get(core->store, cancel_key(id, key), value, sizeof(value));
}

int core_continue(struct core *core, int64_t id)
{
	return tell(core, id, job_continue);
}

/* Whether it is job id, or one of those that are meant by 0. */
static bool is_meant(const struct job_status *status, int64_t id, bool of_program)
{
	if (id)
		return status->id == id;
	return of_program ? job_of_program(&status->spec) : !strcmp(status->spec.owner, "auto");
}

/* Ended jobs: this one, or those of programs, or those that discs began. */
static void dismiss(struct core *core, int64_t id, bool of_program)
{
	struct job *gone[CORE_JOBS];
	size_t n = 0, i;

	pthread_mutex_lock(&core->lock);
	for (i = 0; i < CORE_JOBS; i++) {
		struct job_status status;

		if (!core->jobs[i])
			continue;
		job_get(core->jobs[i], &status);
		if (status.show.phase != PANEL_ENDED || !is_meant(&status, id, of_program))
			continue;
		gone[n++] = core->jobs[i];
		core->jobs[i] = NULL;
	}
	pthread_mutex_unlock(&core->lock);
	/* Their threads are at their last lines, which need the lock */
	for (i = 0; i < n; i++)
		job_free(gone[i]);
}

void core_dismiss(struct core *core, int64_t id)
{
	dismiss(core, id, true);
}

void core_dismiss_auto(struct core *core)
{
	dismiss(core, 0, false);
}

uint64_t core_reserve(struct core *core, const struct job *job, uint64_t recorders)
{
	size_t i, own = CORE_JOBS;

	pthread_mutex_lock(&core->lock);
	for (i = 0; i < CORE_JOBS; i++) {
		if (core->jobs[i] == job)
			own = i;
		else if (core->jobs[i] && !job_ended(core->jobs[i]))
			recorders &= ~core->reserved[i];
	}
	if (own < CORE_JOBS)
		core->reserved[own] = recorders;
	pthread_mutex_unlock(&core->lock);
	return recorders;
}

int64_t core_reserve_reader(struct core *core, const struct job *job, unsigned int unit)
{
	uint64_t bit = 1ull << (unit % 64);
	const struct job *other;
	int64_t id = 0;
	size_t i;

	pthread_mutex_lock(&core->lock);
	other = holder(core, 0, bit);
	if (other && other != job)
		id = job_id(other);
	for (i = 0; !id && i < CORE_JOBS; i++)
		if (core->jobs[i] == job)
			core->readers[i] |= bit;
	pthread_mutex_unlock(&core->lock);
	return id;
}

/* ---- Open, close ------------------------------------------------------ */

static void changed(void *arg)
{
	core_wake(arg);
}

/* Two daemons with one database would both take up the jobs in it, and each would take
 * the discs that the other writes for lost. */
static int lock_dir(struct core *core, const char *dir, char *err, size_t errlen)
{
	char path[4096];
	int rc = 0;

	snprintf(path, sizeof(path), "%s/discmuxd.lock", dir);
	core->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (core->lock_fd < 0 || flock(core->lock_fd, LOCK_EX | LOCK_NB))
		rc = -errno;
	if (rc == -EWOULDBLOCK)
		snprintf(err, errlen, "another discmuxd works with %s: give this one a --dir of its own",
			 dir);
	else if (rc)
		snprintf(err, errlen, "%s: %s", path, strerror(-rc));
	return rc;
}

int core_open(struct core *core, int mux, const char *dir, const char *images, char *err,
	      size_t errlen)
{
	char path[4096];
	int rc;

	memset(core, 0, sizeof(*core));
	core->mux = mux;
	pthread_mutex_init(&core->lock, NULL);
	core->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	mkdir(dir, 0755);
	rc = lock_dir(core, dir, err, errlen);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s/discmuxd.db", dir);
	rc = store_open(path, &core->store);
	if (rc) {
		snprintf(err, errlen, "out of memory");
		if (core->store)
			store_error(core->store, err, errlen);
		return rc;
	}
	rc = images_open(images, IMAGES_WRITE, &core->images, err, errlen);
	if (rc)
		return rc;
	load_settings(core);
	rc = drives_watch_start(mux, changed, core, &core->watch);
	if (rc)
		snprintf(err, errlen, "no thread can be started: %s", strerror(-rc));
	return rc;
}

void core_close(struct core *core)
{
	struct job *jobs[CORE_JOBS];
	size_t i;

	pthread_mutex_lock(&core->lock);
	core->stopping = true;
	memcpy(jobs, core->jobs, sizeof(jobs));
	for (i = 0; i < CORE_JOBS; i++)
		if (jobs[i])
			job_suspend(jobs[i]);
	pthread_mutex_unlock(&core->lock);
	for (i = 0; i < CORE_JOBS; i++)
		job_free(jobs[i]);
	drives_watch_stop(core->watch);
	images_close(core->images);
	store_close(core->store);
	close(core->wake_fd);
	close(core->lock_fd);
	pthread_mutex_destroy(&core->lock);
}
