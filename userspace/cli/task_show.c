// SPDX-License-Identifier: GPL-2.0
/* How copy, verify, erase and the like show what they do. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"
#include "estimate.h"
#include "task.h"
#include "output.h"

#define MB	1e6
#define TENTHS	10u
#define LINE	256u
#define EVENT_MS 1000u

struct shown {
	enum burn_state state;
	unsigned int tenth;
	struct estimate estimate;	/* of this state */
};

struct task_show {
	bool quiet, terminal;
	bool events;		/* lines of JSON on stderr instead */
	uint64_t event_ms;	/* of the last one */
	size_t count;
	size_t lines;		/* on the terminal, to be drawn over */
	bool master;		/* the only line is about it */
	char names[BURN_MAX_RECORDERS][128];
	struct shown shown[BURN_MAX_RECORDERS];
};

/* A string that may hold anything, as the engine's messages and file names do. */
static json_t *text(const char *s)
{
	json_t *string = json_string(s);

	return string ? string : json_text((const uint8_t *)s, strlen(s));
}

struct task_show *task_show_new(const struct burn_recorder *recorders, size_t count,
				const char *master, bool quiet, bool events)
{
	struct task_show *show = calloc(1, sizeof(*show));
	const char *term = getenv("TERM");
	size_t i;

	if (!show)
		return NULL;
	show->quiet = quiet;
	show->events = events;
	show->terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
	show->master = !count;
	show->count = count ? count : 1;
	for (i = 0; i < count; i++)
		snprintf(show->names[i], sizeof(show->names[i]), "%s %u",
			 recorders[i].reader ? "reader" : "recorder", recorders[i].unit);
	if (!count)
		snprintf(show->names[0], sizeof(show->names[0]), "%s", master);
	return show;
}

void task_show_free(struct task_show *show)
{
	free(show);
}

/* Appends to a line of size bytes; what does not fit is cut off. */
__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

static void make_line(const struct task_show *show, size_t i, const struct burn_status *s,
		      char *text, size_t size)
{
	const struct estimate *e = &show->shown[i].estimate;
	long left = estimate_left(e);
	char time[ESTIMATE_TEXT_SIZE];

	*text = '\0';
	append(text, size, "%s: %s", show->names[i], burn_state_name(s->state));
	if (*s->medium && s->state != BURN_WAITING)
		append(text, size, " %s", s->medium);
	if (s->total && s->state == BURN_ERASING) {
		append(text, size, " %3u %%", estimate_percent(s->bytes, s->total));
	} else if (s->total) {
		append(text, size, " %3u %%, %.0f of %.0f MB", estimate_percent(s->bytes, s->total),
		       (double)s->bytes / MB, (double)s->total / MB);
		if (estimate_rate(e) > 0)
			append(text, size, ", %.1f MB/s", estimate_rate(e) / MB);
	}
	if (s->total && left > 0)
		append(text, size, ", %s left", estimate_text(left, time));
	if (s->state == BURN_WAITING && *s->message)
		append(text, size, ": %s", s->message);
	if (s->speed > 0 && s->state == BURN_WRITING)
		append(text, size, ", set to %.0fx", s->speed);
	if (s->state == BURN_DONE && !show->master)
		append(text, size, ", %s", burn_disc_name(s->disc));
}

/* A line that the terminal wraps could not be drawn over. */
static size_t width(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || ws.ws_col < 2)
		return 80;
	return ws.ws_col < LINE ? ws.ws_col : LINE;
}

/* Draws all lines over those of the last time. */
static void draw(struct task_show *show, const struct burn_status *status)
{
	size_t i, columns = width();
	char line[LINE];

	if (show->lines)
		printf("\033[%zuA", show->lines);
	for (i = 0; i < show->count; i++) {
		make_line(show, i, &status[i], line, columns);
		printf("%s\033[K\n", line);
	}
	show->lines = show->count;
}

void task_show_break(struct task_show *show)
{
	show->lines = 0;
}

static unsigned int tenth_of(const struct burn_status *s)
{
	return s->total ? (unsigned int)(s->bytes * TENTHS / s->total) : 0;
}

/* One object a second: what all drives do. */
static void send_event(struct task_show *show, const struct burn_status *status)
{
	uint64_t now = estimate_now();
	json_t *list;
	size_t i;

	if (show->event_ms && now - show->event_ms < EVENT_MS)
		return;
	show->event_ms = now;
	list = json_array();
	for (i = 0; i < show->count; i++) {
		json_t *o = progress_json(&show->shown[i].estimate);

		json_object_set_new(o, "drive", text(show->names[i]));
		json_object_set_new(o, "state", json_string(burn_state_name(status[i].state)));
		json_array_append_new(list, o);
	}
	json_print(json_pack("{ss so}", "event", "progress", "drives", list), true, stderr);
}

void task_show_update(struct task_show *show, struct burn_job *job)
{
	struct burn_status status[BURN_MAX_RECORDERS];
	char line[LINE];
	size_t i;

	if (show->quiet && !show->events)
		return;
	for (i = 0; i < show->count; i++) {
		struct shown *shown = &show->shown[i];
		bool changed;

		burn_job_status(job, show->master ? BURN_MASTER : i, &status[i]);
		changed = shown->state != status[i].state;
		if (changed)
			estimate_begin(&shown->estimate);
		estimate_update(&shown->estimate, status[i].bytes, status[i].total, estimate_now());
		if (show->events)
			; /* all drives in one line, below */
		else if (!show->terminal && (changed || shown->tenth != tenth_of(&status[i]))) {
			make_line(show, i, &status[i], line, sizeof(line));
			puts(line);
		}
		shown->state = status[i].state;
		shown->tenth = tenth_of(&status[i]);
	}
	if (show->events)
		send_event(show, status);
	else if (show->terminal)
		draw(show, status);
	fflush(stdout);
}

bool task_is_good(const struct task_result *result, bool verify)
{
	enum burn_disc disc = result->status.disc;

	return result->status.state == BURN_DONE &&
	       (!verify || disc != BURN_DISC_CLOSED) && disc != BURN_DISC_UNTOUCHED;
}

static const char *worth(enum burn_disc disc)
{
	switch (disc) {
	case BURN_DISC_RUINED:
		return "; its disc is ruined";
	case BURN_DISC_DIFFERS:
		return "; its disc is not a good copy";
	case BURN_DISC_CLOSED:
		return "; its disc is whole but was not verified";
	case BURN_DISC_ERASED:
		return "; its disc is erased";
	default:
		return "";
	}
}

void task_show_failure(const struct task_result *result)
{
	const struct burn_status *s = &result->status;
	char name[32];

	snprintf(name, sizeof(name), "%s %u", result->recorder.reader ? "reader" : "recorder",
		 result->recorder.unit);
	if (strstr(s->message, name))
		cli_error("%s%s", s->message, worth(s->disc));
	else
		cli_error("%s: %s%s", name, s->message, worth(s->disc));
}

/* ---- JSON ------------------------------------------------------------- */

static json_t *text_or_null(const char *s)
{
	return *s ? text(s) : json_null();
}

/* The names of all that the drives of disc and master do not tell. */
static json_t *not_compared(const struct burn_status *s)
{
	json_t *list = json_array();
	enum burn_beside what;
	const char *name;
	unsigned int n;

	for (n = 0; (name = burn_beside_name(n, &what)) != NULL; n++)
		if (s->not_compared & what)
			json_array_append_new(list, json_string(name));
	return list;
}

static json_t *one_disc(const struct task_result *r, bool verify)
{
	bool verified = r->status.disc == BURN_DISC_VERIFIED;

	return json_pack("{si si sb si so so so so ss ss sb sb so so so si so}", "round", (int)r->round,
			 "recorder", (int)r->recorder.unit, "reader", r->recorder.reader,
			 "member", (int)r->recorder.member,
			 "drive", text(r->recorder.drive),
			 "serial", text_or_null(r->recorder.serial),
			 "slot", json_number_or_null(r->recorder.slot != DISCMUX_NONE,
						     r->recorder.slot),
			 "medium", text_or_null(r->status.medium),
			 "state", burn_state_name(r->status.state),
			 "disc", burn_disc_name(r->status.disc),
			 "good", task_is_good(r, verify), "verified", verified,
			 "not_compared", not_compared(&r->status),
			 "lba", json_number_or_null(r->status.lba_valid, r->status.lba),
			 "speed", r->status.speed > 0 ? json_real(r->status.speed) : json_null(),
			 "resumed", (int)r->status.resumed,
			 "message", text_or_null(r->status.message));
}

static json_t *master_json(const struct task *task)
{
	const struct burn_source *s = task->source;
	json_t *notes;
	unsigned int i;

	if (!s)
		return json_null();
	notes = json_array();
	for (i = 0; i < burn_source_notes(s); i++)
		json_array_append_new(notes, text(burn_source_note(s, i)));
	return json_pack("{so so so sI sI sI}", "name", text(task->opt.from),
			 "kind", text_or_null(burn_source_kind(s)), "notes", notes,
			 "blocks", (json_int_t)burn_source_blocks(s),
			 "bytes_read", (json_int_t)burn_source_bytes_read(s),
			 "bad_blocks", (json_int_t)burn_source_bad(s));
}

json_t *task_json(const struct task *task, double seconds)
{
	json_t *discs = json_array();
	int good = 0;
	size_t i;

	for (i = 0; i < task->nr_results; i++) {
		good += task_is_good(&task->results[i], task->opt.verify);
		if (json_array_append_new(discs, one_disc(&task->results[i], task->opt.verify))) {
			json_decref(discs);
			return NULL;
		}
	}
	return json_pack("{ss so so si si sf so so}", "task", burn_task_name(task->task),
			 "master", master_json(task),
			 task->task == BURN_COPY ? "copies" : "discs", discs, "good", good,
			 "failed", (int)task->nr_results - good,
			 "seconds", round(seconds * 1000) / 1000,
			 "image", text_or_null(task->image), "error", text_or_null(task->error));
}
