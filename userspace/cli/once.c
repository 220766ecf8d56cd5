// SPDX-License-Identifier: GPL-2.0
/* discmux simulate, verify, erase, read: tasks that are one job. */
#include <stdio.h>
#include <time.h>

#include "output.h"
#include "task.h"

static const char *done_word(enum burn_task task)
{
	switch (task) {
	case BURN_SIMULATE:
		return "would have been burned";
	case BURN_VERIFY:
		return "are as the master";
	default:
		return "are erased";
	}
}

static void say_image(const struct task *task, double seconds)
{
	const struct burn_source *s = task->source;

	printf("%s: %s, %u blocks, %.0f MB, %.0f s\n", task->image, burn_source_kind(s),
	       burn_source_blocks(s), (double)burn_source_bytes(s) / 1e6, seconds);
	if (burn_source_bad(s))
		printf("%u blocks could not be read: see %s\n", burn_source_bad(s),
		       task->opt.map);
}

static void summary(const struct task *task, unsigned long good, double seconds)
{
	if (task->cli->json)
		json_print(task_json(task, seconds), false, stdout);
	else if (task->opt.quiet)
		return;
	else if (task->task != BURN_READ)
		printf("%lu of %zu discs %s, %.0f s\n", good, task->count, done_word(task->task),
		       seconds);
	else if (*task->image)
		say_image(task, seconds);
}

static int body(struct task *task)
{
	struct timespec begin, end;
	unsigned long good = 0;
	size_t i;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	rc = task_run(task, task->count, 1, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	for (i = 0; i < task->nr_results; i++)
		good += task_is_good(&task->results[i], false);
	summary(task, good, (double)(end.tv_sec - begin.tv_sec) +
		(double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	return rc ? CLI_FAIL : CLI_OK;
}

int cmd_simulate(struct cli *cli, int argc, char **argv)
{
	return task_command(cli, BURN_SIMULATE, argc, argv, body);
}

int cmd_verify(struct cli *cli, int argc, char **argv)
{
	return task_command(cli, BURN_VERIFY, argc, argv, body);
}

int cmd_erase(struct cli *cli, int argc, char **argv)
{
	return task_command(cli, BURN_ERASE, argc, argv, body);
}

int cmd_read(struct cli *cli, int argc, char **argv)
{
	return task_command(cli, BURN_READ, argc, argv, body);
}
