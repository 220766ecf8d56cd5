// SPDX-License-Identifier: GPL-2.0
/* The panel in a terminal: two lines, two keys, a lamp for each drive. */
#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "panel_term.h"
#include "panel_text.h"

#define TOP	1
#define LEFT	3
#define KEYS	(TOP + 5)
#define LAMPS	(TOP + 8)

static char lamp_char(const char *lamp)
{
	static const struct { const char *name; char sign; } signs[] = {
		{ "off", '-' }, { "open", '^' }, { "disc", 'o' },
		{ "busy", '*' }, { "good", '+' }, { "bad", '!' },
	};
	size_t i;

	for (i = 0; lamp && i < sizeof(signs) / sizeof(*signs); i++)
		if (!strcmp(lamp, signs[i].name))
			return signs[i].sign;
	return '?';
}

static void draw_lamps(const json_t *message)
{
	const json_t *lamps = json_object_get(message, "lamps");
	int columns = COLS / 18 > 0 ? COLS / 18 : 1;
	size_t i;

	for (i = 0; i < json_array_size(lamps); i++) {
		const json_t *lamp = json_array_get(lamps, i);
		const char *state = json_string_value(json_object_get(lamp, "lamp"));
		const char *drive = json_string_value(json_object_get(lamp, "drive"));
		char sign = lamp_char(state);

		move(LAMPS + (int)i / columns, LEFT + (int)i % columns * 18);
		addstr("(");
		addch((chtype)sign | (sign == '*' || sign == '!' ? A_BOLD | A_REVERSE : 0));
		printw(") %-12.12s", drive ? drive : "");
	}
}

static void draw(const json_t *message)
{
	size_t i;

	if (!json_object_get(message, "lines"))
		return;
	erase();
	mvaddstr(TOP, LEFT, "+--------------------+");
	for (i = 0; i < 2; i++) {
		mvaddstr(TOP + 1 + (int)i, LEFT, "|");
		attron(A_REVERSE);
		printw("%-20.20s", panel_line(message, i));
		attroff(A_REVERSE);
		addstr("|");
	}
	mvaddstr(TOP + 3, LEFT, "+--------------------+");
	mvaddstr(KEYS, LEFT, "[ YES ] y, Enter   [ NO ] n, Space   q leaves");
	draw_lamps(message);
	move(0, 0);
	refresh();
}

/* "yes", "no", "" for no key of the panel, NULL to leave. */
static const char *key_of(int c)
{
	switch (c) {
	case 'y':
	case 'Y':
	case '\n':
	case '\r':
	case KEY_ENTER:
	case KEY_RIGHT:
		return "yes";
	case 'n':
	case 'N':
	case ' ':
	case KEY_DOWN:
		return "no";
	case 'q':
	case 'Q':
	case 3:
		return NULL;
	default:
		return "";
	}
}

static int press(struct client *client, const char *key)
{
	json_t *answer;

	if (client_try(client, json_pack("{ss ss}", "do", "key", "key", key), &answer))
		return CLI_FAIL;
	draw(answer);
	json_decref(answer);
	return CLI_OK;
}

static int hear(struct client *client, json_t **shown)
{
	json_t *message;
	int rc = client_next(client, 0, &message);

	if (rc < 0)
		return CLI_FAIL;
	if (rc) {
		json_decref(*shown);
		*shown = message;
		draw(message);
	}
	return CLI_OK;
}

/* True to go on. */
static bool keys(struct client *client, const json_t *shown, int *status)
{
	int c;

	while ((c = getch()) != ERR) {
		const char *key = key_of(c);

		if (!key)
			return false;
		if (c == KEY_RESIZE)
			draw(shown);
		if (*key)
			*status = press(client, key);
		if (*status)
			return false;
	}
	return true;
}

static int run(struct client *client, json_t **shown)
{
	struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
				 { .fd = client_fd(client), .events = POLLIN } };
	int status = CLI_OK;

	draw(*shown);
	for (;;) {
		poll(fds, 2, 500);	/* a signal or the time: look at both */
		if (fds[1].revents)
			status = hear(client, shown);
		if (status || !keys(client, *shown, &status))
			return status;
	}
}

/* curses would say in its own words what it can't do, and end the program. */
static bool begin(void)
{
	const char *term = getenv("TERM"), *problem;

	if (!term || !*term) {
		cli_error("TERM is not set, so the terminal is not known: use --text");
		return false;
	}
	problem = panel_term_problem(term);
	if (!problem && !newterm(term, stdout, stdin))
		problem = "curses can't use it";
	if (problem)
		cli_error("the panel can't be drawn on a terminal of type %s, %s: use --text", term,
			  problem);
	return !problem;
}

int panel_screen(struct client *client)
{
	json_t *shown = client_ask(client, json_pack("{ss sb}", "do", "panel", "watch", 1));
	int status;

	if (!shown)
		return CLI_FAIL;
	setlocale(LC_CTYPE, "");
	if (!begin()) {
		json_decref(shown);
		return CLI_FAIL;
	}
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	status = run(client, &shown);
	endwin();
	json_decref(shown);
	return status ? cli_error("discmuxd is gone") : CLI_OK;
}
