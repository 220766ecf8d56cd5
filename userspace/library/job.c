// SPDX-License-Identifier: GPL-2.0
/* An operation in a process of its own, and the process that waits for it. */
#define _GNU_SOURCE	/* pipe2() */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "job.h"

/* One message to the process that waits; shorter than PIPE_BUF, so it is not torn. */
struct message {
	enum { MESSAGE_STEP, MESSAGE_NOTE, MESSAGE_END } kind;
	int result;
	char text[JOB_TEXT];
};

struct job {
	int out;		/* messages */
	int stop;		/* is hung up when we are to stop */
	char error[JOB_TEXT];
};

static void tell(struct job *job, struct message *message, const char *fmt, va_list args)
{
	vsnprintf(message->text, sizeof(message->text), fmt, args);
	/* Nobody may be there to hear it. */
	if (write(job->out, message, sizeof(*message)) != sizeof(*message))
		return;
}

void job_step(struct job *job, const char *fmt, ...)
{
	struct message message = { .kind = MESSAGE_STEP };
	va_list args;

	va_start(args, fmt);
	tell(job, &message, fmt, args);
	va_end(args);
}

void job_note(struct job *job, const char *fmt, ...)
{
	struct message message = { .kind = MESSAGE_NOTE };
	va_list args;

	va_start(args, fmt);
	tell(job, &message, fmt, args);
	va_end(args);
}

int job_fail(struct job *job, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(job->error, sizeof(job->error), fmt, args);
	va_end(args);
	return err;
}

bool job_sleep(const struct job *job, unsigned int ms)
{
	struct pollfd fd = { .fd = job->stop };

	return poll(&fd, 1, (int)ms) > 0;
}

bool job_stopping(const struct job *job)
{
	return job_sleep(job, 0);
}

/* Has no terminal any more: neither ^C nor hanging up is for it. */
static void detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fd;

	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

__attribute__((format(printf, 3, 4)))
static void send_end(struct job *job, int result, const char *fmt, ...)
{
	struct message message = { .kind = MESSAGE_END, .result = result };
	va_list args;

	va_start(args, fmt);
	tell(job, &message, fmt, args);
	va_end(args);
}

static void work(struct job *job, job_function *run, void *context, const sigset_t *mask)
{
	int result;

	detach();
	sigprocmask(SIG_SETMASK, mask, NULL);
	result = run(job, context);
	send_end(job, result, "%s", result < 0 ? job->error : "");
	_exit(0);
}

/* ---- The process that waits --------------------------------------------- */

struct waiter {
	const struct job_watch *watch;
	struct job_end *end;
	int in, stop, signals;
	char step[JOB_TEXT];
	time_t step_began;
};

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void show(const struct waiter *w, bool new_step, const char *note)
{
	const struct job_state state = {
		.step = w->step,
		.new_step = new_step,
		.note = note,
		.seconds = (unsigned int)(now() - w->step_began),
		.stopping = w->end->interrupted,
	};

	if (w->watch)
		w->watch->show(w->watch->context, &state);
}

static void ask_to_stop(struct waiter *w)
{
	w->end->interrupted = true;
	if (w->stop >= 0)
		close(w->stop);
	w->stop = -1;
	show(w, false, NULL);
}

/* Returns false to leave the operation alone. */
static bool take_signal(struct waiter *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo == SIGINT && !w->end->interrupted) {
		ask_to_stop(w);
		return true;
	}
	w->end->interrupted = w->end->left = true;
	w->end->result = -EINTR;
	return false;
}

/* Returns false after the last one. */
static bool take_message(struct waiter *w)
{
	struct message message;

	if (read(w->in, &message, sizeof(message)) != sizeof(message)) {
		w->end->result = -ECHILD;
		snprintf(w->end->error, sizeof(w->end->error),
			 "the process that works with the changer was killed");
		return false;
	}
	message.text[sizeof(message.text) - 1] = '\0';
	switch (message.kind) {
	case MESSAGE_STEP:
		memcpy(w->step, message.text, sizeof(w->step));
		w->step_began = now();
		show(w, true, NULL);
		return true;
	case MESSAGE_NOTE:
		show(w, false, message.text);
		return true;
	default:
		w->end->result = message.result;
		memcpy(w->end->error, message.text, sizeof(w->end->error));
		return false;
	}
}

static void wait_for_end(struct waiter *w)
{
	struct pollfd fds[] = {
		{ .fd = w->in, .events = POLLIN },
		{ .fd = w->signals, .events = POLLIN },
	};
	int ready;

	w->step_began = now();
	for (;;) {
		ready = poll(fds, 2, 1000);
		if (ready <= 0)
			show(w, false, NULL);
		else if ((fds[0].revents && !take_message(w)) ||
			 (fds[1].revents && !take_signal(w)))
			return;
	}
}

/* A job in the background of a script ignores SIGINT and is to stay so. */
static void signals_not_ignored(sigset_t *set)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action;
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!sigaction(all[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(set, all[i]);
}

static int cannot(struct job_end *end)
{
	end->result = -errno;
	snprintf(end->error, sizeof(end->error), "cannot wait for the changer: %s",
		 strerror(errno));
	return end->result;
}

/* in and out are the ends of the pipes for the two processes: [0] to read. */
static void fork_and_wait(struct waiter *w, job_function *run, void *context,
			  const int out[2], const int stop[2], const sigset_t *old)
{
	struct job job = { .out = out[1], .stop = stop[0] };
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(out[0]);
		close(stop[1]);
		work(&job, run, context, old);
	}
	close(out[1]);
	close(stop[0]);
	w->in = out[0];
	w->stop = stop[1];
	if (pid < 0)
		cannot(w->end);
	else
		wait_for_end(w);
	if (pid > 0 && !w->end->left)
		waitpid(pid, NULL, 0);
	close(w->in);
	if (w->stop >= 0 && !w->end->left)
		close(w->stop);
}

static void run_shared(struct waiter *w, job_function *run, void *shared)
{
	int out[2], stop[2];
	sigset_t signals, old;

	if (pipe2(out, O_CLOEXEC)) {
		cannot(w->end);
		return;
	}
	if (pipe2(stop, O_CLOEXEC)) {
		cannot(w->end);
		close(out[0]);
		close(out[1]);
		return;
	}
	signals_not_ignored(&signals);
	sigprocmask(SIG_BLOCK, &signals, &old);
	w->signals = signalfd(-1, &signals, SFD_CLOEXEC);
	fork_and_wait(w, run, shared, out, stop, &old);
	if (w->signals >= 0)
		close(w->signals);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

int job_run(job_function *run, void *context, size_t size, const struct job_watch *watch,
	    struct job_end *end)
{
	struct waiter w = { .watch = watch, .end = end };
	void *shared = mmap(NULL, size + !size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	memset(end, 0, sizeof(*end));
	if (shared == MAP_FAILED)
		return cannot(end);
	if (size)
		memcpy(shared, context, size);
	run_shared(&w, run, shared);
	if (size && !end->left)
		memcpy(context, shared, size);
	munmap(shared, size + !size);
	return end->result;
}
