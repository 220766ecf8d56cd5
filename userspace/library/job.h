/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations of the robot take minutes and cannot be called back.  A process of
 * its own carries one out, so that its caller can be interrupted, or killed,
 * without leaving anything half done: an operation that has begun is finished, with
 * drives held and the place of each disc remembered.
 */
#ifndef DISCMUX_LIBRARY_JOB_H
#define DISCMUX_LIBRARY_JOB_H

#include <stdbool.h>
#include <stddef.h>

#define JOB_TEXT	256

/* ---- In the process that works ------------------------------------------ */

struct job;

/*
 * The operation: 0, or a negative errno with its words in job_fail().  Its
 * changes to *context reach the caller of job_run().
 */
typedef int job_function(struct job *job, void *context);

/* Says what is being done from now on: "carrying the disc to the printer". */
void job_step(struct job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Something that is worth a line although it goes on. */
void job_note(struct job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Keeps the words; returns err. */
int job_fail(struct job *job, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether to end as soon as that is safe: interrupted, or no process waits any more. */
bool job_stopping(const struct job *job);

/* Sleeps so long at most; returns job_stopping(). */
bool job_sleep(const struct job *job, unsigned int ms);

/* ---- In the process that waits ------------------------------------------ */

/* The progress of an operation. */
struct job_state {
	const char *step;	/* "" before the first one */
	bool new_step;
	const char *note;	/* a new one, or NULL */
	unsigned int seconds;	/* since the step began */
	bool stopping;		/* interrupted; it ends as soon as it can */
};

struct job_watch {
	/* At each step, each note, when it is interrupted, and every second */
	void (*show)(void *context, const struct job_state *state);
	void *context;
};

/* How it ended. */
struct job_end {
	int result;		/* what the operation returned; -EINTR when left is set */
	bool interrupted;	/* a signal asked it to stop */
	bool left;		/* a second one (or SIGTERM, SIGHUP) came: it goes on alone */
	char error[JOB_TEXT];	/* why it failed */
};

/**
 * job_run - carry an operation out and wait for it
 * @run: the operation
 * @context: for it; @size bytes of it are there as it left them afterwards, unless
 *	end->left
 * @watch: shows progress; may be NULL
 * @end: how it ended
 *
 * The first SIGINT asks the operation to stop and goes on waiting; the second, or
 * SIGTERM or SIGHUP, leaves it alone.  Signals that are ignored stay so.  Returns
 * end->result.
 */
int job_run(job_function *run, void *context, size_t size, const struct job_watch *watch,
	    struct job_end *end);

#endif
