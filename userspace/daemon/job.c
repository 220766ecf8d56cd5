// SPDX-License-Identifier: GPL-2.0
/* A job: its thread, its state, how people see it. */
#define _GNU_SOURCE	/* strcasestr */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "job_priv.h"
#include "monotonic.h"

#define DRIVER_MS	1000	/* between looks whether the core has it */

static void lock(struct job *job)
{
	pthread_mutex_lock(&job->lock);
}

static void unlock(struct job *job)
{
	pthread_mutex_unlock(&job->lock);
}

/* ---- What it says of itself ------------------------------------------- */

void job_phase(struct job *job, enum panel_phase phase)
{
	lock(job);
	job->status.show.phase = phase;
	job->go_on = false;
	unlock(job);
	core_wake(job->core);
}

void job_message(struct job *job, const char *fmt, ...)
{
	va_list ap;

	lock(job);
	va_start(ap, fmt);
	vsnprintf(job->status.message, sizeof(job->status.message), fmt, ap);
	va_end(ap);
	unlock(job);
	core_wake(job->core);
}

void job_show_bytes(struct job *job, uint64_t bytes)
{
	lock(job);
	job->status.show.bytes = bytes;
	unlock(job);
}

void job_progress(struct job *job, uint64_t done, uint64_t total)
{
	lock(job);
	job->status.show.percent = total ? (unsigned int)(done * 100 / total) : 0;
	unlock(job);
	core_wake(job->core);
}

static void add_fault(struct job *job, const struct panel_fault *fault)
{
	struct panel_job *show = &job->status.show;

	if (show->nr_faults < PANEL_FAULTS)
		show->faults[show->nr_faults++] = *fault;
}

void job_old_fault(struct job *job, const struct panel_fault *fault)
{
	lock(job);
	add_fault(job, fault);
	job->old_faults = job->status.show.nr_faults;
	unlock(job);
}

/* What the table of codes says is to be done about it, behind the words. */
static void advise(struct panel_fault *f)
{
	enum discmux_device device = f->reader ? DISCMUX_DEVICE_READER : DISCMUX_DEVICE_RECORDER;
	enum discmux_action action = discmux_sense_action(device, f->key, f->asc, f->ascq);
	size_t len = strlen(f->text);

	if (f->sense_valid && action != DISCMUX_ACTION_IGNORE && action != DISCMUX_ACTION_STOP)
		snprintf(f->text + len, sizeof(f->text) - len, ": %s",
			 discmux_action_name(action));
}

void job_fault(struct job *job, const struct panel_fault *fault)
{
	struct panel_fault f = *fault;

	advise(&f);
	lock(job);
	add_fault(job, &f);
	unlock(job);
	core_log(4, "job %lld: %s%s%s%s%s", (long long)job->id, f.drive, *f.drive ? ": " : "",
		 f.text, *f.fate ? "; " : "", f.fate);
	core_wake(job->core);
}

void job_say(const struct job *job, const char *text)
{
	core_log(4, "job %lld: %s", (long long)job->id, text);
}

int job_problem(struct job *job, const char *drive, const char *fmt, ...)
{
	struct panel_fault fault = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fault.text, sizeof(fault.text), fmt, ap);
	va_end(ap);
	snprintf(fault.drive, sizeof(fault.drive), "%s", drive);
	job_message(job, "%s", fault.text);
	lock(job);
	snprintf(job->problem, sizeof(job->problem), "%s", fault.text);
	unlock(job);
	job_fault(job, &fault);
	return -EIO;
}

bool job_pause(struct job *job, unsigned int ms)
{
	struct timespec until = monotonic_in(ms);
	bool go_on;

	lock(job);
	while (!job_is_cancelled(job) && !job->go_on)
		if (pthread_cond_timedwait(&job->wake, &job->lock, &until) == ETIMEDOUT)
			break;
	go_on = job->go_on;
	job->go_on = false;
	unlock(job);
	return go_on;
}

/* ---- What others ask -------------------------------------------------- */

static void take_disc(struct job *job, size_t i, const struct burn_status *s)
{
	const struct burn_recorder *r = &job->recorders[i];
	struct job_disc *d = &job->status.discs[i];
	struct estimate *e = &job->estimates[i];

	if (strcmp(d->state, burn_state_name(s->state)) != 0)
		estimate_begin(e);
	estimate_update(e, s->bytes, s->total, monotonic_ms());
	d->rate = estimate_rate(e);
	d->seconds_left = estimate_left(e);
	d->recorder = r->unit;
	d->member = r->member;
	snprintf(d->state, sizeof(d->state), "%s", burn_state_name(s->state));
	snprintf(d->disc, sizeof(d->disc), "%s", burn_disc_name(s->disc));
	snprintf(d->medium, sizeof(d->medium), "%s", s->medium);
	snprintf(d->message, sizeof(d->message), "%s", s->message);
	d->bytes = s->bytes;
	d->total = s->total;
}

static bool moves(enum burn_state state)
{
	return state == BURN_WRITING || state == BURN_VERIFYING || state == BURN_ERASING;
}

/* The slowest recorder at work is how far the job is. */
struct pace {
	unsigned int percent;
	bool at_work, verifying;
};

static void take_pace(struct pace *pace, const struct burn_status *s)
{
	if (s->state == BURN_VERIFYING)
		pace->verifying = true;
	if (!moves(s->state) || !s->total)
		return;
	pace->at_work = true;
	if (s->bytes * 100 / s->total < pace->percent)
		pace->percent = (unsigned int)(s->bytes * 100 / s->total);
}

void job_take_statuses(struct job *job, const struct burn_status *list)
{
	struct panel_job *show = &job->status.show;
	struct pace pace = { .percent = 100 };
	size_t i;

	for (i = 0; i < job->count; i++) {
		take_disc(job, i, &list[i]);
		take_pace(&pace, &list[i]);
	}
	job->status.nr_discs = job->count;
	show->checking = pace.verifying;
	if (pace.at_work)
		show->percent = pace.percent;
}

void job_take_burn(struct job *job)
{
	struct burn_status list[JOB_RECORDERS], *master = &list[0];
	size_t i;

	for (i = 0; i < job->count; i++)
		burn_job_status(job->burn, i, &list[i]);
	job_take_statuses(job, list);
	if (job->count)
		return;
	burn_job_status(job->burn, BURN_MASTER, master);
	if (master->state == BURN_READING && master->total)
		job->status.show.percent = (unsigned int)(master->bytes * 100 / master->total);
}

void job_get(struct job *job, struct job_status *status)
{
	lock(job);
	if (job->burn)
		job_take_burn(job);
	*status = job->status;
	unlock(job);
}

int64_t job_id(const struct job *job)
{
	return job->id;
}

bool job_ended(struct job *job)
{
	bool ended;

	lock(job);
	ended = job->status.show.phase == PANEL_ENDED;
	unlock(job);
	return ended;
}

static void stop_locked(struct job *job, void (*burn_stop)(struct burn_job *burn))
{
	atomic_store(&job->cancel, true);
	if (job->burn)
		burn_stop(job->burn);
	pthread_cond_broadcast(&job->wake);
}

void job_cancel(struct job *job)
{
	lock(job);
	job->status.show.cancelled = true;
	stop_locked(job, burn_job_cancel);
	unlock(job);
}

/* One that was cancelled before is to be over, not to go on. */
void job_suspend(struct job *job)
{
	lock(job);
	if (!job_is_cancelled(job))
		atomic_store(&job->suspended, true);
	stop_locked(job, burn_job_leave);
	unlock(job);
}

void job_continue(struct job *job)
{
	lock(job);
	job->go_on = true;
	job->status.show.resumed = false;
	pthread_cond_broadcast(&job->wake);
	unlock(job);
}

/* ---- Its thread ------------------------------------------------------- */

static int run_work(struct job *job)
{
	switch (job->spec.work) {
	case PANEL_COPY:
	case PANEL_COPY_VERIFY:
	case PANEL_SIMULATE:
	case PANEL_VERIFY:
	case PANEL_ERASE:
		return job_run_copy(job);
	case PANEL_REGISTER:
		return job_run_register(job);
	case PANEL_CLEAR:
		return job_run_clear(job);
	case PANEL_ANALYZE:
		return job_run_analyze(job);
	default:
		return job_run_extract(job);
	}
}

static enum store_job_state end_state(const struct job *job, int rc)
{
	const struct panel_job *show = &job->status.show;

	if (rc == -ECANCELED || (rc && job_is_cancelled(job)))
		return STORE_JOB_CANCELLED;
	if (job->spec.quantity && show->good >= job->spec.quantity)
		return STORE_JOB_DONE;	/* whatever it took */
	return rc || show->nr_faults ? STORE_JOB_FAILED : STORE_JOB_DONE;
}

/* With a library there are at least discs to be carried home. */
bool job_goes_on(const struct job_spec *spec, unsigned int good)
{
	if (!strcmp(spec->source, JOB_MAIL))
		return true;
	if (!strcmp(spec->owner, JOB_OUTSIDE))
		return false;
	return (spec->work == PANEL_COPY || spec->work == PANEL_COPY_VERIFY) && good < spec->quantity;
}

/* For the database it runs until the next start, which ends it or goes on. */
static bool leave_to_next(const struct job *job, enum store_job_state state)
{
	const struct panel_job *show = &job->status.show;
	bool goes_on = job_goes_on(&job->spec, show->good);

	if (!job_is_suspended(job) || (state == STORE_JOB_DONE && !goes_on))
		return false;
	core_log(5, "job %lld: %s stops with discmuxd: %u good, %u bad, %u unknown; the next start %s",
		 (long long)job->id, job_work_name(job->spec.work), show->good, show->bad,
		 show->unknown, goes_on ? "goes on with it" : "shows it as interrupted");
	return true;
}

/* The drive's name before the words, unless they have it. */
static void fault_line(const struct panel_fault *f, char *buf, size_t size)
{
	bool named = !*f->drive || strcasestr(f->text, f->drive);

	snprintf(buf, size, "%s%s%s", named ? "" : f->drive, named ? "" : ": ", f->text);
}

/* Why it failed: what was wrong with the job, else with the first of its discs; with the
 * lock held. */
static void take_reason(struct job *job)
{
	struct job_status *s = &job->status;
	unsigned int first = s->show.nr_faults > job->old_faults ? job->old_faults : 0;

	if (*job->problem)
		snprintf(s->message, sizeof(s->message), "%s", job->problem);
	else if (s->show.nr_faults)
		fault_line(&s->show.faults[first], s->message, sizeof(s->message));
}

void job_over(struct job *job, enum store_job_state state)
{
	char message[BURN_MESSAGE_LEN];
	bool ended;

	lock(job);
	if (state == STORE_JOB_FAILED)
		take_reason(job);
	else if (state == STORE_JOB_CANCELLED && !*job->status.message)
		snprintf(job->status.message, sizeof(job->status.message), "cancelled");
	snprintf(message, sizeof(message), "%s", job->status.message);
	unlock(job);
	ended = !leave_to_next(job, state);
	if (ended) {
		store_job_end(job->core->store, job->id, state, message);
		core_log(6, "job %lld: %s %s: %u good, %u bad, %u unknown", (long long)job->id,
			 job_work_name(job->spec.work), store_job_state_name(state),
			 job->status.show.good, job->status.show.bad, job->status.show.unknown);
	}
	drives_watch_kick(job->core->watch);
	job_phase(job, PANEL_ENDED);
	if (ended)
		core_over(job->core, job->id);
}

static void finish(struct job *job, int rc)
{
	if (rc && rc != -ECANCELED && !job->status.show.nr_faults)
		job_problem(job, "", "%s", strerror(-rc));
	job_over(job, end_state(job, rc));
}

static int open_mux(struct job *job)
{
	struct discmux_info info;
	int rc = discmux_open(job->core->mux, DISCMUX_OPEN_WRITE, &job->dm);

	if (!rc)
		rc = discmux_info(job->dm, &info);
	if (rc)
		return job_problem(job, "", "%s", discmux_error(job->dm));
	job->max_exec_bytes = info.max_exec_bytes;
	return 0;
}

/* At the machine's start the daemon may be there before the driver: a run that goes on
 * waits for it, while a new one fails and says so. */
static int wait_for_driver(struct job *job)
{
	bool resumed;

	lock(job);
	resumed = job->status.show.resumed;
	unlock(job);
	while (resumed && !atomic_load(&job->core->driver)) {
		job_message(job, "waiting for the driver: run modprobe discmux");
		job_pause(job, DRIVER_MS);
		if (job_is_cancelled(job))
			return -ECANCELED;
	}
	return 0;
}

static void *run(void *arg)
{
	struct job *job = arg;
	int rc = 0;

	/* Cancelled in an earlier life; with a library discs have to go home all the same */
	if (job_is_cancelled(job) && strcmp(job->spec.source, JOB_MAIL) != 0)
		rc = -ECANCELED;
	if (!rc && job->spec.work != PANEL_CLEAR)
		rc = wait_for_driver(job);
	if (!rc && job->spec.work != PANEL_CLEAR)
		rc = open_mux(job);
	if (!rc)
		rc = run_work(job);
	discmux_close(job->dm);
	job->dm = NULL;
	finish(job, rc);
	return NULL;
}

int job_create(struct core *core, int64_t id, const struct job_spec *spec,
	       const struct store_job *before, struct job **out)
{
	struct job *job = calloc(1, sizeof(*job));
	struct panel_job *show;

	if (!job)
		return -ENOMEM;
	job->core = core;
	job->id = id;
	job->spec = *spec;
	atomic_init(&job->suspended, false);
	atomic_init(&job->cancel, false);
	pthread_mutex_init(&job->lock, NULL);
	monotonic_cond_init(&job->wake);
	job->status.id = id;
	job->status.spec = *spec;
	job->status.created = before ? before->created : time(NULL);
	show = &job->status.show;
	show->phase = PANEL_BUSY;
	show->work = spec->work;
	show->quantity = spec->quantity;
	show->full = spec->full;
	show->hdd = core_hdd_number(spec->image);
	if (before) {
		show->resumed = true;
		show->good = before->good;
		show->bad = before->bad;
		show->unknown = before->unknown;
		snprintf(job->master, sizeof(job->master), "%s", before->master);
		/* Another one was asked for once, and came */
		if (*job->master)
			job->spec.eject = false;
	}
	*out = job;
	return 0;
}

int job_start(struct job *job)
{
	if (pthread_create(&job->thread, NULL, run, job))
		return -EAGAIN;
	job->started = true;
	return 0;
}

void job_show_interrupted(struct job *job, const char *message)
{
	lock(job);
	job->status.show.phase = PANEL_ENDED;
	snprintf(job->status.message, sizeof(job->status.message), "%s", message);
	unlock(job);
}

void job_free(struct job *job)
{
	if (!job)
		return;
	if (job->started)
		pthread_join(job->thread, NULL);
	pthread_cond_destroy(&job->wake);
	pthread_mutex_destroy(&job->lock);
	free(job);
}
