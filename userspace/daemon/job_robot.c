// SPDX-License-Identifier: GPL-2.0
/* Blanks out of a library's slots into its recorders, and back there as copies. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_robot.h"
#include "move.h"
#include "place.h"

#define REST_MS		600000	/* a move that nobody waits for ends within this time */
#define POLL_MS		300
#define START_MS	1000
#define START_TRIES	300
#define SETTLE_TRIES	400	/* two minutes for a drive to know its disc */

/* ---- Places ----------------------------------------------------------- */

static const struct discmux_element *element(const struct job *job, uint32_t address)
{
	return discmux_inventory_find(&job->robot->library.inv, address);
}

static bool is_full(const struct job *job, uint32_t address)
{
	const struct discmux_element *e = element(job, address);

	return e && element_has_disc(e);
}

/* The element of slot N, or NULL. */
static const struct discmux_element *slot(const struct job *job, unsigned int number)
{
	return discmux_inventory_nth(&job->robot->library.inv, DISCMUX_ELEMENT_STORAGE,
				     number - 1);
}

/* Where the disc in a drive is from: the library knows, or we who have carried it there,
 * or were about to when we were stopped. */
static uint32_t home_of(const struct job *job, const struct discmux_element *drive)
{
	const struct memory *memory = &job->robot->library.memory;
	const struct memory_disc *known = memory_at(memory, drive->address);
	size_t i;

	if (drive->flags & DISCMUX_ELEMENT_SOURCE_VALID)
		return drive->source;
	for (i = 0; i < memory->nr_tasks; i++)
		if (memory->tasks[i].destination == drive->address)
			return memory->tasks[i].home;
	return known ? known->home : DISCMUX_NONE;
}

/* The slot of this job that the disc in a drive is from, 0: none of them. */
static unsigned int slot_of(const struct job *job, uint32_t drive)
{
	const struct job_robot *r = job->robot;
	const struct discmux_element *e = element(job, drive), *home;
	uint32_t address = e ? home_of(job, e) : DISCMUX_NONE;
	size_t i;

	for (i = 0; e && element_has_disc(e) && i < r->slots.count; i++) {
		home = slot(job, r->slots.number[i]);
		if (home && home->address == address)
			return r->slots.number[i];
	}
	return 0;
}

static size_t index_of(const struct job_robot *r, unsigned int number)
{
	size_t i;

	for (i = 0; i < r->slots.count && r->slots.number[i] != number; i++)
		;
	return i;
}

/* ---- Carrying --------------------------------------------------------- */

int robot_carry(struct job *job, uint32_t from, uint32_t to)
{
	struct library *l = &job->robot->library;
	char a[32], b[32], err[256];

	place_name(&l->inv, from, a, sizeof(a));
	place_name(&l->inv, to, b, sizeof(b));
	job_message(job, "carrying a disc from %s to %s", a, b);
	/* "move": what lies in a drive after a stop is this job's to tidy */
	if (move_check(&l->inv, from, to, err, sizeof(err)) ||
	    library_carry(l, "move", from, to, 0, DISCMUX_NONE, NULL, err, sizeof(err))) {
		job_problem(job, "LIBRARY", "%s", err);
		return -ENXIO;
	}
	if (*l->warning)
		core_log(4, "job %lld: %s", (long long)job->id, l->warning);
	job_message(job, "%s", "");
	return 0;
}

int robot_settle(struct job *job, struct drive *d)
{
	char name[32];
	int tries;

	for (tries = 0; tries < SETTLE_TRIES && !job_is_cancelled(job); tries++) {
		drive_look(job->dm, d);
		if (!d->waiting && d->disc > DRIVE_NO_DISC)
			return 0;
		job_pause(job, POLL_MS);
	}
	if (job_is_cancelled(job))
		return -ECANCELED;
	core_log(4, "job %lld: %s does not find the disc that was put into it",
		 (long long)job->id, drive_name(d, name, sizeof(name)));
	return -ENOMEDIUM;
}

/* The disc in a drive back into its slot. */
static int carry_home(struct job *job, const struct drive *d, unsigned int number)
{
	const struct discmux_element *home = slot(job, number);
	int rc = home ? robot_carry(job, d->element, home->address) : -ENXIO;

	if (!rc)
		store_recorder_empty(job->core->store, d->serial, d->unit);
	return rc;
}

/* ---- Blanks ----------------------------------------------------------- */

/* Whether the disc of a slot lies in a drive, also in one that this job does not have. */
static bool in_a_drive(const struct job *job, uint32_t home)
{
	const struct discmux_inventory *inv = &job->robot->library.inv;
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *e = &inv->elements[i];

		if (e->type == DISCMUX_ELEMENT_DATA_TRANSFER && element_has_disc(e) &&
		    home_of(job, e) == home)
			return true;
	}
	return false;
}

/* Slots that hold nothing any more were emptied by somebody: what comes into them is
 * another disc. */
static void look_at_slots(struct job *job)
{
	const struct job_robot *r = job->robot;
	size_t i;

	for (i = 0; i < r->slots.count; i++) {
		const struct discmux_element *s = slot(job, r->slots.number[i]);

		if (s && !element_has_disc(s) && !in_a_drive(job, s->address))
			store_slot_empty(job->core->store, r->slots.number[i]);
	}
}

/* The next slot with what should be a blank, 0: none. */
static unsigned int next_slot(struct job *job)
{
	struct job_robot *r = job->robot;
	size_t i;

	for (i = 0; i < r->slots.count; i++) {
		const struct discmux_element *s = slot(job, r->slots.number[i]);

		if (r->tried[i] || !s || !element_has_disc(s) ||
		    store_slot_holds(job->core->store, r->slots.number[i]))
			continue;
		r->tried[i] = true;
		return r->slots.number[i];
	}
	return 0;
}

/* A blank into a drive that has none: its slot in *number; -ENOSPC when there is no
 * more.  What turns out to be something else goes back. */
static int fetch(struct job *job, struct drive *d, unsigned int *number)
{
	int rc;

	for (;;) {
		if (job_is_cancelled(job))
			return -ECANCELED;
		*number = next_slot(job);
		if (!*number)
			return -ENOSPC;
		rc = robot_carry(job, slot(job, *number)->address, d->element);
		if (rc)
			return rc;
		rc = robot_settle(job, d);
		if (rc == -ECANCELED || (!rc && job_disc_fits(job, d)))
			return rc;
		core_log(4, "job %lld: the disc of slot %u is not blank", (long long)job->id,
			 *number);
		rc = carry_home(job, d, *number);
		if (rc)
			return rc;
	}
}

/* A blank that lies in the drive since before a stop is as good; -EAGAIN: another
 * disc is in the way. */
static int feed(struct job *job, struct drive *d, unsigned int *number)
{
	struct job_robot *r = job->robot;
	size_t at;

	if (!is_full(job, d->element))
		return fetch(job, d, number);
	*number = slot_of(job, d->element);
	drive_look(job->dm, d);
	if (!*number || !job_disc_fits(job, d))
		return -EAGAIN;
	at = index_of(r, *number);
	if (at < r->slots.count)
		r->tried[at] = true;
	return 0;
}

static void take(struct job *job, const struct drive *d, unsigned int number)
{
	const struct discmux_element *home = slot(job, number);

	job_add_recorder(job, d);
	job->recorders[job->count - 1].slot = home ? home->address : DISCMUX_NONE;
	job->slots[job->count - 1] = number;
}

int robot_gather(struct job *job, unsigned int most)
{
	struct job_robot *r = job->robot;
	unsigned int number;
	size_t i;
	int rc;

	job->count = 0;
	for (i = 0; i < r->nr_drives && job->count < most; i++) {
		rc = feed(job, &r->drives[i], &number);
		if (rc == -EAGAIN)
			continue;
		if (rc == -ENOSPC)
			break;
		if (rc)
			return rc;
		take(job, &r->drives[i], number);
	}
	job_show_discs(job);
	if (job->count)
		return 0;
	job_problem(job, "LIBRARY", "no blank is left in slots %s, or no recorder is free: %u of %u copies are made",
		    job->spec.slots, job->status.show.good, job->spec.quantity);
	return -ENOSPC;
}

/* ---- Back home -------------------------------------------------------- */

static const struct drive *drive_of(const struct job_robot *r, uint32_t member)
{
	size_t i;

	for (i = 0; i < r->nr_drives; i++)
		if (r->drives[i].member == member)
			return &r->drives[i];
	return NULL;
}

int robot_take_back(struct job *job)
{
	const struct drive *d;
	int rc = 0, ret;
	size_t i;

	/* A stop of the daemon leaves them to the next start */
	for (i = 0; i < job->count && !job_is_suspended(job); i++) {
		d = drive_of(job->robot, job->recorders[i].member);
		if (!d || !is_full(job, d->element))
			continue;
		ret = carry_home(job, d, job->slots[i]);
		rc = rc ? rc : ret;
	}
	return rc;
}

static int go_home(struct job *job, bool blanks)
{
	struct job_robot *r = job->robot;
	unsigned int number;
	int rc = 0, ret;
	size_t i;

	for (i = 0; i < r->nr_drives; i++) {
		struct drive *d = &r->drives[i];

		number = slot_of(job, d->element);
		if (!number)
			continue;
		if (!blanks && !robot_settle(job, d) && job_disc_fits(job, d))
			continue;
		ret = carry_home(job, d, number);
		rc = rc ? rc : ret;
	}
	return rc;
}

int robot_tidy(struct job *job)
{
	return go_home(job, false);
}

int robot_bring_home(struct job *job)
{
	return go_home(job, true);
}

/* ---- Opening ---------------------------------------------------------- */

/* What a stop in the middle of a move has left on the arm or in the printer. */
static int put_back_strays(struct job *job)
{
	struct library *l = &job->robot->library;
	struct recovery recovery;
	char err[256];
	size_t i;

	library_look(l, &recovery);
	for (i = 0; i < recovery.nr_strays; i++) {
		const struct stray *s = &recovery.strays[i];

		if (s->home == DISCMUX_NONE) {
			job_problem(job, "LIBRARY", "%s: see discmux inventory --recover", s->why);
			return -ENXIO;
		}
		core_log(5, "job %lld: %s: it goes back there", (long long)job->id, s->why);
		if (library_put_back(l, s, s->home, err, sizeof(err))) {
			job_problem(job, "LIBRARY", "%s", err);
			return -ENXIO;
		}
	}
	return 0;
}

/* The recorders of the library that no other job has. */
static void reserve(struct job *job)
{
	struct job_robot *r = job->robot;
	struct drive all[DRIVES_MAX];
	int n = drives_list(job->dm, all, DRIVES_MAX), i;
	uint64_t bits = 0;

	for (i = 0; i < n; i++)
		if (all[i].role == DISCMUX_ROLE_RECORDER && all[i].element != DISCMUX_NONE &&
		    all[i].state == DISCMUX_MEMBER_IDLE && all[i].unit < JOB_RECORDERS)
			bits |= 1ull << all[i].unit;
	if (!job->spec.all)
		bits &= job->spec.recorders;
	bits = core_reserve(job->core, job, bits);
	for (i = 0; i < n; i++)
		if (all[i].role == DISCMUX_ROLE_RECORDER && all[i].unit < JOB_RECORDERS &&
		    bits >> all[i].unit & 1)
			r->drives[r->nr_drives++] = all[i];
}

static int look(struct job *job, char *err, size_t errlen)
{
	struct library *l = &job->robot->library;
	int rc = library_open(l, job->dm, err, errlen);

	if (!rc)
		rc = library_rest(l, REST_MS, err, errlen);
	if (!rc && !l->inv.count) {
		snprintf(err, errlen, "the library is not ready: try again when it is");
		rc = -EAGAIN;
	}
	return rc;
}

/* After a power cut everything comes up at once, and the library is the slowest. */
static int wait_library(struct job *job, char *err, size_t errlen)
{
	int tries = job->status.show.resumed ? START_TRIES : 1, rc;

	for (;;) {
		rc = look(job, err, errlen);
		if (!rc || !--tries || job_is_cancelled(job))
			return rc;
		library_close(&job->robot->library);
		job_message(job, "waiting for the library: %s", err);
		job_pause(job, START_MS);
	}
}

int robot_open(struct job *job)
{
	char err[256] = "";
	int rc;

	job->robot = calloc(1, sizeof(*job->robot));
	if (!job->robot)
		return -ENOMEM;
	rc = slots_parse(job->spec.slots, &job->robot->slots, err, sizeof(err));
	if (!rc)
		rc = wait_library(job, err, sizeof(err));
	if (rc) {
		job_problem(job, "LIBRARY", "%s", err);
		return -ENXIO;
	}
	reserve(job);
	rc = put_back_strays(job);
	if (!rc)
		look_at_slots(job);
	return rc;
}

void robot_close(struct job *job)
{
	if (!job->robot)
		return;
	library_close(&job->robot->library);
	free(job->robot);
	job->robot = NULL;
}
