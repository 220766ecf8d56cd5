// SPDX-License-Identifier: GPL-2.0
/* discmux copy: one master to many recorders at once. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "copy.h"
#include "output.h"

#define DEFAULT_LOG	"/var/lib/discmux/jobs.log"
#define SHOW_MS		250

/* One run of the command. */
struct copy {
	struct cli *cli;
	struct copy_options opt;
	struct discmux_info info;
	struct discmux_member members[BURN_MAX_RECORDERS * 4];
	size_t nr_members;
	struct burn_recorder recorders[BURN_MAX_RECORDERS];
	size_t count;
	struct burn_source *source;
	uint32_t source_member;
	struct burn_log *log;
	struct copy_result *results;
	size_t nr_results;
	char error[BURN_MESSAGE_LEN];
	sigset_t signals;	/* that end the job; blocked in all threads */
	bool cancelled;
};

/* ---- Members ---------------------------------------------------------- */

static int find_members(struct copy *copy)
{
	struct discmux *dm = copy->cli->dm;
	const size_t room = sizeof(copy->members) / sizeof(copy->members[0]);
	int n;

	if (discmux_info(dm, &copy->info) < 0)
		return cli_error("%s", discmux_error(dm));
	n = discmux_members(dm, copy->members, room);
	if (n < 0)
		return cli_error("%s", discmux_error(dm));
	copy->nr_members = (size_t)n < room ? (size_t)n : room;
	return CLI_OK;
}

static const struct discmux_member *find_unit(const struct copy *copy, uint32_t role,
					      unsigned long unit)
{
	size_t i;

	for (i = 0; i < copy->nr_members; i++)
		if (copy->members[i].role == role && copy->members[i].unit == unit)
			return &copy->members[i];
	return NULL;
}

static void describe(const struct discmux_member *m, struct burn_recorder *r)
{
	char vendor[9], product[17];

	memset(r, 0, sizeof(*r));
	r->member = m->member;
	r->unit = m->unit;
	r->max_data = m->max_data;
	r->slot = DISCMUX_NONE;
	snprintf(r->drive, sizeof(r->drive), "%s %s",
		 discmux_text(m->vendor, sizeof(m->vendor), vendor, sizeof(vendor)),
		 discmux_text(m->product, sizeof(m->product), product, sizeof(product)));
	discmux_text(m->serial, sizeof(m->serial), r->serial, sizeof(r->serial));
	discmux_text(m->block_name, sizeof(m->block_name), r->block_name, sizeof(r->block_name));
}

/* Where the robot took the discs from, for the log; without a changer nowhere. */
static void find_slots(struct copy *copy)
{
	struct discmux_inventory inv = { 0 };
	size_t i, k;

	if (copy->info.changer == DISCMUX_NONE ||
	    discmux_elements(copy->cli->dm, DISCMUX_ELEMENT_DATA_TRANSFER, false, &inv) < 0)
		return;
	for (i = 0; i < inv.count; i++)
		for (k = 0; k < copy->count; k++)
			if (inv.elements[i].member == copy->recorders[k].member &&
			    (inv.elements[i].flags & DISCMUX_ELEMENT_SOURCE_VALID))
				copy->recorders[k].slot = inv.elements[i].source;
	discmux_inventory_free(&inv);
}

static int choose_recorders(struct copy *copy, bool all, uint32_t set)
{
	unsigned int unit;

	if (!copy->info.recorders)
		return cli_error("no recorders: connect one and look at discmux status");
	if (all && copy->info.recorders > BURN_MAX_RECORDERS)
		return cli_error("one job takes %d recorders at most: name them with --to",
				 BURN_MAX_RECORDERS);
	for (unit = 0; unit < BURN_MAX_RECORDERS; unit++) {
		const struct discmux_member *m = find_unit(copy, DISCMUX_ROLE_RECORDER, unit);

		if (!all && !(set >> unit & 1))
			continue;
		if (!m && all)
			continue;
		if (!m)
			return cli_error("there is no recorder %u: discmux status lists them", unit);
		if (m->member == copy->source_member) {
			if (all)
				continue;
			return cli_error("recorder %u holds the master: it can't burn a copy too",
					 unit);
		}
		describe(m, &copy->recorders[copy->count++]);
	}
	if (!copy->count)
		return cli_error("no recorder is left beside the one with the master: connect another");
	if (copy->count > copy->info.max_targets)
		return cli_error("one job takes %u recorders at most: name fewer with --to",
				 copy->info.max_targets);
	if (copy->opt.quantity && copy->opt.quantity < copy->count)
		copy->count = copy->opt.quantity;
	find_slots(copy);
	return CLI_OK;
}

/* ---- The master ------------------------------------------------------- */

/* "reader", "reader:1", "recorder:2"; anything else is a file. */
static bool parse_drive(const char *from, uint32_t *role, unsigned long *unit)
{
	static const struct { const char *name; uint32_t role; } roles[] = {
		{ "reader", DISCMUX_ROLE_READER },
		{ "recorder", DISCMUX_ROLE_RECORDER },
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		size_t len = strlen(roles[i].name);

		if (strncmp(from, roles[i].name, len))
			continue;
		*role = roles[i].role;
		*unit = 0;
		if (!from[len])
			return true;
		if (from[len] == ':' && !cli_number(from + len + 1, 0, 999, unit))
			return true;
	}
	return false;
}

static int open_source(struct copy *copy)
{
	char err[BURN_MESSAGE_LEN], name[32];
	const struct discmux_member *m;
	uint32_t role, max_data;
	unsigned long unit;

	copy->source_member = DISCMUX_NONE;
	if (!parse_drive(copy->opt.from, &role, &unit)) {
		if (burn_source_file(copy->opt.from, &copy->source, err, sizeof(err)))
			return cli_error("%s", err);
		return CLI_OK;
	}
	m = find_unit(copy, role, unit);
	if (!m)
		return cli_error("there is no %s %lu: discmux status lists the drives",
				 discmux_role_name(role), unit);
	snprintf(name, sizeof(name), "%s %lu", discmux_role_name(role), unit);
	max_data = m->max_data < copy->info.max_exec_bytes ? m->max_data :
							     copy->info.max_exec_bytes;
	if (burn_source_drive(m->member, name, max_data, &copy->source))
		return cli_error("%s can't be used as a source", name);
	copy->source_member = m->member;
	return CLI_OK;
}

/* Without a log a copy is as good; only one that was asked for must be there. */
static int open_log(struct copy *copy)
{
	const char *path = copy->opt.log ? copy->opt.log : DEFAULT_LOG;
	int rc = *path ? burn_log_open(path, &copy->log) : 0;

	if (!rc)
		return CLI_OK;
	if (copy->opt.log)
		return cli_error("%s: %s: name another file with --log", path, strerror(-rc));
	cli_error("%s: %s; going on without a log of disc states", path, strerror(-rc));
	return CLI_OK;
}

/* ---- A round ---------------------------------------------------------- */

struct round {
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

/* A signal that ends the job came within ms. */
static bool signalled(struct copy *copy, unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (sigtimedwait(&copy->signals, NULL, &t) <= 0)
		return false;
	if (!copy->cancelled)
		cli_error("ending: discs that are being closed are brought to their end");
	copy->cancelled = true;
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

static void print_notices(struct round *round, struct copy_show *show)
{
	size_t i;

	pthread_mutex_lock(&round->lock);
	for (i = 0; i < round->nr_notices; i++)
		cli_error("%s", round->notices[i]);
	if (round->nr_notices)
		copy_show_break(show);
	round->nr_notices = 0;
	pthread_mutex_unlock(&round->lock);
}

static int watch(struct copy *copy, struct round *round, size_t count)
{
	struct copy_show *show = copy_show_new(copy->recorders, count,
					       copy->opt.quiet || copy->cli->json);
	pthread_t thread;

	if (!show || pthread_create(&thread, NULL, run_job, round)) {
		copy_show_free(show);
		return cli_error("out of memory");
	}
	while (!atomic_load(&round->ended)) {
		if (signalled(copy, SHOW_MS)) {
			burn_job_cancel(round->job);
			copy_show_break(show);
		}
		print_notices(round, show);
		copy_show_update(show, round->job);
	}
	pthread_join(thread, NULL);
	print_notices(round, show);
	copy_show_update(show, round->job);
	copy_show_free(show);
	return CLI_OK;
}

static void keep_results(struct copy *copy, struct burn_job *job, size_t count,
			 unsigned int number)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct copy_result *r = &copy->results[copy->nr_results++];

		r->recorder = copy->recorders[i];
		r->round = number;
		burn_job_status(job, i, &r->status);
		if (r->status.state != BURN_DONE && r->status.state != BURN_IDLE)
			copy_show_failure(r);
	}
	if (*burn_job_error(job)) {
		snprintf(copy->error, sizeof(copy->error), "%s", burn_job_error(job));
		cli_error("%s", copy->error);
	}
}

/* Returns what burn_job_run() gave, or 1 after a message. */
static int run_round(struct copy *copy, size_t count, unsigned int number, unsigned int wait_ms)
{
	struct round round = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct burn_config config = {
		.ops = &burn_ops_discmux,
		.ctx = copy->cli->dm,
		.recorders = copy->recorders,
		.count = count,
		.source = copy->source,
		.log = copy->log,
		.max_exec_bytes = copy->info.max_exec_bytes,
		.method = copy->opt.method,
		.appendable = copy->opt.open,
		.verify = copy->opt.verify,
		.eject = !copy->opt.no_eject,
		.load = !wait_ms,
		.speed = copy->opt.speed,
		.wait_ms = wait_ms,
		.notice = leave_notice,
		.notice_arg = &round,
	};
	int rc = burn_job_create(&config, &round.job);

	if (rc)
		return cli_error("%s", strerror(-rc));
	rc = watch(copy, &round, count);
	if (!rc) {
		rc = round.rc;
		keep_results(copy, round.job, count, number);
	}
	burn_job_free(round.job);
	return rc;
}

/* ---- Several rounds --------------------------------------------------- */

/* Waits for Enter.  False when a signal or the end of input came instead. */
static bool wait_for_enter(struct copy *copy)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	while (!signalled(copy, 0)) {
		if (poll(&p, 1, SHOW_MS) <= 0)
			continue;
		if (read(STDIN_FILENO, &c, 1) != 1)
			return false;
		if (c == '\n')
			return true;
	}
	return false;
}

/* Gets people to put blank discs in.  *wait_ms: how long the job is to wait for
 * them itself. */
static bool next_discs(struct copy *copy, size_t count, unsigned long left,
		       unsigned int *wait_ms)
{
	bool terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	size_t i;

	fprintf(stderr, "discmux: %lu more to make: insert blank discs into recorder%s", left,
		count > 1 ? "s" : "");
	for (i = 0; i < count; i++)
		fprintf(stderr, "%s%u", i ? "," : " ", copy->recorders[i].unit);
	if (terminal) {
		fputs(" and press Enter\n", stderr);
		*wait_ms = 0;
		return wait_for_enter(copy);
	}
	*wait_ms = (unsigned int)copy->opt.wait_s * 1000;
	fprintf(stderr, "; waiting for them for up to %lu s\n", copy->opt.wait_s);
	return true;
}

/* After wrong discs people at a terminal can try again. */
static bool try_again(const struct copy *copy, int rc, unsigned int number)
{
	return rc == -EINVAL && number > 1 && !*copy->error && isatty(STDIN_FILENO) &&
	       isatty(STDERR_FILENO);
}

static bool run_rounds(struct copy *copy, unsigned long copies)
{
	unsigned int number = 1, wait_ms = 0;
	unsigned long left = copies;

	for (;;) {
		size_t count = left < copy->count ? left : copy->count;
		int rc = run_round(copy, count, number, wait_ms);

		if (try_again(copy, rc, number))
			copy->nr_results -= count;
		else if (rc && rc != -EIO)
			break;
		else
			left -= count, number++;
		if (!left || *copy->error || copy->cancelled)
			break;
		count = left < copy->count ? left : copy->count;
		if (!next_discs(copy, count, left, &wait_ms))
			break;
	}
	return !left;
}

static void summary(struct copy *copy, unsigned long copies, unsigned long good, double seconds)
{
	if (copy->cli->json)
		json_print(copy_json(copy->results, copy->nr_results, copy->opt.verify,
				     copy->opt.from, copy->source, seconds, copy->error),
			   false, stdout);
	else if (!copy->opt.quiet)
		printf("%lu of %lu copies are good%s, %.0f MB each, %.0f s\n", good, copies,
		       copy->opt.verify ? " and verified" : "",
		       (double)burn_source_blocks(copy->source) * MMC_BLOCK / 1e6, seconds);
}

static int run_copy(struct copy *copy)
{
	unsigned long copies = copy->opt.quantity ? copy->opt.quantity : copy->count;
	unsigned long good = 0;
	struct timespec begin, end;
	size_t i;

	copy->results = calloc(copies + copy->count, sizeof(*copy->results));
	if (!copy->results)
		return cli_error("out of memory");
	clock_gettime(CLOCK_MONOTONIC, &begin);
	run_rounds(copy, copies);
	clock_gettime(CLOCK_MONOTONIC, &end);
	for (i = 0; i < copy->nr_results; i++)
		good += copy_is_good(&copy->results[i], copy->opt.verify);
	summary(copy, copies, good, (double)(end.tv_sec - begin.tv_sec) +
		(double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	return good == copies ? CLI_OK : CLI_FAIL;
}

/* ^C and the like end the job in good order; a closed pipe ends nothing. */
static void hold_signals(struct copy *copy)
{
	sigemptyset(&copy->signals);
	sigaddset(&copy->signals, SIGINT);
	sigaddset(&copy->signals, SIGTERM);
	sigaddset(&copy->signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &copy->signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Everything up to the first command to a drive. */
static int get_ready(struct copy *copy)
{
	char err[BURN_MESSAGE_LEN];
	uint32_t set;
	bool all;
	int status;

	if (copy_parse_list(copy->opt.to, &all, &set, err, sizeof(err)))
		return cli_error("%s", err);
	status = cli_open(copy->cli, DISCMUX_OPEN_WRITE);
	if (!status)
		status = find_members(copy);
	if (!status)
		status = open_source(copy);
	if (!status)
		status = choose_recorders(copy, all, set);
	if (!status)
		status = open_log(copy);
	return status;
}

int cmd_copy(struct cli *cli, int argc, char **argv)
{
	struct copy *copy = calloc(1, sizeof(*copy));
	bool go_on;
	int status;

	if (!copy)
		return cli_error("out of memory");
	copy->cli = cli;
	cli->reads = true;	/* takes --json */
	status = copy_take_options(cli, &copy->opt, argc, argv, &go_on);
	if (go_on)
		status = get_ready(copy);
	if (go_on && !status) {
		hold_signals(copy);
		status = run_copy(copy);
	}
	burn_log_close(copy->log);
	burn_source_free(copy->source);
	free(copy->results);
	free(copy);
	return status;
}
