// SPDX-License-Identifier: GPL-2.0
/* Operations in a process of their own: what comes back, and signals.  And where the
 * data of labels go. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "job.h"
#include "sink.h"

struct work {
	int number;
	int ready;		/* a pipe: it has begun */
	int sigs;		/* signals to send to the one that waits */
};

/* What was shown */
struct shown {
	char steps[256], notes[256];
	bool stopping;
};

static void show(void *context, const struct job_state *state)
{
	struct shown *shown = context;
	size_t len = strlen(shown->steps);

	if (state->new_step)
		snprintf(shown->steps + len, sizeof(shown->steps) - len, "%s;", state->step);
	if (state->note)
		snprintf(shown->notes, sizeof(shown->notes), "%s", state->note);
	shown->stopping |= state->stopping;
}

static int good(struct job *job, void *context)
{
	struct work *work = context;

	job_step(job, "one %d", 1);
	job_step(job, "two");
	job_note(job, "by the way");
	work->number *= 2;
	return 0;
}

static void what_it_did_comes_back(void **state)
{
	struct work work = { .number = 21 };
	struct shown shown = { 0 };
	const struct job_watch watch = { show, &shown };
	struct job_end end;

	(void)state;
	assert_int_equal(job_run(good, &work, sizeof(work), &watch, &end), 0);
	assert_int_equal(work.number, 42);
	assert_string_equal(shown.steps, "one 1;two;");
	assert_string_equal(shown.notes, "by the way");
	assert_false(end.interrupted || end.left);
}

static int bad(struct job *job, void *context)
{
	(void)context;
	return job_fail(job, -EIO, "it broke at %d", 7);
}

static void why_it_failed(void **state)
{
	struct job_end end;

	(void)state;
	assert_int_equal(job_run(bad, NULL, 0, NULL, &end), -EIO);
	assert_string_equal(end.error, "it broke at 7");
}

static int killed(struct job *job, void *context)
{
	(void)job;
	(void)context;
	kill(getpid(), SIGKILL);
	return 0;
}

static void killed_from_outside(void **state)
{
	struct job_end end;

	(void)state;
	assert_int_equal(job_run(killed, NULL, 0, NULL, &end), -ECHILD);
	assert_string_equal(end.error, "the process that works with the changer was killed");
}

/* Sends signals to the one that waits, and ends when it is told to. */
static int interrupted(struct job *job, void *context)
{
	struct work *work = context;
	int n;

	for (n = 0; n < work->sigs; n++) {
		kill(getppid(), SIGINT);
		job_sleep(job, 200);
	}
	work->number = job_stopping(job);
	return job_sleep(job, 10000) ? job_fail(job, -EINTR, "stopped") : 0;
}

static void the_first_signal_asks_to_stop(void **state)
{
	struct work work = { .sigs = 1 };
	struct shown shown = { 0 };
	const struct job_watch watch = { show, &shown };
	struct job_end end;

	(void)state;
	assert_int_equal(job_run(interrupted, &work, sizeof(work), &watch, &end), -EINTR);
	assert_string_equal(end.error, "stopped");
	assert_true(end.interrupted && !end.left);
	assert_true(shown.stopping);
	assert_int_equal(work.number, 1);
}

/* It goes on when nobody waits any more, and knows. */
static int lonely(struct job *job, void *context)
{
	struct work *work = context;
	char byte = 'x';
	int n;

	for (n = 0; n < work->sigs; n++) {
		kill(getppid(), SIGINT);
		usleep(100000);
	}
	while (!job_sleep(job, 1000))
		;
	usleep(300000);
	return write(work->ready, &byte, 1) == 1 ? 0 : -EIO;
}

static void the_second_leaves_it_alone(void **state)
{
	struct work work = { .sigs = 2 };
	struct job_end end;
	int ready[2];
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	work.ready = ready[1];
	assert_int_equal(job_run(lonely, &work, sizeof(work), NULL, &end), -EINTR);
	assert_true(end.left);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(ready[0]);
	close(ready[1]);
	assert_true(wait(NULL) > 0);
}

static void ignored_signals_stay_ignored(void **state)
{
	struct work work = { .number = 1, .sigs = 3 };
	void (*before)(int) = signal(SIGINT, SIG_IGN);
	struct job_end end;

	(void)state;
	work.sigs = 0;
	raise(SIGINT);
	assert_int_equal(job_run(good, &work, sizeof(work), NULL, &end), 0);
	assert_false(end.interrupted);
	signal(SIGINT, before);
}

/* ---- Labels ----------------------------------------------------------------- */

struct place {
	char dir[32], label[64], there[64];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	FILE *file;

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/test-sink-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->label, sizeof(p->label), "%s/label", p->dir);
	snprintf(p->there, sizeof(p->there), "%s/there", p->dir);
	file = fopen(p->label, "w");
	assert_non_null(file);
	assert_true(fputs("print me\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;

	unlink(p->label);
	unlink(p->there);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

static bool go_on(void *context)
{
	(void)context;
	return false;
}

static bool stop(void *context)
{
	(void)context;
	return true;
}

static int send_to(const struct place *p, const char *prefix, const char *where,
		   bool (*cancelled)(void *context), char *err)
{
	struct sink_job job;
	char to[256];

	snprintf(to, sizeof(to), "%s%s", prefix, where);
	return sink_send(to, p->label, cancelled, NULL, &job, err, 256);
}

static void assert_arrived(const struct place *p, const char *what)
{
	char text[32] = "";
	FILE *file = fopen(p->there, "r");

	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, what);
}

static void to_a_file(void **state)
{
	const struct place *p = *state;
	char err[256];

	assert_int_equal(send_to(p, "file:", p->there, go_on, err), 0);
	assert_arrived(p, "print me\n");
	assert_int_equal(send_to(p, "file:", "/nowhere/at/all", go_on, err), -ENOENT);
	assert_int_equal(sink_check("file:there", err, sizeof(err)), -EINVAL);
}

static void to_a_command(void **state)
{
	const struct place *p = *state;
	char words[128], err[256];

	snprintf(words, sizeof(words), "cat >%s", p->there);
	assert_int_equal(send_to(p, "command:", words, go_on, err), 0);
	assert_arrived(p, "print me\n");
	assert_int_equal(send_to(p, "command:", "echo no paper >&2; exit 3", go_on, err), -EIO);
	assert_string_equal(err, "/bin/sh ended with status 3: no paper");
	assert_int_equal(send_to(p, "command:", "kill -9 $$", go_on, err), -EIO);
	assert_int_equal(send_to(p, "command:", "sleep 60", stop, err), -ECANCELED);
	assert_int_equal(sink_check("command:", err, sizeof(err)), -EINVAL);
}

/* A program of the folder, which goes first in PATH. */
static void make_program(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fprintf(file, "#!/bin/sh\n%s\n", text) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

/* What lp says of its job is understood in any language, or the job of a queue that
 * does not print could not be taken back. */
static void to_a_queue(void **state)
{
	const struct place *p = *state;
	char lp[128], cancel[128], to[] = "lp:labels", path[4096], err[256], *before;
	struct sink_job job;

	snprintf(lp, sizeof(lp), "%s/lp", p->dir);
	snprintf(cancel, sizeof(cancel), "%s/cancel", p->dir);
	make_program(lp, "cat >\"${0%/*}/there\"\n"
			 "[ \"$LC_ALL\" = C ] && echo \"request id is $2-7 (0 file(s))\" ||\n"
			 "echo \"Anfrage-ID ist $2-7 (0 Datei(en))\"");
	make_program(cancel, "echo \"$1\" >\"${0%/*}/there\"");
	before = strdup(getenv("PATH"));
	snprintf(path, sizeof(path), "%s:%s", p->dir, before);
	setenv("PATH", path, 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	assert_int_equal(sink_check(to, err, sizeof(err)), 0);
	assert_int_equal(sink_send(to, p->label, go_on, NULL, &job, err, sizeof(err)), 0);
	assert_arrived(p, "print me\n");
	assert_string_equal(job.request, "labels-7");
	sink_cancel(&job);
	assert_arrived(p, "labels-7\n");
	/* what people have said themselves stays in their language */
	assert_int_equal(send_to(p, "command:", "echo $LC_ALL >&2; exit 1", go_on, err), -EIO);
	assert_string_equal(err, "/bin/sh ended with status 1: de_DE.UTF-8");
	unsetenv("LC_ALL");
	setenv("PATH", before, 1);
	free(before);
	unlink(lp);
	unlink(cancel);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void to_a_socket(void **state)
{
	const struct place *p = *state;
	char err[256], text[32] = "";
	int listener = listen_at(p->there), fd;

	assert_int_equal(send_to(p, "socket:", p->there, go_on, err), 0);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), 9);
	assert_string_equal(text, "print me\n");
	close(fd);
	close(listener);
	assert_int_equal(send_to(p, "socket:", p->there, go_on, err), -ECONNREFUSED);
	assert_int_equal(send_to(p, "socket:", p->label, go_on, err), -ECONNREFUSED);
	assert_int_equal(sink_check("socket:/nowhere", err, sizeof(err)), -ENOENT);
}

static void to_nowhere(void **state)
{
	const struct place *p = *state;
	char err[256];

	assert_int_equal(sink_check("usb:0", err, sizeof(err)), -EINVAL);
	assert_int_equal(send_to(p, "usb:", "0", go_on, err), -EINVAL);
	assert_non_null(strstr(err, "labels go to lp:QUEUE"));
}

static void settings(void **state)
{
	const struct place *p = *state;
	FILE *file = fopen(p->there, "w");
	char value[64];

	assert_non_null(file);
	assert_true(fputs("# printer = no\nprinter=lp:a\n  printer =  lp:b c \t\nother = x\n"
			  "printers = y\nnothing\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(config_get(p->there, "printer", value, sizeof(value)), 0);
	assert_string_equal(value, "lp:b c");
	assert_int_equal(config_get(p->there, "nothing", value, sizeof(value)), 0);
	assert_string_equal(value, "");
	assert_int_equal(config_get("/nowhere/at/all", "printer", value, sizeof(value)), 0);
	assert_string_equal(value, "");
}

#define AT_PLACE(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_did_comes_back),
		cmocka_unit_test(why_it_failed),
		cmocka_unit_test(killed_from_outside),
		cmocka_unit_test(the_first_signal_asks_to_stop),
		cmocka_unit_test(the_second_leaves_it_alone),
		cmocka_unit_test(ignored_signals_stay_ignored),
		AT_PLACE(to_a_file),
		AT_PLACE(to_a_command),
		AT_PLACE(to_a_queue),
		AT_PLACE(to_a_socket),
		AT_PLACE(to_nowhere),
		AT_PLACE(settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
