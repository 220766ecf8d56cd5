// SPDX-License-Identifier: GPL-2.0
/* The panel's plain text protocol, see discmux-panel(1). */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "panel_text.h"

#define LINE	256

struct text {
	struct client *client;
	char shown[64];		/* "|...|...|" */
	unsigned long timeout_s;
	char in[LINE];
	size_t len;
	bool over;		/* end of input */
};

const char *panel_line(const json_t *message, size_t row)
{
	const char *s = json_string_value(json_array_get(json_object_get(message, "lines"), row));

	return s ? s : "";
}

/* Prints the lines when they have changed, or always. */
static void show(struct text *t, const json_t *message, bool always)
{
	char now[sizeof(t->shown)];

	if (!json_object_get(message, "lines"))
		return;
	snprintf(now, sizeof(now), "|%.20s|%.20s|", panel_line(message, 0),
		 panel_line(message, 1));
	if (!always && !strcmp(now, t->shown))
		return;
	memcpy(t->shown, now, sizeof(now));
	puts(t->shown);
	fflush(stdout);
}

static int key(struct text *t, const char *name)
{
	json_t *answer = client_ask(t->client, json_pack("{ss ss}", "do", "key", "key", name));

	if (!answer)
		return CLI_FAIL;
	show(t, answer, true);
	json_decref(answer);
	return CLI_OK;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Events until the text is there (NULL: never) or the time is up. */
static int events(struct text *t, const char *wanted, double s)
{
	double end = seconds() + s;
	json_t *message;

	for (;;) {
		double left = end - seconds();
		int rc;

		if (wanted && strstr(t->shown, wanted))
			return CLI_OK;
		if (left <= 0)
			return wanted ? CLI_FAIL : CLI_OK;
		rc = client_next(t->client, (int)(left * 1000) + 1, &message);
		if (rc < 0)
			return cli_error("discmuxd is gone");
		if (rc)
			show(t, message, false);
		json_decref(message);
	}
}

static int wait_for(struct text *t, const char *wanted)
{
	if (events(t, wanted, (double)t->timeout_s) == CLI_OK)
		return CLI_OK;
	return cli_error("\"%s\" did not come within %lu s, but %s", wanted, t->timeout_s,
			 t->shown);
}

/* Returns enum cli_exit; over is set by "quit". */
static int command(struct text *t, char *line)
{
	char *end;
	double s;

	line[strcspn(line, "\r")] = '\0';
	if (!*line || *line == '#')
		return CLI_OK;
	if (!strcmp(line, "yes") || !strcmp(line, "no"))
		return key(t, line);
	if (!strncmp(line, "wait ", 5))
		return wait_for(t, line + 5);
	if (!strncmp(line, "sleep ", 6)) {
		s = strtod(line + 6, &end);
		if (end != line + 6 && !*end && s >= 0 && s <= 86400)
			return events(t, NULL, s);
	}
	if (!strcmp(line, "show")) {
		puts(t->shown);
		return fflush(stdout) ? CLI_FAIL : CLI_OK;
	}
	if (!strcmp(line, "quit")) {
		t->over = true;
		return CLI_OK;
	}
	return cli_error("%s is not a command of the panel: yes, no, show, wait TEXT, sleep S, quit",
			 line);
}

static int commands(struct text *t)
{
	char *end;
	int status = CLI_OK;

	while (!status && !t->over && (end = memchr(t->in, '\n', t->len))) {
		char line[LINE];
		size_t len = (size_t)(end - t->in);

		memcpy(line, t->in, len);
		line[len] = '\0';
		t->len -= len + 1;
		memmove(t->in, end + 1, t->len);
		status = command(t, line);
	}
	return status;
}

static int hear_input(struct text *t)
{
	ssize_t n = read(STDIN_FILENO, t->in + t->len, LINE - 1 - t->len);

	if (n < 0 && errno == EINTR)
		return CLI_OK;
	if (n <= 0) {
		t->over = true;
		if (!t->len)
			return CLI_OK;
		t->in[t->len++] = '\n';	/* a last line without its end */
		t->over = false;
		n = commands(t);
		t->over = true;
		return (int)n;
	}
	t->len += (size_t)n;
	if (t->len == LINE - 1 && !memchr(t->in, '\n', t->len))
		return cli_error("a command of the panel is no longer than %d characters", LINE - 2);
	return commands(t);
}

static int hear_daemon(struct text *t)
{
	json_t *message;
	int rc = client_next(t->client, 0, &message);

	if (rc < 0)
		return cli_error("discmuxd is gone");
	if (rc)
		show(t, message, false);
	json_decref(message);
	return CLI_OK;
}

int panel_text(struct client *client, unsigned long timeout_s)
{
	struct text t = { .client = client, .timeout_s = timeout_s };
	json_t *answer = client_ask(client, json_pack("{ss sb}", "do", "panel", "watch", 1));
	int status = answer ? CLI_OK : CLI_FAIL;

	if (answer)
		show(&t, answer, true);
	json_decref(answer);
	while (!status && !t.over) {
		struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
					 { .fd = client_fd(client), .events = POLLIN } };

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return cli_error("poll: %s", strerror(errno));
		if (fds[1].revents)
			status = hear_daemon(&t);
		if (!status && fds[0].revents)
			status = hear_input(&t);
	}
	return status;
}
