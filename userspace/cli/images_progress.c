// SPDX-License-Identifier: GPL-2.0
/* How far a long operation is, and an end to it by ^C. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "images.h"
#include "cli_images.h"

/* Signals that end it wait, blocked, until they are looked at here: then files are
 * in a state that can be left. */
bool cli_signalled(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
		sigismember(&pending, SIGHUP) == 1);
}

static bool step(void *arg, uint64_t done, uint64_t total)
{
	struct cli_progress *p = arg;
	unsigned int percent = total ? (unsigned int)(done * 100 / total) : 0;

	if (p->terminal && (!p->shown || percent != p->percent)) {
		fprintf(stderr, "\r%s: %3u %%, %llu of %llu MB\033[K", p->what, percent,
			(unsigned long long)(done / 1000000),
			(unsigned long long)(total / 1000000));
		p->shown = true;
		p->percent = percent;
	}
	p->cancelled = p->cancelled || cli_signalled();
	return !p->cancelled;
}

void cli_progress_begin(struct cli_progress *progress, const char *what, bool quiet)
{
	const char *term = getenv("TERM");
	sigset_t set;

	memset(progress, 0, sizeof(*progress));
	progress->step.step = step;
	progress->step.arg = progress;
	progress->what = what;
	progress->terminal = !quiet && isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
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
