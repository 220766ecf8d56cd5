// SPDX-License-Identifier: GPL-2.0
/* discmux copy: one master to many recorders at once, in as many rounds as it takes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "task.h"

#define SHOW_MS		250
#define BAD_ROUNDS	2	/* in a row, then a recorder is left out */

struct copy {
	struct task *task;
	unsigned long copies, good;
	unsigned int bad[BURN_MAX_RECORDERS];	/* rounds in a row, by unit */
};

/* ---- People --------------------------------------------------------------- */

/* Waits for Enter.  False when a signal or the end of input came instead. */
static bool wait_for_enter(struct task *task)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	while (!task_signalled(task, 0)) {
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
static bool next_discs(struct task *task, size_t count, unsigned long left,
		       unsigned int *wait_ms)
{
	bool terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	size_t i;

	fprintf(stderr, "discmux: %lu more to make: insert %s discs into recorder%s", left,
		task->opt.append ? "open" : "blank", count > 1 ? "s" : "");
	for (i = 0; i < count; i++)
		fprintf(stderr, "%s%u", i ? "," : " ", task->recorders[i].unit);
	if (terminal) {
		fputs(" and press Enter\n", stderr);
		*wait_ms = 0;
		return wait_for_enter(task);
	}
	*wait_ms = (unsigned int)task->opt.wait_s * 1000;
	fprintf(stderr, "; waiting for them for up to %lu s\n", task->opt.wait_s);
	return true;
}

/* After wrong discs people at a terminal can try again. */
static bool try_again(const struct task *task, int rc, unsigned int number)
{
	return rc == -EINVAL && number > 1 && !*task->error && isatty(STDIN_FILENO) &&
	       isatty(STDERR_FILENO);
}

/* ---- Rounds ---------------------------------------------------------------- */

static unsigned long count_good(const struct task *task, size_t from)
{
	unsigned long good = 0;
	size_t i;

	for (i = from; i < task->nr_results; i++)
		good += task_is_good(&task->results[i], task->opt.verify);
	return good;
}

/* A recorder that made nothing but waste twice in a row makes no more of it. */
static void leave_out(struct copy *copy, size_t from)
{
	struct task *task = copy->task;
	size_t i, k;

	for (i = from; i < task->nr_results; i++) {
		const struct task_result *r = &task->results[i];
		unsigned int *bad = &copy->bad[r->recorder.unit % BURN_MAX_RECORDERS];

		*bad = task_is_good(r, task->opt.verify) ? 0 : *bad + 1;
		if (*bad < BAD_ROUNDS)
			continue;
		for (k = 0; k < task->count; k++) {
			if (task->recorders[k].member != r->recorder.member)
				continue;
			cli_error("recorder %u failed %d times in a row and is left out",
				  r->recorder.unit, BAD_ROUNDS);
			task->count--;
			memmove(&task->recorders[k], &task->recorders[k + 1],
				(task->count - k) * sizeof(*task->recorders));
		}
	}
}

/* Without a number of copies every recorder makes one, and that is that. */
static bool is_over(const struct copy *copy)
{
	const struct task *task = copy->task;

	return copy->good >= copy->copies || *task->error || task->cancelled || !task->count ||
	       !task->opt.quantity;
}

static void run_rounds(struct copy *copy)
{
	struct task *task = copy->task;
	unsigned int number = 1, wait_ms = 0;

	for (;;) {
		unsigned long left = copy->copies - copy->good;
		size_t count = left < task->count ? left : task->count, before = task->nr_results;
		int rc = task_run(task, count, number, wait_ms);

		if (try_again(task, rc, number)) {
			task->nr_results = before;
		} else {
			/* Closed when people had enough it is a copy all the same */
			copy->good += count_good(task, before);
			if (rc && rc != -EIO)
				break;
			leave_out(copy, before);
			number++;
		}
		if (is_over(copy))
			break;
		left = copy->copies - copy->good;
		count = left < task->count ? left : task->count;
		if (!next_discs(task, count, left, &wait_ms))
			break;
	}
}

static void summary(const struct copy *copy, double seconds)
{
	const struct task *task = copy->task;

	if (task->cli->json) {
		json_print(task_json(task, seconds), false, stdout);
		return;
	}
	if (task->opt.quiet)
		return;
	printf("%lu of %lu copies are good%s, %.0f MB each, %.0f s\n", copy->good, copy->copies,
	       task->opt.verify ? " and verified" : "", (double)burn_source_bytes(task->source) / 1e6,
	       seconds);
	if (*task->image)
		printf("image: %s\n", task->image);
	if (burn_source_bad(task->source))
		printf("%u blocks of the master could not be read: see %s\n",
		       burn_source_bad(task->source), task->opt.map);
}

static int body(struct task *task)
{
	struct copy copy = { .task = task };
	struct timespec begin, end;

	copy.copies = task->opt.quantity ? task->opt.quantity : task->count;
	if (task->count > copy.copies)
		task->count = copy.copies;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	run_rounds(&copy);
	clock_gettime(CLOCK_MONOTONIC, &end);
	summary(&copy, (double)(end.tv_sec - begin.tv_sec) +
		(double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	return copy.good == copy.copies ? CLI_OK : CLI_FAIL;
}

int cmd_copy(struct cli *cli, int argc, char **argv)
{
	return task_command(cli, BURN_COPY, argc, argv, body);
}
