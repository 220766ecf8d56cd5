// SPDX-License-Identifier: GPL-2.0
/* How `discmux copy` shows what it does. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "copy.h"
#include "output.h"

#define MB	1e6
#define TENTHS	10u
#define LINE	256u

struct shown {
	enum burn_state state;
	unsigned int tenth;
	struct timespec since;	/* when this state began */
};

struct copy_show {
	bool quiet, terminal;
	size_t count;
	size_t lines;		/* on the terminal, to be drawn over */
	uint32_t units[BURN_MAX_RECORDERS];
	struct shown shown[BURN_MAX_RECORDERS];
};

struct copy_show *copy_show_new(const struct burn_recorder *recorders, size_t count, bool quiet)
{
	struct copy_show *show = calloc(1, sizeof(*show));
	const char *term = getenv("TERM");
	size_t i;

	if (!show)
		return NULL;
	show->quiet = quiet;
	show->terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
	show->count = count;
	for (i = 0; i < count; i++)
		show->units[i] = recorders[i].unit;
	return show;
}

void copy_show_free(struct copy_show *show)
{
	free(show);
}

static double seconds_since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
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

static void make_line(const struct copy_show *show, size_t i, const struct burn_status *s,
		      char *text, size_t size)
{
	double past = seconds_since(&show->shown[i].since);

	*text = '\0';
	append(text, size, "recorder %u: %s", show->units[i], burn_state_name(s->state));
	if (*s->medium && s->state != BURN_WAITING)
		append(text, size, " %s", s->medium);
	if (s->total) {
		append(text, size, " %3.0f %%, %.0f of %.0f MB",
		       100.0 * (double)s->bytes / (double)s->total, (double)s->bytes / MB,
		       (double)s->total / MB);
		if (past >= 1)
			append(text, size, ", %.1f MB/s", (double)s->bytes / MB / past);
	}
	if (s->state == BURN_WAITING && *s->message)
		append(text, size, ": %s", s->message);
	if (s->state == BURN_DONE)
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
static void draw(struct copy_show *show, const struct burn_status *status)
{
	size_t i, columns = width();
	char text[LINE];

	if (show->lines)
		printf("\033[%zuA", show->lines);
	for (i = 0; i < show->count; i++) {
		make_line(show, i, &status[i], text, columns);
		printf("%s\033[K\n", text);
	}
	show->lines = show->count;
}

void copy_show_break(struct copy_show *show)
{
	show->lines = 0;
}

static unsigned int tenth_of(const struct burn_status *s)
{
	return s->total ? (unsigned int)(s->bytes * TENTHS / s->total) : 0;
}

void copy_show_update(struct copy_show *show, struct burn_job *job)
{
	struct burn_status status[BURN_MAX_RECORDERS];
	char text[LINE];
	size_t i;

	if (show->quiet)
		return;
	for (i = 0; i < show->count; i++) {
		struct shown *shown = &show->shown[i];
		bool changed;

		burn_job_status(job, i, &status[i]);
		changed = shown->state != status[i].state;
		if (changed)
			clock_gettime(CLOCK_MONOTONIC, &shown->since);
		if (!show->terminal && (changed || shown->tenth != tenth_of(&status[i]))) {
			make_line(show, i, &status[i], text, sizeof(text));
			puts(text);
		}
		shown->state = status[i].state;
		shown->tenth = tenth_of(&status[i]);
	}
	if (show->terminal)
		draw(show, status);
	fflush(stdout);
}

bool copy_is_good(const struct copy_result *result, bool verify)
{
	return result->status.state == BURN_DONE &&
	       result->status.disc == (verify ? BURN_DISC_VERIFIED : BURN_DISC_CLOSED);
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
	default:
		return "";
	}
}

void copy_show_failure(const struct copy_result *result)
{
	const struct burn_status *s = &result->status;
	char name[32];

	snprintf(name, sizeof(name), "recorder %u", result->recorder.unit);
	if (strstr(s->message, name))
		cli_error("%s%s", s->message, worth(s->disc));
	else
		cli_error("%s: %s%s", name, s->message, worth(s->disc));
}

/* ---- JSON ------------------------------------------------------------- */

/* A string that may hold anything, as the engine's messages and file names do. */
static json_t *text(const char *s)
{
	json_t *string = json_string(s);

	return string ? string : json_text((const uint8_t *)s, strlen(s));
}

static json_t *text_or_null(const char *s)
{
	return *s ? text(s) : json_null();
}

static json_t *one_copy(const struct copy_result *r, bool verify)
{
	bool verified = r->status.disc == BURN_DISC_VERIFIED;

	return json_pack("{si si si so so so so ss ss sb sb so so}", "round", (int)r->round,
			 "recorder", (int)r->recorder.unit, "member", (int)r->recorder.member,
			 "drive", text(r->recorder.drive),
			 "serial", text_or_null(r->recorder.serial),
			 "slot", json_number_or_null(r->recorder.slot != DISCMUX_NONE,
						     r->recorder.slot),
			 "medium", text_or_null(r->status.medium),
			 "state", burn_state_name(r->status.state),
			 "disc", burn_disc_name(r->status.disc),
			 "good", copy_is_good(r, verify), "verified", verified,
			 "lba", json_number_or_null(r->status.lba_valid, r->status.lba),
			 "message", text_or_null(r->status.message));
}

json_t *copy_json(const struct copy_result *results, size_t count, bool verify,
		  const char *master, const struct burn_source *source, double seconds,
		  const char *error)
{
	json_t *copies = json_array();
	int good = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		good += copy_is_good(&results[i], verify);
		if (json_array_append_new(copies, one_copy(&results[i], verify))) {
			json_decref(copies);
			return NULL;
		}
	}
	return json_pack("{s{so sI sI} so si si sf so}", "master", "name", text(master),
			 "blocks", (json_int_t)burn_source_blocks(source),
			 "bytes_read", (json_int_t)burn_source_bytes_read(source),
			 "copies", copies, "good", good, "failed", (int)count - good,
			 "seconds", round(seconds * 1000) / 1000, "error", text_or_null(error));
}
