// SPDX-License-Identifier: GPL-2.0
/* Which disc is the master, and which recorders hold what a job wants. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"
#include "job_priv.h"
#include "mmc.h"
#include "monotonic.h"

#define POLL_MS		300u

/* ---- The master ------------------------------------------------------- */

static int find_reader(struct job *job, struct drive *reader)
{
	int unit = job_reader(&job->spec), n, i;
	struct drive drives[DRIVES_MAX];

	n = drives_list(job->dm, drives, DRIVES_MAX);
	for (i = 0; i < n; i++) {
		if (drives[i].role == DISCMUX_ROLE_READER && (int)drives[i].unit == unit) {
			*reader = drives[i];
			return 0;
		}
	}
	return job_problem(job, "", "there is no %s: look at discmux status", job->spec.source);
}

static void say_busy(struct job *job, const struct drive *reader, int64_t other)
{
	if (other)
		job_message(job, "waiting for reader %u, which job %lld has", reader->unit,
			    (long long)other);
	else
		job_message(job, "waiting for reader %u, which another program uses",
			    reader->unit);
}

/* Waits until neither another job nor another program has it; then it is this job's to
 * its end. */
static int wait_reader(struct job *job, struct drive *reader)
{
	int64_t other, said = -1;
	int rc;

	for (;;) {
		rc = find_reader(job, reader);
		if (rc)
			return rc;
		other = core_reserve_reader(job->core, job, reader->unit);
		if (!other && reader->state == DISCMUX_MEMBER_IDLE)
			break;
		if (job_is_cancelled(job))
			return -ECANCELED;
		if (other != said)
			say_busy(job, reader, other);
		said = other;
		job_pause(job, POLL_MS);
	}
	if (said >= 0)
		job_message(job, "%s", "");
	return 0;
}

static bool holds_master(struct drive *d)
{
	return d->disc == DRIVE_COMPLETE || d->disc == DRIVE_APPENDABLE;
}

void job_show_medium(struct job *job, const struct drive *reader)
{
	pthread_mutex_lock(&job->lock);
	snprintf(job->status.show.medium, sizeof(job->status.show.medium), "%s",
		 drive_medium_class(reader->profile));
	pthread_mutex_unlock(&job->lock);
}

/* Closes an open tray when YES is pressed. */
static void wait_disc(struct job *job, struct drive *reader)
{
	job_message(job, "insert the master into reader %u", reader->unit);
	job_phase(job, PANEL_NEED_MASTER);
	while (!job_is_cancelled(job)) {
		if (job_pause(job, POLL_MS) && reader->tray_open)
			drive_tray(job->dm, reader, false);
		drive_look(job->dm, reader);
		if (holds_master(reader))
			break;
	}
	job_message(job, "%s", "");
	job_phase(job, PANEL_BUSY);
}

int job_wait_master(struct job *job, struct drive *reader)
{
	int rc = wait_reader(job, reader), tries;

	if (rc)
		return rc;
	drive_look(job->dm, reader);
	for (tries = 0; reader->waiting && tries < 100 && !job_is_cancelled(job); tries++) {
		job_pause(job, POLL_MS);
		drive_look(job->dm, reader);
	}
	if (job->spec.eject || !holds_master(reader)) {
		if (!reader->tray_open)
			drive_tray(job->dm, reader, true);
		wait_disc(job, reader);
	}
	if (job_is_cancelled(job))
		return -ECANCELED;
	job_show_medium(job, reader);
	return 0;
}

int job_same_master(struct job *job, const struct drive *reader, bool *same)
{
	char id[BURN_ID_LEN];

	*same = false;
	if (burn_identify(&burn_ops_discmux, job->dm, reader->member, 0, id))
		return job_problem(job, "MASTER", "reader %u does not say which disc is in it: clean the disc, or try another drive",
				   reader->unit);
	*same = !*job->master || !strcmp(id, job->master);
	if (*job->master)
		return 0;
	snprintf(job->master, sizeof(job->master), "%s", id);
	return store_job_master(job->core->store, job->id, id);
}

static int ask_again(struct job *job)
{
	bool yes = false;

	job_message(job, "the disc of the last run again: copy it?");
	job_phase(job, PANEL_SAME);
	while (!yes && !job_is_cancelled(job))
		yes = job_pause(job, POLL_MS);
	job_message(job, "%s", "");
	job_phase(job, PANEL_BUSY);
	return yes ? 0 : -ECANCELED;
}

/* The panel must not call it complete. */
static void show_skipped(struct job *job)
{
	pthread_mutex_lock(&job->lock);
	job->status.show.cancelled = true;
	pthread_mutex_unlock(&job->lock);
}

/* Whether the last run is an earlier life of this job; what an older discmuxd has begun
 * is in no database. */
static bool was_begun(struct job *job, const char *key)
{
	char value[24];

	if (store_get(job->core->store, key, value, sizeof(value)))
		return job->status.show.resumed;
	return atoll(value) == job->id;
}

static int keep_begun(struct job *job, const char *begun, const char *last)
{
	char id[24];
	int rc;

	snprintf(id, sizeof(id), "%lld", (long long)job->id);
	rc = store_set(job->core->store, begun, id);
	return rc ? rc : store_set(job->core->store, last, job->master);
}

int job_again(struct job *job, const struct drive *reader)
{
	char name[16] = "library", key[32], begun[32], last[sizeof(job->master)];

	if (!job->robot)
		snprintf(name, sizeof(name), "%u", reader->unit);
	snprintf(key, sizeof(key), "auto.%s.last", name);
	snprintf(begun, sizeof(begun), "auto.%s.begun", name);
	if (!store_get(job->core->store, key, last, sizeof(last)) && !strcmp(last, job->master) &&
	    !was_begun(job, begun)) {
		if (job->spec.again == AUTO_SKIP) {
			core_log(5, "job %lld: the disc of the last run again: skipped",
				 (long long)job->id);
			job_message(job, "the disc of the last run again: skipped");
			show_skipped(job);
			return -ECANCELED;
		}
		if (job->spec.again == AUTO_ASK && ask_again(job))
			return -ECANCELED;
	}
	return keep_begun(job, begun, key);
}

/* ---- Recorders -------------------------------------------------------- */

struct gather {
	struct drive drives[DRIVES_MAX];
	size_t count;
	bool ready[DRIVES_MAX];
	uint64_t end_ms;	/* unattended: when waiting ends */
};

/* A disc that this daemon has written to is no blank, whatever the drive says. */
bool job_disc_fits(struct job *job, const struct drive *d)
{
	switch (job->spec.work) {
	case PANEL_VERIFY:
		return d->disc == DRIVE_COMPLETE || d->disc == DRIVE_APPENDABLE;
	case PANEL_ERASE:
		return d->erasable && d->disc > DRIVE_NO_DISC;
	default:
		return (d->disc == DRIVE_BLANK ||
			(d->disc > DRIVE_BLANK && drive_holds_nothing(job->dm, d))) &&
		       !store_recorder_holds(job->core->store, d->serial, d->unit);
	}
}

static void look(struct job *job, struct gather *g)
{
	size_t i;

	for (i = 0; i < g->count; i++) {
		struct drive *d = &g->drives[i];

		drive_look(job->dm, d);
		if (d->disc == DRIVE_NO_DISC)
			store_recorder_empty(job->core->store, d->serial, d->unit);
		g->ready[i] = job_disc_fits(job, d);
	}
}

static size_t nr_ready(const struct gather *g)
{
	size_t i, n = 0;

	for (i = 0; i < g->count; i++)
		n += g->ready[i];
	return n;
}

/* A master that is registered goes onto the blank discs there are as well; without any it
 * is registered all the same. */
static bool does_without(const struct job *job)
{
	return job->spec.work == PANEL_REGISTER;
}

/* Recorders that are free; those asked for by number must be. */
static int choose(struct job *job, struct gather *g)
{
	uint64_t want = job->spec.all ? UINT32_MAX : job->spec.recorders, got = 0;
	struct drive drives[DRIVES_MAX];
	int n = drives_list(job->dm, drives, DRIVES_MAX), i;

	for (i = 0; i < n; i++)
		if (drives[i].role == DISCMUX_ROLE_RECORDER && drives[i].unit < JOB_RECORDERS &&
		    drives[i].state == DISCMUX_MEMBER_IDLE)
			got |= 1ull << drives[i].unit;
	got = core_reserve(job->core, job, got & want);
	if (!job->spec.all && got != want)
		return job_problem(job, "", "recorder %d is busy or not there: look at discmux status",
				   __builtin_ctzll(want & ~got));
	if (!got && !does_without(job))
		return job_problem(job, "", "no recorder is free: look at discmux status");
	for (i = 0; i < n; i++)
		if (drives[i].role == DISCMUX_ROLE_RECORDER && drives[i].unit < JOB_RECORDERS &&
		    (got >> drives[i].unit & 1))
			g->drives[g->count++] = drives[i];
	return 0;
}

void job_add_recorder(struct job *job, const struct drive *d)
{
	struct burn_recorder *r = &job->recorders[job->count];

	/* The engine takes CDs or DVDs, whichever comes first, and not both */
	if (!job->count)
		snprintf(job->media, sizeof(job->media), "%s", drive_medium_class(d->profile));
	job->slots[job->count++] = 0;
	memset(r, 0, sizeof(*r));
	r->member = d->member;
	r->unit = d->unit;
	r->max_data = d->max_data;
	r->slot = DISCMUX_NONE;
	snprintf(r->drive, sizeof(r->drive), "%s %s", d->vendor, d->product);
	snprintf(r->serial, sizeof(r->serial), "%s", d->serial);
	snprintf(r->block_name, sizeof(r->block_name), "%s", d->block_name);
}

void job_show_discs(struct job *job)
{
	if (!job->count || job->spec.work == PANEL_REGISTER)
		return;
	pthread_mutex_lock(&job->lock);
	snprintf(job->status.show.medium, sizeof(job->status.show.medium), "%s", job->media);
	pthread_mutex_unlock(&job->lock);
}

static void take_ready(struct job *job, const struct gather *g, unsigned int most)
{
	size_t i;

	job->count = 0;
	for (i = 0; i < g->count && job->count < most; i++)
		if (g->ready[i])
			job_add_recorder(job, &g->drives[i]);
	job_show_discs(job);
	if (!job->count)
		core_log(5, "job %lld: %s: the master is registered only", (long long)job->id,
			 g->count ? "no recorder holds a blank disc" : "no recorder is free");
}

/* A person is at work at the trays: waits until all hold a disc, or until told to
 * go on with those that do. */
static int wait_discs(struct job *job, struct gather *g, size_t enough)
{
	job_message(job, "waiting for discs in the recorders");
	job_phase(job, PANEL_NEED_DISCS);
	while (nr_ready(g) < enough && !job_is_cancelled(job) && !job_check_failed(job)) {
		bool go_on = job_pause(job, POLL_MS);

		look(job, g);
		if (go_on && (nr_ready(g) || does_without(job)))
			break;
		if (job->spec.unattended && monotonic_ms() >= g->end_ms) {
			if (nr_ready(g) || does_without(job))
				break;
			return job_problem(job, "", "no disc came within %u s", job->spec.wait_s);
		}
	}
	job_message(job, "%s", "");
	job_phase(job, PANEL_BUSY);
	return 0;
}

static void open_trays(struct job *job, struct gather *g, size_t enough)
{
	size_t i, open = nr_ready(g);

	for (i = 0; i < g->count && open < enough; i++) {
		const struct drive *d = &g->drives[i];

		if (g->ready[i])
			continue;
		open++;
		/* The next look may come after a quick hand has laid in another disc */
		if (!d->tray_open && !d->waiting && !drive_tray(job->dm, d, true))
			store_recorder_empty(job->core->store, d->serial, d->unit);
	}
}

/* After the first round only those that took part then. */
static void keep_those(struct job *job, struct gather *g)
{
	size_t i, k, n = 0;

	for (i = 0; i < g->count; i++)
		for (k = 0; k < job->count; k++)
			if (job->recorders[k].member == g->drives[i].member) {
				g->drives[n++] = g->drives[i];
				break;
			}
	g->count = n;
}

int job_gather(struct job *job, unsigned int most, bool first)
{
	struct gather *g = calloc(1, sizeof(*g));
	size_t enough;
	int rc = g ? choose(job, g) : -ENOMEM;

	if (!rc && !first && job->count)
		keep_those(job, g);
	if (rc) {
		free(g);
		return rc;
	}
	enough = most && most < g->count ? most : g->count;
	g->end_ms = monotonic_ms() + job->spec.wait_s * 1000ull;
	look(job, g);
	if (nr_ready(g) < enough) {
		open_trays(job, g, enough);
		rc = wait_discs(job, g, enough);
	}
	if (!rc && job_is_cancelled(job))
		rc = -ECANCELED;
	if (!rc && job_check_failed(job))
		rc = -EBADMSG;	/* before anybody loads more discs */
	if (!rc)
		take_ready(job, g, (unsigned int)enough);
	free(g);
	return rc;
}
