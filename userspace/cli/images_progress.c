// SPDX-License-Identifier: GPL-2.0
/* How far a long operation is, and an end to it by ^C. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_images.h"
#include "images.h"
#include "output.h"

#define SHOW_MS		250u
#define EVENT_MS	1000u

/* Signals that end it wait, blocked, until they are looked at here: then files are
 * in a state that can be left. */
bool cli_signalled(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
		sigismember(&pending, SIGHUP) == 1);
}

static void draw(const struct cli_progress *p)
{
	const struct estimate *e = &p->estimate;
	double rate = estimate_rate(e);
	long left = estimate_left(e);
	char time[ESTIMATE_TEXT_SIZE];

	fprintf(stderr, "\r%s: %3u %%, %llu of %llu MB", p->what, estimate_percent(e->done, e->total),
		(unsigned long long)(e->done / 1000000), (unsigned long long)(e->total / 1000000));
	if (rate > 0)
		fprintf(stderr, ", %.1f MB/s", rate / 1e6);
	if (left > 0)
		fprintf(stderr, ", %s left", estimate_text(left, time));
	fputs("\033[K", stderr);
}

static bool step(void *arg, uint64_t done, uint64_t total)
{
	struct cli_progress *p = arg;
	uint64_t now = estimate_now();

	estimate_update(&p->estimate, done, total, now);
	if (p->events && (!p->shown_ms || now - p->shown_ms >= EVENT_MS)) {
		json_t *o = progress_json(&p->estimate);

		json_object_set_new(o, "event", json_string("progress"));
		json_object_set_new(o, "what", json_text((const uint8_t *)p->what, strlen(p->what)));
		json_print(o, true, stderr);
		p->shown_ms = now;
	} else if (p->terminal && (!p->shown || now - p->shown_ms >= SHOW_MS)) {
		draw(p);
		p->shown = true;
		p->shown_ms = now;
	}
	p->cancelled = p->cancelled || cli_signalled();
	return !p->cancelled;
}

void cli_progress_begin(struct cli_progress *progress, const char *what, const struct cli *cli,
			bool events)
{
	const char *term = getenv("TERM");
	sigset_t set;

	memset(progress, 0, sizeof(*progress));
	progress->step.step = step;
	progress->step.arg = progress;
	progress->what = what;
	progress->events = events;
	progress->terminal = !cli->json && isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void cli_progress_end(struct cli_progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
