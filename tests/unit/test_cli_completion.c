// SPDX-License-Identifier: GPL-2.0
/* What completion says can stand somewhere is what the commands take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "completion.h"

static char script[65536];

/* The script of a shell. */
static void make(const char *shell)
{
	char *argv[] = { "completion", (char *)shell, NULL };
	struct cli cli = { .reads = true };
	FILE *f = tmpfile();
	int out = dup(STDOUT_FILENO), status;
	size_t n;

	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	status = cli_completion(&cli, 2, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	assert_int_equal(status, CLI_OK);
	rewind(f);
	n = fread(script, 1, sizeof(script) - 1, f);
	script[n] = '\0';
	fclose(f);
}

/* The line of the table for a command. */
static char *line_of(const char *command)
{
	static char line[4096];
	char start[64], *p;

	snprintf(start, sizeof(start), "\n\t%s) subs='", command);
	p = strstr(script, start);
	if (!p)
		fail_msg("no line for %s", command);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(p + 1, "\n"), p + 1);
	return line;
}

/* Every command is there with each of its options, and each that takes a value says which. */
static void check_tables(const char *shell)
{
	const struct cli_subcommand *command;
	struct completion_option o;
	struct cli_probe probe;
	char text[128];
	size_t n, i;

	make(shell);
	for (n = 0; (command = cli_nth(n)); n++) {
		snprintf(text, sizeof(text), " %s ", command->name);
		if (n && !strstr(line_of("''"), text))
			fail_msg("%s: %s is no command", shell, command->name);
		cli_probe_options(command, &probe);
		for (i = 0; i < probe.nr; i++) {
			if (!strcmp(probe.options[i].name, "json") && !command->reads)
				continue;
			snprintf(o.name, sizeof(o.name), "--%.29s", probe.options[i].name);
			if (!strstr(line_of(command->name), o.name))
				fail_msg("%s: %s has no %s", shell, command->name, o.name);
			if (probe.options[i].has_arg == no_argument)
				continue;
			if (!cli_complete_option(command->name, &o))
				fail_msg("%s: what does %s take?", command->name, o.name);
			snprintf(text, sizeof(text), "\n\t'%s %s') kind='%s'", command->name, o.name,
				 completion_kind_name(o.kind));
			if (!strstr(script, text))
				fail_msg("%s: no line%s", shell, text);
		}
	}
}

static void test_tables(void **state)
{
	(void)state;
	check_tables("bash");
	check_tables("zsh");
}

/* The words of a set are taken, and another is not. */
static void accepts(const char *command, const char *option, const char *word, bool good)
{
	char *argv[] = { (char *)command, (char *)option, (char *)word, NULL }, said[512] = "";
	const struct cli_subcommand *c = cli_find(command);
	int fds[2], status;
	size_t len = 0;
	bool wanted;
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	if (!fork()) {
		struct cli cli = { .mux = 9876, .reads = c->reads };

		dup2(fds[1], STDERR_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		setenv("DISCMUXD_SOCKET", "/nonexistent", 1);
		optind = 0;
		_exit(c->run(&cli, 3, argv));
	}
	close(fds[1]);
	while ((n = read(fds[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	wait(&status);
	wanted = strstr(said, option) && strstr(said, word) && strstr(said, "wanted");
	if (wanted == good)
		fail_msg("%s %s %s: %s", command, option, word, said);
}

static void test_words(void **state)
{
	const struct cli_subcommand *command;
	char copy[256], *rest, *word;
	struct completion_option o;
	struct cli_probe probe;
	size_t n, i, sets = 0;

	(void)state;
	for (n = 0; (command = cli_nth(n)); n++) {
		cli_probe_options(command, &probe);
		for (i = 0; i < probe.nr; i++) {
			snprintf(o.name, sizeof(o.name), "--%.29s", probe.options[i].name);
			if (probe.options[i].has_arg == no_argument ||
			    !cli_complete_option(command->name, &o) || o.kind != COMPLETION_WORDS ||
			    !strcmp(o.name, "--tracks"))
				continue;
			sets++;
			snprintf(copy, sizeof(copy), "%s", o.words);
			for (rest = copy; (word = strsep(&rest, " "));)
				accepts(command->name, o.name, word, true);
			if (strcmp(o.name, "--device"))
				accepts(command->name, o.name, "zzzz", false);
		}
	}
	assert_true(sets >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
