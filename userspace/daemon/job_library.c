// SPDX-License-Identifier: GPL-2.0
/*
 * A run with a library: the master out of the mail slot into a drive, copies on blanks
 * out of slots, everything back where it came from.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job_robot.h"
#include "move.h"
#include "place.h"

/* Where the master is at home, kept in the database before the arm touches it. */
struct route {
	uint32_t mail;		/* element it came in by */
	uint32_t reader;	/* of the drive that reads it */
	uint32_t home;		/* slot of its tray, or DISCMUX_NONE */
};

static void key_of(const struct job *job, char *key, size_t size)
{
	snprintf(key, size, "job.%lld.library", (long long)job->id);
}

static bool known_route(struct job *job, struct route *route)
{
	char key[48], text[64];

	key_of(job, key, sizeof(key));
	return !store_get(job->core->store, key, text, sizeof(text)) &&
	       sscanf(text, "%u %u %u", &route->mail, &route->reader, &route->home) == 3;
}

static int keep_route(struct job *job, const struct route *route)
{
	char key[48], text[64], err[256];

	key_of(job, key, sizeof(key));
	snprintf(text, sizeof(text), "%u %u %u", route->mail, route->reader, route->home);
	if (!store_set(job->core->store, key, text))
		return 0;
	return job_problem(job, "", "%s", store_error(job->core->store, err, sizeof(err)));
}

/* ---- The drive that reads --------------------------------------------- */

static bool holds_disc(struct job *job, uint32_t address)
{
	const struct discmux_element *e;

	e = discmux_inventory_find(&job->robot->library.inv, address);
	return e && element_has_disc(e);
}

/* It burns nothing as long as it reads. */
static void leave_out(struct job_robot *r, uint32_t drive)
{
	size_t i, n = 0;

	for (i = 0; i < r->nr_drives; i++)
		if (r->drives[i].element != drive)
			r->drives[n++] = r->drives[i];
	r->nr_drives = n;
}

/* A reader if the library has one, or the first recorder of this job that is empty. */
static int choose_reader(struct job *job, uint32_t *drive)
{
	struct job_robot *r = job->robot;
	struct drive all[DRIVES_MAX];
	int n = drives_list(job->dm, all, DRIVES_MAX), i;
	size_t k;

	for (i = 0; i < n; i++) {
		bool ours = all[i].role == DISCMUX_ROLE_READER;

		for (k = 0; k < r->nr_drives && !ours; k++)
			ours = r->drives[k].member == all[i].member;
		if (ours && all[i].element != DISCMUX_NONE &&
		    all[i].state == DISCMUX_MEMBER_IDLE && !holds_disc(job, all[i].element)) {
			*drive = all[i].element;
			return 0;
		}
	}
	return job_problem(job, "LIBRARY", "no drive of the library is free to read the master: empty one with discmux unload");
}

static int find_reader(struct job *job, uint32_t element)
{
	struct drive all[DRIVES_MAX];
	int n = drives_list(job->dm, all, DRIVES_MAX), i;

	for (i = 0; i < n; i++) {
		if (all[i].element == element) {
			job->robot->reader = all[i];
			leave_out(job->robot, element);
			return 0;
		}
	}
	job_problem(job, "LIBRARY", "the drive that was to read the master is gone");
	return -ENXIO;
}

/* ---- The master comes and goes ---------------------------------------- */

/* The mail slot that holds a disc and is shut; rather one that somebody has put there. */
static int find_mail(struct job *job, struct route *route)
{
	const struct discmux_inventory *inv = &job->robot->library.inv;
	const struct discmux_element *mail = NULL;
	size_t i;

	for (i = 0; i < inv->count; i++) {
		const struct discmux_element *e = &inv->elements[i];

		if (e->type != DISCMUX_ELEMENT_IMPORT_EXPORT || !element_has_disc(e) ||
		    e->flags & DISCMUX_ELEMENT_OPEN)
			continue;
		if (!mail || (e->flags & ~mail->flags & DISCMUX_ELEMENT_IMPEXP))
			mail = e;
	}
	if (!mail)
		return job_problem(job, "LIBRARY", "no master is in the mail slot: lay one in and push it shut");
	route->mail = mail->address;
	route->home = mail->flags & DISCMUX_ELEMENT_SOURCE_VALID ? mail->source : DISCMUX_NONE;
	return 0;
}

/* Which way the master takes; after a stop the one it was to take. */
static int find_route(struct job *job, struct route *route)
{
	int rc;

	if (!known_route(job, route)) {
		rc = find_mail(job, route);
		if (!rc)
			rc = choose_reader(job, &route->reader);
		if (!rc)
			rc = keep_route(job, route);
		if (rc)
			return rc;
	}
	return find_reader(job, route->reader);
}

/* After a stop it may be anywhere on its way. */
static int master_in(struct job *job, const struct route *route)
{
	int rc = 0;

	if (holds_disc(job, route->reader))
		;
	else if (holds_disc(job, route->mail))
		rc = robot_carry(job, route->mail, route->reader);
	else if (job->status.show.resumed && holds_disc(job, route->home))
		rc = robot_carry(job, route->home, route->reader);
	else
		rc = job_problem(job, "LIBRARY", "the master is not in the mail slot any more");
	if (!rc)
		rc = robot_settle(job, &job->robot->reader);
	if (rc == -ENOMEDIUM)
		job_problem(job, "MASTER", "its drive cannot read it: clean it");
	return rc;
}

static int master_out(struct job *job, const struct route *route)
{
	return holds_disc(job, route->reader) ? robot_carry(job, route->reader, route->mail) : 0;
}

/* ---- The run ---------------------------------------------------------- */

static int check_master(struct job *job)
{
	struct drive *reader = &job->robot->reader;
	bool same;
	int rc = job_same_master(job, reader, &same);

	if (rc)
		return rc;
	if (!same) {
		job_problem(job, "MASTER", "this is another disc than the one this job began with");
		return -ENXIO;
	}
	if (reader->disc == DRIVE_BLANK) {
		job_problem(job, "MASTER", "the disc in the mail slot is blank");
		return -ENXIO;
	}
	return strcmp(job->spec.owner, "auto") ? 0 : job_again(job, reader);
}

static int copy(struct job *job)
{
	struct drive *reader = &job->robot->reader;
	struct burn_source *source = NULL;
	char name[32];
	int rc = check_master(job);

	if (rc)
		return rc;
	job_show_medium(job, reader);
	job_show_bytes(job, drive_blocks(job->dm, reader) * 2048);
	if (reader->max_data > job->max_exec_bytes)
		reader->max_data = job->max_exec_bytes;
	drive_name(reader, name, sizeof(name));
	rc = burn_source_drive(reader->member, name, reader->max_data, &source);
	if (!rc)
		rc = job_rounds(job, source);
	burn_source_free(source);
	return rc;
}

static int run(struct job *job, bool again)
{
	struct route route = { DISCMUX_NONE, DISCMUX_NONE, DISCMUX_NONE };
	int rc = find_route(job, &route), ret;

	if (rc)
		return rc;
	if (again)
		rc = robot_tidy(job);
	if (!rc && job->status.show.good < job->spec.quantity) {
		rc = job_is_cancelled(job) ? -ECANCELED : master_in(job, &route);
		if (!rc)
			rc = copy(job);
	}
	/* A stop of the daemon leaves everything to the next start */
	if (job_is_suspended(job))
		return rc;
	ret = robot_bring_home(job);
	rc = rc ? rc : ret;
	ret = master_out(job, &route);
	return rc ? rc : ret;
}

int job_run_library(struct job *job)
{
	bool again = job->status.show.resumed;
	int rc;

	job->spec.keep = true;	/* the arm takes them out, not a tray */
	rc = robot_open(job);

	if (!rc)
		rc = run(job, again);
	robot_close(job);
	return rc;
}
