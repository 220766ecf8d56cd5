// SPDX-License-Identifier: GPL-2.0
/* Tasks of the burn engine as commands: what they share. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "drive_name.h"
#include "image.h"
#include "report.h"
#include "stored.h"
#include "output.h"
#include "task.h"

#define DEFAULT_LOG	"/var/lib/discmux/jobs.log"
#define SHOW_MS		250
#define SOURCE_MAX	250u	/* bytes of a master's name that discmuxd takes */

/* ---- Members ---------------------------------------------------------- */

static int find_members(struct task *task)
{
	struct discmux *dm = task->cli->dm;
	const size_t room = sizeof(task->members) / sizeof(task->members[0]);
	int n;

	if (discmux_info(dm, &task->info) < 0)
		return cli_error("%s", discmux_error(dm));
	n = discmux_members(dm, task->members, room);
	if (n < 0)
		return cli_error("%s", discmux_error(dm));
	task->nr_members = (size_t)n < room ? (size_t)n : room;
	return CLI_OK;
}

static const struct discmux_member *find_unit(const struct task *task, uint32_t role,
					      unsigned long unit)
{
	size_t i;

	for (i = 0; i < task->nr_members; i++)
		if (task->members[i].role == role && task->members[i].unit == unit)
			return &task->members[i];
	return NULL;
}

static void describe(const struct discmux_member *m, struct burn_recorder *r)
{
	char vendor[9], product[17];

	memset(r, 0, sizeof(*r));
	r->member = m->member;
	r->unit = m->unit;
	r->max_data = m->max_data;
	r->reader = m->role == DISCMUX_ROLE_READER;
	r->slot = DISCMUX_NONE;
	snprintf(r->drive, sizeof(r->drive), "%s %s",
		 discmux_text(m->vendor, sizeof(m->vendor), vendor, sizeof(vendor)),
		 discmux_text(m->product, sizeof(m->product), product, sizeof(product)));
	discmux_text(m->serial, sizeof(m->serial), r->serial, sizeof(r->serial));
	discmux_text(m->block_name, sizeof(m->block_name), r->block_name, sizeof(r->block_name));
}

/* Where the robot took the discs from, for the log; without a changer nowhere. */
static void find_slots(struct task *task)
{
	struct discmux_inventory inv = { 0 };
	size_t i, k;

	if (task->info.changer == DISCMUX_NONE ||
	    discmux_elements(task->cli->dm, DISCMUX_ELEMENT_DATA_TRANSFER, false, &inv) < 0)
		return;
	for (i = 0; i < inv.count; i++)
		for (k = 0; k < task->count; k++)
			if (inv.elements[i].member == task->recorders[k].member &&
			    (inv.elements[i].flags & DISCMUX_ELEMENT_SOURCE_VALID))
				task->recorders[k].slot = inv.elements[i].source;
	discmux_inventory_free(&inv);
}

static const char *list_option(const struct task *task)
{
	return task->task == BURN_VERIFY || task->task == BURN_ERASE ? "--in" : "--to";
}

static int add_drive(struct task *task, const struct discmux_member *m)
{
	const char *role = discmux_role_name(m->role);
	size_t i;

	if (m->role == DISCMUX_ROLE_CHANGER || (m->role == DISCMUX_ROLE_READER &&
						task->task != BURN_VERIFY))
		return cli_error("%s %u can't write: name recorders", role, m->unit);
	if (m->member == task->source_member)
		return cli_error("%s %u holds the master: name another drive", role, m->unit);
	for (i = 0; i < task->count; i++)
		if (task->recorders[i].member == m->member)
			return cli_error("%s %s names %s %u twice: one disc takes one copy, say --quantity for more",
					 list_option(task), task->opt.to, role, m->unit);
	if (task->count == BURN_MAX_RECORDERS)
		return cli_error("one job takes %d recorders at most: name fewer with %s",
				 BURN_MAX_RECORDERS, list_option(task));
	describe(m, &task->recorders[task->count++]);
	return CLI_OK;
}

/* What holds for any choice. */
static int check_choice(struct task *task)
{
	if (task->count > task->info.max_targets)
		return cli_error("one job takes %u recorders at most: name fewer with %s",
				 task->info.max_targets, list_option(task));
	if (task->opt.quantity && task->opt.quantity < task->count)
		task->count = task->opt.quantity;
	find_slots(task);
	return CLI_OK;
}

/* One word of a list: the number of a recorder, or any name of a drive. */
static int choose_word(struct task *task, const char *word)
{
	struct discmux *dm = task->cli->dm;
	struct discmux_member m;
	unsigned long unit;
	int rc;

	if (!cli_number(word, 0, BURN_MAX_RECORDERS - 1, &unit))
		rc = discmux_member_by_unit(dm, DISCMUX_ROLE_RECORDER, (uint32_t)unit, &m);
	else
		rc = discmux_member_by_name(dm, word, &m);
	if (!rc)
		return add_drive(task, &m);
	if (rc != -EINVAL)
		return cli_error("%s", discmux_error(dm));
	if (!word[strspn(word, "0123456789")])
		return cli_error("%s: there is no recorder %s, nor a drive with this serial number: discmux status lists them",
				 list_option(task), word);
	return cli_error("%s %s is no list of recorders: say all, numbers like 0,2, or names that discmux status shows",
			 list_option(task), task->opt.to);
}

/* Names, with numbers among them. */
static int choose_names(struct task *task)
{
	char *copy = strdup(task->opt.to), *rest = copy, *word;
	int status = copy ? CLI_OK : cli_error("out of memory");

	while (!status && (word = strsep(&rest, ",")))
		status = choose_word(task, word);
	free(copy);
	return status ? status : check_choice(task);
}

static int choose_recorders(struct task *task, bool all, uint32_t set)
{
	unsigned int unit;

	if (!task->info.recorders)
		return cli_error("no recorders: connect one and look at discmux status");
	if (all && task->info.recorders > BURN_MAX_RECORDERS)
		return cli_error("one job takes %d recorders at most: name them with %s",
				 BURN_MAX_RECORDERS, list_option(task));
	for (unit = 0; unit < BURN_MAX_RECORDERS; unit++) {
		const struct discmux_member *m = find_unit(task, DISCMUX_ROLE_RECORDER, unit);

		if (!all && !(set >> unit & 1))
			continue;
		if (!m && all)
			continue;
		if (!m)
			return cli_error("there is no recorder %u: discmux status lists them", unit);
		if (m->member == task->source_member) {
			if (all)
				continue;
			return cli_error("recorder %u holds the master: it can't %s too", unit,
					 task->task == BURN_VERIFY ? "hold a copy" : "burn a copy");
		}
		describe(m, &task->recorders[task->count++]);
	}
	if (!task->count)
		return cli_error("no recorder is left beside the one with the master: connect another");
	return check_choice(task);
}

/* ---- The master ------------------------------------------------------- */

static int open_file(struct task *task)
{
	char err[BURN_MESSAGE_LEN];
	unsigned int i;

	if (!task->stored && stored_is_name(task->opt.from) && access(task->opt.from, F_OK))
		return stored_missing(task->opt.from);
	/* A stored master was checked when it was stored */
	if (burn_source_file(task->stored ? stored_path(task->stored) : task->opt.from,
			     task->stored || task->opt.force_image ? DISC_IMAGE_FORCE : 0,
			     &task->source, err, sizeof(err)))
		return cli_error("%s", err);
	for (i = 0; i < burn_source_notes(task->source); i++)
		cli_error("%s", burn_source_note(task->source, i));
	return CLI_OK;
}

static int open_drive(struct task *task, const struct discmux_member *m, const char *name)
{
	uint32_t max_data = m->max_data < task->info.max_exec_bytes ? m->max_data :
								      task->info.max_exec_bytes;

	if (burn_source_drive(m->member, name, max_data, &task->source))
		return cli_error("%s can't be used as a source", name);
	task->source_member = m->member;
	return CLI_OK;
}

/* A drive, a master of the store, or a file. */
static int open_source(struct task *task)
{
	const char *from = task->opt.from;
	char name[DRIVE_NAME_SIZE];
	struct discmux_member m;
	bool drive = false;
	int status = CLI_OK;

	task->source_member = DISCMUX_NONE;
	if (!discmux_is_member_name(from))
		status = stored_open(from, &task->stored);
	if (!status && !task->stored)
		status = drive_name_or_file(task->cli, from, &drive, &m, name);
	if (status)
		return status;
	return drive ? open_drive(task, &m, name) : open_file(task);
}

/* Without a log a copy is as good; only one that was asked for must be there. */
static int open_log(struct task *task)
{
	const char *path = task->opt.log ? task->opt.log : DEFAULT_LOG;
	int rc = *path ? burn_log_open(path, &task->log) : 0;

	if (!rc)
		return CLI_OK;
	if (task->opt.log)
		return cli_error("%s: %s: name another file with --log", path, strerror(-rc));
	cli_error("%s: %s; going on without a log of disc states", path, strerror(-rc));
	return CLI_OK;
}

/* ---- A round ---------------------------------------------------------- */

struct round {
	struct task *task;
	unsigned int number;
	struct burn_job *job;
	int rc;
	atomic_bool ended;
	pthread_mutex_t lock;	/* for notices: the job's thread leaves them here */
	char notices[BURN_MAX_RECORDERS][BURN_MESSAGE_LEN];
	size_t nr_notices;
};

static void *run_job(void *arg)
{
	struct round *round = arg;

	round->rc = burn_job_run(round->job);
	atomic_store(&round->ended, true);
	return NULL;
}

/* A signal that ends the job came within ms, or somebody told discmuxd that it is to end. */
bool task_signalled(struct task *task, unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (sigtimedwait(&task->signals, NULL, &t) <= 0 &&
	    (task->cancelled || !report_cancelled(task->report)))
		return false;
	if (!task->cancelled)
		cli_error("ending: discs that are being closed are brought to their end");
	task->cancelled = true;
	return true;
}

static void leave_notice(void *arg, const char *text)
{
	struct round *round = arg;

	pthread_mutex_lock(&round->lock);
	if (round->nr_notices < BURN_MAX_RECORDERS)
		snprintf(round->notices[round->nr_notices++], BURN_MESSAGE_LEN, "%s", text);
	pthread_mutex_unlock(&round->lock);
}

static void print_notices(struct round *round, struct task_show *show)
{
	size_t i;

	pthread_mutex_lock(&round->lock);
	for (i = 0; i < round->nr_notices; i++)
		cli_error("%s", round->notices[i]);
	if (round->nr_notices)
		task_show_break(show);
	round->nr_notices = 0;
	pthread_mutex_unlock(&round->lock);
}

/* No disc is good before its master is known to be whole. */
static int check_master(const struct task *task, const char *state, char *err, size_t errlen)
{
	bool last = !strcmp(state, task->opt.verify ? "verified" : "closed");

	if (!last && strcmp(state, "closed") != 0)
		return 0;
	return stored_result(task->stored, last, err, errlen);
}

static int record(void *arg, size_t i, const char *state, enum burn_disc disc, char *err,
		  size_t errlen)
{
	const struct round *round = arg;
	struct burn_status status;
	int rc = check_master(round->task, state, err, errlen);

	if (rc)
		return rc;
	burn_job_status(round->job, i, &status);
	return report_disc(round->task->report, &round->task->recorders[i], round->number, state,
			   disc, &status, err, errlen);
}

static void report_all(struct task *task, struct burn_job *job, size_t count)
{
	struct burn_status status;
	size_t i;

	for (i = 0; task->report && i < count; i++) {
		burn_job_status(job, i, &status);
		report_status(task->report, &task->recorders[i], &status);
	}
}

/* Says once that the master is damaged; the job has no use then.  wait: until it is
 * known. */
static bool master_damaged(struct task *task, bool wait)
{
	char err[BURN_MESSAGE_LEN];
	int rc = stored_result(task->stored, wait, err, sizeof(err));

	if (!rc || rc == -ECANCELED)
		return false;
	if (!*task->error) {
		snprintf(task->error, sizeof(task->error), "%s", err);
		cli_error("%s", err);
	}
	return true;
}

/* True when the job has to end before its time. */
static bool has_to_end(struct task *task)
{
	if (task_signalled(task, SHOW_MS)) {
		stored_cancel(task->stored);
		return true;
	}
	return master_damaged(task, false);
}

static int watch(struct task *task, struct round *round, size_t count)
{
	struct task_show *show = task_show_new(task->recorders, count, task->opt.from,
					       task->opt.quiet || task->cli->json,
					       task->cli->json && task->opt.progress);
	pthread_t thread;

	if (!show || pthread_create(&thread, NULL, run_job, round)) {
		task_show_free(show);
		return cli_error("out of memory");
	}
	while (!atomic_load(&round->ended)) {
		report_all(task, round->job, count);
		if (has_to_end(task)) {
			burn_job_cancel(round->job);
			task_show_break(show);
		}
		print_notices(round, show);
		task_show_update(show, round->job);
	}
	pthread_join(thread, NULL);
	report_all(task, round->job, count);
	print_notices(round, show);
	task_show_update(show, round->job);
	task_show_free(show);
	return CLI_OK;
}

static bool make_room(struct task *task, size_t count)
{
	struct task_result *more;

	if (task->nr_results + count <= task->room)
		return true;
	more = realloc(task->results, (task->room + count + 64) * sizeof(*more));
	if (!more)
		return false;
	task->results = more;
	task->room += count + 64;
	return true;
}

/* What was compared or simulated with a damaged master says nothing of the disc. */
static void take_result(struct task *task, struct task_result *r)
{
	bool done = r->status.state == BURN_DONE;

	/* The copy may have been cancelled for it, before its end or before its beginning */
	if ((done || r->status.state == BURN_CANCELLED) && master_damaged(task, done)) {
		r->status.state = BURN_FAILED;
		snprintf(r->status.message, sizeof(r->status.message), "%s", task->error);
	}
	report_status(task->report, &r->recorder, &r->status);
}

static void keep_results(struct task *task, struct burn_job *job, size_t count,
			 unsigned int number)
{
	size_t i;

	for (i = 0; i < count && make_room(task, 1); i++) {
		struct task_result *r = &task->results[task->nr_results++];

		r->recorder = task->recorders[i];
		r->round = number;
		burn_job_status(job, i, &r->status);
		take_result(task, r);
		if (r->status.state != BURN_DONE && r->status.state != BURN_IDLE)
			task_show_failure(r);
	}
	if (*burn_job_image(job))
		snprintf(task->image, sizeof(task->image), "%s", burn_job_image(job));
	if (*burn_job_error(job)) {
		snprintf(task->error, sizeof(task->error), "%s", burn_job_error(job));
		cli_error("%s", task->error);
	}
}

static void configure(const struct task *task, struct burn_config *c)
{
	const struct task_options *o = &task->opt;

	c->task = task->task;
	c->ops = &burn_ops_discmux;
	c->ctx = task->cli->dm;
	c->recorders = task->recorders;
	c->source = task->source;
	c->log = task->log;
	c->max_exec_bytes = task->info.max_exec_bytes;
	c->method = o->method;
	c->session = o->session;
	c->verify = o->verify;
	c->full = o->full;
	c->erase = o->erase;
	c->append = o->append;
	c->go_on = o->go_on;
	c->no_isrc = o->no_isrc;
	c->no_underrun_free = o->no_burn_free;
	c->layer_break = (uint32_t)o->layer_break;
	c->damaged = o->map;
	c->map = o->map;
	c->image = task->task == BURN_READ ? o->to : *task->image ? NULL : o->image;
	c->eject = !o->no_eject && task->task != BURN_READ;
	c->speed = o->speed;
}

/* What changes discs is known to discmuxd before it does; and what is made of a master of
 * the store is judged by that. */
static bool keeps_account(const struct task *task)
{
	return task->task == BURN_COPY ? task->report || task->stored :
					 task->task == BURN_ERASE && task->report;
}

int task_run(struct task *task, size_t count, unsigned int number, unsigned int wait_ms)
{
	struct round round = {
		.task = task, .number = number, .lock = PTHREAD_MUTEX_INITIALIZER
	};
	struct burn_config config = {
		.count = count,
		.load = !wait_ms,
		.wait_ms = wait_ms,
		.notice = leave_notice,
		.notice_arg = &round,
		.record = keeps_account(task) ? record : NULL,
		.record_arg = &round,
	};
	int rc;

	configure(task, &config);
	rc = burn_job_create(&config, &round.job);
	if (rc)
		return cli_error("%s", strerror(-rc));
	rc = watch(task, &round, count);
	if (!rc) {
		keep_results(task, round.job, count, number);
		/* An image that was made of it has no disc to wait with */
		rc = master_damaged(task, !count && !round.rc) ? -EBADMSG : round.rc;
	}
	burn_job_free(round.job);
	return rc;
}

/* ---- discmuxd, if it runs --------------------------------------------------- */

/* Where the master is, for people; of a long path the end. */
static json_t *source_text(const struct task *task)
{
	const char *from = task->opt.from ? task->opt.from : "reader";
	char path[PATH_MAX];
	size_t len;

	if (task->opt.from && task->source_member == DISCMUX_NONE && !task->stored &&
	    realpath(from, path))
		from = path;
	len = strlen(from);
	from += len > SOURCE_MAX ? len - SOURCE_MAX : 0;
	return json_text((const uint8_t *)from, strlen(from));
}

static json_t *job_json(const struct task *task)
{
	static const char *const works[] = {
		[BURN_COPY] = "copy", [BURN_SIMULATE] = "simulate", [BURN_VERIFY] = "verify",
		[BURN_ERASE] = "erase",
	};
	static const char *const sessions[] = { "auto", "close", "open" };
	const struct task_options *o = &task->opt;

	return json_pack("{ss so si sf sf ss sb sb sb}", "work",
			 o->verify ? "copy+verify" : works[task->task], "source",
			 source_text(task), "quantity", (int)o->quantity, "dvd-speed", o->speed,
			 "cd-speed", o->speed, "session", sessions[o->session], "isrc",
			 !o->no_isrc, "full", o->full, "keep", o->no_eject);
}

static int tell_daemon(struct task *task)
{
	if (task->task == BURN_READ)
		return CLI_OK;
	return report_begin(task->cli, job_json(task), task->recorders, task->count,
			    task->opt.erase, &task->report);
}

/* ---- The frame ---------------------------------------------------------- */

/* ^C and the like end the job in good order; a closed pipe ends nothing. */
static void hold_signals(struct task *task)
{
	sigemptyset(&task->signals);
	sigaddset(&task->signals, SIGINT);
	sigaddset(&task->signals, SIGTERM);
	sigaddset(&task->signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &task->signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* "all" and numbers need no drives to be understood.  A word longer than a number
 * may be a serial number. */
static bool is_plain_list(const char *text)
{
	size_t digits;

	if (!strcmp(text, "all"))
		return true;
	do {
		digits = strspn(text, "0123456789");
		text += digits;
	} while (digits <= 4 && *text++ == ',');
	return digits <= 4 && !text[-1];
}

static bool has_empty_word(const char *text)
{
	size_t len = strlen(text);

	return !len || *text == ',' || text[len - 1] == ',' || strstr(text, ",,");
}

static int choose(struct task *task)
{
	char err[BURN_MESSAGE_LEN];
	uint32_t set;
	bool all;

	if (task->task == BURN_READ)
		return CLI_OK;
	if (!is_plain_list(task->opt.to))
		return choose_names(task);
	if (task_parse_list(list_option(task), task->opt.to, &all, &set, err, sizeof(err)))
		return cli_error("%s", err);
	return choose_recorders(task, all, set);
}

/* Before the device is opened: a wrong list needs no driver to be told. */
static int check_list(const struct task *task)
{
	const char *to = task->opt.to;
	char err[BURN_MESSAGE_LEN];
	uint32_t set;
	bool all;

	if (task->task == BURN_READ || (!is_plain_list(to) && !has_empty_word(to)) ||
	    !task_parse_list(list_option(task), to, &all, &set, err, sizeof(err)))
		return CLI_OK;
	return cli_usage_error(burn_task_name(task->task), "%s", err);
}

int task_open(struct task *task)
{
	int status = check_list(task);

	task->source_member = DISCMUX_NONE;
	if (!status)
		status = cli_open(task->cli, DISCMUX_OPEN_WRITE);
	if (!status)
		status = find_members(task);
	if (!status && task->opt.from)
		status = open_source(task);
	if (!status)
		status = choose(task);
	if (!status && (task->task == BURN_COPY || task->task == BURN_ERASE))
		status = open_log(task);
	return status;
}

int task_command(struct cli *cli, enum burn_task kind, int argc, char **argv,
		 int (*body)(struct task *task))
{
	struct task *task = calloc(1, sizeof(*task));
	bool go_on;
	int status;

	if (!task)
		return cli_error("out of memory");
	task->cli = cli;
	task->task = kind;
	status = task_take_options(cli, kind, &task->opt, argc, argv, &go_on);
	if (go_on)
		status = task_open(task);
	if (go_on && !status)
		status = tell_daemon(task);
	if (go_on && !status) {
		hold_signals(task);
		stored_check(task->stored);
		status = body(task);
	}
	stored_close(task->stored);
	report_end(task->report, task->cancelled ? "cancelled" : status ? "failed" : "done",
		   task->error);
	burn_log_close(task->log);
	burn_source_free(task->source);
	free(task->results);
	free(task);
	return status;
}
